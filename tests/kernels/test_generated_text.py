"""The text of generated modules: what they import, and that nothing is missing."""

from __future__ import annotations

import builtins
import dis
import importlib
from collections.abc import Iterator
from itertools import product
from types import CodeType

import numpy as np
import pytest

from ndgrad.kernels import OPS
from ndgrad.kernels.cpu import cross_entropy, elementwise_text, reduction, rowwise
from ndgrad.kernels.spec import text
from ndgrad.kernels.spec.formula import compute_type
from ndgrad.kernels.spec.reduction import Reduction
from ndgrad.kernels.spec.rowwise import SOFTMAX
from ndgrad.ops.table import ElementwiseOp

DTYPES = [np.dtype(name) for name in ("float16", "float32", "float64", "uint8")]


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def check(written: str) -> None:
    """Every global of the functions is imported, every import exists and is used."""
    module = compile(written, "<generated>", "exec")
    imported = set()
    for line in written.splitlines():
        if line.startswith("from "):
            origin, names = line.removeprefix("from ").split(" import ")
            for name in names.split(", "):
                assert hasattr(importlib.import_module(origin), name), (origin, name)
                imported.add(name)
    loads = {
        step.argval
        for code in codes(module)
        for step in dis.get_instructions(code)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    assert loads - vars(builtins).keys() == imported, written


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_element_wise_modules_import_what_they_use(dtype: np.dtype) -> None:
    for name, op in OPS.items():
        if not isinstance(op, ElementwiseOp) or name != op.name:
            continue
        loops = [op.forward_loop]
        if op.derivatives:
            loops.append(op.backward_loop(tuple(op.derivatives)))
        compute = compute_type(dtype, mathematical=op.mathematical)
        for loop in loops:
            letters = "".join("s" if arg in op.params else "v" for arg in loop.args)
            given, made = (dtype,) * len(loop.args), (dtype,) * len(loop.results)
            try:
                written = elementwise_text.source(loop, given, made, compute, letters)
            except KeyError:  # a function of real numbers has no form for integers
                assert dtype.kind in "iub"
                continue
            check(written)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize(
    "row",
    [
        Reduction("sum_of_squares", mapped="x * x", mixed=True),
        Reduction("greatest", combined="maximum(a, b)", start="lowest", wide=False),
        Reduction("norm", mapped="x * x", finished="sqrt(a)", mathematical=True),
    ],
    ids=lambda row: row.name,
)
def test_reductions_import_what_they_use(dtype: np.dtype, row: Reduction) -> None:
    kind = row.kind(dtype)
    forms = ("rows", "short rows", "columns")
    for first, last, form in product((True, False), (True, False), forms):
        given = dtype if first else np.dtype(kind)
        check(reduction.source(row, given, dtype, kind, first, last, form))


@pytest.mark.parametrize("dtype", DTYPES[:3], ids=str)
def test_kernels_along_rows_import_what_they_use(dtype: np.dtype) -> None:
    kind = compute_type(dtype, mathematical=True)
    for form in ("row", "row_cut", "columns", "columns_cut"):
        check(rowwise.source(SOFTMAX, (dtype,), dtype, kind, form))
    check(cross_entropy.source(dtype))
    check(text.driver_source(3))
