"""Writing by square brackets: into memory, and while recording as an operator of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from .. import dispatch, tracing
from ..base import DType, Shape
from ..dispatch import in_graph
from ..dispatch.array_calls import view_call
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.spec.strided import StridedSlice, broadcast, is_contiguous
from ..memory.abstract import PLAIN_RUNS, BufferProgram, Run
from ..memory.device import (
    Buffer,
    address,
    context_device,
    host,
    in_use,
    on_device,
    overlap,
    to_device,
)
from ..memory.noting import noted
from ..ops.index.vectors import gathered
from ..ops.table import F, Params
from ..tape import Array, next_version, state
from .indexing import traced
from .keys import (
    Rows,
    arrays_in_line,
    expanded,
    index_of,
    is_truth,
    leading,
    rows_of,
    rows_of_array,
    slice_of,
    small_key,
    small_part,
)

_LARGE = 1e38
"""Below it floats fit into float32; NumPy warns of those that do not."""


def _number(value: object, dtype: DType) -> object:
    """A number as C would store it."""
    if dtype.kind == "f" and value.__class__ is float and dtype.itemsize > 2:
        if -_LARGE < value < _LARGE:
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
        try:
            elements = np.asarray(value, None if hasattr(value, "dtype") else x._data.dtype)
        except OverflowError:  # integers that the dtype does not hold are cut off, as by slices
            elements = np.asarray(value)
        with np.errstate(all="ignore"):
            elements = np.ascontiguousarray(elements, x._data.dtype).reshape(elements.shape)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"{type(x)} does not support assignment with non-array-like object {value} of type "
            f"{type(value)}"
        ) from None
    return elements.reshape(-1), elements.shape


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
        f"setitem: a value of shape {shape} does not fit elements of shape {without_new}: operands "
        "could not be broadcast together"
    )


def _trimmed(shape: Shape, target: Shape) -> Shape | None:
    extra = max(0, len(shape) - len(target))
    if any(n != 1 for n in shape[:extra]):
        return None
    kept = shape[extra:]
    tail = target[len(target) - len(kept) :]
    return kept if all(a in (1, b) for a, b in zip(kept, tail, strict=True)) else None


WHOLE = slice(None)
setitem_call = view_call("setitem", globals())


def overwrite(x: Array, value: Any) -> bool:
    """Do ``x[:] = value`` outside of recording, without broadcasting; return whether that fits."""
    data, kind = x._data, value.__class__
    if data.__class__ is not np.ndarray or not data.size or not x._shape:
        return False
    if state.recording or tracing.active:
        return False
    if kind is x.__class__:
        source = value._data
        if value._shape != x._shape or source.dtype is not data.dtype:
            return False
        if data.size < PARALLEL_ELEMENTS:
            data[:] = source
        else:
            front.copy(source, data)
    elif (
        kind is float and data.dtype.kind == "f" and data.itemsize > 2 and -_LARGE < value < _LARGE
    ) or (
        kind is int and 0 <= value < 128  # which every dtype has
    ):
        if data.size < PARALLEL_ELEMENTS:
            data.fill(value)
        else:
            front.fill(data, value)
    elif kind is np.ndarray:
        if value.shape != x._shape or value.dtype.kind not in "fiub":
            return False
        target = data.reshape(value.shape)
        if value.dtype is data.dtype:
            target[...] = value
        else:
            with np.errstate(all="ignore"):
                np.copyto(target, value, casting="unsafe")
    else:
        return False
    x._version[0] = next_version()
    return True


def setitem(x: Array, key: object, value: Any) -> None:
    """``x[key] = value``.

    While recording this is an operator of the graph, if the array or the value is in it.

    Raises
    ------
    MXNetError
        If *x* is a variable, or a view of one, while recording.
    IndexError, ValueError
        For a bad key, or a value whose shape does not fit.
    TypeError
        For a value that is no number and no array.

    Nothing is written when an error is raised.
    """
    recording = state.recording
    if key.__class__ is not x.__class__ and setitem_call(x, key, value):
        return
    if key.__class__ is slice:
        if key == WHOLE and overwrite(x, value):
            return
    else:
        last = key[-1] if key.__class__ is tuple and key else key
        if last.__class__ is x.__class__ and _written_by_plan(x, key, value):
            return
    if recording:
        dispatch.check_writable(x, "setitem")
    shape = x._shape
    number = isinstance(value, (int, float, np.generic))
    plain = not traced() and not (recording and (_is_recorded(value) or in_graph(x)))
    if plain and (number or value.__class__ is x.__class__):
        found = leading(key, shape)
        data = x._data
        if found is not None and number:
            start, stop = found[0], found[0] + found[1]
            data[start:stop] = _number(value, data.dtype)
            if recording:
                dispatch.written(x, start, stop)
            elif found[1]:
                x._version[0] = next_version()
            return
        if found is not None and value._shape == found[2] and value._data.dtype is data.dtype:
            start, stop = found[0], found[0] + found[1]
            # NumPy copies right where source and target overlap.
            data[start:stop] = value._data
            if recording:
                dispatch.written(x, start, stop)
            elif found[1]:
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
    if not x._one_element and is_truth(key):
        if not key:
            return
        key = ...
    if shape and not (tracing.active or in_use or key.__class__ is slice):
        if plain and (_written_by_plan(x, key, value) or _written_by_numpy(x, key, value, number)):
            return
        index = index_of(key, x)
        if index is not None:
            _write_rows(x, rows_of_array(index, x), value, plain)
            return
    items, arrays = expanded(x._as_key(key), shape)
    if arrays:
        _write_rows(x, rows_of(items, x), value, plain)
        return
    part = slice_of(items, shape)
    without_new = _without_new(items, part.shape)
    if not part.size:
        return
    if not plain:
        _write_recorded(x, part, without_new, value)
        return
    if number:
        filled = _number(value, x._data.dtype)
        if is_contiguous(part.shape, part.strides):
            x._data[part.offset : part.offset + part.size] = filled
        else:
            front.strided_copy(
                np.array([filled], x._data.dtype), broadcast((), part.shape), x._data, part
            )
    else:
        source, own = _value(x, value)
        fitting = _fitting(own, part.shape, without_new)
        _copy_to_slice(source, fitting, x, part)
    dispatch.written(x, *_span(part))


_writes: dict[object, Any] = {}  # functions of buffers, numbers and None
"""What writes to elements at index arrays, by all that it depends on.

