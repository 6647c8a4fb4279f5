"""`SVRGModule`: a `Module` that keeps a second one, with the weights of some epochs ago."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ... import nd
from ... import optimizer as optimizers
from ...base import public_names
from ...context import Context
from ...io.batches import DataShapes
from ...module import Module
from ...module.base_module import RATE, BaseModule, Batches, OptimizerParams, RowIdFunction
from ...module.devices import create_kvstore
from ...nd import NDArray
from ...symbol import Symbol
from .svrg_optimizer import _SVRGOptimizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...io.batches import DataIterLike
    from ...module.executor_group import GroupsLike
    from ...typing import (
        GradReqLike,
        KVStoreLike,
        LoggerLike,
        OptimizerLike,
    )

__all__ = ["SVRGModule"]
__dir__ = public_names(globals())


class SVRGModule(Module):
    """A module trained by stochastic variance reduced gradients.

    Every *update_freq* epochs the weights are remembered, and the mean of their gradients over all
    batches.  A step then goes along the gradient of its batch, minus the one that the remembered
    weights have for that batch, plus that mean.

    Parameters
    ----------
    symbol, data_names, label_names, logger, context, work_load_list, fixed_param_names, \
    state_names, group2ctxs, compression_params
        See `Module`.
    update_freq : int
        How many epochs there are from one pass over all data to the next.

    Raises
    ------
    TypeError
        If *update_freq* is no integer.
    ValueError
        If it is not positive.

    References
    ----------
    R. Johnson, T. Zhang: Accelerating Stochastic Gradient Descent using Predictive Variance
    Reduction, NIPS 2013.

    Examples
    --------
    >>> import ndgrad as mx
    >>> from ndgrad.contrib.svrg_optimization.svrg_module import SVRGModule
    >>> x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=1, name="fc")
    >>> net = mx.sym.LinearRegressionOutput(x, mx.sym.var("label"))
    >>> data = mx.io.NDArrayIter(mx.nd.array([[1], [2], [3], [4]]), mx.nd.array([2, 4, 6, 8]), 2,
    ...                          label_name="label")
    >>> module = SVRGModule(net, label_names=["label"], update_freq=2)
    >>> module.fit(data, eval_metric="mse", num_epoch=100,
    ...            optimizer_params={"learning_rate": 0.1})
    >>> module.score(data, "mse")[0][1] < 0.01
    True
    """

    def __init__(
        self,
        symbol: Symbol,
        data_names: Sequence[str] | None = ("data",),
        label_names: Sequence[str] | None = ("softmax_label",),
        logger: LoggerLike = logging,
        context: Context | Sequence[Context] | None = None,
        work_load_list: Sequence[float] | None = None,
        fixed_param_names: Sequence[str] | None = None,
        state_names: Sequence[str] | None = None,
        group2ctxs: GroupsLike | None = None,
        compression_params: Mapping[str, object] | None = None,
        update_freq: int | None = None,
    ) -> None:
        if not isinstance(update_freq, int):
            raise TypeError(
                "update_freq in SVRGModule must be an integer to represent the frequency for "
                f"calculating full gradients, got {type(update_freq).__name__}"
            )
        if update_freq <= 0:
            raise ValueError(
                "update_freq in SVRGModule must be a positive integer to represent the frequency "
                f"for calculating full gradients, got {update_freq}"
            )
        arguments = (
            symbol, data_names, label_names, logger, context, work_load_list, fixed_param_names,
            state_names, group2ctxs, compression_params,
        )  # fmt: skip
        super().__init__(*arguments)
        self.update_freq = update_freq
        self._mod_aux = Module(*arguments)
        self._param_dict: list[dict[str, NDArray]] = []
        self._ctx_len = len(self._context)

    # --- both modules -----------------------------------------------------------------------------

    def _reset_bind(self) -> None:
        super()._reset_bind()
        self._mod_aux._reset_bind()

    def reshape(self, data_shapes: DataShapes, label_shapes: DataShapes | None = None) -> None:
        super().reshape(data_shapes, label_shapes)
        if self._mod_aux.binded:
            self._mod_aux.reshape(data_shapes, label_shapes)

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
        arguments = (
            data_shapes, label_shapes, for_training, inputs_need_grad, force_rebind, shared_module,
            grad_req,
        )  # fmt: skip
        super().bind(*arguments)
        if for_training:
            self._mod_aux.bind(*arguments)

    def forward(self, data_batch: Batches, is_train: bool | None = None) -> None:
        super().forward(data_batch, is_train)
        if is_train:
            self._mod_aux.forward(data_batch, is_train)

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        super().backward(out_grads)
        if self._mod_aux.binded:
            self._mod_aux.backward(out_grads)

    def prepare(self, data_batch: Batches, sparse_row_id_fn: RowIdFunction | None = None) -> None:
        super().prepare(data_batch, sparse_row_id_fn)
        self._mod_aux.prepare(data_batch, sparse_row_id_fn)

    # --- the optimizer ----------------------------------------------------------------------------

    def init_optimizer(
        self,
        kvstore: KVStoreLike = "local",
        optimizer: OptimizerLike = "sgd",
        optimizer_params: OptimizerParams = RATE,
        force_init: bool = False,
    ) -> None:
        args = self.get_params()[0]
        self._param_dict = [
            {name: nd.zeros(x.shape, context, x.dtype) for name, x in args.items()}
            for context in self._context
        ]
        wrapped = self._create_optimizer(
            _SVRGOptimizer.__name__, optimizer, kvstore, optimizer_params
        )
        super().init_optimizer(kvstore, wrapped, optimizer_params, force_init)
        if self._kvstore is not None:
            for name in self._param_names:
                self._kvstore.init(f"{name}_full", nd.zeros(args[name].shape))

    def _create_optimizer(
        self,
        optimizer: str,
        default_opt: OptimizerLike,
        kvstore: KVStoreLike,
        optimizer_params: OptimizerParams,
    ) -> optimizers.Optimizer:
        """The optimizer *optimizer* around *default_opt*, with names of weights and sums."""
        batch_size = self._exec_group.batch_size
        store, on_store = create_kvstore(kvstore, self._ctx_len, self.get_params()[0])
        if store is not None and "dist" in store.type and "_sync" in store.type:
            batch_size *= store.num_workers
        devices = 1 if on_store else self._ctx_len
        names = {
            i * devices + k: name
            for i, name in enumerate(self._param_names)
            for k in range(devices)
        }
        for name in self._param_dict[0]:
            names[len(names)] = f"{name}_full"
        return optimizers.create(
            optimizer,
            default_optimizer=default_opt,
            **{"rescale_grad": 1.0 / batch_size, **dict(optimizer_params), "param_idx2name": names},
        )

    # --- gradients --------------------------------------------------------------------------------

    def update(self) -> None:
        self._update_svrg_gradients()
        super().update()

    def _begin_epoch(self, epoch: int, train_data: DataIterLike) -> None:
        if epoch % self.update_freq == 0:
            self.update_full_grads(train_data)
        train_data.reset()

    def update_full_grads(self, train_data: DataIterLike) -> None:
        """Remember the weights, and compute the mean of their gradients over all batches.

        Parameters
        ----------
        train_data : DataIter
            It is reset first.
        """
        self._mod_aux.set_params(*self.get_params())
        group = self._mod_aux._exec_group
        grads = zip(self._param_names, group.grad_arrays, strict=True)
        learnt = [(i, name) for i, (name, parts) in enumerate(grads) if parts[0] is not None]
        for sums in self._param_dict:
            for _, name in learnt:
                sums[name][:] = 0
        train_data.reset()
        count, pad = 0, 0
        for batch in train_data:
            self._mod_aux.forward(batch, is_train=True)
            self._mod_aux.backward()
            count, pad = count + 1, batch.pad or 0
            group = self._mod_aux._exec_group
            for k, sums in enumerate(self._param_dict):
                for i, name in learnt:
                    if (grad := group.grad_arrays[i][k]) is not None:
                        sums[name] += grad
        batches = count - pad / train_data.batch_size
        for _, name in learnt:
            for sums in self._param_dict:
                sums[name] /= batches
            if self._kvstore is not None:
                self._accumulate_kvstore(name, [sums[name] for sums in self._param_dict])

    def _accumulate_kvstore(self, key: str, value: Sequence[NDArray]) -> None:
        """Add up what devices, and machines, have of a mean."""
        self._kvstore.push(f"{key}_full", list(value))
        self._kvstore._barrier()
        self._kvstore.pull(f"{key}_full", list(value))
        self._allocate_gradients(key, value)

    def _allocate_gradients(self, key: str, value: Sequence[NDArray]) -> None:
        """Give each device its part of a mean."""
        for sums, x in zip(self._param_dict, value, strict=False):
            sums[key] = x / self._ctx_len

    def _svrg_grads_update_rule(
        self,
        g_curr_batch_curr_weight: NDArray,
        g_curr_batch_special_weight: NDArray,
        g_special_weight_all_batch: NDArray,
    ) -> NDArray:
        """The first gradient, minus the second, plus the mean; it replaces the first."""
        g_curr_batch_curr_weight -= g_curr_batch_special_weight
        g_curr_batch_curr_weight += g_special_weight_all_batch
        return g_curr_batch_curr_weight

    def _update_svrg_gradients(self) -> None:
        own, other = self._exec_group.grad_arrays, self._mod_aux._exec_group.grad_arrays
        for i, name in enumerate(self._param_names):
            for grad, old, sums in zip(own[i], other[i], self._param_dict, strict=True):
                if grad is not None and old is not None:
                    self._svrg_grads_update_rule(grad, old, sums[name])
