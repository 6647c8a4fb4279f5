"""Batch normalisation, by statistics of the batch in training and by their moving averages else.

Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal
covariate shift", 2015.  With ``y = (x - mean) * r``, ``r = 1 / sqrt(var + eps)``, the gradient of x
is ``r * (g - mean(g) - y * mean(g * y))``.
"""

from __future__ import annotations

import math

import numpy as np

from ...base import DType, Shape, wide_dtype
from ...context import GPU
from ...kernels import front
from ...kernels.spec import reduction
from ...kernels.spec.formula import Loop
from ...kernels.spec.normalisation import ROWS
from ...kernels.spec.reduction import REDUCTIONS
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import axis_of, flag, number
from ..composite import composite
from ..declare import operator, update
from ..parts import along_axis, cast_to, check_floating, check_lengths, narrowed
from ..table import F, Gradients, Needs, Params, Result, Sample

_FLOAT64 = np.dtype("float64")

update(
    "_moving_average",
    "moving value",
    params={"momentum": 0.9},
    moving="momentum * moving + (1 - momentum) * value",
    doc="Move an average towards a new value.",
)


def _channels(data: Array, axis: int) -> tuple[int, Shape, Shape]:
    """The axis of channels, all others, and the shape of a vector of channels."""
    shape = data._shape
    at = axis_of("BatchNorm", axis, len(shape))
    return at, tuple(i for i in range(len(shape)) if i != at), along_axis(at, shape)


def _check_batch_norm(
    data: Array, gamma: Array, beta: Array, moving_mean: Array, moving_var: Array, axis: int
) -> None:
    check_floating("BatchNorm", data)
    at, *_ = _channels(data, axis)
    check_lengths(
        "BatchNorm",
        data._shape[at],
        gamma=gamma,
        beta=beta,
        moving_mean=moving_mean,
        moving_var=moving_var,
    )


def _of_batch(params: Params) -> bool:
    """Whether a call normalises by mean and variance of its own data."""
    return bool(params["_training"]) and not params["use_global_stats"]


def _batch_norm_states(params: Params) -> tuple[str, ...]:
    moved = ("moving_mean", "moving_var") if _of_batch(params) else ()
    return (*moved, "gamma") if params["fix_gamma"] else moved


def _fix_gamma(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    axis: int,
    fix_gamma: bool,
    **others: object,
) -> None:
    if fix_gamma:
        _check_batch_norm(data, gamma, beta, moving_mean, moving_var, axis)
        F.ones_like(gamma, out=gamma)


def _move_averages(
    moving_mean: Array,
    moving_var: Array,
    mean: Array,
    _variance: Array,
    momentum: float,
    use_global_stats: bool,
    _training: bool,
) -> None:
    if _training and not use_global_stats:
        F._moving_average(moving_mean, mean, momentum=momentum, out=moving_mean)
        F._moving_average(moving_var, _variance, momentum=momentum, out=moving_var)


def _parameter_dtypes(data: DType | None) -> dict[str, DType | None]:
    """Parameters and averages of float16 and bfloat16 are float32."""
    wide = None if data is None else wide_dtype(data)
    return dict.fromkeys(_PARAMETERS, wide)


_PARAMETERS = ("gamma", "beta", "moving_mean", "moving_var")
_INITIAL = {"moving_mean": '["zero", {}]', "moving_var": '["one", {}]'}


