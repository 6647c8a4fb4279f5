"""Square brackets: which elements a key means, reading them, writing them.

A key becomes a place: a box along strides for basic indexing, rows by an index vector when arrays
take part.  A box that is one run of memory is read as a view, anything else as a copy; both are
recorded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import dispatch, tracing
from ..base import MXNetError, Shape, shown
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.cpu.indexed import wrapped
from ..kernels.spec.indexed import OUT_OF_BOUNDS, RAW
from ..kernels.spec.strided import Box, broadcast, contiguous_strides, is_contiguous
from ..memory.device import (
    Buffer,
    context_device,
    device_of,
    host,
    in_use,
    on_device,
    operands_device,
    overlap,
    to_device,
)
from ..ops.shape.codes import inferred_shape
from ..ops.table import F
from ..tape import Array, Node, next_version, state
from ..tracing import host_read

_ALL = slice(None)
_ARRAYS = (np.ndarray, Array)
_BASIC = frozenset((int, slice, type(None), type(Ellipsis)))


class Rows(NamedTuple):
    """Rows of an array seen as (outer, length, inner), and the shape of what is picked.

    The index vector is where it was given: on the host, or on the array's device.
    """

    index: Any  # type: ignore[assignment]  # a tuple has a method of that name
    outer: int
    length: int
    inner: int
    shape: Shape


# --- keys -----------------------------------------------------------------------------------------


def _out_of_bounds(index: int, axis: int, length: int) -> IndexError:
    return IndexError(f"index {index} is out of bounds for axis {axis} with size {length}")


def _is_integer(item: Any) -> bool:
    return isinstance(item, (int, np.integer)) or (
        isinstance(item, (Array, np.ndarray)) and _shape_of(item) == ()
    )


def _shape_of(x: Any) -> Shape:
    return x._shape if isinstance(x, Array) else x.shape


def _index_arrays(item: Any) -> list[Any]:
    """An index array as int64; a boolean NDArray is a mask and gives one array for each axis.

    On a device it stays as it is, but for a mask, of which the host has to know how much it picks.
    """
    if isinstance(item, Array):
        host_read(item, "as an index (use nd.take or nd.where)")
        if item._data.dtype == np.bool_:
            return list(np.nonzero(host(item._data).reshape(item._shape)))
        if device_of(item._data) is not None:
            return [item]
        values = item._data.reshape(item._shape)
    else:
        try:
            values = np.asarray(item)
        except ValueError:
            values = np.empty(0, object)
        if values.dtype.kind not in "biuf":
            raise _unsupported(item)
    if values.dtype.kind != "f":
        return [values.astype(np.int64, copy=False)]
    with np.errstate(invalid="ignore"):
        return [values.astype(np.int64)]


def _unsupported(item: Any) -> ValueError:
    return ValueError(f"NDArray does not support slicing with key {item} of type {type(item)}.")


def _expanded(key: Any, shape: Shape) -> tuple[list[Any], bool]:
    """The key as a list with an item for each axis, and None for new ones; whether arrays are in.

    Items are integers, slices, None, int64 arrays and arrays on a device.
    """
    items: list[Any] = []
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
    rest = [_ALL] * (len(shape) - used)
    at = len(items) if ellipsis is None else ellipsis
    return items[:at] + rest + items[at:], arrays


def _leading(key: Any, shape: Shape) -> tuple[int, int, Shape] | None:
    """Start, size and shape of what integers alone choose, for the commonest keys; else None."""
    if key.__class__ is int:
        key = (key,)
    elif key.__class__ is not tuple:
        if key.__class__ is slice and key == _ALL:
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
            raise _out_of_bounds(index, len(shape) - len(rest) - 1, n)
        start = start * n + (index + n if index < 0 else index)
    size = math.prod(rest)
    return start * size, size, rest


def _box(items: Sequence[Any], shape: Shape) -> Box:
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
                raise _out_of_bounds(item, axis, n)
            offset += (item + n if item < 0 else item) * step
        axis += 1
    if 0 in lengths:
        offset = 0
    return Box(tuple(lengths), tuple(strides), offset)


def _small(x: Array, key: Any) -> np.ndarray[Any, Any] | None:
    """What NumPy sees under a basic key, if it is little; else None, also for a bad key.

    Working out a box and starting a kernel takes longer than the copy of a few elements.
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


