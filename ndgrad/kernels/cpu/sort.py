"""Orders of rows on the host, and what moves by them.

Elements are compared by their keys (`sort_keys`).  Values alone are sorted by NumPy as keys.  As to
orders, a few first places are selected by insertion; others are sorted by NumPy for elements of up
to 4 bytes, by the radix method for those of 8, one byte at a time (Knuth, volume 3, section 5.2.5).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import types

from ...base import DType, HostArray
from ...memory.device import Buffer
from ...memory.storage import empty
from ..build.launch import chunked, driver, entry_point, grain, kernel, vector
from ..spec.strided import StridedSlice, bits, whole
from .launch import launch, run
from .python_threads import distribute
from .sort_keys import masks, sort_key
from .strided import strided_copy, strided_slice

_FEW = 32
"""Up to so many first elements are held in order while a row is read, by insertion."""

_SHORT = 16
"""Rows of up to so many elements are sorted by insertion, where NumPy's call takes longer."""

_BLOCK = 64  # elements that are compared with the last of those held, at once


@chunked
def _select_rows(
    x, n: int, k: int, sign, inf, top, down: bool, order, lo: int, hi: int
) -> None:  # fmt: skip
    """For rows lo to hi - 1 the positions of their first k elements, a few."""
    keys_all, best = np.empty(_BLOCK, np.uint64), np.empty(k, np.uint64)
    for r in range(lo, hi):
        row, found = x[r * n : (r + 1) * n], order[r * k : (r + 1) * k]
        held, limit = 0, np.uint64(0)
        for start in range(0, n, _BLOCK):
            part = row[start : min(n, start + _BLOCK)]
            keys = keys_all[0 : part.size]
            for i in range(part.size):
                keys[i] = sort_key(part[i], sign, inf, top, down)
            some = held < k
            for i in range(part.size):
                some |= keys[i] < limit
            if not some:
                continue
            for i in range(part.size):
                key = keys[i]
                if held == k:
                    if key >= limit:
                        continue
                    j = k - 1
                else:
                    j = held
                    held += 1
                while j > 0 and best[j - 1] > key:
                    best[j], found[j] = best[j - 1], found[j - 1]
                    j -= 1
                best[j], found[j] = key, start + i
                if held == k:
                    limit = best[k - 1]


# A key of 32 bits and the position in its row make one number: no two are equal, so any way of
# sorting them keeps the order of equal elements.


@driver
def _pack(x, n, sign, inf, top, down, packed):
    """For the elements of rows their keys and, in the lower half, their positions."""
    for start in range(0, packed.size, n):
        row, target = x[start : start + n], packed[start : start + n]
        for i in range(n):
            key = sort_key(row[i], sign, inf, top, down)
            target[i] = (key << np.uint64(32)) | np.uint64(i)


