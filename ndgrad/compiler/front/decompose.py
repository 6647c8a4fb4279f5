"""Operators that become instructions of a kind that kernels fuse, rather than calls.

Each function takes the recorder, the inputs and the parameters, and returns what the operator's
forward would; None where it leaves the operator to itself, also with arguments that are wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ...context import written
from ...kernels.spec.reduction import REDUCTIONS
from ...memory.device import device_of, moved, place, placed
from ...memory.storage import empty
from ...ops.nn.dense import _fc_sizes
from ...ops.nn.softmax import checked_labels
from ..program.instructions import Map, Reduce, root

if TYPE_CHECKING:
    from .recorder import Recorder


def _expanded(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    (x,) = inputs
    shape = tuple(params["shape"])
    return recorder.expansion(x._data, x._shape, shape), shape


def _filled_like(number: int) -> Callable[..., Any]:
    def lowered(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
        (x,) = inputs
        y = empty(x._data.size, x._data.dtype)
        y.fill(number)
        recorder.filled(y, number)
        return y, x._shape

    return lowered


def _dense(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """A dense layer as a product; None where its arguments are wrong, so that it says so itself."""
    data, weight, bias = (*inputs, None)[:3]
    dtype = data._data.dtype
    hidden, no_bias = params["num_hidden"], params["no_bias"]
    if type(hidden) is not int or bool(no_bias) != (bias is None):
        return None
    if any(x is not None and x._data.dtype != dtype for x in (data, weight, bias)):
        return None
    if dtype.name not in ("float32", "float64"):
        return None
    given = None if bias is None else bias._shape
    m, n, k, shape = _fc_sizes(data._shape, weight._shape, given, hidden, bool(params["flatten"]))
    if m * n * k == 0:
        return None
    row = None if bias is None else bias._data
    flat = recorder.product(data._data, weight._data, m, n, k, False, True, bias=row)
    return flat, shape


def _chosen(recorder: Recorder, index: Any, shape: Any, axis: Any, mode: Any, dtype: Any) -> Any:
    """Where along the last axis `pick` reads, and the numbers of its elements; else None."""
    rank, n = len(shape), shape[-1] if shape else 0
    last = axis % rank if type(axis) is int and -rank <= axis < rank else -1
    rest = (*shape[:-1],)
    if last != rank - 1 or mode != "clip" or not 0 < n < 1 << 24 or 0 in shape:
        return None
    if dtype.name not in ("float32", "float64") or index._shape not in (rest, (*rest, 1)):
        return None
    if index._data.dtype.kind == "b":
        return None
    text = "where(x != x, 0, minimum(maximum(trunc(x), 0), top))"
    value = recorder.read(index._data, (*rest, 1))
    wide = "float32" if index._data.dtype == np.float32 else "float64"
    at = Map(name="index", text=text, operands=(("x", value), ("top", n - 1)), compute=wide)
    numbers = recorder.read(moved(np.arange(n).astype(dtype), place.device), (n,))
    return recorder.add(at, ((*rest, 1), dtype)), numbers


def _picked(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """`pick` as a sum over a row, if the row is being made here anyway."""
    data, index = inputs
    value = recorder.read(data._data, data._shape)
    if not isinstance(root(value)[0].maker, Map):
        return None
    found = _chosen(recorder, index, data._shape, params["axis"], params["mode"], data._data.dtype)
    if found is None:
        return None
    place, numbers = found
    operands = (("i", numbers), ("k", place), ("x", value))
    dtype = data._data.dtype
    only = Map(name="pick", text="where(i == k, x, 0)", operands=operands, compute=dtype.name)
    chosen = recorder.add(only, (data._shape, dtype))
    axes = (len(data._shape) - 1,)
    rest = data._shape[:-1]
    total = Reduce(inputs=(chosen,), row=REDUCTIONS["sum"], axes=axes)
    flat = recorder.result(recorder.add(total, ((*rest, 1), dtype)))
    return flat, ((*rest, 1) if params["keepdims"] else rest or (1,))


def _spread(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """The adjoint of `pick`: the gradient where the place is the index, else 0."""
    g, index = inputs
    shape, dtype = tuple(params["shape"]), g._data.dtype
    found = _chosen(recorder, index, shape, params["axis"], params["mode"], dtype)
    if found is None:
        return None
    place, numbers = found
    gradient = recorder.operand(g._data, (*shape[:-1], 1))
    operands = (("i", numbers), ("k", place), ("g", gradient))
    only = Map(
        name="pick backward", text="where(i == k, g, 0)", operands=operands, compute=dtype.name
    )
    return recorder.result(recorder.add(only, (shape, dtype))), shape


def _by_class(recorder: Recorder, index: Any, x: Any, text: str, **values: Any) -> Any:
    """A formula over the data *x*, ``i`` the number of a class, ``k`` that of the row's label."""
    dtype = x.dtype
    found = _chosen(recorder, index, x.shape, -1, "clip", dtype)
    if found is None:
        return None
    place, numbers = found
    operands = (("i", numbers), ("k", place), ("x", x), *values.items())
    step = Map(name="softmax_cross_entropy", text=text, operands=operands, compute=dtype.name)
    return recorder.add(step, (x.shape, dtype))


