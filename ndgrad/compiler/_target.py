"""Where a plan runs: what makes kernels of its groups there.

Everything else that a plan calls (products, copies along strides, operators as they are) finds out
by itself where the elements are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

from ..context import cpu
from ..device import Device, copy, placed
from ..kernels import _cuda, _fused
from ..kernels._fused import Fused
from ..kernels._launch import PARALLEL_ELEMENTS
from ..kernels._reduction import Reduction

Dtype = np.dtype[Any]
Run = Callable[..., Any]


class Host:
    """The processor that Python runs on."""

    context = cpu()
    copy = staticmethod(np.copyto)

    def placed(self, run: Run) -> Run:
        """A plan's function that allocates here."""
        return run

    def work(self, spec: Fused, size: int, n: int) -> _fused.Work:
        """How *size* elements, in rows of *n*, are cut up."""
        return _fused.Work(spec, size, n)

    def kernel(self, spec: Fused, work: _fused.Work) -> _fused.Kernel:
        return _fused.kernel(spec)

    def launch(
        self, kernel: _fused.Kernel, work: _fused.Work, heavy: int
    ) -> tuple[Run, tuple[int, ...]]:
        """What to call, and with what after the arguments; *heavy* is the work in elements."""
        if heavy < PARALLEL_ELEMENTS or work.units == 1:
            return kernel.entry.serial, (0, work.units)
        return kernel.entry.parallel, (work.units, work.grain)

    def joined(self, row: Reduction, partial: Dtype, dtype: Dtype) -> Run:
        """What puts partial results together."""
        return _fused.joined(row, partial, dtype).run


class Gpu:
    """A GPU, with the methods of `Host`."""

    def __init__(self, device: Device) -> None:
        self.device, self.context = device, device.context

    def copy(self, target: Any, source: Any) -> None:
        copy(source, target)

    def placed(self, run: Run) -> Run:
        @wraps(run)
        def there(*args: Any) -> Any:
            with placed(self.device):
                return run(*args)

        return there

    def work(self, spec: Fused, size: int, n: int) -> Any:
        return _cuda._fused.Work(spec, size, n)

    def kernel(self, spec: Fused, work: Any) -> Any:
        return _cuda._fused.kernel(spec, work.form)

    def launch(self, kernel: Any, work: Any, heavy: int) -> tuple[Run, tuple[int, ...]]:
        return _cuda._fused.launch(self.device, kernel, work), ()

    def joined(self, row: Reduction, partial_: Dtype, dtype: Dtype) -> Run:
        return partial(_cuda._fused.joined(row, partial_, dtype).run, self.device)


HOST = Host()


def target_on(device: Device | None) -> Host | Gpu:
    """Where a plan for *device* runs; None is the host."""
    return HOST if device is None else Gpu(device)
