"""The recorder: what a thread's kernels would do while it traces a function, as a program.

Kernels do not run while a function is traced: a recorder stands at the doors to them and fills
results with zeros, so that shapes, dtypes, checks and errors are those of the eager call.  An
operator that has no door of its own runs once, on those zeros, to see what it returns.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ... import dispatch, tracing
from ...array.ndarray import NDArray
from ...base import MXNetError, promote
from ...kernels import front
from ...kernels.spec.formula import POWERS, Loop, formula, multiplied
from ...kernels.spec.layout import layout
from ...kernels.spec.reduction import REDUCTIONS, Plan, Reduction
from ...kernels.spec.rowwise import Lines
from ...kernels.spec.strided import Box
from ...memory.device import BUFFERS, DeviceArray, in_use, moved, operands_device, place, placed
from ...memory.storage import empty, empty_like
from ...ops.table import Op
from ...tape import Array, Leaf, next_version
from ..program.instructions import (
    SHORT,
    Call,
    Flat,
    Gather,
    Instruction,
    Join,
    Map,
    Product,
    Reduce,
    Source,
    Strip,
    Value,
    View,
)
from ..program.keys import Arguments
from .alias import Memory, arithmetic, root_of
from .emitter import decomposed


class Recorder(Memory):
    """Writes down what happens in one thread; see the module.

    Attributes
    ----------
    accumulated : list of (Leaf, bool)
        Variables whose gradients backward wrote, and whether those were fresh before.
    start : int
        What is recorded from here on, by the clock of records, the function records.
    visited : set of Leaf
        Variables that backward got to.
    places : dict
        What stands for the places of arguments in the graph, and which arguments those are.
    returned : bool
        Whether the function has run, and its backward is traced.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.start = next_version()
        self.visited: set[Leaf] = set()
        self.places: dict[Any, int] = {}
        self.returned = False
        self.accumulated: list[Any] = []

    # --- the graph -------------------------------------------------------------------------------

    def marked(self, array: Array) -> None:
        """An array is about to be marked as a variable."""
        if not self.made(array):
            self.refuse(
                f"marks an array of shape {list(array._shape)} as a variable that existed before; "
                "attach its gradient outside"
            )

    def about_to_run_backward(self, order: Sequence[Any]) -> None:
        """Backward is about to visit these parts of the graph."""
        for node in order:
            if isinstance(node, Leaf):
                self.visited.add(node)
            elif node.number < self.start:
                i = self.places.get(node)
                what = "an array" if i is None else f"array argument {i}"
                self.refuse(
                    f"runs backward into {what} that was recorded outside; mark it as a variable, "
                    "detach it, or call backward outside"
                )

    def recorded(self) -> Iterator[Array]:
        """Arrays that existed before and that hang in the graph now by a write."""
        for cell in self._cells.values():
            for array in cell.arrays:
                node = array._node
                if node is not None and not isinstance(node, Leaf) and node.number >= self.start:
                    yield array

    def restore(self) -> None:
        """Put back what tracing changed of arrays and variables that existed before."""
        super().restore()
        for leaf, fresh in reversed(self.accumulated):
            leaf.fresh = fresh

    # --- doors -----------------------------------------------------------------------------------

    def elementwise(
        self,
        loop: Loop,
        operands: Sequence[Any],
        shapes: Sequence[Any],
        results: Sequence[Flat],
        compute: str,
    ) -> None:
        """A loop of formulas would fill *results*."""
        shape = layout(tuple(s for s in shapes if s is not None), loop.name).shape
        values = {
            name: self.operand(x, s) for name, x, s in zip(loop.args, operands, shapes, strict=True)
        }
        made = []
        for (_, text), flat in zip(loop.results, results, strict=True):
            for name, x in values.items():
                if not isinstance(x, Value) and x in POWERS:
                    text = multiplied(text, name, int(x)) or text
            names = formula(text).names
            instruction = Map(
                name=loop.name,
                text=text,
                operands=tuple((n, x) for n, x in values.items() if n in names),
                compute=compute,
            )
            made.append(self.add(instruction, (shape, flat.dtype)))
        for flat, value in zip(results, made, strict=True):
            self._bind_blank(flat, value)

    def operand(self, x: Any, shape: Any) -> Any:
        if shape is None:
            return x
        value = self.read(x, shape)
        maker = value.maker
        while isinstance(maker, View):
            maker = maker.inputs[0].maker
        if isinstance(maker, Map) and not maker.inputs and maker.text == "c":
            return maker.operands[0][1]
        if isinstance(maker, Source) and maker.kind == "constant" and maker.data is not None:
            if maker.data.size == 1:
                return maker.data[0].item()
        return value

    def reduce(self, row: Reduction, x: Flat, how: Plan, dtype: np.dtype[Any]) -> Flat:
        """A reduction of *x* would be made."""
        instruction = Reduce(inputs=(self.read(x, how.source),), row=row, axes=how.axes)
        return self.result(self.add(instruction, (how.shape, dtype)))

    def product(
        self,
        a: Flat,
        b: Flat,
        m: int,
        n: int,
        k: int,
        ta: bool,
        tb: bool,
        alpha: float = 1.0,
        batch: int = 1,
        starts: Any = None,
        bias: Flat | None = None,
    ) -> Flat:
        """A product of matrices would be made."""
        assert starts is None, "matrices that overlap are a custom call's"
        flats = [x for x in (a, b, bias) if x is not None]
        dtype, inputs = promote(a.dtype, b.dtype), tuple(map(self.read, flats))
        instruction: Instruction
        if dtype.name in ("float32", "float64") and all(x.dtype == dtype for x in flats):
            instruction = Product(
                inputs=inputs, m=m, n=n, k=k, transpose_a=bool(ta), transpose_b=bool(tb),
                alpha=float(alpha), batch=batch,
            )  # fmt: skip
            return self.result(self.add(instruction, ((batch * m * n,), dtype)))
        numbers = m, n, k, ta, tb, alpha, batch
        instruction = Call(
            inputs=inputs, name="product", facts=numbers,
            run=_placed(lambda flats: [front.product(flats[0], flats[1], *numbers)]),
        )  # fmt: skip
        return self.result(self.add(instruction, ((batch * m * n,), dtype)))

    def gather(self, x: Flat, box: Box) -> Flat:
        """A box along strides would be copied."""
        lengths = [(n, step) for n, step in zip(box.shape, box.strides, strict=True) if n != 1]
        if 0 not in box.shape and x.size:
            if any(step == 0 for _, step in lengths) and box.offset == 0:
                own = tuple(
                    1 if step == 0 else n for n, step in zip(box.shape, box.strides, strict=True)
                )
                if math.prod(own) == x.size and _in_order(own, box.strides):
                    return self.expansion(x, own, box.shape)
            n = 1
            while lengths and lengths[-1][1] == n:
                n *= lengths.pop()[0]
            rows, stride = 1, lengths[-1][1] if lengths else n
            while lengths and lengths[-1][1] == rows * stride:
                rows *= lengths.pop()[0]
            if not lengths and stride >= n and (n >= SHORT or rows == 1):
                value = self.read(x)
                if rows == 1:
                    part = View(inputs=(value,), offset=box.offset)
                    return self.result(self.add(part, (box.shape, x.dtype)))
                strip = Strip(inputs=(value,), offset=box.offset, n=n, stride=stride)
                return self.result(self.add(strip, (box.shape, x.dtype)))
        inputs, form = (self.read(x),), ((box.size,), x.dtype)
        if x.__class__ is np.ndarray:
            return self.result(self.add(Gather(inputs=inputs, box=box), form))
        call = Call(
            inputs=inputs, name="gather", facts=repr(box),
            run=_placed(lambda flats: [front.strided_slice(flats[0], box)]),
        )  # fmt: skip
        return self.result(self.add(call, form))

    def expansion(self, x: Flat, own: tuple[int, ...], shape: tuple[int, ...]) -> Flat:
        value = self.operand(x, own)
        copy = Map(name="expand", text="x", operands=(("x", value),), compute=arithmetic(x.dtype))
        return self.result(self.add(copy, (shape, x.dtype)))

    def join(
        self, parts: Sequence[Flat], shapes: Sequence[Any], axis: int, shape: tuple[int, ...]
    ) -> Flat:
        """Arrays would be laid side by side."""
        lengths = tuple(math.prod(own[axis:]) for own in shapes)
        inputs = tuple(self.read(x) for x in parts)
        return self.result(self.add(Join(inputs=inputs, lengths=lengths), (shape, parts[0].dtype)))

    def result(self, value: Value) -> Flat:
        flat = empty(value.size, value.dtype)
        self._bind_blank(flat, value)
        return flat

    # --- whole operators -------------------------------------------------------------------------

    def forward(self, op: Op, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
        """What an operator with structure returns."""
        if in_use:
            device = operands_device(f"Operator {op.name}", op.keywords, inputs)
            if device is not None:
                with placed(device):
                    return self._forward(op, inputs, params)
        return self._forward(op, inputs, params)

    def _forward(self, op: Op, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
        forward = op.forward
        assert forward is not None
        found = decomposed(self, op.decompose, inputs, {**op.params, **params})
        if found is not None:
            return found
        if op.applies(op.traceable, params):
            return forward(*inputs, **params)
        if op.dynamic_shape:
            raise MXNetError(
                f"compile: operator {op.name} in {self.name} makes a shape of an array's values, "
                "which are not known yet; use nd.where or a mask, or call it outside"
            )
        present = [x for x in inputs if x is not None]
        single: list[bool] = []

        def run(arrays: Sequence[Any]) -> list[Flat]:
            rest = iter(arrays)
            results = forward(*(None if x is None else next(rest) for x in inputs), **params)
            single[:] = [isinstance(results, tuple)]
            results = [results] if single[0] else results
            shapes[:] = [tuple(shape) for _, shape in results]
            return [flat for flat, _ in results]

        shapes: list[Any] = []
        facts = None if op.stochastic else Arguments().key(sorted(params.items()))
        flats = self.opaque(op.name, run, present, facts, op.applies(op.validates, params))
        pairs = list(zip(flats, shapes, strict=True))
        return pairs[0] if single[0] else pairs

    def fused_vjp(self, op: Op, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """What a fused derivative returns."""
        if op.traceable is not False:
            return function(*arguments)
        found = decomposed(self, op.decompose_vjp, arguments, {})
        if found is not None:
            return found
        arrays: list[Any] = []
        frozen: list[Any] = []

        def taken(x: Any) -> Any:
            if isinstance(x, Array):
                arrays.append(x)
                return _Place(len(arrays) - 1)
            if isinstance(x, (list, tuple)):
                return type(x)(taken(y) for y in x)
            frozen.append(x)
            return x

        recipe = [taken(x) for x in arguments]
        form: list[Any] = []

        def run(given: Sequence[Any]) -> list[Flat]:
            results = function(*[_given(x, given) for x in recipe])
            results = results if isinstance(results, (tuple, list)) else (results,)
            form[:] = [None if r is None else r._shape for r in results]
            return [r._data for r in results if r is not None]

        facts = Arguments().key(frozen)
        flats = iter(self.opaque(f"{op.name} backward", run, arrays, facts))
        ctx = arrays[0]._ctx
        return [None if s is None else NDArray(next(flats), s, ctx) for s in form]

    def lines(
        self, lines: Lines, operands: Sequence[Flat], y: Flat, form: Any, scale: float, lengths: Any
    ) -> None:
        """An operation over lines, softmax and its like, would fill *y*."""
        outer, n, inner = form
        dtype = y.dtype
        if not y.size:
            return
        alike = all(x.dtype == dtype for x in operands) and dtype.name in ("float32", "float64")
        if not alike or inner != 1 or lengths is not None:

            @_placed
            def run(flats: Sequence[Flat]) -> list[Flat]:
                out = empty(y.size, dtype)
                front.rowwise(lines, tuple(flats), out, form, scale, lengths)
                return [out]

            call = Call(
                inputs=tuple(map(self.read, operands)), name=lines.name, run=run,
                facts=None if lengths is not None else repr((form, scale, dtype)),
            )  # fmt: skip
            self._bind_blank(y, self.add(call, ((y.size,), dtype)))
            return
        row, whole = ((outer, 1), dtype), ((outer, n), dtype)
        known: dict[str, Any] = {
            name: self.read(x, (outer, n)) for name, x in zip(lines.args, operands, strict=True)
        }
        known["scale"] = scale

        def mapped(text: str, form: Any) -> Value:
            names = formula(text).names
            used = tuple((name, x) for name, x in known.items() if name in names)
            step = Map(name=lines.name, text=text, operands=used, compute=dtype.name)
            return self.add(step, form)

        def folded(x: Value, name: str) -> Value:
            return self.add(Reduce(inputs=(x,), row=REDUCTIONS[name], axes=(1,)), row)

        if lines.peak is not None:
            known["m"] = folded(mapped(lines.peak, whole), "max")
        known["t"] = mapped(lines.summed, whole)
        known["s"] = folded(known["t"], "sum")
        if lines.once is not None:
            known["s"] = mapped(lines.once, row)
        self._bind_blank(y, mapped(lines.result, whole))

    def draw(self, function: Callable[..., Any], args: Sequence[Any]) -> Flat:
        """Random numbers would be drawn."""
        flats: list[Any] = [x for x in args if isinstance(x, BUFFERS)]
        assert not any(id(root_of(x)) in self._cells for x in flats), "it draws by traced values"
        return self.opaque(function.__name__, lambda _: [function(*args)], [], None)[0]

    def opaque(
        self,
        name: str,
        run: Callable[[Sequence[Any]], Sequence[Flat]],
        arrays: Sequence[Any],
        facts: Any,
        checks: bool = False,
    ) -> list[Flat]:
        """Run an operator once, on what its inputs hold while tracing, and write down a call.

        One that *checks* is run on zeros: what to say of elements is for the program to find out.
        """
        inputs = tuple(self.read(x._data, x._shape) for x in arrays)
        forms = [(x._shape, x._ctx) for x in arrays]
        device = place.device

        def made(given: Sequence[Any]) -> list[Any]:
            return [moved(flat, device) for flat in dispatch.unrecorded(run, given)]

        @_placed
        def again(flats: Sequence[Flat]) -> Sequence[Flat]:
            return made([NDArray(x, s, c) for x, (s, c) in zip(flats, forms, strict=True)])

        roots = {id(root_of(x._data)): x._data for x in arrays}
        if checks:
            arrays = [NDArray(_zeros_like(x._data), x._shape, x._ctx) for x in arrays]
        for x in arrays:
            self._fill_in(x._data)
        with tracing.suspended():
            flats: list[Any] = [
                x if x.__class__ is DeviceArray else np.asarray(x) for x in made(list(arrays))
            ]
        fresh = [flat for flat in flats if id(root_of(flat)) not in roots]
        if fresh:
            checks = checks and not self.returned  # backward's inputs have been let pass
            effects = self.effects() if checks else []
            call = Call(
                inputs=(*inputs, *[value for _, value, _ in effects]), name=name, run=again,
                facts=facts, checks=checks, overwritten=tuple(source for source, *_ in effects),
            )  # fmt: skip
            views = [i for i, flat in enumerate(flats) if id(root_of(flat)) in roots]
            call.run = again if not views else _without(again, frozenset(views))
            self.add(call, *(((flat.size,), flat.dtype) for flat in fresh))
            for flat, value in zip(fresh, call.outputs, strict=True):
                self._bind(flat, value)
        return list(flats)

    def host_read(self, array: Array, how: str) -> None:
        self.refuse(
            f"reads an array of shape {list(array._shape)} {how}, but while a function is compiled "
            "its arrays have no values. Read what the function returns instead, choose elements "
            "by nd.where, or compile with fallback=True to run such a function eagerly."
        )


def _zeros_like(flat: Flat) -> Flat:
    zeros = empty_like(flat)
    zeros.fill(0)
    return zeros


def _placed(run: Callable[..., Any]) -> Callable[..., Any]:
    """*run*, wherever it is called, on the device on which this thread's kernels run now."""
    device = place.device
    if not in_use:
        return run

    def there(flats: Sequence[Flat]) -> Any:
        with placed(device):
            return run(flats)

    return there


class _Place:
    """Stands for an array among a derivative's arguments."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index


def _given(x: Any, arrays: Sequence[Any]) -> Any:
    if isinstance(x, _Place):
        return arrays[x.index]
    if isinstance(x, (list, tuple)):
        return type(x)(_given(y, arrays) for y in x)
    return x


def _without(run: Callable[..., Any], views: frozenset[int]) -> Callable[..., Any]:
    return lambda flats: [y for i, y in enumerate(run(flats)) if i not in views]


def _in_order(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether strides are those of contiguous memory, but for axes of length 1."""
    step = 1
    for n, stride in zip(reversed(shape), reversed(strides), strict=True):
        if n != 1 and stride != step:
            return False
        step *= n
    return True
