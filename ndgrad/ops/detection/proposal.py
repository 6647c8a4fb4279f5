"""Proposals of regions that may hold an object, from a region proposal network.

As in Faster R-CNN (Ren et al. 2015): anchors around each place of a feature map are moved by the
predicted offsets, and those with the highest scores remain after non-maximum suppression.  Widths
count both end pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...base import MXNetError
from ...tape import Array
from ..axes import flag, integer, number
from ..composite import composite
from ..table import ZERO, F, Sample
from .parts import check_real, check_shape, column, floats, rows_at, to_front

_SMALL = {
    "rpn_pre_nms_top_n": 6, "rpn_post_nms_top_n": 3, "rpn_min_size": 4, "scales": (1.0, 2.0),
    "ratios": (1.0,),
}  # fmt: skip


def _base_anchors(
    stride: int, scales: Sequence[float], ratios: Sequence[float]
) -> list[tuple[float, ...]]:
    """Corners of the anchors around the first place, each ratio in all scales."""
    middle = 0.5 * (stride - 1)
    anchors: list[tuple[float, ...]] = []
    for ratio in ratios:
        width = math.floor(math.sqrt(math.floor(stride * stride / ratio)) + 0.5)
        height = math.floor(width * ratio + 0.5)
        for scale in scales:
            across, down = 0.5 * (width * scale - 1), 0.5 * (height * scale - 1)
            anchors.append((middle - across, middle - down, middle + across, middle + down))
    return anchors


def _proposals(
    op: str,
    cls_prob: Array,
    bbox_pred: Array,
    im_info: Array,
    before: int,
    after: int,
    threshold: float,
    min_size: int,
    scales: Sequence[float],
    ratios: Sequence[float],
    stride: int,
    iou_loss: bool,
) -> tuple[Array, Array]:
    """Boxes, of shape (batch, after, 4), and their scores, of shape (batch, after)."""
    check_real(op, cls_prob=cls_prob, bbox_pred=bbox_pred, im_info=im_info)
    kinds = len(scales) * len(ratios)
    if not all(0 < x < math.inf for x in (*scales, *ratios, stride, after)):
        raise MXNetError(
            f"Operator {op}: scales={scales}, ratios={ratios}, feature_stride={stride} and "
            f"rpn_post_nms_top_n={after} must be positive"
        )
    if len(cls_prob.shape) != 4 or cls_prob.shape[1] != 2 * kinds:
        raise MXNetError(
            f"Operator {op}: cls_prob has shape {list(cls_prob.shape)}, expected "
            f"[any, {2 * kinds}, any, any]: two scores for each of scales={scales} and of "
            f"ratios={ratios}"
        )
    batch, _, height, width = cls_prob.shape
    if 0 in cls_prob.shape:
        raise MXNetError(f"Operator {op}: cls_prob has no elements: {list(cls_prob.shape)}")
    check_shape(op, "bbox_pred", bbox_pred, batch, 4 * kinds, height, width)
    check_shape(op, "im_info", im_info, batch, 3)
    cls_prob, bbox_pred, im_info = map(F.BlockGrad, (cls_prob, bbox_pred, im_info))
    grid, n = (batch, height, width, kinds), height * width * kinds
    scores = F.transpose(
        F.slice_axis(cls_prob, axis=1, begin=kinds, end=2 * kinds), axes=(0, 2, 3, 1)
    )
    by_kind = F._reshaped(bbox_pred, shape=(batch, kinds, 4, height, width))
    deltas = F.transpose(by_kind, axes=(2, 0, 3, 4, 1))
    moves = [F._reshaped(F.slice_axis(deltas, axis=0, begin=i, end=i + 1), shape=grid)
             for i in range(4)]  # fmt: skip
    limits = [F._reshaped(column(im_info, i), shape=(batch, 1, 1, 1)) for i in range(3)]
    places = [
        F._reshaped(F.cast(F._positions(scores, axis=axis), dtype=scores.dtype), shape=form)
        for axis, form in ((2, (1, 1, width, 1)), (1, (1, height, 1, 1)))
    ]
    base = _base_anchors(stride, scales, ratios)
    low, high = [], []
    for i, place in enumerate(places):
        step = F.broadcast_mul(place, float(stride))
        start, end = (
            F.broadcast_add(
                F._values(scores, values=tuple(a[j] for a in base), shape=(1, 1, 1, kinds)), step
            )
            for j in (i, i + 2)
        )
        if iou_loss:
            start, end = F.broadcast_add(start, moves[i]), F.broadcast_add(end, moves[i + 2])
        else:
            length = F.broadcast_add(F.broadcast_sub(end, start), 1.0)
            centre = F.broadcast_add(start, F.broadcast_mul(F.broadcast_sub(length, 1.0), 0.5))
            centre = F.broadcast_add(F.broadcast_mul(moves[i], length), centre)
            length = F.broadcast_mul(F.exp(moves[i + 2]), length)
            half = F.broadcast_mul(F.broadcast_sub(length, 1.0), 0.5)
            start, end = F.broadcast_sub(centre, half), F.broadcast_add(centre, half)
        last = F.broadcast_sub(limits[1 - i], 1.0)
        low.append(_inside(start, last))
        high.append(_inside(end, last))
    for i, place in enumerate(places):
        beyond = F.floor(F.broadcast_div(limits[1 - i], float(stride)))
        scores = _without(scores, F.broadcast_greater_equal(place, beyond))
    least = F.broadcast_mul(limits[2], float(min_size))
    lengths = [F.broadcast_add(F.broadcast_sub(b, a), 1.0) for a, b in zip(low, high, strict=True)]
    small = F.broadcast_lesser(F.broadcast_minimum(*lengths), least)
    scores = _without(scores, small)
    margin = F.broadcast_mul(F.broadcast_mul(least, 0.5), small)
    corners = [*(F.broadcast_sub(a, margin) for a in low),
               *(F.broadcast_add(b, margin) for b in high)]  # fmt: skip
    boxes = F._reshaped(F.stack(*corners, axis=-1), shape=(batch, n, 4))
    scores = F._reshaped(scores, shape=(batch, n))
    order = F.argsort(scores, axis=1, is_ascend=False, dtype="int64")
    count = min(before, n) if before > 0 else n
    order = F.slice_axis(order, axis=1, begin=0, end=count)
    boxes, scores = rows_at(boxes, order), rows_at(scores, order)
    present = F.ones_like(scores)
    kept = F._suppress(boxes, present, threshold=threshold, extra=1.0, most=min(after, count))
    found = F.sum(F.cast(kept, dtype="int64"), axis=1, keepdims=True)
    numbers = F._values(scores, values=tuple(range(after)), shape=(1, after), dtype="int64")
    chosen = rows_at(to_front(kept), F.broadcast_mod(numbers, found))
    return rows_at(boxes, chosen), rows_at(scores, chosen)


def _inside(x: Array, last: Array) -> Array:
    return F.broadcast_maximum(F.broadcast_minimum(x, last), 0.0)


def _without(scores: Array, condition: Array) -> Array:
    """The scores, -1 where a condition holds that broadcasts to them."""
    there = F._expand(condition, shape=scores.shape)
    return F.where(there, F.broadcast_sub(F.zeros_like(scores), 1.0), scores)


_DOC = """Propose regions of {what} that may hold an object.

