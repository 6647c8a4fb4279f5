"""Programs of modules, and what MXNet gives: ``python tests/upper/record_module.py``.

Run with MXNet 1.9.1, it writes ``mxnet-1.9.1/module.json``, and a checkpoint to the folder beside
it.  The tests run the programs too.
"""

import json
import logging
import re
import warnings
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).parent / "mxnet-1.9.1" / "module.json"
FILES = RECORDED.parent / "module"


class Lines(logging.Handler):
    """What is logged, as a list, without times."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        text = record.getMessage()
        if "Time cost" not in text and "checkpoint" not in text and "optimizer state" not in text:
            self.lines.append(re.sub(r"Speed: \S+", "Speed:", text))


def numbers(shape, seed):
    """Numbers between -1 and 1."""
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype("float32")


def labels(count=10):
    """Two classes, by the sum of an example of `numbers((count, 4), 0)`."""
    return (numbers((count, 4), 0).sum(1) > 0).astype("float32")


def start(mx, symbol, **shapes):
    """Parameters to begin with, by name, and states."""
    args, _, auxs = symbol.infer_shape(**shapes)
    found = {
        name: mx.nd.array(numbers(shape, i) * 0.5)
        for i, (name, shape) in enumerate(zip(symbol.list_arguments(), args))  # noqa: B905
        if name not in shapes and not name.endswith("label")
    }
    names = symbol.list_auxiliary_states()
    states = {
        name: mx.nd.ones(shape) if "var" in name else mx.nd.zeros(shape)
        for name, shape in zip(names, auxs)  # noqa: B905
    }
    return found, states


def shown(value):
    """Arrays as lists."""
    if isinstance(value, dict):
        return {name: shown(x) for name, x in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [shown(x) for x in value]
    return value.asnumpy().tolist() if hasattr(value, "asnumpy") else value


def mlp(mx):
    """A perceptron with one hidden layer, for two classes."""
    x = mx.sym.var("data")
    x = mx.sym.FullyConnected(x, name="fc1", num_hidden=5)
    x = mx.sym.Activation(x, name="relu1", act_type="relu")
    x = mx.sym.FullyConnected(x, name="fc2", num_hidden=2)
    return mx.sym.SoftmaxOutput(x, name="softmax")


def lenet(mx):
    """Convolution, batch normalisation, pooling, and a layer, for two classes."""
    x = mx.sym.var("data")
    x = mx.sym.Convolution(x, name="conv", kernel=(3, 3), num_filter=3, no_bias=True)
    x = mx.sym.BatchNorm(x, name="bn", fix_gamma=False)
    x = mx.sym.Activation(x, act_type="tanh")
    x = mx.sym.Pooling(x, pool_type="max", kernel=(2, 2), stride=(2, 2))
    x = mx.sym.FullyConnected(mx.sym.Flatten(x), name="fc", num_hidden=2)
    return mx.sym.SoftmaxOutput(x, name="softmax")


def fitted(mx, **kwargs):
    """The perceptron after two epochs, and its data."""
    data = mx.io.NDArrayIter(numbers((10, 4), 0), labels(), batch_size=4)
    module = mx.mod.Module(mlp(mx), **{k: kwargs.pop(k) for k in ("context",) if k in kwargs})
    args, auxs = start(mx, module.symbol, data=(4, 4))
    module.fit(
        data,
        arg_params=args,
        aux_params=auxs,
        num_epoch=2,
        optimizer_params={"learning_rate": 0.5, "momentum": 0.9, "wd": 0.01},
        **kwargs,
    )
    return module, data


def fit(mx):
    """Training with validation, callbacks of all kinds, evaluation and prediction."""
    seen = []
    data = mx.io.NDArrayIter(numbers((10, 4), 0), labels(), batch_size=4)
    module, _ = fitted(
        mx,
        eval_data=data,
        eval_metric=["acc", "ce"],
        batch_end_callback=[mx.callback.Speedometer(4, 1), lambda p: seen.append(p.nbatch)],
        epoch_end_callback=lambda epoch, symbol, args, auxs: seen.append(sorted(args)),
        eval_end_callback=lambda p: seen.append(["eval", p.epoch, p.nbatch]),
        eval_batch_end_callback=lambda p: seen.append(["batch", p.nbatch]),
    )
    return [
        seen,
        module.score(data, mx.metric.create("acc")),
        module.score(data, "mse", num_batch=1),
        shown(module.predict(data)),
        [shown(x) for x in module.predict(data, num_batch=2, merge_batches=False)],
        [len(x) for (x,) in [out for out, _, _ in module.iter_predict(data)]],
        shown(module.get_params()),
        module.output_shapes,
        [list(x) for x in module.data_shapes],
    ]


def fit_lenet(mx):
    """A small convolutional network, with an optimizer that has states."""
    data = mx.io.NDArrayIter(numbers((6, 1, 6, 6), 1), labels(6), batch_size=3)
    module = mx.mod.Module(lenet(mx), context=mx.cpu())
    args, auxs = start(mx, module.symbol, data=(3, 1, 6, 6))
    module.bind(data.provide_data, data.provide_label)
    module.init_params(arg_params=args, aux_params=auxs)
    module.init_optimizer(optimizer="adam", optimizer_params=(("learning_rate", 0.05),))
    metric = mx.metric.create("acc")
    for _ in range(2):
        data.reset()
        for batch in data:
            module.forward(batch, is_train=True)
            module.update_metric(metric, batch.label)
            module.backward()
            module.update()
    return [metric.get(), shown(module.get_params()), shown(module.predict(data))]


def resumed(mx, prefix="mlp"):
    """A module of the files of the second epoch, after the third."""
    module = mx.mod.Module.load(prefix, 2, load_optimizer_states=True)
    module.fit(
        mx.io.NDArrayIter(numbers((10, 4), 0), labels(), batch_size=4),
        num_epoch=3,
        begin_epoch=2,
        optimizer_params={"learning_rate": 0.5, "momentum": 0.9, "wd": 0.01},
    )
    return module


def resume(mx):
    """A checkpoint with the optimizer's states, from which training goes on; files' arrays."""
    module, _ = fitted(mx, epoch_end_callback=mx.callback.do_checkpoint("mlp"))
    module.save_checkpoint("mlp", 2, save_optimizer_states=True)
    again = resumed(mx)
    symbol, args, _ = mx.model.load_checkpoint("mlp", 1)
    return [
        sorted(mx.nd.load("mlp-0002.params")),
        sorted(args),
        symbol.list_arguments(),
        shown(again.get_params()),
    ]


def inference(mx):
    """A model from files: bound for prediction, batches of several sizes."""
    module, _ = fitted(mx, epoch_end_callback=mx.callback.do_checkpoint("mlp"))
    symbol, args, auxs = mx.model.load_checkpoint("mlp", 2)
    symbol = symbol.get_internals()["fc2_output"]
    module = mx.mod.Module(symbol, context=mx.cpu(), label_names=None)
    module.bind(for_training=False, data_shapes=[("data", (1, 4))])
    module.set_params(args, auxs, allow_missing=True)
    found = []
    for count in (1, 3, 1):
        module.forward(mx.io.DataBatch([mx.nd.array(numbers((count, 4), count))]), is_train=False)
        found.append(shown(module.get_outputs()[0]))
    module.reshape(data_shapes=[("data", (2, 4))])
    return [*found, module.output_shapes, module.data_names, module.output_names]


def gradients(mx):
    """Gradients of data, gradients that add up, parameters that are not learnt."""
    data = mx.io.NDArrayIter(numbers((10, 4), 0), labels(), batch_size=5)
    module = mx.mod.Module(mlp(mx), fixed_param_names=["fc1_bias", "fc1_weight"])
    module.bind(data.provide_data, data.provide_label, inputs_need_grad=True, grad_req="add")
    args, auxs = start(mx, module.symbol, data=(5, 4))
    module.init_params(arg_params=args, aux_params=auxs)
    module.init_optimizer(optimizer=mx.optimizer.SGD(learning_rate=0.5, rescale_grad=1 / 5))
    for batch in data:
        module.forward_backward(batch)
    module.update()
    return [shown(module.get_input_grads()), shown(module.get_params())]


def two_devices(mx):
    """A batch that is divided between two devices."""
    module, data = fitted(mx, context=[mx.cpu(0), mx.cpu(1)], eval_metric="acc")
    return [shown(module.get_params()), shown(module.predict(data))]


def bucketing(mx):
    """Sequences of several lengths, with the same parameters."""

    def generate(length):
        x = mx.sym.Embedding(mx.sym.var("data"), input_dim=6, output_dim=3, name="embedding")
        x = mx.sym.FullyConnected(mx.sym.mean(x, axis=1), num_hidden=2, name="fc")
        return mx.sym.SoftmaxOutput(x, name="softmax"), ("data",), ("softmax_label",)

    def batch(length):
        data = mx.nd.array(np.arange(2 * length).reshape(2, length) % 6)
        return mx.io.DataBatch(
            [data],
            [mx.nd.array([0, 1])],
            bucket_key=length,
            provide_data=[mx.io.DataDesc("data", (2, length))],
            provide_label=[mx.io.DataDesc("softmax_label", (2,))],
        )

    module = mx.mod.BucketingModule(generate, default_bucket_key=4)
    first = batch(4)
    module.bind(first.provide_data, first.provide_label)
    args, auxs = start(mx, generate(4)[0], data=(2, 4))
    module.init_params(arg_params=args, aux_params=auxs)
    module.init_optimizer(optimizer_params={"learning_rate": 0.5, "momentum": 0.5})
    metric = mx.metric.create("ce")
    found = []
    for length in (4, 2, 3, 4, 2):
        one = batch(length)
        module.prepare(one)
        module.forward_backward(one)
        module.update()
        module.update_metric(metric, one.label)
        found.append([shown(module.get_outputs()), [list(x) for x in module.data_shapes]])
    module.save_checkpoint("buckets", 1)
    again = mx.mod.BucketingModule.load("buckets", 1, generate, 4)
    again.bind(first.provide_data, first.provide_label, for_training=False)
    again.forward(first)
    return [found, metric.get(), shown(module.get_params()), shown(again.get_outputs())]


def sequential(mx):
    """Two modules, one behind the other, the second of which has the loss in Python."""
    x = mx.sym.FullyConnected(mx.sym.var("data"), name="a", num_hidden=3)
    y = mx.sym.FullyConnected(mx.sym.var("data"), name="b", num_hidden=2)
    chain = mx.mod.SequentialModule()
    chain.add(mx.mod.Module(mx.sym.tanh(x), label_names=[]))
    chain.add(mx.mod.Module(y, label_names=[]), auto_wiring=True)
    loss = mx.mod.PythonLossModule(grad_func=lambda scores, label: scores - label.reshape((-1, 1)))
    chain.add(loss, take_labels=True, auto_wiring=True)
    chain.bind([("data", (4, 4))], [("softmax_label", (4,))])
    chain.init_params(mx.init.One())
    chain.init_optimizer(optimizer_params={"learning_rate": 0.1})
    metric = mx.metric.create("loss")
    batch = mx.io.DataBatch([mx.nd.array(numbers((4, 4), 2))], [mx.nd.array([0, 1, 1, 0])])
    for _ in range(3):
        chain.forward_backward(batch)
        chain.update()
        chain.update_metric(metric, batch.label)
    return [shown(chain.get_params()), shown(chain.get_outputs()), metric.get()]


def feed_forward(mx):
    """The training of MXNet before modules."""
    symbol = mlp(mx)
    args, auxs = start(mx, symbol, data=(4, 4))
    model = mx.model.FeedForward(
        symbol,
        num_epoch=2,
        numpy_batch_size=4,
        learning_rate=0.5,
        arg_params=args,
        aux_params=auxs,
    )
    x, y = numbers((8, 4), 0), labels(8)
    data = mx.io.NDArrayIter(x, y, 4)
    model.fit(data, eval_data=(x, y))
    model.save("old")
    again = mx.model.FeedForward.load("old", 2)
    return [shown(model.arg_params), again.predict(x).tolist(), float(again.score(data))]


def monitored(mx):
    """What a monitor reports of outputs and parameters."""
    module = mx.mod.Module(mlp(mx))
    module.bind([("data", (2, 4))], [("softmax_label", (2,))])
    args, auxs = start(mx, module.symbol, data=(2, 4))
    module.init_params(arg_params=args, aux_params=auxs)
    monitor = mx.mon.Monitor(2, pattern="fc.*(output|weight)|softmax_output", sort=True)
    module.install_monitor(monitor)
    found = []
    for _ in range(3):
        monitor.tic()
        batch = mx.io.DataBatch([mx.nd.array(numbers((2, 4), 2))], [mx.nd.array([0, 1])])
        module.forward(batch, is_train=True)
        found.append([[step, name, float(text)] for step, name, text in monitor.toc()])
    return found


PROGRAMS = {
    function.__name__: function
    for function in (
        fit,
        fit_lenet,
        resume,
        inference,
        gradients,
        two_devices,
        bucketing,
        sequential,
        feed_forward,
        monitored,
    )
}


def run(mx, name):
    """What a program returns and logs; it writes files to the current folder."""
    handler, logger = Lines(), logging.getLogger()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        return [PROGRAMS[name](mx), handler.lines]
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


if __name__ == "__main__":
    import os
    import shutil
    import tempfile

    import mxnet

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        recorded = {name: run(mxnet, name) for name in PROGRAMS}
        run(mxnet, "resume")
        FILES.mkdir(exist_ok=True)
        for name in ("mlp-symbol.json", "mlp-0002.params", "mlp-0002.states"):
            shutil.copy(name, FILES / name)
        RECORDED.write_text(json.dumps(recorded) + "\n")
