"""Batches of sequences of different lengths: mask, last element, reverse."""

from __future__ import annotations

import math

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.formula import Loop, compute_type
from ...kernels.spec.indexed import RAW
from ...kernels.spec.layout import arange, full
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import integer
from ..declare import operator
from ..parts import expect_size
from ..table import F, Gradients, Result, Sample


def _lengths(
    op: str,
    shape: Shape,
    sequence_length: Array | None,
    use: bool,
    axis: int,
    low: int,
    last_axis: int = 1,
) -> tuple[Buffer, int, int, int]:
    """Lengths clipped to the data, the time axis, and the lengths of the time and batch axes."""
    at = integer(op, "axis", axis)
    if not 0 <= at <= last_axis:
        raise MXNetError(f"Operator {op}: axis={at}, expected 0 to {last_axis}")
    if len(shape) < 2:
        raise MXNetError(f"Operator {op}: data has shape {shape}, expected 2 or more axes")
    times, batch = shape[at], shape[1 - at]
    if not use:
        return full(batch, times), at, times, batch
    if sequence_length is None or sequence_length._shape != (batch,):
        given = None if sequence_length is None else sequence_length._shape
        raise MXNetError(
            f"Operator {op}: sequence_length has shape {given}, expected ({batch},) for data of "
            f"shape {shape}"
        )
    lengths = front.positions(sequence_length._data, 0, RAW)
    _run(_CLIPPED, (lengths, low, times), ((batch,), None, None), lengths)
    return lengths, at, times, batch


_CLIPPED = Loop(
    "sequence_lengths", ("n", "low", "high"), (("y", "minimum(maximum(n, low), high)"),)
)
_HIDDEN = Loop("sequence_hidden", ("step", "length"), (("y", "where(step >= length, 1, 0)"),))
_MASKED = Loop("sequence_mask", ("hidden", "value", "x"), (("y", "where(hidden, value, x)"),))
_LAST = Loop(
    "sequence_last",
    ("length", "here", "step", "hop"),
    (("y", "(length - 1) * step + here * hop"),),
)
_REVERSED = Loop(
    "sequence_reverse",
    ("step", "here", "length", "batch"),
    (("y", "where(step < length, length - 1 - step, step) * batch + here"),),
)


def _run(
    loop: Loop,
    operands: tuple[Buffer | float, ...],
    shapes: tuple[Shape | None, ...],
    y: Buffer,
    compute: str = "int64",
) -> None:
    if y.size:
        front.elementwise(loop, operands, shapes, (y,), compute)


def _mask_vjp(
    g: Array, sequence_length: Array | None, use_sequence_length: bool, axis: int
) -> Gradients:
    masked = F.SequenceMask(
        g, sequence_length, use_sequence_length=use_sequence_length, value=0, axis=axis
    )
    return masked, None


@operator(
    "SequenceMask",
    takes=inference.when(sequence_length="use_sequence_length"),
    infer=inference.lengths_of_sequences,
    vjp=_mask_vjp,
    samples=(
        Sample(((3, 2, 2), [1, 2]), {"use_sequence_length": True, "value": -1}),
        Sample(((2, 3), [1, 2]), {"use_sequence_length": True, "axis": 1}),
    ),
)
def _sequence_mask(
    data: Array,
    sequence_length: Array | None = None,
    *,
    use_sequence_length: bool = False,
    value: float = 0.0,
    axis: int = 0,
) -> Result:
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
    hidden, y = empty(times * batch, np.dtype("uint8")), empty(data._data.size, data._data.dtype)
    steps, sizes = ((times, 1), (batch,)) if at == 0 else ((times,), (batch, 1))
    _run(_HIDDEN, (arange(times), lengths), (steps, sizes), hidden)
    filler = np.asarray(value).astype(y.dtype).item()
    form = (times * batch, math.prod(shape[2:]))
    _run(
        _MASKED,
        (hidden, filler, data._data),
        ((form[0], 1), None, form),
        y,
        compute_type(y.dtype, mathematical=False),
    )
    return y, shape


