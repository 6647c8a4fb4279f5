"""New arrays: from values, filled, and in steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as onp

from .. import nd
from ..array.ndarray import NDArray
from ..base import DTypeLike, as_dtype, shown
from ..context import Context
from ..dispatch import numpy_like
from ._calls import F
from ._check import array_argument, c_order, context_argument, shape_argument
from .multiarray import ndarray

__all__ = [
    "arange", "array", "blackman", "copy", "empty", "empty_like", "eye", "full", "full_like",
    "genfromtxt", "hamming", "hanning", "identity", "indices", "linspace", "logspace", "meshgrid",
    "ones", "ones_like", "tri", "zeros", "zeros_like",
]  # fmt: skip

_FLOAT = onp.dtype("float32")


def array(object: Any, dtype: DTypeLike | None = None, ctx: Context | None = None) -> ndarray:
    """Make an array from numbers in nested sequences, or from an array.

    Parameters
    ----------
    object : array-like
    dtype : str or type, optional
        By default float32 of sequences and Python's numbers, that of an array.
    ctx : Context, optional
        By default the current context.

    Raises
    ------
    TypeError
        If the source is ragged or not numeric.
    """
    context = context_argument("array", ctx)
    if isinstance(object, NDArray):
        kind = object._data.dtype if dtype is None else as_dtype(dtype, op="array")
        copy = F.Cast(object.as_np_ndarray(), dtype=kind)
        return copy.as_in_context(context) if ctx is not None else copy
    if dtype is None and isinstance(object, (onp.ndarray, onp.generic)):
        dtype = object.dtype
    return numpy_like(nd.array(_values(object), context, dtype))


def _values(x: Any) -> Any:
    """What `numpy.asarray` reads fast: arrays of ours in sequences as NumPy's."""
    if isinstance(x, (list, tuple)):
        return [_values(y) for y in x] if _holds_array(x) else x
    return x.asnumpy() if isinstance(x, NDArray) else x


def _holds_array(x: Any) -> bool:
    for y in x:
        if isinstance(y, NDArray) or (isinstance(y, (list, tuple)) and _holds_array(y)):
            return True
        if isinstance(y, (int, float)):
            return False
    return False


def zeros(
    shape: Any, dtype: DTypeLike | None = None, order: str = "C", ctx: Context | None = None
) -> Any:
    """Make an array of zeros, by default of float32."""
    c_order("zeros", order)
    return numpy_like(nd.zeros(shape_argument("zeros", shape), ctx, dtype))


def ones(
    shape: Any, dtype: DTypeLike | None = None, order: str = "C", ctx: Context | None = None
) -> Any:
    """Make an array of ones, by default of float32."""
    c_order("ones", order)
    return numpy_like(nd.ones(shape_argument("ones", shape), ctx, dtype))


def empty(
    shape: Any, dtype: DTypeLike | None = None, order: str = "C", ctx: Context | None = None
) -> Any:
    """Make an array whose values are not set, by default of float32."""
    c_order("empty", order)
    return numpy_like(nd.empty(shape_argument("empty", shape), ctx, dtype))


