"""Writing by square brackets: into memory, and while recording as an operator of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dispatch, tracing
from ..base import DType, MXNetError, Shape
from ..kernels import front
from ..kernels.spec.strided import StridedSlice, broadcast, is_contiguous
from ..memory.device import Buffer, context_device, device_of, on_device, overlap, to_device
from ..ops.table import F
from ..tape import Array, next_version, state
from .indexing import assigned_to, traced
from .keys import Rows, box_of, expanded, leading, rows_of, small_part


def _number(value: object, dtype: DType) -> object:
    """A number as C would store it."""
    if dtype.kind == "f" and value.__class__ is float and dtype.itemsize > 2:
        return value
    with np.errstate(all="ignore"):
        return np.asarray(value).astype(dtype)[()]


def _value(x: Array, value: object) -> tuple[Buffer, Shape]:
    """The elements to write, in the dtype of *x*, and their shape."""
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


def setitem(x: Array, key: object, value: Any) -> None:
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
    if x._node is not None and state.recording and not assigned_to(x):
        dispatch.check_writable(x, "setitem")
    shape = x._shape
    number = isinstance(value, (int, float, np.generic))
    plain = not traced() and (
        not state.recording or (x._node is None and (number or not _is_recorded(value)))
    )
    if plain and (number or value.__class__ is x.__class__):
        found = leading(key, shape)
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
        little = small_part(x, key) if found is None else None
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
    items, arrays = expanded(key, shape)
    if arrays:
        rows = rows_of(items, x)
        _write_rows(x, rows, value)
        return
    box = box_of(items, shape)
    without_new = _without_new(items, box.shape)
    if not box.size:
        return
    if traced() or (state.recording and (x._node is not None or _is_recorded(value))):
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


def _without_new(items: Sequence[object], shape: Shape) -> Shape:
    """*shape* of a box without the axes that None made."""
    axes = [item for item in items if item is None or item.__class__ is slice]
    return tuple(n for item, n in zip(axes, shape, strict=True) if item is not None)


def _is_recorded(value: object) -> bool:
    return isinstance(value, Array) and value._node is not None


def _as_array(x: Array, value: object) -> Array:
    """A value as an array of *x*'s dtype; recorded if it was."""
    if isinstance(value, Array):
        return dispatch.convert(value, x._data.dtype)
    source, own = _value(x, value)
    return x.__class__(source, own, x._ctx)


def _reshaped(value: Array, shape: Shape) -> Array:
    return value if value._shape == shape else F._reshaped(value, shape=shape)


def _write_recorded(x: Array, box: StridedSlice, without_new: Shape, value: object) -> None:
    array = _as_array(x, value)
    fitting = _fitting(array._shape, box.shape, without_new)
    array = _reshaped(array, fitting)
    if box.size == x._data.size and is_contiguous(box.shape, box.strides):
        result = array if fitting == box.shape else F._expand(array, shape=box.shape)
        result = _reshaped(result, x._shape)
    else:
        result = F._assigned(x, array, shape=box.shape, strides=box.strides, offset=box.offset)
    _take_over(x, result)


def _take_over(x: Array, result: Array) -> None:
    """Write *result* into *x*, which takes its place in the graph."""
    if assigned_to(x):
        x._node = None
    dispatch.write_into(x, result, "setitem")


def _write_rows(x: Array, rows: Rows, value: object) -> None:
    where = {"index": rows.index, "outer": rows.outer, "length": rows.length, "inner": rows.inner}
    if traced() or (state.recording and (x._node is not None or _is_recorded(value))):
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
