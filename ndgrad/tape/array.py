"""The base class of arrays, and the leaf that marks one as a variable."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from .. import tracing
from ..base import Shape
from ..context import Context
from ..memory.device import Buffer, DeviceArray, in_use
from .nodes import Node, OutputSlot, Version, next_version

variables = itertools.count()
"""Numbers in the names that `ndgrad.symbol` shows: of marked variables and other array inputs."""


class Array:
    """A buffer with a shape, and a place in the graph.

    Attributes
    ----------
    _data : numpy.ndarray or DeviceArray
        The elements: 1-d, contiguous, writeable.  Views share memory.
    _shape : tuple of int
    _ctx : Context
    _version : list
        The version counter of the memory, shared by all views of it.  A second element says that
        there are or were views.
    _node : Node, OutputSlot, Leaf or None
        What made it, when that was recorded.
    """

    __slots__ = ("_data", "_shape", "_ctx", "_version", "_node", "__weakref__")

    _on_device: ClassVar[type[Array]]
    """What an array becomes whose elements are on a device; the fast paths pass it by."""

    def __init__(
        self, data: Buffer, shape: Shape, ctx: Context, version: Version | None = None
    ) -> None:
        if in_use and data.__class__ is DeviceArray:
            self.__class__ = self._on_device
        self._data = data
        self._shape = shape
        self._ctx = ctx
        if version is None:
            self._version = [0]
        else:
            self._version = version
            if len(version) == 1:
                version.append(1)  # this memory has views: its counter no longer tells one array
        self._node: Maker | None = None
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.created(self, view=version is not None)

    if TYPE_CHECKING:  # what subclasses have, as far as definitions of operators use it

        @property
        def shape(self) -> Shape: ...
        @property
        def ndim(self) -> int: ...
        @property
        def dtype(self) -> type: ...

        def _operator(self, other: Array | float, /) -> Array: ...

        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operator
        __truediv__ = __rtruediv__ = _operator


class Leaf:
    """A marked variable: where backward accumulates gradients.

    Attributes
    ----------
    grad : Array
        The gradient's array, of the variable's shape.
    req : {'write', 'add', 'null'}
    fresh : bool
        Whether a gradient was written since the flag was last cleared (MXNet's `_fresh_grad`).
    ordinal : int
        Its number among all variables, in the order of marking.
    """

    __slots__ = (
        "grad",
        "req",
        "fresh",
        "number",
        "ordinal",
        "shape",
        "dtype",
        "ctx",
        "__weakref__",
    )

    parents: tuple[()] = ()

    def __init__(self, variable: Array, grad: Array, req: str) -> None:
        self.grad = grad
        self.req = req
        self.fresh = False
        self.number = next_version()
        self.ordinal = next(variables)
        self.shape = variable._shape
        self.dtype: np.dtype[np.generic] = variable._data.dtype
        self.ctx = variable._ctx
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.marked(variable)


Maker: TypeAlias = Node | OutputSlot | Leaf
"""What made an array."""
