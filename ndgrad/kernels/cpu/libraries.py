"""Functions of NumPy and BLAS on buffers: factorisations, inverses, Fourier transforms, histograms.

They compute on the host: operands on a device are copied to the host, which waits for them, and
results back.  float16 and bfloat16 are computed in float32.  NumPy brings LAPACK and PocketFFT, and
applies them to batches of matrices; triangular systems are solved by BLAS, which NumPy has no
function for.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ... import tracing
from ...base import DType, HostArray, MXNetError, Shape, wide_dtype
from ...memory.device import Buffer, copy, host
from ...memory.storage import empty
from ..annotations import Function
from . import blas
from .launch import run

_R = TypeVar("_R")


def _batched(function: Callable[[HostArray], _R], a: HostArray, op: str, problem: str) -> _R:
    """*function* of a batch of matrices; an error names the first matrix that it does not take."""
    try:
        return function(a)
    except np.linalg.LinAlgError:
        for index in np.ndindex(a.shape[:-2]):
            try:
                function(a[index])
            except np.linalg.LinAlgError:
                where = "" if not index else f"[{', '.join(map(str, index))}]"
                raise MXNetError(f"Operator {op}: A{where} {problem}") from None
        raise


def _cholesky(a: HostArray, op: str) -> HostArray:
    return _batched(np.linalg.cholesky, a, op, "is not positive definite")


def _inverse(a: HostArray, op: str) -> HostArray:
    return _batched(np.linalg.inv, a, op, "is singular: it has no inverse")


def _inverse_or_zero(a: HostArray) -> HostArray:
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        regular = np.linalg.slogdet(a)[0] != 0
        y = np.zeros_like(a)
        y[regular] = np.linalg.inv(a[regular])
        return y


def _inverse_of_product(a: HostArray, op: str) -> HostArray:
    """The inverse of L L' for lower triangular matrices L."""
    zeros = np.argwhere((np.diagonal(a, axis1=-2, axis2=-1) == 0).any(-1))
    if zeros.size or (a.ndim == 2 and len(zeros)):
        where = "" if a.ndim == 2 else str(zeros[0].tolist())
        raise MXNetError(f"Operator {op}: A{where} is singular, expected a Cholesky factor")
    identity = np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    x = _triangular_solution(a, identity, False, False, True, 1.0)
    return np.swapaxes(x, -1, -2) @ x


def _determinant(a: HostArray) -> HostArray:
    return np.linalg.det(a)


def _log_determinant(a: HostArray) -> tuple[HostArray, ...]:
    return tuple(np.linalg.slogdet(a))


def _orthogonal_rows(a: HostArray) -> tuple[HostArray, HostArray]:
    """Q with orthonormal rows and lower triangular L of A = L Q."""
    q, r = np.linalg.qr(np.swapaxes(a, -1, -2))
    return np.swapaxes(q, -1, -2), np.swapaxes(r, -1, -2)


def _eigen(a: HostArray, op: str) -> tuple[HostArray, HostArray]:
    """Eigenvectors, as rows whose entry of greatest size is positive, and rising eigenvalues."""
    values, columns = _batched(np.linalg.eigh, a, op, "has eigenvalues that do not converge")
    rows = np.swapaxes(columns, -1, -2)
    if not rows.size:
        return rows, values
    greatest = np.argmax(np.abs(rows), axis=-1)[..., None]
    return np.where(np.take_along_axis(rows, greatest, -1) < 0, -rows, rows), values


# From enum CBLAS_SIDE, CBLAS_UPLO, CBLAS_TRANSPOSE and CBLAS_DIAG of cblas.h
_ROW_MAJOR, _SIDES, _TRIANGLES, _FORMS, _NON_UNIT = 101, (141, 142), (121, 122), (111, 112), 131


def _trsm(dtype: DType) -> Callable[..., None]:
    scalar = np.ctypeslib.as_ctypes_type(dtype)
    integer, pointer = ctypes.c_int, ctypes.c_void_p
    return ctypes.CFUNCTYPE(
        None, *[integer] * 7, scalar, pointer, integer, pointer, integer
    )(blas.address("trsm", dtype))  # fmt: skip


