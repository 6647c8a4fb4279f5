"""Creation of sparse arrays: ``csr_matrix``, ``row_sparse_array``, ``zeros`` ..."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array.ndarray import NDArray
from ..array.sparse import BaseSparseNDArray, CSRNDArray, RowSparseNDArray, check_parts
from ..base import DType, DTypeLike, HostArray, MXNetError, Shape, as_dtype, shown
from ..context import GPU, Context, check_usable, current_context
from ..ops.storage import Csr, Parts, RowSparse

_FLOAT32 = np.dtype("float32")
_STYPES = ("default", "row_sparse", "csr")


def _context(ctx: Context | None, what: str) -> Context:
    if ctx is None:
        return current_context()
    if not isinstance(ctx, Context):
        raise TypeError(f"{what}: ctx must be a Context such as cpu(), got {shown(ctx)}")
    check_usable(ctx, op=what)
    return ctx


def is_scipy_matrix(x: Any) -> bool:
    """Whether *x* is a sparse matrix, or array of two axes, of SciPy, which is not imported."""
    scipy: Any = sys.modules.get("scipy.sparse")
    return scipy is not None and scipy.issparse(x) and len(x.shape) == 2


def _values(x: object, dtype: DType | None, what: str, arg: str) -> HostArray:
    """An array-like in *dtype*; by default its own, and float32 for lists."""
    if dtype is None:
        own = getattr(x, "dtype", None)
        dtype = _FLOAT32 if own is None else as_dtype(own, op=what, arg=arg)
    try:
        host = x.asnumpy() if isinstance(x, NDArray) else np.asarray(x)
        with np.errstate(all="ignore"):
            return np.ascontiguousarray(host, dtype).reshape(host.shape)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what}: {arg} must be array like, got {shown(x)}") from None


def _shared(x: HostArray, ctx: Context) -> NDArray:
    """An array around the memory of a NumPy array; a copy on a GPU."""
    if ctx.device_typeid == GPU:
        return NDArray._from_numpy(x, ctx)
    return NDArray(x.reshape(-1), x.shape, ctx)


def _own(x: object, dtype: DType | None, what: str, arg: str, ctx: Context) -> NDArray:
    """A copy of an array-like."""
    return NDArray._from_numpy(_values(x, dtype, what, arg), ctx)


def _lengths(shape: Any, what: str, ndim: int | None = None) -> Shape:
    try:
        lengths = tuple(int(n) for n in shape)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what}: shape must be a tuple of ints, got {shown(shape)}") from None
    if any(n < 0 for n in lengths) or (ndim is not None and len(lengths) != ndim):
        expected = "lengths of 0 or more" if ndim is None else f"{ndim} lengths of 0 or more"
        raise ValueError(f"{what}: shape={lengths}, expected {expected}")
    return lengths


def _is_shape(x: object) -> bool:
    return isinstance(x, (tuple, list)) and all(isinstance(n, (int, np.integer)) for n in x)


def _check_shape(own: Shape, given: Sequence[int] | None) -> None:
    if given is not None and own != tuple(given):
        raise ValueError(f"Shape mismatch detected. {own} v.s. {tuple(given)}")


def csr_matrix(
    arg1: Any,
    shape: Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
) -> CSRNDArray:
    """Make a matrix in compressed sparse row (CSR) storage.

    Parameters
    ----------
    arg1 : array-like, CSRNDArray, sparse matrix of SciPy, or tuple
        A dense or sparse matrix; ``(rows, columns)``, of zeros; ``(data, indices, indptr)``, where
        the elements of row i are ``data[indptr[i]:indptr[i + 1]]`` in the columns *indices*; or
        ``(data, (row, column))``, whose elements at one place are added up.  The memory of SciPy's
        *data* is shared if its matrix is in CSR storage.
    shape : tuple of int, optional
        By default the least that holds all indices.
    ctx : Context, optional
    dtype : str or type, optional
        By default that of the source; float32 for lists.

    Raises
    ------
    ValueError
        If the source has another shape than *shape*, or not two axes.
    MXNetError
        If indices are out of range, or parts do not fit each other.
    """
    what, context = "csr_matrix", _context(ctx, "csr_matrix")
    kind = None if dtype is None else as_dtype(dtype, op=what)
    if isinstance(arg1, tuple):
        if len(arg1) == 2 and _is_shape(arg1):
            lengths = _lengths(arg1, what, 2)
            _check_shape(lengths, shape)
            return BaseSparseNDArray._zeros("csr", lengths, kind or _FLOAT32, context)  # type: ignore[return-value]
        if len(arg1) == 2:
            return _from_places(*arg1, shape, context, kind)
        if len(arg1) == 3:
            return _from_parts(*arg1, shape, context, kind)
        raise ValueError(f"Unexpected length of input tuple: {len(arg1)}")
    if is_scipy_matrix(arg1):
        _check_shape(arg1.shape, shape)
        csr = arg1.tocsr()
        if not csr.has_canonical_format:  # columns in any order, or twice
            csr = csr.copy()
            csr.sum_duplicates()
        parts = (_values(csr.data, kind, what, "data"), csr.indices, csr.indptr)
        arrays = [_shared(_writable(x), context) for x in (parts[0], *map(_int64, parts[1:]))]
        return _checked(
            Csr(arrays[0], arrays[1], arrays[2], tuple(int(n) for n in arg1.shape)), context
        )
    if isinstance(arg1, RowSparseNDArray):
        raise ValueError("csr_matrix: Unexpected input type: RowSparseNDArray")
    if isinstance(arg1, CSRNDArray):
        made = (arg1.copy() if kind is None else arg1.astype(kind)).as_in_context(context)
    else:
        made = _dense(arg1, kind, what, context).tostype("csr")
    assert isinstance(made, CSRNDArray)
    _check_shape(made.shape, shape)
    return made


def _int64(x: HostArray) -> HostArray:
    return x.astype(np.int64)


def _writable(x: HostArray) -> HostArray:
    return x if x.flags.writeable else x.copy()


def _dense(x: object, dtype: DType | None, what: str, ctx: Context) -> NDArray:
    if isinstance(x, NDArray):
        return (x if dtype is None else x.astype(dtype)).as_in_context(ctx)
    return _own(x, dtype, what, "arg1", ctx)


def _indices(x: object, what: str, arg: str) -> HostArray:
    """A vector of indices: whole numbers."""
    values = x.asnumpy() if isinstance(x, NDArray) else np.asarray(x)
    if values.dtype.kind not in "iuf":
        raise TypeError(f"{what}: {arg} must be array like, got {shown(x)}")
    index = values.astype(np.int64)
    if index.ndim != 1 or (index != values).any():
        raise MXNetError(f"{what}: {arg} must be a vector of whole numbers, got {shown(x)}")
    return index


def _from_parts(
    data: object, indices: object, indptr: object, shape: object, ctx: Context, dtype: DType | None
) -> CSRNDArray:
    columns = _indices(indices, "csr_matrix", "indices")
    starts = _indices(indptr, "csr_matrix", "indptr")
    if shape is None:
        if not columns.size:
            raise ValueError("csr_matrix: shape is needed where there are no indices")
        shape = (starts.size - 1, int(columns.max()) + 1)
    values = _own(data, dtype, "csr_matrix", "data", ctx)
    arrays = [values, *[NDArray._from_numpy(x, ctx) for x in (columns, starts)]]
    return _checked(Csr(arrays[0], arrays[1], arrays[2], _lengths(shape, "csr_matrix", 2)), ctx)


def _from_places(
    data: object, places: object, shape: object, ctx: Context, dtype: DType | None
) -> CSRNDArray:
    if not isinstance(places, (tuple, list)) or len(places) != 2:
        raise ValueError(f"csr_matrix: expected (data, (row, column)), got {shown(places)}")
    row, column = (
        _indices(x, "csr_matrix", arg) for x, arg in zip(places, ("row", "column"), strict=True)
    )
    if dtype is None and not hasattr(data, "dtype"):
        dtype = np.dtype("float64" if np.asarray(data).dtype.kind == "f" else "int64")
    values = _values(data, dtype, "csr_matrix", "data")
    if not row.shape == column.shape == values.shape:
        raise MXNetError(
            f"csr_matrix: data, row and column have shapes {values.shape}, {row.shape} and "
            f"{column.shape}, expected equal ones"
        )
    if shape is None:
        if not row.size:
            raise ValueError("csr_matrix: shape is needed where there are no indices")
        shape = (int(row.max()) + 1, int(column.max()) + 1)
    m, n = _lengths(shape, "csr_matrix", 2)
    for arg, index, bound in (("row", row, m), ("column", column, n)):
        if index.size and not 0 <= index.min() <= index.max() < bound:
            raise MXNetError(
                f"csr_matrix: {arg} must be in [0, {bound}), got {index.min()} to {index.max()}"
            )
    order = np.lexsort((column, row))
    row, column, values = row[order], column[order], values[order]
    first = np.ones(row.size, bool)
    first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    total = values[:0]
    if row.size:
        total = np.add.reduceat(values, np.flatnonzero(first)).astype(values.dtype)
    starts = np.searchsorted(row[first], np.arange(m + 1))
    arrays = [NDArray._from_numpy(x, ctx) for x in (total, column[first], starts.astype(np.int64))]
    return _checked(Csr(arrays[0], arrays[1], arrays[2], (m, n)), ctx)


def _checked(parts: Parts, ctx: Context) -> Any:
    check_parts(parts)
    return BaseSparseNDArray._of(parts, ctx)


def row_sparse_array(
    arg1: Any,
    shape: Sequence[int] | None = None,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
) -> RowSparseNDArray:
    """Make an array that stores some of its slices along the first axis.

    Parameters
    ----------
    arg1 : array-like, RowSparseNDArray or tuple
        An array; a shape, for zeros; or ``(data, indices)``, where ``data[i]`` is the slice number
        ``indices[i]``.
    shape : tuple of int, optional
        By default the least that holds all indices.
    ctx : Context, optional
    dtype : str or type, optional
        By default that of the source; float32 for lists.

    Raises
    ------
    ValueError
        If the source has another shape than *shape*.
    MXNetError
        If indices are out of range, or parts do not fit each other.
    """
    what, context = "row_sparse_array", _context(ctx, "row_sparse_array")
    kind = None if dtype is None else as_dtype(dtype, op=what)
    if isinstance(arg1, tuple):
        if len(arg1) < 2:
            raise ValueError(f"Unexpected length of input tuple: {len(arg1)}")
        if _is_shape(arg1):
            lengths = _lengths(arg1, what)
            _check_shape(lengths, shape)
            return BaseSparseNDArray._zeros("row_sparse", lengths, kind or _FLOAT32, context)  # type: ignore[return-value]
        if len(arg1) != 2:
            raise ValueError(f"Unexpected length of input tuple: {len(arg1)}")
        data, index = _own(arg1[0], kind, what, "data", context), _indices(arg1[1], what, "indices")
        if shape is None:
            if not index.size:
                raise ValueError("row_sparse_array: shape is needed where there are no indices")
            shape = (int(index.max()) + 1, *data.shape[1:])
        lengths = _lengths(shape, what)
        if not index.size and not data.size:
            data = NDArray._from_numpy(np.empty((0, *lengths[1:]), data.dtype), context)
        indices = NDArray._from_numpy(index, context)
        return _checked(RowSparse(data, indices, lengths), context)
    if isinstance(arg1, CSRNDArray):
        raise ValueError("row_sparse_array: Unexpected input type: CSRNDArray")
    if isinstance(arg1, RowSparseNDArray):
        made = (arg1.copy() if kind is None else arg1.astype(kind)).as_in_context(context)
    else:
        made = _dense(arg1, kind, what, context).tostype("row_sparse")
    assert isinstance(made, RowSparseNDArray)
    _check_shape(made.shape, shape)
    return made


def array(
    source_array: object, ctx: Context | None = None, dtype: DTypeLike | None = None
) -> BaseSparseNDArray:
    """Make a sparse array from a sparse one, or a CSR matrix from a sparse matrix of SciPy.

    Raises
    ------
    ValueError
        For any other source.
    """
    if isinstance(source_array, RowSparseNDArray):
        return row_sparse_array(source_array, ctx=ctx, dtype=dtype)
    if isinstance(source_array, CSRNDArray) or is_scipy_matrix(source_array):
        return csr_matrix(source_array, ctx=ctx, dtype=dtype)
    if isinstance(source_array, (np.ndarray, np.generic, NDArray)):
        raise ValueError(
            "Please use mx.nd.array to create an NDArray with source_array of type ",
            type(source_array),
        )
    raise ValueError("Unexpected source_array type: ", type(source_array))


def zeros(
    stype: str,
    shape: int | Sequence[int],
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    **kwargs: object,
) -> NDArray:
    """Make an array of zeros in a storage type: 'default', 'row_sparse' or 'csr'.

    Raises
    ------
    ValueError
        For an unknown *stype*.
    """
    context = _context(ctx, "zeros")
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op="zeros")
    lengths = (shape,) if isinstance(shape, (int, np.integer)) else shape
    lengths = _lengths(lengths, "zeros")
    if not isinstance(stype, str) or stype not in _STYPES:
        raise ValueError(
            f"zeros: stype={shown(stype)}: unknown storage type, expected one of {_STYPES}"
        )
    if stype == "default":
        return NDArray._from_numpy(np.zeros(lengths, kind), context)
    return BaseSparseNDArray._zeros(stype, lengths, kind, context)


def empty(
    stype: str,
    shape: int | Sequence[int],
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray:
    """Make a sparse array that stores nothing: the same as `zeros`.

    Raises
    ------
    ValueError
        For any other *stype* than 'row_sparse' and 'csr'.
    """
    if not isinstance(stype, str) or stype not in _STYPES[1:]:
        raise ValueError(f"empty: stype={shown(stype)}: expected 'row_sparse' or 'csr'")
    return zeros(stype, shape, ctx, dtype)
