"""Layers that are one operator: dense, dropout, embedding, flatten, and layers of functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict

from ... import nd, symbol
from ..._similar import did_you_mean
from ...base import DTypeLike, public_names
from ..block import Block
from ..hybrid import HybridArrayBlock, HybridBlock
from .activations import activation_layer

if TYPE_CHECKING:
    from typing import Unpack

    from ...typing import BlockArguments, InitializerLike, Operators, Tensor

__all__ = ["Dense", "Dropout", "Embedding", "Flatten", "HybridLambda", "Lambda"]
__dir__ = public_names(globals())


class Dense(HybridArrayBlock):
    """A fully connected layer, ``act(x · weightᵀ + bias)``.

    Parameters
    ----------
    units : int
        The number of outputs.
    activation : str, optional
        What `Activation` takes.
    use_bias : bool
    flatten : bool
        Whether all axes but the first are inputs, or only the last one.
    dtype : str or numpy type
        Of the parameters.
    weight_initializer, bias_initializer : Initializer or str, optional
    in_units : int
        The number of inputs; 0 to infer it from the first array.
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        flatten: bool = True,
        dtype: DTypeLike = "float32",
        weight_initializer: InitializerLike = None,
        bias_initializer: InitializerLike = "zeros",
        in_units: int = 0,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._flatten, self._units, self._in_units = flatten, units, in_units
        get = partial(self.params.get, dtype=dtype, allow_deferred_init=True)
        with self.name_scope():
            self.weight = get("weight", shape=(units, in_units), init=weight_initializer)
            self.bias = get("bias", shape=(units,), init=bias_initializer) if use_bias else None
            self.act = activation_layer(activation)

    def hybrid_forward(
        self, F: Operators, x: Tensor, weight: Tensor, bias: Tensor | None = None
    ) -> Tensor:
        """Return ``act(x · weightᵀ + bias)``."""
        x = F.FullyConnected(
            x,
            weight,
            bias,
            num_hidden=self._units,
            no_bias=bias is None,
            flatten=self._flatten,
            name="fwd",
        )
        return x if self.act is None else self.act(x)

    def __repr__(self) -> str:
        units, inputs = self.weight.shape or ()
        return f"{type(self).__name__}({inputs or None} -> {units}, {self.act or 'linear'})"


class Dropout(HybridArrayBlock):
    """Sets a random part of the elements to zero in training, and scales the others.

    Parameters
    ----------
    rate : float
        The probability of zero.
    axes : tuple of int
        Along these axes all elements share one random number.
    """

    def __init__(
        self, rate: float, axes: Sequence[int] = (), **kwargs: Unpack[BlockArguments]
    ) -> None:
        super().__init__(**kwargs)
        self._rate, self._axes = rate, axes

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return *x* with zeros, in training; *x* itself otherwise."""
        if self._rate > 0:
            return F.Dropout(x, p=self._rate, axes=self._axes, name="fwd", cudnn_off=False)
        return F.identity(x)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(p = {self._rate}, axes={self._axes})"


class Embedding(HybridArrayBlock):
    """Replaces integers by rows of a matrix.

    Parameters
    ----------
    input_dim : int
        The number of rows; greater integers are clipped.
    output_dim : int
        The length of a row.
    dtype : str or numpy type
        Of the matrix.
    weight_initializer : Initializer or str, optional
    sparse_grad : bool
        Whether the gradient is a row-sparse array, of the rows that were used.
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        dtype: DTypeLike = "float32",
        weight_initializer: InitializerLike = None,
        sparse_grad: bool = False,
        **kwargs: Unpack[BlockArguments],
    ) -> None:
        super().__init__(**kwargs)
        self._kwargs: EmbeddingArguments = {
            "input_dim": input_dim,
            "output_dim": output_dim,
            "dtype": dtype,
            "sparse_grad": sparse_grad,
        }
        self.weight = self.params.get(
            "weight",
            shape=(input_dim, output_dim),
            init=weight_initializer,
            dtype=dtype,
            allow_deferred_init=True,
            grad_stype="row_sparse" if sparse_grad else "default",
        )

    def hybrid_forward(self, F: Operators, x: Tensor, weight: Tensor) -> Tensor:
        """Return ``weight[x]``."""
        return F.Embedding(x, weight, name="fwd", **self._kwargs)

    def __repr__(self) -> str:
        return embedding_repr(self, self._kwargs)


class EmbeddingArguments(TypedDict):
    """Of the operator that an embedding calls."""

    input_dim: int
    output_dim: int
    dtype: DTypeLike
    sparse_grad: bool


def embedding_repr(block: Block, kwargs: EmbeddingArguments) -> str:
    """The text of an embedding."""
    return "{}({input_dim} -> {output_dim}, {dtype})".format(type(block).__name__, **kwargs)


class Flatten(HybridArrayBlock):
    """Makes one axis of all but the first."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        """Return *x* as a matrix."""
        return F.Flatten(x)

    def __repr__(self) -> str:
        return type(self).__name__


class Lambda(Block):
    """A function of arrays as a block.

    Parameters
    ----------
    function : str or callable
        The name of an operator of `nd`, or a function.
    prefix : str, optional
    """

    def __init__(self, function: str | Callable[..., object], prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        if isinstance(function, str):
            if not hasattr(nd, function):
                hint = did_you_mean(function, nd.__all__)
                raise AssertionError(f"Function name {function} is not found in ndarray{hint}.")
            self._func_impl: Callable[..., object] = getattr(nd, function)
        elif callable(function):
            self._func_impl = function
        else:
            raise _unrecognized(function)

    def forward(self, *args: object) -> Any:
        """Call the function."""
        return self._func_impl(*args)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._func_impl.__name__})"


class HybridLambda(HybridBlock):
    """A function of arrays or symbols as a block.

    Parameters
    ----------
    function : str or callable
        The name of an operator, or a function that takes `nd` or `sym` as its first argument.
    prefix : str, optional
    """

    def __init__(self, function: str | Callable[..., object], prefix: str | None = None) -> None:
        super().__init__(prefix=prefix)
        if isinstance(function, str):
            if not (hasattr(nd, function) and hasattr(symbol, function)):
                hint = did_you_mean(function, symbol.__all__)
                raise AssertionError(
                    f"Function name {function} is not found in symbol/ndarray{hint}."
                )
            self._func_name = name = function
            self._func: Callable[..., object] = lambda F, *args: getattr(F, name)(*args)
        elif callable(function):
            self._func, self._func_name = function, function.__name__
        else:
            raise _unrecognized(function)

    def hybrid_forward(self, F: Operators, x: object, *args: object) -> Any:
        """Call the function."""
        return self._func(F, x, *args)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._func_name})"


def _unrecognized(function: object) -> ValueError:
    return ValueError(f"Unrecognized function in lambda: {function} of type {type(function)}")
