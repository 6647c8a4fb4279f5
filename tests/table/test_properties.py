"""Arguments that make no sense: a clear Python exception or a right answer, nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forms import only_full
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import ndgrad as mx
from ndgrad import MXNetError, autograd, nd
from ndgrad.kernels import OPS
from ndgrad.ops.table import Op
from ndgrad.testing import assert_close

CLEAR = (MXNetError, TypeError, ValueError, IndexError, KeyError)
QUICK = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

shapes = npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
# float32 mostly: each dtype compiles kernels of its own.
dtypes = st.sampled_from(["float32", "float32", "float32", "int32"])


@st.composite
def arrays(draw: Any) -> Any:
    shape, dtype = draw(shapes), draw(dtypes)
    values = np.random.default_rng(draw(st.integers(0, 9))).integers(-3, 4, shape)
    return nd.array(values, dtype=dtype)


nonsense = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([2**31, -(2**40), 0.5, float("nan"), float("inf"), "text", "float32", b"x"]),
    st.tuples(st.integers(-4, 4)),
    st.lists(st.integers(-4, 4), max_size=4).map(tuple),
    st.tuples(st.none(), st.integers(-2, 2)),
    arrays(),
)


def is_clear(error: BaseException) -> bool:
    """Of a class that a user expects, with a text, and not out of Numba."""
    return isinstance(error, CLEAR) and "numba" not in type(error).__module__ and bool(str(error))


def outcome(call: Any) -> Any:
    try:
        return call()
    except Exception as error:
        if not is_clear(error):
            raise
        return None


# Rows whose kernels are the same for all; one of each formula family is enough for nonsense.
ROWS = [
    pytest.param(op, id=op.name, marks=only_full(op))
    for op in OPS.values()
    if not op.name.startswith("_") and op.forward is not None
]
ROWS += [pytest.param(OPS[name], id=name) for name in ("exp", "clip", "broadcast_add", "where")]


@pytest.mark.parametrize("op", ROWS)
@QUICK
@given(data=st.data())
def test_any_arguments(op: Op, data: Any) -> None:
    function = getattr(nd, op.name)
    count = data.draw(st.integers(1, 3)) if op.variadic else len(op.inputs)
    inputs = [data.draw(arrays()) for _ in range(count)]
    for i, x in enumerate(inputs):
        if data.draw(st.integers(0, 9)) == 0:
            inputs[i] = data.draw(nonsense)
        elif x.dtype is np.float32:
            x.attach_grad()
    names = [name for name in op.params if not name.startswith("_")]
    chosen = [name for name in names if data.draw(st.booleans())]
    params = {name: data.draw(nonsense) for name in chosen}

    def call() -> None:
        with autograd.record():
            results = function(*inputs, **params)
        results = results if isinstance(results, (list, tuple)) else [results]
        heads = [r for r in results if isinstance(r, nd.NDArray) and r._node is not None]
        for result in results:
            if isinstance(result, nd.NDArray):
                assert result._data.size == int(np.prod(result.shape))
                result.asnumpy()
        if heads:
            autograd.backward(heads)

    outcome(call)
    assert not autograd.is_recording()


@QUICK
@given(data=st.data())
def test_indexing_reads_as_numpy_does(data: Any) -> None:
    shape = data.draw(npst.array_shapes(min_dims=1, max_dims=3, max_side=4))
    host = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    key = data.draw(npst.basic_indices(shape, allow_newaxis=True))
    expected = host[key]
    result = outcome(lambda: nd.array(host)[key])
    if result is not None:
        # Where NumPy has no axis left, MXNet has one of length 1.
        np.testing.assert_array_equal(result.asnumpy().reshape(expected.shape), expected)


@QUICK
@given(data=st.data())
def test_indexing_gradients_count_the_reads(data: Any) -> None:
    shape = data.draw(npst.array_shapes(min_dims=1, max_dims=3, max_side=4))
    key = data.draw(npst.integer_array_indices(shape, result_shape=npst.array_shapes(max_dims=2)))
    x = nd.zeros(shape)
    x.attach_grad()
    with autograd.record():
        y = x[tuple(k.tolist() if data.draw(st.booleans()) else k for k in key)]
    y.backward()
    expected = np.zeros(shape, "float32")
    np.add.at(expected, key, 1)
    np.testing.assert_array_equal(x.grad.asnumpy(), expected)


@QUICK
@given(data=st.data())
def test_indexing_writes_as_numpy_does(data: Any) -> None:
    shape = data.draw(npst.array_shapes(min_dims=1, max_dims=3, max_side=4))
    host = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    key = data.draw(npst.basic_indices(shape))
    x = nd.array(host)

    def write() -> bool:
        x[key] = 99
        return True

    if outcome(write):
        host[key] = 99
    np.testing.assert_array_equal(x.asnumpy(), host)


@QUICK
@given(a=arrays(), key=nonsense)
def test_any_key(a: Any, key: Any) -> None:
    outcome(lambda: a[key])
    before = a.asnumpy()

    def write() -> bool:
        a[key] = 1
        return True

    if not outcome(write):
        np.testing.assert_array_equal(a.asnumpy(), before)


@QUICK
@given(a=arrays(), b=arrays())
def test_operators_broadcast_as_numpy_does(a: Any, b: Any) -> None:
    result = outcome(lambda: a + b)
    try:
        expected = a.asnumpy() + b.asnumpy()
    except ValueError:
        assert result is None
        return
    assert result is not None
    assert_close(result.astype("float64"), expected.astype("float64").reshape(result.shape))


@QUICK
@given(a=arrays(), shape=st.lists(st.integers(-5, 6), max_size=5))
def test_any_reshape(a: Any, shape: list[int]) -> None:
    for call in (lambda: a.reshape(shape), lambda: nd.reshape(a, shape=tuple(shape))):
        result = outcome(call)
        if result is not None:
            np.testing.assert_array_equal(result.asnumpy().ravel(), a.asnumpy().ravel())


@QUICK
@given(value=nonsense, ctx=nonsense, dtype=nonsense)
def test_any_creation(value: Any, ctx: Any, dtype: Any) -> None:
    for function in (nd.array, nd.zeros, nd.arange, mx.nd.eye):
        if isinstance(value, (int, float)) and abs(value) > 100:
            continue  # a right answer, but of terabytes
        outcome(lambda f=function: f(value, dtype=dtype))
        outcome(lambda f=function: f(value, ctx=ctx))
