"""The steps of a plan: for each group of instructions what the plan's text does."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...kernels import front
from ...kernels.cpu.strided import strided_slice_task
from ...kernels.cpu.tasks import Task
from ...kernels.spec.formula import Loop
from ...kernels.spec.reduction import plan as reduction_plan
from ...kernels.spec.strided import StridedSlice
from ...memory.device import Buffer
from ..program.instructions import (
    CustomCall,
    Instruction,
    Join,
    Map,
    Product,
    Program,
    Reduce,
    StridedCopy,
    Update,
    Value,
    region_of,
    root,
    whole,
)
from ..program.layout import in_rows
from .errors import DeferredError
from .fusion import Fusion, Group
from .memory import ValueMemory
from .report import ReportBuilder
from .specification import KernelSpec
from .target import Target, Work


class StepBuilder:
    """Writes the steps of a program's groups.

    Attributes
    ----------
    program : Program
    fusion : Fusion
    memory : ValueMemory
    target : Target
    report : ReportBuilder
    """

    def __init__(
        self, program: Program, fusion: Fusion, memory: ValueMemory, report: ReportBuilder
    ) -> None:
        self.program, self.fusion, self.memory, self.report = program, fusion, memory, report
        self.text, self.assignment = memory.text, memory.assignment
        self.target: Target = self.text.target
        self._wanted = {root(value)[0] for value in program.wanted()}
        self._done: set[Group] = set()
        self._product: tuple[Task, Product] | None = None  # the last

    def add(self, group: Group) -> None:
        """Add the steps of a group, behind those before it."""
        self.memory.workspace.step += 1
        if group.fused:
            self._kernel(group)
        else:
            self._single(group.members[0], group)
        self._done.add(group)

    def _kernel(self, group: Group) -> None:
        """Lines that run a fused group."""
        made = [value for member in group.members for value in member.outputs]
        outside = [value for value in made if self._wanted_outside(value, group)]
        maker = KernelSpec(group, outside, self.assignment.in_place, self.assignment.strided_store)
        spec, targets, numbers, read = maker.build(), maker.targets, maker.numbers, maker.read
        rows = spec.form == "rows"
        work = self.target.work(spec, group.size, group.n if rows else 0)
        kernel = self.target.kernel(spec, work)
        self.report.kernel(kernel.cached)
        expressions: list[object] = []
        strided: dict[str, tuple[int, int]] = {}
        combines: list[Task] = []
        inverse = {name: value for value, name in targets.items()}
        for x in spec.arguments:
            if x.level == "number":
                expressions.append(numbers[x.name])
            elif x.level.startswith("partial"):
                value = read[x.name]
                columns = group.n if x.level == "partial column" else 1
                temporary = self.memory.workspace.temporary(work.units * columns, x.dtype)
                expressions.append(temporary)
                member = value.maker
                assert isinstance(member, Reduce)
                count = float(member.inputs[0].size // value.size)
                parts = (temporary, self.memory.allocate(value), count, work.units, columns)
                combine = self.target.final_combine(member.reduction, x.dtype, value.dtype)
                combines.append(Task(combine, parts, columns, columns, columns))
            elif x.name in inverse and x.name not in {o.name for o in spec.operands}:
                value = inverse[x.name]
                if value in self.assignment.strided_store:
                    expressions.append(self.memory.joined(value))
                    region = self.assignment.strided_store[value]
                    strided[x.name] = region.offset, region.stride
                else:
                    expressions.append(self.memory.allocate(value))
            elif x.name in spec.row_strided:
                where = region_of(read[x.name])
                assert where is not None
                strided[x.name] = where.offset, where.stride
                expressions.append(self.memory.name(where.base))
                self.memory.used(where.base)
            else:
                expressions.append(self.memory.expression(read[x.name]))
        # A value written in place has the name of the memory that it replaces.
        for value in outside:
            if value in self.assignment.in_place and value not in self.memory.names:
                self.memory.named(value, self.memory.name(self.assignment.in_place[value]))
        strides = [number for name in spec.row_strided for number in strided[name]]
        heavy = group.size * max(1, len(group.members) // 4)
        grain = self._epilogue(group, outside, work)
        arguments = (*expressions, *strides, *work.numbers)
        step = Task(kernel.entry, arguments, *self.target.distribution(work, heavy))
        self.text.run(step._replace(grain=grain, chained=True) if grain else step)
        for combine_step in combines:
            self.text.run(combine_step)
        self.report.account(group, made, kernel.text, outside, chained=grain > 0)

    def _epilogue(self, group: Group, outside: Sequence[Value], work: Work) -> int:
        """The grain at which a group can be chained to the product before it; 0 if it cannot.

        Each chunk of such a group needs the elements that a chunk of the product has made, and
        writes over nothing that other chunks of the product read.
        """
        pending = self.text.pending
        if self._product is None or not pending or pending[-1] is not self._product[0]:
            return 0
        step, product = self._product
        (out,) = product.outputs
        if not step.elements_per_chunk or step.chunks == 1 or group.size != out.size:
            return 0
        read = [x for member in group.members for x in member.inputs if root(x)[0] is out]
        if any(whole(x) is not out for x in read):
            return 0
        operands = {root(x)[0] for x in product.inputs}
        if any(self.assignment.in_place.get(value) in operands for value in outside):
            return 0
        grain: int = work.fit(step.elements_per_chunk)
        if grain:
            for x in operands:
                self.memory.used(x)  # other chunks still read it while results are written
        return grain

    def _wanted_outside(self, value: Value, group: Group) -> bool:
        if (
            value in self.memory.results
            or value in self.assignment.in_place
            or value in self.assignment.strided_store
        ):
            return True
        return value in self._wanted or any(
            reader is not group for reader in self.fusion.readers(value)
        )

    def _single(self, instruction: Instruction, group: Group) -> None:
        """Lines that run an instruction by itself."""
        inputs = []
        if isinstance(instruction, CustomCall):
            inputs = [self.memory.expression(x) for x in instruction.operands]
        elif not isinstance(instruction, (Join, Map)):
            inputs = [self.memory.expression(x) for x in instruction.inputs]
        if isinstance(instruction, CustomCall):
            self._call(instruction, inputs)
        elif isinstance(instruction, Product):
            self._matmul(instruction, inputs)
        elif isinstance(instruction, StridedCopy):
            self._strided_copy(instruction, inputs[0])
        elif isinstance(instruction, Update):
            self._update(instruction, inputs, group)
        elif isinstance(instruction, Join):
            self._join(instruction)
        elif isinstance(instruction, Reduce):
            self._reduction(instruction, inputs[0])
        elif isinstance(instruction, Map):
            self._loop(instruction)
        else:
            raise AssertionError(instruction)
        self.report.account(group, instruction.outputs, "", instruction.outputs)

    def _strided_copy(self, instruction: StridedCopy, x: str) -> None:
        (value,), part = instruction.outputs, instruction.part
        if value.size and self.target.copies_strided(value.dtype):
            self.text.run(strided_slice_task(x, self.memory.allocate(value), part, value.dtype))
            return
        name = self.memory.made(value)
        self.text.globals["gather"] = front.strided_slice
        self.text.line(f"{name} = gather({x}, {self.text.bound('part', part)})")

    def _update(self, update: Update, inputs: list[str], group: Group) -> None:
        """Copy the new part, and before it all the rest where something else may read that."""
        (old, part), (out,) = update.inputs, update.outputs
        readers = self.fusion.readers(root(old)[0])
        name = None
        if all(reader is group or reader in self._done for reader in readers):
            name = self.memory.taken_over(old, out)
        if name is None:
            name = self.memory.allocate(out)
            self._copy_part(inputs[0], name, old, 0)
        self._copy_part(inputs[1], name, part, update.offset)

    def copy(self, effects: Sequence[tuple[Value, Value]]) -> None:
        """Copy values over sources, all of which have been read."""
        for source, value in effects:
            self._copy_part(self.memory.expression(value), self.memory.name(source), value, 0)

    def _copy_part(self, x: str, out: str, part: Value, offset: int) -> None:
        n = part.size
        step = self.target.rows(x, out, 1, n, offset, n, part.dtype)
        if step is None:
            self.text.line(f"copyto({out}[{offset}:{offset + n}], {x})")
        elif n:
            self.text.run(step)

    def _matmul(self, p: Product, inputs: list[str]) -> None:
        bias = inputs[2] if len(inputs) == 3 and not p.continues else None
        (value,), places = p.outputs, p.places
        if value in self.assignment.strided_store:
            out = self.memory.joined(value)
            places = (*places[:2], in_rows(p, self.assignment.strided_store[value]))
        else:
            out = self.memory.continued(p) if p.continues else self.memory.allocate(value)
        facts = (p.m, p.n, p.k, p.transpose_a, p.transpose_b, p.alpha, p.batch, p.continues)
        operands = inputs[0], inputs[1], bias, out
        step = self.target.product(operands, *facts, value.dtype, places)
        if step is not None:
            self._product = self.text.run(step), p
        else:
            name = self.text.called("product", front.product_into, "product")
            assert not any(places), "a product of matrices that lie apart is not a step"
            self.text.line(f"{name}({', '.join(map(str, (*operands, *facts)))})")

    def _call(self, call: CustomCall, inputs: list[str]) -> None:
        name = self.text.called("call", call.run, call.title)
        if call.plans is not None:
            self.report.report.parts.append((call.title, call.plans))
        inputs = [*inputs]
        for value, i in zip(call.outputs, call.replaced, strict=False):
            if value in self.assignment.in_place:
                self.memory.named(value, inputs[i])
                continue
            copied = self.memory.made(value, f"_{len(self.memory.names)}")
            self.text.line(f"{copied} = {inputs[i]}.copy()")
            inputs[i] = copied
        # What a kernel returns may be written to: a workspace must not be, after the call.
        others = call.outputs[len(call.replaced) :]
        outs = [self.memory.made(value, f"_{i}") for i, value in enumerate(others)]
        line = f"{name}([{', '.join(inputs)}])"
        if outs:
            line = f"{', '.join(outs)}, = {line}"
        if not call.overwritten:
            self.text.line(line)
            return
        undone = self._undone(call)
        self.text.line("try:")
        self.text.lines.append(f"    {line}")
        self.text.lines.append("except Exception as error:")
        self.text.lines += [f"    {text}" for text in undone]

    def _undone(self, call: CustomCall) -> list[str]:
        """Lines that leave memory as the function would when *call* raises an error."""
        sources = [source for source, _ in self.program.effects]
        moves = [
            (self.memory.name(source), self.memory.expression(value))
            for source, value in call.held
            if self.assignment.in_place.get(root(value)[0]) is not source
        ]
        self.text.globals["DeferredError"] = DeferredError
        numbers = [sources.index(source) for source in call.overwritten]
        return [
            *[f"h{i} = {value}.copy()" for i, (_, value) in enumerate(moves)],
            *[f"copyto({target}, h{i})" for i, (target, _) in enumerate(moves)],
            f"raise DeferredError(error, {numbers})",
        ]

    def _join(self, join: Join) -> None:
        """Copy what kernels have not stored there already."""
        (out,) = join.outputs
        if out not in self.memory.names:
            self.memory.allocate(out)
        self.memory.used(out)
        offset = 0
        for x, n in zip(join.inputs, join.lengths, strict=True):
            base = root(x)[0]
            part = self.assignment.strided_store.get(base) or self.assignment.slice_of.get(base)
            if n and (part is None or part[0] is not out):
                self._copy_rows(
                    self.memory.expression(x), self.memory.names[out], x.size // n, n, offset, join
                )
            offset += n

    def _copy_rows(self, x: str, out: str, rows: int, n: int, offset: int, join: Join) -> None:
        stride = sum(join.lengths)
        step = self.target.rows(x, out, rows, n, offset, stride, join.outputs[0].dtype)
        if step is not None:
            self.text.run(step)
            return
        self.text.globals["move"] = front.strided_copy
        source = self.text.bound("part", StridedSlice((rows, n), (n, 1), 0))
        target = self.text.bound("part", StridedSlice((rows, n), (stride, 1), offset))
        self.text.line(f"move({x}, {source}, {out}, {target})")

    def _reduction(self, instruction: Reduce, x: str) -> None:
        (source,), (out,) = instruction.inputs, instruction.outputs
        how = reduction_plan(source.shape, instruction.axes, True)
        reduction, dtype = instruction.reduction, out.dtype

        def reduce(buffer: Buffer) -> Buffer:
            return front.reduce(reduction, buffer, how, dtype)

        name = self.text.called("reduce", reduce, instruction.title)
        self.text.line(f"{self.memory.made(out)} = {name}({x})")

    def _loop(self, instruction: Map) -> None:
        """An element-wise instruction whose operands broadcast in a way kernels do not fuse."""
        (out,) = instruction.outputs
        args = tuple(name for name, _ in instruction.operands)
        loop = Loop(instruction.name, args, (("y", instruction.text),))
        shapes = tuple(x.shape if isinstance(x, Value) else None for _, x in instruction.operands)
        compute = instruction.compute
        if all(shape is None for shape in shapes):  # a fill of nothing
            name = self.memory.allocate(out)
            self.text.line(f"{name}.fill({instruction.operands[0][1]!r})")
            return
        if math.prod(out.shape) == 0:
            self.memory.allocate(out)
            return
        present = [shape for shape in shapes if shape is not None]
        if np.broadcast_shapes(*present) != out.shape:
            self._expansion(instruction)
            return

        def run(target: Buffer, *operands: object) -> None:
            front.elementwise(loop, operands, shapes, (target,), compute)

        operands = [
            self.memory.expression(x) if isinstance(x, Value) else self.text.bound("n", x)
            for _, x in instruction.operands
        ]
        target = self.memory.allocate(out)
        name = self.text.called("loop", run, instruction.title)
        self.text.line(f"{name}({', '.join([target, *operands])})")

    def _expansion(self, instruction: Map) -> None:
        (x,), (out,) = instruction.inputs, instruction.outputs
        assert instruction.text == "x"
        own = (1,) * (len(out.shape) - len(x.shape)) + x.shape

        def expand(buffer: Buffer) -> Buffer:
            return front.expand(buffer, own, out.shape)

        name = self.text.called("expand", expand, "expand")
        self.text.line(f"{self.memory.made(out)} = {name}({self.memory.expression(x)})")
