"""Helpers of programs that train: batches split over contexts, clipped gradients, downloads."""

from __future__ import annotations

import hashlib
import math
import os
import urllib.request
import warnings
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from .. import nd
from .._files import write_file
from ..base import ArgumentValueError, MXNetError, public_names, shown
from ..context import Context
from ..nd import NDArray
from ..util import default_array
from .parameter import shape_is_known

if TYPE_CHECKING:
    from ..array.types import ArrayLike

__all__ = [
    "HookHandle",
    "check_sha1",
    "clip_global_norm",
    "download",
    "shape_is_known",
    "split_and_load",
    "split_data",
]
__dir__ = public_names(globals())


def split_data(
    data: NDArray, num_slice: int, batch_axis: int = 0, even_split: bool = True
) -> list[NDArray]:
    """Cut an array into slices along its batch axis.

    Parameters
    ----------
    data : NDArray
    num_slice : int
    batch_axis : int
    even_split : bool
        Whether the slices must have one length; otherwise the first ones may be longer by one.

    Raises
    ------
    ValueError
        If *even_split* is impossible.
    """
    size = data.shape[batch_axis]
    if num_slice < 1:
        raise ValueError(f"split_data: num_slice={num_slice}, expected 1 or more")
    if even_split and size % num_slice:
        raise ValueError(
            f"data with shape {data.shape} cannot be evenly split into {num_slice} slices along "
            f"axis {batch_axis}. Use a batch size that's multiple of {num_slice} or set "
            f"even_split=False to allow uneven partitioning of data."
        )
    step, rest = divmod(size, num_slice)
    ends = [0, *accumulate([step + (i < rest) for i in range(num_slice)])]
    before = (slice(None),) * (batch_axis % data.ndim)
    return [data[(*before, slice(begin, end))] for begin, end in pairwise(ends)]


def split_and_load(
    data: ArrayLike, ctx_list: Sequence[Context], batch_axis: int = 0, even_split: bool = True
) -> list[NDArray]:
    """Cut an array by `split_data` and copy each slice to its context."""
    if not ctx_list:
        raise ValueError("split_and_load: ctx_list must not be empty")
    if isinstance(data, NDArray):
        whole = data
    else:
        whole = default_array(nd.array(data, ctx=ctx_list[0]))
    if len(ctx_list) == 1:
        return [whole.as_in_context(ctx_list[0])]
    slices = split_data(whole, len(ctx_list), batch_axis, even_split)
    return [x.as_in_context(ctx) for x, ctx in zip(slices, ctx_list, strict=True)]


def clip_global_norm(
    arrays: Sequence[NDArray], max_norm: float, check_isfinite: bool = True
) -> float | NDArray:
    """Scale arrays in place so that the 2-norm of all elements together is at most *max_norm*.

    Returns
    -------
    float or NDArray
        The norm before; without *check_isfinite* as an array, so that nothing is read on the host.

    Raises
    ------
    ValueError
        If there are no arrays.
    """
    if not hasattr(arrays, "__getitem__"):
        raise TypeError(f"clip_global_norm: arrays must be a list of NDArray, got {shown(arrays)}")
    if len(arrays) == 0:  # the rows of an array are arrays too
        raise ArgumentValueError("clip_global_norm: arrays must not be empty")
    if not hasattr(max_norm, "__float__"):
        raise TypeError(f"clip_global_norm: max_norm must be a number, got {shown(max_norm)}")
    ctx = arrays[0].context
    squares = [nd.sum(nd.square(x)).as_in_context(ctx) for x in arrays]
    norm = nd.sqrt(nd.add_n(*squares))
    if check_isfinite and not math.isfinite(norm.asscalar()):
        warnings.warn(
            UserWarning("nan or inf is detected. Clipping results will be undefined."), stacklevel=2
        )
    scale = nd.minimum(max_norm / (norm + 1e-8), 1.0)
    for x in arrays:
        x *= scale.as_in_context(x.context)
    return float(norm.asscalar()) if check_isfinite else norm


class HookHandle:
    """A hook of a block, to be taken off by `detach` or at the end of a ``with``."""

    def __init__(self) -> None:
        self._hooks: MutableMapping[int, Callable[..., object]] | None = None

    def attach(
        self, hooks: MutableMapping[int, Callable[..., object]], hook: Callable[..., object]
    ) -> None:
        """Add *hook* to *hooks*."""
        if self._hooks is not None:
            raise AssertionError("The same handle cannot be attached twice.")
        hooks[id(self)] = hook
        self._hooks = hooks

    def detach(self) -> None:
        """Take the hook off; once is enough, more does nothing."""
        if self._hooks is not None:
            self._hooks.pop(id(self), None)

    def __enter__(self) -> HookHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.detach()


def brief(names: Iterable[object], limit: int = 7) -> str:
    """Names for a message; of many only the first and the last ones."""
    listed = [f"'{name}'" for name in names]
    if len(listed) > limit:
        half = limit // 2
        listed = [*listed[:half], "...", *listed[-half:]]
    return ", ".join(listed)


def check_sha1(filename: str, sha1_hash: str) -> bool:
    """Whether a file has this SHA-1 digest, given in hexadecimal."""
    with open(filename, "rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest() == sha1_hash


def download(
    url: str,
    path: str | None = None,
    overwrite: bool = False,
    sha1_hash: str | None = None,
    retries: int = 5,
    verify_ssl: bool = True,
) -> str:
    """Fetch a file, unless it is there already.

    Parameters
    ----------
    url : str
    path : str, optional
        The file or folder to write to; by default the URL's last part, in the current folder.
    overwrite : bool
        Fetch it in any case.
    sha1_hash : str, optional
        What the file must have as its digest.
    retries : int
        How often to try again.
    verify_ssl : bool
        Has no effect: certificates are always checked.

    Returns
    -------
    str
        The file's name.

    Raises
    ------
    MXNetError
        If it is neither there nor can be fetched, or has another digest.
    """
    name = url.rpartition("/")[2]
    if path is None:
        fname = name
    else:
        path = os.path.expanduser(path)
        fname = os.path.join(path, name) if os.path.isdir(path) else path
    if not overwrite and os.path.exists(fname) and (not sha1_hash or check_sha1(fname, sha1_hash)):
        return fname
    problem: Exception | str = ""
    for _ in range(max(retries, 0) + 1):
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                content = answer.read()
        except (OSError, ValueError) as error:  # URLError is an OSError
            problem = error
            continue
        if sha1_hash and hashlib.sha1(content).hexdigest() != sha1_hash:
            problem = "its SHA-1 digest is another one: the content may be outdated or incomplete"
            continue
        Path(fname).absolute().parent.mkdir(parents=True, exist_ok=True)
        write_file(fname, [content], "download")
        return fname
    raise MXNetError(
        f"download: {url} cannot be fetched ({problem}); put the file {name!r} into "
        f"{str(Path(fname).absolute().parent)!r} by hand"
    )
