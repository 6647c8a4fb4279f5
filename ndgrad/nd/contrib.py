"""`nd.contrib`: the rows of the op table that are called ``_contrib_...``, and compositions."""

from __future__ import annotations

import math

from ..array.ndarray import NDArray
from ..base import MXNetError, public_names
from ..context import Context
from ..ops.axes import axis_of, integer, integers, number
from ..ops.table import F
from ._check import array
from .creation import _context, arange

__all__ = ["arange_like", "div_sqrt_dim", "index_array", "isfinite", "isinf", "isnan"]
__dir__ = public_names(globals())


def isnan(data: NDArray) -> NDArray:
    """1 where an element is NaN, else 0."""
    return F.isnan(array("isnan", "data", data))  # type: ignore[no-any-return]


def isinf(data: NDArray) -> NDArray:
    """1 where an element is infinite, else 0."""
    return F.isinf(array("isinf", "data", data))  # type: ignore[no-any-return]


def isfinite(data: NDArray) -> NDArray:
    """1 where an element is neither infinite nor NaN, else 0."""
    return F.isfinite(array("isfinite", "data", data))  # type: ignore[no-any-return]


def div_sqrt_dim(data: NDArray) -> NDArray:
    """Divide by the square root of the last axis' length, as in scaled dot-product attention."""
    if not array("div_sqrt_dim", "data", data).ndim:
        raise MXNetError("div_sqrt_dim: expected an array of one axis or more, got shape ()")
    return data / math.sqrt(max(1, data.shape[-1]))


def arange_like(
    data: NDArray,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | None = None,
    axis: int | None = None,
) -> NDArray:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*.

    Raises
    ------
    MXNetError
        If there is no such axis, or *repeat* is less than 1.
    """
    what = "arange_like"
    shape = array(what, "data", data).shape
    if axis is not None:
        shape = (shape[axis_of(what, axis, data.ndim)],)
    size = math.prod(shape)
    start, step = number(what, "start", start), number(what, "step", step)
    repeat = integer(what, "repeat", repeat)
    place = data.context if ctx is None else _context(ctx, what)
    if repeat < 1:
        raise MXNetError(f"arange_like: repeat={repeat}, expected 1 or more")
    steps = -(-size // repeat)
    values = arange(0, steps, repeat=min(repeat, max(1, size)), dtype="float64", ctx=place)
    return F._reshaped((values[:size] * step + start).astype(data.dtype), shape=shape)  # type: ignore[no-any-return]


def index_array(data: NDArray, axes: tuple[int, ...] | None = None) -> NDArray:
    """Write each element's index, or those of some *axes* only, along a new last axis; int64."""
    array("index_array", "data", data)
    chosen = range(data.ndim) if axes is None else integers("index_array", "axes", axes)
    if not chosen:
        raise MXNetError(f"index_array: axes={axes}, expected one axis or more")
    parts = []
    for axis in chosen:
        at = axis_of("index_array", axis, data.ndim, "axes")
        along = arange(data.shape[at], dtype="int64", ctx=data.context)
        form = tuple(n if i == at else 1 for i, n in enumerate(data.shape))
        parts.append(F._expand(F._reshaped(along, shape=form), shape=data.shape))
    return F.stack(*parts, axis=-1)  # type: ignore[no-any-return]
