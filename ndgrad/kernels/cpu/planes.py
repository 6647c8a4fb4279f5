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


@kernel
def load_plane(x, start: int, y, yo: int, rows, columns) -> None:
    """Copy an image to where its rows and columns are in a plane."""
    across = columns.size
    last = columns[across - 1] - columns[0]
    if last == across - 1 and (last == 0 or columns[1] - columns[0] == 1):
        _copy_rows(x, start, rows.size, across, y, yo + columns[0], rows)
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
