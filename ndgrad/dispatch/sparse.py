"""Calls of operators with arrays of other classes: sparse ones among inputs and results."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import numpy as np

from .. import tracing
from ..base import MXNetError
from ..kernels import front
from ..kernels.spec.columns import Columns
from ..kernels.spec.formula import Loop
from ..memory.device import Buffer, in_use, on_device, operands_device
from ..ops.bound import Call
from ..ops.storage import RowSparse, is_parts, row_size
from ..ops.table import Op, Params, UpdateOp, lookup
from ..tape import Array, state
from . import classes
from .classes import has_sparse
from .elementwise import given_number
from .numpy_arrays import converted_call, has_numpy_like
from .structured import tracked, unrecorded, write_into
from .writes import check_writable, written


def with_other_classes(op: Op, call: Call) -> Call:
    """*call* of *op*, which may have sparse arrays, or arrays like NumPy's, among its inputs."""
    numpy_like_call = converted_call(op)

    def general(*inputs: object, out: object = None, **params: object) -> object:
        if has_numpy_like(inputs):
            return numpy_like_call(*inputs, out=out, **params)
        if has_sparse(inputs, out):
            return sparse_call(op, inputs, params, out)
        return call(*inputs, **params) if out is None else call(*inputs, out=out, **params)

    return general


def sparse_call(op: Op, inputs: Sequence[Any], params: Params, out: Any) -> object:
    """A call in which an input, or *out*, is sparse."""
    if isinstance(out, (list, tuple)) and len(out) == 1:
        (out,) = out
    if in_use:
        operands_device(f"Operator {op.name}", op.keywords, inputs)
    if isinstance(op, UpdateOp):
        if tracing.active and (recorder := tracing.recorder()) is not None:
            result = recorder.sparse.update(op, _update, inputs, params, out)
            return result if out is None or result is out else result.copyto(out)
        return _update(op, inputs, params, out)
    result = _result(op, inputs, params)
    if out is None:
        return result
    check_writable(out, op.name)
    if isinstance(result, (list, tuple)):
        raise MXNetError(f"Operator {op.name}: out cannot be sparse arrays of several outputs")
    return result.copyto(out)


def _result(op: Op, inputs: Sequence[object], params: Params) -> Any:
    sparse, given = classes.sparse, {**op.params, **params}
    if op.is_view:  # of a copy: writes to it shall not reach the sparse array
        inputs = [_own_dense(x) if not tracked(x) else x for x in inputs]
    in_graph = state.recording and any(map(tracked, inputs))
    if op.sparse is None or not has_sparse(inputs):
        return op.call(*_all_dense(inputs), **params)
    context = next(x._ctx for x in inputs if isinstance(x, sparse))
    if in_graph and op.sparse_recorded:
        # A sparse array in the graph is a dense one to derivatives.
        mixed = [
            x if not isinstance(x, sparse) else x._dense() if tracked(x) else x._parts
            for x in inputs
        ]
        if any(map(is_parts, mixed)):
            with _place(inputs):
                found = op.sparse(op, mixed, given)
            if found is not None:
                return sparse._of(found, context) if is_parts(found) else found
    made = _unrecorded(op, inputs, params)
    if not in_graph:
        return op.call(*_all_dense(inputs), **params) if made is None else made
    result = op.call(*_all_dense(inputs), **params)
    if isinstance(made, sparse):
        return sparse._of(made._parts._replace(node=result._node), context)
    return result


def _place(inputs: Sequence[object]) -> AbstractContextManager[object]:
    """A scope in which what is allocated is where the inputs are."""
    if not in_use:
        return nullcontext()
    return on_device(operands_device("", ("",), inputs))


def _all_dense(inputs: Sequence[object]) -> list[Any]:
    return [x._dense() if isinstance(x, classes.sparse) else x for x in inputs]


def _unrecorded(op: Op, inputs: Sequence[object], params: Params) -> Any:
    """What the operator makes of sparse arrays' parts; None if it takes dense ones."""
    if tracing.active and (recorder := tracing.recorder()) is not None:
        return recorder.sparse.operator(op, _made, inputs, params)
    return _of_parts(op, inputs, params)


def _made(op: Op, inputs: Sequence[object], params: Params) -> Any:
    """The result of a call, none of whose inputs is in the graph."""
    made = _of_parts(op, inputs, params)
    return op.call(*_all_dense(inputs), **params) if made is None else made


