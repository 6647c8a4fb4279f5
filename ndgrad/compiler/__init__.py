"""Compiled graphs: a traced function becomes a few fused kernels.

A function is *traced* (`front.trace`, with hooks at the entry points of kernels) into a
*program* (`program.instructions`), which is made smaller (`program.simplify`), cut into groups that
share a pass over memory (`plan.fusion`), and laid out as a *plan* (`plan.plan`): memory, kernels,
and one function that runs them.  The kernels' text is made by `ndgrad.kernels.cpu.fused_text`
from the formulas of operator definitions.
"""

from __future__ import annotations

from ..base import public_names
from .compiled import Compiled, compile
from .run.explain import Explanation

__all__ = ["Compiled", "Explanation", "compile"]
__dir__ = public_names(globals())
