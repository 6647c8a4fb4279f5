"""Images at computed positions: bilinear samples, grids of positions, deformable convolutions.

Samples and their adjoint are the two operators that all else is made of.  The derivative of a
sample by a coordinate is a sample by other weights, so there are derivatives of any order.

References
----------
Jaderberg et al. 2015, "Spatial Transformer Networks".
Dai et al. 2017, "Deformable Convolutional Networks"; Zhu et al. 2019, "Deformable ConvNets v2".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import MXNetError, Shape, is_floating
from ...kernels import front
from ...kernels.spec.indexed import RAW
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import choice, integer, integers, positive
from ..composite import composite
from ..declare import operator
from ..parts import narrowed, widened
from ..products import as_dtype_of, check_shape, show
from ..table import ZERO, F, Gradients, Needs, Result, Sample
from ..windows import check_planes, lengths, places_of, spread

# --- samples and their adjoint --------------------------------------------------------------------

_Slope = tuple[bool, bool]
"""Which coordinates a sample is the derivative by."""


def _coordinate_gradients(
    product: Array,
    data: Array,
    image: Array,
    rows: Array,
    columns: Array,
    needs: Needs,
    slope: _Slope,
) -> list[Array | None]:
    """Gradients by positions of the sum of *product* times samples of *data*."""
    found: list[Array | None] = []
    for axis, (coordinate, need) in enumerate(zip((rows, columns), needs, strict=True)):
        if not need:
            found.append(None)
        elif slope[axis]:  # a derivative is constant between the kinks
            found.append(F.zeros_like(coordinate))
        else:
            more = (True, slope[1]) if axis == 0 else (slope[0], True)
            along = F._samples(data, image, rows, columns, slope=more)
            found.append(as_dtype_of(F.sum(product * along, axis=1), coordinate.dtype))
    return found


def _samples_vjp(
    g: Array, data: Array, image: Array, rows: Array, columns: Array, needs: Needs, slope: _Slope
) -> Gradients:
    d_data = None
    if needs[0]:
        d_data = F._spread_samples(g, image, rows, columns, shape=data.shape, slope=slope)
        d_data = as_dtype_of(d_data, data.dtype)
    return d_data, None, *_coordinate_gradients(g, data, image, rows, columns, needs[2:], slope)


_IMAGE = np.array([1.0, 0.0])
_AT = np.array([[-0.6, 0.3, 1.7], [2.4, -3.0, 0.45]])


@operator(
    "_samples",
    linear=("data",),
    vjp=_samples_vjp,
    samples=(
        Sample(((2, 2, 3, 2), _IMAGE, _AT, _AT[::-1])),
        Sample(((2, 2, 3, 2), _IMAGE, _AT, _AT[::-1]), {"slope": (True, False)}),
    ),
)
def _samples(
    data: Array, image: Array, rows: Array, columns: Array, *, slope: _Slope = (False, False)
) -> Result:
    """Bilinear samples (R, channels, K) of images at positions (R, K), of which r is in image[r].

    What is outside of an image is 0, and so are all samples of an image that is not there.  With
    *slope* they are derivatives by one position or by both.
    """
    _, *planes = _shape_of_images("_samples", data._shape)
    which, ys, xs, values = _loaded("_samples", image, rows, columns, data)
    shape = (image._shape[0], planes[0], rows._shape[1])
    result = empty(math.prod(shape), values.dtype)
    front.sample(values, which, ys, xs, result, (planes[0], planes[1], planes[2]), _checked(slope))
    return narrowed(result, data._data.dtype), shape


def _spread_samples_vjp(
    g: Array, data: Array, image: Array, rows: Array, columns: Array, needs: Needs, slope: _Slope
) -> Gradients:
    d_data = None
    if needs[0]:
        d_data = as_dtype_of(F._samples(g, image, rows, columns, slope=slope), data.dtype)
    return d_data, None, *_coordinate_gradients(data, g, image, rows, columns, needs[2:], slope)


@operator(
    "_spread_samples",
    linear=("data",),
    vjp=_spread_samples_vjp,
    samples=(Sample(((2, 2, 3), _IMAGE, _AT, _AT[::-1]), {"shape": (2, 2, 3, 2)}),),
)
def _spread_samples(
    data: Array,
    image: Array,
    rows: Array,
    columns: Array,
    *,
    shape: Sequence[int],
    slope: _Slope = (False, False),
) -> Result:
    """The adjoint of `_samples`: images of *shape* to which the elements of samples are added."""
    op = "_spread_samples"
    _, *planes = size = _shape_of_images(op, integers(op, "shape", shape))
    which, ys, xs, values = _loaded(op, image, rows, columns, data)
    expected = (image._shape[0], planes[0], rows._shape[1])
    if data._shape != expected:
        raise MXNetError(
            f"Operator {op}: argument data has shape {show(data._shape)}, expected {show(expected)}"
        )
    result = empty(math.prod(size), values.dtype)
    to = (planes[0], planes[1], planes[2])
    front.spread_samples(values, which, ys, xs, result, to, _checked(slope))
    return narrowed(result, data._data.dtype), size


def _checked(slope: Sequence[object]) -> _Slope:
    down, across = slope
    return bool(down), bool(across)


def _shape_of_images(op: str, shape: Shape) -> Shape:
    if len(shape) != 4 or min(shape) < 0:
        raise MXNetError(
            f"Operator {op}: images have shape {show(shape)}, expected (batch, channels, height, "
            "width)"
        )
    return shape


def _loaded(
    op: str, image: Array, rows: Array, columns: Array, data: Array
) -> tuple[Buffer, Buffer, Buffer, Buffer]:
    """What kernels take: numbers of images, positions and elements."""
    if len(rows._shape) != 2 or rows._shape != columns._shape or image._shape != rows._shape[:1]:
        raise MXNetError(
            f"Operator {op}: image, rows and columns have shapes {show(image._shape)}, "
            f"{show(rows._shape)} and {show(columns._shape)}, expected (R,), (R, K) and (R, K)"
        )
    values = widened(data._data)
    if not is_floating(values.dtype):
        raise MXNetError(f"Operator {op}: argument data has dtype {values.dtype}, expected a float")
    ys, xs = (
        z._data if z._data.dtype == values.dtype else front.cast(z._data, values.dtype)
        for z in (rows, columns)
    )
    return front.positions(image._data, 0, RAW), ys, xs, values


@operator(
    "_grid",
    gradient=ZERO,
    samples=(Sample(((2,),), {"shape": (2, 3), "steps": (2.0, -0.5), "start": 1.0}),),
)
def _grid(
    data: Array, *, shape: Sequence[int], steps: Sequence[float], start: float = 0.0
) -> Result:
    """Numbers of the dtype of *data*: *start*, and one of *steps* more along each axis."""
    op = "_grid"
    lengths = integers(op, "shape", shape)
    if len(steps) != len(lengths) or min(lengths, default=0) < 0:
        raise MXNetError(f"Operator {op}: shape={lengths} and steps={steps} do not fit each other")
    y = np.full(lengths, float(start))
    for axis, step in enumerate(steps):
        along = np.arange(lengths[axis]) * float(step)
        y += along.reshape(-1, *[1] * (len(lengths) - axis - 1))
    return y.ravel().astype(data._data.dtype), lengths


# --- spatial transformers -------------------------------------------------------------------------


def _in_pixels(part: Array, n: int) -> Array:
    """Positions from -1 to 1 as positions from 0 to n - 1."""
    return (part + 1.0) * ((n - 1) / 2)


@composite(
    "BilinearSampler",
    samples=(
        Sample(((1, 2, 3, 2), np.linspace(-1.2, 1.3, 12).reshape(1, 2, 2, 3))),
        Sample(((2, 1, 2, 3), np.linspace(-0.9, 0.93, 8).reshape(2, 2, 2, 1))),
    ),
)
def _bilinear_sampler(data: Array, grid: Array, *, cudnn_off: bool | None = None) -> Array:
    """Bilinear samples of images at the positions of a grid; what is outside of an image is 0.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    grid : NDArray
        Of shape (batch, 2, rows, columns): x, then y, from -1 at the first element to 1 at the
        last.
    cudnn_off
        Ignored.

    Returns
    -------
    NDArray
        Of shape (batch, channels, rows, columns).

    Raises
    ------
    MXNetError
        If a shape does not fit.
    """
    op = "BilinearSampler"
    images, channels, height, width = check_planes(op, "data", data)
    if len(grid._shape) != 4 or grid._shape[:2] != (images, 2):
        raise MXNetError(
            f"Operator {op}: argument grid has shape {show(grid._shape)}, expected ({images}, 2, "
            "rows, columns)"
        )
    places, count = grid._shape[2:], math.prod(grid._shape[2:])
    x, y = (
        F._reshaped(F.slice_axis(grid, axis=1, begin=i, end=i + 1), shape=(images, count))
        for i in (0, 1)
    )
    found = F._samples(
        data,
        F._grid(data, shape=(images,), steps=(1,)),
        _in_pixels(y, height),
        _in_pixels(x, width),
    )
    return F._reshaped(found, shape=(images, channels, *places))


def _target(op: str, target_shape: object) -> Shape:
    size = integers(op, "target_shape", target_shape)
    if len(size) != 2 or min(size) < 1:
        raise MXNetError(f"Operator {op}: target_shape={size}, expected two numbers, 1 or more")
    return size


def _affine_grid(op: str, name: str, data: Array, size: Shape) -> Array:
    """The positions in images to which those of a result of *size* go by matrices (batch, 6)."""
    if len(data._shape) != 2 or data._shape[1] != 6:
        raise MXNetError(
            f"Operator {op}: argument {name} has shape {show(data._shape)}, expected (batch, 6)"
        )
    if not is_floating(data._data.dtype):
        raise MXNetError(
            f"Operator {op}: argument {name} has dtype {data._data.dtype}, expected a float"
        )
    # That of the only row or column is not a number, as in MXNet.
    down, across = (2 / (n - 1) if n > 1 else math.nan for n in size)
    y = F._grid(data, shape=size, steps=(down, 0), start=-1)
    x = F._grid(data, shape=size, steps=(0, across), start=-1)
    here = F._reshaped(F.stack(x, y, F.ones_like(x)), shape=(3, math.prod(size)))
    rows = F._reshaped(data, shape=(data._shape[0] * 2, 3))
    return F._reshaped(F.dot(rows, here), shape=(data._shape[0], 2, *size))


@composite(
    "GridGenerator",
    samples=(
        Sample(((2, 6),), {"transform_type": "affine", "target_shape": (2, 3)}),
        Sample(((1, 2, 2, 3),), {"transform_type": "warp"}),
    ),
)
def _grid_generator(
    data: Array, *, transform_type: str, target_shape: Sequence[int] = (0, 0)
) -> Array:
    """Grids of positions for `BilinearSampler`, by affine maps or by a flow.

    Parameters
    ----------
    data : NDArray
        With ``transform_type='affine'`` matrices (2, 3) as rows (batch, 6), by which (x, y, 1) of
        a result is mapped to x and y in an image, both from -1 to 1; with ``'warp'`` a flow
        (batch, 2, height, width), which is added to x and y, counted in elements.
    transform_type : {'affine', 'warp'}
    target_shape : tuple of int
        Height and width of the result, for affine maps.

    Returns
    -------
    NDArray
        Of shape (batch, 2, height, width).

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "GridGenerator"
    choice(op, "transform_type", transform_type, ("affine", "warp"))
    if transform_type == "affine":
        return _affine_grid(op, "data", data, _target(op, target_shape))
    _, pair, height, width = check_planes(op, "data", data)
    if pair != 2:
        raise MXNetError(
            f"Operator {op}: argument data has shape {show(data._shape)}, expected (batch, 2, "
            "height, width)"
        )
    steps = ((0, 1), width), ((1, 0), height)
    parts = []
    for axis, (along, n) in enumerate(steps):
        part = F.slice_axis(data, axis=1, begin=axis, end=axis + 1)
        here = F._grid(data, shape=(1, 1, height, width), steps=(0, 0, *along))
        parts.append(F.broadcast_div(F.broadcast_add(part, here), (n - 1) / 2) - 1.0)
    return F.concat(*parts, dim=1)


