"""Random numbers: Philox's known answers, streams, moments, arguments."""

from __future__ import annotations

import multiprocessing
import threading
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels.build import threads as build_threads
from ndgrad.kernels.cpu import philox as cpu_philox

N = 200_000


def draws(function: Any, *args: Any, seed: int = 7, **kwargs: Any) -> np.ndarray:
    mx.random.seed(seed)
    return function(*args, shape=(N,), **kwargs).asnumpy().astype("float64")


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
        (
            (0xFFFFFFFF,) * 4,
            (0xFFFFFFFF,) * 2,
            (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
        ),
    ],
)
def test_philox_known_answers(counter: Any, key: Any, answer: Any) -> None:
    """The vectors that were published with the generator."""
    words = cpu_philox.philox(*(np.uint64(word) for word in (*key, *counter)))
    assert tuple(int(word) for word in words) == answer


@pytest.mark.parametrize("count", [cpu_philox.TILE, 5])
def test_a_tile_is_of_philox_words(count: int) -> None:
    first, key = np.uint64(2**32 - 3), (np.uint64(0xA4093822), np.uint64(0x299F31D0))
    words = np.zeros(cpu_philox.WORDS, np.uint32)
    cpu_philox.tile(*key, first, words, count)
    zero, low, shift = np.uint64(0), cpu_philox.LOW32, cpu_philox.SHIFT
    for j in range(count):
        block = first + np.uint64(j)
        expected = cpu_philox.philox(*key, block & low, block >> shift, zero, zero)
        assert words[j :: cpu_philox.TILE].tolist() == [int(word) for word in expected]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["uniform", "normal"])
def test_the_stream_does_not_depend_on_threads(name: str, dtype: str) -> None:
    before = build_threads.num_threads()
    results = []
    try:
        for count in {1, before}:
            build_threads.set_num_threads(count)
            mx.random.seed(3)
            results.append(getattr(nd.random, name)(shape=(70_001,), dtype=dtype).asnumpy())
    finally:
        build_threads.set_num_threads(before)
    assert all((result == results[0]).all() for result in results)


def test_seed_repeats_and_draws_go_on() -> None:
    mx.random.seed(42)
    a, b = nd.random.uniform(shape=(5,)).asnumpy(), nd.random.uniform(shape=(5,)).asnumpy()
    mx.random.seed(42, ctx=mx.cpu())
    assert (nd.random.uniform(shape=(5,)).asnumpy() == a).all()
    assert (a != b).all()
    for number in (-1, 2**70, np.int64(3)):
        mx.random.seed(number)


@pytest.mark.parametrize("bad", ["a", 1.5, None])
def test_bad_seeds(bad: Any) -> None:
    with pytest.raises(ValueError, match="seed_state must be int"):
        mx.random.seed(bad)


