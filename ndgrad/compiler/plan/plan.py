"""Execution plans: a program as one Python function that runs its steps in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from weakref import WeakSet

from ...memory.device import Buffer, Device
from ..program.instructions import CustomCall, Program, Value, is_source, root
from .assignment import BufferAssignment
from .fusion import Fusion
from .memory import ValueMemory
from .repeated import Repeated
from .replay import WORTH, Allocations
from .report import Report, ReportBuilder
from .steps import StepBuilder
from .target import target_on
from .text import PlanText

PLANS: WeakSet[ExecutionPlan] = WeakSet()
"""All plans: what a profiler times the steps of."""


class ExecutionPlan:
    """A program ready to run.

    Attributes
    ----------
    sources : list of Value
        What `run` takes, in order: sources that differ from call to call.
    run : callable
        From their buffers to a list of the results'.
    repeated : Repeated or None
        Runs the plan of a program without results many times, if it is one task list.
    report : Report
    """

    def __init__(
        self,
        program: Program,
        sources: Sequence[Value],
        device: Device | None = None,
        repeated: bool = False,
    ) -> None:
        start = time.perf_counter()
        self.sources = list(sources)
        self.report = Report()
        target = target_on(device)
        text = PlanText(target, together=repeated)
        function, allocations, memory = _function(program, self.sources, self.report, text)
        self.repeated: Repeated | None = None
        if repeated and (tasks := text.only()) is not None:
            slots = [slot.name for slot in memory.workspace.slots]
            given = dict(zip(memory.parameters, self.sources, strict=True))
            self.repeated = Repeated(tasks, given, slots, allocations.workspace, text.globals)
        self.run = target.runner(function, allocations, self.report)
        PLANS.add(self)
        self.report.seconds = time.perf_counter() - start


def _function(
    program: Program, sources: list[Value], report: Report, text: PlanText
) -> tuple[Callable[..., list[Buffer]], Allocations, ValueMemory]:
    """The function that runs a program, the memory that it is to be given, and all memory."""
    target = text.target
    fusion = Fusion(program, target.most_stored)
    results = {root(value)[0] for value in program.results}
    assignment = BufferAssignment(program, fusion, results, target.has_series)
    memory = ValueMemory(program, sources, assignment, text)
    steps = StepBuilder(program, fusion, memory, ReportBuilder(report))
    before = _copies_before(program, memory)
    for group in fusion.ordered():
        steps.add(group)
    memory.workspace.step += 1
    memory.before = before
    effects = [
        (source, value)
        for source, value in program.effects
        if assignment.in_place.get(root(value)[0]) is not source
    ]
    if not program.results:  # which would be copied out of what effects replace before
        steps.copy(effects)
        effects = []
    text.launch()
    if target.gives_memory:
        report.replay = _replay_obstacle(fusion, report)
    copies = [
        f"copyto({memory.name(source)}, {memory.expression(value)})" for source, value in effects
    ]
    returned = [f"y{i}" for i in range(len(program.results))]
    for name, value in zip(returned, program.results, strict=True):
        text.lines.append(f"{name} = {memory.result_expression(value)}")
    text.lines += copies
    new_space = memory.workspace.factory()
    report.workspace = memory.workspace.nbytes
    report.calls = text.calls
    names = [slot.name for slot in memory.workspace.slots]
    report.text, function = text.function(memory.parameters, names, new_space, returned)
    return function, Allocations(memory.outputs, new_space), memory


def _copies_before(program: Program, memory: ValueMemory) -> dict[Value, str]:
    """Copies of sources that are results and overwritten."""
    overwritten = {source for source, _ in program.effects}
    copies: dict[Value, str] = {}
    for value in program.wanted():
        base, _ = root(value)
        if is_source(base) and base in overwritten and base not in copies:
            copies[base] = f"{memory.name(base)}_before"
            memory.text.lines.append(f"{copies[base]} = {memory.name(base)}.copy()")
    return copies


def _replay_obstacle(fusion: Fusion, report: Report) -> str:
    """Why the steps are not started as one, as far as it is known before they run."""
    for member in (member for group in fusion.groups for member in group.members):
        if isinstance(member, CustomCall) and member.facts is None:
            return f"is not replayed as a CUDA graph: {member.title} draws random numbers"
        if any(value.dynamic for value in (*member.inputs, *member.outputs)):
            return f"is not replayed as a CUDA graph: {member.title} reads a sparse array"
    if (steps := len(report.steps)) < WORTH:
        return f"is not replayed as a CUDA graph: {steps} steps, which pays from {WORTH} on"
    return ""
