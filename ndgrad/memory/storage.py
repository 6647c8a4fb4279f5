"""Memory for arrays on the host: fresh for small ones, from a pool for big ones.

The C library hands big blocks back to the system as soon as they are freed, so a program that
makes results and drops them pays for mapping and zeroing the same pages again and again. Here a
block of `POOLED_BYTES` or more returns to a pool when the last array that looks at it dies, and
the next request of about that size gets it with its pages in place.

The life of a block: `empty` takes one from the pool (or maps it), a `_BlockLease` holds it and is
the ``base`` of the array handed out, so every view keeps the lease alive; the lease's finaliser
puts the block on a list that the pool collects. Finalisers run in any thread, inside the garbage
collector and while the interpreter shuts down, so they never wait for a lock.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import functools
import mmap
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np

from .. import context, tracing
from ..base import DType, HostArray, settings
from . import device
from .block import Block as Block

__all__ = [
    "POOLED_BYTES",
    "PoolStats",
    "empty",
    "empty_like",
    "empty_on",
    "owns_memory",
    "pool_stats",
    "release_all",
]

# From this size on glibc may return freed memory at once (its trim threshold). Measured: six live
# results of 128 KiB, made and dropped in turn, cost 3.6 times as much as one that is reused.
POOLED_BYTES = 128 * 1024
"""Arrays of this many bytes or more come from the pool."""

_NEVER_POOLED = POOLED_BYTES // max(np.dtype(name).itemsize for name in ("float64", "int64"))
_HUGE_PAGE = 2 * 1024 * 1024
_SHARE_OF_MEMORY = 4  # free blocks may take up one part in this many, unless told otherwise


def _block_size(nbytes: int) -> int:
    """Round up so that at most an eighth is added: eight sizes in each doubling."""
    step = max(mmap.PAGESIZE, 1 << (nbytes - 1).bit_length() - 4)
    return -(-nbytes // step) * step


def _memory_bytes() -> int:
    """Return the memory that this process may use: the machine's, or its control group's limit."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows, or a system that does not tell
        total = 4 * 1024**3
    for name in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):  # not there, or the word "max"
            total = min(total, int(Path(name).read_text()))
    return total


def _map(size: int) -> Block:
    """Map a block; OSError, ValueError or OverflowError if that cannot be done."""
    if os.name == "posix":
        # Private: a forked child must not share the parent's arrays, and Python's default would.
        mapping = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        if size >= 2 * _HUGE_PAGE and hasattr(mmap, "MADV_HUGEPAGE"):
            with contextlib.suppress(OSError):  # a kernel without them
                mapping.madvise(mmap.MADV_HUGEPAGE)
    else:
        mapping = mmap.mmap(-1, size)
    return Block(mapping, ctypes.addressof(ctypes.c_char.from_buffer(mapping)), size)


class PoolStats(NamedTuple):
    """What the pool holds and has done, as `pool_stats` returns it."""

    bytes_in_use: int
    """Bytes in blocks that arrays look at."""
    bytes_free: int
    """Bytes in blocks that wait to be used again."""
    blocks_in_use: int
    """Number of blocks that arrays look at."""
    blocks_free: int
    """Number of blocks that wait to be used again."""
    limit: int
    """Most bytes that may wait."""
    reused: int
    """How many requests were met by a block that waited."""
    mapped: int
    """How many requests had to be met by new memory."""


