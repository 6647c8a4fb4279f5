"""The number of threads as threadpoolctl sets it, where that package is installed."""

from __future__ import annotations

from .kernels.build import threads

try:
    from threadpoolctl import LibController, register  # type: ignore[import-untyped]
except ImportError:  # nothing can ask, then
    pass
else:

    class _Kernels(LibController):
        """ndgrad's threads, beside those of BLAS and OpenMP, in ``threadpool_limits``.

        threadpoolctl finds libraries by their files; llvmlite's is one that every process with
        compiled kernels has loaded.
        """

        user_api = internal_api = "ndgrad"
        filename_prefixes = ("libllvmlite", "llvmlite")

        def get_num_threads(self) -> int:
            return threads.num_threads()

        def set_num_threads(self, num_threads: int) -> None:
            threads.set_num_threads(min(num_threads, threads._limit))

        def get_version(self) -> None:
            return None

    register(_Kernels)
