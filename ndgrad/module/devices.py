"""Data, labels, parameters and stores of several devices: what modules of users import from MXNet.

Programs that write modules or executor groups of their own call these functions under MXNet's
private names, such as ``mx.model._update_params``.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from .. import kvstore as kvstores
from .. import nd
from ..base import shown
from ..io import DataBatch, DataDesc
from ..io.batches import DataShapes
from ..nd import NDArray
from ..optimizer import Updater
from ..symbol import Symbol

if TYPE_CHECKING:
    from ..typing import KVStoreLike

Targets: TypeAlias = NDArray | Sequence[tuple[slice, NDArray]]
"""Where an array goes: to another one, or parts of its batch to those of the devices."""

# --- names and shapes -----------------------------------------------------------------------------


def check_input_names(symbol: Symbol, names: Sequence[str], typename: str, throw: bool) -> None:
    """Report names that are no arguments of a symbol: by an error or a warning.

    Parameters
    ----------
    symbol : Symbol
    names : list of str
    typename : str
        What they are names of: 'data', 'label', 'state' or 'fixed_param'.
    throw : bool

    Raises
    ------
    ValueError
        If *throw*.
    TypeError
        If *symbol* is none.
    """
    if not isinstance(symbol, Symbol):
        raise TypeError(f"Module: symbol must be a Symbol, got {shown(symbol)}")
    arguments = symbol.list_arguments()
    endings = ("_weight", "_bias", "_gamma", "_beta")
    for name in names:
        if name not in arguments:
            candidates = "\n\t".join(x for x in arguments if not x.endswith(endings))
            message = (
                f"You created Module with Module(..., {typename}_names={list(names)}) but input "
                f"with name '{name}' is not found in symbol.list_arguments(). Did you mean one of:"
                f"\n\t{candidates}"
            )
            if throw:
                raise ValueError(message)
            warnings.warn(message, stacklevel=4)


def check_names_match(
    data_names: Sequence[str], data_shapes: Sequence[DataDesc], name: str, throw: bool
) -> None:
    """Report descriptions of other arrays than the named ones: by an error or a warning.

    Raises
    ------
    ValueError
        If *throw*.
    TypeError
        If *symbol* is none.
    """
    found = [desc[0] for desc in data_shapes]
    if sorted(found) != sorted(data_names):
        message = (
            f"Data provided by {name}_shapes don't match names specified by {name}_names "
            f"({found} vs. {list(data_names)})"
        )
        if throw:
            raise ValueError(message)
        warnings.warn(message, stacklevel=4)


def parse_data_desc(
    data_names: Sequence[str],
    label_names: Sequence[str],
    data_shapes: DataShapes,
    label_shapes: DataShapes | None,
) -> tuple[list[DataDesc], list[DataDesc] | None]:
    """Descriptions of data and labels, from these or from pairs of name and shape.

    Raises
    ------
    ValueError
        If the data have other names.  Other names of labels give a warning.
    """
    data = [x if isinstance(x, DataDesc) else DataDesc(*x) for x in data_shapes]
    check_names_match(data_names, data, "data", True)
    labels = None
    if label_shapes is not None:
        labels = [x if isinstance(x, DataDesc) else DataDesc(*x) for x in label_shapes]
    check_names_match(label_names, labels or [], "label", False)
    return data, labels


# --- batches --------------------------------------------------------------------------------------


def load_general(
    data: Sequence[NDArray | Sequence[NDArray]],
    targets: Sequence[Targets],
    major_axis: Sequence[int],
) -> None:
    """Copy arrays, or the parts that devices take of them.

    Parameters
    ----------
    data : list of NDArray, or of lists that have one for each device
    targets : list
        For each an array, or pairs of a slice of the batch and an array.
    major_axis : list of int
        The axis of the batch; with -1 every device takes the whole array.
    """
    for source, target, axis in zip(data, targets, major_axis, strict=False):
        if isinstance(target, NDArray):
            assert isinstance(source, NDArray)
            source.copyto(target)
        elif isinstance(source, NDArray):
            for part, array in target:
                cut = axis >= 0 and part != slice(0, source.shape[axis])
                (source[(slice(None),) * axis + (part,)] if cut else source).copyto(array)
        else:
            for x, (_, array) in zip(source, target, strict=False):
                x.copyto(array)


def load_data(
    batch: DataBatch | Sequence[DataBatch], targets: Sequence[Targets], major_axis: Sequence[int]
) -> None:
    """Copy the data of a batch, or of one for each device; see `load_general`."""
    load_general(_of_devices(batch, "data", len(targets)), targets, major_axis)


def load_label(
    batch: DataBatch | Sequence[DataBatch], targets: Sequence[Targets], major_axis: Sequence[int]
) -> None:
    """Copy the labels of a batch, or of one for each device; see `load_general`."""
    load_general(_of_devices(batch, "label", len(targets)), targets, major_axis)


def _of_devices(
    batch: DataBatch | Sequence[DataBatch], what: str, count: int
) -> Sequence[NDArray | Sequence[NDArray]]:
    if isinstance(batch, Sequence):
        return [[getattr(part, what)[i] for part in batch] for i in range(count)]
    return getattr(batch, what) or []


def merged(arrays: Sequence[Sequence[NDArray]], axes: Sequence[int]) -> list[NDArray]:
    """Whole arrays of the devices' parts; along axis -1 all devices have the same."""
    found = []
    for parts, axis in zip(arrays, axes, strict=True):
        if len(parts) == 1 or axis < 0:
            found.append(parts[0])
        else:
            first = parts[0].context
            found.append(nd.concat(*(x.as_in_context(first) for x in parts), dim=axis))
    return found


