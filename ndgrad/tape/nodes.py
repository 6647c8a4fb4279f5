"""Nodes of the recorded graph, their output slots, and the logical clock that numbers them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from ..base import DType, Shape
from ..context import Context

next_version: Callable[[], int] = itertools.count(1).__next__
"""The logical clock of nodes and writes: one younger than a node spoils what that has saved."""

Constant = list
"""The class of what stands for a constant array among a node's parents: its version counter.

A bare list, since each new array has one and no other object is made as fast.
"""

Version: TypeAlias = list[int]
"""A version counter: when memory was last written to, by the logical clock; its views share it."""


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
        it; behind them other memory that backward uses.  The whole is None once a backward has
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

    # No constructor: setting the attributes where a node is made takes half the time, and making
    # nodes is most of what recording costs.
    op: Any
    params: Mapping[str, Any] | None
    parents: tuple[Any, ...]
    saved: tuple[Any, ...] | None
    shapes: tuple[Shape, ...]
    versions: tuple[Version | None, ...]
    ctx: Context
    dtype: DType
    number: int
    released: Version


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


def is_tracked(parent: Any) -> bool:
    """Whether a gradient flows to *parent*, one of a node's: neither to a constant nor a number."""
    return parent is not None and parent.__class__ is not Constant


def release(node: Node, since: Version) -> None:
    """Let go of what *node* holds; to nodes younger than *since* it is a constant."""
    node.released = since
    node.saved = node.params = None
    node.versions = node.parents = ()


def is_released(made_by: Any) -> bool:
    """Whether what made an array has been released: the array is a constant from then on."""
    node = made_by.node if made_by.__class__ is OutputSlot else made_by
    # A node without a gradient saves nothing either, but it has parents.
    return node.__class__ is Node and node.saved is None and not node.parents
