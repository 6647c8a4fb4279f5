"""Calls of a driver for the simulator: the host does everything at once."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from ...base import DType, HostArray

_FIRST = 1 << 16  # a number that is no default stream of CUDA's


class SimulatedCalls:
    """`streams.DriverCalls` on the host's memory.  All work goes through `run`."""

    def __init__(self) -> None:
        self._handles = itertools.count(_FIRST)
        self._memory: dict[int, HostArray] = {}
        self._recorded: dict[int, list[Callable[[], object]]] = {}  # by stream

    def run(self, stream: int, work: Callable[[], object]) -> None:
        """Give *stream* something to do, or to record."""
        if stream in self._recorded:
            self._recorded[stream].append(work)
        else:
            self.do(stream, work)

    def do(self, stream: int, work: Callable[[], object]) -> None:
        """Do *work* when *stream* comes to it."""
        work()

    def begin(self, stream: int) -> None:
        self._recorded[stream] = []

    def end(self, stream: int) -> list[Callable[[], object]]:
        return self._recorded.pop(stream)

    def abandon(self, stream: int) -> None:
        del self._recorded[stream]

    def replay(self, stream: int, graph: Any) -> None:
        for work in graph:
            self.do(stream, work)

    def forget(self, graph: Any) -> None:
        graph.clear()

    def activate(self) -> None:
        pass

    def stream(self) -> int:
        return next(self._handles)

    def event(self) -> object:
        return object()

    def record(self, event: object, stream: int) -> None:
        pass

    def wait(self, stream: int, event: object) -> None:
        pass

    def done(self, event: object) -> bool:
        return True

    def synchronize(self, event: object) -> None:
        pass

    def finish(self, stream: int) -> None:
        pass

    def allocate(self, size: int) -> int:
        memory = np.empty(size, np.uint8)
        self._memory[memory.ctypes.data] = memory
        return memory.ctypes.data

    def free(self, address: int) -> None:
        del self._memory[address]

    pinned = allocate

    def copy(self, stream: int, source: int, target: int, nbytes: int) -> None:
        self.run(stream, lambda: ctypes.memmove(target, source, nbytes))

    upload = download = copy

    def copy_from(
        self, stream: int, device: SimulatedCalls, source: int, target: int, nbytes: int
    ) -> None:
        self.copy(stream, source, target, nbytes)

    def fill(self, stream: int, target: int, size: int, pattern: int, count: int) -> None:
        def write() -> None:
            host_view(target, count, np.dtype(f"uint{8 * size}"))[:] = pattern

        self.run(stream, write)


def host_view(address: int, count: int, dtype: DType) -> HostArray:
    """Simulated memory as an array of the host."""
    raw = (ctypes.c_uint8 * (count * dtype.itemsize)).from_address(address)
    return np.frombuffer(raw, dtype, count)  # type: ignore[call-overload]
