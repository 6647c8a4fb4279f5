"""Text of fused kernels for the host.

In the flat form a block is cut into tiles, which take the place of rows.  A row that a later stage
goes over again lies in the cache nearest to the core by then.  Sums along a row are those of
`sums`.

Where there is more data than the caches hold, the last loop prefetches: the next row, as memory
would idle otherwise while a row is gone over again, or what lies a little further on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ..spec.fused import Fused, ReductionStep
from ..spec.fused_text import FusedWriter, neutral
from ..spec.text import each, indented, memory_type, module, retried_loops
from .sums import LINE, PART, SUMS

PREFETCH_ROW = 256
"""Elements between one prefetch of the next row and another."""

_PREFETCH = 128  # the same of what lies a little further on
_DISTANCE = 4096  # bytes: how far that is


class HostFusedWriter(FusedWriter):
    """Turns a `Fused` into the text of a kernel over units of rows, or of tiles."""

    def __init__(self, fused: Fused, prefetch: bool = False) -> None:
        self.prefetch = prefetch
        super().__init__(fused)

    def _loop(self, stage: int) -> list[str]:
        """One stage's loop; small-argument variants come first, if a loop may be run twice."""
        reductions = self._reductions(stage)
        along = [step for step in reductions if step.over != "column"]  # the row, or the tile
        extremes = [step for step in along if not self._is_sum(step)]
        begin = [f"{x.name}_part = {neutral(x, self._kind(x.source))}" for x in extremes]
        full = self._statements(stage)
        lines = [*begin, *each("m", full)]
        beyond: list[str] = []
        small = self._statements(stage, beyond)
        adds = len(along) < len(reductions)
        overwrites = any(
            target in self.operands and self.stage[value] == stage
            for value, target in self.fused.stores
        )
        if beyond and not adds and not overwrites:
            lines = retried_loops("m", begin, full, small, beyond)
        if not full and not along:
            return []
        if not along:
            return self._prefetching(lines) if stage == self.last else lines
        for step in along:
            part = f"{step.name}_part"
            if self._is_sum(step):
                part = f"{SUMS[step.row.combined]}({self._terms(step)}[:m])"
            lines.append(f"{step.name} = {self._combined(step, step.name, part)}")
        if self.fused.form == "rows":
            lines = _in_parts(lines)
        return [
            *(f"{step.name} = {neutral(step, 'float64')}" for step in along if step.over == "row"),
            *lines,
        ]

    def _prefetching(self, lines: list[str]) -> list[str]:
        """The last loop in parts, each of which begins with a software prefetch.

        After other loops over a row that is the next row, otherwise what comes a little later.
        """
        if not self.prefetch:
            return lines
        prefetches = []
        for x in self.fused.operands:
            if x.level == "full":
                line, distance = LINE // x.dtype.itemsize, _DISTANCE // x.dtype.itemsize
                begin = self._begin(x.name, "(row + 1)" if self.last else "row")
                begin += " + start" if self.last else f" + start + {distance}"
                prefetches.append(
                    f"prefetch({x.name}_all, {begin}, {begin} + stop - start, {line})"
                )
        return _in_parts(lines, PREFETCH_ROW if self.last else _PREFETCH, prefetches)

    def _begin(self, name: str, row: str) -> str:
        """Where a row of a full argument begins."""
        return (
            f"{name}_at + {row} * {name}_step" if name in self.fused.row_strided else f"{row} * n"
        )

    def _is_sum(self, step: ReductionStep) -> bool:
        """Whether a reduction along a row or tile adds up an array, as `sums` does."""
        return step.over != "column" and step.row.combined in SUMS

    def _terms(self, step: ReductionStep) -> str:
        """The array that a sum adds up: one that its source is in anyway, or one of its own."""
        source = step.source
        if source in self.operands and source not in self.target.values():
            return source
        if source in self.scratch:
            return f"{source}_row"
        if source in self.target and self.target[source] not in self.operands:
            return self.target[source]
        return f"{step.name}_terms"

    def _taken_in(self, step: ReductionStep, value: str, kind: str) -> list[str]:
        if not self._is_sum(step):
            return super()._taken_in(step, value, kind)
        own = f"{step.name}_terms"
        return [f"{own}[i] = {value}"] if self._terms(step) == own else []

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
            f"    {name}_row = scratch(n, {memory_type(self.steps[name].dtype)})"
            for name in sorted(self.scratch)
        ]
        for step in fused.steps:
            if isinstance(step, ReductionStep) and self._is_sum(step):
                own = f"{step.name}_terms"
                if self._terms(step) == own:
                    add(f"    {own} = scratch({PART}, {self._kind(step.source)})")
        add("    for unit in range(lo, hi):")
        for x in arguments:
            if x.level.startswith("partial"):
                step = self.steps[x.name]
                assert isinstance(step, ReductionStep)
                start = neutral(step, x.dtype.name)
                if step.over == "column":
                    add(f"        {x.name} = {x.name}_all[unit * n : unit * n + n]")
                    add("        for i in range(n):")
                    add(f"            {x.name}[i] = {start}")
                else:
                    add(f"        {x.name} = {start}")
        add("        for row in range(unit * block, min(rows, (unit + 1) * block)):")
        add(f"            m = {'n' if rows else 'min(n, size - row * n)'}")
        for x in arguments:
            if x.level == "full":
                begin = self._begin(x.name, "row")
                add(f"            {x.name} = {x.name}_all[{begin} : {begin} + m]")
            elif x.level == "row" and x.name in self.operands:
                add(f"            {x.name} = {x.name}_all[row]")
            elif x.level == "cycle":
                add(f"            {x.name} = {x.name}_all[row % {x.name}_all.size]")
        for stage in range(self.last + 1):
            body += indented([*self._row_steps(stage), *self._loop(stage), *self._after(stage)], 3)
        for x in arguments:
            if x.level == "partial all":
                add(f"        {x.name}_all[unit] = {x.name}")
        names += [f"{name}_{what}" for name in fused.row_strided for what in ("at", "step")]
        head = f"def loop({', '.join([*names, 'size', 'rows', 'n', 'block', 'lo', 'hi'])}):"
        return module(f"{fused.name}.", ["@chunked", head, *body], "Fused from a compiled graph")


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
        *indented(before),
        *(f"    {name}_here = {name}[{piece}]" for name, piece in where.items()),
        *indented([line.replace("range(m)", "range(stop - start)") for line in inside]),
    ]


@cache
def source(fused: Fused, prefetch: bool = False) -> str:
    """Readable module text of a fused kernel."""
    return HostFusedWriter(fused, prefetch).text()
