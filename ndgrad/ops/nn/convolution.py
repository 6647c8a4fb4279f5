"""Convolution, its adjoint (`Deconvolution`), and the derivative by its weights.

Each is bilinear, and each of the derivatives of one of them is one of the other two, so that there
are derivatives of any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ...base import DType, MXNetError, Shape, is_floating, promote, wide_dtype
from ...kernels import convolution, front
from ...kernels.spec.strided import StridedSlice, contiguous_strides
from ...kernels.spec.windows import windows
from ...memory.device import Buffer
from ...tape import Array
from .. import inference
from ..axes import integers, positive
from ..declare import operator
from ..products import as_dtype_of, check_shape, show
from ..table import F, Gradient, Gradients, Needs, Params, Result, Sample
from ..windows import (
    channels_first,
    channels_last,
    channels_where,
    check_images,
    divided,
    lengths,
    places_of,
    spread,
)

# --- parameters and shapes ------------------------------------------------------------------------


class _Steps(NamedTuple):
    """Parameters that a call and its derivatives have in common, checked."""

    kernel: Shape
    stride: Shape
    dilate: Shape
    pad: Shape
    groups: int
    last: bool


def _steps(
    op: str,
    kernel: object,
    stride: object,
    dilate: object,
    pad: object,
    num_group: object,
    layout: str | None,
) -> _Steps:
    given = integers(op, "kernel", kernel)
    ndim = len(given)
    last = channels_last(op, layout, ndim)
    groups = positive(op, "num_group", num_group)
    return _Steps(
        lengths(op, "kernel", given, ndim, None, 1),
        lengths(op, "stride", stride, ndim, 1, 1),
        lengths(op, "dilate", dilate, ndim, 1, 1),
        lengths(op, "pad", pad, ndim, 0, 0),
        groups,
        last,
    )


@lru_cache(maxsize=1024)
def _form(image: Shape, y: Shape, weight: Shape, steps: _Steps) -> convolution.Form:
    """The convolution that takes images of one shape to those of another, channels first."""
    groups = steps.groups
    expected = (y[0], weight[1] * groups, *steps.kernel) if len(weight) > 1 else ()
    if (*image[:2], *weight[2:]) != expected or y[1] != weight[0] or y[1] % groups:
        raise MXNetError(
            f"a convolution with kernel={steps.kernel}, num_group={groups} does not take images "
            f"{show(image)} to {show(y)} by weights {show(weight)}"
        )
    window = windows(steps.kernel, steps.stride, steps.dilate, steps.pad, image[2:], y[2:])
    return convolution.Form(window, image[0], steps.groups, weight[1], weight[0] // steps.groups)


def _check_bias(op: str, bias: Array | None, no_bias: object, filters: int) -> None:
    if no_bias and bias is not None:
        raise MXNetError(f"Operator {op}: no_bias=True, but a bias is given")
    if bias is None and not no_bias:
        raise MXNetError(f"Operator {op}: argument bias is missing and no_bias is False")
    if bias is not None:
        check_shape(op, "bias", bias, (filters,))


# --- buffers --------------------------------------------------------------------------------------


def _dtypes(op: str, *arrays: Array | None) -> tuple[DType, DType]:
    """The dtype of the result, and that of the products."""
    dtype = None
    for x in arrays:
        if x is not None:
            dtype = x._data.dtype if dtype is None else promote(dtype, x._data.dtype)
    assert dtype is not None
    if not is_floating(dtype):
        raise MXNetError(f"Operator {op}: expected a floating-point dtype, got {dtype}")
    return dtype, wide_dtype(dtype)


def _moved(x: Buffer, shape: Shape, to_last: bool) -> Buffer:
    """Elements of an array of *shape* with the channels moved behind, or the other way round."""
    strides = contiguous_strides(shape)
    if to_last:
        part = StridedSlice(channels_where(shape, True), channels_where(strides, True))
    else:
        part = StridedSlice(channels_first(shape, True), channels_first(strides, True))
    return front.strided_slice(x, part)


def _loaded(x: Array, dtype: DType, last: bool) -> Buffer:
    data = x._data if x._data.dtype == dtype else front.cast(x._data, dtype)
    return _moved(data, x._shape, to_last=False) if last else data


def _stored(y: Buffer, shape: Shape, dtype: DType, last: bool) -> Result:
    """A result, computed with the *shape* of channels first."""
    if last:
        y = _moved(y, shape, to_last=True)
    if y.dtype != dtype:
        y = front.cast(y, dtype)
    return y, channels_where(shape, last)


# --- convolution ----------------------------------------------------------------------------------


def _facts(
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    num_group: int,
    layout: str | None,
) -> Params:
    """The parameters that a convolution has in common with its derivatives."""
    steps = {"kernel": kernel, "stride": stride, "dilate": dilate, "pad": pad}
    return {**steps, "num_group": num_group, "layout": layout}


def _convolution_vjp(
    g: Array,
    data: Array,
    weight: Array,
    bias_dtype: DType,
    needs: Needs,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    num_group: int,
    layout: str | None,
) -> Gradients:
    facts = _facts(kernel, stride, dilate, pad, num_group, layout)
    d_data = d_weight = None
    if needs[0]:
        d_data = as_dtype_of(F._convolution_data(g, weight, shape=data.shape, **facts), data.dtype)
    if needs[1]:
        d_weight = as_dtype_of(
            F._convolution_weight(data, g, shape=weight.shape, **facts), weight.dtype
        )
    if len(needs) == 2:
        return d_data, d_weight
    return d_data, d_weight, _bias_gradient(g, bias_dtype, needs, layout)


def _bias_gradient(g: Array, dtype: DType, needs: Needs, layout: str | None) -> Gradient:
    if not needs[2]:
        return None
    axis = -1 if channels_last("Convolution", layout, len(g.shape) - 2) else 1
    return as_dtype_of(F.sum(g, axis=axis, exclude=True), dtype)


_SAMPLES = (
    Sample(((2, 2, 5), (3, 2, 2), (3,)), {"kernel": (2,), "num_filter": 3}),
    Sample(
        ((2, 4, 5, 4), (4, 2, 3, 2), (4,)),
        {
            "kernel": (3, 2),
            "num_filter": 4,
            "num_group": 2,
            "stride": (2, 1),
            "pad": (1, 1),
            "dilate": (1, 2),
        },
    ),
    Sample(
        ((1, 4, 3, 2), (2, 2, 2, 2)),
        {"kernel": (2, 2), "num_filter": 2, "layout": "NHWC", "no_bias": True},
    ),
    Sample(
        ((1, 2, 3, 3, 2), (2, 2, 2, 1, 2), (2,)),
        {"kernel": (2, 1, 2), "num_filter": 2, "pad": (0, 1, 0)},
    ),
    Sample(((2, 2, 3, 2), (3, 2, 1, 1), (3,)), {"kernel": (1, 1), "num_filter": 3}),
)


@operator(
    "Convolution",
    aliases=("Convolution_v1",),
    takes=inference.bias,
    infer=inference.convolution,
    vjp=_convolution_vjp,
    linear=("data bias", "weight bias"),
    samples=_SAMPLES,
)
def _convolution(
    data: Array,
    weight: Array,
    bias: Array | None = None,
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
) -> Result:
    """Sums of the elements in a window, times weights, at each of its places in an image.

    ``y[n, f, i, j] = bias[f] + sum over c, u, v of weight[f, c, u, v] *
    data[n, c, i * stride + u * dilate - pad, j * stride + v * dilate - pad]``, where what is
    outside of the image is 0; likewise for images of one axis or three.

    Parameters
    ----------
    data : NDArray
        Images, of shape (batch, channels, \\*lengths).
    weight : NDArray
        Of shape (num_filter, channels / num_group, \\*kernel).
    bias : NDArray
        Of shape (num_filter,).
    kernel, stride, dilate, pad : tuple of int
        For each axis of an image the taps of the window, the steps between its places (1) and
        between its taps (1), and the zeros on either side (0).
    num_filter : int
        Channels of the result.
    num_group : int
        Groups of channels, each of which has filters of its own.
    no_bias : bool
        Whether to leave out the bias.
    layout : str
        'NCW', 'NCHW' or 'NCDHW', the default, or 'NWC', 'NHWC' or 'NDHWC': then the channels of
        data, result and weight come last.
    workspace, cudnn_tune, cudnn_off
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit, or the window exceeds the image.
    """
    op = "Convolution"
    steps = _steps(op, kernel, stride, dilate, pad, num_group, layout)
    filters = positive(op, "num_filter", num_filter)
    image = check_images(op, data, len(steps.kernel), steps.last)
    divided(op, "num_filter", filters, steps.groups)
    channels = divided(op, "the channels of data", image[1], steps.groups)
    expected = (filters, channels, *steps.kernel)
    check_shape(op, "weight", weight, channels_where(expected, steps.last))
    _check_bias(op, bias, no_bias, filters)
    covered = spread(steps.kernel, steps.dilate)
    places = places_of(op, image[2:], covered, steps.stride, steps.pad)
    shape = (image[0], filters, *places)
    form = _form(image, shape, expected, steps)
    dtype, compute = _dtypes(op, data, weight, bias)
    x, w = _loaded(data, compute, steps.last), _loaded(weight, compute, steps.last)
    b = None if bias is None else _loaded(bias, compute, last=False)
    return _stored(convolution.forward(x, w, b, form), shape, dtype, steps.last)


# --- its derivatives ------------------------------------------------------------------------------


def _data_vjp(
    g: Array,
    data: Array,
    weight: Array,
    needs: Needs,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    num_group: int,
    layout: str | None,
) -> Gradients:
    """Of the adjoint: g is like the images, *data* like the convolution's results."""
    facts = _facts(kernel, stride, dilate, pad, num_group, layout)
    d_data = d_weight = None
    if needs[0]:
        last = channels_last("Convolution", layout, len(g.shape) - 2)
        filters = channels_first(data.shape, last)[1]
        d_data = F.Convolution(g, weight, num_filter=filters, no_bias=True, **facts)
        d_data = as_dtype_of(_cropped(d_data, data.shape), data.dtype)
    if needs[1]:
        d_weight = F._convolution_weight(g, data, shape=weight.shape, **facts)
        d_weight = as_dtype_of(d_weight, weight.dtype)
    return d_data, d_weight


