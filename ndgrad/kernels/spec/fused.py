"""Fused kernels: several formulas and reductions in one pass over memory, before they are text.

A kernel works on a block of numbers seen as (rows, n).  Operands and results are *full* (rows * n
elements), *row* (one for each row), *cycle* (one for each row, from the first again after the last:
of channels, say), *column* (n elements), *one* (a single element) or *number* (an argument).  In
the *flat* form there are no rows and columns.

A reduction along a row ends a *stage*: what follows it runs in another loop over the same row.
Reductions over rows, or over everything, leave one partial result for each work item.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ...base import DType
from .reduction import Reduction

NEUTRAL = {"a + b": "0", "maximum(a, b)": "-inf", "minimum(a, b)": "inf"}
"""What reductions that can be fused begin with, by how they combine."""


def can_reduce(row: Reduction, dtype: DType) -> bool:
    """Whether a fused kernel can make this reduction."""
    return row.combined in NEUTRAL and dtype.name in ("float32", "float64")


@dataclass(frozen=True)
class Operand:
    """An argument; *dtype* is that of memory, or the type of the arithmetic for a number."""

    name: str
    dtype: DType
    level: str


@dataclass(frozen=True)
class FormulaStep:
    """``name = text``: operands are pairs of the formula's name and the value's."""

    name: str
    text: str
    operands: tuple[tuple[str, str], ...]
    compute: str
    dtype: DType
    level: str


@dataclass(frozen=True)
class ReductionStep:
    """A reduction of the full value *source* over 'row', 'column' or 'all'.

    Over a row the result is a row value of *dtype*, finished; otherwise the partial results of
    units: of 'column' in the dtype of the source, which is *dtype*, of 'all' in float64.
    """

    name: str
    source: str
    row: Reduction
    over: str
    dtype: DType


@dataclass(frozen=True)
class Fused:
    """A fused kernel before it is text.

    Attributes
    ----------
    name : str
    form : {'flat', 'rows'}
    operands : tuple of Operand
        Read.  One that is also stored to is written in place.
    steps : tuple of FormulaStep or ReductionStep
        In order.
    stores : tuple of (str, str)
        Value and name of the argument it goes to.
    row_strided : tuple of str
        Full arguments whose rows lie apart: each has two further arguments, where its first row
        begins and how far rows are apart.
    """

    name: str
    form: str
    operands: tuple[Operand, ...]
    steps: tuple[FormulaStep | ReductionStep, ...]
    stores: tuple[tuple[str, str], ...]
    row_strided: tuple[str, ...] = ()

    @cached_property
    def arguments(self) -> tuple[Operand, ...]:
        """In the order of the kernel: operands, results, partial results."""
        levels = {s.name: (s.level, s.dtype) for s in self.steps if isinstance(s, FormulaStep)}
        partial = []
        for step in self.steps:
            if isinstance(step, ReductionStep):
                if step.over == "row":
                    levels[step.name] = "row", step.dtype
                else:
                    kind = step.dtype if step.over == "column" else np.dtype("float64")
                    partial.append(Operand(step.name, kind, f"partial {step.over}"))
        names = {x.name for x in self.operands}
        results: dict[str, Operand] = {}
        for value, target in self.stores:
            if target not in names:
                level, dtype = levels[value]
                results[target] = Operand(target, dtype, level)
        return (*self.operands, *results.values(), *partial)


def padded(shape: Sequence[int], rank: int) -> tuple[int, ...]:
    return (1,) * (rank - len(shape)) + tuple(shape)


@lru_cache(4096)
def level_of(shape: tuple[int, ...], domain: tuple[int, ...]) -> tuple[str, int]:
    """How an operand of *shape* meets the *domain* it broadcasts to, and n where that matters.

    Returns
    -------
    (str, int)
        'full', 'one', 'row', 'cycle', 'column' or 'other'; the length of a row for 'row', 'cycle'
        and 'column'.
    """
    size, whole = math.prod(shape), math.prod(domain)
    if size == whole:
        return "full", 0
    if size == 1:
        return "one", 0
    own = padded(shape, len(domain))
    kept = [a == b for a, b in zip(own, domain, strict=True) if b != 1]
    lengths = [b for b in domain if b != 1]
    matched = sum(kept)
    if kept == [True] * matched + [False] * (len(kept) - matched):
        return "row", math.prod(lengths[matched:])
    if kept == [False] * (len(kept) - matched) + [True] * matched:
        return "column", math.prod(lengths[len(kept) - matched :])
    first = kept.index(True)
    if all(kept[first : first + matched]):
        return "cycle", math.prod(lengths[first + matched :])
    return "other", 0


def reduced_level(shape: Sequence[int], axes: Sequence[int]) -> tuple[str, int]:
    """What a reduction of *shape* over *axes* folds: 'row', 'column', 'all' or 'other', and n."""
    lengths = [b for b in shape if b != 1]
    cut = [i in axes for i, b in enumerate(shape) if b != 1]
    count = sum(cut)
    if all(cut):
        return "all", 0
    if cut == [False] * (len(cut) - count) + [True] * count:
        return "row", math.prod(lengths[len(cut) - count :])
    if cut == [True] * count + [False] * (len(cut) - count):
        return "column", math.prod(lengths[count:])
    return "other", 0
