"""The declaration API: functions that make a definition of an operator and add it to the table.

`unary`, `binary` and `elementwise` declare by formulas, `update` a stateful element-wise operator,
`operator` one with structure; `ndgrad.ops.composite` has the one for compositions.  Where a fact is
a list of names, it is written as one string, separated by blanks.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeAlias

from ..kernels.scalar import SCALARS
from ..kernels.spec.formula import formula
from .table import (
    DIFFERENTIABLE,
    NONE,
    ZERO,
    Derivative,
    ElementwiseOp,
    Forward,
    Op,
    Params,
    Sample,
    UpdateOp,
    register,
)

# Calls that integers do as integers; any other function of a formula makes it mathematical, and so
# does a number with a fraction.
_INTEGER_FUNCTIONS = frozenset(
    name for name, function in SCALARS.items() if function.integer is not None
)


def _is_mathematical(text: str) -> bool:
    found = formula(text)
    return bool(found.functions - _INTEGER_FUNCTIONS) or found.has_fraction


Facts: TypeAlias = dict[str, Any]
"""Fields of a definition by name."""


def split_names(name: str, facts: Mapping[str, object]) -> Facts:
    """*facts* with names in tuples; ``methods=True`` means the operator's own name."""
    found: Facts = dict(facts)
    if "methods" in found:
        found["methods"] = (name,) if found["methods"] is True else tuple(found["methods"].split())
    if "one_element" in found:
        found["one_element"] = frozenset(found["one_element"].split())
    if "linear" in found:
        found["linear"] = tuple(tuple(group.split()) for group in found["linear"])
    return found


def signature_facts(function: Callable[..., object]) -> Facts:
    """What a function's signature says of the operator that it is the forward of."""
    parameters = inspect.signature(function).parameters.values()
    arrays = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    return {
        "inputs": tuple(p.name for p in arrays),
        "optional": frozenset(p.name for p in arrays if p.default is None),
        "variadic": any(p.kind is p.VAR_POSITIONAL for p in arrays),
        "params": {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY},
        "doc": inspect.getdoc(function) or "",
    }


def default_samples(count: int, params: Params) -> tuple[Sample, ...]:
    """A sample of *count* matrices, if no parameter has to be given."""
    required = inspect.Parameter.empty in params.values()
    return () if required else (Sample(((3, 4),) * count),)


# --- formulas -------------------------------------------------------------------------------------


def elementwise(
    name: str,
    inputs: str,
    text: str,
    derivatives: Mapping[str, str] | None,
    *,
    params: Params | None = None,
    **facts: object,
) -> ElementwiseOp:
    """Declare an element-wise operator.

    Parameters
    ----------
    name : str
        As users call it.
    inputs : str
        Names of the array inputs, separated by blanks.
    text : str
        The formula.
    derivatives : mapping or None
        Input -> formula of its gradient; None when the gradient is zero everywhere.
    params : mapping, optional
        Scalar parameters and their defaults.
    **facts
        Further fields of `ElementwiseOp`: ``aliases``, ``domain``, ``doc`` ...
    """
    names = tuple(inputs.split())
    if derivatives is None:
        facts.setdefault("gradient", ZERO)
    found = split_names(name, facts)
    free = found.get("free", frozenset())
    return register(
        ElementwiseOp(
            name=name,
            inputs=names,
            formula=text,
            derivatives=derivatives or {},
            params=params or {},
            mathematical=_is_mathematical(text),
            mathematical_gradient=any(map(_is_mathematical, (text, *(derivatives or {}).values()))),
            linear=linear_groups(text, [name for name in names if name not in free]),
            **{"samples": default_samples(len(names), {}), **found},
        )
    )


def unary(name: str, text: str, derivative: str | None, **facts: Any) -> ElementwiseOp:
    """Declare ``y = f(data)`` by formulas over ``x``, ``y`` and ``g``; see `elementwise`."""
    grads = None if derivative is None else {"x": derivative}
    return elementwise(name, "x", text, grads, **{"keywords": ("data",), **facts})


def binary(
    name: str, text: str, d_lhs: str | None, d_rhs: str | None, **facts: Any
) -> ElementwiseOp:
    """Declare ``y = f(a, b)``, which broadcasts; see `elementwise`."""
    grads = None if d_lhs is None or d_rhs is None else {"a": d_lhs, "b": d_rhs}
    return elementwise(name, "a b", text, grads, **{"keywords": ("lhs", "rhs"), **facts})


