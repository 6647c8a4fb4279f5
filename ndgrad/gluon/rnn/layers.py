"""`RNN`, `LSTM` and `GRU`: whole sequences through layers of cells, by one operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, overload

from ... import nd, symbol
from ...base import ArgumentValueError, DTypeLike, Shape, public_names
from ...nd import NDArray
from ...symbol import Symbol
from ...util import default_array
from ..hybrid import HybridBlock
from ..parameter import Parameter, tensor_types
from ..parameter_dict import ParameterDict
from .cells import GRUCell, LSTMCell, RNNCell
from .containers import BidirectionalCell, HybridSequentialRNNCell
from .modifiers import DropoutCell
from .recurrent import Info, Maker, RecurrentCell, States

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, InitializerLike, Operators, Tensor

__all__ = ["GRU", "LSTM", "RNN"]
__dir__ = public_names(globals())

_GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}
_NAME = re.compile(r"([lr])(\d+)_(\w+)")


class _Initial(list[object]):
    """States that a call was not given; it does not return the last ones."""


class _Arguments(TypedDict, total=False):
    prefix: str | None
    params: ParameterDict | None
    use_sequence_length: bool


class _RNNLayer(HybridBlock):
    """Layers of one kind of cell, in one direction or both, on the operator `RNN`."""

    _states = 1
    _cell: Callable[..., RecurrentCell]

    def __init__(
        self,
        mode: str,
        hidden_size: int,
        num_layers: int,
        layout: str,
        dropout: float,
        bidirectional: bool,
        input_size: int,
        initializers: dict[str, InitializerLike],
        dtype: DTypeLike,
        projection_size: int | None = None,
        clip: dict[str, float | None] | None = None,
        use_sequence_length: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        if layout not in ("TNC", "NTC"):
            raise AssertionError(f"Invalid layout {layout}; must be one of ['TNC' or 'NTC']")
        if mode not in _GATES:
            raise ValueError(f"Invalid activation {mode[4:]!r}; must be one of 'relu', 'tanh'")
        self._mode = mode
        self._hidden_size = hidden_size
        self._num_layers = num_layers
        self._layout = layout
        self._dropout = dropout
        self._dir = 2 if bidirectional else 1
        self._input_size = input_size
        self._dtype = dtype
        self._projection_size = projection_size
        self._clip = clip or {}
        self._use_sequence_length = use_sequence_length
        for name, shape in self._shapes():
            init = initializers[name.split("_", 1)[1]]
            param = self.params.get(
                name, shape=shape, init=init, dtype=dtype, allow_deferred_init=True
            )
            setattr(self, name, param)

    def _shapes(self) -> Iterator[tuple[str, Shape]]:
        """The names and shapes of all parameters, layer by layer."""
        rows = _GATES[self._mode] * self._hidden_size
        size = self._projection_size or self._hidden_size
        columns = self._input_size
        for layer in range(self._num_layers):
            for direction in "lr"[: self._dir]:
                name = f"{direction}{layer}"
                yield f"{name}_i2h_weight", (rows, columns)
                yield f"{name}_h2h_weight", (rows, size)
                yield f"{name}_i2h_bias", (rows,)
                yield f"{name}_h2h_bias", (rows,)
                if self._projection_size:
                    yield f"{name}_h2r_weight", (size, self._hidden_size)
            columns = size * self._dir

    def __repr__(self) -> str:
        size = self._reg_params["l0_i2h_weight"].shape[1]  # type: ignore[index]
        facts = [f"{size or None} -> {self._hidden_size}", self._layout]
        if self._num_layers != 1:
            facts.append(f"num_layers={self._num_layers}")
        if self._dropout:
            facts.append(f"dropout={self._dropout}")
        if self._dir == 2:
            facts.append("bidirectional")
        return f"{type(self).__name__}({', '.join(facts)})"

    def _collect_params_with_prefix(self, prefix: str = "") -> dict[str, Parameter]:
        """Parameters by the paths that `_unfuse` would give them, which MXNet writes to files."""
        sides = {"l": ".l_cell" * (self._dir - 1), "r": ".r_cell"}
        found = {}
        for name, param in self._reg_params.items():
            side, layer, rest = _NAME.fullmatch(name).groups()  # type: ignore[union-attr]
            found[f"{prefix}{'.' * bool(prefix)}_unfused.{layer}{sides[side]}.{rest}"] = param
        return found

    def cast(self, dtype: DTypeLike) -> None:
        """Convert all parameters, and the states that `begin_state` makes, to a dtype."""
        super().cast(dtype)
        self._dtype = dtype

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape, layout and dtype of each state."""
        layers = self._num_layers * self._dir
        sizes = [self._projection_size or self._hidden_size, self._hidden_size][: self._states]
        return [
            {"shape": (layers, batch_size, size), "__layout__": "LNC", "dtype": self._dtype}
            for size in sizes
        ]

    def begin_state(self, batch_size: int = 0, func: Maker = nd.zeros, **kwargs: object) -> States:
        """Make the first states.

        Parameters
        ----------
        batch_size : int
            0 for symbols, where it is inferred.
        func : callable
            Makes one from *shape*, *dtype* and *name*: ``nd.zeros``, ``sym.zeros`` ...
        **kwargs
            More arguments of *func*, such as *ctx*.
        """
        infos = self.state_info(batch_size)
        return [
            default_array(func(name=f"{self._prefix}h0_{i}", **(info | kwargs)))
            for i, info in enumerate(infos)
        ]

    @overload
    def __call__(
        self, inputs: Tensor, states: None = None, sequence_length: Tensor | None = None
    ) -> Tensor: ...
    @overload
    def __call__(
        self, inputs: Tensor, states: Tensor | Sequence[Any], sequence_length: Tensor | None = None
    ) -> tuple[Tensor, list[Tensor]]: ...
    def __call__(self, inputs: Any, states: Any = None, sequence_length: object = None) -> Any:
        """Run all layers over the sequence.

        Parameters
        ----------
        inputs : NDArray or Symbol
            Of shape (steps, batch, channels), or (batch, steps, channels) with layout 'NTC'.
        states : NDArray or list of NDArray, optional
            Of shape (num_layers * directions, batch, size) each; by default zeros.
        sequence_length : NDArray of shape (batch,), optional
            The steps of each sequence; read with ``use_sequence_length=True`` alone, as in MXNet.

        Returns
        -------
        NDArray, or (NDArray, list of NDArray)
            The outputs; with *states* given also the last ones.

        Raises
        ------
        ValueError
            If a state has another shape.
        """
        symbolic = isinstance(inputs, Symbol)
        if isinstance(inputs, NDArray) and inputs.ndim != 3:
            raise ArgumentValueError(
                f"{self.name}: inputs must have 3 axes, in the order of layout={self._layout!r} "
                f"(T steps, N batch, C channels), got shape {inputs.shape}"
            )
        batch = 0 if symbolic else inputs.shape[self._layout.find("N")]
        if states is None:
            if symbolic:
                states = _Initial(self.begin_state(0, func=symbol.zeros))
            else:
                context, dtype = inputs.context, inputs.dtype
                states = _Initial(self.begin_state(batch, ctx=context, dtype=dtype))
        else:
            states = [states] if isinstance(states, tensor_types) else list(states)
        if not symbolic:
            self._check(states, batch)
        if sequence_length is None or not self._use_sequence_length:
            return super().__call__(inputs, states)
        return super().__call__(inputs, states, sequence_length)

    def _run(self, *args: Any) -> Any:
        inputs, states, *lengths = args
        outputs = super()._run(inputs, list(states), *lengths)
        return outputs[0] if isinstance(states, _Initial) else outputs

    def _check(self, states: States, batch: int) -> None:
        infos = self.state_info(batch)
        if len(states) != len(infos):
            raise ValueError(f"{self.name}: {len(states)} states given, expected {len(infos)}")
        for state, info in zip(states, infos, strict=True):
            if isinstance(state, NDArray) and state.shape != info["shape"]:
                raise ValueError(
                    f"{self.name}: Invalid recurrent state shape. Expecting {info['shape']}, got "
                    f"{state.shape}."
                )

    def hybrid_forward(
        self, F: Operators, x: Tensor, *args: Tensor, **params: Tensor
    ) -> tuple[Tensor, list[Tensor]]:
        """Return the outputs and the last states; *args* are states and lengths."""
        states, *lengths = args
        if self._layout == "NTC":
            x = F.swapaxes(x, dim1=0, dim2=1)
        # The operator takes all weights, then all biases.
        packed = [x for kind in ("weight", "bias") for n, x in params.items() if n.endswith(kind)]
        outputs, *last = F.RNN(
            x,
            F._internal._rnn_param_concat(*[x.reshape((-1,)) for x in packed], dim=0),
            *states,
            *lengths,
            mode=self._mode,
            state_size=self._hidden_size,
            projection_size=self._projection_size,
            num_layers=self._num_layers,
            bidirectional=self._dir == 2,
            p=self._dropout,
            state_outputs=True,
            use_sequence_length=self._use_sequence_length,
            **self._clip,
        )
        if self._layout == "NTC":
            outputs = F.swapaxes(outputs, dim1=0, dim2=1)
        return outputs, last

    def _unfuse(self) -> HybridSequentialRNNCell:
        """The same network, with the same parameters, made of cells."""
        if self._projection_size or self._clip.get("lstm_state_clip_min") is not None:
            raise AssertionError("_unfuse does not support projection layer or state clipping yet!")
        stack = HybridSequentialRNNCell(prefix=self.prefix, params=self.params)
        make, columns = self._cell, self._input_size
        with stack.name_scope():
            for layer in range(self._num_layers):
                cells = [
                    make(self._hidden_size, input_size=columns, prefix=f"{side}{layer}_")
                    for side in "lr"[: self._dir]
                ]
                stack.add(BidirectionalCell(cells[0], cells[1]) if self._dir == 2 else cells[0])
                if self._dropout > 0 and layer != self._num_layers - 1:
                    stack.add(DropoutCell(self._dropout))
                columns = self._hidden_size * self._dir
        return stack


