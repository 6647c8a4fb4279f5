"""Functions of two operands of which one or both may be numbers: ``add``, ``_plus_scalar`` ..."""

from __future__ import annotations

import numbers
from collections.abc import Callable

import numpy as np

from ..array.ndarray import NDArray
from ..base import shorten_traceback, shown
from ..ops.axes import number
from ..ops.bound import Call
from ..ops.table import ElementwiseOp
from ._check import array

_OPERANDS = (NDArray, float, int, numbers.Real, np.bool_)
_BESIDE_ARRAY = (*_OPERANDS, np.ndarray)
_COMMON = frozenset((NDArray, float, int))


def function(op: ElementwiseOp, name: str) -> Call:
    """What `ndgrad.nd` has under one of the names in *op*'s fact ``functions``."""
    on_numbers, ordered, on_arrays = op.functions[name], op.ordered, op.call

    def call(lhs: object, rhs: object, out: NDArray | None = None) -> object:
        try:
            if out is None and lhs.__class__ is NDArray and rhs.__class__ in _COMMON:
                return on_arrays(lhs, rhs)
            has_array = isinstance(lhs, NDArray) or isinstance(rhs, NDArray)
            for arg, operand in (("lhs", lhs), ("rhs", rhs)):
                if not isinstance(operand, _BESIDE_ARRAY if has_array else _OPERANDS):
                    raise TypeError(
                        f"{name}: argument {arg} must be an NDArray or a number; "
                        f"type {type(operand)} not supported"
                    )
            if out is not None:
                array(name, "out", out)
            if ordered and not isinstance(lhs, NDArray):
                lhs, rhs = rhs, lhs  # a tie with a number goes to the array, whichever comes first
            if has_array:
                return on_arrays(lhs, rhs) if out is None else on_arrays(lhs, rhs, out=out)
            return on_numbers(lhs, rhs)
        except Exception as error:
            shorten_traceback(error)
            raise

    call.__name__ = call.__qualname__ = name
    call.__module__ = "ndgrad.nd"
    call.__doc__ = f"{op.doc}\n\nOf arrays, which broadcast, and numbers; of two numbers, a number."
    return call


def scalar_function(op: ElementwiseOp, public: str, position: int) -> Callable[..., NDArray]:
    """What `nd._internal` has under *public*, MXNet's name of *op* with a number at *position*."""
    on_arrays = op.call

    def call(
        data: NDArray,
        scalar: float = 1.0,
        is_int: bool = True,
        out: NDArray | None = None,
        name: str | None = None,
    ) -> NDArray:
        array(public, "data", data)
        if isinstance(scalar, str):
            scalar = number(public, "scalar", scalar)
        if not isinstance(scalar, _OPERANDS) or isinstance(scalar, NDArray):
            raise TypeError(f"{public}: argument scalar must be a number, got {shown(scalar)}")
        operands = (scalar, data) if position == 0 and not op.ordered else (data, scalar)
        result: NDArray = on_arrays(*operands) if out is None else on_arrays(*operands, out=out)
        return result

    call.__name__ = call.__qualname__ = public
    call.__module__ = "ndgrad.nd"
    call.__doc__ = f"{op.doc}\n\nOf an array and a number, which is the operand {position}."
    return call
