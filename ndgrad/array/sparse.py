"""`CSRNDArray` and `RowSparseNDArray`: arrays that store some of their elements.

An operator that has no way of its own with them takes the dense array, ``_data``, and so does what
is recorded: a sparse array in the graph is a dense one to derivatives.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any, TypeAlias

import numpy as np

from ..base import (
    DType,
    DTypeLike,
    HostArray,
    MXNetError,
    NotSupportedForSparseNDArray,
    Shape,
    as_dtype,
)
from ..context import Context, check_usable
from ..dispatch import buffer_arithmetic, check_writable, classes
from ..kernels import front
from ..memory.device import Buffer, device_of, host, in_use, on_device
from ..ops.axes import choice, flag
from ..ops.storage import (
    Csr,
    Parts,
    RowSparse,
    beside,
    block,
    compressed,
    dense,
    elements,
    indices_rise,
    nothing_like,
    row_size,
    side_by_side,
    summed_rows,
)
from ..ops.table import F
from ..tape import Array, next_version, state
from ..tracing import active, host_read, recorder
from .ndarray import NDArray

STYPES = ("default", "row_sparse", "csr")
"""Kinds of storage of an array, by MXNet's names."""


_Operand: TypeAlias = Array | float | np.generic | HostArray


class BaseSparseNDArray(NDArray):
    """What sparse arrays have in common."""

    __slots__ = ("_stored",)

    _stored: Any  # a `Csr` or a `RowSparse`

    def __init__(self, parts: Parts | None, ctx: Context | None = None) -> None:
        if parts is None or ctx is None:
            return  # pickles of MXNet call __setstate__ next
        self._stored, self._shape, self._ctx = parts, parts.shape, ctx
        self._version, self._node = [0], parts.node
        if active and (tracer := recorder()) is not None:
            tracer.sparse.created(self)

    @staticmethod
    def _of(parts: Parts, ctx: Context) -> BaseSparseNDArray:
        kind = CSRNDArray if isinstance(parts, Csr) else RowSparseNDArray
        return kind(parts, ctx)

    @staticmethod
    def _zeros(stype: str, shape: Shape, dtype: DTypeLike, ctx: Context) -> BaseSparseNDArray:
        """Zeros in a sparse storage."""
        index = NDArray._from_numpy(np.empty(0, np.int64), ctx)
        if stype == "csr":
            if len(shape) != 2:
                raise MXNetError(f"csr storage is of two axes, got shape {shape}")
            starts = NDArray._from_numpy(np.zeros(shape[0] + 1, np.int64), ctx)
            none = NDArray._from_numpy(np.empty(0, dtype), ctx)
            return CSRNDArray(Csr(none, index, starts, shape), ctx)
        if not shape:
            raise MXNetError("row_sparse storage is of one axis or more, got shape ()")
        data = NDArray._from_numpy(np.empty((0, *shape[1:]), dtype), ctx)
        return RowSparseNDArray(RowSparse(data, index, shape), ctx)

    # --- facts -----------------------------------------------------------------------------------

    @property
    def _parts(self) -> Any:
        """The `Csr` or `RowSparse` that writes replace; in a trace what the function sees there."""
        if active and (tracer := recorder()) is not None:
            return tracer.sparse.parts(self)
        return self._stored

    @_parts.setter
    def _parts(self, parts: Parts) -> None:
        if active and (tracer := recorder()) is not None:
            tracer.sparse.replace(self, parts)
        else:
            self._stored = parts

    @property
    def _data(self) -> Buffer:  # type: ignore[override]
        """All elements, in a buffer that is not to be written to."""
        return elements(self._parts)

    @property
    def dtype(self) -> type:
        """The type of an element, as a NumPy scalar type."""
        return self._parts.data._data.dtype.type

    @property
    def size(self) -> int:
        """The number of elements, whether they are stored or not."""
        return math.prod(self._shape)

    @property
    def data(self) -> NDArray:
        """A copy of the stored elements."""
        return F.identity(self._parts.data)

    @property
    def indices(self) -> NDArray:
        """A copy of the indices of what is stored: int64."""
        return F.identity(self._parts.indices)

    def __repr__(self) -> str:
        return f"\n<{type(self).__name__} {'x'.join(map(str, self._shape))} @{self._ctx}>"

    def _repr_html_(self) -> str:
        host_read(self, "to show it")
        from .display import sparse_html

        return sparse_html(self, self._parts)

    # --- to and from the host, copies ------------------------------------------------------------

    def _dense(self) -> NDArray:
        """The array as a dense one at the same place in the graph; not to be written to."""
        made: NDArray = dense(self._parts)  # type: ignore[assignment]
        made._ctx, made._node = self._ctx, self._node
        return made

    def asnumpy(self) -> HostArray:
        """Return all elements as a NumPy array."""
        host_read(self, "with asnumpy()")
        return self._dense().asnumpy()

    def astype(self, dtype: object, copy: bool = True) -> NDArray:
        """Return the array in another dtype (recorded); the same object if *copy* permits."""
        wanted = as_dtype(dtype, op="astype")
        if not flag("astype", "copy", copy) and self.dtype == wanted.type:
            return self
        made = self._cast(wanted)
        if state.recording and self._node is not None:
            made._node = F.Cast(self, dtype=wanted)._node
        return made

    def _cast(self, dtype: DType) -> BaseSparseNDArray:
        """A copy in *dtype* that is not in the graph."""
        if active and (tracer := recorder()) is not None:
            (made,) = tracer.sparse.call("Cast", lambda xs: [xs[0]._cast(dtype)], (self,), dtype)
            return made
        data = F.Cast(self._parts.data, dtype=dtype)
        return self._of(self._parts._replace(data=data, node=None), self._ctx)

    def tostype(self, stype: str) -> NDArray:
        """Return the array in a storage type: dense, or its own (recorded).

        Raises
        ------
        ValueError
            For the other sparse one.
        """
        choice("cast_storage", "stype", stype, STYPES)
        if stype == "default":
            return F.identity(self._dense())
        if stype != self.stype:
            raise ValueError(f"cast_storage from {self.stype} to {stype} is not supported")
        return self

    def copyto(self, other: NDArray | Context) -> NDArray:
        """Copy into another array, dense or of the same storage, or to a new one.

        Raises
        ------
        TypeError
            If *other* is none of these.
        MXNetError
            If the shapes differ, or *other* is a variable while recording.
        """
        if isinstance(other, BaseSparseNDArray) and other.stype != self.stype:
            raise TypeError(f"copyto does not support destination NDArray stype {other.stype}")
        if isinstance(other, BaseSparseNDArray):
            return other if other is self else other._assign(self)
        if isinstance(other, NDArray):
            return self._dense().copyto(other)
        return super().copyto(other)

    def _on(self, context: Context) -> NDArray:
        check_usable(context)
        made = self._moved(context)
        if state.recording and self._node is not None:
            made._node = self._dense().as_in_context(context)._node
        return made

    def _moved(self, context: Context) -> BaseSparseNDArray:
        """A copy on *context* that is not in the graph."""
        if active and (tracer := recorder()) is not None:
            move = (self,), repr(context)
            (made,) = tracer.sparse.call("copy", lambda xs: [xs[0]._moved(context)], *move)
            return made
        arrays = {name: getattr(self._parts, name) for name in self._parts._fields[:-2]}
        moved = {name: x.copyto(context) for name, x in arrays.items()}
        return self._of(self._parts._replace(**moved, node=None), context)

    def detach(self) -> NDArray:
        """Return an array of the same elements that is not in the graph."""
        return self._of(self._parts._replace(node=None), self._ctx)

    def reshape(self, *shape: object, **kwargs: object) -> NDArray:
        """Raise: a sparse array has no views of another shape."""
        raise NotSupportedForSparseNDArray(self.reshape, None)

    def __reduce__(self) -> tuple[object, ...]:
        parts = [x.asnumpy() for x in self._parts[:-2]]
        place = self._ctx.device_type, self._ctx.device_id
        return _unpickle, (self.stype, parts, self._shape, *place)

    # --- writes ----------------------------------------------------------------------------------

    def _assign(self, value: Array) -> NDArray:
        """Take the elements of an array of the same shape; recorded as a copy.

        Raises
        ------
        MXNetError
            If the shapes differ, or this is a variable while recording.
        """
        check_writable(self, "x[:] = y", recordable=state.recording)
        if value._shape != self._shape:
            raise MXNetError(
                f"x[:] = y: Incompatible shapes: expected {list(self._shape)}, "
                f"got {list(value._shape)}"
            )
        if isinstance(value, BaseSparseNDArray) and value.stype == self.stype:
            parts = value._parts
        else:
            own = value._dense() if isinstance(value, BaseSparseNDArray) else value
            parts = compressed(own, self.stype)
        if value._ctx != self._ctx:
            parts = self._of(parts._replace(node=None), value._ctx)._moved(self._ctx)._parts
        dtype = self._parts.data._data.dtype
        if parts.data._data.dtype != dtype:
            parts = self._of(parts, self._ctx)._cast(dtype)._parts
        if state.recording:
            if active and (tracer := recorder()) is not None:
                tracer.rebased(self)
            self._node = value._node
        self._replace_parts(parts._replace(node=None))
        return self

    def _replace_parts(self, parts: Parts) -> None:
        self._parts = parts
        self._version[0] = next_version()

    def _changed(self, result: NDArray) -> NDArray:
        """What ``x += y`` and its like leave in the array."""
        return self._assign(result)

    # Of arrays of one shape the storage is kept, where operands that broadcast make dense arrays.

    def _has_shape_of(self, other: object) -> bool:
        return isinstance(other, NDArray) and other._shape == self._shape

    def __add__(self, other: _Operand) -> NDArray:
        alike = self._has_shape_of(other)
        return F.elemwise_add(self, other) if alike else super().__add__(other)

    def __sub__(self, other: _Operand) -> NDArray:
        alike = self._has_shape_of(other)
        return F.elemwise_sub(self, other) if alike else super().__sub__(other)

    def __mul__(self, other: _Operand) -> NDArray:
        alike = self._has_shape_of(other)
        return F.elemwise_mul(self, other) if alike else super().__mul__(other)

    def __iadd__(self, other: _Operand) -> NDArray:
        return self._changed(self + other)

    def __isub__(self, other: _Operand) -> NDArray:
        return self._changed(self - other)

    def __imul__(self, other: _Operand) -> NDArray:
        return self._changed(self * other)

    def __itruediv__(self, other: _Operand) -> NDArray:
        return self._changed(self / other)

    def __imod__(self, other: _Operand) -> NDArray:
        return self._changed(self % other)

    # --- gradients -------------------------------------------------------------------------------

    def _accumulate(self, found: Sequence[tuple[Buffer, Buffer] | Buffer], add: bool) -> None:
        """Let this gradient be the sum of gradients: buffers, or rows and their elements.

        With *add* what it held is one of them.
        """
        if active and (tracer := recorder()) is not None:
            self._replace_parts(tracer.sparse.summed(self, found, add))
            return
        held: list[Any] = [*found]
        if add:
            held.append((self._parts.indices._data, self._parts.data._data))
        inner = row_size(self._shape)
        if isinstance(self._parts, Csr) or any(not isinstance(x, tuple) for x in held):
            total: Any = None
            for x in [*found, elements(self._parts)] if add else found:
                if isinstance(x, tuple):
                    with on_device(device_of(x[1])) if in_use else nullcontext():
                        x = front.add(x[1], x[0], 1, self._shape[0], inner)
                total = x if total is None else buffer_arithmetic.add(total, x)
            whole = type(self._parts.data)(total, self._shape, self._ctx)
            self._replace_parts(compressed(whole, self.stype))
            return
        index, rows = held[0] if len(held) == 1 else map(side_by_side, zip(*held, strict=True))
        merged, total = summed_rows(index, rows, inner)
        if total is held[0][1]:  # others may hold it
            merged, total = merged.copy(), total.copy()
        like = self._parts
        data = beside(like.data, total, (merged.size, *self._shape[1:]))
        self._replace_parts(RowSparse(data, beside(like.indices, merged), self._shape))

    def check_format(self, full_check: bool = True) -> None:
        """Raise `MXNetError` if indices are out of range, or do not rise."""
        host_read(self, "with check_format()")
        check_parts(self._parts)
        if not flag("check_format", "full_check", full_check):
            return
        if isinstance(self._parts, Csr):
            if not indices_rise(self._parts):
                raise MXNetError(
                    "Check failed: err != kCSRIdxErr: Indices of csr NDArray should be "
                    "non-negative, in ascending order per row and less than the number of columns."
                )
        elif (np.diff(host(self._parts.indices._data)) <= 0).any():
            raise MXNetError(
                "Check failed: err != kRSPIdxErr: Indices of row_sparse NDArray should be "
                "non-negative, less than the size of first dimension and in ascending order"
            )


