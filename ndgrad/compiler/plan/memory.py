"""The workspace of a plan: values that live only inside a call share one block of memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...memory.device import address
from ...memory.storage import empty
from ..program.instructions import Flat

_ALIGN = 64


@dataclass
class Slot:
    """A temporary value's place in the workspace, and the steps between which it is alive."""

    name: str
    size: int
    dtype: np.dtype[Any]
    first: int
    last: int
    offset: int = 0
    nbytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.nbytes = -(-max(1, self.size * self.dtype.itemsize) // _ALIGN) * _ALIGN


def lay_out(slots: Sequence[Slot]) -> int:
    """Give each slot an offset, the largest first, where no slot alive with it lies."""
    placed: list[Slot] = []
    total = 0
    for slot in sorted(slots, key=lambda s: -s.nbytes):
        first, last, at = slot.first, slot.last, 0
        taken = [
            (s.offset, s.offset + s.nbytes) for s in placed if s.first <= last and first <= s.last
        ]
        for start, stop in sorted(taken):
            if at + slot.nbytes <= start:
                break
            at = max(at, stop)
        slot.offset = at
        total = max(total, at + slot.nbytes)
        placed.append(slot)
    return total


def workspace(slots: Sequence[Slot], total: int) -> Callable[[], tuple[Flat, ...]]:
    """What makes a workspace: the flat arrays of all slots, in one block."""

    def new() -> tuple[Flat, ...]:
        block = empty(total + _ALIGN, np.dtype("uint8"))
        start = -address(block) % _ALIGN
        return tuple(
            block[start + s.offset : start + s.offset + s.size * s.dtype.itemsize].view(s.dtype)
            for s in slots
        )

    return new
