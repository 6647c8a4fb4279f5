"""Reductions where the table's own tests do not look: layouts, large arrays, corners, errors."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from forms import first

from ndgrad import MXNetError, autograd, nd
from ndgrad.kernels.build.threads import num_threads, set_num_threads

NAN = float("nan")


def gradient(f: Any, *values: Any, dtype: str = "float32") -> list[Any]:
    x = nd.array(values, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    return x.grad.tolist()  # type: ignore[no-any-return, union-attr]


AXES = [None, *(a for r in (1, 2, 3) for a in itertools.combinations(range(4), r))]


@pytest.mark.parametrize("axis", AXES, ids=str)
def test_any_axes(axis: Any) -> None:
    a = np.random.default_rng(0).normal(size=(3, 5, 2, 4)).astype("float32")
    x = nd.array(a)
    for name in ("sum", "max"):
        for keepdims in (False, True):
            y = getattr(nd, name)(x, axis=axis, keepdims=keepdims).asnumpy()
            expected = np.asarray(getattr(np, name)(a, axis=axis, keepdims=keepdims))
            np.testing.assert_allclose(y, expected.reshape(expected.shape or (1,)), rtol=1e-5)


@pytest.mark.parametrize(
    ("shape", "axis"),
    [((300_007,), 0), ((3, 100_003), 1), ((100_003, 3), 0), ((70, 5003), 0), ((9, 7001, 5), 1)],
)
def test_large(shape: tuple[int, ...], axis: int) -> None:
    a = np.random.default_rng(1).normal(size=shape).astype("float32")
    x = nd.array(a)
    exact = a.sum(axis, dtype=np.float64)
    y = nd.sum(x, axis=axis).asnumpy()
    np.testing.assert_allclose(y, exact.reshape(y.shape), rtol=1e-6, atol=1e-5)
    assert (nd.max(x, axis=axis).asnumpy() == a.max(axis)).all()
    assert (nd.argmin(x, axis=axis).asnumpy() == a.argmin(axis)).all()


def test_threads_change_no_bit() -> None:
    x = nd.array(np.random.default_rng(2).normal(size=(1000, 1003)), dtype="float32")
    before = num_threads()
    many = [nd.sum(x, axis=a).asnumpy() for a in (None, 0, 1)]
    set_num_threads(1)
    try:
        one = [nd.sum(x, axis=a).asnumpy() for a in (None, 0, 1)]
    finally:
        set_num_threads(before)
    assert all((a == b).all() for a, b in zip(many, one, strict=True))


@pytest.mark.parametrize(
    ("shape", "axis"), [((3_000_017,), 0), ((3, 100_003), 1), ((100_003, 3), 0)]
)
@pytest.mark.parametrize("name", first("sum", "mean", "nansum", "norm"))
def test_error_does_not_grow_with_length(name: str, shape: tuple[int, ...], axis: int) -> None:
    # Two additions in float32 stand between an element and float64, and the result is rounded.
    a = np.random.default_rng(3).normal(size=shape).astype("float32")
    wide = a.astype("float64")
    size = np.abs(wide).sum(axis)
    exact = size if name == "norm" else wide.sum(axis)
    bound = 3.01 * 2.0**-24 * size
    if name == "mean":
        exact, bound = exact / shape[axis], bound / shape[axis]
    params = {"ord": 1} if name == "norm" else {}
    y = getattr(nd, name)(nd.array(a), axis=axis, **params).asnumpy()
    assert (np.abs(y - exact) <= bound).all()


def test_accuracy_of_a_long_sum() -> None:
    x = nd.full((1 << 20,), 0.1)
    assert nd.sum(x).asscalar() == np.float32(np.float32(0.1) * (1 << 20))


@pytest.mark.parametrize("n", [1, 3, 16])
def test_short_rows_have_the_same_bits_together_and_alone(n: int) -> None:
    x = nd.array(np.random.default_rng(n).normal(size=(150, n)), dtype="float32")
    alone = [nd.sum(x[i : i + 50], axis=1).asnumpy() for i in (0, 50, 100)]
    assert nd.sum(x, axis=1).asnumpy().tobytes() == np.concatenate(alone).tobytes()


@pytest.mark.parametrize(
    ("shape", "axis"), [((4, 6, 3), 1), ((45, 600), 1), ((90, 300), 0), ((3, 7, 270), 1)]
)
def test_scans_of_columns_alone_and_together(shape: tuple[int, ...], axis: int) -> None:
    a = np.random.default_rng(0).uniform(0.5, 1.5, shape).astype("float32")
    x, g = nd.array(a), nd.array(a[::-1])
    x.attach_grad()
    with autograd.record():
        y = nd.cumsum(x, axis=axis)
    y.backward(g)
    wide = a.astype("float64")
    assert np.array_equal(y.asnumpy(), np.cumsum(wide, axis).astype("float32"))
    expected = np.flip(np.cumsum(np.flip(wide[::-1], axis), axis), axis)
    assert np.array_equal(x.grad.asnumpy(), expected.astype("float32"))
    with autograd.record():
        y = nd.prod(x, axis=axis)
    y.backward()
    others = np.expand_dims(wide.prod(axis), axis) / wide
    np.testing.assert_allclose(x.grad.asnumpy(), others, rtol=1e-6)


@pytest.mark.parametrize("dtype", first("float16", "int8", "uint8", "int32", "int64", "bool"))
def test_dtypes_stay(dtype: str) -> None:
    x = nd.array([[1, 0, 3], [1, 1, 1]], dtype=dtype)
    for name in ("sum", "mean", "max", "prod", "norm"):
        assert getattr(nd, name)(x, axis=1).dtype == np.dtype(dtype)


def test_integers() -> None:
    assert nd.sum(nd.array([100, 100, 100], dtype="uint8")).asscalar() == 44
    assert nd.mean(nd.array([-3, -4], dtype="int32")).asscalar() == -3
    assert nd.mean(nd.array([100, 100, 100], dtype="int8")).asscalar() == 100
    assert nd.norm(nd.array([3, 4], dtype="int32")).asscalar() == 5
    big = 2**53 + 1
    assert nd.sum(nd.array([big, 1], dtype="int64")).asscalar() == big + 1
    assert nd.max(nd.array([big, big - 1], dtype="int64")).asscalar() == big


def test_float16_is_summed_in_more() -> None:
    x = nd.full((10,), 30000, dtype="float16")
    assert nd.mean(x).asscalar() == 30000


def test_nan() -> None:
    for values in ([1, NAN, 2], [NAN, 1, 2], [1, 2, NAN]):
        assert np.isnan(nd.max(nd.array(values)).asscalar())
        assert np.isnan(nd.min(nd.array(values)).asscalar())
        place = int(np.argmax(np.isnan(values)))
        assert nd.argmax(nd.array(values), axis=0).asscalar() == place
        assert nd.argmin(nd.array([[v, 0] for v in values]), axis=0).tolist()[0] == place
    assert gradient(nd.max, 1, NAN, 3) == [0, 0, 0]
    assert gradient(nd.nansum, 1, NAN, 3) == [1, 0, 1]
    assert gradient(nd.nanprod, 2, NAN, 3) == [3, 0, 2]


@pytest.mark.parametrize("form", [(70, 40, 1), (3, 127, 1), (3, 5001, 1), (1, 140001, 1),
                                  (1, 45000, 3), (2, 90, 600)], ids=str)  # fmt: skip
@pytest.mark.parametrize("kind", ["ties", "nan"])
def test_the_first_of_equal_extremes_is_found_however_rows_are_divided(
    form: tuple[int, int, int], kind: str
) -> None:
    rng = np.random.default_rng(5)
    values = rng.integers(-3, 4, form).astype("float32")
    if kind == "nan":
        values.flat[rng.integers(0, values.size, max(1, values.size // 300))] = NAN
    x = nd.array(values)
    for function, expected in ((nd.argmax, np.argmax), (nd.argmin, np.argmin)):
        found = function(x, axis=1).asnumpy()
        np.testing.assert_array_equal(found, expected(values, 1))


def test_every_tie_has_the_whole_gradient() -> None:
    assert gradient(nd.max, 1, 3, 3, 2) == [0, 1, 1, 0]


@pytest.mark.parametrize("values", [[2, 0, 3], [0, 0, 3], [0, 0, 0], [2, 5, 3]])
def test_gradient_of_a_product_with_zeros(values: list[float]) -> None:
    others = [np.prod(values[:i] + values[i + 1 :]) for i in range(3)]
    assert gradient(nd.prod, *values) == others


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [65536, 100_001])
@pytest.mark.parametrize("zeros", [(), (70_000,), (3, 70_000)])
def test_gradient_of_a_long_product(dtype: str, size: int, zeros: tuple[int, ...]) -> None:
    """Whose factors are multiplied part by part, from both ends."""
    host = np.random.default_rng(1).uniform(0.999, 1.001, size).astype(dtype)
    host[[i for i in zeros if i < size]] = 0
    x = nd.array(host, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = nd.prod(x)
    y.backward()
    before = np.concatenate([[1.0], np.cumprod(host[:-1], dtype="float64")])
    after = np.concatenate([np.cumprod(host[:0:-1], dtype="float64")[::-1], [1.0]])
    rtol = 3e-7 if dtype == "float32" else 1e-12
    np.testing.assert_allclose(x.grad.asnumpy(), before * after, rtol=rtol)


def test_second_order_of_a_product_with_zeros() -> None:
    x = nd.array([2.0, 0.0, 3.0])
    x.attach_grad()
    with autograd.record():
        (first,) = autograd.grad(nd.prod(x), [x], create_graph=True)
        z = first[0] + first[1] * 10
    z.backward()
    assert x.grad.tolist() == [30, 3, 20]  # type: ignore[union-attr]


def test_norm_beyond_the_range_of_squares() -> None:
    x = nd.array([[3e200, 4e200], [3e-200, 4e-200], [0, 0]], dtype="float64")
    np.testing.assert_allclose(nd.norm(x, axis=1).asnumpy(), [5e200, 5e-200, 0])


def test_empty() -> None:
    x = nd.array(np.zeros((0, 3), "float32"))
    assert nd.sum(x).tolist() == [0]
    assert nd.sum(x, axis=0).tolist() == [0, 0, 0]
    assert nd.prod(x, axis=0).tolist() == [1, 1, 1]
    assert nd.sum(x, axis=1).shape == (0,)
    with pytest.raises(MXNetError, match="empty"):
        nd.max(x)


def test_excluding_everything_changes_nothing() -> None:
    x = nd.ones((2, 2))
    assert nd.sum(x, axis=(0, 1), exclude=True).shape == (2, 2)
    assert nd.sum(x, axis=(), exclude=True).tolist() == [4]


@pytest.mark.parametrize("axis", [2, -3, (0, 0), (0, -2), "a", 1.5])
def test_bad_axes(axis: Any) -> None:
    for name in ("sum", "max", "norm"):
        with pytest.raises(MXNetError, match=f"{name}.*axis"):
            getattr(nd, name)(nd.ones((2, 2)), axis=axis)


def test_other_errors() -> None:
    x = nd.ones((2, 2))
    with pytest.raises(MXNetError, match="ord"):
        nd.norm(x, ord=3)
    with pytest.raises(MXNetError, match="axes"):
        nd.moments(x)
    with pytest.raises(MXNetError, match="int"):
        nd.argmax(x, axis=(0, 1))
    with pytest.raises(MXNetError, match="axis"):
        nd.argmax_channel(nd.ones((2,)))
