"""Derivatives that the engine runs, and gradient arithmetic: on buffers, and on recorded arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cache
from typing import Any, Protocol, TypeAlias, TypeGuard, TypeVar

import numpy as np

from .. import tracing
from ..base import DType, Shape, argument_names
from ..context import GPU
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.spec.formula import compute_type
from ..memory.device import (
    BUFFERS,
    Buffer,
    DeviceArray,
    context_device,
    device_of,
    in_use,
    on_device,
)
from ..memory.storage import empty, empty_like, empty_on
from ..ops.bound import Backward
from ..ops.parts import loop_of
from ..ops.table import DIFFERENTIABLE, Derivative, ElementwiseOp, F, Op, PartialGradient, lookup
from ..tape import Array, Constant, Leaf, Maker, Node, OutputSlot, Parent, Saved, is_tracked
from . import classes
from .derivatives import buffer_derivative, recorded_derivative
from .elementwise import Kernels, SmallCalls, size_of
from .plans import planned_backward
from .structured import unrecorded


def _operand(node: Node, i: int) -> Saved:
    """A node's saved operand (inputs, then outputs) as an array that hangs in the graph again."""
    value = (node.saved or ())[i]
    if not isinstance(value, BUFFERS):
        return value
    x = classes.array(value, node.shapes[i], node.ctx)
    output = i - len(node.parents)
    if output < 0:
        parent = node.parents[i]
        if not isinstance(parent, Constant):
            x._node = parent
        return x
    shown = len(node.op.visible_of(node.shapes[len(node.parents) :], node.params))
    if output < shown:
        x._node = node if shown == 1 else OutputSlot(node, output, value.dtype)
    return x


_Getter: TypeAlias = Callable[[Node, Sequence[Array | None]], object]


@cache
def _getters(op: Op, function: Callable[..., object]) -> tuple[_Getter, ...]:
    """For each parameter of a derivative, how to get its value from a node and the gradients."""
    return tuple(_getter(op, name) for name in argument_names(function))


def _getter(op: Op, name: str) -> _Getter:
    if name == "g":
        return lambda node, grads: grads[0]
    if name == "grads":
        return lambda node, grads: grads
    if name == "needs":
        return lambda node, grads: tuple(map(is_tracked, node.parents))
    if name == "variables":
        return lambda node, grads: tuple([isinstance(parent, Leaf) for parent in node.parents])
    if name.startswith("g_") and name[2:] in op.outputs:
        number = op.outputs.index(name[2:])
        return lambda node, grads: grads[number] if number < len(grads) else None
    if name in op.params:
        return lambda node, grads: (node.params or {}).get(name)
    base, _, what = name.rpartition("_")
    if base not in (*op.inputs, *op.outputs) or what not in ("shape", "dtype"):
        base, what = name, "value"
    read = {"shape": _shape_of, "dtype": _dtype_of, "value": _operand}[what]
    if op.variadic and base in op.inputs:
        return lambda node, grads: [read(node, i) for i in range(len(node.parents))]
    if base in op.inputs:
        number = op.inputs.index(base)
        return lambda node, grads: read(node, number) if number < len(node.parents) else None
    number = op.outputs.index(base)
    return lambda node, grads: read(node, len(node.parents) + number)


def _shape_of(node: Node, i: int) -> Shape:
    return node.shapes[i]


def _dtype_of(node: Node, i: int) -> DType | None:
    """The dtype of an input that needs a gradient; None for any other."""
    return getattr(node.parents[i], "dtype", None)


def _apply_vjp(
    op: Op, function: Derivative, node: Node, grads: Sequence[Array | None]
) -> Sequence[Array | PartialGradient | None]:
    """Call a derivative with what its parameters name; returns one gradient per input."""
    recorder = tracing.recorder() if tracing.active and function is op.fast_vjp else None
    arguments = [get(node, grads) for get in _getters(op, function)]
    if recorder is not None:
        results = recorder.fused_vjp(op, function, arguments)
    else:
        results = function(*arguments)
    if results is None and op.vjp is not None:
        return _apply_vjp(op, op.vjp, node, grads)
    return results if isinstance(results, (tuple, list)) else (results,)


