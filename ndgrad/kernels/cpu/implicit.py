"""Convolutions as products of which one matrix, that of all windows, is read where images lie.

The rows of the matrix are places and its elements are a factor for all vectors of a row of a tile
(see `ndgrad.kernels.cpu.tiles`): so they may lie anywhere, which no vector's may.  The other matrix
is packed, panel by panel, and results come out as rows of channels, which are written transposed.
Dukhan 2019, "The Indirect Convolution Algorithm", reads images likewise.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from ...base import DType, HostArray
from ...memory.device import Buffer
from ...memory.storage import empty
from ..build.launch import chunked, grain
from ..spec.layout import constant
from .launch import launch
from .sums import LINE
from .tiles import BYTES, ROWS, VECTORS, Vectors, emit_loads, emit_tile, pack, transposed_block

_DEPTH = 256
"""Terms of a sum that are added up in registers, at most."""

_BLOCK = 512
"""Rows of results that a work item makes: they share a panel, which is packed for them."""

_UNITS, _LEAST = 8, 64
"""Work items to aim at, by blocks of not fewer rows."""

_FEW, _MANY = 16, 1 << 19
"""Places of all images, at most, and weights, at least, of which no panels are made."""

_HEIGHT = 256
"""Rows of weights that a work item makes."""

_PIECES, _WIDTH = 8, 48
"""Blocks of rows and so many columns from which sums over images are not cut into parts."""

_IMAGES = 16
"""Parts of the sum over all images, at most."""


def fits(dtype: DType) -> bool:
    """Whether there are register tiles for *dtype*."""
    return BYTES > 0 and dtype.kind == "f" and dtype.itemsize >= 4


def _accumulation(ahead: bool) -> Any:
    """The function `accumulate`; with *ahead* it prefetches the line of a later tile's factors."""

    @intrinsic
    def accumulate(_typing, x, xo, places, first, m, shifts, begin, k, panel, vectors, c):
        """Add to *m* rows of *vectors* vectors at *c* their products of *k* terms with a panel.

        The factor of row i and term p is ``x[xo + places[first + i] + shifts[begin + p]]``.  Rows
        up to the end of the last tile are written as well.
        """

        def code(context, builder, sig, args):
            if not BYTES:
                return context.get_dummy_value()
            v = Vectors(context, builder, sig.args[0].dtype)
            x = v.at(v.data(context, sig, args, 0), args[1])
            places = v.at(v.data(context, sig, args, 2), args[3])
            shifts = v.at(v.data(context, sig, args, 5), args[6])
            m, k, vectors = args[4], args[7], args[9]
            panel, c = v.data(context, sig, args, 8), v.data(context, sig, args, 10)
            last = builder.sub(m, v.long(1))

            def row(i, number):
                there = builder.add(i, v.long(number))
                there = builder.select(builder.icmp_signed("<", there, m), there, last)
                return v.at(x, v.item(places, there))

            def shift(later, p):
                there = v.item(shifts, p)
                if ahead:
                    v.prefetch(v.at(later, there))
                return there

            def rows(count):
                step = v.long(count * v.lanes)
                across = [(v.long(v.lanes * j), None) for j in range(count)]
                with v.loop(v.long(0), m, ROWS) as (i, _):
                    later = row(i, 2 * ROWS) if ahead else None
                    totals = emit_tile(
                        v,
                        [row(i, number) for number in range(ROWS)],
                        partial(shift, later),
                        lambda p: v.at(panel, builder.mul(p, step)),
                        k,
                        across,
                    )
                    for number, line in enumerate(totals):
                        start = v.at(c, builder.mul(builder.add(i, v.long(number)), step))
                        for total, (offset, _) in zip(line, across, strict=True):
                            pointer = v.at(start, offset)
                            v.store(builder.fadd(v.load(pointer), total), pointer)

            for count in range(1, VECTORS + 1):
                with builder.if_then(builder.icmp_signed("==", vectors, v.long(count))):
                    rows(count)
            return context.get_dummy_value()

        n = types.intp
        return types.void(x, n, places, n, n, shifts, n, n, panel, n, c), code

    return accumulate


accumulate = _accumulation(ahead=False)
_accumulate_ahead = _accumulation(ahead=True)