# --- stores ---------------------------------------------------------------------------------------


def create_kvstore(
    kvstore: KVStoreLike, num_device: int, arg_params: Mapping[str, NDArray]
) -> tuple[kvstores.KVStore | None, bool]:
    """The store that adds gradients of several devices, and whether the optimizer runs in it.

    There is none if one device computes everything.  ``MXNET_UPDATE_ON_KVSTORE=0`` keeps the
    optimizer out, and so do parameters of more than 16 million elements in a local store.

    Raises
    ------
    TypeError
        If *kvstore* is neither a name nor a store nor None.
    """
    inside = os.environ.get("MXNET_UPDATE_ON_KVSTORE", "1") != "0"
    if isinstance(kvstore, str):
        if num_device == 1 and "dist" not in kvstore:
            return None, False
        store = kvstores.create(kvstore)
        if kvstore == "local" and any(x.size > 1 << 24 for x in arg_params.values()):
            inside = False
    elif kvstore is None or isinstance(kvstore, kvstores.KVStoreBase):
        store = kvstore
    else:
        raise TypeError(f"kvstore must be KVStore, str or None, got {type(kvstore).__name__}")
    if store is None:
        return None, False
    return store, inside and store.is_capable(kvstores.KVStoreBase.OPTIMIZER)


def initialize_kvstore(
    kvstore: kvstores.KVStore,
    param_arrays: Sequence[Sequence[NDArray]],
    arg_params: Mapping[str, NDArray],
    param_names: Sequence[str],
    update_on_kvstore: bool,
) -> None:
    """Put parameters into a store; with *update_on_kvstore* also into the devices' arrays."""
    for name, arrays in zip(param_names, param_arrays, strict=False):
        value = arg_params[name]
        kvstore.init(name, value)
        if update_on_kvstore and value.stype == "default":
            kvstore.pull(name, list(arrays))


def update_params_on_kvstore(
    param_arrays: Sequence[Sequence[NDArray]],
    grad_arrays: Sequence[Sequence[NDArray | None]],
    kvstore: kvstores.KVStore,
    param_names: Sequence[str],
) -> None:
    """Do a step of the store's optimizer and fetch the parameters."""
    for i, (name, arrays, gradients) in enumerate(
        zip(param_names, param_arrays, grad_arrays, strict=False)
    ):
        if found := [x for x in gradients if x is not None]:
            kvstore.push(name, found, priority=-i)
            kvstore.pull(name, list(arrays), priority=-i, ignore_sparse=False)


def update_params(
    param_arrays: Sequence[Sequence[NDArray]],
    grad_arrays: Sequence[Sequence[NDArray | None]],
    updater: Updater,
    num_device: int,
    kvstore: kvstores.KVStore | None = None,
    param_names: Sequence[str] | None = None,
) -> None:
    """Do a step of the optimizer on every device, with gradients that a store adds up before.

    Parameters
    ----------
    param_arrays, grad_arrays : list of list of NDArray
        For each parameter those of all devices; None in place of gradients not computed.
    updater : Updater
        The number of a parameter on device *k* is its own times *num_device* plus *k*.
    num_device : int
    kvstore : KVStore, optional
    param_names : list of str, optional
        The store's keys.
    """
    updates: list[list[tuple[int, NDArray, NDArray]]] = [[] for _ in range(num_device)]
    for i, (arrays, gradients) in enumerate(zip(param_arrays, grad_arrays, strict=False)):
        found = [x for x in gradients if x is not None]
        if kvstore is not None and found:
            assert param_names is not None
            kvstore.push(param_names[i], found, priority=-i)
            kvstore.pull(param_names[i], found, priority=-i, ignore_sparse=False)
        for k, (array, gradient) in enumerate(zip(arrays, found, strict=False)):
            updates[k].append((i * num_device + k, gradient, array))
    for update in updates:
        if update:
            indices, gradients_, weights = zip(*update, strict=True)
            updater([*indices], [*gradients_], [*weights])
