"""Joining arrays, splitting them, and adding several up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from itertools import pairwise

import numpy as np

from ...base import DType, MXNetError, Shape, promote, shown
from ...kernels import front
from ...kernels.spec.formula import Loop, compute_type
from ...kernels.spec.strided import sliced, whole
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import axis_of, integer, integers, positive
from ..composite import composite
from ..declare import operator
from ..storage import joined, merged_all
from ..table import F, Gradient, Gradients, Needs, Result, Sample

# --- joining --------------------------------------------------------------------------------------


def _common(arrays: Sequence[Array]) -> tuple[DType, list[Buffer]]:
    """The dtype in which arrays are joined, and their elements in it."""
    dtype = reduce(promote, (x._data.dtype for x in arrays))
    return dtype, [
        x._data if x._data.dtype == dtype else front.cast(x._data, dtype) for x in arrays
    ]


def _joined(arrays: Sequence[Array], shapes: list[Shape], axis: int) -> Result:
    """Arrays, seen in *shapes*, laid side by side along *axis*."""
    _, sources = _common(arrays)
    length = sum(shape[axis] for shape in shapes)
    shape = (*shapes[0][:axis], length, *shapes[0][axis + 1 :])
    return front.join(sources, shapes, axis, shape), shape


def _parts(
    g: Array, shapes: list[Shape], axis: int, needs: Needs, dtypes: Sequence[DType]
) -> list[Array | None]:
    """The gradient cut into what belongs to each input."""
    results: list[Array | None] = []
    at = 0
    for shape, need, dtype in zip(shapes, needs, dtypes, strict=True):
        own = sliced(whole(g._shape), axis, at, 1, shape[axis])
        at += shape[axis]
        part = None
        if need:
            part = F._as_strided(g, shape=own.shape, strides=own.strides, offset=own.offset)
            part = part if g._data.dtype == dtype else F.Cast(part, dtype=dtype)
        results.append(part)
    return results


def _concat_vjp(
    g: Array, dim: int, data_shape: Sequence[Shape], data_dtype: Sequence[DType], needs: Needs
) -> Gradients:
    axis = axis_of("Concat", dim, len(g._shape), "dim")
    return _parts(g, list(data_shape), axis, needs, data_dtype)


@operator(
    "Concat",
    infer=inference.joined,
    linear=("data",),
    traceable=True,
    vjp=_concat_vjp,
    sparse=joined,
    aliases=("concat",),
    samples=(Sample(((2, 3), (2, 1), (2, 2))), Sample(((1, 2), (3, 2)), {"dim": 0})),
    reference=lambda *data, dim=1: np.concatenate(data, dim),
)
def _concat(*data: Array, dim: int = 1) -> Result:
    """Arrays joined along an axis that exists; other axes must be equally long."""
    shapes = [x._shape for x in data]
    axis = axis_of("Concat", dim, len(shapes[0]), "dim")
    rest = [(*shape[:axis], *shape[axis + 1 :]) for shape in shapes]
    for i, (shape, others) in enumerate(zip(shapes, rest, strict=True)):
        if len(shape) != len(shapes[0]) or others != rest[0]:
            expected = [*shapes[0][:axis], -1, *shapes[0][axis + 1 :]]
            raise MXNetError(
                f"Operator Concat: Incompatible input shape: expected {expected}, got "
                f"{list(shape)} for input {i}"
            )
    return _joined(data, shapes, axis)


def _stack_vjp(
    g: Array, axis: int, data_shape: Sequence[Shape], data_dtype: Sequence[DType], needs: Needs
) -> Gradients:
    at = axis_of("stack", axis, len(g._shape))
    shapes = [(*shape[:at], 1, *shape[at:]) for shape in data_shape]
    parts = _parts(g, shapes, at, needs, data_dtype)
    return [
        None if part is None else F._reshaped(part, shape=shape)
        for part, shape in zip(parts, data_shape, strict=True)
    ]


@operator(
    "stack",
    linear=("data",),
    traceable=True,
    vjp=_stack_vjp,
    samples=(Sample(((2, 3), (2, 3))), Sample(((2, 3), (2, 3)), {"axis": -1})),
    reference=lambda *data, axis=0: np.stack(data, axis),
)
def _stack(*data: Array, axis: int = 0) -> Result:
    """Arrays of one shape joined along a new axis."""
    shape = data[0]._shape
    at = axis_of("stack", axis, len(shape) + 1)
    for i, x in enumerate(data):
        if x._shape != shape:
            raise MXNetError(
                f"Operator stack: shapes must be equal, expected {list(shape)}, got "
                f"{list(x._shape)} for input {i}"
            )
    return _joined(data, [(*shape[:at], 1, *shape[at:])] * len(data), at)


# --- splitting ------------------------------------------------------------------------------------


def _cut(data: Array, axis: int, bounds: list[int], squeeze: bool) -> list[Result]:
    results = []
    for start, stop in pairwise(bounds):
        part = sliced(whole(data._shape), axis, start, 1, stop - start)
        shape = part.shape
        if squeeze:
            shape = (*shape[:axis], *shape[axis + 1 :])
        results.append((front.strided_slice(data._data, part), shape))
    return results


def _rejoined(grads: Sequence[Array], data_shape: Shape, axis: int, squeeze: bool) -> Array:
    join = F.stack(*grads, axis=axis) if squeeze else F.Concat(*grads, dim=axis)
    return join if join._shape == data_shape else F._reshaped(join, shape=data_shape)


def _split_vjp(
    grads: Sequence[Array], axis: int, squeeze_axis: bool, data_shape: Shape
) -> Gradient:
    at = axis_of("SliceChannel", axis, len(data_shape))
    return _rejoined(grads, data_shape, at, squeeze_axis)


@operator(
    "SliceChannel",
    visible=lambda params: integer("SliceChannel", "num_outputs", params["num_outputs"]),
    methods="split",
    infer=inference.split,
    linear=("data",),
    traceable=True,
    vjp=_split_vjp,
    aliases=("split",),
    outputs="*y",
    samples=(
        Sample(((2, 4),), {"num_outputs": 2}),
        Sample(((3, 2),), {"num_outputs": 3, "axis": 0, "squeeze_axis": True}),
    ),
    reference=lambda data, *, num_outputs, axis=1, squeeze_axis=False: [
        np.squeeze(part, axis) if squeeze_axis else part
        for part in np.split(data, num_outputs, axis)
    ],
)
def _split(
    data: Array, *, num_outputs: int, axis: int = 1, squeeze_axis: bool = False
) -> list[Result]:
    """Cut an array into equal parts along an axis: a list, or the only part.

    Parameters
    ----------
    num_outputs : int
        How many parts.
    squeeze_axis : bool
        Drop the axis; parts must have length 1 along it.
    """
    count = positive("split", "num_outputs", num_outputs)
    at = axis_of("split", axis, len(data._shape))
    n = data._shape[at]
    if n % count:
        raise MXNetError(
            f"Operator split: You are trying to split the {at}-th axis of input tensor with shape "
            f"{list(data._shape)} into num_outputs={count} evenly sized chunks, but {count} does "
            f"not evenly divide {n}"
        )
    if squeeze_axis and n != count:
        raise MXNetError(
            f"Operator split: squeeze_axis needs num_outputs={n}, the length of axis {at} of shape "
            f"{list(data._shape)}, got {count}"
        )
    return _cut(data, at, [n // count * i for i in range(count + 1)], bool(squeeze_axis))


@operator(
    "_of_one_node",
    visible=lambda params: params["count"],
    linear=("data",),
    traceable=True,
    is_view=True,
    vjp=lambda grads, count: [*grads],
    none_is_unreached=True,
    outputs="*y",
    samples=(Sample(((2, 3), (2,)), {"count": 2}),),
    reference=lambda *data, count: list(data),
)
def _of_one_node(*data: Array, count: int) -> list[Result]:
    """The arrays as they are, as outputs of one node.

    Backward from one of them releases what made the others, as if one operator had made all: a
    composition that stands for an operator of MXNet ends with it.
    """
    if len(data) != count:
        raise MXNetError(f"Operator _of_one_node: count={count}, but {len(data)} arrays are given")
    return [(x._data, x._shape) for x in data]


def _starts(indices: Sequence[int]) -> Sequence[int]:
    """Where parts start: MXNet's first index is always 0."""
    starts = list(integers("_split_v2", "indices", indices))
    return starts if starts[:1] == [0] else [0, *starts]


