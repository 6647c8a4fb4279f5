"""Element-wise loops on a device: the formulas of the op table as grid-stride kernels."""

from __future__ import annotations

import ast
import math
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numba import types

from ...base import DType, HostArray, Shape
from ..annotations import Arguments
from ..build import binaries
from ..scalar import SCALARS
from ..spec.cast import cast_by
from ..spec.formula import Loop, powers
from ..spec.layout import Layout, layout
from ..spec.text import NARROW, ExpressionWriter, expression, loaded, module, stored
from .driver import SIMULATED, THREADS, CudaKernel, array_of
from .vectors import BYTES, WIDTHS, full_vector, lanes_of, unpacked

_LIBDEVICE = {"gamma": "tgamma"}  # where its name is not that of Python's math


class CudaWriter(ExpressionWriter):
    """Takes CUDA's own functions where a scalar function names one."""

    def _call(self, function: str, *args: ast.expr) -> ast.Call:
        name = SCALARS[function].cuda
        if name is None or self.family == "integer" or SIMULATED:
            return super()._call(function, *args)
        suffix = "f" if self.family == "float32" else ""
        called = ast.Name(f"libdevice.{_LIBDEVICE.get(name, name)}{suffix}")
        return ast.Call(called, list(args), [])

    def _is_fixed(self, node: ast.expr) -> bool:
        return False  # a division costs less here than float64


