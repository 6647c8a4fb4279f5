"""Regions of images: means over grids of bilinear samples, and greatest elements.

A region is a row of numbers: the first position (row, column), how far the next one is in a row of
the grid and in the next row, and how many there are each way.  Positions within 1 of an image are
moved to its edge; what is farther outside is 0.
"""

from __future__ import annotations

import numpy as np

from ...base import HostArray
from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..spec.regions import NUMBERS
from .launch import launch

_MOST = 1 << 24  # samples of a region that are taken: more is a mistake


@chunked
def _means(x, image, regions, offsets, y, stride, channels, height, width, lo, hi):
    """Means for an item r * results + c: of channel c * stride + offsets[p] for region p."""
    places, results = offsets.size, channels // stride
    one, images = x.dtype.type(1), x.size // max(1, channels * height * width)
    for unit in range(lo, hi):
        r = unit // results
        n, c = image[r], unit - r * results
        for p in range(places):
            part = regions[(r * places + p) * NUMBERS : (r * places + p + 1) * NUMBERS]
            total, number = x.dtype.type(0), part[6] * part[7]
            if n >= 0 and n < images and part[6] >= 1 and number >= 1 and number <= _MOST:
                first = (n * channels + c * stride + offsets[p]) * height * width
                for a in range(int(part[6])):
                    for b in range(int(part[7])):
                        v = part[0] + x.dtype.type(a) * part[2] + x.dtype.type(b) * part[4]
                        u = part[1] + x.dtype.type(a) * part[3] + x.dtype.type(b) * part[5]
                        if not (v >= -1 and v <= height and u >= -1 and u <= width):
                            continue
                        v = min(max(v, x.dtype.type(0)), x.dtype.type(height - 1))
                        u = min(max(u, x.dtype.type(0)), x.dtype.type(width - 1))
                        top, left = np.floor(v), np.floor(u)
                        i, j, down, across = int(top), int(left), v - top, u - left
                        at = first + i * width + j
                        # The last row and column have no next one, and its weight is 0.
                        right = at + 1 if j + 1 < width else at
                        below = width if i + 1 < height else 0
                        upper = (one - across) * x[np.uintp(at)] + across * x[np.uintp(right)]
                        lower = (one - across) * x[np.uintp(at + below)]
                        lower += across * x[np.uintp(right + below)]
                        total += (one - down) * upper + down * lower
                total /= number
            y[unit * places + p] = total


@chunked
def _spread(g, image, regions, offsets, y, stride, channels, height, width, lo, hi):
    """The adjoint: item n * channels + d is a plane of zeros, to which its regions add."""
    places, results, size = offsets.size, channels // stride, height * width
    one = g.dtype.type(1)
    for unit in range(lo, hi):
        n = unit // channels
        c = (unit - n * channels) // stride
        own = unit - n * channels - c * stride
        plane = y[unit * size : (unit + 1) * size]
        for k in range(size):
            plane[k] = 0
        for r in range(image.size):
            if image[r] != n:
                continue
            for p in range(places):
                if offsets[p] != own:
                    continue
                part = regions[(r * places + p) * NUMBERS : (r * places + p + 1) * NUMBERS]
                number = part[6] * part[7]
                if not (part[6] >= 1 and number >= 1 and number <= _MOST):
                    continue
                value = g[(r * results + c) * places + p] / number
                for a in range(int(part[6])):
                    for b in range(int(part[7])):
                        v = part[0] + g.dtype.type(a) * part[2] + g.dtype.type(b) * part[4]
                        u = part[1] + g.dtype.type(a) * part[3] + g.dtype.type(b) * part[5]
                        if not (v >= -1 and v <= height and u >= -1 and u <= width):
                            continue
                        v = min(max(v, g.dtype.type(0)), g.dtype.type(height - 1))
                        u = min(max(u, g.dtype.type(0)), g.dtype.type(width - 1))
                        top, left = np.floor(v), np.floor(u)
                        i, j, down, across = int(top), int(left), v - top, u - left
                        at = i * width + j
                        right = at + 1 if j + 1 < width else at
                        below = width if i + 1 < height else 0
                        plane[np.uintp(at)] += (one - down) * (one - across) * value
                        plane[np.uintp(right)] += (one - down) * across * value
                        plane[np.uintp(at + below)] += down * (one - across) * value
                        plane[np.uintp(right + below)] += down * across * value


@chunked
def _greatest(x, image, regions, y, index, channels, height, width, lo, hi):
    """The first greatest element of each region for an item r * channels + c, and where it is.

    Only the position and the numbers of rows and columns of a region are read.  NaN is passed over;
    where there is nothing else the element is 0, and its index -1.
    """
    places = y.size // max(1, image.size * channels)
    images = x.size // max(1, channels * height * width)
    for unit in range(lo, hi):
        r = unit // channels
        n = image[r]
        first = (n * channels + unit - r * channels) * height * width
        for p in range(places):
            part = regions[(r * places + p) * NUMBERS : (r * places + p + 1) * NUMBERS]
            best, at = x.dtype.type(0), -1
            inside = part[0] >= 0 and part[1] >= 0 and n >= 0 and n < images
            if inside and part[0] + part[6] <= height and part[1] + part[7] <= width:
                for i in range(int(part[0]), int(part[0] + part[6])):
                    for j in range(int(part[1]), int(part[1] + part[7])):
                        v = x[np.uintp(first + i * width + j)]
                        if v > best or (at < 0 and v == v):
                            best, at = v, first + i * width + j
            y[unit * places + p] = best
            index[unit * places + p] = at


def means(
    x: Buffer,
    image: Buffer,
    regions: Buffer,
    offsets: HostArray,
    y: Buffer,
    stride: int,
    planes: tuple[int, int, int],
) -> None:
    """Fill *y* (R, channels / stride, P) with means over regions (R, P, NUMBERS) of images *x*.

    Parameters
    ----------
    x : buffer
        Of the shape (images, channels, height, width), the last three of which *planes* are.
    image : buffer
        int64: for each r the number of an image; means of one that is not there are 0.
    offsets : numpy.ndarray
        For each p which of every *stride* channels it is of.
    """
    if y.size:
        units = y.size // offsets.size
        each = grain(offsets.size, 64)
        launch(_means, x, image, regions, offsets, y, stride, *planes, units, each)


def spread(
    g: Buffer,
    image: Buffer,
    regions: Buffer,
    offsets: HostArray,
    y: Buffer,
    stride: int,
    planes: tuple[int, int, int],
) -> None:
    """The adjoint of `means`: fill the images *y* from *g*."""
    if y.size:
        size = planes[1] * planes[2]
        each = grain(size + regions.size)
        launch(_spread, g, image, regions, offsets, y, stride, *planes, y.size // size, each)


def greatest(
    x: Buffer,
    image: Buffer,
    regions: Buffer,
    y: Buffer,
    index: Buffer,
    planes: tuple[int, int, int],
) -> None:
    """Fill *y* (R, channels, P) with greatest elements of regions, *index* with places in *x*."""
    if y.size:
        units = image.size * planes[0]
        launch(_greatest, x, image, regions, y, index, *planes, units, grain(y.size // units, 32))
