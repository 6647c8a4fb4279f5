"""Resampling of images by tables of taps: interpolation, repetition, means over parts."""

from __future__ import annotations

import numpy as np

from ...base import Shape
from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..spec.resampling import Taps
from .launch import launch


@chunked
def _resize_bytes(
    x, y, rows, row_weights, columns, column_weights, taps, height, width, down, across, linear,
    whole, lo, hi,
):  # fmt: skip
    """Rows of results: columns of each row that they take first, which neighbours take again.

    A sum is rounded and divided by *whole*, or to the nearest even number for 0.  With *linear*
    four of the bits of the weights are dropped behind the columns, sixteen behind the rows.
    """
    kept = np.empty(taps * across, np.float64)
    held = np.empty(taps, np.int64)
    total = np.empty(across, np.float64)
    for tap in range(taps):
        held[tap] = -1
    for unit in range(lo, hi):
        image = unit // down
        i = unit - image * down
        for tap in range(taps):
            row, weight = image * height + rows[i * taps + tap], row_weights[i * taps + tap]
            slot = row % taps
            line = kept[slot * across : (slot + 1) * across]
            if held[slot] != row:
                held[slot] = row
                source = x[row * width : (row + 1) * width]
                for j in range(across):
                    line[j] = column_weights[j] * source[np.uintp(columns[j])]
                for k in range(1, columns.size // across):
                    index = columns[k * across : (k + 1) * across]
                    weights = column_weights[k * across : (k + 1) * across]
                    for j in range(across):
                        line[j] += weights[j] * source[np.uintp(index[j])]
                if linear:
                    for j in range(across):
                        line[j] = np.floor(line[j] / 16.0)
            if tap == 0:
                for j in range(across):
                    total[j] = 0.0
            if linear:
                for j in range(across):
                    total[j] += np.floor(line[j] * weight / 65536.0)
            else:
                for j in range(across):
                    total[j] += line[j] * weight
        target = y[unit * across : (unit + 1) * across]
        for j in range(across):
            value = np.floor(total[j] / whole + 0.5) if whole else np.rint(total[j])
            target[j] = np.uint8(min(max(value, 0.0), 255.0))


def resize_bytes(
    x: Buffer,
    y: Buffer,
    rows: Taps,
    columns: Taps,
    image: Shape,
    places: Shape,
    linear: bool,
    whole: float,
) -> None:
    """Fill *y*, images of bytes of so many *places*, from *x*, images of lengths *image*.

    The taps of a place's rows are one behind the other, those of columns say elements of a row,
    which has all channels.  See `_resize_bytes` for *linear* and *whole*.
    """
    if y.size:
        taps, across = rows.element.size // places[0], places[1]
        units = y.size // across
        every = grain(across, 2 * (taps + columns.element.size // across))
        launch(
            _resize_bytes, x, y, *rows, *columns, taps, *image, *places, linear, whole, units, every
        )


@chunked
def _resample(
    x, y, rows, row_weights, columns, column_weights, height, width, down, across, lo, hi
):
    """Rows of results: item plane * down + i takes rows of a plane together, then columns."""
    taken = np.empty(width + 1, x.dtype)  # what is behind the row stands for no element
    for unit in range(lo, hi):
        plane = unit // down
        i = unit - plane * down
        for tap in range(rows.size // down):
            row, weight = rows[tap * down + i], row_weights[tap * down + i]
            if row < height:
                source = x[(plane * height + row) * width : (plane * height + row + 1) * width]
                if tap == 0:
                    for j in range(source.size):
                        taken[j] = weight * source[j]
                else:
                    for j in range(source.size):
                        taken[j] += weight * source[j]
            elif tap == 0:
                for j in range(width):
                    taken[j] = 0
        taken[width] = 0
        target = y[unit * across : (unit + 1) * across]
        for tap in range(columns.size // across):
            index = columns[tap * across : (tap + 1) * across]
            weights = column_weights[tap * across : (tap + 1) * across]
            if tap == 0:
                for j in range(target.size):
                    target[j] = weights[j] * taken[np.uintp(index[j])]
            else:
                for j in range(target.size):
                    target[j] += weights[j] * taken[np.uintp(index[j])]


def resample(x: Buffer, y: Buffer, rows: Taps, columns: Taps, image: Shape, places: Shape) -> None:
    """Fill *y*, planes of *places*, from *x*, planes of lengths *image*, by taps of each axis."""
    if y.size and x.size:
        units = y.size // places[1]
        cost = image[1] * (rows.element.size // places[0]) + columns.element.size
        launch(_resample, x, y, *rows, *columns, *image, *places, units, grain(cost, 2))
