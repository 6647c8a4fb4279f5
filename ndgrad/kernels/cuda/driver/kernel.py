"""Kernels for one signature, and their launch."""

from __future__ import annotations

import ctypes
import struct
import threading
import warnings

import numpy as np

from ....base import MXNetError
from ....memory.device import Device, DeviceArray
from ...annotations import Arguments, Function, Signature
from ..simulated import SimulatedCalls, host_view
from . import api
from .api import SIMULATED, THREADS, checked, cuda
from .arguments import NUMBERS, Words, packing
from .compile import binary
from .device import CudaDevice

if SIMULATED:
    from numba.cuda.simulator.cudadrv.devicearray import FakeCUDAArray


class CudaKernel:
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

    Attributes
    ----------
    sizes : tuple of int
        Bytes of each parameter of the machine code.
    """

    __slots__ = ("function", "signature", "contract", "sizes", "_pack", "_functions", "_words")

    def __init__(self, function: Function, signature: Signature, contract: bool = True) -> None:
        self.function, self.signature, self.contract = function, signature, contract
        self._pack, self.sizes = packing(signature)
        self._functions: dict[int, object] = {}
        self._words: list[Words] = []  # that no launch uses

    def __call__(self, device: Device, blocks: int, threads: int, args: Arguments) -> None:
        for arg in args:
            if arg.__class__ is np.ndarray:
                assert isinstance(device, CudaDevice)
                args = tuple([device.constant(x) if x.__class__ is np.ndarray else x for x in args])
                break
        self.launch(device, blocks, threads, args)

    def launch(self, device: Device, blocks: int, threads: int, args: Arguments) -> None:
        """The same for *args* of which none is on the host."""
        assert isinstance(device, CudaDevice)
        if SIMULATED:
            _simulate(self.function, device, blocks, threads, args)
            return
        device.activate()
        function = self._functions.get(device.number)
        if function is None:
            function = self._functions[device.number] = self._loaded(device)
        # Words that another thread's launch does not write to: the driver reads them without the
        # interpreter's lock.
        try:
            words = self._words.pop()
        except IndexError:
            words = Words(len(self.sizes))
        self.pack(words.memory, args)
        stream = device.stream
        if not stream.is_only:
            stream.order(args)
        checked(
            api.bindings.cuLaunchKernel(
                *(function, blocks, 1, 1, threads, 1, 1, 0),
                *(stream.handle, words.addresses, 0),
            )
        )
        if not stream.is_only:
            stream.order(args)
        self._words.append(words)

    def pack(self, memory: ctypes.Array[ctypes.c_uint64], args: Arguments) -> None:
        """Write what the driver is given for *args*, numbers as C converts them."""
        try:
            self._pack(memory, *args)
        except (OverflowError, struct.error):
            kinds = map(NUMBERS.get, self.signature)
            numbers = [
                arg if kind is None else kind[0](arg).value
                for arg, kind in zip(args, kinds, strict=True)
            ]
            self._pack(memory, *numbers)

    def _loaded(self, device: CudaDevice) -> object:
        """The kernel's handle on the active device."""
        entry, cubin = binary(self, device.compute_capability)
        module = checked(api.bindings.cuModuleLoadData(cubin))
        return checked(api.bindings.cuModuleGetFunction(module, entry.encode()))

    def over(self, device: Device, units: int, args: Arguments, threads: int = THREADS) -> None:
        """Launch with about a thread for each of *units*, in blocks of *threads*."""
        assert isinstance(device, CudaDevice)
        self(device, device.blocks(-(-units // threads)), threads, args)


_simulating = threading.Lock()  # the simulator runs one kernel at a time


def _simulate(
    function: Function, device: CudaDevice, blocks: int, threads: int, args: Arguments
) -> None:
    if not 0 < blocks < 2**31:  # for which the simulator does nothing
        raise MXNetError(f"a launch of {blocks} blocks; expected 1 to 2**31 - 1")
    seen = [
        FakeCUDAArray(host_view(x.address, x.size, x.dtype)) if isinstance(x, DeviceArray) else x
        for x in args
    ]

    def work() -> None:
        with _simulating, warnings.catch_warnings():
            # A thread of the simulator says of overflows and NaN what a GPU does not.
            warnings.simplefilter("ignore", RuntimeWarning)
            cuda.jit(function)[blocks, threads](*seen)

    calls = device.calls
    assert isinstance(calls, SimulatedCalls)
    device.start(lambda stream: calls.run(stream.handle, work), args)
