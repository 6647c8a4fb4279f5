"""What a symbol consists of, and how it is read from the record behind an array."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from ..array.ndarray import NDArray
from ..base import DType, MXNetError, Shape
from ..ops.table import OPS, Op
from ..tape import Constant, Leaf, Node, OutputSlot, is_released, reachable, settle, variables

NOT_RECORDED = "NDArray is not part of a computation graph. Did you forget to turn on recording?"


class Ref(NamedTuple):
    """An input that an entry made: the entry's position, and which of its outputs."""

    entry: int
    output: int


class NodeEntry:
    """A variable, a constant array, or one call of an operator.

    Attributes
    ----------
    name : str
    op : str or None
        The operator's name in the table; None for a variable or a constant.
    inputs : tuple
        Of `Ref`, numbers, and None for an optional input that was not given.
    params : dict
        What differs from the operator's defaults.
    outputs : int
        How many outputs the operator shows.
    shapes : tuple or None
        Their shapes, if known.
    dtype : numpy.dtype or None
        Of the first, if known.
    foreign : bool
        Whether the operator is not in the table: a user's `autograd.Function`.
    """

    __slots__ = ("dtype", "foreign", "inputs", "name", "op", "outputs", "params", "shapes")

    def __init__(
        self,
        name: str,
        op: str | None = None,
        inputs: tuple[object, ...] = (),
        params: dict[str, object] | None = None,
        outputs: int = 1,
        shapes: tuple[Shape, ...] | None = None,
        dtype: DType | None = None,
        foreign: bool = False,
    ) -> None:
        self.name = name
        self.op = op
        self.inputs = inputs
        self.params = params or {}
        self.outputs = outputs
        self.shapes = shapes
        self.dtype = dtype
        self.foreign = foreign

    def output_name(self, index: int) -> str:
        """What `list_outputs` calls an output."""
        if self.op is None:
            return self.name
        return f"{self.name}_output{index if self.outputs > 1 else ''}"


def postorder(heads: Iterable[object], below: Callable[[Any], Iterable[object]]) -> list[Any]:
    """What can be reached from *heads*, each after what it is made from; no recursion."""
    seen: set[object] = set()
    order: list[object] = []
    for head in heads:
        if head in seen:
            continue
        seen.add(head)
        pending = [(head, iter(below(head)))]
        while pending:
            item, rest = pending[-1]
            for parent in rest:
                if parent not in seen:
                    seen.add(parent)
                    pending.append((parent, iter(below(parent))))
                    break
            else:
                order.append(item)
                pending.pop()
    return order


# --- from the record ------------------------------------------------------------------------------


class _Constant(NamedTuple):
    """An array without a node, told from others by the version counter of its memory.

    Views share the counter.  Where there are some, *which* is the address of the data, or the place
    where it is used if the node has not kept it: one array may have two names then, but never two
    arrays one.
    """

    counter: int
    shape: Shape
    which: object


def _constant(node: Node, i: int) -> _Constant:
    counter: Any = node.parents[i]
    which: object = None
    if len(counter) > 1:
        value = node.saved[i] if node.saved else None
        if isinstance(value, np.ndarray):
            which = value.__array_interface__["data"][0]
        else:
            which = (node.number, i)
    return _Constant(id(counter), node.shapes[i], which)


def _source(parent: object) -> tuple[object, int]:
    """The node or leaf that made an input, and which of its outputs the input is."""
    return (parent.node, parent.index) if parent.__class__ is OutputSlot else (parent, 0)


