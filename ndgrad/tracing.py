"""Whether a thread traces a function for `ndgrad.compile`, or an operator for a plan.

Meanwhile calls do not run kernels.  For `ndgrad.compile` every entry point of one (`kernels.front`)
asks here for the thread's recorder and tells it what would run.  For the plan of a call (see
`ndgrad.dispatch.plans`) entry points run as ever, but on abstract buffers, and what launches a
kernel tells the thread's program.  Nothing is asked while no thread traces: `active` is empty then,
and looking at that costs two nanoseconds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

Recorder: TypeAlias = Any
"""A `Recorder` of the compiler, a layer above: it has a hook for all that kernels do."""

Program: TypeAlias = Any
"""A `BufferProgram` of `ndgrad.memory.abstract`, a layer above."""

active: list[Recorder | Program] = []
"""The recorders and the programs of all threads that trace."""


class _Tracing(threading.local):
    recorder: Recorder = None
    program: Program = None
    suspended: bool = False
    repeating: bool = False


_local = _Tracing()


def recorder() -> Recorder:
    """This thread's recorder, or None."""
    return _local.recorder


def program() -> Program:
    """The `BufferProgram` of the plan that this thread makes, or None."""
    return _local.program


@contextmanager
def recording_to(recorder: Recorder) -> Iterator[None]:
    """A scope in which this thread tells *recorder* what would run."""
    before, _local.recorder = _local.recorder, recorder
    active.append(recorder)
    try:
        yield
    finally:
        active.remove(recorder)
        _local.recorder = before


@contextmanager
def planning(program: Program) -> Iterator[None]:
    """A scope in which launches of this thread's kernels are noted in *program*."""
    before, _local.program = _local.program, program
    active.append(program)
    try:
        yield
    finally:
        active.remove(program)
        _local.program = before


@contextmanager
def suspended(shapes_only: bool = True) -> Iterator[None]:
    """A scope in which this thread runs kernels although it traces.

    Their results are no part of the program; for *shapes_only* not even their values matter.
    """
    before = _local.recorder, _local.suspended
    _local.recorder, _local.suspended = None, shapes_only
    try:
        yield
    finally:
        _local.recorder, _local.suspended = before


@contextmanager
def repeating() -> Iterator[None]:
    """A scope in which this thread runs a function for a second time, for its record alone.

    What operators set before forward (`Op.before_forward`) has been set by then.
    """
    before, _local.repeating = _local.repeating, True
    try:
        yield
    finally:
        _local.repeating = before


def is_repeating() -> bool:
    """Whether this thread is in a scope of `repeating`."""
    return _local.repeating


def shapes_only() -> bool:
    """Whether this thread runs kernels for the shapes of their results: elements mean nothing."""
    return bool(active) and _local.suspended


def host_read(array: object, how: str) -> None:
    """Refuse to read an array's values on the host while this thread traces: there are none yet."""
    if active and _local.recorder is not None:
        _local.recorder.host_read(array, how)


def _forget_other_threads() -> None:
    """In a forked child: threads that traced do not exist there."""
    active[:] = [one for one in active if one is _local.recorder or one is _local.program]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_other_threads)
