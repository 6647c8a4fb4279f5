"""Values and derivatives at NaN, at infinities, and where squares over- or underflow."""

from __future__ import annotations

import numpy as np
import pytest

from ndgrad import autograd, nd


def test_not_a_number_stays_visible() -> None:
    x = nd.array([np.nan, -np.inf, 1.0])
    x.attach_grad()
    with autograd.record():
        y = nd.smooth_l1(x, scalar=1.0)
    y.backward()
    np.testing.assert_array_equal(x.grad.asnumpy(), [np.nan, -1, 1])

    weight, grad = nd.ones(2), nd.array([np.nan, 0.0])
    nd.ftrl_update(weight, grad, nd.zeros(2), nd.zeros(2), lr=0.1, out=weight)
    np.testing.assert_array_equal(weight.asnumpy(), [np.nan, 0])


@pytest.mark.parametrize("name", ["arcsinh", "arccosh"])
def test_derivatives_where_squares_overflow(name: str) -> None:
    x = nd.array([1e25, np.inf])
    x.attach_grad()
    with autograd.record():
        y = getattr(nd, name)(x)
    y.backward()
    np.testing.assert_allclose(x.grad.asnumpy(), [1e-25, 0], rtol=1e-6)


def test_indices_that_no_integer_is() -> None:
    """Clipped, infinities are the ends; where an index may be out of range, they and NaN are."""
    index = nd.array([np.nan, np.inf, -np.inf, 1e20])
    np.testing.assert_array_equal(nd.take(nd.arange(3), index).asnumpy(), [0, 2, 0, 2])
    assert nd.one_hot(index, 3).sum().asscalar() == 0
    with pytest.raises(IndexError, match="out of bounds"):
        nd.gather_nd(nd.arange(3), index[:1].reshape((1, 1)))
