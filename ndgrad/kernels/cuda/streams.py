"""Streams: in which order a device does what its threads start, and copies from and to the host.

A thread has a stream of its own on each device, and every block of memory knows the stream that
touched it last.  Work on it that another stream is given waits there for all that this one has to
do, so what touches a block is done in the order in which it was started, whichever threads start
it; so is its next use after its last array has died.  A program of one thread has one stream and
looks at none of this.

Nothing here imports CUDA: `DriverCalls` is what a driver offers, or the simulator.
"""

from __future__ import annotations

import ctypes
import heapq
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, Protocol, Self

from ...base import MXNetError
from ...memory.device import Device, DeviceArray
from ...memory.storage import Block, Pool

__all__ = [
    "Capture",
    "DriverCalls",
    "Graph",
    "NotCaptured",
    "Staging",
    "Stream",
    "StreamLease",
    "StreamPool",
]


class DriverCalls(Protocol):
    """Calls of a driver for one device; streams are numbers, events and graphs are anything."""

    def activate(self) -> None:
        """Make this the device that the thread's calls are about."""

    def stream(self) -> int:
        """Return a new stream that waits for no other by itself."""

    def event(self) -> object:
        """Return a new event."""

    def record(self, event: object, stream: int) -> None:
        """Let *event* happen when what *stream* has to do until now is done."""

    def wait(self, stream: int, event: object) -> None:
        """Let what *stream* gets from now on wait for *event*, as last recorded."""

    def done(self, event: object) -> bool:
        """Return whether *event* has happened."""

    def synchronize(self, event: object) -> None:
        """Return when *event* has happened."""

    def finish(self, stream: int) -> None:
        """Return when *stream* has nothing left to do; any device may be the thread's."""

    def allocate(self, size: int) -> int:
        """Return the address of new memory; OSError if there is none."""

    def free(self, address: int) -> None:
        """Give memory back."""

    def pinned(self, size: int) -> int:
        """Return the address of new memory of the host that the device can copy by itself."""

    def upload(self, stream: int, source: int, target: int, nbytes: int) -> None:
        """Copy from pinned memory."""

    def download(self, stream: int, source: int, target: int, nbytes: int) -> None:
        """Copy to pinned memory."""

    def copy(self, stream: int, source: int, target: int, nbytes: int) -> None:
        """Copy within the device; they do not overlap."""

    def copy_from(self, stream: int, device: Self, source: int, target: int, nbytes: int) -> None:
        """Copy from another device, whose calls are *device*."""

    def fill(self, stream: int, target: int, size: int, pattern: int, count: int) -> None:
        """Write *pattern*, a number of *size* bytes, *count* times."""

    def begin(self, stream: int) -> None:
        """Record what *stream* gets from now on instead of doing it."""

    def end(self, stream: int) -> object:
        """Return a graph of what was recorded."""

    def abandon(self, stream: int) -> None:
        """Forget what was recorded."""

    def replay(self, stream: int, graph: object) -> None:
        """Let *stream* do all of a graph."""

    def forget(self, graph: object) -> None:
        """Free a graph; if it is being done, then afterwards.  It may be another device's."""


class StreamDevice(Device, Protocol):
    """What streams need of the driver of a GPU."""

    calls: DriverCalls
    replaying: threading.RLock

    @property
    def compute_capability(self) -> tuple[int, int]: ...

    def __hash__(self) -> int: ...

    def start(self, call: Callable[..., object], arrays: tuple[object, ...], *args: object) -> None:
        """Make a call that starts work on *arrays*, in order with all that touches them."""


