"""Creation of arrays: ``array``, ``zeros``, ``arange`` ..."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import index
from typing import Any

import numpy as np

from .._similar import unknown_argument
from ..array import interchange
from ..array.ndarray import NDArray
from ..array.sparse import BaseSparseNDArray
from ..base import (
    ArgumentTypeError,
    DType,
    DTypeLike,
    HostArray,
    MXNetError,
    Shape,
    as_dtype,
    is_attribute,
    is_floating,
    shown,
)
from ..context import GPU, Context, check_usable, cpu, current_context, gpu
from ..dispatch import plain
from ..dispatch.array_calls import view_call
from ..kernels import front
from ..kernels.spec.strided import StridedSlice
from ..memory.device import LEGACY_STREAM, Buffer, DeviceArray, context_device, on_device
from ..memory.storage import POOLED_BYTES
from ..memory.storage import empty_on as _allocate
from ..ops.axes import flag, integer, ints_of_text, number
from ..ops.table import lookup
from ..tape import new_array
from ..tracing import active
from ._check import array as array_argument
from ._check import out_array
from .sparse_creation import array as sparse_array
from .sparse_creation import empty as sparse_empty
from .sparse_creation import is_scipy_matrix
from .sparse_creation import zeros as sparse_zeros

__all__ = [
    "arange",
    "array",
    "empty",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "linspace",
    "ones",
    "to_dlpack_for_read",
    "to_dlpack_for_write",
    "zeros",
]

_FLOAT32 = np.dtype("float32")

_EXACT = 1 << 24  # whole numbers up to it are in float32
_ENDS = (int, type(None))

full_call = view_call("full", globals())
from_numpy_call = view_call("from_numpy", globals())


def _context(ctx: object, what: str) -> Context:
    if ctx is None:
        return current_context()
    if not isinstance(ctx, Context):
        raise TypeError(f"{what}: ctx must be a Context such as cpu(), got {shown(ctx)}")
    check_usable(ctx, op=what)
    return ctx


def _host() -> Context:
    """The current context for an array that shares memory of the host."""
    current = current_context()
    return cpu() if current.device_typeid == GPU else current


def _shape(shape: Any, what: str) -> Shape:
    if shape.__class__ is tuple:
        for length in shape:
            if length.__class__ is not int or length < 0:
                break
        else:
            return shape
    shape = ints_of_text(shape)
    if isinstance(shape, (int, np.integer)):
        shape = (shape,)
    try:
        lengths = tuple(map(index, shape))
    except TypeError:
        raise ArgumentTypeError(
            f"{what}: shape must be an int or a tuple of ints, got {shown(shape)}"
        ) from None
    if any(length < 0 for length in lengths):
        raise MXNetError(f"{what}: shape must not have negative lengths, got {lengths}")
    return lengths


def array(
    source_array: object, ctx: Context | None = None, dtype: DTypeLike | None = None
) -> NDArray:
    """Make an array from nested sequences, a NumPy array, an `NDArray`, or an array on a GPU.

    Parameters
    ----------
    source_array : array-like
        Also another library's with a ``__cuda_array_interface__``.
    ctx : Context, optional
        By default the current context.
    dtype : str or type, optional
        By default float32, whatever the source's dtype; an `NDArray` keeps its own.

    Raises
    ------
    TypeError
        If the source is ragged or not numeric.
    """
    if source_array.__class__ is np.ndarray:
        made = from_numpy_call(source_array, dtype, current_context() if ctx is None else ctx)
        if made is not None:
            return made
    elif source_array.__class__ is not list:
        if isinstance(source_array, BaseSparseNDArray) or is_scipy_matrix(source_array):
            return sparse_array(source_array, ctx, dtype)
        if isinstance(source_array, NDArray):
            kind = source_array.dtype if dtype is None else dtype
            copy: NDArray = lookup("Cast").call(
                plain(source_array), dtype=as_dtype(kind, op="array")
            )
            context = _context(ctx, "array")
            return copy if copy.context == context else copy.as_in_context(context)
        if hasattr(source_array, "__cuda_array_interface__"):
            return array(from_dlpack(source_array), ctx, _FLOAT32 if dtype is None else dtype)
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op="array")
    try:
        host = _on_host(source_array, kind)
        if host.dtype != kind:
            with np.errstate(all="ignore"):
                host = host.astype(kind)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"array: source_array must be array like object, got {shown(source_array)}; expected "
            f"numbers that {kind} can hold, in lists of equal lengths"
        ) from None
    context = _context(ctx, "array")
    made = from_numpy_call(host, kind, context)
    return NDArray._from_numpy(host, context) if made is None else made


def _on_host(source: Any, kind: DType) -> HostArray:
    """The elements of a source that is array-like, in its own dtype or in *kind*."""
    if hasattr(source, "dtype"):
        return np.asarray(source)
    try:
        return np.asarray(source, dtype=kind)
    except OverflowError:  # of integers, which wrap as those in arrays do
        return np.asarray(source)


def from_numpy(ndarray: HostArray, zero_copy: bool = True) -> NDArray:
    """Make an array of a NumPy array's dtype that shares its memory.

    Parameters
    ----------
    ndarray : numpy.ndarray
        Contiguous in C order and writeable, if memory shall be shared.
    zero_copy : bool
        Whether to share the memory; otherwise it is copied.
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"from_numpy: ndarray must be a NumPy array, got {shown(ndarray)}")
    kind = as_dtype(ndarray.dtype, op="from_numpy", arg="ndarray.dtype")
    if not flag("from_numpy", "zero_copy", zero_copy):
        return NDArray._from_numpy(ndarray.astype(kind, copy=False), None)
    flags = ndarray.flags
    if not (flags.c_contiguous and flags.writeable and flags.aligned):
        raise ValueError("from_numpy: ndarray must be contiguous and writeable to share its memory")
    shared = NDArray(ndarray.reshape(-1), ndarray.shape, _host())
    ndarray.flags.writeable = False  # as MXNet does: a write there would go past version counters
    return shared


