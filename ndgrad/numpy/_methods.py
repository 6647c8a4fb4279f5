"""The methods of arrays that are NumPy's: functions with the array as the first argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as onp

from ..array import indexing
from ..array.ndarray import IN_PLACE, NDArray
from ..array.operands import in_place
from ..base import ArgumentValueError, DTypeLike, as_dtype
from ..context import Context
from ..dispatch.array_calls import view_call
from ..ops.bound import CALLS
from ..ops.table import ElementwiseOp, lookup
from ..tape import state
from . import _elementwise, _joining, _numerics, _products, _reductions, _shaping
from ._calls import F
from ._check import c_order
from .multiarray import ndarray

if TYPE_CHECKING:
    from ..array.types import AnyArray, Scalar, ShapeLike


reshape_call = view_call("reshape", globals())


def _reshape(self: ndarray, *shape: ShapeLike, order: str = "C", **kwargs: ShapeLike) -> ndarray:
    """Return a view of another shape; -1 stands for the length that is left.

    Raises
    ------
    ValueError
        If the number of elements differs.
    """
    if order == "C" and not kwargs:
        view = reshape_call(self, shape)
        if view is not None:
            if self._node is None or not state.recording:
                return view
            return indexing.recorded_view(view, self)
    c_order("reshape", order)
    if not shape:
        shape = (kwargs["newshape"] if "newshape" in kwargs else kwargs["shape"],)
    lengths: Any = shape
    if len(shape) == 1 and not isinstance(shape[0], (int, onp.integer)):
        lengths = tuple(shape[0])
    for n in lengths:
        if n.__class__ is not int:
            lengths = tuple([n.__index__() for n in lengths])
            break
    size = self._data.size
    known, unknown = 1, 0
    for n in lengths:
        if n == -1:
            unknown += 1
        else:
            known *= n
    if unknown == 1 and known > 0 and size % known == 0:
        lengths = tuple([size // known if n == -1 else n for n in lengths])
    elif unknown or known != size or min(lengths, default=0) < 0:
        raise ArgumentValueError(f"cannot reshape array of size {size} into shape {lengths}")
    return indexing.view_as(self, lengths)  # type: ignore[return-value]


def _reshape_view(self: ndarray, *shape: ShapeLike, **kwargs: object) -> ndarray:
    """Return a view of another shape, with the codes that `NDArray.reshape` knows."""
    return NDArray.reshape(self, *shape, **kwargs).as_np_ndarray()


def _transpose(self: ndarray, *axes: int | Sequence[int]) -> ndarray:
    """Return the array with its axes in another order, by default reversed."""
    given: Any = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return _shaping.transpose(self, given or None)


def _clip(
    self: ndarray,
    min: AnyArray | Scalar | None = None,
    max: AnyArray | Scalar | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """Return the array cut to an interval; None stands for no bound.

    Raises
    ------
    ValueError
        If there is no bound at all.
    """
    return _numerics.clip(self, min, max, out)


def _copy(self: ndarray, order: str = "C") -> ndarray:
    """Return a copy on the same device (recorded)."""
    c_order("copy", order)
    return F.identity(self)


def _as_in_ctx(self: ndarray, ctx: Context) -> ndarray:
    """Return the array on *ctx*: itself if it is there already (recorded)."""
    return self.as_in_context(ctx)


def _flatten(self: ndarray, order: str = "C") -> ndarray:
    """Return the elements along one axis, as a copy."""
    c_order("flatten", order)
    return F.identity(_reshape(self, (self._data.size,)))


def _astype(
    self: ndarray,
    dtype: DTypeLike,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> ndarray:
    """Return the array in another dtype (recorded); the same object if *copy* permits."""
    wanted = as_dtype(dtype, op="astype")
    return self if not copy and self._data.dtype == wanted else F.Cast(self, dtype=wanted)


def _sort(self: ndarray, axis: int = -1, kind: str | None = None, order: str | None = None) -> None:
    """Sort the array along an axis, in place."""
    self[...] = _shaping.sort(self, axis)


def _length(self: ndarray) -> int:
    """Return the length of the first axis."""
    if not self._shape:
        raise TypeError("len() of unsized object")
    return self._shape[0]


METHODS: dict[str, Callable[..., object] | property] = {
    "reshape": _reshape,
    "reshape_view": _reshape_view,
    "copy": _copy,
    "as_in_ctx": _as_in_ctx,
    "transpose": _transpose,
    "flatten": _flatten,
    "sort": _sort,
    "astype": _astype,
    "T": property(_shaping.transpose),
    **{name: _reductions.FUNCTIONS[name] for name in "prod nansum nanprod argmax argmin".split()},
    **_reductions.METHODS,
    **{name: getattr(_reductions, name) for name in "mean std var cumsum ptp".split()},
    **{
        name: getattr(_shaping, name)
        for name in (
            "swapaxes squeeze expand_dims ravel repeat take argsort nonzero diagonal trace tile "
            "broadcast_to flip"
        ).split()
    },
    "split": _joining.split,
    "dot": _products.dot,
    "round": _numerics.around,
    "clip": _clip,
    **{
        name: function
        for name, function in _elementwise.FUNCTIONS.items()
        if name in vars(NDArray) and not name.startswith("logical")
    },
    **_elementwise.OPERATORS,
    "__round__": lambda self, ndigits=None: _numerics.around(self, ndigits or 0),
    "__len__": _length,
    "__matmul__": _products.matmul,
    "__imatmul__": lambda self, other: _products.matmul(self, other, self),
    "__rmatmul__": lambda self, other: _products.matmul(other, self),
    "__divmod__": lambda self, other: (self // other, self % other),
}
"""By name."""


def install() -> None:
    """Give the class its methods."""
    for name, function in METHODS.items():
        setattr(ndarray, name, function)
    for name, sign in IN_PLACE.items():
        op = lookup({"truediv": "broadcast_div"}.get(name, f"broadcast_{name}"))
        assert isinstance(op, ElementwiseOp)
        method = in_place(op, sign, ndarray)
        CALLS[method] = op.name
        setattr(ndarray, f"__i{name}__", method)
    setattr(ndarray, "__hash__", NDArray.__hash__)  # noqa: B010  # which __eq__ took