def _checked(index: Any, axis: int, n: int) -> Any:
    """Valid indices from 0 on."""
    if isinstance(index, Array):
        text = OUT_OF_BOUNDS.format(axis=axis, n=n)
        with on_device(context_device(index._ctx)):
            flat = front.positions(index._data, 0, RAW)
            front.checked(flat, -n, n, IndexError, text)
        return index.__class__(flat, index._shape, index._ctx)
    counted, bad = wrapped(index, n)
    if bad >= 0:
        raise _out_of_bounds(int(index.flat[bad]), axis, n)
    return counted


def _flat(index: Any) -> Any:
    return index._data if isinstance(index, Array) else index.reshape(-1)


def _rows_of(items: list[Any], x: Array) -> Rows:
    """The place of a key with arrays, which broadcast together with the integers.

    As in NumPy their common shape stands where they stand if they are neighbours, else in front.
    """
    shape = x._shape
    if in_use:
        operands_device("x[...]", ("x", "the index"), [x, *items])
    if len(items) == len(shape):
        at = next(i for i, item in enumerate(items) if isinstance(item, _ARRAYS))
        if all(item.__class__ is slice and item == _ALL for item in items[:at] + items[at + 1 :]):
            # One array and whole axes around it: the commonest key.
            index, ahead, behind = _checked(items[at], at, shape[at]), shape[:at], shape[at + 1 :]
            whole = (*ahead, *_shape_of(index), *behind)
            return Rows(_flat(index), math.prod(ahead), shape[at], math.prod(behind), whole)
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
    there: Any = None  # the sum of what is on a device
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


# --- reading --------------------------------------------------------------------------------------


def _view(x: Array, start: int, size: int, shape: Shape) -> Array:
    node = x._node
    if node is not None and state.recording:
        return _recorded_view(x, Box(shape, contiguous_strides(shape), start))
    return x.__class__(x._data[start : start + size], shape, x._ctx, x._version)


def _recorded_view(x: Array, box: Box) -> Array:
    result: Array = F._as_strided(x, shape=box.shape, strides=box.strides, offset=box.offset)
    return F.identity(result) if _assigned_to(x) else result


def getitem(x: Array, key: Any) -> Array:
    """``x[key]``.

    Raises
    ------
    IndexError
        For an index out of range, or too many of them.
    ValueError
        For a key that is none.
    MXNetError
        For a slice that ends before it begins.
    """
    shape = x._shape
    kind = key.__class__
    if kind is int and shape:
        n = shape[0]
        if not -n <= key < n:
            raise _out_of_bounds(key, 0, n)
        size = x._data.size // n
        return _view(x, (key + n if key < 0 else key) * size, size, shape[1:] or (1,))
    if kind is slice and shape and (key.step is None or key.step == 1):
        if key.start is None and key.stop is None:
            return x
        n = shape[0]
        start, stop, _ = key.indices(n)
        if stop < start:
            raise MXNetError(f"Invalid slicing range [{start}, {stop})")
        size = x._data.size // n if n else 0
        return _view(x, start * size, (stop - start) * size, (stop - start, *shape[1:]))
    if kind is tuple:
        if not key:
            return x
        found = _leading(key, shape)
        if found is not None:
            start, size, rest = found
            return _view(x, start, size, rest or (1,))
    recorded = _traced() or (x._node is not None and state.recording)
    if not recorded:
        little = _small(x, key)
        if little is not None and not little.flags.c_contiguous:
            return x.__class__(little.flatten(), little.shape, x._ctx)
    items, arrays = _expanded(key, shape)
    if arrays:
        rows = _rows_of(items, x)
        if not recorded:
            picked = front.take(x._data, rows.index, rows.outer, rows.length, rows.inner)
            return x.__class__(picked, rows.shape, x._ctx)
        taken: Array = F._take_rows(x, **rows._asdict())
        return taken
    box = _box(items, shape)
    if not box.shape and shape:
        box = Box((1,), (1,), box.offset)
    if is_contiguous(box.shape, box.strides):
        return _view(x, box.offset, box.size, box.shape)
    if not recorded:
        return x.__class__(front.strided_slice(x._data, box), box.shape, x._ctx)
    result: Array = F._as_strided(x, shape=box.shape, strides=box.strides, offset=box.offset)
    return result


# --- writing --------------------------------------------------------------------------------------


def _assigned_to(x: Array) -> bool:
    """Whether *x* is in the graph by an assignment to a part of it."""
    return isinstance(x._node, Node) and x._node.op.assigns


