"""`Estimator`: trains and evaluates a network."""

from __future__ import annotations

import copy
import logging
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ....base import public_names
from ....context import Context, cpu, gpu, num_gpus
from ....metric import Accuracy, EvalMetric
from ....metric import Loss as LossMetric
from ...block import Block
from ...data import DataLoader
from ...loss import Loss, SoftmaxCrossEntropyLoss
from ...trainer import Trainer
from .batch_processor import BatchProcessor
from .event_handler import (
    GradientUpdateHandler,
    LoggingHandler,
    MetricHandler,
    StoppingHandler,
    ValidationHandler,
)
from .events import (
    BatchBegin,
    BatchEnd,
    EpochBegin,
    EpochEnd,
    EventHandler,
    Handlers,
    TrainBegin,
    TrainEnd,
)

if TYPE_CHECKING:
    from ....typing import InitializerLike

__all__ = ["Estimator"]
__dir__ = public_names(globals())


class Estimator:
    """Trains a network on the batches of a `DataLoader`, and evaluates it.

    Parameters
    ----------
    net : Block
    loss : Loss
    train_metrics, val_metrics : EvalMetric or list of EvalMetric, optional
        By default the loss, and accuracy for `SoftmaxCrossEntropyLoss`; those for validation are
        by default copies of those for training.
    initializer : Initializer, optional
        For a network that is not initialised yet.
    trainer : Trainer, optional
        By default SGD with a learning rate of 0.001.
    context : Context or list of Context, optional
        Where to train; by default the first GPU, if there is one.
    val_net : Block, optional
        For validation; by default *net*.
    val_loss : Loss, optional
        For validation; by default *loss*.
    batch_processor : BatchProcessor, optional

    Examples
    --------
    >>> import ndgrad as mx
    >>> from ndgrad.gluon import Trainer, data, loss, nn
    >>> from ndgrad.gluon.contrib.estimator import Estimator
    >>> net = nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> trainer = Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    >>> samples = data.ArrayDataset(mx.nd.ones((8, 3)), mx.nd.zeros(8))
    >>> estimator = Estimator(net, loss.SoftmaxCrossEntropyLoss(), trainer=trainer)
    >>> estimator.logger.disabled = True
    >>> estimator.fit(data.DataLoader(samples, batch_size=4), epochs=20)
    >>> estimator.train_metrics[0].get()
    ('training accuracy', 1.0)
    """

    def __init__(
        self,
        net: Block,
        loss: Loss,
        train_metrics: EvalMetric | Sequence[EvalMetric] | None = None,
        val_metrics: EvalMetric | Sequence[EvalMetric] | None = None,
        initializer: InitializerLike = None,
        trainer: Trainer | None = None,
        context: Context | Sequence[Context] | None = None,
        val_net: Block | None = None,
        val_loss: Loss | None = None,
        batch_processor: BatchProcessor | None = None,
    ) -> None:
        self.net = net
        self.loss = _loss(loss)
        self.val_net = net if val_net is None else val_net
        self.val_loss = loss if val_loss is None else _loss(val_loss)
        self.context = _contexts(context)
        self._train_metrics = _metrics(train_metrics) or self._default_metrics()
        self._val_metrics = _metrics(val_metrics) or copy.deepcopy(self._train_metrics)
        for kind, metrics in (("training", self._train_metrics), ("validation", self._val_metrics)):
            for metric in metrics:
                name = metric.name.removeprefix("training ").removeprefix("validation ")
                metric.name = f"{kind} {name}"
        self.logger = logging.Logger("Estimator", logging.INFO)
        self.logger.addHandler(logging.StreamHandler(sys.stdout))
        self._initialize(initializer)
        self.trainer = self._checked_trainer(trainer)
        self.batch_processor = BatchProcessor() if batch_processor is None else batch_processor
        for method in ("fit_batch", "evaluate_batch"):
            if not callable(getattr(self.batch_processor, method, None)):
                raise ValueError(
                    "Customized Batch Processor must contain fit_batch() and evaluate_batch() "
                    f"methods, got {batch_processor!r}"
                )
        self.max_epoch: int | None = None
        self.max_batch: int | None = None
        self.batch_axis = 0

    def _default_metrics(self) -> list[EvalMetric]:
        classes = isinstance(self.loss, SoftmaxCrossEntropyLoss)
        return [Accuracy()] * classes + [LossMetric(self.loss.name.rstrip("0123456789"))]

    def _initialize(self, initializer: InitializerLike) -> None:
        params = [*self.net.collect_params().values()]
        missing = [p for p in params if p._data is None and not p._deferred_init]
        if len(missing) == len(params) and params:
            if initializer is None:
                self.net.initialize(ctx=self.context)
            else:
                self.net.initialize(initializer, self.context)
        elif missing:
            for param in missing:
                param.initialize(ctx=self.context, default_init=initializer or "uniform")
        elif initializer is not None:
            warnings.warn(
                "Network already fully initialized, skipping initialization. You don't need to "
                "pass initializer if you already initialized your net. You can use "
                "net.initialize(init=your_initializer, force_reinit=True) to force "
                "re-initialize.",
                stacklevel=3,
            )
        for param in [*params, *self.val_net.collect_params().values()]:
            if (param._data is not None or param._deferred_init) and (
                param.list_ctx() != self.context
            ):
                param.reset_ctx(self.context)

    def _checked_trainer(self, trainer: Trainer | None) -> Trainer:
        if trainer is None:
            warnings.warn(
                "No trainer specified, default SGD optimizer with learning rate 0.001 is used.",
                stacklevel=3,
            )
            return Trainer(self.net.collect_params(), "sgd", {"learning_rate": 0.001})
        if not isinstance(trainer, Trainer):
            raise ValueError(
                f"Trainer must be a Gluon Trainer instance, refer to gluon.Trainer:{trainer}"
            )
        return trainer

    @property
    def train_metrics(self) -> list[EvalMetric]:
        """The metrics of training."""
        return self._train_metrics

    @property
    def val_metrics(self) -> list[EvalMetric]:
        """The metrics of validation."""
        return self._val_metrics

    # --- training and validation ------------------------------------------------------------------

    def evaluate(
        self,
        val_data: DataLoader,
        batch_axis: int = 0,
        event_handlers: Handlers = None,
    ) -> None:
        """Compute `val_metrics` over all batches.

        Parameters
        ----------
        val_data : DataLoader
        batch_axis : int
            Along which batches are cut, for several contexts.
        event_handlers : EventHandler or list of EventHandler, optional
            Beside a `MetricHandler` and a `LoggingHandler`.
        """
        handlers = _Handlers(self, event_handlers, self._validation_handlers)
        _require_loader(val_data)
        for metric in self._val_metrics:
            metric.reset()
        handlers.call(EpochBegin)
        for batch in val_data:
            handlers.call(BatchBegin, batch=batch)
            _, label, pred, loss = self.batch_processor.evaluate_batch(self, batch, batch_axis)
            handlers.call(BatchEnd, batch=batch, pred=pred, label=label, loss=loss)
        handlers.call(EpochEnd)

    def fit(
        self,
        train_data: DataLoader,
        val_data: DataLoader | None = None,
        epochs: int | None = None,
        event_handlers: Handlers = None,
        batches: int | None = None,
        batch_axis: int = 0,
    ) -> None:
        """Train for a number of epochs, or of batches.

        Parameters
        ----------
        train_data : DataLoader
        val_data : DataLoader, optional
            On which to `evaluate` after each epoch.
        epochs, batches : int, optional
            One of both.
        event_handlers : EventHandler or list of EventHandler, optional
            Handlers of the classes `GradientUpdateHandler`, `MetricHandler`, `ValidationHandler`,
            `LoggingHandler` and `StoppingHandler` are added where there are none of them.
        batch_axis : int
            Along which batches are cut, for several contexts.

        Raises
        ------
        ValueError
            If none or both of *epochs* and *batches* are given, or something is not of its class.
        """
        if (epochs is None) == (batches is None):
            raise ValueError(
                "Fit only support exactly one type of iteration, train by number of epochs or "
                "number of batches. Please specify one and only one of: epochs or batches."
            )
        _require_loader(train_data)
        self.max_epoch, self.max_batch, self.batch_axis = epochs, batches, batch_axis

        def defaults() -> list[EventHandler]:
            return self._training_handlers(val_data)

        handlers = _Handlers(self, event_handlers, defaults)
        handlers.call(TrainBegin)
        stop = False
        while not stop:
            handlers.call(EpochBegin)
            for batch in train_data:
                handlers.call(BatchBegin, batch=batch)
                _, label, pred, loss = self.batch_processor.fit_batch(self, batch, batch_axis)
                if handlers.call(BatchEnd, batch=batch, pred=pred, label=label, loss=loss):
                    break
            stop = handlers.call(EpochEnd)
        handlers.call(TrainEnd)

    def _training_handlers(self, val_data: DataLoader | None) -> list[EventHandler]:
        handlers: list[EventHandler] = [
            StoppingHandler(self.max_epoch, self.max_batch),
            GradientUpdateHandler(),
            MetricHandler(self._train_metrics),
            LoggingHandler(metrics=self._train_metrics),
        ]
        if val_data is not None:
            handlers.append(ValidationHandler(val_data, self.evaluate))
        return handlers

    def _validation_handlers(self) -> list[EventHandler]:
        return [MetricHandler(self._val_metrics), LoggingHandler(metrics=self._val_metrics)]


