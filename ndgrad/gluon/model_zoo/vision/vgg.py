"""VGG (Simonyan and Zisserman 2014), with batch normalisation or without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ....initializer import Xavier
from ... import nn
from ..model_store import load
from ..network import ModelArguments, Network, NetworkArguments

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments

__all__ = [
    "VGG",
    "get_vgg",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
]
__dir__ = public_names(globals())

vgg_spec = {
    11: ([1, 1, 2, 2, 2], [64, 128, 256, 512, 512]),
    13: ([2, 2, 2, 2, 2], [64, 128, 256, 512, 512]),
    16: ([2, 2, 3, 3, 3], [64, 128, 256, 512, 512]),
    19: ([2, 2, 4, 4, 4], [64, 128, 256, 512, 512]),
}
"""By the number of layers with weights, convolutions of each stage, and their channels."""


class VGG(Network):
    """Stages of convolutions of 3 by 3, each halved by a maximum, and three dense layers.

    Parameters
    ----------
    layers, filters : list of int
        The number of convolutions of each stage, and of their channels.
    classes : int
    batch_norm : bool
    **kwargs
        *prefix* and *params*.
    """

    def __init__(
        self,
        layers: Sequence[int],
        filters: Sequence[int],
        classes: int = 1000,
        batch_norm: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        if len(layers) != len(filters):
            raise AssertionError(f"VGG: {len(layers)} layers, but {len(filters)} filters")
        init = Xavier(rnd_type="gaussian", factor_type="out", magnitude=2)
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            with self.features.name_scope():
                for count, channels in zip(layers, filters, strict=True):
                    for _ in range(count):
                        self.features.add(
                            nn.Conv2D(channels, kernel_size=3, padding=1, weight_initializer=init)
                        )
                        if batch_norm:
                            self.features.add(nn.BatchNorm())
                        self.features.add(nn.Activation("relu"))
                    self.features.add(nn.MaxPool2D(strides=2))
                for _ in range(2):
                    self.features.add(
                        nn.Dense(4096, activation="relu", weight_initializer="normal"),
                        nn.Dropout(0.5),
                    )
            self.output = nn.Dense(classes, weight_initializer="normal")


class VGGArguments(NetworkArguments, total=False):
    """Of `VGG`, with defaults."""

    batch_norm: bool


class VGGModelArguments(VGGArguments, ModelArguments, total=False):
    """Of functions such as `vgg11`."""


def get_vgg(
    num_layers: int,
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[VGGArguments],
) -> VGG:
    """Make a `VGG` of 11, 13, 16 or 19 layers; see `get_model`.

    Parameters
    ----------
    num_layers : {11, 13, 16, 19}
    pretrained : bool
    ctx : Context, optional
    root : str, optional
    **kwargs
        Arguments of `VGG`: *classes*, *batch_norm*, *prefix*, *params*.

    Raises
    ------
    KeyError
        For another number of layers.
    """
    if num_layers not in vgg_spec:
        raise KeyError(f"Invalid number of layers: {num_layers}. Options are {[*vgg_spec]}")
    net = VGG(*vgg_spec[num_layers], **kwargs)
    suffix = "_bn" if kwargs.get("batch_norm") else ""
    return load(net, pretrained, f"vgg{num_layers}{suffix}", ctx, root)


def vgg11(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 11 layers; see `get_vgg`."""
    return get_vgg(11, **kwargs)


def vgg13(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 13 layers; see `get_vgg`."""
    return get_vgg(13, **kwargs)


def vgg16(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 16 layers; see `get_vgg`."""
    return get_vgg(16, **kwargs)


def vgg19(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 19 layers; see `get_vgg`."""
    return get_vgg(19, **kwargs)


def vgg11_bn(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 11 layers with batch normalisation; see `get_vgg`."""
    return get_vgg(11, **(kwargs | {"batch_norm": True}))


def vgg13_bn(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 13 layers with batch normalisation; see `get_vgg`."""
    return get_vgg(13, **(kwargs | {"batch_norm": True}))


def vgg16_bn(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 16 layers with batch normalisation; see `get_vgg`."""
    return get_vgg(16, **(kwargs | {"batch_norm": True}))


def vgg19_bn(**kwargs: Unpack[VGGModelArguments]) -> VGG:
    """Make a VGG of 19 layers with batch normalisation; see `get_vgg`."""
    return get_vgg(19, **(kwargs | {"batch_norm": True}))
