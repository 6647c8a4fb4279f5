"""Compiled graphs: a traced function becomes a few fused kernels.

A function is *traced* (`front.trace`, with a recorder at the entry points of kernels) into a
*program* (`program.instructions`), which is made smaller (`program.simplify`), cut into groups that
share a pass over memory (`plan.fusion`), and laid out as a *plan* (`plan.plan`): memory, kernels,
and one function that runs them.  The kernels' text is made from the formulas of the op table by
`ndgrad.kernels.spec.fused`.
"""

from __future__ import annotations

from ..base import public_names
from .compiled import Compiled, compile
from .run.explain import Explanation

__all__ = ["Compiled", "Explanation", "compile"]
__dir__ = public_names(globals())
