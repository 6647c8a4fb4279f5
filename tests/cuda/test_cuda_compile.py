"""Kernels compile for GPUs that are not there: PTX and machine code, with no register spilled.

A row runs on a device that only notes which kernels would be launched; those are then compiled.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numba import types

pytest.importorskip("numba_cuda", reason="numba-cuda is not installed: pip install ndgrad[cuda]")

from cuda_facts import Capability, facts
from forms import FULL, REPRESENTATIVES, SLOW, first
from on_gpu import compiled as graphs
from on_gpu.rows import NOT_YET

import ndgrad as mx
from ndgrad import autograd, context
from ndgrad.kernels import OPS
from ndgrad.kernels.build import binaries
from ndgrad.kernels.cpu import sparse as host_sparse

# Modules ask when they are imported whether there is a simulator: before `launched` says so.
from ndgrad.kernels.cuda import backend, driver, matmul, strided  # noqa: F401
from ndgrad.memory import device
from ndgrad.ops.table import DIFFERENTIABLE, Op, Sample
from ndgrad.testing import sample_inputs

pytestmark = pytest.mark.compiled

ARCHITECTURES = [(8, 0), (9, 0)]

DTYPES = first("float32", "float16", "bfloat16", "float64")
ONE_OF_EACH_FILE = set(
    "broadcast_add hard_sigmoid sum dot sort cumsum argmax _take_rows one_hot identity im2col "
    "_log_of_choice _max_pool sgd_mom_update where".split()
)
"""Rows whose kernels are of one file of `ndgrad.kernels.cuda` each, or of the generic form."""


def _when(name: str, number: int) -> Any:
    if number or name not in REPRESENTATIVES:
        return FULL
    return () if name in ONE_OF_EACH_FILE else SLOW


ROWS = [
    pytest.param(op, sample, id=f"{name}-{i}", marks=_when(name, i))
    for name, op in OPS.items()
    for i, sample in enumerate(op.samples)
]


class _Noting:
    """A target with one GPU that exists on paper, and what was launched there."""

    def __init__(self) -> None:
        self.gpu = driver.CudaDevice(0)

    def num_gpus(self) -> int:
        return 1

    def device(self, device_id: int) -> Any:
        return self.gpu


def simulate(monkeypatch: pytest.MonkeyPatch, whether: bool) -> None:
    """Let the driver take memory for the simulator's, or not."""
    for module in (driver, driver.api, driver.device, driver.errors, driver.kernel):
        monkeypatch.setattr(module, "SIMULATED", whether)


