"""Specifications of fused kernels: names for a group's values, steps, and what it stores."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence

import numpy as np

from ...kernels.spec.fused import (
    FormulaStep,
    Fused,
    Operand,
    ReductionStep,
    level_of,
    reduced_level,
)
from ..program.instructions import Map, Reduce, Value, region_of
from .fusion import Group

_LITERALS = (0, 1, 2, 3, 4, -1, -2, 0.5, -0.5, 0.25)


class KernelSpec:
    """Makes the `Fused` of a group: names for its values, steps, stores.

    Parameters
    ----------
    group : Group
    outside : sequence of Value
        Those of its values that are stored.
    direct : mapping
        A value -> the source whose memory it is written to.
    strided_store : container
        Values whose rows are stored apart from each other.
    """

    def __init__(
        self,
        group: Group,
        outside: Sequence[Value],
        direct: Mapping[Value, Value],
        strided_store: Container[Value],
    ) -> None:
        self.group = group
        self.direct, self.strided_store = direct, strided_store
        self.outside = outside
        self.names: dict[object, str] = {}
        self.operands: list[Operand] = []
        self.steps: list[FormulaStep | ReductionStep] = []
        self.targets: dict[Value, str] = {}  # results, and the arguments that they go to
        self.read: dict[str, Value] = {}  # other arguments, partial results among them
        self.numbers: dict[str, object] = {}
        self.known_numbers: dict[object, str] = {}
        self.own = {value for member in group.members for value in member.outputs}
        self.row_strided: list[str] = []
        self.form = "rows" if group.n else "flat"

    def build(self) -> Fused:
        stores: list[tuple[str, str]] = []
        for member in self.group.members:
            if isinstance(member, Map):
                self._map(member)
            else:
                assert isinstance(member, Reduce)
                self._reduce(member)
        for value in self.outside:
            if value in self.group.late:
                continue
            name = self.names[value, 0, value.size]
            source = self.direct.get(value)
            in_place = None if source is None else self.names.get((source, 0, source.size, "full"))
            target = in_place or f"y{len(stores)}"
            if value in self.strided_store:
                self.row_strided.append(target)
            stores.append((name, target))
            self.targets[value] = target
        titles = "_".join(dict.fromkeys(m.title for m in self.group.members))
        numbers = [x for x in self.operands if x.level == "number"]
        arrays = [x for x in self.operands if x.level != "number"]
        return Fused(
            f"fused_{titles.replace(' ', '_')}"[:60],
            self.form,
            (*arrays, *numbers),
            tuple(self.steps),
            tuple(stores),
            tuple(self.row_strided),
        )

    def _value(self, x: Value, level: str) -> str:
        where = region_of(x)
        if where is None or (where.n and level != "full"):
            key: object = x
        else:
            key = (*where, x.size) if where.n else (where.base, where.offset, x.size)
            if where.base not in self.own:
                key += (level,)  # the same memory may be a row here and a column there
        name = self.names.get(key)
        if name is None:
            name = self.names[key] = f"x{len(self.names)}"
            if where is not None and where.n and level == "full":
                self.row_strided.append(name)
            self.operands.append(Operand(name, x.dtype, level))
            self.read[name] = x
        return name

    def _number(self, x: float | np.generic, compute: str) -> str:
        for literal in _LITERALS:
            if x == literal and math.copysign(1, x) == math.copysign(1, literal):
                return f"={float(x) if compute.startswith('float') else int(x)}"
        key = (repr(x), compute)
        name = self.known_numbers.get(key)
        if name is None:
            name = self.known_numbers[key] = f"k{len(self.known_numbers)}"
            self.operands.append(Operand(name, np.dtype(compute), "number"))
            self.numbers[name] = float(x) if compute.startswith("float") else int(x)
        return name

    def _map(self, member: Map) -> None:
        (out,) = member.outputs
        row = out in self.group.rows
        operands = []
        for formal, x in member.operands:
            if isinstance(x, Value):
                level, _ = level_of(x.shape, out.shape)
                if row and level == "full":
                    level = "row"
                operands.append((formal, self._value(x, level)))
            else:
                operands.append((formal, self._number(x, member.compute)))
        name = self.names[out, 0, out.size] = f"v{len(self.names)}"
        level = "row" if row else "full"
        self.steps.append(
            FormulaStep(name, member.text, tuple(operands), member.compute, out.dtype, level)
        )

    def _reduce(self, member: Reduce) -> None:
        (x,), (out,) = member.inputs, member.outputs
        over, _ = reduced_level(x.shape, member.axes)
        source = self._value(x, "full")
        if member.reduction.mapped != "x":
            name = f"v{len(self.names)}"
            self.names[out, -1, 0] = name
            text = member.reduction.mapped
            self.steps.append(
                FormulaStep(name, text, (("x", source),), x.dtype.name, x.dtype, "full")
            )
            source = name
        name = self.names[out, 0, out.size] = f"v{len(self.names)}"
        self.steps.append(ReductionStep(name, source, member.reduction, over, out.dtype))
        if over != "row":
            self.read[name] = out