def full(
    shape: Any,
    fill_value: Any,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Make an array filled with a value, by default of float32, or bool for a bool."""
    c_order("full", order)
    if isinstance(fill_value, (NDArray, onp.ndarray)):
        kind = dtype or fill_value.dtype
        filled = empty(shape, kind, order, ctx or getattr(fill_value, "ctx", None))
        filled[...] = fill_value
    else:
        if dtype is None and isinstance(fill_value, (bool, onp.bool_)):
            dtype = "bool"
        filled = numpy_like(nd.full(shape_argument("full", shape), fill_value, ctx, dtype))
    return filled if out is None else filled.copyto(out)


def zeros_like(
    a: Any,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Make an array of zeros, of the shape and dtype of another."""
    return full_like(a, 0, dtype, order, ctx, out)


def ones_like(
    a: Any,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Make an array of ones, of the shape and dtype of another."""
    return full_like(a, 1, dtype, order, ctx, out)


def empty_like(
    prototype: Any,
    dtype: DTypeLike | None = None,
    order: str = "C",
    subok: bool = False,
    shape: Any = None,
) -> Any:
    """Make an array whose values are not set, of the shape and dtype of another."""
    a = array_argument("empty_like", "prototype", prototype)
    return empty(a.shape if shape is None else shape, dtype or a.dtype, order, a.ctx)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Make an array filled with a value, of the shape and dtype of another."""
    a = array_argument("full_like", "a", a)
    return full(a.shape, fill_value, dtype or a.dtype, order, ctx or a.ctx, out)


def genfromtxt(*args: Any, ctx: Context | None = None, **kwargs: Any) -> ndarray:
    """Make an array from a table in a text file, as `numpy.genfromtxt` reads it."""
    return array(onp.genfromtxt(*args, **kwargs), ctx=ctx)


def copy(a: Any) -> Any:
    """Return a copy (recorded)."""
    return F.identity(array_argument("copy", "a", a))


def _of_host(
    function: str, values: Callable[[], Any], dtype: DTypeLike | None, ctx: Context | None
) -> Any:
    kind = _FLOAT if dtype is None else as_dtype(dtype, op=function)
    context = context_argument(function, ctx)
    return ndarray._from_numpy(onp.asarray(values()).astype(kind), context)


def arange(
    start: Any,
    stop: Any = None,
    step: Any = 1,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
) -> Any:
    """Make an array of numbers in equal steps, by default of float32."""
    if stop is None:
        start, stop = 0, start
    for name, value in (("start", start), ("stop", stop), ("step", step)):
        if isinstance(value, (str, bytes)) or value is None:
            raise TypeError(f"arange: {name} must be a number, got {shown(value)}")
    given = [x.item() if isinstance(x, NDArray) else x for x in (start, stop, step)]
    return _of_host("arange", lambda: onp.arange(*given), dtype, ctx)


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: Context | None = None,
) -> Any:
    """Make an array of *num* numbers at equal distances; with *retstep* also the distance."""
    start, stop = (x.asnumpy() if isinstance(x, NDArray) else x for x in (start, stop))
    values, step = onp.linspace(start, stop, num, endpoint, retstep=True, axis=axis)
    made = _of_host("linspace", lambda: values, dtype, ctx)
    return (made, step) if retstep else made


def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: Context | None = None,
) -> Any:
    """Make an array of *num* powers of a base, at equal distances of their exponents."""
    values = onp.logspace(start, stop, num, endpoint, base, axis=axis)
    return _of_host("logspace", lambda: values, dtype, ctx)


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: Context | None = None,
    **kwargs: Any,
) -> Any:
    """Make a matrix with ones on a diagonal."""
    c_order("eye", order)
    return _of_host("eye", lambda: onp.eye(N, M, k), dtype, ctx)


def identity(n: int, dtype: DTypeLike | None = None, ctx: Context | None = None) -> Any:
    """Make a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype, ctx=ctx)


def tri(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
) -> Any:
    """Make a matrix with ones on and below a diagonal."""
    return _of_host("tri", lambda: onp.tri(N, M, k), dtype, ctx)


def indices(dimensions: Any, dtype: DTypeLike | None = "int32", ctx: Context | None = None) -> Any:
    """Make the indices of a grid, an axis of them in front."""
    return _of_host("indices", lambda: onp.indices(dimensions), dtype or "int64", ctx)


def hanning(M: int, dtype: DTypeLike | None = None, ctx: Context | None = None) -> Any:
    """Make a Hann window."""
    return _of_host("hanning", lambda: onp.hanning(M), dtype, ctx)


def hamming(M: int, dtype: DTypeLike | None = None, ctx: Context | None = None) -> Any:
    """Make a Hamming window."""
    return _of_host("hamming", lambda: onp.hamming(M), dtype, ctx)


def blackman(M: int, dtype: DTypeLike | None = None, ctx: Context | None = None) -> Any:
    """Make a Blackman window."""
    return _of_host("blackman", lambda: onp.blackman(M), dtype, ctx)


def meshgrid(*xi: Any, **kwargs: Any) -> Any:
    """Return the coordinates of a grid, one array for each of the vectors.

    Parameters
    ----------
    *xi : ndarray
    indexing : {'xy', 'ij'}
    sparse : bool
        Whether axes along which values repeat have length 1.
    copy : bool
    """
    indexing, sparse = kwargs.get("indexing", "xy"), kwargs.get("sparse", False)
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing must be 'xy' or 'ij', got {indexing!r}")
    arrays = [array_argument("meshgrid", f"xi[{i}]", x) for i, x in enumerate(xi)]
    n = len(arrays)
    shaped = []
    for i, x in enumerate(arrays):
        axis = 1 - i if indexing == "xy" and i < 2 <= n else i
        shape = [1] * n
        shape[axis] = x.size
        shaped.append(F._reshaped(x, shape=tuple(shape)))
    if sparse or n < 1:
        return shaped
    whole = onp.broadcast_shapes(*[x.shape for x in shaped])
    return [F.broadcast_to(x, shape=whole) for x in shaped]
