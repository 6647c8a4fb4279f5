"""Inlining: calls of straight-line functions are replaced by what these compute, before compiling.

LLVM would inline them as well, but each function that Numba compiles takes longer than all of its
arithmetic.  Whatever rounds a product with a sum has been decided in each function before, so the
results are the same.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import NamedTuple

from ..annotations import Function
from .contract import multiply_add

Rewrite = Callable[[ast.FunctionDef], ast.FunctionDef]

_rewrites: dict[Function, Rewrite] = {}


def inlinable(function: Function, rewrite: Rewrite) -> None:
    """Let calls of *function* be inlined, after it is rewritten."""
    _rewrites[function] = rewrite


class _Text(NamedTuple):
    """The text of a function, and what it needs besides the globals of its module."""

    definition: ast.FunctionDef
    names: dict[str, object]


@cache
def inlined(function: Function) -> Function:
    """The rewritten *function*, without calls of straight-line functions that are registered."""
    definition, names = _text(function)
    made = ast.fix_missing_locations(ast.Module([definition], []))
    space: dict[str, FunctionType] = {}
    exec(compile(made, inspect.getfile(function), "exec"), function.__globals__ | names, space)
    return space[definition.name]


@cache
def _text(function: Function) -> _Text:
    assert function.__closure__ is None, f"{function.__name__} is not a function of a module"
    lines, first = inspect.getsourcelines(function)
    (definition,) = ast.parse(textwrap.dedent("".join(lines))).body
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    ast.increment_lineno(definition, first - 1)
    definition = _rewrites[function](definition)
    inlining = _Inlining(function)
    definition.body = inlining.block(definition.body)
    return _Text(definition, inlining.names)


_LONGEST = 0
"""Assignments of what is inlined, beside the expression that it returns.  Where more is inlined
before LLVM sees it, its vectoriser finds less: float64 trigonometry with AVX2 stays scalar."""


def _is_straight(definition: ast.FunctionDef) -> bool:
    """Whether a function is `_LONGEST` assignments at most, and an expression that it returns."""
    *body, last = definition.body
    if len(body) > _LONGEST:
        return False
    assignments = all(isinstance(x, (ast.Assign, ast.AugAssign, ast.Expr)) for x in body)
    return assignments and isinstance(last, ast.Return) and last.value is not None


class _Inlining(ast.NodeTransformer):
    """Replaces calls, whose statements it puts before the statement with the call.

    Attributes
    ----------
    names : dict
        Globals of other modules that the text reads.
    """

    def __init__(self, function: Function) -> None:
        self._globals = function.__globals__
        self._count = 0
        self._before: list[ast.stmt] = []
        self.names: dict[str, object] = {multiply_add.__name__: multiply_add}

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for statement in statements:
            if isinstance(statement, (ast.Assign, ast.AugAssign, ast.Return)):
                outer, self._before = self._before, []
                statement = self.visit(statement)
                found += self._before
                self._before = outer
            elif isinstance(statement, (ast.For, ast.While, ast.If)):
                statement.body = self.block(statement.body)
                statement.orelse = self.block(statement.orelse)
            found.append(statement)
        return found

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return node  # what is not chosen is not to be computed

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.keywords:
            return node
        function = self._globals.get(node.func.id)
        if not isinstance(function, FunctionType) or function not in _rewrites:
            return node
        text = _text(function)
        parameters = text.definition.args.args
        if not _is_straight(text.definition) or len(parameters) != len(node.args):
            return node
        self._count += 1
        renaming = _Renaming(f"_{node.func.id}_{self._count}", text, function, self)
        for parameter, argument in zip(parameters, node.args, strict=True):
            target = ast.Name(renaming.local(parameter.arg), ast.Store())
            self._before.append(ast.Assign([target], argument, lineno=node.lineno))
        *body, last = [renaming.copied(x, node.lineno) for x in text.definition.body]
        self._before += [x for x in body if not isinstance(x, ast.Expr)]
        assert isinstance(last, ast.Return) and last.value is not None
        return last.value

    def bound(self, name: str, function: Function) -> str:
        """What a global of another function is called here."""
        value = function.__globals__[name]
        if self._globals.get(name) is value:
            return name
        own = f"{name}_of_{function.__module__.rpartition('.')[2]}"
        self.names[own] = value
        return own


class _Renaming(ast.NodeTransformer):
    """Gives the local variables of an inlined function names of their own."""

    def __init__(self, suffix: str, text: _Text, function: Function, into: _Inlining) -> None:
        self._suffix, self._function, self._into = suffix, function, into
        self._names = text.names
        nodes = [x for x in ast.walk(text.definition) if isinstance(x, ast.Name)]
        self._locals = {x.id for x in nodes if isinstance(x.ctx, ast.Store)}
        self._locals |= {x.arg for x in text.definition.args.args}

    def local(self, name: str) -> str:
        return name + self._suffix

    def copied(self, statement: ast.stmt, line: int) -> ast.stmt:
        """The statement with new names, as if it stood in a line of the caller."""
        made: ast.stmt = self.visit(copy.deepcopy(statement))
        for node in ast.walk(made):
            if isinstance(node, (ast.stmt, ast.expr)):
                node.lineno = node.end_lineno = line
                node.col_offset = node.end_col_offset = 0
        return made

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self._locals:
            return ast.Name(self.local(node.id), node.ctx)
        if node.id in self._names:
            self._into.names[node.id] = self._names[node.id]
        elif node.id in self._function.__globals__:
            return ast.Name(self._into.bound(node.id, self._function), node.ctx)
        return node
