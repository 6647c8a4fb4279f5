"""The recorded graph: arrays, nodes, leaves, scopes and topological order; knows no kernels."""

from __future__ import annotations

from .array import (
    Array,
    Constant,
    Leaf,
    Maker,
    Node,
    OutputSlot,
    Parent,
    Saved,
    Version,
    is_released,
    is_tracked,
    new_array,
    new_node,
    next_version,
    release,
    variables,
)
from .order import HOW_TO_RECORD, NO_VARIABLES, NOT_RECORDED, reachable, settle, topological_order
from .scopes import Scope, state
from .sharing import (
    is_overwritten,
    leave_aliases,
    new_view,
    note_write,
    overlapping,
    renew,
    without_dead,
)

__all__ = [
    "HOW_TO_RECORD",
    "NOT_RECORDED",
    "NO_VARIABLES",
    "Array",
    "Constant",
    "Leaf",
    "Maker",
    "Node",
    "OutputSlot",
    "Parent",
    "Saved",
    "Scope",
    "Version",
    "is_overwritten",
    "is_released",
    "is_tracked",
    "leave_aliases",
    "new_array",
    "new_node",
    "new_view",
    "next_version",
    "note_write",
    "overlapping",
    "reachable",
    "release",
    "renew",
    "settle",
    "state",
    "topological_order",
    "variables",
    "without_dead",
]
