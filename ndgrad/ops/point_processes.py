"""Likelihoods of events in time, of several kinds: Hawkes processes.

Hawkes 1971, "Spectra of some self-exciting and mutually exciting point processes".
"""

from __future__ import annotations

from ..base import MXNetError
from ..tape import Array
from .composite import composite
from .table import F, Sample

_MARKS, _LENGTHS, _ENDS = [[0.0, 1.0], [1.0, 1.0]], [2.0, 1.0], [4.0, 5.0]
_RATES = [[0.5, 0.6], [0.7, 0.8]]


@composite(
    "_contrib_hawkesll",
    outputs=("output", "out_state"),
    results=("output", "out_state"),
    samples=(
        Sample(
            (
                _RATES, [0.2, 0.3], [1.0, 2.0], [[0.0, 0.1], [0.2, 0.3]], [[0.5, 1.0], [0.2, 0.7]],
                _MARKS, _LENGTHS, _ENDS,
            )
        ),
        Sample(((2, 2), (2,), (2,), (2, 2), [[0.5], [1.0]], [[0.0], [1.0]], [0.0, 0.0], _ENDS)),
    ),
    domain=(0.5, 1.5),
)  # fmt: skip
def _hawkes_log_likelihood(
    lda: Array,
    alpha: Array,
    beta: Array,
    state: Array,
    lags: Array,
    marks: Array,
    valid_length: Array,
    max_time: Array,
) -> list[Array]:
    """Log likelihoods of sequences of events, each of which makes later ones of its kind likelier.

    After an event of kind k at time s the intensity of this kind is greater by
    ``alpha[k] * beta[k] * exp(-beta[k] * (t - s))``.

    Parameters
    ----------
    lda : NDArray
        Intensities without events, of shape (batch, kinds).
    alpha, beta : NDArray
        How much an event of a kind excites it, and how fast that decays, of shape (kinds,).
    state : NDArray
        The sums of exp(-beta * age) over earlier events, of shape (batch, kinds).
    lags : NDArray
        Times since the event before, of shape (batch, events).
    marks : NDArray
        The kinds of events, of the same shape.
    valid_length : NDArray
        How many events a sequence has, of shape (batch,).
    max_time : NDArray
        When the observation ends, of shape (batch,).

    Returns
    -------
    NDArray
        Log likelihoods, of shape (batch,).
    NDArray
        The states at the end.

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op = "_contrib_hawkesll"
    _check_shapes(
        op, lda=lda, alpha=alpha, beta=beta, state=state, lags=lags, marks=marks,
        valid_length=valid_length, max_time=max_time,
    )  # fmt: skip
    batch, kinds = lda.shape
    events = lags.shape[1]
    dtype = lda._data.dtype.name
    shares, decays = (F._reshaped(x, shape=(1, kinds)) for x in (alpha, beta))
    zero = F.zeros_like(F._reshaped(lda, shape=(batch, kinds)))
    since, sums, total = zero, state, F.sum(zero, axis=1)  # since the last event of each kind
    now = F.sum(zero, axis=1, keepdims=True)
    for j in range(events):
        lag = F.Cast(F.slice_axis(lags, axis=1, begin=j, end=j + 1), dtype=dtype)
        mark = F.Cast(F.slice_axis(marks, axis=1, begin=j, end=j + 1), dtype="int32")
        kind = F._reshaped(F.one_hot(mark, depth=kinds, dtype=dtype), shape=(batch, kinds))
        there = F._reshaped(F.broadcast_greater(valid_length, float(j)), shape=(batch, 1))
        now = now + F.where(there, lag, F.zeros_like(lag))
        here = F.broadcast_mul(kind, F.Cast(there, dtype=dtype))
        expected, left = _since(lda, shares, decays, sums, F.broadcast_sub(now, since))
        own = F.broadcast_mul(shares * decays, left) + lda
        own = F.sum(own * kind, axis=1)
        gained = F.log(own) - F.sum(expected * kind, axis=1)
        total = total + F.where(F._reshaped(there, shape=(batch,)), gained, F.zeros_like(gained))
        sums = F.where(here, left + 1.0, sums)
        since = F.where(here, F.broadcast_add(zero, now), since)
    end = F._reshaped(F.Cast(max_time, dtype=dtype), shape=(batch, 1))
    expected, left = _since(lda, shares, decays, sums, F.broadcast_sub(end, since))
    return [total - F.sum(expected, axis=1), left]


def _since(
    lda: Array, shares: Array, decays: Array, sums: Array, age: Array
) -> tuple[Array, Array]:
    """The events expected in a time of *age*, and what is left of the sums at its end."""
    left = sums * F.exp(-F.broadcast_mul(decays, age))
    return lda * age + F.broadcast_mul(shares, sums - left), left


def _check_shapes(op: str, **arrays: Array) -> None:
    lda, lags = arrays["lda"].shape, arrays["lags"].shape
    if len(lda) != 2 or len(lags) != 2:
        raise MXNetError(
            f"Operator {op}: lda and lags have shapes {list(lda)} and {list(lags)}, expected "
            "(batch, kinds) and (batch, events)"
        )
    batch, kinds = lda
    expected = {
        "alpha": (kinds,), "beta": (kinds,), "state": lda, "lags": (batch, lags[1]), "marks": lags,
        "valid_length": (batch,), "max_time": (batch,),
    }  # fmt: skip
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise MXNetError(
                f"Operator {op}: {name} has shape {list(arrays[name].shape)}, expected "
                f"{list(shape)}"
            )
