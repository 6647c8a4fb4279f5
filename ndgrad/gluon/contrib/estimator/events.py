"""Events of an `Estimator`: the bases of handlers, and what these are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

if TYPE_CHECKING:
    from ....nd import NDArray
    from .estimator import Estimator


class EventHandler:
    """The base of handlers, which are called in the order of their attribute *priority*."""


class BatchResults(TypedDict, total=False):
    """What the end of a batch is told of."""

    batch: Sequence[NDArray]
    pred: list[NDArray]
    label: list[NDArray]
    loss: list[NDArray]


Handlers: TypeAlias = EventHandler | Sequence[EventHandler] | None


class TrainBegin(EventHandler):
    """A handler of the beginning of training."""

    def train_begin(self, estimator: Estimator, *args: Any, **kwargs: Any) -> object:
        """Do nothing; a subclass does something."""


class TrainEnd(EventHandler):
    """A handler of the end of training."""

    def train_end(self, estimator: Estimator, *args: Any, **kwargs: Any) -> object:
        """Do nothing; a subclass does something."""


class EpochBegin(EventHandler):
    """A handler of the beginning of an epoch."""

    def epoch_begin(self, estimator: Estimator, *args: Any, **kwargs: Any) -> object:
        """Do nothing; a subclass does something."""


class EpochEnd(EventHandler):
    """A handler of the end of an epoch."""

    def epoch_end(self, estimator: Estimator, *args: Any, **kwargs: Any) -> object:
        """Return whether to stop training; a subclass does something."""
        return False


class BatchBegin(EventHandler):
    """A handler of the beginning of a batch."""

    def batch_begin(self, estimator: Estimator, *args: Any, **kwargs: Any) -> object:
        """Do nothing; a subclass does something with ``batch``."""


class BatchEnd(EventHandler):
    """A handler of the end of a batch."""

    def batch_end(self, estimator: Estimator, *args: Any, **kwargs: Any) -> object:
        """Return whether to end the epoch; it gets ``batch``, ``pred``, ``label``, ``loss``."""
        return False
