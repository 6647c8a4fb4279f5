"""`ndgrad.module`: symbols with parameters, an optimizer and data: training loops of MXNet 1.x."""
