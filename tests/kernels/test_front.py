"""The entry points of kernels: what they tell the recorder, and which back end they call."""

from __future__ import annotations

import importlib.util
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, tracing
from ndgrad.compiler.front.recorder import Recorder
from ndgrad.kernels import draws, front
from ndgrad.kernels.build.launch import Chunked, chunked
from ndgrad.memory import device
from ndgrad.memory.device import DeviceArray

INT64, FLOAT32 = np.dtype("int64"), np.dtype("float32")


def doubled(x: Any, y: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        y[i] = 2 * x[i]


def test_every_hook_is_the_recorders() -> None:
    hooks = {hook for _, hook in front.ENTRIES.values() if hook is not None}
    assert {"elementwise", "reduce", "strided_slice"} <= hooks
    for hook in hooks:
        assert callable(getattr(Recorder, hook))


@pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None,
    reason="numba-cuda is not installed: pip install ndgrad[cuda]",
)
def test_the_back_end_of_cuda_has_every_entry() -> None:
    from ndgrad.kernels.cuda import backend, driver

    assert driver.CudaDevice.backend is backend and isinstance(backend, device.Backend)
    for name, (at, _) in front.ENTRIES.items():
        if at is not None:
            assert callable(getattr(backend, name)), name


@pytest.mark.parametrize("n", [8, 1 << 17])
def test_a_kernel_that_is_not_recorded_is_refused(n: int) -> None:
    """What it computes while a function is traced would be a constant of the program."""
    kernel: Chunked = chunked(doubled)
    x, y = np.ones(n, "float32"), np.zeros(n, "float32")
    order = np.zeros(n, INT64)
    recorder = SimpleNamespace(name="net")
    with tracing.recording_to(recorder):
        with pytest.raises(MXNetError, match=r"kernel order in net .* no hook .* custom call"):
            front.order(x, 1, n, 1, n, False, order)
        with pytest.raises(MXNetError, match="kernel permutation in net"):
            draws.permutation(n)
        with pytest.raises(MXNetError, match="kernel doubled in net"):
            kernel(x, y, n, 1024)
        assert not y.any() and not order.any()
        with tracing.suspended():
            kernel(x, y, n, 1024)
            front.order(-np.arange(n, dtype=FLOAT32), 1, n, 1, n, False, order)
    assert (y == 2).all() and (order == np.arange(n)[::-1]).all()


def test_an_index_is_a_constant_of_the_program() -> None:
    def written(x: Any) -> Any:
        y = x * 1
        y[[2, 0]] = 7
        return y

    x = mx.nd.array([1, 2, 3])
    assert mx.compile(written)(x).asnumpy().tolist() == [7, 2, 7]


def test_an_entry_tells_the_recorder_or_calls_the_back_end(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []

    def host(x: Any, scale: float = 3.0) -> str:
        return f"host {scale}"

    monkeypatch.setattr(front, "ENTRIES", {})
    scaled = front.entry("scaled", host, "x", "noted")
    x = np.ones(2, "float32")
    assert scaled(x) == "host 3.0" and scaled(x, scale=1.0) == "host 1.0"
    backend = SimpleNamespace(scaled=lambda x, scale: calls.append((x, scale)))
    there: Any = SimpleNamespace(backend=backend)
    far = DeviceArray(there, 0, 2, FLOAT32, None)
    device.in_use.append(there)
    try:
        scaled(far)
    finally:
        device.in_use.remove(there)
    assert calls == [(far, 3.0)]
    recorder = SimpleNamespace(noted=lambda x, scale: "recorded")
    with tracing.recording_to(recorder):
        assert scaled(x) == scaled(far, 2.0) == "recorded"
