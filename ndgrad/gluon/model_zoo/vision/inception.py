"""Inception v3 (Szegedy et al. 2015)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context
from ... import nn
from ...contrib.nn import HybridConcurrent
from ...hybrid import HybridBlock
from ...nn.windows import Lengths
from ..model_store import load
from ..network import Network

if TYPE_CHECKING:
    from typing import Unpack

    from ....typing import BlockArguments
    from ..network import NetworkArguments

__all__ = ["Inception3", "inception_v3"]
__dir__ = public_names(globals())

# Arguments of `_convolution`.
_Convolution = tuple[int, Lengths] | tuple[int, Lengths, int] | tuple[int, Lengths, int, Lengths]


def _convolution(
    channels: int, kernel_size: Lengths, strides: int = 1, padding: Lengths = 0
) -> nn.HybridSequential:
    out = nn.HybridSequential(prefix="")
    out.add(
        nn.Conv2D(channels, kernel_size, strides, padding, use_bias=False),
        nn.BatchNorm(epsilon=0.001),
        nn.Activation("relu"),
    )
    return out


def _branch(*convolutions: _Convolution, pool: HybridBlock | None = None) -> nn.HybridSequential:
    """A pooling, if one is given, and convolutions, each with the arguments of a tuple."""
    out = nn.HybridSequential(prefix="")
    if pool is not None:
        out.add(pool)
    for arguments in convolutions:
        out.add(_convolution(*arguments))
    return out


def _mean() -> nn.AvgPool2D:
    return nn.AvgPool2D(pool_size=3, strides=1, padding=1)


def _block_a(pooled: int, prefix: str) -> HybridConcurrent:
    out = HybridConcurrent(axis=1, prefix=prefix)
    with out.name_scope():
        out.add(_branch((64, 1)))
        out.add(_branch((48, 1), (64, 5, 1, 2)))
        out.add(_branch((64, 1), (96, 3, 1, 1), (96, 3, 1, 1)))
        out.add(_branch((pooled, 1), pool=_mean()))
    return out


def _block_b(prefix: str) -> HybridConcurrent:
    out = HybridConcurrent(axis=1, prefix=prefix)
    with out.name_scope():
        out.add(_branch((384, 3, 2)))
        out.add(_branch((64, 1), (96, 3, 1, 1), (96, 3, 2)))
        out.add(_branch(pool=nn.MaxPool2D(pool_size=3, strides=2)))
    return out


def _block_c(channels: int, prefix: str) -> HybridConcurrent:
    across: tuple[Lengths, int, Lengths] = ((1, 7), 1, (0, 3))
    down: tuple[Lengths, int, Lengths] = ((7, 1), 1, (3, 0))
    n = channels
    out = HybridConcurrent(axis=1, prefix=prefix)
    with out.name_scope():
        out.add(_branch((192, 1)))
        out.add(_branch((n, 1), (n, *across), (192, *down)))
        out.add(_branch((n, 1), (n, *down), (n, *across), (n, *down), (192, *across)))
        out.add(_branch((192, 1), pool=_mean()))
    return out


def _block_d(prefix: str) -> HybridConcurrent:
    out = HybridConcurrent(axis=1, prefix=prefix)
    with out.name_scope():
        out.add(_branch((192, 1), (320, 3, 2)))
        out.add(_branch((192, 1), (192, (1, 7), 1, (0, 3)), (192, (7, 1), 1, (3, 0)), (192, 3, 2)))
        out.add(_branch(pool=nn.MaxPool2D(pool_size=3, strides=2)))
    return out


def _forked(*convolutions: _Convolution) -> nn.HybridSequential:
    """Convolutions, then one across and one down side by side."""
    out = nn.HybridSequential(prefix="")
    out.add(_branch(*convolutions))
    fork = HybridConcurrent(axis=1, prefix="")
    fork.add(_branch((384, (1, 3), 1, (0, 1))))
    fork.add(_branch((384, (3, 1), 1, (1, 0))))
    out.add(fork)
    return out


def _block_e(prefix: str) -> HybridConcurrent:
    out = HybridConcurrent(axis=1, prefix=prefix)
    with out.name_scope():
        out.add(_branch((320, 1)))
        out.add(_forked((384, 1)))
        out.add(_forked((448, 1), (384, 3, 1, 1)))
        out.add(_branch((192, 1), pool=_mean()))
    return out


class Inception3(Network):
    """Blocks of branches of convolutions; for images of 299 by 299.

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
            self.features.add(
                _convolution(32, 3, 2),
                _convolution(32, 3),
                _convolution(64, 3, 1, 1),
                nn.MaxPool2D(pool_size=3, strides=2),
                _convolution(80, 1),
                _convolution(192, 3),
                nn.MaxPool2D(pool_size=3, strides=2),
                _block_a(32, "A1_"),
                _block_a(64, "A2_"),
                _block_a(64, "A3_"),
                _block_b("B_"),
                _block_c(128, "C1_"),
                _block_c(160, "C2_"),
                _block_c(160, "C3_"),
                _block_c(192, "C4_"),
                _block_d("D_"),
                _block_e("E1_"),
                _block_e("E2_"),
                nn.AvgPool2D(pool_size=8),
                nn.Dropout(0.5),
            )
            self.output = nn.Dense(classes)


def inception_v3(
    pretrained: bool = False,
    ctx: Context | None = None,
    root: str | None = None,
    **kwargs: Unpack[NetworkArguments],
) -> Inception3:
    """Make an `Inception3`; see `get_model`."""
    return load(Inception3(**kwargs), pretrained, "inceptionv3", ctx, root)
