"""`mx.image.detection`: batches of images with labelled objects, and augmenters of these."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array.ndarray import NDArray
from ..base import HostArray, MXNetError, Shape, public_names
from .iterator import ImageIter, ImageList, Labels
from .labelled import (
    CreateDetAugmenter,
    CreateMultiRandCropAugmenter,
    DetAugmenter,
    DetBorrowAug,
    DetHorizontalFlipAug,
    DetRandomCropAug,
    DetRandomPadAug,
    DetRandomSelectAug,
    Labelled,
)

__all__ = [
    "CreateDetAugmenter",
    "CreateMultiRandCropAugmenter",
    "DetAugmenter",
    "DetBorrowAug",
    "DetHorizontalFlipAug",
    "DetRandomCropAug",
    "DetRandomPadAug",
    "DetRandomSelectAug",
    "ImageDetIter",
]
__dir__ = public_names(globals())


class ImageDetIter(ImageIter):
    """Batches of images with labelled objects; see `ImageIter` and `CreateDetAugmenter`.

    The labels of an image are a list of numbers: how many numbers come before the objects, how many
    an object has, what else comes before, then the objects.  Those of a batch have the shape
    (batch, most objects, numbers of an object), filled up with -1.
    """

    def __init__(
        self,
        batch_size: int,
        data_shape: Shape,
        path_imgrec: str | None = None,
        path_imglist: str | None = None,
        path_root: str | None = None,
        path_imgidx: str | None = None,
        shuffle: bool = False,
        part_index: int = 0,
        num_parts: int = 1,
        aug_list: Sequence[DetAugmenter] | None = None,
        imglist: ImageList | None = None,
        data_name: str = "data",
        label_name: str = "label",
        last_batch_handle: str = "pad",
        **kwargs: Any,
    ) -> None:
        if aug_list is None:
            aug_list = CreateDetAugmenter(data_shape, **kwargs)
        super().__init__(
            batch_size=batch_size,
            data_shape=data_shape,
            path_imgrec=path_imgrec,
            path_imglist=path_imglist,
            path_root=path_root,
            path_imgidx=path_imgidx,
            shuffle=shuffle,
            part_index=part_index,
            num_parts=num_parts,
            aug_list=aug_list,
            imglist=imglist,
            data_name=data_name,
            label_name=label_name,
            last_batch_handle=last_batch_handle,
        )
        self.label_shape = self._estimate_label_shape()
        self._provide()

    def _provide(self) -> None:
        data_name, label_name = self.provide_data[0][0], self.provide_label[0][0]
        self.provide_data = [(data_name, (self.batch_size, *self.data_shape))]
        self.provide_label = [(label_name, (self.batch_size, *self.label_shape))]

    def _estimate_label_shape(self) -> Shape:
        """The most objects of an image, and the numbers of an object."""
        count, width = 0, 5
        self.reset()
        try:
            while True:
                label = self._parse_label(self.next_sample()[0])
                count, width = max(count, label.shape[0]), label.shape[1]
        except StopIteration:
            pass
        self.reset()
        return count, width

    def _parse_label(self, label: Labels) -> HostArray:
        """The objects in the numbers that are an image's labels, those that have an area.

        Raises
        ------
        MXNetError
            If the numbers are not what they should be, or there is no such object.
        """
        raw = np.ravel(label.asnumpy() if isinstance(label, NDArray) else label)
        name = type(self).__name__
        if raw.size < 7:
            raise MXNetError(f"{name}: a label must have 7 numbers or more, got {raw.size}")
        header, width = int(raw[0]), int(raw[1])
        if width < 5 or header < 2 or (raw.size - header) % width:
            raise MXNetError(
                f"{name}: {raw.size} numbers of a label are not {header} and objects of {width}"
            )
        objects = raw[header:].reshape(-1, width)
        valid = (objects[:, 3] > objects[:, 1]) & (objects[:, 4] > objects[:, 2])
        if not valid.any():
            raise MXNetError(f"{name}: a sample has no valid label")
        return objects[valid]

    def _check_valid_label(self, label: HostArray) -> None:
        if label.ndim != 2 or label.shape[1] < 5:
            raise MXNetError(
                f"{type(self).__name__}: labels must have shape (objects, 5 or more), "
                f"got {label.shape}"
            )
        used = label[label[:, 0] >= 0]
        if not ((used[:, 3] > used[:, 1]) & (used[:, 4] > used[:, 2])).any():
            raise MXNetError(f"{type(self).__name__}: a sample has no valid label")

    def reshape(self, data_shape: Shape | None = None, label_shape: Shape | None = None) -> None:
        """Change the shape of images (channels, height, width), or of labels, from now on.

        Raises
        ------
        ValueError
            If *label_shape* is smaller than it was.
        """
        if data_shape is not None:
            self.check_data_shape(data_shape)
            self.data_shape = tuple(data_shape)
        if label_shape is not None:
            self.check_label_shape(label_shape)
            self.label_shape = tuple(label_shape)
        self._provide()

    def check_label_shape(self, label_shape: Shape) -> None:
        """Raise ValueError unless labels of *label_shape* hold all that there are."""
        if len(label_shape) != 2:
            raise ValueError("label_shape should have length 2")
        if label_shape[0] < self.label_shape[0] or label_shape[1] != self.label_shape[1]:
            raise ValueError(
                f"label_shape={tuple(label_shape)} is too small for labels of {self.label_shape}"
            )

    def _batchify(self, batch_data: NDArray, batch_label: NDArray, start: int = 0) -> int:
        i = start
        try:
            while i < self.batch_size:
                label, content = self.next_sample()
                data = self.imdecode(content)
                try:
                    self.check_valid_image([data])
                    data, objects = self.augmentation_transform(data, self._parse_label(label))
                    self._check_valid_label(objects)
                except RuntimeError as error:
                    logging.debug("Invalid image, skipping: %s", error)
                    continue
                batch_data[i] = self.postprocess_data(data)
                rows = np.full(self.label_shape, -1, np.float32)
                rows[: len(objects)] = objects
                batch_label[i] = rows
                i += 1
        except StopIteration:
            if not i:
                raise
        return i

    def augmentation_transform(self, data: NDArray, label: HostArray) -> Labelled:  # type: ignore[override]
        """Change an image and its labels by the augmenters."""
        for augmenter in self.auglist:
            data, label = augmenter(data, label)
        return data, label

    def sync_label_shape(self, it: ImageDetIter, verbose: bool = False) -> ImageDetIter:
        """Give this iterator and *it* the larger of both shapes of labels.

        Raises
        ------
        MXNetError
            If *it* is no `ImageDetIter`, or objects have another number of numbers.
        """
        if not isinstance(it, ImageDetIter):
            raise MXNetError(f"sync_label_shape: it must be an ImageDetIter, got {type(it)}")
        if self.label_shape[1] != it.label_shape[1]:
            raise MXNetError(
                f"sync_label_shape: labels of shapes {self.label_shape} and {it.label_shape}"
            )
        count = max(self.label_shape[0], it.label_shape[0])
        for one in (self, it):
            if count > one.label_shape[0]:
                one.reshape(None, (count, one.label_shape[1]))
        if verbose:
            logging.info("Resized label_shape to %s.", self.label_shape)
        return it
