"""Metrics: values recorded from MXNet, arrays by name, wrong shapes."""

import json
import math

import numpy as np
import pytest
from record_metric import PROGRAMS, RECORDED, config, values

import ndgrad as mx
from ndgrad import metric, nd

RECORDS = json.loads(RECORDED.read_text())
LABEL = nd.array([0, 1, 1])
PRED = nd.array([[0.3, 0.7], [0.0, 1.0], [0.4, 0.6]])


def flat(value):
    """The strings and numbers in nested lists and tuples."""
    if isinstance(value, (list, tuple)):
        return [x for part in value for x in flat(part)]
    return [value]


@pytest.mark.parametrize("program", PROGRAMS)
def test_values_are_those_of_mxnet(program):
    got, recorded = flat(values(mx, program)), flat(RECORDS[program]["values"])
    assert len(got) == len(recorded)
    for a, b in zip(got, recorded, strict=True):
        assert a == b if isinstance(b, str) else a == pytest.approx(b, rel=2e-6, nan_ok=True)


@pytest.mark.parametrize("program", PROGRAMS)
def test_configurations_are_those_of_mxnet(program):
    assert config(mx, program) == RECORDS[program]["config"]


def test_a_configuration_makes_an_equal_metric():
    made = metric.create(metric.CrossEntropy(eps=0.5, name="entropy").get_config())
    assert (type(made), made.eps, made.name) == (metric.CrossEntropy, 0.5, "entropy")


def test_micro_average_of_pearson_is_the_correlation_of_all_elements():
    micro = metric.PearsonCorrelation(average="micro")
    labels, preds = np.random.RandomState(0).normal(size=(2, 3, 5)).astype("float32")
    for label, pred in zip(labels, preds, strict=True):
        micro.update([nd.array(label)], [nd.array(pred)])
    expected = np.corrcoef(labels.ravel(), preds.ravel())[0, 1]
    assert micro.get()[1] == pytest.approx(expected)
    micro.reset_local()
    assert math.isnan(micro.get()[1]) and micro.get_global()[1] == pytest.approx(expected)


@pytest.mark.parametrize("name", ["F1", "MCC"])
def test_labels_in_a_column_count_once(name):
    """MXNet compares each label with each prediction then."""
    column, row = (getattr(metric, name)(average="micro") for _ in range(2))
    column.update([LABEL.reshape((3, 1))], [PRED])
    row.update([LABEL], [PRED])
    assert column.num_inst == 3 and column.get() == row.get()


def test_more_best_classes_than_there_are():
    """Refused by NumPy in MXNet."""
    best = metric.TopKAccuracy(5)
    best.update([LABEL], [PRED])
    assert best.get() == ("top_k_accuracy_5", 1.0)


def test_perplexity_of_sequences():
    """Refused by MXNet: `pick` of labels that are a vector."""
    pred = nd.array(np.random.RandomState(0).uniform(0, 1, (2, 3, 4)))
    label = nd.array([[0, 1, 2], [3, 0, 1]])
    whole, rows = metric.Perplexity(0), metric.Perplexity(0)
    whole.update([label], [pred])
    rows.update([label.reshape((-1,))], [pred.reshape((-1, 4))])
    assert whole.get() == rows.get() and whole.num_inst == 4


def test_update_dict_takes_arrays_by_name():
    parts = [
        metric.Accuracy(output_names=["prob"], label_names=["class"]),
        metric.Loss(output_names=["loss"], label_names=["class"]),
    ]
    both = metric.CompositeEvalMetric(parts, output_names=["prob", "loss"], label_names=["class"])
    both.update_dict(
        {"class": LABEL, "weight": LABEL}, {"prob": PRED, "loss": LABEL, "hidden": PRED}
    )
    assert both.get() == (["accuracy", "loss"], [pytest.approx(2 / 3), pytest.approx(2 / 3)])
    with pytest.raises(KeyError, match="accuracy: no prediction named 'prob'"):
        both.update_dict({"class": LABEL}, {"loss": LABEL})


def test_numpy_arrays_and_single_arrays_count_too():
    accuracy = metric.Accuracy()
    accuracy.update(LABEL.asnumpy(), PRED.asnumpy())
    accuracy.update(LABEL, PRED)
    assert accuracy.get() == ("accuracy", pytest.approx(2 / 3))


