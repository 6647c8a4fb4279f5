"""What LLVM compiles for; settled before Numba makes its first dispatcher, which fixes it."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache

import numba
from numba.core.codegen import get_host_cpu_features
from numba.np import linalg


def use_wide_vectors() -> None:
    """Let LLVM use 512-bit vectors where they cost no clock speed.

    For Intel's processors with AVX-512 LLVM prefers 256 bits, which was right until Sapphire Rapids
    (told by AVX512-FP16).  The setting is Numba's, for the whole process, and has no effect if a
    function was decorated before; a user's own ``NUMBA_CPU_FEATURES`` stays in force.
    """
    features = get_host_cpu_features()
    if numba.config.CPU_FEATURES is None and "+avx512fp16" in features.split(","):
        numba.config.CPU_FEATURES = f"{features},-prefer-256-bit"


@cache
def import_compiler() -> None:
    """Import what Numba compiles functions of arrays with, but not SciPy's linear algebra.

    Numba imports that as well, to see whether it is there: a third of the time of a first call.
    Functions that do need it import it themselves when they are compiled.
    """
    if "numba.np.arraymath" in sys.modules:
        return
    ensure = linalg.ensure_blas

    def found() -> None:
        if importlib.util.find_spec("scipy") is None:
            raise ImportError("SciPy is not installed")

    linalg.ensure_blas = found
    try:
        from numba.np import arraymath

        arraymath.ensure_blas = ensure
    finally:
        linalg.ensure_blas = ensure
