"""Functions whose arguments are not the parameters that MXNet writes of their calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as onp

from ... import numpy as np
from ...base import ArgumentTypeError, DTypeLike, shown
from ...context import Context
from ...numpy._check import c_order
from .. import extra
from ..numpy_like import _Symbol
from ..symbol import Symbol
from ._calls import Axes, SymbolLike, call

if TYPE_CHECKING:
    from ...array.types import AnyArray, MaybeMany
    from ...numpy.multiarray import ndarray

__all__ = [
    "append", "argsort", "array_split", "atleast_1d", "atleast_2d", "atleast_3d", "average",
    "bincount", "clip", "delete", "diag_indices_from", "diff", "dsplit", "ediff1d", "einsum",
    "empty_like", "fliplr", "flipud", "full", "full_like", "histogram", "hsplit", "identity",
    "inner", "insert", "may_share_memory", "nan_to_num", "ones_like", "outer", "pad", "percentile",
    "quantile", "ravel", "reshape", "shares_memory", "sort", "split", "swapaxes", "take",
    "tensordot", "unique", "vdot", "vsplit", "where", "zeros_like",
]  # fmt: skip

# --- shapes ---------------------------------------------------------------------------------------


def reshape(
    a: Symbol,
    newshape: int | Sequence[int],
    reverse: bool = False,
    order: str = "C",
    **label: Any,
) -> _Symbol:
    """Return the elements in another shape; -1 stands for the length that is left."""
    c_order("reshape", order)
    return call("_np_reshape", a, newshape=newshape, **label)


def ravel(x: Symbol, order: str = "C") -> _Symbol:
    """Return the elements along one axis."""
    c_order("ravel", order)
    return reshape(x, -1)


def swapaxes(a: Symbol, axis1: int, axis2: int) -> _Symbol:
    """Return the array with two axes exchanged."""
    return call("_npi_swapaxes", a, dim1=axis1, dim2=axis2)


def flipud(m: Symbol) -> _Symbol:
    """Return the array with the order along the first axis reversed."""
    return call("_npi_flip", m, axis=0)


def fliplr(m: Symbol) -> _Symbol:
    """Return the array with the order along the second axis reversed."""
    return call("_npi_flip", m, axis=1)


def pad(
    x: Symbol,
    pad_width: int | Sequence[int] | Sequence[Sequence[int]],
    mode: str = "constant",
    **kwargs: Any,
) -> _Symbol:
    """Return the array with elements put around it."""
    fill = {"constant_value": kwargs.pop("constant_values", 0)} if mode == "constant" else {}
    return call("_npi_pad", x, pad_width=pad_width, mode=mode, **fill, **kwargs)


def _at_least(name: str, arys: tuple[Symbol, ...]) -> _Symbol | MaybeMany:
    return call(f"_np_{name}", *arys, num_args=len(arys))


def atleast_1d(*arys: Symbol) -> _Symbol | MaybeMany:
    """Return arrays with an axis at least."""
    return _at_least("atleast_1d", arys)


def atleast_2d(*arys: Symbol) -> _Symbol | MaybeMany:
    """Return arrays with two axes at least."""
    return _at_least("atleast_2d", arys)


def atleast_3d(*arys: Symbol) -> _Symbol | MaybeMany:
    """Return arrays with three axes at least."""
    return _at_least("atleast_3d", arys)


# --- joining and cutting --------------------------------------------------------------------------


def append(arr: Symbol, values: SymbolLike, axis: int | None = None) -> _Symbol:
    """Return an array with values behind it, of one axis unless *axis* says along which."""
    return call("_npi_concatenate", arr, values, axis=axis)


def _cut(name: str, ary: Symbol, parts: int | Sequence[int], axis: int) -> list[_Symbol]:
    if isinstance(parts, int):
        facts: dict[str, Any] = {"indices": [], "sections": parts}
    elif isinstance(parts, (list, tuple, set)):
        facts = {"indices": [0, *parts], "sections": 0}
    else:
        raise ValueError(f"{name}: indices_or_sections must be an int or ints, got {shown(parts)}")
    found = call(f"_npi_{name}", ary, axis=axis, squeeze_axis=False, **facts)
    return found if isinstance(found, list) else [found]


def split(ary: Symbol, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[_Symbol]:
    """Return the parts of an array along an axis: of equal lengths, or between indices."""
    return _cut("split", ary, indices_or_sections, axis)


def array_split(
    ary: Symbol, indices_or_sections: int | Sequence[int], axis: int = 0
) -> list[_Symbol]:
    """Return the parts of an array along an axis, whose lengths may differ by one."""
    name = "array_split" if isinstance(indices_or_sections, int) else "split"
    return _cut(name, ary, indices_or_sections, axis)


def hsplit(ary: Symbol, indices_or_sections: int | Sequence[int]) -> list[_Symbol]:
    """Return the parts of an array along the second axis, or the only one."""
    return _cut("hsplit", ary, indices_or_sections, 1)


def vsplit(ary: Symbol, indices_or_sections: int | Sequence[int]) -> list[_Symbol]:
    """Return the parts of an array along the first axis."""
    return _cut("split", ary, indices_or_sections, 0)


def dsplit(ary: Symbol, indices_or_sections: int | Sequence[int]) -> list[_Symbol]:
    """Return the parts of an array along the third axis."""
    return _cut("dsplit", ary, indices_or_sections, 2)


_Selection: TypeAlias = "int | slice | Symbol"


def _bounds(obj: slice) -> dict[str, Any]:
    return {"start": obj.start, "stop": obj.stop, "step": 1 if obj.step is None else obj.step}


def _unknown_selection(name: str, obj: object) -> TypeError:
    return TypeError(f"{name}: obj must be an int, a slice or a Symbol, got {shown(obj)}")


def delete(arr: Symbol, obj: _Selection, axis: int | None = None) -> _Symbol:
    """Return an array without the parts at some places along an axis, or of the flat array."""
    if isinstance(obj, Symbol):
        return call("_npi_delete", arr, obj, axis=axis)
    if isinstance(obj, slice):
        return call("_npi_delete", arr, axis=axis, **_bounds(obj))
    if not isinstance(obj, (int, onp.integer)):
        raise _unknown_selection("delete", obj)
    return call("_npi_delete", arr, int_ind=int(obj), axis=axis)


def insert(arr: Symbol, obj: _Selection, values: SymbolLike, axis: int | None = None) -> _Symbol:
    """Return an array with values put in before places along an axis, or of the flat array."""
    if isinstance(obj, Symbol):
        new = values if isinstance(values, Symbol) else full((1,), float(values))
        return call("_npi_insert_tensor", arr, new, obj, axis=axis)
    inputs = [values] if isinstance(values, Symbol) else []
    facts: dict[str, Any] = {} if inputs else {"val": values}
    if isinstance(obj, slice):
        return call("_npi_insert_slice", arr, *inputs, axis=axis, **_bounds(obj), **facts)
    if not isinstance(obj, (int, onp.integer)):
        raise _unknown_selection("insert", obj)
    return call("_npi_insert_scalar", arr, *inputs, int_ind=int(obj), axis=axis, **facts)


def shares_memory(a: Symbol, b: Symbol, max_work: int | None = None) -> _Symbol:
    """Return whether two arrays share elements in memory."""
    return call("_npi_share_memory", a, b)


def may_share_memory(a: Symbol, b: Symbol, max_work: int | None = None) -> _Symbol:
    """Return whether two arrays might share memory."""
    return shares_memory(a, b)


def diag_indices_from(arr: Symbol) -> _Symbol:
    """Return the indices of the diagonal, for each axis a row."""
    return call("_npi_diag_indices_from", arr)


# --- products -------------------------------------------------------------------------------------


def tensordot(a: Symbol, b: Symbol, axes: int | Sequence[int | Sequence[int]] = 2) -> _Symbol:
    """Return sums of products over axes of two arrays."""
    if isinstance(axes, int):
        return call("_npi_tensordot_int_axes", a, b, axes=axes)
    left, right = ((x,) if isinstance(x, int) else tuple(x) for x in axes)
    return call("_npi_tensordot", a, b, a_axes_summed=left, b_axes_summed=right)


def inner(a: Symbol, b: Symbol) -> _Symbol:
    """Return the sums of products over the last axes."""
    return tensordot(a, b, ((-1,), (-1,)))


def outer(a: Symbol, b: Symbol, out: object = None) -> _Symbol:
    """Return the products of each element of *a* with each of *b*."""
    return tensordot(ravel(a), ravel(b), 0)


def vdot(a: Symbol, b: Symbol) -> _Symbol:
    """Return the sum of the products of all elements."""
    return tensordot(ravel(a), ravel(b), 1)


def einsum(
    subscripts: str, *operands: Symbol, out: object = None, optimize: object = False
) -> _Symbol:
    """Return sums of products of elements along axes that letters name."""
    return call("_npi_einsum", *operands, subscripts=subscripts, optimize=int(bool(optimize)))


# --- order and choice -----------------------------------------------------------------------------


def argsort(a: Symbol, axis: int | None = -1, kind: object = None, order: object = None) -> _Symbol:
    """Return the indices, as int64, that sort an array along an axis, or the flat one."""
    return call("_npi_argsort", a, axis=axis, is_ascend=True, dtype="int64")


def sort(a: Symbol, axis: int | None = -1, kind: object = None, order: object = None) -> _Symbol:
    """Return the array sorted along an axis, or the flat one."""
    return call("_npi_sort", a, axis=axis, is_ascend=True)


def take(
    a: Symbol, indices: SymbolLike, axis: int | None = None, mode: str = "raise", out: object = None
) -> _Symbol:
    """Return the parts of an array at indices along an axis, or of the flat array."""
    if axis is None:
        a, axis = ravel(a), 0
    return call("_npi_take", a, indices, axis=axis, mode=mode)


def diff(
    a: Symbol,
    n: int = 1,
    axis: int = -1,
    prepend: SymbolLike | None = None,
    append: SymbolLike | None = None,
) -> _Symbol:
    """Return differences of neighbours along an axis, *n* times."""
    ends = [x for x in (prepend, a, append) if x is not None]
    joined = a if len(ends) == 1 else call("_npi_concatenate", *ends, axis=axis)
    return call("_npi_diff", joined, n=n, axis=axis)


def ediff1d(
    ary: Symbol, to_end: SymbolLike | None = None, to_begin: SymbolLike | None = None
) -> _Symbol:
    """Return differences of neighbours in the flat array, between others."""
    given = {"begin": to_begin, "end": to_end}
    facts: dict[str, Any] = {}
    for key, x in given.items():
        facts[f"to_{key}_arr_given"] = isinstance(x, Symbol)
        facts[f"to_{key}_scalar"] = None if isinstance(x, Symbol) else x
    arrays = [x for x in given.values() if isinstance(x, Symbol)]
    return call("_npi_ediff1d", ary, *arrays, **facts)


def where(condition: Symbol, x: SymbolLike | None = None, y: SymbolLike | None = None) -> _Symbol:
    """Return elements of *x* where a condition is not 0, else of *y*.

    Raises
    ------
    ValueError
        Without *x* and *y*: how many elements are not 0 is not known.
    """
    if x is None or y is None:
        raise ValueError("where: x and y must be given for a symbol")
    return call("_npi_where", condition, x, y)


def clip(a: Symbol, a_min: float | None, a_max: float | None, out: object = None) -> _Symbol:
    """Return the array cut to an interval; None stands for no bound.

    Raises
    ------
    ValueError
        If there is no bound at all.
    """
    if a_min is None and a_max is None:
        raise ValueError("array_clip: must set either max or min")
    low, high = -math.inf if a_min is None else a_min, math.inf if a_max is None else a_max
    return call("_npi_clip", a, a_min=low, a_max=high)


def nan_to_num(
    x: Symbol,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> _Symbol:
    """Return the array with numbers in place of NaN and infinities."""
    return call("_npi_nan_to_num", x, nan=nan, posinf=posinf, neginf=neginf)


# --- statistics -----------------------------------------------------------------------------------


def average(
    a: Symbol,
    axis: Axes = None,
    weights: SymbolLike | None = None,
    returned: bool = False,
    out: object = None,
) -> _Symbol | MaybeMany:
    """Return weighted means over axes; with *returned* also the sums of the weights."""
    weighted = weights is not None
    return call("_npi_average", a, weights, axis=axis, returned=returned, weighted=weighted)


def bincount(x: Symbol, weights: SymbolLike | None = None, minlength: int = 0) -> _Symbol:
    """Return how often each number from 0 on is there, or the sums of its weights."""
    given = weights is not None
    return call("_npi_bincount", x, weights, minlength=minlength, has_weights=given)


def percentile(
    a: Symbol,
    q: SymbolLike,
    axis: Axes = None,
    out: object = None,
    overwrite_input: object = None,
    interpolation: str = "linear",
    keepdims: bool = False,
) -> _Symbol:
    """Return percentiles of the elements, over axes."""
    facts: dict[str, Any] = {"axis": axis, "interpolation": interpolation, "keepdims": keepdims}
    if isinstance(q, Symbol):
        return call("_npi_percentile", a, q, q_scalar=None, **facts)
    return call("_npi_percentile", a, q_scalar=q, **facts)


def quantile(
    a: Symbol,
    q: SymbolLike,
    axis: Axes = None,
    out: object = None,
    overwrite_input: object = None,
    interpolation: str = "linear",
    keepdims: bool = False,
) -> _Symbol:
    """Return quantiles of the elements, over axes."""
    percent = call("_npi_multiply", q, 100) if isinstance(q, Symbol) else 100.0 * float(q)
    return percentile(a, percent, axis, interpolation=interpolation, keepdims=keepdims)


def histogram(
    a: Symbol,
    bins: int | Symbol = 10,
    range: Sequence[float] | None = None,
    normed: object = None,
    weights: SymbolLike | None = None,
    density: object = None,
) -> list[Symbol]:
    """Return how many elements are in each of some intervals, and the edges of the intervals."""
    if any(x is not None for x in (normed, weights, density)):
        raise NotImplementedError("histogram: only a, bins and range are supported")
    return extra.histogram(a, bins, range)._each()


def unique(
    ar: Symbol,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> _Symbol | MaybeMany:
    """Return the different elements, sorted; and where they are, and how often, if asked for."""
    return call(
        "_npi_unique", ar, return_index=return_index, return_inverse=return_inverse,
        return_counts=return_counts, axis=axis,
    )  # fmt: skip


# --- new arrays -----------------------------------------------------------------------------------


def full(
    shape: int | Sequence[int],
    fill_value: float,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: object = None,
) -> _Symbol:
    """Make an array filled with a number, by default of float32, or bool for a bool."""
    if isinstance(fill_value, Symbol):
        raise ArgumentTypeError("full: argument fill_value must be a number, got a Symbol")
    usual = "bool" if isinstance(fill_value, bool) else "float32"
    return call("_npi_full", shape=shape, value=fill_value, dtype=dtype or usual)


def identity(n: int, dtype: DTypeLike | None = None, ctx: Context | None = None) -> _Symbol:
    """Make a square matrix with ones on the diagonal."""
    return call("_npi_identity", shape=(n, n), dtype=dtype or "float32")


def full_like(
    a: Symbol | AnyArray,
    fill_value: float,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: ndarray | None = None,
) -> _Symbol | Any:
    """Make an array of the shape and dtype of another, filled with a number."""
    if not isinstance(a, Symbol):
        return np.full_like(a, fill_value, dtype, order, ctx, out)
    return call("_npi_full_like", a, fill_value=fill_value, dtype=dtype)


def zeros_like(
    a: Symbol | AnyArray,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: ndarray | None = None,
) -> _Symbol | Any:
    """Make an array of zeros, of the shape and dtype of another."""
    return full_like(a, 0, dtype, order, ctx, out)


def ones_like(
    a: Symbol | AnyArray,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: ndarray | None = None,
) -> _Symbol | Any:
    """Make an array of ones, of the shape and dtype of another."""
    return full_like(a, 1, dtype, order, ctx, out)


def empty_like(
    prototype: Symbol | AnyArray,
    dtype: DTypeLike | None = None,
    order: str = "C",
    subok: bool = False,
) -> _Symbol | Any:
    """Make an array of zeros, of the shape and dtype of another."""
    return full_like(prototype, 0, dtype)
