"""Operators on quantized arrays: layers of networks in integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...base import DType, DTypeLike, MXNetError
from ...tape import Array
from .. import inference
from ..axes import choice, flag, integer
from ..composite import composite
from ..table import NONE, F, Params, Sample
from .parts import (
    HALF_STEPS,
    STEPS,
    calibrated_range,
    check_dtype,
    check_ranges,
    dtypes_of,
    float32,
    magnitude,
    stored,
)

_SIGNED = np.array([[1, -2], [100, -128]], "int8")
_ENDS = (np.array([-1.0], "float32"), np.array([2.0], "float32"))
_ONE = Sample((_SIGNED, *_ENDS))
_IMAGE = Sample((_SIGNED.reshape(1, 1, 2, 2), *_ENDS), {"kernel": (2, 1), "pool_type": "avg"})


def _with_range(y: Array, low: Array, high: Array) -> list[Array]:
    return [y, F.identity(low), F.identity(high)]


def _kind(data: Array) -> str:
    return np.dtype(data.dtype).name


@composite(
    "_contrib_quantized_flatten",
    results=("output", "min_output", "max_output"),
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(_ONE,),
)
def _quantized_flatten(data: Array, min_data: Array, max_data: Array) -> list[Array]:
    """`Flatten` of a quantized array, with its range."""
    check_ranges("_contrib_quantized_flatten", min_data=min_data, max_data=max_data)
    return _with_range(F.Flatten(data), min_data, max_data)


@composite(
    "_contrib_quantized_act",
    results=("output", "min_output", "max_output"),
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(Sample(_ONE.args, {"act_type": "relu"}),),
)
def _quantized_act(data: Array, min_data: Array, max_data: Array, *, act_type: str) -> list[Array]:
    """`Activation` of a quantized array, with its dtype and its range.

    Parameters
    ----------
    data : NDArray
        Of int8 or uint8.
    min_data, max_data : NDArray
        Its range.
    act_type : {'relu'}

    Raises
    ------
    MXNetError
        For other dtypes, shapes of the range and activations.
    """
    op = "_contrib_quantized_act"
    choice(op, "act_type", act_type, ("relu",))
    check_dtype(op, "data", data, "int8", "uint8")
    check_ranges(op, min_data=min_data, max_data=max_data)
    return _with_range(F.relu(data), min_data, max_data)


@composite(
    "_contrib_quantized_pooling",
    results=("output", "min_output", "max_output"),
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(_IMAGE,),
)
def _quantized_pooling(
    data: Array,
    min_data: Array,
    max_data: Array,
    *,
    kernel: Sequence[int] = (),
    pool_type: str = "max",
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: str = "valid",
    stride: Sequence[int] = (),
    pad: Sequence[int] = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: str | None = None,
) -> list[Array]:
    """`Pooling` of quantized images: the greatest integer, or the mean, rounded, of each window.

    Parameters
    ----------
    data : NDArray
        Images of two or three axes, of int8 or uint8.
    min_data, max_data : NDArray
        The range of *data* and of the result.
    pool_type : {'max', 'avg'}
    kernel, global_pool, pooling_convention, stride, pad, count_include_pad, layout
        See `Pooling`.
    p_value, cudnn_off
        Ignored.

    Raises
    ------
    MXNetError
        If a dtype, a shape or a parameter does not fit.
    """
    op = "_contrib_quantized_pooling"
    choice(op, "pool_type", pool_type, ("max", "avg"))
    check_dtype(op, "data", data, "int8", "uint8")
    check_ranges(op, min_data=min_data, max_data=max_data)
    if len(data.shape) not in (4, 5):
        raise MXNetError(f"Operator {op}: data has shape {list(data.shape)}, expected 4 or 5 axes")
    y = F.Pooling(
        data if pool_type == "max" else F.Cast(data, dtype="float32"),
        kernel=kernel, pool_type=pool_type, global_pool=global_pool, stride=stride, pad=pad,
        pooling_convention=pooling_convention, count_include_pad=count_include_pad, layout=layout,
    )  # fmt: skip
    if pool_type == "avg":
        y = stored(y, float32(data, 1.0), _kind(data))
    return _with_range(y, min_data, max_data)


@composite(
    "_contrib_quantized_embedding",
    results=("output", "min_output", "max_output"),
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(Sample(([0.0, 1.0], _SIGNED, *_ENDS), {"input_dim": 2, "output_dim": 2}),),
)
def _quantized_embedding(
    data: Array,
    weight: Array,
    min_weight: Array,
    max_weight: Array,
    *,
    input_dim: int,
    output_dim: int,
    dtype: DTypeLike = "float32",
    sparse_grad: bool = False,
) -> list[Array]:
    """`Embedding` with a quantized weight, of int8, whose range the result has.

    Parameters
    ----------
    data : NDArray
        Indices of rows.
    weight, min_weight, max_weight : NDArray
    input_dim, output_dim : int
        The shape of *weight*.
    dtype, sparse_grad
        Ignored.
    """
    op = "_contrib_quantized_embedding"
    check_dtype(op, "weight", weight, "int8")
    check_ranges(op, min_weight=min_weight, max_weight=max_weight)
    y = F.Embedding(data, weight, input_dim=input_dim, output_dim=output_dim)
    return _with_range(y, min_weight, max_weight)


@composite(
    "_contrib_quantized_concat",
    results=("output", "min_output", "max_output"),
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(
        Sample(
            (_SIGNED, _SIGNED, *_ENDS, np.array([-3.0], "float32"), np.array([1.0], "float32")),
            {"num_args": 2},
        ),
    ),
)
def _quantized_concat(*data: Array, num_args: int, dim: int = 1) -> list[Array]:
    """`concat` of quantized arrays, in the steps of the widest of their ranges.

    Parameters
    ----------
    *data : NDArray
        The arrays, of int8 or uint8, then for each the least and the greatest number of its range.
    num_args : int
        How many arrays there are, without the ranges.
    dim : int

    Returns
    -------
    list of NDArray
        The integers, uint8 if all are, and the ends of their range.

    Raises
    ------
    MXNetError
        For another number of arrays, other dtypes or shapes that do not fit.
    """
    op = "_contrib_quantized_concat"
    n = integer(op, "num_args", num_args)
    if n < 1 or len(data) != 3 * n:
        raise MXNetError(
            f"Operator {op}: num_args={n}, but {len(data)} arrays given, expected {n} arrays and "
            "two ends of the range of each"
        )
    arrays, lows, highs = data[:n], data[n::2], data[n + 1 :: 2]
    for i, x in enumerate(arrays):
        check_dtype(op, f"array {i}", x, "int8", "uint8")
        check_ranges(op, **{f"min of array {i}": lows[i], f"max of array {i}": highs[i]})
    kind = "uint8" if all(_kind(x) == "uint8" for x in arrays) else "int8"
    low, high = F.identity(lows[0]), F.identity(highs[0])
    for i in range(1, n):
        low, high = F.broadcast_minimum(low, lows[i]), F.broadcast_maximum(high, highs[i])
    steps = HALF_STEPS[kind] / magnitude(low, high)
    scaled = []
    for x, least, greatest in zip(arrays, lows, highs, strict=True):
        step = magnitude(least, greatest) / HALF_STEPS[_kind(x)]
        scaled.append(stored(F.Cast(x, dtype="float32"), step * steps, kind))
    return [F.concat(*scaled, dim=dim), low, high]


def _check_pair(op: str, lhs: Array, rhs: Array, *kinds: str) -> None:
    """Raise unless the arrays have one shape, and each has one of the dtypes *kinds*."""
    for name, x in (("lhs", lhs), ("rhs", rhs)):
        check_dtype(op, name, x, *kinds)
    if lhs.shape != rhs.shape:
        raise MXNetError(
            f"Operator {op}: rhs has shape {list(rhs.shape)}, expected that of lhs, "
            f"{list(lhs.shape)}"
        )


@composite(
    "_contrib_quantized_elemwise_add",
    results=("output", "min_output", "max_output"),
    outputs=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(
        Sample((_SIGNED, _SIGNED, *_ENDS, np.array([-3.0], "float32"), np.array([1.0], "float32"))),
        Sample(
            (_SIGNED, _SIGNED, *_ENDS, np.array([-3.0], "float32"), np.array([1.0], "float32")),
            {"min_calib_range": -2.0, "max_calib_range": 3.0},
        ),
    ),
)
def _quantized_elemwise_add(
    lhs: Array,
    rhs: Array,
    lhs_min: Array,
    lhs_max: Array,
    rhs_min: Array,
    rhs_max: Array,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> list[Array]:
    """The sum of quantized arrays, in the range of a calibration, or else in int32.

    Parameters
    ----------
    lhs, rhs : NDArray
        Of one shape, and of int8 or uint8.
    lhs_min, lhs_max, rhs_min, rhs_max : NDArray
        The ends of their ranges.
    min_calib_range, max_calib_range : float, optional
        The range of the result, if both are given: it is uint8 if both arrays are, else int8.

    Returns
    -------
    list of NDArray
        The integers, and the ends of their range.

    Raises
    ------
    MXNetError
        If a dtype or a shape does not fit.
    """
    op = "_contrib_quantized_elemwise_add"
    check_ranges(op, lhs_min=lhs_min, lhs_max=lhs_max, rhs_min=rhs_min, rhs_max=rhs_max)
    _check_pair(op, lhs, rhs, "int8", "uint8")
    most = [magnitude(lhs_min, lhs_max), magnitude(rhs_min, rhs_max)]
    calibrated = calibrated_range(op, min_calib_range, max_calib_range)
    if calibrated is None:
        kind, high = "int32", most[0] + most[1]
        ends = [F.negative(high), high]
    else:
        kind = "uint8" if _kind(lhs) == _kind(rhs) == "uint8" else "int8"
        high = float32(lhs, max(map(abs, calibrated)))
        ends = [float32(lhs, end) for end in calibrated]
    terms = []
    for x, own in zip((lhs, rhs), most, strict=True):
        if kind == "int32":  # its steps are so small that the scale is rounded once
            own, total = (F.Cast(end, dtype="float64") for end in (own, high))
            scale = F.Cast(own * (2.0**31 / HALF_STEPS[_kind(x)]) / total, dtype="float32")
        else:
            scale = (own / HALF_STEPS[_kind(x)]) * (HALF_STEPS[kind] / high)
        terms.append(F.broadcast_mul(F.Cast(x, dtype="float32"), scale))
    return [stored(terms[0] + terms[1], float32(lhs, 1.0), kind), *ends]


@composite(
    "_contrib_quantized_elemwise_mul",
    infer=lambda lhs, rhs: {
        "lhs": rhs,
        "rhs": lhs,
        **dict.fromkeys(("lhs_min", "lhs_max", "rhs_min", "rhs_max"), (1,)),
    },
    infer_dtypes=lambda lhs: {
        **dict.fromkeys(("lhs", "rhs"), np.dtype("int8")),
        **dict.fromkeys(("lhs_min", "lhs_max", "rhs_min", "rhs_max"), np.dtype("float32")),
    },
    outputs=("output", "min_output", "max_output"),
    results=("output", "min_output", "max_output"),
    gradient=NONE,
    visible=lambda params: 1 if params["enable_float_output"] else 3,
    samples=(
        Sample((_SIGNED, _SIGNED, *_ENDS, *_ENDS)),
        Sample((_SIGNED, _SIGNED, *_ENDS, *_ENDS), {"enable_float_output": True}),
    ),
)
def _quantized_elemwise_mul(
    lhs: Array,
    rhs: Array,
    lhs_min: Array,
    lhs_max: Array,
    rhs_min: Array,
    rhs_max: Array,
    *,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
    enable_float_output: bool = False,
) -> Array | list[Array]:
    """The product of quantized arrays, element by element.

    Parameters
    ----------
    lhs, rhs : NDArray
        Of one shape, and of int8.
    lhs_min, lhs_max, rhs_min, rhs_max : NDArray
        The ends of their ranges.
    min_calib_range, max_calib_range : float, optional
        The range of a result of int8, if both are given; otherwise it is of int32.
    enable_float_output : bool
        Return real numbers alone.

    Returns
    -------
    list of NDArray
        The integers, and the ends of their range.

    Raises
    ------
    MXNetError
        If a dtype or a shape does not fit.
    """
    op = "_contrib_quantized_elemwise_mul"
    check_ranges(op, lhs_min=lhs_min, lhs_max=lhs_max, rhs_min=rhs_min, rhs_max=rhs_max)
    _check_pair(op, lhs, rhs, "int8")
    product = F.Cast(lhs, dtype="int32") * F.Cast(rhs, dtype="int32")
    steps = STEPS["int8"] ** 2
    most = magnitude(lhs_min, lhs_max) * magnitude(rhs_min, rhs_max)
    if flag(op, "enable_float_output", enable_float_output):
        return F.broadcast_mul(F.Cast(product, dtype="float32"), most / steps)
    calibrated = calibrated_range(op, min_calib_range, max_calib_range)
    if calibrated is None:
        high = most / steps * 2.0**31
        return [product, F.negative(high), high]
    scale = (most / steps) * (STEPS["int8"] / max(map(abs, calibrated)))
    y = stored(F.Cast(product, dtype="float32"), scale, "int8")
    return [y, *[float32(lhs, end) for end in calibrated]]


_OTHERS = ("bias", "min_data", "max_data", "min_weight", "max_weight", "min_bias", "max_bias")


def _others(params: Params) -> tuple[str, ...]:
    """The inputs of a layer beside data and weight."""
    return tuple(name for name in _OTHERS if "bias" not in name or inference.bias(params))


def _dtypes(data: DType | None) -> dict[str, DType]:
    return dtypes_of(data, ("weight", "bias"), _OTHERS[1:])


def _with_ends(shapes: inference.Shapes) -> inference.Shapes:
    return {"weight": shapes["weight"], "bias": shapes["bias"], **dict.fromkeys(_OTHERS[1:], (1,))}


def _shapes_of_dense(data: inference.Known, num_hidden: int, flatten: bool) -> inference.Shapes:
    return _with_ends(inference.dense(data, None, num_hidden, flatten))


def _shapes_of_convolution(
    data: inference.Known,
    kernel: Sequence[int],
    num_filter: int,
    num_group: int,
    layout: str | None,
) -> inference.Shapes:
    steps = ((), (), ())  # weights and biases do not depend on them
    return _with_ends(
        inference.convolution(data, None, kernel, num_filter, num_group, layout, *steps)
    )


@composite(
    "_contrib_quantized_fully_connected",
    takes=_others,
    infer=_shapes_of_dense,
    infer_dtypes=_dtypes,
    outputs=("output", "min_output", "max_output"),
    results=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(
        Sample((_SIGNED, _SIGNED, *_ENDS, *_ENDS), {"num_hidden": 2, "no_bias": True}),
        Sample((_SIGNED, _SIGNED, _SIGNED[0], *_ENDS, *_ENDS, *_ENDS), {"num_hidden": 2}),
    ),
)
def _quantized_fully_connected(
    data: Array,
    weight: Array,
    bias: Array | None = None,
    min_data: Array | None = None,
    max_data: Array | None = None,
    min_weight: Array | None = None,
    max_weight: Array | None = None,
    min_bias: Array | None = None,
    max_bias: Array | None = None,
    *,
    num_hidden: int,
    no_bias: bool = False,
    flatten: bool = True,
) -> list[Array]:
    """`FullyConnected` on quantized arrays: sums of int32, and their range.

    Parameters
    ----------
    data, weight, bias : NDArray
        The first of int8 or uint8, the others of int8.  Without a bias it and its range are left
        out, or None.
    min_data, max_data, min_weight, max_weight, min_bias, max_bias : NDArray
        The ends of their ranges.
    num_hidden : int
    no_bias, flatten : bool
        See `FullyConnected`.

    Raises
    ------
    MXNetError
        If a dtype or a shape does not fit, or arrays are missing.
    """
    op = "_contrib_quantized_fully_connected"
    rest = (bias, min_data, max_data, min_weight, max_weight, min_bias, max_bias)
    wide, high = _wide(op, (data, weight, *rest), no_bias, "int32")
    y = F.FullyConnected(*wide, num_hidden=num_hidden, no_bias=len(wide) == 2, flatten=flatten)
    return [y, F.negative(high), high]


@composite(
    "_contrib_quantized_conv",
    takes=_others,
    infer=_shapes_of_convolution,
    infer_dtypes=_dtypes,
    outputs=("output", "min_output", "max_output"),
    results=("output", "min_output", "max_output"),
    gradient=NONE,
    samples=(
        Sample(
            (_IMAGE.args[0], _SIGNED.reshape(1, 1, 2, 2), *_ENDS, *_ENDS),
            {"kernel": (2, 2), "num_filter": 1, "no_bias": True, "pad": (1, 0)},
        ),
        Sample(
            (_IMAGE.args[0], _SIGNED.reshape(2, 1, 2, 1), _SIGNED[0], *_ENDS, *_ENDS, *_ENDS),
            {"kernel": (2, 1), "num_filter": 2},
        ),
    ),
)
def _quantized_convolution(
    data: Array,
    weight: Array,
    bias: Array | None = None,
    min_data: Array | None = None,
    max_data: Array | None = None,
    min_weight: Array | None = None,
    max_weight: Array | None = None,
    min_bias: Array | None = None,
    max_bias: Array | None = None,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    cudnn_tune: str | None = None,
    cudnn_off: bool = False,
    layout: str | None = None,
) -> list[Array]:
    """`Convolution` on quantized arrays: sums of int32, and their range.

    Parameters
    ----------
    data, weight, bias : NDArray
        The first of int8 or uint8, the others of int8.  Without a bias it and its range are left
        out, or None.
    min_data, max_data, min_weight, max_weight, min_bias, max_bias : NDArray
        The ends of their ranges.
    kernel, stride, dilate, pad, num_filter, num_group, no_bias, layout
        See `Convolution`.
    workspace, cudnn_tune, cudnn_off
        Ignored.

    Raises
    ------
    MXNetError
        If a dtype or a shape does not fit, or arrays are missing.
    """
    op = "_contrib_quantized_conv"
    rest = (bias, min_data, max_data, min_weight, max_weight, min_bias, max_bias)
    wide, high = _wide(op, (data, weight, *rest), no_bias, "float64")  # which has all int32
    y = F.Convolution(
        *wide, kernel=kernel, stride=stride, dilate=dilate, pad=pad, num_filter=num_filter,
        num_group=num_group, no_bias=len(wide) == 2, layout=layout,
    )  # fmt: skip
    return [F.Cast(y, dtype="int32"), F.negative(high), high]


def _wide(
    op: str, arrays: Sequence[Array | None], no_bias: object, dtype: str
) -> tuple[list[Array], Array]:
    """Data, weight and bias in the steps of their products, and the end of the range of int32.

    *arrays* are those three and the ends of their ranges; without a bias its own are left out.
    """
    biased = not flag(op, "no_bias", no_bias)
    given = [x for x in arrays if x is not None]
    if len(given) != (9 if biased else 6):
        wanted = "min_data, max_data, min_weight, max_weight"
        wanted = f"bias, {wanted}, min_bias, max_bias" if biased else wanted
        raise MXNetError(
            f"Operator {op}: {len(given)} arrays given, expected data, weight, {wanted} with "
            f"no_bias={not biased}"
        )
    (data, weight), ends = given[:2], given[3:] if biased else given[2:]
    check_dtype(op, "data", data, "int8", "uint8")
    check_dtype(op, "weight", weight, "int8")
    names = ("min_data", "max_data", "min_weight", "max_weight", "min_bias", "max_bias")
    check_ranges(op, **dict(zip(names, ends, strict=False)))
    most, weight_most = magnitude(*ends[:2]), magnitude(*ends[2:4])
    kind = _kind(data)
    wide = [F.Cast(x, dtype=dtype) for x in (data, weight)]
    if biased:
        check_dtype(op, "bias", given[2], "int8")
        step = magnitude(*ends[4:]) / HALF_STEPS["int8"]
        scale = step * (HALF_STEPS[kind] / most) * (HALF_STEPS["int8"] / weight_most)
        scaled = F.Cast(F.broadcast_mul(F.Cast(given[2], dtype="float32"), scale), dtype="int32")
        wide.append(F.Cast(scaled, dtype=dtype))
    high = (most / STEPS[kind]) * (weight_most / STEPS["int8"]) * 2.0**31
    return wide, high
