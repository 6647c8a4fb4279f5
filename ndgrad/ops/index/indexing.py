"""Operators that pick by index, and their adjoints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ...base import DType, DTypeLike, HostArray, MXNetError, Shape, as_dtype
from ...kernels import front
from ...kernels.spec.formula import Loop
from ...kernels.spec.indexed import CLIP, OUT_OF_BOUNDS, RAW, WRAP
from ...kernels.spec.layout import constant
from ...memory.device import Buffer, host
from ...memory.storage import empty
from ...tape import Array
from ..axes import axis_of, choice, integer, integers, largest_index
from ..declare import operator
from ..parts import clipped_index, split
from ..table import (
    ZERO,
    Emitter,
    F,
    Gradient,
    Gradients,
    Needs,
    PartialGradient,
    Result,
    Sample,
    Value,
)

_INDEX = np.array([2, 0, 2])


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
    return front.add(data._data, index, outer, length, inner), shape


def _put_rows_vjp(
    g: Array, index: Buffer, outer: int, length: int, inner: int, rhs_shape: Shape, needs: Needs
) -> Gradients:
    where = {"index": index, "outer": outer, "length": length, "inner": inner}
    taken = F._take_rows(g, shape=rhs_shape, **where)
    left = F._put_rows(g, F.zeros_like(taken), **where) if needs[0] else None
    return left, taken if needs[1] else None


@operator(
    "_put_rows",
    assigns=True,
    linear=("lhs rhs",),
    vjp=_put_rows_vjp,
    samples=(
        Sample(
            ((2, 3, 2), (2, 2, 2)),
            {"index": np.array([2, 0]), "outer": 2, "length": 3, "inner": 2},
        ),
    ),
)
def _put_rows(
    lhs: Array, rhs: Array, *, index: Buffer, outer: int, length: int, inner: int
) -> Result:
    """The left input with rows replaced by those of the right one; no index comes twice."""
    y = lhs._data.copy()
    front.put(rhs._data, index, y, outer, length, inner)
    return y, lhs._shape


# --- take and Embedding ---------------------------------------------------------------------------

_MODES = {"clip": CLIP, "wrap": WRAP, "raise": RAW}


def _indices(op: str, index: Array, length: int, mode: str) -> Buffer:
    choice(op, "mode", mode, tuple(_MODES))
    if index._data.size and not length:
        raise MXNetError(f"Operator {op}: there is nothing to take from an axis of length 0")
    found = front.positions(index._data, length, _MODES[mode])
    if mode == "raise":
        text = f"Operator {op}: take operator contains indices out of bound for length {length}"
        front.checked(found, 0, length, MXNetError, f"{text}: {{value}}")
    return found


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
    index = _indices("take", indices, length, mode)
    shape = (*a._shape[:at], *indices._shape, *a._shape[at + 1 :])
    return front.take(a._data, index, outer, length, inner), shape


def _take_adjoint_vjp(g: Array, indices: Array, axis: int, mode: str) -> Gradients:
    return F.take(g, indices, axis=axis, mode=mode), None


def _add_taken(
    total: Buffer, data: Array, indices: Array, *, axis: int, mode: str, shape: Shape
) -> None:
    outer, length, inner = split(shape, axis_of("take", axis, len(shape)))
    index = _indices("take", indices, length, mode)
    front.add_into(data._data, index, total, outer, length, inner)


@operator(
    "_take_adjoint",
    linear=("data",),
    vjp=_take_adjoint_vjp,
    accumulate=_add_taken,
    samples=(Sample(((2, 4, 2), [0, 2, -1, 2]), {"axis": 1, "mode": "wrap", "shape": (2, 3, 2)}),),
)
def _take_adjoint(data: Array, indices: Array, *, axis: int, mode: str, shape: Shape) -> Result:
    """Zeros of *shape* to which entries are added where `take` would pick them."""
    outer, length, inner = split(shape, axis_of("take", axis, len(shape)))
    index = _indices("take", indices, length, mode)
    return front.add(data._data, index, outer, length, inner), shape


def _embedding_vjp(g: Array, data: Array, weight_shape: Shape, needs: Needs) -> Gradients:
    if needs[0]:
        raise MXNetError(
            "Operator Embedding: does not support calculating gradient with respect to data, which "
            "holds indices"
        )
    return None, _taken_from(g, data, 0, "clip", weight_shape)


@operator(
    "Embedding",
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
        Accepted for MXNet's sake: the result has the dtype of *weight*, its gradient is dense.
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
    index = _indices("Embedding", data, expected[0], "clip")
    y = front.take(weight._data, index, 1, *expected)
    return y, (*data._shape, expected[1])


# --- one element for each position ----------------------------------------------------------------


def _pick_geometry(op: str, shape: Shape, index: Shape, axis: int) -> tuple[int, Shape]:
    if axis is None:
        raise MXNetError(f"Operator {op}: axis=None is not supported. Must specify an axis.")
    at = axis_of(op, axis, len(shape))
    rest = (*shape[:at], *shape[at + 1 :])
    kept = (*shape[:at], 1, *shape[at + 1 :])
    if index not in (rest, kept) and not (rest == () and index == (1,)):
        raise MXNetError(
            f"Operator {op}: Shape inconsistent, Provided = {list(index)} for index, inferred "
            f"shape={list(rest)}"
        )
    return at, rest


def _pick_vjp(
    g: Array, index: Array, axis: int, mode: str, data_shape: Shape, needs: Needs
) -> Gradients:
    if not needs[0]:
        return None, None
    return F._pick_adjoint(g, index, axis=axis, mode=mode, shape=data_shape), None


def _pick_position(
    emit: Emitter, index: Array, shape: Shape, axis: int, mode: str, dtype: DType
) -> tuple[Value, Value] | None:
    """What `clipped_index` makes, where `pick` reads along the last axis."""
    rank = len(shape)
    last = type(axis) is int and -rank <= axis < rank and axis % rank == rank - 1
    return clipped_index(emit, index, shape, dtype) if last and mode == "clip" else None


def _pick_decomposed(
    emit: Emitter, data: Array, index: Array, *, axis: int, keepdims: bool, mode: str
) -> Result | None:
    """A sum over a row, if the row is being made here anyway."""
    if not emit.is_mapped(data):
        return None
    shape, dtype = data._shape, data._data.dtype
    found = _pick_position(emit, index, shape, axis, mode, dtype)
    if found is None:
        return None
    k, i = found
    x = emit.value(data)
    chosen = emit.map("pick", "where(i == k, x, 0)", shape, dtype, i=i, k=k, x=x)
    total = emit.reduce(chosen, "sum", (len(shape) - 1,))
    return emit.buffer(total), ((*shape[:-1], 1) if keepdims else shape[:-1] or (1,))


@operator(
    "pick",
    methods=True,
    linear=("data",),
    vjp=_pick_vjp,
    decompose=_pick_decomposed,
    aliases=("choose_element_0index",),
    samples=(
        Sample(((2, 3), [2, 0])),
        Sample(((2, 3), [1, -1, 0]), {"axis": 0, "keepdims": True, "mode": "wrap"}),
    ),
)
def _pick(
    data: Array, index: Array, *, axis: int = -1, keepdims: bool = False, mode: str = "clip"
) -> Result:
    """One element along an axis for each position of the other axes.

    Parameters
    ----------
    keepdims : bool
        Whether the axis stays, with length 1.
    mode : {'clip', 'wrap'}
        What to do about indices out of range.
    """
    at, rest = _pick_geometry("pick", data._shape, index._shape, axis)
    outer, length, inner = split(data._shape, at)
    found = _indices("pick", index, length, choice("pick", "mode", mode, ("clip", "wrap")))
    y = front.take_along_axis(data._data, found, outer, length, inner)
    return y, ((*rest[:at], 1, *rest[at:]) if keepdims else rest or (1,))


def _pick_adjoint_vjp(g: Array, index: Array, axis: int, mode: str, data_shape: Shape) -> Gradients:
    picked = F.pick(g, index, axis=axis, mode=mode)
    return F._reshaped(picked, shape=data_shape), None


def _pick_adjoint_decomposed(
    emit: Emitter, data: Array, index: Array, *, axis: int, mode: str, shape: Shape
) -> Result | None:
    """The gradient where the position is the index, else 0."""
    shape, dtype = tuple(shape), data._data.dtype
    found = _pick_position(emit, index, shape, axis, mode, dtype)
    if found is None:
        return None
    k, i = found
    g = emit.operand(data, (*shape[:-1], 1))
    y = emit.map("pick backward", "where(i == k, g, 0)", shape, dtype, i=i, k=k, g=g)
    return emit.buffer(y), shape


@operator(
    "_pick_adjoint",
    linear=("data",),
    vjp=_pick_adjoint_vjp,
    decompose=_pick_adjoint_decomposed,
    samples=(Sample(((2,), [2, 0]), {"axis": 1, "mode": "clip", "shape": (2, 3)}),),
)
def _pick_adjoint(data: Array, index: Array, *, axis: int, mode: str, shape: Shape) -> Result:
    """Zeros of *shape* that hold the input where `pick` would read."""
    _, length, inner = split(shape, axis_of("pick", axis, len(shape)))
    y = empty(math.prod(shape), data._data.dtype)
    y.fill(0)
    front.put_along_axis(data._data, _indices("pick", index, length, mode), y, length, inner)
    return y, shape


@operator(
    "batch_take",
    linear=("a",),
    vjp=lambda g, indices, a_shape: (
        F._pick_adjoint(g, indices, axis=-1, mode="clip", shape=a_shape),
        None,
    ),
    samples=(Sample(((2, 3), [2, 0])),),
)
def _batch_take(a: Array, indices: Array) -> Result:
    """One element of each row."""
    _, rest = _pick_geometry("batch_take", a._shape, indices._shape, -1)
    outer, length, inner = split(a._shape, len(a._shape) - 1)
    found = _indices("batch_take", indices, length, "clip")
    return front.take_along_axis(a._data, found, outer, length, inner), rest or (1,)


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


# --- index vectors: gather_nd and scatter_nd ------------------------------------------------------


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
    vectors = front.positions(indices._data, 0, RAW)
    size = math.prod(indices._shape[1:])
    for axis, n in enumerate(shape[:count]):
        text = OUT_OF_BOUNDS.format(axis=axis, n=n)
        front.checked(vectors[axis * size : (axis + 1) * size], -n, n, IndexError, text)
    if not vectors.size:
        rows = empty(size, np.dtype("int64"))
        rows.fill(0)
        return rows, math.prod(shape[count:])
    return front.ravel(vectors, _constant(shape[:count])), math.prod(shape[count:])


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
    y.fill(0)
    front.put(data._data, rows, y, 1, math.prod(target[: indices._shape[0]]), inner)
    return y, target


@operator("_last_of_nd", gradient=ZERO, samples=(Sample(((2, 3), [[1, 1], [0, 0]])),))
def _last_of_nd(data: Array, indices: Array) -> Result:
    """1 where an index vector is the last of its kind, else 0, in the shape of `gather_nd`."""
    rows, inner = _vectors("scatter_nd", indices, data._shape)
    last = front.last_writer(rows, math.prod(data._shape) // max(1, inner))
    shape = (*indices._shape[1:], *data._shape[indices._shape[0] :])
    return front.cast(front.are_last(last, rows, inner), data._data.dtype), shape


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
    found = front.positions(index._data, 0, RAW)
    text = f"index_copy: an index is out of range for {length} entries"
    front.checked(found, 0, length, MXNetError, text)
    y = old._data.copy()
    value = new._data if new._data.dtype == y.dtype else front.cast(new._data, y.dtype)
    front.put(value, found, y, 1, length, math.prod(rest))
    return y, old._shape


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


# --- positions in a flattened array ---------------------------------------------------------------


def _lengths(op: str, shape: Sequence[int]) -> HostArray:
    lengths = integers(op, "shape", shape)
    if not lengths or any(n < 1 for n in lengths[1:]):
        raise MXNetError(f"Operator {op}: shape={shape!r}, expected positive lengths")
    return _constant(lengths)


@lru_cache(maxsize=1024)
def _constant(lengths: Shape) -> HostArray:
    return constant(list(lengths))


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
    """Flat positions, in an array of *shape*, of index vectors along the first axis of *data*."""
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
    """Index vectors, along a new first axis, of flat positions in an array of *shape*."""
    lengths = _lengths("unravel_index", shape)
    index = front.positions(data._data, 0, RAW)
    y = front.unravel(index, lengths)
    y = _in_dtype("unravel_index", y, shape, data._data.dtype)
    return y, (lengths.size, *data._shape)
