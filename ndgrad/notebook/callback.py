"""Callbacks of `Module.fit` that keep metrics as tables of pandas, and draw them by bokeh.

Either library is imported when it is first needed, and is not installed with ndgrad.
"""

from __future__ import annotations

import datetime
import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ..base import public_names

if TYPE_CHECKING:
    from ..module.events import BatchEndParam

__all__ = ["LiveBokehChart", "LiveLearningCurve", "LiveTimeSeries", "PandasLogger", "args_wrapper"]
__dir__ = public_names(globals())

Callbacks: TypeAlias = dict[str, Callable[..., None]]
"""Arguments of `Module.fit` that are called."""

Foreign: TypeAlias = Any
"""A module or an object of a library that may not be there."""


class HasCallbacks(Protocol):
    """What `args_wrapper` takes."""

    def callback_args(self) -> Callbacks:
        """Return arguments of `Module.fit`."""


def _library(user: str, name: str) -> Foreign:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        root = name.partition(".")[0]
        raise ImportError(f"{user}: {root} is not installed; pip install {root}") from error


def _values(param: BatchEndParam) -> dict[str, object]:
    """The metrics of a batch, which begin anew."""
    if param.eval_metric is None:
        return {}
    values: dict[str, object] = dict(param.eval_metric.get_name_value())
    param.eval_metric.reset()
    return values


class PandasLogger:
    """Keep metrics and times of a training in three tables: ``train``, ``eval`` and ``epoch``.

    Parameters
    ----------
    batch_size : int
        How many examples a batch has.
    frequent : int
        After how many batches of training there is a row; of an evaluation there is one.

    Raises
    ------
    ImportError
        If pandas is not installed.

    Examples
    --------
    >>> import ndgrad as mx
    >>> log = mx.notebook.callback.PandasLogger(32)  # doctest: +SKIP
    >>> module.fit(data, num_epoch=5, **log.callback_args())  # doctest: +SKIP
    >>> log.train_df.accuracy.plot()  # doctest: +SKIP
    """

    def __init__(self, batch_size: int, frequent: int = 50) -> None:
        pandas = _library("PandasLogger", "pandas")
        self.batch_size = batch_size
        self.frequent = frequent
        self._dataframes: dict[str, Foreign] = {
            name: pandas.DataFrame() for name in ("train", "eval", "epoch")
        }
        self.last_time = time.time()
        self.start_time = datetime.datetime.now()
        self.last_epoch_time = self.start_time

    @property
    def train_df(self) -> Foreign:
        """Metrics of batches of training."""
        return self._dataframes["train"]

    @property
    def eval_df(self) -> Foreign:
        """Metrics of evaluations."""
        return self._dataframes["eval"]

    @property
    def epoch_df(self) -> Foreign:
        """Times of epochs."""
        return self._dataframes["epoch"]

    @property
    def all_dataframes(self) -> dict[str, Foreign]:
        """The three tables by name."""
        return self._dataframes

    def elapsed(self) -> datetime.timedelta:
        """Return the time since this was made."""
        return datetime.datetime.now() - self.start_time

    def append_metrics(self, metrics: Mapping[str, object], df_name: str) -> None:
        """Add a row to a table, and columns for metrics that it has not had."""
        table = self._dataframes[df_name]
        for name in metrics:
            if name not in table.columns:
                table[name] = None
        table.loc[len(table)] = dict(metrics)

    def train_cb(self, param: BatchEndParam) -> None:
        """Add a row after a batch of training, if it is time."""
        if param.nbatch % self.frequent == 0:
            self._process_batch(param, "train")

    def eval_cb(self, param: BatchEndParam) -> None:
        """Add a row after an evaluation."""
        self._process_batch(param, "eval")

    def _process_batch(self, param: BatchEndParam, dataframe: str) -> None:
        now = time.time()
        metrics = _values(param)
        passed = now - self.last_time
        speed = self.frequent / passed if passed else float("inf")
        # Under the names that MXNet gives the two.
        metrics["batches_per_sec"] = speed * self.batch_size
        metrics["records_per_sec"] = speed
        metrics["elapsed"] = self.elapsed()
        metrics["minibatch_count"] = param.nbatch
        metrics["epoch"] = param.epoch
        self.append_metrics(metrics, dataframe)
        self.last_time = now

    def epoch_cb(self, *_: object) -> None:
        """Add a row after an epoch."""
        now = datetime.datetime.now()
        times = {"elapsed": self.elapsed(), "epoch_time": now - self.last_epoch_time}
        self.append_metrics(times, "epoch")
        self.last_epoch_time = now

    def callback_args(self) -> Callbacks:
        """Return the arguments by which `Module.fit` calls this."""
        return {
            "batch_end_callback": self.train_cb,
            "eval_end_callback": self.eval_cb,
            "epoch_end_callback": self.epoch_cb,
        }