def _parts_of(indices: Sequence[int], sections: int) -> int:
    """How many parts an array is cut into."""
    return integer("_split_v2", "sections", sections) or len(_starts(indices))


def _sections(indices_or_sections: int | Sequence[int]) -> int:
    if isinstance(indices_or_sections, int):
        return indices_or_sections
    return len(indices_or_sections) + 1


def _bounds(shape: Shape, axis: int, indices: Sequence[int], sections: int) -> list[int]:
    n, count = shape[axis], integer("_split_v2", "sections", sections)
    if count:
        if n % count:
            raise MXNetError(
                f"Operator _split_v2: sections={count} does not evenly divide axis {axis} of shape "
                f"{list(shape)}"
            )
        return [n // count * i for i in range(count + 1)]
    bounds = [*_starts(indices), n]
    if any(a > b for a, b in pairwise(bounds)):
        raise MXNetError(
            f"Operator split_v2: indices_or_sections={indices} must rise from 0 to at most "
            f"{n}, the length of axis {axis} of shape {list(shape)}"
        )
    return bounds


def _split_v2_vjp(
    grads: Sequence[Array], axis: int, squeeze_axis: bool, data_shape: Shape
) -> Gradient:
    at = axis_of("_split_v2", axis, len(data_shape))
    return _rejoined(grads, data_shape, at, squeeze_axis)


@operator(
    "_split_v2",
    visible=lambda params: _parts_of(params["indices"], params["sections"]),
    linear=("data",),
    traceable=True,
    vjp=_split_v2_vjp,
    outputs="*y",
    samples=(
        Sample(((2, 4),), {"indices": (0, 1, 3)}),
        Sample(((4, 2),), {"indices": (), "axis": 0, "sections": 2}),
    ),
)
def _split_v2(
    data: Array,
    *,
    indices: Sequence[int],
    axis: int = 1,
    squeeze_axis: bool = False,
    sections: int = 0,
) -> list[Result]:
    """An array cut before each of *indices* (the first is 0), or into equal *sections*."""
    at = axis_of("_split_v2", axis, len(data._shape))
    bounds = _bounds(data._shape, at, indices, sections)
    if squeeze_axis and any(b - a != 1 for a, b in pairwise(bounds)):
        raise MXNetError(f"Operator _split_v2: squeeze_axis needs parts of length 1, got {bounds}")
    return _cut(data, at, bounds, bool(squeeze_axis))


@composite(
    "split_v2",
    visible=lambda params: _sections(params["indices_or_sections"]),
    methods=True,
    samples=(
        Sample(((4, 2),), {"indices_or_sections": 2}),
        Sample(((2, 4),), {"indices_or_sections": (1, 3), "axis": 1}),
    ),
    reference=lambda ary, *, indices_or_sections, axis=0: np.split(ary, indices_or_sections, axis),
)
def _split_v2_of(
    ary: Array,
    *,
    indices_or_sections: int | Sequence[int],
    axis: int = 0,
    squeeze_axis: bool = False,
) -> Array:
    """Cut an array into equal sections, or before each of some indices.

    Returns
    -------
    list of NDArray
        Or the only part.

    Raises
    ------
    ValueError
        If the sections cannot be equal, or *indices_or_sections* is neither an int nor a tuple.
    """
    what, given = "split_v2", indices_or_sections
    at = axis_of(what, axis, len(ary.shape))
    if isinstance(given, (int, np.integer)):
        sections, indices = int(given), ()
        if sections < 1 or ary.shape[at] % sections:
            raise ValueError(
                f"{what}: indices_or_sections={given}: array split does not result in an equal "
                f"division of length {ary.shape[at]}"
            )
    elif isinstance(given, (tuple, list, set)):
        sections, indices = 0, (0, *integers(what, "indices_or_sections", tuple(given)))
    else:
        raise ValueError(
            f"{what}: indices_or_sections must either int or tuple of ints, got {shown(given)}"
        )
    return F._split_v2(ary, indices=indices, axis=at, squeeze_axis=squeeze_axis, sections=sections)


# --- adding up ------------------------------------------------------------------------------------

_MOST = 6  # arrays that one loop adds


def _sum_loop(count: int) -> Loop:
    names = tuple(f"x{i}" for i in range(count))
    return Loop(f"add_{count}", names, (("y", " + ".join(names)),))


def _add_n_vjp(g: Array, args_dtype: Sequence[DType], needs: Needs) -> Gradients:
    return [
        (g if g._data.dtype == dtype else F.Cast(g, dtype=dtype)) if need else None
        for need, dtype in zip(needs, args_dtype, strict=True)
    ]


@operator(
    "add_n",
    infer=inference.all_alike,
    linear=("args",),
    traceable=True,
    vjp=_add_n_vjp,
    sparse=merged_all,
    aliases=("ElementWiseSum",),
    samples=(Sample(((2, 3), (2, 3), (2, 3))),),
    reference=lambda *args: sum(args),
)
def _add_n(*args: Array) -> Result:
    """The sum of arrays of one shape, several of them in one pass over memory."""
    shape = args[0]._shape
    for i, x in enumerate(args):
        if x._shape != shape:
            raise MXNetError(
                f"Operator add_n: shapes must be equal, expected {list(shape)}, got "
                f"{list(x._shape)} for input {i}"
            )
    dtype, sources = _common(args)
    y = empty(math.prod(shape), dtype)
    compute = compute_type(dtype, mathematical=False)
    done: list[Buffer] = []
    while sources and y.size:
        now = done + sources[: _MOST - len(done)]
        sources = sources[_MOST - len(done) :]
        front.elementwise(_sum_loop(len(now)), tuple(now), (shape,) * len(now), (y,), compute)
        done = [y]
    return y, shape
