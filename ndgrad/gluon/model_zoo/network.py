"""The base of the networks, and the arguments of the functions that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ..hybrid import HybridArrayBlock
from ..nn import HybridSequential

if TYPE_CHECKING:
    from ...context import Context
    from ...typing import Operators, Tensor
    from ..parameter_dict import ParameterDict


class Network(HybridArrayBlock):
    """A network that makes features of images, and numbers of classes of those."""

    features: HybridSequential
    output: Any  # programs put layers of their own there

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return self.output(self.features(x))


class NetworkArguments(TypedDict, total=False):
    """Of a network's class."""

    classes: int
    prefix: str | None
    params: ParameterDict | None


class ModelArguments(NetworkArguments, total=False):
    """Of a function that makes a network, with trained parameters if that is asked for."""

    pretrained: bool
    ctx: Context | None
    root: str | None
