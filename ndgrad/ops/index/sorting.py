"""Sorting along an axis: values by themselves, or an argsort, then what its order says.

Ties stay in their order whichever way it goes, and NaN comes last.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ...base import DTypeLike, HostArray, MXNetError, Shape, wide_dtype
from ...kernels import front
from ...kernels.spec.strided import bits
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import axis_of, choice, index_dtype, integer
from ..composite import composite
from ..declare import operator
from ..parts import copied, expect_size, valid_indices
from ..table import ZERO, F, Gradient, Result, Sample

_INT64 = np.dtype("int64")

# --- rows of an array -----------------------------------------------------------------------------


class _Rows(NamedTuple):
    """*rows* rows of *n* elements, *inner* apart; *shape* is that of *k* for each of them."""

    rows: int
    n: int
    inner: int
    k: int
    shape: Shape


def _rows(what: str, shape: Shape, axis: int | None, k: int) -> _Rows:
    if axis is None:
        n, outer, inner = math.prod(shape), shape[:0], shape[:0]
    else:
        at = axis_of(what, axis, len(shape))
        n, outer, inner = shape[at], shape[:at], shape[at + 1 :]
    count = integer(what, "k", k)
    if count > n:
        raise MXNetError(f"Operator {what}: k must be smaller than {n + 1}, get k = {k}")
    count = count if count > 0 else n
    width = math.prod(inner)
    return _Rows(math.prod(outer) * width, n, width, count, (*outer, count, *inner))


def _ordered(what: str, shape: Shape, axis: int | None, order: Array) -> _Rows:
    """The rows of an array of *shape* of which *order* holds positions."""
    rows = _rows(what, shape, axis, 0).rows
    where = _rows(what, shape, axis, order._data.size // max(1, rows))
    expect_size(what, "order", order._data.size, where.shape)
    return where


def _order(x: Buffer, where: _Rows, is_ascend: bool) -> Buffer:
    """For each row the positions of its first k elements in order."""
    order = empty(where.rows * where.k, _INT64)
    front.order(x, where.rows, where.n, where.inner, where.k, not is_ascend, order)
    return order


def _taken(x: Buffer, order: Buffer, where: _Rows) -> Buffer:
    """The elements of *x* at the positions in *order*."""
    y = empty(order.size, x.dtype)
    front.move_by_order("take", bits(x), order, where.n, where.inner, where.k, bits(y))
    return y


def _put(x: Buffer, order: Buffer, where: _Rows, y: Buffer) -> None:
    """Write the elements of *x* to the positions in *order* of *y*."""
    front.move_by_order("put", bits(x), order, where.n, where.inner, where.k, bits(y))


def _indices(order: Buffer, where: _Rows, dtype: DTypeLike, what: str) -> Buffer:
    kind = index_dtype(what, dtype, where.n)
    wide = wide_dtype(kind)
    y = empty(order.size, wide)
    front.move_by_order("place", order, order, where.n, where.inner, where.k, y)
    return y if wide == kind else front.cast(y, kind)


def _sorted_reference(data: HostArray, axis: int | None = -1, is_ascend: bool = True) -> HostArray:
    data, axis = (data.reshape(-1), 0) if axis is None else (data, axis)
    return np.sort(data, axis) if is_ascend else -np.sort(-data, axis)


# --- operators ------------------------------------------------------------------------------------


@operator(
    "_take_order",
    linear=("data",),
    vjp=lambda g, order, data_shape, axis: (
        F._put_order(g, order, shape=data_shape, axis=axis),
        None,
    ),
    samples=(Sample(((2, 3), [[2, 0], [0, 1]]), {"axis": 1}),),
)
def _take_order(data: Array, order: Array, *, axis: int | None) -> Result:
    """For each row along the axis the elements at the positions in *order*, one row for each."""
    where = _ordered("_take_order", data._shape, axis, order)
    positions = valid_indices("_take_order", order, where.n, "clip")
    return _taken(data._data, positions, where), where.shape


@operator(
    "_put_order",
    linear=("x",),
    vjp=lambda g, order, axis: (F._take_order(g, order, axis=axis), None),
    samples=(Sample(((2, 2), [[2, 0], [0, 1]]), {"axis": 1, "shape": (2, 3)}),),
)
def _put_order(x: Array, order: Array, *, shape: Shape, axis: int | None) -> Result:
    """Zeros, with the elements of x at the positions in *order*."""
    where = _ordered("_put_order", shape, axis, order)
    expect_size("_put_order", "x", x._data.size, where.shape)
    positions = valid_indices("_put_order", order, where.n, "clip")
    y = empty(math.prod(shape), x._data.dtype)
    front.fill(y, 0)
    _put(x._data, positions, where, y)
    return y, shape


@operator(
    "_order",
    gradient=ZERO,
    samples=(Sample(((3, 4),)), Sample(((3, 4),), {"axis": 0, "is_ascend": False})),
)
def _whole_order(data: Array, *, axis: int | None = -1, is_ascend: bool = True) -> Result:
    """For each row along the axis the positions that sort it, one row for each."""
    where = _rows("_order", data._shape, axis, 0)
    return _order(data._data, where, is_ascend), (where.rows, where.k)


def _sort_vjp(g: Array, _given: Array, axis: int | None, is_ascend: bool) -> Gradient:
    order = F._order(_given, axis=axis, is_ascend=is_ascend)
    return F._put_order(g, order, shape=_given.shape, axis=axis)


@operator(
    "sort",
    results=("output0",),
    methods=True,
    vjp=_sort_vjp,
    outputs="y _given",
    reference=_sorted_reference,
    samples=(
        Sample(((3, 4),)),
        Sample(((3, 4),), {"axis": 0, "is_ascend": False}),
        Sample(((2, 3),), {"axis": None}),
    ),
)
def _sort(data: Array, *, axis: int | None = -1, is_ascend: bool = True) -> list[Result]:
    """Sort along an axis.

    Parameters
    ----------
    data : NDArray
    axis : int or None
        None sorts all elements, into one axis.
    is_ascend : bool
        Whether the least comes first; NaN is last either way.

    Raises
    ------
    MXNetError
        If there is no such axis.
    """
    where = _rows("sort", data._shape, axis, 0)
    x, y = data._data, empty(data._data.size, data._data.dtype)
    front.sort_rows(x, where.rows, where.n, where.inner, not is_ascend, y)
    # Backward finds the order, from a copy: the input may be overwritten before.
    return [(y, where.shape), (copied(data), data._shape)]


@operator(
    "argsort",
    methods=True,
    gradient=ZERO,
    reference=lambda data, axis=-1: np.argsort(data, axis, kind="stable"),
    samples=(Sample(((3, 4),)), Sample(((3, 4),), {"axis": 0})),
)
def _argsort(
    data: Array, *, axis: int | None = -1, is_ascend: bool = True, dtype: DTypeLike = "float32"
) -> Result:
    """Positions along an axis that would sort it; equal elements keep their order.

    Parameters
    ----------
    data : NDArray
    axis : int or None
        None takes all elements as one axis.
    is_ascend : bool
        Whether the least comes first; NaN is last either way.
    dtype : str or type
        Of the positions.

    Raises
    ------
    MXNetError
        If there is no such axis, or the dtype cannot hold the positions.
    """
    where = _rows("argsort", data._shape, axis, 0)
    order = _order(data._data, where, is_ascend)
    return _indices(order, where, dtype, "argsort"), where.shape


def _topk_vjp(g_y: Array, _order: Array, data_shape: Shape, axis: int | None) -> Gradient:
    return F._put_order(g_y, _order, shape=data_shape, axis=axis)


@operator(
    "_topk_both",
    vjp=_topk_vjp,
    outputs="y index _order",
    samples=(Sample(((3, 4),), {"k": 2}), Sample(((3, 4),), {"k": 2, "axis": 0})),
)
def _topk_both(
    data: Array,
    *,
    axis: int | None = -1,
    k: int = 1,
    is_ascend: bool = False,
    dtype: DTypeLike = "float32",
) -> list[Result]:
    """The first k in order and their positions."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    return [
        (_taken(data._data, order, where), where.shape),
        (_indices(order, where, dtype, "topk"), where.shape),
        (order, (where.rows, where.k)),
    ]


