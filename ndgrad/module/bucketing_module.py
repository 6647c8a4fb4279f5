"""`BucketingModule`: modules for data of several lengths, with the same parameters."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from .. import nd
from ..base import Shape, shown
from ..context import Context
from ..io import DataDesc
from ..io.batches import DataShapes
from ..metric import EvalMetric
from ..name import NameManager
from ..nd import NDArray
from ..symbol import Symbol
from .base_module import (
    RATE,
    UNIFORM,
    BaseModule,
    Batches,
    InitializeFunction,
    Labels,
    OptimizerParams,
    RowIdFunction,
    described,
    names,
)
from .checkpoint import Params, read_params
from .executor_group import GroupsLike
from .module import CommonArguments, Module

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

Key: TypeAlias = Any
"""What a bucket is called: its length, or several lengths."""


SymGen: TypeAlias = Callable[[Key], tuple[Symbol, Sequence[str] | None, Sequence[str] | None]]
"""From a key to a symbol, the names of its data, and those of its labels."""


class BucketingModule(BaseModule):
    """A module for each length of data, all of which share parameters and the optimizer.

    A batch says by its ``bucket_key`` which one computes it.

    Parameters
    ----------
    sym_gen : callable
        ``sym_gen(bucket_key)`` returns a symbol, the names of its data, and those of its labels.
    default_bucket_key
        That of the module that holds the parameters, as a rule the largest.
    logger, context, work_load_list, fixed_param_names, state_names, group2ctxs, compression_params
        See `Module`.
    """

    def __init__(
        self,
        sym_gen: SymGen,
        default_bucket_key: Key = None,
        logger: LoggerLike = logging,
        context: Context | Sequence[Context] | None = None,
        work_load_list: Sequence[float] | None = None,
        fixed_param_names: Sequence[str] | None = None,
        state_names: Sequence[str] | None = None,
        group2ctxs: GroupsLike | None = None,
        compression_params: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(logger)
        if default_bucket_key is None:
            raise AssertionError("BucketingModule: default_bucket_key is missing")
        self._sym_gen = sym_gen
        self._default_bucket_key = default_bucket_key
        # Under the names of MXNet: programs that wrap modules read them.
        self._fixed_param_names = [*(fixed_param_names or ())]
        self._state_names = [*(state_names or ())]
        self._context, self._work_load_list = context, work_load_list
        self._group2ctxs, self._compression_params = group2ctxs, compression_params
        self._buckets: dict[Key, Module] = {}
        self._curr_module: Module | MaybeNone = None
        self._curr_bucket_key: Key = None
        self._loaded: tuple[Params, Params] | None = None
        self._grad_req: GradReqLike = "write"
        self._monitor: Monitor | None = None
        self._module_of(default_bucket_key)  # refuses a sym_gen that does not fit

    def _generated(self, key: Key) -> tuple[Symbol, Sequence[str] | None, Sequence[str] | None]:
        """What *sym_gen* makes; numbers in names start anew, so that buckets share parameters."""
        with NameManager():
            made = self._sym_gen(key)
        if not isinstance(made, (tuple, list)) or len(made) != 3:
            raise TypeError(
                "BucketingModule: sym_gen must return a symbol, data_names and label_names, got "
                f"{shown(made)} for bucket {key!r}"
            )
        symbol, data_names, label_names = made
        return symbol, data_names, label_names

    def _module_of(self, key: Key) -> Module:
        symbol, data_names, label_names = self._generated(key)
        return Module(
            symbol,
            data_names,
            label_names,
            logger=self.logger,
            context=self._context,
            work_load_list=self._work_load_list,
            fixed_param_names=self._fixed_param_names,
            state_names=self._state_names,
            group2ctxs=self._group2ctxs,
            compression_params=self._compression_params,
        )

    # --- files ------------------------------------------------------------------------------------

    @staticmethod
    def load(
        prefix: str,
        epoch: int,
        sym_gen: SymGen | None = None,
        default_bucket_key: Key = None,
        **kwargs: Unpack[CommonArguments],
    ) -> BucketingModule:
        """A module from the parameters that `save_checkpoint` wrote.

        Parameters
        ----------
        prefix : str
        epoch : int
        sym_gen, default_bucket_key, **kwargs
            The arguments of `BucketingModule`.

        Raises
        ------
        AssertionError
            If *sym_gen* is missing.
        """
        if sym_gen is None:
            raise AssertionError("load: sym_gen is missing")
        module = BucketingModule(sym_gen, default_bucket_key, **kwargs)
        module._loaded = read_params(f"{prefix}-{epoch:04d}.params")
        module.params_initialized = True
        return module

    @staticmethod
    def load_dict(
        sym_dict: Mapping[Key, Symbol] | None = None,
        sym_gen: SymGen | None = None,
        default_bucket_key: Key = None,
        arg_params: Params | None = None,
        aux_params: Params | None = None,
        **kwargs: Unpack[CommonArguments],
    ) -> BucketingModule:
        """A module with these parameters.

        Parameters
        ----------
        sym_dict : dict, optional
            Symbols by key, instead of those that *sym_gen* returns.
        sym_gen, default_bucket_key, **kwargs
            The arguments of `BucketingModule`.
        arg_params, aux_params : dict of str to NDArray

        Raises
        ------
        AssertionError
            If *sym_gen* is missing.
        """
        if sym_gen is None:
            raise AssertionError("load_dict: sym_gen is missing")
        symbols = dict(sym_dict or {})

        def generate(
            key: Key,
        ) -> tuple[Symbol, Sequence[str] | None, Sequence[str] | None]:
            symbol, data_names, label_names = sym_gen(key)
            return symbols.get(key, symbol), data_names, label_names

        module = BucketingModule(generate, default_bucket_key, **kwargs)
        module._loaded = (dict(arg_params or {}), dict(aux_params or {}))
        module.params_initialized = True
        return module

    def save_checkpoint(self, prefix: str, epoch: int, remove_amp_cast: bool = False) -> None:
        """Write the parameters, the symbol of each key, and the keys.

        The files are ``<prefix>-<epoch>.params``, ``<prefix>-<key>-symbol.json`` and
        ``<prefix>.buckets``.  *remove_amp_cast* is ignored: no casts are inserted for float16.
        """
        self._require("save_checkpoint")
        self.save_params(f"{prefix}-{epoch:04d}.params")
        for key, module in self._buckets.items():
            module.symbol.save(f"{prefix}-{key}-symbol.json")
        nd.save(f"{prefix}.buckets", nd.array(list(self._buckets), dtype="int32"))

    # --- names and shapes -------------------------------------------------------------------------

    @property
    def data_names(self) -> list[str]:
        if self.binded:
            return self._curr_module.data_names
        return names(self._generated(self._default_bucket_key)[1])

    @property
    def output_names(self) -> list[str]:
        if self.binded:
            return self._curr_module.output_names
        return self._generated(self._default_bucket_key)[0].list_outputs()

    @property
    def data_shapes(self) -> list[DataDesc]:
        self._require("data_shapes", params=False)
        return self._curr_module.data_shapes

    @property
    def label_shapes(self) -> list[DataDesc] | None:
        self._require("label_shapes", params=False)
        return self._curr_module.label_shapes

    @property
    def output_shapes(self) -> list[tuple[str, Shape]]:
        self._require("output_shapes", params=False)
        return self._curr_module.output_shapes

    @property
    def symbol(self) -> Symbol:
        self._require("symbol", params=False)
        return self._curr_module.symbol

    # --- binding ----------------------------------------------------------------------------------

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
        """Bind the module of the default key; the others follow when they are used."""
        if shared_module is not None:
            raise AssertionError("bind: BucketingModule cannot share another module's parameters")
        if self._stays_bound(force_rebind):
            return
        if self.binded and self.params_initialized:
            self._loaded = self.get_params()
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._grad_req = grad_req
        module = self._module_of(self._default_bucket_key)
        module.bind(data_shapes, label_shapes, for_training, inputs_need_grad, grad_req=grad_req)
        self._buckets = {self._default_bucket_key: module}
        self._curr_module, self._curr_bucket_key = module, self._default_bucket_key
        self.binded = True
        self.optimizer_initialized = False
        if self._loaded is not None:
            self.set_params(*self._loaded)
            self._loaded = None

    def switch_bucket(
        self, bucket_key: Key, data_shapes: DataShapes, label_shapes: DataShapes | None = None
    ) -> None:
        """Let the module of this key compute what follows; make and bind it if it is new."""
        self._require("switch_bucket", params=False)
        if bucket_key not in self._buckets:
            default = self._buckets[self._default_bucket_key]
            module = self._module_of(bucket_key)
            module.bind(
                data_shapes,
                label_shapes,
                self.for_training,
                self.inputs_need_grad,
                shared_module=default,
                grad_req=self._grad_req,
            )
            if self._monitor is not None:
                module.install_monitor(self._monitor)
            self._buckets[bucket_key] = module
        self._curr_module, self._curr_bucket_key = self._buckets[bucket_key], bucket_key

    def _switch_to(self, data_batch: Batches) -> None:
        batch = described(data_batch)
        self.switch_bucket(batch.bucket_key, batch.provide_data, batch.provide_label)

    def install_monitor(self, mon: Monitor) -> None:
        self._require("install_monitor", params=False)
        self._monitor = mon
        for module in self._buckets.values():
            module.install_monitor(mon)

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
            return
        self._require("init_params", params=False)
        self._buckets[self._default_bucket_key].init_params(
            initializer, arg_params, aux_params, allow_missing, True, allow_extra
        )
        self.params_initialized = True

    def get_params(self) -> tuple[Params, Params]:
        if self._loaded is not None:
            return self._loaded
        self._require("get_params")
        return self._buckets[self._default_bucket_key].get_params()

    def init_optimizer(
        self,
        kvstore: KVStoreLike = "local",
        optimizer: OptimizerLike = "sgd",
        optimizer_params: OptimizerParams = RATE,
        force_init: bool = False,
    ) -> None:
        self._require("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        default = self._buckets[self._default_bucket_key]
        default.init_optimizer(kvstore, optimizer, optimizer_params, force_init)
        for module in self._buckets.values():
            if module is not default:
                module.borrow_optimizer(default)
        self.optimizer_initialized = True

    def update(self) -> None:
        self._require("update", optimizer=True)
        if not self._curr_module.optimizer_initialized:
            self._curr_module.borrow_optimizer(self._buckets[self._default_bucket_key])
        self._curr_module.update()
        self._buckets[self._default_bucket_key].params_changed()

    # --- computing --------------------------------------------------------------------------------

    def prepare(self, data_batch: Batches, sparse_row_id_fn: RowIdFunction | None = None) -> None:
        super().prepare(data_batch, sparse_row_id_fn)
        self._require("prepare")
        current = self._curr_bucket_key
        self._switch_to(data_batch)
        self._curr_module, self._curr_bucket_key = self._buckets[current], current

    def forward(self, data_batch: Batches, is_train: bool | None = None) -> None:
        self._require("forward")
        self._switch_to(data_batch)
        self._curr_module.forward(data_batch, is_train)

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        self._require("backward")
        self._curr_module.backward(out_grads)

    def get_outputs(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_outputs")
        return self._curr_module.get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_input_grads")
        return self._curr_module.get_input_grads(merge_multi_context)

    def get_states(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_states")
        return self._curr_module.get_states(merge_multi_context)

    def set_states(
        self, states: Sequence[Sequence[NDArray]] | None = None, value: float | None = None
    ) -> None:
        self._require("set_states")
        self._curr_module.set_states(states, value)

    def update_metric(
        self, eval_metric: EvalMetric, labels: Labels, pre_sliced: bool = False
    ) -> None:
        self._require("update_metric")
        self._curr_module.update_metric(eval_metric, labels, pre_sliced)
