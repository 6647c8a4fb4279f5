"""Functions that choose an operator of the table by their arguments: ``split``, ``moveaxis`` ..."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..array.ndarray import NDArray
from ..base import MXNetError, shown
from ..ops.axes import axis_of, flag, integers
from ..ops.table import F, lookup
from ._check import array

__all__ = [
    "SliceChannel",
    "concatenate",
    "fill_element_0index",
    "khatri_rao",
    "moveaxis",
    "onehot_encode",
    "split",
    "split_v2",
]


def _one_or_list(parts: Sequence[NDArray]) -> Any:
    return parts[0] if len(parts) == 1 else list(parts)


def split(
    data: NDArray,
    num_outputs: int,
    axis: int = 1,
    squeeze_axis: bool = False,
    out: Any = None,
    name: str | None = None,
) -> Any:
    """Cut an array into *num_outputs* equal parts along an axis: a list, or the only part.

    Parameters
    ----------
    squeeze_axis : bool
        Drop the axis; parts must have length 1 along it.
    """
    array("split", "data", data)
    squeeze = flag("split", "squeeze_axis", squeeze_axis)
    options = {"num_outputs": num_outputs, "axis": axis, "squeeze_axis": squeeze}
    if out is not None:
        return lookup("SliceChannel").call(data, out=out, **options)
    return _one_or_list(lookup("SliceChannel").call(data, **options))


SliceChannel = split


def split_v2(
    ary: NDArray,
    indices_or_sections: int | Sequence[int],
    axis: int = 0,
    squeeze_axis: bool = False,
) -> Any:
    """Cut an array into equal sections, or before each of some indices.

    Raises
    ------
    ValueError
        If the sections cannot be equal, or *indices_or_sections* is neither an int nor a tuple.
    """
    what, given = "split_v2", indices_or_sections
    at = axis_of(what, axis, array(what, "ary", ary).ndim)
    squeeze = flag(what, "squeeze_axis", squeeze_axis)
    if isinstance(given, (int, np.integer)):
        sections, indices = int(given), ()
        if sections < 1 or ary.shape[at] % sections:
            raise ValueError(
                f"{what}: indices_or_sections={given}: array split does not result in an equal "
                f"division of length {ary.shape[at]}"
            )
    elif isinstance(given, (tuple, list, set)):
        sections, indices = 0, (0, *integers(what, "indices_or_sections", tuple(given)))
    else:
        raise ValueError(
            f"{what}: indices_or_sections must either int or tuple of ints, got {shown(given)}"
        )
    parts = lookup("_split_v2").call(
        ary, indices=indices, axis=at, squeeze_axis=squeeze, sections=sections
    )
    return _one_or_list(parts)


def concatenate(arrays: Sequence[NDArray], axis: int = 0, always_copy: bool = True) -> NDArray:
    """Join arrays along an axis; a single one is returned itself unless *always_copy*."""
    if not isinstance(arrays, Iterable) or isinstance(arrays, (NDArray, str, bytes)):
        raise TypeError(f"concatenate: arrays must be a list of NDArrays, got {shown(arrays)}")
    given = list(arrays)
    if not given:
        raise ValueError("concatenate: arrays is empty, expected one NDArray or more")
    for i, x in enumerate(given):
        array("concatenate", f"arrays[{i}]", x)
    at = axis_of("concatenate", axis, given[0].ndim)
    if not flag("concatenate", "always_copy", always_copy) and len(given) == 1:
        return given[0]
    result: NDArray = lookup("Concat").call(*given, dim=at)
    return result


def moveaxis(
    tensor: NDArray, source: int | Sequence[int], destination: int | Sequence[int]
) -> NDArray:
    """Move axes to other positions; the others keep their order.

    Raises
    ------
    ValueError
        If an axis is out of range or the two numbers of axes differ.
    """
    ndim = array("moveaxis", "tensor", tensor).ndim
    places = []
    both: tuple[tuple[str, Any], ...] = (("source", source), ("destination", destination))
    for word, axes in both:
        many = isinstance(axes, Iterable) and not isinstance(axes, (NDArray, np.ndarray, str))
        given = integers("moveaxis", word, tuple(axes) if many else axes)
        if any(not -ndim <= a < ndim for a in given) or len({a % ndim for a in given}) < len(given):
            raise ValueError(f"moveaxis: {word}={axes} must name different axes of {ndim}")
        places.append([a % ndim for a in given])
    if len(places[0]) != len(places[1]):
        raise ValueError("moveaxis: source and destination must have the same number of axes")
    order = [a for a in range(ndim) if a not in places[0]]
    for to, axis in sorted(zip(places[1], places[0], strict=True)):
        order.insert(to, axis)
    result: NDArray = lookup("transpose").call(tensor, axes=tuple(order))
    return result


def khatri_rao(*args: NDArray) -> NDArray:
    """Multiply matrices column by column: each column is the Kronecker product of their columns.

    Raises
    ------
    MXNetError
        If an array is no matrix or the numbers of columns differ.
    """
    shapes = [array("khatri_rao", f"args[{i}]", x).shape for i, x in enumerate(args)]
    if not args or any(len(s) != 2 or s[1] != shapes[0][-1] for s in shapes):
        raise MXNetError(f"khatri_rao: expected matrices with as many columns, got shapes {shapes}")
    result = args[0]
    for x in args[1:]:
        (m, columns), n = result.shape, x.shape[0]
        rows = F._reshaped(result, shape=(m, 1, columns))
        product = F.broadcast_mul(rows, F._reshaped(x, shape=(1, n, columns)))
        result = F._reshaped(product, shape=(m * n, columns))
    return result if len(args) > 1 else F.identity(result)  # type: ignore[no-any-return]


def onehot_encode(indices: NDArray, out: NDArray) -> NDArray:
    """Write a row for each index into the matrix *out*: 1 at the index, else 0."""
    array("onehot_encode", "indices", indices)
    array("onehot_encode", "out", out)
    if out.ndim != 2 or indices.shape != out.shape[:1]:
        raise MXNetError(
            f"onehot_encode: indices has shape {indices.shape} and out {out.shape}, expected (n,) "
            "and (n, depth)"
        )
    return F.one_hot(indices, depth=out.shape[1], dtype=out.dtype, out=out)  # type: ignore[no-any-return]


def fill_element_0index(lhs: NDArray, mhs: NDArray, rhs: NDArray) -> NDArray:
    """Replace one element in each row of *lhs*, at the index in *rhs*, by that of *mhs*."""
    for arg, x in (("lhs", lhs), ("mhs", mhs), ("rhs", rhs)):
        array("fill_element_0index", arg, x)
    if lhs.ndim != 2 or mhs.shape != lhs.shape[:1] or rhs.shape != lhs.shape[:1]:
        raise MXNetError(
            f"fill_element_0index: lhs, mhs and rhs have shapes {lhs.shape}, {mhs.shape} and "
            f"{rhs.shape}, expected (n, k), (n,) and (n,)"
        )
    here = F.one_hot(rhs, depth=lhs.shape[1])
    return F.where(here, F.expand_dims(mhs, axis=1), lhs)  # type: ignore[no-any-return]
