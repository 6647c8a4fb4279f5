"""Pooled host memory: what is handed out, when it comes back, and what must never happen."""

import ctypes
import gc
import mmap
import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from ndgrad.base import DTYPES, MXNetError
from ndgrad.memory import storage
from ndgrad.memory.storage import (
    POOLED_BYTES,
    Pool,
    _block_size,
    _BlockLease,
    _map,
    empty,
    pool_stats,
)

U8 = np.dtype("uint8")
F4 = np.dtype("float32")


@pytest.fixture
def pool(monkeypatch, collects_own_objects):
    """A pool of its own for the test, limited to eight blocks of the least size."""
    pool = Pool(limit=8 * POOLED_BYTES)
    monkeypatch.setattr(storage, "_pool", pool)
    yield pool
    gc.collect()


def run(source, timeout=60, **environ):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("n", [0, 1, 8, 20_000, POOLED_BYTES - 1, POOLED_BYTES + 1])
def test_arrays_are_flat_writeable_and_of_the_asked_size(n, dtype):
    array = empty(n, dtype)
    assert type(array) is np.ndarray
    assert array.shape == (n,)
    assert array.dtype == dtype
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert array.flags.aligned
    array[:] = 1
    assert (array == 1).all()


def test_big_arrays_are_aligned_and_pooled_and_small_ones_are_not():
    big = empty(POOLED_BYTES // 4, F4)
    assert big.ctypes.data % 64 == 0
    assert isinstance(big.base, _BlockLease)
    assert empty(POOLED_BYTES // 4 - 1, F4).base is None


def test_a_block_is_used_again_when_the_last_view_dies(pool):
    array = empty(POOLED_BYTES, U8)
    address = array.ctypes.data
    view = array[10:20].reshape(2, 5)[1:].T.view("int8")
    raw = memoryview(array)
    del array
    assert pool.stats().blocks_in_use == 1
    del view
    assert pool.stats().blocks_in_use == 1
    del raw
    assert pool.stats().blocks_in_use == 0
    assert pool.stats().blocks_free == 1
    again = empty(POOLED_BYTES, U8)
    assert again.ctypes.data == address
    assert pool.stats().reused == 1


def test_live_arrays_never_share_memory(pool):
    arrays = []
    for i in range(60):
        arrays.append(empty(POOLED_BYTES + 1000 * (i % 3), U8))
        arrays[-1][:] = i
        if i % 4 == 3:
            del arrays[i % len(arrays)]
    values = [array[0] for array in arrays]
    assert len(set(values)) == len(values)
    for value, array in zip(values, arrays, strict=True):
        assert (array == value).all()


def test_an_array_in_a_cycle_comes_back_when_collected(pool):
    cycle = [empty(POOLED_BYTES, U8)]
    cycle.append(cycle)
    del cycle
    gc.collect()
    assert pool.stats().blocks_in_use == 0


def test_a_little_more_memory_than_asked():
    sizes = {_block_size(n) for n in range(POOLED_BYTES, 4 * POOLED_BYTES, 1000)}
    assert len(sizes) <= 2 * 8 + 1
    for nbytes in (POOLED_BYTES, POOLED_BYTES + 1, 3_000_001, 2**27, 2**27 + 1, 2**40 + 12345):
        size = _block_size(nbytes)
        assert nbytes <= size <= nbytes * 9 // 8 + mmap.PAGESIZE
        assert size % mmap.PAGESIZE == 0
        assert _block_size(size) == size


def test_the_limit_holds_and_the_longest_free_goes_first(pool):
    sizes = [POOLED_BYTES, 2 * POOLED_BYTES, 3 * POOLED_BYTES, 4 * POOLED_BYTES]
    arrays = [empty(size, U8) for size in sizes]
    while arrays:
        arrays.pop(0)  # freed in this order: the first two have to go to make room for the last
        assert pool.stats().bytes_free <= pool.limit()
    assert {size for size, blocks in pool._free.items() if blocks} == {sizes[2], sizes[3]}


def test_a_limit_of_zero_keeps_nothing(monkeypatch):
    pool = Pool(limit=0)
    monkeypatch.setattr(storage, "_pool", pool)
    empty(POOLED_BYTES, U8)
    assert pool.stats()[:4] == (0, 0, 0, 0)


def test_the_limit_is_read_from_the_environment(monkeypatch):
    monkeypatch.setenv("NDGRAD_POOL_BYTES", "3M")
    assert Pool().stats().limit == 3 * 2**20
    monkeypatch.setenv("NDGRAD_POOL_BYTES", "some")
    with pytest.raises(MXNetError, match="NDGRAD_POOL_BYTES=some"):
        Pool().take(POOLED_BYTES)
    monkeypatch.delenv("NDGRAD_POOL_BYTES")
    assert 2**20 < Pool().limit() < 2**50


def test_release_all_frees_what_waits_and_nothing_else(pool):
    kept = empty(POOLED_BYTES, U8)
    kept[:] = 7
    empty(2 * POOLED_BYTES, U8)
    assert storage.release_all() == 2 * POOLED_BYTES
    assert pool_stats()[:4] == (POOLED_BYTES, 0, 1, 0)
    assert (kept == 7).all()


def test_a_failed_mapping_empties_the_pool_and_tries_again(monkeypatch):
    left = [2]

    def map_block(size):
        if not left[0]:
            left[0] = 1
            raise OSError(12, "Cannot allocate memory")
        left[0] -= 1
        return _map(size)

    pool = Pool(limit=10**9, map_block=map_block)
    monkeypatch.setattr(storage, "_pool", pool)
    empty(POOLED_BYTES, U8)
    kept = empty(2 * POOLED_BYTES, U8)
    empty(3 * POOLED_BYTES, U8)  # the one that fails at first
    assert pool.stats().blocks_free == 1
    assert kept.size == 2 * POOLED_BYTES


@pytest.mark.parametrize("n", [2**50, 2**62 + 12345])
def test_too_much_memory_is_a_clear_error(n):
    with pytest.raises(MemoryError, match=f"{8 * n:,} bytes"):
        empty(n, np.dtype("float64"))


def test_finalisers_never_wait_for_the_lock(pool):
    array = empty(POOLED_BYTES, U8)
    with pool._lock:  # as if the collector ran while this thread was inside the pool
        del array
        assert len(pool._returned) == 1
    assert pool.stats().blocks_free == 1


def test_many_threads():
    errors = []

    def work(mark):
        for i in range(150):
            arrays = [empty(POOLED_BYTES + 5000 * ((i + j) % 4), U8) for j in range(3)]
            for array in arrays:
                array[::4096] = mark
            if any((array[::4096] != mark).any() for array in arrays):
                errors.append(mark)

    threads = [threading.Thread(target=work, args=(mark,)) for mark in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


def test_an_array_may_die_in_another_thread(pool):
    holder = [empty(POOLED_BYTES, U8)]
    thread = threading.Thread(target=holder.clear)
    thread.start()
    thread.join()
    assert pool.stats().blocks_free == 1


def test_memory_is_really_unmapped(pool):
    array = empty(POOLED_BYTES, U8)
    block = array.base.block
    assert ctypes.string_at(block.address, 1) is not None
    del array
    pool.release_all()
    assert block.mapping.closed


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_has_its_own_memory_and_a_working_pool():
    result = run(
        """
        import os, threading, numpy as np
        from ndgrad.memory import storage
        from ndgrad.memory.storage import POOLED_BYTES, empty
        u8 = np.dtype("uint8")
        kept = empty(POOLED_BYTES, u8)
        kept[:] = 1
        empty(POOLED_BYTES, u8)
        locked, done = threading.Event(), threading.Event()
        def hold():
            with storage._pool._lock:
                locked.set()
                done.wait(30)
        thread = threading.Thread(target=hold)
        thread.start()
        locked.wait()
        pid = os.fork()
        if pid == 0:
            kept[:] = 2
            other = empty(POOLED_BYTES, u8)
            other[:] = 3
            del other
            storage.release_all()
            os._exit(0 if (kept == 2).all() and storage.pool_stats().bytes_free == 0 else 1)
        _, status = os.waitpid(pid, 0)
        done.set()
        thread.join()
        assert status == 0, status
        assert (kept == 1).all()
        """
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_arrays_alive_at_exit_are_no_trouble():
    result = run(
        """
        import sys, numpy as np
        from ndgrad.memory.storage import POOLED_BYTES, empty
        kept = empty(POOLED_BYTES, np.dtype("uint8"))
        sys.kept = empty(2 * POOLED_BYTES, np.dtype("uint8"))
        class Late:
            def __init__(self): self.cycle, self.array = self, empty(POOLED_BYTES, kept.dtype)
            def __del__(self): self.array[:] = 1
        late = Late()
        """
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_an_interrupt_in_a_finaliser_is_not_lost():
    """Such as Ctrl-C while the system takes back the memory of a large array."""
    result = run(
        """
        import signal, time
        import numpy as np
        from ndgrad.memory import storage

        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's "&" ignores it

        def interrupted(block):
            signal.raise_signal(signal.SIGINT)

        storage._pool.give_back = interrupted
        x = storage.empty(10**7, np.dtype("float32"))
        try:
            del x
            for _ in range(300):
                time.sleep(0.1)
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    assert (result.stdout, result.stderr) == ("interrupted\n", "")
