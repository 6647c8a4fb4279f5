"""Batches, descriptions of their arrays, and the base of iterators over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from ..base import DTypeLike, HostArray, Shape, shown
from ..nd import NDArray

if TYPE_CHECKING:
    from typing import Self

    from ..array.types import MaybeNone

DataShapes: TypeAlias = Sequence[tuple[str, Shape]]
"""Descriptions of arrays: `DataDesc`, or pairs of name and shape."""


class _NameAndShape(NamedTuple):
    name: str
    shape: Shape


class DataDesc(_NameAndShape):
    """The name, shape, dtype and layout of an array; as a tuple it is name and shape.

    Parameters
    ----------
    name : str
    shape : tuple of int
    dtype : dtype
    layout : str
        A letter for each axis: the axis ``N`` is that of examples.
    """

    dtype: DTypeLike
    layout: str | None

    def __new__(
        cls, name: str, shape: Shape, dtype: DTypeLike = np.float32, layout: str | None = "NCHW"
    ) -> DataDesc:
        made = super().__new__(cls, name, shape)
        made.dtype = dtype
        made.layout = layout
        return made

    def __getnewargs__(self) -> tuple[str, Shape, DTypeLike, str | None]:
        return self.name, self.shape, self.dtype, self.layout

    def __repr__(self) -> str:
        return f"DataDesc[{self.name},{self.shape},{self.dtype},{self.layout}]"

    @staticmethod
    def get_batch_axis(layout: str | None) -> int:
        """The axis of examples: where N is in *layout*, 0 of no layout, -1 if there is no N."""
        return 0 if layout is None else layout.find("N")

    @staticmethod
    def get_list(
        shapes: Sequence[tuple[str, Shape]], types: Sequence[tuple[str, DTypeLike]] | None
    ) -> list[DataDesc]:
        """Descriptions from pairs of names and shapes, and of names and dtypes (or None)."""
        dtypes = dict(types) if types is not None else {}
        return [
            DataDesc(name, shape, dtypes[name]) if types is not None else DataDesc(name, shape)
            for name, shape in shapes
        ]


class DataBatch:
    """The arrays of a batch.

    Parameters
    ----------
    data, label : list of NDArray
        In the order in which the iterator describes them; no labels are None or an empty list.
    pad : int, optional
        The number of examples at the end that only fill the batch.
    index : numpy.ndarray, optional
        The numbers of the examples.
    bucket_key : optional
        Which symbol of a `BucketingModule` this batch is for.
    provide_data, provide_label : list of DataDesc, optional
        Descriptions of the arrays, where they are not the iterator's.
    """

    def __init__(
        self,
        data: Sequence[NDArray] | None,
        label: Sequence[NDArray] | None = None,
        pad: int | None = None,
        index: HostArray | None = None,
        bucket_key: Any = None,
        provide_data: DataShapes | None = None,
        provide_label: DataShapes | None = None,
    ) -> None:
        for what, arrays in (("data", data), ("label", label)):
            if arrays is not None and not isinstance(arrays, (list, tuple)):
                raise AssertionError(
                    f"DataBatch: {what} must be a list of NDArrays, got {type(arrays).__name__}"
                )
        self.data: Sequence[NDArray] | MaybeNone = data
        self.label: Sequence[NDArray] | MaybeNone = label
        self.pad = pad
        self.index = index
        self.bucket_key = bucket_key
        self.provide_data: DataShapes | MaybeNone = provide_data
        self.provide_label = provide_label

    def __str__(self) -> str:
        data, label = _shapes(self.data), _shapes(self.label)
        return f"{type(self).__name__}: data shapes: {data} label shapes: {label}"

    __repr__ = __str__


def _shapes(arrays: Sequence[NDArray] | None) -> list[Shape] | None:
    return [x.shape for x in arrays] if arrays else None


class DataIter:
    """The base of iterators over batches.

    An iterator of one's own overrides `next`, or `iter_next` and the functions ``get...``, besides
    `reset`; and has the attributes ``provide_data`` and ``provide_label``, lists of `DataDesc`.

    Parameters
    ----------
    batch_size : int
    """

    def __init__(self, batch_size: int = 0) -> None:
        self.batch_size = batch_size

    def __iter__(self) -> Self:
        return self

    def reset(self) -> None:
        """Begin again."""

    def next(self) -> DataBatch:
        """The next batch; StopIteration after the last."""
        if not self.iter_next():
            raise StopIteration
        return DataBatch(self.getdata(), self.getlabel(), self.getpad(), self.getindex())

    def __next__(self) -> DataBatch:
        return self.next()

    def iter_next(self) -> bool:
        """Go on to the next batch; whether there is one."""
        raise NotImplementedError(f"{type(self).__name__} has no iter_next")

    def getdata(self) -> Any:
        """The data of the batch."""
        raise NotImplementedError(f"{type(self).__name__} has no getdata")

    def getlabel(self) -> Any:
        """The labels of the batch, or None."""
        return None

    def getindex(self) -> HostArray | None:
        """The numbers of the batch's examples, or None."""
        return None

    def getpad(self) -> int | None:
        """How many examples at the end only fill the batch, or None."""
        return None


class BatchSource(Protocol):
    """What loops of training take: an iterator over batches that says what these look like."""

    @property
    def provide_data(self) -> DataShapes: ...

    @property
    def provide_label(self) -> DataShapes | MaybeNone: ...

    batch_size: int

    def __iter__(self) -> Iterator[DataBatch]: ...

    def next(self) -> DataBatch: ...

    def reset(self) -> object: ...


DataIterLike: TypeAlias = DataIter | BatchSource
"""An iterator over batches; a `DataIter` has the attributes of a `BatchSource` too."""


def checked_iterator(function: str, data_iter: DataIterLike) -> BatchSource:
    """An iterator over batches; TypeError for what is none."""
    if not hasattr(data_iter, "provide_data"):
        raise TypeError(
            f"{function}: expected an iterator over batches, such as NDArrayIter, "
            f"got {shown(data_iter)}"
        )
    return data_iter  # type: ignore[return-value]  # which subclasses of DataIter are
