"""Matrix products on a device: a thread for each element of the result."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from .. import _cache
from . import _text
from ._driver import Kernel, array_of

_LINES = """def kernel(a, starts_a, ta, b, starts_b, tb, c, m, n, k, alpha, beta, size):
    for i in range(cuda.grid(1), size, cuda.gridsize(1)):
        item = i // (m * n)
        row = i // n - item * m
        column = i % n
        total = {zero}
        at = starts_a[item] + (row if ta else row * k)
        step = m if ta else 1
        to = starts_b[item] + (column * k if tb else column)
        jump = 1 if tb else n
        for t in range(k):
            total += a[at + t * step] * b[to + t * jump]
        total = total * alpha
        c[i] = total + beta * c[i] if beta != {zero} else total"""

_KERNELS: dict[np.dtype[Any], Kernel] = {}


def kernel(dtype: np.dtype[Any]) -> Kernel:
    """The kernel for matrices of *dtype*, made once a process."""
    if dtype not in _KERNELS:
        lines = _LINES.format(zero=f"{dtype.name}(0)").splitlines()
        matrix, starts = array_of(dtype), array_of(np.dtype("int64"))
        number, flag, size = getattr(types, dtype.name), types.boolean, types.int64
        signature = (matrix, starts, flag, matrix, starts, flag, matrix, size, size, size)
        text = _text.module(f"alpha op(A) op(B) + beta C of {dtype.name} (CUDA).", lines)
        _KERNELS[dtype] = Kernel(
            _cache.load(f"product_{dtype.name}_cuda", text).kernel,
            (*signature, number, number, size),
        )
    return _KERNELS[dtype]


def many(
    a: Any,
    starts_a: Any,
    ta: bool,
    b: Any,
    starts_b: Any,
    tb: bool,
    c: Any,
    m: int,
    n: int,
    k: int,
    alpha: float,
    beta: float,
    batch: int,
) -> None:
    """The CUDA variant of `ndgrad.kernels._products.many`, for integers too."""
    real = c.dtype.type
    factors = real(alpha), real(beta)
    args = (a, starts_a, bool(ta), b, starts_b, bool(tb), c, m, n, k, *factors, batch * m * n)
    kernel(c.dtype).over(c.device, batch * m * n, args)