class Pool:
    """Blocks that wait to be used again, by size, at most `limit` bytes of them."""

    def __init__(self, limit: int | None = None, map_block: Callable[[int], Block] = _map) -> None:
        self._limit = limit
        self._map = map_block
        self._lock = threading.Lock()
        self._returned: deque[Block] = deque()  # by finalisers; its append and popleft are atomic
        self._free: dict[int, deque[Block]] = {}  # by size, the longest free on the left
        self._free_bytes = 0
        self._used_bytes = 0
        self._used_blocks = 0
        self._clock = 0
        self._reused = 0
        self._mapped = 0

    def limit(self) -> int:
        """Return the most bytes that may wait; asks the environment once."""
        if self._limit is None:
            chosen = settings.pool_bytes
            self._limit = _memory_bytes() // _SHARE_OF_MEMORY if chosen is None else chosen
        return self._limit

    def take(self, nbytes: int, stream: object = None) -> Block:
        """Return a block of at least `nbytes`; MemoryError if there is none to be had.

        `stream` is for pools of other memory than the host's.
        """
        if self._limit is None:
            self.limit()
        size = _block_size(nbytes)
        with self._lock:
            if self._returned:
                self._collect()
            block = self._pick(size, stream)
            if block is not None:
                self._free_bytes -= size
                self._reused += 1
            else:
                block = self._map_or_free(size, nbytes)
                self._mapped += 1
            self._used_bytes += size
            self._used_blocks += 1
        return block

    def _pick(self, size: int, stream: Any) -> Block | None:
        """Take out a block that waits, if there is one of that size (under the lock)."""
        waiting = self._free.get(size)
        # The last one freed: the likeliest to be in the CPU's cache.
        return waiting.pop() if waiting else None

    def _keep(self, block: Block) -> None:
        """Let a block wait (under the lock)."""
        self._free.setdefault(block.size, deque()).append(block)

    def _count(self) -> int:
        """How many blocks wait (under the lock)."""
        return sum(map(len, self._free.values()))

    def _map_or_free(self, size: int, nbytes: int) -> Block:
        for last in (False, True):
            try:
                return self._map(size)
            except (OSError, OverflowError, ValueError):
                if not last:
                    self._trim(0)
        raise MemoryError(
            f"no memory for an array of {nbytes:,} bytes: arrays hold {self._used_bytes:,} bytes "
            "already, and the pool of freed blocks has been emptied"
        )

    def give_back(self, block: Block) -> None:
        """Take `block` back, from a finaliser, which never waits for the lock."""
        self._returned.append(block)
        if self._lock.acquire(blocking=False):
            try:
                self._collect()
            finally:
                self._lock.release()

    def _collect(self) -> None:
        """Sort in what finalisers have returned (under the lock)."""
        while self._returned:
            block = self._returned.popleft()
            self._clock += 1
            block.freed = self._clock
            self._keep(block)
            self._free_bytes += block.size
            self._used_bytes -= block.size
            self._used_blocks -= 1
        if self._free_bytes > self.limit():
            self._trim(self.limit())

    def _trim(self, limit: int) -> int:
        """Unmap what has waited longest until at most `limit` bytes wait (under the lock)."""
        before = self._free_bytes
        while self._free_bytes > limit:
            size = min(self._free, key=lambda size: self._free[size][0].freed)
            waiting = self._free[size]
            mapping = waiting.popleft().mapping
            if mapping is not None:
                mapping.close()
            self._free_bytes -= size
            if not waiting:
                del self._free[size]
        return before - self._free_bytes

    def release_all(self) -> int:
        """Unmap every block that waits; return their bytes."""
        with self._lock:
            self._collect()
            return self._trim(0)

    def stats(self) -> PoolStats:
        limit = self.limit()
        with self._lock:
            self._collect()
            return PoolStats(
                bytes_in_use=self._used_bytes,
                bytes_free=self._free_bytes,
                blocks_in_use=self._used_blocks,
                blocks_free=self._count(),
                limit=limit,
                reused=self._reused,
                mapped=self._mapped,
            )

    def after_fork(self) -> None:
        """Make the copy in a forked child usable, whatever the parent's threads were doing."""
        self._lock = threading.Lock()
        self._free = {size: blocks for size, blocks in self._free.items() if blocks}
        self._free_bytes = sum(size * len(blocks) for size, blocks in self._free.items())


class _BlockLease(ctypes.Array):  # type: ignore[type-arg]
    """What keeps a block in use: the ``base`` of the array handed out."""

    __slots__ = ("block", "pool")
    _type_ = ctypes.c_char
    _length_ = 0

    block: Block
    pool: Pool

    def __del__(self) -> None:
        # While the interpreter shuts down the pool may be half gone; the system frees the memory.
        if sys.is_finalizing():
            return
        try:
            self.pool.give_back(self.block)
        except KeyboardInterrupt:
            # Python ignores errors of finalisers, so it is raised again when this one has ended.
            ended = threading.Event()
            threading.Thread(target=_interrupt_after, args=(ended,), daemon=True).start()
            ended.set()


