"""`foreach`, `while_loop` and `cond`: results, gradients, compiled, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from autograd_helpers import variable

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.testing import check_gradients

foreach, while_loop, cond = nd.contrib.foreach, nd.contrib.while_loop, nd.contrib.cond


def cumulative(data: Any, start: Any) -> tuple[Any, Any]:
    return foreach(lambda x, total: (total * x, total * x), data, start)  # type: ignore[no-any-return]


def test_lists_come_back_nested_as_they_were() -> None:
    def body(data: Any, states: Any) -> tuple[Any, Any]:
        x, y = data
        total, (count,) = states
        return [x + total, (y, y * 2)], [total + x, (count + 1,)]

    outputs, states = foreach(
        body, (nd.arange(4).reshape((2, 2)), nd.ones((2, 3))), [nd.zeros(2), [nd.zeros(1)]]
    )
    first, (second, third) = outputs
    assert first.tolist() == [[0, 1], [2, 4]]
    assert second.shape == third.shape == (2, 3)
    assert states[0].tolist() == [2, 4]
    assert states[1][0].tolist() == [2]


def test_gradients_of_a_loop() -> None:
    x, start = np.array([[0.5], [2.0], [-1.5]]), np.array([3.0])
    arrays = [nd.array(v, dtype="float64") for v in (x, start)]
    check_gradients(lambda a, b: cumulative(a, b)[0], arrays, order=2)
    w = variable(2.0)
    with autograd.record():
        outputs, (last,) = while_loop(
            lambda v: v < 10, lambda v: (v, [v * w]), [nd.array([1.0])], max_iterations=6
        )
        (outputs.sum() + last).backward()  # 1 + w + w^2 + w^3, and w^4
    assert outputs.tolist() == [[1], [2], [4], [8], [0], [0]]
    assert w.grad.asscalar() == 1 + 2 * 2 + 3 * 4 + 4 * 8


def test_loops_with_no_step_or_no_output() -> None:
    assert while_loop(lambda v: 0, lambda v: (v, v), nd.ones(1), max_iterations=3)[0] == []
    outputs, last = while_loop(lambda v: v < 3, lambda v: (None, v + 1), nd.ones(1), 5)
    assert outputs == []
    assert last.tolist() == [3]
    outputs, state = foreach(lambda x, s: (x, s), nd.zeros((0, 2)), nd.ones(1))
    assert outputs == []
    assert state.tolist() == [1]


def test_cond_calls_one_branch() -> None:
    x = variable(-3.0)
    with autograd.record():
        y = cond(x < 0, lambda: [x * x], lambda: pytest.fail("the other branch ran"))
        y[0].backward()
    assert x.grad.asscalar() == -6
    assert cond(0, lambda: 1, lambda: 2) == 2


@pytest.mark.full_compiled
def test_compiled_loops() -> None:
    data, start = variable(2.0, 3.0, 4.0), nd.ones(1)

    @mx.compile
    def step(data: Any, start: Any) -> Any:
        with autograd.record():
            outputs, last = cumulative(data, start)
            loss = outputs.sum() + last
        loss.backward()
        return outputs

    assert step(data, start).tolist() == [[2], [6], [24]]
    # 2 * (x y z) + x y + x, of x = 2, y = 3, z = 4
    assert data.grad.tolist() == [2 * 12 + 3 + 1, 2 * 8 + 2, 2 * 6]

    @mx.compile
    def by_number(x: Any, flag: bool) -> Any:
        return cond(flag, lambda: x + 1, lambda: x * 2)

    assert by_number(start, True).tolist() == [2]
    assert by_number(start * 3, False).tolist() == [6]


def test_what_compiled_functions_cannot_do_by_values() -> None:
    def joined(x: Any) -> Any:
        return while_loop(lambda v: v.sum() < 9, lambda v: (None, nd.concat(v, v, dim=0)), x, 4)[1]

    with pytest.raises(MXNetError, match=r"reads .* as cond of contrib.while_loop"):
        mx.compile(joined)(nd.array([8.0]))
    factors = iter(range(9))
    with pytest.raises(MXNetError, match=r"reads .* as cond of contrib.while_loop"):
        mx.compile(lambda x: while_loop(lambda v: v < 9, lambda v: (v, v * next(factors)), x, 4))(
            nd.array([8.0])
        )
    with pytest.raises(MXNetError, match=r"reads .* as pred of contrib.cond"):
        mx.compile(lambda x: cond(x, lambda: x, lambda: nd.concat(x, x, dim=0)))(nd.array([8.0]))
    with pytest.warns(RuntimeWarning, match="It runs eagerly"):
        assert mx.compile(joined, fallback=True)(nd.array([8.0])).tolist() == [8, 8]


def test_outputs_that_the_last_step_of_foreach_does_not_return_are_left_out() -> None:
    counts = iter([3, 2, 1])
    x = nd.array([1, 2, 3])
    outputs, _ = foreach(lambda d, s: ([d] * next(counts), s), x, [])
    assert [y.tolist() for y in outputs] == [x.reshape((3, 1)).tolist()]


def test_refusals() -> None:
    x = nd.ones((2, 3))
    with pytest.raises(TypeError, match="foreach: data must be an NDArray or a nested list"):
        foreach(lambda d, s: (d, s), 3, [])
    with pytest.raises(TypeError, match="foreach: init_states must be"):
        foreach(lambda d, s: (d, s), x, 3)
    with pytest.raises(TypeError, match="foreach: the output of body must be"):
        foreach(lambda d, s: (3, s), x, [])
    with pytest.raises(MXNetError, match="foreach: data has shapes"):
        foreach(lambda d, s: (d, s), [x, nd.ones(1)], [])
    with pytest.raises(MXNetError, match="foreach: data is empty"):
        foreach(lambda d, s: (d, s), [], [])
    counts = iter([1, 2])
    with pytest.raises(MXNetError, match=r"the same in each step, got \[1, 2\]"):
        foreach(lambda d, s: ([d] * next(counts), s), x, [])
    with pytest.raises(ValueError, match="max_iterations should be specified"):
        while_loop(lambda v: 1, lambda v: (v, v), x)
    with pytest.raises(ValueError, match="Cannot convert max_iterations to python int"):
        while_loop(lambda v: 1, lambda v: (v, v), x, max_iterations="many")
    with pytest.raises(ValueError, match="at least one element"):
        while_loop(lambda: 1, lambda: (x, []), [], max_iterations=1)
    with pytest.raises(ValueError, match="returns 0 loop_vars, expected 1"):
        while_loop(lambda v: 1, lambda v: (v, None), x, max_iterations=1)
    with pytest.raises(MXNetError, match=r"shapes of output 0 differ between steps: \[\(1,\), \(2"):
        while_loop(lambda v: 1, lambda v: (v, nd.concat(v, v, dim=0)), nd.ones(1), 2)
    with pytest.raises(ValueError, match="not a scalar"):
        cond(x, lambda: x, lambda: x)
