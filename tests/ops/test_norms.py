"""Normalisation against NumPy, part by part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def normalised(x: Any, eps: float) -> Any:
    """One part, normalised as a whole."""
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + eps)


def as_float64(*arrays: Any) -> Any:
    return [nd.array(x, dtype="float64") for x in arrays]


@pytest.mark.parametrize(("shape", "axis"), [((3, 5), -1), ((2, 3, 4), 1), ((4,), 0)])
def test_layer_norm_normalises_along_one_axis(shape: tuple[int, ...], axis: int) -> None:
    x, n = normal(*shape), shape[axis]
    gamma, beta = normal(n, seed=1), normal(n, seed=2)
    expected = np.apply_along_axis(lambda v: normalised(v, 0.1) * gamma + beta, axis, x)
    y, mean, deviation = nd.LayerNorm(
        *as_float64(x, gamma, beta), axis=axis, eps=0.1, output_mean_var=True
    )
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)
    np.testing.assert_allclose(mean.asnumpy(), x.mean(axis, keepdims=True), rtol=1e-12)
    expected = np.sqrt(x.var(axis, keepdims=True) + 0.1)
    np.testing.assert_allclose(deviation.asnumpy(), expected, rtol=1e-12)


def test_group_and_instance_norm_normalise_channels_of_a_sample() -> None:
    x, gamma, beta = normal(2, 4, 3), normal(2, seed=1), normal(2, seed=2)
    expected = np.empty_like(x)
    for sample in range(2):
        for group in range(2):
            part = np.s_[sample, 2 * group : 2 * group + 2]
            expected[part] = normalised(x[part], 0.1) * gamma[group] + beta[group]
    y, mean, deviation = nd.GroupNorm(
        *as_float64(x, gamma, beta), num_groups=2, eps=0.1, output_mean_var=True
    )
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)
    assert mean.shape == deviation.shape == (2, 2)
    gamma, beta = normal(4, seed=1), normal(4, seed=2)
    for sample in range(2):
        for c in range(4):
            expected[sample, c] = normalised(x[sample, c], 0.1) * gamma[c] + beta[c]
    y = nd.InstanceNorm(*as_float64(x, gamma, beta), eps=0.1)
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)


@pytest.mark.parametrize(("nsize", "reach"), [(1, 0), (3, 1), (4, 1), (9, 4)])
def test_lrn_sums_squares_of_neighbouring_channels(nsize: int, reach: int) -> None:
    x = normal(2, 5, 3, 2)
    expected = np.empty_like(x)
    for c in range(5):
        near = x[:, max(c - reach, 0) : c + reach + 1]
        expected[:, c] = x[:, c] / (1.5 + 0.4 / nsize * (near**2).sum(1)) ** 0.6
    y = nd.LRN(nd.array(x, dtype="float64"), nsize=nsize, alpha=0.4, beta=0.6, knorm=1.5)
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-12)


def test_float16_is_normalised_in_float32() -> None:
    x = nd.array(np.full((1, 1, 4), 300.0), dtype="float16")  # whose squares overflow
    assert nd.L2Normalization(x).asnumpy().ravel().tolist() == [0.5] * 4
    y = nd.LayerNorm(x, *[nd.ones(4, dtype="float16")] * 2)
    assert y.dtype == np.float16
    assert y.asnumpy().ravel().tolist() == [1.0] * 4


def three(count: int) -> Any:
    return nd.ones((2, 4, 3)), nd.ones(count), nd.ones(count)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nd.LayerNorm(*three(4)), r"LayerNorm: argument gamma has shape \[4\], .* \[3\]"),
        (lambda: nd.LayerNorm(*three(3), axis=3), "LayerNorm: axis=3 exceeds"),
        (lambda: nd.InstanceNorm(*three(3)), r"InstanceNorm: argument gamma .* \[4\]"),
        (lambda: nd.GroupNorm(*three(3), num_groups=3), "GroupNorm: num_groups=3, .* divisor of 4"),
        (lambda: nd.GroupNorm(*three(1), num_groups=0), "GroupNorm: num_groups=0"),
        (lambda: nd.L2Normalization(nd.ones(2), mode="all"), "Invalid Input: 'all'"),
        (lambda: nd.L2Normalization(nd.ones((2, 3)), mode="channel"), "3 dimensions or more"),
        (lambda: nd.LRN(nd.ones((1, 2, 1, 1)), nsize=0), "LRN: nsize=0, expected 1 or more"),
    ],
)
def test_bad_arguments_are_named(call: Any, message: str) -> None:
    with pytest.raises(mx.MXNetError, match=message):
        call()
