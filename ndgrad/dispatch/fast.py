"""The fast path of element-wise calls: arrays of one dtype and shape, and numbers.

Eager programs on small arrays spend their time here, so a call is one Python function that does
nothing which could be done once.  It is written from one template, for the number of inputs, the
operands that a node saves, and the parameters; kernels are bound by dtype; the attributes of
results and nodes are set in place, which takes half the time of a constructor.  What does not fit
goes the general way: other dtypes, broadcasting, ``out``, devices, and all that happens while
tracing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import written_function
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..memory.storage import empty
from ..ops.table import ElementwiseOp
from ..tape import Node, next_version, state
from ..tracing import active
from . import classes
from .elementwise import Kernels, general_call

_NAMES = {1: ["data"], 2: ["lhs", "rhs"], 3: ["first", "second", "third"]}
"""What callers may name the inputs."""

_CASES = {1: ("v",), 2: ("vv", "vs", "sv"), 3: ("vvv",)}
"""Of some inputs, which are arrays (v) and which are numbers (s), the commonest first."""


def elementwise_call(op: ElementwiseOp) -> Callable[..., Any]:
    """``op.call`` of an element-wise operator."""
    general = general_call(op)
    if arranged := op.arranged:
        return lambda *inputs, out=None, **params: general(tuple(arranged(*inputs)), params, out)
    if op.free or len(op.inputs) not in _CASES:
        return lambda *inputs, out=None, **params: general(inputs, params, out)
    count = len(op.inputs)
    extra = op.forward_loop.args[count:]
    names: dict[str, Any] = {
        "limit": PARALLEL_ELEMENTS,
        "Node": Node,
        "active": active,
        "array": classes.array,
        "empty": empty,
        "general": general,
        "new": np.empty,
        "new_array": classes.array.__new__,
        "next_version": next_version,
        "nothing": (None,) * (count + 1),
        "op": op,
        "state": state,
    }
    for letters in _CASES[count]:
        names[letters] = Kernels(op, letters + "s" * len(extra))
    form = count, op.saved, extra, bool(op.params)
    return written_function("call", lambda: source(*form), names)


def source(count: int, saved: tuple[bool, ...], extra: tuple[str, ...], params: bool) -> str:
    """The text of the call for operators of one form.

    For ``tanh``, which saves its output, it reads::

        def call(data, out=None, name=None):
            if active or out is not None:
                return general((data,), {}, out)
            if data.__class__ is array:
                data_data = data._data
                n, dtype, shape = data_data.size, data_data.dtype, data._shape
                if n < limit:
                    y = new(n, dtype)
                    v[dtype].serial(data_data, y, 0, n)
                else:
                    y = empty(n, dtype)
                    v[dtype].run((data_data, y,), n, 1)
                result = new_array(array)
                result._data, result._shape, result._ctx = y, shape, data._ctx
                result._version, result._node = [0], None
                data_node = data._node
                if data_node is not None and state.recording:
                    node = result._node = Node()
                    node.op, node.params = op, None
                    node.parents = (data_node,)
                    node.saved = (None, y,)
                    node.versions = (None, result._version,)
                    node.shapes = (shape, shape,)
                    node.ctx, node.dtype = data._ctx, dtype
                    node.number = next_version()
                return result
            return general((data,), {}, out)

    Parameters
    ----------
    count : int
        Inputs.
    saved : tuple of bool
        Which inputs, and whether the output, backward reads.
    extra : tuple of str
        Parameters that the formula reads.
    params : bool
        Whether there are any parameters.
    """
    inputs = _NAMES[count]
    given = "params" if params else "{}"
    general = f"return general(({', '.join(inputs)},), {given}, out)"
    lines = [
        f"def call({', '.join(inputs)}, out=None, name=None{', **params' * params}):",
        "    if active or out is not None:",
        f"        {general}",
    ]
    if params:
        lines.append("    given = {**op.params, **params}")
        lines += [f"    {name} = given[{name!r}]" for name in extra]
    for letters in _CASES[count]:
        lines += [f"    {line}" for line in _case(letters, inputs, saved, extra, params)]
    return "\n".join([*lines, f"    {general}", ""])


def _case(
    letters: str, inputs: list[str], saved: tuple[bool, ...], extra: tuple[str, ...], params: bool
) -> list[str]:
    """The statements for inputs of one kind each."""
    arrays = [name for name, letter in zip(inputs, letters, strict=True) if letter == "v"]
    numbers = [name for name in inputs if name not in arrays]
    first, *others = arrays
    loaded = {name: f"{name}_data" if name in arrays else name for name in inputs}
    kinds = [f"{name}.__class__ is array" for name in arrays]
    kinds += [f"({name}.__class__ is float or {name}.__class__ is int)" for name in numbers]
    fits = [f"{name}_data.dtype is dtype and {name}._shape == shape" for name in others]
    if numbers or extra:
        fits.append('dtype.kind == "f"')
    fits += [f"({name}.__class__ is float or {name}.__class__ is int)" for name in extra]
    operands = ", ".join([*loaded.values(), *extra, "y"])
    parents, kept, versions = [], [], []
    for name, keep in zip(inputs, saved, strict=False):
        if name in numbers:
            # A number is always kept, which costs nothing: the call can be shown and repeated.
            parents.append("None")
            kept.append(name)
            versions.append("None")
            continue
        alone = len(arrays) == 1
        parents.append(
            f"{name}_node" if alone else f"{name}._version if {name}_node is None else {name}_node"
        )
        kept.append(loaded[name] if keep else "None")
        versions.append(f"{name}._version" if keep else "None")
    kept.append("y" if saved[-1] else "None")
    versions.append("result._version" if saved[-1] else "None")
    in_graph = " or ".join(f"{name}_node is not None" for name in arrays)
    nothing = set(kept) == {"None"}
    body = [
        "if n < limit:",
        "    y = new(n, dtype)",
        f"    {letters}[dtype].serial({operands}, 0, n)",
        "else:",
        "    y = empty(n, dtype)",
        f"    {letters}[dtype].run(({operands},), n, 1)",
        "result = new_array(array)",
        f"result._data, result._shape, result._ctx = y, shape, {first}._ctx",
        "result._version, result._node = [0], None",
        *[f"{name}_node = {name}._node" for name in arrays],
        f"if {in_graph if len(arrays) == 1 else f'({in_graph})'} and state.recording:",
        "    node = result._node = Node()",
        f"    node.op, node.params = op, {'given' if params else 'None'}",
        f"    node.parents = ({', '.join(parents)},)",
        f"    node.saved = {'nothing' if nothing else '(' + ', '.join(kept) + ',)'}",
        f"    node.versions = {'nothing' if nothing else '(' + ', '.join(versions) + ',)'}",
        f"    node.shapes = ({'shape, ' * (len(inputs) + 1)})",
        f"    node.ctx, node.dtype = {first}._ctx, dtype",
        "    node.number = next_version()",
        "return result",
    ]
    lines = [
        f"if {' and '.join(kinds)}:",
        f"    {first}_data = {first}._data",
        f"    n, dtype, shape = {first}_data.size, {first}_data.dtype, {first}._shape",
        *[f"    {name}_data = {name}._data" for name in others],
    ]
    if fits:
        return [*lines, f"    if {' and '.join(fits)}:", *[f"        {line}" for line in body]]
    return [*lines, *[f"    {line}" for line in body]]
