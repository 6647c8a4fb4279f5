"""Formulas -> a readable source file -> kernels.

A formula is a Python expression over an operator's operands, such as ``g * (1 - y * y)``.  It has
two readings: as text of a kernel (here), and as a function of recorded arrays (`Formula.evaluate`),
which is what makes every derivative differentiable again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from types import CodeType
from typing import Any

import numpy as np

from ...base import MXNetError
from ..scalar import SCALARS, resolve

# float16 has no arithmetic on CPUs and travels as its bits: Numba sees uint16.
_STORED_AS = {"float16": "uint16", "bool": "bool_"}
# Literals and results of integer arithmetic are as wide as the widest operand.
_INTEGER = "int64"
# Elements whose reach is tested at once: few enough to be in the first cache when they are used.
_BLOCK = 1024


class Formula:
    """A scalar expression, written once.

    Parameters
    ----------
    text : str
        A Python expression of names, numbers, ``+ - * / %``, comparisons and calls of scalar
        functions (`ndgrad.kernels.scalar.SCALARS`).
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = ast.parse(text, mode="eval").body
        calls = [node.func for node in ast.walk(self._tree) if isinstance(node, ast.Call)]
        self.functions = frozenset(f.id for f in calls if isinstance(f, ast.Name))
        names = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        self.names = frozenset(names - self.functions)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    @cached_property
    def _code(self) -> CodeType:
        tree = ast.fix_missing_locations(_Choices().visit(ast.parse(self.text, mode="eval")))
        return compile(tree, f"<formula {self.text}>", "eval")

    def evaluate(self, functions: Mapping[str, Any], operands: Mapping[str, Any]) -> Any:
        """The formula's value on anything with operators: recorded arrays, or NumPy's.

        Of a ``where`` whose condition is a bool, as numbers make it, only one side is evaluated.
        """
        names = {"__builtins__": {}, **functions, **operands}
        if "where" in functions:
            names["where"] = _chosen(functions["where"])
        return eval(self._code, names)

    def kernel_text(
        self,
        kind: str,
        loads: Mapping[str, str],
        fixed: Collection[str] = (),
        writes: type[_Writer] | None = None,
    ) -> tuple[str, set[str]]:
        """Text for a kernel that computes in *kind*, and the scalar functions it imports.

        Operands whose names are in *fixed* are the same all through the innermost loop; *writes*
        takes the place of the writer for a CPU.
        """
        writer = (writes or _Writer)(kind, loads, fixed)
        return ast.unparse(writer.visit(ast.parse(self.text, mode="eval")).body), writer.imports

    def near_text(
        self, loads: Mapping[str, str], fixed: Collection[str] = ()
    ) -> tuple[str, set[str], list[str]]:
        """The same in float32 by functions of limited reach, and tests: one holds beyond it."""
        writer = _NearWriter("float32", loads, fixed)
        text = ast.unparse(writer.visit(ast.parse(self.text, mode="eval")).body)
        return text, writer.imports, writer.tests


class _Choices(ast.NodeTransformer):
    """Puts the two sides of each ``where`` into functions."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        args: list[Any] = [self.visit(arg) for arg in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            no_parameters = ast.arguments([], [], None, [], [], None, [])
            args[1:] = [ast.Lambda(no_parameters, arg) for arg in args[1:]]
        return ast.Call(node.func, args, [])


def _chosen(where: Callable[..., Any]) -> Callable[..., Any]:
    def choose(condition: Any, x: Callable[[], Any], y: Callable[[], Any]) -> Any:
        if isinstance(condition, bool):
            return x() if condition else y()
        return where(condition, x(), y())

    return choose


@lru_cache(4096)
def _parsed(load: str) -> ast.expr:
    """How an operand is read, as a part of trees that do not change it."""
    return ast.parse(load, mode="eval").body


class _Writer(ast.NodeTransformer):
    """Types constants and resolves functions: a bare 0.5 would turn float32 into float64."""

    def __init__(self, kind: str, loads: Mapping[str, str], fixed: Collection[str]) -> None:
        self.kind = kind
        self.family = kind if kind.startswith("float") else "integer"
        self.loads = loads
        self.fixed = frozenset(fixed)
        self.imports: set[str] = set()

    def _call(self, function: str, *args: ast.expr) -> ast.Call:
        name = resolve(function, self.family)
        self.imports.add(name)
        return ast.Call(ast.Name(name), list(args), [])

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
            self.imports.add("fixed_quotient_f32")
            return ast.Call(ast.Name("fixed_quotient_f32"), [left, right], [])
        if isinstance(node.op, ast.Mod):
            return self._call("mod", left, right)
        return ast.BinOp(left, node.op, right)

    def _is_fixed(self, node: ast.expr) -> bool:
        return all(x.id in self.fixed for x in ast.walk(node) if isinstance(x, ast.Name))


class _NearWriter(_Writer):
    """Takes functions' forms for small arguments, and notes what tells that one is not small."""

    def __init__(self, kind: str, loads: Mapping[str, str], fixed: Collection[str]) -> None:
        super().__init__(kind, loads, fixed)
        self.tests: list[str] = []

    def _call(self, function: str, *args: ast.expr) -> ast.Call:
        row = SCALARS[function]
        if row.near32 is None:
            return super()._call(function, *args)
        self.imports.add(row.near32)
        self.tests += [f"(abs({ast.unparse(x)}) > {self.kind}({row.reach32}))" for x in args]
        return ast.Call(ast.Name(row.near32), list(args), [])


