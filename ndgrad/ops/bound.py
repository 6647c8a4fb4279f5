"""How an operator is called and differentiated, which its definition is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..tape import Array, Node

Call: TypeAlias = Callable[..., Any]
"""An operator on arrays and parameters: it returns an array, a list of those, or ``out``."""

Backward: TypeAlias = Callable[[Node, Any], Sequence[Any]]
"""From a node and its outputs' gradients to those of its inputs: all buffers, or all arrays."""

CALLS: dict[Call, str] = {}
"""Functions that call an operator, and its name: what a profiler times."""


@dataclass(frozen=True)
class Bound:
    """How an operator is called and differentiated: what dispatch makes of a definition.

    Attributes
    ----------
    call : callable or None
        Takes arrays and parameters, returns an array or a list of them.
    buffer_backward, recorded_backward : callable
        The derivative, from a node and the outputs' gradients: on buffers, and on recorded arrays.
    recorded_again : callable or None
        Makes the outputs of a node anew by calls that are recorded one by one, where the node is
        of a compiled function.
    """

    call: Call | None
    buffer_backward: Backward
    recorded_backward: Backward
    recorded_again: Callable[[Node], Sequence[Array]] | None = None
