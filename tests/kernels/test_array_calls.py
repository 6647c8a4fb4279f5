"""C functions that take and return arrays: results, records and errors as without them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.dispatch.array_calls import no_call
from ndgrad.dispatch.planned import plans_of
from ndgrad.memory.abstract import PLAIN_RUNS
from ndgrad.ops.table import lookup

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="there are no C functions")
OFTEN = PLAIN_RUNS + 4
ROWS = np.arange(12, dtype="float32").reshape(3, 4) / 3 - 1


def again(function: Callable[[], Any]) -> Any:
    """What *function* returns when its like has come so often that it goes by a C function."""
    for _ in range(OFTEN):
        function()
    return function()


def globals_of(op: str) -> dict[str, Any]:
    call: Any = lookup(op).call
    return call.__globals__


@compiled
def test_a_kernel_gets_a_c_function() -> None:
    x = nd.array(ROWS)
    y = again(lambda: nd.cosh(x))
    assert globals_of("cosh")["v_arrays"] is not no_call
    np.testing.assert_allclose(y.asnumpy(), np.cosh(ROWS), rtol=1e-6)
    assert (y.shape, y.dtype, y.context) == (x.shape, x.dtype, x.context)
    assert type(y) is nd.NDArray and y._version == [0] and y._node is None


@compiled
def test_plans_get_a_c_function() -> None:
    x = nd.array(ROWS)
    y = again(lambda: nd.sum(x, axis=1))
    assert plans_of(lookup("sum")).calls.entries[1]
    np.testing.assert_allclose(y.asnumpy(), ROWS.sum(1), rtol=1e-6)
    assert y.shape == (3,) and y._node is None


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "uint8", "int64"])
def test_dtypes_are_told_apart(dtype: str) -> None:
    a, b = (np.arange(start, start + 6).astype(dtype) for start in (3, 1))
    x, y = nd.array(a, dtype=dtype), nd.array(b, dtype=dtype)
    z = again(lambda: x - y)
    assert z.dtype is np.dtype(dtype).type
    np.testing.assert_array_equal(z.asnumpy(), a - b)
    mixed = again(lambda: x - nd.array(b, dtype="float32"))
    np.testing.assert_array_equal(mixed.asnumpy(), a.astype("float32") - b)


@pytest.mark.parametrize("number", [2.5, 3, True, np.float32(2.5), np.int64(4), -1, -1.0], ids=repr)
def test_numbers(number: Any) -> None:
    x = nd.array(ROWS)
    again(lambda: x * 2.0)
    np.testing.assert_allclose(again(lambda: x * number).asnumpy(), ROWS * float(number), rtol=1e-6)
    np.testing.assert_allclose(again(lambda: number - x).asnumpy(), float(number) - ROWS, rtol=1e-6)


def test_numbers_that_do_not_fit() -> None:
    x = nd.array(ROWS)
    again(lambda: x * 2.0)
    with pytest.raises((OverflowError, mx.MXNetError)):
        x * 10**400
    with pytest.raises(TypeError):
        x * "2"


def test_whole_numbers_times_a_fraction() -> None:
    x = nd.array([1, 2, 3], dtype="int32")
    twice, half = again(lambda: x * 2), again(lambda: x * 0.5)
    assert twice.asnumpy().tolist() == [2, 4, 6]
    np.testing.assert_array_equal(half.asnumpy(), (x * 0.5).asnumpy())


def test_shapes_that_broadcast() -> None:
    x, row, column = nd.array(ROWS), nd.array(ROWS[0]), nd.array(ROWS[:, :1])
    for _ in range(OFTEN):
        np.testing.assert_array_equal((x + row).asnumpy(), ROWS + ROWS[0])
        np.testing.assert_array_equal((row + x).asnumpy(), ROWS + ROWS[0])
        np.testing.assert_array_equal((x + column).asnumpy(), ROWS + ROWS[:, :1])
        np.testing.assert_array_equal((x + x).asnumpy(), ROWS + ROWS)
    with pytest.raises(mx.MXNetError):
        x + nd.ones((5,))


def test_shapes_of_as_many_elements_are_told_apart() -> None:
    flat, square = nd.arange(16), nd.arange(16).reshape((4, 4))
    for _ in range(OFTEN):
        assert nd.sum(square, axis=0).shape == (4,)
        assert nd.sum(flat, axis=0).shape == (1,)
        assert nd.sum(nd.arange(16).reshape((2, 8)), axis=0).shape == (8,)


def test_parameters_are_told_apart() -> None:
    x = nd.array(ROWS)
    for _ in range(OFTEN):
        assert nd.sum(x, axis=0).shape == (4,)
        assert nd.sum(x, axis=1).shape == (3,)
        assert nd.sum(x, axis=1, keepdims=True).shape == (3, 1)
        assert nd.sum(x, axis=(0, 1)).shape == (1,)
        for alpha in (0.5, 0.25, float("0.5")):
            found = nd.LeakyReLU(x, act_type="leaky", slope=alpha).asnumpy()
            np.testing.assert_allclose(found, np.where(ROWS > 0, ROWS, alpha * ROWS), rtol=1e-6)


def test_more_plans_than_a_function_knows() -> None:
    arrays = [nd.array(np.ones((n, 2), "float32")) for n in range(1, 15)]
    for _ in range(OFTEN):
        for x in arrays:
            assert nd.sum(x, axis=1).shape == x.shape[:1]
            assert (x + nd.ones((2,))).shape == x.shape


def test_gradients() -> None:
    x, row = nd.array(ROWS), nd.array(ROWS[0])
    x.attach_grad()
    row.attach_grad()

    def learn() -> None:
        with autograd.record():
            y = nd.sum(nd.tanh(x * x + row) * 2, axis=1)
        y.backward()

    learn()
    first = x.grad.asnumpy(), row.grad.asnumpy()
    again(learn)
    np.testing.assert_array_equal(x.grad.asnumpy(), first[0])
    np.testing.assert_array_equal(row.grad.asnumpy(), first[1])


@pytest.mark.parametrize("function", [nd.tanh, nd.sum, lambda x: x + nd.ones((4,))])
def test_nothing_is_recorded_outside_of_a_record(function: Callable[[Any], Any]) -> None:
    x = nd.array(ROWS)
    x.attach_grad()
    assert again(lambda: function(x))._node is None
    with autograd.record():
        y = function(x)
    assert y._node is not None and y._node.parents[0] is x._node
    with autograd.record(), autograd.pause():
        assert function(x)._node is None


def test_an_array_that_is_overwritten_later() -> None:
    x = nd.array(ROWS)
    x.attach_grad()
    again(lambda: nd.tanh(x))
    with autograd.record():
        y = nd.tanh(x)
        z = y * 2
    y[:] = 0
    with pytest.raises(mx.MXNetError, match="overwritten"):
        z.backward()


def test_classes_are_told_apart() -> None:
    x, like_numpy = nd.array(ROWS), mx.np.array(ROWS)
    for _ in range(OFTEN):
        assert type(nd.tanh(x)) is nd.NDArray
        assert type(mx.np.tanh(like_numpy)) is mx.np.ndarray
        assert type(x.sum()) is nd.NDArray
        assert type(like_numpy.sum()) is mx.np.ndarray and like_numpy.sum().shape == ()
        assert (like_numpy > 0).dtype == np.bool_ and (x > 0).dtype is np.float32


def test_contexts_are_those_of_the_first_operand() -> None:
    x, there = nd.array(ROWS), nd.array(ROWS, ctx=mx.cpu(1))
    again(lambda: nd.tanh(x))
    assert nd.tanh(there).context == mx.cpu(1)
    again(lambda: nd.sum(x))
    assert nd.sum(there).context == mx.cpu(1)


@compiled
def test_no_reference_is_lost_or_kept() -> None:
    x, row = nd.array(ROWS), nd.array(ROWS[0])
    calls = (lambda: x * x, lambda: x + row, lambda: x * 2.5, lambda: x.sum(), lambda: x.T)
    for call in calls:
        again(call)
    held = (x._shape, x._ctx, x._data, row._data, x._version)
    before = [sys.getrefcount(one) for one in held]
    for call in calls:
        for _ in range(50):
            call()
            with pytest.raises(TypeError):
                x * "2"
    assert [sys.getrefcount(one) for one in held] == before


@compiled
def test_wrong_numbers_of_operands() -> None:
    x = nd.array(ROWS)
    again(lambda: x * x)
    again(lambda: x.sum())
    for name, op in (("vv_arrays", "broadcast_mul"), ("arrays_1", "sum")):
        with pytest.raises(TypeError):
            globals_of(op)[name]()
    assert globals_of("broadcast_mul")["vv_arrays"](x, 3) is None
    assert globals_of("broadcast_mul")["vv_arrays"](None, x) is None


@compiled
def test_arrays_that_are_not_finished() -> None:
    x = nd.array(ROWS)
    again(lambda: nd.tanh(x))
    empty = nd.NDArray.__new__(nd.NDArray)
    assert globals_of("tanh")["v_arrays"](empty) is None


def test_slices_are_told_apart() -> None:
    values = np.arange(3 * 400, dtype="float32").reshape(3, 400)
    x, like_numpy = nd.array(values), mx.np.array(values)
    for _ in range(OFTEN):
        for stop in (2, 3, 300, 301):
            np.testing.assert_array_equal(x[:, 1:stop].asnumpy(), values[:, 1:stop])
            np.testing.assert_array_equal(x[1:, 1 : stop : stop - 1].asnumpy(), values[1:, 1:2])
        np.testing.assert_array_equal(x[:, 5].asnumpy(), values[:, 5])
        np.testing.assert_array_equal(x[:, -1].asnumpy(), values[:, -1])
        assert type(like_numpy[:, 1:3]) is mx.np.ndarray and type(x[:, 1:3]) is nd.NDArray
    for key in ((slice(None), slice(1.0, 3)), (slice(None), 5.0)):
        with pytest.raises((TypeError, IndexError, ValueError, mx.MXNetError)):
            x[key]
    x.attach_grad()
    with autograd.record():
        y = x[:, 1:3]
    y.backward()
    assert x.grad.sum().asscalar() == 6 and x.grad[:, 1:3].sum().asscalar() == 6
    assert x[:, 1:3]._node is None