def _cropped(x: Array, shape: Shape) -> Array:
    """The first elements along each axis: an adjustment of at least a stride makes more places."""
    return x if x.shape == shape else F.slice(x, begin=(0,) * len(shape), end=shape)


@operator(
    "_convolution_data",
    vjp=_data_vjp,
    linear=("data", "weight"),
    samples=(
        Sample(
            ((2, 3, 2), (3, 2, 2)),
            {"kernel": (2,), "stride": (2,), "shape": (2, 2, 5)},
        ),
        Sample(
            ((1, 4, 3, 2), (4, 1, 3, 2)),
            {"kernel": (3, 2), "pad": (1, 0), "num_group": 2, "shape": (1, 2, 3, 3)},
        ),
        Sample(
            ((1, 2, 3, 2), (2, 2, 1, 2)),
            {"kernel": (2, 1), "layout": "NHWC", "shape": (1, 3, 3, 2)},
        ),
    ),
)
def _convolution_data(
    data: Array,
    weight: Array,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_group: int = 1,
    layout: str | None = None,
    shape: Shape,
) -> Result:
    """The gradient of a convolution by its images, of *shape*, from that of its result."""
    op = "_convolution_data"
    steps = _steps(op, kernel, stride, dilate, pad, num_group, layout)
    y = check_images(op, data, len(steps.kernel), steps.last)
    image = channels_first(shape, steps.last)
    w = channels_first(weight._shape, steps.last)
    dtype, compute = _dtypes(op, data, weight)
    form = _form(image, y, w, steps)
    loaded = _loaded(data, compute, steps.last), _loaded(weight, compute, steps.last)
    return _stored(convolution.adjoint(*loaded, None, form), image, dtype, steps.last)


