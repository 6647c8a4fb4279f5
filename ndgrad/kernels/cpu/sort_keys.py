"""What sorting compares: unsigned integers in the order of an array's elements."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...base import DType, is_floating
from ..scalar.table import inline


class Masks(NamedTuple):
    """Bits of a dtype as `sort_key` wants them.

    Attributes
    ----------
    sign : numpy.uint64
        The sign bit; 0 if there is none.
    inf : numpy.uint64
        The bits of infinity; 0 for integers.
    top : numpy.uint64
        All ones.
    """

    sign: np.uint64
    inf: np.uint64
    top: np.uint64


def masks(dtype: DType) -> Masks:
    width = 8 * dtype.itemsize
    real = is_floating(dtype)
    signed = real or dtype.kind == "i"
    return Masks(
        np.uint64(2 ** (width - 1) if signed else 0),
        np.uint64(np.array([np.inf], dtype).view(f"uint{width}")[0] if real else 0),
        np.uint64(2**width - 1),
    )


@inline
def sort_key(bits, sign, inf, top, down):
    """The key of an element given as its *bits*: NaN is last either way, zeros are equal."""
    bits = np.uint64(bits)
    nan = False
    if inf != 0:
        nan = bits & (top ^ sign) > inf
        if bits == sign:  # minus zero
            bits = np.uint64(0)
        bits = top ^ bits if bits & sign else bits | sign
    else:
        bits ^= sign
    return top if nan else top ^ bits if down else bits
