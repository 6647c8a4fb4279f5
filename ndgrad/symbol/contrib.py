"""`sym.contrib`: the functions of `nd.contrib` for symbols."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..base import public_names
from . import random
from .symbol import Symbol

if TYPE_CHECKING:
    from .._stubs.symbol_contrib import *  # noqa: F403

__all__ = ["rand_zipfian"]  # `ndgrad.symbol` adds operators and control flow
__dir__ = public_names(globals())


def rand_zipfian(
    true_classes: Symbol, num_sampled: int, range_max: int
) -> tuple[Symbol, Symbol, Symbol]:
    """Draw classes with probabilities that fall with their number; see ``nd.contrib``.

    Parameters
    ----------
    true_classes : Symbol
    num_sampled : int
        How many to draw.
    range_max : int
        Classes are in [0, range_max).

    Returns
    -------
    samples, expected_count_true, expected_count_sample : Symbol
        The classes that are drawn; how often each of the true classes, and of those, is expected.
    """
    scale = math.log(range_max + 1)
    drawn = random.uniform(0, scale, shape=(num_sampled,), dtype="float64")
    samples = (drawn.exp() - 1).astype("int64") % range_max

    def expected(classes: Symbol) -> Symbol:
        wide = classes.astype("float64")
        return ((wide + 2.0) / (wide + 1.0)).log() / scale * num_sampled

    return samples, expected(true_classes), expected(samples)
