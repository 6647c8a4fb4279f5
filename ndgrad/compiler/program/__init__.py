"""Programs: values, instructions, and what simplifies them."""
