"""Quantization: real numbers as integers of 8 bits with a range, and operators on such integers.

A quantized array comes with the least and the greatest real number of its range, arrays of one
float32 each.  Its integers are multiples of one step, which the greater magnitude of the two gives:
the range of int8 is symmetric, and uint8 has no numbers below zero.  Results are those of MXNet as
it is distributed for x86, which rounds halves to even.
"""

from __future__ import annotations

import numpy as np

from ..base import DTypeLike, MXNetError
from ..tape import Array
from .axes import choice, number
from .composite import composite
from .declare import elementwise, with_formulas
from .table import NONE, F, Sample

_BOUNDS = {
    "int8": {"low": -128.0, "high": 127.0, "missing": 127.0},
    "uint8": {"low": 0.0, "high": 255.0, "missing": 0.0},
}
"""The least and the greatest integer, and the one that stands for NaN."""

_STEPS = {"int8": 127.0, "uint8": 255.0, "int32": 2.0**31 - 1}
"""How many steps there are from zero to the end of the range."""

_HALF_STEPS = {"int8": 127.5, "uint8": 255.5}
"""The same in the operators that count half a step more."""

_OUTPUT_TYPES = ("int8", "uint8", "auto")

elementwise(
    "_quantized",
    "x scale",
    with_formulas(
        "where(y - floor(y) == 0.5, 2 * round(0.5 * y), round(y))",
        {
            "y": "where(x * scale == x * scale, minimum(maximum(x * scale, low), high), missing)",
        },
    ),
    None,
    params={"low": -128.0, "high": 127.0, "missing": 127.0},
    samples=(Sample(((3, 4), (1,))),),
    doc="x * scale as an integer of low to high; halves go to even ones, NaN is *missing*.",
)


def _dtype(op: str, name: str, data: Array, *kinds: DTypeLike) -> None:
    """Raise unless *data* has one of the dtypes *kinds*."""
    if data.dtype not in [np.dtype(kind) for kind in kinds]:
        expected = " or ".join(str(np.dtype(kind)) for kind in kinds)
        raise MXNetError(
            f"Operator {op}: {name} has dtype {np.dtype(data.dtype)}, expected {expected}"
        )


def _ranges(op: str, **ranges: Array) -> None:
    """Raise unless all are arrays of one float32, the ends of ranges."""
    for name, end in ranges.items():
        _dtype(op, name, end, "float32")
        if end.shape != (1,):
            raise MXNetError(f"Operator {op}: {name} has shape {list(end.shape)}, expected [1]")


def _calibrated(op: str, low: float | None, high: float | None) -> tuple[float, float] | None:
    """The range that parameters give: None unless both do."""
    if low is None or high is None:
        return None
    return (
        float(number(op, "min_calib_range", low)),
        float(number(op, "max_calib_range", high)),
    )


def _magnitude(low: Array, high: Array) -> Array:
    return F.broadcast_maximum(F.abs(low), F.abs(high))


def _float32(data: Array, value: float) -> Array:
    """A number as an array where *data* is."""
    return F._values(data, values=(value,), shape=(1,), dtype="float32")


def _stored(x: Array, scale: Array, kind: str) -> Array:
    """Multiples of 1 / *scale* as integers of the dtype *kind*."""
    return F.Cast(F._quantized(x, scale, **_BOUNDS[kind]), dtype=kind)


def _ends(kind: str, low: Array, high: Array) -> list[Array]:
    """The range of a result: int8's is symmetric."""
    if kind == "uint8":
        return [F.identity(low), F.identity(high)]
    most = _magnitude(low, high)
    return [F.negative(most), most]


_REAL = Sample(((3, 4), [-1.0], [0.5]))


@composite(
    "_contrib_quantize",
    gradient=NONE,
    samples=(_REAL, Sample(_REAL.args, {"out_type": "int8"})),
)
def _quantize(
    data: Array, min_range: Array, max_range: Array, *, out_type: str = "uint8"
) -> list[Array]:
    """Quantize real numbers in a given range; those beyond it become its ends.

    Parameters
    ----------
    data : NDArray
        Of float32.
    min_range, max_range : NDArray
        Of shape (1,) and float32.
    out_type : {'int8', 'uint8'}

    Returns
    -------
    list of NDArray
        The integers, 127 or 255 for the greater magnitude of the range; and its two ends.

    Raises
    ------
    MXNetError
        For other dtypes and shapes.
    """
    op = "_contrib_quantize"
    kind = choice(op, "out_type", out_type, ("int8", "uint8"))
    _dtype(op, "data", data, "float32")
    _ranges(op, min_range=min_range, max_range=max_range)
    scale = _STEPS[kind] / _magnitude(min_range, max_range)
    return [_stored(data, scale, kind), *_ends(kind, min_range, max_range)]


