"""New arrays: from values, filled, and in steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as onp

from .. import nd
from ..array.ndarray import NDArray
from ..base import DTypeLike, HostArray, as_dtype, shown
from ..dispatch import numpy_like
from ._calls import F, named
from ._check import array_argument, c_order, context_argument, delivered, shape_argument
from .multiarray import ndarray

__all__ = [
    "arange", "array", "copy", "empty_like", "eye", "full", "full_like", "genfromtxt", "identity",
    "indices", "linspace", "logspace", "meshgrid", "tri",
]  # fmt: skip

if TYPE_CHECKING:
    from ..array.types import AnyArray, ArrayLike, ArrayOrFloat, ContextLike, ShapeLike

_FLOAT = onp.dtype("float32")


def array(object: ArrayLike, dtype: DTypeLike | None = None, ctx: ContextLike = None) -> ndarray:
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


def _values(x: ArrayLike) -> Any:
    """What `numpy.asarray` reads fast: arrays of ours in sequences as NumPy's."""
    if isinstance(x, (list, tuple)):
        return [_values(y) for y in x] if _holds_array(x) else x
    return x.asnumpy() if isinstance(x, NDArray) else x


def _holds_array(x: Sequence[ArrayLike]) -> bool:
    for y in x:
        if isinstance(y, NDArray) or (isinstance(y, (list, tuple)) and _holds_array(y)):
            return True
        if isinstance(y, (int, float)):
            return False
    return False


FUNCTIONS: dict[str, Callable[..., ndarray]] = {}
"""Functions that are made of a table, by name."""


def _of_shape(name: str, make: Callable[..., NDArray], doc: str) -> Callable[..., ndarray]:
    def function(
        shape: ShapeLike, dtype: DTypeLike | None = None, order: str = "C", ctx: ContextLike = None
    ) -> ndarray:
        c_order(name, order)
        return numpy_like(make(shape_argument(name, shape), ctx, dtype))

    return named(function, name, doc)


_zeros = _of_shape("zeros", nd.zeros, "Make an array of zeros, by default of float32.")
_ones = _of_shape("ones", nd.ones, "Make an array of ones, by default of float32.")
_empty = _of_shape("empty", nd.empty, "Make an array whose values are not set, by default float32.")
FUNCTIONS |= {"zeros": _zeros, "ones": _ones, "empty": _empty}


