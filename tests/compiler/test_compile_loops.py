"""Loops in compiled functions: as programs of their own, and unrolled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from autograd_helpers import variable

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.compiler import control_flow

foreach = nd.contrib.foreach


@pytest.fixture(autouse=True)
def short_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_flow, "_FEW", 3)


def rolled(compiled: Any) -> bool:
    """Whether the program that was made last has a loop in it."""
    return "foreach" in str(compiled.explain())


def arrays() -> tuple[Any, ...]:
    rng = np.random.default_rng(0)
    return tuple(variable(*rng.uniform(-1, 1, s).tolist()) for s in ((5, 4), (4,), (4,)))


def recurrent(x: Any, start: Any, w: Any) -> tuple[Any, Any]:
    scale = w * w  # of the function around the loop

    def body(data: Any, states: Any) -> tuple[Any, Any]:
        total, (count,) = states
        new = nd.tanh(data * scale + total * w)
        return [new * data, new], (new, [count + 1])

    outputs, (last, (count,)) = foreach(body, x, (start, [nd.zeros(1)]))
    return outputs[0].sum() + (outputs[1] * last).sum() * count, outputs[1]


def gradients(function: Any, inside: bool) -> list[Any]:
    x, start, w = arrays()

    def step(*given: Any) -> Any:
        with autograd.record():
            loss, outputs = function(*given)
        loss.backward()
        return loss, outputs

    if inside:
        results = mx.compile(step)(x, start, w)
    else:
        results = step(x, start, w)
    return [y.asnumpy() for y in (*results, x.grad, start.grad, w.grad)]


def test_a_loop_gives_the_bits_of_the_eager_loop() -> None:
    compiled = mx.compile(recurrent)
    expected = gradients(recurrent, False)
    for found in (gradients(compiled, False), gradients(recurrent, True)):
        for a, b in zip(found[:4], expected[:4], strict=True):
            np.testing.assert_array_equal(a, b)
        # The gradient of `scale` reaches w at another place in the sum.
        np.testing.assert_allclose(found[4], expected[4], rtol=1e-6)
    assert rolled(compiled)
    x, start, w = arrays()
    np.testing.assert_array_equal(compiled(x, start, w)[1].asnumpy(), expected[1])


@pytest.mark.full_compiled
def test_derivatives_of_a_loops_gradient() -> None:
    def curvature(x: Any, start: Any, w: Any) -> Any:
        with autograd.record():
            loss = foreach(lambda a, s: (a * s, s * w), x, start)[0].sum()
            (slope,) = autograd.grad(loss, w, create_graph=True)
            norm = (slope * slope).sum()
        norm.backward()
        return w.grad.copy()

    expected = curvature(*arrays()).asnumpy()
    found = mx.compile(curvature)(*arrays()).asnumpy()
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-6)


@pytest.mark.full_compiled
def test_loops_in_loops() -> None:
    def function(x: Any, start: Any, w: Any) -> tuple[Any, Any]:
        def outer(row: Any, total: Any) -> tuple[Any, Any]:
            return foreach(lambda a, s: (a * s, s + a * w[1]), row, total)

        outputs, last = foreach(outer, nd.stack(x, x * 2, x + 1, x * w, axis=0), start)
        return (outputs * outputs).sum() + last.sum(), outputs

    compiled = mx.compile(function)
    for a, b in zip(gradients(compiled, False), gradients(function, False), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)
    assert rolled(compiled)


@pytest.mark.parametrize("what", ["list", "number", "iterator", "rows", "values", "array", "shape"])
def test_bodies_that_do_not_do_the_same_in_each_step_are_unrolled(what: str) -> None:
    table = nd.arange(20).reshape((5, 4))

    def function(x: Any, start: Any) -> Any:
        kept: list[Any] = []
        number = [0]
        factors = iter(range(5))
        rows, values = iter(range(5)), iter([start * i for i in range(5)])
        buffer = nd.zeros(4)

        def body(data: Any, state: Any) -> tuple[Any, Any]:
            if what == "list":
                kept.append(data * state)
            elif what == "number":
                number[0] += 1
                state = state * (2 if number[0] == 5 else 1)
            elif what == "iterator":
                state = state * next(factors)
            elif what == "rows":
                state = state * table[next(rows)]
            elif what == "values":
                state = next(values)
                return state, state
            elif what == "array":
                buffer[:] = buffer + data
            else:
                state = nd.concat(state, data, dim=0)
            return data, state + 1

        outputs, last = foreach(body, x, start)
        return [outputs, last, buffer, *kept]

    x, start, _ = arrays()
    compiled = mx.compile(function)
    expected = function(x, start)
    found = compiled(x, start)
    assert len(found) == len(expected)
    assert not rolled(compiled)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a.asnumpy(), b.asnumpy())


def test_what_backward_reads_of_a_loop_must_not_be_overwritten() -> None:
    x, start, w = arrays()
    compiled = mx.compile(lambda x, s: foreach(lambda a, t: (a * w, t + a), x, s))
    with autograd.record():
        outputs, last = compiled(x, start)
        loss = outputs.sum() + last.sum()
    start[:] = 0  # which a sum does not need
    outputs[:] = 0
    loss.backward()
    np.testing.assert_allclose(w.grad.asnumpy(), x.asnumpy().sum(axis=0), atol=1e-6)
    with autograd.record():
        loss = compiled(x, start)[0].sum()
    w[:] = 0
    with pytest.raises(MXNetError, match="overwritten between forward and backward"):
        loss.backward()
    assert rolled(compiled)


def test_errors_of_a_loop_come_after_the_writes_before_it() -> None:
    table, seen = nd.arange(4), nd.zeros(1)

    @mx.compile
    def function(x: Any) -> Any:
        seen[:] = 1
        outputs, _ = foreach(lambda i, s: (nd.take(table, i, mode="raise") + s, s), x, nd.zeros(1))
        seen[:] = 2
        return outputs

    assert function(nd.array([0, 1, 2, 3, 3])).tolist() == [[0], [1], [2], [3], [3]]
    assert rolled(function)
    seen[:] = 0
    with pytest.raises(MXNetError, match="take"):
        function(nd.array([0, 1, 2, 9, 3]))
    assert seen.asscalar() == 1


@pytest.mark.parametrize("start", [[0.5, 1.0], [4.0, 3.0]])
def test_conditions_by_values(start: list[float]) -> None:
    w = variable(1.5, 1.25)

    def function(x: Any) -> Any:
        outputs, last = nd.contrib.while_loop(
            lambda value: value.sum() < 5, lambda value: (value, value * w), x * 1, 9
        )
        chosen = nd.contrib.cond(last.max() < 4, lambda: [last * w], lambda: [last + w])
        return [last, *chosen, outputs]

    results = []
    compiled = mx.compile(function)
    for call in (function, compiled, compiled):
        x = variable(*start)
        with autograd.record():
            last, chosen, outputs = call(x)
            loss = (chosen * chosen).sum()
        loss.backward()
        if isinstance(outputs, list):  # there was no step
            outputs = nd.zeros((9, 2))
        results.append([y.asnumpy() for y in (last, chosen, outputs, x.grad, w.grad)])
    for found in results[1:]:
        for a, b in zip(found, results[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5)
