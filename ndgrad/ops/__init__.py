"""The op table: every module of this package declares operators, and is imported here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

from .. import kernels
from ..base import MXNetError, as_dtype, shown
from ..kernels import front
from ..kernels.spec.formula import compute_type
from .table import ALIASES, OPS, ElementwiseOp, lookup

for _module in pkgutil.walk_packages(__path__, f"{__name__}."):
    importlib.import_module(_module.name)


def _source(name: str, dtype: Any) -> str:
    """`ndgrad.kernels.source`, which looks into the table."""
    if not isinstance(name, str):
        raise MXNetError(f"kernels.source: name must be a string, got {shown(name)}")
    if name not in OPS and name not in ALIASES:
        raise MXNetError(f"kernels.source: name={name!r}: there is no such operator")
    op, kind = lookup(name), as_dtype(dtype, op="kernels.source")
    if not isinstance(op, ElementwiseOp):
        functions = (op.forward, op.vjp, op.fast_vjp)
        return "\n\n".join(inspect.getsource(f) for f in functions if f is not None)
    loops = [op.forward_loop]
    if op.derivatives:
        loops.append(op.backward_loop(tuple(op.derivatives)))
    compute = compute_type(kind, mathematical=op.mathematical)
    texts = []
    for loop in loops:
        letters = "".join("s" if arg in op.params else "v" for arg in loop.args)
        dtypes = (kind,) * len(loop.args)
        results = (kind,) * len(loop.results)
        texts.append(front.elementwise_text(loop, dtypes, results, compute, letters))
    return "\n\n".join(texts)


kernels.install(OPS, _source)
