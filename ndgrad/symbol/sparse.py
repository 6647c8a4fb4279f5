"""`sym.sparse`: the functions of `nd.sparse` for symbols."""

from __future__ import annotations

from ..base import public_names

__all__: list[str] = []  # `ndgrad.symbol` adds them
__dir__ = public_names(globals())
