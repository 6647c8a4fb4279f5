"""Residual networks (He et al. 2015 and 2016)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ... import nn
from ...hybrid import HybridArrayBlock, HybridBlock
from ..model_store import load
from ..network import ModelArguments, Network, NetworkArguments

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments, Operators, Tensor

__all__ = [
    "BasicBlockV1",
    "BasicBlockV2",
    "BottleneckV1",
    "BottleneckV2",
    "ResNetV1",
    "ResNetV2",
    "get_resnet",
    "resnet18_v1",
    "resnet18_v2",
    "resnet34_v1",
    "resnet34_v2",
    "resnet50_v1",
    "resnet50_v2",
    "resnet101_v1",
    "resnet101_v2",
    "resnet152_v1",
    "resnet152_v2",
]
__dir__ = public_names(globals())


def _conv3x3(channels: int, stride: int, in_channels: int) -> nn.Conv2D:
    return nn.Conv2D(
        channels, kernel_size=3, strides=stride, padding=1, use_bias=False, in_channels=in_channels
    )


class _BlockV1(HybridArrayBlock):
    """``relu(body(x) + x)``, where the body ends with a normalisation.

    Parameters
    ----------
    channels : int
    stride : int
    downsample : bool
        Whether x goes through a convolution of 1 by 1, with that stride, before it is added.
    in_channels : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self,
        channels: int,
        stride: int,
        downsample: bool = False,
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.body = nn.HybridSequential(prefix="")
        self.body.add(*self._layers(channels, stride, in_channels))
        self.downsample = None
        if downsample:
            self.downsample = nn.HybridSequential(prefix="")
            self.downsample.add(
                nn.Conv2D(
                    channels,
                    kernel_size=1,
                    strides=stride,
                    use_bias=False,
                    in_channels=in_channels,
                ),
                nn.BatchNorm(),
            )

    def _layers(self, channels: int, stride: int, in_channels: int) -> list[HybridBlock]:
        raise NotImplementedError

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        made = self.body(x)
        residual = x if self.downsample is None else self.downsample(x)
        return F.Activation(residual + made, act_type="relu")


class BasicBlockV1(_BlockV1):
    """Two convolutions of 3 by 3, added to the input; see `ResNetV1`.

    Parameters
    ----------
    channels : int
    stride : int
    downsample : bool
        Whether the input goes through a convolution before it is added.
    in_channels : int
    **kwargs
        *prefix* and *params*.
    """

    def _layers(self, channels: int, stride: int, in_channels: int) -> list[HybridBlock]:
        return [
            _conv3x3(channels, stride, in_channels),
            nn.BatchNorm(),
            nn.Activation("relu"),
            _conv3x3(channels, 1, channels),
            nn.BatchNorm(),
        ]


class BottleneckV1(_BlockV1):
    """Convolutions of 1 by 1, 3 by 3 and 1 by 1, added to the input; see `ResNetV1`.

    Parameters
    ----------
    channels : int
        A quarter of them in between.
    stride : int
    downsample : bool
        Whether the input goes through a convolution before it is added.
    in_channels : int
    **kwargs
        *prefix* and *params*.
    """

    def _layers(self, channels: int, stride: int, in_channels: int) -> list[HybridBlock]:
        inner = channels // 4
        return [
            nn.Conv2D(inner, kernel_size=1, strides=stride),
            nn.BatchNorm(),
            nn.Activation("relu"),
            _conv3x3(inner, 1, inner),
            nn.BatchNorm(),
            nn.Activation("relu"),
            nn.Conv2D(channels, kernel_size=1, strides=1),
            nn.BatchNorm(),
        ]


