"""Plans that are replayed as CUDA graphs; run by `test_cuda.py`, as `rows.py` says.

In the simulator a graph is a list of launches.
"""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.compiler.plan import plan
from ndgrad.compiler.plan import replay as plan_replay
from ndgrad.dispatch import copy_buffer, written
from ndgrad.kernels.cuda import streams
from ndgrad.memory.device import context_device

GPU = mx.gpu(0)
RNG = np.random.default_rng(7)
WEIGHT = RNG.normal(size=(3, 2)) * 0.3
BATCHES = [(RNG.normal(size=(2, 2)), RNG.normal(size=(2, 3))) for _ in range(12)]


pytestmark = pytest.mark.usefixtures("collects_own_objects")


@pytest.fixture(autouse=True)
def graphs_always_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "WORTH", 1)


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The graphs that are launched."""
    graphs: list[Any] = []
    launch = streams.Graph.launch

    def noted(self: Any, given: Any) -> None:
        graphs.append(id(self))
        launch(self, given)

    monkeypatch.setattr(streams.Graph, "launch", noted)
    return graphs


def says(compiled: Any) -> list[str]:
    return [report.replay for _, report in compiled.explain().reports]


def loss_of(x: Any, y: Any, weight: Any) -> Any:
    error = nd.tanh(nd.FullyConnected(x, weight, num_hidden=3, no_bias=True)) - y
    return (error * error).mean()


def train(decorate: Any, whole_step: bool) -> list[np.ndarray[Any, Any]]:
    """Losses of all steps, read when all are done, and the weight."""
    weight = nd.array(WEIGHT, ctx=GPU)
    weight.attach_grad()

    def step(x: Any, y: Any) -> Any:
        with autograd.record():
            loss = inner(x, y, weight)
        loss.backward()
        weight[:] = weight - 0.1 * weight.grad
        return loss

    inner = loss_of if whole_step else decorate(loss_of)
    outer = decorate(step) if whole_step else step
    losses = []
    for x, y in BATCHES:
        losses.append(outer(nd.array(x, ctx=GPU), nd.array(y, ctx=GPU)))
        if len(losses) % 3 == 0:
            losses[-3:] = [loss.asnumpy() for loss in losses[-3:]]
    return [*losses, weight.asnumpy()]


@pytest.mark.parametrize("whole_step", [True, False])
def test_training(whole_step: bool, launched: list[Any]) -> None:
    made = []

    def decorate(function: Any) -> Any:
        made.append(mx.compile(function))
        return made[-1]

    found = train(decorate, whole_step)
    for actual, expected in zip(found, train(lambda f: f, whole_step), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5)
    assert len(launched) > len(set(launched)) > 0
    assert all(text.startswith("is replayed as a CUDA graph (") for text in says(made[0]))
    assert "is replayed as a CUDA graph (" in repr(made[0].explain())


def test_results_stay() -> None:
    """What a call has returned is not overwritten by a later one."""
    double = mx.compile(lambda x: (nd.tanh(x) * 2, nd.tanh(x).sum()))
    x = nd.array([1, 2, 3], ctx=GPU)
    for kept in ([], [None] * 3, []):
        for i in range(8):
            x[:] = i
            kept.append(double(x))
            kept.append(None)
            del kept[:1]  # so that memory is free now and then
        x[:] = np.nan
        for i, both in enumerate(kept[::-2] if kept[-1] else kept[-2::-2]):
            if both is not None:
                np.testing.assert_allclose(both[0].asnumpy(), np.tanh([7.0 - i] * 3) * 2, rtol=1e-6)
                np.testing.assert_allclose(both[1].asnumpy(), 3 * np.tanh(7.0 - i), rtol=1e-6)
        del both


def test_memory_of_the_graph_is_copied(launched: list[Any]) -> None:
    """A call of an operator makes its results itself: in a graph, always in the same place."""
    highest = mx.compile(lambda x: nd.argmax(x * 2, axis=1))
    x = nd.array(np.eye(4), ctx=GPU)
    results = []
    for i in range(6):
        x[:] = np.roll(np.eye(4), i, axis=1)
        results.append(highest(x))
    assert launched
    for i, y in enumerate(results):
        assert y.asnumpy().tolist() == np.roll(np.eye(4), i, axis=1).argmax(1).tolist()
    assert len({y._data.address for y in results}) == len(results)


def repeated(function: Any, *args: Any) -> list[Any]:
    """Results of calls whose arrays lie in the same places."""
    found = []
    for _ in range(4):
        gc.collect()
        result = function(*args)
        found.append(result.asnumpy())
        del result
    return found


def test_what_is_not_replayed(launched: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    x = nd.array(np.arange(6).reshape(2, 3), ctx=GPU)
    noise = mx.compile(lambda x: x + nd.random.normal(shape=(2, 3), ctx=GPU))
    a, b, *_ = repeated(noise, x)
    assert not np.array_equal(a, b)
    assert "draws random numbers" in says(noise)[0]

    def through_the_host(x: Any) -> Any:
        return (x.as_in_context(mx.cpu()) * 2).as_in_context(GPU)

    away = mx.compile(lambda x: nd.tanh(x).as_in_context(mx.cpu()))
    for y in repeated(away, x):
        assert np.array_equal(y, np.tanh(x.asnumpy()))
    assert "copies from or to the host" in says(away)[0]
    assert not launched
    monkeypatch.setattr(plan, "WORTH", 10)
    few = mx.compile(lambda x: nd.tanh(x) + 1)
    repeated(few, x)
    assert says(few) == ["is not replayed as a CUDA graph: 1 steps, which pays from 10 on"]
    assert not launched


def test_a_driver_that_cannot(launched: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    device: Any = context_device(GPU)
    end = device.calls.end

    def fails(stream: int) -> Any:
        end(stream)
        raise MXNetError("CUDA: no graphs today")

    monkeypatch.setattr(device.calls, "end", fails)
    function = mx.compile(lambda x: nd.tanh(x) + 1)
    x = nd.array([1, 2], ctx=GPU)
    for y in repeated(function, x):
        np.testing.assert_allclose(y, np.tanh([1.0, 2.0]) + 1, rtol=1e-6)
    assert says(function) == ["is not replayed as a CUDA graph: CUDA: no graphs today"]
    assert device.stream.owner is device.stream and not launched


def test_there_are_not_too_many(launched: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_replay, "_GRAPHS", 2)
    monkeypatch.setattr(plan_replay, "_LOST", 5)
    device: Any = context_device(GPU)
    forgotten: list[Any] = []
    forget = device.calls.forget
    monkeypatch.setattr(
        device.calls, "forget", lambda graph: (forgotten.append(graph), forget(graph))
    )
    function = mx.compile(lambda x: nd.tanh(x) + 1)
    arrays = [nd.array([i], ctx=GPU) for i in range(4)]
    for _ in range(3):
        for i, x in enumerate(arrays):
            (y,) = repeated(function, x)[-1:]
            np.testing.assert_allclose(y, [np.tanh(i) + 1], rtol=1e-6)
    assert len(set(launched)) > 2 and forgotten
    forgotten.clear()
    function.clear()
    gc.collect()
    assert forgotten


def test_a_state_that_an_operator_writes_to(launched: list[Any]) -> None:
    moving = nd.array([1, 2], ctx=GPU)

    @mx.compile
    def step(x: Any) -> Any:
        y = x - moving
        copy_buffer((moving * 0.5 + x)._data, moving._data)
        written(moving)
        return y * 2

    x, state = nd.array([3, 5], ctx=GPU), np.array([1.0, 2.0])
    for i in range(5):
        version = moving._version[0]
        np.testing.assert_allclose(step(x).asnumpy(), 2 * (np.array([3, 5]) - state))
        state = state * 0.5 + [3, 5]
        np.testing.assert_allclose(moving.asnumpy(), state)
        assert moving._version[0] > version
        moving[:] = state = state + i  # between launches, also by others
    assert launched


def test_a_stream_runs_a_plan_before_it_records_it(launched: list[Any]) -> None:
    def step(x: Any) -> None:
        x[:] = nd.tanh(x) + 1

    function = mx.compile(step)
    x = nd.array([0], ctx=GPU)
    function(x)
    for launches in (0, 1):
        thread = threading.Thread(target=function, args=(x,))
        thread.start()
        thread.join()
        assert len(launched) == launches
    function(x)
    assert len(launched) == 2
    expected = 0.0
    for _ in range(4):
        expected = np.tanh(expected) + 1
    np.testing.assert_allclose(x.asnumpy(), [expected], rtol=1e-6)


def test_threads(launched: list[Any]) -> None:
    """Graphs of one plan share memory, and so do threads."""
    weight = nd.array(np.arange(4).reshape(2, 2), ctx=GPU)
    function = mx.compile(lambda x: nd.dot(nd.softmax(x + 1), weight) * 2 + x)
    found: dict[int, Any] = {}

    def run(i: int) -> None:
        for _ in range(5):
            x = nd.array([[i, 1]], ctx=GPU)
            found[i] = function(x)
            del x

    threads = [threading.Thread(target=run, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, y in found.items():
        e = np.exp([i, 1.0])
        expected = (e / e.sum()) @ np.arange(4).reshape(2, 2) * 2 + [i, 1]
        np.testing.assert_allclose(y.asnumpy(), [expected], rtol=1e-5)


def test_graphs_take_turns(launched: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What puts a launch in order is of no use if another one comes between the two."""

    def step(x: Any) -> None:
        x[:] = nd.tanh(x) + 1

    function = mx.compile(step)
    x, y = nd.array([0], ctx=GPU), nd.array([0], ctx=GPU)
    for _ in range(2):
        function(x)
        function(y)
    assert len(launched) == 2
    device: Any = context_device(GPU)
    other = threading.Thread(target=function, args=(y,))
    log: list[str] = []
    replay = device.calls.replay

    def slow(*args: Any) -> None:
        log.append("in")
        if len(log) == 1:
            other.start()
            other.join(0.1)  # it waits for its turn
        replay(*args)
        log.append("out")

    monkeypatch.setattr(device.calls, "replay", slow)
    function(x)
    other.join()
    assert log == ["in", "out"] * 2 and len(launched) == 4
    expected = np.tanh(np.tanh(np.tanh(0) + 1) + 1) + 1
    for z in (x, y):
        np.testing.assert_allclose(z.asnumpy(), [expected], rtol=1e-6)
