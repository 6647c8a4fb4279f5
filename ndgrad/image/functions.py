"""Functions on images: files, sizes, crops, borders, rotation.

An image is an array of shape (height, width, channels), as a rule uint8 with colours in the order
red, green, blue.  Random choices are drawn from Python's `random`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .. import _pictures, nd
from .._files import read_file
from ..array.ndarray import NDArray
from ..base import HostArray, MXNetError, numeric_types, shown
from ..util import default_array

if TYPE_CHECKING:
    from ..typing import ArrayLike

Box = tuple[int, int, int, int]
"""Left column, upper row, width, height."""


def _array(image: HostArray, out: NDArray | None) -> NDArray:
    if image.ndim == 2:
        image = image[:, :, None]
    made = default_array(nd.array(image, dtype=image.dtype))
    if out is None:
        return made
    out[:] = made
    return out


def imread(
    filename: str, flag: int = 1, to_rgb: bool = True, out: NDArray | None = None
) -> NDArray:
    """Read and decode the image in a file; see `imdecode`.

    Raises
    ------
    MXNetError
        If the file cannot be read.
    """
    return imdecode(read_file(filename, "imread"), flag, to_rgb, out)


def imdecode(
    buf: bytes | bytearray | HostArray | NDArray,
    flag: int = 1,
    to_rgb: bool = True,
    out: NDArray | None = None,
) -> NDArray:
    """Decode an image, by Pillow.

    Parameters
    ----------
    buf : bytes, bytearray, numpy.ndarray or NDArray
        The content of a file.
    flag : {0, 1}
        Whether the result has three channels or one, of grey.
    to_rgb : bool
        Whether colours are in the order red, green, blue; otherwise the other way round.
    out : NDArray, optional
        Where to put it.

    Returns
    -------
    NDArray
        uint8, of shape (height, width, channels).

    Raises
    ------
    ValueError
        If *buf* is text.
    ImportError
        If Pillow is not installed.
    MXNetError
        If there is no image.
    """
    if isinstance(buf, str):
        raise ValueError("imdecode: buf must be bytes, bytearray, a NumPy array or an NDArray")
    if flag not in (0, 1):
        raise MXNetError(f"imdecode: flag={flag!r}, expected 0 (grey) or 1 (colour)")
    content = buf.asnumpy() if isinstance(buf, NDArray) else buf
    if isinstance(content, np.ndarray):
        content = content.tobytes()
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise TypeError(f"imdecode: buf must be bytes or an array of uint8, got {shown(buf)}")
    image = _pictures.decode(content, int(flag), "imdecode")
    return _array(image if to_rgb else _pictures.swapped(image), out)


def imresize(src: NDArray, w: int, h: int, interp: int = 1, out: NDArray | None = None) -> NDArray:
    """Resize an image, as OpenCV does.

    Parameters
    ----------
    src : NDArray
        uint8 or of a floating dtype.
    w, h : int
        The new width and height.
    interp : int
        0 takes the nearest element, 1 interpolates linearly, 2 cubically, 3 takes the mean over the
        area, 4 is Lanczos' interpolation.
    out : NDArray, optional
        Where to put it.
    """
    return nd.image.resize(src, size=(w, h), interp=interp, out=out)


def interpolation(interp: int, sizes: Sequence[int] = ()) -> int:
    """What `imresize` shall do for a code that may also leave it open.

    Parameters
    ----------
    interp : int
        0 to 4 as for `imresize`; 9 chooses by sizes: area to make it smaller, cubic to make it
        larger, else linear; 10 chooses at random.
    sizes : sequence of int
        The old height and width, and the new ones.

    Raises
    ------
    ValueError
        For another code.
    """
    if interp == 9:
        if not sizes:
            return 2
        old_h, old_w, new_h, new_w = sizes
        if new_h > old_h and new_w > old_w:
            return 2
        return 3 if new_h < old_h and new_w < old_w else 1
    if interp == 10:
        return random.randint(0, 4)
    if interp not in range(5):
        raise ValueError(f"Unknown interp method {interp}")
    return interp


def scale_down(src_size: Sequence[int], size: Sequence[int]) -> tuple[int, int]:
    """The largest width and height of *size*'s ratio, up to *size*, that fit into *src_size*.

    >>> scale_down((640, 480), (720, 120))
    (640, 106)
    """
    w: float
    h: float
    if not hasattr(size, "__iter__"):
        raise TypeError(f"crop: size must be a width and a height, got {shown(size)}")
    (w, h), (src_w, src_h) = size, src_size
    if src_h < h:
        w, h = w * src_h / h, src_h
    if src_w < w:
        w, h = src_w, h * src_w / w
    return int(w), int(h)


def resize_short(src: NDArray, size: int, interp: int = 2) -> NDArray:
    """Resize an image so that its shorter side is *size*, and its ratio stays."""
    h, w, _ = src.shape
    new_h, new_w = (size * h // w, size) if h > w else (size, size * w // h)
    return imresize(src, new_w, new_h, interpolation(interp, (h, w, new_h, new_w)))


def fixed_crop(
    src: NDArray,
    x0: int,
    y0: int,
    w: int,
    h: int,
    size: Sequence[int] | None = None,
    interp: int = 2,
) -> NDArray:
    """Cut a rectangle out of an image, and resize it to the width and height *size* if given.

    Parameters
    ----------
    src : NDArray
        Of shape (height, width, channels).
    x0, y0, w, h : int
        Left column, upper row, width and height of the rectangle.
    size : tuple of int, optional
        Width and height of the result.
    interp : int
        How to interpolate; see `imresize`.

    Returns
    -------
    NDArray
    """
    out = nd.slice(src, begin=(y0, x0, 0), end=(y0 + h, x0 + w, src.shape[2]))
    if size is None or (w, h) == tuple(size):
        return out
    new_w, new_h = size
    return imresize(out, new_w, new_h, interpolation(interp, (h, w, new_h, new_w)))


def random_crop(src: NDArray, size: Sequence[int], interp: int = 2) -> tuple[NDArray, Box]:
    """Cut a rectangle of *size* (width, height) out at random; scaled up if the image is smaller.

    Returns
    -------
    NDArray
    tuple of int
        Left column, upper row, width, height.
    """
    h, w, _ = src.shape
    new_w, new_h = scale_down((w, h), size)
    x0 = random.randint(0, w - new_w)
    y0 = random.randint(0, h - new_h)
    return fixed_crop(src, x0, y0, new_w, new_h, size, interp), (x0, y0, new_w, new_h)


def center_crop(src: NDArray, size: Sequence[int], interp: int = 2) -> tuple[NDArray, Box]:
    """Cut a rectangle of *size* (width, height) out of the middle; as `random_crop` else."""
    h, w, _ = src.shape
    new_w, new_h = scale_down((w, h), size)
    x0, y0 = (w - new_w) // 2, (h - new_h) // 2
    return fixed_crop(src, x0, y0, new_w, new_h, size, interp), (x0, y0, new_w, new_h)


def random_size_crop(
    src: NDArray,
    size: Sequence[int],
    area: float | tuple[float, float],
    ratio: tuple[float, float],
    interp: int = 2,
    **kwargs: float,
) -> tuple[NDArray, Box]:
    """Cut a rectangle of random area and ratio out, and resize it to *size* (width, height).

    Parameters
    ----------
    src : NDArray
    size : tuple of int
    area : tuple of float
        Between which parts of the image's area; one number is the smallest, up to 1.
    ratio : tuple of float
        Between which ratios of width to height.
    interp : int
    **kwargs
        ``min_area``, an older name of *area*.

    Returns
    -------
    NDArray
    tuple of int
        Left column, upper row, width, height; that of `center_crop` if in ten tries none fits.

    Raises
    ------
    TypeError
        For arguments of other names.
    """
    h, w, _ = src.shape
    area = kwargs.pop("min_area", area)
    if kwargs:
        raise TypeError(f"random_size_crop: unexpected arguments {sorted(kwargs)}")
    low, high = area if isinstance(area, (tuple, list)) else (area, 1.0)
    for _ in range(10):
        target = random.uniform(low, high) * (h * w)
        new_ratio = math.exp(random.uniform(math.log(ratio[0]), math.log(ratio[1])))
        new_w = round(math.sqrt(target * new_ratio))
        new_h = round(math.sqrt(target / new_ratio))
        if new_w <= w and new_h <= h:
            x0 = random.randint(0, w - new_w)
            y0 = random.randint(0, h - new_h)
            return fixed_crop(src, x0, y0, new_w, new_h, size, interp), (x0, y0, new_w, new_h)
    return center_crop(src, size, interp)


def color_normalize(src: NDArray, mean: NDArray | None, std: NDArray | None = None) -> NDArray:
    """Subtract *mean* and divide by *std*, each if given."""
    if mean is not None:
        src = src - mean
    return src if std is None else src / std


_BORDERS = ("constant", "edge", "symmetric", "wrap", "reflect")


def copyMakeBorder(  # MXNet's name
    src: NDArray,
    top: int,
    bot: int,
    left: int,
    right: int,
    type: int = 0,
    value: float = 0.0,
    values: float | Sequence[float] = (),
    out: NDArray | None = None,
) -> NDArray:
    """Put a border around an image.

    Parameters
    ----------
    src : NDArray
    top, bot, left, right : int
        How wide it is.
    type : int
        0 is a constant, 1 repeats the last element, 2 reflects the image with it, 3 wraps around,
        4 reflects without it: the border types of OpenCV.
    value : float
        The constant.
    values : float, or sequence of float
        One for each channel, in place of *value*; channels without one get 0.
    out : NDArray, optional
        Where to put it.

    Raises
    ------
    MXNetError
        For another type, or a negative width.
    """
    if type not in range(len(_BORDERS)):
        raise MXNetError(f"copyMakeBorder: type={type!r}, expected 0 to {len(_BORDERS) - 1}")
    if min(top, bot, left, right) < 0:
        raise MXNetError(
            f"copyMakeBorder: widths must not be negative, got {(top, bot, left, right)}"
        )
    image = src.asnumpy()
    widths = ((top, bot), (left, right), (0, 0))
    if type:
        return _array(np.pad(image, widths, _BORDERS[type]), out)  # type: ignore[call-overload]
    h, w, c = image.shape
    framed = np.empty((top + h + bot, left + w + right, c), image.dtype)
    given = np.atleast_1d(values)[:c]
    framed[:] = np.pad(given, (0, c - len(given))) if len(given) else value
    framed[top : top + h, left : left + w] = image
    return _array(framed, out)


def imrotate(
    src: NDArray,
    rotation_degrees: ArrayLike,
    zoom_in: bool = False,
    zoom_out: bool = False,
) -> NDArray:
    """Rotate images around their middle, interpolating linearly; zeros come from outside.

    Parameters
    ----------
    src : NDArray
        float32, of shape (channels, height, width), or (batch, channels, height, width).
    rotation_degrees : float, or NDArray
        One for each image of a batch, or one for all.
    zoom_in : bool
        Whether the image is enlarged until nothing from outside it is in the result.
    zoom_out : bool
        Whether it is made smaller until all of it is in the result.

    Raises
    ------
    ValueError
        If both are asked for.
    TypeError, MXNetError
        If *src* has another dtype or shape, or there are not as many angles as images.
    """
    if zoom_in and zoom_out:
        raise ValueError("`zoom_in` and `zoom_out` cannot be both True")
    if src.dtype is not np.float32:
        raise TypeError(f"imrotate: src must be float32, got {np.dtype(src.dtype).name}")
    if src.ndim == 3:
        if not isinstance(rotation_degrees, numeric_types):
            raise TypeError(
                "imrotate: of one image rotation_degrees must be a number, "
                f"got {shown(rotation_degrees)}"
            )
        return imrotate(src.expand_dims(0), rotation_degrees, zoom_in, zoom_out)[0]
    if src.ndim != 4:
        raise MXNetError(f"imrotate: src must have 3 or 4 axes, got shape {src.shape}")
    n, _, h, w = src.shape
    if isinstance(rotation_degrees, NDArray):
        rotation_degrees = rotation_degrees.asnumpy()
    angles = np.radians(np.asarray(rotation_degrees, np.float64)).reshape(-1, 1, 1)
    if len(angles) not in (1, n):
        raise ValueError(f"imrotate: {len(angles)} angles in rotation_degrees for {n} images")
    cos, sin = np.cos(angles), np.sin(angles)
    # Where in the image each element of the result comes from, counted from the middle.
    half_h, half_w = (h - 1) / 2, (w - 1) / 2
    y, x = np.arange(h)[:, None] - half_h, np.arange(w) - half_w
    scale: HostArray | float = 1.0
    if zoom_in or zoom_out:
        width, height = h * abs(sin) + w * abs(cos), h * abs(cos) + w * abs(sin)
        scale = np.maximum(width / w, height / h)
        if zoom_in:
            scale = 1 / scale
    cos, sin = cos * scale, sin * scale
    at = np.stack([(x * cos - y * sin) / half_w, (x * sin + y * cos) / half_h], 1)
    grid = nd.array(np.broadcast_to(at, (n, 2, h, w)), ctx=src.context)
    return nd.BilinearSampler(src, grid)


def random_rotate(
    src: NDArray, angle_limits: Sequence[float], zoom_in: bool = False, zoom_out: bool = False
) -> NDArray:
    """Rotate images by random angles between two limits, in degrees; see `imrotate`."""
    low, high = angle_limits
    angle: NDArray | float = random.uniform(low, high)
    if src.ndim == 4:
        angle = nd.array([angle, *(random.uniform(low, high) for _ in range(len(src) - 1))])
    return imrotate(src, angle, zoom_in, zoom_out)
