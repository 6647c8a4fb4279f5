"""Operators of object detection: overlaps of boxes, their offsets from anchors, and suppression.

A box is (left, top, right, bottom), its corners, or (x, y, width, height) with its centre.
"""

from __future__ import annotations

import math

import numpy as np

from ...base import MXNetError
from ...kernels import front
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import choice, flag, integer, number
from ..composite import composite
from ..declare import operator
from ..table import ZERO, F, Result, Sample
from .parts import (
    as_centres,
    as_corners,
    below,
    check_real,
    check_shape,
    column,
    falling,
    offsets,
    or_minus_one,
    rows_at,
    to_front,
)

_FORMATS = ("center", "corner")
_INT32, _INT64, _FLOAT32, _FLOAT64 = (
    np.dtype(name) for name in ("int32", "int64", "float32", "float64")
)


# --- choices --------------------------------------------------------------------------------------

_BOXES = [[[0, 0, 2, 2], [0, 0, 2, 1.5], [1, 1, 3, 3]], [[0, 0, 1, 1], [5, 5, 6, 6], [5, 5, 6, 7]]]


def _real(x: Buffer) -> Buffer:
    return x if x.dtype in (_FLOAT32, _FLOAT64) else front.cast(x, _FLOAT32)


@operator(
    "_suppress",
    gradient=ZERO,
    samples=(
        Sample((_BOXES, [[1, 1, 1], [1, 1, 1]]), {"threshold": 0.5}),
        Sample((_BOXES, [[1, 0, 1], [1, 1, 1]], [[0, 0, 0], [0, 1, 2]]), {"threshold": 0.1}),
    ),
)
def _suppress(
    boxes: Array,
    present: Array,
    ids: Array | None = None,
    *,
    threshold: float,
    strict: bool = True,
    extra: float = 0.0,
    most: int = -1,
) -> Result:
    """Non-maximum suppression: which boxes remain, as 1 or 0 in int32.

    Each box that remains removes the later ones that overlap it too much.

    Parameters
    ----------
    boxes : NDArray
        Corners, of shape (batch, n, 4), the most important first.
    present : NDArray
        Of shape (batch, n), 0 for boxes that do not count.
    ids : NDArray, optional
        Their classes: a box removes those of its own.
    threshold : float
        The intersection over union above which a box goes; with *strict* False from which on.
    extra : float
        What widths and heights are more than the differences of corners.
    most : int
        How many remain at most.
    """
    op, shape = "_suppress", present._shape
    check_shape(op, "boxes", boxes, *shape[:2], 4)
    check_shape(op, "present", present, *boxes._shape[:2])
    if ids is not None:
        check_shape(op, "ids", ids, *shape)
    data = _real(boxes._data)
    kept = front.cast(present._data, _INT32)
    kept = kept.copy() if kept is present._data else kept
    classes = empty(0, data.dtype) if ids is None else front.cast(ids._data, data.dtype)
    front.suppress(data, classes, kept, shape[1], threshold, strict, extra, most)
    return kept, shape


@operator(
    "_contrib_bipartite_matching",
    gradient=ZERO,
    outputs="rows columns",
    samples=(
        Sample(([[0.5, 0.6, 0.3], [0.1, 0.2, 0.4]],), {"threshold": 0.2}),
        Sample(([[[0.5, 0.6], [0.1, 0.6]]],), {"threshold": 0.55, "is_ascend": True, "topk": 1}),
    ),
)
def _bipartite_matching(
    data: Array, *, is_ascend: bool = False, threshold: float, topk: int = -1
) -> list[Result]:
    """Match rows to columns greedily: the pair with the highest score first.

    Parameters
    ----------
    data : NDArray
        Scores, of shape (..., rows, columns).
    is_ascend : bool
        Whether the lowest score comes first.
    threshold : float
        Pairs must have a score above it; below, if *is_ascend*.
    topk : int
        There are at most *topk* + 1 pairs, as in MXNet; with 0 or less any number.

    Returns
    -------
    list of NDArray
        For each row its column, and for each column its row; -1 where it has none.

    Raises
    ------
    MXNetError
        If *data* has fewer than two axes, or no floating dtype.
    """
    op, shape = "bipartite_matching", data._shape
    if len(shape) < 2:
        raise MXNetError(f"Operator {op}: data must have two axes or more, got shape {list(shape)}")
    check_real(op, data=data)
    most, limit = integer(op, "topk", topk), float(number(op, "threshold", threshold))
    (*outer, n, m), down = shape, not flag(op, "is_ascend", is_ascend)
    batch, x = math.prod(outer), _real(data._data)
    order = empty(x.size, _INT64)
    rows, columns = empty(batch * n, _INT64), empty(batch * m, _INT64)
    if x.size:
        front.order(x, batch, n * m, 1, n * m, down, order)
        most = most + 1 if most > 0 else -1
        front.match(x, order, rows, columns, n, m, limit, down, most)
    else:
        for found in (rows, columns):
            front.fill(found, -1)
    dtype = data._data.dtype
    return [
        (front.cast(rows, dtype), (*outer, n)),
        (front.cast(columns, dtype), (*outer, m)),
    ]


