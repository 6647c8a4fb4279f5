"""`ndgrad.symbol.numpy_extension`, or `mx.sym.npx`: what networks need beside `sym.np`, of symbols.

Operators of `ndgrad.symbol` under the names that `ndgrad.numpy_extension` has for them.
"""

from __future__ import annotations

from collections.abc import Sequence as _Sequence
from typing import TYPE_CHECKING
from typing import Any as _Any

from ... import numpy_extension as _npx
from ...base import public_names as _public_names
from ...ops.table import lookup as _lookup
from ..functions import function as _function
from ..numpy._calls import call as _call
from ..numpy_like import _Symbol
from ..symbol import Symbol as _AnySymbol
from . import image as image
from . import random as random

if TYPE_CHECKING:  # what is made from a table
    from ..._stubs.symbol_npx_functions import *  # noqa: F403

__all__ = [
    "constraint_check", "image", "nonzero", "random", "reshape", *_npx._OPERATORS,
]  # fmt: skip

for _name, _operator in _npx._OPERATORS.items():
    globals()[_name] = _function(_lookup(_operator), _name, kind=_Symbol)


def reshape(
    a: _AnySymbol,
    newshape: int | _Sequence[int],
    reverse: bool = False,
    order: str = "C",
    **label: _Any,
) -> _Symbol:
    """Return the elements in another shape, with MXNet's codes for it; see `npx.reshape`."""
    return _call("_npx_reshape", a, newshape=newshape, reverse=bool(reverse), **label)


def nonzero(a: _AnySymbol) -> _Symbol:
    """Return the indices of what is not 0, as rows."""
    return _call("_npx_nonzero", a)


def constraint_check(x: _AnySymbol, msg: str = "Constraint violated.") -> _Symbol:
    """Return true; an error with a message if an element is not, when the graph is evaluated."""
    return _call("_npx_constraint_check", x, msg=msg)


__dir__ = _public_names(globals())
