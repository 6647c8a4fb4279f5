"""Fusion: which instructions become one kernel.

Element-wise work and reductions over the same elements share a pass over memory.  Instructions are
taken in order; each joins a group that makes what it reads, or reads what it reads, unless

* the sizes differ, or the group's rows have another length;
* it needs a value that is complete only when the group has run (a sum over everything);
* something outside would have to run both before and after the group.

A group that ends says why, for `explain`.  One that is too large for a kernel is cut in the end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from ...base import Shape
from ...kernels.spec.fused import can_reduce, level_of, reduced_level
from ..program.instructions import (
    CustomCall,
    Instruction,
    Map,
    Program,
    Reduce,
    RowStridedView,
    Value,
    View,
    redirect,
    region_of,
    root,
    whole,
)
from ..program.simplify import cost, worth_recomputing
from .order import PartialOrder
from .pieces import MOST, pieces

_RECENT = 32  # groups that read a value, of which an instruction that reads it may join one


@dataclass(eq=False)
class Group:
    """Instructions that run together.

    Attributes
    ----------
    number : int
    members : list of Instruction
    size : int
        Elements of its full values; 0 for an instruction that is not fused.
    n : int
        Length of a row, 0 while any will do.
    rows : set of Value
        Values with one element a row.
    late : set of Value
        Results that are complete only at the end.
    read : dict
        Roots read from outside.
    reasons : list of str
        Why instructions did not join.
    """

    number: int
    members: list[Instruction] = field(default_factory=list)
    size: int = 0
    n: int = 0
    rows: set[Value] = field(default_factory=set)
    late: set[Value] = field(default_factory=set)
    read: dict[Value, None] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)

    @property
    def fused(self) -> bool:
        return self.size > 0


@dataclass
class _Fit:
    """How an instruction would take part: row length that it asks for, level of its result."""

    size: int
    n: int
    level: str


def _fit(instruction: Instruction) -> _Fit | None:
    """How an instruction can be fused at all; None if it cannot."""
    if isinstance(instruction, Map):
        out = instruction.outputs[0]
        if out.size == 0:
            return None
        n = 0
        for x in instruction.inputs:
            level, length = level_of(x.shape, out.shape)
            apart = region_of(x)
            if level == "full" and apart is not None and apart.n:
                level, length = "full", apart.n
            if level == "other" or (length and n and length != n):
                return None
            n = n or length
        return _Fit(out.size, n, "full")
    if isinstance(instruction, Reduce):
        (x,) = instruction.inputs
        if x.size == 0 or not can_reduce(instruction.reduction, x.dtype):
            return None
        if instruction.outputs[0].dtype != x.dtype:
            return None
        over, n = reduced_level(x.shape, instruction.axes)
        apart = region_of(x)
        if apart is not None and apart.n:
            if n and n != apart.n:
                return None
            n = apart.n
        return None if over == "other" else _Fit(x.size, n, over)
    return None


def _domain(instruction: Instruction) -> Shape:
    """The shape that an instruction runs over."""
    if isinstance(instruction, Map):
        return instruction.outputs[0].shape
    return instruction.inputs[0].shape


def _is_strided(value: Value) -> bool:
    where = region_of(value)
    return where is None or where.n > 0


class Fusion:
    """Groups of a program's instructions, in an order in which they can run.

    Parameters
    ----------
    program : Program
    most_stored : int
        Values that a kernel may store for others.
    """

    def __init__(self, program: Program, most_stored: int) -> None:
        instructions = program.instructions
        self.groups: list[Group] = []
        self._of: dict[Value, Group] = {}
        self._before = PartialOrder()
        self._readers: dict[Value, dict[Group, None]] = {}
        self._turns = {instruction: i for i, instruction in enumerate(instructions)}
        self.validations: list[Group] = []
        self._last_in_order: list[Group] = []
        self._fits: dict[Instruction, _Fit | None] = {}
        for instruction in instructions:
            if not isinstance(instruction, (View, RowStridedView)):
                self._place(instruction)
        self.groups = [group for group in self.groups if group.members]
        kept = {root(value)[0] for value in program.wanted()}
        for group in [group for group in self.groups if group.fused]:
            group.members.sort(key=self._turns.__getitem__)
            self._cut(group, kept, most_stored)
        for group in self.groups:
            if group.fused:
                self._rematerialise(group)

    # --- placing ---------------------------------------------------------------------------------

    def _new(self) -> Group:
        group = Group(self._before.new())
        self.groups.append(group)
        return group

    def _makers(self, instruction: Instruction) -> list[Group]:
        found: dict[Group, None] = {}
        for x in instruction.inputs:
            group = self._of.get(root(x)[0])
            if group is not None:
                found[group] = None
        return list(found)

    def _place(self, instruction: Instruction) -> None:
        fit = self._fits[instruction] = _fit(instruction)
        makers = self._makers(instruction)
        if fit is None:
            group = self._new()
            for maker in makers:
                if maker.fused:
                    maker.reasons.append(f"{instruction.title} is not element-wise")
            if isinstance(instruction, CustomCall) and (
                instruction.validates or instruction.facts is None
            ):
                # Random numbers depend on what was drawn before, and the first error is raised.
                makers += self._last_in_order
                self._last_in_order = [group]
                if instruction.validates:
                    self.validations.append(group)
            self._add(group, instruction, makers)
            return
        candidates = dict.fromkeys(reversed(makers))
        for x in instruction.inputs:
            readers = islice(reversed(self._readers.get(root(x)[0], {})), _RECENT)
            candidates.update(dict.fromkeys(reversed([*readers])))
        home: Group | None = None
        for group in candidates:
            if not group.fused:
                continue
            level = self._level_in(group, instruction, fit)
            if level is None:
                continue
            if home is None:
                if self._independent(group, makers):
                    self._add(group, instruction, makers)
                    self._enter(group, instruction, fit, level)
                    home = group
            else:
                self._merge(home, group)
        if home is None:
            home = self._new()
            home.size = fit.size
            self._add(home, instruction, makers)
            self._enter(home, instruction, fit, fit.level)

    def _add(self, group: Group, instruction: Instruction, makers: Sequence[Group]) -> None:
        group.members.append(instruction)
        for value in instruction.outputs:
            self._of[value] = group
        self._note_read(group, instruction)
        self._before.precede((maker.number for maker in makers), group.number)

    def _note_read(self, group: Group, instruction: Instruction) -> None:
        for x in instruction.inputs:
            value = root(x)[0]
            if self._of.get(value) is not group:
                group.read[value] = None
                self._readers.setdefault(value, {})[group] = None

    def _enter(self, group: Group, instruction: Instruction, fit: _Fit, level: str) -> None:
        group.n = group.n or fit.n
        out = instruction.outputs[0]
        if level == "row":
            group.rows.add(out)
        elif level in ("column", "all"):
            group.late.add(out)

    def _independent(self, group: Group, makers: Sequence[Group]) -> bool:
        """Whether *group* need not run before any of the *makers*."""
        return not any(self._before.is_before(group.number, maker.number) for maker in makers)

    def _level_in(self, group: Group, instruction: Instruction, fit: _Fit) -> str | None:
        """The level of *instruction*'s result in *group*, or None, with a reason."""
        title = instruction.title
        if fit.level == "full" and group.n and fit.size * group.n == group.size and fit.n == 0:
            if group.n > 1 and self._among_rows(group, instruction):
                return "row"
        if fit.size != group.size:
            group.reasons.append(f"{title} has {fit.size} elements, not {group.size}")
            return None
        if fit.n and group.n and fit.n != group.n:
            group.reasons.append(f"{title} has rows of {fit.n} elements, not {group.n}")
            return None
        if not self._operands_fit(group, instruction, fit.n or group.n):
            return None
        return fit.level

    def _among_rows(self, group: Group, instruction: Instruction) -> bool:
        """Whether a map makes one number a row, of numbers that the group has for each row."""
        size, found = instruction.outputs[0].size, False
        for x in instruction.inputs:
            value = root(x)[0]
            if self._of.get(value) is group:
                if value not in group.rows or whole(x) is not value:
                    return False
                found = True
            elif x.size not in (1, size) or _is_strided(x):
                return False
        return found

    def _operands_fit(self, group: Group, instruction: Instruction, n: int) -> bool:
        domain = _domain(instruction)
        for x in instruction.inputs:
            value = root(x)[0]
            if self._of.get(value) is not group:
                continue
            if value in group.late:
                group.reasons.append(f"{instruction.title} needs the whole {value.maker.title}")
                return False
            level, _ = level_of(x.shape, domain)
            wanted = "row" if value in group.rows else "full"
            if level != wanted or whole(x) is not value:
                group.reasons.append(f"{instruction.title} reads {value.maker.title} out of step")
                return False
        return True

    def _merge(self, home: Group, other: Group) -> None:
        """Merge *other* into *home*, if nothing has to run between them."""
        if home is other or not other.fused or home.size != other.size:
            return
        if home.n and other.n and home.n != other.n:
            return
        between = self._before.is_between
        if between(home.number, other.number) or between(other.number, home.number):
            return
        for maker, reader in ((home, other), (other, home)):
            if not self._before.is_before(maker.number, reader.number):
                continue
            for instruction in reader.members:
                domain = _domain(instruction)
                for x in instruction.inputs:
                    value = root(x)[0]
                    if self._of.get(value) is not maker:
                        continue
                    level, _ = level_of(x.shape, domain)
                    if instruction.outputs[0] in reader.rows and isinstance(instruction, Map):
                        fits = value in maker.rows and level == "full"
                    else:
                        fits = level == ("row" if value in maker.rows else "full")
                    if value in maker.late or whole(x) is not value or not fits:
                        return
        home.members += other.members
        home.n = home.n or other.n
        home.rows |= other.rows
        home.late |= other.late
        home.reasons += other.reasons
        for instruction in other.members:
            for value in instruction.outputs:
                self._of[value] = home
                home.read.pop(value, None)
        for value in other.read:
            readers = self._readers[value]
            del readers[other]
            readers[home] = None
            if self._of.get(value) is not home:
                home.read[value] = None
        other.members = []
        other.size = 0
        self._before.merge(home.number, other.number)

    # --- cutting ---------------------------------------------------------------------------------

    def _cut(self, group: Group, kept: set[Value], most_stored: int) -> None:
        """Cut off what is too much for one kernel: new groups that run before *group*."""
        made = {value for member in group.members for value in member.outputs}
        stored = {value for value in made if value in kept or self._readers.get(value)}
        *earlier, last = pieces(group.members, stored, most_stored)
        if not earlier:
            return
        for value in group.read:
            del self._readers[value][group]
        rows, late = group.rows, group.late
        for members in (*earlier, last):
            piece = group if members is last else self._new()
            own = {value for member in members for value in member.outputs}
            piece.members, piece.size, piece.n, piece.read = members, group.size, group.n, {}
            piece.rows, piece.late = rows & own, late & own
            for member in members:
                self._of.update((value, piece) for value in member.outputs)
                self._note_read(piece, member)
            if piece is not group:
                piece.reasons = ["more would be too much for one kernel"]
                self._before.insert(piece.number, group.number)

    # --- rematerialisation ------------------------------------------------------------------------

    def _rematerialise(self, group: Group) -> None:
        """Compute in *group* what it reads, where that costs less than reading it."""
        for value in list(group.read):
            if len(group.members) >= 2 * MOST:
                return
            limit = worth_recomputing(value)
            needed: dict[Instruction, None] = {}
            if self._closure(group, value, value, needed, limit) is None:
                continue
            if all(
                whole(x) is value
                for member in group.members
                for x in member.inputs
                if root(x)[0] is value
            ):
                self._clone(group, value, list(needed))

    def _closure(
        self,
        group: Group,
        target: Value,
        value: Value,
        needed: dict[Instruction, None],
        limit: int,
    ) -> int | None:
        """Collect the maps that make *value* from what *group* reads besides *target*.

        Returns what is left of *limit*, the work that they may be; None if they cannot be had.
        """
        maker = value.maker
        if maker in needed:
            return limit
        fit = self._fits.get(maker)
        if fit is None or not isinstance(maker, Map) or not maker.inputs:
            return None
        if fit.size != group.size or fit.n not in (0, group.n or fit.n):
            return None
        left: int | None = limit - cost(maker)
        for x in maker.inputs:
            base = root(x)[0]
            if base in group.read and base is not target:
                continue
            if left is None or left < 0 or whole(x) is not base:
                return None
            left = self._closure(group, target, base, needed, left)
        if left is None or left < 0:
            return None
        needed[maker] = None
        return left

    def _clone(self, group: Group, value: Value, makers: list[Instruction]) -> None:
        new: dict[Value, Value] = {}
        clones: list[Instruction] = []
        for maker in makers:
            assert isinstance(maker, Map)
            clone = dataclasses.replace(maker)
            redirect(clone, new)
            (out,) = maker.outputs
            new[out] = clone.make((out.shape, out.dtype))
            self._turns[clone] = self._turns[group.members[0]]
            self._of[new[out]] = group
            fit = self._fits[clone] = _fit(clone)
            assert fit is not None
            group.n = group.n or fit.n
            clones.append(clone)
        at = next(
            i
            for i, member in enumerate(group.members)
            if any(root(x)[0] is value for x in member.inputs)
        )
        for member in group.members[at:]:
            redirect(member, {value: new[value]})
        group.members[at:at] = clones
        del group.read[value]
        del self._readers[value][group]

    # --- order -----------------------------------------------------------------------------------

    def group_of(self, value: Value) -> Group | None:
        return self._of.get(value)

    def readers(self, value: Value) -> list[Group]:
        return [group for group in self._readers.get(value, ()) if group.members]

    def delay(self, group: Group, others: Sequence[Group]) -> bool:
        """Make *group* run after all of *others*; False, and nothing changed, if it cannot."""
        if not self._independent(group, others):
            return False
        self._before.precede((other.number for other in others), group.number)
        return True

    def ordered(self) -> list[Group]:
        """Groups in an order in which they can run, as near to the program's as can be."""
        groups = {group.number: group for group in self.groups}
        first = {group.number for group in self.validations}

        def turn(number: int) -> int:
            """Where in the program a group stands; what checks its inputs comes first."""
            return -1 if number in first else self._turns[groups[number].members[0]]

        return [groups[number] for number in self._before.sorted(groups, turn)]


def describe(group: Group) -> str:
    """Names of a group's instructions."""
    return " ".join(member.title for member in group.members)


__all__ = ["Fusion", "Group", "describe"]