@operator(
    "_topk_values",
    vjp=_topk_vjp,
    outputs="y _order",
    samples=(Sample(((3, 4),), {"k": 2}), Sample(((3, 4),), {"k": 2, "axis": 0})),
)
def _topk_values(
    data: Array, *, axis: int | None = -1, k: int = 1, is_ascend: bool = False
) -> list[Result]:
    """The first k in order."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    return [(_taken(data._data, order, where), where.shape), (order, (where.rows, where.k))]


@operator("_topk_indices", gradient=ZERO, samples=(Sample(((3, 4),), {"k": 2}),))
def _topk_indices(
    data: Array,
    *,
    axis: int | None = -1,
    k: int = 1,
    is_ascend: bool = False,
    dtype: DTypeLike = "float32",
) -> Result:
    """Positions of the first k in order."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    return _indices(order, where, dtype, "topk"), where.shape


@operator("_topk_mask", gradient=ZERO, samples=(Sample(((3, 4),), {"k": 2}),))
def _topk_mask(
    data: Array, *, axis: int | None = -1, k: int = 1, is_ascend: bool = False
) -> Result:
    """1 for the first k in order, else 0."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    ones, y = empty(order.size, data._data.dtype), empty(data._data.size, data._data.dtype)
    ones.fill(1)
    front.fill(y, 0)
    _put(ones, order, where, y)
    return y, data._shape


@composite(
    "topk",
    outputs=("y", "indices"),
    visible=lambda params: 2 if params["ret_typ"] == "both" else 1,
    infer_dtypes=lambda data, ret_typ, dtype: {
        "y": dtype if ret_typ == "indices" else data,
        "indices": dtype,
    },
    methods=True,
    samples=(
        Sample(((3, 4),), {"k": 2}),
        Sample(((3, 4),), {"k": 2, "ret_typ": "value", "axis": 0}),
        Sample(((3, 4),), {"k": 2, "ret_typ": "both"}),
        Sample(((3, 4),), {"k": 2, "ret_typ": "mask"}),
    ),
)
def _topk(
    data: Array,
    *,
    axis: int | None = -1,
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: bool = False,
    dtype: DTypeLike = "float32",
) -> Array:
    """Find the first *k* elements in order along an axis.

    Parameters
    ----------
    data : NDArray
    axis : int or None
        None takes all elements as one axis.
    k : int
        How many; all of them if it is less than 1.
    ret_typ : {'indices', 'value', 'both', 'mask'}
        What to return: positions, elements, a list of elements and positions, or an array of the
        input's shape with 1 for the elements found.
    is_ascend : bool
        Whether the least comes first rather than the greatest; NaN is last either way.
    dtype : str or type
        Of positions.

    Raises
    ------
    MXNetError
        If there is no such axis, not so many elements, or no such *ret_typ*.
    """
    choice("topk", "ret_typ", ret_typ, ("both", "indices", "mask", "value"))
    common = {"axis": axis, "k": k, "is_ascend": is_ascend}
    if ret_typ == "value":
        return F._topk_values(data, **common)
    if ret_typ == "mask":
        return F._topk_mask(data, **common)
    if ret_typ == "both":
        return F._topk_both(data, dtype=dtype, **common)
    return F._topk_indices(data, dtype=dtype, **common)
