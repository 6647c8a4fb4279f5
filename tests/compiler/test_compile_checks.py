"""Operators that refuse values: compiled, they raise the eager errors, after the same writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from forms import FULL_COMPILED, SLOW, only_full

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels import OPS
from ndgrad.ops.table import Op, Sample
from ndgrad.testing import assert_close, sample_inputs


def _when(op: Op, number: int) -> Any:
    if number:
        return FULL_COMPILED
    return only_full(op, FULL_COMPILED) or (() if op.validates else SLOW)


PUBLIC = [
    pytest.param(op, sample, id=f"{op.name}-{i}", marks=_when(op, i))
    for op in OPS.values()
    if not op.name.startswith("_") or op.name.startswith("_contrib_")
    for i, sample in enumerate(op.samples)
]
WILD = (1e9, -1e9, 0.0)


def refusals(call: Callable[..., Any], op: Op, sample: Sample) -> list[tuple[int, float, str]]:
    """What *call* says of inputs that hold one wild value."""
    found = []
    for i in range(len(sample.args)):
        for value in WILD:
            inputs = sample_inputs(op, sample, "float64")
            array = inputs[i].asnumpy()
            if array.dtype.kind != "f":
                continue
            inputs[i] = nd.array(np.full_like(array, value), dtype=array.dtype)
            try:
                call(*inputs)
            except (mx.MXNetError, IndexError, ValueError) as error:
                found.append((i, value, f"{type(error).__name__}: {error}"))
    return found


@pytest.mark.parametrize(("op", "sample"), PUBLIC)
def test_rows_that_refuse_values_say_so(op: Op, sample: Sample) -> None:
    params = {**sample.params, **(op.validates if isinstance(op.validates, dict) else {})}
    eager = refusals(lambda *inputs: op.call(*inputs, **params), op, sample)
    if eager and not op.dynamic_shape:
        assert op.applies(op.validates, params)

        @mx.compile
        def unread(*inputs: Any) -> None:
            op.call(*inputs, **params)

        assert refusals(unread, op, sample) == eager


def history(call: Callable[..., Any], indices: Sequence[Any]) -> tuple[list[str], list[Any]]:
    """What calls say that is wrong, and what they return and leave in memory."""
    mx.random.seed(3)
    weight, state = nd.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), nd.zeros(3)
    weight.attach_grad()
    errors, arrays = [], []
    for index in indices:
        try:
            result = call(weight, state, nd.array(index))
            arrays += [] if result is None else [result]
        except (mx.MXNetError, IndexError) as error:
            errors.append(f"{type(error).__name__}: {error}")
        arrays += [weight.copy(), state.copy(), weight.grad.copy(), mx.random.uniform()]
    return errors, arrays


def unread(w: Any, s: Any, index: Any) -> None:
    nd.take(w, index, mode="raise")


def write_first(w: Any, s: Any, index: Any) -> Any:
    s += 1
    y = nd.take(w, index, mode="raise")
    s += 10
    return y


def write_twice(w: Any, s: Any, index: Any) -> None:
    s[:] = s * 2 + 1
    w[1:2] = 7
    s[0:1] = 5
    nd.gather_nd(w, index.reshape((1, -1)))
    w[:] = w + 1
    s[:] = 0


def swap(w: Any, s: Any, index: Any) -> None:
    column = w[:, 0].copy()
    w[:] = s.reshape((3, 1)) + w * 0
    s[:] = column
    nd.take(w, index, mode="raise")
    s[:] = -1


def train(w: Any, s: Any, index: Any) -> Any:
    for _ in range(2):
        with autograd.record():
            loss = nd.softmax_cross_entropy(nd.dot(w, w, transpose_b=True), index)
        loss.backward()
        w -= 0.1 * w.grad
    return loss


def later_check(w: Any, s: Any, index: Any) -> None:
    with autograd.record():
        loss = (w * w).sum()
    loss.backward()
    w -= 0.1 * w.grad
    nd.take(s, index, mode="raise")


def computed(w: Any, s: Any, index: Any) -> None:
    s[:] = index * 2 - 2
    nd.scatter_nd(w, s.reshape((1, -1)), shape=(9, 2))
    s[:] = 1


def draws(w: Any, s: Any, index: Any) -> Any:
    s += mx.random.uniform(shape=(3,))
    nd.take(w, index, mode="raise")
    s += mx.random.uniform(shape=(3,))
    return s * 1


def two(w: Any, s: Any, index: Any) -> None:
    nd.take(w, nd.relu(index * 2), mode="raise")  # refuses first, and takes longer
    s += 1
    nd.contrib.index_copy(w, index, w)


@pytest.mark.parametrize(
    "step",
    [
        *(write_twice, later_check, two),
        *(
            pytest.param(step, marks=FULL_COMPILED)
            for step in (unread, write_first, swap, train, computed, draws)
        ),
    ],
)
def test_writes_before_an_error_are_made_and_those_after_it_are_not(step: Any) -> None:
    good, bad = [0.0, 0.0, 0.0] if step is two else [1.0, 1.0, 2.0], [0.0, 9.0, -7.0]
    errors, arrays = history(mx.compile(step), [good, bad, good, bad])
    expected, eager = history(step, [good, bad, good, bad])
    assert errors == expected and errors
    for array, other in zip(arrays, eager, strict=True):
        assert_close(array, other)


def test_a_program_is_made_though_the_first_call_is_refused() -> None:
    call = mx.compile(lambda x, i: nd.take(x, i, mode="raise") + 1)
    x = nd.array([1.0, 2.0])
    with pytest.raises(mx.MXNetError, match="out of bound for length 2"):
        call(x, nd.array([5]))
    assert call(x, nd.array([1])).asnumpy().tolist() == [3]


def test_only_what_was_written_is_noted() -> None:
    x, seen = nd.array([1.0, 2.0]), nd.array([3.0, 4.0])
    for a in (x, seen):
        a.attach_grad()

    @mx.compile
    def step(index: Any) -> None:
        x[:] = x + 1
        nd.take(x, index, mode="raise")
        seen[:] = 0

    with autograd.record():
        kept, lost = (seen * seen).sum(), (x * x).sum()
    with pytest.raises(mx.MXNetError, match="out of bound"):
        step(nd.array([4]))
    kept.backward()
    assert seen.grad.asnumpy().tolist() == [6, 8]
    with pytest.raises(mx.MXNetError, match=r"overwritten|changed|written"):
        lost.backward()


def test_index_copy_takes_the_indices_of_each_call() -> None:
    def function(old: Any, index: Any, new: Any) -> Any:
        return nd.contrib.index_copy(old, index, new)

    compiled = mx.compile(function)
    old, new = nd.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), nd.array([[7.0, 8.0], [9.0, 1.0]])
    for indices in ([0, 1], [2, 2], [1, 0]):
        index = nd.array(indices)
        outcomes = []
        for call in (function, compiled):
            for x in (old, new):
                x.attach_grad()
            with autograd.record():
                y = (call(old, index, new) ** 2).sum()
            y.backward()
            outcomes.append([x.asnumpy().tolist() for x in (y, old.grad, new.grad)])
        assert outcomes[0] == outcomes[1]


def test_an_error_of_the_function_comes_after_its_writes_and_checks() -> None:
    def step(w: Any, s: Any, index: Any) -> Any:
        s += 1
        nd.take(w, index, mode="raise")
        w *= 2
        return nd.dot(w, s)

    for index in ([1.0], [7.0]):
        errors, arrays = history(mx.compile(step), [index, index])
        expected, eager = history(step, [index, index])
        assert errors == expected and errors
        for array, other in zip(arrays, eager, strict=True):
            assert_close(array, other)


def test_an_error_of_tracing_alone_is_a_warning() -> None:
    seen: list[int] = []

    @mx.compile
    def once(x: Any) -> Any:
        seen.append(1)
        if len(seen) == 1:
            raise ValueError("the first time")
        return x + 1

    with pytest.warns(RuntimeWarning, match="raised an error while it was traced.*the first time"):
        assert once(nd.zeros(2)).asnumpy().tolist() == [1, 1]


def test_labels_are_checked_though_the_loss_is_not_read():
    x, label = nd.array(np.eye(3)), nd.array([0.0, 1.0, 2.0])
    x.attach_grad()

    @mx.compile
    def step(x, label):
        with autograd.record():
            loss = nd.softmax_cross_entropy(x * 2, label)
        loss.backward()

    step(x, label)
    before = x.grad.asnumpy()
    with pytest.raises(mx.MXNetError, match="expected labels from 0 to 2, got 0 to 7"):
        step(x, nd.array([0.0, 7.0, 2.0]))
    np.testing.assert_array_equal(x.grad.asnumpy(), before)
