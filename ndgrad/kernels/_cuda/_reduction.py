"""Reductions on a device: a thread for each element of a pass's result."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from ...storage import empty
from .. import _cache
from .._codegen import _loaded, _stored, formula
from .._reduction import Plan, Reduction, limits
from . import _text
from ._driver import Kernel, array_of


def source(
    row: Reduction, dtype: np.dtype[Any], out: np.dtype[Any], kind: str, first: bool, last: bool
) -> str:
    """Readable module text of one pass; the arguments are those of `_reduction.source`."""
    imports: set[str] = set()

    def text(written: str, **loads: str) -> str:
        value, used = formula(written).kernel_text(kind, loads)
        imports.update(used)
        return value

    element = text(row.mapped if first else "x", x=_loaded("x[at]", dtype, kind))
    finished = text(row.finished if last else "a", a="a", n="count")
    start = limits(kind).get(row.start) or text(row.start)
    lines = [
        "def kernel(x, y, count, n, inner, rows, chunks, size):",
        "    for i in range(cuda.grid(1), size, cuda.gridsize(1)):",
        "        column = i % inner",
        "        chunk = i // inner % chunks",
        "        outer = i // (inner * chunks)",
        f"        a = {start}",
        "        for j in range(chunk * rows, min(n, chunk * rows + rows)):",
        "            at = (outer * n + j) * inner + column",
        f"            a = {text(row.combined, a='a', b=element)}",
        f"        y[i] = {_stored(finished, out, kind)}",
    ]
    title = f"{row.name} of {dtype.name} (CUDA): map {row.mapped}, combine by {row.combined}."
    return _text.module(title, lines, imports)


_KERNELS: dict[Any, Kernel] = {}


def kernel(*key: Any) -> Kernel:
    """The kernel for the arguments of `source`, made once a process."""
    if key not in _KERNELS:
        row, dtype, out, kind, first, last = key
        name = "_".join([row.name, *dict.fromkeys((dtype.name, out.name)), f"{first:d}{last:d}"])
        numbers = (types.int64,) * 5
        signature = (array_of(dtype), array_of(out), getattr(types, kind), *numbers)
        _KERNELS[key] = Kernel(_cache.load(f"{name}_cuda", source(*key)).kernel, signature)
    return _KERNELS[key]


def run(row: Reduction, x: Any, how: Plan, out: np.dtype[Any]) -> Any:
    """The CUDA variant of `ndgrad.kernels._reduction.run`."""
    kind = row.kind(x.dtype)
    count = float(how.elements) if kind.startswith("float") else how.elements
    final = len(how.passes) - 1
    for i, step in enumerate(how.passes):
        y = empty(step.size, out if i == final else np.dtype(kind))
        n, inner, rows, chunks = step.geometry[:4].tolist()
        if step.size:
            args = (x, y, count, n, inner, rows, chunks, step.size)
            kernel(row, x.dtype, y.dtype, kind, i == 0, i == final).over(x.device, step.size, args)
        x = y
    return x
