"""Matrix products: `dot`, `batch_dot`, `matmul` and the products of ``linalg``.

All of them are `_gemm` of buffers with sizes and flags as parameters, and so are their
derivatives: the family is closed at any order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...base import DType, HostArray, MXNetError, Shape
from ...kernels import front
from ...tape import Array
from ..axes import integer
from ..composite import composite
from ..declare import operator
from ..products import Sizes, as_dtype_of, gemm_grads, gemm_grads_fast, show
from ..storage import dotted
from ..table import Derivative, F, Gradient, Gradients, Needs, Result, Sample

# --- the product that all derivatives are made of ------------------------------------------------


def _gemm_vjp(made: Callable[..., Gradients]) -> Derivative:
    """The derivative whose products are *made*."""

    def vjp(
        g: Array,
        lhs: Array,
        rhs: Array,
        needs: Needs,
        m: int,
        n: int,
        k: int,
        transpose_a: bool,
        transpose_b: bool,
        alpha: float,
        batch: int,
    ) -> Gradients:
        return made(g, lhs, rhs, needs, m, n, k, transpose_a, transpose_b, alpha, batch)

    return vjp


@operator(
    "_gemm",
    linear=("lhs", "rhs"),
    traceable=True,
    vjp=_gemm_vjp(gemm_grads),
    fast_vjp=_gemm_vjp(gemm_grads_fast),
    samples=(
        Sample(((3, 4), (4, 2)), {"m": 3, "n": 2, "k": 4, "shape": (3, 2)}),
        Sample(
            ((4, 3), (2, 4)),
            {"m": 3, "n": 2, "k": 4, "shape": (6,), "transpose_a": True, "transpose_b": True},
        ),
    ),
)
def _gemm(
    lhs: Array,
    rhs: Array,
    *,
    m: int,
    n: int,
    k: int,
    shape: Shape,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    batch: int = 1,
) -> Result:
    """``alpha * op(A) @ op(B)`` of buffers, *batch* times, in a shape of its own."""
    a, b = lhs._data, rhs._data
    return front.product(a, b, m, n, k, transpose_a, transpose_b, alpha, batch), shape


# --- dot ------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _dot_sizes(left: Shape, right: Shape, ta: bool, tb: bool) -> Sizes:
    if not left or not right:
        raise MXNetError(
            f"Operator dot: dot shape error: {show(left)} X {show(right)}; "
            "expected arrays of one axis or more"
        )
    k, rest = (left[0], left[1:]) if ta else (left[-1], left[:-1])
    other_k, other = (right[-1], right[:-1]) if tb else (right[0], right[1:])
    if k != other_k:
        flags = f" (transpose_a={ta}, transpose_b={tb})" if ta or tb else ""
        raise MXNetError(
            f"Operator dot: dot shape error: {show(left)} X {show(right)}{flags}; "
            f"the axes to be summed over have lengths {k} and {other_k}"
        )
    return Sizes(math.prod(rest), math.prod(other), k, rest + other or (1,))


def _check_storage(forward_stype: str | None, name: str) -> None:
    if forward_stype not in (None, "default", "None"):
        raise MXNetError(f"{name}: forward_stype={forward_stype!r}, expected None or 'default'")


def _dot_vjp(made: Callable[..., Gradients]) -> Derivative:
    def vjp(
        g: Array, lhs: Array, rhs: Array, needs: Needs, transpose_a: bool, transpose_b: bool
    ) -> Gradients:
        ta, tb = bool(transpose_a), bool(transpose_b)
        m, n, k, _ = _dot_sizes(lhs._shape, rhs._shape, ta, tb)
        return made(g, lhs, rhs, needs, m, n, k, ta, tb)

    return vjp


def _dot_reference(
    lhs: HostArray, rhs: HostArray, transpose_a: bool = False, transpose_b: bool = False
) -> HostArray:
    a = np.moveaxis(lhs, 0, -1) if transpose_a else lhs
    b = np.moveaxis(rhs, -1, 0) if transpose_b else rhs
    return np.atleast_1d(np.tensordot(a, b, 1))


@operator(
    "dot",
    sparse=dotted,
    sparse_recorded=True,
    linear=("lhs", "rhs"),
    traceable=True,
    vjp=_dot_vjp(gemm_grads),
    fast_vjp=_dot_vjp(gemm_grads_fast),
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
    lhs: Array,
    rhs: Array,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: str | None = None,
) -> Result:
    """Dot product: of the last axis of *lhs* with the first of *rhs*.

    Parameters
    ----------
    lhs, rhs : NDArray
        Of one axis or more; two vectors give an array of shape (1,).
    transpose_a : bool
        Sum over the first axis of *lhs* instead.
    transpose_b : bool
        Sum over the last axis of *rhs* instead.
    forward_stype : {None, 'default', 'row_sparse', 'csr'}
        The storage of the result, where one of the two is a CSR matrix.

    Raises
    ------
    MXNetError
        If the lengths of the two axes differ.
    """
    if forward_stype is not None:
        _check_storage(forward_stype, "dot")
    ta, tb = bool(transpose_a), bool(transpose_b)
    m, n, k, shape = _dot_sizes(lhs._shape, rhs._shape, ta, tb)
    return front.product(lhs._data, rhs._data, m, n, k, ta, tb), shape


# --- batch_dot and matmul -------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _batch_sizes(name: str, left: Shape, right: Shape, ta: bool, tb: bool) -> tuple[Sizes, int]:
    fail = f"Operator {name}: shapes {show(left)} and {show(right)} cannot be multiplied"
    if len(left) < 2 or len(left) != len(right) or left[:-2] != right[:-2]:
        raise MXNetError(f"{fail}: expected equal batch axes before two axes of a matrix")
    m, k = left[-2:][::-1] if ta else left[-2:]
    other_k, n = right[-2:][::-1] if tb else right[-2:]
    if k != other_k:
        raise MXNetError(
            f"{fail} (transpose_a={ta}, transpose_b={tb}): "
            f"the axes to be summed over have lengths {k} and {other_k}"
        )
    return Sizes(m, n, k, (*left[:-2], m, n)), math.prod(left[:-2])


def _swap(x: HostArray) -> HostArray:
    return np.swapaxes(x, -1, -2)


def _batch_reference(
    lhs: HostArray,
    rhs: HostArray,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
) -> HostArray:
    return alpha * ((_swap(lhs) if transpose_a else lhs) @ (_swap(rhs) if transpose_b else rhs))


def _batch_dot_vjp(made: Callable[..., Gradients]) -> Derivative:
    def vjp(
        g: Array, lhs: Array, rhs: Array, needs: Needs, transpose_a: bool, transpose_b: bool
    ) -> Gradients:
        ta, tb = bool(transpose_a), bool(transpose_b)
        (m, n, k, _), batch = _batch_sizes("batch_dot", lhs._shape, rhs._shape, ta, tb)
        return made(g, lhs, rhs, needs, m, n, k, ta, tb, 1.0, batch)

    return vjp


@operator(
    "batch_dot",
    linear=("lhs", "rhs"),
    traceable=True,
    vjp=_batch_dot_vjp(gemm_grads),
    fast_vjp=_batch_dot_vjp(gemm_grads_fast),
    reference=_batch_reference,
    samples=(
        Sample(((2, 3, 4), (2, 4, 2))),
        Sample(((2, 4, 3), (2, 4, 2)), {"transpose_a": True}),
        Sample(((2, 3, 4), (2, 2, 4)), {"transpose_b": True}),
        Sample(((2, 4, 3), (2, 2, 4)), {"transpose_a": True, "transpose_b": True}),
    ),
)
def _batch_dot(
    lhs: Array,
    rhs: Array,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    forward_stype: str | None = None,
) -> Result:
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
            f"got {show(left)} and {show(right)}"
        )
    ta, tb = bool(transpose_a), bool(transpose_b)
    (m, n, k, shape), batch = _batch_sizes("batch_dot", left, right, ta, tb)
    return front.product(lhs._data, rhs._data, m, n, k, ta, tb, 1.0, batch), shape


class _Broadcast(NamedTuple):
    """A product with broadcasting of batch axes, on shapes with two axes or more."""

    sizes: Sizes
    batch: int
    starts: tuple[HostArray, HostArray] | None


@lru_cache(maxsize=1024)
def _matmul_sizes(left: Shape, right: Shape, ta: bool, tb: bool) -> _Broadcast:
    fail = f"Operator matmul: shapes {show(left)} and {show(right)} cannot be multiplied"
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
        return _Broadcast(Sizes(batch * m, n, k, shape), 1, None)
    if math.prod(a[:-2]) == math.prod(b[:-2]) == batch:
        return _Broadcast(Sizes(m, n, k, shape), batch, None)
    starts = []
    for own, size in ((a, m * k), (b, k * n)):
        numbers = np.arange(math.prod(own[:-2]), dtype=np.int64) * size
        wide = np.broadcast_to(numbers.reshape(own[:-2]), outer)
        starts.append(np.ascontiguousarray(wide).reshape(-1))
    return _Broadcast(Sizes(m, n, k, shape), batch, (starts[0], starts[1]))


def _matmul_vjp(
    g: Array, lhs: Array, rhs: Array, needs: Needs, transpose_a: bool, transpose_b: bool
) -> Gradients:
    ta, tb = transpose_a, transpose_b
    (m, n, k, _), batch, starts = _matmul_sizes(lhs.shape, rhs.shape, ta, tb)
    if starts is None:
        return gemm_grads(g, lhs, rhs, needs, m, n, k, ta, tb, 1.0, batch)
    outer = g.shape[: len(g.shape) - (lhs.ndim > 1) - (rhs.ndim > 1)]
    wide = F._reshaped(g, shape=(*outer, m, n))
    d_lhs = d_rhs = None
    if needs[0]:
        b = F._reshaped(rhs, shape=(*rhs.shape, 1)) if rhs.ndim == 1 else rhs
        pair = (b, wide, tb, True) if ta else (wide, b, False, not tb)
        d_lhs = F._matmul(pair[0], pair[1], transpose_a=pair[2], transpose_b=pair[3])
        d_lhs = as_dtype_of(_summed(d_lhs, lhs.shape, 2 - (lhs.ndim == 1), row=True), lhs.dtype)
    if needs[1]:
        a = F._reshaped(lhs, shape=(1, *lhs.shape)) if lhs.ndim == 1 else lhs
        pair = (wide, a, True, ta) if tb else (a, wide, not ta, False)
        d_rhs = F._matmul(pair[0], pair[1], transpose_a=pair[2], transpose_b=pair[3])
        d_rhs = as_dtype_of(_summed(d_rhs, rhs.shape, 2 - (rhs.ndim == 1), row=False), rhs.dtype)
    return d_lhs, d_rhs


def _summed(x: Array, shape: Shape, axes: int, row: bool) -> Array:
    """Sum over the axes that were broadcast, and leave out the axis that a vector was given."""
    target = shape if axes == 2 else (1, *shape) if row else (*shape, 1)
    x = x if x.shape == target else F._sum_to(x, shape=target)
    return x if axes == 2 else F._reshaped(x, shape=shape)


@operator(
    "_matmul",
    linear=("lhs", "rhs"),
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
def _matmul(
    lhs: Array, rhs: Array, *, transpose_a: bool = False, transpose_b: bool = False
) -> Result:
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
    return front.product(lhs._data, rhs._data, m, n, k, ta, tb, 1.0, batch, starts), shape


# --- linalg ---------------------------------------------------------------------------------------


def _row_axis(name: str, axis: int, ndim: int) -> int | None:
    """The axis of the rows of matrices, None for the last but one; columns are the last axis."""
    given = integer(name, "axis", axis)
    at = given + ndim if given < 0 else given
    if ndim >= 2 and not 0 <= at < ndim - 1:
        raise MXNetError(
            f"Operator {name}: axis={axis}, expected one before the last of {ndim} axes"
        )
    return None if at == ndim - 2 else at


def _exchanged(at: int, *arrays: Array) -> list[Array]:
    """Arrays whose axis *at* and last but one change places."""
    return [F.SwapAxis(x, dim1=at, dim2=len(x._shape) - 2) for x in arrays]


def _product(op: str, A: Array, B: Array, ta: bool, tb: bool, alpha: float, axis: int) -> Array:
    """``alpha * op(A) @ op(B)`` of matrices whose rows are along *axis*."""
    at = _row_axis(op, axis, len(A._shape))
    if at is not None:
        A, B = _exchanged(at, A, B)
    (m, n, k, shape), batch = _batch_sizes(op, A._shape, B._shape, ta, tb)
    y = type(A)(front.product(A._data, B._data, m, n, k, ta, tb, alpha, batch), shape, A._ctx)
    return y if at is None else _exchanged(at, y)[0]


def _gemm2_vjp(made: Callable[..., Gradients]) -> Callable[..., Gradients]:
    def vjp(
        g: Array, A: Array, B: Array, needs: Needs, transpose_a: bool, transpose_b: bool,
        alpha: float, axis: int,
    ) -> Gradients:  # fmt: skip
        at = _row_axis("linalg_gemm2", axis, len(A._shape))
        if at is not None:
            g, A, B = _exchanged(at, g, A, B)
        ta, tb = bool(transpose_a), bool(transpose_b)
        (m, n, k, _), batch = _batch_sizes("linalg_gemm2", A._shape, B._shape, ta, tb)
        found = made(g, A, B, needs, m, n, k, ta, tb, float(alpha), batch)
        if at is None:
            return found
        return tuple(_exchanged(at, x)[0] if isinstance(x, Array) else x for x in found)

    return vjp


@operator(
    "linalg_gemm2",
    linear=("A", "B"),
    traceable=True,
    vjp=_gemm2_vjp(gemm_grads),
    fast_vjp=_gemm2_vjp(gemm_grads_fast),
    reference=_batch_reference,
    aliases=("_linalg_gemm2",),
    samples=(
        Sample(((3, 4), (4, 2)), {"alpha": 2.0}),
        Sample(((2, 4, 3), (2, 2, 4)), {"transpose_a": True, "transpose_b": True}),
    ),
)
def _linalg_gemm2(
    A: Array,
    B: Array,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    axis: int = -2,
) -> Result:
    """``alpha * op(A) @ op(B)`` of the last two axes, for each index of the axes before them.

    Parameters
    ----------
    A, B : NDArray
        Of two axes or more; all but those of the matrices have equal lengths.
    transpose_a, transpose_b : bool
        Whether to transpose the matrices of A, of B.
    alpha : float
        A factor.
    axis : int
        The axis of the matrices' rows, also in the result; that of their columns is the last.

    Raises
    ------
    MXNetError
        If the shapes do not fit.
    """
    y = _product("linalg_gemm2", A, B, bool(transpose_a), bool(transpose_b), float(alpha), axis)
    return y._data, y._shape


def _linalg_gemm_vjp(
    g: Array, A: Array, B: Array, needs: Needs, transpose_a: bool, transpose_b: bool, alpha: float,
    beta: float, axis: int, C_dtype: DType,
) -> Gradients:  # fmt: skip
    d_a, d_b = _gemm2_vjp(gemm_grads)(g, A, B, needs, transpose_a, transpose_b, alpha, axis)
    return d_a, d_b, as_dtype_of(g * float(beta), C_dtype) if needs[2] else None


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
    A: Array,
    B: Array,
    C: Array,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    beta: float = 1.0,
    axis: int = -2,
) -> Result:
    """``alpha * op(A) @ op(B) + beta * C``; the parameters are those of `linalg_gemm2`."""
    op = "linalg_gemm"
    product = _product(op, A, B, bool(transpose_a), bool(transpose_b), float(alpha), axis)
    shape = product._shape
    if C._shape != shape:
        raise MXNetError(
            f"Operator {op}: argument C has shape {show(C._shape)}, expected {show(shape)}"
        )
    return F.broadcast_add(product, F.BlockGrad(C) * float(beta))._data, shape


def _syrk_vjp(g: Array, A: Array, transpose: bool, alpha: float) -> Gradient:
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
def _linalg_syrk(A: Array, *, transpose: bool = False, alpha: float = 1.0) -> Result:
    """``alpha * A @ A.T`` of the last two axes, or ``alpha * A.T @ A`` with *transpose*."""
    t = bool(transpose)
    (m, n, k, shape), batch = _batch_sizes("linalg_syrk", A._shape, A._shape, t, not t)
    return front.product(A._data, A._data, m, n, k, t, not t, float(alpha), batch), shape


@composite(
    "khatri_rao",
    samples=(Sample(((2, 3), (4, 3))), Sample(((2, 3), (4, 3), (1, 3)))),
)
def _khatri_rao(*args: Array) -> Array:
    """Multiply matrices column by column: each column is the Kronecker product of their columns.

    Raises
    ------
    MXNetError
        If an array is no matrix or the numbers of columns differ.
    """
    shapes = [x.shape for x in args]
    if any(len(s) != 2 or s[1] != shapes[0][-1] for s in shapes):
        raise MXNetError(f"khatri_rao: expected matrices with as many columns, got shapes {shapes}")
    result = args[0]
    for x in args[1:]:
        (m, columns), n = result.shape, x.shape[0]
        rows = F._reshaped(result, shape=(m, 1, columns))
        product = F.broadcast_mul(rows, F._reshaped(x, shape=(1, n, columns)))
        result = F._reshaped(product, shape=(m * n, columns))
    return result if len(args) > 1 else F.identity(result)
