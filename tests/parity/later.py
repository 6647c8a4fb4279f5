"""Names of MXNet that ndgrad does not have yet; their cases wait for them.

A case is skipped only if one of these names is what it fails for, and a name that ndgrad has is an
error here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import ModuleType

# Layers, optimizer steps, control flow, decompositions: as they are called on `nd`.
LATER: frozenset[str] = frozenset(
    """
    """.split()
)


def has(nd: ModuleType, name: str) -> bool:
    """Whether ``nd.<name>`` is there, dots and all."""
    value: object = nd
    for part in name.split("."):
        if not hasattr(value, part):
            return False
        value = getattr(value, part)
    return True


def mentioned(tree: ast.AST) -> Iterator[str]:
    """Declared names that a program asks `nd` for."""
    for place in ast.walk(tree):
        if isinstance(place, ast.Attribute):
            name = ast.unparse(place).removeprefix("mx.").removeprefix("nd.")
            if name in LATER:
                yield name
