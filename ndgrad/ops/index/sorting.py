"""Sorting along an axis: order first, then values, indices or a mask from it.

Elements are compared by their keys (`sort_keys`).  Ties stay in their order whichever way it goes,
and NaN comes last.  Rows are sorted by the radix method, one byte at a time (Knuth, volume 3,
section 5.2.5), short ones and few largest by insertion; on a device by `kernels/cuda/sort.py`.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ...base import MXNetError
from ...kernels import cuda
from ...kernels.build.launch import chunked, grain, kernel
from ...kernels.cpu.sort_keys import masks, sort_key
from ...kernels.cpu.strided import bits
from ...memory.device import DeviceArray
from ...memory.storage import empty
from ..axes import index_dtype, integer
from ..declare import operator
from ..table import ZERO, F, Sample

_INT64 = np.dtype("int64")
_SHORT = 48  # rows up to this length, and so many chosen ones, are sorted by insertion

# --- kernels --------------------------------------------------------------------------------------


@kernel
def _keys(
    x: Any, start: int, step: int, sign: Any, inf: Any, top: Any, down: bool, keys: Any
) -> None:
    """The keys of a row's elements, given as bits."""
    for i in range(keys.size):
        keys[i] = sort_key(x[start + i * step], sign, inf, top, down)


@kernel
def _by_insertion(keys: Any, best: Any, order: Any) -> None:
    """The first ``order.size`` in order; *best* is room for as many keys."""
    k, held = order.size, 0
    for i in range(keys.size):
        key = keys[i]
        if held == k:
            if key >= best[k - 1]:
                continue
            j = k - 1
        else:
            j = held
            held += 1
        while j > 0 and best[j - 1] > key:
            best[j], order[j] = best[j - 1], order[j - 1]
            j -= 1
        best[j], order[j] = key, i


@kernel
def _by_radix(keys: Any, other_keys: Any, index: Any, other_index: Any, bytes_: int) -> Any:
    """Sort all; returns whether the order ended up in *other_index*."""
    n, swapped = keys.size, False
    for i in range(n):
        index[i] = i
    counts = np.empty(256, np.int64)
    for b in range(bytes_):
        shift = np.uint64(8 * b)
        counts[:] = 0
        for i in range(n):
            counts[np.int64((keys[i] >> shift) & np.uint64(255))] += 1
        if counts[np.int64((keys[0] >> shift) & np.uint64(255))] == n:
            continue
        total = 0
        for k in range(256):
            counts[k], total = total, total + counts[k]
        for i in range(n):
            c = np.int64((keys[i] >> shift) & np.uint64(255))
            other_keys[counts[c]], other_index[counts[c]] = keys[i], index[i]
            counts[c] += 1
        keys, other_keys = other_keys, keys
        index, other_index, swapped = other_index, index, not swapped
    return swapped


