"""Whether a thread records and whether it is in training mode, and scopes that switch both."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TypeAlias


class State(threading.local):
    """What autograd scopes switch; each thread has its own, from its first look on."""

    def __init__(self) -> None:
        self.recording = False
        self.training = False


state = State()

_Before: TypeAlias = "tuple[bool, bool, _Before | None]"
"""Recording and training before a scope was entered, and the same of the time before that."""


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
        self._before: _Before | None = None

    def __enter__(self) -> None:
        own, recording, training = state, self._recording, self._training
        self._before = (own.recording, own.training, self._before)
        if recording is not None:
            own.recording = recording
        if training is not None:
            own.training = training

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._before is not None
        state.recording, state.training, self._before = self._before
