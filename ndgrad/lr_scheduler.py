"""Learning rate schedules: the rate as a function of the number of updates."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from itertools import pairwise

from .base import ArgumentValueError, public_names, shown

__all__ = [
    "CosineScheduler",
    "FactorScheduler",
    "LRScheduler",
    "MultiFactorScheduler",
    "PolyScheduler",
]
__dir__ = public_names(globals())


class LRScheduler:
    """Base of schedules: called with the number of updates, they return the learning rate.

    A subclass overrides ``__call__``, and calls `get_warmup_lr` below *warmup_steps*.

    Parameters
    ----------
    base_lr : float, default 0.01
        The rate after warmup.  An optimizer with a *learning_rate* sets it.
    warmup_steps : int, default 0
        How many updates the warmup takes.
    warmup_begin_lr : float, default 0
        The rate at its beginning.
    warmup_mode : {'linear', 'constant'}
        Whether the rate grows up to *base_lr* meanwhile, or stays.

    Raises
    ------
    ValueError
        If *warmup_begin_lr* is above *base_lr*, or another argument not as above.
    """

    def __init__(
        self,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        name = type(self).__name__
        if not isinstance(warmup_steps, int) or warmup_steps < 0:
            raise ArgumentValueError(
                f"{name}: warmup_steps={warmup_steps!r}, expected an int, 0 or more"
            )
        if warmup_begin_lr > base_lr:
            raise ArgumentValueError(
                f"{name}: warmup_begin_lr={warmup_begin_lr} is above base_lr={base_lr}"
            )
        if warmup_mode not in ("linear", "constant"):
            raise ArgumentValueError(
                f"{name}: warmup_mode={warmup_mode!r}, expected 'linear' or 'constant'"
            )
        self.base_lr = base_lr
        self.warmup_steps = warmup_steps
        self.warmup_final_lr = base_lr
        self.warmup_begin_lr = warmup_begin_lr
        self.warmup_mode = warmup_mode

    def get_warmup_lr(self, num_update: int) -> float:
        """Return the rate of an update before *warmup_steps*.

        Raises
        ------
        ValueError
            For a later update.
        """
        if num_update >= self.warmup_steps:
            raise ValueError(
                f"get_warmup_lr: num_update={num_update}, expected less than {self.warmup_steps}"
            )
        if self.warmup_mode == "constant":
            return self.warmup_begin_lr
        rise = self.warmup_final_lr - self.warmup_begin_lr
        return self.warmup_begin_lr + rise * num_update / self.warmup_steps

    def __call__(self, num_update: int) -> float:
        raise NotImplementedError(f"{type(self).__name__} does not override __call__")


def _check_factor(name: str, factor: float) -> None:
    if factor > 1.0:
        raise ValueError(f"{name}: factor={factor}, expected 1 or less, so that the rate falls")


class FactorScheduler(LRScheduler):
    """The rate is multiplied by *factor* after every *step* updates: base_lr * factor**(n // step).

    Parameters
    ----------
    step : int
    factor : float, default 1
    stop_factor_lr : float, default 1e-8
        The least rate.
    base_lr, warmup_steps, warmup_begin_lr, warmup_mode
        See `LRScheduler`.
    """

    def __init__(
        self,
        step: int,
        factor: float = 1,
        stop_factor_lr: float = 1e-8,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if isinstance(step, str) or step < 1:
            raise ValueError(f"FactorScheduler: step={step!r}, expected 1 or more")
        _check_factor("FactorScheduler", factor)
        self.step = step
        self.factor = factor
        self.stop_factor_lr = stop_factor_lr
        self.count = 0

    def __call__(self, num_update: int) -> float:
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        while num_update > self.count + self.step:
            self.count += self.step
            self.base_lr *= self.factor
            if self.base_lr < self.stop_factor_lr:
                self.base_lr = self.stop_factor_lr
                logging.info(
                    "Update[%d]: now learning rate arrived at %0.5e, will not change in the future",
                    num_update,
                    self.base_lr,
                )
            else:
                _log_change(num_update, self.base_lr)
        return self.base_lr


def _log_change(num_update: int, lr: float) -> None:
    logging.info("Update[%d]: Change learning rate to %0.5e", num_update, lr)


class MultiFactorScheduler(LRScheduler):
    """The rate is multiplied by *factor* when the number of updates exceeds each of *step*.

    Parameters
    ----------
    step : list of int
        Rising numbers, 1 or more.
    factor : float, default 1
    base_lr, warmup_steps, warmup_begin_lr, warmup_mode
        See `LRScheduler`.
    """

    def __init__(
        self,
        step: Sequence[int],
        factor: float = 1,
        base_lr: float = 0.01,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(step, (list, tuple)) or not step:
            raise ArgumentValueError(
                f"MultiFactorScheduler: step must be a list of ints, got {shown(step)}"
            )
        if step[0] < 1 or any(a >= b for a, b in pairwise(step)):
            raise ArgumentValueError(
                f"MultiFactorScheduler: step={step}, expected rising numbers, 1 or more"
            )
        _check_factor("MultiFactorScheduler", factor)
        self.step = step
        self.cur_step_ind = 0
        self.factor = factor
        self.count = 0

    def __call__(self, num_update: int) -> float:
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        while self.cur_step_ind < len(self.step) and num_update > self.step[self.cur_step_ind]:
            self.count = self.step[self.cur_step_ind]
            self.cur_step_ind += 1
            self.base_lr *= self.factor
            _log_change(num_update, self.base_lr)
        return self.base_lr


class _FallingScheduler(LRScheduler):
    """From base_lr to final_lr, at *max_update*: final_lr + (base_lr - final_lr) * decay(t)."""

    def __init__(
        self,
        max_update: int,
        base_lr: float,
        final_lr: float,
        warmup_steps: int,
        warmup_begin_lr: float,
        warmup_mode: str,
    ) -> None:
        super().__init__(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        if not isinstance(max_update, int) or max_update < 1:
            raise ArgumentValueError(
                f"{type(self).__name__}: max_update={max_update!r}, expected an int, 1 or more"
            )
        self.base_lr_orig = base_lr
        self.max_update = max_update
        self.final_lr = final_lr
        self.max_steps = max_update - warmup_steps

    def decay(self, t: float) -> float:
        """Return how much is left of the difference at the time *t*, between 0 and 1."""
        raise NotImplementedError

    def __call__(self, num_update: int) -> float:
        if num_update < self.warmup_steps:
            return self.get_warmup_lr(num_update)
        if num_update <= self.max_update:
            left = self.decay((num_update - self.warmup_steps) / max(self.max_steps, 1))
            self.base_lr = self.final_lr + (self.base_lr_orig - self.final_lr) * left
        return self.base_lr


class PolyScheduler(_FallingScheduler):
    """The rate falls to *final_lr* by a power: final_lr + (base_lr - final_lr) * (1 - t)**pwr.

    Parameters
    ----------
    max_update : int
        The update at which t is 1; afterwards the rate stays.
    base_lr : float, default 0.01
    pwr : int, default 2
    final_lr : float, default 0
    warmup_steps, warmup_begin_lr, warmup_mode
        See `LRScheduler`.
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        pwr: float = 2,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)
        self.power = pwr

    def decay(self, t: float) -> float:
        return math.pow(1 - t, self.power)


class CosineScheduler(_FallingScheduler):
    """The rate falls to *final_lr* by half a cosine: (1 + cos(pi t)) / 2 of the difference is left.

    Loshchilov and Hutter 2017.

    Parameters
    ----------
    max_update : int
        The update at which t is 1; afterwards the rate stays.
    base_lr : float, default 0.01
    final_lr : float, default 0
    warmup_steps, warmup_begin_lr, warmup_mode
        See `LRScheduler`.
    """

    def __init__(
        self,
        max_update: int,
        base_lr: float = 0.01,
        final_lr: float = 0,
        warmup_steps: int = 0,
        warmup_begin_lr: float = 0,
        warmup_mode: str = "linear",
    ) -> None:
        super().__init__(max_update, base_lr, final_lr, warmup_steps, warmup_begin_lr, warmup_mode)

    def decay(self, t: float) -> float:
        return (1 + math.cos(math.pi * t)) / 2
