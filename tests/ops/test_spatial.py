"""Operators on positions in images against references that take elements one by one."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


# --- other sizes ----------------------------------------------------------------------------------


def resized(x: Any, size: tuple[int, int], align: bool) -> Any:
    y = np.empty((*x.shape[:2], *size))
    for place in itertools.product(*map(range, size)):
        rows_and_columns = []
        for i, n, m in zip(place, x.shape[2:], size, strict=True):
            at = i * (n - 1) / max(m - 1, 1) if align else max((i + 0.5) * n / m - 0.5, 0)
            at = at if m > 1 else 0
            low = min(math.floor(at + 1e-12), n - 1)
            part = max(at - low, 0)
            rows_and_columns.append([(low, 1 - part), (min(low + 1, n - 1), part)])
        y[(..., *place)] = sum(
            a * b * x[..., r, c] for (r, a), (c, b) in itertools.product(*rows_and_columns)
        )
    return y


@pytest.mark.parametrize("align", [True, False])
@pytest.mark.parametrize("size", [(3, 4), (7, 9), (2, 3), (1, 1), (12, 2)])
def test_bilinear_resize(size: tuple[int, int], align: bool) -> None:
    x = normal(2, 3, 6, 5)
    y = nd.contrib.BilinearResize2D(
        nd.array(x, dtype="float64"), height=size[0], width=size[1], align_corners=align
    )
    np.testing.assert_allclose(y.asnumpy(), resized(x, size, align), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 7), (8, 2)])
def test_adaptive_pooling(size: tuple[int, int]) -> None:
    x = normal(2, 3, 5, 7)
    y = nd.contrib.AdaptiveAvgPooling2D(nd.array(x, dtype="float64"), output_size=size)
    for i, j in itertools.product(*map(range, size)):
        rows, columns = (
            slice(k * n // m, -(-(k + 1) * n // m))
            for k, n, m in zip((i, j), x.shape[2:], size, strict=True)
        )
        np.testing.assert_allclose(
            y.asnumpy()[..., i, j], x[..., rows, columns].mean(axis=(2, 3)), rtol=1e-12, atol=1e-12
        )


def test_no_element_that_has_no_weight_is_taken() -> None:
    """An infinity stays where it is."""
    x = nd.array([[[[np.inf, 1, 2], [3, 4, 5], [6, 7, np.nan]]]])
    y = nd.contrib.BilinearResize2D(x, height=5, width=5).asnumpy()[0, 0]
    assert np.isfinite(y[2]).all() and np.isfinite(y[:3, 2:]).all()
    x.attach_grad()
    head = nd.array([[[[np.inf, 1], [1, 1]]]])
    with autograd.record():
        y = nd.contrib.BilinearResize2D(x, height=2, width=2)
    y.backward(head)
    np.testing.assert_array_equal(x.grad.asnumpy()[0, 0], [[np.inf, 0, 1], [0, 0, 0], [1, 0, 1]])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x: nd.contrib.BilinearResize2D(x, mode="odd_scale"), "scale_height"),
        (lambda x: nd.contrib.BilinearResize2D(x, scale_height=2, scale_width=-1), "scale_width"),
        (lambda x: nd.contrib.BilinearResize2D(x, x), "like"),
        (lambda x: nd.contrib.AdaptiveAvgPooling2D(x, output_size=-1), "output_size"),
        (lambda x: nd.UpSampling(x, scale=2, sample_type="bilinear", num_filter=1), "weights"),
        (
            lambda x: nd.UpSampling(x, x, scale=2, sample_type="bilinear", num_filter=3),
            "num_filter",
        ),
        (lambda x: nd.UpSampling(x, scale=2, sample_type="cubic"), "sample_type"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, says: str) -> None:
    with pytest.raises(mx.MXNetError, match=says):
        call(nd.ones((1, 1, 2, 3)))
