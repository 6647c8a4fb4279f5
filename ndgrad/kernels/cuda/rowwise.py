"""Axis-wise kernels (softmax and its relatives) on a device: a group of threads for each row.

A group reads a row once where its threads can hold it in registers, a few vectors each; a longer
one it reads as often as the formulas say.  Where slices along the axis are not contiguous, groups
are those of neighbouring columns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numba import types

from ...base import DType
from ...memory.device import DeviceArray
from ..annotations import Arguments, Key
from ..build import binaries
from ..spec.rowwise import AxisKernel
from ..spec.text import expression, loaded, module, stored
from . import groups
from .driver import THREADS, CudaKernel, array_of
from .elementwise import CudaWriter, typed
from .vectors import BYTES, lanes_of, unpacked

_HELD = 64  # bytes of elements that a thread holds in registers


def form_of(n: int, lanes: int, held: int) -> tuple[int, int, int]:
    """How contiguous rows of *n* elements are shared, where a thread may hold *held* of them."""
    for group in (groups.WARP, groups.BLOCK):
        vectors = _vectors(n, group * lanes, held // lanes)
        if vectors:
            return group, lanes, vectors
    return groups.BLOCK, lanes, 0


def _vectors(n: int, stride: int, held: int) -> int:
    """How many vectors, *stride* elements apart, a thread holds of a row; 0 if too many."""
    vectors = 1 << (-(-n // stride) - 1).bit_length() if n else 1
    return vectors if vectors <= min(8, held) else 0


class _RowText:
    """The text of one operation; the parameters are those of `source`."""

    def __init__(
        self, spec: AxisKernel, dtypes: tuple[DType, ...], out: DType, kind: str, cut: bool
    ) -> None:
        self.spec, self.dtypes, self.out, self.kind, self.cut = spec, dtypes, out, kind, cut
        self.keeps = "t" in spec.names()

    def of(self, written: str, element: Callable[[str], str], t: str = "t") -> str:
        """A formula where an operand's element is ``element(its name)`` in memory."""
        loads = {
            name: loaded(element(name), dtype, self.kind)
            for name, dtype in zip(self.spec.args, self.dtypes, strict=True)
        } | {"scale": "scale", "m": "m", "s": "s", "t": t}
        return expression(written, self.kind, loads, writer=CudaWriter)

    def greatest(self, a: str, b: str) -> str:
        return expression("maximum(a, b)", self.kind, {"a": a, "b": b})

    def stored(self, value: str) -> str:
        return typed(stored(value, self.out, self.kind), self.out)

    def once(self) -> list[str]:
        if not self.spec.once:
            return []
        return [f"        s = {self.of(self.spec.once, lambda name: name)}"]

    def group(self, group: int, lanes: int, vectors: int, access: str) -> list[str]:
        self.lanes, self.access = lanes, access
        columns = group == groups.COLUMNS
        stride = "height" if columns else f"{group * lanes}"
        start = "lane" if lanes == 1 else f"{lanes} * lane"
        held = range(vectors)

        def place(at: str) -> str:
            return f"first + {at} * inner" if columns else f"first + {at}"

        body = ["        first = unit * n", "        count = n"]
        if columns:
            # A thread without a column waits with the others, and reads what is there.
            body = [
                "        first = outer_index * n * inner + min(column, inner - 1)",
                "        count = n if in_range else 0",
            ]
        for k in held:
            # Nothing is read beyond the row; what stands for it there is never used.
            body += [
                f"        at{k} = {start} + {k} * {stride}",
                f"        from{k} = {place(f'(at{k} if at{k} < n else 0)')}",
                *[f"        {line}" for line in self.vector(f"from{k}", f"_{k}")],
            ]

        def along(lines: Sequence[str]) -> list[str]:
            """A loop over the row's vectors, which are read again."""
            return [
                f"        for at in range({start}, count, {stride}):",
                *[f"            {x}" for x in (*self.vector(place("at"), ""), *lines)],
            ]

        def each(written: Callable[[int, str], list[str]]) -> list[str]:
            """AxisKernel for every element that counts; ``written`` gets its lane and vector."""
            if not vectors:
                return along(self.counted("at", "", written))
            body = []
            for k in held:
                body += [
                    f"        if at{k} < count:",
                    *[f"            {line}" for line in self.counted(f"at{k}", f"_{k}", written)],
                ]
            return body

        def element(j: int, suffix: str) -> Callable[[str], str]:
            return lambda name: f"{name}{suffix}_{j}"

        if self.spec.peak:
            peak = self.spec.peak
            body += each(lambda j, k: [f"m = {self.greatest('m', self.of(peak, element(j, k)))}"])
            body += groups.combined(group, lambda b: [f"m = {self.greatest('m', b)}"], "m")

        def term(j: int, k: str) -> list[str]:
            value = self.of(self.spec.summed, element(j, k))
            kept = f"t{k}_{j}"
            return [f"{kept} = {value}", f"s += {kept}"] if self.keeps else [f"s += {value}"]

        if self.keeps and vectors:
            body += [f"        t_{k}_{j} = {self.kind}(0)" for k in held for j in range(lanes)]
        body += each(term)
        body += groups.combined(group, lambda b: [f"s += {b}"], "s")
        body += self.once()
        zero = f"{self.kind}(0)"

        def value(j: int, at: str, k: str) -> list[str]:
            t = f"t{k}_{j}"
            again = self.keeps and not vectors
            first = [f"{t} = {self.of(self.spec.summed, element(j, k))}"] if again else []
            result = self.of(self.spec.result, element(j, k), t)
            if self.cut:
                result = f"{result} if {at} < full else {zero}"
            return [*first, f"v_{j} = {self.stored(result)}"]

        for k in held:
            lines = [x for j in range(lanes) for x in value(j, f"at{k} + {j}", f"_{k}")]
            lines += self.store(f"from{k}")
            body += [f"        if at{k} < count:", *[f"            {x}" for x in lines]]
        if not vectors:
            lines = [x for j in range(lanes) for x in value(j, f"at + {j}", "")]
            body += along([*lines, *self.store(place("at"))])
        return body

    def counted(self, at: str, k: str, written: Callable[[int, str], list[str]]) -> list[str]:
        """What is *written* for each lane of a vector, where rows may end within it."""
        lines: list[str] = []
        for j in range(self.lanes):
            guard = [f"if {at} + {j} < full:"] if self.cut else []
            lines += guard + ["    " * self.cut + line for line in written(j, k)]
        return lines

    def vector(self, at: str, suffix: str) -> list[str]:
        """The loads of every operand's elements from *at* on."""
        if self.lanes == 1:
            return [f"{name}{suffix}_0 = {name}[{at}]" for name in self.spec.args]
        return [
            f"{', '.join(unpacked(name + suffix, self.lanes))} = "
            f"{self.access}{self.lanes}({name}, {at})"
            for name in self.spec.args
        ]

    def store(self, at: str) -> list[str]:
        if self.lanes == 1:
            return [f"y[{at}] = v_0"]
        store = "store" if self.access == "load" else "place"
        return [f"{store}{self.lanes}(y, {at}, ({', '.join(unpacked('v', self.lanes))}))"]


