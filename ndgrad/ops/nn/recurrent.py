"""Recurrent networks of several layers, in one direction or both, with packed parameters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import prod
from typing import NamedTuple

from ...base import MXNetError, Shape
from ...tape import Array
from .. import inference
from ..axes import choice, flag, number, positive
from ..composite import composite
from ..declare import operator
from ..products import show
from ..table import F, Params, Result, Sample

_OP = "RNN"
_GATES = {"gru": 3, "lstm": 4, "rnn_relu": 1, "rnn_tanh": 1}


class _Network(NamedTuple):
    """The parameters of a call, checked."""

    mode: str
    layers: int
    directions: int
    units: int
    projection: int | None
    dropout: float
    clip: Params
    states: bool

    @property
    def size(self) -> int:
        """Of the output of one direction."""
        return self.projection or self.units

    def shapes(self, inputs: int) -> list[list[Shape]]:
        """For each layer and direction the shapes of its weights, then of its two biases."""
        width = _GATES[self.mode] * self.units
        found = []
        for i in range(self.layers * self.directions):
            columns = inputs if i < self.directions else self.size * self.directions
            weights: list[Shape] = [(width, columns), (width, self.size)]
            if self.projection is not None:
                weights.append((self.projection, self.units))
            found.append([*weights, (width,), (width,)])
        return found


def _network(
    mode: str,
    num_layers: object,
    bidirectional: object,
    state_size: object,
    projection_size: object,
    p: object,
    clip: Sequence[float | None],
    clip_nan: object,
    state_outputs: object,
) -> _Network:
    choice(_OP, "mode", mode, tuple(_GATES))
    projection = None
    if projection_size is not None:
        if mode != "lstm":
            raise MXNetError(f"Operator {_OP}: projection_size is for mode 'lstm', got {mode!r}")
        projection = positive(_OP, "projection_size", projection_size)
    dropout = float(number(_OP, "p", p))
    if not 0.0 <= dropout <= 1.0:
        raise MXNetError(f"Operator {_OP}: value {dropout:g} for Parameter p exceed bound [0,1]")
    limits: dict[str, float | None] = {
        name: None if x is None else float(number(_OP, f"lstm_state_{name}", x))
        for name, x in zip(("clip_min", "clip_max"), clip, strict=True)
    }
    limits["clip_nan"] = flag(_OP, "lstm_state_clip_nan", clip_nan)
    return _Network(
        mode,
        positive(_OP, "num_layers", num_layers),
        2 if flag(_OP, "bidirectional", bidirectional) else 1,
        positive(_OP, "state_size", state_size),
        projection,
        dropout,
        limits,
        flag(_OP, "state_outputs", state_outputs),
    )


def _check(network: _Network, data: Array, parameters: Array, states: Sequence[Array]) -> None:
    if len(data.shape) != 3 or not data.shape[0]:
        raise MXNetError(
            f"Operator {_OP}: argument data has shape {show(data.shape)}, expected "
            "(steps, batch, inputs) with a step or more"
        )
    first = network.layers * network.directions, data.shape[1]
    total = sum(prod(shape) for shapes in network.shapes(data.shape[2]) for shape in shapes)
    expected = [("parameters", parameters, (total,)), ("state", states[0], (*first, network.size))]
    if len(states) > 1:
        expected.append(("state_cell", states[1], (*first, network.units)))
    given = (
        f"mode={network.mode!r}, num_layers={network.layers}, state_size={network.units}, "
        f"bidirectional={network.directions == 2}, projection_size={network.projection}"
    )
    for name, x, shape in expected:
        if x.shape != shape:
            raise MXNetError(
                f"Operator {_OP}: argument {name}: Shape inconsistent, Provided = "
                f"{show(x.shape)}, inferred shape={show(shape)} for {given}"
            )


@operator(
    "_pieces",
    visible=lambda params: len(params["shapes"]),
    linear=("data",),
    traceable=True,
    is_view=True,
    vjp=lambda grads: F.Concat(*[F._reshaped(g, shape=(prod(g.shape),)) for g in grads], dim=0),
    outputs="*y",
    samples=(Sample(((7,),), {"shapes": ((2, 2), (3,))}),),
)
def _pieces(data: Array, *, shapes: Sequence[Shape]) -> list[Result]:
    """Views of a vector's elements as arrays of these shapes, one behind the other."""
    ends = [0, *accumulate(map(prod, shapes))]
    if len(data._shape) != 1 or ends[-1] != data._data.size or min(ends) < 0:
        raise MXNetError(
            f"Operator _pieces: data has shape {show(data._shape)}, expected ({ends[-1]},) for "
            f"shapes={shapes}"
        )
    return [
        (data._data[begin:end], shape)
        for (begin, end), shape in zip(pairwise(ends), shapes, strict=True)
    ]


