# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Sequence
from ndgrad.array.ndarray import NDArray
from ndgrad.numpy.multiarray import ndarray

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

def to_tensor(data: NDArray, *, out: ndarray | None = None, name: str | None = None) -> ndarray:
    """Divide by 255 and move the channels to the front; float32."""
    ...
def normalize(
    data: NDArray,
    mean: float | Sequence[float] = (0.0,),
    std: float | Sequence[float] = (1.0,),
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Subtract the mean of each channel and divide by its standard deviation."""
    ...
def random_brightness(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Multiply an image by a random factor."""
    ...
def random_contrast(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Scale an image's difference from its mean brightness."""
    ...
def random_saturation(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Scale the difference of colours from their brightness."""
    ...
def random_hue(
    data: NDArray,
    min_factor: float,
    max_factor: float,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Turn the hue of colours on the colour circle."""
    ...
def random_color_jitter(
    data: NDArray,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Change brightness, contrast, saturation and hue at random, one after another in any order."""
    ...
def adjust_lighting(
    data: NDArray,
    alpha: float | Sequence[float],
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Add the principal components of colours to those of an image."""
    ...
def random_lighting(
    data: NDArray,
    alpha_std: float = 0.05,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Add random parts of the principal components of colours to those of an image."""
    ...
def crop(
    data: NDArray,
    x: int,
    y: int,
    width: int,
    height: int,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Cut a rectangle out of images."""
    ...
def resize(
    data: NDArray,
    size: int | Sequence[int] = (),
    keep_ratio: bool = False,
    interp: int = 1,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Resize images, as OpenCV does."""
    ...
def flip_left_right(
    data: NDArray,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Reverse an image from left to right."""
    ...
def random_flip_left_right(
    data: NDArray,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Reverse an image from left to right, or not: one in two."""
    ...
def flip_top_bottom(
    data: NDArray,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Reverse an image from top to bottom."""
    ...
def random_flip_top_bottom(
    data: NDArray,
    *,
    out: ndarray | None = None,
    name: str | None = None,
) -> ndarray:
    """Reverse an image from top to bottom, or not: one in two."""
    ...
