"""Strided slices: `slice`, `reverse` and `diag`, assignment to slices, and their adjoints."""

from __future__ import annotations

import math

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.strided import (
    StridedSlice,
    broadcast,
    contiguous_strides,
    is_contiguous,
    rows_apart,
    sliced,
    whole,
)
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import Axis, Bounds, axis_of, integer, integers, ints_of_text
from ..declare import operator
from ..emitter import Emitter
from ..parts import add_to, copied, expect_broadcast, expect_size, part_of
from ..storage import cut
from ..table import F, Gradient, Gradients, Needs, PartialGradient, Result, Sample

# --- by strides: for derivatives and indexing -----------------------------------------------------


def _as_strided_vjp(
    g: Array, shape: Shape, strides: Shape, offset: int, data_shape: Shape
) -> Gradient:
    return _slice_adjoint(g, StridedSlice(shape, strides, offset), data_shape)


@operator(
    "_as_strided",
    linear=("data",),
    traceable=True,
    vjp=_as_strided_vjp,
    is_view=True,
    samples=(Sample(((3, 4),), {"shape": (2, 3), "strides": (8, -1), "offset": 2}),),
)
def _as_strided(data: Array, *, shape: Shape, strides: Shape, offset: int) -> Result:
    """Distinct elements of the input along strides; a view when they are one run of memory."""
    part = part_of("_as_strided", data._data.size, shape, strides, offset)
    if is_contiguous(shape, strides):
        return data._data[offset : offset + part.size], shape
    return front.strided_slice(data._data, part), shape


def _as_strided_adjoint_vjp(
    g: Array, lengths: Shape, strides: Shape, offset: int, data_shape: Shape
) -> Gradient:
    return F._reshaped(
        F._as_strided(g, shape=lengths, strides=strides, offset=offset), shape=data_shape
    )


def _add_to_slice(
    total: Buffer, data: Array, *, lengths: Shape, strides: Shape, offset: int, shape: Shape
) -> None:
    where = StridedSlice(lengths, strides, offset)
    if is_contiguous(lengths, strides):
        add_to(total[offset : offset + where.size], data._data)
        return
    part = front.strided_slice(total, where)
    add_to(part, data._data)
    front.strided_copy(part, whole(lengths), total, where)


def _as_strided_adjoint_decomposed(
    emit: Emitter, data: Array, *, lengths: Shape, strides: Shape, offset: int, shape: Shape
) -> Result | None:
    """Zeros, the input and zeros side by side, where that is what it is."""
    size, dtype = math.prod(shape), data._data.dtype
    found = rows_apart(part_of("_as_strided_adjoint", size, lengths, strides, offset))
    if found is None or not data._data.size:
        return None
    rows, n, stride = found
    stride = size if rows == 1 else stride
    if rows * stride != size or offset + n > stride:
        return None
    widths = offset, n, stride - offset - n
    parts = [
        data._data if i == 1 else emit.filled(0, rows * width, dtype)
        for i, width in enumerate(widths)
        if width
    ]
    shapes = [(rows, width) for width in widths if width]
    return front.join(parts, shapes, 1, (rows, stride)), shape


@operator(
    "_as_strided_adjoint",
    linear=("data",),
    decompose=_as_strided_adjoint_decomposed,
    vjp=_as_strided_adjoint_vjp,
    accumulate=_add_to_slice,
    samples=(
        Sample(((2, 3),), {"lengths": (2, 3), "strides": (8, -1), "offset": 2, "shape": (3, 4)}),
    ),
)
def _as_strided_adjoint(
    data: Array, *, lengths: Shape, strides: Shape, offset: int, shape: Shape
) -> Result:
    """The adjoint of `_as_strided`: zeros of *shape* that hold the input in a strided slice."""
    size, what = math.prod(shape), "_as_strided_adjoint"
    expect_size(what, "data", data._data.size, lengths)
    part = part_of(what, size, lengths, strides, offset)
    return front.strided_adjoint(data._data, size, part), shape


def _zero_part(total: Buffer, *, shape: Shape, strides: Shape, offset: int) -> None:
    part = StridedSlice(shape, strides, offset)
    if is_contiguous(shape, strides):
        total[offset : offset + part.size].fill(0)
    else:
        zero = empty(1, total.dtype)
        zero.fill(0)
        front.strided_copy(zero, broadcast((), shape), total, part)


