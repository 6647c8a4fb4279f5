"""Matrix products by register tiles.

A tile of C stays in vector registers: each step of its sum loads a few vectors of a row of B and
one element for each row of A.  Long sums are cut into parts, so that a panel of B (a part's rows, a
tile's columns) stays in the cache nearest to the core.  A panel is copied there first where B is
stored transposed or many rows use it.  A part of A is copied where many columns use it and it is
stored transposed, its rows begin whole pages apart, or tiles have few columns; else it is read
where it lies.  While a panel is used the next one's elements of B are fetched, and while a tile is
summed its part of C.  Goto and van de Geijn 2008, "Anatomy of high-performance matrix
multiplication", describe tiles and panels; their blocks for the outer caches are left to the
prefetcher.

LLVM does not find such a loop by itself, so its inner part is written with its vector types.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ...base import DType
from ...memory.device import Buffer
from ...memory.storage import empty
from .. import processor
from ..build.launch import chunked, entry_point, flat, grain, kernel
from .blas import check_matrix
from .launch import launch

_INT = ir.IntType(32)
_LONG = ir.IntType(64)


BYTES = 0 if numba.config.DISABLE_JIT else processor.vector_bytes()
"""Of a vector register; 0 where tiles would be slow."""

ROWS, VECTORS = {64: (8, 3), 32: (6, 2), 16: (8, 3), 0: (0, 0)}[BYTES]
"""Of a tile, and vectors of each row: of 32, 16 or 32 registers it leaves some to A and B."""

_HEIGHTS = tuple(dict.fromkeys((ROWS, 4, 2, 1)))
"""Rows of the tiles that a panel is made of: the last rows of C get smaller ones."""

_DEPTH = 256  # of a panel at most: with three vectors a row 48 KB
_PACKED_ROWS = 64  # so many use a row of B that copying it first pays
_PACKED_COLUMNS = 192  # so many use an element of A before copying it pays
_PAGE = 4096  # bytes: lines that are multiples of it apart compete for the same place in a cache
_LINE = 64  # bytes of a line of the caches

# Up to here OpenBLAS has kernels for AVX-512 that pack nothing: slow ones if B alone is transposed.
_LEAST_WORK = 1_000_000
_NARROW = 8  # columns of C, up to which those are faster in any case
# Beyond, blocks for the outer caches pay, of which processors that take two cycles for a vector
# wait less.
_MOST_WORK = 1 << (33 if processor.halves_vectors() else 28)


def fits(m: int, n: int, k: int, ta: bool, tb: bool) -> bool:
    """Whether tiles are faster than OpenBLAS for a product of this size."""
    if not BYTES or k == 0:
        return False
    work = m * n * k
    if work > _MOST_WORK or BYTES == 32:
        return work <= _MOST_WORK
    return work > _LEAST_WORK or (tb and not ta and m >= 2 * ROWS and n > _NARROW)


# --- vectors --------------------------------------------------------------------------------------


class Vectors:
    """Code for vectors of one element type, loaded and stored at any element."""

    def __init__(
        self, context, builder: ir.IRBuilder, dtype: types.Float, size: int = BYTES
    ) -> None:
        self.builder = builder
        self.element = context.get_value_type(dtype)
        self.size = dtype.bitwidth // 8
        self.lanes = size // self.size
        self.type = ir.VectorType(self.element, self.lanes)
        self.name = f"v{self.lanes}f{dtype.bitwidth}"
        self.flags = ir.VectorType(ir.IntType(1), self.lanes)
        self.zero = ir.Constant(self.type, [0.0] * self.lanes)

    def _call(self, name: str, result: ir.Type, args: list[ir.Value]) -> ir.Value:
        function_type = ir.FunctionType(result, [x.type for x in args])
        function = cgutils.get_or_insert_function(
            self.builder.module, function_type, f"llvm.{name}"
        )
        return self.builder.call(function, args)

    def long(self, value: int) -> ir.Value:
        return ir.Constant(_LONG, value)

    def data(self, context, sig, args, i: int) -> ir.Value:
        """Where the elements of an argument that is an array are."""
        return context.make_array(sig.args[i])(context, self.builder, args[i]).data

    def loop(self, start: ir.Value, stop: ir.Value, step: int) -> ir.Value:
        """The body of ``for i in range(start, stop, step)``, as a context giving i and a count."""
        return cgutils.for_range_slice(self.builder, start, stop, self.long(step), _LONG)

    def at(self, pointer: ir.Value, offset: ir.Value) -> ir.Value:
        return self.builder.gep(pointer, [offset])

    def item(self, table: ir.Value, i: ir.Value) -> ir.Value:
        return self.builder.load(self.at(table, i))

    def _cast(self, pointer: ir.Value) -> ir.Value:
        return self.builder.bitcast(pointer, self.type.as_pointer())

    def load(self, pointer: ir.Value, mask: ir.Value = None) -> ir.Value:
        """A vector; with a mask only its lanes are read, the others are zero."""
        if mask is None:
            value = self.builder.load(self._cast(pointer))
            value.align = self.size
            return value
        args = [self._cast(pointer), ir.Constant(_INT, self.size), mask, self.zero]
        return self._call(f"masked.load.{self.name}.p0", self.type, args)

    def store(self, value: ir.Value, pointer: ir.Value, mask: ir.Value = None) -> None:
        if mask is None:
            self.builder.store(value, self._cast(pointer)).align = self.size
            return
        args = [value, self._cast(pointer), ir.Constant(_INT, self.size), mask]
        self._call(f"masked.store.{self.name}.p0", ir.VoidType(), args)

    def prefetch(self, pointer: ir.Value, written: bool = False) -> None:
        """Bring a line into the second cache, as the first has no room for it yet.

        One that is *written* soon comes into the first, to be changed there.
        """
        byte = ir.IntType(8).as_pointer()
        kind, level, of_data = _INT(int(written)), _INT(3 if written else 2), _INT(1)
        args = [self.builder.bitcast(pointer, byte), kind, level, of_data]
        self._call("prefetch.p0", ir.VoidType(), args)

    def fma(self, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
        return self._call(f"fma.{self.name}", self.type, [a, b, c])

    def shuffle(self, a: ir.Value, b: ir.Value, lanes: list[int]) -> ir.Value:
        mask = ir.Constant(ir.VectorType(_INT, self.lanes), lanes)
        return self.builder.shuffle_vector(a, b, mask)

    def broadcast(self, scalar: ir.Value, kind: ir.Type | None = None) -> ir.Value:
        """A vector of equal elements."""
        kind = kind or self.type
        nothing = ir.Constant(kind, ir.Undefined)
        first = self.builder.insert_element(nothing, scalar, ir.Constant(_INT, 0))
        return self.shuffle(first, nothing, [0] * self.lanes)

    def sum(self, x: ir.Value) -> ir.Value:
        """The sum of all lanes: the upper half is added to the lower until one is left."""
        half = self.lanes // 2
        while half:
            upper = [(i + half) % self.lanes for i in range(self.lanes)]
            x = self.builder.fadd(x, self.shuffle(x, x, upper))
            half //= 2
        return self.builder.extract_element(x, ir.Constant(_INT, 0))

    def first(self, count: ir.Value) -> ir.Value:
        """A mask of the first *count* lanes."""
        kind = ir.VectorType(_INT, self.lanes)
        numbers = ir.Constant(kind, list(range(self.lanes)))
        few = self.builder.trunc(count, _INT)
        return self.builder.icmp_signed("<", numbers, self.broadcast(few, kind))


@intrinsic
def _multiply(
    _typing, a, ao, apart, down, along, b, bo, ldb, c, co, ldc, m, k, alpha, beta, columns,
    later, lo, ldl, each, length,
):  # fmt: skip
    """A panel of ``C = alpha * A @ B + beta * C``: *m* rows of *columns* elements.

    The first elements are at ao, bo and co; *down* and *along* are the steps in A from row to row
    and along the sum; *apart*, times the number of its first row, is where a tile's rows begin.
    *columns* is up to `VECTORS` vectors, the last of them perhaps in part; k is 1 or more.  Each
    tile also prefetches *each* rows, of *length* elements, of the matrix *later*, which is needed
    next.
    """

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()  # is compiled but not called: see `fits`
        dtype = sig.args[0].dtype
        v = Vectors(context, builder, dtype)
        a, b, c = (v.at(v.data(context, sig, args, i), args[i + 1]) for i in (0, 5, 8))
        apart, down, along, ldb, ldc, m, k = (args[i] for i in (2, 3, 4, 7, 10, 11, 12))
        alpha, beta = (context.cast(builder, args[i], sig.args[i], dtype) for i in (13, 14))
        columns = args[15]
        later = v.at(v.data(context, sig, args, 16), args[17])
        ldl, each, length = args[18:21]

        def prefetch(tile):
            """The share of a tile in what is prefetched, a cache line at a time."""
            first = builder.mul(tile, each)
            with v.loop(first, builder.add(first, each), 1) as (row, _):
                start = v.at(later, builder.mul(row, ldl))
                with v.loop(v.long(0), length, _LINE // v.size) as (i, _):
                    v.prefetch(v.at(start, i))

        def rows(vectors: int, mask) -> None:
            last: ir.Value = v.long(0)
            for height in _HEIGHTS:
                first, left = last, builder.sub(m, last)
                last = builder.sub(m, builder.srem(left, v.long(height)))
                with v.loop(first, last, height) as (i, tile):
                    if height == ROWS:
                        prefetch(tile)
                    line, result = v.at(a, builder.mul(i, apart)), v.at(c, builder.mul(i, ldc))
                    _emit_tile(
                        v, line, down, along, b, ldb, result, ldc, k, alpha, beta,
                        height, vectors, mask,
                    )  # fmt: skip

        widest = v.long(VECTORS * v.lanes)
        with builder.if_then(builder.icmp_signed("==", columns, widest)):
            rows(VECTORS, None)
        for count in range(1, VECTORS + 1):
            before = v.long((count - 1) * v.lanes)
            last = builder.sub(columns, before)
            some = builder.icmp_signed(">", last, v.long(0))
            most = builder.icmp_signed("<" if count == VECTORS else "<=", last, v.long(v.lanes))
            with builder.if_then(builder.and_(some, most)):
                rows(count, v.first(last))
        return context.get_dummy_value()

    n = types.intp
    product = a, n, n, n, n, b, n, n, c, n, n, n, n, alpha, beta, n
    return types.void(*product, later, n, n, n, n), code


def emit_tile(
    v: Vectors,
    heads: list[ir.Value],
    place: Callable[[ir.Value], ir.Value],
    row: Callable[[ir.Value], ir.Value],
    k: ir.Value,
    across: list[tuple[ir.Value, ir.Value | None]],
) -> list[list[ir.Value]]:
    """The sums of a tile of constant size.

    Parameters
    ----------
    heads : list of ir.Value
        For each row of the tile where its factors begin.
    place : callable
        Code for how far from there the factor of a step of the sum is.
    row : callable
        Code for where the row of B is that a step takes.
    across : list of tuple
        For each vector of a row of B how far from there it begins, and a mask or None.
    """
    builder = v.builder
    before = builder.block
    loop, after = builder.append_basic_block("sum"), builder.append_basic_block("write")
    builder.branch(loop)
    builder.position_at_end(loop)
    step = builder.phi(_LONG)
    sums = [[builder.phi(v.type) for _ in across] for _ in heads]
    line, there = row(step), place(step)
    others = [v.load(v.at(line, offset), lanes) for offset, lanes in across]
    following = builder.add(step, v.long(1))
    step.add_incoming(v.long(0), before)
    step.add_incoming(following, loop)
    totals = []
    for head, before_step in zip(heads, sums, strict=True):
        factor = v.broadcast(builder.load(v.at(head, there)))
        totals.append([v.fma(factor, x, s) for x, s in zip(others, before_step, strict=True)])
        for s, total in zip(before_step, totals[-1], strict=True):
            s.add_incoming(v.zero, before)
            s.add_incoming(total, loop)
    builder.cbranch(builder.icmp_signed("<", following, k), loop, after)
    builder.position_at_end(after)
    return totals


def _emit_tile(
    v: Vectors, a, down, along, b, ldb, c, ldc, k, alpha, beta, rows: int, vectors: int, mask
) -> None:
    """A tile of a product; with a mask only those lanes of each row's last vector."""
    builder = v.builder
    across = [(v.long(v.lanes * j), None) for j in range(vectors)]
    across[-1] = across[-1][0], mask
    heads = [v.at(a, builder.mul(down, v.long(i))) for i in range(rows)]
    results = [v.at(c, builder.mul(ldc, v.long(i))) for i in range(rows)]
    for start in results:
        for offset, _ in across:
            v.prefetch(v.at(start, offset), written=True)
    totals = emit_tile(
        v,
        heads,
        lambda step: builder.mul(step, along),
        lambda step: v.at(b, builder.mul(step, ldb)),
        k,
        across,
    )
    # With beta 0 it does not matter what C holds, be it NaN.
    fresh = builder.fcmp_ordered("==", beta, ir.Constant(v.element, 0.0))
    alphas, betas = v.broadcast(alpha), v.broadcast(beta)
    with builder.if_else(fresh) as branches:
        for branch, adds in zip(branches, (False, True), strict=True):
            with branch:
                for start, line in zip(results, totals, strict=True):
                    for total, (offset, lanes) in zip(line, across, strict=True):
                        pointer = v.at(start, offset)
                        value = builder.fmul(total, alphas)
                        if adds:
                            value = v.fma(betas, v.load(pointer, lanes), value)
                        v.store(value, pointer, lanes)