@composite(
    "_contrib_quantize_v2",
    gradient=NONE,
    samples=(
        Sample(((3, 4),)),
        Sample(((3, 4),), {"out_type": "auto", "min_calib_range": 0.0, "max_calib_range": 1.5}),
    ),
)
def _quantize_v2(
    data: Array,
    *,
    out_type: str = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> list[Array]:
    """Quantize real numbers in the range of a calibration, or else in their own.

    Parameters
    ----------
    data : NDArray
        Of float32; or of int8 or uint8, which are only cast.
    out_type : {'int8', 'uint8', 'auto'}
        'auto' is uint8 if the calibration has no numbers below zero, else int8.
    min_calib_range, max_calib_range : float, optional
        The range of the calibration, if both are given.

    Returns
    -------
    list of NDArray
        The integers, and the ends of their range.

    Raises
    ------
    MXNetError
        For other dtypes.
    """
    op = "_contrib_quantize_v2"
    _dtype(op, "data", data, "float32", "int8", "uint8")
    calibrated = _calibrated(op, min_calib_range, max_calib_range)
    kind = _output_type(op, out_type, calibrated)
    if data.dtype != np.float32:
        most = _HALF_STEPS[np.dtype(data.dtype).name]
        low, high = calibrated or (0.0 if data.dtype == np.uint8 else -most, most)
        return [F.Cast(data, dtype=kind), _float32(data, low), _float32(data, high)]
    if calibrated is None:
        ends = [F._reshaped(extreme(data), shape=(1,)) for extreme in (F.min, F.max)]
    else:
        ends = [_float32(data, end) for end in calibrated]
    scale = _HALF_STEPS[kind] / _magnitude(*ends)
    return [_stored(data, scale, kind), *_ends(kind, *ends)]


def _output_type(op: str, out_type: str, calibrated: tuple[float, float] | None) -> str:
    if choice(op, "out_type", out_type, _OUTPUT_TYPES) != "auto":
        return out_type
    return "uint8" if calibrated is not None and calibrated[0] >= 0 else "int8"


_INT8 = Sample((np.array([[1, -2], [100, -128]], "int8"), [-1.0], [2.0]))


@composite("_contrib_dequantize", gradient=NONE, samples=(_INT8,))
def _dequantize(
    data: Array, min_range: Array, max_range: Array, *, out_type: str = "float32"
) -> Array:
    """The real numbers that quantized ones stand for.

    Parameters
    ----------
    data : NDArray
        Of int8 or uint8.
    min_range, max_range : NDArray
        The ends of the range, of shape (1,) and float32.
    out_type : {'float32'}

    Raises
    ------
    MXNetError
        For other dtypes and shapes.
    """
    op = "_contrib_dequantize"
    choice(op, "out_type", out_type, ("float32",))
    _dtype(op, "data", data, "int8", "uint8")
    _ranges(op, min_range=min_range, max_range=max_range)
    step = _magnitude(min_range, max_range) / _HALF_STEPS[np.dtype(data.dtype).name]
    return F.broadcast_mul(F.Cast(data, dtype="float32"), step)


_SUMS = Sample((np.array([[1 << 20, -(1 << 30)]], "int32"), [-20.0], [10.0]))


@composite(
    "_contrib_requantize",
    gradient=NONE,
    samples=(
        _SUMS,
        Sample(_SUMS.args, {"out_type": "auto", "min_calib_range": 0.0, "max_calib_range": 1.5}),
    ),
)
def _requantize(
    data: Array,
    min_range: Array,
    max_range: Array,
    *,
    out_type: str = "int8",
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> list[Array]:
    """Quantized numbers of int32, such as sums, in 8 bits.

    Parameters
    ----------
    data : NDArray
        Of int32.
    min_range, max_range : NDArray
        The ends of its range, of shape (1,) and float32.
    out_type : {'int8', 'uint8', 'auto'}
        'auto' is uint8 if the calibration has no numbers below zero, else int8.
    min_calib_range, max_calib_range : float, optional
        The range of the result, if both are given; otherwise that of the numbers.

    Returns
    -------
    list of NDArray
        The integers, and the ends of their range; uint8's begins at 0.

    Raises
    ------
    MXNetError
        For other dtypes and shapes.
    """
    op = "_contrib_requantize"
    _dtype(op, "data", data, "int32")
    _ranges(op, min_range=min_range, max_range=max_range)
    calibrated = _calibrated(op, min_calib_range, max_calib_range)
    kind = _output_type(op, out_type, calibrated)
    step = _magnitude(min_range, max_range) / _STEPS["int32"]
    x = F.Cast(data, dtype="float32")
    if calibrated is None:
        most = F._reshaped(F.max(F.abs(x)), shape=(1,)) * step
    else:
        most = _float32(data, max(map(abs, calibrated)))
    low = F.zeros_like(most) if kind == "uint8" else F.negative(most)
    return [_stored(x, step * (_STEPS[kind] / most), kind), low, most]
