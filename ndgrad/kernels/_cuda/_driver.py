"""Devices, their memory, compiling and launching: the one module that imports ``numba.cuda``.

Everything of a device goes through its default stream, whatever Python thread asks for it, so that
work runs in the order in which it was started: a block of memory whose last array has died may be
handed out again at once, although kernels that use it have yet to run.

With ``NUMBA_ENABLE_CUDASIM=1`` there is one simulated device, whose memory is the host's and whose
threads are Python's.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache, cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import cuda, types
from numba.core import cgutils
from numba.cuda.core import config

from ... import storage
from ...base import MXNetError
from ...context import Context, gpu
from ...device import DeviceArray
from .. import _cache
from .._codegen import stored

SIMULATED = bool(config.ENABLE_CUDASIM)

if SIMULATED:
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray

    libdevice = None
else:
    from cuda.bindings import driver as api
    from cuda.bindings import nvjitlink
    from cuda.pathfinder import DynamicLibNotFoundError, load_nvidia_dynamic_lib
    from numba.cuda import dispatcher as _dispatcher
    from numba.cuda import libdevice  # type: ignore[no-redef]
    from numba.cuda.cudadrv import driver as _driver
    from numba.cuda.cudadrv import nvvm as _nvvm
    from numba.cuda.ufuncs import ufunc_db

    def _add_ufunc(function: np.ufunc) -> None:
        """Teach numba.cuda a function of NumPy that scalars use and that it has no code for."""

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            kind = args[0].type
            name = f"__nv_{function.__name__}{'f' if str(kind) == 'float' else ''}"
            declared = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(kind, (kind,) * len(args)), name
            )
            return builder.call(declared, args)

        loops = {f"{kind * function.nin}->{kind}": generate for kind in "fd"}
        ufunc_db().setdefault(function, loops)

    for _function in (np.floor, np.ceil, np.trunc, np.rint, np.fmod, np.sqrt):
        _add_ufunc(_function)

__all__ = [
    "SIMULATED",
    "Compiled",
    "Device",
    "Kernel",
    "binary",
    "compiled",
    "cuda",
    "devices",
    "libdevice",
]

THREADS = 2 if SIMULATED else 256
"""Threads of a block, unless a kernel wants another number."""

_SMALLEST = 1 << 12
"""Bytes of the smallest block that arrays get: the pool knows no smaller ones."""

_BLOCKS_A_PROCESSOR = 32  # several waves: an SM holds 8 at most, and the last wave is a small part


def _checked(result: tuple[Any, ...]) -> Any:
    """The value of a call of the driver's API, or an error with its name."""
    error, *values = result
    if error:
        if error == api.CUresult.CUDA_ERROR_OUT_OF_MEMORY:
            raise OSError("no memory on the device")
        name, text = (f(error)[1] for f in (api.cuGetErrorName, api.cuGetErrorString))
        raise MXNetError(f"CUDA: {name.decode()}: {text.decode()}")
    return values[0] if values else None


# --- memory ---------------------------------------------------------------------------------------


class _Memory:
    """Memory of a device, as the pool of `storage` holds it."""

    def __init__(self, device: Device, size: int) -> None:
        self._device = device
        if SIMULATED:
            self._host: Any = np.empty(size, np.uint8)
            self.address = self._host.ctypes.data
        else:
            device.activate()
            self.address = int(_checked(api.cuMemAlloc(size)))

    def close(self) -> None:
        if SIMULATED:
            self._host = None
        else:
            self._device.activate()
            _checked(api.cuMemFree(self.address))


