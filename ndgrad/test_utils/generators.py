"""Statistical tests of random generators: Pearson's chi-squared, mean and variance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ..base import HostArray
from ..metric.base import on_host

if TYPE_CHECKING:
    from ..typing import ArrayLike

Generator: TypeAlias = "Callable[[int], ArrayLike]"
"""Draws a number of independent samples: an array."""

Buckets: TypeAlias = Sequence[tuple[float, float]] | Sequence[float]
"""Intervals, or all values of a discrete distribution."""


def gen_buckets_probs_with_ppf(
    ppf: Callable[[float], float], nbuckets: int
) -> tuple[list[tuple[float, float]], list[float]]:
    """Return intervals of equal probability, and these probabilities.

    Parameters
    ----------
    ppf : function
        The inverse of the distribution function.
    nbuckets : int
        The number of intervals.
    """
    ends = [ppf(i / nbuckets) for i in range(nbuckets + 1)]
    return list(pairwise(ends)), [1 / nbuckets] * nbuckets


def _samples(generator: Generator, nsamples: int) -> HostArray:
    return on_host(generator(nsamples)).reshape(-1)


def chi_square_check(
    generator: Generator, buckets: Buckets, probs: Sequence[float], nsamples: int = 1000000
) -> tuple[float, HostArray, HostArray]:
    """Compare how often samples fall into buckets with what is expected (Pearson's test).

    Parameters
    ----------
    generator : function
        ``generator(n)`` draws n samples.
    buckets : list of tuple, or list of number
        Intervals ``(from, to)`` in ascending order; or all values of a discrete distribution.
    probs : list of float
        The probability of each bucket.
    nsamples : int

    Returns
    -------
    p : float
        The probability of counts that differ as much as these; small if *generator* is wrong.
    observed, expected : numpy.ndarray
        Counts by bucket.

    Raises
    ------
    AssertionError
        If there are not as many *probs* as *buckets*, or intervals overlap.
    ImportError
        If SciPy is not installed.
    """
    if len(buckets) != len(probs) or not buckets:
        raise AssertionError(
            f"chi_square_check: {len(probs)} probs for {len(buckets)} buckets; expected as many"
        )
    samples = _samples(generator, nsamples)
    intervals = [bucket for bucket in buckets if isinstance(bucket, (tuple, list))]
    if intervals:
        ends = [end for interval in intervals for end in interval]
        if any(a > b for a, b in pairwise(ends)):
            raise AssertionError(
                f"chi_square_check: buckets={buckets}; expected intervals that ascend"
            )
        ordered = np.sort(samples)
        first, last = (np.searchsorted(ordered, side) for side in zip(*intervals, strict=True))
        observed = last - first
    else:
        observed = np.array([np.count_nonzero(samples == value) for value in buckets])
    expected = nsamples * np.asarray(probs, np.float64)
    statistic = float(((observed - expected) ** 2 / expected).sum())
    p = import_module("scipy.special").chdtrc(len(buckets) - 1, statistic)
    return float(p), observed, expected.astype(np.int32)


def mean_check(generator: Generator, mu: float, sigma: float, nsamples: int = 1000000) -> bool:
    """Return whether the samples' mean is within three standard errors of *mu*.

    *sigma* is the standard deviation of the distribution.
    """
    error = 3 * sigma / np.sqrt(nsamples)
    return bool(abs(_samples(generator, nsamples).mean(dtype=np.float64) - mu) < error)


def var_check(generator: Generator, sigma: float, nsamples: int = 1000000) -> bool:
    """Return whether the variance of normal samples is within three standard errors.

    *sigma* is the standard deviation of the distribution.
    """
    error = 3 * np.sqrt(2 * sigma**4 / (nsamples - 1))
    variance = _samples(generator, nsamples).var(dtype=np.float64, ddof=1)
    return bool(abs(variance - sigma**2) < error)


def verify_generator(
    generator: Generator,
    buckets: Buckets,
    probs: Sequence[float],
    nsamples: int = 1000000,
    nrepeat: int = 5,
    success_rate: float = 0.2,
    alpha: float = 0.05,
) -> list[float]:
    """Check a generator by `chi_square_check`, *nrepeat* times.

    Parameters
    ----------
    generator, buckets, probs, nsamples
        As in `chi_square_check`.
    nrepeat : int
    success_rate : float
        The part of the repetitions in which p must be greater than *alpha*.
    alpha : float

    Returns
    -------
    list of float
        p of each repetition.

    Raises
    ------
    AssertionError
        If too few repetitions succeed.
    """
    results = [chi_square_check(generator, buckets, probs, nsamples) for _ in range(nrepeat)]
    p = [result[0] for result in results]
    if sum(value > alpha for value in p) < nrepeat * success_rate:
        raise AssertionError(
            f"Generator test fails, Chi-square p={p}, obs_freq={[r[1] for r in results]}, "
            f"expected_freq={[r[2] for r in results]}.\nbuckets={buckets}, probs={probs}"
        )
    return p
