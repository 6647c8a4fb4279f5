"""Recurrent cells whose gates are convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .. import symbol
from ..base import Shape
from ..symbol import Symbol
from .base_cell import RNNParams
from .steps import Activation, GatedCell, GRUStep, LSTMStep, RNNStep

if TYPE_CHECKING:
    from ..typing import InitializerLike

Pair: TypeAlias = tuple[int, int]


def leaky(x: Symbol, **name: Any) -> Symbol:
    """The activation of convolutional cells: ``max(x, 0.2 x)``."""
    return symbol.LeakyReLU(x, act_type="leaky", slope=0.2, **name)


class BaseConvRNNCell(GatedCell):
    """The base of cells whose gates are convolutions of the input and of the state.

    X. Shi et al., "Convolutional LSTM network: a machine learning approach for precipitation
    nowcasting", 2015.

    Parameters
    ----------
    input_shape : tuple of int
        Of an input, with the batch's axis.
    num_hidden : int
        The number of channels of the state.
    h2h_kernel, h2h_dilate : tuple of int
        Of the state's convolution, which keeps its size: kernels are odd.
    i2h_kernel, i2h_stride, i2h_pad, i2h_dilate : tuple of int
        Of the input's convolution.
    i2h_weight_initializer, h2h_weight_initializer : Initializer or str, optional
    i2h_bias_initializer, h2h_bias_initializer : Initializer or str, optional
    activation : str or callable
        Of `Activation`, or a function of a symbol and ``name``; by default ``max(x, 0.2 x)``.
    prefix : str
    params : RNNParams, optional
    conv_layout : {'NCHW', 'NHWC'}
    """

    def __init__(
        self,
        input_shape: Shape,
        num_hidden: int,
        h2h_kernel: Pair = (3, 3),
        h2h_dilate: Pair = (1, 1),
        i2h_kernel: Pair = (3, 3),
        i2h_stride: Pair = (1, 1),
        i2h_pad: Pair = (1, 1),
        i2h_dilate: Pair = (1, 1),
        i2h_weight_initializer: InitializerLike = None,
        h2h_weight_initializer: InitializerLike = None,
        i2h_bias_initializer: InitializerLike = "zeros",
        h2h_bias_initializer: InitializerLike = "zeros",
        activation: Activation = leaky,
        prefix: str | None = None,
        params: RNNParams | None = None,
        conv_layout: str = "NCHW",
    ) -> None:
        name = type(self).__name__.removesuffix("Cell")
        super().__init__(f"{name}_" if prefix is None else prefix, params)
        if any(length % 2 == 0 for length in h2h_kernel):
            raise AssertionError(f"Only support odd number, get h2h_kernel= {h2h_kernel}")
        self._num_hidden = num_hidden
        self._activation = activation
        self._layout = conv_layout
        self._axis = conv_layout.find("C")
        pairs = zip(h2h_kernel, h2h_dilate, strict=True)
        self._convolutions: list[dict[str, Any]] = [
            {
                "kernel": i2h_kernel,
                "stride": i2h_stride,
                "pad": i2h_pad,
                "dilate": i2h_dilate,
                "layout": conv_layout,
            },
            {
                "kernel": h2h_kernel,
                "stride": (1, 1),
                "pad": tuple(dilate * (length - 1) // 2 for length, dilate in pairs),
                "dilate": h2h_dilate,
                "layout": conv_layout,
            },
        ]
        self._weights = self._variables(
            i2h_bias_initializer,
            h2h_bias_initializer,
            (i2h_weight_initializer, h2h_weight_initializer),
        )
        of_input = symbol.Convolution(
            symbol.var("data"), num_filter=num_hidden, **self._convolutions[0]
        )
        _, ((_, *lengths),), _ = of_input.infer_shape(data=tuple(input_shape))
        self._shape = (0, *lengths)

    @property
    def _state_shape(self) -> Shape:
        return self._shape

    def _layers(self, inputs: Symbol, state: Symbol, name: str) -> tuple[Symbol, Symbol]:
        size = self._num_hidden * len(self._gate_names)
        of_input, of_state = (
            symbol.Convolution(
                x,
                weights.weight,
                weights.bias,
                num_filter=size,
                **convolution,
                name=name + group,
            )
            for x, weights, convolution, group in zip(
                (inputs, state), self._weights, self._convolutions, ("i2h", "h2h"), strict=True
            )
        )
        return of_input, of_state


class ConvRNNCell(RNNStep, BaseConvRNNCell):
    """``h' = activation(W * x + b + U * h + c)``; see `BaseConvRNNCell` for the parameters."""


class ConvLSTMCell(LSTMStep, BaseConvRNNCell):
    """``c' = f c + i g, h' = o activation(c')``; see `BaseConvRNNCell` for the parameters."""


class ConvGRUCell(GRUStep, BaseConvRNNCell):
    """``h' = (1 - z) activation(W * x + r (U * h)) + z h``; parameters as of `BaseConvRNNCell`."""
