"""Reductions on a device: groups of threads for neighbours, blocks of threads for columns.

Elements that meet are neighbours where ``inner`` is 1: a thread, a warp or a block takes each row
by vectors.  Otherwise a block takes neighbouring columns, several rows at a time, and its threads'
results meet in shared memory.  As on the host a few elements are combined as they are before the
accumulator, which is wider, takes them up.  Where results are few the elements of each are
distributed over blocks, by their number alone, and another pass combines what the blocks found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import types

from ...base import DType
from ...memory.device import DeviceArray
from ..annotations import Arguments, Key
from ..build import binaries
from ..spec.reduction import Reduction, ReductionPlan, limits
from ..spec.text import expression, loaded, module, stored
from . import groups
from .driver import THREADS, CudaKernel, array_of
from .vectors import BYTES, WIDTHS, lanes_of, unpacked

_ROWS = 4  # of a column that meet before they are widened
_PIECE = 16 * THREADS  # elements that are enough for a block
_BLOCKS = 1024  # to aim at: several for each multiprocessor of any device


class _ReductionLevel(NamedTuple):
    """One pass over memory, ``(outer, n, inner) -> (outer, chunks, inner)``."""

    outer: int
    n: int
    inner: int
    rows: int
    chunks: int

    @property
    def size(self) -> int:
        return self.outer * self.chunks * self.inner


@lru_cache(maxsize=4096)
def steps_of(runs: tuple[tuple[int, int, int], ...]) -> list[_ReductionLevel]:
    """The passes that reduce the runs of axes *runs*, as `cpu.reduction.groups` finds them."""
    steps = []
    for outer, length, inner in runs:
        n = length
        while True:
            width, blocks = groups.width_of(inner), groups.column_units(outer, inner)
            rows = max(n, 1)
            if n * width >= 2 * _PIECE and blocks < _BLOCKS // 2:
                chunks = min(n * width // _PIECE, _BLOCKS // max(blocks, 1))
                unit = max(WIDTHS) * _ROWS
                rows = -(-n // chunks // unit) * unit
            steps.append(_ReductionLevel(outer, n, inner, rows, -(-n // rows) or 1))
            n = steps[-1].chunks
            if n == 1:
                break
    return steps


def _folded(values: Sequence[str], combine: Callable[[str, str], str]) -> str:
    """Neighbours combined by pairs, then pairs by pairs."""
    while len(values) > 1:
        values = [combine(a, b) for a, b in zip(values[::2], values[1::2], strict=True)]
    return values[0]


def source(
    row: Reduction,
    dtype: DType,
    out: DType,
    kind: str,
    first: bool,
    last: bool,
    group: int,
    access: str,
) -> str:
    """Readable module text of one pass.

    Parameters
    ----------
    row, dtype, out, kind, first, last
        Those of `cpu.reduction.source`.
    group : int
        Threads that share a row of neighbours, or `groups.COLUMNS`.
    access : {'load', 'pick'}
        Whether vectors of a row may be loaded, or each element by itself.
    """
    narrow = row.narrow(dtype) if first else kind

    def text(written: str, kind: str, **loads: str) -> str:
        return expression(written, kind, loads)

    def element(name: str) -> str:
        return text(row.mapped if first else "x", narrow, x=loaded(name, dtype, narrow))

    def combined(a: str, b: str) -> str:
        return text(row.combined, kind, a=a, b=b)

    def taken(*names: str) -> str:
        value = _folded([*map(element, names)], lambda a, b: text(row.combined, narrow, a=a, b=b))
        return f"a = {combined('a', value if narrow == kind else f'{kind}({value})')}"

    start = limits(kind).get(row.start) or text(row.start, kind)
    finished = stored(text(row.finished if last else "a", kind, a="a", n="count"), out, kind)
    lines = [
        f"def kernel(x, y, count, n, rows, chunks, {'' if group else 'inner, width, '}units):",
        *groups.shared(group, a=kind),
        *groups.units(group),
        *(["        outer_index = unit"] if group else []),
        "        outer = outer_index // chunks",
        "        chunk = outer_index - outer * chunks",
        "        length = min(rows, n - chunk * rows)",
        f"        a = {start}",
    ]
    if group:
        lanes = min(BYTES // dtype.itemsize, max(WIDTHS))
        lane = "lane" if group > 1 else "0"
        names = unpacked("x", lanes)
        lines += [
            "        begin = outer * n + chunk * rows",
            f"        for i in range({lanes} * {lane}, length - {lanes - 1}, {lanes * group}):",
            f"            {', '.join(names)} = {access}{lanes}(x, begin + i)",
            f"            {taken(*names)}",
            f"        for i in range(length // {lanes} * {lanes} + {lane}, length, {group}):",
            f"            {taken('x[begin + i]')}",
            *groups.combined(group, lambda b: [f"a = {combined('a', b)}"], "a"),
            *(["        if lane == 0:"] if group > 1 else []),
            f"        {'    ' * (group > 1)}y[outer_index] = {finished}",
        ]
    else:
        elements = [f"x[i + {k} * inner]" if k else "x[i]" for k in range(_ROWS)]
        lines += [
            "        top = (outer * n + chunk * rows) * inner + column",
            "        if in_range:",
            f"            for j in range({_ROWS} * lane, length - {_ROWS - 1}, {_ROWS} * height):",
            "                i = top + j * inner",
            f"                {taken(*elements)}",
            f"            for j in range(length // {_ROWS} * {_ROWS} + lane, length, height):",
            f"                {taken('x[top + j * inner]')}",
            *groups.combined(group, lambda b: [f"a = {combined('a', b)}"], "a"),
            "        if in_range and lane == 0:",
            f"            y[outer_index * inner + column] = {finished}",
        ]
    title = f"{row.name} of {dtype.name} (CUDA): map {row.mapped}, combine by {row.combined}."
    return module(title, lines)


_KERNELS: dict[Key, CudaKernel] = {}


def kernel(
    row: Reduction,
    dtype: DType,
    out: DType,
    kind: str,
    first: bool,
    last: bool,
    group: int,
    access: str,
) -> CudaKernel:
    """The kernel for the arguments of `source`, made once a process."""
    key = row, dtype, out, kind, first, last, group, access
    if key not in _KERNELS:
        form = f"{access}{group}" if group else "columns"
        kinds = dict.fromkeys((dtype.name, out.name))
        name = "_".join([row.name, *kinds, f"{first:d}{last:d}", form])
        numbers = (types.int64,) * (4 if group else 6)
        signature = (array_of(dtype), array_of(out), getattr(types, kind), *numbers)
        _KERNELS[key] = CudaKernel(binaries.load(f"{name}_cuda", source(*key)).kernel, signature)
    return _KERNELS[key]


def group_of(n: int, rows: int) -> int:
    """Threads that share each of so many *rows* of *n* neighbours, so that all have work."""
    if n <= 16:
        return groups.THREAD
    return groups.WARP if n <= (4 * THREADS if rows >= _BLOCKS else THREADS) else groups.BLOCK


def run(row: Reduction, x: DeviceArray, how: ReductionPlan, out: DType) -> DeviceArray:
    """Reduce the flat buffer *x*, as `ndgrad.kernels.cpu.reduction.run`."""
    kind = row.kind(x.dtype)
    count = float(how.elements) if kind.startswith("float") else how.elements
    steps = steps_of(how.runs)
    for i, step in enumerate(steps):
        last = i == len(steps) - 1
        y = x.device.empty(step.size, out if last else np.dtype(kind))
        key = row, x.dtype, y.dtype, kind, i == 0, last
        _, n, inner, rows, chunks = step
        if step.size and inner == 1:
            group = group_of(min(n, rows), step.size)
            access = "pick" if lanes_of([x], n if step.outer > 1 else 0) == 1 else "load"
            args: Arguments = (x, y, count, n, rows, chunks, step.size)
            kernel(*key, group, access).over(x.device, step.size * group, args, THREADS)
        elif step.size:
            units = groups.column_units(step.outer * chunks, inner)
            args = (x, y, count, n, rows, chunks, inner, groups.width_of(inner), units)
            kernel(*key, groups.COLUMNS, "").over(x.device, units * THREADS, args, THREADS)
        x = y
    return x
