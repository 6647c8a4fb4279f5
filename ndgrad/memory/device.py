"""Buffers in a device's memory, and the device on which a thread makes them.

Nothing here knows CUDA.  A `Device` is what the driver of a GPU offers, and has the back end that
its kernels are in; a `DeviceArray` is a piece of its memory that behaves like the flat 1-d
`numpy.ndarray` of the host as far as operators need it.  What would look at single elements on the
host has to say so: NumPy refuses one.

`in_use` is empty until a first GPU is used.  The entry points of kernels ask it before anything
else, so that all of this costs a program on the CPU a look at an empty list.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import NoReturn, Protocol, TypeAlias, cast, overload, runtime_checkable

import numpy as np
from numpy.typing import DTypeLike

from ..base import DType, HostArray, MXNetError, Shape
from ..context import GPU, Context, use_gpu
from .abstract import AbstractBuffer, BufferProgram
from .block import Block

__all__ = [
    "BUFFERS",
    "LEGACY_STREAM",
    "Backend",
    "Buffer",
    "Device",
    "DeviceArray",
    "address",
    "context_device",
    "copy",
    "current_device",
    "device_of",
    "host",
    "in_use",
    "on_device",
    "operands_device",
    "overlap",
    "to_device",
]


class FusedWork(Protocol):
    """How the work of a kernel of compiled functions is cut up."""

    @property
    def form(self) -> Shape:
        """What the kernel's text depends on."""


class FusedKernel(Protocol):
    """A kernel of compiled functions."""

    text: str
    cached: bool


class FinalCombine(Protocol):
    """A kernel that combines partial results of a reduction."""

    def run(
        self, device: Device, p: DeviceArray, y: DeviceArray, count: float, units: int, n: int
    ) -> None:
        """Launch it."""


class FusedKernels(Protocol):
    """The kernels of compiled functions on a device; what they are made of is of a layer above."""

    def FusedGrid(self, spec: object, size: int, n: int) -> FusedWork:
        """Return how the work of a kernel is cut up."""

    def kernel(self, spec: object, form: Shape) -> FusedKernel:
        """Return the kernel for a form of work."""

    def launch(self, device: Device, kernel: FusedKernel, work: FusedWork) -> Callable[..., None]:
        """Return the function that launches a kernel."""

    def final_combine(self, by: object, partial: DType, dtype: DType) -> FinalCombine:
        """Return the kernel that combines partial results of a reduction."""


@runtime_checkable
class Backend(Protocol):
    """The kernels of a device, as a module.

    It also has the functions that the entries of `ndgrad.kernels.front` call by their names.
    """

    fused: FusedKernels

    def FlatLoop(
        self,
        loop: object,
        dtypes: tuple[DType, ...],
        out_dtypes: tuple[DType, ...],
        compute: str,
        letters: str,
    ) -> Callable[..., None]:
        """Return an element-wise loop over operands of one size, ready to be launched."""

    def cast(self, x: DeviceArray, dtype: DType) -> DeviceArray:
        """Return the elements in another dtype."""

    def chunked(self, chunked: object, args: tuple[object, ...]) -> None:
        """Run a kernel of the host's, one work item a thread."""


class Device(Protocol):
    """What the driver of a GPU offers."""

    context: Context
    backend: Backend

    def empty(self, n: int, dtype: DType) -> DeviceArray:
        """Return an array of *n* elements with undefined contents."""

    def upload(self, source: HostArray, target: DeviceArray) -> None:
        """Copy a contiguous host array; when this returns, it may be written to."""

    def download(self, source: DeviceArray, target: HostArray) -> None:
        """Copy to a contiguous host array, when all that touches *source* is done."""

    def copy(self, source: DeviceArray, target: DeviceArray) -> None:
        """Copy from any device to *target* here; they may overlap."""

    def fill(self, target: DeviceArray, value: HostArray) -> None:
        """Write an array of one element everywhere."""

    def cast(self, source: DeviceArray, dtype: DType) -> DeviceArray:
        """Return the elements in another dtype."""

    def export(self, array: DeviceArray, stream: int) -> None:
        """Let a stream of another library's wait for all that touches *array*."""

    def import_(
        self, address: int, size: int, dtype: DType, lease: object, stream: int | None
    ) -> DeviceArray:
        """Return another library's memory, when its *stream* is done with it."""

    def stream_handle(self) -> int:
        """Return the number of the stream that this thread's work here goes through."""

    def wait(self, array: DeviceArray) -> None:
        """Return when all that touches *array* is done."""

    def synchronize(self) -> None:
        """Return when everything that was started is done, by whatever thread."""


LEGACY_STREAM = 1
"""CUDA's default stream, which most libraries use unless told otherwise; nothing here does."""

in_use: list[Device] = []
"""The devices that arrays have been put on."""


class _Flags:
    """Of a `DeviceArray`: it has none of the exceptions that NumPy's arrays can have."""

    writeable = c_contiguous = aligned = True


