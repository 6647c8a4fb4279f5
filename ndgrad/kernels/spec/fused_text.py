"""Text of fused kernels: their values, stages and statements, as every device has them."""

from __future__ import annotations

import ast
from functools import cache
from typing import ClassVar

from .formula import formula
from .fused import NEUTRAL, FormulaStep, Fused, ReductionStep
from .text import NARROW, ExpressionWriter, expression, loaded, small_argument_expression, stored

_FIXED = ("row", "cycle", "one", "number")  # levels of what is the same all along a row
_CHEAP = 4  # operations up to which a value is computed again rather than kept


class FusedWriter:
    """What a `Fused` comes to in statements; a device adds the loops around them.

    Values that a later stage needs are computed again if that is cheap, else kept in a scratch row.
    """

    expressions: ClassVar[type[ExpressionWriter]] = ExpressionWriter

    def __init__(self, fused: Fused) -> None:
        self.fused = fused
        self.steps = {step.name: step for step in fused.steps}
        self.operands = {x.name: x for x in fused.operands}
        self.stage: dict[str, int] = {}
        self.target: dict[str, str] = {}
        for value, target in fused.stores:
            self.target.setdefault(value, target)
        for x in fused.operands:
            self.stage[x.name] = 0
        for step in fused.steps:
            if isinstance(step, ReductionStep):
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
        return isinstance(step, FormulaStep) and step.level == "full"

    def _fixed(self, name: str) -> bool:
        """Whether a value is the same all along a row."""
        x = self.operands.get(name) or self.steps.get(name)
        return isinstance(x, (ReductionStep, type(None))) or x.level in _FIXED

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
        assert isinstance(step, FormulaStep)
        return formula(step.text).cost + sum(self._cost(other) for _, other in step.operands)

    def _choose_scratch(self) -> None:
        for step in self.fused.steps:
            if isinstance(step, ReductionStep):
                continue
            for _, name in step.operands:
                if not self._full(name):
                    continue
                if self.stage[name] < self.stage[step.name] and self._cost(name) > _CHEAP:
                    self.scratch.add(name)
        # What is written in place must not be read again in a later stage.
        targets = {target for _, target in self.fused.stores}
        for x in self.fused.operands:
            assert x.name not in targets or x.level in ("full", "row", "one")

    def _load(self, name: str, stage: int, compute: str) -> str:
        """The text of a value inside the loop of *stage*; after "=" it is a literal."""
        if name.startswith("="):
            return f"{compute}({name[1:]})"
        if name in self.operands:
            x = self.operands[name]
            if x.level == "number":
                return name
            element = f"{name}[i]" if x.level in ("full", "column") else name
            return loaded(element, x.dtype, compute)
        step = self.steps[name]
        if isinstance(step, FormulaStep) and step.level == "full" and self.stage[name] < stage:
            if name in self.scratch:
                return loaded(f"{name}_row[i]", step.dtype, compute)
            if self._at_hand(name):
                return loaded(f"{self.target[name]}[i]", step.dtype, compute)
        return loaded(name, step.dtype, compute)

    def _statement(self, step: FormulaStep, stage: int, beyond: list[str] | None = None) -> str:
        """A step as text; with *beyond* by small-argument variants, whose tests go there."""
        loads = {n: self._load(value, stage, step.compute) for n, value in step.operands}
        fixed = [n for n, value in step.operands if step.level == "full" and self._fixed(value)]
        if beyond is not None and step.compute == "float32":
            value, tests = small_argument_expression(step.text, loads, fixed)
            beyond += tests
        else:
            value = expression(step.text, step.compute, loads, fixed, self.expressions)
        value = stored(value, step.dtype, step.compute)
        same = step.dtype.name in (step.compute, "bool", *NARROW)
        if not same or (step.dtype.name == step.compute and _is_truth(step.text)):
            value = f"{step.dtype.name}({value})"
        return f"{step.name} = {value}"

    def _reductions(self, stage: int) -> list[ReductionStep]:
        """Those of what a stage has."""
        return [
            step
            for step in self.fused.steps
            if isinstance(step, ReductionStep) and self.stage[step.source] == stage
        ]

    def _kind(self, name: str) -> str:
        return (self.steps.get(name) or self.operands[name]).dtype.name

    def _combined(self, step: ReductionStep, a: str, b: str, kind: str = "float64") -> str:
        """The text of two results of a reduction combined."""
        return expression(step.row.combined, kind, {"a": a, "b": f"{kind}({b})"})

    def _taken_in(self, step: ReductionStep, value: str, kind: str) -> list[str]:
        """The statement by which a reduction takes in another element, if it needs one."""
        total = f"{step.name}[i]" if step.over == "column" else f"{step.name}_part"
        return [f"{total} = {self._combined(step, total, value, kind)}"]

    def _statements(self, stage: int, beyond: list[str] | None = None) -> list[str]:
        """The statements of one stage's loop."""
        done: set[str] = set()
        lines: list[str] = []

        def need(name: str) -> None:
            pending: list[str | FormulaStep] = [name]  # a step is behind what it needs
            while pending:
                x = pending.pop()
                if isinstance(x, FormulaStep):
                    lines.append(self._statement(x, stage, beyond))
                    continue
                step = self.steps.get(x)
                if x in done or not isinstance(step, FormulaStep) or step.level != "full":
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
        for step in self._reductions(stage):
            need(step.source)
            kind = self._kind(step.source)
            value = self._load(step.source, stage, kind)
            stores += self._taken_in(step, value, kind)
        for name in sorted(self.scratch):
            if self.stage[name] == stage:
                need(name)
                stores.append(f"{name}_row[i] = {name}")
        return lines + stores

    def _after(self, stage: int) -> list[str]:
        """Row values that a stage's reductions end in."""
        return [
            self._finished(step, step.name)
            for step in self._reductions(stage)
            if step.over == "row"
        ]

    def _finished(self, step: ReductionStep, total: str) -> str:
        """The statement that makes a row value of the sum over its row."""
        loads = {"a": total, "n": "float64(n)"}
        finished = expression(step.row.finished, "float64", loads)
        return f"{step.name} = {step.dtype.name}({finished})"

    def _row_steps(self, stage: int) -> list[str]:
        lines = [
            self._statement(step, stage)
            for step in self.fused.steps
            if isinstance(step, FormulaStep)
            and (step.level, self.stage[step.name]) == ("row", stage)
        ]
        return lines + self._row_stores(stage)

    def _row_stores(self, stage: int) -> list[str]:
        lines = []
        for value, target in self.fused.stores:
            step = self.steps[value]
            level = "row" if isinstance(step, ReductionStep) else step.level
            if level == "row" and self.stage[value] == stage:
                lines.append(f"{target}_all[row] = {value}")
        return lines


def neutral(step: ReductionStep, kind: str) -> str:
    """What a reduction begins with."""
    return f"{kind}({NEUTRAL[step.row.combined]})"


@cache
def _is_truth(text: str) -> bool:
    """Whether a formula gives a bool, whatever the type of the arithmetic."""
    body = ast.parse(text, mode="eval").body
    if isinstance(body, ast.Call):
        return isinstance(body.func, ast.Name) and body.func.id.startswith("is")
    return isinstance(body, (ast.Compare, ast.BoolOp)) or (
        isinstance(body, ast.UnaryOp) and isinstance(body.op, ast.Not)
    )
