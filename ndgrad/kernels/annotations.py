"""Types of what kernels are made of and called with, for annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from numba import types

Function: TypeAlias = Callable[..., Any]
"""A Python function that Numba compiles, or what it has made of it."""


class Dispatcher(Protocol):
    """A function that Numba compiles for each signature; with the JIT off one of Python."""

    py_func: Function

    def __call__(self, *args: Any) -> Any: ...

    def __hash__(self) -> int: ...


Signature: TypeAlias = tuple[types.Type, ...]
"""Numba's types of a kernel's arguments."""

Arguments: TypeAlias = tuple[Any, ...]
"""What a kernel is called with: buffers and numbers, of the types of its signature."""

SmallCall: TypeAlias = Callable[..., Any]
"""A kernel for small arrays: of arrays and numbers; it returns new arrays, or writes into one."""

Key: TypeAlias = tuple[object, ...]
"""What one kernel of a family is made for and found by: formulas, dtypes and a layout."""
