"""Metrics of classes: accuracies, F1, and the correlations MCC and PCC."""

from __future__ import annotations

import numpy as np

from ..base import HostArray
from .base import Arrays, EvalMetric, alias, check_label_shapes, on_host, register


@register
@alias("acc")
class Accuracy(EvalMetric):
    """The fraction of labels that are predicted: ``sum(argmax(pred) == label) / n``.

    Parameters
    ----------
    axis : int
        The axis of classes, of predictions whose shape is not the labels'; others are classes.
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        axis: int = 1,
        name: str = "accuracy",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        super().__init__(name, output_names, label_names, axis=axis, has_global_stats=True)
        self.axis = axis

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            true, classes = on_host(label), on_host(pred)
            if classes.shape != true.shape:
                if not -classes.ndim <= self.axis < classes.ndim:
                    raise ValueError(
                        f"Accuracy: axis={self.axis}, but predictions have shape {classes.shape}"
                    )
                classes = np.argmax(classes, axis=self.axis)
            true, classes = true.astype(np.int32).ravel(), classes.astype(np.int32).ravel()
            check_label_shapes(true, classes)
            self._add(float((classes == true).sum()), len(true))


@register
@alias("top_k_accuracy", "top_k_acc")
class TopKAccuracy(EvalMetric):
    """The fraction of labels that are among the `top_k` most probable classes.

    Parameters
    ----------
    top_k : int
        Two or more.
    name : str
        ``_<top_k>`` is appended.
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    """

    def __init__(
        self,
        top_k: int = 1,
        name: str = "top_k_accuracy",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
    ) -> None:
        if top_k <= 1:
            raise AssertionError(f"TopKAccuracy: top_k={top_k}; for one class there is Accuracy")
        super().__init__(
            f"{name}_{top_k}", output_names, label_names, top_k=top_k, has_global_stats=True
        )
        self.top_k = top_k

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            true, scores = on_host(label).astype(np.int32).ravel(), on_host(pred)
            if scores.ndim > 2:
                raise AssertionError(
                    f"TopKAccuracy: predictions have shape {scores.shape}; expected two axes or one"
                )
            check_label_shapes(true, scores)
            if scores.ndim == 1:  # classes already
                hits = scores.astype(np.int32) == true
            else:
                count = min(self.top_k, scores.shape[1])
                best = np.argpartition(scores.astype(np.float32), -count, axis=1)[:, -count:]
                hits = (best == true[:, None]).any(axis=1)
            self._add(float(hits.sum()), len(true))


class _Confusion:
    """How often two classes are taken for each other: ``counts[predicted, true]``."""

    def __init__(self) -> None:
        self.counts = np.zeros((2, 2))

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    def f1(self) -> float:
        """``2 p r / (p + r)`` with precision ``p`` and recall ``r``; 0 where one is undefined."""
        (_, false_negative), (false_positive, true_positive) = self.counts
        wrong = false_positive + false_negative
        return float(2 * true_positive / (2 * true_positive + wrong)) if true_positive else 0.0

    def matthews(self) -> float:
        """``(tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn))``.

        Sums that are zero count as one.
        """
        (tn, fn), (fp, tp) = self.counts
        sums = np.array([tp + fp, tp + fn, tn + fp, tn + fn])
        return float((tp * tn - fp * fn) / np.sqrt(np.where(sums == 0, 1, sums).prod()))


class _Binary(EvalMetric):
    """A score of two classes' confusion: the mean over batches, or that of all examples."""

    def __init__(
        self,
        name: str,
        output_names: list[str] | None,
        label_names: list[str] | None,
        average: str,
    ) -> None:
        self.average = average
        super().__init__(name, output_names, label_names, has_global_stats=True)

    def _score(self, confusion: _Confusion) -> float:
        raise NotImplementedError

    def update(self, labels: Arrays, preds: Arrays) -> None:
        batch = np.zeros((2, 2))
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            batch += self._counts(on_host(label).astype(np.int32).ravel(), on_host(pred))
        if self.average == "macro":
            confusion = _Confusion()
            confusion.counts += batch
            self._add(self._score(confusion), 1)
            return
        for confusion in (self._local, self._global):
            confusion.counts += batch
        self.num_inst, self.global_num_inst = self._local.total, self._global.total
        self.sum_metric = self._score(self._local) * self.num_inst
        self.global_sum_metric = self._score(self._global) * self.global_num_inst

    def _counts(self, true: HostArray, scores: HostArray) -> HostArray:
        name = type(self).__name__
        if scores.ndim < 2:
            raise ValueError(
                f"{name}: predictions have shape {scores.shape}; "
                "expected (batch, 2), the probabilities of two classes"
            )
        check_label_shapes(true, scores)
        if len(np.unique(true)) > 2:
            raise ValueError(
                f"{name} currently only supports binary classification; "
                f"labels have the values {np.unique(true).tolist()}"
            )
        hit, predicted = true == 1, np.argmax(scores, axis=1).ravel() == 1
        return np.array(
            [[np.sum((predicted == p) & (hit == t)) for t in (0, 1)] for p in (0, 1)], np.float64
        )

    def reset(self) -> None:
        super().reset()
        self._local, self._global = _Confusion(), _Confusion()

    def reset_local(self) -> None:
        super().reset_local()
        self._local = _Confusion()


