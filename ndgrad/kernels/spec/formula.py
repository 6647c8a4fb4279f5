"""Formulas and element-wise loops: what to compute, before dtypes, layout and device.

A formula is a Python expression over an operator's operands, such as ``g * (1 - y * y)``.  It has
two readings: as text of a kernel (`text.expression`), and as a function of recorded arrays
(`Formula.evaluate`), which is what makes every derivative differentiable again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import CodeType
from typing import Any

from ..._similar import did_you_mean
from ...base import DType, MXNetError, is_floating
from ..annotations import Function
from ..scalar import SCALARS

_INTEGER = "int64"
"""Literals and results of integer arithmetic are as wide as the widest operand."""


_NODES = (
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Constant),
    *(ast.operator, ast.unaryop, ast.cmpop),
)
_CHOICES = (ast.IfExp, ast.BoolOp)


def _nodes(tree: ast.expr) -> list[ast.AST]:
    """What `ast.walk` gives but for contexts of names, in a quarter of the time."""
    found: list[ast.AST] = [tree]
    for node in found:
        for name in node._fields:
            part = getattr(node, name)
            if isinstance(part, ast.AST):
                if name != "ctx":
                    found.append(part)
            elif part.__class__ is list:
                found += part
    return found


class Formula:
    """A scalar expression, written once.

    Parameters
    ----------
    text : str
        A Python expression of names, numbers, ``+ - * / %``, comparisons and calls of scalar
        functions (`ndgrad.kernels.scalar.SCALARS`).

    Raises
    ------
    ValueError
        If it is no expression.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.tree = ast.parse(text, mode="eval").body
        except (SyntaxError, TypeError, ValueError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else error
            raise ValueError(f"{text!r} is no expression: {reason}") from None
        self._nodes = _nodes(self.tree)
        calls = [node.func for node in self._nodes if isinstance(node, ast.Call)]
        self.functions = frozenset(f.id for f in calls if isinstance(f, ast.Name))
        names = {node.id for node in self._nodes if isinstance(node, ast.Name)}
        self.names = frozenset(names - self.functions)
        numbers = [node.value for node in self._nodes if isinstance(node, ast.Constant)]
        self.has_fraction = any(isinstance(x, float) and not x.is_integer() for x in numbers)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def check(self) -> None:
        """Raise ValueError if it is more than an expression of numbers and scalar functions."""
        for node in self._nodes:
            if isinstance(node, ast.Call) and not isinstance(node.func, ast.Name):
                raise ValueError(
                    f"{self.text!r} calls {ast.unparse(node.func)}; functions have plain names, "
                    "such as exp"
                )
            number = not isinstance(node, ast.Constant) or isinstance(node.value, (int, float))
            if not number or not isinstance(node, _NODES):
                hint = "; where(condition, a, b) chooses" if isinstance(node, _CHOICES) else ""
                raise ValueError(
                    f"{self.text!r} has {ast.unparse(node)!r} in it, which is no number, "
                    f"operation, comparison or call{hint}"
                )
        for name in sorted(self.functions - SCALARS.keys()):
            raise ValueError(
                f"{self.text!r} calls {name!r}{did_you_mean(name, SCALARS)}, expected one of "
                f"{', '.join(sorted(SCALARS))}"
            )

    @cached_property
    def cost(self) -> int:
        """Work of an element, in additions; operators between operands count as one together."""
        return 1 + sum(SCALARS[name].cost for name in self.functions)

    @cached_property
    def _code(self) -> CodeType:
        tree = ast.fix_missing_locations(_Choices().visit(ast.parse(self.text, mode="eval")))
        return compile(tree, f"<formula {self.text}>", "eval")

    def evaluate(
        self, functions: Mapping[str, Callable[..., object]], operands: Mapping[str, object]
    ) -> Any:
        """The formula's value on anything with operators: recorded arrays, or NumPy's.

        Of a ``where`` whose condition is a bool, as numbers make it, only one side is evaluated.
        """
        names = {"__builtins__": {}, **functions, **operands}
        if "where" in functions:
            names["where"] = _chosen(functions["where"])
        return eval(self._code, names)


class _Choices(ast.NodeTransformer):
    """Puts the two sides of each ``where`` into functions."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        args: list[ast.expr] = [self.visit(arg) for arg in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            no_parameters = ast.arguments([], [], None, [], [], None, [])
            args[1:] = [ast.Lambda(no_parameters, arg) for arg in args[1:]]
        return ast.Call(node.func, args, [])


def _chosen(where: Function) -> Function:
    def choose(condition: object, x: Callable[[], object], y: Callable[[], object]) -> object:
        if isinstance(condition, bool):
            return x() if condition else y()
        return where(condition, x(), y())

    return choose


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


POWERS = (2, 3)
"""Exponents for which loops have a branch of their own: a power costs ten products."""


@cache
def multiplied(text: str, exponent: str, value: int) -> str | None:
    """*text* where the operand *exponent* is *value*, powers as products; None without any."""
    folder = _Powers({exponent: value})
    tree = folder.visit(ast.parse(text, mode="eval"))
    return ast.unparse(tree) if folder.found else None


def powers(texts: Sequence[str], exponents: Iterable[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Exponents and powers for which all *texts* have a form with products, and these forms."""
    for exponent in exponents:
        for power in POWERS:
            forms = [multiplied(text, exponent, power) for text in texts]
            if None not in forms:
                yield exponent, power, [str(form) for form in forms]


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
        args: list[ast.expr] = [self.visit(arg) for arg in node.args]
        if isinstance(node.func, ast.Name) and node.func.id == "where":
            condition, chosen, other = args
            if isinstance(condition, ast.Constant):
                return chosen if condition.value else other
        if isinstance(node.func, ast.Name) and node.func.id == "pow":
            base, exponent = args
            if isinstance(base, ast.Name) and isinstance(exponent, ast.Constant):
                power = exponent.value
                if isinstance(power, int) and power in (1, *POWERS):
                    self.found = True
                    product: ast.expr = base
                    for _ in range(power - 1):
                        product = ast.BinOp(product, ast.Mult(), base)
                    return product
        return ast.Call(node.func, args, [])


def compute_type(dtype: DType, *, mathematical: bool) -> str:
    """What arithmetic a loop over *dtype* uses.

    float16 and bfloat16 compute in float32.  Integers compute as integers, unless the formula calls
    functions of real numbers: then in float64, and the result is truncated on storing, as in MXNet.
    """
    if is_floating(dtype):
        return "float64" if dtype.itemsize == 8 else "float32"
    if dtype.kind in "iub":
        return "float64" if mathematical else _INTEGER
    raise MXNetError(f"no arithmetic for dtype {dtype}")