# --- overlaps and offsets -------------------------------------------------------------------------


@composite(
    "_contrib_box_iou",
    samples=(
        Sample(([[0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 2.0, 2.0]], [[0.25, 0.0, 0.75, 1.5]])),
        Sample(([[0.0, 0.0, 1.0, 1.0]], [[0.25, 0.0, 0.75, 1.5]]), {"format": "center"}),
    ),
)
def _box_iou(lhs: Array, rhs: Array, *, format: str = "corner") -> Array:
    """The intersection over union of each box on the left with each on the right.

    Parameters
    ----------
    lhs, rhs : NDArray
        Boxes, of shapes (..., 4) and (..., 4).
    format : {'corner', 'center'}
        What the four numbers of a box are.

    Returns
    -------
    NDArray
        Of the shape of *lhs* and that of *rhs*, each without the last axis.

    Raises
    ------
    MXNetError
        If a shape or dtype does not fit, or there is no such format.
    """
    op = "box_iou"
    choice(op, "format", format, _FORMATS)
    check_real(op, lhs=lhs, rhs=rhs)
    for name, boxes in (("lhs", lhs), ("rhs", rhs)):
        if len(boxes.shape) < 2 or boxes.shape[-1] != 4:
            raise MXNetError(
                f"Operator {op}: {name} must have two axes or more, the last one of length 4; "
                f"got shape {list(boxes.shape)}"
            )
    if format == "center":
        lhs, rhs = as_corners(lhs), as_corners(rhs)
    left, right = lhs.shape[:-1], rhs.shape[:-1]
    a: list[Array] = [
        F._reshaped(column(lhs, i), shape=(*left, *(1,) * len(right))) for i in range(4)
    ]
    b = [column(rhs, i) for i in range(4)]
    common = None
    areas = []
    for sides in (a, b):
        width, height = (_length(sides[i + 2], sides[i]) for i in (0, 1))
        areas.append(F.broadcast_mul(width, height))
    for i in (0, 1):
        length = _length(F.broadcast_minimum(a[i + 2], b[i + 2]), F.broadcast_maximum(a[i], b[i]))
        common = length if common is None else F.broadcast_mul(common, length)
    union = F.broadcast_sub(F.broadcast_add(*areas), common)
    some = F.broadcast_greater(union, 0.0)
    return F.where(
        some,
        F.broadcast_div(common, F.where(some, union, F.ones_like(union))),
        F.zeros_like(union),
    )


def _length(end: Array, start: Array) -> Array:
    return F.broadcast_maximum(F.broadcast_sub(end, start), 0.0)


