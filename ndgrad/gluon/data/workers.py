"""Processes and threads that make batches for a data loader."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import signal
import sys
import threading
import time
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.pool import ExceptionWithTraceback  # type: ignore[attr-defined]
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from ...base import MXNetError
from ...kernels.build.threads import set_num_threads
from ...util import is_np_array, np_array
from . import transfer

MakeBatch = Callable[[Sequence[object]], object]
"""Makes a batch of a list of indices."""

_PIPE_BYTES = 32 * 1024
"""So many bytes of tasks may wait in a pipe: it never fills up, which would block the parent."""

_JOIN_SECONDS = 5


def _timed_out(timeout: float) -> multiprocessing.TimeoutError:
    return multiprocessing.TimeoutError(
        f"DataLoader: no batch came within timeout={timeout} seconds. If a batch takes that long, "
        "give the loader a larger timeout or more workers."
    )


def _with_switch(arrays: bool, make: MakeBatch, indices: Sequence[object]) -> object:
    """Make a batch with the switch for arrays like NumPy's as in the thread that wants it."""
    with np_array(arrays):
        return make(indices)


class ThreadWorkers:
    """Threads that make batches."""

    def __init__(self, make: MakeBatch, count: int) -> None:
        self._make = make
        self._executor = futures.ThreadPoolExecutor(count)
        weakref.finalize(self, self._executor.shutdown, wait=False, cancel_futures=True)

    def submit(self, indices: Sequence[object]) -> futures.Future[object]:
        """Have a batch made; return a ticket for it."""
        return self._executor.submit(_with_switch, is_np_array(), self._make, indices)

    def result(self, ticket: futures.Future[object], timeout: float) -> object:
        """The batch of a ticket, or the error that making it raised."""
        futures.wait([ticket], timeout)
        if not ticket.done():
            raise _timed_out(timeout)
        return ticket.result()

    def discard(self, ticket: futures.Future[object]) -> None:
        """Say that nothing waits for this batch any more."""
        ticket.cancel()


# --- the process of a worker ----------------------------------------------------------------------


def _seed(number: int) -> None:
    """Let the generators of a worker, which a fork copies, draw numbers of its own."""
    drawn = int(np.random.randint(2**32, dtype=np.uint64))  # noqa: NPY002  # what programs seed
    np.random.seed((drawn + number) % 2**32)  # noqa: NPY002
    random.seed(random.getrandbits(64) + number)


def _portable(error: Exception) -> Exception:
    """An error that can be pickled, with the text of its traceback as its cause."""
    with_text: Exception = ExceptionWithTraceback(error, error.__traceback__)
    try:
        pickle.loads(pickle.dumps(with_text))
    except Exception:
        plain = MXNetError(f"{type(error).__name__}: {error}")
        with_text = ExceptionWithTraceback(plain, error.__traceback__)
    return with_text


def _work(make: MakeBatch, number: int, tasks: Connection, results: Connection) -> None:
    """Make batches until the parent closes the pipe, or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the parent ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    set_num_threads(1)
    _seed(number)
    parent = multiprocessing.parent_process()
    sentinel = [] if parent is None else [parent.sentinel]
    blocks: dict[str, SharedMemory] = {}
    while tasks in connection.wait([tasks, *sentinel]):
        try:
            ticket, indices, name, removed = tasks.recv()
        except EOFError:
            return
        for old in removed:
            if old in blocks:
                blocks.pop(old).close()
        if name is not None and name not in blocks:
            blocks[name] = SharedMemory(name)
        block = None if name is None else blocks[name]
        try:
            made, worked = make(indices), True
        except Exception as error:
            made, worked = _portable(error), False
        try:
            message = transfer.pickled(made)
        except Exception as error:
            message, worked = transfer.pickled(_portable(error)), False
        with suppress(BrokenPipeError):  # the parent has ended
            transfer.send(results, ticket, message, block, worked)


# --- the parent -----------------------------------------------------------------------------------


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits, where that is possible: it would raise while a new process begins."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """A worker's process, and the tasks that it has."""

    def __init__(self, context: BaseContext, make: MakeBatch, number: int) -> None:
        self.results, results = context.Pipe(duplex=False)
        tasks, self.tasks = context.Pipe(duplex=False)
        self.process: BaseProcess = context.Process(  # type: ignore[attr-defined]
            target=_work,
            args=(make, number, tasks, results),
            daemon=True,
            name=f"DataLoader worker {number}",
        )
        with _interrupts_held_back(), warnings.catch_warnings():
            # Threads of kernels have ended before a fork (kernels/build/threads.py).
            warnings.filterwarnings("ignore", "This process .* is multi-threaded")
            self.process.start()
        tasks.close()
        results.close()
        self.removed: list[str] = []
        self._waiting: deque[bytes] = deque()
        self._sent: deque[int] = deque()

    def give(self, task: tuple[int, Sequence[object], str | None]) -> None:
        """Give it a task, now or when it has done others."""
        self._waiting.append(pickle.dumps((*task, self.removed)))
        self.removed = []
        self.send()

    def send(self) -> None:
        """Send tasks, as many as a pipe takes without blocking."""
        while self._waiting and (
            not self._sent or sum(self._sent) + len(self._waiting[0]) <= _PIPE_BYTES
        ):
            task = self._waiting.popleft()
            self.tasks.send_bytes(task)
            self._sent.append(len(task))

    def done(self) -> None:
        """Note that its oldest task is done."""
        self._sent.popleft()
        self.send()

    def ended(self) -> MXNetError:
        """The error that says how the process ended."""
        self.process.join(_JOIN_SECONDS)
        code = self.process.exitcode
        how = f"ended with exit code {code}"
        if code is not None and code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        return MXNetError(
            f"DataLoader: a worker process (number {self.process.pid}) {how} before its batch was "
            "made. SIGKILL may mean that memory ran out."
        )


