"""`mx.runtime` and `mx.engine`: what this build can do, and MXNet's sizes of bulks."""

from __future__ import annotations

from collections import OrderedDict
from types import TracebackType

from .base import public_names, shown
from .context import num_gpus
from .kernels import processor
from .ops.axes import integer

__all__ = ["Feature", "Features", "bulk", "feature_list", "set_bulk_size"]
__dir__ = public_names(globals())

_NAMES = (
    "CUDA CUDNN NCCL CUDA_RTC TENSORRT CPU_SSE CPU_SSE2 CPU_SSE3 CPU_SSE4_1 CPU_SSE4_2 CPU_SSE4A "
    "CPU_AVX CPU_AVX2 OPENMP SSE F16C JEMALLOC BLAS_OPEN BLAS_ATLAS BLAS_MKL BLAS_APPLE LAPACK "
    "MKLDNN OPENCV CAFFE PROFILER DIST_KVSTORE CXX14 INT64_TENSOR_SIZE SIGNAL_HANDLER DEBUG TVM_OP"
).split()
_ENABLED = frozenset(("BLAS_OPEN", "LAPACK", "PROFILER", "INT64_TENSOR_SIZE"))


class Feature:
    """A part of MXNet that a build may have.

    Attributes
    ----------
    name : str
    enabled : bool
    """

    def __init__(self, name: str, enabled: bool) -> None:
        self.name = name
        self.enabled = enabled

    def __repr__(self) -> str:
        return f"{'✔' if self.enabled else '✖'} {self.name}"


def feature_list() -> list[Feature]:
    """Return all of MXNet's features, and whether ndgrad has what they stand for."""
    enabled = _ENABLED | ({"CUDA"} if num_gpus() else set())
    flags = {flag.upper().replace(".", "_") for flag in processor.features()}
    return [Feature(name, name in enabled or name.removeprefix("CPU_") in flags) for name in _NAMES]


class Features(OrderedDict[str, Feature]):
    """All features by their names."""

    def __init__(self) -> None:
        super().__init__((feature.name, feature) for feature in feature_list())

    def __repr__(self) -> str:
        return str(list(self.values()))

    def is_enabled(self, feature_name: str) -> bool:
        """Whether the feature of this name, in upper or lower case, is there.

        Raises
        ------
        RuntimeError
            If there is no such feature.
        """
        if not isinstance(feature_name, str):
            raise TypeError(f"is_enabled: feature_name must be a string, got {shown(feature_name)}")
        name = feature_name.upper()
        if name not in self:
            raise RuntimeError(f"Feature '{name}' is unknown, known features are: {list(self)}")
        return self[name].enabled


# --- mx.engine ------------------------------------------------------------------------------------

_bulk_size = 15


def set_bulk_size(size: int) -> int:
    """Set how many operators MXNet would run at once, which changes nothing; return what it was."""
    global _bulk_size
    before, _bulk_size = _bulk_size, integer("set_bulk_size", "size", size)
    return before


class bulk:
    """A scope with another `set_bulk_size`."""

    def __init__(self, size: int) -> None:
        self._size = integer("bulk", "size", size)

    def __enter__(self) -> bulk:
        self._before = set_bulk_size(self._size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        set_bulk_size(self._before)
