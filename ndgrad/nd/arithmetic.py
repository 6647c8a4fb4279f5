"""Functions of two operands that may both be arrays or numbers: ``add``, ``maximum`` ..."""

from __future__ import annotations

import math
import numbers
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..array.ndarray import NDArray
from ..base import MXNetError
from ..ops.table import lookup
from ._check import array

__all__ = [
    "add",
    "divide",
    "equal",
    "greater",
    "greater_equal",
    "lesser",
    "lesser_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "modulo",
    "multiply",
    "not_equal",
    "power",
    "subtract",
    "true_divide",
]


_OPERANDS = (NDArray, float, int, numbers.Real, np.bool_)


def _function(name: str, row: str, on_numbers: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    op = lookup(row)
    symmetric = name in ("maximum", "minimum")

    def call(lhs: Any, rhs: Any, out: NDArray | None = None) -> Any:
        for arg, operand in (("lhs", lhs), ("rhs", rhs)):
            if not isinstance(operand, _OPERANDS):
                raise TypeError(
                    f"{name}: argument {arg} must be an NDArray or a number; "
                    f"type {type(operand)} not supported"
                )
        if out is not None:
            array(name, "out", out)
        if symmetric and not isinstance(lhs, NDArray):
            lhs, rhs = rhs, lhs  # a tie with a number goes to the array, whichever comes first
        if isinstance(lhs, NDArray) or isinstance(rhs, NDArray):
            return op.call(lhs, rhs) if out is None else op.call(lhs, rhs, out=out)
        return on_numbers(lhs, rhs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{op.doc}\n\nOf arrays, which broadcast, and numbers; of two numbers, a number."
    return call


add = _function("add", "broadcast_add", operator.add)
subtract = _function("subtract", "broadcast_sub", operator.sub)
multiply = _function("multiply", "broadcast_mul", operator.mul)
divide = _function("divide", "broadcast_div", operator.truediv)
true_divide = _function("true_divide", "broadcast_div", operator.truediv)
modulo = _function("modulo", "broadcast_mod", operator.mod)
power = _function("power", "broadcast_power", operator.pow)
maximum = _function("maximum", "broadcast_maximum", max)
minimum = _function("minimum", "broadcast_minimum", min)
hypot = _function("hypot", "broadcast_hypot", math.hypot)
arctan2 = _function("arctan2", "broadcast_arctan2", math.atan2)
equal = _function("equal", "broadcast_equal", operator.eq)
not_equal = _function("not_equal", "broadcast_not_equal", operator.ne)
greater = _function("greater", "broadcast_greater", operator.gt)
greater_equal = _function("greater_equal", "broadcast_greater_equal", operator.ge)
lesser = _function("lesser", "broadcast_lesser", operator.lt)
lesser_equal = _function("lesser_equal", "broadcast_lesser_equal", operator.le)
logical_and = _function("logical_and", "broadcast_logical_and", lambda a, b: bool(a) and bool(b))
logical_or = _function("logical_or", "broadcast_logical_or", lambda a, b: bool(a) or bool(b))
logical_xor = _function("logical_xor", "broadcast_logical_xor", lambda a, b: bool(a) != bool(b))


def where(
    condition: NDArray, x: Any, y: Any, out: NDArray | None = None, name: str | None = None
) -> Any:
    """Elements of *x* where *condition* is not zero, else of *y*.

    A condition of one axis chooses whole rows of arrays that have more axes.
    """
    for other in (x, y):
        if not isinstance(condition, NDArray) or not isinstance(other, NDArray):
            continue  # a number; anything else is refused by the operator
        if condition.ndim != 1 or other.ndim < 2:
            continue
        if condition.shape[0] != other.shape[0]:
            raise MXNetError(
                f"Operator where: a condition of shape {condition.shape} chooses rows, expected "
                f"shape ({other.shape[0]},) for {other.shape}"
            )
        condition = condition.reshape((-1,) + (1,) * (other.ndim - 1))
    op = lookup("where")
    return op.call(condition, x, y) if out is None else op.call(condition, x, y, out=out)


__all__ += ["arctan2", "hypot", "where"]
