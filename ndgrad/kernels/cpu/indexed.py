"""Rows picked by index, and put back: the kernels under `take`, `Embedding` and ``x[[2, 0]]``.

The array is seen as (outer, length, inner); an index vector picks along the middle axis.  Rows are
added in the order of the index vector, whatever the number of threads: work is distributed by outer
position, by ranges of the rows that are added to (buckets) and by columns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...base import HostArray
from ...memory.device import Buffer
from ...memory.storage import empty, empty_like
from ..build.launch import chunked, grain, kernel
from ..spec.indexed import CLIP, FARTHEST, RAW, WRAP
from ..spec.layout import constant
from ..spec.strided import bits
from .launch import launch, launch_or_refuse, run
from .prefetch import prefetch

_AHEAD = 8
"""Rows by which what is to be read is requested before."""

_LINES = 8
"""Cache lines of a row that are requested; the processor itself follows longer ones."""


@chunked
def _take(x, index, y, length, inner, lo, hi):
    """y[o, k, :] = x[o, index[k], :] for the rows o * count + k in [lo, hi)."""
    count, line = index.size, 64 // x.itemsize
    row = lo
    while row < hi:
        outer = row // count
        first = row - outer * count
        picked = index[first : min(count, first + hi - row)]
        base = outer * length
        if inner == 1:
            target = y[row : row + picked.size]
            for k in range(picked.size):
                target[k] = x[np.uintp(base + picked[k])]
        else:
            for k in range(picked.size):
                if k + _AHEAD < picked.size:
                    s = (base + picked[k + _AHEAD]) * inner
                    prefetch(x, s, s + min(inner, _LINES * line), line)
                s, t = (base + picked[k]) * inner, (row + k) * inner
                source, target = x[s : s + inner], y[t : t + inner]
                for i in range(inner):
                    target[i] = source[i]
        row += picked.size


def take(x: Buffer, index: Buffer, outer: int, length: int, inner: int) -> Buffer:
    """Rows of the flat array *x* seen as (outer, length, inner)."""
    y = empty(outer * index.size * inner, x.dtype)
    if y.size:
        rows = outer * index.size
        each = grain(inner, 1 if inner > 8 else 4)
        launch(_take, bits(x), index, bits(y), length, inner, rows, each)
    return y


# --- rows put back --------------------------------------------------------------------------------

_BUCKET = 1 << 16
"""Elements in a bucket of rows, about: they stay in the second cache while rows are added."""

_BUCKETS = 256
_POSITIONS = 1 << 14  # in a piece of an index vector
_FEW = 1 << 12  # positions up to which dividing them takes longer than it saves
_ITEMS = 8  # work items from which rows are not divided into blocks of columns


class _Buckets(NamedTuple):
    """An index vector by ranges of 2 ** *shift* rows.

    Attributes
    ----------
    order : numpy.ndarray
        int64: positions in the index vector, bucket by bucket, in their order; empty if there is
        one bucket.
    starts : numpy.ndarray
        int64: where each bucket begins in *order*, and how many positions there are.
    shift : int
    """

    order: HostArray
    starts: HostArray
    shift: int


@chunked
def _count(index, counts, buckets, shift, lo, hi):
    """How many positions of each piece of an index vector belong to each bucket."""
    for piece in range(lo, hi):
        own = counts[piece * buckets : (piece + 1) * buckets]
        own[:] = 0
        for k in range(piece * _POSITIONS, min(index.size, (piece + 1) * _POSITIONS)):
            own[index[np.uintp(k)] >> shift] += 1


@chunked
def _distribute(index, starts, order, buckets, shift, lo, hi):
    """Write the positions of each piece from where they begin in each bucket."""
    for piece in range(lo, hi):
        own = starts[piece * buckets : (piece + 1) * buckets]
        for k in range(piece * _POSITIONS, min(index.size, (piece + 1) * _POSITIONS)):
            bucket = index[np.uintp(k)] >> shift
            order[np.uintp(own[bucket])] = k
            own[bucket] += 1


@lru_cache(maxsize=1024)
def _undivided(count: int) -> tuple[HostArray, HostArray]:
    """Order and starts of so many positions in one bucket."""
    return constant([]), constant([0, count])


def _in_buckets(index: Buffer, length: int, inner: int, fresh: bool = False) -> _Buckets:
    """Divide an index vector, unless it is short and no long array is *fresh*, to be zeroed."""
    rows = max(_BUCKET // max(1, inner), -(-length // _BUCKETS), 1)
    if index.size <= _FEW and not (fresh and length > _FEW):
        rows = max(length, 1)
    shift = (rows - 1).bit_length()
    buckets = max(1, -(-length // (1 << shift)))
    if buckets == 1:
        return _Buckets(*_undivided(index.size), shift)
    pieces = -(-index.size // _POSITIONS)
    counts = np.empty(pieces * buckets, np.int64)
    _count(index, counts, buckets, shift, pieces, 1)
    # Positions of one bucket stand side by side, those of the first piece first.
    by_bucket = counts.reshape(pieces, buckets).T.ravel()
    begin = (np.cumsum(by_bucket) - by_bucket).reshape(buckets, pieces)
    starts = np.append(begin[:, 0], index.size)
    order = empty(index.size, np.dtype("int64"))
    _distribute(index, begin.T.ravel(), order, buckets, shift, pieces, 1)
    order.flags.writeable = starts.flags.writeable = False  # as constants, which have a type
    return _Buckets(order, starts, shift)


@chunked
def _add(g, index, order, starts, shift, y, length, inner, width, fresh, lo, hi):
    """y[o, index[k], :] += g[o, k, :], in the order of k; in y zeroed before if *fresh*.

    A work item is a block of *width* columns of a bucket of rows of an o.
    """
    count, buckets, blocks = index.size, starts.size - 1, (inner + width - 1) // width
    line = 64 // g.itemsize
    for item in range(lo, hi):
        block, outer = item % blocks, item // blocks // buckets
        bucket = item // blocks % buckets
        left = block * width
        n = min(width, inner - left)
        if fresh:
            top = bucket << shift
            for row in range(top, min(length, top + (1 << shift))):
                t = (outer * length + row) * inner + left
                target = y[t : t + n]
                for i in range(n):
                    target[i] = 0
        end = starts[bucket + 1]
        for j in range(starts[bucket], end):
            k = order[j] if buckets > 1 else j
            if buckets > 1 and j + _AHEAD < end:
                s = (outer * count + order[j + _AHEAD]) * inner + left
                prefetch(g, s, s + min(n, _LINES * line), line)
            s = (outer * count + k) * inner + left
            t = (outer * length + index[k]) * inner + left
            if inner == 1:
                y[np.uintp(t)] += g[np.uintp(s)]
            else:
                source, target = g[s : s + n], y[t : t + n]
                for i in range(n):
                    target[i] += source[i]


@chunked
def _put(v, index, order, starts, y, length, inner, width, lo, hi):
    """y[o, index[k], :] = v[o, k, :], in the order of k; work items as of `_add`."""
    count, buckets, blocks = index.size, starts.size - 1, (inner + width - 1) // width
    line = 64 // v.itemsize
    for item in range(lo, hi):
        block, outer = item % blocks, item // blocks // buckets
        bucket = item // blocks % buckets
        left = block * width
        n = min(width, inner - left)
        end = starts[bucket + 1]
        for j in range(starts[bucket], end):
            k = order[j] if buckets > 1 else j
            if j + _AHEAD < end:
                later = order[j + _AHEAD] if buckets > 1 else j + _AHEAD
                if buckets > 1:
                    s = (outer * count + later) * inner + left
                    prefetch(v, s, s + min(n, _LINES * line), line)
                else:
                    t = (outer * length + index[later]) * inner + left
                    prefetch(y, t, t + min(n, _LINES * line), line)
            s = (outer * count + k) * inner + left
            t = (outer * length + index[k]) * inner + left
            if inner == 1:
                y[np.uintp(t)] = v[np.uintp(s)]
            else:
                source, target = v[s : s + n], y[t : t + n]
                for i in range(n):
                    target[i] = source[i]


def _items(outer: int, inner: int, buckets: int, elements: int) -> tuple[int, int, int]:
    """Width of a block of columns, number of work items, grain, for so many *elements* in all."""
    few = outer * buckets < _ITEMS
    width = max(16, -(-inner // 8)) if few else inner
    items = outer * buckets * -(-inner // width)
    return width, items, grain(elements // items, 2)


def _add_rows(
    g: Buffer, index: Buffer, y: Buffer, outer: int, length: int, inner: int, fresh: bool
) -> None:
    a, b = (g.view(np.uint8), y.view(np.uint8)) if g.dtype == np.bool_ else (g, y)
    order, starts, shift = _in_buckets(index, length, inner, fresh)
    elements = g.size + y.size if fresh else g.size
    width, items, each = _items(outer, inner, starts.size - 1, elements)
    launch(_add, a, index, order, starts, shift, b, length, inner, width, fresh, items, each)


def add(g: Buffer, index: Buffer, outer: int, length: int, inner: int) -> Buffer:
    """The adjoint of `take`: zeros to which rows are added."""
    y = empty(outer * length * inner, g.dtype)
    if y.size:
        _add_rows(g, index, y, outer, length, inner, True)
    return y


def add_into(g: Buffer, index: Buffer, y: Buffer, outer: int, length: int, inner: int) -> None:
    """Add the rows *g* to those of *y* that `take` would pick."""
    if g.size:
        _add_rows(g, index, y, outer, length, inner, False)


def put(v: Buffer, index: Buffer, y: Buffer, outer: int, length: int, inner: int) -> None:
    """Write rows of *v* into *y*; of rows with one index the last stays."""
    if v.size:
        order, starts, _ = _in_buckets(index, length, inner)
        width, items, each = _items(outer, inner, starts.size - 1, v.size)
        launch(_put, bits(v), index, order, starts, bits(y), length, inner, width, items, each)


# --- index vectors --------------------------------------------------------------------------------


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
def _locate(x, lengths, negative, more, y, lo, hi):
    """Row numbers of index vectors, of which x[axis * y.size + k] is the k-th along an axis.

    With *more* they are those of y and, behind these, the indices.  Where *negative* an index may
    be counted from the end.  Raises an IndexError for one out of bounds.
    """
    target, bad = y[lo:hi], False
    if not more:
        for i in range(target.size):
            target[i] = 0
    for axis in range(lengths.size):
        n, start = lengths[axis], axis * y.size
        low = -n if negative else 0
        part = x[start + lo : start + hi]
        for i in range(part.size):
            value = part[i]
            inside = (value < FARTHEST) & (value > -FARTHEST)  # as NaN is not
            k = np.int64(value) if inside else np.int64(FARTHEST)
            bad |= (k < low) | (k >= n)
            target[i] = target[i] * n + (k + n if k < 0 else k)
    if bad:
        raise IndexError


def locate(
    x: Buffer,
    lengths: HostArray,
    negative: bool,
    more: bool,
    y: Buffer,
    error: type[Exception],
    text: str,
) -> None:
    """Fill *y*, int64, with row numbers of index vectors; see `_locate`.

    The *text* of an error is for `str.format`: ``{value}`` is the first index that is out of
    bounds, on axis ``{axis}`` of ``{n}`` elements, and ``{range}`` the least and the greatest.
    """
    if y.size:
        refuse = _refusal(negative, error, text)
        each = grain(lengths.size, 2)
        launch_or_refuse(_locate, refuse, x, lengths, negative, more, y, y.size, each)


def _refusal(negative: bool, error: type[Exception], text: str) -> Callable[..., None]:
    def refuse(x: HostArray, lengths: HostArray, *_: object) -> None:
        parts = x.reshape(lengths.size, -1)
        for axis, (part, n) in enumerate(zip(parts, lengths.tolist(), strict=True)):
            whole = np.trunc(part) if part.dtype.kind == "f" else part
            wrong = ~((whole >= (-n if negative else 0)) & (whole < n))
            if wrong.any():
                with np.errstate(invalid="ignore"):
                    index = whole.astype(np.int64)
                extent = f"{index.min()} to {index.max()}"
                raise error(text.format(value=index[wrong][0], axis=axis, n=n, range=extent))

    return refuse


@chunked
def _resolve(x, y, length, mode, lo, hi):
    """Indices as int64: fractions are cut off; then clipped or wrapped to a length.

    NaN is 0, or in mode RAW beyond any length.  So are infinities, and what int64 cannot hold.
    """
    for i in range(lo, hi):
        value = x[np.uintp(i)]
        if value != value:
            k = np.int64(FARTHEST) if mode == RAW else np.int64(0)
        elif value >= FARTHEST:
            k = np.int64(FARTHEST)
        elif value <= -FARTHEST:
            k = np.int64(-FARTHEST)
        else:
            k = np.int64(value)
        if mode == CLIP:
            k = min(max(k, np.int64(0)), length - 1)
        elif mode == WRAP and (k < 0 or k >= length):
            k = k % length
        y[np.uintp(i)] = k


@chunked
def _count_from_front(index, low: int, n: int, outside, lo: int, hi: int) -> None:
    """Count indices in [low, 0) from the front; *outside* says whether one is not in [low, n)."""
    bad = False
    part = index[lo:hi]
    for i in range(part.size):
        k = part[i]
        bad |= (k < low) | (k >= n)
        part[i] = k + n if (k < 0) & (k >= low) else k
    if bad:
        outside[0] = 1


def checked(index: Buffer, low: int, n: int, error: type[Exception], text: str) -> None:
    """Count int64 indices from the front in place, if all are in [low, n).

    Otherwise an error is raised, in whose *text* ``{value}`` is the first that is not, and
    ``{range}`` the least and the greatest.  On a device that happens when the host next waits for
    it, and ``{range}`` is the value alone; until then such an index is 0.
    """
    if index.size:
        run(_check, index, low, n, error, text)


def _check(index: HostArray, low: int, n: int, error: type[Exception], text: str) -> None:
    if low == 0:  # none is counted, so they may be constants, which kernels cannot write to
        wrong = bool(index.view(np.uint64).max() >= n)
    else:
        outside = np.zeros(1, np.int64)
        _count_from_front(index, low, n, outside, index.size, grain(1, 2))
        wrong = bool(outside[0])
    if wrong:
        value = index[(index < 0) | (index >= n)][0]
        raise error(text.format(value=value, range=f"{index.min()} to {index.max()}"))


def last_writer(index: Buffer, length: int) -> Buffer:
    """For each of *length* rows the last place in an index vector that has its index, if any."""
    owner = np.full(length, -1)
    owner[index] = np.arange(index.size)
    return owner


@chunked
def _one_hot(index, y, n, inner, on, off, lo, hi):
    """For each outer position *off*, but *on* where the indices point that are in [0, n)."""
    for outer in range(lo, hi):
        part = y[outer * n * inner : (outer + 1) * n * inner]
        for i in range(part.size):
            part[i] = off
        for i in range(inner):
            k = index[outer * inner + i]
            if 0 <= k < n:
                part[np.uintp(k * inner + i)] = on


def one_hot(index: Buffer, form: tuple[int, int, int], y: Buffer, on: float, off: float) -> None:
    """Fill *y* of *form*: *on* at each index's place along the middle axis, else *off*."""
    outer, n, inner = form
    if y.size:
        one, other = bits(np.array([on, off]).astype(y.dtype))
        launch(_one_hot, index, bits(y), n, inner, one, other, outer, grain(n * inner))


