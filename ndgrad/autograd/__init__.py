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

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .. import engine
from ..array.ndarray import NDArray
from ..base import MXNetError, public_names, shorten_traceback, shown
from ..memory.device import operands_device
from ..ops.axes import flag
from ..tape import Leaf, Scope, state
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

get_symbol: Callable[[NDArray], Any]
"""The recorded graph of an array, as a symbol; given by `ndgrad.symbol`."""


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


def record(train_mode: bool = True) -> Scope:
    """Return a scope that records operators for `backward`.

    Parameters
    ----------
    train_mode : bool
        Whether the scope is in training mode too.
    """
    if train_mode is not True:  # as of nearly all
        train_mode = flag("record", "train_mode", train_mode)
    return Scope(True, train_mode)


def pause(train_mode: bool = False) -> Scope:
    """Return a scope in which nothing is recorded."""
    return Scope(False, flag("pause", "train_mode", train_mode))


def train_mode() -> Scope:
    """Return a scope in training mode; recording stays as it is."""
    return Scope(None, True)


def predict_mode() -> Scope:
    """Return a scope in prediction mode; recording stays as it is."""
    return Scope(None, False)


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
        grad_reqs = [grad_reqs] * len(variables)
    else:
        grad_reqs = _listed(grad_reqs, "mark_variables", "grad_reqs")
    for req in grad_reqs:
        engine.check_grad_req("mark_variables", req, "grad_reqs")
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
    engine.mark(variables, gradients, grad_reqs)


def _listed(x: object, function: str, argument: str) -> list[Any]:
    """An array, or what a sequence holds, as a list."""
    if isinstance(x, NDArray):
        return [x]
    if not isinstance(x, Iterable):
        raise TypeError(
            f"{function}: {argument} must be an NDArray or a sequence of them, got {shown(x)}"
        )
    return list(x)


def _require_array(x: object, function: str, argument: str) -> None:
    if not isinstance(x, NDArray):
        raise TypeError(f"{function}: {argument} must be an NDArray, got {type(x).__name__}")


# --- backward ------------------------------------------------------------------------------------


def _heads(
    heads: object, head_grads: object, function: str
) -> tuple[list[NDArray], list[NDArray | None]]:
    """Both arguments as lists of arrays of one length; the engine checks that they fit."""
    if isinstance(heads, NDArray):
        heads = [heads]
        if head_grads is not None and not isinstance(head_grads, (list, tuple)):
            head_grads = [head_grads]
    heads = _listed(heads, function, "heads")
    if head_grads is None:
        head_grads = [None] * len(heads)
    head_grads = _listed(head_grads, function, "head_grads")
    assert len(heads) == len(head_grads), (
        f"{function}: heads and head_grads must be lists of the same length, got {len(heads)} and "
        f"{len(head_grads)}"
    )
    for i, (head, given) in enumerate(zip(heads, head_grads, strict=True)):
        _require_array(head, function, f"heads[{i}]")
        if given is not None and not isinstance(given, NDArray):
            raise TypeError(
                f"{function}: head_grads: the head gradient of heads[{i}] must be an NDArray of "
                f"shape {head.shape}, got {type(given).__name__}"
            )
    return heads, head_grads


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
    try:
        retain_graph = flag("backward", "retain_graph", retain_graph)
        train_mode = flag("backward", "train_mode", train_mode)
        heads, grads = _heads(heads, head_grads, "backward")
        engine.backward(heads, grads, retain_graph, train_mode)
    except Exception as error:
        shorten_traceback(error)
        raise


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
    try:
        variables = _listed(variables, "grad", "variables")
        create_graph = flag("grad", "create_graph", create_graph)
        train_mode = flag("grad", "train_mode", train_mode)
        assert variables, "grad: variables cannot be an empty list."
        heads, grads = _heads(heads, head_grads, "grad")
        if not heads:
            raise MXNetError("grad: heads cannot be an empty list")
        retain = (
            create_graph if retain_graph is None else flag("grad", "retain_graph", retain_graph)
        )
        for i, x in enumerate(variables):
            _require_array(x, "grad", f"variables[{i}]")
            if not isinstance(x._node, Leaf) or x._node.req == "null":
                raise MXNetError(
                    f"Cannot differentiate with respect to the {i + 1}-th variable because it does "
                    "not require gradient. Call attach_grad() on it before it is used."
                )
        return engine.grad(heads, variables, grads, retain, create_graph, train_mode)  # type: ignore[return-value]
    except Exception as error:
        shorten_traceback(error)
        raise
