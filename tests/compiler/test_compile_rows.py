"""Every row of the table: compiled, it gives what it gives eagerly."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED, REPRESENTATIVES, SLOW, only_full

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.base import is_floating
from ndgrad.compiler.front.decompose import Decomposer
from ndgrad.kernels import OPS
from ndgrad.ops.emitter import Emitter
from ndgrad.ops.table import DIFFERENTIABLE, NONE, ElementwiseOp, Op, Sample
from ndgrad.tape import Leaf
from ndgrad.testing import assert_close, sample_inputs


def test_decompositions_are_given_what_they_are_promised() -> None:
    promised = [name for name in vars(Emitter) if not name.startswith("_")]
    assert {"map", "reduce", "buffer"} <= set(promised)
    for name in promised:
        ours, theirs = (inspect.signature(getattr(c, name)) for c in (Emitter, Decomposer))
        assert list(ours.parameters.values()) == list(theirs.parameters.values()), name


def leaves(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


def run_row(op: Op, sample: Sample, dtype: str, decorate: Callable[..., Any]) -> list[Any]:
    """Results, gradients for random head gradients, or the error of a row."""
    mx.random.seed(7)
    inputs = sample_inputs(op, sample, dtype)
    for x in inputs:
        if is_floating(x._data.dtype):
            x.attach_grad()
    call = decorate(lambda *arrays: op.call(*arrays, **sample.params))
    with autograd.record():
        results = leaves(call(*inputs))
    heads = [y for y in results if y._node is not None and not isinstance(y._node, Leaf)]
    if heads and op.gradient == DIFFERENTIABLE:
        generator = np.random.default_rng(3)
        grads = [nd.array(generator.normal(size=h.shape), dtype=h.dtype) for h in heads]
        autograd.backward(heads, grads)
    return [*results, *[x.grad for x in inputs if x.grad is not None]]


def outcome(op: Op, sample: Sample, dtype: str, decorate: Callable[..., Any]) -> Any:
    try:
        return run_row(op, sample, dtype, decorate)
    except (mx.MXNetError, TypeError, ValueError, IndexError) as error:
        return type(error), str(error)


def compare_row(op: Op, sample: Sample, dtype: str) -> None:
    eager = outcome(op, sample, dtype, lambda function: function)
    compiled = outcome(op, sample, dtype, mx.compile)
    if not isinstance(eager, list) or not isinstance(compiled, list):
        assert compiled == eager
        return
    for a, b in zip(compiled, eager, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        if isinstance(op, ElementwiseOp) and dtype != "float16":
            np.testing.assert_array_equal(a.asnumpy(), b.asnumpy())
        else:
            assert_close(a, b, what=op.name)


ONE_OF_EACH_HOOK = set(
    "Concat Dropout FullyConnected _assigned _log_of_choice _put_rows _take_rows cumsum dot pick "
    "sgd_update softmax_cross_entropy sort sum".split()
)
"""Rows by the hooks of the recorder that their kernels go through: the others go the same ways."""


def _when(op: Op) -> Any:
    if isinstance(op, ElementwiseOp):  # the compiled ones are in one function, below
        return FULL_COMPILED
    return only_full(op, FULL_COMPILED) or (() if op.name in ONE_OF_EACH_HOOK else SLOW)


FIRST = [pytest.param(op, op.samples[0], id=op.name, marks=_when(op)) for op in OPS.values()]
OTHER = [
    pytest.param(op, sample, id=f"{op.name}-{i}")
    for op in OPS.values()
    for i, sample in enumerate(op.samples[1:], 1)
]


@pytest.mark.parametrize(("op", "sample"), FIRST)
def test_row(op: Op, sample: Sample) -> None:
    if op.dynamic_shape:
        with pytest.raises(mx.MXNetError, match=r"^compile: operator .* makes a shape"):
            run_row(op, sample, "float64", mx.compile)
    else:
        compare_row(op, sample, "float64")


@pytest.mark.full_compiled
@pytest.mark.parametrize(("op", "sample"), OTHER)
def test_row_with_other_parameters(op: Op, sample: Sample) -> None:
    if not op.dynamic_shape:
        compare_row(op, sample, "float64")


ELEMENTWISE = [
    (op, op.samples[0])
    for op in OPS.values()
    if isinstance(op, ElementwiseOp) and op.gradient != NONE
]


@pytest.mark.compiled
@pytest.mark.slow
def test_some_elementwise_rows_of_float32() -> None:
    compare_rows([row for row in ELEMENTWISE if row[0].name in REPRESENTATIVES], "float32")


@pytest.mark.full_compiled
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "int32", "bool"])
def test_elementwise_rows_of_other_dtypes(dtype: str) -> None:
    compare_rows(ELEMENTWISE, dtype)


def compare_rows(rows: Sequence[Any], dtype: str) -> None:
    """All rows in one function, which is a few kernels: they compile faster so."""
    eager, compiled = (run_rows(rows, dtype, f) for f in (lambda function: function, mx.compile))
    assert len(eager) >= 6
    for name in eager:
        for a, b in zip(compiled[name], eager[name], strict=True):
            assert a.dtype == b.dtype, name
            if dtype in ("float16", "bfloat16"):
                assert_close(a, b, what=name)
            else:
                np.testing.assert_array_equal(a.asnumpy(), b.asnumpy(), err_msg=name)


def run_rows(rows: Sequence[Any], dtype: str, decorate: Callable[..., Any]) -> dict[str, Any]:
    """Results and gradients of all *rows* that take inputs of *dtype*, by name."""
    inputs = {}
    for op, sample in rows:
        arrays = sample_inputs(op, sample, dtype)
        try:
            op.call(*arrays, **sample.params)
        except mx.MXNetError:
            continue
        inputs[op.name] = arrays
        for x in arrays:
            if is_floating(x._data.dtype):
                x.attach_grad()

    @decorate
    def every(inputs: dict[str, Any]) -> dict[str, Any]:
        return {
            op.name: op.call(*inputs[op.name], **sample.params)
            for op, sample in rows
            if op.name in inputs
        }

    with autograd.record():
        results = every(inputs)
    heads = [y for y in results.values() if y._node is not None]
    if heads:
        autograd.backward(heads)
    return {
        name: [y, *[x.grad for x in inputs[name] if x.grad is not None]]
        for name, y in results.items()
    }
