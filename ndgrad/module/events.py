"""Callbacks of training loops: what they are called with, and how they are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeAlias

from ..metric import EvalMetric
from ..symbol import Symbol
from .checkpoint import Params

if TYPE_CHECKING:
    from ..array.types import MaybeNone

_Args = ParamSpec("_Args")


class BatchEndParam(NamedTuple):
    """What a callback is called with at the end of a batch, or of an evaluation."""

    epoch: int
    nbatch: int
    eval_metric: EvalMetric | MaybeNone
    locals: Mapping[str, Any] | None


BatchEndCallback: TypeAlias = Callable[[BatchEndParam], object]
BatchEndCallbacks: TypeAlias = BatchEndCallback | Iterable[BatchEndCallback] | None

EpochEndCallback: TypeAlias = Callable[[int, "Symbol | MaybeNone", Params, Params], object]
"""Called with the number of the epoch, the symbol, ``arg_params`` and ``aux_params``."""

EpochEndCallbacks: TypeAlias = EpochEndCallback | Iterable[EpochEndCallback] | None


def call_all(
    callbacks: Callable[_Args, object] | Iterable[Callable[_Args, object]] | None,
    *args: _Args.args,
    **kwargs: _Args.kwargs,
) -> None:
    """Call a callback, or each of several; None is none."""
    if callbacks is None:
        return
    for callback in callbacks if isinstance(callbacks, Iterable) else [callbacks]:
        callback(*args, **kwargs)
