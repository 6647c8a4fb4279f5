"""Memory of a GPU shared with other libraries; run by `test_cuda.py`, as `rows.py` says."""

from __future__ import annotations

import ctypes
import gc
import weakref
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad import MXNetError, nd
from ndgrad.array import interchange
from ndgrad.base import DTYPES, bfloat16
from ndgrad.kernels.cuda import driver
from ndgrad.kernels.cuda import streams as cuda_streams

GPU = mx.gpu(0)
NUMBERS = np.arange(24, dtype="float32").reshape(2, 3, 4)


class Producer:
    """What stands in for another library: our memory as *changes* to its structure say."""

    def __init__(self, x: nd.NDArray, shape: Any = None, strides: Any = None, **facts: Any) -> None:
        self.x, self.facts, self.streams = x, facts, []
        self.shape = x.shape if shape is None else shape
        self.strides = strides
        self.deleted: list[int] = []
        self.deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self.deleted.append)

    def __dlpack_device__(self) -> tuple[int, int]:
        return (2, 0)

    def __dlpack__(self, stream: Any) -> Any:
        self.streams.append(stream)
        capsule = self.x.__dlpack__(stream=stream)
        tensor = interchange._Tensor.from_address(interchange._pointer(capsule, b"dltensor"))
        tensor.ndim = len(self.shape)
        self.lengths = (ctypes.c_int64 * len(self.shape))(*self.shape)
        tensor.shape = ctypes.cast(self.lengths, ctypes.POINTER(ctypes.c_int64))
        if self.strides is None:
            tensor.strides = None
        else:
            self.steps = (ctypes.c_int64 * len(self.shape))(*self.strides)
            tensor.strides = ctypes.cast(self.steps, ctypes.POINTER(ctypes.c_int64))
        tensor.deleter = ctypes.cast(self.deleter, ctypes.c_void_p)
        for name, value in self.facts.items():
            setattr(tensor, name, value)
        return capsule


@pytest.mark.parametrize("dtype", [*DTYPES, bfloat16()])
def test_round_trip(dtype: str) -> None:
    before = len(interchange._shared)
    x = nd.array(NUMBERS % 2, ctx=GPU, dtype=dtype)
    assert x.__dlpack_device__() == (2, 0)
    y = nd.from_dlpack(x)
    assert y.context == GPU and y.dtype == x.dtype and y.shape == x.shape
    assert y._data.address == x._data.address
    x[0, 1] = 1
    assert np.array_equal(y.asnumpy(), x.asnumpy())
    address = x._data.address
    del x
    gc.collect()
    assert y._data.address == address and y[0, 1, 2].asscalar() == 1
    view = y[1]
    del y
    assert len(interchange._shared) == before + 1
    assert np.array_equal(view.asnumpy(), (NUMBERS % 2)[1].astype(dtype))
    del view
    assert len(interchange._shared) == before


def test_capsules() -> None:
    x = nd.array(NUMBERS, ctx=GPU)
    before = len(interchange._shared)
    for method in (nd.to_dlpack_for_read, nd.to_dlpack_for_write):
        assert np.array_equal(nd.from_dlpack(method(x)).asnumpy(), NUMBERS)
    capsule = x.__dlpack__()
    assert len(interchange._shared) == before + 1
    del capsule  # which was not taken
    assert len(interchange._shared) == before
    capsule = x.__dlpack__()
    nd.from_dlpack(capsule)
    with pytest.raises((ValueError, BufferError)):
        nd.from_dlpack(capsule)
    del capsule
    assert len(interchange._shared) == before
    copied = nd.from_dlpack(_dlpack_of(x, copy=True))
    assert copied._data.address != x._data.address and np.array_equal(copied.asnumpy(), NUMBERS)
    empty = nd.from_dlpack(nd.zeros((0, 3), ctx=GPU))
    assert empty.shape == (0, 3) and empty.context == GPU


