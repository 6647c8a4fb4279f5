"""Connectionist temporal classification: the loss of a sequence of labels without positions."""

from __future__ import annotations

import numpy as np

from ...base import MXNetError, wide_dtype
from ...tape import Array
from .. import inference
from ..axes import choice, flag
from ..composite import composite
from ..declare import elementwise
from ..parts import cast_to
from ..products import show
from ..table import F, Sample

_NEVER = -1e30
"""The logarithm of no probability: finite, so that differences of two are numbers."""


def _check(
    data: Array, label: Array, data_lengths: Array | None, label_lengths: Array | None
) -> None:
    if len(data.shape) != 3 or len(label.shape) != 2 or 0 in (*data.shape, label.shape[1]):
        raise MXNetError(
            f"Operator CTCLoss: data and label have shapes {show(data.shape)} and "
            f"{show(label.shape)}, expected (steps, batch, classes) and (batch, labels), none 0"
        )
    steps, batch, _ = data.shape
    if label.shape[0] != batch or label.shape[1] > steps:
        raise MXNetError(
            f"Operator CTCLoss: argument label has shape {show(label.shape)}, expected "
            f"({batch},labels) with {steps} labels at most"
        )
    for name, x in (("data_lengths", data_lengths), ("label_lengths", label_lengths)):
        if x is not None and x.shape != (batch,):
            raise MXNetError(
                f"Operator CTCLoss: argument {name} has shape {show(x.shape)}, expected ({batch},)"
            )


def _column(x: Array, i: int) -> Array:
    return F.slice_axis(x, axis=1, begin=i, end=i + 1)


def _is_label(label: Array, lengths: Array | None, padding: int) -> Array:
    """1 for labels before the first padding, or before the given lengths, else 0."""
    count = label.shape[1]
    if lengths is not None:
        places = F.zeros_like(label) + F._positions(label, axis=1).astype(label.dtype)
        return F.broadcast_lesser(places, F.expand_dims(lengths, axis=1))
    given = F.broadcast_not_equal(label, padding)
    columns = [_column(given, 0)]
    for i in range(1, count):
        columns.append(columns[-1] * _column(given, i))
    return F.Concat(*columns, dim=1)


def _between(blank: Array, x: Array) -> Array:
    """The columns of x with *blank*, one column, around each."""
    batch, count = x.shape
    blanks = F._expand(blank, shape=(batch, count))
    pairs = F._reshaped(F.stack(blanks, x, axis=2), shape=(batch, 2 * count))
    return F.Concat(pairs, blank, dim=1)


_TOP = "maximum(maximum(a, b), c)"
_TOTAL = f"(exp(a - {_TOP}) + exp(b - {_TOP}) + exp(c - {_TOP}))"

elementwise(
    "_log_sum_exp",
    "a b c",
    f"{_TOP} + log({_TOTAL})",
    {x: f"g / {_TOTAL} * exp({x} - {_TOP})" for x in "abc"},
    samples=(Sample(((2, 3), (2, 3), (2, 3))),),
    doc="log(exp(a) + exp(b) + exp(c)), where no exponential overflows.",
)


def _allowed(condition: Array) -> Array:
    """0 where a condition is 1, else the logarithm of no probability."""
    return (1 - condition) * _NEVER