def source(
    loop: Loop,
    dtypes: tuple[DType, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
    code: str,
    lanes: int = 1,
) -> str:
    """Readable module text of the kernel for one loop, dtypes and layout.

    Parameters
    ----------
    loop : Loop
    dtypes, out_dtypes : tuple of numpy.dtype
        In memory, of each operand and result.
    compute : str
        The type of the arithmetic.
    code : str
        The letters of the host's `source` but ``o``: a result may be an operand's memory anyhow.
    lanes : int
        Neighbouring elements that a thread takes at a time, by vector accesses.
    """
    rows, letters = code.startswith("r"), code.lstrip("r")
    kinds = dict(zip(loop.args, letters, strict=True))
    arrays = [name for name in loop.args if kinds[name] != "s"]
    results = [name for name, _ in loop.results]
    numbers = [name for name in loop.args if kinds[name] == "s"]

    def computed(text: str, load: dict[str, str]) -> str:
        value = expression(text, compute, load, writer=CudaWriter)
        for exponent, power, (product,) in powers([text], numbers):
            product = expression(product, compute, load, writer=CudaWriter)
            value = f"{product} if {exponent} == {power} else {value}"
        return value

    def elements(lanes: int) -> list[str]:
        """What is done for *lanes* elements from element i on."""
        reads = []
        loads: list[dict[str, str]] = [{} for _ in range(lanes)]
        for name, dtype in zip(loop.args, dtypes, strict=True):
            at = {"v": f"at_{name} + column" if rows else "i", "b": f"at_{name}" if rows else "0"}
            # An index that cannot be negative is used as it is.
            element = name if kinds[name] == "s" else f"{name}[uint64({at[kinds[name]]})]"
            each = [element] * lanes
            if lanes > 1 and kinds[name] == "v":
                each = unpacked(name, lanes)
                reads.append(f"{', '.join(each)} = load{lanes}({name}, {at['v']})")
            elif lanes > 1 and kinds[name] == "b":
                each = [f"{name}_0"] * lanes
                reads.append(f"{name}_0 = {element}")
            for load, x in zip(loads, each, strict=True):
                load[name] = x if kinds[name] == "s" else loaded(x, dtype, compute)
        values, stores = [], []
        # All are computed before any is stored: a result may lie in an operand's memory.
        for (name, text), dtype in zip(loop.results, out_dtypes, strict=True):
            each = unpacked(f"value_{name}", lanes)
            for value, load in zip(each, loads, strict=True):
                element = stored(computed(text, load), dtype, compute)
                values.append(f"{value} = {typed(element, dtype)}")
            if lanes > 1:
                stores.append(f"store{lanes}({name}, i, ({', '.join(each)}))")
            else:
                stores.append(f"{name}[uint64(i)] = {each[0]}")
        return [*reads, *values, *stores]

    parameters = [*loop.args, *results, *(["geometry"] if rows else []), "elements"]
    first = "cuda.grid(1)" if lanes == 1 else f"{lanes} * cuda.grid(1)"
    step = "cuda.gridsize(1)" if lanes == 1 else f"{lanes} * cuda.gridsize(1)"
    stop = "elements" if lanes == 1 or rows else f"elements - {lanes - 1}"
    lines = [
        f"def kernel({', '.join(parameters)}):",
        f"    for i in range({first}, {stop}, {step}):",
    ]
    if rows:
        lines += [
            "        rest = i // geometry[0]",
            "        column = i - rest * geometry[0]",
            "        axes = geometry[1]",
            *[f"        at_{name} = 0" for name in arrays],
            "        for axis in range(axes + 1, 1, -1):",
            "            above = rest // geometry[axis]",
            "            index = rest - above * geometry[axis]",
            "            rest = above",
        ]
        lines += [
            f"            at_{name} += index * geometry[axis + {position} * axes]"
            for position, name in enumerate(arrays, start=1)
        ]
    lines += [f"        {line}" for line in elements(lanes)]
    if lanes > 1 and not rows:
        lines += [
            f"    rest = elements // {lanes} * {lanes}",
            "    for i in range(rest + cuda.grid(1), elements, cuda.gridsize(1)):",
            *[f"        {line}" for line in elements(1)],
        ]
    formulas = "; ".join(f"{name} = {text}" for name, text in loop.results)
    return module(f"{loop.name}: {formulas}   (CUDA).", lines)


def typed(value: str, dtype: DType) -> str:
    """*value* in the type that holds *dtype*: a vector of another could not be stored."""
    return value if dtype.name in ("bool", *NARROW) else f"{dtype.name}({value})"


_Kind: TypeAlias = tuple[Loop, tuple[DType, ...], tuple[DType, ...], str, str, int]
"""The loop, the dtypes of operands and results, the arithmetic's type, layout, and elements."""


class _ElementwiseKernels(dict[_Kind, CudaKernel]):
    def __missing__(self, key: _Kind) -> CudaKernel:
        loop, dtypes, out_dtypes, compute, code, lanes = key
        kinds = dict.fromkeys(d.name for d in (*dtypes, *out_dtypes))
        name = "_".join([loop.name, *kinds, f"{code}{lanes}"])
        scalar = getattr(types, compute)
        operands = [
            scalar if letter == "s" else array_of(dtype)
            for letter, dtype in zip(code.lstrip("r"), dtypes, strict=True)
        ]
        geometry = [array_of(np.dtype("int64"))] if code.startswith("r") else []
        signature = (*operands, *map(array_of, out_dtypes), *geometry, types.int64)
        made = binaries.load(f"{name}_cuda", source(*key)).kernel
        self[key] = CudaKernel(made, signature, contract=False)
        return self[key]


_kernels = _ElementwiseKernels()


def kernel(
    loop: Loop,
    dtypes: tuple[DType, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
    code: str,
    lanes: int = 1,
) -> CudaKernel:
    """The kernel for this combination, made once a process."""
    return _kernels[loop, dtypes, out_dtypes, compute, code, lanes]


class FlatLoop:
    """A loop over operands of the results' size, with all that can be settled before a launch.

    Called with the operands and the results, which all lie on one device.

    Parameters
    ----------
    letters : str
        For each operand ``v`` for an array and ``s`` for a number.
    """

    __slots__ = ("_arrays", "_each", "_lanes", "_together")

    def __init__(
        self,
        loop: Loop,
        dtypes: tuple[DType, ...],
        out_dtypes: tuple[DType, ...],
        compute: str,
        letters: str,
    ) -> None:
        self._arrays = [i for i, letter in enumerate(letters) if letter == "v"]
        kinds = (*(dtypes[i] for i in self._arrays), *out_dtypes)
        self._lanes = full_vector(kind.itemsize for kind in kinds)
        self._each, self._together = (
            _kernels[loop, dtypes, out_dtypes, compute, letters, lanes]
            for lanes in (1, self._lanes)
        )

    def __call__(self, operands: Arguments, results: Arguments) -> None:
        first = results[0]
        n = first.size
        if not n:
            return
        addresses = 0
        for i in self._arrays:
            addresses |= operands[i].address
        for result in results:
            addresses |= result.address
        kernel, threads = self._together, -(-n // self._lanes)
        if addresses % BYTES:
            kernel, threads = self._each, n
        blocks = first.device.blocks(-(-threads // THREADS))
        kernel.launch(first.device, blocks, THREADS, (*operands, *results, n))


class _LaunchPlan(NamedTuple):
    """What is the same at every launch over operands of some dtypes and shapes."""

    code: str
    vectors: tuple[int, ...]
    divisor: int
    geometry: tuple[HostArray, ...]
    kernels: dict[int, CudaKernel]
    """By lanes."""


@lru_cache(maxsize=4096)
def _plan(
    loop: Loop,
    dtypes: tuple[DType, ...],
    out_dtypes: tuple[DType, ...],
    compute: str,
    shapes: tuple[Shape | None, ...],
) -> _LaunchPlan:
    plan: Layout = layout(shapes, loop.name)
    vectors = tuple(i for i, letter in enumerate(plan.code.lstrip("r")) if letter == "v")
    if plan.geometry is None:
        return _LaunchPlan(plan.code, vectors, max(WIDTHS), (), {})
    inner, axes, *numbers = plan.geometry.tolist()
    # What divides the length of rows and the places where they begin.
    divisor = math.gcd(inner, *numbers[axes:])
    return _LaunchPlan(plan.code, vectors, divisor, (plan.geometry,), {})


def run(
    loop: Loop,
    operands: Arguments,
    shapes: tuple[Shape | None, ...],
    results: Arguments,
    compute: str,
) -> None:
    """Fill *results*, as `ndgrad.kernels.cpu.elementwise.run` does."""
    scalar = np.dtype(compute)
    dtypes = tuple(
        [scalar if s is None else x.dtype for x, s in zip(operands, shapes, strict=True)]
    )
    out_dtypes = tuple([r.dtype for r in results])
    plan = _plan(loop, dtypes, out_dtypes, compute, shapes)
    lanes = lanes_of([*[operands[i] for i in plan.vectors], *results], plan.divisor)
    kernel = plan.kernels.get(lanes)
    if kernel is None:
        kernel = _kernels[loop, dtypes, out_dtypes, compute, plan.code, lanes]
        plan.kernels[lanes] = kernel
    n = results[0].size
    kernel.over(results[0].device, -(-n // lanes), (*operands, *results, *plan.geometry, n))


cast = cast_by(run)
