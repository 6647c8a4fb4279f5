"""Tracing: run a function once on abstract arrays, with hooks in place of kernels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ... import tracing
from ...array.ndarray import NDArray
from ...array.sparse import BaseSparseNDArray
from ...base import MXNetError, Shape
from ...context import Context, cpu
from ...dispatch import buffer_arithmetic
from ...engine import Pending, run_backward
from ...kernels.cpu import philox
from ...memory.device import BUFFERS, Device
from ...memory.storage import empty_like
from ...ops.table import lookup
from ...tape import (
    Array,
    Leaf,
    Maker,
    Node,
    OutputSlot,
    Scope,
    is_released,
    new_node,
    reachable,
    settle,
    topological_order,
)
from ..program.instructions import Instruction, Program, Source, Value, is_source, live, root
from ..program.joins import add_joins
from ..program.keys import rebuilt
from ..program.layout import absorb_strides
from ..program.matmul import accumulate_beta, concatenate_k, fold_alpha, fuse_horizontally
from ..program.simplify import eliminate, partition
from .escaped import take_values
from .recorder import Recorder, StateWrite
from .sparse import Form, SparseWrite

Leaves: TypeAlias = dict[int, tuple[int, NDArray]]
"""Arrays by their ids, each with its number."""

Places: TypeAlias = dict[Maker, int]
"""Nodes of arguments on the tape, and which arguments those are."""


@dataclass
class Output:
    """How to make an array that the function returns.

    Attributes
    ----------
    kind : {'result', 'argument', 'gradient', 'memory', 'object'}
        Memory that the program makes; an argument's, or an argument itself; the same of its
        gradient; memory that existed before; an array that existed before.
    index : int
        Of the result or the argument.
    offset, shape
        The part of it.
    thing
        For 'argument' and 'gradient' whether it is that array itself; for 'memory' its elements
        and version counter; the array for 'object'.
    gradient : int or None
        Which head of backward it is.
    constant : bool
        Whether it was recorded, and made of what had been released before: a constant on the tape.
    arguments : frozenset of int
        From which arguments it is made, if it is no head.  Should the record of one be released, it
        is such a constant too.
    array : type
        Its class.
    ctx : Context
    """

    kind: str
    index: int = 0
    offset: int = 0
    shape: Shape = ()
    thing: Any = None
    gradient: int | None = None
    constant: bool = False
    arguments: frozenset[int] = frozenset()
    array: type[NDArray] = NDArray
    ctx: Context = field(default_factory=cpu)
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = math.prod(self.shape)


@dataclass
class Traced:
    """What one run of a function gave.

    Attributes
    ----------
    forward : Program
        Its results are those of the function, then what backward reads (`saved`).
    outputs : list of Output
    tree
        The structure of what the function returns, with numbers of `outputs` for its leaves.
    count : int
        Results that belong to the function.
    written : list of (Value, list of Array)
        Sources that are written to, and arrays through which that was done.
    repeatable : bool
        Whether a second run would write what the first one has written: states that operators set.
    accumulated : list of Leaf
    visited : frozenset of Leaf
        Captured variables to which the function itself runs backward.
    device : Device or None
        Where the programs run.
    changed : list of SparseWrite
        Sparse arrays that hold other parts in the end.
    rows : list of int
        For each of the parents how many pairs of rows and their elements follow its dense gradient
        among backward's results.
    backward : Program or None
    saved : list of Value
        What backward reads of forward; sources stand for themselves, unless they are written to.
    watched : list of list
        Version counters of captured arrays that must not be written to before backward.
    parents : list of (int or Leaf)
        What the outputs were made from: numbers of arguments, and variables.
    reached : list of bool
        Which of them the gradient reaches; backward's results belong to those.
    depends : list of frozenset of int
        For each of backward's results the heads that it depends on.
    state_writes : list of StateWrite
        What backward does behind its program, with an `Output` for each array: its results behind
        those for the parents, arguments, or memory from before.
    unusable : Exception or None
        Why there is no backward.
    """

    forward: Program
    outputs: list[Output]
    tree: object
    count: int
    written: list[tuple[Value, list[Array]]]
    repeatable: bool
    accumulated: list[Leaf]
    visited: frozenset[Leaf]
    changed: list[SparseWrite] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    device: Device | None = None
    backward: Program | None = None
    heads: list[Value] = field(default_factory=list)
    saved: list[Value] = field(default_factory=list)
    watched: list[list[int]] = field(default_factory=list)
    parents: list[int | Leaf] = field(default_factory=list)
    reached: list[bool] = field(default_factory=list)
    depends: list[frozenset[int]] = field(default_factory=list)
    state_writes: list[StateWrite] = field(default_factory=list)
    unusable: Exception | None = None


def flatten(tree: object, leaves: Leaves, kept: Iterable[object] = ()) -> object:
    """The structure of nested lists, tuples, dicts, sets and NumPy arrays, as a copy.

    Parameters
    ----------
    leaves : dict
        Gets each array once, by its id.
    kept : iterable
        Containers that are not copied: the function may ask whether it is given those.
    """

    def leaf(x: object) -> object:
        if isinstance(x, NDArray):
            return ArrayPlace(leaves.setdefault(id(x), (len(leaves), x))[0])
        return x

    return rebuilt(tree, leaf, {id(x): Kept(x) for x in kept})


def unflatten(tree: object, leaves: Sequence[object]) -> Any:
    """The inverse of `flatten`."""

    def leaf(x: object) -> object:
        if x.__class__ is ArrayPlace:
            return leaves[x.index]
        return x.thing if x.__class__ is Kept else x

    return rebuilt(tree, leaf, {})


@dataclass(eq=False)
class Kept:
    """A container that `flatten` does not copy."""

    thing: object


class ArrayPlace:
    """The number of an array in a structure."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArrayPlace) and other.index == self.index

    def __hash__(self) -> int:
        return hash(("leaf", self.index))

    def __repr__(self) -> str:
        return f"array {self.index}"


