"""Where extremes are, on a device: groups of threads for rows and for columns.

Each thread keeps its extreme and where that is.  Of equal ones the first stays and the first NaN
comes before all, in whatever order threads meet.
"""

from __future__ import annotations

import numpy as np
from numba import types

from ...base import DType
from ...memory.device import Buffer, DeviceArray
from ...memory.storage import empty
from ..annotations import Key
from ..build import binaries
from ..spec.text import module
from . import groups
from .driver import THREADS, CudaKernel, array_of
from .reduction import group_of, steps_of

_INDEX = np.dtype("int64")


def source(dtype: DType, out: DType, least: bool, first: bool, group: int) -> str:
    """Readable module text of one pass.

    Parameters
    ----------
    dtype, out : numpy.dtype
        In memory, of the elements and of the indices that are found.
    least : bool
        Whether the smallest is looked for.
    first : bool
        Whether all elements are looked at; else those at the places that a pass before has found.
    group : int
        Threads that share a row, or `groups.COLUMNS`.
    """
    kind = dtype.name if dtype.kind == "f" else "int64"

    def place(j: str) -> str:
        at = f"chunk * rows + {j}"
        return f"({at})" if first else f"places[(outer * candidates + {at}) * inner + column]"

    def merged(value: str, index: str) -> list[str]:
        same = f"{value} == best or ({value} != {value} and best != best)"
        better = f"{value} {'<' if least else '>'} best or ({value} != {value} and best == best)"
        return [
            f"if {better} or (({same}) and {index} < found):",
            f"    best = {value}",
            f"    found = {index}",
        ]

    columns = group == groups.COLUMNS
    lane = "0" if group == groups.THREAD else "lane"
    stored = "float64(found)" if out.kind == "f" else "found"
    own = "outer_index * inner + column" if columns else "unit"
    lines = [
        "def kernel(x, places, y, n, inner, rows, chunks, candidates, width, units):",
        *groups.shared(group, best=kind, found="int64"),
        *groups.units(group),
        *([] if columns else ["        outer_index, column, in_range = unit, 0, True"]),
        "        outer = outer_index // chunks",
        "        chunk = outer_index - outer * chunks",
        *(["        column = min(column, inner - 1)"] if columns else []),
        "        top = outer * n * inner + column",
        "        # An element that is there is before this one, which has no place.",
        f"        best = {kind}(x[top + {place('0')} * inner])",
        "        found = n",
        f"        for j in range({lane}, min(rows, candidates - chunk * rows), "
        f"{'height' if columns else group}):",
        f"            place = {place('j')}",
        f"            value = {kind}(x[top + place * inner])",
        *[f"            {line}" for line in merged("value", "place")],
        *groups.combined(group, merged, "best", "found"),
        f"        if in_range and {lane} == 0:",
        f"            y[{own}] = {out.name}({stored})",
    ]
    title = f"Where the {'smallest' if least else 'greatest'} of {dtype.name} is (CUDA)."
    return module(title, lines)


_KERNELS: dict[Key, CudaKernel] = {}


def kernel(dtype: DType, out: DType, least: bool, first: bool, group: int) -> CudaKernel:
    """The kernel for the arguments of `source`, made once a process."""
    key = dtype, out, least, first, group
    if key not in _KERNELS:
        kinds = dict.fromkeys((dtype.name, out.name))
        name = "_".join(["argmin" if least else "argmax", *kinds, f"{first:d}", f"{group}"])
        arrays = map(array_of, (dtype, _INDEX, out))
        signature = (*arrays, *(types.int64,) * 7)
        _KERNELS[key] = CudaKernel(binaries.load(f"{name}_cuda", source(*key)).kernel, signature)
    return _KERNELS[key]


_NOWHERE = np.empty(0, _INDEX)
_NOWHERE.flags.writeable = False


def run(x: DeviceArray, y: DeviceArray, form: tuple[int, int, int], least: bool) -> None:
    """Fill *y* with the places of extremes of *x*, which has the form (outer, n, inner)."""
    if not y.size:
        return
    _, n, inner = form
    steps = steps_of((form,))
    places: Buffer = _NOWHERE
    for i, step in enumerate(steps):
        last = i == len(steps) - 1
        target = y if last else empty(step.size, _INDEX)
        group, units, width = groups.COLUMNS, step.size, groups.width_of(inner)
        if inner == 1:
            group = group_of(min(step.n, step.rows), step.size)
        else:
            units = groups.column_units(step.outer * step.chunks, inner)
        made = kernel(x.dtype, target.dtype, least, i == 0, group)
        args = (x, places, target, n, inner, step.rows, step.chunks, step.n, width, units)
        made.over(x.device, units * (group or THREADS), args, THREADS)
        places = target
