"""The CTC loss against the sum over all paths."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd

STEPS, BATCH, CLASSES = 4, 3, 3


def by_all_paths(data: Any, labels: list[int], steps: int, blank: int) -> float:
    p = np.exp(data[:steps])
    p /= p.sum(axis=1, keepdims=True)
    total = 0.0
    for path in itertools.product(range(p.shape[1]), repeat=steps):
        kept = [c for c, _ in itertools.groupby(path) if c != blank]
        if kept == labels:
            total += np.prod([p[t, c] for t, c in enumerate(path)])
    return -np.log(total) if total else 0.0


CASES: dict[str, Any] = {
    "first": ([[1, 2], [2, 2], [1, 0]], {}, [4] * 3, [[1, 2], [2, 2], [1]]),
    "last": ([[0, 1], [-1, 1], [1, -1]], {"blank_label": "last"}, [4] * 3, [[0, 1], [], [1]]),
    "too long": ([[1, 1, 1], [1, 2, 1], [0, 1, 2]], {}, [4] * 3, [[1, 1, 1], [1, 2, 1], []]),
    "data lengths": (
        [[1, 2], [2, 2], [1, 0]],
        {"data_lengths": [1, 3, 4]},
        [1, 3, 4],
        [[1, 2], [2, 2], [1]],
    ),
    "label lengths": (
        [[1, 2], [2, 2], [1, 1]],
        {"label_lengths": [2, 1, 0]},
        [4] * 3,
        [[1, 2], [2], []],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_against_all_paths(name: str) -> None:
    label, options, steps, labels = CASES[name]
    data = np.random.default_rng(0).standard_normal((STEPS, BATCH, CLASSES))
    facts = {}
    for key, value in options.items():
        lengths = key.endswith("lengths")
        facts[key] = nd.array(value) if lengths else value
        if lengths:
            facts[f"use_{key}"] = True
    loss = nd.CTCLoss(nd.array(data, dtype="float64"), nd.array(label), **facts).asnumpy()
    blank = CLASSES - 1 if name == "last" else 0
    expected = [by_all_paths(data[:, i], labels[i], steps[i], blank) for i in range(BATCH)]
    np.testing.assert_allclose(loss, expected, rtol=1e-12, atol=1e-12)


def test_steps_behind_the_end_take_no_part() -> None:
    data = nd.array(np.random.default_rng(1).normal(size=(3, 1, 3)))
    data[2] = np.nan
    data.attach_grad()
    with mx.autograd.record():
        loss = nd.CTCLoss(data, nd.ones((1, 1)), nd.array([2]), use_data_lengths=True)
    loss.backward()
    gradient = data.grad.asnumpy()
    assert np.abs(gradient[:2].sum(axis=2)).max() < 1e-6 < np.abs(gradient[:2]).max()
    assert not gradient[2].any()


WRONG: dict[str, Any] = {
    "label": ({"label": nd.ones(2)}, r"shapes \[3,2,3\] and \[2\]"),
    "batch": ({"label": nd.ones((1, 2))}, r"argument label has shape \[1,2\]"),
    "labels": ({"label": nd.ones((2, 4))}, "3 labels at most"),
    "blank": ({"blank_label": "middle"}, "middle"),
    "missing": ({"use_data_lengths": True}, "data_lengths is missing"),
    "lengths": (
        {"use_data_lengths": True, "data_lengths": nd.ones(3)},
        r"argument data_lengths has shape \[3\], expected \(2,\)",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_name_what_is_wrong(name: str) -> None:
    changed, message = WRONG[name]
    with pytest.raises(mx.MXNetError, match=message):
        nd.CTCLoss(**{"data": nd.ones((3, 2, 3)), "label": nd.ones((2, 2)), **changed})
