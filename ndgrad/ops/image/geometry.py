"""Changes of the geometry of images: `crop`, `resize`, and flips."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from math import prod
from typing import TypeAlias

import numpy as np

from ...base import DType, HostArray, MXNetError, is_floating
from ...kernels import front
from ...kernels.spec.resampling import Taps
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import flag, integer, integers
from ..composite import composite
from ..declare import operator
from ..table import ZERO, F, Result, Sample
from .parts import IMAGE, channels, leading_axes, real, stored

Size: TypeAlias = int | Sequence[int]


@composite(
    "_image_crop",
    samples=(
        Sample(((3, 4, 1),), {"x": 1, "y": 0, "width": 2, "height": 2}),
        Sample(((2, 2, 2, 3),), {"x": 0, "y": 1, "width": 1, "height": 1}),
    ),
)
def _crop(data: Array, *, x: int, y: int, width: int, height: int) -> Array:
    """Cut a rectangle out of images.

    Parameters
    ----------
    data : NDArray
        Images of shape (height, width, channels) or (batch, height, width, channels).
    x, y : int
        The left column and the upper row of the rectangle.
    width, height : int

    Raises
    ------
    MXNetError
        If *data* has another number of axes, or the rectangle is not inside the image.
    """
    op = "crop"
    first = leading_axes(op, data)
    for axis, (start, at), (extent, length) in (
        (first, ("y", y), ("height", height)),
        (first + 1, ("x", x), ("width", width)),
    ):
        begin, count, n = integer(op, start, at), integer(op, extent, length), data._shape[axis]
        if begin < 0 or count <= 0 or begin + count > n:
            raise MXNetError(
                f"{op}: {start}={begin} and {extent}={count} must be inside the image's {extent} "
                f"{n}, and {extent} positive"
            )
        data = F.slice_axis(data, axis=axis, begin=begin, end=begin + count)
    return data


_NEAREST, _LINEAR, _CUBIC, _AREA, _LANCZOS = range(5)
_FIXED = 2048  # weights of bytes are whole numbers over it


_Taps: TypeAlias = tuple[HostArray, HostArray]


@lru_cache(256)
def _taps(n: int, m: int, interp: int, shrinks: bool) -> _Taps:
    """For each of *m* places along an axis which of its *n* elements it is made of, and how.

    Centres of elements are at half numbers; beyond the ends the last elements are repeated.

    Returns
    -------
    pair of arrays
        Indices and weights, each of shape [m, taps].
    """
    scale = n / m
    if interp == _NEAREST:
        return np.minimum(np.floor(np.arange(m) * scale).astype(np.int64), n - 1)[:, None], np.ones(
            (m, 1)
        )
    if interp == _AREA and shrinks:
        start = np.arange(m)[:, None] * scale
        index = np.floor(start).astype(np.int64) + np.arange(int(np.ceil(scale)) + 1)
        covered = np.minimum(index + 1, start + scale) - np.maximum(index, start)
        weights = np.maximum(covered, 0) / scale
        weights[weights < 1e-3 / scale] = 0  # what rounding leaves
        return np.minimum(index, n - 1), weights / weights.sum(1, keepdims=True)
    if interp == _AREA:
        start = np.arange(m, dtype=np.float64)
        base = np.floor(start * scale)
        after = (start + 1) - (base + 1) / scale
        part = np.where(after <= 0, 0, after - np.floor(after))
    else:
        at = ((np.arange(m) + 0.5) * scale - 0.5).astype(np.float32)
        base = np.floor(at)
        part = (at - base).astype(np.float64)
    if interp in (_LINEAR, _AREA):
        index = base[:, None] + np.arange(2)
        weights = np.stack([1 - part, part], 1)
    elif interp == _CUBIC:
        index = base[:, None] + np.arange(-1, 3)
        weights = np.stack([_cubic(part + 1), _cubic(part), _cubic(1 - part), _cubic(2 - part)], 1)
    else:
        index = base[:, None] + np.arange(-3, 5)
        distance = part[:, None] - np.arange(-3, 5)
        weights = np.sinc(distance) * np.sinc(distance / 4)
        weights /= weights.sum(1, keepdims=True)
    return np.clip(index, 0, n - 1).astype(np.int64), weights


def _cubic(x: HostArray) -> HostArray:
    """Keys' cubic convolution kernel with a = -0.75, of distances from 0 to 2."""
    a = -0.75
    near = ((a + 2) * x - (a + 3)) * x * x + 1
    far = ((x - 5) * x + 8) * x * a - 4 * a
    return np.where(x <= 1, near, far)