@composite(
    "SpatialTransformer",
    infer=lambda data: {"loc": (inference.length(data, 0), 6)},
    samples=(
        Sample(
            ((1, 2, 3, 2), [[0.5, 0.1, 0.2, -0.3, 0.8, 0.1]]),
            {"target_shape": (2, 3), "transform_type": "affine", "sampler_type": "bilinear"},
        ),
    ),
)
def _spatial_transformer(
    data: Array,
    loc: Array,
    *,
    target_shape: Sequence[int] = (0, 0),
    transform_type: str,
    sampler_type: str,
    cudnn_off: bool | None = None,
) -> Array:
    """Bilinear samples of images at the positions that affine maps give; 0 outside of an image.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    loc : NDArray
        Matrices (2, 3) as rows (batch, 6), as for `GridGenerator`.
    target_shape : tuple of int
        Height and width of the result.
    transform_type : {'affine'}
    sampler_type : {'bilinear'}
    cudnn_off
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "SpatialTransformer"
    choice(op, "transform_type", transform_type, ("affine",))
    choice(op, "sampler_type", sampler_type, ("bilinear",))
    images = check_planes(op, "data", data)[0]
    grid = _affine_grid(op, "loc", loc, _target(op, target_shape))
    if loc._shape[0] != images:
        raise MXNetError(
            f"Operator {op}: argument loc has shape {show(loc._shape)}, expected ({images}, 6)"
        )
    return F.BilinearSampler(data, grid)


# --- deformable convolutions ----------------------------------------------------------------------


def _inside(position: Array, n: int) -> Array:
    """Positions in [0, n), not beyond the last element; others are outside of any image."""
    outside, last = F.zeros_like(position) - 2.0, F.zeros_like(position) + float(n - 1)
    held = F.where(F.broadcast_lesser(position, float(n - 1)), position, last)
    held = F.where(F.broadcast_lesser(position, float(n)), held, outside)
    return F.where(F.broadcast_lesser(position, 0.0), outside, held)


def _near(position: Array, n: int) -> Array:
    """Positions above -1; others are outside of any image."""
    return F.where(F.broadcast_greater(position, -1.0), position, F.zeros_like(position) - 2.0)


def _deformed(
    op: str,
    arrays: tuple[Array, Array, Array | None, Array, Array | None],
    steps: tuple[object, object, object, object],
    num_filter: object,
    num_group: object,
    num_deformable_group: object,
    no_bias: object,
) -> Array:
    """A convolution of samples: those are the rows of the matrix of windows.

    *arrays* are data, offsets, factors of the samples, weights and bias.
    """
    data, offset, mask, weight, bias = arrays
    images, channels, height, width = check_planes(op, "data", data)
    kernel, stride, dilate, pad = (
        lengths(op, name, value, 2, default, least)
        for name, value, default, least in zip(
            ("kernel", "stride", "dilate", "pad"), steps, (None, 1, 1, 0), (1, 1, 1, 0), strict=True
        )
    )
    filters = positive(op, "num_filter", num_filter)
    groups = integer(op, "num_group", num_group)
    parts = integer(op, "num_deformable_group", num_deformable_group)
    if parts < 1 or channels % parts or groups < 1 or channels % groups:
        raise MXNetError(
            f"Operator {op}: num_group={groups} and num_deformable_group={parts} must divide the "
            f"channels of data, {channels}"
        )
    places = places_of(op, (height, width), spread(kernel, dilate), stride, pad)
    taps = math.prod(kernel)
    for name, x, each in (("offset", offset, 2), ("mask", mask, 1)):
        if x is not None:
            check_shape(op, name, x, (images, parts * taps * each, *places))
    check_shape(op, "weight", weight, (filters, channels // groups, *kernel))
    moved = F._reshaped(offset, shape=(images * parts, taps, 2, *places))
    held = _inside if mask is None else _near
    positions = []
    for axis, n in enumerate((height, width)):
        along: list[int] = [0] * 4
        along[axis], along[axis + 2] = dilate[axis], stride[axis]
        here = F._grid(offset, shape=(*kernel, *places), steps=along, start=-pad[axis])
        by = F.slice_axis(moved, axis=2, begin=axis, end=axis + 1)
        at = F.broadcast_add(by, F._reshaped(here, shape=(1, taps, 1, *places)))
        flat = images * parts, taps * math.prod(places)
        positions.append(F._reshaped(held(at, n), shape=flat))
    own = F._reshaped(data, shape=(images * parts, channels // parts, height, width))
    which = F._grid(data, shape=(images * parts,), steps=(1,))
    matrix = F._samples(own, which, *positions)
    if mask is not None:
        factors = F._reshaped(mask, shape=(images * parts, 1, taps * math.prod(places)))
        matrix = F.broadcast_mul(matrix, factors)
    matrix = F._reshaped(matrix, shape=(images, channels * taps, *places))
    rows = F._reshaped(weight, shape=(filters, channels // groups * taps, 1, 1))
    given = (matrix, rows) if no_bias or bias is None else (matrix, rows, bias)
    if bias is None and not no_bias:
        raise MXNetError(f"Operator {op}: argument bias is missing and no_bias is False")
    facts = {"kernel": (1, 1), "num_filter": filters, "num_group": groups}
    return F.Convolution(*given, no_bias=len(given) == 2, **facts)


_OFFSETS = np.linspace(-0.7, 0.93, 32).reshape(1, 8, 2, 2)


@composite(
    "_contrib_DeformableConvolution",
    takes=inference.bias,
    infer=inference.deformable,
    samples=(
        Sample(
            ((1, 2, 3, 3), _OFFSETS, (2, 1, 2, 2), (2,)),
            {"kernel": (2, 2), "num_filter": 2, "num_group": 2},
        ),
    ),
)
def _deformable_convolution(
    data: Array,
    offset: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    layout: str | None = None,
) -> Array:
    """A convolution of two axes whose window's elements are moved by offsets, place by place.

    An element between others is interpolated; beyond the last row or column it is as on it, up to
    a distance of 1, and else 0.

    Parameters
    ----------
    data, weight, bias : NDArray
        As for `Convolution`.
    offset : NDArray
        Of shape (batch, num_deformable_group * taps * 2, rows, columns): for each element of the
        window how far it is moved down, then across.
    num_deformable_group : int
        Groups of channels, each of which has offsets of its own.
    kernel, stride, dilate, pad, num_filter, num_group, no_bias
        As for `Convolution`.
    layout : str
        'NCHW'.
    workspace
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "DeformableConvolution"
    choice(op, "layout", layout or "NCHW", ("NCHW",))
    given, steps = (data, offset, None, weight, bias), (kernel, stride, dilate, pad)
    return _deformed(op, given, steps, num_filter, num_group, num_deformable_group, no_bias)


