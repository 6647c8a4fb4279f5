"""Encoded images to NumPy arrays and back, by Pillow, which is imported when it is first needed."""

from __future__ import annotations

import io
from types import ModuleType
from typing import Any

import numpy as np

from .base import HostArray, MXNetError

_JPEG = (".jpg", ".jpeg")
_LEVELS = 9  # of PNG's compression


def _pillow() -> ModuleType:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "images are decoded and encoded by Pillow, which is not installed: "
            "pip install pillow, or ndgrad with its extra 'image'"
        ) from error
    return Image


def swapped(image: HostArray) -> HostArray:
    """An image with red and blue changed places; one without colours as it is."""
    if image.ndim != 3 or image.shape[2] not in (3, 4):
        return image
    order = [2, 1, 0, 3][: image.shape[2]]
    return np.ascontiguousarray(image[:, :, order])


def decode(content: Any, color: int, op: str) -> HostArray:
    """Decode an image.

    Parameters
    ----------
    content : bytes-like
        A file in a format that Pillow reads.
    color : {-1, 0, 1}
        1 makes it a colour image, 0 a grey one, -1 leaves it as it is.
    op : str
        The function that asks, for the error.

    Returns
    -------
    numpy.ndarray
        uint8, of shape (height, width), or (height, width, channels) in the order red, green,
        blue.  How a camera was held (Exif) does not count, and a grey or a colour image has no
        transparency.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    MXNetError
        If Pillow does not know the format, or the image is damaged.
    """
    image_module = _pillow()
    try:
        with image_module.open(io.BytesIO(content)) as image:
            if color == 0:
                image.draft("L", image.size)  # the brightness that a JPEG file holds anyway
            return _pixels(image, color)
    except (OSError, SyntaxError, ValueError, image_module.DecompressionBombError) as error:
        why = f"its {len(content)} bytes are in no format that Pillow knows"
        if not isinstance(error, image_module.UnidentifiedImageError):
            why = str(error)
        raise MXNetError(f"{op}: cannot decode the image: {why}") from error


def _pixels(image: Any, color: int) -> HostArray:
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        if color < 0:
            return deep
        grey = (deep >> 8).astype(np.uint8)
        return grey if color == 0 else np.repeat(grey[:, :, None], 3, axis=2)
    if color >= 0:
        mode = "RGB" if color else "L"
    elif image.mode in ("L", "RGB", "RGBA"):
        mode = image.mode
    else:
        mode = "L" if image.mode == "1" else "RGBA" if image.mode in ("LA", "PA") else "RGB"
    return np.array(image if image.mode == mode else image.convert(mode))


def encode(image: HostArray, ending: str, quality: int) -> bytes:
    """Encode an image.

    Parameters
    ----------
    image : numpy.ndarray
        uint8, of shape (height, width) or (height, width, channels), with 1 channel, with 3 in the
        order red, green, blue, or with these and alpha.
    ending : str
        The format, as the ending of a file's name.
    quality : int
        For JPEG 0 to 100, for PNG 0 to 9: how much to compress.

    Raises
    ------
    ImportError
        If Pillow is not installed.
    MXNetError
        If the array is no image, or the format is not known.
    """
    image_module = _pillow()
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.dtype != np.uint8 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] < 5)):
        raise MXNetError(
            "pack_img: img must be uint8 of shape (height, width) or (height, width, channels), "
            f"got {image.dtype} of shape {image.shape}"
        )
    kind = ending.lower()
    form = image_module.registered_extensions().get(kind)
    if form is None:
        raise MXNetError(f"pack_img: img_fmt={ending!r} is no format that Pillow writes")
    options: dict[str, int] = {}
    if kind in _JPEG:
        options["quality"] = min(max(int(quality), 1), 100)
        if image.ndim == 3:
            image = image[:, :, :3]  # JPEG has no transparency
    elif kind == ".png":
        options["compress_level"] = min(max(int(quality), 0), _LEVELS)
    file = io.BytesIO()
    try:
        image_module.fromarray(np.ascontiguousarray(image)).save(file, form, **options)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MXNetError(f"pack_img: cannot encode as {ending!r}: {error}") from error
    return file.getvalue()
