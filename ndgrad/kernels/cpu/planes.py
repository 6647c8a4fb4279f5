"""Images' channels copied to planes with zeros around them."""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import intrinsic

from ...memory.device import Buffer
from ...memory.storage import empty
from ..build.launch import chunked, grain, kernel
from ..spec.implicit import Reading
from .launch import launch
from .tiles import BYTES, Vectors


@intrinsic
def _copy_rows(_typing, x, xo, rows, across, y, yo, places):
    """Copy *rows* rows of *across* elements, which follow each other from xo, to yo + places[i]."""

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype)
        x, y = (v.at(v.data(context, sig, args, i), args[i + 1]) for i in (0, 4))
        rows, across, places = args[2], args[3], v.data(context, sig, args, 6)
        room = builder.sub(across, v.long(v.lanes))
        wide = builder.icmp_signed(">=", room, v.long(0))
        mask = v.first(across)
        with builder.if_else(wide) as (long, short):
            with long, v.loop(v.long(0), rows, 1) as (i, _):
                source, target = v.at(x, builder.mul(i, across)), v.at(y, v.item(places, i))
                with v.loop(v.long(0), across, v.lanes) as (j, _):
                    # The last vector ends with the row, and overlaps the one before.
                    j = builder.select(builder.icmp_signed("<", j, room), j, room)
                    v.store(v.load(v.at(source, j)), v.at(target, j))
            with short, v.loop(v.long(0), rows, 1) as (i, _):
                source, target = v.at(x, builder.mul(i, across)), v.at(y, v.item(places, i))
                v.store(v.load(source, mask), target, mask)
        return context.get_dummy_value()

    n = types.intp
    return types.void(x, n, n, n, y, n, places), code


@intrinsic
def _part_rows(_typing, x, xo, rows, across, y, yo, places, apart):
    """Copy rows likewise, elements of even number side by side, the others *apart* behind them."""

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype)
        x, y = (v.at(v.data(context, sig, args, i), args[i + 1]) for i in (0, 4))
        rows, across, places, apart = args[2], args[3], v.data(context, sig, args, 6), args[7]
        lanes, pair = v.long(v.lanes), v.long(2 * v.lanes)
        half = builder.lshr(across, v.long(1))

        def copied(source, target, masks, stored):
            low = v.load(source, masks[0])
            high = v.load(v.at(source, lanes), masks[1])
            for odd in range(2):
                part = v.shuffle(low, high, list(range(odd, 2 * v.lanes, 2)))
                v.store(part, v.at(target, apart) if odd else target, stored[odd])

        whole = builder.sub(across, builder.urem(across, pair))
        left = builder.sub(across, whole)
        masks = v.first(left), v.first(builder.sub(left, lanes))
        start = builder.lshr(whole, v.long(1))
        odds = builder.sub(half, start)
        evens = builder.sub(builder.sub(across, half), start)
        stored = v.first(evens), v.first(odds)
        with v.loop(v.long(0), rows, 1) as (i, _):
            source, target = v.at(x, builder.mul(i, across)), v.at(y, v.item(places, i))
            with v.loop(v.long(0), whole, 2 * v.lanes) as (j, _):
                to = v.at(target, builder.lshr(j, v.long(1)))
                copied(v.at(source, j), to, (None, None), (None, None))
            copied(v.at(source, whole), v.at(target, start), masks, stored)
        return context.get_dummy_value()

    n = types.intp
    return types.void(x, n, n, n, y, n, places, n), code


@kernel
def load_plane(x, start: int, y, yo: int, rows, columns) -> None:
    """Copy an image to where its rows and columns are in a plane."""
    across = columns.size
    last = columns[across - 1] - columns[0]
    if last == across - 1 and (last == 0 or columns[1] - columns[0] == 1):
        _copy_rows(x, start, rows.size, across, y, yo + columns[0], rows)
        return
    if across > 2 and columns[2] - columns[0] == 1:
        apart = columns[1] - columns[0]
        _part_rows(x, start, rows.size, across, y, yo + columns[0], rows, apart)
        return
    for row in range(rows.size):
        source = x[start + row * across : start + (row + 1) * across]
        target = y[yo + rows[row] :]
        for i in range(across):
            target[np.uintp(columns[i])] = source[i]


@chunked
def _pad(x, y, rows, columns, size, lo, hi):
    """Planes of zeros and an image."""
    for unit in range(lo, hi):
        plane = y[unit * size : (unit + 1) * size]
        for i in range(size):
            plane[i] = 0
        load_plane(x, unit * rows.size * columns.size, y, unit * size, rows, columns)


def pad(x: Buffer, planes: int, reading: Reading) -> Buffer:
    """The *planes* images with the zeros around them that *reading* takes."""
    y: Buffer = empty(planes * reading.size, x.dtype)
    launch(_pad, x, y, reading.rows, reading.columns, reading.size, planes, grain(reading.size))
    return y
