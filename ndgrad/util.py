"""MXNet's switch for 0-d and 0-size arrays, which exist here in any case."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from typing import Any

from .base import public_names
from .ops.axes import flag

__all__ = ["is_np_shape", "np_shape", "set_np_shape", "use_np_shape"]
__dir__ = public_names(globals())


class _State(threading.local):
    active = False


_state = _State()


def is_np_shape() -> bool:
    """Whether the switch is on in this thread; nothing depends on it."""
    return _state.active


def set_np_shape(active: bool) -> bool:
    """Set the switch; return what it was."""
    before, _state.active = _state.active, flag("set_np_shape", "active", active)
    return before


@contextmanager
def np_shape(active: bool = True) -> Any:
    """Return a scope in which the switch is set."""
    before = set_np_shape(active)
    try:
        yield
    finally:
        set_np_shape(before)


def use_np_shape(function: Callable[..., object]) -> Callable[..., Any]:
    """Decorate a function to run with the switch on."""

    @wraps(function)
    def inner(*args: object, **kwargs: object) -> Any:
        with np_shape():
            return function(*args, **kwargs)

    return inner
