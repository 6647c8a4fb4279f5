"""Recording, and running the record backwards: MXNet 1.x's `autograd`.

Examples
--------
>>> import ndgrad as mx
>>> x = mx.nd.array([1, 2, 3])
>>> x.attach_grad()
>>> with mx.autograd.record():
...     y = x * x
>>> y.backward()
>>> x.grad
<BLANKLINE>
[2. 4. 6.]
<NDArray 3 @cpu(0)>
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

import numpy as np

from .. import tracing
from ..array.ndarray import NDArray
from ..base import MXNetError, public_names, shown
from ..dispatch import copy_flat, flat_rules, lookup, recorded_rules, separated, unrecorded, written
from ..memory.device import operands_device
from ..ops.axes import flag
from ..ops.table import F
from ..symbol.symbol import get_symbol
from ..tape import NO_VARIABLES, NOT_RECORDED, Leaf, nodes_below, state, walk
from .function import Function

__all__ = [
    "Function",
    "backward",
    "get_symbol",
    "grad",
    "is_recording",
    "is_training",
    "mark_variables",
    "pause",
    "predict_mode",
    "record",
    "set_recording",
    "set_training",
    "train_mode",
]
__dir__ = public_names(globals())

_GRAD_REQS = {"null": "null", "write": "write", "add": "add"}


# --- scopes --------------------------------------------------------------------------------------


def set_recording(is_recording: bool) -> bool:
    """Switch recording on or off in this thread; return what it was."""
    before, state.recording = state.recording, flag("set_recording", "is_recording", is_recording)
    return before


def set_training(train_mode: bool) -> bool:
    """Switch training mode on or off in this thread; return what it was."""
    before, state.training = state.training, flag("set_training", "train_mode", train_mode)
    return before


def is_recording() -> bool:
    """Whether this thread records."""
    return state.recording


def is_training() -> bool:
    """Whether this thread is in training mode, in which `Dropout` drops."""
    return state.training


class _RecordingStateScope:
    """A ``with`` block in which recording and training are set; reusable and re-entrant."""

    def __init__(self, recording: bool | None, training: bool | None) -> None:
        self._recording = recording
        self._training = training
        self._before: list[tuple[bool, bool]] = []

    def __enter__(self) -> None:
        self._before.append((state.recording, state.training))
        if self._recording is not None:
            state.recording = self._recording
        if self._training is not None:
            state.training = self._training

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        state.recording, state.training = self._before.pop()


def record(train_mode: bool = True) -> _RecordingStateScope:
    """Return a scope that records operators for `backward`.

    Parameters
    ----------
    train_mode : bool
        Whether the scope is in training mode too.
    """
    return _RecordingStateScope(True, flag("record", "train_mode", train_mode))


def pause(train_mode: bool = False) -> _RecordingStateScope:
    """Return a scope in which nothing is recorded."""
    return _RecordingStateScope(False, flag("pause", "train_mode", train_mode))


def train_mode() -> _RecordingStateScope:
    """Return a scope in training mode; recording stays as it is."""
    return _RecordingStateScope(None, True)


def predict_mode() -> _RecordingStateScope:
    """Return a scope in prediction mode; recording stays as it is."""
    return _RecordingStateScope(None, False)


# --- variables -----------------------------------------------------------------------------------


def mark_variables(
    variables: NDArray | Sequence[NDArray],
    gradients: NDArray | Sequence[NDArray],
    grad_reqs: str | Sequence[str] = "write",
) -> None:
    """Mark arrays as variables whose gradients `backward` writes to *gradients*.

    Parameters
    ----------
    variables : NDArray or sequence of NDArray
    gradients : NDArray or sequence of NDArray
        One for each variable, of its shape and dtype.
    grad_reqs : {'write', 'add', 'null'} or a sequence of them
        Whether a gradient replaces what the buffer holds, is added to it, or is not wanted.

    Raises
    ------
    KeyError
        For an unknown *grad_reqs*.
    MXNetError
        If numbers, shapes or dtypes do not match.  Nothing is marked then.
    """
    variables = _listed(variables, "mark_variables", "variables")
    gradients = _listed(gradients, "mark_variables", "gradients")
    if isinstance(grad_reqs, str):
        grad_reqs = [_GRAD_REQS[grad_reqs]] * len(variables)
    else:
        grad_reqs = _listed(grad_reqs, "mark_variables", "grad_reqs")
        for req in grad_reqs:
            if not isinstance(req, str):
                raise TypeError(f"mark_variables: grad_reqs must be strings, got {shown(req)}")
        grad_reqs = [_GRAD_REQS[req] for req in grad_reqs]
    if not len(variables) == len(gradients) == len(grad_reqs):
        raise MXNetError(
            f"mark_variables: {len(variables)} variables, {len(gradients)} gradients and "
            f"{len(grad_reqs)} grad_reqs; expected as many of each"
        )
    for i, (x, gradient) in enumerate(zip(variables, gradients, strict=True)):
        _require_array(x, "mark_variables", f"variables[{i}]")
        _require_array(gradient, "mark_variables", f"gradients[{i}]")
        if x.shape != gradient.shape or x.dtype != gradient.dtype:
            raise MXNetError(
                f"mark_variables: gradients[{i}] must have its variable's shape {x.shape} and "
                f"dtype {np.dtype(x.dtype)}, got {gradient.shape} and {np.dtype(gradient.dtype)}"
            )
        operands_device("mark_variables", (f"variables[{i}]", f"gradients[{i}]"), (x, gradient))
    for x, gradient, req in zip(variables, gradients, grad_reqs, strict=True):
        x._node = Leaf(x, gradient, req)


def _listed(x: Any, function: str, argument: str) -> list[Any]:
    """An array, or what a sequence holds, as a list."""
    if isinstance(x, NDArray):
        return [x]
    if not isinstance(x, Iterable):
        raise TypeError(
            f"{function}: {argument} must be an NDArray or a sequence of them, got {shown(x)}"
        )
    return list(x)


def _require_array(x: Any, function: str, argument: str) -> None:
    if not isinstance(x, NDArray):
        raise TypeError(f"{function}: {argument} must be an NDArray, got {type(x).__name__}")


# --- backward ------------------------------------------------------------------------------------


def _heads(
    heads: Any, head_grads: Any, function: str
) -> tuple[list[NDArray], list[NDArray | None]]:
    """Both arguments as lists of one length, checked before anything happens."""
    if isinstance(heads, NDArray):
        heads = [heads]
        if head_grads is not None and not isinstance(head_grads, (list, tuple)):
            head_grads = [head_grads]
    heads = _listed(heads, function, "heads")
    if head_grads is None:
        head_grads = [None] * len(heads)
    head_grads = _listed(head_grads, function, "head_grads")
    assert len(heads) == len(head_grads), (
        f"{function}: heads and head_grads must be lists of the same length"
    )
    for i, (head, grad_) in enumerate(zip(heads, head_grads, strict=True)):
        _require_array(head, function, f"heads[{i}]")
        if head._node is None:
            raise MXNetError(NOT_RECORDED)
        if grad_ is None:
            continue
        if not isinstance(grad_, NDArray):
            raise TypeError(
                f"{function}: head_grads: the head gradient of heads[{i}] must be an NDArray of "
                f"shape {head.shape}, got {type(grad_).__name__}"
            )
        if grad_.size != head.size or grad_.dtype != head.dtype:
            raise MXNetError(
                f"{function}: the head gradient of heads[{i}] must have as many elements as the "
                f"head, of shape {head.shape}, and its dtype {np.dtype(head.dtype)}, got "
                f"{grad_.shape} and {np.dtype(grad_.dtype)}"
            )
        operands_device(function, (f"heads[{i}]", "its head gradient"), (head, grad_))
    return heads, head_grads


def _pending(heads: list[NDArray], head_grads: list[NDArray | None], rules: Any) -> dict[Any, Any]:
    pending: dict[Any, Any] = {}
    flat = rules is flat_rules
    for head, given in zip(heads, head_grads, strict=True):
        node = head._node
        assert node is not None
        if given is None:
            gradient = rules.ones(node, head._shape)
        elif flat:
            gradient = given._data
        else:
            same = given._shape == head._shape
            gradient = given if same else F._reshaped(given, shape=head._shape)
        pending[node] = gradient if node not in pending else rules.add(pending[node], gradient)
    return pending


def _order(heads: Sequence[NDArray]) -> list[Any]:
    """What the heads were made from, in the order in which to walk it."""
    order = nodes_below([head._node for head in heads])
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.about_to_walk(order)
    return order


def _deliver(leaf: Leaf, gradient: np.ndarray[Any, Any]) -> None:
    """Write a flat gradient to a variable's buffer as its ``grad_req`` says."""
    if leaf.req == "null":
        return
    target = leaf.grad
    if leaf.req == "add":
        flat_rules.add_into(target._data, gradient)
    else:
        copy_flat(gradient, target._data)
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.delivered.append((leaf, leaf.fresh))
    leaf.fresh = True
    written(target)


