"""Regions of images as rows of numbers."""

from __future__ import annotations

NUMBERS = 8
"""Of a region: row, column, then row and column that are added from one row of the grid to the
next, and along a row, and the number of rows and columns."""
