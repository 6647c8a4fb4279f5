"""The workspace of a plan: memory planning for values that live only inside a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...base import DType
from ...memory.device import Buffer, address
from ...memory.storage import empty
from ..program.instructions import Value

_ALIGN = 64


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
    """Give each slot an offset, the largest first, where no slot alive with it lies."""
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