def _weight_vjp(
    g: Array,
    data: Array,
    grad: Array,
    needs: Needs,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    num_group: int,
    layout: str | None,
) -> Gradients:
    """g is like the weights."""
    facts = _facts(kernel, stride, dilate, pad, num_group, layout)
    d_data = d_grad = None
    if needs[0]:
        d_data = F._convolution_data(grad, g, shape=data.shape, **facts)
        d_data = as_dtype_of(d_data, data.dtype)
    if needs[1]:
        d_grad = F.Convolution(data, g, num_filter=g.shape[0], no_bias=True, **facts)
        d_grad = as_dtype_of(_cropped(d_grad, grad.shape), grad.dtype)
    return d_data, d_grad


@operator(
    "_convolution_weight",
    vjp=_weight_vjp,
    linear=("data", "grad"),
    samples=(
        Sample(((2, 2, 5), (2, 3, 2)), {"kernel": (2,), "stride": (2,), "shape": (3, 2, 2)}),
        Sample(
            ((1, 2, 3, 3), (1, 4, 3, 2)),
            {"kernel": (3, 2), "pad": (1, 0), "num_group": 2, "shape": (4, 1, 3, 2)},
        ),
    ),
)
def _convolution_weight(
    data: Array,
    grad: Array,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_group: int = 1,
    layout: str | None = None,
    shape: Shape,
) -> Result:
    """The gradient of a convolution by its weights, of *shape*, from images and its result's."""
    op = "_convolution_weight"
    steps = _steps(op, kernel, stride, dilate, pad, num_group, layout)
    image = check_images(op, data, len(steps.kernel), steps.last)
    y = check_images(op, grad, len(steps.kernel), steps.last)
    w = channels_first(shape, steps.last)
    dtype, compute = _dtypes(op, data, grad)
    form = _form(image, y, w, steps)
    loaded = _loaded(data, compute, steps.last), _loaded(grad, compute, steps.last)
    return _stored(convolution.weights(*loaded, form), w, dtype, steps.last)