@composite(
    "_contrib_box_decode",
    samples=(
        Sample(((2, 2, 4), (1, 2, 4)), {"std0": 0.1, "std2": 0.2, "clip": 0.3}),
        Sample(((1, 2, 4), (1, 2, 4)), {"format": "corner", "std3": 0.5}),
    ),
)
def _box_decode(
    data: Array,
    anchors: Array,
    *,
    std0: float = 1.0,
    std1: float = 1.0,
    std2: float = 1.0,
    std3: float = 1.0,
    clip: float = -1.0,
    format: str = "center",
) -> Array:
    """Boxes from their offsets to anchors: corners.

    Parameters
    ----------
    data : NDArray
        Offsets of x, y, log(width) and log(height), of shape (batch, n, 4).
    anchors : NDArray
        Of shape (1, n, 4).
    std0, std1, std2, std3 : float
        What the offsets are multiplied with.
    clip : float
        The offsets of width and height, times those, are at most that, if it is positive.
    format : {'center', 'corner'}
        What the four numbers of an anchor are.

    Raises
    ------
    MXNetError
        If a shape or dtype does not fit, or there is no such format.
    """
    op = "box_decode"
    choice(op, "format", format, _FORMATS)
    check_real(op, data=data, anchors=anchors)
    check_shape(op, "data", data, None, None, 4)
    check_shape(op, "anchors", anchors, 1, data.shape[1], 4)
    base = as_centres(anchors) if format == "corner" else anchors
    centre, size = (F.slice_axis(base, axis=2, begin=i, end=i + 2) for i in (0, 2))
    deviations = F._values(data, values=(std0, std1, std2, std3), shape=(1, 1, 4))
    scaled = F.broadcast_mul(data, deviations)
    shift, growth = (F.slice_axis(scaled, axis=2, begin=i, end=i + 2) for i in (0, 2))
    if clip > 0:
        growth = F.broadcast_minimum(growth, clip)
    middle = F.broadcast_add(F.broadcast_mul(shift, size), centre)
    half = F.broadcast_mul(F.broadcast_mul(F.exp(growth), size), 0.5)
    return F.concat(F.broadcast_sub(middle, half), F.broadcast_add(middle, half), dim=2)


@composite(
    "_contrib_box_encode", outputs=("targets", "masks"),
    samples=(
        Sample(
            (
                [[1.0, 0.0]], [[0.0, 0.0]],
                [[[0.0, 0.0, 1.0, 2.0], [0.5, 0.5, 2.0, 1.0]]],
                [[[0.0, 0.5, 2.0, 2.0]]],
                [0.0, 0.1, 0.0, 0.0], [0.1, 0.1, 0.2, 0.2],
            )
        ),
    ),
)  # fmt: skip
def _box_encode(
    samples: Array, matches: Array, anchors: Array, refs: Array, means: Array, stds: Array
) -> list[Array]:
    """Offsets from anchors to the boxes that they are matched with, for training.

    Parameters
    ----------
    samples : NDArray
        Of shape (batch, n): above 0.5 for anchors that are matched.
    matches : NDArray
        Of shape (batch, n): the index of the box in *refs*.
    anchors : NDArray
        Corners, of shape (batch, n, 4) or (1, n, 4).
    refs : NDArray
        Corners, of shape (batch, m, 4).
    means, stds : NDArray
        Of shape (4,): what is subtracted from the offsets, and then divides them.

    Returns
    -------
    list of NDArray
        The offsets of matched anchors and 0 for others, of shape (batch, n, 4), and a mask of that
        shape.

    Raises
    ------
    MXNetError
        If a shape or dtype does not fit.
    """
    op = "box_encode"
    check_real(op, samples=samples, anchors=anchors, refs=refs, means=means, stds=stds)
    check_shape(op, "samples", samples, None, None)
    batch, n = samples.shape
    check_shape(op, "matches", matches, batch, n)
    check_shape(op, "anchors", anchors, 1 if anchors.shape[:1] == (1,) else batch, n, 4)
    check_shape(op, "refs", refs, batch, None, 4)
    for name, data in (("means", means), ("stds", stds)):
        check_shape(op, name, data, 4)
    found = offsets(rows_at(refs, matches), anchors)
    found = F.broadcast_div(F.broadcast_sub(found, means), stds)
    mask = F._expand(F.expand_dims(F.broadcast_greater(samples, 0.5), axis=2), shape=(batch, n, 4))
    zeros = F.zeros_like(found)
    # Of the same inputs as the offsets, so that both are in the graph, or neither.
    in_graph = F.broadcast_add(mask, F.Cast(zeros, dtype=mask.dtype))
    return [F.where(mask, found, zeros), in_graph]


# --- non-maximum suppression ----------------------------------------------------------------------


