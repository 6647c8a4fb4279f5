"""Orders of rows on a device: tiles are sorted in shared memory, and runs merged.

An element is a key (`sort_keys`) and its place in the row.  A pass turns each group of a row's
elements into one run in order, of which no more than the first k stay, until a run is all of the
row.  The first pass sorts groups of up to a tile by a bitonic network (Batcher 1968), which
compares keys and then places, so that ties stay in their order.  Later ones do so again where few
elements stay; otherwise they merge two runs at a time, each element finding by bisection how many
of the other run come before it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numba import types

from ...base import DType
from ...memory.device import DeviceArray
from ..annotations import Arguments
from ..build import binaries
from ..cpu.sort_keys import masks
from ..spec.strided import StridedSlice, bits
from ..spec.text import module
from . import strided
from .driver import SIMULATED, THREADS, CudaKernel, array_of

_TILE = 8 if SIMULATED else 2048
"""Elements that a block of threads sorts in shared memory."""

_FEW = _TILE // 8
"""Elements of a run up to which tiles of such runs are sorted rather than merged."""

_INDEX = np.dtype("int64")

_SORT = """    tile = cuda.shared.array({tile}, {key})
    own = cuda.shared.array({tile}, {place})
    thread = cuda.threadIdx.x
    pieces = {tile} // group
    for unit in range(cuda.blockIdx.x, units, cuda.gridDim.x):
        for i in range(thread, {tile}, cuda.blockDim.x):
            piece = unit * pieces + i // group
            row = piece // count
            column = (piece - row * count) * group + (i & (group - 1))
            if row < rows and column < m:
                tile[i] = {load}
                own[i] = {load_place}
            else:  # comes after all others
                tile[i] = {key}({top})
                own[i] = {place}({last})
        cuda.syncthreads()
        size = 2
        while size <= group:
            # Each half is in order: its elements meet those of the other one turned round.
            distance, partner = size // 2, size - 1
            while distance:
                for i in range(thread, {tile} // 2, cuda.blockDim.x):
                    a = 2 * i - (i & (distance - 1))
                    b = a ^ partner
                    if tile[a] > tile[b] or (tile[a] == tile[b] and own[a] > own[b]):
                        tile[a], tile[b] = tile[b], tile[a]
                        own[a], own[b] = own[b], own[a]
                cuda.syncthreads()
                distance //= 2
                partner = distance
            size *= 2
        for i in range(thread, {tile}, cuda.blockDim.x):
            piece = unit * pieces + i // group
            row = piece // count
            place = i & (group - 1)
            at = (piece - row * count) * run + place
            if row < rows and place < run and at < kept:
                at += row * kept
                {store}
        cuda.syncthreads()"""

_MERGE = """    for i in range(cuda.grid(1), rows * m, cuda.gridsize(1)):
        row = i // m
        piece = (i - row * m) // group
        first = row * m + piece * group
        end = min(first + group, row * m + m)
        middle = min(first + group // 2, end)
        key = x[i]
        # Of equal elements those of the first run come first.
        begin, low, high = (first, middle, end) if i < middle else (middle, first, middle)
        place = i - begin - low
        while low < high:
            here = (low + high) // 2
            if x[here] < key or (i >= middle and x[here] == key):
                low = here + 1
            else:
                high = here
        place += low
        if place < run:
            at = row * kept + piece * run + place
            {store}"""


class SortPass(NamedTuple):
    """One pass over rows of *m* elements: *groups* of each become runs, *kept* in all."""

    merges: bool
    m: int
    group: int
    groups: int
    run: int
    kept: int


@lru_cache(maxsize=4096)
def passes_of(n: int, k: int) -> list[SortPass]:
    """The passes that find the first *k* of *n* elements."""
    passes: list[SortPass] = []
    m, run, count = n, 1, 0
    while count != 1:
        merges = run > _FEW
        group = 2 * run if merges else min(1 << (m - 1).bit_length(), _TILE)
        count, run = -(-m // group), min(group, k)
        kept = (count - 1) * run + min(run, m - (count - 1) * group)
        passes.append(SortPass(merges, m, group, count, run, kept))
        m = kept
    return passes


def source(merges: bool, dtype: DType, place: DType, first: bool, last: bool) -> str:
    """Readable module text of a pass.

    Parameters
    ----------
    merges : bool
        Whether it merges runs, or else sorts tiles.
    dtype : numpy.dtype
        Of the elements in the first pass, of their keys in others.
    place : numpy.dtype
        Of places that other passes are given.
    first, last : bool
        Whether it is given elements; whether it gives places alone.
    """
    sign, inf, top = map(int, masks(dtype))
    element = "row * m + column"
    load = f"sort_key(x[{element}], uint64({sign}), uint64({inf}), uint64({top}), down)"
    body = (_MERGE if merges else _SORT).format(
        tile=_TILE,
        key=key_of(dtype).name,
        place=place.name,
        load=load if first else f"x[{element}]",
        load_place="column" if first else f"places[{element}]",
        top=top,
        last=np.iinfo(place).max,
        store="; ".join(
            ([] if last else [f"keys[at] = {'key' if merges else 'tile[i]'}"])
            + [f"order[at] = {'places' if merges else 'own'}[i]"]
        ),
    )
    given = ["x", *([] if first else ["places"]), *([] if last else ["keys"]), "order"]
    head = f"def kernel({', '.join(given)}, down, m, group, count, run, kept, rows, units):"
    what = "Runs merged" if merges else "Tiles sorted"
    return module(f"{what} by keys of {dtype.name} (CUDA).", [head, *body.splitlines()])


def key_of(dtype: DType) -> DType:
    """The dtype that holds keys."""
    return np.dtype("uint64" if dtype.itemsize == 8 else "uint32")


@cache
def kernel(merges: bool, dtype: DType, place: DType, first: bool, last: bool) -> CudaKernel:
    """The kernel for the arguments of `source`."""
    what = f"{'merge' if merges else 'sort'}_{dtype.name}_{place.name}_{first:d}{last:d}_cuda"
    made = binaries.load(what, source(merges, dtype, place, first, last)).kernel
    places, keys = array_of(place), array_of(key_of(dtype))
    given = [array_of(np.dtype(f"uint{8 * dtype.itemsize}"))] if first else [keys, places]
    results = [array_of(_INDEX)] if last else [keys, places]
    return CudaKernel(made, (*given, *results, types.boolean, *(types.int64,) * 7))


def order(
    x: DeviceArray, rows: int, n: int, inner: int, k: int, down: bool, y: DeviceArray
) -> None:
    """Fill *y* with the places of the first *k* elements of each row, *inner* apart in *x*."""
    if not y.size:
        return
    given: Arguments = (bits(x),)
    if inner > 1:
        transposed = StridedSlice((rows // inner, inner, n), (n * inner, 1, inner))
        given = (strided.strided_slice(given[0], transposed),)
    dtype, place = x.dtype, np.dtype("int32" if n <= np.iinfo(np.int32).max else "int64")
    for i, step in enumerate(passes_of(n, k)):
        last = step.groups == 1
        made = kernel(step.merges, dtype, place, i == 0, last)
        size = rows * step.kept
        results = (y,) if last else tuple(y.device.empty(size, d) for d in (key_of(dtype), place))
        units = -(-rows * step.groups * step.group // _TILE)
        args = (*given, *results, down, *step[1:], rows, units)
        made.over(y.device, rows * step.m if step.merges else units * THREADS, args, THREADS)
        given, dtype = results, key_of(dtype)


_EACH = """def kernel(x, order, n, inner, k, y, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        line = i // inner
        column = i - line * inner
        outer = line // k
        place = order[(outer * inner + column) * k + line - outer * k]
        {move}"""

_MOVES = {
    "take": "y[i] = x[(outer * n + place) * inner + column]",
    "put": "y[(outer * n + place) * inner + column] = x[i]",
    "place": "y[i] = place",
}


@cache
def each_kernel(what: str, dtype: DType, out: DType) -> CudaKernel:
    """The kernel that does one of `_MOVES` for each place in an order."""
    text = module(
        f"{what.capitalize()} {out.name} by an order (CUDA).",
        _EACH.format(move=_MOVES[what]).splitlines(),
    )
    made = binaries.load(f"{what}_{out.name}_cuda", text).kernel
    number = types.int64
    arrays = map(array_of, (dtype, _INDEX))
    return CudaKernel(made, (*arrays, number, number, number, array_of(out), number))


def move_by_order(
    what: str, x: DeviceArray, order: DeviceArray, n: int, inner: int, k: int, y: DeviceArray
) -> None:
    """Go through rows by an order, as `ndgrad.kernels.cpu.sort.move_by_order`."""
    if order.size:
        args = (x, order, n, inner, k, y, order.size)
        each_kernel(what, x.dtype, y.dtype).over(y.device, order.size, args)


def sort_rows(x: DeviceArray, rows: int, n: int, inner: int, down: bool, y: DeviceArray) -> None:
    """Sort rows, as `ndgrad.kernels.cpu.sort.sort_rows`."""
    places = y.device.empty(y.size, _INDEX)
    order(x, rows, n, inner, n, down, places)
    move_by_order("take", bits(x), places, n, inner, n, bits(y))
