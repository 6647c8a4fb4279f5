"""Callbacks of training loops: what they are called with, and how they are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class BatchEndParam(NamedTuple):
    """What a callback is called with at the end of a batch, or of an evaluation."""

    epoch: int
    nbatch: int
    eval_metric: Any
    locals: Any


def call_all(callbacks: Any, *args: Any) -> None:
    """Call a callback, or each of several; None is none."""
    if callbacks is None:
        return
    for callback in callbacks if isinstance(callbacks, Iterable) else [callbacks]:
        callback(*args)