def update(name: str, inputs: str, *, params: Params | None = None, **facts: object) -> UpdateOp:
    """Declare an element-wise operator that replaces inputs, all in one pass over memory.

    ``update("momentum_step", "weight grad mom", params={"lr": 0.01, "momentum": 0.9},
    mom="momentum * mom - lr * grad", weight="weight + mom")``

    A formula reads the new values of those that stand before it.  That of the first input is what
    a call returns, and with ``out=weight`` writes there; the others are states: a call writes to
    them.  Arrays keep their dtypes.  They have one shape, but for inputs of *one_element*.

    Parameters
    ----------
    name : str
        As users call it.
    inputs : str
        Names of the array inputs, separated by blanks.
    params : mapping, optional
        Scalar parameters and their defaults.
    **facts
        For each input that is replaced, its formula; and further fields of `Op`.
    """
    names, params = tuple(inputs.split()), params or {}
    formulas: dict[str, str] = {}
    found = split_names(name, facts)
    for key in [key for key in found if key in names]:
        formulas[key] = with_formulas(found.pop(key), formulas)
    return register(
        UpdateOp(
            name=name,
            inputs=names,
            params=params,
            formulas=formulas,
            mathematical=any(map(_is_mathematical, formulas.values())),
            **{
                "samples": default_samples(len(names), params),
                "gradient": NONE,
                **found,
            },
        )
    )


class _Replacing(ast.NodeTransformer):
    def __init__(self, formulas: Mapping[str, str]) -> None:
        self.formulas = formulas

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.formulas:
            return ast.parse(self.formulas[node.id], mode="eval").body
        return node


def with_formulas(text: str, formulas: Mapping[str, str]) -> str:
    """*text* with *formulas* in place of the names that they are for."""
    if not formula(text).names & formulas.keys():
        return text
    return ast.unparse(_Replacing(formulas).visit(ast.parse(text, mode="eval")))


# --- linearity of formulas ------------------------------------------------------------------------

_CONSTANT, _LINEAR, _ZERO_DEGREE = "constant", "linear", "zero"


def linear_groups(text: str, names: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of *names* in which the formula *text* is linear: all of them, or each by itself."""
    tree = formula(text).tree
    if _degree(tree, names) == _LINEAR:
        return (tuple(names),)
    return tuple((name,) for name in names if _degree(tree, (name,)) == _LINEAR)


def _degree(node: ast.expr, names: Collection[str]) -> str | None:
    """How an expression depends on *names*; None for any other way than linearly."""
    match node:
        case ast.Constant(value=value):
            return _ZERO_DEGREE if value == 0 else _CONSTANT
        case ast.Name(id=name):
            return _LINEAR if name in names else _CONSTANT
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _degree(operand, names)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _common_degree(_degree(left, names), _degree(right, names))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            degrees = {_degree(left, names), _degree(right, names)}
            if _LINEAR in degrees and len(degrees) == 2 and None not in degrees:
                return _LINEAR
            return _CONSTANT if not degrees & {_LINEAR, None} else None
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            below = _degree(right, names)
            return _degree(left, names) if below not in (_LINEAR, None) else None
        case ast.Call(func=ast.Name(id="where"), args=[condition, x, y]):
            if _degree(condition, names) not in (_LINEAR, None):
                return _common_degree(_degree(x, names), _degree(y, names))
            return None
    below_it = [x for x in ast.iter_child_nodes(node) if isinstance(x, ast.expr)]
    if isinstance(node, ast.Call):
        below_it = node.args
    fixed = all(_degree(x, names) in (_CONSTANT, _ZERO_DEGREE) for x in below_it)
    return _CONSTANT if fixed else None


def _common_degree(a: str | None, b: str | None) -> str | None:
    if a == _ZERO_DEGREE or b == _ZERO_DEGREE:
        return a if b == _ZERO_DEGREE else b
    return a if a == b else None


# --- operators with structure ---------------------------------------------------------------------


def operator(
    name: str,
    *,
    vjp: Derivative | None = None,
    outputs: str = "y",
    **facts: object,
) -> Callable[[Forward], Op]:
    """Declare an operator with structure; decorates its forward.

    The forward's signature says what the operator takes: positional parameters are arrays (a
    default of None makes one optional, ``*data`` takes any number), keyword-only ones are
    parameters with their defaults.  Its docstring is the operator's.
    """

    def declare(forward: Forward) -> Op:
        if vjp is not None:
            facts.setdefault("gradient", DIFFERENTIABLE)
        return register(
            Op(
                name=name,
                **signature_facts(forward),
                outputs=tuple(outputs.split()),
                forward=forward,
                vjp=vjp,
                **split_names(name, facts),
            )
        )

    return declare
