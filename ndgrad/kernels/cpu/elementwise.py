"""From an element-wise loop and its operands to compiled code: layouts, scalars, broadcasting."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from ... import tracing
from ...base import MXNetError
from ...memory.device import in_use
from .. import cuda
from ..build import binaries
from ..build.launch import CHUNK_ELEMENTS, PARALLEL_ELEMENTS, Entry, vector
from ..spec.formula import Loop
from .elementwise_text import source

Shape = tuple[int, ...]


class Compiled:
    """One loop for one combination of dtypes and layout.

    Attributes
    ----------
    serial : callable
        ``serial(*operands, *results, [geometry,] lo, hi)``: no check of types.
    """

    __slots__ = ("serial", "_entry")

    def __init__(
        self,
        loop: Loop,
        dtypes: tuple[np.dtype[Any], ...],
        out_dtypes: tuple[np.dtype[Any], ...],
        compute: str,
        layout: str,
    ) -> None:
        text = source(loop, dtypes, out_dtypes, compute, layout)
        name = "_".join([loop.name, *dict.fromkeys(d.name for d in (*dtypes, *out_dtypes)), layout])
        rows, letters = layout.startswith("r"), layout.lstrip("r")
        scalar = getattr(types, compute)
        operands = [
            scalar if letter == "s" else vector(dtype)
            for letter, dtype in zip(letters, dtypes, strict=True)
        ]
        geometry = [vector(np.dtype("int64"))] if rows else []
        results = [] if "o" in letters else [vector(dtype) for dtype in out_dtypes]
        signature = (*operands, *results, *geometry, types.intp, types.intp)
        self._entry = Entry(binaries.load(name, text).loop, signature)
        self.serial = self._entry.serial

    def run(self, args: tuple[Any, ...], units: int, elements: int) -> None:
        """Fill the results, in parallel when the work is worth it.

        Parameters
        ----------
        args : tuple
            Operands, results and, in the row form, the geometry.
        units : int
            Elements of a flat loop, or rows.
        elements : int
            Elements of one unit.
        """
        if units * elements < PARALLEL_ELEMENTS or units == 1:
            self.serial(*args, 0, units)
            return
        self._entry.parallel(*args, units, max(1, CHUNK_ELEMENTS // elements))


class Layout(NamedTuple):
    """How operands of several shapes meet in one result.

    Attributes
    ----------
    shape : tuple of int
        Of the result.
    code : str
        The letters of `elementwise_text.source`, without those of scalars.
    rows, inner : int
        The loop runs over *rows* rows of *inner* elements; a flat loop has rows 0.
    geometry : numpy.ndarray or None
        int64: inner, number of outer axes, their lengths, then each operand's strides along them.
    """

    shape: Shape
    code: str
    rows: int
    inner: int
    geometry: np.ndarray[Any, Any] | None


def broadcast_shape(shapes: tuple[Shape, ...], what: str) -> Shape:
    """The common shape by NumPy's rule, or an `MXNetError` that names the operator."""
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        given = " ".join(str(list(shape)).replace(" ", "") for shape in shapes)
        raise MXNetError(
            f"Operator {what}: operands could not be broadcast together with shapes {given}"
        ) from None


def constant(numbers: list[int]) -> np.ndarray[Any, Any]:
    """An int64 array that nobody writes to: a device needs to be given it only once."""
    array = np.array(numbers, np.int64)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=4096)
def layout(shapes: tuple[Shape, ...], what: str) -> Layout:
    """Work out the loop over operands of *shapes*, merging axes wherever strides allow."""
    shape = broadcast_shape(shapes, what)
    size = math.prod(shape)
    if all(s == shape or math.prod(s) in (1, size) for s in shapes):
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


_KERNELS: dict[Any, Compiled] = {}


def compiled(
    loop: Loop,
    dtypes: tuple[np.dtype[Any], ...],
    out_dtypes: tuple[np.dtype[Any], ...],
    compute: str,
    code: str,
) -> Compiled:
    """The kernel for this combination, compiled once a process."""
    key = (loop, dtypes, out_dtypes, compute, code)
    try:
        return _KERNELS[key]
    except KeyError:
        return _KERNELS.setdefault(key, Compiled(*key))


def run(
    loop: Loop,
    operands: tuple[Any, ...],
    shapes: tuple[Shape | None, ...],
    results: tuple[np.ndarray[Any, Any], ...],
    compute: str,
) -> None:
    """Fill flat *results* from *operands*: flat arrays with their shapes, numbers with None."""
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.elementwise(loop, operands, shapes, results, compute)
        return
    if in_use and results[0].__class__ is not np.ndarray:
        cuda.elementwise.run(loop, operands, shapes, results, compute)
        return
    arrays = tuple(shape for shape in shapes if shape is not None)
    plan = layout(arrays, loop.name)
    letters = iter(plan.code.lstrip("r"))
    code = "r" * (plan.rows > 0) + "".join("s" if s is None else next(letters) for s in shapes)
    scalar = np.dtype(compute)
    dtypes = tuple(scalar if s is None else x.dtype for x, s in zip(operands, shapes, strict=True))
    if not plan.rows and len(results) == 1:
        for i, x in enumerate(operands):
            if x is results[0] and code[i] == "v":
                kernel = compiled(loop, dtypes, (x.dtype,), compute, f"{code[:i]}o{code[i + 1 :]}")
                kernel.run(operands, x.size, 1)
                return
    kernel = compiled(loop, dtypes, tuple(r.dtype for r in results), compute, code)
    if plan.rows:
        kernel.run((*operands, *results, plan.geometry), plan.rows, plan.inner)
    else:
        kernel.run((*operands, *results), results[0].size, 1)