def check_parts(x: Parts) -> None:
    """Raise `MXNetError` for parts that do not fit each other or the shape."""
    index = host(x.indices._data)
    name, bound = ("csr_matrix", x.shape[1]) if isinstance(x, Csr) else (
        "row_sparse_array", x.shape[0]
    )  # fmt: skip
    if x.indices._shape != (x.data._shape or (0,))[:1]:
        raise MXNetError(
            f"{name}: data and indices have shapes {x.data._shape} and {x.indices._shape}, "
            "expected one length"
        )
    if index.size and not 0 <= index.min() <= index.max() < bound:
        raise MXNetError(
            f"{name}: indices must be in [0, {bound}), got {index.min()} to {index.max()}"
        )
    if isinstance(x, RowSparse):
        if x.data._shape[1:] != x.shape[1:]:
            raise MXNetError(
                f"{name}: data has shape {x.data._shape}, expected (n, *{x.shape[1:]})"
            )
        return
    starts = host(x.indptr._data)
    if x.indptr._shape != (x.shape[0] + 1,) or x.data._shape != (index.size,):
        raise MXNetError(
            f"{name}: data and indptr have shapes {x.data._shape} and {x.indptr._shape}, expected "
            f"(n,) and ({x.shape[0] + 1},)"
        )
    if starts[0] != 0 or starts[-1] != index.size or (np.diff(starts) < 0).any():
        raise MXNetError(
            f"{name}: indptr must rise from 0 to the number of elements, {index.size}, "
            f"got {starts[:8].tolist()}{' ...' if starts.size > 8 else ''}"
        )


