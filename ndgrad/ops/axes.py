"""Checks of what operators take as parameters: numbers, flags, names, axes, dtypes of indices."""

from __future__ import annotations

import numbers
import operator
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from .._similar import did_you_mean
from ..base import BFLOAT16, DType, DTypeLike, MXNetError, as_dtype, is_floating, shown

Axis: TypeAlias = int | Sequence[int] | None
"""One axis or several; mostly None means all."""

Bounds: TypeAlias = int | Sequence[int | None] | None
"""Where slices begin or end along leading axes, or their steps; None is the end of an axis."""

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def _word64(value: Any) -> int:
    """An int that fits 64 bits; `TypeError` for anything else."""
    number = operator.index(value)
    if not -(2**63) <= number < 2**63:
        raise TypeError
    return number


_INT = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
_ITEM = re.compile(r"\s*(?:(None)|([+-]?[0-9]+)L?)\s*", re.ASCII)


def ints_of_text(value: object) -> Any:
    """The ints and None that *value* is MXNet's text of; any other value itself."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    several = text[:1] + text[-1:] in ("()", "[]")
    parts = text[1:-1].split(",") if several else [text]
    if several and not parts[-1].strip():
        parts.pop()  # after the comma of (1,), and in ()
    found = [_ITEM.fullmatch(part) for part in parts]
    if not all(found):
        return value
    items = tuple([None if m[1] else int(m[2]) for m in found if m is not None])
    return items if several else items[0]


def without_axes(value: Any) -> Any:
    """The element of an array without axes, NumPy's or one of ``mx.np``; else *value* itself."""
    if isinstance(value, np.generic) or getattr(value, "shape", None) != ():
        return value
    return value.item()


def flag(op: str, arg: str, value: object) -> bool:
    """True or False, also as a number or in MXNet's text; None is False."""
    if value is True or value is False:
        return value
    value = without_axes(value)
    if isinstance(value, str):
        value = _FLAGS.get(value.lower(), value)
    if value is None or isinstance(value, (numbers.Real, np.bool_)):
        return bool(value)
    raise MXNetError(f"{op}: {arg} must be True or False, got {shown(value)}")


def number(op: str, arg: str, value: object) -> Any:
    """A real number, also as text; an int stays one."""
    if value.__class__ is float or value.__class__ is int:
        return value
    value = without_axes(value)
    if isinstance(value, (numbers.Real, np.bool_, str)):
        try:
            real = float(value)
            return real if isinstance(value, str) else value
        except (ValueError, OverflowError):
            pass
    raise MXNetError(f"{op}: {arg} must be a number, got {shown(value)}")


def integers(op: str, arg: str, value: object, *, none: bool = False) -> tuple[Any, ...]:
    """A tuple of ints from an int or a sequence of them, also NumPy's, or as text.

    With *none* some may be None.
    """
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = value.tolist()
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    try:
        return tuple(None if none and v is None else _word64(v) for v in given)
    except TypeError:
        items = ints_of_text(value)
        if items is not value:
            return integers(op, arg, items, none=none)
        raise MXNetError(
            f"Operator {op}: {arg} must be an int or a tuple of ints, got {shown(value)}"
        ) from None


def integer(op: str, arg: str, value: object) -> int:
    """An int, also when it is NumPy's or text."""
    try:
        return _word64(value)
    except TypeError:
        if isinstance(value, str) and _INT.fullmatch(value):
            return integer(op, arg, int(value))
        raise MXNetError(f"Operator {op}: {arg} must be an int, got {shown(value)}") from None


def positive(op: str, arg: str, value: object) -> int:
    """An int of 1 or more, also when it is NumPy's or text."""
    number = integer(op, arg, value)
    if number < 1:
        raise MXNetError(f"Operator {op}: {arg}={number}, expected 1 or more")
    return number


def axis_of(op: str, axis: object, ndim: int, arg: str = "axis") -> int:
    """A valid axis, from 0 on.

    Raises
    ------
    MXNetError
        If *axis* is no int, or no axis of an array of *ndim* dimensions.
    """
    number = integer(op, arg, axis)
    if not -ndim <= number < ndim:
        raise MXNetError(
            f"Operator {op}: {arg}={number} exceeds the input's {ndim} dimensions, "
            f"expected {-ndim} <= {arg} < {ndim}"
        )
    return number % ndim


def largest_index(dtype: DType) -> int:
    """The number up to which *dtype* has all whole numbers from 0 on."""
    if dtype.kind == "b":
        return 1
    if not is_floating(dtype):
        return int(np.iinfo(dtype).max)
    return 2 ** (7 if dtype.name == BFLOAT16 else np.finfo(dtype).nmant) * 2


def index_dtype(op: str, dtype: DTypeLike, length: int) -> DType:
    """The dtype of indices below *length*.

    Raises
    ------
    MXNetError
        If it cannot hold all of them.
    """
    kind = as_dtype(dtype, op=op)
    if kind.kind == "b":
        raise MXNetError(f"Operator {op}: dtype=bool cannot hold indices")
    if length - 1 > largest_index(kind):
        enough = "int32" if length - 1 <= largest_index(np.dtype("int32")) else "int64"
        raise MXNetError(
            f"Operator {op}: dtype={kind} has not enough precision for indices up to {length - 1}; "
            f"pass dtype='{enough}'"
        )
    return kind


def choice(op: str, arg: str, value: object, valid: tuple[str, ...]) -> str:
    """One of a few names."""
    if not isinstance(value, str) or value not in valid:
        names = ", ".join(map(repr, valid))
        raise MXNetError(
            f"Operator {op}: Invalid Input: {shown(value)}, valid values are: {{{names}}} for {arg}"
            f"{did_you_mean(value, valid)}"
        )
    return str(value)


def sorted_axes(
    op: str, axis: object, ndim: int, exclude: bool = False, arg: str = "axis"
) -> tuple[int, ...]:
    """The axes that *axis* means, non-negative and sorted; None and ``()`` mean all of them.

    Raises
    ------
    MXNetError
        If *axis* is no axis, names one twice or one that is not there.
    """
    axis = ints_of_text(axis)
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    if not all(isinstance(a, numbers.Integral) for a in given):
        raise MXNetError(
            f"Operator {op}: expected None, an int or a tuple of ints as {arg}, got {shown(axis)}"
        )
    if not given:
        return tuple(range(ndim))
    found = sorted(axis_of(op, a, ndim, arg) for a in given)
    if len(set(found)) != len(found):
        raise MXNetError(f"Operator {op}: {arg}={axis!r} has duplicates")
    if exclude:
        return tuple(a for a in range(ndim) if a not in found)
    return tuple(found)
