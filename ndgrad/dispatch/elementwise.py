"""Calls of element-wise operators: a fast path for the commonest, then the general one.

The fast paths are what an eager program on small arrays consists of, so they do nothing that could
be done once: kernels are bound per dtype, what a derivative reads is settled per operator, and the
attributes of results and nodes are set in place, which takes half the time of a constructor.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from ..base import DType, MXNetError, Shape, promote, shown
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.spec.formula import compute_type
from ..kernels.spec.layout import layout
from ..memory.device import Buffer, address, in_use, operands_device, overlap
from ..memory.storage import empty, empty_on
from ..ops.table import ElementwiseOp, Op, lookup
from ..tape import Array, new_array, state
from ..tracing import active
from . import classes
from .structured import (
    convert,
    record_call,
    tracked,
    write_into,
)
from .writes import check_writable, recorded_write, written

_FLOAT64 = np.dtype("float64")
_NOTHING = (None, None, None)


def size_of(shape: Shape) -> int:
    """The number of elements of *shape*."""
    size = 1
    for length in shape:
        size *= length
    return size


def as_scalar(value: Any, dtype: DType) -> object:
    """A Python number as MXNet reads it: cast to the array's dtype before the operation."""
    try:
        return float(value) if dtype.kind == "f" else int(value)
    except (OverflowError, ValueError):
        raise MXNetError(f"scalar {value!r} has no value in dtype {dtype}") from None


# --- forward -------------------------------------------------------------------------------------


class Kernels(dict[DType, Any]):
    """Forward kernels by dtype, for one layout of operands of one dtype and shape.

    They are `ElementwiseKernel`, or on a device `FlatLoop`.
    """

    def __init__(
        self, op: ElementwiseOp, letters: str, make: Callable[..., object] = front.host_loop
    ) -> None:
        super().__init__()
        self.op, self.letters, self.make = op, letters, make

    def __missing__(self, dtype: DType) -> object:
        op, loop = self.op, self.op.forward_loop
        compute = compute_type(dtype, mathematical=op.mathematical)
        scalar = np.dtype(compute)
        dtypes = tuple(scalar if letter == "s" else dtype for letter in self.letters)
        self[dtype] = self.make(loop, dtypes, (dtype,), compute, self.letters)
        return self[dtype]


def general_call(op: ElementwiseOp) -> Callable[..., object]:
    """What the fast path leaves undone: arrays on a device first, then everything else."""
    fits = not (op.params or op.free or len(op.inputs) > 2)
    on_device = _device_call(op) if fits else None

    def call(inputs: tuple[object, ...], params: dict[str, object], out: Array | None) -> object:
        if in_use and out is None and not active and on_device is not None:
            result = on_device(inputs)
            if result is not None:
                return result
        return _general(op, inputs, params, out)

    return call


def _device_call(op: ElementwiseOp) -> Callable[[tuple[object, ...]], Array | None]:
    """The fast path on a device, for arrays of one dtype and numbers; None for the rest.

    Beside a launch a call of Python's costs little: the node is made as for any operator.
    """
    array = classes.array._on_device
    kernels = {
        letters: Kernels(op, letters, front.device_loop)
        for letters in (("v",) if len(op.inputs) == 1 else ("vv", "vs", "sv"))
    }

    def call(inputs: tuple[Any, ...]) -> Array | None:
        first, letters, same, in_graph, operands = None, "", True, False, []
        for x in inputs:
            kind = x.__class__
            if kind is array:
                data = x._data
                if first is None:
                    first, dtype, shape, ctx = data, data.dtype, x._shape, x._ctx
                elif data.dtype is not dtype or x._ctx is not ctx:
                    return None
                elif x._shape != shape:
                    same = False
                in_graph = in_graph or x._node is not None
                operands.append(data)
                letters += "v"
            elif kind is float or kind is int:
                operands.append(x)
                letters += "s"
            else:
                return None
        if first is None or ("s" in letters and dtype.kind != "f"):
            return None
        if same:
            y = first.device.empty(first.size, dtype)
            kernels[letters][dtype](operands, (y,))
        elif op.broadcast:
            shapes = tuple([x._shape for x in inputs])
            shape = layout(shapes, op.name).shape
            y = first.device.empty(size_of(shape), dtype)
            if y.size:
                compute = compute_type(dtype, mathematical=op.mathematical)
                front.elementwise(op.forward_loop, tuple(operands), shapes, (y,), compute)
        else:
            return None
        result = new_array(array, y, shape, ctx)
        if in_graph and state.recording:
            record_call(op, op.params, inputs, (result,))
        return result

    return call


