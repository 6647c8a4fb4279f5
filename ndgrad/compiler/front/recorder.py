"""The recorder: the hooks that operators, kernels and the tape call while a thread traces.

Kernels do not run while a function is traced: their entry points call a hook of the thread's
recorder instead, which adds instructions and leaves results without elements, so that shapes,
dtypes, checks and errors are those of the eager call.  An operator whose kernels have no hook is a
custom call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from ...array.ndarray import NDArray
from ...base import MXNetError, Shape
from ...dispatch import unrecorded
from ...memory.device import (
    BUFFERS,
    Buffer,
    context_device,
    current_device,
    in_use,
    on_device,
    operands_device,
)
from ...ops.table import Gradient, Gradients, Op, Result, ResultOn
from ...tape import Array, Leaf, Node, OutputSlot, next_version
from ..program.instructions import Value
from ..program.keys import Arguments
from .alias import root_of
from .builder import ProgramBuilder
from .decompose import decomposed
from .sparse import SparseArrays


@dataclass
class StateWrite:
    """A call of an operator's ``after_backward``.

    Attributes
    ----------
    function : callable
    arguments : sequence
        Arrays and other things.
    """

    function: Callable[..., None]
    arguments: Sequence[object]


class Recorder(ProgramBuilder):
    """The hooks of one thread; see the module.

    Attributes
    ----------
    name : str
        Of the function.
    sparse : SparseArrays
        The sparse arrays that the function sees.
    start : int
        What is recorded from here on, by the logical clock, the function records.
    accumulated : list of (Leaf, bool)
        Variables whose gradients backward wrote, and whether those were fresh before.
    visited : set of Leaf
        Variables that backward got to.
    arguments : dict
        Nodes of arguments on the tape, and which arguments those are.
    deferred : list of StateWrite or None
        While backward from the function's results is traced, what it will write to states: that is
        done by each backward, behind its program.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.sparse = SparseArrays(self.buffers, self.calls)
        self.start = next_version()
        self.accumulated: list[tuple[Leaf, bool]] = []
        self.visited: set[Leaf] = set()
        self.arguments: dict[Node | OutputSlot | Leaf, int] = {}
        self.deferred: list[StateWrite] | None = None
        self._rebased: dict[int, tuple[Array, Node | OutputSlot | Leaf | None]] = {}
        self._setting = False
        self._set: set[Value] = set()
        self._changed: set[Value] = set()

    # --- the tape --------------------------------------------------------------------------------

    def marked(self, array: Array) -> None:
        """An array is about to be marked as a variable."""
        if not self.buffers.made(array):
            self.refuse(
                f"marks an array of shape {list(array._shape)} as a variable that existed before; "
                "attach its gradient outside"
            )

    def about_to_run_backward(self, order: Sequence[Node | OutputSlot | Leaf]) -> None:
        """Backward is about to run through these parts of the tape."""
        for node in order:
            if isinstance(node, Leaf):
                self.visited.add(node)
            elif node.number < self.start:
                i = self.arguments.get(node)
                what = "an array" if i is None else f"array argument {i}"
                self.refuse(
                    f"runs backward into {what} that was recorded outside; mark it as a variable, "
                    "detach it, or call backward outside"
                )

    def rebased(self, array: Array) -> None:
        """A write is about to give an array another node."""
        if not self.buffers.made(array):
            self._rebased.setdefault(id(array), (array, array._node))

    def recorded(self) -> Iterator[Array]:
        """Arrays that existed before and that a write took off their node, or put on a new one."""
        for array, before in self._rebased.values():
            node = array._node
            if node is not before and (node is None or node.number >= self.start):
                yield array

    def restore(self) -> None:
        """Put back what tracing changed of arrays and variables that existed before."""
        self.buffers.restore()
        for array, node in self._rebased.values():
            array._node = node
        for leaf, fresh in reversed(self.accumulated):
            leaf.fresh = fresh

    # --- buffers ---------------------------------------------------------------------------------

    def created(self, array: Array, view: bool) -> None:
        """An array object was made; what it holds, if it is no view, was made here as well."""
        self.buffers.created(array, view)

    def filled(self, buffer: Buffer, value: int) -> None:
        """*buffer* was filled with one number."""
        self.buffers.filled(buffer, value)

    def copy(self, source: Buffer, target: Buffer) -> None:
        """*target* receives the elements of *source*: an effect, if it existed before."""
        self.buffers.copy(source, target)

    def written(self, array: Array) -> None:
        """*array*'s memory is about to be written to, and its node with it."""
        self.rebased(array)
        self.buffers.written(array)
        state = self.buffers.state(array._data)
        if state is not None and state.source is not None:
            (self._set if self._setting else self._changed).add(state.source)

    @contextmanager
    def setting_states(self) -> Iterator[None]:
        """A scope of what an operator does before forward: its writes do not depend on what was."""
        before, self._setting = self._setting, True
        try:
            yield
        finally:
            self._setting = before

    def is_set(self, source: Value) -> bool:
        """Whether all writes to the memory of *source* were made in such scopes."""
        return source in self._set and source not in self._changed

    def host_read(self, array: Array, how: str) -> None:
        """The host is about to read an array's values, which there are none of."""
        self.refuse(
            f"reads an array of shape {list(array._shape)} {how}, but while a function is compiled "
            "its arrays have no values. Read what the function returns instead, choose elements "
            "by nd.where, or compile with fallback=True to run such a function eagerly."
        )

    def refuse(self, what: str) -> NoReturn:
        """Raise: the function cannot be compiled because of *what* it does."""
        self.emitter.refuse(what)

    # --- operators -------------------------------------------------------------------------------

    def forward(
        self, op: Op, inputs: Sequence[object], params: Mapping[str, object]
    ) -> Result | ResultOn | list[Result]:
        """What an operator with structure returns."""
        if in_use:
            device = operands_device(f"Operator {op.name}", op.keywords, inputs)
            if device is not None:
                with on_device(device):
                    return self._forward(op, inputs, params)
        return self._forward(op, inputs, params)

    def _forward(
        self, op: Op, inputs: Sequence[object], params: Mapping[str, object]
    ) -> Result | ResultOn | list[Result]:
        forward = op.forward
        assert forward is not None
        found = decomposed(self, op.decompose, inputs, {**op.params, **params})
        if found is not None:
            return found
        if op.applies(op.traceable, params):
            return forward(*inputs, **params)
        if op.dynamic_shape:
            raise MXNetError(
                f"compile: operator {op.name} in {self.emitter.name} makes a shape of an array's "
                "values, which are not known yet; use nd.where or a mask, or call it outside"
            )
        present: list[Any] = [x for x in inputs if x is not None]
        absent = [x is None for x in inputs]  # the call does not keep the arrays of the trace
        single: list[bool] = []

        def run(arrays: Sequence[Array]) -> list[Buffer]:
            rest = iter(arrays)
            found = forward(*(None if skipped else next(rest) for skipped in absent), **params)
            single[:] = [isinstance(found, tuple)]
            results = [found] if isinstance(found, tuple) else found
            forms[:] = [(tuple(shape), *context) for _, shape, *context in results]
            return [buffer for buffer, *_ in results]

        forms: list[Any] = []
        facts = None if op.stochastic else Arguments().key(sorted(params.items()))
        buffers = self.calls.record(op.name, run, present, facts, op.applies(op.validates, params))
        for _, *context in forms:
            if context and context_device(context[0]) is not current_device():
                self.emitter.refuse(f"makes an array by {op.name} on another device")
        results: list[Result] = [
            (buffer, *form) for buffer, form in zip(buffers, forms, strict=True)
        ]
        return results[0] if single[0] else results

    def fused_vjp(
        self,
        op: Op,
        function: Callable[..., Sequence[Array | None]],
        arguments: Sequence[object],
    ) -> Gradient | Gradients:
        """What a fused derivative returns."""
        if op.traceable is not False:
            return function(*arguments)
        found = decomposed(self, op.decompose_vjp, arguments, {})
        if found is not None:
            return found
        arrays: list[Array] = []
        frozen: list[object] = []

        def taken(x: object) -> object:
            if isinstance(x, Array):
                arrays.append(x)
                return _Given(len(arrays) - 1)
            if isinstance(x, (list, tuple)):
                return type(x)(taken(y) for y in x)
            frozen.append(x)
            return x

        recipe = [taken(x) for x in arguments]
        form: list[Shape | None] = []

        def run(given: Sequence[Array]) -> list[Buffer]:
            results = function(*[_given(x, given) for x in recipe])
            results = results if isinstance(results, (tuple, list)) else (results,)
            form[:] = [None if r is None else r._shape for r in results]
            return [r._data for r in results if r is not None]

        facts = Arguments().key(frozen)
        buffers = iter(self.calls.record(f"{op.name} backward", run, arrays, facts))
        ctx = arrays[0]._ctx
        return [None if s is None else NDArray(next(buffers), s, ctx) for s in form]

    def rows(
        self,
        name: str,
        function: Callable[..., tuple[Buffer, Buffer] | None],
        inputs: Sequence[Array],
        params: Mapping[str, object],
    ) -> tuple[Buffer, Buffer] | None:
        """The rows of a partial gradient that are not zero, and their elements."""

        def run(arrays: Sequence[Array]) -> list[Buffer]:
            found = function(*arrays, **params)
            return [] if found is None else [found[0].copy(), found[1]]  # which may be an operand

        facts = Arguments().key(sorted(params.items()))
        made = self.calls.record(f"rows of {name}", run, inputs, facts, dynamic=True)
        return (made[0], made[1]) if made else None

    def after_backward(self, function: Callable[..., None], arguments: Sequence[object]) -> None:
        """Backward has run through a node whose operator writes to states then."""
        if self.deferred is None:
            unrecorded(function, *arguments)
        else:
            self.deferred.append(StateWrite(function, arguments))

    def draw(self, function: Callable[..., Buffer], args: Sequence[object]) -> Buffer:
        """A kernel that draws random numbers."""
        buffers = [x for x in args if isinstance(x, BUFFERS)]
        known = any(self.buffers.state(root_of(x)) is not None for x in buffers)
        assert not known, "it draws by traced values"
        return self.calls.record(function.__name__, lambda _: [function(*args)], [], None)[0]


class _Given:
    """The number of an array among a derivative's arguments."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


def _given(x: object, arrays: Sequence[Array]) -> object:
    if isinstance(x, _Given):
        return arrays[x.index]
    if isinstance(x, (list, tuple)):
        return type(x)(_given(y, arrays) for y in x)
    return x
