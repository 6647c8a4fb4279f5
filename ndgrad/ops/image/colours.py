"""Changes of the values of images: `to_tensor`, `normalize`, and changes of colours.

Colours change in floating point and are stored in the dtype of the image: those of uint8 are cut
off at 0 and 255, and rounded down.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np

from ...base import MXNetError
from ...tape import Array
from ..axes import number
from ..composite import composite
from ..table import F, Sample
from .parts import IMAGE, as_floats, channels, leading_axes, real, stored

Factors: TypeAlias = float | Sequence[float]

# --- values ---------------------------------------------------------------------------------------


@composite(
    "_image_to_tensor",
    infer_dtypes=lambda data: {"y": np.dtype("float32")},
    samples=(Sample((IMAGE,)), Sample(((1, 2, 1, 2),))),
    reference=lambda data: np.moveaxis(data, -1, -3) / np.float32(255),
)
def _to_tensor(data: Array) -> Array:
    """Divide by 255 and move the channels to the front; float32.

    Parameters
    ----------
    data : NDArray
        Images of shape (height, width, channels) or (batch, height, width, channels).

    Raises
    ------
    MXNetError
        If *data* has another number of axes.
    """
    first = leading_axes("to_tensor", data)
    x = F.cast(data, dtype="float32")
    order = (*range(first), first + 2, first, first + 1)
    return F.broadcast_div(F.transpose(x, axes=order), 255.0)


@composite(
    "_image_normalize",
    samples=(
        Sample(((3, 2, 2),), {"mean": (0.5, 1.0, -0.5), "std": (2.0, 0.5, 1.5)}),
        Sample(((2, 1, 2, 1),), {"mean": 0.5, "std": 2.0}),
    ),
)
def _normalize(data: Array, *, mean: Factors = (0.0,), std: Factors = (1.0,)) -> Array:
    """Subtract the mean of each channel and divide by its standard deviation.

    Parameters
    ----------
    data : NDArray
        Images of shape (channels, height, width) or (batch, channels, height, width).
    mean, std : float or tuple of float
        One number for all channels, or one for each.

    Raises
    ------
    MXNetError
        If a shape or the number of means or deviations does not fit.
    """
    op = "normalize"
    leading_axes(op, data, layout="channels, height, width")
    count = channels(op, data, -3)
    x = real(data)
    for arg, values, apply in (("mean", mean, F.broadcast_sub), ("std", std, F.broadcast_div)):
        each = as_floats(op, arg, values, (1, count))
        x = apply(x, each[0] if len(each) == 1 else F._values(x, values=each, shape=(count, 1, 1)))
    return x if x.dtype == data.dtype else F.cast(x, dtype=data.dtype)


# --- colours --------------------------------------------------------------------------------------

# Weights of red, green and blue in the brightness of a colour (ITU-R BT.601).
_GRAY = (0.299, 0.587, 0.114)


def _gray(x: Array) -> Array:
    """The brightness of each element of an image of three channels, with one channel."""
    weights = F._values(x, values=_GRAY, shape=(1, 1, 3))
    return F.sum(F.broadcast_mul(x, weights), axis=2, keepdims=True)


def _brightness(x: Array, factor: Array) -> Array:
    return F.broadcast_mul(x, factor)


def _mixed(x: Array, other: Array, factor: Array) -> Array:
    rest = F.broadcast_mul(other, F.broadcast_sub(1.0, factor))
    return F.broadcast_add(F.broadcast_mul(x, factor), rest)


def _contrast(x: Array, factor: Array) -> Array:
    brightness = x if x.shape[2] == 1 else _gray(x)
    return _mixed(x, F.mean(brightness, axis=(0, 1, 2), keepdims=True), factor)


def _saturation(x: Array, factor: Array) -> Array:
    return x if x.shape[2] == 1 else _mixed(x, _gray(x), factor)


def _hue(x: Array, factor: Array) -> Array:
    """Turn the hue of colours by *factor* of the whole circle: to HSL, and back.

    The hue is counted in sixths of the circle.  Of a colour with lightness l and half its range a,
    channel n is l - a * max(-1, min(k - 3, 9 - k, 1)), where k = (n + 2 * hue) mod 12, and n is 0
    for red, 8 for green and 4 for blue.
    """
    if x.shape[2] == 1:
        return x
    red, green, blue = (F.slice_axis(x, axis=2, begin=i, end=i + 1) for i in range(3))
    high, low = F.max(x, axis=2, keepdims=True), F.min(x, axis=2, keepdims=True)
    spread = F.broadcast_sub(high, low)
    grey = F.broadcast_equal(spread, 0.0)
    divisor = F.where(grey, F.ones_like(spread), spread)
    sector = partial(F.where, F.broadcast_equal(high, red))
    hue = sector(
        F.broadcast_sub(green, blue) / divisor,
        F.where(
            F.broadcast_equal(high, green),
            F.broadcast_add(F.broadcast_sub(blue, red) / divisor, 2.0),
            F.broadcast_add(F.broadcast_sub(red, green) / divisor, 4.0),
        ),
    )
    hue = F.broadcast_add(hue, F.broadcast_mul(factor, 6.0))
    at = F.broadcast_add(
        F.broadcast_mul(hue, 2.0), F._values(x, values=(0.0, 8.0, 4.0), shape=(1, 1, 3))
    )
    k = F.broadcast_mod(at, 12.0)
    wave = F.broadcast_minimum(F.broadcast_sub(k, 3.0), F.broadcast_sub(9.0, k))
    wave = F.clip(wave, a_min=-1.0, a_max=1.0)
    middle = F.broadcast_mul(F.broadcast_add(high, low), 0.5)
    return F.broadcast_sub(middle, F.broadcast_mul(F.broadcast_mul(spread, 0.5), wave))


def _factor(op: str, x: Array, low: float, high: float) -> Array:
    """A number drawn from [low, high), which broadcasts to an image."""
    if not low <= high:
        raise MXNetError(f"{op}: min_factor={low} must not exceed max_factor={high}")
    return F._uniform_like(F._values(x, values=(0.0,), shape=(1, 1, 1)), low=low, high=high)


_FACTOR_DOC = """{title}

