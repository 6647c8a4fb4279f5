"""Arguments of kernels: their types, and how they are written into memory that the driver reads."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any

from numba import types
from numba.np.numpy_support import as_dtype

from ....base import DType
from ...annotations import Signature
from ...spec.text import memory_type

NUMBERS: dict[types.Type, tuple[type[ctypes._SimpleCData[Any]], str]] = {
    types.boolean: (ctypes.c_bool, "?7x"),
    types.float32: (ctypes.c_float, "f4x"),
    types.float64: (ctypes.c_double, "d"),
    types.int8: (ctypes.c_int8, "b7x"),
    types.uint8: (ctypes.c_uint8, "B7x"),
    types.int32: (ctypes.c_int32, "i4x"),
    types.uint32: (ctypes.c_uint32, "I4x"),
    types.int64: (ctypes.c_int64, "q"),
    types.uint64: (ctypes.c_uint64, "Q"),
}
"""What a number is in C, and how `struct` writes it into a word of eight bytes."""


def array_of(dtype: DType) -> types.Array:
    """The type of a flat array of *dtype*, as kernels see it: float16 and bfloat16 as bits."""
    return types.Array(getattr(types, memory_type(dtype)), 1, "C")


class Words:
    """A word of memory for each parameter of a kernel, and the list of their addresses."""

    __slots__ = ("memory", "_addresses", "addresses")

    def __init__(self, count: int) -> None:
        self.memory = (ctypes.c_uint64 * count)()
        start = ctypes.addressof(self.memory)
        self._addresses = (ctypes.c_void_p * count)(*(start + 8 * i for i in range(count)))
        self.addresses = ctypes.addressof(self._addresses)


def packing(signature: Signature) -> tuple[Callable[..., None], tuple[int, ...]]:
    """What writes arguments into memory for parameters, and how many bytes each of these has.

    numba.cuda passes a flat array as seven: its owners (none), size, bytes of an element, address,
    shape and strides.
    """
    names = [f"a{i}" for i in range(len(signature))]
    values, layout, sizes = [], "=", []
    for name, kind in zip(names, signature, strict=True):
        if isinstance(kind, types.Array):
            item = str(as_dtype(kind.dtype).itemsize)
            values += [f"{name}.size", item, f"{name}.address", f"{name}.size", item]
            layout += "16x5q"
            sizes += [8] * 7
        else:
            convert, form = NUMBERS[kind]
            values.append(name)
            layout += form
            sizes.append(ctypes.sizeof(convert))
    made: dict[str, Callable[..., None]] = {}
    namespace = {"write": struct.Struct(layout).pack_into}
    arguments = ", ".join(["memory", *names])
    exec(f"def pack({arguments}):\n    write(memory, 0, {', '.join(values)})", namespace, made)
    return made["pack"], tuple(sizes)