@chunked
def _order_rows(
    x: Any, n: int, inner: int, k: int, sign: Any, inf: Any, top: Any, bytes_: int, down: bool,
    order: Any, lo: int, hi: int,
) -> None:  # fmt: skip
    """For rows lo to hi - 1 the positions of their first k elements."""
    keys, other_keys = np.empty(n, np.uint64), np.empty(n, np.uint64)
    index, other_index = np.empty(n, np.int64), np.empty(n, np.int64)
    for r in range(lo, hi):
        _keys(x, r // inner * n * inner + r % inner, inner, sign, inf, top, down, keys)
        row = order[r * k : (r + 1) * k]
        if n <= _SHORT or k <= _SHORT // 2:
            _by_insertion(keys, other_keys, row)
        else:
            swapped = _by_radix(keys, other_keys, index, other_index, bytes_)
            for i in range(k):
                row[i] = other_index[i] if swapped else index[i]


@chunked
def _take_rows(x: Any, order: Any, n: int, inner: int, k: int, y: Any, lo: int, hi: int) -> None:
    for r in range(lo, hi):
        outer, own = r // inner, r % inner
        row = order[r * k : (r + 1) * k]
        for i in range(k):
            y[(outer * k + i) * inner + own] = x[(outer * n + row[i]) * inner + own]


@chunked
def _put_rows(x: Any, order: Any, n: int, inner: int, k: int, y: Any, lo: int, hi: int) -> None:
    for r in range(lo, hi):
        outer, own = r // inner, r % inner
        row = order[r * k : (r + 1) * k]
        for i in range(k):
            y[(outer * n + row[i]) * inner + own] = x[(outer * k + i) * inner + own]


@chunked
def _place_rows(x: Any, order: Any, n: int, inner: int, k: int, y: Any, lo: int, hi: int) -> None:
    for r in range(lo, hi):
        outer, own = r // inner, r % inner
        row = order[r * k : (r + 1) * k]
        for i in range(k):
            y[(outer * k + i) * inner + own] = row[i]


_MOVES = {"take": _take_rows, "put": _put_rows, "place": _place_rows}

# --- rows of an array -----------------------------------------------------------------------------


class _Rows(NamedTuple):
    """*rows* rows of *n* elements, *inner* apart; *shape* is that of *k* for each of them."""

    rows: int
    n: int
    inner: int
    k: int
    shape: tuple[int, ...]


def _rows(what: str, shape: tuple[int, ...], axis: Any, k: Any) -> _Rows:
    if axis is None:
        n, outer, inner = math.prod(shape), shape[:0], shape[:0]
    else:
        place = integer(what, "axis", axis)
        if not -len(shape) <= place < len(shape):
            raise MXNetError(
                f"Operator {what}: Invalid axis! axis should be between {-len(shape)} and "
                f"{len(shape) - 1}, found axis={axis}"
            )
        place %= len(shape)
        n, outer, inner = shape[place], shape[:place], shape[place + 1 :]
    count = integer(what, "k", k)
    if count > n:
        raise MXNetError(f"Operator {what}: k must be smaller than {n + 1}, get k = {k}")
    count = count if count > 0 else n
    width = math.prod(inner)
    return _Rows(math.prod(outer) * width, n, width, count, (*outer, count, *inner))


def _order(x: Any, where: _Rows, is_ascend: Any) -> Any:
    """For each row the positions of its first k elements in order."""
    order = empty(where.rows * where.k, _INT64)
    if order.size and x.__class__ is DeviceArray:
        cuda.sort.order(x, where.rows, where.n, where.inner, where.k, not is_ascend, order)
    elif order.size:
        _order_rows(
            bits(x), where.n, where.inner, where.k, *masks(x.dtype), x.dtype.itemsize,
            not is_ascend, order, where.rows, grain(where.n, 40),
        )  # fmt: skip
    return order


def _taken(x: Any, order: Any, where: _Rows) -> Any:
    """The elements of *x* at the positions in *order*."""
    y = empty(order.size, x.dtype)
    _each("take", bits(x), order, where, bits(y))
    return y


def _put(x: Any, order: Any, where: _Rows, y: Any) -> None:
    """Write the elements of *x* to the positions in *order* of *y*."""
    _each("put", bits(x), order, where, bits(y))


def _each(move: str, x: Any, order: Any, where: _Rows, y: Any) -> None:
    """Run the kernel that does something for each position."""
    args = (x, order, where.n, where.inner, where.k, y)
    if order.size and y.__class__ is DeviceArray:
        cuda.sort.each(move, *args)
    elif order.size:
        _MOVES[move](*args, where.rows, grain(where.k))


def _indices(order: Any, where: _Rows, dtype: Any, what: str) -> np.ndarray[Any, Any]:
    kind = index_dtype(what, dtype, where.n)
    wide = np.dtype("float32") if kind == np.float16 else kind
    y = empty(order.size, wide)
    _each("place", order, order, where, y)
    return y if wide == kind else y.astype(kind)


def _sorted_reference(data: Any, axis: Any = -1, is_ascend: bool = True) -> Any:
    data, axis = (data.reshape(-1), 0) if axis is None else (data, axis)
    return np.sort(data, axis) if is_ascend else -np.sort(-data, axis)


# --- operators ------------------------------------------------------------------------------------


@operator(
    "_take_order",
    vjp=lambda g, order, data_shape, axis: (
        F._put_order(g, order, shape=data_shape, axis=axis),
        None,
    ),
    samples=(Sample(((2, 3), [[2, 0], [0, 1]]), {"axis": 1}),),
)
def _take_order(data: Any, order: Any, *, axis: Any) -> Any:
    """For each row along the axis the elements at the positions in *order*, one row for each."""
    positions = order._data.astype(_INT64, copy=False)
    rows = _rows("_take_order", data._shape, axis, 0).rows
    where = _rows("_take_order", data._shape, axis, positions.size // max(1, rows))
    return _taken(data._data, positions, where), where.shape


@operator(
    "_put_order",
    vjp=lambda g, order, axis: (F._take_order(g, order, axis=axis), None),
    samples=(Sample(((2, 2), [[2, 0], [0, 1]]), {"axis": 1, "shape": (2, 3)}),),
)
def _put_order(x: Any, order: Any, *, shape: Any, axis: Any) -> Any:
    """Zeros, with the elements of x at the positions in *order*."""
    positions = order._data.astype(_INT64, copy=False)
    rows = _rows("_put_order", shape, axis, 0).rows
    where = _rows("_put_order", shape, axis, positions.size // max(1, rows))
    y = empty(math.prod(shape), x._data.dtype)
    y.fill(0)
    _put(x._data, positions, where, y)
    return y, shape


def _sort_vjp(g: Any, _order: Any, data_shape: Any, axis: Any) -> Any:
    return F._put_order(g, _order, shape=data_shape, axis=axis)


@operator(
    "sort",
    vjp=_sort_vjp,
    outputs="y _order",
    reference=_sorted_reference,
    samples=(
        Sample(((3, 4),)),
        Sample(((3, 4),), {"axis": 0, "is_ascend": False}),
        Sample(((2, 3),), {"axis": None}),
    ),
)
def _sort(data: Any, *, axis: Any = -1, is_ascend: bool = True) -> Any:
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
    order = _order(data._data, where, is_ascend)
    return [
        (_taken(data._data, order, where), where.shape),
        (order, (where.rows, where.k)),
    ]


@operator(
    "argsort",
    gradient=ZERO,
    reference=lambda data, axis=-1: np.argsort(data, axis, kind="stable"),
    samples=(Sample(((3, 4),)), Sample(((3, 4),), {"axis": 0})),
)
def _argsort(data: Any, *, axis: Any = -1, is_ascend: bool = True, dtype: Any = "float32") -> Any:
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


def _topk_vjp(g_y: Any, _order: Any, data_shape: Any, axis: Any) -> Any:
    return F._put_order(g_y, _order, shape=data_shape, axis=axis)


@operator(
    "_topk_both",
    vjp=_topk_vjp,
    outputs="y index _order",
    samples=(Sample(((3, 4),), {"k": 2}), Sample(((3, 4),), {"k": 2, "axis": 0})),
)
def _topk_both(
    data: Any, *, axis: Any = -1, k: int = 1, is_ascend: bool = False, dtype: Any = "float32"
) -> Any:
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
def _topk_values(data: Any, *, axis: Any = -1, k: int = 1, is_ascend: bool = False) -> Any:
    """The first k in order."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    return [(_taken(data._data, order, where), where.shape), (order, (where.rows, where.k))]


@operator("_topk_indices", gradient=ZERO, samples=(Sample(((3, 4),), {"k": 2}),))
def _topk_indices(
    data: Any, *, axis: Any = -1, k: int = 1, is_ascend: bool = False, dtype: Any = "float32"
) -> Any:
    """Positions of the first k in order."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    return _indices(order, where, dtype, "topk"), where.shape


@operator("_topk_mask", gradient=ZERO, samples=(Sample(((3, 4),), {"k": 2}),))
def _topk_mask(data: Any, *, axis: Any = -1, k: int = 1, is_ascend: bool = False) -> Any:
    """1 for the first k in order, else 0."""
    where = _rows("topk", data._shape, axis, k)
    order = _order(data._data, where, is_ascend)
    ones, y = empty(order.size, data._data.dtype), empty(data._data.size, data._data.dtype)
    ones.fill(1)
    y.fill(0)
    _put(ones, order, where, y)
    return y, data._shape
