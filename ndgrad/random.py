"""Random numbers: `seed`, and the distributions of `ndgrad.nd.random`.

Every process has one stream of numbers, which all its threads draw from.  Without `seed` it starts
somewhere else each time.  A forked child continues with a stream of its own, which follows from the
parent's and from how many children came before: children do not repeat each other's numbers, unlike
NumPy's, and a seeded program still gives the same ones every time.
"""

from __future__ import annotations

import operator

from . import tracing
from .base import public_names, shown
from .context import Context
from .kernels.cpu import philox
from .nd.random import (
    exponential,
    gamma,
    generalized_negative_binomial,
    multinomial,
    negative_binomial,
    normal,
    poisson,
    randint,
    randn,
    shuffle,
    uniform,
)

__all__ = [
    "exponential",
    "gamma",
    "generalized_negative_binomial",
    "multinomial",
    "negative_binomial",
    "normal",
    "poisson",
    "randint",
    "randn",
    "seed",
    "shuffle",
    "uniform",
]
__dir__ = public_names(globals())


def seed(seed_state: int, ctx: Context | str = "all") -> None:
    """Start the stream of random numbers anew.

    Parameters
    ----------
    seed_state : int
        The same number gives the same stream; numbers that differ by a multiple of 2**64 agree.
    ctx : Context or 'all'
        Which device's stream; there is one for all of them.

    Raises
    ------
    ValueError
        If *seed_state* is not an int, or *ctx* not a context.
    """
    try:
        number: int = operator.index(seed_state)
    except TypeError:
        raise ValueError(f"seed: seed_state must be int, got {shown(seed_state)}") from None
    if not isinstance(ctx, Context) and not (isinstance(ctx, str) and ctx == "all"):
        raise ValueError(f"seed: ctx must be a Context or 'all', got {shown(ctx)}")
    if tracing.active and (recorder := tracing.recorder()) is not None:
        recorder.refuse("seeds random numbers, which a program does not; seed outside")
    philox.seed(number)
