"""Running sums and recurrences on a device: blocks of threads scan neighbouring columns.

The recurrence ``v = v * a + b`` composes: two steps are one, with ``a = a1 * a2`` and ``b = b1 * a2
+ b2``.  So a block scans as many elements at a time as it has threads, by doubling the distance
that each looks back (Hillis and Steele 1986).  Where columns are few they are cut into chunks: one
pass finds what each chunk does as a single step, a scan of these what each begins with, and the
last pass starts from there.  How they are cut depends on shapes alone.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import types

from ...base import DType, is_floating
from ...memory.device import DeviceArray
from ..build import binaries
from ..spec.text import module
from . import groups
from .driver import THREADS, CudaKernel, array_of

_PIECE = 16 * THREADS  # elements that are enough for a block
_BLOCKS = 1024  # to aim at: several for each multiprocessor of any device


def _composed(parts: str, a: str, b: str, later_a: str, later_b: str) -> list[str]:
    """The step (a, b) and then the later one, in place of the later one."""
    new_b = {"a": "", "b": f"{b} + {later_b}", "ab": f"{b} * {later_a} + {later_b}"}[parts]
    lines = [f"{later_b} = {new_b}"] if "b" in parts else []
    return lines + ([f"{later_a} = {a} * {later_a}"] if "a" in parts else [])


def _after(parts: str, value: str, a: str, b: str) -> str:
    """What the recurrence has after the step (a, b)."""
    return value + (f" * {a}" if "a" in parts else "") + (f" + {b}" if "b" in parts else "")


def source(parts: str, kind: str, role: str, inclusive: bool) -> str:
    """Readable module text of one pass.

    Parameters
    ----------
    parts : {'a', 'b', 'ab'}
        Which factors and addends there are.
    kind : {'float64', 'int64'}
        The type of everything.
    role : {'whole', 'totals', 'carried'}
        Whether it begins with a number, finds what chunks do as one step, or begins each chunk with
        an element of an array.
    inclusive : bool
        Whether an element of the result is what the recurrence has after its step, not before.
    """
    neutral = {"a": 1, "b": 0}
    own = [f"own_{x} = {x}[i] if has else {kind}({neutral[x]})" for x in parts]
    share = [f"shared_{x}[thread] = own_{x}" for x in parts]
    before = _composed(parts, "shared_a[back]", "shared_b[back]", "own_a", "own_b")
    last = ("shared_a[last]", "shared_b[last]")
    if role == "totals":
        results = [f"total_{x}" for x in parts]
        begin = [f"value_{x} = {kind}({neutral[x]})" for x in parts]
        each = [f"next_{x} = shared_{x}[last]" for x in parts]
        each += _composed(parts, "value_a", "value_b", "next_a", "next_b")
        each += [f"value_{x} = next_{x}" for x in parts]
        end = ["if in_range and lane == 0:"]
        end += [f"    total_{x}[outer_index * inner + column] = value_{x}" for x in parts]
    else:
        results = ["y"]
        begin = ["value = start"]
        if role == "carried":
            results = ["carries", "y"]
            begin = ["value = carries[outer_index * inner + min(column, inner - 1)]"]
        if inclusive:
            each = ["if has:", f"    y[i] = {_after(parts, 'value', 'own_a', 'own_b')}"]
        else:
            earlier = _after(parts, "value", "shared_a[thread - width]", "shared_b[thread - width]")
            each = ["if has:", f"    y[i] = value if lane == 0 else {earlier}"]
        each += [f"value = {_after(parts, 'value', *last)}"]
        end = []
    lines = [
        f"def kernel({', '.join([*parts, *results])}, start, reverse, "
        "n, inner, rows, chunks, width, units):",
        *groups.shared(groups.COLUMNS, **dict.fromkeys(parts, kind)),
        *groups.units(groups.COLUMNS),
        "        last = (height - 1) * width + thread % width",
        "        outer = outer_index // chunks",
        "        begin = (outer_index - outer * chunks) * rows",
        "        end = min(begin + rows, n)",
        *[f"        {x}" for x in begin],
        "        for first in range(begin, end, height):",
        "            j = first + lane",
        "            has = in_range and j < end",
        "            i = (outer * n + (n - 1 - j if reverse else j)) * inner + column",
        *[f"            {x}" for x in (*own, *share)],
        "            cuda.syncthreads()",
        "            distance = 1",
        "            while distance < height:",
        "                back = thread - distance * width",
        "                if lane >= distance:",
        *[f"                    {x}" for x in before],
        "                cuda.syncthreads()",
        *[f"                {x}" for x in share],
        "                cuda.syncthreads()",
        "                distance *= 2",
        *[f"            {x}" for x in each],
        "            cuda.syncthreads()",
        *[f"        {x}" for x in end],
    ]
    return module(f"The {role} of a scan by {' and '.join(parts)} (CUDA).", lines)


@cache
def kernel(parts: str, dtype: DType, role: str, inclusive: bool) -> CudaKernel:
    """The kernel for the arguments of `source`."""
    name = "_".join(["scan", parts, dtype.name, role, "after" if inclusive else "before", "cuda"])
    made = binaries.load(name, source(parts, dtype.name, role, inclusive)).kernel
    arrays = len(parts) + {"whole": 1, "totals": len(parts), "carried": 2}[role]
    given = (array_of(dtype),) * arrays
    numbers = (types.int64,) * 6
    return CudaKernel(made, (*given, getattr(types, dtype.name), types.boolean, *numbers))


def _scan(
    a: DeviceArray | None,
    b: DeviceArray | None,
    y: DeviceArray,
    form: tuple[int, int, int],
    start: float = 0,
    reverse: bool = False,
    inclusive: bool = False,
) -> None:
    """Fill *y* with ``v = v * a + b`` from *start* on, along the middle axis of *form*.

    Without *a* (None) factors are 1, without *b* addends are 0.
    """
    outer, n, inner = form
    parts = "a" * (a is not None) + "b" * (b is not None)
    given = tuple(x for x in (a, b) if x is not None)
    width = groups.width_of(inner)
    blocks, chunks = groups.column_units(outer, inner), 1
    if n * width >= 2 * _PIECE and blocks < _BLOCKS // 2:
        chunks = min(n * width // _PIECE, _BLOCKS // blocks)
    rows = -(-n // chunks)
    chunks = -(-n // rows)

    def launch(role: str, *results: DeviceArray) -> None:
        numbers = (n, inner, rows, chunks, width, blocks * chunks)
        args = (*given, *results, start, reverse, *numbers)
        kernel(parts, y.dtype, role, inclusive).over(
            y.device, blocks * chunks * THREADS, args, THREADS
        )

    if chunks == 1:
        launch("whole", y)
        return
    size = outer * chunks * inner
    totals = {x: y.device.empty(size, y.dtype) for x in parts}
    launch("totals", *totals.values())
    carries = y.device.empty(size, y.dtype)
    _scan(totals.get("a"), totals.get("b"), carries, (outer, chunks, inner), start)
    launch("carried", carries, y)


def _in_wide(
    a: DeviceArray | None,
    b: DeviceArray | None,
    form: tuple[int, int, int],
    start: float,
    reverse: bool,
    inclusive: bool,
) -> DeviceArray:
    """The result of `_scan` in the inputs' dtype, computed in float64 or int64."""
    given = b if a is None else a
    assert given is not None
    dtype, device = given.dtype, given.device
    wide = np.dtype("float64" if is_floating(dtype) else "int64")
    if wide != dtype:
        a, b = (None if x is None else device.cast(x, wide) for x in (a, b))
    y = device.empty(given.size, wide)
    if y.size:
        _scan(a, b, y, form, wide.type(start).item(), reverse, inclusive)
    return y if wide == dtype else device.cast(y, dtype)


def recurrence(
    a: DeviceArray,
    b: DeviceArray | None,
    form: tuple[int, int, int],
    start: float,
    reverse: bool,
) -> DeviceArray:
    """The recurrence ``v = v * a + b``, as `ndgrad.kernels.cpu.scan.recurrence`."""
    return _in_wide(a, b, form, start, reverse, False)


def running_sum(x: DeviceArray, form: tuple[int, int, int], reverse: bool) -> DeviceArray:
    """Running sums, as `ndgrad.kernels.cpu.scan.running_sum`."""
    return _in_wide(None, x, form, 0, reverse, True)
