"""The recorded graph: arrays, nodes, leaves, and the walk that runs it backwards.

Nothing here knows kernels.  A node holds what its operator's backward needs; the walk visits nodes
by falling creation number, which is a topological order because a node is younger than its parents.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np

from .. import tracing
from ..base import MXNetError
from ..context import Context
from ..memory.device import DeviceArray, in_use

NOT_RECORDED = (
    "Cannot differentiate node because it is not in a computational graph. You need to set "
    "is_recording to true or use autograd.record() to save computational graphs for backward. If "
    "you want to differentiate the same graph twice, you need to pass retain_graph=True to "
    "backward."
)
NO_VARIABLES = "There are no inputs in computation graph that require gradients."

stamps = itertools.count(1)
"""One clock for node numbers and writes: a write younger than a node spoils what the node saved."""

next_stamp: Callable[[], int] = stamps.__next__

variables = itertools.count()
"""Numbers in the names that `ndgrad.symbol` shows: of marked variables and other array inputs."""


class State(threading.local):
    """What autograd scopes switch; each thread has its own."""

    recording = False
    training = False


state = State()


class Array:
    """Flat storage with a shape, and a place in the graph.

    Attributes
    ----------
    _data : numpy.ndarray or DeviceArray
        The elements: 1-d, contiguous, writeable.  Views share memory.
    _shape : tuple of int
    _ctx : Context
    _version : list
        When the memory was last written to, by the clock `stamps`; shared by all views of it.  A
        second element says that there are or were views.
    _node : Node, Port, Leaf or None
        What made it, when that was recorded.
    """

    __slots__ = ("_data", "_shape", "_ctx", "_version", "_node", "__weakref__")

    _on_device: ClassVar[type[Array]]
    """What an array becomes whose elements are on a device; the short ways pass it by."""

    def __init__(
        self,
        data: Any,
        shape: tuple[int, ...],
        ctx: Context,
        version: list[int] | None = None,
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
                version.append(1)  # this memory has views: its cell no longer tells one array
        self._node: Node | Port | Leaf | None = None
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.created(self, view=version is not None)


class Leaf:
    """A marked variable: where backward leaves gradients.

    Attributes
    ----------
    grad : Array
        The gradient's buffer, of the variable's shape.
    req : {'write', 'add', 'null'}
    fresh : bool
        Whether a gradient was written since somebody last cleared the flag (MXNet's `_fresh_grad`).
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

    parents: tuple[Any, ...] = ()

    def __init__(self, variable: Array, grad: Array, req: str) -> None:
        self.grad = grad
        self.req = req
        self.fresh = False
        self.number = next_stamp()
        self.ordinal = next(variables)
        self.shape = variable._shape
        self.dtype = variable._data.dtype
        self.ctx = variable._ctx
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.marked(variable)


class Node:
    """One recorded call of an operator.

    Attributes
    ----------
    op : Op
    params : mapping or None
    parents : tuple
        For each input the `Node`, `Port` or `Leaf` that made it; the version cell (a list) of a
        constant array, which tells constants apart; None for a Python number.
    saved : tuple or None
        For each input, then each output: its flat data, a number, or None when backward does not
        use it; behind them other memory that backward uses.  The whole is None once a backward has
        passed and released the node; of what it held, it keeps `op`, `shapes` and `number` then.
    shapes : tuple
        Of each input, then each output.
    ctx, dtype
        Of the outputs.
    versions : tuple
        For each of them the version cell of its memory, which must not be written to after
        `number`; None for what is not saved.  Behind them those of other memory that backward uses.
    number : int
        When the call was made, by the clock `stamps`.
    released : list
        Set when the node is released: when that was, by the clock `stamps`.  To a younger node what
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

    # No constructor: setting the attributes where a node is made takes half the time, and making
    # nodes is most of what recording costs.
    op: Any
    params: Mapping[str, Any] | None
    parents: tuple[Any, ...]
    saved: tuple[Any, ...] | None
    shapes: tuple[tuple[int, ...], ...]
    versions: tuple[list[int] | None, ...]
    ctx: Context
    dtype: np.dtype[Any]
    number: int
    released: list[int]


class Port:
    """One output of a node that has several: edges of the graph need no numbers then."""

    __slots__ = ("node", "index", "number", "ctx", "dtype", "__weakref__")

    def __init__(self, node: Node, index: int, dtype: np.dtype[Any]) -> None:
        self.node = node
        self.index = index
        self.ctx = node.ctx
        self.dtype = dtype
        self.number = next_stamp()

    @property
    def parents(self) -> tuple[Node]:
        return (self.node,)


def release(node: Node, since: list[int]) -> None:
    """Let go of what *node* holds; to nodes younger than *since* it is a constant."""
    node.released = since
    node.saved = node.params = None
    node.versions = node.parents = ()


def is_released(made_by: Node | Port | Leaf) -> bool:
    """Whether what made an array has been released: the array is a constant from then on."""
    node = made_by.node if made_by.__class__ is Port else made_by
    # A node without a gradient saves nothing either, but it has parents.
    return node.__class__ is Node and node.saved is None and not node.parents


def reachable(heads: Iterable[Any]) -> list[Any]:
    """Nodes, ports and leaves that *heads* were made from, oldest first."""
    seen = set(heads)
    pending = list(seen)
    while pending:
        for parent in pending.pop().parents:
            if parent is not None and parent.__class__ is not list and parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return sorted(seen, key=_number)


def settle(nodes: Iterable[Any]) -> None:
    """Let nodes take what had been released before they were made as constants.

    A node that was made of constants alone is released itself: it could as well not have been
    recorded.

    Parameters
    ----------
    nodes : iterable of Node, Port and Leaf
        All that can be reached from some heads, oldest first.
    """
    for node in nodes:
        if node.__class__ is not Node or not node.parents:
            continue
        node.parents = tuple([_parent_now(parent, node.number) for parent in node.parents])
        if all(parent is None or parent.__class__ is list for parent in node.parents):
            release(node, [node.number, 1])


def _parent_now(parent: Any, number: int) -> Any:
    """What stands for *parent* in a node made at *number*."""
    if parent is None or parent.__class__ is list or not is_released(parent):
        return parent
    since: list[int] = (parent.node if parent.__class__ is Port else parent).released
    return since if since[0] < number else parent


def nodes_below(heads: Iterable[Any]) -> list[Any]:
    """Nodes, ports and leaves reachable from *heads*, youngest first, checked to be usable.

    What a backward has released is a constant to nodes made since, and is left out.

    Raises
    ------
    MXNetError
        A head, or something older than its release, was released by an earlier backward; an array
        that a node saved was overwritten.  Nothing has changed then.
    """
    heads = list(heads)
    seen = set(heads)
    pending = list(seen)
    found = []
    unusable: list[Node] = []
    some_released = False
    while pending:
        node = pending.pop()
        found.append(node)
        if node.__class__ is not Node:
            if node.__class__ is Port and node.node not in seen:
                seen.add(node.node)
                pending.append(node.node)
            continue
        if node.saved is None:
            if node.parents:
                unusable.append(node)  # it has no gradient
            else:
                some_released = True
        number = node.number
        for version in node.versions:
            if version is not None and version[0] > number:
                unusable.append(node)
                break
        for parent in node.parents:
            if parent.__class__ is not list and parent is not None and parent not in seen:
                seen.add(parent)
                pending.append(parent)
    found.sort(key=_number, reverse=True)
    if some_released:
        found = _without_released(found, heads)
    for node in unusable:
        if not is_released(node):  # else it is a constant by now
            raise _unusable(node)
    return found


def _without_released(found: list[Any], heads: Iterable[Any]) -> list[Any]:
    """*found* without what is a constant to all that uses it."""
    settle(reversed(found))
    kept = [node for node in found if not is_released(node)]
    used = [x for node in kept for x in node.parents if x is not None and x.__class__ is not list]
    for made_by in (*heads, *used):
        node = made_by.node if made_by.__class__ is Port else made_by
        if is_released(node) and node.released[0] > node.number:
            raise MXNetError(NOT_RECORDED)
    return kept


def _number(node: Any) -> int:
    return node.number


def _unusable(node: Node) -> MXNetError:
    if node.saved is None:
        return MXNetError(f"Operator {node.op.name} is non-differentiable.")
    cells = enumerate(node.versions)
    position = next(i for i, cell in cells if cell is not None and cell[0] > node.number)
    count = len(node.parents)
    inputs, outputs = node.op.keywords, node.op.outputs
    names = [f"input {inputs[min(i, len(inputs) - 1)]!r}" for i in range(count)]
    names += [
        f"output {outputs[min(i, len(outputs) - 1)]!r}" for i in range(len(node.shapes) - count)
    ]
    what = "an array that it uses"
    if position < len(names):
        what = f"its {names[position]} (shape {node.shapes[position]})"
    return MXNetError(
        f"Operator {node.op.name}: {what} was overwritten between forward and backward, so its "
        "gradient cannot be computed. Change arrays after backward, or work on a copy()."
    )


class Rules(Protocol):
    """How gradients are made and added: flat buffers (first order), or recorded arrays."""

    flat: bool

    def ones(self, node: Any, shape: tuple[int, ...]) -> Any: ...

    def zeros(self, shape: tuple[int, ...], node: Any) -> Any: ...

    def add(self, a: Any, b: Any) -> Any: ...

    def add_into(self, a: Any, b: Any) -> Any: ...


def walk(
    order: Sequence[Any],
    pending: dict[Any, Any],
    rules: Rules,
    retain: bool,
    deliver: Callable[[Leaf, Any], None],
) -> None:
    """Run the nodes of *order* backwards.

    Parameters
    ----------
    order : sequence of Node, Port and Leaf
        Youngest first.
    pending : dict
        Gradients of the heads by what made them.  A node of several outputs receives a list.
    rules : Rules
    retain : bool
        Whether nodes keep what they saved; otherwise it is released as the walk passes.
    deliver : callable
        Receives each leaf with its complete gradient.
    """
    # Sums that this walk made may be added to in place; other gradients may be shared.
    owned = set()
    since = [next_stamp(), 1]
    flat, add, add_into = rules.flat, rules.add, rules.add_into
    for node in order:
        gradient = pending.pop(node, None)
        if node.__class__ is not Node:
            if gradient is None:
                continue
            if node.__class__ is Leaf:
                deliver(node, gradient)
                continue
            whole = node.node
            if whole not in pending:
                pending[whole] = [None] * (len(whole.shapes) - len(whole.parents))
            pending[whole][node.index] = gradient
            continue
        if gradient is not None:
            op = node.op
            backward = op.flat_backward if flat else op.recorded_backward
            results = backward(node, gradient)
            for parent, result in zip(node.parents, results):  # noqa: B905 (of equal length)
                if parent is None or parent.__class__ is list:
                    continue
                if result is None:
                    if op.none_is_unreached:
                        continue
                    result = rules.zeros(node.shapes[node.parents.index(parent)], parent)
                have = pending.get(parent)
                if have is None:
                    pending[parent] = result
                elif parent in owned:
                    pending[parent] = add_into(have, result)
                else:
                    pending[parent] = add(have, result)
                    owned.add(parent)
        if not retain:
            release(node, since)
