# Made by tools/write_stubs.py from the table of operators; do not edit.

from typing import Any

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

def to_tensor(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """Divide by 255 and move the channels to the front; float32."""
    ...
def normalize(
    data: Any,
    mean: Any = ...,
    std: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Subtract the mean of each channel and divide by its standard deviation."""
    ...
def random_brightness(
    data: Any,
    min_factor: Any,
    max_factor: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Multiply an image by a random factor."""
    ...
def random_contrast(
    data: Any,
    min_factor: Any,
    max_factor: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Scale an image's difference from its mean brightness."""
    ...
def random_saturation(
    data: Any,
    min_factor: Any,
    max_factor: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Scale the difference of colours from their brightness."""
    ...
def random_hue(
    data: Any,
    min_factor: Any,
    max_factor: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Turn the hue of colours on the colour circle."""
    ...
def random_color_jitter(
    data: Any,
    brightness: Any,
    contrast: Any,
    saturation: Any,
    hue: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Change brightness, contrast, saturation and hue at random, one after another in any order."""
    ...
def adjust_lighting(
    data: Any,
    alpha: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Add the principal components of colours to those of an image."""
    ...
def random_lighting(
    data: Any,
    alpha_std: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Add random parts of the principal components of colours to those of an image."""
    ...
def crop(
    data: Any,
    x: Any,
    y: Any,
    width: Any,
    height: Any,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Cut a rectangle out of images."""
    ...
def resize(
    data: Any,
    size: Any = ...,
    keep_ratio: Any = ...,
    interp: Any = ...,
    *,
    out: Any = ...,
    name: Any = None,
    attr: Any = None,
) -> Any:
    """Resize images, as OpenCV does."""
    ...
def flip_left_right(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """Reverse an image from left to right."""
    ...
def random_flip_left_right(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """Reverse an image from left to right, or not: one in two."""
    ...
def flip_top_bottom(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """Reverse an image from top to bottom."""
    ...
def random_flip_top_bottom(data: Any, *, out: Any = ..., name: Any = None, attr: Any = None) -> Any:
    """Reverse an image from top to bottom, or not: one in two."""
    ...
