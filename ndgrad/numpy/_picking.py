"""Quantiles, and arrays with parts put in or left out: what is picked by places the host knows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as onp

from ..array.ndarray import NDArray
from ..base import HostArray
from ..ops.axes import Axis
from ._calls import F
from ._check import array_argument, delivered, one_axis, several_axes
from ._creation import full
from ._elementwise import isnan
from ._joining import concatenate
from ._shaping import broadcast_to, moveaxis, ravel, sort, take, transpose, where
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..typing import AnyArray, ArrayLike

__all__ = ["delete", "insert", "percentile", "quantile"]

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def percentile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    overwrite_input: bool | None = None,
    interpolation: str = "linear",
    keepdims: bool = False,
) -> ndarray:
    """Return the values below which *q* percent of the elements lie, in float32 or float64.

    Parameters
    ----------
    a : ndarray
    q : float, sequence or ndarray
        From 0 to 100; its axes stand first in the result.
    axis : int or tuple of int, optional
        By default all.
    out : ndarray, optional
    overwrite_input : bool, optional
    interpolation : {'linear', 'lower', 'higher', 'midpoint', 'nearest'}
        What is returned for a place between two elements.
    keepdims : bool

    Raises
    ------
    ValueError
        For another *q* or interpolation, or if there is no element.
    """
    return _quantile("percentile", a, q, 100, axis, out, interpolation, keepdims)


def quantile(
    a: ArrayLike,
    q: ArrayLike,
    axis: Axis = None,
    out: ndarray | None = None,
    overwrite_input: bool | None = None,
    interpolation: str = "linear",
    keepdims: bool = False,
) -> ndarray:
    """Return the values below which a part *q* of the elements lies: `percentile` from 0 to 1."""
    return _quantile("quantile", a, q, 1, axis, out, interpolation, keepdims)


def _quantile(
    name: str,
    a: ArrayLike,
    q: ArrayLike,
    whole: int,
    axis: Axis,
    out: ndarray | None,
    interpolation: str,
    keepdims: bool,
) -> ndarray:
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(
            f"{name}: interpolation must be one of {_INTERPOLATIONS}, got {interpolation!r}"
        )
    a = array_argument(name, "a", a if isinstance(a, NDArray) else onp.asarray(a))
    axes = tuple(range(a.ndim)) if axis is None else several_axes(axis, a.ndim, name)
    others = [i for i in range(a.ndim) if i not in axes]
    count = math.prod([a.shape[i] for i in axes])
    if not count:
        raise ValueError(f"{name}: a must have elements, got shape {a.shape}")
    kind = "float64" if a._data.dtype == onp.float64 else "float32"
    rest = tuple([a.shape[i] for i in others])
    rows = transpose(F.Cast(a, dtype=kind), [*others, *axes]).reshape((*rest, count))
    rows = sort(rows, axis=-1)
    if isinstance(q, NDArray):
        shape, given = q.shape, F.Cast(array_argument(name, "q", q), dtype="float64")
        places = given.reshape((-1,)) * ((count - 1) / whole)
        below = F.floor(places)
        part = F.Cast(places - below, dtype=kind)
        if interpolation == "nearest":
            below = F.Cast(F.rint(places), dtype="int64")
            above = below
        else:
            below, above = (F.Cast(x, dtype="int64") for x in (below, F.ceil(places)))
    else:
        values = onp.asarray(q, "float64")
        if not ((values >= 0) & (values <= whole)).all():
            raise ValueError(f"{name}: q must be in the range [0, {whole}], got {q}")
        shape, found = values.shape, values.reshape(-1) / whole * (count - 1)
        first = onp.rint(found) if interpolation == "nearest" else onp.floor(found)
        last = first if interpolation == "nearest" else onp.ceil(found)
        below, above = (_places(x, a) for x in (first, last))
        part = ndarray._from_numpy((found - onp.floor(found)).astype(kind), a.ctx)
    if interpolation == "higher":
        below = above
    result = take(rows, below, axis=-1, mode="clip")
    if interpolation in ("linear", "midpoint"):
        step = take(rows, above, axis=-1, mode="clip") - result
        result = result + step * (0.5 if interpolation == "midpoint" else part)
    last_row = rows[..., count - 1 :]
    result = where(isnan(last_row), last_row, result)  # which sorting puts last
    kept = tuple([1 if i in axes else n for i, n in enumerate(a.shape)]) if keepdims else rest
    return delivered(moveaxis(result, -1, 0).reshape((*shape, *kept)), out, name)


def _places(values: HostArray, like: ndarray) -> ndarray:
    return ndarray._from_numpy(onp.asarray(values, "int64"), like.ctx)


_Selection = int | slice | Sequence[int] | NDArray


def _selection(obj: _Selection) -> int | slice | HostArray:
    """What `insert` and `delete` are told, for NumPy."""
    if isinstance(obj, (int, slice)):
        return obj
    values = obj.asnumpy() if isinstance(obj, NDArray) else onp.asarray(obj)
    return values if values.dtype == onp.bool_ else values.astype("int64")


def delete(arr: AnyArray, obj: _Selection, axis: int | None = None) -> ndarray:
    """Return an array without the parts at some places along an axis, or of the flat array."""
    a = array_argument("delete", "arr", arr)
    if axis is None:
        a, axis = ravel(a), 0
    axis = one_axis(axis, a.ndim, "delete")
    kept = onp.delete(onp.arange(a.shape[axis]), _selection(obj))
    return take(a, _places(kept, a), axis=axis)


def insert(arr: AnyArray, obj: _Selection, values: ArrayLike, axis: int | None = None) -> ndarray:
    """Return an array with values put in before places along an axis, or of the flat array.

    Parameters
    ----------
    arr : ndarray
    obj : int, slice, sequence of int or ndarray
        Places in *arr*.
    values : ndarray, number or sequence
        They broadcast.
    axis : int, optional
    """
    a = array_argument("insert", "arr", arr)
    if axis is None:
        a, axis = ravel(a), 0
    axis = one_axis(axis, a.ndim, "insert")
    n, places = a.shape[axis], _selection(obj)
    if isinstance(values, NDArray):
        new = F.Cast(array_argument("insert", "values", values), dtype=a.dtype)
    else:
        host = onp.asarray(values)
        new = full(host.shape, 0, a.dtype, ctx=a.ctx) if not host.size else (
            ndarray._from_numpy(host.astype(a.dtype), a.ctx)
        )  # fmt: skip
    if new.ndim < a.ndim:
        new = new.reshape((1,) * (a.ndim - new.ndim) + new.shape)
    if isinstance(places, slice):
        count = onp.arange(n)[places].size
    elif isinstance(places, int) or not places.ndim:
        new = moveaxis(new, 0, axis)  # along the first axis of the values they are put in
        count = new.shape[axis]
    else:
        count = int(places.sum()) if places.dtype == onp.bool_ else places.size
    new = broadcast_to(new, (*a.shape[:axis], count, *a.shape[axis + 1 :]))
    order = onp.insert(onp.arange(n), places, onp.arange(n, n + count))
    return take(concatenate([a, new], axis), _places(order, a), axis=axis)
