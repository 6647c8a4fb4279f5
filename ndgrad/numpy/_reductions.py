"""Reductions and running sums, with NumPy's axes, dtypes and shapes.

Functions of MXNet have *keepdims* before *out* where methods, and NumPy, have it behind.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, overload

import numpy as onp

from ..base import DType, DTypeLike, as_dtype, is_floating
from ..ops.axes import Axis
from ..tracing import active
from ._calls import F, named
from ._check import array_argument, delivered
from ._elementwise import (
    Function,
    add,
    maximum,
    minimum,
    multiply,
    not_equal,
    sqrt,
    square,
    subtract,
    true_divide,
)
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray, Scalar

__all__ = [
    "all", "alltrue", "any", "average", "count_nonzero", "cumsum", "mean", "ptp", "sometrue", "std",
    "sum", "var",
]  # fmt: skip

FUNCTIONS: dict[str, Function] = {}
"""Functions that are made of a table, by name."""

METHODS: dict[str, Function] = {}
"""Methods whose arguments come in another order than the functions', by name."""

_INT, _FLOAT, _BYTE = onp.dtype("int64"), onp.dtype("float32"), onp.dtype("uint8")
_ALL = tuple(range(64))


def _axes(a: ndarray, axis: Axis, what: str) -> tuple[int, ...]:
    """The axes to reduce, from 0 on."""
    if axis is None:
        return _ALL[: len(a._shape)]
    if axis.__class__ is int and 0 <= axis < len(a._shape):
        return (axis,)
    given = (axis,) if isinstance(axis, (int, onp.integer)) else tuple(axis)
    found = []
    for one in given:
        if not a._shape and one in (0, -1):  # as in NumPy, of an array without axes
            continue
        if not -a.ndim <= one < a.ndim:
            raise onp.exceptions.AxisError(one, a.ndim, what)
        found.append(int(one) % a.ndim)
    if len({*found}) < len(found):
        raise ValueError(f"{what}: duplicate value in axis {axis}")
    return tuple(found)


def _reduced(call: Function, a: ndarray, axes: tuple[int, ...], keepdims: bool) -> ndarray:
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


def _cast(
    a: ndarray,
    dtype: DTypeLike | None,
    bools: DType | None = None,
    integers: DType | None = None,
) -> ndarray:
    if dtype is None and is_floating(a._data.dtype):
        return a
    wanted = as_dtype(dtype, op="dtype") if dtype is not None else None
    if wanted is None:
        wanted = {"b": bools, "i": integers, "u": integers}.get(a._data.dtype.kind)
    return a if wanted is None or a._data.dtype == wanted else F.Cast(a, dtype=wanted)


def _reduction(
    name: str,
    what: str,
    bools: DType = _INT,
    integers: DType | None = None,
    neutral: int = 0,
    joined: Function = add,
) -> Function:
    """The reduction by the operator *name*, and what *initial* and *where* do in it."""

    def function(
        a: AnyArray,
        axis: Axis = None,
        dtype: DTypeLike | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
        where: AnyArray | None = None,
    ) -> ndarray:
        given = a if isinstance(a, ndarray) else array_argument(name, "a", a)
        if where is not None:
            given = F.where(where, given, neutral)
        given = _cast(given, dtype, bools, integers)
        result = _reduced(getattr(F, name), given, _axes(given, axis, name), keepdims)
        return delivered(result if initial is None else joined(result, initial), out, name)

    return named(function, name, f"Return {what}.")


_sum = METHODS["sum"] = _reduction("sum", "sums over axes; bools are counted in int64")
FUNCTIONS["prod"] = FUNCTIONS["product"] = _reduction(
    "prod", "products over axes", neutral=1, joined=multiply
)
FUNCTIONS["nansum"] = _reduction("nansum", "sums over axes of what is not NaN")
FUNCTIONS["nanprod"] = _reduction(
    "nanprod", "products over axes of what is not NaN", neutral=1, joined=multiply
)


def sum(
    a: AnyArray,
    axis: Axis = None,
    dtype: DTypeLike | None = None,
    keepdims: bool = False,
    initial: Scalar | None = None,
    out: ndarray | None = None,
    where: AnyArray | None = None,
) -> ndarray:
    """Return sums over axes; bools are counted in int64."""
    return _sum(a, axis, dtype, out, keepdims, initial, where)


def _float(a: ndarray, dtype: DTypeLike | None) -> ndarray:
    return _cast(a, dtype, _FLOAT, _FLOAT)


def mean(
    a: AnyArray,
    axis: Axis = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    keepdims: bool = False,
) -> ndarray:
    """Return means over axes; of integers and bools in float32."""
    a = array_argument("mean", "a", a)
    result = _reduced(F.mean, _float(a, dtype), _axes(a, axis, "mean"), keepdims)
    return delivered(result, out, "mean")


def var(
    a: AnyArray,
    axis: Axis = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    ddof: int = 0,
    keepdims: bool = False,
) -> ndarray:
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
    a: AnyArray,
    axis: Axis = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
    ddof: int = 0,
    keepdims: bool = False,
) -> ndarray:
    """Return standard deviations over axes, with the divisor n - ddof; of integers in float32."""
    a = array_argument("std", "a", a)
    return delivered(sqrt(var(a, axis, dtype, None, ddof, keepdims)), out, "std")


