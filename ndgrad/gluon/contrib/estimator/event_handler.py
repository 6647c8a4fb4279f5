"""Handlers of the events of an `Estimator`: stopping, metrics, validation, logs, checkpoints."""

from __future__ import annotations

import math
import os
import re
import time
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ....base import public_names
from ....metric import EvalMetric
from ....metric import Loss as LossMetric
from ...hybrid import HybridBlock, _grouped
from .events import (
    BatchBegin,
    BatchEnd,
    BatchResults,
    EpochBegin,
    EpochEnd,
    Handlers,
    TrainBegin,
    TrainEnd,
)
from .events import EventHandler as EventHandler

if TYPE_CHECKING:
    from typing import Unpack

    from ...data import DataLoader
    from .estimator import Estimator

__all__ = [
    "BatchBegin",
    "BatchEnd",
    "CheckpointHandler",
    "EarlyStoppingHandler",
    "EpochBegin",
    "EpochEnd",
    "GradientUpdateHandler",
    "LoggingHandler",
    "MetricHandler",
    "StoppingHandler",
    "TrainBegin",
    "TrainEnd",
    "ValidationHandler",
]
__dir__ = public_names(globals())


class StoppingHandler(TrainBegin, BatchEnd, EpochEnd):
    """Stops after the number of epochs or batches that `Estimator.fit` is given.

    Parameters
    ----------
    max_epoch, max_batch : int, optional
    """

    def __init__(self, max_epoch: int | None = None, max_batch: int | None = None) -> None:
        self.max_epoch, self.max_batch = max_epoch, max_batch
        self.current_batch = self.current_epoch = 0
        self.stop_training = False

    def train_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Take the numbers of `fit`."""
        self.max_epoch, self.max_batch = estimator.max_epoch, estimator.max_batch
        self.current_batch = self.current_epoch = 0
        self.stop_training = False

    def batch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> bool:
        """Count."""
        self.current_batch += 1
        if self.current_batch == self.max_batch:
            self.stop_training = True
        return self.stop_training

    def epoch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> bool:
        """Count."""
        self.current_epoch += 1
        if self.current_epoch == self.max_epoch:
            self.stop_training = True
        return self.stop_training


class MetricHandler(EpochBegin, BatchEnd):
    """Updates metrics after each batch.

    Parameters
    ----------
    metrics : EvalMetric or list of EvalMetric
    priority : float
    """

    def __init__(self, metrics: EvalMetric | Sequence[EvalMetric], priority: float = -1000) -> None:
        self.metrics = _listed(metrics)
        self.priority = priority

    def epoch_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Reset the metrics."""
        for metric in self.metrics:
            metric.reset()

    def batch_end(
        self, estimator: Estimator, *args: object, **kwargs: Unpack[BatchResults]
    ) -> None:
        """Update the metrics by predictions and labels, or by the loss."""
        for metric in self.metrics:
            if isinstance(metric, LossMetric):
                metric.update(0, kwargs["loss"])
            else:
                metric.update(kwargs["label"], kwargs["pred"])


