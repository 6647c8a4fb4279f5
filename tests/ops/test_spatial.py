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


# --- computed positions ---------------------------------------------------------------------------


def sampled(plane: Any, y: float, x: float) -> float:
    """The sum of all elements times hats around them."""
    rows = np.maximum(0, 1 - abs(y - np.arange(plane.shape[0])))
    columns = np.maximum(0, 1 - abs(x - np.arange(plane.shape[1])))
    return float(rows @ plane @ columns)


def test_samples() -> None:
    data, grid = normal(2, 3, 4, 5), np.random.default_rng(1).uniform(-1.6, 1.6, (2, 2, 3, 4))
    found = nd.BilinearSampler(nd.array(data, dtype="float64"), nd.array(grid, dtype="float64"))
    for n, c, i, j in np.ndindex(2, 3, 3, 4):
        x, y = (grid[n, :, i, j] + 1) * [2, 1.5]
        assert found.asnumpy()[n, c, i, j] == pytest.approx(sampled(data[n, c], y, x), abs=1e-12)


@pytest.mark.parametrize("modulated", [False, True])
def test_deformable_convolution(modulated: bool) -> None:
    rng = np.random.default_rng(0)
    data, weight = rng.standard_normal((2, 4, 4, 5)), rng.standard_normal((2, 2, 2, 3))
    offset = rng.uniform(-1.5, 1.5, (2, 2 * 2 * 6, 3, 2))
    mask = rng.standard_normal((2, 2 * 6, 3, 2))
    expected = np.zeros((2, 2, 3, 2))
    for n, f, i, j, c, u, v in np.ndindex(2, 2, 3, 2, 2, 2, 3):
        channel, tap = f * 2 + c, u * 3 + v
        part = channel // 2 * 6 + tap
        y = i * 2 - 1 + u + offset[n, 2 * part, i, j]
        x = j * 2 - 1 + v * 2 + offset[n, 2 * part + 1, i, j]
        plane = data[n, channel]
        if modulated:
            value = sampled(plane, y, x) * mask[n, part, i, j]
        else:
            inside = 0 <= y < 4 and 0 <= x < 5
            value = sampled(plane, min(y, 3), min(x, 4)) if inside else 0
        expected[n, f, i, j] += value * weight[f, c, u, v]
    facts = {"kernel": (2, 3), "stride": (2, 2), "pad": (1, 1), "dilate": (1, 2), "num_filter": 2}
    facts |= {"num_group": 2, "num_deformable_group": 2, "no_bias": True}
    given = [data, offset, *([mask] if modulated else []), weight]
    kind = "ModulatedDeformableConvolution" if modulated else "DeformableConvolution"
    arrays = [nd.array(x, dtype="float64") for x in given]
    found = getattr(nd.contrib, kind)(*arrays, **facts)
    np.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-10, atol=1e-12)
    head = nd.array(rng.standard_normal(expected.shape), dtype="float64")
    check_gradients(lambda *xs: getattr(nd.contrib, kind)(*xs, **facts) * head, arrays)


def check_gradients(f: Any, arrays: list[Any]) -> None:
    """Along a random direction, against differences."""
    for k, x in enumerate(arrays):
        along = nd.array(normal(*x.shape, seed=k), dtype="float64")
        x.attach_grad()
        with autograd.record():
            y = f(*arrays)
        y.backward()
        h = 1e-6
        more, less = (
            f(*arrays[:k], x.detach() + s * h * along, *arrays[k + 1 :]).sum().asscalar()
            for s in (1, -1)
        )
        assert (x.grad * along).sum().asscalar() == pytest.approx((more - less) / (2 * h), rel=1e-5)


def test_second_order_by_positions() -> None:
    """A bilinear sample is linear in each position, so their mixed derivative is the only one."""
    data = nd.array(normal(1, 1, 3, 3), dtype="float64")
    rows, columns = (nd.array([[v]], dtype="float64") for v in (0.3, 1.6))
    grid = nd.concat(columns - 1, rows - 1, dim=0).reshape((1, 2, 1, 1))
    grid.attach_grad()
    with autograd.record():
        (slope,) = autograd.grad(nd.BilinearSampler(data, grid), grid, create_graph=True)
        down = slope[0, 1, 0, 0]
    down.backward()
    a = data.asnumpy()[0, 0]
    np.testing.assert_allclose(
        grid.grad.asnumpy().ravel(), [a[0, 1] - a[0, 2] - a[1, 1] + a[1, 2], 0], atol=1e-12
    )


