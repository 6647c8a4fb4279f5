"""Rows picked by index and put back on a device: pieces of rows side by side.

Indices are on the host, where they have been checked.  Rows with one index are added in the order
of the index vector, as on the host: the host sorts the indices, and a thread adds one column of all
rows with its index.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import types

from .. import _cache
from .._codegen import stored
from . import _text
from ._driver import Kernel, array_of
from ._vectors import PIECES, piece_of

_INDEX = np.dtype("int64")

# Of the rows (outer, k) of x that of index source[k] becomes that of index target[k] of y.
_MOVE = """def kernel(x, source, y, target, above, below, count, n, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        column = i - row * n
        outer = row // count
        k = row - outer * count
        a = (outer * above + source[k]) * n + column
        b = (outer * below + target[k]) * n + column
        {move}"""

_ADD = """def kernel(g, order, starts, y, target, above, below, count, n, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        column = i - row * n
        outer = row // count
        k = row - outer * count
        total = {dtype}(0)
        for j in range(starts[k], starts[k + 1]):
            total = {dtype}(total + g[(outer * above + order[j]) * n + column])
        y[(outer * below + target[k]) * n + column] = total"""


@cache
def move_kernel(size: int) -> Kernel:
    """The kernel that moves rows in pieces of so many bytes."""
    move = "y[b] = x[a]" if size < 16 else "store2(y, 2 * b, load2(x, 2 * a))"
    text = _text.module(f"Rows by {size} bytes each (CUDA).", _MOVE.format(move=move).splitlines())
    data, index = array_of(np.dtype(PIECES[size])), array_of(_INDEX)
    made = _cache.load(f"rows_{size}_cuda", text).kernel
    return Kernel(made, (data, index, data, index, *(types.int64,) * 5))


@cache
def add_kernel(dtype: np.dtype[Any]) -> Kernel:
    """The kernel that adds rows of *dtype*."""
    text = _text.module(
        f"Sums of rows of {dtype.name} (CUDA).", _ADD.format(dtype=stored(dtype)).splitlines()
    )
    data, index = array_of(dtype), array_of(_INDEX)
    made = _cache.load(f"add_rows_{dtype.name}_cuda", text).kernel
    return Kernel(made, (data, index, index, data, index, *(types.int64,) * 5))


def _move(
    x: Any, source: Any, y: Any, target: Any, lengths: tuple[int, int], outer: int, inner: int
) -> None:
    each = piece_of((x, y), inner)
    size = each * y.dtype.itemsize
    n, count = inner // each, source.size
    pieces = outer * count * n
    x, y = x.view(PIECES[size]), y.view(PIECES[size])
    args = (x, source, y, target, *lengths, count, n, pieces)
    move_kernel(size).over(y.device, pieces, args)


def take(x: Any, index: Any, y: Any, outer: int, length: int, inner: int) -> None:
    """The CUDA variant of `ndgrad.kernels._rows.take`."""
    _move(x, index, y, np.arange(index.size), (length, index.size), outer, inner)


def put(v: Any, index: Any, y: Any, outer: int, length: int, inner: int) -> None:
    """The CUDA variant of `ndgrad.kernels._rows.put`: each row of *y* is written once at most."""
    target, last = np.unique(index[::-1], return_index=True)
    _move(v, index.size - 1 - last, y, target, (index.size, length), outer, inner)


def add(g: Any, index: Any, y: Any, outer: int, length: int, inner: int) -> None:
    """The CUDA variant of `ndgrad.kernels._rows.add`, for a *y* of zeros."""
    order = np.argsort(index, kind="stable")
    target, starts = np.unique(index[order], return_index=True)
    size = outer * target.size * inner
    args = (g, order, np.append(starts, index.size), y, target, index.size, length)
    add_kernel(g.dtype).over(y.device, size, (*args, target.size, inner, size))
