"""Convolutions against sums that are written out, cut into parts of any size; odd shapes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import autograd, nd
from ndgrad.kernels import convolution
from ndgrad.kernels.cpu import implicit
from ndgrad.kernels.spec import windows


def normal(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def convolved(
    x: Any, w: Any, stride: Sequence[int], dilate: Sequence[int], pad: Sequence[int], groups: int
) -> Any:
    """A convolution, tap by tap."""
    ndim = len(stride)
    padded = np.pad(x, [(0, 0), (0, 0), *[(p, p) for p in pad]])
    covered = [d * (k - 1) + 1 for d, k in zip(dilate, w.shape[2:], strict=True)]
    places = [(n - c) // s + 1 for n, c, s in zip(padded.shape[2:], covered, stride, strict=True)]
    filters, channels = w.shape[0] // groups, w.shape[1]
    y = np.zeros((x.shape[0], w.shape[0], *places))
    for tap in itertools.product(*map(range, w.shape[2:])):
        where = [
            slice(t * d, t * d + (p - 1) * s + 1, s)
            for t, d, p, s in zip(tap, dilate, places, stride, strict=True)
        ]
        part = padded[(slice(None), slice(None), *where)]
        for g in range(groups):
            of_group = part[:, g * channels : (g + 1) * channels]
            weights = w[(slice(g * filters, (g + 1) * filters), slice(None), *tap)]
            y[:, g * filters : (g + 1) * filters] += np.einsum("nc...,fc->nf...", of_group, weights)
    assert y.ndim == ndim + 2
    return y


CASES = {
    "plain": ((2, 3, 9, 8), (8, 3, 3, 3), (1, 1), (1, 1), (1, 1), 1),
    "groups, steps, dilated": ((3, 4, 9, 8), (6, 2, 3, 2), (2, 1), (1, 2), (1, 0), 2),
    "one axis": ((4, 2, 17), (5, 2, 3), (3,), (2,), (4,), 1),
    "three axes": ((2, 3, 5, 6, 7), (4, 3, 2, 3, 2), (1, 2, 1), (1, 1, 2), (0, 1, 2), 1),
    "many images, few filters": ((20, 2, 4, 3), (3, 2, 2, 2), (1, 1), (1, 1), (0, 0), 1),
    "steps wider than windows": ((2, 3, 9, 7), (20, 3, 2, 1), (3, 2), (1, 1), (0, 0), 1),
    "one tap": ((5, 8, 4, 4), (4, 8, 1, 1), (1, 1), (1, 1), (0, 0), 1),
    "one tap, larger": ((2, 8, 20, 20), (4, 8, 1, 1), (1, 1), (1, 1), (0, 0), 1),
    "one channel a group": ((3, 8, 14, 14), (8, 1, 3, 3), (1, 1), (1, 1), (1, 1), 8),
    "two filters of each channel": ((2, 3, 7, 6), (6, 1, 3, 3), (1, 1), (1, 1), (1, 1), 3),
    "one channel a group, steps": ((2, 4, 9, 8), (4, 1, 3, 2), (2, 1), (1, 2), (1, 0), 4),
    "one channel a group, even rows": ((1, 2, 3, 10), (2, 1, 1, 3), (1, 2), (1, 1), (0, 0), 2),
    "one channel, three axes": (
        *((2, 3, 4, 5, 6), (3, 1, 2, 3, 2)),
        *((1, 1, 1), (1, 1, 2), (0, 1, 1), 3),
    ),
    "planes smaller than windows": ((1, 2, 2, 2), (2, 1, 3, 3), (1, 1), (1, 1), (1, 1), 2),
    "windows of padding alone": ((1, 2, 1), (2, 1, 1), (2,), (1,), (1,), 2),
    "padding wider than the image": ((1, 1, 2), (1, 1, 3), (1,), (1,), (5,), 1),
}


@pytest.fixture(params=["whole", "blocks", "matrix", "matrix in parts", "matrix by rows"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a matrix of windows, or with one; both in parts of several sizes."""
    how = request.param
    if how == "blocks":
        monkeypatch.setattr(implicit, "_BLOCK", 8)
        monkeypatch.setattr(implicit, "_DEPTH", 5)
        monkeypatch.setattr(convolution, "_implicit", convolution._implicit.__wrapped__)
    elif how != "whole":
        monkeypatch.setattr(convolution, "_reads_images", lambda x, form: False)
        elements = {"matrix in parts": 600, "matrix by rows": 1}.get(how, windows.PART_ELEMENTS)
        monkeypatch.setattr(windows, "PART_ELEMENTS", elements)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_value_and_gradients(case: Any) -> None:
    shape, weights, stride, dilate, pad, groups = case
    x, w, b = normal(*shape), normal(*weights, seed=1), normal(weights[0], seed=2)
    expected = convolved(x, w, stride, dilate, pad, groups) + b.reshape(-1, *[1] * len(stride))
    head = normal(*expected.shape, seed=3)
    arrays = [nd.array(a, dtype="float64") for a in (x, w, b)]
    for a in arrays:
        a.attach_grad()
    with autograd.record():
        y = nd.Convolution(
            *arrays,
            kernel=weights[2:],
            stride=stride,
            dilate=dilate,
            pad=pad,
            num_filter=weights[0],
            num_group=groups,
        )
    np.testing.assert_allclose(y.asnumpy(), expected, rtol=1e-9, atol=1e-9)
    y.backward(nd.array(head, dtype="float64"))
    # The derivative along a direction, which is that of the sum that is written out.
    for a, direction in zip(
        arrays, (normal(*shape, seed=4), normal(*weights, seed=5)), strict=False
    ):
        moved = [direction if a is b else b.asnumpy() for b in arrays[:2]]
        change = (convolved(*moved, stride, dilate, pad, groups) * head).sum()
        np.testing.assert_allclose((a.grad.asnumpy() * direction).sum(), change, rtol=1e-8)
    axes = (0, *range(2, head.ndim))
    np.testing.assert_allclose(arrays[2].grad.asnumpy(), head.sum(axis=axes), rtol=1e-9)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_channels_last_are_channels_first_moved(ndim: int) -> None:
    x, w = normal(2, 3, *range(5, 5 + ndim)), normal(4, 3, *(2,) * ndim, seed=1)
    facts = {"kernel": (2,) * ndim, "num_filter": 4, "no_bias": True}
    first = nd.Convolution(nd.array(x), nd.array(w), **facts).asnumpy()
    last = nd.Convolution(
        nd.array(np.moveaxis(x, 1, -1)),
        nd.array(np.moveaxis(w, 1, -1)),
        layout=("NWC", "NHWC", "NDHWC")[ndim - 1],
        **facts,
    ).asnumpy()
    np.testing.assert_array_equal(np.moveaxis(last, -1, 1), first)