def trace(
    function: Callable[..., object], tree: object, arrays: Sequence[NDArray], name: str
) -> Traced:
    """Run *function* on the arguments that *tree* and *arrays* make, for its programs."""
    recorder = Recorder(name)
    start = recorder.start
    abstract, places = _abstract_arrays(recorder, arrays)
    try:
        with Scope(), tracing.recording_to(recorder), philox.drawing_from(philox.position()):
            args, kwargs = unflatten(tree, abstract)
            found: Leaves = {}
            out_tree = flatten(function(*args, **kwargs), found)
            returned = [array for _, array in found.values()]
            _check_marks(recorder, returned)
            return _traced(recorder, returned, out_tree, abstract, places, start)
    finally:
        recorder.restore()
        take_values(recorder, abstract)


def _abstract_arrays(recorder: Recorder, arrays: Sequence[NDArray]) -> tuple[list[NDArray], Places]:
    """Abstract arrays in place of the arguments, and their nodes on the tape."""
    made: list[NDArray] = []
    places = recorder.arguments
    for i, x in enumerate(arrays):
        array = _abstract(recorder, x, i)
        if isinstance(x._node, Leaf):
            own = x._node.grad
            if isinstance(own, BaseSparseNDArray):
                grad: NDArray = recorder.sparse.given(own, "gradient", i)
            else:
                gradient = empty_like(own._data)
                recorder.buffers.argument(gradient, i, "gradient", lazy_fill=0)
                grad = own.__class__(gradient, x._shape, x._ctx)  # type: ignore[assignment]
            array._node = Leaf(array, grad, x._node.req)
        elif x._node is not None and not is_released(x._node):
            put_on_older_node(array)
        if array._node is not None:
            places[array._node] = i
        made.append(array)
    return made, places


def _abstract(recorder: Recorder, x: NDArray, index: int) -> NDArray:
    """An abstract array in place of an argument."""
    if isinstance(x, BaseSparseNDArray):
        return recorder.sparse.given(x, "argument", index)
    buffer = empty_like(x._data)
    recorder.buffers.argument(buffer, index, lazy_fill=x._data)
    return x.__class__(buffer, x._shape, x._ctx)


def put_on_older_node(array: NDArray) -> None:
    """Put *array* on a node older than all that a function records."""
    node = new_node(lookup("identity"), None, (), (), (), (array._shape,), (array,))
    node.number = 0


