"""`sym.npx.image`: operators on images, of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import numpy_extension as _npx
from ...base import public_names as _public_names
from ...ops.table import lookup as _lookup
from ..functions import function as _function
from ..numpy_like import _Symbol

if TYPE_CHECKING:
    from ..._stubs.symbol_npx_image import *  # noqa: F403

__all__ = list(_npx.image.__all__)

for _name in __all__:
    globals()[_name] = _function(_lookup(f"_image_{_name}"), _name, kind=_Symbol)
__dir__ = _public_names(globals())
