"""Estimators and their handlers: programs recorded from MXNet, and what MXNet does otherwise."""

import json
import math
import pathlib

import estimator_programs
import pytest

import ndgrad as mx
from ndgrad import nd
from ndgrad.gluon import loss, nn
from ndgrad.gluon.contrib import estimator as parts

RECORDED = json.loads(
    (pathlib.Path(__file__).parent / "mxnet-1.9.1" / "estimator.json").read_text()
)


@pytest.mark.parametrize("name", estimator_programs.PROGRAMS)
def test_programs_give_what_mxnet_gives(name, tmp_path):
    with mx.name.NameManager():
        found = estimator_programs.PROGRAMS[name](mx, tmp_path)
    assert json.loads(json.dumps(found)) == RECORDED[name]


def test_the_best_network_is_kept(tmp_path):
    made, lines = estimator_programs.estimator(mx)
    monitor = made.train_metrics[1]
    handler = parts.CheckpointHandler(
        str(tmp_path), "m", monitor=monitor, save_best=True, verbose=1, max_checkpoints=1
    )
    made.fit(estimator_programs.loader(mx), epochs=2, event_handlers=handler)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "m-best.params",
        "m-best.states",
        "m-epoch1batch8.params",
        "m-epoch1batch8.states",
        "m-symbol.json",
    ]
    improved = [line for line in lines if "improved from" in line]
    assert "softmaxcrossentropyloss improved from inf to 0.41" in improved[0]
    best = estimator_programs.estimator(mx)[0].net
    best.load_parameters(str(tmp_path / "m-best.params"))
    x = nd.ones((1, 3))
    assert (best(x) == made.net(x)).asnumpy().all()


def test_less_is_better_for_losses_by_default():
    made, _ = estimator_programs.estimator(mx)
    handler = parts.EarlyStoppingHandler(made.train_metrics[1])
    made.fit(estimator_programs.loader(mx), epochs=4, event_handlers=handler)
    assert handler.current_epoch == 4 and not handler.stop_training
    with pytest.warns(RuntimeWarning, match="mode less is unknown"):
        parts.EarlyStoppingHandler(made.train_metrics[1], mode="less")


def test_metrics_that_are_not_updated_are_a_warning():
    made, _ = estimator_programs.estimator(mx)
    handler = parts.EarlyStoppingHandler(mx.metric.Accuracy())
    with pytest.warns(RuntimeWarning, match="accuracy is not updated"):
        made.fit(estimator_programs.loader(mx), epochs=1, event_handlers=handler)


def test_finished_training_is_not_resumed(tmp_path):
    for resume in (False, True):
        made, _ = estimator_programs.estimator(mx)
        handler = parts.CheckpointHandler(str(tmp_path), resume_from_checkpoint=resume)
        if resume:
            with pytest.raises(ValueError, match="maximum number of epochs 1 reached"):
                made.fit(estimator_programs.loader(mx), epochs=1, event_handlers=handler)
        else:
            made.fit(estimator_programs.loader(mx), epochs=1, event_handlers=handler)


def test_networks_are_initialised_where_they_train():
    contexts = [mx.cpu(0), mx.cpu(1)]
    entropy = loss.SoftmaxCrossEntropyLoss()
    net = nn.Dense(2)
    with pytest.warns(UserWarning, match="default SGD optimizer"):
        made = parts.Estimator(net, entropy, initializer=mx.init.One(), context=contexts)
    assert (type(made.trainer.optimizer), made.trainer.learning_rate) == (mx.optimizer.SGD, 0.001)
    made.logger.disabled = True
    made.fit(estimator_programs.loader(mx), epochs=1)
    assert net.weight.list_ctx() == contexts
    assert math.isfinite(made.train_metrics[1].get()[1])
    with pytest.warns(UserWarning, match="already fully initialized"):
        parts.Estimator(
            net, entropy, initializer=mx.init.One(), trainer=made.trainer, context=mx.cpu(1)
        )
    assert net.weight.list_ctx() == [mx.cpu(1)]


def test_batches_may_be_processed_in_another_way():
    class Twice(parts.BatchProcessor):
        count = 0

        def fit_batch(self, estimator, train_batch, batch_axis=0):
            self.count += 1
            return super().fit_batch(estimator, train_batch, batch_axis)

    processor = Twice()
    made, _ = estimator_programs.estimator(mx, batch_processor=processor)
    made.fit(estimator_programs.loader(mx), epochs=1)
    assert processor.count == 4


def test_other_networks_and_losses_may_validate():
    other = nn.Dense(2)
    other.initialize()
    made, _ = estimator_programs.estimator(
        mx,
        val_net=other,
        val_loss=loss.SoftmaxCELoss(weight=2),
        val_metrics=[mx.metric.Loss("twice")],
    )
    made.evaluate(estimator_programs.loader(mx))
    assert made.val_metrics[0].get()[0] == "validation twice"
    assert math.isfinite(made.val_metrics[0].get()[1])
