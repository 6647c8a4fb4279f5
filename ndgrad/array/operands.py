"""Operands of Python's operators, and the operators that write to the left one."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from .. import dispatch
from ..base import MXNetError, Shape
from ..dispatch import check_writable, convert
from ..kernels.spec.layout import broadcast_shape
from ..ops.bound import Call
from ..ops.table import ElementwiseOp
from ..tape import Array, state


def operand(other: object, array: Array) -> Any:
    """An operand of ``+`` and its like with *array*: an array or a number, nothing else."""
    if isinstance(other, (Array, numbers.Number, np.generic, np.bool_)):
        return other
    if isinstance(other, np.ndarray):
        return dispatch.constant(other, array)
    raise TypeError(f"type {type(other)} not supported")


def reflected(call: Call) -> Call:
    """``x + y`` of the right operand, whose call is given."""

    def method(self: Array, other: object) -> object:
        return call(other, self)

    return method


def _check_fits(shape: Shape, own: Shape, sign: str) -> None:
    inferred = broadcast_shape((own, shape), f"x {sign} y")
    if inferred != own:
        raise MXNetError(
            f"x {sign} y: Shape inconsistent, Provided = {list(own)}, "
            f"inferred shape={list(inferred)}"
        )


def in_place(op: ElementwiseOp, sign: str, array: type[Array]) -> Call:
    """``x += y`` or its like for arrays of a class."""
    operator, recorded = op.call, dispatch.recorded_in_place(op)

    def general(self: Array, other: object) -> Array:
        y = operand(other, self)
        if state.recording:
            check_writable(self, f"x {sign} y")
        if isinstance(y, Array) and y._data.dtype != self._data.dtype:
            y = convert(y, self._data.dtype)
        if isinstance(y, Array) and y._shape != self._shape:
            _check_fits(y._shape, self._shape, sign)
        if state.recording and recorded(self, y):
            return self
        return operator(self, y, out=self)

    return dispatch.in_place_call(op, array, general)
