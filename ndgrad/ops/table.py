"""The operator table: what enters it, and what reads it.

All facts of an operator are there; namespaces, graph, compiler, tests and docs read them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from .bound import Call
from .definition import ALIASES as ALIASES
from .definition import DIFFERENTIABLE as DIFFERENTIABLE
from .definition import NONE as NONE
from .definition import OPS as OPS
from .definition import ZERO as ZERO
from .definition import Calls as Calls
from .definition import CompositeOp as CompositeOp
from .definition import ElementwiseOp as ElementwiseOp
from .definition import Forward as Forward
from .definition import Op as Op
from .definition import Params as Params
from .definition import Result as Result
from .definition import ResultOn as ResultOn
from .definition import Sample as Sample
from .definition import Shapes as Shapes
from .definition import UpdateOp as UpdateOp
from .definition import lookup as lookup
from .gradients import Derivative as Derivative
from .gradients import Gradient as Gradient
from .gradients import Gradients as Gradients
from .gradients import Needs as Needs
from .gradients import PartialGradient as PartialGradient
from .gradients import RowGradients as RowGradients

_readers: list[Callable[[Op], None]] = []
_DECLARING = {
    f"{__package__}.{name}" for name in ("table", "definition", "declare", "composite", "derived")
}
_Kind = TypeVar("_Kind", bound=Op)


def for_each(reader: Callable[[Op], None]) -> None:
    """Call *reader* with every operator of the table now, and with each that is added later."""
    for op in list(OPS.values()):
        reader(op)
    _readers.append(reader)


def _declaring_module() -> str:
    """The first module on the stack that is not part of the declaration API."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") in _DECLARING:
        frame = frame.f_back
    return "" if frame is None else str(frame.f_globals.get("__name__", ""))


def register(op: _Kind) -> _Kind:
    """Add *op* to the table.

    Raises
    ------
    ValueError
        If a name is taken, or facts of the definition do not fit each other.
    """
    for name in op.names:
        if name in OPS or name in ALIASES:
            raise ValueError(f"operator {name!r} is registered twice")
    op.check()
    op.module = op.module or _declaring_module()
    OPS[op.name] = op
    for name in op.aliases:
        ALIASES[name] = op.name
    for reader in _readers:
        reader(op)
    return op


class _Operators:
    """``F.sum(x, axis=1)``: operators of the table by name, for derivatives in terms of them."""

    def __getattr__(self, name: str) -> Call:
        if name.startswith("__"):  # what inspect and copy look for
            raise AttributeError(name)
        call = lookup(name).call
        setattr(self, name, call)
        return call


F = _Operators()
