"""From a Python function to a program: guards, the trace, decomposition."""
