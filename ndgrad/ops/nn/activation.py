"""Activation layers: `Activation`, and the leaky family `LeakyReLU`."""

from __future__ import annotations

from ...base import MXNetError, shown
from ...tape import Array
from .. import inference
from ..axes import choice, number
from ..composite import composite
from ..table import F, Sample

_FUNCTIONS = {
    "relu": "_activation_relu",
    "sigmoid": "sigmoid",
    "softrelu": "softrelu",
    "softsign": "softsign",
    "tanh": "tanh",
}


@composite(
    "Activation",
    infer=inference.alike,
    samples=tuple(Sample(((3, 4),), {"act_type": name}) for name in _FUNCTIONS),
)
def _activation(data: Array, *, act_type: str) -> Array:
    """Apply an activation function to every element.

    Parameters
    ----------
    data : NDArray
    act_type : {'relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'}

    Raises
    ------
    MXNetError
        For another *act_type*.
    """
    if act_type.__class__ is not str or act_type not in _FUNCTIONS:
        choice("Activation", "act_type", act_type, tuple(_FUNCTIONS))
    return getattr(F, _FUNCTIONS[act_type])(data)


def _prelu(data: Array, gamma: Array | None) -> Array:
    if gamma is None:
        raise TypeError(f"LeakyReLU: act_type='prelu' needs an NDArray gamma, got {shown(gamma)}")
    shape, given = data.shape, gamma.shape
    if given == shape or given == (1,):
        return F._prelu(data, gamma)
    first = int(len(given) == 1)
    along = shape[first : first + len(given)]
    if len(given) > 2 or len(along) != len(given) or any(map(_differ, given, along)):
        raise MXNetError(
            f"LeakyReLU: argument gamma has shape {list(given)}, expected {list(shape[1:2])}, "
            f"{list(shape[:2])} or ones for data of shape {list(shape)}"
        )
    after = (1,) * (len(shape) - first - len(given))
    return F._prelu(data, F._reshaped(gamma, shape=given + after))


def _differ(own: int, other: int) -> bool:
    return own not in (1, other)


def _rrelu(data: Array, low: float, high: float, training: bool) -> Array:
    if not low <= high:
        raise MXNetError(f"LeakyReLU: lower_bound={low:g} is above upper_bound={high:g}")
    if not training:
        return F._leaky(data, slope=(low + high) / 2)
    return F._prelu(data, F._uniform_like(data, low=low, high=high))


@composite(
    "LeakyReLU",
    takes=lambda params: ["gamma"] if params["act_type"] == "prelu" else [],
    initial={"gamma": '["Constant", {"value": 0.25}]'},
    infer=inference.per_channel("gamma"),
    samples=(
        Sample(((3, 4),)),
        Sample(((3, 4),), {"act_type": "elu", "slope": 0.5}),
        Sample(((3, 4),), {"act_type": "selu"}),
        Sample(((3, 4),), {"act_type": "gelu"}),
        Sample(((2, 3, 2), (3,)), {"act_type": "prelu"}),
        Sample(((3, 4),), {"act_type": "rrelu", "lower_bound": 0.3, "upper_bound": 0.3}),
    ),
)
def _leaky_relu(
    data: Array,
    gamma: Array | None = None,
    *,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    _training: bool = False,
) -> Array:
    """Apply an activation function of the leaky family to every element.

    Parameters
    ----------
    data : NDArray
    gamma : NDArray, optional
        The slopes of ``'prelu'``: one, one for each index of axis 1, or of the first two axes.
    act_type : {'elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'}
    slope : float
        Of ``'leaky'`` and ``'elu'``, below 0.
    lower_bound, upper_bound : float
        ``'rrelu'`` draws slopes between them in training, and takes the middle otherwise.

    Raises
    ------
    MXNetError
        For another *act_type*, or slopes that do not fit.
    """
    what = "LeakyReLU"
    if act_type in ("leaky", "elu"):
        function = F._leaky if act_type == "leaky" else F._elu
        return function(data, slope=float(number(what, "slope", slope)))
    choice(what, "act_type", act_type, ("elu", "gelu", "leaky", "prelu", "rrelu", "selu"))
    if act_type == "prelu":
        return _prelu(data, gamma)
    if act_type == "rrelu":
        low = float(number(what, "lower_bound", lower_bound))
        high = float(number(what, "upper_bound", upper_bound))
        return _rrelu(data, low, high, _training)
    return getattr(F, f"_{act_type}")(data)
