"""Sorting: against NumPy for every dtype and axis, ties, NaN, gradients."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import Any

import numpy as np
import pytest
from forms import SLOW

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels.cpu import python_threads

RNG = np.random.default_rng(3)
DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"]
NAN = float("nan")


def sample(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    if dtype == "bool":
        return RNG.integers(0, 2, shape).astype(bool)
    if dtype == "uint8":
        return RNG.integers(0, 256, shape).astype(dtype)
    return (RNG.standard_normal(shape) * 40).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 7, 300])
def test_order_is_numpys(dtype: str, n: int) -> None:
    for axis in (0, 1, 2):
        shape = [3, 2, 4]
        shape[axis] = n
        host = sample(dtype, tuple(shape))
        x = nd.array(host, dtype=dtype)
        np.testing.assert_array_equal(nd.sort(x, axis=axis).asnumpy(), np.sort(host, axis))
        np.testing.assert_array_equal(
            nd.argsort(x, axis=axis, dtype="int32").asnumpy(), np.argsort(host, axis, kind="stable")
        )
        down = nd.sort(x, axis=axis, is_ascend=False).asnumpy()
        np.testing.assert_array_equal(down, np.flip(np.sort(host, axis), axis))


@pytest.mark.parametrize("n", [10, 200])
@pytest.mark.parametrize("k", [1, 5, 0])
@pytest.mark.parametrize("is_ascend", [False, True])
def test_topk_is_the_start_of_argsort(n: int, k: int, is_ascend: bool) -> None:
    x = nd.array(RNG.integers(0, 20, (4, n)))
    count = k or n
    order = nd.argsort(x, is_ascend=is_ascend).asnumpy()[:, :count]
    values, indices = nd.topk(x, k=k, ret_typ="both", is_ascend=is_ascend)
    np.testing.assert_array_equal(indices.asnumpy(), order)
    taken = np.take_along_axis(x.asnumpy(), order.astype(int), 1)
    np.testing.assert_array_equal(values.asnumpy(), taken)
    np.testing.assert_array_equal(
        nd.topk(x, k=k, ret_typ="value", is_ascend=is_ascend).asnumpy(), taken
    )
    mask = np.zeros(x.shape)
    np.put_along_axis(mask, order.astype(int), 1, 1)
    np.testing.assert_array_equal(
        nd.topk(x, k=k, ret_typ="mask", is_ascend=is_ascend).asnumpy(), mask
    )


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("n", [8, 400])
def test_nan_is_last_and_zeros_are_equal(dtype: str, n: int) -> None:
    host = np.ones(n, dtype)
    host[:6] = [NAN, -0.0, 0.0, np.inf, -np.inf, -NAN]
    x = nd.array(host, dtype=dtype)
    for is_ascend in (True, False):
        y = nd.sort(x, is_ascend=is_ascend).asnumpy()
        assert np.isnan(y[-2:]).all() and not np.isnan(y[:-2]).any()
        index = nd.argsort(x, is_ascend=is_ascend, dtype="int64").asnumpy().tolist()
        assert index[-2:] == [0, 5]
        assert index.index(1) < index.index(2)
        assert index[0] == (4 if is_ascend else 3)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16", "int8", "uint8"])
@pytest.mark.parametrize("shape", [(5, 13), (7, 300), (3, 40, 2), (200, 300)])
def test_values_are_the_bits_at_the_places_of_an_argsort(
    dtype: str, shape: tuple[int, ...]
) -> None:
    """Also of zeros of both signs and NaN of all kinds, which have one key."""
    given = nd.array(RNG.integers(0, 100, shape), dtype=dtype)
    words = given._data.view(f"uint{8 * given._data.dtype.itemsize}")
    words[::3] = RNG.integers(0, 2**63, words[::3].size).astype(words.dtype)
    if "float" in dtype:
        words[::5] = nd.array([-0.0], dtype=dtype)._data.view(words.dtype)
        nans = nd.array([NAN], dtype=dtype)._data.view(words.dtype)
        words[::7] = nans | RNG.integers(0, 8, words[::7].size).astype(words.dtype)
    for is_ascend in (True, False):
        order = nd.argsort(given, axis=1, is_ascend=is_ascend, dtype="int64").asnumpy()
        found = nd.sort(given, axis=1, is_ascend=is_ascend)._data.view(words.dtype)
        expected = np.take_along_axis(words.reshape(shape), order, 1)
        np.testing.assert_array_equal(found.reshape(shape), expected)


def test_a_sort_has_its_gradient_when_the_input_was_overwritten() -> None:
    x = nd.array([3.0, 1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * 1
        z = nd.sort(y)
    y._data[:] = 0
    z.backward(nd.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(x.grad.asnumpy(), [3, 1, 2])


def test_defaults() -> None:
    x = nd.array([[3, 1, 3, 2]])
    assert nd.argsort(x).dtype == np.float32
    assert nd.argsort(x).tolist() == [[1, 3, 0, 2]]
    assert nd.topk(x, k=2).tolist() == [[0, 2]]
    assert nd.topk(x).dtype == np.float32
    assert nd.sort(nd.array([[2, 1], [0, 3]]), axis=None).tolist() == [0, 1, 2, 3]
    assert nd.argsort(nd.array([[2, 1], [0, 3]]), axis=None).tolist() == [2, 1, 0, 3]
    assert nd.topk(nd.array([[2, 1], [0, 3]]), axis=None, k=2).tolist() == [3, 0]
    assert nd.topk(nd.array([[2, 1], [0, 3]]), axis=None, ret_typ="mask").tolist() == [
        [0, 0],
        [0, 1],
    ]
    assert nd.sort(nd.zeros((0, 3)), axis=0).shape == (0, 3)
    assert nd.sort(nd.zeros((3, 0)), axis=0).shape == (3, 0)


def test_gradients() -> None:
    x = nd.array([[3.0, 1.0, 3.0, 2.0]])
    x.attach_grad()
    weights = nd.array([[1.0, 2.0, 3.0, 4.0]])
    with autograd.record():
        y = nd.sort(x) * weights
    y.backward()
    assert x.grad.tolist() == [[3.0, 1.0, 4.0, 2.0]]
    with autograd.record():
        y = nd.topk(x, k=2, ret_typ="both")[0]
    y.backward()
    assert x.grad.tolist() == [[1.0, 0.0, 1.0, 0.0]]
    with autograd.record():
        y = nd.topk(x, k=2, ret_typ="value") ** 3
        (g,) = autograd.grad(y, [x], create_graph=True)
    g.backward()
    assert x.grad.tolist() == [[18.0, 0.0, 18.0, 0.0]]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda x: nd.sort(x, axis=2), "axis"),
        (lambda x: nd.argsort(x, axis=-3), "axis"),
        (lambda x: nd.topk(x, k=4), "k = 4"),
        (lambda x: nd.topk(x, ret_typ="foo"), "valid values"),
        (lambda x: nd.argsort(x, dtype="bool"), "indices"),
        (lambda x: nd.argsort(nd.zeros((300,)), dtype="uint8"), "precision"),
    ],
)
def test_errors(call: Any, text: str) -> None:
    with pytest.raises(mx.MXNetError, match=text):
        call(nd.ones((2, 3)))


# --- indices that a dtype cannot hold -------------------------------------------------------------

FINDERS: dict[str, Any] = {
    "argmax": nd.argmax,
    "argmin": lambda x, **options: nd.argmin(-x, **options),
    "argmax_channel": lambda x, **options: nd.argmax_channel(x.reshape((1, -1)), **options),
    "argsort": lambda x, **options: nd.argsort(x, is_ascend=False, **options)[:1],
    "topk": nd.topk,
    "topk, both": lambda x, **options: nd.topk(x, ret_typ="both", **options)[1],
    "multinomial": nd.random.multinomial,
}
LARGEST = {"float16": 2**11, "uint8": 2**8 - 1, "int8": 2**7 - 1}


@pytest.mark.parametrize("dtype", LARGEST)
@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS)
def test_a_dtype_holds_all_indices_or_is_refused(find: Any, dtype: str) -> None:
    for function in (find, mx.compile(find)):
        for length in (LARGEST[dtype] + 1, LARGEST[dtype] + 2):
            host = np.zeros(length, "float32")
            host[-1] = 1
            x = nd.array(host)
            assert function(x, dtype="int32").asscalar() == length - 1
            if length - 1 == LARGEST[dtype]:
                found = function(x, dtype=dtype)
                assert np.dtype(found.dtype) == dtype and found.asscalar() == length - 1
            else:
                with pytest.raises(mx.MXNetError, match=f"dtype={dtype} has not enough precision"):
                    function(x, dtype=dtype)


@pytest.mark.parametrize("dtype", ["float16", "int8", pytest.param("uint8", marks=SLOW)])
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_the_default_dtype_is_the_inputs(name: str, dtype: str) -> None:
    find = getattr(nd, name)
    x = nd.ones((2, LARGEST[dtype] + 2), dtype=dtype)
    assert np.dtype(find(x, axis=0).dtype) == dtype
    with pytest.raises(mx.MXNetError, match=f"{name}: dtype={dtype} .* pass dtype='int32'"):
        find(x, axis=1)
    assert find(x, axis=1, dtype="int64", keepdims=True).tolist() == [[0], [0]]
    assert find(nd.ones((2, 3), dtype="bool"), axis=1).dtype == np.float32


@pytest.mark.parametrize("find", [nd.argmax, nd.topk, nd.argmin], ids=["argmax", "topk", "argmin"])
def test_positions_above_2_to_the_24th(find: Any) -> None:
    x = nd.zeros((2**24 + 3,))
    x[2**24 + 1] = -1 if find is nd.argmin else 1
    for dtype in ("int32", "int64", "float64"):
        found = find(x, axis=0, dtype=dtype)
        assert np.dtype(found.dtype) == dtype and found.asscalar() == 2**24 + 1
    with pytest.raises(mx.MXNetError, match="dtype=float32"):
        find(x, axis=0)
    assert find(x[: 2**24 + 1], axis=0).dtype == np.float32


def test_flat_positions_that_a_dtype_cannot_hold() -> None:
    shape = (2**14, 2**13)

    def ravel(index: nd.NDArray) -> nd.NDArray:
        return nd.ravel_multi_index(index, shape=shape)

    def unravel(position: nd.NDArray) -> nd.NDArray:
        return nd.unravel_index(position, shape=(2**25, 3))

    one = nd.array([[0], [1]], dtype="bool")
    assert nd.ravel_multi_index(one, shape=(2, 2)).tolist() == [True]
    odd, even = [[2**13], [2**12 + 1]], [[2**13], [2**12]]
    for function in (ravel, mx.compile(ravel)):
        assert function(nd.array(even)).tolist() == [2**26 + 2**12]
        assert function(nd.array(odd, dtype="int64")).tolist() == [2**26 + 2**12 + 1]
        with pytest.raises(mx.MXNetError, match=r"dtype=float32 of data .* 67112961"):
            function(nd.array(odd)).asnumpy()
    for function in (unravel, mx.compile(unravel)):
        assert function(nd.array([3 * 2**24])).tolist() == [[2**24], [0]]
        with pytest.raises(mx.MXNetError, match=r"dtype=float32 of data .* 16777217"):
            function(nd.array([3 * 2**24 + 4])).asnumpy()


# --- long rows, and rows on several threads -------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 70000), (40, 3000)])
@pytest.mark.parametrize("is_ascend", [False, True])
@pytest.mark.parametrize("k", [20, 100, 0])
def test_long_rows_keep_the_order_of_equal_elements(
    shape: tuple[int, int], is_ascend: bool, k: int
) -> None:
    host = RNG.integers(-500, 500, shape).astype("float32")
    host[:, ::7], host[:, ::11] = NAN, -0.0
    keys = np.where(np.isnan(host), np.inf, host if is_ascend else -host)
    expected = np.argsort(keys, -1, kind="stable")[:, : k or shape[1]]
    found = nd.topk(nd.array(host), k=k, is_ascend=is_ascend, dtype="int32").asnumpy()
    np.testing.assert_array_equal(found, expected)


def test_errors_of_other_threads_reach_the_caller() -> None:
    done: list[int] = []

    def task(lo: int, hi: int) -> None:
        if lo == 30:
            raise ValueError("thirty")
        done.append(lo)

    with pytest.raises(ValueError, match="thirty"):
        python_threads.distribute(task, 100, 10)
    done.clear()
    python_threads.distribute(lambda lo, hi: done.extend(range(lo, hi)), 95, 10)
    assert sorted(done) == list(range(95))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_rows_are_sorted_in_a_forked_child() -> None:
    program = """
        import os
        import numpy as np
        from ndgrad import nd
        x = nd.array(np.arange(200000.0)[::-1].reshape(20, -1))
        def work():
            assert nd.sort(x).asnumpy()[0, 0] == 190000
        work()
        child = os.fork()
        if not child:
            work()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        work()
    """
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(program)]
    environment = {**os.environ, "NUMBA_NUM_THREADS": "4", "NUMBA_DISABLE_JIT": "0"}
    subprocess.run(command, check=True, timeout=60, env=environment)
