"""Devices, their memory, compiling and launching: the one package that imports ``numba.cuda``."""

from __future__ import annotations

from .api import SIMULATED, THREADS, cuda, libdevice, number_at, shared_object
from .arguments import array_of
from .compile import Compiled, binary, compiled
from .device import Device, devices
from .kernel import Kernel

__all__ = [
    "SIMULATED",
    "THREADS",
    "Compiled",
    "Device",
    "Kernel",
    "array_of",
    "binary",
    "compiled",
    "cuda",
    "devices",
    "libdevice",
    "number_at",
    "shared_object",
]
