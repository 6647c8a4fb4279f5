"""Calls of operators with structure, the node of a call, and writes into arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .. import tracing
from ..base import DType, MXNetError, Shape, shown
from ..context import GPU, Context
from ..kernels import front
from ..memory.device import (
    BUFFERS,
    Buffer,
    context_device,
    in_use,
    on_device,
    operands_device,
    to_device,
)
from ..ops.table import NONE, CompositeOp, Op, lookup
from ..tape import (
    Array,
    Leaf,
    Parent,
    Saved,
    Version,
    new_array,
    new_node,
    state,
)
from . import classes
from .writes import check_writable, recorded_write, written

_P = ParamSpec("_P")
_R = TypeVar("_R")
_A = TypeVar("_A", bound=Array)


def tracked(x: object) -> bool:
    return isinstance(x, Array) and x._node is not None


def _parent(x: object) -> Parent:
    """What a node holds for an input: its maker, else the version counter of a constant."""
    if isinstance(x, Array):
        return x._version if x._node is None else x._node
    return None


@cache
def _keeps(op: Op, inputs: int, outputs: int) -> tuple[bool, ...]:
    return op.keeps(inputs, outputs)


def record_call(
    op: Op,
    params: Mapping[str, object],
    inputs: Sequence[Any],
    outputs: Sequence[Array],
) -> None:
    """Make the node of one call and put the visible outputs on it.

    Numbers are kept whether backward uses them or not, so that the call can be shown and repeated.
    """
    saved: list[Saved] = []
    shapes: list[Shape] = []
    versions: list[Version | None] = []
    operands = (*inputs, *outputs)
    for x, wanted in zip(operands, _keeps(op, len(inputs), len(outputs)), strict=True):
        if isinstance(x, Array):
            saved.append(x._data if wanted else None)
            shapes.append(x._shape)
            versions.append(x._version if wanted else None)
        else:
            saved.append(x)
            shapes.append(())
            versions.append(None)
    if op.states is not None:
        for name in op.states({**op.params, **params}):
            i = op.inputs.index(name)
            saved[i], versions[i] = inputs[i], None
    new_node(
        op,
        params,
        tuple([_parent(x) for x in inputs]),
        None if op.gradient == NONE else tuple(saved),
        tuple(versions),
        tuple(shapes),
        op.visible_of(outputs, params),
    )


def convert(x: _A, dtype: DType) -> _A:
    """*x* itself when it has *dtype*, else a recorded cast."""
    return x if x._data.dtype == dtype else lookup("Cast").call(x, dtype=dtype)


def unrecorded(function: Callable[_P, _R], /, *args: _P.args, **params: _P.kwargs) -> _R:
    """Call with recording off."""
    before, state.recording = state.recording, False
    try:
        return function(*args, **params)
    finally:
        state.recording = before


def structured_call(op: Op) -> Callable[..., object]:
    """``op.call`` of an operator with structure."""
    forward = op.forward
    assert forward is not None
    defaults, single, training = op.params, op.single, "_training" in op.params
    before = op.before_forward
    updates = [(op.outputs.index(y), op.inputs.index(x)) for y, x in op.updates.items()]

    def call(*inputs: Any, out: object = None, **params: object) -> object:
        if training:
            params["_training"] = state.training
        if before is not None:
            _set_states(before, inputs, {**defaults, **params})
        if tracing.active and (recorder := tracing.recorder()) is not None:
            results = recorder.forward(op, inputs, params)
        elif (
            in_use
            and (target := operands_device(f"Operator {op.name}", op.keywords, inputs)) is not None
        ):
            with on_device(target):
                results = forward(*inputs, **params)
        else:
            results = forward(*inputs, **params)
        if isinstance(results, tuple):
            results = (results,)
        try:
            outputs = [_wrap(inputs, *result) for result in results]
        except TypeError:
            _check_results(op, results)
            raise
        if state.recording:
            for x in inputs:
                if isinstance(x, Array) and x._node is not None:
                    record_call(op, {**defaults, **params}, inputs, outputs)
                    break
        for output, i in updates:
            if i < len(inputs) and inputs[i] is not None:
                unrecorded(_replace, inputs[i], outputs[output])
        if out is not None:
            return _write_all(out, op.visible_of(outputs, params), op.name)
        if single:
            return outputs[0]
        visible = op.visible_of(outputs, params)
        return visible[0] if len(visible) == 1 else visible

    return call


def _set_states(
    before: Callable[..., None], inputs: Sequence[object], params: Mapping[str, object]
) -> None:
    """Call what an operator does before forward."""
    if tracing.is_repeating():
        return
    recorder = tracing.recorder() if tracing.active else None
    with nullcontext() if recorder is None else recorder.setting_states():
        unrecorded(before, *inputs, **params)


def composite_call(op: CompositeOp) -> Callable[..., object]:
    """``op.call`` of a composite operator."""
    function, training, writes = op.function, "_training" in op.params, "_out" in op.params

    def call(*inputs: object, out: object = None, **params: object) -> object:
        if training:
            params["_training"] = state.training
        if writes:
            targets: list[Any] = list(out) if isinstance(out, (list, tuple)) else [out]
            if not targets:
                raise MXNetError(f"Operator {op.name}: out has no arrays")
            for target in targets:
                if target is not None:
                    check_writable(target, op.name)
            return function(*inputs, _out=out, **params)
        result = function(*inputs, **params)
        if out is None:
            return result
        results = result if isinstance(result, (list, tuple)) else [result]
        return _write_all(out, results, op.name)

    return call


def _replace(target: Array, value: Array) -> None:
    """Write a hidden output to an input: whatever the input's place in the graph is, it stays."""
    front.copy(convert(value, target._data.dtype)._data, target._data)
    written(target)


