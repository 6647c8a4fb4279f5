"""The workspace of a plan: memory planning for values that live only inside a call."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...base import DType
from ...memory.device import Buffer, address
from ...memory.storage import empty
from ..program.instructions import Value

_ALIGN = 64
_SPAN = 64  # steps of a plan


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
    """Give each slot an offset, the largest first, where no slot alive with it lies.

    Slots that are laid out are found by spans of steps in which they are alive, and in each of
    these they are in the order of their offsets.
    """
    spans: dict[int, list[tuple[int, int, Slot]]] = {}
    total = 0
    for i, slot in enumerate(sorted(slots, key=lambda s: -s.nbytes)):
        first, last, at = slot.first, slot.last, 0
        own = range(first // _SPAN, last // _SPAN + 1)
        for start, _, other in heapq.merge(*(spans.get(n, ()) for n in own)):
            if other.first <= last and first <= other.last:
                if at + slot.nbytes <= start:
                    break
                at = max(at, start + other.nbytes)
        slot.offset = at
        total = max(total, at + slot.nbytes)
        for n in own:
            bisect.insort(spans.setdefault(n, []), (at, i, slot))
    return total


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
