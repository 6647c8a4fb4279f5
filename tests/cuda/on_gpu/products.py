"""Matrix products on a GPU; run by `test_cuda.py`, as `rows.py` says."""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

import numpy as np
import pytest
from forms import FULL, first

import ndgrad as mx
from ndgrad import nd
from ndgrad.base import as_dtype, bfloat16, is_floating
from ndgrad.kernels.cuda import cublas as cuda_cublas
from ndgrad.kernels.cuda import matmul as on_device
from ndgrad.memory import device
from ndgrad.testing import assert_close

GPU = mx.gpu(0)
FLAGS = list(itertools.product([False, True], repeat=2))
EACH_FLAG = [
    pytest.param(ta, tb, marks=() if ta != tb else FULL)  # operands are loaded independently
    for ta, tb in FLAGS
]
BOTH_WAYS = pytest.mark.parametrize("cublas", [False, True], ids=["tiles", "cublas"])


class Cublas:
    """What stands in for cuBLAS in the simulator: columns first, and the same arguments."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args: self._gemm(name, *args)

    def _gemm(self, name: str, handle: Any, *args: Any) -> int:
        self.names.append(name)
        nd.waitall()  # it computes at once
        ta, tb, m, n, k, alpha, *rest = args
        strided = "Strided" in name
        operands = [(rest.pop(0), rest.pop(0), rest.pop(0), strided and rest.pop(0)) for _ in "ab"]
        beta = rest.pop(0)
        out = rest.pop(0), rest.pop(0), rest.pop(0), strided and rest.pop(0)
        batch, arithmetic, algorithm = rest
        kind = {0: np.float32, 1: np.float64, 2: np.float16, 14: bfloat16().type}[out[1]]
        assert arithmetic == (70 if kind is np.float64 else 68) and algorithm == -1
        assert all(x[1] == out[1] for x in operands)
        factors = [x._obj.value for x in (alpha, beta)]

        def matrix(i: int, facts: Any, rows: int, columns: int) -> np.ndarray[Any, Any]:
            address, _, leading, step = facts
            assert leading >= max(1, rows)
            if strided:
                address += i * step * np.dtype(kind).itemsize
            else:
                address = ctypes.c_int64.from_address(address + 8 * i).value
            count = leading * (columns - 1) + rows
            raw = (ctypes.c_uint8 * (count * np.dtype(kind).itemsize)).from_address(address)
            flat = np.frombuffer(raw, kind)
            return np.lib.stride_tricks.as_strided(
                flat, (rows, columns), (flat.itemsize, leading * flat.itemsize)
            )

        for i in range(batch):
            a = matrix(i, operands[0], *((k, m) if ta else (m, k)))
            b = matrix(i, operands[1], *((n, k) if tb else (k, n)))
            c = matrix(i, out, m, n)
            total = (a.T if ta else a).astype("f8") @ (b.T if tb else b).astype("f8") * factors[0]
            c[...] = total + factors[1] * c if factors[1] else total
        return 0


@pytest.fixture
def library(cublas: bool, monkeypatch: pytest.MonkeyPatch) -> Cublas | None:
    """The fake library, if the test asks for cuBLAS."""
    fake = Cublas()
    if cublas and not on_device.driver.SIMULATED:
        if not cuda_cublas.usable(device.context_device(GPU), np.dtype("float32")):
            pytest.skip("cuBLAS is not installed")
        return None
    monkeypatch.setattr(cuda_cublas, "usable", lambda _, dtype: cublas and is_floating(dtype))
    if cublas:
        monkeypatch.setattr(cuda_cublas, "_handle", lambda _: 1)
        monkeypatch.setattr(cuda_cublas, "_cublas", lambda: fake)
        return fake
    return None


def values(size: int, dtype: str, seed: int) -> np.ndarray[Any, Any]:
    numbers = np.random.RandomState(seed).uniform(-2, 2, size)
    kind = as_dtype(dtype, op="values")
    return (numbers if is_floating(kind) else numbers * 3).astype(kind)


@BOTH_WAYS
@pytest.mark.parametrize(
    "dtype", first("float32", "float64", "float16", "bfloat16", "int32", "int64", "int8")
)
@pytest.mark.parametrize(("ta", "tb"), FLAGS)
def test_one(library: Any, dtype: str, ta: bool, tb: bool) -> None:
    for m, n, k in [(1, 1, 1), (5, 7, 6), (4, 9, 1), (1, 6, 5), (8, 4, 3)]:
        a, b = values(m * k, dtype, 1), values(k * n, dtype, 2)
        left = a.reshape(k, m).T if ta else a.reshape(m, k)
        right = b.reshape(n, k).T if tb else b.reshape(k, n)
        expected = (left.astype("f8") @ right.astype("f8")).astype(a.dtype)
        arrays = (
            nd.array(x, ctx=GPU, dtype=dtype)
            for x in (a.reshape((k, m) if ta else (m, k)), b.reshape((n, k) if tb else (k, n)))
        )
        y = nd.dot(*arrays, transpose_a=ta, transpose_b=tb)
        assert y.dtype == expected.dtype
        assert_close(y.asnumpy(), expected, what="dot", dtype=dtype)


@BOTH_WAYS
@pytest.mark.parametrize("dtype", first("float32", "float16", "bfloat16"))
@pytest.mark.parametrize(("ta", "tb"), EACH_FLAG)
def test_batch(library: Any, dtype: str, ta: bool, tb: bool) -> None:
    """Matrices in any order, factors, and results that are added to."""
    m, n, k, batch = 5, 3, 4, 3
    a, b, c = (values(batch * size, dtype, i) for i, size in enumerate((m * k, k * n, m * n)))
    even = np.arange(batch)
    for order, beta in ((even, 0.0), (even, 0.5), (np.array([2, 0, 0]), 0.5), (even[:1], 1.0)):
        there = [device.to_device(x, device.context_device(GPU)) for x in (a, b, c)]
        starts = order * (m * k), np.zeros(order.size, np.int64) + k * n
        on_device.many(
            there[0], starts[0], ta, there[1], starts[1], tb, there[2],
            m, n, k, 1.5, beta, order.size,
        )  # fmt: skip
        expected = c.reshape(batch, m, n).astype("f8")
        right = b.reshape(batch, -1)[1].reshape((n, k) if tb else (k, n)).astype("f8")
        for i, place in enumerate(order):
            left = a.reshape(batch, -1)[place].reshape((k, m) if ta else (m, k)).astype("f8")
            product = 1.5 * (left.T if ta else left) @ (right.T if tb else right)
            expected[i] = product + beta * expected[i]
        actual = there[2].get()
        assert_close(actual, expected.reshape(-1).astype(c.dtype), what="many", dtype=dtype)
        if library is not None:
            assert ("Strided" in library.names[-1]) == (list(order) != [2, 0, 0])


@BOTH_WAYS
def test_bias(library: Any) -> None:
    x, weight, bias = (nd.array(values(n, "float32", n), ctx=GPU) for n in (15, 10, 2))
    args = x.reshape((3, 5)), weight.reshape((2, 5)), bias
    y = nd.FullyConnected(*args, num_hidden=2).asnumpy()
    here = (z.as_in_context(mx.cpu()) for z in args)
    assert_close(y, nd.FullyConnected(*here, num_hidden=2).asnumpy(), what="bias", dtype="float32")


@BOTH_WAYS
def test_nothing_to_add_up(library: Any) -> None:
    y = nd.dot(nd.zeros((3, 0), ctx=GPU), nd.zeros((0, 2), ctx=GPU))
    assert y.asnumpy().tolist() == [[0, 0]] * 3


SIZES = [(70, 65, 9)] if on_device.driver.SIMULATED else [(300, 257, 129), (1, 500, 33)]


@pytest.mark.parametrize("tile", [on_device._SMALL, on_device._LARGE], ids=["small", "large"])
@pytest.mark.parametrize(("ta", "tb"), EACH_FLAG)
def test_tiles(tile: Any, ta: bool, tb: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_cublas, "usable", lambda *_: False)
    monkeypatch.setattr(on_device, "_tile", lambda *_: tile)
    for m, n, k in SIZES:
        a, b = values(m * k, "float32", 1), values(k * n, "float32", 2)
        arrays = (
            nd.array(x, ctx=GPU)
            for x in (a.reshape((k, m) if ta else (m, k)), b.reshape((n, k) if tb else (k, n)))
        )
        left = a.reshape(k, m).T if ta else a.reshape(m, k)
        right = b.reshape(n, k).T if tb else b.reshape(k, n)
        y = nd.dot(*arrays, transpose_a=ta, transpose_b=tb).asnumpy()
        expected = (left.astype("f8") @ right.astype("f8")).astype("f4")
        assert_close(y, expected, what="dot", dtype="float32")