class _Names:
    """Names of nodes and constants, given when first asked for and then kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = itertools.count()
        self._nodes: WeakKeyDictionary[Node, tuple[str, dict[int, str]]] = WeakKeyDictionary()

    def of(self, order: Sequence[object]) -> dict[Hashable, str]:
        """Names of everything in *order*; older nodes get lower numbers."""
        names: dict[Hashable, str] = {
            leaf: f"var{leaf.ordinal}" for leaf in order if leaf.__class__ is Leaf
        }
        nodes = sorted((n for n in order if n.__class__ is Node), key=lambda n: n.number)
        with self._lock:
            for node in nodes:
                known = self._nodes.get(node)
                if known is not None:
                    names[node] = known[0]
                    for i, name in known[1].items():
                        names.setdefault(_constant(node, i), name)
            for node in nodes:
                if node not in names:
                    names[node] = f"node_{next(self._calls)}"
                    constants = {}
                    for i, parent in enumerate(node.parents):
                        if parent.__class__ is Constant:
                            key = _constant(node, i)
                            if key not in names:
                                names[key] = f"null{next(variables)}"
                            constants[i] = names[key]
                    self._nodes[node] = names[node], constants
        return names


_names = _Names()


def _below(item: object) -> Iterator[object]:
    """What a node was made from; the check that it still knows is made here."""
    if item.__class__ is not Node:
        return
    if is_released(item):
        raise MXNetError(NOT_RECORDED)
    for i, parent in enumerate(item.parents):
        if parent.__class__ is Constant:
            yield _constant(item, i)
        elif parent is not None:
            yield _source(parent)[0]


def _given(op: Op, params: Mapping[str, Any] | None) -> dict[str, object]:
    """Parameters that differ from their defaults; those with an underscore are not the caller's."""
    given = {}
    for name, value in (params or {}).items():
        default: Any = op.params.get(name)
        same = value is default or (type(value) is type(default) and np.array_equal(value, default))
        if not same and not name.startswith("_"):
            given[name] = value
    return given


def entries_of(x: NDArray) -> tuple[list[NodeEntry], Ref]:
    """The entries that *x* was made from, sources first, and which output of the last *x* is.

    Raises
    ------
    MXNetError
        If *x* was not recorded, or backward has released the record.
    """
    if x._node is None:
        raise MXNetError(NOT_RECORDED)
    settle(reachable([x._node]))
    head, index = _source(x._node)
    order = postorder([head], _below)
    names = _names.of(order)
    position: dict[Hashable, int] = {item: i for i, item in enumerate(order)}
    dtypes = _constant_dtypes(order)
    entries = []
    for item in order:
        if item.__class__ is Leaf:
            entries.append(NodeEntry(names[item], shapes=(item.shape,), dtype=item.dtype))
        elif item.__class__ is _Constant:
            entries.append(NodeEntry(names[item], shapes=(item.shape,), dtype=dtypes[item]))
        else:
            entries.append(_call_entry(item, names[item], position))
    return entries, Ref(len(entries) - 1, index)


def _constant_dtypes(order: Sequence[object]) -> dict[_Constant, DType]:
    """The dtype of a constant: its data's where kept, else that of what was made from it."""
    dtypes: dict[_Constant, DType] = {}
    for node in order:
        if node.__class__ is Node:
            for i, parent in enumerate(node.parents):
                if parent.__class__ is Constant:
                    value = node.saved[i] if node.saved else None
                    if isinstance(value, np.ndarray):
                        dtypes[_constant(node, i)] = value.dtype
                    else:
                        dtypes.setdefault(_constant(node, i), node.dtype)
    return dtypes


def _call_entry(node: Node, name: str, position: Mapping[Hashable, int]) -> NodeEntry:
    op, count = node.op, len(node.parents)
    inputs: list[object] = []
    for i, parent in enumerate(node.parents):
        if parent is None:
            inputs.append(node.saved[i] if node.saved else None)
        elif parent.__class__ is Constant:
            inputs.append(Ref(position[_constant(node, i)], 0))
        else:
            made_by, index = _source(parent)
            inputs.append(Ref(position[made_by], index))
    shapes = tuple(op.visible_of(node.shapes[count:], node.params))
    foreign = OPS.get(op.name) is not op
    params = _given(op, node.params)
    return NodeEntry(name, op.name, tuple(inputs), params, len(shapes), shapes, node.dtype, foreign)
