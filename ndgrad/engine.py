"""Reverse-mode differentiation of the recorded graph: marking variables, backward and grad.

Below the classes of arrays that users hold, so that their methods call it directly.  The types of
arguments are checked by `ndgrad.autograd`.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from sys import getrefcount
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import tracing
from ._similar import did_you_mean
from .base import MXNetError, public_names, shown
from .dispatch import (
    Arithmetic,
    buffer_arithmetic,
    classes,
    copy_buffer,
    in_class_of,
    lookup,
    plain,
    recorded_arithmetic,
    replaced,
    separated,
    unrecorded,
    wants_rows,
    whole_buffer,
    written,
)
from .memory.device import Buffer, operands_device
from .memory.storage import owns_memory
from .ops.table import F, PartialGradient, RowGradients
from .tape import (
    HOW_TO_RECORD,
    NO_VARIABLES,
    NOT_RECORDED,
    Array,
    Constant,
    Leaf,
    Maker,
    Node,
    Scope,
    is_tracked,
    leave_aliases,
    next_version,
    state,
    topological_order,
)

if TYPE_CHECKING:  # `mx.engine` of MXNet, which users find here too
    from .runtime import bulk as bulk
    from .runtime import set_bulk_size as set_bulk_size

Pending: TypeAlias = dict[Maker, Any]
"""Gradients that are not complete yet, by what they belong to.

A node of several outputs has a list, with None for an output that no gradient has reached.
"""


__all__ = ["backward", "grad", "mark"]
__dir__ = public_names(globals())


_GRAD_REQS = ("write", "add", "null")


def check_grad_req(function: str, req: object, argument: str = "grad_req") -> None:
    """Raise an error unless *req* is 'write', 'add' or 'null'."""
    if not isinstance(req, str):
        raise TypeError(f"{function}: {argument} must be a string, got {shown(req)}")
    if req not in _GRAD_REQS:
        raise KeyError(
            f"{function}: {argument}={req!r}{did_you_mean(req, _GRAD_REQS)}, "
            f"expected one of {', '.join(_GRAD_REQS)}"
        )


def mark(variables: Sequence[Array], gradients: Sequence[Array], reqs: Sequence[str]) -> None:
    """Make arrays variables, whose gradients backward writes or adds to *gradients*."""
    for x, gradient, req in zip(variables, gradients, reqs, strict=True):
        leave_aliases(x)
        x._node = Leaf(x, gradient, req)


def backward(
    heads: Sequence[Array],
    head_grads: Sequence[Array | None],
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Accumulate the gradients of *heads* into the leaves that they were made from.

    Parameters
    ----------
    heads : sequence of Array
    head_grads : sequence of Array or None
        The gradient of each head, of its dtype and number of elements; None stands for ones.
    retain_graph : bool
        Keep the record for another backward.
    train_mode : bool
        Training mode while the gradients are computed.

    Raises
    ------
    MXNetError
        As `ndgrad.autograd.backward`, or from an operator's derivative.  No gradient has been
        written then.
    """
    order = _checked_order(heads, head_grads, "backward")
    for node in reversed(order):  # variables are mostly older than what is made of them
        if isinstance(node, Leaf) and node.req != "null":
            break
    else:
        raise MXNetError(NO_VARIABLES)
    pending = _head_gradients(heads, head_grads, buffer_arithmetic)
    before, state.training = state.training, train_mode
    try:
        found = run_backward(order, pending, buffer_arithmetic, retain_graph)
    finally:
        state.training = before
    _accumulate(found)


def grad(
    heads: Sequence[Array],
    variables: Sequence[Array],
    head_grads: Sequence[Array | None],
    retain_graph: bool = False,
    create_graph: bool = False,
    train_mode: bool = True,
) -> list[Array]:
    """Return the gradients of *heads* with respect to *variables*, which are leaves, as new arrays.

    Parameters
    ----------
    heads, head_grads, retain_graph, train_mode
        As for `backward`.
    variables : sequence of Array
    create_graph : bool
        Record the gradients' own computation; the record of the heads is kept then.

    Raises
    ------
    MXNetError
        As `ndgrad.autograd.grad`.
    """
    order = _checked_order(heads, head_grads, "grad")
    known = set(order)
    for i, x in enumerate(variables):
        if x._node not in known:
            raise MXNetError(
                f"Cannot differentiate with respect to the {i + 1}-th variable because it is "
                "unreachable from the outputs."
            )
    wanted = {x._node for x in variables}
    head_grads = [plain(g) for g in head_grads]
    arithmetic: Arithmetic = recorded_arithmetic if create_graph else buffer_arithmetic
    with Scope(create_graph, train_mode):
        pending = _head_gradients(heads, head_grads, arithmetic)
        # The derivative of a derivative visits this record again, so it is kept in any case.
        retain = retain_graph or create_graph
        found = run_backward(_leading_to(order, wanted), pending, arithmetic, retain)
        if not create_graph:
            return [in_class_of(type(x), _new_array(x, found)) for x in variables]
        results = [_recorded_result(x, found, variables) for x in variables]
        given = [x for x in (*heads, *head_grads, *variables) if x is not None]
        own = separated(results, given)
        return [in_class_of(type(x), result) for x, result in zip(variables, own, strict=True)]