POWERS = (2, 3)
"""Exponents for which loops have a branch of their own: a power costs ten products."""


@cache
def multiplied(text: str, exponent: str, value: int) -> str | None:
    """*text* where the operand *exponent* is *value*, powers as products; None without any."""
    folder = _Powers({exponent: value})
    tree = folder.visit(ast.parse(text, mode="eval"))
    return ast.unparse(tree) if folder.found else None


class _Powers(ast.NodeTransformer):
    """Puts numbers in and writes small powers as products."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.numbers = numbers
        self.found = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self.numbers[node.id]) if node.id in self.numbers else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        numbers = isinstance(left, ast.Constant) and isinstance(right, ast.Constant)
        if numbers and isinstance(node.op, ast.Sub):
            return ast.Constant(left.value - right.value)
        return ast.BinOp(left, node.op, right)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        left, (right,) = self.visit(node.left), [self.visit(x) for x in node.comparators]
        compared = ast.Compare(left, node.ops, [right])
        if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            return ast.Constant(eval(ast.unparse(compared)))
        return compared

    def visit_Call(self, node: ast.Call) -> ast.expr:
        args: list[Any] = [self.visit(arg) for arg in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            condition, chosen, other = args
            if isinstance(condition, ast.Constant):
                return chosen if condition.value else other
        if isinstance(node.func, ast.Name) and node.func.id == "pow":
            base, exponent = args
            if isinstance(base, ast.Name) and isinstance(exponent, ast.Constant):
                power: Any = exponent.value
                if power in (1, *POWERS):
                    self.found = True
                    product: ast.expr = base
                    for _ in range(power - 1):
                        product = ast.BinOp(product, ast.Mult(), base)
                    return product
        return ast.Call(node.func, args, [])


@dataclass(frozen=True)
class Loop:
    """An element-wise computation: formulas over operands, before dtypes and layout are known.

    Attributes
    ----------
    name : str
        The operator's name, for file names and messages.
    args : tuple of str
        Operands in the order in which the kernel takes them.
    results : tuple of (str, str)
        Name and formula of each result.
    """

    name: str
    args: tuple[str, ...]
    results: tuple[tuple[str, str], ...]


@cache
def formula(text: str) -> Formula:
    return Formula(text)


def stored(dtype: np.dtype[Any]) -> str:
    """Name of the Numba type that holds *dtype* in memory."""
    return _STORED_AS.get(dtype.name, dtype.name)


def _loaded(element: str, dtype: np.dtype[Any], compute: str) -> str:
    if dtype.name == "float16":
        element = f"half_to_float({element})"
        return element if compute == "float32" else f"{compute}({element})"
    return element if dtype.name == compute else f"{compute}({element})"


def _stored(value: str, dtype: np.dtype[Any], compute: str) -> str:
    """Text that converts *value* for storing, where an assignment would not by itself."""
    if dtype.name == "float16":
        return f"float_to_half(float32({value}))"
    if dtype.name == "bool":
        return f"({value}) != 0"
    if dtype.kind in "iu" and compute.startswith("float"):
        # By way of int64, as C does it in effect: 300.7 becomes the uint8 44, -1.2 becomes 255.
        return f"{dtype.name}(int64({value}))"
    if dtype.kind in "iu" and dtype.name != compute:
        return f"{dtype.name}({value})"  # wraps; NumPy, with the JIT off, would refuse to assign
    return value


def source(
    loop: Loop,
    dtypes: tuple[np.dtype[Any], ...],
    out_dtypes: tuple[np.dtype[Any], ...],
    compute: str,
    layout: str,
) -> str:
    """Readable module text of the serial kernel for one loop, dtypes and layout.

    Parameters
    ----------
    loop : Loop
    dtypes, out_dtypes : tuple of numpy.dtype
        In memory, of each operand and result.
    compute : str
        The type of the arithmetic: ``'float32'``, ``'float64'`` or an integer type.
    layout : str
        One letter an operand: ``v`` a vector that runs with the result, ``o`` one that the only
        result overwrites, ``b`` an array of one element, ``s`` a scalar argument.  A leading ``r``
        chooses the row form, in which ``b`` is an array whose value is constant along a row.

    Returns
    -------
    str
        Defines ``loop(*args, *results, [geometry,] lo, hi)`` over elements (rows) ``[lo, hi)``;
        a result that overwrites an operand is no parameter of its own.  Given twice, as operand
        and as result, the same memory would not pass the test that vector code begins with.
    """
    rows, letters = layout.startswith("r"), layout.lstrip("r")
    loads, kinds = {}, {}
    for name, dtype, letter in zip(loop.args, dtypes, letters, strict=True):
        element = f"{name}[i]" if letter in "vo" else name
        loads[name] = element if letter == "s" else _loaded(element, dtype, compute)
        kinds[name] = letter
    overwritten = [name for name in loop.args if kinds[name] == "o"]
    outs = overwritten or [name for name, _ in loop.results]
    fixed = [name for name, letter in kinds.items() if letter in "bs"]
    body, near_body, tests, imports = [], [], [], set()
    for name, (_, text), dtype in zip(outs, loop.results, out_dtypes, strict=True):
        value, used = formula(text).kernel_text(compute, loads, fixed)
        imports |= used
        body.append(f"{name}[i] = {_stored(value, dtype, compute)}")
        if compute == "float32":
            value, used, beyond = formula(text).near_text(loads, fixed)
            imports |= used
            near_body.append(f"{name}[i] = {_stored(value, dtype, compute)}")
            tests += beyond
    arrays = [name for name in loop.args if kinds[name] != "s"]
    own = [name for name in outs if name not in overwritten]
    parameters = [*loop.args, *own, *(["geometry"] if rows else []), "lo", "hi"]
    lines = [f"def loop({', '.join(parameters)}):"]
    vectors = [name for name in [*arrays, *own] if kinds.get(name, "v") in "vo"]
    count = "inner" if rows else f"{outs[0]}.size"
    loops = _loops(count, body, near_body, list(dict.fromkeys(tests)))
    for exponent in (name for name, letter in kinds.items() if letter == "s"):
        for power in POWERS:
            written = [multiplied(text, exponent, power) for _, text in loop.results]
            if None in written:
                continue
            product = []
            for name, shorter, dtype in zip(outs, written, out_dtypes, strict=True):
                line, used = formula(str(shorter)).kernel_text(compute, loads, fixed)
                imports |= used
                product.append(f"{name}[i] = {_stored(line, dtype, compute)}")
            loops = [
                f"if {exponent} == {power}:",
                *[f"    {line}" for line in _loops(count, product, [], [])],
                "else:",
                *[f"    {line}" for line in loops],
            ]
    if rows:
        lines += _row_prologue(arrays, outs)
        lines += [
            f"        {n} = {n}_all[at_{n} : at_{n} + inner]"
            if kinds[n] == "v"
            else f"        {n} = {n}_all[at_{n}]"
            for n in arrays
        ]
        lines += [f"        {n} = {n}_all[row * inner : row * inner + inner]" for n in outs]
        lines += [f"        {line}" for line in loops]
    else:
        lines += [f"    {n} = {n}[0]" for n in arrays if n not in vectors]
        # A slice starts at 0, so the index needs no test for being negative: without it LLVM
        # gathers element by element instead of loading vectors (5 times slower).
        if tests:
            lines += [f"    {n}_all = {n}" for n in vectors]
            lines += [f"    for start in range(lo, hi, {_BLOCK}):"]
            lines += [f"        {n} = {n}_all[start : min(start + {_BLOCK}, hi)]" for n in vectors]
            lines += [f"        {line}" for line in loops]
        else:
            lines += [f"    {n} = {n}[lo:hi]" for n in vectors]
            lines += [f"    {line}" for line in loops]
    numpy_names = sorted(
        t
        for t in ("float32", "float64", "int8", "int32", "int64", "uint8")
        if any(f"{t}(" in line for line in lines)
    )
    halves = [n for n in ("float_to_half", "half_to_float") if any(n in x for x in lines)]
    signature = ", ".join(
        f"{n}: {d.name}{'' if k == 's' else '[]'}"
        for n, d, k in zip(loop.args, dtypes, letters, strict=True)
    )
    formulas = "; ".join(f"{name} = {text}" for name, text in loop.results)
    head = [
        f'"""{loop.name}: {formulas}   ({signature}). Made from the op table; do not edit."""',
        "",
    ]
    if halves:
        head.append(f"from ndgrad.kernels.build.half import {', '.join(halves)}")
    head.append("from ndgrad.kernels.build.launch import chunked")
    if imports:
        head.append(f"from ndgrad.kernels.scalar import {', '.join(sorted(imports))}")
    if numpy_names:
        head.append(f"from numpy import {', '.join(numpy_names)}")
    return "\n".join([*head, "", "", "@chunked", *lines, ""])


def _loops(count: str, body: list[str], near_body: list[str], tests: list[str]) -> list[str]:
    """The loop over *body*, or over *near_body* if no test holds for any element."""
    head = f"for i in range({count}):"
    full = [head, *[f"    {line}" for line in body]]
    if not tests:
        return full
    near = [head, *[f"    {line}" for line in near_body]]
    return [
        "far = False",
        head,
        f"    far |= {' | '.join(tests)}",
        "if far:",
        *[f"    {line}" for line in full],
        "else:",
        *[f"    {line}" for line in near],
    ]


def _row_prologue(arrays: list[str], outs: list[str]) -> list[str]:
    """Where each operand's row starts: its index along every outer axis times its stride."""
    lines = [f"    {name}_all = {name}" for name in [*arrays, *outs]]
    lines += [
        "    inner = geometry[0]",
        "    axes = geometry[1]",
        "    for row in range(lo, hi):",
        *[f"        at_{name} = 0" for name in arrays],
        "        rest = row",
        "        for axis in range(axes - 1, -1, -1):",
        "            index = rest % geometry[2 + axis]",
        "            rest //= geometry[2 + axis]",
    ]
    lines += [
        f"            at_{name} += index * geometry[2 + {position} * axes + axis]"
        for position, name in enumerate(arrays, start=1)
    ]
    return lines


