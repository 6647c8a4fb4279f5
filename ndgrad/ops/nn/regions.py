"""Pooling of regions of images: means over grids of samples, and greatest elements.

A region is a row of numbers (see `kernels.cpu.regions`), which operators of the table make of
boxes.  Boxes have no gradient, as in MXNet.

References
----------
Girshick 2015, "Fast R-CNN"; Dai et al. 2016, "R-FCN"; He et al. 2017, "Mask R-CNN".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...base import HostArray, MXNetError, Shape, wide_dtype
from ...kernels import front
from ...kernels.spec.indexed import RAW
from ...kernels.spec.layout import constant
from ...kernels.spec.regions import NUMBERS
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import flag, integer, integers, number
from ..composite import composite
from ..declare import operator
from ..parts import cast_to, narrowed, widened
from ..products import show
from ..table import F, Gradients, Result, Sample
from ..windows import check_planes

# --- means and greatest elements of regions -------------------------------------------------------


def _checked(op: str, image: Array, regions: Array) -> None:
    shape = regions._shape
    if len(shape) != 3 or shape[2] != NUMBERS or image._shape != shape[:1]:
        raise MXNetError(
            f"Operator {op}: image and regions have shapes {show(image._shape)} and {show(shape)}, "
            f"expected (R,) and (R, P, {NUMBERS})"
        )


def _channels(
    op: str, channels: int, stride: int, offsets: Sequence[int], places: int
) -> HostArray:
    """Which of every *stride* channels each place is of, checked."""
    if stride < 1 or channels % stride or len(offsets) != places:
        raise MXNetError(
            f"Operator {op}: stride={stride} and {len(offsets)} offsets do not fit {channels} "
            f"channels and {places} regions"
        )
    if any(not 0 <= k < stride for k in offsets):
        raise MXNetError(f"Operator {op}: offsets={offsets} must be in [0, {stride})")
    return constant(list(offsets))


def _loaded(image: Array, regions: Array, values: Buffer) -> tuple[Buffer, Buffer]:
    """Numbers of images, and regions in the dtype of *values*."""
    found = regions._data
    if found.dtype != values.dtype:
        found = front.cast(found, values.dtype)
    return front.positions(image._data, 0, RAW), found


def _planes(shape: Shape) -> tuple[int, int, int]:
    return shape[1], shape[2], shape[3]


_BOXES = np.array([[[0.3, 0.2, 0.7, 0, 0, 0.9, 2, 1], [0, 0, 1, 0.5, 0.5, 1, 1, 2]]])


@operator(
    "_region_means",
    linear=("data",),
    vjp=lambda g, image, regions, stride, offsets, data_shape: (
        F._spread_region_means(g, image, regions, stride=stride, offsets=offsets, shape=data_shape),
        None,
        None,
    ),
    samples=(Sample(((1, 2, 3, 3), [0], _BOXES), {"stride": 2, "offsets": (0, 1)}),),
)
def _region_means(
    data: Array, image: Array, regions: Array, *, stride: int, offsets: Sequence[int]
) -> Result:
    """Means (R, channels / stride, P) over regions (R, P, NUMBERS), of which r are of image[r]."""
    op = "_region_means"
    shape = check_planes(op, "data", data)
    _checked(op, image, regions)
    channels = _channels(op, shape[1], stride, offsets, regions._shape[1])
    x = widened(data._data)
    which, found = _loaded(image, regions, x)
    form = (regions._shape[0], shape[1] // stride, regions._shape[1])
    y = empty(math.prod(form), x.dtype)
    front.region_means(x, which, found, channels, y, stride, _planes(shape))
    return narrowed(y, data._data.dtype), form


@operator(
    "_spread_region_means",
    linear=("data",),
    vjp=lambda g, image, regions, stride, offsets: (
        F._region_means(g, image, regions, stride=stride, offsets=offsets),
        None,
        None,
    ),
    samples=(
        Sample(((1, 1, 2), [0], _BOXES), {"stride": 2, "offsets": (0, 1), "shape": (1, 2, 3, 3)}),
    ),
)
def _spread_region_means(
    data: Array,
    image: Array,
    regions: Array,
    *,
    stride: int,
    offsets: Sequence[int],
    shape: Sequence[int],
) -> Result:
    """The adjoint of `_region_means`: images of *shape* to which elements of means are added."""
    op = "_spread_region_means"
    _checked(op, image, regions)
    size = integers(op, "shape", shape)
    if len(size) != 4 or min(size) < 0:
        raise MXNetError(f"Operator {op}: shape={size}, expected four lengths")
    channels = _channels(op, size[1], stride, offsets, regions._shape[1])
    expected = (regions._shape[0], size[1] // stride, regions._shape[1])
    if data._shape != expected:
        raise MXNetError(
            f"Operator {op}: argument data has shape {show(data._shape)}, expected {show(expected)}"
        )
    g = widened(data._data)
    which, found = _loaded(image, regions, g)
    y = empty(math.prod(size), g.dtype)
    front.spread_region_means(g, which, found, channels, y, stride, _planes(size))
    return narrowed(y, data._data.dtype), size


def _greatest_vjp(g: Array, _index: Array, data_shape: Shape) -> Gradients:
    nothing = F.broadcast_lesser(_index, 0)
    count, size = math.prod(g.shape), math.prod(data_shape)
    given = F._reshaped(F.where(nothing, F.zeros_like(g), g), shape=(count,))
    places = F._reshaped(_index, shape=(count,))
    spread = F._take_adjoint(given, places, axis=0, mode="clip", shape=(size,))
    return F._reshaped(spread, shape=data_shape), None, None


@operator(
    "_region_greatest",
    outputs="y _index",
    vjp=_greatest_vjp,
    samples=(Sample(((1, 2, 3, 3), [0], [[[0, 1, 1, 0, 0, 1, 2, 2], [2, 2, 1, 0, 0, 1, 0, 0]]])),),
)
def _region_greatest(data: Array, image: Array, regions: Array) -> list[Result]:
    """The first greatest element (R, channels, P) of regions, 0 of empty ones, and where it is."""
    op = "_region_greatest"
    shape = check_planes(op, "data", data)
    _checked(op, image, regions)
    x = widened(data._data)
    which, found = _loaded(image, regions, x)
    form = (regions._shape[0], shape[1], regions._shape[1])
    y, index = empty(math.prod(form), x.dtype), empty(math.prod(form), np.dtype("int64"))
    front.greatest_in_regions(x, which, found, y, index, _planes(shape))
    return [(narrowed(y, data._data.dtype), form), (index, form)]


# --- boxes ----------------------------------------------------------------------------------------


def _columns(op: str, rois: Array, count: int) -> list[Array]:
    """The columns of boxes (R, count), each of shape (R, 1, 1)."""
    if len(rois._shape) != 2 or rois._shape[1] != count:
        raise MXNetError(
            f"Operator {op}: argument rois has shape {show(rois._shape)}, expected (boxes, {count})"
        )
    rois = cast_to(rois, wide_dtype(rois._data.dtype))
    boxes = rois._shape[0]
    return [
        F._reshaped(F.slice_axis(rois, axis=1, begin=i, end=i + 1), shape=(boxes, 1, 1))
        for i in range(count)
    ]


def _pooled_size(op: str, pooled_size: object) -> tuple[int, int]:
    size = integers(op, "pooled_size", pooled_size)
    if len(size) != 2 or min(size) < 1:
        raise MXNetError(f"Operator {op}: pooled_size={size}, expected two numbers, 1 or more")
    return size[0], size[1]


def _along(like: Array, count: int, axis: int) -> Array:
    """0, 1, ... along the rows (axis 1) or columns (axis 2) of the places of a box."""
    shape = (1, count, 1) if axis == 1 else (1, 1, count)
    return F._grid(like, shape=shape, steps=tuple(float(n > 1) for n in shape))


def _table(parts: Sequence[Array | float], boxes: Array, places: tuple[int, int]) -> Array:
    """Regions (R, P, NUMBERS) of numbers that broadcast to (R, rows, columns)."""
    shape = (boxes._shape[0], *places)
    zero = F.zeros_like(boxes)
    whole = [F.broadcast_add(zero, part) for part in parts]
    table = F.stack(*[F.broadcast_to(part, shape=shape) for part in whole], axis=-1)
    return F._reshaped(table, shape=(shape[0], math.prod(places), NUMBERS))


def _flat(image: Array) -> Array:
    return F._reshaped(image, shape=image._shape[:1])


def _pooled(means: Array, places: tuple[int, int]) -> Array:
    return F._reshaped(means, shape=(*means.shape[:2], *places))


def _sampled(
    op: str,
    data: Array,
    image: Array,
    box: tuple[Array, Array, Array, Array],
    turn: tuple[Array, Array, Array, Array] | None,
    places: tuple[int, int],
    ratio: int,
    sensitive: bool,
) -> Array:
    """Means over grids of samples in the parts of boxes.

    Parameters
    ----------
    box : tuple
        Top, left, height and width.
    turn : tuple, optional
        Row and column of the point that boxes are turned around, from which top and left count,
        and the cosine and sine of the angle.
    ratio : int
        Samples along each side of a part; below 1 as many as the part is long, rounded up.
    """
    channels = check_planes(op, "data", data)[1]
    top, left, height, width = box
    steps, numbers, starts = [], [], []
    for axis, (first, length, count) in enumerate(
        zip((top, left), (height, width), places, strict=True)
    ):
        part = length / count
        many = F.ceil(part) if ratio < 1 else F.ones_like(part) * float(ratio)
        step = part / many
        numbers.append(many)
        steps.append(step)
        starts.append(first + F.broadcast_mul(_along(part, count, axis + 1), part) + step * 0.5)
    (y, x), (dy, dx) = starts, steps
    if turn is None:
        parts: list[Array | float] = [y, x, dy, 0.0, 0.0, dx, *numbers]
    else:
        row, column, cos, sin = turn
        rows = F.broadcast_sub(F.broadcast_mul(y, cos), F.broadcast_mul(x, sin)) + row
        columns = F.broadcast_add(F.broadcast_mul(x, cos), F.broadcast_mul(y, sin)) + column
        turned = [dy * cos, dy * sin, F.negative(dx * sin), dx * cos]
        parts = [rows, columns, *turned, *numbers]
    bins = math.prod(places)
    if sensitive and channels % bins:
        raise MXNetError(
            f"Operator {op}: argument data has {channels} channels, expected a multiple of {bins} "
            "for position_sensitive=True"
        )
    offsets = tuple(range(bins)) if sensitive else (0,) * bins
    regions = _table(parts, top, places)
    stride = bins if sensitive else 1
    found = F._region_means(data, _flat(image), regions, stride=stride, offsets=offsets)
    return _pooled(found, places)


_ROIS = [[0.0, 0.2, 0.4, 2.6, 1.9], [0.0, 1.0, 0.0, 2.0, 2.0]]


@composite(
    "_contrib_ROIAlign",
    samples=(Sample(((1, 2, 3, 4), _ROIS), {"pooled_size": (2, 1), "spatial_scale": 1.0}),),
)
def _roi_align(
    data: Array,
    rois: Array,
    *,
    pooled_size: Sequence[int],
    spatial_scale: float,
    sample_ratio: int = -1,
    position_sensitive: bool = False,
    aligned: bool = False,
) -> Array:
    """Means of bilinear samples in the parts of boxes.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    rois : NDArray
        Boxes (image, left, top, right, bottom), of shape (boxes, 5); they have no gradient, and
        one whose image is not there gives 0.
    pooled_size : tuple of int
        How many parts a box has down and across.
    spatial_scale : float
        What to multiply the positions of boxes by.
    sample_ratio : int
        Samples along each side of a part; below 1 as many as the part is long, rounded up.
    position_sensitive : bool
        Whether each part has channels of its own.
    aligned : bool
        Whether to move boxes by half an element up and left, and not to make them 1 long at least.

    Returns
    -------
    NDArray
        Of shape (boxes, channels, \\*pooled_size).

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "ROIAlign"
    places, ratio = _pooled_size(op, pooled_size), integer(op, "sample_ratio", sample_ratio)
    scale = float(number(op, "spatial_scale", spatial_scale))
    image, *corners = _columns(op, rois, 5)
    shifted = flag(op, "aligned", aligned)
    left, top, right, bottom = (x * scale - (0.5 if shifted else 0.0) for x in corners)
    height, width = bottom - top, right - left
    if not shifted:
        height, width = F.broadcast_maximum(height, 1.0), F.broadcast_maximum(width, 1.0)
    sensitive = flag(op, "position_sensitive", position_sensitive)
    box = top, left, height, width
    return _sampled(op, data, image, box, None, places, ratio, sensitive)


