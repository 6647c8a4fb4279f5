"""Operands of Python's operators, and the operators that write to the left one."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import dispatch
from ..dispatch import check_writable, convert
from ..ops.table import ElementwiseOp
from ..tape import Array, state


def operand(other: object, array: Array) -> Any:
    """An operand of ``+`` and its like with *array*: an array or a number, nothing else."""
    if isinstance(other, (Array, numbers.Number, np.generic, np.bool_)):
        return other
    if isinstance(other, np.ndarray):
        return dispatch.constant(other, array)
    raise TypeError(f"type {type(other)} not supported")


def reflected(call: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    """``x + y`` of the right operand, whose call is given."""

    def method(self: Any, other: object) -> Any:
        return call(other, self)

    return method


def in_place(op: ElementwiseOp, sign: str, array: type[Any]) -> Callable[[Any, Any], Any]:
    """``x += y`` or its like for arrays of a class."""
    operator, recorded = op.call, dispatch.recorded_in_place(op)

    def general(self: Any, other: object) -> Any:
        other = operand(other, self)
        if state.recording:
            check_writable(self, f"x {sign} y")
        if isinstance(other, Array) and other._data.dtype != self._data.dtype:
            other = convert(other, self._data.dtype)
        if isinstance(other, Array) and other._shape != self._shape:
            self._fitting_shape(other._shape, sign)
        if state.recording and recorded(self, other):
            return self
        return operator(self, other, out=self)

    return dispatch.in_place_call(op, array, general)