@composite(
    "_contrib_box_nms",
    results=("output0",),
    aliases=("_contrib_box_non_maximum_suppression",),
    samples=(
        Sample(([[0, 0.5, 0, 0, 2, 2], [1, 0.9, 0, 0, 2, 1.5], [0, 0.2, 4, 4, 5, 5]],)),
        Sample(
            ([[[0, 0.5, 0, 0, 2, 2], [1, 0.9, 0, 0, 2, 1.5], [0, 0.2, 4, 4, 5, 5]]],),
            {"id_index": 0, "background_id": 1, "topk": 2, "out_format": "center"},
        ),
    ),
)
def _box_nms(
    data: Array,
    *,
    overlap_thresh: float = 0.5,
    valid_thresh: float = 0.0,
    topk: int = -1,
    coord_start: int = 2,
    score_index: int = 1,
    id_index: int = -1,
    background_id: int = -1,
    force_suppress: bool = False,
    in_format: str = "corner",
    out_format: str = "corner",
) -> Array:
    """Non-maximum suppression: sort boxes by score and remove those that overlap a better one.

    Parameters
    ----------
    data : NDArray
        Boxes, of shape (..., n, width): each with a score and four coordinates.
    overlap_thresh : float
        The intersection over union above which the box with the lower score goes.
    valid_thresh : float
        The score above which a box counts.
    topk : int
        Only so many boxes with the highest scores count; all of them if it is negative.  With 0
        *data* is returned as it is.
    coord_start, score_index, id_index : int
        Where in a row the coordinates begin, and where the score and the class are; a negative
        *id_index* says that there are no classes.
    background_id : int
        A class whose boxes do not count; by default -1, as rows that hold no box are marked.
    force_suppress : bool
        Whether a box removes those of other classes too.
    in_format, out_format : {'corner', 'center'}
        What the coordinates are, and what those of the result are.

    Returns
    -------
    NDArray
        The rows that remain, in order of falling scores, then rows of -1.

    Raises
    ------
    MXNetError
        If a shape, dtype or parameter does not fit.
    """
    op = "box_nms"
    check_real(op, data=data)
    choice(op, "in_format", in_format, _FORMATS)
    choice(op, "out_format", out_format, _FORMATS)
    start, at, id_at, most = (
        integer(op, arg, value)
        for arg, value in (
            ("coord_start", coord_start), ("score_index", score_index), ("id_index", id_index),
            ("topk", topk),
        )
    )  # fmt: skip
    if len(data.shape) < 2:
        raise MXNetError(f"Operator {op}: data must have two axes or more, got {list(data.shape)}")
    *outer, n, width = data.shape
    taken = range(start, start + 4)
    if start < 0 or start + 4 > width:
        raise MXNetError(f"Operator {op}: coord_start={start}: a row of {width} has no four there")
    if not 0 <= at < width or at in taken:
        raise MXNetError(
            f"Operator {op}: score_index={at} must be in a row of {width}, outside of coordinates"
        )
    if id_at >= 0 and (id_at >= width or id_at == at or id_at in taken):
        raise MXNetError(
            f"Operator {op}: id_index={id_at} must be in a row of {width}, outside of coordinates "
            "and score"
        )
    if most == 0 or 0 in data.shape:
        return F.identity(data)
    x = F._reshaped(data, shape=(math.prod(outer), n, width))
    ids = column(x, id_at) if id_at >= 0 else None
    scores = column(x, at)
    present = F.broadcast_greater(scores, valid_thresh)
    if ids is not None:
        present = F.broadcast_mul(present, F.broadcast_not_equal(ids, float(background_id)))
    order = falling(scores, present)
    present = rows_at(present, order)
    if most > 0:
        present = F.broadcast_mul(present, F.cast(below(present, most), dtype=data.dtype))
    sorted_rows = rows_at(x, order)
    boxes = F.slice_axis(sorted_rows, axis=2, begin=start, end=start + 4)
    kept = F._suppress(
        F.BlockGrad(as_corners(boxes) if in_format == "center" else boxes),
        present,
        *([] if ids is None or force_suppress else [rows_at(ids, order)]),
        threshold=float(number(op, "overlap_thresh", overlap_thresh)),
    )
    first = to_front(kept)
    rows, remain = rows_at(sorted_rows, first), rows_at(kept, first)
    if in_format != out_format:
        convert = as_corners if out_format == "corner" else as_centres
        ends = ((0, start), (start, start + 4), (start + 4, width))
        parts = [F.slice_axis(rows, axis=2, begin=a, end=b) for a, b in ends if a < b]
        where = 1 if start else 0
        parts[where] = convert(parts[where])
        rows = F.concat(*parts, dim=2)
    return F._reshaped(or_minus_one(remain, rows), shape=data.shape)
