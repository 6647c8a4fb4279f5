"""Reductions and running sums, with NumPy's axes, dtypes and shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as onp

from ..base import DTypeLike, as_dtype, is_floating
from ..tracing import active
from ._calls import F
from ._check import array_argument, delivered
from ._elementwise import FUNCTIONS, multiply, not_equal, sqrt, square, subtract, true_divide
from .multiarray import ndarray

__all__ = [
    "all", "alltrue", "amax", "amin", "any", "argmax", "argmin", "average", "count_nonzero",
    "cumsum", "max", "mean", "min", "nanprod", "nansum", "prod", "product", "ptp", "sometrue",
    "std", "sum", "var",
]  # fmt: skip

Axes: TypeAlias = int | Sequence[int] | None

_INT = onp.dtype("int64")
_ALL = tuple(range(64))


def _axes(a: ndarray, axis: Axes, what: str) -> tuple[int, ...]:
    """The axes to reduce, from 0 on."""
    if axis is None:
        return _ALL[: len(a._shape)]
    if axis.__class__ is int and 0 <= axis < len(a._shape):
        return (axis,)
    given = (axis,) if isinstance(axis, (int, onp.integer)) else tuple(axis)
    found = []
    for one in given:
        if not -a.ndim <= one < a.ndim:
            raise onp.exceptions.AxisError(one, a.ndim, what)
        found.append(int(one) % a.ndim)
    if len({*found}) < len(found):
        raise ValueError(f"{what}: duplicate value in axis {axis}")
    return tuple(found)


def _reduced(call: Callable[..., Any], a: ndarray, axes: tuple[int, ...], keepdims: bool) -> Any:
    """What an operator gives of some axes; of all of them an array without axes."""
    if not axes:
        return F.identity(a)
    if len(axes) < len(a._shape) or keepdims:
        return call(a, axis=axes, keepdims=bool(keepdims))
    result = call(a)
    if result._node is None and not active:  # a new array, which nothing else knows
        result._shape = ()
        return result
    return F._reshaped(result, shape=())


def _cast(a: ndarray, dtype: DTypeLike | None, bools: Any = None, integers: Any = None) -> Any:
    if dtype is None and is_floating(a._data.dtype):
        return a
    wanted = as_dtype(dtype, op="dtype") if dtype is not None else None
    if wanted is None:
        wanted = {"b": bools, "i": integers, "u": integers}.get(a._data.dtype.kind)
    return a if wanted is None or a._data.dtype == wanted else F.Cast(a, dtype=wanted)


def sum(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    keepdims: bool = False,
    initial: float | None = None,
    where: Any = None,
) -> Any:
    """Return sums over axes; bools are counted in int64."""
    a = array_argument("sum", "a", a)
    if where is not None:
        a = F.where(where, a, 0)
    result = _reduced(F.sum, _cast(a, dtype, _INT), _axes(a, axis, "sum"), keepdims)
    return delivered(result if initial is None else result + initial, out, "sum")


def prod(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    keepdims: bool = False,
    initial: float | None = None,
) -> Any:
    """Return products over axes."""
    a = array_argument("prod", "a", a)
    result = _reduced(F.prod, _cast(a, dtype, _INT), _axes(a, axis, "prod"), keepdims)
    return delivered(result if initial is None else result * initial, out, "prod")


def nansum(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    keepdims: bool = False,
) -> Any:
    """Return sums over axes of what is not NaN."""
    a = array_argument("nansum", "a", a)
    result = _reduced(F.nansum, _cast(a, dtype, _INT), _axes(a, axis, "nansum"), keepdims)
    return delivered(result, out, "nansum")


def nanprod(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    keepdims: bool = False,
) -> Any:
    """Return products over axes of what is not NaN."""
    a = array_argument("nanprod", "a", a)
    result = _reduced(F.nanprod, _cast(a, dtype, _INT), _axes(a, axis, "nanprod"), keepdims)
    return delivered(result, out, "nanprod")


def _float(a: ndarray, dtype: DTypeLike | None) -> Any:
    return _cast(a, dtype, onp.dtype("float32"), onp.dtype("float32"))


def mean(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    keepdims: bool = False,
) -> Any:
    """Return means over axes; of integers and bools in float32."""
    a = array_argument("mean", "a", a)
    result = _reduced(F.mean, _float(a, dtype), _axes(a, axis, "mean"), keepdims)
    return delivered(result, out, "mean")


def var(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    ddof: int = 0,
    keepdims: bool = False,
) -> Any:
    """Return variances over axes, with the divisor n - ddof; of integers in float32."""
    a = _float(array_argument("var", "a", a), dtype)
    axes = _axes(a, axis, "var")
    differences = subtract(a, _reduced(F.mean, a, axes, True)) if axes else a - a
    result = _reduced(F.mean, square(differences), axes, keepdims)
    if ddof:
        n = math.prod(a.shape[i] for i in axes)
        result = result * (n / (n - ddof) if n != ddof else math.nan)
    return delivered(result, out, "var")


def std(
    a: Any,
    axis: Axes = None,
    dtype: DTypeLike | None = None,
    out: Any = None,
    ddof: int = 0,
    keepdims: bool = False,
) -> Any:
    """Return standard deviations over axes, with the divisor n - ddof; of integers in float32."""
    a = array_argument("std", "a", a)
    return delivered(sqrt(var(a, axis, dtype, None, ddof, keepdims)), out, "std")


def _extreme(name: str) -> Callable[..., Any]:
    def function(
        a: Any, axis: Axes = None, out: Any = None, keepdims: bool = False, initial: Any = None
    ) -> Any:
        a = array_argument(name, "a", a)
        bools = a._data.dtype.kind == "b"
        given = _cast(a, None, onp.dtype("uint8"))
        result = _reduced(getattr(F, name), given, _axes(a, axis, name), keepdims)
        if initial is not None:
            result = FUNCTIONS[f"{name}imum"](result, initial)
        return delivered(F.Cast(result, dtype=a.dtype) if bools else result, out, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Return the {name}ima over axes; tied elements get the whole gradient each."
    return function


max = amax = _extreme("max")
min = amin = _extreme("min")


def _position(name: str) -> Callable[..., Any]:
    def function(a: Any, axis: int | None = None, out: Any = None, keepdims: bool = False) -> Any:
        a = _cast(array_argument(name, "a", a), None, onp.dtype("uint8"))
        call = getattr(F, name)
        if axis is not None:
            (axis,) = _axes(a, axis, name)
        if axis is None or (a.ndim == 1 and not keepdims):
            result = F._reshaped(call(_flat(a), axis=0, dtype="int64"), shape=())
            if keepdims:
                result = F._reshaped(result, shape=(1,) * a.ndim)
        else:
            result = call(a, axis=axis, keepdims=bool(keepdims), dtype="int64")
        return delivered(result, out, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Return where extremes are along an axis, or in the flat array, as int64."
    return function


def _flat(a: ndarray) -> Any:
    return a if a.ndim == 1 else F._reshaped(a, shape=(a.size,))


argmax = _position("argmax")
argmin = _position("argmin")


def all(a: Any, axis: Axes = None, out: Any = None, keepdims: bool = False) -> Any:
    """Return whether all elements are not 0, over axes."""
    truth = F.Cast(not_equal(array_argument("all", "a", a), 0), dtype="uint8")
    result = F.Cast(_reduced(F.prod, truth, _axes(a, axis, "all"), keepdims), dtype="bool")
    return delivered(result, out, "all")


def any(a: Any, axis: Axes = None, out: Any = None, keepdims: bool = False) -> Any:
    """Return whether some element is not 0, over axes."""
    truth = F.Cast(not_equal(array_argument("any", "a", a), 0), dtype="int64")
    count = _reduced(F.sum, truth, _axes(a, axis, "any"), keepdims)
    return delivered(not_equal(count, 0), out, "any")


def count_nonzero(a: Any, axis: Axes = None, keepdims: bool = False) -> Any:
    """Return how many elements are not 0; over axes, an array."""
    found = sum(not_equal(array_argument("count_nonzero", "a", a), 0), axis, keepdims=keepdims)
    return int(found) if axis is None and not keepdims else found


def cumsum(a: Any, axis: int | None = None, dtype: DTypeLike | None = None, out: Any = None) -> Any:
    """Return running sums along an axis, or of the flat array."""
    a = _cast(array_argument("cumsum", "a", a), dtype, _INT)
    result = F.cumsum(_flat(a), axis=0) if axis is None else F.cumsum(a, axis=axis)
    return delivered(result, out, "cumsum")


def average(
    a: Any, axis: Axes = None, weights: Any = None, returned: bool = False, out: Any = None
) -> Any:
    """Return weighted means over axes; with *returned* also the sums of the weights."""
    a = array_argument("average", "a", a)
    axes = _axes(a, axis, "average")
    if weights is None:
        result = mean(a, axis)
        total: Any = F.zeros_like(result) + math.prod(a.shape[i] for i in axes)
    else:
        w = array_argument("average", "weights", weights)
        if w.shape != a.shape:
            if w.ndim != 1 or len(axes) != 1 or w.size != a.shape[axes[0]]:
                raise TypeError(
                    f"average: weights has shape {w.shape}, expected {a.shape} or the length of "
                    "one axis"
                )
            shape = [1] * a.ndim
            shape[axes[0]] = w.size
            w = F._reshaped(w, shape=tuple(shape))
            w = F.broadcast_to(w, shape=a.shape)
        total = sum(w, axes)
        result = true_divide(sum(multiply(a, w), axes), total)
    result = delivered(result, out, "average")
    return (result, total) if returned else result


def ptp(a: Any, axis: Axes = None, out: Any = None, keepdims: bool = False) -> Any:
    """Return the greatest minus the smallest, over axes."""
    found = max(a, axis, keepdims=keepdims) - min(a, axis, keepdims=keepdims)
    return delivered(found, out, "ptp")


alltrue, sometrue, product = all, any, prod
