"""Matrix products: BLAS for real numbers, a kernel of our own for integers.

Every product here is a batch of ``alpha * op(A) @ op(B)`` over flat memory, with sizes and flags
as parameters (`_gemm`).  Its derivative is two more of the same kind with the flags turned round,
so the family is closed at any order and no matrix is ever transposed in memory.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..base import MXNetError, promote
from ..storage import empty
from . import _blas
from ._declare import operator
from ._launch import chunked, grain
from ._table import F, Sample
from .casting import copied

Shape = tuple[int, ...]

_FLOAT16, _FLOAT32 = np.dtype("float16"), np.dtype("float32")
_INT32, _BOOL = np.dtype("int32"), np.dtype("bool")

# Above this much work (m * n * k) OpenBLAS shares one product between its threads; smaller ones
# of a batch are shared out by us.
_THREADED = 1 << 18


class _Sizes(NamedTuple):
    """One product or a batch: op(A) is (m, k), op(B) is (k, n); the result has *shape*."""

    m: int
    n: int
    k: int
    shape: Shape


def _show(shape: Shape) -> str:
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
def _fill_rows(y: Any, row: Any, n: int, lo: int, hi: int) -> None:
    """Copy one row into rows lo to hi - 1."""
    for i in range(lo, hi):
        y[i * n : (i + 1) * n] = row


def _one(
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


def _integer_product(
    a: Any, b: Any, c: Any, batch: int, m: int, n: int, k: int, ta: bool, tb: bool
) -> None:
    # The loop wants rows of both; an integer product is rare enough to copy for it.
    if ta:
        a = np.ascontiguousarray(a.reshape(batch, k, m).transpose(0, 2, 1)).reshape(-1)
    if tb:
        b = np.ascontiguousarray(b.reshape(batch, n, k).transpose(0, 2, 1)).reshape(-1)
    _integer_rows(a, b, c, max(m, 1), n, k, batch * m, grain(n * k))


def _in(x: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    return x._data if x._data.dtype is dtype or x._data.dtype == dtype else copied(x, dtype)


def _result(data: np.ndarray[Any, Any], dtype: np.dtype[Any], like: Any) -> Any:
    """Convert a product back from the dtype it was computed in."""
    if data.dtype == dtype:
        return data
    if dtype == _BOOL:
        return data != 0
    return copied(type(like)(data, (data.size,), like._ctx), dtype)


def _compute(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype in which products of *dtype* are summed."""
    return _FLOAT32 if dtype == _FLOAT16 else _INT32 if dtype == _BOOL else dtype


