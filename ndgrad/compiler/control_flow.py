"""Control flow of compiled functions: loops and conditions as programs of their own.

While a function is traced, `foreach` of ``nd.contrib`` runs its first steps like any code, as
unrolling does.  If they do the same, leave nothing behind and change nothing around them, they are
dropped for a custom call of a `Loop`; otherwise the other steps follow.

`while_loop` and `cond` whose condition is an array are custom calls too, which read it on the host.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from .. import tracing
from ..array.ndarray import NDArray
from ..base import Shape
from ..context import Context
from ..dispatch import as_list, recorded_arithmetic
from ..engine import Pending, run_backward
from ..memory.device import Buffer, DeviceArray
from ..ops.bound import Bound
from ..ops.table import F, Op
from ..tape import (
    Array,
    Node,
    Saved,
    Scope,
    Version,
    is_released,
    is_tracked,
    new_node,
    topological_order,
)
from ..tape import state as scope
from .front.guards import watch
from .front.nested import Around, Body, Flat, trace_body
from .front.recorder import Recorder
from .program.instructions import (
    CustomCall,
    Instruction,
    Map,
    RowStridedView,
    Source,
    Value,
    View,
    is_external,
    root,
)
from .program.keys import plain
from .run.loops import Choice, Loop, ReverseChoice, ReverseLoop

_FEW = 16  # steps up to which a loop is unrolled
_WATCHED = 3  # steps; in the first one a state that was filled with a number may be that number

Arrays = list[NDArray]


class Probe:
    """Watches the first steps of a loop that a function runs while it is traced.

    Parameters
    ----------
    body : callable
        What a user gave.
    data, states : list of NDArray
        Of `foreach`.
    steps : int
    """

    def __init__(
        self, recorder: Recorder, body: Any, data: Arrays, states: Arrays, steps: int
    ) -> None:
        self._recorder, self._data, self._states = recorder, data, states
        self._count = steps
        self._guard = watch(body)
        self._before = {id(x) for x in recorder.buffers.arrays()}
        self._ends = [len(recorder.emitter.instructions)]
        self._steps: list[tuple[Arrays, Arrays, Arrays]] = []

    def looped(
        self, step: Flat, slices: Arrays, outputs: Arrays, states: Arrays
    ) -> tuple[Arrays, Arrays] | None:
        """What the whole loop returns, asked for after each step; None to go on.

        Parameters
        ----------
        step : callable
            From slices and states to outputs and new states.
        slices, outputs, states : list of NDArray
            Of the last step.
        """
        if len(self._steps) == _WATCHED:
            return None
        recorder, instructions = self._recorder, self._recorder.emitter.instructions
        self._steps.append((slices, outputs, states))
        self._ends.append(len(instructions))
        if len(self._steps) < _WATCHED:
            return None
        texts = [self._text(i) for i in (_WATCHED - 2, _WATCHED - 1)]
        if (
            any(_forms(x) != _forms(states) for x in (self._states, *(y for *_, y in self._steps)))
            or any(_forms(x) != _forms(outputs) for _, x, _ in self._steps)
            or texts[0].lines != texts[1].lines
            or not self._guard.holds()
            or self._leaves_arrays()
        ):
            return None
        count, start = len(self._data), self._ends[0]
        tracked = [*map(_is_tracked, self._data)]
        tracked += [
            _is_tracked(x) or _is_tracked(y) for x, y in zip(self._states, states, strict=True)
        ]
        try:
            body, around = _traced(recorder, step, [*slices, *states], tracked, count)
        except Exception:  # that is for another step to raise
            return None
        read = (root(recorder.buffers.read(x))[0] for x in around.memory)
        if not texts[1].around.issuperset(read):
            return None
        del instructions[start:]
        loop = Loop(body, count, len(outputs), self._count)
        return _called(recorder, "foreach", loop, around, [*self._data, *self._states], step)

    def _text(self, i: int) -> _StepText:
        """What step *i* has been traced to."""
        slices, *made = self._steps[i]
        read, given = self._recorder.buffers.read, []
        for x in (*slices, *self._steps[i - 1][2]):
            base, start = root(read(x._data))
            given.append((base, start, x._data.size))
        instructions = self._recorder.emitter.instructions[self._ends[i] : self._ends[i + 1]]
        return _StepText(instructions, given, [read(x._data) for part in made for x in part])

    def _leaves_arrays(self) -> bool:
        """Whether something other than the loop refers to an array that its steps made."""
        known = {id(x) for made in self._steps for part in made for x in part} | self._before

        def some() -> bool:
            return any(id(x) not in known for x in self._recorder.buffers.arrays())

        return some() and (gc.collect() >= 0 and some())


def probe(body: Any, data: Arrays, states: Arrays, steps: int) -> Probe | None:
    """What watches a loop that is traced by this thread; None for one that is to be unrolled."""
    recorder = tracing.recorder() if tracing.active else None
    if recorder is None or steps <= _FEW:
        return None
    if _is_elsewhere([*data, *states]):
        return None
    return Probe(recorder, body, data, states, steps)


def while_loop(
    condition: Callable[..., Any],
    function: Callable[..., Any],
    step: Flat,
    states: Arrays,
    steps: int,
) -> tuple[Arrays, Arrays] | None:
    """Outputs and last variables of a loop whose condition is an array; None if it cannot be run.

    Parameters
    ----------
    condition, function : callable
        What a user gave.
    step : callable
        From variables to outputs and new variables.
    steps : int
        At most.
    """
    recorder = tracing.recorder() if tracing.active else None
    if recorder is None or _is_elsewhere(states):
        return None
    guard = watch(condition, function)
    try:
        with Scope(recording=False):
            test, beyond = trace_body(
                recorder, lambda s: [condition(*s)], states, [False] * len(states)
            )
        first, second = [
            _traced(recorder, step, states, [*map(_is_tracked, states)], 0) for _ in range(2)
        ]
    except Exception:  # that is for the code to raise which it is in
        return None
    if test.results[0].size != 1 or not guard.holds():
        return None
    if _text_of(recorder, *first) != _text_of(recorder, *second):
        return None
    body, around = second
    loop = Loop(body, 0, len(body.forms) - len(states), steps, test)
    return _called(recorder, "while_loop", loop, around, states, beyond=beyond)


def cond(
    condition: NDArray, functions: Sequence[Callable[..., Any]], flat: Sequence[Flat]
) -> Arrays | None:
    """What one of two functions returns, as *condition* is true; None if it cannot be run.

    Parameters
    ----------
    functions : sequence of callable
        What a user gave.
    flat : sequence of callable
        From nothing to arrays.
    """
    recorder = tracing.recorder() if tracing.active else None
    if recorder is None or _is_elsewhere([condition]) or condition.size != 1:
        return None
    guard = watch(*functions)
    try:
        found = [trace_body(recorder, function, [], []) for function in flat]
    except Exception:  # that is for the code to raise which it is in
        return None
    bodies, surroundings = [body for body, _ in found], [around for _, around in found]
    if len({_results(body) for body in bodies}) > 1 or not guard.holds():
        return None
    read = recorder.buffers.read
    choice = Choice([Loop(body, 0, len(body.forms), 1) for body in bodies])
    given = [[*map(read, around.memory)] for around in surroundings]
    values = [read(condition._data), *given[0], *given[1]]
    validates = any(body.validates for body in bodies)
    made = _add(recorder, "cond", choice, values, validates)
    forms = bodies[0].forms
    results = [
        kind(recorder.result(value), shape, ctx)
        for (kind, shape, ctx), value in zip(forms, made, strict=False)
    ]
    heads = sorted({i for body in bodies for i in body.heads})

    def backward(come: dict[int, Value]) -> list[Buffer | None]:
        reverse = ReverseChoice(choice, [*come])
        kept = made[len(forms) :]
        inputs = [values[0]]
        for body, own in zip(bodies, given, strict=True):
            known = dict(zip(body.captured, own, strict=True))
            inputs += [known[x] for x in body.captured if x in set(body.read)]
        inputs += [*kept, *come.values()]
        return _given_back(recorder, bodies, _add(recorder, "cond backward", reverse, inputs))

    if heads:
        _record(recorder, "cond", [], bodies, surroundings, results, heads, backward, None)
    return results


def _is_elsewhere(arrays: Arrays) -> bool:
    """Whether some of *arrays* are sparse, or on a device."""
    return any(x.stype != "default" or isinstance(x._data, DeviceArray) for x in arrays)


def _results(body: Body) -> tuple[Any, ...]:
    return tuple((*form, x.dtype) for form, x in zip(body.forms, body.results, strict=True))


def _traced(
    recorder: Recorder, step: Flat, like: Arrays, tracked: list[bool], data: int
) -> tuple[Body, Around]:
    """The programs of a step, and what is around it.

    A state has a gradient if that of any step has one.
    """
    while True:
        body, around = trace_body(recorder, step, like, tracked)
        first = len(body.forms) - len(like) + data
        given = [(*_form(x), x._data.dtype) for x in like[data:]]
        if [*_results(body)[first:]] != given:
            recorder.refuse("changes shapes or dtypes of states in a loop")
        more = [i - first + data for i in body.heads if i >= first]
        if all(tracked[i] for i in more):
            return body, around
        tracked = [x or i in more for i, x in enumerate(tracked)]


def _called(
    recorder: Recorder,
    name: str,
    loop: Loop,
    around: Around,
    given: Arrays,
    step: Flat | None = None,
    beyond: Around | None = None,
) -> tuple[Arrays, Arrays]:
    """Outputs and last states of a call of *loop*, on a node if they have gradients.

    *step* repeats a step, for higher derivatives; *beyond* is what is around the condition.
    """
    body, read = loop.body, recorder.buffers.read
    values = [read(x._data) for x in given] + [*map(read, around.memory)]
    test = [] if beyond is None else [*map(read, beyond.memory)]
    validates = body.validates or (loop.condition is not None and loop.condition.validates)
    made = _add(recorder, name, loop, [*values, *test], validates)
    count, made = made[: len(made) - loop.results], made[len(made) - loop.results :]
    stacked = dict(zip(loop.stacked, made, strict=False))
    last = made[len(loop.stacked) :]
    results: Arrays = []
    for i, (kind, shape, ctx) in enumerate(body.forms):
        if i < loop.outputs:
            shape, value = (loop.steps, *shape), stacked[body.results[i]]
        else:
            value = last[i - loop.outputs]
        results.append(kind(recorder.result(value), shape, ctx))
    known = {**dict(zip([*body.arguments, *body.captured], values, strict=True)), **stacked}

    def backward(come: dict[int, Value]) -> list[Buffer | None]:
        reverse = ReverseLoop(loop, [*come])
        inputs = [*count, *(known[x] for x in reverse.operands), *come.values()]
        return _given_back(recorder, [body], _add(recorder, f"{name} backward", reverse, inputs))

    if body.heads:
        again = None if step is None else _repeated(recorder, loop, around, given, values, step)
        heads = sorted(body.heads)
        _record(recorder, name, given, [body], [around], results, heads, backward, again)
    return results[: loop.outputs], results[loop.outputs :]


def _add(
    recorder: Recorder,
    name: str,
    call: Loop | ReverseLoop | Choice | ReverseChoice,
    inputs: Sequence[Value],
    validates: bool = False,
) -> tuple[Value, ...]:
    """Add a custom call, which no other one equals."""
    return recorder.calls.add(name, call.run, inputs, call.forms, call, validates, call.plans)


def _given_back(
    recorder: Recorder, bodies: Sequence[Body], found: Sequence[Value]
) -> list[Buffer | None]:
    """Gradients of the arguments of bodies and of what is around them, as buffers."""
    rest = iter([recorder.result(value) for value in found])
    wanted = [x for body in bodies for x in (*body.gradients, *body.added)]
    return [None if x is None else next(rest) for x in wanted]


def _repeated(
    recorder: Recorder,
    loop: Loop,
    around: Around,
    given: Arrays,
    values: Sequence[Value],
    step: Flat,
) -> Callable[[], Arrays]:
    """What makes the results of a loop again, recorded step by step."""
    training, makers = scope.training, [x._node for x in given]
    buffers, emitter = recorder.buffers, recorder.emitter

    def again() -> Arrays:
        for value, buffer in zip(values[len(given) :], around.memory, strict=True):
            if root(buffers.read(buffer)) != root(value):
                recorder.refuse("overwrites what a loop reads before the derivative of a gradient")
        copies = []
        for x, value, maker in zip(given, values, makers, strict=False):
            kept = emitter.copy(value) if is_external(value) else value
            copies.append(x.__class__(recorder.result(kept), x._shape, x._ctx))
            copies[-1]._node = maker
        data, states = copies[: loop.data], copies[loop.data :]
        steps = []
        with Scope(True, training):
            for i in range(loop.steps):
                made = step([*(x[i] for x in data), *states])
                states = [*made[loop.outputs :]]
                steps.append(made[: loop.outputs])
            return [*(F.stack(*column, axis=0) for column in zip(*steps, strict=True)), *states]

    return again


def _record(
    recorder: Recorder,
    name: str,
    given: Arrays,
    bodies: Sequence[Body],
    surroundings: Sequence[Around],
    results: Arrays,
    heads: Sequence[int],
    backward: Callable[[dict[int, Value]], list[Buffer | None]],
    again: Callable[[], Arrays] | None,
) -> None:
    """Put those of *results* that are *heads* on a node.

    Parameters
    ----------
    given : list of NDArray
        The arguments of the first body; others have none.
    backward : callable
        From the gradients of some heads to those of arguments and of what is around the bodies.
    again : callable or None
        Makes the results by operators.
    """

    def on_buffers(node: Node, grads: Any) -> list[Buffer | None]:
        come = {i: g for i, g in zip(heads, as_list(grads), strict=True) if g is not None}
        return backward({i: recorder.buffers.read(g) for i, g in come.items()})

    def recorded(node: Node, grads: Any) -> list[Array | None]:
        if again is None:
            recorder.refuse(f"takes a derivative of the gradient of a {name} by values")
        made = again()
        pending: Pending = {}
        for i, g in zip(heads, as_list(grads), strict=True):
            if g is not None and (made_by := made[i]._node) is not None:
                have = pending.get(made_by)
                pending[made_by] = g if have is None else recorded_arithmetic.add(have, g)
        inside = [x for x in topological_order(pending) if x.number > node.number]
        run_backward(inside, pending, recorded_arithmetic, True)
        return [pending.pop(x, None) if is_tracked(x) else None for x in node.parents]

    parents = [x._version if x._node is None else x._node for x in given]
    parents += [node for around in surroundings for node in around.makers]
    op = Op(
        name=name,
        inputs=tuple(f"input{i}" for i in range(len(parents))),
        outputs=tuple(f"output{i}" for i in range(len(heads))),
        bound=Bound(None, on_buffers, recorded),
        none_is_unreached=True,
    )
    saved: list[Saved] = [None] * (len(parents) + len(heads))
    versions: list[Version | None] = [None] * len(saved)
    for i, x in enumerate(given):
        if bodies[0].arguments[i] in bodies[0].held:
            saved[i], versions[i] = x._data, x._version
    watched = [pair for around in surroundings for pair in around.watched]
    new_node(
        op,
        None,
        tuple(parents),
        (*saved, *(buffer for buffer, _ in watched)),
        (*versions, *(version for _, version in watched)),
        (
            *(x._shape for x in given),
            *((x.size,) for body in bodies for x in body.sums),
            *(results[i]._shape for i in heads),
        ),
        [results[i] for i in heads],
    )


def _is_tracked(x: NDArray) -> bool:
    return scope.recording and x._node is not None and not is_released(x._node)


def _forms(arrays: Arrays) -> list[tuple[Any, ...]]:
    return [(*_form(x), x._data.dtype) for x in arrays]


def _form(x: NDArray) -> tuple[type[NDArray], Shape, Context]:
    return x.__class__, x._shape, x._ctx


def _text_of(recorder: Recorder, body: Body, around: Around) -> list[object]:
    """What two traces of a step that does the same have in common."""
    given = [(x, 0, x.size) for x in (*body.arguments, *body.captured)]
    return [
        *_StepText(body.forward, given, body.results).lines,
        *(root(recorder.buffers.read(x)) for x in around.memory),
    ]


class _StepText:
    """What a step has been traced to, in a form that two steps share if they do the same.

    Attributes
    ----------
    lines : list of tuple
        For each instruction what it is, what it reads, and what it makes; and the results.
    around : set of Value
        What it reads besides its slices and states.
    """

    def __init__(
        self,
        instructions: Sequence[Instruction],
        given: Sequence[tuple[Value, int, int]],
        results: Sequence[Value],
    ) -> None:
        """*given* says where slices and states lie: their roots, where they begin, their sizes."""
        values = (value for x in instructions for value in x.outputs)
        self._numbers = {value: i for i, value in enumerate(values)}
        self._given = given
        self.around: set[Value] = set()
        self.lines = [*map(self._line, instructions), *map(self._name, results)]

    def _line(self, x: Instruction) -> tuple[Any, ...]:
        forms = [(y.shape, y.dtype) for y in x.outputs]
        if isinstance(x, (View, RowStridedView)):
            rows = (x.n, x.stride) if isinstance(x, RowStridedView) else ()
            return x.__class__, rows, self._name(x.outputs[0]), forms
        facts = [
            getattr(x, field.name)
            for field in fields(x)
            if field.name not in ("inputs", "outputs", "operands", "run", "plans", "overwritten")
        ]
        if isinstance(x, Map):
            facts += [plain(y) for _, y in x.operands]
        elif isinstance(x, CustomCall) and x.plans is not None:
            facts = [x.name]  # a loop: it differs from others in what it reads
        elif isinstance(x, CustomCall) and x.facts is None:
            facts = [object()]  # random numbers
        return x.__class__, facts, [*map(self._name, x.inputs)], forms

    def _name(self, value: Value) -> tuple[Any, ...]:
        base, offset = root(value)
        if base in self._numbers:
            return self._numbers[base], offset
        for i, (given, start, size) in enumerate(self._given):
            if base is given and start <= offset < start + max(1, size):
                return "given", i, offset - start
        source = base.maker
        if isinstance(source, Source) and source.kind == "constant":
            return np.asarray(source.data).tobytes(), offset
        self.around.add(base)
        return id(base), offset
