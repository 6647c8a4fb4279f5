"""A traced function for one signature: its plans, and backward through them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from typing import TypeAlias

from ...array.ndarray import NDArray
from ...array.sparse import BaseSparseNDArray
from ...base import MXNetError, Shape
from ...context import Context
from ...dispatch import as_list, recorded_arithmetic, unrecorded, written
from ...engine import Pending, run_backward
from ...kernels.cpu import philox
from ...memory.device import Buffer, address
from ...memory.storage import empty_on
from ...ops.bound import Bound
from ...ops.table import Op, RowGradients
from ...tape import (
    Array,
    Leaf,
    Maker,
    Node,
    Saved,
    Scope,
    Version,
    is_tracked,
    state,
    topological_order,
)
from ...tracing import repeating
from ..front.guards import Guard
from ..front.trace import Leaves, Output, Traced, flatten, unflatten
from ..plan.errors import DeferredError
from ..plan.plan import ExecutionPlan
from ..program.instructions import Part, Program, Source, Value, is_source, root
from .call import Argument, Call, entry_and_run

Gradients: TypeAlias = Buffer | Array | list[Buffer | None] | list[Array | None]
"""The gradient of a node's only output, or a list of those of its outputs."""

Held: TypeAlias = tuple[Buffer, Shape, Context, Version, Maker | None]
"""What a node keeps of an argument: memory, shape, context, version counter, and what made it."""

Write: TypeAlias = tuple[str, int, list[Array]]
"""The kind and number of a source that is written to, and arrays through which that is done."""


