"""Executors on several devices, as MXNet trained before there were modules.

Data iterators of many programs import `_split_input_slice`; the rest is for old programs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from .. import nd
from ..context import Context, cpu
from ..io import DataBatch
from ..io.batches import DataShapes
from ..metric import EvalMetric
from ..nd import NDArray
from ..symbol import Symbol
from . import devices
from .base_module import Labels
from .checks import descriptions
from .executor_group import DataParallelExecutorGroup as BoundGroup
from .executor_group import split_batch as _split_input_slice  # MXNet's name

if TYPE_CHECKING:
    from ..monitor import Monitor
    from ..typing import LoggerLike

__all__ = ["DataParallelExecutorGroup", "DataParallelExecutorManager"]


class Described(Protocol):
    """A batch or an iterator that says what batches hold."""

    @property
    def provide_data(self) -> DataShapes | None:
        """The data."""

    @property
    def provide_label(self) -> DataShapes | None:
        """The labels."""


class Source(Described, Protocol):
    """An iterator over batches."""

    batch_size: int


def _check_arguments(symbol: Symbol) -> None:
    """Check that no two arguments, and no two auxiliary states, have one name.

    Raises
    ------
    ValueError
    """
    for what, names in (
        ("argument", symbol.list_arguments()),
        ("auxiliary param", symbol.list_auxiliary_states()),
    ):
        for name in names:
            if names.count(name) > 1:
                raise ValueError(
                    f'Find duplicated {what} name "{name}", please make the weight name '
                    f"non-duplicated (using name arguments), arguments are {names}"
                )


def _load_general(data: Sequence[NDArray], targets: Sequence[devices.Targets]) -> None:
    """Copy arrays to arrays, or parts of a batch to those of the devices.

    Raises
    ------
    AssertionError
        If the batch has another size.
    """
    for source, target in zip(data, targets, strict=False):
        if not isinstance(target, NDArray) and target[-1][0].stop != source.shape[0]:
            raise AssertionError(
                f"Batch size miss match. Expected {target[-1][0].stop}, got {source.shape[0]}"
            )
    devices.load_general(data, targets, [0] * len(data))


def _load_data(batch: DataBatch, targets: Sequence[devices.Targets]) -> None:
    """Copy the data of a batch; see `_load_general`."""
    _load_general(batch.data or [], targets)


def _load_label(batch: DataBatch, targets: Sequence[devices.Targets]) -> None:
    """Copy the labels of a batch; see `_load_general`."""
    _load_general(batch.label or [], targets)


class DataParallelExecutorGroup:
    """Executors of a symbol, one for each device.

    Parameters
    ----------
    sym : Symbol
    arg_names, param_names : list of str
        All arguments, and those that are learnt.
    ctx : list of Context
    slices : list of slice
        The part of a batch that each device takes.
    train_data : DataIter or DataBatch
        Whose ``provide_data`` and ``provide_label`` describe a batch.
    shared_group : DataParallelExecutorGroup, optional
        Whose parameters and gradients these executors take over.
    """

    def __init__(
        self,
        sym: Symbol,
        arg_names: Sequence[str],
        param_names: Sequence[str],
        ctx: Sequence[Context],
        slices: Sequence[slice],
        train_data: Described,
        shared_group: DataParallelExecutorGroup | None = None,
    ) -> None:
        _check_arguments(sym)
        data, labels = descriptions(train_data.provide_data), descriptions(train_data.provide_label)
        self.data_names, self.label_names = [x.name for x in data], [x.name for x in labels]
        self.param_names = [name for name in arg_names if name in param_names]
        self.param_idx = [i for i, name in enumerate(arg_names) if name in param_names]
        self.aux_names: list[str] = sym.list_auxiliary_states()
        self.slices = list(slices)
        self._group: BoundGroup = BoundGroup(
            sym,
            ctx,
            [part.stop - part.start for part in slices],
            data,
            labels,
            self.param_names,
            shared_group=shared_group._group if shared_group is not None else None,
        )
        self.train_execs = self._group.execs
        self.data_arrays = self._parts(self.data_names)
        self.label_arrays = self._parts(self.label_names)
        self.param_arrays = self._group.param_arrays
        self.grad_arrays = self._group.grad_arrays
        self.aux_arrays = self._group.aux_arrays

    def _parts(self, names: Sequence[str]) -> list[list[tuple[slice, NDArray]]]:
        """For each argument the parts of a batch, and where each device has its own."""
        return [
            [
                (part, exe.arg_dict[name])
                for part, exe in zip(self.slices, self.train_execs, strict=True)
            ]
            for name in names
        ]

    def load_data_batch(self, data_batch: DataBatch) -> None:
        """Copy data and labels to the devices."""
        _load_data(data_batch, self.data_arrays)
        _load_label(data_batch, self.label_arrays)

    def forward(self, is_train: bool = False) -> None:
        """Compute the outputs on every device."""
        for exe in self.train_execs:
            exe.forward(is_train=is_train)

    def backward(self) -> None:
        """Compute the gradients on every device."""
        for exe in self.train_execs:
            exe.backward()

    def update_metric(self, metric: EvalMetric, labels: Labels, pre_sliced: bool = False) -> None:
        """Count the outputs of the last forward.

        Parameters
        ----------
        metric : EvalMetric
        labels : list of NDArray, or a list of these for each device if *pre_sliced*
        pre_sliced : bool
        """
        for k, (exe, part) in enumerate(zip(self.train_execs, self.slices, strict=True)):
            mine = labels[k] if pre_sliced else [label[part] for label in labels]
            metric.update(mine, exe.outputs)


class DataParallelExecutorManager:
    """Groups of executors on several devices: one, or one for each key of a bucket.

    Parameters
    ----------
    symbol : Symbol
    ctx : list of Context
    train_data : DataIter
    arg_names, param_names, aux_names : list of str
    work_load_list : list of float, optional
        How much of a batch each device takes, in proportion.
    logger : optional
    sym_gen : callable, optional
        Makes the symbol of a ``bucket_key``.
    """

    def __init__(
        self,
        symbol: Symbol,
        ctx: Sequence[Context],
        train_data: Source,
        arg_names: Sequence[str],
        param_names: Sequence[str],
        aux_names: Sequence[str],
        work_load_list: Sequence[float] | None = None,
        logger: LoggerLike | None = None,
        sym_gen: Callable[[Hashable], Symbol] | None = None,
    ) -> None:
        (logger or logging).info("Start training with %s", ctx)
        work = [1.0] * len(ctx) if work_load_list is None else work_load_list
        if len(work) != len(ctx):
            raise AssertionError(
                f"Invalid settings for work load: {len(work)} numbers for {len(ctx)} devices"
            )
        self.slices = _split_input_slice(train_data.batch_size, work)
        self.symbol, self.sym_gen, self.ctx = symbol, sym_gen, ctx
        self.arg_names, self.param_names, self.aux_names = arg_names, param_names, aux_names
        self.execgrp = DataParallelExecutorGroup(
            symbol, arg_names, param_names, ctx, self.slices, train_data
        )
        self.curr_execgrp = self.execgrp
        self.execgrp_bucket: dict[Hashable, DataParallelExecutorGroup] = {}
        if sym_gen is not None:
            key: Hashable = getattr(train_data, "default_bucket_key")  # noqa: B009
            self.execgrp_bucket[key] = self.execgrp

    def install_monitor(self, monitor: Monitor) -> None:
        """Let a monitor watch all executors.

        Raises
        ------
        NotImplementedError
            With *sym_gen*.
        """
        if self.sym_gen is not None:
            raise NotImplementedError("Monitoring is not implemented for bucketing")
        for exe in self.execgrp.train_execs:
            monitor.install(exe)

    def set_params(
        self, arg_params: Mapping[str, NDArray], aux_params: Mapping[str, NDArray]
    ) -> None:
        """Copy parameters to all devices."""
        for exe in self.execgrp.train_execs:
            exe.copy_params_from(arg_params, aux_params)

    def copy_to(self, arg_params: Mapping[str, NDArray], aux_params: Mapping[str, NDArray]) -> None:
        """Write the parameters, the mean of all devices', into these arrays."""
        for names, blocks, targets in (
            (self.param_names, self.param_arrays, arg_params),
            (self.aux_names, self.aux_arrays, aux_params),
        ):
            for name, block in zip(names, blocks, strict=True):
                mean = nd.add_n(*(x.copyto(cpu()) for x in block)) / len(block)
                mean.astype(targets[name].dtype).copyto(targets[name])

    @property
    def param_arrays(self) -> list[list[NDArray]]:
        """Each parameter's arrays, one for each device."""
        return self.execgrp.param_arrays

    @property
    def grad_arrays(self) -> list[list[NDArray | None]]:
        """Each parameter's gradients, one for each device."""
        return self.execgrp.grad_arrays

    @property
    def aux_arrays(self) -> list[list[NDArray]]:
        """Each auxiliary state's arrays, one for each device."""
        return self.execgrp.aux_arrays

    def load_data_batch(self, data_batch: DataBatch) -> None:
        """Copy a batch to the devices, to the executors of its bucket."""
        if self.sym_gen is not None:
            key = data_batch.bucket_key
            if key not in self.execgrp_bucket:
                self.execgrp_bucket[key] = DataParallelExecutorGroup(
                    self.sym_gen(key),
                    self.arg_names,
                    self.param_names,
                    self.ctx,
                    self.slices,
                    data_batch,
                    shared_group=self.execgrp,
                )
            self.curr_execgrp = self.execgrp_bucket[key]
        self.curr_execgrp.load_data_batch(data_batch)

    def forward(self, is_train: bool = False) -> None:
        """Compute the outputs."""
        self.curr_execgrp.forward(is_train=is_train)

    def backward(self) -> None:
        """Compute the gradients."""
        self.curr_execgrp.backward()

    def update_metric(self, metric: EvalMetric, labels: Labels, pre_sliced: bool = False) -> None:
        """Count the outputs of the last forward; see `DataParallelExecutorGroup`."""
        self.curr_execgrp.update_metric(metric, labels, pre_sliced)
