"""Arrays on a GPU; run by `test_cuda.py`, as `rows.py` says."""

from __future__ import annotations

import copy
import gc
import pickle
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.base import DTYPES
from ndgrad.kernels.cuda import driver
from ndgrad.memory.device import DeviceArray

GPU, CPU = mx.gpu(0), mx.cpu(0)
NUMBERS = np.arange(24, dtype="float32").reshape(2, 3, 4)


def on_gpu(values: Any, dtype: Any = None) -> nd.NDArray:
    return nd.array(values, ctx=GPU, dtype=dtype)


def test_there_is_a_gpu() -> None:
    assert mx.num_gpus()
    free, total = mx.gpu_memory_info()
    assert 0 < free <= total
    with pytest.raises(MXNetError, match=r"gpu\(\d\) cannot be used: this machine has \d GPU"):
        nd.zeros(3, ctx=mx.gpu(mx.num_gpus()))


@pytest.mark.parametrize("dtype", DTYPES)
def test_making_and_moving(dtype: str) -> None:
    x = on_gpu(NUMBERS % 2, dtype)
    assert isinstance(x, nd.NDArray) and type(x).__name__ == "NDArray"
    assert isinstance(x._data, DeviceArray) and x.context == GPU and x.shape == NUMBERS.shape
    for y in (x, x.copy(), x.as_in_context(CPU), x.copyto(CPU), pickle.loads(pickle.dumps(x))):
        assert np.array_equal(y.asnumpy(), (NUMBERS % 2).astype(dtype))
    for y in (x.as_in_context(CPU), x.copyto(CPU)):
        assert y.context == CPU and type(y._data) is np.ndarray and type(y) is nd.NDArray
    assert x.as_in_context(GPU) is x
    assert x.copyto(GPU)._data.address != x._data.address
    assert copy.deepcopy(x).context == GPU
    assert nd.full((2, 3), 1, ctx=GPU, dtype=dtype).asnumpy().tolist() == np.ones((2, 3)).tolist()
    assert nd.zeros(0, ctx=GPU, dtype=dtype).asnumpy().shape == (0,)


def test_the_current_context() -> None:
    with GPU:
        made = nd.ones(3), nd.arange(3), nd.eye(2), nd.random.uniform(shape=3), nd.array([1, 2])
        assert all(x.context == GPU for x in made)
        assert nd.from_numpy(np.zeros(2)).context == CPU  # memory of the host stays there


def test_scalars_and_host_views() -> None:
    x = on_gpu([2.5])
    assert float(x) == 2.5 and bool(x) and x.asscalar() == 2.5 and x.tolist() == [2.5]
    assert np.array_equal(np.asarray(x), [2.5])
    assert "gpu(0)" in repr(x)
    assert x.__cuda_array_interface__["shape"] == (1,)
    assert np.array_equal(np.from_dlpack(x, device="cpu"), [2.5])
    with pytest.raises(BufferError, match="cannot be shared"):
        np.from_dlpack(x, device="cpu", copy=False)
    with pytest.raises(MXNetError, match="copy it there first"):
        np.asarray(x._data)


