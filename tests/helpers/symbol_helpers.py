"""What tests of symbols share."""

from __future__ import annotations

from typing import Any

from ndgrad import autograd, nd


def variable(values: Any, dtype: str = "float32") -> Any:
    x = nd.array(values, dtype=dtype)
    x.attach_grad()
    return x


def number(name: str) -> int:
    return int("".join(filter(str.isdigit, name)))


def polynomial_symbol() -> tuple[Any, Any, str]:
    """x * x + 1: the array, its symbol, and the name of x."""
    x = variable([1, 2])
    with autograd.record():
        y = x * x + 1
    symbol = autograd.get_symbol(y)
    return y, symbol, symbol.list_arguments()[0]
