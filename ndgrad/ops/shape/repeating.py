"""Broadcasting to a shape, tiling and repeating: copies in which elements come more than once."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.strided import broadcast
from ...tape import Array
from ..axes import Axis, axis_of, integer, integers
from ..declare import operator
from ..parts import split
from ..table import F, Gradient, Result, Sample


def _broadcast(op: str, data: Array, target: Shape) -> Result:
    shape = data._shape
    if len(shape) != len(target) or any(
        a not in (1, b) for a, b in zip(shape, target, strict=True)
    ):
        raise MXNetError(
            f"Operator {op}: Operand of shape {list(shape)} cannot be broadcasted to {list(target)}"
        )
    return front.strided_slice(data._data, broadcast(shape, target)), target


def _summed(g: Array, data_shape: Shape) -> Gradient:
    return F._sum_to(g, shape=data_shape)


@operator(
    "broadcast_to",
    linear=("data",),
    traceable=True,
    vjp=_summed,
    samples=(Sample(((1, 3, 1),), {"shape": (2, 0, 2)}),),
)
def _broadcast_to(data: Array, *, shape: int | Sequence[int] = ()) -> Result:
    """A copy in which axes of length 1 are repeated; a 0 in *shape* keeps the length."""
    target = integers("broadcast_to", "shape", shape)
    if len(target) == len(data._shape):
        target = tuple(b or a for a, b in zip(data._shape, target, strict=True))
    return _broadcast("broadcast_to", data, target)


def _given(axes: Axis) -> int | Sequence[int]:
    return () if axes is None else axes


@operator(
    "broadcast_like",
    methods=True,
    linear=("lhs",),
    traceable=True,
    vjp=lambda g, lhs_shape: (F._sum_to(g, shape=lhs_shape), None),
    samples=(Sample(((1, 3), (2, 3))),),
)
def _broadcast_like(
    lhs: Array, rhs: Array, *, lhs_axes: Axis = None, rhs_axes: Axis = None
) -> Result:
    """A copy of the left input repeated to the right one's shape, or along some axes of it."""
    if lhs_axes is None and rhs_axes is None:
        return _broadcast("broadcast_like", lhs, rhs._shape)
    op = "broadcast_like"
    ours, theirs = (
        [axis_of(op, a, len(x._shape), arg) for a in integers(op, arg, _given(axes))]
        for x, axes, arg in ((lhs, lhs_axes, "lhs_axes"), (rhs, rhs_axes, "rhs_axes"))
    )
    if not ours or len(ours) != len(theirs):
        raise MXNetError(
            f"Operator {op}: lhs_axes={lhs_axes} and rhs_axes={rhs_axes} must be equally long"
        )
    target = list(lhs._shape)
    for a, b in zip(ours, theirs, strict=True):
        target[a] = rhs._shape[b]
    return _broadcast(op, lhs, tuple(target))


@operator(
    "broadcast_axis",
    methods="broadcast_axes",
    linear=("data",),
    traceable=True,
    vjp=_summed,
    aliases=("broadcast_axes",),
    samples=(Sample(((1, 3, 1),), {"axis": (0, 2), "size": (2, 3)}),),
)
def _broadcast_axis(data: Array, *, axis: Axis = (), size: int | Sequence[int] = ()) -> Result:
    """A copy in which axes of length 1 are repeated to the lengths *size*."""
    axes = integers("broadcast_axis", "axis", axis)
    sizes = integers("broadcast_axis", "size", size)
    if len(axes) != len(sizes):
        raise MXNetError(
            f"Operator broadcast_axis: axis={axis} and size={size} must be equally long"
        )
    target = list(data._shape)
    for a, n in zip(axes, sizes, strict=True):
        target[axis_of("broadcast_axis", a, len(target))] = n
    return _broadcast("broadcast_axis", data, tuple(target))


def _tile_shapes(shape: Shape, reps: int | Sequence[int]) -> tuple[Shape, Shape, Shape]:
    """(1, n, 1, m), (r, n, s, m) and (r * n, s * m) for a shape (n, m) and reps (r, s)."""
    counts = integers("tile", "reps", reps)
    if any(r < 0 for r in counts):
        raise MXNetError(f"Operator tile: reps={reps} must not be negative")
    ndim = max(len(shape), len(counts))
    shape = (1,) * (ndim - len(shape)) + shape
    counts = (1,) * (ndim - len(counts)) + counts
    one = tuple(n for length in shape for n in (1, length))
    many = tuple(n for pair in zip(counts, shape, strict=True) for n in pair)
    return one, many, tuple(a * b for a, b in zip(counts, shape, strict=True))


def _tile_vjp(g: Array, reps: int | Sequence[int], data_shape: Shape) -> Gradient:
    one, many, _ = _tile_shapes(data_shape, reps)
    return F._reshaped(F._sum_to(F._reshaped(g, shape=many), shape=one), shape=data_shape)


@operator(
    "tile",
    methods=True,
    linear=("data",),
    traceable=True,
    vjp=_tile_vjp,
    samples=(Sample(((2, 3),), {"reps": (2, 2)}), Sample(((3,),), {"reps": (2, 3)})),
    reference=lambda data, *, reps: np.tile(data, reps),
)
def _tile(data: Array, *, reps: int | Sequence[int]) -> Result:
    """The array repeated *reps* times along each axis."""
    one, many, result = _tile_shapes(data._shape, reps)
    return front.strided_slice(data._data, broadcast(one, many)), result


def _repeat_shapes(shape: Shape, repeats: int, axis: int | None) -> tuple[Shape, Shape, Shape]:
    """(a, n, 1, b), (a, n, r, b) and the result's shape."""
    count = integer("repeat", "repeats", repeats)
    if count < 0:
        raise MXNetError(f"Operator repeat: repeats={count} cannot be a negative number")
    if axis is None:
        shape, at = (math.prod(shape),), 0
    else:
        at = axis_of("repeat", axis, len(shape))
    before, n, after = split(shape, at)
    result = (*shape[:at], n * count, *shape[at + 1 :])
    return (before, n, 1, after), (before, n, count, after), result


def _repeat_vjp(g: Array, repeats: int, axis: int | None, data_shape: Shape) -> Gradient:
    one, many, _ = _repeat_shapes(data_shape, repeats, axis)
    return F._reshaped(F._sum_to(F._reshaped(g, shape=many), shape=one), shape=data_shape)


@operator(
    "repeat",
    methods=True,
    linear=("data",),
    traceable=True,
    vjp=_repeat_vjp,
    samples=(Sample(((2, 3),), {"repeats": 2}), Sample(((2, 3),), {"repeats": 2, "axis": 1})),
    reference=lambda data, *, repeats, axis=None: np.repeat(data, repeats, axis),
)
def _repeat(data: Array, *, repeats: int, axis: int | None = None) -> Result:
    """Each element repeated, along an axis or in the flat array."""
    one, many, result = _repeat_shapes(data._shape, repeats, axis)
    return front.strided_slice(data._data, broadcast(one, many)), result
