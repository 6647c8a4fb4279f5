"""Convolutions by windows of 3x3 after Winograd: 16 products in place of 36 for four results.

A tile of 2x2 results needs 4x4 elements d of each channel and 3x3 weights g of each pair of
channels: ``A' (sum over channels of (G g G') * (B' d B)) A``, F(2x2, 3x3) of Lavin and Gray 2016,
"Fast algorithms for convolutional neural networks".  For each of the 16 places the elements of all
tiles of a block are a matrix of tiles and channels, which is multiplied by one of channels and
columns.  Channels lie side by side, so that a vector has the same place of a tile in several of
them.

To first order the error of a result is at most ``64 (k + 10) u`` times the sum over the k channels
of the largest magnitude in its tile times the largest of its weights, where u = 2**-24; in practice
it is about that of the sum itself.  What is not finite would spread over its tile: results are then
made by sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from ...base import DType, HostArray
from ...memory.device import Buffer
from ...memory.storage import empty
from ..annotations import Arguments, Function
from ..build.launch import chunked
from ..spec.layout import constant
from .implicit import accumulate, even, panel_form, write
from .launch import launch, run
from .tiles import BYTES, ROWS, Vectors, pack

_LEAST_CHANNELS, _LEAST_TILES = 32, 128  # of a product, from which the transforms pay
_MOST_ALONG = 256  # tiles of a row, which a block has at least
_ELEMENTS = 1 << 14  # of a block's tiles times channels: 16 such matrices stay in the second cache
_TILES = 32, 96  # of a block
_DEPTH = 256  # terms that are added up in registers, at most
_UNITS = 8  # work items to aim at
_TERMS = 32  # of a work item that transforms weights


def pays(dtype: DType, terms: int, columns: int, images: int, places: tuple[int, int]) -> bool:
    """Whether tiles are faster than sums, for planes of *places* of so many channels."""
    down, along = (-(-n // 2) for n in places)
    return (
        BYTES > 0
        and dtype == np.float32
        and min(terms, columns) >= _LEAST_CHANNELS
        and images * down * along >= _LEAST_TILES
        and along <= _MOST_ALONG
    )


# --- transforms -----------------------------------------------------------------------------------

Rule = Callable[[Vectors, Sequence[ir.Value]], list[ir.Value]]
"""A transform along one axis."""


def _of_data(v: Vectors, d: Sequence[ir.Value]) -> list[ir.Value]:
    add, subtract = v.builder.fadd, v.builder.fsub
    return [subtract(d[0], d[2]), add(d[1], d[2]), subtract(d[2], d[1]), subtract(d[1], d[3])]


def _of_weights(v: Vectors, g: Sequence[ir.Value]) -> list[ir.Value]:
    builder, half = v.builder, ir.Constant(v.type, [0.5] * v.lanes)
    ends = builder.fadd(g[0], g[2])
    both = builder.fadd(ends, g[1]), builder.fsub(ends, g[1])
    return [g[0], *(builder.fmul(x, half) for x in both), g[2]]


def _of_sums(v: Vectors, m: Sequence[ir.Value]) -> list[ir.Value]:
    add, subtract = v.builder.fadd, v.builder.fsub
    return [add(add(m[0], m[1]), m[2]), subtract(subtract(m[1], m[2]), m[3])]


def _transform(size: int, rule: Rule) -> Function:
    """A function that transforms squares of *size* by *size* vectors along both axes.

    The elements of a square are *row* and *column* apart, those of the result likewise; *n*
    elements behind each other are transformed alike, in whole vectors.
    """

    @intrinsic
    def transformed(_typing, x, xo, row, column, y, yo, row_to, column_to, n):
        def code(context, builder, sig, args):
            if not BYTES:
                return context.get_dummy_value()
            v = Vectors(context, builder, sig.args[0].dtype)
            x, y = (v.at(v.data(context, sig, args, i), args[i + 1]) for i in (0, 4))

            def place(start, i, j, steps):
                return v.at(
                    start,
                    builder.add(builder.mul(v.long(i), steps[0]), builder.mul(v.long(j), steps[1])),
                )

            with v.loop(v.long(0), args[8], v.lanes) as (at, _):
                x, y = v.at(x, at), v.at(y, at)
                square = [
                    [v.load(place(x, i, j, args[2:4])) for i in range(size)] for j in range(size)
                ]
                half = [rule(v, line) for line in square]
                for i, line in enumerate(zip(*half, strict=True)):
                    for j, value in enumerate(rule(v, line)):
                        v.store(value, place(y, i, j, args[6:8]))
            return context.get_dummy_value()

        m = types.intp
        return types.void(x, m, m, m, y, m, m, m, m), code

    return transformed


_transform_data = _transform(4, _of_data)
_transform_weights = _transform(3, _of_weights)
_transform_sums = _transform(4, _of_sums)


# --- kernels --------------------------------------------------------------------------------------


@chunked
def _weights(w, u, groups, terms, columns, term_step, column_step, turned, vectors, lo, hi):
    """Transformed weights of some terms of a panel of columns: matrices of terms and columns."""
    lanes = BYTES // w.itemsize
    width = vectors * lanes
    panels = (columns + width - 1) // width
    parts = (terms + _TERMS - 1) // _TERMS
    whole = (columns + lanes - 1) // lanes * lanes
    taps = np.empty((9 + lanes) * width, w.dtype)
    for unit in range(lo, hi):
        part, panel = unit % parts, unit // parts % panels
        group = unit // (parts * panels)
        j0 = panel * width
        wide = min(width, columns - j0)
        step = (wide + lanes - 1) // lanes * lanes
        start = group * (w.size // groups) + j0 * column_step
        target = 16 * terms * (group * whole + j0)
        first, sign = (8 * step, -step) if turned else (0, step)
        for term in range(part * _TERMS, min(terms, (part + 1) * _TERMS)):
            pack(w, start + term * term_step, column_step, True, 9, wide, taps, 0, step)
            _transform_weights(
                taps, first, 3 * sign, sign,
                u, target + term * step, 4 * terms * step, terms * step, step,
            )  # fmt: skip


@chunked
def _convolve(x, u, bias, y, found, sizes, terms, columns, groups, images, vectors, lo, hi):
    """Blocks of tiles times some panels of columns; *found* where a result is not finite."""
    height, across, top, left, rows_of_y, row_of_y, tile_rows, together, every, deep = (
        sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], sizes[7], sizes[8],
        sizes[9],
    )  # fmt: skip
    lanes = BYTES // y.itemsize
    width = vectors * lanes
    panels = (columns + width - 1) // width
    pieces = (panels + every - 1) // every
    down, along = (rows_of_y + 1) // 2, (row_of_y + 1) // 2  # tiles
    in_image = (down + tile_rows - 1) // tile_rows  # blocks
    blocks = (images + together - 1) // together * in_image
    deep_row = (terms + lanes - 1) // lanes * lanes
    wide_row = 2 * along + 2
    most = together * tile_rows * along
    whole = (columns + lanes - 1) // lanes * lanes
    image = np.empty(((2 * tile_rows + 2) * wide_row + lanes) * deep_row, x.dtype)
    data = np.empty(16 * most * deep_row, x.dtype)
    sums = np.empty((16 * most + max(lanes, ROWS)) * width, x.dtype)
    out = np.empty((4 * tile_rows * along + lanes) * width, x.dtype)
    places = np.arange(most) * deep_row
    shifts = np.arange(terms)
    for unit in range(lo, hi):
        piece, block = unit % pieces, unit // pieces
        group = block // blocks
        block -= group * blocks
        first_image = block // in_image * together
        first = block % in_image * tile_rows
        here = min(together, images - first_image)
        some = min(tile_rows, down - first)  # rows of tiles
        each = some * along
        for number in range(here):
            x0 = ((first_image + number) * groups + group) * terms * height * across
            for row in range(2 * some + 2):
                from_row = 2 * first + row - top
                start = row * wide_row * deep_row
                before, after = wide_row, 0
                if 0 <= from_row < height:
                    before = left
                    after = max(0, wide_row - left - across)
                    pack(
                        x, x0 + from_row * across, height * across, True,
                        min(across, wide_row - left), terms, image, start + left * deep_row,
                        deep_row,
                    )  # fmt: skip
                end = start + wide_row * deep_row
                image[start : start + before * deep_row] = 0
                image[end - after * deep_row : end] = 0
            for tile in range(each):
                i, j = tile // along, tile % along
                _transform_data(
                    image, (2 * i * wide_row + 2 * j) * deep_row, wide_row * deep_row, deep_row,
                    data, (number * each + tile) * deep_row, 4 * most * deep_row, most * deep_row,
                    deep_row,
                )  # fmt: skip
        count = here * each
        largest = np.uint32(0)
        for panel in range(piece * every, min(panels, (piece + 1) * every)):
            j0 = panel * width
            wide = min(width, columns - j0)
            vectors_here = (wide + lanes - 1) // lanes
            step = vectors_here * lanes
            u0 = 16 * terms * (group * whole + j0)
            kind = group * columns + j0
            for place in range(16):
                c = sums[place * count * step :]
                for i in range(count * step):
                    c[i] = 0
                if place == 5 and bias.size:  # adds to each of the four results
                    for at in range(count):
                        line, added = c[at * step : at * step + wide], bias[kind : kind + wide]
                        for j in range(wide):
                            line[j] = added[j]
                for begin in range(0, terms, deep):
                    depth = min(deep, terms - begin)
                    factors = u[u0 + (place * terms + begin) * step :]
                    accumulate(
                        data, place * most * deep_row, places, 0, count, shifts, begin, depth,
                        factors, vectors_here, c,
                    )  # fmt: skip
            for number in range(here):
                for tile in range(each):
                    i, j = tile // along, tile % along
                    _transform_sums(
                        sums, (number * each + tile) * step, 4 * count * step, count * step,
                        out, (2 * i * 2 * along + 2 * j) * step, 2 * along * step, step, step,
                    )  # fmt: skip
                for bits in out[: 4 * each * step].view(np.uint32):
                    largest = max(largest, bits & np.uint32(0x7FFFFFFF))
                start = ((first_image + number) * groups * columns + kind) * rows_of_y * row_of_y
                start += 2 * first * row_of_y
                lines = min(2 * some, rows_of_y - 2 * first)
                if 2 * along == row_of_y:
                    write(out, 0, step, lines * row_of_y, wide, y, start, rows_of_y * row_of_y)
                else:
                    for i in range(lines):
                        write(
                            out, i * 2 * along * step, step, row_of_y, wide,
                            y, start + i * row_of_y, rows_of_y * row_of_y,
                        )  # fmt: skip
        found[unit] = largest >= np.uint32(0x7F800000)


def _run(
    x: Buffer,
    w: Buffer,
    bias: Buffer | None,
    y: Buffer,
    sizes: HostArray,
    numbers: tuple[int, ...],
    steps: tuple[int, int, bool],
    otherwise: Callable[..., None],
    arguments: Arguments,
) -> None:
    terms, columns, groups, images, vectors, panels, units = numbers
    lanes = BYTES // y.dtype.itemsize
    u: Buffer = empty(16 * groups * terms * (-(-columns // lanes) * lanes), w.dtype)
    found = np.empty(units, np.bool_)
    parts = -(-terms // _TERMS)
    launch(_weights, w, u, groups, terms, columns, *steps, vectors, groups * panels * parts, 1)
    added = empty(0, y.dtype) if bias is None else bias
    launch(
        _convolve, x, u, added, y, found, sizes, terms, columns, groups, images, vectors, units, 1
    )
    if found.any():
        otherwise(x, w, bias, y, *arguments)


def convolve(
    x: Buffer,
    w: Buffer,
    bias: Buffer | None,
    y: Buffer,
    form: tuple[int, ...],
    channels: tuple[int, int, int, int],
    steps: tuple[int, int, bool],
    otherwise: Callable[..., None],
    arguments: Arguments,
) -> None:
    """Fill planes of *y* with sums over windows of 3x3 of *x* times weights, and the bias.

    Parameters
    ----------
    x, y : buffer
        float32, of the shapes (images, groups, terms, \\*plane) and (images, groups, columns,
        \\*plane).
    form : tuple of int
        Rows and columns of a plane of *x*; zeros above it and left of it; rows and columns of a
        plane of *y*.
    channels : tuple of int
        Terms, columns, groups and images.
    steps : tuple
        From a term's weights to the next one's and from a column's, and whether the taps of each
        are turned round.
    otherwise, arguments : callable, tuple
        ``otherwise(x, w, bias, y, *arguments)`` fills *y* if a result is not finite.
    """
    terms, columns, groups, images = channels
    down, along = -(-form[4] // 2), -(-form[5] // 2)
    tiles = max(_TILES[0], min(_TILES[1], _ELEMENTS // terms))
    together = max(1, min(images, tiles // (down * along)))
    rows = down if together > 1 else even(down, max(1, tiles // along))
    blocks = groups * -(-images // together) * -(-down // rows)
    vectors, panels = panel_form(columns, y.dtype)
    every = -(-panels // min(panels, max(1, -(-_UNITS // blocks))))
    sizes = constant([*form, rows, together, every, even(terms, _DEPTH)])
    numbers = (*channels, vectors, panels, blocks * -(-panels // every))
    run(_run, x, w, bias, y, sizes, numbers, steps, otherwise, arguments)
