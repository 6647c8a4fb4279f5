"""Replay: plans on a GPU as CUDA graphs of what their functions launch.

A graph has the addresses in it that it was recorded with.  So there is one for each place that a
plan's arguments and results have lain in twice; a pool hands memory out in few ways when a program
goes round and round.  Results are made anew for each call, as ever, and a graph writes to them
where they lie: while one is held, no call gets its memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

from ...base import DType, MXNetError
from ...memory.device import Buffer, DeviceArray
from .report import Report

WORTH = 10
"""Steps of a plan from which a graph saves more than it takes."""

_GRAPHS = 16  # of a plan
_PLACES = 64  # that are remembered to see whether they come again
_LOST = 64  # calls in a row that no graph fits, after which the graphs are dropped


Allocation: TypeAlias = tuple[int, DType]
"""Size and dtype of an array."""

Addresses: TypeAlias = tuple[int, ...]
"""Where the arrays of a call begin."""

Workspace: TypeAlias = tuple[Buffer, ...]
"""The temporary arrays of a call."""


class Allocations(NamedTuple):
    """What a plan's function on a GPU is given behind its sources, as it makes no memory itself.

    Attributes
    ----------
    results : sequence of (int, dtype)
        Arrays for results, by size and dtype.
    workspace : callable
        Makes a tuple of arrays, for one call at a time.
    """

    results: Sequence[Allocation]
    workspace: Callable[[], Workspace]


class _Recorded(NamedTuple):
    """A graph of a plan, and where its results are.

    For each result: the array given for it, and the part of that; or memory of the graph's own.
    """

    graph: Any
    results: list[tuple[int, slice, DType] | DeviceArray]

    def launch(
        self, given: Sequence[DeviceArray], outputs: Sequence[DeviceArray]
    ) -> list[DeviceArray]:
        with self.graph.turn:
            self.graph.launch((*given, *outputs))
            return [
                # The next launch writes to what is the graph's own.
                made.copy() if isinstance(made, DeviceArray) else _part(outputs[made[0]], *made[1:])
                for made in self.results
            ]


class Replayed:
    """A plan's function, replayed as a graph where its arrays lie where they have lain before."""

    def __init__(
        self,
        function: Callable[..., list[DeviceArray]],
        device: Any,
        memory: Allocations,
        report: Report,
    ) -> None:
        self._function, self._device, self._memory = function, device, memory
        self._report = report
        self._able = not report.replay
        self._spaces: list[Workspace] = []
        self._places: set[tuple[object, ...]] = set()  # and the streams that have run there
        self._graphs: dict[Addresses, _Recorded] = {}
        self._space: Workspace | None = None  # that all graphs share
        self._lost = 0
        self._lock = threading.Lock()
        if self._able:
            report.replay = "will be replayed as a CUDA graph, once its arrays lie where they have"

    def __call__(self, *sources: DeviceArray) -> list[DeviceArray]:
        device = self._device
        outputs = [device.empty(size, dtype) for size, dtype in self._memory.results]
        stream = device.stream
        if self._able and stream.owner is stream:  # else a graph is being recorded
            where = tuple([x.address for x in (*sources, *outputs)])
            recorded = self._graphs.get(where)
            if recorded is None and self._comes_again(stream, where):
                recorded = self._recorded(where, sources, outputs)
            if recorded is not None:
                self._lost = 0
                return recorded.launch(sources, outputs)
        try:
            space = self._spaces.pop()
        except IndexError:
            space = self._memory.workspace()
        results = self._function(*sources, *outputs, space)
        self._spaces.append(space)
        return results

    def _comes_again(self, stream: object, where: Addresses) -> bool:
        """Whether arrays have lain here before, and one more graph may be recorded.

        A stream has to have run the plan itself: what libraries make for a stream at its first call
        must not be made while it is recorded.
        """
        place = stream, *where
        with self._lock:
            self._lost += 1
            if self._lost > _LOST and len(self._graphs) >= _GRAPHS:
                self._graphs.clear()
                self._lost = 0
            if place in self._places:
                return len(self._graphs) < _GRAPHS
            if len(self._places) >= _PLACES:
                self._places.clear()
            self._places.add(place)
            return False

    def _recorded(
        self, where: Addresses, sources: Sequence[DeviceArray], outputs: Sequence[DeviceArray]
    ) -> _Recorded | None:
        with self._lock:
            if self._space is None:
                self._space = self._spaces.pop() if self._spaces else self._memory.workspace()
            arguments = (*sources, *outputs, self._space)
            try:
                graph, results = self._device.captured(
                    lambda: self._function(*arguments), (*sources, *outputs)
                )
            except (MXNetError, MemoryError) as error:
                self._able = False
                self._report.replay = f"is not replayed as a CUDA graph: {error}"
                return None
            recorded = _Recorded(graph, [_found(x, outputs) for x in results])
            self._graphs[where] = recorded
            self._report.replay = f"is replayed as a CUDA graph ({len(self._graphs)} recorded)"
            return recorded


def _found(
    made: DeviceArray, outputs: Sequence[DeviceArray]
) -> tuple[int, slice, DType] | DeviceArray:
    """Which part of which of *outputs* a result is, or itself."""
    for i, output in enumerate(outputs):
        if made is output or made.base is output:
            start = made.address - output.address
            return i, slice(start, start + made.nbytes), made.dtype
    return made


def _part(output: DeviceArray, where: slice, dtype: DType) -> DeviceArray:
    if where == slice(0, output.nbytes):
        return output
    return output.view("uint8")[where].view(dtype)
