"""The matrix of all windows over images (``im2col``), and its adjoint, which adds windows up.

The matrix has a row for each channel and tap, and a column for each image and place: the elements
of a row are runs of the image, if the window moves in steps of one.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.half import as_bits
from ..build.launch import chunked, grain
from ..spec.windows import Part, Windows
from .launch import launch


@chunked
def _unfold(x, y, geometry, channels, images, first, rows, lo, hi):
    """Rows of the matrix: item (channel * taps + tap) * images + image fills *rows* of places."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    down, across = geometry[16], geometry[17]
    for unit in range(lo, hi):
        image = unit % images
        tap = unit // images
        channel = tap // (kd * kh * kw)
        tap -= channel * kd * kh * kw
        d0 = tap // (kh * kw) * geometry[6] - geometry[9]
        h0 = tap // kw % kh * geometry[7] - geometry[10]
        w0 = tap % kw * geometry[8] - geometry[11]
        # Places of the row whose tap is inside of the image.
        begin = min(max(0, (sw - 1 - w0) // sw), across)
        end = max(begin, min(across, (width - 1 - w0) // sw + 1))
        start = (image * channels + channel) * depth
        for row in range(rows):
            place = first + row
            d, h = place // down * sd + d0, place % down * sh + h0
            target = y[(unit * rows + row) * across : (unit * rows + row + 1) * across]
            if d < 0 or d >= depth or h < 0 or h >= height:
                for j in range(target.size):
                    target[j] = 0
                continue
            for j in range(begin):
                target[j] = 0
            for j in range(end, across):
                target[j] = 0
            source = ((start + d) * height + h) * width + begin * sw + w0
            inner = target[begin:end]
            if sw == 1:
                run = x[source : source + inner.size]
                for j in range(inner.size):
                    inner[j] = run[j]
            else:
                for j in range(inner.size):
                    inner[j] = x[np.uintp(source + j * sw)]


@chunked
def _fold(x, y, geometry, channels, images, first, rows, lo, hi):
    """Add to the images' channels, each a work item, what windows have there, in tap order."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    down, across = geometry[16], geometry[17]
    for unit in range(lo, hi):
        image = unit // channels
        channel = unit - image * channels
        for tap in range(kd * kh * kw):
            d0 = tap // (kh * kw) * geometry[6] - geometry[9]
            h0 = tap // kw % kh * geometry[7] - geometry[10]
            w0 = tap % kw * geometry[8] - geometry[11]
            begin = min(max(0, (sw - 1 - w0) // sw), across)
            n = max(0, min(across, (width - 1 - w0) // sw + 1) - begin)
            start = ((channel * kd * kh * kw + tap) * images + image) * rows
            for row in range(rows):
                place = first + row
                d, h = place // down * sd + d0, place % down * sh + h0
                if d < 0 or d >= depth or h < 0 or h >= height:
                    continue
                source = (start + row) * across + begin
                target = ((unit * depth + d) * height + h) * width + begin * sw + w0
                if sw == 1:
                    run, inner = x[source : source + n], y[target : target + n]
                    for j in range(n):
                        inner[j] += run[j]
                else:
                    for j in range(n):
                        y[np.uintp(target + j * sw)] += x[np.uintp(source + j)]


def unfold(x: Buffer, y: Buffer, window: Windows, channels: int, part: Part) -> None:
    """Fill *y* with a part of the matrix of windows over the images *x*, of that part alone.

    Parameters
    ----------
    x : buffer
        Of the shape (images, channels, \\*image).
    y : buffer
        Of the shape (channels, taps, images, rows, places along the last axis).
    """
    units = channels * window.taps * part.images
    each = part.rows * window.places[-1]
    if units * each:
        numbers = channels, part.images, part.row, part.rows
        launch(_unfold, as_bits(x), as_bits(y), window.constant, *numbers, units, grain(each))


def fold(x: Buffer, y: Buffer, window: Windows, channels: int, part: Part) -> None:
    """Add to the images *y* what a part *x* of the matrix of windows has for each element.

    Neither is of float16, whose sums are made in float32.
    """
    units, each = part.images * channels, part.rows * window.places[-1] * window.taps
    if units * each:
        numbers = channels, part.images, part.row, part.rows
        launch(_fold, x, y, window.constant, *numbers, units, grain(each))
