"""`Sequential` and `HybridSequential`: layers called one after the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self, overload

from ...base import public_names
from ..block import ArrayBlock, Block, indented
from ..hybrid import HybridBlock

if TYPE_CHECKING:
    from ...typing import Operators, Tensor

__all__ = ["HybridSequential", "Sequential"]
__dir__ = public_names(globals())


class _Container(ArrayBlock):
    """A list of blocks."""

    _is_layer = False

    def __repr__(self) -> str:
        layers = [f"  ({name}): {indented(repr(x))}" for name, x in self._children.items()]
        return f"{type(self).__name__}(\n" + "\n".join(layers) + "\n)"

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[Block]:
        return iter([*self._children.values()])

    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...
    def __getitem__(self, key: int | slice) -> Block:
        """The layer at an index, or a container of the same class with the layers of a slice."""
        layers = [*self._children.values()]
        if isinstance(key, slice):
            part = type(self)(prefix=self.prefix)
            part.add(*layers[key])
            return part
        try:
            return layers[key]
        except IndexError:
            raise IndexError(
                f"{type(self).__name__}: index {key} is out of bounds for {len(self)} layers"
            ) from None

    def add(self, *blocks: Block) -> None:
        """Append blocks."""
        for block in blocks:
            if isinstance(block, (list, tuple)):
                raise TypeError(
                    f"{type(self).__name__}.add: expected blocks, got a {type(block).__name__}; "
                    "give its elements, add(*layers)"
                )
            self.register_child(block)


class Sequential(_Container):
    """Layers called one after the other, each with the output of the one before.

    Parameters
    ----------
    prefix : str, optional
    params : ParameterDict, optional

    Examples
    --------
    >>> import ndgrad as mx
    >>> from ndgrad.gluon import nn
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(10, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> net(mx.nd.ones((3, 4))).shape
    (3, 2)
    """

    def forward(self, x: Any) -> Any:
        """Call all layers in turn."""
        for block in self._children.values():
            x = block(x)
        return x

    def hybridize(self, active: bool = True, **kwargs: object) -> None:
        """Compile the children that are `HybridBlock`, each by itself."""
        if self._children and all(isinstance(x, HybridBlock) for x in self._children.values()):
            warnings.warn(
                f"All children of this Sequential layer '{self.prefix}' are HybridBlocks. Consider "
                "using HybridSequential for the best performance.",
                stacklevel=2,
            )
        super().hybridize(active, **kwargs)


class HybridSequential(_Container, HybridBlock):
    """Layers called one after the other, which `hybridize` compiles as one program.

    Parameters
    ----------
    prefix : str, optional
    params : ParameterDict, optional

    Examples
    --------
    >>> import ndgrad as mx
    >>> from ndgrad.gluon import nn
    >>> net = nn.HybridSequential()
    >>> net.add(nn.Dense(10, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> net.hybridize()
    >>> net(mx.nd.ones((3, 4))).shape
    (3, 2)
    """

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Call all layers in turn."""
        for block in self._children.values():
            x = block(x)
        return x