def _check_results(op: Op, results: object) -> None:
    """Raise if a forward, of a user say, has not returned what a forward returns."""
    for result in results if isinstance(results, (list, tuple)) else (results,):
        if not isinstance(result, tuple) or len(result) not in (2, 3):
            raise TypeError(
                f"Operator {op.name}: its function must return (buffer, shape), or a list of such, "
                f"got {shown(result)}"
            )


def _wrap(inputs: Sequence[Any], data: Buffer, shape: Shape, to: Context | None = None) -> Array:
    """An array around a forward's result, which may be a view of an input's memory.

    It is on the inputs' device unless the forward says *to* which it was moved.
    """
    array = classes.array
    if to is not None:
        return array(data, shape, to)
    if in_use:
        ctx = inputs[0]._ctx
        if ctx.device_typeid == GPU and data.__class__ is np.ndarray:
            # A few numbers that were computed on the host.
            data = to_device(data, context_device(ctx))
    base = data.base
    # A view of a view has the same base as the view: the array that owns the memory.
    owner = base if base.__class__ in BUFFERS else data
    for x in inputs:
        if isinstance(x, array) and (x._data is owner or x._data.base is owner):
            return array(data, shape, x._ctx, x._version)
    if tracing.active or data.__class__ is not np.ndarray:
        return array(data, shape, inputs[0]._ctx)  # which tells the recorder
    return new_array(array, data, shape, inputs[0]._ctx)


def _write_all(out: Any, results: Sequence[Array], what: str) -> object:
    targets = list(out) if isinstance(out, (list, tuple)) else [out]
    if len(targets) != len(results):
        raise MXNetError(f"Operator {what}: out has {len(targets)} arrays, expected {len(results)}")
    for target, result in zip(targets, results, strict=True):
        write_into(target, result, what)
    return out


def separated(arrays: Sequence[Array], others: Iterable[Array]) -> list[Array]:
    """Replace *arrays* by copies (recorded) where they share memory with *others* or each other."""
    taken = {id(x._version) for x in others}  # there is one for each memory
    results = []
    for x in arrays:
        if id(x._version) in taken:
            x = lookup("identity").call(x)
        taken.add(id(x._version))
        results.append(x)
    return results


def write_into(target: _A, value: Array, what: str) -> _A:
    """Copy *value* into *target*, which takes over its place in the graph.

    Raises
    ------
    MXNetError
        If the shapes differ, or *target* is a variable while recording.
    """
    if isinstance(target, classes.sparse):
        return target._assign(value)
    check_writable(target, what)
    if target._shape != value._shape:
        raise MXNetError(
            f"Operator {what}: out has shape {list(target._shape)}, "
            f"inferred shape={list(value._shape)}"
        )
    converted = convert(value, target._data.dtype)
    if state.recording and isinstance(converted._node, Leaf):
        converted = lookup("identity").call(converted)  # the target is no variable itself
    front.copy(converted._data, target._data)
    written(target)
    if state.recording:
        recorded_write(target, converted._node)
    return target