class _Handlers:
    """The handlers of one run, by event and priority."""

    def __init__(
        self, estimator: Estimator, given: Handlers, defaults: Callable[[], list[EventHandler]]
    ) -> None:
        if given is None:
            given = []
        handlers = [given] if isinstance(given, EventHandler) else list(given)
        if not all(isinstance(handler, EventHandler) for handler in handlers):
            raise ValueError(
                f"handlers must be an EventHandler or a list of EventHandler, got: {given}"
            )
        known = {id(metric) for metric in (*estimator.train_metrics, *estimator.val_metrics)}
        for handler in handlers:
            for metric in getattr(handler, "metrics", None) or ():
                if id(metric) not in known:
                    raise ValueError(
                        f"Event handler {type(handler).__name__} refers to a metric instance "
                        f"{metric} outside of the known training and validation metrics. Please "
                        "use the metrics from estimator.train_metrics and estimator.val_metrics "
                        "instead."
                    )
        handlers += [
            default
            for default in defaults()
            if not any(isinstance(handler, type(default)) for handler in handlers)
        ]
        self._estimator = estimator
        self._handlers = sorted(handlers, key=lambda handler: getattr(handler, "priority", 0))

    def call(self, event: type[EventHandler], **arguments: object) -> bool:
        """Call the method of an event of all handlers that have it; whether one asks to stop."""
        method = _METHODS[event]
        answers = [
            getattr(handler, method)(self._estimator, **arguments)
            for handler in self._handlers
            if isinstance(handler, event)
        ]
        return any(answers)


