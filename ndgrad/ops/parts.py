"""Pieces that definitions in several modules are made of."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..base import DType, Shape
from ..tape import Array
from .table import Emitter, Value


class Split(NamedTuple):
    """A shape around one of its axes: all that is before it, its length, all that is behind it."""

    outer: int
    n: int
    inner: int


def split(shape: Shape, axis: int) -> Split:
    """*shape* as (outer, n, inner) around a valid *axis*."""
    return Split(math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))


_CLIPPED = "where(x != x, 0, minimum(maximum(trunc(x), 0), top))"


def clipped_index(
    emit: Emitter, index: Array, shape: Shape, dtype: DType
) -> tuple[Value, Value] | None:
    """Instructions for an index into the last axis of *shape*, clipped to its length.

    Returns
    -------
    pair of values or None
        The index, with a last axis of length 1, and the numbers along the axis, both in *dtype*;
        None where *dtype* cannot hold the numbers, or *index* does not fit.
    """
    n, rest = shape[-1] if shape else 0, shape[:-1]
    if not 0 < n < 1 << 24 or 0 in shape or index._shape not in (rest, (*rest, 1)):
        return None
    if dtype.name not in ("float32", "float64") or index._data.dtype.kind == "b":
        return None
    compute = "float32" if index._data.dtype == np.float32 else "float64"
    x = emit.value(index, (*rest, 1))
    numbers = emit.arange(n, dtype)
    at = emit.map("index", _CLIPPED, (*rest, 1), dtype, compute=compute, x=x, top=n - 1)
    return at, numbers