def _along(x: Array, axis: int, taps: _Taps) -> Array:
    """The interpolation along an axis."""
    index, weights = taps
    m, count = index.shape
    form = tuple(m if i == axis else 1 for i in range(len(x.shape)))
    terms = []
    for tap in range(count):
        if not weights[:, tap].any():
            continue
        at = F._values(x, values=tuple(index[:, tap].tolist()), shape=(m,), dtype="int64")
        by = F._values(x, values=tuple(weights[:, tap].tolist()), shape=form)
        terms.append(F.broadcast_mul(F.take(x, at, axis=axis), by))
    return reduce(F.broadcast_add, terms)


@lru_cache(256)
def _tables(n: int, m: int, interp: int, shrinks: bool, channels: int) -> Taps:
    """The taps of bytes; with *channels* those of a row, which has so many for each element."""
    index, weights = _taps(n, m, interp, shrinks)
    if interp != _NEAREST and not (interp == _AREA and shrinks):
        weights = np.rint(weights.astype(np.float32) * _FIXED).astype(np.float64)
    used = weights.any(0)
    index, weights = index[:, used], weights[:, used]
    if channels:
        index = (index.T[:, :, None] * channels + np.arange(channels)).astype(np.int64)
        weights = np.repeat(weights.T, channels)
    found = Taps(index.ravel(), weights.ravel())
    for table in found:
        table.flags.writeable = False
    return found


def _in_dtype(x: Buffer, dtype: DType) -> Buffer:
    converted: Buffer = x if x.dtype == dtype else front.cast(x, dtype)
    return converted


@operator(
    "_resize_bytes",
    gradient=ZERO,
    domain=(0.0, 9.0),
    samples=(
        Sample(((3, 4, 1),), {"size": (5, 3)}),
        Sample(((2, 2, 2, 3),), {"size": (1, 3), "interp": 2}),
    ),
)
def _resize_bytes(data: Array, *, size: Sequence[int], interp: int = 1) -> Result:
    """Images of other height and width, in the fixed-point arithmetic of OpenCV for uint8.

    Those of another dtype have whole numbers from 0 to 255.
    """
    op = "_resize_bytes"
    first, new = leading_axes(op, data), integers(op, "size", size)
    image, count = data._shape[first : first + 2], data._shape[-1]
    how = integer(op, "interp", interp)
    if not _NEAREST <= how <= _LANCZOS:
        raise MXNetError(f"{op}: interp={how}, expected 0 to 4")
    if len(new) != 2 or min(new) < 0 or not all(image):
        raise MXNetError(f"{op}: size={new} cannot be made of data with shape {data._shape}")
    shrinks = all(n >= m for n, m in zip(image, new, strict=True))
    shape = (*data._shape[:first], *new, count)
    y = empty(prod(shape), np.dtype("uint8"))
    if y.size:
        rows, columns = (
            _tables(n, m, how, shrinks, channels)
            for n, m, channels in zip(image, new, (0, count), strict=True)
        )
        linear = how == _LINEAR or (how == _AREA and not shrinks)
        whole = 4.0 if linear else {_NEAREST: 1.0, _AREA: 0.0}.get(how, float(_FIXED**2))
        places, lengths = (new[0], new[1] * count), (image[0], image[1] * count)
        x = _in_dtype(data._data, y.dtype)
        front.resize_bytes(x, y, rows, columns, lengths, places, linear, whole)
    return _in_dtype(y, data._data.dtype), shape


