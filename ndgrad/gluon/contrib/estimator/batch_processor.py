"""`BatchProcessor`: what an `Estimator` does with one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from .... import autograd
from ....base import public_names
from ....context import Context
from ....nd import NDArray
from ...utils import split_and_load

if TYPE_CHECKING:
    from ....typing import ArrayLike
    from .estimator import Estimator

__all__ = ["BatchProcessor"]
__dir__ = public_names(globals())

Arrays: TypeAlias = list[NDArray]
"""One array for each context."""


class BatchProcessor:
    """Computes predictions and losses of a batch; a subclass may do that in another way."""

    def _get_data_and_label(
        self, batch: Sequence[ArrayLike], ctx: Sequence[Context], batch_axis: int = 0
    ) -> tuple[Arrays, Arrays]:
        data, label = (split_and_load(batch[i], ctx, batch_axis) for i in (0, 1))
        return data, label

    def evaluate_batch(
        self, estimator: Estimator, val_batch: Sequence[ArrayLike], batch_axis: int = 0
    ) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        """Return data, labels, predictions and losses of the networks for validation.

        Parameters
        ----------
        estimator : Estimator
        val_batch : sequence
            Data and labels.
        batch_axis : int
            Along which they are cut, for several contexts.
        """
        data, label = self._get_data_and_label(val_batch, estimator.context, batch_axis)
        pred = [estimator.val_net(x) for x in data]
        loss = [estimator.val_loss(y, t) for y, t in zip(pred, label, strict=True)]
        return data, label, pred, loss

    def fit_batch(
        self, estimator: Estimator, train_batch: Sequence[ArrayLike], batch_axis: int = 0
    ) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        """Return data, labels, predictions and losses, after `backward` of the losses.

        Parameters
        ----------
        estimator : Estimator
        train_batch : sequence
            Data and labels.
        batch_axis : int
            Along which they are cut, for several contexts.
        """
        data, label = self._get_data_and_label(train_batch, estimator.context, batch_axis)
        with autograd.record():
            pred = [estimator.net(x) for x in data]
            loss = [estimator.loss(y, t) for y, t in zip(pred, label, strict=True)]
        autograd.backward(loss)
        return data, label, pred, loss