def source(
    spec: AxisKernel,
    dtypes: tuple[DType, ...],
    out: DType,
    kind: str,
    cut: bool,
    form: tuple[int, int, int],
    access: str,
) -> str:
    """Readable module text of one operation.

    Parameters
    ----------
    spec : AxisKernel
    dtypes, out : numpy.dtype
        In memory, of the operands and of the result.
    kind : str
        The type of the arithmetic.
    cut : bool
        Whether each row has a length of its own.
    form : tuple of int
        Threads of a group (or `groups.COLUMNS`), lanes of a vector, vectors that a thread holds: 0
        if a row is read again instead.
    access : {'load', 'pick'}
        Whether vectors may be loaded and stored, or each element by itself.
    """
    text = _RowText(spec, dtypes, out, kind, cut)
    group = form[0]
    inside = text.group(*form, access)
    line = "unit" if group else "outer_index * inner + min(column, inner - 1)"
    body = [
        f"def kernel({', '.join(spec.args)}, y, lengths, n, inner, width, scale, units):",
        *groups.shared(group, **dict.fromkeys("ms" if spec.peak else "s", kind)),
        *groups.units(group),
        f"        full = {f'min(max(lengths[{line}], 0), n)' if cut else 'n'}",
        *([f"        m = {kind}(-inf)"] if spec.peak else []),
        f"        s = {kind}(0)",
        *inside,
    ]
    title = f"{spec.name} (CUDA): {spec.result}, s the sum of {spec.summed}."
    return module(title, body)


_KERNELS: dict[Key, CudaKernel] = {}


def kernel(
    spec: AxisKernel,
    dtypes: tuple[DType, ...],
    out: DType,
    kind: str,
    cut: bool,
    form: tuple[int, int, int],
    access: str,
) -> CudaKernel:
    """The kernel for the arguments of `source`, made once a process."""
    key = spec, dtypes, out, kind, cut, form, access
    if key not in _KERNELS:
        kinds = dict.fromkeys(d.name for d in (*dtypes, out))
        name = "_".join([spec.name, "cut" * cut, *kinds, access, *map(str, form)])
        arrays = map(array_of, (*dtypes, out, np.dtype("int64")))
        signature = (*arrays, *(types.int64,) * 3, getattr(types, kind), types.int64)
        _KERNELS[key] = CudaKernel(binaries.load(f"{name}_cuda", source(*key)).kernel, signature)
    return _KERNELS[key]


_NO_LENGTHS = np.empty(0, np.int64)
_NO_LENGTHS.flags.writeable = False


def run(
    spec: AxisKernel,
    operands: Arguments,
    y: DeviceArray,
    form: tuple[int, int, int],
    scale: float = 1.0,
    lengths: DeviceArray | None = None,
) -> None:
    """Fill *y*, as `ndgrad.kernels.cpu.rowwise.run` does."""
    if not y.size:
        return
    outer, n, inner = form
    arrays = (*operands, y)
    kind = spec.arithmetic(arrays)
    access, width = "load", groups.width_of(inner)
    held = _HELD // (np.dtype(kind).itemsize * len(operands))
    if inner == 1:
        lanes = BYTES // max(x.dtype.itemsize for x in arrays)
        if n % lanes:
            lanes = 1
        elif lanes_of(arrays, n) == 1:
            access = "pick"
        shared, units = form_of(n, lanes, held), outer
        threads = units * shared[0]
    else:
        shared = groups.COLUMNS, 1, _vectors(n, THREADS // width, held)
        units = groups.column_units(outer, inner)
        threads = units * THREADS
    dtypes = tuple(x.dtype for x in operands)
    made = kernel(spec, dtypes, y.dtype, kind, lengths is not None, shared, access)
    given = _NO_LENGTHS if lengths is None else lengths
    made.over(y.device, threads, (*operands, y, given, n, inner, width, scale, units), THREADS)