class BasicBlockV2(HybridArrayBlock):
    """Two convolutions of 3 by 3 after normalisations, added to the input; see `ResNetV2`.

    Parameters
    ----------
    channels : int
    stride : int
    downsample : bool
        Whether the normalised input goes through a convolution before it is added.
    in_channels : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self,
        channels: int,
        stride: int,
        downsample: bool = False,
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.bn1 = nn.BatchNorm()
        self.conv1 = _conv3x3(channels, stride, in_channels)
        self.bn2 = nn.BatchNorm()
        self.conv2 = _conv3x3(channels, 1, channels)
        self.downsample = _downsample(channels, stride, in_channels) if downsample else None

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        residual = x
        x = F.Activation(self.bn1(x), act_type="relu")
        if self.downsample is not None:
            residual = self.downsample(x)
        x = self.conv1(x)
        x = F.Activation(self.bn2(x), act_type="relu")
        return self.conv2(x) + residual


class BottleneckV2(HybridArrayBlock):
    """Convolutions of 1 by 1, 3 by 3 and 1 by 1 after normalisations, added to the input.

    Parameters
    ----------
    channels : int
        A quarter of them in between.
    stride : int
    downsample : bool
        Whether the normalised input goes through a convolution before it is added.
    in_channels : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self,
        channels: int,
        stride: int,
        downsample: bool = False,
        in_channels: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        inner = channels // 4
        self.bn1 = nn.BatchNorm()
        self.conv1 = nn.Conv2D(inner, kernel_size=1, strides=1, use_bias=False)
        self.bn2 = nn.BatchNorm()
        self.conv2 = _conv3x3(inner, stride, inner)
        self.bn3 = nn.BatchNorm()
        self.conv3 = nn.Conv2D(channels, kernel_size=1, strides=1, use_bias=False)
        self.downsample = _downsample(channels, stride, in_channels) if downsample else None

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        residual = x
        x = F.Activation(self.bn1(x), act_type="relu")
        if self.downsample is not None:
            residual = self.downsample(x)
        x = self.conv1(x)
        x = self.conv2(F.Activation(self.bn2(x), act_type="relu"))
        x = self.conv3(F.Activation(self.bn3(x), act_type="relu"))
        return x + residual


def _downsample(channels: int, stride: int, in_channels: int) -> nn.Conv2D:
    return nn.Conv2D(channels, 1, stride, use_bias=False, in_channels=in_channels)


