"""Functions of arrays beside the operators: ``concatenate``, ``moveaxis``, ``onehot_encode`` ..."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..array.ndarray import NDArray
from ..base import MXNetError, shown
from ..ops.axes import axis_of, flag, integer, integers
from ..ops.table import F, lookup
from ._check import array

__all__ = [
    "concatenate",
    "einsum",
    "fill_element_0index",
    "histogram",
    "moveaxis",
    "onehot_encode",
    "reset_arrays",
]


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
    positions = []
    for arg, axes in (("source", source), ("destination", destination)):
        if isinstance(axes, Iterable) and not isinstance(axes, (NDArray, np.ndarray, str)):
            axes = tuple(axes)
        given = integers("moveaxis", arg, axes)
        if any(not -ndim <= a < ndim for a in given) or len({a % ndim for a in given}) < len(given):
            raise ValueError(f"moveaxis: {arg}={axes} must name different axes of {ndim}")
        positions.append([a % ndim for a in given])
    if len(positions[0]) != len(positions[1]):
        raise ValueError("moveaxis: source and destination must have the same number of axes")
    order = [a for a in range(ndim) if a not in positions[0]]
    for to, axis in sorted(zip(positions[1], positions[0], strict=True)):
        order.insert(to, axis)
    result: NDArray = lookup("transpose").call(tensor, axes=tuple(order))
    return result


def onehot_encode(indices: NDArray, out: NDArray) -> NDArray:
    """Write a row for each index into the matrix *out*: 1 at the index, else 0."""
    array("onehot_encode", "indices", indices)
    array("onehot_encode", "out", out)
    if out.ndim != 2 or indices.shape != out.shape[:1]:
        raise MXNetError(
            f"onehot_encode: indices has shape {indices.shape} and out {out.shape}, expected (n,) "
            "and (n, depth)"
        )
    return F.one_hot(indices, depth=out.shape[1], dtype=out.dtype, out=out)


def fill_element_0index(
    lhs: NDArray, mhs: NDArray, rhs: NDArray, out: NDArray | None = None
) -> NDArray:
    """Replace one element in each row of *lhs*, at the index in *rhs*, by that of *mhs*."""
    for arg, x in (("lhs", lhs), ("mhs", mhs), ("rhs", rhs)):
        array("fill_element_0index", arg, x)
    if lhs.ndim != 2 or mhs.shape != lhs.shape[:1] or rhs.shape != lhs.shape[:1]:
        raise MXNetError(
            f"fill_element_0index: lhs, mhs and rhs have shapes {lhs.shape}, {mhs.shape} and "
            f"{rhs.shape}, expected (n, k), (n,) and (n,)"
        )
    here = F.one_hot(rhs, depth=lhs.shape[1])
    filled: NDArray = F.where(here, F.expand_dims(mhs, axis=1), lhs)
    return filled if out is None else filled.copyto(out)


def einsum(subscripts: str, *operands: NDArray) -> NDArray:
    """Sum products of elements along axes that letters name, as `numpy.einsum` does.

    ``einsum("ij,jk->ik", a, b)`` is a matrix product, ``einsum("ii->i", a)`` a diagonal.

    Parameters
    ----------
    subscripts : str
        A letter for each axis of each array, separated by commas, and after ``->`` those of the
        result: sums are over the others.  Without ``->`` the result has the letters that come once,
        in the order of the alphabet.  ``...`` stands for further axes, which broadcast.
    *operands : NDArray
        Of one dtype.

    Returns
    -------
    NDArray
        Of shape (1,) for a sum over all axes.

    Raises
    ------
    MXNetError
        If letters and shapes do not fit.
    """
    if not operands:
        raise TypeError("einsum: argument operands is empty, expected one NDArray or more")
    for i, x in enumerate(operands):
        array("einsum", f"operands[{i}]", x)
    return F._einsum(*operands, subscripts=subscripts)


def reset_arrays(*args: NDArray, num_arrays: int) -> None:
    """Write zeros to arrays."""
    if integer("reset_arrays", "num_arrays", num_arrays) != len(args):
        raise MXNetError(f"reset_arrays: num_arrays={num_arrays}, but {len(args)} arrays are given")
    for i, x in enumerate(args):
        array("reset_arrays", f"argument {i}", x)
    for x in args:
        x[:] = 0


def histogram(
    a: NDArray, bins: int | NDArray = 10, range: Sequence[float] | None = None
) -> Sequence[NDArray]:
    """How many elements are in each of some intervals, and the edges of the intervals.

    Parameters
    ----------
    a : NDArray
    bins : int or NDArray
        A number of intervals of equal width, or their edges, rising.
    range : tuple of float, optional
        Where the first of a number of intervals begins and the last one ends; other elements are
        left out.  By default the least and the greatest element; the results are float32 then.

    Raises
    ------
    ValueError
        If *bins* is neither a positive int nor an array.
    MXNetError
        If *range* is not two numbers, the smaller first, or there are fewer than two edges.
    """
    array("histogram", "a", a)
    if isinstance(bins, NDArray):
        return F._histogram(a, bins)
    if not isinstance(bins, (int, np.integer)) or isinstance(bins, bool):
        raise ValueError(
            f"histogram: bins must be either an integer or an NDArray, got {shown(bins)}"
        )
    if bins < 1:
        raise ValueError(f"histogram: bins must be positive, got {bins}")
    if range is not None:
        return F._histogram(a, bin_cnt=bins, range=range)
    values = a.asnumpy()
    least, greatest = (values.min(), values.max()) if values.size else (0, 1)
    results = F._histogram(a.astype("float64"), bin_cnt=bins, range=(least, greatest))
    return tuple([x.astype("float32") for x in results])
