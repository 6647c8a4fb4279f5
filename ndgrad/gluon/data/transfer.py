"""Batches from worker processes to their parent: pickles, with elements in shared memory.

A batch is pickled with its arrays' elements out of band (PEP 574).  These are copied into a block
of shared memory that the parent named with the task, or sent through the pipe if there is none
or they do not fit; the parent reads them into memory of its own, where its arrays lie.  The parent
alone makes and removes blocks, so none remains of a worker that is killed.
"""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from ...array.ndarray import NDArray
from ...base import HostArray, Shape
from ...context import cpu
from ...memory.storage import empty
from ...numpy.multiarray import ndarray
from ...util import default_array

_ALIGNED = 64
_BYTE = np.dtype("uint8")

SHARED_BYTES = 64 * 1024
"""Batches of fewer bytes go through the pipe."""


def new_block(size: int) -> SharedMemory | None:
    """A block of shared memory; None if there is not so much, as in many containers.

    Its pages are reserved: without that, a process that writes to one for which there is no memory
    is killed.
    """
    try:
        block = SharedMemory(create=True, size=size)
    except OSError:
        return None
    descriptor = getattr(block, "_fd", -1)  # there is no public name of it
    if descriptor >= 0 and hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(descriptor, 0, size)
        except OSError:
            block.close()
            block.unlink()
            return None
    return block


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind not in (NDArray, ndarray) or not isinstance(obj._data, np.ndarray):
            return NotImplemented
        data = obj._data
        return _received, (kind, pickle.PickleBuffer(data.data), data.dtype.str, obj.shape)


def _received(kind: type[NDArray], buffer: HostArray, dtype: str, shape: Shape) -> NDArray:
    return default_array(kind(buffer.view(dtype), shape, cpu()))


def pickled(batch: object) -> tuple[bytes, list[memoryview]]:
    """The pickle of a batch, or of an error, and the elements of its arrays."""
    buffers: list[pickle.PickleBuffer] = []
    file = io.BytesIO()
    _Pickler(file, protocol=5, buffer_callback=buffers.append).dump(batch)
    return file.getvalue(), [buffer.raw() for buffer in buffers]


def _places(sizes: Sequence[int]) -> tuple[list[int], int]:
    """Where buffers of these sizes lie in a block, and how long it must be."""
    places, end = [], 0
    for size in sizes:
        places.append(end)
        end += size + -size % _ALIGNED
    return places, end


def send(
    results: Connection,
    ticket: int,
    message: tuple[bytes, list[memoryview]],
    block: SharedMemory | None,
    worked: bool,
) -> None:
    """Send what was pickled, a batch or an error, from a worker; into *block* if it fits."""
    content, buffers = message
    sizes = [buffer.nbytes for buffer in buffers]
    places, length = _places(sizes)
    target = None if block is None or length < SHARED_BYTES else block.buf
    shared = target is not None and length <= target.nbytes
    if target is not None and shared:
        for at, size, buffer in zip(places, sizes, buffers, strict=True):
            target[at : at + size] = buffer
    results.send_bytes(pickle.dumps((ticket, worked, content, sizes, shared)))
    if not shared:
        for buffer in buffers:
            results.send_bytes(buffer)


class Received:
    """A message from a worker, with its elements in memory of this process."""

    def __init__(self, results: Connection, blocks: dict[int, SharedMemory]) -> None:
        self.ticket: int
        self.worked: bool
        self.ticket, self.worked, self._content, sizes, shared = pickle.loads(results.recv_bytes())
        self._buffers = [empty(size, _BYTE) for size in sizes]
        places, self.length = _places(sizes)
        """How long a block must be for this batch."""
        if shared:
            block = blocks[self.ticket].buf
            assert block is not None
            for at, buffer in zip(places, self._buffers, strict=True):
                buffer.data[:] = block[at : at + buffer.size]
        else:
            for buffer in self._buffers:
                results.recv_bytes_into(buffer.data)

    def value(self) -> Any:
        """The batch, or the error."""
        return pickle.loads(self._content, buffers=self._buffers)
