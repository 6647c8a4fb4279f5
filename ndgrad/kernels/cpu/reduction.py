"""Reductions by formula on the host: text and kernels.

With ``inner`` 1 elements are neighbours, whose floats are added and multiplied in the order of
`sums`; so are those of many short rows, which are reduced together.  Otherwise the kernel keeps one
accumulator a lane: ``inner`` of them, or several rows' worth where ``inner`` is small, combined at
the end of a work item.  Either way a few elements are combined as they are before the accumulator,
which is wider, takes them up.  What one work item is follows from the shape alone, and partial
results are combined in order: neither the number of threads nor the width of the registers changes
a bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import types

from ...base import DType, HostArray
from ...memory.device import Buffer
from ...memory.storage import empty
from ..annotations import Key
from ..build import binaries
from ..build.launch import PARALLEL_ELEMENTS, WORTH_SHARING, Specialization, vector
from ..build.threads import num_threads
from ..spec.layout import constant
from ..spec.reduction import Reduction, ReductionPlan, limits
from ..spec.text import each, expression, indented, loaded, module, stored
from . import calling
from .launch import start
from .sums import LANES, PART, SUMS, summed_in_parts

_EITHER = {"maximum(a, b)": "either_maximum", "minimum(a, b)": "either_minimum"}
_LANES = 256  # enough for LLVM's vectors; fewer would show the check that opens each loop
_WIDEST = 4096  # accumulators of a work item: 32 KiB, which stay in the cache nearest to the core
_TOGETHER = 64  # short rows that are reduced at once
_UNIT = 1 << 15  # elements from which a work item hides its launch
_CHUNKS = 8  # of a thread, at least
_UNITS = 64  # units to aim at: threads share them evenly, and partial results stay few


class ReductionPass(NamedTuple):
    """One run over memory, ``(outer, n, inner) -> (outer, chunks, inner)``.

    Attributes
    ----------
    geometry : numpy.ndarray
        int64: n, inner, rows of a chunk, chunks, columns of a block, blocks.
    units, grain : int
        Pieces of work, and how many make up a chunk for a thread.
    size : int
        Elements of the result.
    form : {'rows', 'short rows', 'columns'}
        Whether inner is 1, and rows are so short and many that they are reduced together.
    """

    geometry: HostArray
    units: int
    grain: int
    size: int
    form: str


def _passes(outer: int, n: int, inner: int) -> list[ReductionPass]:
    total = outer * n * inner
    target = max(_UNIT, total // _UNITS)
    width = max(1, min(inner, _WIDEST))
    blocks = -(-inner // width)
    rows, chunks = max(n, 1), 1
    if outer * blocks < _UNITS // 2 and total >= 2 * target:
        rows = max(16, -(-target // width))
        chunks = -(-n // rows)
    units = outer * blocks * chunks
    grain = max(1, _UNIT // max(1, rows * width))
    geometry = constant([n, inner, rows, chunks, width, blocks])
    form = "rows" if inner == 1 else "columns"
    if form == "rows" and 0 < n <= LANES and outer >= _TOGETHER:
        form = "short rows"
    here = ReductionPass(geometry, units, grain, outer * chunks * inner, form)
    return [here] if chunks == 1 else [here, *_passes(outer, chunks, inner)]


@lru_cache(maxsize=4096)
def passes_of(how: ReductionPlan) -> tuple[ReductionPass, ...]:
    """The passes that carry out a plan."""
    return tuple(step for run in how.runs for step in _passes(*run))


def _has_lanes(row: Reduction, kind: str) -> bool:
    """Whether neighbours are combined in the order of `sums`."""
    return kind.startswith("float") and row.combined in SUMS


def _direct(row: Reduction, dtype: DType, narrow: str, term: str) -> str:
    """What combines the terms of the array x as it is in memory; empty if they are not there."""
    if term == "x[i]":
        return f"{SUMS[row.combined]}(x)"
    if narrow == "float64" and dtype.name in ("float32", "float64"):
        if row.combined == "a * b" and term == "float64(x[i])":
            return "product(x)"
        if row.combined == "a + b" and term in ("x[i] * x[i]", "float64(x[i]) * float64(x[i])"):
            return "squares((x,))"
    return ""


def source(
    row: Reduction,
    dtype: DType,
    out: DType,
    kind: str,
    first: bool,
    last: bool,
    form: str,
) -> str:
    """Readable module text of one pass of a reduction.

    Parameters
    ----------
    row : Reduction
    dtype, out : numpy.dtype
        In memory, of the elements and of the results.
    kind : str
        The type of the accumulators.
    first, last : bool
        Whether this pass maps the elements, and whether it finishes the results.
    form : {'rows', 'short rows', 'columns'}
        That of `ReductionPass`; rows are elements that are neighbours.
    """
    narrow = row.narrow(dtype) if first else kind

    def text(written: str, kind: str, **loads: str) -> str:
        return expression(written, kind, loads)

    def element(name: str) -> str:
        return text(row.mapped if first else "x", narrow, x=loaded(name, dtype, narrow))

    def combined(a: str, b: str, kind: str = kind) -> str:
        return text(row.combined, kind, a=a, b=b)

    def start(kind: str) -> str:
        return limits(kind).get(row.start) or text(row.start, kind)

    def widened(value: str) -> str:
        return value if narrow == kind else f"{kind}({value})"

    finished = stored(text(row.finished if last else "a", kind, a="a", n="count"), out, kind)
    # Divisions take as long as a short row.
    unit = [
        "    chunk = lo % chunks",
        "    line = lo // chunks * n",
        "    for unit in range(lo, hi):",
        "        if chunk == chunks:",
        "            chunk = 0",
        "            line += n",
        "        at = line + chunk * rows",
        "        r = min(rows, n - chunk * rows)",
        "        chunk += 1",
        f"        a = {start(kind)}",
    ]
    if form == "short rows":
        # The lanes of `sums` for many rows at once: lane j of all, then lane j + 1.
        lines = [
            "def loop(x_all, y_all, count, geometry, lo, hi):",
            "    n = geometry[0]",
            f"    lanes_all = empty({LANES * _TOGETHER}, {kind})",
            f"    for begin in range(lo, hi, {_TOGETHER}):",
            f"        y = y_all[begin : min(hi, begin + {_TOGETHER})]",
            "        for j in range(n):",
            f"            lanes = lanes_all[{_TOGETHER} * j : {_TOGETHER} * j + y.size]",
            "            for i in range(y.size):",
            f"                a = {start(kind)}",
            f"                b = {widened(element('x_all[uint64((begin + i) * n + j)]'))}",
            f"                lanes[i] = {combined('a', 'b')}",
            f"        half = {LANES // 2}",
            "        while half > 0:",
            "            for j in range(min(half, n - half)):",
            f"                at, above = {_TOGETHER} * j, {_TOGETHER} * (j + half)",
            "                lanes = lanes_all[at : at + y.size]",
            "                upper = lanes_all[above : above + y.size]",
            "                for i in range(y.size):",
            "                    a = lanes[i]",
            "                    b = upper[i]",
            f"                    lanes[i] = {combined('a', 'b')}",
            "            half //= 2",
            "        for i in range(y.size):",
            "            a = lanes_all[i]",
            f"            y[i] = {finished}",
        ]
    elif form == "rows" and _has_lanes(row, kind):
        # Terms that are not in memory as they are go there first, a part at a time.
        term = element("x[i]")
        direct = _direct(row, dtype, narrow, term)
        terms = "x" if direct else "terms"
        take = [f"b = {direct or SUMS[row.combined] + '(terms)'}", f"a = {combined('a', 'b')}"]
        lines = [
            "def loop(x_all, y_all, count, geometry, lo, hi):",
            "    n, rows, chunks = geometry[0], geometry[2], geometry[3]",
            *([f"    terms_all = scratch({PART}, {narrow})"] if terms == "terms" else []),
            *unit,
            *indented(summed_in_parts(("x",), "at", "r", terms, term, take, "0 : x.size"), 2),
            f"        y_all[unit] = {finished}",
        ]
    elif form == "rows":
        either = _EITHER.get(row.combined) if kind.startswith("float") else None
        every = each("x.size", [f"a = {combined('a', element('x[i]'))}"])
        lines = [
            "def loop(x_all, y_all, count, geometry, lo, hi):",
            "    n, rows, chunks = geometry[0], geometry[2], geometry[3]",
            *unit,
            "        x = x_all[at : at + r]",
        ]
        if either:
            lines += [
                *indented(each("x.size", [f"a = {either}(a, {element('x[i]')})"]), 2),
                "        if a == 0:  # which zero it is takes longer to find",
                f"            a = {start(kind)}",
                *indented(every, 3),
            ]
        else:
            lines += indented(every, 2)
        lines.append(f"        y_all[unit] = {finished}")
    else:
        left, right = (
            combined(element(f"x{i}[i]"), element(f"x{i + 1}[i]"), narrow) for i in (0, 2)
        )
        lines = [
            "def loop(x_all, y_all, count, geometry, lo, hi):",
            "    n, inner, rows, chunks = geometry[0], geometry[1], geometry[2], geometry[3]",
            "    width, blocks = geometry[4], geometry[5]",
            f"    lanes_all = empty(max(width, {_LANES}), {kind})",
            "    for unit in range(lo, hi):",
            "        chunk = unit % chunks",
            "        block = unit // chunks % blocks",
            "        outer = unit // (chunks * blocks)",
            "        r = min(rows, n - chunk * rows)",
            "        w = min(width, inner - block * width)",
            "        at = (outer * n + chunk * rows) * inner + block * width",
            "        at_y = (outer * chunks + chunk) * inner + block * width",
            "        y = y_all[at_y : at_y + w]",
            "        # k rows side by side make a wide one, where a row alone is short.",
            f"        k = max(1, min({_LANES} // w, r // 4)) if blocks == 1 else 1",
            "        many = k * w",
            "        stride = k * inner",
            "        lanes = lanes_all[0:many]",
            "        for i in range(many):",
            f"            lanes[i] = {start(kind)}",
            "        steps = r // k",
            "        for j in range(steps // 4):",
            "            here = at + 4 * j * stride",
            *[
                f"            x{i} = x_all[here + {i} * stride : here + {i} * stride + many]"
                for i in range(4)
            ],
            "            for i in range(many):",
            "                a = lanes[i]",
            f"                b = {combined(left, right, narrow)}",
            f"                lanes[i] = {combined('a', widened('b'))}",
            "        # What is left: whole steps, then the rows that do not fill one.",
            "        for j in range(steps // 4 * 4, steps + (blocks == 1)):",
            "            begin = at + j * stride",
            "            length = many if j < steps else (r - steps * k) * inner",
            "            x = x_all[begin : begin + length]",
            "            for i in range(x.size):",
            "                a = lanes[i]",
            f"                b = {element('x[i]')}",
            f"                lanes[i] = {combined('a', widened('b'))}",
            "        while k > 1:",
            "            half = (k + 1) // 2",
            "            upper = lanes[half * w : k * w]",
            "            for i in range(upper.size):",
            "                a = lanes[i]",
            "                b = upper[i]",
            f"                lanes[i] = {combined('a', 'b')}",
            "            k = half",
            "        for i in range(w):",
            "            a = lanes[i]",
            f"            y[i] = {finished}",
        ]
    title = (
        f"{row.name} of {dtype.name}: map x to {row.mapped if first else 'x'}, combine by "
        f"{row.combined}, finish by {row.finished if last else 'a'}."
    )
    return module(title, ["@chunked", *lines], "Made from the op table")


def _compiled(
    row: Reduction, dtype: DType, out: DType, kind: str, first: bool, last: bool, form: str
) -> Specialization:
    """One pass of a reduction for the arguments of `source`."""
    stage = "" if first and last else "_part" if first else "_join" if last else "_mid"
    dtypes = dict.fromkeys((dtype.name, out.name))
    name = "_".join([row.name + stage, *dtypes, form.replace(" ", "_")])
    geometry = vector(np.dtype("int64"))
    arrays = (vector(dtype), vector(out), getattr(types, kind), geometry)
    return Specialization(
        binaries.load(name, source(row, dtype, out, kind, first, last, form)).loop,
        (*arrays, types.intp, types.intp),
    )


_KERNELS: dict[Key, Specialization] = {}


def _key(
    row: Reduction, dtype: DType, out: DType, kind: str, i: int, passes: tuple[ReductionPass, ...]
) -> tuple[Reduction, DType, DType, str, bool, bool, str]:
    """The arguments of `_compiled` for pass *i*."""
    form = passes[i].form
    if form == "short rows" and not _has_lanes(row, kind):
        form = "rows"
    return row, dtype, out, kind, i == 0, i == len(passes) - 1, form


def call_on(
    row: Reduction, dtype: DType, how: ReductionPlan, out: DType
) -> Callable[[Buffer], Buffer]:
    """What `run` does to a flat array of *dtype*: to a small one serially, found here once."""
    if math.prod(how.source) >= PARALLEL_ELEMENTS:
        return lambda x: run(row, x, how, out)
    kind = row.kind(dtype)
    passes = passes_of(how)
    final = len(passes) - 1
    calls = []
    for i, step in enumerate(passes):
        result = out if i == final else np.dtype(kind)
        key = _key(row, dtype, result, kind, i, passes)
        kernel = _KERNELS.get(key) or _KERNELS.setdefault(key, _compiled(*key))
        kinds = f"vY{calling.LETTERS[kind].upper()}V0I"
        values = (step.size, how.elements, step.geometry, step.units)
        calls.append(calling.bound(kernel, kinds, (result,), values))
        dtype = result
    if len(calls) == 1:
        return calls[0]

    def call(x: Buffer) -> Buffer:
        for one in calls:
            x = one(x)
        return x

    return call


def run(row: Reduction, x: Buffer, how: ReductionPlan, out: DType) -> Buffer:
    """Reduce the flat buffer *x*; returns a flat buffer of dtype *out*."""
    kind = row.kind(x.dtype)
    between = np.dtype(kind)
    count = float(how.elements) if kind.startswith("float") else how.elements
    passes = passes_of(how)
    final = len(passes) - 1
    for i, step in enumerate(passes):
        y = empty(step.size, out if i == final else between)
        key = _key(row, x.dtype, y.dtype, kind, i, passes)
        kernel = _KERNELS.get(key)
        if kernel is None:
            kernel = _KERNELS.setdefault(key, _compiled(*key))
        if step.size:
            shared = step.units >= WORTH_SHARING * step.grain
            args = (x, y, count, step.geometry)
            # Each thread reads long stretches of memory, as processors foresee best.
            grain = max(step.grain, step.units // (_CHUNKS * num_threads()))
            start(kernel, args, step.units, grain if shared else None)
        x = y
    return x
