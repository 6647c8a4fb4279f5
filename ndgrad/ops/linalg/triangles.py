"""Diagonals and triangles of matrices: `extractdiag`, `makediag`, `extracttrian`, `maketrian`."""

from __future__ import annotations

import math

import numpy as np

from ...base import HostArray, MXNetError, Shape
from ...tape import Array
from ..axes import flag, integer
from ..composite import composite
from ..matrices import check_floats, check_square, diagonal_places, triangle_places
from ..products import show
from ..table import F, Sample


def _taken(A: Array, index: HostArray) -> Array:
    """The elements at places of each matrix, as vectors."""
    *outer, n, _ = A.shape
    where = {"index": index, "outer": math.prod(outer), "length": n * n, "inner": 1}
    return F._take_rows(A, shape=(*outer, index.size), **where)


def _placed(A: Array, index: HostArray, n: int) -> Array:
    """Matrices of *n* rows and columns with the elements of vectors at places, and else zeros."""
    outer = A.shape[:-1]
    where = {"index": index, "outer": math.prod(outer), "length": n * n, "inner": 1}
    return F._add_rows(A, shape=(*outer, n, n), **where)


def _check_vectors(op: str, A: Array) -> None:
    check_floats(op, A=A)
    if not A.shape or not A.shape[-1]:
        raise MXNetError(
            f"Operator {op}: argument A has shape {show(A.shape)}, expected a last axis with "
            "elements"
        )


def _check_offset(op: str, offset: object, A: Array) -> int:
    """*offset* as an int, if matrices of the size of A have such a diagonal."""
    number, shape = integer(op, "offset", offset), A.shape
    if abs(number) >= shape[-1]:
        raise MXNetError(
            f"Operator {op}: offset={number}, expected less than the number of rows: A has shape "
            f"{show(shape)}"
        )
    return number


_LARGEST = 1 << 31


def _size(op: str, n: int, offset: object) -> tuple[int, int]:
    """The number of rows of a matrix with a diagonal of *n* elements, and *offset* as an int."""
    number = integer(op, "offset", offset)
    if (n + abs(number)) ** 2 > _LARGEST:
        raise MXNetError(f"Operator {op}: offset={number} makes matrices of over 2^31 elements")
    return n + abs(number), number


def _trian_reference(A: HostArray, offset: int = 0, lower: bool = True) -> HostArray:
    if offset > 0 or (offset == 0 and not lower):
        A, offset = np.swapaxes(A, -1, -2), -offset
    return A[..., *np.tril_indices(A.shape[-1], offset)]


@composite(
    "linalg_extractdiag",
    aliases=("_linalg_extractdiag",),
    reference=lambda A, offset=0: np.diagonal(A, offset, -2, -1),
    samples=(Sample(((3, 3),)), Sample(((2, 3, 3),), {"offset": -1})),
)
def _extractdiag(A: Array, *, offset: int = 0) -> Array:
    """The diagonals of square matrices, the last two axes.

    Parameters
    ----------
    A : NDArray
    offset : int
        How far above the main diagonal; below it if negative.

    Raises
    ------
    MXNetError
        If matrices are not square or have no such diagonal.
    """
    check_square("linalg_extractdiag", A)
    number = _check_offset("linalg_extractdiag", offset, A)
    return _taken(A, diagonal_places(A.shape[-1], number))


@composite(
    "linalg_makediag",
    aliases=("_linalg_makediag",),
    samples=(Sample(((3,),)), Sample(((2, 2),), {"offset": 1})),
)
def _makediag(A: Array, *, offset: int = 0) -> Array:
    """Square matrices with the vectors of the last axis as a diagonal, and else zeros.

    Parameters
    ----------
    A : NDArray
    offset : int
        How far above the main diagonal; below it if negative.
    """
    _check_vectors("linalg_makediag", A)
    n, number = _size("linalg_makediag", A.shape[-1], offset)
    return _placed(A, diagonal_places(n, number), n)