def _declare_extreme(name: str, larger: Function) -> None:
    def method(
        a: AnyArray,
        axis: Axis = None,
        out: ndarray | None = None,
        keepdims: bool = False,
        initial: Scalar | None = None,
    ) -> ndarray:
        of = a if isinstance(a, ndarray) else array_argument(name, "a", a)
        given = _cast(of, None, _BYTE)
        result = _reduced(getattr(F, name), given, _axes(of, axis, name), keepdims)
        if initial is not None:
            result = larger(result, initial)
        return delivered(result if given is of else F.Cast(result, dtype=of.dtype), out, name)

    def function(
        a: AnyArray,
        axis: Axis = None,
        keepdims: bool = False,
        out: ndarray | None = None,
        initial: Scalar | None = None,
    ) -> ndarray:
        return method(a, axis, out, keepdims, initial)

    doc = f"Return the {name}ima over axes; tied elements get the whole gradient each."
    METHODS[name] = named(method, name, doc)
    FUNCTIONS[name] = FUNCTIONS[f"a{name}"] = named(function, name, doc)


_declare_extreme("max", maximum)
_declare_extreme("min", minimum)


def _all(
    a: AnyArray, axis: Axis = None, out: ndarray | None = None, keepdims: bool = False
) -> ndarray:
    """Return whether all elements are not 0, over axes."""
    truth = F.Cast(not_equal(array_argument("all", "a", a), 0), dtype="uint8")
    result = F.Cast(_reduced(F.prod, truth, _axes(truth, axis, "all"), keepdims), dtype="bool")
    return delivered(result, out, "all")


def _any(
    a: AnyArray, axis: Axis = None, out: ndarray | None = None, keepdims: bool = False
) -> ndarray:
    """Return whether some element is not 0, over axes."""
    truth = F.Cast(not_equal(array_argument("any", "a", a), 0), dtype="int64")
    count = _reduced(F.sum, truth, _axes(truth, axis, "any"), keepdims)
    return delivered(not_equal(count, 0), out, "any")


METHODS |= {"all": _all, "any": _any}


def all(
    a: AnyArray, axis: Axis = None, keepdims: bool = False, out: ndarray | None = None
) -> ndarray:
    """Return whether all elements are not 0, over axes."""
    return _all(a, axis, out, keepdims)


def any(
    a: AnyArray, axis: Axis = None, keepdims: bool = False, out: ndarray | None = None
) -> ndarray:
    """Return whether some element is not 0, over axes."""
    return _any(a, axis, out, keepdims)


alltrue, sometrue = all, any


def _position(name: str) -> Function:
    def function(
        a: AnyArray,
        axis: int | None = None,
        out: ndarray | None = None,
        keepdims: bool = False,
    ) -> ndarray:
        a = _cast(array_argument(name, "a", a), None, _BYTE)
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

    doc = "Return where extremes are along an axis, or in the flat array, as int64."
    return named(function, name, doc)


def _flat(a: ndarray) -> ndarray:
    return a if a.ndim == 1 else F._reshaped(a, shape=(a.size,))


FUNCTIONS["argmax"], FUNCTIONS["argmin"] = _position("argmax"), _position("argmin")


def count_nonzero(a: AnyArray, axis: Axis = None, keepdims: bool = False) -> int | ndarray:
    """Return how many elements are not 0; over axes, an array."""
    found = sum(not_equal(array_argument("count_nonzero", "a", a), 0), axis, keepdims=keepdims)
    return int(found) if axis is None and not keepdims else found


def cumsum(
    a: AnyArray,
    axis: int | None = None,
    dtype: DTypeLike | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Return running sums along an axis, or of the flat array."""
    a = _cast(array_argument("cumsum", "a", a), dtype, _INT)
    result = F.cumsum(_flat(a), axis=0) if axis is None else F.cumsum(a, axis=axis)
    return delivered(result, out, "cumsum")


@overload
def average(
    a: AnyArray,
    axis: Axis = None,
    weights: AnyArray | None = None,
    returned: Literal[False] = False,
    out: ndarray | None = None,
) -> ndarray: ...
@overload
def average(
    a: AnyArray,
    axis: Axis = None,
    weights: AnyArray | None = None,
    *,
    returned: Literal[True],
    out: ndarray | None = None,
) -> tuple[ndarray, ndarray]: ...
def average(
    a: AnyArray,
    axis: Axis = None,
    weights: AnyArray | None = None,
    returned: bool = False,
    out: ndarray | None = None,
) -> ndarray | tuple[ndarray, ndarray]:
    """Return weighted means over axes; with *returned* also the sums of the weights."""
    a = array_argument("average", "a", a)
    axes = _axes(a, axis, "average")
    if weights is None:
        result = mean(a, axis)
        total = F.zeros_like(result) + math.prod(a.shape[i] for i in axes)
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


def ptp(
    a: AnyArray, axis: Axis = None, out: ndarray | None = None, keepdims: bool = False
) -> ndarray:
    """Return the greatest minus the smallest, over axes."""
    greatest, least = (METHODS[name](a, axis, None, keepdims) for name in ("max", "min"))
    found = subtract(greatest, least)
    return delivered(found, out, "ptp")
