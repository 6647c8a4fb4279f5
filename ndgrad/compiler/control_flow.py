"""Loops of compiled functions: a body that does the same in each step becomes a program of its own.

While a function is traced, `foreach` of ``nd.contrib`` runs its first steps like any code, as
unrolling does.  If they do the same, leave nothing behind and change nothing around them, they are
dropped for a custom call of a `Loop`; otherwise the other steps follow.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .. import tracing
from ..array.ndarray import NDArray
from ..base import MXNetError
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
from .front.nested import Body, Flat, trace_body
from .front.recorder import Recorder
from .program.instructions import (
    CustomCall,
    Instruction,
    Map,
    Source,
    Value,
    View,
    is_external,
    root,
)
from .program.keys import plain
from .run.loops import Loop, ReverseLoop

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
        self._steps = steps
        self._guard = watch(body)
        self._before = {id(x) for x in recorder.buffers.arrays()}
        self._ends = [len(recorder.emitter.instructions)]
        self._made: list[tuple[Arrays, Arrays]] = []

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
        if len(self._made) == _WATCHED:
            return None
        recorder, instructions = self._recorder, self._recorder.emitter.instructions
        self._ends.append(len(instructions))
        self._made.append((outputs, states))
        if len(self._made) < _WATCHED:
            return None
        start, *_, second, third, end = self._ends
        if (
            any(_forms(x) != _forms(states) for x in (self._states, *(y for _, y in self._made)))
            or any(_forms(x) != _forms(outputs) for x, _ in self._made)
            or [*_described(instructions[second:third])] != [*_described(instructions[third:end])]
            or not self._guard.holds()
            or self._leaves_arrays(slices)
        ):
            return None
        count = len(self._data)
        tracked = [*map(_is_tracked, self._data)]
        tracked += [
            _is_tracked(x) or _is_tracked(y) for x, y in zip(self._states, states, strict=True)
        ]
        try:
            body = _traced(recorder, step, [*slices, *states], tracked, count, len(outputs))
        except MXNetError:
            return None
        del instructions[start:]
        loop = Loop(body, count, len(outputs), self._steps)
        return _called(recorder, "foreach", loop, [*self._data, *self._states], step)

    def _leaves_arrays(self, slices: Arrays) -> bool:
        """Whether something other than the loop refers to an array that its steps made."""
        known = {id(x) for made in self._made for part in made for x in part}
        known |= self._before | {id(x) for x in slices}

        def some() -> bool:
            return any(id(x) not in known for x in self._recorder.buffers.arrays())

        return some() and (gc.collect() >= 0 and some())


def probe(body: Any, data: Arrays, states: Arrays, steps: int) -> Probe | None:
    """What watches a loop that is traced by this thread; None for one that is to be unrolled."""
    recorder = tracing.recorder() if tracing.active else None
    if recorder is None or steps <= _FEW:
        return None
    if any(x.stype != "default" or isinstance(x._data, DeviceArray) for x in (*data, *states)):
        return None
    return Probe(recorder, body, data, states, steps)


def _traced(
    recorder: Recorder,
    step: Flat,
    like: Arrays,
    tracked: list[bool],
    data: int,
    outputs: int,
) -> Body:
    """The programs of a step.  A state has a gradient if that of any step has one."""
    while True:
        body = trace_body(recorder, step, like, tracked)
        if [shape for _, shape, _ in body.forms[outputs:]] != [x._shape for x in like[data:]]:
            recorder.refuse("changes the shapes of states in a loop")
        more = [i - outputs + data for i in body.heads if i >= outputs]
        if all(tracked[i] for i in more):
            return body
        tracked = [x or i in more for i, x in enumerate(tracked)]


def _called(
    recorder: Recorder, name: str, loop: Loop, given: Arrays, step: Flat
) -> tuple[Arrays, Arrays]:
    """Outputs and last states of a call of *loop*, on a node if they have gradients."""
    body, buffers = loop.body, recorder.buffers
    values = [buffers.read(x._data) for x in given] + [*map(buffers.read, body.around)]
    made = recorder.calls.add(name, loop.run, values, loop.forms, loop, body.validates)
    stacked = dict(zip(loop.stacked, made, strict=False))
    last = made[len(made) - len(loop.states) :]
    results: Arrays = []
    for i, (kind, shape, ctx) in enumerate(body.forms):
        if i < loop.outputs:
            shape, value = (loop.steps, *shape), stacked[body.results[i]]
        else:
            value = last[i - loop.outputs]
        results.append(kind(recorder.result(value), shape, ctx))
    if body.heads and any((*body.gradients, *body.added)):
        _record(recorder, name, loop, given, values, stacked, results, step)
    return results[: loop.outputs], results[loop.outputs :]


def _record(
    recorder: Recorder,
    name: str,
    loop: Loop,
    given: Arrays,
    values: list[Value],
    stacked: dict[Value, Value],
    results: Arrays,
    step: Flat,
) -> None:
    """Put *results* on a node whose backward is a call of a `ReverseLoop`."""
    body, buffers = loop.body, recorder.buffers
    heads = sorted(body.heads)
    parents = [x._version if x._node is None else x._node for x in given]
    known = {**dict(zip([*body.arguments, *body.captured], values, strict=True)), **stacked}

    def backward(node: Node, grads: Any) -> list[Buffer | None]:
        come = {i: g for i, g in zip(heads, as_list(grads), strict=True) if g is not None}
        reverse = ReverseLoop(loop, [*come])
        inputs = [known[x] for x in reverse.operands]
        inputs += [recorder.buffers.read(g) for g in come.values()]
        made = recorder.calls.add(f"{name} backward", reverse.run, inputs, reverse.forms, reverse)
        found = iter([recorder.result(value) for value in made])
        return [None if x is None else next(found) for x in (*body.gradients, *body.added)]

    def recorded_backward(node: Node, grads: Any) -> list[Array | None]:
        outputs = [again()[i] for i in heads]
        pending: Pending = {}
        for output, g in zip(outputs, as_list(grads), strict=True):
            if g is not None and (made_by := output._node) is not None:
                have = pending.get(made_by)
                pending[made_by] = g if have is None else recorded_arithmetic.add(have, g)
        inside = [x for x in topological_order(pending) if x.number > node.number]
        run_backward(inside, pending, recorded_arithmetic, True)
        return [pending.pop(x, None) if is_tracked(x) else None for x in node.parents]

    training = scope.training

    def again() -> Arrays:
        """The results, recorded step by step."""
        for value, buffer in zip(values[len(given) :], body.around, strict=True):
            if root(buffers.read(buffer)) != root(value):
                recorder.refuse("overwrites what a loop reads before the derivative of a gradient")
        copies = []
        for x, value, parent in zip(given, values, parents, strict=False):
            kept = recorder.emitter.copy(value) if is_external(value) else value
            copy = x.__class__(recorder.result(kept), x._shape, x._ctx)
            copy._node = parent if is_tracked(parent) else None
            copies.append(copy)
        data, states = copies[: loop.data], copies[loop.data :]
        steps = []
        with Scope(True, training):
            for i in range(loop.steps):
                made = step([*(x[i] for x in data), *states])
                states = [*made[loop.outputs :]]
                steps.append(made[: loop.outputs])
            return [*(F.stack(*column, axis=0) for column in zip(*steps, strict=True)), *states]

    sources = [*body.sums]
    op = Op(
        name=name,
        inputs=tuple(f"input{i}" for i in range(len(given) + len(sources))),
        outputs=tuple(f"output{i}" for i in range(len(heads))),
        bound=Bound(None, backward, recorded_backward),
        none_is_unreached=True,
    )
    saved: list[Saved] = [None] * (len(parents) + len(sources) + len(heads))
    versions: list[Version | None] = [*saved]  # type: ignore[list-item]
    for i, source in enumerate(body.arguments):
        if source in body.held:
            saved[i], versions[i] = given[i]._data, given[i]._version
    shapes = [x._shape for x in given] + [(x.size,) for x in body.sums.values()]
    new_node(
        op,
        None,
        (*parents, *sources),
        (*saved, *(buffer for buffer, _ in body.watched)),
        (*versions, *(version for _, version in body.watched)),
        (*shapes, *(results[i]._shape for i in heads)),
        [results[i] for i in heads],
    )


def _is_tracked(x: NDArray) -> bool:
    return scope.recording and x._node is not None and not is_released(x._node)


def _forms(arrays: Arrays) -> list[tuple[Any, ...]]:
    return [(x.__class__, x._shape, x._data.dtype, x._ctx) for x in arrays]


def _described(instructions: Sequence[Instruction]) -> Iterator[tuple[Any, ...]]:
    """What two steps that do the same have in common: but for slices and states, all."""
    work = [x for x in instructions if not isinstance(x, View)]
    numbers = {value: i for i, value in enumerate(y for x in work for y in x.outputs)}
    for x in work:
        facts: object = None
        if isinstance(x, Map):
            facts = x.text, [plain(y) for _, y in x.operands]
        elif isinstance(x, CustomCall) and not isinstance(x.facts, (Loop, ReverseLoop)):
            facts = x.facts or object()
        bases = [root(y)[0] for y in x.inputs]
        inputs = [numbers.get(y, _around(y)) for y in bases]
        yield x.__class__, x.title, facts, inputs, [(y.shape, y.dtype) for y in x.outputs]


def _around(value: Value) -> object:
    """What tells apart values that a step finds around it."""
    source = value.maker
    if not isinstance(source, Source) or source.data is None:
        return None
    return id(source.data) if source.kind == "captured" else np.asarray(source.data).tobytes()