def test_threads_draw_different_numbers() -> None:
    results: list[np.ndarray] = []

    def work() -> None:
        results.extend(nd.random.uniform(shape=(500,), dtype="float64").asnumpy() for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.unique(np.concatenate(results)).size == 20 * 500


def _child(queue: Any) -> None:
    queue.put(nd.random.uniform(shape=(4,), dtype="float64").asnumpy().tolist())


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forked_children_have_streams_of_their_own() -> None:
    context = multiprocessing.get_context("fork")
    runs = []
    for _ in range(2):
        mx.random.seed(5)
        queue = context.Queue()
        values = []
        for _ in range(2):
            child = context.Process(target=_child, args=(queue,))
            child.start()
            values.append(tuple(queue.get(timeout=60)))
            child.join()
        values.append(tuple(nd.random.uniform(shape=(4,), dtype="float64").asnumpy().tolist()))
        runs.append(values)
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


MOMENTS = [
    ("uniform", (2, 5), 3.5, 0.75),
    ("normal", (1, 2), 1, 4),
    ("exponential", (2,), 2, 4),
    ("gamma", (0.4, 2), 0.8, 1.6),
    ("gamma", (5, 0.5), 2.5, 1.25),
    ("poisson", (3,), 3, 3),
    ("poisson", (60,), 60, 60),
    ("negative_binomial", (5, 0.5), 5, 10),
    ("generalized_negative_binomial", (2, 0.5), 2, 4),
    ("generalized_negative_binomial", (2, 0), 2, 2),
]


@pytest.mark.parametrize(("name", "args", "mean", "variance"), MOMENTS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_moments(name: str, args: tuple, mean: float, variance: float, dtype: str) -> None:
    y = draws(getattr(nd.random, name), *args, dtype=dtype)
    assert abs(y.mean() - mean) < 5 * np.sqrt(variance / N)
    assert abs(y.var() / variance - 1) < 0.03


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_distribution_functions(dtype: str) -> None:
    """Kolmogorov and Smirnov: the greatest distance from the distribution function."""
    stats = pytest.importorskip("scipy.stats")
    for name, args, law in (
        ("uniform", (), stats.uniform()),
        ("normal", (), stats.norm()),
        ("exponential", (), stats.expon()),
        ("gamma", (2.5,), stats.gamma(2.5)),
    ):
        y = draws(getattr(nd.random, name), *args, dtype=dtype)
        assert stats.kstest(y, law.cdf).pvalue > 1e-3, name


def test_poisson_frequencies() -> None:
    stats = pytest.importorskip("scipy.stats")
    for lam in (2.0, 25.0):
        y = draws(nd.random.poisson, lam)
        low, high = int(stats.poisson(lam).ppf(1e-3)), int(stats.poisson(lam).ppf(1 - 1e-3))
        seen = np.array([(y == k).sum() for k in range(low, high)])
        expected = stats.poisson(lam).pmf(np.arange(low, high)) * N
        deviation = ((seen - expected) ** 2 / expected).sum()
        assert stats.chi2(high - low).sf(deviation) > 1e-3


def test_neighbours_are_not_correlated() -> None:
    for name in ("uniform", "normal"):
        y = draws(getattr(nd.random, name))
        for lag in (1, 2, 4, 256, 512, 1024):
            assert abs(np.corrcoef(y[:-lag], y[lag:])[0, 1]) < 5 / np.sqrt(N), (name, lag)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_uniform_keeps_to_its_interval(dtype: str) -> None:
    for low, high in ((0, 1), (-3, -2), (1000, 1001), (2, 2)):
        y = draws(nd.random.uniform, low, high, dtype=dtype)
        assert y.min() >= low
        assert y.max() < high or low == high


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_randint_is_even(dtype: str) -> None:
    y = draws(nd.random.randint, -3, 4, dtype=dtype).astype(int)
    counts = np.bincount(y + 3)
    assert counts.size == 7
    assert (abs(counts - N / 7) < 5 * np.sqrt(N / 7)).all()


def test_randint_ranges() -> None:
    full = nd.random.randint(-(2**63), 2**63, shape=(1000,), dtype="int64").asnumpy()
    assert full.min() < -(2**61) and full.max() > 2**61
    # Three quarters of 2**32: two in three numbers would be too frequent without rejection.
    y = draws(nd.random.randint, 0, 3 * 2**30, dtype="int64")
    assert abs((y < 3 * 2**29).mean() - 0.5) < 5 / np.sqrt(N)
    for low, high, dtype in ((3, 3, "int32"), (5, 3, "int32"), (0, 2**40, "int32")):
        with pytest.raises(mx.MXNetError, match="low < high"):
            nd.random.randint(low, high, dtype=dtype)


def test_parameter_arrays() -> None:
    y = nd.random.uniform(nd.array([0.0, 10.0]), nd.array([1.0, 20.0]), shape=(3, 1000)).asnumpy()
    assert y.shape == (2, 3, 1000)
    assert y[0].max() < 1 <= 10 <= y[1].min()
    z = nd.random.normal(nd.array([[0.0, 100.0]]), nd.array([[1.0, 2.0]]), shape=1000).asnumpy()
    np.testing.assert_allclose(z.mean(-1), [[0, 100]], atol=0.4)
    assert nd.random.poisson(nd.array([1.0, 50.0])).shape == (2,)
    assert nd.sample_gamma(nd.array([1.0]), nd.array([2.0]), shape=2).shape == (1, 2)
    assert nd.sample_exponential(lam=nd.array([1.0], dtype="float64")).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: nd.random.uniform(5, 1), mx.MXNetError, "low"),
        (lambda: nd.random.normal(0, -1), mx.MXNetError, "scale"),
        (lambda: nd.random.exponential(0), mx.MXNetError, "scale"),
        (lambda: nd.random.gamma(-1, 1), mx.MXNetError, "alpha"),
        (lambda: nd.random.poisson(-1), mx.MXNetError, "lam"),
        (lambda: nd.random.negative_binomial(1, 2), mx.MXNetError, "p=2"),
        (lambda: nd.random.uniform(dtype="int32"), mx.MXNetError, "dtype"),
        (lambda: nd.random.randint(0, 2, dtype="float32"), mx.MXNetError, "dtype"),
        (lambda: nd.random.uniform(nd.zeros(2), 1), TypeError, "low, high"),
        (lambda: nd.random.uniform(nd.zeros(2), nd.ones(3)), mx.MXNetError, "high"),
        (lambda: nd.random.uniform("a"), TypeError, "low"),
        (lambda: nd.random.uniform(foo=1), TypeError, "foo"),
        (lambda: nd.random_uniform(foo=1), TypeError, "foo"),
        (lambda: nd.random.uniform(shape=(-1,)), mx.MXNetError, "shape"),
        (lambda: nd.sample_uniform(0, 1), TypeError, "NDArray"),
        (lambda: nd.random.multinomial(nd.ones(())), mx.MXNetError, "one axis or more"),
        (lambda: nd.random.shuffle(3), TypeError, "NDArray"),
    ],
)
def test_errors(call: Any, error: type, text: str) -> None:
    with pytest.raises(error, match=text):
        call()


