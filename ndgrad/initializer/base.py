"""The base of initializers: what fills a parameter, chosen by the end of its name; registry."""

from __future__ import annotations

import json
import logging
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar

import numpy as np

from .. import nd, random, registry
from ..array.ndarray import NDArray
from ..base import HostArray, public_names, shown

__all__ = ["InitDesc", "Initializer", "alias", "create", "register"]
__dir__ = public_names(globals())


class InitDesc(str):
    """The name of a parameter, with what its initialization may depend on.

    Parameters
    ----------
    name : str
    attrs : dict, optional
        Attributes; ``'__init__'`` is an initializer that is used in place of the one called.
    global_init : Initializer, optional
        The initializer of the whole model.
    """

    attrs: Mapping[str, Initializer | str | None]
    global_init: Initializer | None

    def __new__(
        cls,
        name: str,
        attrs: Mapping[str, Initializer | str | None] | None = None,
        global_init: Initializer | None = None,
    ) -> InitDesc:
        self = super().__new__(cls, name)
        self.attrs = attrs or {}
        self.global_init = global_init
        return self


_BY_ENDING = {
    "weight": "_init_weight",
    "bias": "_init_bias",
    "gamma": "_init_gamma",
    "beta": "_init_beta",
    "min": "_init_zero",
    "max": "_init_one",
    "weight_quantize": "_init_quantized_weight",
    "bias_quantize": "_init_quantized_bias",
}
"""The end of a parameter's name -> the method that initializes it."""

_BY_ENDING_OF_STR = {
    "bias": "_init_bias",
    "gamma": "_init_gamma",
    "beta": "_init_beta",
    "weight": "_init_weight",
    "moving_mean": "_init_zero",
    "moving_var": "_init_one",
    "moving_inv_var": "_init_zero",
    "moving_avg": "_init_zero",
    "min": "_init_zero",
    "max": "_init_one",
}
"""The same for names that are plain strings."""


