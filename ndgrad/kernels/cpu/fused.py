"""Fused kernels: several formulas and reductions in one pass over memory.

A kernel works on a block of numbers seen as (rows, n).  Operands and results are *full* (rows * n
elements), *row* (one for each row), *column* (n elements), *one* (a single element) or *number* (an
argument).  In the *flat* form there are no rows and columns: a block is cut into tiles, which take
the place of rows.

A reduction along a row ends a *stage*: what follows it runs in another loop over the same row,
which by then lies in the cache nearest to the core.  Values that a later stage needs are computed
again if that is cheap, else kept in a scratch row.  Reductions over rows, or over everything, leave
one partial result for each unit of work; `Joined` adds them up in order, so results do not depend
on the number of threads.

Where there is more data than the caches hold, the last loop *fetches ahead*: the next row, as
memory would idle otherwise while a row is gone over again, or what lies a little further on.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, ClassVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

from ..build import binaries, codegen
from ..build.codegen import _loaded, _stored, formula
from ..build.launch import Entry, vector
from .reduction import Reduction
from .sums import FOLDS, LINE, PART

Dtype = np.dtype[Any]

TILE = PART
"""Elements of a tile of the flat form: its scratch rows stay in the cache nearest to the core."""

_UNIT = 1 << 13  # elements of a unit of work
_UNITS = 128  # units to aim at where each leaves partial results
_NEIGHBOURS = 256  # rows whose elements one sum over rows adds in their own type
_AHEAD = 128  # elements between one fetch and another ...
_AHEAD_ROW = 256  # ... of the next row
_DISTANCE = 4096  # bytes: how far ahead, if it is not the next row
_AHEAD_FROM = 1 << 19  # elements from which a later loop no longer finds them in the caches
_CHEAP = 4  # operations up to which a value is computed again rather than kept
_NEUTRAL = {"a + b": "0", "maximum(a, b)": "-inf", "minimum(a, b)": "inf"}  # of what can be fused

if numba.config.DISABLE_JIT:

    def fetch(x: Any, lo: Any, hi: Any, step: Any) -> None:
        pass

else:

    @intrinsic
    def _prefetch(typing_context: Any, x: Any, i: Any) -> Any:
        """Ask for the element's line in every cache, to be read; it need not be x's."""

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            data = context.make_array(signature.args[0])(context, builder, values[0]).data
            pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
            function = builder.module.declare_intrinsic(
                "llvm.prefetch", (pointer,), ir.FunctionType(ir.VoidType(), (pointer, *(word,) * 3))
            )
            line = builder.bitcast(builder.gep(data, (values[1],)), pointer)
            read, keep, of_data = word(0), word(3), word(1)
            builder.call(function, (line, read, keep, of_data))
            return context.get_dummy_value()

        return types.none(x, i), generate

    @register_jitable(forceinline=True)
    def fetch(x: Any, lo: Any, hi: Any, step: Any) -> None:
        """Bring x[lo:hi], *step* elements a line, into the cache nearest to the core."""
        for i in range(lo, hi, step):
            _prefetch(x, i)


def folds(row: Reduction, dtype: Dtype) -> bool:
    """Whether a fused kernel can make this reduction."""
    return row.combined in _NEUTRAL and dtype.name in ("float32", "float64")


@dataclass(frozen=True)
class Operand:
    """An argument; *dtype* is that of memory, or the type of the arithmetic for a number."""

    name: str
    dtype: Dtype
    level: str


@dataclass(frozen=True)
class Step:
    """``name = text``: operands are pairs of the formula's name and the value's."""

    name: str
    text: str
    operands: tuple[tuple[str, str], ...]
    compute: str
    dtype: Dtype
    level: str


@dataclass(frozen=True)
class Fold:
    """A reduction of the full value *source* over 'row', 'column' or 'all'.

    Over a row the result is a row value of *dtype*, finished; otherwise the partial results of
    units: of 'column' in the dtype of the source, which is *dtype*, of 'all' in float64.
    """

    name: str
    source: str
    row: Reduction
    over: str
    dtype: Dtype


@dataclass(frozen=True)
class Fused:
    """A fused kernel before it is text.

    Attributes
    ----------
    name : str
    form : {'flat', 'rows'}
    operands : tuple of Operand
        Read.  One that is also stored to is written in place.
    steps : tuple of Step or Fold
        In order.
    stores : tuple of (str, str)
        Value and name of the argument it goes to.
    strips : tuple of str
        Full arguments whose rows lie apart: each has two further arguments, where its first row
        begins and how far rows are apart.
    """

    name: str
    form: str
    operands: tuple[Operand, ...]
    steps: tuple[Step | Fold, ...]
    stores: tuple[tuple[str, str], ...]
    strips: tuple[str, ...] = ()

    @cached_property
    def arguments(self) -> tuple[Operand, ...]:
        """In the order of the kernel: operands, results, partial results."""
        levels = {s.name: (s.level, s.dtype) for s in self.steps if isinstance(s, Step)}
        partial = []
        for fold in self.steps:
            if isinstance(fold, Fold):
                if fold.over == "row":
                    levels[fold.name] = "row", fold.dtype
                else:
                    kind = fold.dtype if fold.over == "column" else np.dtype("float64")
                    partial.append(Operand(fold.name, kind, f"partial {fold.over}"))
        names = {x.name for x in self.operands}
        results: dict[str, Operand] = {}
        for value, target in self.stores:
            if target not in names:
                level, dtype = levels[value]
                results[target] = Operand(target, dtype, level)
        return (*self.operands, *results.values(), *partial)


class _Writer:
    """Turns a `Fused` into text."""

    writes: ClassVar[type[codegen._Writer] | None] = None  # of formulas

    def __init__(self, fused: Fused, ahead: bool = False) -> None:
        self.fused = fused
        self.ahead = ahead
        self.imports: set[str] = set()
        self.steps = {step.name: step for step in fused.steps}
        self.operands = {x.name: x for x in fused.operands}
        self.stage: dict[str, int] = {}
        self.target: dict[str, str] = {}
        for value, target in fused.stores:
            self.target.setdefault(value, target)
        for x in fused.operands:
            self.stage[x.name] = 0
        for step in fused.steps:
            if isinstance(step, Fold):
                self.stage[step.name] = self.stage[step.source] + (step.over == "row")
            else:
                self.stage[step.name] = max(
                    (self.stage[name] for _, name in step.operands if name in self.stage),
                    default=0,
                )
        self.last = max(self.stage.values(), default=0)
        self.scratch: set[str] = set()
        self._choose_scratch()

    def _full(self, name: str) -> bool:
        step = self.steps.get(name)
        if step is None:
            return name in self.operands and self.operands[name].level == "full"
        return isinstance(step, Step) and step.level == "full"

    def _fixed(self, name: str) -> bool:
        """Whether a value is the same all along a row."""
        x = self.operands.get(name) or self.steps.get(name)
        return isinstance(x, (Fold, type(None))) or x.level in ("row", "one", "number")

    def _at_hand(self, name: str) -> bool:
        """Whether a full value can be loaded in any later stage."""
        if name in self.scratch or name in self.operands:
            return True
        target = self.target.get(name)
        return target is not None and target not in self.operands

    def _cost(self, name: str) -> int:
        if self._at_hand(name) or not self._full(name):
            return 0
        step = self.steps[name]
        assert isinstance(step, Step)
        own = 1 + 8 * len(formula(step.text).functions - _INEXPENSIVE)
        return own + sum(self._cost(other) for _, other in step.operands)

    def _choose_scratch(self) -> None:
        for step in self.fused.steps:
            if isinstance(step, Fold):
                continue
            for _, name in step.operands:
                if not self._full(name):
                    continue
                if self.stage[name] < self.stage[step.name] and self._cost(name) > _CHEAP:
                    self.scratch.add(name)
        # What is written in place must not be read again in a later stage.
        stored = {target for _, target in self.fused.stores if target in self.operands}
        for target in stored:
            assert self.operands[target].level in ("full", "row", "one")

    # --- text ------------------------------------------------------------------------------------

    def _load(self, name: str, stage: int, compute: str) -> str:
        """The text of a value inside the loop of *stage*; after "=" it is a literal."""
        if name.startswith("="):
            return f"{compute}({name[1:]})"
        if name in self.operands:
            x = self.operands[name]
            if x.level == "number":
                return name
            element = f"{name}[i]" if x.level in ("full", "column") else name
            return _loaded(element, x.dtype, compute)
        step = self.steps[name]
        if isinstance(step, Step) and step.level == "full" and self.stage[name] < stage:
            if name in self.scratch:
                return _loaded(f"{name}_row[i]", step.dtype, compute)
            if self._at_hand(name):
                return _loaded(f"{self.target[name]}[i]", step.dtype, compute)
        return _loaded(name, step.dtype, compute)

    def _statement(self, step: Step, stage: int, beyond: list[str] | None = None) -> str:
        """A step as text; with *beyond* by functions of limited reach, whose tests go there."""
        loads = {n: self._load(value, stage, step.compute) for n, value in step.operands}
        fixed = [n for n, value in step.operands if step.level == "full" and self._fixed(value)]
        if beyond is not None and step.compute == "float32":
            value, used, tests = formula(step.text).near_text(loads, fixed)
            beyond += tests
        else:
            value, used = formula(step.text).kernel_text(step.compute, loads, fixed, self.writes)
        self.imports |= used
        value = _stored(value, step.dtype, step.compute)
        same = step.dtype.name in (step.compute, "float16", "bool")
        if not same or (step.dtype.name == step.compute and _is_truth(step.text)):
            value = f"{step.dtype.name}({value})"
        return f"{step.name} = {value}"

    def _folds(self, stage: int) -> list[Fold]:
        folds = (step for step in self.fused.steps if isinstance(step, Fold))
        return [fold for fold in folds if self.stage[fold.source] == stage]

    def _loop(self, stage: int) -> list[str]:
        """One stage's loop; functions of limited reach come first, if a loop may be run twice."""
        folds = self._folds(stage)
        along = [fold for fold in folds if fold.over != "column"]  # the row, or the tile
        extremes = [fold for fold in along if not self._is_sum(fold)]
        begin = [f"{x.name}_part = {_neutral(x, self._kind(x.source))}" for x in extremes]
        full = self._statements(stage)
        lines = whole = [*begin, *_each(full)]
        beyond: list[str] = []
        near = self._statements(stage, beyond)
        adds = len(along) < len(folds)
        overwrites = any(
            target in self.operands and self.stage[value] == stage
            for value, target in self.fused.stores
        )
        if beyond and not adds and not overwrites:
            tests = " | ".join(dict.fromkeys(beyond))
            lines = [
                "far = False",
                *begin,
                *_each([*near, f"far |= {tests}"]),
                "if far:",
                *_indented(whole),
            ]
        if not full and not along:
            return []
        if not along:
            return self._fetching(lines) if stage == self.last else lines
        for fold in along:
            part = f"{fold.name}_part"
            if self._is_sum(fold):
                self.imports.add(FOLDS[fold.row.combined])
                part = f"{FOLDS[fold.row.combined]}({self._terms(fold)}[:m])"
            lines.append(f"{fold.name} = {self._folded(fold, fold.name, part)}")
        if self.fused.form == "rows":
            lines = _in_parts(lines)
        return [
            *(f"{fold.name} = {_neutral(fold, 'float64')}" for fold in along if fold.over == "row"),
            *lines,
        ]

    def _fetching(self, lines: list[str]) -> list[str]:
        """The last loop in parts, each of which begins to fetch what will be needed.

        After other loops over a row that is the next row, otherwise what lies a little ahead.
        """
        if not self.ahead:
            return lines
        self.imports.add("fetch")
        fetches = []
        for x in self.fused.operands:
            if x.level == "full":
                step, distance = LINE // x.dtype.itemsize, _DISTANCE // x.dtype.itemsize
                begin = self._begin(x.name, "(row + 1)" if self.last else "row")
                begin += " + start" if self.last else f" + start + {distance}"
                fetches.append(f"fetch({x.name}_all, {begin}, {begin} + stop - start, {step})")
        return _in_parts(lines, _AHEAD_ROW if self.last else _AHEAD, fetches)

    def _begin(self, name: str, row: str) -> str:
        """Where a row of a full argument begins."""
        return f"{name}_at + {row} * {name}_step" if name in self.fused.strips else f"{row} * n"

    def _kind(self, name: str) -> str:
        return (self.steps.get(name) or self.operands[name]).dtype.name

    def _folded(self, fold: Fold, a: str, b: str, kind: str = "float64") -> str:
        """The text of two results of a reduction combined."""
        text, used = formula(fold.row.combined).kernel_text(kind, {"a": a, "b": f"{kind}({b})"})
        self.imports |= used
        return text

    def _is_sum(self, fold: Fold) -> bool:
        """Whether a reduction along a row or tile adds up an array, as `sums` does."""
        return fold.over != "column" and fold.row.combined in FOLDS

    def _terms(self, fold: Fold) -> str:
        """The array that a sum adds up: one that its source is in anyway, or one of its own."""
        source = fold.source
        if source in self.operands and source not in self.target.values():
            return source
        if source in self.scratch:
            return f"{source}_row"
        if source in self.target and self.target[source] not in self.operands:
            return self.target[source]
        return f"{fold.name}_terms"

    def _taken_in(self, fold: Fold, value: str, kind: str) -> list[str]:
        """The statement by which a reduction takes in another element, if it needs one."""
        if self._is_sum(fold):
            own = f"{fold.name}_terms"
            return [f"{own}[i] = {value}"] if self._terms(fold) == own else []
        total = f"{fold.name}[i]" if fold.over == "column" else f"{fold.name}_part"
        return [f"{total} = {self._folded(fold, total, value, kind)}"]

    def _statements(self, stage: int, beyond: list[str] | None = None) -> list[str]:
        """The statements of one stage's loop."""
        done: set[str] = set()
        lines: list[str] = []

        def need(name: str) -> None:
            pending: list[str | Step] = [name]  # a step is behind what it needs
            while pending:
                x = pending.pop()
                if isinstance(x, Step):
                    lines.append(self._statement(x, stage, beyond))
                    continue
                step = self.steps.get(x)
                if x in done or not isinstance(step, Step) or step.level != "full":
                    continue
                if self.stage[x] < stage and self._at_hand(x):
                    continue
                done.add(x)
                pending.append(step)
                pending += [other for _, other in reversed(step.operands)]

        stores: list[str] = []
        for value, target in self.fused.stores:
            if self._full(value) and self.stage[value] == stage:
                need(value)
                stores.append(f"{target}[i] = {value}")
        for fold in self._folds(stage):
            need(fold.source)
            kind = self._kind(fold.source)
            value = self._load(fold.source, stage, kind)
            stores += self._taken_in(fold, value, kind)
        for name in sorted(self.scratch):
            if self.stage[name] == stage:
                need(name)
                stores.append(f"{name}_row[i] = {name}")
        return lines + stores

    def _after(self, stage: int) -> list[str]:
        """Row values that a stage's reductions end in."""
        return [
            self._finished(fold, fold.name) for fold in self._folds(stage) if fold.over == "row"
        ]

    def _finished(self, fold: Fold, total: str) -> str:
        """The statement that makes a row value of the sum over its row."""
        loads = {"a": total, "n": "float64(n)"}
        text, used = formula(fold.row.finished).kernel_text("float64", loads)
        self.imports |= used
        return f"{fold.name} = {fold.dtype.name}({text})"

    def _row_steps(self, stage: int) -> list[str]:
        lines = [
            self._statement(step, stage)
            for step in self.fused.steps
            if isinstance(step, Step) and step.level == "row" and self.stage[step.name] == stage
        ]
        return lines + self._row_stores(stage)

    def _row_stores(self, stage: int) -> list[str]:
        lines = []
        for value, target in self.fused.stores:
            step = self.steps[value]
            level = "row" if isinstance(step, Fold) else step.level
            if level == "row" and self.stage[value] == stage:
                lines.append(f"{target}_all[row] = {value}")
        return lines

    def text(self) -> str:
        fused, rows = self.fused, self.fused.form == "rows"
        arguments = fused.arguments
        names = [x.name if x.level == "number" else f"{x.name}_all" for x in arguments]
        body: list[str] = []
        add = body.append
        for x in arguments:
            if x.level == "one":
                add(f"    {x.name} = {x.name}_all[0]")
            elif x.level == "column":
                add(f"    {x.name} = {x.name}_all[0:n]")
        body += [
            f"    {name}_row = scratch(n, {_kept(self.steps[name].dtype)})"
            for name in sorted(self.scratch)
        ]
        for fold in fused.steps:
            if isinstance(fold, Fold) and self._is_sum(fold):
                own = f"{fold.name}_terms"
                if self._terms(fold) == own:
                    add(f"    {own} = scratch({PART}, {self._kind(fold.source)})")
        add("    for unit in range(lo, hi):")
        for x in arguments:
            if x.level.startswith("partial"):
                fold = self.steps[x.name]
                assert isinstance(fold, Fold)
                neutral = _neutral(fold, x.dtype.name)
                if fold.over == "column":
                    add(f"        {x.name} = {x.name}_all[unit * n : unit * n + n]")
                    add("        for i in range(n):")
                    add(f"            {x.name}[i] = {neutral}")
                else:
                    add(f"        {x.name} = {neutral}")
        add("        for row in range(unit * block, min(rows, (unit + 1) * block)):")
        if rows:
            add("            m = n")
        else:
            add("            m = min(n, size - row * n)")
        for x in arguments:
            if x.level == "full":
                begin = self._begin(x.name, "row")
                add(f"            {x.name} = {x.name}_all[{begin} : {begin} + m]")
            elif x.level == "row":
                add(
                    f"            {x.name} = {x.name}_all[row]"
                ) if x.name in self.operands else None
        for stage in range(self.last + 1):
            body += ["            " + line for line in self._row_steps(stage)]
            body += ["            " + line for line in self._loop(stage)]
            body += ["            " + line for line in self._after(stage)]
        for x in arguments:
            if x.level == "partial all":
                add(f"        {x.name}_all[unit] = {x.name}")
        names += [f"{name}_{what}" for name in fused.strips for what in ("at", "step")]
        head = f"def loop({', '.join([*names, 'size', 'rows', 'n', 'block', 'lo', 'hi'])}):"
        lines = [head, *body]
        words = set(re.findall(r"[a-z]\w*", "\n".join(lines)))
        used = sorted(words & _NUMPY_NAMES)
        halves = sorted(words & {"float_to_half", "half_to_float"})
        sums = sorted(words & {*FOLDS.values(), "scratch"})
        scalars = sorted(self.imports - {"fetch", *sums})
        top = [f'"""{fused.name}. Fused from a compiled graph; do not edit."""', ""]
        if "fetch" in self.imports:
            top.append("from ndgrad.kernels.cpu.fused import fetch")
        if halves:
            top.append(f"from ndgrad.kernels.build.half import {', '.join(halves)}")
        top.append("from ndgrad.kernels.build.launch import chunked")
        if scalars:
            top.append(f"from ndgrad.kernels.scalar import {', '.join(scalars)}")
        if sums:
            top.append(f"from ndgrad.kernels.cpu.sums import {', '.join(sums)}")
        if used:
            top.append(f"from numpy import {', '.join(used)}")
        return "\n".join([*top, "", "", "@chunked", *lines, ""])