def _triangle_is_lower(op: str, offset: int, lower: object) -> bool:
    """Which triangle is meant: the sign of an offset says that, and *lower* without one."""
    return offset < 0 or (offset == 0 and flag(op, "lower", lower))


@composite(
    "linalg_extracttrian",
    aliases=("_linalg_extracttrian",),
    reference=_trian_reference,
    samples=(Sample(((3, 3),)), Sample(((2, 3, 3),), {"offset": 1, "lower": False})),
)
def _extracttrian(A: Array, *, offset: int = 0, lower: bool = True) -> Array:
    """The elements in a triangle of square matrices, as vectors.

    Those of a lower triangle are in the order of rows, those of an upper one in that of columns.

    Parameters
    ----------
    A : NDArray
    offset : int
        Where the triangle ends: at a diagonal above the main one, whose upper triangle it is, or at
        one below it, whose lower one it is.
    lower : bool
        Which triangle of the main diagonal.

    Raises
    ------
    MXNetError
        If matrices are not square or have no such diagonal.
    """
    check_square("linalg_extracttrian", A)
    number = _check_offset("linalg_extracttrian", offset, A)
    is_lower = _triangle_is_lower("linalg_extracttrian", number, lower)
    return _taken(A, triangle_places(A.shape[-1], number, is_lower))


@composite(
    "linalg_maketrian",
    aliases=("_linalg_maketrian",),
    samples=(Sample(((6,),)), Sample(((2, 3),), {"offset": -1})),
)
def _maketrian(A: Array, *, offset: int = 0, lower: bool = True) -> Array:
    """Triangular matrices of the vectors of the last axis: the reverse of `linalg_extracttrian`.

    Parameters
    ----------
    A : NDArray
        With a last axis of 1, 3, 6, 10 ... elements.
    offset, lower
        As there.

    Raises
    ------
    MXNetError
        If the last axis has another length.
    """
    op = "linalg_maketrian"
    _check_vectors(op, A)
    length = A.shape[-1]
    rows = (math.isqrt(8 * length + 1) - 1) // 2
    if rows * (rows + 1) // 2 != length:
        raise MXNetError(
            f"Operator {op}: argument A has shape {show(A.shape)}, expected a last axis of 1, 3, "
            "6, 10 ... elements: the elements of a triangle"
        )
    n, number = _size(op, rows, offset)
    return _placed(A, triangle_places(n, number, _triangle_is_lower(op, number, lower)), n)


def _triangle_shape(shape: Shape) -> int:
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise MXNetError(
            f"Operator _triangle: argument A has shape {show(shape)}, expected square matrices"
        )
    return shape[-1]


@composite(
    "_triangle",
    reference=lambda A, lower=True, strict=False: (
        np.tril(A, -int(strict)) if lower else np.triu(A, int(strict))
    ),
    samples=(Sample(((3, 3),)), Sample(((2, 3, 3),), {"lower": False, "strict": True})),
)
def _triangle(A: Array, *, lower: bool = True, strict: bool = False) -> Array:
    """Square matrices with zeros outside of a triangle, *strict* also on the diagonal."""
    n = _triangle_shape(A.shape)
    other = triangle_places(n, 0 if strict else 1 if lower else -1, not lower)
    where = {"index": other, "outer": math.prod(A.shape[:-2]), "length": n * n, "inner": 1}
    return F._without_rows(A, **where)


@composite(
    "linalg_sumlogdiag",
    aliases=("_linalg_sumlogdiag",),
    reference=lambda A: np.atleast_1d(np.log(np.diagonal(A, 0, -2, -1)).sum(-1)),
    domain=(0.5, 2.0),
    samples=(Sample(((3, 3),)), Sample(((2, 2, 2),))),
)
def _sumlogdiag(A: Array) -> Array:
    """The sum of the logarithms of the diagonal of square matrices, the last two axes.

    Of a Cholesky factor it is half the logarithm of the determinant of the product.

    Raises
    ------
    MXNetError
        If matrices are not square.
    """
    check_square("linalg_sumlogdiag", A)
    return F.sum(F.log(_taken(A, diagonal_places(A.shape[-1], 0))), axis=-1)