class Initializer:
    """Base of initializers, which are called with a name and the array to be filled.

    The name decides: its end may be ``weight``, ``bias`` (0), ``gamma`` (1), ``beta`` (0), ``min``
    (0), ``max`` (1), ``weight_quantize`` (integers) or ``bias_quantize`` (0).  A subclass overrides
    ``_init_weight(self, name, arr)``, or one of its siblings.  An attribute ``'__init__'`` of the
    name is an initializer that is used as for a weight, whatever the name.

    Parameters
    ----------
    **kwargs
        What the subclass was made with: written by `dumps`, compared by ``==``.
    """

    def __init__(self, **kwargs: object) -> None:
        self._kwargs = kwargs
        self._verbose = False
        self._print_func: Callable[[NDArray], object] = _root_mean_square

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._kwargs == other._kwargs

    __hash__ = None  # type: ignore[assignment]

    def set_verbosity(
        self, verbose: bool = False, print_func: Callable[[NDArray], object] | None = None
    ) -> Initializer:
        """Let each initialization be logged, with what *print_func* returns for the array.

        By default that is the root of its elements' mean square.

        Returns
        -------
        Initializer
            This object.
        """
        self._verbose = verbose
        self._print_func = print_func or _root_mean_square
        return self

    def dumps(self) -> str:
        """Return a JSON list of the name and the arguments, which `create` reads."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])

    def __call__(self, desc: str, arr: NDArray) -> None:
        """Fill an array.

        Parameters
        ----------
        desc : InitDesc
            The parameter's name.
        arr : NDArray

        Raises
        ------
        ValueError
            If nothing is known for names like this.
        TypeError
            If *desc* is no string or *arr* no NDArray.
        """
        if not isinstance(desc, str):
            raise TypeError(f"Initializer: name must be a string, got {shown(desc)}")
        if not isinstance(arr, NDArray):
            raise TypeError(f"Initializer: arr must be an NDArray, got {shown(arr)}")
        if not isinstance(desc, InitDesc):
            self._init_by_str(desc, arr)
            return
        if desc.global_init is None:
            desc.global_init = self
        init = desc.attrs.get("__init__", "")
        if init != "":
            create(init)._init_weight(desc, arr)
            self._log(desc, init, arr)
        else:
            self._init_by_ending(desc, arr, _BY_ENDING)

    def _init_by_str(self, name: str, arr: NDArray) -> None:
        warnings.warn(
            "Calling an initializer with a str has been deprecated, please use "
            "init(mx.init.InitDesc(...), NDArray) instead.",
            DeprecationWarning,
            stacklevel=3,
        )
        if name.startswith("upsampling"):
            self._init_bilinear(name, arr)
        elif name.startswith("stn_loc") and name.endswith("weight"):
            self._init_zero(name, arr)
        elif name.startswith("stn_loc") and name.endswith("bias"):
            self._init_loc_bias(name, arr)
        else:
            self._init_by_ending(name, arr, _BY_ENDING_OF_STR)

    def _init_by_ending(self, name: str, arr: NDArray, table: Mapping[str, str]) -> None:
        for ending, method in table.items():
            if name.endswith(ending):
                getattr(self, method)(name, arr)
                self._log(name, ending, arr)
                return
        self._init_default(name, arr)

    def _log(self, name: str, how: object, arr: NDArray) -> None:
        if self._verbose:
            logging.info("Initialized %s as %s: %s", name, how, self._print_func(arr))

    def _init_weight(self, name: str, arr: NDArray) -> None:
        raise NotImplementedError(
            f"{type(self).__name__} has no _init_weight, which initializes {name}"
        )

    def _init_bias(self, name: str, arr: NDArray) -> None:
        arr[:] = 0.0

    def _init_gamma(self, name: str, arr: NDArray) -> None:
        arr[:] = 1.0

    def _init_beta(self, name: str, arr: NDArray) -> None:
        arr[:] = 0.0

    def _init_zero(self, name: str, arr: NDArray) -> None:
        arr[:] = 0.0

    def _init_one(self, name: str, arr: NDArray) -> None:
        arr[:] = 1.0

    def _init_loc_bias(self, name: str, arr: NDArray) -> None:
        arr[:] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]

    def _init_bilinear(self, name: str, arr: NDArray) -> None:
        arr[:] = _tent(name, arr.shape)

    def _init_quantized_weight(self, name: str, arr: NDArray) -> None:
        arr[:] = random.randint(-127, 128, shape=arr.shape, dtype="int32")

    def _init_quantized_bias(self, name: str, arr: NDArray) -> None:
        arr[:] = 0.0

    def _init_default(self, name: str, arr: NDArray) -> None:
        raise ValueError(
            f"Unknown initialization pattern for {name}. Default initialization is limited to "
            'names that end with "weight", "bias", "gamma" (1.0) and "beta" (0.0). Please use '
            "mx.sym.Variable(init=mx.init.*) to set the initializer of others"
        )


def _root_mean_square(arr: NDArray) -> str:
    return str((nd.norm(arr) / math.sqrt(arr.size)).asscalar())


def _tent(name: str, shape: Sequence[int]) -> HostArray:
    """Weights of bilinear upsampling, as in a deconvolution with half the stride of its kernel."""
    if len(shape) < 4:
        raise ValueError(
            f"Bilinear: parameter {name} has shape {tuple(shape)}, expected four axes or more"
        )
    f = math.ceil(shape[3] / 2)
    c = (2 * f - 1 - f % 2) / (2 * f)
    rows, columns = (1 - abs(np.arange(n) / f - c) for n in shape[2:4])
    weight = np.outer(rows, columns)
    return np.broadcast_to(weight.reshape(*weight.shape, *(1,) * (len(shape) - 4)), shape)


# What a parameter's initial values are drawn by: an initializer or its registered name.
InitializerLike: TypeAlias = Initializer | str | None

_Class = TypeVar("_Class", bound=type)
_register = registry.get_register_func(Initializer, "initializer")
alias = registry.get_alias_func(Initializer, "initializer")
create = registry.get_create_func(Initializer, "initializer")


def register(klass: _Class) -> _Class:
    """Register a subclass of `Initializer`, so that `create` finds it by its name."""
    return _register(klass)
