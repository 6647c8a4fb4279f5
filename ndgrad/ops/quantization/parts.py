"""What operators of quantization share: steps, ranges, rounding, checks.

A quantized array comes with the least and the greatest real number of its range, arrays of one
float32 each.  Its integers are multiples of one step, which the greater magnitude of the two gives:
the range of int8 is symmetric, and uint8 has no numbers below zero.  Results are those of MXNet as
it is distributed for x86, which rounds halves to even.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...base import DType, DTypeLike, MXNetError
from ...tape import Array
from ..axes import number
from ..declare import elementwise, with_formulas
from ..table import F, Sample

BOUNDS = {
    "int8": {"low": -128.0, "high": 127.0, "missing": 127.0},
    "uint8": {"low": 0.0, "high": 255.0, "missing": 0.0},
    "int32": {"low": -(2.0**31), "high": 2.0**31 - 128, "missing": 2.0**31 - 128},
}
"""The least and the greatest integer that float32 has, and the one that stands for NaN."""

STEPS = {"int8": 127.0, "uint8": 255.0, "int32": 2.0**31 - 1}
"""How many steps there are from zero to the end of the range."""

HALF_STEPS = {"int8": 127.5, "uint8": 255.5}
"""The same in the operators that count half a step more."""

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


def dtypes_of(data: DType | None, integers: Sequence[str], ends: Sequence[str]) -> dict[str, DType]:
    """The dtypes of a layer's inputs in a symbol: int8, unless *data* has one, and float32."""
    whole = dict.fromkeys(integers, np.dtype("int8"))
    own = np.dtype("int8") if data is None else data
    return {**whole, **dict.fromkeys(ends, np.dtype("float32")), "data": own}


def check_dtype(op: str, name: str, data: Array, *kinds: DTypeLike) -> None:
    """Raise unless *data* has one of the dtypes *kinds*."""
    if data.dtype not in [np.dtype(kind) for kind in kinds]:
        expected = " or ".join(str(np.dtype(kind)) for kind in kinds)
        raise MXNetError(
            f"Operator {op}: {name} has dtype {np.dtype(data.dtype)}, expected {expected}"
        )


def check_ranges(op: str, **ranges: Array) -> None:
    """Raise unless all are arrays of one float32, the ends of ranges."""
    for name, end in ranges.items():
        check_dtype(op, name, end, "float32")
        if end.shape != (1,):
            raise MXNetError(f"Operator {op}: {name} has shape {list(end.shape)}, expected [1]")


def calibrated_range(op: str, low: float | None, high: float | None) -> tuple[float, float] | None:
    """The range that parameters give: None unless both do."""
    if low is None or high is None:
        return None
    return (
        float(number(op, "min_calib_range", low)),
        float(number(op, "max_calib_range", high)),
    )


def magnitude(low: Array, high: Array) -> Array:
    return F.broadcast_maximum(F.abs(low), F.abs(high))


def float32(data: Array, value: float) -> Array:
    """A number as an array where *data* is."""
    return F._values(data, values=(value,), shape=(1,), dtype="float32")


def stored(x: Array, scale: Array, kind: str) -> Array:
    """Multiples of 1 / *scale* as integers of the dtype *kind*."""
    return F.Cast(F._quantized(x, scale, **BOUNDS[kind]), dtype=kind)


def ends_of(kind: str, low: Array, high: Array) -> list[Array]:
    """The range of a result: int8's is symmetric."""
    if kind == "uint8":
        return [F.identity(low), F.identity(high)]
    most = magnitude(low, high)
    return [F.negative(most), most]