def _stop(owner: int, workers: list[_Worker], blocks: list[SharedMemory]) -> None:
    """End processes and remove their blocks."""
    if os.getpid() != owner:  # a forked child has a copy of all this, which is not its own
        return
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_JOIN_SECONDS)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.process.close()
        worker.tasks.close()
        worker.results.close()
    for block in blocks:
        block.close()
        block.unlink()
    workers.clear()
    blocks.clear()


class ProcessWorkers:
    """Processes that make batches, and end with the loader.

    They start by the method that `multiprocessing.set_start_method` was given, else by a fork on
    Linux, as in MXNet, so that datasets need not be pickled.
    """

    def __init__(self, make: MakeBatch, number: int) -> None:
        method = multiprocessing.get_start_method(allow_none=True)
        if method is None and sys.platform == "linux":
            method = "fork"
        context = multiprocessing.get_context(method)
        self._lock = threading.RLock()
        self._tickets = count()
        self._discarded: set[int] = set()
        self._done: dict[int, transfer.Received] = {}
        self._in_use: dict[int, SharedMemory] = {}
        self._free: list[SharedMemory] = []
        self._blocks: list[SharedMemory] = []
        self._block_bytes = 0
        self._workers: list[_Worker] = []
        self._owner = os.getpid()
        self.close = weakref.finalize(self, _stop, self._owner, self._workers, self._blocks)
        """End the processes."""
        if os.name == "posix":  # one for all processes, to remove blocks if this one is killed
            resource_tracker.ensure_running()
        try:
            for i in range(number):
                self._workers.append(_Worker(context, make, i))
        except BaseException:
            self.close()
            raise

    def _block(self) -> SharedMemory | None:
        if not self._block_bytes:
            return None
        if self._free:
            return self._free.pop()
        block = transfer.new_block(self._block_bytes)
        if block is not None:
            self._blocks.append(block)
        return block

    def _give_back(self, block: SharedMemory) -> None:
        if block.size >= self._block_bytes:
            self._free.append(block)
            return
        self._blocks.remove(block)
        for worker in self._workers:
            worker.removed.append(block.name)
        block.close()
        block.unlink()

    def submit(self, indices: Sequence[object]) -> int:
        """Have a batch made; return a ticket for it."""
        with self._lock:
            self._check()
            ticket = next(self._tickets)
            block = self._block()
            if block is not None:
                self._in_use[ticket] = block
            worker = self._workers[ticket % len(self._workers)]
            try:
                worker.give((ticket, indices, None if block is None else block.name))
            except BrokenPipeError:
                error = worker.ended()
                self.close()
                raise error from None
            except BaseException:  # a task may have been sent in part
                self.close()
                raise
            return ticket

    def result(self, ticket: int, timeout: float) -> object:
        """The batch of a ticket, or the error that making it raised.

        Raises
        ------
        MXNetError
            If a worker has ended.
        multiprocessing.TimeoutError
            If it takes longer than *timeout* seconds.
        """
        with self._lock:
            self._check()
            try:
                self._receive(ticket, timeout)
            except BaseException:  # a message may have been read in part
                self.close()
                raise
            message = self._done.pop(ticket)
        value = message.value()
        if message.worked:
            return value
        try:
            if isinstance(value, StopIteration):  # which would end the caller's loop
                raise RuntimeError("the dataset raised StopIteration") from value
            raise value
        finally:
            del value  # a cycle with its traceback, which would keep the workers

    def discard(self, ticket: int) -> None:
        """Say that nothing waits for this batch any more."""
        with self._lock:
            if self._done.pop(ticket, None) is None:
                self._discarded.add(ticket)

    def _check(self) -> None:
        if not self._workers:
            raise MXNetError("DataLoader: its worker processes have ended; iterate anew")

    @property
    def alive(self) -> bool:
        """Whether there are workers, which belong to this process."""
        return bool(self._workers) and self._owner == os.getpid()

    def _receive(self, ticket: int, timeout: float) -> None:
        """Read what workers send until the batch of *ticket* is there."""
        end = time.monotonic() + timeout
        workers: dict[Any, _Worker] = {worker.results: worker for worker in self._workers}
        while ticket not in self._done:
            ready = connection.wait(list(workers), max(0.0, end - time.monotonic()))
            if not ready:
                raise _timed_out(timeout)
            for results in ready:
                worker = workers[results]
                try:
                    message = transfer.Received(worker.results, self._in_use)
                    worker.done()
                except (EOFError, OSError):
                    raise worker.ended() from None
                self._note(message)

    def _note(self, message: transfer.Received) -> None:
        if message.length >= transfer.SHARED_BYTES:
            self._block_bytes = max(self._block_bytes, message.length)
        block = self._in_use.pop(message.ticket, None)
        if block is not None:
            self._give_back(block)
        if message.ticket in self._discarded:
            self._discarded.remove(message.ticket)
        else:
            self._done[message.ticket] = message
