"""Object detection: suppression and matching against slow references, gradients, errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ndgrad import MXNetError, autograd, nd
from ndgrad.kernels.cpu.boxes import overlaps, remove
from ndgrad.testing import check_gradients


def overlap(a: Any, b: Any) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - width * height
    return float(width * height / union) if union > 0 else 0.0


def slow_nms(rows: Any, limit: float, valid: float, topk: int, force: bool) -> Any:
    """One image's rows: class, score, corners."""
    order = [i for i in np.argsort(-rows[:, 1], kind="stable") if rows[i, 1] > valid]
    kept: list[Any] = []
    for i in order[: topk if topk > 0 else None]:
        row = rows[i]
        if all(
            overlap(row[2:], other[2:]) <= limit or not (force or row[0] == other[0])
            for other in kept
        ):
            kept.append(row)
    return np.array([*kept, *[np.full(6, -1.0)] * (len(rows) - len(kept))])


def random_rows(batch: int, n: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    start = rng.random((batch, n, 2))
    boxes = np.concatenate([start, start + 0.4 * rng.random((batch, n, 2))], 2)
    ids = rng.integers(0, 3, (batch, n, 1))
    scores = rng.integers(0, 20, (batch, n, 1)) / 20  # with ties
    return np.concatenate([ids, scores, boxes], 2)


@pytest.mark.parametrize(
    ("limit", "valid", "topk", "force"),
    [(0.3, 0.1, -1, False), (0.1, 0.0, 20, True), (0.6, 0.5, 5, False), (0.0, 0.9, -1, True)],
)
def test_box_nms_against_a_slow_one(limit: float, valid: float, topk: int, force: bool) -> None:
    rows = random_rows(3, 70, seed=1)
    found = nd.contrib.box_nms(
        nd.array(rows, dtype="float64"), overlap_thresh=limit, valid_thresh=valid, topk=topk,
        id_index=0, force_suppress=force,
    )  # fmt: skip
    expected = [slow_nms(image, limit, valid, topk, force) for image in rows]
    np.testing.assert_array_equal(found.asnumpy(), expected)


def test_box_nms_drops_rows_of_the_background() -> None:
    rows = nd.array([[-1, 0.9, 0, 0, 1, 1], [0, 0.8, 0, 0, 1, 1], [1, 0.7, 2, 2, 3, 3]])
    for background, classes in ((-1, [0, 1, -1]), (0, [-1, 1, -1])):
        found = nd.contrib.box_nms(rows, id_index=0, background_id=background)
        assert found[:, 0].asnumpy().tolist() == classes
    assert nd.contrib.box_nms(rows)[:, 0].asnumpy().tolist() == [-1, 1, -1]


def test_suppression_by_bits_is_that_of_the_host() -> None:
    """What runs on a device: all overlaps as bits, then the choice; n is more than one word."""
    rows = random_rows(2, 150, seed=2)
    boxes = nd.array(rows[:, :, 2:], dtype="float32")
    present, ids = nd.array(rows[:, :, 1] > 0.2), nd.array(rows[:, :, 0])
    for most, classes in ((-1, ids), (7, None)):
        host = nd._internal._suppress(boxes, present, *([] if classes is None else [classes]),
                                      threshold=0.2, most=most)  # fmt: skip
        kept = present.asnumpy().astype("int32").ravel()
        masks = np.zeros(300 * 3, np.uint64)
        own = np.empty(0, "float32") if classes is None else classes.asnumpy().ravel()
        facts = np.float32(0.2), True, np.float32(0)
        overlaps(boxes.asnumpy().ravel(), own, kept, masks, 150, 3, *facts, 300, 1)
        remove(masks, kept, 150, 3, most, 2, 1)
        np.testing.assert_array_equal(kept, host.asnumpy().ravel())
        assert 0 < kept.sum() < present.asnumpy().sum()


@pytest.mark.parametrize("ascending", [False, True])
def test_bipartite_matching_against_a_slow_one(ascending: bool) -> None:
    scores = np.random.default_rng(3).integers(0, 30, (2, 5, 7)) / 30  # with ties
    rows, columns = nd.contrib.bipartite_matching(
        nd.array(scores, dtype="float64"), threshold=0.5, is_ascend=ascending
    )
    for batch in range(2):
        row, column = np.full(5, -1.0), np.full(7, -1.0)
        flat = scores[batch].ravel()
        for at in np.argsort(flat if ascending else -flat, kind="stable"):
            i, j = divmod(int(at), 7)
            good = flat[at] < 0.5 if ascending else flat[at] > 0.5
            if good and row[i] < 0 and column[j] < 0:
                row[i], column[j] = j, i
        np.testing.assert_array_equal(rows[batch].asnumpy(), row)
        np.testing.assert_array_equal(columns[batch].asnumpy(), column)


@pytest.mark.full_compiled
def test_gradients() -> None:
    boxes = nd.array([[0.0, 0.1, 1.0, 1.2], [0.5, 0.4, 2.0, 1.5]], dtype="float64")
    others = nd.array([[0.25, 0.0, 1.5, 1.75]], dtype="float64")
    check_gradients(nd.contrib.box_iou, [boxes, others], order=2)
    offsets = nd.array([[[0.1, 0.2, 0.3, -0.4], [0.5, 0.1, -0.2, 0.3]]], dtype="float64")
    anchors = nd.expand_dims(boxes, axis=0)
    for form in ("center", "corner"):
        check_gradients(
            lambda d, a, form=form: nd.contrib.box_decode(d, a, std0=0.5, format=form),
            [offsets, anchors], order=2,
        )  # fmt: skip
    rows = nd.array(random_rows(1, 6, seed=4), dtype="float64")
    check_gradients(
        lambda x: nd.contrib.box_nms(x, overlap_thresh=0.2, out_format="center") ** 2, [rows]
    )


def test_encoded_boxes_are_decoded() -> None:
    anchors = nd.array([[[0.0, 0.0, 1.0, 2.0], [0.5, 0.5, 2.0, 1.0]]], dtype="float64")
    refs = nd.array([[[0.0, 0.5, 2.0, 2.0], [0.3, 0.2, 1.0, 0.9]]], dtype="float64")
    means, stds = nd.zeros(4, dtype="float64"), nd.full(4, 0.5, dtype="float64")
    matches = nd.array([[1, 0]])
    samples = nd.ones((1, 2), dtype="float64")
    found, mask = nd.contrib.box_encode(samples, matches, anchors, refs, means, stds)
    assert mask.asnumpy().all()
    back = nd.contrib.box_decode(found, anchors, 0.5, 0.5, 0.5, 0.5, format="corner")
    np.testing.assert_allclose(back.asnumpy(), refs.asnumpy()[:, ::-1], rtol=1e-12)


def test_errors_name_what_does_not_fit() -> None:
    rows, boxes = nd.ones((2, 6)), nd.ones((2, 4))
    batches = nd.ones((1, 2, 4))
    cases: list[tuple[Any, str]] = [
        (lambda: nd.contrib.box_nms(rows, coord_start=3), "coord_start=3"),
        (lambda: nd.contrib.box_nms(rows, score_index=4), "score_index=4"),
        (lambda: nd.contrib.box_nms(rows, id_index=1), "id_index=1"),
        (lambda: nd.contrib.box_nms(rows.astype("int32")), "int32"),
        (lambda: nd.contrib.box_iou(boxes, nd.ones((2, 3))), r"rhs .*\[2, 3\]"),
        (lambda: nd.contrib.box_decode(batches, nd.ones((1, 3, 4))), r"anchors .*\[1, 3, 4\]"),
        (lambda: nd.contrib.bipartite_matching(nd.ones(3), threshold=0), "two axes"),
        (lambda: nd.contrib.MultiBoxPrior(nd.ones((1, 1, 2, 2)), sizes=()), "sizes"),
        (lambda: nd.contrib.MultiBoxDetection(nd.ones((1, 2, 3)), nd.ones((1, 8)), batches),
         r"loc_pred .*\[1, 8\]"),
        (lambda: nd.contrib.MultiBoxTarget(batches, nd.ones((1, 1, 4)), nd.ones((1, 2, 2))),
         r"label .*\[1, 1, 4\]"),
        (lambda: nd.contrib.Proposal(nd.ones((2, 24, 1, 1)), nd.ones((2, 48, 1, 1)),
                                     nd.ones((2, 3))), "MultiProposal"),
        (lambda: nd._internal._suppress(batches, nd.ones((1, 3)), threshold=0.5),
         r"boxes .*\[1, 2, 4\]"),
    ]  # fmt: skip
    for call, text in cases:
        with pytest.raises(MXNetError, match=text):
            call()


@pytest.mark.full_compiled
def test_both_outputs_of_box_encode_are_heads() -> None:
    boxes = nd.array([[[0.0, 0.0, 1.0, 1.0], [0.0, 0.5, 1.0, 1.0]]])
    boxes.attach_grad()
    ones = nd.array([[0.0, 1.0]])
    with autograd.record():
        heads = nd.contrib.box_encode(ones, ones, boxes, boxes[:, :1], nd.zeros(4), nd.ones(4))
    heads[1].backward(retain_graph=True)
    assert not boxes.grad.asnumpy().any()
    assert heads[1].tolist() == [[[0.0] * 4, [1.0] * 4]]
    autograd.backward(heads)
