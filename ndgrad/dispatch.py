"""The one door from arrays to kernels to nodes.

`bind` gives every row of the op table its ways to be called: ``op.call`` on arrays (recorded when
some input is), and the two derivatives that the walk of `ndgrad.graph` uses: `flat_rules` on flat
buffers, and `recorded_rules` on recorded arrays, whose results can be differentiated again.
"""

from __future__ import annotations

import inspect
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .base import MXNetError, promote
from .graph import Array, Leaf, Node, next_stamp, state
from .kernels import _elementwise, _scalar
from .kernels._codegen import compute_type, formula
from .kernels._launch import PARALLEL_ELEMENTS
from .kernels._table import NONE, OPS, ZERO, ElementwiseOp, F, Op, lookup
from .storage import empty

# The class of arrays that operators return; the room above installs NDArray.
_array: type[Array] = Array


def install(array: type[Array]) -> None:
    """Make operators return *array*, and open every row of the table for calls."""
    global _array
    _array = array
    for op in OPS.values():
        bind(op)


def bind(op: Op) -> None:
    """Give a row its ``call``; a row registered later (a user's kernel) is bound by itself."""
    if isinstance(op, ElementwiseOp):
        op.call = _elementwise_call(op)
    else:
        op.call = _structured_call(op)


def _tracked(x: Any) -> bool:
    return isinstance(x, Array) and x._node is not None


def _parent(x: Any) -> Any:
    """What a node holds for an input: its maker, else the version cell of a constant."""
    if isinstance(x, Array):
        return x._version if x._node is None else x._node
    return None


def _index(x: Any) -> int:
    return x._index if isinstance(x, Array) else 0


def record_call(
    op: Op,
    params: Mapping[str, Any],
    inputs: Sequence[Any],
    outputs: Sequence[Array],
) -> None:
    """Make the node of one call and put the visible outputs on it."""
    operands = [*inputs, *outputs]
    if op.variadic:
        keep = [op.saved[0]] * len(inputs) + list(op.saved[1:])
    else:
        keep = list(op.saved)
    saved = tuple(
        (x._data if isinstance(x, Array) else x) if wanted else None
        for x, wanted in zip(operands, keep, strict=True)
    )
    node = Node(
        op,
        params,
        tuple(_parent(x) for x in inputs),
        tuple(_index(x) for x in inputs),
        saved,
        tuple(x._shape if isinstance(x, Array) else () for x in operands),
        tuple(
            x._version if wanted and isinstance(x, Array) else None
            for x, wanted in zip(operands, keep, strict=True)
        ),
        outputs[0]._ctx,
        outputs[0]._data.dtype,
    )
    if op.gradient == NONE:
        node.saved = None
    for i, output in enumerate(outputs[: op.visible]):
        output._node, output._index = node, i


# --- element-wise operators ----------------------------------------------------------------------


