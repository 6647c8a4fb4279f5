"""Steps of optimizers: new weights and states from gradients, in one pass over memory each.

A gradient is multiplied by *rescale_grad*, then kept between -*clip_gradient* and *clip_gradient*,
unless that is negative, and *wd* times the weight is added to it; Adam, RMSProp and FTML add that
first.  Formulas follow MXNet's, whose *lazy_update* is for sparse gradients.
"""

from __future__ import annotations

from inspect import Parameter

from .declare import update
from .table import Params, Sample

REQUIRED = Parameter.empty

_STEP: Params = {"lr": 0.1, "wd": 0.01, "clip_gradient": 0.8}
_COMMON: Params = {"wd": 0.0, "rescale_grad": 1.0, "clip_gradient": -1.0}


def _clipped(text: str, limit: str = "clip_gradient") -> str:
    """A formula, kept between -*limit* and *limit* unless that is negative."""
    return f"where({limit} >= 0, minimum(maximum({text}, -{limit}), {limit}), {text})"


_GRAD = _clipped("rescale_grad * grad")
_DECAYED = f"({_GRAD} + wd * weight)"
_CLIPPED_LAST = _clipped("(rescale_grad * grad + wd * weight)")

update(
    "sgd_update",
    "weight grad",
    samples=(Sample(((3, 4),) * 2, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, **_COMMON, "lazy_update": True},
    weight=f"weight - lr * {_DECAYED}",
    doc="A step of gradient descent: weight - lr * grad.",
)
update(
    "sgd_mom_update",
    "weight grad mom",
    samples=(Sample(((3, 4),) * 3, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "momentum": 0.0, **_COMMON, "lazy_update": True},
    mom=f"momentum * mom - lr * {_DECAYED}",
    weight="weight + mom",
    doc="A step of gradient descent with momentum: weight + mom, mom = momentum * mom - lr * grad.",
)
update(
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
    "ftrl_update",
    "weight grad z n",
    samples=(Sample(((3, 4),) * 4, _STEP),),
    domain=(0.5, 2.0),
    params={"lr": REQUIRED, "lamda1": 0.01, "beta": 1.0, **_COMMON},
    z=f"z + {_GRAD} - (sqrt(n + {_GRAD} * {_GRAD}) - sqrt(n)) / lr * weight",
    n=f"n + {_GRAD} * {_GRAD}",
    weight="where(abs(z) > lamda1, (sign(z) * lamda1 - z) / ((beta + sqrt(n)) / lr + wd), 0)",
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
