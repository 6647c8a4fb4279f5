"""DenseNet (Huang et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ... import nn
from ...contrib.nn import HybridConcurrent, Identity
from ..model_store import load
from ..network import ModelArguments, Network, NetworkArguments

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments

__all__ = ["DenseNet", "densenet121", "densenet161", "densenet169", "densenet201"]
__dir__ = public_names(globals())

densenet_spec = {
    121: (64, 32, [6, 12, 24, 16]),
    161: (96, 48, [6, 12, 36, 24]),
    169: (64, 32, [6, 12, 32, 32]),
    201: (64, 32, [6, 12, 48, 32]),
}
"""By the number of layers with weights, first channels, channels a layer adds, layers of stages."""


def _dense_layer(growth_rate: int, bn_size: int, dropout: float) -> HybridConcurrent:
    """The input joined with *growth_rate* new channels that are computed from it."""
    new = nn.HybridSequential(prefix="")
    new.add(
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(bn_size * growth_rate, kernel_size=1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(growth_rate, kernel_size=3, padding=1, use_bias=False),
    )
    if dropout:
        new.add(nn.Dropout(dropout))
    out = HybridConcurrent(axis=1, prefix="")
    out.add(Identity())
    out.add(new)
    return out


def _transition(channels: int) -> nn.HybridSequential:
    out = nn.HybridSequential(prefix="")
    out.add(
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(channels, kernel_size=1, use_bias=False),
        nn.AvgPool2D(pool_size=2, strides=2),
    )
    return out


class DenseNet(Network):
    """Stages of layers that each read the outputs of all before them.

    Parameters
    ----------
    num_init_features : int
        Channels of the first convolution.
    growth_rate : int
        Channels that a layer adds.
    block_config : list of int
        The number of layers of each stage.
    bn_size : int
        By which a layer first multiplies *growth_rate*.
    dropout : float
    classes : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self,
        num_init_features: int,
        growth_rate: int,
        block_config: Sequence[int],
        bn_size: int = 4,
        dropout: float = 0,
        classes: int = 1000,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        channels = num_init_features
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            self.features.add(
                nn.Conv2D(channels, kernel_size=7, strides=2, padding=3, use_bias=False),
                nn.BatchNorm(),
                nn.Activation("relu"),
                nn.MaxPool2D(pool_size=3, strides=2, padding=1),
            )
            for number, count in enumerate(block_config, start=1):
                stage = nn.HybridSequential(prefix=f"stage{number}_")
                with stage.name_scope():
                    for _ in range(count):
                        stage.add(_dense_layer(growth_rate, bn_size, dropout))
                self.features.add(stage)
                channels += count * growth_rate
                if number != len(block_config):
                    channels //= 2
                    self.features.add(_transition(channels))
            self.features.add(
                nn.BatchNorm(), nn.Activation("relu"), nn.AvgPool2D(pool_size=7), nn.Flatten()
            )
            self.output = nn.Dense(classes)


class DenseNetArguments(NetworkArguments, total=False):
    """Of `DenseNet`, with defaults."""

    bn_size: int
    dropout: float


class DenseNetModelArguments(DenseNetArguments, ModelArguments, total=False):
    """Of functions such as `densenet121`."""


def get_densenet(
    num_layers: int,
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[DenseNetArguments],
) -> DenseNet:
    """Make a `DenseNet` of 121, 161, 169 or 201 layers; see `get_model`."""
    net = DenseNet(*densenet_spec[num_layers], **kwargs)
    return load(net, pretrained, f"densenet{num_layers}", ctx, root)


def densenet121(**kwargs: Unpack[DenseNetModelArguments]) -> DenseNet:
    """Make a `DenseNet` of 121 layers; see `get_model`."""
    return get_densenet(121, **kwargs)


def densenet161(**kwargs: Unpack[DenseNetModelArguments]) -> DenseNet:
    """Make a `DenseNet` of 161 layers; see `get_model`."""
    return get_densenet(161, **kwargs)


def densenet169(**kwargs: Unpack[DenseNetModelArguments]) -> DenseNet:
    """Make a `DenseNet` of 169 layers; see `get_model`."""
    return get_densenet(169, **kwargs)


def densenet201(**kwargs: Unpack[DenseNetModelArguments]) -> DenseNet:
    """Make a `DenseNet` of 201 layers; see `get_model`."""
    return get_densenet(201, **kwargs)
