"""Keys of square brackets: which elements of an array they mean.

A key without arrays is a strided slice.  One with arrays picks rows by an index vector.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..base import HostArray, Shape, is_numeric
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.front import wrapped
from ..kernels.spec.indexed import OUT_OF_BOUNDS, RAW
from ..kernels.spec.strided import StridedSlice, contiguous_strides
from ..memory.device import (
    Buffer,
    context_device,
    device_of,
    host,
    in_use,
    on_device,
    operands_device,
    to_device,
)
from ..ops.table import F
from ..tape import Array, new_array
from ..tracing import host_read

ALL = slice(None)
_ARRAYS = (np.ndarray, Array)

Index: TypeAlias = HostArray | Array
"""An index array: of int64 on the host, or on a device as it was given."""

MOST_ARRAYS = 3
"""Index arrays of a key that the operator `_gather` takes."""

BOOL = np.dtype("bool")
_LIMIT = 1 << 62

_BASIC = frozenset((int, slice, type(None), type(Ellipsis)))


class Rows(NamedTuple):
    """Rows of an array seen as (outer, length, inner), and the shape of what is picked.

    The index vector is where it was given: on the host, or on the array's device.
    """

    index: Buffer  # type: ignore[assignment]  # a tuple has a method of that name
    outer: int
    length: int
    inner: int
    shape: Shape


def out_of_bounds(index: int, axis: int, length: int) -> IndexError:
    return IndexError(f"index {index} is out of bounds for axis {axis} with size {length}")


def _is_integer(item: object) -> bool:
    return isinstance(item, (int, np.integer)) or (
        isinstance(item, (Array, np.ndarray)) and _shape_of(item) == ()
    )


def _shape_of(x: Index) -> Shape:
    return x._shape if isinstance(x, Array) else x.shape


def _index_arrays(item: object) -> list[Index]:
    """An index array as int64; a boolean NDArray is a mask and gives one array for each axis.

    On a device it stays as it is, but for a mask, of which the host has to know how much it picks.
    """
    if isinstance(item, Array):
        host_read(item, "as an index (use nd.take or nd.where)")
        if item._data.dtype == np.bool_:
            return list(np.nonzero(host(item._data).reshape(item._shape)))
        if device_of(item._data) is not None:
            return [item]
        values = host(item._data).reshape(item._shape)
    else:
        try:
            values = np.asarray(item)
        except ValueError:
            values = np.empty(0, object)
        if not is_numeric(values.dtype):
            raise _unsupported(item)
    if values.dtype.kind != "f":
        return [values.astype(np.int64, copy=False)]
    with np.errstate(invalid="ignore"):
        return [values.astype(np.int64)]


def _unsupported(item: object) -> ValueError:
    return ValueError(f"NDArray does not support slicing with key {item} of type {type(item)}.")


def is_truth(key: object) -> bool:
    """Whether a key is one bool, which NumPy takes for a mask."""
    kind = key.__class__
    if kind is bool or kind is np.bool_:
        return True
    return isinstance(key, Array) and not key._shape and key._data.dtype == np.bool_


def expanded(key: object, shape: Shape) -> tuple[list[object], bool]:
    """The key as a list with an item for each axis, and None for new ones; whether arrays are in.

    Items are integers, slices, None, int64 arrays and arrays on a device.
    """
    items: list[object] = []
    ellipsis, used, arrays = None, 0, False
    for item in key if isinstance(key, tuple) else (key,):
        if item.__class__ is int:
            items.append(item)
            used += 1
        elif isinstance(item, slice):
            if item.step == 0:
                raise ValueError("slice step cannot be zero")
            items.append(item)
            used += 1
        elif item is None:
            items.append(None)
        elif item is Ellipsis:
            if ellipsis is not None:
                raise IndexError("Cannot use more than one ellipsis (`...`) for indexing")
            ellipsis = len(items)
        elif _is_integer(item):
            if isinstance(item, Array):
                host_read(item, "as an index (use nd.take or nd.where)")
                item = item._data[0]
            items.append(int(item))
            used += 1
        elif isinstance(item, (Array, np.ndarray, list, tuple, range)):
            found = _index_arrays(item)
            if isinstance(item, Array) and item._data.dtype == np.bool_:
                here = shape[used : used + len(found)]
                if ellipsis is None and item._shape != here:
                    raise IndexError(
                        f"a boolean index of shape {item._shape} does not fit axes of shape {here}"
                    )
            items += found
            used += len(found)
            arrays = True
        else:
            raise _unsupported(item)
    if used > len(shape):
        raise IndexError(f"too many indices ({used}) for array with {len(shape)} dimensions")
    rest = [ALL] * (len(shape) - used)
    at = len(items) if ellipsis is None else ellipsis
    return items[:at] + rest + items[at:], arrays


def leading(key: object, shape: Shape) -> tuple[int, int, Shape] | None:
    """Start, size and shape of what integers alone choose, for the commonest keys; else None."""
    if key.__class__ is int:
        key = (key,)
    elif key.__class__ is not tuple:
        if key.__class__ is slice and key == ALL:
            return 0, math.prod(shape), shape
        return None
    if len(key) > len(shape):
        return None
    start, rest = 0, shape
    for index in key:
        if index.__class__ is not int:
            return None
        n, rest = rest[0], rest[1:]
        if not -n <= index < n:
            raise out_of_bounds(index, len(shape) - len(rest) - 1, n)
        start = start * n + (index + n if index < 0 else index)
    size = math.prod(rest)
    return start * size, size, rest


def slice_of(items: Sequence[Any], shape: Shape) -> StridedSlice:
    """The place of a key without arrays; its shape has no axes for integers."""
    steps = contiguous_strides(shape)
    lengths, strides, offset, axis = [], [], 0, 0
    for item in items:
        if item is None:
            lengths.append(1)
            strides.append(0)
            continue
        n, step = shape[axis], steps[axis]
        if item.__class__ is slice:
            start, stop, by = item.indices(n)
            length = len(range(start, stop, by))
            lengths.append(length)
            strides.append(step * by)
            offset += start * step if length else 0
        else:
            if not -n <= item < n:
                raise out_of_bounds(item, axis, n)
            offset += (item + n if item < 0 else item) * step
        axis += 1
    if 0 in lengths:
        offset = 0
    return StridedSlice(tuple(lengths), tuple(strides), offset)


_PLAIN = frozenset({int, type(None)})
"""Classes of what plain slices are made of."""


def hashable(key: object) -> tuple[object, ...] | None:
    """A key of plain integers, slices of such, None and ... , as what equals no other key's.

    Slices can be looked up in a dictionary from Python 3.12 on.
    """
    if key.__class__ is tuple and len(key) == 2:  # of most: two slices, without a loop
        a, b = key
        if a.__class__ is slice and b.__class__ is slice:
            flat = a.start, a.stop, a.step, b.start, b.stop, b.step
            return (flat,) if _PLAIN.issuperset(map(type, flat)) else None
    items: list[object] = []
    for item in key if key.__class__ is tuple else (key,):
        if item.__class__ is slice:
            start, stop, step = item.start, item.stop, item.step
            if (
                (start is not None and start.__class__ is not int)
                or (stop is not None and stop.__class__ is not int)
                or (step is not None and step.__class__ is not int)
            ):
                return None
            items.append((start, stop, step))
        elif item.__class__ is int or item is None or item is Ellipsis:
            items.append(item)
        else:
            return None
    return tuple(items)


def small_part(x: Array, key: object) -> HostArray | None:
    """What NumPy sees under a basic key, if it is little; else None, also for a bad key.

    Working out a slice and starting a kernel takes longer than the copy of a few elements.
    """
    if key.__class__ is not tuple:
        key = (key,)
    for item in key:
        if item.__class__ not in _BASIC:
            return None
    if x._data.__class__ is not np.ndarray:
        return None
    try:
        found = x._data.reshape(x._shape)[key]
    except (IndexError, TypeError, ValueError):
        return None
    is_array = found.__class__ is np.ndarray
    return found if is_array and found.size < PARALLEL_ELEMENTS else None


def _checked(index: Index, axis: int, n: int) -> Index:
    """Valid indices from 0 on."""
    if isinstance(index, Array):
        text = OUT_OF_BOUNDS.format(value="{value}", axis=axis, n=n)
        with on_device(context_device(index._ctx)):
            buffer = front.positions(index._data, 0, RAW)
            front.checked(buffer, -n, n, IndexError, text)
        return index.__class__(buffer, index._shape, index._ctx)
    counted, bad = wrapped(index, n)
    if bad >= 0:
        raise out_of_bounds(int(index.flat[bad]), axis, n)
    return counted


def _buffer_of(index: Index) -> Buffer:
    return index._data if isinstance(index, Array) else index.reshape(-1)


def index_of(key: object, x: Array) -> HostArray | None:
    """The key as an integer array, if it is one index array of the host; None for others.

    A mask is none, and a list only with a plain integer in front.
    """
    if isinstance(key, Array):
        data, own = key._data, key._shape
        if key.__class__ is not x.__class__ or not isinstance(data, np.ndarray) or not own:
            return None
        kind = data.dtype.kind
        if kind == "b":
            return None
        if kind != "i":
            host_read(key, "as an index (use nd.take or nd.where)")
            with np.errstate(invalid="ignore"):
                data = data.astype(np.int64)
        return data if len(own) == 1 else data.reshape(own)
    if isinstance(key, list) and key and key[0].__class__ is int:
        try:
            key = np.asarray(key)
        except (ValueError, OverflowError):
            return None
    if isinstance(key, np.ndarray) and key.ndim and key.dtype.kind == "i":
        return key
    return None


def arrays_in_line(key: object, x: Array) -> tuple[list[Array], int] | None:
    """The index arrays of a key, of the class of *x*, and the axis of the first.

    They stand side by side, up to `MOST_ARRAYS` of them, with integers among them and whole axes
    before and behind; None for other keys.
    """
    kind, shape = x.__class__, x._shape
    if key.__class__ is kind:
        return ([key], 0) if shape and key._shape and key._data.dtype is not BOOL else None
    arrays: list[Array] = []
    axis, closed = 0, False
    for item in key if key.__class__ is tuple else (key,):
        if item.__class__ is slice:
            if item != ALL:
                return None
            if arrays:
                closed = True
            else:
                axis += 1
            continue
        if closed or len(arrays) == MOST_ARRAYS:
            return None
        if item.__class__ is kind:
            if not item._shape or item._data.dtype is BOOL:
                return None
        elif item.__class__ is int:
            if not -_LIMIT <= item < _LIMIT:
                return None
            item = new_array(kind, np.array([item]), (1,), x._ctx)
        else:
            index = index_of(item, x)
            if index is None:
                return None
            item = new_array(kind, index.ravel().copy(), index.shape, x._ctx)
        arrays.append(item)
    return (arrays, axis) if arrays and axis + len(arrays) <= len(shape) else None


def small_key(key: object, x: Array) -> tuple[Any, ...] | None:
    """A key with index arrays as NumPy takes it, if it means few elements; None for others.

    NumPy reads or writes these sooner than a kernel starts.  Index arrays are copies, of int64.
    """
    data, shape = x._data, x._shape
    if data.__class__ is not np.ndarray or not data.size:
        return None
    items: list[object] = []
    arrays: list[HostArray] = []
    rest, axis = data.size, 0  # elements that one element of the arrays picks
    for item in key if key.__class__ is tuple else (key,):
        if item.__class__ in _BASIC:
            if item is Ellipsis:
                return None
            if item is None:
                items.append(item)
                continue
        else:
            index = index_of(item, x)
            if index is None:
                return None
            item = index.astype(np.int64)
            arrays.append(item)
        if axis == len(shape):
            return None
        if item.__class__ is not slice:
            rest //= shape[axis]
        items.append(item)
        axis += 1
    if not arrays:
        return None
    try:
        picked = arrays[0].size if len(arrays) == 1 else np.broadcast(*arrays).size
    except ValueError:  # whose text the caller knows better
        return None
    return tuple(items) if picked * rest < PARALLEL_ELEMENTS else None


def picked_by_numpy(key: object, x: Array) -> HostArray | None:
    """What a key with index arrays picks, if that is little; else None, also for a bad key."""
    small = small_key(key, x)
    if small is None:
        return None
    rows = host(x._data).reshape(x._shape)
    try:
        return rows.take(small[0], 0) if len(small) == 1 else rows[small]
    except IndexError:
        return None


def rows_of_array(index: HostArray, x: Array) -> Rows:
    """The place of a key that is one index array of the host."""
    n, rest = x._shape[0], x._shape[1:]
    checked = _checked(index.astype(np.int64, copy=False), 0, n)
    return Rows(_buffer_of(checked), 1, n, math.prod(rest), (*index.shape, *rest))


def rows_of(items: list[Any], x: Array) -> Rows:
    """The place of a key with arrays, which broadcast together with the integers.

    As in NumPy their common shape stands where they stand if they are neighbours, else in front.
    """
    shape = x._shape
    if in_use:
        operands_device("x[...]", ("x", "the index"), [x, *items])
    if len(items) == len(shape):
        at = next(i for i, item in enumerate(items) if isinstance(item, _ARRAYS))
        if all(item.__class__ is slice and item == ALL for item in items[:at] + items[at + 1 :]):
            # One array and whole axes around it: the commonest key.
            index, ahead, behind = _checked(items[at], at, shape[at]), shape[:at], shape[at + 1 :]
            whole = (*ahead, *_shape_of(index), *behind)
            return Rows(_buffer_of(index), math.prod(ahead), shape[at], math.prod(behind), whole)
    axis_of, axis = [], 0
    for item in items:
        axis_of.append(axis)
        axis += item is not None
    picked = [i for i, item in enumerate(items) if isinstance(item, (int, *_ARRAYS))]
    arrays = [
        _checked(np.asarray(item) if item.__class__ is int else item, axis_of[i], shape[axis_of[i]])
        for i, item in enumerate(items)
        if i in picked
    ]
    try:
        block = np.broadcast_shapes(*map(_shape_of, arrays))
    except ValueError:
        shapes = " ".join(str(_shape_of(a)) for a in arrays)
        raise IndexError(f"index arrays of shapes {shapes} cannot be broadcast together") from None

    # The result's axes in order: an item's position, or -1 for the block of the arrays.
    others = [i for i in range(len(items)) if i not in picked]
    adjacent = picked[-1] - picked[0] == len(picked) - 1
    before = sum(i < picked[0] for i in others) if adjacent else 0
    order = [*others[:before], -1, *others[before:]]
    ranges = {
        i: range(*items[i].indices(shape[axis_of[i]])) for i in others if items[i] is not None
    }
    lengths: list[int] = []
    starts = {}
    for i in order:
        starts[i] = len(lengths)
        lengths += block if i == -1 else [len(ranges[i]) if i in ranges else 1]
    result = tuple(lengths)

    # Whole axes behind the last array are the inner part, those before a single array the outer.
    full = [i in ranges and ranges[i] == range(shape[axis_of[i]]) for i in range(len(items))]
    tail = len(items)
    while tail > picked[-1] + 1 and (items[tail - 1] is None or full[tail - 1]):
        tail -= 1
    inner = math.prod(shape[axis_of[i]] for i in range(tail, len(items)) if items[i] is not None)
    head = 0
    if len(picked) == 1:
        while head < picked[0] and (items[head] is None or full[head]):
            head += 1
        head = head if head == picked[0] else 0
    outer = math.prod(shape[axis_of[i]] for i in range(head) if items[i] is not None)

    length = math.prod(shape) // (outer * inner) if outer * inner else 0
    strides = contiguous_strides(shape)
    unit = max(1, inner)
    table = np.zeros((), np.int64)
    there: object = None  # the sum of what is on a device
    for i, array in zip(picked, arrays, strict=True):
        own = _shape_of(array)
        at = starts[-1] + len(block) - len(own)
        spread = [1] * len(result)
        spread[at : at + len(own)] = own
        step = strides[axis_of[i]] // unit
        if isinstance(array, Array):
            part = F._reshaped(array, shape=tuple(spread)) * step
            there = part if there is None else F.broadcast_add(there, part)
        else:
            table = table + array.reshape(spread) * step
    for i, values in ranges.items():
        if head <= i < tail:
            spread = [1] * len(result)
            spread[starts[i]] = len(values)
            steps = np.arange(values.start, values.stop, values.step)
            table = table + steps.reshape(spread) * (strides[axis_of[i]] // unit)
    covered = [
        1 if i != -1 and (i < head or i >= tail) else n
        for i in order
        for n in (block if i == -1 else result[starts[i] : starts[i] + 1])
    ]
    index = np.ascontiguousarray(np.broadcast_to(table, covered).reshape(-1), np.int64)
    if there is not None:
        rest = x.__class__(to_device(index, context_device(x._ctx)), tuple(covered), x._ctx)
        index = F.broadcast_add(there, rest)._data
    return Rows(index, outer, length, inner, result)