def _indented(lines: Sequence[str]) -> list[str]:
    return ["    " + line for line in lines]


def _neutral(fold: Fold, kind: str) -> str:
    """What a reduction begins with."""
    return f"{kind}({_NEUTRAL[fold.row.combined]})"


def _each(statements: Sequence[str]) -> list[str]:
    """The loop over a row's elements."""
    return ["for i in range(m):", *_indented(statements)] if statements else []


def _in_parts(lines: Sequence[str], part: int = PART, before: Sequence[str] = ()) -> list[str]:
    """A loop along a row, cut into parts; each begins with the lines *before*.

    They are slices, as an index that begins at 0 needs no test for being negative, without which
    LLVM would gather element by element.
    """
    names = dict.fromkeys(re.findall(r"(\w+)\[(?:i|:m)\]", "\n".join(lines)))
    inside = [
        re.sub(r"(\w+)\[:m\]", r"\1_here", re.sub(r"(\w+)\[i\]", r"\1_here[i]", line))
        for line in lines
    ]
    where = {
        name: "0 : stop - start" if name.endswith("_terms") else "start:stop" for name in names
    }
    return [
        f"for start in range(0, m, {part}):",
        f"    stop = min(start + {part}, m)",
        *_indented(before),
        *(f"    {name}_here = {name}[{piece}]" for name, piece in where.items()),
        *_indented([line.replace("range(m)", "range(stop - start)") for line in inside]),
    ]


