"""Facts of definitions that symbols ask for: inputs by parameters, shapes that follow from others.

Rules of shapes take what their parameters name (see `Op.infer`): a shape is None where nothing is
known of it, and a length in it 0 where that is not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

from ..base import Shape
from .axes import flag, integer, integers
from .table import Params
from .table import Shapes as Shapes

Known: TypeAlias = Shape | None
"""What is known of a shape."""


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
    if not data:
        return {}
    hidden = integer("FullyConnected", "num_hidden", num_hidden)
    flat = flag("FullyConnected", "flatten", flatten)
    rows = data[:1] if flat else data[:-1]
    columns = math.prod(data[1:]) if flat else data[-1]
    known = {"bias": (hidden,), "weight": (hidden, columns), "y": (*rows, hidden)}
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
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
) -> Shapes:
    """`Convolution`."""
    filters = integer("Convolution", "num_filter", num_filter)
    windows = _windows("Convolution", kernel, stride, dilate, pad)
    last = _is_last(layout)
    channels, first = length(data, -1 if last else 1), 1 if last else 2
    if data and len(data) == len(windows) + 2:
        lengths, found = list(data), [0] * len(data)
        lengths[0] = found[0] = data[0] or length(y, 0)
        found[-1 if last else 1] = filters
        for i, window in enumerate(windows, first):
            lengths[i] = data[i] or _placed(length(y, i), *window)
            found[i] = _places(lengths[i], *window)
        data, y = tuple(lengths), tuple(found)
    return {
        "data": data,
        "y": y,
        "weight": _weight(filters, channels, kernel, num_group, layout),
        "bias": (filters,),
    }


def _windows(
    op: str,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
) -> list[tuple[int, int, int, int]]:
    """For each axis of an image: taps, steps between places and between taps, zeros around it."""
    taps = integers(op, "kernel", kernel)
    ones, none = (1,) * len(taps), (0,) * len(taps)
    steps = integers(op, "stride", stride) or ones
    wide, around = integers(op, "dilate", dilate) or ones, integers(op, "pad", pad) or none
    return list(zip(taps, steps, wide, around, strict=False))


def _places(n: int, taps: int, step: int, wide: int, around: int) -> int:
    """How many places a window has on an axis."""
    return max(0, (n + 2 * around - wide * (taps - 1) - 1) // step + 1) if n and step > 0 else 0


def _placed(n: int, taps: int, step: int, wide: int, around: int) -> int:
    """How long an axis is on which a window with steps of 1 has *n* places."""
    return n + wide * (taps - 1) - 2 * around if n and step == 1 else 0


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
    windows = _windows(op, kernel, stride, dilate, pad)
    taps = math.prod(k for k, *_ in windows)
    groups = integer(op, "num_deformable_group", num_deformable_group) * taps
    own = [_places(length(data, 2 + i), *window) for i, window in enumerate(windows)]
    places = (length(data, 0), groups, *own)
    return {
        **convolution(data, None, kernel, num_filter, num_group, None, stride, dilate, pad),
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


def joined(data: Sequence[Known], y: Known, dim: int) -> Shapes:
    """`Concat`: all axes but one are equally long."""
    shapes = [x for x in (*data, y) if x is not None]
    ndim = len(shapes[0]) if shapes else 0
    at = integer("Concat", "dim", dim)
    if any(len(x) != ndim for x in shapes) or not -ndim <= at < ndim:
        return {}
    common = [next((n for n in lengths if n), 0) for lengths in zip(*shapes, strict=True)]
    at %= ndim

    def of_length(n: int) -> Shape:
        return (*common[:at], n, *common[at + 1 :])

    lengths = [length(x, at) for x in data]
    total, missing = length(y, at), lengths.count(0)
    if missing == 1 and total > sum(lengths):
        lengths[lengths.index(0)] = total - sum(lengths)
    return {
        "data": [of_length(n) for n in lengths],
        "y": of_length(0 if 0 in lengths else sum(lengths)),
    }


def split(y: Sequence[Known], num_outputs: int, axis: int, squeeze_axis: bool) -> Shapes:
    """`SliceChannel`: what is cut, from one of its parts."""
    part = next((x for x in y if x is not None), None)
    if part is None:
        return {}
    count, at = (
        integer("SliceChannel", "num_outputs", num_outputs),
        integer("SliceChannel", "axis", axis),
    )
    squeezed = flag("SliceChannel", "squeeze_axis", squeeze_axis)
    ndim = len(part) + squeezed
    if not -ndim <= at < ndim:
        return {}
    at %= ndim
    if squeezed:
        return {"data": (*part[:at], count, *part[at:])}
    return {"data": (*part[:at], count * part[at], *part[at + 1 :])}


def transposed(data: Known, y: Known, axes: Sequence[int] | None) -> Shapes:
    """`transpose`."""
    known = y if data is None else data
    if known is None:
        return {}
    ndim = len(known)
    order = integers("transpose", "axes", axes or ()) or tuple(range(ndim))[::-1]
    order = tuple([a % ndim for a in order if -ndim <= a < ndim])
    if sorted(order) != list(range(ndim)):
        return {}
    found: dict[str, Known] = {}
    if data is not None:
        found["y"] = tuple([data[a] for a in order])
    if y is not None and len(y) == ndim:
        found["data"] = tuple([y[order.index(i)] for i in range(ndim)])
    return found


def expanded(y: Known, axis: int) -> Shapes:
    """`expand_dims`: what gets a new axis, from the result."""
    at = integer("expand_dims", "axis", axis)
    if not y or not -len(y) <= at < len(y):
        return {}
    at %= len(y)
    return {"data": (*y[:at], *y[at + 1 :])}
