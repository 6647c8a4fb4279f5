"""Reports: what `explain` knows of a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..program.instructions import Source, Value
from .fusion import Group


@dataclass
class StepReport:
    """One step of a plan.

    Attributes
    ----------
    titles : list of str
        Of its instructions.
    form : str
        How many elements it runs over.
    source : str
        The generated text of a fused kernel, else "".
    reasons : list of str
        Why other instructions did not join it.
    reads : list of (int or str)
        Earlier steps, and sources by name.
    """

    titles: list[str]
    form: str
    source: str
    reasons: list[str]
    reads: list[int | str]


@dataclass
class Report:
    """A plan.

    Attributes
    ----------
    steps : list of StepReport
        In the order in which they run.
    text : str
        The function that runs them.
    calls : dict
        Names that it calls, and what people call these.
    instructions : int
        Of the program, after it was made smaller.
    workspace : int
        Bytes that intermediate values take.
    unfused_bytes, fused_bytes : int
        What the instructions would read and write one by one, and what the steps do.
    kernels, cached : int
        Fused kernels, and how many of them were found compiled.
    seconds : float
        Time that planning and compiling took.
    replay : str
        On a GPU: whether the plan is started as one launch, or why it is not.
    parts : list of (str, callable)
        Calls that have plans of their own, and what returns those that have been made.
    """

    steps: list[StepReport] = field(default_factory=list)
    text: str = ""
    calls: dict[str, str] = field(default_factory=dict)
    instructions: int = 0
    workspace: int = 0
    unfused_bytes: int = 0
    fused_bytes: int = 0
    kernels: int = 0
    cached: int = 0
    seconds: float = 0.0
    replay: str = ""
    parts: list[tuple[str, Callable[[], Sequence[Any]]]] = field(default_factory=list)


class ReportBuilder:
    """Fills a report, step by step.

    Attributes
    ----------
    report : Report
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self._made_by: dict[Value, int] = {}

    def kernel(self, cached: bool) -> None:
        """Count a fused kernel."""
        self.report.kernels += 1
        self.report.cached += cached

    def account(
        self,
        group: Group,
        made: Sequence[Value],
        text: str,
        outside: Sequence[Value],
        chained: bool = False,
    ) -> None:
        """Add a step.

        Parameters
        ----------
        group : Group
        made : sequence of Value
        text : str
            Of its kernel.
        outside : sequence of Value
            Those of the values that it stores.
        chained : bool
            Whether it runs on blocks of the step before.
        """
        report = self.report
        number = len(report.steps)
        for value in made:
            self._made_by[value] = number
        form = f"{group.size // group.n} x {group.n}" if group.n else str(group.size)
        if not group.fused:
            form = "x".join(map(str, made[0].shape)) if made else "0"
        if chained:
            form += ", with blocks of the step before"
        reads: list[int | str] = []
        for value in group.read:
            maker = value.maker
            if value in self._made_by:
                reads.append(self._made_by[value])
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
