"""Explanations: text, generated sources, and a picture of the fused graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ... import _drawing as drawing
from ..plan.report import Report

if TYPE_CHECKING:
    from .runtime import Specialised

_TITLES = 8  # instructions of a step that are named
_REASONS = 4  # reasons of a step that are given


class Explanation:
    """What was made of a function.  It prints as text; a notebook shows the pictures too.

    Attributes
    ----------
    programs : list
        One for each signature, the latest of each first.
    reports : list of (str, Report)
        One for each plan: which it is, and what is known of it.
    """

    def __init__(self, name: str, programs: Sequence[Specialised]) -> None:
        self._name = name
        self.programs = list(programs)
        self.reports: list[tuple[str, Report]] = []
        for program in programs:
            self._add(f"{program.signature}, forward", program.forward.report)
            if program.backward is not None:
                self._add(f"{program.signature}, backward", program.backward.report)

    def _add(self, what: str, report: Report) -> None:
        self.reports.append((what, report))
        for title, plans in report.parts:
            for plan in plans():
                self._add(f"{what}, a step of {title}", plan.report)

    def __repr__(self) -> str:
        lines = [f"{self._name}: compiled for {_counted(len(self.programs), 'signature')}"]
        for what, report in self.reports:
            lines += ["", what, *_lines(report)]
        return "\n".join(lines)

    @property
    def sources(self) -> list[str]:
        """The generated text of every fused kernel, then of each plan's function."""
        kernels = [step.source for _, report in self.reports for step in report.steps]
        plans = [report.text for _, report in self.reports]
        return [text for text in dict.fromkeys(kernels) if text] + plans

    def picture(self, plan: int = 0) -> drawing.Drawing:
        """The steps of a plan as SVG: a box for each kernel or call, and what it reads."""
        what, report = self.reports[plan]
        return drawing.Drawing(drawing.svg(_picture(what, report)))

    def _repr_html_(self) -> str:
        pictures = "".join(self.picture(i) for i in range(min(4, len(self.reports))))
        return f"<pre>{escape(repr(self))}</pre>{pictures}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _lines(report: Report) -> list[str]:
    saved = report.unfused_bytes / max(1, report.fused_bytes)
    steps = _counted(len(report.steps), "step")
    lines = [
        f"  {_counted(report.instructions, 'instruction')} in {steps}",
        f"  {report.unfused_bytes:,} bytes moved one by one, {report.fused_bytes:,} fused "
        f"({saved:.1f} times less), {report.workspace:,} bytes of workspace",
        f"  planned and compiled in {report.seconds:.3f} s; kernels from the disk cache: "
        f"{report.cached} of {report.kernels}",
    ]
    if report.replay:
        lines.append(f"  {report.replay}")
    for number, step in enumerate(report.steps):
        lines.append(f"  {number}: [{step.form}] {_named(step.titles)}")
        why = list(dict.fromkeys(step.reasons))
        lines += [f"       not joined: {reason}" for reason in why[:_REASONS]]
        if len(why) > _REASONS:
            lines.append(f"       and {len(why) - _REASONS} more")
    return lines


def _named(titles: Sequence[str]) -> str:
    counted = [f"{n} {t}" if n > 1 else t for t, n in Counter(titles).items()]
    more = len(counted) - _TITLES
    return ", ".join(counted[:_TITLES]) + (f" and {more} more" if more > 0 else "")


def _picture(what: str, report: Report) -> drawing.Picture:
    sources = list(dict.fromkeys(x for s in report.steps for x in s.reads if isinstance(x, str)))
    place = {name: i for i, name in enumerate(sources)}
    boxes = [drawing.NodeBox(name, "", "variable") for name in sources]
    edges = []
    for number, step in enumerate(report.steps):
        kind = "operator" if step.source else "constant"
        title = f"{number}: {_named(step.titles[:3])}"
        if len(step.titles) > 3:
            title = f"{number}: {len(step.titles)} instructions"
        boxes.append(drawing.NodeBox(title, step.form, kind, _named(step.titles)))
        for read in dict.fromkeys(step.reads):
            at = place[read] if isinstance(read, str) else len(sources) + read
            edges.append(drawing.Edge(at, len(sources) + number, ""))
    return drawing.Picture(boxes, edges, what)
