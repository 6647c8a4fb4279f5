"""Methods of arrays that take other arguments than the functions of the same names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

from ..array.ndarray import NDArray
from ..base import DTypeLike, set_signature
from ..dispatch import unrecorded
from ..ops.axes import flag, number
from ..ops.bound import Call
from ..ops.table import Op, lookup
from . import _bind

# What the changed functions get is as `ndgrad.nd._bind` passes it on: the array as the first
# argument or by its keyword.


def _with_inplace(op: Op, function: Call) -> Call:
    def method(*args: Any, inplace: bool = False, **kwargs: Any) -> object:
        if not flag(op.name, "inplace", inplace):
            return function(*args, **kwargs)
        shape = unrecorded(function, *args, **kwargs).shape
        return (args[0] if args else kwargs[op.keywords[0]]).reshape(shape)

    return method


def _with_other(op: Op, function: Call) -> Call:
    def method(*args: object, **kwargs: object) -> object:
        if "other" in kwargs:
            kwargs["rhs"] = kwargs.pop("other")
        return function(*args, **kwargs)

    return method


def _with_dtype(op: Op, function: Call) -> Call:
    def method(*args: object, dtype: DTypeLike | None = None, **kwargs: object) -> object:
        result = function(*args, **kwargs)
        return result if dtype is None else result.astype(dtype)

    return method


_OTHERS: dict[str, Callable[[Op, Call], Call]] = {
    "broadcast_like": _with_other,
    "expand_dims": _with_inplace,  # *inplace*: whether to return a view
    "flatten": _with_inplace,
    "mean": _with_dtype,  # for ``numpy.mean``, which calls the method
    "squeeze": _with_inplace,
}


def method(op: Op, name: str, function: Call) -> Call:
    """The method of an operator: its function, or one that takes more than that."""
    change = _OTHERS.get(name)
    if change is None:
        return function
    changed = _bind.function(op, name, lambda f: change(op, f))
    usual, further = signature(function), signature(change(op, function))
    more = [p for p in further.parameters.values() if p.kind is p.KEYWORD_ONLY]
    set_signature(changed, usual.replace(parameters=[*usual.parameters.values(), *more]))
    return changed


def slice_assign(
    self: NDArray,
    rhs: NDArray,
    begin: Sequence[int | None],
    end: Sequence[int | None],
    step: Sequence[int | None] = (),
) -> NDArray:
    """Write an array to a strided slice of this one; return this one."""
    write = _bind.function(lookup("_slice_assign"), "slice_assign")
    return write(self, rhs, begin=begin, end=end, step=step, out=self)


def slice_assign_scalar(
    self: NDArray,
    value: float,
    begin: Sequence[int | None],
    end: Sequence[int | None],
    step: Sequence[int | None] = (),
) -> NDArray:
    """Write a number to a strided slice of this array; return the array."""
    write = _bind.function(lookup("_slice_assign_scalar"), "slice_assign_scalar")
    value = number("slice_assign_scalar", "value", value)
    return write(self, scalar=value, begin=begin, end=end, step=step, out=self)
