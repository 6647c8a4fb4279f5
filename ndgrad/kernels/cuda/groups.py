"""Cooperative groups of threads: what generated kernels combine partial results with.

A group is one thread, a warp or a block.  A kernel runs over work items, one a group; when each
thread has a partial result, `combined` gives all of them the whole one.  Where what is combined is
not contiguous, a block takes neighbouring columns and those of its threads that have one column are
a group of `COLUMNS`.  The order is that of the threads, and so the same every time.

The simulator knows no warps: there, and there alone, every group goes through shared memory thread
by thread.
"""

from __future__ import annotations

from collections.abc import Callable

from .driver import SIMULATED, THREADS

THREAD, WARP, BLOCK = 1, 2 if SIMULATED else 32, THREADS
"""How many threads there are in a group."""

COLUMNS = 0
"""The group of a column: as many threads as the width of its block leaves."""

_SHUFFLING = 1 if SIMULATED else WARP
"""Threads that read each other's registers."""


def width_of(inner: int) -> int:
    """How many of *inner* neighbouring columns a block takes, so that it reads whole lines."""
    return min(inner, WARP)


def column_units(outer: int, inner: int) -> int:
    """Into how many units of columns (outer, inner) are cut."""
    return outer * -(-inner // width_of(inner))


def units(group: int) -> list[str]:
    """The loop over work items, in each of which ``lane`` is a thread's number in its group.

    In an item of columns a thread has its ``column`` for the ``outer_index``, if the predicate
    ``in_range`` holds; ``height`` threads share a column.
    """
    if group == COLUMNS:
        return [
            "    thread = cuda.threadIdx.x",
            f"    height = {THREADS} // width",
            "    lane = thread // width",
            "    blocks = (inner + width - 1) // width",
            "    for unit in range(cuda.blockIdx.x, units, cuda.gridDim.x):",
            "        outer_index = unit // blocks",
            "        column = (unit - outer_index * blocks) * width + thread % width",
            "        in_range = column < inner and lane < height",
        ]
    if group == THREAD:
        return ["    for unit in range(cuda.grid(1), units, cuda.gridsize(1)):"]
    first, step = f"cuda.grid(1) // {group}", f"cuda.gridsize(1) // {group}"
    return [
        f"    lane = cuda.grid(1) % {group}",
        f"    for unit in range({first}, units, {step}):",
    ]


def shared(group: int, **kinds: str) -> list[str]:
    """What a kernel begins with whose groups combine locals of these names and types."""
    parts = THREADS if group == COLUMNS else group // _SHUFFLING
    return [
        f"    shared_{name} = cuda.shared.array({parts}, {kind})"
        for name, kind in kinds.items()
        if parts > 1
    ]


def combined(group: int, merge: Callable[..., list[str]], *names: str) -> list[str]:
    """Replace locals of each thread of a group by the combination of all threads'.

    ``merge`` is given what another thread has for each of *names*, and writes how both meet.
    """
    others = [f"other_{name}" for name in names]
    if group == COLUMNS:
        return [
            *[f"        shared_{name}[thread] = {name}" for name in names],
            "        cuda.syncthreads()",
            "        left = height",
            "        while left > 1:",
            "            lower = (left + 1) // 2",
            "            if lane < left - lower:",
            *[
                f"                other_{name} = shared_{name}[thread + lower * width]"
                for name in names
            ],
            *[f"                {line}" for line in merge(*others)],
            *[f"                shared_{name}[thread] = {name}" for name in names],
            "            cuda.syncthreads()",
            "            left = lower",
            *[f"        {name} = shared_{name}[thread % width]" for name in names],
            "        cuda.syncthreads()",
        ]
    lines: list[str] = []
    parts = group // _SHUFFLING
    if group > 1 and _SHUFFLING > 1:
        lines += [
            f"        offset = {_SHUFFLING // 2}",
            "        while offset:",
            *[
                f"            other_{x} = cuda.shfl_xor_sync(0xFFFFFFFF, {x}, offset)"
                for x in names
            ],
            *[f"            {line}" for line in merge(*others)],
            "            offset //= 2",
        ]
    if parts > 1:
        lines += [
            f"        if lane % {_SHUFFLING} == 0:",
            *[f"            shared_{name}[lane // {_SHUFFLING}] = {name}" for name in names],
            "        cuda.syncthreads()",
            *[f"        {name} = shared_{name}[0]" for name in names],
            f"        for part in range(1, {parts}):",
            *[f"            other_{name} = shared_{name}[part]" for name in names],
            *[f"            {line}" for line in merge(*others)],
            "        cuda.syncthreads()",
        ]
    return lines