def full(
    shape: ShapeLike,
    fill_value: ArrayOrFloat,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Make an array filled with a value, by default of float32, or bool for a bool."""
    c_order("full", order)
    if isinstance(fill_value, (NDArray, onp.ndarray)):
        kind = dtype or fill_value.dtype
        filled = _empty(shape, kind, order, ctx or getattr(fill_value, "ctx", None))
        filled[...] = fill_value
    else:
        if dtype is None and isinstance(fill_value, (bool, onp.bool_)):
            dtype = "bool"
        filled = numpy_like(nd.full(shape_argument("full", shape), fill_value, ctx, dtype))
    return delivered(filled, out, "full")


def empty_like(
    prototype: AnyArray,
    dtype: DTypeLike | None = None,
    order: str = "C",
    subok: bool = False,
    shape: ShapeLike | None = None,
) -> ndarray:
    """Make an array whose values are not set, of the shape and dtype of another."""
    a = array_argument("empty_like", "prototype", prototype)
    return _empty(a.shape if shape is None else shape, dtype or a.dtype, order, a.ctx)


def full_like(
    a: AnyArray,
    fill_value: ArrayOrFloat,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Make an array filled with a value, of the shape and dtype of another."""
    a = array_argument("full_like", "a", a)
    return full(a.shape, fill_value, dtype or a.dtype, order, ctx or a.ctx, out)


def _filled_like(name: str, value: int, doc: str) -> Callable[..., ndarray]:
    def function(
        a: AnyArray,
        dtype: DTypeLike | None = None,
        order: str = "C",
        ctx: ContextLike = None,
        out: ndarray | None = None,
    ) -> ndarray:
        return full_like(a, value, dtype, order, ctx, out)

    return named(function, name, f"Make an array of {doc}, of the shape and dtype of another.")


FUNCTIONS["zeros_like"] = _filled_like("zeros_like", 0, "zeros")
FUNCTIONS["ones_like"] = _filled_like("ones_like", 1, "ones")


def genfromtxt(*args: Any, ctx: ContextLike = None, **kwargs: Any) -> ndarray:
    """Make an array from a table in a text file, as `numpy.genfromtxt` reads it."""
    return array(onp.genfromtxt(*args, **kwargs), ctx=ctx)


def copy(a: AnyArray, out: ndarray | None = None, order: str = "C") -> ndarray:
    """Return a copy (recorded), whose memory is in C order whatever *order* says."""
    return delivered(F.identity(array_argument("copy", "a", a)), out, "copy")


def _of_host(
    function: str, values: Callable[[], HostArray], dtype: DTypeLike | None, ctx: ContextLike
) -> ndarray:
    kind = _FLOAT if dtype is None else as_dtype(dtype, op=function)
    context = context_argument(function, ctx)
    return ndarray._from_numpy(onp.asarray(values()).astype(kind), context)


def arange(
    start: NDArray | float,
    stop: NDArray | float | None = None,
    step: NDArray | float = 1,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
) -> ndarray:
    """Make an array of numbers in equal steps, by default of float32."""
    if stop is None:
        start, stop = 0, start
    for name, value in (("start", start), ("stop", stop), ("step", step)):
        if isinstance(value, (str, bytes)) or value is None:
            raise TypeError(f"arange: {name} must be a number, got {shown(value)}")
    given = [x.item() if isinstance(x, NDArray) else x for x in (start, stop, step)]
    return _of_host("arange", lambda: onp.arange(*given), dtype, ctx)


@overload
def linspace(
    start: ArrayOrFloat,
    stop: ArrayOrFloat,
    num: int = 50,
    endpoint: bool = True,
    retstep: Literal[False] = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: ContextLike = None,
) -> ndarray: ...
@overload
def linspace(
    start: ArrayOrFloat,
    stop: ArrayOrFloat,
    num: int = 50,
    endpoint: bool = True,
    *,
    retstep: Literal[True],
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: ContextLike = None,
) -> tuple[ndarray, float]: ...
def linspace(
    start: ArrayOrFloat,
    stop: ArrayOrFloat,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: ContextLike = None,
) -> ndarray | tuple[ndarray, float]:
    """Make an array of *num* numbers at equal distances; with *retstep* also the distance."""
    start, stop = (x.asnumpy() if isinstance(x, NDArray) else x for x in (start, stop))
    values, step = onp.linspace(start, stop, num, endpoint, retstep=True, axis=axis)
    made = _of_host("linspace", lambda: values, dtype, ctx)
    return (made, step) if retstep else made


def logspace(
    start: ArrayOrFloat,
    stop: ArrayOrFloat,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    dtype: DTypeLike | None = None,
    axis: int = 0,
    ctx: ContextLike = None,
) -> ndarray:
    """Make an array of *num* powers of a base, at equal distances of their exponents."""
    start, stop = (x.asnumpy() if isinstance(x, NDArray) else x for x in (start, stop))
    values = onp.logspace(start, stop, num, endpoint, base, axis=axis)
    return _of_host("logspace", lambda: values, dtype, ctx)


def eye(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DTypeLike | None = None,
    order: str = "C",
    ctx: ContextLike = None,
    **kwargs: object,
) -> ndarray:
    """Make a matrix with ones on a diagonal."""
    c_order("eye", order)
    return _of_host("eye", lambda: onp.eye(N, M, k), dtype, ctx)


def identity(n: int, dtype: DTypeLike | None = None, ctx: ContextLike = None) -> ndarray:
    """Make a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype, ctx=ctx)


def tri(
    N: int,
    M: int | None = None,
    k: int = 0,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
) -> ndarray:
    """Make a matrix with ones on and below a diagonal."""
    return _of_host("tri", lambda: onp.tri(N, M, k), dtype, ctx)


def indices(
    dimensions: Sequence[int], dtype: DTypeLike | None = "int32", ctx: ContextLike = None
) -> ndarray:
    """Make the indices of a grid, an axis of them in front."""
    return _of_host("indices", lambda: onp.indices(dimensions), dtype or "int64", ctx)


def _window(name: str, doc: str) -> Callable[..., ndarray]:
    values = getattr(onp, name)

    def function(M: int, dtype: DTypeLike | None = None, ctx: ContextLike = None) -> ndarray:
        return _of_host(name, lambda: values(M), dtype, ctx)

    return named(function, name, doc)


FUNCTIONS["hanning"] = _window("hanning", "Make a Hann window.")
FUNCTIONS["hamming"] = _window("hamming", "Make a Hamming window.")
FUNCTIONS["blackman"] = _window("blackman", "Make a Blackman window.")


def meshgrid(
    *xi: AnyArray, indexing: str = "xy", sparse: bool = False, copy: bool = True
) -> list[ndarray]:
    """Return the coordinates of a grid, one array for each of the vectors.

    Parameters
    ----------
    *xi : ndarray
    indexing : {'xy', 'ij'}
    sparse : bool
        Whether axes along which values repeat have length 1.
    copy : bool
    """
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
