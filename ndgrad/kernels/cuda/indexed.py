"""Rows picked by index and put back on a device: pieces of rows side by side.

Nothing here waits for the device: indices stay where they are, and what is wrong with them is said
later (`driver.errors`).  Rows with one index are added in the order of the index vector, as on
the host: the indices are sorted, and a thread adds one column of all rows with its index.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numba import types

from ...base import DType
from ...memory.device import Buffer, DeviceArray, host
from ..build import binaries
from ..cpu import indexed as on_host
from ..spec.formula import Loop
from ..spec.layout import arange
from ..spec.text import memory_type, module
from . import driver, elementwise, sort
from .driver import CudaKernel, array_of
from .vectors import PIECES, piece_of

_INDEX = np.dtype("int64")

_TAKE = """def kernel(x, index, y, length, count, n, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        outer = row // count
        a = (outer * length + index[row - outer * count]) * n + i - row * n
        {move}"""

# The row of index k of v becomes that of index[k] of y, unless a later one does.
_PUT = """def kernel(v, index, owner, y, length, count, n, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        outer = row // count
        k = row - outer * count
        if owner[index[k]] == k:
            b = (outer * length + index[k]) * n + i - row * n
            {move}"""

_CLAIM = """def kernel(index, owner, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        cuda.atomic.max(owner, index[i], i)"""

# The thread of the first of equal indices, in order, adds the rows of all.
_ADD = """def kernel(g, order, index, y, length, count, n, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        column = i - row * n
        outer = row // count
        j = row - outer * count
        target = index[order[j]]
        if j == 0 or index[order[j - 1]] != target:
            total = y[(outer * length + target) * n + column]
            while j < count and index[order[j]] == target:
                total = {dtype}(total + g[(outer * count + order[j]) * n + column])
                j += 1
            y[(outer * length + target) * n + column] = total"""

_CHECK = """def kernel(index, low, length, word, code, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        k = index[i]
        if k < low or k >= length:
            near = min(max(k, int64(-2147483648)), int64(2147483647))
            cuda.atomic.min(word, 0, code * 4294967296 + near + 2147483648)
            k = int64(0)
        index[i] = k + length if k < 0 else k"""


def _kernel(name: str, title: str, text: str, arrays: Sequence[DType]) -> CudaKernel:
    made = binaries.load(f"{name}_cuda", module(f"{title} (CUDA).", text.splitlines())).kernel
    return CudaKernel(made, (*map(array_of, arrays), *(types.int64,) * 4))


@cache
def take_kernel(size: int) -> CudaKernel:
    """The kernel that takes rows in pieces of so many bytes."""
    move = "y[i] = x[a]" if size < 16 else "store2(y, 2 * i, load2(x, 2 * a))"
    data = np.dtype(PIECES[size])
    text = _TAKE.format(move=move)
    return _kernel(f"take_rows_{size}", f"Rows by {size} bytes each", text, (data, _INDEX, data))


@cache
def put_kernel(size: int) -> CudaKernel:
    """The kernel that puts rows in pieces of so many bytes."""
    move = "y[b] = v[i]" if size < 16 else "store2(y, 2 * b, load2(v, 2 * i))"
    data = np.dtype(PIECES[size])
    kinds = (data, _INDEX, _INDEX, data)
    return _kernel(f"put_rows_{size}", f"Rows by {size} bytes each", _PUT.format(move=move), kinds)


@cache
def add_kernel(dtype: DType) -> CudaKernel:
    """The kernel that adds rows of *dtype*."""
    text = _ADD.format(dtype=memory_type(dtype))
    kinds = (dtype, _INDEX, _INDEX, dtype)
    return _kernel(f"add_rows_{dtype.name}", f"Sums of rows of {dtype.name}", text, kinds)


@cache
def claim_kernel() -> CudaKernel:
    """The kernel that finds which place in an index vector is the last of its index."""
    text = module("Owners of places (CUDA).", _CLAIM.splitlines())
    index = array_of(_INDEX)
    return CudaKernel(binaries.load("claim_rows_cuda", text).kernel, (index, index, types.int64))


@cache
def check_kernel() -> CudaKernel:
    """The kernel that looks whether indices are valid."""
    text = module("Indices that are not valid (CUDA).", _CHECK.splitlines())
    index, number = array_of(_INDEX), types.int64
    signature = (index, number, number, index, number, number)
    return CudaKernel(binaries.load("check_rows_cuda", text).kernel, signature)


def checked(index: DeviceArray, low: int, n: int, error: type[Exception], text: str) -> None:
    """As `kernels.cpu.indexed.checked`; an index out of range becomes 0, and is named later."""
    if not n:
        on_host.checked(host(index), low, n, error, text)
    elif index.size:
        device = index.device
        assert isinstance(device, driver.CudaDevice)
        code = device.faults.code(error, text.replace("{range}", "{value}"))
        args = (index, low, n, device.faults.flag, code, index.size)
        check_kernel().over(device, index.size, args)


def _pieces(
    x: DeviceArray, y: DeviceArray, inner: int
) -> tuple[int, int, DeviceArray, DeviceArray]:
    each = piece_of((x, y), inner)
    size = each * y.dtype.itemsize
    return size, inner // each, x.view(PIECES[size]), y.view(PIECES[size])


def take(x: DeviceArray, index: DeviceArray, outer: int, length: int, inner: int) -> DeviceArray:
    """Rows of the flat array *x* seen as (outer, length, inner)."""
    y = x.device.empty(outer * index.size * inner, x.dtype)
    if y.size:
        size, n, x_pieces, y_pieces = _pieces(x, y, inner)
        pieces = outer * index.size * n
        args = (x_pieces, index, y_pieces, length, index.size, n, pieces)
        take_kernel(size).over(y.device, pieces, args)
    return y


def last_writer(index: DeviceArray, length: int) -> DeviceArray:
    """For each of *length* rows the last place in an index vector that has its index, else -1."""
    device = index.device
    owner = device.empty(length, _INDEX)
    owner.fill(-1)
    if index.size:
        claim_kernel().over(device, index.size, (index, owner, index.size))
    return owner


_ONE_HOT = Loop("hot", ("which", "place", "on", "off"), (("y", "where(which == place, on, off)"),))


def one_hot(
    index: DeviceArray, form: tuple[int, int, int], y: DeviceArray, on: float, off: float
) -> None:
    """Fill *y* of *form*: *on* at each index's place along the middle axis, else *off*."""
    outer, n, inner = form
    if y.size:
        operands = index, arange(n), float(on), float(off)
        shapes = (outer, 1, inner), (n, 1), None, None
        elementwise.run(_ONE_HOT, operands, shapes, (y,), "float64")


def put(v: DeviceArray, index: Buffer, y: DeviceArray, outer: int, length: int, inner: int) -> None:
    """Write rows of *v* into *y*, each of which is written once at most: the last one stays."""
    if not v.size:
        return
    device = y.device
    assert isinstance(device, driver.CudaDevice)
    count = index.size
    index = device.constant(index) if isinstance(index, np.ndarray) else index
    owner = last_writer(index, length)
    size, n, v, y = _pieces(v, y, inner)
    pieces = outer * count * n
    put_kernel(size).over(device, pieces, (v, index, owner, y, length, count, n, pieces))


def _sorted(index: Buffer) -> Buffer:
    """The order that sorts an index vector; equal indices keep theirs."""
    if not isinstance(index, DeviceArray):
        return np.argsort(index, kind="stable")
    n = index.size
    order = index.device.empty(n, _INDEX)
    sort.order(index, 1, n, 1, n, False, order)
    return order


def add(g: DeviceArray, index: Buffer, outer: int, length: int, inner: int) -> DeviceArray:
    """The adjoint of `take`: zeros to which rows are added."""
    y = g.device.empty(outer * length * inner, g.dtype)
    y.fill(0)
    add_into(g, index, y, outer, length, inner)
    return y


def add_into(
    g: DeviceArray, index: Buffer, y: DeviceArray, outer: int, length: int, inner: int
) -> None:
    """Add the rows *g* to those of *y* that `take` would pick."""
    if g.size:
        a, b = (g.view(np.uint8), y.view(np.uint8)) if g.dtype == np.bool_ else (g, y)
        count = index.size
        args = (a, _sorted(index), index, b, length, count, inner, g.size)
        add_kernel(a.dtype).over(y.device, outer * count * inner, args)
