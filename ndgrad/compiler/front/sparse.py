"""Sparse arrays while a function is traced: their parts are values of lengths that are not known.

What a sparse array stores is read anew by each call of a program.  In the trace its parts are
arrays of one element, of values that are *dynamic* (`Value`), so nothing can come to depend on how
many elements there are: custom calls alone read and make such values.  An operator on sparse arrays
is one custom call, which runs it as the eager call does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from ... import dispatch, tracing
from ...array.ndarray import NDArray
from ...array.sparse import BaseSparseNDArray
from ...base import DType, Shape
from ...context import Context
from ...memory.device import Buffer, context_device, to_device
from ...memory.storage import empty_on
from ...ops.storage import Csr, Parts, RowSparse, dense
from ...ops.table import Op, Params, UpdateOp
from ...tape import Array
from ..program.instructions import Part, Value
from ..program.keys import Arguments
from .alias import AliasSets
from .custom import CustomCalls, on_current_device, shape_of

Run: TypeAlias = Callable[[list[Any]], Sequence[Any]]
"""From arrays, some of them sparse, to arrays."""

_INT64 = np.dtype("int64")


@dataclass
class Held:
    """A sparse array that existed before.

    Attributes
    ----------
    array : BaseSparseNDArray
        The one that the function sees.
    holder : {'argument', 'gradient', 'captured'}
    index : int
        Of the argument.
    before, now : Csr or RowSparse
        What it held when the function began, and what it holds.
    """

    array: BaseSparseNDArray
    holder: str
    index: int
    before: Parts
    now: Parts


@dataclass
class Form:
    """What an array is made of buffers by.

    Attributes
    ----------
    kind : type
        Its class, or `Csr` or `RowSparse` of a sparse one.
    shape : tuple of int
    dtype : dtype
    ctx : Context
    """

    kind: type[Any]
    shape: Shape
    dtype: DType
    ctx: Context

    @staticmethod
    def of(x: Array) -> Form:
        if isinstance(x, BaseSparseNDArray):
            parts = x._stored  # which in a trace is of the same form
            return Form(type(parts), x._shape, parts.data._data.dtype, x._ctx)
        return Form(type(x), x._shape, x._data.dtype, x._ctx)

    @property
    def is_sparse(self) -> bool:
        return self.kind in (Csr, RowSparse)

    def array(self, buffers: Iterator[Buffer]) -> Array:
        """The array of the next of *buffers*."""
        if not self.is_sparse:
            made: Array = self.kind(next(buffers), self.shape, self.ctx)
            return made
        own = [*islice(buffers, len(self.kind._fields) - 2)]
        return BaseSparseNDArray._of(self.parts(own), self.ctx)

    def parts(self, buffers: Sequence[Buffer]) -> Parts:
        """The parts that *buffers* hold."""
        data, *index = buffers
        first = NDArray(data, shape_of(data, self._data_shape), self.ctx)
        others = [NDArray(x, (x.size,), self.ctx) for x in index]
        made: Parts = self.kind(first, *others, self.shape)
        return made

    @property
    def _data_shape(self) -> Shape:
        """The shape of the stored elements, for one row or element."""
        return (1,) if self.kind is Csr else (1, *self.shape[1:])

    def example(self) -> list[Buffer]:
        """Buffers of an array that stores one row or element, if it has any, and of zeros."""
        if not self.is_sparse:
            zeros: Buffer = empty_on(self.ctx, int(np.prod(self.shape)), self.dtype)
            zeros.fill(0)
            return [zeros]
        one = np.zeros(0 if 0 in self.shape else 1, np.int64)
        rest = self._data_shape[1:]
        made = [np.zeros(one.size * int(np.prod(rest)), self.dtype), one]
        if self.kind is Csr:
            starts = np.full(self.shape[0] + 1, one.size, np.int64)
            starts[0] = 0
            made.append(starts)
        return [to_device(x, context_device(self.ctx)) for x in made]


@dataclass
class SparseWrite:
    """A sparse array from before that holds other parts in the end.

    Attributes
    ----------
    holder : {'argument', 'gradient', 'captured'}
    index : int
        Of the argument.
    array : BaseSparseNDArray
        The captured one.
    form : Form
    results : range
        Which results are the parts.
    """

    holder: str
    index: int
    array: BaseSparseNDArray
    form: Form
    results: range


def buffers_of(x: Array) -> list[Buffer]:
    """What an array's elements are in."""
    if not isinstance(x, BaseSparseNDArray):
        return [x._data]
    return [part._data for part in arrays_of(x._parts)]


