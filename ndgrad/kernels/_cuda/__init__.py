"""The CUDA variants of the doors to kernels, and the finder of GPUs.

Importing this package imports no CUDA: whether there is a GPU is asked when somebody wants one, and
each module is loaded when an array on a device first comes to its door.

| Module | What is in it |
| --- | --- |
| `_driver.py` | devices, memory, compiling, launching: all that touches `numba.cuda` |
| `_streams.py`, `_simulated.py` | the order of work, copies from and to the host |
| `_elementwise.py` | loops by formula, with broadcasting |
| `_fused.py` | the kernels of compiled functions |
| `_generic.py` | any ``@chunked`` kernel, one unit of it a thread at a time |
| `_reduction.py`, `_rowwise.py` | reductions and lines by formula |
| `_products.py`, `_cublas.py` | matrix products |
| `_strided.py`, `_rows.py` | copies along strides; rows picked by index, and added |
| `_sorting.py` | orders of rows, and what moves by them |
| `_scans.py` | running sums and recurrences |
| `_extremes.py` | where extremes are |
| `_vectors.py`, `_teams.py`, `_text.py` | what generated kernels share |
"""

from __future__ import annotations

import importlib
import importlib.util
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ... import context

if TYPE_CHECKING:
    from . import _driver as _driver
    from . import _elementwise as _elementwise
    from . import _extremes as _extremes
    from . import _fused as _fused
    from . import _generic as _generic
    from . import _products as _products
    from . import _reduction as _reduction
    from . import _rows as _rows
    from . import _rowwise as _rowwise
    from . import _scans as _scans
    from . import _sorting as _sorting
    from . import _strided as _strided

_MODULES = frozenset(
    "_driver _elementwise _extremes _fused _generic _products _reduction _rows _rowwise "
    "_scans _sorting _strided".split()
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


class _Target:
    """What `ndgrad.context` asks about GPUs; looks for them once."""

    @cached_property
    def _found(self) -> tuple[tuple[Any, ...], str]:
        """The devices, and why there are none."""
        if importlib.util.find_spec("numba_cuda") is None:
            return (), " (numba-cuda is not installed: pip install 'ndgrad[cuda]')"
        try:
            from . import _driver
        except ImportError as error:
            return (), f" (numba-cuda cannot be imported: {error})"
        return _driver.devices()

    def num_gpus(self) -> int:
        return len(self._found[0])

    def hindrance(self) -> str:
        return self._found[1]

    def device(self, device_id: int) -> Any:
        return self._found[0][device_id]

    def number_at(self, address: int) -> int:
        from . import _driver

        return _driver.number_at(address)

    def memory_info(self, device_id: int) -> tuple[int, int]:
        info: tuple[int, int] = self.device(device_id).memory_info()
        return info

    def empty_cache(self, device_id: int) -> None:
        self.device(device_id).pool.release_all()


context._gpu_target = _Target()
