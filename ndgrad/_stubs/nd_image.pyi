# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Sequence
from ndgrad.array.ndarray import NDArray

__all__ = [
    'adjust_lighting',
    'crop',
    'flip_left_right',
    'flip_top_bottom',
    'normalize',
    'random_brightness',
    'random_color_jitter',
    'random_contrast',
    'random_flip_left_right',
    'random_flip_top_bottom',
    'random_hue',
    'random_lighting',
    'random_saturation',
    'resize',
    'to_tensor',
]

def adjust_lighting(
    data: NDArray,
    alpha: float | Sequence[float],
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Add the principal components of colours to those of an image."""
    ...
def crop(
    data: NDArray,
    x: int,
    y: int,
    width: int,
    height: int,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Cut a rectangle out of images."""
    ...
def flip_left_right(
    data: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Reverse an image from left to right."""
    ...
def flip_top_bottom(
    data: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Reverse an image from top to bottom."""
    ...
def normalize(
    data: NDArray,
    mean: float | Sequence[float] = (0.0,),
    std: float | Sequence[float] = (1.0,),
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Subtract the mean of each channel and divide by its standard deviation."""
    ...
def random_brightness(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Multiply an image by a random factor."""
    ...
def random_color_jitter(
    data: NDArray,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Change brightness, contrast, saturation and hue at random, one after another in any order."""
    ...
def random_contrast(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Scale an image's difference from its mean brightness."""
    ...
def random_flip_left_right(
    data: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Reverse an image from left to right, or not: one in two."""
    ...
def random_flip_top_bottom(
    data: NDArray,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Reverse an image from top to bottom, or not: one in two."""
    ...
def random_hue(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Turn the hue of colours on the colour circle."""
    ...
def random_lighting(
    data: NDArray,
    alpha_std: float = 0.05,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Add random parts of the principal components of colours to those of an image."""
    ...
def random_saturation(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Scale the difference of colours from their brightness."""
    ...
def resize(
    data: NDArray,
    size: int | Sequence[int] = (),
    keep_ratio: bool = False,
    interp: int = 1,
    *,
    out: NDArray | None = None,
    name: str | None = None,
) -> NDArray:
    """Resize images, as OpenCV does."""
    ...
def to_tensor(data: NDArray, *, out: NDArray | None = None, name: str | None = None) -> NDArray:
    """Divide by 255 and move the channels to the front; float32."""
    ...