@pytest.mark.parametrize("multiply", [True, False])
def test_correlation(multiply: bool) -> None:
    a, b = normal(1, 2, 6, 7), normal(1, 2, 6, 7, seed=1)
    taps, far, step, apart, pad = 3, 2, 2, 2, 2
    around = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    wide = [np.pad(x, around) for x in (a, b)]
    facts = {"kernel_size": taps, "max_displacement": far, "stride1": step, "stride2": apart}
    arrays = [nd.array(x, dtype="float64") for x in (a, b)]
    found = nd.Correlation(*arrays, **facts, pad_size=pad, is_multiply=multiply).asnumpy()
    assert found.shape == (1, 9, 2, 3)
    for k, i, j in np.ndindex(9, 2, 3):
        down, across = (k // 3 - 1) * apart, (k % 3 - 1) * apart
        top, left = far + i * step, far + j * step
        one = wide[0][..., top : top + taps, left : left + taps]
        top, left = top + down, left + across
        other = wide[1][..., top : top + taps, left : left + taps]
        mean = (one * other if multiply else abs(one - other)).mean()
        assert found[0, k, i, j] == pytest.approx(mean, abs=1e-12)


@pytest.mark.full_compiled
def test_a_box_in_an_image_that_is_not_there_gives_zeros() -> None:
    x = nd.ones((1, 4, 3, 3))
    for image in (-1, 1, 1e9):
        rois = nd.array([[image, 0, 0, 2, 2]])
        facts = {"pooled_size": (2, 2), "spatial_scale": 1.0}
        for f in (nd.ROIPooling, nd.contrib.ROIAlign):
            x.attach_grad()
            with autograd.record():
                y = f(x, rois, **facts)
            y.backward()
            assert not y.asnumpy().any() and not x.grad.asnumpy().any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, -1e30])
def test_boxes_of_any_numbers_are_safe(bad: float) -> None:
    x = nd.ones((1, 4, 3, 3))
    x.attach_grad()
    for column in range(1, 5):
        box = [0.0, 0.0, 0.0, 2.0, 2.0]
        box[column] = bad
        with autograd.record():
            parts = [
                nd.ROIPooling(x, nd.array([box]), pooled_size=(2, 2), spatial_scale=1.0),
                nd.contrib.ROIAlign(x, nd.array([box]), pooled_size=(2, 2), spatial_scale=1.0),
                nd.contrib.PSROIPooling(
                    x, nd.array([box]), spatial_scale=1.0, output_dim=1, pooled_size=2
                ),
                nd.contrib.RROIAlign(
                    x, nd.array([[*box, 30.0]]), pooled_size=(2, 2), spatial_scale=1.0
                ),
            ]
        autograd.backward(parts)
        assert np.isfinite(x.grad.asnumpy()).all()


@pytest.mark.parametrize("turn", [0.0, 37.0])
def test_roi_align(turn: float) -> None:
    data = normal(1, 2, 6, 7)
    row, column, height, width = 2.6, 3.1, 2.4, 3.3
    facts = {"pooled_size": (2, 3), "spatial_scale": 1.0}
    x = nd.array(data, dtype="float64")
    if turn:
        rois = nd.array([[0, column, row, width, height, turn]], dtype="float64")
        found = nd.contrib.RROIAlign(x, rois, sampling_ratio=2, **facts).asnumpy()
    else:
        low, left = row - height / 2, column - width / 2
        rois = nd.array([[0, left, low, left + width, low + height]], dtype="float64")
        found = nd.contrib.ROIAlign(x, rois, sample_ratio=2, **facts).asnumpy()
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    for c, i, j in np.ndindex(2, 2, 3):
        total = 0.0
        for a, b in np.ndindex(2, 2):
            v = height * ((i + (a + 0.5) / 2) / 2 - 0.5)
            u = width * ((j + (b + 0.5) / 2) / 3 - 0.5)
            total += sampled(data[0, c], row + v * cos - u * sin, column + u * cos + v * sin)
        assert found[0, c, i, j] == pytest.approx(total / 4, abs=1e-10)


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
        (lambda x: nd.BilinearSampler(x, x), "grid"),
        (lambda x: nd.GridGenerator(x, transform_type="affine", target_shape=(2, 2)), "data"),
        (lambda x: nd.GridGenerator(nd.ones((1, 6)), transform_type="affine"), "target_shape"),
        (
            lambda x: nd.contrib.DeformableConvolution(x, x, x, kernel=(2, 2), num_filter=1),
            "offset",
        ),
    ],
)
def test_what_does_not_fit_is_named(call: Any, says: str) -> None:
    with pytest.raises(mx.MXNetError, match=says):
        call(nd.ones((1, 1, 2, 3)))
