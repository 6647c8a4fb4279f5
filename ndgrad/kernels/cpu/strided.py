"""Copies along strides on the host: what slices, transposes, flips and joins come down to.

There are three loops, for the forms of a plan (`spec.strided`).  Elements are moved as bits, so one
kernel serves every dtype of a width.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numba import types

from ...base import DType, HostArray, Shape
from ...memory.device import Buffer
from ...memory.storage import empty
from ..annotations import Arguments
from ..build.half import as_bits
from ..build.launch import (
    PARALLEL_ELEMENTS,
    WORTH_SHARING,
    Chunked,
    Specialization,
    chunked,
    flat,
    grain,
    vector,
)
from ..spec.reduction import groups
from ..spec.strided import StridedSlice, ascending, bits, plan, whole
from .launch import launch, run
from .tasks import Task

TILE = 64
"""Elements along each side of a tile: what it reads and writes fits into the first cache."""


_SHORT = 16
"""Elements of a run from which the loop over them is the inner one."""


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
    """The same with strides nx and ny along the run; short runs are copied many at a time."""
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
        if n < _SHORT and n < last - first:
            for begin in range(first, last, TILE):
                end = min(begin + TILE, last)
                for i in range(n):
                    s, t = a + i * nx, b + i * ny
                    for m in range(begin, end):
                        y[np.uintp(t + m * my)] = x[np.uintp(s + m * mx)]
            row += last - first
            continue
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
                    target[i] = source[np.uintp(n - 1 - i)]
            else:
                # Unsigned indices: no test for negative ones.
                for i in range(n):
                    y[np.uintp(t + i * ny)] = x[np.uintp(s + i * nx)]
        row += last - first


@chunked
def _tiles(x, y, xo, yo, geometry, middle, my, n, nx, lo, hi):
    """Transpose: x is contiguous along the middle axis, y along the inner one.

    A work item is a band of TILE rows of y.  A tile is copied row by row into a buffer, which the
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


def strided_copy(x: Buffer, source: StridedSlice, y: Buffer, target: StridedSlice) -> None:
    """Copy the slice *source* of *x* to the slice *target* of *y*, which have one shape and dtype.

    A stride of 0 in the source repeats an element.  The slices must not overlap in memory.
    """
    if 0 in source.shape:
        return
    loop, numbers, units, each = _loop(source.shape, source.strides, target.strides)
    launch(loop, bits(x), bits(y), source.offset, target.offset, *numbers, units, each)