# --- deconvolution --------------------------------------------------------------------------------


def _enlarged(
    op: str, lengths_: Shape, steps: _Steps, adj: Sequence[int], target: Sequence[int]
) -> tuple[Shape, Shape]:
    """Lengths of the images that a deconvolution makes, and the padding that it uses."""
    ndim = len(lengths_)
    covered = spread(steps.kernel, steps.dilate)
    full = [s * (n - 1) + c for n, s, c in zip(lengths_, steps.stride, covered, strict=True)]
    wanted = lengths(op, "target_shape", target, ndim, 0, 0)
    more = lengths(op, "adj", adj, ndim, 0, 0)
    sizes, pads = [], []
    for n, size, pad, extra, step in zip(full, wanted, steps.pad, more, steps.stride, strict=True):
        if any(wanted):
            if size > n:
                raise MXNetError(
                    f"Operator {op}: too big target shape: {size}, expected {n} at most"
                )
            pad = (n - size + 1) // 2
        else:
            if extra >= step:
                raise MXNetError(f"Operator {op}: adj={extra} must be smaller than stride={step}")
            size = n - 2 * pad + extra
        sizes.append(size)
        pads.append(pad)
    if min(sizes) < 1:
        raise MXNetError(f"Operator {op}: pad={steps.pad} leaves nothing of the result")
    return tuple(sizes), tuple(pads)


