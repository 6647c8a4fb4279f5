"""Steps of adapted length for each element: AdaGrad, RMSProp, AdaDelta, Ftrl, Adam and others."""

from __future__ import annotations

import math
from typing import Unpack

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
from .sgd import zeros_like

__all__ = ["FTML", "AdaDelta", "AdaGrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSProp"]
__dir__ = public_names(globals())


@register
class AdaGrad(Optimizer):
    """history = history + grad**2, w = w - lr * (grad / sqrt(history + eps) + wd * w).

    Of a row-sparse gradient the rows that it has are updated alone, and wd * w is added to it
    first.  Duchi, Hazan and Singer 2011.

    Parameters
    ----------
    eps : float, default 1e-7
    **kwargs
        See `Optimizer`.
    """

    def __init__(self, eps: float = 1e-7, **kwargs: Unpack[OptimizerArguments]) -> None:
        super().__init__(**kwargs)
        self.float_stable_eps = eps

    def create_state(self, index: Index, weight: NDArray) -> State:
        return zeros_like(weight, weight.stype)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        step = F._adagrad_update if grad.stype == "default" else F._sparse_adagrad_update
        step(
            weight, grad, state, out=weight, lr=lr, wd=wd, epsilon=self.float_stable_eps,
            **self._common(),
        )  # fmt: skip


@register
class RMSProp(Optimizer):
    """n = gamma1 * n + (1 - gamma1) * g**2, w = w - lr * g / sqrt(n + epsilon), g = grad + wd * w.

    Centred, the square of g's average is subtracted from n, and steps have the momentum *gamma2*.
    Tieleman and Hinton 2012; Graves 2013.

    Parameters
    ----------
    learning_rate : float, default 0.001
    gamma1 : float, default 0.9
    gamma2 : float, default 0.9
    epsilon : float, default 1e-8
    centered : bool, default False
    clip_weights : float, optional
        Bound of the weights' elements.
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        gamma1: float = 0.9,
        gamma2: float = 0.9,
        epsilon: float = 1e-8,
        centered: bool = False,
        clip_weights: float | None = None,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.gamma1 = gamma1
        self.gamma2 = gamma2
        self.centered = centered
        self.epsilon = epsilon
        self.clip_weights = clip_weights

    def create_state(self, index: Index, weight: NDArray) -> State:
        count = 3 if self.centered else 1
        return tuple(zeros_like(weight, weight.stype) for _ in range(count))

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        given = {"lr": lr, "wd": wd, "gamma1": self.gamma1, "epsilon": self.epsilon}
        given.update(self._common(), clip_weights=self.clip_weights or -1.0)
        if self.centered:
            F.rmspropalex_update(weight, grad, *state, out=weight, gamma2=self.gamma2, **given)
        else:
            F.rmsprop_update(weight, grad, *state, out=weight, **given)


@register
class AdaDelta(Optimizer):
    """w = w - delta - wd * w, delta = sqrt(acc_delta + epsilon) / sqrt(acc_g + epsilon) * grad.

    acc_g and acc_delta are moving averages of the squares of grad and delta.  There is no learning
    rate.  Zeiler 2012.

    Parameters
    ----------
    rho : float, default 0.9
        How much of the averages stays.
    epsilon : float, default 1e-5
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self, rho: float = 0.90, epsilon: float = 1e-5, **kwargs: Unpack[OptimizerArguments]
    ) -> None:
        super().__init__(**kwargs)
        self.rho = rho
        self.epsilon = epsilon

    def create_state(self, index: Index, weight: NDArray) -> State:
        return zeros_like(weight), zeros_like(weight)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        F._adadelta_update(
            weight, grad, *state, out=weight, rho=self.rho, epsilon=self.epsilon, wd=wd,
            **self._common(),
        )  # fmt: skip


