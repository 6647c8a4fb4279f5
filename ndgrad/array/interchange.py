"""Memory that libraries share: DLPack both ways, and others' CUDA array interface.

NumPy does this for memory of the host, but for bfloat16.  A capsule holds the address of a C
structure that says where the elements lie and has a function to call when they are not needed any
more.

Streams are as in the array API standard: the consumer of a capsule names the stream that it will
work on, and the producer makes that stream wait for what was started before.  Memory of ours is
used again after what the default stream has to do by then; a library that works on another one
keeps the array until that is done.
"""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from ..base import BFLOAT16, DType, HostArray, MXNetError, Shape, as_dtype, bfloat16
from ..context import gpu, gpu_at
from ..memory.block import Block
from ..memory.device import LEGACY_STREAM, Device, DeviceArray, context_device

CUDA = 2
"""DLPack's number of CUDA devices."""

_UNUSED, _USED = b"dltensor", b"used_dltensor"  # names that a capsule has; C keeps their addresses
_CODES = {"i": 0, "u": 1, "f": 2, "V": 4, "b": 6}  # V is the kind of bfloat16 to NumPy
_BFLOAT16, _UINT16 = (4, 16), (1, 16)  # codes and bits

_VERSIONED, _VERSIONED_START = b"dltensor_versioned", 32
"""The name of a capsule of a ``DLManagedTensorVersioned``, and where its ``DLTensor`` begins."""
_KINDS = {code: kind for kind, code in _CODES.items()}

_Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class _Tensor(ctypes.Structure):
    """``DLManagedTensor``, with the ``DLTensor`` that it begins with."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
    ]


def _function(name: str, result: Any, *args: Any) -> Any:
    return ctypes.PYFUNCTYPE(result, *args)((name, ctypes.pythonapi))


_Destructor = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_new = _function(
    "PyCapsule_New", ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p
)
_is_named = _function("PyCapsule_IsValid", ctypes.c_int, ctypes.py_object, ctypes.c_char_p)
_pointer = _function("PyCapsule_GetPointer", ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
_rename = _function("PyCapsule_SetName", ctypes.c_int, ctypes.py_object, ctypes.c_char_p)
# In a destructor the capsule is no object any more that Python may count references of.
_is_named_at = _function("PyCapsule_IsValid", ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)
_pointer_at = _function("PyCapsule_GetPointer", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)

# --- out ------------------------------------------------------------------------------------------

_shared: dict[int, tuple[object, ...]] = {}
"""What other libraries look at, by the address of its structure."""


@_Deleter
def _release(
    address: int, _take: Callable[[int, None], object] = _shared.pop
) -> None:  # also while the interpreter ends
    _take(address, None)


@_Destructor
def _forget(capsule: int) -> None:
    """Release the tensor of a capsule that was never consumed."""
    if _is_named_at(capsule, _UNUSED):
        _release(_pointer_at(capsule, _UNUSED))


def capsule(data: DeviceArray, shape: Shape, stream: object) -> object:
    """A capsule of *data* for work on *stream*, a number as in the array API standard.

    Raises
    ------
    MXNetError
        If there is no such stream.
    """
    if stream is None:
        stream = LEGACY_STREAM
    if isinstance(stream, bool) or not isinstance(stream, int) or stream < -1 or stream == 0:
        raise MXNetError(
            f"__dlpack__: stream={stream!r}; expected None, -1 (no waiting), 1, 2 or a "
            "cudaStream_t as a number"
        )
    if stream >= LEGACY_STREAM:
        data.device.export(data, stream)
    lengths = (ctypes.c_int64 * len(shape))(*shape)
    steps = [1] * len(shape)
    for axis in range(len(shape) - 1, 0, -1):
        steps[axis - 1] = steps[axis] * max(shape[axis], 1)
    strides = (ctypes.c_int64 * len(shape))(*steps)
    pointer = ctypes.POINTER(ctypes.c_int64)
    tensor = _Tensor(
        data.address,
        CUDA,
        data.device.context.device_id,
        len(shape),
        _CODES[data.dtype.kind],
        8 * data.dtype.itemsize,
        1,
        ctypes.cast(lengths, pointer),
        ctypes.cast(strides, pointer),
        0,
        None,
        ctypes.cast(_release, ctypes.c_void_p),
    )
    address = ctypes.addressof(tensor)
    _shared[address] = tensor, lengths, strides, data
    return _new(address, _UNUSED, ctypes.cast(_forget, ctypes.c_void_p))


# --- on the host ----------------------------------------------------------------------------------


class Exporter(Protocol):
    """An array of another library, as the array API standard has it."""

    def __dlpack__(self, **options: object) -> object: ...

    def __dlpack_device__(self) -> tuple[int, int]: ...


def host_capsule(x: HostArray, **options: Any) -> object:
    """A capsule of an array of the host; of bfloat16, which NumPy refuses, as well."""
    if x.dtype.name != BFLOAT16:
        return x.__dlpack__(**options)
    made = x.view(np.uint16).__dlpack__(**options)
    _retyped(made, _UINT16, _BFLOAT16)
    return made


def from_host(exporter: Exporter) -> HostArray:
    """The NumPy array of the memory of the host that an object offers."""
    bits = _Bits(exporter)
    x = np.from_dlpack(bits)  # type: ignore[arg-type]
    if bits.unversioned and isinstance(exporter, Capsule):
        x = np.asarray(_Writeable(x))
    return x.view(bfloat16()) if bits.found else x


class _Writeable:
    """The memory of an array that NumPy made read-only, because its capsule cannot say what it is.

    Such capsules of MXNet's time, which a caller hands over, share memory that may be written to.
    """

    def __init__(self, x: HostArray) -> None:
        self.owner = x
        self.__array_interface__ = {**x.__array_interface__, "data": (x.ctypes.data, False)}


class _Bits:
    """An object with a capsule, in which elements of bfloat16 are called bits, for NumPy."""

    def __init__(self, exporter: Exporter) -> None:
        self.exporter, self.found, self.unversioned = exporter, False, False

    def __dlpack__(self, **options: object) -> object:
        offered = self.exporter.__dlpack__(**options)
        self.unversioned = _is_named(offered, _UNUSED)
        self.found = _retyped(offered, _BFLOAT16, _UINT16)
        return offered

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.exporter.__dlpack_device__()


def _retyped(capsule: object, old: tuple[int, int], new: tuple[int, int]) -> bool:
    """Let a capsule of elements of type *old* say that they are of *new*; whether it was one."""
    for name, start in ((_UNUSED, 0), (_VERSIONED, _VERSIONED_START)):
        if _is_named(capsule, name):
            tensor = _Tensor.from_address(_pointer(capsule, name) + start)
            if (tensor.code, tensor.bits) == old:
                tensor.code, tensor.bits = new
                return True
    return False


class Capsule:
    """A bare DLPack capsule, as libraries of MXNet's time hand it out, with an array's methods."""

    def __init__(self, capsule: object) -> None:
        self.capsule = capsule

    def __dlpack__(self, **options: object) -> object:
        return self.capsule

    def __dlpack_device__(self) -> tuple[int, int]:
        return device(self.capsule) if is_capsule(self.capsule) else (1, 0)


# --- in -------------------------------------------------------------------------------------------


class _Foreign:
    """The lease of another library's memory; the array that looks at it holds this.

    Parameters
    ----------
    owner
        What keeps the memory, or the tensor whose deleter says that it is not needed any more.
    """

    block: Block | None = None

    def __init__(self, owner: object) -> None:
        self.owner = owner

    def __del__(self, _is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if _is_finalizing():  # and the owner with it
            return
        # The owner may use the memory again at once, on a stream that knows nothing of ours.
        if self.block is not None:
            self.block.stream.finish()
        if isinstance(self.owner, _Tensor) and self.owner.deleter:
            _Deleter(self.owner.deleter)(ctypes.addressof(self.owner))


def is_capsule(x: object) -> bool:
    """Whether *x* is a capsule that has not been consumed."""
    return type(x).__name__ == "PyCapsule" and bool(_is_named(x, _UNUSED))


def device(capsule: object) -> tuple[int, int]:
    """DLPack's number of the kind of device that has a capsule's memory, and which of the kind."""
    tensor = _Tensor.from_address(_pointer(capsule, _UNUSED))
    return tensor.device_type, tensor.device_id


def import_capsule(
    capsule: object, stream: int | None = None
) -> tuple[DeviceArray, Shape, Shape | None]:
    """The memory that a capsule offers, from its lowest address on, and the shape of it.

    *stream* is the one that its owner may have to do something on, unless that is in order already.

    The third is None if the elements lie in C order, else their strides, of which none is negative.

    Raises
    ------
    MXNetError
        If there are no arrays like that here; the capsule is as it was.
    """
    tensor = _Tensor.from_address(_pointer(capsule, _UNUSED))
    kind = f"{_KINDS.get(tensor.code, 'V')}{tensor.bits // 8}"
    if tensor.lanes == 1 and (tensor.code, tensor.bits) == _BFLOAT16:
        name = BFLOAT16
    elif tensor.lanes == 1 and kind[0] != "V":
        name = np.dtype(kind).name
    else:
        name = f"{kind} x {tensor.lanes}"
    dtype = as_dtype(name, op="from_dlpack", arg="the array's dtype")
    shape = tuple(tensor.shape[: tensor.ndim])
    strides = tuple(tensor.strides[: tensor.ndim]) if tensor.strides else None
    size, strides = _extent(shape, strides)
    owner = context_device(gpu(tensor.device_id))
    assert owner is not None
    _rename(capsule, _USED)
    data = _imported(owner, (tensor.data or 0) + tensor.byte_offset, size, dtype, tensor, stream)
    return data, shape, strides


def _imported(
    device: Device, address: int, size: int, dtype: DType, owner: object, stream: int | None
) -> DeviceArray:
    lease = _Foreign(owner)
    data = device.import_(address, size, dtype, lease, stream)
    lease.block = data.block
    return data


def _extent(shape: Shape, strides: Shape | None) -> tuple[int, Shape | None]:
    """How many elements there are from first to last, and strides as `import_capsule` has them."""
    span, step = 1, 1
    if strides is not None:
        if min(strides, default=0) < 0:
            raise MXNetError(f"from_dlpack: strides={strides}; expected none below 0")
        contiguous = True
        for length, stride in zip(shape[::-1], strides[::-1], strict=True):
            contiguous &= length == 1 or stride == step
            span += (length - 1) * stride
            step *= length
        if contiguous or 0 in shape:
            strides = None
    return math.prod(shape) if strides is None else span, strides


def import_interface(x: Any) -> tuple[DeviceArray, Shape, Shape | None, bool]:
    """The memory of an object that has a ``__cuda_array_interface__``.

    The first three are as `import_capsule` returns them; the fourth says whether it may be written
    to.

    Raises
    ------
    MXNetError
        If there are no arrays like that here.
    """
    facts = x.__cuda_array_interface__
    address, read_only = facts["data"]
    kind = np.dtype(facts["typestr"])
    dtype = as_dtype(kind, op="from_dlpack", arg="the array's dtype")
    if not kind.isnative or facts.get("mask") is not None:
        what = "a mask" if kind.isnative else f"typestr={facts['typestr']!r}"
        raise MXNetError(f"from_dlpack: got {what}; expected native numbers without a mask")
    shape, steps = tuple(facts["shape"]), facts.get("strides")
    if steps is not None and any(step % kind.itemsize for step in steps):
        raise MXNetError(f"from_dlpack: strides={steps}; expected multiples of {kind.itemsize}")
    strides = None if steps is None else tuple(step // kind.itemsize for step in steps)
    size, strides = _extent(shape, strides)
    stream = facts.get("stream")
    if stream == 0:
        raise MXNetError("from_dlpack: stream=0 in __cuda_array_interface__; expected None, 1 ...")
    device = context_device(gpu_at(address))
    assert device is not None
    # Without a stream it may be the default one, which ours do not wait for by themselves.
    data = _imported(device, address, size, dtype, x, LEGACY_STREAM if stream is None else stream)
    return data, shape, strides, not read_only