@driver
def _unpack(packed, n, k, order):
    """The positions in the first k numbers of each row."""
    for row in range(order.size // k):
        part, target = packed[row * n : row * n + k], order[row * k : row * k + k]
        for i in range(k):
            target[i] = np.int64(part[i] & np.uint64(0xFFFFFFFF))


_PACKED = 1 << 15  # elements of the rows that a thread sorts at a time


def _order_packed(x: Buffer, rows: int, n: int, k: int, down: bool, y: Buffer) -> None:
    """Fill *y* with the positions of the first *k* elements of each row, of up to 4 bytes each."""
    words, facts = bits(x), masks(x.dtype)

    def sort(lo: int, hi: int) -> None:
        packed = np.empty((hi - lo) * n, np.uint64)
        _pack(words[lo * n : hi * n], n, *facts, down, packed)
        table = packed.reshape(hi - lo, n)
        if k < n // 2:
            table.partition(k - 1)
            table = table[:, :k]
        table.sort()
        _unpack(packed, n, k, y[lo * k : hi * k])

    distribute(sort, rows, max(1, _PACKED // n))


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
    x, n: int, k: int, sign, inf, top, bytes_: int, down: bool, order, lo: int, hi: int
) -> None:  # fmt: skip
    """For rows lo to hi - 1 the positions of their first k elements."""
    keys, other_keys = np.empty(n, np.uint64), np.empty(n, np.uint64)
    index, other_index = np.empty(n, np.int64), np.empty(n, np.int64)
    for r in range(lo, hi):
        for i in range(n):
            keys[i] = sort_key(x[r * n + i], sign, inf, top, down)
        swapped = _by_radix(keys, other_keys, index, other_index, bytes_)
        row = order[r * k : (r + 1) * k]
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
    if not y.size:
        return
    if inner > 1:
        x = strided_slice(x, StridedSlice((rows // inner, inner, n), (n * inner, 1, inner)))
    width = x.dtype.itemsize
    if min(n, k) <= _FEW:
        launch(_select_rows, bits(x), n, k, *masks(x.dtype), down, y, rows, grain(n, 4))
    elif width <= 4 and n < 1 << 32:
        run(_order_packed, x, rows, n, k, down, y)
    else:
        facts = (*masks(x.dtype), width, down)
        launch(_order_rows, bits(x), n, k, *facts, y, rows, grain(n, 40))


# --- values alone ---------------------------------------------------------------------------------


@driver
def _fill_keys(x, sign, inf, top, down, keys):
    for i in range(keys.size):
        keys[i] = sort_key(x[i], sign, inf, top, down)


@driver
def _first_from(keys, least):
    """The place of the first of sorted *keys* that is not below *least*.

    NumPy's function would load Numba's compiler with the kernel.
    """
    low, high = 0, keys.size
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@driver
def _fill_values(x, n, sign, inf, top, down, keys):
    """Replace the keys in each row, in order, by the elements of *x* that they belong to.

    Different elements have one key if they are zeros or NaN, which follow each other as in *x*.
    """
    for start in range(0, keys.size, n):
        row, y = x[start : start + n], keys[start : start + n]
        if inf == 0:
            for i in range(n):
                key = np.uint64(y[i])
                y[i] = (top ^ key if down else key) ^ sign
            continue
        zero = top ^ sign if down else sign
        first_zero = _first_from(y, zero)
        first_nan = _first_from(y, top)
        for i in range(n):
            key = np.uint64(y[i])
            key = top ^ key if down else key
            y[i] = key ^ sign if key & sign else top ^ key
        if first_zero < n and y[first_zero] == 0:
            for i in range(n):
                if row[i] == 0 or row[i] == sign:
                    y[first_zero] = row[i]
                    first_zero += 1
        if first_nan < n:
            for i in range(n):
                if row[i] & (top ^ sign) > inf:
                    y[first_nan] = row[i]
                    first_nan += 1


class _Keyed(NamedTuple):
    """What sorts elements of a dtype: that of their keys, the masks, the two kernels above."""

    words: DType
    facts: tuple[int, ...]
    fill_keys: Callable[..., None]
    fill_values: Callable[..., None]


@cache
def _keyed(dtype: DType) -> _Keyed:
    words = np.dtype(f"uint{8 * dtype.itemsize}")
    # Masks as narrow as elements let more of these fit into a register.
    array, facts = vector(words), (getattr(types, words.name),) * 3 + (types.boolean,)
    return _Keyed(
        words,
        tuple(map(int, masks(dtype))),  # which are faster to pass than NumPy's numbers
        entry_point(_fill_keys, (array, *facts, array)),
        entry_point(_fill_values, (array, types.intp, *facts, array)),
    )


def _sort_by_keys(x: HostArray, rows: int, n: int, down: bool, y: HostArray) -> None:
    """Fill *y* with the sorted rows of *x*."""
    words, facts, fill_keys, fill_values = _keyed(x.dtype)
    x, y = x.view(words), y.view(words)

    def sort(x: HostArray, y: HostArray) -> None:
        fill_keys(x, *facts, down, y)
        y.reshape(-1, n).sort()
        fill_values(x, n, *facts, down, y)

    if x.size <= _PACKED:
        sort(x, y)
    else:
        each = max(1, _PACKED // n)
        distribute(lambda lo, hi: sort(x[lo * n : hi * n], y[lo * n : hi * n]), rows, each)


@chunked
def _sort_short_rows(x, n: int, sign, inf, top, down: bool, y, lo: int, hi: int) -> None:
    """Sort rows lo to hi - 1 by insertion."""
    keys_all = np.empty(n, y.dtype)
    for r in range(lo, hi):
        row, keys = x[r * n : (r + 1) * n], y[r * n : (r + 1) * n]
        _fill_keys(row, sign, inf, top, down, keys_all)
        for i in range(n):
            key, j = keys_all[i], i
            while j > 0 and keys[j - 1] > key:
                keys[j] = keys[j - 1]
                j -= 1
            keys[j] = key
        _fill_values(row, n, sign, inf, top, down, keys)


def _sort(x: Buffer, rows: int, n: int, down: bool, y: Buffer) -> None:
    if n <= _SHORT:
        launch(_sort_short_rows, bits(x), n, *masks(x.dtype), down, bits(y), rows, grain(n, 4))
    else:
        run(_sort_by_keys, x, rows, n, down, y)


def sort_rows(x: Buffer, rows: int, n: int, inner: int, down: bool, y: Buffer) -> None:
    """Fill *y* with the elements of each row in order, *inner* apart in both.

    Ties stay in their order whichever way it goes, and NaN comes last.
    """
    if not y.size:
        return
    if inner == 1:
        _sort(x, rows, n, down, y)
        return
    outer = rows // inner
    x = strided_slice(x, StridedSlice((outer, inner, n), (n * inner, 1, inner)))
    found = empty(x.size, x.dtype)
    _sort(x, rows, n, down, found)
    shape = outer, n, inner
    strided_copy(found, StridedSlice(shape, (n * inner, 1, n)), y, whole(shape))


# --- what moves by an order -----------------------------------------------------------------------

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
        launch(_MOVES[what], x, order, n, inner, k, y, order.size // k, grain(k))
