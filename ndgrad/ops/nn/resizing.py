"""Images of other sizes: bilinear interpolation, repetition of elements, means over parts, crops.

All but crops are linear along each axis with weights, so one operator, which is closed under
derivatives, does for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.resampling import ALIGNED, CENTERED, MEAN, METHODS, NEAREST, taps
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import choice, flag, integer, integers, number, positive
from ..composite import composite
from ..declare import operator
from ..parts import narrowed, widened
from ..products import show
from ..table import F, Gradients, Needs, Result, Sample
from ..windows import check_planes

# --- resampling -----------------------------------------------------------------------------------


def _resample_vjp(
    g: Array, needs: Needs, method: str, adjoint: bool, data_shape: Shape
) -> Gradients:
    d_data = F._resample(g, method=method, size=data_shape[2:], adjoint=not adjoint)
    return (d_data, None)[: len(needs)]


@operator(
    "_resample",
    linear=("data",),
    vjp=_resample_vjp,
    samples=(
        Sample(((1, 2, 3, 4),), {"method": ALIGNED, "size": (5, 3)}),
        Sample(((1, 2, 3, 2),), {"method": MEAN, "size": (4, 5), "adjoint": True}),
    ),
)
def _resample(
    data: Array,
    like: Array | None = None,
    *,
    method: str,
    size: Sequence[int],
    adjoint: bool = False,
) -> Result:
    """Images of another *size* by a method of `kernels.spec.resampling`, or the adjoint of that.

    The gradient of *like*, which may have given the size, is 0.
    """
    op = "_resample"
    images, channels, *image = check_planes(op, "data", data)
    choice(op, "method", method, METHODS)
    height, width = integers(op, "size", size)
    shape = images, channels, height, width
    if min(shape) < 0 or (0 in image and 0 not in shape):
        raise MXNetError(
            f"Operator {op}: size={show((height, width))} cannot be made of data with shape "
            f"{show(data._shape)}"
        )
    x = widened(data._data)
    y = empty(math.prod(shape), x.dtype)
    if y.size:
        rows, columns = (
            taps(method, places, n, True, x.dtype.name)
            if adjoint
            else taps(method, n, places, False, x.dtype.name)
            for n, places in zip(image, (height, width), strict=True)
        )
        front.resample(x, y, rows, columns, tuple(image), (height, width))
    return narrowed(y, data._data.dtype), shape


# --- bilinear interpolation -----------------------------------------------------------------------

_MODES = {
    "to_even_down": lambda n: n - n % 2,
    "to_even_up": lambda n: n + n % 2,
    "to_odd_down": lambda n: n - (1 - n % 2),
    "to_odd_up": lambda n: n + (1 - n % 2),
}
"""Lengths of results by those of images, where these say it all."""


def _scaled(n: int, scale: object, name: str) -> int:
    """A length times a scale, in the arithmetic of float32, rounded down."""
    factor = np.float32(number("BilinearResize2D", name, scale))
    scaled = np.float32(n) * factor
    if not 0 <= scaled < 2**31:
        raise MXNetError(f"Operator BilinearResize2D: {name}={scale} does not fit a length of {n}")
    return int(scaled)


def _oddly_scaled(n: int, scale: object, name: str) -> int:
    return _scaled(n, scale, name) if n % 2 == 0 else _scaled(n - 1, scale, name) + 1


@composite(
    "_contrib_BilinearResize2D",
    takes=lambda params: ["like"] if params["mode"] == "like" else [],
    samples=(
        Sample(((1, 2, 3, 4),), {"height": 5, "width": 3}),
        Sample(((1, 2, 3, 2), (1, 1, 2, 3)), {"mode": "like", "align_corners": False}),
    ),
)
def _bilinear_resize(
    data: Array,
    like: Array | None = None,
    *,
    height: int = 1,
    width: int = 1,
    scale_height: float | None = None,
    scale_width: float | None = None,
    mode: str = "size",
    align_corners: bool = True,
) -> Array:
    """Images of another size by bilinear interpolation.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    like : NDArray
        With ``mode='like'``, an array whose last two axes have the lengths of the result; it has
        no gradient.
    height, width : int
        Lengths of the result, unless a scale or a mode says them.
    scale_height, scale_width : float
        What to multiply the images' lengths by; both or none.
    mode : {'size', 'like', 'odd_scale', 'to_even_down', 'to_even_up', 'to_odd_down', 'to_odd_up'}
        Where the lengths come from: height and width or the scales; *like*; the scales, with 1
        added to the scaled length below it where a length is odd; or the nearest even or odd
        numbers from the images' lengths down or up.
    align_corners : bool
        Whether the corners' centers stay where they are, or the edges of the images do.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "BilinearResize2D"
    image = check_planes(op, "data", data)[2:]
    choice(op, "mode", mode, ("size", "like", "odd_scale", *_MODES))
    if (like is not None) != (mode == "like"):
        found = "missing" if like is None else "given"
        raise MXNetError(f"Operator {op}: argument like is {found} with mode={mode!r}")
    scales = {"scale_height": scale_height, "scale_width": scale_width}
    named = [name for name, value in scales.items() if value is not None]
    size: tuple[int, ...]
    if like is not None:
        if len(like._shape) != 4:
            raise MXNetError(
                f"Operator {op}: argument like has shape {show(like._shape)}, expected 4 axes"
            )
        size = like._shape[2:]
    elif mode in _MODES:
        size = tuple(_MODES[mode](n) for n in image)
    elif mode == "odd_scale" or named:
        if len(named) < 2:
            raise MXNetError(f"Operator {op}: scale_height and scale_width are needed, got {named}")
        by = _oddly_scaled if mode == "odd_scale" else _scaled
        size = tuple(by(n, scales[name], name) for n, name in zip(image, scales, strict=True))
    else:
        size = integer(op, "height", height), integer(op, "width", width)
        if min(size) < 1:
            raise MXNetError(f"Operator {op}: height and width are {size}, expected 1 or more")
    method = ALIGNED if flag(op, "align_corners", align_corners) else CENTERED
    given = (data,) if like is None else (data, like)
    return F._resample(*given, method=method, size=size)


