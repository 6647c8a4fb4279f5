"""Real numbers as integers of 8 bits with a range, and back; sums of int32 in 8 bits."""

from __future__ import annotations

import numpy as np

from ...tape import Array
from ..axes import choice
from ..composite import composite
from ..table import NONE, F, Sample
from .parts import (
    HALF_STEPS,
    STEPS,
    calibrated_range,
    check_dtype,
    check_ranges,
    ends_of,
    float32,
    magnitude,
    stored,
)

_OUTPUT_TYPES = ("int8", "uint8", "auto")


def _ends(data: Array, calibrated: tuple[float, float] | None) -> list[Array]:
    """The ends of the range: those that are given, else the least and the greatest element."""
    if calibrated is None:
        return [F._reshaped(extreme(data), shape=(1,)) for extreme in (F.min, F.max)]
    return [float32(data, end) for end in calibrated]


_VALUES = np.array([[-1.5, 0.25, 0.75]], "float32")
_REAL = Sample((_VALUES, np.array([-1.0], "float32"), np.array([0.5], "float32")))


@composite(
    "_contrib_quantize",
    infer=lambda: {"min_range": (1,), "max_range": (1,)},
    outputs=("output", "min_output", "max_output"),
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
    check_dtype(op, "data", data, "float32")
    check_ranges(op, min_range=min_range, max_range=max_range)
    scale = STEPS[kind] / magnitude(min_range, max_range)
    return [stored(data, scale, kind), *ends_of(kind, min_range, max_range)]


@composite(
    "_contrib_quantize_v2",
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(
        Sample((_VALUES,)),
        Sample((_VALUES,), {"out_type": "auto", "min_calib_range": 0.0, "max_calib_range": 1.5}),
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
    check_dtype(op, "data", data, "float32", "int8", "uint8")
    calibrated = calibrated_range(op, min_calib_range, max_calib_range)
    kind = _output_type(op, out_type, calibrated)
    if data.dtype != np.float32:
        most = HALF_STEPS[np.dtype(data.dtype).name]
        low, high = calibrated or (0.0 if data.dtype == np.uint8 else -most, most)
        return [F.Cast(data, dtype=kind), float32(data, low), float32(data, high)]
    ends = _ends(data, calibrated)
    scale = HALF_STEPS[kind] / magnitude(*ends)
    return [stored(data, scale, kind), *ends_of(kind, *ends)]


def _output_type(op: str, out_type: str, calibrated: tuple[float, float] | None) -> str:
    if choice(op, "out_type", out_type, _OUTPUT_TYPES) != "auto":
        return out_type
    return "uint8" if calibrated is not None and calibrated[0] >= 0 else "int8"


@composite(
    "_contrib_quantize_asym",
    outputs=("output", "scale", "shift"),
    results=("output", "scale", "shift"),
    gradient=NONE,
    samples=(
        Sample((_VALUES,)),
        Sample((_VALUES,), {"min_calib_range": -1.0, "max_calib_range": 1.5}),
    ),
)
def _quantize_asym(
    data: Array, *, min_calib_range: float | None = None, max_calib_range: float | None = None
) -> list[Array]:
    """Quantize real numbers as uint8, the least as 0 and the greatest as 255.

    Parameters
    ----------
    data : NDArray
        Of float32.
    min_calib_range, max_calib_range : float, optional
        The range of a calibration, if both are given; otherwise that of the numbers.

    Returns
    -------
    list of NDArray
        The integers ``data * scale + shift``, rounded; the scale; the shift.

    Raises
    ------
    MXNetError
        For other dtypes.
    """
    op = "_contrib_quantize_asym"
    check_dtype(op, "data", data, "float32")
    calibrated = calibrated_range(op, min_calib_range, max_calib_range)
    ends = _ends(data, calibrated)
    low, high = ends
    scale = STEPS["uint8"] / (high - low)
    shift = STEPS["uint8"] - high * scale
    placed = F.broadcast_add(F.broadcast_mul(data, scale), shift)
    return [stored(placed, float32(data, 1.0), "uint8"), scale, shift]


_INT8 = Sample(
    (
        np.array([[1, -2], [100, -128]], "int8"),
        np.array([-1.0], "float32"),
        np.array([2.0], "float32"),
    )
)


@composite(
    "_contrib_dequantize",
    infer=lambda: {"min_range": (1,), "max_range": (1,)},
    gradient=NONE,
    samples=(_INT8,),
)
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
    check_dtype(op, "data", data, "int8", "uint8")
    check_ranges(op, min_range=min_range, max_range=max_range)
    step = magnitude(min_range, max_range) / HALF_STEPS[np.dtype(data.dtype).name]
    return F.broadcast_mul(F.Cast(data, dtype="float32"), step)


_SUMS = Sample(
    (
        np.array([[1 << 20, -(1 << 30)]], "int32"),
        np.array([-20.0], "float32"),
        np.array([10.0], "float32"),
    )
)


@composite(
    "_contrib_requantize",
    infer=lambda: {"min_range": (1,), "max_range": (1,)},
    outputs=("output", "min_output", "max_output"),
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
    check_dtype(op, "data", data, "int32")
    check_ranges(op, min_range=min_range, max_range=max_range)
    calibrated = calibrated_range(op, min_calib_range, max_calib_range)
    kind = _output_type(op, out_type, calibrated)
    step = magnitude(min_range, max_range) / STEPS["int32"]
    x = F.Cast(data, dtype="float32")
    if calibrated is None:
        most = F._reshaped(F.max(F.abs(x)), shape=(1,)) * step
    else:
        most = float32(data, max(map(abs, calibrated)))
    low = F.zeros_like(most) if kind == "uint8" else F.negative(most)
    return [stored(x, step * (STEPS[kind] / most), kind), low, most]
