"""`ImageRecordIter`: batches of images from a file of records, prefetched by threads."""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _pictures, nd, recordio
from .._files import read_file
from ..base import DType, HostArray, MXNetError, Shape, as_dtype
from ..nd import NDArray
from .files import MXDataIter

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
    min_img_size: float = 0.0
    max_img_size: float = 1e10

    def __post_init__(self) -> None:
        for name, idle in (
            ("max_rotate_angle", (0,)),
            ("rotate", (-1, 0)),
            ("max_shear_ratio", (0,)),
            ("random_h", (0,)),
            ("random_s", (0,)),
            ("random_l", (0,)),
        ):
            if getattr(self, name) not in idle:
                raise MXNetError(
                    f"ImageRecordIter: {name}={getattr(self, name)!r} is not supported; "
                    "gluon.data.vision.transforms and mx.image have such changes"
                )

    def __call__(self, image: HostArray, height: int, width: int, draw: random.Random) -> HostArray:
        """Change an image of uint8 to that height and width; colours may become float32."""
        if self.resize > 0:
            h, w = image.shape[:2]
            short = min(h, w)
            image = self._resized(image, self.resize * h // short, self.resize * w // short, draw)
        if self.pad > 0:
            widths = ((self.pad, self.pad), (self.pad, self.pad), (0, 0))
            image = np.pad(image, widths, constant_values=self.fill_value)
        image = self._resized(self._cropped(image, height, width, draw), height, width, draw)
        if self.mirror or (self.rand_mirror and draw.random() < 0.5):
            image = image[:, ::-1]
        return self._coloured(image, draw)

    def _resized(self, image: HostArray, h: int, w: int, draw: random.Random) -> HostArray:
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
        resized: HostArray = nd.image.resize(source, size=(w, h), interp=how).asnumpy()  # type: ignore[attr-defined]
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
        if self.max_random_scale != 1 or self.min_random_scale != 1:
            scale = draw.uniform(self.min_random_scale, self.max_random_scale)
            h, w = max(round(h * scale), 1), max(round(w * scale), 1)
            image = self._resized(image, h, w, draw)
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
            image = self._resized(image, h, w, draw)
        return self._at(image, height, width, self.rand_crop, draw)

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
            other: Any = 0.0
            if which:
                grey = x @ _GRAY
                other = grey.mean() if which == 1 else grey[..., None]
            x = x * factor + other * (1 - factor)
        if self.pca_noise:
            alpha = np.array([draw.gauss(0, self.pca_noise) for _ in range(3)])
            x = x + _EIGENVECTORS @ alpha
        return np.clip(x, 0, 255).astype(np.float32)


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
    dtype : {'float32', 'float64', 'float16', 'uint8', 'int8', 'int32', 'int64'}
        That of the data; integers are not normalised.
    data_name, label_name : str
    mean_img : str
        A file of one array, of *data_shape*, that is subtracted.
    mean_r, mean_g, mean_b, mean_a, std_r, std_g, std_b, std_a, scale : float
        Channels become (x - mean) / std * scale.
    max_random_contrast, max_random_illumination : float
        Before that, (x - mean) is multiplied by a number as far from 1, and one as far from 0 is
        added.
    **augmentation
        See `Augmentation`.

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
        dtype: Any = None,
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
        **augmentation: Any,
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
        try:
            self._augmentation = Augmentation(**augmentation)
        except TypeError as error:
            raise MXNetError(f"{name}: {error}") from None
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
        self._label_width = label_width
        self._shape = shape
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
        if mean_img:
            loaded = nd.load(mean_img)
            arrays = list(loaded.values()) if isinstance(loaded, dict) else list(loaded)
            if len(arrays) != 1 or arrays[0].shape != shape:
                raise MXNetError(f"{name}: mean_img={mean_img!r} must hold one array of {shape}")
            self._mean = arrays[0].asnumpy()
        self._factor = (scale / std)[:, None, None]
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

    def _examples_of(self, index: HostArray, count: int) -> Any:
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
        labels = np.ravel(labels)
        if labels.size < self._label_width:
            raise MXNetError(
                f"{name}: image {header.id} has {labels.size} labels, expected "
                f"label_width={self._label_width}"
            )
        label[...] = labels[: self._label_width]
        draw = random.Random(seed)
        channels, height, width = self._shape
        image = _pictures.decode(content, int(channels == 3), name)
        image = image if image.ndim == 3 else image[:, :, None]
        x = self._augmentation(image, height, width, draw).transpose(2, 0, 1)
        if data.dtype.kind == "f":
            contrast, light = (draw.uniform(-v, v) if v else 0.0 for v in self._random)
            x = ((x - self._mean) * (1 + contrast) + light) * self._factor
        elif data.dtype == np.int8:
            x = np.clip(x, 0, 127)
        data[...] = x

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


class ImageRecordUInt8Iter(ImageRecordIter):
    """`ImageRecordIter` of uint8, which is not normalised."""

    _dtype = "uint8"


class ImageRecordInt8Iter(ImageRecordIter):
    """`ImageRecordIter` of int8, which is not normalised: values above 127 are 127."""

    _dtype = "int8"


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