class ValidationHandler(TrainBegin, BatchEnd, EpochEnd):
    """Evaluates during training.

    Parameters
    ----------
    val_data : DataLoader
    eval_fn : callable
        Is called with *val_data*, *batch_axis* and *event_handlers*, such as `Estimator.evaluate`.
    epoch_period, batch_period : int, optional
        After how many epochs or batches.
    priority : float
    event_handlers : EventHandler or list of EventHandler, optional
        Of the evaluation.
    """

    def __init__(
        self,
        val_data: DataLoader,
        eval_fn: Callable[..., object],
        epoch_period: int | None = 1,
        batch_period: int | None = None,
        priority: float = -1000,
        event_handlers: Handlers = None,
    ) -> None:
        self.val_data, self.eval_fn = val_data, eval_fn
        self.epoch_period, self.batch_period = epoch_period, batch_period
        self.current_batch = self.current_epoch = 0
        self.priority = priority
        self.event_handlers = event_handlers

    def train_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Count from 0."""
        self.current_batch = self.current_epoch = 0

    def batch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Evaluate after *batch_period* batches."""
        self.current_batch += 1
        if self.batch_period and self.current_batch % self.batch_period == 0:
            self._evaluate(estimator)

    def epoch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Evaluate after *epoch_period* epochs."""
        self.current_epoch += 1
        if self.epoch_period and self.current_epoch % self.epoch_period == 0:
            self._evaluate(estimator)

    def _evaluate(self, estimator: Estimator) -> None:
        self.eval_fn(
            val_data=self.val_data,
            batch_axis=estimator.batch_axis,
            event_handlers=self.event_handlers,
        )


class LoggingHandler(TrainBegin, TrainEnd, EpochBegin, EpochEnd, BatchBegin, BatchEnd):
    """Logs times and metrics, to the logger of the `Estimator`.

    Parameters
    ----------
    log_interval : int or 'epoch'
        Log after so many batches too, or only after epochs.
    metrics : EvalMetric or list of EvalMetric, optional
    priority : float
    """

    def __init__(
        self,
        log_interval: int | str = "epoch",
        metrics: EvalMetric | Sequence[EvalMetric] | None = None,
        priority: float = math.inf,
    ) -> None:
        if not isinstance(log_interval, int) and log_interval != "epoch":
            raise ValueError(
                f"log_interval must be either an integer or string 'epoch', got {log_interval!r}"
            )
        self.metrics = _listed(metrics)
        self.batch_index = self.current_epoch = self.processed_samples = 0
        self.priority = priority
        self.log_interval = log_interval
        self.log_interval_time: float = 0

    def train_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Log what is about to be done."""
        self.train_start = time.time()
        trainer = estimator.trainer
        estimator.logger.info(
            "Training begin: using optimizer %s with current learning rate %.4f ",
            type(trainer.optimizer).__name__,
            trainer.learning_rate,
        )
        if estimator.max_epoch:
            estimator.logger.info("Train for %d epochs.", estimator.max_epoch)
        else:
            estimator.logger.info("Train for %d batches.", estimator.max_batch)
        self.batch_index = self.current_epoch = self.processed_samples = 0
        self.log_interval_time = 0

    def train_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Log the time of all."""
        seconds = time.time() - self.train_start
        text = f"Train finished using total {seconds:.0f}s with {self.current_epoch} epochs. "
        estimator.logger.info("%s", (text + self._values()).rstrip(", "))

    def epoch_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Log the learning rate."""
        self.epoch_start = time.time()
        if any("training" in metric.name for metric in self.metrics):
            rate = estimator.trainer.learning_rate
            estimator.logger.info(
                "[Epoch %d] Begin, current learning rate: %.4f", self.current_epoch, rate
            )
        else:
            estimator.logger.info("Validation Begin")

    def epoch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Log the time of the epoch, and the metrics."""
        seconds = time.time() - self.epoch_start
        text = f"[Epoch {self.current_epoch}] Finished in {seconds:.3f}s, {self._values()}"
        estimator.logger.info("%s", text.rstrip(", "))
        self.current_epoch += 1
        self.batch_index = 0

    def batch_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Take the time."""
        self.batch_start = time.time()

    def batch_end(
        self, estimator: Estimator, *args: object, **kwargs: Unpack[BatchResults]
    ) -> None:
        """Log the time of the batches since the last time, and the metrics."""
        if not isinstance(self.log_interval, int):
            return
        self.log_interval_time += time.time() - self.batch_start
        self.processed_samples += kwargs["batch"][0].shape[estimator.batch_axis]
        if self.log_interval and self.batch_index % self.log_interval == 0:
            text = (
                f"[Epoch {self.current_epoch}][Batch {self.batch_index}]"
                f"[Samples {self.processed_samples}] time/interval: {self.log_interval_time:.3f}s "
            )
            estimator.logger.info("%s", (text + self._values()).rstrip(", "))
            self.log_interval_time = 0
        self.batch_index += 1

    def _values(self) -> str:
        return ", ".join([f"{name}: {value:.4f}" for name, value in map(_get, self.metrics)])


class _Monitor:
    """Whether the value of a metric is better than the best one so far."""

    def __init__(self, metric: EvalMetric, mode: str, owner: str, min_delta: float = 0) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{owner} mode {mode} is unknown, fallback to auto mode, which is max for "
                "accuracy, F1 and correlations, and min otherwise",
                RuntimeWarning,
                stacklevel=3,
            )
        self._metric = metric
        greater = any(
            word in metric.name.lower() for word in ("acc", "f1", "mcc", "pcc", "pearson")
        )
        self._sign = {"min": -1, "max": 1}.get(mode, 1 if greater else -1)
        self._min_delta = abs(min_delta)
        self.best = -self._sign * math.inf

    def improved(self) -> bool:
        """Compare the metric with the best value so far, which it replaces if it is better."""
        value = _get(self._metric)[1]
        if not self._sign * (value - self.best) > self._min_delta:
            return False
        self.best = value
        return True