class Stream:
    """A queue of a device's work, for one thread at a time.

    Attributes
    ----------
    device : Device
    handle : int
        Its number.
    owner : Stream
        Whose memory it is that is made here: its own.
    is_only : bool
        Whether the device has no other: then nothing has to be put in order.
    """

    def __init__(self, device: StreamDevice) -> None:
        self.device, self.calls = device, device.calls
        self.owner = self
        self.handle: int = self.calls.stream()
        self.is_only = True
        self._event = self.calls.event()
        self._foreign_event = self.calls.event()
        self._staging = Staging(self.calls, self.handle)

    def order(self, arrays: Iterable[object]) -> None:
        """Let what is started next wait for all that touches any of *arrays* elsewhere.

        Called before a launch and after it: another thread may take a block over between the first
        look at it and the launch.  That it has is seen by the second one, which takes it back; if
        it is not seen, the other waits for the launch.
        """
        for x in arrays:
            if x.__class__ is DeviceArray and x.block.stream is not self:
                self.acquire(x.block)

    def acquire(self, block: Block) -> None:
        """Let what is started next wait for all that touches *block*; it is ours now."""
        with _acquiring:
            before = block.stream
            # First of all: a thread that still finds it its own has started its work by now.
            block.stream = self
            try:
                if before is not None and before is not self:
                    self.wait_for(before)
            except BaseException:
                block.stream = before
                raise

    def wait_for(self, other: Stream) -> None:
        """Let what is started next wait for all that *other* has to do."""
        self.calls.wait(self.handle, other.record_event())

    def record_event(self) -> object:
        """An event that happens when all is done that there is to do now."""
        self.calls.record(self._event, self.handle)
        return self._event

    def wait_for_foreign(self, handle: int) -> None:
        """Let what is started next wait for another library's stream."""
        self.calls.record(self._foreign_event, handle)
        self.calls.wait(self.handle, self._foreign_event)

    def signal_foreign(self, handle: int) -> None:
        """Let another library's stream wait for all that there is to do now."""
        self.calls.wait(handle, self.record_event())

    def upload(self, source: int, target: int, nbytes: int) -> None:
        """Copy from the host, to be read at once."""
        self._staging.upload(source, target, nbytes)

    def download(self, source: int, target: int, nbytes: int) -> None:
        """Copy to the host, and wait for it."""
        self._staging.download(source, target, nbytes)

    def finish(self) -> None:
        """Return when there is nothing left to do."""
        self.calls.finish(self.handle)


_acquiring = threading.RLock()  # a finaliser may run at any time, and touch arrays


class NotCaptured(MXNetError):
    """Work cannot be recorded."""


class Capture:
    """Takes the place of a thread's stream while its work is recorded, on a stream kept for that.

    So what other threads wait for is the thread's own stream, and not what is being recorded there.

    Attributes
    ----------
    arrays : dict of int to DeviceArray
        What the work touches: arrays that own memory, by their identity.
    """

    is_only = False

    def __init__(self, owner: Stream, handle: int) -> None:
        self.owner, self.device, self.calls = owner, owner.device, owner.calls
        self.handle = handle
        self.arrays: dict[int, DeviceArray] = {}

    def order(self, arrays: Iterable[object]) -> None:
        """Note what a `Graph` has to put in order each time."""
        for x in arrays:
            if x.__class__ is DeviceArray:
                whole = x if x.base is None else x.base
                self.arrays[id(whole)] = whole

    def acquire(self, block: Block) -> None:
        if block.stream is not self.owner:
            self.owner.acquire(block)

    def wait_for_foreign(self, handle: int) -> None:
        self.owner.wait_for_foreign(handle)

    def _refuse(self, *_: object) -> NoReturn:
        raise NotCaptured("it copies from or to the host, or another device, at each call")

    upload = download = wait_for = record_event = _refuse


