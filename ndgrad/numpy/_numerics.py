"""Functions composed of others: bounds, rounding, comparisons within a tolerance, facts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as onp

from ..array.ndarray import NDArray
from ..base import DType, DTypeLike, Shape, as_dtype, is_floating
from ..dispatch import write_into
from . import _reductions
from ._calls import F
from ._check import array_argument, delivered, ufunc_options
from ._creation import full
from ._elementwise import (
    absolute,
    equal,
    exp,
    floor,
    isnan,
    less,
    less_equal,
    log1p,
    logical_and,
    logical_or,
    maximum,
    minimum,
    mod,
    multiply,
    power,
    subtract,
)
from ._shaping import where
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray, ArrayLike, Scalar

__all__ = [
    "allclose", "around", "array_equal", "array_equiv", "bincount", "clip", "copysign",
    "float_power", "heaviside", "isclose", "isneginf", "isposinf", "ldexp", "logaddexp",
    "may_share_memory", "nan_to_num", "ndim", "polyval", "positive", "result_type", "round",
    "round_", "set_printoptions", "shape", "shares_memory", "size", "unravel_index",
]  # fmt: skip


def clip(
    a: AnyArray,
    a_min: AnyArray | Scalar | None,
    a_max: AnyArray | Scalar | None,
    out: ndarray | None = None,
) -> ndarray:
    """Return the array cut to an interval; None stands for no bound.

    Raises
    ------
    ValueError
        If there is no bound at all.
    """
    a = array_argument("clip", "a", a)
    if a_min is None and a_max is None:
        raise ValueError("array_clip: must set either max or min")
    if isinstance(a_min, NDArray) or isinstance(a_max, NDArray):
        result = a if a_min is None else maximum(a, a_min)
        return delivered(result if a_max is None else minimum(result, a_max), out, "clip")
    low = -math.inf if a_min is None else float(a_min)
    high = math.inf if a_max is None else float(a_max)
    if is_floating(a._data.dtype) and a_min is not None and a_max is not None:
        result = F.clip(a, a_min=low, a_max=high)
    else:
        result = a if a_min is None else maximum(a, a_min)
        result = result if a_max is None else minimum(result, a_max)
    return delivered(result, out, "clip")


def around(
    x: ArrayLike, decimals: int = 0, out: ndarray | None = None, **kwargs: object
) -> ndarray:
    """Return the nearest numbers of some decimals; halves go to the even one."""
    if not isinstance(x, NDArray):
        return onp.around(onp.asarray(x), decimals)  # type: ignore[return-value]  # of numbers
    x = array_argument("around", "x", x)
    if x._data.dtype.kind in "iub" and decimals >= 0:
        return delivered(F.identity(x), out, "around")
    scale = 10.0**decimals
    scaled = x if decimals == 0 else multiply(x, scale)
    up = floor(scaled + 0.5)
    odd_half = logical_and(equal(subtract(up, scaled), 0.5), equal(mod(up, 2), 1))
    result = where(odd_half, up - 1, up)
    return delivered(result if decimals == 0 else result / scale, out, "around")


round = round_ = around


def nan_to_num(
    x: AnyArray,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
    **kwargs: object,
) -> ndarray:
    """Return the array with numbers in place of NaN and infinities, or write them to it."""
    if isinstance(x, (int, float, onp.generic)):
        return _of_numbers(onp.nan_to_num, x, copy, nan, posinf, neginf)
    x = array_argument("nan_to_num", "x", x)
    if x.dtype.kind != "f":
        return F.identity(x) if copy else x
    limits = onp.finfo(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    result = where(isnan(x), nan, x)
    result = where(equal(result, math.inf), high, result)
    result = where(equal(result, -math.inf), low, result)
    return result if copy else write_into(x, result, "nan_to_num")


def isposinf(x: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Return where elements are positive infinity."""
    return equal(x, math.inf, out=out, **options)


