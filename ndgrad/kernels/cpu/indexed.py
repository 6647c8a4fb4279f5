"""Rows picked by index, and put back: the kernels under `take`, `Embedding` and ``x[[2, 0]]``.

The array is seen as (outer, length, inner); an index vector picks along the middle axis.  Rows are
added in the order of the index vector, whatever the number of threads: work is shared out by outer
position and by columns, never by index.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...memory.device import DeviceArray, host
from ...memory.storage import empty, empty_like
from ...ops.math import casting
from .. import cuda
from ..build.launch import chunked, entry_point, flat, grain, kernel
from ..spec.formula import Loop
from . import elementwise
from .strided import bits


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
    """y[o, index[k], :] += g[o, k, :], in the order of k; a unit is (o, block of width columns)."""
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


def take(x: Any, index: Any, outer: int, length: int, inner: int) -> np.ndarray[Any, Any]:
    """Rows of the flat array *x* seen as (outer, length, inner)."""
    y: Any = empty(outer * index.size * inner, x.dtype)
    if y.size and y.__class__ is DeviceArray:
        cuda.indexed.take(x, index, y, outer, length, inner)
    elif y.size:
        rows = outer * index.size
        _take(bits(x), index, bits(y), length, inner, rows, grain(inner, 1 if inner > 8 else 4))
    return y


def _columns(count: int, outer: int, inner: int) -> tuple[int, int, int]:
    """Width of a block of columns, number of units, grain."""
    width = inner if outer > 1 else max(16, -(-inner // 8))
    units = outer * -(-inner // width)
    return width, units, grain(count * width, 2)


def add(g: Any, index: Any, outer: int, length: int, inner: int) -> np.ndarray[Any, Any]:
    """The adjoint of `take`: zeros to which rows are added; float16 is summed in float32."""
    y: Any = empty(outer * length * inner, g.dtype)
    y.fill(0)
    add_into(g, index, y, outer, length, inner)
    return y


def add_into(g: Any, index: Any, y: Any, outer: int, length: int, inner: int) -> None:
    """Add the rows *g* to those of *y* that `take` would pick; float16 is summed in float32."""
    if g.dtype == np.float16:
        wide, total = (
            casting.copied(SimpleNamespace(_data=x), np.dtype("float32")) for x in (g, y)
        )
        add_into(wide, index, total, outer, length, inner)
        y[:] = casting.copied(SimpleNamespace(_data=total), y.dtype)
    elif g.size:
        a, b = (g.view(np.uint8), y.view(np.uint8)) if g.dtype == np.bool_ else (g, y)
        if b.__class__ is DeviceArray:
            cuda.indexed.add(a, index, b, outer, length, inner)
        else:
            width, units, chunk = _columns(index.size, outer, inner)
            _add(a, index, b, length, inner, width, units, chunk)


def put(v: Any, index: Any, y: Any, outer: int, length: int, inner: int) -> None:
    """Write rows of *v* into *y*; of rows with one index the last stays."""
    if v.size and y.__class__ is DeviceArray:
        cuda.indexed.put(v, index, y, outer, length, inner)
    elif v.size:
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


def wrapped(index: np.ndarray[Any, Any], n: int) -> tuple[np.ndarray[Any, Any], int]:
    """int64 indices counted from the front, and where the first one out of bounds is, else -1."""
    flat = np.ascontiguousarray(index).reshape(-1)
    y = empty_like(flat)
    bad = _wrap(flat, y, n)
    return y.reshape(index.shape), bad


@lru_cache(maxsize=64)
def places(n: int) -> np.ndarray[Any, Any]:
    """The numbers below *n*, which nobody writes to: a device needs to be given them only once."""
    numbers = np.arange(n)
    numbers.flags.writeable = False
    return numbers


@lru_cache(maxsize=64)
def full(n: int, value: int) -> np.ndarray[Any, Any]:
    """*n* times a number; nobody writes to it either."""
    numbers = np.full(n, value)
    numbers.flags.writeable = False
    return numbers


_HOT = Loop("hot", ("which", "place", "on", "off"), (("y", "where(which == place, on, off)"),))


def hot(index: Any, form: tuple[int, int, int], y: Any, on: float, off: float) -> None:
    """Fill *y* of *form*: *on* at each index's place along the middle axis, else *off*.

    For a device, where every element is found at once; on the host only the places are written.
    """
    outer, n, inner = form
    if y.size:
        operands = index, places(n), float(on), float(off)
        shapes = (outer, 1, inner), (n, 1), None, None
        elementwise.run(_HOT, operands, shapes, (y,), "float64")


CLIP, WRAP, RAW = 0, 1, 2


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


def positions(index: Any, length: int, mode: int) -> np.ndarray[Any, Any]:
    """The elements of an index array as int64, made valid for *length* in a mode but RAW."""
    x = index._data
    if x.dtype.kind == "b":
        x = x.view(np.uint8)
    elif x.dtype == np.float16:
        x = casting.copied(index, np.dtype("float32"))
    y = empty(x.size, np.dtype("int64"))
    if x.size:
        _resolve(x, y, length, mode, x.size, grain(1, 2))
    return y


@kernel
def _first_outside(index: Any, low: int, n: int) -> Any:
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
def _outside() -> Any:
    return entry_point(_first_outside, flat(_first_outside, np.dtype("int64")))


def checked(
    index: Any, low: int, n: int, error: type[Exception], text: str | Callable[[], str]
) -> None:
    """Count int64 indices from the front in place, if all are in [low, n).

    Otherwise an error is raised, in whose *text*, or what *text* returns, ``{value}`` is the first
    that is not.  On a device that happens when the host next waits for it; until then such an index
    is 0.
    """
    if index.size and (n == 0 or index.__class__ is np.ndarray):
        found = host(index)
        first = _outside()(found, low, n)
        if first >= 0:
            text = text if isinstance(text, str) else text()
            raise error(text.format(value=found[first]))
        if low < 0:
            index += np.where(index < 0, n, 0)
    elif index.size:
        cuda.indexed.check(index, low, n, error, text if isinstance(text, str) else text())


OUT_OF_BOUNDS = "index {{value}} is out of bounds for axis {axis} with size {n}"


def last(index: Any, length: int) -> Any:
    """For each of *length* rows the last place in an index vector that has its index, if any."""
    if index.__class__ is DeviceArray:
        return cuda.indexed.last(index, length, index.device)
    owner = np.full(length, -1)
    owner[index] = np.arange(index.size)
    return owner


_BEHIND = Loop("behind", ("last", "place"), (("y", "last - place"),))


def distinct(index: Any, length: int, error: type[Exception], text: str) -> None:
    """Raise an error if an index comes twice; on a device as `checked` does."""
    if index.__class__ is np.ndarray:
        if np.unique(index).size != index.size:
            raise error(text)
    elif index.size:
        behind = take(last(index, length), index, 1, length, 1)
        shape = (index.size,)
        elementwise.run(_BEHIND, (behind, places(index.size)), (shape, shape), (behind,), "int64")
        checked(behind, 0, 1, error, text)


@chunked
def _select(x, index, y, length, inner, lo, hi):
    """y[o, i] = x[o, index[o, i], i] for the positions o * inner + i in [lo, hi)."""
    for k in range(lo, hi):
        outer = k // inner
        at = (outer * length + index[np.uintp(k)]) * inner + k - outer * inner
        y[np.uintp(k)] = x[np.uintp(at)]


@chunked
def _spread(g, index, y, length, inner, lo, hi):
    """y[o, index[o, i], i] = g[o, i] for the positions o * inner + i in [lo, hi)."""
    for k in range(lo, hi):
        outer = k // inner
        at = (outer * length + index[np.uintp(k)]) * inner + k - outer * inner
        y[np.uintp(at)] = g[np.uintp(k)]


def select(x: Any, index: Any, outer: int, length: int, inner: int) -> np.ndarray[Any, Any]:
    """One element for each outer and inner position."""
    y = empty(outer * inner, x.dtype)
    if y.size:
        _select(bits(x), index, bits(y), length, inner, y.size, grain(1, 4))
    return y


def spread(g: Any, index: Any, y: Any, length: int, inner: int) -> None:
    """Write *g* where `select` would read."""
    if g.size:
        _spread(bits(g), index, bits(y), length, inner, g.size, grain(1, 4))
