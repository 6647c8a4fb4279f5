"""Checks of arguments for functions that are written by hand."""

from __future__ import annotations

from typing import Any

from ..array.ndarray import NDArray
from ..base import MXNetError, shown


def array(op: str, arg: str, value: Any) -> NDArray:
    """An array, or a `TypeError`."""
    if not isinstance(value, NDArray):
        raise TypeError(f"{op}: argument {arg} must have NDArray type, got {shown(value)}")
    return value


def out_array(op: str, out: Any) -> None:
    """Refuse as ``out`` what is neither None nor an array."""
    if out is not None:
        array(op, "out", out)


def word(op: str, arg: str, value: Any, valid: Any) -> str:
    """One of a few words."""
    if not isinstance(value, str) or value not in valid:
        words = ", ".join(map(repr, sorted(valid)))
        raise MXNetError(
            f"Invalid Input: {shown(value)}, valid values are: {{{words}}}, in operator {op}: {arg}"
        )
    return value
