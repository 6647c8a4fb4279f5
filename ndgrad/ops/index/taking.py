"""Slices along an axis by index: `take`, `Embedding`, `boolean_mask`, `one_hot`, `index_copy`."""

from __future__ import annotations

import math

import numpy as np

from ...base import DTypeLike, HostArray, MXNetError, Shape, as_dtype
from ...kernels import front
from ...kernels.spec.indexed import RAW
from ...memory.device import Buffer, host
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import axis_of, integer
from ..declare import operator
from ..parts import add_to, copied, expect_size, split, valid_indices
from ..storage import taken
from ..table import (
    ZERO,
    F,
    Gradient,
    Gradients,
    Needs,
    PartialGradient,
    Result,
    Sample,
)

_INDEX = np.array([2, 0, 2])


def _check_index(op: str, index: Buffer, length: int) -> None:
    front.checked(index, 0, length, MXNetError, f"Operator {op}: index={{value}} of {length} rows")


def _check_rows(op: str, data: Array, expected: Shape, index: Buffer, length: int) -> None:
    """Refuse rows that are not there: a symbol's file may hold any parameters."""
    expect_size(op, "data", data._data.size, expected)
    _check_index(op, index, length)


def _take_rows_vjp(
    g: Array, index: Buffer, outer: int, length: int, inner: int, data_shape: Shape
) -> Gradient:
    where = {"index": index, "outer": outer, "length": length, "inner": inner}
    return PartialGradient("_add_rows", (g,), {"shape": data_shape, **where})


@operator(
    "_take_rows",
    linear=("data",),
    vjp=_take_rows_vjp,
    samples=(
        Sample(
            ((2, 3, 2),),
            {"index": _INDEX, "outer": 2, "length": 3, "inner": 2, "shape": (2, 3, 2)},
        ),
    ),
)
def _take_rows(
    data: Array, *, index: Buffer, outer: int, length: int, inner: int, shape: Shape
) -> Result:
    """Rows of the input seen as (outer, length, inner), picked by a vector of valid indices."""
    _check_rows("_take_rows", data, (outer, length, inner), index, length)
    expect_size("_take_rows", "the result", outer * index.size * inner, shape)
    return front.take(data._data, index, outer, length, inner), shape


def _add_rows_vjp(
    g: Array, index: Buffer, outer: int, length: int, inner: int, data_shape: Shape
) -> Gradient:
    return F._take_rows(g, index=index, outer=outer, length=length, inner=inner, shape=data_shape)


def _add_to_rows(
    total: Buffer, data: Array, *, index: Buffer, outer: int, length: int, inner: int, shape: Shape
) -> None:
    front.add_into(data._data, index, total, outer, length, inner)


@operator(
    "_add_rows",
    linear=("data",),
    vjp=_add_rows_vjp,
    accumulate=_add_to_rows,
    samples=(
        Sample(
            ((2, 3, 2),),
            {"index": _INDEX, "outer": 2, "length": 3, "inner": 2, "shape": (2, 3, 2)},
        ),
    ),
)
def _add_rows(
    data: Array, *, index: Buffer, outer: int, length: int, inner: int, shape: Shape
) -> Result:
    """The adjoint of `_take_rows`: zeros of *shape* to which the input's rows are added."""
    _check_rows("_add_rows", data, (outer, index.size, inner), index, length)
    expect_size("_add_rows", "the result", outer * length * inner, shape)
    return front.add(data._data, index, outer, length, inner), shape


def _zero_rows(total: Buffer, *, index: Buffer, outer: int, length: int, inner: int) -> None:
    zeros = empty(outer * index.size * inner, total.dtype)
    zeros.fill(0)
    front.put(zeros, index, total, outer, length, inner)


def _add_other_rows(
    total: Buffer, data: Array, *, index: Buffer, outer: int, length: int, inner: int
) -> None:
    rest = data._data.copy()
    _zero_rows(rest, index=index, outer=outer, length=length, inner=inner)
    add_to(total, rest)