@composite(
    "_image_resize",
    samples=(
        Sample(((3, 4, 1),), {"size": (3, 5)}),
        Sample(((2, 2, 2, 3),), {"size": 3, "interp": 2}),
    ),
)
def _resize(data: Array, *, size: Size = (), keep_ratio: bool = False, interp: int = 1) -> Array:
    """Resize images, as OpenCV does.

    Parameters
    ----------
    data : NDArray
        Images of shape (height, width, channels) or (batch, height, width, channels).  Those of
        uint8 are computed in fixed point.
    size : int or tuple of int
        The new width and height; one number is both.
    keep_ratio : bool
        Whether one number is the shorter side of the result, and the other one follows.
    interp : int
        0 takes the nearest element, 1 interpolates linearly, 2 cubically over 4 x 4 elements,
        3 takes the mean over the area, 4 is Lanczos' interpolation over 8 x 8 elements.

    Raises
    ------
    MXNetError
        If a shape, dtype or parameter does not fit.
    """
    op = "resize"
    first = leading_axes(op, data)
    how, sides = integer(op, "interp", interp), integers(op, "size", size)
    if not _NEAREST <= how <= _LANCZOS:
        raise MXNetError(f"{op}: interp={how}, expected 0 to 4")
    if len(sides) not in (1, 2) or min(sides) <= 0:
        raise MXNetError(f"{op}: size must be one or two positive numbers, got {size!r}")
    height, width = data._shape[first : first + 2]
    if not height * width:
        raise MXNetError(f"{op}: data has no elements, got shape {list(data._shape)}")
    new = (sides[-1], sides[0])
    if len(sides) == 1 and flag(op, "keep_ratio", keep_ratio):
        side = sides[0]
        new = (height * side // width, side) if height > width else (side, width * side // height)
    if new == (height, width):
        return F.identity(data)
    if how == _AREA and (height, width) == (2 * new[0], 2 * new[1]):
        how = _LINEAR  # which is the same, and how bytes are rounded then
    shrinks = height >= new[0] and width >= new[1]
    if data.dtype == np.uint8:
        return F._resize_bytes(data, size=new, interp=how)
    if not is_floating(np.dtype(data.dtype)):
        raise MXNetError(f"{op}: data must be uint8 or of a floating dtype, got {data.dtype}")
    rows, columns = (_taps(n, m, how, shrinks) for n, m in zip((height, width), new, strict=True))
    return stored(_along(_along(real(data), first + 1, columns), first, rows), data)


def _flipped(op: str, data: Array, axis: int) -> Array:
    leading_axes(op, data, batch=False)
    channels(op, data, -1)
    return F.reverse(data, axis=axis)


_FLIP_DOC = """{title}

Parameters
----------
data : NDArray
    An image of shape (height, width, channels), of 1 or 3 channels.

Raises
------
MXNetError
    If it has another shape.
"""


def _declare_flips(name: str, axis: int, what: str) -> None:
    def flip(data: Array) -> Array:
        return _flipped(name, data, axis)

    def maybe_flip(data: Array) -> Array:
        turned = _flipped(f"random_{name}", data, axis)
        chance = F._uniform_like(F._values(real(data), values=(0.0,), shape=(1, 1, 1)))
        # A condition has the shape of the others, or one of its own: here one number for all.
        return F.where(F._expand(F.broadcast_lesser(chance, 0.5), shape=data.shape), turned, data)

    flip.__doc__ = _FLIP_DOC.format(title=f"Reverse an image {what}.")
    maybe_flip.__doc__ = _FLIP_DOC.format(title=f"Reverse an image {what}, or not: one in two.")
    composite(f"_image_{name}", samples=(Sample((IMAGE,)),))(flip)
    composite(f"_image_random_{name}", samples=(Sample((IMAGE,)),), stochastic=True)(maybe_flip)


_declare_flips("flip_left_right", 1, "from left to right")
_declare_flips("flip_top_bottom", 0, "from top to bottom")
