"""Facts of definitions that symbols ask for: inputs by parameters, shapes that follow from others.

Rules of shapes take what their parameters name (see `Op.infer`): a shape is None where nothing is
known of it, and a length in it 0 where that is not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeAlias

from ..base import Shape
from .axes import flag, integer, integers
from .table import Params

Known: TypeAlias = Shape | None
"""What is known of a shape."""

Shapes: TypeAlias = Mapping[str, Any]
"""What follows, by name."""


def bias(params: Params) -> tuple[str, ...]:
    """The bias, unless it is left out."""
    return () if flag("symbol", "no_bias", params["no_bias"]) else ("bias",)


def when(**names: str) -> Callable[[Params], Collection[str]]:
    """Inputs that are there if a parameter is set: ``when(sequence_length="use_...")``."""

    def takes(params: Params) -> Collection[str]:
        return [name for name, key in names.items() if flag("symbol", key, params[key])]

    return takes


def length(shape: Known, axis: int) -> int:
    """The length of an axis, 0 where it is not known."""
    return shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else 0


def alike(data: Known, y: Known) -> Shapes:
    """The result has the shape of the only input."""
    return {"data": y, "y": data}


def label_of_rows(data: Known, y: Known) -> Shapes:
    """A label for each row of a matrix."""
    return {"label": (length(data, 0),), "data": y, "y": data}


def per_channel(*names: str, axis: int = 1) -> Callable[[Known, Known], Shapes]:
    """Vectors with a number for each index of an axis; the result is like the first input."""

    def infer(data: Known, y: Known) -> Shapes:
        return {**dict.fromkeys(names, (length(data, axis),)), **alike(data, y)}

    return infer


def per_index(*names: str) -> Callable[[Known, Known, int], Shapes]:
    """The same for the axis that is a parameter."""

    def infer(data: Known, y: Known, axis: int) -> Shapes:
        return per_channel(*names, axis=integer("symbol", "axis", axis))(data, y)

    return infer


def picked(data: Known, axis: int | None) -> Shapes:
    """An index for each position of the other axes."""
    if data is None or axis is None:
        return {}
    at = integer("pick", "axis", axis) % max(1, len(data))
    return {"index": (*data[:at], *data[at + 1 :]) or (1,)}


def lengths_of_sequences(data: Known, axis: int) -> Shapes:
    """A length for each sequence, which lie along an axis, 0 or 1."""
    return {"sequence_length": (length(data, 1 - integer("symbol", "axis", axis)),)}


def dense(data: Known, y: Known, num_hidden: int, flatten: bool) -> Shapes:
    """`FullyConnected`."""
    hidden = integer("FullyConnected", "num_hidden", num_hidden)
    known: dict[str, Known] = {"bias": (hidden,), "weight": (hidden, 0)}
    if data:
        flat = flag("FullyConnected", "flatten", flatten)
        rows = data[:1] if flat else data[:-1]
        known["weight"] = (hidden, math.prod(data[1:]) if flat else data[-1])
        known["y"] = (*rows, hidden)
        if y is not None and len(y) == len(rows) + 1:
            known["data"] = (*y[:-1], *data[len(rows) :])
    return known


def _is_last(layout: str | None) -> bool:
    return bool(layout) and str(layout).endswith("C")


def _weight(
    rows: int, columns: int, kernel: Sequence[int], group: int, layout: str | None
) -> Shape:
    """The weight of a convolution: *columns* of them are split into groups."""
    places = integers("Convolution", "kernel", kernel)
    own = columns // integer("Convolution", "num_group", group)
    return (rows, *places, own) if _is_last(layout) else (rows, own, *places)


def convolution(
    data: Known,
    y: Known,
    kernel: Sequence[int],
    num_filter: int,
    num_group: int,
    layout: str | None,
) -> Shapes:
    """`Convolution`."""
    filters = integer("Convolution", "num_filter", num_filter)
    channels = length(data, -1 if _is_last(layout) else 1)
    return {
        "data": data and (length(y, 0), *data[1:]),
        "weight": _weight(filters, channels, kernel, num_group, layout),
        "bias": (filters,),
    }


def deconvolution(
    data: Known,
    y: Known,
    kernel: Sequence[int],
    num_filter: int,
    num_group: int,
    layout: str | None,
) -> Shapes:
    """`Deconvolution`."""
    filters = integer("Deconvolution", "num_filter", num_filter)
    channels = length(data, -1 if _is_last(layout) else 1)
    return {
        "data": data and (length(y, 0), *data[1:]),
        "weight": _weight(channels, filters, kernel, num_group, layout),
        "bias": (filters,),
    }


def deformable(
    data: Known,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    num_filter: int,
    num_group: int,
    num_deformable_group: int,
) -> Shapes:
    """Deformable convolutions: offsets, and masks, at each place of a result."""
    op = "DeformableConvolution"
    taps = integers(op, "kernel", kernel)
    groups = integer(op, "num_deformable_group", num_deformable_group) * math.prod(taps)
    own: list[int] = []
    for i, k in enumerate(taps):
        n = length(data, 2 + i)
        step, wide, around = (
            (integers(op, name, given) or (other,) * len(taps))[i]
            for name, given, other in (
                ("stride", stride, 1),
                ("dilate", dilate, 1),
                ("pad", pad, 0),
            )
        )
        own.append((n + 2 * around - wide * (k - 1) - 1) // step + 1 if n else 0)
    places = (length(data, 0), groups, *own)
    return {
        **convolution(data, None, kernel, num_filter, num_group, None),
        "offset": (places[0], 2 * groups, *own),
        "mask": places,
    }


def embedding(data: Known, input_dim: int, output_dim: int) -> Shapes:
    """`Embedding`."""
    width = integer("Embedding", "output_dim", output_dim)
    known: dict[str, Known] = {"weight": (integer("Embedding", "input_dim", input_dim), width)}
    if data is not None:
        known["y"] = (*data, width)
    return known


def softmax_label(data: Known, y: Known, multi_output: bool) -> Shapes:
    """`SoftmaxOutput`: a label for each row of probabilities."""
    known = dict(alike(data, y))
    if data is not None:
        several = flag("SoftmaxOutput", "multi_output", multi_output)
        known["label"] = (data[0], math.prod(data[2:])) if several else data[:-1]
    return known


def regression_label(data: Known, y: Known) -> Shapes:
    """A label for each element; a column of data may have labels of one axis."""
    known = dict(alike(data, y))
    if data is not None:
        known["label"] = data[:1] if len(data) == 2 and data[1] == 1 else data
    return known


def recurrent(
    data: Known,
    state_size: int,
    num_layers: int,
    bidirectional: bool,
    mode: str,
    projection_size: int | None,
) -> Shapes:
    """`RNN`: parameters and states."""
    units, layers = (
        integer("RNN", "state_size", state_size),
        integer("RNN", "num_layers", num_layers),
    )
    directions = 2 if flag("RNN", "bidirectional", bidirectional) else 1
    size = integer("RNN", "projection_size", projection_size) if projection_size else units
    gates, batch, inputs = {"lstm": 4, "gru": 3}.get(mode, 1), length(data, 1), length(data, 2)
    count = 0
    for layer in range(layers):
        read = directions * size if layer else inputs
        count += directions * (
            gates * units * (read + size + 2) + (units * size if projection_size else 0)
        )
    cells = (layers * directions, batch, units)
    return {
        "parameters": (count if inputs else 0,),
        "state": (layers * directions, batch, size),
        "state_cell": cells if mode == "lstm" else (batch,),
        "sequence_length": (batch,),
    }


def packed(data: Sequence[Known], y: Known, dim: int) -> Shapes:
    """`_rnn_param_concat` of vectors: those that are not known have equal parts of what is left.

    These are the weights of the first layer's inputs, one for each direction.
    """
    if integer("_rnn_param_concat", "dim", dim) or any(x and len(x) != 1 for x in data):
        return {}
    lengths = [length(x, 0) for x in data]
    missing = lengths.count(0)
    if not missing or not length(y, 0):
        return {}
    part, rest = divmod(length(y, 0) - sum(lengths), missing)
    return {} if rest or part < 1 else {"data": [(n or part,) for n in lengths]}


def reshaped(data: Known, y: Known) -> Shapes:
    """`Reshape`: the one length that is not known, from the size of the result."""
    if not data or not y or data.count(0) != 1 or 0 in y:
        return {}
    missing, rest = divmod(math.prod(y), math.prod(n for n in data if n))
    return {} if rest else {"data": tuple(n or missing for n in data)}


def all_alike(args: Sequence[Known], y: Known) -> Shapes:
    """The inputs and the result have one shape."""
    return {"args": [y] * len(args), "y": next((x for x in args if x is not None), None)}


def upsampling(data: Sequence[Known], scale: int, sample_type: str) -> Shapes:
    """`UpSampling`, whose second input is the weight of a deconvolution if it is bilinear."""
    if sample_type != "bilinear":
        return {}
    times = integer("UpSampling", "scale", scale)
    width = 2 * times - times % 2
    return {"data": [None, (length(data[0], 1), 1, width, width)]}
