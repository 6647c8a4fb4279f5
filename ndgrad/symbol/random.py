"""`sym.random`: random numbers with parameters that are numbers or symbols."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING

from ..base import MXNetError, public_names, set_signature
from ..nd import random as nd_random
from ..nd.distributions import DISTRIBUTIONS
from ..ops.table import Params
from .functions import function
from .operators import definition
from .symbol import Symbol

if TYPE_CHECKING:
    from .._stubs.symbol_random import *  # noqa: F403
    from ..array.types import ShapeLike
    from ..base import DTypeLike

__all__ = ["multinomial", "shuffle"]
__dir__ = public_names(globals())


def _draw(name: str, own: tuple[str, ...], arrays: tuple[str, ...]) -> Callable[..., Symbol]:
    by_number = function(definition(f"_random_{name}"), f"_random_{name}")
    by_array = function(definition(f"_sample_{name}"), f"_sample_{name}") if arrays[0] else None

    def draw(*args: object, **kwargs: object) -> Symbol:
        order = (*own, "shape", "dtype")
        given = dict(zip(order, args, strict=False)) | kwargs
        given = {key: value for key, value in given.items() if value is not None}
        symbols = [isinstance(given.get(key), Symbol) for key in own]
        if name == "exponential":
            given = _by_rate(given)
        if not any(symbols):
            return by_number(**given)
        if not all(symbols) or by_array is None:
            raise MXNetError(f"random.{name}: {' and '.join(own)} must all be symbols or numbers")
        names = DISTRIBUTIONS[name][0]
        inputs = {array: given.pop(key) for key, array in zip(names, arrays, strict=False)}
        return by_array(**inputs, **given)

    draw.__name__ = draw.__qualname__ = name
    set_signature(draw, _signature(name, (*own, "shape", "dtype")))
    draw.__doc__ = definition(f"_random_{name}").doc
    return draw


def _signature(name: str, order: tuple[str, ...]) -> Signature:
    """That of the distribution of arrays, with symbols in place of these."""
    known = signature(vars(nd_random)[name]).parameters
    found = []
    for key in order:
        annotation = known[key].annotation.replace("_Parameter", "Symbol | float")
        found.append(known[key].replace(annotation=annotation))
    found += [
        Parameter("name", Parameter.KEYWORD_ONLY, default=None, annotation="str | None"),
        Parameter(
            "attr", Parameter.KEYWORD_ONLY, default=None, annotation="Mapping[str, str] | None"
        ),
    ]
    return Signature(found, return_annotation="Symbol")


def _by_rate(given: Params) -> dict[str, object]:
    """`exponential` takes its scale, as a function, and its rate, as an operator."""
    others = {key: value for key, value in given.items() if key != "scale"}
    return {**others, "lam": 1.0 / given["scale"]} if "scale" in given else others


def _like(name: str) -> Callable[..., Symbol]:
    call = function(definition(f"_random_{name}_like"), f"_random_{name}_like")

    def like(*args: float, data: Symbol, **kwargs: object) -> Symbol:
        return call(data, *args, **kwargs)

    like.__name__ = like.__qualname__ = f"{name}_like"
    like.__doc__ = f"`{name}` in the shape and dtype of *data*."
    return like


for _name, (_own, _, _arrays) in DISTRIBUTIONS.items():
    globals()[_name] = _draw(_name, ("scale",) if _name == "exponential" else _own, _arrays)
    __all__.append(_name)
    if _arrays[0]:
        globals()[f"{_name}_like"] = _like(_name)
        __all__.append(f"{_name}_like")


def randn(
    *shape: int,
    loc: Symbol | float = 0.0,
    scale: Symbol | float = 1.0,
    dtype: DTypeLike | None = None,
    **rest: object,
) -> Symbol:
    """Draw from a normal distribution, with the lengths of axes as arguments."""
    return globals()["normal"](loc, scale, shape, dtype, **rest)


def multinomial(
    data: Symbol,
    shape: ShapeLike | None = None,
    get_prob: bool = True,
    dtype: DTypeLike = "int32",
    **kwargs: object,
) -> Symbol:
    """Draw indices by the probabilities in the last axis; *get_prob* for their logarithms too."""
    more = {} if shape is None else {"shape": shape}
    make = function(definition("_sample_multinomial"), "_sample_multinomial")
    return make(data, get_prob=get_prob, dtype=dtype, **more, **kwargs)


def shuffle(data: Symbol, **kwargs: object) -> Symbol:
    """Put the slices along the first axis in random order."""
    return function(definition("_shuffle"), "_shuffle")(data, **kwargs)


__all__ += ["randn"]
