"""Automatic differentiation for arrays, every operator a Numba kernel that can be read.

``import ndgrad as mx`` gives the MXNet 1.x API: `nd` for arrays, `autograd` for gradients.
"""

from __future__ import annotations

from . import kernels  # registers the op table  # isort: skip
from . import autograd, base, context, nd, random
from .base import MXNetError
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

ndarray = nd
rnd = random
__version__ = "0.1.0"

__all__ = [
    "Context",
    "MXNetError",
    "autograd",
    "base",
    "context",
    "cpu",
    "cpu_pinned",
    "cpu_shared",
    "current_context",
    "gpu",
    "gpu_memory_info",
    "kernels",
    "nd",
    "ndarray",
    "num_gpus",
    "random",
]