def isneginf(x: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Return where elements are negative infinity."""
    return equal(x, -math.inf, out=out, **options)


def isclose(
    a: ArrayLike, b: ArrayLike, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> ndarray:
    """Return where |a - b| <= atol + rtol |b|."""
    near = less_equal(absolute(subtract(a, b)), absolute(multiply(b, rtol)) + atol)
    near = logical_or(logical_and(near, less(absolute(b), math.inf)), equal(a, b))
    return logical_or(near, logical_and(isnan(a), isnan(b))) if equal_nan else near


def allclose(
    a: ArrayLike, b: ArrayLike, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Return whether all elements are close, see `isclose`."""
    a, b = (
        x if isinstance(x, NDArray) else array_argument("allclose", "a", onp.asarray(x))
        for x in (a, b)
    )
    return bool(_reductions.METHODS["all"](isclose(a, b, rtol, atol, equal_nan)))


def array_equal(a1: ArrayLike, a2: ArrayLike, equal_nan: bool = False) -> bool:
    """Return whether two arrays have the same shape and elements."""
    a, b = (x.asnumpy() if isinstance(x, NDArray) else onp.asarray(x) for x in (a1, a2))
    return bool(onp.array_equal(a, b, equal_nan))


def array_equiv(a1: ArrayLike, a2: ArrayLike) -> bool:
    """Return whether two arrays, broadcast, have the same elements."""
    a, b = (x.asnumpy() if isinstance(x, NDArray) else onp.asarray(x) for x in (a1, a2))
    return bool(onp.array_equiv(a, b))


def _of_numbers(function: Callable[..., Any], *numbers: object) -> ndarray:
    """What NumPy gives for numbers, lists and its own arrays."""
    return function(*numbers)


def positive(x: AnyArray) -> ndarray:
    """Return a copy."""
    if not isinstance(x, NDArray):
        return _of_numbers(onp.positive, x)
    return F.identity(array_argument("positive", "x", x))


def copysign(
    x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object
) -> ndarray:
    """Return the magnitudes of *x1* with the signs of *x2*."""
    ufunc_options("copysign", options)
    if not (isinstance(x1, NDArray) or isinstance(x2, NDArray)):
        return _of_numbers(onp.copysign, x1, x2)
    negative = less(x2, 0)
    if isinstance(x2, NDArray) and is_floating(x2._data.dtype):  # -0 has a sign, too
        negative = logical_or(negative, logical_and(equal(x2, 0), less(1 / x2, 0)))
    if isinstance(x1, NDArray):
        magnitude = where(less(x1, 0), -x1, x1 + 0)  # whose derivative at 0 is 1, as MXNet's
    else:
        like = array_argument("copysign", "x2", x2)
        like = F.Cast(like, dtype="int64") if like._data.dtype == onp.bool_ else like
        magnitude = F.ones_like(like) * abs(float(onp.asarray(x1)))
    return delivered(where(negative, -magnitude, magnitude), out, "copysign")


def ldexp(x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object) -> ndarray:
    """Return x1 * 2^x2, for integers cut off to integers."""
    ufunc_options("ldexp", options)
    first = next((x for x in (x1, x2) if isinstance(x, NDArray)), None)
    if first is None:
        return _of_numbers(onp.ldexp, x1, x2)
    kinds = [x._data.dtype for x in (x1, x2) if isinstance(x, NDArray)]
    floats = [kind for kind in kinds if is_floating(kind)]
    exact = floats[0] if floats else onp.dtype("float64")
    a, b = (
        F.Cast(x, dtype=exact) if isinstance(x, NDArray) and x._data.dtype not in floats else x
        for x in (x1, x2)
    )
    found = multiply(a, power(2.0, float(b) if isinstance(b, (int, onp.integer)) else b))
    if not floats:
        kind = onp.result_type(*kinds)
        found = F.Cast(found, dtype="int64" if kind == onp.bool_ else kind)
    return delivered(found, out, "ldexp")


def logaddexp(x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None) -> ndarray:
    """Return log(exp(x1) + exp(x2)), which does not overflow."""
    found = maximum(x1, x2) + log1p(exp(-absolute(subtract(x1, x2))))
    return delivered(found, out, "logaddexp")


def float_power(
    x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object
) -> ndarray:
    """Return powers in float64."""
    ufunc_options("float_power", options)
    if not (isinstance(x1, NDArray) or isinstance(x2, NDArray)):
        return _of_numbers(onp.float_power, x1, x2)
    a, b = (F.Cast(x, dtype="float64") if isinstance(x, NDArray) else x for x in (x1, x2))
    return power(a, b, out=out)


def heaviside(
    x1: ArrayLike, x2: ArrayLike, out: ndarray | None = None, **options: object
) -> ndarray:
    """Return 0 where x1 < 0, x2 where it is 0, 1 where it is positive; NaN stays."""
    ufunc_options("heaviside", options)
    if not (isinstance(x1, NDArray) or isinstance(x2, NDArray)):
        return _of_numbers(onp.heaviside, x1, x2)
    kinds = [x._data.dtype for x in (x1, x2) if isinstance(x, NDArray)]
    if all(map(is_floating, kinds)):
        kind = onp.result_type(*kinds)
    else:
        kind = onp.heaviside(*[onp.zeros(0, k) for k in (*kinds, kinds[0])][:2]).dtype
    x, y = (
        F.Cast(array_argument("heaviside", name, a), dtype=kind) if isinstance(a, NDArray)
        else full((), onp.asarray(a), kind) for name, a in (("x1", x1), ("x2", x2))
    )  # fmt: skip
    found = where(equal(x, 0), y, where(less(x, 0), F.zeros_like(x), 1))
    return delivered(where(isnan(x), x, found), out, "heaviside")


def polyval(p: AnyArray, x: AnyArray) -> ndarray:
    """Return the values of a polynomial; its coefficients begin with that of the highest power."""
    p, x = array_argument("polyval", "p", p), array_argument("polyval", "x", x)
    if p.ndim != 1:
        raise ValueError(f"polyval: p must have one axis, got shape {p.shape}")
    result = F.zeros_like(x)
    for i in range(p.size):
        result = result * x + p[i]
    return result


def bincount(x: AnyArray, weights: AnyArray | None = None, minlength: int = 0) -> ndarray:
    """Return how often each number from 0 on is there, or the sums of its weights."""
    x = array_argument("bincount", "x", x)
    given = None if weights is None else array_argument("bincount", "weights", weights).asnumpy()
    found = onp.bincount(x.asnumpy().astype("int64"), given, minlength)
    return ndarray._from_numpy(found.astype(x.dtype if weights is None else weights.dtype), x.ctx)


def unravel_index(
    indices: AnyArray | int, shape: Sequence[int], order: str = "C"
) -> tuple[ndarray, ...]:
    """Return the indices, one array for each axis, of positions in a flat array."""
    if isinstance(indices, (int, onp.integer)):
        return onp.unravel_index(indices, shape)  # type: ignore[return-value]
    given = array_argument("unravel_index", "indices", indices)
    found = onp.unravel_index(given.asnumpy().astype("int64"), shape)
    kind = given.dtype if given.dtype.kind in "iu" else onp.dtype("int64")
    return tuple([ndarray._from_numpy(onp.asarray(x, kind), given.ctx) for x in found])


# --- facts ----------------------------------------------------------------------------------------


def shape(a: ArrayLike) -> Shape:
    """Return the lengths of the axes."""
    return a.shape if isinstance(a, NDArray) else onp.asarray(a).shape


def ndim(a: ArrayLike) -> int:
    """Return the number of axes."""
    return a.ndim if isinstance(a, NDArray) else onp.asarray(a).ndim


def size(a: ArrayLike, axis: int | None = None) -> int:
    """Return the number of elements, or the length of an axis."""
    if not isinstance(a, NDArray):
        return onp.size(onp.asarray(a), axis)
    return a.size if axis is None else a.shape[axis]


def may_share_memory(a: AnyArray, b: AnyArray, max_work: int | None = None) -> bool:
    """Return whether two arrays might share memory."""
    return shares_memory(a, b)


def shares_memory(a: AnyArray, b: AnyArray, max_work: int | None = None) -> bool:
    """Return whether two arrays share elements in memory."""
    a, b = array_argument("shares_memory", "a", a), array_argument("shares_memory", "b", b)
    host = all(isinstance(x._data, onp.ndarray) for x in (a, b))
    return bool(onp.shares_memory(a._data, b._data)) if host else a._version is b._version


def result_type(*arrays_and_dtypes: ArrayLike | DTypeLike) -> DType:
    """Return the dtype that arrays and numbers have together."""
    found: list[Any] = [x.dtype if isinstance(x, NDArray) else x for x in arrays_and_dtypes]
    return as_dtype(onp.result_type(*found), op="result_type")


def set_printoptions(
    precision: int | None = None, threshold: int | None = None, **kwargs: Any
) -> None:
    """Set how arrays are shown, as NumPy's function, whose settings these are."""
    onp.set_printoptions(precision, threshold, **kwargs)
