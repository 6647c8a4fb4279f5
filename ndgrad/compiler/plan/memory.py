"""Where the values of a plan lie: names and expressions of their memory in the plan's text."""

from __future__ import annotations

from collections.abc import Sequence

from ...kernels import front
from ...kernels.spec.strided import StridedSlice
from ..program.instructions import (
    Product,
    Program,
    RowStridedView,
    Source,
    Value,
    View,
    is_shared,
    is_source,
    region_of,
    root,
)
from .assignment import BufferAssignment
from .replay import Allocation
from .text import PlanText
from .workspace import Workspace


class ValueMemory:
    """Names and expressions of values.

    Attributes
    ----------
    text : PlanText
    assignment : BufferAssignment
    workspace : Workspace
    results : dict
        Roots of the program's results, which have memory of their own, and the first of their
        numbers.
    names : dict
        The names of roots.
    packed : dict
        Names of copies of values whose rows lie apart.
    parameters : list of str
        Of the plan's function.
    outputs : list of (int, dtype)
        Results that the function is given memory for.
    before : dict
        A source that is overwritten, and a copy of what it held.
    """

    def __init__(
        self,
        program: Program,
        sources: Sequence[Value],
        assignment: BufferAssignment,
        text: PlanText,
    ) -> None:
        self.text, self.assignment = text, assignment
        self.workspace = Workspace()
        self.results: dict[Value, int] = {}
        for i, value in enumerate(program.results):
            self.results.setdefault(root(value)[0], i)
        self.names: dict[Value, str] = {}
        self.packed: dict[Value, str] = {}
        self.parameters = [self.named(value, f"a{i}") for i, value in enumerate(sources)]
        self.outputs: list[Allocation] = []
        self.before: dict[Value, str] = {}

    def named(self, value: Value, name: str) -> str:
        """Give a value a name."""
        self.names[value] = name
        return name

    def made(self, value: Value, suffix: str = "") -> str:
        """The name of a value that a call makes in memory of its own in this step."""
        return self.named(value, f"v{self.workspace.step}{suffix}")

    def expression(self, value: Value) -> str:
        """The buffer of a value that has been made; rows that lie apart are put together."""
        where = region_of(value)
        if where is None or where.n:
            return self._packed(value)
        base, offset = where.base, where.offset
        before = self.before.get(base)
        name = before or self.name(base)
        data = base.maker.data if isinstance(base.maker, Source) else None
        if before is None and data is not None and name not in self.parameters:
            if offset or value.size != base.size:
                data = data[offset : offset + value.size]
                return self.text.bound("c", data)
            return name
        self.used(base)
        return name if value.size == base.size else f"{name}[{offset}:{offset + value.size}]"

    def _packed(self, value: Value) -> str:
        """A copy of a value whose rows lie apart."""
        name = self.packed.get(value)
        if name is None:
            offset, inner = 0, value
            while isinstance(inner.maker, View):
                offset += inner.maker.offset
                (inner,) = inner.maker.inputs
            rows = inner.maker
            assert isinstance(rows, RowStridedView)
            if inner is not value:
                return f"{self._packed(inner)}[{offset}:{offset + value.size}]"
            part = StridedSlice((inner.size // rows.n, rows.n), (rows.stride, 1), rows.offset)
            source = self.expression(rows.inputs[0])
            name = self.packed[value] = f"g{len(self.packed)}"
            self.text.globals["gather"] = front.strided_slice
            self.text.line(f"{name} = gather({source}, {self.text.bound('part', part)})")
        return name

    def name(self, base: Value) -> str:
        """The name of a root that has been made."""
        name = self.names.get(base)
        if name is None:
            maker = base.maker
            assert isinstance(maker, Source), maker
            assert maker.data is not None, f"{maker.title} is not given"
            name = self.named(base, self.text.bound("c", maker.data))
        return name

    def used(self, base: Value) -> None:
        """Keep a root's memory up to this step."""
        while base in self.assignment.slice_of:
            base = self.assignment.slice_of[base][0]
        self.workspace.used(base)

    def allocate(self, value: Value) -> str:
        """Memory for a value that is about to be made."""
        if value in self.assignment.slice_of:
            outer, offset = self.assignment.slice_of[value]
            if outer not in self.names:
                self.allocate(outer)
            self.used(outer)
            return self.named(value, f"{self.names[outer]}[{offset}:{offset + value.size}]")
        if value in self.assignment.in_place:
            return self.named(value, self.name(self.assignment.in_place[value]))
        if value in self.results:
            name = self.named(value, f"r{self.results[value]}")
            if self.text.target.gives_memory:
                self.outputs.append((value.size, value.dtype))
                self.parameters.append(name)
                return name
            dtype = self.text.bound("d", value.dtype)
            self.text.lines.append(f"{name} = empty({value.size}, {dtype})")
            return name
        return self.named(value, self.workspace.temporary(value.size, value.dtype, value))

    def joined(self, value: Value) -> str:
        """Memory of the join that *value* is stored in, in rows that lie apart."""
        joined = self.assignment.strided_store[value].base
        if joined not in self.names:
            self.allocate(joined)
        self.used(joined)
        return self.names[joined]

    def continued(self, product: Product) -> str:
        """Memory of a product that adds to another one, which nothing else reads: the same."""
        (out,), term = product.outputs, product.inputs[2]
        name = self.taken_over(term, out)
        if name is None:
            name = self.allocate(out)
            self.text.line(f"copyto({name}, {self.expression(term)})")
        return name

    def taken_over(self, term: Value, out: Value) -> str | None:
        """Memory of *out*: that of *term*, which nothing else reads, if it is only temporary."""
        start, offset = root(term)
        slot = self.workspace.slot_of.get(start)
        where = region_of(term)
        if (
            slot is None
            or where is None
            or where.n
            or out in self.assignment.in_place
            or out in self.results
            or out in self.assignment.slice_of
        ):
            return None
        if start.size != out.size:
            self.assignment.slice_of[out] = start, offset
            return self.allocate(out)
        self.workspace.slot_of[out] = self.workspace.slot_of.pop(start)
        return self.named(out, slot.name)

    def result_expression(self, value: Value) -> str:
        """The memory of a result, which nothing else may hold."""
        base, _ = root(value)
        expression = self.expression(value)
        if value.dynamic:  # a part of a sparse array, which is not written to
            return expression
        if is_source(base) or base in self.assignment.in_place or is_shared(base):
            return f"{expression}.copy()"
        return expression