@lru_cache(maxsize=4096)
def _loop(shape: Shape, xs: Shape, ys: Shape) -> tuple[Chunked, Arguments, int, int]:
    """What copies slices of a shape: a kernel, its numbers behind offsets, its units, its grain."""
    how = plan(shape, xs, ys)
    m, mx, my = how.middle
    n, nx, ny = how.inner
    if how.kind == "runs" and how.rows == 1 and n > grain(1):
        return _pieces, (n, grain(1)), -(-n // grain(1)), 1
    if how.kind == "runs":
        return _runs, (how.geometry, m, mx, my, n), how.rows, grain(n)
    if how.kind == "tiles" and how.rows * n > TILE * TILE:
        bands = how.rows // m * ((m + TILE - 1) // TILE)
        return _tiles, (how.geometry, m, my, n, nx), bands, grain(n * TILE)
    return _elements, (how.geometry, m, mx, my, n, nx, ny), how.rows, grain(n, 2)


def strided_slice(x: Buffer, part: StridedSlice) -> Buffer:
    """A strided slice of *x* as a new flat array."""
    y = empty(part.size, x.dtype)
    strided_copy(x, part, y, whole(part.shape))
    return y


# --- filled, and filled around a slice ------------------------------------------------------------


@chunked
def _fill(y, value, lo, hi):
    part = y[lo:hi]
    for i in range(part.size):
        part[i] = value


def _word(value: float, dtype: DType) -> np.unsignedinteger:
    """A number's bits in a dtype."""
    return bits(np.array([value], dtype))[0]


def fill(y: HostArray, value: float) -> None:
    """Let all elements of *y* be one number."""
    if y.size < PARALLEL_ELEMENTS:
        y.fill(value)
    else:
        launch(_fill, bits(y), _word(value, y.dtype), y.size, grain(1))


_AROUND = 4096
"""Elements that are filled at a time: they are in the first cache when the slice is written."""


@chunked
def _fill_around(x, y, xo, yo, geometry, middle, mx, my, rows, n, nx, ny, value, lo, hi):
    """Pieces of y: one value, then the elements of x that an ascending slice has there."""
    count = geometry[0]
    for piece in range(lo, hi):
        start, stop = piece * _AROUND, min(y.size, (piece + 1) * _AROUND)
        part = y[start:stop]
        for i in range(part.size):
            part[i] = value
        # The first row that ends in the piece or behind it: one more than the last that begins
        # at `rest` or before.
        rest = start - (n - 1) * ny - yo - 1
        row = 0
        if rest >= 0:
            for k in range(1, count + 1):
                step = geometry[2 * count + k]
                here = min(rest // step, geometry[k] - 1)
                rest -= here * step
                row = row * geometry[k] + here
            row = row * middle + (min(rest // my, middle - 1) if my else 0) + 1
        while row < rows:
            outer = row // middle
            first = row - outer * middle
            a, b = xo, yo
            for k in range(count, 0, -1):
                left = outer // geometry[k]
                here = outer - left * geometry[k]
                a += here * geometry[count + k]
                b += here * geometry[2 * count + k]
                outer = left
            if b + first * my >= stop:
                break
            for m in range(first, middle):
                s, t = a + m * mx, b + m * my
                if t >= stop:
                    break
                lower = max(0, (start - t + ny - 1) // ny)
                upper = min(n, (stop - t + ny - 1) // ny)
                if nx == 1 and ny == 1:
                    source, target = x[s + lower : s + upper], y[t + lower : t + upper]
                    for i in range(target.size):
                        target[i] = source[i]
                else:
                    for i in range(lower, upper):
                        y[np.uintp(t + i * ny)] = x[np.uintp(s + i * nx)]
            row += middle - first


def fill_around(x: Buffer, n: int, where: StridedSlice, value: float) -> Buffer:
    """*n* times a number, but the slice *where* of them holds the elements of *x*."""
    y = empty(n, x.dtype)
    how = ascending(where.shape, where.strides) if 0 < x.size < n else None
    if how is None:
        if x.size < n:
            fill(y, value)
        strided_copy(x, whole(where.shape), y, where)
        return y
    xo, yo = how.shifts
    geometry, rows, middle, inner, _ = how
    word = _word(value, y.dtype)
    launch(
        _fill_around, bits(x), bits(y), xo, where.offset + yo, geometry, *middle, rows, *inner,
        word, -(-n // _AROUND), grain(_AROUND),
    )  # fmt: skip
    return y


# --- broadcast, and whole arrays ------------------------------------------------------------------


@chunked
def _expand_runs(x, y, n, inner, lo, hi):
    """y[o, r, :] = x[o, :] for the rows o * n + r in [lo, hi)."""
    for row in range(lo, hi):
        source = x[row // n * inner : row // n * inner + inner]
        target = y[row * inner : row * inner + inner]
        for i in range(inner):
            target[i] = source[i]


@chunked
def _expand_elements(x, y, n, lo, hi):
    """y[o * n + r] = x[o] for the elements [lo, hi)."""
    outer = lo // n
    while outer * n < hi:
        start = max(lo, outer * n)
        target = y[start : min(hi, outer * n + n)]
        value = x[outer]
        for i in range(target.size):
            target[i] = value
        outer += 1


def expand(x: Buffer, own: Shape, shape: Shape) -> Buffer:
    """The array *x* of shape *own* broadcast to *shape*, of as many axes."""
    axes = tuple(i for i, (a, b) in enumerate(zip(own, shape, strict=True)) if a != b)
    # The runs come last first, so that expanding them backwards ends at the right lengths.
    for outer, n, inner in reversed(groups(shape, axes)):
        y = empty(outer * n * inner, x.dtype)
        if y.size and inner == 1:
            launch(_expand_elements, as_bits(x), as_bits(y), n, y.size, grain(1))
        elif y.size:
            launch(_expand_runs, as_bits(x), as_bits(y), n, inner, outer * n, grain(inner))
        x = y
    return x if axes else x.copy()


def copy(source: HostArray, target: HostArray) -> None:
    """Copy a flat array of the host over another of its size and dtype; they may overlap."""
    run(_copy, source, target)


def _copy(source: HostArray, target: HostArray) -> None:
    n = source.size
    if n < PARALLEL_ELEMENTS or np.may_share_memory(source, target):
        np.copyto(target, source)
    else:
        _pieces(bits(source), bits(target), 0, 0, n, grain(1), -(-n // grain(1)), 1)


# --- as tasks -------------------------------------------------------------------------------------

_PIECE = 1024  # elements of which a single row is cut into several


@chunked
def _copy_rows_apart(x, y, n: int, offset: int, stride: int, lo: int, hi: int) -> None:
    """Copy rows of n elements to where they lie apart."""
    for row in range(lo, hi):
        source = x[row * n : row * n + n]
        target = y[offset + row * stride : offset + row * stride + n]
        for i in range(target.size):
            target[i] = source[i]


@cache
def _copy_rows_apart_entry(dtype: DType) -> Specialization:
    return Specialization(_copy_rows_apart, flat(_copy_rows_apart.function, dtype))


def rows_task(
    x: Buffer | str, y: Buffer | str, rows: int, n: int, offset: int, stride: int, dtype: DType
) -> Task:
    """Copy rows of n elements to rows of *y* that begin *stride* elements apart from *offset* on.

    *x* and *y* are what stands for the arrays among a task's arguments.
    """
    if rows == 1 and n % _PIECE == 0:
        rows, n, stride = n // _PIECE, _PIECE, _PIECE
    each = grain(n)
    return Task(
        _copy_rows_apart_entry(dtype), (x, y, n, offset, stride), rows, each, WORTH_SHARING * each
    )


@cache
def _entry(loop: Chunked, dtype: DType, numbers: tuple[type, ...]) -> Specialization:
    geometry, whole_number = vector(np.dtype("int64")), types.intp
    kinds = [geometry if kind is np.ndarray else whole_number for kind in (int, int, *numbers)]
    bounds = whole_number, whole_number
    return Specialization(loop, (vector(dtype), vector(dtype), *kinds, *bounds))


def strided_slice_task(x: Buffer | str, y: Buffer | str, part: StridedSlice, dtype: DType) -> Task:
    """Copy a slice of *x* to all of *y*, which stand for the arrays among a task's arguments."""
    target = whole(part.shape)
    loop, numbers, units, each = _loop(part.shape, part.strides, target.strides)
    entry = _entry(loop, dtype, tuple(map(type, numbers)))
    arguments = (x, y, part.offset, target.offset, *numbers)
    return Task(entry, arguments, units, each, WORTH_SHARING * each)
