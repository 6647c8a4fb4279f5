"""`mx.contrib.amp`: MXNet's interface to mixed precision, in which all is computed in float32 here.

Programs that scale their losses against underflow in float16 run, and do the same steps.  Operators
are not cast to float16 or bfloat16, which is no faster on a CPU; cast a network by
``cast('bfloat16')`` instead.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..array.ndarray import NDArray
from ..base import BFLOAT16, MXNetError, as_dtype, public_names
from ..context import Context
from ..gluon import HybridBlock, Parameter, Trainer
from ..symbol import Symbol

__all__ = [
    "LossScaler",
    "convert_hybrid_block",
    "convert_model",
    "convert_symbol",
    "init",
    "init_trainer",
    "scale_loss",
    "unscale",
]
__dir__ = public_names(globals())

if TYPE_CHECKING:
    from ..typing import MaybeMany

Conditions: TypeAlias = Sequence[tuple[str, str, Sequence[str]]]
"""Names of operators and of parameters, and for which values of these."""

_amp_initialized = False


class LossScaler:
    """A factor for losses, which is halved when a gradient overflows, and doubled after a while.

    Attributes
    ----------
    loss_scale : float
    """

    _GROWS_AFTER = 2000
    _LARGEST = 2.0**24

    def __init__(self) -> None:
        self.loss_scale = 2.0**16
        self._steps = 0

    def has_overflow(self, params: Iterable[Parameter]) -> bool:
        """Whether some gradient of *params* is infinite or NaN; adapts the factor."""
        overflow = any(
            not np.isfinite(gradient.asnumpy()).all()
            for param in params
            if param.grad_req != "null"
            for gradient in param.list_grad()
        )
        self._steps = 0 if overflow else self._steps + 1
        if overflow:
            self.loss_scale = max(self.loss_scale / 2, 1.0)
            logging.getLogger(__name__).info("AMP: decreasing loss scale to %f", self.loss_scale)
        elif self._steps == self._GROWS_AFTER:
            self._steps = 0
            self.loss_scale = min(self.loss_scale * 2, self._LARGEST)
        return overflow


def init(
    target_dtype: str = "float16",
    target_precision_ops: Sequence[str] | None = None,
    conditional_fp32_ops: Conditions | None = None,
    fp32_ops: Sequence[str] | None = None,
) -> None:
    """Allow `init_trainer`.

    Parameters
    ----------
    target_dtype : {'float16', 'bfloat16'}
    target_precision_ops, conditional_fp32_ops, fp32_ops : list, optional
        Nothing depends on these.

    Raises
    ------
    AssertionError
        For another *target_dtype*.
    """
    _check_target(target_dtype)
    global _amp_initialized
    _amp_initialized = True


def _check_target(target_dtype: object) -> None:
    try:
        name = as_dtype(target_dtype, op="amp").name
    except (TypeError, MXNetError):
        name = None
    if name not in ("float16", BFLOAT16):
        raise AssertionError(
            "AMP currently supports only float16 or bfloat16 as a target_dtype, got "
            f"{target_dtype!r}"
        )


def convert_symbol(
    sym: Symbol,
    target_dtype: str = "float16",
    target_dtype_ops: Sequence[str] | None = None,
    fp32_ops: Sequence[str] | None = None,
    conditional_fp32_ops: Conditions | None = None,
    excluded_sym_names: Sequence[str] | None = None,
    data_names: Sequence[str] | None = None,
    cast_optional_params: bool = False,
) -> Symbol:
    """Return a copy of a symbol, which is computed in float32 here.

    Parameters
    ----------
    sym : Symbol
    target_dtype : {'float16', 'bfloat16'}
    target_dtype_ops, fp32_ops, conditional_fp32_ops, excluded_sym_names, data_names : optional
        Nothing depends on these, nor on *cast_optional_params*.

    Raises
    ------
    AssertionError
        For another *target_dtype*, or if *sym* is no symbol.
    """
    if not isinstance(sym, Symbol):
        raise AssertionError(f"First argument to convert_symbol should be Symbol, got {type(sym)}")
    _check_target(target_dtype)
    return copy(sym)


def convert_model(
    sym: Symbol,
    arg_params: Mapping[str, NDArray],
    aux_params: Mapping[str, NDArray],
    target_dtype: str = "float16",
    target_dtype_ops: Sequence[str] | None = None,
    fp32_ops: Sequence[str] | None = None,
    conditional_fp32_ops: Conditions | None = None,
    excluded_sym_names: Sequence[str] | None = None,
    cast_optional_params: bool = False,
) -> tuple[Symbol, dict[str, NDArray], dict[str, NDArray]]:
    """Return `convert_symbol` of a symbol, and its parameters as they are.

    Parameters
    ----------
    sym : Symbol
    arg_params, aux_params : dict of NDArray
    **others
        See `convert_symbol`.

    Raises
    ------
    AssertionError
        For another *target_dtype*, or if *sym* is no symbol.
    """
    return convert_symbol(sym, target_dtype), dict(arg_params), dict(aux_params)


def convert_hybrid_block(
    block: HybridBlock,
    target_dtype: str = "float16",
    target_dtype_ops: Sequence[str] | None = None,
    fp32_ops: Sequence[str] | None = None,
    conditional_fp32_ops: Conditions | None = None,
    excluded_sym_names: Sequence[str] | None = None,
    ctx: Context | None = None,
    cast_optional_params: bool = False,
) -> HybridBlock:
    """Return a network, which is computed in float32 here.

    Parameters
    ----------
    block : HybridBlock
    **others
        See `convert_symbol`; parameters stay on their devices, whatever *ctx* is.

    Raises
    ------
    AssertionError
        For another *target_dtype*, or if *block* is no `HybridBlock`.
    """
    if not isinstance(block, HybridBlock):
        raise AssertionError(f"block input should be a HybridBlock, got {type(block)}")
    _check_target(target_dtype)
    return block


def _with_scale(trainer: Trainer) -> Any:
    """A trainer with attributes of MXNet's that `init_trainer` sets."""
    return trainer


