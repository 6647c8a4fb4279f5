"""Iterators over iterators: of another length, and prefetching in threads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from ..base import HostArray
from ..nd import NDArray
from .batches import (
    BatchSource,
    DataBatch,
    DataDesc,
    DataIter,
    DataIterLike,
    DataShapes,
    checked_iterator,
)

if TYPE_CHECKING:
    from ..array.types import MaybeNone


class _OfCurrentBatch(DataIter):
    """An iterator over iterators: its parts are those of the batch that it has come to."""

    current_batch: DataBatch | MaybeNone = None

    def getdata(self) -> Sequence[NDArray]:
        return self.current_batch.data

    def getlabel(self) -> Sequence[NDArray] | None:
        return self.current_batch.label

    def getindex(self) -> HostArray | None:
        return self.current_batch.index

    def getpad(self) -> int | None:
        return self.current_batch.pad


class ResizeIter(_OfCurrentBatch):
    """An iterator with another number of batches in an epoch.

    Parameters
    ----------
    data_iter : DataIter
        Begins again when it ends.
    size : int
        The number of batches.
    reset_internal : bool
        Whether `reset` resets *data_iter* too; otherwise an epoch goes on where the last one ended.
    """

    def __init__(self, data_iter: DataIterLike, size: int, reset_internal: bool = True) -> None:
        super().__init__()
        self.data_iter = checked_iterator("ResizeIter", data_iter)
        self.size = size
        self.reset_internal = reset_internal
        self.cur = 0
        self.provide_data = self.data_iter.provide_data
        self.provide_label = self.data_iter.provide_label
        self.batch_size = self.data_iter.batch_size
        if hasattr(data_iter, "default_bucket_key"):
            self.default_bucket_key = data_iter.default_bucket_key

    def reset(self) -> None:
        self.cur = 0
        if self.reset_internal:
            self.data_iter.reset()

    def iter_next(self) -> bool:
        if self.cur == self.size:
            return False
        try:
            self.current_batch = self.data_iter.next()
        except StopIteration:
            self.data_iter.reset()
            self.current_batch = self.data_iter.next()
        self.cur += 1
        return True


class PrefetchingIter(_OfCurrentBatch):
    """The batches of one or more iterators side by side, prefetched in a thread for each.

    Parameters
    ----------
    iters : DataIter or list of DataIter
    rename_data, rename_label : list of dict, optional
        New names by old ones, for each iterator; needed where two have the same.
    """

    def __init__(
        self,
        iters: DataIterLike | list[DataIterLike],
        rename_data: Sequence[dict[str, str]] | None = None,
        rename_label: Sequence[dict[str, str]] | None = None,
    ) -> None:
        super().__init__()
        if iters == []:
            raise AssertionError("PrefetchingIter: iters is empty; expected an iterator, or some")
        given = iters if isinstance(iters, list) else [iters]
        self.iters = [checked_iterator("PrefetchingIter", it) for it in given]
        self.n_iter = len(self.iters)
        self.rename_data = rename_data
        self.rename_label = rename_label
        self.batch_size = self.provide_data[0].shape[0]
        self._threads = ThreadPoolExecutor(self.n_iter, "ndgrad-prefetch")
        self._fetch()

    def __del__(self) -> None:
        if hasattr(self, "_threads"):
            self._threads.shutdown(wait=False)

    @property
    def provide_data(self) -> list[DataDesc]:
        """What the arrays of a batch look like."""
        return _renamed([it.provide_data for it in self.iters], self.rename_data)

    @property
    def provide_label(self) -> list[DataDesc]:
        """What the labels of a batch look like."""
        return _renamed([it.provide_label for it in self.iters], self.rename_label)

    def reset(self) -> None:
        for batch in self._batches:
            batch.exception()  # waits
        for it in self.iters:
            it.reset()
        self._fetch()

    def iter_next(self) -> bool:
        found = [batch.result() for batch in self._batches]
        batches = [batch for batch in found if batch is not None]
        if len(batches) < len(found):
            if batches:
                raise AssertionError(
                    f"PrefetchingIter: iterator {found.index(None)} ended before the others"
                )
            return False
        if len({batch.pad for batch in batches}) > 1:
            raise AssertionError(
                f"PrefetchingIter: batches have different pads, {[b.pad for b in batches]}"
            )
        self.current_batch = DataBatch(
            [array for batch in batches for array in batch.data],
            [array for batch in batches for array in batch.label or []],
            batches[0].pad,
            batches[0].index,
            provide_data=self.provide_data,
            provide_label=self.provide_label,
        )
        self._fetch()
        return True

    def next(self) -> DataBatch:
        if not self.iter_next():
            raise StopIteration
        return self.current_batch

    def _fetch(self) -> None:
        """Begin to fetch the next batches."""
        self._batches: list[Future[DataBatch | None]] = [
            self._threads.submit(_next_or_none, it) for it in self.iters
        ]


def _next_or_none(it: BatchSource) -> DataBatch | None:
    try:
        return it.next()
    except StopIteration:
        return None


def _renamed(
    descriptions: Sequence[DataShapes], names: Sequence[dict[str, str]] | None
) -> list[DataDesc]:
    found = []
    for i, part in enumerate(descriptions):
        for given in part:
            desc = given if isinstance(given, DataDesc) else DataDesc(*given)
            name = desc.name if names is None else names[i][desc.name]
            found.append(DataDesc(name, desc.shape, desc.dtype, desc.layout))
    return found
