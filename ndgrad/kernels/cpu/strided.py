"""Copies between flat arrays along strides: what slices, transposes, flips and joins come down to.

A box is a shape with strides and an offset (in elements) into a flat array.  `move` copies a box of
one array to a box of another.  Axes are merged wherever both sides allow; then there are three
loops: runs that are contiguous on both sides, tiles where one side is contiguous along another axis
than the other (a transpose), and elements one by one.  Elements are moved as bits, so one kernel
serves every dtype of a width.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from ... import tracing
from ...memory.device import DeviceArray
from ...memory.storage import empty
from .. import cuda
from ..build.launch import PARALLEL_ELEMENTS, WORTH_SHARING, Entry, chunked, flat, grain, vector
from .elementwise import constant
from .tasks import Step

Shape = tuple[int, ...]

_BITS = {1: np.dtype("uint8"), 2: np.dtype("uint16"), 4: np.dtype("uint32"), 8: np.dtype("uint64")}

TILE = 64
"""Elements along each side of a tile: what it reads and writes fits into the first cache."""


class Box(NamedTuple):
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
    """Whether a box of these strides is one run of memory in C order."""
    if 0 in shape:
        return True
    whole = contiguous_strides(shape)
    return all(n == 1 or a == b for n, a, b in zip(shape, strides, whole, strict=True))


def bits(x: Any) -> Any:
    """*x* as unsigned integers of its elements' width."""
    return x.view(_BITS[x.dtype.itemsize])


class Plan(NamedTuple):
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
    geometry: np.ndarray[Any, Any]
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
def _plan(shape: Shape, xs: Shape, ys: Shape) -> Plan:
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
    return Plan(kind, geometry, math.prod(columns[0]) * middle[0], middle, inner, divisor)


@chunked
def _runs(x, y, xo, yo, geometry, middle, mx, my, n, lo, hi):
    """Copy runs of n elements for the rows (outer * middle) in [lo, hi)."""
    count = geometry[0]
    row = lo
    while row < hi:
        outer = row // middle
        first = row - outer * middle
        last = min(middle, first + hi - row)
        a, b = xo, yo
        for k in range(count, 0, -1):
            rest = outer // geometry[k]
            here = outer - rest * geometry[k]
            a += here * geometry[count + k]
            b += here * geometry[2 * count + k]
            outer = rest
        for m in range(first, last):
            source = x[a + m * mx : a + m * mx + n]
            target = y[b + m * my : b + m * my + n]
            for i in range(n):
                target[i] = source[i]
        row += last - first


@chunked
def _pieces(x, y, xo, yo, n, piece, lo, hi):
    """Copy one long run of n elements in pieces."""
    for i in range(lo, hi):
        start, stop = i * piece, min(n, (i + 1) * piece)
        source, target = x[xo + start : xo + stop], y[yo + start : yo + stop]
        for j in range(target.size):
            target[j] = source[j]


@chunked
def _elements(x, y, xo, yo, geometry, middle, mx, my, n, nx, ny, lo, hi):
    """The same with strides nx and ny along the run."""
    count = geometry[0]
    row = lo
    while row < hi:
        outer = row // middle
        first = row - outer * middle
        last = min(middle, first + hi - row)
        a, b = xo, yo
        for k in range(count, 0, -1):
            rest = outer // geometry[k]
            here = outer - rest * geometry[k]
            a += here * geometry[count + k]
            b += here * geometry[2 * count + k]
            outer = rest
        for m in range(first, last):
            s, t = a + m * mx, b + m * my
            if ny == 1 and nx == 0:
                value = x[s]
                target = y[t : t + n]
                for i in range(n):
                    target[i] = value
            elif ny == 1 and nx == -1:
                source = x[s - n + 1 : s + 1]
                target = y[t : t + n]
                for i in range(n):
                    target[i] = source[n - 1 - i]
            else:
                # Unsigned indices: no test for negative ones.
                for i in range(n):
                    y[np.uintp(t + i * ny)] = x[np.uintp(s + i * nx)]
        row += last - first


@chunked
def _tiles(x, y, xo, yo, geometry, middle, my, n, nx, lo, hi):
    """Transpose: x is contiguous along the middle axis, y along the inner one.

    A unit is a band of TILE rows of y.  A tile is copied row by row into a buffer, which the
    transposed reads then hit in the first cache, whatever power of two the strides are.
    """
    count = geometry[0]
    buffer = np.empty(TILE * TILE, x.dtype)
    bands = (middle + TILE - 1) // TILE
    for unit in range(lo, hi):
        outer = unit // bands
        start = (unit - outer * bands) * TILE
        height = min(TILE, middle - start)
        a, b = xo + start, yo + start * my
        for k in range(count, 0, -1):
            rest = outer // geometry[k]
            here = outer - rest * geometry[k]
            a += here * geometry[count + k]
            b += here * geometry[2 * count + k]
            outer = rest
        for left in range(0, n, TILE):
            width = min(TILE, n - left)
            for j in range(width):
                s = a + (left + j) * nx
                source = x[s : s + height]
                target = buffer[j * TILE : j * TILE + height]
                for i in range(height):
                    target[i] = source[i]
            for i in range(height):
                t = b + i * my + left
                target = y[t : t + width]
                for j in range(width):
                    target[j] = buffer[np.uintp(j * TILE + i)]


