"""Resampling of images by tables of taps: interpolation, repetition, means over parts."""

from __future__ import annotations

import numpy as np

from ...base import Shape
from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..spec.resampling import Taps
from .launch import launch


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
