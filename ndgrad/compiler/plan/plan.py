"""From groups to something that runs: memory, steps, and one Python function that takes them.

The function is text, made once for a program: a line for each kernel, with its arguments, in order.
Values that live only inside a call share a workspace, laid out by when they are alive.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...kernels import front
from ...kernels.cpu import tasks
from ...kernels.cpu.strided import gather_step
from ...kernels.cpu.tasks import Step
from ...kernels.spec.formula import Loop
from ...kernels.spec.reduction import plan as reduction_plan
from ...kernels.spec.strided import Box
from ...memory.device import Buffer, Device
from ...memory.storage import empty
from ...ops.table import lookup
from ...tape import Array
from ..program.instructions import (
    Call,
    Flat,
    Gather,
    Instruction,
    Join,
    Map,
    Product,
    Program,
    Reduce,
    Source,
    Strip,
    Update,
    Value,
    View,
    is_source,
    place,
    root,
    whole,
)
from ..program.layout import in_strips
from .assignment import Placement
from .fusion import Fusion, Group
from .memory import Slot, lay_out, workspace
from .replay import WORTH, Memory
from .report import Report, StepReport
from .specification import Spec
from .target import target_on

_FEW = 4  # kernels on one thread that are called sooner than a series of them


class Refused(Exception):
    """A call raised an error after writes, which have been made.

    Attributes
    ----------
    error : Exception or None
    effects : list of int
        Which of the program's effects have begun.
    """

    def __init__(self, error: Exception, effects: list[int]) -> None:
        super().__init__()  # else `args` would refer to the error too
        self.error: Exception | None = error
        self.effects = effects

    def take(self) -> Exception:
        """Hand out the error, to be raised: its context is this one, which may not refer to it."""
        error, self.error = self.error, None
        assert error is not None
        return error


class Plan:
    """A program ready to run.

    Attributes
    ----------
    sources : list of Value
        What `run` takes, in order: sources that differ from call to call.
    run : callable
        From their flat arrays to a list of flat results.
    """

    def __init__(
        self, program: Program, sources: Sequence[Value], device: Device | None = None
    ) -> None:
        start = time.perf_counter()
        self.sources = list(sources)
        self.report = Report()
        target = target_on(device)
        builder = _Builder(program, self.sources, self.report, target)
        function = builder.function()
        self.run = target.runner(function, builder.memory, self.report)
        self.report.seconds = time.perf_counter() - start


class _Builder:
    def __init__(self, program: Program, sources: list[Value], report: Report, target: Any) -> None:
        self.program = program
        self.target = target
        self.report = report
        self.fusion = Fusion(program, target.most_kept)
        self.names: dict[Value, str] = {}
        self.globals: dict[str, Any] = {"empty": empty, "copyto": target.copy}
        self.globals |= {"inf": math.inf, "nan": math.nan}  # numbers stand in the text as repr
        self.lines: list[str] = []
        self.pending: list[Step] = []  # of the series that the next lines run
        self.product: tuple[Step, Product] | None = None  # the last
        self.series: list[str] = []  # lines that prepare them
        self.slots: list[Slot] = []
        self.slot_of: dict[Value, Slot] = {}
        self.parameters = [self._named(value, f"a{i}") for i, value in enumerate(sources)]
        self.results = [root(value)[0] for value in program.results]
        self.gathered: dict[Value, str] = {}
        places = Placement(program, self.fusion, self.results, target.has_series)
        self.inside, self.placed, self.direct = places.inside, places.placed, places.direct
        self.outputs: list[tuple[int, Any]] = []  # results that the function is given memory for
        self.memory = Memory(self.outputs, tuple)
        self.before: dict[Value, str] = {}  # overwritten source -> a copy of what it held
        self.made_by: dict[Value, int] = {}
        self.step = 0

    def _named(self, value: Value, name: str) -> str:
        self.names[value] = name
        return name

    def _bound(self, stem: str, thing: Any) -> str:
        name = f"{stem}{len(self.globals)}"
        self.globals[name] = thing
        return name

    def _line(self, text: str) -> None:
        """A line of Python, behind the kernels before it."""
        self._close_series()
        self.lines.append(text)

    def _run(self, step: Step) -> Step:
        """A kernel, behind those before it; strings among arguments are expressions of arrays."""
        given = tuple(tasks.Array(x) if isinstance(x, str) else x for x in step.arguments)
        self.pending.append(step._replace(arguments=given))
        return self.pending[-1]

    def _close_series(self) -> None:
        """Lines for the kernels that wait: one line for several."""
        while self.pending:
            steps, self.pending = self.pending[: tasks.LONGEST], self.pending[tasks.LONGEST :]
            small = all(step.units <= step.grain for step in steps)
            few = len(steps) == 1 or (small and len(steps) <= _FEW)
            if few or not self.target.has_series:
                for step in steps:
                    self._alone(step)
                continue
            series = tasks.Series(steps)
            # Workspace and captured memory stay where they are.
            kept = [x for x in series.names if x[0] in "tc"]
            given = [x for x in series.names if x[0] not in "tc"]
            name, bound = f"s{len(self.series)}", self._bound("series", series)
            arrays = ", ".join(f"{x!r}: {x}" for x in kept)
            self.series.append(f"{name} = {bound}.prepared({{{arrays}}})")
            self.lines += [f"# {self._shown(step)}" for step in steps]
            self.lines.append(f"{name}({', '.join(given)})")

    def _shown(self, step: Step) -> str:
        """A step as a reader wants it: arrays and numbers, but no addresses."""
        arguments = (x for x in step.arguments if isinstance(x, (str, bool, float)))
        sizes = [x for x in step.arguments if type(x) is int and x < 1 << 40]
        shown = ", ".join(map(str, (*arguments, *sizes)))
        how = " with the step before" if step.follows else ""
        return f"{step.entry.name}({shown}), {step.units} by {step.grain}{how}"

    def _alone(self, step: Step) -> None:
        arguments = [
            str(x) if isinstance(x, (str, bool, int, float)) else self._bound("c", x)
            for x in step.arguments
        ]
        if step.units <= step.alone:
            name = self._bound("k", step.entry.serial)
            self.lines.append(f"{name}({', '.join(arguments)}, 0, {step.units})")
        else:
            name = self._bound("k", step.entry.parallel)
            self.lines.append(f"{name}({', '.join(arguments)}, {step.units}, {step.alone})")

    # --- memory ----------------------------------------------------------------------------------

    def _expression(self, value: Value) -> str:
        """The flat memory of a value that has been made; rows that lie apart are put together."""
        where = place(value)
        if where is None or where.n:
            return self._gathered(value)
        base, offset = where.base, where.offset
        before = self.before.get(base)
        name = before or self._name(base)
        if before is None and isinstance(base.maker, Source) and base.maker.data is not None:
            if offset or value.size != base.size:
                data = base.maker.data[offset : offset + value.size]
                return self._bound("c", data)
            return name
        self._used(base)
        return name if value.size == base.size else f"{name}[{offset}:{offset + value.size}]"

    def _gathered(self, value: Value) -> str:
        name = self.gathered.get(value)
        if name is None:
            offset, inner = 0, value
            while isinstance(inner.maker, View):
                offset += inner.maker.offset
                (inner,) = inner.maker.inputs
            strip = inner.maker
            assert isinstance(strip, Strip)
            if inner is not value:
                return f"{self._gathered(inner)}[{offset}:{offset + value.size}]"
            box = Box((inner.size // strip.n, strip.n), (strip.stride, 1), strip.offset)
            source = self._expression(strip.inputs[0])
            name = self.gathered[value] = f"g{len(self.gathered)}"
            self.globals["gather"] = front.strided_slice
            self._line(f"{name} = gather({source}, {self._bound('box', box)})")
        return name

    def _name(self, base: Value) -> str:
        name = self.names.get(base)
        if name is None:
            maker = base.maker
            assert isinstance(maker, Source), maker
            assert maker.data is not None, f"{maker.title} is not given"
            name = self._named(base, self._bound("c", maker.data))
        return name

    def _used(self, base: Value) -> None:
        while base in self.inside:
            base = self.inside[base][0]
        if (slot := self.slot_of.get(base)) is not None:
            slot.last = self.step

    def _allocate(self, value: Value) -> str:
        """Memory for a value that is about to be made."""
        if value in self.inside:
            outer, offset = self.inside[value]
            if outer not in self.names:
                self._allocate(outer)
            self._used(outer)
            return self._named(value, f"{self.names[outer]}[{offset}:{offset + value.size}]")
        if value in self.direct:
            return self._named(value, self._name(self.direct[value]))
        if value in self.results:
            name = self._named(value, f"r{self.results.index(value)}")
            if self.target.gives_memory:
                self.outputs.append((value.size, value.dtype))
                self.parameters.append(name)
                return name
            dtype = self._bound("d", value.dtype)
            self.lines.append(f"{name} = empty({value.size}, {dtype})")
            return name
        return self._named(value, self._temporary(value.size, value.dtype, value))

    def _temporary(self, size: int, dtype: Any, value: Value | None = None) -> str:
        name = f"t{len(self.slots)}"
        slot = Slot(name, size, np.dtype(dtype), self.step, self.step)
        self.slots.append(slot)
        if value is not None:
            self.slot_of[value] = slot
        return name

    # --- steps -----------------------------------------------------------------------------------

    def function(self) -> Callable[..., list[Flat]]:
        overwritten = {source for source, _ in self.program.effects}
        before: dict[Value, str] = {}
        for value in self.program.wanted():
            base, _ = root(value)
            if is_source(base) and base in overwritten and base not in before:
                before[base] = f"{self._name(base)}_before"
                self.lines.append(f"{before[base]} = {self._name(base)}.copy()")
        for group in self.fusion.ordered():
            self.step += 1
            if group.fused:
                self._kernel(group)
            else:
                self._single(group.members[0], group)
        self.step += 1
        self._close_series()
        if self.target.gives_memory:
            self.report.replay = self._hindrance()
        self.before = before
        effects = [
            f"copyto({self._name(source)}, {self._expression(value)})"
            for source, value in self.program.effects
            if self.direct.get(root(value)[0]) is not source
        ]
        for i, value in enumerate(self.program.results):
            self.lines.append(f"y{i} = {self._expression_of_result(value)}")
        self.lines += effects
        returned = ", ".join(f"y{i}" for i in range(len(self.program.results)))
        return self._assembled(returned)

    def _expression_of_result(self, value: Value) -> str:
        base, _ = root(value)
        expression = self._expression(value)
        if is_source(base) or base in self.direct:
            return f"{expression}.copy()"
        return expression

    def _assembled(self, returned: str) -> Callable[..., list[Flat]]:
        total = lay_out(self.slots)
        self.report.workspace = total
        head, tail = [], []
        names = ", ".join(slot.name for slot in self.slots)
        new_space = workspace(self.slots, total)
        local = [slot.name for slot in self.slots] + [line.split()[0] for line in self.series]
        if self.target.gives_memory:
            self.parameters.append("space")
            head = [f"{names}, = space"] if names else []
            self.memory = Memory(self.outputs, new_space if names else tuple)
        elif local:
            self.globals["spaces"] = []
            self.globals["new_space"] = new_space
            head = [
                "try:",
                "    space = spaces.pop()",
                "except IndexError:",
                *([f"    {names}, = new_space()"] if names else []),
                *("    " + line for line in self.series),
                f"    space = {', '.join(local)},",
                f"{', '.join(local)}, = space",
            ]
            tail = ["spaces.append(space)"]
        lines = [*head, *self.lines, *tail, f"return [{returned}]"]
        text = f"def plan({', '.join(self.parameters)}):\n" + "\n".join(
            "    " + line for line in lines
        )
        self.report.text = text
        exec(compile(text, "<plan>", "exec"), self.globals)
        return self.globals["plan"]

    def _hindrance(self) -> str:
        """Why the steps are not started as one, as far as it is known before they run."""
        for member in (member for group in self.fusion.groups for member in group.members):
            if isinstance(member, Call) and member.facts is None:
                return f"is not replayed as a CUDA graph: {member.title} draws random numbers"
        if (steps := len(self.report.steps)) < WORTH:
            return f"is not replayed as a CUDA graph: {steps} steps, which pays from {WORTH} on"
        return ""

    def _kernel(self, group: Group) -> None:
        """Lines that run a fused group."""
        made = [value for member in group.members for value in member.outputs]
        outside = [value for value in made if self._wanted_outside(value, group)]
        maker = Spec(group, outside, self.direct, self.placed)
        spec, targets, numbers, read = maker.build(), maker.targets, maker.numbers, maker.read
        rows = spec.form == "rows"
        work = self.target.work(spec, group.size, group.n if rows else 0)
        kernel = self.target.kernel(spec, work)
        self.report.kernels += 1
        self.report.cached += kernel.cached
        expressions: list[Any] = []
        strips: dict[str, tuple[int, int]] = {}
        finishing: list[Any] = []
        inverse = {name: value for value, name in targets.items()}
        for x in spec.arguments:
            if x.level == "number":
                expressions.append(numbers[x.name])
            elif x.level.startswith("partial"):
                value = read[x.name]
                columns = group.n if x.level == "partial column" else 1
                temporary = self._temporary(work.units * columns, x.dtype)
                expressions.append(temporary)
                member = value.maker
                assert isinstance(member, Reduce)
                count = float(member.inputs[0].size // value.size)
                parts = (temporary, self._allocate(value), count, work.units, columns)
                join = self.target.joined(member.row, x.dtype, value.dtype)
                finishing.append((join, parts, columns, columns, columns))
            elif x.name in inverse and x.name not in {o.name for o in spec.operands}:
                value = inverse[x.name]
                if value in self.placed:
                    expressions.append(self._joined(value))
                    strips[x.name] = self.placed[value].offset, self.placed[value].stride
                else:
                    expressions.append(self._allocate(value))
            elif x.name in spec.strips:
                where = place(read[x.name])
                assert where is not None
                strips[x.name] = where.offset, where.stride
                expressions.append(self._name(where.base))
                self._used(where.base)
            else:
                expressions.append(self._expression(read[x.name]))
        # A value written in place has the name of the memory that it replaces.
        for value in outside:
            if value in self.direct and value not in self.names:
                self._named(value, self._name(self.direct[value]))
        numbers_of_strips = [number for name in spec.strips for number in strips[name]]
        heavy = group.size * max(1, len(group.members) // 4)
        grain = self._epilogue(group, outside, work)
        arguments = (*expressions, *numbers_of_strips, *work.numbers)
        step = Step(kernel.entry, arguments, *self.target.shares(work, heavy))
        self._run(step._replace(grain=grain, follows=True) if grain else step)
        for finish in finishing:
            self._run(Step(*finish))
        self._account(group, made, kernel.text, outside, follows=grain > 0)

    def _joined(self, value: Value) -> str:
        """Memory of the join that *value* is stored in as strips."""
        joined = self.placed[value].base
        if joined not in self.names:
            self._allocate(joined)
        self._used(joined)
        return self.names[joined]

    def _epilogue(self, group: Group, outside: Sequence[Value], work: Any) -> int:
        """The grain at which a group can follow the product just before it; 0 if it cannot.

        Each chunk of such a group needs the elements that a chunk of the product has made, and
        writes over nothing that other chunks of the product read.
        """
        if self.product is None or not self.pending or self.pending[-1] is not self.product[0]:
            return 0
        step, product = self.product
        (out,) = product.outputs
        if not step.each or step.chunks == 1 or group.size != out.size:
            return 0
        read = [x for member in group.members for x in member.inputs if root(x)[0] is out]
        if any(whole(x) is not out for x in read):
            return 0
        operands = {root(x)[0] for x in product.inputs}
        if any(self.direct.get(value) in operands for value in outside):
            return 0
        grain: int = work.fit(step.each)
        if grain:
            for x in operands:
                self._used(x)  # other chunks still read it while results are written
        return grain

    def _account(
        self,
        group: Group,
        made: Sequence[Value],
        text: str,
        outside: Sequence[Value],
        follows: bool = False,
    ) -> None:
        report = self.report
        number = len(report.steps)
        for value in made:
            self.made_by[value] = number
        form = f"{group.size // group.n} x {group.n}" if group.n else str(group.size)
        if not group.fused:
            form = "x".join(map(str, made[0].shape)) if made else "0"
        if follows:
            form += ", with blocks of the step before"
        reads: list[int | str] = []
        for value in group.read:
            maker = value.maker
            if value in self.made_by:
                reads.append(self.made_by[value])
            elif not isinstance(maker, Source):
                reads.append(f"saved {maker.title} {list(value.shape)}")
            elif maker.kind != "constant":
                reads.append(f"{maker.title} {list(value.shape)}")
        titles = [member.title for member in group.members]
        report.steps.append(StepReport(titles, form, text, group.reasons, reads))
        report.instructions += len(group.members)
        report.unfused_bytes += sum(
            x.nbytes for member in group.members for x in (*member.inputs, *member.outputs)
        )
        report.fused_bytes += sum(x.nbytes for x in (*group.read, *outside))

    def _wanted_outside(self, value: Value, group: Group) -> bool:
        if value in self.results or value in self.direct or value in self.placed:
            return True
        if any(reader is not group for reader in self.fusion.readers(value)):
            return True
        return any(root(wanted)[0] is value for wanted in self.program.wanted())

    def _single(self, instruction: Instruction, group: Group) -> None:
        """Lines that run an instruction by itself."""
        inputs = []
        if isinstance(instruction, Call):
            inputs = [self._expression(x) for x in instruction.operands]
        elif not isinstance(instruction, (Join, Map)):
            inputs = [self._expression(x) for x in instruction.inputs]
        if isinstance(instruction, Call):
            self._call(instruction, inputs)
        elif isinstance(instruction, Product):
            self._product(instruction, inputs)
        elif isinstance(instruction, Gather):
            self._gather(instruction, inputs[0])
        elif isinstance(instruction, Update):
            part = instruction.inputs[1]
            out = self._allocate(instruction.outputs[0])
            start = instruction.offset
            self._line(f"copyto({out}, {inputs[0]})")
            self._line(f"copyto({out}[{start}:{start + part.size}], {inputs[1]})")
        elif isinstance(instruction, Join):
            self._join(instruction)
        elif isinstance(instruction, Reduce):
            self._reduction(instruction, inputs[0])
        elif isinstance(instruction, Map):
            self._loop(instruction)
        else:
            raise AssertionError(instruction)
        self._account(group, instruction.outputs, "", instruction.outputs)

    def _gather(self, instruction: Gather, x: str) -> None:
        (value,), box = instruction.outputs, instruction.box
        if value.size and self.target.gathers(value.dtype):
            self._run(gather_step(x, self._allocate(value), box, value.dtype))
            return
        name = self._named(value, f"v{self.step}")
        self.globals["gather"] = front.strided_slice
        self._line(f"{name} = gather({x}, {self._bound('box', box)})")

    def _product(self, p: Product, inputs: list[str]) -> None:
        bias = inputs[2] if len(inputs) == 3 and not p.continues else None
        (value,), places = p.outputs, p.places
        if value in self.placed:
            out, places = self._joined(value), (*places[:2], in_strips(p, self.placed[value]))
        else:
            out = self._continued(p) if p.continues else self._allocate(value)
        facts = (p.m, p.n, p.k, p.transpose_a, p.transpose_b, p.alpha, p.batch, p.continues)
        operands = inputs[0], inputs[1], bias, out
        step = self.target.product(operands, *facts, value.dtype, places)
        if step is not None:
            self.product = self._run(step), p
        else:
            name = self._bound("product", front.product_into)
            assert not any(places), "a product of matrices that lie apart is not a step"
            self._line(f"{name}({', '.join(map(str, (*operands, *facts)))})")

    def _continued(self, product: Product) -> str:
        """Memory of a product that adds to another one, which nothing else reads: the same."""
        (out,), term = product.outputs, product.inputs[2]
        start, offset = root(term)
        slot = self.slot_of.get(start)
        where = place(term)
        if where is None or where.n:
            slot = None
        if slot is None or out in self.direct or out in self.results or out in self.inside:
            name = self._allocate(out)
            self._line(f"copyto({name}, {self._expression(term)})")
            return name
        if start.size != out.size:
            self.inside[out] = start, offset
            return self._allocate(out)
        self.slot_of[out] = self.slot_of.pop(start)
        return self._named(out, slot.name)

    def _call(self, call: Call, inputs: list[str]) -> None:
        name = self._bound("call", call.run)
        # What a kernel returns may be written to: a workspace must not be, after the call.
        outs = [self._named(value, f"v{self.step}_{i}") for i, value in enumerate(call.outputs)]
        line = f"{', '.join(outs)}, = {name}([{', '.join(inputs)}])"
        if not call.overwritten:
            self._line(line)
            return
        refused = self._refused(call)
        self._line("try:")
        self.lines.append(f"    {line}")
        self.lines.append("except Exception as error:")
        self.lines += [f"    {text}" for text in refused]

    def _refused(self, call: Call) -> list[str]:
        """Lines that leave memory as the function would when *call* raises an error."""
        sources = [source for source, _ in self.program.effects]
        moves = [
            (self._name(source), self._expression(value))
            for source, value in call.held
            if self.direct.get(root(value)[0]) is not source
        ]
        self.globals["Refused"] = Refused
        numbers = [sources.index(source) for source in call.overwritten]
        return [
            *[f"h{i} = {value}.copy()" for i, (_, value) in enumerate(moves)],
            *[f"copyto({target}, h{i})" for i, (target, _) in enumerate(moves)],
            f"raise Refused(error, {numbers})",
        ]

    def _join(self, join: Join) -> None:
        """Copy what kernels have not stored there already."""
        (out,) = join.outputs
        if out not in self.names:
            self._allocate(out)
        self._used(out)
        offset = 0
        for x, n in zip(join.inputs, join.lengths, strict=True):
            base = root(x)[0]
            part = self.placed.get(base) or self.inside.get(base)
            if n and (part is None or part[0] is not out):
                self._place(self._expression(x), self.names[out], x.size // n, n, offset, join)
            offset += n

    def _place(self, x: str, out: str, rows: int, n: int, offset: int, join: Join) -> None:
        stride = sum(join.lengths)
        step = self.target.rows(x, out, rows, n, offset, stride, join.outputs[0].dtype)
        if step is not None:
            self._run(step)
            return
        self.globals["move"] = front.strided_copy
        source = self._bound("box", Box((rows, n), (n, 1), 0))
        target = self._bound("box", Box((rows, n), (stride, 1), offset))
        self._line(f"move({x}, {source}, {out}, {target})")

    def _reduction(self, instruction: Reduce, x: str) -> None:
        (source,), (out,) = instruction.inputs, instruction.outputs
        how = reduction_plan(source.shape, instruction.axes, True)
        row, dtype = instruction.row, out.dtype

        def reduce(flat: Buffer) -> Buffer:
            return front.reduce(row, flat, how, dtype)

        name = self._bound("reduce", reduce)
        self._line(f"{self._named(out, f'v{self.step}')} = {name}({x})")

    def _loop(self, instruction: Map) -> None:
        """An element-wise instruction whose operands broadcast in a way kernels do not fuse."""
        (out,) = instruction.outputs
        args = tuple(name for name, _ in instruction.operands)
        loop = Loop(instruction.name, args, (("y", instruction.text),))
        shapes = tuple(x.shape if isinstance(x, Value) else None for _, x in instruction.operands)
        compute = instruction.compute
        if all(shape is None for shape in shapes):  # a fill of nothing
            name = self._allocate(out)
            self._line(f"{name}.fill({instruction.operands[0][1]!r})")
            return
        if math.prod(out.shape) == 0:
            self._allocate(out)
            return
        present = [shape for shape in shapes if shape is not None]
        if np.broadcast_shapes(*present) != out.shape:
            self._expansion(instruction)
            return

        def run(target: Flat, *operands: Any) -> None:
            front.elementwise(loop, operands, shapes, (target,), compute)

        operands = [
            self._expression(x) if isinstance(x, Value) else self._bound("n", x)
            for _, x in instruction.operands
        ]
        target = self._allocate(out)
        name = self._bound("loop", run)
        self._line(f"{name}({', '.join([target, *operands])})")

    def _expansion(self, instruction: Map) -> None:
        (x,), (out,) = instruction.inputs, instruction.outputs
        forward = lookup("_expand").forward
        assert forward is not None and instruction.text == "x"
        context = self.target.context

        def expand(flat: Flat) -> Flat:
            return forward(Array(flat, x.shape, context), shape=out.shape)[0]

        name = self._bound("expand", expand)
        self._line(f"{self._named(out, f'v{self.step}')} = {name}({self._expression(x)})")
