"""`mx.notebook.callback`, with fake modules for pandas and bokeh, and `mx.misc`."""

from __future__ import annotations

import logging
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import ndgrad as mx
from ndgrad.notebook import callback

DATA = np.random.default_rng(0).standard_normal((12, 3)).astype("float32")
LABELS = (DATA[:, 0] > 0).astype("float32")


class Table:
    """What `PandasLogger` does with a data frame."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {}
        self.rows: list[dict[str, Any]] = []
        self.loc = self

    def __len__(self) -> int:
        return len(self.rows)

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, str):
            self.columns[key] = []
        else:
            assert key == len(self.rows)
            assert set(value) <= set(self.columns)
            self.rows.append(value)


@pytest.fixture
def pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    module: Any = ModuleType("pandas")
    module.DataFrame = Table
    monkeypatch.setitem(sys.modules, "pandas", module)


class Line:
    """What a chart does with a line of bokeh."""

    def __init__(self) -> None:
        self.data_source = self
        self.data: dict[str, list[Any]] = {}


class Figure:
    """What a chart does with a figure of bokeh."""

    def __init__(self, **arguments: object) -> None:
        self.legend = self.yaxis = type("Part", (), {})()
        self.lines: list[Line] = []

    def line(self, x: object, y: object, **arguments: object) -> Line:
        self.lines.append(Line())
        return self.lines[-1]


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch, pandas: None) -> list[str]:
    """What has been drawn, with bokeh stood in for."""
    found: list[str] = []
    bokeh, inout, plotting = map(ModuleType, ("bokeh", "bokeh.io", "bokeh.plotting"))
    vars(inout).update(
        output_notebook=lambda: found.append("opened"),
        push_notebook=lambda handle: found.append(handle),
    )
    vars(plotting).update(figure=Figure, show=lambda figure, notebook_handle: "handle")
    for module in (bokeh, inout, plotting):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return found


def fit(*callbacks: callback.HasCallbacks, epochs: int = 2) -> None:
    """Train a little, with a callback of each kind."""
    x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc")
    module = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"))
    train, test = (mx.io.NDArrayIter(DATA, LABELS, 2) for _ in range(2))
    arguments: Any = callback.args_wrapper(*callbacks)
    module.fit(train, test, num_epoch=epochs, **arguments)


def test_tables_of_a_training(pandas: None) -> None:
    log = callback.PandasLogger(2, frequent=3)
    fit(log)
    train, test, epochs = log.train_df, log.eval_df, log.epoch_df
    assert [(row["epoch"], row["minibatch_count"]) for row in train.rows] == [
        (0, 0), (0, 3), (1, 0), (1, 3),
    ]  # fmt: skip
    assert all(0 <= row["accuracy"] <= 1 for row in (*train.rows, *test.rows))
    assert [row["epoch"] for row in test.rows] == [0, 1]
    assert [set(row) for row in epochs.rows] == 2 * [{"elapsed", "epoch_time"}]
    for row in train.rows:
        assert row["batches_per_sec"] == pytest.approx(2 * row["records_per_sec"])
    assert log.all_dataframes == {"train": train, "eval": test, "epoch": epochs}


def test_a_learning_curve(pushed: list[str]) -> None:
    curve = callback.LiveLearningCurve("accuracy", display_freq=1e9, frequent=2)
    fit(curve, epochs=3)
    assert pushed == ["opened", *3 * ["handle"]]  # once an evaluation, as no time has passed
    train, test = (line.data for line in curve.fig.lines)
    assert [len(train["x"]), len(train["y"])] == [9, 9]
    assert [len(test["x"]), len(test["y"])] == [3, 3]
    assert train["x"] == sorted(train["x"])
    assert curve.fig.yaxis.axis_label == "accuracy"


def test_a_curve_that_is_drawn_at_each_batch(pushed: list[str]) -> None:
    fit(callback.LiveLearningCurve("accuracy", display_freq=-1, frequent=2), epochs=1)
    assert len(pushed) == 1 + 6 + 1


def test_a_line_of_values(pushed: list[str]) -> None:
    series = callback.LiveTimeSeries(title="loss")
    for value in (3.0, 2.0):
        series.update_chart_data(value)
    assert series.fig.lines[0].data["y"] == [3.0, 2.0]
    assert pushed == ["opened", "handle", "handle"]


def test_a_chart_that_says_nothing_of_its_own(pushed: list[str]) -> None:
    with pytest.raises(NotImplementedError, match="must be sub-classed"):
        callback.LiveBokehChart(None, "accuracy")


@pytest.mark.parametrize("name", ["pandas", "bokeh"])
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in ("pandas", "bokeh", "bokeh.io", "bokeh.plotting"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=f"{name} is not installed; pip install {name}"):
        callback.PandasLogger(2) if name == "pandas" else callback.LiveLearningCurve("accuracy")


def test_factor_scheduler(caplog: pytest.LogCaptureFixture) -> None:
    """The rate falls after each round, and what is logged is a change."""
    rate = mx.misc.FactorScheduler(10, 0.5)
    rate.base_lr = 0.4
    with caplog.at_level(logging.INFO):
        assert [rate(i) for i in (0, 9, 10, 19, 20)] == pytest.approx([0.4, 0.4, 0.2, 0.2, 0.1])
    assert [record.args for record in caplog.records] == [(10, 0.2), (20, 0.1)]
    for wrong in ((0, 0.5), (1, 1.0)):
        with pytest.raises(ValueError, match="must be"):
            mx.misc.FactorScheduler(*wrong)
    with pytest.raises(NotImplementedError):
        mx.misc.LearningRateScheduler()(1)
