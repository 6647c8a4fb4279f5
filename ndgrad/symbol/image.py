"""`sym.image`: the functions of `nd.image` for symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base import public_names

if TYPE_CHECKING:
    from .._stubs.symbol_image import *  # noqa: F403

__all__: list[str] = []  # `ndgrad.symbol` adds them
__dir__ = public_names(globals())