def _check_marks(recorder: Recorder, returned: Sequence[NDArray]) -> None:
    """Refuse what would change the graph around the function other than by its results."""
    for array in recorder.recorded():
        recorder.refuse(
            f"writes a recorded value to an array of shape {list(array._shape)} that existed "
            "before; return the value, or write under autograd.pause()"
        )
    for array in returned:
        if isinstance(array._node, Leaf) and recorder.buffers.made(array):
            recorder.refuse(
                f"returns an array of shape {list(array._shape)} that it marked as a variable "
                "itself; return array.detach()"
            )


def _traced(
    recorder: Recorder,
    returned: list[NDArray],
    tree: object,
    abstract: list[NDArray],
    places: Places,
    start: int,
) -> Traced:
    results: list[Value] = []
    numbers: dict[int, int] = {}  # state -> result
    outputs = []
    given = {id(x): ("argument", i) for i, x in enumerate(abstract)}
    # What a sparse array from before holds is no memory: it is read when the call begins.
    given |= {
        id(place.grad): ("gradient", i) for place, i in places.items() if isinstance(place, Leaf)
    }
    for array in returned:
        if id(array) in given:
            outputs.append(Output(*given[id(array)], 0, array._shape, thing=True))
            continue
        if isinstance(array, BaseSparseNDArray) and recorder.buffers.made(array):
            outputs.append(_sparse_output(recorder, array, results))
            continue
        if not recorder.buffers.made(array):
            outputs.append(Output("object", shape=array._shape, thing=array))
            continue
        state, offset = recorder.buffers.position(array)
        if state.source is not None:
            maker = state.source.maker
            assert isinstance(maker, Source)
            if maker.kind in ("argument", "gradient"):
                outputs.append(Output(maker.kind, maker.index, offset, array._shape))
            else:
                outputs.append(
                    Output("memory", 0, offset, array._shape, (maker.data, array._version))
                )
            continue
        if id(state) not in numbers:
            numbers[id(state)] = len(results)
            results.append(state.value)
        outputs.append(Output("result", numbers[id(state)], offset, array._shape))
    for output, array in zip(outputs, returned, strict=True):
        output.array, output.ctx = array.__class__, array._ctx
    effects = recorder.buffers.effects()
    changed: list[SparseWrite] = []
    parts: list[Value] = []  # of sparse arrays that are written to, behind the results
    for one in recorder.sparse.effects():
        first = len(results) + len(parts)
        parts += recorder.sparse.values(one.now)
        numbers_of = range(first, len(results) + len(parts))
        changed.append(
            SparseWrite(one.holder, one.index, one.array, Form.of(one.array), numbers_of)
        )
    recorder.calls.validating = False
    count = len(results)
    results += parts
    traced = Traced(
        forward=Program(instructions=[], results=results),
        outputs=outputs,
        tree=tree,
        count=count,
        written=[(source, arrays if _is_captured(source) else []) for source, _, arrays in effects],
        repeatable=not changed and all(recorder.is_set(source) for source, *_ in effects),
        changed=changed,
        accumulated=[leaf for leaf, _ in recorder.accumulated if leaf not in places],
        visited=frozenset(recorder.visited - places.keys()),
    )
    settle(reachable(array._node for array in returned if array._node is not None))
    heads = [(i, array) for i, array in enumerate(returned) if _is_head(array._node, start)]
    gradients: list[Value] = []
    held: set[Value] = set()
    if heads:
        try:
            gradients = _backward(recorder, traced, heads, places, start, held)
        except MXNetError as error:
            traced.unusable = copy(error)  # without the frames that it has passed
            traced.parents = traced.parents or _possible_parents(heads, places)
    wanted = [*results, *(value for _, value, _ in effects), *gradients]
    traced.device = recorder.buffers.device(live(recorder.emitter.instructions, wanted))
    instructions, latest = optimised(
        recorder.emitter.instructions, wanted, on_host=traced.device is None
    )
    results = [latest(value) for value in results]
    gradients = [latest(value) for value in gradients]
    forward_effects = [(source, latest(value)) for source, value, _ in effects]
    if gradients:
        backward, saved, lost = partition(instructions, gradients, traced.heads, held, results)
        traced.backward = Program(instructions=backward, results=gradients)
        heads_of = {head: frozenset((i,)) for i, head in enumerate(traced.heads)}
        # A loss's own gradient depends on no head, but is there as soon as one is.
        everything = frozenset(range(len(heads_of)))
        traced.depends = [x or everything for x in _dependence(traced.backward, heads_of)]
        traced.saved = saved
        lost |= {source for source, _ in forward_effects}
        results = results + [v for v in saved if v in lost or not is_source(v)]
    needed = [*results, *(value for _, value in forward_effects)]
    forward = live(instructions, needed)
    traced.forward = Program(instructions=forward, results=results, effects=forward_effects)
    _find_constants(traced, returned)
    return traced