class _ResNet(Network):
    """Stages of residual blocks, of which all but the first begin with stride 2.

    Parameters
    ----------
    block : class
        `BasicBlockV1` or `BottleneckV1` for `ResNetV1`; `BasicBlockV2` or `BottleneckV2` for
        `ResNetV2`.
    layers : list of int
        The number of blocks of each stage.
    channels : list of int
        Of the first convolution, then of each stage.
    classes : int
    thumbnail : bool
        Whether the first convolution is one of 3 by 3 without stride, for small images.
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self,
        block: type[HybridBlock],
        layers: Sequence[int],
        channels: Sequence[int],
        classes: int = 1000,
        thumbnail: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        if len(layers) != len(channels) - 1:
            raise AssertionError(
                f"{type(self).__name__}: {len(layers)} layers, but {len(channels)} channels, "
                "expected one more than layers"
            )
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            self.features.add(*self._head())
            if thumbnail:
                self.features.add(_conv3x3(channels[0], 1, 0))
            else:
                self.features.add(
                    nn.Conv2D(channels[0], 7, 2, 3, use_bias=False),
                    nn.BatchNorm(),
                    nn.Activation("relu"),
                    nn.MaxPool2D(3, 2, 1),
                )
            for i, count in enumerate(layers):
                stride = 1 if i == 0 else 2
                self.features.add(_stage(block, count, channels[i + 1], stride, i + 1, channels[i]))
            self.features.add(*self._tail())
            self.output = nn.Dense(classes, in_units=channels[-1])

    def _head(self) -> list[HybridBlock]:
        return []

    def _tail(self) -> list[HybridBlock]:
        raise NotImplementedError


def _stage(
    block: Callable[..., HybridBlock],
    count: int,
    channels: int,
    stride: int,
    number: int,
    in_channels: int,
) -> nn.HybridSequential:
    stage = nn.HybridSequential(prefix=f"stage{number}_")
    with stage.name_scope():
        stage.add(
            block(channels, stride, channels != in_channels, in_channels=in_channels, prefix="")
        )
        for _ in range(count - 1):
            stage.add(block(channels, 1, False, in_channels=channels, prefix=""))
    return stage


class ResNetV1(_ResNet):
    """A residual network whose blocks end with a relu (He et al. 2015).

    Parameters
    ----------
    block : class
        `BasicBlockV1` or `BottleneckV1`.
    layers : list of int
        The number of blocks of each stage.
    channels : list of int
        Of the first convolution, then of each stage.
    classes : int
    thumbnail : bool
        Whether the first convolution is one of 3 by 3 without stride, for small images.
    **kwargs
        *prefix* and *params*.
    """

    def _tail(self) -> list[HybridBlock]:
        return [nn.GlobalAvgPool2D()]


class ResNetV2(_ResNet):
    """A residual network whose blocks begin with a normalisation (He et al. 2016).

    Parameters
    ----------
    block : class
        `BasicBlockV2` or `BottleneckV2`.
    layers : list of int
        The number of blocks of each stage.
    channels : list of int
        Of the first convolution, then of each stage.
    classes : int
    thumbnail : bool
        Whether the first convolution is one of 3 by 3 without stride, for small images.
    **kwargs
        *prefix* and *params*.
    """

    def _head(self) -> list[HybridBlock]:
        return [nn.BatchNorm(scale=False, center=False)]

    def _tail(self) -> list[HybridBlock]:
        return [nn.BatchNorm(), nn.Activation("relu"), nn.GlobalAvgPool2D(), nn.Flatten()]


resnet_spec = {
    18: ("basic_block", [2, 2, 2, 2], [64, 64, 128, 256, 512]),
    34: ("basic_block", [3, 4, 6, 3], [64, 64, 128, 256, 512]),
    50: ("bottle_neck", [3, 4, 6, 3], [64, 256, 512, 1024, 2048]),
    101: ("bottle_neck", [3, 4, 23, 3], [64, 256, 512, 1024, 2048]),
    152: ("bottle_neck", [3, 8, 36, 3], [64, 256, 512, 1024, 2048]),
}
"""By the number of layers with weights, the block, blocks of each stage, and channels."""

resnet_net_versions: list[type[_ResNet]] = [ResNetV1, ResNetV2]
resnet_block_versions: list[dict[str, type[HybridBlock]]] = [
    {"basic_block": BasicBlockV1, "bottle_neck": BottleneckV1},
    {"basic_block": BasicBlockV2, "bottle_neck": BottleneckV2},
]


class ResNetArguments(NetworkArguments, total=False):
    """Of `ResNetV1` and `ResNetV2`, with defaults."""

    thumbnail: bool


class ResNetModelArguments(ResNetArguments, ModelArguments, total=False):
    """Of functions such as `resnet18_v1`."""


def get_resnet(
    version: int,
    num_layers: int,
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[ResNetArguments],
) -> _ResNet:
    """Make a `ResNetV1` or `ResNetV2` of 18, 34, 50, 101 or 152 layers; see `get_model`.

    Parameters
    ----------
    version : {1, 2}
    num_layers : int
    pretrained : bool
    ctx : Context, optional
    root : str, optional
    **kwargs
        Arguments of the class: *classes*, *thumbnail*, *prefix*, *params*.

    Raises
    ------
    AssertionError
        If there is no such version, or number of layers.
    """
    if num_layers not in resnet_spec:
        raise AssertionError(
            f"Invalid number of layers: {num_layers}. Options are {resnet_spec.keys()}"
        )
    if version not in (1, 2):
        raise AssertionError(f"Invalid resnet version: {version}. Options are 1 and 2.")
    kind, layers, channels = resnet_spec[num_layers]
    block = resnet_block_versions[version - 1][kind]
    net = resnet_net_versions[version - 1](block, layers, channels, **kwargs)
    return load(net, pretrained, f"resnet{num_layers}_v{version}", ctx, root)


def resnet18_v1(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV1` of 18 layers; see `get_resnet`."""
    return get_resnet(1, 18, **kwargs)


def resnet34_v1(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV1` of 34 layers; see `get_resnet`."""
    return get_resnet(1, 34, **kwargs)


def resnet50_v1(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV1` of 50 layers; see `get_resnet`."""
    return get_resnet(1, 50, **kwargs)


def resnet101_v1(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV1` of 101 layers; see `get_resnet`."""
    return get_resnet(1, 101, **kwargs)


def resnet152_v1(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV1` of 152 layers; see `get_resnet`."""
    return get_resnet(1, 152, **kwargs)


def resnet18_v2(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV2` of 18 layers; see `get_resnet`."""
    return get_resnet(2, 18, **kwargs)


def resnet34_v2(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV2` of 34 layers; see `get_resnet`."""
    return get_resnet(2, 34, **kwargs)


def resnet50_v2(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV2` of 50 layers; see `get_resnet`."""
    return get_resnet(2, 50, **kwargs)


def resnet101_v2(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV2` of 101 layers; see `get_resnet`."""
    return get_resnet(2, 101, **kwargs)


def resnet152_v2(**kwargs: Unpack[ResNetModelArguments]) -> _ResNet:
    """Make a `ResNetV2` of 152 layers; see `get_resnet`."""
    return get_resnet(2, 152, **kwargs)
