"""Augmenters of images with labelled objects.

Labels are an array with a row for each object: class, left, upper, right and lower border, the last
four as parts of the width and height; more columns stay as they are.
"""

from __future__ import annotations

import json
import logging
import math
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .. import nd
from ..array.ndarray import NDArray
from ..base import HostArray, MXNetError, numeric_types
from .augmenters import (
    Augmenter,
    CastAug,
    Dump,
    ForceResizeAug,
    RandomGrayAug,
    ResizeAug,
    color_augmenters,
    normalizer,
)
from .functions import Box, copyMakeBorder, fixed_crop

if TYPE_CHECKING:
    from ..typing import ArrayLike

Labelled: TypeAlias = tuple[NDArray, HostArray]
"""An image and its labels."""

Range: TypeAlias = tuple[float, float]


class DetAugmenter:
    """Base class: a subclass defines ``__call__(src, label)``, which returns both anew.

    Parameters
    ----------
    **kwargs
        The parameters that `dumps` returns.
    """

    def __init__(self, **kwargs: object) -> None:
        self._kwargs = Augmenter(**kwargs)._kwargs

    def dumps(self) -> Dump:
        """The class's name and parameters, as JSON; of augmenters of augmenters as a list."""
        return json.dumps([type(self).__name__.lower(), self._kwargs])

    def __call__(self, src: NDArray, label: HostArray) -> Labelled:
        raise NotImplementedError(f"{type(self).__name__} has no __call__")


class DetBorrowAug(DetAugmenter):
    """An `Augmenter` that leaves objects where they are.

    Raises
    ------
    TypeError
        If *augmenter* is none.
    """

    def __init__(self, augmenter: Augmenter) -> None:
        if not isinstance(augmenter, Augmenter):
            raise TypeError("Borrowing from invalid Augmenter")
        super().__init__()
        self.augmenter = augmenter

    def dumps(self) -> Dump:
        return [type(self).__name__.lower(), self.augmenter.dumps()]

    def __call__(self, src: NDArray, label: HostArray) -> Labelled:
        return self.augmenter(src), label


class DetRandomSelectAug(DetAugmenter):
    """One of a list of augmenters at random, or, with probability *skip_prob*, none.

    Raises
    ------
    TypeError
        If one is no `DetAugmenter`.
    """

    def __init__(
        self, aug_list: DetAugmenter | Sequence[DetAugmenter], skip_prob: float = 0
    ) -> None:
        super().__init__(skip_prob=skip_prob)
        given = aug_list if isinstance(aug_list, (list, tuple)) else [aug_list]
        for augmenter in given:
            if not isinstance(augmenter, DetAugmenter):
                raise TypeError("Allow DetAugmenter in list only")
        self.aug_list = list(given)
        self.skip_prob = skip_prob if self.aug_list else 1

    def dumps(self) -> Dump:
        return [type(self).__name__.lower(), [x.dumps() for x in self.aug_list]]

    def __call__(self, src: NDArray, label: HostArray) -> Labelled:
        if random.random() < self.skip_prob:
            return src, label
        return random.choice(self.aug_list)(src, label)


class DetHorizontalFlipAug(DetAugmenter):
    """Reverses an image from left to right, with probability *p*."""

    def __init__(self, p: float) -> None:
        super().__init__(p=p)
        self.p = p

    def __call__(self, src: NDArray, label: HostArray) -> Labelled:
        if random.random() >= self.p:
            return src, label
        label = label.copy()
        label[:, (1, 3)] = 1.0 - label[:, (3, 1)]
        return nd.flip(src, axis=1), label


def _areas(boxes: HostArray) -> HostArray:
    """The areas of boxes, which are columns left, upper, right, lower; none are negative."""
    widths = np.maximum(0, boxes[:, 2] - boxes[:, 0])
    return widths * np.maximum(0, boxes[:, 3] - boxes[:, 1])


def _relative(label: HostArray, box: Box, width: int, height: int) -> HostArray:
    """Labels in parts of a box of an image, of that width and height."""
    x, y, w, h = box
    label = label.copy()
    label[:, (1, 3)] = (label[:, (1, 3)] * width - x) / w
    label[:, (2, 4)] = (label[:, (2, 4)] * height - y) / h
    return label


