"""`LogMetricsCallback`: metrics of `Module.fit` as files of TensorBoard."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ..base import public_names

if TYPE_CHECKING:
    from ..module.events import BatchEndParam

__all__ = ["LogMetricsCallback"]
__dir__ = public_names(globals())


class LogMetricsCallback:
    """Write the metrics of a training, or of an evaluation, to files of TensorBoard.

    It is called at the end of batches or of an evaluation, and writes what the metrics are by then,
    under the number of the epoch.

    Parameters
    ----------
    logging_dir : str
        The folder of the files.
    prefix : str, optional
        Begins the names, as ``prefix-accuracy``.

    Raises
    ------
    ImportError
        If mxboard, which writes the files, is not installed.

    Examples
    --------
    >>> import ndgrad as mx
    >>> log = mx.contrib.tensorboard.LogMetricsCallback("logs/train")  # doctest: +SKIP
    >>> module.fit(data, num_epoch=5, batch_end_callback=[log])  # doctest: +SKIP
    """

    def __init__(self, logging_dir: str, prefix: str | None = None) -> None:
        self.prefix = prefix
        try:
            writer = importlib.import_module("mxboard").SummaryWriter
        except ImportError as error:
            raise ImportError(
                "LogMetricsCallback: mxboard is not installed; pip install mxboard"
            ) from error
        self.summary_writer = writer(logging_dir)

    def __call__(self, param: BatchEndParam) -> None:
        """Write the values of all metrics."""
        if param.eval_metric is None:
            return
        for name, value in param.eval_metric.get_name_value():
            full = name if self.prefix is None else f"{self.prefix}-{name}"
            self.summary_writer.add_scalar(full, value, global_step=param.epoch)
