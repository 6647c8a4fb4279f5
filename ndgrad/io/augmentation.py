"""Random changes of images: crops, turns, colours, as iterators over records make them."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

from .. import nd
from ..base import HostArray, MXNetError

_EIGENVECTORS = np.array(
    [
        [55.46 * -0.5675, 4.794 * 0.7192, 1.148 * 0.4009],
        [55.46 * -0.5808, 4.794 * -0.0045, 1.148 * -0.8140],
        [55.46 * -0.5836, 4.794 * -0.6948, 1.148 * 0.4203],
    ]
)
"""The principal components of ImageNet's colours, each times the root of its variance."""

_GRAY = np.array([0.299, 0.587, 0.114])


@dataclass
class Augmentation:
    """How an image is changed before it is put into a batch.

    Parameters
    ----------
    resize : int
        The length of the shorter side at first, if it is positive.
    rand_crop : bool
        Whether the image is cropped somewhere; otherwise in the middle.
    random_resized_crop : bool
        Whether a rectangle of random area and ratio is cropped, and resized.
    min_random_area, max_random_area : float
        Between which parts of the image's area.
    min_aspect_ratio, max_aspect_ratio : float
        Between which ratios of width to height; without *min_aspect_ratio* they are
        1 - *max_aspect_ratio* and 1 + *max_aspect_ratio*.
    min_crop_size, max_crop_size : int
        Between which lengths the sides of a square are that is cropped, and resized; if positive.
    min_random_scale, max_random_scale : float
        By which factors the image is resized.
    pad, fill_value : int
        The width of a border around the image, and its value.
    mirror, rand_mirror : bool
        Whether the image is reversed from left to right, always or every other one at random.
    brightness, contrast, saturation : float
        How far each factor may be from 1.
    pca_noise : float
        The standard deviation of how much of the principal components of colours is added.
    inter_method : int
        0 to 4 as in `image.imresize`, 9 chooses by sizes, 10 at random.
    max_rotate_angle, rotate : int
        How many degrees the image is turned at most, or always, if positive.
    max_shear_ratio : float
        How far it is sheared at most.
    random_h, random_s, random_l : int
        How far hue (from 0 to 180), saturation and lightness (to 255) are moved at most.
    """

    resize: int = -1
    rand_crop: bool = False
    random_resized_crop: bool = False
    min_random_area: float = 1.0
    max_random_area: float = 1.0
    min_aspect_ratio: float | None = None
    max_aspect_ratio: float = 0.0
    min_crop_size: int = -1
    max_crop_size: int = -1
    min_random_scale: float = 1.0
    max_random_scale: float = 1.0
    pad: int = 0
    fill_value: int = 255
    mirror: bool = False
    rand_mirror: bool = False
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    pca_noise: float = 0.0
    inter_method: int = 1
    max_rotate_angle: int = 0
    rotate: int = -1
    max_shear_ratio: float = 0.0
    random_h: int = 0
    random_s: int = 0
    random_l: int = 0

    def __call__(self, image: HostArray, height: int, width: int, draw: random.Random) -> HostArray:
        """Change an image of uint8 to that height and width; colours may become float32."""
        if self.resize > 0:
            h, w = image.shape[:2]
            short = min(h, w)
            image = self.resized(image, self.resize * h // short, self.resize * w // short, draw)
        if self._turns:
            image = self._turned(image, draw)
        if self.pad > 0:
            widths = ((self.pad, self.pad), (self.pad, self.pad), (0, 0))
            image = np.pad(image, widths, constant_values=self.fill_value)
        image = self.resized(self._cropped(image, height, width, draw), height, width, draw)
        if self.mirror or (self.rand_mirror and draw.random() < 0.5):
            image = image[:, ::-1]
        return self._coloured(image, draw)

    def resized(self, image: HostArray, h: int, w: int, draw: random.Random) -> HostArray:
        """An image of uint8 in that height and width."""
        old_h, old_w = image.shape[:2]
        if (old_h, old_w) == (h, w):
            return image
        how = self.inter_method
        if how == 9:
            larger, smaller = h > old_h and w > old_w, h < old_h and w < old_w
            how = 2 if larger else 3 if smaller else 1
        elif how == 10:
            how = draw.randint(0, 4)
        source = nd.array(image, dtype=image.dtype)
        resized: HostArray = nd.image.resize(source, size=(w, h), interp=how).asnumpy()
        return resized

    def _cropped(self, image: HostArray, height: int, width: int, draw: random.Random) -> HostArray:
        """The part of an image that becomes the result."""
        h, w = image.shape[:2]
        if self.random_resized_crop:
            low, high = self._ratios()
            for _ in range(10):
                area = draw.uniform(self.min_random_area, self.max_random_area) * h * w
                ratio = math.exp(draw.uniform(math.log(low), math.log(high)))
                new_w, new_h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
                if 0 < new_w <= w and 0 < new_h <= h:
                    return self._at(image, new_h, new_w, True, draw)
            return self._at(image, min(h, w), min(h, w), False, draw)
        if self._scales and not self._turns:
            scale = draw.uniform(self.min_random_scale, self.max_random_scale)
            h, w = max(round(h * scale), 1), max(round(w * scale), 1)
            image = self.resized(image, h, w, draw)
        if self.max_crop_size > 0:
            side = draw.randint(max(self.min_crop_size, 1), self.max_crop_size)
            if side > min(h, w):
                raise MXNetError(
                    f"ImageRecordIter: max_crop_size={self.max_crop_size} is larger than an image "
                    f"of height {h} and width {w}"
                )
            return self._at(image, side, side, self.rand_crop, draw)
        enlarged = max(height / h, width / w)
        if enlarged > 1:
            h, w = math.ceil(h * enlarged), math.ceil(w * enlarged)
            image = self.resized(image, h, w, draw)
        return self._at(image, height, width, self.rand_crop, draw)

    @property
    def _turns(self) -> bool:
        return self.max_rotate_angle > 0 or self.max_shear_ratio > 0 or self.rotate > 0

    @property
    def _scales(self) -> bool:
        return self.max_random_scale != 1 or self.min_random_scale != 1

    def _turned(self, image: HostArray, draw: random.Random) -> HostArray:
        """The image turned, sheared and scaled around its centre."""
        height, width = image.shape[:2]
        shear = draw.uniform(-self.max_shear_ratio, self.max_shear_ratio)
        degrees: float = draw.randint(-self.max_rotate_angle, self.max_rotate_angle)
        angle = math.radians(self.rotate if self.rotate > 0 else degrees)
        scale = draw.uniform(self.min_random_scale, self.max_random_scale)
        cos, sin = math.cos(angle), math.sin(angle)
        matrix = scale * np.array([[cos - shear * sin, sin + shear * cos], [-sin, cos]])
        size = max(round(height * scale), 1), max(round(width * scale), 1)
        return warped(image, matrix, size, self.fill_value)

    def _ratios(self) -> tuple[float, float]:
        if self.min_aspect_ratio is not None:
            return self.min_aspect_ratio, self.max_aspect_ratio
        return 1 - self.max_aspect_ratio, 1 + self.max_aspect_ratio

    def _at(
        self, image: HostArray, height: int, width: int, anywhere: bool, draw: random.Random
    ) -> HostArray:
        h, w = image.shape[:2]
        y, x = (h - height) // 2, (w - width) // 2
        if anywhere:
            y, x = draw.randint(0, h - height), draw.randint(0, w - width)
        return image[y : y + height, x : x + width]

    def _coloured(self, image: HostArray, draw: random.Random) -> HostArray:
        moves = [
            draw.randint(-x, x) if x else 0 for x in (self.random_h, self.random_s, self.random_l)
        ]
        if image.shape[2] == 3 and any(moves):
            image = moved_hsl(image, *moves)
        if image.shape[2] != 3 or not (
            self.brightness or self.contrast or self.saturation or self.pca_noise
        ):
            return image
        x: HostArray = image.astype(np.float32)
        changes = [self.brightness, self.contrast, self.saturation]
        order = [0, 1, 2]
        draw.shuffle(order)
        for which in order:
            if not changes[which]:
                continue
            factor = 1 + draw.uniform(-changes[which], changes[which])
            other: HostArray | float = 0.0
            if which:
                grey = x @ _GRAY
                other = grey.mean() if which == 1 else grey[..., None]
            x = x * factor + other * (1 - factor)
        if self.pca_noise:
            alpha = np.array([draw.gauss(0, self.pca_noise) for _ in range(3)])
            x = x + _EIGENVECTORS @ alpha
        return np.clip(x, 0, 255).astype(np.float32)


def warped(
    image: HostArray, matrix: HostArray, size: tuple[int, int], fill_value: float
) -> HostArray:
    """An image of uint8 under a linear map of its points around the centre.

    Parameters
    ----------
    image : numpy.ndarray
        (height, width, channels).
    matrix : numpy.ndarray
        (2, 2): takes a column (x, y) of the image to one of the result.
    size : tuple of int
        Height and width of the result.
    fill_value : float
        What is outside of the image.
    """
    height, width = image.shape[:2]
    rows, columns = np.mgrid[: size[0], : size[1]]
    points = np.stack([columns - size[1] / 2, rows - size[0] / 2]).reshape(2, -1)
    x, y = np.linalg.inv(matrix) @ points + [[width / 2], [height / 2]]
    framed = np.pad(image, ((1, 1), (1, 1), (0, 0)), constant_values=fill_value).astype(np.float64)
    x, y = np.clip(x + 1, 0, width + 0.999), np.clip(y + 1, 0, height + 0.999)
    left, upper = x.astype(np.int64), y.astype(np.int64)
    right_part, lower_part = (x - left)[:, None], (y - upper)[:, None]
    above = framed[upper, left] * (1 - right_part) + framed[upper, left + 1] * right_part
    below = framed[upper + 1, left] * (1 - right_part) + framed[upper + 1, left + 1] * right_part
    found = above * (1 - lower_part) + below * lower_part
    return np.rint(found).astype(image.dtype).reshape(*size, image.shape[2])


def moved_hsl(image: HostArray, hue: float, saturation: float, lightness: float) -> HostArray:
    """An image of colours from 0 to 255 with other hues (0 to 180), saturations and lightnesses.

    Each is the old one and a number, cut off at its limits.
    """
    rgb = image.astype(np.float64) / 255
    high, low = rgb.max(-1), rgb.min(-1)
    light, spread = (high + low) / 2, high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.where(spread == 0, 0, spread / (1 - np.abs(2 * light - 1)))
        r, g, b = np.moveaxis(rgb, -1, 0)
        turn = np.where(high == r, (g - b) / spread % 6, (b - r) / spread + 2)
        turn = np.where((high == b) & (high != r) & (high != g), (r - g) / spread + 4, turn)
    h = np.where(spread == 0, 0, turn * 30)
    h = np.clip(h + hue, 0, 180) / 30
    s = np.clip(s * 255 + saturation, 0, 255) / 255
    light = np.clip(light * 255 + lightness, 0, 255) / 255
    chroma = (1 - np.abs(2 * light - 1)) * s
    channels = []
    for shift in (0, 8, 4):
        k = (shift + 2 * h) % 12
        channels.append(light - chroma / 2 * np.clip(np.minimum(k - 3, 9 - k), -1, 1))
    return np.clip(np.rint(np.stack(channels, -1) * 255), 0, 255).astype(np.uint8)
