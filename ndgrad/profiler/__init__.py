"""`mx.profiler`: where time and memory go.

While the profiler runs it records operators, their derivatives, compiled functions and their steps,
kernels, reads by the host, and what a program records by itself: tasks, frames, events, counters,
markers.  It replaces what is called for that; while it does not run nothing is different, nor
slower.  `profile` is a scope that shows what it has found; MXNet's calls are `set_config`,
`set_state`, `dumps` and `dump`.
"""

from __future__ import annotations

import os
import warnings
from typing import Any

from ..base import MXNetError, public_names, shown
from ..ops.axes import flag
from .aggregate import SORTED, as_json, as_table, rows_of
from .control import profiler
from .domains import Counter, Domain, Event, Frame, Marker, Task
from .session import copy_limit, profile

__all__ = [
    "Counter",
    "Domain",
    "Event",
    "Frame",
    "Marker",
    "Task",
    "copy_limit",
    "dump",
    "dump_profile",
    "dumps",
    "pause",
    "profile",
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


def set_config(**kwargs: Any) -> None:
    """Set what is profiled, from the next start on, and the file that it is written to.

    Parameters
    ----------
    filename : str
        The file that `dump` writes, ``profile.json`` by default.
    profile_imperative : bool
        Record operators, derivatives and their kernels; True by default.
    profile_symbolic : bool
        Record compiled functions and their steps; True by default.
    profile_api : bool
        Record where the host reads an array or waits for it; True by default.
    profile_memory : bool
        Record also which lines of the program ask for memory; False by default.
    profile_all : bool
        Record all of these.
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
        kwargs["filename"] = os.fspath(kwargs["filename"])
    profiler.options |= kwargs


def set_state(state: str = "stop", profile_process: str = "worker") -> None:
    """Start (``'run'``) or stop (``'stop'``) recording.

    Raises
    ------
    KeyError
        For another *state*.
    """
    if state not in ("run", "stop"):
        raise KeyError(f"set_state: state must be 'run' or 'stop', got {state!r}")
    profiler.change(running=state == "run", paused=False)


def pause(profile_process: str = "worker") -> None:
    """Record nothing until `resume`."""
    profiler.change(paused=True)


def resume(profile_process: str = "worker") -> None:
    """Go on recording after `pause`."""
    profiler.change(paused=False)


def dump(finished: bool = True, profile_process: str = "worker") -> None:
    """Write a trace of everything recorded to the file that `set_config` has named.

    Perfetto (https://ui.perfetto.dev) and ``chrome://tracing`` open it.

    Parameters
    ----------
    finished : bool
        Stop recording as well.
    """
    if flag("dump", "finished", finished):
        profiler.change(running=False)
    profiler.write(profiler.options["filename"], "dump")


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
    if sort_by not in SORTED:
        raise AssertionError(f"dumps: sort_by={shown(sort_by)}; expected one of {[*SORTED]}")
    found = rows_of(list(profiler.records), sort_by, ascending)
    if flag("dumps", "reset", reset):
        profiler.records.clear()
    return as_table(found) if format == "table" else as_json(found)


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