class DeviceArray:
    """Flat, contiguous elements in a device's memory; slices are views.

    Attributes
    ----------
    device : Device
    address : int
        Of the first element.
    size, nbytes : int
    dtype : numpy.dtype
    block : Block
        The memory that it is a part of; knows the stream that touched it last.
    base : DeviceArray or None
        The array that owns the memory, as NumPy says it: of a view, and of a view of a view.
        Its lease gives the memory back when it dies.
    """

    __slots__ = (
        "device",
        "address",
        "size",
        "dtype",
        "nbytes",
        "block",
        "base",
        "_lease",
        "__weakref__",
    )

    flags = _Flags()
    ndim = 1

    def __init__(
        self,
        device: Device,
        address: int,
        size: int,
        dtype: DType,
        block: Block,
        lease: object = None,
        base: DeviceArray | None = None,
    ) -> None:
        self.device, self.address, self.size, self.dtype = device, address, size, dtype
        self.nbytes = size * dtype.itemsize
        self.block, self._lease, self.base = block, lease, base

    # --- facts -----------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int]:
        return (self.size,)

    @property
    def __cuda_array_interface__(self) -> dict[str, object]:
        """How other libraries see the memory (version 3).

        Not all of them look at the stream, so the one that they use unless told otherwise waits.
        """
        self.device.export(self, LEGACY_STREAM)
        return {
            "shape": (self.size,),
            "typestr": self.dtype.str,
            "data": (self.address if self.size else 0, False),
            "strides": None,
            "stream": LEGACY_STREAM,
            "version": 3,
        }

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        return f"<{self.size} {self.dtype.name} at {self.address:#x} on {self.device.context}>"

    def __array__(self, dtype: object = None, copy: bool | None = None) -> NoReturn:
        raise MXNetError(
            f"an array on {self.device.context} cannot be used on the host; copy it there first"
        )

    # Without these Python would compare by identity, and say nothing.
    __array_ufunc__ = None
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __array__
    __hash__ = object.__hash__

    # --- views -----------------------------------------------------------------------------------

    def _view(self, start: int, size: int, dtype: DType) -> DeviceArray:
        address = self.address + start * self.dtype.itemsize
        base = self if self.base is None else self.base
        return DeviceArray(self.device, address, size, dtype, self.block, None, base)

    def view(self, dtype: DTypeLike) -> DeviceArray:
        """The same memory as elements of another dtype."""
        kind = np.dtype(dtype)
        return self._view(0, self.nbytes // kind.itemsize, kind)

    def reshape(self, *shape: int | Shape) -> DeviceArray:
        """The array itself: there are no other shapes than the flat one."""
        lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        if len(lengths) != 1:
            raise MXNetError(f"an array on {self.device.context} is flat; got shape {lengths}")
        return self

    def _bounds(self, key: slice | EllipsisType) -> tuple[int, int]:
        if key is Ellipsis:
            return 0, self.size
        start, stop, step = key.indices(self.size)
        if step != 1:
            raise MXNetError(f"a view on {self.device.context} has step 1, got {step}")
        return start, max(0, stop - start)

    @overload
    def __getitem__(self, key: slice | EllipsisType) -> DeviceArray: ...

    @overload
    def __getitem__(self, key: int) -> np.generic: ...

    def __getitem__(self, key: slice | EllipsisType | int) -> DeviceArray | np.generic:
        """A view for a slice; the element, on the host, for a number."""
        if isinstance(key, (slice, EllipsisType)):
            start, size = self._bounds(key)
            return self._view(start, size, self.dtype)
        at = range(self.size)[key]
        return self._view(at, 1, self.dtype).get()[0]

    def __setitem__(self, key: slice | EllipsisType | int, value: object) -> None:
        if not isinstance(key, (slice, EllipsisType)):
            key = slice(range(self.size)[key], range(self.size)[key] + 1)
        target = self[key]
        if isinstance(value, DeviceArray):
            copy(value, target)
            return
        host = np.asarray(value)
        with np.errstate(all="ignore"):
            host = host.astype(self.dtype)
        if host.size == 1:
            target.fill(host.reshape(1))
        else:
            copy(np.ascontiguousarray(host).reshape(-1), target)

    # --- contents --------------------------------------------------------------------------------

    def get(self) -> HostArray:
        """The elements as a new array on the host."""
        host = np.empty(self.size, self.dtype)
        if self.size:
            self.device.download(self, host)
        return host

    def wait(self) -> None:
        """Return when all that touches the memory is done."""
        self.device.wait(self)

    def fill(self, value: object) -> None:
        """Write *value* to every element."""
        if self.size:
            with np.errstate(all="ignore"):
                one = np.asarray(value).astype(self.dtype).reshape(1)
            self.device.fill(self, one)

    def copy(self) -> DeviceArray:
        """A copy on the same device."""
        result = self.device.empty(self.size, self.dtype)
        copy(self, result)
        return result

    def astype(self, dtype: DTypeLike, copy: bool = True) -> DeviceArray:
        """The elements in another dtype, as C converts them."""
        kind = np.dtype(dtype)
        if kind == self.dtype:
            return self.copy() if copy else self
        return self.device.cast(self, kind)


# To operators an abstract buffer is one like any other, and to the checks of types too.
BUFFERS = cast(
    "tuple[type[HostArray], type[DeviceArray]]", (np.ndarray, DeviceArray, AbstractBuffer)
)
Buffer: TypeAlias = HostArray | DeviceArray
"""Flat, contiguous elements, on the host or in a device's memory."""


_word_at = ctypes.c_size_t.from_address
_BEGINNING = object.__basicsize__
"""Where in an array of NumPy the address of its elements is: first in `PyArrayObject_fields`."""


def address(data: Buffer) -> int:
    """Where a buffer begins; of NumPy's in a tenth of the time of ``data.ctypes.data``."""
    if isinstance(data, np.ndarray):
        return _word_at(id(data) + _BEGINNING).value
    return data.address


def device_of(data: Buffer) -> Device | None:
    """The device that a buffer is on; None for the host."""
    return data.device if data.__class__ is DeviceArray else None


def overlap(a: Buffer, b: Buffer) -> bool:
    """Whether two buffers share memory."""
    if a.__class__ is not DeviceArray or b.__class__ is not DeviceArray:
        return a.__class__ is b.__class__ and np.may_share_memory(a, b)
    return (
        a.device is b.device
        and a.address < b.address + b.nbytes
        and b.address < a.address + a.nbytes
    )


def copy(source: Buffer, target: Buffer) -> None:
    """Copy equal-sized buffers of one dtype, of which one at least is on a device."""
    if source.size == 0:
        return
    if source.size != target.size or source.dtype != target.dtype:
        raise ValueError(
            f"cannot copy {source.size} {source.dtype} to {target.size} {target.dtype}"
        )
    if isinstance(target, DeviceArray):
        if isinstance(source, DeviceArray):
            target.device.copy(source, target)
        else:
            target.device.upload(np.ascontiguousarray(source), target)
    else:
        assert isinstance(source, DeviceArray)
        if target.flags.c_contiguous:
            source.device.download(source, target)
        else:
            target[...] = source.get()


# --- where new arrays are made --------------------------------------------------------------------


class _Current(threading.local):
    """The device on which a thread's kernels run; None is the host."""

    device: Device | None = None


_current = _Current()


def current_device() -> Device | None:
    """The device on which this thread's kernels run and new arrays are made; None is the host."""
    return _current.device


# A class, as it is on the path of every launch: a generator takes five times as long.
class on_device:
    """A scope in which `storage.empty` makes arrays on *device*, or with None on the host.

    A program notes them instead.
    """

    __slots__ = ("_before", "_device")

    def __init__(self, device: Device | BufferProgram | None) -> None:
        # Of a program nothing is asked but `empty`, and this by operators for abstract buffers.
        self._device: Device | None = device  # type: ignore[assignment]

    def __enter__(self) -> None:
        self._before, _current.device = _current.device, self._device

    def __exit__(self, *error: object) -> None:
        _current.device = self._before


def context_device(ctx: Context) -> Device | None:
    """The device behind a context; None for the host.

    Raises
    ------
    MXNetError
        If the GPU has not been found usable: `context.check_usable` comes first.
    """
    if ctx.device_typeid != GPU:
        return None
    for device in in_use:
        if device.context == ctx:
            return device
    found: Device = use_gpu(ctx)
    in_use.append(found)
    return found


def host(data: Buffer) -> HostArray:
    """The elements of a buffer on the host: itself, or a copy that waits for the device."""
    return data if isinstance(data, np.ndarray) else data.get()


def to_device(source: Buffer, device: Device | None) -> Buffer:
    """The buffer *source* on *device*: itself if it is there, else a copy."""
    if device_of(source) is device:
        return source
    if device is None:
        return host(source)
    target = device.empty(source.size, source.dtype)
    copy(source, target)
    return target


def operands_device(what: str, names: Sequence[str], arrays: Sequence[object]) -> Device | None:
    """The device that all *arrays* (those of them that are arrays) lie on; None for the host.

    *what* and *names* say in an error whose arguments they are, and which.

    Raises
    ------
    MXNetError
        If they lie on several.
    """
    first: int | None = None
    for i, x in enumerate(arrays):
        ctx = getattr(x, "_ctx", None)
        if ctx is None:
            continue
        if first is None:
            first, where = i, ctx
        elif ctx is not where and GPU in (ctx.device_typeid, where.device_typeid):
            a, b = (names[min(k, len(names) - 1)] for k in (first, i))
            raise MXNetError(
                f"{what}: all arrays must be on one device, but {a} is on {where} and {b} "
                f"on {ctx}; expected {where}: use as_in_context"
            )
    return None if first is None else context_device(where)
