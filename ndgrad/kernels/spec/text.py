"""The writer of generated modules: imports, loads and stores, expressions, loops.

It is none of the sources in `kernels.build`, whose hash names every binary: what a generated
module compiles to is told by its own text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, lru_cache
from math import isfinite

from ...base import DType, is_floating
from ..scalar import SCALARS, resolve

_IMPORTED = {
    "ndgrad.kernels.build.half": "bfloat_to_float float_to_bfloat float_to_half half_to_float",
    "ndgrad.kernels.build.launch": "call chunked driver distribute",
    "ndgrad.kernels.cpu": "creation views",
    "ndgrad.kernels.cpu.philox": "tile",
    "ndgrad.kernels.cpu.array_calls": "array_function",
    "ndgrad.kernels.cpu.calling": "c_function",
    "ndgrad.kernels.cpu.prefetch": "prefetch",
    "ndgrad.kernels.cpu.sort_keys": "sort_key",
    "ndgrad.kernels.cpu.streaming": "stream streamed",
    "ndgrad.kernels.cpu.sums": "greatest product scratch spread squares total",
    "ndgrad.kernels.cpu.view_calls": "view_function",
    "ndgrad.kernels.cuda.driver": "cuda libdevice",
    "ndgrad.kernels.cuda.vectors": (
        "load2 load4 load8 pick2 pick4 pick8 place2 place4 place8 store2 store4 store8"
    ),
    "ndgrad.kernels.scalar.bits": "either_maximum either_minimum",
    "numpy": "bool_ empty float32 float64 inf int8 int32 int64 uint8 uint16 uint32 uint64",
}
_NUMPY = frozenset(_IMPORTED["numpy"].split())  # no local variable is called like one of these
_WORD = re.compile(r"@?\w+[(.]?")


# --- modules --------------------------------------------------------------------------------------


def module(title: str, lines: Sequence[str], made: str = "Made") -> str:
    """The text of a module.

    Parameters
    ----------
    title : str
        A sentence that says what the module computes.
    lines : sequence of str
        Functions with their decorators; what they call is imported.
    made : str
        How the module came about.

    Returns
    -------
    str
    """
    text = "\n".join(lines)
    return "\n".join([f'"""{title} {made}; do not edit."""', "", *_imports(text), "", "", text, ""])


def _imports(text: str) -> list[str]:
    """The import statements for what *text* calls, and for NumPy's names in it."""
    words = set(_WORD.findall(text))
    used = {x.strip("@(.") for x in words if x[0] == "@" or x[-1] in "(."} | (words & _NUMPY)
    origins = _origins()
    found: dict[str, list[str]] = {}
    for name in sorted(used & origins.keys()):
        found.setdefault(origins[name], []).append(name)
    return [f"from {origin} import {', '.join(names)}" for origin, names in sorted(found.items())]


@cache
def _origins() -> dict[str, str]:
    """The module of each name that generated text may import."""
    origins = {name: origin for origin, names in _IMPORTED.items() for name in names.split()}
    for row in SCALARS.values():
        for name in (row.float32, row.small32, row.float64, row.integer):
            if name is not None:
                origins[name] = "ndgrad.kernels.scalar"
    return origins | {"fixed_quotient_f32": "ndgrad.kernels.scalar"}


def driver_source(count: int) -> str:
    """Module text of the parallel driver of serial kernels with *count* arguments before lo, hi.

    Chunks have a fixed size, so that results do not depend on the number of threads.  The kernel
    comes as the address of its machine code, so that a driver serves all kernels of a signature and
    LLVM does not compile each a second time inside it.
    """
    args = ", ".join(f"a{i}" for i in range(count))
    lines = [
        "@driver",
        f"def parallel(serial, {args}, units, grain):",
        f"    distribute(serial, ({args},), units, grain)",
    ]
    return module(f"Parallel driver of kernels with {count} arguments.", lines)


# --- elements -------------------------------------------------------------------------------------

NARROW = {"float16": "half", "bfloat16": "bfloat"}
"""Dtypes without arithmetic on CPUs, which travel as their bits, and what conversions call them."""

_MEMORY_TYPES = {**dict.fromkeys(NARROW, "uint16"), "bool": "bool_"}


def memory_type(dtype: DType) -> str:
    """Name of the Numba type that holds *dtype* in memory."""
    return _MEMORY_TYPES.get(dtype.name, dtype.name)


def loaded(element: str, dtype: DType, compute: str) -> str:
    """*element*, which lies in memory as *dtype*, in the type *compute* of the arithmetic.

    A real number in arithmetic of integers is a condition, which 0.5 fulfils.
    """
    if dtype.name in NARROW:
        element = f"{NARROW[dtype.name]}_to_float({element})"
    if is_floating(dtype) and not compute.startswith("float"):
        return f"{compute}({element} != 0)"
    if dtype.name in NARROW:
        return element if compute == "float32" else f"{compute}({element})"
    return element if dtype.name == compute else f"{compute}({element})"


