"""Samplers: in which order the elements of a dataset are taken, and which make a batch.

Random orders are drawn from NumPy's global generator, so `numpy.random.seed` fixes them; they are
MXNet's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from itertools import chain, islice
from typing import Any, Protocol, TypeVar, cast

import numpy as np

__all__ = ["BatchSampler", "FilterSampler", "RandomSampler", "Sampler", "SequentialSampler"]

T = TypeVar("T", covariant=True)


class SizedIterable(Protocol[T]):
    """What has a length and can be iterated over."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[T]: ...


class Elements(Protocol):
    """What has a length and elements by index."""

    def __len__(self) -> int: ...
    def __getitem__(self, idx: Any, /) -> Any: ...


class Sampler:
    """Base class: an iterable of indices, with a length."""

    def __len__(self) -> int:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


class SequentialSampler(Sampler):
    """The indices from *start* to *start + length - 1*, in this order."""

    def __init__(self, length: int, start: int = 0) -> None:
        self._length = length
        self._start = start

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._start, self._start + self._length))

    def __len__(self) -> int:
        return self._length


class RandomSampler(Sampler):
    """The indices from 0 to *length - 1*, in another random order each time."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __iter__(self) -> Iterator[int]:
        indices = np.arange(self._length)
        np.random.shuffle(indices)  # noqa: NPY002  # the generator that programs seed
        return iter(indices.tolist())

    def __len__(self) -> int:
        return self._length


class FilterSampler(Sampler):
    """The indices of those elements of *dataset* for which *fn* is true, in order."""

    def __init__(self, fn: Callable[[Any], object], dataset: Elements) -> None:
        self._fn = fn
        self._dataset = dataset
        self._indices = [i for i in range(len(dataset)) if fn(dataset[i])]

    def __iter__(self) -> Iterator[int]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)


class BatchSampler(Sampler):
    """Lists of *batch_size* indices of another sampler.

    Parameters
    ----------
    sampler : Sampler
    batch_size : int
    last_batch : {'keep', 'discard', 'rollover'}
        What happens to the rest that is no whole batch: it is a smaller one, is left out, or begins
        the first batch of the next time.
    """

    def __init__(
        self, sampler: Iterable[object], batch_size: int, last_batch: str = "keep"
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"BatchSampler: batch_size={batch_size}, expected 1 or more")
        self._sampler = sampler
        self._batch_size = batch_size
        self._last_batch = last_batch
        self._prev: list[object] = []

    def _check_last_batch(self) -> None:
        if self._last_batch not in ("keep", "discard", "rollover"):
            raise ValueError(
                "last_batch must be one of 'keep', 'discard', or 'rollover', "
                f"but got {self._last_batch}"
            )

    def __iter__(self) -> Iterator[list[Any]]:
        self._check_last_batch()
        indices = chain(self._prev, self._sampler)
        self._prev = []
        while batch := list(islice(indices, self._batch_size)):
            if len(batch) == self._batch_size or self._last_batch == "keep":
                yield batch
            elif self._last_batch == "rollover":
                self._prev = batch

    def __len__(self) -> int:
        self._check_last_batch()
        count = len(cast(Sized, self._sampler))
        if self._last_batch == "keep":
            return -(-count // self._batch_size)
        if self._last_batch == "rollover":
            count += len(self._prev)
        return count // self._batch_size
