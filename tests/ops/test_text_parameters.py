"""Parameters as the text that symbol files of MXNet hold."""

from __future__ import annotations

from typing import Any

import pytest

from ndgrad import MXNetError, autograd, nd
from ndgrad.testing import assert_close

CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("sum", {"axis": 2}, {"axis": " 2"}),
    ("sum", {"axis": (1, 2)}, {"axis": "(1L, 2L)"}),
    ("sum", {"axis": (1,), "keepdims": True}, {"axis": "(1,)", "keepdims": "true"}),
    ("sum", {"axis": None}, {"axis": "None"}),
    ("sum", {"axis": ()}, {"axis": "()"}),
    ("argmax", {"axis": 1}, {"axis": "+1"}),
    ("transpose", {"axes": (2, 0, 1)}, {"axes": "[2, 0,1]"}),
    ("reshape", {"shape": (4, -1)}, {"shape": "(4, -1)"}),
    ("expand_dims", {"axis": 1}, {"axis": "1"}),
    ("slice", {"begin": (0, None), "end": (None, 2)}, {"begin": "(0, None)", "end": "(None, 2)"}),
    (
        "slice_axis",
        {"axis": 1, "begin": 1, "end": None},
        {"axis": "1", "begin": "1", "end": "None"},
    ),
    ("tile", {"reps": (2,)}, {"reps": "(2,)"}),
    ("concat", {"dim": 2}, {"dim": "2"}),
    ("softmax", {"axis": 1, "temperature": 2.0}, {"axis": "1", "temperature": "2.0"}),
    ("clip", {"a_min": 3, "a_max": 9.5}, {"a_min": "3", "a_max": "9.5"}),
    ("norm", {"ord": 1, "axis": 1}, {"ord": "1", "axis": "(1,)"}),
]


@pytest.mark.parametrize(("name", "params", "text"), CASES)
def test_text_means_what_it_writes(name: str, params: dict[str, Any], text: dict[str, str]) -> None:
    results = []
    for given in (params, text, text, text):
        x = nd.arange(24).reshape((2, 3, 4))
        x.attach_grad()
        with autograd.record():
            y = getattr(nd, name)(x, **given)
            loss = y * y
        if name != "argmax":
            loss.backward()
        results.append((y, x.grad))
    for y, grad in results[1:]:
        assert_close(y, results[0][0])
        assert_close(grad, results[0][1])


@pytest.mark.parametrize("axis", ["a", "1,2", "1.5", "", "(1", "1_0"])
def test_other_text_is_refused(axis: str) -> None:
    x = nd.zeros((2, 3, 4))
    for function in (nd.sum, nd.argmax, nd.expand_dims):
        with pytest.raises(MXNetError, match="axis"):
            function(x, axis=axis)


def test_numbers_of_steps_and_operands() -> None:
    weight, grad = nd.array([1.0, 2.0]), nd.array([0.5, 1.0])
    nd.sgd_update(weight, grad, lr="0.5", wd="0", out=weight)
    assert weight.tolist() == [0.75, 1.5]
    assert nd._internal._rminus_scalar(weight, scalar="2").tolist() == [1.25, 0.5]
    assert nd.random.uniform(shape="(2, 3)").shape == (2, 3)
    for call, text in (
        (lambda: nd.sgd_update(weight, grad, lr="much"), "lr must be a number, got 'much'"),
        (lambda: nd.clip(weight, "1", "x"), "a_max must be a number, got 'x'"),
        (lambda: nd._internal._plus_scalar(weight, scalar="x"), "scalar must be a number"),
    ):
        with pytest.raises(MXNetError, match=text):
            call()
