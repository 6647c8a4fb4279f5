"""Kernels for CUDA, and the finder of GPUs.

Importing this package imports no CUDA: whether there is a GPU is asked when a program wants one,
and then the back end (`backend.py`) registers itself with the devices that are found.

| Module | What is in it |
| --- | --- |
| `backend.py` | what the entries of `kernels.front` call for buffers on a device |
| `driver/` | devices, memory, compiling, launching: all that touches `numba.cuda` |
| `streams.py`, `simulated.py` | the order of work, copies from and to the host |
| `elementwise.py` | loops by formula, with broadcasting |
| `fused.py` | the kernels of compiled functions |
| `generic.py` | any ``@chunked`` kernel, one work item of it a thread at a time |
| `reduction.py`, `rowwise.py` | reductions and axis-wise kernels by formula |
| `matmul.py`, `cublas.py` | matrix products |
| `strided.py`, `indexed.py` | copies along strides; rows picked by index, and added |
| `sort.py` | orders of rows, and what moves by them |
| `windows.py` | the greatest elements of windows over images |
| `scan.py` | running sums and recurrences |
| `extremes.py` | where extremes are |
| `vectors.py`, `groups.py` | what generated kernels share |
"""

from __future__ import annotations

import importlib.util
from functools import cached_property
from typing import TYPE_CHECKING

from ... import context

if TYPE_CHECKING:
    from .driver import CudaDevice


class _Target:
    """What `ndgrad.context` asks about GPUs; looks for them once."""

    @cached_property
    def _found(self) -> tuple[tuple[CudaDevice, ...], str]:
        """The devices, and why there are none."""
        if importlib.util.find_spec("numba_cuda") is None:
            return (), " (numba-cuda is not installed: pip install 'ndgrad[cuda]')"
        try:
            from . import backend, driver  # noqa: F401
        except ImportError as error:
            return (), f" (numba-cuda cannot be imported: {error})"
        return driver.devices()

    def num_gpus(self) -> int:
        return len(self._found[0])

    def unavailable_reason(self) -> str:
        return self._found[1]

    def device(self, device_id: int) -> CudaDevice:
        return self._found[0][device_id]

    def number_at(self, address: int) -> int:
        from . import driver

        return driver.number_at(address)

    def memory_info(self, device_id: int) -> tuple[int, int]:
        info: tuple[int, int] = self.device(device_id).memory_info()
        return info

    def empty_cache(self, device_id: int) -> None:
        self.device(device_id).pool.release_all()


context._gpu_target = _Target()
