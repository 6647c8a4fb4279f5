"""NumPy's functions with the parameters that MXNet's graphs have for them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import numpy as np
from .. import numpy_extension as npx
from ..base import Shape
from ..ops.table import Params

if TYPE_CHECKING:
    from ..array.types import AnyArray, ShapeLike
    from ..base import DTypeLike
    from ..numpy.multiarray import ndarray


def reshape(data: ndarray, newshape: ShapeLike, order: str = "C") -> ndarray:
    """Another shape of the same elements."""
    return np.reshape(data, newshape)


def npx_reshape(
    data: ndarray, newshape: ShapeLike, reverse: bool = False, order: str = "C"
) -> ndarray:
    """Another shape of the same elements, by codes of `npx.reshape`."""
    return npx.reshape(data, newshape, reverse)


def swapaxes(data: ndarray, dim1: int = 0, dim2: int = 0) -> ndarray:
    """Two axes exchanged."""
    return np.swapaxes(data, dim1, dim2)


def cast(data: ndarray, dtype: DTypeLike) -> ndarray:
    """Another dtype."""
    return np.array(data, dtype=dtype)


def clip(data: ndarray, a_min: float, a_max: float) -> ndarray:
    """What is in an interval; an infinite bound is none."""
    low = None if a_min == -np.inf else a_min
    high = None if a_max == np.inf else a_max
    return np.copy(data) if low is high is None else np.clip(data, low, high)


def take(a: ndarray, indices: ndarray, axis: int = 0, mode: str = "clip") -> ndarray:
    """Parts at indices along an axis."""
    return np.take(a, indices, axis, mode)


def argsort(
    data: ndarray, axis: int | None = -1, is_ascend: bool = True, dtype: DTypeLike = "float32"
) -> ndarray:
    """The indices that sort an array."""
    return np.array(np.argsort(data if is_ascend else -data, axis), dtype=dtype)


def sort(data: ndarray, axis: int | None = -1, is_ascend: bool = True) -> ndarray:
    """An array sorted along an axis."""
    found = np.sort(data, axis)
    return found if is_ascend else np.flip(found, 0 if axis is None else axis)


def _sections(indices: Sequence[int], sections: int) -> int | list[int]:
    return sections or list(indices)[1:]


def split(name: str) -> Callable[..., list[ndarray]]:
    function, with_axis = getattr(np, name), name in ("split", "array_split")

    def call(
        data: ndarray,
        indices: Sequence[int],
        axis: int = 1,
        squeeze_axis: bool = False,
        sections: int = 0,
    ) -> list[ndarray]:
        given = {"axis": axis} if with_axis else {}
        parts = function(data, _sections(indices, sections), **given)
        return [np.squeeze(part, axis) for part in parts] if squeeze_axis else parts

    call.__doc__ = function.__doc__
    return call


def split_count(params: Params) -> int:
    return int(params["sections"] or len(params["indices"]))


_Bound: TypeAlias = int | Sequence[int | None] | None


def cut(data: ndarray, begin: _Bound, end: _Bound, step: _Bound = ()) -> ndarray:
    """A part of an array: of each axis a slice."""
    bounds = [(x,) if isinstance(x, int) or x is None else tuple(x) for x in (begin, end, step)]
    steps = bounds[2] or (None,) * len(bounds[0])
    return data.as_np_ndarray()[tuple(map(slice, bounds[0], bounds[1], steps))]


def getitem(data: ndarray, key: Any) -> ndarray:
    """What a basic index selects."""
    return data.as_np_ndarray()[key]


def tensordot(
    a: ndarray, b: ndarray, a_axes_summed: Sequence[int], b_axes_summed: Sequence[int]
) -> ndarray:
    """Sums of products over axes of two arrays."""
    return np.tensordot(a, b, (a_axes_summed, b_axes_summed))


def tensordot_int_axes(a: ndarray, b: ndarray, axes: int) -> ndarray:
    """Sums of products over the last axes of one array and the first of another."""
    return np.tensordot(a, b, axes)


def einsum(arrays: Sequence[ndarray], subscripts: str, optimize: int = 0) -> ndarray:
    """Sums of products of elements along axes that letters name."""
    return np.einsum(subscripts, *arrays)


def average(
    a: ndarray,
    weights: AnyArray | None = None,
    axis: int | Sequence[int] | None = None,
    returned: bool = False,
    weighted: bool = True,
) -> ndarray | tuple[ndarray, ndarray]:
    """Weighted means over axes."""
    if returned:
        return np.average(a, axis, weights, returned=True)
    return np.average(a, axis, weights)


def diff(data: ndarray, n: int = 1, axis: int = -1) -> ndarray:
    """Differences of neighbours along an axis, *n* times."""
    return np.diff(data, n, axis)


def ediff1d(
    data: ndarray,
    begin: AnyArray | float | None = None,
    end: AnyArray | float | None = None,
    to_begin_arr_given: bool = False,
    to_end_arr_given: bool = False,
    to_begin_scalar: float | None = None,
    to_end_scalar: float | None = None,
) -> ndarray:
    """Differences of neighbours in the flat array, between others."""
    if to_end_arr_given and not to_begin_arr_given:
        begin, end = None, begin
    begin = to_begin_scalar if begin is None else begin
    return np.ediff1d(data, to_end_scalar if end is None else end, begin)


def full(shape: Shape, value: float, dtype: DTypeLike = "float32") -> ndarray:
    """An array filled with a number."""
    return np.full(shape, value, dtype)


def identity(shape: Shape, dtype: DTypeLike = "float32") -> ndarray:
    """A square matrix with ones on the diagonal."""
    return np.identity(shape[0], dtype)


def full_like(a: ndarray, fill_value: float, dtype: DTypeLike | None = None) -> ndarray:
    """An array of the same shape filled with a number."""
    return np.full_like(a, fill_value, dtype)


def pad(
    data: ndarray,
    pad_width: int | Sequence[int],
    mode: str = "constant",
    constant_value: float = 0.0,
    reflect_type: str = "even",
) -> ndarray:
    """An array with elements put around it."""
    if mode == "constant":
        return np.pad(data, pad_width, mode, constant_values=constant_value)
    return np.pad(data, pad_width, mode, reflect_type=reflect_type)


def nan_to_num(
    data: ndarray,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> ndarray:
    """Numbers in place of NaN and infinities."""
    return np.nan_to_num(data, True, nan, posinf, neginf)


def bincount(
    data: ndarray,
    weights: AnyArray | None = None,
    minlength: int = 0,
    has_weights: bool = False,
) -> ndarray:
    """How often each number from 0 on is there."""
    return np.bincount(data, weights, minlength)


def percentile(
    a: ndarray,
    q: AnyArray | float | None = None,
    axis: int | Sequence[int] | None = None,
    interpolation: str = "linear",
    keepdims: bool = False,
    q_scalar: float | None = None,
) -> ndarray:
    """Percentiles of the elements, over axes."""
    given: Any = q if q_scalar is None else q_scalar
    return np.percentile(a, given, axis, interpolation=interpolation, keepdims=keepdims)


FROBENIUS, BY_ORDER, ALL = 1, -1, -2
"""What ``flag`` of ``_npi_norm`` says: no order is given, one is; no axes are given either."""


def norm(
    data: ndarray,
    ord: float = 2.0,
    axis: int | Sequence[int] | None = None,
    flag: int = ALL,
    keepdims: bool = False,
) -> ndarray:
    """Norms of vectors and matrices."""
    known = {ALL: None, FROBENIUS: None, 2: "nuc" if ord > 0 else None}
    return np.linalg.norm(data, known.get(flag, ord), axis, keepdims)


def tensorsolve(a: ndarray, b: ndarray, a_axes: Sequence[int] | None = None) -> ndarray:
    """The solution of a tensor equation."""
    return np.linalg.tensorsolve(a, b, a_axes or None)


def pinv(A: ndarray, rcond: float = 1e-15, hermitian: bool = False) -> ndarray:
    """The pseudo-inverse of matrices."""
    return np.linalg.pinv(A, rcond, hermitian)


def unique(
    data: ndarray,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> ndarray | tuple[ndarray, ...]:
    """The different elements, sorted."""
    return np.unique(data, return_index, return_inverse, return_counts, axis)


def _selection(
    obj: ndarray | None, int_ind: int | None, start: int | None, stop: int | None, step: int | None
) -> Any:
    if obj is None:
        return slice(start, stop, step) if int_ind is None else int_ind
    return obj


def delete(
    arr: ndarray,
    obj: ndarray | None = None,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    int_ind: int | None = None,
    axis: int | None = None,
) -> ndarray:
    """An array without the parts at some places along an axis."""
    return np.delete(arr, _selection(obj, int_ind, start, stop, step), axis)


def deleted(
    arr: Shape | None,
    obj: Shape | None,
    start: int | None,
    stop: int | None,
    step: int | None,
    int_ind: int | None,
    axis: int | None,
) -> dict[str, Shape]:
    """The shape of `delete`, unless an array says what is left out."""
    if arr is None or 0 in arr or obj is not None:
        return {}
    shape, axis = (arr, axis) if axis is not None else ((math.prod(arr),), 0)
    chosen = _selection(None, int_ind, start, stop, step)
    n = shape[axis]
    gone = 1 if isinstance(chosen, int) else len(range(n)[chosen])
    return {"y": (*shape[:axis], n - gone, *shape[axis:][1:])}


def insert_scalar(
    arr: ndarray,
    values: AnyArray | None = None,
    val: float = 0.0,
    int_ind: int | None = None,
    axis: int | None = None,
) -> ndarray:
    """An array with values put in before a place along an axis."""
    return np.insert(arr, _selection(None, int_ind, None, None, None), _or(values, val), axis)


def insert_slice(
    arr: ndarray,
    values: AnyArray | None = None,
    val: float = 0.0,
    start: int | None = None,
    stop: int | None = None,
    step: int | None = None,
    axis: int | None = None,
) -> ndarray:
    """An array with values put in before places of a slice along an axis."""
    return np.insert(arr, slice(start, stop, step), _or(values, val), axis)


def insert_tensor(arr: ndarray, values: AnyArray, obj: ndarray, axis: int | None = None) -> ndarray:
    """An array with values put in before places along an axis."""
    return np.insert(arr, obj, values, axis)


def _or(values: AnyArray | None, val: float) -> AnyArray | float:
    return val if values is None else values


def share_memory(a: ndarray, b: ndarray) -> ndarray:
    """Whether two arrays share memory."""
    return np.full((), np.shares_memory(a, b), "bool")


def diag_indices_from(data: ndarray) -> ndarray:
    """The indices of the diagonal, for each axis a row."""
    if data.ndim < 2 or len(set(data.shape)) > 1:
        raise ValueError(
            f"diag_indices_from: two axes or more of one length expected, got shape {data.shape}"
        )
    n = data.shape[0]
    return np.copy(np.broadcast_to(np.arange(n, dtype="int64"), (data.ndim, n)))


def choice(
    input1: ndarray | None = None,
    input2: ndarray | None = None,
    a: int | None = None,
    size: ShapeLike | None = None,
    replace: bool = True,
    weighted: bool = False,
) -> ndarray:
    """Places in an array, or numbers below *a*, drawn with the probabilities of the last input."""
    given = [x for x in (input1, input2) if x is not None]
    n = given[0].shape[0] if a is None else a
    return np.random.choice(n, size, replace, given[-1] if weighted else None)


def of_each(function: Callable[..., object]) -> Callable[..., object]:
    def call(arrays: Sequence[ndarray], num_args: int) -> object:
        return function(*arrays)

    call.__doc__ = function.__doc__
    return call
