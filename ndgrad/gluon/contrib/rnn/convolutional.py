"""Recurrent cells that convolve inputs and states, of one to three spatial dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....base import Shape, public_names
from ...parameter import Parameter
from ...parameter_dict import ParameterDict
from ...rnn.recurrent import ActivationLike, HybridRecurrentCell, Info

if TYPE_CHECKING:
    from ....typing import InitializerLike, Operators, Tensor

__all__ = [
    "Conv1DGRUCell",
    "Conv1DLSTMCell",
    "Conv1DRNNCell",
    "Conv2DGRUCell",
    "Conv2DLSTMCell",
    "Conv2DRNNCell",
    "Conv3DGRUCell",
    "Conv3DLSTMCell",
    "Conv3DRNNCell",
]
__dir__ = public_names(globals())

_Lengths = int | Sequence[int]
_LAYOUTS = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def _lengths(value: _Lengths, dims: int, name: str) -> Shape:
    found = (value,) * dims if isinstance(value, int) else tuple(value)
    if len(found) != dims:
        raise AssertionError(f"{name}={value}: expected one number, or {dims}")
    return found


class ConvCell(HybridRecurrentCell):
    """What all cells of this module have: convolutions of the input and of the padded state.

    Parameters
    ----------
    input_shape : tuple of int
        Of an input, without the batch, as in *conv_layout*.
    hidden_channels : int
        Of the states, and of the output.
    i2h_kernel, h2h_kernel : int or tuple of int
        Those of states must be odd.
    i2h_pad, i2h_dilate, h2h_dilate : int or tuple of int
        By default no padding and no dilation.
    i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer, h2h_bias_initializer : \
Initializer or str
        Of the weights of inputs and states, and of the biases.
    conv_layout : str
        By default channels come before the spatial axes.
    activation : str or Block
        'tanh', 'relu', 'sigmoid', 'softrelu', 'softsign' ...
    prefix : str, optional
    params : ParameterDict, optional
    """

    _dims: int
    _gates: int
    _states = 1
    i2h_weight: Parameter

    def __init__(
        self,
        input_shape: Sequence[int],
        hidden_channels: int,
        i2h_kernel: _Lengths,
        h2h_kernel: _Lengths,
        i2h_pad: _Lengths = 0,
        i2h_dilate: _Lengths = 1,
        h2h_dilate: _Lengths = 1,
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        conv_layout: str | None = None,
        activation: ActivationLike = "tanh",
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        dims = self._dims
        self._hidden_channels = hidden_channels
        self._input_shape = tuple(input_shape)
        self._layout = layout = conv_layout or _LAYOUTS[dims]
        self._activation = activation
        i2h, h2h = (
            _lengths(i2h_kernel, dims, "i2h_kernel"),
            _lengths(h2h_kernel, dims, "h2h_kernel"),
        )
        if not all(length % 2 for length in h2h):
            raise AssertionError(f"Only support odd number, get h2h_kernel= {h2h_kernel}")
        pad = _lengths(i2h_pad, dims, "i2h_pad")
        dilate = _lengths(i2h_dilate, dims, "i2h_dilate")
        again = _lengths(h2h_dilate, dims, "h2h_dilate")
        common = {"num_filter": self._gates * hidden_channels, "stride": (1,) * dims}
        common["layout"] = layout
        self._i2h = common | {"kernel": i2h, "pad": pad, "dilate": dilate}
        same = tuple(d * (k - 1) // 2 for d, k in zip(again, h2h, strict=True))
        self._h2h = common | {"kernel": h2h, "pad": same, "dilate": again}

        at = layout.find("C")  # of channels in shapes with the batch
        spatial = [n for i, n in enumerate(self._input_shape, start=1) if i != at]
        sizes = zip(spatial, pad, dilate, i2h, strict=True)
        self._state_shape = self._with_channels(
            tuple(n + 2 * p - d * (k - 1) for n, p, d, k in sizes), hidden_channels
        )
        rows, channels = self._gates * hidden_channels, self._input_shape[at - 1]
        for name, shape, init in (
            ("i2h_weight", (rows, *self._with_channels(i2h, channels)), i2h_weight_initializer),
            (
                "h2h_weight",
                (rows, *self._with_channels(h2h, hidden_channels)),
                h2h_weight_initializer,
            ),
            ("i2h_bias", (rows,), i2h_bias_initializer),
            ("h2h_bias", (rows,), h2h_bias_initializer),
        ):
            param = self.params.get(name, shape=shape, init=init, allow_deferred_init=True)
            setattr(self, name, param)

    def _with_channels(self, spatial: Shape, channels: int) -> Shape:
        at = self._layout.find("C") - 1
        return (*spatial[:at], channels, *spatial[at:])

    def __repr__(self) -> str:
        shape: Shape = self.i2h_weight.shape or ()
        at = self._layout.find("C")
        return (
            f"{type(self).__name__}({shape[at]} -> {shape[0]}, {self._activation}, {self._layout})"
        )

    def state_info(self, batch_size: int = 0) -> list[Info]:
        """Return the shape and layout of each state."""
        shape = (batch_size, *self._state_shape)
        return [{"shape": shape, "__layout__": self._layout} for _ in range(self._states)]

    def _products(
        self, F: Operators, inputs: Tensor, state: Tensor, *params: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The convolutions of the input and of the state, plus biases."""
        i2h_weight, h2h_weight, i2h_bias, h2h_bias = params
        t = f"t{self._counter}_"
        return (
            F.Convolution(inputs, i2h_weight, i2h_bias, name=f"{t}i2h", **self._i2h),
            F.Convolution(state, h2h_weight, h2h_bias, name=f"{t}h2h", **self._h2h),
        )

    def _split(self, F: Operators, x: Tensor, name: str) -> list[Tensor]:
        """The part of each gate."""
        axis = self._layout.find("C")
        return F.SliceChannel(x, num_outputs=self._gates, axis=axis, name=name)


