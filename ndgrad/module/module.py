"""`Module`: a symbol with parameters and an optimizer."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from .. import kvstore as kvstores
from .. import nd
from .. import optimizer as optimizers
from .._files import read_file, write_file
from ..base import Shape
from ..context import Context, cpu
from ..initializer import InitDesc
from ..io import DataDesc
from ..io.batches import DataShapes
from ..metric import EvalMetric
from ..nd import NDArray
from ..symbol import Symbol
from .base_module import (
    RATE,
    UNIFORM,
    BaseModule,
    Batches,
    BatchLike,
    InitializeFunction,
    Labels,
    OptimizerParams,
    names,
)
from .checkpoint import Params, load_checkpoint, save_checkpoint
from .checks import check_batches, check_initializer, descriptions
from .devices import check_input_names
from .executor_group import (
    DataParallelExecutorGroup,
    GroupsLike,
    copy_into,
    groups_of_devices,
)

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


class CommonArguments(TypedDict, total=False):
    """Arguments of modules with a symbol, or several."""

    logger: LoggerLike
    context: Context | Sequence[Context] | None
    work_load_list: Sequence[float] | None
    fixed_param_names: Sequence[str] | None
    state_names: Sequence[str] | None
    group2ctxs: GroupsLike | None
    compression_params: Mapping[str, object] | None


class ModuleArguments(CommonArguments, total=False):
    """Arguments of `Module` but for the symbol."""

    data_names: Sequence[str] | None
    label_names: Sequence[str] | None


class Module(BaseModule):
    """A symbol with parameters and an optimizer, on one device or on several.

    Parameters
    ----------
    symbol : Symbol
    data_names, label_names : list of str, optional
        The arguments that batches bring.
    logger : logging.Logger or module
    context : Context or list of Context, optional
        Several devices compute a part of each batch each.
    work_load_list : list of float, optional
        How large these parts are, in proportion.
    fixed_param_names : list of str, optional
        Parameters that are not learnt.
    state_names : list of str, optional
        Arguments that are neither parameters nor data, see `set_states`.
    group2ctxs : dict of str to Context or list of Context, or list of dict, optional
        Where the parts of the symbol are whose ``ctx_group`` has a name: for each device one
        context, or one for all of them.
    compression_params : optional
        Ignored: gradients are not compressed.

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc")
    >>> module = mx.mod.Module(mx.sym.SoftmaxOutput(x, name="softmax"))
    >>> data = mx.io.NDArrayIter(mx.nd.ones((6, 3)), mx.nd.zeros(6), batch_size=2)
    >>> module.fit(data, num_epoch=5, optimizer_params={"learning_rate": 1.0})
    >>> module.score(data, "acc")
    [('accuracy', 1.0)]
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
    ) -> None:
        super().__init__(logger)
        if context is None:
            context = cpu()
        self._context = [context] if isinstance(context, Context) else list(context)
        if work_load_list is not None and len(work_load_list) != len(self._context):
            raise AssertionError(
                f"Module: work_load_list has {len(work_load_list)} numbers for "
                f"{len(self._context)} devices"
            )
        self._work_load_list = work_load_list
        self._group2ctxs = groups_of_devices(group2ctxs, len(self._context))
        self._symbol = symbol
        self._data_names, self._label_names = names(data_names), names(label_names)
        self._state_names, self._fixed_param_names = names(state_names), names(fixed_param_names)
        check_input_names(symbol, self._data_names, "data", True)
        check_input_names(symbol, self._label_names, "label", False)
        check_input_names(symbol, self._state_names, "state", True)
        check_input_names(symbol, self._fixed_param_names, "fixed_param", True)
        inputs = {*self._data_names, *self._label_names, *self._state_names}
        self._param_names = [name for name in symbol.list_arguments() if name not in inputs]
        self._aux_names = symbol.list_auxiliary_states()
        self._output_names = symbol.list_outputs()
        self._arg_params: Params | None = None
        self._aux_params: Params | None = None
        self._params_dirty = False
        self._optimizer: optimizers.Optimizer | MaybeNone = None
        self._kvstore: kvstores.KVStore | MaybeNone = None
        self._updater: optimizers.Updater | MaybeNone = None
        self._preload_opt_states: str | None = None
        self._grad_req: GradReqLike = "write"
        self._exec_group: DataParallelExecutorGroup | MaybeNone = None
        self._data_shapes: list[DataDesc] = []
        self._label_shapes: list[DataDesc] = []

    # --- files ------------------------------------------------------------------------------------

    @staticmethod
    def load(
        prefix: str,
        epoch: int,
        load_optimizer_states: bool = False,
        **kwargs: Unpack[ModuleArguments],
    ) -> Module:
        """A module from the files of `save_checkpoint`.

        Parameters
        ----------
        prefix : str
        epoch : int
        load_optimizer_states : bool
            Whether `init_optimizer` will load the optimizer's states.
        **kwargs
            Arguments of `Module`.
        """
        symbol, args, auxs = load_checkpoint(prefix, epoch)
        module = Module(symbol, **kwargs)
        module._arg_params, module._aux_params = args, auxs
        module.params_initialized = True
        if load_optimizer_states:
            module._preload_opt_states = f"{prefix}-{epoch:04d}.states"
        return module

    def save_checkpoint(
        self,
        prefix: str,
        epoch: int,
        save_optimizer_states: bool = False,
        remove_amp_cast: bool = True,
    ) -> None:
        """Write the symbol, the parameters and, if asked for, the optimizer's states.

        The files are ``<prefix>-symbol.json``, ``<prefix>-<epoch>.params`` and ``.states``.
        """
        save_checkpoint(prefix, epoch, self._symbol, *self.get_params(), remove_amp_cast)
        if save_optimizer_states:
            fname = f"{prefix}-{epoch:04d}.states"
            self.save_optimizer_states(fname)
            logging.info('Saved optimizer state to "%s"', fname)

    def save_optimizer_states(self, fname: str) -> None:
        """Write the optimizer's states to a file."""
        self._require("save_optimizer_states", optimizer=True)
        if self._kvstore is not None:
            self._kvstore.save_optimizer_states(fname)
        else:
            write_file(fname, [self._updater.get_states()], "save_optimizer_states")

    def load_optimizer_states(self, fname: str) -> None:
        """Load the optimizer's states.  The file is unpickled: take none from others."""
        self._require("load_optimizer_states", optimizer=True)
        if self._kvstore is not None:
            self._kvstore.load_optimizer_states(fname)
        else:
            self._updater.set_states(read_file(fname, "load_optimizer_states"))

    # --- names and shapes -------------------------------------------------------------------------

    @property
    def data_names(self) -> list[str]:
        return self._data_names

    @property
    def label_names(self) -> list[str]:
        """The names of the labels."""
        return self._label_names

    @property
    def output_names(self) -> list[str]:
        return self._output_names

    @property
    def data_shapes(self) -> list[DataDesc]:
        self._require("data_shapes", params=False)
        return self._data_shapes

    @property
    def label_shapes(self) -> list[DataDesc] | None:
        self._require("label_shapes", params=False)
        return self._label_shapes or None

    @property
    def output_shapes(self) -> list[tuple[str, Shape]]:
        self._require("output_shapes", params=False)
        return self._exec_group.get_output_shapes()

    # --- executors --------------------------------------------------------------------------------

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
        if self._stays_bound(force_rebind):
            return
        if inputs_need_grad and not for_training:
            raise AssertionError("bind: inputs_need_grad=True needs for_training=True")
        data, labels = self._described(data_shapes, label_shapes)
        shared = None
        # Another module that has executors and parameters is a `Module` in this respect.
        other: Module | Any = shared_module
        if other is not None:
            other._require("bind: shared_module")
            shared = other._exec_group
        if force_rebind and self.binded and self.params_initialized:
            self.get_params()
        self._exec_group = self._executors(
            data, labels, for_training, inputs_need_grad, shared, grad_req
        )
        self._data_shapes, self._label_shapes, self._grad_req = data, labels, grad_req
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self.binded = True
        if other is not None:
            self.params_initialized = True
            self._arg_params = other._arg_params
            self._aux_params = other._aux_params
            if other.optimizer_initialized:
                self.borrow_optimizer(other)
        elif self.params_initialized:
            assert self._arg_params is not None and self._aux_params is not None
            self._exec_group.set_params(self._arg_params, self._aux_params, allow_extra=True)

    def _reset_bind(self) -> None:
        """Forget the executors, as modules do in MXNet that bind themselves."""
        self.binded = False
        self._exec_group = None
        self._data_shapes, self._label_shapes = [], []

    def reshape(self, data_shapes: DataShapes, label_shapes: DataShapes | None = None) -> None:
        """Bind for batches of another shape, with the same parameters."""
        self._require("reshape", params=False)
        data, labels = self._described(data_shapes, label_shapes)
        before = self._exec_group.execs
        self._exec_group = self._executors(
            data,
            labels,
            self.for_training,
            self.inputs_need_grad,
            self._exec_group,
            self._grad_req,
        )
        for exe, old in zip(self._exec_group.execs, before, strict=True):
            exe._monitor = old._monitor
        self._data_shapes, self._label_shapes = data, labels

    def _executors(
        self,
        data: list[DataDesc],
        labels: list[DataDesc],
        for_training: bool,
        inputs_need_grad: bool,
        shared: DataParallelExecutorGroup | None,
        grad_req: GradReqLike,
    ) -> DataParallelExecutorGroup:
        return DataParallelExecutorGroup(
            self._symbol,
            self._context,
            self._work_load_list,
            data,
            labels,
            self._param_names,
            for_training,
            inputs_need_grad,
            shared,
            fixed_param_names=self._fixed_param_names,
            grad_req=grad_req,
            state_names=self._state_names,
            group2ctxs=self._group2ctxs,
        )

    def _described(
        self, data_shapes: DataShapes, label_shapes: DataShapes | None
    ) -> tuple[list[DataDesc], list[DataDesc]]:
        """Descriptions of data and labels, in the order of the module's names if these fit."""
        data, labels = descriptions(data_shapes), descriptions(label_shapes)
        text = "Data provided by {0}_shapes don't match names specified by {0}_names ({1} vs. {2})"
        for what, descs, expected in (
            ("data", data, self._data_names),
            ("label", labels, self._label_names),
        ):
            found = [desc.name for desc in descs]
            if sorted(found) != sorted(expected):
                message = text.format(what, found, expected)
                if what == "data":
                    raise ValueError(message)
                if found:
                    warnings.warn(message, stacklevel=3)
        return data, labels

    def install_monitor(self, mon: Monitor) -> None:
        self._require("install_monitor", params=False)
        for exe in self._exec_group.execs:
            mon.install(exe)

    # --- parameters -------------------------------------------------------------------------------

    def init_params(
        self,
        initializer: InitializeFunction | None = UNIFORM,
        arg_params: Mapping[str, NDArray] | None = None,
        aux_params: Mapping[str, NDArray] | None = None,
        allow_missing: bool = False,
        force_init: bool = False,
        allow_extra: bool = False,
    ) -> None:
        if self.params_initialized and not force_init:
            warnings.warn(
                "Parameters already initialized and force_init=False. init_params call ignored.",
                stacklevel=2,
            )
            return
        self._require("init_params", params=False)
        check_initializer(initializer)
        attributes = self._symbol.attr_dict()
        exe = self._exec_group.execs[0]
        args = {name: _zeros_on_host(exe.arg_dict[name]) for name in self._param_names}
        auxs = {name: _zeros_on_host(exe.aux_dict[name]) for name in self._aux_names}
        for arrays, given in ((args, arg_params), (auxs, aux_params)):
            for name, array in sorted(arrays.items()):
                if given is not None and name in given:
                    copy_into(array, given[name], name)
                    continue
                if given is not None and not allow_missing:
                    raise RuntimeError(f"{name} is not presented")
                if initializer is not None and array.stype == "default":
                    initializer(InitDesc(name, attributes.get(name)), array)
                elif initializer is not None:
                    values = nd.zeros(array.shape, dtype=array.dtype)
                    initializer(InitDesc(name, attributes.get(name)), values)
                    array[:] = values
        self._arg_params, self._aux_params = args, auxs
        self.params_initialized = True
        self._params_dirty = False
        self._exec_group.set_params(args, auxs, allow_extra=allow_extra)

    def set_params(
        self,
        arg_params: Mapping[str, NDArray],
        aux_params: Mapping[str, NDArray],
        allow_missing: bool = False,
        force_init: bool = True,
        allow_extra: bool = False,
    ) -> None:
        if not allow_missing or not self.params_initialized:
            super().set_params(arg_params, aux_params, allow_missing, force_init, allow_extra)
            return
        if not force_init:
            warnings.warn(
                "Parameters already initialized and force_init=False. set_params call ignored.",
                stacklevel=2,
            )
            return
        self._exec_group.set_params(arg_params, aux_params, allow_extra=allow_extra)
        self._params_dirty = True

    def get_params(self) -> tuple[Params, Params]:
        if self._arg_params is None or self._aux_params is None:
            raise AssertionError("get_params: call bind and init_params before")
        if self._params_dirty:
            self._exec_group.get_params(self._arg_params, self._aux_params)
            self._params_dirty = False
        return self._arg_params, self._aux_params

    def params_changed(self) -> None:
        """Note that another module has changed the parameters, which this one shares with it."""
        self._params_dirty = True

    # --- the optimizer ----------------------------------------------------------------------------

    def init_optimizer(
        self,
        kvstore: KVStoreLike = "local",
        optimizer: OptimizerLike = "sgd",
        optimizer_params: OptimizerParams = RATE,
        force_init: bool = False,
    ) -> None:
        self._require("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring...")
            return
        store = _store(kvstore, len(self._context))
        count = len(self._context)
        batch_size = self._exec_group.batch_size
        if store is not None and "dist" in store.type and "_sync" in store.type:
            batch_size *= store.num_workers
        if store is not None:
            index_names: dict[int | str, str] = {**dict(enumerate(self._param_names))}
        else:
            index_names = {
                i * count + k: name
                for i, name in enumerate(self._param_names)
                for k in range(count)
            }
        scale = 1.0 / batch_size
        if isinstance(optimizer, str):
            arguments = {"rescale_grad": scale, **dict(optimizer_params)}
            optimizer = optimizers.create(
                optimizer, sym=self._symbol, param_idx2name=index_names, **arguments
            )
        else:
            if not isinstance(optimizer, optimizers.Optimizer):
                raise AssertionError(
                    f"init_optimizer: optimizer must be a name or an Optimizer, "
                    f"got {type(optimizer).__name__}"
                )
            if optimizer.rescale_grad != scale:
                warnings.warn(
                    "Optimizer created manually outside Module but rescale_grad is not normalized "
                    f"to 1.0/batch_size/num_workers ({optimizer.rescale_grad} vs. {scale}). "
                    "Is this intended?",
                    stacklevel=2,
                )
            if not optimizer.idx2name:
                optimizer.idx2name = index_names
        self._optimizer, self._kvstore = optimizer, store
        self._updater = None if store is not None else optimizers.get_updater(optimizer)
        if store is not None:
            store.set_optimizer(optimizer)
            for name, arrays in zip(self._param_names, self._exec_group.param_arrays, strict=True):
                store.init(name, arrays[0])
        self.optimizer_initialized = True
        if self._preload_opt_states is not None:
            self.load_optimizer_states(self._preload_opt_states)
            self._preload_opt_states = None

    def borrow_optimizer(self, shared_module: Module) -> None:
        """Use the optimizer of another module, with its states."""
        shared_module._require("borrow_optimizer", optimizer=True)
        self._optimizer = shared_module._optimizer
        self._kvstore = shared_module._kvstore
        self._updater = shared_module._updater
        self.optimizer_initialized = True

    def update(self) -> None:
        self._require("update", optimizer=True)
        self._params_dirty = True
        group = self._exec_group
        if self._kvstore is None:
            for k in range(len(self._context)):
                self._updater(*group.updates_on(k))
            return
        for i, (name, weights, grads) in enumerate(
            zip(self._param_names, group.param_arrays, group.grad_arrays, strict=True)
        ):
            if grads[0] is not None:
                self._kvstore.push(name, grads, priority=-i)
                self._kvstore.pull(name, weights, priority=-i, ignore_sparse=False)

    # --- computing --------------------------------------------------------------------------------

    def forward(self, data_batch: Batches, is_train: bool | None = None) -> None:
        self._require("forward")
        self._fit_shapes(data_batch)
        self._exec_group.forward(data_batch, self.for_training if is_train is None else is_train)

    def _fit_shapes(self, batch: Batches) -> None:
        """Bind for the shapes of a batch if they are others."""
        parts: Sequence[BatchLike] = batch if isinstance(batch, list) else [batch]
        check_batches(parts)
        data = _descriptions_of(self._data_shapes, parts, "data")
        labels, labelled = self._label_shapes, bool(getattr(parts[0], "label", None))
        if labelled:
            known = labels or [DataDesc(name, ()) for name in self._label_names]
            labels = _descriptions_of(known, parts, "label")
        if _shapes(data) != _shapes(self._data_shapes) or (
            labels and _shapes(labels) != _shapes(self._label_shapes or ())
        ):
            self.reshape(data, labels if labelled else None)

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        self._require("backward")
        self._exec_group.backward(out_grads)

    def get_outputs(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_outputs")
        return self._exec_group.get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_input_grads")
        if not self.inputs_need_grad:
            raise AssertionError("get_input_grads: bind with inputs_need_grad=True before")
        return self._exec_group.get_input_grads(merge_multi_context)

    def get_states(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_states")
        states = self._exec_group.get_states()
        return [parts[0] for parts in states] if merge_multi_context else [*states]

    def set_states(
        self, states: Sequence[Sequence[NDArray]] | None = None, value: float | None = None
    ) -> None:
        self._require("set_states")
        if (states is None) == (value is None):
            raise AssertionError("set_states: pass states, or a value")
        self._exec_group.set_states(states, value)

    def update_metric(
        self, eval_metric: EvalMetric, labels: Labels, pre_sliced: bool = False
    ) -> None:
        label_names = [desc.name for desc in self._label_shapes or ()] or self._label_names
        self._exec_group.update_metric(eval_metric, labels, label_names, pre_sliced)


def _store(kvstore: KVStoreLike, devices: int) -> kvstores.KVStore | MaybeNone:
    """The store that adds gradients of several devices; None if there is nothing to add."""
    if isinstance(kvstore, str):
        return None if devices == 1 and "dist" not in kvstore else kvstores.create(kvstore)
    return kvstore


def _zeros_on_host(like: NDArray) -> NDArray:
    return nd.zeros(like.shape, dtype=like.dtype, stype=like.stype)


def _descriptions_of(
    old: Sequence[DataDesc], parts: Sequence[BatchLike], what: str
) -> list[DataDesc]:
    """Descriptions of a batch that comes in *parts*, one for each device."""
    provided = getattr(parts[0], f"provide_{what}", None)
    if provided and len(parts) == 1:
        return descriptions(provided)
    found = []
    for i, desc in enumerate(old):
        if i >= len(getattr(parts[0], what)):
            break
        shape = list(getattr(parts[0], what)[i].shape)
        axis = DataDesc.get_batch_axis(desc.layout)
        if axis >= 0 and shape:
            shape[axis] = sum(getattr(part, what)[i].shape[axis] for part in parts)
        found.append(DataDesc(desc.name, tuple(shape), desc.dtype, desc.layout))
    return found


def _shapes(descs: Sequence[DataDesc]) -> list[tuple[str, Shape]]:
    return sorted((desc.name, tuple(desc.shape)) for desc in descs)