def _batch_norm_vjp(
    g: Array,
    g_mean: Array | None,
    g_inverse: Array | None,
    data: Array,
    gamma: Array,
    mean: Array,
    inverse: Array,
    needs: Needs,
    gamma_dtype: DType | None,
    beta_dtype: DType | None,
    axis: int,
    eps: float,
    fix_gamma: bool,
    use_global_stats: bool,
    _training: bool,
) -> Gradients:
    _, axes, form = _channels(data, axis)
    wide = wide_dtype(data._data.dtype)
    x, head = cast_to(data, wide), cast_to(g, wide)
    of_batch = _training and not use_global_stats
    if of_batch:
        centre = F.mean(x, axis=axes, keepdims=True)
        centred = F.broadcast_sub(x, centre)
        over = F.rsqrt(F.mean(F.square(centred), axis=axes, keepdims=True) + eps)
    else:
        centred = F.broadcast_sub(x, F._reshaped(cast_to(mean, wide), shape=form))
        over = F._reshaped(cast_to(inverse, wide), shape=form)
    y = F.broadcast_mul(centred, over)
    d = head
    if not fix_gamma:
        d = F.broadcast_mul(head, F._reshaped(cast_to(gamma, wide), shape=form))
    if of_batch:
        along = F.mean(d * y, axis=axes, keepdims=True)
        if g_inverse is not None:
            count = data._data.size // max(1, math.prod(form))
            along = along + F._reshaped(cast_to(g_inverse, wide), shape=form) * over / count
        d = F.broadcast_sub(
            F.broadcast_sub(d, F.mean(d, axis=axes, keepdims=True)), F.broadcast_mul(y, along)
        )
    grad = F.broadcast_mul(d, over)
    if of_batch and g_mean is not None:
        count = data._data.size // max(1, math.prod(form))
        grad = F.broadcast_add(grad, F._reshaped(cast_to(g_mean, wide), shape=form) / count)
    return (
        cast_to(grad, data._data.dtype) if needs[0] else None,
        None if fix_gamma else _vector(F.sum(head * y, axis=axes), gamma._shape, gamma_dtype),
        _vector(F.sum(head, axis=axes), gamma._shape, beta_dtype),
        None,
        None,
    )


