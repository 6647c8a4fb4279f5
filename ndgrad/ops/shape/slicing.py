"""Strided slices: `slice`, `reverse` and `diag`, assignment to slices, and their adjoints."""

from __future__ import annotations

import math

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.formula import compute_type
from ...kernels.spec.strided import (
    StridedSlice,
    broadcast,
    contiguous_strides,
    is_contiguous,
    sliced,
    whole,
)
from ...memory.device import Buffer
from ...tape import Array
from ..axes import Axis, Bounds, axis_of, integer, integers
from ..declare import operator
from ..parts import copied
from ..table import F, Gradient, Gradients, Needs, PartialGradient, Result, Sample, lookup

# --- by strides: what derivatives and indexing are made of ----------------------------------------


def _as_strided_vjp(
    g: Array, shape: Shape, strides: Shape, offset: int, data_shape: Shape
) -> Gradient:
    return _unsliced(g, StridedSlice(shape, strides, offset), data_shape)


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
    box = StridedSlice(shape, strides, offset)
    if is_contiguous(shape, strides):
        return data._data[offset : offset + box.size], shape
    return front.strided_slice(data._data, box), shape


def _scatter_strided_vjp(
    g: Array, box: Shape, strides: Shape, offset: int, data_shape: Shape
) -> Gradient:
    return F._reshaped(
        F._as_strided(g, shape=box, strides=strides, offset=offset), shape=data_shape
    )


def _add_to_box(
    total: Buffer, data: Array, *, box: Shape, strides: Shape, offset: int, shape: Shape
) -> None:
    where = StridedSlice(box, strides, offset)
    if is_contiguous(box, strides):
        _add(total[offset : offset + where.size], data._data)
        return
    part = front.strided_slice(total, where)
    _add(part, data._data)
    front.strided_copy(part, whole(box), total, where)


def _add(total: Buffer, x: Buffer) -> None:
    if x.size:
        loop = lookup("broadcast_add").forward_loop  # type: ignore[attr-defined]
        compute = compute_type(x.dtype, mathematical=False)
        front.elementwise(loop, (total, x), (total.shape, x.shape), (total,), compute)


@operator(
    "_scatter_strided",
    linear=("data",),
    vjp=_scatter_strided_vjp,
    accumulate=_add_to_box,
    samples=(Sample(((2, 3),), {"box": (2, 3), "strides": (8, -1), "offset": 2, "shape": (3, 4)}),),
)
def _scatter_strided(
    data: Array, *, box: Shape, strides: Shape, offset: int, shape: Shape
) -> Result:
    """The adjoint of `_as_strided`: zeros of *shape* that hold the input in a box."""
    return front.strided_adjoint(
        data._data, math.prod(shape), StridedSlice(box, strides, offset)
    ), shape


def _assigned_vjp(
    g: Array, box: Shape, strides: Shape, offset: int, rhs_shape: Shape, needs: Needs
) -> Gradients:
    taken = F._as_strided(g, shape=box, strides=strides, offset=offset)
    left = None
    if needs[0]:
        left = F._assigned(g, F.zeros_like(taken), box=box, strides=strides, offset=offset)
    return left, F._sum_to(taken, shape=rhs_shape) if needs[1] else None


@operator(
    "_assigned",
    assigns=True,
    linear=("lhs rhs",),
    vjp=_assigned_vjp,
    samples=(Sample(((3, 4), (1, 3)), {"box": (2, 3), "strides": (8, -1), "offset": 2}),),
)
def _assigned(lhs: Array, rhs: Array, *, box: Shape, strides: Shape, offset: int) -> Result:
    """The left input with a box replaced by the right one, which broadcasts to it."""
    y = copied(lhs)
    front.strided_copy(rhs._data, broadcast(rhs._shape, box), y, StridedSlice(box, strides, offset))
    return y, lhs._shape


# --- slices ---------------------------------------------------------------------------------------


def _slice_box(op: str, shape: Shape, begin: Bounds, end: Bounds, step: Bounds) -> StridedSlice:
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
    box = whole(shape)
    for axis, (a, b) in enumerate(zip(starts, stops, strict=True)):
        by = steps[axis] if steps else None
        if by == 0:
            raise MXNetError(f"Operator {op}: step[{axis}] cannot be 0")
        found = range(*slice(a, b, by).indices(shape[axis]))
        box = sliced(box, axis, found.start if found else 0, found.step, len(found))
    return box


def _unsliced(g: Array, box: StridedSlice, shape: Shape) -> PartialGradient:
    where = {"box": box.shape, "strides": box.strides, "offset": box.offset}
    return PartialGradient("_scatter_strided", (g,), {"shape": shape, **where})


