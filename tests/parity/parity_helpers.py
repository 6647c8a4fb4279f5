"""Names that the cases import: inputs that are the same everywhere, values, gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ndgrad import autograd as ag
from ndgrad import nd


def vg(f: Callable[..., Any], *points: Any, dtype: str = "float32") -> list[Any]:
    """The value of f, then its gradient for each point.

    The head gradients are 1, 2, 3, ...: with ones, a gradient that lands in the wrong place
    would look right.
    """
    xs = [p if isinstance(p, nd.NDArray) else nd.array(p, dtype=dtype) for p in points]
    for x in xs:
        x.attach_grad()
    with ag.record():
        y = f(*xs)
    ys = list(y) if isinstance(y, (list, tuple)) else [y]
    heads = [
        nd.array(np.arange(1, each.size + 1).reshape(each.shape), dtype=each.dtype) for each in ys
    ]
    ag.backward(ys, heads)
    return [*ys, *(x.grad for x in xs)]


def recorded(f: Callable[..., Any], *leaves: Any) -> Any:
    """What f makes of these arrays, recorded once each of them is a variable."""
    for leaf in leaves:
        leaf.attach_grad()
    with ag.record():
        return f(*leaves)


def noise(*shape: int, low: float = -2.0, high: float = 2.0, dtype: str = "float32") -> Any:
    """Irregular numbers with two decimals, no two neighbours alike; always the same."""
    steps = (np.arange(1, int(np.prod(shape)) + 1) * 0.6180339887498949) % 1.0
    return nd.array(np.round(low + (high - low) * steps, 2).reshape(shape), dtype=dtype)


def ramp(*shape: int, dtype: str = "float32") -> Any:
    """0, 1, 2, ... in the given shape."""
    return nd.array(np.arange(int(np.prod(shape))).reshape(shape), dtype=dtype)
