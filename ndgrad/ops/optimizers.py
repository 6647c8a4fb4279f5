"""Steps of optimizers: new weights and states from gradients, in one pass over memory each.

A gradient is multiplied by *rescale_grad*, then kept between -*clip_gradient* and *clip_gradient*,
unless that is negative, and *wd* times the weight is added to it; Adam, RMSProp and FTML add that
first.  Formulas follow MXNet's, whose *lazy_update* is for sparse gradients.
"""

from __future__ import annotations

import math
from inspect import Parameter

from ..base import MXNetError
from ..tape import Array
from .axes import integer, number
from .composite import composite
from .declare import elementwise, update
from .derived import multiple, with_arrays, with_master_weight
from .table import NONE, F, Params, Sample

REQUIRED = Parameter.empty

_STEP: Params = {"lr": 0.1, "wd": 0.01, "clip_gradient": 0.8}
_COMMON: Params = {"wd": 0.0, "rescale_grad": 1.0, "clip_gradient": -1.0}


def _clipped(text: str, limit: str = "clip_gradient") -> str:
    """A formula, kept between -*limit* and *limit* unless that is negative."""
    return f"where({limit} >= 0, minimum(maximum({text}, -{limit}), {limit}), {text})"


_GRAD = _clipped("rescale_grad * grad")
_DECAYED = f"({_GRAD} + wd * weight)"
_CLIPPED_LAST = _clipped("(rescale_grad * grad + wd * weight)")
_ADADELTA = f"(sqrt(acc_delta + epsilon) / sqrt(acc_g + epsilon) * {_GRAD})"

