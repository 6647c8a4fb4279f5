"""Devices, their memory, compiling and launching: the one module that imports ``numba.cuda``.

What a Python thread starts on a device goes through a stream of its own; `streams` says in which
order streams do what they share.

With ``NUMBA_ENABLE_CUDASIM=1`` there is one simulated device, whose memory is the host's and whose
threads are Python's.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import struct
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import cuda, types
from numba.core import cgutils
from numba.cuda.core import config
from numba.np.numpy_support import as_dtype

from ...base import MXNetError
from ...context import Context, gpu
from ...memory import storage
from ...memory.device import LEGACY_STREAM, DeviceArray, overlap
from ..build import binaries
from ..build.identity import Unidentified, identity
from ..spec.text import memory_type
from .simulated import Simulated, host_view
from .streams import Capture, Graph, Lent, Stream, StreamPool

SIMULATED = bool(config.ENABLE_CUDASIM)

if SIMULATED:
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray

    libdevice = None
else:
    from cuda.bindings import driver as api
    from cuda.bindings import nvjitlink
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib
    from numba.cuda import dispatcher as _dispatcher
    from numba.cuda import libdevice  # type: ignore[no-redef]
    from numba.cuda.cudadrv import driver as _driver
    from numba.cuda.cudadrv import nvvm as _nvvm
    from numba.cuda.cudadrv.nvrtc import get_arch_option as _arch_option
    from numba.cuda.ufuncs import ufunc_db

    def _add_ufunc(function: np.ufunc) -> None:
        """Teach numba.cuda a function of NumPy that scalars use and that it has no code for."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
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
    "Compiled",
    "Device",
    "Kernel",
    "binary",
    "compiled",
    "cuda",
    "devices",
    "libdevice",
]

THREADS = 2 if SIMULATED else 256
"""Threads of a block, unless a kernel wants another number."""

_SMALLEST = 1 << 12
"""Bytes of the smallest block that arrays get: the pool knows no smaller ones."""

_BLOCKS_A_PROCESSOR = 32  # several waves: an SM holds 8 at most, and the last wave is a small part


def _checked(result: tuple[Any, ...]) -> Any:
    """The value of a call of the driver's API, or an error with its name."""
    error, *values = result
    if error:
        if error == api.CUresult.CUDA_ERROR_OUT_OF_MEMORY:
            raise OSError("no memory on the device")
        name, text = (f(error)[1] for f in (api.cuGetErrorName, api.cuGetErrorString))
        hint = ""
        if error == api.CUresult.CUDA_ERROR_NOT_INITIALIZED:
            hint = " (a process that was forked from one that uses a GPU can use none: spawn it)"
        raise MXNetError(f"CUDA: {name.decode()}: {text.decode()}{hint}")
    return values[0] if values else None


# --- memory and streams ---------------------------------------------------------------------------


