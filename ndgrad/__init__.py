"""Automatic differentiation for arrays, every operator a Numba kernel that can be read.

``import ndgrad as mx`` gives the MXNet 1.x API: `nd` for arrays, `autograd` for gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _collection

with _collection.kept():
    from . import _threadpools, ops  # noqa: F401  # declares all operators  # isort: skip
    from . import autograd, base, context, kernels, nd, operator, random, symbol, util
    from . import numpy as np
    from . import numpy_extension as npx
    from ._installed import show_versions
    from ._mxnet import install_as_mxnet
    from .attribute import AttrScope
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
    from .util import (
        is_np_array,
        is_np_shape,
        np_array,
        np_shape,
        set_np_shape,
        use_np,
        use_np_array,
        use_np_shape,
    )

if TYPE_CHECKING:  # modules that are imported when they are first asked for
    from ._stubs.modules import *  # noqa: F403

__version__ = "0.2.0"


def load_ipython_extension(ipython: object) -> None:
    """Do `install_as_mxnet` for ``%load_ext ndgrad`` in a notebook."""
    install_as_mxnet()


__all__ = [
    "AttrScope",
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
    "install_as_mxnet",
    "is_np_array",
    "is_np_shape",
    "kernels",
    "nd",
    "np",
    "np_array",
    "np_shape",
    "npx",
    "num_gpus",
    "num_threads",
    "operator",
    "random",
    "set_np_shape",
    "set_num_threads",
    "show_versions",
    "symbol",
    "use_np",
    "use_np_array",
    "use_np_shape",
    "util",
]
__dir__ = public_names(globals())
