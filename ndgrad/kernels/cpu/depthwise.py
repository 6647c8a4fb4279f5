"""Convolutions whose groups have one channel: each plane by itself, without a matrix of windows.

A plane is as little as its image, and each element of it is used once for each tap: there is
nothing that a product of matrices could use again.
"""

from __future__ import annotations

import numpy as np

from ...base import HostArray
from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..spec.windows import Windows
from .launch import launch
from .sums import PART, scratch, total


@chunked
def _forward(x, w, bias, y, geometry, nothing, filters, kinds, lo, hi):
    """Planes of y: the window's elements times the weights, added up in tap order to the bias."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    rows, down, across = geometry[15] * geometry[16], geometry[16], geometry[17]
    taps = kd * kh * kw
    size = depth * height * width
    # Where a window of 3x3 moves over all of a plane, the elements of each tap are one run.
    same = down == height and across == width and geometry[10] * geometry[11] == 1
    runs = same and kd * depth == kh // 3 == kw // 3 == 1 and kh + kw == 6
    runs = runs and sh * sw * geometry[7] * geometry[8] == 1
    for unit in range(lo, hi):
        kind = unit % kinds
        start = unit // filters * size
        first = bias[kind] if bias.size else nothing
        weights = w[kind * taps : (kind + 1) * taps]
        top, bottom = 0, 0
        if runs and height > 2 and width > 2:
            top, bottom = 1, height - 1
            n = (height - 2) * width - 2
            begin = start + 1
            a0, a1, a2 = x[begin - 1 :], x[begin:], x[begin + 1 :]
            b0, b1, b2 = a0[width:], a1[width:], a2[width:]
            c0, c1, c2 = b0[width:], b1[width:], b2[width:]
            w0, w1, w2 = weights[0], weights[1], weights[2]
            w3, w4, w5 = weights[3], weights[4], weights[5]
            w6, w7, w8 = weights[6], weights[7], weights[8]
            inner = y[unit * size + width + 1 : unit * size + width + 1 + n]
            for j in range(n):
                v = first + w0 * a0[j]
                v += w1 * a1[j]
                v += w2 * a2[j]
                v += w3 * b0[j]
                v += w4 * b1[j]
                v += w5 * b2[j]
                v += w6 * c0[j]
                v += w7 * c1[j]
                v += w8 * c2[j]
                inner[j] = v
            for h in range(1, height - 1):  # the ends of rows, which took in the next row's
                for side in range(2):
                    column = side * (width - 1)
                    v = first
                    for tap in range(9):
                        at = column + tap % 3 - 1
                        if 0 <= at < width:
                            v += weights[tap] * x[np.uintp(start + (h + tap // 3 - 1) * width + at)]
                    y[np.uintp(unit * size + h * width + column)] = v
        for row in range(rows):
            if top <= row < bottom:
                continue
            at = (unit * rows + row) * across
            out = y[at : at + across]
            for j in range(across):
                out[j] = first
            for tap in range(taps):
                d = row // down * sd + tap // (kh * kw) * geometry[6] - geometry[9]
                h = row % down * sh + tap // kw % kh * geometry[7] - geometry[10]
                if d < 0 or d >= depth or h < 0 or h >= height:
                    continue
                w0 = tap % kw * geometry[8] - geometry[11]
                begin = min(max(0, (sw - 1 - w0) // sw), across)
                n = max(0, min(across, (width - 1 - w0) // sw + 1) - begin)
                source = start + (d * height + h) * width + w0 + begin * sw
                weight = weights[tap]
                part = out[begin : begin + n]
                if sw == 1:
                    run = x[source : source + n]
                    for j in range(n):
                        part[j] += weight * run[j]
                else:
                    for j in range(n):
                        part[j] += weight * x[np.uintp(source + j * sw)]


@chunked
def _weights(x, y, offsets, w, images, planes, filters, x_size, y_size, lo, hi):
    """The weights' gradient: for each tap the product of a plane of y with a part of one of x."""
    terms = scratch(PART, x.dtype)
    for unit in range(lo, hi):
        kind = unit // offsets.size
        tap = unit - kind * offsets.size
        found = 0.0
        for image in range(images):
            plane = image * planes + kind
            ys = y[plane * y_size : (plane + 1) * y_size]
            at = plane // filters * x_size + offsets[tap]
            xs = x[at : at + y_size]
            for begin in range(0, y_size, PART):
                part, others = ys[begin : begin + PART], xs[begin : begin + PART]
                products = terms[: part.size]
                for i in range(part.size):
                    products[i] = part[i] * others[i]
                found += total(products)
        w[unit] = found


def depthwise(
    x: Buffer, w: Buffer, bias: Buffer, y: Buffer, window: Windows, filters: int, kinds: int
) -> None:
    """Fill *y* with convolutions of the channels *x*, *filters* of each.

    Parameters
    ----------
    x, y : buffer
        Of the shapes (images, channels, \\*image) and (images, channels * filters, \\*places).
    w : buffer
        Of the shape (channels * filters, taps).
    bias : buffer
        Of *kinds* elements, or of none.
    kinds : int
        channels * filters.
    """
    numbers = window.constant, y.dtype.type(0), filters, kinds
    units = y.size // max(1, window.number)
    if units:
        each = grain(window.number, window.taps)
        launch(_forward, x, w, bias, y, *numbers, units, each)


def depthwise_weights(
    x: Buffer, y: Buffer, offsets: HostArray, w: Buffer, images: int, filters: int
) -> None:
    """Fill *w* with the products of planes of *y* with parts of planes of *x*, over all images.

    Parameters
    ----------
    x : buffer
        Planes with their padding.
    y : buffer
        Planes as far apart in their rows as those of *x*, with zeros between rows.
    offsets : numpy.ndarray
        int64: for each tap where in a plane of *x* its first element is.
    w : buffer
        Of the shape (channels * filters, taps).
    """
    planes = w.size // offsets.size
    sizes = x.size * filters // (images * planes), y.size // (images * planes)
    each = max(1, grain(images * sizes[1], 2))
    launch(_weights, x, y, offsets, w, images, planes, filters, *sizes, w.size, each)
