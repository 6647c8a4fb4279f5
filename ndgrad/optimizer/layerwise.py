"""Steps whose length each layer's norms give, for large batches: LAMB, LARS, LBSGD."""

from __future__ import annotations

import logging
import math
from typing import Unpack

from .. import nd
from ..array.ndarray import NDArray
from ..base import public_names
from ..ops.table import F
from .adaptive import Moments
from .base import (
    ArgumentsWithoutRate,
    ByIndex,
    CommonArguments,
    Index,
    Optimizer,
    OptimizerArguments,
    State,
    register,
)
from .sgd import SGD, zeros_like

__all__ = ["LAMB", "LARS", "LBSGD"]
__dir__ = public_names(globals())


@register
class LAMB(Moments):
    """Adam's direction g, with a step as long as the weight: w = w - lr * norm(w) / norm(g) * g.

    g = mean / (sqrt(var) + epsilon) + wd * w, of averages of grad and grad**2 without bias.
    You et al. 2020.

    Parameters
    ----------
    learning_rate : float, default 0.001
    beta1 : float, default 0.9
    beta2 : float, default 0.999
    epsilon : float, default 1e-6
    lower_bound, upper_bound : float, optional
        Bounds of norm(w).
    bias_correction : bool, default True
    **kwargs
        See `Optimizer`.
    """

    aggregate_num = 45

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        lower_bound: float | None = None,
        upper_bound: float | None = None,
        bias_correction: bool = True,
        **kwargs: Unpack[ArgumentsWithoutRate],
    ) -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, **kwargs)
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound
        self.bias_correction = bias_correction

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        F._lamb_update(
            weight, grad, *state, out=weight, lr=lr, wd=wd, beta1=self.beta1, beta2=self.beta2,
            epsilon=self.epsilon, t=self._index_update_count[index],
            bias_correction=self.bias_correction, lower_bound=self.lower_bound or -1.0,
            upper_bound=self.upper_bound or -1.0, **self._common(),
        )  # fmt: skip


def _norm(x: NDArray) -> float:
    norm: float = nd.norm(x.astype("float32")).asscalar()
    return norm


@register
class LARS(SGD):
    """`SGD`, whose rate is times eta * norm(w) / (norm(grad) + wd * norm(w) + eps).

    Weights whose names end with ``gamma``, ``beta`` or ``bias`` have the rate as it is.
    You, Gitman and Ginsburg 2017.

    Parameters
    ----------
    momentum : float, default 0.0
    lazy_update : bool, default True
    eta : float, default 0.001
    eps : float, default 0
    momentum_correction : bool, default True
        Whether the momentum is scaled by how the rate has changed since the last update.
    **kwargs
        See `Optimizer`.
    """

    _rate_of_update = 0  # which update *cur_lr* is of; not in what MXNet has saved

    def __init__(
        self,
        momentum: float = 0.0,
        lazy_update: bool = True,
        eta: float = 0.001,
        eps: float = 0,
        momentum_correction: bool = True,
        **kwargs: Unpack[OptimizerArguments],
    ) -> None:
        super().__init__(momentum, lazy_update, **kwargs)
        self.momentum_correction = momentum_correction
        self.eta = eta
        self.eps = eps
        self.last_lr: float | None = None
        self.cur_lr: float | None = None

    def set_wd_mult(self, args_wd_mult: ByIndex[float]) -> None:
        """Set multipliers of the decay, which are 0 for names that do not end with ``_weight``."""
        gammas = {name: 0.0 for name in self.idx2name.values() if name.endswith("_gamma")}
        super().set_wd_mult({**gammas, **args_wd_mult})

    def _change_of_rate(self) -> float:
        """The learning rate over that of the update before."""
        if self._rate_of_update != self.num_update:
            self._rate_of_update = self.num_update
            self.last_lr, self.cur_lr = self.cur_lr, self.learning_rate
        if not self.momentum_correction or not self.last_lr or self.cur_lr is None:
            return 1.0
        return self.cur_lr / self.last_lr

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        change = self._change_of_rate()
        if not self.idx2name.get(index, "").endswith(("gamma", "beta", "bias")):
            of_weight, of_grad = _norm(weight), _norm(grad) * self.rescale_grad
            if of_weight > 0 and of_grad > 0:
                lr *= self.eta * of_weight / (of_grad + wd * of_weight + self.eps)
        given = {"lr": lr, "wd": wd, "lazy_update": self.lazy_update, **self._common()}
        if state is None:
            F.sgd_update(weight, grad, out=weight, **given)
        else:
            momentum = self.momentum * change
            F.sgd_mom_update(weight, grad, state, out=weight, momentum=momentum, **given)


