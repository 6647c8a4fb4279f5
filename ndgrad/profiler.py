"""`mx.profiler`: times that a program takes with tasks, frames, events, counters and markers.

Operators are not timed; use Python's own profilers for them.  What is recorded while the profiler
runs can be printed as a table (`dumps`) and written as a trace for ``chrome://tracing`` (`dump`).
"""

from __future__ import annotations

import json
import os
import threading
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._files import write_file
from .base import MXNetError, public_names, shown
from .ops.axes import flag

__all__ = [
    "Counter",
    "Domain",
    "Event",
    "Frame",
    "Marker",
    "Task",
    "dump",
    "dump_profile",
    "dumps",
    "pause",
    "profiler_set_config",
    "profiler_set_state",
    "resume",
    "set_config",
    "set_state",
]
__dir__ = public_names(globals())

_OPTIONS = frozenset(
    (
        "profile_all profile_symbolic profile_imperative profile_memory profile_api filename "
        "continuous_dump dump_period aggregate_stats profile_process "
        "gpu_memory_profile_filename_prefix"
    ).split()
)
_SCOPES = ("global", "process", "thread", "task", "marker")


@dataclass
class _Record:
    """Something that has happened: a time span, a counter's value or an instant."""

    category: str
    name: str
    phase: str  # of Chrome's traces: X a span, C a counter, i an instant
    start: int  # nanoseconds
    duration: int = 0
    value: int = 0
    thread: int = 0


class _State:
    def __init__(self) -> None:
        self.running = self.paused = False
        self.filename = "profile.json"
        self.records: list[_Record] = []

    def add(self, category: str, name: str, phase: str, start: int, **facts: int) -> None:
        if self.running and not self.paused:
            thread = threading.get_ident()
            self.records.append(_Record(category, name, phase, start, thread=thread, **facts))


_state = _State()

# --- control --------------------------------------------------------------------------------------


def set_config(**kwargs: Any) -> None:
    """Set what is profiled and the file that it is written to.

    Parameters
    ----------
    filename : str
        The file that `dump` writes, ``profile.json`` by default.
    profile_all, profile_symbolic, profile_imperative, profile_memory, profile_api : bool
    continuous_dump, aggregate_stats : bool
    dump_period : float
        Nothing depends on these.

    Raises
    ------
    MXNetError
        For any other argument.
    """
    for name in kwargs:
        if name not in _OPTIONS:
            raise MXNetError(
                f"set_config: Cannot find argument '{name}', expected one of "
                f"{', '.join(sorted(_OPTIONS))}"
            )
    if "filename" in kwargs:
        _state.filename = os.fspath(kwargs["filename"])


def set_state(state: str = "stop", profile_process: str = "worker") -> None:
    """Start (``'run'``) or stop (``'stop'``) recording.

    Raises
    ------
    KeyError
        For another *state*.
    """
    if state not in ("run", "stop"):
        raise KeyError(state)
    _state.running, _state.paused = state == "run", False


def pause(profile_process: str = "worker") -> None:
    """Record nothing until `resume`."""
    _state.paused = True


def resume(profile_process: str = "worker") -> None:
    """Go on recording after `pause`."""
    _state.paused = False


def dump(finished: bool = True, profile_process: str = "worker") -> None:
    """Write a trace of everything recorded to the file that `set_config` has named.

    Parameters
    ----------
    finished : bool
        Stop recording as well.
    """
    if flag("dump", "finished", finished):
        _state.running = False
    process = os.getpid()
    events = []
    for x in _state.records:
        event = {"name": x.name, "cat": x.category, "ph": x.phase, "ts": x.start / 1000}
        event |= {"pid": process, "tid": x.thread}
        if x.phase == "X":
            event["dur"] = x.duration / 1000
        elif x.phase == "C":
            event["args"] = {x.name: x.value}
        else:
            event["s"] = "p"
        events.append(event)
    text = json.dumps({"traceEvents": events, "displayTimeUnit": "ms"})
    write_file(_state.filename, [text.encode()], "dump")


_SORTED = {"total": 1, "avg": 4, "min": 2, "max": 3, "count": 0}


def dumps(
    reset: bool = False, format: str = "table", sort_by: str = "total", ascending: bool = False
) -> str:
    """Return counts and times by category and name.

    Parameters
    ----------
    reset : bool
        Forget everything recorded.
    format : {'table', 'json'}
    sort_by : {'total', 'avg', 'min', 'max', 'count'}
    ascending : bool

    Raises
    ------
    AssertionError
        For another *format* or *sort_by*.
    """
    if format not in ("table", "json"):
        raise AssertionError(f"dumps: format={shown(format)}; expected 'table' or 'json'")
    if sort_by not in _SORTED:
        raise AssertionError(f"dumps: sort_by={shown(sort_by)}; expected one of {[*_SORTED]}")
    found: dict[str, dict[str, Sequence[float]]] = {}
    for category, durations in _durations().items():
        rows = {name: _statistics(times) for name, times in durations.items()}
        order = sorted(rows, key=lambda n: rows[n][_SORTED[sort_by]], reverse=not ascending)
        found[category] = {name: rows[name] for name in order}
    if flag("dumps", "reset", reset):
        _state.records.clear()
    return _table(found) if format == "table" else _as_json(found)


def _durations() -> dict[str, dict[str, list[float]]]:
    """Milliseconds by category and name; of counters the values."""
    found: dict[str, dict[str, list[float]]] = {}
    for x in list(_state.records):
        value = x.value if x.phase == "C" else x.duration / 1e6
        found.setdefault(x.category, {}).setdefault(x.name, []).append(value)
    return found


