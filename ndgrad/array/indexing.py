"""Reading by square brackets, and reshape: views where the elements are one run of memory.

Anything else is a copy; both are recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, TypeVar

from .. import tracing
from ..base import DType, MXNetError, Shape, shown
from ..dispatch import classes, converted_call, planned_function, record_linear, record_view
from ..dispatch.array_calls import view_call
from ..dispatch.plans import Plan, PlannedParams, Plans, repeated_params
from ..kernels import front
from ..kernels.spec.strided import StridedSlice, contiguous_strides, is_contiguous
from ..memory.abstract import PLAIN_RUNS
from ..memory.device import in_use
from ..ops.shape.codes import inferred_shape
from ..ops.table import F, Op, Params, lookup
from ..tape import Array, new_array, new_view, state
from .keys import (
    ALL,
    BOOL,
    MOST_ARRAYS,
    Rows,
    arrays_in_line,
    expanded,
    hashable,
    index_of,
    is_truth,
    leading,
    out_of_bounds,
    picked_by_numpy,
    rows_of,
    rows_of_array,
    slice_of,
    small_part,
)

getitem_call = view_call("getitem", globals())

_A = TypeVar("_A", bound=Array)


def traced() -> bool:
    """Whether this thread traces: then a write is a new value of the whole array."""
    return bool(tracing.active) and tracing.recorder() is not None


def _view(x: Array, start: int, size: int, shape: Shape) -> Array:
    view = new_view(x, x._data[start : start + size], shape)
    if x._node is not None and state.recording:
        where = {"shape": shape, "strides": contiguous_strides(shape), "offset": start}
        record_linear("_as_strided", where, (x,), view)
    return view


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
    kind: Any = x.__class__
    if key.__class__ is kind:
        if x._shape and key._shape and key._data.dtype is not BOOL:
            return _gather(kind)(x, key)
    elif key.__class__ is tuple and key and key[0].__class__ is kind:
        for item in key:
            if item.__class__ is not kind or not item._shape or item._data.dtype is BOOL:
                break
        else:
            if len(key) <= MOST_ARRAYS and len(key) <= len(x._shape):
                return _gather(kind)(x, *key)
    else:
        found = getitem_call(x, key)
        if found is not None:
            if found._node is None or found is x:
                return found
            return _recorded_part(found, found._node, x)
    shape = x._shape
    if key.__class__ is int and shape:
        n = shape[0]
        if not -n <= key < n:
            raise out_of_bounds(key, 0, n)
        size = x._data.size // n
        at = (key + n if key < 0 else key) * size
        if x._node is None or not state.recording:
            return new_view(x, x._data[at : at + size], shape[1:] or x._one_element)
        return _view(x, at, size, shape[1:] or x._one_element)
    if key.__class__ is slice and shape and (key.step is None or key.step == 1):
        if key.start is None and key.stop is None:
            return x
        n = shape[0]
        start, stop, _ = key.indices(n)
        if stop < start:
            stop = x._stop_before_start(start, stop)
        size = x._data.size // n if n else 0
        if x._node is None or not state.recording:
            return new_view(x, x._data[start * size : stop * size], (stop - start, *shape[1:]))
        return _view(x, start * size, (stop - start) * size, (stop - start, *shape[1:]))
    if key.__class__ is tuple:
        if not key:
            return x
        place = leading(key, shape) if key[0].__class__ is int else None
        if place is not None:
            start, size, rest = place
            return _view(x, start, size, rest or x._one_element)
    return _by_key(x, key)


def _by_key(x: Array, key: object, by_plan: bool = True) -> Array:
    """``x[key]`` for any key; for index arrays by a plan only where that is said."""
    shape = x._shape
    if not x._one_element and is_truth(key):  # NumPy's: a new axis, of all or nothing
        return getitem(getitem(x, None), [0] if key else range(0))
    slices = _slices()
    plan: Any = None
    known = None if tracing.active or in_use else hashable(key)
    if known is None and not tracing.active:
        line = None if in_use or not by_plan else arrays_in_line(key, x)
        if line is not None:
            kind: Any = x.__class__
            return _gather(kind)(x, *line[0], axis=line[1])
        if x._node is None or not state.recording:
            rows = picked_by_numpy(key, x)
            if rows is not None:
                flat = rows if rows.ndim == 1 else rows.reshape(-1)
                return new_array(x.__class__, flat, rows.shape, x._ctx)
        index = index_of(key, x) if shape else None
        if index is not None:
            return _picked(x, rows_of_array(index, x))
    if known is not None:
        known = x._one_element, shape, x._data.dtype, known
        plan = slices[known]
        if plan:
            return _sliced_by(plan, x)
    recorded = traced() or (x._node is not None and state.recording)
    if not recorded and (plan is False or known not in slices):
        little = small_part(x, key)
        if little is not None and not little.flags.c_contiguous:
            if known is not None and plan is None:
                slices.found(known, (x,), {})
            return x.__class__(little.flatten(), little.shape, x._ctx)
    items, arrays = expanded(x._as_key(key), shape)
    if arrays:
        return _picked(x, rows_of(items, x))
    part = slice_of(items, shape)
    if not part.shape and shape:
        one = x._one_element
        part = StridedSlice(one, one, part.offset)
    where = part._asdict()
    if known is not None and plan is None:
        slices.found(known, (x,), where)
    if is_contiguous(part.shape, part.strides):
        return _view(x, part.offset, part.size, part.shape)
    if not recorded:
        return x.__class__(front.strided_slice(x._data, part), part.shape, x._ctx)
    result: Array = F._as_strided(x, **where)
    return result


@cache
def _gather(kind: Any) -> Callable[..., Any]:
    """What index arrays side by side pick of arrays of a class: called as `_gather` is."""
    op = lookup("_gather")
    recorded = op.call if kind is classes.array else converted_call(op)

    def unplanned(
        x: Array,
        first: Array,
        second: Array | None = None,
        third: Array | None = None,
        *,
        axis: int = 0,
    ) -> object:
        arrays = [i for i in (first, second, third) if i is not None]
        tracked = any(i._node is not None for i in (x, *arrays))
        if tracked and state.recording and not tracing.active:
            return recorded(x, *arrays, axis=axis)
        key = first if second is None and not axis else (*(ALL,) * axis, *arrays)
        return _by_key(x, key, by_plan=False)

    return planned_function(op, unplanned, array=kind, unplanned=(unplanned, PLAIN_RUNS))


def _picked(x: Array, rows: Rows) -> Array:
    if not traced() and (x._node is None or not state.recording):
        picked = front.take(x._data, rows.index, rows.outer, rows.length, rows.inner)
        return x.__class__(picked, rows.shape, x._ctx)
    taken: Array = F._take_rows(x, **rows._asdict())
    return taken


@cache
def _slices() -> Plans:
    """The plans of slices, by the shape of a single element, shape, dtype and key."""
    return Plans(lookup("_as_strided"))


_parts: dict[object, Params] = {}
"""Parameters of parts and of views in other shapes that were recorded, by what they depend on."""

_MOST_PARTS = 4096


def _recorded_part(part: Array, place: Shape, x: Array) -> Array:
    """What a C function has made of ``x[key]``, with its node in the place of what tells it."""
    shape, dtype = part._shape, x._data.dtype
    known = x._shape, shape, dtype, place
    params = _parts.get(known)
    if params is None:
        strides = place[:-1] or shape  # a single element has none, or an axis
        where = {"shape": shape, "strides": strides, "offset": place[-1]}
        params = _params_of(known, "_as_strided", where, dtype, (x._shape, shape))
    record_view(_as_strided(), params, x, part)
    return part


def recorded_view(view: _A, x: Array) -> _A:
    """A view of all elements in another shape, with its node."""
    shape, dtype = view._shape, x._data.dtype
    known = x._shape, shape, dtype
    params = _parts.get(known)
    if params is None:
        params = _params_of(known, "_reshaped", {"shape": shape}, dtype, (x._shape, shape))
    record_view(_reshaped(), params, x, view)
    return view


def _params_of(
    known: object, name: str, params: Params, dtype: DType, shapes: tuple[Shape, ...]
) -> Params:
    params = repeated_params(name, params, dtype, shapes)
    if params.__class__ is PlannedParams:
        if len(_parts) >= _MOST_PARTS:
            _parts.clear()
        _parts[known] = params
    return params


@cache
def _as_strided() -> Op:
    return lookup("_as_strided")


@cache
def _reshaped() -> Op:
    return lookup("_reshaped")


def _recorded_copy(copy: Array, x: Array) -> Array:
    """What a C function has copied of *x*, whose node is the plan if *x* has one."""
    plan: Any = copy._node
    if plan is not None:
        copy._node = None
        if state.recording:
            record_linear("_as_strided", plan.params, (x,), copy)
    return copy


def _sliced_by(plan: Plan, x: Array) -> Array:
    """The slice that *plan* makes."""
    if plan.call is not None:
        result = plan.call(x)
        if result is not None:
            return _recorded_copy(result, x)
    y = plan.run(x._data)
    if plan.owner is None:
        result = new_array(x.__class__, y, plan.shape, x._ctx)
    else:
        result = new_view(x, y, plan.shape)
    if x._node is not None and state.recording:
        record_linear("_as_strided", plan.params, (x,), result)
    return result


def reshape_method(x: Array, shape: tuple[int, ...], reverse: bool = False) -> Array:
    """``x.reshape(...)``: a view.

    Raises
    ------
    ValueError
        If the array would become smaller.
    MXNetError
        If it would become larger, or for codes that do not fit.
    """
    for code in shape:
        if code.__class__ is not int:  # 1.0 is equal to 1 and no length
            new = _new_shape.__wrapped__(x._shape, shape, reverse)
            break
    else:
        new = _new_shape(x._shape, shape, reverse)
    return view_as(x, new)


def view_as(x: Array, new: Shape) -> Array:
    """A view of all elements in another shape of as many."""
    view = new_view(x, x._data, new)
    if x._node is not None and state.recording:
        record_linear("_reshaped", {"shape": new}, (x,), view)
    return view


@lru_cache(maxsize=4096)
def _new_shape(own: Shape, codes: tuple[int, ...], reverse: bool) -> Shape:
    try:
        new = inferred_shape("reshape", own, codes, reverse)
    except TypeError:
        raise TypeError(f"reshape: shape must be ints or one tuple, got {shown(codes)}") from None
    size, had = math.prod(new), math.prod(own)
    if size > had:
        raise MXNetError(
            f"reshape: target shape {new} needs {size} elements, which is larger than the current "
            f"shape {own} of {had}"
        )
    if size < had:
        raise ValueError(f"reshape: Cannot reshape array of size {had} into shape {codes}")
    return new
