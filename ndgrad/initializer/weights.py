"""Weights that are constant, random with a variance by their shape, orthogonal, or upsample."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .. import random
from ..array.ndarray import NDArray
from ..base import public_names
from .base import Initializer, alias, register

if TYPE_CHECKING:
    from ..array.types import ArrayLike

__all__ = [
    "Bilinear",
    "Constant",
    "MSRAPrelu",
    "Normal",
    "One",
    "Orthogonal",
    "Uniform",
    "Xavier",
    "Zero",
]
__dir__ = public_names(globals())


@register
@alias("zeros")
class Zero(Initializer):
    """Weights are 0."""

    def __init__(self) -> None:
        super().__init__()

    def _init_weight(self, name: str, arr: NDArray) -> None:
        arr[:] = 0


@register
@alias("ones")
class One(Initializer):
    """Weights are 1."""

    def __init__(self) -> None:
        super().__init__()

    def _init_weight(self, name: str, arr: NDArray) -> None:
        arr[:] = 1


@register
class Constant(Initializer):
    """Weights are *value*.

    Parameters
    ----------
    value : float, array or list
        A number, or what broadcasts to the weight.
    """

    def __init__(self, value: ArrayLike) -> None:
        super().__init__(value=np.asarray(value).tolist() if hasattr(value, "shape") else value)
        self.value = value

    def _init_weight(self, name: str, arr: NDArray) -> None:
        arr[:] = self.value


@register
class Uniform(Initializer):
    """Weights are uniform between -*scale* and *scale*.

    Parameters
    ----------
    scale : float, default 0.07
    """

    def __init__(self, scale: float = 0.07) -> None:
        super().__init__(scale=scale)
        self.scale = scale

    def _init_weight(self, name: str, arr: NDArray) -> None:
        random.uniform(-self.scale, self.scale, out=arr)


@register
class Normal(Initializer):
    """Weights are normal, with mean 0 and standard deviation *sigma*.

    Parameters
    ----------
    sigma : float, default 0.01
    """

    def __init__(self, sigma: float = 0.01) -> None:
        super().__init__(sigma=sigma)
        self.sigma = sigma

    def _init_weight(self, name: str, arr: NDArray) -> None:
        random.normal(0, self.sigma, out=arr)


@register
class Orthogonal(Initializer):
    """Weights are *scale* times a matrix of orthonormal rows or columns.

    They are singular vectors of a random matrix of (shape[0], product of the rest).
    Saxe, McClelland and Ganguli 2014.

    Parameters
    ----------
    scale : float, default 1.414
    rand_type : {'uniform', 'normal'}
        How the random matrix is drawn.
    """

    def __init__(self, scale: float = 1.414, rand_type: str = "uniform") -> None:
        super().__init__(scale=scale, rand_type=rand_type)
        self.scale = scale
        self.rand_type = rand_type

    def _init_weight(self, name: str, arr: NDArray) -> None:
        shape = arr.shape[0], math.prod(arr.shape[1:])
        if self.rand_type == "uniform":
            drawn = random.uniform(-1.0, 1.0, shape=shape)
        elif self.rand_type == "normal":
            drawn = random.normal(0.0, 1.0, shape=shape)
        else:
            raise ValueError(
                f"Orthogonal: rand_type={self.rand_type!r}, expected 'uniform' or 'normal'"
            )
        u, _, v = np.linalg.svd(drawn.asnumpy(), full_matrices=False)
        arr[:] = self.scale * (u if u.shape == shape else v).reshape(arr.shape)


@register
class Xavier(Initializer):
    """Weights with the variance magnitude / n (normal), or uniform up to sqrt(magnitude / n).

    n is the number of inputs of a unit, that of units which read an input, or the mean of both.
    Glorot and Bengio 2010.

    Parameters
    ----------
    rnd_type : {'uniform', 'gaussian'}
    factor_type : {'avg', 'in', 'out'}
        What n is.
    magnitude : float, default 3
    """

    def __init__(
        self, rnd_type: str = "uniform", factor_type: str = "avg", magnitude: float = 3
    ) -> None:
        super().__init__(rnd_type=rnd_type, factor_type=factor_type, magnitude=magnitude)
        self.rnd_type = rnd_type
        self.factor_type = factor_type
        self.magnitude = float(magnitude)

    def _init_weight(self, name: str, arr: NDArray) -> None:
        shape = arr.shape
        if len(shape) < 2:
            raise ValueError(
                f"Xavier: parameter {name} has shape {tuple(shape)}, expected two axes or more"
            )
        receptive = math.prod(shape[2:])
        fan_in, fan_out = shape[1] * receptive, shape[0] * receptive
        factors = {"avg": (fan_in + fan_out) / 2, "in": fan_in, "out": fan_out}
        if self.factor_type not in factors:
            raise ValueError(
                f"Xavier: factor_type={self.factor_type!r}, expected one of {', '.join(factors)}"
            )
        scale = math.sqrt(self.magnitude / factors[self.factor_type])
        if self.rnd_type == "uniform":
            random.uniform(-scale, scale, out=arr)
        elif self.rnd_type == "gaussian":
            random.normal(0, scale, out=arr)
        else:
            raise ValueError(
                f"Xavier: rnd_type={self.rnd_type!r}, expected 'uniform' or 'gaussian'"
            )


@register
class MSRAPrelu(Xavier):
    """Normal weights with the variance 2 / ((1 + slope**2) n), for layers followed by PReLU.

    He, Zhang, Ren and Sun 2015.

    Parameters
    ----------
    factor_type : {'avg', 'in', 'out'}
        What n is, see `Xavier`.
    slope : float, default 0.25
        The first slope of PReLU's negative part.
    """

    def __init__(self, factor_type: str = "avg", slope: float = 0.25) -> None:
        super().__init__("gaussian", factor_type, 2.0 / (1 + slope**2))
        self._kwargs = {"factor_type": factor_type, "slope": slope}


@register
class Bilinear(Initializer):
    """Weights of an upsampling, (1 - |x/f - c|) (1 - |y/f - c|), for deconvolutions."""

    def __init__(self) -> None:
        super().__init__()

    def _init_weight(self, name: str, arr: NDArray) -> None:
        self._init_bilinear(name, arr)