class CSRNDArray(BaseSparseNDArray):
    """A matrix in compressed sparse row (CSR) storage.

    Attributes
    ----------
    data : NDArray
        Its stored elements, row by row.
    indices : NDArray
        int64: the column of each.
    indptr : NDArray
        int64: where each row begins in *data*, and where the last one ends.
    """

    __slots__ = ()

    @property
    def stype(self) -> str:
        """The storage type, ``'csr'``."""
        return "csr"

    @property
    def _num_aux(self) -> int:
        return 2

    @property
    def indptr(self) -> NDArray:
        """A copy of the positions at which rows begin: int64."""
        return F.identity(self._parts.indptr)

    def asscipy(self) -> Any:
        """Return a ``scipy.sparse.csr_matrix`` of a copy."""
        from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

        parts = [x.asnumpy() for x in (self._parts.data, self._parts.indices, self._parts.indptr)]
        return csr_matrix(tuple(parts), shape=self._shape)

    def __getitem__(self, key: object) -> NDArray:
        """Return a row, or neighbouring rows, as a CSR matrix.

        Raises
        ------
        ValueError
            For any other key.
        """
        n = self._shape[0]
        if isinstance(key, tuple):
            raise ValueError("Multi-dimension indexing is not supported")
        if isinstance(key, (int, np.integer)):
            at = int(key)
            if not -n <= at < n:
                raise IndexError(f"index {at} is out of bounds for axis 0 with size {n}")
            return self._rows(range(at % n, at % n + 1))
        if not isinstance(key, slice):
            raise ValueError(f"Undefined behaviour for {key}")
        if key.step not in (None, 1):
            raise ValueError("CSRNDArray only supports continuous slicing on axis 0")
        rows = range(n)[key]
        return self if len(rows) == n else self._rows(rows)

    def _rows(self, rows: range) -> NDArray:
        if active and (tracer := recorder()) is not None:
            found = tracer.sparse.call(
                "rows", lambda arrays: [arrays[0][rows.start : rows.stop]], (self,), rows
            )
            made: NDArray = found[0]
        else:
            made = self._of(block(self._parts, rows), self._ctx)
        if state.recording and self._node is not None:
            made._node = self._dense()[rows.start : rows.stop]._node
        return made

    def __setitem__(self, key: object, value: object) -> None:
        if not (isinstance(key, slice) and key == slice(None)):
            raise MXNetError("CSRNDArray only supports [:] for assignment")
        if isinstance(value, (numbers.Number, np.generic)):
            if value != 0:
                raise ValueError("Assigning numeric types to CSRNDArray is not implemented yet.")
            self._replace_parts(nothing_like(self._parts))
            return
        _set(self, value)


