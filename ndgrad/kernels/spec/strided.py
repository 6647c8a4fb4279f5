"""Copies along strides: what is copied to where, and how the axes of both sides are merged.

A strided slice is a shape with strides and an offset (in elements) into a flat array.  Axes are
merged wherever both sides allow; then a copy has one of three forms: runs that are contiguous on
both sides, tiles where one side is contiguous along another axis than the other (a transpose), and
elements one by one.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple, overload

import numpy as np

from ...base import HostArray, Shape
from ...memory.device import Buffer, DeviceArray
from .layout import constant

_BITS = {n: np.dtype(f"uint{8 * n}") for n in (1, 2, 4, 8)}


class StridedSlice(NamedTuple):
    """Where elements lie in a flat array: element (i, j, ...) at offset + i * strides[0] + ..."""

    shape: Shape
    strides: Shape
    offset: int = 0

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@lru_cache(maxsize=4096)
def contiguous_strides(shape: Shape) -> Shape:
    """Strides, in elements, of an array in C order."""
    strides, step = [], 1
    for length in reversed(shape):
        strides.append(step)
        step *= length
    return tuple(strides[::-1])


@lru_cache(maxsize=4096)
def is_contiguous(shape: Shape, strides: Shape) -> bool:
    """Whether a slice of these strides is one run of memory in C order."""
    if 0 in shape:
        return True
    whole = contiguous_strides(shape)
    return all(n == 1 or a == b for n, a, b in zip(shape, strides, whole, strict=True))


def rows_apart(part: StridedSlice) -> tuple[int, int, int] | None:
    """How many rows of how many elements a slice is, and how far apart; None if it is no such."""
    axes = [axis for axis in zip(part.shape, part.strides, strict=True) if axis[0] != 1]
    n = 1
    while axes and axes[-1][1] == n:
        n *= axes.pop()[0]
    rows, stride = 1, axes[-1][1] if axes else n
    while axes and axes[-1][1] == rows * stride:
        rows *= axes.pop()[0]
    return None if axes or stride < n else (rows, n, stride)


@overload
def bits(x: HostArray) -> HostArray: ...


@overload
def bits(x: DeviceArray) -> DeviceArray: ...


@overload
def bits(x: Buffer) -> Buffer: ...


def bits(x: Buffer) -> Buffer:
    """*x* as unsigned integers of its elements' width."""
    return x.view(_BITS[x.dtype.itemsize])


class StridedCopyPlan(NamedTuple):
    """How a copy is carried out.

    Attributes
    ----------
    kind : {'runs', 'tiles', 'elements'}
    geometry : numpy.ndarray
        int64: number of outer axes, their lengths, their strides in x, their strides in y.
    rows : int
        Product of the outer lengths and *middle*.
    middle, inner : tuple of int
        Length, stride in x and stride in y of the last two axes.
    divisor : int
        What divides the length of runs and every stride between them; 1 if there are none.
    """

    kind: str
    geometry: HostArray
    rows: int
    middle: tuple[int, int, int]
    inner: tuple[int, int, int]
    divisor: int


def _merged(shape: Shape, xs: Shape, ys: Shape) -> list[tuple[int, int, int]]:
    axes: list[tuple[int, int, int]] = []
    for length, a, b in zip(shape, xs, ys, strict=True):
        if length == 1:
            continue
        if axes and axes[-1][1] == a * length and axes[-1][2] == b * length:
            axes[-1] = (axes[-1][0] * length, a, b)
        else:
            axes.append((length, a, b))
    return axes


@lru_cache(maxsize=4096)
def plan(shape: Shape, xs: Shape, ys: Shape) -> StridedCopyPlan:
    axes = _merged(shape, xs, ys) or [(1, 1, 1)]
    kind = "runs" if axes[-1][1:] == (1, 1) else "elements"
    if kind == "elements" and axes[-1][2] == 1 and axes[-1][1] != 0:
        # The axis along which x is contiguous, if any: the other side of a transpose.
        across = next((i for i, (_, a, _) in enumerate(axes[:-1]) if a == 1), None)
        if across is not None:
            length = axes[across][0]
            if min(length, axes[-1][0]) >= 8:
                axes[-1:-1] = [axes.pop(across)]
                kind = "tiles"
            elif length > axes[-1][0]:
                axes.append(axes.pop(across))
    inner = axes.pop()
    middle = axes.pop() if axes else (1, 0, 0)
    columns = list(zip(*axes, strict=True)) or [(), (), ()]
    geometry = constant([len(axes), *columns[0], *columns[1], *columns[2]])
    divisor = 1
    if kind == "runs":
        divisor = math.gcd(inner[0], *middle[1:], *columns[1], *columns[2])
    return StridedCopyPlan(
        kind, geometry, math.prod(columns[0]) * middle[0], middle, inner, divisor
    )


class AscendingSlice(NamedTuple):
    """A strided slice whose elements are visited in the order of their positions.

    Attributes
    ----------
    geometry : numpy.ndarray
        int64: number of outer axes, their lengths, strides in the array of the slice's elements,
        strides in the array that the slice is of.
    rows : int
        Product of the outer lengths and the middle one.
    middle, inner : tuple of int
        Length and both strides of the last two axes.
    shifts : tuple of int
        What the offset into each array is moved by: axes along which positions fall are reversed.
    """

    geometry: HostArray
    rows: int
    middle: tuple[int, int, int]
    inner: tuple[int, int, int]
    shifts: tuple[int, int]


@lru_cache(maxsize=4096)
def ascending(shape: Shape, strides: Shape) -> AscendingSlice | None:
    """A slice by rising positions; None if rows of it lie between the elements of others."""
    own = contiguous_strides(shape)
    axes = sorted(zip(shape, own, strides, strict=True), key=lambda axis: -abs(axis[2]))
    turned = [(n, -a, -b) if b < 0 else (n, a, b) for n, a, b in axes]
    shifts = [sum((n - 1) * axis[i] for n, *axis in axes if axis[1] < 0) for i in (0, 1)]
    merged = _merged(*zip(*turned, strict=True)) if turned else []
    reach = 0
    for n, _, step in reversed(merged):
        if step <= reach:
            return None
        reach += (n - 1) * step
    inner = merged.pop() if merged else (1, 1, 1)
    middle = merged.pop() if merged else (1, 0, 0)
    columns = list(zip(*merged, strict=True)) or [(), (), ()]
    geometry = constant([len(merged), *columns[0], *columns[1], *columns[2]])
    rows = math.prod(columns[0]) * middle[0]
    return AscendingSlice(geometry, rows, middle, inner, (shifts[0], shifts[1]))


def broadcast(shape: Shape, target: Shape) -> StridedSlice:
    """The slice of an array of *shape* that looks like *target*, to which it broadcasts."""
    lead = len(target) - len(shape)
    strides = tuple(
        0 if n == 1 else step for n, step in zip(shape, contiguous_strides(shape), strict=True)
    )
    return StridedSlice(target, (0,) * lead + strides)


def sliced(part: StridedSlice, axis: int, start: int, step: int, length: int) -> StridedSlice:
    """Every *step*-th element of *part* along *axis*, from *start* on, *length* of them."""
    stride = part.strides[axis]
    shape = (*part.shape[:axis], length, *part.shape[axis + 1 :])
    strides = (*part.strides[:axis], stride * step, *part.strides[axis + 1 :])
    return StridedSlice(shape, strides, part.offset + start * stride)


def whole(shape: Shape) -> StridedSlice:
    """All of an array."""
    return StridedSlice(shape, contiguous_strides(shape))