def backward(
    heads: NDArray | Sequence[NDArray],
    head_grads: NDArray | Sequence[NDArray | None] | None = None,
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Compute the gradients of *heads* with respect to the variables they were made from.

    Parameters
    ----------
    heads : NDArray or sequence of NDArray
        What was recorded.
    head_grads : NDArray or sequence of NDArray, optional
        The gradient of each head, of its dtype and number of elements; None stands for ones.
    retain_graph : bool
        Keep the record for another backward.
    train_mode : bool
        Training mode while the gradients are computed.

    Raises
    ------
    MXNetError
        A head was not recorded, or its record has been released; an array that some operator saved
        was overwritten; no variable wants a gradient; a head gradient does not fit.  Nothing has
        been written then.
    """
    retain_graph = flag("backward", "retain_graph", retain_graph)
    train_mode = flag("backward", "train_mode", train_mode)
    heads, grads = _heads(heads, head_grads, "backward")
    order = _order(heads)
    if not any(node.__class__ is Leaf and node.req != "null" for node in order):
        raise MXNetError(NO_VARIABLES)
    pending = _pending(heads, grads, flat_rules)
    before, state.training = state.training, bool(train_mode)
    try:
        walk(order, pending, flat_rules, retain_graph, _deliver)
    finally:
        state.training = before


def grad(
    heads: NDArray | Sequence[NDArray],
    variables: NDArray | Sequence[NDArray],
    head_grads: NDArray | Sequence[NDArray | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
) -> list[NDArray]:
    """Return the gradients of *heads* with respect to *variables* as new arrays.

    Parameters
    ----------
    heads, head_grads, train_mode
        As for `backward`.
    variables : NDArray or sequence of NDArray
        Marked variables that the heads were made from.
    retain_graph : bool, optional
        Keep the record; by default it is kept when *create_graph* is set.
    create_graph : bool
        Record the gradients' own computation, so that they can be differentiated again, to any
        order.

    Returns
    -------
    list of NDArray
        One for each variable, also for a single one.

    Raises
    ------
    MXNetError
        As for `backward`; a variable is not marked, or the heads do not depend on it.
    """
    variables = _listed(variables, "grad", "variables")
    create_graph = flag("grad", "create_graph", create_graph)
    train_mode = flag("grad", "train_mode", train_mode)
    assert variables, "grad: variables cannot be an empty list."
    heads, grads = _heads(heads, head_grads, "grad")
    if not heads:
        raise MXNetError("grad: heads cannot be an empty list")
    retain = create_graph if retain_graph is None else flag("grad", "retain_graph", retain_graph)
    for i, x in enumerate(variables):
        _require_array(x, "grad", f"variables[{i}]")
        if not isinstance(x._node, Leaf) or x._node.req == "null":
            raise MXNetError(
                f"Cannot differentiate with respect to the {i + 1}-th variable because it does "
                "not require gradient."
            )
    order = _order(heads)
    reachable = set(order)
    for i, x in enumerate(variables):
        if x._node not in reachable:
            raise MXNetError(
                f"Cannot differentiate with respect to the {i + 1}-th variable because it is "
                "unreachable from the outputs."
            )
    wanted = {x._node for x in variables}
    order = _leading_to(order, wanted)
    rules: Any = recorded_rules if create_graph else flat_rules
    found: dict[Leaf, Any] = {}

    def collect(leaf: Leaf, gradient: Any) -> None:
        if leaf in wanted:
            found[leaf] = gradient

    before = state.recording, state.training
    state.recording, state.training = create_graph, bool(train_mode)
    try:
        # The derivative of a derivative visits this record again, so it is kept in any case.
        walk(order, _pending(heads, grads, rules), rules, retain or create_graph, collect)
        results = [_result(x, found, rules, variables) for x in variables]
        given = [x for x in (*heads, *grads, *variables) if x is not None]
        return separated(results, given)  # type: ignore[return-value]
    finally:
        state.recording, state.training = before


def _leading_to(order: list[Any], wanted: set[Any]) -> list[Any]:
    """The nodes of *order* from which some leaf in *wanted* can be reached."""
    useful = set(wanted)
    for node in reversed(order):
        if any(p.__class__ is not list and p in useful for p in node.parents):
            useful.add(node)
    return [node for node in order if node in useful]


def _result(x: NDArray, found: dict[Leaf, Any], rules: Any, variables: list[NDArray]) -> NDArray:
    leaf = x._node
    assert isinstance(leaf, Leaf)
    gradient = found.get(leaf)
    if gradient is None:
        gradient = rules.zeros(x._shape, leaf)
    if rules is recorded_rules:
        if gradient._node is None:
            # A constant derivative stays in the graph: the next order is zero, not an error.
            gradient = lookup("_independent").call(gradient, *variables)
        return gradient
    # A head gradient that passed through unchanged belongs to the caller: hand out a copy.
    fresh = NDArray(gradient, x._shape, x._ctx)
    return unrecorded(lookup("identity").call, fresh)