@operator(
    "_without_rows",
    linear=("data",),
    vjp=lambda g, index, outer, length, inner: F._without_rows(
        g, index=index, outer=outer, length=length, inner=inner
    ),
    accumulate=_add_other_rows,
    replace=_zero_rows,
    samples=(Sample(((2, 3, 2),), {"index": _INDEX, "outer": 2, "length": 3, "inner": 2}),),
)
def _without_rows(data: Array, *, index: Buffer, outer: int, length: int, inner: int) -> Result:
    """The input, seen as (outer, length, inner), with zeros in rows."""
    _check_rows("_without_rows", data, (outer, length, inner), index, length)
    y = copied(data)
    _zero_rows(y, index=index, outer=outer, length=length, inner=inner)
    return y, data._shape


@operator(
    "_last_rows",
    gradient=ZERO,
    samples=(Sample(((2, 3, 2),), {"index": _INDEX, "length": 3}),),
)
def _last_rows(data: Array, *, index: Buffer, length: int) -> Result:
    """1 where an index is the last of its kind, else 0; broadcasts to (outer, index, inner)."""
    _check_index("_last_rows", index, length)
    last = front.are_last(front.last_writer(index, length), index, 1)
    return front.cast(last, data._data.dtype), (1, index.size, 1)


def _put_rows_vjp(
    g: Array,
    index: Buffer,
    outer: int,
    length: int,
    inner: int,
    repeats: bool,
    rhs_shape: Shape,
    needs: Needs,
) -> Gradients:
    left = right = None
    where = {"index": index, "outer": outer, "length": length, "inner": inner}
    if needs[1]:
        rows = (outer, index.size, inner) if repeats else rhs_shape
        right = F._take_rows(g, shape=rows, **where)
        if repeats:
            right = right * F._last_rows(g, index=index, length=length)
            right = F._reshaped(right, shape=rhs_shape)
    if needs[0]:
        left = PartialGradient("_without_rows", (g,), where)
    return left, right


@operator(
    "_put_rows",
    linear=("lhs rhs",),
    vjp=_put_rows_vjp,
    samples=(
        Sample(
            ((2, 3, 2), (2, 3, 2)),
            {"index": _INDEX, "outer": 2, "length": 3, "inner": 2, "repeats": True},
        ),
    ),
)
def _put_rows(
    lhs: Array,
    rhs: Array,
    *,
    index: Buffer,
    outer: int,
    length: int,
    inner: int,
    repeats: bool,
) -> Result:
    """The left input with rows replaced by those of the right one.

    *repeats* says whether an index may come twice: the last one counts.
    """
    _check_rows("_put_rows", lhs, (outer, length, inner), index, length)
    expect_size("_put_rows", "rhs", rhs._data.size, (outer, index.size, inner))
    y = copied(lhs)
    front.put(rhs._data, index, y, outer, length, inner)
    return y, lhs._shape


# --- take and Embedding ---------------------------------------------------------------------------


def _taken_from(g: Array, indices: Array, axis: int, mode: str, shape: Shape) -> PartialGradient:
    where = {"axis": axis, "mode": mode, "shape": shape}
    return PartialGradient("_take_adjoint", (g, indices), where)


def _take_vjp(
    g: Array, indices: Array, axis: int, mode: str, a_shape: Shape, needs: Needs
) -> Gradients:
    if not needs[0]:
        return None, None
    return _taken_from(g, indices, axis, mode, a_shape), None


