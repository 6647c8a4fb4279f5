"""MXNet's switches for shapes and arrays like NumPy's, and small functions of `mx.util`.

Arrays of no axes or no elements exist here in any case; `mx.np` does not.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import contextmanager
from functools import wraps
from typing import Any

from .base import MXNetError, public_names
from .context import gpu_memory_info as get_gpu_memory
from .context import num_gpus as get_gpu_count
from .ops.axes import flag

__all__ = [
    "get_gpu_count",
    "get_gpu_memory",
    "getenv",
    "is_np_array",
    "is_np_shape",
    "np_array",
    "np_shape",
    "reset_np",
    "set_module",
    "set_np",
    "set_np_shape",
    "setenv",
    "use_np",
    "use_np_array",
    "use_np_shape",
]
__dir__ = public_names(globals())


class _State(threading.local):
    active = False


_state = _State()


def is_np_shape() -> bool:
    """Whether the switch for shapes is on in this thread; nothing depends on it."""
    return _state.active


def set_np_shape(active: bool) -> bool:
    """Set the switch for shapes; return what it was."""
    before, _state.active = _state.active, flag("set_np_shape", "active", active)
    return before


@contextmanager
def np_shape(active: bool = True) -> Any:
    """Return a scope in which the switch for shapes is set."""
    before = set_np_shape(active)
    try:
        yield
    finally:
        set_np_shape(before)


def use_np_shape(function: Callable[..., object]) -> Callable[..., Any]:
    """Decorate a function, or all methods of a class, to run with the switch for shapes on."""
    if isinstance(function, type):
        for name, value in list(vars(function).items()):
            if callable(value) and not isinstance(value, type):
                setattr(function, name, use_np_shape(value))
        return function

    @wraps(function)
    def inner(*args: object, **kwargs: object) -> Any:
        with np_shape():
            return function(*args, **kwargs)

    return inner


# --- arrays like NumPy's --------------------------------------------------------------------------


def is_np_array() -> bool:
    """Whether new arrays are those of `mx.np`: never."""
    return False


def _no_np(what: str) -> None:
    raise MXNetError(f"{what}: mx.np, arrays like NumPy's, is not in ndgrad; use mx.nd")


def set_np(shape: bool = True, array: bool = True) -> None:
    """Set the switch for shapes.

    Raises
    ------
    MXNetError
        If *array* is true.
    """
    if flag("set_np", "array", array):
        _no_np("set_np")
    set_np_shape(shape)


def reset_np() -> None:
    """Turn the switch for shapes off."""
    set_np_shape(False)


@contextmanager
def np_array(active: bool = True) -> Any:
    """Return a scope in which new arrays are not those of `mx.np`.

    Raises
    ------
    MXNetError
        If *active* is true.
    """
    if flag("np_array", "active", active):
        _no_np("np_array")
    yield


def use_np_array(function: Callable[..., object]) -> Callable[..., Any]:
    """Raise `MXNetError`: there is no `mx.np`."""
    _no_np("use_np_array")
    return function


def use_np(function: Callable[..., object]) -> Callable[..., Any]:
    """Raise `MXNetError`: there is no `mx.np`."""
    _no_np("use_np")
    return function


# --- others ---------------------------------------------------------------------------------------


def set_module(module: str | None) -> Callable[[Any], Any]:
    """Return a decorator that sets ``__module__`` of a function or class, if *module* is given."""

    def decorate(function: Any) -> Any:
        if module is not None:
            function.__module__ = module
        return function

    return decorate


def getenv(name: str) -> str | None:
    """Return an environment variable, or None."""
    return os.environ.get(name)


def setenv(name: str, value: str | None) -> None:
    """Set an environment variable, or remove it if *value* is None."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
