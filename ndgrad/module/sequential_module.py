"""`SequentialModule`: modules one after the other, each of which takes the outputs before it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..base import Shape
from ..io import DataBatch, DataDesc
from ..io.batches import DataShapes
from ..metric import EvalMetric
from ..nd import NDArray
from .base_module import (
    RATE,
    UNIFORM,
    BaseModule,
    Batches,
    InitializeFunction,
    Labels,
    OptimizerParams,
)
from .checkpoint import Params

if TYPE_CHECKING:
    from ..monitor import Monitor
    from ..typing import (
        GradReqLike,
        KVStoreLike,
        LoggerLike,
        MaybeMany,
        OptimizerLike,
    )


class SequentialModule(BaseModule):
    """A chain of modules: the data of each are the outputs of the one before.

    Parameters
    ----------
    logger : logging.Logger or module

    Examples
    --------
    >>> import ndgrad as mx
    >>> x = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=2, name="fc")
    >>> chain = mx.mod.SequentialModule()
    >>> chain = chain.add(mx.mod.Module(x, label_names=None))
    >>> loss = mx.sym.SoftmaxOutput(mx.sym.var("data"), name="softmax")
    >>> chain = chain.add(mx.mod.Module(loss), take_labels=True, auto_wiring=True)
    """

    META_TAKE_LABELS = "take_labels"
    META_AUTO_WIRING = "auto_wiring"

    def __init__(self, logger: LoggerLike = logging) -> None:
        super().__init__(logger)
        self._modules: list[BaseModule] = []
        self._metas: list[dict[str, bool]] = []
        self._label_shapes: DataShapes | None = None

    def add(self, module: BaseModule, **kwargs: bool) -> SequentialModule:
        """Append a module.

        Parameters
        ----------
        module : BaseModule
        take_labels : bool
            Whether it gets the labels.
        auto_wiring : bool
            Whether its data are called as the outputs of the module before.

        Returns
        -------
        SequentialModule
            This one.

        Raises
        ------
        AssertionError
            For arguments of other names.
        """
        for name in kwargs:
            if name not in (self.META_TAKE_LABELS, self.META_AUTO_WIRING):
                raise AssertionError(f'Unknown meta "{name}", a typo?')
        self._modules.append(module)
        self._metas.append(kwargs)
        self.binded = self.params_initialized = self.optimizer_initialized = False
        return self

    @property
    def data_names(self) -> list[str]:
        return self._modules[0].data_names if self._modules else []

    @property
    def output_names(self) -> list[str]:
        return self._modules[-1].output_names if self._modules else []

    @property
    def data_shapes(self) -> list[DataDesc]:
        self._require("data_shapes", params=False)
        return self._modules[0].data_shapes

    @property
    def label_shapes(self) -> DataShapes | None:
        self._require("label_shapes", params=False)
        return self._label_shapes

    @property
    def output_shapes(self) -> list[tuple[str, Shape]]:
        self._require("output_shapes", params=False)
        return self._modules[-1].output_shapes

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
        if not self._modules:
            raise AssertionError("bind: add modules before")
        if shared_module is not None:
            raise AssertionError("bind: SequentialModule cannot share another module's parameters")
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        shapes: DataShapes = data_shapes
        takes_labels = False
        for i, (module, meta) in enumerate(zip(self._modules, self._metas, strict=True)):
            takes = bool(meta.get(self.META_TAKE_LABELS))
            takes_labels = takes_labels or takes
            if meta.get(self.META_AUTO_WIRING):
                found = [shape for _, shape in shapes]
                if len(found) != len(module.data_names):
                    raise AssertionError(
                        f"bind: module {i} takes {module.data_names}, {len(found)} arrays come in"
                    )
                shapes = list(zip(module.data_names, found, strict=True))
            module.bind(
                shapes,
                label_shapes if takes else None,
                for_training,
                for_training and (inputs_need_grad or i > 0),
                force_rebind,
                grad_req=grad_req,
            )
            shapes = [(name, tuple(shape)) for name, shape in module.output_shapes]
        self._label_shapes = label_shapes if takes_labels else None
        self.binded = True

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
        where: dict[str, int] = {}
        for i, module in enumerate(self._modules):
            # The whole model's parameters are more than this module's.
            module.init_params(
                initializer, arg_params, aux_params, allow_missing, force_init, allow_extra=True
            )
            for name in [name for params in module.get_params() for name in params]:
                if name in where:
                    raise AssertionError(
                        f'Duplicated parameter names: name "{name}" in layer {i} '
                        f"({type(module)}) is already used in layer {where[name]} "
                        f"({type(self._modules[where[name]])})."
                    )
                where[name] = i
        self.params_initialized = True

    def get_params(self) -> tuple[Params, Params]:
        self._require("get_params")
        args: Params = {}
        auxs: Params = {}
        for module in self._modules:
            found_args, found_auxs = module.get_params()
            args |= found_args
            auxs |= found_auxs
        return args, auxs

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
        for module in self._modules:
            module.init_optimizer(kvstore, optimizer, optimizer_params, force_init)
        self.optimizer_initialized = True

    def forward(self, data_batch: Batches, is_train: bool | None = None) -> None:
        self._require("forward")
        batch = data_batch
        for module in self._modules:
            module.forward(batch, is_train)
            batch = DataBatch(module.get_outputs(), getattr(data_batch, "label", None))

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        self._require("backward")
        for i, module in reversed(list(enumerate(self._modules))):
            module.backward(out_grads)
            if i > 0:
                out_grads = module.get_input_grads()

    def update(self) -> None:
        self._require("update", optimizer=True)
        for module in self._modules:
            module.update()

    def get_outputs(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_outputs")
        return self._modules[-1].get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        self._require("get_input_grads")
        if not self.inputs_need_grad:
            raise AssertionError("get_input_grads: bind with inputs_need_grad=True before")
        return self._modules[0].get_input_grads(merge_multi_context)

    def update_metric(
        self, eval_metric: EvalMetric, labels: Labels, pre_sliced: bool = False
    ) -> None:
        self._require("update_metric")
        for module, meta in zip(self._modules, self._metas, strict=True):
            if meta.get(self.META_TAKE_LABELS):
                module.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon: Monitor) -> None:
        self._require("install_monitor", params=False)
        for module in self._modules:
            module.install_monitor(mon)
