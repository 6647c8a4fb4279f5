"""`NDArrayIter`: batches of arrays in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .. import nd
from ..base import HostArray
from ..nd import NDArray
from .batches import DataBatch, DataDesc, DataIter

if TYPE_CHECKING:
    from ..array.types import ArrayLike

Named: TypeAlias = list[tuple[str, NDArray]]
"""Arrays with their names."""

DataLike: TypeAlias = "ArrayLike | Mapping[str, ArrayLike]"
"""An array, a list of arrays, or arrays by name."""


class NDArrayIter(DataIter):
    """Batches of one or more arrays, in order or shuffled.

    Parameters
    ----------
    data : array, list of arrays, or dict of str to array
        NDArray, CSRNDArray, or what NumPy makes an array of.  NumPy arrays become float32.
    label : optional
        In the same way.
    batch_size : int
    shuffle : bool
        Whether each epoch has an order of its own, by ``numpy.random.shuffle``.
    last_batch_handle : {'pad', 'discard', 'roll_over'}
        What becomes of the last examples, if they do not fill a batch: they are followed by the
        first ones (see `getpad`), left out, or begin the next epoch.
    data_name, label_name : str
        The array's name; several in a list are called ``_0_data``, ``_1_data`` ...
    layout : str
        The axis of examples is the one at which this has an ``N``.

    Examples
    --------
    >>> import ndgrad as mx
    >>> it = mx.io.NDArrayIter(mx.nd.ones((3, 2)), mx.nd.arange(3), batch_size=2)
    >>> [(batch.data[0].shape, batch.pad) for batch in it]
    [((2, 2), 0), ((2, 2), 1)]
    """

    def __init__(
        self,
        data: DataLike,
        label: DataLike | None = None,
        batch_size: int = 1,
        shuffle: bool = False,
        last_batch_handle: str = "pad",
        data_name: str = "data",
        label_name: str = "softmax_label",
        layout: str = "NCHW",
    ) -> None:
        super().__init__(batch_size)
        if batch_size < 1:
            raise ValueError(f"NDArrayIter: batch_size={batch_size}, expected 1 or more")
        if data is None:
            raise AssertionError("NDArrayIter: data is None; expected an array, or some")
        self.data = named_arrays(data, data_name)
        self.label = named_arrays(label, label_name) if label is not None else []
        if not self.data:
            raise AssertionError("NDArrayIter: data is empty; expected an array, or some")
        self.layout = layout
        self.shuffle = shuffle
        self.last_batch_handle = last_batch_handle
        self.num_source = len(self.data) + len(self.label)
        self.num_data = self._length(self.data[0][1])
        for name, array in self.data + self.label:
            if self._length(array) < self.num_data:
                raise ValueError(
                    f"NDArrayIter: {name} has {self._length(array)} examples, "
                    f"{self.data[0][0]} has {self.num_data}"
                )
        self.idx = np.arange(self.num_data)
        self._order: HostArray = np.arange(self.num_data)
        self._rest: HostArray = self._order[:0]
        self.hard_reset()

    @property
    def data_list(self) -> list[NDArray]:
        """The arrays of all examples, data before labels; what is written to them comes next."""
        return [x for _, x in (*self.data, *self.label)]

    @property
    def provide_data(self) -> list[DataDesc]:
        """What the arrays of a batch look like."""
        return [self._described(name, array) for name, array in self.data]

    @property
    def provide_label(self) -> list[DataDesc]:
        """What the labels of a batch look like."""
        return [self._described(name, array) for name, array in self.label]

    def hard_reset(self) -> None:
        """Begin again, also if examples are left that would begin the next epoch."""
        if self.shuffle:
            self._shuffle_data()
        self.cursor = -self.batch_size
        self._rest = self._order[:0]

    def reset(self) -> None:
        """Begin the next epoch."""
        left = self.num_data - self.cursor
        if self.last_batch_handle == "roll_over" and 0 < left < self.batch_size:
            rest = self._order[self.cursor :]
            self.hard_reset()
            self.cursor -= left
            self._rest = rest
        else:
            self.hard_reset()

    def iter_next(self) -> bool:
        self.cursor += self.batch_size
        return self.cursor < self.num_data

    def next(self) -> DataBatch:
        if not self.iter_next() or len(self._positions()) < self.batch_size:
            raise StopIteration
        return DataBatch(self.getdata(), self.getlabel(), self.getpad(), None)

    def getdata(self) -> list[NDArray]:
        positions = self._positions()
        return [self._examples(array, positions) for _, array in self.data]

    def getlabel(self) -> list[NDArray]:
        positions = self._positions()
        return [self._examples(array, positions) for _, array in self.label]

    def getpad(self) -> int:
        """How many examples of this batch come from the epoch's beginning, or the one before."""
        if self.last_batch_handle == "pad":
            return max(self.cursor + self.batch_size - self.num_data, 0)
        return max(-self.cursor, 0) if self.last_batch_handle == "roll_over" else 0

    def _positions(self) -> HostArray:
        """Where the examples of this batch are in the arrays."""
        if self.cursor >= self.num_data:
            raise AssertionError("DataIter needs reset.")
        if self.cursor < 0:
            return np.concatenate([self._rest, self._order[: self.cursor + self.batch_size]])
        found = self._order[self.cursor : self.cursor + self.batch_size]
        missing = self.batch_size - len(found)
        if missing and self.last_batch_handle == "pad":
            return np.concatenate([found, np.resize(self._order, missing)])
        return found

    def _examples(self, array: NDArray, positions: HostArray) -> NDArray:
        axis, first = self._axis(array), int(positions[0])
        if axis == 0 and np.array_equal(positions, np.arange(first, first + len(positions))):
            return array[first : first + len(positions)].copy()
        return nd.take(array, nd.array(positions, ctx=array.context, dtype="int64"), axis=axis)

    def _axis(self, array: NDArray) -> int:
        axis = DataDesc.get_batch_axis(self.layout)
        return axis if 0 <= axis < len(array.shape) else 0

    def _length(self, array: NDArray) -> int:
        return array.shape[self._axis(array)]

    def _described(self, name: str, array: NDArray) -> DataDesc:
        shape = list(array.shape)
        shape[self._axis(array)] = self.batch_size
        return DataDesc(name, tuple(shape), array.dtype, self.layout)

    def _shuffle_data(self) -> None:
        """Permute the order of examples, in which seeded programs expect them of MXNet."""
        np.random.shuffle(self.idx)  # noqa: NPY002
        self._order = self._order[self.idx]


