"""Philox 4x32-10, the generator, and the process's position in its numbers.

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") turns a 128-bit counter
and a 64-bit key into four 32-bit words, each block by itself.  A result therefore depends on the
seed and on what was drawn before, not on threads, and other devices can give the same numbers.

Counters here are (block, block's upper half, attempt, purpose): a call takes a range of blocks for
itself, and rejection methods try again with the next attempt of the same block.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numba
import numpy as np

from ... import tracing
from ..build.launch import inlined, kernel

TILE = 256
"""Blocks that are made together: word w of block j is number ``w * TILE + j`` of the tile."""

WORDS = 4 * TILE
"""Words of a tile."""

LOW32 = np.uint64(0xFFFFFFFF)
SHIFT = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_ZERO = np.uint64(0)

# --- the state of the process ---------------------------------------------------------------------


class _RandomState:
    """The process's key and how many blocks have been drawn under it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.key = 0
        self.seed(int.from_bytes(os.urandom(8), "little"))

    def seed(self, key: int) -> None:
        with self.lock:
            self.set_key(key & (2**64 - 1))
            self.position = 0
            self.forks = 0

    def set_key(self, key: int) -> None:
        self.key = key
        self.halves = np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32)

    def before_fork(self) -> None:
        self.lock.acquire()
        self.forks += 1

    def after_fork_in_parent(self) -> None:
        self.lock.release()

    def after_fork_in_child(self) -> None:
        # The child's key is a function of the parent's and of how many children came before, so
        # siblings differ, no stream repeats, and a seeded program gives the same every time.
        low, high = self.halves
        forks = np.uint64(self.forks)
        w0, w1, _, _ = philox.py_func(low, high, forks, _ZERO, _ZERO, _FORK)
        self.lock = threading.Lock()
        self.set_key(int(w0) | int(w1) << 32)
        self.position = self.forks = 0


# The fourth word of a counter: what the block is for.
_VALUES, REJECTED, _FORK = np.uint64(0), np.uint64(1), np.uint64(2)

# --- Philox ---------------------------------------------------------------------------------------


def _philox(k0, k1, c0, c1, c2, c3):
    """One block: four words, as uint64 below 2**32."""
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1 = (p1 >> SHIFT) ^ c1 ^ k0, p1 & LOW32
        c2, c3 = (p0 >> SHIFT) ^ c3 ^ k1, p0 & LOW32
        k0, k1 = (k0 + _W0) & LOW32, (k1 + _W1) & LOW32
    return c0, c1, c2, c3


philox = kernel(_philox)
if not hasattr(philox, "py_func"):  # the JIT is off
    philox.py_func = _philox
_inlined_philox = inlined(_philox)


@kernel
def tile(k0, k1, first, words, count):
    """Fill *words* (uint32, `WORDS` of them) from `TILE` blocks, the first of them *first*.

    With fewer than `TILE` words wanted, a *count*, blocks behind those are left out.
    """
    a, b, c, d = words[:TILE], words[TILE : 2 * TILE], words[2 * TILE : 3 * TILE], words[3 * TILE :]
    for j in range(min(TILE, count)):
        block = first + np.uint64(j)
        w0, w1, w2, w3 = _inlined_philox(k0, k1, block & LOW32, block >> SHIFT, _ZERO, _VALUES)
        a[j], b[j], c[j], d[j] = np.uint32(w0), np.uint32(w1), np.uint32(w2), np.uint32(w3)


class _ThreadState(threading.local):
    stream: _RandomState | None = None


_stream = _RandomState()
_local = _ThreadState()
seed = _stream.seed


def draw(blocks: int) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Take *blocks* blocks: the key's halves and the number of the first."""
    if tracing.active and (program := tracing.program()) is not None:
        # Compiled code reads 64 bits of any integer.
        function = draw if numba.config.DISABLE_JIT else _drawn
        return program.values(function, (blocks,), (np.uint64,) * 3)
    low, high, first = _drawn(blocks)
    return low, high, np.uint64(first)


def _drawn(blocks: int) -> tuple[np.uint64, np.uint64, int]:
    stream = _local.stream or _stream
    with stream.lock:
        first, (low, high) = stream.position, stream.halves
        stream.position = (first + blocks) & (2**64 - 1)
    return low, high, first


def position() -> int:
    """How many blocks have been drawn under the key."""
    return (_local.stream or _stream).position


@contextmanager
def drawing_from(position: int) -> Iterator[None]:
    """A scope in which this thread draws from *position* on, and the process's own stays."""
    before, own = _local.stream, _RandomState()
    own.set_key(_stream.key)
    own.position = position
    _local.stream = own
    try:
        yield
    finally:
        _local.stream = before


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_stream.before_fork,
        after_in_parent=_stream.after_fork_in_parent,
        after_in_child=_stream.after_fork_in_child,
    )
