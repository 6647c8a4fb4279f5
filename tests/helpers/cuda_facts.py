"""What the CUDA compiler makes of kernels, as a few numbers that are kept.

A kernel is compiled once for all tests, workers of pytest-xdist and runs that share a kernel cache,
and so are kernels that differ in names alone: its bytecode is the key, which knows no names of
variables, operators or modules.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from ndgrad.kernels.build import binaries
from ndgrad.kernels.cuda import driver

Capability = tuple[int, int]


class Facts(NamedTuple):
    """What `driver.CompiledKernel` says of a kernel, and the bytes of each of its parameters."""

    sizes: list[int]
    registers: int
    spilled: int
    stack: int


_known: dict[str, Facts] = {}


def facts(kernel: driver.CudaKernel, capabilities: Sequence[Capability]) -> list[Facts]:
    """Of *kernel* for each compute capability; its machine code is looked at and forgotten."""
    what = repr(
        (identity(kernel.function), kernel.signature, kernel.contract, driver.compile._tools())
    )
    keys = {cc: hashlib.sha256(f"{what}{cc}".encode()).hexdigest()[:32] for cc in capabilities}
    missing = [cc for cc, key in keys.items() if not _is_known(key)]
    if missing:
        for cc, made in zip(missing, driver.compiled(kernel, *missing), strict=True):
            _keep(keys[cc], _facts(made, cc))
    return [_known[key] for key in keys.values()]


def _facts(made: driver.CompiledKernel, cc: Capability) -> Facts:
    assert f".target sm_{cc[0]}{cc[1]}" in made.ptx
    assert made.cubin.startswith(b"\x7fELF")
    entry = made.ptx[made.ptx.index(".entry") :]
    kinds = re.findall(r"\.param \.[a-z](\d+) ", entry[: entry.index(")")])
    return Facts([int(n) // 8 for n in kinds], made.registers, made.spilled, made.stack)


def _is_known(key: str) -> bool:
    folder = binaries.directory()
    if key not in _known and folder is not None:
        if (payload := binaries.stored(folder / f"{key}.facts")) is not None:
            _known[key] = Facts(*json.loads(payload))
    return key in _known


def _keep(key: str, found: Facts) -> None:
    _known[key] = found
    if (folder := binaries.directory()) is not None:
        binaries.store(folder / f"{key}.facts", json.dumps(found).encode())


def identity(function: Any) -> Any:
    """All that *function* does, but for names, and the names of functions that it imports."""
    generated = function.__module__.startswith("ndgrad_generated.")
    name = () if generated else (function.__module__, function.__qualname__)
    parts = [identity(_plain(cell.cell_contents)) for cell in function.__closure__ or ()]
    for used in function.__code__.co_names:
        value = _plain(function.__globals__.get(used))
        if isinstance(value, int | float | str):
            parts.append(value)
        elif isinstance(value, FunctionType):
            own = value.__module__ == function.__module__
            parts.append(identity(value) if own else (value.__module__, value.__qualname__))
    return name, _code(function.__code__), parts


def _plain(x: Any) -> Any:
    return getattr(x, "py_func", x)


def _code(code: CodeType) -> Any:
    constants = [_code(x) if isinstance(x, CodeType) else x for x in code.co_consts]
    return code.co_code, code.co_names, constants