class DetRandomCropAug(DetAugmenter):
    """Crops an image at random, so that enough of an object stays in it.

    Parameters
    ----------
    min_object_covered : float
        Of each object that the crop has a part of, at least so much is in it.
    aspect_ratio_range : tuple of float
        Between which ratios of width to height the crop is.
    area_range : tuple of float
        Between which parts of the image's area.
    min_eject_coverage : float
        Objects of which less is left are dropped.
    max_attempts : int
        After so many tries the image stays as it is.
    """

    def __init__(
        self,
        min_object_covered: float = 0.1,
        aspect_ratio_range: Range | float = (0.75, 1.33),
        area_range: Range | float = (0.05, 1.0),
        min_eject_coverage: float = 0.3,
        max_attempts: int = 50,
    ) -> None:
        ratios, areas = _ranges(aspect_ratio_range, (area_range, 1.0))
        super().__init__(
            min_object_covered=min_object_covered,
            aspect_ratio_range=ratios,
            area_range=areas,
            min_eject_coverage=min_eject_coverage,
            max_attempts=max_attempts,
        )
        self.min_object_covered = min_object_covered
        self.min_eject_coverage = min_eject_coverage
        self.max_attempts = max_attempts
        self.aspect_ratio_range = ratios
        self.area_range = areas
        self.enabled = _sensible(type(self).__name__, ratios, areas)

    def __call__(self, src: NDArray, label: HostArray) -> Labelled:
        height, width, _ = src.shape
        found = self._proposal(label, height, width)
        if found is None:
            return src, label
        box, label = found
        return fixed_crop(src, *box), label

    def _proposal(self, label: HostArray, height: int, width: int) -> tuple[Box, HostArray] | None:
        if not self.enabled or height <= 0 or width <= 0:
            return None
        low, high = (x * width * height for x in self.area_range)
        for _ in range(self.max_attempts):
            ratio = random.uniform(*self.aspect_ratio_range)
            if ratio <= 0:
                continue
            # The heights of which both the area and the width are allowed.
            least = round(math.sqrt(low / ratio))
            most = min(round(math.sqrt(high / ratio)), height, int(width / ratio))
            if least > most:
                continue
            h = random.randint(least, most)
            w = min(round(h * ratio), width)
            if not low <= w * h <= high or w <= 0 or h <= 0:
                continue
            box = (random.randint(0, width - w), random.randint(0, height - h), w, h)
            kept = self._kept(label, box, width, height)
            if kept is not None:
                return box, kept
        return None

    def _kept(self, label: HostArray, box: Box, width: int, height: int) -> HostArray | None:
        """The labels that a crop leaves, cut off at its borders; None if it is not allowed."""
        moved = _relative(label, box, width, height)
        clipped = moved.copy()
        clipped[:, 1:5] = np.clip(moved[:, 1:5], 0, 1)
        areas = _areas(moved[:, 1:5])
        with np.errstate(divide="ignore", invalid="ignore"):
            covered = np.where(areas > 0, _areas(clipped[:, 1:5]) / areas, 0)
        part = covered[covered > 0]
        if not part.size or part.min() <= self.min_object_covered:
            return None
        kept = clipped[
            (clipped[:, 3] > clipped[:, 1])
            & (clipped[:, 4] > clipped[:, 2])
            & (covered > self.min_eject_coverage)
        ]
        return kept if len(kept) else None


class DetRandomPadAug(DetAugmenter):
    """Puts an image at a random place on a larger one.

    Parameters
    ----------
    aspect_ratio_range : tuple of float
        Between which ratios of width to height the larger one is.
    area_range : tuple of float
        Between which multiples of the image's area; more than 1.
    max_attempts : int
        After so many tries the image stays as it is.
    pad_val : tuple of float
        The colour around it.
    """

    def __init__(
        self,
        aspect_ratio_range: Range | float = (0.75, 1.33),
        area_range: Range | float = (1.0, 3.0),
        max_attempts: int = 50,
        pad_val: float | Sequence[float] = (128, 128, 128),
    ) -> None:
        colour = tuple(pad_val) if isinstance(pad_val, (tuple, list)) else (pad_val,)
        ratios, areas = _ranges(aspect_ratio_range, (1.0, area_range))
        super().__init__(
            aspect_ratio_range=ratios,
            area_range=areas,
            max_attempts=max_attempts,
            pad_val=colour,
        )
        self.pad_val = colour
        self.aspect_ratio_range = ratios
        self.area_range = areas
        self.max_attempts = max_attempts
        self.enabled = _sensible(type(self).__name__, ratios, areas) and areas[1] > 1.0

    def __call__(self, src: NDArray, label: HostArray) -> Labelled:
        height, width, _ = src.shape
        box = self._proposal(height, width)
        if box is None:
            return src, label
        x, y, w, h = box
        padded = copyMakeBorder(src, y, h - y - height, x, w - x - width, 0, values=self.pad_val)
        return padded, _relative(label, (-x, -y, w, h), width, height)

    def _proposal(self, height: int, width: int) -> Box | None:
        """Where the image lies on the larger one, and how large this is."""
        if not self.enabled or height <= 0 or width <= 0:
            return None
        low, high = (x * width * height for x in self.area_range)
        for _ in range(self.max_attempts):
            ratio = random.uniform(*self.aspect_ratio_range)
            if ratio <= 0:
                continue
            least = max(round(math.sqrt(low / ratio)), height, math.ceil(width / ratio))
            most = round(math.sqrt(high / ratio))
            if least > most:
                continue
            h = random.randint(least, most)
            w = round(h * ratio)
            if h - height < 2 or w - width < 2:
                continue  # a border of a pixel is none
            return random.randint(0, w - width), random.randint(0, h - height), w, h
        return None


