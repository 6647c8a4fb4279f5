"""Functions of shapes: axes, joining and cutting, repeating, padding, picking."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, overload

import numpy as onp

from ..array.ndarray import NDArray
from ..base import DType, HostArray
from ..ops.axes import Axis
from ._calls import F, named
from ._check import (
    array_argument,
    at_least,
    c_order,
    delivered,
    one_axis,
    several_axes,
    shape_argument,
)
from ._creation import arange, full
from ._elementwise import multiply
from ._joining import concatenate
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray, ArrayLike, Scalar, ShapeLike

__all__ = [
    "argsort", "argwhere", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays",
    "broadcast_to", "diag", "diagflat", "diagonal", "diff", "ediff1d", "expand_dims",
    "fill_diagonal", "flatnonzero", "flip", "fliplr", "flipud", "moveaxis", "msort", "nonzero",
    "pad", "ravel", "repeat", "reshape", "resize", "roll", "rollaxis", "rot90", "sort", "squeeze",
    "swapaxes", "take", "take_along_axis", "tile", "trace", "transpose", "tril", "triu", "where",
]  # fmt: skip

# --- shapes and axes ------------------------------------------------------------------------------


def reshape(
    a: AnyArray, newshape: ShapeLike, order: str = "C", out: ndarray | None = None
) -> ndarray:
    """Return the elements in another shape; -1 stands for the length that is left.

    Parameters
    ----------
    a : ndarray
    newshape : int or tuple of int
    order : {'C', 'F', 'A'}
        With 'F' the first index is the fastest, on both sides: a copy; otherwise a view.
    out : ndarray, optional

    Raises
    ------
    ValueError
        If the number of elements differs.
    """
    a = array_argument("reshape", "a", a)
    if order == "F":
        shape = shape_argument("reshape", newshape)
        return delivered(transpose(transpose(a).reshape(shape[::-1])), out, "reshape")
    c_order("reshape", order)
    return delivered(a.reshape(newshape), out, "reshape")


def ravel(x: AnyArray, order: str = "C") -> ndarray:
    """Return the elements along one axis, a view."""
    x = array_argument("ravel", "x", x)
    c_order("ravel", order)
    return x.reshape((x.size,))


def transpose(a: AnyArray, axes: Sequence[int] | None = None) -> ndarray:
    """Return the array with its axes in another order, by default reversed."""
    a = array_argument("transpose", "a", a)
    if a.ndim < 2 and axes is None:
        return a
    if axes is None:
        return F.transpose(a)
    return F.transpose(a, axes=several_axes(axes, a.ndim, "transpose"))


def swapaxes(a: AnyArray, axis1: int, axis2: int) -> ndarray:
    """Return the array with two axes exchanged."""
    a = array_argument("swapaxes", "a", a)
    order = [*range(a.ndim)]
    i, j = one_axis(axis1, a.ndim, "swapaxes"), one_axis(axis2, a.ndim, "swapaxes")
    order[i], order[j] = j, i
    return transpose(a, order)


def moveaxis(a: AnyArray, source: int | Sequence[int], destination: int | Sequence[int]) -> ndarray:
    """Return the array with axes moved to other places."""
    a = array_argument("moveaxis", "a", a)
    here = several_axes(source, a.ndim, "moveaxis")
    there = several_axes(destination, a.ndim, "moveaxis")
    if len(here) != len(there):
        raise ValueError("moveaxis: source and destination must have as many axes")
    order = [i for i in range(a.ndim) if i not in here]
    for to, axis in sorted(zip(there, here, strict=True)):
        order.insert(to, axis)
    return transpose(a, order)


def rollaxis(a: AnyArray, axis: int, start: int = 0) -> ndarray:
    """Return the array with an axis moved back before another."""
    a = array_argument("rollaxis", "a", a)
    axis = one_axis(axis, a.ndim, "rollaxis")
    start = start + a.ndim if start < 0 else start
    return moveaxis(a, axis, start - 1 if axis < start else start)


def expand_dims(a: AnyArray, axis: int | Sequence[int]) -> ndarray:
    """Return a view with axes of length 1 at *axis*."""
    a = array_argument("expand_dims", "a", a)
    count = a.ndim + (1 if isinstance(axis, (int, onp.integer)) else len(axis))
    new = several_axes(axis, count, "expand_dims")
    rest = iter(a.shape)
    return a.reshape(tuple([1 if i in new else next(rest) for i in range(count)]))


def squeeze(a: AnyArray, axis: Axis = None, out: ndarray | None = None) -> ndarray:
    """Return a view without axes of length 1: all of them, or those at *axis*."""
    a = array_argument("squeeze", "a", a)
    if axis is None:
        return delivered(a.reshape(tuple([n for n in a.shape if n != 1])), out, "squeeze")
    if not a.ndim and axis in (0, -1):
        return delivered(a.reshape(()), out, "squeeze")
    gone = several_axes(axis, a.ndim, "squeeze")
    for i in gone:
        if a.shape[i] != 1:
            raise ValueError(
                f"squeeze: cannot select an axis to squeeze out which has size not equal to one: "
                f"axis {i} of shape {a.shape}"
            )
    shape = tuple([n for i, n in enumerate(a.shape) if i not in gone])
    return delivered(a.reshape(shape), out, "squeeze")


def broadcast_to(array: AnyArray, shape: ShapeLike) -> ndarray:
    """Return a copy in which axes of length 1 are repeated; leading axes may be new."""
    a = array_argument("broadcast_to", "array", array)
    target = shape_argument("broadcast_to", shape)
    try:
        fits = onp.broadcast_shapes(a.shape, target) == target
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"broadcast_to: shape {a.shape} cannot be broadcast to {target}")
    return F._expand(a, shape=target)


def broadcast_arrays(*args: AnyArray) -> list[ndarray]:
    """Return arrays broadcast against each other, as copies."""
    arrays = [array_argument("broadcast_arrays", f"args[{i}]", x) for i, x in enumerate(args)]
    shape = onp.broadcast_shapes(*[x.shape for x in arrays])
    return [x if x.shape == shape else broadcast_to(x, shape) for x in arrays]


class _AtLeast(Protocol):
    @overload
    def __call__(self, ary: AnyArray, /) -> ndarray: ...
    @overload
    def __call__(self, first: AnyArray, second: AnyArray, /, *arys: AnyArray) -> list[ndarray]: ...


def _at_least(ndim: int, axes: str) -> _AtLeast:
    name = f"atleast_{ndim}d"

    def function(*arys: AnyArray) -> Any:
        found = [at_least(array_argument(name, f"arys[{i}]", x), ndim) for i, x in enumerate(arys)]
        return found[0] if len(found) == 1 else found

    return named(function, name, f"Return arrays with {axes} at least.")


atleast_1d = _at_least(1, "an axis")
atleast_2d = _at_least(2, "two axes")
atleast_3d = _at_least(3, "three axes")


# --- repeating, turning, padding ------------------------------------------------------------------


def tile(A: AnyArray, reps: ShapeLike) -> ndarray:
    """Return an array repeated along each axis."""
    a = array_argument("tile", "A", A)
    counts = shape_argument("tile", reps)
    if not counts:
        return F.identity(a)
    return F.tile(a if a.ndim else a.reshape((1,)), reps=counts)


def repeat(
    a: AnyArray, repeats: int | AnyArray | Sequence[int], axis: int | None = None
) -> ndarray:
    """Return an array whose elements, or parts along an axis, are repeated."""
    a = array_argument("repeat", "a", a)
    if axis is None:
        a, axis = ravel(a), 0
    axis = one_axis(axis, a.ndim, "repeat")
    counts = onp.asarray(repeats.asnumpy() if isinstance(repeats, NDArray) else repeats)
    if counts.ndim and counts.size > 1:
        return take(a, _index(onp.repeat(onp.arange(a.shape[axis]), counts), a), axis)
    return F.repeat(a, repeats=int(counts.reshape(-1)[0]), axis=axis)


def _index(values: ArrayLike, like: ndarray) -> ndarray:
    return ndarray._from_numpy(onp.asarray(values, onp.int64), like.ctx)


def flip(m: AnyArray, axis: Axis = None, out: ndarray | None = None) -> ndarray:
    """Return the array with the order along axes reversed, by default all."""
    m = array_argument("flip", "m", m)
    axes = tuple(range(m.ndim)) if axis is None else several_axes(axis, m.ndim, "flip")
    return delivered(F.reverse(m, axis=axes) if axes else F.identity(m), out, "flip")


def flipud(m: AnyArray) -> ndarray:
    """Return the array with the order along the first axis reversed."""
    return flip(m, 0)


def fliplr(m: AnyArray) -> ndarray:
    """Return the array with the order along the second axis reversed."""
    return flip(m, 1)


def roll(a: AnyArray, shift: int | Sequence[int], axis: Axis = None) -> ndarray:
    """Return the array with what leaves it at an end put in at the other."""
    a = array_argument("roll", "a", a)
    if axis is None:
        return roll(ravel(a), shift, 0).reshape(a.shape)
    axes = several_axes(axis, a.ndim, "roll")
    shifts = onp.broadcast_to(onp.asarray(shift), (len(axes),))
    for i, by in zip(axes, shifts, strict=True):
        n = a.shape[i]
        k = int(by) % n if n else 0
        if k:
            before = (slice(None),) * i
            a = concatenate([a[(*before, slice(n - k, n))], a[(*before, slice(0, n - k))]], i)
    return a


def rot90(m: AnyArray, k: int = 1, axes: Sequence[int] = (0, 1)) -> ndarray:
    """Return the array turned by right angles in the plane of two axes."""
    m = array_argument("rot90", "m", m)
    i, j = several_axes(axes, m.ndim, "rot90")
    if k % 4 == 2:
        return flip(m, (i, j))
    if k % 4 == 1:
        return swapaxes(flip(m, j), i, j)
    return flip(swapaxes(m, i, j), j) if k % 4 else m


_OF_PLACES = ("edge", "reflect", "symmetric", "wrap")
"""Modes of `pad` that repeat elements by where they are."""

_OF_AXES = {"maximum": "max", "minimum": "min"}
"""Modes of `pad` that repeat the result of a method along an axis."""


def pad(
    x: AnyArray,
    pad_width: int | Sequence[int] | Sequence[Sequence[int]],
    mode: str = "constant",
    *,
    constant_values: Scalar = 0,
    reflect_type: str = "even",
) -> ndarray:
    """Return an array with elements put around it.

    Parameters
    ----------
    x : ndarray
    pad_width : int or sequence
        How many in front and behind: for all axes, or a pair for each.
    mode : {'constant', 'edge', 'reflect', 'symmetric', 'wrap', 'maximum', 'minimum'}
    constant_values : float
        For 'constant', by default 0.
    reflect_type : {'even'}
        For 'reflect' and 'symmetric'.

    Raises
    ------
    ValueError
        For another mode or reflect_type.
    """
    x = array_argument("pad", "x", x)
    if mode not in ("constant", *_OF_PLACES, *_OF_AXES):
        raise ValueError(f"pad: mode {mode!r} is not supported")
    if reflect_type != "even":
        raise ValueError(f"pad: unsupported reflect_type {reflect_type!r}")
    widths = onp.broadcast_to(onp.asarray(pad_width, int), (x.ndim, 2)).tolist()
    for i, width in enumerate(widths):
        if not any(width):
            continue
        if mode in _OF_PLACES:
            places = onp.pad(onp.arange(x.shape[i]), width, mode)  # type: ignore[call-overload]
            x = take(x, _index(places, x), i)
            continue
        if mode == "constant":
            shape = (*x.shape[:i], 1, *x.shape[i + 1 :])
            value = ndarray._from_numpy(onp.full(shape, constant_values, x.dtype), x.ctx)
        else:
            value = getattr(x, _OF_AXES[mode])(i, keepdims=True)
        before, behind = (repeat(value, n, i) for n in width)
        x = concatenate([before, x, behind], i)
    return x


# --- diagonals and triangles ----------------------------------------------------------------------


def diag(v: AnyArray, k: int = 0) -> ndarray:
    """Return a diagonal of a matrix, or a matrix with a diagonal."""
    v = array_argument("diag", "v", v)
    empty = _no_diagonal(v, k, 0, 1)
    return F.diag(v, k=k) if empty is None else empty


def _no_diagonal(a: ndarray, k: int, i: int, j: int) -> ndarray | None:
    """An empty array if the arrays along two axes have no diagonal *k*."""
    if a.ndim < 2 or -a.shape[i] < k < a.shape[j]:
        return None
    rest = [n for axis, n in enumerate(a.shape) if axis not in (i, j)]
    return F.Cast(full((*rest, 0), 0, "float32", ctx=a.ctx), dtype=a.dtype)


def fill_diagonal(a: NDArray, val: ArrayLike, wrap: bool = False) -> None:
    """Write *val* to the main diagonal, in place."""
    values = a.asnumpy()
    onp.fill_diagonal(values, val.asnumpy() if isinstance(val, NDArray) else val, wrap)
    a[...] = values


def diagflat(v: AnyArray, k: int = 0) -> ndarray:
    """Return a matrix with the elements of an array on a diagonal."""
    return diag(ravel(v), k)


def diagonal(a: AnyArray, offset: int = 0, axis1: int = 0, axis2: int = 1) -> ndarray:
    """Return the diagonals of the matrices along two axes, as a last axis."""
    a = array_argument("diagonal", "a", a)
    i, j = several_axes((axis1, axis2), a.ndim, "diagonal")
    if (empty := _no_diagonal(a, offset, i, j)) is not None:
        return empty
    if a.ndim == 2:
        return F.diag(a if i < j else F.transpose(a), k=offset)
    return F.diag(a, k=offset, axis1=i, axis2=j)


def trace(
    a: AnyArray, offset: int = 0, axis1: int = 0, axis2: int = 1, out: ndarray | None = None
) -> ndarray:
    """Return the sums of the diagonals along two axes."""
    return delivered(diagonal(a, offset, axis1, axis2).sum(axis=-1), out, "trace")


def tril(m: AnyArray, k: int = 0) -> ndarray:
    """Return matrices with zeros above a diagonal."""
    return _triangle("tril", m, lambda n, c: onp.tri(n, c, k, bool))


def triu(m: AnyArray, k: int = 0) -> ndarray:
    """Return matrices with zeros below a diagonal."""
    return _triangle("triu", m, lambda n, c: ~onp.tri(n, c, k - 1, bool))


def _triangle(name: str, m: AnyArray, mask: Callable[[int, int], HostArray]) -> ndarray:
    m = array_argument(name, "m", m)
    if m.ndim < 1:
        raise ValueError(f"{name}: m must have an axis")
    rows, columns = (m.shape[-1], m.shape[-1]) if m.ndim == 1 else m.shape[-2:]
    chosen = ndarray._from_numpy(mask(rows, columns), m.ctx)
    return (
        multiply(m, F.Cast(chosen, dtype=m.dtype))
        if m.dtype.kind != "f"
        else F.where(
            chosen if m.ndim <= 2 else F._expand(chosen, shape=m.shape),
            m if m.ndim > 1 else F._expand(m, shape=(rows, columns)),
            0.0,
        )
    )


# --- picking --------------------------------------------------------------------------------------


def take(
    a: AnyArray,
    indices: ArrayLike,
    axis: int | None = None,
    mode: str = "raise",
    out: ndarray | None = None,
) -> ndarray:
    """Return the parts of an array at indices along an axis, or of the flat array.

    Parameters
    ----------
    a : ndarray
    indices : ndarray
    axis : int, optional
    mode : {'raise', 'clip', 'wrap'}
        What an index outside does.
    """
    a = array_argument("take", "a", a)
    if axis is None:
        a, axis = ravel(a), 0
    axis = one_axis(axis, a.ndim, "take")
    if not isinstance(indices, NDArray):
        indices = _index(indices, a)
    result = F.take(a, indices, axis=axis, mode=mode)
    return delivered(
        result.reshape(a.shape[:axis] + indices.shape + a.shape[axis + 1 :]), out, "take"
    )


def take_along_axis(arr: AnyArray, indices: AnyArray, axis: int | None) -> ndarray:
    """Return the elements at indices along an axis, which has them for each place of the others."""
    a = array_argument("take_along_axis", "arr", arr)
    if axis is None:
        a, axis = ravel(a), 0
    axis = one_axis(axis, a.ndim, "take_along_axis")
    key: list[ndarray] = []
    for i, n in enumerate(a.shape):
        shape = [1] * a.ndim
        shape[i] = n
        key.append(arange(n, dtype="int64", ctx=a.ctx).reshape(tuple(shape)))
    key[axis] = array_argument("take_along_axis", "indices", indices)
    return a[tuple(key)]


def nonzero(a: AnyArray) -> tuple[ndarray, ...]:
    """Return the indices of what is not 0, one array for each axis."""
    a = array_argument("nonzero", "a", a)
    found = onp.nonzero(onp.atleast_1d(a.asnumpy()))
    return tuple([_index(x, a) for x in found])


def flatnonzero(a: AnyArray) -> ndarray:
    """Return the positions in the flat array of what is not 0."""
    return nonzero(ravel(a))[0]


def argwhere(a: AnyArray) -> ndarray:
    """Return the indices of what is not 0, as rows."""
    a = array_argument("argwhere", "a", a)
    return _index(onp.argwhere(a.asnumpy()), a)


def diff(
    a: AnyArray,
    n: int = 1,
    axis: int = -1,
    prepend: ArrayLike | None = None,
    append: ArrayLike | None = None,
) -> ndarray:
    """Return differences of neighbours along an axis, *n* times.

    What is put in front and behind first is an array, or a number for each place of the others.
    """
    a = array_argument("diff", "a", a)
    axis = one_axis(axis, a.ndim, "diff")
    edge = (*a.shape[:axis], 1, *a.shape[axis + 1 :])
    ends = [
        x if isinstance(x, NDArray) else full(edge, onp.asarray(x), a.dtype, ctx=a.ctx)
        for x in (prepend, a, append)
        if x is not None
    ]
    if len(ends) > 1:
        a = concatenate(ends, axis)
    before = (slice(None),) * axis
    for _ in range(n):
        a = a[(*before, slice(1, None))] - a[(*before, slice(0, a.shape[axis] - 1))]
    return a


def ediff1d(
    ary: AnyArray, to_end: ArrayLike | None = None, to_begin: ArrayLike | None = None
) -> ndarray:
    """Return differences of neighbours in the flat array."""
    a = ravel(array_argument("ediff1d", "ary", ary))
    found = a[1:] - a[: a.size - 1]
    parts = [to_begin, found, to_end]
    given = [
        ravel(
            x
            if isinstance(x, NDArray)
            else ndarray._from_numpy(onp.atleast_1d(onp.asarray(x)).astype(a.dtype), a.ctx)
        )
        for x in parts
        if x is not None
    ]
    return concatenate(given) if len(given) > 1 else found


def resize(a: AnyArray, new_shape: ShapeLike) -> ndarray:
    """Return an array of another shape, repeated as often as it takes."""
    a = ravel(array_argument("resize", "a", a))
    shape = shape_argument("resize", new_shape)
    size = math.prod(shape)
    if not a.size:
        return F.Cast(full(shape, 0, "float32", ctx=a.ctx), dtype=a.dtype)
    return tile(a, -(-size // a.size))[:size].reshape(shape)


# --- order ----------------------------------------------------------------------------------------


def sort(
    a: AnyArray, axis: int | None = -1, kind: str | None = None, order: str | None = None
) -> ndarray:
    """Return the array sorted along an axis, or the flat one."""
    a = array_argument("sort", "a", a)
    if axis is None:
        a, axis = ravel(a), 0
    return F.sort(a, axis=one_axis(axis, a.ndim, "sort"))


def msort(a: AnyArray) -> ndarray:
    """Return the array sorted along the first axis."""
    return sort(a, 0)


def argsort(
    a: AnyArray, axis: int | None = -1, kind: str | None = None, order: str | None = None
) -> ndarray:
    """Return the indices, as int64, that sort an array along an axis, or the flat one."""
    a = array_argument("argsort", "a", a)
    if axis is None:
        a, axis = ravel(a), 0
    return F.argsort(a, axis=one_axis(axis, a.ndim, "argsort"), dtype="int64")


@overload
def where(condition: AnyArray) -> tuple[ndarray, ...]: ...
@overload
def where(condition: ArrayLike, x: ArrayLike, y: ArrayLike) -> ndarray: ...
def where(
    condition: ArrayLike, x: ArrayLike | None = None, y: ArrayLike | None = None
) -> ArrayLike | tuple[ndarray, ...]:
    """Return elements of *x* where a condition is not 0, else of *y*; without them, `nonzero`."""
    if x is None and y is None:
        return nonzero(array_argument("where", "condition", condition))
    if x is None or y is None:
        raise ValueError("where: either both or neither of x and y should be given")
    arrays = [v for v in (condition, x, y) if isinstance(v, NDArray)]
    if not arrays:
        if not isinstance(condition, onp.ndarray):
            return x if condition else y
        arrays = [ndarray._from_numpy(condition, None)]
    like = arrays[0]
    choice = _of(condition, like, None)
    values = [v for v in (x, y) if isinstance(v, NDArray)]
    kind = values[0]._data.dtype if values else onp.dtype("float32")
    of_x, of_y = _number_or_array(x, like, kind), _number_or_array(y, like, kind)
    if not values and not isinstance(of_x, NDArray):
        of_x = _of(of_x, like, kind)
    ndim = max(v.ndim for v in (choice, of_x, of_y) if isinstance(v, NDArray))
    if choice.ndim < ndim:
        choice = choice.reshape((1,) * (ndim - choice.ndim) + choice.shape)
    return F.where(choice, of_x, of_y)


def _of(x: ArrayLike, like: NDArray, kind: DType | None) -> NDArray:
    if isinstance(x, NDArray):
        return x
    values = onp.asarray(x)
    return ndarray._from_numpy(values if kind is None else values.astype(kind), like.ctx)


def _number_or_array(x: ArrayLike, like: NDArray, kind: DType) -> NDArray | Scalar:
    return x if isinstance(x, (int, float, onp.generic)) else _of(x, like, kind)
