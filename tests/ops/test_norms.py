"""Normalisation against NumPy, part by part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd


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


@pytest.mark.parametrize(
    ("dtype", "rtol"), [("float16", 5e-3), ("float32", 2e-5), ("float64", 1e-12)]
)
@pytest.mark.parametrize("rows", [1, 32, 70])  # chunks of 32 rows: one, and the last in part
def test_gradients_of_rows_are_those_of_the_formula(rows: int, dtype: str, rtol: float) -> None:
    values = normal(rows, 37), normal(37, seed=1), normal(37, seed=2)
    x, gamma, beta = arrays = [nd.array(v, dtype=dtype) for v in values]
    g = nd.array(normal(rows, 37, seed=3), dtype=dtype)
    for v in arrays:
        v.attach_grad()
    with autograd.record():
        y = nd.LayerNorm(x, gamma, beta)
    y.backward(g)
    x64, g64, scale = (v.asnumpy().astype("float64") for v in (x, g, gamma))
    inverse = 1 / np.sqrt(x64.var(1, keepdims=True) + 1e-5)
    z, h = (x64 - x64.mean(1, keepdims=True)) * inverse, g64 * scale
    expected = (h - h.mean(1, keepdims=True) - z * (h * z).mean(1, keepdims=True)) * inverse
    for v, e in zip(arrays, (expected, (g64 * z).sum(0), g64.sum(0)), strict=True):
        assert v.grad.dtype == v.dtype
        np.testing.assert_allclose(v.grad.asnumpy(), e, rtol=rtol, atol=rtol * abs(e).max())


@pytest.mark.parametrize("shape", [(3, 4, 5, 2), (2, 2, 2500)])  # a row is summed in two parts
def test_gradients_of_groups_are_those_of_the_formula(shape: tuple[int, ...]) -> None:
    x, gamma, beta = arrays = [
        nd.array(normal(*s, seed=i)) for i, s in enumerate((shape, (2,), (2,)))
    ]
    g = nd.array(normal(*shape, seed=3))
    for v in arrays:
        v.attach_grad()
    with autograd.record():
        y = nd.GroupNorm(x, gamma, beta, num_groups=2)
    y.backward(g)
    x64, g64 = (v.asnumpy().astype("float64").reshape(shape[0], 2, -1) for v in (x, g))
    scale = gamma.asnumpy().astype("float64")[:, None]
    inverse = 1 / np.sqrt(x64.var(2, keepdims=True) + 1e-5)
    z, h = (x64 - x64.mean(2, keepdims=True)) * inverse, g64 * scale
    np.testing.assert_allclose(
        y.asnumpy().reshape(z.shape), z * scale + beta.asnumpy()[:, None], rtol=2e-5, atol=2e-5
    )
    expected = (h - h.mean(2, keepdims=True) - z * (h * z).mean(2, keepdims=True)) * inverse
    sums = (g64 * z).sum((0, 2)), g64.sum((0, 2))
    for v, e in zip(arrays, (expected.reshape(shape), *sums), strict=True):
        np.testing.assert_allclose(v.grad.asnumpy(), e, rtol=2e-5, atol=2e-5 * abs(e).max())


def test_rows_do_not_depend_on_the_number_of_threads() -> None:
    x, gamma, beta = (nd.array(v) for v in (normal(500, 301), normal(301), normal(301)))
    found, before = [], mx.num_threads()
    try:
        for threads in (1, before):
            mx.set_num_threads(threads)
            for v in (x, gamma, beta):
                v.attach_grad()
            with autograd.record():
                y = nd.LayerNorm(x, gamma, beta)
            y.backward(x)
            found.append([v.asnumpy() for v in (y, x.grad, gamma.grad, beta.grad)])
    finally:
        mx.set_num_threads(before)
    for one, two in zip(*found, strict=True):
        np.testing.assert_array_equal(one, two)


def test_channels_last_have_the_gradients_of_channels_first() -> None:
    values, head = normal(70, 3), normal(70, 3, seed=1)  # chunks of 32 rows, the last in part
    found = []
    for axis, shape in ((-1, (70, 3)), (1, (1, 3, 70))):
        x, g = (nd.array(v if axis < 0 else v.T.reshape(shape)) for v in (values, head))
        gamma, beta = nd.array([0.5, -2, 3]), nd.array([1, 2, 3])
        averages = nd.zeros(3), nd.ones(3)
        for v in (x, gamma, beta):
            v.attach_grad()
        for _ in range(3):  # of which the last two run by plans
            with autograd.record():
                y = nd.BatchNorm(x, gamma, beta, *averages, fix_gamma=False, axis=axis)
            y.backward(g)
        results = [v.asnumpy() for v in (y, x.grad, gamma.grad, beta.grad, *averages)]
        found.append([v if v.size < 9 or axis < 0 else v.reshape(3, 70).T for v in results])
    for last, first in zip(*found, strict=True):
        np.testing.assert_allclose(last, first, rtol=1e-5, atol=1e-5)


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


# --- BatchNorm ------------------------------------------------------------------------------------


def layer(dtype: str = "float64") -> Any:
    """Data, gamma, beta and moving averages of 3 channels."""
    values = normal(4, 3, 2), normal(3, seed=1), normal(3, seed=2), normal(3), np.full(3, 2.0)
    return [nd.array(x, dtype=dtype) for x in values]


def moved(averages: Any, x: Any, momentum: float = 0.9, times: int = 1) -> Any:
    for _ in range(times):
        values = x.mean((0, 2)), x.var((0, 2))
        averages = [
            momentum * a + (1 - momentum) * v for a, v in zip(averages, values, strict=True)
        ]
    return averages


def check_averages(states: Any, expected: Any) -> None:
    for state, value in zip(states, expected, strict=True):
        np.testing.assert_allclose(state.asnumpy(), value, rtol=1e-12)


def test_batch_norm_normalises_channels() -> None:
    x, gamma, beta, *states = layer()
    values = [v.asnumpy() for v in (x, gamma, beta, *states)]
    with autograd.record():
        y, mean, inverse = nd.BatchNorm(
            x, gamma, beta, *states, fix_gamma=False, output_mean_var=True, eps=0.1
        )
    for c in range(3):
        part = values[0][:, c]
        expected = normalised(part, 0.1) * values[1][c] + values[2][c]
        np.testing.assert_allclose(y.asnumpy()[:, c], expected, rtol=1e-11)
    np.testing.assert_allclose(mean.asnumpy(), values[0].mean((0, 2)), rtol=1e-12)
    np.testing.assert_allclose(inverse.asnumpy(), (values[0].var((0, 2)) + 0.1) ** -0.5, rtol=1e-12)
    y = nd.BatchNorm(x, gamma, beta, *states, fix_gamma=False, eps=0.1)
    for c in range(3):
        expected = (values[0][:, c] - values[3][c]) / np.sqrt(2.1) * values[1][c] + values[2][c]
        np.testing.assert_allclose(y.asnumpy()[:, c], expected, rtol=1e-11)


@pytest.mark.parametrize("compiled", [False, True])
def test_backward_moves_the_averages(compiled: bool) -> None:
    x, gamma, beta, *states = layer()
    before = [s.asnumpy() for s in states]
    x.attach_grad()

    def forward(x: Any, *others: Any) -> Any:
        return nd.BatchNorm(x, *others, fix_gamma=False)

    run = mx.compile(forward) if compiled else forward
    with autograd.record():
        y = run(x, gamma, beta, *states)
    check_averages(states, before)
    y.backward(retain_graph=True)
    check_averages(states, moved(before, x.asnumpy()))
    states[0][:] = 0  # no error: what backward reads is not what forward did
    y.backward()
    expected = moved([np.zeros(3), moved(before, x.asnumpy())[1]], x.asnumpy())
    check_averages(states, expected)


def test_a_compiled_step_moves_the_averages_that_it_finds_around_it() -> None:
    x, gamma, beta, *states = layer()
    before = [s.asnumpy() for s in states]
    gamma.attach_grad()

    @mx.compile
    def step(x: Any) -> Any:
        with autograd.record():
            loss = nd.BatchNorm(x, gamma, beta, *states, fix_gamma=False, momentum=0.5).sum()
        loss.backward()
        return loss

    for times in (1, 2, 3):
        step(x)
        check_averages(states, moved(before, x.asnumpy(), 0.5, times))


def test_averages_stay_where_they_are_not_of_the_batch() -> None:
    x, gamma, beta, *states = layer()
    before = [s.asnumpy() for s in states]
    x.attach_grad()
    for params, training in (({"use_global_stats": True}, True), ({}, False)):
        with autograd.record(train_mode=training):
            y = nd.BatchNorm(x, gamma, beta, *states, **params)
        y.backward()
        check_averages(states, before)


def test_fixed_gamma_is_set_to_ones_and_may_be_shared() -> None:
    x, gamma, beta, *states = layer()
    x.attach_grad()
    gamma.attach_grad()
    with autograd.record():
        y = nd.BatchNorm(nd.BatchNorm(x, gamma, beta, *states), gamma, beta, *states)
    y.backward()
    assert gamma.asnumpy().tolist() == [1.0] * 3
    assert gamma.grad.asnumpy().tolist() == [0.0] * 3
    nd.BatchNorm(x, gamma * 2, beta, *states)
    with pytest.raises(mx.MXNetError, match=r"BatchNorm: argument moving_var has shape \[2\]"):
        nd.BatchNorm(x, kept := gamma * 2, beta, states[0], nd.ones(2))
    with pytest.raises(mx.MXNetError, match=r"BatchNorm: argument beta has shape \[2\]"):
        nd.BatchNorm(x, kept := gamma * 2, nd.ones(2), *states)
    assert kept.asnumpy().tolist() == [2.0] * 3


@pytest.mark.parametrize("axis", [1, -1])
def test_relatives_of_batch_norm(axis: int) -> None:
    x, gamma, beta, *states = layer()
    if axis == -1:
        x = nd.SwapAxis(x, dim1=1, dim2=2)
    args = (x, gamma, beta, *states)
    y = nd.BatchNorm(*args, fix_gamma=False, axis=axis)
    clipped = nd.contrib.BatchNormWithReLU(*args, fix_gamma=False, axis=axis)
    np.testing.assert_array_equal(clipped.asnumpy(), np.maximum(y.asnumpy(), 0))
    if axis == 1:
        for other in (nd.BatchNorm_v1, lambda *a, **p: nd.contrib.SyncBatchNorm(*a, key="k", **p)):
            np.testing.assert_array_equal(other(*args, fix_gamma=False).asnumpy(), y.asnumpy())
        *_, variance = nd.contrib.SyncBatchNorm(*args, key="k", output_mean_var=True)
        np.testing.assert_allclose(variance.asnumpy(), states[1].asnumpy(), rtol=1e-6)
