"""Convolutions and transposed convolutions over one, two and three axes, and padding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NotRequired, TypedDict

from ... import symbol
from ...base import MXNetError, Shape, public_names
from ..block import Block
from ..hybrid import HybridArrayBlock
from ..parameter import Parameter
from .activations import Activation, activation_layer
from .windows import LAYOUTS, Lengths, lengths

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, InitializerLike, Operators, Tensor

__all__ = [
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "ReflectionPad2D",
]
__dir__ = public_names(globals())


class _Conv(HybridArrayBlock):
    """The base of convolutions: weight, bias, one operator and an activation."""

    _rank: ClassVar[int]
    _op_name = "Convolution"
    outpad: tuple[int, ...] | None = None

    def __init__(
        self,
        channels: int,
        kernel_size: Lengths,
        strides: Lengths = 1,
        padding: Lengths = 0,
        dilation: Lengths = 1,
        groups: int = 1,
        layout: str | None = None,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: InitializerLike = None,
        bias_initializer: InitializerLike = "zeros",
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        layouts = LAYOUTS[self._rank]
        layout = layouts[0] if layout is None else layout
        if layout not in layouts:
            raise AssertionError(
                f"Only supports {layouts[0]!r} and {layouts[1]!r} layout for now, got {layout!r}"
            )
        if channels % groups or in_channels % groups:
            raise MXNetError(
                f"{type(self).__name__}: channels={channels} and in_channels={in_channels} must be "
                f"multiples of groups={groups}"
            )
        kernel = lengths(kernel_size, self._rank, "kernel_size")
        self._channels, self._in_channels = channels, in_channels
        self._kwargs: Arguments = {
            "kernel": kernel,
            "stride": lengths(strides, self._rank, "strides"),
            "dilate": lengths(dilation, self._rank, "dilation"),
            "pad": lengths(padding, self._rank, "padding"),
            "num_filter": channels,
            "num_group": groups,
            "no_bias": not use_bias,
            "layout": layout,
        }
        outer, inner = channels, in_channels
        if self.outpad is not None:
            self._kwargs["adj"] = self.outpad
            outer, inner = inner, outer
        inner //= groups
        shape = (outer, *kernel, inner) if layout == layouts[1] else (outer, inner, *kernel)
        get = partial(self.params.get, allow_deferred_init=True)
        with self.name_scope():
            self.weight = get("weight", shape=shape, init=weight_initializer)
            self.bias = get("bias", shape=(channels,), init=bias_initializer) if use_bias else None
            self.act = activation_layer(activation)

    def _alias(self) -> str:
        return "conv"

    def hybrid_forward(
        self, F: Operators, x: Tensor, weight: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """Return the activation of the convolution plus the bias."""
        x = getattr(F, self._op_name)(x, weight, bias, name="fwd", **self._kwargs)
        return x if self.act is None else self.act(x)

    def __repr__(self) -> str:
        return convolution_repr(self, self.weight, self._kwargs, self.act)


def infer_weight_shape(
    op_name: str, data_shape: Shape, kwargs: Mapping[str, object]
) -> list[Shape | None]:
    """The shapes of an operator's inputs, with unknown lengths as 0, for layers of users.

    Parameters
    ----------
    op_name : str
        The operator, such as 'Convolution'.
    data_shape : tuple of int
    kwargs : dict
        Its parameters.
    """
    out = getattr(symbol, op_name)(symbol.var("data", shape=data_shape), **kwargs)
    shapes: list[Shape | None] = out.infer_shape_partial()[0]
    return shapes


class Arguments(TypedDict):
    """Of the operator that a convolution calls."""

    kernel: Shape
    stride: Shape
    dilate: Shape
    pad: Shape
    num_filter: int
    num_group: int
    no_bias: bool
    layout: str
    adj: NotRequired[Lengths]
    num_deformable_group: NotRequired[int]


def convolution_repr(
    block: Block, weight: Parameter, kwargs: Arguments, act: Activation | None
) -> str:
    """The text of a convolution: what differs from the defaults, and the activation."""
    outer, inner, *_ = weight.shape or ()
    parts = [f"{inner or None} -> {outer}"]
    parts += [f"kernel_size={kwargs['kernel']}", f"stride={kwargs['stride']}"]
    for name, given, default in (
        ("padding", kwargs["pad"], 0),
        ("dilation", kwargs["dilate"], 1),
    ):
        if any(length != default for length in given):
            parts.append(f"{name}={given}")
    if kwargs["num_group"] != 1:
        parts.append(f"groups={kwargs['num_group']}")
    if kwargs["no_bias"]:
        parts.append("bias=False")
    if act is not None:
        parts.append(repr(act))
    return f"{type(block).__name__}({', '.join(parts)})"


class Conv1D(_Conv):
    """A convolution over one axis, such as time.

    Parameters
    ----------
    channels : int
        Of the output.
    kernel_size : int or tuple of int
    strides, padding, dilation : int or tuple of int
    groups : int
        Parts of the channels that are convolved each by itself.
    layout : {'NCW', 'NWC'}
        The order of batch, channels and width.
    activation : str, optional
        What `Activation` takes.
    use_bias : bool
    weight_initializer, bias_initializer : Initializer or str, optional
    in_channels : int
        Of the input; 0 to infer them from the first array.
    """

    _rank = 1


class Conv2D(_Conv):
    """A convolution over two axes, such as those of images.

    Its arguments are those of `Conv1D`; *layout* is 'NCHW' or 'NHWC'.
    """

    _rank = 2


class Conv3D(_Conv):
    """A convolution over three axes, such as those of videos.

    Its arguments are those of `Conv1D`; *layout* is 'NCDHW' or 'NDHWC'.
    """

    _rank = 3


class _ConvTranspose(_Conv):
    _op_name = "Deconvolution"

    def __init__(
        self,
        channels: int,
        kernel_size: Lengths,
        strides: Lengths = 1,
        padding: Lengths = 0,
        output_padding: Lengths = 0,
        dilation: Lengths = 1,
        groups: int = 1,
        layout: str | None = None,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: InitializerLike = None,
        bias_initializer: InitializerLike = "zeros",
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        self.outpad = lengths(output_padding, self._rank, "output_padding")
        super().__init__(
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            layout,
            activation,
            use_bias,
            weight_initializer,
            bias_initializer,
            in_channels,
            **kwargs,
        )


class Conv1DTranspose(_ConvTranspose):
    """The transpose of `Conv1D`: what maps gradients of its output to those of its input.

    Parameters
    ----------
    channels : int
        Of the output.
    kernel_size : int or tuple of int
    strides, padding, dilation : int or tuple of int
        Of the convolution whose transpose this is.
    output_padding : int or tuple of int
        By how much the output is longer.
    groups : int
        Parts of the channels that are convolved each by itself.
    layout : {'NCW', 'NWC'}
        The order of batch, channels and width.
    activation : str, optional
        What `Activation` takes.
    use_bias : bool
    weight_initializer, bias_initializer : Initializer or str, optional
    in_channels : int
        Of the input; 0 to infer them from the first array.
    """

    _rank = 1


class Conv2DTranspose(_ConvTranspose):
    """The transpose of `Conv2D`: what maps gradients of its output to those of its input.

    Its arguments are those of `Conv1DTranspose`; *layout* is 'NCHW' or 'NHWC'.
    """

    _rank = 2


class Conv3DTranspose(_ConvTranspose):
    """The transpose of `Conv3D`: what maps gradients of its output to those of its input.

    Its arguments are those of `Conv1DTranspose`; *layout* is 'NCDHW' or 'NDHWC'.
    """

    _rank = 3


class ReflectionPad2D(HybridArrayBlock):
    """Pads images with their own pixels, reflected at the edges.

    Parameters
    ----------
    padding : int or tuple of int
        The width of all four edges, or the *pad_width* of `nd.pad`.
    """

    def __init__(self, padding: int | Sequence[int] = 0, **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(**kwargs)
        if isinstance(padding, int):
            padding = (0, 0, 0, 0, padding, padding, padding, padding)
        if len(padding) != 8:
            raise AssertionError(f"padding must be a number or a tuple of 8 ints, got {padding!r}")
        self._padding = padding

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return *x* with edges."""
        return F.pad(x, mode="reflect", pad_width=self._padding)
