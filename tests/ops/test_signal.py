"""Histograms and Fourier transforms: edges, dtypes, errors; the table's tests do the gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.testing import assert_close


def test_histogram_is_numpys() -> None:
    x = np.array([[1.0, 2.0, 4.0], [np.nan, -1.0, 2.5]])
    for bins, limits in ((3, (-1, 4)), (2, (2, 2)), ([-1.0, 1.0, 1.0, 4.0], None)):
        given = bins if isinstance(bins, int) else nd.array(bins, dtype="float64")
        count, edges = nd.histogram(nd.array(x, dtype="float64"), given, limits)
        expected = np.histogram(x, bins, limits)
        assert count.dtype == np.int64
        np.testing.assert_array_equal(count.asnumpy(), expected[0])
        assert_close(edges, expected[1])
    count, edges = nd.histogram(nd.array([1, 2, 3]), nd.array([3, 2, 1]))
    assert not count.asnumpy().any()


def test_an_inverse_transform_is_not_divided() -> None:
    x = nd.array(np.linspace(-1, 2, 10).reshape(2, 5), dtype="float64")
    assert_close(nd.contrib.ifft(nd.contrib.fft(x, compute_size=4)), 5 * x.asnumpy())


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: nd.histogram(x, 2, (3, 0)), mx.MXNetError, r"histogram: range=\(3, 0\)"),
        (lambda x: nd.histogram(x, 2, (0, np.inf)), mx.MXNetError, "two finite numbers"),
        (lambda x: nd.histogram(x, 0), ValueError, "bins must be positive, got 0"),
        (lambda x: nd.histogram(x, [1, 2]), ValueError, "bins must be either an integer or an ND"),
        (lambda x: nd.histogram(x, nd.ones(1)), mx.MXNetError, r"bins has shape \[1\], expected"),
        (lambda x: nd.contrib.ifft(x), mx.MXNetError, r"data has shape \[3\], .* pairs"),
        (lambda x: nd.contrib.fft(x.astype("int32")), mx.MXNetError, "data has dtype int32, exp"),
    ],
)
def test_errors(call: Callable[[Any], Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call(nd.ones(3))
