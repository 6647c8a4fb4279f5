"""`ndarray`: the array of `ndgrad.numpy`, with the facts and the text of NumPy's arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as onp

from ..array.ndarray import NDArray
from ..base import DType, HostArray, is_floating
from ..context import Context
from ..dispatch import classes, in_class
from ..memory.device import context_device, on_device

_DEFAULT = re.compile(r",\s*dtype=(float32|bool|object)\)$")
_SUMMARY = re.compile(r"\],\s+shape=\([\d, ]+\)\)$")
_SHOWN = re.compile(r",\s+dtype=(\w+)\)$")


if TYPE_CHECKING:  # with what `ndgrad.numpy._methods` adds to the class
    from .._stubs.np_methods import Methods
else:
    Methods = NDArray


class ndarray(Methods):
    """An array that behaves as NumPy's: what `ndgrad.numpy` makes.

    It shares everything with `NDArray` but what operators and methods mean.  A reduction of all
    elements and an index to one give arrays without axes, comparisons give bools, integers are
    divided to floats.  Basic slices of contiguous memory are views, as of an `NDArray`.
    """

    __slots__ = ()

    _one_element = ()

    if TYPE_CHECKING:

        def __getitem__(self, key: object) -> ndarray: ...
        def __iter__(self) -> Iterator[ndarray]: ...
        @classmethod
        def _from_numpy(cls, source: HostArray, ctx: Context | None) -> ndarray: ...
        def as_in_context(self, context: Context) -> ndarray: ...
        def detach(self) -> ndarray: ...
        @property
        def T(self) -> ndarray: ...
        @property
        def grad(self) -> ndarray | Any: ...  # None of what is no variable

    @property
    def dtype(self) -> DType:  # type: ignore[override]  # as of NumPy's arrays
        """The type of an element, as a NumPy dtype."""
        return self._data.dtype

    def __repr__(self) -> str:
        values = self.asnumpy()
        text = _DEFAULT.sub(")", repr(values))
        if values.size:
            text = _SUMMARY.sub("])", text)
        elif values.dtype == onp.bool_:
            text = f"{text[:-1]}, dtype=bool)"
        if values.dtype.name in ("int64", "float64") and "dtype=" not in text:  # NumPy's defaults
            text = f"{text[:-1]}, dtype={values.dtype})"
        text = _SHOWN.sub(r", dtype=\1)", text)
        if self._ctx.device_type not in ("cpu", "cpu_pinned", "cpu_shared"):
            text = f"{text[:-1]}, ctx={self._ctx})"
        return text

    def __str__(self) -> str:
        return str(self.asnumpy())

    def __format__(self, spec: str) -> str:
        if self.ndim == 0:
            return format(self.item(), spec)
        if spec:
            raise TypeError(f"only an array without axes has a format {spec!r}")
        return str(self)

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickle, (self.asnumpy(), self._ctx.device_type, self._ctx.device_id)

    @staticmethod
    def _stop_before_start(start: int, stop: int) -> int:
        return start  # an empty slice

    @staticmethod
    def _as_key(key: object) -> object:
        if isinstance(key, tuple):
            return tuple([_mask(x) for x in key])
        return _mask(key)

    def item(self, *args: int | tuple[int, ...]) -> Any:
        """Return one element as a Python number.

        Parameters
        ----------
        *args : int, or one tuple
            Where it is: a position in the flat array, or an index for each axis; nothing for an
            array of one element.

        Raises
        ------
        ValueError
            If there is not exactly one element, and nothing says which.
        """
        return self.asnumpy().item(*args)  # type: ignore[arg-type]  # whose tuple stands alone

    def as_nd_ndarray(self) -> NDArray:
        """Return an `NDArray` that shares memory and place in the graph."""
        return in_class(classes.array, self)  # type: ignore[return-value]

    def as_np_ndarray(self) -> ndarray:
        """Return the array itself."""
        return self


class _OnDevice(ndarray, NDArray._on_device):  # type: ignore[valid-type,misc]
    """An array whose elements are on a device."""

    __slots__ = ()

    def __getitem__(self, key: object) -> ndarray:
        with on_device(context_device(self._ctx)):
            return super().__getitem__(key)


_OnDevice.__name__ = _OnDevice.__qualname__ = "ndarray"
ndarray._on_device = _OnDevice
classes.numpy_like = ndarray


def _unpickle(values: HostArray, device_type: str, device_id: int) -> NDArray:
    return ndarray._from_numpy(values, Context(device_type, device_id))


def _mask(key: object) -> object:
    """A list or an array of NumPy's of bools as a mask, which an `NDArray` takes for integers."""
    if isinstance(key, (list, onp.ndarray)):
        values = onp.asarray(key)
        if values.dtype == onp.bool_:
            return ndarray._from_numpy(values, None)
    return key


Operand: TypeAlias = ndarray | int | float | onp.generic
"""What an operator computes with: an array, or a number."""


def operand(x: object, like: NDArray) -> Operand:
    """An operand beside *like*: an array of ours, or a number."""
    if isinstance(x, (ndarray, int, float, onp.generic)):
        return x
    if isinstance(x, NDArray):
        return x.as_np_ndarray()
    if isinstance(x, (onp.ndarray, list, tuple)):
        values = onp.asarray(x)
        if is_floating(like._data.dtype) and values.dtype.kind in "iuf":
            values = values.astype(like._data.dtype)
        return ndarray._from_numpy(values, like._ctx)
    raise TypeError(f"type {type(x)} not supported")