Parameters
----------
data : NDArray
    An image of shape (height, width, channels), of 1 or 3 channels.
min_factor, max_factor : float
    The {what} is drawn between them.

Raises
------
MXNetError
    If *data* has another shape, or *min_factor* exceeds *max_factor*.
"""


def _declare_colour(
    name: str, change: Callable[[Array, Array], Array], what: str, title: str
) -> None:
    op = f"random_{name}"

    def changed(data: Array, *, min_factor: float, max_factor: float) -> Array:
        leading_axes(op, data, batch=False)
        channels(op, data, -1)
        low = float(number(op, "min_factor", min_factor))
        high = float(number(op, "max_factor", max_factor))
        x = real(data)
        return stored(change(x, _factor(op, x, low, high)), data)

    changed.__doc__ = _FACTOR_DOC.format(title=title, what=what)
    sample = Sample((IMAGE,), {"min_factor": 0.5, "max_factor": 1.5})
    composite(f"_image_{op}", samples=(sample,), stochastic=True)(changed)


_declare_colour("brightness", _brightness, "factor", "Multiply an image by a random factor.")
_declare_colour(
    "contrast", _contrast, "factor", "Scale an image's difference from its mean brightness."
)
_declare_colour(
    "saturation", _saturation, "factor", "Scale the difference of colours from their brightness."
)
_declare_colour("hue", _hue, "part of the circle", "Turn the hue of colours on the colour circle.")


@composite(
    "_image_random_color_jitter",
    stochastic=True,
    samples=(
        Sample((IMAGE,), {"brightness": 0.1, "contrast": 0.2, "saturation": 0.3, "hue": 0.1}),
    ),
)
def _random_color_jitter(
    data: Array, *, brightness: float, contrast: float, saturation: float, hue: float
) -> Array:
    """Change brightness, contrast, saturation and hue at random, one after another in any order.

    Parameters
    ----------
    data : NDArray
        An image of shape (height, width, channels), of 1 or 3 channels.
    brightness, contrast, saturation : float
        How far the factor may be from 1; with 0 it is not changed.
    hue : float
        How far the hue may turn, in parts of the circle.

    Raises
    ------
    MXNetError
        If *data* has another shape, or a parameter is negative.
    """
    op = "random_color_jitter"
    leading_axes(op, data, batch=False)
    channels(op, data, -1)
    changes = []
    x = real(data)
    for arg, extent, change, middle in (
        ("brightness", brightness, _brightness, 1.0),
        ("contrast", contrast, _contrast, 1.0),
        ("saturation", saturation, _saturation, 1.0),
        ("hue", hue, _hue, 0.0),
    ):
        most = float(number(op, arg, extent))
        if not most >= 0:
            raise MXNetError(f"{op}: {arg}={most} must not be negative")
        if most:
            factor = _factor(op, x, middle - most, middle + most)
            changes.append(partial(change, factor=factor))
    if not changes:
        return F.identity(data)
    drawn = F._uniform_like(F._values(x, values=(0.0,) * len(changes), shape=(len(changes), 1, 1)))
    order = F.argsort(drawn, axis=0)
    for step in range(len(changes)):
        which = F.slice_axis(order, axis=0, begin=step, end=step + 1)
        y = changes[0](x)
        for i in range(1, len(changes)):
            this = F._expand(F.broadcast_equal(which, float(i)), shape=x.shape)
            y = F.where(this, changes[i](x), y)
        x = real(stored(y, data))
    return stored(x, data)


# What the three principal components of colours (of ImageNet) add to red, green and blue: the
# eigenvectors of their covariance, each times the root of its eigenvalue (Krizhevsky et al. 2012).
_LIGHT = (
    (55.46 * -0.5675, 4.794 * 0.7192, 1.148 * 0.4009),
    (55.46 * -0.5808, 4.794 * -0.0045, 1.148 * -0.8140),
    (55.46 * -0.5836, 4.794 * -0.6948, 1.148 * 0.4203),
)


def _lit(data: Array, alpha: Callable[[Array], Array]) -> Array:
    """An image with the principal components of colours added, *alpha* times each, in [1, 1, 3]."""
    if data.shape[2] == 1:
        return F.identity(data)
    x = real(data)
    parts = F._values(x, values=tuple(v for row in _LIGHT for v in row), shape=(1, 3, 3))
    added = F.sum(F.broadcast_mul(parts, alpha(x)), axis=2, keepdims=True)
    return stored(F.broadcast_add(x, F._reshaped(added, shape=(1, 1, 3))), data)


@composite("_image_adjust_lighting", samples=(Sample((IMAGE,), {"alpha": (0.01, -0.02, 0.03)}),))
def _adjust_lighting(data: Array, *, alpha: Sequence[float]) -> Array:
    """Add the principal components of colours to those of an image.

    Parameters
    ----------
    data : NDArray
        An image of shape (height, width, channels); one of 1 channel stays as it is.
    alpha : tuple of float
        How much of each of the three components.

    Raises
    ------
    MXNetError
        If *data* has another shape, or *alpha* another length.
    """
    op = "adjust_lighting"
    leading_axes(op, data, batch=False)
    channels(op, data, -1)
    values = as_floats(op, "alpha", alpha, (3,))
    return _lit(data, lambda x: F._values(x, values=values, shape=(1, 1, 3)))


@composite(
    "_image_random_lighting", stochastic=True, samples=(Sample((IMAGE,), {"alpha_std": 0.1}),)
)
def _random_lighting(data: Array, *, alpha_std: float = 0.05) -> Array:
    """Add random parts of the principal components of colours to those of an image.

    Parameters
    ----------
    data : NDArray
        An image of shape (height, width, channels); one of 1 channel stays as it is.
    alpha_std : float
        The standard deviation of the normally distributed parts.

    Raises
    ------
    MXNetError
        If *data* has another shape, or *alpha_std* is negative.
    """
    op = "random_lighting"
    leading_axes(op, data, batch=False)
    channels(op, data, -1)
    scale = float(number(op, "alpha_std", alpha_std))
    if not scale >= 0:
        raise MXNetError(f"{op}: alpha_std={scale} must not be negative")
    zeros = (0.0, 0.0, 0.0)
    return _lit(
        data, lambda x: F._normal_like(F._values(x, values=zeros, shape=(1, 1, 3)), scale=scale)
    )
