"""Loops as custom calls: the programs of a body, run for each step with the states carried.

What backward reads of a step lies in arrays with a leading axis of steps, so the rest of a program
knows of a loop as of any operator: by its operands and results.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np

from ...base import HostArray
from ...memory.device import Buffer, address
from ...memory.storage import empty
from ..front.nested import Body
from ..plan.plan import ExecutionPlan
from ..program.instructions import Form, Instruction, Program, Source, Value

_planning = threading.RLock()  # a body may have loops of its own


class _Column(NamedTuple):
    """Where each step finds one of the buffers that its program takes.

    Attributes
    ----------
    buffer : Buffer
    rows : array or None
        For each step a row of *buffer*; None for all of it in every step.
    size : int
        Of a row.
    other : (int, Buffer) or None
        A step that finds another buffer, and which.
    """

    buffer: Buffer
    rows: HostArray | None = None
    size: int = 0
    other: tuple[int, Buffer] | None = None

    def at(self, step: int) -> Buffer:
        if self.other is not None and self.other[0] == step:
            return self.other[1]
        if self.rows is None:
            return self.buffer
        start = self.rows[step] * self.size
        return self.buffer[start : start + self.size]

    def addresses(self, steps: int) -> HostArray:
        if self.rows is None:
            found = np.full(steps, address(self.buffer))
        else:
            found = address(self.buffer) + self.rows * (self.size * self.buffer.dtype.itemsize)
        if self.other is not None:
            found[self.other[0]] = address(self.other[1])
        return found


_Columns: TypeAlias = Sequence[_Column]


class _StepProgram:
    """A program of one step that writes *values* to buffers that it is given.

    Parameters
    ----------
    sources : sequence of Value
        What it reads.
    values : sequence of Value
    targets : sequence of (Value, Value)
        Sources that are written over, and what with.
    """

    def __init__(
        self,
        instructions: list[Instruction],
        sources: Sequence[Value],
        values: Sequence[Value],
        targets: Sequence[tuple[Value, Value]] = (),
    ) -> None:
        slots = [Source(kind="argument").make(((x.size,), x.dtype)) for x in values]
        effects = [*zip(slots, values, strict=True), *targets]
        self._program = Program(instructions=instructions, results=[], effects=effects)
        self._sources = [*sources, *slots]

    @cached_property
    def plan(self) -> ExecutionPlan:
        with _planning:
            return ExecutionPlan(self._program, self._sources, repeated=True)

    @property
    def made(self) -> list[ExecutionPlan]:
        """The plan, once it has been made."""
        return [self.plan] if "plan" in vars(self) else []

    def run(self, columns: _Columns, steps: int) -> None:
        """Run all steps on the buffers of the sources, and those for the values."""
        if steps == 0:
            return
        if (repeated := self.plan.repeated) is not None:
            found = [column.addresses(steps) for column in columns]
            repeated.run(np.stack(found, axis=1))
            return
        for step in range(steps):
            self.plan.run(*[column.at(step) for column in columns])


class Loop:
    """Steps of a body, forward.

    Attributes
    ----------
    body : Body
        Of slices of *data* and states to *outputs* and new states.
    data, outputs, steps : int
        How many there are; *steps* at most, for a loop with a condition.
    condition : Body or None
        Of the states to what is true as long as the loop goes on.
    stacked : list of Value
        What is kept of each step, in arrays that are results of `run`.
    forms : list of Form
        What `run` returns: the number of steps if there is a condition, then *results* of
        arrays: those of *stacked*, and the last states.
    """

    def __init__(
        self, body: Body, data: int, outputs: int, steps: int, condition: Body | None = None
    ) -> None:
        self.body, self.data, self.outputs, self.steps = body, data, outputs, steps
        self.condition = condition
        self.states = body.results[outputs:]
        read = set(body.read)
        carried = body.arguments[data:]
        wanted = [
            *body.results[:outputs],
            *(new for new, old in zip(self.states, carried, strict=True) if old in read),
            *body.residuals,
        ]
        self.stacked = [*dict.fromkeys(wanted)]
        self._values = [*dict.fromkeys([*self.stacked, *self.states])]
        self._program = _StepProgram(body.forward, [*body.arguments, *body.captured], self._values)
        self.forms: list[Form] = [((steps * x.size,), x.dtype) for x in self.stacked]
        self.forms += [((x.size,), x.dtype) for x in self.states]
        self.results = len(self.forms)
        if condition is not None:
            self._holds = _StepProgram(
                condition.forward, [*condition.arguments, *condition.captured], condition.results
            )
            self.forms.insert(0, ((1,), np.dtype("int64")))

    def run(self, buffers: Sequence[Buffer]) -> list[Buffer]:
        """Run the loop on data, states, what the body finds around it, and what the condition does.

        Returns
        -------
        list of Buffer
            Of `forms`.
        """
        count, first = len(self.body.arguments), self.data
        states, around = buffers[first:count], buffers[count : count + len(self.body.captured)]
        beyond = buffers[count + len(around) :]
        steps = np.arange(self.steps)
        slices = zip(buffers[:first], self.body.arguments, strict=False)
        kept = len(self.stacked)
        made = [_Column(_empty(x, self.steps), steps, x.size) for x in self._values[:kept]]
        made += [_Column(_empty(x, 2), steps % 2, x.size) for x in self._values[kept:]]
        places = [self._values.index(x) for x in self.states]
        carried = [_carried(made[i], x) for i, x in zip(places, states, strict=True)]
        columns = [
            *[_Column(x, steps, value.size) for x, value in slices],
            *carried, *map(_Column, around), *made,
        ]  # fmt: skip
        taken = self.steps
        if self.condition is None:
            self._program.run(columns, taken)
        else:
            for taken in range(self.steps + 1):
                if taken:
                    states = [made[i].at(taken - 1) for i in places]
                if taken == self.steps or not self._goes_on(states, beyond):
                    break
                self._program.plan.run(*[column.at(taken) for column in columns])
        if taken:
            states = [made[i].at(taken - 1) for i in places]
        last = [x.copy() for x in states]
        stacks = [column.buffer for column in made[:kept]]
        if self.condition is None:
            return [*stacks, *last]
        for x, value in zip(stacks, self.stacked, strict=True):
            x[taken * value.size :] = 0
        return [np.array([taken], np.int64), *stacks, *last]

    def plans(self) -> list[ExecutionPlan]:
        """The plans of a step that have been made."""
        return [*([] if self.condition is None else self._holds.made), *self._program.made]

    def _goes_on(self, states: Sequence[Buffer], around: Sequence[Buffer]) -> bool:
        assert self.condition is not None
        answer = empty(1, self.condition.results[0].dtype)
        self._holds.plan.run(*states, *around, answer)
        return bool(answer[0])


class ReverseLoop:
    """The steps of a loop backward, the last first.

    Attributes
    ----------
    operands : list of Value
        Which data, states and memory around the body `run` is given, and which of what the loop
        has stacked.
    around, kept : list of Value
        The last of these: memory around the body, and what the loop has stacked.
    sums : list of Value
        The sources of the sums that `run` returns last.
    forms : list of Form
        The results of `run`: gradients of data and of states that have one, and the sums of what
        is around the body.
    """

    def __init__(self, loop: Loop, given: Sequence[int]) -> None:
        """*given* are the numbers of the results of the body whose gradients come in."""
        body = loop.body
        self._loop = loop
        self._carried = body.arguments[loop.data :]
        self._slices = [x for x in body.arguments[: loop.data] if x in set(body.read)]
        self._states = [x for x in self._carried if x in set(body.read)]
        self.around = [x for x in body.captured if x in set(body.read)]
        self._numbers = [self._carried.index(x) for x in self._states]
        self.kept = [*dict.fromkeys([*(loop.states[k] for k in self._numbers), *body.residuals])]
        self.operands = [*self._slices, *self._states, *self.around, *self.kept]
        self._given = set(given)
        self._of_data = [x for x in body.gradients[: loop.data] if x is not None]
        carried = body.gradients[loop.data :]
        self._of_states = [x for x in carried if x is not None]
        self._reached = [loop.outputs + k for k, x in enumerate(carried) if x is not None]
        sums = [
            (source, x) for source, x in zip(body.sums, body.added, strict=True) if x is not None
        ]
        self.sums = [source for source, _ in sums]
        self._heads = sorted(body.heads)
        self._program = _StepProgram(
            body.backward,
            [
                *self._slices, *self._states, *self.around, *body.residuals,
                *[body.heads[i] for i in self._heads], *self.sums,
            ],
            [*self._of_data, *self._of_states],
            sums,
        )  # fmt: skip
        self.forms: list[Form] = [((loop.steps * x.size,), x.dtype) for x in self._of_data]
        self.forms += [((x.size,), x.dtype) for x in self._of_states]
        self.forms += [((x.size,), x.dtype) for x in self.sums]

    def plans(self) -> list[ExecutionPlan]:
        """The plan of a step, if it has been made."""
        return self._program.made

    def run(self, buffers: Sequence[Buffer]) -> list[Buffer]:
        """Run the loop on the number of steps, the operands, and gradients.

        The number is there if the loop has a condition; the gradients are stacked for outputs, and
        those of the last states.
        """
        loop, body = self._loop, self._loop.body
        taken, rest = loop.steps, iter(buffers)
        if loop.condition is not None:
            taken = int(next(rest)[0])
        steps = np.arange(taken)[::-1]

        def stacked(x: Buffer, value: Value) -> _Column:
            return _Column(x, steps, value.size)

        slices = [stacked(next(rest), x) for x in self._slices]
        first = [next(rest) for _ in self._states]
        around = [_Column(next(rest)) for _ in self.around]
        kept = {x: stacked(next(rest), x) for x in self.kept}
        before = [
            _carried(kept[loop.states[k]], initial, at=taken - 1)
            for k, initial in zip(self._numbers, first, strict=True)
        ]
        zeros = {i: _zeros(body.results[i]) for i in self._heads}
        given = {i: next(rest) for i in self._heads if i in self._given}
        heads = {
            i: stacked(given[i], body.results[i]) if i in given else _Column(zeros[i])
            for i in self._heads
            if i < loop.outputs
        }
        made = _empty if loop.condition is None else _zeros  # what no step fills is zero
        of_data = [stacked(made(x, loop.steps), x) for x in self._of_data]
        of_states = {}
        for i, x in zip(self._reached, self._of_states, strict=True):
            of_states[i] = _Column(_empty(x, 2), np.arange(taken) % 2, x.size)
        for i in self._heads[len(heads) :]:
            come = given.get(i, zeros[i])
            if i in of_states:
                heads[i] = _carried(of_states[i], come)
            else:
                heads[i] = _Column(zeros[i], other=(0, come))
        sums = [_zeros(x) for x in self.sums]
        columns = [
            *slices, *before, *around, *[kept[x] for x in body.residuals], *heads.values(),
            *map(_Column, sums), *of_data, *of_states.values(),
        ]  # fmt: skip
        self._program.run(columns, taken)
        last = [
            x.at(taken - 1).copy() if taken else given[i] if i in given else _zeros(body.results[i])
            for i, x in of_states.items()
        ]
        return [*[x.buffer for x in of_data], *last, *sums]


class Choice:
    """One of two functions of nothing, each a loop of one step, by a condition.

    Attributes
    ----------
    branches : sequence of Loop
    forms : list of Form
        The results of `run`: the results, then for each function what backward reads of it.
    """

    def __init__(self, branches: Sequence[Loop]) -> None:
        self.branches = branches
        self._kept = [[*dict.fromkeys(loop.body.residuals)] for loop in branches]
        shown = [*branches[0].body.results, *(x for kept in self._kept for x in kept)]
        self.forms: list[Form] = [((x.size,), x.dtype) for x in shown]

    def plans(self) -> list[ExecutionPlan]:
        """The plans of functions that have run."""
        return [plan for loop in self.branches for plan in loop.plans()]

    def run(self, buffers: Sequence[Buffer]) -> list[Buffer]:
        """Run a function on the condition, and what the first and the second find around them."""
        taken, around = 0 if buffers[0][0] else 1, buffers[1:]
        count = len(self.branches[0].body.captured)
        loop = self.branches[taken]
        found = loop.run(around[count:] if taken else around[:count])
        made = dict(zip(loop.stacked, found, strict=True))
        results = [made[x] for x in loop.body.results]
        own = [x.copy() if any(x is y for y in results[:i]) else x for i, x in enumerate(results)]
        for i, kept in enumerate(self._kept):
            own += [made[x].copy() if i == taken else _zeros(x) for x in kept]
        return own


class ReverseChoice:
    """Backward of a `Choice`.

    Attributes
    ----------
    forms : list of Form
        The results of `run`: the sums of what is around each function.
    """

    def __init__(self, choice: Choice, given: Sequence[int]) -> None:
        """*given* are the numbers of the results whose gradients come in."""
        self._choice, self._given = choice, given
        self._loops = [
            ReverseLoop(loop, [i for i in given if i in loop.body.heads])
            for loop in choice.branches
        ]
        self.forms = [form for loop in self._loops for form in loop.forms]

    def plans(self) -> list[ExecutionPlan]:
        """The plans of functions whose backward has run."""
        return [plan for loop in self._loops for plan in loop.plans()]

    def run(self, buffers: Sequence[Buffer]) -> list[Buffer]:
        """Run it on the condition, what is around the functions, what was kept, and gradients."""
        rest = iter(buffers)
        taken = 0 if next(rest)[0] else 1
        around = [[next(rest) for _ in loop.around] for loop in self._loops]
        kept = [
            {x: next(rest) for x in dict.fromkeys(loop.body.residuals)}
            for loop in self._choice.branches
        ]
        given = dict(zip(self._given, rest, strict=True))
        sums: list[Buffer] = []
        for i, loop in enumerate(self._loops):
            if i != taken:
                sums += map(_zeros, loop.sums)
                continue
            heads = [x for k, x in given.items() if k in self._choice.branches[i].body.heads]
            sums += loop.run([*around[i], *(kept[i][x] for x in loop.kept), *heads])
        return sums


def _carried(made: _Column, initial: Buffer, at: int = 0) -> _Column:
    """What each step finds that the step before has *made*; *initial* in the first one."""
    assert made.rows is not None
    count = made.buffer.size // max(1, made.size)
    return made._replace(rows=(made.rows - 1) % max(1, count), other=(at, initial))


def _empty(value: Value, rows: int = 1) -> Buffer:
    return empty(rows * value.size, value.dtype)


def _zeros(value: Value, rows: int = 1) -> Buffer:
    zeros = _empty(value, rows)
    zeros.fill(0)
    return zeros
