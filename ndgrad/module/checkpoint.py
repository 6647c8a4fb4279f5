"""Checkpoints: a symbol and its parameters in files ``<prefix>-symbol.json``, ``-0001.params``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TypeAlias

from .. import nd, symbol
from ..base import MXNetError
from ..nd import NDArray
from ..symbol import Symbol

Params: TypeAlias = dict[str, NDArray]
"""Parameters by name."""


def save_checkpoint(
    prefix: str,
    epoch: int,
    symbol: Symbol | None,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
    remove_amp_cast: bool = True,
) -> None:
    """Save a symbol and its parameters.

    Parameters
    ----------
    prefix : str
        The files are ``<prefix>-symbol.json`` and ``<prefix>-<epoch>.params``, with four digits.
    epoch : int
    symbol : Symbol or None
        None writes no symbol.
    arg_params, aux_params : dict of str to NDArray
        Parameters that are learnt, and states.
    remove_amp_cast : bool
        See `Symbol.tojson`.
    """
    if symbol is not None:
        symbol.save(f"{prefix}-symbol.json", remove_amp_cast)
    fname = f"{prefix}-{epoch:04d}.params"
    save_params(fname, arg_params, aux_params)
    logging.info('Saved checkpoint to "%s"', fname)


def load_checkpoint(prefix: str, epoch: int) -> tuple[Symbol, Params, Params]:
    """Load what `save_checkpoint` saved.

    Returns
    -------
    symbol, arg_params, aux_params

    Raises
    ------
    MXNetError
        If a file cannot be read, or holds something else.
    """
    loaded = symbol.load(f"{prefix}-symbol.json")
    return (loaded, *load_params(prefix, epoch))


def load_params(prefix: str, epoch: int) -> tuple[Params, Params]:
    """Load the parameters that `save_checkpoint` saved.

    Returns
    -------
    arg_params, aux_params : dict of str to NDArray

    Raises
    ------
    MXNetError
        If the file cannot be read, or holds something else.
    """
    return read_params(f"{prefix}-{epoch:04d}.params")


def save_params(
    fname: str, arg_params: Mapping[str, NDArray], aux_params: Mapping[str, NDArray]
) -> None:
    """Write parameters under the names ``arg:<name>`` and ``aux:<name>``."""
    arrays = {f"arg:{name}": array for name, array in arg_params.items()}
    arrays |= {f"aux:{name}": array for name, array in aux_params.items()}
    nd.save(fname, arrays)


def read_params(fname: str) -> tuple[Params, Params]:
    """Read what `save_params` wrote."""
    loaded = nd.load(fname)
    if not loaded:
        logging.warning("Params file '%s' is empty", fname)
        return {}, {}
    parts: dict[str, Params] = {"arg": {}, "aux": {}}
    if not isinstance(loaded, dict):
        raise MXNetError(f"load_params: {fname} holds a list of arrays; expected names, arg:<name>")
    for name, array in loaded.items():
        kind, found, rest = name.partition(":")
        if not found:
            raise MXNetError(
                f"load_params: {fname} has an array named {name!r}; expected arg:<name> or "
                "aux:<name>, as save_checkpoint writes. nd.load reads any file"
            )
        if kind in parts:
            parts[kind][rest] = array
    return parts["arg"], parts["aux"]
