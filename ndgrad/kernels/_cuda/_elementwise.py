"""Element-wise loops on a device: the formulas of the op table as grid-stride kernels."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
from numba import types

from .. import _cache
from .._codegen import Loop, _loaded, _stored, _Writer, formula
from .._elementwise import Layout, Shape, layout
from .._scalar import SCALARS
from . import _text
from ._driver import SIMULATED, Kernel, array_of

_LIBDEVICE = {"gamma": "tgamma"}  # where its name is not that of Python's math


class _CudaWriter(_Writer):
    """Takes CUDA's own functions where a scalar function names one."""

    def _call(self, function: str, *args: Any) -> Any:
        name = SCALARS[function].cuda
        if name is None or self.family == "integer" or SIMULATED:
            return super()._call(function, *args)
        suffix = "f" if self.family == "float32" else ""
        called = ast.Name(f"libdevice.{_LIBDEVICE.get(name, name)}{suffix}")
        return ast.Call(called, list(args), [])


def source(
    loop: Loop,
    dtypes: tuple[np.dtype[Any], ...],
    out_dtypes: tuple[np.dtype[Any], ...],
    compute: str,
    code: str,
) -> str:
    """Readable module text of the kernel for one loop, dtypes and layout.

    Parameters
    ----------
    loop : Loop
    dtypes, out_dtypes : tuple of numpy.dtype
        In memory, of each operand and result.
    compute : str
        The type of the arithmetic.
    code : str
        The letters of `_codegen.source` but ``o``: a result may be an operand's memory anyhow.
    """
    rows, letters = code.startswith("r"), code.lstrip("r")
    kinds = dict(zip(loop.args, letters, strict=True))
    loads = {}
    for name, dtype in zip(loop.args, dtypes, strict=True):
        at = {"v": f"at_{name} + column" if rows else "i", "b": f"at_{name}" if rows else "0"}
        element = name if kinds[name] == "s" else f"{name}[{at[kinds[name]]}]"
        loads[name] = name if kinds[name] == "s" else _loaded(element, dtype, compute)
    arrays = [name for name in loop.args if kinds[name] != "s"]
    results = [name for name, _ in loop.results]
    parameters = [*loop.args, *results, *(["geometry"] if rows else []), "elements"]
    lines = [
        f"def kernel({', '.join(parameters)}):",
        "    for i in range(cuda.grid(1), elements, cuda.gridsize(1)):",
    ]
    if rows:
        lines += [
            "        rest = i // geometry[0]",
            "        column = i - rest * geometry[0]",
            "        axes = geometry[1]",
            *[f"        at_{name} = 0" for name in arrays],
            "        for axis in range(axes + 1, 1, -1):",
            "            above = rest // geometry[axis]",
            "            index = rest - above * geometry[axis]",
            "            rest = above",
        ]
        lines += [
            f"            at_{name} += index * geometry[axis + {position} * axes]"
            for position, name in enumerate(arrays, start=1)
        ]
    imports: set[str] = set()
    values = []
    for (name, text), dtype in zip(loop.results, out_dtypes, strict=True):
        value, used = formula(text).kernel_text(compute, loads, writes=_CudaWriter)
        imports |= used
        values.append((name, _stored(value, dtype, compute)))
    # All are computed before any is stored: a result may lie in an operand's memory.
    lines += [f"        value_{name} = {value}" for name, value in values]
    lines += [f"        {name}[i] = value_{name}" for name in results]
    formulas = "; ".join(f"{name} = {text}" for name, text in loop.results)
    return _text.module(f"{loop.name}: {formulas}   (CUDA).", lines, imports)


class _Kernels(dict[Any, Kernel]):
    def __missing__(self, key: Any) -> Kernel:
        loop, dtypes, out_dtypes, compute, code = key
        name = "_".join([loop.name, *dict.fromkeys(d.name for d in (*dtypes, *out_dtypes)), code])
        scalar = getattr(types, compute)
        operands = [
            scalar if letter == "s" else array_of(dtype)
            for letter, dtype in zip(code.lstrip("r"), dtypes, strict=True)
        ]
        geometry = [array_of(np.dtype("int64"))] if code.startswith("r") else []
        signature = (*operands, *map(array_of, out_dtypes), *geometry, types.int64)
        self[key] = Kernel(_cache.load(f"{name}_cuda", source(*key)).kernel, signature)
        return self[key]


_kernels = _Kernels()


def kernel(
    loop: Loop,
    dtypes: tuple[np.dtype[Any], ...],
    out_dtypes: tuple[np.dtype[Any], ...],
    compute: str,
    code: str,
) -> Kernel:
    """The kernel for this combination, made once a process."""
    return _kernels[loop, dtypes, out_dtypes, compute, code]


def run(
    loop: Loop,
    operands: tuple[Any, ...],
    shapes: tuple[Shape | None, ...],
    results: tuple[Any, ...],
    compute: str,
) -> None:
    """The CUDA variant of `ndgrad.kernels._elementwise.run`."""
    plan: Layout = layout(tuple(shape for shape in shapes if shape is not None), loop.name)
    letters = iter(plan.code.lstrip("r"))
    code = "r" * (plan.rows > 0) + "".join("s" if s is None else next(letters) for s in shapes)
    scalar = np.dtype(compute)
    dtypes = tuple(scalar if s is None else x.dtype for x, s in zip(operands, shapes, strict=True))
    geometry = () if plan.geometry is None else (plan.geometry,)
    n = results[0].size
    args = (*operands, *results, *geometry, n)
    _kernels[loop, dtypes, tuple(r.dtype for r in results), compute, code].over(
        results[0].device, n, args
    )
