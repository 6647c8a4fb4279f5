"""Normalisation of rows: how the gradients of its parameters are summed."""

from __future__ import annotations

ROWS = 32
"""Rows of a chunk: what the parameters get from them is added up in order, and then over chunks."""
