"""`mx.libinfo`: the version of MXNet whose API this is."""

from __future__ import annotations

from ._mxnet import VERSION as __version__
from .base import public_names

__all__ = ["__version__", "find_include_path", "find_lib_path"]
__dir__ = public_names(globals())


def find_lib_path(prefix: str = "libmxnet") -> list[str]:
    """Raise `RuntimeError`: there is no library, kernels are compiled when they are called."""
    raise RuntimeError(f"find_lib_path: ndgrad has no library {prefix}; its kernels are Python")


def find_include_path() -> str:
    """Raise `RuntimeError`: there are no headers."""
    raise RuntimeError("find_include_path: ndgrad has no C headers; its kernels are Python")
