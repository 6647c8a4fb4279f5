"""Operators of the table as functions of arrays like NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dispatch import numpy_like_call


class _Operators:
    """Its attributes are the operators by name; results are arrays like NumPy's."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = numpy_like_call(name)
        setattr(self, name, call)
        return call


F = _Operators()