def _multiply(
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
    compute = _compute(dtype)
    a, b = _in(lhs, compute), _in(rhs, compute)
    c = empty(batch * m * n, compute)
    if c.size == 0:
        pass
    elif compute.kind != "f":
        if starts is not None:
            a = a.reshape(-1, m * k)[starts[0] // max(m * k, 1)].reshape(-1) if k else a
            b = b.reshape(-1, k * n)[starts[1] // max(k * n, 1)].reshape(-1) if k else b
        _integer_product(a, b, c, batch, m, n, k, ta, tb)
        if alpha != 1.0:
            c *= compute.type(alpha)
    elif batch == 1 and starts is None:
        _one(a, b, c, m, n, k, ta, tb, alpha, 0.0)
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
    return c if compute is dtype else _result(c, dtype, lhs)


def _as(x: Any, dtype: Any) -> Any:
    """A gradient in its input's dtype."""
    return x if dtype is None or x.dtype == dtype else F.Cast(x, dtype=dtype)


# --- the product that all derivatives are made of ------------------------------------------------


def _gemm_grads(
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
        d_lhs = _as(d_lhs, lhs.dtype)
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
        d_rhs = _as(d_rhs, rhs.dtype)
    return d_lhs, d_rhs


def _gemm_vjp(
    g: Any,
    lhs: Any,
    rhs: Any,
    needs: Any,
    m: int,
    n: int,
    k: int,
    transpose_a: bool,
    transpose_b: bool,
    alpha: float,
    batch: int,
) -> tuple[Any, Any]:
    return _gemm_grads(g, lhs, rhs, needs, m, n, k, transpose_a, transpose_b, alpha, batch)


@operator(
    "_gemm",
    vjp=_gemm_vjp,
    samples=(
        Sample(((3, 4), (4, 2)), {"m": 3, "n": 2, "k": 4, "shape": (3, 2)}),
        Sample(
            ((4, 3), (2, 4)),
            {"m": 3, "n": 2, "k": 4, "shape": (6,), "transpose_a": True, "transpose_b": True},
        ),
    ),
)
def _gemm(
    lhs: Any,
    rhs: Any,
    *,
    m: int,
    n: int,
    k: int,
    shape: Shape,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    batch: int = 1,
) -> Any:
    """``alpha * op(A) @ op(B)`` of flat memory, *batch* times, in a shape of its own."""
    return _multiply(lhs, rhs, m, n, k, transpose_a, transpose_b, alpha, batch), shape


# --- dot ------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _dot_sizes(left: Shape, right: Shape, ta: bool, tb: bool) -> _Sizes:
    if not left or not right:
        raise MXNetError(
            f"Operator dot: dot shape error: {_show(left)} X {_show(right)}; "
            "expected arrays of one axis or more"
        )
    k, rest = (left[0], left[1:]) if ta else (left[-1], left[:-1])
    other_k, other = (right[-1], right[:-1]) if tb else (right[0], right[1:])
    if k != other_k:
        flags = f" (transpose_a={ta}, transpose_b={tb})" if ta or tb else ""
        raise MXNetError(
            f"Operator dot: dot shape error: {_show(left)} X {_show(right)}{flags}; "
            f"the axes to be summed over have lengths {k} and {other_k}"
        )
    return _Sizes(math.prod(rest), math.prod(other), k, rest + other or (1,))


def _check_storage(forward_stype: Any, name: str) -> None:
    if forward_stype not in (None, "default", "None"):
        raise MXNetError(f"{name}: forward_stype={forward_stype!r}, expected None or 'default'")


def _dot_vjp(
    g: Any, lhs: Any, rhs: Any, needs: Any, transpose_a: Any, transpose_b: Any
) -> tuple[Any, Any]:
    ta, tb = bool(transpose_a), bool(transpose_b)
    m, n, k, _ = _dot_sizes(lhs.shape, rhs.shape, ta, tb)
    return _gemm_grads(g, lhs, rhs, needs, m, n, k, ta, tb)


def _dot_reference(lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    a = np.moveaxis(lhs, 0, -1) if transpose_a else lhs
    b = np.moveaxis(rhs, -1, 0) if transpose_b else rhs
    return np.atleast_1d(np.tensordot(a, b, 1))


@operator(
    "dot",
    vjp=_dot_vjp,
    reference=_dot_reference,
    samples=(
        Sample(((3, 4), (4, 2))),
        Sample(((4, 3), (4, 2)), {"transpose_a": True}),
        Sample(((3, 4), (2, 4)), {"transpose_b": True}),
        Sample(((4, 3), (2, 4)), {"transpose_a": True, "transpose_b": True}),
        Sample(((5,), (5,))),
        Sample(((2, 3), (3,))),
        Sample(((3,), (3, 2))),
        Sample(((2, 3, 4), (4, 2, 2))),
        Sample(((4, 2, 3), (2, 3, 4)), {"transpose_a": True, "transpose_b": True}),
    ),
)
def _dot(
    lhs: Any,
    rhs: Any,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Any = None,
) -> Any:
    """Dot product: of the last axis of *lhs* with the first of *rhs*.

    Parameters
    ----------
    lhs, rhs : NDArray
        Of one axis or more; two vectors give an array of shape (1,).
    transpose_a : bool
        Sum over the first axis of *lhs* instead.
    transpose_b : bool
        Sum over the last axis of *rhs* instead.
    forward_stype : {None, 'default'}
        Arrays are dense here.

    Raises
    ------
    MXNetError
        If the lengths of the two axes differ.
    """
    if forward_stype is not None:
        _check_storage(forward_stype, "dot")
    ta, tb = bool(transpose_a), bool(transpose_b)
    m, n, k, shape = _dot_sizes(lhs._shape, rhs._shape, ta, tb)
    return _multiply(lhs, rhs, m, n, k, ta, tb), shape


# --- batch_dot and matmul -------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _batch_sizes(name: str, left: Shape, right: Shape, ta: bool, tb: bool) -> tuple[_Sizes, int]:
    fail = f"Operator {name}: shapes {_show(left)} and {_show(right)} cannot be multiplied"
    if len(left) < 2 or len(left) != len(right) or left[:-2] != right[:-2]:
        raise MXNetError(f"{fail}: expected equal batch axes before two axes of a matrix")
    m, k = left[-2:][::-1] if ta else left[-2:]
    other_k, n = right[-2:][::-1] if tb else right[-2:]
    if k != other_k:
        raise MXNetError(
            f"{fail} (transpose_a={ta}, transpose_b={tb}): "
            f"the axes to be summed over have lengths {k} and {other_k}"
        )
    return _Sizes(m, n, k, (*left[:-2], m, n)), math.prod(left[:-2])


def _swap(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _batch_reference(
    lhs: Any, rhs: Any, transpose_a: bool = False, transpose_b: bool = False, alpha: float = 1.0
) -> Any:
    return alpha * (
        (_swap(lhs) if transpose_a else lhs) @ (_swap(rhs) if transpose_b else rhs)
    )


def _batch_dot_vjp(
    g: Any, lhs: Any, rhs: Any, needs: Any, transpose_a: Any, transpose_b: Any
) -> tuple[Any, Any]:
    ta, tb = bool(transpose_a), bool(transpose_b)
    (m, n, k, _), batch = _batch_sizes("batch_dot", lhs.shape, rhs.shape, ta, tb)
    return _gemm_grads(g, lhs, rhs, needs, m, n, k, ta, tb, 1.0, batch)


@operator(
    "batch_dot",
    vjp=_batch_dot_vjp,
    reference=_batch_reference,
    samples=(
        Sample(((2, 3, 4), (2, 4, 2))),
        Sample(((2, 4, 3), (2, 4, 2)), {"transpose_a": True}),
        Sample(((2, 3, 4), (2, 2, 4)), {"transpose_b": True}),
        Sample(((2, 4, 3), (2, 2, 4)), {"transpose_a": True, "transpose_b": True}),
    ),
)
def _batch_dot(
    lhs: Any,
    rhs: Any,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: Any = None,
) -> Any:
    """Matrix products of the last two axes, one for each index of the axes before them.

    Parameters
    ----------
    lhs, rhs : NDArray
        Of three axes or more; all but the last two have equal lengths.
    transpose_a, transpose_b : bool
        Whether to exchange the last two axes of *lhs*, of *rhs*.
    forward_stype : {None, 'default'}
        Arrays are dense here.

    Raises
    ------
    MXNetError
        If the shapes do not fit.
    """
    if forward_stype is not None:
        _check_storage(forward_stype, "batch_dot")
    left, right = lhs._shape, rhs._shape
    if len(left) < 3 or len(right) < 3:
        raise MXNetError(
            f"Operator batch_dot: expected arrays of three axes or more, "
            f"got {_show(left)} and {_show(right)}"
        )
    ta, tb = bool(transpose_a), bool(transpose_b)
    (m, n, k, shape), batch = _batch_sizes("batch_dot", left, right, ta, tb)
    return _multiply(lhs, rhs, m, n, k, ta, tb, 1.0, batch), shape


class _Broadcast(NamedTuple):
    """A product with broadcasting of batch axes, on shapes with two axes or more."""

    sizes: _Sizes
    batch: int
    starts: tuple[Any, Any] | None


@lru_cache(maxsize=1024)
def _matmul_sizes(left: Shape, right: Shape, ta: bool, tb: bool) -> _Broadcast:
    fail = f"Operator matmul: shapes {_show(left)} and {_show(right)} cannot be multiplied"
    if not left or not right:
        raise MXNetError(f"{fail}: expected arrays of one axis or more")
    # A vector is a row on the left and a column on the right, and its axis is left out after.
    a, b = (1, *left) if len(left) == 1 else left, (*right, 1) if len(right) == 1 else right
    m, k = a[-2:][::-1] if ta else a[-2:]
    other_k, n = b[-2:][::-1] if tb else b[-2:]
    if k != other_k:
        raise MXNetError(f"{fail}: the axes to be summed over have lengths {k} and {other_k}")
    try:
        outer = np.broadcast_shapes(a[:-2], b[:-2])
    except ValueError:
        raise MXNetError(f"{fail}: the axes before the matrices do not broadcast") from None
    batch = math.prod(outer)
    shape = outer + (m,) * (len(left) > 1) + (n,) * (len(right) > 1)
    if math.prod(b[:-2]) == 1 and not ta:
        # One matrix for the whole batch: all rows of the left side in one product.
        return _Broadcast(_Sizes(batch * m, n, k, shape), 1, None)
    if math.prod(a[:-2]) == math.prod(b[:-2]) == batch:
        return _Broadcast(_Sizes(m, n, k, shape), batch, None)
    starts = []
    for own, size in ((a, m * k), (b, k * n)):
        numbers = np.arange(math.prod(own[:-2]), dtype=np.int64) * size
        wide = np.broadcast_to(numbers.reshape(own[:-2]), outer)
        starts.append(np.ascontiguousarray(wide).reshape(-1))
    return _Broadcast(_Sizes(m, n, k, shape), batch, (starts[0], starts[1]))


def _matmul_vjp(
    g: Any, lhs: Any, rhs: Any, needs: Any, transpose_a: bool, transpose_b: bool
) -> tuple[Any, Any]:
    ta, tb = transpose_a, transpose_b
    (m, n, k, _), batch, starts = _matmul_sizes(lhs.shape, rhs.shape, ta, tb)
    if starts is None:
        return _gemm_grads(g, lhs, rhs, needs, m, n, k, ta, tb, 1.0, batch)
    outer = g.shape[: len(g.shape) - (lhs.ndim > 1) - (rhs.ndim > 1)]
    wide = F._view_as(g, shape=(*outer, m, n))
    d_lhs = d_rhs = None
    if needs[0]:
        b = F._view_as(rhs, shape=(*rhs.shape, 1)) if rhs.ndim == 1 else rhs
        pair = (b, wide, tb, True) if ta else (wide, b, False, not tb)
        d_lhs = F._matmul(pair[0], pair[1], transpose_a=pair[2], transpose_b=pair[3])
        d_lhs = _as(_summed(d_lhs, lhs.shape, 2 - (lhs.ndim == 1), row=True), lhs.dtype)
    if needs[1]:
        a = F._view_as(lhs, shape=(1, *lhs.shape)) if lhs.ndim == 1 else lhs
        pair = (wide, a, True, ta) if tb else (a, wide, not ta, False)
        d_rhs = F._matmul(pair[0], pair[1], transpose_a=pair[2], transpose_b=pair[3])
        d_rhs = _as(_summed(d_rhs, rhs.shape, 2 - (rhs.ndim == 1), row=False), rhs.dtype)
    return d_lhs, d_rhs


def _summed(x: Any, shape: Shape, axes: int, row: bool) -> Any:
    """Sum over the axes that were broadcast, and leave out the axis that a vector was given."""
    target = shape if axes == 2 else (1, *shape) if row else (*shape, 1)
    x = x if x.shape == target else F._sum_to(x, shape=target)
    return x if axes == 2 else F._view_as(x, shape=shape)


@operator(
    "_view_as",
    vjp=lambda g, x_shape: F._view_as(g, shape=x_shape),
    samples=(Sample(((2, 3),), {"shape": (6,)}),),
)
def _view_as(x: Any, *, shape: Shape) -> Any:
    """The same memory in a shape of as many elements."""
    return x._data, shape


@operator(
    "_matmul",
    vjp=_matmul_vjp,
    reference=_batch_reference,
    aliases=("matmul",),
    samples=(
        Sample(((3, 4), (4, 2))),
        Sample(((2, 3, 4), (4, 2))),
        Sample(((3, 4), (2, 4, 2))),
        Sample(((2, 1, 3, 4), (3, 4, 2))),
        Sample(((2, 1, 4, 3), (3, 2, 4)), {"transpose_a": True, "transpose_b": True}),
        Sample(((4,), (2, 4, 3))),
        Sample(((2, 3, 4), (4,))),
        Sample(((4,), (4,))),
    ),
)
def _matmul(lhs: Any, rhs: Any, *, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """Matrix product as ``@`` of NumPy: axes before the last two broadcast.

    Parameters
    ----------
    lhs, rhs : NDArray
        Of one axis or more; a vector is a row on the left, a column on the right.
    transpose_a, transpose_b : bool
        Whether to exchange the last two axes of *lhs*, of *rhs*.

    Raises
    ------
    MXNetError
        If the shapes do not fit.
    """
    ta = bool(transpose_a) and len(lhs._shape) > 1
    tb = bool(transpose_b) and len(rhs._shape) > 1
    (m, n, k, shape), batch, starts = _matmul_sizes(lhs._shape, rhs._shape, ta, tb)
    return _multiply(lhs, rhs, m, n, k, ta, tb, 1.0, batch, starts), shape


# --- FullyConnected -------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _fc_sizes(
    data: Shape, weight: Shape, bias: Shape | None, num_hidden: int, flatten: bool
) -> _Sizes:
    name = "Operator FullyConnected"
    if not data:
        raise MXNetError(f"{name}: data must have one axis or more, got {_show(data)}")
    if num_hidden < 1:
        raise MXNetError(f"{name}: num_hidden={num_hidden}, expected 1 or more")
    if flatten:
        m, k = data[0], math.prod(data[1:])
        shape: Shape = (m, num_hidden)
    else:
        m, k = math.prod(data[:-1]), data[-1]
        shape = (*data[:-1], num_hidden)
    if weight != (num_hidden, k):
        raise MXNetError(
            f"{name}: argument weight: Shape inconsistent, Provided = {_show(weight)}, "
            f"inferred shape={_show((num_hidden, k))} from data {_show(data)}"
        )
    if bias is not None and bias != (num_hidden,):
        raise MXNetError(
            f"{name}: argument bias: Shape inconsistent, Provided = {_show(bias)}, "
            f"inferred shape={_show((num_hidden,))}"
        )
    return _Sizes(m, num_hidden, k, shape)


def _fc_vjp(
    g: Any, data: Any, weight: Any, bias_dtype: Any, needs: Any, num_hidden: int, flatten: Any
) -> tuple[Any, ...]:
    m, n, k, _ = _fc_sizes(data.shape, weight.shape, None, int(num_hidden), bool(flatten))
    d_data, d_weight = _gemm_grads(g, data, weight, needs, m, n, k, False, True)
    if len(needs) == 2:
        return d_data, d_weight
    d_bias = _as(F.sum(g, axis=-1, exclude=True), bias_dtype) if needs[2] else None
    return d_data, d_weight, d_bias


def _fc_reference(
    data: Any,
    weight: Any,
    bias: Any = None,
    num_hidden: int = 0,
    no_bias: bool = False,
    flatten: bool = True,
) -> Any:
    x = data.reshape(len(data), -1) if flatten else data
    return x @ weight.T + (0 if bias is None else bias)


@operator(
    "FullyConnected",
    vjp=_fc_vjp,
    reference=_fc_reference,
    samples=(
        Sample(((3, 4), (2, 4), (2,)), {"num_hidden": 2}),
        Sample(((3, 4), (2, 4)), {"num_hidden": 2, "no_bias": True}),
        Sample(((3, 2, 2), (2, 4), (2,)), {"num_hidden": 2}),
        Sample(((3, 2, 4), (2, 4), (2,)), {"num_hidden": 2, "flatten": False}),
    ),
)
def _fully_connected(
    data: Any,
    weight: Any,
    bias: Any = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
) -> Any:
    """A dense layer: ``data @ weight.T + bias``.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, ...), taken as a matrix; with *flatten* off only its last axis is used.
    weight : NDArray
        Of shape (num_hidden, length of the axis summed over).
    bias : NDArray
        Of shape (num_hidden,).
    num_hidden : int
        The number of results for each row.
    no_bias : bool
        Whether to leave out the bias.
    flatten : bool
        Whether to take all axes but the first together.

    Raises
    ------
    MXNetError
        If *bias* is missing without *no_bias*, or a shape does not fit.
    """
    if no_bias and bias is not None:
        raise MXNetError("Operator FullyConnected: no_bias=True, but a bias is given")
    if bias is None and not no_bias:
        raise MXNetError("Operator FullyConnected: argument bias is missing and no_bias is False")
    try:
        hidden = int(num_hidden)
    except (TypeError, ValueError):
        raise TypeError(
            f"Operator FullyConnected: num_hidden must be an int, got {num_hidden!r}"
        ) from None
    given = None if bias is None else bias._shape
    m, n, k, shape = _fc_sizes(data._shape, weight._shape, given, hidden, bool(flatten))
    if bias is None:
        return _multiply(data, weight, m, n, k, False, True), shape
    dtype = promote(promote(data._data.dtype, weight._data.dtype), bias._data.dtype)
    compute = _compute(dtype)
    a, b, row = _in(data, compute), _in(weight, compute), _in(bias, compute)
    y = empty(m * n, compute)
    if compute.kind == "f":
        # The product adds to what is there: filling with the bias takes the place of the pass
        # in which BLAS would set zeros.
        _fill_rows(y, row, n, m, grain(n))
        if y.size and k:
            _one(a, b, y, m, n, k, False, True, 1.0, 1.0)
    else:
        if y.size:
            _integer_product(a, b, y, 1, m, n, k, False, True)
        y.reshape(m, n)[...] += row
    return _result(y, dtype, data), shape


# --- linalg ---------------------------------------------------------------------------------------


def _check_axis(name: str, axis: Any) -> None:
    if int(axis) != -2:
        raise MXNetError(f"Operator {name}: axis={axis}, expected -2: matrices are the last axes")


def _gemm2_vjp(
    g: Any, A: Any, B: Any, needs: Any, transpose_a: Any, transpose_b: Any, alpha: Any
) -> tuple[Any, Any]:
    ta, tb = bool(transpose_a), bool(transpose_b)
    (m, n, k, _), batch = _batch_sizes("linalg_gemm2", A.shape, B.shape, ta, tb)
    return _gemm_grads(g, A, B, needs, m, n, k, ta, tb, float(alpha), batch)


@operator(
    "linalg_gemm2",
    vjp=_gemm2_vjp,
    reference=_batch_reference,
    aliases=("_linalg_gemm2",),
    samples=(
        Sample(((3, 4), (4, 2)), {"alpha": 2.0}),
        Sample(((2, 4, 3), (2, 2, 4)), {"transpose_a": True, "transpose_b": True}),
    ),
)
def _linalg_gemm2(
    A: Any,
    B: Any,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
) -> Any:
    """``alpha * op(A) @ op(B)`` of the last two axes, for each index of the axes before them.

    Parameters
    ----------
    A, B : NDArray
        Of two axes or more; all but the last two have equal lengths.
    transpose_a, transpose_b : bool
        Whether to exchange the last two axes of A, of B.
    alpha : float
        A factor.
    axis : int
        Where the rows are: -2 only.

    Raises
    ------
    MXNetError
        If the shapes do not fit.
    """
    _check_axis("linalg_gemm2", axis)
    ta, tb = bool(transpose_a), bool(transpose_b)
    (m, n, k, shape), batch = _batch_sizes("linalg_gemm2", A._shape, B._shape, ta, tb)
    return _multiply(A, B, m, n, k, ta, tb, float(alpha), batch), shape


def _linalg_gemm_vjp(
    g: Any, A: Any, B: Any, needs: Any, transpose_a: Any, transpose_b: Any, alpha: Any,
    beta: Any, C_dtype: Any,
) -> tuple[Any, Any, Any]:  # fmt: skip
    d_a, d_b = _gemm2_vjp(g, A, B, needs, transpose_a, transpose_b, alpha)
    return d_a, d_b, _as(g * float(beta), C_dtype) if needs[2] else None


@operator(
    "linalg_gemm",
    vjp=_linalg_gemm_vjp,
    reference=lambda A, B, C, alpha=1.0, beta=1.0, **flags: (
        _batch_reference(A, B, alpha=alpha, **flags) + beta * C
    ),
    aliases=("_linalg_gemm",),
    samples=(
        Sample(((3, 4), (4, 2), (3, 2)), {"alpha": 2.0, "beta": 0.5}),
        Sample(((2, 4, 3), (2, 4, 2), (2, 3, 2)), {"transpose_a": True}),
    ),
)
def _linalg_gemm(
    A: Any,
    B: Any,
    C: Any,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
) -> Any:
    """``alpha * op(A) @ op(B) + beta * C``; the parameters are those of `linalg_gemm2`."""
    _check_axis("linalg_gemm", axis)
    ta, tb = bool(transpose_a), bool(transpose_b)
    (m, n, k, shape), batch = _batch_sizes("linalg_gemm", A._shape, B._shape, ta, tb)
    if C._shape != shape:
        raise MXNetError(
            f"Operator linalg_gemm: argument C has shape {_show(C._shape)}, expected {_show(shape)}"
        )
    product = type(A)(_multiply(A, B, m, n, k, ta, tb, float(alpha), batch), shape, A._ctx)
    return F.broadcast_add(product, F.BlockGrad(C) * float(beta))._data, shape


def _syrk_vjp(g: Any, A: Any, transpose: Any, alpha: Any) -> Any:
    # Of alpha A A': alpha (G + G') A; the two products stand for the sum.
    t = bool(transpose)
    other = {"alpha": float(alpha)}
    if t:
        return F.linalg_gemm2(A, g, transpose_b=True, **other) + F.linalg_gemm2(A, g, **other)
    return F.linalg_gemm2(g, A, **other) + F.linalg_gemm2(g, A, transpose_a=True, **other)


@operator(
    "linalg_syrk",
    vjp=_syrk_vjp,
    reference=lambda A, transpose=False, alpha=1.0: (
        alpha * (_swap(A) @ A if transpose else A @ _swap(A))
    ),
    aliases=("_linalg_syrk",),
    samples=(Sample(((2, 3, 4),), {"alpha": 2.0}), Sample(((3, 4),), {"transpose": True})),
)
def _linalg_syrk(A: Any, *, transpose: bool = False, alpha: float = 1.0) -> Any:
    """``alpha * A @ A.T`` of the last two axes, or ``alpha * A.T @ A`` with *transpose*."""
    t = bool(transpose)
    (m, n, k, shape), batch = _batch_sizes("linalg_syrk", A._shape, A._shape, t, not t)
    return _multiply(A, A, m, n, k, t, not t, float(alpha), batch), shape
