"""`Trainer`: steps of an optimizer on the parameters of a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from .. import _files
from .. import optimizer as opt
from ..base import ArgumentValueError, public_names, shown
from ..context import Context, current_context
from ..kvstore import KVStoreBase
from ..kvstore import create as create_kvstore
from ..nd import NDArray
from ..optimizer import Optimizer
from .parameter import Parameter
from .parameter_dict import ParameterDict

__all__ = ["Trainer"]
__dir__ = public_names(globals())


class _StoreArguments(TypedDict):
    kvstore: str | KVStoreBase | None
    update_on_kvstore: bool | None


class Trainer:
    """Updates parameters by their gradients.

    Forward and backward may be a compiled function; a step is made outside of it.

    Parameters
    ----------
    params : ParameterDict, dict or list of Parameter
        Those of a dict are taken in the order of their names.
    optimizer : str or Optimizer
    optimizer_params : dict, optional
        What the optimizer is made with, if it is given by name.
    kvstore : str, KVStore or None
        What adds up gradients where parameters are on several contexts.
    compression_params : dict, optional
        How gradients are compressed on the way to other processes.
    update_on_kvstore : bool, optional
        Whether the store updates the parameters; by default it does if it can.

    Raises
    ------
    ValueError
        If *params* is something else, or an optimizer has no such name.
    RuntimeError
        If a parameter is not initialized, or not on the same contexts as others.
    """

    def __init__(
        self,
        params: ParameterDict | Mapping[str, Parameter] | Iterable[Parameter],
        optimizer: str | Optimizer,
        optimizer_params: Mapping[str, object] | None = None,
        kvstore: str | KVStoreBase | None = "device",
        compression_params: Mapping[str, object] | None = None,
        update_on_kvstore: bool | None = None,
    ) -> None:
        self._params = _listed(params)
        self._param2idx = {param.name: i for i, param in enumerate(self._params)}
        self._contexts = self._common_contexts()
        self._optimizer = self._made(optimizer, optimizer_params)
        self._scale = self._optimizer.rescale_grad
        self._updaters = [opt.get_updater(self._optimizer) for _ in self._contexts]
        self._compression_params = compression_params
        self._kvstore_params: _StoreArguments = {
            "kvstore": kvstore,
            "update_on_kvstore": update_on_kvstore,
        }
        for param in self._params:
            param._set_trainer(self)
        self._reset_kvstore()

    def _common_contexts(self) -> list[Context]:
        """The contexts of all parameters, which are the same."""
        contexts: list[Context] | None = None
        for param in self._params:
            own = param.list_ctx()
            if contexts is not None and own != contexts:
                raise RuntimeError(
                    "All Parameters must be initialized on the same set of contexts, but Parameter "
                    f"{param.name} is initialized on {own} while previous Parameters are "
                    f"initialized on {contexts}."
                )
            contexts = own
        return contexts or [current_context()]

    def _made(
        self, optimizer: str | Optimizer, optimizer_params: Mapping[str, object] | None
    ) -> Optimizer:
        if not isinstance(optimizer, (str, Optimizer)):
            raise TypeError(
                f"Trainer: optimizer must be a name or an Optimizer, got {shown(optimizer)}"
            )
        if optimizer_params is not None and not isinstance(optimizer_params, Mapping):
            raise TypeError(
                f"Trainer: optimizer_params must be a dict, got {shown(optimizer_params)}"
            )
        by_index = self._by_index()
        if isinstance(optimizer, str):
            made: Optimizer = opt.create(optimizer, param_dict=by_index, **(optimizer_params or {}))
            return made
        if optimizer_params:
            raise ValueError(
                "Trainer: optimizer_params must be None if optimizer is an instance of Optimizer "
                "instead of str"
            )
        optimizer.param_dict = by_index
        return optimizer

    def _by_index(self) -> dict[int, Parameter]:
        return dict(enumerate(self._params))

    # --- the store of several contexts ------------------------------------------------------------

    def _reset_kvstore(self) -> None:
        """Let the next step make the store anew, from the parameters as they are then."""
        self._kv_initialized = False
        self._kvstore: KVStoreBase | None = None
        self._update_on_kvstore = False
        self._params_to_init = list(self._params)

    def _parameter_set(self, param: Parameter) -> None:
        """Mark a parameter as set, so that a copy of it in the store is replaced."""
        if self._update_on_kvstore and param not in self._params_to_init:
            self._reset_kvstore()

    def _init_kvstore(self) -> None:
        given = self._kvstore_params["kvstore"]
        on_store = self._kvstore_params["update_on_kvstore"]
        store = None
        if isinstance(given, KVStoreBase):
            store = given
        elif given and (len(self._contexts) > 1 or "dist" in str(given)):
            store = create_kvstore(given)
        capable = store is not None and store.is_capable(KVStoreBase.OPTIMIZER)
        if on_store and not capable:
            raise ValueError(
                "Please set update_on_kvstore=False when training with "
                + ("one context" if store is None else type(store).__name__)
            )
        if store is not None and capable and on_store is not False:
            store.set_optimizer(self._optimizer)
            self._update_on_kvstore = True
        if store is not None and self._compression_params:
            store.set_gradient_compression(self._compression_params)  # type: ignore[attr-defined]
        self._kvstore = store
        self._kv_initialized = True

    def _init_params(self) -> None:
        """Give the store the parameters that have come to have their shapes."""
        waiting = [param for param in self._params_to_init if param._deferred_init]
        if self._kvstore is not None:
            for param in self._params_to_init:
                if param not in waiting:
                    arrays = param.list_data()
                    index = self._param2idx[param.name]
                    self._kvstore.broadcast(index, arrays[0], arrays, priority=-index)
        self._params_to_init = waiting

    def _ready(self) -> None:
        if not self._kv_initialized:
            self._init_kvstore()
        if self._params_to_init:
            self._init_params()

    # --- learning rate ----------------------------------------------------------------------------

    @property
    def learning_rate(self) -> float:
        """The learning rate of the optimizer."""
        return self._optimizer.learning_rate

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer."""
        return self._optimizer

    def set_learning_rate(self, lr: float) -> None:
        """Set the learning rate of the optimizer.

        Raises
        ------
        UserWarning
            If the optimizer has a schedule.
        """
        self._optimizer.set_learning_rate(lr)

    # --- steps ------------------------------------------------------------------------------------

    def step(self, batch_size: float, ignore_stale_grad: bool = False) -> None:
        """Add up the gradients of all contexts and update the parameters.

        Parameters
        ----------
        batch_size : int
            By which gradients are divided.
        ignore_stale_grad : bool
            Leave parameters as they are whose gradients backward has not written since the last
            step; otherwise that is an error.

        Raises
        ------
        UserWarning
            If a gradient has not been written since the last step; nothing has changed then.
        """
        self._divide("step", batch_size)
        self._ready()
        if self._kvstore is not None:
            self._fresh(ignore_stale_grad)  # raises before the store changes anything
        self._allreduce_grads()
        self._update(ignore_stale_grad)

    def _divide(self, function: str, batch_size: float) -> None:
        """Make the optimizer divide gradients by *batch_size*."""
        try:
            self._optimizer.rescale_grad = self._scale / batch_size
        except (TypeError, ZeroDivisionError) as error:
            raise type(error)(
                f"Trainer.{function}: batch_size must be a number other than 0, "
                f"got {shown(batch_size)}: {error}"
            ) from None

    def allreduce_grads(self) -> None:
        """Add up the gradients of all contexts, to be followed by `update`.

        Raises
        ------
        MXNetError
            If parameters are updated in the store.
        """
        self._ready()
        self._require_local("allreduce_grads()")
        self._allreduce_grads()

    def update(self, batch_size: float, ignore_stale_grad: bool = False) -> None:
        """Update the parameters on each context by the gradients there, see `step`."""
        self._ready()
        self._require_local("update()")
        self._divide("update", batch_size)
        self._update(ignore_stale_grad)

    def _require_local(self, what: str) -> None:
        if self._update_on_kvstore:
            raise ArgumentValueError(
                f"{what} when parameters are updated on kvstore is not supported. Try setting "
                "`update_on_kvstore` to False when creating trainer."
            )

    def _allreduce_grads(self) -> None:
        """Add up gradients by the store; what subclasses for several processes override."""
        store = self._kvstore
        if store is None:
            return
        for i, param in enumerate(self._params):
            if param.grad_req != "null":
                if self._update_on_kvstore:
                    store.push(i, param.list_grad(), priority=-i)  # type: ignore[attr-defined]
                else:
                    store.pushpull(i, param.list_grad(), priority=-i)

    def _fresh(self, ignore_stale_grad: bool) -> list[_Updates]:
        """For each context what is to be updated: indices, gradients and arrays.

        Raises
        ------
        UserWarning
            If there is a gradient that is not fresh, unless that is ignored.
        """
        updates: list[_Updates] = [([], [], []) for _ in self._updaters]
        for i, param in enumerate(self._params):
            if param._grad_req == "null":
                continue
            arrays, grads = param._data, param._grad
            if arrays is None or grads is None:
                arrays, grads = param.list_data(), param.list_grad()  # which raise
            for update, array, grad in zip(updates, arrays, grads, strict=True):
                if array._fresh_grad:
                    update[0].append(i)
                    update[1].append(grad)
                    update[2].append(array)
                elif not ignore_stale_grad:
                    raise UserWarning(
                        f"Gradient of Parameter `{param.name}` on context {array.context} has not "
                        "been updated by backward since last `step`. This could mean a bug in your "
                        "model that made it only use a subset of the Parameters (Blocks) for this "
                        "iteration. If you are intentionally only using a subset, call step with "
                        "ignore_stale_grad=True to suppress this warning and skip updating of "
                        "Parameters with stale gradient"
                    )
        return updates

    def _update(self, ignore_stale_grad: bool = False) -> None:
        updates = self._fresh(ignore_stale_grad)
        if self._kvstore is not None and self._update_on_kvstore:
            for i, param in enumerate(self._params):
                if param.grad_req != "null":
                    self._kvstore.pull(  # type: ignore[attr-defined]
                        i, param.list_data(), priority=-i, ignore_sparse=False
                    )
            return
        for updater, (indices, grads, arrays) in zip(self._updaters, updates, strict=True):
            updater(indices, grads, arrays)
            for array in arrays:
                array._fresh_grad = False

    # --- states -----------------------------------------------------------------------------------

    def save_states(self, fname: str) -> None:
        """Write the optimizer and its states, but not the parameters, to a file."""
        self._ready()
        if self._kvstore is not None and self._update_on_kvstore:
            self._kvstore.save_optimizer_states(fname, dump_optimizer=True)
        else:
            states = self._updaters[0].get_states(dump_optimizer=True)
            _files.write_file(fname, [states], "Trainer.save_states")

    def load_states(self, fname: str) -> None:
        """Read the optimizer and its states from a file, which is unpickled: trust its source."""
        self._ready()
        if self._kvstore is not None and self._update_on_kvstore:
            self._kvstore.load_optimizer_states(fname)
            self._optimizer = self._kvstore._updater.optimizer  # type: ignore[attr-defined]
        else:
            states = _files.read_file(fname, "Trainer.load_states")
            for updater in self._updaters:
                updater.set_states(states)
                updater.optimizer = self._updaters[0].optimizer
            self._optimizer = self._updaters[0].optimizer
        self._optimizer.param_dict = self._by_index()


_Updates = tuple[list[int], list[NDArray], list[NDArray]]


def _listed(
    params: ParameterDict | Mapping[str, Parameter] | Iterable[Parameter],
) -> list[Parameter]:
    expected = "First argument must be a list or dict of Parameters, got "
    if isinstance(params, (ParameterDict, Mapping)):
        given = [params[name] for name in sorted(params.keys())]
    elif isinstance(params, (list, tuple)):
        given = list(params)
    else:
        hint = " Those of a block are what its collect_params() returns."
        block = hasattr(params, "collect_params") or callable(params)
        raise ValueError(f"{expected}{type(params)}.{hint if block else ''}")
    for param in given:
        if not isinstance(param, Parameter):
            raise ValueError(f"{expected}list of {type(param)}.")
    return given
