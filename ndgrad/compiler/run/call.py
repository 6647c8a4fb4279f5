"""The text of a program's call: which calls it is for, and what it does around the forward plan.

What a call has to do is known when the program is made, so it is written out as straight lines of
Python, without a look at what this program does not have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple, TypeAlias

from ...array.ndarray import NDArray
from ...array.sparse import BaseSparseNDArray
from ...base import DType, Shape, written_function
from ...context import GPU, Context, current_context
from ...kernels.cpu import philox
from ...memory.device import Buffer
from ...ops.table import Op, lookup
from ...tape import Array, Leaf, is_released, new_array, new_node, release, state
from ..front.guards import Guard
from ..front.trace import ArrayPlace, Output, Traced, unflatten
from ..plan.errors import DeferredError
from ..program.instructions import CustomCall, Part, Source, Value, is_source, root

_FEW = 4  # arguments that are compared with each other one by one

MISS = object()
"""What a program's entry returns to a call that is not for it."""


def place_of(x: Array) -> str | None:
    """What of an argument's place in the graph a program depends on."""
    node = x._node
    if isinstance(node, Leaf):
        sparse = isinstance(node.grad, BaseSparseNDArray)
        return f"{node.req} {node.grad.stype}" if sparse else node.req  # type: ignore[attr-defined]
    return None if node is None or is_released(node) else "node"


class Argument(NamedTuple):
    """What a program depends on of an array that it is given."""

    kind: type[Array]
    shape: Shape
    dtype: DType
    ctx: Context
    place: str | None


def argument(x: Array) -> Argument:
    return Argument(x.__class__, x._shape, dtype_of(x), x._ctx, place_of(x))


def dtype_of(x: Array) -> DType:
    """The dtype of an argument, of a sparse one without making it dense."""
    if isinstance(x, BaseSparseNDArray):
        dtype: DType = x._parts.data._data.dtype
        return dtype
    return x._data.dtype


class Call(NamedTuple):
    """What the text of a call is made of.

    Attributes
    ----------
    traced : Traced
    arguments : sequence of Argument
    guard : Guard
    forward : callable
        Runs the plan.
    sources : sequence of Source
        What the plan takes: arguments, gradients of these, and parts of sparse arrays.
    op : Op
        The definition of the node that is recorded.
    heads : sequence of (int, int)
        For each head gradient the output that it belongs to.
    copied : sequence of int
        Results that must not share the memory of another.
    owners : mapping
        Values, and the result whose memory they are.
    before, refused, after : callable or None
        Called with the arguments: before the plan runs; with the error of a plan that was left,
        for the one to raise; when it has run, with its results.
    """

    traced: Traced
    arguments: Sequence[Argument]
    guard: Guard
    forward: Callable[..., list[Buffer]]
    sources: Sequence[Source]
    op: Op
    heads: Sequence[tuple[int, int]]
    copied: Sequence[int]
    owners: dict[Value, int]
    before: Callable[[Sequence[NDArray]], None] | None
    refused: Callable[[Sequence[NDArray], DeferredError], Exception]
    after: Callable[[Sequence[NDArray], list[Buffer]], None] | None


Run: TypeAlias = Callable[[Sequence[NDArray]], object]
"""A function that a program is called by; it returns what the traced function has returned."""


def entry_and_run(call: Call) -> tuple[Run, Run]:
    """The functions that a program is called by, each written when it is first called.

    Returns
    -------
    entry, run : callable
        Of the arguments as a sequence.  The first returns `MISS` if the call is not one for this
        program; the second is for calls that are known to be.
    """
    scope = state.recording, state.training, current_context()

    def written(name: str) -> Run:
        names: dict[str, object] = {}
        return written_function(name, lambda: _CallText(call, scope, names).function(name), names)

    return written("entry"), written("run")


