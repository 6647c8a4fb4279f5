"""The words in which op files declare rows: `unary`, `binary`, `elementwise` and `operator`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..kernels.scalar import SCALARS
from ..kernels.spec.formula import formula
from .table import DIFFERENTIABLE, ZERO, ElementwiseOp, Op, Sample, register

# Calls that integers do as integers; any other function of a formula makes it mathematical.
_INTEGER_FUNCTIONS = frozenset(name for name, row in SCALARS.items() if row.integer is not None)


def _is_mathematical(text: str) -> bool:
    return bool(formula(text).functions - _INTEGER_FUNCTIONS)


def elementwise(
    name: str,
    inputs: str,
    text: str,
    derivatives: Mapping[str, str] | None,
    *,
    params: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Op:
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
    return register(
        ElementwiseOp(
            name=name,
            inputs=names,
            formula=text,
            derivatives=derivatives or {},
            params=params or {},
            mathematical=_is_mathematical(text),
            mathematical_gradient=any(map(_is_mathematical, (text, *(derivatives or {}).values()))),
            **{"samples": (Sample(((3, 4),) * len(names)),), **facts},
        )
    )


def unary(name: str, text: str, derivative: str | None, **facts: Any) -> Op:
    """Declare ``y = f(data)`` by formulas over ``x``, ``y`` and ``g``; see `elementwise`."""
    grads = None if derivative is None else {"x": derivative}
    return elementwise(name, "x", text, grads, **{"keywords": ("data",), **facts})


def binary(name: str, text: str, d_lhs: str | None, d_rhs: str | None, **facts: Any) -> Op:
    """Declare ``y = f(a, b)``, which broadcasts; see `elementwise`."""
    grads = None if d_lhs is None or d_rhs is None else {"a": d_lhs, "b": d_rhs}
    return elementwise(name, "a b", text, grads, **{"keywords": ("lhs", "rhs"), **facts})


def operator(
    name: str,
    *,
    vjp: Callable[..., Any] | None = None,
    outputs: str = "y",
    **facts: Any,
) -> Callable[[Callable[..., Any]], Op]:
    """Declare an operator with structure; decorates its forward.

    The forward's signature says what the operator takes: positional parameters are arrays (a
    default of None makes one optional, ``*data`` takes any number), keyword-only ones are
    parameters with their defaults.  Its docstring is the operator's.
    """

    def declare(forward: Callable[..., Any]) -> Op:
        parameters = inspect.signature(forward).parameters.values()
        arrays = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
        if vjp is not None:
            facts.setdefault("gradient", DIFFERENTIABLE)
        return register(
            Op(
                name=name,
                inputs=tuple(p.name for p in arrays),
                optional=frozenset(p.name for p in arrays if p.default is None),
                variadic=any(p.kind is p.VAR_POSITIONAL for p in arrays),
                params={p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY},
                outputs=tuple(outputs.split()),
                forward=forward,
                vjp=vjp,
                doc=inspect.getdoc(forward) or "",
                **facts,
            )
        )

    return declare
