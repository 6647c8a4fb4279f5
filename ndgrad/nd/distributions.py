"""The distributions of `ndgrad.nd.random` under the names that operators have in MXNet."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from itertools import zip_longest

from ..array.ndarray import NDArray
from ..base import set_signature
from ..ops.bound import Call
from . import random

DISTRIBUTIONS: dict[str, tuple[tuple[str, ...], Callable[..., NDArray], tuple[str, str]]] = {
    # name: its parameters, the function, and what ``sample_<name>`` calls its arrays
    "uniform": (("low", "high"), random.uniform, ("low", "high")),
    "normal": (("loc", "scale"), random.normal, ("mu", "sigma")),
    "exponential": (("lam",), random.exponential_by_rate, ("lam", "")),
    "gamma": (("alpha", "beta"), random.gamma, ("alpha", "beta")),
    "poisson": (("lam",), random.poisson, ("lam", "")),
    "negative_binomial": (("k", "p"), random.negative_binomial, ("k", "p")),
    "generalized_negative_binomial": (
        ("mu", "alpha"),
        random.generalized_negative_binomial,
        ("mu", "alpha"),
    ),
    "randint": (("low", "high"), random.randint, ("", "")),
}


def _operator(
    name: str, order: tuple[str, ...], own: tuple[str, ...], draw: Callable[..., NDArray]
) -> Callable[..., NDArray]:
    """A distribution under an operator's name, whose arguments stand in MXNet's *order*."""

    def call(*args: object, **kwargs: object) -> NDArray:
        if len(args) > len(order):
            raise TypeError(f"{name}: {len(args)} arguments given, at most {len(order)} expected")
        for key, value in zip(order, args, strict=False):
            if key in kwargs:
                raise TypeError(f"{name}: argument {key!r} given twice")
            kwargs[key] = value
        given = {target: kwargs.pop(key) for key, target in zip(order, own, strict=False)
                 if key in kwargs}  # fmt: skip
        if name.startswith("sample_"):
            for key, target in zip(order, own, strict=False):
                if not isinstance(given.get(target), NDArray):
                    raise TypeError(f"{name}: argument {key} must have NDArray type")
        return draw(**given, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = draw.__doc__
    set_signature(call, _signature(name, order, own, draw))
    return call


def _signature(
    name: str, order: tuple[str, ...], own: tuple[str, ...], draw: Callable[..., NDArray]
) -> Signature:
    """That of *draw* in MXNet's order, with arrays as parameters for ``sample_``."""
    known = {**signature(random.normal).parameters, **signature(draw).parameters}
    kind = "NDArray" if name.startswith("sample_") else "float"
    found = []
    for key, target in zip_longest(order, own):
        given = known[target or key]
        if target:
            default = Parameter.empty if kind == "NDArray" else given.default
            annotation = given.annotation.replace("_Parameter", kind)
            given = given.replace(default=default, annotation=annotation)
        found.append(given.replace(name=key))
    out = known["out"].replace(kind=Parameter.KEYWORD_ONLY)
    return Signature([*found, out], return_annotation="NDArray")


def _operators() -> dict[str, Call]:
    functions: dict[str, Call] = {}
    for name, (own, draw, arrays) in DISTRIBUTIONS.items():
        by_number = _operator(f"random_{name}", (*own, "shape", "ctx", "dtype"), own, draw)
        functions[f"random_{name}"] = functions[f"_random_{name}"] = by_number
        if arrays[0]:
            inputs = arrays[: len(own)]
            by_array = _operator(f"sample_{name}", (*inputs, "shape", "dtype"), own, draw)
            functions[f"sample_{name}"] = functions[f"_sample_{name}"] = by_array
    functions |= {f"_random_{x}": vars(random)[x] for x in random.__all__ if x.endswith("_like")}
    functions["uniform"], functions["normal"] = (
        functions["random_uniform"],
        functions["random_normal"],
    )
    functions["sample_multinomial"] = functions["_sample_multinomial"] = random.multinomial
    return functions


OPERATORS = _operators()
"""What `ndgrad.nd` has of these: ``random_uniform``, ``uniform``, ``sample_uniform`` ..."""
