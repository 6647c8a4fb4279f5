"""Reductions: what many numbers are mapped to, combined by and finished by, as formulas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .formula import compute_type


@dataclass(frozen=True)
class Reduction:
    """A way to make one number of many.

    Attributes
    ----------
    name : str
        For file names and messages.
    mapped : str
        Formula over ``x``: what of an element is combined.
    combined : str
        Formula over ``a`` and ``b``, associative but for rounding.
    start : str
        Formula of the neutral element; ``lowest`` and ``highest`` are those of the type.
    finished : str
        Formula over ``a`` and ``n``, the number of elements.
    wide : bool
        Whether floating point is accumulated in float64.
    mixed : bool
        Whether a few neighbours, four to a lane, may meet in the elements' own precision before:
        a conversion of each would take longer than reading it.  Not for what may leave the
        range of float32 on the way to a result that is in it, as products do.
    mathematical : bool
        Whether integers go through floating point.
    """

    name: str
    mapped: str = "x"
    combined: str = "a + b"
    start: str = "0"
    finished: str = "a"
    wide: bool = True
    mixed: bool = False
    mathematical: bool = False

    def kind(self, dtype: np.dtype[Any]) -> str:
        """The type of the accumulators, in which all arithmetic is done."""
        if dtype.kind == "f":
            return "float64" if self.wide else compute_type(dtype, mathematical=False)
        return "float64" if dtype.kind == "b" or self.mathematical else "int64"

    def narrow(self, dtype: np.dtype[Any]) -> str:
        """The type in which a few neighbours are combined."""
        if dtype.kind == "f" and self.mixed:
            return compute_type(dtype, mathematical=False)
        return self.kind(dtype)