class _CallText:
    """Writes a function that a program is called by.

    Parameters
    ----------
    call : Call
    scope : (bool, bool, Context)
        Whether the program is for recorded calls, for training mode, and the current context.
    names : dict
        What global names in the text are bound to.
    """

    def __init__(
        self, call: Call, scope: tuple[bool, bool, Context], names: dict[str, object]
    ) -> None:
        self._call, self._traced, self._scope = call, call.traced, scope
        self._names = names
        self._count = 0  # the same things have the same names if two threads write the text

    def _bound(self, thing: object) -> str:
        """A global name for a thing."""
        name = f"c{self._count}"
        self._count += 1
        self._names[name] = thing
        return name

    def function(self, name: str) -> str:
        count = len(self._call.arguments)
        unpacked = [f"{', '.join(f'x{i}' for i in range(count))}, = args"] if count else []
        conditions = self._conditions() if name == "entry" else []
        lines = [*conditions[:1], *unpacked, *conditions[1:], *self._body()]
        return f"def {name}(args):\n" + "\n".join("    " + line for line in lines)

    def _conditions(self) -> list[str]:
        """Lines that return `MISS`, the first before the arguments are taken apart."""
        arguments = self._call.arguments
        miss = f"return {self._bound(MISS)}"
        kinds = [f"x{i}.__class__ is {self._bound(x.kind)}" for i, x in enumerate(arguments)]
        tests = [f"x{i} is not x{j}" for i, j in combinations(range(len(arguments)), 2)]
        if len(arguments) > _FEW:
            tests = [f"len({{*map(id, args)}}) == {len(arguments)}"]
        for i, x in enumerate(arguments):
            tests += [
                f"x{i}._shape == {x.shape}",
                f"{self._dtype(i)} is {self._bound(x.dtype)}",
                f"x{i}._ctx is {self._bound(x.ctx)}",
                self._in_place(f"x{i}", x.place),
            ]
        recording, training, context = self._scope
        scope = self._bound(state)
        tests += [
            f"{scope}.recording is {recording}",
            f"{scope}.training is {training}",
            f"{self._bound(current_context)}() is {self._bound(context)}",
            f"{self._bound(self._call.guard.holds)}()",
        ]
        lines = [f"if len(args) != {len(arguments)}: {miss}"]
        lines += [f"if not ({' and '.join(kinds)}): {miss}"] if kinds else []
        return [*lines, f"if not ({' and '.join(tests)}): {miss}"]

    def _dtype(self, i: int) -> str:
        if issubclass(self._call.arguments[i].kind, BaseSparseNDArray):
            return f"x{i}._parts.data._data.dtype"
        return f"x{i}._data.dtype"

    def _buffer(self, source: Source) -> str:
        """The buffer of a source that differs from call to call."""
        x = f"x{source.index}"
        if not isinstance(source, Part):
            return f"{x}._data" if source.kind == "argument" else f"{x}._node.grad._data"
        if source.holder == "captured":
            x = self._bound(source.array)
        elif source.holder == "gradient":
            x += "._node.grad"
        return f"{x}._parts.{source.field}._data"

    def _in_place(self, x: str, place: str | None) -> str:
        """The condition that an array has its *place* in the graph."""
        if place is None:
            return f"({x}._node is None or {self._bound(place_of)}({x}) is None)"
        if place == "node":
            return f"{self._bound(place_of)}({x}) == 'node'"
        if " " in place:  # a sparse gradient's storage
            return f"{self._bound(place_of)}({x}) == {place!r}"
        return f"{x}._node.__class__ is {self._bound(Leaf)} and {x}._node.req == {place!r}"

    def _body(self) -> list[str]:
        call, traced = self._call, self._traced
        lines = []
        if call.before is not None:
            lines.append(f"{self._bound(call.before)}(args)")
        if call.heads:
            lines.append(f"start = {self._start()}")
        given = ", ".join(map(self._buffer, call.sources))
        lines += [
            "try:",
            f"    results = {self._bound(call.forward)}({given})",
            f"except {self._bound(DeferredError)} as error:",
            f"    raise {self._bound(call.refused)}(args, error) from None",
            *[f"results[{i}] = results[{i}].copy()" for i in call.copied],
        ]
        if call.after is not None:
            lines.append(f"{self._bound(call.after)}(args, results)")
        versions: dict[int, str] = {}
        for i, output in enumerate(traced.outputs):
            lines.append(f"y{i} = {self._output(f'y{i}', output, versions)}")
        for i, output in enumerate(traced.outputs):
            lines += self._constant(f"y{i}", output)
        if call.heads:
            lines.append(self._recorded(versions))
        return [*lines, f"return {self._returned()}"]

    def _start(self) -> str:
        """Where the random numbers of the call begin, if it draws any."""
        calls = (x for x in self._traced.forward.instructions if isinstance(x, CustomCall))
        return f"{self._bound(philox.position)}()" if any(x.facts is None for x in calls) else "0"

    def _output(self, name: str, output: Output, versions: dict[int, str]) -> str:
        """The array that stands for an output; views of one result share a version counter."""
        if output.kind == "object":
            return self._bound(output.thing)
        if output.kind in ("argument", "gradient"):
            x = f"x{output.index}" + ("._node.grad" if output.kind == "gradient" else "")
            if output.thing:
                return x
            buffer, version, size = f"{x}._data", f"{x}._version", -1  # always a view
        elif output.kind == "memory":
            memory, counter = output.thing
            buffer, version, size = self._bound(memory), self._bound(counter), memory.size
        elif output.kind == "sparse":
            form, places = output.thing
            rest = _tuple([f"results[{i}]" for i in places])
            return f"{self._bound(form.array)}(iter({rest}))"
        else:
            buffer, size = (
                f"results[{output.index}]",
                self._traced.forward.results[output.index].size,
            )
            version = versions.setdefault(output.index, f"{name}._version")
        if size != output.size:
            buffer = f"{buffer}[{output.offset}:{output.offset + output.size}]"
        form = f"{buffer}, {output.shape}, {self._bound(output.ctx)}"
        if version != f"{name}._version":
            return f"{self._bound(output.array)}({form}, {version})"
        if output.ctx.device_typeid != GPU:
            return f"{self._bound(new_array)}({self._bound(output.array)}, {form})"
        return f"{self._bound(output.array)}({form})"

    def _constant(self, y: str, output: Output) -> list[str]:
        """Lines that make an output a constant on the tape, if the eager call would."""
        if output.constant:
            return [f"{self._bound(_put_on_released)}({y})"]
        recording, _, _ = self._scope
        released = [
            f"x{i}._node is not None"
            for i in sorted(output.arguments)
            if self._call.arguments[i].place is None
        ]
        if not recording or not released:
            return []
        return [f"if {' or '.join(released)}: {self._bound(_put_on_released)}({y})"]

    def _recorded(self, versions: dict[int, str]) -> str:
        """A line that puts the outputs on a node whose backward is a plan of its own."""
        call, traced = self._call, self._traced
        heads = [i for _, i in call.heads]
        kept = {value: i for i, value in enumerate(traced.forward.results) if i >= traced.count}
        saved, counters = [], []
        for value in traced.saved:
            maker = value.maker
            if value in kept:
                saved.append(f"results[{kept[value]}]")
                base, _ = root(value)
                owner = None if is_source(base) else call.owners.get(base)
                counters.append("None" if owner is None else versions[owner])
            elif isinstance(maker, Part):
                saved.append(self._buffer(maker))
                counters.append("None")  # they are replaced, and never written to
            elif isinstance(maker, Source) and maker.kind in ("argument", "gradient"):
                x = f"x{maker.index}" + ("._node.grad" if maker.kind == "gradient" else "")
                saved.append(f"{x}._data")
                counters.append(f"{x}._version")
        counters += [self._bound(version) for version in traced.watched]
        # Not the arrays themselves: one that the result is written to would be a part of a cycle.
        facts = [
            f"({self._memory(i)}, {x.shape}, x{i}._ctx, x{i}._version, x{i}._node)"
            for i, x in enumerate(call.arguments)
        ]
        parents = [f"x{x}._node" if isinstance(x, int) else self._bound(x) for x in traced.parents]
        shapes = [
            call.arguments[x].shape if isinstance(x, int) else x.shape for x in traced.parents
        ]
        shapes += [traced.outputs[i].shape for i in heads]
        # What backward uses is neither inputs nor outputs alone, so it stands behind them.
        unknown = ["None"] * (len(parents) + len(heads))
        arguments = [
            self._bound(call.op),
            f"{{'_arrays': {_tuple(facts)}, '_start': start}}",
            _tuple(parents),
            _tuple(saved),
            _tuple([*unknown, *counters]),
            self._bound(tuple(shapes)),
            _tuple([f"y{i}" for i in heads]),
        ]
        return f"{self._bound(new_node)}({', '.join(arguments)})"

    def _memory(self, i: int) -> str:
        """What a node keeps of an argument: elements, or the parts of a sparse array."""
        sparse = issubclass(self._call.arguments[i].kind, BaseSparseNDArray)
        return f"x{i}._parts" if sparse else f"x{i}._data"

    def _returned(self) -> str:
        """The structure that the function returns, of arrays y0, y1 ..."""
        tree = self._traced.tree
        if isinstance(tree, ArrayPlace):
            return f"y{tree.index}"
        arrays = _tuple([f"y{i}" for i in range(len(self._traced.outputs))])
        if isinstance(tree, (list, tuple)) and type(tree) in (list, tuple):
            if all(isinstance(x, ArrayPlace) for x in tree):
                parts = ", ".join([f"y{x.index}" for x in tree])
                return f"[{parts}]" if type(tree) is list else _tuple([parts] if parts else [])
        return f"{self._bound(unflatten)}({self._bound(tree)}, {arrays})"


def _put_on_released(y: Array) -> None:
    """Put *y* on a node as that of a call whose operands are constants by now."""
    node = new_node(lookup("identity"), None, (), None, (), (y._shape, y._shape), (y,))
    release(node, [node.number, 1])


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)},)" if parts else "()"
