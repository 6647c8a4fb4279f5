"""Files of arrays in formats of others: NumPy's ``.npz`` and ``.safetensors``."""

from __future__ import annotations

import io
import math
import os
import zipfile
from collections.abc import Mapping
from types import ModuleType
from typing import TypedDict, TypeVar

import numpy as np

from ..base import (
    BFLOAT16,
    MXNET_BFLOAT16,
    HostArray,
    MXNetError,
    as_dtype,
    bfloat16,
    shown,
)

MXNET, NPZ, SAFETENSORS = "mxnet", "npz", "safetensors"
_FORMATS = (MXNET, NPZ, SAFETENSORS)
_UNNAMED = "arr_{}"  # NumPy's name for the i-th array of a list


def format_of(op: str, name: str, given: str | None) -> str:
    """The format of a file, which is *given* or follows from how its name ends.

    Raises
    ------
    MXNetError
        If there is no such format.
    """
    if given is None:
        ending = os.path.splitext(name)[1][1:].lower()
        return ending if ending in _FORMATS else MXNET
    if not isinstance(given, str) or given not in _FORMATS:
        expected = ", ".join(map(repr, _FORMATS))
        raise MXNetError(f"{op}: format={shown(given)}, expected one of {expected}")
    return given


def encoded(kind: str, arrays: Mapping[str, HostArray]) -> bytes:
    """The content of a file."""
    if kind == SAFETENSORS:
        content: bytes = _safetensors("save").numpy.save(dict(arrays))
        return content
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # `numpy.savez` takes no array called "file"
        for name, x in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                # NumPy's file says nothing of a dtype that is not its own, but of MXNet's.
                x = x.view(MXNET_BFLOAT16) if x.dtype.name == BFLOAT16 else x
                np.lib.format.write_array(member, x, allow_pickle=False)
    return file.getvalue()


def decoded(kind: str, content: bytes | memoryview, given: str) -> dict[str, HostArray]:
    """The arrays of a file that *given* names in errors; nothing in it is run.

    Raises
    ------
    MXNetError
        If it is none of this kind, is cut off, or holds what is no array of a supported dtype.
    """
    wrong = f"{given}: Invalid {kind} file"
    if kind == SAFETENSORS:
        library = _safetensors("load")
        try:
            found = {name: _viewed(view) for name, view in library.deserialize(bytes(content))}
        except Exception as error:  # of the library's own class, or KeyError for a dtype
            raise MXNetError(f"{wrong}: {error}") from error
    else:
        found = _from_npz(content, wrong)
    for name, x in found.items():
        as_dtype(x.dtype, op=f"load: array {name!r}")
    return found


_T = TypeVar("_T")


def named(arrays: list[HostArray]) -> dict[str, HostArray]:
    """Names for the arrays of a list."""
    return {_UNNAMED.format(i): x for i, x in enumerate(arrays)}


def unnamed(found: Mapping[str, _T]) -> list[_T] | None:
    """What stands under the names of a list, in its order; None if there are others or none."""
    names = [_UNNAMED.format(i) for i in range(len(found))]
    return [found[name] for name in names] if names and found.keys() == set(names) else None


def _safetensors(op: str) -> ModuleType:
    try:
        import safetensors.numpy
    except ImportError as error:
        raise MXNetError(
            f"{op}: this format needs the package safetensors: pip install 'ndgrad[safetensors]'"
        ) from error
    return safetensors


_LETTERS = {"BOOL": "b1", "F": "f", "I": "i", "U": "u", "C": "c"}


class _View(TypedDict):
    """An array as safetensors gives it."""

    dtype: str
    data: bytes
    shape: list[int]


def _viewed(view: _View) -> HostArray:
    """An array of a .safetensors file, whose dtype is a letter and the number of bits."""
    name = view["dtype"]
    if name == "BF16":
        dtype = bfloat16()
    else:
        bits = name.lstrip("BFIUCOL")
        dtype = np.dtype(_LETTERS[name.removesuffix(bits)] + (str(int(bits) // 8) if bits else ""))
    return np.frombuffer(view["data"], dtype).reshape(view["shape"])


def _from_npz(content: bytes | memoryview, wrong: str) -> dict[str, HostArray]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {
                info.filename.removesuffix(".npy"): _from_npy(archive, info)
                for info in archive.infolist()
            }
    # NumPy reads a header as a Python literal, which has errors of its own.
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, SyntaxError) as error:
        raise MXNetError(f"{wrong}: {error}") from error


def _from_npy(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> HostArray:
    """One array, for which no more is allocated than the file holds."""
    form = np.lib.format
    with archive.open(info) as file:
        version = form.read_magic(file)
        read = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
        shape, fortran, dtype = read(file)
        if dtype.hasobject:
            raise ValueError(f"{info.filename} holds Python objects")
        data = file.read()
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"{info.filename} has {len(data)} bytes for shape {shape}, dtype {dtype}")
    if dtype == MXNET_BFLOAT16:
        dtype = bfloat16()
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