def test_shapes_and_out() -> None:
    assert nd.random.uniform().shape == (1,)
    assert nd.random.uniform(shape=()).shape == ()
    assert nd.random.normal(shape=(0, 3)).shape == (0, 3)
    assert nd.random.randn(2, 3).shape == (2, 3)
    assert nd.uniform(0, 1, (2,), mx.cpu(), "float64").dtype == np.float64
    out = nd.zeros((3,), dtype="float64")
    assert nd.random.uniform(5, 6, out=out) is out
    assert out.asnumpy().min() >= 5
    assert nd.random.normal_like(nd.ones((2, 2)), loc=100).asnumpy().min() > 50


def test_shuffle() -> None:
    x = nd.arange(40).reshape((20, 2))
    y = nd.random.shuffle(x).asnumpy()
    assert sorted(map(tuple, y)) == sorted(map(tuple, x.asnumpy()))
    x.attach_grad()
    with autograd.record():
        y = nd.shuffle(x)
    with pytest.raises(mx.MXNetError, match=r"non-differentiable|not differentiable"):
        y.backward()


def test_shuffle_gives_every_order_as_often() -> None:
    mx.random.seed(1)
    x = nd.arange(3)
    seen: dict[tuple, int] = {}
    for _ in range(3000):
        order = tuple(nd.shuffle(x).asnumpy())
        seen[order] = seen.get(order, 0) + 1
    assert len(seen) == 6
    assert all(abs(count - 500) < 110 for count in seen.values())


def test_multinomial() -> None:
    mx.random.seed(2)
    p = nd.array([[0.1, 0.2, 0.7], [0.0, 1.0, 0.0]])
    y = nd.random.multinomial(p, shape=N // 10).asnumpy()
    assert y.dtype == np.int32
    np.testing.assert_allclose(np.bincount(y[0]) / y.shape[1], p.asnumpy()[0], atol=0.02)
    assert (y[1] == 1).all()
    assert nd.random.multinomial(p).shape == (2,)
    assert nd.random.multinomial(nd.array([0.5, 0.5])).shape == (1,)


def test_multinomial_of_several_axes() -> None:
    p = nd.array([[[0, 1, 0], [1, 0, 0]], [[0, 0, 1], [0, 1, 0]]])
    assert nd.random.multinomial(p).asnumpy().tolist() == [[1, 0], [2, 1]]
    index, logs = nd.random.multinomial(p, shape=(2, 3), get_prob=True)
    assert index.shape == logs.shape == (2, 2, 2, 3)
    assert (logs.asnumpy() == 0).all()


def test_multinomial_log_probability_has_a_gradient() -> None:
    p = nd.array([0.25, 0.75, 0])
    p.attach_grad()
    with autograd.record():
        index, logs = nd.random.multinomial(p, shape=20, get_prob=True)
    logs.backward()
    counts = np.bincount(index.asnumpy(), minlength=2)
    np.testing.assert_allclose(p.grad.asnumpy(), [*counts / p.asnumpy()[:2], 0], rtol=1e-6)
    np.testing.assert_allclose(logs.asnumpy(), np.log(p.asnumpy()[index.asnumpy()]), rtol=1e-6)


def test_parameters_get_gradients_of_zero() -> None:
    low, high = nd.array([0.0]), nd.array([1.0])
    low.attach_grad()
    low.grad[:] = 7
    with autograd.record():
        y = nd.random.uniform(low, high, shape=(2,))
    y.backward()
    assert low.grad.tolist() == [0.0]
