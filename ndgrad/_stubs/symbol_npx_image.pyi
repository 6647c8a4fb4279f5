# Made by tools/write_stubs.py from the table of operators; do not edit.

from collections.abc import Mapping, Sequence
from ndgrad.symbol.symbol import Symbol
from ndgrad.symbol.numpy_like import _Symbol

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

def to_tensor(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Divide by 255 and move the channels to the front; float32."""
    ...
def normalize(
    data: Symbol,
    mean: float | Sequence[float] = (0.0,),
    std: float | Sequence[float] = (1.0,),
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Subtract the mean of each channel and divide by its standard deviation."""
    ...
def random_brightness(
    data: Symbol,
    min_factor: float,
    max_factor: float,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Multiply an image by a random factor."""
    ...
def random_contrast(
    data: Symbol,
    min_factor: float,
    max_factor: float,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Scale an image's difference from its mean brightness."""
    ...
def random_saturation(
    data: Symbol,
    min_factor: float,
    max_factor: float,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Scale the difference of colours from their brightness."""
    ...
def random_hue(
    data: Symbol,
    min_factor: float,
    max_factor: float,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Turn the hue of colours on the colour circle."""
    ...
def random_color_jitter(
    data: Symbol,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Change brightness, contrast, saturation and hue at random, one after another in any order."""
    ...
def adjust_lighting(
    data: Symbol,
    alpha: float | Sequence[float],
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Add the principal components of colours to those of an image."""
    ...
def random_lighting(
    data: Symbol,
    alpha_std: float = 0.05,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Add random parts of the principal components of colours to those of an image."""
    ...
def crop(
    data: Symbol,
    x: int,
    y: int,
    width: int,
    height: int,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Cut a rectangle out of images."""
    ...
def resize(
    data: Symbol,
    size: int | Sequence[int] = (),
    keep_ratio: bool = False,
    interp: int = 1,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Resize images, as OpenCV does."""
    ...
def flip_left_right(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Reverse an image from left to right."""
    ...
def random_flip_left_right(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Reverse an image from left to right, or not: one in two."""
    ...
def flip_top_bottom(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Reverse an image from top to bottom."""
    ...
def random_flip_top_bottom(
    data: Symbol,
    *,
    name: str | None = None,
    attr: Mapping[str, str] | None = None,
) -> _Symbol:
    """Reverse an image from top to bottom, or not: one in two."""
    ...
