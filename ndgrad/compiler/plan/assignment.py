"""Buffer assignment: which values are written where they end up, rather than copied there."""

from __future__ import annotations

from collections.abc import Set

from ..program.instructions import (
    SHORT,
    CustomCall,
    Join,
    Product,
    Program,
    Reduce,
    Region,
    Value,
    root,
    whole,
)
from ..program.layout import in_rows
from .fusion import Fusion, Group


class BufferAssignment:
    """Values whose memory is made for something else.

    Attributes
    ----------
    in_place : dict
        Value to the source whose memory it is written to.
    slice_of : dict
        Value to the join of one row that it is a piece of, and where in that it begins.
    strided_store : dict
        Value to where in a join of several rows it lies.
    """

    def __init__(
        self, program: Program, fusion: Fusion, results: Set[Value], has_series: bool
    ) -> None:
        self._program, self._fusion, self._results = program, fusion, results
        self._has_series = has_series
        self.in_place: dict[Value, Value] = {}
        self.slice_of: dict[Value, tuple[Value, int]] = {}
        self.strided_store: dict[Value, Region] = {}
        self._over_sources()
        self._into_joins()

    def _over_sources(self) -> None:
        """Which values go straight to memory from outside."""
        seen: set[Value] = set()
        for source, value in self._program.effects:
            base = root(value)[0]
            group = self._fusion.group_of(base)
            if group is None or whole(value) is not base or base.size != source.size:
                continue
            if base in seen or base in self._results:
                continue
            maker = base.maker
            by_call = isinstance(maker, CustomCall) and _replaces(maker, source, base)
            if not (group.fused or isinstance(maker, Product) or by_call):
                continue
            readers = self._fusion.readers(source)
            if group in readers and not by_call and not self._may_overwrite(group, source, base):
                continue
            if self._fusion.delay(group, [*readers, *self._checks_before(source, base)]):
                seen.add(base)
                self.in_place[base] = source

    def _checks_before(self, source: Value, value: Value) -> list[Group]:
        """What may refuse its inputs before *value* takes the place of *source*."""
        found = []
        for group in self._fusion.validations:
            (call,) = group.members
            assert isinstance(call, CustomCall)
            if not any(s is source and root(x)[0] is value for s, x in call.held):
                found.append(group)
        return found

    def _into_joins(self) -> None:
        """Which values kernels store where a join wants them."""
        wanted = {root(value)[0] for value in self._program.wanted()}
        for group in self._fusion.groups:
            for join in group.members:
                if not isinstance(join, Join):
                    continue
                stride, offset = sum(join.lengths), 0
                for x, n in zip(join.inputs, join.lengths, strict=True):
                    base = root(x)[0]
                    maker = self._fusion.group_of(base)
                    if (
                        n == x.size
                        and maker is not None
                        and (maker.fused or isinstance(base.maker, (Product, Join)))
                        and whole(x) is base
                        and join.inputs.count(x) == 1
                        and base not in wanted
                        and base not in self.in_place
                        and base not in self.strided_store
                        and base not in self.slice_of
                    ):
                        self.slice_of[base] = join.outputs[0], offset
                    elif (
                        maker is not None
                        and whole(x) is base
                        and self._fusion.readers(base) == [group]
                        and join.inputs.count(x) == 1
                        and base not in wanted
                        and base not in self.in_place
                        and base not in self.strided_store
                        and self._stores_rows(maker, base, n)
                    ):
                        self.strided_store[base] = Region(join.outputs[0], offset, n, stride)
                    offset += n

    def _stores_rows(self, group: Group, value: Value, n: int) -> bool:
        """Whether a group can store *value* in rows of *n* that lie apart, and so it will."""
        if isinstance(value.maker, Product):
            fits = in_rows(value.maker, Region(value, 0, n, n)) is not None
            return fits and self._has_series
        if not group.fused or n < SHORT or group.n not in (0, n):
            return False
        if value in group.late or value in group.rows:
            return False
        group.n = n
        return True

    def _may_overwrite(self, group: Group, source: Value, value: Value) -> bool:
        """Whether a kernel may write *value* over *source* while it reads it."""
        if not group.fused or any(isinstance(member, Reduce) for member in group.members):
            return False
        for member in group.members:
            for x in member.inputs:
                if root(x)[0] is source and (whole(x) is not source or x.size != group.size):
                    return False
        return value.size == group.size and source.dtype == value.dtype


def _replaces(call: CustomCall, source: Value, value: Value) -> bool:
    """Whether *call* makes *value* by writing to *source*, which it reads nowhere else."""
    if value not in call.outputs[: len(call.replaced)]:
        return False
    operand = call.inputs[call.replaced[call.outputs.index(value)]]
    read = [x for x in call.inputs if root(x)[0] is source]
    return whole(operand) is source and len(read) == 1
