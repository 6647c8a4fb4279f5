"""`ndgrad.numpy`, or `mx.np`: arrays like NumPy's, and NumPy's functions of them.

Functions are made of the operators that `ndgrad.nd` has, so they have gradients of any order, are
compiled and run on GPUs.  What no operators make is computed by NumPy on the host.
"""

from __future__ import annotations

import builtins as _builtins
import math as _math
from typing import TYPE_CHECKING

import numpy as _onp

from ..base import public_names as _public_names
from . import _creation, _elementwise, _fallback, _methods, _protocol, _reductions
from . import linalg as linalg
from . import random as random
from ._creation import *  # noqa: F403
from ._joining import *  # noqa: F403
from ._numerics import *  # noqa: F403
from ._picking import *  # noqa: F403
from ._products import *  # noqa: F403
from ._reductions import *  # noqa: F403
from ._shaping import *  # noqa: F403
from .multiarray import ndarray as ndarray

if TYPE_CHECKING:  # what is made from tables below
    from .._stubs.np_functions import *  # noqa: F403

_HIDDEN = {"TYPE_CHECKING", "annotations", "multiarray"}
_methods.install()

for _module in (_fallback, _creation, _elementwise, _reductions):
    globals().update(_module.FUNCTIONS)

pi, e, inf, nan, euler_gamma = _math.pi, _math.e, _math.inf, _math.nan, _onp.euler_gamma
newaxis = None
NAN = NaN = nan
PINF, NINF, PZERO, NZERO = inf, -inf, 0.0, -0.0
float16, float32, float64 = _onp.float16, _onp.float32, _onp.float64
int8, int16, int32, int64, uint8 = _onp.int8, _onp.int16, _onp.int32, _onp.int64, _onp.uint8
bool_, bool, finfo, iinfo, dtype = _onp.bool_, _builtins.bool, _onp.finfo, _onp.iinfo, _onp.dtype

__all__ = sorted(name for name in globals() if not name.startswith("_") and name not in _HIDDEN)
_protocol.install(globals() | _reductions.METHODS)
__dir__ = _public_names(globals())
