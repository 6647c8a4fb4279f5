"""The text of a plan: one Python function, a line for each kernel, task list or call, in order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ...base import code
from ...kernels.cpu import tasks
from ...kernels.cpu.tasks import Task, TaskList
from ...memory.device import Buffer
from ...memory.storage import empty
from .target import Target

_FEW = 4  # kernels on one thread that are called sooner than a task list of them


class PlanText:
    """The lines of a plan's function, and what names in them are bound to.

    Attributes
    ----------
    target : Target
    globals : dict
        What the function's global names are.
    lines : list of str
    pending : list of Task
        Kernels of the task list that the next line launches.
    task_lists : list of str
        Lines that prepare task lists.
    calls : dict
        Global names that lines call, and what these are called by people.
    together : bool
        Whether a task list is made of few kernels too.
    """

    def __init__(self, target: Target, together: bool = False) -> None:
        self.target, self.together = target, together
        self.globals: dict[str, object] = {"empty": empty, "copyto": target.copy}
        self.globals |= {
            "inf": math.inf,
            "nan": math.nan,
        }  # as repr writes them
        self.lines: list[str] = []
        self.pending: list[Task] = []
        self.task_lists: list[str] = []
        self.calls = {"copyto": "copy", "gather": "strided copy", "move": "strided copy"}

    def bound(self, stem: str, thing: object) -> str:
        """A global name for a thing."""
        name = f"{stem}{len(self.globals)}"
        self.globals[name] = thing
        return name

    def called(self, stem: str, function: Callable[..., object], title: str) -> str:
        """A global name for a function that a line calls, which is shown as *title*."""
        name = self.bound(stem, function)
        self.calls[name] = title
        return name

    def line(self, text: str) -> None:
        """Add a line of Python, behind the kernels before it."""
        self.launch()
        self.lines.append(text)

    def run(self, step: Task) -> Task:
        """Add a kernel; strings among its arguments are expressions of arrays."""
        given = tuple(tasks.ArrayName(x) if isinstance(x, str) else x for x in step.arguments)
        self.pending.append(step._replace(arguments=given))
        return self.pending[-1]

    def launch(self) -> None:
        """Add lines for the pending kernels: one line launches several."""
        while self.pending:
            steps, self.pending = self.pending[: tasks.LONGEST], self.pending[tasks.LONGEST :]
            small = all(step.units <= step.grain for step in steps)
            few = len(steps) == 1 or (small and len(steps) <= _FEW)
            if (few and not self.together) or not self.target.has_series:
                for step in steps:
                    self._single(step)
                continue
            task_list = TaskList(steps, kept="tc")  # workspace and captured memory stay
            name, bound = f"s{len(self.task_lists)}", self.bound("series", task_list)
            arrays = ", ".join(f"{x!r}: {x}" for x in task_list.kept)
            self.task_lists.append(f"{name} = {bound}.prepared({{{arrays}}})")
            self.lines += [f"# {self._shown(step)}" for step in steps]
            self.lines.append(f"{name}({', '.join(task_list.given)})")

    def only(self) -> TaskList | None:
        """The task list that is all that the function runs."""
        lines = [line for line in self.lines if not line.startswith("#")]
        found = [x for x in self.globals.values() if isinstance(x, TaskList)]
        return found[0] if len(lines) == len(found) == 1 and found[0].table else None

    def _shown(self, step: Task) -> str:
        """A step as a reader wants it: arrays and numbers, but no addresses."""
        arguments = (x for x in step.arguments if isinstance(x, (str, bool, float)))
        sizes = [x for x in step.arguments if type(x) is int and x < 1 << 40]
        shown = ", ".join(map(str, (*arguments, *sizes)))
        how = " with the step before" if step.chained else ""
        return f"{step.entry.name}({shown}), {step.units} by {step.grain}{how}"

    def _single(self, step: Task) -> None:
        """Add a line that launches one kernel."""
        arguments = [
            str(x) if isinstance(x, (str, bool, int, float)) else self.bound("c", x)
            for x in step.arguments
        ]
        if step.units <= step.grain_alone:
            name = self.called("k", step.entry.serial, step.entry.name)
            self.lines.append(f"{name}({', '.join(arguments)}, 0, {step.units})")
        else:
            name = self.called("k", step.entry.parallel, step.entry.name)
            self.lines.append(f"{name}({', '.join(arguments)}, {step.units}, {step.grain_alone})")

    def function(
        self,
        parameters: Sequence[str],
        temporary: Sequence[str],
        new_space: Callable[[], tuple[Buffer, ...]],
        returned: Sequence[str],
    ) -> tuple[str, Callable[..., list[Buffer]]]:
        """The text, and the function that it defines.

        Parameters
        ----------
        parameters, temporary, returned : sequence of str
            Names of what it takes, of the buffers that *new_space* makes, and of its results.
        """
        names = ", ".join(temporary)
        local = [*temporary, *(line.split()[0] for line in self.task_lists)]
        head: list[str] = []
        tail: list[str] = []
        if self.target.gives_memory:
            parameters = [*parameters, "space"]
            head = [f"{names}, = space"] if names else []
        elif local:
            self.globals["spaces"] = []
            self.globals["new_space"] = new_space
            head = [
                "try:",
                "    space = spaces.pop()",
                "except IndexError:",
                *([f"    {names}, = new_space()"] if names else []),
                *("    " + line for line in self.task_lists),
                f"    space = {', '.join(local)},",
                f"{', '.join(local)}, = space",
            ]
            tail = ["spaces.append(space)"]
        lines = [*head, *self.lines, *tail, f"return [{', '.join(returned)}]"]
        text = f"def plan({', '.join(parameters)}):\n" + "\n".join("    " + line for line in lines)
        made: dict[str, Callable[..., list[Buffer]]] = {}
        exec(code(text, "<plan>"), self.globals, made)
        return text, made["plan"]