@register
class F1(_Binary):
    """The harmonic mean of precision and recall of class 1: ``2 p r / (p + r)``.

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    average : {'macro', 'micro'}
        The mean of the batches' scores, or the score of all examples.
    """

    def __init__(
        self,
        name: str = "f1",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
        average: str = "macro",
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def _score(self, confusion: _Confusion) -> float:
        return confusion.f1()


@register
class MCC(_Binary):
    """Matthews' correlation coefficient of two classes.

    ``(tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn))``

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    average : {'macro', 'micro'}
        The mean of the batches' scores, or the score of all examples.
    """

    def __init__(
        self,
        name: str = "mcc",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
        average: str = "macro",
    ) -> None:
        super().__init__(name, output_names, label_names, average)

    def _score(self, confusion: _Confusion) -> float:
        return confusion.matthews()


@register
class PCC(EvalMetric):
    """Matthews' correlation coefficient of any number of classes, from their confusion matrix.

    The correlation of predicted and true classes, one-hot: ``cov(x, y) / sqrt(cov(x, x) cov(y,
    y))`` (J. Gorodkin, "Comparing two K-category assignments by a K-category correlation
    coefficient", 2004).

    Parameters
    ----------
    name : str
    output_names, label_names : list of str, optional
        See `EvalMetric`.
    has_global_stats : bool
        Whether `get_global` is of all batches.

    Attributes
    ----------
    lcm, gcm : numpy.ndarray
        The confusion matrices, ``[predicted, true]``: local and global.
    """

    lcm: HostArray
    gcm: HostArray

    def __init__(
        self,
        name: str = "pcc",
        output_names: list[str] | None = None,
        label_names: list[str] | None = None,
        has_global_stats: bool = True,
    ) -> None:
        super().__init__(name, output_names, label_names, has_global_stats=has_global_stats)

    def update(self, labels: Arrays, preds: Arrays) -> None:
        for label, pred in zip(*check_label_shapes(labels, preds, wrap=True), strict=True):
            true, classes = on_host(label), on_host(pred)
            if classes.shape != true.shape:
                classes = np.argmax(classes, axis=1)
            true, classes = true.astype(np.int32).ravel(), classes.astype(np.int32).ravel()
            check_label_shapes(true, classes)
            counts = np.zeros((1 + max(true.max(), classes.max(), 1),) * 2)
            np.add.at(counts, (classes, true), 1)
            self.lcm = _sum(self.lcm, counts)
            self.gcm = _sum(self.gcm, counts)
        self.num_inst += 1
        self.global_num_inst += 1
        self.sum_metric = _correlation(self.lcm) * self.num_inst
        self.global_sum_metric = _correlation(self.gcm) * self.global_num_inst

    def reset(self) -> None:
        super().reset()
        self.lcm, self.gcm = np.zeros((2, 2)), np.zeros((2, 2))

    def reset_local(self) -> None:
        super().reset_local()
        self.lcm = np.zeros((2, 2))


def _sum(a: HostArray, b: HostArray) -> HostArray:
    """The sum of two confusion matrices, which may be of different numbers of classes."""
    total = np.zeros((max(len(a), len(b)),) * 2)
    total[: len(a), : len(a)] += a
    total[: len(b), : len(b)] += b
    return total


def _correlation(counts: HostArray) -> float:
    n, predicted, true = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    spread = float((predicted * (n - predicted)).sum() * (true * (n - true)).sum())
    if not spread:
        return float("nan")
    return float((counts.diagonal() * n - predicted * true).sum() / np.sqrt(spread))
