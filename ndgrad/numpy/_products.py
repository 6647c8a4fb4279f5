"""Products of vectors, matrices and tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as onp

from ..array.ndarray import NDArray
from ..base import is_floating
from ._calls import F
from ._check import array_argument, delivered
from ._elementwise import multiply
from ._shaping import moveaxis, ravel, roll
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray, ArrayLike

__all__ = [
    "cross", "dot", "einsum", "inner", "kron", "matmul", "outer", "tensordot", "vdot",
]  # fmt: skip


def _factors(function: str, a: ArrayLike, b: ArrayLike) -> tuple[ndarray, ndarray]:
    a, b = array_argument(function, "a", a), array_argument(function, "b", b)
    kinds = a._data.dtype, b._data.dtype
    if kinds[0] != kinds[1]:
        floats = [k for k in kinds if is_floating(k)]
        kind = floats[0] if len(floats) == 1 else onp.result_type(*kinds)
        a, b = (x if x._data.dtype == kind else F.Cast(x, dtype=kind) for x in (a, b))
    return a, b


def dot(a: ArrayLike, b: ArrayLike, out: ndarray | None = None) -> ndarray:
    """Return the sum of products over the last axis of *a* and the last but one of *b*."""
    if not (isinstance(a, NDArray) and isinstance(b, NDArray)):
        if isinstance(a, (int, float, onp.generic)) or isinstance(b, (int, float, onp.generic)):
            return multiply(a, b, out=out)
    if a.__class__ is b.__class__ is ndarray and a.ndim == b.ndim == 2 and out is None:
        return F.dot(a, b)
    a, b = _factors("dot", a, b)
    if not (a.ndim and b.ndim):
        return multiply(a, b, out=out)
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"dot: shapes {a.shape} and {b.shape} not aligned")
    if b.ndim > 2:
        return delivered(tensordot(a, b, ((-1,), (-2,))), out, "dot")
    if a.ndim == b.ndim == 1:
        result = F.dot(a, b).reshape(())
    elif b.ndim == 1:
        result = F.dot(a.reshape((-1, a.shape[-1])), b).reshape(a.shape[:-1])
    else:
        rows = a.reshape((-1, a.shape[-1]))
        result = F.dot(rows, b).reshape((*a.shape[:-1], b.shape[-1]))
    return delivered(result, out, "dot")


def matmul(a: AnyArray, b: AnyArray, out: ndarray | None = None) -> ndarray:
    """Return matrix products; leading axes broadcast.

    Raises
    ------
    ValueError
        For operands without axes, or whose lengths do not fit.
    """
    if a.__class__ is b.__class__ is ndarray and a.ndim == b.ndim == 2 and out is None:
        return F.dot(a, b)
    a, b = _factors("matmul", a, b)
    if not (a.ndim and b.ndim):
        raise ValueError("matmul: operands must have an axis at least")
    if a.shape[-1] != b.shape[-2 if b.ndim > 1 else 0]:
        raise ValueError(f"matmul: shapes {a.shape} and {b.shape} do not fit")
    if a.ndim <= 2 and b.ndim <= 2:
        return dot(a, b, out)
    return delivered(F.matmul(a, b), out, "matmul")


def inner(a: AnyArray, b: AnyArray) -> ndarray:
    """Return the sums of products over the last axes."""
    a, b = _factors("inner", a, b)
    if not (a.ndim and b.ndim):
        return multiply(a, b)
    return tensordot(a, b, ((-1,), (-1,)))


def vdot(a: AnyArray, b: AnyArray) -> ndarray:
    """Return the sum of the products of all elements."""
    return dot(ravel(a), ravel(b))


def outer(a: AnyArray, b: AnyArray, out: ndarray | None = None) -> ndarray:
    """Return the products of each element of *a* with each of *b*."""
    a, b = ravel(a), ravel(b)
    return multiply(a.reshape((-1, 1)), b.reshape((1, -1)), out=out)


def tensordot(a: AnyArray, b: AnyArray, axes: int | Sequence[int | Sequence[int]] = 2) -> ndarray:
    """Return sums of products over axes of two arrays.

    Parameters
    ----------
    a, b : ndarray
    axes : int or pair of sequences of int
        How many of the last of *a* and the first of *b*; or which.
    """
    a, b = _factors("tensordot", a, b)
    if isinstance(axes, (int, onp.integer)):
        left, right = [*range(a.ndim - axes, a.ndim)], [*range(axes)]
    else:
        left, right = ([x] if isinstance(x, (int, onp.integer)) else [*x] for x in axes)
    left, right = [i % a.ndim for i in left] if left else [], [i % b.ndim for i in right]
    if [a.shape[i] for i in left] != [b.shape[i] for i in right]:
        raise ValueError(
            f"tensordot: axes {left} of shape {a.shape} and {right} of {b.shape} do not fit"
        )
    kept = [i for i in range(a.ndim) if i not in left], [i for i in range(b.ndim) if i not in right]
    lengths = [a.shape[i] for i in kept[0]], [b.shape[i] for i in kept[1]]
    n = 1
    for i in left:
        n *= a.shape[i]
    rows, columns = _permuted(a, [*kept[0], *left]), _permuted(b, [*right, *kept[1]])
    rows, columns = rows.reshape((a.size // n, n)), columns.reshape((n, b.size // n))
    return F.dot(rows, columns).reshape((*lengths[0], *lengths[1]))


def _permuted(x: ndarray, order: list[int]) -> ndarray:
    return x if order == sorted(order) else F.transpose(x, axes=tuple(order))


def einsum(
    *operands: str | AnyArray, out: ndarray | None = None, optimize: bool | str = False
) -> ndarray:
    """Return sums of products of elements along axes that letters name.

    Parameters
    ----------
    *operands
        The subscripts, such as ``'ij,jk->ik'``, then arrays.
    out : ndarray, optional
    optimize : bool
        Without effect.
    """
    if not operands or not isinstance(operands[0], str):
        raise TypeError("einsum: the first argument must be the subscripts, a string")
    arrays = [array_argument("einsum", f"operands[{i}]", x) for i, x in enumerate(operands[1:])]
    subscripts = operands[0].replace(" ", "")
    result = F._einsum(*arrays, subscripts=subscripts)
    inputs, arrow, output = subscripts.partition("->")
    if not arrow:
        letters = inputs.replace(",", "")
        output = "".join(x for x in letters if letters.count(x) == 1)
    if not output and "..." not in subscripts:
        result = result.reshape(())
    return delivered(result, out, "einsum")


def kron(a: AnyArray, b: AnyArray) -> ndarray:
    """Return the Kronecker product."""
    a, b = _factors("kron", a, b)
    ndim = max(a.ndim, b.ndim)
    left = a.reshape((1,) * (ndim - a.ndim) + a.shape)
    right = b.reshape((1,) * (ndim - b.ndim) + b.shape)
    lengths = tuple(m * n for m, n in zip(left.shape, right.shape, strict=True))
    left = left.reshape(tuple(n for m in left.shape for n in (m, 1)))
    right = right.reshape(tuple(n for m in right.shape for n in (1, m)))
    return multiply(left, right).reshape(lengths)


def cross(a: AnyArray, b: AnyArray, axis: int = -1) -> ndarray:
    """Return cross products of vectors of three elements."""
    a, b = _factors("cross", a, b)
    a, b = moveaxis(a, axis, -1), moveaxis(b, axis, -1)
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError("cross: vectors must have three elements")
    result = roll(a, -1, -1) * roll(b, -2, -1) - roll(a, -2, -1) * roll(b, -1, -1)
    return moveaxis(result, -1, axis)