def from_dlpack(dlpack: Any) -> NDArray:
    """Make an array from another library's by DLPack, sharing its memory where that can be done.

    Parameters
    ----------
    dlpack : object with ``__dlpack__`` or ``__cuda_array_interface__``, or a DLPack capsule
        An array on the host or on a GPU.  Memory is shared if it is contiguous in C order and
        writeable, otherwise copied.  That of a capsule without a version counts as writeable.

    Raises
    ------
    TypeError
        If it is none of these.
    MXNetError
        If there are no arrays of its dtype here.
    """
    if type(dlpack).__name__ == "PyCapsule":
        dlpack = interchange.Capsule(dlpack)
    if not hasattr(dlpack, "__dlpack__"):
        if hasattr(dlpack, "__cuda_array_interface__"):
            data, shape, strides, writeable = interchange.import_interface(dlpack)
            shared = _from_device(data, shape, strides)
            return shared if writeable else shared.copy()
        raise TypeError(f"from_dlpack: dlpack: expected an array or a capsule, got {shown(dlpack)}")
    kind, number = dlpack.__dlpack_device__()
    if kind == interchange.CUDA:
        device = context_device(gpu(number))
        assert device is not None
        capsule = dlpack.__dlpack__(stream=device.stream_handle())
        # A bare capsule was made without knowledge of our stream.
        stream = LEGACY_STREAM if isinstance(dlpack, interchange.Capsule) else None
        return _from_device(*interchange.import_capsule(capsule, stream))
    # NumPy before 2.1 marks whatever comes by a capsule as read-only, its own arrays too.
    host = dlpack if isinstance(dlpack, np.ndarray) else interchange.from_host(dlpack)
    as_dtype(host.dtype, op="from_dlpack", arg="the array's dtype")
    if host.flags.c_contiguous and host.flags.writeable:
        return NDArray(host.reshape(-1), host.shape, _host())
    return NDArray._from_numpy(host, None)


def _from_device(data: DeviceArray, shape: Shape, strides: Shape | None) -> NDArray:
    if strides is None:
        return NDArray(data, shape, data.device.context)
    with on_device(data.device):
        return NDArray(
            front.strided_slice(data, StridedSlice(shape, strides)), shape, data.device.context
        )


def to_dlpack_for_read(data: NDArray) -> object:
    """Return a DLPack capsule of an array's memory, to be read."""
    return array_argument("to_dlpack_for_read", "data", data).to_dlpack_for_read()


def to_dlpack_for_write(data: NDArray) -> object:
    """Return a DLPack capsule of an array's memory, to be written to; not while recording."""
    return array_argument("to_dlpack_for_write", "data", data).to_dlpack_for_write()


def _filled(
    shape: int | Sequence[int],
    value: float,
    ctx: Context | None,
    dtype: DTypeLike | None,
    what: str,
    out: NDArray | None = None,
) -> NDArray:
    try:
        lengths, size, kind, pooled = _form(shape, dtype, what)
    except TypeError:  # a list, or no shape
        lengths, size, kind, pooled = _form.__wrapped__(shape, dtype, what)
    context = current_context() if ctx is None else _context(ctx, what)
    if out is not None:
        out_array(what, out)
    ordinary = not active and context.device_typeid != GPU
    data: Buffer
    if value.__class__ is int and not (value or pooled) and ordinary:
        data = np.zeros(size, kind)
    else:
        data = _allocate(context, size, kind)
        data.fill(_stored(value, kind, what))
    if ordinary:
        result = new_array(NDArray, data, lengths, context)
    else:
        result = NDArray(data, lengths, context)
    return result if out is None else result.copyto(out)