def _scaler(trainer: Trainer) -> LossScaler:
    scaler = getattr(trainer, "_amp_loss_scaler", None)
    if scaler is None:
        raise AssertionError(
            "Loss scaler is not initialized, did you forget to call amp.init_trainer()?"
        )
    return scaler


def init_trainer(optimizer_or_trainer: Trainer) -> None:
    """Give a `gluon.Trainer` a `LossScaler`; a step whose gradients overflow is left out then.

    Raises
    ------
    AssertionError
        If `init` was not called.
    TypeError
        If it is no trainer.
    """
    if not _amp_initialized:
        raise AssertionError("AMP not initialized, did you forget to call amp.init()?")
    trainer = _with_scale(optimizer_or_trainer)
    if not hasattr(trainer, "_update") or not hasattr(trainer, "_scale"):
        raise TypeError(
            "init_trainer: AMP is currently only compatible with Gluon Trainer, got "
            f"{type(trainer).__name__}"
        )
    scaler, update = LossScaler(), trainer._update

    def checked_update(*args: object, **kwargs: object) -> None:
        if not scaler.has_overflow(trainer._params):
            update(*args, **kwargs)

    trainer._amp_loss_scaler, trainer._amp_original_scale = scaler, trainer._scale
    trainer._update = checked_update


@contextmanager
def scale_loss(
    loss: NDArray | Sequence[NDArray], optimizer_or_trainer: Trainer
) -> Iterator[NDArray | MaybeMany]:
    """Return a scope that gives a loss, or a list of them, times the factor of a trainer.

    Parameters
    ----------
    loss : NDArray or list of NDArray
    optimizer_or_trainer : gluon.Trainer
        Its next step divides by the factor.
    """
    scaler, trainer = _scaler(optimizer_or_trainer), _with_scale(optimizer_or_trainer)
    trainer._scale = trainer._amp_original_scale / scaler.loss_scale
    factor = scaler.loss_scale
    yield loss * factor if isinstance(loss, NDArray) else [x * factor for x in loss]


def unscale(optimizer_or_trainer: Trainer) -> None:
    """Divide the gradients of a trainer by its factor, before they are clipped for example."""
    _scaler(optimizer_or_trainer)
    trainer = _with_scale(optimizer_or_trainer)
    factor = trainer._scale / trainer._amp_original_scale
    for param in trainer._params:
        if param.grad_req != "null":
            for gradient in param.list_grad():
                gradient[:] *= factor
    trainer._scale = trainer._amp_original_scale
