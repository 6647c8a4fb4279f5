"""Operators on images: what random changes draw, gradients, and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd
from ndgrad.testing import check_gradients


def image(*shape: int, dtype: str = "float64") -> Any:
    steps = (np.arange(int(np.prod(shape))) * 37) % 256
    return nd.array(steps.reshape(shape), dtype=dtype)


@pytest.mark.full_compiled
def test_gradients_of_second_order() -> None:
    x = image(2, 3, 3) / 64
    for f in (
        nd.image.to_tensor,
        lambda x: nd.image.normalize(x.transpose((2, 0, 1)), mean=(1, 2, 3), std=(1, 2, 3)),
        nd.image.flip_left_right,
        lambda x: nd.image.crop(x, x=1, y=0, width=2, height=2),
        lambda x: nd.image.resize(x, size=(2, 3)),
        lambda x: nd.image.random_contrast(x, min_factor=0.5, max_factor=0.5),
        lambda x: nd.image.random_hue(x, min_factor=0.1, max_factor=0.1),
    ):
        check_gradients(lambda x, f=f: f(x.astype("float64")) ** 2, [x], order=2)


@pytest.mark.parametrize(
    ("name", "axis"), [("random_flip_left_right", 1), ("random_flip_top_bottom", 0)]
)
def test_random_flips(name: str, axis: int) -> None:
    mx.random.seed(1)
    x = image(2, 3, 3, dtype="uint8")
    flipped = np.flip(x.asnumpy(), axis)
    found = [np.array_equal(getattr(nd.image, name)(x).asnumpy(), flipped) for _ in range(60)]
    assert 15 < sum(found) < 45


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation"])
def test_random_factors(name: str) -> None:
    """A change is linear in its factor, so the factor follows from it."""
    mx.random.seed(2)
    x = image(1, 2, 3)
    change = getattr(nd.image, f"random_{name}")
    one, two = (change(x, min_factor=f, max_factor=f).asnumpy() for f in (1, 2))
    np.testing.assert_allclose(one, x.asnumpy(), atol=1e-10)
    slope = (two - one).ravel()
    drawn = []
    for _ in range(200):
        y = change(x, min_factor=0.5, max_factor=1.5).asnumpy()
        factor = 1 + (y - one).ravel() @ slope / (slope @ slope)
        np.testing.assert_allclose(y, one + (factor - 1) * (two - one), atol=1e-9)
        drawn.append(factor)
    assert 0.5 <= min(drawn) < 0.55
    assert 1.45 < max(drawn) <= 1.5
    assert abs(np.mean(drawn) - 1) < 0.08


@pytest.mark.full_compiled
def test_hue_against_colorsys() -> None:
    import colorsys

    x = image(2, 4, 3, dtype="float64") / 255
    y = nd.image.random_hue(x, min_factor=0.3, max_factor=0.3).asnumpy().reshape(-1, 3)
    for before, after in zip(x.asnumpy().reshape(-1, 3), y, strict=True):
        h, lightness, s = colorsys.rgb_to_hls(*before)
        np.testing.assert_allclose(after, colorsys.hls_to_rgb(h + 0.3, lightness, s), atol=1e-9)
    gray = nd.full((1, 1, 3), 7.0)
    assert nd.image.random_hue(gray, min_factor=0.3, max_factor=0.3).tolist() == gray.tolist()


def test_color_jitter_changes_in_any_order() -> None:
    mx.random.seed(3)
    x = image(2, 2, 3, dtype="uint8")
    facts = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0}
    assert nd.image.random_color_jitter(x, **facts).tolist() == x.tolist()
    y = nd.image.random_color_jitter(x, **{**facts, "brightness": 0.5})
    assert y.dtype == np.uint8
    real = x.astype("float64")
    # Brightness and a turn of the hue commute; the order of the others shows in the draws.
    turned = nd.image.random_color_jitter(real, **{**facts, "hue": 0.2}).asnumpy()
    for part in (np.max, np.min):
        np.testing.assert_allclose(part(turned, 2), part(real.asnumpy(), 2), atol=1e-9)
    for _ in range(5):
        y = nd.image.random_color_jitter(
            real, brightness=0.1, contrast=0.1, saturation=0.1, hue=0.1
        )
        assert y.shape == real.shape
        assert np.abs(y.asnumpy() - real.asnumpy()).max() < 256


def test_random_lighting() -> None:
    mx.random.seed(4)
    x = nd.zeros((1, 1, 3), dtype="float64")
    parts = [nd.image.adjust_lighting(x, alpha=a).asnumpy().ravel() for a in np.eye(3).tolist()
             for a in [tuple(a)]]  # fmt: skip
    drawn = np.array([nd.image.random_lighting(x, alpha_std=0.1).asnumpy().ravel()
                      for _ in range(300)])  # fmt: skip
    alphas = np.linalg.solve(np.array(parts).T, drawn.T)
    np.testing.assert_allclose(alphas.mean(1), 0, atol=0.03)
    np.testing.assert_allclose(alphas.std(1), 0.1, rtol=0.2)


def test_errors_name_what_does_not_fit() -> None:
    x = nd.ones((2, 3, 3))
    cases: list[tuple[Any, str]] = [
        (lambda: nd.image.normalize(nd.ones((2, 2, 2))), "1 or 3 channels"),
        (lambda: nd.image.normalize(x.transpose((2, 0, 1)), mean=(1, 2)), r"mean must be 1 or 3"),
        (lambda: nd.image.crop(x, x=0, y=1, width=2, height=2), "y=1 and height=2"),
        (lambda: nd.image.resize(x, size=(1, 2, 3)), "size must be one or two"),
        (lambda: nd.image.resize(x, size=2, interp=9), "interp=9"),
        (lambda: nd.image.resize(x.astype("int32"), size=2), "int32"),
        (lambda: nd.image.flip_left_right(nd.ones((1, 2, 3, 3))), r"\[1, 2, 3, 3\]"),
        (lambda: nd.image.random_hue(x, min_factor=2, max_factor=1), "min_factor=2"),
        (lambda: nd.image.adjust_lighting(x, alpha=(1, 2)), "alpha must be 3 numbers"),
        (lambda: nd.image.random_lighting(x, alpha_std=-1), "alpha_std=-1"),
    ]
    for call, text in cases:
        with pytest.raises(MXNetError, match=text):
            call()