def _unpacked(network: _Network, parameters: Array, inputs: int) -> list[list[Array]]:
    """For each layer and direction i2h_weight, h2h_weight[, h2r_weight], i2h_bias, h2h_bias.

    All weights come before all biases.
    """
    shapes = network.shapes(inputs)
    weights = [shape for own in shapes for shape in own[:-2]]
    biases = [shape for own in shapes for shape in own[-2:]]
    pieces = iter(F._pieces(parameters, shapes=(*weights, *biases)))
    found = [[next(pieces) for _ in own[:-2]] for own in shapes]
    return [[*own, next(pieces), next(pieces)] for own in found]


def _direction(
    network: _Network, x: Array, arrays: Sequence[Array], states: Sequence[Array], number: int
) -> list[Array]:
    """The outputs of all steps of one layer in one direction, and the cells for an LSTM."""
    i2h_weight, h2h_weight, *projection, i2h_bias, h2h_bias = arrays
    first = [F._reshaped(F.slice_axis(s, axis=0, begin=number, end=number + 1), shape=s.shape[1:])
             for s in states]  # fmt: skip
    inputs = (x, i2h_weight, h2h_weight, i2h_bias, h2h_bias, *first)
    if network.mode == "lstm":
        return list(F._lstm_layer(*inputs, *projection, **network.clip))
    if network.mode == "gru":
        return [F._gru_layer(*inputs)]
    return [F._rnn_layer(*inputs, activation=network.mode[4:])]


def _states(params: Params) -> list[str]:
    cells = ["state_cell"] if params["mode"] == "lstm" else []
    return [*cells, "sequence_length"] if params["use_sequence_length"] else cells


def _reference_sizes(inputs: int, units: int, gates: int, projection: int = 0) -> int:
    size = projection or units
    return gates * units * (inputs + size + 2) + projection * units


