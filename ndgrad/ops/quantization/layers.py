"""Layers on quantized arrays that have real parameters: batch normalisation and LSTM."""

from __future__ import annotations

import numpy as np

from ...base import MXNetError
from ...tape import Array
from .. import inference
from ..axes import choice, number
from ..composite import composite
from ..table import NONE, F, Sample
from .parts import (
    HALF_STEPS,
    calibrated_range,
    check_dtype,
    check_ranges,
    dtypes_of,
    float32,
    magnitude,
    stored,
)

_VECTORS = ("gamma", "beta", "moving_mean", "moving_var")
_END = np.array([1.0], "float32")
_VECTOR = np.array([0.5, 1.5], "float32")


def _shapes(data: inference.Known, axis: int) -> inference.Shapes:
    vectors = inference.per_index(*_VECTORS)(data, None, axis)
    found = {name: shape for name, shape in vectors.items() if name not in ("data", "y")}
    return {**found, "min_data": (1,), "max_data": (1,)}


@composite(
    "_contrib_quantized_batch_norm",
    auxiliary=("moving_mean", "moving_var"),
    infer=_shapes,
    infer_dtypes=lambda data: dtypes_of(data, (), (*_VECTORS, "min_data", "max_data")),
    outputs=("output", "min_output", "max_output"),
    results=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(
        Sample(
            (np.array([[1, -2], [100, -128]], "int8"), *[_VECTOR] * 4, -_END, 2 * _END),
            {"min_calib_range": -2.0, "max_calib_range": 3.0},
        ),
    ),
)
def _quantized_batch_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    min_data: Array,
    max_data: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> list[Array]:
    """`BatchNorm` of a quantized array by the averages, as int8 in the range of a calibration.

    Parameters
    ----------
    data : NDArray
        Of int8 or uint8.
    gamma, beta, moving_mean, moving_var : NDArray
        Of float32; *gamma* is taken as it is, whatever *fix_gamma* says.
    min_data, max_data : NDArray
        The range of *data*.
    min_calib_range, max_calib_range : float
        The range of the result.
    eps, axis
        See `BatchNorm`.
    momentum, fix_gamma, use_global_stats, output_mean_var, cudnn_off
        Ignored.

    Returns
    -------
    list of NDArray
        The integers, and the ends of their range.

    Raises
    ------
    MXNetError
        If a dtype or a shape does not fit, or the range of the result is not given.
    """
    op = "_contrib_quantized_batch_norm"
    check_dtype(op, "data", data, "int8", "uint8")
    check_ranges(op, min_data=min_data, max_data=max_data)
    calibrated = calibrated_range(op, min_calib_range, max_calib_range)
    if calibrated is None:
        raise MXNetError(f"Operator {op}: min_calib_range or max_calib_range is not available")
    step = magnitude(min_data, max_data) / HALF_STEPS[np.dtype(data.dtype).name]
    y = F.BatchNorm(
        F.broadcast_mul(F.Cast(data, dtype="float32"), step),
        gamma, beta, moving_mean, moving_var,
        eps=number(op, "eps", eps), axis=axis, fix_gamma=False, use_global_stats=True,
    )  # fmt: skip
    scale = float32(data, HALF_STEPS["int8"] / max(map(abs, calibrated)))
    return [stored(y, scale, "int8"), *[float32(data, end) for end in calibrated]]


@composite(
    "_contrib_quantized_rnn",
    outputs=("output", "state_output", "statecell_ouput"),
    results=("output", "state_output", "statecell_ouput"),  # MXNet's spelling
    gradient=NONE,
    visible=lambda params: 3 if params["state_outputs"] else 1,
    samples=(
        Sample(
            (
                np.array([[[100, 200]]], "uint8"),
                np.linspace(-1, 1, 20, dtype="float32"),
                *[np.zeros((1, 1, 1), "float32")] * 2,
                60 * _END,
                128 * _END,
            ),
            {"state_size": 1, "num_layers": 1, "mode": "lstm", "state_outputs": True},
        ),
    ),
)
def _quantized_rnn(
    data: Array,
    parameters: Array,
    state: Array,
    state_cell: Array,
    data_scale: Array,
    data_shift: Array,
    *,
    state_size: int,
    num_layers: int,
    bidirectional: bool = False,
    mode: str,
    p: float = 0.0,
    state_outputs: bool = False,
    projection_size: int | None = None,
    lstm_state_clip_min: float | None = None,
    lstm_state_clip_max: float | None = None,
    lstm_state_clip_nan: bool = False,
    use_sequence_length: bool = False,
) -> Array | list[Array]:
    """`RNN` of an array that `quantize_asym` has made, in real numbers.

    Parameters
    ----------
    data : NDArray
        Of shape (times, batch, inputs) and uint8.
    parameters, state, state_cell : NDArray
        Of float32.
    data_scale, data_shift : NDArray
        *data* is for the real numbers ``(data - data_shift) / data_scale``.
    mode : {'lstm'}
    state_size, num_layers, bidirectional, p, state_outputs, projection_size
        See `RNN`.
    lstm_state_clip_min, lstm_state_clip_max, lstm_state_clip_nan, use_sequence_length
        See `RNN`.

    Raises
    ------
    MXNetError
        If a dtype, a shape or the mode does not fit.
    """
    op = "_contrib_quantized_rnn"
    choice(op, "mode", mode, ("lstm",))
    check_dtype(op, "data", data, "uint8")
    check_ranges(op, data_scale=data_scale, data_shift=data_shift)
    real = F.broadcast_div(F.broadcast_sub(F.Cast(data, dtype="float32"), data_shift), data_scale)
    return F.RNN(
        real, parameters, state, state_cell, state_size=state_size, num_layers=num_layers,
        bidirectional=bidirectional, mode=mode, p=p, state_outputs=state_outputs,
        projection_size=projection_size, lstm_state_clip_min=lstm_state_clip_min,
        lstm_state_clip_max=lstm_state_clip_max, lstm_state_clip_nan=lstm_state_clip_nan,
        use_sequence_length=use_sequence_length,
    )  # fmt: skip