_METHODS: dict[type[EventHandler], str] = {
    TrainBegin: "train_begin",
    TrainEnd: "train_end",
    EpochBegin: "epoch_begin",
    EpochEnd: "epoch_end",
    BatchBegin: "batch_begin",
    BatchEnd: "batch_end",
}


# --- arguments ------------------------------------------------------------------------------------


def _loss(loss: object) -> Loss:
    if not isinstance(loss, Loss):
        raise ValueError(f"loss must be a Loss, refer to gluon.loss.Loss:{loss}")
    return loss


def _metrics(metrics: EvalMetric | Sequence[EvalMetric] | None) -> list[EvalMetric]:
    if metrics is None:
        return []
    if isinstance(metrics, EvalMetric):
        return [metrics]
    if not isinstance(metrics, Iterable) or not all(isinstance(m, EvalMetric) for m in metrics):
        raise ValueError(
            "metrics must be a Metric or a list of Metric, refer to mxnet.metric.EvalMetric: "
            f"{metrics}"
        )
    return list(metrics)


def _contexts(context: Context | Sequence[Context] | None) -> list[Context]:
    if context is None:
        return [gpu(0) if num_gpus() else cpu()]
    contexts = [context] if isinstance(context, Context) else context
    if not isinstance(contexts, Sequence) or not all(isinstance(c, Context) for c in contexts):
        raise ValueError(
            "context must be a Context or a list of Context, for example mx.cpu() or "
            f"[mx.gpu(0), mx.gpu(1)], refer to mxnet.Context:{context}"
        )
    for ctx in contexts:
        if ctx.device_type == "gpu" and ctx.device_id >= num_gpus():
            raise AssertionError(f"{ctx} is not available: there are {num_gpus()} GPUs")
    return list(contexts)


def _require_loader(data: object) -> None:
    if not isinstance(data, DataLoader):
        raise ValueError(
            "Estimator only support input as Gluon DataLoader. Alternatively, you can transform "
            "your DataIter or any NDArray into Gluon DataLoader. Refer to gluon.data.DataLoader"
        )