@composite(
    "_contrib_RROIAlign",
    samples=(
        Sample(
            ((1, 1, 3, 4), [[0.0, 1.5, 1.2, 2.0, 1.5, 30.0]]),
            {"pooled_size": (1, 2), "spatial_scale": 1.0},
        ),
    ),
)
def _rotated_roi_align(
    data: Array,
    rois: Array,
    *,
    pooled_size: Sequence[int],
    spatial_scale: float,
    sampling_ratio: int = -1,
) -> Array:
    """Means of bilinear samples in the parts of boxes that are turned.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    rois : NDArray
        Boxes (image, column and row of the center, width, height, angle in degrees), of shape
        (boxes, 6); they have no gradient.
    pooled_size, spatial_scale, sampling_ratio
        As for `contrib.ROIAlign`.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "RROIAlign"
    places, ratio = _pooled_size(op, pooled_size), integer(op, "sampling_ratio", sampling_ratio)
    scale = float(number(op, "spatial_scale", spatial_scale))
    image, column, row, width, height, angle = _columns(op, rois, 6)
    width, height = (F.broadcast_maximum(x * scale, 1.0) for x in (width, height))
    theta = F.radians(angle)
    turn = row * scale, column * scale, F.cos(theta), F.sin(theta)
    box = height * -0.5, width * -0.5, height, width
    return _sampled(op, data, image, box, turn, places, ratio, False)


# --- whole elements -------------------------------------------------------------------------------


def _bounds(start: Array, length: Array, count: int, n: int, axis: int) -> tuple[Array, Array]:
    """The first element of each part of a box along an axis of length n, and how many there are."""
    part = length / count
    place = _along(start, count, axis)
    first = F.floor(F.broadcast_add(F.broadcast_mul(place, part), start))
    end = F.ceil(F.broadcast_add(F.broadcast_mul(place + 1.0, part), start))
    first, end = (F.clip(x, a_min=0.0, a_max=float(n)) for x in (first, end))
    return first, F.broadcast_maximum(end - first, 0.0)


@composite(
    "ROIPooling",
    samples=(Sample(((1, 2, 3, 4), _ROIS), {"pooled_size": (2, 1), "spatial_scale": 1.0}),),
)
def _roi_pooling(
    data: Array, rois: Array, *, pooled_size: Sequence[int], spatial_scale: float
) -> Array:
    """The greatest elements of the parts of boxes; of equal ones the first has the gradient.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels, height, width).
    rois : NDArray
        Boxes (image, left, top, right, bottom), of shape (boxes, 5), which are rounded to whole
        elements; they have no gradient, and one whose image is not there gives 0.
    pooled_size : tuple of int
        How many parts a box has down and across.
    spatial_scale : float
        What to multiply the positions of boxes by, from 0 to 1.

    Returns
    -------
    NDArray
        Of shape (boxes, channels, \\*pooled_size); 0 for parts that are not inside of the image.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "ROIPooling"
    places, scale = _pooled_size(op, pooled_size), float(number(op, "spatial_scale", spatial_scale))
    if not 0 <= scale <= 1:
        raise MXNetError(f"Operator {op}: spatial_scale={scale}, expected a number from 0 to 1")
    image, *corners = _columns(op, rois, 5)
    height, width = check_planes(op, "data", data)[2:]
    left, top, right, bottom = (F.round(x * scale) for x in corners)
    down = F.broadcast_maximum(bottom - top + 1.0, 1.0)
    across = F.broadcast_maximum(right - left + 1.0, 1.0)
    y, rows = _bounds(top, down, places[0], height, 1)
    x, columns = _bounds(left, across, places[1], width, 2)
    regions = _table([y, x, 1.0, 0.0, 0.0, 1.0, rows, columns], top, places)
    return _pooled(F._region_greatest(data, _flat(image), regions), places)


