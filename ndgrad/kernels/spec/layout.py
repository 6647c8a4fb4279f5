"""How operands of several shapes meet in one loop: broadcasting, and numbers that loops read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...base import HostArray, MXNetError, Shape


class Layout(NamedTuple):
    """How operands of several shapes meet in one result.

    Attributes
    ----------
    shape : tuple of int
        Of the result.
    code : str
        The letters of `kernels.cpu.elementwise_text.source`.
    rows, inner : int
        The loop runs over *rows* rows of *inner* elements; a flat loop has rows 0.
    geometry : numpy.ndarray or None
        int64: inner, number of outer axes, their lengths, then each operand's strides along them.
    """

    shape: Shape
    code: str
    rows: int
    inner: int
    geometry: HostArray | None


def broadcast_shape(shapes: tuple[Shape, ...], what: str) -> Shape:
    """The common shape by NumPy's rule, or an `MXNetError` that names the operator."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        given = " ".join(str(list(shape)).replace(" ", "") for shape in shapes)
        raise MXNetError(
            f"Operator {what}: operands could not be broadcast together with shapes {given}"
        ) from None


def constant(numbers: Sequence[int] | HostArray) -> HostArray:
    """A read-only int64 array: a device needs to be given it only once."""
    array = np.array(numbers, np.int64)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=4096)
def layout(shapes: tuple[Shape | None, ...], what: str) -> Layout:
    """Work out the loop over operands of *shapes*, None for numbers, merging axes where it can."""
    arrays = tuple(s for s in shapes if s is not None)
    plan = _of_arrays(arrays, what)
    if len(arrays) == len(shapes):
        return plan
    letters = iter(plan.code.lstrip("r"))
    code = "".join("s" if s is None else next(letters) for s in shapes)
    return plan._replace(code="r" * plan.code.startswith("r") + code)


def _of_arrays(shapes: tuple[Shape, ...], what: str) -> Layout:
    shape = broadcast_shape(shapes, what)
    size = math.prod(shape)
    if not size or all(s == shape or math.prod(s) in (1, size) for s in shapes):
        # Everything is either the result's size or a single element: a flat loop.
        code = "".join("v" if math.prod(s) == size else "b" for s in shapes)
        if size == 1:
            code = "v" * len(shapes)
        return Layout(shape, code, 0, 1, None)
    strides = []
    for s in shapes:
        padded = (1,) * (len(shape) - len(s)) + s
        step, own = 1, []
        for length in reversed(padded):
            own.append(0 if length == 1 else step)
            step *= length
        strides.append(own[::-1])
    axes: list[tuple[int, list[int]]] = []  # (length, stride of each operand), merged
    for axis, length in enumerate(shape):
        if length == 1:
            continue
        here = [own[axis] for own in strides]
        if axes and all(
            before == now * length for before, now in zip(axes[-1][1], here, strict=True)
        ):
            axes[-1] = (axes[-1][0] * length, here)
        else:
            axes.append((length, here))
    inner, steps = axes.pop()
    code = "r" + "".join("v" if step else "b" for step in steps)
    lengths = [length for length, _ in axes]
    numbers = [inner, len(axes), *lengths]
    for operand in range(len(shapes)):
        numbers += [steps[operand] for _, steps in axes]
    return Layout(shape, code, math.prod(lengths), inner, constant(numbers))


@lru_cache(maxsize=64)
def arange(n: int) -> HostArray:
    """The numbers below *n*, read-only: a device needs to be given them only once."""
    numbers = np.arange(n)
    numbers.flags.writeable = False
    return numbers


@lru_cache(maxsize=64)
def full(n: int, value: int) -> HostArray:
    """*n* times a number, read-only."""
    numbers = np.full(n, value)
    numbers.flags.writeable = False
    return numbers
