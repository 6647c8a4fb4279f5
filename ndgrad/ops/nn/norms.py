"""Normalisation: over one axis, groups of channels, samples, or neighbouring channels.

What is normalised is ``(x - mean) / sqrt(var + eps)`` with the mean and the biased variance of a
part of the data; it is multiplied by gamma, and beta is added.
"""

from __future__ import annotations

import math

import numpy as np

from ...base import DType, HostArray, MXNetError, Shape, wide_dtype
from ...context import GPU
from ...kernels import front
from ...kernels.spec.normalisation import ROWS
from ...kernels.spec.reduction import REDUCTIONS, plan
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import axis_of, choice, flag, integer, number, positive
from ..composite import composite
from ..declare import operator
from ..emitter import Emitter
from ..parts import along_axis, cast_to, check_floating, check_lengths, narrowed
from ..table import F, Gradients, Result, Sample

_FLOAT64 = np.dtype("float64")


def _of_rank(op: str, data: Array, least: int) -> None:
    if len(data._shape) < least:
        raise MXNetError(
            f"Operator {op}: expected data of {least} dimensions or more, "
            f"got shape {list(data._shape)}"
        )


def _normalised(
    data: Array, gamma: Array, beta: Array, axes: Shape, form: Shape, eps: float
) -> tuple[Array, Array, Array]:
    """The normalised data, the mean over *axes*, and the standard deviation with *eps*.

    Gamma and beta have the shape *form*.
    """
    wide = wide_dtype(data._data.dtype)
    x = cast_to(data, wide)
    mean = F.mean(x, axis=axes, keepdims=True)
    centred = F.broadcast_sub(x, mean)
    var = F.mean(F.square(centred), axis=axes, keepdims=True)
    deviation = F.sqrt(var + eps)
    scale, shift = (F._reshaped(cast_to(v, wide), shape=form) for v in (gamma, beta))
    y = F.broadcast_add(F.broadcast_mul(F.broadcast_div(centred, deviation), scale), shift)
    return y, mean, deviation


# --- rows -----------------------------------------------------------------------------------------


