"""softmax, cross-entropy and the outputs that make their own gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.special

from ndgrad import MXNetError, autograd, nd

X = [[1.0, 2.0, 3.0], [1.0, 0.5, -1.0]]
INF = float("inf")


def gradient(f: Any, values: Any, dtype: str = "float32") -> Any:
    x = nd.array(values, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = f(x)
    y.backward()
    return x.grad.asnumpy()  # type: ignore[union-attr]


@pytest.mark.parametrize("shape", [(5, 1000), (3, 7, 600), (2, 3, 4)])
def test_every_axis(shape: tuple[int, ...]) -> None:
    a = np.random.default_rng(0).normal(size=shape).astype("float32") * 3
    for axis in range(len(shape)):
        y, logs = nd.softmax(nd.array(a), axis=axis), nd.log_softmax(nd.array(a), axis=axis)
        np.testing.assert_allclose(y.asnumpy(), scipy.special.softmax(a, axis), rtol=2e-6)
        expected = scipy.special.log_softmax(a.astype(float), axis)
        np.testing.assert_allclose(logs.asnumpy(), expected, rtol=1e-5, atol=1e-6)


def test_extremes() -> None:
    y = nd.softmax(nd.array([[1000.0, 0.0], [-INF, 1.0]]))
    assert y.tolist() == [[1, 0], [0, 1]]
    assert np.isnan(nd.softmax(nd.array([[-INF, -INF], [float("nan"), 1]])).asnumpy()).all()
    assert np.isnan(nd.softmax(nd.array(X), temperature=0).asnumpy()).all()
    assert nd.log_softmax(nd.array([[1000.0, 0.0]])).tolist() == [[0, -1000]]


@pytest.mark.parametrize("axis", [1, 2])
def test_lengths(axis: int) -> None:
    a = np.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    shape = np.delete(a.shape, axis)
    lengths = np.arange(np.prod(shape)).reshape(shape) % 5  # from none to more than there are
    y = nd.softmax(nd.array(a), nd.array(lengths, dtype="int32"), use_length=True, axis=axis)
    for at in np.ndindex(*shape):
        index = (*at[:axis], slice(None), *at[axis:])
        n = min(lengths[at], a.shape[axis])
        line = y.asnumpy()[index]
        if n:
            np.testing.assert_allclose(line[:n], scipy.special.softmax(a[index][:n]), rtol=1e-5)
        assert not line[n:].any()


def test_lengths_are_checked() -> None:
    x, length = nd.array(X), nd.array([1, 2], dtype="int32")
    for args, params in (
        ((x, length), {}),
        ((x,), {"use_length": True}),
        ((x, nd.array([1], dtype="int32")), {"use_length": True}),
    ):
        with pytest.raises(MXNetError, match="length"):
            nd.softmax(*args, **params)


def test_dtypes() -> None:
    assert nd.softmax(nd.array(X), dtype="float64").dtype == np.float64
    assert nd.log_softmax(nd.array(X, dtype="float16")).dtype == np.float16
    for bad in ({"dtype": "int32"}, {"axis": 2}):
        with pytest.raises(MXNetError):
            nd.softmax(nd.array(X), **bad)
    with pytest.raises(MXNetError, match="floating"):
        nd.softmax(nd.array([[1, 2]], dtype="int32"))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_cross_entropy(dtype: str) -> None:
    p = scipy.special.softmax(np.array(X), 1)
    tolerance = 2e-3 if dtype == "float16" else 1e-6
    label = nd.array([2, 0])
    loss = nd.softmax_cross_entropy(nd.array(X, dtype=dtype), label)
    assert loss.shape == (1,)
    assert loss.dtype == np.dtype(dtype)
    assert abs(float(loss) + np.log(p[0, 2] * p[1, 0])) < tolerance
    grad = gradient(lambda x: nd.softmax_cross_entropy(x, label) * 2, X, dtype)
    p[0, 2] -= 1
    p[1, 0] -= 1
    np.testing.assert_allclose(grad, 2 * p, atol=2 * tolerance)


def test_cross_entropy_of_large_numbers() -> None:
    assert nd.softmax_cross_entropy(nd.array([[1000.0, 0.0]]), nd.array([1])).tolist() == [1000]


@pytest.mark.parametrize("label", [[2, 3], [2, -1], [2], [[2], [0]]])
def test_cross_entropy_checks_labels(label: Any) -> None:
    with pytest.raises(MXNetError, match="label"):
        nd.softmax_cross_entropy(nd.array(X), nd.array(label))


def test_softmax_output_can_be_differentiated_twice() -> None:
    x = nd.array(X, dtype="float64")
    x.attach_grad()
    with autograd.record():
        (first,) = autograd.grad(nd.SoftmaxOutput(x, nd.array([2, 0])), [x], create_graph=True)
        z = nd.sum(first * first)
    z.backward()
    p = scipy.special.softmax(np.array(X), 1)
    d = p - np.array([[0, 0, 1], [1, 0, 0]])
    expected = 2 * p * (d - (d * p).sum(1, keepdims=True))
    np.testing.assert_allclose(x.grad.asnumpy(), expected)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("params", "factor"),
    [
        ({}, [1, 1]),
        ({"grad_scale": 3.0}, [3, 3]),
        ({"normalization": "batch"}, [0.5, 0.5]),
        ({"use_ignore": True, "ignore_label": 0}, [1, 0]),
        ({"use_ignore": True, "ignore_label": 2, "normalization": "batch"}, [0, 0.5]),
        ({"use_ignore": True, "ignore_label": 2, "normalization": "valid"}, [0, 1]),
    ],
)
def test_softmax_output_options(params: Any, factor: list[float]) -> None:
    p = scipy.special.softmax(np.array(X), 1) - np.array([[0, 0, 1], [1, 0, 0]])
    grad = gradient(lambda x: nd.SoftmaxOutput(x, nd.array([2, 0]), **params), X)
    np.testing.assert_allclose(grad, p * np.array(factor)[:, None], atol=1e-6)


def test_out_grad_uses_the_incoming_gradient() -> None:
    label = nd.array([2, 0])
    plain = gradient(lambda x: nd.SoftmaxOutput(x, label), X)
    times = gradient(lambda x: nd.SoftmaxOutput(x, label, out_grad=True) * 5, X)
    np.testing.assert_allclose(times, 5 * plain, rtol=1e-6)


def test_regression_outputs_check_labels() -> None:
    for name in ("Linear", "Logistic", "MAE"):
        with pytest.raises(MXNetError, match="label"):
            getattr(nd, f"{name}RegressionOutput")(nd.ones((2, 2)), nd.ones((4,)))


def test_make_loss_counts_valid_elements() -> None:
    grad = gradient(lambda x: nd.MakeLoss(x * 1, normalization="valid"), [[1, 2], [3, 0]])
    np.testing.assert_allclose(grad, 1 / 3)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("n", [1, 10, 16, 37, 128])
def test_many_short_rows_have_the_bits_of_few(dtype: str, n: int) -> None:
    """Many are gone over together; one row alone is not."""
    host = 5 * np.random.default_rng(n).standard_normal((300, n))
    host[0, -1], host[1, 0], host[2], host[3], host[4] = np.nan, np.inf, -np.inf, -0.0, 1e30
    x, g = nd.array(host, dtype=dtype), nd.array(host[::-1], dtype=dtype)
    for function in (nd.softmax, nd.log_softmax):
        for few in (slice(0, 5), slice(295, 300)):
            found = []
            for rows in (slice(0, 300), few):
                y = x[rows].copy()
                y.attach_grad()
                with autograd.record():
                    z = function(y)
                z.backward(g[rows])
                found.append((z.asnumpy(), y.grad.asnumpy()))
            for many, alone in zip(*found, strict=True):
                np.testing.assert_array_equal(many[few], alone)