class _Lease:
    """Keeps a block in use; the array that owns the memory holds it."""

    __slots__ = ("block", "pool")

    def __init__(self, block: Any, pool: Any) -> None:
        self.block, self.pool = block, pool

    def __del__(self, _is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        # While the interpreter shuts down the pool may be half gone; the driver frees the memory.
        if not _is_finalizing():
            self.pool.give_back(self.block)


class Device:
    """A GPU, as `ndgrad.device.Device` describes it.

    Attributes
    ----------
    number : int
    context : Context
    pool : storage.Pool
        Its memory: blocks that arrays use, and blocks that wait to be used again.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.context: Context = gpu(number)
        self._uploaded: dict[int, tuple[np.ndarray[Any, Any], DeviceArray]] = {}

    @cached_property
    def pool(self) -> Any:
        def block(size: int) -> Any:
            memory = _Memory(self, size)
            return storage.Block(memory, memory.address, size)

        return storage.Pool(self.memory_info()[1], block)

    @cached_property
    def _primary(self) -> Any:
        primary = cuda.gpus[self.number].get_primary_context()
        _checked(api.cuCtxSetCurrent(primary.handle))
        primary.prepare_for_use()
        return primary

    @cached_property
    def processors(self) -> int:
        """How many multiprocessors it has."""
        return 1 if SIMULATED else int(cuda.gpus[self.number].MULTIPROCESSOR_COUNT)

    def blocks(self, wanted: int) -> int:
        """How many of *wanted* blocks of `THREADS` threads to start: those that run at once."""
        return min(wanted, _BLOCKS_A_PROCESSOR * self.processors)

    @cached_property
    def compute_capability(self) -> tuple[int, int]:
        """What its kernels are compiled for."""
        major, minor = cuda.gpus[self.number].compute_capability
        return major, minor

    @cached_property
    def stream(self) -> Any:
        return _driver._to_core_stream(0)

    @cached_property
    def stream_handle(self) -> int:
        """The stream, as libraries want it."""
        return int(self.stream.handle)

    def activate(self) -> None:
        """Make this the device that the thread's calls of the driver are about."""
        if not SIMULATED:
            _checked(api.cuCtxSetCurrent(self._primary.handle))

    def memory_info(self) -> tuple[int, int]:
        """Free and total memory in bytes; what waits in the pool is not free."""
        if SIMULATED:
            total = storage.pool_stats().limit
            return total, total
        self.activate()
        free, total = _checked_pair(api.cuMemGetInfo())
        return free, total

    def empty(self, n: int, dtype: np.dtype[Any]) -> DeviceArray:
        if not n:
            return DeviceArray(self, 0, 0, dtype)
        block = self.pool.take(max(n * dtype.itemsize, _SMALLEST))
        return DeviceArray(self, block.address, n, dtype, _Lease(block, self.pool))

    def upload(self, source: np.ndarray[Any, Any], address: int) -> None:
        if SIMULATED:
            ctypes.memmove(address, source.ctypes.data, source.nbytes)
            return
        self.activate()
        _checked(api.cuMemcpyHtoD(address, source.ctypes.data, source.nbytes))

    def download(self, address: int, target: np.ndarray[Any, Any]) -> None:
        if SIMULATED:
            ctypes.memmove(target.ctypes.data, address, target.nbytes)
            return
        self.activate()
        _checked(api.cuMemcpyDtoH(target.ctypes.data, address, target.nbytes))

    def copy(self, source: int, target: int, nbytes: int, device: Any) -> None:
        if SIMULATED:
            ctypes.memmove(target, source, nbytes)
        elif device is not self:
            device.synchronize()  # its stream knows nothing of this one
            self.activate()
            handles = self._primary.handle, device._primary.handle
            _checked(api.cuMemcpyPeer(target, handles[0], source, handles[1], nbytes))
        elif source < target + nbytes and target < source + nbytes:
            between = self.empty(nbytes, np.dtype("uint8"))
            self.copy(source, between.address, nbytes, self)
            self.copy(between.address, target, nbytes, self)
        else:
            self.activate()
            _checked(api.cuMemcpyDtoDAsync(target, source, nbytes, 0))

    def fill(self, address: int, value: np.ndarray[Any, Any], count: int) -> None:
        size = value.dtype.itemsize
        if SIMULATED:
            _host_view(address, count, value.dtype)[:] = value
            return
        self.activate()
        if size == 8:
            # There is no function for words of 64 bits: two columns of halves.
            for i, half in enumerate(value.view(np.uint32).tolist()):
                _checked(api.cuMemsetD2D32Async(address + 4 * i, 8, half, 1, count, 0))
            return
        memset = {1: "cuMemsetD8Async", 2: "cuMemsetD16Async", 4: "cuMemsetD32Async"}[size]
        pattern = value.view(f"uint{8 * size}").tolist()[0]
        _checked(getattr(api, memset)(address, pattern, count, 0))

    def cast(self, source: DeviceArray, dtype: np.dtype[Any]) -> DeviceArray:
        from ...device import placed
        from .._reduction import Buffer
        from ..casting import copied

        with placed(self):
            return copied(Buffer(source), dtype)  # type: ignore[arg-type,return-value]

    def constant(self, host: np.ndarray[Any, Any]) -> DeviceArray:
        """A flat array of the host here, as an argument of a kernel.

        One that nobody can write to (geometry, mostly) is copied once and kept.
        """
        flat = np.ascontiguousarray(host).reshape(-1)
        if host.flags.writeable or host.base is not None:
            result = self.empty(flat.size, flat.dtype)
            if flat.size:
                self.upload(flat, result.address)
            return result
        found = self._uploaded.get(id(host))
        if found is None:
            result = self.empty(flat.size, flat.dtype)
            if flat.size:
                self.upload(flat, result.address)
            if len(self._uploaded) >= 4096:
                self._uploaded.clear()
            found = self._uploaded[id(host)] = host, result
        return found[1]

    def precede(self, stream: int) -> None:
        if SIMULATED:
            return
        self.activate()
        event = _checked(api.cuEventCreate(api.CUevent_flags.CU_EVENT_DISABLE_TIMING))
        _checked(api.cuEventRecord(event, self.stream_handle))
        _checked(api.cuStreamWaitEvent(stream, event, 0))
        _checked(api.cuEventDestroy(event))  # when it has happened

    def synchronize(self) -> None:
        if not SIMULATED:
            self.activate()
            _checked(api.cuCtxSynchronize())


def _checked_pair(result: tuple[Any, ...]) -> tuple[int, int]:
    _checked(result[:1])
    return int(result[1]), int(result[2])


def _host_view(address: int, count: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Simulated memory as an array of the host."""
    raw = (ctypes.c_uint8 * (count * dtype.itemsize)).from_address(address)
    return np.frombuffer(raw, dtype, count)  # type: ignore[call-overload]


@cache
def devices() -> tuple[tuple[Device, ...], str]:
    """All GPUs, and why there are none."""
    if SIMULATED:
        return (Device(0),), ""
    if not cuda.is_available():
        return (), " (the CUDA driver finds none)"
    return tuple(Device(i) for i in range(len(cuda.gpus))), ""


def shared_object(name: str) -> ctypes.CDLL | None:
    """One of NVIDIA's, wherever pip, conda or a toolkit put it; None if it is not there."""
    if SIMULATED:
        return None
    try:
        path = load_nvidia_dynamic_lib(name).abs_path
    except DynamicLibNotFoundError:
        return None
    return None if path is None else ctypes.CDLL(path)


# --- kernels --------------------------------------------------------------------------------------

_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    types.boolean: ctypes.c_bool,
    types.float32: ctypes.c_float,
    types.float64: ctypes.c_double,
    types.int8: ctypes.c_int8,
    types.uint8: ctypes.c_uint8,
    types.int32: ctypes.c_int32,
    types.uint32: ctypes.c_uint32,
    types.int64: ctypes.c_int64,
    types.uint64: ctypes.c_uint64,
}


def array_of(dtype: np.dtype[Any]) -> Any:
    """The type of a flat array of *dtype*, as kernels see it: float16 as its bits."""
    return types.Array(getattr(types, stored(dtype)), 1, "C")


class Kernel:
    """A CUDA kernel for one signature, compiled for a device when it is first launched there.

    Called as ``kernel(device, blocks, threads, args)``.  The caller answers for the types of
    *args*: `DeviceArray`, arrays of the host (copied to the device and not back), and numbers.

    Parameters
    ----------
    function : callable
        A Python function that uses ``cuda``, imported from this module.
    signature : tuple of numba types
    contract : bool
        Whether a product and a sum may be rounded once, together.  Not where other kernels, in
        which the sum stands alone, have to give the same bits.
    """

    __slots__ = ("function", "signature", "contract", "_converters", "_functions")

    def __init__(
        self, function: Callable[..., Any], signature: tuple[Any, ...], contract: bool = True
    ) -> None:
        self.function, self.signature, self.contract = function, signature, contract
        # Looked up once: the hash of a type takes longer than the rest of a launch.
        self._converters = tuple(map(_CONVERTERS.get, signature))
        self._functions: dict[int, Any] = {}

    def __call__(self, device: Any, blocks: int, threads: int, args: tuple[Any, ...]) -> None:
        if SIMULATED:
            _simulate(self.function, device, blocks, threads, args)
            return
        device.activate()
        function = self._functions.get(device.number)
        if function is None:
            entry, cubin = binary(self, device.compute_capability)
            function = _driver.ObjectCode.from_cubin(cubin).get_kernel(entry)
            self._functions[device.number] = function
        values, _kept = self.parameters(device, args)
        _dispatcher.launch(device.stream, _configuration(blocks, threads), function, *values)

    def parameters(self, device: Any, args: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
        """What the driver is given for *args*, and the arrays that must live until then."""
        values: list[Any] = []
        kept = []
        for convert, arg in zip(self._converters, args, strict=True):
            if convert is not None:
                values.append(convert(arg))
                continue
            if arg.__class__ is not DeviceArray:
                arg = device.constant(arg)
                kept.append(arg)
            parameters = arg.parameters
            if parameters is None:
                parameters = arg.parameters = _parameters(arg)
            values += parameters
        return values, kept

    def over(self, device: Any, units: int, args: tuple[Any, ...], threads: int = THREADS) -> None:
        """Launch with about a thread for each of *units*, in blocks of *threads*."""
        self(device, device.blocks(-(-units // threads)), threads, args)


def _parameters(x: DeviceArray) -> tuple[int, ...]:
    """A flat array as numba.cuda passes it: no owners, sizes, address, shape, strides."""
    size, item = x.size, x.dtype.itemsize
    return 0, 0, size, item, x.address, size, item


@cache
def _configuration(blocks: int, threads: int) -> Any:
    return _dispatcher.LaunchConfig(grid=(blocks, 1, 1), block=(threads, 1, 1), shmem_size=0)


_simulating = threading.Lock()  # the simulator runs one kernel at a time


def _simulate(
    function: Callable[..., Any], device: Device, blocks: int, threads: int, args: tuple[Any, ...]
) -> None:
    kept = [device.constant(x) if isinstance(x, np.ndarray) else x for x in args]
    seen = [
        FakeCUDAArray(_host_view(x.address, x.size, x.dtype)) if isinstance(x, DeviceArray) else x
        for x in kept
    ]
    with _simulating, warnings.catch_warnings():
        # A thread of the simulator says of overflows and NaN what a GPU does not.
        warnings.simplefilter("ignore", RuntimeWarning)
        cuda.jit(function)[blocks, threads](*seen)


# --- compiling, for which no GPU is needed --------------------------------------------------------


class Compiled(NamedTuple):
    """What the compiler makes of a kernel for an architecture.

    Attributes
    ----------
    ptx : str
    entry : str
        The kernel's name in it.
    cubin : bytes
    registers : int
        Of a thread.
    spilled : int
        Bytes of registers that are stored to memory and loaded again.
    stack : int
        Bytes of memory of its own that a thread has: local arrays.
    """

    ptx: str
    entry: str
    cubin: bytes
    registers: int
    spilled: int
    stack: int


class _Architecture(NamedTuple):
    compute_capability: tuple[int, int]


_compiling = threading.Lock()


def compiled(kernel: Kernel, cc: tuple[int, int]) -> Compiled:
    """Compile *kernel* for a compute capability, such as (9, 0)."""
    with _compiling:
        before = _dispatcher.get_current_device, _nvvm.compile_ir
        # numba.cuda asks the current device what to compile functions for that a kernel calls.
        _dispatcher.get_current_device = lambda: _Architecture(cc)
        # `cuda.compile` has no option for this.
        _nvvm.compile_ir = partial(_nvvm.compile_ir, fma=kernel.contract)
        try:
            ptx, _ = cuda.compile(
                kernel.function, kernel.signature, device=False, abi="numba", cc=cc, output="ptx"
            )
        finally:
            _dispatcher.get_current_device, _nvvm.compile_ir = before
    options = _driver.LinkerOptions(arch=f"sm_{cc[0]}{cc[1]}", ptxas_options=["-v"])
    linker = _driver.Linker(_driver.ObjectCode.from_ptx(ptx.encode()), options=options)
    cubin = linker.link("cubin").code
    log = linker.get_info_log()

    def number(pattern: str) -> int:
        return sum(map(int, re.findall(pattern, log)))

    return Compiled(
        ptx,
        re.findall(r"\.entry ([\w$]+)", ptx)[0],
        cubin,
        number(r"Used (\d+) registers"),
        number(r"(\d+) bytes spill"),
        number(r"(\d+) bytes stack frame"),
    )


# --- the cache of machine code --------------------------------------------------------------------


@cache
def _tools() -> str:
    """What compiles, besides what `_cache.stamp` knows of."""
    paths = (load_nvidia_dynamic_lib(name).abs_path for name in ("nvvm", "nvJitLink"))
    sizes = [path and os.path.getsize(path) for path in paths]
    return repr((version("numba-cuda"), nvjitlink.version(), sizes))


def _identity(function: Any) -> list[Any] | None:
    """What *function* is, besides what the stamp and its module's name say; None if more than that.

    Kernels of a user's can change when no source of this package does.
    """
    if not function.__module__.startswith(("ndgrad.kernels.", "ndgrad_generated.")):
        return None
    code = function.__code__
    identity = [function.__module__, function.__qualname__, code.co_code, code.co_consts]
    for cell in function.__closure__ or ():
        inner = getattr(cell.cell_contents, "py_func", None)
        part = None if inner is None else _identity(inner)
        if part is None:
            return None
        identity.append(part)
    return identity


def _cached(kernel: Kernel, cc: tuple[int, int]) -> Path | None:
    """The file of a kernel's machine code, if it may have one."""
    folder, identity = _cache.directory(), _identity(kernel.function)
    if folder is None or identity is None:
        return None
    key = repr((identity, kernel.signature, kernel.contract, cc, _tools()))
    name = kernel.function.__module__.rpartition(".")[2]
    return folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.cubin"


def binary(kernel: Kernel, cc: tuple[int, int]) -> tuple[str, bytes]:
    """The name and the machine code of *kernel*, from the disk if it has been compiled before."""
    path = _cached(kernel, cc)
    payload = None if path is None else _cache.stored(path)
    if payload is not None:
        entry, _, cubin = payload.partition(b"\0")
        return entry.decode(), cubin
    made = compiled(kernel, cc)
    if path is not None:
        _cache.store(path, made.entry.encode() + b"\0" + made.cubin)
    return made.entry, made.cubin
