"""Batches of sequences of different lengths: mask, last element, reverse."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..base import MXNetError
from . import _rows
from ._axes import integer
from ._declare import operator
from ._strided import Shape
from ._table import F, Sample


def _lengths(
    op: str, shape: Shape, sequence_length: Any, use: Any, axis: Any, low: int, last_axis: int = 1
) -> tuple[np.ndarray[Any, Any], int, int, int]:
    """Lengths clipped to the data, the time axis, and the lengths of the time and batch axes."""
    at = integer(op, "axis", axis)
    if not 0 <= at <= last_axis:
        raise MXNetError(f"Operator {op}: axis={at}, expected 0 to {last_axis}")
    if len(shape) < 2:
        raise MXNetError(f"Operator {op}: data has shape {shape}, expected 2 or more axes")
    times, batch = shape[at], shape[1 - at]
    if not use:
        return np.full(batch, times), at, times, batch
    if sequence_length is None or sequence_length._shape != (batch,):
        given = None if sequence_length is None else sequence_length._shape
        raise MXNetError(
            f"Operator {op}: sequence_length has shape {given}, expected ({batch},) for data of "
            f"shape {shape}"
        )
    lengths = _rows.positions(sequence_length, 0, _rows.RAW)
    return np.clip(lengths, low, times), at, times, batch


def _mask_vjp(g: Any, sequence_length: Any, use_sequence_length: Any, axis: Any) -> Any:
    masked = F.SequenceMask(
        g, sequence_length, use_sequence_length=use_sequence_length, value=0, axis=axis
    )
    return masked, None


@operator(
    "SequenceMask",
    vjp=_mask_vjp,
    samples=(
        Sample(((3, 2, 2), [1, 2]), {"use_sequence_length": True, "value": -1}),
        Sample(((2, 3), [1, 2]), {"use_sequence_length": True, "axis": 1}),
    ),
)
def _sequence_mask(
    data: Any,
    sequence_length: Any = None,
    *,
    use_sequence_length: Any = False,
    value: Any = 0.0,
    axis: Any = 0,
) -> Any:
    """A copy in which what lies behind the end of each sequence is *value*.

    Parameters
    ----------
    sequence_length : NDArray of shape (batch,)
        Used if *use_sequence_length* says so.
    axis : {0, 1}
        The time axis; the other of the two is the batch.
    """
    lengths, at, times, batch = _lengths(
        "SequenceMask", data._shape, sequence_length, use_sequence_length, axis, 0
    )
    shape = data._shape
    inner = math.prod(shape[2:])
    steps, sizes = np.arange(times), lengths
    hidden = steps[:, None] >= sizes if at == 0 else steps >= sizes[:, None]
    y = _rows.take(data._data, np.arange(times * batch), 1, times * batch, inner)
    rows = np.flatnonzero(hidden)
    filler = np.full(rows.size * inner, value).astype(y.dtype)
    _rows.put(filler, rows, y, 1, times * batch, inner)
    return y, shape


def _last_rows(lengths: Any, at: int, times: int, batch: int) -> np.ndarray[Any, Any]:
    here = np.arange(batch)
    return (lengths - 1) * batch + here if at == 0 else here * times + lengths - 1


def _last_vjp(
    g: Any, sequence_length: Any, use_sequence_length: Any, axis: Any, data_shape: Shape
) -> Any:
    options = {"use_sequence_length": use_sequence_length, "axis": axis, "shape": data_shape}
    return F._sequence_last_adjoint(g, sequence_length, **options), None


@operator(
    "SequenceLast",
    vjp=_last_vjp,
    samples=(Sample(((3, 2, 2), [1, 3]), {"use_sequence_length": True}),),
)
def _sequence_last(
    data: Any, sequence_length: Any = None, *, use_sequence_length: Any = False, axis: Any = 0
) -> Any:
    """The last element of each sequence."""
    found = _lengths("SequenceLast", data._shape, sequence_length, use_sequence_length, axis, 1)
    _, _, times, batch = found
    inner = math.prod(data._shape[2:])
    y = _rows.take(data._data, _last_rows(*found), 1, times * batch, inner)
    return y, (batch, *data._shape[2:])


def _sequence_last_adjoint_vjp(
    g: Any, sequence_length: Any, use_sequence_length: Any, axis: Any
) -> Any:
    options = {"use_sequence_length": use_sequence_length, "axis": axis}
    return F.SequenceLast(g, sequence_length, **options), None


@operator(
    "_sequence_last_adjoint",
    vjp=_sequence_last_adjoint_vjp,
    samples=(
        Sample(((2, 2), [1, 3]), {"use_sequence_length": True, "axis": 0, "shape": (3, 2, 2)}),
    ),
)
def _sequence_last_adjoint(
    data: Any, sequence_length: Any = None, *, use_sequence_length: Any, axis: Any, shape: Any
) -> Any:
    """The adjoint of `SequenceLast`."""
    found = _lengths("SequenceLast", shape, sequence_length, use_sequence_length, axis, 1)
    _, _, times, batch = found
    inner = math.prod(shape[2:])
    return _rows.add(data._data, _last_rows(*found), 1, times * batch, inner), shape


def _reverse_vjp(g: Any, sequence_length: Any, use_sequence_length: Any, axis: Any) -> Any:
    options = {"use_sequence_length": use_sequence_length, "axis": axis}
    return F.SequenceReverse(g, sequence_length, **options), None


@operator(
    "SequenceReverse",
    vjp=_reverse_vjp,
    samples=(Sample(((3, 2, 2), [2, 3]), {"use_sequence_length": True}),),
)
def _sequence_reverse(
    data: Any, sequence_length: Any = None, *, use_sequence_length: Any = False, axis: Any = 0
) -> Any:
    """Each sequence reversed; what lies behind its end stays."""
    lengths, _, times, batch = _lengths(
        "SequenceReverse", data._shape, sequence_length, use_sequence_length, axis, 0, 0
    )
    steps = np.arange(times)[:, None]
    source = np.where(steps < lengths, lengths - 1 - steps, steps)
    rows = (source * batch + np.arange(batch)).reshape(-1)
    inner = math.prod(data._shape[2:])
    return _rows.take(data._data, rows, 1, times * batch, inner), data._shape
