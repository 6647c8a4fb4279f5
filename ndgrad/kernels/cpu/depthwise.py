"""Convolutions whose groups have one channel: each plane by itself, without a matrix of windows.

A plane is as little as its image, and each element of it is used once for each tap: there is
nothing that a product of matrices could use again.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ...memory.device import Buffer
from ...memory.storage import empty
from ..build.launch import chunked, grain
from ..spec.implicit import Reading
from ..spec.layout import constant
from ..spec.windows import Windows
from .launch import launch
from .planes import load_plane
from .tiles import BYTES, Vectors, emit_tile

_ROWS = 8
"""Rows that are summed at once: they share the weights, and their sums do not wait for others."""

_TAPS = 5
"""Taps whose sums over a plane are made at once: as many as there are registers for with AVX2."""


@chunked
def _forward(x, w, bias, y, geometry, nothing, filters, kinds, lo, hi):
    """Planes of y: the window's elements times the weights, added up in tap order to the bias."""
    kd, kh, kw = geometry[0], geometry[1], geometry[2]
    sd, sh, sw = geometry[3], geometry[4], geometry[5]
    depth, height, width = geometry[12], geometry[13], geometry[14]
    rows, down, across = geometry[15] * geometry[16], geometry[16], geometry[17]
    taps = kd * kh * kw
    size = depth * height * width
    for unit in range(lo, hi):
        kind = unit % kinds
        start = unit // filters * size
        first = bias[kind] if bias.size else nothing
        weights = w[kind * taps : (kind + 1) * taps]
        for row in range(rows):
            at = (unit * rows + row) * across
            out = y[at : at + across]
            for j in range(across):
                out[j] = first
            for tap in range(taps):
                d = row // down * sd + tap // (kh * kw) * geometry[6] - geometry[9]
                h = row % down * sh + tap // kw % kh * geometry[7] - geometry[10]
                if d < 0 or d >= depth or h < 0 or h >= height:
                    continue
                w0 = tap % kw * geometry[8] - geometry[11]
                begin = min(max(0, (sw - 1 - w0) // sw), across)
                n = max(0, min(across, (width - 1 - w0) // sw + 1) - begin)
                source = start + (d * height + h) * width + w0 + begin * sw
                weight = weights[tap]
                part = out[begin : begin + n]
                if sw == 1:
                    run = x[source : source + n]
                    for j in range(n):
                        part[j] += weight * run[j]
                else:
                    for j in range(n):
                        part[j] += weight * x[np.uintp(source + j * sw)]


@intrinsic
def _tiles(
    _typing, x, places, row, rows, across, w, shifts, tap, k, first, y, yo, results
):  # fmt: skip
    """Rows of results from *row*: *across* sums of elements of *x* times *k* weights, and *first*.

    Row i begins at ``yo + results[i]``, its elements of *x* at ``places[i]`` plus a tap's shift;
    taps count from *tap*.  Vectors of *x* may be read to a vector behind the last element.
    """

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype)
        x, places, w, shifts, y, results = (
            v.data(context, sig, args, i) for i in (0, 1, 5, 6, 10, 12)
        )
        row, rows, across, tap, k = (args[i] for i in (2, 3, 4, 7, 8))
        places, results = v.at(places, row), v.at(results, row)
        w, shifts, y = v.at(w, tap), v.at(shifts, tap), v.at(y, args[11])
        last = builder.sub(rows, v.long(1))
        first = v.broadcast(context.cast(builder, args[9], sig.args[9], sig.args[0].dtype))
        room = builder.sub(across, v.long(v.lanes))
        wide = builder.icmp_signed(">=", room, v.long(0))
        room = builder.select(wide, room, v.long(0))

        def there(table, i, number):
            i = builder.add(i, v.long(number))
            inside = builder.icmp_signed("<", i, rows)
            return v.item(table, builder.select(inside, i, last))

        with (
            v.loop(v.long(0), rows, _ROWS) as (i, _),
            v.loop(v.long(0), across, v.lanes) as (j, _),
        ):
            # The last vector of a row ends with it, and overlaps the one before.
            j = builder.select(builder.icmp_signed("<", j, room), j, room)
            vectors = [(builder.add(there(places, i, n), j), None) for n in range(_ROWS)]
            (totals,) = emit_tile(
                v, [w], lambda p: p, lambda p: v.at(x, v.item(shifts, p)), k, vectors
            )
            targets = [v.at(y, builder.add(there(results, i, n), j)) for n in range(_ROWS)]
            mask = v.first(across)
            with builder.if_else(wide) as branches:
                for branch, lanes in zip(branches, (None, mask), strict=True):
                    with branch:
                        for total, target in zip(totals, targets, strict=True):
                            v.store(builder.fadd(total, first), target, lanes)
        return context.get_dummy_value()

    n = types.intp
    return types.void(x, places, n, n, n, w, shifts, n, n, first, y, n, results), code


@intrinsic
def _dots(_typing, x, places, rows, across, shifts, begin, g, go, out):
    """For `_TAPS` taps from *begin* on the products of rows of *g* with elements of *x*.

    They are summed in the lanes of 64 bytes, whatever the size of a register.
    """

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype, 64)
        x, places, shifts, g, out = (v.data(context, sig, args, i) for i in (0, 1, 4, 6, 8))
        rows, across, begin, g = args[2], args[3], args[5], v.at(g, args[7])
        steps = [v.item(shifts, builder.add(begin, v.long(t))) for t in range(_TAPS)]
        sums = [cgutils.alloca_once_value(builder, v.zero) for _ in steps]
        with v.loop(v.long(0), rows, 1) as (i, _):
            place = v.item(places, i)
            line = v.at(g, builder.mul(i, across))
            with v.loop(v.long(0), across, v.lanes) as (j, _):
                mask = v.first(builder.sub(across, j))
                factor = v.load(v.at(line, j), mask)
                there = v.at(x, builder.add(place, j))
                for step, total in zip(steps, sums, strict=True):
                    term = v.load(v.at(there, step), mask)
                    builder.store(v.fma(factor, term, builder.load(total)), total)
        for t, total in enumerate(sums):
            builder.store(v.sum(builder.load(total)), v.at(out, v.long(t)))
        return context.get_dummy_value()

    n = types.intp
    return types.void(x, places, n, n, shifts, n, g, n, out), code


@chunked
def _planes(
    x, w, bias, y, rows, columns, phases, places, starts, targets, shifts, taps, nothing, size,
    y_size, in_window, filters, kinds, lo, hi,
):  # fmt: skip
    """Results of images' channels: sums over a padded plane, in tap order, and the bias.

    The rows of all phases follow each other in the tables, and so do the taps.
    """
    plane = np.zeros(size + BYTES // y.itemsize, y.dtype)
    weights = np.empty(taps.size, y.dtype)
    part = np.empty(y_size, y.dtype)
    for unit in range(lo, hi):
        load_plane(x, unit * rows.size * columns.size, plane, 0, rows, columns)
        for target in range(unit * filters, (unit + 1) * filters):
            kind = target % kinds
            first = bias[kind] if bias.size else nothing
            for p in range(taps.size):
                weights[p] = w[kind * in_window + taps[p]]
            row, tap = 0, 0
            for phase in range(0, phases.size, 4):
                some, across, apart = phases[phase], phases[phase + 1], phases[phase + 2]
                k = phases[phase + 3]
                if apart == 1:
                    _tiles(
                        plane, places, row, some, across, weights, shifts, tap, k, first,
                        y, target * y_size, targets,
                    )  # fmt: skip
                else:
                    _tiles(
                        plane, places, row, some, across, weights, shifts, tap, k, first,
                        part, 0, starts,
                    )  # fmt: skip
                    for i in range(row, row + some):
                        line = part[starts[i] : starts[i] + across]
                        at = target * y_size + targets[i]
                        for j in range(across):
                            y[np.uintp(at + j * apart)] = line[j]
                row += some
                tap += k


@chunked
def _plane_weights(x, g, w, rows, columns, places, shifts, size, images, planes, filters, lo, hi):
    """The weights' gradient: sums of products over a plane, which are added up in float64."""
    taps = w.size // (planes * filters)
    g_size = g.size // (images * planes * filters)
    across = g_size // places.size
    plane = np.zeros(size, g.dtype)
    sums = np.empty(_TAPS, g.dtype)
    found = np.empty(filters * taps, np.float64)
    for unit in range(lo, hi):
        for i in range(found.size):
            found[i] = 0
        for image in range(images):
            number = image * planes + unit
            load_plane(x, number * rows.size * columns.size, plane, 0, rows, columns)
            for i in range(filters):
                at = (number * filters + i) * g_size
                for begin in range(0, taps, _TAPS):
                    _dots(plane, places, places.size, across, shifts, begin, g, at, sums)
                    for t in range(min(_TAPS, taps - begin)):
                        found[i * taps + begin + t] += sums[t]
        target = w[unit * found.size : (unit + 1) * found.size]
        for i in range(found.size):
            target[i] = found[i]


def depthwise(
    x: Buffer, w: Buffer, bias: Buffer, y: Buffer, window: Windows, filters: int, kinds: int
) -> None:
    """Fill *y* with convolutions of the channels *x*, *filters* of each.

    Parameters
    ----------
    x, y : buffer
        Of the shapes (images, channels, \\*image) and (images, channels * filters, \\*places).
    w : buffer
        Of the shape (channels * filters, taps).
    bias : buffer
        Of *kinds* elements, or of none.
    kinds : int
        channels * filters.
    """
    numbers = window.constant, y.dtype.type(0), filters, kinds
    units = y.size // max(1, window.number)
    if units:
        each = grain(window.number, window.taps)
        launch(_forward, x, w, bias, y, *numbers, units, each)


def planes(
    x: Buffer,
    w: Buffer,
    bias: Buffer | None,
    y: Buffer,
    reading: Reading,
    taps: int,
    filters: int,
    kinds: int,
) -> None:
    """Fill planes of *y* with the sums of *reading* over those of *x*, *filters* of each.

    Parameters
    ----------
    x, y : buffer
        Of the shapes (images, channels, \\*image) and (images, channels * filters, \\*plane).
    w : buffer
        Of the shape (channels * filters, *taps*).
    kinds : int
        channels * filters.
    """
    units = x.size // math.prod(reading.image)
    phases: list[int] = []
    places, starts, targets, shifts, numbers = [], [], [], [], []
    for phase in reading.phases:
        results, across = phase.results, phase.across
        apart = int(results[1] - results[0]) if across > 1 else 1
        phases += (results.size // across, across, apart, phase.taps.size)
        places.append(phase.places[::across])
        starts.append(np.arange(0, results.size, across))
        targets.append(results[::across])
        shifts.append(phase.shifts)
        numbers.append(phase.taps)
    tables = (constant(np.concatenate(t)) for t in (places, starts, targets, shifts, numbers))
    y_size = y.size // (units * filters)
    launch(
        _planes, x, w, empty(0, y.dtype) if bias is None else bias, y,
        reading.rows, reading.columns, constant(phases), *tables, y.dtype.type(0), reading.size,
        y_size, taps, filters, kinds, units, grain(y_size * filters, taps // 4 + 2),
    )  # fmt: skip


def plane_weights(
    x: Buffer, g: Buffer, w: Buffer, reading: Reading, images: int, filters: int
) -> None:
    """Fill *w* with sums of products of planes of *g* with elements of those of *x*.

    Parameters
    ----------
    x, g, w : buffer
        Of the shapes (images, channels, \\*image), (images, channels * filters, \\*places) and
        (channels * filters, taps).
    """
    (phase,) = reading.phases
    channels = x.size // (images * math.prod(reading.image))
    shifts = phase.shifts.tolist()
    shifts += shifts[-1:] * (-len(shifts) % _TAPS)
    launch(
        _plane_weights, x, g, w, reading.rows, reading.columns,
        constant(phase.places[:: phase.across]), constant(shifts), reading.size,
        images, channels, filters, channels, grain(images * phase.results.size, len(shifts) // 4),
    )  # fmt: skip
