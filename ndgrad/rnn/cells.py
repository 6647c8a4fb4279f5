"""Recurrent cells as symbols: plain, LSTM and GRU, and whole networks in one operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import initializer, nd, symbol
from ..base import Shape
from ..nd import NDArray
from ..symbol import Symbol
from .base_cell import BaseRNNCell, Inputs, RNNParams, StateInfo, States, sequence
from .composed import BidirectionalCell, DropoutCell, SequentialRNNCell
from .steps import Activation, GatedCell, GRUStep, LSTMStep, RNNStep

if TYPE_CHECKING:
    from ..typing import InitializerLike, MaybeMany


class _DenseCell(GatedCell):
    """A cell whose gates are layers of the input and of the state.

    Parameters
    ----------
    num_hidden : int
    prefix : str
    params : RNNParams, optional
    activation : str or callable
    init_bias : Initializer, optional
        Of the input's bias.
    """

    _layout = "NC"
    _axis = 1

    def __init__(
        self,
        num_hidden: int,
        prefix: str,
        params: RNNParams | None,
        activation: Activation = "tanh",
        init_bias: InitializerLike = None,
    ) -> None:
        super().__init__(prefix, params)
        self._num_hidden = num_hidden
        self._activation = activation
        self._weights = self._variables(init_bias)

    @property
    def _state_shape(self) -> Shape:
        return (0, self._num_hidden)

    def _layers(self, inputs: Symbol, state: Symbol, name: str) -> tuple[Symbol, Symbol]:
        size = self._num_hidden * len(self._gate_names)
        of_input, of_state = (
            symbol.FullyConnected(
                x, weights.weight, weights.bias, num_hidden=size, name=name + group
            )
            for x, weights, group in zip(
                (inputs, state), self._weights, ("i2h", "h2h"), strict=True
            )
        )
        return of_input, of_state


class RNNCell(RNNStep, _DenseCell):
    """``h' = activation(W x + b + U h + c)``.

    Parameters
    ----------
    num_hidden : int
        The length of the state.
    activation : str
        Of `Activation`, or a function of a symbol and ``name``.
    prefix : str
    params : RNNParams, optional
    """

    def __init__(
        self,
        num_hidden: int,
        activation: Activation = "tanh",
        prefix: str = "rnn_",
        params: RNNParams | None = None,
    ) -> None:
        super().__init__(num_hidden, prefix, params, activation)


class LSTMCell(LSTMStep, _DenseCell):
    """``c' = f c + i g, h' = o tanh(c')``; ``i, f, o`` are sigmoids, ``g`` a tanh.

    S. Hochreiter, J. Schmidhuber, "Long short-term memory", 1997.

    Parameters
    ----------
    num_hidden : int
        The length of the states ``h`` and ``c``.
    prefix : str
    params : RNNParams, optional
    forget_bias : float
        What the bias of ``f`` begins with.
    """

    def __init__(
        self,
        num_hidden: int,
        prefix: str = "lstm_",
        params: RNNParams | None = None,
        forget_bias: float = 1.0,
    ) -> None:
        bias = initializer.LSTMBias(forget_bias=forget_bias)
        super().__init__(num_hidden, prefix, params, init_bias=bias)


class GRUCell(GRUStep, _DenseCell):
    """``h' = (1 - z) tanh(W x + r (U h)) + z h``; ``r, z`` are sigmoids.

    The form of cuDNN; K. Cho et al., "Learning phrase representations using RNN encoder-decoder",
    2014.

    Parameters
    ----------
    num_hidden : int
        The length of the state.
    prefix : str
    params : RNNParams, optional
    """

    def __init__(
        self, num_hidden: int, prefix: str = "gru_", params: RNNParams | None = None
    ) -> None:
        super().__init__(num_hidden, prefix, params)


class FusedRNNCell(BaseRNNCell):
    """Several layers, in one direction or both, as one operator: `RNN`.

    Parameters
    ----------
    num_hidden : int
    num_layers : int
    mode : {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}
    bidirectional : bool
    dropout : float
        The fraction of outputs that are zeroed between layers.
    get_next_state : bool
        Whether `unroll` returns the states after the last step.
    forget_bias : float
        What the bias of an LSTM's forget gates begins with.
    prefix : str, optional
        ``<mode>_`` by default.
    params : RNNParams, optional
    """

    _MODES = {
        "rnn_relu": ("",),
        "rnn_tanh": ("",),
        "lstm": ("_i", "_f", "_c", "_o"),
        "gru": ("_r", "_z", "_o"),
    }

    def __init__(
        self,
        num_hidden: int,
        num_layers: int = 1,
        mode: str = "lstm",
        bidirectional: bool = False,
        dropout: float = 0.0,
        get_next_state: bool = False,
        forget_bias: float = 1.0,
        prefix: str | None = None,
        params: RNNParams | None = None,
    ) -> None:
        super().__init__(f"{mode}_" if prefix is None else prefix, params)
        if mode not in self._MODES:
            raise ValueError(f"FusedRNNCell: mode={mode!r}; expected one of {list(self._MODES)}")
        self._num_hidden = num_hidden
        self._num_layers = num_layers
        self._mode: Any = mode  # one of those literals
        self._bidirectional = bidirectional
        self._dropout = dropout
        self._get_next_state = get_next_state
        self._directions = ["l", "r"] if bidirectional else ["l"]
        init = initializer.FusedRNN(None, num_hidden, num_layers, mode, bidirectional, forget_bias)
        self._parameter = self._params.get("parameters", init=init)

    @property
    def state_info(self) -> list[StateInfo]:
        count = len(self._directions) * self._num_layers
        info: StateInfo = {"shape": (count, 0, self._num_hidden), "__layout__": "LNC"}
        return [info.copy() for _ in range(2 if self._mode == "lstm" else 1)]

    @property
    def _gate_names(self) -> Sequence[str]:
        return self._MODES[self._mode]

    def _shapes(self, num_input: int) -> list[tuple[str, Shape]]:
        """Names and shapes of the gates' arrays, in the order of the operator's parameters."""
        h, found = self._num_hidden, []
        groups = [
            (f"{self._prefix}{direction}{layer}_{group}{gate}", layer, group)
            for layer in range(self._num_layers)
            for direction in self._directions
            for group in ("i2h", "h2h")
            for gate in self._gate_names
        ]
        for name, layer, group in groups:
            width = h * len(self._directions) if layer else num_input
            found.append((f"{name}_weight", (h, h if group == "h2h" else width)))
        return found + [(f"{name}_bias", (h,)) for name, _, _ in groups]

    def unpack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        found = dict(args)
        parameters = found.pop(f"{self._parameter.name}")
        h, both = self._num_hidden, len(self._directions)
        per_gate = parameters.size // both // h // len(self._gate_names)
        num_input = per_gate - (self._num_layers - 1) * (h + both * h + 2) - h - 2
        start = 0
        for name, shape in self._shapes(num_input):
            end = start + shape[0] * (shape[1] if len(shape) > 1 else 1)
            found[name] = parameters[start:end].reshape(shape).copy()
            start = end
        if start != parameters.size:
            raise AssertionError(
                f"unpack_weights: {self._parameter.name} has {parameters.size} elements; "
                f"this cell has {start}"
            )
        return found

    def pack_weights(self, args: Mapping[str, NDArray]) -> dict[str, NDArray]:
        found = dict(args)
        first = found[f"{self._prefix}l0_i2h{self._gate_names[0]}_weight"]
        parts = [found.pop(name).reshape((-1,)) for name, _ in self._shapes(first.shape[1])]
        found[f"{self._parameter.name}"] = nd.concat(*parts, dim=0)
        return found

    def __call__(self, inputs: Symbol, states: States) -> tuple[Symbol, States]:
        raise NotImplementedError("FusedRNNCell cannot be stepped. Please use unroll")

    def unroll(
        self,
        length: int,
        inputs: Inputs,
        begin_state: States | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Symbol | MaybeMany, States]:
        self.reset()
        whole, axis = sequence(length, inputs, layout, True)
        if axis == 1:
            whole = symbol.swapaxes(whole, dim1=0, dim2=1)
        states = self.begin_state() if begin_state is None else begin_state
        given: dict[str, Any] = dict(zip(("state", "state_cell"), states, strict=False))
        if self._get_next_state:
            given["attr"] = {"__layout__": "LNC"}
        result = symbol.RNN(
            data=whole,
            parameters=self._parameter,
            state_size=self._num_hidden,
            num_layers=self._num_layers,
            bidirectional=self._bidirectional,
            p=self._dropout,
            state_outputs=self._get_next_state,
            mode=self._mode,
            name=f"{self._prefix}rnn",
            **given,
        )
        outputs: Symbol = result
        after: States = []
        if self._get_next_state:
            outputs, *after = list(result)
        if axis == 1:
            outputs = symbol.swapaxes(outputs, dim1=0, dim2=1)
        return sequence(length, outputs, layout, merge_outputs)[0], after

    def unfuse(self) -> SequentialRNNCell:
        """The same network of a cell for each layer; `unpack_weights` has its parameters."""
        stack = SequentialRNNCell()
        for i in range(self._num_layers):
            cells = [self._cell(f"{self._prefix}{direction}{i}_") for direction in self._directions]
            if self._bidirectional:
                prefix = f"{self._prefix}bi_l{i}_"
                stack.add(BidirectionalCell(cells[0], cells[1], output_prefix=prefix))
            else:
                stack.add(cells[0])
            if self._dropout > 0 and i != self._num_layers - 1:
                stack.add(DropoutCell(self._dropout, prefix=f"{self._prefix}_dropout{i}_"))
        return stack

    def _cell(self, prefix: str) -> BaseRNNCell:
        if self._mode == "lstm":
            return LSTMCell(self._num_hidden, prefix)
        if self._mode == "gru":
            return GRUCell(self._num_hidden, prefix)
        return RNNCell(self._num_hidden, self._mode.removeprefix("rnn_"), prefix)
