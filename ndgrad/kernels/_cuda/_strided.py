"""Copies along strides on a device: a thread for each element."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import types

from .. import _cache
from .._strided import Plan
from . import _text
from ._driver import Kernel, array_of

_LINES = """def kernel(x, y, xo, yo, geometry, middle, mx, my, n, nx, ny, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        row = i // n
        outer = row // middle
        a = xo + (i - row * n) * nx + (row - outer * middle) * mx
        b = yo + (i - row * n) * ny + (row - outer * middle) * my
        count = geometry[0]
        for k in range(count, 0, -1):
            rest = outer // geometry[k]
            here = outer - rest * geometry[k]
            a += here * geometry[count + k]
            b += here * geometry[2 * count + k]
            outer = rest
        y[b] = x[a]""".splitlines()


@cache
def kernel(dtype: np.dtype[Any]) -> Kernel:
    """The kernel for elements of *dtype*, an unsigned integer."""
    bits, geometry, number = array_of(dtype), array_of(np.dtype("int64")), types.int64
    text = _text.module(f"A strided copy of {dtype.name} (CUDA).", _LINES)
    made = _cache.load(f"copy_{dtype.name}_cuda", text).kernel
    return Kernel(made, (bits, bits, number, number, geometry, *(number,) * 7))


def move(x: Any, y: Any, xo: int, yo: int, plan: Plan) -> None:
    """Carry out a plan of `ndgrad.kernels._strided` from *x*, which may be on the host, to *y*."""
    size = plan.rows * plan.inner[0]
    args = (x, y, xo, yo, plan.geometry, *plan.middle, *plan.inner, size)
    kernel(y.dtype).over(y.device, size, args)