class _Calls:
    """The driver's API as `streams.Calls`."""

    def __init__(self, number: int) -> None:
        self._number = number

    @cached_property
    def context(self) -> Any:
        primary = cuda.gpus[self._number].get_primary_context()
        _checked(api.cuCtxSetCurrent(primary.handle))
        primary.prepare_for_use()
        return primary.handle

    def activate(self) -> None:
        _checked(api.cuCtxSetCurrent(self.context))

    @contextmanager
    def _for_now(self) -> Iterator[None]:
        """A scope for calls of finalisers, which may come between another device's calls."""
        _checked(api.cuCtxPushCurrent(self.context))
        try:
            yield
        finally:
            _checked(api.cuCtxPopCurrent())

    def stream(self) -> int:
        # Non-blocking: it and the default stream, which other libraries use, do not wait for each
        # other.
        return int(_checked(api.cuStreamCreate(api.CUstream_flags.CU_STREAM_NON_BLOCKING)))

    def event(self) -> Any:
        return _checked(api.cuEventCreate(api.CUevent_flags.CU_EVENT_DISABLE_TIMING))

    def record(self, event: Any, stream: int) -> None:
        _checked(api.cuEventRecord(event, stream))

    def wait(self, stream: int, event: Any) -> None:
        _checked(api.cuStreamWaitEvent(stream, event, 0))

    def done(self, event: Any) -> bool:
        result = api.cuEventQuery(event)
        if result[0] == api.CUresult.CUDA_ERROR_NOT_READY:
            return False
        _checked(result)
        return True

    def settle(self, event: Any) -> None:
        _checked(api.cuEventSynchronize(event))

    def finish(self, stream: int) -> None:
        with self._for_now():
            _checked(api.cuStreamSynchronize(stream))

    def allocate(self, size: int) -> int:
        return int(_checked(api.cuMemAlloc(size)))

    def free(self, address: int) -> None:
        _checked(api.cuMemFree(address))

    def pinned(self, size: int) -> int:
        return int(_checked(api.cuMemHostAlloc(size, 0)))

    def upload(self, stream: int, source: int, target: int, nbytes: int) -> None:
        _checked(api.cuMemcpyHtoDAsync(target, source, nbytes, stream))

    def download(self, stream: int, source: int, target: int, nbytes: int) -> None:
        _checked(api.cuMemcpyDtoHAsync(target, source, nbytes, stream))

    def copy(self, stream: int, source: int, target: int, nbytes: int) -> None:
        _checked(api.cuMemcpyDtoDAsync(target, source, nbytes, stream))

    def copy_from(self, stream: int, device: Any, source: int, target: int, nbytes: int) -> None:
        ends = target, self.context, source, device.context
        _checked(api.cuMemcpyPeerAsync(*ends, nbytes, stream))

    def fill(self, stream: int, target: int, size: int, pattern: int, count: int) -> None:
        if size == 8:
            # There is no function for words of 64 bits: twice as many halves, if they are equal as
            # in 0 and -1, else two columns of them.
            low, high = pattern & 0xFFFFFFFF, pattern >> 32
            if low != high:
                for i, half in enumerate((low, high)):
                    _checked(api.cuMemsetD2D32Async(target + 4 * i, 8, half, 1, count, stream))
                return
            size, pattern, count = 4, low, 2 * count
        memset = {1: "cuMemsetD8Async", 2: "cuMemsetD16Async", 4: "cuMemsetD32Async"}[size]
        _checked(getattr(api, memset)(target, pattern, count, stream))

    def begin(self, stream: int) -> None:
        # Relaxed: memory may be allocated meanwhile, here and in other threads.
        mode = api.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
        _checked(api.cuStreamBeginCapture(stream, mode))

    def end(self, stream: int) -> Any:
        recorded = _checked(api.cuStreamEndCapture(stream))
        try:
            return _checked(api.cuGraphInstantiate(recorded, 0))
        finally:
            _checked(api.cuGraphDestroy(recorded))

    def abandon(self, stream: int) -> None:
        error, recorded = api.cuStreamEndCapture(stream)
        if not error:  # otherwise there is none: what was recorded was not valid
            _checked(api.cuGraphDestroy(recorded))

    def replay(self, stream: int, graph: Any) -> None:
        _checked(api.cuGraphLaunch(graph, stream))

    def forget(self, graph: Any) -> None:
        with self._for_now():
            _checked(api.cuGraphExecDestroy(graph))


class _Memory:
    """Memory of a device, as the pool of `storage` holds it."""

    def __init__(self, device: Device, size: int) -> None:
        self._device = device
        device.activate()
        self.address = device.calls.allocate(size)

    def close(self) -> None:
        self._device.finish()
        self._device.activate()
        self._device.calls.free(self.address)


