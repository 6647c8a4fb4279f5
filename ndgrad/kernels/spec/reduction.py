"""Reductions by formula: map, combine and finish, and which runs of axes are reduced.

Every reduction is brought to the form ``(outer, n, inner) -> (outer, inner)``, once for each run of
adjacent axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...base import DType, Shape, is_floating
from .formula import compute_type


@dataclass(frozen=True)
class Reduction:
    """A way to make one number of many.

    Attributes
    ----------
    name : str
        For file names and messages.
    mapped : str
        Formula over ``x``: what of an element is combined.
    combined : str
        Formula over ``a`` and ``b``, associative but for rounding.
    start : str
        Formula of the neutral element; ``lowest`` and ``highest`` are those of the type.
    finished : str
        Formula over ``a`` and ``n``, the number of elements.
    wide : bool
        Whether floating point is accumulated in float64.
    mixed : bool
        Whether a few neighbours, four to a lane, may meet in the elements' own precision before:
        a conversion of each would take longer than reading it.  Not for what may leave the
        range of float32 on the way to a result that is in it, as products do.
    mathematical : bool
        Whether integers go through floating point.
    """

    name: str
    mapped: str = "x"
    combined: str = "a + b"
    start: str = "0"
    finished: str = "a"
    wide: bool = True
    mixed: bool = False
    mathematical: bool = False

    def kind(self, dtype: DType) -> str:
        """The type of the accumulators, in which all arithmetic is done."""
        if is_floating(dtype):
            return "float64" if self.wide else compute_type(dtype, mathematical=False)
        return "float64" if dtype.kind == "b" or self.mathematical else "int64"

    def narrow(self, dtype: DType) -> str:
        """The type in which a few neighbours are combined."""
        if self.mixed and is_floating(dtype):
            return compute_type(dtype, mathematical=False)
        return self.kind(dtype)


_NOT_NAN = "where(x != x, {}, x)"

REDUCTIONS = {
    way.name: way
    for way in (
        Reduction("sum", mixed=True),
        Reduction("mean", finished="a / n", mixed=True),
        Reduction("prod", combined="a * b", start="1"),
        Reduction("nansum", mapped=_NOT_NAN.format(0), mixed=True),
        Reduction("nanprod", mapped=_NOT_NAN.format(1), combined="a * b", start="1"),
        Reduction("max", combined="maximum(a, b)", start="lowest", wide=False),
        Reduction("min", combined="minimum(a, b)", start="highest", wide=False),
        Reduction("norm1", mapped="abs(x)", mixed=True),
        Reduction("norm2", mapped="x * x", finished="sqrt(a)", mathematical=True),
        Reduction("sum_sq", mapped="x * x", mathematical=True),
        Reduction("all_finite", mapped="where(isfinite(x), 1, 0)", combined="a * b", start="1"),
    )
}
"""The ways to reduce that operators are made of, by name."""


@dataclass(frozen=True, eq=False, slots=True)
class ReductionPlan:
    """How to reduce a shape over some axes; there is one of each, which back ends keep facts of.

    Attributes
    ----------
    source : tuple of int
        The shape that is reduced.
    axes : tuple of int
    runs : tuple of (int, int, int)
        By `groups`.
    shape, kept : tuple of int
        Of the result, and with every reduced axis as one of length 1.
    elements : int
        How many make one result.
    """

    source: Shape
    axes: Shape
    runs: tuple[tuple[int, int, int], ...]
    shape: Shape
    kept: Shape
    elements: int


def groups(shape: Sequence[int], axes: Sequence[int]) -> list[tuple[int, int, int]]:
    """(outer, n, inner) of each run of adjacent *axes*, the last run first.

    The lengths are those that are left when the runs before have been reduced.
    """
    shape = list(shape)
    found: list[tuple[int, int, int]] = []
    for axis in reversed(range(len(shape))):
        if (axis in axes and shape[axis] != 1) or (axis in axes and not found):
            stop = axis + 1
            start = axis
            while start and (start - 1 in axes or shape[start - 1] == 1):
                start -= 1
            n = math.prod(shape[start:stop])
            found.append((math.prod(shape[:start]), n, math.prod(shape[stop:])))
            shape[start:stop] = [1] * (stop - start)
    return found


@lru_cache(maxsize=4096)
def plan(shape: Shape, axes: Shape, keepdims: bool) -> ReductionPlan:
    """Work out runs and result of a reduction over sorted, non-negative *axes*.

    A reduction over every axis has the shape ``(1,)`` unless *keepdims*, as in MXNet.
    """
    kept = tuple(1 if i in axes else length for i, length in enumerate(shape))
    rest = tuple(length for i, length in enumerate(shape) if i not in axes)
    runs = groups(shape, axes) or [(math.prod(shape), 1, 1)]
    count = math.prod(shape[i] for i in axes)
    return ReductionPlan(shape, axes, tuple(runs), kept if keepdims else rest or (1,), kept, count)


@lru_cache(maxsize=4096)
def plan_to(shape: Shape, target: Shape) -> ReductionPlan | None:
    """The reduction over the axes along which *target* was broadcast to *shape*, if there are any.

    Their lengths become 1.
    """
    own = (1,) * (len(shape) - len(target)) + target
    axes = tuple(i for i, (a, b) in enumerate(zip(own, shape, strict=True)) if a != b)
    return plan(shape, axes, True) if axes else None


def limits(kind: str) -> dict[str, str]:
    """Text of the least and the greatest number of a type."""
    if kind == "int64":
        return {"lowest": "int64(-(2**63))", "highest": "int64(2**63 - 1)"}
    return {"lowest": f"{kind}(-inf)", "highest": f"{kind}(inf)"}
