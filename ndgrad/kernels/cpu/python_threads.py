"""Functions of NumPy that release the GIL, on several Python threads.

For what NumPy does faster than kernels here: its sorts use the processor's widest registers.  The
threads are made when first needed and end before a fork, so that a child has none to miss.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from ..build.threads import num_threads

_lock = threading.RLock()  # held while the pool changes, or is given work
_pool: ThreadPoolExecutor | None = None
_size = 0


def _submit(function: Callable[[], None], count: int) -> list[Future[None]]:
    """Start a function *count* times."""
    global _pool, _size
    with _lock:
        if _pool is None or _size < count:
            _close()
            _pool, _size = ThreadPoolExecutor(count, "ndgrad"), count
        return [_pool.submit(function) for _ in range(count)]


def _close() -> None:
    global _pool
    if _pool is not None:
        _pool.shutdown()
        _pool = None


def distribute(task: Callable[[int, int], None], n: int, grain: int) -> None:
    """Call ``task(lo, hi)`` for chunks of *grain* of *n* work items, on as many threads as are set.

    Raises
    ------
    Exception
        What a call raised.
    """
    starts = iter(range(0, n, grain))

    def work() -> None:
        for lo in starts:  # each thread takes the next one
            task(lo, min(n, lo + grain))

    others = min(num_threads(), -(-n // grain)) - 1
    started = _submit(work, others) if others > 0 else []
    try:
        work()
    finally:
        wait(started)
    for each in started:
        each.result()


def _before_fork() -> None:
    _lock.acquire()
    _close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_lock.release, after_in_child=_lock.release
    )
