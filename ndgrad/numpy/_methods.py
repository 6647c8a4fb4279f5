"""The methods of arrays that are NumPy's: functions with the array as the first argument."""

from __future__ import annotations

from typing import Any

import numpy as onp

from ..array import indexing
from ..array.ndarray import IN_PLACE, NDArray
from ..array.operands import in_place
from ..base import as_dtype
from ..ops.bound import CALLS
from ..ops.table import lookup
from . import _elementwise, _joining, _numerics, _products, _reductions, _shaping
from ._calls import F
from ._check import c_order
from .multiarray import ndarray


def _reshape(self: Any, *shape: Any, order: str = "C", **kwargs: Any) -> Any:
    """Return a view of another shape; -1 stands for the length that is left.

    Raises
    ------
    ValueError
        If the number of elements differs.
    """
    c_order("reshape", order)
    if not shape:
        shape = (kwargs["newshape"] if "newshape" in kwargs else kwargs["shape"],)
    if len(shape) == 1 and not isinstance(shape[0], (int, onp.integer)):
        shape = tuple(shape[0])
    for n in shape:
        if n.__class__ is not int:
            shape = tuple([n.__index__() for n in shape])
            break
    size = self._data.size
    known, unknown = 1, 0
    for n in shape:
        if n == -1:
            unknown += 1
        else:
            known *= n
    if unknown == 1 and known > 0 and size % known == 0:
        shape = tuple([size // known if n == -1 else n for n in shape])
    elif unknown or known != size or min(shape, default=0) < 0:
        raise ValueError(f"cannot reshape array of size {size} into shape {shape}")
    return indexing.view_as(self, shape)


def _transpose(self: Any, *axes: Any) -> Any:
    """Return the array with its axes in another order, by default reversed."""
    given = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
    return _shaping.transpose(self, given or None)


def _clip(self: Any, min: Any = None, max: Any = None, out: Any = None) -> Any:
    """Return the array cut to an interval; None stands for no bound.

    Raises
    ------
    ValueError
        If there is no bound at all.
    """
    return _numerics.clip(self, min, max, out)


def _flatten(self: Any, order: str = "C") -> Any:
    """Return the elements along one axis, as a copy."""
    c_order("flatten", order)
    return F.identity(_reshape(self, (self._data.size,)))


def _astype(
    self: Any,
    dtype: Any,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> Any:
    """Return the array in another dtype (recorded); the same object if *copy* permits."""
    wanted = as_dtype(dtype, op="astype")
    return self if not copy and self._data.dtype == wanted else F.Cast(self, dtype=wanted)


def _sort(self: Any, axis: int = -1, kind: Any = None, order: Any = None) -> None:
    """Sort the array along an axis, in place."""
    self[...] = _shaping.sort(self, axis)


METHODS: dict[str, Any] = {
    "reshape": _reshape,
    "transpose": _transpose,
    "flatten": _flatten,
    "sort": _sort,
    "astype": _astype,
    "T": property(_shaping.transpose),
    **{
        name: getattr(_reductions, name)
        for name in "sum prod mean std var max min argmax argmin all any cumsum ptp".split()
    },
    "nansum": _reductions.nansum,
    "nanprod": _reductions.nanprod,
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
    "__matmul__": _products.matmul,
    "__rmatmul__": lambda self, other: _products.matmul(other, self),
    "__divmod__": lambda self, other: (self // other, self % other),
}
"""By name."""


def install() -> None:
    """Give the class its methods."""
    for name, function in METHODS.items():
        setattr(ndarray, name, function)
    for name, sign in IN_PLACE.items():
        op: Any = lookup({"truediv": "broadcast_div"}.get(name, f"broadcast_{name}"))
        method = in_place(op, sign, ndarray)
        CALLS[method] = op.name
        setattr(ndarray, f"__i{name}__", method)
    setattr(ndarray, "__hash__", NDArray.__hash__)  # noqa: B010  # which __eq__ took
