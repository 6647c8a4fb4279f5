"""`BaseModule`: training, evaluation and prediction, by the functions that modules define."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from .. import metric, nd
from ..base import HostArray, Shape
from ..initializer import InitDesc, Uniform
from ..io import DataBatch, DataDesc
from ..io.batches import DataIterLike, DataShapes, checked_iterator
from ..metric import EvalMetric
from ..metric.base import MetricLike
from ..nd import NDArray
from ..symbol import Symbol
from .checkpoint import Params, read_params, save_params
from .checks import rewind
from .events import BatchEndCallbacks, BatchEndParam, EpochEndCallbacks, call_all

if TYPE_CHECKING:
    from ..monitor import Monitor
    from ..typing import (
        GradReqLike,
        KVStoreLike,
        LoggerLike,
        MaybeMany,
        MaybeNone,
        OptimizerLike,
    )

UNIFORM = Uniform(0.01)
RATE = (("learning_rate", 0.01),)

OptimizerParams: TypeAlias = Mapping[str, object] | Iterable[tuple[str, object]]
"""Arguments of an optimizer by name."""

InitializeFunction: TypeAlias = Callable[[InitDesc, NDArray], object]
"""An initializer, or a function like one: it sets an array, by its name and attributes."""

RowIdFunction: TypeAlias = Callable[[DataBatch], Mapping[str, NDArray]]
"""Which rows of parameters a batch needs."""

Labels: TypeAlias = "Sequence[NDArray | MaybeMany] | MaybeNone"
"""Those of a batch, or a list of these for each device."""


class BatchLike(Protocol):
    """What `forward` needs of a batch; ``label`` may be missing."""

    @property
    def data(self) -> Sequence[NDArray | HostArray]: ...


Batches: TypeAlias = BatchLike | list[DataBatch]
"""A batch, or one for each device."""


def described(batch: Batches) -> DataBatch:
    """A batch that has what modules in Python read: labels, or the key of a bucket."""
    return batch  # type: ignore[return-value]  # programs may have a class of their own for it


class BaseModule:
    """The base of modules, which compute outputs and gradients and hold parameters.

    `fit`, `score` and `predict` call what a module defines: `bind`, which allocates arrays;
    `init_params` and `init_optimizer`; for each batch `forward`, `backward`, `update`,
    `update_metric`; and `get_outputs`.

    Parameters
    ----------
    logger : logging.Logger or module
    """

    def __init__(self, logger: LoggerLike = logging) -> None:
        self.logger = logger
        self.binded = False
        self.for_training = False
        self.inputs_need_grad = False
        self.params_initialized = False
        self.optimizer_initialized = False
        self._symbol: Symbol | MaybeNone = None

    def _require(self, what: str, *, params: bool = True, optimizer: bool = False) -> None:
        """Raise AssertionError unless the module is ready for *what*."""
        needed = [("bind", self.binded)]
        needed += [("init_params", self.params_initialized)] if params else []
        needed += [("init_optimizer", self.optimizer_initialized)] if optimizer else []
        for name, done in needed:
            if not done:
                raise AssertionError(f"{what}: call {name} before")

    def _stays_bound(self, force_rebind: bool) -> bool:
        """Whether `bind` does nothing, which it warns of."""
        stays = self.binded and not force_rebind
        if stays:
            self.logger.warning("Already bound, ignoring bind()")
        return stays

    # --- loops ------------------------------------------------------------------------------------

    def forward_backward(self, data_batch: Batches) -> None:
        """Compute outputs and gradients of a batch."""
        self.forward(data_batch, is_train=True)
        self.backward()

    def score(
        self,
        eval_data: DataIterLike,
        eval_metric: MetricLike,
        num_batch: int | None = None,
        batch_end_callback: BatchEndCallbacks = None,
        score_end_callback: BatchEndCallbacks = None,
        reset: bool = True,
        epoch: int = 0,
        sparse_row_id_fn: RowIdFunction | None = None,
    ) -> list[tuple[str, float]]:
        """Evaluate on data.

        Parameters
        ----------
        eval_data : DataIter
        eval_metric : EvalMetric, or what `metric.create` makes one of
        num_batch : int, optional
            The number of batches; all by default.
        batch_end_callback, score_end_callback : callable or list of callable, optional
            Called with a `BatchEndParam` after each batch, and in the end.
        reset : bool
            Whether to reset *eval_data* before.
        epoch : int
            For callbacks.
        sparse_row_id_fn : callable, optional
            See `prepare`.

        Returns
        -------
        list of (str, float)
            Names and values of the metrics.
        """
        self._require("score")
        if reset:
            rewind("score", eval_data)
        eval_metric = metric.create(eval_metric)
        eval_metric.reset()
        count = 0
        for nbatch, eval_batch in enumerate(eval_data):
            if nbatch == num_batch:
                break
            self.prepare(eval_batch, sparse_row_id_fn=sparse_row_id_fn)
            self.forward(eval_batch, is_train=False)
            self._count(eval_metric, eval_batch)
            call_all(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
            count = nbatch + 1
        call_all(score_end_callback, BatchEndParam(epoch, count, eval_metric, locals()))
        return eval_metric.get_name_value()

    def iter_predict(
        self,
        eval_data: DataIterLike,
        num_batch: int | None = None,
        reset: bool = True,
        sparse_row_id_fn: RowIdFunction | None = None,
    ) -> Iterator[tuple[list[NDArray], int, DataBatch]]:
        """Predict batch by batch: outputs without padding, the batch's number, and the batch.

        Parameters
        ----------
        eval_data, num_batch, reset, sparse_row_id_fn
            As for `predict`.

        Yields
        ------
        list of NDArray, int, DataBatch

        Raises
        ------
        AssertionError
            If the module has not been bound, or has no parameters yet.
        """
        self._require("iter_predict")
        if reset:
            rewind("predict", eval_data)
        for nbatch, eval_batch in enumerate(eval_data):
            if nbatch == num_batch:
                break
            self.prepare(eval_batch, sparse_row_id_fn=sparse_row_id_fn)
            self.forward(eval_batch, is_train=False)
            pad = eval_batch.pad or 0
            yield [out[: out.shape[0] - pad] for out in self.get_outputs()], nbatch, eval_batch

    def predict(
        self,
        eval_data: DataIterLike | NDArray | HostArray,
        num_batch: int | None = None,
        merge_batches: bool = True,
        reset: bool = True,
        always_output_list: bool = False,
        sparse_row_id_fn: RowIdFunction | None = None,
    ) -> NDArray | MaybeMany:
        """Predict.

        Parameters
        ----------
        eval_data : DataIter, NDArray or numpy.ndarray
            An array is one batch.
        num_batch : int, optional
            The number of batches; all by default.
        merge_batches : bool
            Whether to join the batches' outputs.
        reset : bool
            Whether to reset *eval_data* before.
        always_output_list : bool
            Whether a single output is in a list too.
        sparse_row_id_fn : callable, optional
            See `prepare`.

        Returns
        -------
        NDArray, list of NDArray, or list of list of NDArray
            The output, or the outputs; without *merge_batches* a list of outputs for each batch.

        Raises
        ------
        AssertionError
            If the module has not been bound, or has no parameters yet, or if batches to be
            joined have different numbers of outputs.
        """
        self._require("predict")
        if isinstance(eval_data, (NDArray, np.ndarray)):
            data = eval_data if isinstance(eval_data, NDArray) else nd.array(eval_data)
            self.forward(DataBatch([data]), is_train=False)
            return self.get_outputs()[0]
        batches = [
            [x.copy() for x in outputs]
            for outputs, _, _ in self.iter_predict(eval_data, num_batch, reset, sparse_row_id_fn)
        ]
        if not batches or not merge_batches:
            return batches
        if len({len(outputs) for outputs in batches}) > 1:
            raise AssertionError(
                "predict: batches have different numbers of outputs, which cannot be merged; "
                "pass merge_batches=False"
            )
        merged = [nd.concat(*parts, dim=0) for parts in zip(*batches, strict=True)]
        return merged[0] if len(merged) == 1 and not always_output_list else merged

    def fit(
        self,
        train_data: DataIterLike,
        eval_data: DataIterLike | None = None,
        eval_metric: MetricLike = "acc",
        epoch_end_callback: EpochEndCallbacks = None,
        batch_end_callback: BatchEndCallbacks = None,
        kvstore: KVStoreLike = "local",
        optimizer: OptimizerLike = "sgd",
        optimizer_params: OptimizerParams = RATE,
        eval_end_callback: BatchEndCallbacks = None,
        eval_batch_end_callback: BatchEndCallbacks = None,
        initializer: InitializeFunction | None = UNIFORM,
        arg_params: Mapping[str, NDArray] | None = None,
        aux_params: Mapping[str, NDArray] | None = None,
        allow_missing: bool = False,
        force_rebind: bool = False,
        force_init: bool = False,
        begin_epoch: int = 0,
        num_epoch: int | None = None,
        validation_metric: MetricLike | None = None,
        monitor: Monitor | None = None,
        sparse_row_id_fn: RowIdFunction | None = None,
    ) -> None:
        """Train.

        Parameters
        ----------
        train_data : DataIter
        eval_data : DataIter, optional
            Evaluated after each epoch.
        eval_metric : EvalMetric, or what `metric.create` makes one of
        epoch_end_callback : callable or list of callable, optional
            Called with the epoch, the symbol, ``arg_params`` and ``aux_params``.
        batch_end_callback : callable or list of callable, optional
            Called with a `BatchEndParam`.
        kvstore, optimizer, optimizer_params
            See `init_optimizer`.
        eval_end_callback, eval_batch_end_callback : callable or list of callable, optional
            Called with a `BatchEndParam` after the evaluation, and after each of its batches.
        initializer, arg_params, aux_params, allow_missing, force_init
            See `init_params`.
        force_rebind : bool
            Whether to bind again if the module is bound.
        begin_epoch, num_epoch : int
            The first epoch, and the one after the last.
        validation_metric : optional
            The metric of *eval_data*; *eval_metric* by default.
        monitor : Monitor, optional
        sparse_row_id_fn : callable, optional
            See `prepare`.

        Raises
        ------
        AssertionError
            If *num_epoch* is missing.
        """
        if num_epoch is None:
            raise AssertionError("fit: please specify number of epochs, num_epoch")
        source = checked_iterator("fit", train_data)
        self.bind(
            source.provide_data,
            source.provide_label,
            for_training=True,
            force_rebind=force_rebind,
        )
        if monitor is not None:
            self.install_monitor(monitor)
        self.init_params(initializer, arg_params, aux_params, allow_missing, force_init)
        self.init_optimizer(kvstore, optimizer, optimizer_params)
        if validation_metric is None:
            validation_metric = eval_metric
        eval_metric = metric.create(eval_metric)

        for epoch in range(begin_epoch, num_epoch):
            started = time.time()
            eval_metric.reset()
            values: list[tuple[str, float]] = []
            self._begin_epoch(epoch, train_data)
            batches = iter(train_data)
            nbatch, data_batch = 0, next(batches, None)
            while data_batch is not None:
                if monitor is not None:
                    monitor.tic()
                self.prepare(data_batch, sparse_row_id_fn=sparse_row_id_fn)
                self.forward_backward(data_batch)
                self.update()
                self._count(eval_metric, data_batch)
                following = next(batches, None)
                if monitor is not None:
                    monitor.toc_print()
                if following is None:  # before callbacks, which may reset the metric
                    values = eval_metric.get_global_name_value()
                call_all(batch_end_callback, BatchEndParam(epoch, nbatch, eval_metric, locals()))
                nbatch, data_batch = nbatch + 1, following
            for name, value in values:
                self.logger.info("Epoch[%d] Train-%s=%f", epoch, name, value)
            self.logger.info("Epoch[%d] Time cost=%.3f", epoch, time.time() - started)

            args, auxs = self.get_params()
            self.set_params(args, auxs)  # the same for all devices
            call_all(epoch_end_callback, epoch, self.symbol, args, auxs)
            if eval_data is not None:
                values = self.score(
                    eval_data,
                    validation_metric,
                    score_end_callback=eval_end_callback,
                    batch_end_callback=eval_batch_end_callback,
                    epoch=epoch,
                    sparse_row_id_fn=sparse_row_id_fn,
                )
                for name, value in values:
                    self.logger.info("Epoch[%d] Validation-%s=%f", epoch, name, value)
            train_data.reset()

    def _begin_epoch(self, epoch: int, train_data: DataIterLike) -> None:
        """What a kind of modules does before the first batch of an epoch."""

    def _count(self, eval_metric: EvalMetric, batch: DataBatch | list[DataBatch]) -> None:
        """Update a metric with a batch, or a list of batches, one for each device."""
        if isinstance(batch, list):
            self.update_metric(eval_metric, [part.label for part in batch], pre_sliced=True)
        else:
            self.update_metric(eval_metric, batch.label)

    # --- parameters -------------------------------------------------------------------------------

    def set_params(
        self,
        arg_params: Mapping[str, NDArray],
        aux_params: Mapping[str, NDArray],
        allow_missing: bool = False,
        force_init: bool = True,
        allow_extra: bool = False,
    ) -> None:
        """Set the parameters; see `init_params`."""
        self.init_params(
            None, arg_params, aux_params, allow_missing, force_init, allow_extra=allow_extra
        )

    def save_params(self, fname: str) -> None:
        """Write the parameters to a file, as ``arg:<name>`` and ``aux:<name>``."""
        save_params(fname, *self.get_params())

    def load_params(self, fname: str) -> None:
        """Set the parameters to those of a file that `save_params` wrote."""
        self.set_params(*read_params(fname))

    # --- what modules define ----------------------------------------------------------------------

    @property
    def data_names(self) -> list[str]:
        """The names of the data."""
        raise NotImplementedError

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        raise NotImplementedError

    @property
    def data_shapes(self) -> list[DataDesc]:
        """Descriptions of the data that the module is bound for."""
        raise NotImplementedError

    @property
    def label_shapes(self) -> DataShapes | None:
        """Descriptions of the labels that the module is bound for; None or empty without."""
        raise NotImplementedError

    @property
    def output_shapes(self) -> list[tuple[str, Shape]]:
        """Names and shapes of the outputs."""
        raise NotImplementedError

    @property
    def symbol(self) -> Symbol | MaybeNone:
        """The symbol, or None."""
        return self._symbol

    def bind(
        self,
        data_shapes: DataShapes,
        label_shapes: DataShapes | None = None,
        for_training: bool = True,
        inputs_need_grad: bool = False,
        force_rebind: bool = False,
        shared_module: BaseModule | None = None,
        grad_req: GradReqLike = "write",
    ) -> None:
        """Make arrays for batches of these shapes.

        Parameters
        ----------
        data_shapes, label_shapes : list of DataDesc, or of pairs of name and shape
            As iterators have them, ``provide_data`` and ``provide_label``.
        for_training : bool
            Whether there will be gradients.
        inputs_need_grad : bool
            Whether the data have gradients too.
        force_rebind : bool
            Whether to bind again; otherwise a bound module stays as it is.
        shared_module : BaseModule, optional
            A bound module, whose parameters this one shares.
        grad_req : {'write', 'add', 'null'}, list or dict
            Whether backward replaces gradients or adds to them; for all, or for each argument.
        """
        raise NotImplementedError

    def init_params(
        self,
        initializer: InitializeFunction | None = UNIFORM,
        arg_params: Mapping[str, NDArray] | None = None,
        aux_params: Mapping[str, NDArray] | None = None,
        allow_missing: bool = False,
        force_init: bool = False,
        allow_extra: bool = False,
    ) -> None:
        """Set the parameters.

        Parameters
        ----------
        initializer : Initializer, optional
            For parameters that are not given.
        arg_params, aux_params : dict of str to NDArray, optional
            Parameters, and states such as averages, by name.
        allow_missing : bool
            Whether these may be incomplete.
        force_init : bool
            Whether to set them again if they are set.
        allow_extra : bool
            Whether there may be more of them than the symbol has.
        """
        raise NotImplementedError

    def init_optimizer(
        self,
        kvstore: KVStoreLike = "local",
        optimizer: OptimizerLike = "sgd",
        optimizer_params: OptimizerParams = RATE,
        force_init: bool = False,
    ) -> None:
        """Choose the optimizer.

        Parameters
        ----------
        kvstore : str, KVStore or None
            What adds the gradients of several devices.
        optimizer : str or Optimizer
            With a name, gradients are divided by the batch's size.
        optimizer_params : dict, or pairs of name and value
            The arguments of an optimizer that is given by name.
        force_init : bool
            Whether to choose again if there is one.
        """
        raise NotImplementedError

    def get_params(self) -> tuple[Params, Params]:
        """``arg_params`` and ``aux_params``; the next call writes to the same arrays."""
        raise NotImplementedError

    def forward(self, data_batch: Batches, is_train: bool | None = None) -> None:
        """Compute the outputs of a batch.

        Parameters
        ----------
        data_batch : DataBatch
        is_train : bool, optional
            Whether gradients will be asked for; by default, whether the module is bound for that.
        """
        raise NotImplementedError

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        """Compute gradients, from these of the outputs or, for losses, from none."""
        raise NotImplementedError

    def update(self) -> None:
        """Let the optimizer change the parameters."""
        raise NotImplementedError

    def update_metric(
        self, eval_metric: EvalMetric, labels: Labels, pre_sliced: bool = False
    ) -> None:
        """Count the outputs of the last batch in a metric."""
        raise NotImplementedError

    def get_outputs(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        """The outputs of the last batch; if not merged, as a list for each device."""
        raise NotImplementedError

    def get_input_grads(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        """The gradients of the data; if not merged, as a list for each device."""
        raise NotImplementedError

    def install_monitor(self, mon: Monitor) -> None:
        """Report to a `Monitor`."""
        raise NotImplementedError

    def prepare(self, data_batch: Batches, sparse_row_id_fn: RowIdFunction | None = None) -> None:
        """Get ready for a batch, before its forward.

        Parameters
        ----------
        data_batch : DataBatch
        sparse_row_id_fn : callable, optional
            In MXNet, which rows of sparse parameters to fetch from a server; here they are present.
        """
        if sparse_row_id_fn is not None:
            warnings.warn(
                "sparse_row_id_fn is not needed: all rows of parameters are present", stacklevel=3
            )

    def get_states(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        """The states; modules without states have none."""
        self._require("get_states")
        return []

    def set_states(
        self, states: Sequence[Sequence[NDArray]] | None = None, value: float | None = None
    ) -> None:
        """Set the states; modules without states take none.

        Raises
        ------
        AssertionError
            If it is given some.
        """
        self._require("set_states")
        if states or value:
            raise AssertionError(f"{type(self).__name__} has no states")


def names(given: Sequence[str] | None) -> list[str]:
    """A list of names; None is none."""
    return [] if given is None else list(given)