# --- means over parts -----------------------------------------------------------------------------


@composite(
    "_contrib_AdaptiveAvgPooling2D",
    samples=(Sample(((1, 2, 5, 4),), {"output_size": (2, 3)}), Sample(((1, 2, 3, 2),))),
)
def _adaptive_avg_pooling(data: Array, *, output_size: int | Sequence[int] | None = None) -> Array:
    """Means over parts of images, as many as the result has elements.

    ``y[n, c, i, j]`` is the mean over the rows from ``i * height // rows`` up to, not including,
    ``ceil((i + 1) * height / rows)``, and over columns likewise.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    output_size : int or tuple of int
        Rows and columns of the result: one number for both; by default 1.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "AdaptiveAvgPooling2D"
    check_planes(op, "data", data)
    given = () if output_size is None else integers(op, "output_size", output_size)
    if given and min(given) < 0:
        raise MXNetError(f"Operator {op}: output_size={given}, expected no negative number")
    size = {1: given * 2, 2: given}.get(len(given), (1, 1))
    return F._resample(data, method=MEAN, size=size)


# --- enlargement by a whole number ----------------------------------------------------------------


@composite(
    "UpSampling",
    takes=lambda params: ["weight"] if params["sample_type"] == "bilinear" else [],
    infer=inference.upsampling,
    samples=(
        Sample(((1, 2, 2, 3), (1, 1, 4, 6)), {"scale": 2, "sample_type": "nearest"}),
        Sample(
            ((1, 2, 2, 2), (2, 1, 4, 4)), {"scale": 2, "sample_type": "bilinear", "num_filter": 2}
        ),
    ),
)
def _upsampling(
    *data: Array,
    scale: int,
    num_filter: int = 0,
    sample_type: str,
    multi_input_mode: str = "concat",
    workspace: int = 512,
) -> Array:
    """Images enlarged by a whole number, with elements repeated or by a deconvolution.

    Parameters
    ----------
    *data : NDArray
        With ``sample_type='nearest'``, images of shape (batch, channels, height, width), all of
        which are enlarged to the size that the first ones get; with ``'bilinear'`` images, and
        weights of shape (channels, 1, k, k) with ``k = 2 * scale - scale % 2``.
    scale : int
        How much larger the result is than the first images.
    num_filter : int
        The channels of the images, with ``'bilinear'``.
    sample_type : {'nearest', 'bilinear'}
    multi_input_mode : {'concat', 'sum'}
        Whether several images' channels are joined or added.
    workspace
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "UpSampling"
    times = positive(op, "scale", scale)
    choice(op, "sample_type", sample_type, ("nearest", "bilinear"))
    choice(op, "multi_input_mode", multi_input_mode, ("concat", "sum"))
    if sample_type == "bilinear":
        return _deconvolved(data, times, integer(op, "num_filter", num_filter))
    shapes = [check_planes(op, f"data{i}", x) for i, x in enumerate(data)]
    size = shapes[0][2] * times, shapes[0][3] * times
    for i, shape in enumerate(shapes):
        if any(m % n if n else m for m, n in zip(size, shape[2:], strict=True)):
            raise MXNetError(
                f"Operator {op}: argument data{i} has shape {show(shape)}, whose height and width "
                f"do not divide those of the result, {show(size)}"
            )
        same = 2 if multi_input_mode == "sum" else 1
        if shape[:same] != shapes[0][:same]:
            raise MXNetError(
                f"Operator {op}: argument data{i} has shape {show(shape)}, which does not go with "
                f"{show(shapes[0])} for multi_input_mode={multi_input_mode!r}"
            )
    parts = [F._resample(x, method=NEAREST, size=size) for x in data]
    if len(parts) == 1:
        return parts[0]
    return F.add_n(*parts) if multi_input_mode == "sum" else F.concat(*parts, dim=1)