A count of writes that had none, which need no kernel; None where there is none.
"""

_MOST = 512


def _written_again(x: Array, key: Array, value: Array) -> bool:
    """The same for one index array and an array, where nothing is recorded, if there is a plan."""
    data, source, index = x._data, value._data, key._data
    if source.dtype is not data.dtype or value._version is x._version or tracing.active:
        return False
    plan = _writes.get((x._shape, data.dtype, 0, value._shape, key._shape, index.dtype))
    if not callable(plan) or not data.flags.writeable:
        return False
    plan(data, source, index)
    dispatch.written(x)
    return True


def _written_by_plan(x: Array, key: object, value: object) -> bool:
    """Write to what index arrays side by side pick, if such a write came before; whether so."""
    data = x._data
    if key.__class__ is x.__class__ is value.__class__ and not (state.recording or in_use):
        if _written_again(x, key, value):
            return True
    found = None if state.recording or tracing.active or in_use else arrays_in_line(key, x)
    if found is None or not data.flags.writeable:
        return False
    arrays, axis = found
    number = isinstance(value, (int, float, np.generic))
    if value.__class__ is x.__class__ and value._version is not x._version:
        source, own = value._data, value._shape
    elif number:
        source, own = np.array([_number(value, data.dtype)], data.dtype), (1,)
    elif value.__class__ is np.ndarray and not np.may_share_memory(value, data):
        source, own = np.ascontiguousarray(value).reshape(-1), value.shape
    else:
        return False
    if source.dtype is not data.dtype:
        return False
    indices = [i._data for i in arrays]
    kinds = *[i._shape for i in arrays], *[i.dtype for i in indices]
    known = x._shape, data.dtype, axis, own, *kinds
    plan = _writes.get(known, 0)
    if plan is None:
        return False
    if plan.__class__ is int:
        if not plan and len(_writes) >= _MOST:
            _writes.clear()
        _writes[known] = plan = plan + 1
        if plan <= PLAIN_RUNS:
            return False
        _writes[known] = plan = _write_plan(x, source, own, arrays, axis, known)
        if plan is None:
            return False
    plan(data, source, *indices)
    dispatch.written(x)
    return True


def _parameter(program: BufferProgram, data: Buffer) -> Any:
    """A buffer like *data* that a program is given."""
    return program.parameter(data.size, data.dtype)


def _write_plan(
    x: Array, source: Buffer, own: Shape, arrays: Sequence[Array], axis: int, known: object
) -> Run | None:
    """A function of the elements of *x*, those to write, and index arrays; None for bad ones."""
    try:
        with noted() as program:
            target, value, *indices = [
                _parameter(program, data) for data in (x._data, source, *[i._data for i in arrays])
            ]
            given = [
                x.__class__(data, i._shape, x._ctx) for data, i in zip(indices, arrays, strict=True)
            ]
            where = gathered(x._shape, given, axis)
            fitting = _fitting(own, where.shape, where.shape)
            if fitting != where.shape:
                value = front.strided_slice(value, broadcast(fitting, where.shape))
            front.put(value, where.rows, target, where.outer, where.length, where.inner)
    except Exception:  # whose text the general way knows better
        return None
    return program.function(program.parameters, "None", partial(_writes.__setitem__, known))


def _written_by_numpy(x: Array, key: object, value: object, number: bool) -> bool:
    """Write to a few elements that a key with index arrays picks; whether that was done.

    Of equal indices the last counts: NumPy goes through index arrays of one axis in order.
    """
    small = small_key(key, x)
    if small is None:
        return False
    rows = host(x._data).reshape(x._shape)
    if number:
        elements = _number(value, rows.dtype)
    else:
        if any(item.ndim > 1 for item in small if item.__class__ is np.ndarray):
            return False
        source, own = _value(x, value)
        elements = host(source.copy() if overlap(source, x._data) else source).reshape(own)
    try:
        rows[small] = elements
    except (IndexError, ValueError):  # whose text the caller knows better
        return False
    dispatch.written(x)
    return True


def _span(part: StridedSlice) -> tuple[int, int]:
    """Between which elements of an array a slice of it lies."""
    ends = [(n - 1) * step for n, step in zip(part.shape, part.strides, strict=True)]
    first = part.offset + sum(end for end in ends if end < 0)
    return first, part.offset + sum(end for end in ends if end > 0) + 1


def _copy_to_slice(source: Buffer, shape: Shape, x: Array, part: StridedSlice) -> None:
    """Write elements, of a shape that broadcasts, into a slice of *x*."""
    if overlap(source, x._data):
        source = source.copy()
    front.strided_copy(source, broadcast(shape, part.shape), x._data, part)


def _without_new(items: Sequence[object], shape: Shape) -> Shape:
    """*shape* of a part without the axes that None made."""
    axes = [item for item in items if item is None or item.__class__ is slice]
    return tuple(n for item, n in zip(axes, shape, strict=True) if item is not None)


def _is_recorded(value: object) -> bool:
    return isinstance(value, Array) and value._node is not None


def _as_array(x: Array, value: object) -> Array:
    """A value as an array of *x*'s dtype and context; recorded if it was."""
    if isinstance(value, Array):
        array = dispatch.convert(value, x._data.dtype)
        return array if array._ctx == x._ctx else array.as_in_context(x._ctx)
    source, own = _value(x, value)
    return x.__class__(to_device(source, context_device(x._ctx)), own, x._ctx)


