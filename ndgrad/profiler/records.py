"""Records of what has happened while the profiler ran: spans of time, values and instants."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..base import Shape
from ..dispatch import classes
from ..tape import Array

clock = time.perf_counter_ns

OPERATOR, BACKWARD, COMPILED, STEP, KERNEL, PRODUCT, HOST, AUTOGRAD, MEMORY = (
    "operator", "backward", "compiled", "step", "kernel", "product", "host read", "autograd",
    "memory",
)  # fmt: skip
"""Categories of what ndgrad records itself."""

KERNELS = frozenset((STEP, KERNEL, PRODUCT))
"""Categories of what runs inside of operators and compiled functions."""


class Facts(NamedTuple):
    """What a call has read and made.

    Attributes
    ----------
    inputs, outputs : sequence of tuple of int
        Shapes.
    nbytes : int
        Of all of them together.
    """

    inputs: Sequence[Shape]
    outputs: Sequence[Shape]
    nbytes: int


class Record(NamedTuple):
    """A span of time, a counter's value or an instant.

    Attributes
    ----------
    category, name : str
    phase : {'X', 'C', 'i'}
        A span, a value or an instant, by the letters of Chrome's traces.
    start, duration : int
        Nanoseconds.
    value : int
        Of a counter.
    thread : int
        The identifier of the thread.
    facts : Facts, str or None
        What a call has read and made; of other spans a text that says more.
    """

    category: str
    name: str
    phase: str
    start: int
    duration: int
    value: int
    thread: int
    facts: Facts | str | None


class Recorder:
    """Where records go.

    Attributes
    ----------
    recording : bool
        Whether anything is recorded.
    records : list of Record
    threads : dict
        Names of threads by their identifiers.
    """

    def __init__(self) -> None:
        self.recording = False
        self.records: list[Record] = []
        self.threads: dict[int, str] = {}

    def add(
        self,
        category: str,
        name: str,
        phase: str,
        start: int,
        duration: int = 0,
        value: int = 0,
        facts: Facts | str | None = None,
    ) -> None:
        """Add a record of this thread, if anything is recorded."""
        if not self.recording:
            return
        thread = threading.get_ident()
        if thread not in self.threads:
            self.threads[thread] = threading.current_thread().name
        self.records.append(Record(category, name, phase, start, duration, value, thread, facts))


recorder = Recorder()


@dataclass(slots=True)
class Span:
    """A record of a span of time, and where it is among others.

    Attributes
    ----------
    record : Record
    depth : int
        How many spans of its thread it is inside of.
    own : int
        Nanoseconds of it in which no other span ran that is no kernel.
    """

    record: Record
    depth: int
    own: int


def spans(records: Sequence[Record]) -> list[Span]:
    """The spans among *records*, nested: each behind what it is inside of, thread by thread."""
    found = [x for x in records if x.phase == "X"]
    # What is recorded first of two spans that begin and end together is inside of the other.
    order = sorted(
        range(len(found)), key=lambda i: (found[i].thread, found[i].start, -found[i].duration, -i)
    )
    nested: list[Span] = []
    around: list[Span] = []
    for x in [found[i] for i in order]:
        while around and not _is_inside(x, around[-1].record):
            around.pop()
        if x.category not in KERNELS:
            for outer in reversed(around):
                if outer.record.category not in KERNELS:
                    outer.own -= x.duration
                    break
        span = Span(x, len(around), x.duration)
        around.append(span)
        nested.append(span)
    return nested


def _is_inside(x: Record, outer: Record) -> bool:
    return x.thread == outer.thread and x.start + x.duration <= outer.start + outer.duration


def facts_of(args: Sequence[object], result: object) -> Facts:
    """What a call with *args* has read, and made as *result*; a view moves nothing."""
    inputs, read = _shapes_and_bytes(args)
    outputs, made = _shapes_and_bytes((result,))
    return Facts(inputs, outputs, 0 if _is_view(args, result) else read + made)


def _is_view(args: Sequence[object], result: object) -> bool:
    if not isinstance(result, Array):
        return False
    version = result._version
    for x in args:
        if isinstance(x, Array) and x._version is version and x is not result:
            return True
    return False


def _shapes_and_bytes(things: Iterable[object]) -> tuple[list[Shape], int]:
    """Shapes and bytes of the arrays in *things* and in their lists."""
    shapes, nbytes, common = [], 0, classes.array
    for x in things:
        if isinstance(x, Array) and (x.__class__ is common or not isinstance(x, classes.sparse)):
            shapes.append(x._shape)
            nbytes += x._data.nbytes
        elif isinstance(x, classes.sparse):
            shapes.append(x._shape)
            nbytes += _shapes_and_bytes(tuple(x._parts))[1]
        elif isinstance(x, (list, tuple)):
            more, read = _shapes_and_bytes(x)
            shapes += more
            nbytes += read
    return shapes, nbytes
