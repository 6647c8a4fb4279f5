"""From arrays to kernels to nodes: how operators are called, and differentiated.

`install` gives every operator of the table its ways to be called: ``op.call`` on arrays (recorded
when some input is), and the two derivatives that `ndgrad.engine` runs: on buffers, and on recorded
arrays, whose results can be differentiated again.
"""

from __future__ import annotations

from ..kernels.front import copy as copy_flat
from ..ops.table import OPS, ElementwiseOp, Op, lookup
from ..tape import Array
from . import classes
from .elementwise import in_place_call
from .fast import elementwise_call
from .gradients import (
    Arithmetic,
    buffer_arithmetic,
    flat_backward,
    recorded_arithmetic,
    recorded_backward,
)
from .structured import (
    check_writable,
    convert,
    record_call,
    separated,
    structured_call,
    unrecorded,
    write_into,
    written,
)

__all__ = [
    "Arithmetic",
    "bind",
    "buffer_arithmetic",
    "check_writable",
    "classes",
    "convert",
    "copy_flat",
    "in_place_call",
    "install",
    "lookup",
    "record_call",
    "recorded_arithmetic",
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