class _ConvRNNCell(ConvCell):
    """A plain cell with convolutions in place of products; see `rnn.RNNCell`."""

    _gates = 1

    def _alias(self) -> str:
        return "conv_rnn"

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
        i2h, h2h = self._products(F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias)
        name = f"t{self._counter}_out"
        output = self._get_activation(F, i2h + h2h, self._activation, name=name)
        return output, [output]


class _ConvLSTMCell(ConvCell):
    """A long short-term memory with convolutions (Shi et al. 2015); see `rnn.LSTMCell`."""

    _gates = 4
    _states = 2

    def _alias(self) -> str:
        return "conv_lstm"

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
        t, act = f"t{self._counter}_", self._activation
        i2h, h2h = self._products(F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias)
        i, f, g, o = self._split(F, i2h + h2h, f"{t}slice")
        enter = F.Activation(i, act_type="sigmoid", name=f"{t}i")
        forget = F.Activation(f, act_type="sigmoid", name=f"{t}f")
        new = self._get_activation(F, g, act, name=f"{t}c")
        leave = F.Activation(o, act_type="sigmoid", name=f"{t}o")
        cell = F.elemwise_add(forget * states[1], enter * new, name=f"{t}state")
        activated = self._get_activation(F, cell, act)
        output = F.elemwise_mul(leave, activated, name=f"{t}out")
        return output, [output, cell]


class _ConvGRUCell(ConvCell):
    """A gated recurrent unit with convolutions; see `rnn.GRUCell`."""

    _gates = 3

    def _alias(self) -> str:
        return "conv_gru"

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
        i2h, h2h = self._products(F, inputs, states[0], i2h_weight, h2h_weight, i2h_bias, h2h_bias)
        i_r, i_z, i_n = self._split(F, i2h, f"{t}i2h_slice")
        h_r, h_z, h_n = self._split(F, h2h, f"{t}h2h_slice")
        r = F.Activation(i_r + h_r, act_type="sigmoid", name=f"{t}r_act")
        z = F.Activation(i_z + h_z, act_type="sigmoid", name=f"{t}z_act")
        n = self._get_activation(F, i_n + r * h_n, self._activation, name=f"{t}h_act")
        output = F.elemwise_add((1 - z) * n, z * states[0], name=f"{t}out")
        return output, [output]


class Conv1DRNNCell(_ConvRNNCell):
    """A plain cell with convolutions along one axis; see `ConvCell`."""

    _dims = 1


class Conv2DRNNCell(_ConvRNNCell):
    """A plain cell with convolutions along two axes; see `ConvCell`."""

    _dims = 2


class Conv3DRNNCell(_ConvRNNCell):
    """A plain cell with convolutions along three axes; see `ConvCell`."""

    _dims = 3


class Conv1DLSTMCell(_ConvLSTMCell):
    """A long short-term memory with convolutions along one axis; see `ConvCell`."""

    _dims = 1


class Conv2DLSTMCell(_ConvLSTMCell):
    """A long short-term memory with convolutions along two axes; see `ConvCell`."""

    _dims = 2


class Conv3DLSTMCell(_ConvLSTMCell):
    """A long short-term memory with convolutions along three axes; see `ConvCell`."""

    _dims = 3


class Conv1DGRUCell(_ConvGRUCell):
    """A gated recurrent unit with convolutions along one axis; see `ConvCell`."""

    _dims = 1


class Conv2DGRUCell(_ConvGRUCell):
    """A gated recurrent unit with convolutions along two axes; see `ConvCell`."""

    _dims = 2


class Conv3DGRUCell(_ConvGRUCell):
    """A gated recurrent unit with convolutions along three axes; see `ConvCell`."""

    _dims = 3
