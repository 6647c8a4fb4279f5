"""How an operator is called and differentiated, which its definition is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CALLS: dict[Callable[..., Any], str] = {}
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

    call: Callable[..., Any] | None
    buffer_backward: Callable[..., Any]
    recorded_backward: Callable[..., Any]
    recorded_again: Callable[..., Any] | None = None