def _deconvolved(data: Sequence[Array], scale: int, filters: int) -> Array:
    """Channel by channel, with a window that covers the neighbours of each element."""
    op = "UpSampling"
    if len(data) != 2:
        raise MXNetError(
            f"Operator {op}: sample_type='bilinear' takes images and weights, got {len(data)} "
            "arrays"
        )
    channels = check_planes(op, "data0", data[0])[1]
    if filters != channels:
        raise MXNetError(f"Operator {op}: num_filter={filters}, expected {channels} as in data0")
    kernel = 2 * scale - scale % 2
    return F.Deconvolution(
        *data,
        kernel=(kernel, kernel),
        stride=(scale, scale),
        pad=(scale // 2, scale // 2),
        num_filter=filters,
        num_group=filters,
    )


# --- crops ----------------------------------------------------------------------------------------


@composite(
    "Crop",
    samples=(
        Sample(((1, 2, 3, 4), (1, 1, 2, 2)), {"center_crop": True}),
        Sample(((1, 2, 3, 4),), {"h_w": (2, 3), "offset": (1, 0)}),
    ),
)
def _crop(
    *data: Array,
    offset: Sequence[int] = (0, 0),
    h_w: Sequence[int] = (0, 0),
    center_crop: bool = False,
) -> Array:
    """A part of images, of the size that is given or that other images have.

    Parameters
    ----------
    *data : NDArray
        Images of shape (batch, channels, height, width), and maybe an array whose last two axes
        have the lengths of the result; it has no gradient.
    offset : tuple of int
        The first row and column, unless the crop is in the center.
    h_w : tuple of int
        Height and width of the result, if there is one array.
    center_crop : bool

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "Crop"
    image = check_planes(op, "data0", data[0])[2:]
    if len(data) > 2:
        raise MXNetError(f"Operator {op}: got {len(data)} arrays, expected one or two")
    size = check_planes(op, "data1", data[1])[2:] if len(data) == 2 else integers(op, "h_w", h_w)
    if len(size) != 2 or min(size) < 1:
        raise MXNetError(f"Operator {op}: h_w={size}, expected two numbers, 1 or more")
    begin = integers(op, "offset", offset)
    if flag(op, "center_crop", center_crop):
        begin = tuple((n - m) // 2 for n, m in zip(image, size, strict=True))
    if len(begin) != 2 or any(
        b < 0 or b + m > n for b, m, n in zip(begin, size, image, strict=True)
    ):
        raise MXNetError(
            f"Operator {op}: h_w={size} and offset={begin} do not fit images of {show(image)}"
        )
    y = data[0]
    for axis, (first, length) in enumerate(zip(begin, size, strict=True)):
        end = first + length if len(data) == 1 else None
        y = F.slice_axis(y, axis=axis + 2, begin=first, end=end)
    return y if len(data) == 1 else F.slice_like(y, data[1], axes=(2, 3))
