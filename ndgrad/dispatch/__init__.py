"""The one door from arrays to kernels to nodes.

`install` gives every row of the op table its ways to be called: ``op.call`` on arrays (recorded
when some input is), and the two derivatives that the walk of `ndgrad.tape` uses: `flat_rules` on
flat buffers, and `recorded_rules` on recorded arrays, whose results can be differentiated again.
"""

from __future__ import annotations

from ..ops.table import OPS, ElementwiseOp, Op, lookup
from ..tape import Array
from . import classes
from .elementwise import in_place_call
from .fast import elementwise_call
from .gradients import flat_backward, flat_rules, recorded_backward, recorded_rules
from .structured import (
    check_writable,
    convert,
    copy_flat,
    record_call,
    separated,
    structured_call,
    unrecorded,
    write_into,
    written,
)

__all__ = [
    "bind",
    "check_writable",
    "convert",
    "copy_flat",
    "flat_rules",
    "in_place_call",
    "install",
    "lookup",
    "record_call",
    "recorded_rules",
    "separated",
    "unrecorded",
    "write_into",
    "written",
]


def install(array: type[Array]) -> None:
    """Make operators return *array*, and open every row of the table for calls."""
    classes.array = array
    for op in OPS.values():
        bind(op)


def bind(op: Op) -> None:
    """Give a row its ``call`` and its derivatives; also one registered later, a user's kernel."""
    op.call = elementwise_call(op) if isinstance(op, ElementwiseOp) else structured_call(op)
    op.flat_backward = flat_backward(op)
    op.recorded_backward = recorded_backward(op)
