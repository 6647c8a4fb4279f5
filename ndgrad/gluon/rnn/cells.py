"""`RNNCell`, `LSTMCell` and `GRUCell`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...base import public_names
from ..parameter import Parameter
from ..parameter_dict import ParameterDict
from .recurrent import ActivationLike, HybridRecurrentCell, Info

if TYPE_CHECKING:
    from ...typing import InitializerLike, Operators, Tensor

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]
__dir__ = public_names(globals())


class _GatedCell(HybridRecurrentCell):
    """A cell whose inputs and states are each multiplied by one matrix, with rows gate by gate."""

    _gates: int
    _states = 1
    i2h_weight: Parameter

    def __init__(
        self,
        hidden_size: int,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self._hidden_size = hidden_size
        self._input_size = input_size
        self._gate_parameters(
            self._gates,
            hidden_size,
            input_size,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
        )

    def __repr__(self) -> str:
        rows, columns = self.i2h_weight.shape or (0, 0)
        return f"{type(self).__name__}({columns or None} -> {rows}{self._extra_repr()})"

    def _extra_repr(self) -> str:
        return ""

    def _alias(self) -> str:
        return type(self).__name__.lower().removesuffix("cell")

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape and layout of each state."""
        shape = (batch_size, self._hidden_size)
        return [{"shape": shape, "__layout__": "NC"} for _ in range(self._states)]

    def _products(
        self, F: Operators, t: str, inputs: Tensor, state: Tensor, *params: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The products of the input and of the state with the weights, plus biases."""
        i2h_weight, h2h_weight, i2h_bias, h2h_bias = params
        size = self._gates * self._hidden_size
        return (
            F.FullyConnected(inputs, i2h_weight, i2h_bias, num_hidden=size, name=f"{t}i2h"),
            F.FullyConnected(state, h2h_weight, h2h_bias, num_hidden=size, name=f"{t}h2h"),
        )


class RNNCell(_GatedCell):
    """A plain (Elman) cell: ``h' = act(x W_i^T + b_i + h W_h^T + b_h)``.

    Parameters
    ----------
    hidden_size : int
        The size of the state, and of the output, which is the new state.
    activation : str or Block
        'tanh', 'relu', 'sigmoid', 'softrelu', 'softsign' ...
    i2h_weight_initializer, h2h_weight_initializer : Initializer or str
        Of the weights of inputs and states.
    i2h_bias_initializer, h2h_bias_initializer : Initializer or str
        Of the biases.
    input_size : int
        0 to infer it at the first call.
    prefix : str, optional
    params : ParameterDict, optional

    Examples
    --------
    >>> import ndgrad as mx
    >>> cell = mx.gluon.rnn.RNNCell(4)
    >>> cell.initialize()
    >>> output, states = cell(mx.nd.ones((2, 3)), cell.begin_state(batch_size=2))
    >>> output.shape
    (2, 4)
    """

    _gates = 1

    def __init__(
        self,
        hidden_size: int,
        activation: ActivationLike = "tanh",
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(
            hidden_size,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
            input_size,
            prefix,
            params,
        )
        self._activation = activation

    def _extra_repr(self) -> str:
        return f", {self._activation}"

    def hybrid_forward(
        self,
        F: Operators,
        inputs: Tensor,
        states: list[Tensor],
        i2h_weight: Tensor,
        h2h_weight: Tensor,
        i2h_bias: Tensor,
        h2h_bias: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        t = f"t{self._counter}_"
        i2h, h2h = self._products(
            F, t, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias
        )
        total = F.elemwise_add(i2h, h2h, name=f"{t}plus0")
        output = self._get_activation(F, total, self._activation, name=f"{t}out")
        return output, [output]


class LSTMCell(_GatedCell):
    """A long short-term memory (Hochreiter and Schmidhuber 1997) with a forget gate.

    With ``a = x W_i^T + b_i + h W_h^T + b_h`` in four parts ``i, f, g, o``, where s is the
    recurrent activation::

        c' = s(f) * c + s(i) * act(g)
        h' = s(o) * act(c')

    The output is h'.

    Parameters
    ----------
    hidden_size : int
        The size of both states, h and c.
    i2h_weight_initializer, h2h_weight_initializer : Initializer or str
        Of the weights of inputs and states.
    i2h_bias_initializer, h2h_bias_initializer : Initializer or str
        Of the biases.
    input_size : int
        0 to infer it at the first call.
    prefix : str, optional
    params : ParameterDict, optional
    activation, recurrent_activation : str
        'tanh', 'relu', 'sigmoid', 'softrelu' or 'softsign'.
    """

    _gates = 4
    _states = 2

    def __init__(
        self,
        hidden_size: int,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
        activation: str = "tanh",
        recurrent_activation: str = "sigmoid",
    ) -> None:
        super().__init__(
            hidden_size,
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
            input_size,
            prefix,
            params,
        )
        self._activation = activation
        self._recurrent_activation = recurrent_activation

    def hybrid_forward(
        self,
        F: Operators,
        inputs: Tensor,
        states: list[Tensor],
        i2h_weight: Tensor,
        h2h_weight: Tensor,
        i2h_bias: Tensor,
        h2h_bias: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        t, act, gate = f"t{self._counter}_", self._activation, self._recurrent_activation
        i2h, h2h = self._products(
            F, t, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias
        )
        total = F.elemwise_add(i2h, h2h, name=f"{t}plus0")
        parts = F.SliceChannel(total, num_outputs=4, name=f"{t}slice")
        enter = self._get_activation(F, parts[0], gate, name=f"{t}i")
        forget = self._get_activation(F, parts[1], gate, name=f"{t}f")
        new = self._get_activation(F, parts[2], act, name=f"{t}c")
        leave = self._get_activation(F, parts[3], gate, name=f"{t}o")
        kept = F.elemwise_mul(forget, states[1], name=f"{t}mul0")
        added = F.elemwise_mul(enter, new, name=f"{t}mul1")
        cell = F.elemwise_add(kept, added, name=f"{t}state")
        activated = F.Activation(cell, act_type=act, name=f"{t}activation0")
        output = F.elemwise_mul(leave, activated, name=f"{t}out")
        return output, [output, cell]


class GRUCell(_GatedCell):
    """A gated recurrent unit (Cho et al. 2014), in the form of cuDNN.

    With ``x W_i^T + b_i`` in three parts ``i_r, i_z, i_n``, and ``h W_h^T + b_h`` likewise::

        r = sigmoid(i_r + h_r)
        z = sigmoid(i_z + h_z)
        n = tanh(i_n + r * h_n)
        h' = (1 - z) * n + z * h

    Parameters
    ----------
    hidden_size : int
        The size of the state, and of the output, which is the new state.
    i2h_weight_initializer, h2h_weight_initializer : Initializer or str
        Of the weights of inputs and states.
    i2h_bias_initializer, h2h_bias_initializer : Initializer or str
        Of the biases.
    input_size : int
        0 to infer it at the first call.
    prefix : str, optional
    params : ParameterDict, optional
    """

    _gates = 3

    def hybrid_forward(
        self,
        F: Operators,
        inputs: Tensor,
        states: list[Tensor],
        i2h_weight: Tensor,
        h2h_weight: Tensor,
        i2h_bias: Tensor,
        h2h_bias: Tensor,
    ) -> tuple[Tensor, list[Tensor]]:
        t = f"t{self._counter}_"
        i2h, h2h = self._products(
            F, t, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias
        )
        i_r, i_z, i_n = F.SliceChannel(i2h, num_outputs=3, name=f"{t}i2h_slice")
        h_r, h_z, h_n = F.SliceChannel(h2h, num_outputs=3, name=f"{t}h2h_slice")
        r_sum = F.elemwise_add(i_r, h_r, name=f"{t}plus0")
        r = F.Activation(r_sum, act_type="sigmoid", name=f"{t}r_act")
        z_sum = F.elemwise_add(i_z, h_z, name=f"{t}plus1")
        z = F.Activation(z_sum, act_type="sigmoid", name=f"{t}z_act")
        n_sum = F.elemwise_add(i_n, F.elemwise_mul(r, h_n, name=f"{t}mul0"), name=f"{t}plus2")
        n = F.Activation(n_sum, act_type="tanh", name=f"{t}h_act")
        ones = F.ones_like(z, name=f"{t}ones_like0")
        new = F.elemwise_mul(F.elemwise_sub(ones, z, name=f"{t}minus0"), n, name=f"{t}mul1")
        kept = F.elemwise_mul(z, states[0], name=f"{t}mul20")
        output = F.elemwise_add(new, kept, name=f"{t}out")
        return output, [output]
