"""Penalties for activations whose mean is not small."""

from __future__ import annotations

from ...base import MXNetError
from ...tape import Array
from .. import inference
from ..declare import operator
from ..parts import along_axis, check_lengths, copied
from ..table import F, Gradients, Params, Result, Sample


def _moved(moving_avg: Array, data: Array, momentum: float) -> Array:
    """The average of each unit, moved to its mean over the batch."""
    axes = tuple(i for i in range(len(data.shape)) if i != 1)
    return moving_avg * momentum + F.mean(data, axis=axes) * (1 - momentum)


def _penalised_vjp(
    g: Array,
    data: Array,
    moving_avg: Array,
    sparseness_target: float,
    penalty: float,
    momentum: float,
) -> Gradients:
    mean, target = _moved(moving_avg, data, momentum), float(sparseness_target)
    slope = F.broadcast_div(1 - target, 1.0 - mean) - F.broadcast_div(target, mean)
    form = along_axis(1, data.shape)
    return F.broadcast_add(g, F._reshaped(slope * float(penalty), shape=form)), None


def _move_average(moving_avg: Array, data: Array, momentum: float) -> None:
    F.identity(_moved(moving_avg, data, momentum), out=moving_avg)


def _states(params: Params) -> tuple[str, ...]:
    return ("moving_avg",)


@operator(
    "IdentityAttachKLSparseReg",
    vjp=_penalised_vjp,
    ignores_head=True,  # what it adds is no derivative of its forward, which is the point of it
    states=_states,
    after_backward=_move_average,
    auxiliary=("moving_avg",),
    infer=inference.per_channel("moving_avg"),
    initial={"moving_avg": '["zero", {}]'},
    samples=(Sample(([[0.2, 0.7], [0.4, 0.9]], [0.3, 0.6])),),
)
def _identity_with_penalty(
    data: Array,
    moving_avg: Array,
    *,
    sparseness_target: float = 0.1,
    penalty: float = 0.001,
    momentum: float = 0.9,
) -> Result:
    """A copy whose gradient has that of a penalty for units that are not sparse.

    The penalty is the Kullback-Leibler divergence of Bernoulli's distributions with means
    *sparseness_target* and the unit's moving average.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, units, ...), results of a sigmoid.
    moving_avg : NDArray
        A number for each unit, which backward moves to the mean over the batch.
    sparseness_target : float
    penalty : float
        A factor.
    momentum : float
        How much of the average stays.

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op = "IdentityAttachKLSparseReg"
    if len(data._shape) < 2:
        raise MXNetError(
            f"Operator {op}: data has shape {list(data._shape)}, expected (batch, units, ...)"
        )
    check_lengths(op, data._shape[1], moving_avg=moving_avg)
    return copied(data), data._shape
