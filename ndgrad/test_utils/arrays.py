"""Arrays of random shapes and values, and small functions of arrays."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ..base import DTypeLike, HostArray, Shape, as_dtype
from ..context import Context
from ..metric.base import on_host
from ..nd import NDArray, array
from ..nd.sparse import csr_matrix, row_sparse_array
from .machine import default_context, default_dtype

if TYPE_CHECKING:
    from ..typing import ArrayLike, MaybeMany, Scalar

_T = TypeVar("_T")

_random = np.random  # MXNet's tests seed NumPy's global generator


def random_arrays(*shapes: Shape) -> HostArray | MaybeMany:
    """Return NumPy arrays of normal random numbers, float32; one array for one shape."""
    made: list[HostArray] = [np.array(_random.randn(*s), dtype=default_dtype()) for s in shapes]
    return made[0] if len(made) == 1 else made


def random_uniform_arrays(
    *shapes: Shape, low: float = 0.0, high: float = 1.0, dtype: DTypeLike = np.float32
) -> list[HostArray]:
    """Return NumPy arrays of uniform random numbers.

    Parameters
    ----------
    *shapes : tuple of int
    low, high : float
    dtype : optional
    """
    kind = as_dtype(dtype, op="random_uniform_arrays")
    return [_random.uniform(low, high, size=shape).astype(kind) for shape in shapes]


def random_sample(population: Sequence[_T], k: int) -> list[_T]:
    """Return *k* elements of a sequence, in their order there.

    Raises
    ------
    AssertionError
        If the sequence has fewer than *k* elements.
    """
    if not 0 <= k <= len(population):
        raise AssertionError(f"random_sample: k={k}; expected 0 to {len(population)}")
    return [population[i] for i in sorted(random.sample(range(len(population)), k))]


def rand_shape_nd(num_dim: int, dim: int = 10, allow_zero_size: bool = False) -> Shape:
    """Return a random shape of *num_dim* axes, each of length 1 (or 0) to *dim*."""
    low = 0 if allow_zero_size else 1
    return tuple(int(n) for n in _random.randint(low, dim + 1, size=num_dim))


def rand_shape_2d(dim0: int = 10, dim1: int = 10, allow_zero_size: bool = False) -> Shape:
    """Return a random shape of two axes, of lengths up to these."""
    low = 0 if allow_zero_size else 1
    return tuple(int(_random.randint(low, dim + 1)) for dim in (dim0, dim1))


def rand_shape_3d(
    dim0: int = 10, dim1: int = 10, dim2: int = 10, allow_zero_size: bool = False
) -> Shape:
    """Return a random shape of three axes, of lengths up to these."""
    low = 0 if allow_zero_size else 1
    return tuple(int(_random.randint(low, dim + 1)) for dim in (dim0, dim1, dim2))


def rand_coord_2d(x_low: int, x_high: int, y_low: int, y_high: int) -> tuple[int, int]:
    """Return random x and y in ``[low, high)``."""
    return int(_random.randint(x_low, x_high)), int(_random.randint(y_low, y_high))


def rand_ndarray(
    shape: Shape,
    stype: str = "default",
    density: float | None = None,
    dtype: DTypeLike | None = None,
    modifier_func: Callable[[float], float] | None = None,
    shuffle_csr_indices: bool = False,
    distribution: str | None = None,
    ctx: Context | None = None,
) -> NDArray:
    """Return an array of random values.

    Parameters
    ----------
    shape : tuple of int
    stype : {'default', 'row_sparse', 'csr'}
    density : float, optional
        The share of values, or rows, that a sparse array stores; random by default.
    dtype : optional
    modifier_func : callable, optional
        Of each value that a sparse array stores.
    shuffle_csr_indices, distribution
        Nothing depends on these.
    ctx : Context, optional
    """
    if stype == "default":
        values = random_arrays(tuple(shape))
        return array(values, dtype=dtype, ctx=ctx or default_context())
    return rand_sparse_ndarray(shape, stype, density, dtype, modifier_func=modifier_func, ctx=ctx)[
        0
    ]


def rand_sparse_ndarray(
    shape: Shape,
    stype: str,
    density: float | None = None,
    dtype: DTypeLike | None = None,
    distribution: str | None = None,
    data_init: float | None = None,
    rsp_indices: ArrayLike | None = None,
    modifier_func: Callable[[float], float] | None = None,
    shuffle_csr_indices: bool = False,
    ctx: Context | None = None,
) -> tuple[NDArray, tuple[NDArray | HostArray, ...]]:
    """Return a sparse array of random values in [0, 1), and what it is made of.

    Parameters
    ----------
    shape, stype, density, dtype, modifier_func, distribution, shuffle_csr_indices, ctx
        As for `rand_ndarray`.
    data_init : float, optional
        The value of all that is stored, instead of random ones.
    rsp_indices : array-like, optional
        Which rows a row-sparse array stores.

    Returns
    -------
    array : CSRNDArray or RowSparseNDArray
    parts : tuple
        Of values and indices as NumPy arrays for 'row_sparse'; of indptr, indices and values as
        arrays for 'csr'.
    """
    density = float(_random.rand()) if density is None else density
    kind = as_dtype(default_dtype() if dtype is None else dtype, op="rand_sparse_ndarray")
    if not 0 <= density <= 1:
        raise AssertionError(f"density={density}; expected 0 to 1")
    values = _random.rand(*shape)
    if data_init is not None:
        values = np.full(shape, float(data_init))
    if modifier_func is not None:
        values = np.vectorize(modifier_func, otypes=["float64"])(values)
    if stype == "row_sparse":
        if rsp_indices is None:
            rows = np.argwhere(_random.rand(shape[0]) < density).ravel()
        else:
            rows = on_host(rsp_indices)
        stored = values[rows].astype(kind)
        made = row_sparse_array((stored, rows), shape=shape, dtype=kind, ctx=ctx)
        return made, (stored, rows)
    if stype != "csr":
        raise AssertionError(f"stype={stype!r}; expected 'row_sparse' or 'csr'")
    values[_random.rand(*shape) >= density] = 0
    matrix = csr_matrix(array(values.astype(kind), dtype=kind, ctx=ctx or default_context()))
    return matrix, (matrix.indptr, matrix.indices, matrix.data)


def create_sparse_array(
    shape: Shape,
    stype: str,
    data_init: float | None = None,
    rsp_indices: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
    modifier_func: Callable[[float], float] | None = None,
    density: float = 0.5,
    shuffle_csr_indices: bool = False,
) -> NDArray:
    """Return the array of `rand_sparse_ndarray`."""
    return rand_sparse_ndarray(
        shape,
        stype,
        density,
        dtype,
        data_init=data_init,
        rsp_indices=rsp_indices,
        modifier_func=modifier_func,
    )[0]


def create_sparse_array_zd(
    shape: Shape,
    stype: str,
    density: float,
    data_init: float | None = None,
    rsp_indices: ArrayLike | None = None,
    dtype: DTypeLike | None = None,
    modifier_func: Callable[[float], float] | None = None,
    shuffle_csr_indices: bool = False,
) -> NDArray:
    """Return the array of `rand_sparse_ndarray`, which stores nothing where *density* is 0."""
    if stype == "row_sparse" and density == 0:
        rsp_indices = np.empty(0, np.int64)
    return create_sparse_array(
        shape, stype, data_init, rsp_indices, dtype, modifier_func, density, shuffle_csr_indices
    )


def create_vector(size: int, dtype: DTypeLike = np.int64) -> NDArray:
    """Return 0, 1, ... as an array."""
    return array(np.arange(size), dtype=dtype)


def create_2d_tensor(rows: int, columns: int, dtype: DTypeLike = np.int64) -> NDArray:
    """Return a matrix whose elements are the numbers of their rows."""
    return array(np.arange(rows).reshape(rows, 1).repeat(columns, axis=1), dtype=dtype)


def np_reduce(
    dat: HostArray,
    axis: int | Sequence[int] | None,
    keepdims: bool,
    numpy_reduce_func: Callable[..., HostArray],
) -> HostArray:
    """Return a reduction over axes by a NumPy function without the argument *keepdims*."""
    axes = range(dat.ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    result = dat
    for i in sorted((a % dat.ndim for a in axes), reverse=True):
        result = numpy_reduce_func(result, axis=i)
        if keepdims:
            result = np.expand_dims(result, i)
    return result


def collapse_sum_like(a: HostArray, shape: Shape) -> HostArray:
    """Return the sums of a NumPy array over the axes that *shape* lacks or has of length 1."""
    shape = (1,) * (a.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, (n, m) in enumerate(zip(a.shape, shape, strict=True)) if n != m)
    return a.sum(axis=axes, keepdims=True).reshape(shape)


def assign_each(the_input: HostArray, function: Callable[[Any], Scalar] | None) -> HostArray:
    """Return a function's results for each element; a copy if there is no function."""
    if function is None:
        return np.array(the_input)
    return np.vectorize(function, otypes=[the_input.dtype])(the_input)


def assign_each2(
    input1: HostArray, input2: HostArray, function: Callable[[Any, Any], Scalar] | None
) -> HostArray:
    """Return a function's results for each two elements; a copy of the first without one."""
    if function is None:
        return np.array(input1)
    return np.vectorize(function, otypes=[input1.dtype])(input1, input2)