def arrays_of(parts: Parts) -> list[NDArray]:
    """The arrays of a sparse array's parts."""
    return [*parts[:-2]]


class SparseArrays:
    """The sparse arrays that a function sees, and calls of operators on them.

    Attributes
    ----------
    buffers : AliasSets
    calls : CustomCalls
    held : dict
        Those that existed before, by their ids.
    """

    def __init__(self, buffers: AliasSets, calls: CustomCalls) -> None:
        self.buffers, self.calls = buffers, calls
        self.held: dict[int, Held] = {}

    # --- what they hold --------------------------------------------------------------------------

    def created(self, array: BaseSparseNDArray) -> None:
        """A sparse array object was made."""
        self.buffers.add_made(array)

    def parts(self, array: BaseSparseNDArray) -> Parts:
        """What *array* holds now."""
        held = self.held.get(id(array))
        if held is not None:
            return held.now
        if self.buffers.made(array):
            parts: Parts = array._stored
            return parts
        return self._hold(array, Form.of(array), "captured").now

    def replace(self, array: BaseSparseNDArray, parts: Parts) -> None:
        """Let *array* hold other parts."""
        if id(array) not in self.held and self.buffers.made(array):
            array._stored = parts
            return
        self.parts(array)
        self.buffers.keep_version(array)
        self.held[id(array)].now = parts

    def given(self, x: BaseSparseNDArray, holder: str, index: int) -> BaseSparseNDArray:
        """An array in the place of an argument, or of the gradient of one."""
        made = BaseSparseNDArray._of(x._stored, x._ctx)
        made._node = None
        self._hold(made, Form.of(x), holder, index)
        return made

    def _hold(self, array: BaseSparseNDArray, form: Form, holder: str, index: int = 0) -> Held:
        if self.buffers.outer is not None:
            self.buffers.emitter.refuse("reads a sparse array in a loop")
        parts = form.parts(form.example())
        for field, part in zip(type(parts)._fields, arrays_of(parts), strict=False):
            own = array if holder == "captured" else None
            source = Part(kind="part", index=index, holder=holder, field=field, array=own)
            self.buffers.part(part, source, dynamic=field != "indptr")
        held = self.held[id(array)] = Held(array, holder, index, parts, parts)
        return held

    def effects(self) -> list[Held]:
        """Arrays from before that hold other parts by now."""
        return [held for held in self.held.values() if held.now is not held.before]

    def values(self, parts: Parts) -> list[Value]:
        """The values of parts."""
        return [self.buffers.read(x._data, x._shape) for x in arrays_of(parts)]

    # --- calls -----------------------------------------------------------------------------------

    def call(
        self,
        name: str,
        run: Run,
        operands: Sequence[Array],
        facts: Hashable,
        validates: bool = False,
        replaced: Sequence[int] = (),
    ) -> list[Any]:
        """Run an operator on examples, to see what it returns, and add a call of it.

        Parameters
        ----------
        name : str
        run : callable
            From arrays to arrays, sparse ones among them.
        operands : sequence of Array
        facts : hashable
            See `CustomCall`.
        validates : bool
            Whether it may refuse values of its operands.
        replaced : sequence of int
            Dense operands that *run* writes to.

        Returns
        -------
        list of Array
        """
        given = [Form.of(x) for x in operands]
        parts = [arrays_of(x._parts) if isinstance(x, BaseSparseNDArray) else [x] for x in operands]
        inputs = [self.buffers.read(y._data, y._shape) for own in parts for y in own]
        starts = np.cumsum([0, *map(len, parts)]).tolist()

        @on_current_device
        def again(buffers: Sequence[Buffer]) -> list[Buffer]:
            rest = iter(buffers)
            arrays = [form.array(rest) for form in given]
            results = dispatch.unrecorded(run, arrays)
            return [buffer for x in results for buffer in buffers_of(x)]

        with tracing.suspended():
            rest = iter([buffer for form in given for buffer in form.example()])
            arrays = [form.array(rest) for form in given]
            made = [(Form.of(x), buffers_of(x)) for x in dispatch.unrecorded(run, arrays)]
        places = [starts[i] for i in replaced]
        forms = [(inputs[i].shape, inputs[i].dtype) for i in places]
        examples = [
            (form, form.parts(own)) if form.is_sparse else (form, None) for form, own in made
        ]
        for form, example in examples:
            if example is None:
                forms.append((form.shape, form.dtype))
            else:
                forms += [(x._shape, x._data.dtype) for x in arrays_of(example)]
        values = self.calls.add(
            name, again, inputs, forms, facts, validates, replaced=tuple(places), lends=True
        )
        rest_of = iter(values)
        for i in replaced:
            dispatch.written(operands[i])
            self.buffers.bind(operands[i]._data, next(rest_of))
        results: list[Any] = []
        for form, example in examples:
            own = [*islice(rest_of, 1 if example is None else len(arrays_of(example)))]
            found = [self._buffer(value, form.ctx) for value in own]
            if example is not None:
                for value, field in zip(own, type(example)._fields, strict=False):
                    value.dynamic = field != "indptr"
            results.append(form.array(iter(found)))
        return results

    def _buffer(self, value: Value, ctx: Context) -> Buffer:
        """A new buffer that holds *value*."""
        buffer = empty_on(ctx, value.size, value.dtype)
        buffer.fill(0)
        self.buffers.bind(buffer, value)
        return buffer

    def operator(
        self, op: Op, function: Callable[..., Any], inputs: Sequence[Any], params: Params
    ) -> Any:
        """What *function*, of the operator, inputs and parameters, returns: an array."""
        operands = [x for x in inputs if isinstance(x, Array)]
        others = [None if isinstance(x, Array) else (x,) for x in inputs]

        def run(arrays: list[Any]) -> Sequence[Any]:
            rest = iter(arrays)
            found = function(op, [next(rest) if x is None else x[0] for x in others], params)
            single[:] = [not isinstance(found, (list, tuple))]
            return [found] if single[0] else found

        single: list[bool] = []
        facts = Arguments().key([others, sorted(params.items())]) if not op.stochastic else None
        found = self.call(op.name, run, operands, facts, op.applies(op.validates, params))
        return found[0] if single[0] else found

    def update(
        self,
        op: UpdateOp,
        function: Callable[..., Any],
        inputs: Sequence[Any],
        params: Params,
        out: Any,
    ) -> Any:
        """What *function* returns, which updates the first input, if it is *out*, and states."""
        weight, in_place = inputs[0], out is inputs[0]
        changed = [0] if in_place else []
        changed += [op.inputs.index(name) for name in op.replaced[1:]]
        rows = [i for i in changed if isinstance(inputs[i], BaseSparseNDArray)]

        def run(arrays: list[Any]) -> list[Any]:
            result = function(op, arrays, params, arrays[0] if in_place else None)
            return [*[arrays[i] for i in rows], *([] if in_place else [result])]

        replaced = [i for i in changed if i not in rows]
        facts = Arguments().key([in_place, sorted(params.items())])
        found = self.call(op.name, run, inputs, facts, replaced=replaced)
        for i, made in zip(rows, found, strict=False):
            inputs[i]._replace_parts(made._parts)
        return weight if in_place else found[-1]

    # --- storage ---------------------------------------------------------------------------------

    def elements(self, x: Parts) -> Buffer:
        """All elements of a sparse array."""
        array = BaseSparseNDArray._of(x._replace(node=None), x.data._ctx)
        (made,) = self.call("to dense", lambda xs: [dense(xs[0]._parts)], (array,), "dense")
        buffer: Buffer = made._data
        return buffer

    def compressed(self, x: Array, stype: str) -> Parts:
        """A dense array in a sparse storage."""
        (made,) = self.call(f"to {stype}", lambda xs: [xs[0].detach().tostype(stype)], (x,), stype)
        parts: Parts = made._parts
        return parts._replace(node=x._node)

    def summed(
        self,
        gradient: BaseSparseNDArray,
        found: Sequence[tuple[Buffer, Buffer] | Buffer],
        add: bool,
    ) -> Parts:
        """What a gradient holds when gradients have been written, or added, to it."""
        ctx, zeros = (
            gradient._ctx,
            (gradient.stype, gradient._shape, gradient._parts.data._data.dtype),
        )
        pairs = [isinstance(x, tuple) for x in found]
        buffers = [y for x in found for y in (x if isinstance(x, tuple) else (x,))]
        operands: list[Array] = [self._vector(buffer, ctx) for buffer in buffers]

        def run(arrays: list[Any]) -> list[Any]:
            rest = iter(arrays[:-1] if add else arrays)
            target = arrays[-1] if add else BaseSparseNDArray._zeros(*zeros, ctx)
            given = [
                (next(rest)._data, next(rest)._data) if pair else next(rest)._data for pair in pairs
            ]
            target._accumulate(given, add)
            return [target]

        if add:
            operands.append(gradient)
        (made,) = self.call("rows of a gradient", run, operands, (zeros, tuple(pairs), add))
        parts: Parts = made._parts
        return parts

    def _vector(self, buffer: Buffer, ctx: Context) -> NDArray:
        return NDArray(buffer, (buffer.size,), ctx)
