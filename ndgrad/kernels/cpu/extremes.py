"""Where the extremes of rows are, on the host.

A row of floats is read block by block for the extreme of each, and the best block once more for
where that is.  Otherwise neighbouring lanes, which LLVM vectorises, each keep the best of what they
have seen and where that was.  A long row is cut into pieces, whose results are compared in the end.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ...memory.storage import empty
from ..build.launch import chunked, grain
from ..scalar.bits import either_maximum, either_minimum
from ..scalar.table import inline
from .launch import launch
from .rowwise import COLUMNS

_BLOCK = 1024  # elements of a row that one extreme is found of
_LANES = 64  # of a row
_SHORT = 128  # elements of a row from which it has lanes of its own
_ROWS = 32  # shorter rows that are read together
_PIECE = 1 << 16  # elements of a row from which it may be cut
_ITEMS = 64  # work items from which nothing is cut


@inline
def _better(v, best, least):
    """Whether an element comes before the best so far: a NaN does, if that is none."""
    return (v < best if least else v > best) | ((v != v) & (best == best))


@inline
def _keep_better(lanes, found, half, least):
    """Keep the better of lanes *half* apart in the first of the two; of equal ones the first."""
    others, others_found = lanes[half : 2 * half], found[half : 2 * half]
    for i in range(half):
        v, b = others[i], lanes[i]
        same = (v == b) | ((v != v) & (b != b))
        better = _better(v, b, least) | (same & (others_found[i] < found[i]))
        lanes[i] = v if better else b
        found[i] = others_found[i] if better else found[i]


@chunked
def _index_in_float_rows(x, y, n, pieces, least, lo, hi):
    """Index of the first extreme of each piece of contiguous rows; NaN comes before all."""
    start, size, first = 0, n, lo * n
    for item in range(lo, hi):
        if pieces > 1:
            start = item % pieces * n // pieces
            size = (item % pieces + 1) * n // pieces - start
            first = item // pieces * n + start
        row = x[first : first + size]
        first += n
        best, at = row[0], 0
        for left in range(0, size, _BLOCK):
            part = row[left : min(left + _BLOCK, size)]
            extreme = part[0]
            if least:
                for i in range(part.size):
                    extreme = either_minimum(extreme, part[i])
            else:
                for i in range(part.size):
                    extreme = either_maximum(extreme, part[i])
            if _better(extreme, best, least):
                best, at = extreme, left
        part = row[at : min(at + _BLOCK, size)]
        nan = best != best
        place = np.int32(_BLOCK)
        for i in range(np.int32(part.size)):
            v = part[i]
            here = np.int32(i) if (v != v if nan else v == best) else np.int32(_BLOCK)
            place = here if here < place else place
        y[item] = start + at + place


@chunked
def _index_in_rows(x, y, n, pieces, least, lo, hi):
    """The same for elements of any dtype."""
    best_all, found_all = np.empty(_LANES, x.dtype), np.empty(_LANES, np.int32)
    lanes, found = best_all[0:_LANES], found_all[0:_LANES]
    start, size, first = 0, n, lo * n
    for item in range(lo, hi):
        if pieces > 1:
            start = item % pieces * n // pieces
            size = (item % pieces + 1) * n // pieces - start
            first = item // pieces * n + start
        row = x[first : first + size]
        first += n
        for i in range(_LANES):
            lanes[i], found[i] = row[i], i
        for block in range(1, (size + _LANES - 1) // _LANES):
            # The last one ends with the row, whatever it shares with the one before.
            left = min(block * _LANES, size - _LANES)
            part = row[left : left + _LANES]
            for i in range(_LANES):
                v, b = part[i], lanes[i]
                better = _better(v, b, least)
                lanes[i] = v if better else b
                found[i] = left + i if better else found[i]
        _keep_better(lanes, found, 32, least)  # halves of _LANES
        _keep_better(lanes, found, 16, least)
        _keep_better(lanes, found, 8, least)
        _keep_better(lanes, found, 4, least)
        _keep_better(lanes, found, 2, least)
        _keep_better(lanes, found, 1, least)
        y[item] = start + found[0]


@chunked
def _index_in_short_rows(x, y, n, least, lo, hi):
    """The same in rows that are transposed first: neighbouring rows are the lanes."""
    best_all, found_all = np.empty(_ROWS, x.dtype), np.empty(_ROWS, np.int32)
    columns = np.empty(n * _ROWS, x.dtype)
    for start in range(lo, hi, _ROWS):
        w = min(_ROWS, hi - start)
        for i in range(w):
            row = x[(start + i) * n : (start + i + 1) * n]
            for k in range(n):
                columns[np.uintp(k * _ROWS + i)] = row[k]
        best, found, target = best_all[0:w], found_all[0:w], y[start : start + w]
        for i in range(w):
            best[i], found[i] = columns[i], 0
        for k in range(1, n):
            column = columns[k * _ROWS : k * _ROWS + w]
            for i in range(w):
                v, b = column[i], best[i]
                better = _better(v, b, least)
                best[i] = v if better else b
                found[i] = k if better else found[i]
        for i in range(w):
            target[i] = found[i]


@chunked
def _index_in_columns(x, y, n, inner, pieces, least, lo, hi):
    """The same along columns; a work item is a piece of a block of neighbouring ones."""
    best_all = np.empty(COLUMNS, x.dtype)
    found_all = np.empty(COLUMNS, np.int32)
    blocks = (inner + COLUMNS - 1) // COLUMNS
    for item in range(lo, hi):
        left = item % blocks * COLUMNS
        w = min(COLUMNS, inner - left)
        outer, piece = item // blocks // pieces, item // blocks % pieces
        start, stop = piece * n // pieces, (piece + 1) * n // pieces
        best, found = best_all[0:w], found_all[0:w]
        first = (outer * n + start) * inner + left
        row = x[first : first + w]
        # Assigning slices would make Numba compile the text of an error, for a second.
        for i in range(w):
            best[i], found[i] = row[i], 0
        for r in range(1, stop - start):
            row = x[first + r * inner : first + r * inner + w]
            for i in range(w):
                v, b = row[i], best[i]
                better = _better(v, b, least)
                best[i] = v if better else b
                found[i] = r if better else found[i]
        at = (outer * pieces + piece) * inner + left
        target = y[at : at + w]
        for i in range(w):
            target[i] = start + found[i]


@chunked
def _index_of_pieces(x, found, y, n, inner, pieces, least, lo, hi):
    """The best of what was found in the pieces of each row."""
    for item in range(lo, hi):
        outer, i = item // inner, item % inner
        at = found[outer * pieces * inner + i]
        best = x[(outer * n + at) * inner + i]
        for piece in range(1, pieces):
            k = found[(outer * pieces + piece) * inner + i]
            v = x[(outer * n + k) * inner + i]
            if _better(v, best, least):
                best, at = v, k
        y[item] = at


def argextreme(x: Buffer, y: Buffer, form: tuple[int, int, int], least: bool) -> None:
    """Fill *y* with the place of the smallest or greatest element along the middle axis of *form*.

    It is the first of equal ones, and the first NaN if there is one.
    """
    outer, n, inner = form
    if not y.size:
        return
    width, blocks = min(inner, COLUMNS), -(-inner // COLUMNS)
    pieces = max(1, min(n * width // _PIECE, _ITEMS // (outer * blocks)))
    found: Buffer = y if pieces == 1 else empty(outer * pieces * inner, np.dtype("int64"))
    each = n // pieces * width
    if inner == 1 and n < _SHORT:
        launch(_index_in_short_rows, x, y, n, least, outer, grain(n, 2))
    elif inner == 1:
        floats = x.dtype.name in ("float32", "float64")
        in_rows = _index_in_float_rows if floats else _index_in_rows
        launch(in_rows, x, found, n, pieces, least, outer * pieces, grain(each, 2))
    else:
        items = outer * pieces * blocks
        launch(_index_in_columns, x, found, n, inner, pieces, least, items, grain(each, 2))
    if pieces > 1:
        launch(_index_of_pieces, x, found, y, n, inner, pieces, least, y.size, grain(pieces, 8))
