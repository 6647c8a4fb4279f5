"""From an element-wise loop and its operands to compiled code: layouts, scalars, broadcasting."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types

from ...base import DType, HostArray, Shape
from ...memory.device import Buffer
from ...memory.storage import empty
from ..annotations import Arguments, Key, SmallCall
from ..build import binaries
from ..build.launch import CHUNK_ELEMENTS, PARALLEL_ELEMENTS, Specialization, vector
from ..spec.cast import COPY, cast_by, cast_type
from ..spec.formula import Loop, formula
from ..spec.layout import Layout, layout
from . import calling
from .array_calls import Entry
from .elementwise_text import source
from .launch import start
from .streaming import STREAMED_ROW, past_caches

_CHEAP_ELEMENTS = 1 << 16
"""Elements from which a flat loop of arithmetic runs on threads: to wake one takes some 8 us."""


class ElementwiseKernel:
    """One loop for one combination of dtypes and layout.

    Attributes
    ----------
    serial : callable
        ``serial(*operands, *results, [geometry,] lo, hi)``: no check of types.
    """

    __slots__ = (
        "serial",
        "_dtypes",
        "_entry",
        "_kinds",
        "_least",
        "_make",
        "_moved",
        "_past_caches",
    )

    def __init__(
        self,
        loop: Loop,
        dtypes: tuple[DType, ...],
        out_dtypes: tuple[DType, ...],
        compute: str,
        layout: str,
    ) -> None:
        name = "_".join([loop.name, *dict.fromkeys(d.name for d in (*dtypes, *out_dtypes)), layout])
        rows, letters = layout.startswith("r"), layout.lstrip("r")
        scalar = getattr(types, compute)
        operands = [
            scalar if letter == "s" else vector(dtype)
            for letter, dtype in zip(letters, dtypes, strict=True)
        ]
        geometry = [vector(np.dtype("int64"))] if rows else []
        results = [] if "o" in letters else [vector(dtype) for dtype in out_dtypes]
        signature = (*operands, *results, *geometry, types.intp, types.intp)

        def make(streams: bool = False) -> Specialization:
            text = source(loop, dtypes, out_dtypes, compute, layout, streams)
            made = binaries.load(f"{name}_streamed" if streams else name, text)
            return Specialization(made.loop, signature)

        self._make = make
        self._entry = make()
        self._past_caches: Specialization | None = None
        self.serial = self._entry.serial
        self._kinds = "".join(calling.LETTERS[compute] if x == "s" else "v" for x in letters)
        self._dtypes = () if "o" in letters else out_dtypes
        cheap = all(formula(text).cost == 1 for _, text in loop.results)
        self._least = _CHEAP_ELEMENTS if cheap and not rows else PARALLEL_ELEMENTS
        read = [d.itemsize for d, x in zip(dtypes, letters, strict=True) if x == "v"]
        written = [d.itemsize for d in self._dtypes]
        # Expensive arithmetic hides what stores cost, and nothing is gained in place.
        self._moved = sum(read + written) if cheap and written else 0

    def small(self) -> SmallCall:
        """``call(*operands, n)`` of a flat loop, which makes and returns results of *n* elements.

        Where results overwrite operands there are none to return.  It runs serially.
        """
        return calling.bound(self._entry, f"{self._kinds}{'y' * len(self._dtypes)}0i", self._dtypes)

    def plain(self) -> SmallCall:
        """The same as `small`, at once: it takes more time, and no C function is loaded for it."""
        serial, dtypes = self.serial, self._dtypes

        def call(*args: Any) -> object:
            *operands, n = args
            results = [empty(n, dtype) for dtype in dtypes]
            serial(*operands, *results, 0, n)
            return results[0] if len(results) == 1 else tuple(results) or None

        return call

    @property
    def kinds(self) -> str:
        """Of operands, as for `array_calls.bound_to_kernels`."""
        return self._kinds

    def entry(self, dtype: DType) -> Entry:
        """What that function calls for arrays of *dtype*, of a flat loop with one result."""
        (result,) = self._dtypes
        return Entry(dtype, self._entry, result)

    def small_in(self, plan: Layout) -> SmallCall:
        """The same for operands of the shapes of *plan* alone, as ``call(*operands)``."""
        n = math.prod(plan.shape)
        kinds, sizes = self._kinds + "Y" * len(self._dtypes), (n,) * len(self._dtypes)
        if plan.geometry is None:
            return calling.bound(self._entry, kinds + "0I", self._dtypes, (*sizes, n))
        values: tuple[HostArray | float, ...] = (*sizes, plan.geometry, plan.rows)
        return calling.bound(self._entry, kinds + "V0I", self._dtypes, values)

    def large_in(self, plan: Layout) -> SmallCall:
        """The same in parallel."""
        n, dtypes = math.prod(plan.shape), self._dtypes
        geometry = () if plan.geometry is None else (plan.geometry,)
        units, elements = (plan.rows, plan.inner) if plan.rows else (n, 1)

        def call(*operands: Any) -> object:
            results = [empty(n, dtype) for dtype in dtypes]
            self.run((*operands, *results, *geometry), units, elements)
            return results[0] if len(results) == 1 else tuple(results)

        return call

    def run(self, args: Arguments, units: int, elements: int) -> None:
        """Fill the results, in parallel when the work is worth it.

        Parameters
        ----------
        args : tuple
            Operands, results and, in the row form, the geometry.
        units : int
            Elements of a flat loop, or rows.
        elements : int
            Elements of one work item.
        """
        if units * elements < self._least or units == 1:
            start(self._entry, args, units)
            return
        entry = self._entry
        if past_caches(units * elements * self._moved) and not 1 < elements < STREAMED_ROW:
            if self._past_caches is None:
                self._past_caches = self._make(True)
            entry = self._past_caches
        start(entry, args, units, max(1, CHUNK_ELEMENTS // elements))


_KERNELS: dict[Key, ElementwiseKernel] = {}


def compiled(
    loop: Loop,
    dtypes: tuple[DType, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
    code: str,
) -> ElementwiseKernel:
    """The kernel for this combination, compiled once a process."""
    key = (loop, dtypes, out_dtypes, compute, code)
    try:
        return _KERNELS[key]
    except KeyError:
        return _KERNELS.setdefault(key, ElementwiseKernel(*key))


def call_on(
    loop: Loop,
    dtypes: tuple[DType, ...],
    shapes: tuple[Shape | None, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
) -> SmallCall:
    """``call(*operands)`` for flat arrays of these shapes, and numbers where there is None.

    It makes and returns the results, and computes small ones serially.  Plan and kernel are found
    here, once.
    """
    plan = layout(shapes, loop.name)
    scalar = np.dtype(compute)
    kinds = tuple(scalar if s is None else d for d, s in zip(dtypes, shapes, strict=True))
    kernel = compiled(loop, kinds, out_dtypes, compute, plan.code)
    small = math.prod(plan.shape) < PARALLEL_ELEMENTS
    return kernel.small_in(plan) if small else kernel.large_in(plan)


def run(
    loop: Loop,
    operands: Arguments,
    shapes: tuple[Shape | None, ...],
    results: tuple[Buffer, ...],
    compute: str,
) -> None:
    """Fill flat *results* from *operands*: flat arrays with their shapes, numbers with None."""
    plan = layout(shapes, loop.name)
    code = plan.code
    scalar = np.dtype(compute)
    dtypes = tuple(scalar if s is None else x.dtype for x, s in zip(operands, shapes, strict=True))
    out_dtypes = tuple([r.dtype for r in results])
    if not plan.rows and (places := _overwritten(operands, results, code)):
        code = "".join("o" if i in places else letter for i, letter in enumerate(code))
        compiled(loop, dtypes, out_dtypes, compute, code).run(operands, results[0].size, 1)
        return
    kernel = compiled(loop, dtypes, out_dtypes, compute, code)
    if plan.rows:
        kernel.run((*operands, *results, plan.geometry), plan.rows, plan.inner)
    else:
        kernel.run((*operands, *results), results[0].size, 1)


cast = cast_by(run)


def small_cast(source: DType, target: DType) -> Callable[[HostArray, int], HostArray]:
    """``call(x, n)``, which casts a small array of *n* elements."""
    compute = cast_type(source, target)
    return compiled(COPY, (source,), (target,), compute, "v").small()


def _overwritten(operands: Arguments, results: Arguments, code: str) -> list[int]:
    """For each result the operand whose memory it is; empty if one has memory of its own."""
    places = []
    for result in results:
        for i, x in enumerate(operands):
            if x is result and code[i] == "v":
                places.append(i)
                break
        else:
            return []
    return places if places == sorted(places) else []
