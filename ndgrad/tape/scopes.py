"""Whether a thread records and whether it is in training mode, and scopes that switch both."""

from __future__ import annotations

import threading
from types import TracebackType


class State(threading.local):
    """What autograd scopes switch; each thread has its own."""

    recording = False
    training = False


state = State()


class Scope:
    """A ``with`` block in which recording and training are set; reusable and re-entrant.

    Parameters
    ----------
    recording, training : bool or None
        None leaves it as it is.
    """

    __slots__ = ("_before", "_recording", "_training")

    def __init__(self, recording: bool | None = None, training: bool | None = None) -> None:
        self._recording = recording
        self._training = training
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._before.append((state.recording, state.training))
        if self._recording is not None:
            state.recording = self._recording
        if self._training is not None:
            state.training = self._training

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        state.recording, state.training = self._before.pop()
