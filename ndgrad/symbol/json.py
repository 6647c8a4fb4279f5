"""Symbols as text: MXNet's JSON layout, names of operators with a number, parameters as strings."""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..base import BFLOAT16, MXNET_BFLOAT16, MXNetError, as_dtype
from ..ops.table import ElementwiseOp
from ..util import is_np_shape
from .entries import NodeEntry, Operand, Ref, auxiliary_of
from .numpy_operators import NumpyOp
from .operators import FROM_NUMBER, WITH_NUMBER, definition

if TYPE_CHECKING:
    from ..array.types import Scalar

REFLECTED, NUMBERS = "__reflected__", "__numbers__"
_VERSION = 10901  # of MXNet, whose layout this is


# --- parameters -----------------------------------------------------------------------------------


def text(value: object) -> str:
    """A parameter as MXNet writes it; `value_of` reads it back exactly.

    Raises
    ------
    MXNetError
        If *value* has no text.
    """
    if isinstance(value, str):
        try:
            parsed = value_of(value)
        except MXNetError:
            return repr(value)
        return value if parsed.__class__ is str and parsed == value else repr(value)
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, np.dtype):
        return BFLOAT16 if value == MXNET_BFLOAT16 else value.name
    if isinstance(value, type) and issubclass(value, (np.generic, float, int)):
        return np.dtype(value).name
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if value is Ellipsis:
        return "Ellipsis"
    if isinstance(value, slice):
        return f"slice({_text(value.start)}, {_text(value.stop)}, {_text(value.step)})"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_text, value)) + (",)" if len(value) == 1 else ")")
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_text(k)}: {_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, np.ndarray):
        return f"array({_text(value.tolist())}, {value.dtype.name!r}, {value.shape!r})"
    raise MXNetError(f"a parameter of type {type(value).__name__} cannot be saved")


_WORDS = {"inf": math.inf, "nan": math.nan, "Ellipsis": Ellipsis}


def value_of(written: str) -> Any:
    """The value that `text` wrote; what is no literal is a string."""
    try:
        tree = ast.parse(written.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return written
    if isinstance(tree, ast.Name) and tree.id not in _WORDS:
        return written
    try:
        return _literal(tree)
    except (ValueError, TypeError):
        return written


def _literal(tree: ast.expr) -> Any:
    match tree:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=items):
            return tuple(map(_literal, items))
        case ast.List(elts=items):
            return list(map(_literal, items))
        case ast.Dict(keys=keys, values=values):
            return {_literal(k): _literal(v) for k, v in zip(keys, values, strict=True) if k}
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_literal(operand)
        case ast.Name(id=name) if name in _WORDS:
            return _WORDS[name]
        case ast.Call(func=ast.Name(id="slice"), args=items):
            return slice(*map(_literal, items))
        case ast.Call(func=ast.Name(id="array"), args=items):
            values, dtype, shape = map(_literal, items)
            return np.array(values, as_dtype(dtype, op="load_json")).reshape(shape)
    raise ValueError("not a literal")


# --- calls ----------------------------------------------------------------------------------------