def _slice_vjp(g: Array, begin: Bounds, end: Bounds, step: Bounds, data_shape: Shape) -> Gradient:
    return _unsliced(g, _slice_box("slice", data_shape, begin, end, step), data_shape)


@operator(
    "slice",
    methods=True,
    linear=("data",),
    traceable=True,
    vjp=_slice_vjp,
    aliases=("crop",),
    samples=(
        Sample(((3, 4),), {"begin": (0, 1), "end": (2, None)}),
        Sample(((3, 4),), {"begin": (2, 3), "end": (None, 0), "step": (-2, -1)}),
    ),
)
def _slice(data: Array, *, begin: Bounds, end: Bounds, step: Bounds = ()) -> Result:
    """A copy of the elements from *begin* to *end* along leading axes, every *step*-th."""
    box = _slice_box("slice", data._shape, begin, end, step)
    return front.strided_slice(data._data, box), box.shape


def _axis_box(shape: Shape, axis: int, begin: int, end: int | None) -> StridedSlice:
    at = axis_of("slice_axis", axis, len(shape))
    n = shape[at]
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
    vjp=lambda g, axis, begin, end, data_shape: _unsliced(
        g, _axis_box(data_shape, axis, begin, end), data_shape
    ),
    samples=(Sample(((3, 4),), {"axis": 1, "begin": -3, "end": None}),),
)
def _slice_axis(data: Array, *, axis: int, begin: int, end: int | None) -> Result:
    """A copy of the elements from *begin* to *end* along one axis."""
    box = _axis_box(data._shape, axis, begin, end)
    return front.strided_slice(data._data, box), box.shape


def _like_box(shape: Shape, other: Shape, axes: Axis) -> StridedSlice:
    chosen = integers("slice_like", "axes", () if axes is None else axes)
    if not chosen:
        if len(shape) != len(other):
            raise MXNetError(
                f"Operator slice_like: shape {shape} cannot be sliced on all axes like {other}: "
                f"ndim mismatch {len(shape)} vs. {len(other)}"
            )
        chosen = tuple(range(len(shape)))
    box = whole(shape)
    for a in chosen:
        at = axis_of("slice_like", a, len(shape), "axes")
        from_axis = axis_of("slice_like", a, len(other), "axes")
        if other[from_axis] > shape[at]:
            raise MXNetError(
                f"Operator slice_like: axis {at} with size {other[from_axis]} exceeds limit of "
                f"input with size {shape[at]}"
            )
        box = sliced(box, at, 0, 1, other[from_axis])
    return box


def _slice_like_vjp(g: Array, axes: Axis, data_shape: Shape, shape_like_shape: Shape) -> Gradients:
    return _unsliced(g, _like_box(data_shape, shape_like_shape, axes), data_shape), None


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
    box = _like_box(data._shape, shape_like._shape, axes)
    return front.strided_slice(data._data, box), box.shape


def _slice_assign_vjp(
    g: Array,
    begin: Bounds,
    end: Bounds,
    step: Bounds,
    rhs_shape: Shape,
    y_shape: Shape,
    needs: Needs,
) -> Gradients:
    box = _slice_box("_slice_assign", y_shape, begin, end, step)
    return _assigned_vjp(g, *box, rhs_shape=rhs_shape, needs=needs)


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
    box = _slice_box("_slice_assign", lhs._shape, begin, end, step)
    if rhs._shape != box.shape:
        raise MXNetError(
            f"Operator _slice_assign: rhs has shape {rhs._shape}, expected {box.shape}"
        )
    y = copied(lhs)
    front.strided_copy(rhs._data.astype(y.dtype, copy=False), whole(rhs._shape), y, box)
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
    box = _slice_box("_slice_assign_scalar", data._shape, begin, end, step)
    y = copied(data)
    value = np.full(1, scalar).astype(y.dtype)
    front.strided_copy(value, broadcast((), box.shape), y, box)
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
    box = whole(data._shape)
    for a in {axis_of("reverse", a, len(box.shape)) for a in integers("reverse", "axis", axis)}:
        n = box.shape[a]
        box = sliced(box, a, max(0, n - 1), -1, n)
    return front.strided_slice(data._data, box), data._shape


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
    box = _diagonal(data_shape, k, axis1, axis2)
    if len(data_shape) == 1:
        return F._as_strided(g, shape=box.shape, strides=box.strides, offset=box.offset)
    return _unsliced(g, box, data_shape)


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
    box = _diagonal(shape, k, axis1, axis2)
    if len(shape) == 1:
        n = shape[0] + abs(int(k))
        return front.strided_adjoint(data._data, n * n, box), (n, n)
    return front.strided_slice(data._data, box), box.shape
