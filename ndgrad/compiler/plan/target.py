"""Targets of a plan, the host and a GPU: what makes kernels of its groups there.

Everything else that a plan calls (products, copies along strides, operators as they are) finds out
by itself where the elements are.
"""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

from ...base import DType, HostArray
from ...context import cpu
from ...kernels.build.launch import PARALLEL_ELEMENTS, Specialization
from ...kernels.cpu import fused
from ...kernels.cpu.matmul import task as product_task
from ...kernels.cpu.strided import copy as copy_on_host
from ...kernels.cpu.strided import rows_task
from ...kernels.cpu.tasks import Task
from ...kernels.spec.fused import Fused
from ...kernels.spec.reduction import Reduction
from ...memory.abstract import Run
from ...memory.device import Buffer, Device, DeviceArray, copy, on_device
from .replay import Allocations, Replayed
from .report import Report

Work: TypeAlias = Any
"""How the work of a kernel is cut up, of the class that the target has for it."""

Entry: TypeAlias = Any
"""A kernel as a target launches it: a `Specialization`, or what has its methods."""
_WORTH_DISTRIBUTING = PARALLEL_ELEMENTS // 4  # threads of a task list are awake


class Host:
    """The processor that Python runs on."""

    context = cpu()
    most_stored = 1000
    """Arrays that a kernel may store."""
    has_series = True
    """Whether consecutive kernels run in one launch."""

    gives_memory = False
    """Whether a plan's function is given memory for its results and workspace."""

    @staticmethod
    def copy(target: HostArray, source: HostArray) -> None:
        """Copy a buffer over another."""
        copy_on_host(source, target)

    def runner(self, function: Run, memory: Allocations, report: Report) -> Run:
        """What runs a plan's function here."""
        return function

    def work(self, spec: Fused, size: int, n: int) -> fused.FusedWork:
        """How *size* elements, in rows of *n*, are cut up."""
        return fused.FusedWork(spec, size, n)

    def kernel(self, spec: Fused, work: fused.FusedWork) -> fused.FusedKernel:
        return fused.kernel(spec, work.prefetch)

    def distribution(self, work: fused.FusedWork, heavy: int) -> tuple[int, int, int]:
        """Work items of a step, and its grains in a task list and alone; *heavy* is its work."""
        together = work.grain if heavy >= _WORTH_DISTRIBUTING else work.units
        return work.units, together, work.grain if heavy >= PARALLEL_ELEMENTS else work.units

    def final_combine(self, reduction: Reduction, partial: DType, dtype: DType) -> Specialization:
        """The kernel that combines partial results."""
        return fused.final_combine(reduction, partial, dtype).entry

    product = staticmethod(product_task)
    """Products of matrices as a step, if they can be one."""

    @staticmethod
    def rows(
        x: Buffer | str, y: Buffer | str, rows: int, n: int, offset: int, stride: int, dtype: DType
    ) -> Task | None:
        """A copy of rows as a step, if it can be one."""
        fits = dtype.name in ("float32", "float64")
        return rows_task(x, y, rows, n, offset, stride, dtype) if fits else None

    def copies_strided(self, dtype: DType) -> bool:
        """Whether a copy along strides is a step."""
        return dtype.name in ("float32", "float64")


class Gpu:
    """A GPU, with the methods of `Host`."""

    most_stored = 32  # the address of each takes registers where a loop branches
    has_series = False
    gives_memory = True

    def __init__(self, device: Device) -> None:
        self.device, self.context = device, device.context

    def copy(self, target: Buffer, source: Buffer) -> None:
        copy(source, target)

    def runner(self, function: Run, memory: Allocations, report: Report) -> Run:
        run = Replayed(function, self.device, memory, report)

        def there(*args: DeviceArray) -> list[DeviceArray]:
            with on_device(self.device):
                return run(*args)

        return there

    def work(self, spec: Fused, size: int, n: int) -> Work:
        return self.device.backend.fused.FusedGrid(spec, size, n)

    def kernel(self, spec: Fused, work: Work) -> Entry:
        kernels = self.device.backend.fused
        made = kernels.kernel(spec, work.form)
        run = kernels.launch(self.device, made, work)
        return _Launched("fused", run, made.text, made.cached)

    def distribution(self, work: object, heavy: int) -> tuple[int, int, int]:
        return 1, 1, 1

    def final_combine(self, reduction: Reduction, partial_: DType, dtype: DType) -> Entry:
        run = self.device.backend.fused.final_combine(reduction, partial_, dtype).run
        return _Launched("combine", partial(run, self.device)).entry

    def product(self, *args: object) -> None:
        return None

    rows = product

    def copies_strided(self, dtype: DType) -> bool:
        return False


class _Launched:
    """A kernel on a device in the form of one on the host: `serial` drops its range."""

    def __init__(self, name: str, run: Run, text: str = "", cached: bool = False) -> None:
        self.name, self.run, self.text, self.cached = name, run, text, cached
        self.entry = self

    def serial(self, *args: object) -> None:
        self.run(*args[:-2])


Target = Host | Gpu

HOST = Host()


def target_on(device: Device | None) -> Target:
    """Where a plan for *device* runs; None is the host."""
    return HOST if device is None else Gpu(device)
