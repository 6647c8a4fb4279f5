"""Permutation of axes: `transpose`, `SwapAxis`, and blocks between depth and space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.strided import (
    StridedSlice,
    contiguous_strides,
)
from ...tape import Array
from .. import inference
from ..axes import Axis, axis_of, integer, integers
from ..declare import operator
from ..table import F, Gradient, Result, Sample


def _permuted(data: Array, shape: Shape, axes: Sequence[int]) -> Result:
    """The elements of an array of *shape* with its axes in another order."""
    strides = contiguous_strides(shape)
    permuted = StridedSlice(tuple(shape[a] for a in axes), tuple(strides[a] for a in axes))
    return front.strided_slice(data._data, permuted), permuted.shape


def _order(axes: Axis, ndim: int) -> Shape:
    if axes is None or len(given := integers("transpose", "axes", axes)) == 0:
        return tuple(range(ndim))[::-1]
    order = tuple(axis_of("transpose", a, ndim, "axes") for a in given)
    if sorted(order) != list(range(ndim)):
        raise MXNetError(f"Operator transpose: axes={given} must name each of the {ndim} axes once")
    return order


def _transpose_vjp(g: Array, axes: Axis, data_shape: Shape) -> Gradient:
    order = _order(axes, len(data_shape))
    return F.transpose(g, axes=tuple(sorted(range(len(order)), key=order.__getitem__)))


@operator(
    "transpose",
    methods=True,
    infer=inference.transposed,
    linear=("data",),
    traceable=True,
    vjp=_transpose_vjp,
    samples=(Sample(((2, 3),)), Sample(((2, 3, 4),), {"axes": (1, 2, 0)})),
    reference=lambda data, *, axes=(): np.transpose(data, axes or None),
)
def _transpose(data: Array, *, axes: Axis = ()) -> Result:
    """A copy with its axes in the order *axes*, by default reversed."""
    return _permuted(data, data._shape, _order(axes, len(data._shape)))


@operator(
    "SwapAxis",
    methods="swapaxes",
    linear=("data",),
    traceable=True,
    vjp=lambda g, dim1, dim2: F.SwapAxis(g, dim1=dim1, dim2=dim2),
    aliases=("swapaxes",),
    samples=(Sample(((2, 3, 4),), {"dim1": 0, "dim2": 2}),),
    reference=lambda data, *, dim1=0, dim2=0: np.swapaxes(data, dim1, dim2),
)
def _swap_axis(data: Array, *, dim1: int = 0, dim2: int = 0) -> Result:
    """A copy with two axes exchanged."""
    axes = list(range(len(data._shape)))
    one = axis_of("SwapAxis", dim1, len(axes), "dim1")
    two = axis_of("SwapAxis", dim2, len(axes), "dim2")
    axes[one], axes[two] = two, one
    return _permuted(data, data._shape, axes)


def _blocks(op: str, shape: Shape, block_size: int, divided: dict[int, int]) -> int:
    block = integer(op, "block_size", block_size)
    if len(shape) != 4:
        raise MXNetError(f"Operator {op} requires exactly 4 dimensions, got shape {shape}")
    if block <= 0:
        raise MXNetError(f"Operator {op}: block_size must be a positive integer, got {block}")
    for axis, power in divided.items():
        if shape[axis] % block**power:
            raise MXNetError(
                f"Operator {op}: dimension {axis} of shape {shape} should be a multiple of "
                f"{block**power}"
            )
    return block


@operator(
    "depth_to_space",
    methods=True,
    linear=("data",),
    vjp=lambda g, block_size: F.space_to_depth(g, block_size=block_size),
    samples=(Sample(((1, 8, 2, 3),), {"block_size": 2}),),
)
def _depth_to_space(data: Array, *, block_size: int) -> Result:
    """Blocks of channels laid out as squares in height and width."""
    b = _blocks("depth_to_space", data._shape, block_size, {1: 2})
    n, c, h, w = data._shape
    y, _ = _permuted(data, (n, b, b, c // (b * b), h, w), (0, 3, 4, 1, 5, 2))
    return y, (n, c // (b * b), h * b, w * b)


@operator(
    "space_to_depth",
    methods=True,
    linear=("data",),
    vjp=lambda g, block_size: F.depth_to_space(g, block_size=block_size),
    samples=(Sample(((1, 2, 4, 2),), {"block_size": 2}),),
)
def _space_to_depth(data: Array, *, block_size: int) -> Result:
    """Squares in height and width laid out as blocks of channels."""
    b = _blocks("space_to_depth", data._shape, block_size, {2: 1, 3: 1})
    n, c, h, w = data._shape
    y, _ = _permuted(data, (n, c, h // b, b, w // b, b), (0, 3, 5, 1, 2, 4))
    return y, (n, c * b * b, h // b, w // b)
