"""The dense layer."""

from __future__ import annotations

import math
from functools import lru_cache

from ...base import DType, HostArray, MXNetError, Shape
from ...kernels import front
from ...tape import Array
from .. import inference
from ..axes import integer
from ..declare import operator
from ..emitter import Emitter
from ..products import Sizes, as_dtype_of, gemm_grads, show
from ..table import F, Gradients, Needs, Result, Sample


@lru_cache(maxsize=4096)
def _fc_sizes(
    data: Shape, weight: Shape, bias: Shape | None, num_hidden: int, flatten: bool
) -> Sizes:
    name = "Operator FullyConnected"
    if not data:
        raise MXNetError(f"{name}: data must have one axis or more, got {show(data)}")
    if num_hidden < 1:
        raise MXNetError(f"{name}: num_hidden={num_hidden}, expected 1 or more")
    if flatten:
        m, k = data[0], math.prod(data[1:])
        shape: Shape = (m, num_hidden)
    else:
        m, k = math.prod(data[:-1]), data[-1]
        shape = (*data[:-1], num_hidden)
    if weight != (num_hidden, k):
        raise MXNetError(
            f"{name}: argument weight: Shape inconsistent, Provided = {show(weight)}, "
            f"inferred shape={show((num_hidden, k))} from data {show(data)}"
        )
    if bias is not None and bias not in ((num_hidden,), (num_hidden, 1)):
        raise MXNetError(
            f"{name}: argument bias: Shape inconsistent, Provided = {show(bias)}, "
            f"inferred shape={show((num_hidden,))}"
        )
    return Sizes(m, num_hidden, k, shape)


def _fc_vjp(
    g: Array,
    data: Array,
    weight: Array,
    bias_shape: Shape,
    bias_dtype: DType,
    needs: Needs,
    num_hidden: int,
    flatten: bool,
) -> Gradients:
    m, n, k, _ = _fc_sizes(data.shape, weight.shape, None, int(num_hidden), bool(flatten))
    d_data, d_weight = gemm_grads(g, data, weight, needs, m, n, k, False, True)
    if len(needs) == 2:
        return d_data, d_weight
    d_bias = as_dtype_of(F.sum(g, axis=-1, exclude=True), bias_dtype) if needs[2] else None
    if d_bias is not None and len(bias_shape) == 2:
        d_bias = F.reshape(d_bias, shape=bias_shape)
    return d_data, d_weight, d_bias


def _fc_reference(
    data: HostArray,
    weight: HostArray,
    bias: HostArray | None = None,
    num_hidden: int = 0,
    no_bias: bool = False,
    flatten: bool = True,
) -> HostArray:
    x = data.reshape(len(data), -1) if flatten else data
    return x @ weight.T + (0 if bias is None else bias.reshape(-1))


def _fc_decomposed(
    emit: Emitter,
    data: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    num_hidden: int,
    no_bias: bool,
    flatten: bool,
) -> Result | None:
    """A product with a bias, of real numbers of one dtype; forward finds fault with the rest."""
    dtype = data._data.dtype
    if type(num_hidden) is not int or bool(no_bias) != (bias is None):
        return None
    if any(x is not None and x._data.dtype != dtype for x in (data, weight, bias)):
        return None
    if dtype.name not in ("float32", "float64"):
        return None
    given = None if bias is None else bias._shape
    m, n, k, shape = _fc_sizes(data._shape, weight._shape, given, num_hidden, bool(flatten))
    if m * n * k == 0:
        return None
    return emit.product(data, weight, m, n, k, transpose_b=True, bias=bias), shape


@operator(
    "FullyConnected",
    takes=inference.bias,
    infer=inference.dense,
    vjp=_fc_vjp,
    decompose=_fc_decomposed,
    reference=_fc_reference,
    samples=(
        Sample(((3, 4), (2, 4), (2,)), {"num_hidden": 2}),
        Sample(((3, 4), (2, 4)), {"num_hidden": 2, "no_bias": True}),
        Sample(((3, 2, 2), (2, 4), (2,)), {"num_hidden": 2}),
        Sample(((3, 2, 4), (2, 4), (2, 1)), {"num_hidden": 2, "flatten": False}),
    ),
)
def _fully_connected(
    data: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
) -> Result:
    """A dense layer: ``data @ weight.T + bias``.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, ...), taken as a matrix; with *flatten* off only its last axis is used.
    weight : NDArray
        Of shape (num_hidden, length of the axis summed over).
    bias : NDArray
        Of shape (num_hidden,) or (num_hidden, 1).
    num_hidden : int
        The number of results for each row.
    no_bias : bool
        Whether to leave out the bias.
    flatten : bool
        Whether to take all axes but the first together.

    Raises
    ------
    MXNetError
        If *bias* is missing without *no_bias*, or a shape does not fit.
    """
    if no_bias and bias is not None:
        raise MXNetError("Operator FullyConnected: no_bias=True, but a bias is given")
    if bias is None and not no_bias:
        raise MXNetError("Operator FullyConnected: argument bias is missing and no_bias is False")
    hidden = integer("FullyConnected", "num_hidden", num_hidden)
    given = None if bias is None else bias._shape
    m, n, k, shape = _fc_sizes(data._shape, weight._shape, given, hidden, bool(flatten))
    if bias is None:
        return front.product(data._data, weight._data, m, n, k, False, True), shape
    return front.dense(data._data, weight._data, bias._data, m, n, k), shape
