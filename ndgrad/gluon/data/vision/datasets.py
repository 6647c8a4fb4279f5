"""Datasets of images: MNIST, CIFAR and others from their files, folders and files of a user."""

from __future__ import annotations

import gzip
import os
import tarfile
import warnings
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .... import image, nd
from ...._private import get_repo_file_url
from ....array.ndarray import NDArray
from ....base import HostArray, MXNetError, data_dir, public_names
from ....image.iterator import read_list
from ....recordio import unpack
from ....util import default_array
from ...utils import download
from ..dataset import Dataset, RecordFileDataset, _DownloadedDataset

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "MNIST",
    "FashionMNIST",
    "ImageFolderDataset",
    "ImageListDataset",
    "ImageRecordDataset",
]
__dir__ = public_names(globals())

Transform = Callable[[Any, Any], object]
"""Makes an element of an image and its label."""

_EXTENSIONS = (".jpg", ".jpeg", ".png")


def _root(name: str) -> str:
    return os.path.join(data_dir(), "datasets", name)


class _KnownDataset(_DownloadedDataset):
    """A dataset whose files are in a folder, or are fetched into it.

    Parameters
    ----------
    root : str
    transform : callable, optional
        Takes an image and its label, and returns the element.
    """

    _namespace: str

    def _get_data(self) -> None:
        self._data, self._label = self._read()

    def _read(self) -> tuple[NDArray, HostArray]:
        """The images and their labels."""
        raise NotImplementedError

    def _file(self, name: str) -> str:
        """The path of a file, which is fetched if it is not there."""
        path = os.path.join(self._root, name)
        if os.path.exists(path):
            return path
        address = get_repo_file_url(f"gluon/dataset/{self._namespace}", name)
        os.makedirs(self._root, exist_ok=True)
        return download(address, path=self._root, retries=0)