def _interrupt_after(ended: threading.Event) -> None:
    ended.wait()
    time.sleep(0.01)  # in which the finaliser returns
    _thread.interrupt_main()


@functools.cache
def _lease_type(size: int) -> type[_BlockLease]:
    # NumPy takes a ctypes array for a buffer without copying, three times as fast as it reads an
    # __array_interface__. Its length belongs to the type; there are few sizes.
    return type(f"_BlockLease{size}", (_BlockLease,), {"__slots__": (), "_length_": size})


_pool = Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.after_fork)


# A default argument is found faster than a global, and this is on the path of every operator.
def empty(
    n: int,
    dtype: DType,
    _np_empty: Callable[..., np.ndarray] = np.empty,
    _devices: list[device.Device] = device.in_use,
    _tracing: list[object] = tracing.active,
) -> HostArray:
    """Return a new array of `n` elements with undefined contents.

    In the scope of `device.on_device` it is on that device, or noted in that program.

    Parameters
    ----------
    n : int
        Number of elements, 0 or more.
    dtype : numpy.dtype
        One of `ndgrad.base.DTYPES`.

    Returns
    -------
    numpy.ndarray
        One-dimensional, C-contiguous, writeable. From `POOLED_BYTES` bytes on it starts at a page
        boundary and its memory is pooled: every view of it, also one that a user holds, keeps it
        from being used again.

    Raises
    ------
    MemoryError
        If there is not so much memory; the text names the bytes asked for.
    """
    if (_devices or _tracing) and (target := device.current_device()) is not None:
        return target.empty(n, dtype)  # type: ignore[return-value]
    if n < _NEVER_POOLED:
        return _np_empty(n, dtype)
    nbytes = n * dtype.itemsize
    if nbytes < POOLED_BYTES:
        return _np_empty(n, dtype)
    block = _pool.take(nbytes)
    lease = _lease_type(block.size).from_address(block.address)
    lease.block = block
    lease.pool = _pool
    return np.frombuffer(lease, dtype, n)  # type: ignore[call-overload]


def empty_on(ctx: context.Context, n: int, dtype: DType) -> device.Buffer:
    """Return a new array of `n` elements with undefined contents on the device of `ctx`."""
    target = None if ctx.device_typeid != context.GPU else device.context_device(ctx)
    return empty(n, dtype) if target is None else target.empty(n, dtype)


@overload
def empty_like(data: HostArray, dtype: DType | None = None) -> HostArray: ...


@overload
def empty_like(data: device.Buffer, dtype: DType | None = None) -> device.Buffer: ...


def empty_like(data: device.Buffer, dtype: DType | None = None) -> device.Buffer:
    """Return a new array of the size and dtype of `data`, or of another dtype, where it is."""
    dtype = data.dtype if dtype is None else dtype
    if not isinstance(data, np.ndarray):
        return data.device.empty(data.size, dtype)
    if device.current_device() is None:
        return empty(data.size, dtype)
    with device.on_device(None):
        return empty(data.size, dtype)


def owns_memory(data: object) -> bool:
    """Whether `data` is an array of the host that has its memory to itself: no view, nor imported.

    If there is one reference to such an array, then nothing else sees its elements: each view, also
    one that another library has through DLPack, holds a reference.
    """
    if data.__class__ is not np.ndarray:
        return False
    base = data.base
    return base is None or isinstance(base, _BlockLease)


def pool_stats() -> PoolStats:
    """Return what the pool of host memory holds and has done."""
    return _pool.stats()


def release_all() -> int:
    """Give every free block of the pool back to the system.

    Returns
    -------
    int
        How many bytes that was. Memory that arrays look at is not touched.
    """
    return _pool.release_all()


context._empty_host_cache = release_all
