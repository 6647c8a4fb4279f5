"""Streams of threads, and copies through pinned memory; run by `test_cuda.py`, see `rows.py`.

In the simulator streams are late (`conftest.py`): what is not ordered happens in a wrong order.
"""

from __future__ import annotations

import functools
import gc
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.kernels.cuda import driver
from ndgrad.kernels.cuda import streams as cuda_streams
from ndgrad.kernels.cuda.simulated import SimulatedCalls, host_view
from ndgrad.memory.device import LEGACY_STREAM, context_device

GPU = mx.gpu(0)
FLOAT32 = np.dtype("float32")


class Recorder(SimulatedCalls):
    """Calls that are noted: streams by their order, events by the stream they were recorded on."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[tuple[Any, ...]] = []
        self.streams: list[int] = []
        self.fails = False

    def stream(self) -> int:
        self.streams.append(super().stream())
        return self.streams[-1]

    def _number(self, handle: int) -> Any:
        return self.streams.index(handle) if handle in self.streams else "default"

    def event(self) -> Any:
        return {}

    def record(self, event: Any, stream: int) -> None:
        if self.fails:
            raise mx.MXNetError("CUDA: no")
        event["of"] = self._number(stream)
        self.log.append(("record", event["of"]))

    def wait(self, stream: int, event: Any) -> None:
        self.log.append(("wait", self._number(stream), event["of"]))

    def finish(self, stream: int) -> None:
        self.log.append(("finish", self._number(stream)))

    def synchronize(self, event: Any) -> None:
        self.log.append(("settle", event["of"]))

    def fill(self, stream: int, *args: int) -> None:
        self.log.append(("fill", self._number(stream)))
        super().fill(stream, *args)

    def upload(self, stream: int, source: int, target: int, nbytes: int) -> None:
        self.log.append(("upload", self._number(stream), nbytes))
        super().copy(stream, source, target, nbytes)

    def download(self, stream: int, source: int, target: int, nbytes: int) -> None:
        self.log.append(("download", self._number(stream), nbytes))
        super().copy(stream, source, target, nbytes)

    def free(self, address: int) -> None:
        self.log.append(("free",))
        super().free(address)

    def taken(self) -> list[tuple[Any, ...]]:
        """What was noted since this was last asked for."""
        log, self.log = self.log, []
        return log


@pytest.fixture
def device() -> Any:
    if not driver.SIMULATED:
        pytest.skip("a device of its own needs the simulator")
    device = driver.CudaDevice(0, Recorder())
    assert device.stream.is_only  # the first one is this thread's
    return device


class Worker:
    """A thread that does what it is told, one thing after the other."""

    def __init__(self) -> None:
        self._todo: queue.Queue[Any] = queue.Queue()
        self._done: queue.Queue[Any] = queue.Queue()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        for function in iter(self._todo.get, None):
            try:
                self._done.put((function(), None))
            except BaseException as error:
                self._done.put((None, error))
            del function

    def __call__(self, function: Callable[[], Any]) -> Any:
        self._todo.put(function)
        result, error = self._done.get()
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        self._todo.put(None)
        self._thread.join()


@pytest.fixture
def other() -> Any:
    worker = Worker()
    yield worker
    worker.end()


def test_one_thread_puts_nothing_in_order(device: Any) -> None:
    x = device.empty(5, FLOAT32)
    x.fill(1)
    y = x.copy()
    del x
    device.empty(5, FLOAT32).fill(2)
    assert device.stream.is_only
    assert {kind for kind, *_ in device.calls.taken()} == {"fill"}
    assert y.get().tolist() == [1] * 5


def test_another_thread_waits(device: Any, other: Worker) -> None:
    calls = device.calls
    x = device.empty(5, FLOAT32)
    x.fill(1)
    y = x[1:3]
    calls.taken()
    other(lambda: y.fill(2))
    assert calls.taken() == [("record", 0), ("wait", 1, 0), ("fill", 1)]
    other(lambda: x.fill(3))  # it is its own now
    assert calls.taken() == [("fill", 1)]
    x.fill(4)
    assert calls.taken() == [("record", 1), ("wait", 0, 1), ("fill", 0)]
    # The host waits for the stream that touches the array, and no other.
    other(lambda: x.fill(5))
    calls.taken()
    x.wait()
    assert calls.taken() == [("finish", 1)]
    device.synchronize()
    assert calls.taken() == [("finish", 0), ("finish", 1)]


def test_memory_is_used_again_in_order(device: Any, other: Worker) -> None:
    calls = device.calls
    x = device.empty(5, FLOAT32)
    address = x.address
    x.fill(1)
    other(functools.partial(x.fill, 2))
    calls.taken()
    del x
    gc.collect()
    # The block waits for the thread that touched it last; another one gets it if there is no other.
    mine = device.empty(5, FLOAT32)
    assert mine.address == address
    assert calls.taken() == [("record", 1), ("wait", 0, 1)]
    theirs = other(lambda: device.empty(5, FLOAT32))
    del mine, theirs
    gc.collect()
    calls.taken()
    assert device.empty(5, FLOAT32).address == address
    assert other(lambda: device.empty(5, FLOAT32)).address != address
    assert calls.taken() == []


def test_the_stream_of_a_thread_that_ended_is_used_again(device: Any) -> None:
    first = Worker()
    stream = first(lambda: device.stream)
    x = first(lambda: device.empty(5, FLOAT32))
    first.end()
    second = Worker()
    assert second(lambda: device.stream) is stream
    device.calls.taken()
    second(lambda: x.fill(1))
    assert device.calls.taken() == [("fill", 1)]
    third = Worker()
    assert third(lambda: device.stream) not in (stream, device.stream)
    second.end()
    latest = third(lambda: device.stream)
    third.end()
    fourth = Worker()
    assert fourth(lambda: device.stream) is latest
    fourth.end()
    assert len(device.streams) == 3


def test_a_block_that_is_taken_over_during_a_launch(device: Any, other: Worker) -> None:
    """Two threads may read an array at once; who writes to it later waits for both."""
    calls = device.calls
    x = device.empty(5, FLOAT32)
    other(lambda: x.fill(1))

    def launch(stream: Any) -> None:
        other(lambda: x.fill(2))
        calls.log.append(("launch",))

    calls.taken()
    device.start(launch, (x,))
    assert calls.taken() == [
        *[("record", 1), ("wait", 0, 1)],
        *[("record", 0), ("wait", 1, 0), ("fill", 1)],
        ("launch",),
        *[("record", 1), ("wait", 0, 1)],
    ]
    assert x.block.stream is device.stream


def test_a_block_stays_whose_it_was_if_nobody_can_wait(device: Any, other: Worker) -> None:
    x = device.empty(5, FLOAT32)
    other(lambda: device.stream)
    device.calls.fails = True
    with pytest.raises(mx.MXNetError, match="CUDA: no"):
        other(lambda: x.fill(1))
    device.calls.fails = False
    assert x.block.stream is device.stream
    device.calls.taken()
    other(lambda: x.fill(1))
    assert device.calls.taken() == [("record", 0), ("wait", 1, 0), ("fill", 1)]


def test_without_memory_all_that_waits_is_given_back(device: Any, other: Worker) -> None:
    calls = device.calls
    mine = device.empty(5, FLOAT32)
    theirs = other(lambda: device.empty(5000, FLOAT32))
    del mine, theirs
    gc.collect()
    allocate, left = calls.allocate, [OSError("no memory on the device")]

    def short(size: int) -> int:
        if left:
            raise left.pop()
        return allocate(size)

    calls.allocate = short
    calls.taken()
    device.empty(50_000, FLOAT32)
    log = calls.taken()
    assert log[:3] == [("finish", 0), ("finish", 1), ("free",)] and log.count(("free",)) == 2


def test_copies_between_devices(device: Any) -> None:
    there = driver.CudaDevice(1, Recorder())
    assert there.stream.is_only
    x = device.empty(3, FLOAT32)
    x.fill(7)
    y = there.empty(3, FLOAT32)
    device.calls.taken()
    here, log = device.calls, []
    here.log = there.calls.log = log
    there.copy(x, y)
    # Each waits for the other: the copy for what x held, what comes next on x for the copy.
    assert log == [("record", 0), ("wait", 0, 0)] * 2
    assert y.get().tolist() == [7] * 3


def test_other_libraries(device: Any) -> None:
    calls = device.calls
    x = device.empty(3, FLOAT32)
    calls.taken()
    device.export(x, LEGACY_STREAM)
    assert calls.taken() == [("record", 0), ("wait", "default", 0)]
    address = x.address
    del x
    gc.collect()
    y = device.empty(3, FLOAT32)  # what the other has started on it comes first
    assert y.address == address
    assert calls.taken() == [("record", "default"), ("wait", 0, "default")]
    device.import_(y.address, 3, FLOAT32, y, LEGACY_STREAM)
    assert calls.taken() == [("record", "default"), ("wait", 0, "default")]
    device.import_(y.address, 3, FLOAT32, y, None)
    assert calls.taken() == []


def test_words_for_errors_are_nobodys(device: Any, other: Worker) -> None:
    word = device.faults.flag
    device.calls.taken()
    for run in (other, lambda function: function()):
        run(lambda: device.start(lambda stream: None, (word,)))
    assert device.calls.taken() == []


def test_words_for_errors_are_the_same_for_all_threads(
    device: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(driver.errors.DeferredErrors):
        def __init__(self, device: Any) -> None:
            time.sleep(0.05)
            super().__init__(device)

    monkeypatch.setattr(driver.device, "DeferredErrors", Slow)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(device.faults)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [device.faults] * 3


def test_the_simulator_refuses_what_a_gpu_would(device: Any) -> None:
    kernel = driver.CudaKernel(lambda: None, ())
    for blocks in (0, 2**31):
        with pytest.raises(mx.MXNetError, match=f"a launch of {blocks} blocks"):
            kernel(device, blocks, 1, ())


# --- pinned memory --------------------------------------------------------------------------------


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    def shrink(stream: Any) -> None:
        small = cuda_streams.Staging(stream.calls, stream.handle, 256)
        monkeypatch.setattr(stream, "_staging", small)

    return shrink


def test_copies_in_parts(device: Any, small_chunks: Any) -> None:
    small_chunks(device.stream)
    calls = device.calls
    numbers = np.arange(160, dtype="float32")
    x = device.empty(numbers.size, FLOAT32)
    calls.taken()
    device.upload(numbers, x)
    # One buffer is enough for a device that is always done with it.
    assert calls.taken() == [
        ("upload", 0, 256),
        *[("record", 0), ("settle", 0), ("upload", 0, 256)],
        *[("record", 0), ("settle", 0), ("upload", 0, 128)],
    ]
    assert np.array_equal(x.get(), numbers)
    # A part arrives while the one before is taken out of the other buffer.
    load, wait = [("download", 0, 256), ("record", 0)], ("settle", 0)
    rest = [("download", 0, 128), ("record", 0)]
    assert calls.taken() == [*load, *load, wait, *rest, wait, wait]


def test_a_buffer_is_used_again_when_the_device_is_done_with_it(
    device: Any, small_chunks: Any
) -> None:
    small_chunks(device.stream)
    calls = device.calls
    calls.done = lambda event: False
    addresses = []
    pinned = calls.pinned
    calls.pinned = lambda size: addresses.append(pinned(size)) or addresses[-1]
    x = device.empty(64, FLOAT32)
    half, whole = np.ones(32, "float32"), np.ones(64, "float32")
    device.upload(half, x[:32])
    device.upload(half, x[32:])
    assert len(addresses) == 1  # small copies share a buffer
    for i in range(1, cuda_streams._BUFFERS):
        calls.taken()
        device.upload(whole, x)
        assert len(addresses) == 1 + i and calls.taken() == [("record", 0), ("upload", 0, 256)]
    device.upload(whole, x)  # now the host has to wait
    assert len(addresses) == cuda_streams._BUFFERS
    assert calls.taken() == [("record", 0), ("settle", 0), ("upload", 0, 256)]


def test_the_source_may_change_at_once(small_chunks: Any) -> None:
    place: Any = context_device(GPU)
    small_chunks(place.stream)
    rng = np.random.default_rng(3)
    made, expected = [], []
    for n in rng.integers(1, 400, 60).tolist():
        numbers = rng.normal(size=n).astype("float32")
        expected.append(numbers * 2)
        made.append(nd.array(numbers, ctx=GPU) * 2)
        numbers[:] = np.nan
    for x, numbers in zip(made, expected, strict=True):
        assert np.array_equal(x.asnumpy(), numbers)


# --- together -------------------------------------------------------------------------------------


def test_threads_hand_arrays_on() -> None:
    """One makes, one computes, one reads; memory goes round."""
    steps, size = 12, 33
    raw: queue.Queue[Any] = queue.Queue(3)
    ready: queue.Queue[Any] = queue.Queue(3)
    found = []

    def make() -> None:
        for i in range(steps):
            raw.put(nd.array(np.arange(size) + i, ctx=GPU))
        raw.put(None)

    def compute() -> None:
        for x in iter(raw.get, None):
            y = x * 2
            x += y  # the last one to touch it
            ready.put((y, x))
            del x, y
        ready.put(None)

    def read() -> None:
        for y, x in iter(ready.get, None):
            found.append((y + 1).asnumpy() + x.asnumpy())
            y[:] = np.nan

    threads = [threading.Thread(target=target) for target in (make, compute, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i, numbers in enumerate(found):
        assert np.array_equal(numbers, 5.0 * (np.arange(size) + i) + 1)
    assert len(found) == steps


def test_threads_share_weights() -> None:
    weight = nd.array(np.arange(8).reshape(2, 4), ctx=GPU)
    results: dict[int, Any] = {}

    def infer(i: int) -> None:
        x = nd.array([[i, 1]], ctx=GPU)
        for _ in range(4):
            y = nd.dot(x, weight)
        results[i] = y

    for _ in range(2):
        threads = [threading.Thread(target=infer, args=(i,)) for i in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        weight += 1  # after all that read it
    weight[:] = np.nan
    expected = np.arange(8).reshape(2, 4) + 1
    for i, y in results.items():
        assert np.array_equal(y.asnumpy(), np.array([[i, 1]]) @ expected)


def test_waiting_for_all() -> None:
    made = []
    thread = threading.Thread(target=lambda: made.append(nd.ones(5, ctx=GPU) * 3))
    thread.start()
    thread.join()
    nd.waitall()
    if driver.SIMULATED:
        x = made[0]._data
        assert host_view(x.address, x.size, x.dtype).tolist() == [3] * 5