class Launched(set[driver.CudaKernel]):
    """Kernels that have been launched with arguments that fit; none of them runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capabilities: Sequence[Capability]) -> None:
        super().__init__()
        self._monkeypatch, self._capabilities = monkeypatch, capabilities

    def check(self, most: int = 128) -> None:
        """Compile them, and compare what each has been given with what it takes.

        A thread may take *most* registers.
        """
        simulate(self._monkeypatch, False)
        for kernel in self:
            for cc, found in zip(
                self._capabilities, facts(kernel, self._capabilities), strict=True
            ):
                assert found.sizes == list(kernel.sizes)
                assert 0 < found.registers <= most
                assert found.spilled == 0, f"{kernel.function.__module__} spills on {cc}"


@pytest.fixture
def capabilities(full: bool) -> list[Capability]:
    """What to compile for: numba.cuda gives NVVM the same for all."""
    return ARCHITECTURES if full else ARCHITECTURES[-1:]


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, capabilities: list[Capability]) -> Iterator[Launched]:
    kernels = Launched(monkeypatch, capabilities)

    def note(self: driver.CudaKernel, gpu: Any, blocks: int, threads: int, args: Any) -> None:
        assert blocks > 0 and 0 < threads <= 1024
        self.pack((ctypes.c_uint64 * len(self.sizes))(), args)
        kernels.add(self)

    simulate(monkeypatch, True)  # memory is the host's
    monkeypatch.setattr(driver.CudaKernel, "launch", note)
    monkeypatch.setattr(context, "_gpu_target", _Noting())
    before = list(device.in_use)
    device.in_use.clear()
    yield kernels
    device.in_use[:] = before
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)  # glibc keeps the megabytes that NVVM has freed after each kernel


def run(op: Op, sample: Sample, dtype: str) -> None:
    inputs = [x.as_in_context(mx.gpu()) for x in sample_inputs(op, sample, dtype)]
    given = zip(inputs, sample.args, strict=True)
    variables = [x for x, arg in given if isinstance(arg, tuple)]
    for x in variables:
        x.attach_grad()
    with autograd.record():
        result = op.call(*inputs, **sample.params)
    if op.gradient == DIFFERENTIABLE and variables:
        autograd.backward(list(result) if isinstance(result, (list, tuple)) else [result])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("op", "sample"), ROWS)
def test_kernels_of_a_row(op: Op, sample: Sample, dtype: str, launched: Launched) -> None:
    try:
        run(op, sample, dtype)
    except Exception:
        if op.name not in NOT_YET:
            raise
    launched.check()


def forms(x: mx.nd.NDArray) -> None:
    """What reaches the forms of kernels that samples are too small for."""
    rows = x.reshape((-1, 1000))
    for part in (rows, rows[:, :999].copy(), x.reshape((-1, 100)), x.reshape((-1, 10_000))):
        for axis in (0, 1):
            mx.nd.sum(part, axis=axis)
            mx.nd.argmax(part, axis=axis, dtype="int32")
            mx.nd.cumsum(part, axis=axis)
        mx.nd.softmax(part, axis=0)
        mx.nd.log_softmax(part.reshape((50, 20, -1)), axis=1)
        mx.nd.transpose(part)
        mx.nd.sort(part)
        mx.nd.topk(part, k=3, axis=0)
        part.attach_grad()
        with autograd.record():
            y = mx.nd.softmax(part)
            z = mx.nd.prod(part, axis=0)
        autograd.backward([y, z])
    with autograd.record():
        y = mx.nd.take(rows, mx.nd.array([1, 3, 1], ctx=mx.gpu()))
    y.backward()
    (rows + rows[0]) * rows[:, :1]
    rows[::2, :500].copy()
    x[1:] * 2
    x.max()


@pytest.mark.full
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "float64"])
def test_forms(dtype: str, launched: Launched) -> None:
    forms(mx.nd.zeros(1_000_000, dtype=dtype, ctx=mx.gpu()))
    assert len(launched) > 30
    launched.check()


@pytest.mark.parametrize("dtype", first("float32", "float64"))
def test_kernels_of_distributions(dtype: str, launched: Launched) -> None:
    with mx.gpu():
        for draw in (mx.random.uniform, mx.random.normal, mx.random.exponential):
            draw(shape=3, dtype=dtype)
        mx.random.gamma(2, shape=3, dtype=dtype)
        mx.random.poisson(2, shape=3, dtype=dtype)
        mx.random.randint(0, 5, shape=3)
        mx.random.randint(0, 2**40, shape=3, dtype="int64")
    assert len(launched) >= 7
    launched.check()


@pytest.mark.parametrize(
    "tile",
    [
        pytest.param(matmul._SMALL, id="small"),
        pytest.param(matmul._LARGE, id="large", marks=FULL),  # takes long to compile
    ],
)
@pytest.mark.parametrize(
    "dtype", first("float32", "float16", "bfloat16", "float64", "int32", "int64", "int8")
)
def test_products(dtype: str, tile: Any, capabilities: list[Capability]) -> None:
    """A row's run above takes the tile that the simulator does."""
    if matmul._fits(np.dtype(dtype), tile):
        for found in facts(matmul.kernel(np.dtype(dtype), tile), capabilities):
            assert found.spilled == found.stack == 0
            # Of the 65536 registers that a block can have.
            assert found.registers * tile.threads <= 49152


