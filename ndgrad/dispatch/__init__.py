"""From arrays to kernels to nodes: how operators are called, and differentiated.

`install` gives every operator of the table its ways to be called: ``op.call`` on arrays (recorded
when some input is), and the two derivatives that `ndgrad.engine` runs: on buffers, and on recorded
arrays, whose results can be differentiated again.
"""

from __future__ import annotations

from functools import cache, partial

from ..kernels.front import copy as copy_buffer
from ..ops.bound import CALLS, Bound, Call
from ..ops.table import CompositeOp, ElementwiseOp, Op, UpdateOp, for_each, lookup
from ..tape import Array
from . import classes
from .elementwise import constant, general_call, in_place_call
from .fast import Style, elementwise_call
from .gradients import (
    Arithmetic,
    as_list,
    buffer_arithmetic,
    buffer_backward,
    recorded_arithmetic,
    recorded_backward,
    replaced,
    wants_rows,
    whole_buffer,
    with_state_writes,
)
from .in_place import recorded_in_place
from .numpy_arrays import converted_call, in_class, in_class_of, numpy_like, plain, with_numpy_like
from .planned import ABSENT, is_planned, planned_call, planned_function
from .sparse import sparse_call, with_other_classes
from .structured import (
    composite_call,
    convert,
    record_call,
    separated,
    structured_call,
    unrecorded,
    write_into,
)
from .updates import update_call
from .writes import (
    check_writable,
    in_graph,
    record_linear,
    record_view,
    recorded_write,
    written,
)

__all__ = [
    "ABSENT",
    "Arithmetic",
    "Style",
    "as_list",
    "bind",
    "buffer_arithmetic",
    "check_writable",
    "classes",
    "constant",
    "convert",
    "converted_call",
    "copy_buffer",
    "elementwise_call",
    "in_class",
    "in_class_of",
    "in_graph",
    "in_place_call",
    "install",
    "is_planned",
    "lookup",
    "numpy_like",
    "numpy_like_call",
    "plain",
    "planned_function",
    "record_call",
    "record_linear",
    "record_view",
    "recorded_arithmetic",
    "recorded_in_place",
    "recorded_write",
    "replaced",
    "separated",
    "unrecorded",
    "wants_rows",
    "whole_buffer",
    "write_into",
    "written",
]


def install(array: type[Array]) -> None:
    """Make operators return *array*, and bind those of the table."""
    classes.array = array
    for_each(bind)


def bind(op: Op) -> None:
    """Give an operator its call and its derivatives."""
    call = _call(op)
    CALLS[call] = op.name
    on_buffers = with_state_writes(op, buffer_backward(op))
    op.bound = Bound(call, on_buffers, with_state_writes(op, recorded_backward(op)))


def _call(op: Op) -> Call:
    if isinstance(op, ElementwiseOp):
        general = general_call(op, partial(sparse_call, op))
        return elementwise_call(op, general, Style(classes.array))
    if isinstance(op, UpdateOp):
        return update_call(op, partial(sparse_call, op))
    if isinstance(op, CompositeOp):
        call = composite_call(op)
        call = with_numpy_like(op, call) if op.sparse is None else with_other_classes(op, call)
    else:
        call = with_other_classes(op, structured_call(op))
    return planned_call(op, call, classes.array) if is_planned(op) else call


@cache
def numpy_like_call(name: str) -> Call:
    """A call of an operator for arrays like NumPy's, which returns such arrays."""
    op = lookup(name)
    call = converted_call(op)
    if isinstance(op, ElementwiseOp):
        return elementwise_call(
            op,
            lambda inputs, params, out: call(*inputs, out=out, **params),
            Style(classes.numpy_like),
        )
    array = classes.numpy_like
    return planned_call(op, call, array) if is_planned(op, array) else call
