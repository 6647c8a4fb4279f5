"""Devices, their memory, compiling and launching: the one package that imports ``numba.cuda``."""

from __future__ import annotations

from .api import SIMULATED, THREADS, cuda, libdevice, number_at, shared_object
from .arguments import array_of
from .compile import CompiledKernel, binary, compiled
from .device import CudaDevice, devices
from .kernel import CudaKernel

__all__ = [
    "SIMULATED",
    "THREADS",
    "CompiledKernel",
    "CudaDevice",
    "CudaKernel",
    "array_of",
    "binary",
    "compiled",
    "cuda",
    "devices",
    "libdevice",
    "number_at",
    "shared_object",
]
