"""Sparse storage: the parts of a sparse array, and how operators are called on these.

An operator's fact ``sparse`` is a function of the operator, its inputs and the parameters of a
call.  Among the inputs are `Csr` or `RowSparse` in place of sparse arrays.  It returns the result,
as parts or as an array, or None: then the operator is called with dense arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import reduce
from typing import NamedTuple, TypeAlias, TypeGuard, cast

import numpy as np

from .. import tracing
from ..base import DType, HostArray, MXNetError, Shape, is_floating, wide_dtype
from ..kernels import front
from ..memory.device import Buffer, DeviceArray, copy, device_of, host, in_use, on_device, to_device
from ..memory.storage import empty
from ..tape import Array, Maker
from .axes import choice
from .table import F, Op, Params, lookup


class Csr(NamedTuple):
    """A matrix by its stored elements, row by row.

    Attributes
    ----------
    data : Array
        The elements.
    indices : Array
        int64: the column of each.
    indptr : Array
        int64: where in *data* each row begins, and where the last one ends.
    shape : tuple of int
    node : Node, OutputSlot, Leaf or None
        What made the matrix, if that was recorded.
    """

    data: Array
    indices: Array
    indptr: Array
    shape: Shape
    node: Maker | None = None


class RowSparse(NamedTuple):
    """An array by those of its slices along the first axis that are stored.

    Attributes
    ----------
    data : Array
        The slices.
    indices : Array
        int64: where each belongs.
    shape : tuple of int
    node : Node, OutputSlot, Leaf or None
        What made the array, if that was recorded.
    """

    data: Array
    indices: Array
    shape: Shape
    node: Maker | None = None


Parts: TypeAlias = Csr | RowSparse
"""The parts of a sparse array; their elements are never written to."""

Operand: TypeAlias = Parts | Array | float | None
"""An input of a call with sparse arrays: the parts of one, an array, a number, or nothing."""

SparseCall: TypeAlias = Callable[[Op, Sequence[Operand], Params], Parts | Array | None]
"""The fact ``sparse`` of an operator."""


def beside(x: Array, values: Buffer, shape: Shape | None = None) -> Array:
    """An array of *values*, which may be on the host, of the class of *x* and on its device."""
    buffer = to_device(values.reshape(-1), device_of(x._data))
    return x.__class__(buffer, values.shape if shape is None else shape, x._ctx)


def place_of(x: Parts) -> AbstractContextManager[object]:
    """A scope in which what is allocated is where a sparse array's elements are."""
    return on_device(device_of(x.data._data)) if in_use else nullcontext()


