"""Deformable convolutions: a second convolution computes offsets of the positions that are read."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from ...base import public_names
from ..hybrid import HybridArrayBlock
from ..nn.activations import activation_layer
from ..nn.conv import Arguments, convolution_repr
from ..nn.windows import Lengths, lengths
from ..parameter_dict import ParameterDict

if TYPE_CHECKING:
    from ...typing import InitializerLike, Operators, Tensor

__all__ = ["DeformableConvolution", "ModulatedDeformableConvolution"]
__dir__ = public_names(globals())


class _Deformable(HybridArrayBlock):
    """The base of both: offsets by a convolution, then the deformable one."""

    _coordinates = 2
    """How many numbers the first convolution computes for each element of a window."""

    def __init__(
        self,
        channels: int,
        kernel_size: Lengths = (1, 1),
        strides: Lengths = (1, 1),
        padding: Lengths = (0, 0),
        dilation: Lengths = (1, 1),
        groups: int = 1,
        num_deformable_group: int = 1,
        layout: str = "NCHW",
        use_bias: bool = True,
        in_channels: int = 0,
        activation: str | None = None,
        weight_initializer: InitializerLike = None,
        bias_initializer: InitializerLike = "zeros",
        offset_weight_initializer: InitializerLike = "zeros",
        offset_bias_initializer: InitializerLike = "zeros",
        offset_use_bias: bool = True,
        op_name: str | None = None,
        adj: Lengths | None = None,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self._channels, self._in_channels = channels, in_channels
        self._op_name = type(self).__name__ if op_name is None else op_name
        kernel = lengths(kernel_size, 2, "kernel_size")
        offsets = self._coordinates * math.prod(kernel) * num_deformable_group
        self.offset_split_index = offsets // self._coordinates * 2
        self._kwargs_offset: Arguments = {
            "kernel": kernel,
            "stride": lengths(strides, 2, "strides"),
            "dilate": lengths(dilation, 2, "dilation"),
            "pad": lengths(padding, 2, "padding"),
            "num_group": groups,
            "layout": layout,
            "num_filter": offsets,
            "no_bias": not offset_use_bias,
        }
        self._kwargs_deformable_conv: Arguments = {
            **self._kwargs_offset,
            "num_filter": channels,
            "num_deformable_group": num_deformable_group,
            "no_bias": not use_bias,
        }
        if adj:
            self._kwargs_offset["adj"] = self._kwargs_deformable_conv["adj"] = adj
        inner = in_channels // groups

        get = partial(self.params.get, allow_deferred_init=True)
        with self.name_scope():
            self.offset_weight = get(
                "offset_weight", shape=(offsets, inner, *kernel), init=offset_weight_initializer
            )
            self.offset_bias = None
            if offset_use_bias:
                self.offset_bias = get(
                    "offset_bias", shape=(offsets,), init=offset_bias_initializer
                )
            self.deformable_conv_weight = get(
                "deformable_conv_weight", shape=(channels, inner, *kernel), init=weight_initializer
            )
            self.deformable_conv_bias = None
            if use_bias:
                self.deformable_conv_bias = get(
                    "deformable_conv_bias", shape=(channels,), init=bias_initializer
                )
            self.act = activation_layer(activation)

    def _convolve(self, F: Operators, x: Tensor, *args: Tensor) -> Tensor:
        function = getattr(F.contrib, self._op_name)
        x = function(x, *args, name="fwd", **self._kwargs_deformable_conv)
        return x if self.act is None else self.act(x)

    def __repr__(self) -> str:
        return convolution_repr(
            self, self.deformable_conv_weight, self._kwargs_deformable_conv, self.act
        )


class DeformableConvolution(_Deformable):
    """A convolution whose windows have learnt offsets (Dai et al. 2017).

    Parameters
    ----------
    channels : int
        Of the output.
    kernel_size, strides, padding, dilation : int or tuple of int
    groups : int
        Parts of the channels that are convolved each by itself.
    num_deformable_group : int
        Parts of the channels that have offsets each by itself.
    layout : {'NCHW'}
    use_bias, offset_use_bias : bool
    in_channels : int
        Of the input; 0 to infer them from the first array.
    activation : str, optional
        What `Activation` takes.
    weight_initializer, bias_initializer : Initializer or str, optional
    offset_weight_initializer, offset_bias_initializer : Initializer or str, optional
    """

    def _alias(self) -> str:
        return "deformable_conv"

    def hybrid_forward(
        self,
        F: Operators,
        x: Tensor,
        offset_weight: Tensor,
        deformable_conv_weight: Tensor,
        offset_bias: Tensor | None = None,
        deformable_conv_bias: Tensor | None = None,
    ) -> Tensor:
        """Return the activation of the deformable convolution plus the bias."""
        offset = F.Convolution(x, offset_weight, offset_bias, cudnn_off=True, **self._kwargs_offset)
        return self._convolve(F, x, offset, deformable_conv_weight, deformable_conv_bias)


class ModulatedDeformableConvolution(_Deformable):
    """A deformable convolution whose windows have learnt weights too (Zhu et al. 2018).

    The arguments are those of `DeformableConvolution`.
    """

    _coordinates = 3

    def _alias(self) -> str:
        return "modulated_deformable_conv"

    def hybrid_forward(
        self,
        F: Operators,
        x: Tensor,
        offset_weight: Tensor,
        deformable_conv_weight: Tensor,
        offset_bias: Tensor | None = None,
        deformable_conv_bias: Tensor | None = None,
    ) -> Tensor:
        """Return the activation of the deformable convolution plus the bias."""
        first = F.Convolution(x, offset_weight, offset_bias, cudnn_off=True, **self._kwargs_offset)
        split = self.offset_split_index
        offset = F.slice_axis(first, axis=1, begin=0, end=split)
        mask = F.sigmoid(F.slice_axis(first, axis=1, begin=split, end=None)) * 2
        return self._convolve(F, x, offset, mask, deformable_conv_weight, deformable_conv_bias)
