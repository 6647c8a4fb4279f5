"""`nd.linalg`: the rows of the op table that are called ``linalg_...``, under the rest of it."""

from __future__ import annotations

from ..base import public_names

__all__: list[str] = []  # `ndgrad.nd` adds them
__dir__ = public_names(globals())
