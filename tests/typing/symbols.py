"""Symbols and a module, as type checkers see them."""

from __future__ import annotations

from typing import assert_type

import numpy as np

import ndgrad as mx
from ndgrad.typing import (
    BatchEndCallback,
    DataIterLike,
    DataShapes,
    KVStoreLike,
    MetricLike,
    OptimizerLike,
)


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


def root_error(label: np.ndarray, pred: np.ndarray) -> float:
    return float(np.sqrt(((label - pred) ** 2).mean()))


def report(param: mx.model.BatchEndParam) -> None:
    for name, value in param.eval_metric.get_name_value():
        print(param.epoch, name, f"{value:.3f}")


class Ones(mx.io.DataIter):
    @property
    def provide_data(self) -> DataShapes:
        return [mx.io.DataDesc("data", (4, 2))]

    @property
    def provide_label(self) -> DataShapes:
        return [("softmax_label", (4,))]

    def next(self) -> mx.io.DataBatch:
        return mx.io.DataBatch([mx.nd.ones((4, 2))], [mx.nd.ones(4)])


def trained(
    batches: DataIterLike,
    metric: MetricLike = "acc",
    optimizer: OptimizerLike = "sgd",
    kvstore: KVStoreLike = None,
    callback: BatchEndCallback | None = None,
) -> mx.mod.Module:
    module = mx.mod.Module(network())
    module.fit(
        batches,
        eval_metric=metric,
        kvstore=kvstore,
        optimizer=optimizer,
        batch_end_callback=callback,
        epoch_end_callback=[mx.callback.do_checkpoint("model")],
        num_epoch=1,
    )
    return module


def modules() -> None:
    module = trained(Ones(4), ["acc", root_error], mx.optimizer.Adam(wd=0.1), "local", report)
    assert_type(module.score(Ones(4), "acc"), list[tuple[str, float]])
    assert_type(module.get_params()[0]["fc1_weight"], mx.nd.NDArray)
    module.get_outputs()[0].asnumpy()
    module.predict(Ones(4)).argmax(axis=1)
    name, value = mx.metric.create(root_error).get()
    print(name.upper(), f"{value:.3f}")
    store = mx.kv.create("device")
    store.init(["a", "b"], [mx.nd.ones(2), mx.nd.ones(3)])


def loops() -> None:
    x, start = mx.sym.var("x"), mx.sym.var("start")
    sums, last = mx.sym.contrib.foreach(lambda a, total: (total + a, [total + a]), x, start)
    assert_type(sums, mx.sym.Symbol)
    cell = mx.rnn.LSTMCell(8, prefix="lstm_")
    outputs, states = cell.unroll(3, x, merge_outputs=True)
    print((outputs + 1).name, states[0].name, last[0].name)


def parts() -> None:
    x = mx.sym.var("x", shape=(2, 3))
    assert_type(x + 1, mx.sym.Symbol)
    means = mx.sym.np.mean(mx.sym.np.exp(x) * 2, axis=0, name="means")
    assert_type(mx.sym.npx.relu(means).list_outputs(), list[str])
    assert_type(1 - x, mx.sym.Symbol)
    assert_type(x.reshape((3, 2)).sum(axis=0), mx.sym.Symbol)
    assert_type(mx.sym.Concat(x, x, dim=0), mx.sym.Symbol)
    assert_type(mx.sym.Group([x, x]).list_outputs(), list[str])
    assert_type(mx.sym.random.uniform(0, 1, shape=(2,)), mx.sym.Symbol)
    assert_type(mx.sym.contrib.box_iou(x, x), mx.sym.Symbol)
    assert_type(mx.symbol.op.tanh(x), mx.sym.Symbol)
    for shape in x.infer_shape()[0]:
        print(len(shape))
    assert_type(x.eval(x=mx.nd.ones((2, 3))), list[mx.nd.NDArray])