def _triangular_solution(
    a: HostArray, b: HostArray, rightside: bool, transpose: bool, lower: bool, alpha: float
) -> HostArray:
    """X of op(A) X = alpha B, or X op(A) = alpha B; the other triangle of A is not read."""
    y, a = np.array(b, order="C"), np.ascontiguousarray(a)
    if not y.size:
        return y
    solve, (m, n), k = _trsm(y.dtype), y.shape[-2:], a.shape[-1]
    flags = (_ROW_MAJOR, _SIDES[rightside], _TRIANGLES[lower], _FORMS[transpose], _NON_UNIT)
    for i in range(math.prod(y.shape[:-2])):
        at, to = (x.ctypes.data + i * size * x.itemsize for x, size in ((a, k * k), (y, m * n)))
        solve(*flags, m, n, alpha, at, k, to, n)
    return y


def _fourier(x: HostArray) -> HostArray:
    """The transform of the last axis; real and imaginary parts alternate."""
    z = np.ascontiguousarray(np.fft.fft(x))
    return z.view(z.real.dtype)


def _inverse_fourier(x: HostArray) -> HostArray:
    """The real part of the inverse transform, not divided by the length."""
    pairs = x.reshape(*x.shape[:-1], -1, 2)
    return np.fft.ifft(pairs[..., 0] + 1j * pairs[..., 1], norm="forward").real


def _histogram(x: HostArray, edges: HostArray) -> HostArray:
    """How many elements are in each bin, of which the last one has its upper edge too."""
    ordered = np.sort(x, axis=None)
    below = ordered.searchsorted(edges)
    below[-1] = ordered.searchsorted(edges[-1], "right")
    return np.maximum(np.diff(below), 0)


def _even_histogram(
    x: HostArray, bins: int, range: tuple[float, float]
) -> tuple[HostArray, HostArray]:
    return np.histogram(x, bins, range)


ROUTINES: dict[str, Function] = {
    "cholesky": _cholesky,
    "determinant": _determinant,
    "eigen": _eigen,
    "even_histogram": _even_histogram,
    "fourier": _fourier,
    "histogram": _histogram,
    "inverse": _inverse,
    "inverse_fourier": _inverse_fourier,
    "inverse_of_product": _inverse_of_product,
    "inverse_or_zero": _inverse_or_zero,
    "log_determinant": _log_determinant,
    "orthogonal_rows": _orthogonal_rows,
    "triangular_solution": _triangular_solution,
}


def _fill(name: str, shapes: Sequence[Shape], options: Sequence[object], *buffers: Buffer) -> None:
    """Call a routine of the first buffers, in *shapes*, and fill the others with its results."""
    arrays = [host(x).reshape(shape) for x, shape in zip(buffers, shapes, strict=False)]
    arrays = [x.astype(wide_dtype(x.dtype), copy=False) for x in arrays]
    with np.errstate(all="ignore"):
        found = ROUTINES[name](*arrays, *options)
    results = found if isinstance(found, tuple) else (found,)
    for y, value in zip(buffers[len(shapes) :], results, strict=True):
        flat = np.ascontiguousarray(value).astype(y.dtype, copy=False).reshape(-1)
        if isinstance(y, np.ndarray):
            y[:] = flat
        else:
            copy(flat, y)


def routine(
    name: str,
    operands: Sequence[tuple[Buffer, Shape]],
    results: Sequence[tuple[DType, Shape]],
    options: Sequence[object] = (),
) -> list[Buffer]:
    """What a function of `ROUTINES` makes of *operands* and *options*.

    Parameters
    ----------
    name : str
    operands : sequence of pairs
        Buffers, and the shapes in which the function is given them.
    results : sequence of pairs
        Dtypes and shapes of what it returns.
    """
    made: list[Buffer] = [empty(math.prod(shape), dtype) for dtype, shape in results]
    if tracing.shapes_only():  # the elements of operands mean nothing, and may be refused
        for y in made:
            y.fill(0)
        return made
    shapes = tuple([tuple(shape) for _, shape in operands])
    run(_fill, name, shapes, tuple(options), *[x for x, _ in operands], *made)
    return made