@composite(
    "_contrib_ModulatedDeformableConvolution",
    takes=inference.bias,
    infer=inference.deformable,
    samples=(
        Sample(
            ((1, 2, 3, 3), _OFFSETS, (1, 4, 2, 2), (1, 2, 2, 2)),
            {"kernel": (2, 2), "num_filter": 1, "no_bias": True},
        ),
    ),
)
def _modulated_deformable_convolution(
    data: Array,
    offset: Array,
    mask: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
    num_filter: int,
    num_group: int = 1,
    num_deformable_group: int = 1,
    workspace: int = 1024,
    no_bias: bool = False,
    im2col_step: int = 64,
    layout: str | None = None,
) -> Array:
    """A convolution whose window's elements are moved by offsets and multiplied by a mask.

    An element between others is interpolated, where what is outside of the image is 0.

    Parameters
    ----------
    data, weight, bias : NDArray
        As for `Convolution`.
    offset, num_deformable_group
        As for `contrib.DeformableConvolution`.
    mask : NDArray
        Of shape (batch, num_deformable_group * taps, rows, columns).
    kernel, stride, dilate, pad, num_filter, num_group, no_bias
        As for `Convolution`.
    layout : str
        'NCHW'.
    workspace, im2col_step
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "ModulatedDeformableConvolution"
    choice(op, "layout", layout or "NCHW", ("NCHW",))
    given, steps = (data, offset, mask, weight, bias), (kernel, stride, dilate, pad)
    return _deformed(op, given, steps, num_filter, num_group, num_deformable_group, no_bias)
