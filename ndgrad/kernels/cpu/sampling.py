"""Images at computed positions: bilinear samples, their adjoint, and means over grids of samples.

A bilinear sample is the sum of all elements of an image, each times b(y - its row) times
b(x - its column), where b(t) = max(0, 1 - abs(t)): what is outside of the image is 0.  With b
replaced by its derivative along an axis the same sum is the derivative by that coordinate, so the
two kernels here are closed under derivatives.  At a kink the derivative is that from the right.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ...memory.storage import empty
from ..build.launch import chunked, grain
from .launch import launch

_PLACES = 256
"""Samples that are taken of all channels in turn: what is known of them stays in the cache."""


@chunked
def _corners(image, ys, xs, at, weights, images, height, width, down, across, lo, hi):
    """For each sample the places in a plane of the four elements around it, or -1, and weights."""
    one, total = ys.dtype.type(1), ys.size
    count = total // image.size
    for k in range(lo, hi):
        n, v, u = image[k // count], ys[k], xs[k]
        inside = n >= 0 and n < images and v >= -1 and v < height and u >= -1 and u < width
        top, side = (np.floor(v), np.floor(u)) if inside else (ys.dtype.type(0), xs.dtype.type(0))
        i, j, below, right = int(top), int(side), v - top, u - side
        above, left = one - below, one - right
        if down:
            above, below = -one, one
        if across:
            left, right = -one, one
        first = i * width + j
        at[k] = first if inside and i >= 0 and j >= 0 else -1
        at[total + k] = first + 1 if inside and i >= 0 and j + 1 < width else -1
        at[2 * total + k] = first + width if inside and i + 1 < height and j >= 0 else -1
        at[3 * total + k] = first + width + 1 if inside and i + 1 < height and j + 1 < width else -1
        weights[k], weights[total + k] = above * left, above * right
        weights[2 * total + k], weights[3 * total + k] = below * left, below * right


@chunked
def _sample(x, image, at_all, weights_all, y_all, channels, size, lo, hi):
    """Samples of all channels: item r * blocks + b is of image[r], block b of the positions r."""
    total, zero = weights_all.size // 4, x.dtype.type(0)
    count, last = total // image.size, x.size // (channels * size) - 1
    blocks = (count + _PLACES - 1) // _PLACES
    for unit in range(lo, hi):
        r, begin = unit // blocks, unit % blocks * _PLACES
        end, n = min(begin + _PLACES, count), min(max(image[r], 0), last)
        here, there = r * count + begin, r * count + end
        at, weights = at_all[here:there], weights_all[here:there]
        here, there = here + total, there + total
        at1, weights1 = at_all[here:there], weights_all[here:there]
        here, there = here + total, there + total
        at2, weights2 = at_all[here:there], weights_all[here:there]
        here, there = here + total, there + total
        at3, weights3 = at_all[here:there], weights_all[here:there]
        least = 0  # whether all elements around all samples are in the image
        for k in range(at.size):
            least = min(least, at[k], at3[k])
        for c in range(channels):
            plane = x[(n * channels + c) * size : (n * channels + c + 1) * size]
            first = (r * channels + c) * count
            y = y_all[first + begin : first + end]
            if least == 0:
                for k in range(y.size):
                    value = zero + weights[k] * plane[np.uintp(at[k])]
                    value += weights1[k] * plane[np.uintp(at1[k])]
                    value += weights2[k] * plane[np.uintp(at2[k])]
                    y[k] = value + weights3[k] * plane[np.uintp(at3[k])]
                continue
            for k in range(y.size):
                value = zero
                if at[k] >= 0:
                    value += weights[k] * plane[np.uintp(at[k])]
                if at1[k] >= 0:
                    value += weights1[k] * plane[np.uintp(at1[k])]
                if at2[k] >= 0:
                    value += weights2[k] * plane[np.uintp(at2[k])]
                if at3[k] >= 0:
                    value += weights3[k] * plane[np.uintp(at3[k])]
                y[k] = value


@chunked
def _spread(g, image, at, weights, y, channels, size, lo, hi):
    """The adjoint: item n * channels + c is a plane of zeros to which all of its samples add."""
    total = weights.size // 4
    count = total // max(1, image.size)
    for unit in range(lo, hi):
        n = unit // channels
        c = unit - n * channels
        plane = y[unit * size : (unit + 1) * size]
        for k in range(size):
            plane[k] = 0
        for r in range(image.size):
            if image[r] != n:
                continue
            values = g[(r * channels + c) * count : (r * channels + c + 1) * count]
            here = r * count
            at0, weights0 = at[here : here + count], weights[here : here + count]
            here += total
            at1, weights1 = at[here : here + count], weights[here : here + count]
            here += total
            at2, weights2 = at[here : here + count], weights[here : here + count]
            here += total
            at3, weights3 = at[here : here + count], weights[here : here + count]
            for k in range(count):
                value = values[k]
                if at0[k] >= 0:
                    plane[np.uintp(at0[k])] += weights0[k] * value
                if at1[k] >= 0:
                    plane[np.uintp(at1[k])] += weights1[k] * value
                if at2[k] >= 0:
                    plane[np.uintp(at2[k])] += weights2[k] * value
                if at3[k] >= 0:
                    plane[np.uintp(at3[k])] += weights3[k] * value


def _around(
    image: Buffer,
    ys: Buffer,
    xs: Buffer,
    images: int,
    planes: tuple[int, int, int],
    slope: tuple[bool, bool],
) -> tuple[Buffer, Buffer]:
    """What `_corners` says of all samples."""
    at, weights = empty(4 * ys.size, np.dtype("int64")), empty(4 * ys.size, ys.dtype)
    if ys.size:
        _, height, width = planes
        arrays = image, ys, xs, at, weights
        launch(_corners, *arrays, images, height, width, *slope, ys.size, grain(1, 16))
    return at, weights


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
    if not x.size:
        y.fill(0)
    elif y.size:
        channels, size = planes[0], planes[1] * planes[2]
        arrays = _around(image, ys, xs, x.size // (channels * size), planes, slope)
        blocks = -(-ys.size // image.size // _PLACES)
        each = grain(min(_PLACES, ys.size // image.size) * channels, 16)
        launch(_sample, x, image, *arrays, y, channels, size, image.size * blocks, each)


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
        arrays = _around(image, ys, xs, units // channels, planes, slope)
        each = grain(height * width + 8 * ys.size // max(1, units // channels))
        launch(_spread, g, image, *arrays, y, channels, height * width, units, each)