def driver_source(count: int) -> str:
    """Module text of the parallel driver of serial kernels with *count* arguments before lo, hi.

    Chunks have a fixed size, so that results do not depend on the number of threads.  The kernel
    comes as the address of its machine code, so that a driver serves all kernels of a signature and
    LLVM does not compile each a second time inside it.
    """
    args = ", ".join(f"a{i}" for i in range(count))
    return "\n".join(
        [
            f'"""Parallel driver of kernels with {count} arguments. Made; do not edit."""',
            "",
            "from ndgrad.kernels.build.launch import driver, share_out",
            "",
            "",
            "@driver",
            f"def parallel(serial, {args}, units, grain):",
            f"    share_out(serial, ({args},), units, grain)",
            "",
        ]
    )


def compute_type(dtype: np.dtype[Any], *, mathematical: bool) -> str:
    """What arithmetic a loop over *dtype* uses.

    float16 computes in float32.  Integers compute as integers, unless the formula calls functions
    of real numbers: then in float64, and the result is truncated on storing, as in MXNet.
    """
    if dtype.kind == "f":
        return "float64" if dtype.itemsize == 8 else "float32"
    if dtype.kind in "iub":
        return "float64" if mathematical else _INTEGER
    raise MXNetError(f"no arithmetic for dtype {dtype}")
