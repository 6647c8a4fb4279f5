"""Compiled graphs: a traced function becomes a few fused kernels.

A function is *traced* (`_trace`, with a recorder at the doors of kernels, `_recorder`) into a
*program* (`_program`), which is made smaller (`_optimise`), cut into groups that share a pass over
memory (`_fuse`), and laid out as a *plan* (`_plan`): memory, kernels, and one function that runs
them.  The kernels' text is made from the formulas of the op table by `ndgrad.kernels._fused`.
"""

from __future__ import annotations

from ..base import public_names
from ._compiled import Compiled, compile
from ._explain import Explanation

__all__ = ["Compiled", "Explanation", "compile"]
__dir__ = public_names(globals())