def named_arrays(data: DataLike, name: str) -> Named:
    """Arrays with names, sorted by these, of what a user gives for *name*."""
    if isinstance(data, dict):
        given = data
    elif isinstance(data, list) and len(data) != 1:
        given = {f"_{i}_{name}": array for i, array in enumerate(data)}
    elif isinstance(data, list):
        given = {name: data[0]}
    elif hasattr(data, "shape"):
        given = {name: data}
    else:
        raise TypeError(
            f"NDArrayIter: {name} must be an NDArray, a NumPy array, a list of them or a dict with "
            f"them as values, got {type(data).__name__}"
        )
    return [(key, _as_array(key, given[key])) for key in sorted(given)]


def init_data(data: DataLike | None, allow_empty: bool, default_name: str) -> Named:
    """`named_arrays` under MXNet's name: None stands for no array, if that may be."""
    if data is None and not allow_empty:
        raise AssertionError(f"{default_name} is None; expected an array, a list or a dict")
    return named_arrays([] if data is None else data, default_name)


def _as_array(name: str, value: ArrayLike) -> NDArray:
    if isinstance(value, NDArray):
        return value
    try:
        array: NDArray = nd.array(value)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"NDArrayIter: {name} must be an NDArray or a NumPy array, got {type(value).__name__}"
        ) from error
    if not array.shape:
        raise TypeError(f"NDArrayIter: {name} must have an axis of examples, got {value!r}")
    return array
