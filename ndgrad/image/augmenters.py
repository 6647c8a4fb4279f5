"""Augmenters: changes of an image, most of them at random, that are called one after another.

Random numbers are drawn from Python's `random`, and those of `LightingAug` from NumPy's global
generator.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .. import nd
from ..array.ndarray import NDArray
from ..base import HostArray, MXNetError
from .functions import (
    center_crop,
    color_normalize,
    imresize,
    interpolation,
    random_crop,
    random_size_crop,
    resize_short,
)

if TYPE_CHECKING:
    from ..typing import ArrayLike

_GRAY = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in brightness (ITU-R BT.601)."""


Dump: TypeAlias = "str | list[Dump]"
"""JSON of the name and the parameters; of augmenters of augmenters lists of these."""


class Augmenter:
    """Base class: a subclass defines ``__call__(src)``, which returns the new image.

    Parameters
    ----------
    **kwargs
        The parameters that `dumps` returns.
    """

    def __init__(self, **kwargs: object) -> None:
        for key, value in kwargs.items():
            if isinstance(value, NDArray):
                value = value.asnumpy()
            if isinstance(value, np.ndarray):
                value = value.tolist()
            kwargs[key] = value
        self._kwargs = kwargs

    def dumps(self) -> Dump:
        """The class's name and parameters, as JSON; of a list of augmenters as a list."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])

    def __call__(self, src: NDArray) -> NDArray:
        raise NotImplementedError(f"{type(self).__name__} has no __call__")


class SequentialAug(Augmenter):
    """A list of augmenters, one after another."""

    def __init__(self, ts: Sequence[Augmenter]) -> None:
        super().__init__()
        self.ts = list(ts)

    def dumps(self) -> Dump:
        return [type(self).__name__.lower(), [t.dumps() for t in self.ts]]

    def __call__(self, src: NDArray) -> NDArray:
        for t in self.ts:
            src = t(src)
        return src


class RandomOrderAug(SequentialAug):
    """A list of augmenters, one after another in random order."""

    def __call__(self, src: NDArray) -> NDArray:
        random.shuffle(self.ts)
        return super().__call__(src)


# --- geometry -------------------------------------------------------------------------------------


class ResizeAug(Augmenter):
    """`resize_short` to *size*."""

    def __init__(self, size: int, interp: int = 2) -> None:
        super().__init__(size=size, interp=interp)
        self.size = size
        self.interp = interp

    def __call__(self, src: NDArray) -> NDArray:
        return resize_short(src, self.size, self.interp)


class _SizeAug(Augmenter):
    """An augmenter whose results have the same *size* (width, height)."""

    def __init__(self, size: Sequence[int], interp: int = 2) -> None:
        super().__init__(size=size, interp=interp)
        self.size = size
        self.interp = interp


class ForceResizeAug(_SizeAug):
    """`imresize` to *size* (width, height), whatever the ratio."""

    def __call__(self, src: NDArray) -> NDArray:
        w, h = self.size
        return imresize(src, w, h, interpolation(self.interp, (*src.shape[:2], h, w)))


class RandomCropAug(_SizeAug):
    """`random_crop` of *size* (width, height)."""

    def __call__(self, src: NDArray) -> NDArray:
        return random_crop(src, self.size, self.interp)[0]


class RandomSizedCropAug(Augmenter):
    """`random_size_crop` to *size* (width, height), of *area* and *ratio*."""

    def __init__(
        self,
        size: Sequence[int],
        area: float | tuple[float, float],
        ratio: tuple[float, float],
        interp: int = 2,
        **kwargs: float,
    ) -> None:
        area = kwargs.pop("min_area", area)
        super().__init__(size=size, area=area, ratio=ratio, interp=interp, **kwargs)
        self.size = size
        self.area = area
        self.ratio = ratio
        self.interp = interp

    def __call__(self, src: NDArray) -> NDArray:
        return random_size_crop(src, self.size, self.area, self.ratio, self.interp)[0]


class CenterCropAug(_SizeAug):
    """`center_crop` of *size* (width, height)."""

    def __call__(self, src: NDArray) -> NDArray:
        return center_crop(src, self.size, self.interp)[0]


class HorizontalFlipAug(Augmenter):
    """Reverses an image from left to right, with probability *p*."""

    def __init__(self, p: float) -> None:
        super().__init__(p=p)
        self.p = p

    def __call__(self, src: NDArray) -> NDArray:
        return nd.flip(src, axis=1) if random.random() < self.p else src


# --- colours --------------------------------------------------------------------------------------


class BrightnessJitterAug(Augmenter):
    """Multiplies by a number from 1 - *brightness* to 1 + *brightness*."""

    def __init__(self, brightness: float) -> None:
        super().__init__(brightness=brightness)
        self.brightness = brightness

    def __call__(self, src: NDArray) -> NDArray:
        return src * (1.0 + random.uniform(-self.brightness, self.brightness))


class ContrastJitterAug(Augmenter):
    """Scales the difference from the mean brightness, by 1 - *contrast* to 1 + *contrast*."""

    def __init__(self, contrast: float) -> None:
        super().__init__(contrast=contrast)
        self.contrast = contrast

    def __call__(self, src: NDArray) -> NDArray:
        alpha = 1.0 + random.uniform(-self.contrast, self.contrast)
        gray = src * nd.array([[_GRAY]])
        return src * alpha + nd.sum(gray) * (3.0 * (1.0 - alpha) / gray.size)


class SaturationJitterAug(Augmenter):
    """Scales the difference of colours from brightness, by 1 - *saturation* to 1 + *saturation*."""

    def __init__(self, saturation: float) -> None:
        super().__init__(saturation=saturation)
        self.saturation = saturation

    def __call__(self, src: NDArray) -> NDArray:
        alpha = 1.0 + random.uniform(-self.saturation, self.saturation)
        gray = nd.sum(src * nd.array([[_GRAY]]), axis=2, keepdims=True)
        return src * alpha + gray * (1.0 - alpha)


class HueJitterAug(Augmenter):
    """Rotates hue, in the plane of I and Q of the colour space YIQ, by up to *hue* half turns."""

    def __init__(self, hue: float) -> None:
        super().__init__(hue=hue)
        self.hue = hue
        self.tyiq = np.array(
            [[0.299, 0.587, 0.114], [0.596, -0.274, -0.321], [0.211, -0.523, 0.311]]
        )
        self.ityiq = np.array([[1.0, 0.956, 0.621], [1.0, -0.272, -0.647], [1.0, -1.107, 1.705]])

    def __call__(self, src: NDArray) -> NDArray:
        angle = random.uniform(-self.hue, self.hue) * np.pi
        u, w = np.cos(angle), np.sin(angle)
        turn = np.array([[1.0, 0.0, 0.0], [0.0, u, -w], [0.0, w, u]])
        return nd.dot(src, nd.array((self.ityiq @ turn @ self.tyiq).T))


class ColorJitterAug(RandomOrderAug):
    """Brightness, contrast and saturation, those that are not 0, in random order."""

    def __init__(self, brightness: float, contrast: float, saturation: float) -> None:
        ts: list[Augmenter] = []
        if brightness > 0:
            ts.append(BrightnessJitterAug(brightness))
        if contrast > 0:
            ts.append(ContrastJitterAug(contrast))
        if saturation > 0:
            ts.append(SaturationJitterAug(saturation))
        super().__init__(ts)


class LightingAug(Augmenter):
    """Adds the principal components of colours, each times a normal number of *alphastd*.

    Krizhevsky, Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural
    networks".
    """

    def __init__(self, alphastd: float, eigval: HostArray, eigvec: HostArray) -> None:
        super().__init__(alphastd=alphastd, eigval=eigval, eigvec=eigvec)
        self.alphastd = alphastd
        self.eigval = eigval
        self.eigvec = eigvec

    def __call__(self, src: NDArray) -> NDArray:
        alpha = np.random.normal(0, self.alphastd, size=(3,))  # noqa: NPY002  # what programs seed
        return src + nd.array(np.dot(self.eigvec * alpha, self.eigval))


class ColorNormalizeAug(Augmenter):
    """`color_normalize` by *mean* and *std*."""

    def __init__(self, mean: ArrayLike | None, std: ArrayLike | None) -> None:
        super().__init__(mean=mean, std=std)
        self.mean, self.std = (
            x if x is None or isinstance(x, NDArray) else nd.array(x) for x in (mean, std)
        )

    def __call__(self, src: NDArray) -> NDArray:
        return color_normalize(src, self.mean, self.std)


class RandomGrayAug(Augmenter):
    """Makes an image grey, in three equal channels, with probability *p*."""

    def __init__(self, p: float) -> None:
        super().__init__(p=p)
        self.p = p
        self.mat = nd.array([[weight] * 3 for weight in (0.21, 0.72, 0.07)])

    def __call__(self, src: NDArray) -> NDArray:
        return nd.dot(src, self.mat) if random.random() < self.p else src


class CastAug(Augmenter):
    """Casts to the dtype *typ*."""

    def __init__(self, typ: str = "float32") -> None:
        super().__init__(type=typ)
        self.typ = typ

    def __call__(self, src: NDArray) -> NDArray:
        return src.astype(self.typ)


# --- the usual list -------------------------------------------------------------------------------

MEAN = np.array([123.68, 116.28, 103.53])
"""The mean colour of ImageNet, which ``mean=True`` stands for."""

STD = np.array([58.395, 57.12, 57.375])
"""The standard deviation of its colours, which ``std=True`` stands for."""

_EIGVAL = np.array([55.46, 4.794, 1.148])
_EIGVEC = np.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]
)


def color_augmenters(
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    pca_noise: float,
    rand_gray: float,
) -> list[Augmenter]:
    """Changes of colours, those whose parameters are not 0."""
    augmenters: list[Augmenter] = []
    if brightness or contrast or saturation:
        augmenters.append(ColorJitterAug(brightness, contrast, saturation))
    if hue:
        augmenters.append(HueJitterAug(hue))
    if pca_noise > 0:
        augmenters.append(LightingAug(pca_noise, _EIGVAL, _EIGVEC))
    if rand_gray > 0:
        augmenters.append(RandomGrayAug(rand_gray))
    return augmenters


def normalizer(op: str, mean: ArrayLike | None, std: ArrayLike | None) -> list[Augmenter]:
    """A list of the normalisation by *mean* and *std*, where True is that of ImageNet."""
    if mean is None and std is None:
        return []
    values = []
    for arg, given, usual in (("mean", mean, MEAN), ("std", std, STD)):
        value = usual if given is True else given
        if value is not None:
            value = value.asnumpy() if isinstance(value, NDArray) else np.asarray(value)
            if value.shape[:1] not in ((1,), (3,)):
                raise MXNetError(f"{op}: {arg} must have 1 or 3 numbers, got {given!r}")
        values.append(value)
    return [ColorNormalizeAug(*values)]


def CreateAugmenter(  # MXNet's name
    data_shape: Sequence[int],
    resize: int = 0,
    rand_crop: bool = False,
    rand_resize: bool = False,
    rand_mirror: bool = False,
    mean: ArrayLike | None = None,
    std: ArrayLike | None = None,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    hue: float = 0,
    pca_noise: float = 0,
    rand_gray: float = 0,
    inter_method: int = 2,
) -> list[Augmenter]:
    """Make the usual list of augmenters.

    Parameters
    ----------
    data_shape : tuple of int
        The (channels, height, width) of the result.
    resize : int
        The length of the shorter side before it is cropped, if not 0.
    rand_crop : bool
        Whether it is cropped somewhere; otherwise in the middle.
    rand_resize : bool
        Whether it is `random_size_crop`; with *rand_crop* only.
    rand_mirror : bool
        Whether every other image is reversed from left to right.
    mean, std : array, or True
        Subtracted, and divided by; True is that of ImageNet.
    brightness, contrast, saturation, hue : float
        How much these change.
    pca_noise : float
        The standard deviation of `LightingAug`.
    rand_gray : float
        The probability that it is made grey.
    inter_method : int
        How it is resized; see `imresize`, and 9 chooses by sizes, 10 at random.

    Raises
    ------
    MXNetError
        If arguments contradict each other.
    """
    augmenters: list[Augmenter] = []
    if resize > 0:
        augmenters.append(ResizeAug(resize, inter_method))
    size = (data_shape[2], data_shape[1])
    if rand_resize:
        if not rand_crop:
            raise MXNetError("CreateAugmenter: rand_resize=True needs rand_crop=True")
        augmenters.append(RandomSizedCropAug(size, 0.08, (3.0 / 4.0, 4.0 / 3.0), inter_method))
    elif rand_crop:
        augmenters.append(RandomCropAug(size, inter_method))
    else:
        augmenters.append(CenterCropAug(size, inter_method))
    if rand_mirror:
        augmenters.append(HorizontalFlipAug(0.5))
    augmenters.append(CastAug())
    augmenters += color_augmenters(brightness, contrast, saturation, hue, pca_noise, rand_gray)
    return augmenters + normalizer("CreateAugmenter", mean, std)


__all__ = [
    "Augmenter",
    "BrightnessJitterAug",
    "CastAug",
    "CenterCropAug",
    "ColorJitterAug",
    "ColorNormalizeAug",
    "ContrastJitterAug",
    "CreateAugmenter",
    "ForceResizeAug",
    "HorizontalFlipAug",
    "HueJitterAug",
    "LightingAug",
    "RandomCropAug",
    "RandomGrayAug",
    "RandomOrderAug",
    "RandomSizedCropAug",
    "ResizeAug",
    "SaturationJitterAug",
    "SequentialAug",
]
