"""From a kernel to machine code, for which no GPU is needed, and the cache of what came out."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, Protocol

from ...annotations import Function, Signature
from ...build import binaries
from ...build.identity import Unidentified, identity
from .api import SIMULATED, cuda

if not SIMULATED:
    from cuda.bindings import nvjitlink
    from cuda.pathfinder import load_nvidia_dynamic_lib
    from numba.cuda import dispatcher as _dispatcher
    from numba.cuda.cudadrv import driver as _driver
    from numba.cuda.cudadrv import nvvm as _nvvm
    from numba.cuda.cudadrv.nvrtc import get_arch_option as _arch_option


class CompiledKernel(NamedTuple):
    """What the compiler makes of a kernel for an architecture.

    Attributes
    ----------
    ptx : str
    entry : str
        The kernel's name in it.
    cubin : bytes
    registers : int
        Of a thread.
    spilled : int
        Bytes of registers that are stored to memory and loaded again.
    stack : int
        Bytes of memory of its own that a thread has: local arrays.
    """

    ptx: str
    entry: str
    cubin: bytes
    registers: int
    spilled: int
    stack: int


class Compilable(Protocol):
    """What the compiler needs of a kernel."""

    function: Function
    signature: Signature
    contract: bool


class _Architecture(NamedTuple):
    compute_capability: tuple[int, int]


_compiling = threading.Lock()


def compiled(kernel: Compilable, *capabilities: tuple[int, int]) -> tuple[CompiledKernel, ...]:
    """Compile *kernel* for each of some compute capabilities, such as (9, 0).

    numba.cuda's part, from Python to LLVM's language, is the same for all of them and done once.
    """
    modules: list[str] = []
    options: dict[str, object] = {}

    def keep(texts: list[str], **given: object) -> bytes:
        modules.extend(texts)
        options.update(given)
        return b""

    with _compiling:
        before = _dispatcher.get_current_device, _nvvm.compile_ir
        # numba.cuda asks the current device what to compile functions for that a kernel calls.
        _dispatcher.get_current_device = lambda: _Architecture(capabilities[0])
        _nvvm.compile_ir = keep
        try:
            cuda.compile(
                kernel.function,
                kernel.signature,
                device=False,
                abi="numba",
                cc=capabilities[0],
                output="ptx",
            )
        finally:
            _dispatcher.get_current_device, _nvvm.compile_ir = before
        # `cuda.compile` has no option for this.
        options["fma"] = kernel.contract
        return tuple(_assembled(modules, options, cc) for cc in capabilities)


def _assembled(
    modules: list[str], options: dict[str, object], cc: tuple[int, int]
) -> CompiledKernel:
    """Machine code of LLVM's modules, by NVVM and ptxas."""
    ptx = _nvvm.compile_ir(modules, **{**options, "arch": _arch_option(*cc)})
    ptx = ptx.decode().strip("\0").strip()
    linking = _driver.LinkerOptions(arch=f"sm_{cc[0]}{cc[1]}", ptxas_options=["-v"])
    linker = _driver.Linker(_driver.ObjectCode.from_ptx(ptx.encode()), options=linking)
    cubin = linker.link("cubin").code
    log = linker.get_info_log()

    def number(pattern: str) -> int:
        return sum(map(int, re.findall(pattern, log)))

    return CompiledKernel(
        ptx,
        re.findall(r"\.entry ([\w$]+)", ptx)[0],
        cubin,
        number(r"Used (\d+) registers"),
        number(r"(\d+) bytes spill"),
        number(r"(\d+) bytes stack frame"),
    )


# --- the cache of machine code --------------------------------------------------------------------


@cache
def _tools() -> str:
    """What compiles, besides what `binaries.stamp` knows of."""
    paths = (load_nvidia_dynamic_lib(name).abs_path for name in ("nvvm", "nvJitLink"))
    sizes = [path and os.path.getsize(path) for path in paths]
    return repr((version("numba-cuda"), nvjitlink.version(), sizes))


def _cached(kernel: Compilable, cc: tuple[int, int]) -> Path | None:
    """The file of a kernel's machine code, if it may have one."""
    folder = binaries.directory()
    if folder is None:
        return None
    try:
        key = repr((identity(kernel.function), kernel.signature, kernel.contract, cc, _tools()))
    except Unidentified:
        return None
    name = kernel.function.__module__.rpartition(".")[2]
    return folder / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.cubin"


def binary(kernel: Compilable, cc: tuple[int, int]) -> tuple[str, bytes]:
    """The name and the machine code of *kernel*, from the disk if it has been compiled before."""
    path = _cached(kernel, cc)
    payload = None if path is None else binaries.stored(path)
    if payload is not None:
        entry, _, cubin = payload.partition(b"\0")
        return entry.decode(), cubin
    (made,) = compiled(kernel, cc)
    if path is not None:
        binaries.store(path, made.entry.encode() + b"\0" + made.cubin)
    return made.entry, made.cubin
