"""The recorded graph: arrays, nodes, leaves, scopes and topological order; knows no kernels."""

from __future__ import annotations

from .array import Array, Leaf, Maker, variables
from .nodes import (
    Constant,
    Node,
    OutputSlot,
    Version,
    is_released,
    is_tracked,
    next_version,
    release,
)
from .order import NO_VARIABLES, NOT_RECORDED, reachable, settle, topological_order
from .scopes import Scope, state

__all__ = [
    "NOT_RECORDED",
    "NO_VARIABLES",
    "Array",
    "Constant",
    "Leaf",
    "Maker",
    "Node",
    "OutputSlot",
    "Scope",
    "Version",
    "is_released",
    "is_tracked",
    "next_version",
    "reachable",
    "release",
    "settle",
    "state",
    "topological_order",
    "variables",
]