class LiveBokehChart:
    """A chart in a notebook that is drawn anew during a training; a subclass says what it shows.

    Parameters
    ----------
    pandas_logger : PandasLogger, optional
        By default one of *batch_size* and *frequent*.
    metric_name : str
    display_freq : float
        After how many seconds it is drawn anew.
    batch_size, frequent : int
        See `PandasLogger`.

    Raises
    ------
    ImportError
        If bokeh, or pandas, is not installed.
    """

    def __init__(
        self,
        pandas_logger: PandasLogger | None,
        metric_name: str | None,
        display_freq: float = 10,
        batch_size: int | None = None,
        frequent: int = 50,
    ) -> None:
        self._io = _library(type(self).__name__, "bokeh.io")
        self.pandas_logger = pandas_logger or PandasLogger(batch_size or 1, frequent)
        self.display_freq = display_freq
        self.last_update = time.time()
        self.metric_name = metric_name
        self._io.output_notebook()
        self.handle = self.setup_chart()

    def setup_chart(self) -> Foreign:
        """Draw the chart, and return bokeh's handle of it."""
        raise NotImplementedError("Incomplete base class: LiveBokehChart must be sub-classed")

    def update_chart_data(self) -> None:
        """Give the chart its data."""
        raise NotImplementedError("Incomplete base class: LiveBokehChart must be sub-classed")

    def interval_elapsed(self) -> bool:
        """Return whether it is time to draw."""
        return time.time() - self.last_update > self.display_freq

    def _push_render(self) -> None:
        self._io.push_notebook(handle=self.handle)
        self.last_update = time.time()

    def _do_update(self) -> None:
        self.update_chart_data()
        self._push_render()

    def batch_cb(self, param: BatchEndParam) -> None:
        """Draw after a batch, if it is time."""
        if self.interval_elapsed():
            self._do_update()

    def eval_cb(self, param: BatchEndParam) -> None:
        """Draw after an evaluation."""
        self._do_update()

    def callback_args(self) -> Callbacks:
        """Return the arguments by which `Module.fit` calls this."""
        return {"batch_end_callback": self.batch_cb, "eval_end_callback": self.eval_cb}


class LiveTimeSeries(LiveBokehChart):
    """A line through the values that `update_chart_data` is called with, by time.

    Parameters
    ----------
    **fig_params
        Arguments of ``bokeh.plotting.figure``.
    """

    def __init__(self, **fig_params: object) -> None:
        self._plotting = _library("LiveTimeSeries", "bokeh.plotting")
        self.fig: Foreign = self._plotting.figure(
            x_axis_type="datetime", x_axis_label="Elapsed time", **fig_params
        )
        super().__init__(None, None)

    def setup_chart(self) -> Foreign:
        self.start_time = datetime.datetime.now()
        self.x_axis_val: list[datetime.timedelta] = []
        self.y_axis_val: list[float] = []
        self._line: Foreign = self.fig.line(self.x_axis_val, self.y_axis_val)
        return self._plotting.show(self.fig, notebook_handle=True)

    def elapsed(self) -> datetime.timedelta:
        """Return the time since this was made."""
        return datetime.datetime.now() - self.start_time

    def update_chart_data(self, value: float | None = None) -> None:
        """Add a value, and draw."""
        if value is None:
            return
        self.x_axis_val.append(self.elapsed())
        self.y_axis_val.append(value)
        _show(self._line, self.x_axis_val, self.y_axis_val)
        self._push_render()


class LiveLearningCurve(LiveBokehChart):
    """A metric of training and of evaluations by time, while `Module.fit` runs.

    Parameters
    ----------
    metric_name : str
        Its name as in `EvalMetric.get_name_value`.
    display_freq : float
        After how many seconds it is drawn anew.
    frequent : int
        After how many batches of training there is a point.
    """

    def __init__(self, metric_name: str, display_freq: float = 10, frequent: int = 50) -> None:
        self.frequent = frequent
        self.start_time = datetime.datetime.now()
        self._data: dict[str, dict[str, list[object]]] = {
            "train": {"elapsed": []},
            "eval": {"elapsed": []},
        }
        super().__init__(None, metric_name, display_freq, None, frequent)

    def setup_chart(self) -> Foreign:
        plotting = _library("LiveLearningCurve", "bokeh.plotting")
        self.fig: Foreign = plotting.figure(x_axis_type="datetime", x_axis_label="Training time")
        self._lines: dict[str, Foreign] = {
            "train": self.fig.line([], [], line_dash="dotted", alpha=0.3, legend_label="train"),
            "eval": self.fig.line(
                [], [], line_color="green", line_width=2, legend_label="validation"
            ),
        }
        self.fig.legend.location = "bottom_right"
        self.fig.yaxis.axis_label = self.metric_name
        return plotting.show(self.fig, notebook_handle=True)

    def batch_cb(self, param: BatchEndParam) -> None:
        if param.nbatch % self.frequent == 0:
            self._process_batch(param, "train")
        super().batch_cb(param)

    def eval_cb(self, param: BatchEndParam) -> None:
        self._process_batch(param, "eval")
        super().eval_cb(param)

    def _process_batch(self, param: BatchEndParam, df_name: str) -> None:
        metrics = _values(param)
        metrics["elapsed"] = datetime.datetime.now() - self.start_time
        for key, value in metrics.items():
            self._data[df_name].setdefault(key, []).append(value)

    def update_chart_data(self) -> None:
        for name, line in self._lines.items():
            table = self._data[name]
            _show(line, table["elapsed"], table.get(str(self.metric_name), []))


def _show(line: Foreign, x: Sequence[object], y: Sequence[object]) -> None:
    """Give a line all its points at once, which bokeh wants to be as many."""
    line.data_source.data = {"x": list(x), "y": list(y)}


def args_wrapper(*args: HasCallbacks) -> dict[str, list[Callable[..., None]]]:
    """Return arguments by which `Module.fit` calls several of these.

    Examples
    --------
    >>> from ndgrad.notebook.callback import PandasLogger, args_wrapper
    >>> module.fit(data, num_epoch=5, **args_wrapper(log, curve))  # doctest: +SKIP
    """
    found: dict[str, list[Callable[..., None]]] = {}
    for callback in args:
        for name, function in callback.callback_args().items():
            found.setdefault(name, []).append(function)
    return found
