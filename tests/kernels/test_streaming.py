"""Results that go past the caches: the same bits, wherever arrays begin and end."""

from __future__ import annotations

import numpy as np
import pytest

from ndgrad import autograd, nd
from ndgrad.kernels import processor
from ndgrad.kernels.build.launch import PARALLEL_ELEMENTS, kernel
from ndgrad.kernels.cpu import elementwise, streaming
from ndgrad.kernels.cpu.streaming import stream, streamed


@kernel
def _copied(y, x):
    stream(y, x)
    streamed()


@pytest.mark.parametrize("dtype", ["float32", "float64", "uint16", "bool"])
@pytest.mark.parametrize(("begin", "size"), [(0, 256), (1, 255), (3, 5), (16, 70), (0, 0)])
def test_stream_copies_all_and_nothing_else(dtype: str, begin: int, size: int) -> None:
    x = np.random.default_rng(size).integers(0, 2, size).astype(dtype)
    around = np.full(begin + size + 20, 1, dtype)
    before = around.copy()
    _copied(around[begin : begin + size], x)
    np.testing.assert_array_equal(around[begin : begin + size], x)
    np.testing.assert_array_equal(around[:begin], before[:begin])
    np.testing.assert_array_equal(around[begin + size :], before[begin + size :])


def test_the_size_of_the_caches_is_known() -> None:
    assert 1 << 18 <= processor.cache_bytes() <= 1 << 32
    assert not streaming.past_caches(0)


ROWS, COLUMNS = 67, 1003
SIZE = ROWS * COLUMNS


def array(*shape: int, seed: int = 0) -> nd.NDArray:
    return nd.array(np.random.default_rng(seed).uniform(-2, 2, shape))


def multiplied_with_gradients():
    x, y = array(SIZE), array(SIZE, seed=1)
    x.attach_grad()
    y.attach_grad()
    with autograd.record():
        z = x * y
    z.backward()
    return z, x.grad, y.grad


def layer_norm():
    x, gamma, beta = array(ROWS, COLUMNS), array(COLUMNS, seed=1), array(COLUMNS, seed=2)
    x.attach_grad()
    with autograd.record():
        y = nd.LayerNorm(x, gamma, beta)
    y.backward(array(ROWS, COLUMNS, seed=3))
    return y, x.grad


def instance_norm():
    x, gamma, beta = array(ROWS, 2, COLUMNS // 2), array(2, seed=1), array(2, seed=2)
    x.attach_grad()
    with autograd.record():
        y = nd.InstanceNorm(x, gamma, beta)
    y.backward(array(ROWS, 2, COLUMNS // 2, seed=3))
    return y, x.grad


CASES = {
    "vectors": multiplied_with_gradients,
    "a part of an array": lambda: nd.relu(array(SIZE)[5:]),
    "rows and a column": lambda: array(ROWS, COLUMNS) + array(ROWS, 1, seed=1),
    "rows and a row": lambda: array(ROWS, COLUMNS) - array(COLUMNS, seed=1),
    "a number": lambda: 1.5 - array(SIZE),
    "float16": lambda: nd.relu(array(SIZE).astype("float16")),
    "LayerNorm": layer_norm,
    "InstanceNorm": instance_norm,
}


@pytest.mark.parametrize("name", CASES)
def test_results_have_the_same_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SIZE >= elementwise._CHEAP_ELEMENTS >= PARALLEL_ELEMENTS
    expected = CASES[name]()
    asked = []

    def past_caches(nbytes: int) -> bool:
        asked.append(nbytes)
        return nbytes > 0

    for module in ("elementwise", "normalisation"):
        monkeypatch.setattr(f"ndgrad.kernels.cpu.{module}.past_caches", past_caches)
    results = CASES[name]()
    assert any(asked)
    for one, other in zip(
        expected if isinstance(expected, tuple) else [expected],
        results if isinstance(results, tuple) else [results],
        strict=True,
    ):
        np.testing.assert_array_equal(one.asnumpy(), other.asnumpy())
