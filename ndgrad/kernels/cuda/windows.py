"""The greatest elements of windows over images, on a device: a thread for each window."""

from __future__ import annotations

import math

import numpy as np

from ...base import is_floating
from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..cpu.launch import launch
from ..spec.windows import Windows


@chunked
def _greatest(x, y, index, geometry, lowest, lo, hi):
    """The first greatest element of each window, and its place in the image.

    NaN is passed over.  Where there is nothing else the place is -1.
    """
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    rows, down, across = geometry[15] * geometry[16], geometry[16], geometry[17]
    for unit in range(lo, hi):
        row, plane = unit // across % rows, unit // (across * rows)
        best, at = lowest, -1
        for tap in range(kd * kh * kw):
            d = row // down * sd + tap // (kh * kw) - geometry[9]
            h = row % down * sh + tap // kw % kh - geometry[10]
            w = unit % across * sw + tap % kw - geometry[11]
            if 0 <= d < depth and 0 <= h < height and 0 <= w < width:
                place = (d * height + h) * width + w
                v = x[plane * depth * height * width + place]
                if v > best or (at < 0 and v == v):
                    best, at = v, place
        y[unit] = best
        index[unit] = at


def greatest_in_windows(x: Buffer, y: Buffer, index: Buffer, window: Windows) -> None:
    """What `ndgrad.kernels.cpu.windows.greatest` does."""
    lowest = y.dtype.type(-np.inf if is_floating(y.dtype) else np.iinfo(y.dtype).min)
    launch(_greatest, x, y, index, window.constant, lowest, y.size, grain(math.prod(window.kernel)))
