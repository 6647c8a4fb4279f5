"""Names, parameters and shapes of calls, as MXNet has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from symbol_calls import CALLS, Shapes

import ndgrad as mx
from ndgrad import sym
from ndgrad.symbol.operators import definition

RECORDED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "mxnet-1.9.1" / "symbols" / "calls.json").read_text()
)


def test_every_call_is_recorded() -> None:
    assert len(RECORDED) == len(CALLS)


@pytest.mark.parametrize(
    ("text", "shapes", "facts"),
    [(*call, facts) for call, facts in zip(CALLS, RECORDED, strict=True)],
    ids=[text for text, _ in CALLS],
)
def test_call(text: str, shapes: Shapes, facts: dict[str, Any]) -> None:
    with mx.name.NameManager():
        made = eval(text, {"s": sym, "x": sym.var("x"), "y": sym.var("y")})
    assert made.name == facts["name"]
    assert made.list_outputs() == facts["outputs"]
    assert made.list_arguments() == facts["arguments"]
    assert made.list_auxiliary_states() == facts["states"]
    found = made.infer_shape_partial(**shapes)
    for ours, theirs in zip(found, facts["inferred"], strict=True):
        for shape, expected in zip(ours, theirs, strict=True):
            # MXNet says 0 or () of what it does not know; here more may be known.
            if expected and 0 not in expected:
                assert list(shape) == expected
    written = [n["op"] for n in json.loads(made.tojson())["nodes"] if n["op"] != "null"]
    for ours, theirs in zip(written, facts["operators"], strict=True):
        assert ours == theirs or definition(ours) is definition(theirs)
