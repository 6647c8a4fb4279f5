"""Images at computed positions: bilinear samples, their adjoint, and means over grids of samples.

A bilinear sample is the sum of all elements of an image, each times b(y - its row) times
b(x - its column), where b(t) = max(0, 1 - abs(t)): what is outside of the image is 0.  With b
replaced by its derivative along an axis the same sum is the derivative by that coordinate, so the
two kernels here are closed under derivatives.  At a kink the derivative is that from the right.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain
from .launch import launch


@chunked
def _sample(x, image, ys, xs, y, channels, height, width, down, across, lo, hi):
    """Samples of a channel: item r * channels + c is of image[r], at the positions r."""
    one, count = ys.dtype.type(1), ys.size // image.size
    images = x.size // max(1, channels * height * width)
    for unit in range(lo, hi):
        r = unit // channels
        target = y[unit * count : (unit + 1) * count]
        n = image[r]
        first = (n * channels + unit - r * channels) * height * width
        for k in range(count):
            total = target.dtype.type(0)
            v, u = ys[r * count + k], xs[r * count + k]
            if n >= 0 and n < images and v >= -1 and v < height and u >= -1 and u < width:
                top, side = np.floor(v), np.floor(u)
                i, j, below, right = int(top), int(side), v - top, u - side
                above, left = one - below, one - right
                if down:
                    above, below = -one, one
                if across:
                    left, right = -one, one
                at = first + i * width + j
                if i >= 0 and j >= 0:
                    total += above * left * x[np.uintp(at)]
                if i >= 0 and j + 1 < width:
                    total += above * right * x[np.uintp(at + 1)]
                if i + 1 < height and j >= 0:
                    total += below * left * x[np.uintp(at + width)]
                if i + 1 < height and j + 1 < width:
                    total += below * right * x[np.uintp(at + width + 1)]
            target[k] = total


@chunked
def _spread(g, image, ys, xs, y, channels, height, width, down, across, lo, hi):
    """The adjoint: item n * channels + c is a plane of zeros to which all of its samples add."""
    one, size = ys.dtype.type(1), height * width
    count = ys.size // max(1, image.size)
    for unit in range(lo, hi):
        n = unit // channels
        c = unit - n * channels
        plane = y[unit * size : (unit + 1) * size]
        for k in range(size):
            plane[k] = 0
        for r in range(image.size):
            if image[r] != n:
                continue
            for k in range(count):
                v, u = ys[r * count + k], xs[r * count + k]
                if v >= -1 and v < height and u >= -1 and u < width:
                    top, side = np.floor(v), np.floor(u)
                    i, j, below, right = int(top), int(side), v - top, u - side
                    above, left = one - below, one - right
                    if down:
                        above, below = -one, one
                    if across:
                        left, right = -one, one
                    value = g[(r * channels + c) * count + k]
                    at = i * width + j
                    if i >= 0 and j >= 0:
                        plane[np.uintp(at)] += above * left * value
                    if i >= 0 and j + 1 < width:
                        plane[np.uintp(at + 1)] += above * right * value
                    if i + 1 < height and j >= 0:
                        plane[np.uintp(at + width)] += below * left * value
                    if i + 1 < height and j + 1 < width:
                        plane[np.uintp(at + width + 1)] += below * right * value


def sample(
    x: Buffer,
    image: Buffer,
    ys: Buffer,
    xs: Buffer,
    y: Buffer,
    planes: tuple[int, int, int],
    slope: tuple[bool, bool],
) -> None:
    """Fill *y* (R, channels, K) with samples of images *x*, or their derivatives.

    Parameters
    ----------
    x : buffer
        Of the shape (images, channels, height, width), the last three of which *planes* are.
    image : buffer
        int64: for each r the number of an image; samples of one that is not there are 0.
    ys, xs : buffer
        (R, K) positions, counted in rows and columns.
    slope : pair of bool
        Whether to take the derivative by each of the coordinates.
    """
    if y.size:
        units = image.size * planes[0]
        each = grain(ys.size // image.size, 16)
        launch(_sample, x, image, ys, xs, y, *planes, *slope, units, each)


def spread(
    g: Buffer,
    image: Buffer,
    ys: Buffer,
    xs: Buffer,
    y: Buffer,
    planes: tuple[int, int, int],
    slope: tuple[bool, bool],
) -> None:
    """The adjoint of `sample`: fill the images *y* from *g* (R, channels, K)."""
    if y.size:
        channels, height, width = planes
        units = y.size // (height * width)
        each = grain(height * width + 16 * ys.size // max(1, units // channels))
        launch(_spread, g, image, ys, xs, y, *planes, *slope, units, each)