def _sparse_output(recorder: Recorder, array: BaseSparseNDArray, results: list[Value]) -> Output:
    """How to make a sparse array that the function returns; its parts are added to *results*."""
    first = len(results)
    results += recorder.sparse.values(array._parts)
    return Output("sparse", first, 0, array._shape, (Form.of(array), range(first, len(results))))


def _find_constants(traced: Traced, returned: Sequence[NDArray]) -> None:
    """Note which outputs may be constants on the tape."""
    sources = {root(x)[0] for each in traced.forward.instructions for x in each.inputs}
    sources |= {root(x)[0] for x in traced.forward.results}
    known = {
        x: frozenset((x.maker.index,))
        for x in sources
        if isinstance(x.maker, Source) and x.maker.kind == "argument"
    }
    reached = _dependence(traced.forward, known)
    for output, array in zip(traced.outputs, returned, strict=True):
        if output.gradient is not None or output.thing is not None:
            continue
        output.constant = _is_constant(array._node)
        if output.kind == "result":
            output.arguments = reached[output.index]
        elif output.kind == "argument":
            output.arguments = frozenset((output.index,))


def optimised(
    instructions: Sequence[Instruction], wanted: Sequence[Value], on_host: bool
) -> tuple[list[Instruction], Callable[[Value], Value]]:
    """Instructions that make *wanted* values, rewritten, and what took the place of a value."""
    made, new = eliminate(instructions, wanted)
    latest = _latest_of(new)
    rewrites = [add_joins, fold_alpha, fuse_horizontally, accumulate_beta, concatenate_k]
    if on_host:  # a device's libraries want matrices one behind the other
        rewrites.append(absorb_strides)
    for rewrite in rewrites:
        made, more = rewrite(made, [latest(value) for value in wanted])
        new |= more
    return made, latest


def _backward(
    recorder: Recorder,
    traced: Traced,
    heads: list[tuple[int, NDArray]],
    places: Places,
    start: int,
    held: set[Value],
) -> list[Value]:
    """Trace backward from the outputs; returns the gradients of what came from outside.

    Sources that the record of an eager call would hold on to are added to *held*.
    """
    pending: Pending = {}
    for number, (i, array) in enumerate(heads):
        buffer = empty_like(array._data)
        buffer.fill(1)
        traced.heads.append(recorder.buffers.argument(buffer, number, "head"))
        traced.outputs[i].gradient = number
        node = array._node
        assert node is not None
        pending[node] = (
            buffer if node not in pending else buffer_arithmetic.add(pending[node], buffer)
        )
    order = topological_order(pending)
    inside = [node for node in order if not _from_outside(node, start, places)]
    _hold(recorder, traced, inside, held)
    outside = [node for node in order if _from_outside(node, start, places)]
    outside = [node for node in outside if not isinstance(node, Leaf) or node.req != "null"]
    # Should backward be refused, it is to get here all the same, to say so.
    reached = [node for node in order if isinstance(node, Leaf) or node in places]
    traced.parents = _parents(reached, places)
    for node in outside:
        if not isinstance(node, Leaf) and node not in places:
            recorder.refuse(
                "uses an array that was recorded outside of it and is not among its arguments, so "
                "its gradient cannot be computed; pass the array"
            )
    traced.parents = _parents(outside, places)
    recorder.deferred = []
    with Scope(recording=False, training=True):
        # Its own variables die with it; what is left are rows of those around it.
        rows = run_backward(inside, pending, buffer_arithmetic, True)
    found = [pending.get(node) for node in outside]
    traced.reached = [buffer is not None for buffer in found]
    results = []
    for node, whole in zip(outside, found, strict=True):
        pairs = rows.get(node, []) if isinstance(node, Leaf) else []
        traced.rows.append(len(pairs))
        several = [x for pair in pairs for x in pair]
        results += [recorder.buffers.read(x) for x in (whole, *several) if x is not None]
    for write in recorder.deferred:
        arguments = [_place_of(recorder, x, results) for x in write.arguments]
        traced.state_writes.append(StateWrite(write.function, arguments))
    return results