def buffer_backward(op: Op) -> Backward:
    """First-order backward of an operator: buffers in and out, nothing recorded."""
    if isinstance(op, ElementwiseOp):
        return buffer_derivative(op)
    function, unreached = op.fast_vjp or op.vjp, op.none_is_unreached
    if op.gradient != DIFFERENTIABLE or function is None:
        return _no_gradients

    def backward(node: Node, grads: object) -> Sequence[Buffer | PartialGradient | None]:
        shapes = node.shapes[len(node.parents) :]
        arrays = [
            None
            if g is None and unreached
            else classes.array(_filled(shape, node, 0) if g is None else g, shape, node.ctx)
            for g, shape in zip(as_list(grads), shapes, strict=False)
        ]
        with on_device(context_device(node.ctx)) if in_use else nullcontext():
            results = unrecorded(_apply_vjp, op, function, node, arrays)
            if tracing.active:
                results = unrecorded(_whole_but_rows, results, node.parents)
        return [x._data if isinstance(x, Array) else x for x in results]

    return planned_backward(backward, lambda *call: unrecorded(_apply_vjp, op, function, *call))


def recorded_backward(op: Op) -> Backward:
    """Backward of an operator on recorded arrays, which can be differentiated again."""
    if op.gradient != DIFFERENTIABLE:
        return _no_gradients
    if isinstance(op, ElementwiseOp):
        return lambda node, g: recorded_derivative(
            op, node, g, [_operand(node, i) for i in range(len(node.shapes))]
        )
    function, unreached = op.vjp, op.none_is_unreached
    if function is None:
        return _no_gradients

    def backward(node: Node, grads: object) -> Sequence[Array | None]:
        shapes = node.shapes[len(node.parents) :]
        arrays = [
            recorded_arithmetic.zeros(shape, node) if g is None and not unreached else g
            for g, shape in zip(as_list(grads), shapes, strict=False)
        ]
        return _whole(_apply_vjp(op, function, node, arrays))

    return backward


def with_state_writes(op: Op, derivative: Backward) -> Backward:
    """*derivative*, and after it what the operator writes to its states."""
    function = op.after_backward
    if function is None:
        return derivative

    def backward(node: Node, grads: object) -> Sequence[object]:
        results = derivative(node, grads)
        arguments = [get(node, ()) for get in _getters(op, function)]
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.after_backward(function, arguments)
        else:
            unrecorded(function, *arguments)
        return results

    return backward


def _whole(gradients: Sequence[Array | PartialGradient | None]) -> Sequence[Array | None]:
    """*gradients* with arrays in place of partial ones."""
    return [x.whole() if isinstance(x, PartialGradient) else x for x in gradients]


def _whole_but_rows(
    gradients: Sequence[Array | PartialGradient | None], parents: Sequence[Parent]
) -> Sequence[Array | PartialGradient | None]:
    """The same, but for rows of variables whose gradients are made of rows."""

    def has_rows(x: Array | PartialGradient | None, parent: Parent) -> bool:
        partial = isinstance(x, PartialGradient) and lookup(x.name).rows is not None
        return partial and wants_rows(parent)

    return [
        x if has_rows(x, parent) else _whole((x,))[0]
        for x, parent in zip(gradients, parents, strict=False)  # some derivatives return more
    ]


def wants_rows(parent: Parent) -> TypeGuard[Leaf]:
    """Whether a gradient of *parent* is to be made of rows."""
    return (
        isinstance(parent, Leaf)
        and parent.req != "null"
        and isinstance(parent.grad, classes.sparse)
    )


def whole_buffer(x: PartialGradient) -> Buffer:
    """A partial gradient in memory of its own."""
    if x.planned is not None:
        return unrecorded(x.planned, *x.inputs)
    return unrecorded(x.whole)._data


def replaced(x: PartialGradient) -> Buffer:
    """A partial gradient in the memory of the gradient that came in."""
    with on_device(device_of(x.inputs[0]._data)) if in_use else nullcontext():
        return x.replace()


def _no_gradients(node: Node, grads: object) -> Sequence[None]:
    return (None,) * len(node.parents)


def as_list(grads: object) -> list[Any]:
    """A node of one visible output receives its gradient, any other a list of them."""
    return grads if isinstance(grads, list) else [grads]


