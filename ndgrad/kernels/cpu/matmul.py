"""Products of flat matrices: BLAS or register tiles for real numbers, plain loops for integers.

Every product is a batch of ``alpha * op(A) @ op(B)``.  Its derivative is two more of the same kind
with the flags turned round, so no matrix is ever transposed in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np

from ...base import DType, HostArray, promote, wide_dtype
from ...memory.device import Buffer, host
from ...memory.storage import empty
from ..annotations import Arguments
from ..build.launch import Specialization, address, call, chunked, flat, grain, kernel, vector
from ..build.threads import num_threads
from ..spec.matmul import ONE_START, Matrices, starts_of
from . import blas, calling, tiles
from .elementwise import cast
from .launch import run
from .tasks import Task

_FLOAT32, _FLOAT64 = map(np.dtype, ("float32", "float64"))
_INT32, _BOOL = np.dtype("int32"), np.dtype("bool")

# Work (m * n * k) of which a chunk has at least this much: some 6 us, and as long takes a thread
# to wake for a launch.
_CHUNK = 1 << 19
_LONG = 128  # rows of a block that make up for packing B ...
_CACHED = 1 << 18  # ... which has at most so many elements


# --- flat products --------------------------------------------------------------------------------


@chunked
def _integer_rows(a, b, c, rows: int, n: int, k: int, lo: int, hi: int) -> None:
    """Rows of a batch of products of integers; *rows* of them belong to each matrix."""
    for i in range(lo, hi):
        row = c[i * n : (i + 1) * n]
        factors = a[i * k : (i + 1) * k]
        first = i // rows * k * n
        for j in range(n):
            row[j] = 0
        for t in range(k):
            factor = factors[t]
            other = b[first + t * n : first + (t + 1) * n]
            for j in range(n):
                row[j] += factor * other[j]


@kernel
def _fill(y, start: int, step: int, row, rows: int) -> None:
    """Copy a row to each of so many, which begin *step* elements apart."""
    for i in range(rows):
        target = y[start + i * step : start + i * step + row.size]
        for j in range(target.size):  # assigned at once, Numba compiles an error's text for seconds
            target[j] = row[j]


@chunked
def _blocks(
    kernel: int,
    addr: int,
    a,
    starts_a,
    lda: int,
    ta: bool,
    b,
    starts_b,
    ldb: int,
    tb: bool,
    c,
    starts_c,
    ldc: int,
    bias,
    m: int,
    n: int,
    k: int,
    alpha: float,
    beta: float,
    rows: int,
    columns: int,
    lo: int,
    hi: int,
) -> None:
    """Blocks of at most (rows, columns) of a batch's results, numbered product by product.

    With a *bias* that is not empty each row of the results begins with it, and *beta* is 1.
    *kernel* is where the machine code of `blas.gemm` or `tiles.product` is: a call compiles
    faster than both would inside of this one.
    """
    down, across = (m + rows - 1) // rows, (n + columns - 1) // columns
    for block in range(lo, hi):
        item, place = block // (down * across), block % (down * across)
        i, j = place // across * rows, place % across * columns
        ao, bo = starts_a[item] + (i if ta else i * lda), starts_b[item] + (j * ldb if tb else j)
        co, height, width = starts_c[item] + i * ldc + j, min(rows, m - i), min(columns, n - j)
        if bias.size:
            _fill(c, co, ldc, bias[j : j + width], height)
        call(
            kernel,
            (addr, a, ao, lda, ta, b, bo, ldb, tb, c, co, ldc, height, width, k, alpha, beta),
        )


@cache
def gemm_entry(tiled: bool, dtype: DType) -> tuple[int, int]:
    """What kernels call for a product (see `_blocks`), and the address that they pass on."""
    if tiled:
        return address(tiles.product, flat(tiles.product, dtype)), 0
    return address(blas.gemm, flat(blas.gemm, dtype)), blas.address("gemm", dtype)


@chunked
def _vector_rows(addr: int, a, x, y, k: int, alpha: float, beta: float, lo: int, hi: int) -> None:
    """Rows lo to hi - 1 of a matrix times a vector."""
    blas.gemv(addr, a, lo * k, k, False, x, 0, 1, y, lo, 1, hi - lo, k, alpha, beta)


def _block_shape(m: int, n: int, k: int, tb: bool) -> tuple[int, int]:
    """Rows and columns of a block, when a product of this size is distributed.

    Each block packs the operand that it shares with the others, so there are few: as many as
    threads, and twice as many where that still leaves long blocks.  Blocks of whole rows lie
    together in memory, so that what follows finds them in its thread's cache; but columns that are
    rows of a transposed B do so too.  A block sums over the whole of k, so the result does not
    depend on them.
    """
    threads = num_threads()
    if threads == 1 or m * n * k < 2 * _CHUNK:
        return m, n
    by_rows = m >= n or (not tb and m >= _LONG * threads and k * n <= _CACHED)
    long = m if by_rows else n
    count = min(threads * (2 if long >= 1024 * threads else 1), m * n * k // _CHUNK)
    size = -(-long // count)
    size += -size % 16  # whole register tiles of OpenBLAS
    return (min(size, m), n) if by_rows else (m, min(size, n))


@chunked
def _fill_rows(y, row, n: int, lo: int, hi: int) -> None:
    _fill(y, lo * n, n, row[:n], hi - lo)


def fill_rows(y: Buffer, row: Buffer, rows: int, n: int) -> None:
    """Copy a row of n elements into each row of *y*."""
    _fill_rows(y, row, n, rows, grain(n))


_Product = Callable[[Buffer, Buffer, Buffer], object]


@lru_cache(maxsize=4096)
def single(
    m: int, n: int, k: int, ta: bool, tb: bool, alpha: float, beta: float, dtype: DType
) -> _Product:
    """What makes a single product of real numbers, given A, B and the result.

    A vector goes to the function made for it.
    """
    lda, ldb = m if ta else k, k if tb else n
    alpha, beta = float(alpha), float(beta)
    if n == 1 and k > 0:
        if m == 1 and beta == 0.0 and alpha == 1.0:
            dot = blas.fast("dot", dtype)

            def vectors(a: Buffer, b: Buffer, c: Buffer) -> None:
                c[0] = dot(a, 0, 1, b, 0, 1, k)

            return vectors
        if not ta:
            addr = blas.address("gemv", dtype)
            each = grain(k)
            return lambda a, b, c: _vector_rows(addr, a, b, c, k, alpha, beta, m, each)
    if (n == 1 or m == 1) and k > 0:
        gemv = blas.fast("gemv", dtype)
        if n == 1:
            return lambda a, b, c: gemv(a, 0, m, ta, b, 0, 1, c, 0, 1, m, k, alpha, beta)
        return lambda a, b, c: gemv(b, 0, ldb, not tb, a, 0, 1, c, 0, 1, n, k, alpha, beta)
    if m * n * k < _CHUNK:
        tiled = tiles.fits(m, n, k, ta, tb)
        compiled = tiles.product if tiled else blas.gemm
        addr = 0 if tiled else blas.address("gemm", dtype)
        kernel = calling.function(compiled, flat(compiled, dtype))
        numbers = addr, 0, lda, ta, 0, ldb, tb, 0, n, m, n, k, alpha, beta
        return calling.bound(kernel, "IvIIBvIIBvIIIIIDD", (), numbers)
    if m * n * k < 2 * _CHUNK:
        gemm = tiles.fast(dtype) if tiles.fits(m, n, k, ta, tb) else blas.fast("gemm", dtype)
        return lambda a, b, c: gemm(a, 0, lda, ta, b, 0, ldb, tb, c, 0, n, m, n, k, alpha, beta)
    several, no_bias = batched(m, n, k, ta, tb, alpha, beta, 1, dtype), _no_bias(dtype)
    return lambda a, b, c: several(a, ONE_START, b, ONE_START, c, no_bias)


_Products = Callable[[Buffer, HostArray, Buffer, HostArray, Buffer, Buffer], object]


@lru_cache(maxsize=4096)
def batched(
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float,
    beta: float,
    batch: int,
    dtype: DType,
) -> _Products:
    """What makes a batch of products of real numbers, distributed over the threads.

    It is given A, B, where the matrices of each begin, the result and a bias (see `_blocks`).
    """
    known = m, n, k, ta, tb, float(alpha), float(beta), batch, dtype
    if m * n * k * batch < _CHUNK:
        return _several(*known, 1)
    return lambda *buffers: _several(*known, num_threads())(*buffers)


@cache
def _no_bias(dtype: DType) -> HostArray:
    return np.empty(0, dtype)


@lru_cache(maxsize=4096)
def _several(
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float,
    beta: float,
    batch: int,
    dtype: DType,
    threads: int,
) -> _Products:
    """What makes a batch of this size: A, B, where their matrices begin, the result and a bias."""
    numbers, units, each = _distribution(m, n, k, ta, tb, alpha, beta, batch, dtype)
    kernel, addr, *rest = numbers
    entry = _blocks_entry(dtype)
    lda, ldb, starts_c = m if ta else k, k if tb else n, starts_of(batch, m * n)
    parallel = units > each
    if m * n * k * batch < _CHUNK:
        bound = kernel, addr, lda, ta, ldb, tb, starts_c, n, *rest, 0, units
        return calling.bound(entry, "IIvvIBvvIBvVIvIIIDDIIII", (), bound)
    run = entry.parallel if parallel else entry.serial
    bounds = (units, each) if parallel else (0, units)

    def launch(
        a: Buffer, starts_a: HostArray, b: Buffer, starts_b: HostArray, c: Buffer, bias: Buffer
    ) -> None:
        run(
            kernel, addr, a, starts_a, lda, ta, b, starts_b, ldb, tb, c, starts_c, n, bias,
            *rest, *bounds,
        )  # fmt: skip

    return launch


def _distribution(
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float,
    beta: float,
    batch: int,
    dtype: DType,
) -> tuple[Arguments, int, int]:
    """The numbers that `_blocks` takes, in order, how many blocks there are, and their grain."""
    rows, columns = _block_shape(m, n, k, tb) if batch < 2 * num_threads() else (m, n)
    blocks = batch * -(-m // rows) * -(-n // columns)
    kernel, addr = gemm_entry(tiles.fits(m, n, k, ta, tb), dtype)
    numbers = (kernel, addr, m, n, k, float(alpha), float(beta), rows, columns)
    return numbers, blocks, max(1, _CHUNK // max(rows * columns * k, 1))


@cache
def _blocks_entry(dtype: DType) -> Specialization:
    kinds = list(flat(_blocks.function, dtype))
    kinds[3] = kinds[7] = kinds[11] = vector(np.dtype("int64"))  # where matrices begin
    return Specialization(_blocks, tuple(kinds))


def is_task(m: int, n: int, k: int, batch: int) -> bool:
    """Whether products of real numbers of this size can be a task."""
    return m * n * k * batch > 0 and m > 1 and n > 1


def task(
    operands: tuple[Buffer | str, Buffer | str, Buffer | str | None, Buffer | str],
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float,
    batch: int,
    add: bool,
    dtype: DType,
    places: tuple[Matrices | None, ...] = (None, None, None),
) -> Task | None:
    """`product_into` as a task; None for vectors, which have functions of their own.

    Parameters
    ----------
    operands : tuple
        What stands for A, B, a bias or None, and the result among a task's arguments.
    places : tuple
        Where A, B and the result lie, if not one matrix behind the other.
    """
    if not is_task(m, n, k, batch):
        return None
    a, b, bias, c = operands
    beta = 1.0 if add or bias is not None else 0.0
    numbers, units, grain = _distribution(m, n, k, ta, tb, alpha, beta, batch, dtype)
    kernel, addr, *rest = numbers
    rows, columns = rest[-2:]
    in_order = columns == n and (batch == 1 or rows == m) and places[2] is None
    sizes = (m * k, m if ta else k), (k * n, k if tb else n), (m * n, n)
    (starts_a, lda), (starts_b, ldb), (starts_c, ldc) = (
        (starts_of(batch, size), step)
        if place is None
        else (np.array(place.starts, np.int64), place.step)
        for place, (size, step) in zip(places, sizes, strict=True)
    )
    arguments = (
        kernel, addr, a, starts_a, lda, ta, b, starts_b, ldb, tb, c, starts_c, ldc,
        _no_bias(dtype) if bias is None else bias, *rest,
    )  # fmt: skip
    each = grain * rows * n if in_order else 0
    return Task(_blocks_entry(dtype), arguments, units, grain, grain, each)


def _transposed(x: Buffer, batch: int, rows: int, columns: int) -> HostArray:
    matrices = np.asarray(x).reshape(batch, rows, columns)
    return np.ascontiguousarray(matrices.transpose(0, 2, 1)).reshape(-1)


def integer_product(
    a: Buffer, b: Buffer, c: Buffer, batch: int, m: int, n: int, k: int, ta: bool, tb: bool
) -> None:
    # The loop wants rows of both; an integer product is rare enough to copy for it.
    if ta:
        a = _transposed(a, batch, k, m)
    if tb:
        b = _transposed(b, batch, n, k)
    _integer_rows(a, b, c, max(m, 1), n, k, batch * m, grain(n * k))


def _in_dtype(x: Buffer, dtype: DType) -> Buffer:
    """The elements in *dtype*: the buffer itself if they are."""
    return x if x.dtype is dtype or x.dtype == dtype else cast(x, dtype)


def _sum_dtype(dtype: DType) -> DType:
    """The dtype that matrices of *dtype* are in while they are multiplied."""
    return _INT32 if dtype == _BOOL else wide_dtype(dtype)


def product(
    a: Buffer,
    b: Buffer,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float = 1.0,
    batch: int = 1,
    starts: tuple[HostArray, HostArray] | None = None,
) -> Buffer:
    """The flat result of *batch* products; *starts* are the first elements where they overlap."""
    dtype = compute = a.dtype
    if dtype is not b.dtype or (dtype is not _FLOAT32 and dtype is not _FLOAT64):
        dtype = promote(dtype, b.dtype)
        compute = _sum_dtype(dtype)
        a, b = _in_dtype(a, compute), _in_dtype(b, compute)
    c: Buffer = empty(batch * m * n, compute)
    if not (m and n and batch):
        pass
    elif compute.kind != "f":
        if starts is not None:
            a = host(a).reshape(-1, m * k)[starts[0] // max(m * k, 1)].reshape(-1) if k else a
            b = host(b).reshape(-1, k * n)[starts[1] // max(k * n, 1)].reshape(-1) if k else b
        run(integer_product, a, b, c, batch, m, n, k, ta, tb)
        if alpha != 1.0:
            c *= compute.type(alpha)
    elif batch == 1 and starts is None:
        run(single(m, n, k, ta, tb, alpha, 0.0, compute), a, b, c)
    else:
        if starts is None:
            starts = starts_of(batch, m * k), starts_of(batch, k * n)
        several = batched(m, n, k, ta, tb, alpha, 0.0, batch, compute)
        run(several, a, starts[0], b, starts[1], c, _no_bias(compute))
    return c if compute is dtype else _in_dtype(c, dtype)


def dense(a: Buffer, b: Buffer, bias: Buffer, m: int, n: int, k: int) -> Buffer:
    """A times the transpose of B, with *bias* added to each row."""
    dtype = compute = a.dtype
    if not (dtype is b.dtype is bias.dtype and (dtype is _FLOAT32 or dtype is _FLOAT64)):
        dtype = promote(promote(dtype, b.dtype), bias.dtype)
        compute = _sum_dtype(dtype)
        a, b, bias = _in_dtype(a, compute), _in_dtype(b, compute), _in_dtype(bias, compute)
    y: Buffer = empty(m * n, compute)
    if compute.kind == "f":
        product_into(a, b, bias, y, m, n, k, False, True, 1.0, 1, False)
    else:
        if y.size:
            run(integer_product, a, b, y, 1, m, n, k, False, True)
        host(y).reshape(m, n)[...] += host(bias)
    return y if compute is dtype else _in_dtype(y, dtype)


def product_into(
    a: Buffer,
    b: Buffer,
    bias: Buffer | None,
    c: Buffer,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float,
    batch: int,
    add: bool,
) -> None:
    """Fill *c* with *batch* products of real numbers of one dtype, and add *bias* to each row.

    With *add* the products are added to what *c* holds.
    """
    if c.size == 0:
        return
    beta = 1.0 if add else 0.0
    is_vector = batch == 1 and (m == 1 or n == 1)
    if bias is not None:
        # The product adds to what is there: the bias takes the place of the zeros that BLAS sets.
        beta = 1.0
        if is_vector or k == 0:
            run(fill_rows, c, bias, batch * m, n)
            bias = None
    if k == 0 and beta == 1.0:
        return
    if batch == 1 and (bias is None or is_vector):
        run(single(m, n, k, ta, tb, alpha, beta, c.dtype), a, b, c)
        return
    starts = starts_of(batch, m * k), starts_of(batch, k * n)
    several = batched(m, n, k, ta, tb, alpha, beta, batch, c.dtype)
    run(several, a, starts[0], b, starts[1], c, _no_bias(c.dtype) if bias is None else bias)
