"""Gradient descent: SGD with momentum, Nesterov's, by signs, with noise, with delayed gradients."""

from __future__ import annotations

import math
from typing import Unpack

from .. import nd, random
from ..array.ndarray import NDArray
from ..base import public_names
from ..ops.table import F
from .base import (
    ArgumentsWithoutRate,
    Index,
    Optimizer,
    OptimizerArguments,
    State,
    register,
)

__all__ = ["DCASGD", "NAG", "SGD", "SGLD", "Signum", "Test", "ccSGD"]
__dir__ = public_names(globals())


def zeros_like(weight: NDArray, stype: str = "default") -> NDArray:
    """Zeros of the weight's shape, dtype and device."""
    return nd.zeros(weight.shape, weight.context, weight.dtype, stype=stype)


@register
class SGD(Optimizer):
    """Gradient descent: mom = momentum * mom - lr * (grad + wd * w), w = w + mom.

    Parameters
    ----------
    momentum : float, default 0.0
    lazy_update : bool, default True
        Whether of a row-sparse gradient the rows that it has are updated alone.
    **kwargs
        See `Optimizer`.
    """

    aggregate_num = 4
    master_last = True

    def __init__(
        self, momentum: float = 0.0, lazy_update: bool = True, **kwargs: Unpack[OptimizerArguments]
    ) -> None:
        super().__init__(**kwargs)
        self.momentum = momentum
        self.lazy_update = lazy_update

    def create_state(self, index: Index, weight: NDArray) -> State:
        stype = weight.stype if self.lazy_update else "default"
        return None if self.momentum == 0.0 else zeros_like(weight, stype)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        clip = self.clip_gradient or -1.0
        if state is None:
            F.sgd_update(
                weight, grad, out=weight, lr=lr, wd=wd, rescale_grad=self.rescale_grad,
                clip_gradient=clip, lazy_update=self.lazy_update,
            )  # fmt: skip
        else:
            F.sgd_mom_update(
                weight, grad, state, out=weight, lr=lr, momentum=self.momentum, wd=wd,
                rescale_grad=self.rescale_grad, clip_gradient=clip, lazy_update=self.lazy_update,
            )  # fmt: skip


@register
class ccSGD(SGD):
    """`SGD`, under an old name."""


@register
class NAG(Optimizer):
    """Nesterov's gradient descent: mom = momentum * mom - lr * g, w = w + momentum * mom - lr * g.

    g is grad + wd * w.  Without momentum it is `SGD`.  Nesterov 1983.

    Parameters
    ----------
    momentum : float, default 0.0
    **kwargs
        See `Optimizer`.
    """

    master_last = True

    def __init__(self, momentum: float = 0.0, **kwargs: Unpack[OptimizerArguments]) -> None:
        super().__init__(**kwargs)
        self.momentum = momentum

    def create_state(self, index: Index, weight: NDArray) -> State:
        return None if self.momentum == 0.0 else zeros_like(weight)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        given = {"lr": lr, "wd": wd, **self._common()}
        if state is None:
            F.sgd_update(weight, grad, out=weight, **given)
        else:
            F.nag_mom_update(weight, grad, state, out=weight, momentum=self.momentum, **given)


@register
class Signum(Optimizer):
    """Steps by signs: w = w + lr * sign(mom), mom = momentum * mom - (1 - momentum) * g.

    g is grad + wd * w.  Without momentum it is w - lr * sign(g).  Bernstein et al. 2018.

    Parameters
    ----------
    learning_rate : float, default 0.01
    momentum : float, default 0.9
    wd_lh : float, default 0.0
        A decay of its own: w is multiplied by 1 - lr * wd_lh first.
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.9,
        wd_lh: float = 0.0,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum
        self.wd_lh = wd_lh

    def create_state(self, index: Index, weight: NDArray) -> State:
        return None if self.momentum == 0.0 else zeros_like(weight, weight.stype)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        given = {"lr": lr, "wd": wd, **self._common()}
        if state is None:
            F.signsgd_update(weight, grad, out=weight, **given)
        else:
            F.signum_update(
                weight, grad, state, out=weight, momentum=self.momentum, wd_lh=self.wd_lh, **given
            )


@register
class SGLD(Optimizer):
    """Langevin dynamics: w = w - lr / 2 * (grad + wd * w) + noise, normal with the variance lr.

    Welling and Teh 2011.

    Parameters
    ----------
    **kwargs
        See `Optimizer`.
    """

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        noise = random.normal(
            0, math.sqrt(lr), shape=weight.shape, dtype=weight.dtype, ctx=weight.context
        )
        F.sgd_update(weight, grad, out=weight, lr=lr / 2, wd=wd, **self._common())
        weight += noise


@register
class DCASGD(Optimizer):
    """Gradient descent with delayed gradients, corrected by how the weight has changed since.

    mom = momentum * mom - lr * (grad + wd * w + lamda * grad**2 * (w - previous)), w = w + mom;
    *previous* is w before.  Zheng et al. 2017.

    Parameters
    ----------
    momentum : float, default 0.0
    lamda : float, default 0.04
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self, momentum: float = 0.0, lamda: float = 0.04, **kwargs: Unpack[OptimizerArguments]
    ) -> None:
        super().__init__(**kwargs)
        self.momentum = momentum
        self.lamda = lamda

    def create_state(self, index: Index, weight: NDArray) -> State:
        return None if self.momentum == 0.0 else zeros_like(weight), weight.copy()

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        mom, previous = state
        grad = self._rescaled(grad)
        change = -lr * (grad + wd * weight + self.lamda * grad * grad * (weight - previous))
        if mom is not None:
            mom *= self.momentum
            mom += change
            change = mom
        previous[:] = weight
        weight += change


@register
class Test(Optimizer):
    """Adds gradients to the weight, which is the state too; for tests."""

    def create_state(self, index: Index, weight: NDArray) -> State:
        return zeros_like(weight)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        weight += grad * self.rescale_grad
        state[:] = weight
