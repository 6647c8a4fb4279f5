"""Padding: with a constant, with the edge's elements, or by reflection at the edge."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import HostArray, MXNetError, Shape
from ...kernels import front
from ...kernels.spec.strided import StridedSlice, contiguous_strides
from ...memory.device import Buffer
from ...tape import Array
from ..axes import choice, integers, number
from ..declare import operator
from ..parts import expect_size
from ..table import F, Gradient, Result, Sample

_MODES = ("constant", "edge", "reflect")


def _widths(shape: Shape, mode: str, pad_width: Sequence[int]) -> list[tuple[int, int]]:
    choice("Pad", "mode", mode, _MODES)
    numbers = integers("Pad", "pad_width", pad_width)
    if len(numbers) != 2 * len(shape) or min(numbers, default=0) < 0:
        raise MXNetError(
            f"Operator Pad: pad_width={pad_width} must have two numbers, 0 or more, for each axis "
            f"of shape {shape}"
        )
    widths = list(zip(numbers[::2], numbers[1::2], strict=True))
    for axis, (n, pair) in enumerate(zip(shape, widths, strict=True)):
        least = max(pair) + 1 if mode == "reflect" else int(any(pair)) * (mode == "edge")
        if n < least and any(pair):
            raise MXNetError(
                f"Operator Pad: mode={mode!r} cannot pad axis {axis} of length {n} by {pair}"
            )
    return widths


def _padded_shape(shape: Shape, widths: list[tuple[int, int]]) -> Shape:
    return tuple(a + n + b for n, (a, b) in zip(shape, widths, strict=True))


def _inside(shape: Shape, widths: list[tuple[int, int]]) -> StridedSlice:
    """Where the input lies in the padded array."""
    strides = contiguous_strides(_padded_shape(shape, widths))
    return StridedSlice(
        shape, strides, sum(a * s for (a, _), s in zip(widths, strides, strict=True))
    )


def _sources(n: int, before: int, after: int, mode: str) -> HostArray:
    """For each position along a padded axis, the input's position that it repeats."""
    index = np.arange(-before, n + after)
    if mode == "edge":
        return np.clip(index, 0, n - 1)
    index = np.abs(index)
    return np.where(index >= n, 2 * (n - 1) - index, index)


def _pad_vjp(g: Array, mode: str, pad_width: Sequence[int], data_shape: Shape) -> Gradient:
    if mode != "constant":
        return F._unpadded(g, mode=mode, pad_width=pad_width, shape=data_shape)
    inside = _inside(data_shape, _widths(data_shape, mode, pad_width))
    return F._as_strided(g, shape=inside.shape, strides=inside.strides, offset=inside.offset)


@operator(
    "Pad",
    methods="pad",
    vjp=_pad_vjp,
    aliases=("pad",),
    samples=(
        Sample(
            ((1, 2, 3, 2),),
            {"mode": "constant", "pad_width": (0, 0, 0, 0, 1, 2, 0, 1), "constant_value": 3},
        ),
        Sample(((1, 2, 3, 2),), {"mode": "edge", "pad_width": (0, 0, 0, 0, 1, 2, 0, 1)}),
        Sample(((1, 2, 3, 2),), {"mode": "reflect", "pad_width": (0, 0, 0, 0, 1, 2, 0, 1)}),
    ),
)
def _pad(data: Array, *, mode: str, pad_width: Sequence[int], constant_value: float = 0) -> Result:
    """The input with elements added before and after along each axis.

    Parameters
    ----------
    mode : {'constant', 'edge', 'reflect'}
    pad_width : tuple of int
        How many before and how many after, for each axis in turn.
    constant_value : float
        What mode 'constant' adds.
    """
    widths = _widths(data._shape, mode, pad_width)
    shape = _padded_shape(data._shape, widths)
    if mode == "constant":
        x = data._data
        value = np.asarray(number("Pad", "constant_value", constant_value)).astype(x.dtype)
        where = _inside(data._shape, widths)
        return front.fill_around(x, math.prod(shape), where, value.item()), shape
    y: Buffer = data._data
    own = list(data._shape)
    for axis, (a, b) in enumerate(widths):
        if a or b:
            n = own[axis]
            inner = math.prod(own[axis + 1 :])
            y = front.take(y, _sources(n, a, b, mode), math.prod(own[:axis]), n, inner)
            own[axis] = a + n + b
    return (y.copy() if y is data._data else y), shape


def _unpadded_vjp(g: Array, mode: str, pad_width: Sequence[int]) -> Gradient:
    return F.Pad(g, mode=mode, pad_width=pad_width)


@operator(
    "_unpadded",
    linear=("data",),
    vjp=_unpadded_vjp,
    samples=(
        Sample(
            ((1, 2, 6, 3),),
            {"mode": "reflect", "pad_width": (0, 0, 0, 0, 1, 2, 0, 1), "shape": (1, 2, 3, 2)},
        ),
    ),
)
def _unpadded(data: Array, *, mode: str, pad_width: Sequence[int], shape: Shape) -> Result:
    """The adjoint of `Pad`: what was added is summed into the elements that it repeated."""
    widths = _widths(shape, mode, pad_width)
    padded = _padded_shape(shape, widths)
    expect_size("_unpadded", "data", data._data.size, padded)
    y, own = data._data, list(padded)
    for axis, (a, b) in enumerate(widths):
        if a or b:
            n = shape[axis]
            inner = math.prod(own[axis + 1 :])
            y = front.add(y, _sources(n, a, b, mode), math.prod(own[:axis]), n, inner)
            own[axis] = n
    return y, shape
