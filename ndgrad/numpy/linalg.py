"""`ndgrad.numpy.linalg`: norms, factorisations and solutions of matrices.

Those made of operators have gradients, and so has `svd`; `qr`, `eig` and what needs them are
computed by NumPy on the host.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as onp

from ..autograd import Function
from ..base import is_floating, public_names
from ..ops.axes import Axis
from . import _elementwise, _products, _reductions, _shaping
from ._calls import F
from ._check import array_argument
from ._fallback import on_host
from .multiarray import ndarray

if TYPE_CHECKING:
    from .._stubs.np_linalg import *  # noqa: F403
    from ..array.types import AnyArray

_HOST = {
    "qr": "tuple[ndarray, ndarray]",
    "eig": "tuple[ndarray, ndarray]",
    "eigvals": "ndarray",
    "pinv": "ndarray",
    "matrix_rank": "Any",  # an int for a matrix, an array for several
    "cond": "ndarray",
    "matrix_power": "ndarray",
    "multi_dot": "ndarray",
}
"""What NumPy computes, by the type of the result."""

__all__ = [
    "cholesky", "det", "eigh", "eigvalsh", "inv", "norm", "slogdet", "lstsq", "solve", "svd",
    "tensorinv", "tensorsolve", *_HOST,
]  # fmt: skip
__dir__ = public_names(globals())

globals().update({name: on_host(getattr(onp.linalg, name), name, of) for name, of in _HOST.items()})


class _Svd(Function):
    """The decomposition by LAPACK, and its derivative (Townsend 2016)."""

    def forward(self, a: ndarray) -> tuple[ndarray, ndarray, ndarray]:
        u, s, v = _svd(a, full_matrices=False)
        self.save_for_backward(u, s, v)
        return u, s, v

    def backward(self, du: ndarray, ds: ndarray, dv: ndarray) -> ndarray:
        u, s, v = self.saved_tensors
        squares = s * s
        gaps = _shaping.expand_dims(squares, -2) - _shaping.expand_dims(squares, -1)
        f = _shaping.where(gaps == 0, 0.0, 1.0 / _shaping.where(gaps == 0, 1.0, gaps))
        rows, columns = _shaping.expand_dims(s, -2), _shaping.expand_dims(s, -1)
        of_u, of_v = _transposed(u) @ du, v @ _transposed(dv)
        inner = f * (of_u - _transposed(of_u)) * rows + columns * f * (of_v - _transposed(of_v))
        scaled = _shaping.expand_dims(ds, -1) * v
        outside_u = ((du - u @ of_u) / rows) @ v
        outside_v = u @ ((dv - _transposed(of_v) @ v) / columns)
        return u @ (inner @ v) + u @ scaled + outside_u + outside_v


def _transposed(x: ndarray) -> ndarray:
    return _shaping.swapaxes(x, -1, -2)


def svd(a: AnyArray) -> tuple[ndarray, ndarray, ndarray]:
    """Return the singular value decomposition U, L, V, such that a = U * L @ V."""
    return _Svd()(array_argument("svd", "a", a))


_svd = on_host(onp.linalg.svd, "svd", "tuple[ndarray, ndarray, ndarray]")


def lstsq(
    a: AnyArray, b: AnyArray, rcond: float | str | None = "warn"
) -> tuple[ndarray, ndarray, int, ndarray]:
    """Return the least-squares solution, residuals, rank and singular values."""
    return _lstsq(a, b, None if isinstance(rcond, str) else rcond)


_lstsq = on_host(onp.linalg.lstsq, "lstsq", "tuple[ndarray, ndarray, int, ndarray]")


def _matrices(function: str, a: AnyArray) -> ndarray:
    a = array_argument(function, "a", a)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"{function}: the last two axes must be square, got shape {a.shape}")
    return a if is_floating(a.dtype) else a.astype("float32")


def inv(a: AnyArray) -> ndarray:
    """Return the inverses of matrices."""
    return F.linalg_inverse(_matrices("inv", a))


def det(a: AnyArray) -> ndarray:
    """Return the determinants of matrices."""
    a = _matrices("det", a)
    return F.linalg_det(a).reshape(a.shape[:-2])


def slogdet(a: AnyArray) -> list[ndarray]:
    """Return signs and logarithms of the absolute values of determinants."""
    a = _matrices("slogdet", a)
    return [x.reshape(a.shape[:-2]) for x in F.linalg_slogdet(a)]


def cholesky(a: AnyArray) -> ndarray:
    """Return the lower triangular L such that a = L @ L.T."""
    return F.linalg_potrf(_matrices("cholesky", a))


def eigh(a: AnyArray, UPLO: str = "L") -> tuple[ndarray, ndarray]:
    """Return eigenvalues, ascending, and eigenvectors as columns, of symmetric matrices."""
    u, w = F.linalg_syevd(_symmetric(_matrices("eigh", a), UPLO))
    return w, _shaping.swapaxes(u, -1, -2)


def _symmetric(a: ndarray, part: str) -> ndarray:
    """The matrices of which only a triangle is looked at."""
    lower = _shaping.tril if part.upper() == "L" else _shaping.triu
    half, strict = lower(a), lower(a, -1 if part.upper() == "L" else 1)
    return half + _shaping.swapaxes(strict, -1, -2)


def eigvalsh(a: AnyArray, UPLO: str = "L") -> ndarray:
    """Return the eigenvalues, ascending, of symmetric matrices."""
    return eigh(a, UPLO)[0]


def solve(a: AnyArray, b: AnyArray) -> ndarray:
    """Return x such that a @ x = b."""
    a, b = _matrices("solve", a), array_argument("solve", "b", b)
    if b.ndim == a.ndim - 1:
        return _shaping.squeeze(_products.matmul(inv(a), _shaping.expand_dims(b, -1)), -1)
    return _products.matmul(inv(a), b)


def tensorinv(a: AnyArray, ind: int = 2) -> ndarray:
    """Return the inverse of a tensor under `tensordot` over *ind* axes."""
    a = array_argument("tensorinv", "a", a)
    n = math.prod(a.shape[:ind])
    return inv(a.reshape((n, -1))).reshape(a.shape[ind:] + a.shape[:ind])


def tensorsolve(a: AnyArray, b: AnyArray, axes: Sequence[int] | None = None) -> ndarray:
    """Return x such that tensordot(a, x, x.ndim) = b."""
    a, b = array_argument("tensorsolve", "a", a), array_argument("tensorsolve", "b", b)
    if axes is not None:
        rest = [i for i in range(a.ndim) if i not in axes]
        a = _shaping.transpose(a, [*rest, *axes])
    shape = a.shape[b.ndim :]
    return solve(a.reshape((-1, math.prod(shape))), _shaping.ravel(b)).reshape(shape)


def norm(
    x: AnyArray,
    ord: float | str | None = None,
    axis: Axis = None,
    keepdims: bool = False,
) -> ndarray:
    """Return a norm of vectors or matrices along axes.

    Parameters
    ----------
    x : ndarray
    ord : {None, 'fro', 'nuc', inf, -inf} or number, optional
        By default the root of the sum of squares.
    axis : int or pair of int, optional
        Of vectors or of matrices; by default all axes.
    keepdims : bool
    """
    x = array_argument("norm", "x", x)
    x = x if is_floating(x.dtype) else x.astype("float32")
    axes = tuple(range(x.ndim)) if axis is None else (
        (axis,) if isinstance(axis, (int, onp.integer)) else tuple(axis)
    )  # fmt: skip
    if ord is None or ord == "fro" or (ord == 2 and len(axes) == 1):
        if len(axes) == x.ndim and not keepdims:
            return F.norm(_shaping.ravel(x)).reshape(())
        return F.norm(x, axis=axes if len(axes) > 1 else axes[0], keepdims=keepdims)
    size = _elementwise.absolute(x)
    if len(axes) == 1:
        return _vector_norm(size, ord, axes, keepdims)
    if len(axes) != 2:
        raise ValueError("norm: Improper number of dimensions to norm.")
    if not isinstance(ord, str) and ord in (1, -1, math.inf, -math.inf):
        along, over = axes if abs(ord) == 1 else axes[::-1]
        sums = _reductions.sum(size, along, keepdims=True)
        extreme = _reductions.METHODS["max" if ord > 0 else "min"]
        found = extreme(sums, over, keepdims=True)
        return found if keepdims else _shaping.squeeze(found, axes)
    return _norm(x, ord, axes, keepdims)


_norm = on_host(onp.linalg.norm, "norm", "ndarray")


def _vector_norm(size: ndarray, ord: float | str, axes: tuple[int, ...], keepdims: bool) -> ndarray:
    if ord == math.inf:
        return _reductions.METHODS["max"](size, axes, keepdims=keepdims)
    if ord == -math.inf:
        return _reductions.METHODS["min"](size, axes, keepdims=keepdims)
    if ord == 0:
        nonzero = _elementwise.not_equal(size, 0).astype(size.dtype)
        return _reductions.sum(nonzero, axes, keepdims=keepdims)
    if ord == 1:
        return _reductions.sum(size, axes, keepdims=keepdims)
    if isinstance(ord, str):
        raise ValueError(f"norm: ord of vectors must be a number, got {ord!r}")
    powers = _elementwise.power(size, ord)
    return _elementwise.power(_reductions.sum(powers, axes, keepdims=keepdims), 1.0 / ord)
