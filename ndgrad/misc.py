"""`FactorScheduler` of MXNet's first versions; later ones are in `lr_scheduler`."""

from __future__ import annotations

import logging

from .base import public_names

__all__ = ["FactorScheduler", "LearningRateScheduler"]
__dir__ = public_names(globals())


class LearningRateScheduler:
    """A function from the number of iterations to a learning rate.

    Attributes
    ----------
    base_lr : float
        The first rate, 0.01 by default.
    """

    def __init__(self) -> None:
        self.base_lr = 0.01

    def __call__(self, iteration: int) -> float:
        """Return the rate after so many iterations."""
        raise NotImplementedError("must override this")


class FactorScheduler(LearningRateScheduler):
    """Multiply the rate by *factor* every *step* iterations.

    Parameters
    ----------
    step : int
    factor : float

    Raises
    ------
    ValueError
        If *step* is less than 1, or *factor* not less than 1.

    Examples
    --------
    >>> from ndgrad import misc
    >>> rate = misc.FactorScheduler(10, 0.5)
    >>> rate(9), rate(10), rate(25)
    (0.01, 0.005, 0.0025)
    """

    def __init__(self, step: int, factor: float = 0.1) -> None:
        super().__init__()
        if step < 1:
            raise ValueError(f"Schedule step must be greater or equal than 1 round, got {step}")
        if factor >= 1.0:
            raise ValueError(f"Factor must be less than 1 to make lr reduce, got {factor}")
        self.step = step
        self.factor = factor
        self.old_lr: float | None = None

    def __call__(self, iteration: int) -> float:
        rate = self.base_lr * self.factor ** (iteration // self.step)
        if rate != (self.base_lr if self.old_lr is None else self.old_lr):
            logging.info("At Iteration [%d]: Swith to new learning rate %.5f", iteration, rate)
        self.old_lr = rate
        return rate
