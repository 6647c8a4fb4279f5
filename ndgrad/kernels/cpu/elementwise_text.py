"""Text of element-wise kernels for the host."""

from __future__ import annotations

from collections.abc import Iterable

from ...base import DType
from ..spec.formula import Loop, powers
from ..spec.text import (
    each,
    expression,
    indented,
    loaded,
    module,
    small_argument_expression,
    stored,
    tested_loops,
)
from .streaming import STREAMED

_BLOCK = 1024
"""Elements whose valid range is tested at once: few enough to stay in the first cache."""


def source(
    loop: Loop,
    dtypes: tuple[DType, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
    layout: str,
    past_caches: bool = False,
) -> str:
    """Readable module text of the serial kernel for one loop, dtypes and layout.

    Parameters
    ----------
    loop : Loop
    dtypes, out_dtypes : tuple of numpy.dtype
        In memory, of each operand and result.
    compute : str
        The type of the arithmetic: ``'float32'``, ``'float64'`` or an integer type.
    layout : str
        One letter an operand: ``v`` a vector that runs with the result, ``o`` one that a result
        overwrites (then each result overwrites one, in their order), ``b`` an array of one
        element, ``s`` a scalar argument.  A leading ``r`` chooses the row form, in which ``b`` is
        an array whose value is constant along a row.
    past_caches : bool
        Whether results go to memory by `streaming.stream`; none may overwrite an operand.

    Returns
    -------
    str
        Defines ``loop(*args, *results, [geometry,] lo, hi)`` over elements (rows) ``[lo, hi)``;
        a result that overwrites an operand is no parameter of its own.  Given twice, as operand
        and as result, the same memory would not pass the test that vector code begins with.
    """
    rows, letters = layout.startswith("r"), layout.lstrip("r")
    loads, kinds = {}, {}
    for name, dtype, letter in zip(loop.args, dtypes, letters, strict=True):
        element = f"{name}[i]" if letter in "vo" else name
        loads[name] = element if letter == "s" else loaded(element, dtype, compute)
        kinds[name] = letter
    overwritten = [name for name in loop.args if kinds[name] == "o"]
    outs = overwritten or [name for name, _ in loop.results]
    fixed = [name for name, letter in kinds.items() if letter in "bs"]
    formulas = [formula for _, formula in loop.results]

    def assigned(values: Iterable[str]) -> list[str]:
        made = [
            stored(value, dtype, compute) for value, dtype in zip(values, out_dtypes, strict=True)
        ]
        if len(overwritten) < 2:
            return [f"{name}[i] = {value}" for name, value in zip(outs, made, strict=True)]
        # A later result may read what an earlier one replaces: all are computed first.
        return [
            *[f"new_{name} = {value}" for name, value in zip(outs, made, strict=True)],
            *[f"{name}[i] = new_{name}" for name in outs],
        ]

    def statements(formulas: Iterable[str]) -> list[str]:
        return assigned(expression(x, compute, loads, fixed) for x in formulas)

    small, tests = [], []
    if compute == "float32":
        for formula in formulas:
            value, beyond = small_argument_expression(formula, loads, fixed)
            small.append(value)
            tests += beyond
    arrays = [name for name in loop.args if kinds[name] != "s"]
    own = [name for name in outs if name not in overwritten]
    parameters = [*loop.args, *own, *(["geometry"] if rows else []), "lo", "hi"]
    vectors = [name for name in [*arrays, *own] if kinds.get(name, "v") in "vo"]
    count = "inner" if rows and not past_caches else f"{outs[0]}.size"
    loops = tested_loops(count, statements(formulas), assigned(small) if tests else [], tests)
    exponents = [name for name, letter in kinds.items() if letter == "s"]
    for exponent, power, products in powers(formulas, exponents):
        loops = [
            f"if {exponent} == {power}:",
            *indented(each(count, statements(products))),
            "else:",
            *indented(loops),
        ]
    lines = ["@chunked", f"def loop({', '.join(parameters)}):"]
    if past_caches:
        lines += _streamed(loops, arrays, vectors, outs, rows)
    elif rows:
        lines += _row_prologue(arrays, outs)
        lines += [
            f"        {n} = {n}_all[at_{n} : at_{n} + inner]"
            if kinds[n] == "v"
            else f"        {n} = {n}_all[at_{n}]"
            for n in arrays
        ]
        lines += [f"        {n} = {n}_all[row * inner : row * inner + inner]" for n in outs]
        lines += indented(loops, 2)
    else:
        lines += [f"    {n} = {n}[0]" for n in arrays if n not in vectors]
        # A slice starts at 0, so the index needs no test for being negative: without it LLVM
        # gathers element by element instead of loading vectors (5 times slower).
        if tests:
            lines += [f"    {n}_all = {n}" for n in vectors]
            lines += [f"    for start in range(lo, hi, {_BLOCK}):"]
            lines += [f"        {n} = {n}_all[start : min(start + {_BLOCK}, hi)]" for n in vectors]
            lines += indented(loops, 2)
        else:
            lines += [f"    {n} = {n}[lo:hi]" for n in vectors]
            lines += indented(loops)
    signature = ", ".join(
        f"{n}: {d.name}{'' if k == 's' else '[]'}"
        for n, d, k in zip(loop.args, dtypes, letters, strict=True)
    )
    written = "; ".join(f"{name} = {formula}" for name, formula in loop.results)
    return module(f"{loop.name}: {written}   ({signature}).", lines, "Made from the op table")


def _streamed(
    loops: list[str], arrays: list[str], vectors: list[str], results: list[str], rows: bool
) -> list[str]:
    """The kernel's body where results go past the caches."""
    constant = [name for name in arrays if name not in vectors]
    operands = [name for name in arrays if name in vectors]
    if rows:
        begin = _row_prologue(arrays, results)
        begin += [f"        {n} = {n}_all[at_{n}]" for n in constant]
        lo, hi, place, levels = "0", "inner", "row * inner + ", 2
    else:
        begin = [f"    {n} = {n}[0]" for n in constant]
        begin += [f"    {n}_all = {n}" for n in [*operands, *results]]
        lo, hi, place, levels = "lo", "hi", "", 1
    part = STREAMED
    block = [f"for start in range({lo}, {hi}, {part}):", f"    stop = min(start + {part}, {hi})"]
    for n in operands:
        at = f"at_{n} + " if rows else ""
        block.append(f"    {n} = {n}_all[{at}start : {at}stop]")
    block += [f"    {n} = {n}_part[: stop - start]" for n in results]
    block += indented(loops)
    block += [f"    stream({n}_all[{place}start : {place}stop], {n})" for n in results]
    return [
        *[f"    {n}_part = scratch({part}, {n}.dtype)" for n in results],
        *begin,
        *indented(block, levels),
        "    streamed()",
    ]


def _row_prologue(arrays: list[str], outs: list[str]) -> list[str]:
    """Where each operand's row starts: its index along every outer axis times its stride.

    What is left of a row's number behind the other axes is its index along the first.
    """
    return [
        *[f"    {name}_all = {name}" for name in [*arrays, *outs]],
        "    inner = geometry[0]",
        "    axes = geometry[1]",
        "    for row in range(lo, hi):",
        *[f"        at_{name} = 0" for name in arrays],
        "        rest = row",
        "        for axis in range(axes - 1, 0, -1):",
        "            index = rest % geometry[2 + axis]",
        "            rest //= geometry[2 + axis]",
        *[
            f"            at_{name} += index * geometry[2 + {position} * axes + axis]"
            for position, name in enumerate(arrays, start=1)
        ],
        *[
            f"        at_{name} += rest * geometry[2 + {position} * axes]"
            for position, name in enumerate(arrays, start=1)
        ],
    ]
