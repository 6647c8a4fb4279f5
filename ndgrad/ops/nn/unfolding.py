"""The matrix of all windows over images as an operator, and its adjoint: `im2col`, `col2im`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...base import MXNetError, Shape
from ...kernels import front
from ...kernels.spec.windows import Part, Windows, windows
from ...memory.storage import empty
from ...tape import Array
from ..axes import integers
from ..declare import operator
from ..parts import narrowed, widened
from ..products import show
from ..table import F, Result, Sample
from ..windows import check_images, lengths, places_of, spread


def _windows(
    op: str, named: str, image: Shape, kernel: object, stride: object, dilate: object, pad: object
) -> Windows:
    given = integers(op, "kernel", kernel)
    if len(given) not in (1, 2, 3) or len(image) != len(given):
        raise MXNetError(
            f"Operator {op}: kernel={show(given)} must have 1, 2 or 3 numbers, as many as images "
            f"have axes: {named}={show(image)}"
        )
    ndim = len(given)
    taps = lengths(op, "kernel", given, ndim, None, 1)
    steps = lengths(op, "stride", stride, ndim, 1, 1)
    apart = lengths(op, "dilate", dilate, ndim, 1, 1)
    zeros = lengths(op, "pad", pad, ndim, 0, 0)
    places = places_of(op, image, spread(taps, apart), steps, zeros)
    return windows(taps, steps, apart, zeros, image, places)


@operator(
    "im2col",
    linear=("data",),
    vjp=lambda g, kernel, stride, dilate, pad, data_shape: F.col2im(
        g, output_size=data_shape[2:], kernel=kernel, stride=stride, dilate=dilate, pad=pad
    ),
    samples=(
        Sample(((2, 2, 4, 3),), {"kernel": (2, 2), "stride": (2, 1), "pad": (1, 0)}),
        Sample(((1, 2, 5),), {"kernel": (2,), "dilate": (2,)}),
    ),
)
def _im2col(
    data: Array,
    *,
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
) -> Result:
    """The elements in a window at each of its places, as the columns of a matrix.

    Parameters
    ----------
    data : NDArray
        Images, of shape (batch, channels, \\*lengths).
    kernel, stride, dilate, pad : tuple of int
        As for `Convolution`.

    Returns
    -------
    NDArray
        Of shape (batch, channels * elements of the window, places).
    """
    ndim = len(integers("im2col", "kernel", kernel))
    images, channels, *image = check_images("im2col", data, ndim)
    window = _windows("im2col", "lengths", tuple(image), kernel, stride, dilate, pad)
    shape = (images, channels * window.taps, window.number)
    y = empty(math.prod(shape), data._data.dtype)
    own, size = channels * window.image_size, math.prod(shape[1:])
    for n in range(images):
        part = Part(0, 1, 0, window.rows)
        image_n, matrix = data._data[n * own : (n + 1) * own], y[n * size : (n + 1) * size]
        front.unfold(image_n, matrix, window, channels, part)
    return y, shape


@operator(
    "col2im",
    linear=("data",),
    vjp=lambda g, kernel, stride, dilate, pad: F.im2col(
        g, kernel=kernel, stride=stride, dilate=dilate, pad=pad
    ),
    samples=(
        Sample(
            ((2, 8, 9),),
            {"output_size": (4, 4), "kernel": (2, 2), "stride": (2, 2), "pad": (1, 1)},
        ),
    ),
)
def _col2im(
    data: Array,
    *,
    output_size: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int] = (),
    dilate: Sequence[int] = (),
    pad: Sequence[int] = (),
) -> Result:
    """The adjoint of `im2col`: images to which the columns of a matrix are added.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, channels * elements of the window, places).
    output_size : tuple of int
        Lengths of the images.
    kernel, stride, dilate, pad : tuple of int
        As for `Convolution`.
    """
    image = integers("col2im", "output_size", output_size)
    window = _windows("col2im", "output_size", image, kernel, stride, dilate, pad)
    if len(data._shape) != 3 or data._shape[1] % window.taps or data._shape[2] != window.number:
        raise MXNetError(
            f"Operator col2im: argument data has shape {show(data._shape)}, expected (batch, a "
            f"multiple of {window.taps}, {window.number}) for output_size={show(image)}, "
            f"kernel={kernel}, stride={stride}, dilate={dilate} and pad={pad}"
        )
    images, channels = data._shape[0], data._shape[1] // window.taps
    own, size = channels * window.image_size, data._shape[1] * window.number
    dtype = data._data.dtype
    x = widened(data._data)
    y = empty(images * own, x.dtype)
    front.fill(y, 0)
    for n in range(images):
        matrix, image_n = x[n * size : (n + 1) * size], y[n * own : (n + 1) * own]
        front.fold(matrix, image_n, window, channels, Part(0, 1, 0, window.rows))
    return narrowed(y, dtype), (images, channels, *image)
