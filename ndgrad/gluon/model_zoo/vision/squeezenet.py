"""SqueezeNet (Iandola et al. 2016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ... import nn
from ...contrib.nn import HybridConcurrent
from ..model_store import load
from ..network import Network

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments
    from ..network import ModelArguments, NetworkArguments

__all__ = ["SqueezeNet", "squeezenet1_0", "squeezenet1_1"]
__dir__ = public_names(globals())

_FIRST = {"1.0": (96, 7), "1.1": (64, 3)}
_SQUEEZED: dict[str, tuple[int | None, ...]] = {
    "1.0": (None, 16, 16, 32, None, 32, 48, 48, 64, None, 64),
    "1.1": (None, 16, 16, None, 32, 32, None, 48, 48, 64, 64),
}
"""Channels of the fire modules between their halves, four of which come out of each half; a maximum
for None."""


def _convolution(channels: int, kernel_size: int, padding: int = 0) -> nn.HybridSequential:
    out = nn.HybridSequential(prefix="")
    out.add(nn.Conv2D(channels, kernel_size, padding=padding), nn.Activation("relu"))
    return out


def _fire(squeezed: int) -> nn.HybridSequential:
    """A fire module: a convolution to few channels, then two side by side to four times as many."""
    out = nn.HybridSequential(prefix="")
    out.add(_convolution(squeezed, 1))
    expand = HybridConcurrent(axis=1, prefix="")
    expand.add(_convolution(4 * squeezed, 1))
    expand.add(_convolution(4 * squeezed, 3, 1))
    out.add(expand)
    return out


class SqueezeNet(Network):
    """Fire modules.

    Parameters
    ----------
    version : {'1.0', '1.1'}
    classes : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(self, version: str, classes: int = 1000, **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(**kwargs)
        if version not in _FIRST:
            raise AssertionError(f"Unsupported SqueezeNet version {version}:1.0 or 1.1 expected")
        channels, kernel_size = _FIRST[version]
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            self.features.add(nn.Conv2D(channels, kernel_size, strides=2), nn.Activation("relu"))
            for squeezed in _SQUEEZED[version]:
                if squeezed is None:
                    self.features.add(nn.MaxPool2D(pool_size=3, strides=2, ceil_mode=True))
                else:
                    self.features.add(_fire(squeezed))
            self.features.add(nn.Dropout(0.5))
            self.output = nn.HybridSequential(prefix="")
            self.output.add(
                nn.Conv2D(classes, kernel_size=1),
                nn.Activation("relu"),
                nn.AvgPool2D(13),
                nn.Flatten(),
            )


def get_squeezenet(
    version: str,
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[NetworkArguments],
) -> SqueezeNet:
    """Make a `SqueezeNet`; see `get_model`."""
    return load(SqueezeNet(version, **kwargs), pretrained, f"squeezenet{version}", ctx, root)


def squeezenet1_0(**kwargs: Unpack[ModelArguments]) -> SqueezeNet:
    """Make a `SqueezeNet` 1.0; see `get_model`."""
    return get_squeezenet("1.0", **kwargs)


def squeezenet1_1(**kwargs: Unpack[ModelArguments]) -> SqueezeNet:
    """Make a `SqueezeNet` 1.1, as good with less arithmetic; see `get_model`."""
    return get_squeezenet("1.1", **kwargs)
