"""`ImageDetRecordIter`: batches of images with labelled objects from a file of records."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from .. import recordio
from ..base import HostArray, MXNetError, Shape
from .augmentation import Augmentation, moved_hsl
from .image_record import ImageRecordIter, augmenter_of

Numbers: TypeAlias = float | Sequence[float]
"""One for all kinds of crops, or one for each."""

_PREFIX = 4
"""How many numbers come before the labels of an image: its shape and how many labels it has."""


@dataclass
class DetectionAugmentation:
    """How an image and its objects are changed before they are put into a batch.

    Objects are rows of an array: class, left, upper, right and lower border, the last four as parts
    of the width and height; more columns stay as they are.

    Parameters
    ----------
    resize : int
        The length of the shorter side at first, if it is positive.
    rand_crop_prob : float
        With which probability the image is cropped.
    num_crop_sampler : int
        How many kinds of crops are tried, in random order.  Of each tuple below a number counts for
        each kind; the last one for the rest.
    min_crop_scales, max_crop_scales : tuple of float
        Between which square roots of the area's part a crop is.
    min_crop_aspect_ratios, max_crop_aspect_ratios : tuple of float
        Between which ratios of width to height.
    min_crop_overlaps, max_crop_overlaps : tuple of float
        Between which ratios of intersection to union of crop and object, for one object at least.
    min_crop_sample_coverages, max_crop_sample_coverages : tuple of float
        Between which parts of the crop an object covers.
    min_crop_object_coverages, max_crop_object_coverages : tuple of float
        Between which parts of an object are in the crop.
    max_crop_trials : tuple of int
        After so many tries another kind is tried.
    crop_emit_mode : {'center', 'overlap'}
        Objects are dropped of which the centre is not in the crop, or no part above
        *emit_overlap_thresh*.
    emit_overlap_thresh : float
    rand_pad_prob, max_pad_scale, fill_value : float
        With which probability the image is put on a larger one, how many times as long its sides
        are at most, and the value around it.
    max_random_hue, max_random_saturation, max_random_illumination : int
        How far each is moved at most.
    random_hue_prob, random_saturation_prob, random_illumination_prob : float
        With which probabilities.
    max_random_contrast, random_contrast_prob : float
        How far the factor of all values may be from 1, and with which probability there is one.
    rand_mirror_prob : float
        With which probability the image is reversed from left to right.
    inter_method : int
        As of `Augmentation`.
    resize_mode : {'force', 'shrink', 'fit'}
        Whether the image gets the batch's height and width, or keeps its ratio: made smaller
        if it is too large, or as large as it fits.
    """

    resize: int = -1
    rand_crop_prob: float = 0.0
    num_crop_sampler: int = 1
    min_crop_scales: Numbers = (0.0,)
    max_crop_scales: Numbers = (1.0,)
    min_crop_aspect_ratios: Numbers = (1.0,)
    max_crop_aspect_ratios: Numbers = (1.0,)
    min_crop_overlaps: Numbers = (0.0,)
    max_crop_overlaps: Numbers = (1.0,)
    min_crop_sample_coverages: Numbers = (0.0,)
    max_crop_sample_coverages: Numbers = (1.0,)
    min_crop_object_coverages: Numbers = (0.0,)
    max_crop_object_coverages: Numbers = (1.0,)
    max_crop_trials: Numbers = (25,)
    crop_emit_mode: str = "center"
    emit_overlap_thresh: float = 0.3
    rand_pad_prob: float = 0.0
    max_pad_scale: float = 1.0
    fill_value: int = 127
    max_random_hue: int = 0
    random_hue_prob: float = 0.0
    max_random_saturation: int = 0
    random_saturation_prob: float = 0.0
    max_random_illumination: int = 0
    random_illumination_prob: float = 0.0
    max_random_contrast: float = 0.0
    random_contrast_prob: float = 0.0
    rand_mirror_prob: float = 0.0
    inter_method: int = 1
    resize_mode: str = "force"

    def __post_init__(self) -> None:
        for name, choices in (
            ("resize_mode", ("force", "shrink", "fit")),
            ("crop_emit_mode", ("center", "overlap")),
        ):
            if getattr(self, name) not in choices:
                raise MXNetError(
                    f"ImageDetRecordIter: {name}={getattr(self, name)!r}, expected one of "
                    f"{', '.join(choices)}"
                )
        self._resized = Augmentation(inter_method=self.inter_method).resized

    def __call__(
        self, image: HostArray, objects: HostArray, height: int, width: int, draw: random.Random
    ) -> tuple[HostArray, HostArray]:
        """Change an image of uint8 and its objects; the image is not larger than that."""
        if self.resize > 0:
            h, w = image.shape[:2]
            short = min(h, w)
            image = self._resized(image, self.resize * h // short, self.resize * w // short, draw)
        image = self._coloured(image, draw)
        if draw.random() < self.rand_mirror_prob:
            image, objects = image[:, ::-1], objects.copy()
            objects[:, [1, 3]] = 1 - objects[:, [3, 1]]
        if draw.random() < self.rand_pad_prob and self.max_pad_scale > 1:
            image, objects = self._padded(image, objects, draw)
        if draw.random() < self.rand_crop_prob:
            image, objects = self._cropped(image, objects, draw)
        h, w = image.shape[:2]
        if self.resize_mode != "force":
            ratio = min(height / h, width / w)
            if self.resize_mode == "shrink":
                ratio = min(ratio, 1)
            height, width = max(int(h * ratio), 1), max(int(w * ratio), 1)
        return self._resized(image, height, width, draw), objects

    def _coloured(self, image: HostArray, draw: random.Random) -> HostArray:
        moves = [
            draw.randint(-most, most) if draw.random() < probability else 0
            for most, probability in (
                (self.max_random_hue, self.random_hue_prob),
                (self.max_random_saturation, self.random_saturation_prob),
                (self.max_random_illumination, self.random_illumination_prob),
            )
        ]
        if image.shape[2] == 3 and any(moves):
            image = moved_hsl(image, *moves)
        if draw.random() < self.random_contrast_prob:
            factor = 1 + draw.uniform(-self.max_random_contrast, self.max_random_contrast)
            image = np.clip(np.rint(image * factor), 0, 255).astype(np.uint8)
        return image

    def _padded(
        self, image: HostArray, objects: HostArray, draw: random.Random
    ) -> tuple[HostArray, HostArray]:
        h, w = image.shape[:2]
        scale = draw.uniform(1, self.max_pad_scale)
        large = np.full((int(h * scale), int(w * scale), image.shape[2]), self.fill_value, np.uint8)
        y, x = draw.randint(0, large.shape[0] - h), draw.randint(0, large.shape[1] - w)
        large[y : y + h, x : x + w] = image
        objects = objects.copy()
        objects[:, [1, 3]] = (objects[:, [1, 3]] * w + x) / large.shape[1]
        objects[:, [2, 4]] = (objects[:, [2, 4]] * h + y) / large.shape[0]
        return large, objects

    def _cropped(
        self, image: HostArray, objects: HostArray, draw: random.Random
    ) -> tuple[HostArray, HostArray]:
        h, w = image.shape[:2]
        kinds = list(range(self.num_crop_sampler))
        draw.shuffle(kinds)
        for kind in kinds:
            for _ in range(int(_of_kind(self.max_crop_trials, kind))):
                box = self._box(kind, w / h, draw)
                found = None if box is None else self._kept(kind, box, objects)
                if box is None or found is None:
                    continue
                left, upper, right, lower = np.rint(box * (w, h, w, h)).astype(int).tolist()
                if right > left and lower > upper:
                    return image[upper:lower, left:right], found
        return image, objects

    def _box(self, kind: int, ratio: float, draw: random.Random) -> HostArray | None:
        """A crop (left, upper, right, lower) of an image with that ratio of width to height."""
        scale = draw.uniform(
            _of_kind(self.min_crop_scales, kind), _of_kind(self.max_crop_scales, kind)
        )
        if scale <= 0:
            return None
        low = max(_of_kind(self.min_crop_aspect_ratios, kind) / ratio, scale**2)
        high = min(_of_kind(self.max_crop_aspect_ratios, kind) / ratio, 1 / scale**2)
        if low > high:
            return None
        root = math.sqrt(draw.uniform(low, high))
        width, height = min(scale * root, 1), min(scale / root, 1)
        x, y = draw.uniform(0, 1 - width), draw.uniform(0, 1 - height)
        return np.array([x, y, x + width, y + height])

    def _kept(self, kind: int, box: HostArray, objects: HostArray) -> HostArray | None:
        """The objects in a crop, in parts of it; None if it is not allowed, or has none."""
        low, high = np.maximum(objects[:, 1:3], box[:2]), np.minimum(objects[:, 3:5], box[2:])
        inside = np.prod(np.maximum(high - low, 0), axis=1)
        own = np.prod(np.maximum(objects[:, 3:5] - objects[:, 1:3], 0), axis=1)
        crop = np.prod(box[2:] - box[:2])
        parts = {
            "overlaps": inside / (own + crop - inside),
            "sample_coverages": inside / crop,
            "object_coverages": inside / np.where(own > 0, own, 1),
        }
        allowed = np.ones(len(objects), bool)
        for name, part in parts.items():
            allowed &= part >= _of_kind(getattr(self, f"min_crop_{name}"), kind)
            allowed &= part <= _of_kind(getattr(self, f"max_crop_{name}"), kind)
        if self.crop_emit_mode == "center":
            centres = (objects[:, 1:3] + objects[:, 3:5]) / 2
            kept = ((centres >= box[:2]) & (centres <= box[2:])).all(axis=1)
        else:
            kept = parts["object_coverages"] > self.emit_overlap_thresh
        if not allowed.any() or not kept.any():
            return None
        found: HostArray = objects[kept].copy()
        size = np.tile(box[2:] - box[:2], 2)
        found[:, 1:5] = np.clip((found[:, 1:5] - np.tile(box[:2], 2)) / size, 0, 1)
        return found


def _of_kind(values: Numbers, kind: int) -> float:
    given = values if isinstance(values, (tuple, list)) else (values,)
    return float(given[min(kind, len(given) - 1)])


class ImageDetRecordIter(ImageRecordIter):
    """Batches of images with labelled objects from a file of records, prefetched by threads.

    The labels of a record are numbers: how many numbers come before the objects, how many an object
    has, what else comes before, then the objects: class, left, upper, right and lower border ...,
    as parts of the width and height.  In a batch four numbers come before them: channels, height
    and width of the image, and how many numbers follow; after them it is filled up.

    Parameters
    ----------
    path_imgrec, data_shape, batch_size
        As of `ImageRecordIter`, as are its other arguments, but for what changes images.
    label_width : int
        How many numbers each record has; by default -1, records may have different numbers.
    label_pad_width : int
        To how many numbers labels are filled up; by default as many as the longest ones have.
    label_pad_value : float
        By what.
    **options
        See `DetectionAugmentation`.

    Raises
    ------
    MXNetError
        If arguments contradict each other, a file cannot be read, or labels are no such numbers.
    """

    def __init__(
        self,
        path_imgrec: str = "",
        data_shape: Shape = (),
        batch_size: int = 0,
        *,
        label_width: int = -1,
        label_pad_width: int = 0,
        label_pad_value: float = -1.0,
        max_random_contrast: float = 0.0,
        max_random_illumination: int = 0,
        **options: Any,
    ) -> None:
        self._pad_width, self._pad_value = label_pad_width, label_pad_value
        self._colours = {
            "max_random_contrast": max_random_contrast,
            "max_random_illumination": max_random_illumination,
        }
        super().__init__(path_imgrec, data_shape, batch_size, label_width=label_width, **options)

    def _set_augmentation(self, options: dict[str, object]) -> None:
        self._detection = augmenter_of(
            DetectionAugmentation, {**options, **self._colours}, type(self).__name__
        )

    def _length_of_labels(self, label_width: int) -> int:
        """The length of an image's labels in a batch: that of the longest ones, or more."""
        if self._labels is None:
            headers = (recordio.unpack(self._records.read_at(x))[0] for x in self._positions)
            lengths = [int(np.size(header.label)) for header in headers]
        else:
            lengths = [len(labels) for labels in self._labels.values()]
        for length in lengths:
            if label_width > 0 and length != label_width:
                raise MXNetError(
                    f"ImageDetRecordIter: an image has {length} labels, expected "
                    f"label_width={label_width}"
                )
        longest = max(lengths)
        if 0 < self._pad_width < longest:
            raise MXNetError(
                f"ImageDetRecordIter: label_pad_width={self._pad_width} is smaller than the "
                f"{longest} labels of an image"
            )
        return _PREFIX + max(self._pad_width, longest)

    def _changed(
        self, image: HostArray, labels: HostArray, draw: random.Random
    ) -> tuple[HostArray, HostArray]:
        header, width = (int(x) for x in labels[:2]) if labels.size > 2 else (0, 0)
        if header < 2 or width < 5 or (labels.size - header) % width:
            raise MXNetError(
                f"ImageDetRecordIter: {labels.size} labels are not a header of {header} numbers "
                f"and objects of {width}"
            )
        objects = labels[header:].reshape(-1, width)
        image, objects = self._detection(image, objects, *self._shape[1:], draw)
        return image, np.concatenate([labels[:header], objects.ravel()])

    def _row_of_labels(self, number: int, labels: HostArray, image: HostArray) -> HostArray:
        row = np.full(self._label_width, self._pad_value, np.float32)
        row[:_PREFIX] = self._shape[0], *image.shape[:2], labels.size
        row[_PREFIX : _PREFIX + labels.size] = labels
        return row
