"""Rows picked by index: what is done about an index that is not valid."""

from __future__ import annotations

CLIP, WRAP, RAW = 0, 1, 2
"""Ways to make an index valid: the nearest that is, modulo the length, or not at all."""

FARTHEST = 2**62
"""An index beyond any length."""

OUT_OF_BOUNDS = "index {value} is out of bounds for axis {axis} with size {n}"
"""An error's text, for `str.format`."""
