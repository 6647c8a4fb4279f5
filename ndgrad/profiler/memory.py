"""Memory of the host's pool while the profiler runs: in use, at most, and by line of a program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType

from ..memory import storage
from . import records
from .records import MEMORY, clock
from .replacing import Arguments, Function, Hook, Keywords, Wrapper

POOL = "Memory: cpu/0"
"""What the values are called, as in MXNet."""


class PoolUse:
    """What the pool of host memory has handed out.

    Attributes
    ----------
    current, peak : int
        Bytes in blocks that arrays look at: now, and at most since `begin`.
    lines : dict
        For each file and line of the program, the number of blocks and their bytes.
    """

    def __init__(self) -> None:
        self.current = self.peak = 0
        self.lines: dict[tuple[str, int], tuple[int, int]] = {}

    def begin(self, replace: Callable[[FunctionType, Wrapper], None], by_line: bool) -> None:
        """Begin to count; *by_line* says whether also by lines."""
        self.current = storage.pool_stats().bytes_in_use
        self.peak = max(self.peak, self.current)
        take, give_back = vars(storage.Pool)["take"], vars(storage.Pool)["give_back"]
        replace(take, lambda original: self._hook(original, by_line))
        replace(give_back, lambda original: self._hook(original, False))

    def end(self) -> None:
        """Note what is in use now."""
        self.current = storage.pool_stats().bytes_in_use

    def include(self, other: PoolUse) -> None:
        """Count what *other* has counted in the meantime."""
        self.peak = max(self.peak, other.peak)
        for line, counts in other.lines.items():
            self._note(line, *counts)

    def _hook(self, original: Function, by_line: bool) -> Hook:
        def hook(args: Arguments, kwargs: Keywords) -> object:
            result = original(*args, **kwargs)
            pool = args[0]
            if pool is storage._pool:
                self.current = pool._used_bytes
                self.peak = max(self.peak, self.current)
                records.recorder.add(MEMORY, POOL, "C", clock(), value=self.current)
                if by_line:
                    self._note_line(result.size)
            return result

        return hook

    def _note_line(self, nbytes: int) -> None:
        """Count a block for the innermost line of the program that is not ndgrad's."""
        frame = sys._getframe(2)
        while frame.f_back is not None and _is_own(frame.f_globals.get("__name__")):
            frame = frame.f_back
        self._note((frame.f_code.co_filename, frame.f_lineno), 1, nbytes)

    def _note(self, line: tuple[str, int], blocks: int, nbytes: int) -> None:
        count, total = self.lines.get(line, (0, 0))
        self.lines[line] = count + blocks, total + nbytes


def _is_own(module: object) -> bool:
    """Whether a frame of this module is ndgrad's; functions that it writes have no module."""
    return module is None or str(module).split(".", 1)[0] == __name__.split(".", 1)[0]
