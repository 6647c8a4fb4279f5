"""Element-wise loops over columns of matrices, which may replace what they read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

import numpy as np

from ...base import DType, HostArray
from ..build import binaries
from ..build.launch import Chunked, grain
from ..spec.columns import NO_NUMBERS, Columns
from ..spec.formula import Loop, formula
from ..spec.text import each, expression, indented, module
from .launch import launch


def source(loop: Loop, kind: str, numbers: tuple[str, ...]) -> str:
    """Readable module text of the kernel of one loop.

    Parameters
    ----------
    loop : Loop
        Formulas are evaluated in order, and read the new values of results before them.  A result
        with the name of an operand replaces it; one whose name begins with an underscore is for
        other formulas alone.
    kind : {'float32', 'float64'}
        Of all operands and of the arithmetic.
    numbers : tuple of str
        Operands that are numbers.

    Returns
    -------
    str
        Defines ``loop(*arrays, *numbers, geometry, lo, hi)`` over rows: *geometry* has the number
        of columns, then step and start of each array.
    """
    arrays = _arrays(loop, numbers)
    loads = {name: name if name in numbers else f"{name}_row[i]" for name in loop.args}
    body = []
    for name, written in loop.results:
        body.append(f"new_{name} = {expression(written, kind, loads)}")
        loads[name] = f"new_{name}"
    body += [f"{name}_row[i] = new_{name}" for name, _ in loop.results if name in arrays]
    parameters = ", ".join([*[f"{name}_all" for name in arrays], *numbers])
    lines = [
        "@chunked",
        f"def loop({parameters}, geometry, lo, hi):",
        "    count = geometry[0]",
        "    for row in range(lo, hi):",
    ]
    for i, name in enumerate(arrays):
        lines += [
            f"        at = geometry[{2 * i + 2}] + row * geometry[{2 * i + 1}]",
            f"        {name}_row = {name}_all[at : at + count]",
        ]
    written = "; ".join(f"{name} = {text}" for name, text in loop.results)
    lines += indented(each("count", body), 2)
    return module(f"{loop.name}: {written}, of columns of {kind}.", lines)


def _arrays(loop: Loop, numbers: tuple[str, ...]) -> list[str]:
    """Operands and results that are arrays, in the kernel's order."""
    names = dict.fromkeys((*loop.args, *[name for name, _ in loop.results]))
    return [name for name in names if name not in numbers and name[0] != "_"]


@cache
def _kernel(loop: Loop, dtype: DType, numbers: tuple[str, ...]) -> Chunked:
    name = f"{loop.name}_{dtype.name}"
    kernel: Chunked = binaries.load(name, source(loop, dtype.name, numbers)).loop
    return kernel


@lru_cache(1024)
def _geometry(*numbers: int) -> HostArray:
    geometry = np.array(numbers, np.int64)
    geometry.flags.writeable = False
    return geometry


@cache
def _cost(loop: Loop) -> int:
    return sum(formula(text).cost for _, text in loop.results)


def columns(
    loop: Loop,
    arrays: Mapping[str, Columns],
    rows: int,
    n: int,
    numbers: Mapping[str, float] = NO_NUMBERS,
) -> None:
    """Run *loop* over *n* columns of *rows* rows of *arrays* of one dtype, float32 or float64."""
    if not rows * n:
        return
    named = tuple(numbers)
    given = [arrays[name] for name in _arrays(loop, named)]
    dtype = given[0].buffer.dtype
    geometry = _geometry(n, *[number for x in given for number in (x.step, x.start)])
    buffers, values = [x.buffer for x in given], [dtype.type(x) for x in numbers.values()]
    kernel = _kernel(loop, dtype, named)
    launch(kernel, *buffers, *values, geometry, rows, grain(n, _cost(loop)))
