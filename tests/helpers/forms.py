"""Which rows of the op table stand for the others, where every row with everything takes too long.

Rows are made of kinds of formulas, and of kernels.  A row is a representative if it is made of
something that no smaller one is made of: one more function of a number, or a composition of what is
there already, is none.  Tests whose cost is that of compiling run for the representatives, and with
``--full`` for all rows; as plain Python, which `test_plain_python.py` runs, for all rows always.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

from ndgrad.kernels import OPS
from ndgrad.kernels.build.launch import Chunked
from ndgrad.kernels.spec.formula import formula
from ndgrad.ops.table import ElementwiseOp, Op, UpdateOp

_KERNELS = "ndgrad.kernels."
_FOLLOWED = ("ndgrad.ops.", "ndgrad.kernels.spec.")
"""Modules that describe what kernels compute, and make none."""


def made_of(op: Op) -> frozenset[Hashable]:
    """The kind of a formula, or names of kernels and of what makes kernels."""
    if isinstance(op, ElementwiseOp):
        arrays = len(op.inputs)
        numbers = len(op.forward_loop.args) - arrays
        return frozenset({(arrays, numbers, op.gradient, op.mathematical, bool(op.free))})
    if isinstance(op, UpdateOp):
        return frozenset({("update", len(op.replaced) > 1, bool(op.one_element), op.mathematical)})
    functions = (op.forward, op.vjp, op.fast_vjp)
    return frozenset(name for f in functions if f is not None for name in _reached(f))


def _reached(function: Callable[..., Any]) -> Iterator[str]:
    """Names of kernels, and of functions that make kernels, that *function* calls in the end."""
    waiting, seen = [function], {function}
    while waiting:
        current: Any = waiting.pop()
        for value in _used(current):
            kernel = isinstance(value, Chunked | Dispatcher)
            called: Any = value
            if kernel:
                called = value.function if isinstance(value, Chunked) else value.py_func
            if not isinstance(called, FunctionType) or called in seen:
                continue
            seen.add(called)
            followed = called.__module__.startswith(_FOLLOWED)
            if not kernel and (followed or called.__module__ == current.__module__):
                waiting.append(called)
            elif called.__module__.startswith(_KERNELS):
                yield f"{called.__module__}.{called.__qualname__}"


def _used(function: Any) -> Iterator[Any]:
    """What a function's names stand for: also what classes and tables of its module hold."""
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            yield from (vars(value)[n] for n in names & vars(value).keys())
        elif isinstance(value, type) and value.__module__ == function.__module__:
            yield from vars(value).values()
        elif isinstance(value, dict):
            yield from value.values()
        else:
            yield value


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _cost(op: Op) -> int:
    """How long a row's formulas take to compile, about."""
    if isinstance(op, ElementwiseOp):
        texts = (op.formula, *op.derivatives.values())
    elif isinstance(op, UpdateOp):
        texts = tuple(op.formulas.values())
    else:
        return 0
    return sum(formula(text).cost for text in texts)


def _representatives() -> Iterator[str]:
    known: set[Hashable] = set()
    rows = [(made_of(op), op) for op in OPS.values()]
    rows.sort(key=lambda row: (len(row[0]), row[1].name.startswith("_"), _cost(row[1])))
    for parts, op in rows:
        if not known.issuperset(parts):
            known |= parts
            yield op.name


REPRESENTATIVES = frozenset(_representatives())


FULL = pytest.mark.full
FULL_COMPILED = pytest.mark.full_compiled
SLOW = pytest.mark.slow


def first(*values: Any) -> list[Any]:
    """Parameters of a test that runs for the first of *values*, and with ``--full`` for all."""
    return [values[0], *(pytest.param(value, marks=FULL) for value in values[1:])]


def only_full(op: Op, mark: Any = FULL) -> Any:
    """The marks of a test of this row that runs for the representatives, without ``--full``."""
    return () if op.name in REPRESENTATIVES else mark