class RNN(_RNNLayer):
    """Layers of plain cells, ``h' = act(x W_i^T + b_i + h W_h^T + b_h)``.

    Parameters
    ----------
    hidden_size : int
        The size of the states, and of each direction's output.
    num_layers : int
    activation : {'relu', 'tanh'}
    layout : {'TNC', 'NTC'}
        Axes of inputs and outputs: T for steps, N for the batch, C for channels.
    dropout : float
        Of the outputs of each layer but the last, in training.
    bidirectional : bool
        Whether each layer also reads the sequence from its end; outputs are joined.
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer : \
Initializer or str
        Of the weights of inputs and states, and of the biases.
    input_size : int
        0 to infer it at the first call.
    dtype : str or numpy type
    **kwargs
        *prefix* and *params*; *use_sequence_length*, whether a call is given the length of each
        sequence.
    """

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        activation: str = "relu",
        layout: str = "TNC",
        dropout: float = 0,
        bidirectional: bool = False,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        input_size: int = 0,
        dtype: DTypeLike = "float32",
        **kwargs: Unpack[_Arguments],
    ) -> None:
        initializers: dict[str, InitializerLike] = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        super().__init__(
            f"rnn_{activation}",
            hidden_size,
            num_layers,
            layout,
            dropout,
            bidirectional,
            input_size,
            initializers,
            dtype,
            **kwargs,
        )

    def _cell(self, hidden_size: int, input_size: int, prefix: str) -> RNNCell:
        return RNNCell(hidden_size, self._mode[4:], input_size=input_size, prefix=prefix)


