"""Definitions of operators: every module of this package is imported here, and fills the table."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import partial

from .. import kernels
from ..base import DType, DTypeLike, MXNetError, as_dtype, shown
from ..kernels import front
from ..kernels.spec.formula import Loop, compute_type
from .table import ALIASES, OPS, CompositeOp, ElementwiseOp, UpdateOp, lookup

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)


def _source(name: str, dtype: DTypeLike) -> str:
    """`ndgrad.kernels.source`, which looks into the table."""
    if not isinstance(name, str):
        raise MXNetError(f"kernels.source: name must be a string, got {shown(name)}")
    if name not in OPS and name not in ALIASES:
        raise MXNetError(f"kernels.source: name={name!r}: there is no such operator")
    op, kind = lookup(name), as_dtype(dtype, op="kernels.source")
    if isinstance(op, ElementwiseOp):
        loops = [op.forward_loop]
        if op.derivatives:
            loops.append(op.backward_loop(tuple(op.derivatives)))
        layouts = ["".join("s" if x in op.params else "v" for x in loop.args) for loop in loops]
        return "\n\n".join(map(partial(_loop_source, op, kind), loops, layouts))
    if isinstance(op, UpdateOp):
        return _loop_source(op, kind, op.loop, op.layout)
    if isinstance(op, CompositeOp):
        return inspect.getsource(op.function)
    functions = (op.forward, op.vjp, op.fast_vjp)
    return "\n\n".join(inspect.getsource(f) for f in functions if f is not None)


def _loop_source(op: ElementwiseOp | UpdateOp, kind: DType, loop: Loop, layout: str) -> str:
    """The text of a loop over contiguous operands of one dtype."""
    compute = compute_type(kind, mathematical=op.mathematical)
    dtypes, results = (kind,) * len(loop.args), (kind,) * len(loop.results)
    return front.elementwise_text(loop, dtypes, results, compute, layout)


kernels.install(OPS, _source)
