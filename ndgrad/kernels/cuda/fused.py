"""Fused kernels on a device: a `Fused` as text for groups of threads.

In the *rows* form a group takes a row after the other: up to a warp where rows are short, several
groups to a block, else the whole block.  A thread has the same elements of the row in every stage,
so that what a later stage needs waits in shared memory and no thread waits for it; where it does
not fit it is read or computed again.  Reductions along a row go through the lanes of a warp,
then through shared memory.  In the *flat* form the grid strides over the elements.

Sums over rows and over everything leave one partial result a block, as many as the shapes say, and
`CudaFinalCombine` adds them up in a fixed order: results do not depend on the device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from numba import types

from ...base import DType
from ...memory.device import DeviceArray
from ..build import binaries
from ..spec.fused import NEUTRAL, Fused, ReductionStep
from ..spec.fused_text import FusedWriter, neutral
from ..spec.reduction import Reduction
from ..spec.text import expression, indented, loaded, memory_type, module
from .driver import SIMULATED, CudaDevice, CudaKernel, array_of
from .elementwise import CudaWriter
from .vectors import BYTES

_WARP, _BLOCK, _JOIN_BLOCK = (2, 4, 4) if SIMULATED else (32, 256, 512)
_SHORT = 32 * _WARP  # elements of a row up to which a warp has one for itself
_SHARED = 40 << 10  # bytes of a block's shared memory for rows, of the 48 K that every GPU has
_BLOCKS = 2048  # of a kernel: about twice as many as run at once on the largest GPUs
_UNITS = 1024  # blocks that each leave a partial result
_TOGETHER = 4  # elements that a thread loads before it works on them, if they are not wide
_FEW = 24  # statements up to which a loop does so
_ELEMENT = re.compile(r"\b(\w+)\[i\]")  # in a statement of a loop
_COLUMN_UNITS = 512  # the same where that is a row


class FusedGrid:
    """How a kernel's work is cut up, by shapes alone.

    Attributes
    ----------
    size, rows, n : int
        Elements; rows, and elements of each.
    group, threads : int
        Threads that share a row, and those of a block.
    units : int
        Blocks.
    """

    def __init__(self, fused: Fused, size: int, n: int) -> None:
        over = {step.over for step in fused.steps if isinstance(step, ReductionStep)}
        self.size, self.n = size, n
        if fused.form == "flat":
            self.rows, self.group, self.threads = 1, _BLOCK, _BLOCK
            blocks = -(-size // (_TOGETHER * _BLOCK))
        else:
            self.rows = size // n
            self.group = _group_of(n, "column" in over)
            self.threads = _BLOCK if self.group <= _WARP else self.group
            blocks = -(-self.rows // self.groups)
        most = _COLUMN_UNITS if "column" in over else _UNITS if "all" in over else _BLOCKS
        self.units = min(blocks, most)

    @property
    def groups(self) -> int:
        return self.threads // self.group

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.size, self.rows, self.n

    @property
    def form(self) -> tuple[int, int, int]:
        """What the text of a kernel depends on: shared memory has a constant size."""
        return self.n, self.group, self.threads


def _group_of(n: int, columns: bool) -> int:
    """Threads that share a row of *n* elements."""
    if n <= _WARP:
        return _power(n)
    if n <= _SHORT and not columns:
        return _WARP
    return min(_BLOCK, max(_WARP, _power(-(-n // 4))))


def _power(n: int) -> int:
    """The smallest power of two that is not below *n*."""
    return 1 << (n - 1).bit_length()


class CudaFusedWriter(FusedWriter):
    """Turns a `Fused` into the text of a CUDA kernel."""

    expressions = CudaWriter

    def __init__(self, fused: Fused, form: tuple[int, int, int]) -> None:
        self.n, self.group, self.threads = form
        self.groups = self.threads // self.group
        self.left = _SHARED // (self.groups * max(1, self.n))  # bytes for each place in a row
        self.columns: set[str] = set()  # sums over rows that are made in shared memory
        self.again: dict[str, int] = {}  # operands kept there, and the stage that reads them first
        widest = max((x.dtype.itemsize for x in fused.operands), default=1)
        self.together = min(_TOGETHER, BYTES // widest)
        super().__init__(fused)
        self._choose_operands()

    def _fixed(self, name: str) -> bool:
        return False  # a division costs the same whatever it divides by

    def _at_hand(self, name: str) -> bool:
        # What has been stored is further away than it takes to compute it again.
        return name in self.scratch or name in self.operands

    def _takes(self, dtype: DType) -> bool:
        """Whether another row of shared memory fits; if so it is taken."""
        fits = dtype.itemsize <= self.left
        self.left -= dtype.itemsize * fits
        return fits

    def _choose_scratch(self) -> None:
        for x in self.fused.steps:
            if isinstance(x, ReductionStep) and x.over == "column" and self._takes(x.dtype):
                self.columns.add(x.name)
        super()._choose_scratch()
        self.scratch = {x for x in sorted(self.scratch) if self._takes(self.steps[x].dtype)}

    def _choose_operands(self) -> None:
        readers: dict[str, list[int]] = {}
        for stage in range(self.last + 1):
            text = "\n".join(self._statements(stage))
            for name in dict.fromkeys(_ELEMENT.findall(text)):
                readers.setdefault(name, []).append(stage)
        for name, stages in readers.items():
            x = self.operands.get(name)
            if x is not None and x.level == "full" and len(stages) > 1 and self._takes(x.dtype):
                self.again[name] = stages[0]

    # --- text ------------------------------------------------------------------------------------

    def _load(self, name: str, stage: int, compute: str) -> str:
        first = self.again.get(name)
        if first is None:
            return super()._load(name, stage, compute)
        element = f"{name}_here" if stage == first else f"{name}_row[i]"
        return loaded(element, self.operands[name].dtype, compute)

    def _loop(self, stage: int) -> list[str]:
        """One stage: a thread's elements, then what the group makes of its sums."""
        statements = self._statements(stage)
        if not statements:
            return []
        sums = [x for x in self._reductions(stage) if x.over != "column"]
        rows = [x for x in sums if x.over == "row"]
        for name in (name for name, first in self.again.items() if first == stage):
            statements[:0] = [f"{name}_here = {name}[i]", f"{name}_row[i] = {name}_here"]
        return [
            *(f"{x.name}_part = {neutral(x, self._kind(x.source))}" for x in sums),
            *self._over_elements(statements),
            *(
                f"{x.name} = {self._combined(x, x.name, f'{x.name}_part')}"
                for x in sums
                if x.over == "all"
            ),
            *(f"{x.name}_sum = float64({x.name}_part)" for x in rows),
            *self._over_threads(rows, self.group),
        ]

    def _over_elements(self, statements: Sequence[str]) -> list[str]:
        """The loop over a thread's elements, some at a time: all loads, then the rest.

        A compiler would not move a load before a store that may be to the same place.
        """
        rows = self.fused.form == "rows"
        step = str(self.group) if rows else "step"
        if len(statements) > _FEW or (rows and self.n < self.together * self.group):
            return _each(f"range(lane, m, {step})", statements)
        loaded = {x.name for x in self.fused.operands if x.level in ("full", "column")}
        loads: dict[str, None] = {}
        together: list[str] = []
        for k in range(self.together):

            def own(match: re.Match[str], k: int = k) -> str:
                name = match[1]
                if name not in loaded:
                    return f"{name}[at_{k}]"
                loads[f"{name}_{k} = {name}[at_{k}]"] = None
                return f"{name}_{k}"

            for statement in statements:
                target, value = statement.split(" = ", 1)
                target = target.replace("[i]", f"[at_{k}]")
                together.append(f"{target} = {_ELEMENT.sub(own, value)}")
        return [
            f"whole = m // ({self.together} * {step}) * ({self.together} * {step})",
            f"for i in range(lane, whole, {self.together} * {step}):",
            *indented([f"at_{k} = uint64(i + {k} * {step})" for k in range(self.together)]),
            *indented([*loads, *together]),
            *_each(f"range(whole + lane, m, {step})", statements),
        ]

    def _after(self, stage: int) -> list[str]:
        reductions = [x for x in self._reductions(stage) if x.over == "row"]
        return [self._finished(x, f"{x.name}_sum") for x in reductions]

    def _row_stores(self, stage: int) -> list[str]:
        stores = super()._row_stores(stage)
        return ["if lane == 0 and row < rows:", *indented(stores)] if stores else []

    def _over_threads(self, reductions: Sequence[ReductionStep], count: int) -> list[str]:
        """Put together the sums of *count* threads side by side; all of them get the result."""
        if not reductions or count == 1:
            return []
        lines: list[str] = []
        # The simulator has no lanes that could look at each other's registers.
        width = 1 if SIMULATED else min(count, _WARP)
        for x in reductions:
            name = f"{x.name}_sum"
            distance = width // 2
            while distance:
                lines.append(f"other = cuda.shfl_xor_sync(0xFFFFFFFF, {name}, {distance})")
                lines.append(f"{name} = {self._combined(x, name, 'other')}")
                distance //= 2
        if count == width:
            return lines
        first = "0" if count == self.threads else f"thread // {count} * {count // width}"
        if width > 1:
            lines.append(f"if thread % {width} == 0:")
        stores = [f"{x.name}_warps[thread // {width}] = {x.name}_sum" for x in reductions]
        lines += [*(indented(stores) if width > 1 else stores), "cuda.syncthreads()"]
        for x in reductions:
            name = f"{x.name}_sum"
            lines += [
                f"{name} = {x.name}_warps[{first}]",
                f"for j in range(1, {count // width}):",
                f"    {name} = {self._combined(x, name, f'{x.name}_warps[{first} + j]')}",
            ]
        return [*lines, "cuda.syncthreads()"]

    def _shared(self) -> list[str]:
        """Shared memory: rows for each group, places for the sums of warps."""
        rows = {name: memory_type(self.steps[name].dtype) for name in self.scratch}
        rows |= {name: memory_type(self.operands[name].dtype) for name in self.again}
        rows |= {name: self._dtype(name) for name in self.columns}
        lines = []
        for name in sorted(rows):
            own = name if name in self.columns else f"{name}_row"
            lines.append(f"{name}_rows = cuda.shared.array({self.groups * self.n}, {rows[name]})")
            lines.append(f"{own} = {name}_rows[group * n : group * n + n]")
        crossing = self.group > 1 if SIMULATED else self.group > _WARP
        warps = self.threads if SIMULATED else self.threads // _WARP
        lines += [
            f"{x.name}_warps = cuda.shared.array({warps}, float64)"
            for x in self.fused.steps
            if isinstance(x, ReductionStep) and (x.over == "all" or (x.over == "row" and crossing))
        ]
        return lines

    def _dtype(self, name: str) -> str:
        return self.steps[name].dtype.name

    def _partials(self) -> tuple[list[str], list[str]]:
        """How results of blocks begin, and how they are stored in the end."""
        begin: list[str] = []
        end: list[str] = []
        reductions = [step for step in self.fused.steps if isinstance(step, ReductionStep)]
        for x in reductions:
            if x.over == "column":
                if x.name not in self.columns:  # a block has one group then
                    at = "cuda.blockIdx.x * n"
                    begin.append(f"{x.name} = {x.name}_all[{at} : {at} + n]")
                begin.append(f"for i in range(lane, n, {self.group}):")
                begin.append(f"    {x.name}[i] = {neutral(x, self._dtype(x.name))}")
        if self.columns:
            end.append("cuda.syncthreads()")
        for x in reductions:
            if x.name in self.columns:
                other = f"{x.name}_rows[j * n + i]"
                total = self._combined(x, "total", other, self._dtype(x.name))
                end += [
                    f"for i in range(thread, n, {self.threads}):",
                    f"    total = {x.name}_rows[i]",
                    f"    for j in range(1, {self.groups}):",
                    f"        total = {total}",
                    f"    {x.name}_all[cuda.blockIdx.x * n + i] = total",
                ]
        everything = [x for x in reductions if x.over == "all"]
        begin += [f"{x.name} = {neutral(x, 'float64')}" for x in everything]
        end += [f"{x.name}_sum = {x.name}" for x in everything]
        end += self._over_threads(everything, self.threads)
        if everything:
            end.append("if thread == 0:")
            end += [f"    {x.name}_all[cuda.blockIdx.x] = {x.name}_sum" for x in everything]
        return begin, end

    def text(self) -> str:
        fused, rows = self.fused, self.fused.form == "rows"
        arguments = fused.arguments
        names = [x.name if x.level == "number" else f"{x.name}_all" for x in arguments]
        names += [f"{name}_{what}" for name in fused.row_strided for what in ("at", "step")]
        body: list[str] = []
        if rows or any(isinstance(step, ReductionStep) for step in fused.steps):
            body.append("thread = cuda.threadIdx.x")
        if rows:
            body += [f"group = thread // {self.group}", f"lane = thread % {self.group}"]
        body += [f"{x.name} = {x.name}_all[0]" for x in arguments if x.level == "one"]
        body += [f"{x.name} = {x.name}_all[0:n]" for x in arguments if x.level == "column"]
        body += self._shared()
        begin, end = self._partials()
        body += begin
        stages: list[str] = []
        for x in arguments:
            if x.level == "full" and not rows:
                body.append(f"{x.name} = {x.name}_all")
            elif x.level == "full":
                at = "row * n"
                if x.name in fused.row_strided:
                    at = f"{x.name}_at + row * {x.name}_step"
                stages.append(f"{x.name} = {x.name}_all[{at} : {at} + m]")
            elif x.level == "row" and x.name in self.operands:
                stages.append(f"{x.name} = {x.name}_all[min(row, rows - 1)]")
            elif x.level == "cycle":
                stages.append(f"{x.name} = {x.name}_all[row % {x.name}_all.size]")
        for stage in range(self.last + 1):
            stages += [*self._row_steps(stage), *self._loop(stage), *self._after(stage)]
        if rows:
            # All groups of a block take the same number of turns, as they may wait for each other.
            first, step = (
                f"{place} * {self.groups}" for place in ("cuda.blockIdx.x", "cuda.gridDim.x")
            )
            body += [
                f"for start in range({first}, rows, {step}):",
                "    row = start + group",
                "    m = n if row < rows else 0",
                *indented(stages),
            ]
        else:
            body += ["lane, m, step = cuda.grid(1), size, cuda.gridsize(1)", *stages]
        head = f"def kernel({', '.join([*names, 'size', 'rows', 'n'])}):"
        lines = [head, *indented([*body, *end])]
        return module(f"{fused.name} (CUDA).", lines, "Fused from a compiled graph")


