"""Lines (softmax and its relatives) on a device: a thread for each line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from .. import _cache
from .._codegen import _loaded, _stored, formula
from .._rowwise import Lines
from . import _text
from ._driver import Kernel, array_of


def source(lines: Lines, dtypes: tuple[Any, ...], out: Any, kind: str, cut: bool) -> str:
    """Readable module text of one operation.

    Parameters
    ----------
    lines : Lines
    dtypes, out : numpy.dtype
        In memory, of the operands and of the result.
    kind : str
        The type of the arithmetic.
    cut : bool
        Whether each line has a length of its own.
    """
    imports: set[str] = set()
    loads = {
        name: _loaded(f"{name}[at]", dtype, kind)
        for name, dtype in zip(lines.args, dtypes, strict=True)
    } | {"scale": "scale", "m": "m", "s": "s", "t": "t"}

    def text(written: str) -> str:
        value, used = formula(written).kernel_text(kind, loads)
        imports.update(used)
        return value

    along = ["        for r in range(full):", "            at = first + r * inner"]
    body = [
        f"def kernel({', '.join(lines.args)}, y, lengths, n, inner, scale, count):",
        "    for line in range(cuda.grid(1), count, cuda.gridsize(1)):",
        "        first = line // inner * n * inner + line % inner",
        f"        full = {'min(max(lengths[line], 0), n)' if cut else 'n'}",
    ]
    if lines.peak:
        greatest = text(f"maximum(m, {lines.peak})")
        body += [f"        m = {kind}(-inf)", *along, f"            m = {greatest}"]
    body += [f"        s = {kind}(0)", *along, f"            s += {text(lines.summed)}"]
    if lines.once:
        body += [f"        s = {text(lines.once)}"]
    body += [*along]
    if "t" in lines.names():
        body += [f"            t = {text(lines.summed)}"]
    body += [f"            y[at] = {_stored(text(lines.result), out, kind)}"]
    if cut:
        body += [
            "        for r in range(full, n):",
            f"            y[first + r * inner] = {_stored(f'{kind}(0)', out, kind)}",
        ]
    title = f"{lines.name} (CUDA): {lines.result}, s the sum of {lines.summed}."
    return _text.module(title, body, imports)


_KERNELS: dict[Any, Kernel] = {}


def kernel(*key: Any) -> Kernel:
    """The kernel for the arguments of `source`, made once a process."""
    if key not in _KERNELS:
        lines, dtypes, out, kind, cut = key
        name = "_".join([lines.name, "cut" * cut, *dict.fromkeys(d.name for d in (*dtypes, out))])
        arrays = map(array_of, (*dtypes, out, np.dtype("int64")))
        signature = (*arrays, types.int64, types.int64, getattr(types, kind), types.int64)
        _KERNELS[key] = Kernel(_cache.load(f"{name}_cuda", source(*key)).kernel, signature)
    return _KERNELS[key]


def run(
    lines: Lines,
    operands: tuple[Any, ...],
    y: Any,
    form: tuple[int, int, int],
    kind: str,
    scale: float,
    lengths: Any,
) -> None:
    """The CUDA variant of `ndgrad.kernels._rowwise.run`."""
    outer, n, inner = form
    made = kernel(lines, tuple(x.dtype for x in operands), y.dtype, kind, lengths is not None)
    none = np.empty(0, np.int64)
    args = (*operands, y, none if lengths is None else lengths, n, inner, scale, outer * inner)
    made.over(y.device, outer * inner, args)
