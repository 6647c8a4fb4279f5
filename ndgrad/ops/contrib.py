"""Operators of ``nd.contrib`` that no other module is for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..base import MXNetError, Shape, is_floating
from ..context import Context
from ..kernels.spec.layout import arange
from ..tape import Array
from .axes import Axis, axis_of, integer, integers, number
from .composite import composite
from .declare import operator
from .table import ZERO, F, Result, ResultOn, Sample


@composite("_contrib_div_sqrt_dim", reference=lambda data: data / np.sqrt(data.shape[-1]))
def _div_sqrt_dim(data: Array) -> Array:
    """Divide by the square root of the last axis' length, as in scaled dot-product attention."""
    if not data.shape:
        raise MXNetError(
            "div_sqrt_dim: argument data has shape [], expected an array of one axis or more"
        )
    return F.broadcast_div(data, math.sqrt(max(1, data.shape[-1])))


@composite("_contrib_allclose", samples=(Sample(((3, 4), (3, 4))),))
def _allclose(
    a: Array, b: Array, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = True
) -> Array:
    """Whether ``|a - b| <= atol + rtol * |b|`` for all elements: 1 or 0, as uint8 of shape ().

    Parameters
    ----------
    a, b : NDArray
        Of one shape and dtype.  Equal infinities are close.
    rtol, atol : float
    equal_nan : bool
        Whether NaN is close to NaN.

    Raises
    ------
    MXNetError
        For other shapes or dtypes.
    """
    if a.shape != b.shape or a.dtype != b.dtype:
        raise MXNetError(
            f"allclose: a has shape {a.shape} and dtype {np.dtype(a.dtype)}, b {b.shape} and "
            f"{np.dtype(b.dtype)}, expected the same"
        )
    equal = F.broadcast_equal(a, b)
    if not is_floating(np.dtype(a.dtype)):
        a, b = (F.Cast(x, dtype="float64") for x in (a, b))
        equal = F.Cast(equal, dtype="float64")
    bound = F.broadcast_add(F.broadcast_mul(F.abs(b), rtol), atol)
    close = F.broadcast_lesser_equal(F.abs(F.broadcast_sub(a, b)), bound)
    close = F.broadcast_logical_or(close, equal)
    if equal_nan:
        close = F.broadcast_logical_or(close, F.broadcast_mul(F.isnan(a), F.isnan(b)))
    return F.Cast(F._reshaped(F.prod(close), shape=()), dtype="uint8")


@operator(
    "_contrib_arange_like",
    gradient=ZERO,
    samples=(
        Sample(((3, 4),), {"start": 1.0, "step": 0.5, "repeat": 2}),
        Sample(((3, 4),), {"axis": -1}),
    ),
)
def _arange_like(
    data: Array,
    *,
    start: float = 0.0,
    step: float = 1.0,
    repeat: int = 1,
    ctx: Context | None = None,
    axis: int | None = None,
) -> Result | ResultOn:
    """Make evenly spaced values, each *repeat* times, in the shape of an array or of its *axis*.

    Parameters
    ----------
    data : NDArray
    start, step : float
        The first value, and how much the next one is above it.
    repeat : int
    ctx : Context, optional
        Where to make them; where the array is by default.
    axis : int, optional

    Raises
    ------
    MXNetError
        If there is no such axis, or *repeat* is less than 1.
    """
    what, shape = "arange_like", data._shape
    if axis is not None:
        shape = (shape[axis_of(what, axis, len(shape))],)
    count = integer(what, "repeat", repeat)
    if count < 1:
        raise MXNetError(f"arange_like: repeat={count}, expected 1 or more")
    if not isinstance(ctx, Context | None):
        raise TypeError(f"arange_like: ctx must be a Context such as cpu(), got {ctx!r}")
    first, by = (float(number(what, name, x)) for name, x in (("start", start), ("step", step)))
    y = (np.arange(math.prod(shape)) // count * by + first).astype(data._data.dtype)
    return (y, shape) if ctx is None else (y, shape, ctx)


@operator("_positions", gradient=ZERO, samples=(Sample(((3, 4),), {"axis": 1}),))
def _positions(data: Array, *, axis: int) -> Result:
    """The indices along an axis, as int64."""
    n = data._shape[axis_of("_positions", axis, len(data._shape))]
    return arange(n).copy(), (n,)


@operator(
    "_values", gradient=ZERO, samples=(Sample(((1,),), {"values": (1.0, 0.5), "shape": (2, 1)}),)
)
def _values(
    data: Array, *, values: Sequence[float], shape: Shape, dtype: str | None = None
) -> Result:
    """Given numbers as an array, where *data* is and in its dtype or another."""
    if len(values) != math.prod(shape):
        raise MXNetError(f"_values: {len(values)} values, expected those of shape {list(shape)}")
    return np.array(values, dtype or data._data.dtype), tuple(shape)


@composite(
    "_contrib_count_sketch",
    samples=(Sample(((2, 3), [[0, 1, 0]], [[1.0, -1.0, 1.0]]), {"out_dim": 2}),),
)
def _count_sketch(
    data: Array, h: Array, s: Array, *, out_dim: int, processing_batch_size: int = 32
) -> Array:
    """Sums of the elements of rows, with signs, that a hash puts together.

    Charikar, Chen and Farach-Colton 2002, "Finding frequent items in data streams".

    Parameters
    ----------
    data : NDArray
        Rows, of shape (batch, n).
    h : NDArray
        Where each element is added, from 0 to *out_dim* - 1, of shape (1, n).
    s : NDArray
        Its sign, 1 or -1, of the same shape.
    out_dim : int
        The length of the rows of the result.
    processing_batch_size
        Ignored.

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op, length = "count_sketch", integer("count_sketch", "out_dim", out_dim)
    if len(data.shape) != 2:
        raise MXNetError(f"{op}: data has shape {list(data.shape)}, expected (batch, n)")
    n = data.shape[1]
    for name, x in (("h", h), ("s", s)):
        if x.shape not in ((1, n), (n,)):
            raise MXNetError(f"{op}: {name} has shape {list(x.shape)}, expected [1, {n}]")
    if length < 1:
        raise MXNetError(f"{op}: out_dim={length}, expected 1 or more")
    signed = F.broadcast_mul(data, F._reshaped(s, shape=(1, n)))
    places = F.one_hot(F._reshaped(h, shape=(n,)), depth=length, dtype=np.dtype(data.dtype).name)
    return F.dot(signed, places)


@composite("_contrib_index_array", samples=(Sample(((3, 4),)), Sample(((3, 4),), {"axes": (1,)})))
def _index_array(data: Array, *, axes: Axis = None) -> Array:
    """Write each element's index, or those of some *axes* only, along a new last axis; int64."""
    shape, what = data.shape, "index_array"
    chosen = range(len(shape)) if axes is None else integers(what, "axes", axes)
    if not chosen:
        raise MXNetError(f"index_array: axes={axes}, expected one axis or more")
    parts = []
    for axis in chosen:
        at = axis_of(what, axis, len(shape), "axes")
        form = tuple(n if i == at else 1 for i, n in enumerate(shape))
        along = F._reshaped(F._positions(data, axis=at), shape=form)
        parts.append(F._expand(along, shape=shape))
    return F.stack(*parts, axis=-1)