class RowSparseNDArray(BaseSparseNDArray):
    """An array that stores some of its slices along the first axis.

    Attributes
    ----------
    data : NDArray
        The slices.
    indices : NDArray
        int64: the number of each.
    """

    __slots__ = ()

    @property
    def stype(self) -> str:
        """The storage type, ``'row_sparse'``."""
        return "row_sparse"

    @property
    def _num_aux(self) -> int:
        return 1

    def retain(self, *args: object, **kwargs: object) -> NDArray:
        """Return the rows with these indices; see `ndgrad.nd.sparse.retain`."""
        return F._sparse_retain(self, *args, **kwargs)

    def __getitem__(self, key: object) -> NDArray:
        if isinstance(key, slice) and key == slice(None):
            return self
        raise MXNetError("RowSparseNDArray only supports [:] for __getitem__")

    def __setitem__(self, key: object, value: object) -> None:
        if not (isinstance(key, slice) and key == slice(None)):
            raise TypeError("RowSparseNDArray only supports [:] for assignment")
        if isinstance(value, (numbers.Number, np.generic)):
            if value == 0:
                self._replace_parts(nothing_like(self._parts))
                return
            value = np.full(self._shape, value, self.dtype)
        _set(self, value)


def _set(x: BaseSparseNDArray, value: object) -> None:
    if isinstance(value, BaseSparseNDArray) and value.stype != x.stype:
        raise TypeError(f"copyto does not support destination NDArray stype {x.stype}")
    if isinstance(value, np.ndarray):
        value = NDArray._from_numpy(value.astype(x.dtype), x._ctx)
    if not isinstance(value, NDArray):
        raise TypeError(f"type {type(value)} not supported")
    if value is not x:
        x._assign(value)


def _unpickle(
    stype: str, parts: list[HostArray], shape: Shape, device_type: str, device_id: int
) -> BaseSparseNDArray:
    ctx = Context(device_type, device_id)
    arrays = [NDArray._from_numpy(x, ctx) for x in parts]
    made: Parts = (
        Csr(arrays[0], arrays[1], arrays[2], shape)
        if stype == "csr"
        else RowSparse(arrays[0], arrays[1], shape)
    )
    check_parts(made)
    return BaseSparseNDArray._of(made, ctx)


classes.sparse = BaseSparseNDArray
