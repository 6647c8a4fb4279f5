"""Functions that definitions in several modules share."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..base import DType, MXNetError, Shape, is_floating, wide_dtype
from ..kernels import front
from ..kernels.spec.formula import Loop, compute_type
from ..kernels.spec.indexed import CLIP, WRAP
from ..kernels.spec.strided import StridedSlice, whole
from ..memory.device import Buffer
from ..tape import Array
from .axes import choice
from .emitter import Emitter, Value
from .table import ElementwiseOp, F, lookup


def loop_of(name: str) -> Loop:
    """The loop of the element-wise operator called *name*."""
    op = lookup(name)
    assert isinstance(op, ElementwiseOp)
    return op.forward_loop


class Split(NamedTuple):
    """A shape around one of its axes: all that is before it, its length, all that is behind it."""

    outer: int
    n: int
    inner: int


def split(shape: Shape, axis: int) -> Split:
    """*shape* as (outer, n, inner) around a valid *axis*."""
    return Split(math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))


def part_of(op: str, size: int, shape: Shape, strides: Shape, offset: int) -> StridedSlice:
    """A strided slice of a flat array of *size* elements.

    Raises
    ------
    MXNetError
        If it reaches beyond them.  The operators of indexing and of derivatives take slices as
        parameters, which a symbol's file may hold, or which fitted another array.
    """
    part = StridedSlice(shape, strides, offset)
    if len(shape) != len(strides):
        raise MXNetError(f"Operator {op}: shape={shape} and strides={strides} differ in length")
    if 0 not in shape:
        steps = [(n - 1) * by for n, by in zip(shape, strides, strict=True)]
        first = offset + sum(step for step in steps if step < 0)
        last = offset + sum(step for step in steps if step > 0)
        if first < 0 or last >= size:
            raise MXNetError(
                f"Operator {op}: shape={shape}, strides={strides}, offset={offset} are elements "
                f"{first} to {last} of an array of {size}"
            )
    return part


def expect_size(op: str, what: str, size: int, shape: Shape) -> None:
    """Refuse *what* unless it has as many elements as *shape*.

    Raises
    ------
    MXNetError
    """
    if size != math.prod(shape):
        raise MXNetError(f"Operator {op}: {what} has {size} elements, expected those of {shape}")


def expect_broadcast(op: str, own: Shape, shape: Shape) -> None:
    """Refuse arrays of shape *own* that do not broadcast to *shape*.

    Raises
    ------
    MXNetError
    """
    aligned = shape[len(shape) - len(own) :] if len(own) <= len(shape) else ()
    if len(aligned) != len(own) or any(n not in (1, m) for n, m in zip(own, aligned, strict=True)):
        raise MXNetError(f"Operator {op}: shape {own} does not broadcast to {shape}")


def copied(data: Array) -> Buffer:
    """The elements of an array in a buffer of their own."""
    return front.strided_slice(data._data, whole((data._data.size,)))


def add_to(total: Buffer, x: Buffer) -> None:
    """Add the elements of *x* to those of *total*."""
    if x.size:
        compute = compute_type(x.dtype, mathematical=False)
        front.elementwise(
            loop_of("broadcast_add"), (total, x), (total.shape, x.shape), (total,), compute
        )


_INDEX_MODES = {"clip": CLIP, "wrap": WRAP}


def valid_indices(op: str, index: Array, length: int, mode: str) -> Buffer:
    """Indices as int64, made valid for an axis of *length* in one of MXNet's modes.

    Raises
    ------
    MXNetError
        For an unknown mode, an axis without elements, or with ``'raise'`` an index out of range.
    """
    choice(op, "mode", mode, (*_INDEX_MODES, "raise"))
    if index._data.size and not length:
        raise MXNetError(f"Operator {op}: there is nothing to take from an axis of length 0")
    if mode == "raise":
        text = f"Operator {op}: take operator contains indices out of bound for length {length}"
        return front.rows_at(index._data, (length,), MXNetError, f"{text}: {{value}}", False)
    return front.positions(index._data, length, _INDEX_MODES[mode])


_CLIPPED = "where(x != x, 0, minimum(maximum(trunc(x), 0), top))"


def clipped_index(
    emit: Emitter, index: Array, shape: Shape, dtype: DType
) -> tuple[Value, Value] | None:
    """Instructions for an index into the last axis of *shape*, clipped to its length.

    Returns
    -------
    pair of values or None
        The index, with a last axis of length 1, and the numbers along the axis, both in *dtype*;
        None where *dtype* cannot hold the numbers, or *index* does not fit.
    """
    n, rest = shape[-1] if shape else 0, shape[:-1]
    if not 0 < n < 1 << 24 or 0 in shape or index._shape not in (rest, (*rest, 1)):
        return None
    if dtype.name not in ("float32", "float64") or index._data.dtype.kind == "b":
        return None
    compute = "float32" if index._data.dtype == np.float32 else "float64"
    x = emit.value(index, (*rest, 1))
    numbers = emit.arange(n, dtype)
    at = emit.map("index", _CLIPPED, (*rest, 1), dtype, compute=compute, x=x, top=n - 1)
    return at, numbers


# --- float16 and bfloat16 -------------------------------------------------------------------------


def widened(x: Buffer) -> Buffer:
    """Elements in the dtype of arithmetic on them, as kernels that sum them take them."""
    wide = wide_dtype(x.dtype)
    return x if x.dtype == wide else front.cast(x, wide)


def narrowed(y: Buffer, dtype: DType) -> Buffer:
    """What a kernel made of `widened` elements, in their *dtype*."""
    return y if y.dtype == dtype else front.cast(y, dtype)


# --- normalisation -------------------------------------------------------------------------------


def check_floating(op: str, data: Array) -> None:
    dtype = data._data.dtype
    if not is_floating(dtype):
        raise MXNetError(f"Operator {op}: expected data of a floating-point dtype, got {dtype}")


def check_lengths(op: str, count: int, **inputs: Array) -> None:
    """Raise unless each of *inputs* is a vector of *count* elements."""
    for name, x in inputs.items():
        if x._shape != (count,):
            raise MXNetError(
                f"Operator {op}: argument {name} has shape {list(x._shape)}, expected [{count}]"
            )


def cast_to(x: Array, dtype: DType) -> Array:
    return x if x._data.dtype == dtype else F.Cast(x, dtype=dtype)


def along_axis(axis: int, shape: Shape) -> Shape:
    """The shape of a vector along *axis* that broadcasts to *shape*."""
    return tuple(n if i == axis else 1 for i, n in enumerate(shape))