# --- the heads ------------------------------------------------------------------------------------


def _checked_order(
    heads: Sequence[Array], head_grads: Sequence[Array | None], function: str
) -> list[Maker]:
    """The topological order of what the heads were made from, when heads and gradients fit."""
    makers: list[Maker] = []
    for head, given in zip(heads, head_grads, strict=True):
        maker = head._node
        if maker is None:
            raise MXNetError(
                f"{NOT_RECORDED}{function}: heads[{len(makers)}], of shape {head._shape}, was not "
                f"recorded. {HOW_TO_RECORD}"
            )
        if given is not None:
            _check_head_gradient(function, f"heads[{len(makers)}]", head, given)
        makers.append(maker)
    order = topological_order(makers)
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.about_to_run_backward(order)
    return order


def _check_head_gradient(function: str, name: str, head: Array, given: Array) -> None:
    data, expected = given._data, head._data
    if data.size != expected.size or data.dtype != expected.dtype:
        raise MXNetError(
            f"{function}: the head gradient of {name} must have as many elements as the "
            f"head, of shape {head._shape}, and its dtype {expected.dtype}, got "
            f"{given._shape} and {data.dtype}"
        )
    operands_device(function, (name, "its head gradient"), (head, given))


def _head_gradients(
    heads: Sequence[Array], head_grads: Sequence[Array | None], arithmetic: Arithmetic
) -> Pending:
    pending: Pending = {}
    for head, given in zip(heads, head_grads, strict=True):
        node = head._node
        assert node is not None
        gradient: Buffer | Array
        if given is None:
            gradient = arithmetic.ones(node, head._shape)
        elif arithmetic is buffer_arithmetic:
            gradient = given._data
        else:
            same = given._shape == head._shape
            gradient = given if same else F._reshaped(given, shape=head._shape)
        pending[node] = gradient if node not in pending else arithmetic.add(pending[node], gradient)
    return pending


def _leading_to(order: Sequence[Maker], wanted: Set[Maker | None]) -> list[Maker]:
    """What in *order* some leaf in *wanted* can be reached from."""
    useful = set(wanted)
    for node in reversed(order):
        if any(is_tracked(parent) and parent in useful for parent in node.parents):
            useful.add(node)
    return [node for node in order if node in useful]


# --- running backward -----------------------------------------------------------------------------


def run_backward(
    order: Sequence[Maker], pending: Pending, arithmetic: Arithmetic, retain: bool
) -> dict[Leaf, Any]:
    """Run the nodes of *order* backward; returns the gradients of the leaves that want one.

    Parameters
    ----------
    order : sequence of Node, OutputSlot and Leaf
        Youngest first.
    pending : dict
        Gradients of the heads by what made them.  What remains in it belongs to what is not in
        *order*.
    arithmetic : Arithmetic
    retain : bool
        Whether nodes keep what they saved; otherwise each is released when it has run.
    """
    found: dict[Leaf, Any] = {}
    rows: dict[Leaf, list[tuple[Buffer, Buffer]]] = {}  # of leaves with sparse gradients
    owned = set()  # sums that are made here, to which may be added in place
    since = [next_version(), 1]
    on_buffers = arithmetic is buffer_arithmetic
    pop, ndarray = pending.pop, np.ndarray
    for node in order:
        gradient = pop(node, None)
        if type(node) is not Node:
            if gradient is None:
                continue
            if type(node) is Leaf:
                if node.req != "null":
                    found[node] = gradient
                continue
            whole = node.node
            if whole not in pending:
                pending[whole] = [None] * (len(whole.shapes) - len(whole.parents))
            have = pending[whole][node.index]  # of another slot of the output: backward makes some
            pending[whole][node.index] = (
                gradient if have is None else arithmetic.add(have, gradient)
            )
            continue
        if gradient is not None:
            op = node.op
            bound = op.bound
            derivative = bound.buffer_backward if on_buffers else bound.recorded_backward
            results = derivative(node, gradient)
            for parent, result in zip(node.parents, results):  # noqa: B905 (of equal length)
                if parent is None or isinstance(parent, Constant):
                    continue
                if result.__class__ is ndarray and parent not in pending:
                    pending[parent] = result  # as of most nodes
                    continue
                if (
                    result.__class__ is PartialGradient
                    and wants_rows(parent)
                    and (part := result.rows()) is not None
                ):
                    rows.setdefault(parent, []).append(part)
                    continue
                if result.__class__ is RowGradients:
                    assert isinstance(parent, Leaf)
                    rows.setdefault(parent, []).extend(result.parts)
                    result = result.dense
                    if result is None:
                        continue
                if result is None:
                    if op.none_is_unreached:
                        continue
                    result = arithmetic.zeros(node.shapes[node.parents.index(parent)], parent)
                have = pending.get(parent)
                if have is None:
                    if result.__class__ is PartialGradient:
                        # The references to it from here: gradient, the partial one's, the call.
                        if getrefcount(result.remains) == 3 and owns_memory(gradient):
                            result = replaced(result)
                        else:
                            result = whole_buffer(result)
                        owned.add(parent)
                    pending[parent] = result
                    continue
                # The references to a gradient seen from here alone: pending, have, the call.
                if parent not in owned and not (
                    on_buffers
                    and getrefcount(pending[parent]) == 3
                    and owns_memory(have)
                    and not tracing.active
                ):
                    owned.add(parent)
                    if result.__class__ is not PartialGradient:
                        pending[parent] = arithmetic.add(have, result)
                        continue
                    have = arithmetic.copy(have)
                pending[parent] = arithmetic.add_into(have, result)
        if not retain:  # the statements of `release`: its call would take as long as they do
            node.released = since
            node.saved = node.params = None
            node.versions = node.parents = ()
    for leaf, parts in rows.items():
        found[leaf] = [*parts, found[leaf]] if leaf in found else parts
    return found


