"""Programs that train with an `Estimator`, which MXNet and the tests run alike.

Each function takes MXNet or ndgrad, and a folder for files, and returns what `json` can write.
"""

import logging
import os
import re

PROGRAMS = {}


def program(function):
    """Add a function to `PROGRAMS`."""
    PROGRAMS[function.__name__] = function
    return function


class _Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        text = re.sub(r"\d+\.\d+s|total \d+s", "TIME", record.getMessage())
        self.lines.append(re.sub(r"at \S*/\S*", "at FOLDER", text).strip())


def loader(mx):
    """Four batches, the last one of them smaller."""
    x = mx.nd.array([[(3 * i + 5 * j) % 7 - 3 for j in range(3)] for i in range(20)])
    samples = mx.gluon.data.ArrayDataset(x, x.sum(axis=1) > 0)
    return mx.gluon.data.DataLoader(samples, batch_size=6)


def estimator(mx, **kwargs):
    """An estimator of a small network, and the lines that it logs."""
    nn = mx.gluon.nn
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(3, activation="tanh"), nn.Dense(2))
    net.hybridize()
    net.initialize(mx.init.Constant(0.1))
    net(mx.nd.ones((1, 3)))
    weight = net[1].weight
    weight.set_data(mx.nd.arange(6).reshape((2, 3)) / 4)
    kwargs.setdefault("loss", mx.gluon.loss.SoftmaxCrossEntropyLoss())
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    made = mx.gluon.contrib.estimator.Estimator(net, trainer=trainer, context=mx.cpu(), **kwargs)
    lines = _Lines()
    made.logger.handlers = [lines]
    return made, lines.lines


@program
def defaults(mx, folder):
    made, lines = estimator(mx)
    made.fit(loader(mx), val_data=loader(mx), epochs=2)
    made.evaluate(loader(mx))
    made.fit(loader(mx), batches=5)
    metrics = [*made.train_metrics, *made.val_metrics]
    return [lines, [metric.name for metric in metrics], made.max_epoch, made.max_batch]


@program
def logs(mx, folder):
    handlers = mx.gluon.contrib.estimator
    made, lines = estimator(mx, train_metrics=mx.metric.Accuracy())
    log = handlers.LoggingHandler(log_interval=2, metrics=made.train_metrics)
    made.fit(loader(mx), epochs=2, event_handlers=log)
    made.fit(loader(mx), epochs=1, event_handlers=[handlers.LoggingHandler()])
    return lines


@program
def validation(mx, folder):
    handlers = mx.gluon.contrib.estimator
    made, _ = estimator(mx)
    seen = []
    handler = handlers.ValidationHandler(
        loader(mx), lambda **kwargs: seen.append(sorted(kwargs)), epoch_period=2, batch_period=3
    )
    made.fit(loader(mx), epochs=4, event_handlers=[handler])
    return seen


@program
def events(mx, folder):
    part = mx.gluon.contrib.estimator
    seen = []

    class Record(
        part.TrainBegin,
        part.TrainEnd,
        part.EpochBegin,
        part.EpochEnd,
        part.BatchBegin,
        part.BatchEnd,
    ):
        def train_begin(self, estimator, *args, **kwargs):
            seen.append("train begin")

        def train_end(self, estimator, *args, **kwargs):
            seen.append("train end")

        def epoch_begin(self, estimator, *args, **kwargs):
            seen.append("epoch begin")

        def epoch_end(self, estimator, *args, **kwargs):
            seen.append("epoch end")

        def batch_begin(self, estimator, *args, **kwargs):
            seen.append(["batch begin", sorted(kwargs)])

        def batch_end(self, estimator, *args, **kwargs):
            seen.append(["batch end", sorted(kwargs), list(kwargs["pred"][0].shape)])

    class Short(part.BatchEnd):
        def batch_end(self, estimator, *args, **kwargs):
            return True

    made, _ = estimator(mx)
    made.fit(loader(mx), batches=5, event_handlers=Record())
    made.fit(loader(mx), epochs=2, event_handlers=[Short(), Record()])
    made.evaluate(loader(mx), event_handlers=[Record()])
    return seen


@program
def checkpoints(mx, folder):
    part = mx.gluon.contrib.estimator
    found = []
    made, lines = estimator(mx)
    handler = part.CheckpointHandler(str(folder), "a", verbose=0, max_checkpoints=2)
    made.fit(loader(mx), epochs=3, event_handlers=[handler])
    found.append(sorted(os.listdir(folder)))
    made, lines = estimator(mx)
    handler = part.CheckpointHandler(str(folder), "a", resume_from_checkpoint=True)
    made.fit(loader(mx), epochs=4, event_handlers=[handler])
    found += [lines, sorted(os.listdir(folder)), made.max_epoch]
    made, lines = estimator(mx)
    handler = part.CheckpointHandler(
        str(folder), "b", batch_period=2, epoch_period=None, max_checkpoints=9
    )
    made.fit(loader(mx), batches=5, event_handlers=[handler])
    made, lines = estimator(mx)
    handler = part.CheckpointHandler(
        str(folder), "b", batch_period=2, epoch_period=None, resume_from_checkpoint=True
    )
    made.fit(loader(mx), batches=8, event_handlers=[handler])
    return [*found, lines, sorted(name for name in os.listdir(folder) if name[0] == "b")]


@program
def stopping(mx, folder):
    part = mx.gluon.contrib.estimator
    found = []
    for given in ({"patience": 2, "mode": "min"}, {"baseline": 0.99, "mode": "max", "patience": 1},
                  {"mode": "min", "min_delta": 9}):  # fmt: skip
        made, _ = estimator(mx)
        handler = part.EarlyStoppingHandler(made.train_metrics[1], **given)
        made.fit(loader(mx), epochs=6, event_handlers=[handler])
        found.append([handler.wait, handler.stopped_epoch, handler.current_epoch])
    return found


@program
def errors(mx, folder):
    part, gluon = mx.gluon.contrib.estimator, mx.gluon
    made, _ = estimator(mx)
    data, net, loss = loader(mx), made.net, made.loss
    foreign = mx.metric.Accuracy()
    calls = [
        lambda: part.Estimator(net, 3, trainer=made.trainer),
        lambda: part.Estimator(net, loss, train_metrics=[3], trainer=made.trainer),
        lambda: part.Estimator(net, loss, context=3, trainer=made.trainer),
        lambda: part.Estimator(net, loss, context=[3], trainer=made.trainer),
        lambda: part.Estimator(net, loss, trainer=3),
        lambda: part.Estimator(net, loss, trainer=made.trainer, batch_processor=3),
        lambda: part.Estimator(net, loss, trainer=made.trainer, val_loss=gluon.loss.L2Loss()),
        lambda: made.fit(data),
        lambda: made.fit(data, epochs=1, batches=2),
        lambda: made.fit([1, 2], epochs=1),
        lambda: made.evaluate([1]),
        lambda: made.fit(data, epochs=1, event_handlers=[3]),
        lambda: made.fit(data, epochs=1, event_handlers=[part.MetricHandler([foreign])]),
        lambda: made.fit(data, epochs=1, event_handlers=[part.LoggingHandler(metrics=[foreign])]),
        lambda: part.CheckpointHandler(str(folder), save_best=True),
        lambda: part.LoggingHandler(log_interval="x"),
        lambda: part.EarlyStoppingHandler(3),
    ]
    found = []
    for call in calls:
        try:
            call()
            found.append("none")
        except Exception as error:
            found.append(type(error).__name__)
    return found