@composite(
    "CTCLoss",
    takes=inference.when(data_lengths="use_data_lengths", label_lengths="use_label_lengths"),
    results=("output0",),
    aliases=("ctc_loss", "_contrib_CTCLoss", "_contrib_ctc_loss"),
    samples=(
        Sample(((3, 2, 3), [[1, 2], [1, 1]])),
        Sample(
            ((3, 1, 2), [[0, 0]], [2], [1]),
            {"use_data_lengths": True, "use_label_lengths": True, "blank_label": "last"},
        ),
    ),
)
def _ctc_loss(
    data: Array,
    label: Array,
    data_lengths: Array | None = None,
    label_lengths: Array | None = None,
    *,
    use_data_lengths: bool = False,
    use_label_lengths: bool = False,
    blank_label: str = "first",
) -> Array:
    """Minus the logarithm of the probability that steps spell labels, blanks and repeats left out.

    The probability is the sum over all ways to do so, by the forward recursion in logarithms.

    Parameters
    ----------
    data : NDArray of shape (steps, batch, classes)
        Scores, of which the softmax is taken.
    label : NDArray of shape (batch, labels)
        Classes, in a row up to its length or to the first padding.
    data_lengths, label_lengths : NDArray of shape (batch,)
        Used if *use_data_lengths* and *use_label_lengths* say so.
    blank_label : {'first', 'last'}
        Which class is the blank.  Padding is 0 if it is the first, -1 if it is the last.

    Returns
    -------
    NDArray of shape (batch,)
        0 where there are too few steps for the labels.

    Raises
    ------
    MXNetError
        If a shape does not fit, or lengths are used and not given.

    References
    ----------
    Graves et al. 2006, "Connectionist temporal classification".
    """
    choice("CTCLoss", "blank_label", blank_label, ("first", "last"))
    by_data = flag("CTCLoss", "use_data_lengths", use_data_lengths)
    by_label = flag("CTCLoss", "use_label_lengths", use_label_lengths)
    if by_label and not by_data and label_lengths is None:
        data_lengths, label_lengths = None, data_lengths  # the third input of such a call
    data_lengths = data_lengths if by_data else None
    label_lengths = label_lengths if by_label else None
    for name, used, x in (
        ("data_lengths", by_data, data_lengths),
        ("label_lengths", by_label, label_lengths),
    ):
        if used and x is None:
            raise MXNetError(f"Operator CTCLoss: use_{name}=True, but {name} is missing")
    _check(data, label, data_lengths, label_lengths)
    steps, batch, classes = data.shape
    dtype = data.dtype
    data = cast_to(data, wide_dtype(np.dtype(dtype)))
    if data_lengths is not None:
        data_lengths = F.Cast(data_lengths, dtype=data.dtype)
        # What lies behind the end may be no number; it takes no part in the loss or its gradient.
        data = F.SequenceMask(data, data_lengths, use_sequence_length=True)
    first = blank_label == "first"
    blank_class = 0 if first else classes - 1
    labels = F.BlockGrad(F.Cast(label, dtype=data.dtype))
    if label_lengths is not None:
        label_lengths = F.Cast(label_lengths, dtype=data.dtype)
    given = _is_label(labels, label_lengths, 0 if first else -1)
    labels = F.where(given, labels, F.zeros_like(labels) + blank_class)
    blank = F.zeros_like(_column(labels, 0)) + blank_class
    states = _between(blank, labels)
    # A step may go on from the label before the last blank, unless the two are equal.
    skips = F.zeros_like(_column(labels, 0))
    if labels.shape[1] > 1:
        earlier = F.slice_axis(labels, axis=1, begin=0, end=labels.shape[1] - 1)
        later = F.slice_axis(labels, axis=1, begin=1, end=labels.shape[1])
        skips = F.Concat(skips, F.broadcast_not_equal(earlier, later), dim=1)
    skip = _allowed(_between(F.zeros_like(blank), skips))
    # log p of each state: products with rows of one 1.
    picked = F.one_hot(states, depth=classes, dtype=data.dtype)
    logs = F.transpose(F.log_softmax(data, axis=2), axes=(1, 0, 2))
    emitted = F.batch_dot(logs, picked, transpose_b=True)
    number = F.zeros_like(states) + F._positions(states, axis=1).astype(data.dtype)
    reached = _allowed(F.broadcast_lesser(number, 2))
    parts = F.SliceChannel(emitted, num_outputs=steps, axis=1, squeeze_axis=True)
    parts = [parts] if steps == 1 else list(parts)
    reached = reached + parts[0]
    count = states.shape[1]
    never = F.zeros_like(F.slice_axis(states, axis=1, begin=0, end=2)) + _NEVER
    for t, now in enumerate(parts[1:], 1):
        behind = F.Concat(never, reached, dim=1)  # two columns that are never reached, then all
        one = F.slice_axis(behind, axis=1, begin=1, end=count + 1)
        two = F.slice_axis(behind, axis=1, begin=0, end=count)
        following = F._log_sum_exp(reached, one, two + skip) + now
        if data_lengths is not None:
            goes_on = F.broadcast_greater(data_lengths, t)
            wide = F._expand(F.expand_dims(goes_on, axis=1), shape=states.shape)
            following = F.where(wide, following, reached)
        reached = following
    last = 2 * F.sum(given, axis=1, keepdims=True)
    ends = F.broadcast_greater_equal(number, last - 1) * F.broadcast_lesser_equal(number, last)
    found = reached + _allowed(ends)
    top = F.BlockGrad(F.max(found, axis=1, keepdims=True))
    total = top + F.log(F.sum(F.exp(found - top), axis=1, keepdims=True))
    total = F._reshaped(total, shape=(batch,))
    possible = F.broadcast_greater(total, _NEVER / 2)
    loss = F.where(possible, -total, F.zeros_like(total))
    return loss if dtype == data.dtype else F.Cast(loss, dtype=dtype)