SGD = update(
    "sgd_update",
    "weight grad",
    samples=(Sample(((3, 4),) * 2, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, **_COMMON, "lazy_update": True},
    weight=f"weight - lr * {_DECAYED}",
    doc="A step of gradient descent: weight - lr * grad.",
)
SGD_MOM = update(
    "sgd_mom_update",
    "weight grad mom",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "momentum": 0.0, **_COMMON, "lazy_update": True},
    mom=f"momentum * mom - lr * {_DECAYED}",
    weight="weight + mom",
    doc="A step of gradient descent with momentum: weight + mom, mom = momentum * mom - lr * grad.",
)
NAG_MOM = update(
    "nag_mom_update",
    "weight grad mom",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "momentum": 0.0, **_COMMON},
    weight=f"weight + momentum * (momentum * mom - lr * {_DECAYED}) - lr * {_DECAYED}",
    mom=f"momentum * mom - lr * {_DECAYED}",
    doc="A step of Nesterov's accelerated gradient; mom decays by the new weight.",
)
update(
    "adam_update",
    "weight grad mean var",
    samples=(Sample(((3, 4),) * 4, _STEP),),
    domain=(0.5, 2.0),
    params={
        "lr": REQUIRED,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        **_COMMON,
        "lazy_update": True,
    },
    mean=f"beta1 * mean + (1 - beta1) * {_CLIPPED_LAST}",
    var=f"beta2 * var + (1 - beta2) * ({_CLIPPED_LAST} * {_CLIPPED_LAST})",
    weight="weight - lr * mean / (sqrt(var) + epsilon)",
    doc="A step of Adam, whose *lr* has the bias correction. Kingma and Ba 2015.",
)
update(
    "_sparse_adagrad_update",
    "weight grad history",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "epsilon": 1e-7, **_COMMON},
    by_rows=True,
    history=f"history + {_DECAYED} * {_DECAYED}",
    weight=f"weight - lr * {_DECAYED} / sqrt(history + epsilon)",
    doc="A step of AdaGrad; of a row-sparse gradient the rows that it has. Duchi et al. 2011.",
)
update(
    "_adagrad_update",
    "weight grad history",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "epsilon": 1e-7, **_COMMON},
    history=f"history + {_GRAD} * {_GRAD}",
    weight=f"weight - lr * ({_GRAD} / sqrt(history + epsilon) + wd * weight)",
    doc="A step of AdaGrad, whose history is without the decay. Duchi et al. 2011.",
)
update(
    "rmsprop_update",
    "weight grad n",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "gamma1": 0.95, "epsilon": 1e-8, **_COMMON, "clip_weights": -1.0},
    n=f"(1 - gamma1) * ({_CLIPPED_LAST} * {_CLIPPED_LAST}) + gamma1 * n",
    weight=_clipped(f"(weight - lr * {_CLIPPED_LAST} / sqrt(n + epsilon))", "clip_weights"),
    doc="A step of RMSProp, without centring. Tieleman and Hinton 2012.",
)
update(
    "rmspropalex_update",
    "weight grad n g delta",
    samples=(Sample(((2, 2), (2, 2), (2, 2), [[0.1, -0.2], [0.3, 0.0]], (2, 2)), _STEP),),
    domain=(0.5, 2.0),
    params={
        "lr": REQUIRED,
        "gamma1": 0.95,
        "gamma2": 0.9,
        "epsilon": 1e-8,
        **_COMMON,
        "clip_weights": -1.0,
    },
    n=f"(1 - gamma1) * ({_CLIPPED_LAST} * {_CLIPPED_LAST}) + gamma1 * n",
    g=f"(1 - gamma1) * {_CLIPPED_LAST} + gamma1 * g",
    delta=f"gamma2 * delta - lr * {_CLIPPED_LAST} / sqrt(n - g * g + epsilon)",
    weight=_clipped("(weight + delta)", "clip_weights"),
    doc="A step of RMSProp, centred and with momentum. Graves 2013.",
)
update(
    "_adadelta_update",
    "weight grad acc_g acc_delta",
    samples=(Sample(((3, 4),) * 4, {"wd": 0.01, "clip_gradient": 0.8}),),
    domain=(0.5, 2.0),
    params={"rho": 0.9, "epsilon": 1e-5, **_COMMON},
    acc_g=f"rho * acc_g + (1 - rho) * ({_GRAD} * {_GRAD})",
    weight=f"weight - {_ADADELTA} - wd * weight",
    acc_delta=f"rho * acc_delta + (1 - rho) * ({_ADADELTA} * {_ADADELTA})",
    doc="A step of AdaDelta, without a learning rate. Zeiler 2012.",
)
update(
    "_adamax_update",
    "weight grad mean u",
    samples=(Sample(((3, 4),) * 4, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "beta1": 0.9, "beta2": 0.999, **_COMMON},
    mean=f"beta1 * mean + (1 - beta1) * {_CLIPPED_LAST}",
    u=f"maximum(beta2 * u, abs({_CLIPPED_LAST}))",
    weight="weight - lr * mean / where(u > 0, u, 1)",  # 0 / 1 where no gradient has come
    doc="A step of Adam by the infinity norm. Kingma and Ba 2015.",
)
update(
    "_nadam_update",
    "weight grad mean var",
    samples=(Sample(((3, 4),) * 4, {**_STEP, "mean_factor": 0.5}),),
    domain=(0.5, 2.0),
    params={
        "lr": REQUIRED,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "grad_factor": 1.0,
        "mean_factor": 1.0,
        "var_factor": 1.0,
        **_COMMON,
    },
    mean=f"beta1 * mean + (1 - beta1) * {_CLIPPED_LAST}",
    var=f"beta2 * var + (1 - beta2) * ({_CLIPPED_LAST} * {_CLIPPED_LAST})",
    weight=f"weight - lr * (grad_factor * {_CLIPPED_LAST} + mean_factor * mean) "
    "/ (sqrt(var_factor * var) + epsilon)",
    doc="A step of Adam with Nesterov's momentum, whose factors have the schedule. Dozat 2016.",
)
update(
    "ftrl_update",
    "weight grad z n",
    samples=(Sample(((3, 4),) * 4, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "lamda1": 0.01, "beta": 1.0, **_COMMON},
    by_rows=True,
    z=f"z + {_GRAD} - (sqrt(n + {_GRAD} * {_GRAD}) - sqrt(n)) / lr * weight",
    n=f"n + {_GRAD} * {_GRAD}",
    weight="where(abs(z) <= lamda1, 0, (sign(z) * lamda1 - z) / ((beta + sqrt(n)) / lr + wd))",
    doc="A step of FTRL-Proximal. McMahan et al. 2013.",
)
_FTML_GRAD = _clipped("(rescale_grad * grad + wd * weight)", "clip_grad")
_FTML_D = "((1 - pow(beta1, t)) / lr * (sqrt(v / (1 - pow(beta2, t))) + epsilon))"

update(
    "ftml_update",
    "weight grad d v z",
    samples=(Sample(((3, 4),) * 5, {"lr": 0.1, "t": 3, "clip_grad": 0.8}),),
    domain=(0.5, 2.0),
    params={
        "lr": REQUIRED,
        "beta1": 0.6,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "t": REQUIRED,
        "wd": 0.0,
        "rescale_grad": 1.0,
        "clip_grad": -1.0,
    },
    v=f"beta2 * v + (1 - beta2) * ({_FTML_GRAD} * {_FTML_GRAD})",
    z=f"beta1 * z + (1 - beta1) * {_FTML_GRAD} - ({_FTML_D} - beta1 * d) * weight",
    d=_FTML_D,
    weight="-z / d",
    doc="A step of FTML, the number *t*. Zheng and Kwok 2017.",
)
update(
    "signsgd_update",
    "weight grad",
    samples=(Sample(((3, 4),) * 2, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, **_COMMON},
    weight="(1 - lr * wd) * weight - lr * sign(grad)",
    doc="A step of gradient descent by the gradient's sign. Bernstein et al. 2018.",
)
update(
    "signum_update",
    "weight grad mom",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "momentum": 0.0, **_COMMON, "wd_lh": 0.0},
    mom=f"momentum * mom - (1 - momentum) * {_DECAYED}",
    weight="(1 - lr * wd_lh) * weight + lr * sign(mom)",
    doc="A step by the sign of momentum; *wd_lh* is a decay of its own. Bernstein et al. 2018.",
)

# --- decay apart from the gradient, and steps as long as weights ask for --------------------------

_MEAN = f"beta1 * mean + (1 - beta1) * {_GRAD}"
_VAR = f"beta2 * var + (1 - beta2) * ({_GRAD} * {_GRAD})"


def _if_finite(new: str, old: str) -> str:
    """*new*, but *old* if the gradients overflowed: their scale is not finite then, or is 0."""
    return f"where(abs(isfinite(rescale_grad) * rescale_grad) > 0, {new}, {old})"


ADAMW = update(
    "_adamw_update",
    "weight grad mean var rescale_grad",
    one_element="rescale_grad",
    samples=(Sample((*((3, 4),) * 4, (1,)), {"lr": 0.1, "eta": 0.5, "wd": 0.01}),),
    domain=(0.5, 2.0),
    params={
        "lr": REQUIRED,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "wd": 0.0,
        "eta": REQUIRED,
        "clip_gradient": -1.0,
    },
    mean=_if_finite(_MEAN, "mean"),
    var=_if_finite(_VAR, "var"),
    weight=_if_finite("weight - eta * (lr * mean / (sqrt(var) + epsilon) + wd * weight)", "weight"),
    doc="""A step of Adam with a decay of its own, times *eta*. Loshchilov and Hutter 2019.

    Gradients are multiplied by the one element of *rescale_grad*.  If that is not finite, or 0,
    nothing is replaced: gradients have overflowed.
    """,
)
update(
    "lamb_update_phase1",
    "weight grad mean var",
    samples=(
        Sample(((3, 4),) * 4, {"t": 2, "wd": 0.1, "clip_gradient": 0.8}),
        Sample(((3, 4),) * 4, {"t": 2, "wd": 0.1, "bias_correction": False}),
    ),
    domain=(0.5, 2.0),
    params={
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-6,
        "t": REQUIRED,
        "bias_correction": True,
        "wd": REQUIRED,
        "rescale_grad": 1.0,
        "clip_gradient": -1.0,
    },
    mean=_MEAN,
    var=_VAR,
    weight="mean / where(bias_correction > 0, 1 - pow(beta1, t), 1) / "
    "(sqrt(var / where(bias_correction > 0, 1 - pow(beta2, t), 1)) + epsilon) + wd * weight",
    doc="The direction of the step number *t* of LAMB; mean and var are updated. You et al. 2020.",
)
_BOUNDED = (
    "minimum(maximum(r1, where(lower_bound >= 0, lower_bound, r1)), "
    "where(upper_bound >= 0, upper_bound, maximum(r1, lower_bound)))"
)
LAMB_PHASE2 = update(
    "lamb_update_phase2",
    "weight g r1 r2",
    one_element="r1 r2",
    samples=(Sample(((3, 4), (3, 4), (1,), (1,)), {"lr": 0.1, "upper_bound": 1.5}),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "lower_bound": -1.0, "upper_bound": -1.0},
    weight=f"weight - lr * where({_BOUNDED} * r2 > 0, {_BOUNDED} / r2, 1) * g",
    doc="""A step of LAMB in the direction *g*, as long as the norms ask for. You et al. 2020.

    Its length is lr * r1 / r2, *r1* the norm of the weight, within bounds that are not negative,
    and *r2* that of *g*; it is lr where one of them is 0.
    """,
)
elementwise(
    "multi_lars",
    "lrs weights_sum_sq grads_sum_sq wds",
    "lrs * where(weights_sum_sq > 0, where(grads_sum_sq > 0, eta * sqrt(weights_sum_sq) / "
    "(sqrt(grads_sum_sq) * rescale_grad + wds * sqrt(weights_sum_sq) + eps), 1), 1)",
    None,
    broadcast=False,
    gradient=NONE,
    samples=(Sample(((3,),) * 4, {"eta": 0.1, "eps": 1e-3}),),
    domain=(0.5, 2.0),
    params={"eta": REQUIRED, "eps": REQUIRED, "rescale_grad": 1.0},
    doc="Learning rates of layers by LARS, from squared norms. You, Gitman and Ginsburg 2017.",
)

# --- weights of few bits, each with a copy of more bits that is updated ---------------------------

MP_SGD = with_master_weight("mp_sgd_update", SGD, "weight grad weight32")
MP_SGD_MOM = with_master_weight("mp_sgd_mom_update", SGD_MOM, "weight grad mom weight32")
with_master_weight("mp_nag_mom_update", NAG_MOM, "weight grad mom weight32")
MP_ADAMW = with_master_weight(
    "_mp_adamw_update", ADAMW, "weight grad mean var weight32 rescale_grad"
)


@composite(
    "mp_lamb_update_phase1",
    gradient=NONE,
    domain=(0.5, 2.0),
    samples=(Sample(((3, 4),) * 5, {"t": 2, "wd": 0.1}),),
)
def mp_lamb_update_phase1(
    weight: Array,
    grad: Array,
    mean: Array,
    var: Array,
    weight32: Array,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-6,
    t: int,
    bias_correction: bool = True,
    wd: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    _out: object = None,
) -> Array:
    """`lamb_update_phase1` of *weight32*, which *weight* is a rounded copy of."""
    t = number("mp_lamb_update_phase1", "t", t)
    wd = number("mp_lamb_update_phase1", "wd", wd)
    return F.lamb_update_phase1(
        weight32, grad, mean, var, beta1=beta1, beta2=beta2, epsilon=epsilon, t=t,
        bias_correction=bias_correction, wd=wd, rescale_grad=rescale_grad,
        clip_gradient=clip_gradient, out=_out,
    )  # fmt: skip


with_master_weight("mp_lamb_update_phase2", LAMB_PHASE2, "weight g r1 r2 weight32")


# --- several weights in one call ------------------------------------------------------------------

_RATES = {"lrs": "lr", "wds": "wd"}
for _single in (SGD, SGD_MOM, MP_SGD, MP_SGD_MOM):
    multiple(f"multi_{_single.name}", _single, _RATES)
    _loaded = with_arrays(f"_{_single.name}_by_arrays", _single, "lr wd")
    multiple(f"preloaded_multi_{_single.name}", _loaded, {}, per_weight="lr wd")
for _single in (ADAMW, MP_ADAMW):
    multiple(f"_multi{_single.name}", _single, {**_RATES, "etas": "eta"})


@composite(
    "_lamb_update",
    gradient=NONE,
    domain=(0.5, 2.0),
    samples=(Sample(((3, 4),) * 4, {"lr": 0.1, "t": 2, "wd": 0.1}),),
)
def _lamb_update(
    weight: Array,
    grad: Array,
    mean: Array,
    var: Array,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-6,
    wd: float,
    rescale_grad: float = 1.0,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    clip_gradient: float = -1.0,
    bias_correction: bool = True,
    t: int,
    _out: object = None,
) -> Array:
    """A step of LAMB: both phases, and the norms between them."""
    direction = F.lamb_update_phase1(
        weight, grad, mean, var, beta1=beta1, beta2=beta2, epsilon=epsilon, t=t, wd=wd,
        bias_correction=bias_correction, rescale_grad=rescale_grad, clip_gradient=clip_gradient,
    )  # fmt: skip
    return F.lamb_update_phase2(
        weight, direction, _norm(weight), _norm(direction), lr=lr, lower_bound=lower_bound,
        upper_bound=upper_bound, out=_out,
    )  # fmt: skip


@composite(
    "_mp_lamb_update",
    gradient=NONE,
    domain=(0.5, 2.0),
    samples=(Sample(((3, 4),) * 5, {"lr": 0.1, "t": 2, "wd": 0.1}),),
)
def _mp_lamb_update(
    weight: Array,
    grad: Array,
    mean: Array,
    var: Array,
    weight32: Array,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-6,
    wd: float,
    rescale_grad: float = 1.0,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
    clip_gradient: float = -1.0,
    bias_correction: bool = True,
    t: int,
    _out: object = None,
) -> Array:
    """`_lamb_update` of *weight32*, which *weight* is a rounded copy of."""
    direction = F.lamb_update_phase1(
        weight32, grad, mean, var, beta1=beta1, beta2=beta2, epsilon=epsilon, t=t, wd=wd,
        bias_correction=bias_correction, rescale_grad=rescale_grad, clip_gradient=clip_gradient,
    )  # fmt: skip
    return F.mp_lamb_update_phase2(
        weight, direction, _norm(weight32), _norm(direction), weight32, lr=lr,
        lower_bound=lower_bound, upper_bound=upper_bound, out=_out,
    )  # fmt: skip


def _norm(x: Array) -> Array:
    return F.sqrt(F.sum(F.square(x)))


_LAMB_LISTS = {"learning_rates": "lr", "wds": "wd", "step_count": "t"}
multiple("_multi_lamb_update", _lamb_update, _LAMB_LISTS, count="num_tensors")
multiple("_multi_mp_lamb_update", _mp_lamb_update, _LAMB_LISTS, count="num_tensors")


@composite(
    "_contrib_group_adagrad_update",
    gradient=NONE,
    domain=(0.5, 2.0),
    samples=(Sample(((3, 4), (3, 4), (3, 1)), {"lr": 0.1}),),
)
def group_adagrad_update(
    weight: Array,
    grad: Array,
    history: Array,
    *,
    lr: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    epsilon: float = 1e-5,
    _out: object = None,
) -> Array:
    """A step of AdaGrad with one number of *history* for each row: the sum of mean squares.

    Raises
    ------
    MXNetError
        If the gradient has another shape than the weight, or the history not one number a row.
    """
    rows = weight.shape[:1]
    if grad.shape != weight.shape or not rows or history.shape[:1] != rows or (
        math.prod(history.shape) != rows[0]
    ):  # fmt: skip
        raise MXNetError(
            f"Operator _contrib_group_adagrad_update: weight, grad and history have shapes "
            f"{list(weight.shape)}, {list(grad.shape)} and {list(history.shape)}, expected equal "
            "ones, and a history with one number for each row"
        )
    lr = number("_contrib_group_adagrad_update", "lr", lr)
    g = grad * rescale_grad
    if clip_gradient >= 0:
        g = F.clip(g, a_min=-clip_gradient, a_max=clip_gradient)
    mean = F.mean(F.reshape(F.square(g), shape=(rows[0], -1)), axis=1)
    F.elemwise_add(history, F.reshape(mean, shape=history.shape), out=history)
    scale = F.reshape(F.sqrt(history + epsilon), shape=(*rows, *(1,) * (len(weight.shape) - 1)))
    return F.elemwise_sub(weight, F.broadcast_div(g * lr, scale), out=_out)


@composite(
    "reset_arrays",
    gradient=NONE,
    outputs=("*y",),
    visible=lambda params: 0,
    samples=(Sample(((3, 4), (2,)), {"num_arrays": 2}),),
)
def reset_arrays(*data: Array, num_arrays: int) -> list[Array]:
    """Let all elements of the arrays be 0; there is no result.

    Raises
    ------
    MXNetError
        If *num_arrays* is not their number.
    """
    if integer("reset_arrays", "num_arrays", num_arrays) != len(data):
        raise MXNetError(
            f"Operator reset_arrays: num_arrays={num_arrays}, but {len(data)} arrays are given"
        )
    for x in data:
        F.zeros_like(x, out=x)
    return []