def _batch_norm_fast(
    g: Array,
    g_mean: Array | None,
    g_inverse: Array | None,
    data: Array,
    gamma: Array,
    mean: Array,
    inverse: Array,
    gamma_dtype: DType | None,
    beta_dtype: DType | None,
    axis: int,
    fix_gamma: bool,
    use_global_stats: bool,
    _training: bool,
) -> Gradients | None:
    at, _, form = _channels(data, axis)
    shape, count = data._shape, data._shape[at]
    outer, inner = math.prod(shape[:at]), math.prod(shape[at + 1 :])
    given = g_mean is not None or g_inverse is not None or not _training or use_global_stats
    if given or not data._data.size or data._ctx.device_typeid == GPU:
        return None
    wide = wide_dtype(data._data.dtype)
    x, head, scale = (narrowed(v._data, wide) for v in (data, g, gamma))
    if fix_gamma:
        scale = empty(count, wide)
        front.fill(scale, 1)
    averages, over = empty(2 * count, wide), np.float64(data._data.size // count)
    if inner == 1:
        parts = -(-outer // ROWS)
        sums = empty(2 * parts * count, wide)
        front.column_sums(x, head, mean._data, inverse._data, sums)
        how = reduction.plan((2, parts, count), (1,), False)
        totals = front.reduce(REDUCTIONS["sum"], sums, how, wide)
        operands, shapes = (totals, scale, over), ((2, count), (1, count), None)
        front.elementwise(_SCALED_AVERAGE, operands, shapes, (averages,), wide.name)
        average, along = averages[count:], averages[:count]
    else:
        sums = empty(4 * outer * count, _FLOAT64)
        front.channel_sums(x, head, scale, mean._data, inverse._data, sums)
        how = reduction.plan((4, outer, count), (1,), False)
        totals = front.reduce(REDUCTIONS["sum"], sums, how, _FLOAT64)
        both, totals = totals[: 2 * count], totals[2 * count :]
        front.elementwise(_AVERAGE, (both, over), ((2 * count,), None), (averages,), "float64")
        average, along = averages[:count], averages[count:]
    y = empty(x.size, wide)
    vectors = mean._data, inverse._data, scale, average, along
    front.elementwise(_GRADIENT, (head, x, *vectors), (shape, shape, *[form] * 5), (y,), wide.name)

    def vector(i: int, dtype: DType | None) -> Array | None:
        if dtype is None:
            return None
        total = narrowed(totals[i * count : (i + 1) * count], wide)
        return type(g)(narrowed(total, dtype), gamma._shape, g._ctx)

    grad = type(g)(narrowed(y, data._data.dtype), shape, g._ctx)
    return grad, None if fix_gamma else vector(0, gamma_dtype), vector(1, beta_dtype), None, None


def _vector(x: Array, shape: Shape, dtype: DType | None) -> Array | None:
    """The gradient of a vector of channels, if it is wanted."""
    return None if dtype is None else cast_to(F._reshaped(x, shape=shape), dtype)


_SCALE = Loop("batch_norm", ("x", "m", "r", "g", "b"), (("y", "(x - m) * r * g + b"),))
_DEVIATION = Loop("squared_deviation", ("x", "m"), (("y", "(x - m) * (x - m)"),))
_AVERAGE = Loop("average", ("v", "n"), (("y", "v / n"),))
_SCALED_AVERAGE = Loop("scaled_average", ("v", "s", "n"), (("y", "v * s / n"),))
_GRADIENT = Loop(
    "batch_norm_gradient",
    ("g", "x", "m", "r", "s", "h", "a"),
    (("y", "(g * s - h - (x - m) * r * a) * r"),),
)
_INVERSE = Loop("inverse_deviation", ("v", "eps"), (("y", "1 / sqrt(v + eps)"),))


@operator(
    "BatchNorm",
    auxiliary=("moving_mean", "moving_var"),
    initial=_INITIAL,
    infer=inference.per_index(*_PARAMETERS),
    infer_dtypes=_parameter_dtypes,
    results=("output", "mean", "var"),
    vjp=_batch_norm_vjp,
    fast_vjp=_batch_norm_fast,
    outputs="y mean inverse _variance",
    visible=lambda params: 3 if params["output_mean_var"] else 1,
    states=_batch_norm_states,
    before_forward=_fix_gamma,
    after_backward=_move_averages,
    traceable=True,
    samples=(
        Sample(((2, 3, 2), (3,), (3,), (3,), (3,)), {"fix_gamma": False}),
        Sample(((3, 2), (2,), (2,), [0.5, 0.25], [1.5, 0.5]), {"use_global_stats": True}),
        Sample(((3, 2), (2,), (2,), (2,), (2,)), {"fix_gamma": False}),
    ),
)
def _batch_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    _training: bool = False,
) -> list[Result]:
    """Normalise each channel, over all samples and places.

    In training mode that is by mean and variance of the data, to which backward moves the averages;
    otherwise by the averages.

    Parameters
    ----------
    data : NDArray
        Floating point.
    gamma, beta : NDArray
        A number for each channel.
    moving_mean, moving_var : NDArray
        The averages, ``momentum * average + (1 - momentum) * value`` after backward.
    eps : float
        Is added to the variance.
    momentum : float
    fix_gamma : bool
        Set gamma to ones; its gradient is zero.
    use_global_stats : bool
        Normalise by the averages in training mode too, and leave them.
    output_mean_var : bool
        Return the mean and ``1 / sqrt(variance + eps)`` too.
    axis : int
        The axis of channels.
    cudnn_off, min_calib_range, max_calib_range
        Accepted for MXNet's sake.

    Raises
    ------
    MXNetError
        For a wrong axis, dtype or length.
    """
    _check_batch_norm(data, gamma, beta, moving_mean, moving_var, axis)
    at, axes, form = _channels(data, axis)
    x, shape = data._data, data._shape
    dtype, wide = x.dtype, wide_dtype(x.dtype)
    eps = float(number("BatchNorm", "eps", eps))
    count = shape[at]
    scale, shift = (narrowed(v._data, wide) for v in (gamma, beta))
    if _training and not use_global_stats:
        how = reduction.plan(shape, axes, True)
        mean = front.reduce(REDUCTIONS["mean"], x, how, wide)
        squares = empty(x.size, wide)
        if x.size:
            front.elementwise(_DEVIATION, (x, mean), (shape, form), (squares,), wide.name)
        variance = front.reduce(REDUCTIONS["mean"], squares, how, wide)
    else:
        mean, variance = (_loaded(v._data, wide) for v in (moving_mean, moving_var))
    over, y = empty(count, wide), empty(x.size, dtype)
    if x.size:
        front.elementwise(
            _INVERSE, (variance, wide.type(eps)), ((count,), None), (over,), wide.name
        )
        operands = (x, mean, over, scale, shift)
        front.elementwise(_SCALE, operands, (shape, *[form] * 4), (y,), wide.name)
    return [(y, shape), *[(v, (count,)) for v in (mean, over, variance)]]


def _loaded(x: Buffer, wide: DType) -> Buffer:
    """Memory of its own with the elements of *x* in another dtype."""
    if x.dtype != wide:
        return front.cast(x, wide)
    y = empty(x.size, wide)
    front.copy(x, y)
    return y


@composite(
    "BatchNorm_v1",
    auxiliary=("moving_mean", "moving_var"),
    initial=_INITIAL,
    infer=inference.per_channel(*_PARAMETERS),
    infer_dtypes=_parameter_dtypes,
    results=("output", "mean", "var"),
    outputs=("y", "mean", "var"),
    visible=lambda params: 3 if params["output_mean_var"] else 1,
    samples=(Sample(((2, 3, 2), (3,), (3,), (3,), (3,)), {"fix_gamma": False}),),
)
def _batch_norm_v1(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
) -> Array | list[Array]:
    """`BatchNorm` along axis 1."""
    return F.BatchNorm(
        data,
        gamma,
        beta,
        moving_mean,
        moving_var,
        eps=eps,
        momentum=momentum,
        fix_gamma=fix_gamma,
        use_global_stats=use_global_stats,
        output_mean_var=output_mean_var,
    )


@composite(
    "_contrib_SyncBatchNorm",
    auxiliary=("moving_mean", "moving_var"),
    initial=_INITIAL,
    infer=inference.per_channel(*_PARAMETERS),
    infer_dtypes=_parameter_dtypes,
    results=("output", "mean", "var"),
    outputs=("y", "mean", "var"),
    visible=lambda params: 3 if params["output_mean_var"] else 1,
    samples=(Sample(((2, 3, 2), (3,), (3,), (3,), (3,)), {"fix_gamma": False, "key": "layer"}),),
)
def _sync_batch_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    ndev: int = 1,
    key: str,
) -> Array | list[Array]:
    """`BatchNorm` along axis 1; *ndev* and *key* are accepted for MXNet's sake.

    With *output_mean_var* the third result is the variance.  An array is on one device, so its
    statistics are those of the whole batch.
    """
    found = F.BatchNorm_v1(
        data,
        gamma,
        beta,
        moving_mean,
        moving_var,
        eps=eps,
        momentum=momentum,
        fix_gamma=fix_gamma,
        use_global_stats=use_global_stats,
        output_mean_var=output_mean_var,
    )
    if not flag("SyncBatchNorm", "output_mean_var", output_mean_var):
        return found
    y, mean, over = found
    return [y, mean, 1.0 / F.square(over) - float(number("SyncBatchNorm", "eps", eps))]


@composite(
    "_contrib_BatchNormWithReLU",
    auxiliary=("moving_mean", "moving_var"),
    initial=_INITIAL,
    infer=inference.per_index(*_PARAMETERS),
    infer_dtypes=_parameter_dtypes,
    results=("output", "mean", "var"),
    outputs=("y", "mean", "var"),
    visible=lambda params: 3 if params["output_mean_var"] else 1,
    samples=(Sample(((2, 3, 2), (3,), (3,), (3,), (3,)), {"fix_gamma": False}),),
)
def _batch_norm_with_relu(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> Array | list[Array]:
    """`BatchNorm`, and the greater of the result and zero."""
    axis_of("BatchNormWithReLU", axis, len(data.shape))
    found = F.BatchNorm(
        data,
        gamma,
        beta,
        moving_mean,
        moving_var,
        eps=eps,
        momentum=momentum,
        fix_gamma=fix_gamma,
        use_global_stats=use_global_stats,
        output_mean_var=output_mean_var,
        axis=axis,
    )
    return [F.relu(found[0]), *found[1:]] if isinstance(found, list) else F.relu(found)
