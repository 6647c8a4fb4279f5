"""Checkpoints of recurrent networks, with an array for each gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from ..module.checkpoint import Params, load_checkpoint, save_checkpoint
from ..module.events import EpochEndCallback
from ..nd import NDArray
from ..symbol import Symbol
from .base_cell import BaseRNNCell, Inputs, States

if TYPE_CHECKING:
    from ..typing import MaybeMany, MaybeNone

Cells: TypeAlias = BaseRNNCell | Sequence[BaseRNNCell]


def _listed(cells: Cells) -> Sequence[BaseRNNCell]:
    return [cells] if isinstance(cells, BaseRNNCell) else cells


def rnn_unroll(
    cell: BaseRNNCell,
    length: int,
    inputs: Inputs | MaybeNone = None,
    begin_state: States | None = None,
    input_prefix: str = "",
    layout: str = "NTC",
) -> tuple[Symbol | MaybeMany, States]:
    """``cell.unroll(length, inputs, begin_state, layout)``."""
    return cell.unroll(length, inputs, begin_state, layout)


def save_rnn_checkpoint(
    cells: Cells,
    prefix: str,
    epoch: int,
    symbol: Symbol | None,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
) -> None:
    """Save a symbol and its parameters, those of *cells* divided by gates.

    Parameters
    ----------
    cells : BaseRNNCell or list of BaseRNNCell
    prefix, epoch, symbol, arg_params, aux_params
        See `save_checkpoint`.
    """
    for cell in _listed(cells):
        arg_params = cell.unpack_weights(arg_params)
    save_checkpoint(prefix, epoch, symbol, arg_params, aux_params)


def load_rnn_checkpoint(cells: Cells, prefix: str, epoch: int) -> tuple[Symbol, Params, Params]:
    """Load what `save_rnn_checkpoint` saved.

    Parameters
    ----------
    cells : BaseRNNCell or list of BaseRNNCell
    prefix, epoch
        See `load_checkpoint`.

    Returns
    -------
    symbol, arg_params, aux_params
    """
    symbol, args, auxs = load_checkpoint(prefix, epoch)
    for cell in _listed(cells):
        args = cell.pack_weights(args)
    return symbol, args, auxs


def do_rnn_checkpoint(cells: Cells, prefix: str, period: int = 1) -> EpochEndCallback:
    """Make a function that saves a checkpoint, for ``epoch_end_callback``.

    Parameters
    ----------
    cells : BaseRNNCell or list of BaseRNNCell
    prefix : str
    period : int
        Save after every so many epochs.
    """
    period = max(1, int(period))

    def save(
        iter_no: int,
        sym: Symbol | None = None,
        arg: Params | MaybeNone = None,
        aux: Params | MaybeNone = None,
    ) -> None:
        if (iter_no + 1) % period == 0:
            save_rnn_checkpoint(cells, prefix, iter_no + 1, sym, arg, aux)

    return save