class LSTM(_RNNLayer):
    """Layers of long short-term memories; see `LSTMCell`.

    Parameters
    ----------
    hidden_size : int
        The size of the cells, and of each direction's output unless there is a projection.
    num_layers : int
    layout : {'TNC', 'NTC'}
        Axes of inputs and outputs: T for steps, N for the batch, C for channels.
    dropout : float
        Of the outputs of each layer but the last, in training.
    bidirectional : bool
        Whether each layer also reads the sequence from its end; outputs are joined.
    input_size : int
        0 to infer it at the first call.
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer : \
Initializer or str
        Of the weights of inputs and states, and of the biases.
    projection_size : int, optional
        The size of outputs and of the states that are read again, which a matrix makes of those of
        the cells (Sak et al. 2014).
    h2r_weight_initializer : Initializer or str
        Of that matrix.
    state_clip_min, state_clip_max : float, optional
        The interval to which cells are clipped.
    state_clip_nan : bool
        Whether clipping makes a NaN the lower end.
    dtype : str or numpy type
    **kwargs
        *prefix* and *params*; *use_sequence_length*, whether a call is given the length of each
        sequence.

    Examples
    --------
    >>> import ndgrad as mx
    >>> layer = mx.gluon.rnn.LSTM(4, num_layers=2)
    >>> layer.initialize()
    >>> x = mx.nd.ones((5, 2, 3))
    >>> layer(x).shape
    (5, 2, 4)
    >>> output, states = layer(x, layer.begin_state(batch_size=2))
    >>> [h.shape for h in states]
    [(2, 2, 4), (2, 2, 4)]
    """

    _states = 2
    _cell = LSTMCell

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        layout: str = "TNC",
        dropout: float = 0,
        bidirectional: bool = False,
        input_size: int = 0,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        projection_size: int | None = None,
        h2r_weight_initializer: InitializerLike = None,
        state_clip_min: float | None = None,
        state_clip_max: float | None = None,
        state_clip_nan: bool = False,
        dtype: DTypeLike = "float32",
        **kwargs: Unpack[_Arguments],
    ) -> None:
        initializers: dict[str, InitializerLike] = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
            "h2r_weight": h2r_weight_initializer,
        }
        clip: dict[str, float | None] = {
            "lstm_state_clip_min": state_clip_min,
            "lstm_state_clip_max": state_clip_max,
            "lstm_state_clip_nan": state_clip_nan,
        }
        super().__init__(
            "lstm",
            hidden_size,
            num_layers,
            layout,
            dropout,
            bidirectional,
            input_size,
            initializers,
            dtype,
            projection_size,
            clip,
            **kwargs,
        )


class GRU(_RNNLayer):
    """Layers of gated recurrent units; see `GRUCell`.

    Parameters
    ----------
    hidden_size : int
        The size of the states, and of each direction's output.
    num_layers : int
    layout : {'TNC', 'NTC'}
        Axes of inputs and outputs: T for steps, N for the batch, C for channels.
    dropout : float
        Of the outputs of each layer but the last, in training.
    bidirectional : bool
        Whether each layer also reads the sequence from its end; outputs are joined.
    input_size : int
        0 to infer it at the first call.
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer : \
Initializer or str
        Of the weights of inputs and states, and of the biases.
    dtype : str or numpy type
    **kwargs
        *prefix* and *params*; *use_sequence_length*, whether a call is given the length of each
        sequence.
    """

    _cell = GRUCell

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        layout: str = "TNC",
        dropout: float = 0,
        bidirectional: bool = False,
        input_size: int = 0,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        dtype: DTypeLike = "float32",
        **kwargs: Unpack[_Arguments],
    ) -> None:
        initializers: dict[str, InitializerLike] = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        super().__init__(
            "gru",
            hidden_size,
            num_layers,
            layout,
            dropout,
            bidirectional,
            input_size,
            initializers,
            dtype,
            **kwargs,
        )
