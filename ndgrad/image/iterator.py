"""`ImageIter`: batches of images from a file of records or from a list of image files."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .. import nd, recordio
from .._files import read_file
from ..array.ndarray import NDArray
from ..base import ArgumentValueError, HostArray, MXNetError, Shape, numeric_types
from ..io import DataBatch, DataIter
from ..util import default_array
from .augmenters import CreateAugmenter
from .functions import imdecode

if TYPE_CHECKING:
    from ..typing import ArrayLike

Labels: TypeAlias = NDArray | HostArray | Sequence[float] | float
"""One label or several."""

Listed: TypeAlias = dict[recordio.Key, tuple[NDArray, str]]
"""Labels and names of files, by numbers."""

ImageList: TypeAlias = Sequence[Sequence[Any]]
"""Of each image its labels, numbers, and the name of its file."""

AnyAugmenter: TypeAlias = Callable[..., Any]
"""An `Augmenter`, a `DetAugmenter`, or a function like one."""

_LABEL_DTYPES = ("int32", "float32", "int64", "float64")


class ImageIter(DataIter):
    """Batches of images, decoded and changed by augmenters.

    Images come from a file of records, or by their names from a list: a file of lines ``number, one
    label or several, name`` with tabs between them, or a Python list.

    Parameters
    ----------
    batch_size : int
    data_shape : tuple of int
        The (channels, height, width) that augmenters make: 3 channels.
    label_width : int
        How many labels an image has.
    path_imgrec : str, optional
        The file of records.
    path_imglist : str, optional
        The file of the list; with *path_imgrec* its labels count, and not those of records.
    path_root : str, optional
        The folder that names are relative to.
    path_imgidx : str, optional
        The list of the records' keys, which *shuffle* and *num_parts* need.
    shuffle : bool
        Whether `reset` makes another random order.
    part_index, num_parts : int
        Which part of the images to take, and of how many.
    aug_list : list of Augmenter, optional
        By default `CreateAugmenter` makes it of the keyword arguments.
    imglist : list, optional
        Lists of one label, or a list of labels, and a name.
    data_name, label_name : str
    dtype : str
        That of the labels in *imglist*.
    last_batch_handle : {'pad', 'discard', 'roll_over'}
        What becomes of a last batch that is not full: it is filled with the first images, is left
        out, or comes first after the next `reset`, filled up.
    **kwargs
        See `CreateAugmenter`.

    Raises
    ------
    ValueError
        If *data_shape* is not that of a colour image.
    MXNetError
        If arguments contradict each other, or a file cannot be read.
    """

    def __init__(
        self,
        batch_size: int,
        data_shape: Shape,
        label_width: int = 1,
        path_imgrec: str | None = None,
        path_imglist: str | None = None,
        path_root: str | None = None,
        path_imgidx: str | None = None,
        shuffle: bool = False,
        part_index: int = 0,
        num_parts: int = 1,
        aug_list: Sequence[AnyAugmenter] | None = None,
        imglist: ImageList | None = None,
        data_name: str = "data",
        label_name: str = "softmax_label",
        dtype: str = "float32",
        last_batch_handle: str = "pad",
        **kwargs: Any,
    ) -> None:
        super().__init__(batch_size)
        name = type(self).__name__
        if not (path_imgrec or path_imglist or isinstance(imglist, list)):
            raise ArgumentValueError(f"{name}: needs path_imgrec, path_imglist or imglist, a list")
        if dtype not in _LABEL_DTYPES:
            raise MXNetError(f"{name}: dtype={dtype!r}, expected one of {', '.join(_LABEL_DTYPES)}")
        if not 0 <= part_index < num_parts:
            raise MXNetError(
                f"{name}: part_index={part_index} must be from 0 to num_parts - 1, "
                f"num_parts={num_parts}"
            )
        self.check_data_shape(data_shape)
        self.imgrec: recordio.MXRecordIO | None = None
        self.imgidx: list[recordio.Key] | None = None
        if path_imgrec and path_imgidx:
            indexed = recordio.MXIndexedRecordIO(path_imgidx, path_imgrec, "r")
            self.imgrec, self.imgidx = indexed, list(indexed.keys)
        elif path_imgrec:
            self.imgrec = recordio.MXRecordIO(path_imgrec, "r")
        self.imglist: Listed | None = None
        if path_imglist:
            self.imglist = read_list(name, path_imglist)
        elif isinstance(imglist, list):
            self.imglist = {
                str(i): (_labels(labels if len(labels) > 1 else labels[0], dtype), file)
                for i, (*labels, file) in enumerate(imglist, 1)
            }
        self.seq: list[recordio.Key] | None = self.imgidx
        if self.imglist is not None and (self.imgrec is None or self.imgidx is not None):
            self.seq = list(self.imglist)
        if self.seq is None and (shuffle or num_parts > 1):
            raise MXNetError(f"{name}: shuffle and num_parts need path_imgidx")
        if self.seq is not None and num_parts > 1:
            length = len(self.seq) // num_parts
            self.seq = self.seq[part_index * length : (part_index + 1) * length]
        self.num_image = None if self.seq is None else len(self.seq)
        self.path_root = path_root
        self.data_shape = tuple(data_shape)
        self.label_width = label_width
        self.shuffle = shuffle
        self.last_batch_handle = last_batch_handle
        augmenters = CreateAugmenter(data_shape, **kwargs) if aug_list is None else aug_list
        self.auglist: list[AnyAugmenter] = list(augmenters)
        self.provide_data: list[tuple[str, Shape]] = [(data_name, (batch_size, *self.data_shape))]
        labels = (batch_size,) if label_width == 1 else (batch_size, label_width)
        self.provide_label: list[tuple[str, Shape]] = [(label_name, labels)]
        self.cur = 0
        self._allow_read = True
        self._rolled_over: tuple[NDArray, NDArray, int] | None = None
        self.reset()

    def reset(self) -> None:
        """Begin again; with what was rolled over first."""
        if self.seq is not None and self.shuffle:
            random.shuffle(self.seq)
        if self._rolled_over is None:
            self._rewind()
        self._allow_read = True

    def hard_reset(self) -> None:
        """Begin again; what was rolled over is left out."""
        self._rolled_over = None
        self.reset()

    def _rewind(self) -> None:
        self.cur = 0
        if self.imgrec is not None:
            self.imgrec.reset()

    def next_sample(self) -> tuple[Labels, bytes]:
        """The labels and the encoded image of the next sample; StopIteration after the last."""
        if not self._allow_read:
            raise StopIteration
        if self.seq is None:
            assert self.imgrec is not None
            content = self.imgrec.read()
            if content is None:
                self._rewind_for_padding()
                raise StopIteration
            header, image = recordio.unpack(content)
            return header.label, image
        if self.cur >= len(self.seq):
            self._rewind_for_padding()
            raise StopIteration
        key = self.seq[self.cur]
        self.cur += 1
        if isinstance(self.imgrec, recordio.MXIndexedRecordIO):
            header, image = recordio.unpack(self.imgrec.read_idx(key) or b"")
            return (header.label if self.imglist is None else self.imglist[key][0]), image
        assert self.imglist is not None
        label, file = self.imglist[key]
        return label, self.read_image(file)

    def _rewind_for_padding(self) -> None:
        if self.last_batch_handle != "discard":
            self._rewind()

    def _batchify(self, batch_data: NDArray, batch_label: NDArray, start: int = 0) -> int:
        """Put samples into a batch from *start* on; return how many there are then."""
        i = start
        try:
            while i < self.batch_size:
                label, content = self.next_sample()
                data = self.imdecode(content)
                try:
                    self.check_valid_image([data])
                except RuntimeError as error:
                    logging.debug("Invalid image, skipping: %s", error)
                    continue
                batch_data[i] = self.postprocess_data(self.augmentation_transform(data))
                batch_label[i] = label
                i += 1
        except StopIteration:
            if not i:
                raise
        return i

    def next(self) -> DataBatch:
        """The next batch.

        Returns
        -------
        DataBatch
            ``pad`` says how many samples at its end are there to fill it.
        """
        rolled_over = self._rolled_over
        if rolled_over is not None:
            data, label, count = rolled_over
            self._rolled_over = None
        else:
            shapes = self.provide_data[0][1], self.provide_label[0][1]
            data, label = (default_array(nd.zeros(shape)) for shape in shapes)
            count = self._batchify(data, label)
        pad = self.batch_size - count
        if pad:
            if self.last_batch_handle == "discard":
                raise StopIteration
            if self.last_batch_handle == "roll_over" and rolled_over is None:
                self._rolled_over = data, label, count
                raise StopIteration
            self._batchify(data, label, count)
            if self.last_batch_handle == "pad":
                self._allow_read = False
        return DataBatch([data], [label], pad=pad)

    def check_data_shape(self, data_shape: Shape) -> None:
        """Raise ValueError unless *data_shape* is that of a colour image, channels first."""
        if len(data_shape) != 3:
            raise ValueError("data_shape should have length 3, with dimensions CxHxW")
        if data_shape[0] != 3:
            raise ValueError("This iterator expects inputs to have 3 channels.")

    def check_valid_image(self, data: Sequence[NDArray]) -> None:
        """Raise RuntimeError if what was decoded is no image."""
        if not data[0].shape:
            raise RuntimeError("Data shape is wrong")

    def imdecode(self, s: bytes) -> NDArray:
        """Decode an image.

        Raises
        ------
        MXNetError
            If there is none; with the name of the file, or the key of the record.
        """
        try:
            return imdecode(s)
        except MXNetError as error:
            raise MXNetError(f"{type(self).__name__}: {self._where()}: {error}") from error

    def _where(self) -> str:
        if self.seq is None:
            return "a record without a key"
        key = self.seq[self.cur - 1]
        if self.imgrec is not None or self.imglist is None:
            return f"the record with key {key}"
        return f"the file {self.imglist[key][1]!r}"

    def read_image(self, fname: str) -> bytes:
        """The content of a file below the folder *path_root*."""
        return read_file(os.path.join(self.path_root or "", fname), type(self).__name__)

    def augmentation_transform(self, data: NDArray) -> NDArray:
        """Change an image by the augmenters."""
        for augmenter in self.auglist:
            data = augmenter(data)
        return data

    def postprocess_data(self, datum: NDArray) -> NDArray:
        """Put the channels of an image first."""
        return nd.transpose(datum, axes=(2, 0, 1))


def _labels(labels: ArrayLike, dtype: str) -> NDArray:
    several = [labels] if isinstance(labels, numeric_types) else labels
    return default_array(nd.array(several, dtype=dtype))


def read_list(name: str, path: str) -> Listed:
    """The labels and the names in the file of a list, by numbers."""
    listed: Listed = {}
    for number, line in enumerate(read_file(path, name).decode().splitlines(), 1):
        fields = line.strip().split("\t")
        if fields == [""]:
            continue
        try:
            labels = np.array([float(x) for x in fields[1:-1]])
            listed[int(fields[0])] = (nd.array(labels), fields[-1])
        except ValueError:
            raise MXNetError(
                f"{name}: line {number} of path_imglist={path!r} must be a number, labels and a "
                f"name, with tabs between them, got {line!r}"
            ) from None
    return listed