class Graph:
    """Recorded work of a device, which is started as one launch.

    Attributes
    ----------
    turn : threading.RLock
        Held by the thread that launches it, until what is to be read of its own memory is on its
        way: others write there too, and the driver wants no graph launched by two threads at once.

    Parameters
    ----------
    handle
        What the driver knows it by.
    arrays : sequence of DeviceArray
        What it touches besides what `launch` is given; it keeps them alive.
    """

    def __init__(self, device: StreamDevice, handle: object, arrays: Sequence[DeviceArray]) -> None:
        self._device, self._handle, self._arrays = device, handle, tuple(arrays)
        self.turn = device.replaying

    def launch(self, given: Sequence[DeviceArray]) -> None:
        """Start the work; *given* lies where it lay when the work was recorded."""
        self._device.start(_replayed, (*given, *self._arrays), self._handle)

    def __del__(self, _is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if not _is_finalizing():
            self._device.calls.forget(self._handle)


def _replayed(stream: Stream, graph: object) -> None:
    stream.calls.replay(stream.handle, graph)


class StreamLease:
    """Gives a thread's stream to the next thread that needs one, when the thread has ended."""

    def __init__(self, stream: Stream, idle: deque[Stream]) -> None:
        self.stream, self._idle = stream, idle

    def __del__(self) -> None:
        self._idle.append(self.stream)


class StreamPool(Pool):
    """Memory of a device: a stream gets what it touched last itself, so that none has to wait.

    Of several blocks it gets the one with the lowest address, so that a program that does the same
    again and again with as much in use gets the same addresses, whatever order it frees them in.

    Parameters
    ----------
    map_block : callable
        From a size to a new block.
    total : callable
        Returns how much memory the device has.
    """

    def __init__(self, map_block: Callable[[int], Block], total: Callable[[], int]) -> None:
        super().__init__(None, map_block)
        self._total = total
        self._waiting: dict[int, dict[Stream, list[tuple[int, Block]]]] = {}  # heaps, by size

    def limit(self) -> int:
        if self._limit is None:
            self._limit = self._total()
        return self._limit

    def _pick(self, size: int, stream: Stream) -> Block | None:
        of_streams = self._waiting.get(size, {})
        heap = of_streams.get(stream) or next(filter(None, of_streams.values()), None)
        return heapq.heappop(heap)[1] if heap else None

    def _keep(self, block: Block) -> None:
        heap = self._waiting.setdefault(block.size, {}).setdefault(block.stream, [])
        heapq.heappush(heap, (block.address, block))

    def _trim(self, limit: int) -> int:
        """Unmap everything: there is no such limit that it would be worth to choose."""
        before = self._free_bytes
        for of_streams in self._waiting.values():
            for heap in of_streams.values():
                while heap:
                    block = heap.pop()[1]
                    if block.mapping is not None:
                        block.mapping.close()
                    self._free_bytes -= block.size
        return before - self._free_bytes

    def _count(self) -> int:
        return sum(len(heap) for found in self._waiting.values() for heap in found.values())


# --- copies from and to the host ------------------------------------------------------------------

_CHUNK = 4 << 20
"""Bytes of a pinned buffer, and of a large copy's parts."""

_BUFFERS = 4
"""Buffers that wait for the device at most, of a stream."""

_ALIGN = 64


class _Pinned:
    """A pinned buffer; once *event* has happened, the device is done with it."""

    def __init__(self, calls: DriverCalls, size: int) -> None:
        self.address, self.event = calls.pinned(size), calls.event()
        self.used = 0


class Staging:
    """Pinned buffers of a stream, through which ordinary memory of the host is copied.

    What goes to the device is gathered in a buffer, copy behind copy, until it is full; it is used
    again when the device is done with all that is in it.  So the host waits only if the device is
    some buffers behind.  What comes from the device goes through two buffers in turn: one is
    emptied while the other is filled.
    """

    def __init__(self, calls: DriverCalls, stream: int, chunk: int = _CHUNK) -> None:
        self._calls, self._stream, self._chunk = calls, stream, chunk
        self._up: deque[_Pinned] = deque()  # the last one is being filled
        self._down: list[_Pinned] = []  # not in use

    def upload(self, source: int, target: int, nbytes: int) -> None:
        """Copy to the device; *source* has been read when this returns."""
        for at in range(0, nbytes, self._chunk):
            n = min(self._chunk, nbytes - at)
            at_pinned = self._reserve(n)
            ctypes.memmove(at_pinned, source + at, n)
            self._calls.upload(self._stream, at_pinned, target + at, n)

    def _reserve(self, n: int) -> int:
        """Pinned memory for *n* bytes."""
        if not self._up or self._up[-1].used + n > self._chunk:
            self._next()
        buffer = self._up[-1]
        address = buffer.address + buffer.used
        buffer.used += -(-n // _ALIGN) * _ALIGN
        return address

    def _next(self) -> None:
        """Start to fill a buffer that the device is done with."""
        if self._up:
            self._calls.record(self._up[-1].event, self._stream)
        if not self._up or (len(self._up) < _BUFFERS and not self._calls.done(self._up[0].event)):
            self._up.append(_Pinned(self._calls, self._chunk))
            return
        self._calls.synchronize(self._up[0].event)
        self._up[0].used = 0
        self._up.rotate(-1)

    def download(self, source: int, target: int, nbytes: int) -> None:
        """Copy from the device; *target* has been written to when this returns."""
        before = None
        for at in range(0, nbytes, self._chunk):
            n = min(self._chunk, nbytes - at)
            buffer = self._down.pop() if self._down else _Pinned(self._calls, self._chunk)
            self._calls.download(self._stream, source + at, buffer.address, n)
            self._calls.record(buffer.event, self._stream)
            if before is not None:
                self._empty(*before)
            before = buffer, target + at, n
        if before is not None:
            self._empty(*before)

    def _empty(self, buffer: _Pinned, target: int, n: int) -> None:
        self._calls.synchronize(buffer.event)
        ctypes.memmove(target, buffer.address, n)
        self._down.append(buffer)