def test_a_metric_of_ones_own():
    @metric.register
    @metric.alias("count_of_batches")
    class Batches(metric.EvalMetric):
        def update(self, labels, preds):
            self.sum_metric += len(preds)
            self.num_inst += 1

    made = metric.create("Count_of_Batches", "batches")
    made.update([LABEL], [PRED, PRED])
    assert isinstance(made, Batches) and made.get_global() == ("batches", 2.0)
    with pytest.warns(UserWarning, match="overriding existing metric .*Batches"):
        metric.register(type("Batches", (metric.EvalMetric,), {}))


@pytest.mark.parametrize("as_pair", [tuple, list])
def test_a_metric_of_ones_own_may_have_some_values(as_pair):
    class Tasks(mx.metric.EvalMetric):
        def reset(self):
            self.sums = [0.0, 0.0]

        def update(self, labels, preds):
            self.sums = [total + 1.5 for total in self.sums]

        def get(self):
            return as_pair(["a", "b"]), as_pair(self.sums)

        def get_name_value(self):
            return list(zip(*self.get(), strict=True))

    metric = Tasks("tasks")
    metric.update([], [])
    expected = [("a", 1.5), ("b", 1.5)]
    assert metric.get_global_name_value() == metric.get_name_value() == expected
    accuracy = mx.metric.Accuracy()
    accuracy.update([nd.array([1])], [nd.array([[0, 1]])])
    both = mx.metric.CompositeEvalMetric([metric, accuracy])
    assert both.get_name_value() == both.get_global_name_value() == [*expected, ("accuracy", 1.0)]


@pytest.mark.parametrize(
    ("make", "label", "pred", "error", "text"),
    [
        ("Accuracy()", (2,), (3, 2), ValueError, "Shape of labels 2 .* predictions 3"),
        ("TopKAccuracy(2)", (3,), (3, 2, 2), AssertionError, r"\(3, 2, 2\); expected two axes"),
        ("F1()", (3,), (3,), ValueError, r"F1: predictions have shape \(3,\)"),
        ("MCC()", (2,), (3, 2), ValueError, "Shape of labels 2 .* predictions 3"),
        ("Perplexity(None)", (2,), (3, 2), AssertionError, r"perplexity: .*\(2,\).*\(3, 2\)"),
        ("CrossEntropy()", (2,), (3, 2), AssertionError, r"cross-entropy: .*\(2,\).*\(3, 2\)"),
        ("MAE()", (3,), (2,), ValueError, r"mae: labels of shape \(3,\) .* \(2,\) do not fit"),
        ("PearsonCorrelation()", (3,), (3, 2), ValueError, r"labels \(3,\) .* \(3, 2\)"),
    ],
)
def test_wrong_shapes(make, label, pred, error, text):
    made = eval(make, vars(metric))
    with pytest.raises(error, match=text):
        made.update([nd.zeros(label)], [nd.zeros(pred)])
    assert math.isnan(made.get()[1])


def test_wrong_labels():
    with pytest.raises(IndexError, match="labels go from 0 to 5, predictions have 2 classes"):
        metric.CrossEntropy().update([nd.array([0, 5])], [nd.zeros((2, 2))])
    with pytest.raises(ValueError, match=r"F1 .*binary.* labels have the values \[0, 1, 2\]"):
        metric.F1().update([nd.array([0, 1, 2])], [nd.zeros((3, 2))])
    with pytest.raises(ValueError, match="Shape of labels 1 does not match"):
        metric.Accuracy().update([LABEL], [PRED, PRED])


def test_wrong_names():
    with pytest.raises(ValueError, match="metric 'nope', expected one of acc, "):
        metric.create("nope")
    with pytest.raises(TypeError, match="metric must be a name"):
        metric.create(3)
    with pytest.raises(AssertionError, match="top_k=1; for one class there is Accuracy"):
        metric.TopKAccuracy()
    with pytest.raises(ValueError, match="Metric index 5 is out of range 0 and 1"):
        metric.create(["acc"]).get_metric(5)
