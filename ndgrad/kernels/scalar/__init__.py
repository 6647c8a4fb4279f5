"""Scalar functions that the loop vectoriser can read: exp, log, tanh, erf, gamma, where ...

Numba's wheels bring no vector mathematics library, and a call of libm in a loop costs 3 to 10 ns
an element.  These are plain Python on scalars without branches or look-ups, which LLVM inlines
and vectorises.  `SCALARS` has a row for each; `resolve` names the attribute of this package that
implements one for a kind of number.  Nothing compiles until a kernel calls it.

Importing is enough to use one in a kernel of your own::

    from ndgrad.kernels.scalar import exp_f32
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import arith, erf, exp, gamma, log, power, trig
from .arith import fixed_quotient_f32
from .table import SCALARS, Scalar, resolve

__all__ = ["SCALARS", "Scalar", "fixed_quotient_f32", "resolve"]

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Stand for the functions below, whose names are in the table."""


for _module in (arith, erf, exp, gamma, log, power, trig):
    for _row in SCALARS.values():
        for _name in (_row.float32, _row.small32, _row.float64, _row.integer):
            if _name is not None and hasattr(_module, _name):
                globals()[_name] = getattr(_module, _name)
