"""What operators on boxes share: checks, formats, orders, and rows by index."""

from __future__ import annotations

import math

import numpy as np

from ...base import MXNetError, is_floating
from ...tape import Array
from ..axes import number
from ..table import F


def check_real(op: str, **arrays: Array) -> None:
    """Raise unless all are of one floating dtype."""
    first = next(iter(arrays.values())).dtype
    for name, data in arrays.items():
        if not is_floating(np.dtype(data.dtype)) or data.dtype != first:
            expected = np.dtype(first).name if is_floating(np.dtype(first)) else "a floating dtype"
            raise MXNetError(
                f"Operator {op}: {name} has dtype {np.dtype(data.dtype).name}, expected {expected}"
            )


def check_shape(op: str, name: str, data: Array, *lengths: int | str | None) -> None:
    """Raise unless *data* has as many axes as *lengths*, and those lengths that are numbers."""
    shape = data._shape
    fits = len(shape) == len(lengths) and all(
        not isinstance(want, int) or n == want for n, want in zip(shape, lengths, strict=True)
    )
    if not fits:
        shown = ", ".join("any" if want is None else str(want) for want in lengths)
        raise MXNetError(f"Operator {op}: {name} has shape {list(shape)}, expected [{shown}]")


def column(x: Array, at: int) -> Array:
    """Element *at* of the last axis, which is left out."""
    part = F.slice_axis(x, axis=len(x.shape) - 1, begin=at, end=at + 1)
    return F._reshaped(part, shape=x.shape[:-1])


def as_corners(boxes: Array) -> Array:
    """Boxes given by their centres, by their corners."""
    last = len(boxes.shape) - 1
    centre = F.slice_axis(boxes, axis=last, begin=0, end=2)
    half = F.broadcast_mul(F.slice_axis(boxes, axis=last, begin=2, end=4), 0.5)
    return F.concat(F.broadcast_sub(centre, half), F.broadcast_add(centre, half), dim=last)


def as_centres(boxes: Array) -> Array:
    """Boxes given by their corners, by their centres."""
    last = len(boxes.shape) - 1
    low, high = (F.slice_axis(boxes, axis=last, begin=i, end=i + 2) for i in (0, 2))
    middle = F.broadcast_mul(F.broadcast_add(low, high), 0.5)
    return F.concat(middle, F.broadcast_sub(high, low), dim=last)


def offsets(boxes: Array, anchors: Array) -> Array:
    """How boxes differ from anchors, both given by corners: x, y, log(width) and log(height)."""
    box, anchor = as_centres(boxes), as_centres(anchors)
    last = len(boxes.shape) - 1
    (middle, size), (at, by) = (
        [F.slice_axis(x, axis=last, begin=i, end=i + 2) for i in (0, 2)] for x in (box, anchor)
    )
    return F.concat(
        F.broadcast_div(F.broadcast_sub(middle, at), by), F.log(F.broadcast_div(size, by)), dim=last
    )


def rows_at(x: Array, index: Array) -> Array:
    """For each batch the rows of *x* (batch, n, ...) at *index* (batch, k), which is clipped."""
    batch, n = x.shape[:2]
    index = F.clip(F.cast(index, dtype="int64"), a_min=0, a_max=n - 1)
    start = F.broadcast_mul(F._positions(x, axis=0), n)
    flat = F.broadcast_add(index, F._reshaped(start, shape=(batch, 1)))
    return F.take(F._reshaped(x, shape=(batch * n, *x.shape[2:])), flat, axis=0)


def falling(scores: Array, present: Array) -> Array:
    """The order of boxes, from the highest score on; those that are not present come last."""
    key = F.where(present, scores, F.broadcast_sub(F.zeros_like(scores), math.inf))
    return F.argsort(key, axis=1, is_ascend=False, dtype="int64")


def to_front(kept: Array) -> Array:
    """The order in which those that are kept come first, and stay in their order."""
    return F.argsort(kept, axis=1, is_ascend=False, dtype="int64")


def below(x: Array, limit: int) -> Array:
    """1 for the first *limit* places along the second axis of *x*, else 0; of shape (1, n)."""
    places = F._reshaped(F._positions(x, axis=1), shape=(1, x.shape[1]))
    return F.broadcast_lesser(places, limit)


def or_minus_one(mask: Array, rows: Array) -> Array:
    """The *rows* (batch, n, width) where a *mask* (batch, n) is not 0; -1 elsewhere."""
    nothing = F.broadcast_sub(F.zeros_like(rows), 1.0)
    return F.where(F._expand(F.expand_dims(mask, axis=2), shape=rows.shape), rows, nothing)


def floats(op: str, arg: str, values: object, count: int | None = None) -> tuple[float, ...]:
    """A tuple of *count* numbers; one number stands for a tuple of it."""
    if isinstance(values, str) and values[:1] + values[-1:] in ("()", "[]"):
        values = values[1:-1].rstrip(", ").split(",")
    given = tuple(values) if isinstance(values, (tuple, list)) else (values,)
    if not given or count not in (None, len(given)):
        expected = f"{count} numbers" if count else "one number or more"
        raise MXNetError(f"Operator {op}: {arg} must be {expected}, got {values!r}")
    return tuple(float(number(op, arg, x)) for x in given)
