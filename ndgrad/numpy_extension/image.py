"""`ndgrad.numpy_extension.image`: operators on images; other names are those of `ndgrad.image`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base import public_names
from ..nd import _bind
from ..nd import image as _nd_image
from ..numpy.multiarray import ndarray
from ..ops.bound import CALLS
from ..ops.table import lookup

if TYPE_CHECKING:
    from .._stubs.npx_image import *  # noqa: F403

__all__ = list(_nd_image.__all__)

for _name in __all__:
    _operator = lookup(f"_image_{_name}")
    _made = _bind.function(_operator, _name, array=ndarray)
    _made.__module__ = __name__
    CALLS[_made] = _operator.name
    globals()[_name] = _made

__dir__ = public_names(globals())
