"""Tables of taps by which images are resampled along each axis: which elements, with which weights.

Interpolation, repetition and means over parts of an axis are linear, and act on each axis of an
image by itself.  So a matrix for each axis says all, and its transpose is the adjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...base import HostArray

ALIGNED, CENTERED, NEAREST, MEAN = "aligned", "centered", "nearest", "mean"
"""Bilinear where the centers of the first and the last element stay, or where the edges do (one
place gets the first element in both, as in MXNet); repetition; means over parts."""

METHODS = (ALIGNED, CENTERED, NEAREST, MEAN)

_Tap = tuple[int, int, float]
"""A place of the result, an element of the input, and its weight."""


class Taps(NamedTuple):
    """The same number of taps for each place along an axis.

    Attributes
    ----------
    element : numpy.ndarray
        Shape (number of taps * places,), int64: elements of the input, or its length for none.
    weight : numpy.ndarray
        Of the same shape.
    """

    element: HostArray
    weight: HostArray


def _between(places: int, place: int, numerator: int, denominator: int, n: int) -> Iterator[_Tap]:
    """The two elements around a position, a fraction that is not negative."""
    first, rest = divmod(numerator, denominator)
    part = rest / denominator
    if part and first + 1 < n:
        yield place, first, 1.0 - part
        yield place, first + 1, part
    else:
        yield place, min(first, n - 1), 1.0


def _taps(method: str, n: int, places: int) -> Iterator[_Tap]:
    for place in range(places):
        if method == NEAREST:
            yield place, place * n // places, 1.0
        elif method == ALIGNED:
            yield from _between(places, place, place * (n - 1), max(places - 1, 1), n)
        elif method == CENTERED:
            position = max((2 * place + 1) * n - places, 0) if places > 1 else 0
            yield from _between(places, place, position, 2 * places, n)
        else:
            first, end = place * n // places, -(-(place + 1) * n // places)
            for k in range(first, end):
                yield place, k, 1.0 / (end - first)


def _table(taps: Iterable[_Tap], n: int, places: int, dtype: str) -> Taps:
    found: list[list[tuple[int, float]]] = [[] for _ in range(places)]
    for place, element, weight in taps:
        found[place].append((element, weight))
    most = max(1, *map(len, found)) if found else 1
    index, weights = np.full((most, places), n, np.int64), np.zeros((most, places), dtype)
    for place, row in enumerate(found):
        for k, (element, weight) in enumerate(row):
            index[k, place], weights[k, place] = element, weight
    return Taps(_fixed(index.ravel()), _fixed(weights.ravel()))


def _fixed(x: HostArray) -> HostArray:
    """Made read-only: a device needs to be given it only once."""
    x.flags.writeable = False
    return x


@lru_cache(maxsize=512)
def taps(method: str, n: int, places: int, adjoint: bool, dtype: str) -> Taps:
    """The taps that take an axis of length *n* to *places*; the *adjoint* goes the other way."""
    forward = _taps(method, n, places)
    if not adjoint:
        return _table(forward, n, places, dtype)
    return _table(((k, place, w) for place, k, w in forward), places, n, dtype)