def test_deconvolution_is_the_adjoint() -> None:
    x, y, w = normal(2, 3, 8, 7), normal(2, 5, 4, 6, seed=1), normal(5, 3, 3, 2, seed=2)
    facts = {"kernel": (3, 2), "stride": (2, 1), "pad": (1, 0), "no_bias": True}
    arrays = [nd.array(a, dtype="float64") for a in (x, y, w)]
    there = nd.Convolution(arrays[0], arrays[2], num_filter=5, **facts).asnumpy()
    back = nd.Deconvolution(arrays[1], arrays[2], num_filter=3, adj=(1, 0), **facts).asnumpy()
    np.testing.assert_allclose((there * y).sum(), (x * back).sum(), rtol=1e-9)


def test_im2col_has_a_column_for_each_place() -> None:
    x = nd.arange(16).reshape((1, 1, 4, 4))
    columns = nd.im2col(x, kernel=(2, 2), stride=(2, 2)).asnumpy()
    np.testing.assert_array_equal(
        columns[0].T, [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]
    )
    back = nd.col2im(nd.array(columns), output_size=(4, 4), kernel=(2, 2), stride=(2, 2))
    np.testing.assert_array_equal(back.asnumpy(), x.asnumpy())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"kernel": (5, 5)}, "kernel"),
        ({"kernel": (3,)}, "data"),
        ({"num_group": 2}, "num_group"),
        ({"stride": (1,)}, "stride"),
        ({"layout": "CHWN"}, "layout"),
        ({"num_filter": 3}, "weight"),
    ],
)
def test_what_does_not_fit_is_named(arguments: dict[str, Any], says: str) -> None:
    facts = {"kernel": (2, 2), "num_filter": 4, "no_bias": True, **arguments}
    kernel = facts["kernel"]
    weight = nd.ones((4, 3, *kernel))
    with pytest.raises(mx.MXNetError, match=f"Convolution.*{says}"):
        nd.Convolution(nd.ones((1, 3, 4, 4)), weight, **facts)


