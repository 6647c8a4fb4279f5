"""Rows picked by index, and put back: the kernels under `take`, `Embedding` and ``x[[2, 0]]``.

The array is seen as (outer, length, inner); an index vector picks along the middle axis.  Rows are
added in the order of the index vector, whatever the number of threads: work is distributed by outer
position and by columns, never by index.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from ...base import HostArray
from ...memory.device import Buffer
from ...memory.storage import empty, empty_like
from ..annotations import Function
from ..build.launch import chunked, entry_point, flat, grain, kernel
from ..spec.indexed import CLIP, WRAP
from ..spec.strided import bits
from .launch import launch


@chunked
def _take(x, index, y, length, inner, lo, hi):
    """y[o, k, :] = x[o, index[k], :] for the rows o * count + k in [lo, hi)."""
    count = index.size
    if inner == 1:
        for row in range(lo, hi):
            outer = row // count
            k = index[np.uintp(row - outer * count)]
            y[np.uintp(row)] = x[np.uintp(outer * length + k)]
        return
    for row in range(lo, hi):
        outer = row // count
        s = (outer * length + index[row - outer * count]) * inner
        source, target = x[s : s + inner], y[row * inner : row * inner + inner]
        for i in range(inner):
            target[i] = source[i]


@chunked
def _add(g, index, y, length, inner, width, lo, hi):
    """y[o, index[k], :] += g[o, k, :], in the order of k; by blocks of width columns of an o."""
    count = index.size
    blocks = (inner + width - 1) // width
    for unit in range(lo, hi):
        outer = unit // blocks
        left = (unit - outer * blocks) * width
        n = min(width, inner - left)
        for k in range(count):
            s = (outer * count + k) * inner + left
            t = (outer * length + index[k]) * inner + left
            source, target = g[s : s + n], y[t : t + n]
            for i in range(n):
                target[i] += source[i]


@chunked
def _put(v, index, y, length, inner, width, lo, hi):
    """y[o, index[k], :] = v[o, k, :], in the order of k."""
    count = index.size
    blocks = (inner + width - 1) // width
    for unit in range(lo, hi):
        outer = unit // blocks
        left = (unit - outer * blocks) * width
        n = min(width, inner - left)
        for k in range(count):
            s = (outer * count + k) * inner + left
            t = (outer * length + index[k]) * inner + left
            source, target = v[s : s + n], y[t : t + n]
            for i in range(n):
                target[i] = source[i]


def _columns(count: int, outer: int, inner: int) -> tuple[int, int, int]:
    """Width of a block of columns, number of units, grain."""
    width = inner if outer > 1 else max(16, -(-inner // 8))
    units = outer * -(-inner // width)
    return width, units, grain(count * width, 2)


def take(x: Buffer, index: Buffer, outer: int, length: int, inner: int) -> Buffer:
    """Rows of the flat array *x* seen as (outer, length, inner)."""
    y = empty(outer * index.size * inner, x.dtype)
    if y.size:
        rows = outer * index.size
        _take(bits(x), index, bits(y), length, inner, rows, grain(inner, 1 if inner > 8 else 4))
    return y


def add_into(g: Buffer, index: Buffer, y: Buffer, outer: int, length: int, inner: int) -> None:
    """Add the rows *g* to those of *y* that `take` would pick."""
    if g.size:
        a, b = (g.view(np.uint8), y.view(np.uint8)) if g.dtype == np.bool_ else (g, y)
        width, units, chunk = _columns(index.size, outer, inner)
        _add(a, index, b, length, inner, width, units, chunk)


def put(v: Buffer, index: Buffer, y: Buffer, outer: int, length: int, inner: int) -> None:
    """Write rows of *v* into *y*; of rows with one index the last stays."""
    if v.size:
        width, units, chunk = _columns(index.size, outer, inner)
        _put(bits(v), index, bits(y), length, inner, width, units, chunk)


@kernel
def _wrap(x, y, n):
    """y = x with n added to negative indices; where the first one out of bounds is, else -1."""
    for i in range(x.size):
        k = x[np.uintp(i)]
        if k < -n or k >= n:
            return i
        y[np.uintp(i)] = k + n if k < 0 else k
    return -1


def wrapped(index: HostArray, n: int) -> tuple[HostArray, int]:
    """int64 indices counted from the front, and where the first one out of bounds is, else -1."""
    flat = np.ascontiguousarray(index).reshape(-1)
    y = empty_like(flat)
    bad = _wrap(flat, y, n)
    return y.reshape(index.shape), bad


@chunked
def _resolve(x, y, length, mode, lo, hi):
    """Indices as int64: fractions are cut off, NaN is 0; then clipped or wrapped to a length."""
    for i in range(lo, hi):
        value = x[np.uintp(i)]
        k = np.int64(0) if value != value else np.int64(value)
        if mode == CLIP:
            k = min(max(k, np.int64(0)), length - 1)
        elif mode == WRAP:
            k = k % length
        y[np.uintp(i)] = k


@kernel
def _first_outside(index, low: int, n: int):
    """Where the first number that is not in [low, n) stands; -1 if there is none."""
    outside = False
    for i in range(index.size):
        outside |= (index[i] < low) | (index[i] >= n)
    if outside:
        for i in range(index.size):
            if index[i] < low or index[i] >= n:
                return i
    return -1


@cache
def _outside() -> Function:
    return entry_point(_first_outside, flat(_first_outside, np.dtype("int64")))


def checked(
    index: Buffer, low: int, n: int, error: type[Exception], text: str | Callable[[], str]
) -> None:
    """Count int64 indices from the front in place, if all are in [low, n).

    Otherwise an error is raised, in whose *text*, or what *text* returns, ``{value}`` is the first
    that is not.  On a device that happens when the host next waits for it; until then such an index
    is 0.
    """
    if not index.size:
        return
    first = _outside()(index, low, n)
    if first >= 0:
        text = text if isinstance(text, str) else text()
        raise error(text.format(value=index[first]))
    if low < 0:
        index += np.where(index < 0, n, 0)


def last_writer(index: Buffer, length: int) -> Buffer:
    """For each of *length* rows the last place in an index vector that has its index, if any."""
    owner = np.full(length, -1)
    owner[index] = np.arange(index.size)
    return owner


def distinct(index: Buffer, length: int, error: type[Exception], text: str) -> None:
    """Raise an error if an index comes twice; on a device as `checked` does."""
    if np.unique(index).size != index.size:
        raise error(text)


def one_hot(index: Buffer, form: tuple[int, int, int], y: Buffer, on: float, off: float) -> None:
    """Fill *y* of *form*: *on* at each index's place along the middle axis, else *off*."""
    _, n, inner = form
    y.fill(off)
    column = np.arange(index.size)
    at = column * n + index if inner == 1 else (column // inner * n + index) * inner
    if inner != 1:
        at += column % inner
    y[at[(index >= 0) & (index < n)]] = on  # type: ignore[index]  # of the host


# --- without a form of their own on a device ------------------------------------------------------


@chunked
def _take_along(x, index, y, length, inner, lo, hi):
    """y[o, i] = x[o, index[o, i], i] for the positions o * inner + i in [lo, hi)."""
    for k in range(lo, hi):
        outer = k // inner
        at = (outer * length + index[np.uintp(k)]) * inner + k - outer * inner
        y[np.uintp(k)] = x[np.uintp(at)]


@chunked
def _put_along(g, index, y, length, inner, lo, hi):
    """y[o, index[o, i], i] = g[o, i] for the positions o * inner + i in [lo, hi)."""
    for k in range(lo, hi):
        outer = k // inner
        at = (outer * length + index[np.uintp(k)]) * inner + k - outer * inner
        y[np.uintp(at)] = g[np.uintp(k)]


def take_along_axis(x: Buffer, index: Buffer, outer: int, length: int, inner: int) -> Buffer:
    """One element for each outer and inner position."""
    y = empty(outer * inner, x.dtype)
    if y.size:
        launch(_take_along, bits(x), index, bits(y), length, inner, y.size, grain(1, 4))
    return y


def put_along_axis(g: Buffer, index: Buffer, y: Buffer, length: int, inner: int) -> None:
    """Write *g* where `take_along_axis` would read."""
    if g.size:
        launch(_put_along, bits(g), index, bits(y), length, inner, g.size, grain(1, 4))


def resolve(x: Buffer, y: Buffer, length: int, mode: int) -> None:
    """Fill *y*, int64, with indices made valid for *length* in a mode but RAW."""
    if x.size:
        launch(_resolve, x, y, length, mode, x.size, grain(1, 2))


@chunked
def _stays(last, rows, inner, y, lo, hi):
    """y[k * inner + i] = 1 if k is the last place of its row, else 0."""
    for i in range(lo, hi):
        k = i // inner
        y[i] = last[rows[k]] == k


def are_last(last: Buffer, rows: Buffer, inner: int) -> Buffer:
    """For each of *rows*, *inner* times, whether it is the last of its kind: bool."""
    y = empty(rows.size * inner, np.dtype("bool"))
    if y.size:
        _stays(last, rows, inner, y.view(np.uint8), y.size, grain(1))
    return y


@chunked
def _ravel(index, shape, y, lo, hi):
    """y[k] = the flat position of the index vector index[:, k]; the first length is not used."""
    count = index.size // shape.size
    for k in range(lo, hi):
        at = np.int64(0)
        for axis in range(shape.size):
            at = at * shape[axis] + index[axis * count + k]
        y[k] = at


@chunked
def _unravel(index, shape, y, lo, hi):
    """y[:, k] = the index vector of the flat position index[k]; what is left goes to the first."""
    for k in range(lo, hi):
        at = index[k]
        for axis in range(shape.size - 1, 0, -1):
            y[axis * index.size + k] = at % shape[axis]
            at = at // shape[axis]
        y[k] = at


def ravel(index: Buffer, shape: HostArray) -> Buffer:
    """Flat positions, in an array of *shape*, of the index vectors index[:, k]."""
    y = empty(index.size // shape.size, np.dtype("int64"))
    if y.size:
        _ravel(index, shape, y, y.size, grain(shape.size))
    return y


def unravel(index: Buffer, shape: HostArray) -> Buffer:
    """The index vectors, along a new first axis, of flat positions."""
    y = empty(shape.size * index.size, np.dtype("int64"))
    if y.size:
        _unravel(index, shape, y, index.size, grain(shape.size, 8))
    return y


@chunked
def _pick_logs(p, index, kinds: int, per: int, y, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        row = p[i * kinds : (i + 1) * kinds]
        for j in range(i * per, (i + 1) * per):
            y[j] = np.log(row[index[j]])


@chunked
def _add_picked(g, index, kinds: int, per: int, y, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        row = y[i * kinds : (i + 1) * kinds]
        row[:] = y.dtype.type(0)
        for j in range(i * per, (i + 1) * per):
            row[index[j]] += g[j]


@chunked
def _picked(x, index, kinds: int, per: int, y, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        row = x[i * kinds : (i + 1) * kinds]
        for j in range(i * per, (i + 1) * per):
            y[j] = row[index[j]]


def log_in_rows(p: Buffer, index: Buffer, rows: int, kinds: int, per: int, y: Buffer) -> None:
    """y[r, j] = log(p[r, index[r, j]]) for *rows* rows, *per* indices of each."""
    _pick_logs(p, index, kinds, per, y, rows, grain(per, 20))


def add_in_rows(g: Buffer, index: Buffer, rows: int, kinds: int, per: int, y: Buffer) -> None:
    """Fill *y* with zeros to which y[r, index[r, j]] += g[r, j] is done."""
    _add_picked(g, index, kinds, per, y, rows, grain(kinds + per))


def take_in_rows(x: Buffer, index: Buffer, rows: int, kinds: int, per: int, y: Buffer) -> None:
    """y[r, j] = x[r, index[r, j]]."""
    _picked(bits(x), index, kinds, per, bits(y), rows, grain(per))