def _stored(value: float, kind: DType, what: str) -> float:
    """A number as elements of *kind* hold it: integers wrap, as in casts."""
    if kind.kind not in "iu" or value.__class__ not in (int, float):
        return value
    try:
        number = int(value)
        limits = np.iinfo(kind)
        if limits.min <= number <= limits.max:
            return number
        with np.errstate(invalid="ignore"):
            wrapped: int = np.array(float(value)).astype(kind).item()
        return wrapped
    except (OverflowError, ValueError):
        raise MXNetError(f"{what}: val={value!r} has no value in dtype {kind}") from None


@lru_cache(maxsize=1024)
def _form(shape: object, dtype: object, what: str) -> tuple[Shape, int, DType, bool]:
    """Lengths, their product, the dtype of a new array, and whether its memory is of the pool."""
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op=what)
    lengths = _shape(shape, what)
    size = math.prod(lengths)
    return lengths, size, kind, size * kind.itemsize >= POOLED_BYTES


def zeros(
    shape: int | Sequence[int],
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    stype: str | None = None,
    **kwargs: object,
) -> NDArray:
    """Make an array of zeros, in a storage type: 'default', 'row_sparse' or 'csr'."""
    if stype is None and not kwargs:
        made = full_call(shape, 0, dtype, current_context() if ctx is None else ctx)
        if made is not None:
            return made
    if not (stype is None or (isinstance(stype, str) and stype == "default")):
        return sparse_zeros(stype, shape, ctx, dtype)
    out = _only_out(kwargs, "zeros") if kwargs else None
    return _filled(shape, 0, ctx, dtype, "zeros", out)


def ones(
    shape: int | Sequence[int],
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    **kwargs: object,
) -> NDArray:
    """Make an array of ones."""
    if not kwargs:
        made = full_call(shape, 1, dtype, current_context() if ctx is None else ctx)
        if made is not None:
            return made
    out = _only_out(kwargs, "ones") if kwargs else None
    return _filled(shape, 1, ctx, dtype, "ones", out)


def full(
    shape: int | Sequence[int],
    val: float,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray | None = None,
) -> NDArray:
    """Make an array filled with *val*, a number or an array that broadcasts to *shape*."""
    if out is None and val is not None:
        made = full_call(shape, val, dtype, current_context() if ctx is None else ctx)
        if made is not None:
            return made
    if not isinstance(val, (NDArray, np.ndarray, list, tuple)):
        value = number("full", "val", val)
        return _filled(shape, value, ctx, dtype, "full", out)
    out_array("full", out)
    result = _unset(shape, ctx, dtype, "full")
    try:
        result[:] = val
    except (TypeError, ValueError, MXNetError) as error:
        raise ValueError(
            f"full: val must be a number or fit shape {result.shape}, got {shown(val)}"
        ) from error
    return result if out is None else result.copyto(out)


def empty(
    shape: int | Sequence[int],
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    stype: str | None = None,
) -> NDArray:
    """Make an array whose values are not set; of a sparse *stype*, one that stores nothing."""
    if stype is None:
        made = full_call(shape, None, dtype, current_context() if ctx is None else ctx)
        if made is not None:
            return made
    if not (stype is None or (isinstance(stype, str) and stype == "default")):
        return sparse_empty(stype, shape, ctx, dtype)
    return _unset(shape, ctx, dtype, "empty")


def _unset(
    shape: int | Sequence[int], ctx: Context | None, dtype: DTypeLike | None, what: str
) -> NDArray:
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op=what)
    lengths = _shape(shape, what)
    context = _context(ctx, what)
    return NDArray(_allocate(context, math.prod(lengths), kind), lengths, context)


def _only_out(kwargs: dict[str, object], what: str) -> Any:
    out = kwargs.pop("out", None)
    kwargs.pop("name", None)
    for key in kwargs:
        if not is_attribute(key):
            raise unknown_argument(what, key, ("shape", "ctx", "dtype", "out", "name"))
    return out