def _reshaped(value: Array, shape: Shape) -> Array:
    return value if value._shape == shape else F._reshaped(value, shape=shape)


def _write_recorded(x: Array, part: StridedSlice, without_new: Shape, value: object) -> None:
    array = _as_array(x, value)
    fitting = _fitting(array._shape, part.shape, without_new)
    array = _reshaped(array, fitting)
    one_run = is_contiguous(part.shape, part.strides)
    if one_run and _is_there(array, x, part):
        return
    if one_run and part.size == x._data.size:
        result = array if fitting == part.shape else F._expand(array, shape=part.shape)
        dispatch.write_into(x, _reshaped(result, x._shape), "setitem")
        return
    params = {"shape": part.shape, "strides": part.strides, "offset": part.offset}
    if traced():
        _hold(x, dispatch.unrecorded(F._assigned, x, array, **params))
    else:
        _copy_to_slice(array._data, fitting, x, part)
    _record(x, "_assigned", array, params, *_span(part))


def _is_there(value: Array, x: Array, part: StridedSlice) -> bool:
    """Whether *value* is a view of what it is to be written to: the end of ``x[0] += y``."""
    return (
        getattr(value, "_aliases", None) is getattr(x, "_aliases", value)
        and value._data.size == part.size
        and address(value._data) == address(x._data[part.offset :])
    )


def _hold(x: Array, result: Array) -> None:
    """Let *x* have the elements of *result*: while a function is traced, all are a new value."""
    front.copy(result._data, x._data)


def _record(x: Array, name: str, value: Array, params: Params, start: int, stop: int) -> None:
    """Note that *value* was written to *x*, by what operator of the graph that can be said."""
    dispatch.written(x, start, stop)
    if not state.recording:
        return
    if x._node is not None or value._node is not None:
        dispatch.record_linear(name, params, (x, value), x)
    dispatch.recorded_write(x, x._node, start, stop)


def _write_rows(x: Array, rows: Rows, value: object, plain: bool) -> None:
    where = {"index": rows.index, "outer": rows.outer, "length": rows.length, "inner": rows.inner}
    if not plain:
        array = _as_array(x, value)
        array = _reshaped(array, _fitting(array._shape, rows.shape, rows.shape))
        if array._shape != rows.shape:
            array = F._expand(array, shape=rows.shape)
        # On a device nothing is read for it.
        index = rows.index
        where["repeats"] = not isinstance(index, np.ndarray) or np.unique(index).size < index.size
        if traced():
            _hold(x, dispatch.unrecorded(F._put_rows, x, array, **where))
        else:
            _put(array._data, x, rows)
        _record(x, "_put_rows", array, where, 0, x._data.size)
        return
    source, own = _value(x, value)
    fitting = _fitting(own, rows.shape, rows.shape)
    if fitting != rows.shape:
        source = front.strided_slice(source, broadcast(fitting, rows.shape))
    _put(source, x, rows)
    dispatch.written(x)


def _put(source: Buffer, x: Array, rows: Rows) -> None:
    """Write rows into *x*; of rows with one index the last stays."""
    if overlap(source, x._data):
        source = source.copy()
    front.put(source, rows.index, x._data, rows.outer, rows.length, rows.inner)