def _number(value: Scalar) -> str:
    """A number as MXNet writes it, ``1.0``; a large integer keeps its digits."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and abs(value) > 2**53:
        return str(int(value))
    return repr(float(value))


def _scalar(written: str) -> int | float:
    return int(written) if written.lstrip("-").isdigit() else float(written)


def encoded(entry: NodeEntry, *, strict: bool = True) -> tuple[str, dict[str, str], list[Ref]]:
    """MXNet's name of a call, its attributes and its array inputs.

    Raises
    ------
    MXNetError
        If a parameter cannot be saved; where not *strict*, Python's way to show it is taken.
    """
    if entry.op is None:
        return "null", {}, []
    if entry.op == "Custom":  # whose parameters are a user's, as text
        return entry.op, {key: str(value) for key, value in entry.params.items()}, entry.refs
    attrs = {}
    for key, value in sorted(entry.params.items()):
        try:
            attrs[key] = text(value)
        except MXNetError as error:
            if strict:
                raise MXNetError(f"{entry.name}, operator {entry.op}, {key}: {error}") from None
            attrs[key] = repr(value)
    arrays = entry.refs
    op = None if entry.foreign else entry.definition
    if entry.own is not None:
        return entry.op, attrs, arrays
    if op is not None and op.variadic and "num_args" not in op.params:
        attrs["num_args"] = str(len(arrays))  # which MXNet asks for
    if len(arrays) == len(entry.inputs):
        return entry.op, attrs, arrays
    others = {i: x for i, x in enumerate(entry.inputs) if not isinstance(x, Ref)}
    if op is not None and (op.name, tuple(others)) in WITH_NUMBER:
        name, holders = WITH_NUMBER[op.name, tuple(others)]
        numbers = [(key, others[i]) for i, key in holders.items()]
        attrs |= {key: _number(x) for key, x in numbers if x is not None}
        if isinstance(op, ElementwiseOp) and op.ordered and 0 in others:
            attrs[REFLECTED] = "True"
        if isinstance(op, NumpyOp) and len(op.inputs) == 2:
            attrs["is_int"] = str(all(isinstance(x, (int, np.integer)) for x in others.values()))
        return name, attrs, arrays
    attrs[NUMBERS] = text(others)
    return entry.op, attrs, arrays


def decoded(
    name: str, attrs: Mapping[str, str], arrays: Sequence[Ref]
) -> tuple[str, list[Operand], dict[str, object]]:
    """The operator, operands and parameters of a call that `encoded` or MXNet wrote.

    Raises
    ------
    MXNetError
        If there is no such operator.
    """
    hidden = (REFLECTED, NUMBERS)
    operands: list[Operand] = list(arrays)
    if name in FROM_NUMBER:
        op, holders = FROM_NUMBER[name]
        if REFLECTED in attrs:
            holders = {0: "scalar"}
        as_int = isinstance(op, NumpyOp) and value_of(attrs.get("is_int", "False")) is True
        for position, key in sorted(holders.items()):
            number = _scalar(attrs[key])
            operands.insert(position, int(number) if as_int else number)
        return op.name, operands, {}
    op = definition(name)
    for position, value in sorted(value_of(attrs.get(NUMBERS, "{}")).items()):
        operands.insert(position, value)
    params = {
        key: value_of(value)
        for key, value in attrs.items()
        if key not in hidden and not key.startswith("__") and key in op.params
    }
    return name, operands, params


# --- graphs ---------------------------------------------------------------------------------------


def dumps(order: Sequence[NodeEntry], heads: Sequence[Ref]) -> str:
    """A graph in MXNet's layout, one node an object of four lines."""
    position = {entry: k for k, entry in enumerate(order)}
    states = auxiliary_of(order)  # whose version is 1 in MXNet: the call has written to them
    nodes, rows, arguments = [], [0], []
    shapes: list[object] = []
    dtypes: list[str | None] = []
    for k, entry in enumerate(order):
        if entry.foreign:
            raise MXNetError(
                f"{entry.name} calls the autograd.Function {entry.op!r}, whose code is not part of "
                "the graph: it cannot be saved"
            )
        name, attrs, arrays = encoded(entry)
        attrs = {**attrs, **entry.attrs}
        inputs = [[position[x.entry], x.output, int(x.entry in states)] for x in arrays]
        fields: list[tuple[str, object]] = [("op", name), ("name", entry.name)]
        fields += [("attrs", attrs)] if attrs else []
        fields += [("inputs", inputs)]
        graphs = getattr(entry.own, "graphs", ())
        if graphs:
            fields += [("subgraphs", [json.loads(x.tojson()) for x in graphs])]
        lines = ",\n".join(f'      "{key}": {json.dumps(value)}' for key, value in fields)
        nodes.append(f"    {{\n{lines}\n    }}")
        rows.append(rows[-1] + entry.outputs)
        shapes.extend(entry.shapes or [None] * entry.outputs)
        if entry.op is None:
            arguments.append(k)
            dtypes.append(None if entry.dtype is None else entry.dtype.name)
    facts: dict[str, object] = {"mxnet_version": ["int", _VERSION]}
    if is_np_shape():
        facts["is_np_shape"] = ["int", 1]
    if None not in shapes:
        facts["shape"] = ["list_shape", shapes]
    if None not in dtypes:
        facts["arg_dtype"] = ["list_str", dtypes]
    tail = {
        "arg_nodes": arguments,
        "node_row_ptr": rows,
        "heads": [[position[head.entry], head.output, 0] for head in heads],
        "attrs": facts,
    }
    ending = ",\n".join(f'  "{key}": {json.dumps(value)}' for key, value in tail.items())
    body = ",\n".join(nodes)
    return f'{{\n  "nodes": [\n{body}\n  ],\n{ending}\n}}'
