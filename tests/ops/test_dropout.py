"""Dropout, and the layers that choose an activation by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("n", [1, 1023, 1024, 50_001])
def test_values_and_gradient(dtype: str, n: int) -> None:
    mx.random.seed(n)
    x = nd.ones((n,), dtype=dtype)
    x.attach_grad()
    with autograd.record():
        y = nd.Dropout(x, p=0.75)
    y.backward(train_mode=False)
    assert y.dtype == np.dtype(dtype)
    assert set(y.asnumpy().tolist()) <= {0.0, 4.0}
    np.testing.assert_array_equal(x.grad.asnumpy(), y.asnumpy())
    if n > 10_000:
        assert abs((y.asnumpy() == 0).mean() - 0.75) < 0.01


def test_inactive_is_identity() -> None:
    x = nd.array([1.0, np.nan])
    x.attach_grad()
    for context in (autograd.predict_mode(), autograd.record(train_mode=False)):
        with context:
            y = nd.Dropout(x)
        np.testing.assert_array_equal(y.asnumpy(), x.asnumpy())
    y.backward()
    assert x.grad.asnumpy().tolist() == [1.0, 1.0]


def test_p_at_its_ends() -> None:
    x = nd.array([1.0, np.inf, np.nan])
    with autograd.train_mode():
        np.testing.assert_array_equal(nd.Dropout(x, p=0).asnumpy(), x.asnumpy())
        # MXNet gives nan
        assert nd.Dropout(x, p=1).asnumpy().tolist() == [0.0, 0.0, 0.0]


def test_dropped_nan_is_zero() -> None:
    with autograd.train_mode():
        y = nd.Dropout(nd.full((1000,), np.nan), p=0.5).asnumpy()
    assert (y[~np.isnan(y)] == 0).all() and 400 < np.isnan(y).sum() < 600


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 2), (-1,)])
def test_axes_share_their_fate(axes: tuple[int, ...]) -> None:
    x = nd.ones((20, 30, 40))
    x.attach_grad()
    with autograd.record():
        y = nd.Dropout(x, p=0.5, axes=axes)
    y.backward()
    values = y.asnumpy()
    assert (values == np.take(values, [0], axes[0])).all()
    assert set(np.unique(values)) == {0.0, 2.0}
    np.testing.assert_array_equal(x.grad.asnumpy(), values)


def test_always() -> None:
    assert (nd.Dropout(nd.ones((1000,)), mode="always").asnumpy() == 0).any()


def test_second_order() -> None:
    x = nd.array(np.full(100, 3.0))
    x.attach_grad()
    with autograd.record():
        d = nd.Dropout(x, p=0.5)
        y = d * d
        (g,) = autograd.grad(y, [x], create_graph=True)
    g.backward()
    kept = d.asnumpy() != 0
    np.testing.assert_allclose(x.grad.asnumpy(), np.where(kept, 8.0, 0.0))


def test_seed_and_shape() -> None:
    x = nd.ones((3, 1000))
    with autograd.train_mode():
        mx.random.seed(1)
        a, b = nd.Dropout(x).asnumpy(), nd.Dropout(x).asnumpy()
        mx.random.seed(1)
        c = nd.Dropout(x).asnumpy()
    assert (a == c).all() and (a != b).any()
    assert nd.Dropout(nd.ones((0, 3)), mode="always").shape == (0, 3)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"p": 1.5}, "p exceed"),
        ({"p": -0.1}, "p exceed"),
        ({"p": float("nan")}, "p exceed"),
        ({"mode": "foo"}, "valid values"),
        ({"axes": (2,), "mode": "always"}, "axes"),
    ],
)
def test_errors(params: dict[str, Any], text: str) -> None:
    with pytest.raises(mx.MXNetError, match=text):
        nd.Dropout(nd.ones((2, 8)), **params)


# --- Activation and LeakyReLU ---------------------------------------------------------------------

X = np.array([[-2.0, 0.0, 3.0]])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("relu", np.maximum(X, 0)),
        ("sigmoid", 1 / (1 + np.exp(-X))),
        ("tanh", np.tanh(X)),
        ("softrelu", np.log1p(np.exp(X))),
        ("softsign", X / (1 + abs(X))),
    ],
)
def test_activation(kind: str, expected: np.ndarray) -> None:
    y = nd.Activation(nd.array(X, dtype="float64"), act_type=kind)
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12, atol=1e-15)


def test_leaky_family() -> None:
    x = nd.array(X, dtype="float64")
    np.testing.assert_allclose(nd.LeakyReLU(x).asnumpy(), [[-0.5, 0, 3]])
    elu = nd.LeakyReLU(x, act_type="elu", slope=0.5).asnumpy()
    np.testing.assert_allclose(elu, [[0.5 * np.expm1(-2), 0, 3]])
    rrelu = nd.LeakyReLU(x, act_type="rrelu", lower_bound=0.1, upper_bound=0.3)
    np.testing.assert_allclose(rrelu.asnumpy(), [[-0.4, 0, 3]])
    for kind in ("selu", "gelu"):
        assert nd.LeakyReLU(x, act_type=kind).shape == x.shape


def test_rrelu_draws_slopes_in_training() -> None:
    x = nd.full((1000,), -1.0)
    x.attach_grad()
    with autograd.record():
        y = nd.LeakyReLU(x, act_type="rrelu", lower_bound=0.1, upper_bound=0.3)
    y.backward()
    slopes = -y.asnumpy()
    assert slopes.min() >= 0.1 and slopes.max() <= 0.3 and np.unique(slopes).size > 900
    np.testing.assert_array_equal(x.grad.asnumpy(), slopes)


def test_prelu_slopes_by_channel() -> None:
    x, gamma = nd.full((2, 3, 2), -1.0), nd.array([0.1, 0.2, 0.3])
    gamma.attach_grad()
    with autograd.record():
        y = nd.LeakyReLU(x, gamma, act_type="prelu")
    y.backward()
    np.testing.assert_allclose(y.asnumpy()[0, :, 0], [-0.1, -0.2, -0.3], rtol=1e-6)
    assert gamma.grad.asnumpy().tolist() == [-4.0, -4.0, -4.0]
    for bad in (None, nd.ones((2,))):
        with pytest.raises((mx.MXNetError, TypeError), match="gamma"):
            nd.LeakyReLU(x, bad, act_type="prelu")


@pytest.mark.parametrize("layer", ["Activation", "LeakyReLU"])
def test_unknown_kind(layer: str) -> None:
    with pytest.raises(mx.MXNetError, match=r"valid values are: \{'"):
        getattr(nd, layer)(nd.ones(2), act_type="foo")
