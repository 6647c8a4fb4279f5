"""Index vectors: `gather_nd`, `scatter_nd`, and conversion to and from linear indices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...base import DType, HostArray, MXNetError, Shape
from ...kernels import front
from ...kernels.spec.formula import Loop
from ...kernels.spec.indexed import OUT_OF_BOUNDS, RAW
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import integers, largest_index
from ..composite import composite
from ..declare import operator
from ..parts import expect_size
from ..table import (
    ZERO,
    F,
    Gradients,
    Needs,
    PartialGradient,
    Result,
    Sample,
)

# --- gather_nd and scatter_nd ---------------------------------------------------------------------


def _vectors(op: str, indices: Array, shape: Shape) -> tuple[Buffer, int]:
    """Row numbers for an array of index vectors along its first axis, and the rows' length."""
    if len(indices._shape) < 2:
        raise MXNetError(
            f"Operator {op}: requires index tensor to have at least 2 dimensions, got shape "
            f"{indices._shape}"
        )
    count = indices._shape[0]
    if count > len(shape):
        raise MXNetError(
            f"Operator {op}: Number of indices exceeds data dimension: {count} for shape {shape}"
        )
    inner = math.prod(shape[count:])
    if count:
        return front.rows_at(indices._data, shape[:count], IndexError, OUT_OF_BOUNDS), inner
    rows = empty(math.prod(indices._shape[1:]), np.dtype("int64"))
    rows.fill(0)
    return rows, inner


def _gather_nd_vjp(g: Array, indices: Array, data_shape: Shape, needs: Needs) -> Gradients:
    if not needs[0]:
        return None, None
    return PartialGradient("_gather_nd_adjoint", (g, indices), {"shape": data_shape}), None


@operator(
    "gather_nd",
    linear=("data",),
    vjp=_gather_nd_vjp,
    validates=True,
    samples=(Sample(((2, 3), [[0, 1, 0], [1, 2, 1]])), Sample(((3, 2), [[2, 0]]))),
)
def _gather_nd(data: Array, indices: Array) -> Result:
    """Elements, or whole trailing axes, at index vectors that stand along the first axis."""
    rows, inner = _vectors("gather_nd", indices, data._shape)
    y = front.take(data._data, rows, 1, 0, inner)
    return y, (*indices._shape[1:], *data._shape[indices._shape[0] :])


def _add_gathered(total: Buffer, data: Array, indices: Array, *, shape: Shape) -> None:
    rows, inner = _vectors("gather_nd", indices, shape)
    length = math.prod(shape[: indices._shape[0]])
    front.add_into(data._data, rows, total, 1, length, inner)


@operator(
    "_gather_nd_adjoint",
    accumulate=_add_gathered,
    linear=("data",),
    vjp=lambda g, indices: (F.gather_nd(g, indices), None),
    aliases=("_backward_gather_nd",),
    samples=(Sample(((3,), [[0, 1, 0], [1, 2, 1]]), {"shape": (2, 3)}),),
)
def _gather_nd_adjoint(data: Array, indices: Array, *, shape: Shape) -> Result:
    """Zeros of *shape* to which entries are added where `gather_nd` would pick them."""
    rows, inner = _vectors("gather_nd", indices, shape)
    length = math.prod(shape[: indices._shape[0]])
    expect_size("_gather_nd_adjoint", "data", data._data.size, (rows.size, inner))
    return front.add(data._data, rows, 1, length, inner), shape


def _scatter_nd_vjp(g: Array, indices: Array, shape: Sequence[int], needs: Needs) -> Gradients:
    if not needs[0]:
        return None, None
    last = F._last_of_nd(g, indices)
    return F.gather_nd(g, indices) * last, None


@operator(
    "scatter_nd",
    linear=("data",),
    vjp=_scatter_nd_vjp,
    validates=True,
    samples=(Sample(((2,), [[1, 0], [0, 2]]), {"shape": (2, 3)}),),
)
def _scatter_nd(data: Array, indices: Array, *, shape: Sequence[int]) -> Result:
    """Zeros of *shape* in which entries stand at index vectors; the last of equal ones stays."""
    target = integers("scatter_nd", "shape", shape)
    if min(target, default=0) < 0:
        raise MXNetError(f"Operator scatter_nd: shape={target} must not have negative lengths")
    rows, inner = _vectors("scatter_nd", indices, target)
    expected = (*indices._shape[1:], *target[indices._shape[0] :])
    if data._shape != expected:
        raise MXNetError(
            "Operator scatter_nd: Invalid data, indices, and output shape combination: "
            f"{list(data._shape)}, {list(indices._shape)}, {list(target)}"
        )
    y = empty(math.prod(target), data._data.dtype)
    front.fill(y, 0)
    front.put(data._data, rows, y, 1, math.prod(target[: indices._shape[0]]), inner)
    return y, target


