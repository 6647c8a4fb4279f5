"""Greedy choices on the host: non-maximum suppression of boxes, and bipartite matching."""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..scalar.table import exact
from .launch import launch


@exact
def overlaps_too_much(boxes, a, b, extra, threshold, strict):
    """Whether the boxes at elements *a* and *b* on have too much of their union in common.

    That is more than *threshold*, or as much if *strict* is False.  Corners are *extra* nearer to
    each other than a width is.
    """
    width = min(boxes[a + 2], boxes[b + 2]) - max(boxes[a], boxes[b]) + extra
    height = min(boxes[a + 3], boxes[b + 3]) - max(boxes[a + 1], boxes[b + 1]) + extra
    nothing = extra - extra
    common = max(width, nothing) * max(height, nothing)
    area_a = (boxes[a + 2] - boxes[a] + extra) * (boxes[a + 3] - boxes[a + 1] + extra)
    area_b = (boxes[b + 2] - boxes[b] + extra) * (boxes[b + 3] - boxes[b + 1] + extra)
    union = area_a + area_b - common
    if not union > nothing:
        return False
    part = common / union
    return part > threshold or (not strict and part == threshold)


@chunked
def _suppress(boxes, ids, kept, n, threshold, strict, extra, most, lo, hi):
    """For batches of *n* boxes: each that is kept removes later ones that it overlaps."""
    for batch in range(lo, hi):
        first, count = batch * n, 0
        for i in range(first, first + n):
            if not kept[i]:
                continue
            if count == most:
                kept[i] = 0
                continue
            count += 1
            for j in range(i + 1, first + n):
                if kept[j] and (ids.size == 0 or ids[i] == ids[j]):
                    if overlaps_too_much(boxes, 4 * i, 4 * j, extra, threshold, strict):
                        kept[j] = 0


@chunked
def _match(scores, order, rows, columns, n, m, threshold, down, most, lo, hi):
    """For matrices of *n* rows and *m* columns: take elements in order if both are free yet."""
    for batch in range(lo, hi):
        for i in range(n):
            rows[batch * n + i] = -1
        for i in range(m):
            columns[batch * m + i] = -1
        count, start = 0, batch * n * m
        for at in range(n * m):
            place = order[start + at]
            score = scores[start + place]
            if not (score > threshold if down else score < threshold) or count == most:
                break
            row, column = place // m, place % m
            if rows[batch * n + row] < 0 and columns[batch * m + column] < 0:
                rows[batch * n + row] = column
                columns[batch * m + column] = row
                count += 1


def suppress(
    boxes: Buffer,
    ids: Buffer,
    kept: Buffer,
    n: int,
    threshold: float,
    strict: bool,
    extra: float,
    most: int,
) -> None:
    """Non-maximum suppression: clear *kept* of boxes that overlap one before them too much.

    Parameters
    ----------
    boxes : Buffer
        Corners of batches of *n* boxes, the most important first.
    ids : Buffer
        Their classes; without any, all are of one.
    kept : Buffer
        int32; boxes of 0 are not there.
    threshold : float
        The overlap above which the later one goes; with *strict* False from which on.
    extra : float
        What a width is more than the difference of the corners.
    most : int
        How many boxes of a batch are kept at most; all if it is negative.
    """
    kind = boxes.dtype.type
    facts = kind(threshold), strict, kind(extra), most
    launch(_suppress, boxes, ids, kept, n, *facts, kept.size // max(n, 1), grain(n, 8))


def match(
    scores: Buffer,
    order: Buffer,
    rows: Buffer,
    columns: Buffer,
    n: int,
    m: int,
    threshold: float,
    down: bool,
    most: int,
) -> None:
    """Fill *rows* and *columns* (int64) with each other's index, or -1, greedily in an *order*.

    The order is that of each matrix's elements; it ends with one that is not above *threshold*, or
    below if *down* is False, or when there are *most* pairs, if that is not negative.
    """
    number = scores.dtype.type(threshold)
    units = rows.size // max(n, 1)
    launch(_match, scores, order, rows, columns, n, m, number, down, most, units, grain(n * m, 2))


_WORD = 64


@chunked
def overlaps(boxes, ids, kept, masks, n, words, threshold, strict, extra, lo, hi):
    """For each box the bits of later ones that it would remove, in *words* of 64."""
    for i in range(lo, hi):
        first = i // n * n
        for word in range(words):
            bits = np.uint64(0)
            for b in range(_WORD):
                j = first + word * _WORD + b
                if (
                    i < j < first + n
                    and kept[i]
                    and kept[j]
                    and (ids.size == 0 or ids[i] == ids[j])
                ):
                    if overlaps_too_much(boxes, 4 * i, 4 * j, extra, threshold, strict):
                        bits |= np.uint64(1) << np.uint64(b)
            masks[i * words + word] = bits


@chunked
def remove(masks, kept, n, words, most, lo, hi):
    """For batches of *n* boxes: each that is kept removes those of its bits."""
    for batch in range(lo, hi):
        first, count = batch * n, 0
        for i in range(first, first + n):
            if not kept[i]:
                continue
            if count == most:
                kept[i] = 0
                continue
            count += 1
            for word in range((i - first) // _WORD, words):
                bits, j = masks[i * words + word], first + word * _WORD
                while bits != np.uint64(0):
                    if bits & np.uint64(1):
                        kept[j] = 0
                    bits >>= np.uint64(1)
                    j += 1
