"""`nd.sparse`: arrays that store some of their elements, and all operators of `nd`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..array.ndarray import NDArray
from ..array.sparse import BaseSparseNDArray, CSRNDArray, RowSparseNDArray
from ..base import public_names
from ..ops.axes import choice
from ..ops.bound import Call
from ..ops.table import ElementwiseOp, lookup
from ._check import array as array_argument
from .arithmetic import function
from .sparse_creation import array, csr_matrix, empty, row_sparse_array, zeros

if TYPE_CHECKING:
    from .._stubs.nd_sparse import *  # noqa: F403

__all__ = [
    "BaseSparseNDArray",
    "CSRNDArray",
    "NDArray",
    "RowSparseNDArray",
    "add",
    "array",
    "cast_storage",
    "csr_matrix",
    "empty",
    "multiply",
    "row_sparse_array",
    "subtract",
    "zeros",
]
__dir__ = public_names(globals())


def cast_storage(
    data: NDArray, stype: str, out: NDArray | None = None, name: str | None = None
) -> NDArray:
    """Return an array in another storage (recorded).

    Parameters
    ----------
    data : NDArray
    stype : {'default', 'row_sparse', 'csr'}
        From one of the sparse ones to the other there is no cast.
    out : NDArray, optional
    name : str, optional
        Ignored.
    """
    choice("cast_storage", "stype", stype, ("default", "row_sparse", "csr"))
    result = array_argument("cast_storage", "data", data).tostype(stype)
    if out is not None:
        return result.copyto(array_argument("cast_storage", "out", out))
    return lookup("identity").call(result) if result is data else result


def _of_operands(alike: str, name: str, lhs: NDArray | float, rhs: NDArray | float) -> NDArray:
    """Call the operator of arrays of one shape, which keeps their storage, or `nd`'s function."""
    if isinstance(lhs, NDArray) and isinstance(rhs, NDArray) and lhs.shape == rhs.shape:
        same: NDArray = lookup(alike).call(lhs, rhs)
        return same
    general = lookup(alike.replace("elemwise", "broadcast"))
    assert isinstance(general, ElementwiseOp)
    result: NDArray = function(general, name)(lhs, rhs)
    return result


def add(lhs: NDArray | float, rhs: NDArray | float) -> NDArray:
    """Return the sum of arrays, which broadcast, or numbers.

    Of two arrays of one shape and storage, the result has that storage, unlike that of `nd.add`.
    """
    return _of_operands("elemwise_add", "add", lhs, rhs)


def subtract(lhs: NDArray | float, rhs: NDArray | float) -> NDArray:
    """Return the difference of arrays or numbers, in a storage as that of `add`."""
    return _of_operands("elemwise_sub", "subtract", lhs, rhs)


def multiply(lhs: NDArray | float, rhs: NDArray | float) -> NDArray:
    """Return the product of arrays or numbers, in a storage as that of `add`."""
    return _of_operands("elemwise_mul", "multiply", lhs, rhs)


FUNCTIONS: dict[str, Call] = {"cast_storage": cast_storage}
"""What `ndgrad.nd` has in place of the operators of these names."""