@composite(
    "_contrib_PSROIPooling",
    samples=(
        Sample(((1, 4, 3, 4), _ROIS), {"spatial_scale": 1.0, "output_dim": 1, "pooled_size": 2}),
    ),
)
def _position_sensitive_roi_pooling(
    data: Array,
    rois: Array,
    *,
    spatial_scale: float,
    output_dim: int,
    pooled_size: int,
    group_size: int = 0,
) -> Array:
    """Means over the elements in the parts of boxes, where each part has channels of its own.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, output_dim * group_size ** 2, height, width).
    rois : NDArray
        Boxes (image, left, top, right, bottom), of shape (boxes, 5); they have no gradient.
    spatial_scale : float
        What to multiply the positions of boxes by.
    output_dim : int
        Channels of the result.
    pooled_size : int
        How many parts a box has down and across.
    group_size : int
        How many groups of channels there are for the parts down and across; by default one for
        each part.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "PSROIPooling"
    scale = float(number(op, "spatial_scale", spatial_scale))
    made, count, groups = (
        integer(op, name, value)
        for name, value in (
            ("output_dim", output_dim),
            ("pooled_size", pooled_size),
            ("group_size", group_size),
        )
    )
    for name, value in (("output_dim", made), ("pooled_size", count), ("group_size", groups + 1)):
        if value < 1:
            raise MXNetError(f"Operator {op}: {name}={value} is too small")
    groups = groups or count
    channels, height, width = check_planes(op, "data", data)[1:]
    if channels != made * groups * groups:
        raise MXNetError(
            f"Operator {op}: argument data has {channels} channels, expected output_dim * "
            f"group_size ** 2 = {made * groups * groups}"
        )
    image, *corners = _columns(op, rois, 5)
    left, top, right, bottom = (F.round(x) for x in corners)
    left, top = left * scale, top * scale
    right, bottom = (right + 1.0) * scale, (bottom + 1.0) * scale
    down, across = F.broadcast_maximum(bottom - top, 0.1), F.broadcast_maximum(right - left, 0.1)
    y, rows = _bounds(top, down, count, height, 1)
    x, columns = _bounds(left, across, count, width, 2)
    places = count, count
    regions = _table([y, x, 1.0, 0.0, 0.0, 1.0, rows, columns], top, places)
    which = [min(k * groups // count, groups - 1) for k in range(count)]
    offsets = tuple(a * groups + b for a in which for b in which)
    found = F._region_means(data, _flat(image), regions, stride=groups * groups, offsets=offsets)
    return _pooled(found, places)