def arange(
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: bool = False,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray:
    """Make evenly spaced values in ``[start, stop)``, each *repeat* times; or ``[0, start)``.

    For a dtype of integers *start* and *step* are cut off behind the point; how many values there
    are follows from what was given.

    Raises
    ------
    MXNetError
        If *step* is 0 or *repeat* less than 1.
    """
    if dtype is None and step == repeat == 1 and start.__class__ is int and stop.__class__ in _ENDS:
        first, end = (0, start) if stop is None else (start, stop)
        if -_EXACT < first < end < _EXACT:
            return _around(np.arange(first, end, dtype=_FLOAT32), _context(ctx, "arange"))
    start, step = number("arange", "start", start), number("arange", "step", step)
    repeat = integer("arange", "repeat", repeat)
    start, stop = (0, start) if stop is None else (start, number("arange", "stop", stop))
    if step == 0 or repeat < 1:
        raise MXNetError(f"arange: step={step}, repeat={repeat}; expected step != 0, repeat >= 1")
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op="arange")
    count = (stop - start) / step * repeat
    if not count < 2**60:  # NaN neither
        raise MXNetError(
            f"arange: start={start}, stop={stop}, step={step}, repeat={repeat} are {count:g} "
            "values, more than any array holds"
        )
    host: HostArray
    if not count > 0:
        host = np.empty(0)
    elif is_floating(kind):
        host = np.arange(float(start), float(stop), float(step), dtype="float64")
    elif all(float(x).is_integer() for x in (start, stop, step)):
        host = np.arange(int(start), int(stop), int(step))  # float64 has not all of int64
    else:
        host = int(start) + np.arange(math.ceil((stop - start) / step)) * int(step)
    if repeat != 1:
        host = host.repeat(repeat)
    return _around(host.astype(kind), _context(ctx, "arange"))


def _around(values: HostArray, context: Context) -> NDArray:
    """An array of new, flat values, whose memory it takes over where that would not be pooled."""
    if active or context.device_typeid == GPU or values.nbytes >= POOLED_BYTES:
        return NDArray._from_numpy(values, context)
    return new_array(NDArray, values, values.shape, context)


def linspace(
    start: float,
    stop: float,
    num: int,
    endpoint: bool = True,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
) -> NDArray:
    """Make *num* evenly spaced values from *start* to *stop*."""
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op="linspace")
    first = float(number("linspace", "start", start))
    last = float(number("linspace", "stop", stop))
    num, endpoint = integer("linspace", "num", num), flag("linspace", "endpoint", endpoint)
    if not 0 <= num < 2**60:
        raise MXNetError(f"linspace: num={num}, expected num >= 0 and what an array holds")
    host = np.linspace(first, last, num, endpoint)
    return _around(host.astype(kind), _context(ctx, "linspace"))


def eye(
    N: int, M: int = 0, k: int = 0, ctx: Context | None = None, dtype: DTypeLike | None = None
) -> NDArray:
    """Make a matrix of N rows and M columns (N if 0) with ones on its k-th diagonal."""
    kind = _FLOAT32 if dtype is None else as_dtype(dtype, op="eye")
    rows, columns = integer("eye", "N", N), integer("eye", "M", M)
    columns, diagonal = columns or rows, integer("eye", "k", k)
    if min(rows, columns) < 0 or rows * columns >= 2**60:
        raise MXNetError(f"eye: N={rows}, M={columns}, expected lengths of a matrix")
    host = np.eye(rows, columns, min(max(diagonal, -rows), columns), dtype=kind)
    return NDArray._from_numpy(host, _context(ctx, "eye"))


# --- under the names by which MXNet registers them ------------------------------------------------


def _full(
    shape: int | Sequence[int],
    value: float,
    ctx: Context | None = None,
    dtype: DTypeLike | None = None,
    out: NDArray | None = None,
) -> NDArray:
    """`full`, whose number is *value*."""
    return full(shape, value, ctx, dtype, out)


def _zeros_without_dtype(
    shape: int | Sequence[int],
    ctx: Context | None = None,
    dtype: int = -1,
    out: NDArray | None = None,
) -> NDArray:
    """Zeros of float32: *dtype* is -1, that of none."""
    if integer("_zeros_without_dtype", "dtype", dtype) != -1:
        raise MXNetError(f"_zeros_without_dtype: dtype={dtype}, expected -1")
    return zeros(shape, ctx, out=out)


def _registered(function: Callable[..., NDArray]) -> Callable[..., NDArray]:
    what = f"_{function.__name__}"

    def call(*args: object, out: NDArray | None = None, **kwargs: object) -> NDArray:
        kwargs.pop("name", None)
        if out is not None:
            out_array(what, out)
        result = function(*args, **kwargs)
        return result if out is None else result.copyto(out)

    call.__name__ = call.__qualname__ = what
    call.__doc__ = function.__doc__
    return call


def _from_zero(start: float = 0, *args: Any, **kwargs: Any) -> NDArray:
    return arange(start, *args, **kwargs)


_from_zero.__name__, _from_zero.__doc__ = "arange", arange.__doc__

INTERNAL: dict[str, Callable[..., NDArray]] = {
    "_zeros": zeros,
    "_ones": ones,
    "_full": _full,
    "_zeros_without_dtype": _zeros_without_dtype,
    "_arange": _registered(_from_zero),
    "_linspace": _registered(linspace),
    "_eye": _registered(eye),
}
"""What `ndgrad.nd._internal` has of these."""