class Specialised:
    """What `Compiled` calls when a signature matches.

    Attributes
    ----------
    signature : str
        For people.
    guard : Guard
        Whether what the function found around it is as it was.
    forward, backward : ExecutionPlan
        *backward* is None until it is first run.
    entry, run : callable
        Run the program on a call's arguments, in order: *entry* returns `MISS` if the call has
        another signature or the guard does not hold, *run* does not ask.
    """

    def __init__(
        self,
        name: str,
        signature: str,
        function: Callable[..., object],
        tree: object,
        traced: Traced,
        guard: Guard,
        arguments: Sequence[Argument],
    ) -> None:
        self.name, self.signature, self.guard = name, signature, guard
        self._function, self._tree, self._traced = function, tree, traced
        self._kinds = [x.kind for x in arguments]
        sources = _given(traced.forward)
        makers = [_source(value) for value in sources]
        self._sources = [(maker.kind, maker.index) for maker in makers]
        self.forward = ExecutionPlan(traced.forward, sources, traced.device)
        self.backward: ExecutionPlan | None = None
        self._lock = threading.Lock()
        self._training = state.training
        self._written = [
            (_source(source).kind, _source(source).index, arrays)
            for source, arrays in traced.written
        ]
        self._captured = (
            [_span(data) for data in _captured(traced.forward)] if self._written else []
        )
        self._heads = sorted(
            (output.gradient, i)
            for i, output in enumerate(traced.outputs)
            if output.gradient is not None
        )
        # Results that are one value in the program do not share memory, unless they are views.
        owners: dict[Value, int] = {}
        copied = [
            i
            for i, value in enumerate(traced.forward.results[: traced.count])
            if owners.setdefault(root(value)[0], i) != i and not is_source(root(value)[0])
        ]
        self._kept = frozenset(traced.forward.results[traced.count :])
        self._op = Op(
            name=f"compiled {name}",
            inputs=tuple(f"input{i}" for i in range(len(traced.parents))),
            outputs=tuple(f"output{i}" for i in range(len(self._heads))),
            bound=Bound(None, self._run_backward, self._run_recorded, self._recorded_again),
            none_is_unreached=True,
        )
        self.entry, self.run = entry_and_run(
            Call(
                traced=traced,
                arguments=arguments,
                guard=guard,
                forward=self.forward.run,
                sources=makers,
                op=self._op,
                heads=self._heads,
                copied=copied,
                owners=owners,
                before=self._check if self._written or traced.visited or traced.changed else None,
                refused=self._refused,
                after=(
                    self._effects if self._written or traced.accumulated or traced.changed else None
                ),
            )
        )

    # --- around the forward plan ------------------------------------------------------------------

    def _check(self, arrays: Sequence[NDArray]) -> None:
        if self._written:
            self._check_sharing(arrays)
        if self._traced.visited:
            self._check_variables(arrays)
        if self._traced.changed:
            self._check_sparse(arrays)

    def _refused(self, arrays: Sequence[NDArray], error: DeferredError) -> Exception:
        """The error of a call that refuses its inputs, after the writes before it."""
        self._note_writes(arrays, [self._written[i] for i in error.effects])
        return error.take()

    def _effects(self, arrays: Sequence[NDArray], results: list[Buffer]) -> None:
        self._note_writes(arrays, self._written)
        for write in self._traced.changed:
            target = write.array
            if write.holder == "argument":
                target = arrays[write.index]  # type: ignore[assignment]
            elif write.holder == "gradient":
                leaf = _leaf(arrays, write.index)
                leaf.fresh, target = True, leaf.grad  # type: ignore[assignment]
            target._replace_parts(write.form.parts([results[i] for i in write.results]))
        for leaf in self._traced.accumulated:
            leaf.fresh = True

    def _note_writes(self, arrays: Sequence[NDArray], writes: Iterable[Write]) -> None:
        for kind, i, targets in writes:
            if kind == "argument":
                written(arrays[i])
            elif kind == "gradient":
                leaf = _leaf(arrays, i)
                leaf.fresh = True
                written(leaf.grad)
            else:
                for target in targets:
                    written(target)

    def _check_sharing(self, arrays: Sequence[NDArray]) -> None:
        """Refuse arguments that share memory with each other or with what is written to."""
        given: list[Array] = list(arrays)
        given += [_leaf(arrays, i).grad for kind, i in self._sources if kind == "gradient"]
        numbers: dict[
            int, int
        ] = {}  # by the version counter, of which there is one for each memory
        for place, array in enumerate(given):
            other = numbers.setdefault(id(array._version), place)
            if other != place:
                raise MXNetError(
                    f"compile: {self.name} writes to arrays, and its {self._called(other, arrays)} "
                    f"and {self._called(place, arrays)} share memory; pass copies"
                )
        for kind, number, targets in self._written:
            if kind != "captured":
                start, stop = _span(_buffer(arrays, kind, number))
                if any(start < end and begin < stop for begin, end in self._captured):
                    raise MXNetError(
                        f"compile: {self.name} writes to its array argument {number}, or to the "
                        "gradient of it, which shares memory with an array that the function finds "
                        "around it; pass a copy"
                    )
            for target in targets:
                if id(target._version) in numbers:
                    name = self._called(numbers[id(target._version)], arrays)
                    raise MXNetError(
                        f"compile: {self.name} writes to an array of shape "
                        f"{list(target._shape)} that shares memory with its {name}; pass a copy"
                    )

    def _check_sparse(self, arrays: Sequence[NDArray]) -> None:
        """Refuse a sparse argument that the function finds around it too, if it writes to one."""
        given: list[Array] = list(arrays)
        given += [x._node.grad for x in arrays if isinstance(x._node, Leaf)]
        around = {id(x) for x in _captured_sparse(self._traced)}
        if len({*map(id, given)}) < len(given) or not around.isdisjoint(map(id, given)):
            raise MXNetError(
                f"compile: {self.name} writes to sparse arrays, and one of its array arguments, or "
                "the gradient of one, is also another argument or found around it; pass a copy"
            )

    def _called(self, place: int, arrays: Sequence[NDArray]) -> str:
        """What an error calls an array: an argument, or behind those a gradient of one."""
        if place < len(arrays):
            return f"array argument {place}"
        gradients = [i for kind, i in self._sources if kind == "gradient"]
        return f"the gradient of array argument {gradients[place - len(arrays)]}"

    def _check_variables(self, arrays: Sequence[NDArray]) -> None:
        """Refuse arguments to which the function also runs backward without their being passed."""
        for i, array in enumerate(arrays):
            if array._node in self._traced.visited:
                raise MXNetError(
                    f"compile: {self.name} runs backward into a variable that it finds around it "
                    f"and that is its array argument {i} as well; let it use the argument only"
                )

    # --- backward --------------------------------------------------------------------------------

    def _run_backward(self, node: Node, grads: Gradients) -> Sequence[Buffer | RowGradients | None]:
        """Gradients of the parents, from and to buffers."""
        traced = self._traced
        if traced.unusable is not None:
            raise copy(traced.unusable)  # one that is kept would keep the frames it passes
        if traced.backward is None:  # nothing that wants a gradient is reached
            return [None] * len(traced.reached)
        plan = self.backward or self._planned_backward(traced.backward)
        if len(traced.heads) == 1:
            results = plan.run(*(node.saved or ()), grads)
        else:
            results = self._run_from_heads(plan, node.saved or (), as_list(grads))
        for write in traced.state_writes:
            arguments = [_restored(x, results, node.params or {}) for x in write.arguments]
            unrecorded(write.function, *arguments)
        if len(results) == len(traced.reached) and not any(traced.rows):
            return results
        found = iter(results)
        gradients: list[Buffer | RowGradients | None] = []
        for reached, count in zip(traced.reached, traced.rows, strict=True):
            whole = next(found) if reached else None
            pairs = [(next(found), next(found)) for _ in range(count)]
            known = [
                (index, rows) for index, rows in pairs if index is not None and rows is not None
            ]
            gradients.append(RowGradients(known, whole) if known else whole)
        return gradients

    def _planned_backward(self, program: Program) -> ExecutionPlan:
        traced = self._traced
        with self._lock:
            if self.backward is None:
                kept = [v for v in traced.saved if v in self._kept or not _is_bound(v)]
                self.backward = ExecutionPlan(program, [*kept, *traced.heads], traced.device)
            return self.backward

    def _run_from_heads(
        self, plan: ExecutionPlan, saved: Sequence[Saved], grads: Sequence[Buffer | None]
    ) -> list[Buffer | None]:
        """Gradients from those of several heads, some of which may have none."""
        traced = self._traced
        given = []
        there = {i for i, g in enumerate(grads) if g is not None}
        for g, head, (_, i) in zip(grads, traced.heads, self._heads, strict=True):
            if g is None:
                g = empty_on(traced.outputs[i].ctx, head.size, head.dtype)
                g.fill(0)
            given.append(g)
        results = plan.run(*saved, *given)
        return [
            g if heads & there else None for g, heads in zip(results, traced.depends, strict=True)
        ]

    def _check_unchanged(self, node: Node, arguments: Sequence[Held]) -> None:
        """Refuse to run the function again on arrays that were written to since the call."""
        spans = [_span(data) for data in _captured(self._traced.forward)]
        # The parts of a sparse argument are kept.
        read = [
            (shape, version)
            for (_, shape, _, version, _), kind in zip(arguments, self._kinds, strict=True)
            if not issubclass(kind, BaseSparseNDArray)
        ]
        read += [(x._shape, x._version) for x in _captured_sparse(self._traced)]
        for array in self.guard.arrays():
            start, stop = _span(array._data)
            if any(start < end and begin < stop for begin, end in spans):
                read.append((array._shape, array._version))
        for shape, version in read:
            if version[0] > node.number:
                raise MXNetError(
                    f"compile: {self.name} is run again for create_graph=True, but an array that "
                    f"it uses (shape {shape}) was overwritten between forward and backward, so its "
                    "gradient cannot be computed. Change arrays after backward, or use a copy()."
                )

    def _recorded_again(self, node: Node) -> list[Array]:
        """The node's outputs, made by calls that are recorded eagerly.

        Random numbers are those that the call drew.
        """
        if not self._traced.repeatable:
            raise MXNetError(
                f"compile: {self.name} writes to arrays, so it cannot be run again for "
                "create_graph=True or get_symbol; call the function itself"
            )
        facts = node.params or {}
        copies = []
        for kind, (*memory, made_by) in zip(self._kinds, facts["_arrays"], strict=True):
            if issubclass(kind, BaseSparseNDArray):
                x: Array = kind(memory[0], memory[2])
            else:
                x = kind(*memory)
            x._node = made_by
            copies.append(x)
        returned: Leaves = {}
        args, kwargs = unflatten(self._tree, copies)
        draws = philox.drawing_from(facts["_start"])
        with Scope(True, self._training), repeating(), draws:
            flatten(self._function(*args, **kwargs), returned)
        arrays = [array for _, array in returned.values()]
        return [arrays[i] for _, i in self._heads]

    def _run_recorded(self, node: Node, grads: Gradients) -> list[Array | None]:
        """Gradients that can be differentiated again: the function is recorded eagerly."""
        if self._traced.unusable is not None:
            raise copy(self._traced.unusable)  # one that is kept would keep the frames it passes
        if self._traced.repeatable:
            self._check_unchanged(node, (node.params or {})["_arrays"])
        outputs = self._recorded_again(node)
        pending: Pending = {}
        for output, g in zip(outputs, as_list(grads), strict=True):
            if g is not None:
                made_by = output._node
                assert made_by is not None
                have = pending.get(made_by)
                pending[made_by] = g if have is None else recorded_arithmetic.add(have, g)
        parents = set(node.parents)
        order = topological_order(pending)
        inside = [n for n in order if n not in parents and n.number > node.number]
        run_backward(inside, pending, recorded_arithmetic, True)  # its own variables die with it
        # A variable may be there twice, as an argument and around the function: one has it all.
        return [pending.pop(x, None) if is_tracked(x) else None for x in node.parents]