def _statistics(times: list[float]) -> Sequence[float]:
    total = sum(times)
    return len(times), total, min(times), max(times), total / len(times)


def _table(found: dict[str, dict[str, Sequence[float]]]) -> str:
    heads = ("Total Count", "Time (ms)", "Min Time (ms)", "Max Time (ms)", "Avg Time (ms)")
    lines = ["", "Profile Statistics:", "\tOf counters the values stand in place of times."]
    for category, rows in found.items():
        lines += [category, "================="]
        for cells in (heads, ["-" * len(head) for head in heads]):
            name = "Name" if cells is heads else "----"
            lines.append(f"{name:<25} " + " ".join(f"{cell:>16}" for cell in cells))
        for name, (count, *times) in rows.items():
            cells = [f"{count:>16}", *(f"{value:>16.4f}" for value in times)]
            lines.append(f"{name:<25} " + " ".join(cells))
        lines.append("")
    return "\n".join(lines) + "\n"


def _as_json(found: dict[str, dict[str, Sequence[float]]]) -> str:
    names = ("Count", "Total", "Min", "Max", "Avg")
    times = {
        category: {name: dict(zip(names, row, strict=True)) for name, row in rows.items()}
        for category, rows in found.items()
    }
    units = {"Time": "ms", "Memory": "kB"}
    return json.dumps({"Time": times, "Memory": {}, "Unit": units}, indent=4)


def profiler_set_config(mode: str = "symbolic", filename: str = "profile.json") -> None:
    """Do `set_config`: its old name."""
    warnings.warn(
        "profiler.profiler_set_config() is deprecated. Please use profiler.set_config() instead",
        stacklevel=2,
    )
    set_config(filename=filename)


def profiler_set_state(state: str = "stop") -> None:
    """Do `set_state`: its old name."""
    warnings.warn(
        "profiler.profiler_set_state() is deprecated. Please use profiler.set_state() instead",
        stacklevel=2,
    )
    set_state(state)


def dump_profile() -> None:
    """Do `dump`: its old name."""
    warnings.warn(
        "profiler.dump_profile() is deprecated. Please use profiler.dump() instead", stacklevel=2
    )
    dump()


# --- what a program records -----------------------------------------------------------------------


class Domain:
    """A name under which tasks, frames, counters and markers are grouped."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name

    def new_task(self, name: str) -> Task:
        """Return a `Task` of this domain."""
        return Task(self, name)

    def new_frame(self, name: str) -> Frame:
        """Return a `Frame` of this domain."""
        return Frame(self, name)

    def new_counter(self, name: str, value: int | None = None) -> Counter:
        """Return a `Counter` of this domain."""
        return Counter(self, name, value)

    def new_marker(self, name: str) -> Marker:
        """Return a `Marker` of this domain."""
        return Marker(self, name)


class _Span:
    """Something with a start and a stop.  It may be used in a ``with`` statement."""

    def __init__(self, category: str, name: str) -> None:
        self._category = category
        self.name = name
        self._started: int | None = None

    def start(self) -> None:
        """Begin a span of time."""
        self._started = time.time_ns()

    def stop(self) -> None:
        """End the span, and record it."""
        if self._started is not None:
            duration = time.time_ns() - self._started
            _state.add(self._category, self.name, "X", self._started, duration=duration)

    def __enter__(self) -> Any:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def __str__(self) -> str:
        return self.name


class Task(_Span):
    """Work that may begin and end anywhere."""

    def __init__(self, domain: Domain, name: str) -> None:
        super().__init__(domain.name, name)


class Frame(_Span):
    """A part of work that comes again, such as a step of training."""

    def __init__(self, domain: Domain, name: str) -> None:
        super().__init__(f"{domain.name},frame", name)


class Event(_Span):
    """Work of one thread, of no domain."""

    def __init__(self, name: str) -> None:
        super().__init__("event", name)


class Counter:
    """A number whose changes are recorded.

    Parameters
    ----------
    domain : Domain
    name : str
    value : int, optional
        0 by default.
    """

    def __init__(self, domain: Domain, name: str, value: int | None = None) -> None:
        self.name, self._domain, self._value = name, domain, 0
        if value is not None:
            self.set_value(value)

    def set_value(self, value: int) -> None:
        """Set the number."""
        self._value = int(value)
        _state.add(self._domain.name, self.name, "C", time.time_ns(), value=self._value)

    def increment(self, delta: int = 1) -> None:
        """Add to the number."""
        self.set_value(self._value + delta)

    def decrement(self, delta: int = 1) -> None:
        """Subtract from the number."""
        self.set_value(self._value - delta)

    def __iadd__(self, delta: int) -> Counter:
        self.increment(delta)
        return self

    def __isub__(self, delta: int) -> Counter:
        self.decrement(delta)
        return self

    def __str__(self) -> str:
        return self.name


class Marker:
    """An instant that is recorded."""

    def __init__(self, domain: Domain, name: str) -> None:
        self.name, self._domain = name, domain

    def mark(self, scope: str = "process") -> None:
        """Record now.

        Parameters
        ----------
        scope : {'global', 'process', 'thread', 'task', 'marker'}

        Raises
        ------
        MXNetError
            For another *scope*.
        """
        if scope not in _SCOPES:
            raise MXNetError(
                f"mark: Invalid Input: {scope!r}, valid values are: {{{', '.join(_SCOPES)}}}"
            )
        _state.add(f"{self._domain.name},instant_marker", self.name, "i", time.time_ns())

    def __str__(self) -> str:
        return self.name