def _row_form(data: Array, gamma: Array, grouped: bool) -> tuple[Shape, Shape]:
    """The shape in which rows are the last axis, and that of gamma and beta beside it."""
    shape, n = data._shape, gamma._shape[0]
    if grouped:
        return (shape[0], n, math.prod(shape[1:]) // max(1, n)), (1, n, 1)
    return (math.prod(shape[:-1]), 1, n), (1, 1, n)


def _rows_by_formula(
    data: Array, gamma: Array, beta: Array, eps: float, grouped: bool
) -> list[Array]:
    """The normalised rows, their means, and their standard deviations with *eps*."""
    form, own = _row_form(data, gamma, grouped)
    x = F._reshaped(data, shape=form)
    y, mean, deviation = _normalised(x, gamma, beta, (2,), own, eps)
    return [F._reshaped(cast_to(y, data._data.dtype), shape=data._shape), mean, deviation]


def _rows_decomposed(
    emit: Emitter, data: Array, gamma: Array, beta: Array, *, eps: float, grouped: bool
) -> list[Result]:
    y, mean, deviation = _rows_by_formula(data, gamma, beta, eps, grouped)
    rows = (mean._data.size,)
    return [(y._data, y._shape), (mean._data, rows), ((1.0 / deviation)._data, rows)]


def _rows_vjp(
    g: Array, data: Array, gamma: Array, beta_dtype: DType | None, eps: float, grouped: bool
) -> Gradients:
    x = F._reshaped(
        cast_to(data, wide_dtype(data._data.dtype)), shape=_row_form(data, gamma, grouped)[0]
    )
    centred = F.broadcast_sub(x, F.mean(x, axis=2, keepdims=True))
    over = F.rsqrt(F.mean(F.square(centred), axis=2, keepdims=True) + eps)
    return _row_gradients(g, data, gamma, beta_dtype, grouped, centred, over)


def _rows_fast_decomposed(
    emit: Emitter,
    g: Array,
    data: Array,
    gamma: Array,
    _mean: Array,
    _inverse: Array,
    beta_dtype: DType | None,
    grouped: bool,
) -> Gradients:
    form, _ = _row_form(data, gamma, grouped)
    x = F._reshaped(cast_to(data, wide_dtype(data._data.dtype)), shape=form)
    mean, over = (F._reshaped(v, shape=(*form[:2], 1)) for v in (_mean, _inverse))
    centred = F.broadcast_sub(x, mean)
    return _row_gradients(g, data, gamma, beta_dtype, grouped, centred, over)


def _row_gradients(
    g: Array,
    data: Array,
    gamma: Array,
    beta_dtype: DType | None,
    grouped: bool,
    centred: Array,
    over: Array,
) -> Gradients:
    """The gradients from the data without their means, and one over the standard deviations."""
    wide = wide_dtype(data._data.dtype)
    form, own = _row_form(data, gamma, grouped)
    head = F._reshaped(cast_to(g, wide), shape=form)
    y = F.broadcast_mul(centred, over)
    d = F.broadcast_mul(head, F._reshaped(cast_to(gamma, wide), shape=own))
    along = F.mean(d * y, axis=2, keepdims=True)
    d = F.broadcast_sub(d, F.mean(d, axis=2, keepdims=True)) - F.broadcast_mul(y, along)

    def vector(x: Array, dtype: DType) -> Array:
        return cast_to(F.sum(x, axis=(0, 2) if grouped else (0, 1)), dtype)

    return (
        cast_to(F._reshaped(F.broadcast_mul(d, over), shape=data._shape), data._data.dtype),
        vector(head * y, gamma._data.dtype),
        None if beta_dtype is None else vector(head, beta_dtype),
    )


def _rows_fast(
    g: Array,
    data: Array,
    gamma: Array,
    _mean: Array,
    _inverse: Array,
    beta_dtype: DType | None,
    grouped: bool,
) -> Gradients:
    wide, n, rows = wide_dtype(data._data.dtype), gamma._shape[0], _mean._shape[0]
    x, head, scale = (narrowed(v._data, wide) for v in (data, g, gamma))
    parts = rows // max(1, n) if grouped else -(-rows // ROWS)
    y = empty(x.size, wide)
    sums = [empty(parts * n, _FLOAT64 if grouped else wide) for _ in range(2)]
    gradients = front.group_gradients if grouped else front.normalise_gradients
    gradients(x, head, scale, _mean._data, _inverse._data, y, *sums)
    how = plan((parts, n), (0,), False)
    totals = [front.reduce(REDUCTIONS["sum"], v, how, wide) for v in sums]

    def array(x: Buffer, like: Array, dtype: DType) -> Array:
        return type(g)(narrowed(x, dtype), like._shape, g._ctx)

    return (
        array(y, data, data._data.dtype),
        array(totals[0], gamma, gamma._data.dtype),
        None if beta_dtype is None else array(totals[1], gamma, beta_dtype),
    )


@operator(
    "_normalised_rows",
    vjp=_rows_vjp,
    fast_vjp=_rows_fast,
    decompose=_rows_decomposed,
    decompose_vjp=_rows_fast_decomposed,
    outputs="y _mean _inverse",
    samples=(
        Sample(((3, 4), (4,), (4,))),
        Sample(((3,), (3,), (3,)), {"eps": 0.5}),
        Sample(((2, 4, 3), (2,), (2,)), {"grouped": True}),
    ),
)
def _normalised_rows(
    data: Array, gamma: Array, beta: Array, *, eps: float = 1e-5, grouped: bool = False
) -> list[Result]:
    """Normalise rows along the last axis.

    With *grouped* a row is instead one of the equal parts of a sample for which gamma and beta have
    a number each.
    """
    check_floating("_normalised_rows", data)
    _of_rank("_normalised_rows", data, 2 if grouped else 1)
    shape, n = data._shape, gamma._data.size
    grouped = flag("_normalised_rows", "grouped", grouped)
    check_lengths("_normalised_rows", n if grouped else shape[-1], gamma=gamma, beta=beta)
    per_sample = math.prod(shape[1:])
    if grouped and per_sample // max(1, n) * n != per_sample:
        raise MXNetError(
            f"Operator _normalised_rows: gamma has shape [{n}], expected the length to divide "
            f"{per_sample}, the number of elements of a sample"
        )
    eps = float(number("_normalised_rows", "eps", eps))
    wide, rows = wide_dtype(data._data.dtype), shape[0] * n if grouped else math.prod(shape[:-1])
    x, scale, shift = (narrowed(v._data, wide) for v in (data, gamma, beta))
    y, mean, inverse = (empty(size, wide) for size in (x.size, rows, rows))
    front.normalise(x, scale, shift, y, mean, inverse, eps, grouped)
    return [(narrowed(y, data._data.dtype), shape), (mean, (rows,)), (inverse, (rows,))]


def _rows(data: Array, gamma: Array, beta: Array, eps: float, grouped: bool) -> Array:
    """The normalised rows: by a kernel, on a GPU by the formula, whose reductions have kernels."""
    if data._ctx.device_typeid == GPU:
        return _rows_by_formula(data, gamma, beta, eps, grouped)[0]
    return F._normalised_rows(data, gamma, beta, eps=eps, grouped=grouped)


def _layer_norm_reference(
    data: HostArray, gamma: HostArray, beta: HostArray, *, axis: int = -1, eps: float = 1e-5
) -> HostArray:
    x = np.moveaxis(data, axis, -1)
    centred = x - x.mean(-1, keepdims=True)
    y = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * gamma + beta
    return np.moveaxis(y, -1, axis)


@composite(
    "LayerNorm",
    infer=inference.per_index("gamma", "beta"),
    results=("output", "mean", "std"),
    outputs=("y", "mean", "std"),
    visible=lambda params: 3 if params["output_mean_var"] else 1,
    samples=(Sample(((3, 4), (4,), (4,))), Sample(((2, 3, 2), (3,), (3,)), {"axis": 1})),
    reference=_layer_norm_reference,
)
def _layer_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    *,
    axis: int = -1,
    eps: float = 1e-5,
    output_mean_var: bool = False,
) -> Array | list[Array]:
    """Normalise over one axis.

    Parameters
    ----------
    data : NDArray
        Floating point.
    gamma, beta : NDArray
        As long as the axis.
    axis : int
    eps : float
        Is added to the variance.
    output_mean_var : bool
        Return mean and standard deviation too, in which the axis has length 1.

    Raises
    ------
    MXNetError
        For a wrong axis, dtype or length.
    """
    check_floating("LayerNorm", data)
    shape = data._shape
    at = axis_of("LayerNorm", axis, len(shape))
    check_lengths("LayerNorm", shape[at], gamma=gamma, beta=beta)
    eps = float(number("LayerNorm", "eps", eps))
    every = flag("LayerNorm", "output_mean_var", output_mean_var)
    if not every and at == len(shape) - 1:
        return _rows(data, gamma, beta, eps, False)
    found = _normalised(data, gamma, beta, (at,), along_axis(at, shape), eps)
    results = [cast_to(x, data._data.dtype) for x in found]
    return results if every else results[0]