def move(x: Any, source: Box, y: Any, target: Box) -> None:
    """Copy the box *source* of *x* to the box *target* of *y*, which have one shape and dtype.

    A stride of 0 in the source repeats an element.  The boxes must not overlap in memory.
    """
    if 0 in source.shape:
        return
    x, y = bits(x), bits(y)
    if y.__class__ is DeviceArray:
        plan = _plan(source.shape, source.strides, target.strides)
        cuda.strided.move(x, y, source.offset, target.offset, plan)
        return
    loop, numbers, units, each = _loop(source.shape, source.strides, target.strides)
    loop(x, y, source.offset, target.offset, *numbers, units, each)


@lru_cache(maxsize=4096)
def _loop(shape: Shape, xs: Shape, ys: Shape) -> tuple[Any, tuple[Any, ...], int, int]:
    """What copies boxes of a shape: a kernel, its numbers behind offsets, its units, its grain."""
    plan = _plan(shape, xs, ys)
    m, mx, my = plan.middle
    n, nx, ny = plan.inner
    if plan.kind == "runs" and plan.rows == 1 and n > grain(1):
        return _pieces, (n, grain(1)), -(-n // grain(1)), 1
    if plan.kind == "runs":
        return _runs, (plan.geometry, m, mx, my, n), plan.rows, grain(n)
    if plan.kind == "tiles":
        bands = plan.rows // m * ((m + TILE - 1) // TILE)
        return _tiles, (plan.geometry, m, my, n, nx), bands, grain(n * TILE)
    return _elements, (plan.geometry, m, mx, my, n, nx, ny), plan.rows, grain(n, 2)


def gather(x: Any, box: Box) -> np.ndarray[Any, Any]:
    """A box of *x* as a new flat array."""
    if tracing.active and (recorder := tracing.recorder()) is not None:
        return recorder.gather(x, box)
    y = empty(box.size, x.dtype)
    move(x, box, y, Box(box.shape, contiguous_strides(box.shape)))
    return y


def copy(source: np.ndarray[Any, Any], target: np.ndarray[Any, Any]) -> None:
    """Copy a flat array of the host over another of its size and dtype; they may overlap."""
    n = source.size
    if n < PARALLEL_ELEMENTS or np.may_share_memory(source, target):
        np.copyto(target, source)
    else:
        _pieces(bits(source), bits(target), 0, 0, n, grain(1), -(-n // grain(1)), 1)


def scatter(x: np.ndarray[Any, Any], n: int, box: Box) -> np.ndarray[Any, Any]:
    """*n* zeros in which the box *box* holds the elements of *x*."""
    y = empty(n, x.dtype)
    y.fill(0)
    move(x, Box(box.shape, contiguous_strides(box.shape)), y, box)
    return y


def broadcast(shape: Shape, target: Shape) -> Box:
    """The box of an array of *shape* that looks like *target*, to which it broadcasts."""
    lead = len(target) - len(shape)
    strides = tuple(
        0 if n == 1 else step for n, step in zip(shape, contiguous_strides(shape), strict=True)
    )
    return Box(target, (0,) * lead + strides)


def sliced(box: Box, axis: int, start: int, step: int, length: int) -> Box:
    """Every *step*-th element of *box* along *axis*, from *start* on, *length* of them."""
    stride = box.strides[axis]
    shape = (*box.shape[:axis], length, *box.shape[axis + 1 :])
    strides = (*box.strides[:axis], stride * step, *box.strides[axis + 1 :])
    return Box(shape, strides, box.offset + start * stride)


def whole(shape: Shape) -> Box:
    """All of an array."""
    return Box(shape, contiguous_strides(shape))


# --- as steps of a series -------------------------------------------------------------------------

_PIECE = 1024  # elements of which a single row is cut into several


@chunked
def _place_rows(x: Any, y: Any, n: int, offset: int, stride: int, lo: int, hi: int) -> None:
    """Copy rows of n elements to where they lie apart."""
    for row in range(lo, hi):
        source = x[row * n : row * n + n]
        target = y[offset + row * stride : offset + row * stride + n]
        for i in range(target.size):
            target[i] = source[i]


@cache
def _place_rows_entry(dtype: np.dtype[Any]) -> Entry:
    return Entry(_place_rows, flat(_place_rows.function, dtype))


def rows_step(x: Any, y: Any, rows: int, n: int, offset: int, stride: int, dtype: Any) -> Step:
    """Copy rows of n elements to rows of *y* that begin *stride* elements apart from *offset* on.

    *x* and *y* are what stands for the arrays among a step's arguments.
    """
    if rows == 1 and n % _PIECE == 0:
        rows, n, stride = n // _PIECE, _PIECE, _PIECE
    each = grain(n)
    return Step(
        _place_rows_entry(dtype), (x, y, n, offset, stride), rows, each, WORTH_SHARING * each
    )


@cache
def _entry(loop: Any, dtype: np.dtype[Any], numbers: tuple[type, ...]) -> Entry:
    geometry, whole_number = vector(np.dtype("int64")), types.intp
    kinds = [geometry if kind is np.ndarray else whole_number for kind in (int, int, *numbers)]
    bounds = whole_number, whole_number
    return Entry(loop, (vector(dtype), vector(dtype), *kinds, *bounds))


def gather_step(x: Any, y: Any, box: Box, dtype: np.dtype[Any]) -> Step:
    """Copy a box of *x* to all of *y*, which stand for the arrays among a step's arguments."""
    target = whole(box.shape)
    loop, numbers, units, each = _loop(box.shape, box.strides, target.strides)
    entry = _entry(loop, dtype, tuple(map(type, numbers)))
    arguments = (x, y, box.offset, target.offset, *numbers)
    return Step(entry, arguments, units, each, WORTH_SHARING * each)
