"""`ndgrad.numpy_extension.random`: distributions that NumPy has not, and `seed`."""

from __future__ import annotations

from typing import Any

from ..base import DTypeLike, public_names
from ..context import Context
from ..numpy import random as np_random
from ..numpy._calls import F
from ..numpy._check import delivered, shape_argument
from ..numpy._elementwise import FUNCTIONS
from ..random import seed as _seed

__all__ = ["bernoulli", "normal_n", "seed", "uniform_n"]
__dir__ = public_names(globals())


def seed(seed: int, ctx: Context | str = "all") -> None:
    """Start the stream of random numbers anew, as `ndgrad.random.seed` does."""
    _seed(seed, ctx)


def bernoulli(
    prob: Any = None,
    logit: Any = None,
    size: Any = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
    out: Any = None,
) -> Any:
    """Draw 1 with a probability, given itself or as a logit, else 0.

    Raises
    ------
    ValueError
        Unless one of them is given.
    """
    if (prob is None) == (logit is None):
        raise ValueError("Either `prob` or `logit` must be specified, but not both.")
    if prob is None:
        prob = 1 / (1 + FUNCTIONS["exp"](-logit))
    lengths = np_random._shape(size, prob)
    drawn = np_random._uniforms(lengths, None, np_random._context(ctx, prob))
    kind = "float32" if dtype is None else dtype
    return delivered(F.Cast(FUNCTIONS["less"](drawn, prob), dtype=kind), out, "bernoulli")


def _batched(batch_shape: Any, *parameters: Any) -> Any:
    own = np_random._shape(None, *parameters)
    return own if batch_shape is None else (*shape_argument("batch_shape", batch_shape), *own)


def uniform_n(
    low: Any = 0.0,
    high: Any = 1.0,
    batch_shape: Any = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
) -> Any:
    """Draw numbers in [low, high), as often as *batch_shape* says for each element."""
    return np_random.uniform(low, high, _batched(batch_shape, low, high), dtype, ctx)


def normal_n(
    loc: Any = 0.0,
    scale: Any = 1.0,
    batch_shape: Any = None,
    dtype: DTypeLike | None = None,
    ctx: Context | None = None,
) -> Any:
    """Draw normal numbers, as often as *batch_shape* says for each element."""
    return np_random.normal(loc, scale, _batched(batch_shape, loc, scale), dtype, ctx)
