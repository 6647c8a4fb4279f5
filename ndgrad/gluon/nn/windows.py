"""Arguments of layers that move a window over one, two or three axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

Lengths: TypeAlias = int | Sequence[int]
"""One number for each axis of a window, or one for all."""

LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
"""By the number of axes that a window has."""


def lengths(value: Lengths, rank: int, name: str) -> tuple[int, ...]:
    """One number for each axis of a window: *value*, or *value* for each.

    Raises
    ------
    AssertionError
        If there are more or fewer than *rank*.
    """
    if isinstance(value, (int, float, np.generic)):
        return (value,) * rank  # the operator says what is wrong
    if len(value) != rank:
        raise AssertionError(f"{name} must be a number or a list of {rank} ints, got {value!r}")
    return tuple(value)
