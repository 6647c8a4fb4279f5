"""Writes into arrays: what is refused, and the nodes of all arrays that see a recorded write.

A recorded write is an operator of the graph, from the value before to the value after; in memory it
is done in place.  An array that sees it gets a node of the value after: the one that was written to
that of the operator, its aliases (`ndgrad.tape.sharing`) those of slices of it, or of themselves
with the overlap replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .. import tracing
from ..base import MXNetError, Shape
from ..kernels.spec.strided import contiguous_strides
from ..ops.table import Op, lookup
from ..tape import (
    Array,
    Leaf,
    Maker,
    Node,
    Parent,
    is_released,
    next_version,
    note_write,
    overlapping,
    state,
)
from .plans import PlannedParams, repeated_params

_IN_GRAPH = (
    "Assigning to NDArrays that are already in a computational graph will cause undefined behavior "
    "when evaluating gradients. Please call backward first to clear the graph or do this out side "
    "of a record section. Nothing was written."
)


def check_writable(target: Array, what: str, recordable: bool = True) -> None:
    """Refuse what is no array or, while recording, a variable, before anything is written.

    An array whose record backward has released is in no graph any more.

    Parameters
    ----------
    target : Array
    what : str
        What an error calls the write.
    recordable : bool
        Whether the write can be recorded; otherwise no array in the graph may be written to.
    """
    if not isinstance(target, Array):
        raise TypeError(f"{what}: argument out must be an NDArray, got {type(target).__name__}")
    if target._node is None or not state.recording:
        return
    if is_released(target._node):
        target._node = None
    elif not recordable or isinstance(target._node, Leaf) or _of_variable(target):
        raise MXNetError(f"{what}: {_IN_GRAPH}")


def _of_variable(x: Array) -> bool:
    """Whether *x* is a view of a marked variable."""
    return any(isinstance(alias._node, Leaf) for alias, _ in overlapping(x))


def in_graph(x: Array) -> bool:
    """Whether a write to *x*, while recording, changes the graph whatever is written."""
    return x._node is not None or any(y._node is not None for y, _ in overlapping(x))


def parent_of(x: Array) -> Parent:
    """What a node holds for an input: its maker, else the version counter of a constant."""
    return x._version if x._node is None else x._node


def written(target: Array, start: int = 0, stop: int | None = None) -> None:
    """Note that *target*'s memory changed, if only from *start* to *stop*: what nodes saved of it.

    Parts are told apart while recording.
    """
    if not target._data.size:
        return
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.written(target)
    version = target._version
    if (stop is None and len(version) == 1) or not (len(version) > 2 or state.recording):
        version[0] = next_version()
    else:
        note_write(target, start, stop)


def recorded_write(
    target: Array, node: Maker | None, start: int = 0, stop: int | None = None
) -> None:
    """Let *node* be that of *target*, whose elements *start* to *stop* were written to.

    Aliases that overlap them get new nodes too.
    """
    tracer = tracing.recorder() if tracing.active else None
    target._node = node
    size = target._data.size
    stop = size if stop is None else stop
    for alias, first in overlapping(target, start, stop):
        if tracer is not None:
            tracer.rebased(alias)
        if first >= 0 and first + alias._data.size <= size:
            alias._node = _slice_node(target, first, alias._shape, alias)
        elif node is not None or alias._node is not None:
            begin, end = max(first, start), min(first + alias._data.size, stop)
            part = target.__class__(
                target._data[begin:end], (end - begin,), target._ctx, target._version
            )
            part._node = _slice_node(target, begin, part._shape, part)
            where = {"shape": part._shape, "strides": (1,), "offset": begin - first}
            record_linear("_assigned", where, (alias, part), alias)


def _slice_node(x: Array, start: int, shape: Shape, result: Array) -> Maker | None:
    """The node of a view of *x*, *result*; it is not computed."""
    if x._node is None:
        return None
    where = {"shape": shape, "strides": contiguous_strides(shape), "offset": start}
    record_linear("_as_strided", where, (x,), result)
    return result._node


def record_linear(
    name: str, params: Mapping[str, object], inputs: Sequence[Array], result: Array
) -> None:
    """Put *result* on the node of a call that saves nothing and is not computed."""
    shapes = (*[x._shape for x in inputs], result._shape)
    data = result._data
    if data.__class__ is np.ndarray and params.__class__ is not PlannedParams:
        params = repeated_params(name, params, data.dtype, shapes)
    node = Node()
    node.op, node.params = lookup(name), params
    node.parents = tuple([parent_of(x) for x in inputs])
    node.saved = node.versions = _NOTHING[len(inputs)]
    node.shapes, node.ctx, node.dtype = shapes, result._ctx, data.dtype
    node.number = next_version()
    result._node = node  # which may be an input


def record_view(op: Op, params: Mapping[str, object], x: Array, view: Array) -> None:
    """Put *view*, what a call with an array of the graph made, on its node, which saves nothing."""
    node = view._node = Node()
    node.op, node.params, node.parents = op, params, (x._node,)
    node.saved = node.versions = (None, None)
    node.shapes, node.ctx, node.dtype = (x._shape, view._shape), x._ctx, x._data.dtype
    node.number = next_version()


_NOTHING = tuple([(None,) * (count + 1) for count in range(3)])
"""What calls of so many inputs save."""
