"""MXNet's switches for shapes and arrays like NumPy's, and small functions of `mx.util`.

Arrays of no axes or no elements exist here in any case, and operators return arrays like NumPy's
for such arrays; the switch for arrays says what Gluon makes anew.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import TypeVar

from .base import public_names
from .context import gpu_memory_info as get_gpu_memory
from .context import num_gpus as get_gpu_count
from .dispatch import numpy_like
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


_T = TypeVar("_T")
_Function = TypeVar("_Function", bound=Callable[..., object])
"""A function or a class."""


class _State(threading.local):
    active = False
    arrays = False


_state = _State()


def is_np_shape() -> bool:
    """Whether the switch for shapes is on in this thread; nothing depends on it."""
    return _state.active


def set_np_shape(active: bool) -> bool:
    """Set the switch for shapes; return what it was."""
    before, _state.active = _state.active, flag("set_np_shape", "active", active)
    return before


@contextmanager
def np_shape(active: bool = True) -> Iterator[None]:
    """Return a scope in which the switch for shapes is set."""
    before = set_np_shape(active)
    try:
        yield
    finally:
        set_np_shape(before)


def use_np_shape(function: _Function) -> _Function:
    """Decorate a function, or all methods of a class, to run with the switch for shapes on."""
    return _decorated(function, np_shape)


def _decorated(function: _Function, scope: Callable[[], AbstractContextManager[None]]) -> _Function:
    if isinstance(function, type):
        for name, value in list(vars(function).items()):
            if callable(value) and not isinstance(value, type):
                setattr(function, name, _decorated(value, scope))
        return function

    @wraps(function)
    def inner(*args: object, **kwargs: object) -> object:
        with scope():
            return function(*args, **kwargs)

    return inner  # type: ignore[return-value]  # it takes and returns what *function* does


# --- arrays like NumPy's --------------------------------------------------------------------------


def is_np_array() -> bool:
    """Whether new arrays of Gluon and its like are those of `mx.np`, in this thread."""
    return _state.arrays


def set_np(shape: bool = True, array: bool = True) -> None:
    """Let Gluon make arrays like NumPy's, of `mx.np`; set the switch for shapes as well.

    Parameters
    ----------
    shape : bool
    array : bool

    Raises
    ------
    ValueError
        If *array* is true and *shape* is not.
    """
    if flag("set_np", "array", array) and not flag("set_np", "shape", shape):
        raise ValueError("NumPy Shape semantics is required in using NumPy array semantics.")
    set_np_shape(shape)
    _state.arrays = bool(array)


def reset_np() -> None:
    """Turn both switches off."""
    set_np(shape=False, array=False)


@contextmanager
def np_array(active: bool = True) -> Iterator[None]:
    """Return a scope in which the switch for arrays is set."""
    before, _state.arrays = _state.arrays, flag("np_array", "active", active)
    try:
        yield
    finally:
        _state.arrays = before


def use_np_array(function: _Function) -> _Function:
    """Decorate a function, or all methods of a class, to run with the switch for arrays on."""
    return _decorated(function, np_array)


def use_np(function: _Function) -> _Function:
    """Decorate a function, or all methods of a class, to run with both switches on."""
    return use_np_shape(use_np_array(function))


def default_array(x: _T) -> _T:
    """Make a new array of the class that is wanted: like NumPy's, if the switch is on.

    A symbol stays as it is.
    """
    return numpy_like(x) if _state.arrays else x


# --- others ---------------------------------------------------------------------------------------


def set_module(module: str | None) -> Callable[[_T], _T]:
    """Return a decorator that sets ``__module__`` of a function or class, if *module* is given."""

    def decorate(function: _T) -> _T:
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