_NUMPY_NAMES = frozenset("bool_ empty float32 float64 inf int8 int32 int64 uint8 uint16".split())
_INEXPENSIVE = frozenset({"where", "maximum", "minimum", "abs", "square", "neg", "isnan"})


def _kept(dtype: Dtype) -> str:
    return {"float16": "uint16", "bool": "bool_"}.get(dtype.name, dtype.name)


@cache
def _is_truth(text: str) -> bool:
    """Whether a formula gives a bool, whatever the type of the arithmetic."""
    body = ast.parse(text, mode="eval").body
    if isinstance(body, ast.Call):
        return isinstance(body.func, ast.Name) and body.func.id.startswith("is")
    return isinstance(body, (ast.Compare, ast.BoolOp)) or (
        isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.Not)
    )


@cache
def source(fused: Fused, ahead: bool = False) -> str:
    """Readable module text of a fused kernel; *ahead*: it fetches what it will need."""
    return _Writer(fused, ahead).text()


class Work:
    """How a kernel's work is cut up.

    Attributes
    ----------
    size, rows, n, block, units : int
        Elements; rows, or tiles; elements of each; how many make a unit; how many units.
    grain : int
        Units of a chunk for a thread.
    """

    def __init__(self, fused: Fused, size: int, n: int) -> None:
        self._partial = any(isinstance(s, Fold) and s.over != "row" for s in fused.steps)
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
    def ahead(self) -> bool:
        """Whether it pays to fetch elements before they are needed."""
        return self.n >= _AHEAD_ROW and self.size >= _AHEAD_FROM

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