def _each(elements: str, statements: Sequence[str]) -> list[str]:
    """A loop over *elements*; where an index cannot be negative none is checked."""
    lines = ["at = uint64(i)", *(line.replace("[i]", "[at]") for line in statements)]
    return [f"for i in {elements}:", *indented(lines)]


@cache
def source(fused: Fused, form: tuple[int, int, int]) -> str:
    """Readable module text of a fused kernel; *form* is that of a `FusedGrid`."""
    return CudaFusedWriter(fused, form).text()


class CudaFusedKernel:
    """A fused kernel for a form of its work.

    Attributes
    ----------
    text : str
        Its source.
    kernel : CudaKernel
        Takes ``*arguments, size, rows, n``.
    """

    cached = False

    def __init__(self, fused: Fused, form: tuple[int, int, int]) -> None:
        self.text = source(fused, form)
        signature = [
            getattr(types, x.dtype.name) if x.level == "number" else array_of(x.dtype)
            for x in fused.arguments
        ]
        loop = binaries.load(f"{fused.name[:40]}_cuda", self.text).kernel
        numbers = 3 + 2 * len(fused.row_strided)
        self.kernel = CudaKernel(loop, (*signature, *(types.int64,) * numbers), contract=False)


class CudaFinalCombine:
    """Partial results of blocks, put together in order: ``(units, n) -> n``, and finished.

    Some threads share a column; their sums meet in shared memory.
    """

    def __init__(self, row: Reduction, partial: DType, dtype: DType) -> None:
        combined = expression(row.combined, "float64", {"a": "a", "b": "b"})
        finished = expression(row.finished, "float64", {"a": "a", "n": "count"})
        lines = [
            "def kernel(p, y, count, units, n, columns):",
            f"    parts = cuda.shared.array({_JOIN_BLOCK}, float64)",
            "    thread = cuda.threadIdx.x",
            "    lanes = cuda.blockDim.x // columns",
            "    at = cuda.blockIdx.x * columns + thread % columns",
            f"    a = float64({NEUTRAL[row.combined]})",
            "    if at < n:",
            "        for unit in range(thread // columns, units, lanes):",
            "            b = float64(p[unit * n + at])",
            f"            a = {combined}",
            "    parts[thread] = a",
            "    lanes //= 2",
            "    while lanes > 0:",
            "        cuda.syncthreads()",
            "        if thread < lanes * columns:",
            "            a = parts[thread]",
            "            b = parts[thread + lanes * columns]",
            f"            parts[thread] = {combined}",
            "        lanes //= 2",
            "    if thread < columns and at < n:",
            "        a = parts[thread]",
            f"        y[at] = {dtype.name}({finished})",
        ]
        title = f"The end of {row.name} (CUDA): partial results in order."
        text = module(title, lines)
        signature = (array_of(partial), array_of(dtype), types.float64, *(types.int64,) * 3)
        join = binaries.load(f"join_{row.name}_{dtype.name}_cuda", text).kernel
        self.kernel = CudaKernel(join, signature)

    def run(
        self,
        device: CudaDevice,
        p: DeviceArray,
        y: DeviceArray,
        count: float,
        units: int,
        n: int,
    ) -> None:
        columns = min(_WARP, _power(n))
        blocks = -(-n // columns)
        self.kernel(device, blocks, _JOIN_BLOCK, (p, y, count, units, n, columns))


@cache
def kernel(fused: Fused, form: tuple[int, int, int]) -> CudaFusedKernel:
    """The kernel, once a process."""
    return CudaFusedKernel(fused, form)


@cache
def final_combine(row: Reduction, partial: DType, dtype: DType) -> CudaFinalCombine:
    return CudaFinalCombine(row, partial, dtype)


def launch(device: CudaDevice, made: CudaFusedKernel, work: FusedGrid) -> Callable[..., None]:
    """What a plan calls with the arguments of a kernel."""
    run, blocks, threads = made.kernel, work.units, work.threads
    return lambda *args: run(device, blocks, threads, args)
