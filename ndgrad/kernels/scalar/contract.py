"""A product in a sum is rounded with it: ``a * b + c`` is one fused operation, on any processor.

LLVM would fuse them where it thinks that it pays, which differs from one processor to another, and
so would the results.  `contracted` writes it out instead, before a scalar function is compiled:

* ``a * b + c`` and ``c + a * b`` become fma(a, b, c),
* ``a * b - c`` becomes fma(a, b, -c), and ``c - a * b`` fma(-a, b, c),
* of two products that meet, the left one is fused.

Processors without the instruction round twice: to do in software what it does takes a hundred times
as long.
"""

from __future__ import annotations

import ast

from llvmlite import ir
from numba.extending import intrinsic

from ..processor import has_fma


def fused(builder: ir.IRBuilder, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
    """The code for a * b + c: of floats rounded once where there is an instruction for it."""
    if isinstance(a.type, ir.IntType):
        return builder.add(builder.mul(a, b), c)
    if has_fma() or "nvptx" in builder.module.triple:
        return builder.fma(a, b, c)
    return builder.fadd(builder.fmul(a, b), c)


@intrinsic
def multiply_add(typing_context, a, b, c):
    """a * b + c of three numbers of one type; see `fused`."""
    if not a == b == c:
        return None
    return a(a, a, a), lambda _context, builder, _signature, args: fused(builder, *args)


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)


class _Contraction(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        left, right = self.visit(node.left), self.visit(node.right)
        minus = isinstance(node.op, ast.Sub)
        if not (minus or isinstance(node.op, ast.Add)):
            return ast.BinOp(left, node.op, right)
        if _is_product(node.left):
            a, b, c = left.left, left.right, _negative(right) if minus else right
        elif _is_product(node.right):
            a, b, c = _negative(right.left) if minus else right.left, right.right, left
        else:
            return ast.BinOp(left, node.op, right)
        return ast.Call(ast.Name(multiply_add.__name__, ast.Load()), [a, b, c], [])


def _negative(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def contracted(definition: ast.FunctionDef) -> ast.FunctionDef:
    """The function with each product that it adds or subtracts fused."""
    made: ast.FunctionDef = _Contraction().visit(definition)
    return made