@intrinsic
def pack(_typing, b, bo, ldb, tb, k, columns, panel, start, step):
    """Copy *columns* columns of B, stored transposed or not, to a panel.

    Its rows begin at *start* and are *step* elements apart.  It is written in square blocks of a
    vector's elements, from right to left: what a block has beyond *k* or *columns* is overwritten
    by what follows, or does not matter.
    """

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype)
        b = v.at(v.data(context, sig, args, 0), args[1])
        ldb, tb, k, columns = args[2:6]
        panel = v.at(v.data(context, sig, args, 6), args[7])
        step = args[8]
        last = builder.sub(columns, v.long(1))
        last = builder.sub(last, builder.srem(last, v.long(v.lanes)))
        with v.loop(v.long(0), k, v.lanes) as (p, _), v.loop(v.long(0), columns, v.lanes) as (j, _):
            j = builder.sub(last, j)
            target = v.at(panel, builder.add(builder.mul(p, step), j))
            across, deep = builder.sub(columns, j), builder.sub(k, p)
            outer, inner = builder.select(tb, j, p), builder.select(tb, p, j)
            rows, wide = builder.select(tb, across, deep), builder.select(tb, deep, across)
            source = v.at(b, builder.add(builder.mul(outer, ldb), inner))
            block = emit_loads(v, source, ldb, rows, wide)
            with builder.if_else(tb) as (transposed, stored):
                with transposed:
                    _emit_stores(v, transposed_block(v, block), target, step)
                with stored:
                    _emit_stores(v, block, target, step)
        return context.get_dummy_value()

    n = types.intp
    return types.void(b, n, n, types.boolean, n, n, panel, n, n), code


