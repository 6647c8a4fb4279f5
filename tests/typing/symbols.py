"""Symbols and a module, as type checkers see them."""

from __future__ import annotations

from typing import assert_type

import numpy as np

import ndgrad as mx


def network() -> mx.sym.Symbol:
    data = mx.sym.var("data")
    hidden = mx.sym.FullyConnected(data, num_hidden=16, name="fc1")
    hidden = mx.sym.Activation(hidden, act_type="relu", attr={"stage": "1"})
    hidden = mx.sym.BatchNorm(data=hidden, fix_gamma=False) * 2 + 1
    scores = mx.sym.FullyConnected(data=hidden, num_hidden=2, name="fc2")
    return mx.sym.SoftmaxOutput(scores, name="softmax", normalization="batch")


def train() -> float:
    x = np.zeros((20, 4), "float32")
    batches = mx.io.NDArrayIter(x, np.zeros(20), batch_size=5, shuffle=True)
    module = mx.mod.Module(network(), data_names=["data"], label_names=["softmax_label"])
    module.fit(
        batches,
        eval_metric="acc",
        optimizer="sgd",
        optimizer_params={"learning_rate": 0.1},
        initializer=mx.init.Uniform(0.1),
        batch_end_callback=mx.callback.Speedometer(5, 10),
        num_epoch=2,
    )
    arguments, _ = module.get_params()
    return float(arguments["fc1_weight"].sum().asscalar())


def parts() -> None:
    x = mx.sym.var("x", shape=(2, 3))
    assert_type(x + 1, mx.sym.Symbol)
    assert_type(1 - x, mx.sym.Symbol)
    assert_type(x.reshape((3, 2)).sum(axis=0), mx.sym.Symbol)
    assert_type(mx.sym.Concat(x, x, dim=0), mx.sym.Symbol)
    assert_type(mx.sym.Group([x, x]).list_outputs(), list[str])
    assert_type(mx.sym.random.uniform(0, 1, shape=(2,)), mx.sym.Symbol)
    assert_type(mx.sym.contrib.box_iou(x, x), mx.sym.Symbol)
    assert_type(mx.symbol.op.tanh(x), mx.sym.Symbol)
    assert_type(x.eval(x=mx.nd.ones((2, 3))), list[mx.nd.NDArray])
