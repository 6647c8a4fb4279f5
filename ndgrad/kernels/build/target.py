"""What LLVM compiles for; settled before Numba makes its first dispatcher, which fixes it."""

from __future__ import annotations

import numba
from numba.core.codegen import get_host_cpu_features


def use_wide_vectors() -> None:
    """Let LLVM use 512-bit vectors where they cost no clock speed.

    For Intel's processors with AVX-512 LLVM prefers 256 bits, which was right until Sapphire Rapids
    (told by AVX512-FP16).  The setting is Numba's, for the whole process, and has no effect if a
    function was decorated before; a user's own ``NUMBA_CPU_FEATURES`` stays in force.
    """
    features = get_host_cpu_features()
    if numba.config.CPU_FEATURES is None and "+avx512fp16" in features.split(","):
        numba.config.CPU_FEATURES = f"{features},-prefer-256-bit"