class MNIST(_KnownDataset):
    """Handwritten digits: 60,000 images to train with and 10,000 to test.

    Elements are an image, uint8 of shape (28, 28, 1), and a label, int32.

    Parameters
    ----------
    root : str
        The folder of the files: ``train-images-idx3-ubyte.gz``, ``train-labels-idx1-ubyte.gz``, and
        the same with ``t10k``.
    train : bool
        Whether it is the images to train with.
    transform : callable, optional
        Takes an image and its label, and returns the element.

    Raises
    ------
    MXNetError
        If a file is missing and cannot be fetched, or is not what it should be.
    """

    _namespace = "mnist"

    def __init__(
        self,
        root: str = _root("mnist"),
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self._train = train
        super().__init__(root, transform)

    def _read(self) -> tuple[NDArray, HostArray]:
        part = "train" if self._train else "t10k"
        images = _idx(self._file(f"{part}-images-idx3-ubyte.gz"), 3)
        labels = _idx(self._file(f"{part}-labels-idx1-ubyte.gz"), 1)
        if len(images) != len(labels):
            raise MXNetError(
                f"{type(self).__name__}: {len(images)} images and {len(labels)} labels "
                f"in {self._root!r}"
            )
        return default_array(nd.array(images[..., None], dtype=np.uint8)), labels.astype(np.int32)


class FashionMNIST(MNIST):
    """Pictures of clothes, in the form of `MNIST`; ten classes."""

    _namespace = "fashion-mnist"

    def __init__(
        self,
        root: str = _root("fashion-mnist"),
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        super().__init__(root, train, transform)


def _idx(path: str, ndim: int) -> HostArray:
    """The bytes in a file of LeCun's IDX format, compressed by gzip."""
    try:
        with gzip.open(path) as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise MXNetError(f"cannot read {path!r}: {error}") from error
    head = 4 * (1 + ndim)
    words = np.frombuffer(content[:head].ljust(head, b"\0"), ">u4")
    if words[0] != 0x800 + ndim:
        raise MXNetError(f"{path!r} is no IDX file of bytes along {ndim} axes")
    shape = tuple(words[1:].tolist())
    data = np.frombuffer(content[head:], np.uint8)
    if data.size != np.prod(shape, dtype=object):
        raise MXNetError(f"{path!r} has {data.size} bytes of data, expected those of shape {shape}")
    return data.reshape(shape)


class CIFAR10(_KnownDataset):
    """Small photos of ten classes: 50,000 images to train with and 10,000 to test.

    Elements are an image, uint8 of shape (32, 32, 3), and a label, int32.

    Parameters
    ----------
    root : str
        The folder of the files ``data_batch_1.bin`` to ``data_batch_5.bin`` and ``test_batch.bin``,
        or of the archive ``cifar-10-binary.tar.gz`` that holds them.
    train : bool
        Whether it is the images to train with.
    transform : callable, optional
        Takes an image and its label, and returns the element.

    Raises
    ------
    MXNetError
        If a file is missing and cannot be fetched, or is not what it should be.
    """

    _namespace = "cifar10"
    _archive = "cifar-10-binary.tar.gz"
    _train_files: tuple[str, ...] = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
    _test_files: tuple[str, ...] = ("test_batch.bin",)
    _labels = 1  # in front of each image
    _label_at = 0

    def __init__(
        self,
        root: str = _root("cifar10"),
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self._train = train
        super().__init__(root, transform)

    def _read(self) -> tuple[NDArray, HostArray]:
        names = self._train_files if self._train else self._test_files
        paths = [os.path.join(self._root, name) for name in names]
        if all(map(os.path.exists, paths)):
            contents = [np.fromfile(path, np.uint8) for path in paths]
        else:
            contents = _in_archive(self._file(self._archive), names)
        size = self._labels + 3 * 32 * 32
        for name, content in zip(names, contents, strict=True):
            if not content.size or content.size % size:
                raise MXNetError(
                    f"{type(self).__name__}: {name!r} in {self._root!r} has {content.size} bytes, "
                    f"expected a multiple of {size}"
                )
        rows = np.concatenate(contents).reshape(-1, size)
        images = rows[:, self._labels :].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        labels = rows[:, self._label_at].astype(np.int32)
        return default_array(nd.array(images, dtype=np.uint8)), labels


class CIFAR100(CIFAR10):
    """Small photos of a hundred classes, in the form of `CIFAR10`.

    Parameters
    ----------
    root : str
        The folder of the files ``train.bin`` and ``test.bin``, or of the archive
        ``cifar-100-binary.tar.gz`` that holds them.
    fine_label : bool
        Whether labels are the hundred classes; otherwise twenty groups of these.
    train : bool
    transform : callable, optional
    """

    _namespace = "cifar100"
    _archive = "cifar-100-binary.tar.gz"
    _train_files = ("train.bin",)
    _test_files = ("test.bin",)
    _labels = 2

    def __init__(
        self,
        root: str = _root("cifar100"),
        fine_label: bool = False,
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self._label_at = int(fine_label)
        super().__init__(root, train, transform)


def _in_archive(path: str, names: Sequence[str]) -> list[HostArray]:
    """The files of some names, in whatever folders, in an archive."""
    found: dict[str, HostArray] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = os.path.basename(member.name)
                if name in names and (file := archive.extractfile(member)) is not None:
                    found[name] = np.frombuffer(file.read(), np.uint8)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise MXNetError(f"cannot read {path!r}: {error}") from error
    missing = [name for name in names if name not in found]
    if missing:
        raise MXNetError(f"{path!r} does not hold {', '.join(missing)}")
    return [found[name] for name in names]


# --- files of a user ------------------------------------------------------------------------------


class ImageRecordDataset(RecordFileDataset):
    """The images, with labels, in a file of records that `pack_img` made.

    Parameters
    ----------
    filename : str
        The list of its keys has the ending ``.idx``.
    flag : {0, 1}
        Whether images are in colour, with three channels, or grey, with one.
    transform : callable, optional
        Takes an image and its label, and returns the element.
    """

    def __init__(self, filename: str, flag: int = 1, transform: Transform | None = None) -> None:
        super().__init__(filename)
        self._flag = flag
        self._transform = transform

    def __getitem__(self, idx: int) -> Any:
        header, content = unpack(super().__getitem__(idx))
        picture = image.imdecode(content, self._flag)
        if self._transform is None:
            return picture, header.label
        return self._transform(picture, header.label)


class _ImageFiles(Dataset):
    """Images in files, with labels."""

    items: list[tuple[str, int | HostArray]]

    def __init__(self, flag: int, transform: Transform | None) -> None:
        self._flag = flag
        self._transform = transform

    def __getitem__(self, idx: int) -> Any:
        path, label = self.items[idx]
        picture = image.imread(path, self._flag)
        return (picture, label) if self._transform is None else self._transform(picture, label)

    def __len__(self) -> int:
        return len(self.items)


class ImageFolderDataset(_ImageFiles):
    """The images in the folders of a folder; each is a class.

    Parameters
    ----------
    root : str
        Files that end in ``.jpg``, ``.jpeg`` or ``.png`` count.
    flag : {0, 1}
        Whether images are in colour, with three channels, or grey, with one.
    transform : callable, optional
        Takes an image and its label, and returns the element.

    Attributes
    ----------
    synsets : list of str
        The names of the classes, in the order of their numbers.
    items : list of tuple
        Paths and labels.
    """

    def __init__(self, root: str, flag: int = 1, transform: Transform | None = None) -> None:
        super().__init__(flag, transform)
        self._root = os.path.expanduser(root)
        self._exts = _EXTENSIONS
        self.synsets: list[str] = []
        self.items = []
        for folder in sorted(os.listdir(self._root)):
            path = os.path.join(self._root, folder)
            if not os.path.isdir(path):
                warnings.warn(f"Ignoring {path}, which is not a directory.", stacklevel=2)
                continue
            label = len(self.synsets)
            self.synsets.append(folder)
            for name in sorted(os.listdir(path)):
                ending = os.path.splitext(name)[1]
                if ending.lower() in self._exts:
                    self.items.append((os.path.join(path, name), label))
                else:
                    warnings.warn(
                        f"Ignoring {os.path.join(path, name)} of type {ending}. "
                        f"Only support {', '.join(self._exts)}",
                        stacklevel=2,
                    )


class ImageListDataset(_ImageFiles):
    """The images in a list.

    Parameters
    ----------
    root : str
        The folder that names are relative to.
    imglist : str or list
        A file of lines ``number, one label or several, name`` with tabs between them; or lists of
        one label, or a list of labels, and a name.
    flag : {0, 1}
        Whether images are in colour, with three channels, or grey, with one.

    Raises
    ------
    MXNetError
        If the list cannot be read.
    """

    def __init__(
        self, root: str = ".", imglist: str | Sequence[Sequence[Any]] | None = None, flag: int = 1
    ) -> None:
        super().__init__(flag, None)
        self._root = os.path.expanduser(root)
        listed: list[tuple[HostArray, str]]
        if isinstance(imglist, str):
            path = os.path.join(self._root, os.path.expanduser(imglist))
            listed = [
                (labels.asnumpy(), name)
                for labels, name in read_list(type(self).__name__, path).values()
            ]
        elif isinstance(imglist, (list, tuple)):
            listed = [(np.atleast_1d(np.asarray(x, np.float32)), name) for x, name in imglist]
        else:
            raise MXNetError(f"ImageListDataset: imglist must be a file or a list, got {imglist!r}")
        self.items = [
            (os.path.join(self._root, name), x[0] if len(x) == 1 else x) for x, name in listed
        ]