def _dlpack_of(x: nd.NDArray, **options: Any) -> Any:
    return x.__dlpack__(**options)


def test_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting: list[int] = []
    monkeypatch.setattr(driver.CudaDevice, "export", lambda _, x, stream: waiting.append(stream))
    x = nd.array(NUMBERS, ctx=GPU)
    for stream in (None, -1, 1, 2, 12345):
        x.__dlpack__(stream=stream)
    assert waiting == [1, 1, 2, 12345]  # -1: nothing has to wait
    for stream in (0, -2, True, "a"):
        with pytest.raises(MXNetError, match=r"__dlpack__: stream=.*expected None"):
            x.__dlpack__(stream=stream)
    waiting.clear()
    producer = Producer(x)
    nd.from_dlpack(producer)
    assert producer.streams == waiting == [x._data.device.stream_handle()]
    waiting.clear()
    assert x.__cuda_array_interface__["stream"] == 1
    assert waiting == [1]


def test_streams_of_bare_capsules(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[int] = []
    monkeypatch.setattr(cuda_streams.Stream, "wait_for_foreign", lambda _, s: waited.append(s))
    x = nd.array(NUMBERS, ctx=GPU)
    waited.clear()
    nd.from_dlpack(x)
    assert waited == []
    nd.from_dlpack(x.__dlpack__())
    assert waited == [1]


def test_what_others_make() -> None:
    x = nd.array(NUMBERS, ctx=GPU)
    producer = Producer(x)
    y = nd.from_dlpack(producer)
    assert y._data.address == x._data.address
    del y
    assert len(producer.deleted) == 1
    moved = Producer(x, (3, 4), byte_offset=12 * 4)
    assert np.array_equal(nd.from_dlpack(moved).asnumpy(), NUMBERS[1])
    transposed = Producer(x, (4, 3, 2), (1, 4, 12))
    assert np.array_equal(nd.from_dlpack(transposed).asnumpy(), NUMBERS.T)
    assert len(transposed.deleted) == 1  # it was a copy
    repeated = Producer(x, (2, 4), (0, 1))
    assert np.array_equal(nd.from_dlpack(repeated).asnumpy(), [NUMBERS[0, 0]] * 2)
    scalar = Producer(x, ())
    assert nd.from_dlpack(scalar).shape == ()


def test_memory_of_others_when_the_interpreter_ends() -> None:
    """The driver and the owner may be gone: neither is asked for anything."""
    foreign = interchange._Foreign(None)
    foreign.block = object()  # has no stream
    foreign.__del__(lambda: True)
    foreign.block = None


@pytest.mark.parametrize("facts", [{"lanes": 2}, {"code": 5, "bits": 64}, {"strides": (-1,)}])
def test_what_is_refused(facts: Any) -> None:
    strides = facts.pop("strides", None)
    x = nd.array(NUMBERS, ctx=GPU)
    producer = Producer(x, (24,), strides, **facts)
    with pytest.raises((MXNetError, TypeError), match="from_dlpack"):
        nd.from_dlpack(producer)
    assert len(producer.deleted) <= 1


class Interface:
    """An array that has nothing but ``__cuda_array_interface__``."""

    def __init__(self, x: nd.NDArray, **facts: Any) -> None:
        self.x = x
        own = {"shape": x.shape, "typestr": x._data.dtype.str, "data": (x._data.address, False)}
        self.__cuda_array_interface__ = {**own, "version": 3, **facts}


def test_the_cuda_array_interface() -> None:
    x = nd.array(NUMBERS, ctx=GPU)
    y = nd.from_dlpack(Interface(x))
    assert y.context == GPU and y.shape == x.shape and y._data.address == x._data.address
    y[0] = 5
    assert np.array_equal(x.asnumpy(), y.asnumpy())
    x[:] = NUMBERS
    for facts, expected in (
        ({"shape": (4, 3, 2), "strides": (4, 16, 48)}, NUMBERS.T),
        ({"shape": (6, 4), "strides": (16, 4)}, NUMBERS.reshape(6, 4)),
        ({"shape": (), "strides": None}, NUMBERS[0, 0, 0]),
        ({"shape": (0, 3), "data": (0, False)}, np.zeros((0, 3))),
    ):
        assert np.array_equal(nd.from_dlpack(Interface(x, **facts)).asnumpy(), expected)
    fixed = nd.from_dlpack(Interface(x, data=(x._data.address, True)))
    assert fixed._data.address != x._data.address and np.array_equal(fixed.asnumpy(), NUMBERS)
    whole = Interface(nd.array([1, 2], ctx=GPU, dtype="int64"))
    for ctx in (GPU, mx.cpu()):
        copied = nd.array(whole, ctx=ctx)
        assert copied.context == ctx and copied.asnumpy().tolist() == [1, 2]
        assert copied.dtype == np.float32 and nd.array(whole, dtype="int64").dtype == np.int64


def test_the_owner_of_an_interface_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays as long as its memory is shared, and until the device is done with it."""
    waited: list[int] = []
    monkeypatch.setattr(cuda_streams.Stream, "wait_for_foreign", lambda _, s: waited.append(s))
    x = nd.array(NUMBERS, ctx=GPU)
    finish, finished = cuda_streams.Stream.finish, []
    monkeypatch.setattr(
        cuda_streams.Stream, "finish", lambda stream: (finished.append(stream), finish(stream))
    )
    for facts, expected in (
        ({}, 1),
        ({"stream": None}, 1),
        ({"stream": 2}, 2),
        ({"stream": 99}, 99),
    ):
        waited.clear()
        owner = Interface(x, **facts)
        alive = weakref.ref(owner)
        y = nd.from_dlpack(owner)[0]
        assert waited == [expected]
        del owner
        gc.collect()
        assert alive() is not None
        finished.clear()
        del y
        gc.collect()
        assert alive() is None and finished


@pytest.mark.parametrize(
    "facts",
    [
        {"typestr": ">f4"},
        {"typestr": "<c8"},
        {"mask": object()},
        {"strides": (2, 2, 2)},
        {"strides": (-48, 16, 4)},
        {"stream": 0},
    ],
)
def test_interfaces_that_are_refused(facts: Any) -> None:
    x = nd.array(NUMBERS, ctx=GPU)
    with pytest.raises((MXNetError, TypeError), match="from_dlpack"):
        nd.from_dlpack(Interface(x, **facts))
    with pytest.raises(TypeError, match="expected an array or a capsule, got 5 \\(int\\)"):
        nd.from_dlpack(5)


def test_torch() -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch finds no GPU")
    x = nd.array(NUMBERS, ctx=GPU)
    tensor = torch.from_dlpack(x)
    tensor *= 2
    torch.cuda.synchronize()
    assert np.array_equal(x.asnumpy(), 2 * NUMBERS)
    side = torch.cuda.Stream()
    with torch.cuda.stream(side):
        other = torch.from_dlpack(x * 3) + 1
    side.synchronize()
    assert np.array_equal(other.cpu().numpy(), 6 * NUMBERS + 1)
    y = nd.from_dlpack(torch.from_numpy(NUMBERS).cuda().permute(2, 0, 1))
    assert np.array_equal(y.asnumpy(), NUMBERS.transpose(2, 0, 1))
    assert np.array_equal(torch.as_tensor(x, device="cuda").cpu().numpy(), 2 * NUMBERS)


def test_cupy() -> None:
    cupy = pytest.importorskip("cupy")
    x = nd.array(NUMBERS, ctx=GPU)
    for shared in (cupy.from_dlpack(x), cupy.asarray(x)):
        assert shared.data.ptr == x._data.address
    y = nd.from_dlpack(cupy.asarray(NUMBERS)[:, 1:])
    assert np.array_equal(y.asnumpy(), NUMBERS[:, 1:])