@intrinsic
def _pack_rows(_typing, a, ao, lda, k, rows, side, depth):
    """Copy a whole number of tiles' rows of A, stored transposed, tile by tile.

    A vector holds a step of the sum for several tiles: `pack` would read its line once for each.
    """

    def code(context, builder, sig, args):
        if not BYTES:
            return context.get_dummy_value()
        v = Vectors(context, builder, sig.args[0].dtype)
        if v.lanes % ROWS:
            return context.get_dummy_value()  # is compiled but not called: see `product`
        a, side = v.at(v.data(context, sig, args, 0), args[1]), v.data(context, sig, args, 5)
        lda, k, rows, depth = (args[i] for i in (2, 3, 4, 6))
        part = ir.VectorType(v.element, ROWS)
        with v.loop(v.long(0), rows, v.lanes) as (i, _):
            left = builder.sub(rows, i)
            mask, tiles = v.first(left), []
            # Tiles that are not there are written before the first one that is.
            for first in reversed(range(0, v.lanes, ROWS)):
                there = builder.icmp_signed("<", v.long(first), left)
                tile = builder.select(there, builder.add(i, v.long(first)), i)
                tiles.append((first, v.at(side, builder.mul(tile, depth))))
            with v.loop(v.long(0), k, 1) as (p, _):
                line = v.load(v.at(v.at(a, i), builder.mul(p, lda)), mask)
                place = builder.mul(p, v.long(ROWS))
                for first, start in tiles:
                    lanes = ir.Constant(ir.VectorType(_INT, ROWS), [first + j for j in range(ROWS)])
                    target = builder.bitcast(v.at(start, place), part.as_pointer())
                    value = builder.shuffle_vector(line, line, lanes)
                    builder.store(value, target).align = v.size
        return context.get_dummy_value()

    n = types.intp
    return types.void(a, n, n, n, n, side, n), code


