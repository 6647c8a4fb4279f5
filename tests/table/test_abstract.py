"""Shapes and dtypes of results from those of inputs, for every sample of the table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad.dispatch.abstract import Form, forms_of
from ndgrad.kernels.build import launch
from ndgrad.ops.table import OPS, Op, Sample

SAMPLES = [(op, sample) for op in OPS.values() for sample in op.samples]


def forms(sample: Sample) -> list[Form]:
    found = []
    for x in sample.args:
        if isinstance(x, tuple):
            found.append((x, np.dtype("float32")))
        else:
            kept = isinstance(x, np.ndarray) and x.dtype != np.float64
            dtype = x.dtype if kept else np.dtype("float32")
            found.append((np.asarray(x).shape, dtype))
    return found


@pytest.mark.parametrize(
    ("op", "sample"), SAMPLES, ids=[f"{op.name}-{i}" for i, (op, _) in enumerate(SAMPLES)]
)
def test_as_many_outputs_as_the_definition_says(op: Op, sample: Sample) -> None:
    assert len(forms_of(op, forms(sample), sample.params)) == op.count(sample.params)


@pytest.mark.parametrize(
    ("name", "shapes", "params"),
    [
        ("FullyConnected", [(2, 3), (4, 3), (4,)], {"num_hidden": 4}),
        ("Convolution", [(1, 2, 5, 5), (3, 2, 3, 3)],
         {"num_filter": 3, "kernel": (3, 3), "no_bias": True}),
        ("BatchNorm", [(2, 3, 2), (3,), (3,), (3,), (3,)], {"output_mean_var": True}),
        ("SliceChannel", [(2, 4)], {"num_outputs": 2}),
        ("topk", [(3, 4)], {"k": 2, "ret_typ": "both"}),
        ("Embedding", [(2,), (3, 4)], {"input_dim": 3, "output_dim": 4}),
    ],
)  # fmt: skip
def test_forms_are_those_of_the_call(name: str, shapes: Any, params: Any) -> None:
    op = OPS[name]
    found = op.call(*(mx.nd.ones(shape) for shape in shapes), **params)
    found = found if isinstance(found, list) else [found]
    given = [(shape, np.dtype("float32")) for shape in shapes]
    assert forms_of(op, given, params) == [(y.shape, np.dtype(y.dtype)) for y in found]


def test_no_kernel_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> Any:
        raise AssertionError("a kernel was compiled")

    monkeypatch.setattr(launch, "_compiled", refuse)
    op, dtype = OPS["LRN"], np.dtype("float64")
    assert forms_of(op, [((1, 7, 2, 3), dtype)], {"nsize": 3}) == [((1, 7, 2, 3), dtype)]
