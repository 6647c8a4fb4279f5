"""Devices and their memory.

What a Python thread starts on a device goes through a stream of its own; `streams` says in which
order streams do what they share.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import TypeVar

import numpy as np

from ....base import DType, HostArray
from ....context import Context, gpu
from ....memory import storage
from ....memory.device import LEGACY_STREAM, Backend, DeviceArray, overlap
from ...annotations import Arguments, Function
from ..simulated import SimulatedCalls
from ..streams import Capture, DriverCalls, Graph, Stream, StreamLease, StreamPool
from . import api
from .api import SIMULATED, CudaCalls, checked, cuda
from .errors import DeferredErrors

Result = TypeVar("Result")

_SMALLEST = 1 << 12
"""Bytes of the smallest block that arrays get: the pool knows no smaller ones."""

_BLOCKS_A_PROCESSOR = 32  # several waves: an SM holds 8 at most, and the last wave is a small part


class _MappedMemory:
    """Memory of a device, as the pool of `storage` holds it."""

    def __init__(self, device: CudaDevice, size: int) -> None:
        self._device = device
        device.activate()
        self.address = device.calls.allocate(size)

    def close(self) -> None:
        self._device.finish()
        self._device.activate()
        self._device.calls.free(self.address)


class _DeviceBlockLease:
    """Keeps a block in use; the array that owns the memory holds it."""

    __slots__ = ("block", "pool")

    def __init__(self, block: storage.Block, pool: storage.Pool) -> None:
        self.block, self.pool = block, pool

    def __del__(self, _is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # While the interpreter shuts down the pool may be half gone; the driver frees the memory.
        if not _is_finalizing():
            self.pool.give_back(self.block)


class CudaDevice:
    """A GPU, as `ndgrad.memory.device.Device` describes it.

    Attributes
    ----------
    number : int
    context : Context
    calls : streams.DriverCalls
    streams : list of Stream
        Of all threads, also of those that have ended.
    pool : storage.Pool
        Its memory: blocks that arrays use, and blocks that wait to be used again.
    replaying : threading.RLock
        Held by the thread that launches a graph, as graphs write to memory that they share.
    backend : Backend
        Its kernels, under the names of `ndgrad.kernels.front`.
    """

    backend: Backend

    def __init__(self, number: int, calls: DriverCalls | None = None) -> None:
        self.number = number
        self.context: Context = gpu(number)
        self.calls: DriverCalls = calls or (SimulatedCalls() if SIMULATED else CudaCalls(number))
        self.activate = self.calls.activate
        self.pool = StreamPool(self._block, lambda: self.memory_info()[1])
        self.streams: list[Stream] = []
        self._idle: deque[Stream] = deque()  # of threads that have ended
        self._mine = threading.local()
        self._growing = threading.RLock()
        self._faults: DeferredErrors | None = None
        self._capturing = threading.Lock()
        self.replaying = threading.RLock()  # a finaliser may call a compiled function
        self._uploaded: dict[int, tuple[HostArray, DeviceArray]] = {}

    def _block(self, size: int) -> storage.Block:
        memory = _MappedMemory(self, size)
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
    def stream(self) -> Stream | Capture:
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
                        each.is_only = False
        self._mine.lease = StreamLease(stream, self._idle)
        self._mine.stream = stream
        return stream

    def stream_handle(self) -> int:
        return self.stream.handle

    @property
    def faults(self) -> DeferredErrors:
        with self._growing:  # one for all threads
            if self._faults is None:
                self._faults = DeferredErrors(self)
            return self._faults

    def memory_info(self) -> tuple[int, int]:
        """Free and total memory in bytes; what waits in the pool is not free."""
        if SIMULATED:
            total = storage.pool_stats().limit
            return total, total
        self.activate()
        error, free, total = api.bindings.cuMemGetInfo()
        checked((error,))
        return int(free), int(total)

    def empty(self, n: int, dtype: DType) -> DeviceArray:
        stream = self.stream
        if not n:
            return DeviceArray(self, 0, 0, dtype, storage.Block(None, 0, 0, stream=stream.owner))
        block = self.pool.take(max(n * dtype.itemsize, _SMALLEST), stream.owner)
        if block.stream is not stream:
            self.activate()
            stream.acquire(block)
        if block.shared:
            # The library that had it may have started work on it that is not known here.
            self.activate()
            stream.wait_for_foreign(LEGACY_STREAM)
            block.shared = False
        return DeviceArray(
            self, block.address, n, dtype, block, _DeviceBlockLease(block, self.pool)
        )

    def start(self, call: Function, arrays: Arguments, *args: object) -> None:
        """Make a call with the thread's stream and *args*, after all that touches *arrays*."""
        self.activate()
        stream = self.stream
        if not stream.is_only:
            stream.order(arrays)
        call(stream, *args)
        if not stream.is_only:
            stream.order(arrays)

    @cached_property
    def _recording(self) -> int:
        """A stream for what is recorded, not done."""
        return self.calls.stream()

    def captured(
        self, work: Callable[[], Result], given: Sequence[DeviceArray]
    ) -> tuple[Graph, Result]:
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

    def upload(self, source: HostArray, target: DeviceArray) -> None:
        ends = source.ctypes.data, target.address
        self.start(_uploaded, (target,), *ends, source.nbytes)

    def download(self, source: DeviceArray, target: HostArray) -> None:
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
            here.wait_for(there)
            ends = source.address, target.address
            self.calls.copy_from(here.handle, there.calls, *ends, source.nbytes)
            there.wait_for(here)

        device = source.device
        assert isinstance(device, CudaDevice)
        device.start(lambda there: self.start(copied, (target,), there), (source,))

    def fill(self, target: DeviceArray, value: HostArray) -> None:
        size = value.dtype.itemsize
        pattern = value.view(f"uint{8 * size}").tolist()[0]
        self.start(_filled, (target,), target.address, size, pattern, target.size)

    def cast(self, source: DeviceArray, dtype: DType) -> DeviceArray:
        return self.backend.cast(source, dtype)

    def constant(self, host: HostArray) -> DeviceArray:
        """A flat array of the host here, as an argument of a kernel.

        A read-only one (geometry, mostly) is copied once and kept.
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

    def export(self, array: DeviceArray, stream: int) -> None:
        self.activate()
        array.block.shared = True
        array.block.stream.signal_foreign(stream)

    def import_(
        self, address: int, size: int, dtype: DType, lease: object, stream: int | None
    ) -> DeviceArray:
        mine = self.stream.owner
        if stream is not None:
            self.activate()
            mine.wait_for_foreign(stream)
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


@cache
def devices() -> tuple[tuple[CudaDevice, ...], str]:
    """All GPUs, and why there are none."""
    if SIMULATED:
        return (CudaDevice(0),), ""
    if not cuda.is_available():
        return (), " (the CUDA driver finds none)"
    return tuple(CudaDevice(i) for i in range(len(cuda.gpus))), ""
