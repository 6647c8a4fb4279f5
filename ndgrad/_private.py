"""Functions that are private in MXNet, but imported by libraries that were built on it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from .array.ndarray import NDArray
from .base import BFLOAT16, DTYPE_NUMBERS, MXNET_BFLOAT16
from .context import Context
from .symbol import Symbol

if TYPE_CHECKING:
    from .typing import Operators, Tensor

_T = TypeVar("_T")

Nested: TypeAlias = "NDArray | Symbol | Sequence[Nested]"
"""Arrays or symbols in nested lists."""

Format: TypeAlias = "int | list[Format]"
"""How lists are nested: how many there are in each place, 0 for one as it is, -1 for none."""

__all__ = [
    "DTYPE_MX_TO_NP",
    "DTYPE_NP_TO_MX",
    "GRAD_REQ_MAP",
    "STORAGE_TYPE_ID_TO_STR",
    "STORAGE_TYPE_STR_TO_ID",
    "ForkingPickler",
    "MultiWorkerIter",
    "NDArrayHandle",
    "apply_weighting",
    "as_in_context",
    "as_list",
    "flatten",
    "get_repo_file_url",
    "get_repo_url",
    "py_slice",
    "regroup",
    "replace_file",
    "reshape_like",
]

NDArrayHandle = ctypes.c_void_p

# --- numbers that MXNet has for dtypes, storage types and requirements ----------------------------

DTYPE_MX_TO_NP = {-1: None} | {
    number: MXNET_BFLOAT16 if name == BFLOAT16 else np.dtype(name).type
    for name, number in DTYPE_NUMBERS.items()
}
DTYPE_NP_TO_MX = {dtype: number for number, dtype in DTYPE_MX_TO_NP.items()}
STORAGE_TYPE_STR_TO_ID = {"undefined": -1, "default": 0, "row_sparse": 1, "csr": 2}
STORAGE_TYPE_ID_TO_STR = {number: name for name, number in STORAGE_TYPE_STR_TO_ID.items()}
GRAD_REQ_MAP = {"null": 0, "write": 1, "add": 3}
py_slice = slice

_REPOSITORY = "https://apache-mxnet.s3-accelerate.dualstack.amazonaws.com/"

# --- losses ---------------------------------------------------------------------------------------


def apply_weighting(
    F: Operators, loss: Tensor, weight: float | None = None, sample_weight: Tensor | None = None
) -> Tensor:
    """A loss times an array of weights, which broadcast, and a number; F is `nd` or `sym`."""
    if sample_weight is not None:
        loss = F.broadcast_mul(loss, sample_weight)
    return loss if weight is None else loss * weight


def reshape_like(F: Operators, x: Tensor, y: Tensor) -> Tensor:
    """*x* in the shape of *y*; F is `nd` or `sym`."""
    return F.reshape_like(x, y)


# --- nested lists of arrays -----------------------------------------------------------------------


def as_list(x: _T | list[_T] | tuple[_T, ...]) -> list[_T] | tuple[_T, ...]:
    """A list or tuple as it is, anything else as the one element of a list."""
    return x if isinstance(x, (list, tuple)) else [x]


def flatten(args: Nested | None, inout_str: str) -> tuple[list[NDArray | Symbol | None], Format]:
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


def regroup(args: Sequence[_T], fmt: Format) -> tuple[Any, Sequence[_T]]:
    """What `flatten` took apart, and what is left of the list."""
    if fmt == 0 or fmt == -1:
        return args[0], args[1:]
    if isinstance(fmt, int):
        return args[:fmt], args[fmt:]
    found = []
    for form in fmt:
        part, args = regroup(args, form)
        found.append(part)
    return found, args


# --- data -----------------------------------------------------------------------------------------


def as_in_context(data: object, ctx: Context) -> Any:
    """Arrays in nested lists, on a context; anything else as it is."""
    if isinstance(data, NDArray):
        return data.as_in_context(ctx)
    if isinstance(data, (list, tuple)):
        return [as_in_context(x, ctx) for x in data]
    return data


class MultiWorkerIter:
    """An iterator over batches by workers, which `gluon.data.DataLoader` makes itself here."""

    def __init__(self, *args: object, **kwargs: object) -> None:
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