@operator(
    "take",
    methods=True,
    sparse=taken,
    linear=("a",),
    vjp=_take_vjp,
    validates={"mode": "raise"},
    samples=(
        Sample(((3, 2), [[0, 2], [2, 5]])),
        Sample(((2, 3), [0, 2, -1]), {"axis": 1, "mode": "wrap"}),
    ),
)
def _take(a: Array, indices: Array, *, axis: int = 0, mode: str = "clip") -> Result:
    """Entries along an axis, picked by an array of indices.

    Parameters
    ----------
    axis : int
    mode : {'clip', 'wrap', 'raise'}
        What to do about indices out of range.
    """
    at = axis_of("take", axis, len(a._shape))
    outer, length, inner = split(a._shape, at)
    index = valid_indices("take", indices, length, mode)
    shape = (*a._shape[:at], *indices._shape, *a._shape[at + 1 :])
    return front.take(a._data, index, outer, length, inner), shape


def _take_adjoint_vjp(g: Array, indices: Array, axis: int, mode: str) -> Gradients:
    return F.take(g, indices, axis=axis, mode=mode), None


def _add_taken(
    total: Buffer, data: Array, indices: Array, *, axis: int, mode: str, shape: Shape
) -> None:
    outer, length, inner = split(shape, axis_of("take", axis, len(shape)))
    index = valid_indices("take", indices, length, mode)
    front.add_into(data._data, index, total, outer, length, inner)


def _rows_taken(
    data: Array, indices: Array, *, axis: int, mode: str, shape: Shape
) -> tuple[Buffer, Buffer] | None:
    if axis_of("take", axis, len(shape)):
        return None
    return valid_indices("take", indices, shape[0], mode), data._data


@operator(
    "_take_adjoint",
    linear=("data",),
    vjp=_take_adjoint_vjp,
    accumulate=_add_taken,
    rows=_rows_taken,
    samples=(Sample(((2, 4, 2), [0, 2, -1, 2]), {"axis": 1, "mode": "wrap", "shape": (2, 3, 2)}),),
)
def _take_adjoint(data: Array, indices: Array, *, axis: int, mode: str, shape: Shape) -> Result:
    """Zeros of *shape* to which entries are added where `take` would pick them."""
    outer, length, inner = split(shape, axis_of("take", axis, len(shape)))
    index = valid_indices("take", indices, length, mode)
    expect_size("_take_adjoint", "data", data._data.size, (outer, index.size, inner))
    return front.add(data._data, index, outer, length, inner), shape


def _embedding_vjp(g: Array, data: Array, weight_shape: Shape, variables: Needs) -> Gradients:
    if variables[0]:  # indices that were computed have a gradient of zero
        raise MXNetError(
            "Operator Embedding: does not support calculating gradient with respect to data, which "
            "holds indices"
        )
    return None, _taken_from(g, data, 0, "clip", weight_shape)


@operator(
    "Embedding",
    infer=inference.embedding,
    infer_dtypes=lambda dtype: {"weight": dtype},
    linear=("weight",),
    vjp=_embedding_vjp,
    samples=(Sample(([[0, 2], [2, 1]], (3, 2)), {"input_dim": 3, "output_dim": 2}),),
)
def _embedding(
    data: Array,
    weight: Array,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = "float32",
    sparse_grad: bool = False,
) -> Result:
    """Rows of *weight* for the indices *data*, which are clipped to the valid ones.

    Parameters
    ----------
    input_dim, output_dim : int
        The shape of *weight*.
    dtype, sparse_grad
        Accepted for MXNet's sake: the result has the dtype of *weight*, and its gradient is
        row-sparse if `attach_grad` said so.
    """
    expected = (
        integer("Embedding", "input_dim", input_dim),
        integer("Embedding", "output_dim", output_dim),
    )
    if weight._shape != expected:
        raise MXNetError(
            f"Operator Embedding: Shape inconsistent, Provided = {list(weight._shape)} for weight, "
            f"inferred shape={expected} from input_dim and output_dim"
        )
    index = valid_indices("Embedding", data, expected[0], "clip")
    y = front.take(weight._data, index, 1, *expected)
    return y, (*data._shape, expected[1])


