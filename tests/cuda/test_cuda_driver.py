"""Calls of CUDA's driver without a GPU: a fake notes them and counts their arguments."""

from __future__ import annotations

import importlib.util
import itertools
import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

if importlib.util.find_spec("numba_cuda") is None:
    pytest.skip("numba-cuda is not installed: pip install ndgrad[cuda]", allow_module_level=True)

from cuda.bindings import driver

from ndgrad import MXNetError
from ndgrad.kernels.cuda import cublas
from ndgrad.kernels.cuda import driver as cuda_driver
from ndgrad.memory import storage
from ndgrad.memory.device import DeviceArray

FLOAT64 = np.dtype("float64")

buffer = np.zeros(4 << 20, np.uint8)


class Api:
    """``cuda.bindings.driver``: its constants, and functions that do nothing but succeed."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.results: dict[str, tuple[Any, ...]] = {}
        self.made = 1000

    def __getattr__(self, name: str) -> Any:
        real = getattr(driver, name)
        if not callable(real) or isinstance(real, type):
            return real
        match = re.match(rf"{name}\((.*)\)", real.__doc__)
        assert match is not None
        required = len([arg for arg in match[1].split(", ") if arg and "=" not in arg])

        def call(*args: Any) -> tuple[Any, ...]:
            assert len(args) == required, f"{match[0]} got {args}"
            self.calls.append((name, *args))
            self.made += 1
            return self.results.get(name, (driver.CUresult.CUDA_SUCCESS, self.made))

        return call

    def names(self) -> list[str]:
        """What was called since this was last asked for, but for changes of context."""
        calls, self.calls = self.calls, []
        return [name for name, *_ in calls if not name.startswith("cuCtx")]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    fake = Api()
    monkeypatch.setattr(cuda_driver.api, "bindings", fake)
    return fake


def calls(number: int) -> Any:
    made = cuda_driver.api.CudaCalls(number)
    made.__dict__["context"] = 7 + number  # a device would have to be asked for it
    return made


@pytest.fixture
def device(api: Api, monkeypatch: pytest.MonkeyPatch) -> cuda_driver.CudaDevice:
    device = cuda_driver.CudaDevice(0, calls(0))
    monkeypatch.setattr(device, "_faults", SimpleNamespace(raise_any=lambda: None))
    places = itertools.count(1 << 20, 1 << 16)

    def block(size: int) -> storage.Block:
        return storage.Block(cuda_driver.device._MappedMemory(device, size), next(places), size)

    device.pool = cuda_driver.device.StreamPool(block, lambda: 1 << 30)
    return device


def test_streams(device: cuda_driver.CudaDevice, api: Api) -> None:
    assert device.stream.handle == api.made - 2
    assert api.calls[1] == ("cuStreamCreate", driver.CUstream_flags.CU_STREAM_NON_BLOCKING)
    assert api.names() == ["cuStreamCreate", "cuEventCreate", "cuEventCreate"]
    device.stream.wait_for(device.stream)
    device.stream.wait_for_foreign(1)
    device.stream.signal_foreign(2)
    assert api.names() == ["cuEventRecord", "cuStreamWaitEvent"] * 3
    device.synchronize()
    assert api.names() == ["cuStreamSynchronize"]


def test_memory(device: cuda_driver.CudaDevice, api: Api) -> None:
    handle = device.stream.handle
    x, y = (device.empty(3, FLOAT64) for _ in "xy")
    api.names()
    device.fill(x, np.array([-2.5]))
    low, high = np.array([-2.5]).view(np.uint32).tolist()
    assert [call for call in api.calls if "Memset" in call[0]] == [
        ("cuMemsetD2D32Async", x.address, 8, low, 1, 3, handle),
        ("cuMemsetD2D32Async", x.address + 4, 8, high, 1, 3, handle),
    ]
    api.names()
    for number in (0, -1):  # their halves are the same: one row of twice as many
        device.fill(x.view("int64"), np.array([number]))
        half = number & 0xFFFFFFFF
        assert api.calls[-1] == ("cuMemsetD32Async", x.address, half, 6, handle)
    api.names()
    for dtype, name in (("uint8", "D8"), ("float16", "D16"), ("float32", "D32")):
        device.fill(x.view(dtype), np.ones(1, dtype))
        assert api.names() == [f"cuMemset{name}Async"]
    device.copy(x, y)
    assert api.calls[-1] == ("cuMemcpyDtoDAsync", y.address, x.address, 24, handle)
    other = cuda_driver.CudaDevice(1, calls(1))
    z = DeviceArray(other, 6 << 20, 3, FLOAT64, storage.Block(None, 6 << 20, 24))
    other.copy(x, z)
    assert ("cuMemcpyPeerAsync", z.address, 8, x.address, 7, 24, other.stream.handle) in api.calls
    device.synchronize()
    api.names()
    del x, y
    device.pool.release_all()
    assert api.names() == ["cuStreamSynchronize", "cuMemFree"] * 2


def test_copies(device: cuda_driver.CudaDevice, api: Api) -> None:
    api.results["cuMemHostAlloc"] = driver.CUresult.CUDA_SUCCESS, buffer.ctypes.data
    x = device.empty(3, FLOAT64)
    api.names()
    device.upload(np.array([1.0, 2, 3]), x)
    assert api.names() == ["cuMemHostAlloc", "cuEventCreate", "cuMemcpyHtoDAsync"]
    assert buffer[:24].view(FLOAT64).tolist() == [1, 2, 3]
    assert x.get().tolist() == [1, 2, 3]
    names = ["cuMemcpyDtoHAsync", "cuEventRecord", "cuEventSynchronize"]
    assert api.names() == ["cuMemHostAlloc", "cuEventCreate", *names]


def test_whose_memory(api: Api) -> None:
    api.results["cuPointerGetAttribute"] = driver.CUresult.CUDA_SUCCESS, 1
    assert cuda_driver.number_at(1 << 20) == 1


def test_errors(device: cuda_driver.CudaDevice, api: Api) -> None:
    api.results["cuEventQuery"] = (driver.CUresult.CUDA_ERROR_NOT_READY,)
    assert not device.calls.done(1)
    api.results["cuEventQuery"] = (driver.CUresult.CUDA_SUCCESS,)
    assert device.calls.done(1)
    api.results["cuGetErrorName"] = api.results["cuGetErrorString"] = (0, b"what it is")
    for error, hint in (("NOT_INITIALIZED", "what it is .*: spawn it"), ("UNKNOWN", "what it is$")):
        api.results["cuCtxSetCurrent"] = (getattr(driver.CUresult, f"CUDA_ERROR_{error}"),)
        with pytest.raises(MXNetError, match=hint):
            device.activate()
    del api.results["cuCtxSetCurrent"]
    api.results["cuMemAlloc"] = (driver.CUresult.CUDA_ERROR_OUT_OF_MEMORY,)
    with pytest.raises(MemoryError, match="no memory for an array"):
        device.empty(3, FLOAT64)


def test_graphs(device: cuda_driver.CudaDevice, api: Api) -> None:
    x, y = (device.empty(3, FLOAT64) for _ in "xy")
    stream = device.stream
    api.names()

    def work() -> str:
        device.copy(x, y)
        y.copy()
        assert device.stream.handle != stream.handle
        return "result"

    graph, result = device.captured(work, (x,))
    assert result == "result" and device.stream is stream
    begin, *copies, end, made, dropped = [call for call in api.calls if "Ctx" not in call[0]][1:]
    relaxed = driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
    assert begin == ("cuStreamBeginCapture", begin[1], relaxed) and begin[1] != stream.handle
    assert [(name, handle) for name, *_, handle in copies if name != "cuMemAlloc"] == [
        ("cuMemcpyDtoDAsync", begin[1])
    ] * 2
    assert end == ("cuStreamEndCapture", begin[1])
    assert (made[0], dropped[0]) == ("cuGraphInstantiate", "cuGraphDestroy")
    assert len(graph._arrays) == 2  # y and its copy
    api.names()
    graph.launch((x,))
    assert api.calls[-1] == ("cuGraphLaunch", graph._handle, stream.handle)
    api.calls.clear()
    del graph
    # In a finaliser: the thread's device stays what it is.
    around = [("cuCtxPushCurrent", 7), ("cuCtxPopCurrent",)]
    assert [call for call in api.calls if "Ctx" in call[0]] == around
    assert api.names() == ["cuGraphExecDestroy"]


def test_graphs_that_are_refused(device: cuda_driver.CudaDevice, api: Api) -> None:
    x = device.empty(3, FLOAT64)
    with pytest.raises(MXNetError, match="copies from or to the host"):
        device.captured(x.get, ())
    assert device.stream.owner is device.stream
    assert api.names()[-2:] == ["cuStreamEndCapture", "cuGraphDestroy"]
    api.results["cuStreamEndCapture"] = (
        driver.CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
        driver.CUgraph(),
    )
    with pytest.raises(MXNetError, match="copies from or to the host"):
        device.captured(x.get, ())
    assert api.names()[-1] == "cuStreamEndCapture"


def test_recorded_products(
    device: cuda_driver.CudaDevice, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go through the recording stream with a workspace of their own, and then back."""
    noted: list[tuple[Any, ...]] = []
    monkeypatch.setattr(cublas, "_handle", lambda stream: 77)
    monkeypatch.setattr(cublas, "_call", lambda *args: noted.append(args))
    device.__dict__["compute_capability"] = (9, 0)
    x, y, z = (device.empty(4, FLOAT64) for _ in "xyz")
    starts = np.zeros(1, np.int64)

    def product() -> None:
        cublas.many(x, starts, False, y, starts, False, z, 2, 2, 2, 1.0, 0.0, 1)

    product()
    assert [name for name, *_ in noted] == ["cublasGemmStridedBatchedEx_64"]
    noted.clear()
    graph, _ = device.captured(product, (x, y, z))
    (space,) = graph._arrays
    assert space.nbytes == 32 << 20
    assert [args[:3] for args in noted] == [
        ("cublasSetStream_v2", 77, device._recording),
        ("cublasSetWorkspace_v2", 77, space.address),
        ("cublasGemmStridedBatchedEx_64", 77, 0),
        ("cublasSetStream_v2", 77, device.stream.handle),
    ]
