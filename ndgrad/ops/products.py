"""Products of matrices in operators: their sizes, and the gradients that all of them share."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, TypeVar

from ..base import DTypeLike, MXNetError, Shape
from ..kernels import front
from ..memory.device import Buffer
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


def check_shape(op: str, name: str, x: Array, expected: Shape) -> None:
    """Raise `MXNetError` if the argument *name* has another shape than follows from others."""
    if x._shape != expected:
        raise MXNetError(
            f"Operator {op}: argument {name}: Shape inconsistent, Provided = {show(x._shape)}, "
            f"inferred shape={show(expected)}"
        )


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
    """Gradients of C = alpha op(A) op(B), with operators of the table."""
    d_lhs = d_rhs = None
    facts = {"alpha": alpha, "batch": batch}
    if needs[0]:
        a, b, m_, n_, k_, ta_, tb_ = _of_lhs(g, rhs, m, n, k, ta, tb)
        sizes = {"m": m_, "n": n_, "k": k_, "shape": lhs.shape}
        d_lhs = F._gemm(a, b, transpose_a=ta_, transpose_b=tb_, **sizes, **facts)
        d_lhs = as_dtype_of(d_lhs, lhs.dtype)
    if needs[1]:
        a, b, m_, n_, k_, ta_, tb_ = _of_rhs(g, lhs, m, n, k, ta, tb)
        sizes = {"m": m_, "n": n_, "k": k_, "shape": rhs.shape}
        d_rhs = F._gemm(a, b, transpose_a=ta_, transpose_b=tb_, **sizes, **facts)
        d_rhs = as_dtype_of(d_rhs, rhs.dtype)
    return d_lhs, d_rhs


def gemm_grads_fast(
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
    """What `gemm_grads` computes, by kernels."""
    d_lhs = d_rhs = None
    top, left, right = g._data, lhs._data, rhs._data
    if needs[0]:
        data = front.product(*_of_lhs(top, right, m, n, k, ta, tb), alpha, batch)
        d_lhs = _gradient(g, data, lhs)
    if needs[1]:
        data = front.product(*_of_rhs(top, left, m, n, k, ta, tb), alpha, batch)
        d_rhs = _gradient(g, data, rhs)
    return d_lhs, d_rhs


def _gradient(g: Array, data: Buffer, x: Array) -> Array:
    """The gradient of *x*, where *g* is, in the dtype of *x*."""
    dtype = x._data.dtype
    return type(g)(data if data.dtype == dtype else front.cast(data, dtype), x._shape, g._ctx)


_T = TypeVar("_T", Array, Buffer)
_Factors: TypeAlias = tuple[_T, _T, int, int, int, bool, bool]


# Giles 2008, "Collected matrix derivative results", section 2.2.2.
def _of_lhs(g: _T, rhs: _T, m: int, n: int, k: int, ta: bool, tb: bool) -> _Factors[_T]:
    """The product, m, n, k and flags behind its factors, that is the gradient of A.

    That of op(A) is alpha G op(B)'.
    """
    return (rhs, g, k, m, n, tb, True) if ta else (g, rhs, m, k, n, False, not tb)


def _of_rhs(g: _T, lhs: _T, m: int, n: int, k: int, ta: bool, tb: bool) -> _Factors[_T]:
    """The same for B: that of op(B) is alpha op(A)' G."""
    return (g, lhs, n, k, m, True, ta) if tb else (lhs, g, k, n, m, not ta, False)