def _place_of(recorder: Recorder, x: object, results: list[Value]) -> object:
    """Where an argument of a state write is found; what was computed is added to *results*."""
    if not isinstance(x, Array):
        return x
    state, offset = recorder.buffers.position(x)
    if state.source is None:
        results.append(recorder.buffers.read(x._data))
        return Output("result", len(results) - 1, 0, x._shape, ctx=x._ctx)
    maker = state.source.maker
    assert isinstance(maker, Source)
    if maker.kind == "argument":
        return Output("argument", maker.index, offset, x._shape, ctx=x._ctx)
    return Output("memory", 0, 0, x._shape, (x._data, x._version), ctx=x._ctx)


def _parents(nodes: Sequence[Maker], places: Places) -> list[int | Leaf]:
    """Which arguments, or variables, *nodes* are."""
    found: list[int | Leaf] = []
    for node in nodes:
        if node in places:
            found.append(places[node])
        elif isinstance(node, Leaf):
            found.append(node)
    return found


def _possible_parents(heads: list[tuple[int, NDArray]], places: Places) -> list[int | Leaf]:
    """Arguments and variables to which backward gets, so that it can say that it cannot run."""
    below = reachable(array._node for _, array in heads if array._node is not None)
    return [*places.values(), *(x for x in below if isinstance(x, Leaf) and x not in places)]


def _hold(recorder: Recorder, traced: Traced, nodes: Sequence[Maker], held: set[Value]) -> None:
    """Note what *nodes* saved of memory that existed before."""
    watched: dict[int, list[int]] = {}
    for node in nodes:
        if not isinstance(node, Node):
            continue
        for buffer, version in zip(node.saved or (), node.versions, strict=True):
            if version is None:
                continue
            assert isinstance(buffer, BUFFERS)
            source = recorder.buffers.source(buffer)
            if source is not None:
                held.add(source)
                if _is_captured(source):
                    watched[id(version)] = version
    traced.watched = list(watched.values())


def _is_head(node: Maker | None, start: int) -> bool:
    """Whether an output was recorded by the function and its record still stands."""
    if node is None or isinstance(node, Leaf) or node.number < start:
        return False
    return not is_released(node)


def _is_constant(made_by: Maker | None) -> bool:
    """Whether an array was recorded, but made of constants alone."""
    node = made_by.node if isinstance(made_by, OutputSlot) else made_by
    return isinstance(node, Node) and is_released(node) and node.released[0] <= node.number


def _latest_of(new: dict[Value, Value]) -> Callable[[Value], Value]:
    def latest(value: Value) -> Value:
        while value in new:
            value = new[value]
        return value

    return latest


def _is_captured(source: Value) -> bool:
    return isinstance(source.maker, Source) and source.maker.kind == "captured"


def _dependence(program: Program, sources: Mapping[Value, frozenset[int]]) -> list[frozenset[int]]:
    """For each result of *program* the numbers of *sources* from which it can be reached."""
    known = dict(sources)
    nothing: frozenset[int] = frozenset()
    for instruction in program.instructions:
        found = nothing.union(*(known.get(root(x)[0], nothing) for x in instruction.inputs))
        known.update((value, found) for value in instruction.outputs)
    return [known.get(root(value)[0], nothing) for value in program.results]


def _from_outside(node: Maker, start: int, places: Places) -> bool:
    return node in places or node.number < start
