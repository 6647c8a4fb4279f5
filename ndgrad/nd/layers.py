"""Layers that choose among rows of the op table by an argument."""

from __future__ import annotations

from typing import Any

from ..array.ndarray import NDArray
from ..base import MXNetError, shown
from ..dispatch import write_into
from ..ops.axes import number
from ..ops.table import F
from ..tape import state
from ._check import array, out_array, word
from .random import uniform

__all__ = ["Activation", "LeakyReLU"]

_ACTIVATIONS = {
    "relu": "_activation_relu",
    "sigmoid": "sigmoid",
    "softrelu": "softrelu",
    "softsign": "softsign",
    "tanh": "tanh",
}
_LEAKY = ("elu", "gelu", "leaky", "prelu", "rrelu", "selu")


def _check(what: str, data: Any, act_type: Any, known: Any, out: Any) -> None:
    array(what, "data", data)
    word(what, "act_type", act_type, known)
    out_array(what, out)


def Activation(
    data: NDArray, act_type: str, out: NDArray | None = None, name: str | None = None
) -> NDArray:
    """Apply an activation function to every element.

    Parameters
    ----------
    data : NDArray
    act_type : {'relu', 'sigmoid', 'softrelu', 'softsign', 'tanh'}
    out : NDArray, optional
        Written to and returned.

    Raises
    ------
    MXNetError
        For another *act_type*.
    """
    _check("Activation", data, act_type, _ACTIVATIONS, out)
    return getattr(F, _ACTIVATIONS[act_type])(data, out=out)


def _prelu(data: NDArray, gamma: Any) -> NDArray:
    if not isinstance(gamma, NDArray):
        raise TypeError(f"LeakyReLU: act_type='prelu' needs an NDArray gamma, got {shown(gamma)}")
    channels = data.shape[1] if data.ndim > 1 else 1
    if gamma.shape not in ((channels,), (1,), data.shape):
        raise MXNetError(
            f"LeakyReLU: argument gamma has shape {list(gamma.shape)}, "
            f"expected [{channels}] or [1] for data of shape {list(data.shape)}"
        )
    if gamma.shape == (channels,) and data.ndim > 2:
        gamma = F._view_as(gamma, shape=(channels, *(1,) * (data.ndim - 2)))
    return F._prelu(data, gamma)


def _rrelu(data: NDArray, lower: float, upper: float) -> NDArray:
    if not lower <= upper:
        raise MXNetError(f"LeakyReLU: lower_bound={lower:g} is above upper_bound={upper:g}")
    if not state.training:
        return F._leaky(data, slope=(lower + upper) / 2)
    slopes = uniform(lower, upper, shape=data.shape, dtype=data.dtype, ctx=data.context)
    return F._prelu(data, slopes)


def LeakyReLU(
    data: NDArray,
    gamma: NDArray | None = None,
    act_type: str = "leaky",
    slope: float = 0.25,
    lower_bound: float = 0.125,
    upper_bound: float = 0.334,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Apply an activation function of the leaky family to every element.

    Parameters
    ----------
    data : NDArray
    gamma : NDArray, optional
        The slopes of ``'prelu'``: one, or one for each index of axis 1.
    act_type : {'elu', 'gelu', 'leaky', 'prelu', 'rrelu', 'selu'}
    slope : float
        Of ``'leaky'`` and ``'elu'``, below 0.
    lower_bound, upper_bound : float
        ``'rrelu'`` draws slopes between them in training, and takes the middle otherwise.
    out : NDArray, optional
        Written to and returned.

    Raises
    ------
    MXNetError
        For another *act_type*, or slopes that do not fit.
    """
    _check("LeakyReLU", data, act_type, _LEAKY, out)
    slope = float(number("LeakyReLU", "slope", slope))
    lower_bound = float(number("LeakyReLU", "lower_bound", lower_bound))
    upper_bound = float(number("LeakyReLU", "upper_bound", upper_bound))
    if act_type == "prelu":
        result = _prelu(data, gamma)
    elif act_type == "rrelu":
        result = _rrelu(data, lower_bound, upper_bound)
    elif act_type in ("leaky", "elu"):
        result = getattr(F, f"_{act_type}")(data, slope=slope)
    else:
        result = getattr(F, f"_{act_type}")(data)
    return result if out is None else write_into(out, result, "LeakyReLU")  # type: ignore[return-value]