def _add_rest(total: Buffer, data: Array, *, shape: Shape, strides: Shape, offset: int) -> None:
    rest = data._data.copy()
    _zero_part(rest, shape=shape, strides=strides, offset=offset)
    add_to(total, rest)


@operator(
    "_without_slice",
    linear=("data",),
    vjp=lambda g, shape, strides, offset: F._without_slice(
        g, shape=shape, strides=strides, offset=offset
    ),
    accumulate=_add_rest,
    replace=_zero_part,
    samples=(Sample(((3, 4),), {"shape": (2, 3), "strides": (8, -1), "offset": 2}),),
)
def _without_slice(data: Array, *, shape: Shape, strides: Shape, offset: int) -> Result:
    """The input with zeros in a strided slice."""
    part_of("_without_slice", data._data.size, shape, strides, offset)
    y = copied(data)
    _zero_part(y, shape=shape, strides=strides, offset=offset)
    return y, data._shape


def _assigned_vjp(
    g: Array, shape: Shape, strides: Shape, offset: int, rhs_shape: Shape, needs: Needs
) -> Gradients:
    left = right = None
    where = {"shape": shape, "strides": strides, "offset": offset}
    if needs[1]:
        taken = F._as_strided(g, **where)
        if needs[0] and is_contiguous(shape, strides):
            taken = F.identity(taken)  # its place is about to be filled with zeros
        right = F._sum_to(taken, shape=rhs_shape)
    if needs[0]:
        left = PartialGradient("_without_slice", (g,), where)
    return left, right


@operator(
    "_assigned",
    linear=("lhs rhs",),
    vjp=_assigned_vjp,
    samples=(Sample(((3, 4), (1, 3)), {"shape": (2, 3), "strides": (8, -1), "offset": 2}),),
)
def _assigned(lhs: Array, rhs: Array, *, shape: Shape, strides: Shape, offset: int) -> Result:
    """The left input with a strided slice replaced by the right one, which broadcasts to it."""
    expect_broadcast("_assigned", rhs._shape, shape)
    part = part_of("_assigned", lhs._data.size, shape, strides, offset)
    y = copied(lhs)
    front.strided_copy(rhs._data, broadcast(rhs._shape, shape), y, part)
    return y, lhs._shape


# --- slices ---------------------------------------------------------------------------------------


def _slice_of(op: str, shape: Shape, begin: Bounds, end: Bounds, step: Bounds) -> StridedSlice:
    starts = integers(op, "begin", begin, none=True)
    stops = integers(op, "end", end, none=True)
    steps = integers(op, "step", () if step is None else step, none=True)
    if len(starts) > len(shape) or len(stops) != len(starts):
        raise MXNetError(
            f"Operator {op}: begin={begin}, end={end} must have one number each for leading axes "
            f"of shape {shape}: Slicing axis exceeds data dimensions"
        )
    if steps and len(steps) != len(starts):
        raise MXNetError(f"Operator {op}: step={step} and begin={begin} must be equally long")
    part = whole(shape)
    for axis, (a, b) in enumerate(zip(starts, stops, strict=True)):
        by = steps[axis] if steps else None
        if by == 0:
            raise MXNetError(f"Operator {op}: step[{axis}] cannot be 0")
        found = range(*slice(a, b, by).indices(shape[axis]))
        part = sliced(part, axis, found.start if found else 0, found.step, len(found))
    return part


def _slice_adjoint(g: Array, part: StridedSlice, shape: Shape) -> PartialGradient:
    where = {"lengths": part.shape, "strides": part.strides, "offset": part.offset}
    return PartialGradient("_as_strided_adjoint", (g,), {"shape": shape, **where})


def _slice_vjp(g: Array, begin: Bounds, end: Bounds, step: Bounds, data_shape: Shape) -> Gradient:
    return _slice_adjoint(g, _slice_of("slice", data_shape, begin, end, step), data_shape)


@operator(
    "slice",
    methods=True,
    linear=("data",),
    traceable=True,
    vjp=_slice_vjp,
    sparse=cut,
    aliases=("crop",),
    samples=(
        Sample(((3, 4),), {"begin": (0, 1), "end": (2, None)}),
        Sample(((3, 4),), {"begin": (2, 3), "end": (None, 0), "step": (-2, -1)}),
    ),
)
def _slice(data: Array, *, begin: Bounds, end: Bounds, step: Bounds = ()) -> Result:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    part = _slice_of("slice", data._shape, begin, end, step)
    return front.strided_slice(data._data, part), part.shape


