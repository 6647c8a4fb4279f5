"""`Updater`: an optimizer with the states of the weights that it has updated."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING

from .. import nd, tracing
from ..array.ndarray import NDArray
from ..base import public_names, shown
from ..context import Context
from .base import Index, Optimizer, State

if TYPE_CHECKING:
    from ..array.types import MaybeMany

__all__ = ["Updater", "get_updater"]
__dir__ = public_names(globals())


class Updater:
    """A function of index, gradient and weight, which replaces the weight.

    Parameters
    ----------
    optimizer : Optimizer
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.states: dict[Index, State] = {}
        self.states_synced: dict[Index, bool] = {}

    @property
    def aggregate_updates(self) -> bool:
        """Whether the optimizer takes several weights at once."""
        return self.optimizer.aggregate_num > 0

    def __call__(
        self, index: Index | MaybeMany, grad: NDArray | MaybeMany, weight: NDArray | MaybeMany
    ) -> None:
        """Update a weight, or several if these are lists.

        Raises
        ------
        MXNetError
            In a function that `compile` traces: updates are counted in Python.
        """
        if tracing.active and (recorder := tracing.recorder()) is not None:
            recorder.refuse(
                "updates weights by an optimizer, which counts its updates and may change its "
                "learning rate each time, as a program does not; call Trainer.step outside of it, "
                "or write the update with operators such as nd.sgd_update"
            )
        if not isinstance(index, (list, tuple)):
            index, grad, weight = [index], [grad], [weight]
        if not index:
            return
        optimizer, states, synced = self.optimizer, self.states, self.states_synced
        optimizer._set_current_context(weight[0].context.device_id)
        state = [
            states[i] if synced.get(i) else self._state(i, x)
            for i, x in zip(index, weight, strict=True)
        ]
        if optimizer.at_once:
            optimizer.update_multi_precision(index, weight, grad, state)
        elif optimizer.aggregate_num > 0:
            self._update_groups([*zip(index, weight, grad, state, strict=True)])
        else:
            for update in zip(index, weight, grad, state, strict=True):
                optimizer.update_multi_precision(*update)

    def _state(self, index: Index, weight: NDArray) -> State:
        """The state of a weight: made, or moved to its device."""
        if index in self.states:
            self.states[index] = self.sync_state_context(self.states[index], weight.context)
        else:
            self.states[index] = self.optimizer.create_state_multi_precision(index, weight)
        self.states_synced[index] = True
        return self.states[index]

    def _update_groups(self, updates: list[tuple[Index, NDArray, NDArray, State]]) -> None:
        """Update weights of the same dtype at once, *aggregate_num* of them at most."""
        by_dtype: dict[type, list[tuple[Index, NDArray, NDArray, State]]] = {}
        for update in updates:
            by_dtype.setdefault(update[1].dtype, []).append(update)
        count = self.optimizer.aggregate_num
        for found in by_dtype.values():
            for begin in range(0, len(found), count):
                group = zip(*found[begin : begin + count], strict=True)
                self.optimizer.update_multi_precision(*map(list, group))

    def sync_state_context(self, state: State, context: Context) -> State:
        """Return a state on the device *context*."""
        if isinstance(state, NDArray):
            return state.as_in_context(context)
        if isinstance(state, (tuple, list)):
            return type(state)(self.sync_state_context(x, context) for x in state)
        return state

    def set_states(self, states: bytes) -> None:
        """Take over what `get_states` returned, here or in MXNet.

        The bytes are unpickled, which runs code that they hold: take none from others.
        """
        if not isinstance(states, (bytes, bytearray, memoryview)):
            raise TypeError(f"set_states: states must be bytes, got {shown(states)}")
        try:
            loaded = _Unpickler(io.BytesIO(states)).load()
        except (pickle.UnpicklingError, EOFError, IndexError) as error:
            raise type(error)(
                f"set_states: the {len(states)} bytes are no states of an optimizer: {error}"
            ) from None
        if isinstance(loaded, tuple) and len(loaded) == 2:
            loaded, self.optimizer = loaded
        self.states = loaded
        self.states_synced = dict.fromkeys(self.states, False)

    def get_states(self, dump_optimizer: bool = False) -> bytes:
        """Return the states, with the optimizer if asked for, as bytes.

        Parameters
        ----------
        dump_optimizer : bool, default False

        Returns
        -------
        bytes
        """
        return pickle.dumps((self.states, self.optimizer) if dump_optimizer else self.states)


class _Unpickler(pickle.Unpickler):
    """Finds classes of MXNet here."""

    def find_class(self, module: str, name: str) -> object:
        root, dot, rest = module.partition(".")
        if root != "mxnet":
            return super().find_class(module, name)
        if name.endswith("NDArray"):
            return getattr(nd.sparse, name, NDArray)
        return super().find_class(__name__.partition(".")[0] + dot + rest, name)


def get_updater(optimizer: Optimizer) -> Updater:
    """Return an `Updater` of *optimizer*, such as a `KVStore` takes."""
    return Updater(optimizer)