def _deconvolution_vjp(
    g: Array,
    data: Array,
    weight: Array,
    bias_dtype: DType,
    needs: Needs,
    kernel: Sequence[int],
    stride: Sequence[int],
    dilate: Sequence[int],
    pad: Sequence[int],
    adj: Sequence[int],
    target_shape: Sequence[int],
    num_group: int,
    layout: str | None,
) -> Gradients:
    steps = _steps("Deconvolution", kernel, stride, dilate, pad, num_group, layout)
    places = channels_first(data.shape, steps.last)[2:]
    _, used = _enlarged("Deconvolution", places, steps, adj, target_shape)
    gradients = _data_vjp(g, data, weight, needs, kernel, stride, dilate, used, num_group, layout)
    if len(needs) == 2:
        return gradients
    return (*gradients, _bias_gradient(g, bias_dtype, needs, layout))


@operator(
    "Deconvolution",
    takes=inference.bias,
    infer=inference.deconvolution,
    vjp=_deconvolution_vjp,
    linear=("data bias", "weight bias"),
    samples=(
        Sample(
            ((2, 3, 3), (3, 2, 2)),
            {"kernel": (2,), "stride": (2,), "num_filter": 2},
        ),
        Sample(
            ((1, 4, 3, 2), (4, 1, 3, 2), (2,)),
            {
                "kernel": (3, 2),
                "stride": (2, 2),
                "pad": (1, 0),
                "adj": (1, 0),
                "num_filter": 2,
                "num_group": 2,
                "no_bias": False,
            },
        ),
        Sample(
            ((1, 2, 2, 2), (2, 3, 3, 2)),
            {
                "kernel": (3, 3),
                "stride": (2, 2),
                "target_shape": (4, 4),
                "num_filter": 2,
                "layout": "NHWC",
            },
        ),
    ),
)
def _deconvolution(
    data: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    adj: Sequence[int] = (),
    target_shape: Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    workspace: int = 512,
    no_bias: bool = True,
    cudnn_tune: str | None = None,
    cudnn_off: bool = False,
    layout: str | None = None,
) -> Result:
    """The adjoint of a convolution: each element adds a window of weights to the image.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, \\*lengths).
    weight : NDArray
        Of shape (channels, num_filter / num_group, \\*kernel).
    bias : NDArray
        Of shape (num_filter,).
    kernel, stride, dilate, pad : tuple of int
        As for `Convolution`; pad is cut off the result.
    adj : tuple of int
        How many elements to add behind each axis of the result, less than *stride* (0).
    target_shape : tuple of int
        Lengths of the result, from which pad and adj follow.
    num_filter : int
        Channels of the result.
    num_group : int
        Groups of channels, each of which has filters of its own.
    no_bias : bool
        Whether to leave out the bias.
    layout : str
        As for `Convolution`.
    workspace, cudnn_tune, cudnn_off
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "Deconvolution"
    steps = _steps(op, kernel, stride, dilate, pad, num_group, layout)
    filters = positive(op, "num_filter", num_filter)
    given = check_images(op, data, len(steps.kernel), steps.last)
    divided(op, "the channels of data", given[1], steps.groups)
    expected = (given[1], divided(op, "num_filter", filters, steps.groups), *steps.kernel)
    check_shape(op, "weight", weight, channels_where(expected, steps.last))
    _check_bias(op, bias, no_bias, filters)
    sizes, pads = _enlarged(op, given[2:], steps, adj, target_shape)
    shape = (given[0], filters, *sizes)
    form = _form(shape, given, expected, steps._replace(pad=pads))
    dtype, compute = _dtypes(op, data, weight, bias)
    y, w = _loaded(data, compute, steps.last), _loaded(weight, compute, steps.last)
    b = None if bias is None else _loaded(bias, compute, last=False)
    return _stored(convolution.adjoint(y, w, b, form), shape, dtype, steps.last)
