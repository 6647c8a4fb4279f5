"""Datasets: what has a length and elements by index, and what is made of other datasets."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ...array.ndarray import NDArray
from ...base import ArgumentValueError, shown
from ...recordio import MXIndexedRecordIO
from .sampler import Elements, FilterSampler, Sampler, SequentialSampler

__all__ = ["ArrayDataset", "Dataset", "RecordFileDataset", "SimpleDataset"]


class Dataset:
    """Base class: subclasses define ``__getitem__`` and ``__len__``."""

    def __getitem__(self, idx: Any) -> Any:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def filter(self, fn: Callable[[Any], object]) -> Dataset:
        """The dataset of those elements for which *fn* is true; it is asked now."""
        return _SampledDataset(self, FilterSampler(fn, self))

    def shard(self, num_shards: int, index: int) -> Dataset:
        """One of *num_shards* parts of almost the same length, of neighbouring elements.

        Raises
        ------
        MXNetError
            If *index* is not from 0 to *num_shards* - 1.
        """
        if not 0 <= index < num_shards:
            raise ArgumentValueError(
                f"shard: index={index} must be from 0 to num_shards - 1, num_shards={num_shards}"
            )
        length, rest = divmod(len(self), num_shards)
        start = length * index + min(index, rest)
        return _SampledDataset(self, SequentialSampler(length + (index < rest), start))

    def take(self, count: int | None) -> Dataset:
        """The dataset of the first *count* elements, or of all if there are fewer or for None."""
        if count is None or count > len(self):
            count = len(self)
        return _SampledDataset(self, SequentialSampler(count))

    def sample(self, sampler: Sampler) -> Dataset:
        """The dataset of the elements that a sampler takes; it is asked now.

        Raises
        ------
        TypeError
            If *sampler* is no `Sampler`.
        """
        if not isinstance(sampler, Sampler):
            raise TypeError(f"sample: sampler must be a gluon.data.Sampler, got {shown(sampler)}")
        return _SampledDataset(self, sampler)

    def transform(self, fn: Callable[..., object], lazy: bool = True) -> Dataset:
        """The dataset of what *fn* makes of the elements.

        Parameters
        ----------
        fn : callable
            Takes an element, or the items of one that is a tuple.
        lazy : bool
            Whether it is called each time that an element is asked for, which suits random changes;
            otherwise once for all, now.
        """
        lazily = _LazyTransformDataset(self, fn)
        return lazily if lazy else SimpleDataset([lazily[i] for i in range(len(lazily))])

    def transform_first(self, fn: Callable[..., object], lazy: bool = True) -> Dataset:
        """The dataset with *fn* called on the first item of each element: not on labels."""
        return self.transform(_TransformFirst(fn), lazy)


class SimpleDataset(Dataset):
    """The dataset of a list's elements, or of whatever else has a length and indices."""

    def __init__(self, data: Elements) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, idx: Any) -> Any:
        return self._data[idx]


class _TransformFirst:
    """*fn* on the first argument; a class, as functions in functions cannot be pickled."""

    def __init__(self, fn: Callable[..., object]) -> None:
        self._fn = fn

    def __call__(self, x: object, *args: object) -> object:
        return (self._fn(x), *args) if args else self._fn(x)


class _LazyTransformDataset(Dataset):
    """What *fn* makes of the elements of *data*, each time anew."""

    def __init__(self, data: Elements, fn: Callable[..., object]) -> None:
        self._data = data
        self._fn = fn

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, idx: int) -> object:
        item = self._data[idx]
        return self._fn(*item) if isinstance(item, tuple) else self._fn(item)


class _SampledDataset(Dataset):
    """The elements of *dataset* that *sampler* takes."""

    def __init__(self, dataset: Elements, sampler: Sampler) -> None:
        self._dataset = dataset
        self._sampler = sampler
        self._indices = list(sampler)

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, idx: int) -> object:
        return self._dataset[self._indices[idx]]


class ArrayDataset(Dataset):
    """The dataset of the elements of arrays or lists of one length: tuples, if there are several.

    Parameters
    ----------
    *args : NDArray, numpy.ndarray, list or Dataset
        Elements of an NDArray with one axis are NumPy scalars.

    Raises
    ------
    MXNetError
        If there are none, or lengths differ.
    """

    def __init__(self, *args: Elements) -> None:
        if not args:
            raise ArgumentValueError("ArrayDataset: needs at least 1 array, got none")
        self._length = len(args[0])
        for i, data in enumerate(args):
            if len(data) != self._length:
                raise ArgumentValueError(
                    "ArrayDataset: all arrays must have the same length; "
                    f"array[0] has length {self._length} while array[{i}] has {len(data)}"
                )
        self._data = [
            data.asnumpy() if isinstance(data, NDArray) and len(data.shape) == 1 else data
            for data in args
        ]

    def __getitem__(self, idx: Any) -> Any:
        if len(self._data) == 1:
            return self._data[0][idx]
        return tuple([data[idx] for data in self._data])

    def __len__(self) -> int:
        return self._length


class RecordFileDataset(Dataset):
    """The dataset of the records of a file, as bytes.

    Parameters
    ----------
    filename : str
        The file of records; the list of its keys has the ending ``.idx``.

    Raises
    ------
    OSError, MXNetError
        As `recordio.MXIndexedRecordIO`.
    """

    def __init__(self, filename: str) -> None:
        self.idx_file = os.path.splitext(filename)[0] + ".idx"
        self.filename = filename
        self._record = MXIndexedRecordIO(self.idx_file, self.filename, "r")

    def __getitem__(self, idx: int) -> Any:
        return self._record.read_idx(self._record.keys[idx])

    def __len__(self) -> int:
        return len(self._record.keys)


class _DownloadedDataset(Dataset):
    """The base of datasets whose files are in a folder, for MNIST and datasets of users.

    Parameters
    ----------
    root : str
        The folder, which is made if need be.
    transform : callable, optional
        Takes data and a label, and returns the element.
    """

    _data: Any
    _label: Any

    def __init__(self, root: str, transform: Callable[[Any, Any], Any] | None) -> None:
        self._transform = transform
        self._root = os.path.expanduser(root)
        os.makedirs(self._root, exist_ok=True)
        self._get_data()

    def __getitem__(self, idx: Any) -> Any:
        data, label = self._data[idx], self._label[idx]
        return (data, label) if self._transform is None else self._transform(data, label)

    def __len__(self) -> int:
        return len(self._label)

    def _get_data(self) -> None:
        """Set ``_data`` and ``_label``."""
        raise NotImplementedError(f"{type(self).__name__} has no _get_data")
