"""`sym.np.linalg`: norms, factorisations and solutions of matrices, of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...base import public_names
from ...numpy import linalg
from ..numpy_operators import ALL, BY_ORDER, FROBENIUS, LINALG
from ._calls import call, function

if TYPE_CHECKING:
    from ..._stubs.symbol_np_linalg import *  # noqa: F403

__all__ = ["norm", "pinv", "tensorsolve", *LINALG]
__dir__ = public_names(globals())

for _name, _op in LINALG.items():
    globals()[_name] = function(_name, _op, getattr(linalg, _name))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """Return norms of vectors and matrices; see `ndgrad.numpy.linalg.norm`."""
    axes = (axis,) if isinstance(axis, int) else axis
    if ord is None or ord == "fro":
        flag = ALL if ord is None and axis is None else FROBENIUS
    else:
        flag = 2 if ord == "nuc" else BY_ORDER
    number = 2 if ord is None or isinstance(ord, str) else ord
    return call("_npi_norm", x, ord=number, axis=axes, flag=flag, keepdims=keepdims)


def pinv(a: Any, rcond: float = 1e-15, hermitian: bool = False) -> Any:
    """Return the pseudo-inverse of matrices."""
    return call("_npi_pinv_scalar_rcond", a, rcond=rcond, hermitian=hermitian)


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """Return the solution of a tensor equation."""
    return call("_npi_tensorsolve", a, b, a_axes=axes or ())