class _Lease:
    """Keeps a block in use; the array that owns the memory holds it."""

    __slots__ = ("block", "pool")

    def __init__(self, block: Any, pool: Any) -> None:
        self.block, self.pool = block, pool

    def __del__(self, _is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # While the interpreter shuts down the pool may be half gone; the driver frees the memory.
        if not _is_finalizing():
            self.pool.give_back(self.block)


class _Word(DeviceArray):
    """Memory that streams write to in any order."""

    __slots__ = ()


class _Faults:
    """What kernels found wrong with the values of their arguments.

    A kernel cannot raise, and to ask it would be to wait for it.  So it does something harmless
    instead and leaves word in memory of the host's, where looking costs nothing; the error is
    raised when the host waits for the device anyhow.  Of several faults the one of the error that
    was thought of first is reported, and of several values the least.

    Attributes
    ----------
    word : DeviceArray
        One int64 for `report`.
    """

    _NONE = 2**63 - 1

    def __init__(self, device: Device) -> None:
        self._context = device.context
        if SIMULATED:
            host = np.empty(1, np.int64)
            address = host.ctypes.data
        else:
            device.activate()
            flags = api.CU_MEMHOSTALLOC_DEVICEMAP | api.CU_MEMHOSTALLOC_PORTABLE
            pointer = int(_checked(api.cuMemHostAlloc(8, flags)))
            host = host_view(pointer, 1, np.dtype("int64"))
            address = int(_checked(api.cuMemHostGetDevicePointer(pointer, 0)))
        host[0] = self._NONE
        self._host = host
        self.word = _Word(device, address, 1, host.dtype, storage.Block(None, address, 8))
        self._codes: dict[tuple[type[Exception], str], int] = {}
        self._naming = threading.RLock()

    def code(self, error: type[Exception], text: str) -> int:
        """The number of an error, whose text has ``{value}`` where the value is to be named."""
        with self._naming:
            return self._codes.setdefault((error, text), len(self._codes))

    def raise_any(self) -> None:
        """Raise the error that kernels have left word of; the host has waited for them."""
        left = int(self._host[0])
        if left == self._NONE:
            return
        self._host[0] = self._NONE
        code, value = divmod(left, 2**32)
        error, text = list(self._codes)[code]
        raise error(
            f"{text.format(value=value - 2**31)} (found on {self._context}, where operators run "
            "while Python goes on: the call may be an earlier one)"
        )


class Device:
    """A GPU, as `ndgrad.memory.device.Device` describes it.

    Attributes
    ----------
    number : int
    context : Context
    calls : _streams.Calls
    streams : list of Stream
        Of all threads, also of those that have ended.
    pool : storage.Pool
        Its memory: blocks that arrays use, and blocks that wait to be used again.
    replaying : threading.RLock
        Held by the thread that launches a graph, as graphs write to memory that they share.
    """

    def __init__(self, number: int, calls: Any = None) -> None:
        self.number = number
        self.context: Context = gpu(number)
        self.calls: Any = calls or (Simulated() if SIMULATED else _Calls(number))
        self.activate = self.calls.activate
        self.pool = StreamPool(self._block, lambda: self.memory_info()[1])
        self.streams: list[Stream] = []
        self._idle: deque[Stream] = deque()  # of threads that have ended
        self._mine = threading.local()
        self._growing = threading.RLock()
        self._faults: _Faults | None = None
        self._capturing = threading.Lock()
        self.replaying = threading.RLock()  # a finaliser may call a compiled function
        self._uploaded: dict[int, tuple[np.ndarray[Any, Any], DeviceArray]] = {}

    def _block(self, size: int) -> storage.Block:
        memory = _Memory(self, size)
        return storage.Block(memory, memory.address, size)

    @cached_property
    def processors(self) -> int:
        """How many multiprocessors it has."""
        return 1 if SIMULATED else int(cuda.gpus[self.number].MULTIPROCESSOR_COUNT)

    def blocks(self, wanted: int) -> int:
        """How many of *wanted* blocks of `THREADS` threads to start: those that run at once."""
        return min(wanted, _BLOCKS_A_PROCESSOR * self.processors)

    @cached_property
    def compute_capability(self) -> tuple[int, int]:
        """What its kernels are compiled for."""
        major, minor = cuda.gpus[self.number].compute_capability
        return major, minor

    @property
    def stream(self) -> Any:
        """What this thread starts here goes through: a `Stream`, or a `Capture` for one."""
        try:
            return self._mine.stream
        except AttributeError:
            return self._new_stream()

    def _new_stream(self) -> Stream:
        self.activate()
        try:
            stream = self._idle.pop()  # the last one: what it has run it need not run again
        except IndexError:
            with self._growing:
                stream = Stream(self)
                self.streams.append(stream)
                if len(self.streams) > 1:
                    for each in self.streams:
                        each.alone = False
        self._mine.lent = Lent(stream, self._idle)
        self._mine.stream = stream
        return stream

    def stream_handle(self) -> int:
        return self.stream.handle  # type: ignore[no-any-return]

    @property
    def faults(self) -> _Faults:
        with self._growing:  # one for all threads
            if self._faults is None:
                self._faults = _Faults(self)
            return self._faults

    def memory_info(self) -> tuple[int, int]:
        """Free and total memory in bytes; what waits in the pool is not free."""
        if SIMULATED:
            total = storage.pool_stats().limit
            return total, total
        self.activate()
        free, total = _checked_pair(api.cuMemGetInfo())
        return free, total

    def empty(self, n: int, dtype: np.dtype[Any]) -> DeviceArray:
        stream = self.stream
        if not n:
            return DeviceArray(self, 0, 0, dtype, storage.Block(None, 0, 0, stream=stream.owner))
        block = self.pool.take(max(n * dtype.itemsize, _SMALLEST), stream.owner)
        if block.stream is not stream:
            self.activate()
            stream.take_over(block)
        if block.shared:
            # Whoever had it from us may have started work on it that we know nothing of.
            self.activate()
            stream.follow_foreign(LEGACY_STREAM)
            block.shared = False
        return DeviceArray(self, block.address, n, dtype, block, _Lease(block, self.pool))

    def start(self, call: Callable[..., Any], arrays: tuple[Any, ...], *args: Any) -> None:
        """Make a call with the thread's stream and *args*, after all that touches *arrays*."""
        self.activate()
        stream = self.stream
        if not stream.alone:
            stream.order(arrays)
        call(stream, *args)
        if not stream.alone:
            stream.order(arrays)

    @cached_property
    def _recording(self) -> int:
        """A stream for what is recorded, not done."""
        return self.calls.stream()  # type: ignore[no-any-return]

    def captured(self, work: Callable[[], Any], given: Sequence[DeviceArray]) -> tuple[Graph, Any]:
        """A graph of what *work* would start, of which nothing has run, and what *work* returns.

        Each time the graph is launched it gets arrays at the addresses of *given*.

        Raises
        ------
        MXNetError
            If it is not all of it work of the device.
        """
        owner = self.stream.owner
        self.activate()
        with self._capturing:
            handle = self._recording
            capture = self._mine.stream = Capture(owner, handle)
            try:
                self.calls.begin(handle)
                try:
                    result = work()
                except BaseException:
                    self.calls.abandon(handle)
                    raise
                graph = self.calls.end(handle)
            finally:
                self._mine.stream = owner
        blocks = {id(x.block) for x in given}
        kept = [x for x in capture.arrays.values() if id(x.block) not in blocks]
        return Graph(self, graph, kept), result

    def upload(self, source: np.ndarray[Any, Any], target: DeviceArray) -> None:
        ends = source.ctypes.data, target.address
        self.start(_uploaded, (target,), *ends, source.nbytes)

    def download(self, source: DeviceArray, target: np.ndarray[Any, Any]) -> None:
        ends = source.address, target.ctypes.data
        self.start(_downloaded, (source,), *ends, target.nbytes)
        self.faults.raise_any()

    def copy(self, source: DeviceArray, target: DeviceArray) -> None:
        if source.device is not self:
            self._copy_from(source, target)
        elif overlap(source, target):
            between = self.empty(source.size, source.dtype)
            self.copy(source, between)
            self.copy(between, target)
        else:
            ends = source.address, target.address
            self.start(_copied, (source, target), *ends, source.nbytes)

    def _copy_from(self, source: DeviceArray, target: DeviceArray) -> None:
        def copied(here: Stream, there: Stream) -> None:
            here.follow(there)
            ends = source.address, target.address
            self.calls.copy_from(here.handle, there.calls, *ends, source.nbytes)
            there.follow(here)

        device: Any = source.device
        device.start(lambda there: self.start(copied, (target,), there), (source,))

    def fill(self, target: DeviceArray, value: np.ndarray[Any, Any]) -> None:
        size = value.dtype.itemsize
        pattern = value.view(f"uint{8 * size}").tolist()[0]
        self.start(_filled, (target,), target.address, size, pattern, target.size)

    def cast(self, source: DeviceArray, dtype: np.dtype[Any]) -> DeviceArray:
        from ...memory.device import placed
        from ...ops.math.casting import copied
        from ..cpu.reduction import Buffer

        with placed(self):
            return copied(Buffer(source), dtype)  # type: ignore[arg-type,return-value]

    def constant(self, host: np.ndarray[Any, Any]) -> DeviceArray:
        """A flat array of the host here, as an argument of a kernel.

        One that nobody can write to (geometry, mostly) is copied once and kept.
        """
        flat = np.ascontiguousarray(host).reshape(-1)
        if host.flags.writeable or host.base is not None:
            result = self.empty(flat.size, flat.dtype)
            if flat.size:
                self.upload(flat, result)
            return result
        found = self._uploaded.get(id(host))
        if found is None:
            result = self.empty(flat.size, flat.dtype)
            if flat.size:
                self.upload(flat, result)
            if len(self._uploaded) >= 4096:
                self._uploaded.clear()
            found = self._uploaded[id(host)] = host, result
        return found[1]

    def lend(self, array: DeviceArray, stream: int) -> None:
        self.activate()
        array.block.shared = True
        array.block.stream.precede_foreign(stream)

    def borrow(
        self, address: int, size: int, dtype: np.dtype[Any], lease: object, stream: int | None
    ) -> DeviceArray:
        mine = self.stream.owner
        if stream is not None:
            self.activate()
            mine.follow_foreign(stream)
        block = storage.Block(None, address, size * dtype.itemsize, stream=mine)
        return DeviceArray(self, address, size, dtype, block, lease)

    def synchronize(self) -> None:
        self.finish()
        self.faults.raise_any()

    def finish(self) -> None:
        """What `synchronize` does, but for raising what kernels have found wrong."""
        for stream in tuple(self.streams):
            stream.finish()

    def wait(self, array: DeviceArray) -> None:
        array.block.stream.finish()
        self.faults.raise_any()


def _uploaded(stream: Stream, *args: int) -> None:
    stream.upload(*args)


def _downloaded(stream: Stream, *args: int) -> None:
    stream.download(*args)


def _copied(stream: Stream, *args: int) -> None:
    stream.calls.copy(stream.handle, *args)


def _filled(stream: Stream, *args: int) -> None:
    stream.calls.fill(stream.handle, *args)


def _checked_pair(result: tuple[Any, ...]) -> tuple[int, int]:
    _checked(result[:1])
    return int(result[1]), int(result[2])


@cache
def devices() -> tuple[tuple[Device, ...], str]:
    """All GPUs, and why there are none."""
    if SIMULATED:
        return (Device(0),), ""
    if not cuda.is_available():
        return (), " (the CUDA driver finds none)"
    return tuple(Device(i) for i in range(len(cuda.gpus))), ""


def number_at(address: int) -> int:
    """Which device's memory *address* is in."""
    if SIMULATED:
        return 0
    ordinal = api.CUpointer_attribute.CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL
    return int(_checked(api.cuPointerGetAttribute(ordinal, address)))


def shared_object(name: str) -> ctypes.CDLL | None:
    """One of NVIDIA's, wherever pip, conda or a toolkit put it; None if it is not there."""
    if SIMULATED:
        return None
    try:
        path = load_nvidia_dynamic_lib(name).abs_path
    except DynamicLibNotFoundError:
        return None
    return None if path is None else ctypes.CDLL(path)


# --- kernels --------------------------------------------------------------------------------------

_NUMBERS: dict[Any, tuple[Any, str]] = {
    types.boolean: (ctypes.c_bool, "?7x"),
    types.float32: (ctypes.c_float, "f4x"),
    types.float64: (ctypes.c_double, "d"),
    types.int8: (ctypes.c_int8, "b7x"),
    types.uint8: (ctypes.c_uint8, "B7x"),
    types.int32: (ctypes.c_int32, "i4x"),
    types.uint32: (ctypes.c_uint32, "I4x"),
    types.int64: (ctypes.c_int64, "q"),
    types.uint64: (ctypes.c_uint64, "Q"),
}
"""What a number is in C, and how `struct` writes it into a word of eight bytes."""


def array_of(dtype: np.dtype[Any]) -> Any:
    """The type of a flat array of *dtype*, as kernels see it: float16 as its bits."""
    return types.Array(getattr(types, memory_type(dtype)), 1, "C")


class _Words:
    """A word of memory for each parameter of a kernel, and the list of their addresses."""

    __slots__ = ("memory", "_addresses", "addresses")

    def __init__(self, count: int) -> None:
        self.memory = (ctypes.c_uint64 * count)()
        start = ctypes.addressof(self.memory)
        self._addresses = (ctypes.c_void_p * count)(*(start + 8 * i for i in range(count)))
        self.addresses = ctypes.addressof(self._addresses)


def _packing(signature: tuple[Any, ...]) -> tuple[Callable[..., None], tuple[int, ...]]:
    """What writes arguments into memory for parameters, and how many bytes each of these has.

    numba.cuda passes a flat array as seven: its owners (none), size, bytes of an element, address,
    shape and strides.
    """
    names = [f"a{i}" for i in range(len(signature))]
    values, layout, sizes = [], "=", []
    for name, kind in zip(names, signature, strict=True):
        if isinstance(kind, types.Array):
            item = str(as_dtype(kind.dtype).itemsize)
            values += [f"{name}.size", item, f"{name}.address", f"{name}.size", item]
            layout += "16x5q"
            sizes += [8] * 7
        else:
            convert, form = _NUMBERS[kind]
            values.append(name)
            layout += form
            sizes.append(ctypes.sizeof(convert))
    namespace: dict[str, Any] = {"write": struct.Struct(layout).pack_into}
    arguments = ", ".join(["memory", *names])
    exec(f"def pack({arguments}):\n    write(memory, 0, {', '.join(values)})", namespace)
    return namespace["pack"], tuple(sizes)


class Kernel:
    """A CUDA kernel for one signature, compiled for a device when it is first launched there.

    Called as ``kernel(device, blocks, threads, args)``.  The caller answers for the types of
    *args*: `DeviceArray`, arrays of the host (copied to the device and not back), and numbers.

    Parameters
    ----------
    function : callable
        A Python function that uses ``cuda``, imported from this module.
    signature : tuple of numba types
    contract : bool
        Whether a product and a sum may be rounded once, together.  Not where other kernels, in
        which the sum stands alone, have to give the same bits.

    Attributes
    ----------
    sizes : tuple of int
        Bytes of each parameter of the machine code.
    """

    __slots__ = ("function", "signature", "contract", "sizes", "_pack", "_functions", "_words")

    def __init__(
        self, function: Callable[..., Any], signature: tuple[Any, ...], contract: bool = True
    ) -> None:
        self.function, self.signature, self.contract = function, signature, contract
        self._pack, self.sizes = _packing(signature)
        self._functions: dict[int, Any] = {}
        self._words: list[_Words] = []  # that no launch uses

    def __call__(self, device: Any, blocks: int, threads: int, args: tuple[Any, ...]) -> None:
        for arg in args:
            if arg.__class__ is np.ndarray:
                args = tuple([device.constant(x) if x.__class__ is np.ndarray else x for x in args])
                break
        self.launch(device, blocks, threads, args)

    def launch(self, device: Any, blocks: int, threads: int, args: tuple[Any, ...]) -> None:
        """The same for *args* of which none is on the host."""
        if SIMULATED:
            _simulate(self.function, device, blocks, threads, args)
            return
        device.activate()
        function = self._functions.get(device.number)
        if function is None:
            function = self._functions[device.number] = self._loaded(device)
        # Words that another thread's launch does not write to: the driver reads them without the
        # interpreter's lock.
        try:
            words = self._words.pop()
        except IndexError:
            words = _Words(len(self.sizes))
        self.pack(words.memory, args)
        stream = device.stream
        if not stream.alone:
            stream.order(args)
        _checked(
            api.cuLaunchKernel(
                *(function, blocks, 1, 1, threads, 1, 1, 0),
                *(stream.handle, words.addresses, 0),
            )
        )
        if not stream.alone:
            stream.order(args)
        self._words.append(words)

    def pack(self, memory: Any, args: tuple[Any, ...]) -> None:
        """Write what the driver is given for *args*, numbers as C converts them."""
        try:
            self._pack(memory, *args)
        except (OverflowError, struct.error):
            kinds = map(_NUMBERS.get, self.signature)
            numbers = [
                arg if kind is None else kind[0](arg).value
                for arg, kind in zip(args, kinds, strict=True)
            ]
            self._pack(memory, *numbers)

    def _loaded(self, device: Any) -> Any:
        """The kernel's handle on the active device."""
        entry, cubin = binary(self, device.compute_capability)
        module = _checked(api.cuModuleLoadData(cubin))
        return _checked(api.cuModuleGetFunction(module, entry.encode()))

    def over(self, device: Any, units: int, args: tuple[Any, ...], threads: int = THREADS) -> None:
        """Launch with about a thread for each of *units*, in blocks of *threads*."""
        self(device, device.blocks(-(-units // threads)), threads, args)


_simulating = threading.Lock()  # the simulator runs one kernel at a time


def _simulate(
    function: Callable[..., Any], device: Device, blocks: int, threads: int, args: tuple[Any, ...]
) -> None:
    if not 0 < blocks < 2**31:  # for which the simulator does nothing
        raise MXNetError(f"a launch of {blocks} blocks; expected 1 to 2**31 - 1")
    seen = [
        FakeCUDAArray(host_view(x.address, x.size, x.dtype)) if isinstance(x, DeviceArray) else x
        for x in args
    ]

    def work() -> None:
        with _simulating, warnings.catch_warnings():
            # A thread of the simulator says of overflows and NaN what a GPU does not.
            warnings.simplefilter("ignore", RuntimeWarning)
            cuda.jit(function)[blocks, threads](*seen)

    device.start(lambda stream: device.calls.run(stream.handle, work), args)


# --- compiling, for which no GPU is needed --------------------------------------------------------


class Compiled(NamedTuple):
    """What the compiler makes of a kernel for an architecture.

    Attributes
    ----------
    ptx : str
    entry : str
        The kernel's name in it.
    cubin : bytes
    registers : int
        Of a thread.
    spilled : int
        Bytes of registers that are stored to memory and loaded again.
    stack : int
        Bytes of memory of its own that a thread has: local arrays.
    """

    ptx: str
    entry: str
    cubin: bytes
    registers: int
    spilled: int
    stack: int


class _Architecture(NamedTuple):
    compute_capability: tuple[int, int]


_compiling = threading.Lock()


def compiled(kernel: Kernel, *capabilities: tuple[int, int]) -> tuple[Compiled, ...]:
    """Compile *kernel* for each of some compute capabilities, such as (9, 0).

    numba.cuda's part, from Python to LLVM's language, is the same for all of them and done once.
    """
    modules: list[str] = []
    options: dict[str, Any] = {}

    def keep(texts: list[str], **given: Any) -> bytes:
        modules.extend(texts)
        options.update(given)
        return b""

    with _compiling:
        before = _dispatcher.get_current_device, _nvvm.compile_ir
        # numba.cuda asks the current device what to compile functions for that a kernel calls.
        _dispatcher.get_current_device = lambda: _Architecture(capabilities[0])
        _nvvm.compile_ir = keep
        try:
            cuda.compile(
                kernel.function,
                kernel.signature,
                device=False,
                abi="numba",
                cc=capabilities[0],
                output="ptx",
            )
        finally:
            _dispatcher.get_current_device, _nvvm.compile_ir = before
        # `cuda.compile` has no option for this.
        options["fma"] = kernel.contract
        return tuple(_assembled(modules, options, cc) for cc in capabilities)


def _assembled(modules: list[str], options: dict[str, Any], cc: tuple[int, int]) -> Compiled:
    """Machine code of LLVM's modules, by NVVM and ptxas."""
    ptx = _nvvm.compile_ir(modules, **{**options, "arch": _arch_option(*cc)})
    ptx = ptx.decode().strip("\0").strip()
    linking = _driver.LinkerOptions(arch=f"sm_{cc[0]}{cc[1]}", ptxas_options=["-v"])
    linker = _driver.Linker(_driver.ObjectCode.from_ptx(ptx.encode()), options=linking)
    cubin = linker.link("cubin").code
    log = linker.get_info_log()

    def number(pattern: str) -> int:
        return sum(map(int, re.findall(pattern, log)))

    return Compiled(
        ptx,
        re.findall(r"\.entry ([\w$]+)", ptx)[0],
        cubin,
        number(r"Used (\d+) registers"),
        number(r"(\d+) bytes spill"),
        number(r"(\d+) bytes stack frame"),
    )


# --- the cache of machine code --------------------------------------------------------------------


@cache
def _tools() -> str:
    """What compiles, besides what `binaries.stamp` knows of."""
    paths = (load_nvidia_dynamic_lib(name).abs_path for name in ("nvvm", "nvJitLink"))
    sizes = [path and os.path.getsize(path) for path in paths]
    return repr((version("numba-cuda"), nvjitlink.version(), sizes))


def _cached(kernel: Kernel, cc: tuple[int, int]) -> Path | None:
    """The file of a kernel's machine code, if it may have one."""
    folder = binaries.directory()
    if folder is None:
        return None
    try:
        key = repr((identity(kernel.function), kernel.signature, kernel.contract, cc, _tools()))
    except Unidentified:
        return None
    name = kernel.function.__module__.rpartition(".")[2]
    return folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.cubin"


def binary(kernel: Kernel, cc: tuple[int, int]) -> tuple[str, bytes]:
    """The name and the machine code of *kernel*, from the disk if it has been compiled before."""
    path = _cached(kernel, cc)
    payload = None if path is None else binaries.stored(path)
    if payload is not None:
        entry, _, cubin = payload.partition(b"\0")
        return entry.decode(), cubin
    (made,) = compiled(kernel, cc)
    if path is not None:
        binaries.store(path, made.entry.encode() + b"\0" + made.cubin)
    return made.entry, made.cubin
