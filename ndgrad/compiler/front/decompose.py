"""Decompositions: what an operator's `decompose` writes instructions of a traced program with.

A definition says how it decomposes by a function of an emitter, inputs and parameters (`Op`); it
imports nothing of the compiler.  A *value* is what an instruction makes; a *buffer* holds a value
and is what a forward returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ...base import DType, Shape
from ...context import Context
from ...dispatch.structured import unrecorded
from ...kernels.spec.reduction import REDUCTIONS
from ...memory.device import Buffer, context_device, current_device, on_device, to_device
from ...memory.storage import empty
from ...ops.table import Params
from ...tape import Array
from ..program.instructions import Map, Reduce, Value, root
from .builder import ProgramBuilder


class Decomposer:
    """Writes instructions into the program of a function that is traced."""

    def __init__(self, program: ProgramBuilder) -> None:
        self._program = program

    def value(self, x: Array, shape: Shape | None = None) -> Value:
        """The value that the array *x* holds now, in its shape or another one."""
        return self._program.buffers.read(x._data, x._shape if shape is None else shape)

    def operand(self, x: Array, shape: Shape) -> Value | float:
        """The same as an operand of `map`: an array made of one number is that number."""
        return self._program.operand(x._data, shape)

    def is_mapped(self, x: Array) -> bool:
        """Whether an element-wise instruction makes *x*, so that it need not be read again."""
        return isinstance(root(self.value(x))[0].maker, Map)

    def map(
        self,
        name: str,
        text: str,
        shape: Shape,
        dtype: DType,
        *,
        compute: str | None = None,
        **operands: Value | float,
    ) -> Value:
        """A formula over *operands*, values that broadcast to *shape* and numbers."""
        kind = compute or dtype.name
        return self._program.emitter.map(name, text, operands, kind, (shape, dtype))

    def reduce(self, value: Value, how: str, axes: Shape) -> Value:
        """A reduction, by its name in `REDUCTIONS`; the axes stay, with length 1."""
        shape = tuple(1 if i in axes else n for i, n in enumerate(value.shape))
        step = Reduce(inputs=(value,), reduction=REDUCTIONS[how], axes=axes)
        return self._program.emitter.add(step, (shape, value.dtype))

    def arange(self, n: int, dtype: DType) -> Value:
        """The numbers 0 to n - 1."""
        return self._program.buffers.read(
            to_device(np.arange(n).astype(dtype), current_device()), (n,)
        )

    def buffer(self, value: Value) -> Buffer:
        """A buffer that holds *value*."""
        return self._program.result(value)

    def array(self, value: Value, shape: Shape, like: Array) -> Array:
        """An array that holds *value*, of the class and on the device of another one."""
        return type(like)(self.buffer(value), shape, like._ctx)

    def filled(self, number: int, size: int, dtype: DType) -> Buffer:
        """A buffer of one number."""
        y = empty(size, dtype)
        y.fill(number)
        self._program.buffers.filled(y, number)
        return y

    def expand(self, x: Array, shape: Shape) -> Buffer:
        """A buffer of *x* broadcast to *shape*."""
        return self._program.expansion(x._data, x._shape, shape)

    def product(
        self,
        lhs: Array,
        rhs: Array,
        m: int,
        n: int,
        k: int,
        *,
        transpose_a: bool = False,
        transpose_b: bool = False,
        bias: Array | None = None,
    ) -> Buffer:
        """A buffer of the product of two matrices of one dtype, each row with *bias* added."""
        row = None if bias is None else bias._data
        return self._program.product(
            lhs._data, rhs._data, m, n, k, transpose_a, transpose_b, bias=row
        )

    def validated(
        self, name: str, check: Callable[[Array], Buffer], x: Array, facts: object
    ) -> Array:
        """*x* as *check* returns it, which a custom call runs and which may raise an error."""
        (buffer,) = self._program.calls.record(
            name, lambda arrays: [check(arrays[0])], [x], repr(facts), validates=True
        )
        return type(x)(buffer, x._shape, x._ctx)

    def to_context(self, x: Array, context: Context) -> Buffer:
        """A buffer of *x* on the device of *context*."""
        with on_device(context_device(context)):
            return self.buffer(self._program.emitter.to_device(self.value(x), current_device()))


_R = TypeVar("_R")


def decomposed(
    program: ProgramBuilder,
    function: Callable[..., _R] | None,
    args: Sequence[object],
    params: Params,
) -> _R | None:
    """What a definition's `decompose` returns; None without one, or where it leaves the call."""
    if function is None:
        return None
    return unrecorded(function, Decomposer(program), *args, **params)
