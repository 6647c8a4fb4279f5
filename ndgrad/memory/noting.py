"""The scope in which a function of abstract buffers is noted in a program for the host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from .. import tracing
from ..base import DType
from .abstract import Allocate, BufferProgram
from .device import on_device
from .storage import POOLED_BYTES, empty


def _allocator(n: int, dtype: DType) -> Allocate:
    return np.empty if n * dtype.itemsize < POOLED_BYTES else empty


@contextmanager
def noted() -> Iterator[BufferProgram]:
    """A scope in which what this thread allocates and launches is noted."""
    program = BufferProgram(_allocator)
    with tracing.planning(program), on_device(program):
        yield program