def _ranges(
    ratios: Range | float, areas: tuple[Range | float, Range | float]
) -> tuple[Range, Range]:
    """Both ranges, of which each may be given by one number."""
    ratio = (ratios, ratios) if isinstance(ratios, numeric_types) else tuple(ratios)  # type: ignore[arg-type]
    low, high = areas
    area = low if isinstance(low, (tuple, list)) else high
    if not isinstance(area, (tuple, list)):
        area = areas  # type: ignore[assignment]
    return ratio, tuple(area)  # type: ignore[return-value, arg-type]


def _sensible(name: str, ratios: Range, areas: Range) -> bool:
    if areas[1] <= 0 or areas[0] > areas[1]:
        logging.warning("Skip %s due to invalid area_range: %s", name, areas)
        return False
    if ratios[0] > ratios[1] or ratios[0] <= 0:
        logging.warning("Skip %s due to invalid aspect_ratio_range: %s", name, ratios)
        return False
    return True


def CreateMultiRandCropAugmenter(  # MXNet's name
    min_object_covered: float | list[float] = 0.1,
    aspect_ratio_range: Range | list[Range] = (0.75, 1.33),
    area_range: Range | list[Range] = (0.05, 1.0),
    min_eject_coverage: float | list[float] = 0.3,
    max_attempts: int | list[int] = 50,
    skip_prob: float = 0,
) -> DetRandomSelectAug:
    """Make a random choice of `DetRandomCropAug`, of lists of parameters.

    Each parameter may be a list, all of one length; what is no list is the same for all of them.

    Raises
    ------
    MXNetError
        If lengths differ.
    """
    given: list[Any] = [
        min_object_covered,
        aspect_ratio_range,
        area_range,
        min_eject_coverage,
        max_attempts,
    ]
    lengths = {len(x) for x in given if isinstance(x, list)} - {1}
    if len(lengths) > 1:
        raise MXNetError(
            f"CreateMultiRandCropAugmenter: lists must have one length, got {sorted(lengths)}"
        )
    count = lengths.pop() if lengths else 1
    columns = [
        (x * count if len(x) == 1 else x) if isinstance(x, list) else [x] * count for x in given
    ]
    crops = [DetRandomCropAug(*values) for values in zip(*columns, strict=True)]
    return DetRandomSelectAug(crops, skip_prob)


def CreateDetAugmenter(  # MXNet's name
    data_shape: Sequence[int],
    resize: int = 0,
    rand_crop: float = 0,
    rand_pad: float = 0,
    rand_gray: float = 0,
    rand_mirror: bool = False,
    mean: ArrayLike | None = None,
    std: ArrayLike | None = None,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    pca_noise: float = 0,
    hue: float = 0,
    inter_method: int = 2,
    min_object_covered: float | list[float] = 0.1,
    aspect_ratio_range: Range | list[Range] = (0.75, 1.33),
    area_range: Range | list[Range] = (0.05, 3.0),
    min_eject_coverage: float | list[float] = 0.3,
    max_attempts: int | list[int] = 50,
    pad_val: Sequence[float] = (127, 127, 127),
) -> list[DetAugmenter]:
    """Make the usual list of augmenters of images with labelled objects.

    Parameters
    ----------
    data_shape : tuple of int
        The (channels, height, width) of the result.
    resize : int
        The length of the shorter side at first, if not 0.
    rand_crop, rand_pad, rand_gray : float
        With which probability it is cropped, put on a larger image, made grey.
    rand_mirror : bool
        Whether every other image is reversed from left to right.
    mean, std, brightness, contrast, saturation, pca_noise, hue, inter_method
        See `CreateAugmenter`.
    min_object_covered, aspect_ratio_range, area_range, min_eject_coverage, max_attempts
        See `CreateMultiRandCropAugmenter`; the larger image has the second of *area_range*.
    pad_val : tuple of float
        The colour around an image.
    """
    augmenters: list[DetAugmenter] = []
    if resize > 0:
        augmenters.append(DetBorrowAug(ResizeAug(resize, inter_method)))
    if rand_crop > 0:
        augmenters.append(
            CreateMultiRandCropAugmenter(
                min_object_covered,
                aspect_ratio_range,
                area_range,
                min_eject_coverage,
                max_attempts,
                skip_prob=1 - rand_crop,
            )
        )
    if rand_mirror:
        augmenters.append(DetHorizontalFlipAug(0.5))
    if rand_pad > 0:
        make: Callable[..., DetAugmenter] = DetRandomPadAug  # which takes no lists of parameters
        pad = make(aspect_ratio_range, (1.0, area_range[1]), max_attempts, pad_val)
        augmenters.append(DetRandomSelectAug([pad], 1 - rand_pad))
    size = (data_shape[2], data_shape[1])
    plain: list[Augmenter] = [ForceResizeAug(size, inter_method), CastAug()]
    plain += color_augmenters(brightness, contrast, saturation, hue, pca_noise, 0)
    if rand_gray > 0:
        plain.append(RandomGrayAug(rand_gray))
    plain += normalizer("CreateDetAugmenter", mean, std)
    return augmenters + [DetBorrowAug(augmenter) for augmenter in plain]
