"""`ndgrad.numpy_extension.random`: distributions that NumPy has not, and `seed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..base import DTypeLike, Shape, public_names
from ..context import Context
from ..numpy import random as np_random
from ..numpy._calls import F
from ..numpy._check import delivered, shape_argument
from ..numpy._elementwise import exp, less
from ..numpy.multiarray import ndarray
from ..random import seed as _seed

if TYPE_CHECKING:
    from ..array.types import ArrayOrFloat, ContextLike, ShapeLike

__all__ = ["bernoulli", "normal_n", "seed", "uniform_n"]
__dir__ = public_names(globals())


def seed(seed: int, ctx: Context | str = "all") -> None:
    """Start the stream of random numbers anew, as `ndgrad.random.seed` does."""
    _seed(seed, ctx)


def bernoulli(
    prob: ArrayOrFloat | None = None,
    logit: ArrayOrFloat | None = None,
    size: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Draw 1 with a probability, given itself or as a logit, else 0.

    Raises
    ------
    ValueError
        Unless one of them is given.
    """
    chance: ArrayOrFloat
    if prob is not None and logit is None:
        chance = prob
    elif logit is not None and prob is None:
        chance = 1 / (1 + exp(-logit))
    else:
        raise ValueError("Either `prob` or `logit` must be specified, but not both.")
    lengths = np_random._shape(size, chance)
    drawn = np_random._uniforms(lengths, None, np_random._context(ctx, chance))
    kind = "float32" if dtype is None else dtype
    return delivered(F.Cast(less(drawn, chance), dtype=kind), out, "bernoulli")


def _batched(batch_shape: ShapeLike | None, *parameters: ArrayOrFloat) -> Shape:
    own = np_random._shape(None, *parameters)
    return own if batch_shape is None else (*shape_argument("batch_shape", batch_shape), *own)


def uniform_n(
    low: ArrayOrFloat = 0.0,
    high: ArrayOrFloat = 1.0,
    batch_shape: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
) -> ndarray:
    """Draw numbers in [low, high), as often as *batch_shape* says for each element."""
    return np_random.uniform(low, high, _batched(batch_shape, low, high), dtype, ctx)


def normal_n(
    loc: ArrayOrFloat = 0.0,
    scale: ArrayOrFloat = 1.0,
    batch_shape: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    ctx: ContextLike = None,
) -> ndarray:
    """Draw normal numbers, as often as *batch_shape* says for each element."""
    return np_random.normal(loc, scale, _batched(batch_shape, loc, scale), dtype, ctx)
