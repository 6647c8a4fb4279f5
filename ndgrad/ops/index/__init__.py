"""Operators that select, order or write elements by index."""