def in_place_call(op: ElementwiseOp) -> Callable[[Array, object], bool]:
    """The fast path of ``x += y`` and its like, outside of recording.

    Called with the array to be written to and the operand, it says whether it did the work: it
    leaves other dtypes, broadcasting and operands that overlap the target to ``op.call``.
    """
    array, limit = classes.array, PARALLEL_ELEMENTS
    arrays, right_number = Kernels(op, "ov"), Kernels(op, "os")
    on_device = _in_place_on_device(op)

    def call(target: Array, operand: Any) -> bool:
        if active or target.__class__ is not array:
            return not active and on_device(target, operand)
        x = target._data
        dtype = x.dtype
        kind = operand.__class__
        if kind is array:
            y, kernels = operand._data, arrays
            if dtype is not y.dtype or target._shape != operand._shape:
                return False
            if y is not x and np.may_share_memory(x, y):
                return False
        elif (kind is float or kind is int) and dtype.kind == "f":
            y, kernels = operand, right_number
        else:
            return False
        n = x.size
        if n < limit:
            kernels[dtype].serial(x, y, 0, n)
        else:
            kernels[dtype].run((x, y), n, 1)
        written(target)
        return True

    return call


def _in_place_on_device(op: ElementwiseOp) -> Callable[[Array, object], bool]:
    array = classes.array._on_device
    arrays, right_number = (Kernels(op, letters, front.device_loop) for letters in ("vv", "vs"))

    def call(target: Array, operand: Any) -> bool:
        x = target._data
        kind = operand.__class__
        if kind is array:
            y, kernels = operand._data, arrays
            if (
                x.dtype is not y.dtype
                or target._shape != operand._shape
                or target._ctx is not operand._ctx
                or (y is not x and overlap(x, y))
            ):
                return False
        elif (kind is float or kind is int) and x.dtype.kind == "f":
            y, kernels = operand, right_number
        else:
            return False
        kernels[x.dtype]((x, y), (x,))
        written(target)
        return True

    return call


def _general(
    op: ElementwiseOp, inputs: tuple[object, ...], params: dict[str, object], out: Array | None
) -> object:
    """Any element-wise call: mixed dtypes, numbers, broadcasting, large arrays, ``out``."""
    arrays = [x for x in inputs if isinstance(x, Array)]
    for name, x in zip(op.keywords, inputs, strict=True):
        if not isinstance(x, (Array, numbers.Real, np.bool_)):
            raise TypeError(
                f"Operator {op.name}: argument {name} must be an NDArray or a number; "
                f"type {type(x)} not supported"
            )
    if not arrays:
        return _on_numbers(op, inputs, params)
    dtype = _common_dtype(op, inputs)
    inputs = tuple(
        x if name in op.free else _converted(x, dtype)
        for name, x in zip(op.inputs, inputs, strict=True)
    )
    params = {**op.params, **params} if op.params else params
    loop, compute = op.forward_loop, compute_type(dtype, mathematical=op.mathematical)
    shapes = tuple(x._shape if isinstance(x, Array) else None for x in inputs)
    shape = _result_shape(op, tuple(s for s in shapes if s is not None))
    recorded = state.recording and any(tracked(x) for x in inputs)
    target = None
    if out is not None:
        check_writable(out, op.name)
        if not recorded and not active and out._shape == shape and out._data.dtype == dtype:
            target = _safe_target(out, arrays)
    ctx = arrays[0]._ctx
    n = size_of(shape)
    if in_use:
        operands_device(f"Operator {op.name}", op.keywords, inputs)
        y = empty_on(ctx, n, dtype) if target is None else target
    else:
        y = empty(n, dtype) if target is None else target
    scalar = np.dtype(compute)
    extra = loop.args[len(inputs) :]
    operands = tuple(x._data if isinstance(x, Array) else as_scalar(x, scalar) for x in inputs)
    operands += tuple(as_scalar(given_number(op, params, name), scalar) for name in extra)
    if y.size:
        front.elementwise(loop, operands, shapes + (None,) * len(extra), (y,), compute)
    if target is not None:
        assert out is not None
        written(out)
        if state.recording:
            recorded_write(out, None)
        return out
    result = classes.array(y, shape, ctx)
    if recorded:
        record_call(op, params, inputs, (result,))
    return result if out is None else write_into(out, result, op.name)


