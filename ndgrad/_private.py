"""Functions that are private in MXNet, but imported by libraries that were built on it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from multiprocessing.reduction import ForkingPickler
from typing import Any

from .array.ndarray import NDArray
from .context import Context
from .symbol import Symbol

__all__ = [
    "ForkingPickler",
    "MultiWorkerIter",
    "NDArrayHandle",
    "apply_weighting",
    "as_in_context",
    "as_list",
    "flatten",
    "get_repo_file_url",
    "get_repo_url",
    "regroup",
    "replace_file",
    "reshape_like",
]

NDArrayHandle = ctypes.c_void_p

_REPOSITORY = "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/"

# --- losses ---------------------------------------------------------------------------------------


def apply_weighting(
    F: Any, loss: Any, weight: float | None = None, sample_weight: Any = None
) -> Any:
    """A loss times an array of weights, which broadcast, and a number; F is `nd` or `sym`."""
    if sample_weight is not None:
        loss = F.broadcast_mul(loss, sample_weight)
    return loss if weight is None else loss * weight


def reshape_like(F: Any, x: Any, y: Any) -> Any:
    """*x* in the shape of *y*; F is `nd` or `sym`."""
    return F.reshape_like(x, y)


# --- nested lists of arrays -----------------------------------------------------------------------


def as_list(x: Any) -> Any:
    """A list or tuple as it is, anything else as the one element of a list."""
    return x if isinstance(x, (list, tuple)) else [x]


def flatten(args: Any, inout_str: str) -> tuple[list[Any], Any]:
    """Arrays in nested lists as one list, and the format from which `regroup` makes them again.

    Raises
    ------
    ValueError
        If something else is among them; *inout_str* says what they are.
    """
    if args is None:
        return [None], -1
    if isinstance(args, NDArray):
        return [args], 0
    if isinstance(args, Symbol):
        count = len(args.list_outputs())
        return [args], count if count > 1 else 0
    if not isinstance(args, (list, tuple)):
        raise ValueError(
            f"{inout_str} must be (nested) list of Symbol or NDArray, got {args} of type "
            f"{type(args)}"
        )
    parts = [flatten(x, inout_str) for x in args]
    return [x for found, _ in parts for x in found], [form for _, form in parts]


def regroup(args: Sequence[Any], fmt: Any) -> tuple[Any, Sequence[Any]]:
    """What `flatten` took apart, and what is left of the list."""
    if fmt in (0, -1):
        return args[0], args[1:]
    if isinstance(fmt, int):
        return args[:fmt], args[fmt:]
    found = []
    for form in fmt:
        part, args = regroup(args, form)
        found.append(part)
    return found, args


# --- data -----------------------------------------------------------------------------------------


def as_in_context(data: Any, ctx: Context) -> Any:
    """Arrays in nested lists, on a context; anything else as it is."""
    if isinstance(data, NDArray):
        return data.as_in_context(ctx)
    if isinstance(data, (list, tuple)):
        return [as_in_context(x, ctx) for x in data]
    return data


class MultiWorkerIter:
    """An iterator over batches by workers, which `gluon.data.DataLoader` makes itself here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError(
            "_MultiWorkerIter is not in ndgrad; use gluon.data.DataLoader, or num_workers=0"
        )


# --- files ----------------------------------------------------------------------------------------


def get_repo_url() -> str:
    """The address of models and data sets: ``MXNET_GLUON_REPO`` or MXNet's, with a slash."""
    return os.environ.get("MXNET_GLUON_REPO", _REPOSITORY).rstrip("/") + "/"


def get_repo_file_url(namespace: str, filename: str) -> str:
    """The address of a file in the folder *namespace* there, such as ``gluon/models``."""
    return f"{get_repo_url()}{namespace}/{filename}"


def replace_file(src: str, dst: str) -> None:
    """Move a file to a name, also if there is another one of that name."""
    os.replace(src, dst)
