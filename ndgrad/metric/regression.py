"""Metrics of numbers: mean errors and Pearson's correlation."""

from __future__ import annotations

import numpy as np

from ..base import HostArray
from .base import Arrays, EvalMetric, alias, check_label_shapes, on_host, register


class _MeanError(EvalMetric):
    """The mean over batches of an error of a label and its prediction."""

    default_name: str

    def __init__(
        self,
        name: str | None = None,
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(
            name or self.default_name, output_names, label_names, has_global_stats=True
        )

    def _error(self, difference: HostArray) -> float:
        raise NotImplementedError

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            true, predicted = _column(on_host(label)), _column(on_host(pred))
            try:
                difference = true - predicted
            except ValueError:
                raise ValueError(
                    f"{self.name}: labels of shape {label.shape} and predictions of shape "
                    f"{pred.shape} do not fit together"
                ) from None
            self._add(float(self._error(difference)), 1)


def _column(values: HostArray) -> HostArray:
    return values[:, None] if values.ndim == 1 else values


@register
class MAE(_MeanError):
    """The mean absolute error of a batch, ``mean(|label - pred|)``, averaged over batches.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    default_name = "mae"

    def _error(self, difference: HostArray) -> float:
        return np.abs(difference).mean()


@register
class MSE(_MeanError):
    """The mean squared error of a batch, ``mean((label - pred)^2)``, averaged over batches.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    default_name = "mse"

    def _error(self, difference: HostArray) -> float:
        return (difference**2).mean()


@register
class RMSE(_MeanError):
    """The root of a batch's mean squared error, averaged over batches.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    default_name = "rmse"

    def _error(self, difference: HostArray) -> float:
        return np.sqrt((difference**2).mean())


@register
@alias("pearsonr")
class PearsonCorrelation(EvalMetric):
    """Pearson's correlation: ``cov(label, pred) / (std(label) std(pred))``.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    average : {'macro', 'micro'}
        The mean of the batches' correlations, or the correlation of all elements.
    """

    def __init__(
        self,
        name: str = "pearsonr",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
        average: str = "macro",
    ) -> None:
        self.average = average
        super().__init__(name, output_names, label_names, has_global_stats=True)

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            check_label_shapes(label, pred, shape=True)
            pair = np.stack([on_host(label).ravel(), on_host(pred).ravel()]).astype(np.float64)
            if self.average == "macro":
                batch = _Moments()
                batch.add(pair)
                self._add(batch.correlation(), 1)
            else:
                self._local.add(pair)
                self._global.add(pair)
                self.num_inst += 1
                self.global_num_inst += 1

    def reset(self) -> None:
        super().reset()
        self._local, self._global = _Moments(), _Moments()

    def reset_local(self) -> None:
        super().reset_local()
        self._local = _Moments()

    def get(self) -> tuple[str, float]:
        if self.average == "macro" or not self.num_inst:
            return super().get()
        return self.name, self._local.correlation()

    def get_global(self) -> tuple[str, float]:
        if self.average == "macro" or not self.global_num_inst:
            return super().get_global()
        return self.name, self._global.correlation()


class _Moments:
    """Count, means, and sums of products of deviations of two rows, added part by part.

    T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for
    computing sample variances", 1979.
    """

    def __init__(self) -> None:
        self.count = 0
        self.mean: HostArray = np.zeros(2)
        self.products: HostArray = np.zeros((2, 2))

    def add(self, pair: HostArray) -> None:
        count, mean = pair.shape[1], pair.mean(axis=1)
        deviations, shift = pair - mean[:, None], mean - self.mean
        total = self.count + count
        self.products += deviations @ deviations.T
        self.products += np.outer(shift, shift) * (self.count * count / total)
        self.mean = self.mean + shift * (count / total)
        self.count = total

    def correlation(self) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(self.products[0, 1] / np.sqrt(self.products[0, 0] * self.products[1, 1]))
