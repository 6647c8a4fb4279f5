"""CUDA's driver API as streams call it, and what else is asked of numba.cuda and its libraries.

With ``NUMBA_ENABLE_CUDASIM=1`` there is one simulated device, whose memory is the host's and whose
threads are Python's.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
from llvmlite import ir
from numba import cuda
from numba.core import cgutils
from numba.cuda.core import config

from ....base import MXNetError
from ...annotations import Arguments

SIMULATED = bool(config.ENABLE_CUDASIM)

bindings: Any = None
libdevice: Any = None

if not SIMULATED:
    from cuda.bindings import driver as bindings  # type: ignore[no-redef]
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib
    from numba.cuda import libdevice  # type: ignore[no-redef]
    from numba.cuda.ufuncs import ufunc_db

    def _add_ufunc(function: np.ufunc) -> None:
        """Teach numba.cuda a function of NumPy that scalars use and that it has no code for."""

        def generate(context, builder, signature, args):
            kind = args[0].type
            name = f"__nv_{function.__name__}{'f' if str(kind) == 'float' else ''}"
            declared = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(kind, (kind,) * len(args)), name
            )
            return builder.call(declared, args)

        loops = {f"{kind * function.nin}->{kind}": generate for kind in "fd"}
        ufunc_db().setdefault(function, loops)

    for _function in (np.floor, np.ceil, np.trunc, np.rint, np.fmod, np.sqrt):
        _add_ufunc(_function)

__all__ = [
    "SIMULATED",
    "THREADS",
    "CudaCalls",
    "bindings",
    "checked",
    "cuda",
    "libdevice",
    "number_at",
    "shared_object",
]

THREADS = 2 if SIMULATED else 256
"""Threads of a block, unless a kernel wants another number."""


def checked(result: Arguments) -> Any:
    """The value of a call of the driver's API, or an error with its name."""
    error, *values = result
    if error:
        if error == bindings.CUresult.CUDA_ERROR_OUT_OF_MEMORY:
            raise OSError("no memory on the device")
        name, text = (f(error)[1] for f in (bindings.cuGetErrorName, bindings.cuGetErrorString))
        hint = ""
        if error == bindings.CUresult.CUDA_ERROR_NOT_INITIALIZED:
            hint = " (a process that was forked from one that uses a GPU can use none: spawn it)"
        raise MXNetError(f"CUDA: {name.decode()}: {text.decode()}{hint}")
    return values[0] if values else None


class CudaCalls:
    """The driver's API as `streams.DriverCalls`."""

    def __init__(self, number: int) -> None:
        self._number = number

    @cached_property
    def context(self) -> object:
        primary = cuda.gpus[self._number].get_primary_context()
        checked(bindings.cuCtxSetCurrent(primary.handle))
        primary.prepare_for_use()
        return primary.handle

    def activate(self) -> None:
        checked(bindings.cuCtxSetCurrent(self.context))

    @contextmanager
    def _for_now(self) -> Iterator[None]:
        """A scope for calls of finalisers, which may come between another device's calls."""
        checked(bindings.cuCtxPushCurrent(self.context))
        try:
            yield
        finally:
            checked(bindings.cuCtxPopCurrent())

    def stream(self) -> int:
        # Non-blocking: it and the default stream, which other libraries use, do not wait for each
        # other.
        return int(checked(bindings.cuStreamCreate(bindings.CUstream_flags.CU_STREAM_NON_BLOCKING)))

    def event(self) -> object:
        return checked(bindings.cuEventCreate(bindings.CUevent_flags.CU_EVENT_DISABLE_TIMING))

    def record(self, event: object, stream: int) -> None:
        checked(bindings.cuEventRecord(event, stream))

    def wait(self, stream: int, event: object) -> None:
        checked(bindings.cuStreamWaitEvent(stream, event, 0))

    def done(self, event: object) -> bool:
        result = bindings.cuEventQuery(event)
        if result[0] == bindings.CUresult.CUDA_ERROR_NOT_READY:
            return False
        checked(result)
        return True

    def synchronize(self, event: object) -> None:
        checked(bindings.cuEventSynchronize(event))

    def finish(self, stream: int) -> None:
        with self._for_now():
            checked(bindings.cuStreamSynchronize(stream))

    def allocate(self, size: int) -> int:
        return int(checked(bindings.cuMemAlloc(size)))

    def free(self, address: int) -> None:
        checked(bindings.cuMemFree(address))

    def pinned(self, size: int) -> int:
        return int(checked(bindings.cuMemHostAlloc(size, 0)))

    def upload(self, stream: int, source: int, target: int, nbytes: int) -> None:
        checked(bindings.cuMemcpyHtoDAsync(target, source, nbytes, stream))

    def download(self, stream: int, source: int, target: int, nbytes: int) -> None:
        checked(bindings.cuMemcpyDtoHAsync(target, source, nbytes, stream))

    def copy(self, stream: int, source: int, target: int, nbytes: int) -> None:
        checked(bindings.cuMemcpyDtoDAsync(target, source, nbytes, stream))

    def copy_from(
        self, stream: int, device: CudaCalls, source: int, target: int, nbytes: int
    ) -> None:
        ends = target, self.context, source, device.context
        checked(bindings.cuMemcpyPeerAsync(*ends, nbytes, stream))

    def fill(self, stream: int, target: int, size: int, pattern: int, count: int) -> None:
        if size == 8:
            # There is no function for words of 64 bits: twice as many halves, if they are equal as
            # in 0 and -1, else two columns of them.
            low, high = pattern & 0xFFFFFFFF, pattern >> 32
            if low != high:
                for i, half in enumerate((low, high)):
                    checked(bindings.cuMemsetD2D32Async(target + 4 * i, 8, half, 1, count, stream))
                return
            size, pattern, count = 4, low, 2 * count
        memset = {1: "cuMemsetD8Async", 2: "cuMemsetD16Async", 4: "cuMemsetD32Async"}[size]
        checked(getattr(bindings, memset)(target, pattern, count, stream))

    def begin(self, stream: int) -> None:
        # Relaxed: memory may be allocated meanwhile, here and in other threads.
        mode = bindings.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
        checked(bindings.cuStreamBeginCapture(stream, mode))

    def end(self, stream: int) -> object:
        recorded = checked(bindings.cuStreamEndCapture(stream))
        try:
            return checked(bindings.cuGraphInstantiate(recorded, 0))
        finally:
            checked(bindings.cuGraphDestroy(recorded))

    def abandon(self, stream: int) -> None:
        error, recorded = bindings.cuStreamEndCapture(stream)
        if not error:  # otherwise there is none: what was recorded was not valid
            checked(bindings.cuGraphDestroy(recorded))

    def replay(self, stream: int, graph: object) -> None:
        checked(bindings.cuGraphLaunch(graph, stream))

    def forget(self, graph: object) -> None:
        with self._for_now():
            checked(bindings.cuGraphExecDestroy(graph))


def number_at(address: int) -> int:
    """Which device's memory *address* is in."""
    if SIMULATED:
        return 0
    ordinal = bindings.CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL
    return int(checked(bindings.cuPointerGetAttribute(ordinal, address)))


def shared_object(name: str) -> ctypes.CDLL | None:
    """One of NVIDIA's, wherever pip, conda or a toolkit put it; None if it is not there."""
    if SIMULATED:
        return None
    try:
        path = load_nvidia_dynamic_lib(name).abs_path
    except DynamicLibNotFoundError:
        return None
    return None if path is None else ctypes.CDLL(path)