def _cross_entropy(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """The loss from primitive instructions; that labels are classes is looked at by a call."""
    data, label = inputs
    shape, dtype = data._shape, data._data.dtype
    if len(shape) != 2 or label._shape != shape[:1] or dtype.name not in ("float32", "float64"):
        return None
    rows, n = shape
    if _chosen(recorder, label, shape, -1, "clip", dtype) is None:
        return None

    def check(arrays: Sequence[Any]) -> list[Any]:
        return [checked_labels(arrays[0]._data, n).astype(dtype)]

    checked = recorder.opaque("labels", check, [label], repr((n, dtype)), checks=True)[0]
    x = recorder.read(data._data, shape)
    row = ((rows, 1), dtype)

    def folded(value: Any, name: str, axes: tuple[int, ...], form: Any) -> Any:
        return recorder.add(Reduce(inputs=(value,), row=REDUCTIONS[name], axes=axes), form)

    def mapped(text: str, form: Any, **values: Any) -> Any:
        step = Map(
            name="softmax_cross_entropy", text=text, operands=tuple(values.items()),
            compute=dtype.name,
        )  # fmt: skip
        return recorder.add(step, form)

    index = type(data)(checked, label._shape, label._ctx)
    chosen = folded(_by_class(recorder, index, x, "where(i == k, x, 0)"), "sum", (1,), row)
    peak = folded(x, "max", (1,), row)
    total = folded(mapped("exp(x - m)", (shape, dtype), x=x, m=peak), "sum", (1,), row)
    losses = mapped("(m - c) + log(s)", row, m=peak, c=chosen, s=total)
    weight = mapped("1 / s", row, s=total)
    loss = folded(losses, "sum", (0, 1), ((1, 1), dtype))
    flats = [recorder.result(value) for value in (loss, peak, weight)]
    return list(zip(flats, ((1,), (rows,), (rows,)), strict=True))


def _cross_entropy_backward(recorder: Recorder, arguments: Sequence[Any]) -> Any:
    g, data, label, peak, weight = arguments
    x = recorder.read(data._data, data._shape)
    rows = (data._shape[0], 1)
    gradient = _by_class(
        recorder, label, x, "w * g * exp(x - m) - where(i == k, g, 0)",
        w=recorder.read(weight._data, rows), m=recorder.read(peak._data, rows),
        g=recorder.operand(g._data, (1, 1)),
    )  # fmt: skip
    if gradient is None:
        return None
    return type(g)(recorder.result(gradient), data._shape, g._ctx), None


def _brought(recorder: Recorder, inputs: Sequence[Any], params: Mapping[str, Any]) -> Any:
    """A copy to another device; None where it stays on the host."""
    (x,) = inputs
    if not params["ctx"]:
        return None
    context = written(params["ctx"])
    with placed(device_of(context)):
        copy = recorder.moved(recorder.read(x._data, x._shape), place.device)
        return recorder.result(copy), x._shape, context


LOWERED: dict[str, Callable[..., Any]] = {
    "pick": _picked,
    "_pick_adjoint": _spread,
    "_expand": _expanded,
    "zeros_like": _filled_like(0),
    "ones_like": _filled_like(1),
    "FullyConnected": _dense,
    "softmax_cross_entropy": _cross_entropy,
    "_copy_to_context": _brought,
}

LOWERED_BACKWARD: dict[str, Callable[..., Any]] = {
    "softmax_cross_entropy": _cross_entropy_backward,
}
"""Fused derivatives: from the recorder and what their parameters name."""