@composite(
    "InstanceNorm",
    infer=inference.per_channel("gamma", "beta"),
    results=("output", "mean", "var"),
    samples=(Sample(((2, 3, 4), (3,), (3,))),),
)
def _instance_norm(data: Array, gamma: Array, beta: Array, *, eps: float = 1e-3) -> Array:
    """Normalise each channel of each sample.

    Parameters
    ----------
    data : NDArray
        Of shape (samples, channels, ...).
    gamma, beta : NDArray
        A number for each channel.
    eps : float
        Is added to the variance.

    Raises
    ------
    MXNetError
        For fewer than 3 dimensions, or a wrong dtype or length.
    """
    check_floating("InstanceNorm", data)
    _of_rank("InstanceNorm", data, 3)
    shape = data._shape
    check_lengths("InstanceNorm", shape[1], gamma=gamma, beta=beta)
    eps = float(number("InstanceNorm", "eps", eps))
    return _rows(data, gamma, beta, eps, True)


@composite(
    "GroupNorm",
    infer=lambda data, y, num_groups: {
        "gamma": (num_groups,),
        "beta": (num_groups,),
        **inference.alike(data, y),
    },
    results=("output", "mean", "std"),
    outputs=("y", "mean", "std"),
    visible=lambda params: 3 if params["output_mean_var"] else 1,
    samples=(Sample(((2, 4, 3), (2,), (2,)), {"num_groups": 2}),),
)
def _group_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    *,
    num_groups: int = 1,
    eps: float = 1e-5,
    output_mean_var: bool = False,
) -> Array | list[Array]:
    """Normalise groups of channels of each sample.

    Parameters
    ----------
    data : NDArray
        Of shape (samples, channels, ...).
    gamma, beta : NDArray
        A number for each group.
    num_groups : int
        Divides the number of channels.
    eps : float
        Is added to the variance.
    output_mean_var : bool
        Return mean and standard deviation too, of shape (samples, groups).

    Raises
    ------
    MXNetError
        For fewer than 3 dimensions, groups that do not fit, or a wrong dtype or length.
    """
    check_floating("GroupNorm", data)
    _of_rank("GroupNorm", data, 3)
    samples, channels, *_ = data._shape
    groups = integer("GroupNorm", "num_groups", num_groups)
    if groups < 1 or channels % groups:
        raise MXNetError(
            f"Operator GroupNorm: num_groups={groups}, expected a divisor of {channels}, "
            "the number of channels"
        )
    check_lengths("GroupNorm", groups, gamma=gamma, beta=beta)
    eps = float(number("GroupNorm", "eps", eps))
    if not flag("GroupNorm", "output_mean_var", output_mean_var):
        return _rows(data, gamma, beta, eps, True)
    y, *rows = _rows_by_formula(data, gamma, beta, eps, True)
    found = [cast_to(F._reshaped(v, shape=(samples, groups)), data._data.dtype) for v in rows]
    return [y, *found]


