"""Contexts, environment variables, files and iterators of tests."""

from __future__ import annotations

import bz2
import gzip
import os
import platform
import random
import struct
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar
from urllib.error import URLError
from urllib.request import urlopen
from zipfile import ZipFile

import numpy as np

from .. import util
from .._files import write_file
from ..base import HostArray, MXNetError, Shape, data_dir
from ..context import Context, current_context, num_gpus
from ..io import DataBatch, DataIter, MNISTIter
from ..io.batches import BatchSource, checked_iterator

_Args = ParamSpec("_Args")
_T = TypeVar("_T")


def default_context() -> Context:
    """Return the context of tests, which is the current one."""
    return current_context()


def set_default_context(ctx: Context) -> None:
    """Make a context the current one of the thread."""
    Context.default_ctx = ctx  # type: ignore[method-assign, assignment]


def default_dtype() -> type:
    """Return float32."""
    return np.float32


def list_gpus() -> range:
    """Return the numbers of the GPUs that can be used."""
    return range(num_gpus())


@contextmanager
def environment(*args: Any) -> Iterator[None]:
    """Return a scope with other environment variables.

    Parameters
    ----------
    *args : a name and a value, or a dict of them
        None as a value removes a variable.

    Raises
    ------
    ValueError
        For other arguments.
    """
    if len(args) not in (1, 2) or (len(args) == 1 and not isinstance(args[0], Mapping)):
        raise ValueError(f"environment: expected a name and a value, or one dict, got {args}")
    wanted = dict(args[0]) if len(args) == 1 else {args[0]: args[1]}
    before = {name: os.environ.get(name) for name in wanted}
    try:
        for name, value in wanted.items():
            util.setenv(name, value)
        yield
    finally:
        for name, value in before.items():
            util.setenv(name, value)


