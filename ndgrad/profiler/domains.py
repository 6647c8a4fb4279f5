"""What a program records by itself: tasks, frames, events, counters and markers."""

from __future__ import annotations

from typing import Self

from ..base import MXNetError
from .records import clock, recorder

_SCOPES = ("global", "process", "thread", "task", "marker")


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
        self._started = clock()

    def stop(self) -> None:
        """End the span, and record it."""
        if self._started is not None:
            duration = clock() - self._started
            recorder.add(self._category, self.name, "X", self._started, duration=duration)

    def __enter__(self) -> Self:
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
        recorder.add(self._domain.name, self.name, "C", clock(), value=self._value)

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
        recorder.add(f"{self._domain.name},instant_marker", self.name, "i", clock())

    def __str__(self) -> str:
        return self.name
