"""`sym.np.linalg`: norms, factorisations and solutions of matrices, of symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...base import public_names
from ...numpy import linalg
from ..numpy_adapters import ALL, BY_ORDER, FROBENIUS
from ..numpy_like import _Symbol
from ..numpy_operators import LINALG
from ..symbol import Symbol
from ._calls import Axes, call, function

if TYPE_CHECKING:
    from ..._stubs.symbol_np_linalg import *  # noqa: F403

__all__ = ["norm", "pinv", "tensorsolve", *LINALG]
__dir__ = public_names(globals())

for _name, _op in LINALG.items():
    globals()[_name] = function(_name, _op, getattr(linalg, _name))


def norm(
    x: Symbol, ord: float | str | None = None, axis: Axes = None, keepdims: bool = False
) -> _Symbol:
    """Return norms of vectors and matrices; see `ndgrad.numpy.linalg.norm`."""
    axes = (axis,) if isinstance(axis, int) else axis
    if ord is None or ord == "fro":
        flag = ALL if ord is None and axis is None else FROBENIUS
    else:
        flag = 2 if ord == "nuc" else BY_ORDER
    number = 2 if ord is None or isinstance(ord, str) else ord
    return call("_npi_norm", x, ord=number, axis=axes, flag=flag, keepdims=keepdims)


def pinv(a: Symbol, rcond: float = 1e-15, hermitian: bool = False) -> _Symbol:
    """Return the pseudo-inverse of matrices."""
    return call("_npi_pinv_scalar_rcond", a, rcond=rcond, hermitian=hermitian)


def tensorsolve(a: Symbol, b: Symbol, axes: Sequence[int] | None = None) -> _Symbol:
    """Return the solution of a tensor equation."""
    return call("_npi_tensorsolve", a, b, a_axes=axes or ())
