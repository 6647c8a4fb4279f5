"""Orders of rows on the host, and what moves by them.

Elements are compared by their keys (`sort_keys`).  Rows are sorted by the radix method, one byte at
a time (Knuth, volume 3, section 5.2.5), short ones and few largest by insertion.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain, kernel
from ..spec.strided import bits
from .sort_keys import masks, sort_key

_SHORT = 48  # rows up to this length, and so many chosen ones, are sorted by insertion


@kernel
def _keys(x, start: int, step: int, sign, inf, top, down: bool, keys) -> None:
    """The keys of a row's elements, given as bits."""
    for i in range(keys.size):
        keys[i] = sort_key(x[start + i * step], sign, inf, top, down)


@kernel
def _by_insertion(keys, best, order):
    """The first ``order.size`` in order; *best* has space for as many keys."""
    k, held = order.size, 0
    for i in range(keys.size):
        key = keys[i]
        if held == k:
            if key >= best[k - 1]:
                continue
            j = k - 1
        else:
            j = held
            held += 1
        while j > 0 and best[j - 1] > key:
            best[j], order[j] = best[j - 1], order[j - 1]
            j -= 1
        best[j], order[j] = key, i


@kernel
def _by_radix(keys, other_keys, index, other_index, bytes_: int):
    """Sort all; returns whether the order ended up in *other_index*."""
    n, swapped = keys.size, False
    for i in range(n):
        index[i] = i
    counts = np.empty(256, np.int64)
    for b in range(bytes_):
        shift = np.uint64(8 * b)
        counts[:] = 0
        for i in range(n):
            counts[np.int64((keys[i] >> shift) & np.uint64(255))] += 1
        if counts[np.int64((keys[0] >> shift) & np.uint64(255))] == n:
            continue
        total = 0
        for k in range(256):
            counts[k], total = total, total + counts[k]
        for i in range(n):
            c = np.int64((keys[i] >> shift) & np.uint64(255))
            other_keys[counts[c]], other_index[counts[c]] = keys[i], index[i]
            counts[c] += 1
        keys, other_keys = other_keys, keys
        index, other_index, swapped = other_index, index, not swapped
    return swapped


@chunked
def _order_rows(
    x, n: int, inner: int, k: int, sign, inf, top, bytes_: int, down: bool,
    order, lo: int, hi: int,
) -> None:  # fmt: skip
    """For rows lo to hi - 1 the positions of their first k elements."""
    keys, other_keys = np.empty(n, np.uint64), np.empty(n, np.uint64)
    index, other_index = np.empty(n, np.int64), np.empty(n, np.int64)
    for r in range(lo, hi):
        _keys(x, r // inner * n * inner + r % inner, inner, sign, inf, top, down, keys)
        row = order[r * k : (r + 1) * k]
        if n <= _SHORT or k <= _SHORT // 2:
            _by_insertion(keys, other_keys, row)
        else:
            swapped = _by_radix(keys, other_keys, index, other_index, bytes_)
            for i in range(k):
                row[i] = other_index[i] if swapped else index[i]


@chunked
def _take_rows(x, order, n: int, inner: int, k: int, y, lo: int, hi: int) -> None:
    for r in range(lo, hi):
        outer, own = r // inner, r % inner
        row = order[r * k : (r + 1) * k]
        for i in range(k):
            y[(outer * k + i) * inner + own] = x[(outer * n + row[i]) * inner + own]


@chunked
def _put_rows(x, order, n: int, inner: int, k: int, y, lo: int, hi: int) -> None:
    for r in range(lo, hi):
        outer, own = r // inner, r % inner
        row = order[r * k : (r + 1) * k]
        for i in range(k):
            y[(outer * n + row[i]) * inner + own] = x[(outer * k + i) * inner + own]


@chunked
def _place_rows(x, order, n: int, inner: int, k: int, y, lo: int, hi: int) -> None:
    for r in range(lo, hi):
        outer, own = r // inner, r % inner
        row = order[r * k : (r + 1) * k]
        for i in range(k):
            y[(outer * k + i) * inner + own] = row[i]


def order(x: Buffer, rows: int, n: int, inner: int, k: int, down: bool, y: Buffer) -> None:
    """Fill *y* with the places of the first *k* elements of each row, *inner* apart in *x*.

    Ties stay in their order whichever way it goes, and NaN comes last.
    """
    if y.size:
        _order_rows(
            bits(x), n, inner, k, *masks(x.dtype), x.dtype.itemsize, down, y, rows, grain(n, 40)
        )


_MOVES = {"take": _take_rows, "put": _put_rows, "place": _place_rows}


def move_by_order(
    what: str, x: Buffer, order: Buffer, n: int, inner: int, k: int, y: Buffer
) -> None:
    """Go through rows of *n* elements, *inner* apart, by an order of *k* places of each.

    Parameters
    ----------
    what : {'take', 'put', 'place'}
        Whether *y* is given the elements at the places, has them written there, or is given the
        places.
    """
    if order.size:
        _MOVES[what](x, order, n, inner, k, y, order.size // k, grain(k))
