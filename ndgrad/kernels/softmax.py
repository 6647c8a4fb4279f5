"""softmax and its relatives.

``softmax(x)_i = exp(x_i - m) / sum_k exp(x_k - m)`` with m the greatest element, which cancels and
keeps the exponentials finite.  Its derivative is ``y * (g - sum(g * y))``, that of its logarithm
``g - exp(y) * sum(g)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..base import MXNetError, as_dtype, promote
from ..storage import empty
from . import _rowwise
from ._declare import operator
from ._rowwise import Lines
from ._table import F, Sample

SOFTMAX = Lines("softmax", ("x",), "exp(x * scale - m)", "t * s", "x * scale", "1 / s")
LOG_SOFTMAX = Lines(
    "log_softmax", ("x",), "exp(x * scale - m)", "x * scale - m - s", "x * scale", "log(s)"
)
_SOFTMAX_GRAD = Lines("softmax_grad", ("y", "g"), "g * y", "y * (g - s) * scale")
_LOG_SOFTMAX_GRAD = Lines("log_softmax_grad", ("y", "g"), "g", "(g - exp(y) * s) * scale")


def line_form(op: str, shape: tuple[int, ...], axis: Any) -> tuple[int, int, int]:
    """(outer, n, inner) for lines along *axis*.

    Raises
    ------
    MXNetError
        If there is no such axis.
    """
    ndim = len(shape)
    if not isinstance(axis, (int, np.integer)) or isinstance(axis, bool):
        raise MXNetError(f"Operator {op}: expected an int as axis, got {axis!r}")
    if not -ndim <= axis < ndim:
        raise MXNetError(
            f"Operator {op}: axis={axis} exceeds the input's {ndim} dimensions, "
            f"expected {-ndim} <= axis < {ndim}"
        )
    at = int(axis) % ndim
    return math.prod(shape[:at]), shape[at], math.prod(shape[at + 1 :])


def _scale(temperature: Any, sign: float = 1.0) -> float:
    if temperature is None:
        return sign
    return sign / float(temperature) if float(temperature) else math.copysign(math.inf, sign)


def _out_dtype(op: str, data: Any, dtype: Any) -> np.dtype[Any]:
    own: np.dtype[Any] = data._data.dtype
    if own.kind != "f":
        raise MXNetError(f"Operator {op}: expected a floating-point dtype, got {own}")
    if dtype is None:
        return own
    wanted = as_dtype(dtype, op=op)
    if wanted.kind != "f":
        raise MXNetError(
            f"Operator {op}: dtype={wanted}, expected None, float16, float32 or float64"
        )
    return wanted


def _lengths(op: str, data: Any, length: Any, axis: int, use_length: Any) -> Any:
    if not use_length:
        if length is not None:
            raise MXNetError(f"Operator {op}: length is given, but use_length is False")
        return None
    if length is None:
        raise MXNetError(f"Operator {op}: use_length=True needs the argument length")
    shape = list(data._shape)
    del shape[axis % len(shape)]
    if list(length._shape) != shape:
        raise MXNetError(
            f"Operator {op}: expected length of shape {shape}, got {list(length._shape)}"
        )
    if length._data.dtype.kind not in "iu":
        raise MXNetError(
            f"Operator {op}: expected length of an integer dtype, got {length._data.dtype}"
        )
    return length._data.astype(np.int64)


def _forward(op: str, lines: Lines, data: Any, axis: Any, scale: float, dtype: Any) -> Any:
    form = line_form(op, data._shape or (1,), axis)
    y = empty(data._data.size, _out_dtype(op, data, dtype))
    _rowwise.run(lines, (data._data,), y, form, scale)
    return y, data._shape


def _along(lines: Lines, y: Any, g: Any, axis: Any, scale: float, dtype: Any) -> Any:
    """A fused gradient."""
    grad = empty(y._data.size, dtype)
    form = line_form(lines.name, y._shape or (1,), axis)
    _rowwise.run(lines, (y._data, g._data), grad, form, scale)
    return type(g)(grad, y._shape, g._ctx)


def _d_softmax(y: Any, g: Any, axis: Any, scale: float, dtype: Any) -> Any:
    weighted = g * y
    grad = weighted - y * F.sum(weighted, axis=axis, keepdims=True)
    return F.Cast(grad if scale == 1 else grad * scale, dtype=dtype)


def _softmax_vjp(
    g: Any, y: Any, data_dtype: Any, axis: Any, temperature: Any, use_length: Any
) -> Any:
    # Beyond its length a line is 0, and so is the gradient.
    grad = _d_softmax(y, g, axis, _scale(temperature), data_dtype)
    return (grad, None) if use_length else grad


def _softmax_fast(
    g: Any, y: Any, data_dtype: Any, axis: Any, temperature: Any, use_length: Any
) -> Any:
    grad = _along(_SOFTMAX_GRAD, y, g, axis, _scale(temperature), data_dtype)
    return (grad, None) if use_length else grad


_SAMPLES = (
    Sample(((3, 4),)),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((2, 3),), {"axis": 0, "temperature": 2.5}),
)


def _softmax_reference(
    data: Any,
    length: Any = None,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: Any = None,
    use_length: bool = False,
) -> Any:
    z = data * _scale(temperature)
    if use_length:
        place = np.arange(data.shape[axis]).reshape(
            [-1 if i == axis % data.ndim else 1 for i in range(data.ndim)]
        )
        z = np.where(place < np.expand_dims(length, axis), z, -np.inf)
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@operator(
    "softmax",
    vjp=_softmax_vjp,
    fast_vjp=_softmax_fast,
    samples=(*_SAMPLES, Sample(((2, 3), [1, 3]), {"use_length": True})),
    reference=_softmax_reference,
)
def _softmax(
    data: Any,
    length: Any = None,
    *,
    axis: Any = -1,
    temperature: Any = None,
    dtype: Any = None,
    use_length: Any = False,
) -> Any:
    """Exponentials divided by their sum along an axis.

    Parameters
    ----------
    data : NDArray
        Floating point.
    length : NDArray, optional
        With *use_length*: integers of data's shape without *axis*; how many elements count.  The
        others become 0.
    axis : int
    temperature : float, optional
        Divides the elements before.
    dtype : optional
        Of the result, float16, float32 or float64.
    use_length : bool

    Raises
    ------
    MXNetError
        For a wrong axis, dtype or length.
    """
    form = line_form("softmax", data._shape or (1,), axis)
    wanted = _out_dtype("softmax", data, dtype)
    lengths = _lengths("softmax", data, length, axis, use_length)
    y = empty(data._data.size, wanted)
    _rowwise.run(SOFTMAX, (data._data,), y, form, _scale(temperature), lengths)
    return y, data._shape


@operator(
    "softmin",
    vjp=lambda g, y, data_dtype, axis, temperature: _d_softmax(
        y, g, axis, _scale(temperature, -1.0), data_dtype
    ),
    fast_vjp=lambda g, y, data_dtype, axis, temperature: _along(
        _SOFTMAX_GRAD, y, g, axis, _scale(temperature, -1.0), data_dtype
    ),
    samples=_SAMPLES,
    reference=lambda data, **params: _softmax_reference(-data, **params),
)
def _softmin(
    data: Any, *, axis: Any = -1, temperature: Any = None, dtype: Any = None, use_length: Any = False
) -> Any:
    """The softmax of the negative: see `softmax`."""
    if use_length:
        raise MXNetError("Operator softmin: use_length=True, expected False; softmax has lengths")
    return _forward("softmin", SOFTMAX, data, axis, _scale(temperature, -1.0), dtype)


def _log_softmax_vjp(g: Any, y: Any, data_dtype: Any, axis: Any, temperature: Any) -> Any:
    scale = _scale(temperature)
    grad = g - F.exp(y) * F.sum(g, axis=axis, keepdims=True)
    return F.Cast(grad if scale == 1 else grad * scale, dtype=data_dtype)


@operator(
    "log_softmax",
    vjp=_log_softmax_vjp,
    fast_vjp=lambda g, y, data_dtype, axis, temperature: _along(
        _LOG_SOFTMAX_GRAD, y, g, axis, _scale(temperature), data_dtype
    ),
    samples=_SAMPLES,
    reference=lambda data, **params: np.log(_softmax_reference(data, **params)),
)
def _log_softmax(
    data: Any, *, axis: Any = -1, temperature: Any = None, dtype: Any = None, use_length: Any = False
) -> Any:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    if use_length:
        raise MXNetError(
            "Operator log_softmax: use_length=True, expected False; softmax has lengths"
        )
    return _forward("log_softmax", LOG_SOFTMAX, data, axis, _scale(temperature), dtype)
