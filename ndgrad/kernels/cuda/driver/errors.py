"""Errors that kernels find on a device, which are raised when the host waits for it."""

from __future__ import annotations

import threading
from typing import Protocol

import numpy as np

from ....memory import storage
from ....memory.device import Device, DeviceArray
from ..simulated import host_view
from . import api
from .api import SIMULATED, checked


class _Activated(Device, Protocol):
    def activate(self) -> None: ...


class _SharedFlag(DeviceArray):
    """Memory that streams write to in any order."""

    __slots__ = ()


class DeferredErrors:
    """What kernels found wrong with the values of their arguments.

    A kernel cannot raise, and to ask it would be to wait for it.  So it does something harmless
    instead and sets a flag in memory of the host's, which costs nothing to read; the error is
    raised when the host waits for the device anyhow.  Of several errors the one that got its number
    first is raised, and of several values the least.

    Attributes
    ----------
    flag : DeviceArray
        One int64, which kernels write to.
    """

    _NONE = 2**63 - 1

    def __init__(self, device: _Activated) -> None:
        self._context = device.context
        if SIMULATED:
            host = np.empty(1, np.int64)
            address = host.ctypes.data
        else:
            device.activate()
            flags = api.bindings.CU_MEMHOSTALLOC_DEVICEMAP | api.bindings.CU_MEMHOSTALLOC_PORTABLE
            pointer = int(checked(api.bindings.cuMemHostAlloc(8, flags)))
            host = host_view(pointer, 1, np.dtype("int64"))
            address = int(checked(api.bindings.cuMemHostGetDevicePointer(pointer, 0)))
        host[0] = self._NONE
        self._host = host
        self.flag = _SharedFlag(device, address, 1, host.dtype, storage.Block(None, address, 8))
        self._codes: dict[tuple[type[Exception], str], int] = {}
        self._naming = threading.RLock()

    def code(self, error: type[Exception], text: str) -> int:
        """The number of an error, whose text has ``{value}`` where the value is to be named."""
        with self._naming:
            return self._codes.setdefault((error, text), len(self._codes))

    def raise_any(self) -> None:
        """Raise the error of the flag that kernels have set; the host has waited for them."""
        left = int(self._host[0])
        if left == self._NONE:
            return
        self._host[0] = self._NONE
        code, value = divmod(left, 2**32)
        error, text = list(self._codes)[code]
        raise error(
            f"{text.format(value=value - 2**31)} (found on {self._context}, where operators run "
            "while Python goes on: the call may be an earlier one)"
        )