def given_number(op: Op, params: Mapping[str, object], name: str) -> Any:
    """A parameter that a formula reads."""
    value = params[name]
    if not isinstance(value, (numbers.Real, np.bool_)):
        raise TypeError(f"Operator {op.name}: {name} must be a number, got {shown(value)}")
    return value


def _result_shape(op: ElementwiseOp, shapes: tuple[Shape, ...]) -> Shape:
    first = shapes[0]
    if len(shapes) == 1:
        return first
    for shape in shapes:
        if shape != first and not op.broadcast:
            raise MXNetError(
                f"Operator {op.name}: shapes must be equal, expected {list(first)}, "
                f"got {list(shape)}"
            )
    return layout(shapes, op.name).shape


def _common_dtype(op: ElementwiseOp, inputs: Sequence[object]) -> DType:
    """The dtype in which the operands meet; a condition has its own unless it is alone."""
    dtypes = [
        x._data.dtype
        for name, x in zip(op.inputs, inputs, strict=True)
        if isinstance(x, Array) and name not in op.free
    ] or [x._data.dtype for x in inputs if isinstance(x, Array)]
    common = dtypes[0]
    for dtype in dtypes[1:]:
        common = promote(common, dtype)
    return common


def _converted(x: object, dtype: DType) -> object:
    if isinstance(x, Array):
        return convert(x, dtype)
    return x if dtype.kind == "f" else as_scalar(x, dtype)


def _safe_target(out: Array, inputs: Sequence[Array]) -> Buffer | None:
    """The buffer of *out* if a kernel may write there while it reads *inputs*."""
    target = out._data
    for x in inputs:
        data = x._data
        if data is target or not overlap(data, target):
            continue
        if data.size != target.size or address(data) != address(target):
            return None
    return target


def _on_numbers(op: ElementwiseOp, inputs: tuple[Any, ...], params: Mapping[str, object]) -> object:
    """The value for plain numbers: derivatives of ``2 ** x`` ask for ``log(2)``."""
    loop, given = op.forward_loop, {**op.params, **params}
    extra = [float(given_number(op, given, name)) for name in loop.args[len(inputs) :]]
    letters = "v" * len(inputs) + "s" * len(extra)
    kernel = front.host_loop(loop, (_FLOAT64,) * len(letters), (_FLOAT64,), "float64", letters)
    y = np.empty(1)
    kernel.serial(*[np.array([float(x)]) for x in inputs], *extra, y, 0, 1)
    return float(y[0])


@cache
def function_on_arrays(name: str) -> Callable[..., object]:
    """What a function of formulas is on arrays: the operator of its name, which broadcasts."""
    op = lookup(name)
    if isinstance(op, ElementwiseOp) and op.arranged is not None:
        return lambda *inputs, **params: _general(op, inputs, params, None)
    return op.call
