"""Normalisation of rows, and its gradients: a row is read from memory once and is in cache then.

With ``y = (x - mean) * r``, ``r = 1 / sqrt(var + eps)``, a row's gradient is
``r * (h - mean(h) - y * mean(h * y))`` where h is what comes in, times gamma.  The gradients of
gamma and beta are sums over rows, which are added up in chunks of `ROWS`.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..spec.normalisation import ROWS
from .launch import launch
from .sums import total


@chunked
def _normalise(x_all, gamma, beta, y_all, means, inverses, eps, n, lo, hi):
    """Rows of y, each with its mean and with one over its standard deviation."""
    for row in range(lo, hi):
        x, y = x_all[row * n : row * n + n], y_all[row * n : row * n + n]
        mean = x.dtype.type(total(x) / n)
        for i in range(n):
            y[i] = (x[i] - mean) * (x[i] - mean)
        inverse = x.dtype.type(1 / np.sqrt(total(y) / n + eps))
        for i in range(n):
            y[i] = (x[i] - mean) * inverse * gamma[i] + beta[i]
        means[row], inverses[row] = mean, inverse


@chunked
def _gradients(x_all, g_all, gamma, means, inverses, y_all, d_gamma, d_beta, rows, n, lo, hi):
    """The gradient of the rows of each chunk, and the chunk's part of those of gamma and beta."""
    for chunk in range(lo, hi):
        scales, shifts = d_gamma[chunk * n : chunk * n + n], d_beta[chunk * n : chunk * n + n]
        for i in range(n):
            scales[i] = 0
        for i in range(n):
            shifts[i] = 0
        for row in range(chunk * ROWS, min(chunk * ROWS + ROWS, rows)):
            x, g = x_all[row * n : row * n + n], g_all[row * n : row * n + n]
            y = y_all[row * n : row * n + n]
            mean, inverse = means[row], inverses[row]
            # A loop writes to one array: the compiler tests few pairs of them for an overlap.
            for i in range(n):
                shifts[i] += g[i]
            for i in range(n):
                scales[i] += g[i] * ((x[i] - mean) * inverse)
            for i in range(n):
                y[i] = g[i] * gamma[i]
            along_ones = x.dtype.type(total(y) / n)
            for i in range(n):
                y[i] = g[i] * gamma[i] * ((x[i] - mean) * inverse)
            along = x.dtype.type(total(y) / n)
            for i in range(n):
                h = g[i] * gamma[i] - along_ones
                y[i] = (h - (x[i] - mean) * inverse * along) * inverse


def normalise(
    x: Buffer, gamma: Buffer, beta: Buffer, y: Buffer, mean: Buffer, inverse: Buffer, eps: float
) -> None:
    """Fill *y* with the normalised rows of *x*, times *gamma*, plus *beta*.

    Parameters
    ----------
    x : buffer
        float32 or float64, as all others are.
    gamma, beta : buffer
        As long as a row.
    mean, inverse : buffer
        A number for each row: are filled with the mean and with ``1 / sqrt(var + eps)``.
    """
    if x.size:
        n = gamma.size
        launch(_normalise, x, gamma, beta, y, mean, inverse, eps, n, mean.size, grain(n, 4))


def gradients(
    x: Buffer,
    g: Buffer,
    gamma: Buffer,
    mean: Buffer,
    inverse: Buffer,
    y: Buffer,
    d_gamma: Buffer,
    d_beta: Buffer,
) -> None:
    """Fill *y* with the gradient of the rows of *x*, and parts of those of *gamma* and *beta*.

    Parameters
    ----------
    g : buffer
        The gradient of what `normalise` computes.
    d_gamma, d_beta : buffer
        A row for each chunk of `ROWS` rows.
    """
    if x.size:
        n, chunks = gamma.size, d_gamma.size // gamma.size
        arrays = x, g, gamma, mean, inverse, y, d_gamma, d_beta
        launch(_gradients, *arrays, mean.size, n, chunks, grain(n * ROWS, 8))
