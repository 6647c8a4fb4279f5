"""Formulas of operators as mathematics: Python's text of an expression to TeX."""

from __future__ import annotations

import ast
import itertools
import math

_GREEK = frozenset("alpha beta gamma delta eta epsilon lambda mu rho sigma".split())
_FUNCTIONS = {
    "arccosh": r"\operatorname{arcosh}",
    "arcsinh": r"\operatorname{arsinh}",
    "arctanh": r"\operatorname{artanh}",
    "arctan2": r"\operatorname{atan2}",
    "digamma": r"\psi",
    "gamma": r"\Gamma",
    "log": r"\ln",
    "log2": r"\log_2",
    "log10": r"\log_{10}",
    "maximum": r"\max",
    "minimum": r"\min",
    "sigmoid": r"\sigma",
    "sign": r"\operatorname{sgn}",
}
_KNOWN = frozenset("arccos arcsin arctan cos cosh exp sin sinh tan tanh".split())
_COMPARED = {
    ast.Eq: "=",
    ast.NotEq: r"\neq",
    ast.Lt: "<",
    ast.LtE: r"\leq",
    ast.Gt: ">",
    ast.GtE: r"\geq",
}
_CONSTANTS = {
    180 / math.pi: r"\tfrac{180}{\pi}",
    math.pi / 180: r"\tfrac{\pi}{180}",
    math.log(2): r"\ln 2",
    math.log(10): r"\ln 10",
    2 / math.sqrt(math.pi): r"\tfrac{2}{\sqrt\pi}",
    math.sqrt(math.pi) / 2: r"\tfrac{\sqrt\pi}{2}",
    math.sqrt(0.5): r"\tfrac{1}{\sqrt2}",
    1 / math.sqrt(2 * math.pi): r"\tfrac{1}{\sqrt{2\pi}}",
    0.5: r"\tfrac12",
}
_NEW_ROW = r" \\ "
# How tightly parts hold together: what binds less than its surroundings gets parentheses.
_COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(6)


def tex(formula: str) -> str:
    """Typeset the text of a formula, such as ``'g * (1 - y * y)'``."""
    return _typeset(ast.parse(formula, mode="eval").body)[0]


def name(text: str) -> str:
    """Typeset the name of a variable: one letter slanted, words upright."""
    if text in _GREEK:
        return f"\\{text}"
    if len(text) == 1:
        return text
    escaped = text.replace("_", r"\_")
    return rf"\mathrm{{{escaped}}}"


def _inside(x: ast.expr, least: int) -> str:
    """A part, in parentheses where it binds less than *least*."""
    text, binding = _typeset(x)
    return text if binding >= least else rf"\left({text}\right)"


def _typeset(x: ast.expr) -> tuple[str, int]:
    """The TeX of an expression, and how tightly it binds."""
    match x:
        case ast.Name():
            return name(x.id), _ATOM
        case ast.Constant(float() | int() as value):
            near = (text for known, text in _CONSTANTS.items() if math.isclose(value, known))
            return next(near, f"{value:g}"), _ATOM
        case ast.UnaryOp(ast.USub(), part):
            return f"-{_inside(part, _PRODUCT)}", _SIGN
        case ast.Compare(left, [operator], [right]):
            if isinstance(operator, ast.NotEq) and ast.unparse(left) == ast.unparse(right):
                return rf"{_typeset(left)[0]} \text{{ is NaN}}", _COMPARISON
            sign = _COMPARED[type(operator)]
            return f"{_inside(left, _SUM)} {sign} {_inside(right, _SUM)}", _COMPARISON
        case ast.BinOp(left, ast.Add(), right):
            return f"{_inside(left, _SUM)} + {_inside(right, _SUM)}", _SUM
        case ast.BinOp(left, ast.Sub(), right):
            return f"{_inside(left, _SUM)} - {_inside(right, _PRODUCT)}", _SUM
        case ast.BinOp(left, ast.Mod(), right):
            return rf"{_inside(left, _PRODUCT)} \bmod {_inside(right, _SIGN)}", _PRODUCT
        case ast.BinOp(left, ast.Div(), right):
            return rf"\frac{{{_typeset(left)[0]}}}{{{_typeset(right)[0]}}}", _POWER
        case ast.BinOp(_, ast.Mult(), _):
            return _product(x), _PRODUCT
        case ast.Call(ast.Name(function), arguments):
            return _call(function, arguments)
    raise ValueError(f"no TeX for {ast.unparse(x)}")


