"""`ndgrad.symbol.numpy`, or `mx.sym.np`: NumPy's functions of symbols.

They have the arguments of those of `ndgrad.numpy`.  A call becomes an entry of the graph that calls
such a function when it is evaluated, so that shapes, dtypes and gradients are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import numpy as _np
from ...base import public_names as _public_names
from ..numpy_like import _Symbol as _Symbol
from ..numpy_operators import FUNCTIONS as _FUNCTIONS
from . import _calls, _functions, _methods
from . import linalg as linalg
from . import random as random
from ._functions import *  # noqa: F403

if TYPE_CHECKING:  # what is made from the table below
    from ..._stubs.symbol_np_functions import *  # noqa: F403

__all__ = [*_functions.__all__, *_FUNCTIONS, "linalg", "random"]

for _name, _op in _FUNCTIONS.items():
    globals()[_name] = _calls.function(_name, _op, getattr(_np, _name))
_methods.install(globals())
__dir__ = _public_names(globals())
