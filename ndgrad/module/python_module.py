"""Modules without parameters that are written in Python, such as losses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from .. import nd
from ..base import HostArray, Shape
from ..io import DataDesc
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
    described,
    names,
)
from .checkpoint import Params
from .checks import descriptions

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


class PythonModule(BaseModule):
    """The base of modules without parameters, most of whose functions do nothing.

    A module of one's own overrides `forward`, `backward`, `get_outputs`, `get_input_grads` and
    ``_compute_output_shapes``, which returns the names and shapes of the outputs.

    Parameters
    ----------
    data_names, label_names : list of str
    output_names : list of str
    logger : logging.Logger or module
    """

    def __init__(
        self,
        data_names: Sequence[str],
        label_names: Sequence[str] | None,
        output_names: Sequence[str],
        logger: LoggerLike = logging,
    ) -> None:
        super().__init__(logger)
        self._data_names = names(data_names)
        self._label_names = names(label_names)
        self._output_names = names(output_names)
        self._data_shapes: list[DataDesc] = []
        self._label_shapes: list[DataDesc] = []
        self._output_shapes: list[tuple[str, Shape]] = []

    @property
    def data_names(self) -> list[str]:
        return self._data_names

    @property
    def output_names(self) -> list[str]:
        return self._output_names

    @property
    def data_shapes(self) -> list[DataDesc]:
        return self._data_shapes

    @property
    def label_shapes(self) -> list[DataDesc] | None:
        return self._label_shapes or None

    @property
    def output_shapes(self) -> list[tuple[str, Shape]]:
        return self._output_shapes

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
        if grad_req != "write":
            raise AssertionError(f"bind: grad_req={grad_req!r}; a PythonModule knows only 'write'")
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._data_shapes = descriptions(data_shapes)
        self._label_shapes = descriptions(label_shapes)
        found = [desc.name for desc in self._data_shapes]
        if found != self._data_names:
            raise AssertionError(f"bind: data are {found}; the module takes {self._data_names}")
        self._output_shapes = self._compute_output_shapes()
        self.binded = True

    def _compute_output_shapes(self) -> list[tuple[str, Shape]]:
        raise NotImplementedError(f"{type(self).__name__} has no _compute_output_shapes")

    def get_params(self) -> tuple[Params, Params]:
        return {}, {}

    def init_params(
        self,
        initializer: InitializeFunction | None = UNIFORM,
        arg_params: Mapping[str, NDArray] | None = None,
        aux_params: Mapping[str, NDArray] | None = None,
        allow_missing: bool = False,
        force_init: bool = False,
        allow_extra: bool = False,
    ) -> None:
        """Nothing: there are no parameters."""
        self.params_initialized = True

    def init_optimizer(
        self,
        kvstore: KVStoreLike = "local",
        optimizer: OptimizerLike = "sgd",
        optimizer_params: OptimizerParams = RATE,
        force_init: bool = False,
    ) -> None:
        """Nothing: there are no parameters."""
        self.optimizer_initialized = True

    def update(self) -> None:
        """Nothing: there are no parameters."""

    def update_metric(
        self, eval_metric: EvalMetric, labels: Labels, pre_sliced: bool = False
    ) -> None:
        """Count the outputs, if there are labels."""
        if pre_sliced:
            raise RuntimeError("PythonModule does not support presliced labels")
        if self._label_shapes:
            eval_metric.update(labels, self.get_outputs())

    def install_monitor(self, mon: Monitor) -> None:
        """Nothing: there is no executor."""


class PythonLossModule(PythonModule):
    """A loss: its output is its input, its gradient a function of input and label.

    Parameters
    ----------
    name : str
        The output is called ``<name>_output``.
    data_names, label_names : list of str
        One each.
    logger : logging.Logger or module
    grad_func : callable, optional
        ``grad_func(scores, labels)`` returns the gradient, an NDArray or a NumPy array; otherwise a
        subclass overrides ``_backward_impl``, which writes it to ``_scores_grad``.
    """

    def __init__(
        self,
        name: str = "pyloss",
        data_names: Sequence[str] = ("data",),
        label_names: Sequence[str] = ("softmax_label",),
        logger: LoggerLike = logging,
        grad_func: Callable[[NDArray, NDArray], NDArray | HostArray] | None = None,
    ) -> None:
        super().__init__(data_names, label_names, [f"{name}_output"], logger)
        if len(self._data_names) != 1 or len(self._label_names) != 1:
            raise AssertionError(
                f"PythonLossModule takes one array of data and one of labels, got "
                f"{self._data_names} and {self._label_names}"
            )
        self._name = name
        self._scores: NDArray | MaybeNone = None
        self._labels: NDArray | MaybeNone = None
        self._scores_grad: NDArray | MaybeNone = None
        if grad_func is not None and not callable(grad_func):
            raise AssertionError("PythonLossModule: grad_func must be callable")
        self._grad_func = grad_func

    def _compute_output_shapes(self) -> list[tuple[str, Shape]]:
        return [(self._output_names[0], self._data_shapes[0].shape)]

    def forward(self, data_batch: Batches, is_train: bool | None = None) -> None:
        batch = described(data_batch)
        self._scores = batch.data[0]
        if self.for_training if is_train is None else is_train:
            self._labels = batch.label[0]

    def get_outputs(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        return [self._scores]

    def backward(self, out_grads: NDArray | Sequence[NDArray] | None = None) -> None:
        if out_grads is not None:
            raise AssertionError("backward: a loss takes no out_grads")
        self._backward_impl()

    def _backward_impl(self) -> None:
        if self._grad_func is None:
            raise NotImplementedError("PythonLossModule: pass grad_func, or define _backward_impl")
        grad = self._grad_func(self._scores, self._labels)
        self._scores_grad = grad if isinstance(grad, NDArray) else nd.array(grad)

    def get_input_grads(self, merge_multi_context: bool = True) -> list[NDArray | MaybeMany]:
        return [self._scores_grad]
