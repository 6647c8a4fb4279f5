"""`save` and `load`: arrays in MXNet's own file format, and in those of `formats`.

Everything is little endian.  A file is a list of arrays and a list of names, as long or empty::

    u64 0x112, u64 0
    u64 count, then for each array
        u32 version, i32 storage type, i32 ndim, i64 lengths, i32 device type, i32 device, i32 dtype
        the elements
    of a sparse array, with its storage type: ndim and lengths of what is stored, then those of the
        array, devices and dtype as above, then for each index vector (a CSR matrix has two, indptr
        first) dtype, ndim and lengths; the stored elements, the index vectors
    u64 count, then for each name u64 length, bytes

Older files have no storage type; in the oldest ndim stands where the version does, and lengths
are u32.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from .._files import file_name, read_file, write_file
from ..array.ndarray import NDArray
from ..array.sparse import BaseSparseNDArray
from ..base import DTYPE_NUMBERS, DType, HostArray, MXNetError, Shape, as_dtype, shown
from ..util import is_np_shape
from .formats import MXNET, decoded, encoded, format_of, named, unnamed
from .sparse_creation import csr_matrix, row_sparse_array

__all__ = ["load", "load_frombuffer", "save"]

_FILE = 0x112
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
"""V3 is for arrays of no axes or no elements too; MXNet reads no other while `np_shape` is on."""
_STYPES = ("default", "row_sparse", "csr")
_DTYPES = {number: name for name, number in DTYPE_NUMBERS.items()}


def _little(dtype: str) -> DType:
    return as_dtype(dtype, op="load").newbyteorder("<")


def _lengths(shape: Shape) -> bytes:
    return struct.pack(f"<i{len(shape)}q", len(shape), *shape)


def _dtype(name: str) -> bytes:
    return struct.pack("<i", DTYPE_NUMBERS[name])


def _elements(host: HostArray) -> bytes:
    return np.ascontiguousarray(host).astype(_little(host.dtype.name), copy=False).tobytes()


def _sparse_parts(x: BaseSparseNDArray) -> Iterator[bytes]:
    data, *indices = (part.asnumpy() for part in x._parts[:-2])
    yield struct.pack("<Ii", _V2, _STYPES.index(x.stype)) + _lengths(data.shape)
    yield _lengths(x.shape) + struct.pack("<2i", 1, 0) + _dtype(data.dtype.name)
    indices = indices[::-1]  # indptr comes before the indices
    for index in indices:
        yield _dtype(index.dtype.name) + _lengths(index.shape)
    for part in (data, *indices):
        yield _elements(part)


def _parts(arrays: list[NDArray], names: list[bytes]) -> Iterator[bytes | memoryview]:
    yield struct.pack("<3Q", _FILE, 0, len(arrays))
    for x in arrays:
        if isinstance(x, BaseSparseNDArray):
            yield from _sparse_parts(x)
            continue
        host = np.ascontiguousarray(x.asnumpy()).reshape(x.shape)
        version = _V2 if host.size and host.ndim and not is_np_shape() else _V3
        yield struct.pack("<Ii", version, 0) + _lengths(host.shape)
        yield struct.pack("<2i", 1, 0) + _dtype(host.dtype.name)
        yield _elements(host)
    yield struct.pack("<Q", len(names))
    for name in names:
        yield struct.pack("<Q", len(name)) + name


def save(
    fname: str, data: NDArray | list[NDArray] | dict[str, NDArray], *, format: str | None = None
) -> None:
    """Write arrays to a file, by default one that MXNet can read as well.

    The new file takes the name of an old one when all of it is on the disk: whatever goes wrong
    before leaves the old file as it was.

    Parameters
    ----------
    fname : str
    data : NDArray, list of NDArray or dict of str to NDArray
    format : {'mxnet', 'npz', 'safetensors'}, optional
        By default what *fname* ends with, ``.npz`` or ``.safetensors``; for others MXNet's own.

    Raises
    ------
    TypeError, ValueError
        If *data* is anything else; nothing is written.
    MXNetError
        If the file cannot be written, or there is no such format.
    """
    name = file_name(fname, "save")
    kind = format_of("save", name, format)
    names: list[str] = []
    if isinstance(data, NDArray):
        arrays: list[NDArray] = [data]
    elif isinstance(data, Mapping):
        names, arrays = list(data), list(data.values())
    elif isinstance(data, (list, tuple)):
        arrays = list(data)
    else:
        raise ValueError(
            "save: data needs to either be a NDArray, dict of str, NDArray pairs or a list of "
            f"NDarrays, got {type(data).__name__}"
        )
    if not all(isinstance(n, str) for n in names) or not all(
        isinstance(x, NDArray) for x in arrays
    ):
        raise TypeError("save: data: save only accept dict str->NDArray or list of NDArray")
    if kind == MXNET:
        parts: Iterable[object] = _parts(arrays, [n.encode() for n in names])
    else:
        values = [x.asnumpy() for x in arrays]
        parts = [encoded(kind, dict(zip(names, values, strict=True)) if names else named(values))]
    write_file(name, parts, "save")


class _Reader:
    """A position in a buffer; to read past its end is an error."""

    def __init__(self, buffer: bytes | bytearray | memoryview, given: str) -> None:
        self.bytes, self.at = memoryview(buffer).cast("B"), 0
        self.wrong = f"{given}: Invalid NDArray file format"

    def take(self, count: int) -> memoryview:
        if not 0 <= count <= len(self.bytes) - self.at:
            raise MXNetError(
                f"{self.wrong}: {count} bytes expected at {self.at}, "
                f"{len(self.bytes) - self.at} there"
            )
        self.at += count
        return self.bytes[self.at - count : self.at]

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def number(self, form: str) -> int:
        return self.numbers(form)[0]


_MOST_AXES = 64  # of an array in any version of NumPy


def _shape(source: _Reader, ndim: int, letter: str) -> tuple[int, ...]:
    if not 0 <= ndim <= _MOST_AXES:
        raise MXNetError(f"{source.wrong}: an array of {ndim} axes, expected 0 to {_MOST_AXES}")
    lengths = source.numbers(f"{ndim}{letter}")
    if min(lengths, default=0) < 0:
        raise MXNetError(f"{source.wrong}: an array of shape {lengths}")
    return lengths


def _array(source: _Reader) -> NDArray:
    version = source.number("I")
    if version in (_V2, _V3) and (stype := source.number("i")) != 0:
        if not 0 < stype < len(_STYPES):
            raise MXNetError(f"{source.wrong}: an array of storage type {stype}, expected 0 to 2")
        return _sparse_array(source, _STYPES[stype])
    if version in (_V1, _V2, _V3):
        shape = _shape(source, source.number("i"), "q")
    else:
        shape = _shape(source, version, "I")
    if not shape and version != _V3:  # MXNet's array that is none
        return NDArray._from_numpy(np.empty(0, "float32"), None)
    source.numbers("2i")
    return _values(source, shape, _named_dtype(source))


def _named_dtype(source: _Reader) -> str:
    flag = source.number("i")
    if flag not in _DTYPES:
        known = ", ".join(map(str, _DTYPES))
        raise MXNetError(f"load: unknown dtype {flag}, expected one of {known}")
    return _DTYPES[flag]


def _values(source: _Reader, shape: Shape, name: str) -> NDArray:
    dtype = _little(name)
    # A view, which allocates nothing: the file can be any, and say any shape.
    values = np.frombuffer(source.take(math.prod(shape) * dtype.itemsize), dtype)
    try:
        values = values.reshape(shape)
    except ValueError as error:  # no elements, but lengths that multiply past 2**63
        raise MXNetError(f"{source.wrong}: an array of shape {shape}: {error}") from error
    return NDArray._from_numpy(values.astype(name), None)


def _sparse_array(source: _Reader, stype: str) -> NDArray:
    """A sparse array; its parts are checked as those that a user gives.

    One that stores nothing has parts of any lengths in MXNet's files: indices of length 0, or an
    indptr of zeros.
    """
    stored = _shape(source, source.number("i"), "q")
    shape = _shape(source, source.number("i"), "q")
    source.numbers("2i")
    dtype, kinds = _named_dtype(source), []
    for _ in range(2 if stype == "csr" else 1):
        name = _named_dtype(source)
        kinds.append((_shape(source, source.number("i"), "q"), name))
    data = _values(source, stored, dtype)
    *starts, indices = [_values(source, *kind) for kind in kinds]
    if stype == "csr":
        return csr_matrix((data, indices, *starts), shape, data.context)
    return row_sparse_array((data, indices), shape, data.context)


def _read(buffer: bytes | bytearray | memoryview, given: str) -> list[NDArray] | dict[str, NDArray]:
    source = _Reader(buffer, given)
    if source.number("Q") != _FILE:
        raise MXNetError(f"{source.wrong}: it does not begin with {_FILE:#x}")
    source.take(8)
    arrays = [_array(source) for _ in range(source.number("Q"))]
    try:
        names = [bytes(source.take(source.number("Q"))).decode() for _ in range(source.number("Q"))]
    except UnicodeDecodeError as error:
        raise MXNetError(f"{source.wrong}: a name is not UTF-8") from error
    if names and len(names) != len(arrays):
        raise MXNetError(f"{source.wrong}: {len(names)} names for {len(arrays)} arrays")
    return dict(zip(names, arrays, strict=True)) if names else arrays


def load(fname: str, *, format: str | None = None) -> list[NDArray] | dict[str, NDArray]:
    """Read what `save`, or MXNet's, has written: a dict if there are names, else a list.

    Parameters
    ----------
    fname : str
    format : {'mxnet', 'npz', 'safetensors'}, optional
        By default what *fname* ends with, ``.npz`` or ``.safetensors``; for others MXNet's own.

    Raises
    ------
    MXNetError
        If the file cannot be read or is none of this format.
    """
    kind = format_of("load", file_name(fname, "load"), format)
    content, given = read_file(fname, "load"), f"load: fname={fname!r}"
    if kind == MXNET:
        return _read(content, given)
    found = {
        name: NDArray._from_numpy(x, None) for name, x in decoded(kind, content, given).items()
    }
    arrays = unnamed(found)
    return found if arrays is None else arrays


def load_frombuffer(buf: bytes) -> list[NDArray] | dict[str, NDArray]:
    """`load` from the bytes of a file."""
    if not isinstance(buf, (bytes, bytearray, memoryview)):
        raise TypeError(f"load_frombuffer: buf required to be bytes, got {shown(buf)}")
    return _read(buf, "load_frombuffer: buf")


def _set_state(self: NDArray, state: dict[str, bytes]) -> None:
    """Take the elements over that an array has in a pickle of MXNet: its bytes as in a file.

    MXNet pickles the class, which is called with None, and this state.
    """
    file = struct.pack("<3Q", _FILE, 0, 1) + bytes(state["handle"]) + struct.pack("<Q", 0)
    arrays = _read(file, "pickle")
    assert isinstance(arrays, list)
    elements = "_parts" if isinstance(self, BaseSparseNDArray) else "_data"
    for name in (elements, "_shape", "_ctx", "_version", "_node"):
        setattr(self, name, getattr(arrays[0], name))


NDArray.__setstate__ = _set_state  # type: ignore[attr-defined]
