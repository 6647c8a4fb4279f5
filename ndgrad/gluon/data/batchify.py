"""Functions that make a batch of a list of elements, for `DataLoader(batchify_fn=...)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ... import nd
from ...array.ndarray import NDArray
from ...autograd import is_recording
from ...base import DTypeLike, HostArray, MXNetError, as_dtype, is_numeric, public_names
from ...memory.storage import empty
from ...util import default_array

if TYPE_CHECKING:
    from ...typing import ArrayLike

__all__ = ["Append", "AsList", "Group", "Pad", "Stack"]
__dir__ = public_names(globals())


_Element = TypeVar("_Element")
Function = Callable[[list[Any]], object]
"""Makes a batch of a list of elements."""


def _as_numpy(element: ArrayLike) -> HostArray:
    return np.asarray(element.asnumpy() if isinstance(element, NDArray) else element)


def _to_nd(data: HostArray, dtype: DTypeLike | None = None) -> NDArray:
    made = nd.array(data, dtype=data.dtype if dtype is None else dtype)
    return default_array(made)


def _stacked(data: Sequence[NDArray]) -> NDArray:
    """`nd.stack`, without looking at each array as an input of an operator: batches are large."""
    first = data[0]
    shape, buffer = first.shape, first._data
    if (
        is_recording()
        or not isinstance(buffer, np.ndarray)
        or any(
            type(x) is not type(first) or x.shape != shape or x._data.dtype != buffer.dtype
            for x in data
        )
    ):
        return nd.stack(*data)
    stacked = empty(len(data) * buffer.size, buffer.dtype)
    np.concatenate([x._data for x in data], out=stacked)
    return type(first)(stacked, (len(data), *shape), first.context)


def stack(data: Sequence[Any]) -> NDArray:
    """Elements of one shape, with a new first axis; of the dtype that NumPy gives them.

    Raises
    ------
    MXNetError, TypeError
        If shapes differ; if an element is not numeric.
    """
    if isinstance(data[0], NDArray):
        return default_array(_stacked(data))
    try:
        array = np.asarray(data)
    except ValueError:
        shapes = sorted({np.shape(element) for element in data})
        raise MXNetError(
            f"batchify: elements of a batch must have one shape, got {shapes}; "
            "batchify.Pad makes one of them"
        ) from None
    if not is_numeric(array.dtype):
        raise TypeError(f"batchify: elements must be numbers or arrays, got {type(data[0])}")
    return _to_nd(array)


class Stack:
    """Elements of one shape, with a new first axis.

    Parameters
    ----------
    use_shared_mem : bool
        Without effect: what workers make is passed on through shared memory in any case.
    """

    def __init__(self, use_shared_mem: bool = False) -> None:
        self._use_shared_mem = use_shared_mem

    def __call__(self, data: Sequence[ArrayLike]) -> NDArray:
        return stack(data)


class Pad:
    """Elements of different lengths, filled up at their ends to the longest, then stacked.

    Parameters
    ----------
    axis : int
        The axis along which they differ; along others each is filled up, too.
    val : float
        What they are filled up with; 0 by default.
    dtype : str or type, optional
        By default that of the first element.
    ret_length : bool
        Whether the lengths before are returned, too, as int32.
    use_shared_mem : bool
        Without effect.
    """

    def __init__(
        self,
        axis: int = 0,
        val: float | None = None,
        dtype: DTypeLike | None = None,
        ret_length: bool = False,
        use_shared_mem: bool = False,
        pad_val: float | None = None,
    ) -> None:
        self._axis = axis
        self._val = val if val is not None else 0 if pad_val is None else pad_val
        self._dtype = dtype
        self._ret_length = ret_length

    def __call__(self, data: Sequence[ArrayLike]) -> NDArray | tuple[NDArray, NDArray]:
        arrays = [_as_numpy(element) for element in data]
        ndims = {a.ndim for a in arrays}
        if len(ndims) != 1 or not -min(ndims) <= self._axis < min(ndims):
            raise MXNetError(
                f"Pad: elements must have the same number of axes, more than axis={self._axis}, "
                f"got shapes {[a.shape for a in arrays]}"
            )
        kind = arrays[0].dtype if self._dtype is None else as_dtype(self._dtype, op="Pad")
        lengths = [a.shape[self._axis] for a in arrays]
        shape = tuple(max(sizes) for sizes in zip(*(a.shape for a in arrays), strict=True))
        batch = np.full((len(arrays), *shape), self._val, kind)
        for padded, a in zip(batch, arrays, strict=True):
            padded[tuple(map(slice, a.shape))] = a
        made = _to_nd(batch)
        return (made, _to_nd(np.asarray(lengths), "int32")) if self._ret_length else made


class Append:
    """A list of the elements, each an array by itself.

    Parameters
    ----------
    expand : bool
        Whether each gets a new axis.
    batch_axis : int
        Where this is.
    use_shared_mem : bool
        Without effect.
    """

    def __init__(
        self, expand: bool = True, batch_axis: int = 0, use_shared_mem: bool = False
    ) -> None:
        self._expand = expand
        self._batch_axis = batch_axis

    def __call__(self, data: Sequence[ArrayLike]) -> list[NDArray]:
        arrays = [_as_numpy(element) for element in data]
        if self._expand:
            arrays = [np.expand_dims(a, self._batch_axis) for a in arrays]
        return [_to_nd(a) for a in arrays]


class Group:
    """A function of its own for each item of elements that are tuples: ``Group(Pad(), Stack())``.

    Parameters
    ----------
    *fn : callable, or one list of these

    Raises
    ------
    MXNetError
        If one is not callable; in a call, if elements have another number of items.
    """

    def __init__(
        self, fn: Function | list[Function] | tuple[Function, ...], *args: Function
    ) -> None:
        self._fn: tuple[Function, ...] = tuple(fn) if isinstance(fn, (list, tuple)) else (fn, *args)
        if (isinstance(fn, (list, tuple)) and args) or not all(map(callable, self._fn)):
            raise MXNetError(
                f"Group: fn must be functions, or one list of functions, got {(fn, *args)!r}"
            )

    def __call__(self, data: Sequence[Sequence[object]]) -> tuple[Any, ...]:
        count = len(self._fn)
        if any(len(element) != count for element in data):
            raise MXNetError(
                f"Group: elements must have {count} items, as there are functions, "
                f"got {sorted({len(element) for element in data})}"
            )
        items = zip(*data, strict=True)
        return tuple([fn(list(item)) for fn, item in zip(self._fn, items, strict=True)])


class AsList:
    """The elements as they are, in a list."""

    def __call__(self, data: Sequence[_Element]) -> list[_Element]:
        return list(data)
