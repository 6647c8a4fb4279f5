"""Convolutions, their adjoints and their derivatives by weights, made of entry points of kernels.

All are products with the matrix of windows: y = W windows(x), windows(x)' = W' y and
W = y windows(x)'.
On a host with register tiles they read the images where they are (`ndgrad.kernels.spec.implicit`).
Elsewhere, and for the adjoint of one with a wide stride, the matrix is made part by part
(`ndgrad.kernels.spec.windows`).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..base import HostArray
from ..memory.device import Buffer, DeviceArray
from ..memory.storage import empty
from . import front
from .spec import implicit
from .spec.layout import constant
from .spec.strided import StridedSlice, whole
from .spec.windows import Part, Windows


class Form(NamedTuple):
    """A convolution: y has *filters* for each of *groups*, x has *channels* for each."""

    window: Windows
    images: int
    groups: int
    channels: int
    filters: int

    @property
    def is_depthwise(self) -> bool:
        """Whether each group is one channel, of which there are few filters."""
        return self.channels == 1 and self.groups > 1 and self.filters <= 2

    @property
    def height(self) -> int:
        """Rows of the matrix of windows, in a group."""
        return self.channels * self.window.taps


def _matrix(x: Buffer, form: Form, part: Part) -> Buffer:
    """A part of the matrix of windows over the images *x*."""
    window, channels = form.window, form.groups * form.channels
    size = channels * window.image_size
    images = x[part.image * size : (part.image + part.images) * size]
    if window.is_image and part.images == 1 and part.rows == window.rows:
        return images
    y: Buffer = empty(form.groups * form.height * _columns(form, part), x.dtype)
    front.unfold(images, y, window, channels, part)
    return y


def _columns(form: Form, part: Part) -> int:
    return part.images * part.rows * form.window.places[-1]


def _where(form: Form, part: Part) -> tuple[StridedSlice, StridedSlice]:
    """A part of y as rows of the filters with a column for each image and place, and in y."""
    filters, window = form.groups * form.filters, form.window
    rows = (filters, part.images, part.rows * window.places[-1])
    offset = part.image * filters * window.number + part.row * window.places[-1]
    return whole(rows), StridedSlice(rows, (window.number, filters * window.number, 1), offset)


def _in_place(form: Form, part: Part) -> bool:
    """Whether a part of y lies in one piece, as its rows."""
    return part.images == 1 and part.rows == form.window.rows


# --- products that read images where they are -----------------------------------------------------

_PHASES = 9  # of a stride of 3 along two axes: beyond, few taps are left of each


_TILED = (1, 3, 3), (1, 1, 1), (1, 1, 1)
"""The kernel, stride and dilation of what `front.tile_products` makes."""


class _Sums(NamedTuple):
    """Results that are sums over the same taps of all channels: see `front.window_products`."""

    places: HostArray
    shifts: HostArray
    factors: HostArray
    results: HostArray
    run: int
    whole: bool


class _Implicit(NamedTuple):
    """A convolution or its adjoint as products: how images are read, how many together; sums.

    A column is a channel of the results, a term one of what is summed.
    """

    reading: implicit.Reading
    together: int
    sums: tuple[_Sums, ...]
    terms: int
    columns: int
    w_step: int


def _repeated(table: HostArray, times: int, step: int) -> HostArray:
    """A table for each of so many images or channels, *step* apart."""
    return table if times == 1 else constant((step * np.arange(times)[:, None] + table).ravel())


@lru_cache(maxsize=256)
def _implicit(form: Form, adjoint: bool, summed: bool = False) -> _Implicit:
    """The tables; *summed* for sums over places, of which the derivative by weights is made."""
    window, channels, filters = form.window, form.channels, form.filters
    if adjoint:
        reading, terms, columns = implicit.of_images(window), filters, channels
        term_step, w_step = channels * window.taps, window.taps
    else:
        reading, terms, columns = implicit.of_windows(window), channels, filters
        term_step, w_step = window.taps, form.height
    places = max((phase.places.size for phase in reading.phases), default=0)
    together = min(form.images, front.images_in_block(places, summed))
    sums = tuple(
        _Sums(
            _repeated(phase.places, together, form.groups * terms * reading.size),
            _repeated(phase.shifts, terms, reading.size),
            _repeated(phase.taps, terms, term_step),
            phase.results,
            form.height if not adjoint else window.taps if phase.taps.size == window.taps else 1,
            phase.whole,
        )
        for phase in reading.phases
    )
    return _Implicit(reading, together, sums, terms, columns, w_step)


def _reads_images(x: Buffer, form: Form) -> bool:
    """Whether to make products without a matrix of windows."""
    return (
        x.__class__ is not DeviceArray
        and front.host_window_products(x.dtype)
        and min(form.images, form.channels, form.filters, form.window.number) > 0
    )


def _padded(x: Buffer, planes: int, reading: implicit.Reading) -> Buffer:
    """The images with the zeros around them."""
    return x if reading.is_image else front.padded_planes(x, planes, reading)


def _sum_windows(
    x: Buffer, w: Buffer, bias: Buffer | None, y: Buffer, form: Form, how: _Implicit
) -> None:
    """Fill *y* with all sums of *how*, and the bias."""
    reading, terms, columns = how.reading, how.terms, how.columns
    padded = _padded(x, form.images * form.groups * terms, reading)
    sizes = terms * reading.size, how.w_step, y.size // (form.images * form.groups * columns)
    for sums in how.sums:
        front.window_products(
            padded, w, bias, y, *sums, columns, form.groups, form.images, how.together, sizes
        )


def _sums_or_tiles(
    x: Buffer, w: Buffer, bias: Buffer | None, y: Buffer, form: Form, adjoint: bool
) -> None:
    """Fill *y* with the sums of a convolution or its adjoint, by tiles where that is faster."""
    how = _implicit(form, adjoint)
    window = form.window.turned if adjoint else form.window
    if window is not None and window[:3] == _TILED and x.dtype == w.dtype:
        places = window.places[1], window.places[2]
        if front.tile_products_pay(x.dtype, how.terms, how.columns, form.images, places):
            sizes = (*window.image[1:], *window.pad[1:], *places)
            channels = how.terms, how.columns, form.groups, form.images
            steps = form.height if adjoint else window.taps, how.w_step, adjoint
            front.tile_products(x, w, bias, y, sizes, channels, steps, _sum_windows, (form, how))
            return
    _sum_windows(x, w, bias, y, form, how)


def _adjoint_sums(y: Buffer, w: Buffer, bias: Buffer | None, x: Buffer, form: Form) -> None:
    """Fill *x* with what is not zero, and the bias: sums over the windows that an element is in."""
    if not implicit.of_images(form.window).phases:  # no window reaches the images
        return
    if form.is_depthwise and form.filters == 1:
        reading, taps = implicit.of_images(form.window), form.window.taps
        front.window_planes(y, w, bias, x, reading, taps, 1, form.groups)
    else:
        _sums_or_tiles(y, w, bias, x, form, True)


# --- convolution, its adjoint and its derivative --------------------------------------------------


def forward(x: Buffer, w: Buffer, bias: Buffer | None, form: Form) -> Buffer:
    """y = W windows(x) + bias, part by part."""
    y: Buffer = empty(form.images * form.groups * form.filters * form.window.number, x.dtype)
    filters = form.groups * form.filters
    if form.is_depthwise and _reads_images(x, form):
        how = implicit.of_windows(form.window, split=True)
        front.window_planes(x, w, bias, y, how, form.window.taps, form.filters, filters)
        return y
    if form.is_depthwise:
        added = empty(0, x.dtype) if bias is None else bias
        front.depthwise(x, w, added, y, form.window, form.filters, filters)
        return y
    if _reads_images(x, form):
        _sums_or_tiles(x, w, bias, y, form, False)
        return y
    for part in form.window.parts(form.images, form.groups * form.height):
        matrix, columns = _matrix(x, form, part), _columns(form, part)
        rows, place = _where(form, part)
        at_once = _in_place(form, part)
        out = y[place.offset : place.offset + rows.size] if at_once else empty(rows.size, x.dtype)
        if bias is not None:
            repeated = StridedSlice((filters, columns), (1, 0))
            front.strided_copy(bias, repeated, out, whole((filters, columns)))
        sizes = form.filters, columns, form.height
        front.product_into(
            w, matrix, None, out, *sizes, False, False, 1.0, form.groups, bias is not None
        )
        if not at_once:
            front.strided_copy(out, rows, y, place)
    return y


def _rows(y: Buffer, form: Form, part: Part) -> Buffer:
    """A part of y as the rows of a matrix."""
    rows, place = _where(form, part)
    if _in_place(form, part):
        return y[place.offset : place.offset + rows.size]
    return front.strided_slice(y, place)


def adjoint(y: Buffer, w: Buffer, bias: Buffer | None, form: Form) -> Buffer:
    """The images of which windows are W' y, summed, and the bias."""
    window, channels = form.window, form.groups * form.channels
    size = channels * window.image_size
    x: Buffer = empty(form.images * size, y.dtype)
    reads = _reads_images(y, form) and math.prod(window.stride) <= _PHASES
    if not reads and form.is_depthwise and form.filters == 1 and (turned := window.turned):
        taps = window.taps
        reversed_ = StridedSlice((form.groups, taps), (taps, -1), taps - 1)
        return forward(y, front.strided_slice(w, reversed_), bias, form._replace(window=turned))
    if reads and implicit.of_images(window).is_whole:
        _adjoint_sums(y, w, bias, x, form)
        return x
    if bias is not None:
        shape = (form.images, channels, window.image_size)
        front.strided_copy(bias, StridedSlice(shape, (0, 1, 0)), x, whole(shape))
    else:
        front.fill(x, 0)
    if reads:
        _adjoint_sums(y, w, bias, x, form)
        return x
    for part in window.parts(form.images, form.groups * form.height):
        columns = _columns(form, part)
        images = x[part.image * size : (part.image + part.images) * size]
        at_once = window.is_image and _in_place(form, part)
        out = images if at_once else empty(form.groups * form.height * columns, y.dtype)
        rows, sizes = _rows(y, form, part), (form.height, columns, form.filters)
        front.product_into(w, rows, None, out, *sizes, True, False, 1.0, form.groups, at_once)
        if not at_once:
            front.fold(out, images, window, channels, part)
    return x


def weights(x: Buffer, y: Buffer, form: Form) -> Buffer:
    """W = y windows(x)', summed over parts."""
    w: Buffer = empty(form.groups * form.filters * form.height, x.dtype)
    if form.is_depthwise and _reads_images(x, form):
        split = implicit.of_windows(form.window, split=True)
        front.window_plane_weights(x, y, w, split, form.images, form.filters)
        return w
    if _reads_images(x, form):
        how = _implicit(form, False, summed=True)
        reading, sums = how.reading, how.sums[0]
        padded = _padded(x, form.images * form.groups * form.channels, reading)
        front.window_weights(
            padded, y, w, sums.shifts, sums.places, form.filters, form.groups, form.images,
            how.together, form.channels * reading.size,
        )  # fmt: skip
        return w
    add = False
    for part in form.window.parts(form.images, form.groups * form.height):
        sizes = form.filters, form.height, _columns(form, part)
        rows, matrix = _rows(y, form, part), _matrix(x, form, part)
        front.product_into(rows, matrix, None, w, *sizes, False, True, 1.0, form.groups, add)
        add = True
    if not add:
        front.fill(w, 0)
    return w