@composite(
    "L2Normalization",
    samples=(
        Sample(((2, 3),)),
        Sample(((2, 3, 2),), {"mode": "channel"}),
        Sample(((2, 3, 2),), {"mode": "spatial"}),
    ),
)
def _l2_normalization(data: Array, *, eps: float = 1e-10, mode: str = "instance") -> Array:
    """Divide by the Euclidean norm of a part.

    Parameters
    ----------
    data : NDArray
        Of shape (samples, channels, ...).
    eps : float
        Is added to the sum of squares.
    mode : {'instance', 'channel', 'spatial'}
        The part: a sample, a sample's numbers of all channels at one place, or a channel of a
        sample.

    Raises
    ------
    MXNetError
        For another mode, a wrong dtype, or fewer than 3 dimensions where channels count.
    """
    check_floating("L2Normalization", data)
    choice("L2Normalization", "mode", mode, ("instance", "channel", "spatial"))
    _of_rank("L2Normalization", data, 1 if mode == "instance" else 3)
    rest = tuple(range(1, len(data._shape)))
    axes = {"instance": rest, "channel": (1,), "spatial": rest[1:]}[mode]
    eps = float(number("L2Normalization", "eps", eps))
    x = cast_to(data, wide_dtype(data._data.dtype))
    squares = F.square(x)
    norm = F.sqrt((F.sum(squares, axis=axes, keepdims=True) if axes else squares) + eps)
    return cast_to(F.broadcast_div(x, norm), data._data.dtype)


@composite(
    "LRN",
    samples=(Sample(((1, 4, 1, 2),), {"nsize": 3, "alpha": 0.5}),),
)
def _lrn(
    data: Array,
    *,
    alpha: float = 1e-4,
    beta: float = 0.75,
    knorm: float = 2.0,
    nsize: int,
) -> Array:
    """Divide by ``(knorm + alpha / nsize * s) ** beta``, s the squares of neighbouring channels.

    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural
    networks", 2012.

    Parameters
    ----------
    data : NDArray
        Of shape (samples, channels, ...).
    alpha, beta, knorm : float
    nsize : int
        How many channels count, the own one in their middle; of an even number, one less.

    Raises
    ------
    MXNetError
        For fewer than 2 dimensions, a wrong dtype, or *nsize* less than 1.
    """
    check_floating("LRN", data)
    _of_rank("LRN", data, 2)
    size = positive("LRN", "nsize", nsize)
    alpha, beta, knorm = (
        float(number("LRN", name, v))
        for name, v in (("alpha", alpha), ("beta", beta), ("knorm", knorm))
    )
    samples, channels, *rest = shape = data._shape
    x = cast_to(data, wide_dtype(data._data.dtype))
    reach = min((size - 1) // 2, max(channels - 1, 0))
    squares = F._reshaped(F.square(x), shape=(samples, 1, channels, math.prod(rest)))
    sums = F.Pooling(
        squares, kernel=(2 * reach + 1, 1), pad=(reach, 0), stride=(1, 1), pool_type="sum"
    )
    scale = F.broadcast_power(F._reshaped(sums, shape=shape) * (alpha / size) + knorm, -beta)
    return cast_to(x * scale, data._data.dtype)