def _axis_slice(shape: Shape, axis: int, begin: int, end: int | None) -> StridedSlice:
    at = axis_of("slice_axis", axis, len(shape))
    n = shape[at]
    end = ints_of_text(end)
    first = integer("slice_axis", "begin", 0 if begin is None else begin)
    last = n if end is None else integer("slice_axis", "end", end)
    first, last = (i + n if i < 0 else i for i in (first, last))
    if not (0 <= first < last <= n or first == last == n == 0):
        raise MXNetError(
            f"Operator slice_axis: Invalid begin, end, get begin={begin}, end={end} for axis {at} "
            f"of length {n}"
        )
    return sliced(whole(shape), at, first, 1, last - first)


@operator(
    "slice_axis",
    methods=True,
    linear=("data",),
    traceable=True,
    vjp=lambda g, axis, begin, end, data_shape: _slice_adjoint(
        g, _axis_slice(data_shape, axis, begin, end), data_shape
    ),
    samples=(Sample(((3, 4),), {"axis": 1, "begin": -3, "end": None}),),
)
def _slice_axis(data: Array, *, axis: int, begin: int, end: int | None) -> Result:
    """A copy of the elements from *begin* to *end* along one axis."""
    part = _axis_slice(data._shape, axis, begin, end)
    return front.strided_slice(data._data, part), part.shape


def _like_slice(shape: Shape, other: Shape, axes: Axis) -> StridedSlice:
    chosen = integers("slice_like", "axes", () if axes is None else axes)
    if not chosen:
        if len(shape) != len(other):
            raise MXNetError(
                f"Operator slice_like: shape {shape} cannot be sliced on all axes like {other}: "
                f"ndim mismatch {len(shape)} vs. {len(other)}"
            )
        chosen = tuple(range(len(shape)))
    part = whole(shape)
    for a in chosen:
        at = axis_of("slice_like", a, len(shape), "axes")
        from_axis = axis_of("slice_like", a, len(other), "axes")
        if other[from_axis] > shape[at]:
            raise MXNetError(
                f"Operator slice_like: axis {at} with size {other[from_axis]} exceeds limit of "
                f"input with size {shape[at]}"
            )
        part = sliced(part, at, 0, 1, other[from_axis])
    return part


def _slice_like_vjp(g: Array, axes: Axis, data_shape: Shape, shape_like_shape: Shape) -> Gradients:
    return _slice_adjoint(g, _like_slice(data_shape, shape_like_shape, axes), data_shape), None


@operator(
    "slice_like",
    methods=True,
    linear=("data",),
    traceable=True,
    vjp=_slice_like_vjp,
    samples=(Sample(((3, 4), (2, 2))), Sample(((3, 4), (2, 2)), {"axes": (-1,)})),
)
def _slice_like(data: Array, shape_like: Array, *, axes: Axis = ()) -> Result:
    """A copy cut to the lengths of another array, on all axes or those named."""
    part = _like_slice(data._shape, shape_like._shape, axes)
    return front.strided_slice(data._data, part), part.shape


def _slice_assign_vjp(
    g: Array,
    begin: Bounds,
    end: Bounds,
    step: Bounds,
    rhs_shape: Shape,
    y_shape: Shape,
    needs: Needs,
) -> Gradients:
    part = _slice_of("_slice_assign", y_shape, begin, end, step)
    return _assigned_vjp(g, *part, rhs_shape=rhs_shape, needs=needs)


@operator(
    "_slice_assign",
    linear=("lhs rhs",),
    vjp=_slice_assign_vjp,
    aliases=("_crop_assign",),
    samples=(Sample(((3, 4), (2, 2)), {"begin": (0, 1), "end": (2, 3)}),),
)
def _slice_assign(
    lhs: Array, rhs: Array, *, begin: Bounds, end: Bounds, step: Bounds = ()
) -> Result:
    """The left input with a slice replaced by the right one."""
    part = _slice_of("_slice_assign", lhs._shape, begin, end, step)
    if rhs._shape != part.shape:
        raise MXNetError(
            f"Operator _slice_assign: rhs has shape {rhs._shape}, expected {part.shape}"
        )
    y = copied(lhs)
    front.strided_copy(rhs._data.astype(y.dtype, copy=False), whole(rhs._shape), y, part)
    return y, lhs._shape


