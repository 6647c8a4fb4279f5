"""Matrix products on a device: cuBLAS's where it is installed, else tiles in shared memory.

A block of the kernel here makes a tile of the result.  It goes along k in steps: what a step needs
of both operands is brought to shared memory, each element once, while the sums of the step before
are done; then each thread adds to results that it holds in registers.  The order of a sum is that
of k, whatever the tile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types

from ...base import DType, HostArray, promote, wide_dtype
from ...memory.device import DeviceArray
from ..build import binaries
from ..spec.matmul import ONE_START, starts_of
from ..spec.strided import StridedSlice
from ..spec.text import indented, loaded, module, stored
from . import cublas, driver, strided
from .driver import CudaKernel, array_of
from .elementwise import cast


class _Tile(NamedTuple):
    """How results are distributed: *side* x *side* of them a block, *own* x *own* a thread.

    A step along k has *depth* elements.
    """

    side: int
    own: int
    depth: int

    @property
    def threads(self) -> int:
        return (self.side // self.own) ** 2


_SMALL, _LARGE = _Tile(64, 4, 8), _Tile(128, 8, 8)
_SIMULATED = _Tile(4, 2, 2)  # with threads of Python's

_KERNELS: dict[tuple[DType, _Tile], CudaKernel] = {}


def source(dtype: DType, tile: _Tile) -> str:
    """Readable module text of the kernel for matrices of *dtype*."""
    side, own, depth = tile
    across = side // own  # threads along each side of a tile
    kind = wide_dtype(dtype).name
    zero = f"{kind}(0)"
    loads = range(side * depth // tile.threads)
    each = range(own)
    # A row more than there are results: threads that store a column meet different banks.
    shared = f"cuda.shared.array(({depth}, {side + 4}), {kind})"

    def bring(matrix: str) -> list[str]:
        """Load what a thread brings of a step: *depth* columns of op(A), or of op(B)'."""
        lines = []
        for load in loads:
            at = f"{matrix}_at + {load} * {matrix}_along < {matrix}_rows"
            deep = f"{matrix}_deep + {load} * {matrix}_down < rest"
            element = f"{matrix}[{matrix}_from + {load} * {matrix}_hop]"
            lines += [
                f"{matrix}_{load} = {zero}",
                f"if {at} and {deep}:",
                f"    {matrix}_{load} = {loaded(element, dtype, kind)}",
            ]
        return [*lines, f"{matrix}_from += {depth} * {matrix}_jump"]

    def distribute(matrix: str, flag: str, first: str, rows: str) -> list[str]:
        """Which elements a thread brings: neighbours bring neighbours in memory."""
        count = tile.threads
        return [
            f"if {flag}:",
            f"    {matrix}_step, {matrix}_jump = 1, {rows}",
            f"    {matrix}_at, {matrix}_deep = thread % {side}, thread // {side}",
            f"    {matrix}_along, {matrix}_down = {count % side}, {count // side}",
            "else:",
            f"    {matrix}_step, {matrix}_jump = k, 1",
            f"    {matrix}_at, {matrix}_deep = thread // {depth}, thread % {depth}",
            f"    {matrix}_along, {matrix}_down = {count // depth}, 0",
            f"{matrix}_rows = {rows} - {first}",
            f"{matrix}_from = starts_{matrix}[item] + ({first} + {matrix}_at) * {matrix}_step"
            f" + {matrix}_deep * {matrix}_jump",
            f"{matrix}_hop = {matrix}_along * {matrix}_step + {matrix}_down * {matrix}_jump",
        ]

    step = [*bring("a"), *bring("b")]
    lines = [
        "def kernel(a, starts_a, ta, b, starts_b, tb, c, m, n, k, alpha, beta):",
        f"    a_tile = {shared}",
        f"    b_tile = {shared}",
        "    thread = cuda.threadIdx.x",
        f"    tiles = (n + {side - 1}) // {side}",
        "    above = cuda.blockIdx.x // tiles",
        f"    column = (cuda.blockIdx.x - above * tiles) * {side}",
        f"    item = above // ((m + {side - 1}) // {side})",
        f"    row = (above - item * ((m + {side - 1}) // {side})) * {side}",
        *indented(distribute("a", "ta", "row", "m")),
        # op(B)' has the rows that op(B) has columns.
        *indented(distribute("b", "not tb", "column", "n")),
        f"    down, across = thread // {across}, thread % {across}",
        *[f"    s_{i}_{j} = {zero}" for i in each for j in each],
        "    rest = k",
        *indented(step),
        "    while rest > 0:",
        *[
            f"        {x}_tile[{x}_deep + {load} * {x}_down, {x}_at + {load} * {x}_along]"
            f" = {x}_{load}"
            for x in "ab"
            for load in loads
        ],
        "        cuda.syncthreads()",
        f"        rest -= {depth}",
        *indented(step, 2),
        f"        for d in range({depth}):",
        *[f"            x_{i} = a_tile[d, down + {i * across}]" for i in each],
        *[f"            y_{j} = b_tile[d, across + {j * across}]" for j in each],
        *[f"            s_{i}_{j} += x_{i} * y_{j}" for i in each for j in each],
        "        cuda.syncthreads()",
    ]
    for i in each:
        lines += [
            f"    i = row + down + {i * across}",
            "    if i < m:",
            "        first = (item * m + i) * n",
        ]
        for j in each:
            result = f"alpha * s_{i}_{j}"
            lines += [
                f"        j = column + across + {j * across}",
                "        if j < n:",
                f"            value = {result}",
                f"            if beta != {zero}:",
                f"                value += beta * {loaded('c[first + j]', dtype, kind)}",
                f"            c[first + j] = {stored('value', dtype, kind)}",
            ]
    title = f"alpha op(A) op(B) + beta C of {dtype.name}, {side} x {side} a block (CUDA)."
    return module(title, lines)


