"""Element-wise loops over columns of matrices, which may replace what they read.

A recurrent layer is such a loop in each step, behind products with the state of the step before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np
from numba import types
from numba.np.numpy_support import from_dtype

from ...base import DType, HostArray
from ...memory.device import Buffer
from ..build import binaries
from ..build.launch import Chunked, Specialization, grain, vector
from ..build.threads import num_threads
from ..spec.columns import NO_NUMBERS, Columns, Product
from ..spec.formula import Loop, formula
from ..spec.text import each, expression, indented, module
from .launch import launch, run
from .matmul import gemm_entry
from .tiles import BYTES, packed

_EACH = 3  # numbers of the geometry for an array: see `source`
_LEAST_WORK = 1 << 20  # multiplications that pay for waking a thread
_FEW_ROWS = 4  # of a chunk: with fewer, reading the weights takes as long as multiplying by them


def source(
    loop: Loop,
    kind: str,
    numbers: tuple[str, ...],
    products: int = 0,
    picked: frozenset[str] = frozenset(),
) -> str:
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
    products : int
        Matrix products before the loop in each step.
    picked : frozenset of str
        The arrays whose rows are picked by an index.

    Returns
    -------
    str
        Defines ``loop(*arrays, *numbers, [gemm, address, *matrices,] [index,] geometry, lo, hi)``:
        *matrices* are three for each product, and *gemm* is where `blas.gemm` or `tiles.product`
        is.  *geometry* has the numbers of columns and of steps, then step, start and advance of
        each array, and likewise of both operands and the result of each product, with what
        `_product_numbers` says.
    """
    arrays = _arrays(loop, numbers)
    loads = {name: name if name in numbers else f"{name}_row[i]" for name in loop.args}
    body = []
    for name, written in loop.results:
        body.append(f"new_{name} = {expression(written, kind, loads)}")
        loads[name] = f"new_{name}"
    body += [f"{name}_row[i] = new_{name}" for name, _ in loop.results if name in arrays]
    parameters = [*[f"{name}_all" for name in arrays], *numbers]
    if products:
        parameters += ["gemm", "address"]
        parameters += [f"{of}_{i}" for i in range(products) for of in ("left", "weight", "result")]
    if picked:
        parameters.append("index")
    lines = [
        "@chunked",
        f"def loop({', '.join(parameters)}, geometry, lo, hi):",
        "    count = geometry[0]",
        "    for step in range(geometry[1]):",
    ]
    at = 2 + _EACH * len(arrays)
    for i in range(products):
        lines += _product_lines(i, at)
        at += _PRODUCT_NUMBERS
    lines += ["        for row in range(lo, hi):"]
    for i, name in enumerate(arrays):
        g = [f"geometry[{2 + _EACH * i + j}]" for j in range(_EACH)]
        row = "index[row]" if name in picked else "row"
        lines += [
            f"            at = {g[1]} + step * {g[2]} + {row} * {g[0]}",
            f"            {name}_row = {name}_all[at : at + count]",
        ]
    written = "; ".join(f"{name} = {text}" for name, text in loop.results)
    lines += indented(each("count", body), 3)
    behind = f" behind {products} matrix products" if products else ""
    return module(f"{loop.name}: {written}, of columns of {kind}{behind}.", lines)


_PRODUCT_NUMBERS = 2 * _EACH + 5


def _product_numbers(p: Product, ldb: int) -> tuple[int, ...]:
    left, result = p.left, p.result
    both = (*left[1:], *result[1:])
    return (*both, p.n, p.k, ldb, p.turned, p.add)


def _product_lines(i: int, at: int) -> list[str]:
    """A product of the rows of a chunk, whose numbers begin at *at*."""
    left, left_start, left_advance, own, start, advance, n, k, ldb, turned, add = (
        f"geometry[{at + j}]" for j in range(_PRODUCT_NUMBERS)
    )
    arguments = [
        "address",
        f"left_{i}, {left_start} + step * {left_advance} + lo * {left}, {left}, count < 0",
        f"weight_{i}, 0, {ldb}, {turned} != 0",
        f"result_{i}, {start} + step * {advance} + lo * {own}, {own}",
        f"hi - lo, {n}, {k}, 1.0, float({add})",
    ]
    inside = [f"            {text}," for text in arguments]
    return ["        call(gemm, (", *inside, "        ))"]


def _arrays(loop: Loop, numbers: tuple[str, ...]) -> list[str]:
    """Operands and results that are arrays, in the kernel's order."""
    names = dict.fromkeys((*loop.args, *[name for name, _ in loop.results]))
    return [name for name in names if name not in numbers and name[0] != "_"]


@cache
def _kernel(
    loop: Loop, dtype: DType, numbers: tuple[str, ...], products: int, picked: frozenset[str]
) -> Chunked:
    name = f"{loop.name}_{dtype.name}"
    text = source(loop, dtype.name, numbers, products, picked)
    kernel: Chunked = binaries.load(name, text).loop
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
    steps: int = 1,
    products: Sequence[Product] = (),
    index: Buffer | None = None,
    picked: frozenset[str] = frozenset(),
) -> None:
    """Run *loop* over *n* columns of *rows* rows of *arrays* of one dtype, float32 or float64.

    In each of so many steps *products* are made before, one after the other.  Rows do not depend on
    each other, so a thread takes some of them through all steps.  With an *index*, of which no two
    elements are equal, it has the rows of the arrays *picked*.
    """
    if not rows * n * steps:
        return
    named = tuple(numbers)
    given = [arrays[name] for name in _arrays(loop, named)]
    dtype = given[0].buffer.dtype
    geometry = [n, steps, *[number for x in given for number in x[1:]]]
    buffers, values = [x.buffer for x in given], [dtype.type(x) for x in numbers.values()]
    kernel = _kernel(loop, dtype, named, len(products), picked)
    if not products:
        of_rows = () if index is None else (index,)
        every = grain(n, _cost(loop))
        launch(kernel, *buffers, *values, *of_rows, _geometry(*geometry), rows, every)
        return
    matrices = []
    for p in products:
        ldb = 0 if BYTES else p.k if p.turned else p.n
        weight = packed(p.weight, p.n, p.k, p.turned) if BYTES else p.weight
        matrices += [p.left.buffer, weight, p.result.buffer]
        geometry += _product_numbers(p, ldb)
    gemm = gemm_entry(bool(BYTES), dtype)
    args = (*buffers, *values, *gemm, *matrices, _geometry(*geometry))
    entry = _entry(kernel, dtype, len(buffers), len(values), len(matrices))
    work = steps * rows * sum(p.n * p.k for p in products)
    run(_share_rows, entry, work, rows, *args)


def _share_rows(entry: Specialization, work: int, rows: int, *args: object) -> None:
    """Run over rows, as many threads as that pays for with about as many each."""
    each = max(_FEW_ROWS, -(-rows // num_threads()))
    if rows > each and work >= _LEAST_WORK:
        entry.parallel(*args, rows, each)
    else:
        entry.serial(*args, 0, rows)


@cache
def _entry(
    kernel: Chunked, dtype: DType, arrays: int, numbers: int, matrices: int
) -> Specialization:
    array, number, word = vector(dtype), from_dtype(dtype), types.intp
    integers = vector(np.dtype("int64"))
    kinds = (array,) * arrays, (number,) * numbers, (word,) * 2, (array,) * matrices
    return Specialization(kernel, (*sum(kinds, ()), integers, word, word))
