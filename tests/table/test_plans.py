"""Plans of calls: a call that comes again gives the bits of the first one, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED, only_full

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.dispatch import plans
from ndgrad.dispatch.planned import is_planned, plans_of
from ndgrad.memory import abstract
from ndgrad.ops.table import DIFFERENTIABLE, OPS, CompositeOp, Op, Sample, lookup
from ndgrad.testing import sample_inputs

CASES = [
    pytest.param(op, sample, id=f"{op.name}-{i}", marks=only_full(op, FULL_COMPILED))
    for op in OPS.values()
    if is_planned(op)
    for i, sample in enumerate(op.samples)
]


def _outcome(op: Op, sample: Sample, dtype: str) -> list[Any]:
    """Results of a recorded call, and gradients of what has a gradient."""
    mx.random.seed(0)
    inputs = sample_inputs(op, sample, dtype)
    floating = [x for x, given in zip(inputs, sample.args, strict=True) if isinstance(given, tuple)]
    for x in floating:
        x.attach_grad()
    with autograd.record():
        results = op.call(*inputs, **sample.params)
    found = results if isinstance(results, list | tuple) else [results]
    if op.gradient == DIFFERENTIABLE and floating:
        autograd.backward(list(found), [y * 0.5 + 1 for y in found])
    return [x.asnumpy() for x in (*found, *[x.grad for x in floating])]


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float16", marks=FULL_COMPILED)])
@pytest.mark.parametrize(("op", "sample"), CASES)
def test_a_planned_call_gives_the_bits_of_the_first(
    op: Op, sample: Sample, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(abstract, "PLAIN_RUNS", 1)  # so that runs are of both kinds
    plans_of(op).clear()
    try:
        first, *later = [_outcome(op, sample, dtype) for _ in range(4)]
    except mx.MXNetError:
        pytest.skip(f"{op.name} has no kernel of {dtype}")
    for outcome in later:
        for a, b in zip(first, outcome, strict=True):
            assert a.dtype == b.dtype and a.shape == b.shape
            assert a.tobytes() == b.tobytes()
    if op.traceable is True and not isinstance(op, CompositeOp):
        assert any(plans_of(op).values()), "forward does nothing but call entry points"


def _planned(name: str) -> int:
    return sum(bool(plan) for plan in plans_of(lookup(name)).values())


def test_a_call_has_a_plan_from_the_second_time_on() -> None:
    plans_of(lookup("sum")).clear()
    for i in range(3):
        assert nd.sum(nd.ones((3, 4)), axis=1).asnumpy().tolist() == [4, 4, 4]
        assert _planned("sum") == (i > 0)
    assert nd.sum(nd.ones((2, 5)), axis=1).shape == (2,)
    assert _planned("sum") == 1


def test_plans_are_few() -> None:
    found = plans_of(lookup("sum"))
    found.clear()
    for n in range(plans._MOST + 10):
        nd.ones((n + 1,)).sum()
    assert len(found) <= plans._MOST


def test_equal_parameters_of_other_kinds_have_plans_of_their_own() -> None:
    x = nd.ones((3, 4))
    for _ in range(3):
        assert nd.softmax(x, axis=1).shape == (3, 4)
        assert nd.sum(x, axis=(0, 1)).shape == (1,)
    for _ in range(3):
        with pytest.raises(mx.MXNetError, match="expected an int as axis, got True"):
            nd.softmax(x, axis=True)
        with pytest.raises(mx.MXNetError, match=r"\(0, 1.0\)"):
            nd.sum(x, axis=(0, 1.0))
        assert nd.sum(x, axis=[0, 1]).shape == (1,)


def test_texts_of_flags_mean_what_they_say() -> None:
    x = nd.ones((3, 4))
    for _ in range(4):
        assert nd.sum(x, axis=1, keepdims="False").shape == (3,)
        assert nd.sum(x, axis=1, keepdims="True").shape == (3, 1)
        assert nd.sum(x, axis=1, keepdims=1).shape == (3, 1)
        assert nd.Dropout(x, p="0.5").shape == (3, 4)


def test_planned_draws_are_those_of_the_stream() -> None:
    x = nd.ones((20, 20))
    outcomes = []
    for _ in range(2):
        mx.random.seed(3)
        with autograd.train_mode():
            outcomes.append([nd.Dropout(x, p=0.25).asnumpy() for _ in range(4)])
        assert nd.Dropout(x, p=0.25).asnumpy().sum() == 400
    np.testing.assert_array_equal(*outcomes)
    assert len({y.tobytes() for y in outcomes[0]}) == 4


def test_variadic_operators_have_plans_for_each_number_of_inputs() -> None:
    x = nd.ones((2, 3))
    for _ in range(4):
        for count in (1, 2, 5, 40):
            assert nd.concat(*[x] * count, dim=1).shape == (2, 3 * count)
            assert nd.stack(*[x] * count).shape == (count, 2, 3)
        assert nd.concat([x, x], dim=0).shape == (4, 3)


def test_errors_of_a_call_that_comes_again_are_those_of_the_first() -> None:
    x = nd.ones((3, 4))
    texts = set()
    for _ in range(4):
        with pytest.raises(mx.MXNetError) as error:
            nd.sum(x, axis=2)
        texts.add(str(error.value))
    assert len(texts) == 1


def test_a_planned_view_shares_memory_and_version() -> None:
    x = nd.array(np.arange(12).reshape(3, 4))
    x.attach_grad()
    for _ in range(4):
        with autograd.record():
            y = x.reshape((4, 3))
        assert y._data is x._data and y._version is x._version
        assert np.shares_memory(y._data, x._data)


def test_a_planned_call_notices_what_was_overwritten() -> None:
    for _ in range(4):
        x = nd.ones((3, 4))
        x.attach_grad()
        with autograd.record():
            y = nd.max(x * 1, axis=1)
            z = x * 2
            w = nd.norm(z)
        z[:] = 3
        y.backward()
        with pytest.raises(mx.MXNetError, match="overwritten"):
            w.backward()


def test_planned_calls_write_to_out_and_trace() -> None:
    x = nd.array(np.arange(12).reshape(3, 4))
    compiled = mx.compile(lambda x: nd.sum(x, axis=0) + 1)
    for _ in range(4):
        y = nd.zeros((4,))
        assert nd.sum(x, axis=0, out=y) is y
        assert y.asnumpy().tolist() == [12, 15, 18, 21]
        assert compiled(x).asnumpy().tolist() == [13, 16, 19, 22]


def test_the_second_derivative_of_a_planned_call() -> None:
    for _ in range(4):
        x = nd.array([[1.0, 2.0]])
        x.attach_grad()
        with autograd.record():
            y = nd.norm(x)
            (slope,) = autograd.grad(y, x, create_graph=True)
            slope.sum().backward()
        norm = 5**0.5
        expected = [(1 - 1 * 3 / 5) / norm, (1 - 2 * 3 / 5) / norm]
        np.testing.assert_allclose(x.grad.asnumpy()[0], expected, rtol=1e-5)


def test_a_gradient_that_reaches_one_of_several_outputs() -> None:
    for _ in range(4):
        x = nd.ones((2, 4))
        x.attach_grad()
        with autograd.record():
            first, _ = nd.split(x, num_outputs=2, axis=1)
        first.backward()
        assert x.grad.asnumpy().tolist() == [[1, 1, 0, 0]] * 2
