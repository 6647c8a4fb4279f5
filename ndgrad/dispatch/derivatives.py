"""Derivatives of element-wise operators: on buffers by one kernel, and on recorded arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from ..base import Shape
from ..context import GPU
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.spec.formula import compute_type, formula
from ..memory.device import BUFFERS, Buffer
from ..memory.storage import empty, empty_on
from ..ops.table import ZERO, ElementwiseOp, F, lookup
from ..tape import Array, Node, is_tracked
from ..tracing import active
from . import classes
from .elementwise import as_scalar, function_on_arrays
from .structured import (
    unrecorded,
)

Derivative: TypeAlias = Callable[[Node, Buffer], Sequence[Buffer | None]]
"""From a node and its gradient to those of its inputs."""

_G = np.empty(0)  # stands for the incoming gradient, which is always an array


def buffer_derivative(op: ElementwiseOp) -> Derivative:
    """First-order backward of an element-wise operator, from and to buffers."""
    if op.gradient == ZERO:
        nothing = (None,) * len(op.inputs)
        return lambda node, g: nothing
    if op.params or op.free or len(op.inputs) > 2:
        return lambda node, g: _general_backward(op, node, g)
    fast: dict[object, Derivative] = {}
    fast_on_device: dict[object, Derivative] = {}

    def slow(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        if active or g.__class__ is np.ndarray:
            return _general_backward(op, node, g)
        shape = node.shapes[-1]
        for parent, own in zip(node.parents, node.shapes, strict=False):
            if parent is not None and own != shape:
                return _general_backward(op, node, g)
        key = (node.dtype, *[parent.__class__ for parent in node.parents])
        run = fast_on_device.get(key)
        if run is None:
            run = fast_on_device[key] = _fast_path(op, node)
        return run(node, g)

    def unary(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        if active or g.__class__ is not np.ndarray:
            return slow(node, g)
        dtype = node.dtype
        run = fast.get(dtype)
        if run is None:
            run = fast[dtype] = _fast_path(op, node)
        return run(node, g)

    def binary(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        shape_a, shape_b, shape = node.shapes
        # Calls that took the fast path forward share one shape object.
        if shape_a is not shape or shape_b is not shape or active or g.__class__ is not np.ndarray:
            return slow(node, g)
        a, b = node.parents
        # NoneType for a number, Constant for a constant array, else the class of what made it.
        key = (node.dtype, a.__class__, b.__class__)
        run = fast.get(key)
        if run is None:
            run = fast[key] = _fast_path(op, node)
        return run(node, g)

    return unary if len(op.inputs) == 1 else binary


def _wanted(op: ElementwiseOp, node: Node) -> list[str]:
    """Inputs for which a formula has to be evaluated; the gradient ``g`` itself needs none."""
    return [
        name
        for name, parent in zip(op.inputs, node.parents, strict=True)
        if is_tracked(parent) and op.derivatives.get(name, "g") != "g"
    ]


def _fast_path(op: ElementwiseOp, node: Node) -> Derivative:
    """Backward for operands of the result's shape, as a function written for its case.

    For ``a * b`` with two variables it reads::

        def backward(node, g):
            a, b, y = node.saved
            n = g.size
            if n < limit:
                grad_a, grad_b, = new(n, dtype), new(n, dtype),
                serial(g, a, b, grad_a, grad_b, 0, n)
            else:
                grad_a, grad_b, = empty(n, dtype), empty(n, dtype),
                run((g, a, b, grad_a, grad_b), n, 1)
            return (grad_a, grad_b,)

    On a device a `FlatLoop` runs, whatever the size.
    """
    dtype, wanted = node.dtype, _wanted(op, node)
    results = []
    for name, parent in zip(op.inputs, node.parents, strict=True):
        passes = op.derivatives.get(name) == "g" and is_tracked(parent)
        results.append(f"grad_{name}" if name in wanted else "g" if passes else "None")
    lines = ["def backward(node, g):"]
    names: dict[str, Any] = {"new": np.empty, "empty": empty, "dtype": dtype}
    if wanted:
        loop, operands = op.backward_loop(tuple(wanted)), (*op.inputs, "y")
        saved = dict(zip(operands, node.saved or (), strict=True))
        numbers_ = [not isinstance(saved.get(name, _G), BUFFERS) for name in loop.args]
        compute = compute_type(dtype, mathematical=op.mathematical_gradient)
        dtypes = tuple(np.dtype(compute) if number else dtype for number in numbers_)
        letters = "".join("s" if number else "v" for number in numbers_)
        which = loop, dtypes, (dtype,) * len(wanted), compute, letters
        outs = [f"grad_{name}" for name in wanted]
        targets, passed = ", ".join(outs), ", ".join((*loop.args, *outs))
        lines += [f"    {', '.join(operands)} = node.saved", "    n = g.size"]
    if wanted and node.ctx.device_typeid == GPU:
        names["run"] = front.device_loop(*which)
        lines += [
            "    empty = g.device.empty",
            f"    {targets}, = {'empty(n, dtype), ' * len(outs)}",
            f"    run(({', '.join(loop.args)},), ({targets},))",
        ]
    elif wanted:
        kernel = front.host_loop(*which)
        names |= {"serial": kernel.serial, "run": kernel.run, "limit": PARALLEL_ELEMENTS}
        lines += [
            "    if n < limit:",
            f"        {targets}, = {'new(n, dtype), ' * len(outs)}",
            f"        serial({passed}, 0, n)",
            "    else:",
            f"        {targets}, = {'empty(n, dtype), ' * len(outs)}",
            f"        run(({passed}), n, 1)",
        ]
    lines += [f"    return ({', '.join(results)},)"]
    exec("\n".join(lines), names)
    return names["backward"]


def _general_backward(op: ElementwiseOp, node: Node, g: Buffer) -> Sequence[Buffer | None]:
    """Gradients over numbers, broadcast operands, parameters or large arrays."""
    dtype, shapes = node.dtype, node.shapes
    shape = shapes[-1]
    results = {
        name: g
        for name, parent in zip(op.inputs, node.parents, strict=True)
        if is_tracked(parent) and op.derivatives.get(name) == "g"
    }
    wanted = _wanted(op, node)
    if wanted:
        loop = op.backward_loop(tuple(wanted))
        compute = compute_type(dtype, mathematical=op.mathematical_gradient)
        known: dict[str, tuple[object, Any]] = {"g": (g, shape)}
        for name, value, own in zip((*op.inputs, "y"), node.saved or (), shapes, strict=True):
            known[name] = (value, own if isinstance(value, BUFFERS) else None)
        for name, value in (node.params or {}).items():
            known[name] = (value, None)
        operands = tuple(
            known[name][0]
            if known[name][1] is not None
            else as_scalar(known[name][0], np.dtype(compute))
            for name in loop.args
        )
        forms = tuple(known[name][1] for name in loop.args)
        outs = tuple([empty_on(node.ctx, g.size, dtype) for _ in wanted])
        if g.size:
            front.elementwise(loop, operands, forms, outs, compute)
        results.update(zip(wanted, outs, strict=True))
    return [
        _summed(results[name], shape, own, node) if name in results else None
        for name, own in zip(op.inputs, shapes, strict=False)
    ]


def _summed(data: Buffer, shape: Shape, target: Shape, node: Node) -> Buffer:
    """Sum a buffer of *shape* over the axes along which *target* was broadcast."""
    if shape == target:
        return data
    whole = classes.array(data, shape, node.ctx)
    return unrecorded(lookup("_sum_to").call, whole, shape=target)._data


# --- derivatives that can be differentiated again ------------------------------------------------


def recorded_derivative(
    op: ElementwiseOp, node: Node, g: Array, operands: Sequence[object]
) -> Sequence[Array | None]:
    """Backward of an element-wise operator by evaluating its formulas on recorded arrays."""
    values = dict(zip((*op.inputs, "y"), operands, strict=True))
    values |= {"g": g, **(node.params or {})}
    results: list[Array | None] = []
    for name, parent, shape in zip(op.inputs, node.parents, node.shapes, strict=False):
        if not is_tracked(parent) or name not in op.derivatives:
            results.append(None)
            continue
        text = op.derivatives[name]
        functions = {f: function_on_arrays(f) for f in formula(text).functions}
        value = formula(text).evaluate(functions, values)
        if not isinstance(value, Array):
            results.append(None)  # a number, chosen by one: linear in the gradient, so it is 0
            continue
        results.append(value if value._shape == shape else F._sum_to(value, shape=shape))
    return results
