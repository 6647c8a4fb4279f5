"""Functions that a training loop calls after each batch or epoch: logs and checkpoints."""

from __future__ import annotations

import logging
import math
import time

from .base import public_names
from .module import BucketingModule, Module
from .module.checkpoint import Params, save_checkpoint
from .module.events import BatchEndCallback, BatchEndParam, EpochEndCallback
from .symbol import Symbol

__all__ = [
    "LogValidationMetricsCallback",
    "ProgressBar",
    "Speedometer",
    "do_checkpoint",
    "log_train_metric",
    "module_checkpoint",
]
__dir__ = public_names(globals())


def module_checkpoint(
    mod: Module | BucketingModule,
    prefix: str,
    period: int = 1,
    save_optimizer_states: bool = False,
) -> EpochEndCallback:
    """Make a function that saves a module, for ``epoch_end_callback``.

    Parameters
    ----------
    mod : BaseModule
    prefix : str
        See `save_checkpoint`.
    period : int
        Save after every so many epochs; less than one counts as one.
    save_optimizer_states : bool
        Whether to save the optimizer's states as well.
    """
    period = max(1, int(period))

    def save(iter_no: int, sym: object = None, arg: object = None, aux: object = None) -> None:
        if (iter_no + 1) % period == 0:
            mod.save_checkpoint(prefix, iter_no + 1, save_optimizer_states)

    return save


def do_checkpoint(prefix: str, period: int = 1) -> EpochEndCallback:
    """Make a function that saves symbol and parameters, for ``epoch_end_callback``.

    Parameters
    ----------
    prefix : str
        See `save_checkpoint`.
    period : int
        Save after every so many epochs; less than one counts as one.
    """
    period = max(1, int(period))

    def save(iter_no: int, sym: Symbol | None, arg: Params, aux: Params) -> None:
        if (iter_no + 1) % period == 0:
            save_checkpoint(prefix, iter_no + 1, sym, arg, aux)

    return save


def log_train_metric(period: int, auto_reset: bool = False) -> BatchEndCallback:
    """Make a function that logs the metric, for ``batch_end_callback``.

    Parameters
    ----------
    period : int
        Log after every so many batches.
    auto_reset : bool
        Whether to reset the metric's local sums after that.
    """

    def log(param: BatchEndParam) -> None:
        if param.nbatch % period == 0 and param.eval_metric is not None:
            for name, value in param.eval_metric.get_name_value():
                logging.info(
                    "Iter[%d] Batch[%d] Train-%s=%f", param.epoch, param.nbatch, name, value
                )
            if auto_reset:
                param.eval_metric.reset_local()

    return log


class Speedometer:
    """Log the speed of training, and the metric: for ``batch_end_callback``.

    Parameters
    ----------
    batch_size : int
    frequent : int
        Log after every so many batches.
    auto_reset : bool
        Whether to reset the metric's local sums after that, so that each line is of its batches.
    """

    def __init__(self, batch_size: int, frequent: int = 50, auto_reset: bool = True) -> None:
        self.batch_size = batch_size
        self.frequent = frequent
        self.auto_reset = auto_reset
        self.last_count = 0
        self._started: float | None = None

    def __call__(self, param: BatchEndParam) -> None:
        """Log what `BatchEndParam` says, if it is time."""
        count = param.nbatch
        if self._started is None or count < self.last_count:
            self._started = time.time()
        elif count % self.frequent == 0:
            elapsed = time.time() - self._started
            speed = self.frequent * self.batch_size / elapsed if elapsed > 0 else math.inf
            self._log(param, speed)
            self._started = time.time()
        self.last_count = count

    def _log(self, param: BatchEndParam, speed: float) -> None:
        count = param.nbatch
        if param.eval_metric is None:
            logging.info("Iter[%d] Batch [%d]\tSpeed: %.2f samples/sec", param.epoch, count, speed)
            return
        pairs = param.eval_metric.get_name_value()
        first = count - self.frequent if self.auto_reset else 0
        text = "Epoch[%d] Batch [%d-%d]\tSpeed: %.2f samples/sec" + "".join(
            "\t%s=%f" for _ in pairs
        )
        values = [x for pair in pairs for x in pair]
        logging.info(text, param.epoch, first, count, speed, *values)
        if self.auto_reset:
            param.eval_metric.reset_local()


class ProgressBar:
    """Log how much of an epoch is done as a bar: for ``batch_end_callback``.

    Parameters
    ----------
    total : int
        The number of batches of an epoch.
    length : int
        The number of characters of the bar.
    """

    def __init__(self, total: int, length: int = 80) -> None:
        self.total = total
        self.bar_len = length

    def __call__(self, param: BatchEndParam) -> None:
        """Log the bar."""
        done = param.nbatch / self.total
        filled = round(self.bar_len * done)
        bar = "=" * filled + "-" * (self.bar_len - filled)
        logging.info("[%s] %s%s\r", bar, math.ceil(100 * done), "%")


class LogValidationMetricsCallback:
    """Log the metrics of validation: for ``eval_end_callback``."""

    def __call__(self, param: BatchEndParam) -> None:
        """Log a line for each metric."""
        if param.eval_metric is not None:
            for name, value in param.eval_metric.get_name_value():
                logging.info("Epoch[%d] Validation-%s=%f", param.epoch, name, value)
