"""From operations on arrays to instructions: what the entry points of kernels call in a trace."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from ...base import DType, Shape, promote
from ...kernels import front
from ...kernels.spec.formula import POWERS, Loop, multiplied
from ...kernels.spec.layout import layout
from ...kernels.spec.reduction import REDUCTIONS, Reduction, ReductionPlan
from ...kernels.spec.rowwise import AxisKernel
from ...kernels.spec.strided import StridedSlice, rows_apart
from ...memory.device import Buffer
from ...memory.storage import empty
from ..program.instructions import (
    SHORT,
    CustomCall,
    Form,
    Join,
    Map,
    Operand,
    Product,
    Reduce,
    RowStridedView,
    Source,
    StridedCopy,
    Value,
    View,
)
from .alias import AliasSets
from .custom import CustomCalls, on_current_device
from .emit import Emitter, arithmetic


class ProgramBuilder:
    """The program of a traced function, as far as it got.

    Attributes
    ----------
    emitter : Emitter
        The instructions.
    buffers : AliasSets
        What memory holds.
    calls : CustomCalls
        Operators that have no instruction.
    """

    def __init__(self, name: str) -> None:
        self.emitter = Emitter(name)
        self.buffers = AliasSets(self.emitter)
        self.calls = CustomCalls(self.buffers)

    def elementwise(
        self,
        loop: Loop,
        operands: Sequence[Buffer | float],
        shapes: Sequence[Shape | None],
        results: Sequence[Buffer],
        compute: str,
    ) -> None:
        """A loop of formulas that fills *results*."""
        shape = layout(tuple(shapes), loop.name).shape
        values = {
            name: self.operand(x, s) for name, x, s in zip(loop.args, operands, shapes, strict=True)
        }
        made = []
        for (_, text), buffer in zip(loop.results, results, strict=True):
            for name, x in values.items():
                if not isinstance(x, Value) and x in POWERS:
                    text = multiplied(text, name, int(x)) or text
            made.append(self.emitter.map(loop.name, text, values, compute, (shape, buffer.dtype)))
        for buffer, value in zip(results, made, strict=True):
            self.buffers.bind_new(buffer, value)

    def operand(self, x: Buffer | float, shape: Shape | None) -> Operand:
        """An operand of a formula: a value, or a number, also one that fills a buffer."""
        if isinstance(x, (int, float)) or shape is None:
            return x  # type: ignore[return-value]
        value = self.buffers.read(x, shape)
        maker = value.maker
        while isinstance(maker, View):
            maker = maker.inputs[0].maker
        if isinstance(maker, Map) and not maker.inputs and maker.text == "c":
            return maker.operands[0][1]
        if isinstance(maker, Source) and maker.kind == "constant" and maker.data is not None:
            if maker.data.size == 1:
                return maker.data[0].item()
        return value

    def reduce(self, reduction: Reduction, x: Buffer, how: ReductionPlan, dtype: DType) -> Buffer:
        """A reduction of *x*."""
        inputs = (self.buffers.read(x, how.source),)
        instruction = Reduce(inputs=inputs, reduction=reduction, axes=how.axes)
        return self.result(self.emitter.add(instruction, (how.shape, dtype)))

    def product(
        self,
        a: Buffer,
        b: Buffer,
        m: int,
        n: int,
        k: int,
        ta: bool,
        tb: bool,
        alpha: float = 1.0,
        batch: int = 1,
        starts: object = None,
        bias: Buffer | None = None,
    ) -> Buffer:
        """A product of matrices."""
        assert starts is None, "matrices that overlap are a custom call's"
        buffers = [x for x in (a, b, bias) if x is not None]
        dtype, inputs = promote(a.dtype, b.dtype), tuple(map(self.buffers.read, buffers))
        form = (batch * m * n,), dtype
        if dtype.name in ("float32", "float64") and all(x.dtype == dtype for x in buffers):
            instruction = Product(
                inputs=inputs, m=m, n=n, k=k, transpose_a=bool(ta), transpose_b=bool(tb),
                alpha=float(alpha), batch=batch,
            )  # fmt: skip
            return self.result(self.emitter.add(instruction, form))
        numbers = m, n, k, ta, tb, alpha, batch
        call = CustomCall(
            inputs=inputs, name="product", facts=numbers,
            run=on_current_device(lambda xs: [front.product(xs[0], xs[1], *numbers)]),
        )  # fmt: skip
        return self.result(self.emitter.add(call, form))

    def strided_slice(self, x: Buffer, part: StridedSlice) -> Buffer:
        """A copy of a strided slice; a view where its rows are long enough to be read in place."""
        if 0 not in part.shape and x.size:
            steps = [step for n, step in zip(part.shape, part.strides, strict=True) if n != 1]
            if 0 in steps and part.offset == 0:
                own = tuple(
                    1 if step == 0 else n for n, step in zip(part.shape, part.strides, strict=True)
                )
                if math.prod(own) == x.size and _in_order(own, part.strides):
                    return self.expansion(x, own, part.shape)
            found = rows_apart(part)
            if found is not None and (found[1] >= SHORT or found[0] == 1):
                rows, n, stride = found
                value = self.buffers.read(x)
                if rows == 1:
                    view = View(inputs=(value,), offset=part.offset)
                    return self.result(self.emitter.add(view, (part.shape, x.dtype)))
                strided = RowStridedView(inputs=(value,), offset=part.offset, n=n, stride=stride)
                return self.result(self.emitter.add(strided, (part.shape, x.dtype)))
        inputs, form = (self.buffers.read(x),), ((part.size,), x.dtype)
        if x.__class__ is np.ndarray:
            return self.result(self.emitter.add(StridedCopy(inputs=inputs, part=part), form))
        call = CustomCall(
            inputs=inputs, name="strided copy", facts=repr(part),
            run=on_current_device(lambda buffers: [front.strided_slice(buffers[0], part)]),
        )  # fmt: skip
        return self.result(self.emitter.add(call, form))

    def expansion(self, x: Buffer, own: Shape, shape: Shape) -> Buffer:
        """A copy of *x*, of shape *own*, broadcast to *shape*."""
        operands, form = {"x": self.operand(x, own)}, (shape, x.dtype)
        return self.result(self.emitter.map("expand", "x", operands, arithmetic(x.dtype), form))

    def join(
        self, parts: Sequence[Buffer], shapes: Sequence[Shape], axis: int, shape: Shape
    ) -> Buffer:
        """A concatenation along an axis."""
        lengths = tuple(math.prod(own[axis:]) for own in shapes)
        inputs = tuple(self.buffers.read(x) for x in parts)
        join = Join(inputs=inputs, lengths=lengths)
        return self.result(self.emitter.add(join, (shape, parts[0].dtype)))

    def result(self, value: Value) -> Buffer:
        """A new buffer that holds *value*."""
        buffer = empty(value.size, value.dtype)
        self.buffers.bind_new(buffer, value)
        return buffer

    def rowwise(
        self,
        spec: AxisKernel,
        operands: Sequence[Buffer],
        y: Buffer,
        form: tuple[int, int, int],
        scale: float,
        lengths: Buffer | None,
    ) -> None:
        """An axis-wise operation, softmax and its like, that fills *y*.

        It becomes reductions and formulas if its axis is the last one.
        """
        outer, n, inner = form
        dtype = y.dtype
        if not y.size:
            return
        alike = all(x.dtype == dtype for x in operands) and dtype.name in ("float32", "float64")
        if not alike or inner != 1 or lengths is not None:

            @on_current_device
            def run(buffers: Sequence[Buffer]) -> list[Buffer]:
                out = empty(y.size, dtype)
                front.rowwise(spec, tuple(buffers), out, form, scale, lengths)
                return [out]

            call = CustomCall(
                inputs=tuple(map(self.buffers.read, operands)), name=spec.name, run=run,
                facts=None if lengths is not None else repr((form, scale, dtype)),
            )  # fmt: skip
            self.buffers.bind_new(y, self.emitter.add(call, ((y.size,), dtype)))
            return
        row, whole = ((outer, 1), dtype), ((outer, n), dtype)
        known: dict[str, Operand] = {
            name: self.buffers.read(x, (outer, n))
            for name, x in zip(spec.args, operands, strict=True)
        }
        known["scale"] = scale

        def mapped(text: str, form: Form) -> Value:
            return self.emitter.map(spec.name, text, known, dtype.name, form)

        def reduced(x: Value, name: str) -> Value:
            return self.emitter.add(Reduce(inputs=(x,), reduction=REDUCTIONS[name], axes=(1,)), row)

        if spec.peak is not None:
            known["m"] = reduced(mapped(spec.peak, whole), "max")
        known["t"] = term = mapped(spec.summed, whole)
        known["s"] = reduced(term, "sum")
        if spec.once is not None:
            known["s"] = mapped(spec.once, row)
        self.buffers.bind_new(y, mapped(spec.result, whole))

    def channel_sums(
        self,
        x: Buffer,
        g: Buffer,
        gamma: Buffer,
        mean: Buffer,
        inverse: Buffer,
        sums: Buffer,
    ) -> None:
        """Sums over rows, of which the gradients of normalised channels are made."""
        self._call(front.channel_sums, "channel sums", (x, g, gamma, mean, inverse), sums)

    def column_sums(
        self, x: Buffer, g: Buffer, mean: Buffer, inverse: Buffer, sums: Buffer
    ) -> None:
        """The same of rows that have an element of each channel."""
        self._call(front.column_sums, "column sums", (x, g, mean, inverse), sums)

    def _call(
        self, entry: Callable[..., None], name: str, inputs: Sequence[Buffer], result: Buffer
    ) -> None:
        """Note the call of an entry point that fills its last argument, a new buffer."""
        form = (result.size,), result.dtype

        def run(buffers: Sequence[Buffer]) -> list[Buffer]:
            out: Buffer = empty(result.size, result.dtype)
            entry(*buffers, out)
            return [out]

        places = tuple(map(self.buffers.read, inputs))
        call = CustomCall(inputs=places, name=name, run=run, facts=form)
        self.buffers.bind_new(result, self.emitter.add(call, form))


def _in_order(shape: Sequence[int], strides: Sequence[int]) -> bool:
    """Whether strides are those of contiguous memory, but for axes of length 1."""
    step = 1
    for n, stride in zip(reversed(shape), reversed(strides), strict=True):
        if n != 1 and stride != step:
            return False
        step *= n
    return True
