"""What the processor can do."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import llvmlite.binding as llvm
import numba
from numba.core.codegen import get_host_cpu_features

_PROGRAM = """
define <16 x float> @probe(<16 x float> %a, <16 x float> %b, <16 x float> %c) {
    %d = call <16 x float> @llvm.fma.v16f32(<16 x float> %a, <16 x float> %b, <16 x float> %c)
    ret <16 x float> %d
}
declare <16 x float> @llvm.fma.v16f32(<16 x float>, <16 x float>, <16 x float>)
"""


def host_features() -> frozenset[str]:
    """The flags, in LLVM's spelling, that processor and system support."""
    return frozenset(flag[1:] for flag in get_host_cpu_features().split(",") if flag[:1] == "+")


def name() -> str:
    """LLVM's name of the processor that kernels are compiled for, such as ``znver3``."""
    chosen: str = numba.config.CPU_NAME or llvm.get_host_cpu_name()
    return chosen


def features() -> frozenset[str]:
    """The flags of the processor that kernels are compiled for."""
    chosen = numba.config.CPU_FEATURES
    if chosen is None:
        return host_features()
    return frozenset(flag[1:] for flag in chosen.split(",") if flag[:1] == "+")


@cache
def _instructions() -> str:
    """How kernels compute a * b + c, rounded once, of 16 float32.

    A look at it says what LLVM makes use of, whatever processor ``NUMBA_CPU_NAME`` and
    ``NUMBA_CPU_FEATURES`` name.
    """
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = numba.config.CPU_FEATURES
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=name(),
        features=get_host_cpu_features() if features is None else features,
    )
    assembly: str = machine.emit_assembly(llvm.parse_assembly(_PROGRAM))
    return assembly


def has_fma() -> bool:
    """Whether a * b + c, rounded once, is one instruction: otherwise a function of C's library."""
    return "fmaf" not in _instructions()


def vector_bytes() -> int:
    """The size of vector registers, if one instruction multiplies and adds their elements; or 0."""
    if not has_fma():
        return 0
    return 64 if "zmm" in _instructions() else 32 if "ymm" in _instructions() else 16


_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_CACHE_BYTES = 32 << 20  # where the system does not tell


@cache
def cache_bytes() -> int:
    """The size of the largest cache that the first core has, which it may share with others."""
    sizes = []
    for path in _CACHES.glob("index*/size"):
        try:
            text = path.read_text().strip()
            sizes.append(int(text.rstrip("KMG")) << {"K": 10, "M": 20, "G": 30}.get(text[-1:], 0))
        except (OSError, ValueError):
            continue
    return max(sizes, default=_CACHE_BYTES)


_HALVING = frozenset({"znver4"})
"""Processors whose 512-bit instructions take two cycles: no flag says so."""


def halves_vectors() -> bool:
    """Whether vector registers are computed with in two halves, at the rate of shorter ones."""
    return vector_bytes() == 64 and name() in _HALVING