KEYS = [
    0, -1, slice(1, None), (0, 1), (slice(None), 1), (slice(None), slice(None, None, 2)),
    (slice(None, None, -1), slice(None), 3), None, [1, 0], (slice(None), [2, 0, 2]),
    (1, slice(0, 2), [3, 1]),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_indexing(key: Any) -> None:
    here, there = nd.array(NUMBERS), on_gpu(NUMBERS)
    assert there[key].context == GPU
    assert np.array_equal(there[key].asnumpy(), here[key].asnumpy())
    part = here[key] * 10
    for value in (7, part, part.as_in_context(GPU), part.asnumpy()):
        if isinstance(key, tuple) and isinstance(key[-1], list) and key[-1] == [2, 0, 2]:
            continue  # which of two values for one place stays is not specified
        x, y = here.copy(), there.copy()
        x[key] = value.as_in_context(CPU) if isinstance(value, nd.NDArray) else value
        y[key] = value
        assert np.array_equal(y.asnumpy(), x.asnumpy())


def test_views_share_memory() -> None:
    x = on_gpu(NUMBERS)
    x[1][:] = 0
    x.reshape(-1)[0] = 5
    x.detach()[0, 1] += 1
    expected = NUMBERS.copy()
    expected[1], expected[0, 0, 0] = 0, 5
    expected[0, 1] += 1
    assert np.array_equal(x.asnumpy(), expected)
    x[0, 0:3] = x[0, 0:3]
    y = x.reshape(-1)
    y[1:5] = y[0:4]  # where source and target overlap
    flat = expected.reshape(-1)
    flat[1:5] = flat[0:4].copy()
    assert np.array_equal(x.asnumpy(), expected)


def test_in_place() -> None:
    x = on_gpu(NUMBERS)
    data = x._data
    x += 1
    x *= x
    x -= on_gpu([[1], [2], [3]])
    assert x._data is data
    expected = (NUMBERS + 1) ** 2 - np.array([[1], [2], [3]])
    assert np.array_equal(x.asnumpy(), expected)
    nd.exp(on_gpu(np.zeros((2, 3, 4))), out=x)
    assert x.asnumpy().tolist() == np.ones((2, 3, 4)).tolist()


def test_arrays_of_two_devices() -> None:
    a, b = on_gpu([1, 2]), nd.array([1, 2])
    for call in (
        lambda: a + b,
        lambda: b * a,
        lambda: nd.dot(a, b),
        lambda: nd.concat(a, b, dim=0),
    ):
        with pytest.raises(MXNetError, match=r"Operator \w+: all arrays must be on one device"):
            call()
    with pytest.raises(MXNetError, match=r"lhs is on gpu\(0\) and rhs on cpu\(0\)"):
        a + b
    b.copyto(a)
    a[:] = b
    with pytest.raises(MXNetError, match=r"variables\[0\] is on gpu\(0\) and gradients\[0\]"):
        autograd.mark_variables([a], [nd.zeros(2)])
    a.attach_grad()
    with autograd.record():
        c = a * 2
    with pytest.raises(MXNetError, match=r"heads\[0\] is on gpu\(0\) and its head gradient on"):
        c.backward(nd.ones(2))


def test_gradients_cross_devices() -> None:
    x = nd.array([1, 2, 3])
    x.attach_grad()
    with autograd.record():
        y = x.as_in_context(GPU) ** 2
        loss = (y.as_in_context(CPU) * x).sum()
    loss.backward()
    assert x.grad.context == CPU and type(x.grad._data) is np.ndarray
    assert x.grad.asnumpy().tolist() == [3, 12, 27]


def test_training_and_higher_orders() -> None:
    results = []
    for ctx in (CPU, GPU):
        w = nd.array([[0.5, -1], [1, 0.25]], ctx=ctx)
        w.attach_grad("add")
        data = nd.array([[1, 2], [3, 4]], ctx=ctx)
        for _ in range(2):
            with autograd.record():
                loss = nd.log_softmax(
                    nd.FullyConnected(nd.tanh(data), w, num_hidden=2, no_bias=True)
                )
                loss = (loss * data + w[0]).mean()
            loss.backward()
        w -= 0.1 * w.grad
        x = nd.array([0.5, 2], ctx=ctx)
        x.attach_grad()
        with autograd.record():
            (slope,) = autograd.grad(nd.sin(x) * x, x, create_graph=True)
            total = slope.sum()
        total.backward()
        results.append((w.asnumpy(), w.grad.asnumpy(), x.grad.asnumpy()))
        assert w.grad.context == x.grad.context == ctx
    for here, there in zip(*results, strict=True):
        np.testing.assert_allclose(there, here, rtol=1e-6)


def test_gradients_of_parts_are_added() -> None:
    results = []
    for ctx in (CPU, GPU):
        x, w = nd.array(NUMBERS, ctx=ctx).reshape(6, 4), nd.ones((6, 4), ctx=ctx)
        x.attach_grad()
        w.attach_grad("add")
        alias = x.grad[1:3]
        index = nd.array([0, 2, 0, 5], ctx=ctx)
        for _ in range(2):
            with autograd.record():
                y = x[0] * 2 + x[3] + (x * w).sum(axis=0) + nd.take(x, index).sum(axis=0)
                part = nd.slice_axis(x, axis=1, begin=1, end=3)
                y = y + nd.take(x * 3, index).sum(axis=0) + part.sum() + (part * 2).sum()
            y.backward()
        assert np.array_equal(alias.asnumpy(), x.grad.asnumpy()[1:3])
        results.append((x.grad.asnumpy(), w.grad.asnumpy()))
    for here, there in zip(*results, strict=True):
        assert np.array_equal(here, there)


def test_the_same_random_numbers() -> None:
    draws = []
    for ctx in (CPU, GPU):
        mx.random.seed(7)
        draws.append(
            [
                nd.random.uniform(shape=5, ctx=ctx),
                nd.random.normal(shape=5, ctx=ctx, dtype="float64"),
                nd.random.exponential(shape=5, ctx=ctx),
                nd.random.gamma(2, shape=5, ctx=ctx),
                nd.random.poisson(3, shape=5, ctx=ctx),
                nd.random.randint(0, 100, shape=5, ctx=ctx),
                # More than a tile of words, and the last one not full.
                nd.random.uniform(shape=1500, ctx=ctx),
                nd.random.uniform(shape=700, ctx=ctx, dtype="float64"),
                nd.random.normal(shape=1500, ctx=ctx),
                nd.random.normal(shape=700, ctx=ctx, dtype="float64"),
                nd.random.randint(0, 3 * 2**30, shape=1500, ctx=ctx, dtype="int64"),
            ]
        )
    for here, there in zip(*draws, strict=True):
        assert there.context == GPU
        np.testing.assert_allclose(there.asnumpy(), here.asnumpy(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_changes_nothing(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def results() -> list[Any]:
        x = on_gpu(NUMBERS / 7)
        parts = nd.tanh(x), x + x[0], x.sum(), nd.softmax(x, axis=1), x.T, nd.dot(x[0], x[0].T)
        return [part.asnumpy() for part in parts]

    before = results()
    monkeypatch.setattr(driver, "THREADS", threads)
    for now, then in zip(results(), before, strict=True):
        assert np.array_equal(now, then)


def test_memory_is_used_again() -> None:
    pool = nd.zeros(1, ctx=GPU)._data.device.pool
    gc.collect()
    x = nd.zeros(10_000, ctx=GPU)
    address, used = x._data.address, pool.stats().bytes_in_use
    view = x[5:10]
    del x
    assert pool.stats().bytes_in_use == used  # the view holds it
    del view
    assert pool.stats().bytes_in_use < used
    assert nd.zeros(10_000, ctx=GPU)._data.address == address
    GPU.empty_cache()
    assert pool.stats().bytes_free == 0


def test_files_and_symbols(tmp_path: Any) -> None:
    x = on_gpu(NUMBERS)
    nd.save(str(tmp_path / "arrays"), {"x": x})
    assert np.array_equal(nd.load(str(tmp_path / "arrays"))["x"].asnumpy(), NUMBERS)
    v = nd.array([1, 2])
    v.attach_grad()
    with autograd.record():
        y = v.as_in_context(GPU) * 2
    assert len(autograd.get_symbol(y).list_arguments()) == 1
    assert "_copy_to_context" in autograd.get_symbol(y).tojson()


def test_parameters_of_distributions() -> None:
    low, high = on_gpu([0, 10]), on_gpu([1, 20])
    y = nd.random.uniform(low, high, shape=3)
    assert y.context == GPU and y.shape == (2, 3)
    with GPU:
        assert nd.random.normal(on_gpu([1, 2]), on_gpu([1, 1])).context == GPU


def test_compiled_functions_run() -> None:
    square = mx.compile(lambda x: x * x)
    assert square(on_gpu([2])).asnumpy().tolist() == [4]


BAD: list[tuple[Any, type[Exception], str]] = [
    (
        lambda x: nd.take(x, on_gpu([0, 5, 7, -9]), mode="raise"),
        MXNetError,
        "Operator take: take operator contains indices out of bound for length 2: -9",
    ),
    (
        lambda x: nd.gather_nd(x, on_gpu([[0, 1], [-2, -3]])),
        IndexError,
        "index -3 is out of bounds for axis 1 with size 2",
    ),
    (
        lambda x: nd.scatter_nd(x[0], on_gpu([[2**40, 1]], "int64"), shape=(2,)),
        IndexError,
        "index 2147483647 is out of bounds for axis 0 with size 2",
    ),
    (
        lambda x: nd.softmax_cross_entropy(x, on_gpu([1, 2])),
        MXNetError,
        "Operator softmax_cross_entropy: expected labels from 0 to 1, got 2",
    ),
]


@pytest.mark.parametrize(("call", "error", "says"), BAD)
def test_bad_indices_are_reported_when_the_host_waits(
    call: Any, error: type[Exception], says: str
) -> None:
    x = on_gpu([[1, 2], [3, 4]])
    y = call(x)
    with pytest.raises(error, match=f"^{says} .found on gpu.0., where"):
        y.asnumpy()
    assert y.asnumpy().shape == y.shape and x.asnumpy().tolist() == [[1, 2], [3, 4]]
    call(x)
    with pytest.raises(error, match=says):
        nd.waitall()
    nd.waitall()


def test_indices_that_are_made_valid() -> None:
    x, index = on_gpu([[1, 2], [3, 4]]), on_gpu([-9, 1.9, np.nan, 9])
    assert nd.take(x[0], index).asnumpy().tolist() == [1, 2, 1, 2]
    assert nd.take(x[0], index, mode="wrap").asnumpy().tolist() == [2, 2, 1, 2]
    with pytest.raises(MXNetError, match="nothing to take"):
        nd.take(nd.zeros((0, 2), ctx=GPU), index)
    with pytest.raises(IndexError, match="index -9 is out of bounds for axis 0 with size 0"):
        nd.gather_nd(nd.zeros((0, 2), ctx=GPU), index.reshape((1, 4)))


KEYS: list[Any] = [
    lambda a, b: a,
    lambda a, b: (slice(None), b),
    lambda a, b: (a, 1),
    lambda a, b: (a, slice(1, 3), b),
    lambda a, b: (b.reshape((2, 1)), b),
    lambda a, b: (None, a, slice(None, None, 2), None),
    lambda a, b: (Ellipsis, b),
]


@pytest.mark.parametrize("key", KEYS)
def test_index_arrays_stay_on_the_device(key: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for ctx in (CPU, GPU):
        x = nd.array(np.arange(36).reshape(3, 3, 4), ctx=ctx)
        index = key(nd.array([2, 0], ctx=ctx), nd.array([1.7, -1], ctx=ctx))
        x.attach_grad()
        target = x.copy()
        if ctx is GPU:
            monkeypatch.setattr(driver.CudaDevice, "download", None)
        plain = x[index]
        with autograd.record():
            y = x[index] * x[index]
        y.backward()
        target[index] = plain * 2
        target[index] += 1
        monkeypatch.undo()
        found.append([array.asnumpy() for array in (plain, y, x.grad, target)])
    for ours, expected in zip(*found, strict=True):
        assert np.array_equal(ours, expected)


def test_masks_and_bad_index_arrays() -> None:
    x, index = on_gpu([[1, 2], [3, 4]]), on_gpu([0, 2])
    assert x[on_gpu([True, False], "bool")].asnumpy().tolist() == [[1, 2]]
    for read in (lambda: x[index], lambda: x[:, index]):
        y = read()
        with pytest.raises(IndexError, match=r"index 2 is out of bounds for axis \d with size 2"):
            y.asnumpy()
    x[index] = 5  # as if the index were 0
    with pytest.raises(IndexError, match="index 2 is out of bounds for axis 0 with size 2"):
        nd.waitall()
    assert x.asnumpy().tolist() == [[5, 5], [3, 4]]
    value = on_gpu([[1, 2], [3, 4]])
    value.attach_grad()
    with autograd.record():
        x[on_gpu([1, 0])] = value * 2
        y = nd.zeros((2, 2), ctx=GPU)
        y[on_gpu([1, 1])] = value * 3
    y.backward()
    assert y.asnumpy().tolist() == [[0, 0], [9, 12]]  # the last one counts
    assert value.grad.asnumpy().tolist() == [[0, 0], [3, 3]]
    x.backward()
    assert x.asnumpy().tolist() == [[6, 8], [2, 4]]
    assert value.grad.asnumpy().tolist() == [[2, 2], [2, 2]]
    with pytest.raises(MXNetError, match=r"x is on cpu\(0\) and the index on gpu\(0\)"):
        nd.zeros(3)[index]


def test_norms_at_the_ends_of_float64() -> None:
    for values in ([3e200, 4e200], [3e-200, 4e-200], [0, 0], [np.inf, 1], [np.nan, 1], [3, 4]):
        y = nd.norm(on_gpu([values], "float64"), axis=1)
        expected = nd.norm(nd.array([values], dtype="float64"), axis=1)
        np.testing.assert_allclose(y.asnumpy(), expected.asnumpy(), rtol=1e-15)


def test_waiting() -> None:
    x = on_gpu([1])
    x.wait_to_read()
    nd.waitall()


def test_writes_while_recording() -> None:
    found = []
    for ctx in (GPU, CPU):
        x = nd.array([1, 2, 3], ctx=ctx)
        x.attach_grad()
        with autograd.record():
            z = nd.zeros((4, 3), ctx=ctx)
            z[0] = x
            z[1:3] = z[0].copy() * x
            z[:, 1] = 7
            z[nd.array([3, 1, 3], ctx=ctx)] = nd.stack(x, x * 2, x * 3)
            row, tail = z[1], z.reshape((-1,))[4:]
            row *= x
            tail += 1
            y = (z * z).sum()
        y.backward()
        found.append((z.asnumpy(), x.grad.asnumpy()))
    for on_device, on_host in zip(*found, strict=True):
        assert np.allclose(on_device, on_host)
