"""Operators of sparse arrays: products of CSR matrices by their parts, casts of storage, `retain`.

A CSR matrix is given by three dense arrays, so these operators are recorded, differentiated and
compiled as any others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..base import DTypeLike, MXNetError, Shape, wide_dtype
from ..kernels import front
from ..memory.device import Buffer, host
from ..memory.storage import empty
from ..tape import Array
from . import inference
from .axes import Axis, choice, integer
from .composite import composite
from .declare import binary, operator, unary
from .parts import add_to
from .storage import (
    Csr,
    Operand,
    Parts,
    RowSparse,
    beside,
    dense,
    first_of,
    is_parts,
    of_elements,
    picked,
    row_size,
    scaled_rows,
    spread,
)
from .table import ZERO, F, Gradients, Needs, Op, Params, PartialGradient, Result, Sample

_INT64 = np.dtype("int64")
_MATRIX = ([1.0, 2.0, 3.0], [0, 2, 1], [0, 2, 2, 3])  # of 3 rows and 4 columns


def _index(x: Array) -> Buffer:
    return x._data if x._data.dtype == _INT64 else front.cast(x._data, _INT64)


# --- products -------------------------------------------------------------------------------------


def _csr_dot_vjp(
    g: Array,
    data: Array,
    indices: Array,
    indptr: Array,
    rhs: Array,
    shape: Shape,
    transpose: bool,
    needs: Needs,
) -> Gradients:
    left = right = None
    if needs[0]:
        # The product of two rows for each stored element.
        rows = F._csr_row_numbers(indptr, count=data.shape[0])
        mine, other = (rhs, g) if transpose else (g, rhs)
        left = F.sum(F.take(mine, rows) * F.take(other, indices), axis=1)
    if needs[3]:
        params = {"shape": shape, "transpose": not transpose}
        right = PartialGradient("_csr_dot", (data, indices, indptr, g), params)
    return left, None, None, right


def _csr_sizes(
    data: Array, indices: Array, indptr: Array, rhs: Array, shape: Shape, transpose: bool
) -> tuple[int, int, int]:
    """Rows and columns of the matrix, and columns of the other one."""
    if not isinstance(shape, (tuple, list)) or len(shape) != 2:
        raise MXNetError(f"Operator _csr_dot: shape={shape!r}, expected rows and columns")
    m, k = (integer("_csr_dot", "shape", n) for n in shape)
    if min(m, k) < 0:
        raise MXNetError(f"Operator _csr_dot: shape={shape!r} has negative lengths")
    expected = m if transpose else k
    if len(rhs._shape) != 2 or rhs._shape[0] != expected:
        raise MXNetError(
            f"Operator _csr_dot: rhs has shape {list(rhs._shape)}, expected [{expected}, n]"
        )
    count = data._data.size
    if data._shape != (count,) or indices._shape != (count,) or indptr._shape != (m + 1,):
        raise MXNetError(
            f"Operator _csr_dot: data, indices and indptr have shapes {list(data._shape)}, "
            f"{list(indices._shape)} and {list(indptr._shape)}, expected [n], [n] and [{m + 1}]"
        )
    if data._data.dtype != rhs._data.dtype:
        raise MXNetError(
            f"Operator _csr_dot: data has dtype {data._data.dtype} and rhs {rhs._data.dtype}, "
            "expected one"
        )
    return m, k, rhs._shape[1]


def _add_csr_dot(
    total: Buffer,
    data: Array,
    indices: Array,
    indptr: Array,
    rhs: Array,
    *,
    shape: Shape,
    transpose: bool,
) -> None:
    y, _ = _csr_product(data, indices, indptr, rhs, shape, transpose)
    add_to(total, y)


def _rows_of_csr_dot(
    data: Array, indices: Array, indptr: Array, rhs: Array, *, shape: Shape, transpose: bool
) -> tuple[Buffer, Buffer] | None:
    if not transpose:
        return None
    found, inverse = np.unique(host(_index(indices)), return_inverse=True)
    columns, small = beside(indices, inverse.reshape(-1)), (shape[0], found.size)
    y, _ = _csr_product(data, columns, indptr, rhs, small, True)
    return beside(indices, found)._data, y


def _csr_product(
    data: Array, indices: Array, indptr: Array, rhs: Array, shape: Shape, transpose: bool
) -> Result:
    m, k, n = _csr_sizes(data, indices, indptr, rhs, shape, transpose)
    a, b = data._data, rhs._data
    wide = wide_dtype(a.dtype)
    if wide != a.dtype:
        a, b = front.cast(a, wide), front.cast(b, wide)
    elif a.dtype.kind == "b":
        raise MXNetError("Operator _csr_dot: data has dtype bool, expected numbers")
    y = front.csr_product(a, _index(indices), _index(indptr), b, m, k, n, bool(transpose))
    made = y if wide == data._data.dtype else front.cast(y, data._data.dtype)
    return made, ((k if transpose else m), n)


@operator(
    "_csr_dot",
    linear=("data", "rhs"),
    vjp=_csr_dot_vjp,
    accumulate=_add_csr_dot,
    rows=_rows_of_csr_dot,
    samples=(
        Sample((*_MATRIX, (4, 2)), {"shape": (3, 4)}),
        Sample((*_MATRIX, (3, 2)), {"shape": (3, 4), "transpose": True}),
        Sample((*_MATRIX, (4, 1)), {"shape": (3, 4)}),
        Sample((*_MATRIX, (3, 1)), {"shape": (3, 4), "transpose": True}),
    ),
)
def _csr_dot(
    data: Array,
    indices: Array,
    indptr: Array,
    rhs: Array,
    *,
    shape: Shape,
    transpose: bool = False,
) -> Result:
    """The product of a CSR matrix, by its parts, and a dense one.

    Parameters
    ----------
    data, indices, indptr : NDArray
        The stored elements, their columns, and where each row begins.  Columns and positions that
        are out of range are passed over.
    rhs : NDArray
    shape : tuple of int
        Of the matrix.
    transpose : bool
        Whether to multiply by the transposed matrix.
    """
    return _csr_product(data, indices, indptr, rhs, shape, bool(transpose))


@operator(
    "_csr_row_numbers",
    gradient=ZERO,
    samples=(Sample(([0, 2, 2, 3],), {"count": 3}),),
)
def _csr_row_numbers(indptr: Array, *, count: int) -> Result:
    """The row of each of *count* stored elements of a CSR matrix."""
    count = integer("_csr_row_numbers", "count", count)
    if count < 0:
        raise MXNetError(f"Operator _csr_row_numbers: count={count}, expected 0 or more")
    return front.csr_row_numbers(_index(indptr), count), (count,)


# --- casts of storage -----------------------------------------------------------------------------


def _cast_parts(op: Op, inputs: Sequence[Operand], params: Params) -> Parts | Array:
    (x,), stype = inputs, params["stype"]
    assert is_parts(x)
    own = "csr" if isinstance(x, Csr) else "row_sparse"
    choice("cast_storage", "stype", stype, ("default", "row_sparse", "csr"))
    if stype == "default":
        made = dense(x)
        return F.identity(made)
    if stype != own:
        raise ValueError(f"cast_storage from {own} to {stype} is not supported")
    return x


@operator(
    "cast_storage",
    linear=("data",),
    vjp=lambda g: F.identity(g),
    sparse=_cast_parts,
    samples=(Sample(((3, 4),), {"stype": "default"}),),
)
def _cast_storage(data: Array, *, stype: str) -> Result:
    """The array in another storage; of a dense one, a copy that is dense."""
    choice("cast_storage", "stype", stype, ("default", "row_sparse", "csr"))
    return front.cast(data._data, data._data.dtype), data._shape


# --- rows -----------------------------------------------------------------------------------------


def _retained_parts(op: Op, inputs: Sequence[Operand], params: Params) -> RowSparse | None:
    x, wanted = inputs
    if not isinstance(x, RowSparse) or not isinstance(wanted, Array):
        return None
    index = host(_index(wanted)).reshape(-1)
    if index.size and not 0 <= index.min() <= index.max() < x.shape[0]:
        raise MXNetError(
            f"Operator _sparse_retain: indices must be in [0, {x.shape[0]}), got {index.min()} to "
            f"{index.max()}"
        )
    own, inner = host(x.indices._data), row_size(x.shape)
    order = np.argsort(own, kind="stable")
    at = np.searchsorted(own[order], index)
    there = at < own.size
    there[there] = own[order[at[there]]] == index[there]
    found = picked(x.data._data, order[at[there]], inner)
    rows = spread(found, np.flatnonzero(there), index.size, inner)
    made = beside(x.data, rows, (index.size, *x.shape[1:]))
    return RowSparse(made, beside(x.indices, index.copy()), x.shape)


@composite(
    "_sparse_retain",
    sparse=_retained_parts,
    samples=(Sample(((3, 2), [0, 2])),),
)
def _sparse_retain(data: Array, indices: Array) -> Array:
    """The rows of the first array that the second one names, and zeros in place of the others."""
    rows = F.take(data, indices)
    return F._take_adjoint(rows, indices, axis=0, mode="clip", shape=data.shape)


# --- others ---------------------------------------------------------------------------------------


def _squares_summed(op: Op, inputs: Sequence[Operand], params: Params) -> RowSparse | Array | None:
    (x,) = inputs
    axis = params.get("axis")
    if isinstance(axis, (tuple, list)) and len(axis) == 1:
        (axis,) = axis
    if not isinstance(x, RowSparse) or len(x.shape) != 2:
        return None
    if axis in (1, -1) and params.get("keepdims"):
        data = F.sum(F.square(x.data), axis=1, keepdims=True)
        return RowSparse(data, x.indices, (x.shape[0], 1))
    return None


@composite(
    "_square_sum",
    sparse=_squares_summed,
    samples=(Sample(((3, 4),), {"axis": 1}), Sample(((3, 4),), {"axis": 0, "keepdims": True})),
)
def _square_sum(
    data: Array, *, axis: Axis = None, keepdims: bool = False, exclude: bool = False
) -> Array:
    """The sum of squares along axes."""
    return F.sum(F.square(data), axis=axis, keepdims=keepdims, exclude=exclude)


def _counted(op: Op, inputs: Sequence[Operand], params: Params) -> Array:
    (x,), axis = inputs, params.get("axis")
    if not isinstance(x, Csr):
        raise MXNetError("Operator _contrib_getnnz: data must be a CSR matrix")
    if axis is None:
        return beside(x.indptr, np.array([x.data._data.size]))
    if axis != 1:
        raise MXNetError(f"Operator _contrib_getnnz: axis={axis!r}, expected None or 1")
    return beside(x.indptr, np.diff(host(x.indptr._data)))


@operator("_contrib_getnnz", gradient=ZERO, sparse=_counted, samples=(Sample(((3, 4),)),))
def _getnnz(data: Array, *, axis: int | None = None) -> Result:
    """The number of stored elements of a CSR matrix, or of each row with *axis* 1; int64.

    All elements of a dense matrix are stored.
    """
    if len(data._shape) != 2 or axis not in (None, 1):
        raise MXNetError(
            f"Operator _contrib_getnnz: data has shape {list(data._shape)} and axis={axis!r}, "
            "expected a matrix, and None or 1"
        )
    m, n = data._shape
    y = empty(1 if axis is None else m, _INT64)
    front.fill(y, m * n if axis is None else n)
    return y, (y.size,)


@composite(
    "_contrib_SparseEmbedding",
    infer=inference.embedding,
    infer_dtypes=lambda dtype: {"weight": dtype},
    sparse=first_of(),  # the result is dense, but a row-sparse weight has a gradient like it
    samples=(Sample(([[0, 2], [2, 1]], (3, 2)), {"input_dim": 3, "output_dim": 2}),),
)
def _sparse_embedding(
    data: Array,
    weight: Array,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = "float32",
    deterministic: bool = False,
) -> Array:
    """`Embedding`, whose gradient is row-sparse if that of *weight* is."""
    sizes = (("input_dim", input_dim), ("output_dim", output_dim))
    shape = tuple(integer("SparseEmbedding", name, n) for name, n in sizes)
    if weight.shape != shape:
        raise MXNetError(
            f"Operator SparseEmbedding: weight has shape {list(weight.shape)}, expected "
            f"input_dim={input_dim}, output_dim={output_dim}"
        )
    return F.Embedding(data, weight, input_dim=input_dim, output_dim=output_dim)


def _rows_divided(op: Op, inputs: Sequence[Operand], params: Params) -> RowSparse | None:
    a, b = inputs
    return scaled_rows(op, (a, dense(b) if is_parts(b) else b), params)


for _name, _text, _derivative in (("plus", "x + scalar", "g"), ("minus", "x - scalar", "g")):
    unary(
        f"_scatter_{_name}_scalar",
        _text,
        _derivative,
        params={"scalar": 0.0, "is_int": True},
        samples=(Sample(((3, 4),), {"scalar": 1.5}),),
        sparse=of_elements,
        doc=f"{_text.replace('x', 'data')}; of a sparse array, where elements are stored.",
    )
binary(
    "_scatter_elemwise_div",
    "a / b",
    "g / b",
    "-g * a / (b * b)",
    broadcast=False,
    domain=(0.1, 3.0),
    sparse=_rows_divided,
    doc="a / b, of equal shapes; of a row-sparse a, its stored rows.",
)
