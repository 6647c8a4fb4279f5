"""Convolutions as products whose matrix of windows is not made: where its elements lie in images.

An element of the matrix is an element of an image with zeros around it.  Where it lies is the sum
of two numbers: one for the place of the window, one for the channel and the tap.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import numpy as np

from ...base import HostArray, Shape
from .layout import constant
from .strided import contiguous_strides
from .windows import Windows


class _Axis(NamedTuple):
    """Elements start + shift of one axis of the images: a start for each result, a shift a tap."""

    starts: HostArray
    shifts: HostArray
    taps: HostArray
    results: HostArray


class Phase(NamedTuple):
    """Results that are sums over the same taps.

    Attributes
    ----------
    places : numpy.ndarray
        int64: for each result where in a padded plane its window is.
    shifts, taps : numpy.ndarray
        int64: for each tap of the sum how far from there its element is, and its number among the
        window's.
    results : numpy.ndarray
        int64: where in a plane the results are.
    whole : bool
        Whether they are all of a plane, in order.
    across : int
        Results along the last axis, of which windows are one element apart.
    """

    places: HostArray
    shifts: HostArray
    taps: HostArray
    results: HostArray
    whole: bool
    across: int


class Reading(NamedTuple):
    """How images are read: *low* zeros before each axis, planes of *lengths*; and the sums.

    Attributes
    ----------
    rows, columns : numpy.ndarray
        int64: where in a padded plane an image's rows are, and where in a row its elements.
    is_whole : bool
        Whether all results belong to a phase.
    """

    image: Shape
    low: Shape
    lengths: Shape
    rows: HostArray
    columns: HostArray
    phases: tuple[Phase, ...]
    is_whole: bool

    @property
    def size(self) -> int:
        """Of a padded plane."""
        return math.prod(self.lengths)

    @property
    def is_image(self) -> bool:
        """Whether there are no zeros around."""
        return self.image == self.lengths


def _table(indices: Sequence[HostArray], steps: Sequence[int]) -> HostArray:
    """The sums of products of an index of each axis with its step, the last axis fastest."""
    total = np.zeros(1, np.int64)
    for index, step in zip(indices, steps, strict=True):
        total = (total[:, None] + index * step).ravel()
    return constant(total)


def _of_window(k: int, s: int, d: int, p: int, _: int, places: int) -> Iterator[_Axis]:
    """The elements of each window, of *places*."""
    taps, results = np.arange(k), np.arange(places)
    yield _Axis(s * results, d * taps - p, taps, results)


def _of_image(k: int, s: int, d: int, p: int, image: int, _: int) -> Iterator[_Axis]:
    """The windows that an element is in: every s-th element is so for the same taps."""
    for residue in range(s):
        first = (residue - p) % s
        taps = np.array([t for t in range(k) if t * d % s == residue], np.int64)
        results = np.arange(first, image, s)
        if taps.size and results.size:
            yield _Axis(np.arange(results.size), (first + p - taps * d) // s, taps, results)


def _reading(
    window: Windows,
    axis: Callable[..., Iterator[_Axis]],
    image: Shape,
    result: Shape,
    split: int = 1,
) -> Reading:
    """With *split* the elements that are so far apart in a row are put side by side."""
    axes = [list(axis(*numbers)) for numbers in zip(*window, strict=True)]
    low, lengths = [], []
    for n, along in zip(image, axes, strict=True):
        before = max([0, *(-int(a.starts[0] + a.shifts.min()) for a in along)])
        last = max([n - 1, *(int(a.starts[-1] + a.shifts.max()) for a in along)])
        low.append(before)
        lengths.append(before + last + 1)
    apart = -(-lengths[-1] // split)
    lengths[-1] = apart * split

    def placed(column: HostArray) -> HostArray:
        return column % split * apart + column // split

    strides = contiguous_strides(tuple(lengths))
    kernel, plane = contiguous_strides(window.kernel), contiguous_strides(result)
    phases = []
    for parts in product(*axes):
        starts, shifts, taps, results = zip(*parts, strict=True)
        first = [n + shift for n, shift in zip(low, shifts, strict=True)]
        phases.append(
            Phase(
                _table([*starts[:-1], starts[-1] // split], strides),
                _table([*first[:-1], placed(first[-1])], strides),
                _table(taps, kernel),
                _table(results, plane),
                math.prod(len(r) for r in results) == math.prod(result),
                len(results[-1]),
            )
        )
    inner = [before + np.arange(n) for before, n in zip(low, image, strict=True)]
    rows, columns = _table(inner[:-1], strides[:-1]), _table([placed(inner[-1])], strides[-1:])
    is_whole = sum(phase.results.size for phase in phases) == math.prod(result)
    return Reading(image, tuple(low), tuple(lengths), rows, columns, tuple(phases), is_whole)


@lru_cache(maxsize=256)
def of_windows(window: Windows, split: bool = False) -> Reading:
    """For each place the elements of the window.

    With *split* the windows of a row of places are one element apart, whatever the stride.
    """
    apart = window.stride[-1] if split else 1
    return _reading(window, _of_window, window.image, window.places, apart)


@lru_cache(maxsize=256)
def of_images(window: Windows) -> Reading:
    """For each element of an image the places whose windows it is in: for a convolution's adjoint.

    What is in no window belongs to no phase.
    """
    return _reading(window, _of_image, window.places, window.image)
