"""Every row of the op table on a GPU against the CPU; run by `test_cuda.py`.

There need not be one: with ``NUMBA_ENABLE_CUDASIM=1`` and ``NUMBA_DISABLE_JIT=1`` it is simulated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forms import first, only_full

import ndgrad as mx
from ndgrad import autograd
from ndgrad.kernels import OPS
from ndgrad.kernels.cuda import driver
from ndgrad.memory.device import DeviceArray
from ndgrad.ops.table import DIFFERENTIABLE, Op, Sample
from ndgrad.testing import assert_close, sample_inputs

NOT_YET: dict[str, str] = {}
"""Rows that do not work on a GPU yet, and what they lack.  A row that works must not be here."""

CASES = [
    pytest.param(op, sample, id=f"{op.name}-{i}", marks=only_full(op))
    for op in OPS.values()
    for i, sample in enumerate(op.samples)
]


def start(
    op: Op, sample: Sample, dtype: str, ctx: mx.Context, decorate: Any = lambda function: function
) -> tuple[list[mx.nd.NDArray], list[mx.nd.NDArray]]:
    """Outputs, and gradients of the inputs that are given as shapes."""
    mx.random.seed(1)
    inputs = [x.as_in_context(ctx) for x in sample_inputs(op, sample, dtype)]
    variables = [
        x for x, given in zip(inputs, sample.args, strict=True) if isinstance(given, tuple)
    ]
    for x in variables:
        x.attach_grad()
    call = decorate(lambda *arrays: op.call(*arrays, **sample.params))
    with autograd.record():
        result = call(*inputs)
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    assert all(y.context == ctx and on(ctx, y) for y in outputs)
    gradients: list[mx.nd.NDArray] = []
    if op.gradient == DIFFERENTIABLE and variables:
        heads = [mx.nd.array(_head(y), dtype=y.dtype, ctx=ctx) for y in outputs]
        autograd.backward(outputs, heads)
        assert all(x.grad.context == ctx and on(ctx, x.grad) for x in variables)
        gradients = [x.grad for x in variables]
    return outputs, gradients


def values(
    outputs: list[mx.nd.NDArray], gradients: list[mx.nd.NDArray]
) -> tuple[list[Any], list[Any]]:
    return [y.asnumpy() for y in outputs], [x.asnumpy() for x in gradients]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Notes each time that the host waits for a device."""
    found = []
    for how in ("download", "synchronize"):
        function = getattr(driver.CudaDevice, how)

        def waiting(*args: Any, function: Any = function) -> Any:
            found.append(function)
            return function(*args)

        monkeypatch.setattr(driver.CudaDevice, how, waiting)
    return found


def on(ctx: mx.Context, x: mx.nd.NDArray) -> bool:
    """Whether the elements are where the context says."""
    return (type(x._data) is DeviceArray) == (ctx.device_type == "gpu")


def _head(y: mx.nd.NDArray) -> np.ndarray[Any, Any]:
    """Gradients that are all different."""
    return np.linspace(0.5, 1.5, y.size).reshape(y.shape)


@pytest.mark.parametrize("dtype", first("float32", "float16", "bfloat16", "float64"))
@pytest.mark.parametrize(("op", "sample"), CASES)
def test_row(op: Op, sample: Sample, dtype: str, waits: list[Any]) -> None:
    """A call and its backward only start what the device does, which is what the CPU does."""
    expected = values(*start(op, sample, dtype, mx.cpu()))
    try:
        started = start(op, sample, dtype, mx.gpu())
        assert bool(waits) == (op.dynamic_shape or op.on_host)
        actual = values(*started)
    except AssertionError:
        raise
    except Exception as error:
        if op.name in NOT_YET:
            pytest.xfail(NOT_YET[op.name])
        raise error
    assert op.name not in NOT_YET, "this row works now: take it out of NOT_YET"
    for kind, ours, theirs in zip(("output", "gradient"), actual, expected, strict=True):
        for y, value in zip(ours, theirs, strict=True):
            assert y.dtype == value.dtype
            assert_close(y, value, what=f"{kind} of {op.name}", dtype=dtype)


@pytest.mark.parametrize(("op", "sample"), [case for case in CASES if case.id.endswith("-0")])
def test_compiled_row(op: Op, sample: Sample) -> None:
    """A row gives compiled what it gives eagerly, unless it makes a shape of values."""
    expected = values(*start(op, sample, "float32", mx.cpu()))
    try:
        actual = values(*start(op, sample, "float32", mx.gpu(), mx.compile))
    except mx.MXNetError as error:
        if "makes a shape of an array's values" not in str(error):
            raise
        return
    for ours, theirs in zip(actual, expected, strict=True):
        for y, value in zip(ours, theirs, strict=True):
            assert y.dtype == value.dtype
            assert_close(y, value, what=f"compiled {op.name}", dtype="float32")
