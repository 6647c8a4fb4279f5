"""Running sums and linear recurrences along an axis, on the host."""

from __future__ import annotations

import numpy as np

from ...memory.device import Buffer
from ..build.launch import chunked, grain
from .launch import launch


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


def recurrence(
    a: Buffer, b: Buffer | None, y: Buffer, form: tuple[int, int, int], start: float, reverse: bool
) -> None:
    """Fill *y* with ``v = v * a + b`` from *start* on, along the middle axis of *form*.

    Each value is the one before its step.  Without *b* (None) addends are 0.
    """
    outer, n, inner = form
    if y.size:
        b = np.empty(0, y.dtype) if b is None else b
        launch(_run, a, b, y, n, inner, y.dtype.type(start), reverse, outer * inner, grain(n, 4))


def running_sum(x: Buffer, y: Buffer, form: tuple[int, int, int]) -> None:
    """Fill *y* with the sums of the elements up to each one, along the middle axis of *form*."""
    outer, n, inner = form
    if y.size:
        launch(_cumulate, x, y, n, inner, outer * inner, grain(n, 4))
