"""C functions by which Python calls kernels on small arrays: arguments, results, errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from forms import first

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.dispatch.elementwise import BroadcastCalls, Kernels, Remembered, SmallCalls
from ndgrad.kernels.cpu import reduction as host
from ndgrad.kernels.spec import reduction
from ndgrad.ops.table import lookup

FLOAT = np.dtype("float32")
NUMBERS = (2.5, 3, True, np.float32(2.5), np.float64(-1.0), np.int64(4), np.bool_(True))


def small(letters: str, dtype: Any = FLOAT) -> Callable[..., Any]:
    op: Any = lookup("broadcast_sub")
    return SmallCalls(Kernels(op, letters))[np.dtype(dtype)]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "uint8", "bool"])
def test_results_are_made(dtype: str) -> None:
    a, b = (np.arange(start, start + 5).astype(dtype) for start in (7, 1))
    y = small("vv", dtype)(a, b, 5)
    assert y.dtype == dtype and y.flags.owndata and y.flags.writeable
    expected = (a.astype("int64") - b).astype(dtype)
    np.testing.assert_array_equal(y, expected)


@pytest.mark.parametrize("number", NUMBERS, ids=repr)
def test_numbers_of_every_class(number: Any) -> None:
    x = np.arange(4, dtype=FLOAT)
    np.testing.assert_array_equal(small("vs")(x, number, 4), x - float(number))


def test_an_operand_is_overwritten() -> None:
    x = np.arange(4, dtype=FLOAT)
    assert small("ov")(x, np.ones(4, FLOAT), 4) is None
    np.testing.assert_array_equal(x, [-1, 0, 1, 2])


def test_an_error_leaves_no_result_behind() -> None:
    x, run = np.arange(4, dtype=FLOAT), small("vs")
    with pytest.raises((TypeError, ValueError)):
        run(x, "a", 4)
    with pytest.raises(OverflowError):
        run(x, 10**400, 4)
    with pytest.raises((TypeError, ValueError)):
        run(x, 4)
    with pytest.raises(ValueError, match="negative"):
        run(x, 1.0, -1)


def test_references_are_as_many_as_before() -> None:
    x, run, overwrite = np.arange(4, dtype=FLOAT), small("vv"), small("ov")
    run(x, x, 4)
    before = [sys.getrefcount(one) for one in (FLOAT, x)]
    nothing = sys.getrefcount(None)
    for _ in range(10_000):
        run(x, x, 4)
        overwrite(x, x, 4)
    assert [sys.getrefcount(one) for one in (FLOAT, x)] == before
    assert abs(sys.getrefcount(None) - nothing) < 5_000


@pytest.mark.parametrize(
    ("shape", "target"), [((3, 4), (4,)), ((3, 4), (3, 1)), ((2, 3, 4, 5), (3, 1, 5)), ((6,), ())]
)
@pytest.mark.parametrize("dtype", first("float32", "float64", "int32"))
def test_a_sum_by_a_bound_call(shape: Any, target: Any, dtype: str) -> None:
    x = np.random.default_rng(0).integers(-9, 9, shape).astype(dtype)
    how = reduction.plan_to(shape, target)
    assert how is not None
    way = reduction.REDUCTIONS["sum"]
    run = host.call_on(way, x.dtype, how, x.dtype)
    np.testing.assert_array_equal(run(x.reshape(-1)), host.run(way, x.reshape(-1), how, x.dtype))
    axes = tuple(i for i, (a, b) in enumerate(zip(shape, how.kept, strict=True)) if a != b)
    np.testing.assert_array_equal(run(x.reshape(-1)), x.sum(axes).reshape(-1))


def test_shapes_that_never_come_again_are_forgotten() -> None:
    op: Any = lookup("broadcast_add")
    calls = BroadcastCalls(op, 0)
    for n in range(2, 2 * Remembered.MOST):
        assert calls[FLOAT, (2, n), (n,)] is not None
    assert 0 < len(calls) <= Remembered.MOST


def test_empty_results_have_no_call() -> None:
    op: Any = lookup("broadcast_add")
    calls = BroadcastCalls(op, 0)
    assert calls[FLOAT, (0, 3), (3,)] is None
    with pytest.raises(mx.MXNetError, match=r"shapes \[2,3\] \[4\]"):
        calls[FLOAT, (2, 3), (4,)]


# --- what arrays do with them ---------------------------------------------------------------------

PAIRS = [((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3,)), ((2, 3, 4), (2, 1, 4)), ((1, 4), (4,))]


@pytest.mark.parametrize("shapes", PAIRS, ids=str)
@pytest.mark.parametrize("n", [1, 20_000], ids=["small", "large"])
def test_gradients_of_arrays_that_broadcast(shapes: Any, n: int) -> None:
    """The bound path for small arrays, and what large ones take, give sums over the same axes."""
    shapes = [(n, *(1,) * (3 - len(s)), *s) if s else (n, 1, 1, 1) for s in shapes]
    a, b = (nd.array(np.random.default_rng(len(s)).uniform(1, 2, s)) for s in shapes)
    a.attach_grad()
    b.attach_grad()
    with autograd.record():
        y = a * b + b - a / b
    y.backward()
    x, z = a.asnumpy(), b.asnumpy()
    for got, of, partial in ((a.grad, x, z - 1 / z), (b.grad, z, x + 1 + x / (z * z))):
        full = np.broadcast_to(partial, np.broadcast_shapes(x.shape, z.shape))
        axes = tuple(i for i in range(full.ndim) if of.shape[i] != full.shape[i])
        np.testing.assert_allclose(got.asnumpy(), full.sum(axes, keepdims=True), rtol=1e-4)


def test_in_place_and_out_with_arrays_that_broadcast_and_overlap() -> None:
    x = nd.array(np.arange(12.0).reshape(3, 4))
    expected = x.asnumpy()
    x += nd.array([1.0, 2.0, 3.0, 4.0])
    expected += [1, 2, 3, 4]
    x *= x[0]
    expected *= expected[0].copy()
    nd.broadcast_add(x, x[1], out=x)
    expected += expected[1].copy()
    np.testing.assert_array_equal(x.asnumpy(), expected)
    base = nd.array(np.arange(9.0))
    shifted = base[1:9]
    shifted += base[0:8]
    np.testing.assert_array_equal(base.asnumpy(), [0, 1, 3, 5, 7, 9, 11, 13, 15])
    with pytest.raises(mx.MXNetError, match="inferred shape"):
        shifted += nd.ones((2, 8))


def test_a_write_past_the_checks_is_noticed() -> None:
    for write in ("x[:] = 3", "x += 1", "x += nd.ones(2)", "nd.exp(x, out=x)"):
        x = nd.ones((2, 2))
        w = nd.ones((2, 2))
        w.attach_grad()
        with autograd.record():
            y = w * x
        exec(write, {"x": x, "nd": nd})
        with pytest.raises(mx.MXNetError, match="overwritten"):
            y.backward()


def test_scopes_may_be_entered_again() -> None:
    scope = autograd.record()
    with scope:
        with autograd.pause():
            with scope:
                assert autograd.is_recording() and autograd.is_training()
            assert not autograd.is_recording()
        assert autograd.is_recording()
    assert not autograd.is_recording()
