"""The recorded graph of an array as entries of a symbol."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from ..array.ndarray import NDArray
from ..base import DType, MXNetError, Shape
from ..ops.table import OPS, Op, Params
from ..tape import (
    Array,
    Constant,
    Leaf,
    Maker,
    Node,
    OutputSlot,
    is_released,
    reachable,
    settle,
    variables,
)
from .entries import NodeEntry, Operand, Ref, postorder

NOT_RECORDED = "NDArray is not part of a computation graph. Did you forget to turn on recording?"


class _Constant(NamedTuple):
    """An array without a node, identified by the version counter of its memory.

    Views share the counter.  Where there are some, *which* is the address of the data, or the place
    where it is used if the node has not kept it: one array may have two names then, but never two
    arrays one.
    """

    counter: int
    shape: Shape
    which: object


_Item: TypeAlias = Node | Leaf | _Constant
"""What becomes an entry."""


def _constant(node: Node, i: int) -> _Constant:
    counter = node.parents[i]
    assert isinstance(counter, Constant)
    which: object = None
    if len(counter) > 1:
        value = node.saved[i] if node.saved else None
        if isinstance(value, np.ndarray):
            which = value.__array_interface__["data"][0]
        else:
            which = (node.number, i)
    return _Constant(id(counter), node.shapes[i], which)


_recorded_again: WeakKeyDictionary[Node, Sequence[Array]] = WeakKeyDictionary()
"""The outputs of a compiled function's node, recorded by the calls that the function makes."""


def _source(parent: Maker) -> tuple[Node | Leaf, int]:
    """The node or leaf that made an input, and which of its outputs the input is.

    In the place of a compiled function's node is the call in it that made the output.
    """
    node, index = _slot(parent)
    while (again := _anew(node)) is not None:
        made_by = again[index]._node
        assert made_by is not None
        node, index = _slot(made_by)
    return node, index


def _slot(parent: Maker) -> tuple[Node | Leaf, int]:
    return (parent.node, parent.index) if isinstance(parent, OutputSlot) else (parent, 0)


def _anew(node: Node | Leaf) -> Sequence[Array] | None:
    """The outputs of a node as single calls make them, if it is of a compiled function."""
    if not isinstance(node, Node) or node.op.bound is None:
        return None
    record = node.op.bound.recorded_again
    if record is None:
        return None
    if is_released(node):
        raise MXNetError(NOT_RECORDED)
    if node not in _recorded_again:
        _recorded_again[node] = record(node)
    return _recorded_again[node]


class _Names:
    """Names of nodes and constants, given when first asked for and then kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls = itertools.count()
        self._nodes: WeakKeyDictionary[Node, tuple[str, dict[int, str]]] = WeakKeyDictionary()

    def of(self, order: Sequence[_Item]) -> dict[_Item, str]:
        """Names of everything in *order*; older nodes get lower numbers."""
        names: dict[_Item, str] = {
            leaf: f"var{leaf.ordinal}" for leaf in order if isinstance(leaf, Leaf)
        }
        nodes = sorted((n for n in order if isinstance(n, Node)), key=lambda n: n.number)
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
                        if isinstance(parent, Constant):
                            key = _constant(node, i)
                            if key not in names:
                                names[key] = f"null{next(variables)}"
                            constants[i] = names[key]
                    self._nodes[node] = names[node], constants
        return names


_names = _Names()


def _below(item: _Item) -> Iterator[_Item]:
    """The inputs of a node; an error if it has released them."""
    if not isinstance(item, Node):
        return
    if is_released(item):
        raise MXNetError(NOT_RECORDED)
    for i, parent in enumerate(item.parents):
        if isinstance(parent, Constant):
            yield _constant(item, i)
        elif parent is not None:
            yield _source(parent)[0]


def _given(op: Op, params: Params | None) -> dict[str, object]:
    """Parameters that differ from their defaults; those with an underscore are not the caller's."""
    given = {}
    for name, value in (params or {}).items():
        default: Any = op.params.get(name)
        same = value is default or (type(value) is type(default) and np.array_equal(value, default))
        if not same and not name.startswith("_"):
            given[name] = value
    return given


def recorded(x: NDArray) -> Ref:
    """The entry of the call that made *x*, and which of its outputs *x* is.

    Raises
    ------
    MXNetError
        If *x* was not recorded, or backward has released the record.
    """
    if x._node is None:
        raise MXNetError(NOT_RECORDED)
    settle(reachable([x._node]))
    head, index = _source(x._node)
    start: list[_Item] = [head]
    order = postorder(start, _below)
    names = _names.of(order)
    dtypes = _constant_dtypes(order)
    entries: dict[_Item, NodeEntry] = {}
    for item in order:
        if isinstance(item, Leaf):
            made = NodeEntry(names[item], shapes=(item.shape,), dtype=item.dtype)
        elif isinstance(item, _Constant):
            made = NodeEntry(names[item], shapes=(item.shape,), dtype=dtypes[item])
        else:
            made = _call_entry(item, names[item], entries)
        entries[item] = made
    return Ref(entries[head], index)


def _constant_dtypes(order: Sequence[_Item]) -> dict[_Constant, DType]:
    """The dtype of a constant: its data's where kept, else that of what was made from it."""
    dtypes: dict[_Constant, DType] = {}
    for node in order:
        if isinstance(node, Node):
            for i, parent in enumerate(node.parents):
                if isinstance(parent, Constant):
                    value = node.saved[i] if node.saved else None
                    if isinstance(value, np.ndarray):
                        dtypes[_constant(node, i)] = value.dtype
                    else:
                        dtypes.setdefault(_constant(node, i), node.dtype)
    return dtypes


def _call_entry(node: Node, name: str, entries: Mapping[_Item, NodeEntry]) -> NodeEntry:
    op, count = node.op, len(node.parents)
    inputs: list[Operand] = []
    for i, parent in enumerate(node.parents):
        if parent is None:
            value = node.saved[i] if node.saved else None
            inputs.append(value if isinstance(value, (int, float, np.generic)) else None)
        elif isinstance(parent, Constant):
            inputs.append(Ref(entries[_constant(node, i)], 0))
        else:
            made_by, index = _source(parent)
            inputs.append(Ref(entries[made_by], index))
    shapes = tuple(op.visible_of(node.shapes[count:], node.params))
    foreign = OPS.get(op.name) is not op
    params = _given(op, node.params)
    return NodeEntry(name, op.name, tuple(inputs), params, len(shapes), shapes, node.dtype, foreign)