def test_no_images_and_no_channels() -> None:
    empty = nd.Convolution(
        nd.ones((0, 3, 4, 4)), nd.ones((2, 3, 2, 2)), nd.ones(2), kernel=(2, 2), num_filter=2
    )
    assert empty.shape == (0, 2, 3, 3)


@pytest.mark.parametrize("shape", [(1, 2, 6, 5), (2, 64, 16, 16)], ids=["sums", "tiles"])
def test_infinities_stay_in_their_windows(shape: tuple[int, ...]) -> None:
    x = nd.ones(shape)
    x[0, 0, 2, 4] = np.inf
    channels = shape[1]
    weights = nd.ones((channels, channels // 2, 3, 3))
    y = nd.Convolution(
        x, weights, no_bias=True, kernel=(3, 3), pad=(1, 1), num_filter=channels, num_group=2
    )
    expected = np.zeros(shape[1:], bool)
    expected[: channels // 2, 1:4, 3:6] = True
    np.testing.assert_array_equal(np.isinf(y.asnumpy()[0]), expected)
    assert not np.isnan(y.asnumpy()).any()


@pytest.mark.parametrize(
    ("shape", "filters", "pad", "groups"),
    [
        ((2, 35, 17, 16), 33, (1, 1), 1),  # one column of tiles is cut, and blocks of rows
        ((64, 64, 3, 4), 96, (2, 0), 2),  # several images in a block
        ((2, 300, 16, 15), 32, (1, 1), 1),  # sums in parts, several blocks, panels apart
    ],
)
def test_products_of_tiles_are_near_the_sums(
    shape: tuple[int, ...], filters: int, pad: tuple[int, int], groups: int
) -> None:
    weights = (filters, shape[1] // groups, 3, 3)
    places = tuple(n + 2 * p - 2 for n, p in zip(shape[2:], pad, strict=True))
    x, w, b, head = (
        normal(*size, seed=seed).astype("float32")
        for seed, size in enumerate((shape, weights, (filters,), (shape[0], filters, *places)))
    )
    options = {"kernel": (3, 3), "pad": pad, "num_filter": filters, "num_group": groups}
    results = {}
    for dtype in ("float32", "float64"):  # tiles are for float32 alone
        arrays = [nd.array(a, dtype=dtype) for a in (x, w, b)]
        arrays[0].attach_grad()
        with autograd.record():
            y = nd.Convolution(*arrays, **options)
        y.backward(nd.array(head, dtype=dtype))
        results[dtype] = y.asnumpy(), arrays[0].grad.asnumpy()
    # Well within the bound that the module states, of the largest elements and weights.
    factors = np.abs(w).max(axis=(2, 3))
    limits = factors.sum(axis=1).max(), factors.sum(axis=0).max()
    for ours, exact, limit, a in zip(*results.values(), limits, (x, head), strict=True):
        assert np.abs(ours - exact).max() <= 2**-24 * 36 * limit * np.abs(a).max()


def test_many_weights_for_few_places() -> None:
    x, w, b = (
        normal(*size, seed=seed).astype("float32")
        for seed, size in enumerate([(2, 256, 4, 3), (229, 256, 3, 3), (229,)])
    )
    steps = {"kernel": (3, 3), "pad": (1, 1), "stride": (2, 1)}
    y = nd.Convolution(*map(nd.array, (x, w, b)), num_filter=229, **steps).asnumpy()
    windows = nd.im2col(nd.array(x, dtype="float64"), **steps).asnumpy()
    exact = w.reshape(229, -1) @ windows + b[:, None]
    bound = np.abs(w.reshape(229, -1)) @ np.abs(windows) + np.abs(b[:, None])
    assert (np.abs(y.reshape(exact.shape) - exact) <= 2**-24 * 64 * bound).all()
