"""One element along an axis for each position of the other axes: `pick` and `batch_take`."""

from __future__ import annotations

import math

import numpy as np

from ...base import DType, MXNetError, Shape
from ...kernels import front
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import axis_of, choice
from ..declare import operator
from ..emitter import Emitter, Value
from ..parts import clipped_index, expect_size, split, valid_indices
from ..table import (
    F,
    Gradients,
    Needs,
    Result,
    Sample,
)


def _pick_geometry(op: str, shape: Shape, index: Shape, axis: int) -> tuple[int, Shape]:
    if axis is None:
        raise MXNetError(f"Operator {op}: axis=None is not supported. Must specify an axis.")
    at = axis_of(op, axis, len(shape))
    rest = (*shape[:at], *shape[at + 1 :])
    kept = (*shape[:at], 1, *shape[at + 1 :])
    if index not in (rest, kept) and not (rest == () and index == (1,)):
        raise MXNetError(
            f"Operator {op}: Shape inconsistent, Provided = {list(index)} for index, inferred "
            f"shape={list(rest)}"
        )
    return at, rest


def _pick_vjp(
    g: Array, index: Array, axis: int, mode: str, data_shape: Shape, needs: Needs
) -> Gradients:
    if not needs[0]:
        return None, None
    return F._pick_adjoint(g, index, axis=axis, mode=mode, shape=data_shape), None


def _pick_position(
    emit: Emitter, index: Array, shape: Shape, axis: int, mode: str, dtype: DType
) -> tuple[Value, Value] | None:
    """What `clipped_index` makes, where `pick` reads along the last axis."""
    rank = len(shape)
    last = type(axis) is int and -rank <= axis < rank and axis % rank == rank - 1
    return clipped_index(emit, index, shape, dtype) if last and mode == "clip" else None


def _pick_decomposed(
    emit: Emitter, data: Array, index: Array, *, axis: int, keepdims: bool, mode: str
) -> Result | None:
    """A sum over the last axis, if an element-wise instruction makes *data* anyway."""
    if not emit.is_mapped(data):
        return None
    shape, dtype = data._shape, data._data.dtype
    found = _pick_position(emit, index, shape, axis, mode, dtype)
    if found is None:
        return None
    k, i = found
    x = emit.value(data)
    chosen = emit.map("pick", "where(i == k, x, 0)", shape, dtype, i=i, k=k, x=x)
    total = emit.reduce(chosen, "sum", (len(shape) - 1,))
    return emit.buffer(total), ((*shape[:-1], 1) if keepdims else shape[:-1] or (1,))


@operator(
    "pick",
    infer=inference.picked,
    methods=True,
    linear=("data",),
    vjp=_pick_vjp,
    decompose=_pick_decomposed,
    aliases=("choose_element_0index",),
    samples=(
        Sample(((2, 3), [2, 0])),
        Sample(((2, 3), [1, -1, 0]), {"axis": 0, "keepdims": True, "mode": "wrap"}),
    ),
)
def _pick(
    data: Array, index: Array, *, axis: int = -1, keepdims: bool = False, mode: str = "clip"
) -> Result:
    """One element along an axis for each position of the other axes.

    Parameters
    ----------
    keepdims : bool
        Whether the axis stays, with length 1.
    mode : {'clip', 'wrap'}
        What to do about indices out of range.
    """
    at, rest = _pick_geometry("pick", data._shape, index._shape, axis)
    outer, length, inner = split(data._shape, at)
    found = valid_indices("pick", index, length, choice("pick", "mode", mode, ("clip", "wrap")))
    y = front.take_along_axis(data._data, found, outer, length, inner)
    return y, ((*rest[:at], 1, *rest[at:]) if keepdims else rest or (1,))


def _pick_adjoint_vjp(g: Array, index: Array, axis: int, mode: str, data_shape: Shape) -> Gradients:
    picked = F.pick(g, index, axis=axis, mode=mode)
    return F._reshaped(picked, shape=data_shape), None


def _pick_adjoint_decomposed(
    emit: Emitter, data: Array, index: Array, *, axis: int, mode: str, shape: Shape
) -> Result | None:
    """The gradient where the position is the index, else 0."""
    shape, dtype = tuple(shape), data._data.dtype
    found = _pick_position(emit, index, shape, axis, mode, dtype)
    if found is None:
        return None
    k, i = found
    g = emit.operand(data, (*shape[:-1], 1))
    y = emit.map("pick backward", "where(i == k, g, 0)", shape, dtype, i=i, k=k, g=g)
    return emit.buffer(y), shape


@operator(
    "_pick_adjoint",
    linear=("data",),
    vjp=_pick_adjoint_vjp,
    decompose=_pick_adjoint_decomposed,
    samples=(Sample(((2,), [2, 0]), {"axis": 1, "mode": "clip", "shape": (2, 3)}),),
)
def _pick_adjoint(data: Array, index: Array, *, axis: int, mode: str, shape: Shape) -> Result:
    """Zeros of *shape* that hold the input where `pick` would read."""
    outer, length, inner = split(shape, axis_of("pick", axis, len(shape)))
    for what, x in (("data", data), ("index", index)):
        expect_size("_pick_adjoint", what, x._data.size, (outer, inner))
    y = empty(math.prod(shape), data._data.dtype)
    front.fill(y, 0)
    front.put_along_axis(data._data, valid_indices("pick", index, length, mode), y, length, inner)
    return y, shape


@operator(
    "batch_take",
    infer_dtypes=lambda a: {"indices": np.dtype("int32")},
    linear=("a",),
    vjp=lambda g, indices, a_shape: (
        F._pick_adjoint(g, indices, axis=-1, mode="clip", shape=a_shape),
        None,
    ),
    samples=(Sample(((2, 3), [2, 0])),),
)
def _batch_take(a: Array, indices: Array) -> Result:
    """One element of each row."""
    _, rest = _pick_geometry("batch_take", a._shape, indices._shape, -1)
    outer, length, inner = split(a._shape, len(a._shape) - 1)
    found = valid_indices("batch_take", indices, length, "clip")
    return front.take_along_axis(a._data, found, outer, length, inner), rest or (1,)