def stored(value: str, dtype: DType, compute: str) -> str:
    """Text that converts *value* for storing, where an assignment would not by itself."""
    if dtype.name in NARROW:
        return f"float_to_{NARROW[dtype.name]}(float32({value}))"
    if dtype.name == "bool":
        return f"({value}) != 0"
    if dtype.kind in "iu" and compute.startswith("float"):
        # By way of int64, as C does it in effect: 300.7 becomes the uint8 44, -1.2 becomes 255.
        return f"{dtype.name}(int64({value}))"
    if dtype.kind in "iu" and dtype.name != compute:
        return f"{dtype.name}({value})"  # wraps; NumPy, with the JIT off, would refuse to assign
    return value


# --- expressions ----------------------------------------------------------------------------------


class ExpressionWriter(ast.NodeTransformer):
    """Types constants and resolves functions: a bare 0.5 would turn float32 into float64."""

    def __init__(self, kind: str, loads: Mapping[str, str], fixed: Collection[str]) -> None:
        self.kind = kind
        self.family = kind if kind.startswith("float") else "integer"
        self.loads = loads
        self.fixed = frozenset(fixed)

    def write(self, written: str) -> str:
        return ast.unparse(self.visit(ast.parse(written, mode="eval")).body)

    def _call(self, function: str, *args: ast.expr) -> ast.Call:
        return ast.Call(ast.Name(resolve(function, self.family)), list(args), [])

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return ast.Call(ast.Name(self.kind), [node], [])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return _parsed(self.loads[node.id])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        return self._call(node.func.id, *[self.visit(arg) for arg in node.args])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        return ast.UnaryOp(node.op, self.visit(node.operand))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Div) and self.family == "integer":
            return self._call("div", left, right)
        if isinstance(node.op, ast.Div) and self.kind == "float32" and self._is_fixed(node.right):
            return ast.Call(ast.Name("fixed_quotient_f32"), [left, right], [])
        if isinstance(node.op, ast.Mod):
            return self._call("mod", left, right)
        return ast.BinOp(left, node.op, right)

    def _is_fixed(self, node: ast.expr) -> bool:
        return all(x.id in self.fixed for x in ast.walk(node) if isinstance(x, ast.Name))


class SmallArgumentWriter(ExpressionWriter):
    """Takes the small-argument variants of functions, and notes the tests of their valid ranges."""

    def __init__(self, loads: Mapping[str, str], fixed: Collection[str]) -> None:
        super().__init__("float32", loads, fixed)
        self.tests: list[str] = []

    def _call(self, function: str, *args: ast.expr) -> ast.Call:
        row = SCALARS[function]
        if row.small32 is None:
            return super()._call(function, *args)
        low, high = row.valid32
        ends = [("{} <", low), ("{} >", high)] if low != -high else [("abs({}) >", high)]
        for x in map(ast.unparse, args):
            self.tests += [
                f"({beyond.format(x)} {self.kind}({end}))" for beyond, end in ends if isfinite(end)
            ]
        return ast.Call(ast.Name(row.small32), list(args), [])


@lru_cache(4096)
def _parsed(load: str) -> ast.expr:
    """How an operand is read, as a part of trees that do not change it."""
    return ast.parse(load, mode="eval").body


def expression(
    written: str,
    kind: str,
    loads: Mapping[str, str],
    fixed: Collection[str] = (),
    writer: type[ExpressionWriter] = ExpressionWriter,
) -> str:
    """A formula as text of a kernel that computes in *kind*.

    Parameters
    ----------
    written : str
        The formula.
    kind : str
        The type of the arithmetic.
    loads : mapping of str to str
        Text of each operand.
    fixed : collection of str
        Operands that are the same all through the innermost loop.
    writer : type of ExpressionWriter
        That of the device.
    """
    return writer(kind, loads, fixed).write(written)


def small_argument_expression(
    written: str, loads: Mapping[str, str], fixed: Collection[str] = ()
) -> tuple[str, list[str]]:
    """A formula in float32 by small-argument variants, and tests: one holds beyond their range."""
    writer = SmallArgumentWriter(loads, fixed)
    return writer.write(written), writer.tests


# --- loops ----------------------------------------------------------------------------------------


def indented(lines: Sequence[str], levels: int = 1) -> list[str]:
    return ["    " * levels + line for line in lines]


def each(count: str, body: Sequence[str]) -> list[str]:
    """The loop over *count* elements i, if there is anything to do for one."""
    return [f"for i in range({count}):", *indented(body)] if body else []


def tested_loops(
    count: str, full: Sequence[str], small: Sequence[str], tests: Sequence[str]
) -> list[str]:
    """The loop over *full*, or over *small* if no test holds: one of a valid range that is left.

    *small* are the same statements by small-argument variants of functions.
    """
    if not tests:
        return each(count, full)
    return [
        "beyond = False",
        *each(count, [f"beyond |= {' | '.join(dict.fromkeys(tests))}"]),
        "if beyond:",
        *indented(each(count, full)),
        "else:",
        *indented(each(count, small)),
    ]


def retried_loops(
    count: str,
    begin: Sequence[str],
    full: Sequence[str],
    small: Sequence[str],
    tests: Sequence[str],
) -> list[str]:
    """*begin* and the loop over *small*, which tests too; if a test held, both again with *full*.

    A loop less than `tested_loops` has; what *full* reads must not have been overwritten.
    """
    return [
        "beyond = False",
        *begin,
        *each(count, [*small, f"beyond |= {' | '.join(dict.fromkeys(tests))}"]),
        "if beyond:",
        *indented([*begin, *each(count, full)]),
    ]