def test_machine_code_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "directory", lambda: tmp_path)
    kernel = strided.copy_kernel(4)
    entry, cubin = driver.binary(kernel, (9, 0))
    (path,) = tmp_path.glob("*.cubin")
    compiled_once = driver.compile.compiled
    monkeypatch.setattr(driver.compile, "compiled", None)
    assert driver.binary(kernel, (9, 0)) == (entry, cubin)
    again = driver.CudaKernel(kernel.function, kernel.signature)
    assert driver.binary(again, (9, 0)) == (entry, cubin)
    with pytest.raises(TypeError):  # another file
        driver.binary(kernel, (8, 0))
    path.write_bytes(path.read_bytes()[:-1])
    monkeypatch.setattr(driver.compile, "compiled", compiled_once)
    assert driver.binary(kernel, (9, 0))[1].startswith(b"\x7fELF")
    assert binaries.stored(path)


def test_kernels_of_users_are_kept_by_what_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "directory", lambda: tmp_path)

    def made(value: int) -> driver.CudaKernel:
        def kernel(x: Any) -> None:
            x[driver.cuda.grid(1)] = value

        return driver.CudaKernel(kernel, (driver.array_of(np.dtype("float32")),))

    for value, kept in ((1, 1), (2, 2), (1, 2)):
        assert driver.binary(made(value), (9, 0))[1].startswith(b"\x7fELF")
        assert len(list(tmp_path.iterdir())) == kept


def deep(x: mx.nd.NDArray) -> mx.nd.NDArray:
    """Some 250 operations, most of whose results backward reads."""
    for _ in range(50):
        x = mx.nd.tanh(x * 1.01) + mx.nd.exp(-x * x) * 0.5
    return x


# The last ones take long to compile.
GRAPHS: dict[str, tuple[Any, list[tuple[int, ...]]]] = {
    "chain": (graphs.chain, [(1000,)]),
    "gelu": (graphs.gelu, [(1000,)]),
    "adam": (graphs.adam, [(1000,)] * 4),
    "layer_norm of short rows": (graphs.layer_norm, [(16, 20), (20,), (20,)]),
    "layer_norm": (graphs.layer_norm, [(16, 768), (768,), (768,)]),
    "cross_entropy": (graphs.cross_entropy, [(64, 16), (100, 16), (100,)]),
    "extremes": (graphs.extremes, [(64, 48)]),
    "halves": (graphs.halves, [(16, 10)]),
    "layer_norm of long rows": (graphs.layer_norm, [(2, 20_000), (20_000,), (20_000,)]),
    "deep": (deep, [(1000,)]),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=FULL if i > len(GRAPHS) - 3 else SLOW if i > 3 else ())
        for i, name in enumerate(GRAPHS)
    ],
)
def test_kernels_of_a_compiled_function(name: str, dtype: str, launched: Launched) -> None:
    function, shapes = GRAPHS[name]
    inputs = [mx.nd.ones(shape, dtype=dtype, ctx=mx.gpu()) for shape in shapes]
    for x in inputs:
        x.attach_grad()
    made = mx.compile(function)
    if name == "adam":
        made(*inputs)
    else:
        with autograd.record():
            y = made(*inputs)
        y.backward()
    assert any("fused" in kernel.function.__module__ for kernel in launched)
    launched.check(most=168 if dtype == "float64" else 128)  # one takes two