@intrinsic
def write(_typing, c, co, step, m, columns, y, yo, ldy):
    """Copy *m* rows of *c*, which are *step* apart, to columns of *y*: *columns* rows of it."""

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype)
        c = v.at(v.data(context, sig, args, 0), args[1])
        step, m, columns, ldy = args[2], args[3], args[4], args[7]
        y = v.at(v.data(context, sig, args, 5), args[6])
        with v.loop(v.long(0), m, v.lanes) as (i, _), v.loop(v.long(0), columns, v.lanes) as (j, _):
            deep, across = builder.sub(m, i), builder.sub(columns, j)
            source = v.at(c, builder.add(builder.mul(i, step), j))
            block = transposed_block(v, emit_loads(v, source, step, deep, v.long(v.lanes)))
            target = v.at(y, builder.add(builder.mul(j, ldy), i))
            mask = v.first(deep)
            with builder.if_else(builder.icmp_signed(">=", deep, v.long(v.lanes))) as branches:
                for branch, lanes in zip(branches, (None, mask), strict=True):
                    with branch:
                        for r, line in enumerate(block):
                            with builder.if_then(builder.icmp_signed("<", v.long(r), across)):
                                v.store(line, v.at(target, builder.mul(v.long(r), ldy)), lanes)
        return context.get_dummy_value()

    n = types.intp
    return types.void(c, n, n, n, n, y, n, n), code


