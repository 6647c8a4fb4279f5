"""`nd.image`: the operators that are called ``_image_...``, under the rest of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base import public_names

if TYPE_CHECKING:
    from .._stubs.nd_image import *  # noqa: F403

__all__: list[str] = []  # `ndgrad.nd` adds them
__dir__ = public_names(globals())
