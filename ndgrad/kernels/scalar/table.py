"""The table of scalar functions and the decorators that fill it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import numpy as np
from numba import config
from numba.extending import overload

from ..annotations import Function
from .contract import contracted
from .inlining import Rewrite, inlinable, inlined

SUFFIXES = {"float32": "f32", "small32": "small32", "float64": "f64", "integer": "int"}


@dataclass(frozen=True)
class Scalar:
    """One scalar function and what implements it.

    Attributes
    ----------
    name : str
        As formulas call it.
    arity : int
        How many arguments it takes.
    float32, float64, integer : str or None
        Attribute of `ndgrad.kernels.scalar` that implements it for this kind of number.
    small32 : str or None
        Attribute that gives `float32`'s value within *valid32* alone, in less time.
    valid32 : tuple of float
        An interval, both ends included; NaN counts as within.
    ulp32, ulp64 : float
        Largest error in units in the last place; 0 where the result is exact.
    abs64 : float
        float64 at negative arguments is held to ``abs64 * max(1, |result|)`` where that is more:
        functions with zeros between their poles, which fixed precision cannot follow.
    cost : int
        Work of a call, in additions; 0 where it takes no more instructions than they do.
    cuda : str or None
        The ``math`` function that numba.cuda maps to its own; None: our source runs there.
    domain : tuple of float
        An interval from which random arguments make sense.
    doc : str
        The formula, in one line.
    """

    name: str
    arity: int
    float32: str | None = None
    float64: str | None = None
    integer: str | None = None
    small32: str | None = None
    valid32: tuple[float, float] = (0.0, 0.0)
    ulp32: float = 0.0
    ulp64: float = 0.0
    abs64: float = 0.0
    cost: int = 8
    cuda: str | None = None
    domain: tuple[float, float] = (-10.0, 10.0)
    doc: str = ""


SCALARS: dict[str, Scalar] = {}


def _quiet(function: Function) -> Function:
    """With the JIT off: no warnings of overflows that are meant, and typed constants."""

    @wraps(function)
    def call(*args: object) -> object:
        with np.errstate(all="ignore"):
            result = function(*args)
            return np.float64(result) if type(result) is float else result

    return call


def _compile(function: Function, rewrite: Rewrite) -> Function:
    if config.DISABLE_JIT:
        return _quiet(function)
    inlinable(function, rewrite)
    options = {
        "forceinline": True,
        "error_model": "numpy",
        # Only kernels call it compiled: what calls it from Python and C would take longer to
        # compile.
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
    }

    @overload(function, jit_options=options, strict=False)
    def implementation(*args):
        return inlined(function)

    return function


def inline(function: Function) -> Function:
    """Compile into the caller; a product that is added is rounded with the sum: `contracted`."""
    return _compile(function, contracted)


def exact(function: Function) -> Function:
    """Compile into the caller and round as written: for error-free sums and products."""
    return _compile(function, lambda definition: definition)


def scalar(name: str, kind: str, **facts: Any) -> Callable[[Function], Function]:
    """Register the decorated function as *name* for *kind* of numbers and compile it on demand.

    Parameters
    ----------
    name : str
        As formulas call it; the function itself is called ``name_f32`` and so on.
    kind : {"float32", "small32", "float64", "integer"}
        What it takes; ``"small32"``: float32 within ``valid32``.
    **facts
        ``ulp``, the bound for this kind, and fields of `Scalar` such as ``cuda``, ``domain``.
    """

    def register(function: Function) -> Function:
        assert function.__name__ == f"{name}_{SUFFIXES[kind]}", function.__name__
        arity = len(inspect.signature(function).parameters)
        row = SCALARS.get(name) or Scalar(name, arity)
        fields = {kind: function.__name__, **facts}
        if "ulp" in fields:
            fields["ulp" + kind[-2:]] = fields.pop("ulp")
        if function.__doc__ and not row.doc:
            fields["doc"] = inspect.cleandoc(function.__doc__).splitlines()[0]
        SCALARS[name] = replace(row, **fields)
        return inline(function)

    return register


def resolve(name: str, kind: str) -> str:
    """The attribute of this package that implements *name* for *kind* of numbers."""
    attribute = getattr(SCALARS[name], kind)
    if attribute is None:
        raise KeyError(f"{name} has no {kind} form")
    return attribute
