"""The op table and its kernels: every file here whose name has no underscore registers rows."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

from ..base import MXNetError, as_dtype, public_names, shown
from ._target import use_wide_vectors

use_wide_vectors()

from . import _codegen, _cuda  # noqa: E402, F401
from ._table import ALIASES, OPS, ElementwiseOp, lookup  # noqa: E402

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["ALIASES", "OPS", "source"]
__dir__ = public_names(globals())


def source(name: str, dtype: Any = "float32") -> str:
    """Return the text of an operator's kernels, to be read.

    Parameters
    ----------
    name : str
        An operator of the table, or an alias.
    dtype : str or type
        Of the operands.

    Returns
    -------
    str
        For an element-wise operator the generated modules of the forward and the gradient kernel,
        for contiguous operands of one shape; for any other the Python functions of its row.

    Raises
    ------
    MXNetError
        If there is no such operator.

    Examples
    --------
    >>> print(source("square"))  # doctest: +ELLIPSIS
    \"\"\"square: y = x * x   (x: float32[]). Made from the op table; do not edit.\"\"\"
    ...
    @chunked
    def loop(x, y, lo, hi):
        x = x[lo:hi]
        y = y[lo:hi]
        for i in range(y.size):
            y[i] = x[i] * x[i]
    ...
    """
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
    compute = _codegen.compute_type(kind, mathematical=op.mathematical)
    texts = []
    for loop in loops:
        letters = "".join("s" if arg in op.params else "v" for arg in loop.args)
        dtypes = (kind,) * len(loop.args)
        results = (kind,) * len(loop.results)
        texts.append(_codegen.source(loop, dtypes, results, compute, letters))
    return "\n\n".join(texts)
