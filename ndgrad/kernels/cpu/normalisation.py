"""Normalisation of rows and channels, and gradients: what is read from memory is in cache then.

With ``y = (x - mean) * r``, ``r = 1 / sqrt(var + eps)``, a row's gradient is
``r * (h - mean(h) - y * mean(h * y))`` where h is what comes in, times gamma.  Gamma and beta have
a number for each element of a row, or for each of so many rows (a channel or a group of a sample).
Their gradients are sums: over rows, which are added up in chunks of `ROWS`; or over each row first.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain
from ..spec.normalisation import ROWS
from .launch import launch
from .sums import PART, scratch, total


@chunked
def _normalise(x_all, gamma, beta, y_all, means, inverses, eps, n, by_row, lo, hi):
    """Rows of y, each with its mean and with one over its standard deviation."""
    terms_all = scratch(min(n, PART), x_all.dtype)
    for row in range(lo, hi):
        x, y = x_all[row * n : row * n + n], y_all[row * n : row * n + n]
        sum = 0.0
        for begin in range(0, n, PART):
            sum += total(x[begin : min(begin + PART, n)])
        mean = x.dtype.type(sum / n)
        sum = 0.0
        for begin in range(0, n, PART):
            part = x[begin : min(begin + PART, n)]
            terms = terms_all[: part.size]
            for i in range(part.size):
                terms[i] = (part[i] - mean) * (part[i] - mean)
            sum += total(terms)
        inverse = x.dtype.type(1 / np.sqrt(sum / n + eps))
        means[row], inverses[row] = mean, inverse
        if by_row:
            scale, shift = gamma[row % gamma.size], beta[row % gamma.size]
            for i in range(n):
                y[i] = (x[i] - mean) * inverse * scale + shift
        else:
            for i in range(n):
                y[i] = (x[i] - mean) * inverse * gamma[i] + beta[i]


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


@chunked
def _group_gradients(x_all, g_all, gamma, means, inverses, y_all, scales, shifts, n, lo, hi):
    """The gradient of rows with one gamma each, and each row's part of those of gamma and beta."""
    terms_all = scratch(min(n, PART), x_all.dtype)
    for row in range(lo, hi):
        x, g = x_all[row * n : row * n + n], g_all[row * n : row * n + n]
        mean, inverse, scale = means[row], inverses[row], gamma[row % gamma.size]
        shifted, scaled = 0.0, 0.0
        for begin in range(0, n, PART):
            part, head = x[begin : min(begin + PART, n)], g[begin : min(begin + PART, n)]
            terms = terms_all[: part.size]
            for i in range(part.size):
                terms[i] = head[i] * ((part[i] - mean) * inverse)
            shifted += total(head)
            scaled += total(terms)
        scales[row], shifts[row] = scaled, shifted
        along_ones, along = x.dtype.type(shifted / n), x.dtype.type(scaled / n)
        factor = inverse * scale
        y = y_all[row * n : row * n + n]
        for i in range(n):
            y[i] = (g[i] - along_ones - (x[i] - mean) * inverse * along) * factor


@chunked
def _channel_sums(x_all, g_all, gamma, means, inverses, sums, rows, channels, n, lo, hi):
    """Of each row, which is of one channel, the sums of h, h * y, g * y and g."""
    terms_all = scratch(PART, x_all.dtype)
    for row in range(lo, hi):
        channel = row % channels
        mean, inverse, scale = means[channel], inverses[channel], gamma[channel]
        h, along, scaled, shifted = 0.0, 0.0, 0.0, 0.0
        for begin in range(row * n, row * n + n, PART):
            x = x_all[begin : min(begin + PART, row * n + n)]
            g, terms = g_all[begin : begin + x.size], terms_all[: x.size]
            for i in range(x.size):
                terms[i] = g[i] * scale
            h += total(terms)
            for i in range(x.size):
                terms[i] = g[i] * scale * ((x[i] - mean) * inverse)
            along += total(terms)
            for i in range(x.size):
                terms[i] = g[i] * ((x[i] - mean) * inverse)
            scaled += total(terms)
            shifted += total(g)
        sums[row], sums[rows + row] = h, along
        sums[2 * rows + row], sums[3 * rows + row] = scaled, shifted


