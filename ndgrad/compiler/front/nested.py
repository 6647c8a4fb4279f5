"""Nested tracing: a function that a traced function calls many times, as programs of its own.

The body of a loop and the branches of a condition are traced by recorders of their own, on abstract
arrays.  What such a function finds around it, memory from before and arrays of the function that is
traced alike, becomes further arguments.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ... import tracing
from ...array.ndarray import NDArray
from ...base import Shape
from ...context import Context
from ...dispatch import buffer_arithmetic, classes
from ...engine import Pending, run_backward
from ...memory.device import BUFFERS, Buffer
from ...memory.storage import empty, empty_like
from ...tape import Leaf, Maker, Node, OutputSlot, Scope, Version, is_released, is_tracked, state
from ..program.instructions import CustomCall, Instruction, Source, Value, is_source, live, root
from ..program.simplify import partition
from .recorder import Recorder
from .trace import optimised, put_on_older_node

Flat = Callable[[Sequence[NDArray]], Sequence[NDArray]]
"""A function from arrays to arrays."""


@dataclass
class Body:
    """The programs of one call of a function.

    Attributes
    ----------
    arguments : list of Value
        The sources of what the function is given.
    captured : list of Value
        The sources of what it finds around it.
    forms : list of (type, Shape, Context)
        Of the arrays that it returns.
    results : list of Value
    forward : list of Instruction
        What makes the results and *residuals*.
    residuals : list of Value
        What backward reads of forward, and sources that may be overwritten before backward.
    read : list of Value
        Further sources that backward reads.
    heads : dict of int to Value
        By the numbers of results that have a gradient the sources of it.
    sums : list of Value
        For what the function finds around it and has a gradient, the source of the sum to which
        that is added.
    gradients : list of Value or None
        Of the arguments.
    added : list of Value or None
        The sums after this call; None where there is no gradient.
    backward : list of Instruction
    held : set of Value
        Sources that the record of an eager call would hold on to.
    validates : bool
        Whether forward may refuse values.
    """

    arguments: list[Value]
    forms: list[tuple[type[NDArray], Shape, Context]] = field(default_factory=list)
    results: list[Value] = field(default_factory=list)
    captured: list[Value] = field(default_factory=list)
    forward: list[Instruction] = field(default_factory=list)
    residuals: list[Value] = field(default_factory=list)
    read: list[Value] = field(default_factory=list)
    heads: dict[int, Value] = field(default_factory=dict)
    sums: list[Value] = field(default_factory=list)
    gradients: list[Value | None] = field(default_factory=list)
    added: list[Value | None] = field(default_factory=list)
    backward: list[Instruction] = field(default_factory=list)
    held: set[Value] = field(default_factory=set)
    validates: bool = False


@dataclass
class Around:
    """What a function finds around it, as long as the function around it is traced.

    Attributes
    ----------
    memory : list of Buffer
        What the *captured* sources stand for.
    makers : list of Node, OutputSlot and Leaf
        To what the *sums* belong.
    watched : list of (Buffer, Version)
        Memory that must not be written to before backward.
    """

    memory: list[Buffer] = field(default_factory=list)
    makers: list[Maker] = field(default_factory=list)
    watched: list[tuple[Buffer, Version]] = field(default_factory=list)


def trace_body(
    outer: Recorder, function: Flat, like: Sequence[NDArray], tracked: Sequence[bool]
) -> tuple[Body, Around]:
    """Trace *function* on arrays like the given ones, of which some are on the tape.

    Raises
    ------
    MXNetError
        If a call does more than to make its results of what it reads, always the same.
    """
    recorder = Recorder(outer.name)
    recorder.buffers.outer = outer.buffers
    given, places, arguments = [], {}, []
    with tracing.suspended():
        for i, (x, is_on_tape) in enumerate(zip(like, tracked, strict=True)):
            buffer = empty(x._data.size, x._data.dtype)
            arguments.append(recorder.buffers.argument(buffer, i, lazy_fill=0))
            array = x.__class__(buffer, x._shape, x._ctx)
            if is_on_tape:
                put_on_older_node(array)
                assert array._node is not None
                places[array._node] = i
            given.append(array)
    body, around = Body(arguments), Around()
    try:
        with Scope(), tracing.recording_to(recorder):
            made = function(given)
            _check(recorder)
            body.forms = [(x.__class__, x._shape, x._ctx) for x in made]
            results = [recorder.buffers.read(x._data) for x in made]
            recorder.calls.validating = False
            found = _backward(recorder, body, around, made, places) if state.recording else {}
            _optimise(recorder, body, results, found, places, around.makers)
            del made
            if any(recorder.buffers.arrays()) and gc.collect() >= 0:
                if any(recorder.buffers.arrays()):
                    recorder.refuse("keeps arrays of a function that is called in a loop")
    finally:
        recorder.restore()
    _take_captured(body, around)
    return body, around


def _check(recorder: Recorder) -> None:
    """Refuse a function whose calls cannot be run apart from the function around it."""
    if recorder.accumulated or recorder.visited:
        recorder.refuse("runs backward in a function that is called in a loop")
    if recorder.buffers.effects() or any(recorder.recorded()):
        recorder.refuse("writes to arrays around a function that is called in a loop")
    for instruction in recorder.emitter.instructions:
        if isinstance(instruction, CustomCall) and instruction.facts is None:
            recorder.refuse("draws random numbers in a function that is called in a loop")


def _backward(
    recorder: Recorder,
    body: Body,
    around: Around,
    made: Sequence[NDArray],
    places: dict[Maker, int],
) -> Pending:
    """Trace backward; returns the gradients of arguments, and the sums."""
    pending: Pending = {}
    tracked = {
        i: x._node for i, x in enumerate(made) if x._node is not None and not is_released(x._node)
    }
    own, outside = _reached(tracked.values(), recorder.start, places)
    for node in own:
        _check_node(recorder, node, body, around)
    for node in outside:
        if node not in places:
            size, dtype = math.prod(_shape_of(recorder, node)), node.dtype
            pending[node] = empty(size, dtype)
            number = len(made) + len(body.sums)
            around.makers.append(node)
            body.sums.append(recorder.buffers.argument(pending[node], number, "head"))
    for i, node in tracked.items():
        buffer = empty_like(made[i]._data)
        body.heads[i] = recorder.buffers.argument(buffer, i, "head")
        have = pending.get(node)
        pending[node] = buffer if have is None else buffer_arithmetic.add(have, buffer)
    recorder.deferred = []
    with Scope(recording=False, training=True):
        run_backward(own, pending, buffer_arithmetic, True)
    if recorder.deferred:
        recorder.refuse("moves states in a function that is called in a loop")
    return pending


def _reached(
    heads: Iterable[Maker], start: int, places: dict[Maker, int]
) -> tuple[list[Maker], list[Maker]]:
    """What the function recorded below *heads*, youngest first, and what that was made from."""
    own: dict[Maker, None] = {}
    outside: dict[Maker, None] = {}
    waiting = [*heads]
    while waiting:
        node = waiting.pop()
        if node in own or node in outside or is_released(node):
            continue
        if node in places or node.number < start:
            if not isinstance(node, Leaf) or node.req != "null":
                outside[node] = None
            continue
        own[node] = None
        waiting += filter(is_tracked, node.parents)
    return sorted(own, key=lambda node: -node.number), [*outside]


def _check_node(recorder: Recorder, node: Maker, body: Body, around: Around) -> None:
    """Refuse what has no gradient, and note what *node* saved of memory that existed before."""
    if not isinstance(node, Node):
        return
    if node.saved is None:
        recorder.refuse(f"uses {node.op.name}, which is non-differentiable, in a loop")
    for buffer, version in zip(node.saved, node.versions, strict=True):
        if version is None:
            continue
        if version[0] > node.number:
            recorder.refuse("overwrites what a gradient needs in a loop")
        assert isinstance(buffer, BUFFERS)
        source = recorder.buffers.source(buffer)
        if source is not None:
            body.held.add(source)
            if source not in body.arguments:
                around.watched.append((buffer, version))


def _shape_of(recorder: Recorder, node: Maker) -> Shape:
    """The shape of what *node* made."""
    if isinstance(node, Leaf):
        if isinstance(node.grad, classes.sparse):
            recorder.refuse("reads an array whose gradient is sparse in a loop")
        return node.shape
    if isinstance(node, OutputSlot):
        return node.node.shapes[len(node.node.parents) + node.index]
    return node.shapes[len(node.parents)]


def _optimise(
    recorder: Recorder,
    body: Body,
    results: Sequence[Value],
    found: Pending,
    places: dict[Maker, int],
    makers: Sequence[Maker],
) -> None:
    """Make the programs of *body*."""
    read = recorder.buffers.read
    gradients: list[Value | None] = [None] * len(body.arguments)
    for node, i in places.items():
        if found.get(node) is not None:
            gradients[i] = read(found[node])
    added = [read(found[node]) for node in makers]
    wanted = [*results, *(x for x in gradients if x is not None), *added]
    made = live(recorder.emitter.instructions, wanted)
    if recorder.buffers.device(made) is not None:
        recorder.refuse("runs a loop on a device")
    instructions, latest = optimised(recorder.emitter.instructions, wanted, on_host=True)
    body.results = [latest(x) for x in results]
    body.gradients = [None if x is None else latest(x) for x in gradients]
    body.added = [
        None if latest(x) is source else latest(x)
        for x, source in zip(added, body.sums, strict=True)
    ]
    late = [x for x in (*body.gradients, *body.added) if x is not None]
    if late:
        heads = [*body.heads.values(), *body.sums]
        body.backward, saved, copied = partition(instructions, late, heads, body.held, body.results)
        body.residuals = [x for x in saved if x in copied or not is_source(x)]
        body.read = [x for x in saved if x not in copied and _is_given(x)]
    body.forward = live(instructions, [*body.results, *body.residuals])
    body.validates = any(isinstance(x, CustomCall) and x.validates for x in body.forward)


def _is_given(value: Value) -> bool:
    """Whether a value comes from outside and is no constant."""
    return isinstance(value.maker, Source) and value.maker.kind != "constant"


def _take_captured(body: Body, around: Around) -> None:
    """Make arguments of what the function finds around it."""
    inputs = [x for each in (*body.forward, *body.backward) for x in each.inputs]
    for value in dict.fromkeys(root(x)[0] for x in (*inputs, *body.results, *body.read)):
        source = value.maker
        if isinstance(source, Source) and source.kind == "captured":
            assert source.data is not None
            body.captured.append(value)
            around.memory.append(source.data)
            source.kind, source.data = "argument", None
            source.index = len(body.arguments) + len(body.captured) - 1
