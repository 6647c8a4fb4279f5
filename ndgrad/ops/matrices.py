"""Checks of arrays of matrices, the matrices being the last two axes, and places in matrices."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..base import FLOATING, HostArray, MXNetError, is_floating
from ..tape import Array
from .products import show
from .table import F


def check_floats(op: str, **arrays: Array) -> None:
    """Raise unless all arrays have one dtype, a floating one."""
    first = next(iter(arrays.values()))._data.dtype
    for name, x in arrays.items():
        if not is_floating(x._data.dtype):
            raise MXNetError(
                f"Operator {op}: argument {name} has dtype {x._data.dtype}, expected {FLOATING}"
            )
        if x._data.dtype != first:
            raise MXNetError(
                f"Operator {op}: argument {name} has dtype {x._data.dtype}, expected {first} as "
                "the first argument has"
            )


def check_square(op: str, A: Array) -> None:
    """Raise unless A holds square matrices of floating dtype."""
    check_floats(op, A=A)
    shape = A._shape
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise MXNetError(
            f"Operator {op}: argument A has shape {show(shape)}, expected square matrices in the "
            "last two axes"
        )


def transposed(x: Array) -> Array:
    """*x* with each matrix transposed."""
    return F.SwapAxis(x, dim1=-1, dim2=-2)


def _frozen(index: HostArray) -> HostArray:
    index.flags.writeable = False
    return index


@lru_cache(maxsize=256)
def diagonal_places(n: int, offset: int) -> HostArray:
    """Where the elements of a diagonal are in a matrix of *n* rows and columns."""
    start = offset if offset >= 0 else -offset * n
    return _frozen(start + np.arange(max(0, n - abs(offset)), dtype=np.int64) * (n + 1))


@lru_cache(maxsize=256)
def triangle_places(n: int, offset: int, lower: bool) -> HostArray:
    """Where the elements of a triangle are in a matrix, up to a diagonal or from one on.

    Those of a lower one are in the order of rows, those of an upper one in that of columns.
    """
    first, second = np.tril_indices(n, offset if lower else -offset)
    rows, columns = (first, second) if lower else (second, first)
    return _frozen(rows.astype(np.int64) * n + columns)
