"""Products of flat matrices: where the matrices of a batch lie, and the dtype that sums are in."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ...base import HostArray


class Matrices(NamedTuple):
    """Where the matrices of a batch lie in a flat array, and how far apart their rows begin."""

    starts: tuple[int, ...]
    step: int


@lru_cache(maxsize=1024)
def starts_of(batch: int, size: int) -> HostArray:
    """Where matrices begin that follow each other; read-only, so that a device keeps its copy."""
    starts = np.arange(batch, dtype=np.int64) * size
    starts.flags.writeable = False
    return starts


ONE_START = starts_of(1, 0)
