"""Automatic differentiation for arrays, every operator a Numba kernel that can be read.

``import ndgrad as mx`` gives the MXNet 1.x API: `nd` for arrays, `autograd` for gradients.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import ops  # noqa: F401  # declares all operators  # isort: skip
from . import autograd, base, context, kernels, nd, operator, random, symbol, util
from .base import MXNetError, public_names
from .compiler import compile
from .context import (
    Context,
    cpu,
    cpu_pinned,
    cpu_shared,
    current_context,
    gpu,
    gpu_memory_info,
    num_gpus,
)
from .kernels.build.threads import num_threads, set_num_threads
from .util import is_np_shape, np_shape, set_np_shape, use_np_shape

ndarray = nd
rnd = random
sym = symbol
__version__ = "0.1.0"

_MODULES = {
    "attribute": "attribute",
    "callback": "callback",
    "contrib": "contrib",
    "gluon": "gluon",
    "image": "image",
    "img": "image",
    "init": "initializer",
    "initializer": "initializer",
    "io": "io",
    "kv": "kvstore",
    "kvstore": "kvstore",
    "lr_scheduler": "lr_scheduler",
    "metric": "metric",
    "mod": "module",
    "model": "model",
    "module": "module",
    "mon": "monitor",
    "monitor": "monitor",
    "name": "name",
    "opt": "optimizer",
    "optimizer": "optimizer",
    "profiler": "profiler",
    "recordio": "recordio",
    "registry": "registry",
    "rnn": "rnn",
    "runtime": "runtime",
    "test_utils": "test_utils",
    "testing": "testing",
    "visualization": "visualization",
    "viz": "visualization",
}
"""Modules that are imported when they are first asked for: name here, module."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module 'ndgrad' has no attribute {name!r}")
        module = globals()[name] = importlib.import_module(f".{_MODULES[name]}", __name__)
        return module


__all__ = [
    "Context",
    "MXNetError",
    "autograd",
    "base",
    "compile",
    "context",
    "cpu",
    "cpu_pinned",
    "cpu_shared",
    "current_context",
    "gpu",
    "gpu_memory_info",
    "is_np_shape",
    "kernels",
    "nd",
    "ndarray",
    "np_shape",
    "num_gpus",
    "num_threads",
    "operator",
    "random",
    "rnd",
    "set_np_shape",
    "set_num_threads",
    "sym",
    "symbol",
    "use_np_shape",
    "util",
]
__dir__ = public_names(globals())
