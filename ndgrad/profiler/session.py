"""`profile`: a scope whose time and memory are shown as tables, a timeline and a trace."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..base import MXNetError, shown
from ..kernels import front
from ..kernels.build.launch import compile_seconds
from ..memory.storage import empty
from .control import profiler
from .memory import PoolUse
from .records import KERNELS, Facts, Record, Span, clock, recorder, spans
from .timeline import timeline

_COPIED = 1 << 24  # elements, 64 MiB: more than the caches hold
_WIDEST = 36  # letters of a name
_LINES = 12  # of the program, in the table of memory


@functools.cache
def copy_limit() -> float:
    """Return how many bytes a second a large copy moves on this machine, read and written.

    It is measured once, in a fraction of a second.  No operator that reads and writes memory can be
    faster, unless what it reads is in a cache.
    """
    source = empty(_COPIED, np.dtype("float32"))
    target = empty(_COPIED, np.dtype("float32"))
    source.fill(1)
    seconds = []
    for _ in range(6):
        start = time.perf_counter()
        front.copy(source, target)
        seconds.append(time.perf_counter() - start)
    return 2 * source.nbytes / min(seconds)


class Statistics(NamedTuple):
    """All calls of one name.

    Attributes
    ----------
    category, name : str
    calls : int
    total, own : float
        Seconds; *own* without what was called in between and has a row of its own.
    mean, minimum, maximum : float
        Seconds of a call.
    share : float
        Of *own* in the time of the scope; of kernels and steps that of *total*.
    nbytes : int
        Of the arrays that the calls have read and made.
    speed : float
        Bytes a second.
    """

    category: str
    name: str
    calls: int
    total: float
    own: float
    mean: float
    minimum: float
    maximum: float
    share: float
    nbytes: int
    speed: float


class profile:
    """A scope that is profiled: ``with profile() as p: ...``, and then ``p``.

    Its text is a table by operator; in a notebook there is a timeline too.  Scopes may be nested,
    and be part of what `set_state` has started.

    Parameters
    ----------
    profile_memory : bool
        Note also which lines of the program ask for memory.

    Attributes
    ----------
    seconds : float
        How long the scope took.
    compile_seconds : float
        For how much of that kernels were compiled, or loaded from the disk.
    records : list
        What was recorded.

    Raises
    ------
    TypeError
        If *profile_memory* is no bool.
    MXNetError
        If the scope is entered a second time.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.nd.ones((100, 100))
    >>> with mx.profiler.profile() as p:
    ...     y = mx.nd.tanh(x).sum()
    >>> sorted((row.name, row.calls) for row in p.operators())
    [('sum', 1), ('tanh', 1)]
    """

    def __init__(self, *, profile_memory: bool = False) -> None:
        if not isinstance(profile_memory, bool):
            raise TypeError(f"profile: profile_memory must be a bool, got {shown(profile_memory)}")
        self.records: list[Record] = []
        self.seconds = 0.0
        self.compile_seconds = 0.0
        self._memory = PoolUse()
        self._by_line = profile_memory
        self._start = 0

    def __enter__(self) -> profile:
        if self._start:
            raise MXNetError("profile: a scope is profiled once; make another for the next")
        self._before = profiler.running, profiler.paused, profiler.options
        self._around = recorder.records, profiler.instruments.memory
        profiler.change(running=False)
        profiler.options = {**profiler.options, "profile_memory": self._by_line}
        recorder.records = self.records
        profiler.instruments.memory = self._memory
        profiler.change(running=True, paused=False)
        self.compile_seconds = -compile_seconds()
        self._start = clock()
        return self

    def __exit__(self, *error: object) -> None:
        self.seconds = (clock() - self._start) / 1e9
        self.compile_seconds += compile_seconds()
        profiler.change(running=False)
        running, paused, profiler.options = self._before
        recorder.records, profiler.instruments.memory = self._around
        if running and not paused:
            recorder.records += self.records
            profiler.instruments.memory.include(self._memory)
        profiler.change(running, paused)

    @property
    def current_bytes(self) -> int:
        """Bytes of the pool of host memory that arrays held at the end.

        Arrays of less than 128 KiB have memory of their own, which does not count.
        """
        return self._memory.current

    @property
    def peak_bytes(self) -> int:
        """The most bytes that arrays held of the pool at one time."""
        return self._memory.peak

    # --- what was found ---------------------------------------------------------------------------

    def operators(self) -> list[Statistics]:
        """Statistics of operators, derivatives, compiled functions, reads; most time first."""
        return self._statistics([x for x in self._spans if x.record.category not in KERNELS])

    def kernels(self) -> list[Statistics]:
        """Statistics of kernels on several threads, and of the steps of compiled functions."""
        return self._statistics([x for x in self._spans if x.record.category in KERNELS])

    def memory_by_line(self) -> list[tuple[str, int, int, int]]:
        """File, line, blocks and their bytes, of lines that asked for memory; the most first."""
        found = [(file, line, *counts) for (file, line), counts in self._memory.lines.items()]
        return sorted(found, key=lambda row: row[3], reverse=True)

    def dump(self, filename: str) -> None:
        """Write the trace, for Perfetto (https://ui.perfetto.dev) or ``chrome://tracing``."""
        profiler.write(filename, "profile.dump", self.records)

    @functools.cached_property
    def _spans(self) -> list[Span]:
        return spans(self.records)

    def _statistics(self, found: Sequence[Span]) -> list[Statistics]:
        by_name: dict[tuple[str, str], list[Span]] = {}
        for span in found:
            by_name.setdefault((span.record.category, span.record.name), []).append(span)
        rows = []
        for (category, name), group in by_name.items():
            times = [span.record.duration / 1e9 for span in group]
            total, own = sum(times), sum(span.own for span in group) / 1e9
            facts = [span.record.facts for span in group]
            nbytes = sum(x.nbytes for x in facts if isinstance(x, Facts))
            rows.append(
                Statistics(
                    category, name, len(group), total, own,
                    total / len(group), min(times), max(times),
                    own / self.seconds if self.seconds else 0.0,
                    nbytes, nbytes / total if total else 0.0,
                )
            )  # fmt: skip
        return sorted(rows, key=lambda row: row.own, reverse=True)

    # --- how it is shown --------------------------------------------------------------------------

    def table(self, rows: int = 25, copy_limit: bool = False) -> str:
        """The tables as text.

        Parameters
        ----------
        rows : int
            Of operators and of kernels, at most so many.
        copy_limit : bool
            Show speeds as parts of that of a copy, which is measured then.
        """
        operators, kernels = self.operators(), self.kernels()
        compiling = self.compile_seconds
        outside = self.seconds - sum(row.own for row in operators)
        lines = [
            f"{_time(self.seconds)}, of which {_time(max(outside, 0.0))} outside of ndgrad"
            + (f" and {_time(compiling)} to compile or load kernels" if compiling > 1e-3 else ""),
            f"memory of the pool: {_bytes(self.current_bytes)} at the end, "
            f"{_bytes(self.peak_bytes)} at most",
        ]
        limit = _limit() if copy_limit else None
        if limit is not None:
            lines.append(f"a copy moves {_bytes(limit)} a second")
        lines += ["", *_as_text(_cells(operators[:rows], limit))]
        if len(operators) > rows:
            lines.append(f"and {len(operators) - rows} more")
        if kernels:
            lines += ["", *_as_text(_kernel_cells(kernels[:rows]))]
        if len(kernels) > rows:
            lines.append(f"and {len(kernels) - rows} more")
        if self._by_line:
            lines += ["", *_as_text(self._line_cells())]
        return "\n".join(lines)

    def _line_cells(self) -> list[list[str]]:
        head = ["memory asked for by", "blocks", "bytes"]
        found = self.memory_by_line()[:_LINES]
        return [head, *[[f"{_place(f)}:{n}", str(c), _bytes(b)] for f, n, c, b in found]]

    def __repr__(self) -> str:
        return self.table() if self._start else "<profile that was not entered>"

    def _repr_html_(self) -> str:
        picture = timeline(self._spans, recorder.threads) if self._spans else ""
        style = "overflow-x: auto; font-size: 85%; line-height: 1.35"
        return f'<pre style="{style}">{escape(repr(self))}</pre>{picture}'


def _place(file: str) -> str:
    """How a file is called: a cell of a notebook by its number, as in tracebacks."""
    interactive = sys.modules.get("IPython")
    shell = None if interactive is None else interactive.get_ipython()
    cell = None if shell is None else shell.compile.format_code_name(file)
    return Path(file).name if cell is None else str(cell[1])


_limit = copy_limit


def _cells(rows: Sequence[Statistics], limit: float | None) -> list[list[str]]:
    head = ["name", "calls", "total", "own", "share", "mean", "min", "max", "bytes", "bytes/s"]
    cells = [[*head, *["of a copy"] * (limit is not None)]]
    for x in rows:
        line = [_short(x.name), str(x.calls), _time(x.total), _time(x.own), f"{x.share:.1%}"]
        line += [_time(x.mean), _time(x.minimum), _time(x.maximum)]
        line += [_bytes(x.nbytes), _bytes(x.speed)] if x.nbytes else ["", ""]
        if limit is not None:
            line.append(f"{x.speed / limit:.0%}" if x.nbytes else "")
        cells.append(line)
    return cells


def _kernel_cells(rows: Sequence[Statistics]) -> list[list[str]]:
    cells = [["kernels and steps", "calls", "total", "share", "mean", "min", "max"]]
    for x in rows:
        times = [_time(x.mean), _time(x.minimum), _time(x.maximum)]
        cells.append([_short(x.name), str(x.calls), _time(x.total), f"{x.share:.1%}", *times])
    return cells


def _as_text(cells: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table: the first column to the left, all others to the right."""
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = []
    for row in cells:
        others = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *others]).rstrip())
    return [lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _short(name: str) -> str:
    return name if len(name) <= _WIDEST else name[: _WIDEST - 1] + "\u2026"


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds:.0f} s"
    return f"{seconds * 1e6:.3g} \u00b5s"


def _bytes(number: float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f} B"
