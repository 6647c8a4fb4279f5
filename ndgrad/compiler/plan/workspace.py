"""The workspace of a plan: memory planning for values that live only inside a call."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...base import DType
from ...memory.device import Buffer, address
from ...memory.storage import empty
from ..program.instructions import Value

_ALIGN = 64
_MANY, _SMALL = 256, 1 << 16  # slots of one size, of so many bytes, to be laid out by themselves


@dataclass
class Slot:
    """A temporary value's place in the workspace, and the steps between which it is alive."""

    name: str
    size: int
    dtype: DType
    first: int
    last: int
    offset: int = 0
    nbytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.nbytes = -(-max(1, self.size * self.dtype.itemsize) // _ALIGN) * _ALIGN


def lay_out(slots: Sequence[Slot]) -> int:
    """Give each slot an offset at which no slot alive with it lies; returns the size of it all."""
    sizes = Counter(slot.nbytes for slot in slots)
    many = {n for n, count in sizes.items() if count > _MANY and n <= _SMALL}
    total = _first_fit([slot for slot in slots if slot.nbytes not in many])
    for n in sorted(many):
        total = _in_lanes([slot for slot in slots if slot.nbytes == n], total)
    return total


def _first_fit(slots: Sequence[Slot]) -> int:
    """Lay out slots, the largest first, each where there is room for it."""
    laid: list[Slot] = []
    total = 0
    for slot in sorted(slots, key=lambda s: -s.nbytes):
        first, last, at = slot.first, slot.last, 0
        taken = [
            (s.offset, s.offset + s.nbytes) for s in laid if s.first <= last and first <= s.last
        ]
        for start, stop in sorted(taken):
            if at + slot.nbytes <= start:
                break
            at = max(at, stop)
        slot.offset = at
        total = max(total, at + slot.nbytes)
        laid.append(slot)
    return total


def _in_lanes(slots: Sequence[Slot], start: int) -> int:
    """Lay out slots of one size from *start* on, in as few places as are alive at once."""
    busy: list[tuple[int, int]] = []  # the last step, and the offset
    free: list[int] = []
    end = start
    for slot in sorted(slots, key=lambda s: s.first):
        while busy and busy[0][0] < slot.first:
            heapq.heappush(free, heapq.heappop(busy)[1])
        if not free:
            free.append(end)
            end += slot.nbytes
        slot.offset = heapq.heappop(free)
        heapq.heappush(busy, (slot.last, slot.offset))
    return end


class Workspace:
    """Temporary memory of a plan that is being made.

    Attributes
    ----------
    slots : list of Slot
    slot_of : dict
        The slot that a value lies in.
    step : int
        The step that is being planned.
    """

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.slot_of: dict[Value, Slot] = {}
        self.step = 0
        self.nbytes = 0

    def temporary(self, size: int, dtype: DType, value: Value | None = None) -> str:
        """The name of new temporary memory, in which *value* is to lie."""
        name = f"t{len(self.slots)}"
        slot = Slot(name, size, np.dtype(dtype), self.step, self.step)
        self.slots.append(slot)
        if value is not None:
            self.slot_of[value] = slot
        return name

    def used(self, value: Value) -> None:
        """Keep the memory of *value*, if it is temporary, up to this step."""
        if (slot := self.slot_of.get(value)) is not None:
            slot.last = self.step

    def factory(self) -> Callable[[], tuple[Buffer, ...]]:
        """What makes a workspace: the buffers of all slots, in one block."""
        slots = self.slots
        total = self.nbytes = lay_out(slots)

        def new() -> tuple[Buffer, ...]:
            block = empty(total + _ALIGN, np.dtype("uint8"))
            start = -address(block) % _ALIGN
            return tuple(
                block[start + s.offset : start + s.offset + s.size * s.dtype.itemsize].view(s.dtype)
                for s in slots
            )

        return new if slots else tuple
