"""Transforms of images, as blocks, for `Dataset.transform_first`.

An image has shape (height, width, channels) until `ToTensor`, and after that (channels, height,
width).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .... import image
from ....base import DTypeLike, MXNetError, public_names
from ....nd import NDArray
from ...block import ArrayBlock
from ...hybrid import HybridArrayBlock, HybridBlock
from ...nn import HybridSequential, Sequential

if TYPE_CHECKING:
    from ....typing import Operators, Tensor

__all__ = [
    "Cast",
    "CenterCrop",
    "Compose",
    "CropResize",
    "HybridCompose",
    "HybridRandomApply",
    "Normalize",
    "RandomApply",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomFlipLeftRight",
    "RandomFlipTopBottom",
    "RandomGray",
    "RandomHue",
    "RandomLighting",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomSaturation",
    "Resize",
    "Rotate",
    "ToTensor",
]
__dir__ = public_names(globals())

Size = int | tuple[int, int]


def _pair(size: Size) -> tuple[int, int]:
    """Width and height, which one number may give."""
    return (size, size) if isinstance(size, (int, np.integer)) else size


class Compose(Sequential):
    """Transforms one after another.

    Several `HybridBlock` in a row are put into one `HybridSequential`.  It is not compiled, as
    images often differ in size; `hybridize` does that.

    Parameters
    ----------
    transforms : list of Block or callable
    """

    def __init__(self, transforms: Sequence[Callable[..., object]]) -> None:
        super().__init__()
        hybrid: list[HybridBlock] = []
        for transform in [*transforms, None]:
            if isinstance(transform, HybridBlock):
                hybrid.append(transform)
                continue
            if len(hybrid) == 1:
                self.add(*hybrid)
            elif hybrid:
                together = HybridSequential()
                together.add(*hybrid)
                self.add(together)
            hybrid = []
            if transform is not None:
                self.add(transform)  # type: ignore[arg-type]  # any callable does


class HybridCompose(HybridSequential):
    """Transforms one after another, compiled as one.

    Parameters
    ----------
    transforms : list of HybridBlock
    """

    def __init__(self, transforms: Sequence[HybridBlock]) -> None:
        super().__init__()
        self.add(*transforms)
        self.hybridize()


class Cast(HybridArrayBlock):
    """Casts to *dtype*."""

    def __init__(self, dtype: DTypeLike = "float32") -> None:
        super().__init__()
        self._dtype = dtype

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.cast(x, self._dtype)


class ToTensor(HybridArrayBlock):
    """Divides by 255, as float32, and puts the channels first."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.to_tensor(x)


class Normalize(HybridArrayBlock):
    """Subtracts *mean* and divides by *std*, after `ToTensor`.

    Parameters
    ----------
    mean, std : float or tuple of float
        One for all channels, or one for each.
    """

    def __init__(
        self, mean: float | Sequence[float] = 0.0, std: float | Sequence[float] = 1.0
    ) -> None:
        super().__init__()
        self._mean = mean
        self._std = std

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.normalize(x, mean=self._mean, std=self._std)


# --- geometry -------------------------------------------------------------------------------------


class Resize(HybridArrayBlock):
    """Resizes to *size*.

    Parameters
    ----------
    size : int or tuple of int
        Width and height; one number is both.
    keep_ratio : bool
        Whether one number is the shorter side, and the other one follows.
    interpolation : int
        See `image.imresize`.
    """

    def __init__(self, size: Size, keep_ratio: bool = False, interpolation: int = 1) -> None:
        super().__init__()
        self._size = size
        self._keep = keep_ratio
        self._interpolation = interpolation

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.resize(x, size=self._size, keep_ratio=self._keep, interp=self._interpolation)


class CropResize(HybridArrayBlock):
    """Cuts a rectangle out, and resizes it if *size* is given.

    Parameters
    ----------
    x, y, width, height : int
        The rectangle: left column, upper row, and its sides.
    size : int or tuple of int, optional
        The new width and height.
    interpolation : int, optional
    """

    def __init__(
        self,
        x: int,
        y: int,
        width: int,
        height: int,
        size: Size | None = None,
        interpolation: int | None = None,
    ) -> None:
        super().__init__()
        self._rectangle = {"x": x, "y": y, "width": width, "height": height}
        self._size = size
        self._interpolation = 1 if interpolation is None else interpolation

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        out = F.image.crop(x, **self._rectangle)
        if self._size is None:
            return out
        return F.image.resize(out, size=self._size, interp=self._interpolation)


