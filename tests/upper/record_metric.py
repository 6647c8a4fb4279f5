"""Programs that compute metrics, and what MXNet gives: ``python tests/upper/record_metric.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/metric.json``.  `values` is what the tests run too.
"""

import json
from pathlib import Path

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "metric.json"

TWO_CLASSES = [
    ([0, 1, 1], [[0.3, 0.7], [0.0, 1.0], [0.4, 0.6]]),
    ([1, 0, 1, 0], [[0.1, 0.9], [0.8, 0.2], [0.7, 0.3], [0.4, 0.6]]),
    ([1, 0], [[0.25, 0.75], [0.5, 0.5]]),
]
COLUMN = [([[1], [0]], [[0.25, 0.75], [0.5, 0.5]])]
THREE_CLASSES = [
    ([0, 2, 1], [[0.1, 0.2, 0.7], [0.5, 0.3, 0.2], [0.3, 0.5, 0.2]]),
    ([2, 2, 0, 1], [[0.2, 0.2, 0.6], [0.1, 0.8, 0.1], [0.9, 0.1, 0.0], [0.3, 0.4, 0.3]]),
]
NUMBERS = [
    ([1, 2, 3.5], [1, 2.5, 5]),
    ([[1, 2], [3, 4.25]], [[1, 2.5], [0, 0.5]]),
    ([2, 1, 4], [[1.5], [2], [3]]),
]
VECTORS = [([1, 2, 3.5], [1, 2.5, 5]), ([[1, 2], [3, 4.25]], [[1, 2.5], [0, 0.5]])]

PROGRAMS = {
    "Accuracy()": TWO_CLASSES + COLUMN + THREE_CLASSES + [([0, 1, 1], [0, 1, 0])],
    "Accuracy(axis=-1)": THREE_CLASSES,
    "TopKAccuracy(top_k=2)": THREE_CLASSES,
    "F1()": TWO_CLASSES,
    "F1(average='micro')": TWO_CLASSES,
    "MCC()": TWO_CLASSES,
    "MCC(average='micro')": TWO_CLASSES,
    "PCC()": TWO_CLASSES + THREE_CLASSES,
    "Perplexity(None)": THREE_CLASSES,
    "Perplexity(ignore_label=2, axis=1)": THREE_CLASSES,
    "CrossEntropy()": TWO_CLASSES + COLUMN + THREE_CLASSES,
    "NegativeLogLikelihood(eps=0.1)": TWO_CLASSES,
    "MAE()": NUMBERS,
    "MSE()": NUMBERS,
    "RMSE()": NUMBERS,
    "PearsonCorrelation()": VECTORS,
    "Loss()": NUMBERS,
    "Torch()": NUMBERS,
    "Caffe()": NUMBERS,
    "create('acc')": TWO_CLASSES,
    "create('top_k_acc', top_k=2)": THREE_CLASSES,
    "create('nll_loss', eps=0.01)": TWO_CLASSES,
    "create(['acc', 'ce', ['mse']])": COLUMN,
    "create({'metric': 'mse', 'name': 'm'})": NUMBERS,
    "create(lambda label, pred: (label - pred.argmax(1)).sum())": THREE_CLASSES,
    "np(lambda label, pred: (float(label.sum()), label.size))": NUMBERS,
    "CustomMetric(lambda label, pred: float(pred.max()), name='max')": NUMBERS,
}
"""Expressions of a metric, and the batches of labels and predictions that it gets."""


def values(mx, program):
    """What a metric shows after each batch, with the local sums forgotten after the second."""
    metric = eval(program, vars(mx.metric))
    shown = [str(metric), metric.get()]
    for index, (label, pred) in enumerate(PROGRAMS[program]):
        metric.update([mx.nd.array(label)], [mx.nd.array(pred)])
        shown += [metric.get(), metric.get_global(), metric.get_name_value()]
        if index == 1:
            metric.reset_local()
            shown += [metric.get(), metric.get_global()]
    metric.reset()
    return [*shown, metric.get(), metric.get_global()]


def config(mx, program):
    """What `get_config` returns, or the name of its error."""
    try:
        return eval(program, vars(mx.metric)).get_config()
    except NotImplementedError as error:
        return type(error).__name__


if __name__ == "__main__":
    import mxnet

    recorded = {
        name: {"values": values(mxnet, name), "config": config(mxnet, name)} for name in PROGRAMS
    }
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
