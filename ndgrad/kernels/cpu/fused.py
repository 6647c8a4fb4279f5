"""Fused kernels on the host: how their work is cut into units, and their binaries.

Results of units are combined in order, so they do not depend on the number of threads.
"""

from __future__ import annotations

import math
from functools import cache

from numba import types

from ...base import DType
from ..build import binaries
from ..build.launch import Specialization, vector
from ..spec.fused import Fused, ReductionStep
from ..spec.reduction import Reduction
from ..spec.text import expression, module
from . import fused_text
from .sums import PART

TILE = PART
"""Elements of a tile of the flat form: its scratch rows stay in the cache nearest to the core."""

_UNIT = 1 << 13  # elements of a work item
_UNITS = 128  # units to aim at where each leaves partial results
_NEIGHBOURS = 256  # rows whose elements one sum over rows adds in their own type
_PREFETCH_FROM = 1 << 19  # elements from which a later loop no longer finds them in the caches


class FusedWork:
    """How a kernel's work is cut up.

    Attributes
    ----------
    size, rows, n, block, units : int
        Elements; rows, or tiles; elements of each; how many make a work item; how many of these.
    grain : int
        Units of a chunk for a thread.
    """

    def __init__(self, fused: Fused, size: int, n: int) -> None:
        self._partial = any(isinstance(s, ReductionStep) and s.over != "row" for s in fused.steps)
        self._flat = fused.form == "flat"
        self.size = size
        self.n = max(1, min(size, TILE)) if self._flat else n
        self.rows = -(-size // max(1, self.n))
        self.block = max(1, _UNIT // self.n)
        if self._partial:
            self.block = max(self.block, -(-self.rows // _UNITS))
            if not self._flat:
                self.block = min(self.block, _NEIGHBOURS)
        self.units = -(-self.rows // self.block)
        self.grain = 1

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        return self.size, self.rows, self.n, self.block

    @property
    def prefetch(self) -> bool:
        """Whether it pays to prefetch elements."""
        return self.n >= fused_text.PREFETCH_ROW and self.size >= _PREFETCH_FROM

    def fit(self, each: int) -> int:
        """The units that make *each* elements, cut anew where that is free; 0 if none do."""
        free = not self._partial  # units do not show in results
        if free and self._flat:
            tiles = -(-each // TILE)
            if each % tiles:
                return 0
            self.n = each // tiles
            self.rows = -(-self.size // self.n)
        rows, rest = divmod(each, self.n)
        if free:
            self.block = math.gcd(self.block, rows)
            self.units = -(-self.rows // self.block)
        return 0 if rest or rows % self.block else rows // self.block


class FusedKernel:
    """A compiled fused kernel.

    Attributes
    ----------
    text : str
        Its source.
    entry : Specialization
        Takes ``*arguments, size, rows, n, block`` and work items.
    cached : bool
        Whether it was found compiled on the disk.
    """

    def __init__(self, fused: Fused, prefetch: bool) -> None:
        self.text = fused_text.source(fused, prefetch)
        arguments = [
            getattr(types, x.dtype.name) if x.level == "number" else vector(x.dtype)
            for x in fused.arguments
        ]
        loop = binaries.load(fused.name[:40], self.text).loop
        self.entry = Specialization(
            loop, (*arguments, *(types.intp,) * (6 + 2 * len(fused.row_strided)))
        )
        stats = getattr(loop.serial, "stats", None)  # there is none when the JIT is off
        self.cached = stats is not None and any(stats.cache_hits.values())


class FinalCombine:
    """Partial results of units, combined in order: ``(units, n) -> n``, and finished.

    Its entry takes ``(partial, result, count, units, n)`` and runs over the n.
    """

    def __init__(self, row: Reduction, partial: DType, dtype: DType) -> None:
        combined = expression(row.combined, "float64", {"a": "a", "b": "b"})
        finished = expression(row.finished, "float64", {"a": "a", "n": "count"})
        lines = [
            "@chunked",
            "def join(p, y, count, units, n, lo, hi):",
            "    y = y[lo:hi]",
            "    lanes = empty(hi - lo, float64)",
            "    first = p[lo:hi]",
            "    for i in range(y.size):",
            "        lanes[i] = first[i]",
            "    for unit in range(1, units):",
            "        part = p[unit * n + lo : unit * n + hi]",
            "        for i in range(y.size):",
            "            a = lanes[i]",
            "            b = float64(part[i])",
            f"            lanes[i] = {combined}",
            "    for i in range(y.size):",
            "        a = lanes[i]",
            f"        y[i] = {dtype.name}({finished})",
        ]
        text = module(f"The end of {row.name}: partial results in order.", lines)
        join = binaries.load(f"join_{row.name}_{dtype.name}", text).join
        numbers = (types.float64, *(types.intp,) * 4)
        self.entry = Specialization(join, (vector(partial), vector(dtype), *numbers))


@cache
def kernel(fused: Fused, prefetch: bool) -> FusedKernel:
    """The compiled kernel, once a process."""
    return FusedKernel(fused, prefetch)


@cache
def final_combine(row: Reduction, partial: DType, dtype: DType) -> FinalCombine:
    return FinalCombine(row, partial, dtype)