# --- where gradients go ---------------------------------------------------------------------------


def _accumulate(found: dict[Leaf, Buffer]) -> None:
    """Write gradients to the leaves' arrays, or add them, as ``grad_req`` says; empties *found*.

    This comes last of all, so that a backward that fails has written nothing.  Where the gradient's
    buffer and that of the leaf's array each have no other reference, nor views, the array takes the
    gradient's over and no element is copied.  On a device it is always copied: the CUDA graphs of
    compiled functions know gradients by their addresses.
    """
    for leaf in list(found):
        target = leaf.grad
        if isinstance(target, classes.sparse):
            gradient = found.pop(leaf)
            parts = gradient if isinstance(gradient, list) else [gradient]
            target._accumulate(parts, leaf.req == "add")
            if tracing.active and (recorder := tracing.recorder()) is not None:
                recorder.accumulated.append((leaf, leaf.fresh))
            leaf.fresh = True
            continue
        if leaf.req == "add":
            buffer_arithmetic.add_into(target._data, found.pop(leaf))
        # One reference is the dictionary's or the array's, the other the call's.
        elif (
            getrefcount(found[leaf]) == getrefcount(target._data) == 2
            and _interchangeable(found[leaf], target._data)
            and not tracing.active
            and _taken_over(target, found[leaf])
        ):
            del found[leaf]
        else:
            copy_buffer(found.pop(leaf), target._data)
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.accumulated.append((leaf, leaf.fresh))
        leaf.fresh = True
        written(target)


def _taken_over(target: Array, gradient: Buffer) -> bool:
    """Whether *target* could give up its own buffer for *gradient*; else it keeps it.

    Another thread may take a view of the own buffer after its references have been counted.  So
    they are counted again when it can be reached no more.
    """
    own = target._data
    target._data = gradient
    if getrefcount(own) == 2:  # the name's and the call's
        return True
    target._data = own
    return False


def _interchangeable(a: Buffer, b: Buffer) -> bool:
    return a.size == b.size and a.dtype == b.dtype and owns_memory(a) and owns_memory(b)


def _new_array(x: Array, found: dict[Leaf, Buffer]) -> Array:
    """The gradient of *x* in memory of its own."""
    leaf = x._node
    assert isinstance(leaf, Leaf)
    if leaf not in found:
        return classes.array(buffer_arithmetic.zeros(x._shape, leaf), x._shape, x._ctx)
    if isinstance(leaf.grad, classes.sparse):
        gradient: Any = found[leaf]
        zeros = classes.sparse._zeros(leaf.grad.stype, x._shape, leaf.dtype, x._ctx)
        zeros._accumulate(gradient if isinstance(gradient, list) else [gradient], False)
        return zeros
    alone = getrefcount(found[leaf]) == 2 and owns_memory(found[leaf]) and not tracing.active
    result = classes.array(found[leaf], x._shape, x._ctx)
    # A head gradient that passed through belongs to the caller.
    return result if alone else unrecorded(lookup("identity").call, result)


def _recorded_result(x: Array, found: dict[Leaf, Array], variables: Sequence[Array]) -> Array:
    leaf = x._node
    assert isinstance(leaf, Leaf)
    gradient = found.get(leaf)
    if gradient is None:
        gradient = recorded_arithmetic.zeros(x._shape, leaf)
    if gradient._node is None:
        # A constant derivative stays in the graph: the next order is zero, not an error.
        return lookup("_independent").call(gradient, *variables)
    return gradient
