"""`DataLoader`: batches of a dataset, prefetched by worker processes or threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...array.ndarray import NDArray
from ...base import MXNetError
from ...context import Context, cpu_pinned
from . import batchify
from .sampler import (
    BatchSampler,
    Elements,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SizedIterable,
)
from .workers import ProcessWorkers, ThreadWorkers

__all__ = ["DataLoader", "default_batchify_fn", "default_mp_batchify_fn"]


def default_batchify_fn(data: Sequence[Any]) -> Any:
    """Stack elements; of tuples each item by itself, which makes a list.

    Raises
    ------
    MXNetError, TypeError
        If shapes differ; if an element is not numeric.
    """
    if isinstance(data[0], tuple):
        return [default_batchify_fn(items) for items in zip(*data, strict=False)]
    return batchify.stack(data)


default_mp_batchify_fn = default_batchify_fn


def _on(context: Context, batch: object) -> object:
    """The arrays of a batch on *context*."""
    if isinstance(batch, NDArray):
        return batch.as_in_context(context)
    if isinstance(batch, (list, tuple)):
        return [_on(context, item) for item in batch]
    return batch


class _MakeBatch:
    """Makes a batch of indices; a class, so that it can be pickled."""

    def __init__(self, dataset: Elements, batchify_fn: batchify.Function) -> None:
        self._dataset = dataset
        self._batchify_fn = batchify_fn

    def __call__(self, indices: Sequence[object]) -> object:
        dataset = self._dataset
        return self._batchify_fn([dataset[i] for i in indices])


class _Batches:
    """An iterator over batches that workers make, which holds *prefetch* of them in advance."""

    def __init__(
        self,
        workers: ThreadWorkers | ProcessWorkers,
        batch_sampler: Iterable[Sequence[object]],
        prefetch: int,
        timeout: float,
        pinned: Context | None,
    ) -> None:
        self._workers: Any = workers
        self._indices = iter(batch_sampler)
        self._tickets: deque[Any] = deque()
        self._timeout = timeout
        self._pinned = pinned
        for _ in range(prefetch):
            self._submit()

    def _submit(self) -> None:
        for indices in self._indices:
            self._tickets.append(self._workers.submit(indices))
            return

    def __iter__(self) -> _Batches:
        return self

    def __next__(self) -> object:
        if not self._tickets:
            raise StopIteration
        try:
            batch = self._workers.result(self._tickets.popleft(), self._timeout)
            self._submit()
        except BaseException:
            self.clean()
            raise
        return batch if self._pinned is None else _on(self._pinned, batch)

    next = __next__

    def clean(self) -> None:
        """Discard what is being made."""
        self._indices = iter(())
        while self._tickets:
            self._workers.discard(self._tickets.popleft())

    def __del__(self) -> None:
        if hasattr(self, "_tickets"):
            self.clean()


class DataLoader:
    """Batches of a dataset: ``for data, label in DataLoader(dataset, 32, shuffle=True): ...``.

    Workers start when the loader is first iterated over and live as long as it.  NumPy's and
    Python's global random numbers differ from worker to worker, unlike MXNet's.

    Parameters
    ----------
    dataset : Dataset
        Anything that has a length and elements by index.
    batch_size : int
    shuffle : bool
        Whether the order is another random one each time.
    sampler : Sampler, optional
        The order, instead of *shuffle*.
    last_batch : {'keep', 'discard', 'rollover'}
        See `BatchSampler`.
    batch_sampler : Sampler, optional
        Lists of indices, instead of the four arguments before.
    batchify_fn : callable, optional
        Makes a batch of a list of elements; by default `default_batchify_fn`.
    num_workers : int
        How many workers make batches; with 0, they are made when they are asked for.
    pin_memory : bool
        Whether arrays are on `cpu_pinned(pin_device_id)`.
    pin_device_id : int
    prefetch : int, optional
        How many batches are prefetched; by default twice the number of workers.
    thread_pool : bool
        Whether workers are threads and not processes.
    timeout : int
        How many seconds a batch may take that a worker makes.
    auto_reload : bool
        Whether the first batches of the next time are made as soon as the last one is begun.

    Raises
    ------
    ValueError
        If arguments contradict each other.
    MXNetError
        If *timeout* is not positive.
    """

    def __init__(
        self,
        dataset: Elements,
        batch_size: int | None = None,
        shuffle: bool = False,
        sampler: Sampler | None = None,
        last_batch: str | None = None,
        batch_sampler: SizedIterable[Sequence[object]] | None = None,
        batchify_fn: batchify.Function | None = None,
        num_workers: int = 0,
        pin_memory: bool = False,
        pin_device_id: int = 0,
        prefetch: int | None = None,
        thread_pool: bool = False,
        timeout: float = 120,
        auto_reload: bool = False,
    ) -> None:
        if not timeout > 0:
            raise MXNetError(f"DataLoader: timeout must be positive, got {timeout!r}")
        self._dataset = dataset
        self._pinned = cpu_pinned(pin_device_id) if pin_memory else None
        self._thread_pool = thread_pool
        self._timeout = timeout
        if batch_sampler is None:
            if batch_size is None:
                raise ValueError("batch_size must be specified unless batch_sampler is specified")
            if sampler is None:
                sampler = (RandomSampler if shuffle else SequentialSampler)(len(dataset))
            elif shuffle:
                raise ValueError("shuffle must not be specified if sampler is specified")
            batch_sampler = BatchSampler(sampler, batch_size, last_batch or "keep")
        elif batch_size is not None or shuffle or sampler is not None or last_batch is not None:
            raise ValueError(
                "batch_size, shuffle, sampler and last_batch must not be specified if "
                "batch_sampler is specified."
            )
        self._batch_sampler = batch_sampler
        self._num_workers = max(0, num_workers)
        self._prefetch = max(1, 2 * self._num_workers if prefetch is None else int(prefetch))
        self._make = _MakeBatch(dataset, batchify_fn or default_batchify_fn)
        self._workers: ThreadWorkers | ProcessWorkers | None = None
        self._next: _Batches | None = None
        self._auto_reload = auto_reload
        if auto_reload and self._num_workers:
            self.refresh()

    def __iter__(self) -> Iterator[Any]:
        if not self._num_workers:
            return self._made_here()
        if not self._auto_reload:
            return self._batches()
        return self._reloading()

    def _made_here(self) -> Iterator[object]:
        for indices in self._batch_sampler:
            batch = self._make(indices)
            yield batch if self._pinned is None else _on(self._pinned, batch)

    def _reloading(self) -> Iterator[object]:
        if self._next is None:
            self.refresh()
        batches, self._next = self._next, None
        assert batches is not None
        yield from batches
        self.refresh()

    def _batches(self) -> _Batches:
        workers = self._workers
        if workers is None or (isinstance(workers, ProcessWorkers) and not workers.alive):
            kind = ThreadWorkers if self._thread_pool else ProcessWorkers
            workers = self._workers = kind(self._make, self._num_workers)
        return _Batches(workers, self._batch_sampler, self._prefetch, self._timeout, self._pinned)

    def _prefetch_iter(self) -> None:
        self._next = self._batches()

    def refresh(self) -> None:
        """Begin to make the batches of the next iteration anew."""
        self.clean()
        self._prefetch_iter()

    def clean(self) -> None:
        """Discard what has been prefetched for the next iteration."""
        if self._next is not None:
            self._next.clean()
            self._next = None

    def __len__(self) -> int:
        return len(self._batch_sampler)
