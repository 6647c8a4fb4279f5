"""Compiled functions on a GPU against eager ones; run by `test_cuda.py`, see `rows.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.kernels.cuda import fused
from ndgrad.memory.device import DeviceArray

GPU, CPU = mx.gpu(0), mx.cpu(0)


def chain(x: Any) -> Any:
    return (2 * x + 0.5).sigmoid() * nd.tanh(0.3 * x) + nd.sqrt(x * x + 1)


def gelu(x: Any) -> Any:
    return 0.5 * x * (1 + nd.erf(x / 2**0.5))


def layer_norm(x: Any, scale: Any, shift: Any) -> Any:
    centred = x - x.mean(axis=1, keepdims=True)
    variance = (centred * centred).mean(axis=1, keepdims=True)
    return centred / nd.sqrt(variance + 1e-5) * scale + shift


def cross_entropy(x: Any, weight: Any, bias: Any) -> Any:
    labels = nd.arange(x.shape[0], ctx=x.context) % weight.shape[0]
    scores = nd.FullyConnected(x, weight, bias, num_hidden=weight.shape[0])
    return -nd.pick(nd.log_softmax(scores), labels).mean()


def extremes(x: Any) -> Any:
    return (x - x.max(axis=1, keepdims=True)) * x.min() + x.sum(axis=0)


def halves(x: Any) -> Any:
    y = nd.softmax(x.astype("float16") * 2).astype("float32")
    return nd.where(y > 0.2, y, -x).max(axis=1)


def steps(x: Any) -> Any:
    parts = nd.concat(nd.tanh(x[:, :20]), x[:, 20:] * 2, dim=1)
    return nd.transpose(parts) + parts.mean()


def of_channels(x: Any, scale: Any, shift: Any) -> Any:
    return nd.relu(x * scale + nd.tanh(x) * shift)


def adam(x: Any, gradient: Any, mean: Any, square: Any) -> Any:
    mean[:] = 0.9 * mean + 0.1 * gradient
    square[:] = 0.999 * square + 0.001 * gradient * gradient
    x[:] = x - 0.01 * mean / (nd.sqrt(square) + 1e-8)
    return (x * x).sum()


WHAT: list[tuple[Callable[..., Any], list[tuple[int, ...]]]] = [
    (chain, [(5, 7)]),
    (gelu, [(5, 7)]),
    (layer_norm, [(6, 9), (9,), (9,)]),
    (layer_norm, [(3, 70), (70,), (70,)]),
    (cross_entropy, [(4, 3), (5, 3), (5,)]),
    (extremes, [(4, 3)]),
    (extremes, [(7, 1)]),
    (halves, [(3, 5)]),
    (steps, [(3, 40)]),
    (of_channels, [(2, 3, 7), (3, 1), (1, 3, 1)]),
]


def run(
    function: Callable[..., Any], shapes: list[tuple[int, ...]], ctx: mx.Context
) -> list[np.ndarray[Any, Any]]:
    """The result of two calls, each with a backward, and the gradients."""
    generator = np.random.default_rng(5)
    inputs = [nd.array(generator.normal(size=shape), ctx=ctx) for shape in shapes]
    for x in inputs:
        x.attach_grad("add")
    for _ in range(2):
        with autograd.record():
            y = function(*inputs)
        y.backward(nd.array(generator.normal(size=y.shape), ctx=ctx))
    arrays = [y, *(x.grad for x in inputs)]
    assert all(x.context == ctx for x in arrays)
    assert all((type(x._data) is DeviceArray) == (ctx == GPU) for x in arrays)
    return [x.asnumpy() for x in arrays]


@pytest.mark.parametrize(("function", "shapes"), WHAT)
def test_forward_and_backward(function: Callable[..., Any], shapes: list[tuple[int, ...]]) -> None:
    compiled = mx.compile(function)
    results = run(compiled, shapes, GPU)
    for other in (run(function, shapes, GPU), run(function, shapes, CPU)):
        for y, expected in zip(results, other, strict=True):
            np.testing.assert_allclose(y, expected, rtol=2e-5, atol=2e-6)
    text = "\n".join(compiled.explain().sources)
    assert "(CUDA)" in text and "@chunked" not in text


def test_rows_without_room_in_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [run(function, shapes, CPU) for function, shapes in WHAT[2:5]]
    monkeypatch.setattr(fused, "_SHARED", 0)
    for made in (fused.source, fused.kernel):
        made.cache_clear()
    for (function, shapes), results in zip(WHAT[2:5], expected, strict=True):
        compiled = mx.compile(function)
        for y, value in zip(run(compiled, shapes, GPU), results, strict=True):
            np.testing.assert_allclose(y, value, rtol=2e-5, atol=2e-6)
        assert not any("_row[i]" in text for text in compiled.explain().sources)


@pytest.mark.parametrize("n", [3, 70])
def test_updates_in_place(n: int) -> None:
    found = []
    for ctx, decorate in ((CPU, mx.compile), (GPU, lambda f: f), (GPU, mx.compile)):
        arrays = [nd.array(np.linspace(1, i, n), ctx=ctx) for i in range(2, 6)]
        data = [x._data for x in arrays]
        update = decorate(adam)
        total = [update(*arrays) for _ in range(3)][-1]
        assert total.context == ctx
        assert all(x._data is flat for x, flat in zip(arrays, data, strict=True))
        found.append([x.asnumpy() for x in (total, *arrays)])
    for a, b, c in zip(*found, strict=True):
        np.testing.assert_allclose(c, a, rtol=1e-6)
        np.testing.assert_allclose(c, b, rtol=1e-6)


def test_a_training_step() -> None:
    found = []
    for ctx, decorate in ((CPU, mx.compile), (GPU, mx.compile)):
        weight = nd.array([[0.1, -0.2], [0.3, 0.4]], ctx=ctx)
        bias = nd.zeros(2, ctx=ctx)
        for p in (weight, bias):
            p.attach_grad()

        def step(x: Any, y: Any, weight: Any = weight, bias: Any = bias) -> Any:
            with autograd.record():
                z = nd.tanh(nd.FullyConnected(x, weight, bias, num_hidden=2))
                loss = ((nd.Dropout(z, p=0.5) - y) ** 2).mean()
            loss.backward()
            for p in (weight, bias):
                p -= 0.1 * p.grad
            return loss

        mx.random.seed(3)
        step = decorate(step)
        x, y = nd.array([[1, 2], [3, 4], [5, 6]], ctx=ctx), nd.ones((3, 2), ctx=ctx)
        losses = [float(step(x, y)) for _ in range(3)]
        found.append([losses, weight.asnumpy(), bias.asnumpy(), weight.grad.asnumpy()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5)


def test_a_program_for_each_context() -> None:
    made = mx.compile(lambda x: x * 2 + nd.ones(x.shape, ctx=x.context))
    for ctx in (CPU, GPU, mx.cpu(1), CPU, GPU):
        y = made(nd.array([1, 2], ctx=ctx))
        assert y.context == ctx and y.asnumpy().tolist() == [3, 5]
    assert len(made.explain().programs) == 3
    fresh = mx.compile(lambda: nd.zeros(2) + 1)
    with GPU:
        assert fresh().context == GPU
    assert fresh().context == CPU


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: a + b,
        lambda a, b: nd.dot(a, b),
        lambda a, b: nd.concat(a, b, dim=0),
        lambda a, b: nd.where(a, b, b),
    ],
)
def test_arrays_of_two_devices_are_the_eager_error(function: Callable[..., Any]) -> None:
    a, b = nd.ones((2, 2), ctx=GPU), nd.ones((2, 2))
    with pytest.raises(MXNetError) as eager:
        function(a, b)
    with pytest.raises(MXNetError) as compiled:
        mx.compile(function)(a, b)
    assert str(compiled.value) == str(eager.value)


def test_copies_between_devices() -> None:
    x, w = nd.array([1, 2]), nd.array([3, 4], ctx=GPU)
    x.attach_grad()
    w.attach_grad()

    @mx.compile
    def across(x: Any, w: Any) -> Any:
        return (nd.tanh(x.as_in_context(GPU)) * w).as_in_context(CPU)

    with autograd.record():
        y = across(x, w)
    y.backward()
    assert y.context == CPU and x.grad.context == CPU and w.grad.context == GPU
    np.testing.assert_allclose(y.asnumpy(), np.tanh([1, 2]) * [3, 4], rtol=1e-6)
    np.testing.assert_allclose(w.grad.asnumpy(), np.tanh([1, 2]), rtol=1e-6)
    both = mx.compile(lambda x: nd.tanh(x).as_in_context(GPU) * 2)
    with pytest.raises(MXNetError, match=r"computes on gpu\(0\) and on the host"):
        both(x)


def test_random_numbers_are_those_of_the_eager_call() -> None:
    def noisy(x: Any) -> Any:
        return x + mx.random.normal(0, 1, shape=x.shape, ctx=x.context)

    draws = []
    for function, ctx in ((noisy, CPU), (noisy, GPU), (mx.compile(noisy), GPU)):
        mx.random.seed(5)
        draws.append(function(nd.zeros(7, ctx=ctx)).asnumpy())
    np.testing.assert_allclose(draws[1], draws[0], rtol=1e-6)
    assert np.array_equal(draws[2], draws[1])


def test_host_reads_are_refused() -> None:
    with pytest.raises(MXNetError, match=r"reads an array of shape .* as a truth value"):
        mx.compile(lambda x: x if x.sum() > 0 else -x)(nd.ones(2, ctx=GPU))
