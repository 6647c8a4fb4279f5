"""`sym.np.random`: random numbers, with parameters that are numbers or symbols."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import TYPE_CHECKING, Any, NoReturn

from ... import numpy as np
from ... import numpy_extension as npx
from ...base import DTypeLike, NotImplementedForSymbol, public_names, set_signature
from ..numpy_like import _Symbol
from ..numpy_operators import DISTRIBUTIONS
from ..symbol import Symbol
from ._calls import SymbolLike, bound, call

if TYPE_CHECKING:
    from ..._stubs.symbol_np_random import *  # noqa: F403
    from ...array.types import ShapeLike

__all__ = [
    "beta", "chisquare", "choice", "lognormal", "multivariate_normal", "rand", "randint", "randn",
    "shuffle",
]  # fmt: skip
__dir__ = public_names(globals())

_EXTENSIONS = ("bernoulli", "uniform_n", "normal_n")
"""Distributions that are in ``npx.random``."""


def distribution(name: str) -> Callable[..., _Symbol]:
    """The function of a distribution, with the arguments of that for arrays."""
    source = vars(npx.random if name in _EXTENSIONS else np.random)[name]
    known, own = signature(source), DISTRIBUTIONS[name]
    defaults = {key: x.default for key, x in known.parameters.items()}
    operator = f"_npi_{'powerd' if name == 'power' else name}"

    def draw(*args: object, **kwargs: object) -> _Symbol:
        given = defaults | bound(name, known, args, kwargs)
        if name == "bernoulli" and (given["prob"] is None) == (given["logit"] is None):
            raise ValueError("Either `prob` or `logit` must be specified, but not both.")
        inputs = [given[key] for key in own if isinstance(given[key], Symbol)]
        params = {key: None if isinstance(given[key], Symbol) else given[key] for key in own}
        params["size"] = given["batch_shape" if "batch_shape" in given else "size"]
        if "dtype" in given:
            params["dtype"] = given["dtype"] or "float32"
        if name == "bernoulli":
            params["is_logit"] = given["prob"] is None
        return call(operator, *inputs, **params)

    draw.__name__ = draw.__qualname__ = name
    draw.__doc__ = source.__doc__
    set_signature(draw, known)
    return draw


for _name in DISTRIBUTIONS:
    if _name not in _EXTENSIONS:
        globals()[_name] = distribution(_name)
        __all__.append(_name)


def rand(*size: int, **kwargs: object) -> _Symbol:
    """Draw numbers in [0, 1), in an array of these lengths."""
    return globals()["uniform"](size=size, **kwargs)


def randn(*size: int, **kwargs: object) -> _Symbol:
    """Draw from the standard normal distribution, in an array of these lengths."""
    return globals()["normal"](size=size, **kwargs)


def randint(
    low: int,
    high: int | None = None,
    size: ShapeLike = (),
    dtype: DTypeLike | None = None,
    ctx: object = None,
) -> _Symbol:
    """Draw integers in [low, high), or in [0, low), by default as int64."""
    low, high = (0, low) if high is None else (low, high)
    return call("_random_randint", low=low, high=high, shape=size or (), dtype=dtype or "int64")


def choice(
    a: Symbol | int,
    size: ShapeLike | None = None,
    replace: bool = True,
    p: Symbol | None = None,
    ctx: object = None,
    out: object = None,
) -> _Symbol:
    """Draw elements of an array of one axis, or of ``arange(a)``; *p* has their probabilities."""
    facts: dict[str, Any] = {"size": size or None, "replace": replace, "weighted": p is not None}
    weights = [] if p is None else [p]
    if not isinstance(a, Symbol):
        return call("_npi_choice", *weights, a=int(a), **facts)
    places = call("_npi_choice", a, *weights, a=None, **facts)
    return call("_npi_take", a, places, axis=0)


def shuffle(x: Symbol) -> NoReturn:
    """Raise: symbols have no memory to shuffle."""
    raise NotImplementedForSymbol(shuffle, "shuffle", x)


def multivariate_normal(
    mean: Symbol,
    cov: Symbol,
    size: ShapeLike | None = None,
    check_valid: str | None = None,
    tol: float | None = None,
) -> _Symbol:
    """Draw from the normal distribution of a mean and a covariance matrix."""
    return call("_npi_multivariate_normal", mean, cov, size=size)


def lognormal(
    mean: SymbolLike = 0.0,
    sigma: SymbolLike = 1.0,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: object = None,
) -> _Symbol:
    """Draw numbers whose logarithms are normal."""
    return call("_npi_exp", globals()["normal"](mean, sigma, size, dtype))


def chisquare(
    df: _Symbol | float,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: object = None,
) -> _Symbol:
    """Draw from the chi-square distribution."""
    return globals()["gamma"](df / 2, 2.0, size, dtype)


def beta(
    a: SymbolLike,
    b: SymbolLike,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: object = None,
) -> _Symbol:
    """Draw from the beta distribution."""
    x, y = (globals()["gamma"](shape, 1.0, size, dtype) for shape in (a, b))
    return x / (x + y)
