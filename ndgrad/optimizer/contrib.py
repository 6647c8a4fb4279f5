"""Optimizers of `contrib`: AdaGrad with one number for each row, Adam with a decay of its own."""

from __future__ import annotations

import math
from typing import Unpack

from .. import nd
from ..array.ndarray import NDArray
from ..base import public_names
from ..ops.table import F
from .adaptive import Moments
from .base import (
    ArgumentsWithoutRate,
    Index,
    Optimizer,
    OptimizerArguments,
    State,
    register,
)

__all__ = ["AdamW", "GroupAdaGrad"]
__dir__ = public_names(globals())


@register
class GroupAdaGrad(Optimizer):
    """history = history + mean(grad**2 of a row), w = w - lr * grad / sqrt(history + eps).

    There is no weight decay.

    Parameters
    ----------
    eps : float, default 1e-5
    **kwargs
        See `Optimizer`.
    """

    def __init__(self, eps: float = 1e-5, **kwargs: Unpack[OptimizerArguments]) -> None:
        super().__init__(**kwargs)
        self.float_stable_eps = eps

    def create_state(self, index: Index, weight: NDArray) -> State:
        shape = (weight.shape[0], 1)
        return nd.zeros(shape, weight.context, weight.dtype, stype=weight.stype)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        if wd:
            raise ValueError(f"GroupAdaGrad: wd={wd}, but there is no weight decay")
        F._contrib_group_adagrad_update(
            weight, grad, state, out=weight, lr=lr, epsilon=self.float_stable_eps, **self._common()
        )


@register
class AdamW(Moments):
    """Adam with a decay of its own: w = w - lr * mean / (sqrt(var) + epsilon) - lr * wd * w.

    Averages are of grad and grad**2.  Loshchilov and Hutter 2019.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1 : float, default 0.9
    beta2 : float, default 0.999
    epsilon : float, default 1e-6
    correct_bias : bool, default True
        Whether lr in the first product is times sqrt(1 - beta2**t) / (1 - beta1**t).
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        correct_bias: bool = True,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **kwargs)
        self.correct_bias = correct_bias

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        t = self._index_update_count[index]
        factor = math.sqrt(1.0 - self.beta2**t) / (1.0 - self.beta1**t) if self.correct_bias else 1
        scale = nd.full((1,), self.rescale_grad, weight.context, weight.dtype)
        F._adamw_update(
            weight, grad, *state, scale, out=weight, lr=lr * factor, wd=lr * wd, eta=1.0,
            beta1=self.beta1, beta2=self.beta2, epsilon=self.epsilon,
            clip_gradient=self.clip_gradient or -1.0,
        )  # fmt: skip