def _restored(
    x: object, results: Sequence[Buffer | None], facts: Mapping[str, Sequence[Held]]
) -> object:
    """An argument of a state write: what stands for an array in the trace as that array."""
    if not isinstance(x, Output):
        return x
    if x.kind == "result":
        found = results[x.index]
        assert found is not None, "it depends on no head, or on one that has a gradient"
        return NDArray(found, x.shape, x.ctx)
    if x.kind == "memory":
        memory, version = x.thing
        return NDArray(memory, x.shape, x.ctx, version)
    data, _, _, version, _ = facts["_arrays"][x.index]
    return NDArray(data[x.offset : x.offset + x.size], x.shape, x.ctx, version)


def _source(value: Value) -> Source:
    assert isinstance(value.maker, Source)
    return value.maker


def _is_bound(value: Value) -> bool:
    """Whether a value is memory that a plan knows itself."""
    return isinstance(value.maker, Source) and value.maker.data is not None


def _captured(program: Program) -> list[Buffer]:
    """Memory from before the call that a program reads or writes, other than arguments."""
    read = (x for instruction in program.instructions for x in instruction.inputs)
    changed = (source for source, _ in program.effects)
    makers = {root(x)[0].maker for x in (*read, *program.wanted(), *changed)}
    sources = [x for x in makers if isinstance(x, Source) and x.kind == "captured"]
    return [x.data for x in sources if x.data is not None]


