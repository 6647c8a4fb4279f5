"""Initializers: the first values of parameters, chosen by the parameters' names."""

from __future__ import annotations

import json
import logging
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from . import nd, random, registry
from .array.ndarray import NDArray
from .base import HostArray, public_names, shown

__all__ = [
    "Bilinear",
    "Constant",
    "FusedRNN",
    "InitDesc",
    "Initializer",
    "LSTMBias",
    "Load",
    "MSRAPrelu",
    "Mixed",
    "Normal",
    "One",
    "Orthogonal",
    "Uniform",
    "Xavier",
    "Zero",
    "alias",
    "create",
    "register",
]
__dir__ = public_names(globals())


class InitDesc(str):
    """The name of a parameter, with what its initialization may depend on.

    Parameters
    ----------
    name : str
    attrs : dict of str to str, optional
        Attributes; ``'__init__'`` is an initializer that is used in place of the one called.
    global_init : Initializer, optional
        The initializer of the whole model.
    """

    attrs: dict[str, Any]
    global_init: Initializer | None

    def __new__(
        cls,
        name: str,
        attrs: dict[str, Any] | None = None,
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

    def __init__(self, **kwargs: Any) -> None:
        self._kwargs = kwargs
        self._verbose = False
        self._print_func: Callable[[NDArray], Any] = _root_mean_square

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._kwargs == other._kwargs  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]

    def set_verbosity(
        self, verbose: bool = False, print_func: Callable[[NDArray], Any] | None = None
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


_register = registry.get_register_func(Initializer, "initializer")
alias = registry.get_alias_func(Initializer, "initializer")
create = registry.get_create_func(Initializer, "initializer")


def register(klass: type) -> type:
    """Register a subclass of `Initializer`, so that `create` finds it by its name."""
    registered: type = _register(klass)
    return registered


@register
@alias("zeros")
class Zero(Initializer):
    """Weights are 0."""

    def _init_weight(self, name: str, arr: NDArray) -> None:
        arr[:] = 0


@register
@alias("ones")
class One(Initializer):
    """Weights are 1."""

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

    def __init__(self, value: Any) -> None:
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
    """Normal weights with the variance 2 / ((1 + slope**2) n), for layers with PReLU behind them.

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

    def _init_weight(self, name: str, arr: NDArray) -> None:
        self._init_bilinear(name, arr)


@register
class LSTMBias(Initializer):
    """Biases of an LSTM's gates: *forget_bias* for the forget gate, 0 for the others.

    Parameters
    ----------
    forget_bias : float, default 1.0
    """

    def __init__(self, forget_bias: float = 1.0) -> None:
        super().__init__(forget_bias=forget_bias)
        self.forget_bias = forget_bias

    def _init_weight(self, name: str, arr: NDArray) -> None:
        # Gates come in the order input, forget, cell, output.
        arr[:] = 0.0
        hidden = arr.shape[0] // 4
        arr[hidden : 2 * hidden] = self.forget_bias


_GATES: dict[str, tuple[str, ...]] = {
    "rnn_relu": ("",),
    "rnn_tanh": ("",),
    "lstm": ("_i", "_f", "_c", "_o"),
    "gru": ("_r", "_z", "_o"),
}


@register
class FusedRNN(Initializer):
    """The parameters of a fused RNN, each weight and bias in them as if it were a parameter.

    Parameters
    ----------
    init : Initializer, str or None
        What initializes weights and biases; None is the initializer of the whole model.
    num_hidden : int
    num_layers : int
    mode : {'rnn_relu', 'rnn_tanh', 'lstm', 'gru'}
    bidirectional : bool, default False
    forget_bias : float, default 1.0
        The biases of an LSTM's forget gates.
    """

    def __init__(
        self,
        init: Initializer | str | None,
        num_hidden: int,
        num_layers: int,
        mode: str,
        bidirectional: bool = False,
        forget_bias: float = 1.0,
    ) -> None:
        inner = create(init) if isinstance(init, str) else init
        super().__init__(
            init=None if inner is None else inner.dumps(),
            num_hidden=num_hidden,
            num_layers=num_layers,
            mode=mode,
            bidirectional=bidirectional,
            forget_bias=forget_bias,
        )
        if mode not in _GATES:
            raise ValueError(f"FusedRNN: mode={mode!r}, expected one of {', '.join(_GATES)}")
        self._init = inner
        self._num_hidden = num_hidden
        self._num_layers = num_layers
        self._mode = mode
        self._bidirectional = bidirectional
        self._forget_bias = forget_bias

    def _init_weight(self, name: str, arr: NDArray) -> None:
        global_init = getattr(name, "global_init", None)
        init = self._init or global_init
        if init is None:
            raise ValueError(f"FusedRNN: parameter {name} has no initializer, and init=None")
        flat = arr.reshape((-1,))
        end = 0
        for own, shape in self._parts(name, arr.size):
            begin, end = end, end + math.prod(shape)
            part = flat[begin:end].reshape(shape)
            if self._mode == "lstm" and own.endswith("_f_bias"):
                part[:] = self._forget_bias
            else:
                init(InitDesc(own, global_init=global_init), part)

    def _parts(self, name: str, size: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The name and shape of each gate's weights, layer by layer, then of their biases."""
        gates, h = _GATES[self._mode], self._num_hidden
        directions = "lr" if self._bidirectional else "l"
        b = len(directions)
        upper = (self._num_layers - 1) * (b * h + h + 2)
        inputs, rest = divmod(size, b * len(gates) * h)
        inputs -= upper + h + 2
        if rest or inputs < 1:
            raise ValueError(
                f"FusedRNN: parameter {name} has {size} elements, which fits no input of an RNN "
                f"with num_hidden={h}, num_layers={self._num_layers}, mode={self._mode!r}, "
                f"bidirectional={self._bidirectional}"
            )
        for kind in ("weight", "bias"):
            for layer in range(self._num_layers):
                for direction in directions:
                    for source, n in ("i2h", b * h if layer else inputs), ("h2h", h):
                        for gate in gates:
                            own = f"{direction}{layer}_{source}{gate}_{kind}"
                            yield own, (h, n) if kind == "weight" else (h,)


class Load(Initializer):
    """Parameters are copies of loaded ones with their names.

    Parameters
    ----------
    param : str or dict of str to NDArray
        A file, or what `nd.load` returned for it.  ``arg:`` and ``aux:`` before names are left out.
    default_init : Initializer, optional
        What initializes parameters that are not there.
    verbose : bool, default False
        Whether to log where each parameter comes from.

    Raises
    ------
    TypeError
        If *param* is, or its file holds, no dict.
    ValueError
        When a parameter is not there and has no *default_init*, or has another shape.
    """

    def __init__(
        self,
        param: str | Mapping[str, NDArray],
        default_init: Callable[[str, NDArray], None] | None = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(param=param, default_init=default_init)
        loaded = nd.load(param) if isinstance(param, str) else param
        if not isinstance(loaded, Mapping):
            raise TypeError(f"Load: param must be a dict or a file of one, got {shown(loaded)}")
        self.param = {re.sub("^(arg|aux):", "", name): x for name, x in loaded.items()}
        self.default_init = default_init
        self.verbose = verbose

    def __call__(self, desc: str, arr: NDArray) -> None:
        self._init_weight(desc, arr)

    def _init_weight(self, name: str, arr: NDArray) -> None:
        loaded = self.param.get(name)
        if loaded is not None:
            if arr.shape != loaded.shape:
                raise ValueError(
                    f"Load: parameter {name} has shape {arr.shape}, loaded was {loaded.shape}"
                )
            arr[:] = loaded
        elif self.default_init is None:
            raise ValueError(f"Load: parameter {name} was not loaded, and default_init=None")
        else:
            self.default_init(name, arr)
        if self.verbose:
            logging.info("Initialized %s by %s", name, "default" if loaded is None else "loading")


class Mixed(Initializer):
    """Parameters are initialized by the first initializer whose pattern is found in their names.

    Parameters
    ----------
    patterns : list of str
        Regular expressions, which match at the beginning of a name.
    initializers : list of Initializer or str
        One for each.

    Raises
    ------
    ValueError
        If there are not as many; when no pattern matches a name.
    """

    def __init__(self, patterns: Iterable[str], initializers: Iterable[Initializer | str]) -> None:
        patterns, made = (
            list(patterns),
            [create(x) if isinstance(x, str) else x for x in initializers],
        )
        super().__init__(patterns=patterns, initializers=made)
        if len(patterns) != len(made):
            raise ValueError(f"Mixed: {len(patterns)} patterns, but {len(made)} initializers")
        self.map = [(re.compile(p), init) for p, init in zip(patterns, made, strict=True)]

    def __call__(self, desc: str, arr: NDArray) -> None:
        self._chosen(desc)(desc, arr)

    def _init_weight(self, name: str, arr: NDArray) -> None:
        self._chosen(name)._init_weight(name, arr)

    def _chosen(self, name: str) -> Initializer:
        for pattern, init in self.map:
            if pattern.match(name):
                return init
        raise ValueError(
            f'Mixed: no pattern matches parameter {name}. Consider adding ".*" at the end, with a '
            "default initializer"
        )
