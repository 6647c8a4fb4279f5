"""Arrays joined and cut along an axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as onp

from ..array.ndarray import NDArray
from ..base import is_floating, shown
from ._calls import F
from ._check import array_argument, at_least, delivered, one_axis
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray

__all__ = [
    "append", "array_split", "column_stack", "concatenate", "dsplit", "dstack", "hsplit",
    "hstack", "row_stack", "split", "stack", "vsplit", "vstack",
]  # fmt: skip


def _arrays(function: str, seq: AnyArray | Sequence[AnyArray]) -> list[ndarray]:
    """The arrays to be joined, of one dtype."""
    if isinstance(seq, (NDArray, Iterator)):
        seq = list(seq)
    if not isinstance(seq, (list, tuple)):
        raise TypeError(f"{function}: expected a list or tuple of arrays, got {shown(seq)}")
    found = [array_argument(function, f"{i} of the arrays", x) for i, x in enumerate(seq)]
    if not found:
        raise ValueError(f"{function}: need at least one array")
    kinds = {x._data.dtype for x in found}
    if len(kinds) > 1:
        kind = onp.result_type(*[onp.dtype("float16") if k.kind == "b" else k for k in kinds])
        floats = [k for k in kinds if is_floating(k)]
        kind = onp.result_type(*floats) if floats else kind
        found = [F.Cast(x, dtype=kind) if x._data.dtype != kind else x for x in found]
    return found


def concatenate(
    seq: AnyArray | Sequence[AnyArray], axis: int | None = 0, out: ndarray | None = None
) -> ndarray:
    """Return arrays joined along an axis; with None, of all elements in one row."""
    arrays = _arrays("concatenate", seq)
    if axis is None:
        arrays, axis = [x.reshape((x.size,)) for x in arrays], 0
    if arrays[0].ndim == 0:
        raise ValueError("concatenate: zero-dimensional arrays cannot be concatenated")
    dim = one_axis(axis, arrays[0].ndim, "concatenate")
    return delivered(F.Concat(*arrays, dim=dim), out, "concatenate")


def stack(
    arrays: AnyArray | Sequence[AnyArray], axis: int = 0, out: ndarray | None = None
) -> ndarray:
    """Return arrays of one shape joined along a new axis."""
    found = _arrays("stack", arrays)
    if any(x.shape != found[0].shape for x in found):
        shapes = ", ".join(str(x.shape) for x in found)
        raise ValueError(f"stack: all input arrays must have the same shape, got {shapes}")
    at = one_axis(axis, found[0].ndim + 1, "stack")
    if found[0].ndim == 0:
        found = [x.reshape((1,)) for x in found]
        return delivered(F.Concat(*found, dim=0), out, "stack")
    return delivered(F.stack(*found, axis=at), out, "stack")


def vstack(arrays: AnyArray | Sequence[AnyArray], out: ndarray | None = None) -> ndarray:
    """Return arrays joined as rows, along the first axis."""
    return concatenate([at_least(x, 2) for x in _arrays("vstack", arrays)], 0, out)


row_stack = vstack


def hstack(arrays: AnyArray | Sequence[AnyArray], out: ndarray | None = None) -> ndarray:
    """Return arrays joined along the second axis, those of one axis along that."""
    found = [at_least(x, 1) for x in _arrays("hstack", arrays)]
    return concatenate(found, 0 if found[0].ndim == 1 else 1, out)


def dstack(arrays: AnyArray | Sequence[AnyArray], out: ndarray | None = None) -> ndarray:
    """Return arrays joined along the third axis."""
    return concatenate([at_least(x, 3) for x in _arrays("dstack", arrays)], 2, out)


def column_stack(tup: AnyArray | Sequence[AnyArray], out: ndarray | None = None) -> ndarray:
    """Return arrays joined as columns."""
    found = _arrays("column_stack", tup)
    return concatenate([x if x.ndim > 1 else x.reshape((-1, 1)) for x in found], 1, out)


def append(arr: AnyArray, values: AnyArray, axis: int | None = None) -> ndarray:
    """Return an array with values behind it, of one axis unless *axis* says along which."""
    return concatenate([arr, values], axis)


def _cut(
    name: str, ary: AnyArray, parts: int | AnyArray | Sequence[int], axis: int, equal: bool
) -> list[ndarray]:
    a = array_argument(name, "ary", ary)
    axis = one_axis(axis, a.ndim, name)
    n = a.shape[axis]
    if isinstance(parts, (int, onp.integer)):
        if parts < 1:
            raise ValueError(f"{name}: number of sections must be larger than 0, got {parts}")
        if equal and n % parts:
            raise ValueError(f"{name}: array split does not result in an equal division")
        size, more = divmod(n, parts)
        lengths = [size + (i < more) for i in range(parts)]
        bounds = [0, *onp.cumsum(lengths).tolist()]
    else:
        inner = parts.asnumpy().tolist() if isinstance(parts, NDArray) else parts
        inner = [slice(int(i)).indices(n)[1] for i in inner]
        bounds = [0, *inner, n]
    before = (slice(None),) * axis
    return [
        a[(*before, slice(i, j))] if j >= i else a[(*before, slice(0, 0))]
        for i, j in pairwise(bounds)
    ]


def split(
    ary: AnyArray, indices_or_sections: int | AnyArray | Sequence[int], axis: int = 0
) -> list[ndarray]:
    """Return the parts of an array along an axis: of equal lengths, or between indices."""
    return _cut("split", ary, indices_or_sections, axis, equal=True)


def array_split(
    ary: AnyArray, indices_or_sections: int | AnyArray | Sequence[int], axis: int = 0
) -> list[ndarray]:
    """Return the parts of an array along an axis, whose lengths may differ by one."""
    return _cut("array_split", ary, indices_or_sections, axis, equal=False)


def hsplit(ary: AnyArray, indices_or_sections: int | AnyArray | Sequence[int]) -> list[ndarray]:
    """Return the parts of an array along the second axis, or the only one."""
    a = array_argument("hsplit", "ary", ary)
    if a.ndim < 1:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return _cut("hsplit", a, indices_or_sections, 0 if a.ndim == 1 else 1, equal=True)


def vsplit(ary: AnyArray, indices_or_sections: int | AnyArray | Sequence[int]) -> list[ndarray]:
    """Return the parts of an array along the first axis."""
    a = array_argument("vsplit", "ary", ary)
    if a.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return _cut("vsplit", a, indices_or_sections, 0, equal=True)


def dsplit(ary: AnyArray, indices_or_sections: int | AnyArray | Sequence[int]) -> list[ndarray]:
    """Return the parts of an array along the third axis."""
    a = array_argument("dsplit", "ary", ary)
    if a.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return _cut("dsplit", a, indices_or_sections, 2, equal=True)