def _number(value: Any, dtype: np.dtype[Any]) -> Any:
    """A number as C would store it."""
    if dtype.kind == "f" and value.__class__ is float and dtype.itemsize > 2:
        return value
    with np.errstate(all="ignore"):
        return np.asarray(value).astype(dtype)[()]


def _value(x: Array, value: Any) -> tuple[Buffer, Shape]:
    """The flat elements to write, in the dtype of *x*, and their shape."""
    if isinstance(value, Array):
        data = value._data
        if data.dtype != x._data.dtype:
            with on_device(context_device(value._ctx)):
                data = front.cast(data, x._data.dtype)
        return to_device(data, context_device(x._ctx)), value._shape
    try:
        host = np.asarray(value, None if hasattr(value, "dtype") else x._data.dtype)
        with np.errstate(all="ignore"):
            host = np.ascontiguousarray(host, x._data.dtype).reshape(host.shape)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"{type(x)} does not support assignment with non-array-like object {value} of type "
            f"{type(value)}"
        ) from None
    return host.reshape(-1), host.shape


def _fitting(shape: Shape, target: Shape, without_new: Shape) -> Shape:
    """*shape*, or *shape* with axes of length 1 put in or left out, that broadcasts to *target*."""
    found = _trimmed(shape, target)
    if found is not None:
        return found
    if without_new != target and _trimmed(shape, without_new) is not None:
        # A value for ``x[:, None]`` that has no axis for the None.
        lead = _trimmed(shape, without_new) or ()
        lead = (1,) * (len(without_new) - len(lead)) + lead
        fill = iter(lead)
        rest = list(without_new)
        spread = []
        for n in target:
            if rest and n == rest[0]:
                spread.append(next(fill))
                rest.pop(0)
            else:
                spread.append(1)
        return tuple(spread)
    raise ValueError(
        "operands could not be broadcast together with remapped shapes[original->remapped]: "
        f"{shape} and requested shape {without_new}"
    )


def _trimmed(shape: Shape, target: Shape) -> Shape | None:
    extra = max(0, len(shape) - len(target))
    if any(n != 1 for n in shape[:extra]):
        return None
    kept = shape[extra:]
    tail = target[len(target) - len(kept) :]
    return kept if all(a in (1, b) for a, b in zip(kept, tail, strict=True)) else None


def setitem(x: Array, key: Any, value: Any) -> None:
    """``x[key] = value``.

    While recording, an array that is not in the graph and receives a recorded value takes part in
    it from then on.

    Raises
    ------
    MXNetError
        If *x* is in the graph while recording.
    IndexError, ValueError
        For a bad key, or a value whose shape does not fit.
    TypeError
        For a value that is no number and no array.

    Nothing is written when an error is raised.
    """
    if x._node is not None and state.recording and not _assigned_to(x):
        dispatch.check_writable(x, "setitem")
    shape = x._shape
    number = isinstance(value, (int, float, np.generic))
    plain = not _traced() and (
        not state.recording or (x._node is None and (number or not _is_recorded(value)))
    )
    if plain and (number or value.__class__ is x.__class__):
        found = _leading(key, shape)
        data = x._data
        if found is not None and number:
            data[found[0] : found[0] + found[1]] = _number(value, data.dtype)
            if found[1]:
                x._version[0] = next_version()
            return
        if found is not None and value._shape == found[2] and value._data.dtype is data.dtype:
            # NumPy copies right where source and target overlap.
            data[found[0] : found[0] + found[1]] = value._data
            if found[1]:
                x._version[0] = next_version()
            return
        little = _small(x, key) if found is None else None
        if little is not None and number:
            little[...] = _number(value, data.dtype)
            if little.size:
                x._version[0] = next_version()
            return
        if little is not None and little.shape == value._shape and value._data.dtype is data.dtype:
            little[...] = value._data.reshape(value._shape)
            if little.size:
                x._version[0] = next_version()
            return
    items, arrays = _expanded(key, shape)
    if arrays:
        rows = _rows_of(items, x)
        _write_rows(x, rows, value)
        return
    box = _box(items, shape)
    without_new = _without_new(items, box.shape)
    if not box.size:
        return
    if _traced() or (state.recording and (x._node is not None or _is_recorded(value))):
        _write_recorded(x, box, without_new, value)
        return
    if number:
        filled = _number(value, x._data.dtype)
        if is_contiguous(box.shape, box.strides):
            x._data[box.offset : box.offset + box.size] = filled
        else:
            front.strided_copy(
                np.array([filled], x._data.dtype), broadcast((), box.shape), x._data, box
            )
    else:
        source, own = _value(x, value)
        fitting = _fitting(own, box.shape, without_new)
        if overlap(source, x._data):
            source = source.copy()
        front.strided_copy(source, broadcast(fitting, box.shape), x._data, box)
    dispatch.written(x)


