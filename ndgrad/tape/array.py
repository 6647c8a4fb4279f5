"""Arrays, and the nodes, output slots and leaves of the recorded graph that they are part of."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeGuard, TypeVar, final

import numpy as np

from .. import tracing
from ..base import DType, Shape
from ..context import Context
from ..memory.abstract import AbstractBuffer
from ..memory.device import Buffer, DeviceArray, in_use

next_version: Callable[[], int] = itertools.count(1).__next__
"""The logical clock of nodes and writes: one younger than a node spoils what that has saved."""

Constant = list
"""The class of a version counter, which a constant array has among a node's parents.

A bare list, since each new array has one and no other object is made as fast.
"""

Version: TypeAlias = list[int]
"""A version counter: when memory was last written to, by the logical clock; its views share it.

A second element says that there are or were views, or that parts were written to: when the last
write was of which the part is noted.  Behind it stand parts that were written to, in order: where
each begins and ends, and when that was last.  See `ndgrad.tape.sharing`.
"""

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
        The version counter of the memory, shared by all views of it.
    _node : Node, OutputSlot, Leaf or None
        What made it, when that was recorded.
    _aliases : list of weakref
        This array and its views, or those that it is a view of, which know each other by it; see
        `ndgrad.tape.sharing`.  Not set while there are none.
    """

    __slots__ = ("_data", "_shape", "_ctx", "_version", "_node", "_aliases", "__weakref__")

    _aliases: list[weakref.ref[Array]]

    _one_element: ClassVar[Shape]
    """The shape that indexing gives a single element."""

    _on_device: ClassVar[type[Array]]
    """What an array becomes whose elements are on a device; the fast paths pass it by."""

    def __init__(
        self,
        data: Buffer | AbstractBuffer,
        shape: Shape = (0,),
        ctx: Context = None,  # type: ignore[assignment]
        version: Version | None = None,
    ) -> None:
        # Pickles of MXNet make an array of None alone and call __setstate__ next.
        if in_use and data.__class__ is DeviceArray:
            self.__class__ = self._on_device
        # An abstract buffer is one like any other to all that looks at arrays.
        self._data: Buffer = data  # type: ignore[assignment]
        self._shape = shape
        self._ctx = ctx
        if version is None:
            self._version = [0]
        else:
            self._version = version
            if len(version) == 1:
                version.append(0)  # this memory has views: its counter no longer tells one array
        self._node: Maker | None = None
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.created(self, view=version is not None)

    if TYPE_CHECKING:  # what subclasses have, as far as definitions of operators use it

        @staticmethod
        def _as_key(key: object) -> object: ...
        @staticmethod
        def _stop_before_start(start: int, stop: int) -> int: ...
        @property
        def shape(self) -> Shape: ...
        @property
        def ndim(self) -> int: ...
        @property
        def dtype(self) -> type: ...

        def as_in_context(self, context: Context) -> Array: ...
        def _operator(self, other: Array | float, /) -> Array: ...

        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operator
        __truediv__ = __rtruediv__ = _operator


@final
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
        self.dtype: DType = variable._data.dtype
        self.ctx = variable._ctx
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.marked(variable)