def _as_scalar(value: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number as MXNet reads it: cast to the array's dtype before the operation."""
    if dtype.kind == "f":
        return float(value)
    try:
        return int(value)
    except (OverflowError, ValueError):
        raise MXNetError(f"scalar {value!r} has no value in dtype {dtype}") from None


def _common_dtype(op: ElementwiseOp, inputs: Sequence[Any]) -> np.dtype[Any]:
    dtype = None
    for name, x in zip(op.inputs, inputs, strict=True):
        if isinstance(x, Array) and name not in op.free:
            dtype = x._data.dtype if dtype is None else promote(dtype, x._data.dtype)
    if dtype is None:
        array = next(x for x in inputs if isinstance(x, Array))
        dtype = array._data.dtype
    return dtype


def _elementwise_call(op: ElementwiseOp) -> Callable[..., Any]:
    """``op.call`` of an element-wise row: a short way for the commonest calls, then the long."""
    entries: dict[np.dtype[Any], Any] = {}
    saves = op.saved
    numpy_empty = np.empty

    def find(dtype: np.dtype[Any]) -> Any:
        """The serial kernel for operands of one dtype and shape, to be called without checks."""
        loop, compute = op.forward_loop, compute_type(dtype, mathematical=op.mathematical)
        count = len(op.inputs)
        kernel = _elementwise.compiled(loop, (dtype,) * count, (dtype,), compute, "v" * count)
        entries[dtype] = kernel.serial
        return kernel.serial

    def general(*inputs: Any, out: Array | None = None, **params: Any) -> Any:
        return _elementwise_general(op, inputs, params, out)

    if op.params:
        return general

    if len(op.inputs) == 1:
        save_x, save_y = saves

        def unary(x: Any, out: Array | None = None) -> Any:
            if out is not None or x.__class__ is not _array:
                return _elementwise_general(op, (x,), {}, out)
            data = x._data
            n = data.size
            if n >= PARALLEL_ELEMENTS:
                return _elementwise_general(op, (x,), {}, None)
            dtype = data.dtype
            serial = entries.get(dtype) or find(dtype)
            y = numpy_empty(n, dtype)
            serial(data, y, 0, n)
            shape, ctx = x._shape, x._ctx
            result = _array(y, shape, ctx)
            parent = x._node
            if parent is not None and state.recording:
                result._node = Node(
                    op,
                    None,
                    (parent,),
                    (x._index,),
                    (data if save_x else None, y if save_y else None),
                    (shape, shape),
                    (x._version if save_x else None, result._version if save_y else None),
                    ctx,
                    dtype,
                )
            return result

        return unary

    if len(op.inputs) == 2:
        save_a, save_b, save_y = saves

        def binary(a: Any, b: Any, out: Array | None = None) -> Any:
            if out is not None or a.__class__ is not _array or b.__class__ is not _array:
                return _elementwise_general(op, (a, b), {}, out)
            data_a, data_b = a._data, b._data
            n, dtype, shape = data_a.size, data_a.dtype, a._shape
            if n >= PARALLEL_ELEMENTS or shape != b._shape or dtype is not data_b.dtype:
                return _elementwise_general(op, (a, b), {}, None)
            serial = entries.get(dtype) or find(dtype)
            y = numpy_empty(n, dtype)
            serial(data_a, data_b, y, 0, n)
            ctx = a._ctx
            result = _array(y, shape, ctx)
            node_a, node_b = a._node, b._node
            if (node_a is not None or node_b is not None) and state.recording:
                result._node = Node(
                    op,
                    None,
                    (
                        a._version if node_a is None else node_a,
                        b._version if node_b is None else node_b,
                    ),
                    (a._index, b._index),
                    (
                        data_a if save_a else None,
                        data_b if save_b else None,
                        y if save_y else None,
                    ),
                    (shape, shape, shape),
                    (
                        a._version if save_a else None,
                        b._version if save_b else None,
                        result._version if save_y else None,
                    ),
                    ctx,
                    dtype,
                )
            return result

        return binary

    return general


def _elementwise_general(
    op: ElementwiseOp,
    inputs: tuple[Any, ...],
    params: dict[str, Any],
    out: Array | None,
) -> Any:
    """Any element-wise call: mixed dtypes, numbers, broadcasting, large arrays, ``out``."""
    arrays = [x for x in inputs if isinstance(x, Array)]
    if not arrays:
        return _on_numbers(op, inputs, params)
    for name, x in zip(op.keywords, inputs, strict=True):
        if not isinstance(x, (Array, numbers.Number, np.generic)):
            raise TypeError(
                f"Operator {op.name}: argument {name} must be an NDArray or a number; "
                f"type {type(x)} not supported"
            )
    dtype = _common_dtype(op, inputs)
    inputs = tuple(
        _converted(x, dtype) if name not in op.free else x
        for name, x in zip(op.inputs, inputs, strict=True)
    )
    params = {**op.params, **params} if op.params else params
    loop, compute = op.forward_loop, compute_type(dtype, mathematical=op.mathematical)
    shapes = tuple(x._shape if isinstance(x, Array) else None for x in inputs)
    known = tuple(s for s in shapes if s is not None)
    if not op.broadcast and any(s != known[0] for s in known):
        raise MXNetError(
            f"Operator {op.name}: shapes must be equal, expected {list(known[0])}, "
            f"got {list(next(s for s in known if s != known[0]))}"
        )
    shape = _elementwise.layout(known, op.name).shape if len(known) > 1 else known[0]
    recorded = state.recording and any(_tracked(x) for x in inputs)
    target = None
    if out is not None:
        check_writable(out, op.name)
        if not recorded and out._shape == shape and out._data.dtype == dtype:
            target = _safe_target(out, arrays)
    y = empty(_size(shape), dtype) if target is None else target
    operands = tuple(
        x._data if isinstance(x, Array) else _as_scalar(x, np.dtype(compute)) for x in inputs
    )
    extra = loop.args[len(inputs) :]
    operands += tuple(_as_scalar(params[name], np.dtype(compute)) for name in extra)
    if y.size:
        _elementwise.run(loop, operands, shapes + (None,) * len(extra), (y,), compute)
    if target is not None:
        written(out)
        return out
    result = _array(y, shape, arrays[0]._ctx)
    if recorded:
        record_call(op, params, inputs, (result,))
    return result if out is None else write_into(out, result, op.name)


def convert(x: Array, dtype: np.dtype[Any]) -> Array:
    """*x* itself when it has *dtype*, else a recorded cast."""
    return x if x._data.dtype == dtype else lookup("Cast").call(x, dtype=dtype)


def _converted(x: Any, dtype: np.dtype[Any]) -> Any:
    if isinstance(x, Array):
        return convert(x, dtype)
    return x if dtype.kind == "f" else _as_scalar(x, dtype)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _on_numbers(op: ElementwiseOp, inputs: tuple[Any, ...], params: Mapping[str, Any]) -> Any:
    """The value for plain numbers: derivatives of ``2 ** x`` ask for ``log(2)``."""
    values = dict(zip(op.inputs, inputs, strict=True)) | dict(op.params) | dict(params)
    return formula(op.formula).evaluate(_SCALAR_FUNCTIONS, values)


class _ScalarFunctions(dict[str, Any]):
    """The scalar library by formula name, for Python numbers."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        function = getattr(_scalar, _scalar.resolve(name, "float64"))

        def call(*args: Any) -> Any:
            return function(*(x if isinstance(x, bool) else float(x) for x in args))

        self[name] = call
        return call


def _functions_for(text: str, find: Callable[[str], Any]) -> dict[str, Any]:
    return {name: find(name) for name in formula(text).functions}


_SCALAR_FUNCTIONS = _ScalarFunctions()


def _safe_target(out: Array, inputs: Sequence[Array]) -> np.ndarray[Any, Any] | None:
    """The buffer of *out* if a kernel may write there while it reads *inputs*."""
    target = out._data
    for x in inputs:
        data = x._data
        same = data is target or (
            data.size == target.size
            and data.__array_interface__["data"] == target.__array_interface__["data"]
        )
        if not same and np.may_share_memory(data, target):
            return None
    return target


def _elementwise_flat(op: ElementwiseOp) -> Callable[[Node, Any], Sequence[Any]]:
    """First-order backward of an element-wise row, on flat buffers."""
    entries: dict[Any, Any] = {}
    count = len(op.inputs)
    # What a gradient formula reads besides g, as positions in Node.saved.
    positions = {name: i for i, name in enumerate((*op.inputs, "y"))}

    def plan(needed: tuple[bool, ...]) -> tuple[Any, tuple[int, ...], tuple[int, ...]]:
        chosen = [
            name
            for name, need in zip(op.inputs, needed, strict=True)
            if need and name in op.derivatives and op.derivatives[name] != "g"
        ]
        loop = op.backward_loop(tuple(chosen))
        reads = tuple(-1 if a == "g" else positions.get(a, -2) for a in loop.args)
        return loop, reads, tuple(positions[name] for name in chosen)

    def backward(node: Node, g: np.ndarray[Any, Any]) -> Sequence[Any]:
        if op.gradient == ZERO:
            return (None,) * count
        needed = tuple(p is not None and p.__class__ is not list for p in node.parents)
        saved, shapes = node.saved, node.shapes
        assert saved is not None
        n, dtype = g.size, node.dtype
        shape = shapes[-1]
        results: list[Any] = [
            g if need and op.derivatives.get(name) == "g" else None
            for name, need in zip(op.inputs, needed, strict=True)
        ]
        key = (dtype, needed)
        found = entries.get(key)
        if found is None:
            loop, reads, writes = plan(needed)
            found = entries[key] = [loop, reads, writes, None]
        loop, reads, writes, serial = found
        if writes:
            outs = tuple([empty(n, dtype) for _ in writes])
            operands = tuple([g if i == -1 else saved[i] if i >= 0 else None for i in reads])
            simple = serial is not None and n < PARALLEL_ELEMENTS
            if simple:
                for i in reads:
                    if i >= 0 and (saved[i].__class__ is not np.ndarray or shapes[i] != shape):
                        simple = False
                        break
            if simple:
                serial(*operands, *outs, 0, n)
            elif n:
                _flat_general(op, node, loop, reads, operands, outs, found)
            for i, out in zip(writes, outs, strict=True):
                results[i] = out
        for i in range(count):
            if results[i] is not None and shapes[i] != shape and needed[i]:
                results[i] = sum_to(results[i], shape, shapes[i], node)
        return results

    return backward


def _flat_general(
    op: ElementwiseOp,
    node: Node,
    loop: Any,
    reads: tuple[int, ...],
    operands: tuple[Any, ...],
    outs: tuple[Any, ...],
    found: list[Any],
) -> None:
    """Gradient formulas over numbers, broadcast operands or large arrays."""
    dtype, shape = node.dtype, node.shapes[-1]
    compute = compute_type(dtype, mathematical=op.mathematical)
    values, forms = [], []
    for name, i, operand in zip(loop.args, reads, operands, strict=True):
        if i == -2:
            values.append(_as_scalar(node.params[name], np.dtype(compute)))
            forms.append(None)
        elif isinstance(operand, np.ndarray):
            values.append(operand)
            forms.append(shape if i == -1 else node.shapes[i])
        else:
            values.append(_as_scalar(operand, np.dtype(compute)))
            forms.append(None)
    if not any(form == shape for form in forms):
        # Every operand is a number or broadcast; a view of the result settles the loop's shape.
        raise AssertionError(f"{loop.name}: a gradient formula must use g")
    _elementwise.run(loop, tuple(values), tuple(forms), outs, compute)
    if all(form == shape for form in forms) and all(v.dtype == dtype for v in values):
        count = len(forms)
        kernel = _elementwise.compiled(
            loop, (dtype,) * count, (dtype,) * len(outs), compute, "v" * count
        )
        found[3] = kernel.serial


def sum_to(
    data: np.ndarray[Any, Any], shape: tuple[int, ...], target: tuple[int, ...], node: Node
) -> np.ndarray[Any, Any]:
    """Sum a flat buffer of *shape* over the axes along which *target* was broadcast."""
    with_shape = _array(data, shape, node.ctx)
    return unrecorded(lookup("_sum_to").call, with_shape, shape=target)._data


def unrecorded(function: Callable[..., Any], *args: Any, **params: Any) -> Any:
    """Call with recording off."""
    before, state.recording = state.recording, False
    try:
        return function(*args, **params)
    finally:
        state.recording = before


def _elementwise_recorded(op: ElementwiseOp) -> Callable[[Node, Any], Sequence[Any]]:
    """Backward of an element-wise row by evaluating its formulas on recorded arrays."""

    def backward(node: Node, g: Array) -> Sequence[Any]:
        if op.gradient == ZERO:
            return (None,) * len(op.inputs)
        operands = _operands(node)
        values = dict(zip((*op.inputs, "y"), operands, strict=True))
        values |= {"g": g, **(node.params or {})}
        results: list[Any] = []
        for i, name in enumerate(op.inputs):
            parent = node.parents[i]
            if parent is None or parent.__class__ is list or name not in op.derivatives:
                results.append(None)
                continue
            text = op.derivatives[name]
            functions = _functions_for(text, lambda f: getattr(F, f))
            value = formula(text).evaluate(functions, values)
            if value._shape != node.shapes[i]:
                value = F._sum_to(value, shape=node.shapes[i])
            results.append(value)
        return results

    return backward


# --- operators with structure --------------------------------------------------------------------


def _structured_call(op: Op) -> Callable[..., Any]:
    forward = op.forward
    assert forward is not None
    training = "_training" in op.params
    single = op.visible == 1

    def call(*inputs: Any, out: Any = None, **params: Any) -> Any:
        if training:
            params["_training"] = state.training
        results = forward(*inputs, **params)
        if isinstance(results, tuple):
            results = [results]
        ctx = next((x._ctx for x in inputs if isinstance(x, Array)), None)
        if ctx is None:
            raise TypeError(f"Operator {op.name}: expected at least one NDArray")
        outputs = [_wrap(data, shape, ctx, inputs) for data, shape in results]
        if state.recording and any(_tracked(x) for x in inputs):
            record_call(op, {**op.params, **params}, inputs, outputs)
        if out is not None:
            return _write_all(out, outputs[: op.visible or len(outputs)], op.name)
        if single:
            return outputs[0]
        return outputs[: op.visible]

    return call


def _wrap(
    data: np.ndarray[Any, Any], shape: tuple[int, ...], ctx: Any, inputs: Sequence[Any]
) -> Array:
    """An array around a forward's result, which may be a view of an input's memory."""
    for x in inputs:
        if isinstance(x, Array) and (data is x._data or data.base is x._data):
            return _array(data, shape, ctx, x._version)
    return _array(data, shape, ctx)


def _write_all(out: Any, results: Sequence[Array], what: str) -> Any:
    targets = list(out) if isinstance(out, (list, tuple)) else [out]
    if len(targets) != len(results):
        raise MXNetError(f"Operator {what}: out has {len(targets)} arrays, expected {len(results)}")
    for target, result in zip(targets, results, strict=True):
        write_into(target, result, what)
    return out


def _operands(node: Node) -> list[Any]:
    """A node's saved inputs and outputs as arrays that hang in the graph again."""
    inputs = len(node.parents)
    operands: list[Any] = []
    for i, (value, shape) in enumerate(zip(node.saved or (), node.shapes, strict=True)):
        if value.__class__ is not np.ndarray:
            operands.append(value)
            continue
        x = _array(value, shape, node.ctx)
        if i >= inputs:
            if i - inputs < node.op.visible:
                x._node, x._index = node, i - inputs
        elif node.parents[i].__class__ is not list:
            x._node, x._index = node.parents[i], node.indices[i]
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
    else:
        values.update(zip(op.inputs, operands, strict=False))
        values.update(
            zip((f"{name}_shape" for name in op.inputs), node.shapes[:inputs], strict=False)
        )
        values.update(
            (f"{name}_dtype", parent.dtype)
            for name, parent in zip(op.inputs, node.parents, strict=False)
            if isinstance(parent, (Node, Leaf))
        )
    values.update(zip(op.outputs, operands[inputs:], strict=True))
    values.update(
        zip((f"{name}_shape" for name in op.outputs), node.shapes[inputs:], strict=True)
    )
    values["needs"] = tuple(p is not None and p.__class__ is not list for p in node.parents)
    values["g"] = grads[0]
    values.update(zip((f"g_{name}" for name in op.outputs), grads, strict=False))
    wanted = inspect.signature(function).parameters
    results = function(**{name: values[name] for name in wanted})
    return results if isinstance(results, (tuple, list)) else (results,)


# --- the two sets of rules for the walk ----------------------------------------------------------


class _FlatRules:
    """First-order gradients: flat buffers, nothing recorded."""

    def __init__(self) -> None:
        self._backward: dict[str, Callable[[Node, Any], Sequence[Any]]] = {}

    def ones(self, node: Node | Leaf, shape: tuple[int, ...]) -> Any:
        return _filled(shape, node.dtype, 1)

    def zeros(self, shape: tuple[int, ...], node: Node | Leaf) -> Any:
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

    def backward(self, node: Node, grads: Any) -> Sequence[Any]:
        op = node.op
        try:
            return self._backward[op.name](node, grads)
        except KeyError:
            pass
        if isinstance(op, ElementwiseOp):
            self._backward[op.name] = _elementwise_flat(op)
        else:
            self._backward[op.name] = self._structured
        return self._backward[op.name](node, grads)

    def _structured(self, node: Node, grads: Any) -> Sequence[Any]:
        op = node.op
        if op.gradient == ZERO:
            return (None,) * len(node.parents)
        if len(op.outputs) == 1:
            grads = (grads,)
        function = op.fast_vjp or op.vjp
        if function is None:
            return op.custom_backward(node, grads)  # type: ignore[no-any-return]
        inputs = len(node.parents)
        arrays = [
            _array(_filled(shape, node.dtype, 0) if g is None else g, shape, node.ctx)
            for g, shape in zip(grads, node.shapes[inputs:], strict=False)
        ]
        results = unrecorded(_apply_vjp, op, function, node, arrays)
        return [None if r is None else r._data for r in results]


class _RecordedRules:
    """Gradients as recorded arrays, for ``create_graph``."""

    def ones(self, node: Node | Leaf, shape: tuple[int, ...]) -> Any:
        return _array(_filled(shape, node.dtype, 1), shape, node.ctx)

    def zeros(self, shape: tuple[int, ...], node: Node | Leaf) -> Any:
        return _array(_filled(shape, node.dtype, 0), shape, node.ctx)

    def add(self, a: Any, b: Any) -> Any:
        return F.broadcast_add(a, b)

    add_into = add

    def backward(self, node: Node, grads: Any) -> Sequence[Any]:
        op = node.op
        if isinstance(op, ElementwiseOp):
            return _elementwise_recorded(op)(node, grads)
        if op.gradient == ZERO:
            return (None,) * len(node.parents)
        if len(op.outputs) == 1:
            grads = (grads,)
        if op.vjp is None:
            return op.custom_backward(node, grads)  # type: ignore[no-any-return]
        inputs = len(node.parents)
        arrays = [
            self.zeros(shape, node) if g is None else g
            for g, shape in zip(grads, node.shapes[inputs:], strict=False)
        ]
        return list(_apply_vjp(op, op.vjp, node, arrays))


def _filled(shape: tuple[int, ...], dtype: np.dtype[Any], value: int) -> np.ndarray[Any, Any]:
    data = empty(_size(shape), dtype)
    data.fill(value)
    return data


flat_rules = _FlatRules()
recorded_rules = _RecordedRules()


# --- writing -------------------------------------------------------------------------------------

IN_GRAPH = (
    "Assigning to NDArrays that are already in a computational graph will cause undefined behavior "
    "when evaluating gradients. Please call backward first to clear the graph or do this out side "
    "of a record section. Nothing was written."
)


def check_writable(target: Array, what: str) -> None:
    """Refuse to write to an array of the graph while recording, before anything is written."""
    if target._node is not None and state.recording:
        raise MXNetError(f"{what}: {IN_GRAPH}")


def written(target: Array) -> None:
    """Note that *target*'s memory changed: what nodes saved of it is spoilt."""
    target._version[0] = next_stamp()


def write_into(target: Array, value: Array, what: str) -> Array:
    """Copy *value* into *target*, which takes over its place in the graph.

    Raises
    ------
    MXNetError
        If the shapes differ, or *target* is in the graph while recording.
    """
    check_writable(target, what)
    if target._shape != value._shape:
        raise MXNetError(
            f"Operator {what}: out has shape {list(target._shape)}, "
            f"inferred shape={list(value._shape)}"
        )
    converted = convert(value, target._data.dtype)
    if state.recording and isinstance(converted._node, Leaf):
        converted = lookup("identity").call(converted)  # the target is no variable itself
    copy_flat(converted._data, target._data)
    written(target)
    if state.recording:
        target._node, target._index = converted._node, converted._index
    return target


def copy_flat(source: np.ndarray[Any, Any], target: np.ndarray[Any, Any]) -> None:
    """Copy equal-sized flat buffers of one dtype."""
    if source.size and source is not target:
        np.copyto(target, source)