@chunked
def _column_sums(x_all, g_all, means, inverses, scales_all, shifts_all, rows, lo, hi):
    """Of each chunk of rows, whose elements are of one channel each, the sums of g * y and g."""
    n = means.size
    for chunk in range(lo, hi):
        scales = scales_all[chunk * n : chunk * n + n]
        shifts = shifts_all[chunk * n : chunk * n + n]
        for i in range(n):
            scales[i] = 0
        for i in range(n):
            shifts[i] = 0
        for row in range(chunk * ROWS, min(chunk * ROWS + ROWS, rows)):
            x, g = x_all[row * n : row * n + n], g_all[row * n : row * n + n]
            for i in range(n):
                shifts[i] += g[i]
            for i in range(n):
                scales[i] += g[i] * ((x[i] - means[i]) * inverses[i])


def normalise(
    x: Buffer,
    gamma: Buffer,
    beta: Buffer,
    y: Buffer,
    mean: Buffer,
    inverse: Buffer,
    eps: float,
    by_row: bool = False,
) -> None:
    """Fill *y* with the normalised rows of *x*, times *gamma*, plus *beta*.

    Parameters
    ----------
    x : buffer
        float32 or float64, as all others are.
    gamma, beta : buffer
        As long as a row; with *by_row* a number for each of so many rows, again and again.
    mean, inverse : buffer
        A number for each row: are filled with the mean and with ``1 / sqrt(var + eps)``.
    """
    if x.size:
        rows = mean.size
        n = x.size // rows
        arrays = x, gamma, beta, y, mean, inverse
        launch(_normalise, *arrays, eps, n, by_row, rows, grain(n, 4))


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


def group_gradients(
    x: Buffer,
    g: Buffer,
    gamma: Buffer,
    mean: Buffer,
    inverse: Buffer,
    y: Buffer,
    scales: Buffer,
    shifts: Buffer,
) -> None:
    """The same where `normalise` was called with *by_row*.

    Parameters
    ----------
    scales, shifts : buffer
        float64: a number for each row, which adds to the gradient of its gamma and beta.
    """
    if mean.size:
        rows = mean.size
        n = x.size // rows
        arrays = x, g, gamma, mean, inverse, y, scales, shifts
        launch(_group_gradients, *arrays, n, rows, grain(n, 8))


def channel_sums(
    x: Buffer, g: Buffer, gamma: Buffer, mean: Buffer, inverse: Buffer, sums: Buffer
) -> None:
    """What the gradients of normalised channels need to know of each row, of one channel.

    Parameters
    ----------
    x, g : buffer
        Rows of channel 0, 1 and so on, sample by sample; the gradient of what they become.
    gamma, mean, inverse : buffer
        A number for each channel.
    sums : buffer
        float64: for each row the sum of h = g * gamma; then, for each, those of h * y, g * y and g.
    """
    if x.size:
        rows, channels = sums.size // 4, gamma.size
        n = x.size // rows
        launch(
            _channel_sums, x, g, gamma, mean, inverse, sums, rows, channels, n, rows, grain(n, 8)
        )


def column_sums(x: Buffer, g: Buffer, mean: Buffer, inverse: Buffer, sums: Buffer) -> None:
    """The same of rows that have an element of each channel.

    Parameters
    ----------
    x, g, mean, inverse : buffer
        As for `channel_sums`.
    sums : buffer
        For each chunk of `ROWS` rows and each channel the sum of g * y; then, for each, that of g.
    """
    if x.size:
        n, half = mean.size, sums.size // 2
        rows, chunks = x.size // n, half // n
        arrays = x, g, mean, inverse, sums[:half], sums[half:]
        launch(_column_sums, *arrays, rows, chunks, grain(n * ROWS, 4))
