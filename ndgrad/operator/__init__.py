"""Custom operators: forward and backward that a user writes in Python, called by ``nd.Custom``.

`NumpyOp` and `NDArrayOp` are MXNet's older classes for such operators in symbols.
"""

from __future__ import annotations

from ..base import public_names
from ..ops.table import ALIASES as _ALIASES
from ..ops.table import OPS as _OPS
from .call import Custom as Custom
from .call import made_prop as made_prop
from .call import register
from .definition import CustomOp, CustomOpProp
from .python import NDArrayOp, NumpyOp, PythonOp

__all__ = [
    "CustomOp",
    "CustomOpProp",
    "NDArrayOp",
    "NumpyOp",
    "PythonOp",
    "get_all_registered_operators",
    "register",
]
__dir__ = public_names(globals())


def get_all_registered_operators() -> list[str]:
    """Return the names of all operators, with their aliases."""
    return sorted([*_OPS, *_ALIASES])
