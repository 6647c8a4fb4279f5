"""Derivatives of element-wise operators: on buffers by one kernel, and on recorded arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from ..base import DType, Shape
from ..context import GPU
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.spec import reduction
from ..kernels.spec.formula import compute_type, formula
from ..kernels.spec.reduction import REDUCTIONS
from ..memory.device import BUFFERS, Buffer
from ..memory.storage import empty, empty_on
from ..ops.table import ZERO, ElementwiseOp, F, lookup
from ..tape import Array, Node, Saved, is_tracked
from ..tracing import active
from . import classes
from .elementwise import Remembered, as_scalar, function_on_arrays, size_of
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
    fast: dict[object, Derivative] = {}
    by_shapes, on_device = Remembered(), Remembered()
    array = np.ndarray
    may_run_on_device = not (op.params or op.free or len(op.inputs) > 2)
    free = [i for i, name in enumerate(op.inputs) if name in op.free]

    def any_shapes(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        if active or g.__class__ is not array:
            return slow(node, g)
        saved, shapes = node.saved or (), node.shapes
        kinds = [x.__class__ for x in (*node.parents, *saved)]
        key = (node.dtype, shapes, *kinds, *[getattr(saved[i], "dtype", None) for i in free])
        run = by_shapes.get(key)
        if run is None:
            run = by_shapes[key] = _fast_path(op, node)
        return run(node, g)

    def slow(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        if active or g.__class__ is array or not may_run_on_device:
            return _general_backward(op, node, g)
        shape = node.shapes[-1]
        for parent, own in zip(node.parents, node.shapes, strict=False):
            if parent is not None and own != shape:
                return _general_backward(op, node, g)
        key = (node.dtype, *[parent.__class__ for parent in node.parents])
        run = on_device.get(key)
        if run is None:
            run = on_device[key] = _fast_path(op, node)
        return run(node, g)

    def unary(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        if active or g.__class__ is not array:
            return slow(node, g)
        dtype = node.dtype
        run = fast.get(dtype)
        if run is None:
            run = fast[dtype] = _fast_path(op, node)
        return run(node, g)

    def binary(node: Node, g: Buffer) -> Sequence[Buffer | None]:
        shape_a, shape_b, shape = node.shapes
        # Calls with operands of one shape that took the fast path forward share its object.
        if shape_a is not shape or shape_b is not shape or active or g.__class__ is not array:
            return any_shapes(node, g)
        a, b = node.parents
        # NoneType for a number, Constant for a constant array, else the class of what made it.
        key = (node.dtype, a.__class__, b.__class__)
        run = fast.get(key)
        if run is None:
            run = fast[key] = _fast_path(op, node)
        return run(node, g)

    if free or len(op.inputs) > 2:
        return any_shapes
    return unary if len(op.inputs) == 1 else binary


def _wanted(op: ElementwiseOp, node: Node) -> list[str]:
    """Inputs for which a formula has to be evaluated; the gradient ``g`` itself needs none."""
    return [
        name
        for name, parent in zip(op.inputs, node.parents, strict=True)
        if is_tracked(parent) and op.derivatives.get(name, "g") != "g"
    ]


def _fast_path(op: ElementwiseOp, node: Node) -> Derivative:
    """Backward for nodes like *node*, as a function written for its case.

    For ``a * b`` with two variables of one shape it reads::

        def backward(node, g):
            its_a, its_b, its_y = node.saved
            n = g.size
            if n < limit:
                grad_a, grad_b = small(g, its_a, its_b, n)
            else:
                grad_a, grad_b = empty(n, dtype), empty(n, dtype)
                run((g, its_a, its_b, grad_a, grad_b), n, 1)
            return (grad_a, grad_b,)

    and for ``b`` of a shape that was broadcast::

        def backward(node, g):
            its_a, its_b, its_y = node.saved
            grad_a, grad_b = run(g, its_a, its_b)
            return (grad_a, sum_b(grad_b),)

    On a device a `FlatLoop` runs, whatever the size.
    """
    dtype, shapes = node.dtype, dict(zip((*op.inputs, "y"), node.shapes, strict=True))
    shape, wanted = node.shapes[-1], _wanted(op, node)
    arrays = {
        name
        for name, parent, x in zip(op.inputs, node.parents, node.saved or (), strict=False)
        if parent is not None or isinstance(x, BUFFERS)
    }
    equal = all(shapes[name] == shape for name in arrays)
    if not equal and not size_of(shape):
        return lambda node, g: _general_backward(op, node, g)
    names: dict[str, object] = {"empty": empty, "dtype": dtype}
    results = []
    for name, parent in zip(op.inputs, node.parents, strict=True):
        passes = op.derivatives.get(name) == "g" and is_tracked(parent)
        value = f"grad_{name}" if name in wanted else "g" if passes else "None"
        how = None if value == "None" else reduction.plan_to(shape, shapes[name])
        if how is not None:
            names[f"sum_{name}"] = front.reduction_on(REDUCTIONS["sum"], dtype, how, dtype)
            value = f"sum_{name}({value})"
        results.append(value)
    lines = ["def backward(node, g):"]
    if wanted:
        loop, operands = op.backward_loop(tuple(wanted)), (*op.inputs, "y")
        saved: dict[str, Saved] = {"g": _G, **dict(zip(operands, node.saved or (), strict=True))}
        compute = compute_type(dtype, mathematical=op.mathematical_gradient)
        letters = ""
        kinds: list[DType] = []
        for name in loop.args:
            x = saved.get(name)
            if isinstance(x, BUFFERS):
                letters += "v"
                kinds.append(x.dtype if name in op.free else dtype)
            else:
                letters += "s"
                kinds.append(np.dtype(compute))
        dtypes = tuple(kinds)
        which = loop, dtypes, (dtype,) * len(wanted), compute, letters
        given = ", ".join(name if name == "g" else f"its_{name}" for name in loop.args)
        targets = ", ".join(f"grad_{name}" for name in wanted)
        made = ", ".join(["empty(n, dtype)"] * len(wanted))
        lines.append(f"    {', '.join(f'its_{name}' for name in operands)} = node.saved")
        params = [name for name in loop.args if name in op.params]
        read = "node.params[{!r}]"
        if np.dtype(compute).kind != "f":  # where 1.0 must be cut to an integer, as forward does
            names |= {"cast": as_scalar, "compute": np.dtype(compute)}
            read = f"cast({read}, compute)"
        lines += [f"    its_{name} = {read.format(name)}" for name in params]
    if wanted and node.ctx.device_typeid == GPU:
        names["run"] = front.device_loop(*which)
        lines += [
            "    n, empty = g.size, g.device.empty",
            f"    {targets} = {made}",
            f"    run(({given},), ({targets},))",
        ]
    elif wanted and equal:
        kernel = front.host_loop(*which)
        names |= {"small": kernel.small(), "run": kernel.run, "limit": PARALLEL_ELEMENTS}
        lines += [
            "    n = g.size",
            "    if n < limit:",
            f"        {targets} = small({given}, n)",
            "    else:",
            f"        {targets} = {made}",
            f"        run(({given}, {targets}), n, 1)",
        ]
    elif wanted:
        forms = [
            None if letter == "s" else shapes.get(name, shape)
            for name, letter in zip(loop.args, letters, strict=True)
        ]
        names["run"] = front.call_on(loop, dtypes, tuple(forms), which[2], compute)
        lines.append(f"    {targets} = run({given})")
    lines += [f"    return ({', '.join(results)},)"]
    written: dict[str, Derivative] = {}
    exec("\n".join(lines), names, written)
    return written["backward"]


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
        known: dict[str, tuple[object, Shape | None]] = {"g": (g, shape)}
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