@pytest.mark.parametrize(("dtype", "bits"), [("float32", 32), ("float64", 64)])
def test_rounding_is_that_of_single_operators(
    dtype: str, bits: int, launched: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A product and a sum in one kernel are rounded like those of two; libdevice's may be fused."""
    x = mx.nd.ones((1000,), dtype=dtype, ctx=mx.gpu())
    mx.compile(lambda x: x * x + x)(x)
    mx.nd.exp(x)
    simulate(monkeypatch, False)
    fused, exp = (
        driver.compiled(kernel, (9, 0))[0].ptx
        for kernel in sorted(launched, key=lambda k: "fused" not in k.function.__module__)
    )
    assert f"mul.rn.f{bits}" in fused and f"add.rn.f{bits}" in fused
    assert "fma" not in fused and f"fma.rn.f{bits}" in exp
    assert not re.search(r"(mul|add|sub)\.f", fused + exp)  # which ptxas might fuse


def test_small_powers_are_products(launched: Launched) -> None:
    """As in a compiled function, where the exponent is known."""
    mx.nd.ones((1000,), ctx=mx.gpu()) ** 2
    (kernel,) = launched
    assert "a_0 * a_0 if b == 2" in Path(kernel.function.__code__.co_filename).read_text()
    launched.check()


def test_what_the_driver_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word for each parameter, with numbers as C converts them."""
    seen = []

    def launch(*args: Any) -> tuple[int]:
        assert args[:9] == ("function", 3, 1, 1, 64, 1, 1, 0, "stream")
        addresses = (ctypes.c_uint64 * len(made.sizes)).from_address(args[9])
        words = [ctypes.string_at(at, size) for at, size in zip(addresses, made.sizes, strict=True)]
        seen.append(words)
        return (0,)

    api = SimpleNamespace(
        cuModuleLoadData=lambda cubin: (0, "module"),
        cuModuleGetFunction=lambda module, entry: (0, "function"),
        cuLaunchKernel=launch,
    )
    monkeypatch.setattr(driver.api, "bindings", api, raising=False)
    monkeypatch.setattr(driver.kernel, "binary", lambda kernel, cc: ("entry", b""))

    class Gpu(driver.CudaDevice):
        number, compute_capability = 0, (9, 0)
        stream = SimpleNamespace(is_only=True, handle="stream")  # type: ignore[assignment]

        def __init__(self) -> None:
            """Ask no driver."""

        def activate(self) -> None:
            pass

    gpu = Gpu()
    half = driver.array_of(np.dtype("float16"))
    made = driver.CudaKernel(forms, (half, types.float32, types.int8, types.boolean, types.int64))
    x = device.DeviceArray(gpu, 4096, 5, np.dtype("float16"), None)
    made(gpu, 3, 64, (x, 1e300, 300, 2, -1))
    made(gpu, 3, 64, (x, np.float32(0.5), -1, False, 7))
    array = [np.int64(k).tobytes() for k in (0, 0, 5, 2, 4096, 5, 2)]
    numbers = [np.float32(np.inf), np.int8(44), np.bool_(True), np.int64(-1)]
    assert seen[0] == [*array, *(x.tobytes() for x in numbers)]
    numbers = [np.float32(0.5), np.int8(-1), np.bool_(False), np.int64(7)]
    assert seen[1] == [*array, *(x.tobytes() for x in numbers)]
    assert len(made._words) == 1  # used again


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_kernels_of_sparse_arrays(dtype: str, launched: Launched) -> None:
    values = (np.ones(3, dtype), [0, 2, 1], [0, 2, 2, 3])
    x = mx.nd.sparse.csr_matrix(values, shape=(3, 4), ctx=mx.gpu())
    for transpose in (False, True):
        dense = mx.nd.ones((3 if transpose else 4, 2), ctx=mx.gpu(), dtype=dtype)
        mx.nd.dot(x, dense, transpose_a=transpose, forward_stype="default")
    elements = x.tostype("default")
    elements.tostype("row_sparse")
    starts, columns, data = (part._data for part in (x.indptr, x.indices, x.data))
    host_sparse._collect(elements._data, starts, columns, data, 4, 3, 1)
    names = {kernel.function.__module__ for kernel in launched}
    assert len(names) > 6, names
    launched.check()
