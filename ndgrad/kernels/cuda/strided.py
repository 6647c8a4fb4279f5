"""Copies along strides on a device: tiles for transposes, else the widest pieces that fit.

A piece is one element, or as many neighbours as runs, strides and addresses are multiples of, up to
16 bytes.  Threads that stand side by side copy neighbouring pieces.  A tile of a transpose goes
through shared memory, so that both sides are read and written in runs.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
from numba import types

from ...base import DType, HostArray, Shape
from ...memory.device import Buffer, DeviceArray
from ..build import binaries
from ..spec.layout import constant
from ..spec.strided import (
    StridedCopyPlan,
    StridedSlice,
    bits,
    broadcast,
    is_contiguous,
    plan,
    whole,
)
from ..spec.text import module
from .driver import THREADS, CudaKernel, array_of
from .vectors import PIECES, piece_of

_OUTER = """        count = geometry[0]
        for k in range(count, 0, -1):
            rest = outer // geometry[k]
            here = outer - rest * geometry[k]
            a += here * geometry[count + k]
            b += here * geometry[2 * count + k]
            outer = rest"""

_COPY = f"""def kernel(x, y, xo, yo, geometry, middle, mx, my, n, nx, ny, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        outer = row // middle
        a = xo + (i - row * n) * nx + (row - outer * middle) * mx
        b = yo + (i - row * n) * ny + (row - outer * middle) * my
{_OUTER}
        {{move}}"""

# A column of padding puts the elements of a tile's column into different banks of the memory.
_TILES = f"""def kernel(x, y, xo, yo, geometry, middle, my, n, nx, bands, across, units):
    tile = cuda.shared.array(({{side}}, {{side}} + 1), {{dtype}})
    thread = cuda.threadIdx.x
    for unit in range(cuda.blockIdx.x, units, cuda.gridDim.x):
        band = unit // across
        left = (unit - band * across) * {{side}}
        outer = band // bands
        top = (band - outer * bands) * {{side}}
        a = xo + top + left * nx
        b = yo + top * my + left
{_OUTER}
        height = min({{side}}, middle - top)
        width = min({{side}}, n - left)
        for k in range(thread, {{side}} * {{side}}, {THREADS}):
            j, i = k // {{side}}, k % {{side}}
            if j < width and i < height:
                tile[j, i] = x[a + j * nx + i]
        cuda.syncthreads()
        for k in range(thread, {{side}} * {{side}}, {THREADS}):
            i, j = k // {{side}}, k % {{side}}
            if j < width and i < height:
                y[b + i * my + j] = tile[j, i]
        cuda.syncthreads()"""


@cache
def copy_kernel(size: int) -> CudaKernel:
    """The kernel that copies pieces of so many bytes."""
    dtype = np.dtype(PIECES[size])
    bits, geometry, number = array_of(dtype), array_of(np.dtype("int64")), types.int64
    move = "y[b] = x[a]" if size < 16 else "store2(y, 2 * b, load2(x, 2 * a))"
    lines = _COPY.format(move=move).splitlines()
    text = module(f"A strided copy of {size} bytes each (CUDA).", lines)
    made = binaries.load(f"copy_{size}_cuda", text).kernel
    return CudaKernel(made, (bits, bits, number, number, geometry, *(number,) * 7))


def side_of(dtype: DType) -> int:
    """Elements along each side of a tile: rows of it are whole lines of memory, nearly."""
    return 32 if dtype.itemsize >= 4 else 64


@cache
def tile_kernel(dtype: DType) -> CudaKernel:
    """The kernel that transposes tiles of *dtype*, an unsigned integer."""
    bits, geometry, number = array_of(dtype), array_of(np.dtype("int64")), types.int64
    lines = _TILES.format(side=side_of(dtype), dtype=dtype.name).splitlines()
    text = module(f"Transposes of {dtype.name} by tiles (CUDA).", lines)
    made = binaries.load(f"tiles_{dtype.name}_cuda", text).kernel
    return CudaKernel(made, (bits, bits, number, number, geometry, *(number,) * 7))


@lru_cache(maxsize=4096)
def _in_pieces(geometry: bytes, each: int) -> HostArray:
    """The geometry of a plan with strides that count pieces of so many elements *each*."""
    count, *rest = np.frombuffer(geometry, np.int64).tolist()
    return constant([count, *rest[:count], *[stride // each for stride in rest[count:]]])


def strided_copy(x: Buffer, source: StridedSlice, y: DeviceArray, target: StridedSlice) -> None:
    """Copy a slice of *x*, which may be on the host, to one of *y*, as on the host."""
    if 0 not in source.shape:
        how = plan(source.shape, source.strides, target.strides)
        _carry_out(bits(x), bits(y), source.offset, target.offset, how)


def strided_slice(x: DeviceArray, part: StridedSlice) -> DeviceArray:
    """A strided slice of *x* as a new flat array."""
    y = x.device.empty(part.size, x.dtype)
    strided_copy(x, part, y, whole(part.shape))
    return y


def fill_around(x: DeviceArray, n: int, where: StridedSlice, value: float) -> DeviceArray:
    """*n* times a number, but the slice *where* of them holds the elements of *x*."""
    y = x.device.empty(n, x.dtype)
    one_run = is_contiguous(where.shape, where.strides)  # then only what is around it is filled
    for part in (y[: where.offset], y[where.offset + where.size :]) if one_run else (y,):
        part.fill(value)
    strided_copy(x, whole(where.shape), y, where)
    return y


def expand(x: DeviceArray, own: Shape, shape: Shape) -> DeviceArray:
    """The array *x* of shape *own* broadcast to *shape*."""
    return strided_slice(x, broadcast(own, shape))


def _carry_out(x: Buffer, y: DeviceArray, xo: int, yo: int, plan: StridedCopyPlan) -> None:
    middle, mx, my = plan.middle
    n, nx, ny = plan.inner
    if plan.kind == "tiles":
        side = side_of(y.dtype)
        bands, across = -(-middle // side), -(-n // side)
        units = plan.rows // middle * bands * across
        args = (x, y, xo, yo, plan.geometry, middle, my, n, nx, bands, across, units)
        tile_kernel(y.dtype).over(y.device, units * THREADS, args, THREADS)
        return
    each = piece_of((x, y), plan.divisor, xo, yo)
    size = each * y.dtype.itemsize
    pieces = plan.rows * (n // each)
    geometry = plan.geometry if each == 1 else _in_pieces(plan.geometry.tobytes(), each)
    kind = PIECES[size]
    places = (xo // each, yo // each, geometry, middle, mx // each, my // each)
    args = (x.view(kind), y.view(kind), *places, n // each, nx, ny, pieces)
    copy_kernel(size).over(y.device, pieces, args)
