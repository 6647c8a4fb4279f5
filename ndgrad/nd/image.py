"""`nd.image`: the operators that are called ``_image_...``, under the rest of their names."""

from __future__ import annotations

from ..base import public_names

__all__: list[str] = []  # `ndgrad.nd` adds them
__dir__ = public_names(globals())
