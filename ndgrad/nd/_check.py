"""Checks of arguments for functions that are written by hand."""

from __future__ import annotations

from ..array.ndarray import NDArray
from ..base import ArgumentTypeError, shown


def array(op: str, arg: str, value: object) -> NDArray:
    """An array, or a `TypeError`."""
    if not isinstance(value, NDArray):
        raise ArgumentTypeError(f"{op}: argument {arg} must have NDArray type, got {shown(value)}")
    return value


def out_array(op: str, out: object) -> None:
    """Raise `TypeError` for an ``out`` that is neither None nor an array."""
    if out is not None:
        array(op, "out", out)