def kernel(dtype: DType, tile: _Tile) -> CudaKernel:
    """The kernel for matrices of *dtype*, made once a process."""
    if (dtype, tile) not in _KERNELS:
        matrix, starts = array_of(dtype), array_of(np.dtype("int64"))
        flag, size = types.boolean, types.int64
        number = getattr(types, wide_dtype(dtype).name)
        operands = matrix, starts, flag, matrix, starts, flag, matrix
        name = f"product_{dtype.name}_{tile.side}_cuda"
        _KERNELS[dtype, tile] = CudaKernel(
            binaries.load(name, source(dtype, tile)).kernel,
            (*operands, size, size, size, number, number),
        )
    return _KERNELS[dtype, tile]


def _fits(dtype: DType, tile: _Tile) -> bool:
    """Whether a thread's sums fit into its registers: 64 of 32 bits do."""
    return tile is not _LARGE or wide_dtype(dtype).name == "float32"


def _tile(device: driver.CudaDevice, dtype: DType, m: int, n: int, batch: int) -> _Tile:
    """Large tiles read less, but only pay where there are enough to keep the device busy."""
    if driver.SIMULATED:
        return _SIMULATED
    large = batch * -(-m // _LARGE.side) * -(-n // _LARGE.side)
    return _LARGE if _fits(dtype, _LARGE) and large >= 2 * device.processors else _SMALL


def many(
    a: DeviceArray,
    starts_a: HostArray,
    ta: bool,
    b: DeviceArray,
    starts_b: HostArray,
    tb: bool,
    c: DeviceArray,
    m: int,
    n: int,
    k: int,
    alpha: float,
    beta: float,
    batch: int,
) -> None:
    """A batch of products, as `ndgrad.kernels.cpu.matmul.many`, for all dtypes."""
    device = c.device
    assert isinstance(device, driver.CudaDevice)
    dtype = c.dtype
    if k and cublas.usable(device, dtype):
        cublas.many(a, starts_a, ta, b, starts_b, tb, c, m, n, k, alpha, beta, batch)
        return
    tile = _tile(device, dtype, m, n, batch)
    blocks = batch * -(-m // tile.side) * -(-n // tile.side)
    factors = map(wide_dtype(dtype).type, (alpha, beta))
    args = (a, starts_a, bool(ta), b, starts_b, bool(tb), c, m, n, k, *factors)
    kernel(dtype, tile)(device, blocks, tile.threads, args)


_INT32, _BOOL = np.dtype("int32"), np.dtype("bool")


def _in_dtype(x: DeviceArray, dtype: DType) -> DeviceArray:
    return x if x.dtype == dtype else cast(x, dtype)


def _fill_rows(y: DeviceArray, row: DeviceArray, rows: int, n: int) -> None:
    """Copy a row of n elements into each row of *y*."""
    strided.strided_copy(row, StridedSlice((rows, n), (0, 1)), y, StridedSlice((rows, n), (n, 1)))


def product(
    a: DeviceArray,
    b: DeviceArray,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float = 1.0,
    batch: int = 1,
    starts: tuple[HostArray, HostArray] | None = None,
) -> DeviceArray:
    """The flat result of *batch* products, as `ndgrad.kernels.cpu.matmul.product`."""
    dtype = promote(a.dtype, b.dtype)
    compute = _INT32 if dtype == _BOOL else dtype
    a, b = _in_dtype(a, compute), _in_dtype(b, compute)
    c = a.device.empty(batch * m * n, compute)
    if c.size:
        first, second = starts or (starts_of(batch, m * k), starts_of(batch, k * n))
        many(a, first, ta, b, second, tb, c, m, n, k, alpha, 0.0, batch)
    return _in_dtype(c, dtype)


def dense(a: DeviceArray, b: DeviceArray, bias: DeviceArray, m: int, n: int, k: int) -> DeviceArray:
    """A times the transpose of B, with *bias* added to each row."""
    dtype = promote(promote(a.dtype, b.dtype), bias.dtype)
    compute = _INT32 if dtype == _BOOL else dtype
    a, b, bias = (_in_dtype(x, compute) for x in (a, b, bias))
    y = a.device.empty(m * n, compute)
    _fill_rows(y, bias, m, n)
    if y.size and k:
        many(a, ONE_START, False, b, ONE_START, True, y, m, n, k, 1.0, 1.0, 1)
    return _in_dtype(y, dtype)


def product_into(
    a: DeviceArray,
    b: DeviceArray,
    bias: DeviceArray | None,
    c: DeviceArray,
    m: int,
    n: int,
    k: int,
    ta: bool,
    tb: bool,
    alpha: float,
    batch: int,
    add: bool,
) -> None:
    """Fill *c*, or add to it, as `ndgrad.kernels.cpu.matmul.product_into`."""
    if not c.size:
        return
    if bias is not None:
        _fill_rows(c, bias, batch * m, n)
    beta = 1.0 if add or bias is not None else 0.0
    starts = starts_of(batch, m * k), starts_of(batch, k * n)
    many(a, starts[0], ta, b, starts[1], tb, c, m, n, k, alpha, beta, batch)
