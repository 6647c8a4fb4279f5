"""Iterators over examples in files: CSV, LibSVM and MNIST."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeGuard

import numpy as np

from .. import nd
from .._files import read_file
from ..base import DType, DTypeLike, HostArray, MXNetError, Shape, as_dtype
from ..nd import NDArray
from .batches import DataBatch, DataDesc, DataIter

if TYPE_CHECKING:
    from ..array.types import ShapeLike


class _Names(TypedDict, total=False):
    data_name: str
    label_name: str


class MXDataIter(DataIter):
    """The base of iterators over files: batches of examples that were read before.

    Parameters
    ----------
    data, label : NDArray
        Examples along the first axis.
    batch_size : int
    round_batch : bool
        Whether the last batch is filled with the first examples, which the next epoch then leaves
        out; otherwise it is filled with what the batch before had there.
    data_name, label_name : str
    """

    def __init__(
        self,
        data: NDArray,
        label: NDArray,
        batch_size: int,
        round_batch: bool = True,
        data_name: str = "data",
        label_name: str = "softmax_label",
    ) -> None:
        super().__init__(batch_size)
        self._data, self._label = data, label
        self._round_batch = round_batch
        self._start = 0
        self._index: HostArray = np.zeros(batch_size, np.int64)
        self._pad = 0
        self.provide_data = [self._described(data_name, data)]
        self.provide_label = [self._described(label_name, label)]

    def reset(self) -> None:
        self._start = max(self._start - len(self._data), 0) if self._round_batch else 0

    def iter_next(self) -> bool:
        count = len(self._data)
        if self._start >= count:
            return False
        index = np.arange(self._start, self._start + self.batch_size)
        self._start += self.batch_size
        self._pad = max(self._start - count, 0)
        if self._round_batch:
            self._index = index % count
        else:
            self._index = np.where(index < count, index, self._index)
        return True

    def next(self) -> DataBatch:
        if not self.iter_next():
            raise StopIteration
        return DataBatch([self.getdata()], [self.getlabel()], self.getpad(), self.getindex())

    def getdata(self) -> NDArray:
        return self._examples(self._data)

    def getlabel(self) -> NDArray:
        return self._examples(self._label)

    def getindex(self) -> HostArray:
        return self._index

    def getpad(self) -> int:
        return self._pad

    def _examples(self, array: NDArray) -> NDArray:
        return nd.take(array, nd.array(self._index, dtype="int64"))

    def _described(self, name: str, array: NDArray) -> DataDesc:
        return DataDesc(name, (self.batch_size, *array.shape[1:]), array.dtype)


class CSVIter(MXDataIter):
    """Batches of rows of a CSV file.

    Parameters
    ----------
    data_csv : str
        The file: numbers separated by commas, a row for each example.
    data_shape : tuple of int
        The shape of an example.
    label_csv : str, optional
        The file of labels; without one, labels are zeros.
    label_shape : tuple of int
    batch_size : int
    round_batch : bool
        See `MXDataIter`.
    dtype : {'float32', 'int32', 'int64'}
    **kwargs
        ``data_name`` and ``label_name``; other arguments of MXNet are ignored.

    Raises
    ------
    MXNetError
        If a file cannot be read, or its rows do not have the shape's number of elements.
    """

    def __init__(
        self,
        data_csv: str,
        data_shape: ShapeLike,
        label_csv: str | None = None,
        label_shape: ShapeLike = (1,),
        batch_size: int = 1,
        round_batch: bool = True,
        dtype: DTypeLike | None = None,
        **kwargs: object,
    ) -> None:
        kind = as_dtype("float32" if dtype is None else dtype, op="CSVIter")
        if kind.name not in ("float32", "int32", "int64"):
            raise MXNetError(f"CSVIter: dtype={kind} is not float32, int32 or int64")
        data = _csv(data_csv, _shape(data_shape), kind)
        if _given(label_csv):
            label = _csv(label_csv, _shape(label_shape), kind)
        else:
            label = np.zeros((len(data), *_shape(label_shape)), kind)
        arrays = _arrays("CSVIter", data, _without_one(label), kind.name)
        super().__init__(*arrays, batch_size, round_batch, **_names(kwargs))


class LibSVMIter(MXDataIter):
    """Batches of rows of a LibSVM file, as CSR arrays.

    A row is ``label index:value index:value ...``, with indices from zero.

    Parameters
    ----------
    data_libsvm : str
        The file.
    data_shape : tuple of int
        ``(length,)``, the length of an example.
    label_libsvm : str, optional
        A file of labels, in the same format; they are CSR arrays too.  By default labels are the
        first numbers of *data_libsvm*'s rows.
    label_shape : tuple of int
        The shape of a label in *label_libsvm*.
    batch_size : int
    num_parts, part_index : int
        Into how many parts to divide the examples, and which of these to take.
    **kwargs
        ``data_name`` and ``label_name``; other arguments of MXNet are ignored.

    Raises
    ------
    MXNetError
        If a file cannot be read, or an index is outside of the shape.
    """

    def __init__(
        self,
        data_libsvm: str,
        data_shape: ShapeLike,
        label_libsvm: str | None = None,
        label_shape: ShapeLike = (1,),
        batch_size: int = 1,
        num_parts: int = 1,
        part_index: int = 0,
        **kwargs: object,
    ) -> None:
        label, data = _libsvm(data_libsvm, _shape(data_shape))
        if _given(label_libsvm):
            _, label = _libsvm(label_libsvm, _shape(label_shape))
        if len(label) != len(data):
            raise MXNetError(f"LibSVMIter: {len(label)} labels for {len(data)} rows of data")
        rows = _part("LibSVMIter", len(data), num_parts, part_index)
        super().__init__(data[rows], label[rows], batch_size, **_names(kwargs))


class MNISTIter(MXDataIter):
    """Batches of the MNIST images, as numbers from 0 to below 1; an incomplete one is left out.

    Parameters
    ----------
    image, label : str
        The files, unpacked: ``train-images-idx3-ubyte`` and ``train-labels-idx1-ubyte``.
    batch_size : int
    shuffle : bool
        Whether examples are shuffled, once.
    flat : bool
        Whether an image is a vector, rather than ``(1, height, width)``.
    seed : int
        For shuffling.
    silent : bool
        Ignored.
    num_parts, part_index : int
        Into how many parts to divide the examples, and which of these to take.
    input_shape : tuple of int, optional
        The shape of an image.
    **kwargs
        ``data_name`` and ``label_name``; other arguments of MXNet are ignored.

    Raises
    ------
    MXNetError
        If a file cannot be read, or is not in MNIST's format.
    """

    def __init__(
        self,
        image: str = "./train-images-idx3-ubyte",
        label: str = "./train-labels-idx1-ubyte",
        batch_size: int = 128,
        shuffle: bool = True,
        flat: bool = False,
        seed: int = 0,
        silent: bool = False,
        num_parts: int = 1,
        part_index: int = 0,
        input_shape: ShapeLike | None = None,
        **kwargs: object,
    ) -> None:
        images, labels = _idx(image, 3), _idx(label, 1)
        if len(images) != len(labels):
            raise MXNetError(f"MNISTIter: {len(labels)} labels for {len(images)} images")
        order = np.arange(len(images))
        if shuffle:
            np.random.RandomState(seed).shuffle(order)
        order = order[_part("MNISTIter", len(images), num_parts, part_index)]
        order = order[: len(order) // batch_size * batch_size]
        if not len(order):
            raise MXNetError(f"MNISTIter: batch_size={batch_size} exceeds the number of images")
        shape = (-1,) if flat else (1, *images.shape[1:])
        shape = shape if input_shape is None else _shape(input_shape)
        pixels = images[order].astype(np.float32).reshape(len(order), *shape) / 256
        arrays = _arrays("MNISTIter", pixels, labels[order].astype(np.float32), "float32")
        super().__init__(*arrays, batch_size, **_names(kwargs))


def _names(given: dict[str, object]) -> _Names:
    found: _Names = {}
    if "data_name" in given:
        found["data_name"] = str(given["data_name"])
    if "label_name" in given:
        found["label_name"] = str(given["label_name"])
    return found


def _given(fname: str | None) -> TypeGuard[str]:
    return fname not in (None, "", "NULL")


def _shape(given: ShapeLike) -> Shape:
    return tuple(given) if isinstance(given, Sequence) else (int(given),)


def _without_one(label: HostArray) -> HostArray:
    """Labels of shape ``(1,)`` as numbers."""
    return label[:, 0] if label.shape[1:] == (1,) else label


def _arrays(op: str, data: HostArray, label: HostArray, dtype: str) -> tuple[NDArray, NDArray]:
    if len(data) != len(label):
        raise MXNetError(f"{op}: {len(label)} labels for {len(data)} rows of data")
    return nd.array(data, dtype=dtype), nd.array(label, dtype=dtype)


def _part(op: str, count: int, num_parts: int, part_index: int) -> slice:
    if not 0 <= part_index < num_parts:
        raise MXNetError(f"{op}: part_index={part_index} is not below num_parts={num_parts}")
    return slice(count * part_index // num_parts, count * (part_index + 1) // num_parts)


def _csv(fname: str | Path, shape: Shape, dtype: DType) -> HostArray:
    text = read_file(fname, "CSVIter").decode()
    try:
        rows = np.loadtxt(io.StringIO(text), dtype, delimiter=",", ndmin=2, comments=None)
    except ValueError as error:
        raise MXNetError(f"CSVIter: {fname} is not in CSV format: {error}") from error
    if rows.shape[1] != np.prod(shape, dtype=np.int64):
        raise MXNetError(
            f"CSVIter: rows of {fname} have {rows.shape[1]} numbers; shape {shape} needs others"
        )
    return rows.reshape(-1, *shape)


def _libsvm(fname: str | Path, shape: Shape) -> tuple[NDArray, NDArray]:
    """The first numbers of a LibSVM file's rows, and the rest as a CSR array."""
    if len(shape) != 1:
        raise MXNetError(f"LibSVMIter: shape {shape} of an example must have one axis")
    label, values, columns, starts = [], [], [], [0]
    for number, line in enumerate(read_file(fname, "LibSVMIter").decode().splitlines(), start=1):
        first, *pairs = line.partition("#")[0].split() or [""]
        if not first:
            continue
        try:
            label.append(float(first))
            found = sorted((int(i), float(x)) for i, x in (pair.split(":") for pair in pairs))
        except ValueError as error:
            raise MXNetError(
                f"LibSVMIter: row {number} of {fname} is not in LibSVM format: {error}"
            ) from error
        if found and not 0 <= found[0][0] <= found[-1][0] < shape[0]:
            raise MXNetError(
                f"LibSVMIter: row {number} of {fname} has the indices {[i for i, _ in found]}; "
                f"an example has length {shape[0]}"
            )
        columns += [i for i, _ in found]
        values += [x for _, x in found]
        starts.append(len(values))
    parts = (np.array(values, np.float32), np.array(columns, np.int64), np.array(starts, np.int64))
    return nd.array(label), nd.sparse.csr_matrix(parts, shape=(len(label), *shape))


def _idx(fname: str | Path, ndim: int) -> HostArray:
    """An array of bytes in MNIST's format: a magic number, the shape, the elements."""
    content = read_file(fname, "MNISTIter")
    head = 4 * (1 + ndim)
    if len(content) >= head:
        magic, *shape = struct.unpack(f">{1 + ndim}I", content[:head])
        if magic == 0x800 + ndim and len(content) == head + np.prod(shape, dtype=np.int64):
            return np.frombuffer(content, np.uint8, offset=head).reshape(shape)
    raise MXNetError(
        f"MNISTIter: {fname} is not an unpacked file of MNIST's format with {ndim} axes"
    )