def _slice_assign_scalar_vjp(
    g: Array, begin: Bounds, end: Bounds, step: Bounds, data_shape: Shape
) -> Gradient:
    return F._slice_assign_scalar(g, scalar=0, begin=begin, end=end, step=step)


@operator(
    "_slice_assign_scalar",
    vjp=_slice_assign_scalar_vjp,
    aliases=("_crop_assign_scalar",),
    samples=(Sample(((3, 4),), {"scalar": 2, "begin": (0, 1), "end": (2, 3)}),),
)
def _slice_assign_scalar(
    data: Array, *, scalar: float = 0, begin: Bounds, end: Bounds, step: Bounds = ()
) -> Result:
    """The input with a slice replaced by a number."""
    part = _slice_of("_slice_assign_scalar", data._shape, begin, end, step)
    y = copied(data)
    value = np.full(1, scalar).astype(y.dtype)
    front.strided_copy(value, broadcast((), part.shape), y, part)
    return y, data._shape


@operator(
    "reverse",
    methods="flip",
    linear=("data",),
    traceable=True,
    vjp=lambda g, axis: F.reverse(g, axis=axis),
    aliases=("flip",),
    samples=(Sample(((2, 3, 4),), {"axis": 1}), Sample(((2, 3),), {"axis": (0, 1)})),
    reference=lambda data, *, axis: np.flip(data, axis),
)
def _reverse(data: Array, *, axis: Axis) -> Result:
    """A copy with the order of the elements reversed along axes."""
    part = whole(data._shape)
    for a in {axis_of("reverse", a, len(part.shape)) for a in integers("reverse", "axis", axis)}:
        n = part.shape[a]
        part = sliced(part, a, max(0, n - 1), -1, n)
    return front.strided_slice(data._data, part), data._shape


# --- diagonals ------------------------------------------------------------------------------------


def _diagonal(shape: Shape, k: int, axis1: int, axis2: int) -> StridedSlice:
    """The diagonal of an array of 2 or more axes, as last axis; of a vector, where it goes."""
    offset = integer("diag", "k", k)
    if len(shape) == 1:
        n = shape[0] + abs(offset)
        return StridedSlice(shape, (n + 1,), max(offset, 0) + max(-offset, 0) * n)
    one, two = (
        axis_of("diag", a, len(shape), arg) for a, arg in ((axis1, "axis1"), (axis2, "axis2"))
    )
    if one == two:
        raise MXNetError(f"Operator diag: axis1 and axis2 cannot refer to the same axis {one}")
    strides = contiguous_strides(shape)
    length = min(shape[one] + min(offset, 0), shape[two] - max(offset, 0))
    if length < 0:
        raise MXNetError(f"Operator diag: Diagonal does not exist: k={k} for shape {shape}")
    start = max(offset, 0) * strides[two] + max(-offset, 0) * strides[one] if length else 0
    rest = [i for i in range(len(shape)) if i not in (one, two)]
    return StridedSlice(
        (*(shape[i] for i in rest), length),
        (*(strides[i] for i in rest), strides[one] + strides[two]),
        start,
    )


def _diag_vjp(g: Array, k: int, axis1: int, axis2: int, data_shape: Shape) -> Gradient:
    part = _diagonal(data_shape, k, axis1, axis2)
    if len(data_shape) == 1:
        return F._as_strided(g, shape=part.shape, strides=part.strides, offset=part.offset)
    return _slice_adjoint(g, part, data_shape)


@operator(
    "diag",
    methods=True,
    linear=("data",),
    vjp=_diag_vjp,
    samples=(
        Sample(((3, 4),), {"k": 1}),
        Sample(((3,),), {"k": -1}),
        Sample(((2, 3, 2),), {"axis1": 2, "axis2": 0}),
    ),
)
def _diag(data: Array, *, k: int = 0, axis1: int = 0, axis2: int = 1) -> Result:
    """The diagonal *k* steps above the main one; of a vector, the matrix that has it there."""
    shape = data._shape
    if not shape:
        raise MXNetError("Operator diag: expected an array of 1 or more dimensions, got 0")
    part = _diagonal(shape, k, axis1, axis2)
    if len(shape) == 1:
        n = shape[0] + abs(int(k))
        return front.strided_adjoint(data._data, n * n, part), (n, n)
    return front.strided_slice(data._data, part), part.shape