@chunked
def _products(
    x, w, bias, y, places, shifts, factors, results, whole, columns, groups, images, together,
    rows, x_size, w_step, y_size, run, deep, vectors, scattered, lo, hi,
):  # fmt: skip
    """Blocks of rows times panels of channels: results for places of one image, or of some."""
    lanes = BYTES // y.itemsize
    width = vectors * lanes
    panels = (columns + width - 1) // width
    each = results.size
    in_image = (each + rows - 1) // rows  # blocks
    blocks = (images + together - 1) // together * in_image
    k = shifts.size
    panel = np.empty((deep + lanes) * width, y.dtype)
    c = np.empty((rows + max(lanes, ROWS)) * width, y.dtype)
    for unit in range(lo, hi):
        block = unit // panels
        j0 = unit % panels * width
        group = block // blocks
        block -= group * blocks
        image = block // in_image * together
        first = block % in_image * rows
        here = min(together, images - image)
        m = min(rows, here * each - first)
        wide = min(width, columns - j0)
        across = (wide + lanes - 1) // lanes
        step = across * lanes
        kind = group * columns + j0
        for i in range(m * step):
            c[i] = 0
        if bias.size:
            for i in range(m):
                row, added = c[i * step : i * step + wide], bias[kind : kind + wide]
                for j in range(wide):
                    row[j] = added[j]
        w0 = group * (w.size // groups) + j0 * w_step
        for begin in range(0, k, deep):
            depth = min(deep, k - begin)
            # Weights of one column's terms are runs, or those of one term's columns are, or none.
            if run > 1 or w_step == 1:
                terms = run if run > 1 else depth
                apart = w_step if run > 1 else factors[k - 1] // max(1, k - 1)
                for p in range(0, depth, terms):
                    start, some = w0 + factors[begin + p], min(terms, depth - p)
                    pack(w, start, apart, run > 1, some, wide, panel, p * step, step)
            else:
                for p in range(depth):
                    row = panel[p * step : (p + 1) * step]
                    start = w0 + factors[begin + p]
                    for j in range(wide):
                        row[j] = w[np.uintp(start + j * w_step)]
                    for j in range(wide, step):
                        row[j] = 0
            x0 = (image * groups + group) * x_size
            if scattered:
                _accumulate_ahead(x, x0, places, first, m, shifts, begin, depth, panel, across, c)
            else:
                accumulate(x, x0, places, first, m, shifts, begin, depth, panel, across, c)
        for number in range(here):
            count = min(each, m - number * each)
            start = ((image + number) * groups * columns + kind) * y_size
            if whole:
                write(c, number * each * step, step, count, wide, y, start + first, y_size)
                continue
            for j in range(wide):
                for i in range(count):
                    at = start + j * y_size + results[first + i]
                    y[np.uintp(at)] = c[np.uintp((number * each + i) * step + j)]


@chunked
def _gathered(x, y, places, shifts, x_size, step, lo, hi):
    """Rows of panels: an element of all windows, whose places are *step* in each panel."""
    k = shifts.size
    panels = (places.size + step - 1) // step
    for unit in range(lo, hi):
        group, p = unit // k, unit % k
        start = group * x_size + shifts[p]
        for panel in range(panels):
            at = ((group * panels + panel) * k + p) * step
            there = places[panel * step : min(panel * step + step, places.size)]
            row, rest = y[at : at + there.size], y[at + there.size : at + step]
            for i in range(row.size):
                row[i] = x[np.uintp(start + there[i])]
            for i in range(rest.size):
                rest[i] = 0


@chunked
def _few_products(
    w, panels, bias, y, starts, factors, results, columns, groups, images, y_size, deep, vectors,
    lo, hi,
):  # fmt: skip
    """Channels of results for all places of all images: rows of weights times panels of windows."""
    step = vectors * (BYTES // y.itemsize)
    each, k = results.size, factors.size
    number = (images * each + step - 1) // step  # of panels
    c = np.empty(number * ROWS * step, y.dtype)
    blocks = (columns + ROWS - 1) // ROWS
    for unit in range(lo, hi):
        group, first = unit // blocks, unit % blocks * ROWS
        m = min(ROWS, columns - first)
        kind = group * columns + first
        for panel in range(number):
            for i in range(ROWS):
                row = c[(panel * ROWS + i) * step : (panel * ROWS + i + 1) * step]
                added = bias[np.uintp(kind + i)] if bias.size and i < m else y.dtype.type(0)
                for j in range(step):
                    row[j] = added
        w0 = group * (w.size // groups)
        for begin in range(0, k, deep):
            for panel in range(number):
                accumulate(
                    w, w0, starts, first, m, factors, begin, min(deep, k - begin),
                    panels[((group * number + panel) * k + begin) * step :], vectors,
                    c[panel * ROWS * step :],
                )  # fmt: skip
        for i in range(m):
            for image in range(images):
                at = ((image * groups * columns) + kind + i) * y_size
                for j in range(each):
                    place = image * each + j
                    y[np.uintp(at + results[j])] = c[
                        np.uintp((place // step * ROWS + i) * step + place % step)
                    ]


@chunked
def _weights(
    x, g, w, rows, shifts, columns, groups, images, part, together, height, x_size, each, deep,
    vectors, lo, hi,
):  # fmt: skip
    """Blocks of channels and taps times panels of filters, summed over a part of the images."""
    lanes = BYTES // g.itemsize
    width = vectors * lanes
    panels = (columns + width - 1) // width
    blocks = (rows.size + height - 1) // height
    panel = np.empty((deep + lanes) * width, g.dtype)
    c = np.empty((height + max(lanes, ROWS)) * width, g.dtype)
    for unit in range(lo, hi):
        j0 = unit % panels * width
        block = unit // panels
        sum_ = block // blocks
        first = (block - sum_ * blocks) * height
        group = sum_ % groups
        begin = sum_ // groups * part
        end = min(images, begin + part)
        m = min(height, rows.size - first)
        wide = min(width, columns - j0)
        across = (wide + lanes - 1) // lanes
        step = across * lanes
        for i in range(m * step):
            c[i] = 0
        for image in range(begin, end, together):
            here = min(together, end - image)
            x0 = (image * groups + group) * x_size
            for start in range(0, each, deep):
                depth = min(deep, each - start)
                for number in range(here):
                    g0 = ((image + number) * groups + group) * columns + j0
                    pack(
                        g, g0 * each + start, each, True, depth, wide,
                        panel, number * each * step, step,
                    )  # fmt: skip
                terms = depth * here
                accumulate(x, x0, rows, first, m, shifts, start, terms, panel, across, c)
        write(c, 0, step, m, wide, w, (sum_ * columns + j0) * rows.size + first, rows.size)


@chunked
def _totals(x, y, parts, lo, hi):
    """Elements of y: sums of those of the parts of x, in order."""
    total = y[lo:hi]
    for part in range(parts):
        terms = x[part * y.size + lo : part * y.size + hi]
        for i in range(total.size):
            total[i] = terms[i] if part == 0 else total[i] + terms[i]


def panel_form(columns: int, dtype: DType) -> tuple[int, int]:
    """Vectors of a row of a panel at most, and how many panels there are: about as wide."""
    vectors = -(-columns // (BYTES // dtype.itemsize))
    panels = -(-vectors // VECTORS)
    each = -(-vectors // panels)
    return each, -(-vectors // each)


def even(n: int, most: int, multiple: int = 1) -> int:
    """The size of parts of n, of which as few as can be are *most* at most."""
    each = -(-n // -(-n // most))
    return -(-each // multiple) * multiple


def products(
    x: Buffer,
    w: Buffer,
    bias: Buffer | None,
    y: Buffer,
    places: HostArray,
    shifts: HostArray,
    factors: HostArray,
    results: HostArray,
    run: int,
    whole: bool,
    columns: int,
    groups: int,
    images: int,
    together: int,
    sizes: tuple[int, int, int],
) -> None:
    """Fill planes of *y* with sums of elements of *x* times weights, and the bias.

    Parameters
    ----------
    x, y : buffer
        Of the shapes (images, groups, channels, \\*plane) and (images, groups, columns, \\*plane).
    w : buffer
        Where the factor of the first column and term p of a group is, *factors* says: one behind
        the other for *run* terms each.
    places : numpy.ndarray
        int64: for each result of *together* images where its elements begin.
    shifts : numpy.ndarray
        int64: for each term of the sum how far from there its element is.
    results : numpy.ndarray
        int64: where in a plane of *y* they are; *whole* if they are all of it, in order.
    sizes : tuple of int
        Elements of a group of an image of *x*, from a column's weight to the next one's, and of a
        plane of *y*.
    """
    vectors, panels = panel_form(columns, y.dtype)
    most = results.size * images * groups * panels // _UNITS
    most = min(_BLOCK, max(_LEAST, most))
    rows = places.size if together > 1 else even(results.size, most, ROWS)
    blocks = -(-images // together) * -(-results.size // rows)
    # Sums are cut between runs, unless one is too long.
    run = run if run <= _DEPTH else shifts.size if run == shifts.size else 1
    deep = even(shifts.size, _DEPTH, run if run <= _DEPTH else 1)
    added = empty(0, y.dtype) if bias is None else bias
    if run == shifts.size and places.size <= _FEW and images <= together and w.size >= _MANY:
        _of_few_places(
            x, w, added, y, places, shifts, factors, results, columns, groups, images, sizes, deep
        )
        return
    # Of terms in lines of their own, as channels are, no prefetcher of a processor finds the next.
    scattered = shifts.size > 1 and int(shifts[1] - shifts[0]) * y.dtype.itemsize >= LINE
    launch(
        _products, x, w, added, y, places, shifts, factors, results, whole, columns, groups,
        images, together, rows, *sizes, run, deep, vectors, scattered,
        groups * blocks * panels, grain(rows * shifts.size, vectors),
    )  # fmt: skip


def _of_few_places(
    x: Buffer,
    w: Buffer,
    bias: Buffer,
    y: Buffer,
    places: HostArray,
    shifts: HostArray,
    factors: HostArray,
    results: HostArray,
    columns: int,
    groups: int,
    images: int,
    sizes: tuple[int, int, int],
    deep: int,
) -> None:
    """`products` where weights are read where they are: to copy them would take as long."""
    vectors, panels = panel_form(places.size, y.dtype)
    step, k = vectors * (BYTES // y.dtype.itemsize), shifts.size
    windows: Buffer = empty(groups * panels * k * step, y.dtype)
    launch(_gathered, x, windows, places, shifts, sizes[0], step, groups * k, grain(places.size, 2))
    starts = constant(sizes[1] * np.arange(columns))
    launch(
        _few_products, w, windows, bias, y, starts, factors, results, columns, groups, images,
        sizes[2], deep, vectors, groups * -(-columns // ROWS), grain(ROWS * k, panels),
    )  # fmt: skip


def images_together(places: int, summed: bool) -> int:
    """How many images of so many places make a block of rows, or the terms of a sum."""
    return max(1, (_DEPTH if summed else _BLOCK) // max(1, places))


def weights(
    x: Buffer,
    g: Buffer,
    w: Buffer,
    rows: HostArray,
    shifts: HostArray,
    columns: int,
    groups: int,
    images: int,
    together: int,
    x_size: int,
) -> None:
    """Fill *w* with sums over all images and places of elements of *x* times those of *g*.

    Parameters
    ----------
    x, g, w : buffer
        Of the shapes (images, groups, channels, \\*plane), (images, groups, columns, places) and
        (groups, columns, channels, taps).
    rows : numpy.ndarray
        int64: for each channel and tap where in a group its first element is.
    shifts : numpy.ndarray
        int64: for each place of *together* images how far from there its element is.
    """
    vectors, panels = panel_form(columns, w.dtype)
    height = even(rows.size, _HEIGHT, 8)
    each = shifts.size // together
    deep = even(each, _DEPTH) if together == 1 else shifts.size
    blocks = groups * -(-rows.size // height)
    steps = -(-images // together)
    # The cuts, and so the order of the sum, are the same for any tiles.
    wanted = min(_IMAGES, -(-_PIECES // (blocks * -(-columns // _WIDTH))), steps)
    part = together * -(-steps // wanted)
    parts = -(-images // part)
    target = w if parts == 1 else empty(parts * w.size, w.dtype)
    launch(
        _weights, x, g, target, rows, shifts, columns, groups, images, part, together, height,
        x_size, each, deep, vectors,
        parts * blocks * panels, grain(height * each * min(part, images), vectors),
    )  # fmt: skip
    if parts > 1:
        launch(_totals, target, w, parts, w.size, grain(1, parts))
