"""`IntervalSampler`: indices at a fixed interval."""

from __future__ import annotations

from collections.abc import Iterator

from ....base import MXNetError
from ...data.sampler import Sampler

__all__ = ["IntervalSampler"]


class IntervalSampler(Sampler):
    """The indices 0, *interval*, 2 * *interval* and so on, below *length*.

    Parameters
    ----------
    length : int
    interval : int
        Smaller than *length*.
    rollover : bool
        Whether 1, *interval* + 1 and so on follow, until each index was there once.

    Raises
    ------
    MXNetError
        If *interval* is not smaller than *length*.
    """

    def __init__(self, length: int, interval: int, rollover: bool = True) -> None:
        if not interval < length:
            raise MXNetError(
                f"IntervalSampler: interval={interval} must be smaller than length={length}"
            )
        self._length = length
        self._interval = interval
        self._rollover = rollover

    def __iter__(self) -> Iterator[int]:
        for first in range(self._interval if self._rollover else 1):
            yield from range(first, self._length, self._interval)

    def __len__(self) -> int:
        return self._length
