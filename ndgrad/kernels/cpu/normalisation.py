"""Normalisation of rows and channels, and gradients: what is read from memory is in cache then.

With ``y = (x - mean) * r``, ``r = 1 / sqrt(var + eps)``, a row's gradient is
``r * (h - mean(h) - y * mean(h * y))`` where h is what comes in, times gamma.  Gamma and beta have
a number for each element of a row, or for each of so many rows (a channel or a group of a sample).
Their gradients are sums: over rows, which are added up in chunks of `ROWS`; or over each row first.
"""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import Chunked, chunked, grain
from ..spec.normalisation import ROWS
from .launch import launch
from .streaming import STREAMED, STREAMED_ROW, past_caches, stream, streamed
from .sums import PART, scratch, sums_of, total

_squares = sums_of(lambda x, mean: (x - mean) * (x - mean))
_scaled_and_along = sums_of(
    lambda g, gamma, x, mean, inverse: g * gamma,
    lambda g, gamma, x, mean, inverse: g * gamma * ((x - mean) * inverse),
)
_plain_and_along = sums_of(
    lambda g, x, mean, inverse: g,
    lambda g, x, mean, inverse: g * ((x - mean) * inverse),
)
_of_channel = sums_of(
    lambda g, x, mean, inverse, scale: g * scale,
    lambda g, x, mean, inverse, scale: g * scale * ((x - mean) * inverse),
    lambda g, x, mean, inverse, scale: g * ((x - mean) * inverse),
    lambda g, x, mean, inverse, scale: g,
)


def _normaliser(by_row: bool, streams: bool) -> Chunked:
    """The kernel, with a gamma and a beta for each row or for each element of one."""

    @chunked
    def _normalise(x_all, gamma, beta, y_all, means, inverses, eps, n, lo, hi):
        """Rows of y, each with its mean and with one over its standard deviation."""
        step = STREAMED if streams else n
        kept = scratch(STREAMED, x_all.dtype)
        for row in range(lo, hi):
            x, y = x_all[row * n : row * n + n], y_all[row * n : row * n + n]
            sum = 0.0
            for begin in range(0, n, PART):
                sum += total(x[begin : min(begin + PART, n)])
            mean = x.dtype.type(sum / n)
            sum = 0.0
            for begin in range(0, n, PART):
                sum += _squares((x[begin : min(begin + PART, n)], mean))
            inverse = x.dtype.type(1 / np.sqrt(sum / n + eps))
            means[row], inverses[row] = mean, inverse
            for begin in range(0, n, step):
                stop = min(begin + step, n)
                part = x[begin:stop]
                here = kept[: part.size] if streams else y[begin:stop]
                if by_row:
                    scale, shift = gamma[row % gamma.size], beta[row % gamma.size]
                    for i in range(here.size):
                        here[i] = (part[i] - mean) * inverse * scale + shift
                else:
                    scales, shifts = gamma[begin:stop], beta[begin:stop]
                    for i in range(here.size):
                        here[i] = (part[i] - mean) * inverse * scales[i] + shifts[i]
                if streams:
                    stream(y[begin:stop], here)
        streamed()

    return _normalise


def _gradients_of(streams: bool) -> Chunked:
    """The kernel of `gradients`."""

    @chunked
    def _gradients(x_all, g_all, gamma, means, inverses, y_all, d_gamma, d_beta, rows, n, lo, hi):
        """The gradient of each chunk's rows, and the chunk's part of those of gamma and beta."""
        step = STREAMED if streams else n
        kept = scratch(STREAMED, x_all.dtype)
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
                scaled, along_y = _scaled_and_along((g, gamma, x, mean, inverse))
                along_ones, along = x.dtype.type(scaled / n), x.dtype.type(along_y / n)
                for begin in range(0, n, step):
                    stop = min(begin + step, n)
                    part, head, factors = x[begin:stop], g[begin:stop], gamma[begin:stop]
                    here = kept[: part.size] if streams else y[begin:stop]
                    for i in range(here.size):
                        h = head[i] * factors[i] - along_ones
                        here[i] = (h - (part[i] - mean) * inverse * along) * inverse
                    if streams:
                        stream(y[begin:stop], here)
        streamed()

    return _gradients


def _group_gradients_of(streams: bool) -> Chunked:
    """The kernel of `group_gradients`."""

    @chunked
    def _group_gradients(x_all, g_all, gamma, means, inverses, y_all, scales, shifts, n, lo, hi):
        """The gradient of rows with a gamma each, and a row's part of those of gamma and beta."""
        step = STREAMED if streams else n
        kept = scratch(STREAMED, x_all.dtype)
        for row in range(lo, hi):
            x, g = x_all[row * n : row * n + n], g_all[row * n : row * n + n]
            mean, inverse, scale = means[row], inverses[row], gamma[row % gamma.size]
            shifted, scaled = 0.0, 0.0
            for begin in range(0, n, PART):
                part, head = x[begin : min(begin + PART, n)], g[begin : min(begin + PART, n)]
                plain, along_y = _plain_and_along((head, part, mean, inverse))
                shifted += plain
                scaled += along_y
            scales[row], shifts[row] = scaled, shifted
            along_ones, along = x.dtype.type(shifted / n), x.dtype.type(scaled / n)
            factor = inverse * scale
            y = y_all[row * n : row * n + n]
            for begin in range(0, n, step):
                stop = min(begin + step, n)
                part, head = x[begin:stop], g[begin:stop]
                here = kept[: part.size] if streams else y[begin:stop]
                for i in range(here.size):
                    here[i] = (head[i] - along_ones - (part[i] - mean) * inverse * along) * factor
                if streams:
                    stream(y[begin:stop], here)
        streamed()

    return _group_gradients


@chunked
def _channel_sums(x_all, g_all, gamma, means, inverses, sums, rows, channels, n, lo, hi):
    """Of each row, which is of one channel, the sums of h, h * y, g * y and g."""
    for row in range(lo, hi):
        channel = row % channels
        mean, inverse, scale = means[channel], inverses[channel], gamma[channel]
        h, along, scaled, shifted = 0.0, 0.0, 0.0, 0.0
        for begin in range(row * n, row * n + n, PART):
            x = x_all[begin : min(begin + PART, row * n + n)]
            g = g_all[begin : begin + x.size]
            parts = _of_channel((g, x, mean, inverse, scale))
            h += parts[0]
            along += parts[1]
            scaled += parts[2]
            shifted += parts[3]
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


# By whether there is a gamma a row, and whether results are so large that they go past the caches.
_NORMALISE = {
    (by_row, streams): _normaliser(by_row, streams)
    for by_row in (False, True)
    for streams in (False, True)
}
_GRADIENTS = {streams: _gradients_of(streams) for streams in (False, True)}
_GROUP_GRADIENTS = {streams: _group_gradients_of(streams) for streams in (False, True)}


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
        streams = n >= STREAMED_ROW and past_caches(2 * x.nbytes)
        launch(_NORMALISE[by_row, streams], *arrays, eps, n, rows, grain(n, 4))


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
        streams = n >= STREAMED_ROW and past_caches(3 * x.nbytes)
        launch(_GRADIENTS[streams], *arrays, mean.size, n, chunks, grain(n * ROWS, 8))


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
        streams = n >= STREAMED_ROW and past_caches(3 * x.nbytes)
        launch(_GROUP_GRADIENTS[streams], *arrays, n, rows, grain(n, 8))


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