def _product(x: ast.expr) -> str:
    """Factors side by side, equal neighbours as a power."""
    factors: list[ast.expr] = []
    while isinstance(x, ast.BinOp) and isinstance(x.op, ast.Mult):
        factors.insert(0, x.right)
        x = x.left
    sign = ""
    if isinstance(x, ast.UnaryOp):  # Python's -x * x is (-x) * x
        sign, x = "-", x.operand
    parts: list[str] = []
    for factor, same in itertools.groupby([x, *factors], key=ast.unparse):
        node, count = ast.parse(factor, mode="eval").body, len(list(same))
        text = _inside(node, _PRODUCT)
        if count > 1:
            text = f"{_inside(node, _ATOM)}^{count}"
        number = text[0].isdigit() or text.startswith(r"\tfrac")
        parts.append((r"\cdot " if number else r"\,") + text if parts else text)
    return sign + "".join(parts)


def _call(function: str, arguments: list[ast.expr]) -> tuple[str, int]:
    texts = [_typeset(argument)[0] for argument in arguments]
    match function, texts:
        case "where", [condition, yes, no]:
            rows = [rf"{yes} & \text{{if }} {condition}"]
            last = arguments[2]
            while isinstance(last, ast.Call) and ast.unparse(last.func) == "where":
                inner = [_typeset(argument)[0] for argument in last.args]
                rows.append(rf"{inner[1]} & \text{{if }} {inner[0]}")
                no, last = inner[2], last.args[2]
            rows.append(rf"{no} & \text{{otherwise}}")
            return rf"\begin{{cases}} {_NEW_ROW.join(rows)} \end{{cases}}", _PRODUCT
        case "sqrt", [x]:
            return rf"\sqrt{{{x}}}", _ATOM
        case "cbrt", [x]:
            return rf"\sqrt[3]{{{x}}}", _ATOM
        case "reciprocal", [x]:
            return rf"\frac{{1}}{{{x}}}", _POWER
        case "rsqrt", [x]:
            return rf"\frac{{1}}{{\sqrt{{{x}}}}}", _POWER
        case "rcbrt", [x]:
            return rf"\frac{{1}}{{\sqrt[3]{{{x}}}}}", _POWER
        case "abs", [x]:
            return rf"\left|{x}\right|", _ATOM
        case "floor", [x]:
            return rf"\left\lfloor {x} \right\rfloor", _ATOM
        case "ceil", [x]:
            return rf"\left\lceil {x} \right\rceil", _ATOM
        case "expm1", [x]:
            return f"e^{{{x}}} - 1", _SUM
        case "log1p", [x]:
            return rf"\ln\left(1 + {x}\right)", _ATOM
        case "gammaln", [x]:
            return rf"\ln\left|\Gamma\left({x}\right)\right|", _ATOM
        case "softrelu", [x]:
            return rf"\ln\left(1 + e^{{{x}}}\right)", _ATOM
        case "exp", [x]:
            return f"e^{{{x}}}", _POWER
        case "pow", [_, y]:
            return f"{_inside(arguments[0], _ATOM)}^{{{y}}}", _POWER
        case "hypot", [_, _]:
            a, b = (f"{_inside(x, _ATOM)}^2" for x in arguments)
            return rf"\sqrt{{{a} + {b}}}", _ATOM
        case "polygamma", [n, x]:
            return rf"\psi^{{({n})}}\left({x}\right)", _ATOM
    known = _FUNCTIONS.get(function)
    if known is None:
        known = f"\\{function}" if function in _KNOWN else rf"\operatorname{{{function}}}"
    return rf"{known}\left({', '.join(texts)}\right)", _ATOM
