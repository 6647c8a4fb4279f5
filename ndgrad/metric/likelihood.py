"""Metrics of probabilities of the true class: cross-entropy and perplexity."""

from __future__ import annotations

import math

import numpy as np

from ..base import HostArray, Shape
from .base import Arrays, EvalMetric, alias, check_label_shapes, on_host, register


@register
@alias("ce")
class CrossEntropy(EvalMetric):
    """The mean of ``-log(p + eps)`` over examples, where ``p`` is the true class's probability.

    Parameters
    ----------
    eps : float
        Keeps the logarithm finite.
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        eps: float = 1e-12,
        name: str = "cross-entropy",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(name, output_names, label_names, eps=eps, has_global_stats=True)
        self.eps = eps

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            true, probabilities = on_host(label).ravel().astype(np.int64), on_host(pred)
            if probabilities.ndim != 2 or len(true) != len(probabilities):
                raise AssertionError(
                    f"{self.name}: labels of shape {label.shape} and predictions of shape "
                    f"{pred.shape} do not fit together; expected (batch,) and (batch, classes)"
                )
            classes = probabilities.shape[1]
            if len(true) and not -classes <= true.min() <= true.max() < classes:
                raise IndexError(
                    f"{self.name}: labels go from {true.min()} to {true.max()}, "
                    f"predictions have {classes} classes"
                )
            picked = probabilities[np.arange(len(true)), true]
            self._add(float(-np.log(picked + self.eps).sum()), len(true))


@register
@alias("nll_loss")
class NegativeLogLikelihood(CrossEntropy):
    """The mean of ``-log(p + eps)`` over examples, under another name than `CrossEntropy`.

    Parameters
    ----------
    eps : float
        Keeps the logarithm finite.
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        eps: float = 1e-12,
        name: str = "nll-loss",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(eps, name, output_names, label_names)


@register
class Perplexity(EvalMetric):
    """``exp`` of the mean of ``-log(p)``, where ``p`` is the true class's probability.

    Parameters
    ----------
    ignore_label : int or None
        Examples with this label do not count.
    axis : int
        The axis of classes of predictions.
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        ignore_label: int | None,
        axis: int = -1,
        name: str = "perplexity",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(
            name, output_names, label_names, ignore_label=ignore_label, has_global_stats=True
        )
        self.ignore_label = ignore_label
        self.axis = axis

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=False), strict=True):
            true = on_host(label).astype(np.int64).ravel()
            picked = np.maximum(1e-10, self._picked(true, on_host(pred), label.shape))
            if self.ignore_label is not None:
                picked = picked[true != self.ignore_label]
            self._add(float(-np.log(picked).sum()), picked.size)

    def _picked(self, true: HostArray, probabilities: HostArray, shape: Shape) -> HostArray:
        """The true classes' probabilities; a class outside of the axis is the nearest in it."""
        rows = np.moveaxis(probabilities, self.axis, -1)
        if len(true) * rows.shape[-1] != rows.size:
            raise AssertionError(
                f"{self.name}: labels of shape {tuple(shape)} and predictions of shape "
                f"{probabilities.shape} do not fit together; expected a label for each position "
                f"along axis {self.axis}"
            )
        rows = rows.reshape(len(true), -1)
        return rows[np.arange(len(true)), np.clip(true, 0, rows.shape[1] - 1)]

    def _value(self, total: float, count: float) -> float:
        if not count:
            return float("nan")
        try:
            return math.exp(total / count)
        except OverflowError:
            return math.inf