Parameters
----------
cls_prob : NDArray
    Probabilities of shape (batch, 2 * anchors, height, width), those of objects last.
bbox_pred : NDArray
    Offsets of shape (batch, 4 * anchors, height, width).
im_info : NDArray
    Height, width and scale of each image, of shape (batch, 3).
rpn_pre_nms_top_n : int
    How many boxes with the highest scores take part in suppression; all if it is not positive.
rpn_post_nms_top_n : int
    How many boxes are returned for each image; if fewer remain, they are repeated.
threshold : float
    The intersection over union above which the box with the lower score goes.
rpn_min_size : int
    The width and height that a box must have, at the scale of 1; others get the score -1.
scales, ratios : tuple of float
    Of anchors; the ratio is that of height to width.
feature_stride : int
    How many pixels of the image are one of the feature map.
output_score : bool
    Whether scores are returned too.
iou_loss : bool
    Whether offsets are those of corners.

Returns
-------
NDArray or list of NDArray
    Rows of the image's index and the corners, of shape (batch * rpn_post_nms_top_n, 5), and with
    *output_score* their scores, with one column.  They have no gradient.

Raises
------
MXNetError
    If a shape, dtype or parameter does not fit.
"""


def _declare(name: str, what: str, single: bool) -> None:
    def propose(
        cls_prob: Array,
        bbox_pred: Array,
        im_info: Array,
        *,
        rpn_pre_nms_top_n: int = 6000,
        rpn_post_nms_top_n: int = 300,
        threshold: float = 0.7,
        rpn_min_size: int = 16,
        scales: Sequence[float] = (4.0, 8.0, 16.0, 32.0),
        ratios: Sequence[float] = (0.5, 1.0, 2.0),
        feature_stride: int = 16,
        output_score: bool = False,
        iou_loss: bool = False,
    ) -> Array | list[Array]:
        if single and cls_prob.shape[:1] != (1,):
            raise MXNetError(
                f"Operator {name}: cls_prob has shape {list(cls_prob.shape)}, expected one image; "
                "MultiProposal takes several"
            )
        before, after, least, stride = (
            integer(name, arg, value)
            for arg, value in (
                ("rpn_pre_nms_top_n", rpn_pre_nms_top_n),
                ("rpn_post_nms_top_n", rpn_post_nms_top_n),
                ("rpn_min_size", rpn_min_size),
                ("feature_stride", feature_stride),
            )
        )
        sizes, forms = floats(name, "scales", scales), floats(name, "ratios", ratios)
        limit = float(number(name, "threshold", threshold))
        boxes, scores = _proposals(
            name, cls_prob, bbox_pred, im_info, before, after, limit, least, sizes, forms, stride,
            flag(name, "iou_loss", iou_loss),
        )  # fmt: skip
        batch, rows = boxes.shape[0], boxes.shape[0] * after
        index = F.cast(F._positions(boxes, axis=0), dtype=boxes.dtype)
        index = F._expand(F._reshaped(index, shape=(batch, 1, 1)), shape=(batch, after, 1))
        rois = F._reshaped(F.concat(index, boxes, dim=2), shape=(rows, 5))
        if not flag(name, "output_score", output_score):
            return rois
        return [rois, F._reshaped(scores, shape=(rows, 1))]

    propose.__doc__ = _DOC.format(what=what)
    info = [[32.0, 40.0, 1.0]]
    composite(
        f"_contrib_{name}",
        gradient=ZERO,
        outputs=("output", "score"),
        results=("output", "score"),
        visible=lambda params: 2 if params["output_score"] else 1,
        samples=(
            Sample(((1, 4, 2, 2), (1, 8, 2, 2), info), _SMALL),
            Sample(
                ((1, 4, 2, 2), (1, 8, 2, 2), info),
                {**_SMALL, "iou_loss": True, "output_score": True},
            ),
        ),
    )(propose)


_declare("Proposal", "an image", True)
_declare("MultiProposal", "images", False)