def _without_new(items: Sequence[Any], shape: Shape) -> Shape:
    """*shape* of a box without the axes that None made."""
    axes = [item for item in items if item is None or item.__class__ is slice]
    return tuple(n for item, n in zip(axes, shape, strict=True) if item is not None)


def _traced() -> bool:
    """Whether this thread traces: then a write is a new value of the whole array."""
    return bool(tracing.active) and tracing.recorder() is not None


def _is_recorded(value: Any) -> bool:
    return isinstance(value, Array) and value._node is not None


def _as_array(x: Array, value: Any) -> Array:
    """A value as an array of *x*'s dtype; recorded if it was."""
    if isinstance(value, Array):
        return dispatch.convert(value, x._data.dtype)
    source, own = _value(x, value)
    return x.__class__(source, own, x._ctx)


def _reshaped(value: Array, shape: Shape) -> Array:
    return value if value._shape == shape else F._reshaped(value, shape=shape)


def _write_recorded(x: Array, box: Box, without_new: Shape, value: Any) -> None:
    array = _as_array(x, value)
    fitting = _fitting(array._shape, box.shape, without_new)
    array = _reshaped(array, fitting)
    if box.size == x._data.size and is_contiguous(box.shape, box.strides):
        result = array if fitting == box.shape else F._expand(array, shape=box.shape)
        result = _reshaped(result, x._shape)
    else:
        result = F._assigned(x, array, box=box.shape, strides=box.strides, offset=box.offset)
    _take_over(x, result)


def _take_over(x: Array, result: Array) -> None:
    """Write *result* into *x*, which takes its place in the graph."""
    if _assigned_to(x):
        x._node = None
    dispatch.write_into(x, result, "setitem")


def _write_rows(x: Array, rows: Rows, value: Any) -> None:
    where = {"index": rows.index, "outer": rows.outer, "length": rows.length, "inner": rows.inner}
    if _traced() or (state.recording and (x._node is not None or _is_recorded(value))):
        twice = "setitem: while recording, an index that comes twice cannot be assigned to"
        # The index has values also while a function is traced: it is a constant of the program.
        with on_device(device_of(rows.index)), tracing.suspended():
            front.distinct(rows.index, rows.length, MXNetError, twice)
        array = _as_array(x, value)
        array = _reshaped(array, _fitting(array._shape, rows.shape, rows.shape))
        if array._shape != rows.shape:
            array = F._expand(array, shape=rows.shape)
        _take_over(x, F._put_rows(x, array, **where))
        return
    source, own = _value(x, value)
    fitting = _fitting(own, rows.shape, rows.shape)
    if fitting != rows.shape:
        source = front.strided_slice(source, broadcast(fitting, rows.shape))
    elif overlap(source, x._data):
        source = source.copy()
    front.put(source, rows.index, x._data, rows.outer, rows.length, rows.inner)
    dispatch.written(x)


# --- reshape --------------------------------------------------------------------------------------


def reshape_method(x: Array, shape: Any, reverse: bool = False) -> Array:
    """``x.reshape(...)``: a view.

    Raises
    ------
    ValueError
        If the array would become smaller.
    MXNetError
        If it would become larger, or for codes that do not fit.
    """
    try:
        new = inferred_shape("reshape", x._shape, shape, reverse)
    except TypeError:
        raise TypeError(f"reshape: shape must be ints or one tuple, got {shown(shape)}") from None
    size = math.prod(new)
    if size > x._data.size:
        raise MXNetError(
            f"reshape: target shape {new} needs {size} elements, which is larger than the current "
            f"shape {x._shape} of {x._data.size}"
        )
    if size < x._data.size:
        raise ValueError(
            f"reshape: Cannot reshape array of size {x._data.size} into shape {tuple(shape)}"
        )
    if x._node is not None and state.recording:
        result: Array = F._reshaped(x, shape=new)
        return F.identity(result) if _assigned_to(x) else result
    return x.__class__(x._data, new, x._ctx, x._version)
