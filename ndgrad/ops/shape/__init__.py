"""Operators that rearrange elements without arithmetic."""
