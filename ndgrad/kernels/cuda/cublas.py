"""cuBLAS, where it is installed: products of batches of real matrices.

It is called through its C interface, so that it may come with any package: ``nvidia-cublas``,
CuPy's or PyTorch's, or a toolkit.  float32 is computed as float32: nothing here asks for TF32.
Each stream has cuBLAS's state for itself, so that it gives the same bits every time.
"""

from __future__ import annotations

import ctypes
import warnings
from functools import cache
from typing import NamedTuple

import numpy as np

from ...base import DType, HostArray, MXNetError
from ...memory.device import DeviceArray
from ..annotations import Arguments
from . import driver
from .streams import Capture, Stream

_NO_TRANSPOSE, _TRANSPOSE = 0, 1
_DEFAULT_ALGORITHM = -1
_NO_REDUCED_SUMS = 16  # sums of 16 bits are float32, those of split work too


class _Kind(NamedTuple):
    """A dtype to cuBLAS: of the matrices, of the arithmetic, and of alpha and beta."""

    matrix: int
    arithmetic: int
    factor: type[ctypes.c_float] | type[ctypes.c_double]


_KINDS = {
    "e": _Kind(2, 68, ctypes.c_float),
    "E": _Kind(14, 68, ctypes.c_float),
    "f": _Kind(0, 68, ctypes.c_float),
    "d": _Kind(1, 70, ctypes.c_double),
}

_int, _long, _pointer = ctypes.c_int, ctypes.c_int64, ctypes.c_void_p
_FACTOR = ctypes.c_void_p
_START = (_pointer, _int, _int, _long, _long, _long, _FACTOR)
_SIGNATURES: dict[str, tuple[type, ...]] = {
    "cublasCreate_v2": (_pointer,),
    "cublasSetStream_v2": (_pointer, _pointer),
    "cublasSetWorkspace_v2": (_pointer, _pointer, ctypes.c_size_t),
    "cublasSetMathMode": (_pointer, _int),
    "cublasGemmStridedBatchedEx_64": (
        *_START,
        *(_pointer, _int, _long, _long),
        *(_pointer, _int, _long, _long),
        _FACTOR,
        *(_pointer, _int, _long, _long),
        *(_long, _int, _int),
    ),
    "cublasGemmBatchedEx_64": (
        *_START,
        *(_pointer, _int, _long),
        *(_pointer, _int, _long),
        _FACTOR,
        *(_pointer, _int, _long),
        *(_long, _int, _int),
    ),
}


@cache
def _cublas() -> ctypes.CDLL | None:
    """The functions above; None if cuBLAS is not installed."""
    cublas = driver.shared_object("cublas")
    if cublas is not None:
        for name, kinds in _SIGNATURES.items():
            getattr(cublas, name).argtypes = kinds
    return cublas


def _call(name: str, *args: object) -> None:
    status = getattr(_cublas(), name)(*args)
    if status:
        raise MXNetError(f"cuBLAS: {name} returns status {status}")


@cache
def _handle(stream: Stream) -> ctypes.c_void_p | None:
    """cuBLAS's state for a stream; None where products have to do without."""
    if _cublas() is None:
        return None
    stream.calls.activate()
    handle = ctypes.c_void_p()
    try:
        _call("cublasCreate_v2", ctypes.byref(handle))
    except MXNetError as error:
        warnings.warn(f"ndgrad: products run without {error}", RuntimeWarning, stacklevel=2)
        return None
    _call("cublasSetStream_v2", handle, stream.handle)
    _call("cublasSetMathMode", handle, _NO_REDUCED_SUMS)
    return handle


@cache
def _workspace(device: driver.CudaDevice) -> DeviceArray:
    """Memory for what products that are recorded leave for themselves, as large as NVIDIA says."""
    return device.empty((32 if device.compute_capability >= (9, 0) else 4) << 20, np.dtype("uint8"))


def _started(stream: Stream | Capture, name: str, args: Arguments) -> None:
    handle = _handle(stream.owner)
    if stream is stream.owner:
        _call(name, handle, *args)
        return
    # What is recorded may run beside what the handle's own stream does then.
    space = _workspace(stream.device)
    stream.order((space,))
    _call("cublasSetStream_v2", handle, stream.handle)
    try:
        _call("cublasSetWorkspace_v2", handle, space.address, space.nbytes)
        _call(name, handle, *args)
    finally:
        _call("cublasSetStream_v2", handle, stream.owner.handle)  # and a workspace of its own


def usable(device: driver.CudaDevice, dtype: DType) -> bool:
    """Whether cuBLAS can multiply matrices of *dtype* on *device*."""
    return dtype.char in _KINDS and _handle(device.stream.owner) is not None


def _spacing(starts: HostArray) -> int | None:
    """Elements from one matrix of a batch to the next; None if that differs or goes back."""
    if starts.size == 1:
        return 0
    steps = np.diff(starts)
    step = int(steps[0])
    return step if step >= 0 and bool((steps == step).all()) else None


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
    """What `ndgrad.kernels.cpu.matmul.many` does, for a device and dtype that are `usable`."""
    device = c.device
    assert isinstance(device, driver.CudaDevice)
    matrix, arithmetic, factor = _KINDS[c.dtype.char]
    factors = [ctypes.byref(factor(x)) for x in (alpha, beta)]
    # cuBLAS takes columns for rows: of our memory it sees the transposes, and C' = op(B)' op(A)'.
    start = (
        *(_TRANSPOSE if flag else _NO_TRANSPOSE for flag in (tb, ta)),
        n,
        m,
        k,
    )
    leading = k if tb else n, m if ta else k, n
    end = batch, arithmetic, _DEFAULT_ALGORITHM
    matrices = b, a, c
    lists: list[DeviceArray] = []
    spacings = _spacing(starts_b), _spacing(starts_a), m * n
    steps: tuple[tuple[int | None, ...], ...]
    if None in spacings:
        starts = starts_b, starts_a, np.arange(batch) * (m * n)
        lists = [
            device.constant(x.address + x.dtype.itemsize * np.asarray(at, np.int64))
            for x, at in zip(matrices, starts, strict=True)
        ]
        name, places, steps = "cublasGemmBatchedEx_64", [x.address for x in lists], ((),) * 3
    else:
        firsts = int(starts_b[0]), int(starts_a[0]), 0
        places = [x.address + x.dtype.itemsize * at for x, at in zip(matrices, firsts, strict=True)]
        name, steps = "cublasGemmStridedBatchedEx_64", tuple((step,) for step in spacings)
    first, second, out = (
        (place, matrix, columns, *step)
        for place, columns, step in zip(places, leading, steps, strict=True)
    )
    args = *start, factors[0], *first, *second, factors[1], *out, *end
    device.start(_started, (*matrices, *lists), name, args)
