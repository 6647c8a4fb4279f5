"""`ImageRecordIter`: batches of images from a file of records, prefetched by threads."""

from __future__ import annotations

import os
import random
import warnings
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .. import _pictures, nd, recordio
from .._files import read_file
from ..base import DType, DTypeLike, HostArray, MXNetError, Shape, as_dtype, is_floating
from ..nd import NDArray
from .augmentation import Augmentation
from .files import MXDataIter

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Augmentation = TypeVar("_Augmentation", bound="DataclassInstance")


class _Records(recordio.MXRecordIO):
    """A file of records, which threads may read at positions."""

    def read_at(self, position: int) -> bytes:
        with self._lock:
            self.handle.seek(position)
            return self.read() or b""


class ImageRecordIter(MXDataIter):
    """Batches of images from a file of records, prefetched by threads.

    Parameters
    ----------
    path_imgrec : str
        The file of records.
    data_shape : tuple of int
        The (channels, height, width) of images: 3 channels of colours, or 1 of grey.
    batch_size : int
    path_imgidx : str
        The list of the records' keys; without it, the file is gone through once.
    path_imglist : str
        A list of lines ``id, labels, name`` with tabs between them, whose labels count instead of
        those of the records.
    label_width : int
        How many labels an image has.
    preprocess_threads : int
    shuffle : bool
        Whether the order is another random one in each epoch; *seed* fixes them.
    seed, seed_aug : int
        Fix the order, and the changes of images.
    num_parts, part_index : int
        Of how many parts of the images which one is taken.
    round_batch : bool
        Whether the last batch is filled with the first images, which the next epoch then leaves
        out; otherwise it is filled with zeros.  ``pad`` of the batch says how many these are.
    prefetch_buffer : int
        How many batches are prefetched.
    dtype : {'float32', 'float64', 'float16', 'bfloat16', 'uint8', 'int8', 'int32', 'int64'}
        That of the data; integers are not normalised.
    data_name, label_name : str
    mean_img : str
        A file of one array, of *data_shape*, that is subtracted.  If there is no such file, the
        mean of all images is computed, and written to it.
    mean_r, mean_g, mean_b, mean_a, std_r, std_g, std_b, std_a, scale : float
        Channels become (x - mean) / std * scale.
    max_random_contrast, max_random_illumination : float
        Before that, (x - mean) is multiplied by a number as far from 1, and one as far from 0 is
        added.
    **augmentation
        See `Augmentation`; unknown ones are ignored.

    Raises
    ------
    MXNetError
        If arguments contradict each other, or a file cannot be read.
    """

    _dtype: str | None = None

    def __init__(
        self,
        path_imgrec: str = "",
        data_shape: Shape = (),
        batch_size: int = 0,
        *,
        path_imgidx: str = "",
        path_imglist: str = "",
        label_width: int = 1,
        preprocess_threads: int = 4,
        shuffle: bool = False,
        seed: int = 0,
        seed_aug: int | None = None,
        num_parts: int = 1,
        part_index: int = 0,
        round_batch: bool = True,
        prefetch_buffer: int = 4,
        dtype: DTypeLike | None = None,
        data_name: str = "data",
        label_name: str = "softmax_label",
        mean_img: str = "",
        mean_r: float = 0,
        mean_g: float = 0,
        mean_b: float = 0,
        mean_a: float = 0,
        std_r: float = 1,
        std_g: float = 1,
        std_b: float = 1,
        std_a: float = 1,
        scale: float = 1,
        max_random_contrast: float = 0,
        max_random_illumination: float = 0,
        verbose: bool = True,
        shuffle_chunk_size: int = 0,
        shuffle_chunk_seed: int = 0,
        device_id: int = 0,
        ctx: str = "gpu",
        aug_seq: str = "aug_default",
        **augmentation: object,
    ) -> None:
        name = type(self).__name__
        shape = tuple(int(n) for n in data_shape)
        if len(shape) != 3 or shape[0] not in (1, 3) or min(shape) <= 0:
            raise MXNetError(
                f"{name}: data_shape must be (channels, height, width) with 1 or 3 channels, "
                f"got {data_shape!r}"
            )
        if not path_imgrec or batch_size <= 0 or not 0 <= part_index < num_parts:
            raise MXNetError(
                f"{name}: needs path_imgrec, batch_size > 0 and 0 <= part_index < num_parts, got "
                f"{path_imgrec!r}, {batch_size}, {part_index} and {num_parts}"
            )
        self._set_augmentation(augmentation)
        if path_imgidx:
            keys = recordio.MXIndexedRecordIO(path_imgidx, path_imgrec, "r")
            positions = [keys.idx[key] for key in keys.keys]
        else:
            positions = recordio.record_positions(path_imgrec)
        first, end = (-(-k * len(positions) // num_parts) for k in (part_index, part_index + 1))
        self._positions = positions[first:end]
        if not self._positions:
            raise MXNetError(f"{name}: there are no images in {path_imgrec!r}")
        self._records = _Records(path_imgrec, "r")
        self._labels = _labels_by_id(name, path_imglist) if path_imglist else None
        self._shape = shape
        self._label_width = label_width = self._length_of_labels(label_width)
        kind = as_dtype(self._dtype or dtype or "float32", op=name)
        n = len(self._positions)
        # What describes examples; they are read when they are needed.
        super().__init__(
            _Described((n, *shape), kind),  # type: ignore[arg-type]
            _Described((n,) if label_width == 1 else (n, label_width), np.dtype("float32")),  # type: ignore[arg-type]
            batch_size,
            round_batch,
            data_name,
            label_name,
        )
        mean = np.array([mean_r, mean_g, mean_b, mean_a][: shape[0]], np.float32)
        std = np.array([std_r, std_g, std_b, std_a][: shape[0]], np.float32)
        self._mean = mean[:, None, None]
        self._factor = (scale / np.where(std == 0, 1, std))[:, None, None]
        self._random = (max_random_contrast, max_random_illumination)
        self._shuffle = shuffle
        self._order_draw = random.Random(seed)
        self._draw = random.Random(seed if seed_aug is None else seed_aug)
        self._threads = ThreadPoolExecutor(max(1, preprocess_threads))
        self._buffer = max(1, prefetch_buffer)
        self._prefetched: deque[tuple[HostArray, int, list[Future[None]], HostArray, HostArray]] = (
            deque()
        )
        self._batch: tuple[NDArray, NDArray] | None = None
        self._order = list(range(n))
        self._reorder()
        if mean_img:
            self._mean = self._mean_image(mean_img)

    def _set_augmentation(self, options: dict[str, object]) -> None:
        """Set what changes images."""
        self._augmentation = augmenter_of(Augmentation, options, type(self).__name__)

    def _length_of_labels(self, label_width: int) -> int:
        """How many numbers an image's labels have in a batch."""
        return label_width

    def _mean_image(self, fname: str) -> HostArray:
        """The array in a file; if there is none, the mean of all images, which is saved there."""
        if not os.path.exists(fname):
            total = np.zeros(self._shape, np.float64)
            for position in self._positions:
                header, content = recordio.unpack(self._records.read_at(position))
                image, _ = self._changed(self._decoded(content), np.ravel(header.label), self._draw)
                total += image.transpose(2, 0, 1)
            mean = nd.array(total / len(self._positions))
            nd.save(fname, {"mean_img": mean})
        loaded = nd.load(fname)
        arrays = list(loaded.values()) if isinstance(loaded, dict) else list(loaded)
        if len(arrays) != 1 or arrays[0].shape != self._shape:
            raise MXNetError(
                f"{type(self).__name__}: mean_img={fname!r} must hold one array of {self._shape}"
            )
        found: HostArray = arrays[0].asnumpy()
        return found

    def _reorder(self) -> None:
        if self._shuffle:
            self._order_draw.shuffle(self._order)

    def reset(self) -> None:
        """Begin the next epoch."""
        if self._prefetched:  # not at the end
            for _, _, jobs, _, _ in self._prefetched:
                for job in jobs:
                    job.cancel()
            self._prefetched.clear()
            self._start = 0
        super().reset()
        self._reorder()

    def _examples_of(
        self, index: HostArray, count: int
    ) -> tuple[list[Future[None]], HostArray, HostArray]:
        data = np.zeros((self.batch_size, *self._shape), self.provide_data[0].dtype)
        label = np.zeros(self.provide_label[0].shape, np.float32)
        jobs = [
            self._threads.submit(
                self._read,
                self._positions[self._order[at]],
                data[i],
                label[i : i + 1],
                self._draw.getrandbits(64),
            )
            for i, at in enumerate(index[:count].tolist())
        ]
        return jobs, data, label

    def _read(self, position: int, data: HostArray, label: HostArray, seed: int) -> None:
        """Put the image at a position of the file, and its labels, into a batch."""
        name = type(self).__name__
        header, content = recordio.unpack(self._records.read_at(position))
        labels = header.label
        if self._labels is not None:
            if header.id not in self._labels:
                raise MXNetError(f"{name}: path_imglist has no labels of the image {header.id}")
            labels = self._labels[header.id]
        draw = random.Random(seed)
        image, labels = self._changed(self._decoded(content), np.ravel(labels), draw)
        label[...] = self._row_of_labels(header.id, labels, image)
        x: HostArray = np.zeros(self._shape, image.dtype)
        x[:, : image.shape[0], : image.shape[1]] = image.transpose(2, 0, 1)
        if is_floating(data.dtype):
            contrast, light = (draw.uniform(-v, v) if v else 0.0 for v in self._random)
            x = ((x - self._mean) * (1 + contrast) + light) * self._factor
        elif data.dtype == np.int8:
            x = np.clip(x, 0, 127)
        data[...] = x

    def _decoded(self, content: bytes) -> HostArray:
        image = _pictures.decode(content, int(self._shape[0] == 3), type(self).__name__)
        return image if image.ndim == 3 else image[:, :, None]

    def _changed(
        self, image: HostArray, labels: HostArray, draw: random.Random
    ) -> tuple[HostArray, HostArray]:
        """An image, and its labels, as they go into a batch."""
        return self._augmentation(image, *self._shape[1:], draw), labels

    def _row_of_labels(self, number: int, labels: HostArray, image: HostArray) -> HostArray:
        """The labels of an image in a batch."""
        if labels.size < self._label_width:
            raise MXNetError(
                f"{type(self).__name__}: image {number} has {labels.size} labels, expected "
                f"label_width={self._label_width}"
            )
        return labels[: self._label_width]

    def iter_next(self) -> bool:
        """Go on to the next batch; whether there is one."""
        while len(self._prefetched) < self._buffer and super().iter_next():
            count = self.batch_size if self._round_batch else self.batch_size - self._pad
            self._prefetched.append(
                (self._index, self._pad, *self._examples_of(self._index, count))
            )
        if not self._prefetched:
            return False
        index, pad, jobs, data, label = self._prefetched.popleft()
        for job in jobs:
            job.result()
        self._current = index, pad
        self._batch = nd.from_numpy(data), nd.from_numpy(label)
        return True

    def getdata(self) -> NDArray:
        assert self._batch is not None
        return self._batch[0]

    def getlabel(self) -> NDArray:
        assert self._batch is not None
        return self._batch[1]

    def getindex(self) -> HostArray:
        return np.array([self._order[i] for i in self._current[0].tolist()])

    def getpad(self) -> int:
        return self._current[1]


ImageRecordIter_v1 = ImageRecordIter


class ImageRecordUInt8Iter(ImageRecordIter):
    """`ImageRecordIter` of uint8, which is not normalised."""

    _dtype = "uint8"


ImageRecordUInt8Iter_v1 = ImageRecordUInt8Iter


class ImageRecordInt8Iter(ImageRecordIter):
    """`ImageRecordIter` of int8, which is not normalised: values above 127 are 127."""

    _dtype = "int8"


def augmenter_of(kind: type[_Augmentation], options: dict[str, object], name: str) -> _Augmentation:
    """A data class with those of its fields that are given; others are ignored, as in MXNet."""
    make: Callable[..., _Augmentation] = kind
    known = {field.name for field in fields(kind)}
    if unknown := sorted({*options} - known):
        warnings.warn(f"{name}: unknown arguments are ignored: {', '.join(unknown)}", stacklevel=4)
    return make(**{key: x for key, x in options.items() if key in known})


class _Described:
    """The shape and the dtype of examples that are not there yet."""

    def __init__(self, shape: Shape, dtype: DType) -> None:
        self.shape = shape
        self.dtype = dtype.type

    def __len__(self) -> int:
        return self.shape[0]


def _labels_by_id(name: str, path: str) -> dict[int, Sequence[float]]:
    labels: dict[int, Sequence[float]] = {}
    for number, line in enumerate(read_file(path, name).decode().splitlines(), 1):
        fields = line.split("\t")
        try:
            labels[int(fields[0])] = [float(x) for x in fields[1:-1]]
        except ValueError:
            raise MXNetError(f"{name}: line {number} of {path!r} is no line of a list") from None
    return labels
