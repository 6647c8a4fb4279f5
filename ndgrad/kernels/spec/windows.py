"""Windows that slide over images: their geometry, and how the matrix of all windows is cut up.

A convolution is a product of its weights with a matrix that has a column for each place of the
window and a row for each of the window's elements (``im2col``).  That matrix is larger than the
image by the number of taps, so it is made and used in parts that stay in a cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from ...base import HostArray, MXNetError, Shape
from .layout import constant

AXES = 3
"""Axes of an image, of which shorter images have some of length 1 in front."""

PART_ELEMENTS = 1 << 20
"""Elements of a part of the matrix of windows, if it has more than one row of places."""

_COLUMNS = 256  # places from which a product is efficient: images are put together to have so many


def _whole(lengths: Sequence[int], filler: int) -> Shape:
    return (filler,) * (AXES - len(lengths)) + tuple(lengths)


class Part(NamedTuple):
    """Some images, and some rows of their places: the columns of a part of the matrix."""

    image: int
    images: int
    row: int
    rows: int


class _Geometry(NamedTuple):
    kernel: Shape
    stride: Shape
    dilate: Shape
    pad: Shape
    image: Shape
    places: Shape


class Windows(_Geometry):
    """The geometry of a window and of the places that it takes in an image; three axes each.

    Attributes
    ----------
    kernel, stride, dilate, pad : tuple of int
        Taps of the window, steps between places, steps between taps, and zeros around the image.
    image, places : tuple of int
        Lengths of the image, and how many places there are along each axis.
    """

    @cached_property
    def taps(self) -> int:
        return math.prod(self.kernel)

    @cached_property
    def image_size(self) -> int:
        return math.prod(self.image)

    @cached_property
    def rows(self) -> int:
        """Rows of places: along all axes but the last."""
        return math.prod(self.places[:-1])

    @cached_property
    def number(self) -> int:
        """Places in all."""
        return math.prod(self.places)

    @cached_property
    def constant(self) -> HostArray:
        """All numbers, for kernels."""
        return constant([n for lengths in self for n in lengths])

    @property
    def is_image(self) -> bool:
        """Whether the matrix of windows is the image itself."""
        return (
            self.kernel == self.stride == (1,) * AXES
            and self.pad == (0,) * AXES
            and self.image == self.places
        )

    @cached_property
    def turned(self) -> Windows | None:
        """The window that moves over places as this one over images; None if that one would jump.

        A convolution by the weights in reverse order is then the adjoint.
        """
        pad = tuple(
            d * (k - 1) - p for k, d, p in zip(self.kernel, self.dilate, self.pad, strict=True)
        )
        if self.stride != (1,) * AXES or min(pad) < 0:
            return None
        return self._replace(pad=pad, image=self.places, places=self.image)

    def parts(self, images: int, height: int) -> Iterator[Part]:
        """Cut the matrix of windows, of *height* elements a column, into parts."""
        row = max(1, height * self.places[-1])
        rows = min(self.rows, max(1, PART_ELEMENTS // row))
        together = 1
        if rows == self.rows and 0 < self.number < _COLUMNS:
            fit = max(1, PART_ELEMENTS // (row * rows))
            together = max(1, min(images, fit, -(-_COLUMNS // self.number)))
        for image in range(0, images, together):
            for first in range(0, self.rows, max(rows, 1)):
                yield Part(
                    image, min(together, images - image), first, min(rows, self.rows - first)
                )


@lru_cache(maxsize=1024)
def windows(
    kernel: Shape, stride: Shape, dilate: Shape, pad: Shape, image: Shape, places: Shape
) -> Windows:
    """`Windows` over images of one to three axes.

    Raises
    ------
    MXNetError
        If a step is less than 1, as in a symbol's file: kernels divide by steps.
    """
    if any(n < 1 for n in (*stride, *dilate)):
        raise MXNetError(f"windows: stride={stride}, dilate={dilate}; expected 1 or more each")
    return Windows(
        _whole(kernel, 1),
        _whole(stride, 1),
        _whole(dilate, 1),
        _whole(pad, 0),
        _whole(image, 1),
        _whole(places, 1),
    )
