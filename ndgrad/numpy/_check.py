"""Checks of arguments that the functions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as onp

from ..array.ndarray import NDArray
from ..base import Shape, shown
from ..context import Context, current_context
from ..dispatch import write_into
from .multiarray import ndarray


def array_argument(function: str, argument: str, x: object) -> ndarray:
    """*x* as an array like NumPy's.

    Raises
    ------
    TypeError
        If it is no array.
    """
    if x.__class__ is ndarray or isinstance(x, ndarray):
        return x
    if isinstance(x, NDArray):
        return x.as_np_ndarray()
    if isinstance(x, onp.ndarray):
        return ndarray._from_numpy(x, None)
    raise TypeError(f"{function}: argument {argument} must be an array, got {shown(x)}")


def delivered(result: ndarray, out: ndarray | None, function: str) -> ndarray:
    """*result*, or *out*, which it is written to."""
    return result if out is None else write_into(out, result, function)


UFUNC_OPTIONS: dict[str, object] = {
    "where": True, "casting": "same_kind", "order": "K", "dtype": None, "subok": True,
}  # fmt: skip
"""Further arguments of functions of elements, and the only values that are computed."""


def is_default(name: str, value: object) -> bool:
    """Whether an argument of a function of elements says what holds without it."""
    return isinstance(value, (bool, str, type(None))) and value == UFUNC_OPTIONS.get(name, ...)


def ufunc_options(function: str, given: Mapping[str, object]) -> None:
    """Check what a function of elements got by other names.

    Raises
    ------
    TypeError
        For a name that NumPy's functions of elements do not have.
    NotImplementedError
        For another value than the default.
    """
    for name, value in given.items():
        if name not in UFUNC_OPTIONS:
            raise TypeError(f"{function}: got an unexpected keyword argument {name!r}")
        if not is_default(name, value):
            raise NotImplementedError(
                f"{function}: {name} must be {UFUNC_OPTIONS[name]!r}, got {shown(value)}"
            )


def context_argument(function: str, ctx: object) -> Context:
    """A context, by default the current one.

    Raises
    ------
    TypeError
        If it is none.
    """
    if ctx is None:
        return current_context()
    if not isinstance(ctx, Context):
        raise TypeError(f"{function}: ctx must be a Context such as cpu(), got {shown(ctx)}")
    return ctx


def shape_argument(function: str, shape: object) -> Shape:
    """A shape from an integer or a sequence of them."""
    try:
        if isinstance(shape, (int, onp.integer)):
            return (int(shape),)
        if isinstance(shape, NDArray) and not shape.ndim:
            return (shape.__index__(),)
        return tuple([n.__index__() for n in shape])  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        raise TypeError(
            f"{function}: shape must be an int or a tuple of ints, got {shown(shape)}"
        ) from None


def c_order(function: str, order: object) -> None:
    """Raise `NotImplementedError` for an order of elements that there is not."""
    if order not in ("C", None, "K", "A"):
        raise NotImplementedError(f"{function}: only supports C-order, while received {order}")


def one_axis(axis: object, ndim: int, function: str) -> int:
    """An axis, from 0 on."""
    if not isinstance(axis, (int, onp.integer)):
        raise TypeError(f"{function}: axis must be an integer, got {shown(axis)}")
    if not -ndim <= axis < ndim:
        raise onp.exceptions.AxisError(int(axis), ndim, function)
    return int(axis) % ndim


def several_axes(axis: int | Sequence[int], ndim: int, function: str) -> tuple[int, ...]:
    """An axis, or a sequence of them, from 0 on."""
    if isinstance(axis, (int, onp.integer)):
        return (one_axis(axis, ndim, function),)
    return tuple([one_axis(one, ndim, function) for one in axis])


def at_least(x: ndarray, ndim: int) -> ndarray:
    """An array with *ndim* axes at least, where NumPy puts them."""
    shape: Shape = x.shape
    if len(shape) >= ndim:
        return x
    if ndim < 3:
        return x.reshape((1,) * (ndim - len(shape)) + shape)
    return x.reshape({0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}[len(shape)])