@composite(
    _OP,
    takes=_states,
    infer=inference.recurrent,
    results=("output", "state_output", "statecell_output"),
    domain=(-1.0, 1.0),
    outputs=("y", "h", "c"),
    visible=lambda params: (3 if params["mode"] == "lstm" else 2) if params["state_outputs"] else 1,
    samples=(
        Sample(
            ((3, 2, 2), (_reference_sizes(2, 1, 4) * 2,), (2, 2, 1), (2, 2, 1)),
            {
                "state_size": 1,
                "num_layers": 1,
                "mode": "lstm",
                "bidirectional": True,
                "state_outputs": True,
            },
        ),
        Sample(
            ((2, 1, 2), (_reference_sizes(2, 2, 3) + _reference_sizes(2, 2, 3),), (2, 1, 2)),
            {"state_size": 2, "num_layers": 2, "mode": "gru"},
        ),
    ),
)
def _rnn(
    data: Array,
    parameters: Array,
    state: Array,
    state_cell: Array | None = None,
    sequence_length: Array | None = None,
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
    """Recurrent layers, each of which reads the outputs of the one before it.

    Parameters
    ----------
    data : NDArray of shape (steps, batch, inputs)
    parameters : NDArray
        For each layer, and each direction in it, the weights of the input and of the state (and of
        the projection), flat; behind all of them, in the same order, the biases of both.  The rows
        of a weight are those of its gates: input, forget, new, output for 'lstm', reset, update,
        new for 'gru'.
    state, state_cell : NDArray
        The first states, of shape (num_layers * directions, batch, state_size); cells for 'lstm'
        alone.
    sequence_length : NDArray of shape (batch,)
        With *use_sequence_length* the steps of each sequence.  Outputs behind its end are 0, the
        last states are those at its end, and the backward direction begins there.
    state_size : int
    num_layers : int
    bidirectional : bool
        Whether a second network in each layer reads the steps from the last to the first; outputs
        are joined.
    mode : {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}
    p : float
        Dropout of the outputs of each layer but the last, in training.
    state_outputs : bool
        Whether to return the last states too.
    projection_size : int, optional
        For 'lstm': outputs are multiplied by a matrix that makes them this long.
    lstm_state_clip_min, lstm_state_clip_max : float, optional
        The interval to which cells are clipped, if both are given.
    lstm_state_clip_nan : bool
        Whether clipping makes a NaN the lower end.
    use_sequence_length : bool

    Returns
    -------
    NDArray or list of NDArray
        The outputs, of shape (steps, batch, directions * size), with *state_outputs* followed by
        the last states, and by the last cells for 'lstm'.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    clip = (lstm_state_clip_min, lstm_state_clip_max)
    network = _network(
        mode, num_layers, bidirectional, state_size, projection_size, p, clip,
        lstm_state_clip_nan, state_outputs,
    )  # fmt: skip
    uses = flag(_OP, "use_sequence_length", use_sequence_length)
    if mode != "lstm" and uses and sequence_length is None:
        sequence_length = state_cell  # the fourth input of a mode without cells
    if uses and (sequence_length is None or sequence_length.shape != data.shape[1:2]):
        given = None if sequence_length is None else show(sequence_length.shape)
        raise MXNetError(
            f"Operator {_OP}: argument sequence_length has shape {given}, "
            f"expected {show(data.shape[1:2])} with use_sequence_length=True"
        )
    if mode == "lstm" and state_cell is None:
        raise MXNetError(f"Operator {_OP}: argument state_cell is missing, mode is 'lstm'")
    states = [state] if state_cell is None or mode != "lstm" else [state, state_cell]
    _check(network, data, parameters, states)
    lengths = (sequence_length,) if uses else ()
    facts = {"use_sequence_length": uses}
    weights = _unpacked(network, parameters, data.shape[2])
    x, last = data, list[list[Array]]([] for _ in states)
    for layer in range(network.layers):
        if layer and network.dropout:
            x = F.Dropout(x, p=network.dropout)
        outputs = []
        for direction in range(network.directions):
            at = layer * network.directions + direction
            read = F.SequenceReverse(x, *lengths, **facts) if direction else x
            made = _direction(network, read, weights[at], states, at)
            if network.states:
                for kept, values in zip(last, made, strict=True):
                    kept.append(F.SequenceLast(values, *lengths, **facts))
            y = made[0]
            if direction:
                y = F.SequenceReverse(y, *lengths, **facts)
            outputs.append(F.SequenceMask(y, *lengths, **facts) if uses else y)
        x = outputs[0] if len(outputs) == 1 else F.Concat(*outputs, dim=2)
    if not network.states:
        return x
    results = [x, *[F.stack(*kept, axis=0) for kept in last]]
    return F._of_one_node(*results, count=len(results))


@composite(
    "_rnn_param_concat",
    infer=inference.packed,
    samples=(Sample(((2, 3), (2, 1)), {"dim": 1}),),
)
def _rnn_param_concat(*data: Array, dim: int = 1) -> Array:
    """Join arrays along axis *dim*, as `Concat`: the parts of packed parameters of `RNN`."""
    return F.Concat(*data, dim=dim)