def _of_parts(op: Op, inputs: Sequence[object], params: Params) -> Any:
    assert op.sparse is not None
    sparse = classes.sparse
    parts = [x._parts if isinstance(x, sparse) else x for x in inputs]
    with _place(inputs):
        found = unrecorded(op.sparse, op, parts, {**op.params, **params})
    if not is_parts(found):
        return found
    return sparse._of(found, next(x._ctx for x in inputs if isinstance(x, sparse)))


# --- steps of optimizers --------------------------------------------------------------------------


def _update(op: UpdateOp, inputs: Sequence[Array], params: Params, out: Array | None) -> Array:
    """A step with a row-sparse gradient: of the rows that it has, if *lazy_update* says so."""
    weight, gradient = inputs[0], inputs[1]
    states = [inputs[op.inputs.index(name)] for name in op.replaced[1:]]
    lazy = {"lazy_update": op.by_rows, **op.params, **params}["lazy_update"]
    parts = gradient._parts if lazy and isinstance(gradient, classes.sparse) else None
    by_rows = isinstance(parts, RowSparse)
    arrays = [x if by_rows and x is gradient else _own_dense(x) for x in inputs]
    if out is not weight or isinstance(weight, classes.sparse):
        arrays[0] = unrecorded(lookup("identity").call, arrays[0])
    if isinstance(parts, RowSparse):
        for name, x in zip(op.keywords, arrays, strict=True):
            if x._shape != arrays[0]._shape:
                raise MXNetError(
                    f"Operator {op.name}: argument {name} has shape {list(x._shape)}, expected "
                    f"{list(arrays[0]._shape)}, that of {op.keywords[0]}"
                )
        with _place(inputs):
            _update_rows(op, arrays, parts, params)
    else:
        unrecorded(op.call, *arrays, out=arrays[0], **params)
    for x in states:
        if isinstance(x, classes.sparse):
            x._assign(arrays[[y is x for y in inputs].index(True)])
    if out is None:
        return arrays[0]
    if out is weight and arrays[0] is weight:
        return out
    return write_into(out, arrays[0], op.name)


def _own_dense(x: Any) -> Array:
    """A dense array that may be written to: the operand, or a copy of a sparse one."""
    if not isinstance(x, classes.sparse):
        return x
    return unrecorded(lookup("identity").call, x._dense())


_COLUMNS = frozenset(map(np.dtype, ("float32", "float64")))


def _rises(index: Buffer, length: int) -> bool:
    """Whether these are rows below *length*, each greater than the one before; on the host."""
    if not isinstance(index, np.ndarray):
        return False
    return 0 <= index[0] and index[-1] < length and bool((index[1:] > index[:-1]).all())


@cache
def _loop_of_rows(op: UpdateOp) -> Loop:
    """The operator's loop, where a result has the name of the operand that it replaces."""
    new = [("_new_" + name, op.formulas[name]) for name in op.replaced]
    stored = [(name, "_new_" + name) for name in op.replaced]
    return Loop(f"{op.name}_of_rows", op.loop.args, (*new, *stored))


def _update_rows(op: UpdateOp, arrays: Sequence[Array], parts: RowSparse, params: Params) -> None:
    index, shape = parts.indices._data, arrays[0]._shape
    if not index.size:
        return
    length, inner, small = shape[0], row_size(shape), (index.size, *shape[1:])
    buffers = [parts.data._data if i == 1 else x._data for i, x in enumerate(arrays)]
    dtypes = {x.dtype for x in buffers}
    if len(dtypes) == 1 and dtypes <= _COLUMNS and not op.one_element and _rises(index, length):
        names = op.loop.args[len(arrays) :]
        given = {**op.params, **params}
        numbers = {name: float(given_number(op, given, name)) for name in names}
        front.columns(
            _loop_of_rows(op),
            {name: Columns(x, inner) for name, x in zip(op.inputs, buffers, strict=True)},
            index.size,
            inner,
            numbers,
            index=index,
            picked=frozenset(op.inputs) - {op.inputs[1]},
        )
        for name in op.replaced:
            written(arrays[op.inputs.index(name)])
        return
    rows = [
        classes.array(parts.data._data, small, x._ctx)
        if i == 1  # the gradient
        else classes.array(front.take(x._data, index, 1, length, inner), small, x._ctx)
        for i, x in enumerate(arrays)
    ]
    unrecorded(op.call, *rows, out=rows[0], **params)
    for name in op.replaced:
        i = op.inputs.index(name)
        front.put(rows[i]._data, index, arrays[i]._data, 1, length, inner)
        written(arrays[i])
