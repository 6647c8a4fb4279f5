"""Operators of the table as functions of arrays like NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..dispatch import numpy_like_call

_Function = TypeVar("_Function", bound=Callable[..., object])


class _Operators:
    """Its attributes are the operators by name; results are arrays like NumPy's."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = numpy_like_call(name)
        setattr(self, name, call)
        return call


F = _Operators()


def named(function: _Function, name: str, doc: str) -> _Function:
    """*function*, made of a table, as a function of `ndgrad.numpy`."""
    function.__name__ = function.__qualname__ = name
    function.__module__ = "ndgrad.numpy"
    function.__doc__ = doc
    return function