def _captured_sparse(traced: Traced) -> list[BaseSparseNDArray]:
    """Sparse arrays from before the call that a function reads or writes, other than arguments."""
    found: dict[int, BaseSparseNDArray] = {
        id(x.array): x.array for x in traced.changed if x.holder == "captured"
    }
    for instruction in traced.forward.instructions:
        for value in instruction.inputs:
            maker = root(value)[0].maker
            if isinstance(maker, Part) and isinstance(maker.array, BaseSparseNDArray):
                found[id(maker.array)] = maker.array
    return [*found.values()]


def _span(buffer: Buffer) -> tuple[int, int]:
    """Where memory begins and ends."""
    start = address(buffer)
    return start, start + buffer.nbytes


def _given(program: Program) -> list[Value]:
    """Sources of a program that differ from call to call."""

    def roots() -> Iterable[Value]:
        for instruction in program.instructions:
            yield from instruction.inputs
        yield from program.wanted()
        for source, _ in program.effects:
            yield source

    found = dict.fromkeys(root(value)[0] for value in roots())
    return [v for v in found if isinstance(v.maker, Source) and v.maker.data is None]


def _leaf(arrays: Sequence[NDArray], i: int) -> Leaf:
    leaf = arrays[i]._node
    assert isinstance(leaf, Leaf)
    return leaf


def _buffer(arrays: Sequence[NDArray], kind: str, i: int) -> Buffer:
    return arrays[i]._data if kind == "argument" else _leaf(arrays, i).grad._data