def _filled(shape: Shape, node: Maker, value: int) -> Buffer:
    size, ctx = size_of(shape), node.ctx
    if size < PARALLEL_ELEMENTS and ctx.device_typeid != GPU and not tracing.active:
        data: Buffer = empty(size, node.dtype)
        data.fill(value)
    else:
        data = empty_on(ctx, size, node.dtype)
        front.fill(data, value)
    return data


@cache
def _small_sums(letters: str) -> SmallCalls:
    return SmallCalls(_sums(letters))


@cache
def _sums(letters: str, on_device: bool = False) -> Kernels:
    add = lookup("broadcast_add")
    assert isinstance(add, ElementwiseOp)
    return Kernels(add, letters, front.device_loop) if on_device else Kernels(add, letters)


def _is_small(a: object, b: object) -> bool:
    """Whether *a* and *b* are arrays of the host and of one dtype that one thread adds at once."""
    return (
        b.__class__ is np.ndarray
        and a.__class__ is np.ndarray
        and a.dtype is b.dtype
        and a.size < PARALLEL_ELEMENTS
        and not tracing.active
    )


_G = TypeVar("_G")


class ArithmeticOn(Protocol[_G]):
    """How gradients are made and added."""

    def ones(self, node: Maker, shape: Shape) -> _G:
        """The gradient of a head that was made by *node* by itself."""

    def zeros(self, shape: Shape, node: Maker) -> _G:
        """The gradient, of what *node* made, where none flows."""

    def add(self, a: _G, b: _G) -> _G:
        """The sum of two gradients in memory of its own."""

    def add_into(self, total: _G, x: Any) -> _G:
        """The sum in the memory of *total*, to which *x*, perhaps a partial gradient, is added."""

    def copy(self, x: _G) -> _G:
        """A gradient to which may be added in place."""


Arithmetic: TypeAlias = ArithmeticOn[Any]
"""That on buffers, or on recorded arrays."""


class _BufferArithmetic:
    """First-order gradients: buffers, nothing recorded."""

    def ones(self, node: Maker, shape: Shape) -> Buffer:
        return _filled(shape, node, 1)

    def zeros(self, shape: Shape, node: Maker) -> Buffer:
        return _filled(shape, node, 0)

    def add(self, a: Buffer, b: Buffer) -> Buffer:
        if _is_small(a, b):
            return _small_sums("vv")[a.dtype](a, b, a.size)
        return self._sum(a, b, empty_like(a))

    def add_into(self, total: Buffer, x: Buffer | PartialGradient) -> Buffer:
        if _is_small(total, x):
            _small_sums("ov")[total.dtype](total, x, total.size)
            return total
        if isinstance(x, PartialGradient):
            with on_device(device_of(total)) if in_use else nullcontext():
                x.accumulate(total)
            return total
        return self._sum(total, x, total)

    def copy(self, x: Buffer) -> Buffer:
        result: Buffer = empty_like(x)
        front.copy(x, result)
        return result

    @staticmethod
    def _sum(a: Buffer, b: Buffer, out: Buffer) -> Buffer:
        if a.dtype is b.dtype and a.size and not tracing.active:
            if out.__class__ is DeviceArray:
                _sums("vv", on_device=True)[a.dtype]((a, b), (out,))
            elif out is a:
                _sums("ov")[a.dtype].run((a, b), a.size, 1)
            else:
                _sums("vv")[a.dtype].run((a, b, out), a.size, 1)
        elif a.size:
            compute = compute_type(a.dtype, mathematical=False)
            front.elementwise(loop_of("broadcast_add"), (a, b), (a.shape, b.shape), (out,), compute)
        return out


class _RecordedArithmetic:
    """Gradients as recorded arrays, for ``create_graph``."""

    def ones(self, node: Maker, shape: Shape) -> Array:
        return classes.array(_filled(shape, node, 1), shape, node.ctx)

    def zeros(self, shape: Shape, node: Maker) -> Array:
        return classes.array(_filled(shape, node, 0), shape, node.ctx)

    def add(self, a: Array, b: Array) -> Array:
        return F.broadcast_add(a, b)

    add_into = add

    def copy(self, x: Array) -> Array:
        return x


buffer_arithmetic = _BufferArithmetic()
recorded_arithmetic = _RecordedArithmetic()
