"""Anchors of single-shot detectors: where they are, their targets, and detections from offsets.

As in SSD (Liu et al. 2016), whose anchors and boxes are parts of the image's width and height.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import MXNetError
from ...tape import Array
from ..axes import flag, integer, number
from ..composite import composite
from ..declare import operator
from ..table import ZERO, F, Result, Sample
from .parts import (
    as_centres,
    below,
    check_real,
    check_shape,
    column,
    falling,
    floats,
    offsets,
    or_minus_one,
    rows_at,
    to_front,
)


@operator(
    "_contrib_MultiBoxPrior",
    gradient=ZERO,
    samples=(
        Sample(((1, 1, 2, 3),), {"sizes": (0.5, 0.25), "ratios": (1.0, 2.0)}),
        Sample(((2, 2, 1, 2),), {"clip": True, "steps": (0.5, 0.5), "offsets": (0.4, 0.6)}),
    ),
)
def _multi_box_prior(
    data: Array,
    *,
    sizes: Sequence[float] = (1.0,),
    ratios: Sequence[float] = (1.0,),
    clip: bool = False,
    steps: Sequence[float] = (-1.0, -1.0),
    offsets: Sequence[float] = (0.5, 0.5),
) -> Result:
    """Anchors around each place of a feature map: of each size, then the first in other ratios.

    Parameters
    ----------
    data : NDArray
        The feature map, of shape (batch, channels, height, width).
    sizes : tuple of float
        Heights of anchors, as parts of the image.
    ratios : tuple of float
        Of widths to heights.  All sizes come with the first one.
    clip : bool
        Whether corners are moved into the image.
    steps : tuple of float
        How far places are apart, down and across; negative: they divide the image evenly.
    offsets : tuple of float
        Where in a step the place is, down and across.

    Returns
    -------
    NDArray
        Corners, of shape (1, height * width * (sizes + ratios - 1), 4).

    Raises
    ------
    MXNetError
        If a shape or parameter does not fit.
    """
    op = "MultiBoxPrior"
    check_shape(op, "data", data, None, None, None, None)
    check_real(op, data=data)
    heights, forms = floats(op, "sizes", sizes), floats(op, "ratios", ratios)
    step, start = floats(op, "steps", steps, 2), floats(op, "offsets", offsets, 2)
    if min(forms) <= 0:
        raise MXNetError(f"Operator {op}: ratios={ratios}, expected positive ones")
    if step[0] * step[1] < 0:
        raise MXNetError(f"Operator {op}: steps={steps}, expected both, or both negative")
    rows, columns = data._shape[2:]
    down, across = (
        s if s > 0 else 1.0 / max(n, 1) for s, n in zip(step, (rows, columns), strict=True)
    )
    kinds = [(s, forms[0]) for s in heights] + [(heights[0], r) for r in forms[1:]]
    half = np.array(
        [(s * rows / max(columns, 1) * math.sqrt(r) / 2, s / math.sqrt(r) / 2) for s, r in kinds]
    )
    y, x = np.meshgrid(
        (np.arange(rows) + start[0]) * down, (np.arange(columns) + start[1]) * across, indexing="ij"
    )
    centres = np.stack([x, y], axis=-1)[:, :, None, :]
    corners = np.concatenate([centres - half, centres + half], axis=-1).reshape(-1)
    if flag(op, "clip", clip):
        corners = np.clip(corners, 0, 1)
    return corners.astype(data._data.dtype), (1, rows * columns * len(kinds), 4)


_ANCHORS = [[[0.1, 0.1, 0.3, 0.3], [0.2, 0.2, 0.4, 0.5], [0.6, 0.6, 0.9, 0.9]]]
_LABELS = [[[1.0, 0.1, 0.1, 0.3, 0.35], [0.0, 0.55, 0.6, 0.9, 0.9], [-1.0, -1, -1, -1, -1]]]


@composite(
    "_contrib_MultiBoxTarget",
    outputs=("loc_target", "loc_mask", "cls_target"),
    results=("loc_target", "loc_mask", "cls_target"),
    gradient=ZERO,
    samples=(
        Sample((_ANCHORS, _LABELS, (1, 3, 3))),
        Sample((_ANCHORS, _LABELS, (1, 3, 3)), {"negative_mining_ratio": 0.5}),
    ),
)
def _multi_box_target(
    anchor: Array,
    label: Array,
    cls_pred: Array,
    *,
    overlap_threshold: float = 0.5,
    ignore_label: float = -1.0,
    negative_mining_ratio: float = -1.0,
    negative_mining_thresh: float = 0.5,
    minimum_negative_samples: int = 0,
    variances: Sequence[float] = (0.1, 0.1, 0.2, 0.2),
) -> list[Array]:
    """Targets of training: anchors are matched with the boxes of labels.

    Each box takes the anchor that overlaps it most, the best pair first; then each other anchor
    belongs to the box that it overlaps most, if that is enough.

    Parameters
    ----------
    anchor : NDArray
        Corners, of shape (1, n, 4).
    label : NDArray
        Of shape (batch, m, 5 or more): class and corners of boxes; from the first class -1 on
        there are none.
    cls_pred : NDArray
        Predictions of shape (batch, classes + 1, n), the background first: they tell which
        negatives are hard.
    overlap_threshold : float
        The intersection over union that is enough.
    ignore_label : float
        The target of anchors that do not count.
    negative_mining_ratio : float
        How many negatives there are for each positive, those predicted worst; all if negative.
    negative_mining_thresh : float
        The overlap below which an anchor may be such a negative.
    minimum_negative_samples : int
        No effect, as in MXNet.
    variances : tuple of float
        What offsets are divided by.

    Returns
    -------
    list of NDArray
        Offsets and a mask of them, both of shape (batch, n * 4), and classes counted from 1, of
        shape (batch, n), where 0 is the background.

    Raises
    ------
    MXNetError
        If a shape, dtype or parameter does not fit.
    """
    op = "MultiBoxTarget"
    check_real(op, anchor=anchor, label=label, cls_pred=cls_pred)
    check_shape(op, "anchor", anchor, 1, None, 4)
    n, (batch, _, width) = anchor.shape[1], _three(op, "label", label)
    if width < 5:
        raise MXNetError(f"Operator {op}: label has shape {list(label.shape)}, expected rows of 5")
    check_shape(op, "cls_pred", cls_pred, batch, None, n)
    deviations = floats(op, "variances", variances, 4)
    anchor, label, cls_pred = map(F.BlockGrad, (anchor, label, cls_pred))
    ids = column(label, 0)
    ends = F.cast(F.broadcast_equal(ids, -1.0), dtype="int32")
    real = F.broadcast_equal(F.cumsum(ends, axis=1), 0)
    boxes = F.slice_axis(label, axis=2, begin=1, end=5)
    iou = F.transpose(F._contrib_box_iou(F._reshaped(anchor, shape=(n, 4)), boxes), axes=(1, 0, 2))
    there = F._expand(F.expand_dims(real, axis=1), shape=iou.shape)
    iou = F.where(there, iou, F.broadcast_sub(F.zeros_like(iou), 1.0))
    first, _ = F._contrib_bipartite_matching(iou, threshold=1e-6)
    positive = F.broadcast_greater_equal(first, 0.0)
    best = F.max(iou, axis=2)
    if overlap_threshold > 0:
        found = F.where(positive, first, F.argmax(iou, axis=2))
        positive = F.broadcast_maximum(positive, F.broadcast_greater(best, overlap_threshold))
    else:
        found = first
    negative = F.broadcast_equal(positive, 0.0)
    if negative_mining_ratio > 0:
        count = F.sum(positive, axis=1, keepdims=True)
        most = F.floor(F.broadcast_mul(count, negative_mining_ratio))
        candidate = F.broadcast_mul(negative, F.broadcast_lesser(best, negative_mining_thresh))
        background = column(F.transpose(F.softmax(cls_pred, axis=1), axes=(0, 2, 1)), 0)
        hard = falling(F.negative(background), candidate)
        rank = F.argsort(hard, axis=1, dtype="int64")
        chosen = F.broadcast_lesser(F.cast(rank, dtype=count.dtype), most)
        negative = F.broadcast_mul(candidate, chosen)
    rows = rows_at(label, found)
    classes = F.broadcast_add(column(rows, 0), 1.0)
    ignored = F.broadcast_add(F.zeros_like(classes), float(ignore_label))
    some = F._expand(F.slice_axis(real, axis=1, begin=0, end=1), shape=(batch, n))
    background = F.where(negative, F.zeros_like(classes), ignored)
    target = F.where(some, F.where(positive, classes, background), ignored)
    mask = F._expand(F.expand_dims(positive, axis=2), shape=(batch, n, 4))
    off = offsets(F.slice_axis(rows, axis=2, begin=1, end=5), anchor)
    off = F.broadcast_div(off, F._values(off, values=deviations, shape=(1, 1, 4)))
    off = F.where(mask, off, F.zeros_like(off))
    flat = (batch, n * 4)
    results = F._reshaped(off, shape=flat), F._reshaped(mask, shape=flat), target
    return [F._drawn(y, cls_pred, label) for y in results]  # whose gradients are zeros


def _three(op: str, name: str, data: Array) -> tuple[int, ...]:
    check_shape(op, name, data, None, None, None)
    return tuple(data.shape)


_PROBABILITIES = [[[0.1, 0.3, 0.1], [0.6, 0.6, 0.5], [0.3, 0.1, 0.4]]]


@composite(
    "_contrib_MultiBoxDetection",
    gradient=ZERO,
    samples=(
        Sample((_PROBABILITIES, (1, 12), _ANCHORS)),
        Sample((_PROBABILITIES, (1, 12), _ANCHORS), {"nms_topk": 1, "force_suppress": True}),
    ),
)
def _multi_box_detection(
    cls_prob: Array,
    loc_pred: Array,
    anchor: Array,
    *,
    clip: bool = True,
    threshold: float = 0.01,
    background_id: int = 0,
    nms_threshold: float = 0.5,
    force_suppress: bool = False,
    variances: Sequence[float] = (0.1, 0.1, 0.2, 0.2),
    nms_topk: int = -1,
) -> Array:
    """Detections from predicted classes and offsets, after non-maximum suppression.

    Parameters
    ----------
    cls_prob : NDArray
        Probabilities of classes, of shape (batch, classes + 1, n), the background first.
    loc_pred : NDArray
        Offsets, of shape (batch, n * 4).
    anchor : NDArray
        Corners, of shape (1, n, 4).
    clip : bool
        Whether corners are moved into the image.
    threshold : float
        The probability from which there is a detection.
    background_id : int
        No effect, as in MXNet: the background is class 0.
    nms_threshold : float
        The intersection over union from which a box with the lower probability goes; there is no
        suppression if it is not in (0, 1].
    force_suppress : bool
        Whether a box removes those of other classes too.
    variances : tuple of float
        What offsets are multiplied with.
    nms_topk : int
        How many detections take part in suppression, if it is positive; others go.

    Returns
    -------
    NDArray
        Of shape (batch, n, 6): class counted from 0, probability and corners; the class is -1 of
        those that were removed, and rows are -1 where there was nothing.  It has no gradient.

    Raises
    ------
    MXNetError
        If a shape, dtype or parameter does not fit.
    """
    op = "MultiBoxDetection"
    check_real(op, cls_prob=cls_prob, loc_pred=loc_pred, anchor=anchor)
    batch, classes, n = _three(op, "cls_prob", cls_prob)
    if classes < 2 or n < 1:
        raise MXNetError(
            f"Operator {op}: cls_prob has shape {list(cls_prob.shape)}, expected two classes or "
            "more on axis 1, and an anchor"
        )
    check_shape(op, "loc_pred", loc_pred, batch, 4 * n)
    check_shape(op, "anchor", anchor, 1, n, 4)
    deviations = floats(op, "variances", variances, 4)
    most = integer(op, "nms_topk", nms_topk)
    cls_prob, loc_pred, anchor = map(F.BlockGrad, (cls_prob, loc_pred, anchor))
    foreground = F.slice_axis(cls_prob, axis=1, begin=1, end=classes)
    scores, ids = F.max(foreground, axis=1), F.argmax(foreground, axis=1)
    present = F.broadcast_greater_equal(scores, float(number(op, "threshold", threshold)))
    stds = {f"std{i}": deviation for i, deviation in enumerate(deviations)}
    offset = F._reshaped(loc_pred, shape=(batch, n, 4))
    boxes = F._contrib_box_decode(offset, as_centres(anchor), **stds)
    if flag(op, "clip", clip):
        boxes = F.clip(boxes, a_min=0.0, a_max=1.0)
    parts = [F.expand_dims(F.cast(x, dtype=boxes.dtype), axis=2) for x in (ids, scores)]
    rows = F.concat(*parts, boxes, dim=2)
    by_anchor = to_front(present)
    unsorted = or_minus_one(rows_at(present, by_anchor), rows_at(rows, by_anchor))
    if not 0 < nms_threshold <= 1:
        return unsorted
    order = falling(scores, present)
    rows, remain = rows_at(rows, order), rows_at(present, order)
    rows = or_minus_one(remain, rows)
    if most > 0:
        chosen = F._expand(below(remain, most), shape=remain.shape)
        remain = F.broadcast_mul(remain, F.cast(chosen, dtype=remain.dtype))
        rows = F.where(F._expand(F.expand_dims(chosen, axis=2), shape=rows.shape), rows, unsorted)
    kept = F._suppress(
        F.slice_axis(rows, axis=2, begin=2, end=6),
        remain,
        *([] if flag(op, "force_suppress", force_suppress) else [column(rows, 0)]),
        threshold=nms_threshold,
        strict=False,
    )
    ids = or_minus_one(kept, F.slice_axis(rows, axis=2, begin=0, end=1))
    return F.concat(ids, F.slice_axis(rows, axis=2, begin=1, end=6), dim=2)
