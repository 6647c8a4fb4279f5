"""`KVStore`: arrays by key, of the devices of one process."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from .. import _files, nd
from .._similar import did_you_mean
from ..array.ndarray import NDArray
from ..base import ArgumentTypeError, MXNetError, public_names, shown
from ..ops.table import F
from ..optimizer import Optimizer, Updater, get_updater
from .base import Key, KVStoreBase, Value, arrays_of, summed

__all__ = ["KVStore", "create"]
__dir__ = public_names(globals())

_LOCAL = (
    "local",
    "local_update_cpu",
    "local_allreduce_cpu",
    "local_allreduce_device",
    "device",
    "nccl",
)
_ONE_PROCESS = ("dist", "dist_sync", "dist_sync_device", "dist_device_sync")

Keys: TypeAlias = Key | Sequence[Key]
Values: TypeAlias = Value | Sequence[Value]
"""Of one key, or of each of several."""

UpdateFunction: TypeAlias = Callable[[Any, NDArray, NDArray], object]
"""Called with a key, a gradient and the weight, which it changes."""


class KVStore(KVStoreBase):
    """Arrays by key; made by `create`.

    Keys are ints, or all are strings.  Where a method takes a key and a value it also takes a list
    of keys with a list of values.  A value is an array, or a list with one for each device.

    Parameters
    ----------
    type : str, default 'local'
    """

    def __init__(self, type: str = "local") -> None:
        self._type = type
        self._stored: dict[Key, NDArray] = {}
        self._updater: UpdateFunction | None = None

    @property
    def type(self) -> str:
        """The name that the store was made by."""
        return self._type

    @property
    def rank(self) -> int:
        """The number of this process, 0."""
        return 0

    @property
    def num_workers(self) -> int:
        """How many processes there are, 1."""
        return 1

    @staticmethod
    def is_capable(capability: str) -> bool:
        """Whether the store has a capability: ``'optimizer'``.

        Raises
        ------
        ValueError
            If there is no such capability.
        """
        if capability != KVStoreBase.OPTIMIZER:
            raise ValueError(f"Unknown capability: {capability}")
        return True

    def init(self, key: Keys, value: Values) -> None:
        """Store copies of arrays under new keys.

        Parameters
        ----------
        key : int, str or list
        value : NDArray or list

        Raises
        ------
        MXNetError
            If a key is there already, or ints and strings are mixed.
        """
        pairs = _pairs("init", key, value)
        kinds = {isinstance(k, str) for k in [*self._stored, *(k for k, _ in pairs)]}
        if len(kinds) > 1:
            raise MXNetError(
                f"KVStore.init: key={shown(key)}, but ints and strings cannot be mixed"
            )
        for k, _ in pairs:
            if k in self._stored:
                raise MXNetError(f"KVStore.init: key {k} was initialized before")
        for k, values in pairs:
            self._stored[k] = values[0].copy()

    def broadcast(self, key: Keys, value: Values, out: Values, priority: int = 0) -> None:
        """`init`, and `pull` to *out*."""
        self.init(key, value)
        self.pull(key, out, priority, ignore_sparse=False)

    def push(self, key: Keys, value: Values, priority: int = 0) -> None:
        """Store the sums of values, or update what is stored by them if there is an updater.

        Parameters
        ----------
        key : int, str or list
        value : NDArray, or list
            Values of a key that is there several times are added up too.
        priority : int
            Without effect.

        Raises
        ------
        MXNetError
            If a key was not initialized.
        """
        sums: dict[Key, list[NDArray]] = {}
        for k, values in _pairs("push", key, value):
            self._get("push", k)
            sums.setdefault(k, []).extend(values)
        for k, values in sums.items():
            total = summed(values)
            stored = self._stored[k]
            if self._updater is None:
                copied = total is values[0]
                total = total.as_in_context(stored.context)
                self._stored[k] = total.copy() if copied else total
            else:
                self._updater(k, total.as_in_context(stored.context), stored)

    def pull(
        self, key: Keys, out: Values | None = None, priority: int = 0, ignore_sparse: bool = True
    ) -> None:
        """Copy what is stored to *out*.

        Parameters
        ----------
        key : int, str or list
        out : NDArray or list
        priority : int
            Without effect.
        ignore_sparse : bool, default True
            Leave row-sparse outputs as they are, for which there is `row_sparse_pull`.

        Raises
        ------
        MXNetError
            If a key was not initialized.
        """
        pairs = _pairs("pull", key, out)
        stored = [self._get("pull", k) for k, _ in pairs]
        for source, (k, outs) in zip(stored, pairs, strict=True):
            for target in outs:
                if ignore_sparse and source.stype != "default" and target.stype != "default":
                    logging.warning(
                        "KVStore.pull: key %s is row-sparse and was left out: use row_sparse_pull",
                        k,
                    )
                else:
                    source.copyto(target)

    def pushpull(
        self, key: Keys, value: Values, out: Values | None = None, priority: int = 0
    ) -> None:
        """`push` values, and `pull` to *out*, or to where the values are."""
        self.push(key, value, priority)
        self.pull(key, value if out is None else out, priority, ignore_sparse=False)

    def row_sparse_pull(
        self,
        key: Keys,
        out: Values | None = None,
        priority: int = 0,
        row_ids: Values | None = None,
    ) -> None:
        """Copy some rows of stored row-sparse arrays to *out*.

        Parameters
        ----------
        key : int, str or list
        out : RowSparseNDArray or list
        priority : int
            Without effect.
        row_ids : NDArray or list
            The rows for each output, or one array for all.

        Raises
        ------
        MXNetError
            If a key was not initialized, or an array is not row-sparse.
        """
        if out is None or row_ids is None:
            name = "out" if out is None else "row_ids"
            raise TypeError(f"KVStore.row_sparse_pull: argument {name} is missing")
        pairs = _pairs("row_sparse_pull", key, out)
        outs = [target for _, targets in pairs for target in targets]
        if isinstance(row_ids, NDArray):
            rows = [row_ids] * len(outs)
        else:
            rows = [x for each in row_ids for x in arrays_of(each)]
        if len(rows) != len(outs):
            raise MXNetError(
                f"KVStore.row_sparse_pull: {len(rows)} arrays of row_ids, but {len(outs)} outputs"
            )
        sources = [self._get("row_sparse_pull", k) for k, targets in pairs for _ in targets]
        for source, target in zip(sources, outs, strict=True):
            for x, what in (source, "what is stored"), (target, "out"):
                if x.stype != "row_sparse":
                    raise MXNetError(
                        f"KVStore.row_sparse_pull: {what} is {x.stype}, expected row_sparse"
                    )
        for source, target, ids in zip(sources, outs, rows, strict=True):
            rows_once = nd.array(np.unique(ids.asnumpy()), source.context, ids.dtype)
            F._sparse_retain(source, rows_once).copyto(target)

    def set_optimizer(self, optimizer: Optimizer) -> None:
        """Update by an optimizer, whose states the store keeps.

        Raises
        ------
        TypeError
            If it is no `Optimizer`.
        """
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"KVStore.set_optimizer: expected an Optimizer, got {shown(optimizer)}")
        self._set_updater(get_updater(optimizer))

    def _set_updater(self, updater: UpdateFunction) -> None:
        """Update by a function of key, value and what is stored, which it changes."""
        self._updater = updater

    set_updater = _set_updater

    def set_gradient_compression(self, compression_params: Mapping[str, object]) -> None:
        """Check how gradients are to be compressed; in one process none are.

        Raises
        ------
        TypeError
            If *compression_params* is no dict.
        MXNetError
            If its type is neither ``'none'`` nor ``'2bit'``, or the store is for one device.
        """
        what = "KVStore.set_gradient_compression"
        if not isinstance(compression_params, Mapping):
            raise TypeError(f"{what}: expected a dict, got {shown(compression_params)}")
        if "device" not in self._type and "dist" not in self._type:
            raise MXNetError(f"{what}: not supported by a kvstore of type {self._type!r}")
        kind = compression_params.get("type", "none")
        if kind not in ("none", "2bit"):
            raise MXNetError(f"{what}: type={kind!r}, expected 'none' or '2bit'")

    def save_optimizer_states(self, fname: str, dump_optimizer: bool = False) -> None:
        """Write the states of the optimizer to a file, with the optimizer if asked for.

        Raises
        ------
        MXNetError
            If there is no optimizer.
        """
        states = self._states("save").get_states(dump_optimizer)
        _files.write_file(fname, [states], "KVStore.save_optimizer_states")

    def load_optimizer_states(self, fname: str) -> None:
        """Read the states of the optimizer from a file, which is unpickled: trust its source."""
        updater = self._states("load")
        updater.set_states(_files.read_file(fname, "KVStore.load_optimizer_states"))

    def _states(self, what: str) -> Updater:
        if not isinstance(self._updater, Updater):
            raise MXNetError(f"KVStore: cannot {what} states: no optimizer was set")
        return self._updater

    def _barrier(self) -> None:
        """Wait for all processes, of which there is one."""

    def _get(self, what: str, key: Key) -> NDArray:
        if key not in self._stored:
            raise MXNetError(f"KVStore.{what}: key {key!r} was not initialized")
        return self._stored[key]


def _pairs(what: str, key: object, value: object) -> list[tuple[Key, list[NDArray]]]:
    """Keys, and the arrays of each."""
    several = isinstance(key, (list, tuple))
    given = value if several else [value]
    keys: list[Key] = []
    for k in key if isinstance(key, (list, tuple)) else [key]:
        if not isinstance(k, (int, str)):
            raise TypeError(f"KVStore.{what}: a key must be an int or a str, got {shown(k)}")
        keys.append(k)
    if not isinstance(given, Iterable):
        raise TypeError(f"KVStore.{what}: expected a list of arrays, got {shown(given)}")
    values = list(given)
    if several and len(values) != len(keys) and keys:
        share, rest = divmod(len(values), len(keys))
        if rest or share == 0:
            raise MXNetError(f"KVStore.{what}: {len(keys)} keys, but {len(values)} values")
        values = [values[i * share : (i + 1) * share] for i in range(len(keys))]
    pairs = []
    for k, of_key in zip(keys, values, strict=True):
        arrays: list[NDArray] = []
        for x in of_key if isinstance(of_key, (list, tuple)) else [of_key]:
            if not isinstance(x, NDArray):
                raise ArgumentTypeError(
                    f"KVStore.{what}: key {k}: expected an NDArray, got {shown(x)}"
                )
            arrays.append(x)
        if not arrays:
            raise MXNetError(f"KVStore.{what}: key {k} has no array")
        pairs.append((k, arrays))
    return pairs


def create(name: str = "local") -> KVStore | Any:
    """Make a key-value store.

    Parameters
    ----------
    name : str
        ``'local'``, ``'device'`` or ``'nccl'``, which are the same in one process; ``'dist_sync'``
        and its like, where there is one process; or the name of a registered class, in any case.

    Returns
    -------
    KVStoreBase

    Raises
    ------
    TypeError
        If *name* is no string.
    MXNetError
        If it stands for several processes.
    ValueError
        If it is unknown.
    """
    if not isinstance(name, str):
        raise TypeError(f"kvstore.create: name must be a string, got {shown(name)}")
    kind = name.lower()
    if kind in KVStoreBase.kv_registry:
        return KVStoreBase.kv_registry[kind]()
    if kind in _LOCAL:
        return KVStore(kind)
    if "async" in kind:
        raise MXNetError(
            f"kvstore.create: {name!r} needs servers of parameters, which ndgrad has not; use "
            "'dist_sync' in one process, or register a class of one's own by KVStoreBase.register"
        )
    if kind in _ONE_PROCESS:
        workers = os.environ.get("DMLC_NUM_WORKER", "1")
        if workers != "1":
            raise MXNetError(
                f"kvstore.create: {name!r} with DMLC_NUM_WORKER={workers}: ndgrad trains in one "
                "process; register a class of one's own by KVStoreBase.register for more"
            )
        return KVStore(kind)
    known = [*_LOCAL, *_ONE_PROCESS, *KVStoreBase.kv_registry]
    raise ValueError(
        f"kvstore.create: unknown kvstore {name!r}{did_you_mean(name, known)}, "
        f"expected one of {', '.join(known)}"
    )
