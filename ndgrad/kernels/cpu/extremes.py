"""Where the extremes of rows are, on the host."""

from __future__ import annotations

import numba
import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain
from .rowwise import COLUMNS

_LANES = 64  # of a row's extreme


@numba.njit(error_model="numpy")
def _extreme(x, least):
    """The smallest or the greatest element of a slice, which is not empty.

    LLVM does not vectorise a maximum in a loop, but it does when neighbours have one each.  NaN
    is passed over unless it comes first; a caller that must not miss one looks for it.
    """
    n = x.size
    m = x[0]
    if n < _LANES:
        for i in range(n):
            v = x[i]
            m = v if (v < m if least else v > m) else m
        return m
    lanes = np.empty(_LANES, x.dtype)
    for i in range(_LANES):
        lanes[i] = x[i]
    for block in range(1, n // _LANES + 1):
        # The last block ends with the slice, whatever it shares with the one before.
        start = min(block * _LANES, n - _LANES)
        part = x[start : start + _LANES]
        for i in range(_LANES):
            v, m = part[i], lanes[i]
            lanes[i] = v if (v < m if least else v > m) else m
    half = _LANES // 2
    while half:
        part = lanes[half : 2 * half]
        for i in range(half):
            v, m = part[i], lanes[i]
            lanes[i] = v if (v < m if least else v > m) else m
        half //= 2
    return lanes[0]


@chunked
def _index_in_rows(x, y, n, least, lo, hi):
    """Index of the first extreme of each contiguous row; the first NaN comes before all."""
    for line in range(lo, hi):
        row = x[line * n : line * n + n]
        missing = 0
        for i in range(n):
            missing += row[i] != row[i]
        m = _extreme(row, least)
        i = 0
        if missing:
            while row[i] == row[i]:
                i += 1
        else:
            while row[i] != m:
                i += 1
        y[line] = i


@chunked
def _index_in_columns(x, y, n, inner, least, lo, hi):
    """The same along columns; a work item is a block of neighbouring ones."""
    best_all = np.empty(COLUMNS, x.dtype)
    found_all = np.empty(COLUMNS, np.int64)
    blocks = (inner + COLUMNS - 1) // COLUMNS
    for unit in range(lo, hi):
        start = unit % blocks * COLUMNS
        w = min(COLUMNS, inner - start)
        best, found = best_all[0:w], found_all[0:w]
        outer = unit // blocks
        row = x[outer * n * inner + start : outer * n * inner + start + w]
        # Assigning slices would make Numba compile the text of an error, for a second.
        for i in range(w):
            best[i], found[i] = row[i], 0
        for r in range(1, n):
            at = (outer * n + r) * inner + start
            row = x[at : at + w]
            for i in range(w):
                v, b = row[i], best[i]
                better = (v < b if least else v > b) | ((v != v) & (b == b))
                best[i] = v if better else b
                found[i] = r if better else found[i]
        at = outer * inner + start
        target = y[at : at + w]
        for i in range(w):
            target[i] = found[i]


def argextreme(x: Buffer, y: Buffer, form: tuple[int, int, int], least: bool) -> None:
    """Fill *y* with the place of the smallest or greatest element along the middle axis of *form*.

    It is the first of equal ones, and the first NaN if there is one.
    """
    outer, n, inner = form
    if y.size and inner == 1:
        _index_in_rows(x, y, n, least, outer, grain(n, 2))
    elif y.size:
        units = outer * -(-inner // COLUMNS)
        _index_in_columns(x, y, n, inner, least, units, grain(n * min(inner, COLUMNS), 2))