class CheckpointHandler(TrainBegin, BatchEnd, EpochEnd):
    """Saves parameters and states of the trainer, and the graph of a hybridized network.

    The files are ``<prefix>-symbol.json``, ``<prefix>-epoch<e>batch<b>.params`` and ``.states``,
    and ``<prefix>-best.params`` and ``.states``.

    Parameters
    ----------
    model_dir : str
        The folder, which is made if there is none.
    model_prefix : str
    monitor : EvalMetric, optional
        What *save_best* goes by.
    verbose : int
        1 to log each file.
    save_best : bool
        Keep the best network too.
    mode : {'auto', 'min', 'max'}
        Whether less or more is better; by default more for accuracy, F1 and correlations.
    epoch_period, batch_period : int, optional
        After how many epochs or batches to save.
    max_checkpoints : int
        Older files are removed.
    resume_from_checkpoint : bool
        Go on from the last files, for the epochs or batches that are left.
    """

    def __init__(
        self,
        model_dir: str,
        model_prefix: str = "model",
        monitor: EvalMetric | None = None,
        verbose: int = 0,
        save_best: bool = False,
        mode: str = "auto",
        epoch_period: int | None = 1,
        batch_period: int | None = None,
        max_checkpoints: int = 5,
        resume_from_checkpoint: bool = False,
    ) -> None:
        self.monitor, self.verbose, self.save_best = monitor, verbose, save_best
        self.model_dir, self.model_prefix = model_dir, model_prefix
        self.epoch_period, self.batch_period = epoch_period, batch_period
        self.current_batch = self.current_epoch = 0
        self.max_checkpoints = max_checkpoints
        self.resume_from_checkpoint = resume_from_checkpoint
        self.saved_checkpoints: list[str] = []
        if save_best:
            self._monitor = _Monitor(
                _required(monitor, "To save best model only, p"), mode, "ModelCheckpoint"
            )
        os.makedirs(model_dir, exist_ok=True)

    def train_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Go on from the last files, if that is wanted."""
        self.current_batch = self.current_epoch = 0
        self._saved_symbol = False
        if self.resume_from_checkpoint:
            self._resume(estimator)

    def batch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Save after *batch_period* batches."""
        if not self._saved_symbol:
            self._saved_symbol = True
            self._save_symbol(estimator)
        self.current_batch += 1
        if self.batch_period and self.current_batch % self.batch_period == 0:
            self._save(estimator, self.current_batch - 1)

    def epoch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Save after *epoch_period* epochs."""
        if self.epoch_period and (self.current_epoch + 1) % self.epoch_period == 0:
            self._save(estimator, self.current_batch)
        self.current_epoch += 1

    def _path(self, name: str) -> str:
        return os.path.join(self.model_dir, f"{self.model_prefix}-{name}")

    def _log(self, estimator: Estimator, text: str) -> None:
        if self.verbose:
            estimator.logger.info("[Epoch %d] CheckpointHandler: %s", self.current_epoch, text)

    def _save_symbol(self, estimator: Estimator) -> None:
        path, net = self._path("symbol.json"), estimator.net
        if isinstance(net, HybridBlock) and net._active:
            _grouped(net._traced()[1]).save(path)
        else:
            estimator.logger.info(
                "Model architecture(symbol file) is not saved, please use HybridBlock to construct "
                "your model, and call net.hybridize() before passing to Estimator in order to save "
                "model architecture as %s.",
                path,
            )

    def _save(self, estimator: Estimator, batch: int) -> None:
        name = f"epoch{self.current_epoch}batch{batch}"
        self._log(
            estimator,
            f"trained total {self.current_batch} batches, saving model at {self.model_dir} with "
            f"prefix: {self.model_prefix}-{name}",
        )
        self._save_params_and_trainer(estimator, name)
        if name not in self.saved_checkpoints:
            self.saved_checkpoints.append(name)
        while len(self.saved_checkpoints) > self.max_checkpoints:
            oldest = self._path(self.saved_checkpoints.pop(0))
            for ending in (".params", ".states"):
                if os.path.exists(oldest + ending):
                    os.remove(oldest + ending)
        if self.save_best:
            before, metric = self._monitor.best, _get(self._monitor._metric)
            if self._monitor.improved():
                self._log(
                    estimator,
                    f"{metric[0]} improved from {before:0.5f} to {metric[1]:0.5f}, updating best "
                    f"model at {self.model_dir} with prefix: {self.model_prefix}-best",
                )
                self._save_params_and_trainer(estimator, "best")
            else:
                self._log(
                    estimator,
                    f"{metric[0]} did not improve from {before:0.5f}, skipping updating best model",
                )

    def _save_params_and_trainer(self, estimator: Estimator, name: str) -> None:
        estimator.net.save_parameters(self._path(name) + ".params")
        estimator.trainer.save_states(self._path(name) + ".states")

    def _resume(self, estimator: Estimator) -> None:
        pattern = re.compile(rf"{re.escape(self.model_prefix)}-epoch(\d+)batch(\d+)\.params")
        found = [m for m in map(pattern.fullmatch, os.listdir(self.model_dir)) if m]
        by_epochs = bool(estimator.max_epoch)
        unit = "epochs" if by_epochs else "batches"
        left = estimator.max_epoch if by_epochs else estimator.max_batch
        if not found:
            estimator.logger.info(
                "CheckpointHandler: No checkpoint found, training from scratch for %d %s",
                left,
                unit,
            )
            return
        numbers = sorted((int(m[1]), int(m[2])) for m in found)
        epoch, batch = numbers[-1]
        assert left is not None  # `fit` has set what it counts
        left -= (epoch if by_epochs else batch) + 1
        if left <= 0:
            raise ValueError(
                f"Found checkpoint with maximum number of {unit} "
                f"{estimator.max_epoch if by_epochs else estimator.max_batch} reached, please "
                "specify resume_from_checkpoint=False (default value) if you want to train from "
                "scratch."
            )
        self.saved_checkpoints = [f"epoch{e}batch{b}" for e, b in numbers]
        path = self._path(f"epoch{epoch}batch{batch}")
        estimator.net.load_parameters(path + ".params", ctx=estimator.context)
        estimator.trainer.load_states(path + ".states")
        if by_epochs:
            estimator.max_epoch = left
        else:
            estimator.max_batch = left
        self.current_epoch = epoch + 1
        self.current_batch = batch if by_epochs else batch + 1
        estimator.logger.info(
            "CheckpointHandler: Checkpoint resumed from epoch %d batch %d, continue to train for "
            "%d %s ",
            epoch,
            batch,
            left,
            unit,
        )


class EarlyStoppingHandler(TrainBegin, EpochEnd, TrainEnd):
    """Stops when a metric is not getting better.

    Parameters
    ----------
    monitor : EvalMetric
    min_delta : float
        By how much it must get better.
    patience : int
        For how many epochs it may not.
    mode : {'auto', 'min', 'max'}
        Whether less or more is better; by default more for accuracy, F1 and correlations.
    baseline : float, optional
        What it must be better than.
    """

    def __init__(
        self,
        monitor: EvalMetric,
        min_delta: float = 0,
        patience: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
    ) -> None:
        self._monitor = _Monitor(_required(monitor, "P"), mode, "EarlyStopping", min_delta)
        self.monitor, self.baseline = monitor, baseline
        self.patience, self.min_delta = patience, min_delta
        self.wait = self.stopped_epoch = self.current_epoch = 0
        self.stop_training = False

    @property
    def best(self) -> float:
        """The best value so far."""
        return self._monitor.best

    def train_begin(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Forget the epochs before."""
        self.wait = self.stopped_epoch = self.current_epoch = 0
        self.stop_training = False
        sign = self._monitor._sign
        self._monitor.best = -sign * math.inf if self.baseline is None else self.baseline

    def epoch_end(self, estimator: Estimator, *args: object, **kwargs: object) -> bool:
        """Return whether to stop."""
        name, value = _get(self.monitor)
        if math.isnan(value):
            warnings.warn(
                f"{name} is not updated, make sure you pass one of the metric objects from "
                "estimator.train_metrics and estimator.val_metrics as monitor.",
                RuntimeWarning,
                stacklevel=2,
            )
        elif self._monitor.improved():
            self.wait = 0
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = self.current_epoch
                self.stop_training = True
        self.current_epoch += 1
        return self.stop_training

    def train_end(self, estimator: Estimator, *args: object, **kwargs: object) -> None:
        """Log that training was stopped, if it was."""
        if self.stop_training:
            estimator.logger.info(
                "[Epoch %d] EarlyStoppingHandler: early stopping due to %s not improving",
                self.stopped_epoch,
                self.monitor.name,
            )


class GradientUpdateHandler(BatchEnd):
    """Lets the trainer update the parameters after each batch.

    Parameters
    ----------
    priority : float
    """

    def __init__(self, priority: float = -2000) -> None:
        self.priority = priority

    def batch_end(
        self, estimator: Estimator, *args: object, **kwargs: Unpack[BatchResults]
    ) -> None:
        """Make a step of the trainer."""
        loss = kwargs["loss"]
        losses = loss if isinstance(loss, (list, tuple)) else [loss]
        estimator.trainer.step(sum(x.shape[0] for x in losses))


def _listed(metrics: EvalMetric | Sequence[EvalMetric] | None) -> list[EvalMetric]:
    if metrics is None:
        return []
    return [metrics] if isinstance(metrics, EvalMetric) else list(metrics)


def _get(metric: EvalMetric) -> tuple[str, float]:
    name, value = metric.get()
    return name, value


def _required(monitor: EvalMetric | None, begin: str) -> EvalMetric:
    if not isinstance(monitor, EvalMetric):
        raise ValueError(
            f"{begin}lease provide one of the metric objects from estimator.train_metrics and "
            "estimator.val_metrics as monitor."
        )
    return monitor
