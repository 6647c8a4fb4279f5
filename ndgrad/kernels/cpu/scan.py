"""Running sums and linear recurrences along an axis, on the host."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..build.launch import chunked, grain


@chunked
def _run(a, b, y, n, inner, start, reverse, lo, hi):
    """v = v * a + b for the columns [lo, hi) of all outer parts together."""
    for column in range(lo, hi):
        first = column // inner * n * inner + column % inner
        value = start
        for i in range(n):
            at = first + (n - 1 - i if reverse else i) * inner
            y[at] = value
            value = value * a[at] + b[at] if b.size else value * a[at]


@chunked
def _cumulate(x, y, n, inner, lo, hi):
    """Running sums down the columns [lo, hi) of all outer parts together."""
    for column in range(lo, hi):
        first = column // inner * n * inner + column % inner
        value = x[first]
        y[first] = value
        for i in range(1, n):
            at = first + i * inner
            value = value + x[at]
            y[at] = value


def scan(
    a: Any,
    b: Any,
    y: Any,
    form: tuple[int, int, int],
    start: float = 0,
    reverse: bool = False,
    inclusive: bool = False,
) -> None:
    """Fill *y* with ``v = v * a + b`` from *start* on, along the middle axis of *form*.

    Without *a* (None) factors are 1, without *b* addends are 0.  Each value is the one before its
    step; with *inclusive*, for which there is no *a*, the one behind it.
    """
    outer, n, inner = form
    if not y.size:
        return
    if inclusive:
        _cumulate(b, y, n, inner, outer * inner, grain(n, 4))
    else:
        b = np.empty(0, y.dtype) if b is None else b
        _run(a, b, y, n, inner, y.dtype.type(start), reverse, outer * inner, grain(n, 4))