@operator("_last_of_nd", gradient=ZERO, samples=(Sample(((2, 3), [[1, 1], [0, 0]])),))
def _last_of_nd(data: Array, indices: Array) -> Result:
    """1 where an index vector is the last of its kind, else 0, in the shape of `gather_nd`."""
    rows, inner = _vectors("scatter_nd", indices, data._shape)
    last = front.last_writer(rows, math.prod(data._shape) // max(1, inner))
    shape = (*indices._shape[1:], *data._shape[indices._shape[0] :])
    return front.cast(front.are_last(last, rows, inner), data._data.dtype), shape


# --- elements at index arrays ---------------------------------------------------------------------


class Gathered(NamedTuple):
    """Rows of an array seen as (outer, length, inner), and the shape of what they are."""

    rows: Buffer
    outer: int
    length: int
    inner: int
    shape: Shape


def gathered(shape: Shape, arrays: Sequence[Array | None], axis: int) -> Gathered:
    """What index arrays for the axes from *axis* on pick, as NumPy does."""
    given = [x for x in arrays if x is not None]
    behind = axis + len(given)
    if not 0 <= axis < behind <= len(shape):
        raise MXNetError(
            f"Operator _gather: {len(given)} index arrays for the axes from {axis} on of an array "
            f"of shape {shape}"
        )
    block = np.broadcast_shapes(*[x._shape for x in given])
    rows: Buffer | None = None
    for at, x in enumerate(given, axis):
        index, own = x._data, x._shape
        if own != block:
            index = front.expand(index, (1,) * (len(block) - len(own)) + own, block)
        text = OUT_OF_BOUNDS.format(value="{value}", axis=at, n="{n}")
        rows = front.rows_at(index, (shape[at],), IndexError, text, before=rows)
    assert rows is not None
    outer, length = math.prod(shape[:axis]), math.prod(shape[axis:behind])
    whole = (*shape[:axis], *block, *shape[behind:])
    return Gathered(rows, outer, length, math.prod(shape[behind:]), whole)


def _gather_vjp(
    g: Array,
    first: Array,
    second: Array | None,
    third: Array | None,
    axis: int,
    x_shape: Shape,
    needs: Needs,
) -> Gradients:
    nothing = (None,) * (len(needs) - 1)
    if not needs[0]:
        return None, *nothing
    given = [x for x in (first, second, third) if x is not None]
    where = {"axis": axis, "shape": x_shape}
    return PartialGradient("_gather_adjoint", (g, *given), where), *nothing


_GATHERED = (
    Sample(((3, 2), [[2, 0], [1, 2]])),
    Sample(((2, 3), [0, -1, 0], [1, 2, 1])),
    Sample(((2, 2, 3), [[0], [1]], [0, -1]), {"axis": 1}),
)


@operator("_gather", linear=("x",), vjp=_gather_vjp, validates=True, samples=_GATHERED)
def _gather(
    x: Array,
    first: Array,
    second: Array | None = None,
    third: Array | None = None,
    *,
    axis: int = 0,
) -> Result:
    """``x[first, second, third]``: elements at index arrays, which broadcast, for axes in order."""
    where = gathered(x._shape, (first, second, third), axis)
    return front.take(x._data, where.rows, where.outer, where.length, where.inner), where.shape


def _add_where_gathered(
    total: Buffer,
    data: Array,
    first: Array,
    second: Array | None = None,
    third: Array | None = None,
    *,
    axis: int,
    shape: Shape,
) -> None:
    where = gathered(shape, (first, second, third), axis)
    front.add_into(data._data, where.rows, total, where.outer, where.length, where.inner)


def _gather_adjoint_vjp(
    g: Array,
    first: Array,
    second: Array | None,
    third: Array | None,
    axis: int,
    needs: Needs,
) -> Gradients:
    given = [x for x in (first, second, third) if x is not None]
    return F._gather(g, *given, axis=axis), *(None,) * (len(needs) - 1)


@operator(
    "_gather_adjoint",
    accumulate=_add_where_gathered,
    linear=("data",),
    vjp=_gather_adjoint_vjp,
    samples=(
        Sample(((2, 2), [0, 2]), {"axis": 0, "shape": (3, 2)}),
        Sample(((2, 3), [[0], [1]], [2, 1, 2]), {"axis": 0, "shape": (2, 3)}),
    ),
)
def _gather_adjoint(
    data: Array,
    first: Array,
    second: Array | None = None,
    third: Array | None = None,
    *,
    axis: int,
    shape: Shape,
) -> Result:
    """Zeros of *shape* to which entries are added where `_gather` would pick them."""
    where = gathered(shape, (first, second, third), axis)
    expect_size("_gather_adjoint", "data", data._data.size, where.shape)
    return front.add(data._data, where.rows, where.outer, where.length, where.inner), shape


# --- linear indices -------------------------------------------------------------------------------


@composite(
    "_scatter_set_nd",
    samples=(Sample(((3, 2), (2,), [[0, 1], [1, 0]]), {"shape": (3, 2)}),),
)
def _scatter_set_nd(lhs: Array, rhs: Array, indices: Array, *, shape: Sequence[int]) -> Array:
    """*lhs* with the elements at index vectors replaced; of equal ones the last counts.

    Parameters
    ----------
    lhs : NDArray
    rhs : NDArray
        The new elements, as `gather_nd` would return them.
    indices : NDArray
        Index vectors along the first axis.
    shape : tuple of int
        That of *lhs*.

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op, size = "_scatter_set_nd", integers("_scatter_set_nd", "shape", shape)
    if size != lhs.shape:
        raise MXNetError(
            f"Operator {op}: Shape inconsistent, Provided = {list(lhs.shape)}, inferred "
            f"shape={list(size)}"
        )
    count, *places = indices.shape or (0,)
    expected = (*places, *size[count:])
    if not 1 <= count <= len(size) or rhs.shape != expected:
        raise MXNetError(
            f"Operator {op}: Invalid data, indices, and output shape combination: rhs and indices "
            f"have shapes {list(rhs.shape)} and {list(indices.shape)} for {list(size)}"
        )
    vectors = F._reshaped(F.Cast(indices, dtype="int64"), shape=(count, math.prod(places)))
    rows = F.ravel_multi_index(vectors, shape=size[:count])
    inner = math.prod(size[count:])
    new = F._contrib_index_copy(
        F._reshaped(lhs, shape=(math.prod(size[:count]), inner)),
        rows,
        F._reshaped(rhs, shape=(math.prod(places), inner)),
    )
    return F._reshaped(new, shape=size)


def _lengths(op: str, shape: Sequence[int]) -> HostArray:
    lengths = integers(op, "shape", shape)
    if not lengths or any(n < 1 for n in lengths[1:]):
        raise MXNetError(f"Operator {op}: shape={shape!r}, expected positive lengths")
    return front.constant_lengths(lengths)


_CHANGED = Loop("changed", ("x", "y"), (("z", "where(x == y, 0, abs(x))"),))


def _in_dtype(op: str, y: Buffer, shape: Sequence[int], dtype: DType) -> Buffer:
    """Positions in an array of *shape*, in the dtype of those given, which must hold each."""
    result = y if y.dtype == dtype else front.cast(y, dtype)
    if y.size and math.prod(integers(op, "shape", shape)) - 1 > largest_index(dtype):
        changed = front.cast(result, y.dtype)
        sizes = (y.size,), (y.size,)
        front.elementwise(_CHANGED, (y, changed), sizes, (changed,), "int64")
        text = f"Operator {op}: the dtype={dtype} of data cannot hold the position {{value}}"
        front.checked(changed, 0, 1, MXNetError, f"{text}; pass data of dtype int64")
    return result


@operator(
    "ravel_multi_index",
    gradient=ZERO,
    validates=True,
    aliases=("_ravel_multi_index",),
    samples=(Sample(([[1, 0], [2, 1]],), {"shape": (2, 3)}),),
)
def _ravel_multi_index(data: Array, *, shape: Sequence[int]) -> Result:
    """Linear indices, in an array of *shape*, of index vectors along the first axis of *data*."""
    lengths = _lengths("ravel_multi_index", shape)
    if data._shape[:1] != lengths.shape:
        raise MXNetError(
            f"Operator ravel_multi_index: data has shape {list(data._shape)}, expected index "
            f"vectors of {lengths.size} along axis 0"
        )
    y = front.ravel(front.positions(data._data, 0, RAW), lengths)
    return _in_dtype("ravel_multi_index", y, shape, data._data.dtype), data._shape[1:]


@operator(
    "unravel_index",
    gradient=ZERO,
    validates=True,
    aliases=("_unravel_index",),
    samples=(Sample(([5, 2],), {"shape": (2, 3)}),),
)
def _unravel_index(data: Array, *, shape: Sequence[int]) -> Result:
    """Index vectors, along a new first axis, of linear indices into an array of *shape*."""
    lengths = _lengths("unravel_index", shape)
    index = front.positions(data._data, 0, RAW)
    y = front.unravel(index, lengths)
    y = _in_dtype("unravel_index", y, shape, data._data.dtype)
    return y, (lengths.size, *data._shape)