@register
class Ftrl(Optimizer):
    """FTRL-Proximal: the weight that gradients so far ask for, exactly 0 where abs(z) <= lamda1.

    z = z + grad - (sqrt(n + grad**2) - sqrt(n)) / lr * w, n = n + grad**2,
    w = (sign(z) * lamda1 - z) / ((beta + sqrt(n)) / lr + wd).  McMahan et al. 2013.

    Parameters
    ----------
    lamda1 : float, default 0.01
    learning_rate : float, default 0.1
    beta : float, default 1
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        lamda1: float = 0.01,
        learning_rate: float = 0.1,
        beta: float = 1,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.lamda1 = lamda1
        self.beta = beta

    def create_state(self, index: Index, weight: NDArray) -> State:
        return zeros_like(weight, weight.stype), zeros_like(weight, weight.stype)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        F.ftrl_update(
            weight, grad, *state, out=weight, lr=lr, wd=wd, lamda1=self.lamda1, beta=self.beta,
            **self._common(),
        )  # fmt: skip


class Moments(Optimizer):
    """Base of Adam and its variants, which keep averages of g = grad + wd * w and of its square."""

    def __init__(
        self,
        learning_rate: float | None,
        beta1: float,
        beta2: float,
        epsilon: float,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def create_state(self, index: Index, weight: NDArray) -> State:
        return zeros_like(weight), zeros_like(weight)


@register
class Adam(Moments):
    """w = w - lr * mean / (sqrt(var) + epsilon), averages of g and g**2, where g = grad + wd * w.

    mean = beta1 * mean + (1 - beta1) * g, var = beta2 * var + (1 - beta2) * g**2; their bias is
    corrected by lr * sqrt(1 - beta2**t) / (1 - beta1**t), t the number of the weight's updates.
    Kingma and Ba 2015.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1 : float, default 0.9
    beta2 : float, default 0.999
    epsilon : float, default 1e-8
    lazy_update : bool, default True
        Whether of a row-sparse gradient the rows that it has are updated alone.
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        lazy_update: bool = True,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **kwargs)
        self.lazy_update = lazy_update

    def create_state(self, index: Index, weight: NDArray) -> State:
        stype = weight.stype if self.lazy_update else "default"
        return zeros_like(weight, stype), zeros_like(weight, stype)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        t = self._index_update_count[index]
        lr *= math.sqrt(1.0 - self.beta2**t) / (1.0 - self.beta1**t)
        mean, var = state
        F.adam_update(
            weight, grad, mean, var, out=weight, lr=lr, wd=wd, beta1=self.beta1, beta2=self.beta2,
            epsilon=self.epsilon, rescale_grad=self.rescale_grad,
            clip_gradient=self.clip_gradient or -1.0, lazy_update=self.lazy_update,
        )  # fmt: skip


@register
class Adamax(Moments):
    """Adam by the infinity norm: w = w - lr / (1 - beta1**t) * mean / u.

    u = max(beta2 * u, abs(g)).  A weight whose gradients were all 0 stays; in MXNet it is nan.
    Kingma and Ba 2015, section 7.

    Parameters
    ----------
    learning_rate : float, default 0.002
    beta1 : float, default 0.9
    beta2 : float, default 0.999
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 0.002,
        beta1: float = 0.9,
        beta2: float = 0.999,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, 0.0, **kwargs)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        lr /= 1.0 - self.beta1 ** self._index_update_count[index]
        F._adamax_update(
            weight, grad, *state, out=weight, lr=lr, wd=wd, beta1=self.beta1, beta2=self.beta2,
            **self._common(),
        )  # fmt: skip


@register
class Nadam(Moments):
    """Adam with Nesterov's momentum: w = w - lr * m / (sqrt(var / (1 - beta2**t)) + epsilon).

    m = (1 - mu_t) * g / (1 - M_t) + mu_{t+1} * mean / (1 - M_{t+1}), where
    mu_t = beta1 * (1 - 0.96**(t * schedule_decay) / 2), and M_t is the product of mu up to t: over
    all updates of the optimizer, also of different weights, as in MXNet.  Dozat 2016.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1 : float, default 0.9
    beta2 : float, default 0.999
    epsilon : float, default 1e-8
    schedule_decay : float, default 0.004
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        schedule_decay: float = 0.004,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **kwargs)
        self.schedule_decay = schedule_decay
        self.m_schedule = 1.0

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        t = self._index_update_count[index]
        now, after = (
            self.beta1 * (1.0 - 0.5 * 0.96 ** (n * self.schedule_decay)) for n in (t, t + 1)
        )
        self.m_schedule *= now
        F._nadam_update(
            weight, grad, *state, out=weight, lr=lr, wd=wd, beta1=self.beta1, beta2=self.beta2,
            epsilon=self.epsilon, grad_factor=(1.0 - now) / (1.0 - self.m_schedule),
            mean_factor=after / (1.0 - self.m_schedule * after),
            var_factor=1.0 / (1.0 - self.beta2**t), **self._common(),
        )  # fmt: skip


@register
class FTML(Moments):
    """Follow the moving leader: w = -z / d, where z = beta1 * z + (1 - beta1) * g - sigma * w.

    v = beta2 * v + (1 - beta2) * g**2, g = grad + wd * w,
    d = (1 - beta1**t) / lr * (sqrt(v / (1 - beta2**t)) + epsilon), and sigma is d minus beta1 times
    the d before.  Zheng and Kwok 2017.

    Parameters
    ----------
    beta1 : float, default 0.6
    beta2 : float, default 0.999
    epsilon : float, default 1e-8
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        beta1: float = 0.6,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        *,
        learning_rate: float | None = None,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **kwargs)

    def create_state(self, index: Index, weight: NDArray) -> State:
        return zeros_like(weight), zeros_like(weight), zeros_like(weight)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        F.ftml_update(
            weight, grad, *state, out=weight, lr=lr, wd=wd, beta1=self.beta1, beta2=self.beta2,
            epsilon=self.epsilon, t=self._index_update_count[index],
            rescale_grad=self.rescale_grad, clip_grad=self.clip_gradient or -1.0,
        )  # fmt: skip