def emit_loads(
    v: Vectors, source: ir.Value, step: ir.Value, rows: ir.Value, columns: ir.Value
) -> list[ir.Value]:
    """The rows of a square block, of which *rows* and *columns* elements may be read."""
    builder = v.builder
    mask, last = v.first(columns), builder.sub(rows, v.long(1))
    lines = []
    for i in range(v.lanes):
        inside = builder.icmp_signed("<", v.long(i), rows)
        row = builder.select(inside, v.long(i), last)
        lines.append(v.load(v.at(source, builder.mul(row, step)), mask))
    return lines


def _emit_stores(v: Vectors, lines: list[ir.Value], target: ir.Value, step: ir.Value) -> None:
    for i, line in enumerate(lines):
        v.store(line, v.at(target, v.builder.mul(v.long(i), step)))


def transposed_block(v: Vectors, lines: list[ir.Value]) -> list[ir.Value]:
    """A square block's columns, from its rows."""
    lines = list(lines)
    # Exchange the off-diagonal quarters, then those of each quarter, and so on.
    half = v.lanes // 2
    while half:
        low = [i if not i & half else v.lanes + i - half for i in range(v.lanes)]
        high = [i + half if not i & half else v.lanes + i for i in range(v.lanes)]
        for i in range(v.lanes):
            if not i & half:
                upper, lower = lines[i], lines[i + half]
                lines[i] = v.shuffle(upper, lower, low)
                lines[i + half] = v.shuffle(upper, lower, high)
        half //= 2
    return lines


