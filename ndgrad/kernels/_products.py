"""Products of flat matrices: BLAS for real numbers, a kernel of our own for integers.

Every product is a batch of ``alpha * op(A) @ op(B)``.  Its derivative is two more of the same kind
with the flags turned round, so no matrix is ever transposed in memory.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..base import promote
from ..storage import empty
from . import _blas
from ._launch import chunked, grain
from ._table import F
from .casting import copied

Shape = tuple[int, ...]

_FLOAT16, _FLOAT32 = np.dtype("float16"), np.dtype("float32")
_INT32, _BOOL = np.dtype("int32"), np.dtype("bool")

# Above this much work (m * n * k) OpenBLAS shares one product between its threads; smaller ones
# of a batch are shared out by us.
_THREADED = 1 << 18


class Sizes(NamedTuple):
    """One product or a batch: op(A) is (m, k), op(B) is (k, n); the result has *shape*."""

    m: int
    n: int
    k: int
    shape: Shape


def show(shape: Shape) -> str:
    return str(list(shape)).replace(" ", "")


# --- flat products --------------------------------------------------------------------------------


@chunked
def _integer_rows(a: Any, b: Any, c: Any, rows: int, n: int, k: int, lo: int, hi: int) -> None:
    """Rows of a batch of products of integers; *rows* of them belong to each matrix."""
    for i in range(lo, hi):
        row = c[i * n : (i + 1) * n]
        factors = a[i * k : (i + 1) * k]
        first = i // rows * k * n
        for j in range(n):
            row[j] = 0
        for t in range(k):
            factor = factors[t]
            other = b[first + t * n : first + (t + 1) * n]
            for j in range(n):
                row[j] += factor * other[j]


@chunked
def _batched(
    addr: int,
    a: Any,
    starts_a: Any,
    ta: bool,
    b: Any,
    starts_b: Any,
    tb: bool,
    c: Any,
    m: int,
    n: int,
    k: int,
    alpha: float,
    lo: int,
    hi: int,
) -> None:
    """Products number lo to hi - 1, each with its own first elements of A and B."""
    lda, ldb = m if ta else k, k if tb else n
    for i in range(lo, hi):
        _blas.gemm(
            addr, a, starts_a[i], lda, ta, b, starts_b[i], ldb, tb, c, i * m * n, n, m, n, k,
            alpha, 0.0,
        )  # fmt: skip


@chunked
def fill_rows(y: Any, row: Any, n: int, lo: int, hi: int) -> None:
    """Copy one row into rows lo to hi - 1."""
    for i in range(lo, hi):
        y[i * n : (i + 1) * n] = row


def one(
    a: Any, b: Any, c: Any, m: int, n: int, k: int, ta: bool, tb: bool, alpha: float, beta: float
) -> None:
    """A single product of real numbers; a vector goes to the function made for it."""
    dtype = c.dtype
    if n == 1 and k > 0:
        if m == 1 and beta == 0.0 and alpha == 1.0:
            c[0] = _blas.fast("dot", dtype)(a, 0, 1, b, 0, 1, k)
        else:
            _blas.fast("gemv", dtype)(a, 0, m if ta else k, ta, b, 0, 1, c, 0, 1, m, k, alpha, beta)
    elif m == 1 and k > 0:
        _blas.fast("gemv", dtype)(b, 0, k if tb else n, not tb, a, 0, 1, c, 0, 1, n, k, alpha, beta)
    else:
        _blas.fast("gemm", dtype)(
            a, 0, m if ta else k, ta, b, 0, k if tb else n, tb, c, 0, n, m, n, k, alpha, beta
        )


def integer_product(
    a: Any, b: Any, c: Any, batch: int, m: int, n: int, k: int, ta: bool, tb: bool
) -> None:
    # The loop wants rows of both; an integer product is rare enough to copy for it.
    if ta:
        a = np.ascontiguousarray(a.reshape(batch, k, m).transpose(0, 2, 1)).reshape(-1)
    if tb:
        b = np.ascontiguousarray(b.reshape(batch, n, k).transpose(0, 2, 1)).reshape(-1)
    _integer_rows(a, b, c, max(m, 1), n, k, batch * m, grain(n * k))


def in_dtype(x: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    return x._data if x._data.dtype is dtype or x._data.dtype == dtype else copied(x, dtype)


def in_result_dtype(data: np.ndarray[Any, Any], dtype: np.dtype[Any], like: Any) -> Any:
    """Convert a product back from the dtype it was computed in."""
    if data.dtype == dtype:
        return data
    if dtype == _BOOL:
        return data != 0
    return copied(type(like)(data, (data.size,), like._ctx), dtype)


def sum_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in which products of *dtype* are summed."""
    return _FLOAT32 if dtype == _FLOAT16 else _INT32 if dtype == _BOOL else dtype


def multiply(
    lhs: Any,
    rhs: Any,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float = 1.0,
    batch: int = 1,
    starts: tuple[Any, Any] | None = None,
) -> np.ndarray[Any, Any]:
    """The flat result of *batch* products; *starts* are the first elements where they overlap."""
    da, db = lhs._data.dtype, rhs._data.dtype
    dtype = da if da is db else promote(da, db)
    compute = sum_dtype(dtype)
    a, b = in_dtype(lhs, compute), in_dtype(rhs, compute)
    c = empty(batch * m * n, compute)
    if c.size == 0:
        pass
    elif compute.kind != "f":
        if starts is not None:
            a = a.reshape(-1, m * k)[starts[0] // max(m * k, 1)].reshape(-1) if k else a
            b = b.reshape(-1, k * n)[starts[1] // max(k * n, 1)].reshape(-1) if k else b
        integer_product(a, b, c, batch, m, n, k, ta, tb)
        if alpha != 1.0:
            c *= compute.type(alpha)
    elif batch == 1 and starts is None:
        one(a, b, c, m, n, k, ta, tb, alpha, 0.0)
    else:
        if starts is None:
            numbers = np.arange(batch, dtype=np.int64)
            starts = numbers * (m * k), numbers * (k * n)
        work = m * n * k
        share = batch if work > _THREADED else grain(max(work // 16, m * n))
        _batched(
            _blas.address("gemm", compute), a, starts[0], ta, b, starts[1], tb, c, m, n, k,
            float(alpha), batch, share,
        )  # fmt: skip
    return c if compute is dtype else in_result_dtype(c, dtype, lhs)


def as_dtype_of(x: Any, dtype: Any) -> Any:
    """A gradient in its input's dtype."""
    return x if dtype is None or x.dtype == dtype else F.Cast(x, dtype=dtype)


def gemm_grads(
    g: Any,
    lhs: Any,
    rhs: Any,
    needs: Any,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float = 1.0,
    batch: int = 1,
) -> tuple[Any, Any]:
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
