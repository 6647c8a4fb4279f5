"""The simulator's streams do their work as late, and in as odd an order, as streams may."""

from __future__ import annotations

import os
import random
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest

from ndgrad.kernels.cuda.simulated import SimulatedCalls


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shard", default="0/1", help="i/n: every n-th test, from the i-th on")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    i, n = map(int, config.option.shard.split("/"))
    items[:] = items[i::n]


class _Record:
    """One recording of an event."""

    happened = False


class _Event:
    last: _Record | None = None


class Late(SimulatedCalls):
    """Calls that only note what there is to do.

    When the host waits, streams that can go on are drawn at random until what it waits for is
    done.  So whatever is not ordered by streams and events happens in a wrong order soon.
    """

    def __init__(self) -> None:
        super().__init__()
        self._queues: dict[int, deque[Any]] = defaultdict(deque)
        self._random = random.Random(1)
        self._lock = threading.RLock()

    def do(self, stream: int, work: Callable[[], Any]) -> None:
        with self._lock:
            self._queues[stream].append(work)

    def event(self) -> Any:
        return _Event()

    def record(self, event: Any, stream: int) -> None:
        with self._lock:
            event.last = _Record()
            self._queues[stream].append(event.last)

    def wait(self, stream: int, event: Any) -> None:
        with self._lock:
            if event.last is not None:
                self._queues[stream].append((event.last,))

    def done(self, event: Any) -> bool:
        with self._lock:
            self._step()
            return event.last is None or event.last.happened

    def synchronize(self, event: Any) -> None:
        with self._lock:
            while not (event.last is None or event.last.happened):
                assert self._step(), "streams wait for each other"

    def finish(self, stream: int) -> None:
        with self._lock:
            while self._queues[stream]:
                assert self._step(), "streams wait for each other"

    def _step(self) -> bool:
        """Do something of a stream that can go on; False if there is none."""
        able = [q for q in self._queues.values() if q and not self._waits(q[0])]
        if not able:
            return False
        work = self._random.choice(able).popleft()
        if isinstance(work, _Record):
            work.happened = True
        elif not isinstance(work, tuple):
            work()
        return True

    @staticmethod
    def _waits(work: Any) -> bool:
        return isinstance(work, tuple) and not work[0].happened


if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0":  # else numba-cuda need not be installed
    from ndgrad.kernels.cuda import driver

    driver.device.SimulatedCalls = Late  # type: ignore[misc]