def picked(values: Buffer, index: HostArray, inner: int = 1) -> Buffer:
    """The rows of *inner* elements that valid indices, of the host, name."""
    if not isinstance(values, DeviceArray):
        return values.reshape(-1, inner)[index].reshape(-1)
    with on_device(values.device):
        if not index.size * inner:
            return empty(0, values.dtype)
        own = to_device(index.astype(np.int64, copy=False), values.device)
        return front.take(values, own, 1, values.size // inner, inner)


def spread(values: Buffer, index: HostArray, rows: int, inner: int = 1) -> Buffer:
    """Zeros in *rows* of *inner* elements, of which those that indices name are *values*."""
    with on_device(device_of(values)) if in_use else nullcontext():
        y: Buffer = empty(rows * inner, values.dtype)
        y.fill(0)
        if index.size * inner:
            own = to_device(index.astype(np.int64, copy=False), device_of(values))
            front.put(values, own, y, 1, rows, inner)
        return y


def side_by_side(buffers: Sequence[Buffer]) -> Buffer:
    """The elements of *buffers*, of one dtype and device, one behind the other."""
    first, *others = buffers
    if not others or not isinstance(first, DeviceArray):
        return first if not others else np.concatenate([host(x) for x in buffers])
    y, at = first.device.empty(sum(x.size for x in buffers), first.dtype), 0
    for x in buffers:
        copy(x, y[at : at + x.size])
        at += x.size
    return y


def _csr(parts: Iterable[Array], shape: Shape) -> Csr:
    data, indices, indptr = parts
    return Csr(data, indices, indptr, shape)


def row_size(shape: Shape) -> int:
    """The number of elements of a slice along the first axis."""
    return math.prod(shape[1:])


# --- casts of storage -----------------------------------------------------------------------------


def is_complete(x: RowSparse) -> bool:
    """Whether every row is stored, in order: *data* is all there is."""
    if x.indices._data.size != x.shape[0]:
        return False
    index = host(x.indices._data)
    return bool((index == np.arange(index.size)).all())


def _plain(x: Buffer) -> Buffer:
    """The same elements in a dtype that a processor adds and compares by itself."""
    wide = wide_dtype(x.dtype)
    if wide != x.dtype:
        return front.cast(x, wide)
    return x.view(np.uint8) if x.dtype.kind == "b" else x


def _as_before(x: Buffer, dtype: DType) -> Buffer:
    """What was made of `_plain` elements, in their *dtype*."""
    return x if x.dtype == dtype else front.cast(x, dtype)


def elements(x: Parts) -> Buffer:
    """All elements of a sparse array; may be those of its *data*."""
    if tracing.active and (recorder := tracing.recorder()) is not None:
        return recorder.sparse.elements(x)
    data, indices = x.data._data, x.indices._data
    with place_of(x):
        if isinstance(x, Csr):
            made = front.csr_to_dense(_plain(data), indices, x.indptr._data, *x.shape)
            return _as_before(made, data.dtype)
        if is_complete(x):
            return data
        return front.add(data, indices, 1, x.shape[0], row_size(x.shape))


def dense(x: Parts) -> Array:
    """A sparse array as a dense one."""
    made = beside(x.data, elements(x), x.shape)
    made._node = x.node
    return made


def compressed(x: Array, stype: str) -> Parts:
    """A dense array in a sparse storage.

    Raises
    ------
    ValueError
        If it is to be CSR and has not two axes.
    """
    if tracing.active and (recorder := tracing.recorder()) is not None:
        return recorder.sparse.compressed(x, stype)
    with on_device(device_of(x._data)) if in_use else nullcontext():
        return _compressed(x, stype)


def _compressed(x: Array, stype: str) -> Parts:
    values, shape = x._data, x._shape
    if stype == "csr":
        if len(shape) != 2:
            raise ValueError(
                "cast_storage: To convert to a CSR, the NDArray should be 2 Dimensional. "
                f"Current shape is {shape}"
            )
        data, indices, indptr = front.dense_to_csr(_plain(values), *shape)
        parts = (beside(x, part) for part in (_as_before(data, values.dtype), indices, indptr))
        return _csr(parts, shape)._replace(node=x._node)
    if not shape:
        raise ValueError("cast_storage: a row_sparse array has one axis or more, got shape ()")
    inner = row_size(shape)
    index = front.nonzero_rows(_plain(values), shape[0], inner)
    made = beside(x, picked(values, index, inner), (index.size, *shape[1:]))
    return RowSparse(made, beside(x, index), shape, x._node)


def nothing_like(x: Parts) -> Parts:
    """Zeros in the storage of *x*: no element is stored."""
    none, dtype = beside(x.indices, np.empty(0, np.int64)), x.data._data.dtype
    if isinstance(x, Csr):
        indptr = beside(x.indptr, np.zeros(x.shape[0] + 1, np.int64))
        return Csr(beside(x.data, np.empty(0, dtype)), none, indptr, x.shape)
    return RowSparse(beside(x.data, np.empty(0, dtype), (0, *x.shape[1:])), none, x.shape)


def summed_rows(indices: Buffer, values: Buffer, inner: int) -> tuple[Buffer, Buffer]:
    """Rows by rising indices, each one once; those of one index are added up."""
    own, device = host(indices), device_of(values)
    if bool((own[1:] > own[:-1]).all()):
        return indices, values
    found, inverse = np.unique(own, return_inverse=True)
    with on_device(device) if in_use else nullcontext():
        place = to_device(inverse.reshape(-1), device)
        total = front.add(values, place, 1, found.size, inner)
    return to_device(found, device), total


def sorted_parts(x: Parts) -> Parts:
    """The same array with indices that rise, in CSR in each row; one index once."""
    data = x.data._data
    if isinstance(x, RowSparse):
        index, rows = summed_rows(x.indices._data, data, row_size(x.shape))
        if index is x.indices._data:
            return x
        made = beside(x.data, rows, (index.size, *x.shape[1:]))
        return x._replace(data=made, indices=beside(x.indices, index))
    if indices_rise(x):
        return x
    indices = host(x.indices._data)
    rows = host(rows_of(x)._data)
    order = np.lexsort((indices, rows))
    rows, indices, data = rows[order], indices[order], picked(data, order)
    first = np.ones(rows.size, bool)
    first[1:] = (rows[1:] != rows[:-1]) | (indices[1:] != indices[:-1])
    place = np.cumsum(first) - 1
    with place_of(x):
        total = front.add(data, to_device(place, device_of(data)), 1, int(first.sum()), 1)
    return csr_of(x, total, indices[first], rows[first])


def indices_rise(x: Csr) -> bool:
    """Whether the columns of each row's elements rise."""
    indices, starts = host(x.indices._data), host(x.indptr._data)
    rises = np.ones(indices.size + 1, bool)
    rises[1:-1] = indices[1:] > indices[:-1]
    rises[starts] = True
    return bool(rises.all())


def csr_of(like: Csr, data: Buffer, indices: HostArray, rows: HostArray) -> Csr:
    """A matrix of the shape of *like* from elements in order of their *rows*."""
    indptr = np.searchsorted(rows, np.arange(like.shape[0] + 1))
    made = (beside(like.data, part) for part in (data, indices, indptr.astype(np.int64)))
    return _csr(made, like.shape)


def rows_of(x: Csr) -> Array:
    """The row of each stored element."""
    return F._csr_row_numbers(x.indptr, count=x.data._data.size)


# --- element-wise operators -----------------------------------------------------------------------


def first_of(*calls: SparseCall) -> SparseCall:
    """The first of *calls* that returns a result."""

    def call(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | Array | None:
        for found in calls:
            result = found(op, inputs, params)
            if result is not None:
                return result
        return None

    return call


def is_parts(x: object) -> TypeGuard[Parts]:
    return isinstance(x, (Csr, RowSparse))


def on_elements(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | None:
    """Of one array, and numbers: the operator on what is stored, if it leaves zero zero."""
    if any(isinstance(x, Array) for x in inputs):
        return None
    ((i, x),) = [(i, x) for i, x in enumerate(inputs) if is_parts(x)][:1]
    if sum(map(is_parts, inputs)) != 1:
        return None
    given = list(inputs)
    given[i] = beside(x.data, np.zeros(1, x.data._data.dtype))
    if host(op.call(*given, **params)._data)[0] != 0:
        return None
    return of_elements(op, inputs, params)


def with_number(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | None:
    """Of one array and a number: the operator on what is stored, whatever it makes of zero."""
    if any(isinstance(x, Array) for x in inputs) or sum(map(is_parts, inputs)) != 1:
        return None
    return of_elements(op, inputs, params)


def array_first(call: SparseCall) -> SparseCall:
    """*call* where the first operand is an array; a number before an array has a dense result."""

    def ordered(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | Array | None:
        return call(op, inputs, params) if is_parts(inputs[0]) else None

    return ordered


def either_first(call: SparseCall) -> SparseCall:
    """*call* of two operands, of which the sparse one may be the second too."""

    def ordered(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | Array | None:
        return call(op, inputs if is_parts(inputs[0]) else inputs[::-1], params)

    return ordered


def of_elements(op: Op, inputs: Sequence[Operand], params: Params) -> Parts:
    """The operator on what is stored, whatever it makes of zero."""
    (x,) = [x for x in inputs if is_parts(x)]
    data = op.call(*[x.data if is_parts(x) else x for x in inputs], **params)
    return x._replace(data=data, node=None)


def merged(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | None:
    """Of two arrays of one shape and storage: the operator where one of them is stored."""
    a, b = inputs
    if not is_parts(a) or a.__class__ is not b.__class__ or a.shape != b.shape:
        return None
    a, b = sorted_parts(a), sorted_parts(b)
    starts = [
        host(x.indptr._data) if isinstance(x, Csr) else np.array([0, x.indices._data.size])
        for x in (a, b)
    ]
    indices, indptr, *places = front.merge_rows(
        host(a.indices._data), starts[0], host(b.indices._data), starts[1]
    )
    inner = 1 if isinstance(a, Csr) else row_size(a.shape)
    operands = []
    for x, place in zip((a, b), places, strict=True):
        there = np.flatnonzero(place >= 0)
        rows = picked(x.data._data, place[there], inner)
        wide = spread(rows, there, place.size, inner)
        operands.append(beside(x.data, wide, (place.size, inner)))
    result = op.call(*operands, **params)
    if isinstance(a, RowSparse):
        made = beside(result, result._data, (indices.size, *a.shape[1:]))
        return RowSparse(made, beside(a.indices, indices), a.shape)
    numbers = host(front.csr_row_numbers(indptr, indices.size))
    kept = np.flatnonzero(host(result._data) != 0)
    return csr_of(a, picked(result._data, kept), indices[kept], numbers[kept])


def merged_all(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | None:
    """Of any number of row-sparse arrays of one shape: their sum."""
    first, *others = given = [x for x in inputs if isinstance(x, RowSparse)]
    if len(given) != len(inputs) or any(x.shape != first.shape for x in others):
        return None
    add = lookup("elemwise_add")
    return reduce(lambda a, b: merged(add, (a, b), {}) or a, others, cast("Parts", first))


def scaled(op: Op, inputs: Sequence[Operand], params: Params) -> Csr | None:
    """Of a CSR matrix and a dense operand that broadcasts to it: on the stored elements."""
    x, other = inputs
    if not isinstance(x, Csr) or not isinstance(other, Array) or len(other._shape) > 2:
        return None
    m, n = (1, 1, *other._shape)[-2:]
    if m not in (1, x.shape[0]) or n not in (1, x.shape[1]):
        return None
    place: HostArray = np.zeros(x.data._data.size, np.int64)
    if m > 1:
        place += host(rows_of(x)._data) * n
    if n > 1:
        place += host(x.indices._data)
    flat = F._reshaped(other, shape=(m * n,))
    values = F.take(flat, beside(x.indices, place))
    return x._replace(data=op.call(x.data, values, **params), node=None)


def scaled_rows(op: Op, inputs: Sequence[Operand], params: Params) -> RowSparse | None:
    """Of a row-sparse array and a dense one of its shape: the operator on the stored rows."""
    x, other = inputs
    if not isinstance(x, RowSparse) or not isinstance(other, Array) or other._shape != x.shape:
        return None
    values = F.take(other, x.indices)
    return x._replace(data=op.call(x.data, values, **params), node=None)


# --- others ---------------------------------------------------------------------------------------


def zeros(op: Op, inputs: Sequence[Operand], params: Params) -> Parts:
    """Zeros in the storage of the input."""
    (x,) = inputs
    assert is_parts(x)
    return nothing_like(x)


def joined(op: Op, inputs: Sequence[Operand], params: Params) -> Csr | None:
    """CSR matrices one below the other."""
    matrices = [x for x in inputs if isinstance(x, Csr)]
    if params.get("dim", 1) not in (0, -2) or len(matrices) != len(inputs):
        return None
    first = matrices[0]
    if any(x.shape[1] != first.shape[1] for x in matrices):
        return None  # which raises
    data = F.Concat(*[x.data for x in matrices], dim=0)
    indices = F.Concat(*[x.indices for x in matrices], dim=0)
    counts = np.concatenate([np.diff(host(x.indptr._data)) for x in matrices])
    indptr = beside(first.indptr, np.concatenate(([0], np.cumsum(counts))))
    return Csr(data, indices, indptr, (counts.size, first.shape[1]))


def picked_rows(x: Csr, rows: HostArray) -> Csr:
    """The rows of a matrix with these valid numbers."""
    starts = host(x.indptr._data)
    counts = starts[rows + 1] - starts[rows]
    indptr = np.concatenate(([0], np.cumsum(counts)))
    place = np.arange(indptr[-1]) + np.repeat(starts[rows] - indptr[:-1], counts)
    data, indices = picked(x.data._data, place), picked(x.indices._data, place)
    made = (beside(x.data, part) for part in (data, indices, indptr))
    return _csr(made, (rows.size, x.shape[1]))


def taken(op: Op, inputs: Sequence[Operand], params: Params) -> Csr | None:
    """Rows of a CSR matrix by a vector of indices."""
    x, index = inputs
    mode = params.get("mode", "clip")
    if not isinstance(x, Csr) or not isinstance(index, Array) or params.get("axis", 0) != 0:
        return None
    if len(index._shape) != 1 or mode not in ("clip", "wrap") or not x.shape[0]:
        return None
    numbers = F.take(beside(x.indices, np.arange(x.shape[0])), index, mode=mode)
    return picked_rows(x, host(numbers._data))


def cut(op: Op, inputs: Sequence[Operand], params: Params) -> Csr | None:
    """A block of a CSR matrix, by its first and last rows and columns."""
    (x,) = inputs
    bounds = [params.get(name) for name in ("begin", "end", "step")]
    begin, end, step = [b if isinstance(b, (tuple, list)) else (b,) for b in bounds]
    if not isinstance(x, Csr) or any(s not in (None, 1) for s in step) or len(begin) != len(end):
        return None
    ranges = [
        range(n)[slice(*pair)]
        for n, *pair in zip(x.shape, (*begin, None), (*end, None), strict=False)
    ]
    if len(begin) > 2 or any(not r for r in ranges):
        return None  # which raises
    return block(x, *ranges)


def block(x: Csr, rows: range, columns: range | None = None) -> Csr:
    """The elements of a matrix in ranges of rows and columns."""
    starts = host(x.indptr._data)[rows.start : rows.stop + 1] if rows else np.zeros(1, np.int64)
    own = slice(int(starts[0]), int(starts[-1]))
    data, indices = x.data._data[own].copy(), x.indices._data[own].copy()
    indptr, width = starts - starts[0], x.shape[1]
    if columns is not None and len(columns) < width:
        numbers, width = host(indices), len(columns)
        kept = (numbers >= columns.start) & (numbers < columns.stop)
        indptr = np.concatenate(([0], np.cumsum(kept)))[indptr]
        data, indices = picked(data, np.flatnonzero(kept)), numbers[kept] - columns.start
    made = (beside(x.data, part) for part in (data, indices, indptr))
    return _csr(made, (len(rows), width))


def norm_of_elements(op: Op, inputs: Sequence[Operand], params: Params) -> Array | None:
    """The norm of all elements: that of the stored ones; and so is their sum."""
    (x,) = inputs
    assert is_parts(x)
    if params.get("axis") not in (None, (), (0, 1)) or params.get("exclude"):
        return None
    if params.get("keepdims") or not x.data._data.size or len(x.shape) > 2:
        return None
    flat = F._reshaped(x.data, shape=(x.data._data.size,))
    return op.call(flat, **{**params, "axis": None})


def summed(op: Op, inputs: Sequence[Operand], params: Params) -> Array | None:
    """The sum of a sparse array, along an axis of a CSR matrix as a product with ones."""
    (x,) = inputs
    total = norm_of_elements(op, inputs, params)
    if total is not None:
        return total
    axis, keepdims = params.get("axis"), params.get("keepdims")
    if isinstance(axis, (tuple, list)) and len(axis) == 1:
        (axis,) = axis
    if not isinstance(x, Csr) or axis not in (0, 1, -1, -2) or params.get("exclude"):
        return None
    if not is_floating(x.data._data.dtype):
        return None
    down = axis in (0, -2)
    n = x.shape[0 if down else 1]
    ones = beside(x.data, np.ones((n, 1), x.data._data.dtype))
    total = F._csr_dot(x.data, x.indices, x.indptr, ones, shape=x.shape, transpose=down)
    shape = ((1, x.shape[1]) if down else (x.shape[0], 1)) if keepdims else (x.shape[int(down)],)
    return F._reshaped(total, shape=shape)


def averaged(op: Op, inputs: Sequence[Operand], params: Params) -> Array | None:
    """The mean of a sparse array: its sum, divided."""
    (x,) = inputs
    assert is_parts(x)
    total: Array | None = summed(lookup("sum"), inputs, params)
    if total is None or not is_floating(x.data._data.dtype):
        return None
    return total / (math.prod(x.shape) / total._data.size)


def dotted(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | Array | None:
    """Products, in the storage that MXNet gives them: of CSR matrices by their elements."""
    lhs, rhs = inputs
    ta, tb = bool(params.get("transpose_a")), bool(params.get("transpose_b"))
    stype = params.get("forward_stype")
    stype = None if stype == "None" else stype
    if stype is not None:
        choice("dot", "forward_stype", stype, ("default", "row_sparse", "csr"))
    if isinstance(lhs, Csr):
        both = isinstance(rhs, Csr)
        stype = stype or ("row_sparse" if ta and not tb and not both else "default")
        rhs = dense(rhs) if is_parts(rhs) else rhs
        if not isinstance(rhs, Array) or not _fit(lhs.shape, ta, rhs._shape, tb):
            return None  # which raises
        right = F.transpose(rhs) if tb else rhs
        y = _times(lhs, right, ta)
    elif isinstance(rhs, Csr) and isinstance(lhs, Array):
        stype = stype or ("default" if ta else "csr")
        if not _fit(lhs._shape, ta, rhs.shape, tb):
            return None
        y = F.transpose(_times(rhs, lhs if ta else F.transpose(lhs), not tb))
    elif stype:
        arrays = (dense(x) if is_parts(x) else x for x in inputs)
        y = op.call(*arrays, **{**params, "forward_stype": None})
    else:
        return None
    return y if stype == "default" else compressed(y, stype)


def _fit(left: Shape, ta: bool, right: Shape, tb: bool) -> bool:
    return len(left) == len(right) == 2 and left[not ta] == right[tb]


def _times(x: Csr, y: Array, transpose: bool) -> Array:
    if x.data._data.dtype != y._data.dtype:
        raise MXNetError(
            "Operator dot: Incompatible attr in node  at 1-th input: expected "
            f"{x.data._data.dtype}, got {y._data.dtype}"
        )
    given = x.data, x.indices, x.indptr, y
    return F._csr_dot(*given, shape=x.shape, transpose=transpose)