class Kernel:
    """A compiled fused kernel.

    Attributes
    ----------
    text : str
        Its source.
    entry : Entry
        Takes ``*arguments, size, rows, n, block`` and units of work.
    cached : bool
        Whether it was found compiled on the disk.
    """

    def __init__(self, fused: Fused, ahead: bool) -> None:
        self.text = source(fused, ahead)
        arguments = [
            getattr(types, x.dtype.name) if x.level == "number" else vector(x.dtype)
            for x in fused.arguments
        ]
        loop = binaries.load(fused.name[:40], self.text).loop
        self.entry = Entry(loop, (*arguments, *(types.intp,) * (6 + 2 * len(fused.strips))))
        stats = getattr(loop.serial, "stats", None)  # there is none when the JIT is off
        self.cached = stats is not None and any(stats.cache_hits.values())


class Joined:
    """Partial results of units, put together in order: ``(units, n) -> n``, and finished.

    Its entry takes ``(partial, result, count, units, n)`` and runs over the n.
    """

    def __init__(self, row: Reduction, partial: Dtype, dtype: Dtype) -> None:
        combined, used = formula(row.combined).kernel_text("float64", {"a": "a", "b": "b"})
        finished, more = formula(row.finished).kernel_text("float64", {"a": "a", "n": "count"})
        imports = sorted(used | more)
        lines = [
            f'"""The end of {row.name}: partial results in order. Made for compiled graphs."""',
            "",
            *([f"from ndgrad.kernels.scalar import {', '.join(imports)}"] if imports else []),
            "from ndgrad.kernels.build.launch import chunked",
            f"from numpy import {', '.join(sorted({'empty', 'float64', dtype.name}))}",
            "",
            "",
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
            "",
        ]
        join = binaries.load(f"join_{row.name}_{dtype.name}", "\n".join(lines)).join
        numbers = (types.float64, *(types.intp,) * 4)
        self.entry = Entry(join, (vector(partial), vector(dtype), *numbers))


@cache
def kernel(fused: Fused, ahead: bool) -> Kernel:
    """The compiled kernel, once a process."""
    return Kernel(fused, ahead)


@cache
def joined(row: Reduction, partial: Dtype, dtype: Dtype) -> Joined:
    return Joined(row, partial, dtype)


def padded(shape: Sequence[int], rank: int) -> tuple[int, ...]:
    return (1,) * (rank - len(shape)) + tuple(shape)


@lru_cache(4096)
def level_of(shape: tuple[int, ...], domain: tuple[int, ...]) -> tuple[str, int]:
    """How an operand of *shape* meets the *domain* it broadcasts to, and n where that matters.

    Returns
    -------
    (str, int)
        'full', 'one', 'row', 'column' or 'other'; the length of a row for 'row' and 'column'.
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
