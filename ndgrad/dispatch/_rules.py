"""Derivatives for the walk of the graph: on flat buffers, and on recorded arrays."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import Leaf, Node, Port
from ..kernels import _elementwise
from ..kernels._codegen import compute_type
from ..kernels._table import DIFFERENTIABLE, ElementwiseOp, F, Op, lookup
from ..storage import empty
from . import _classes
from ._calls import unrecorded
from ._elementwise import flat_derivative, recorded_derivative, size_of


def _operands(node: Node) -> list[Any]:
    """A node's saved inputs and outputs as arrays that hang in the graph again."""
    inputs = len(node.parents)
    operands: list[Any] = []
    for i, (value, shape) in enumerate(zip(node.saved or (), node.shapes, strict=True)):
        if value.__class__ is not np.ndarray:
            operands.append(value)
            continue
        x = _classes.array(value, shape, node.ctx)
        if i < inputs:
            parent = node.parents[i]
            if parent.__class__ is not list:
                x._node = parent
        elif node.op.single and i == inputs:
            x._node = node
        elif i - inputs < len(node.op.visible_of(node.shapes[inputs:])):
            x._node = Port(node, i - inputs, value.dtype)
        operands.append(x)
    return operands


def _apply_vjp(op: Op, function: Callable[..., Any], node: Node, grads: Sequence[Any]) -> Any:
    """Call a derivative with what its parameters name; returns one gradient per input."""
    inputs = len(node.parents)
    operands = _operands(node)
    values: dict[str, Any] = dict(node.params or {})
    if op.variadic:
        (name,) = op.inputs
        values[name] = operands[:inputs]
        values[f"{name}_shape"] = node.shapes[:inputs]
        values[f"{name}_dtype"] = [getattr(parent, "dtype", None) for parent in node.parents]
    else:
        values.update(zip(op.inputs, operands, strict=False))
        values.update(
            zip((f"{name}_shape" for name in op.inputs), node.shapes[:inputs], strict=False)
        )
        values.update(
            (f"{name}_dtype", parent.dtype)
            for name, parent in zip(op.inputs, node.parents, strict=False)
            if isinstance(parent, (Node, Port, Leaf))
        )
    outputs, shapes = op.output_names(len(node.shapes) - inputs), node.shapes[inputs:]
    values.update(zip(outputs, operands[inputs:], strict=True))
    values.update(zip((f"{name}_shape" for name in outputs), shapes, strict=True))
    values["needs"] = tuple(p is not None and p.__class__ is not list for p in node.parents)
    values["g"] = grads[0]
    values["grads"] = grads
    values.update(zip((f"g_{name}" for name in outputs), grads, strict=False))
    wanted = inspect.signature(function).parameters
    results = function(**{name: values.get(name) for name in wanted})
    return results if isinstance(results, (tuple, list)) else (results,)


def flat_backward(op: Op) -> Callable[[Node, Any], Sequence[Any]]:
    """First-order backward of a row: flat buffers in and out, nothing recorded."""
    if isinstance(op, ElementwiseOp):
        return flat_derivative(op)
    if op.gradient != DIFFERENTIABLE:
        return _no_gradients
    function = op.fast_vjp or op.vjp
    assert function is not None

    def backward(node: Node, grads: Any) -> Sequence[Any]:
        shapes = node.shapes[len(node.parents) :]
        arrays = [
            _classes.array(_filled(shape, node.dtype, 0) if g is None else g, shape, node.ctx)
            for g, shape in zip(_as_list(grads), shapes, strict=False)
        ]
        results = unrecorded(_apply_vjp, op, function, node, arrays)
        return [None if result is None else result._data for result in results]

    return backward


def recorded_backward(op: Op) -> Callable[[Node, Any], Sequence[Any]]:
    """Backward of a row on recorded arrays, which can be differentiated again."""
    if op.gradient != DIFFERENTIABLE:
        return _no_gradients
    if isinstance(op, ElementwiseOp):
        return lambda node, g: recorded_derivative(op, node, g, _operands(node))
    function = op.vjp
    assert function is not None

    def backward(node: Node, grads: Any) -> Sequence[Any]:
        shapes = node.shapes[len(node.parents) :]
        arrays = [
            recorded_rules.zeros(shape, node) if g is None else g
            for g, shape in zip(_as_list(grads), shapes, strict=False)
        ]
        return _apply_vjp(op, function, node, arrays)

    return backward


def _no_gradients(node: Node, grads: Any) -> Sequence[Any]:
    return (None,) * len(node.parents)


def _as_list(grads: Any) -> list[Any]:
    """A node of one visible output receives its gradient, any other a list of them."""
    return grads if isinstance(grads, list) else [grads]


def _filled(shape: tuple[int, ...], dtype: np.dtype[Any], value: int) -> np.ndarray[Any, Any]:
    data = empty(size_of(shape), dtype)
    data.fill(value)
    return data


class _FlatRules:
    """First-order gradients: flat buffers, nothing recorded."""

    flat = True

    def ones(self, node: Any, shape: tuple[int, ...]) -> Any:
        return _filled(shape, node.dtype, 1)

    def zeros(self, shape: tuple[int, ...], node: Any) -> Any:
        return _filled(shape, node.dtype, 0)

    def add(self, a: Any, b: Any) -> Any:
        return self._sum(a, b, empty(a.size, a.dtype))

    def add_into(self, a: Any, b: Any) -> Any:
        return self._sum(a, b, a)

    @staticmethod
    def _sum(a: Any, b: Any, out: Any) -> Any:
        loop = lookup("broadcast_add").forward_loop  # type: ignore[attr-defined]
        compute = compute_type(a.dtype, mathematical=False)
        if a.size:
            _elementwise.run(loop, (a, b), (a.shape, b.shape), (out,), compute)
        return out


class _RecordedRules:
    """Gradients as recorded arrays, for ``create_graph``."""

    flat = False

    def ones(self, node: Any, shape: tuple[int, ...]) -> Any:
        return _classes.array(_filled(shape, node.dtype, 1), shape, node.ctx)

    def zeros(self, shape: tuple[int, ...], node: Any) -> Any:
        return _classes.array(_filled(shape, node.dtype, 0), shape, node.ctx)

    def add(self, a: Any, b: Any) -> Any:
        return F.broadcast_add(a, b)

    add_into = add


flat_rules = _FlatRules()
recorded_rules = _RecordedRules()
