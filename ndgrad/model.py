"""`FeedForward`, the training of MXNet before modules; checkpoints; arguments of callbacks."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from . import metric, nd
from .base import HostArray, public_names
from .callback import LogValidationMetricsCallback
from .context import Context, cpu
from .initializer import Uniform
from .io import NDArrayIter, ResizeIter
from .io.batches import DataIterLike, checked_iterator
from .metric.base import MetricLike
from .module import BucketingModule, Module
from .module.base_module import InitializeFunction
from .module.checkpoint import load_checkpoint, load_params, save_checkpoint
from .module.events import BatchEndCallbacks, BatchEndParam, EpochEndCallbacks
from .nd import NDArray
from .symbol import Symbol

__all__ = ["BatchEndParam", "FeedForward", "load_checkpoint", "load_params", "save_checkpoint"]
__dir__ = public_names(globals())

if TYPE_CHECKING:
    from .monitor import Monitor
    from .typing import KVStoreLike, LoggerLike, MaybeMany, OptimizerLike

UNIFORM = Uniform(0.01)

Examples: TypeAlias = NDArray | HostArray | list[Any]
"""Arrays of examples; a list has what NumPy makes an array of."""

Data: TypeAlias = DataIterLike | Examples


class FeedForward:
    """A symbol that is trained on arrays or iterators; `module.Module` has replaced it.

    Parameters
    ----------
    symbol : Symbol or callable
        A function returns the symbol of a ``bucket_key``.
    ctx : Context or list of Context, optional
    num_epoch : int, optional
        The epoch after the last.
    epoch_size : int, optional
        The number of batches of an epoch; by default, all that an iterator has.
    optimizer : str or Optimizer
    initializer : Initializer
        For parameters that are not given.
    numpy_batch_size : int
        The size of batches that arrays are divided into.
    arg_params, aux_params : dict of str to NDArray, optional
        Parameters to begin with.
    allow_extra_params : bool
        Whether these may have more than the symbol.
    begin_epoch : int
    **kwargs
        Arguments of the optimizer.
    """

    def __init__(
        self,
        symbol: Symbol | Callable[[Any], Symbol],
        ctx: Context | list[Context] | None = None,
        num_epoch: int | None = None,
        epoch_size: int | None = None,
        optimizer: OptimizerLike = "sgd",
        initializer: InitializeFunction | None = UNIFORM,
        numpy_batch_size: int = 128,
        arg_params: Mapping[str, NDArray] | None = None,
        aux_params: Mapping[str, NDArray] | None = None,
        allow_extra_params: bool = False,
        begin_epoch: int = 0,
        **kwargs: object,
    ) -> None:
        self.symbol = symbol
        self.ctx = [ctx or cpu()] if not isinstance(ctx, list) else ctx
        self.num_epoch = num_epoch
        self.epoch_size = epoch_size
        self.optimizer = optimizer
        self.initializer = initializer
        self.numpy_batch_size = numpy_batch_size
        self.arg_params = arg_params
        self.aux_params = aux_params
        self.allow_extra_params = allow_extra_params
        self.begin_epoch = begin_epoch
        self.kwargs = dict(kwargs)

    @staticmethod
    def create(
        symbol: Symbol | Callable[[Any], Symbol],
        X: Data,
        y: Examples | None = None,
        ctx: Context | list[Context] | None = None,
        num_epoch: int | None = None,
        epoch_size: int | None = None,
        optimizer: OptimizerLike = "sgd",
        initializer: InitializeFunction | None = UNIFORM,
        eval_data: DataIterLike | tuple[Examples, Examples] | list[Examples] | None = None,
        eval_metric: MetricLike = "acc",
        epoch_end_callback: EpochEndCallbacks = None,
        batch_end_callback: BatchEndCallbacks = None,
        kvstore: KVStoreLike = "local",
        logger: LoggerLike | None = None,
        work_load_list: Sequence[float] | None = None,
        eval_end_callback: BatchEndCallbacks = None,
        eval_batch_end_callback: BatchEndCallbacks = None,
        **kwargs: Any,
    ) -> FeedForward:
        """Make a model and `fit` it: the arguments are those of both."""
        model = FeedForward(symbol, ctx, num_epoch, epoch_size, optimizer, initializer, **kwargs)
        model.fit(
            X,
            y,
            eval_data,
            eval_metric,
            epoch_end_callback,
            batch_end_callback,
            kvstore,
            logger,
            work_load_list,
            eval_end_callback=eval_end_callback,
            eval_batch_end_callback=eval_batch_end_callback,
        )
        return model

    @staticmethod
    def load(
        prefix: str, epoch: int, ctx: Context | list[Context] | None = None, **kwargs: Any
    ) -> FeedForward:
        """A model from the files of `save`.

        Parameters
        ----------
        prefix : str
        epoch : int
            Also where a further `fit` begins.
        ctx, **kwargs
            The arguments of `FeedForward`.
        """
        symbol, args, auxs = load_checkpoint(prefix, epoch)
        return FeedForward(
            symbol, ctx, arg_params=args, aux_params=auxs, begin_epoch=epoch, **kwargs
        )

    def save(self, prefix: str, epoch: int | None = None, remove_amp_cast: bool = True) -> None:
        """Save symbol and parameters, see `save_checkpoint`; *epoch* is by default the last.

        Raises
        ------
        AssertionError
            If there is no epoch, the model has no parameters yet, or its symbol is a function.
        """
        if epoch is None:
            epoch = self.num_epoch
        if epoch is None:
            raise AssertionError("save: epoch is missing, and the model has no num_epoch")
        if not isinstance(self.symbol, Symbol):
            raise AssertionError("save: the symbol is a function, which cannot be saved")
        if self.arg_params is None or self.aux_params is None:
            raise AssertionError("save: the model has no parameters yet")
        save_checkpoint(
            prefix, epoch, self.symbol, self.arg_params, self.aux_params, remove_amp_cast
        )

    def fit(
        self,
        X: Data,
        y: Examples | None = None,
        eval_data: DataIterLike | tuple[Examples, Examples] | list[Examples] | None = None,
        eval_metric: MetricLike = "acc",
        epoch_end_callback: EpochEndCallbacks = None,
        batch_end_callback: BatchEndCallbacks = None,
        kvstore: KVStoreLike = "local",
        logger: LoggerLike | None = None,
        work_load_list: Sequence[float] | None = None,
        monitor: Monitor | None = None,
        eval_end_callback: BatchEndCallbacks = None,
        eval_batch_end_callback: BatchEndCallbacks = None,
    ) -> None:
        """Train; see `BaseModule.fit`.

        Parameters
        ----------
        X : DataIter or array
        y : array, optional
            The labels of an array *X*.
        eval_data : DataIter or (array, array), optional
        """
        data = self._iterator(X, y, shuffle=True)
        data.reset()
        if self.epoch_size is not None:
            data = ResizeIter(data, self.epoch_size, reset_internal=False)
        if isinstance(eval_data, (tuple, list)):
            x, y = eval_data
            eval_data = self._iterator(x, y, shuffle=False)
        module = self._module(data, logger, work_load_list)
        # The loop logs the validation's metrics itself.
        if isinstance(eval_end_callback, LogValidationMetricsCallback):
            eval_end_callback = None
        module.fit(
            data,
            eval_data,
            eval_metric,
            epoch_end_callback,
            batch_end_callback,
            kvstore,
            self.optimizer,
            self.kwargs,
            eval_end_callback,
            eval_batch_end_callback,
            self.initializer,
            self.arg_params,
            self.aux_params,
            allow_missing=True,
            begin_epoch=self.begin_epoch,
            num_epoch=self.num_epoch,
            monitor=monitor,
        )
        args, auxs = module.get_params()
        self.arg_params, self.aux_params = copy.copy(args), copy.copy(auxs)

    def predict(
        self, X: Data, num_batch: int | None = None, return_data: bool = False, reset: bool = True
    ) -> HostArray | MaybeMany:
        """Predict.

        Parameters
        ----------
        X : DataIter or array
        num_batch : int, optional
            The number of batches; all by default.
        return_data : bool
            Whether to return data and labels too.
        reset : bool
            Whether to reset an iterator before.

        Returns
        -------
        numpy.ndarray or list of numpy.ndarray
            The output, or the outputs; with *return_data* the data and labels after it.
        """
        data = self._iterator(X, None, shuffle=False)
        module = self._bound(data)
        parts: list[list[list[Any]]] = [[], [], []]
        for outputs, _, batch in module.iter_predict(data, num_batch, reset):
            end = -batch.pad if batch.pad else None
            for found, arrays in zip(parts, (outputs, batch.data, batch.label or []), strict=True):
                found.append(
                    [x.asnumpy()[: end if arrays is not outputs else None] for x in arrays]
                )
        joined = [
            [np.concatenate(arrays) for arrays in zip(*found, strict=True)] for found in parts
        ]
        results = [arrays[0] if len(arrays) == 1 else arrays for arrays in joined]
        return tuple(results) if return_data else results[0]

    def score(
        self,
        X: Data,
        eval_metric: MetricLike = "acc",
        num_batch: int | None = None,
        batch_end_callback: BatchEndCallbacks = None,
        reset: bool = True,
    ) -> float | MaybeMany:
        """The metric's value on the data of an iterator; see `BaseModule.score`."""
        data = self._iterator(X, None, shuffle=False)
        eval_metric = metric.create(eval_metric)
        self._bound(data).score(data, eval_metric, num_batch, batch_end_callback, reset=reset)
        return eval_metric.get()[1]

    def _iterator(self, X: Data, y: Examples | None, shuffle: bool) -> DataIterLike:
        """An iterator over arrays; what is no array is one."""
        if not isinstance(X, (np.ndarray, NDArray, list)):
            return X
        count = len(X)
        if y is None:
            if shuffle:
                raise ValueError("y must be specified when X is numpy.ndarray")
            y = nd.zeros(count)
        elif len(y) != count:
            raise ValueError(f"X has {count} examples, y has {len(y)}")
        data = X if isinstance(X, NDArray) else np.asarray(X)
        label = y if isinstance(y, NDArray) else np.asarray(y).reshape(count, -1)[:, 0]
        batch_size = min(count, self.numpy_batch_size)
        last = "roll_over" if shuffle else "pad"
        return NDArrayIter(data, label, batch_size, shuffle, last_batch_handle=last)

    def _module(
        self,
        data: DataIterLike,
        logger: LoggerLike | None,
        work_load_list: Sequence[float] | None,
    ) -> Module | BucketingModule:
        source = checked_iterator("FeedForward", data)
        data_names, label_names = (
            [desc[0] for desc in part] for part in (source.provide_data, source.provide_label)
        )
        logger = logging if logger is None else logger
        if not isinstance(self.symbol, Symbol):
            generate, default = self.symbol, getattr(data, "default_bucket_key", None)
            return BucketingModule(
                lambda key: (generate(key), data_names, label_names),
                default,
                logger,
                self.ctx,
                work_load_list,
            )
        known = self.symbol.list_arguments()
        labels = [name for name in label_names if name in known]
        return Module(self.symbol, data_names, labels, logger, self.ctx, work_load_list)

    def _bound(self, data: DataIterLike) -> Module | BucketingModule:
        """A module for prediction, with the model's parameters."""
        if self.arg_params is None:
            raise AssertionError("predict: the model has no parameters; fit it, or load one")
        module = self._module(data, None, None)
        source = checked_iterator("FeedForward", data)
        module.bind(source.provide_data, source.provide_label, for_training=False)
        module.set_params(self.arg_params, self.aux_params or {}, allow_extra=True)
        return module
