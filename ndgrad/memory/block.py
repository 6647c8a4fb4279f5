"""Blocks: pieces of memory that the host's and the devices' pools hold, and arrays look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Mapping(Protocol):
    """Memory as the system or a driver has given it."""

    def close(self) -> None:
        """Give it back."""


@dataclass(slots=True)
class Block:
    """A piece of memory of our own, or of another library's, which has no mapping here."""

    mapping: Mapping | None
    address: int
    size: int
    freed: int = 0  # when it came back to the pool, as a count
    stream: Any = None  # of a device's memory: where what touched it last was started
    shared: bool = False  # of a device's memory: whether another library has seen it