# --- products -------------------------------------------------------------------------------------


@kernel
def product(
    _addr: int,
    a,
    ao: int,
    lda: int,
    ta: bool,
    b,
    bo: int,
    ldb: int,
    tb: bool,
    c,
    co: int,
    ldc: int,
    m: int,
    n: int,
    k: int,
    alpha: float,
    beta: float,
) -> None:
    """``C = alpha * A @ B + beta * C``: what `blas.gemm` computes.

    It takes the same arguments, so that one caller serves both; the address is not used.  With
    *ldb* 0, *b* holds the panels that `packed` makes.
    """
    check_matrix(a.size, ao, k if ta else m, m if ta else k, lda)
    check_matrix(c.size, co, m, n, ldc)
    lanes = BYTES // a.itemsize
    widest = VECTORS * lanes
    is_packed = ldb == 0
    apart = (k + lanes) * widest  # from one packed panel to the next one
    if is_packed:
        check_matrix(b.size, bo, (n + widest - 1) // widest, apart, apart)
    else:
        check_matrix(b.size, bo, n if tb else k, k if tb else n, ldb)
    parts = (k + _DEPTH - 1) // _DEPTH
    deep = (k + parts - 1) // parts
    packed_b = (tb or m >= _PACKED_ROWS) and not is_packed
    panel = np.empty((deep + lanes) * widest + lanes if packed_b else lanes, a.dtype)
    panel = panel[(-panel.ctypes.data % BYTES) // a.itemsize :]  # or each vector lies in two lines
    down, along = (1, lda) if ta else (lda, 1)
    packed_a = n >= _PACKED_COLUMNS and (ta or VECTORS < 3 or lda * a.itemsize % _PAGE == 0)
    whole = m - m % ROWS if packed_a else 0  # rows of A that are packed
    side = np.empty(whole * deep + lanes * (ROWS + 1), a.dtype)
    tiles = max(1, m // ROWS)
    for first in range(0, k, deep):
        depth = min(deep, k - first)
        start_a = ao + first * along
        if ta and lanes % ROWS == 0:
            _pack_rows(a, start_a, lda, depth, whole, side, depth)
        else:
            for i in range(0, whole, ROWS):
                pack(a, start_a + i * down, lda, not ta, depth, ROWS, side, i * depth, ROWS)
        j = 0
        while j < n:
            panels = (n - j + widest - 1) // widest  # of about as many vectors each
            vectors = ((n - j + lanes - 1) // lanes + panels - 1) // panels
            width = min(widest if is_packed else vectors * lanes, n - j)
            start_b = bo + (j * ldb + first if tb else first * ldb + j)
            rows, start, step = (panel, 0, widest) if packed_b else (b, start_b, ldb)
            if is_packed:
                start, step = bo + j // widest * apart + first * widest, widest
            if packed_b:
                pack(b, start_b, ldb, tb, depth, width, panel, 0, widest)
            coming = min(width, n - j - width) if packed_b else 0  # columns of the next panel
            later = start_b + (width * ldb if tb else width)
            each, length = (coming, depth) if tb else (depth if coming else 0, coming)
            each = (each + tiles - 1) // tiles
            before = beta if first == 0 else 1.0
            if whole:
                _multiply(
                    side, 0, depth, 1, ROWS, rows, start, step,
                    c, co + j, ldc, whole, depth, alpha, before, width,
                    b, later, ldb, each, length,
                )  # fmt: skip
            _multiply(
                a, start_a + whole * down, down, down, along, rows, start, step,
                c, co + whole * ldc + j, ldc, m - whole, depth, alpha, before, width,
                b, later, ldb, each, length,
            )  # fmt: skip
            j += width


@chunked
def _panels(b, ldb: int, tb: bool, n: int, k: int, y, lo: int, hi: int) -> None:
    """Copy columns of B, stored transposed or not, to panels number lo to hi - 1."""
    lanes = BYTES // b.itemsize
    widest = VECTORS * lanes
    for panel in range(lo, hi):
        j = panel * widest
        start = j * ldb if tb else j
        pack(b, start, ldb, tb, k, min(widest, n - j), y, panel * (k + lanes) * widest, widest)


def packed(b: Buffer, n: int, k: int, tb: bool) -> Buffer:
    """B as panels for `product`, which then need not be packed for each product with it.

    Only where there are tiles: see `BYTES`.
    """
    lanes = BYTES // b.dtype.itemsize
    widest = VECTORS * lanes
    panels = -(-n // widest)
    y: Buffer = empty(panels * (k + lanes) * widest, b.dtype)
    launch(_panels, b, k if tb else n, tb, n, k, y, panels, grain(k * widest))
    return y


@cache
def fast(dtype: DType) -> Callable[..., None]:
    """`product` for arrays of *dtype*, called past Numba's look at argument types."""
    return partial(entry_point(product, flat(product, dtype)), 0)