@final
class Node:
    """One recorded call of an operator.

    Attributes
    ----------
    op : Op
    params : mapping or None
    parents : tuple
        For each input the `Node`, `OutputSlot` or `Leaf` that made it; the version counter of a
        constant array, which tells constants apart; None for a Python number.
    saved : tuple or None
        For each input, then each output: its buffer, a number, or None when backward does not use
        it; of an input that the call writes to, the array; behind them other memory that backward
        uses.  The whole is None once a backward has
        passed and released the node; of what it held, it keeps `op`, `shapes` and `number` then.
    shapes : tuple
        Of each input, then each output.
    ctx, dtype
        Of the outputs.
    versions : tuple
        For each of them the version counter of its memory, which must not be written to after
        `number`; None for what is not saved.  Behind them those of other memory that backward uses.
    number : int
        When the call was made, by the logical clock.
    released : list
        Set when the node is released: when that was, by the logical clock.  To a younger node what
        this one made is a constant, and this list stands for it among that node's `parents`.
    """

    __slots__ = (
        "op",
        "params",
        "parents",
        "saved",
        "shapes",
        "versions",
        "number",
        "released",
        "ctx",
        "dtype",
        "__weakref__",
    )

    # No constructor: `new_node` takes half the time, and making nodes is most of what recording
    # costs.
    op: Any  # an `ndgrad.ops.table.Op`, of a layer above
    params: Mapping[str, Any] | None
    parents: tuple[Parent, ...]
    saved: tuple[Saved, ...] | None
    shapes: tuple[Shape, ...]
    versions: tuple[Version | None, ...]
    ctx: Context
    dtype: DType
    number: int
    released: Version


@final
class OutputSlot:
    """One output of a node that has several: edges of the graph need no numbers then."""

    __slots__ = ("node", "index", "number", "ctx", "dtype", "__weakref__")

    def __init__(self, node: Node, index: int, dtype: DType) -> None:
        self.node = node
        self.index = index
        self.ctx = node.ctx
        self.dtype = dtype
        self.number = next_version()

    @property
    def parents(self) -> tuple[Node]:
        return (self.node,)


Maker: TypeAlias = Node | OutputSlot | Leaf
"""What made an array."""

Parent: TypeAlias = Node | OutputSlot | Leaf | Version | None
"""What a node holds for an input: what made it, the version counter of a constant, or None."""

Saved: TypeAlias = Buffer | float | np.generic | Array | None
"""What a node saves of an operand: its elements, a number, an array that the call writes to, or
nothing."""

_A = TypeVar("_A", bound=Array)


# The fast path of element-wise calls (`ndgrad.dispatch.fast`) has the statements of the next two in
# its text: a call of a function would cost it a tenth of its time.
def new_array(cls: type[_A], data: Buffer, shape: Shape, ctx: Context) -> _A:
    """An array of new memory, without telling a recorder; in half the time of the constructor."""
    array = cls.__new__(cls)
    array._data, array._shape, array._ctx = data, shape, ctx
    array._version, array._node = [0], None
    return array


def new_node(
    op: object,
    params: Mapping[str, object] | None,
    parents: tuple[Parent, ...],
    saved: tuple[Saved, ...] | None,
    versions: tuple[Version | None, ...],
    shapes: tuple[Shape, ...],
    outputs: Sequence[Array],
) -> Node:
    """The node of a call; puts those of its outputs on it that the caller sees.

    Parameters
    ----------
    op, params, parents, saved, versions, shapes
        See `Node`.
    outputs : sequence of Array
    """
    node = Node()
    node.op, node.params, node.parents = op, params, parents
    node.saved, node.versions, node.shapes = saved, versions, shapes
    node.ctx, node.dtype = outputs[0]._ctx, outputs[0]._data.dtype
    node.number = next_version()
    if len(outputs) == 1:
        outputs[0]._node = node
    else:
        for i, output in enumerate(outputs):
            output._node = OutputSlot(node, i, output._data.dtype)
    return node


def is_tracked(parent: Parent) -> TypeGuard[Maker]:
    """Whether a gradient flows to *parent*, one of a node's: neither to a constant nor a number."""
    return parent is not None and parent.__class__ is not Constant


def release(node: Node, since: Version) -> None:
    """Let go of what *node* holds; to nodes younger than *since* it is a constant."""
    node.released = since
    node.saved = node.params = None
    node.versions = node.parents = ()


def is_released(made_by: Parent) -> bool:
    """Whether what made an array has been released: the array is a constant from then on."""
    node = made_by.node if made_by.__class__ is OutputSlot else made_by
    # A node without a gradient saves nothing either, but it has parents.
    return node.__class__ is Node and node.saved is None and not node.parents