def _last_rows(lengths: Buffer, at: int, times: int, batch: int) -> Buffer:
    y = empty(batch, np.dtype("int64"))
    time_stride, batch_stride = (batch, 1) if at == 0 else (1, times)
    operands = lengths, arange(batch), time_stride, batch_stride
    _run(_LAST, operands, ((batch,), (batch,), None, None), y)
    return y


def _last_vjp(
    g: Array, sequence_length: Array | None, use_sequence_length: bool, axis: int, data_shape: Shape
) -> Gradients:
    options = {"use_sequence_length": use_sequence_length, "axis": axis, "shape": data_shape}
    return F._sequence_last_adjoint(g, sequence_length, **options), None


@operator(
    "SequenceLast",
    takes=inference.when(sequence_length="use_sequence_length"),
    infer=inference.lengths_of_sequences,
    linear=("data",),
    vjp=_last_vjp,
    samples=(Sample(((3, 2, 2), [1, 3]), {"use_sequence_length": True}),),
)
def _sequence_last(
    data: Array,
    sequence_length: Array | None = None,
    *,
    use_sequence_length: bool = False,
    axis: int = 0,
) -> Result:
    """The last element of each sequence."""
    found = _lengths("SequenceLast", data._shape, sequence_length, use_sequence_length, axis, 1)
    _, _, times, batch = found
    inner = math.prod(data._shape[2:])
    y = front.take(data._data, _last_rows(*found), 1, times * batch, inner)
    return y, (batch, *data._shape[2:])


def _sequence_last_adjoint_vjp(
    g: Array, sequence_length: Array | None, use_sequence_length: bool, axis: int
) -> Gradients:
    options = {"use_sequence_length": use_sequence_length, "axis": axis}
    return F.SequenceLast(g, sequence_length, **options), None


@operator(
    "_sequence_last_adjoint",
    linear=("data",),
    vjp=_sequence_last_adjoint_vjp,
    samples=(
        Sample(((2, 2), [1, 3]), {"use_sequence_length": True, "axis": 0, "shape": (3, 2, 2)}),
    ),
)
def _sequence_last_adjoint(
    data: Array,
    sequence_length: Array | None = None,
    *,
    use_sequence_length: bool,
    axis: int,
    shape: Shape,
) -> Result:
    """The adjoint of `SequenceLast`."""
    found = _lengths("SequenceLast", shape, sequence_length, use_sequence_length, axis, 1)
    _, _, times, batch = found
    inner = math.prod(shape[2:])
    expect_size("_sequence_last_adjoint", "data", data._data.size, (batch, inner))
    return front.add(data._data, _last_rows(*found), 1, times * batch, inner), shape


def _reverse_vjp(
    g: Array, sequence_length: Array | None, use_sequence_length: bool, axis: int
) -> Gradients:
    options = {"use_sequence_length": use_sequence_length, "axis": axis}
    return F.SequenceReverse(g, sequence_length, **options), None


@operator(
    "SequenceReverse",
    takes=inference.when(sequence_length="use_sequence_length"),
    infer=inference.lengths_of_sequences,
    linear=("data",),
    vjp=_reverse_vjp,
    samples=(Sample(((3, 2, 2), [2, 3]), {"use_sequence_length": True}),),
)
def _sequence_reverse(
    data: Array,
    sequence_length: Array | None = None,
    *,
    use_sequence_length: bool = False,
    axis: int = 0,
) -> Result:
    """Each sequence reversed; what lies behind its end stays."""
    lengths, _, times, batch = _lengths(
        "SequenceReverse", data._shape, sequence_length, use_sequence_length, axis, 0, 0
    )
    rows = empty(times * batch, np.dtype("int64"))
    operands = arange(times), arange(batch), lengths, batch
    _run(_REVERSED, operands, ((times, 1), (batch,), (batch,), None), rows)
    inner = math.prod(data._shape[2:])
    return front.take(data._data, rows, 1, times * batch, inner), data._shape