# --- without a form of their own on a device ------------------------------------------------------


@chunked
def _take_along(x, index, y, length, inner, lo, hi):
    """y[o, i] = x[o, index[o, i], i] for the positions o * inner + i in [lo, hi)."""
    outer = lo // inner
    base, i = outer * length * inner, lo - outer * inner
    for k in range(lo, hi):
        y[np.uintp(k)] = x[np.uintp(base + index[np.uintp(k)] * inner + i)]
        i += 1
        if i == inner:
            base, i = base + length * inner, 0


@chunked
def _put_along(g, index, y, length, inner, lo, hi):
    """y[o, index[o, i], i] = g[o, i] for the positions o * inner + i in [lo, hi)."""
    outer = lo // inner
    base, i = outer * length * inner, lo - outer * inner
    for k in range(lo, hi):
        y[np.uintp(base + index[np.uintp(k)] * inner + i)] = g[np.uintp(k)]
        i += 1
        if i == inner:
            base, i = base + length * inner, 0


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
        launch(_stays, last, rows, inner, y.view(np.uint8), y.size, grain(1))
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
        launch(_ravel, index, shape, y, y.size, grain(shape.size))
    return y


def unravel(index: Buffer, shape: HostArray) -> Buffer:
    """The index vectors, along a new first axis, of flat positions."""
    y = empty(shape.size * index.size, np.dtype("int64"))
    if y.size:
        launch(_unravel, index, shape, y, index.size, grain(shape.size, 8))
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
    launch(_pick_logs, p, index, kinds, per, y, rows, grain(per, 20))


def add_in_rows(g: Buffer, index: Buffer, rows: int, kinds: int, per: int, y: Buffer) -> None:
    """Fill *y* with zeros to which y[r, index[r, j]] += g[r, j] is done."""
    launch(_add_picked, g, index, kinds, per, y, rows, grain(kinds + per))


def take_in_rows(x: Buffer, index: Buffer, rows: int, kinds: int, per: int, y: Buffer) -> None:
    """y[r, j] = x[r, index[r, j]]."""
    launch(_picked, bits(x), index, kinds, per, bits(y), rows, grain(per))
