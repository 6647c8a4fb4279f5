"""MobileNet (Howard et al. 2017) and MobileNetV2 (Sandler et al. 2018), of several widths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ... import nn
from ...hybrid import HybridArrayBlock, HybridBlock
from ..model_store import load
from ..network import Network

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments, Operators, Tensor
    from ..network import ModelArguments, NetworkArguments

__all__ = [
    "MobileNet",
    "MobileNetV2",
    "get_mobilenet",
    "get_mobilenet_v2",
    "mobilenet0_5",
    "mobilenet0_25",
    "mobilenet0_75",
    "mobilenet1_0",
    "mobilenet_v2_0_5",
    "mobilenet_v2_0_25",
    "mobilenet_v2_0_75",
    "mobilenet_v2_1_0",
]
__dir__ = public_names(globals())


class RELU6(HybridArrayBlock):
    """``min(max(x, 0), 6)``."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.clip(x, 0, 6, name="relu6")


def _convolution(
    channels: int,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    activation: HybridBlock | None = None,
) -> list[HybridBlock]:
    layers: list[HybridBlock] = [
        nn.Conv2D(channels, kernel, stride, kernel // 2, groups=groups, use_bias=False),
        nn.BatchNorm(),
    ]
    return layers if activation is None else [*layers, activation]


def _relu() -> HybridBlock:
    return nn.Activation("relu")


_CHANNELS = [32, 64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]
_STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]


class MobileNet(Network):
    """Convolutions in each channel by itself, and across channels by 1 by 1, in turn.

    Parameters
    ----------
    multiplier : float
        By which the numbers of channels are multiplied.
    classes : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self, multiplier: float = 1.0, classes: int = 1000, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(**kwargs)
        widths = [int(multiplier * channels) for channels in _CHANNELS]
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            with self.features.name_scope():
                add = self.features.add
                add(*_convolution(widths[0], 3, 2, activation=_relu()))
                for before, width, stride in zip(widths, widths[1:], _STRIDES, strict=False):
                    add(*_convolution(before, 3, stride, before, activation=_relu()))
                    add(*_convolution(width, activation=_relu()))
                add(nn.GlobalAvgPool2D(), nn.Flatten())
            self.output = nn.Dense(classes)


class LinearBottleneck(HybridArrayBlock):
    """More channels, a convolution in each by itself, and fewer again without an activation.

    Parameters
    ----------
    in_channels, channels : int
    t : int
        By which *in_channels* is multiplied in between.
    stride : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self, in_channels: int, channels: int, t: int, stride: int, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(**kwargs)
        self.use_shortcut = stride == 1 and in_channels == channels
        inner = in_channels * t
        with self.name_scope():
            self.out = nn.HybridSequential()
            self.out.add(*_convolution(inner, activation=RELU6()))
            self.out.add(*_convolution(inner, 3, stride, inner, activation=RELU6()))
            self.out.add(*_convolution(channels))

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        out = self.out(x)
        return F.elemwise_add(out, x) if self.use_shortcut else out


_STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
           (6, 160, 3, 2), (6, 320, 1, 1)]  # fmt: skip
"""The multiplier t, channels, number of bottlenecks, stride of the first one."""


class MobileNetV2(Network):
    """Linear bottlenecks.

    Parameters
    ----------
    multiplier : float
        By which the numbers of channels are multiplied.
    classes : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self, multiplier: float = 1.0, classes: int = 1000, **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(**kwargs)
        width = int(multiplier * 32)
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="features_")
            with self.features.name_scope():
                self.features.add(*_convolution(width, 3, 2, activation=RELU6()))
                for t, channels, count, stride in _STAGES:
                    for i in range(count):
                        before, width = width, int(multiplier * channels)
                        self.features.add(LinearBottleneck(before, width, t, 1 if i else stride))
                last = int(1280 * multiplier) if multiplier > 1.0 else 1280
                self.features.add(*_convolution(last, activation=RELU6()), nn.GlobalAvgPool2D())
            self.output = nn.HybridSequential(prefix="output_")
            with self.output.name_scope():
                self.output.add(nn.Conv2D(classes, 1, use_bias=False, prefix="pred_"), nn.Flatten())


def _width(multiplier: float) -> str:
    """A multiplier as names have it: 1.0, 0.75, 0.5, 0.25."""
    text = f"{multiplier:.2f}"
    return text[:-1] if text in ("1.00", "0.50") else text


def get_mobilenet(
    multiplier: float,
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[NetworkArguments],
) -> MobileNet:
    """Make a `MobileNet`; see `get_model`."""
    net = MobileNet(multiplier, **kwargs)
    return load(net, pretrained, f"mobilenet{_width(multiplier)}", ctx, root)


def get_mobilenet_v2(
    multiplier: float,
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[NetworkArguments],
) -> MobileNetV2:
    """Make a `MobileNetV2`; see `get_model`."""
    net = MobileNetV2(multiplier, **kwargs)
    return load(net, pretrained, f"mobilenetv2_{_width(multiplier)}", ctx, root)


def mobilenet1_0(**kwargs: Unpack[ModelArguments]) -> MobileNet:
    """Make a `MobileNet` of width 1.0; see `get_model`."""
    return get_mobilenet(1.0, **kwargs)


def mobilenet0_75(**kwargs: Unpack[ModelArguments]) -> MobileNet:
    """Make a `MobileNet` of width 0.75; see `get_model`."""
    return get_mobilenet(0.75, **kwargs)


def mobilenet0_5(**kwargs: Unpack[ModelArguments]) -> MobileNet:
    """Make a `MobileNet` of width 0.5; see `get_model`."""
    return get_mobilenet(0.5, **kwargs)


def mobilenet0_25(**kwargs: Unpack[ModelArguments]) -> MobileNet:
    """Make a `MobileNet` of width 0.25; see `get_model`."""
    return get_mobilenet(0.25, **kwargs)


def mobilenet_v2_1_0(**kwargs: Unpack[ModelArguments]) -> MobileNetV2:
    """Make a `MobileNetV2` of width 1.0; see `get_model`."""
    return get_mobilenet_v2(1.0, **kwargs)


def mobilenet_v2_0_75(**kwargs: Unpack[ModelArguments]) -> MobileNetV2:
    """Make a `MobileNetV2` of width 0.75; see `get_model`."""
    return get_mobilenet_v2(0.75, **kwargs)


def mobilenet_v2_0_5(**kwargs: Unpack[ModelArguments]) -> MobileNetV2:
    """Make a `MobileNetV2` of width 0.5; see `get_model`."""
    return get_mobilenet_v2(0.5, **kwargs)


def mobilenet_v2_0_25(**kwargs: Unpack[ModelArguments]) -> MobileNetV2:
    """Make a `MobileNetV2` of width 0.25; see `get_model`."""
    return get_mobilenet_v2(0.25, **kwargs)
