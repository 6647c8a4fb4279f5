"""Calls of operators that replace inputs in place: the steps of optimizers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import combinations
from typing import Any

import numpy as np

from ..base import ArgumentTypeError, MXNetError, promote, written_function
from ..kernels import front
from ..kernels.build.launch import PARALLEL_ELEMENTS
from ..kernels.spec.formula import compute_type
from ..memory.device import Buffer, in_use, operands_device, overlap
from ..memory.storage import empty_on
from ..ops.table import UpdateOp, lookup
from ..tape import Array, next_version, state
from ..tracing import active
from . import classes
from .classes import has_sparse
from .elementwise import NUMBERS, Kernels, SmallCalls, as_scalar, given_number
from .structured import (
    record_call,
    tracked,
    unrecorded,
    write_into,
)
from .writes import check_writable, written


def update_call(op: UpdateOp, sparse_call: Callable[..., object]) -> Callable[..., object]:
    """``op.call`` of an operator that replaces inputs; *sparse_call* is for sparse arrays."""
    extra = op.loop.args[len(op.inputs) :]
    names: dict[str, object] = {
        "active": active,
        "array": classes.array,
        "classes": classes,
        "general": _general_call(op, sparse_call),
        "limit": PARALLEL_ELEMENTS,
        "next_version": next_version,
        "numbers": NUMBERS,
        "op": op,
        "small": SmallCalls(Kernels(op, op.layout)),
        "state": state,
    }
    form = op.inputs, op.replaced, op.one_element, extra, (*op.params,)
    return written_function("call", lambda: _source(*form), names)


def _source(
    inputs: tuple[str, ...],
    replaced: tuple[str, ...],
    one_element: frozenset[str],
    extra: tuple[str, ...],
    params: tuple[str, ...],
) -> str:
    """The text of the call: a fast path for small arrays of one dtype, in place, unrecorded.

    For a step of plain gradient descent it reads::

        def call(*inputs, out=None, its_lr=op.params['lr']):
            if len(inputs) == 2 and not active and not state.recording:
                its_weight, its_grad = inputs
                if out is its_weight and (its_weight.__class__ is array or ...) and ...:
                    data_of_weight, data_of_grad = its_weight._data, its_grad._data
                    n, dtype, shape = data_of_weight.size, data_of_weight.dtype, ...
                    if (
                        0 < n < limit and (dtype.kind == "f" or dtype.kind == "V")
                        and data_of_grad.dtype is dtype
                        and its_grad._shape == shape
                        and data_of_weight.base is None
                        and data_of_grad.base is None
                        and data_of_grad is not data_of_weight
                        and its_lr.__class__ in numbers
                    ):
                        small[dtype](data_of_weight, data_of_grad, its_lr, n)
                        its_weight._version[0] = next_version()
                        return out
            return general(*inputs, out=out, lr=its_lr)
    """
    defaults = "".join(f", its_{name}=op.params[{name!r}]" for name in params)
    given = "".join(f", {name}=its_{name}" for name in params)
    data = [f"data_of_{name}" for name in inputs]
    sizes = ["._data.size == 1" if name in one_element else "._shape == shape" for name in inputs]
    inputs, replaced, extra = (
        tuple(f"its_{name}" for name in names) for names in (inputs, replaced, extra)
    )
    first, *others = inputs
    dense = "({0}.__class__ is array or {0}.__class__ is classes.numpy_like)"
    fits = [f"{name}.dtype is dtype" for name in data[1:]]
    fits += [f"{name}{fit}" for name, fit in zip(others, sizes[1:], strict=True)]
    # Arrays that are no views share no memory, but where they are the same.
    fits += [f"{name}.base is None" for name in data]
    fits += [f"{b} is not {a}" for i, a in enumerate(data) for b in data[i + 1 :]]
    fits += [f"{name}.__class__ in numbers" for name in extra]
    lines = [
        f"def call(*inputs, out=None{defaults}):",
        f"    if len(inputs) == {len(inputs)} and not active and not state.recording:",
        f"        {', '.join(inputs)}, = inputs",
        f"        if out is {first}"
        + "".join(f" and {dense.format(name)}" for name in inputs)
        + ":",
        f"            {', '.join(data)}, = {', '.join(f'{name}._data' for name in inputs)},",
        f"            n, dtype, shape = {data[0]}.size, {data[0]}.dtype, {first}._shape",
        "            if (",
        '                0 < n < limit and (dtype.kind == "f" or dtype.kind == "V")',
        *[f"                and {condition}" for condition in fits],
        "            ):",
        f"                small[dtype]({', '.join([*data, *extra])}, n)",
        *[f"                {name}._version[0] = next_version()" for name in replaced],
        "                return out",
        f"    return general(*inputs, out=out{given})",
    ]
    return "\n".join([*lines, ""])


def _general_call(op: UpdateOp, sparse_call: Callable[..., object]) -> Callable[..., object]:
    """All calls: other memory for the result, while recording, on devices, of several dtypes."""
    places = [op.inputs.index(name) for name in op.replaced]

    def call(*inputs: Array, out: Any = None, **params: object) -> object:
        if has_sparse(inputs, out):
            return sparse_call(inputs, params, out)
        _check(op, inputs)
        (out,) = out if isinstance(out, (list, tuple)) and len(out) == 1 else (out,)
        if out is not None:
            check_writable(out, op.name)
        params = {**op.params, **params}
        recorded = state.recording and any(map(tracked, inputs))
        first = result = inputs[0]
        if recorded or out is None or out._data is not first._data:
            data = empty_on(first._ctx, first._data.size, first._data.dtype)
            front.copy(first._data, data)
            result = classes.array(data, first._shape, first._ctx)
        targets = [result, *[inputs[i] for i in places[1:]]]
        _check_targets(op, targets)
        _run(op, [result, *inputs[1:]], targets, params)
        for target in targets:
            written(target)
        if recorded:
            record_call(op, params, inputs, (result,))
        if out is None or result is first:
            return result if out is None else out
        return write_into(out, result, op.name)

    return call


def _check(op: UpdateOp, inputs: Sequence[Array]) -> None:
    for key, name, x in zip(op.keywords, op.inputs, inputs, strict=True):
        if not isinstance(x, Array):
            raise ArgumentTypeError(
                f"Operator {op.name}: argument {key} must be an NDArray, got {type(x).__name__}"
            )
        if name in op.one_element:
            if x._data.size != 1:
                raise MXNetError(
                    f"Operator {op.name}: argument {key} has shape {list(x._shape)}, "
                    "expected one element"
                )
        elif x._shape != inputs[0]._shape:
            raise MXNetError(
                f"Operator {op.name}: argument {key} has shape {list(x._shape)}, expected "
                f"{list(inputs[0]._shape)}, that of {op.keywords[0]}"
            )
    if in_use:
        operands_device(f"Operator {op.name}", op.keywords, inputs)


def _check_targets(op: UpdateOp, targets: Sequence[Array]) -> None:
    """Refuse arrays of which several are to be written to, if they share memory."""
    for (a, x), (b, y) in combinations(zip(op.replaced, targets, strict=True), 2):
        if x._data is y._data or (not active and overlap(x._data, y._data)):
            keys = dict(zip(op.inputs, op.keywords, strict=True))
            raise MXNetError(
                f"Operator {op.name}: arguments {keys[a]} and {keys[b]} share memory, and both are "
                "written to; pass an array of its own for each"
            )


def _run(
    op: UpdateOp, inputs: Sequence[Array], targets: Sequence[Array], params: Mapping[str, object]
) -> None:
    """Let *targets*, which are among the *inputs*, hold their new values."""
    loop = op.loop
    compute = compute_type(
        reduce(promote, (x._data.dtype for x in inputs)),
        mathematical=op.mathematical,
    )
    scalar = np.dtype(compute)
    names = loop.args[len(inputs) :]
    numbers = [as_scalar(given_number(op, params, name), scalar) for name in names]
    operands = (*[_apart(x, targets) for x in inputs], *numbers)
    shared = [name in op.one_element for name in op.inputs]
    own = [(1,) if one else x._shape for one, x in zip(shared, inputs, strict=True)]
    shapes = (*own, *[None] * len(numbers))
    if inputs[0]._data.size:
        front.elementwise(loop, operands, shapes, tuple([x._data for x in targets]), compute)


def _apart(x: Array, targets: Sequence[Array]) -> Buffer:
    """The elements of *x*, copied if a kernel that writes to *targets* would spoil them."""
    data = x._data
    if not active and any(t._data is not data and overlap(t._data, data) for t in targets):
        return unrecorded(lookup("identity").call, x)._data
    return data