class CenterCrop(ArrayBlock):
    """Cuts *size* (width, height) out of the middle; see `image.center_crop`."""

    def __init__(self, size: Size, interpolation: int = 1) -> None:
        super().__init__()
        self._args = (_pair(size), interpolation)

    def forward(self, x: NDArray) -> NDArray:
        return image.center_crop(x, *self._args)[0]


class RandomCrop(ArrayBlock):
    """Cuts *size* (width, height) out at random, after a border of zeros has been put around.

    Parameters
    ----------
    size : int or tuple of int
    pad : int or tuple of int, optional
        The border: one number, or (top, bottom, left, right).
    interpolation : int
    """

    def __init__(
        self, size: Size, pad: int | Sequence[int] | None = None, interpolation: int = 1
    ) -> None:
        super().__init__()
        self._args = (_pair(size), interpolation)
        self._pad = (pad,) * 4 if isinstance(pad, int) else pad

    def forward(self, x: NDArray) -> NDArray:
        if self._pad is not None:
            top, bottom, left, right = self._pad
            x = image.copyMakeBorder(x, top, bottom, left, right)
        return image.random_crop(x, *self._args)[0]


class RandomResizedCrop(ArrayBlock):
    """Cuts a rectangle of random area and ratio out, and resizes it to *size* (width, height).

    Parameters
    ----------
    size : int or tuple of int
    scale : tuple of float
        Between which parts of the image's area.
    ratio : tuple of float
        Between which ratios of width to height.
    interpolation : int
    """

    def __init__(
        self,
        size: Size,
        scale: tuple[float, float] = (0.08, 1.0),
        ratio: tuple[float, float] = (3.0 / 4.0, 4.0 / 3.0),
        interpolation: int = 1,
    ) -> None:
        super().__init__()
        self._args = (_pair(size), scale, ratio, interpolation)

    def forward(self, x: NDArray) -> NDArray:
        return image.random_size_crop(x, *self._args)[0]


class Rotate(ArrayBlock):
    """Rotates by an angle in degrees, after `ToTensor`; see `image.imrotate`."""

    def __init__(
        self, rotation_degrees: float, zoom_in: bool = False, zoom_out: bool = False
    ) -> None:
        super().__init__()
        self._args = (rotation_degrees, zoom_in, zoom_out)

    def forward(self, x: NDArray) -> NDArray:
        return image.imrotate(x, *self._args)


class RandomRotation(ArrayBlock):
    """Rotates by a random angle, with some probability, after `ToTensor`.

    Parameters
    ----------
    angle_limits : tuple of float
        Between which angles, in degrees.
    zoom_in, zoom_out : bool
        See `image.imrotate`.
    rotate_with_proba : float

    Raises
    ------
    ValueError
        If limits are not in order, or a probability is none.
    """

    def __init__(
        self,
        angle_limits: tuple[float, float],
        zoom_in: bool = False,
        zoom_out: bool = False,
        rotate_with_proba: float = 1.0,
    ) -> None:
        super().__init__()
        lower, upper = angle_limits
        if lower >= upper:
            raise ValueError("`angle_limits` must be an ordered tuple")
        if not 0 <= rotate_with_proba <= 1:
            raise ValueError("Probability of rotating the image should be between 0 and 1")
        self._args = (angle_limits, zoom_in, zoom_out)
        self._rotate_with_proba = rotate_with_proba

    def forward(self, x: NDArray) -> NDArray:
        if random.random() > self._rotate_with_proba:
            return x
        return image.random_rotate(x, *self._args)


