"""Products of matrices in operators: their sizes, and the gradients that all of them share."""

from __future__ import annotations

from typing import NamedTuple

from ..base import DTypeLike, Shape
from ..tape import Array
from .table import F, Needs


class Sizes(NamedTuple):
    """One product or a batch: op(A) is (m, k), op(B) is (k, n); the result has *shape*."""

    m: int
    n: int
    k: int
    shape: Shape


def show(shape: Shape) -> str:
    return str(list(shape)).replace(" ", "")


def as_dtype_of(x: Array, dtype: DTypeLike | None) -> Array:
    """A gradient in its input's dtype."""
    return x if dtype is None or x.dtype == dtype else F.Cast(x, dtype=dtype)


def gemm_grads(
    g: Array,
    lhs: Array,
    rhs: Array,
    needs: Needs,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float = 1.0,
    batch: int = 1,
) -> tuple[Array | None, Array | None]:
    """Gradients of C = alpha op(A) op(B): of op(A) it is alpha G op(B)', of op(B) alpha op(A)' G.

    Giles 2008, "Collected matrix derivative results", section 2.2.2.
    """
    d_lhs = d_rhs = None
    facts = {"alpha": alpha, "batch": batch}
    if needs[0]:
        shape = lhs.shape
        if ta:
            d_lhs = F._gemm(
                rhs, g, m=k, n=m, k=n, transpose_a=tb, transpose_b=True, shape=shape, **facts
            )
        else:
            d_lhs = F._gemm(
                g, rhs, m=m, n=k, k=n, transpose_a=False, transpose_b=not tb, shape=shape, **facts
            )
        d_lhs = as_dtype_of(d_lhs, lhs.dtype)
    if needs[1]:
        shape = rhs.shape
        if tb:
            d_rhs = F._gemm(
                g, lhs, m=n, n=k, k=m, transpose_a=True, transpose_b=ta, shape=shape, **facts
            )
        else:
            d_rhs = F._gemm(
                lhs, g, m=k, n=n, k=m, transpose_a=not ta, transpose_b=False, shape=shape, **facts
            )
        d_rhs = as_dtype_of(d_rhs, rhs.dtype)
    return d_lhs, d_rhs
