"""What Python does around the kernels of a small eager operator on a GPU.

Where there is no GPU a driver stands in whose functions do nothing: memory and launches are free,
and all else is as it would be.
"""

from __future__ import annotations

import ctypes
import importlib
import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

_OPERATORS: dict[str, Callable[..., Any]] = {
    "tanh(x)": lambda nd, x, y, row: nd.tanh(x),
    "x * 2": lambda nd, x, y, row: x * 2,
    "x + y": lambda nd, x, y, row: x + y,
    "x * y": lambda nd, x, y, row: x * y,
    "x + row": lambda nd, x, y, row: x + row,
}

_CHAIN = 100


def _stand_in() -> Any:
    """A GPU target with one GPU, of which nothing is ever read."""
    driver = importlib.import_module("ndgrad.kernels.cuda.driver")
    importlib.import_module("ndgrad.kernels.cuda.backend")  # registers itself with the driver
    addresses = itertools.count(1 << 40, 1 << 30)
    pinned = ctypes.create_string_buffer(8 << 20)
    functions = dict.fromkeys(
        "cuCtxSetCurrent cuEventRecord cuLaunchKernel cuMemFree cuMemcpyHtoDAsync "
        "cuMemcpyDtoDAsync cuMemsetD32Async cuStreamSynchronize".split(),
        lambda *args: (0,),
    )
    driver.api.bindings = SimpleNamespace(
        **functions,
        CUevent_flags=SimpleNamespace(CU_EVENT_DISABLE_TIMING=2),
        CUstream_flags=SimpleNamespace(CU_STREAM_NON_BLOCKING=1),
        cuEventCreate=lambda flags: (0, "event"),
        cuEventQuery=lambda event: (0,),
        cuEventSynchronize=lambda event: (0,),
        cuStreamCreate=lambda flags: (0, 1 << 16),
        cuMemAlloc=lambda size: (0, next(addresses)),
        cuMemHostAlloc=lambda size, flags: (0, ctypes.addressof(pinned)),
        cuMemGetInfo=lambda: (0, 1 << 33, 1 << 33),
        cuModuleLoadData=lambda cubin: (0, "module"),
        cuModuleGetFunction=lambda module, name: (0, "function"),
    )
    gpu = driver.CudaDevice(0)
    vars(gpu.calls).update(context=0)
    vars(gpu).update(processors=132, compute_capability=(9, 0))
    return SimpleNamespace(num_gpus=lambda: 1, device=lambda i: gpu)


class LaunchOnAGpu:
    """100 operators on 8 elements: not recorded, recorded, and with their backward."""

    params = [list(_OPERATORS), ["not recorded", "recorded", "with backward"]]
    param_names = ("operator", "how")

    def setup(self, operator: str, how: str) -> None:
        mx = importlib.import_module("ndgrad")
        context = importlib.import_module("ndgrad.context")
        if not hasattr(mx, "num_gpus") or not hasattr(context, "_gpu_target"):
            raise NotImplementedError("ndgrad has no GPUs")
        if not mx.num_gpus():
            try:
                context._gpu_target = _stand_in()
            except ImportError as error:
                raise NotImplementedError(str(error)) from None
        self.mx, self.function = mx, _OPERATORS[operator]
        with mx.gpu():
            self.x, self.y, self.row = (mx.nd.ones(shape) for shape in ((2, 4), (2, 4), (4,)))
            self.head = mx.nd.ones((2, 4))
        if how != "not recorded":
            self.x.attach_grad()
        self.backward = how == "with backward"
        self.time_operator(operator, how)  # compiles

    def time_operator(self, operator: str, how: str) -> None:
        z, nd, function = self.x, self.mx.nd, self.function
        with self.mx.autograd.record():
            for _ in range(_CHAIN):
                z = function(nd, z, self.y, self.row)
        if self.backward:
            z.backward(self.head)
