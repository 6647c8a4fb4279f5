"""The interface of key-value stores, and the registry that `create` looks into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from .. import nd, registry
from ..array.ndarray import NDArray
from ..base import public_names
from ..optimizer import Optimizer

__all__ = ["KVStoreBase", "TestStore"]
__dir__ = public_names(globals())

Key: TypeAlias = int | str
Value: TypeAlias = NDArray | Sequence[NDArray]
"""An array, or one for each device."""

_Class = TypeVar("_Class", bound=type)


class KVStoreBase:
    """Base of key-value stores, which keep arrays of several devices or processes equal.

    A subclass of one's own is registered by `KVStoreBase.register`, and made by `create`.
    """

    OPTIMIZER = "optimizer"
    """The capability of updating weights where they are kept."""

    kv_registry: dict[str, type]
    """Registered classes by name."""

    def broadcast(self, key: Key, value: Value, out: Value, priority: int = 0) -> None:
        """Copy *value* of the first process to *out* of all."""
        raise NotImplementedError(f"{type(self).__name__} has no broadcast")

    def pushpull(self, key: Key, value: Value, out: Value | None = None, priority: int = 0) -> None:
        """Write the sum of all *value* to all *out*."""
        raise NotImplementedError(f"{type(self).__name__} has no pushpull")

    def set_optimizer(self, optimizer: Optimizer) -> None:
        """Update weights by *optimizer* where they are kept."""
        raise NotImplementedError(f"{type(self).__name__} has no set_optimizer")

    @staticmethod
    def is_capable(capability: str) -> bool:
        """Whether the store has a capability: ``'optimizer'``."""
        raise NotImplementedError("this store has no is_capable")

    def save_optimizer_states(self, fname: str, dump_optimizer: bool = False) -> None:
        """Write the states of the store's optimizer to a file."""
        raise NotImplementedError(f"{type(self).__name__} has no save_optimizer_states")

    def load_optimizer_states(self, fname: str) -> None:
        """Read the states of the store's optimizer from a file."""
        raise NotImplementedError(f"{type(self).__name__} has no load_optimizer_states")

    @property
    def type(self) -> str:
        """The name that the store is made by."""
        raise NotImplementedError(f"{type(self).__name__} has no type")

    @property
    def rank(self) -> int:
        """The number of this process, from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no rank")

    @property
    def num_workers(self) -> int:
        """How many processes there are."""
        raise NotImplementedError(f"{type(self).__name__} has no num_workers")

    @staticmethod
    def register(klass: _Class) -> _Class:
        """Register a subclass, so that `create` finds it by its name."""
        return _register(klass)


_register = registry.get_register_func(KVStoreBase, "kvstore")
KVStoreBase.kv_registry = registry.registered(KVStoreBase)


def arrays_of(value: Value) -> list[NDArray]:
    """A value's arrays, one for each device."""
    return [value] if isinstance(value, NDArray) else list(value)


def summed(values: Sequence[NDArray]) -> NDArray:
    """The sum of arrays, on the device of the first; that itself if there is only one."""
    first = values[0]
    if len(values) == 1:
        return first
    return nd.add_n(*[x.as_in_context(first.context) for x in values])


@KVStoreBase.register
class TestStore(KVStoreBase):
    """The smallest store: it keeps nothing, and leaves updates to its caller; for tests."""

    def broadcast(self, key: Key, value: Value, out: Value, priority: int = 0) -> None:
        source = arrays_of(value)[0]
        for array in arrays_of(out):
            source.copyto(array)

    def pushpull(self, key: Key, value: Value, out: Value | None = None, priority: int = 0) -> None:
        total = summed(arrays_of(value))
        for array in arrays_of(value if out is None else out):
            if array is not total:
                total.copyto(array)

    @staticmethod
    def is_capable(capability: str) -> bool:
        if capability != KVStoreBase.OPTIMIZER:
            raise ValueError(f"Unknown capability: {capability}")
        return False

    @property
    def type(self) -> str:
        return "teststore"

    @property
    def rank(self) -> int:
        return 0

    @property
    def num_workers(self) -> int:
        return 1
