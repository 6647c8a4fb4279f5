"""`mx.show_versions`: versions, processor, threads, BLAS, cache folder and GPUs, as a table."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TextIO

from . import context
from ._mxnet import VERSION
from .base import MXNetError
from .kernels import processor
from .kernels.build import binaries, threads
from .kernels.cpu import blas

__all__ = ["Contents", "folders", "show_versions"]

_NEEDED = ("numpy", "numba", "llvmlite", "ml_dtypes", "scipy-openblas32", "tbb")
_OPTIONAL = ("numba-cuda", "pillow", "safetensors", "scipy", "threadpoolctl")
_FLAGS = frozenset(
    "sse2 sse4.2 avx avx2 fma f16c avx512f avx512bw avx512dq avx512vl avx512fp16 neon sve".split()
)
_STAMP = re.compile("[0-9a-f]{16}")
_VARIABLES = ("NDGRAD_", "NUMBA_", "OPENBLAS_", "OMP_", "CUDA_VISIBLE_DEVICES")


def show_versions(file: TextIO | None = None) -> None:
    """Print what a report of a fault should say of the machine: the text of ``python -m ndgrad``.

    Parameters
    ----------
    file : file, optional
        Where to print; standard output by default.
    """
    for name, text in _facts():
        print(f"{name:<14}{text}", file=file)


class Contents(NamedTuple):
    """How many files there are, and their size in bytes."""

    files: int
    size: int

    @classmethod
    def of(cls, folders: Iterable[Path]) -> Contents:
        """Count the files of *folders*; those that vanish meanwhile are left out."""
        sizes = []
        for path in chain.from_iterable(folder.iterdir() for folder in folders):
            with suppress(OSError):
                sizes.append(path.stat().st_size)
        return cls(len(sizes), sum(sizes))

    def __str__(self) -> str:
        return f"{self.files} files, {self.size / 1e6:.1f} MB"


def folders() -> list[Path]:
    """Return the folders of compiled kernels: that in use, then those of other versions."""
    own = binaries.directory()
    if own is None:
        return []
    others = (path for path in own.parent.iterdir() if _STAMP.fullmatch(path.name))
    return [own, *sorted(path for path in others if path != own and path.is_dir())]


def _facts() -> Iterator[tuple[str, str]]:
    """Yield pairs of a name and what there is, one for each line."""
    own = sys.modules[__package__]
    yield "ndgrad", f"{own.__version__}, the API of MXNet {VERSION}, in {Path(own.__path__[0])}"
    yield "Python", f"{platform.python_version()} ({platform.platform()}), {sys.executable}"
    for title, packages in (("needs", _NEEDED), ("may use", _OPTIONAL)):
        yield title, ", ".join(f"{name} {_version(name)}" for name in packages)
    yield "processor", _processor()
    yield "threads", _answer(lambda: f"{threads.num_threads()}, run by {threads.layer()}")
    yield "BLAS", _answer(lambda: f"OpenBLAS with kernels for {blas.core_name()}")
    yield "cache", _cache()
    yield "GPUs", _gpus()
    chosen = {name: value for name, value in os.environ.items() if name.startswith(_VARIABLES)}
    yield "environment", ", ".join(f"{k}={v}" for k, v in sorted(chosen.items())) or "no settings"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _answer(question: Callable[[], str]) -> str:
    """What *question* returns, or why it cannot."""
    try:
        return question()
    except MXNetError as error:
        return f"none: {error}"


def _processor() -> str:
    vectors = f"vectors of {8 * (processor.vector_bytes() or 16)} bits"
    if not processor.has_fma():
        vectors += " without FMA"
    flags = sorted(processor.features() & _FLAGS)
    return f"{processor.name()}, {os.cpu_count()} cores, {vectors} ({' '.join(flags)})"


def _cache() -> str:
    folder = binaries.directory()
    if folder is None:
        return "none: no folder can be written; set NDGRAD_CACHE_DIR"
    return f"{folder}, {Contents.of([folder])}"


def _gpus() -> str:
    count = context.num_gpus()
    return ", ".join(str(context.gpu(i)) for i in range(count)) or context.no_gpu()