@contextmanager
def discard_stderr() -> Iterator[None]:
    """Return a scope without output on standard error, also from compiled libraries."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)


def retry(n: int) -> Callable[[Callable[_Args, _T]], Callable[_Args, _T]]:
    """Return a decorator: call a test up to *n* times, with other seeds, until it passes.

    Raises
    ------
    AssertionError
        If *n* is less than 1.
    """
    if n < 1:
        raise AssertionError(f"retry: n={n}; expected 1 or more")

    def decorate(function: Callable[_Args, _T]) -> Callable[_Args, _T]:
        @wraps(function)
        def inner(*args: _Args.args, **kwargs: _Args.kwargs) -> _T:
            for _ in range(n - 1):
                try:
                    return function(*args, **kwargs)
                except AssertionError:
                    np.random.seed(random.randrange(2**31))  # noqa: NPY002 - MXNet's tests use it
            return function(*args, **kwargs)

        return inner

    return decorate


class _Batches(BatchSource, Protocol):
    def __next__(self) -> DataBatch: ...


class DummyIter:
    """A data iterator that returns the first batch of another one again and again.

    Parameters
    ----------
    real_iter : mx.io.DataIter
    """

    def __init__(self, real_iter: DataIter | _Batches) -> None:
        self.real_iter = checked_iterator("DummyIter", real_iter)
        self.provide_data = self.real_iter.provide_data
        self.provide_label = self.real_iter.provide_label
        self.batch_size = self.real_iter.batch_size
        self.the_batch = next(real_iter)

    def __iter__(self) -> DummyIter:
        return self

    def __next__(self) -> DataBatch:
        return self.the_batch

    next = __next__


# --- files ----------------------------------------------------------------------------------------


def download(
    url: str,
    fname: str | None = None,
    dirname: str | None = None,
    overwrite: bool = False,
    retries: int = 5,
) -> str:
    """Fetch a file, unless it is there already, and return its path.

    Parameters
    ----------
    url : str
    fname : str, optional
        The file, by default named like the last part of the address.
    dirname : str, optional
        A folder for it, which is made.
    overwrite : bool
        Whether to fetch a file that is there.
    retries : int
        How often to try.

    Raises
    ------
    MXNetError
        If the file cannot be fetched.
    """
    if retries < 0:
        raise AssertionError(f"download: retries={retries}; expected 0 or more")
    path = Path(fname or url.rsplit("/", maxsplit=1)[-1])
    if dirname is not None:
        Path(dirname).mkdir(parents=True, exist_ok=True)
        path = Path(dirname) / path
    if not overwrite and path.exists():
        return str(path)
    for left in range(max(retries, 1) - 1, -1, -1):
        try:
            with urlopen(url) as answer:
                content = answer.read()
        except (URLError, OSError, ValueError) as error:
            if not left:
                raise MXNetError(
                    f"download: {url} could not be fetched to {path}: {error}"
                ) from error
            time.sleep(1)
        else:
            write_file(str(path), [content], "download")
            break
    return str(path)


_MNIST = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def _mnist_file(what: str, *names: str) -> Path:
    """The first file of these names that there is in a folder for MNIST."""
    folders = [Path("data"), Path(data_dir()) / "datasets" / "mnist"]
    for folder in folders:
        for name in names:
            if (folder / name).exists():
                return folder / name
    places = " or ".join(str(folder.absolute()) for folder in folders)
    wanted = " (or ".join(names) + ")" * (len(names) - 1)
    raise MXNetError(f"{what}: {wanted} is needed in {places}; put MNIST there")


def _idx(name: str) -> HostArray:
    """The bytes of an IDX file of MNIST, compressed or not, as an array."""
    path = _mnist_file("get_mnist", name, f"{name}.gz")
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    axes = content[3]
    shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


def get_mnist() -> dict[str, HostArray]:
    """Return MNIST from IDX files in ``data`` or ``~/.mxnet/datasets/mnist``.

    Returns
    -------
    dict
        ``train_data`` and ``test_data``, of shape (n, 1, 28, 28) and in [0, 1], float32;
        ``train_label`` and ``test_label``.

    Raises
    ------
    MXNetError
        If a file is not there; the error names it.
    """
    train, train_label, test, test_label = (_idx(name) for name in _MNIST)
    return {
        "train_data": train.reshape(-1, 1, 28, 28).astype(np.float32) / 255,
        "train_label": train_label,
        "test_data": test.reshape(-1, 1, 28, 28).astype(np.float32) / 255,
        "test_label": test_label,
    }


def get_mnist_ubyte() -> None:
    """Check that MNIST's unpacked IDX files are in ``data``; MXNet downloads them.

    Raises
    ------
    MXNetError
        If a file is not there; the error names it.
    """
    for name in _MNIST:
        if not Path("data", name).exists():
            raise MXNetError(f"get_mnist_ubyte: {name} is needed in {Path('data').absolute()}")


def get_zip_data(data_dir: str, url: str, data_origin_name: str) -> None:
    """Fetch a zip archive to a folder, unless it is there already, and unpack it there.

    Parameters
    ----------
    data_dir : str
    url : str
    data_origin_name : str
        The name of the archive.
    """
    path = Path(download(url, fname=data_origin_name, dirname=data_dir))
    with ZipFile(path) as archive:
        archive.extractall(data_dir)


def get_bz2_data(data_dir: str, data_name: str, url: str, data_origin_name: str) -> None:
    """Fetch a file that is compressed by bzip2 to a folder and unpack it, unless it is there.

    Parameters
    ----------
    data_dir : str
    data_name : str
        The name of the unpacked file.
    url : str
    data_origin_name : str
        The name of the compressed file, which is removed.
    """
    target = Path(data_dir, data_name)
    if not target.exists():
        path = Path(download(url, fname=data_origin_name, dirname=data_dir))
        write_file(target, [bz2.decompress(path.read_bytes())], "get_bz2_data")
        path.unlink()


def get_mnist_iterator(
    batch_size: int, input_shape: Shape, num_parts: int = 1, part_index: int = 0
) -> tuple[MNISTIter, MNISTIter]:
    """Return iterators over MNIST, for training and for validation.

    Parameters
    ----------
    batch_size : int
    input_shape : tuple of int
        ``(1, 28, 28)``, or ``(784,)`` for vectors.
    num_parts, part_index : int
        As `ndgrad.io.MNISTIter` takes them.

    Raises
    ------
    MXNetError
        If an unpacked file of MNIST is neither in ``data`` nor in ``~/.mxnet/datasets/mnist``.
    """
    train, train_label, test, test_label = (
        str(_mnist_file("get_mnist_iterator", name)) for name in _MNIST
    )

    def batches(image: str, label: str) -> MNISTIter:
        return MNISTIter(
            image=image,
            label=label,
            batch_size=batch_size,
            flat=len(input_shape) != 3,
            num_parts=num_parts,
            part_index=part_index,
            input_shape=input_shape,
        )

    return batches(train, train_label), batches(test, test_label)


# --- what may run here ----------------------------------------------------------------------------


def is_cd_run() -> bool:
    """Return whether the environment says ``CD_JOB=1``."""
    return os.environ.get("CD_JOB") == "1"


def is_aarch64_run() -> bool:
    """Return whether the processor is an ARM of 64 bits."""
    return platform.machine() == "aarch64"


def has_tvm_ops() -> bool:
    """Return False: no operator is made by TVM."""
    return False


def is_op_runnable() -> bool:
    """Return True: every operator runs on every device."""
    return True
