"""Reshaping: `Reshape`, `expand_dims`, `squeeze` ..., and arrays of the shape itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import MXNetError, Shape
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import Axis, axis_of, integer, integers
from ..declare import operator
from ..parts import copied
from ..table import ZERO, F, Gradient, Result, Sample
from .codes import inferred_shape


def _back(g: Array, data_shape: Shape) -> Gradient:
    return F._reshaped(g, shape=data_shape)


# --- reshape --------------------------------------------------------------------------------------


def _legacy_shape(shape: Shape, target: Sequence[int], keep_highest: bool) -> Shape:
    lengths = list(integers("Reshape", "target_shape", target))
    if keep_highest and lengths:
        lengths[0] = shape[0]
    if lengths.count(0) == 1:
        rest = math.prod(n for n in lengths if n)
        lengths[lengths.index(0)] = math.prod(shape) // rest
    return tuple(lengths)


def _same_size(op: str, old: Shape, new: Shape) -> Shape:
    if math.prod(old) != math.prod(new):
        raise MXNetError(
            f"Operator {op}: cannot reshape an array of shape {old} into shape {new}: "
            f"{math.prod(old)} elements, expected {math.prod(new)}"
        )
    return new


@operator(
    "Reshape",
    infer=inference.reshaped,
    linear=("data",),
    vjp=_back,
    aliases=("reshape",),
    samples=(
        Sample(((2, 6),), {"shape": (3, -1)}),
        Sample(((2, 3, 4),), {"shape": (-3, -4, 2, -1)}),
    ),
)
def _reshape(
    data: Array,
    *,
    shape: int | Sequence[int] = (),
    reverse: bool = False,
    target_shape: Shape = (),
    keep_highest: bool = False,
) -> Result:
    """A copy in another shape.

    Parameters
    ----------
    shape : tuple of int
        0 keeps a length, -1 infers one, -2 keeps the rest, -3 joins two, -4 splits one into the
        two numbers that follow.
    reverse : bool
        Match the codes from the right.
    target_shape, keep_highest
        The old way: 0 infers a length, *keep_highest* keeps the first.
    """
    if target_shape and not shape:
        new = _legacy_shape(data._shape, target_shape, keep_highest)
    else:
        codes = integers("Reshape", "shape", shape)
        new = inferred_shape("Reshape", data._shape, codes, bool(reverse))
    return copied(data), _same_size("Reshape", data._shape, new)


def _range(op: str, begin: int | None, end: int | None, ndim: int, side: str) -> tuple[int, int]:
    first = 0 if begin is None else integer(op, side + "_begin", begin)
    last = ndim if end is None else integer(op, side + "_end", end)
    first, last = (n + ndim if n < 0 else n for n in (first, last))
    if not 0 <= first <= last <= ndim:
        raise MXNetError(
            f"Operator {op}: {side}_begin={begin}, {side}_end={end} is no range of {ndim} axes"
        )
    return first, last


@operator(
    "reshape_like",
    methods=True,
    linear=("lhs",),
    vjp=lambda g, lhs_shape: (F._reshaped(g, shape=lhs_shape), None),
    samples=(Sample(((2, 6), (3, 4))),),
)
def _reshape_like(
    lhs: Array,
    rhs: Array,
    *,
    lhs_begin: int | None = None,
    lhs_end: int | None = None,
    rhs_begin: int | None = None,
    rhs_end: int | None = None,
) -> Result:
    """A copy of the left input in the right one's shape, or with some axes replaced by its."""
    a, b = _range("reshape_like", lhs_begin, lhs_end, len(lhs._shape), "lhs")
    c, d = _range("reshape_like", rhs_begin, rhs_end, len(rhs._shape), "rhs")
    new = (*lhs._shape[:a], *rhs._shape[c:d], *lhs._shape[b:])
    return copied(lhs), _same_size("reshape_like", lhs._shape, new)


@operator(
    "Flatten",
    methods="flatten",
    linear=("data",),
    vjp=_back,
    aliases=("flatten",),
    samples=(Sample(((2, 3, 2),)),),
    reference=lambda data: data.reshape(data.shape[0], -1),
)
def _flatten(data: Array) -> Result:
    """A copy with two axes: the first one, and all others joined."""
    shape = data._shape or (1,)
    return copied(data), (shape[0], math.prod(shape[1:]))


@operator(
    "expand_dims",
    methods=True,
    infer=inference.expanded,
    linear=("data",),
    vjp=_back,
    samples=(Sample(((2, 3),), {"axis": 1}),),
    reference=lambda data, *, axis: np.expand_dims(data, axis),
)
def _expand_dims(data: Array, *, axis: int) -> Result:
    """A copy with a new axis of length 1, placed before *axis* of the result."""
    ndim = len(data._shape)
    at = axis_of("expand_dims", axis, ndim + 1)  # of the result
    return copied(data), (*data._shape[:at], 1, *data._shape[at:])


@operator(
    "squeeze",
    methods=True,
    linear=("data",),
    vjp=_back,
    samples=(Sample(((2, 1, 3, 1),)), Sample(((2, 1, 3, 1),), {"axis": 1})),
    reference=lambda data, *, axis=None: np.squeeze(data, axis),
)
def _squeeze(data: Array, *, axis: Axis = None) -> Result:
    """A copy without axes of length 1: all of them, or those named."""
    shape = data._shape
    if axis is None:
        gone = {i for i, n in enumerate(shape) if n == 1}
    else:
        axes = [axis_of("squeeze", a, len(shape)) for a in integers("squeeze", "axis", axis)]
        gone = set(axes)
        if len(gone) < len(axes):
            raise MXNetError(f"Operator squeeze: axis={axis} names an axis twice")
    for a in gone:
        if shape[a] != 1:
            raise MXNetError(
                f"Operator squeeze: cannot select an axis to squeeze out which has size={shape[a]} "
                f"not equal to one: axis={a} of shape {shape}"
            )
    return copied(data), tuple(n for i, n in enumerate(shape) if i not in gone) or (1,)


# --- the shape itself -----------------------------------------------------------------------------


@operator(
    "shape_array",
    infer_dtypes=lambda data: {"y": np.dtype("int64")},
    methods=True,
    gradient=ZERO,
    samples=(Sample(((2, 3),)),),
    reference=lambda data: np.array(data.shape, np.int64),
)
def _shape_array(data: Array) -> Result:
    """The lengths of the axes, as an int64 array."""
    y = empty(len(data._shape), np.dtype("int64"))
    y[:] = data._shape
    return y, (len(data._shape),)


@operator(
    "size_array",
    infer_dtypes=lambda data: {"y": np.dtype("int64")},
    methods=True,
    gradient=ZERO,
    samples=(Sample(((2, 3),)),),
    reference=lambda data: np.array([data.size], np.int64),
)
def _size_array(data: Array) -> Result:
    """The number of elements, as an int64 array of one element."""
    y = empty(1, np.dtype("int64"))
    y[0] = data._data.size
    return y, (1,)