class RandomFlipLeftRight(HybridArrayBlock):
    """Reverses every other image from left to right, at random."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_flip_left_right(x)


class RandomFlipTopBottom(HybridArrayBlock):
    """Reverses every other image from top to bottom, at random."""

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_flip_top_bottom(x)


# --- colours --------------------------------------------------------------------------------------


class _RandomFactor(HybridArrayBlock):
    """A change by a factor from 1 - *extent*, 0 or more, to 1 + *extent*."""

    def __init__(self, extent: float) -> None:
        super().__init__()
        self._args = {"min_factor": max(0, 1 - extent), "max_factor": 1 + extent}


class RandomBrightness(_RandomFactor):
    """Multiplies by a factor from 1 - *brightness* to 1 + *brightness*."""

    def __init__(self, brightness: float) -> None:
        super().__init__(brightness)

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_brightness(x, **self._args)


class RandomContrast(_RandomFactor):
    """Scales the difference from the mean brightness, by 1 - *contrast* to 1 + *contrast*."""

    def __init__(self, contrast: float) -> None:
        super().__init__(contrast)

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_contrast(x, **self._args)


class RandomSaturation(_RandomFactor):
    """Scales the difference of colours from brightness, by 1 - *saturation* to 1 + *saturation*."""

    def __init__(self, saturation: float) -> None:
        super().__init__(saturation)

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_saturation(x, **self._args)


class RandomHue(_RandomFactor):
    """Turns the hue of colours by up to *hue* of the colour circle."""

    def __init__(self, hue: float) -> None:
        super().__init__(hue)

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_hue(x, **self._args)


class RandomColorJitter(HybridArrayBlock):
    """Changes brightness, contrast, saturation and hue at random, in random order.

    Parameters
    ----------
    brightness, contrast, saturation, hue : float
        How much each changes; see the transforms of one of them.
    """

    def __init__(
        self, brightness: float = 0, contrast: float = 0, saturation: float = 0, hue: float = 0
    ) -> None:
        super().__init__()
        self._args = {
            "brightness": brightness,
            "contrast": contrast,
            "saturation": saturation,
            "hue": hue,
        }

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_color_jitter(x, **self._args)


class RandomLighting(HybridArrayBlock):
    """Adds the principal components of colours, each times a normal number of deviation *alpha*."""

    def __init__(self, alpha: float) -> None:
        super().__init__()
        self._alpha = alpha

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        return F.image.random_lighting(x, alpha_std=self._alpha)


class RandomGray(ArrayBlock):
    """Makes an image grey, in three equal channels, with probability *p*."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self._gray = image.RandomGrayAug(p)

    def forward(self, x: NDArray) -> NDArray:
        return self._gray(x.astype("float32")).astype(x.dtype)


# --- chance ---------------------------------------------------------------------------------------


class RandomApply(Sequential):
    """Calls transforms with probability *p*, all or none.

    Parameters
    ----------
    transforms : Block, callable, or list of these
    p : float
    """

    def __init__(
        self, transforms: Callable[..., NDArray] | Sequence[Callable[..., object]], p: float = 0.5
    ) -> None:
        super().__init__()
        self.transforms: Callable[..., NDArray] = (
            transforms if callable(transforms) else Compose(transforms)
        )
        self.p = p

    def forward(self, x: NDArray) -> NDArray:
        return x if random.random() > self.p else self.transforms(x)


class HybridRandomApply(HybridSequential):
    """Calls a transform with probability *p*, as a condition inside of the graph.

    Parameters
    ----------
    transforms : HybridBlock
        Keeps the shape and dtype of an image, of three axes.
    p : float

    Raises
    ------
    MXNetError
        If *transforms* is no `HybridBlock`.
    """

    def __init__(self, transforms: HybridBlock, p: float = 0.5) -> None:
        super().__init__()
        if not isinstance(transforms, HybridBlock):
            raise MXNetError(
                f"HybridRandomApply: transforms must be a HybridBlock, got {type(transforms)}"
            )
        self.transforms = transforms
        self.p = p

    def hybrid_forward(self, F: Operators, x: Tensor) -> Tensor:
        chance = F.random.uniform(shape=(1, 1, 1)) < self.p
        return F.where(F.broadcast_like(chance, x), self.transforms(x), x)
