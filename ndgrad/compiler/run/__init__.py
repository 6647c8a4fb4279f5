"""Running plans, and explaining them."""
