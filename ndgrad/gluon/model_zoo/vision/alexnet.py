"""AlexNet (Krizhevsky 2014, "One weird trick for parallelizing convolutional networks")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ... import nn
from ..model_store import load
from ..network import Network

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments
    from ..network import NetworkArguments

__all__ = ["AlexNet", "alexnet"]
__dir__ = public_names(globals())


class AlexNet(Network):
    """Five convolutions and three dense layers.

    Parameters
    ----------
    classes : int
    **kwargs
        *prefix* and *params*.
    """

    def __init__(self, classes: int = 1000, **kwargs: Unpack[BlockArguments]) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = nn.HybridSequential(prefix="")
            with self.features.name_scope():
                self.features.add(
                    nn.Conv2D(64, kernel_size=11, strides=4, padding=2, activation="relu"),
                    nn.MaxPool2D(pool_size=3, strides=2),
                    nn.Conv2D(192, kernel_size=5, padding=2, activation="relu"),
                    nn.MaxPool2D(pool_size=3, strides=2),
                    nn.Conv2D(384, kernel_size=3, padding=1, activation="relu"),
                    nn.Conv2D(256, kernel_size=3, padding=1, activation="relu"),
                    nn.Conv2D(256, kernel_size=3, padding=1, activation="relu"),
                    nn.MaxPool2D(pool_size=3, strides=2),
                    nn.Flatten(),
                    nn.Dense(4096, activation="relu"),
                    nn.Dropout(0.5),
                    nn.Dense(4096, activation="relu"),
                    nn.Dropout(0.5),
                )
            self.output = nn.Dense(classes)


def alexnet(
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[NetworkArguments],
) -> AlexNet:
    """Make an `AlexNet`; see `get_model`."""
    return load(AlexNet(**kwargs), pretrained, "alexnet", ctx, root)
