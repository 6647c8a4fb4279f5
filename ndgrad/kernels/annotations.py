"""Types of what kernels are made of and called with, for annotations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

from numba import types

from ..base import DType, Shape

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


class Slots(NamedTuple):
    """Where in an object of a class of arrays its attributes lie, in bytes."""

    data: int
    shape: int
    ctx: int
    version: int
    node: int


class ViewSlots(NamedTuple):
    """The same with that of the aliases, which arrays with views have."""

    data: int
    shape: int
    ctx: int
    version: int
    node: int
    aliases: int


class PlanEntry(NamedTuple):
    """A plan: what it is for, and how it runs.

    Attributes
    ----------
    params : tuple
        The parameters, which must be these objects, or equal ints or floats.
    dtypes, shapes : tuple
        Of the arrays.
    run : callable
        Takes the elements of the arrays, as NumPy arrays, and returns those of the result.
    shape : tuple of int
        Of the result.
    plan : object
        What the result's node is, at first, if some array has a node.
    """

    params: tuple[object, ...]
    dtypes: tuple[DType, ...]
    shapes: tuple[Shape, ...]
    run: Callable[..., object]
    shape: Shape
    plan: object