# --- masks ----------------------------------------------------------------------------------------


def _chosen(index: Array, shape: Shape, axis: int) -> tuple[HostArray, int]:
    at = axis_of("boolean_mask", axis, len(shape))
    if index._shape != (shape[at],):
        raise MXNetError(
            f"Operator boolean_mask: index has shape {index._shape}, expected ({shape[at]},)"
        )
    return np.flatnonzero(host(index._data)), at


def _boolean_mask_vjp(g: Array, _found: Array, axis: int, data_shape: Shape) -> Gradients:
    return _taken_from(g, _found, axis, "clip", data_shape), None


@operator(
    "_contrib_boolean_mask",
    linear=("data",),
    dynamic_shape=True,
    vjp=_boolean_mask_vjp,
    outputs="y _found",
    samples=(Sample(((3, 2), [1, 0, 1])),),
)
def _boolean_mask(data: Array, index: Array, *, axis: int = 0) -> list[Result]:
    """The entries along an axis for which *index* is not zero."""
    found, at = _chosen(index, data._shape, axis)
    shape = (*data._shape[:at], found.size, *data._shape[at + 1 :])
    y = front.take(data._data, found, *split(data._shape, at))
    return [(y, shape), (found, found.shape)]


# --- one_hot and index_copy -----------------------------------------------------------------------


@operator(
    "one_hot",
    methods=True,
    gradient=ZERO,
    samples=(Sample(([0, 2, 5],), {"depth": 3, "on_value": 2, "off_value": -1}),),
)
def _one_hot(
    indices: Array,
    *,
    depth: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    dtype: DTypeLike = "float32",
) -> Result:
    """For each index a row of *depth* elements: *on_value* at the index, else *off_value*.

    An index out of range gives a row of *off_value*.
    """
    n = integer("one_hot", "depth", depth)
    if n < 0:
        raise MXNetError(f"Operator one_hot: depth={n} must not be negative")
    kind = as_dtype(dtype, op="one_hot")
    on, off = (np.asarray(value).astype(kind) for value in (on_value, off_value))
    found = front.positions(indices._data, n, RAW)
    y = empty(found.size * n, kind)
    front.one_hot(found, (found.size, n, 1), y, on.item(), off.item())
    return y, (*indices._shape, n)


def _index_copy_vjp(g: Array, index: Array, new_shape: Shape, needs: Needs) -> Gradients:
    left = right = None
    if needs[0]:
        nothing = F.zeros_like(F.take(g, index))
        left = F._contrib_index_copy(g, index, nothing)
    if needs[2]:
        vectors = F._reshaped(index, shape=(1, *index._shape))
        right = F.gather_nd(g, vectors) * F._last_of_nd(g, vectors)
    return left, None, right


@operator(
    "_contrib_index_copy",
    linear=("old new",),
    vjp=_index_copy_vjp,
    validates=True,
    keywords=("old_tensor", "index_vector", "new_tensor"),
    samples=(Sample(((3, 2), [2, 0, 2], (3, 2))), Sample(((3,), [1], (1,)))),
)
def _index_copy(old: Array, index: Array, new: Array) -> Result:
    """Entries along axis 0 replaced by those of another array; of equal indices the last counts."""
    length, *rest = old._shape or (0,)
    if not old._shape or len(index._shape) != 1 or new._shape != (*index._shape, *rest):
        raise MXNetError(
            f"index_copy: old_tensor, index_vector and new_tensor have shapes {old._shape}, "
            f"{index._shape} and {new._shape}, expected (n, ...), (k,) and (k, ...)"
        )
    text = f"index_copy: an index is out of range for {length} entries"
    found = front.rows_at(index._data, (length,), MXNetError, text, False)
    y = copied(old)
    value = new._data if new._data.dtype == y.dtype else front.cast(new._data, y.dtype)
    front.put(value, found, y, 1, length, math.prod(rest))
    return y, old._shape