class _LBSGDArguments(CommonArguments, total=False):
    learning_rate: float | None


@register
class LBSGD(Optimizer):
    """`SGD` by the mean of *batch_scale* gradients, with a rate that grows while it warms up.

    The rate is times 1 + (batch_scale - 1) * u of the part u of the warmup that is over, or of its
    square or root; or, ``'lars'``, norm(w) / norm(grad), between 0.01 and 100.
    Goyal et al. 2017; You, Gitman and Ginsburg 2017.

    Parameters
    ----------
    momentum : float, default 0.0
    multi_precision : bool, default False
    warmup_strategy : {'linear', 'power2', 'sqrt', 'lars'}
        Anything else has no warmup.
    warmup_epochs : int, default 5
    batch_scale : int, default 1
    updates_per_epoch : int, default 32
    begin_epoch : int, default 0
    num_epochs : int, default 60
    **kwargs
        See `Optimizer`.
    """

    def __init__(
        self,
        momentum: float = 0.0,
        multi_precision: bool = False,
        warmup_strategy: str = "linear",
        warmup_epochs: int = 5,
        batch_scale: int = 1,
        updates_per_epoch: int = 32,
        begin_epoch: int = 0,
        num_epochs: int = 60,
        **kwargs: Unpack[_LBSGDArguments],
    ) -> None:
        super().__init__(multi_precision=multi_precision, **kwargs)
        logging.info("Running Large-Batch SGD Algorithm")
        logging.info(
            "(Batch_scale=%f, warmup_epochs=%d, warmup_strategy=%s, updates_per_epoch=%d)",
            batch_scale, warmup_epochs, warmup_strategy, updates_per_epoch,
        )  # fmt: skip
        self.momentum = momentum
        self.warmup_strategy = warmup_strategy
        self.warmup_epochs = warmup_epochs
        self.batch_scale = batch_scale
        self.updates_per_epoch = updates_per_epoch
        self.init_updates = begin_epoch * updates_per_epoch
        self.num_epochs = num_epochs
        self._sums: dict[Index, tuple[int, NDArray | None]] = {}

    def create_state(self, index: Index, weight: NDArray) -> State:
        return None if self.momentum == 0.0 else zeros_like(weight, weight.stype)

    def _factor(self, weight: NDArray, grad: NDArray, wd: float, count: int) -> float:
        """What the learning rate is multiplied by at the gradient number *count*."""
        if self.warmup_strategy == "lars":
            of_weight, of_grad = _norm(weight) ** 2, _norm(grad) ** 2
            ratio = math.sqrt(of_weight / (of_grad + wd * of_weight + 1e-18))
            return min(max(ratio, 0.01), 100.0)
        total = self.warmup_epochs * self.updates_per_epoch
        if count >= total:
            return float(self.batch_scale)
        u = count / total
        parts = {"linear": u, "power2": u * u, "sqrt": math.sqrt(u)}
        return 1.0 + (self.batch_scale - 1) * parts.get(self.warmup_strategy, 0.0)

    def step(
        self, index: Index, weight: NDArray, grad: NDArray, state: State, lr: float, wd: float
    ) -> None:
        count, total = self._sums.get(index, (self.init_updates, None))
        total = grad.copy() if total is None else total + grad
        count += 1
        if count % self.batch_scale:
            self._sums[index] = count, total
            return
        self._sums[index] = count, None
        grad = total / self.batch_scale
        lr *= self._factor(weight, grad, wd, count)
        given = {"lr": lr, "wd": wd, **self._common()}
        if state is None:
            F.sgd_update(weight, grad, out=weight, **given)
        else:
            F.sgd_mom_update(weight, grad, state, out=weight, momentum=self.momentum, **given)
