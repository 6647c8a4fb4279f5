"""Views along strides and their adjoints."""

from __future__ import annotations

from typing import Any

from . import _strided
from ._declare import operator
from ._strided import Box
from ._table import F, Sample


def _as_strided_vjp(g: Any, shape: Any, strides: Any, offset: Any, data_shape: Any) -> Any:
    return F._scatter_strided(g, box=shape, strides=strides, offset=offset, shape=data_shape)


@operator(
    "_as_strided",
    vjp=_as_strided_vjp,
    samples=(Sample(((3, 4),), {"shape": (2, 3), "strides": (8, -1), "offset": 2}),),
)
def _as_strided(data: Any, *, shape: Any, strides: Any, offset: Any) -> Any:
    """Distinct elements of the input along strides; a view when they are one run of memory."""
    box = Box(shape, strides, offset)
    if _strided.is_contiguous(shape, strides):
        return data._data[offset : offset + box.size], shape
    return _strided.gather(data._data, box), shape


def _scatter_strided_vjp(g: Any, box: Any, strides: Any, offset: Any, data_shape: Any) -> Any:
    return F._reshaped(
        F._as_strided(g, shape=box, strides=strides, offset=offset), shape=data_shape
    )


@operator(
    "_scatter_strided",
    vjp=_scatter_strided_vjp,
    samples=(
        Sample(((2, 3),), {"box": (2, 3), "strides": (8, -1), "offset": 2, "shape": (3, 4)}),
    ),
)
def _scatter_strided(data: Any, *, box: Any, strides: Any, offset: Any, shape: Any) -> Any:
    """The adjoint of `_as_strided`: zeros of *shape* that hold the input in a box."""
    size = _strided.whole(shape).size
    return _strided.scatter(data._data, size, Box(box, strides, offset)), shape


def _assigned_vjp(
    g: Any, box: Any, strides: Any, offset: Any, rhs_shape: Any, needs: Any
) -> Any:
    taken = F._as_strided(g, shape=box, strides=strides, offset=offset)
    left = None
    if needs[0]:
        left = F._assigned(g, F.zeros_like(taken), box=box, strides=strides, offset=offset)
    return left, F._sum_to(taken, shape=rhs_shape) if needs[1] else None


@operator(
    "_assigned",
    vjp=_assigned_vjp,
    samples=(Sample(((3, 4), (1, 3)), {"box": (2, 3), "strides": (8, -1), "offset": 2}),),
)
def _assigned(lhs: Any, rhs: Any, *, box: Any, strides: Any, offset: Any) -> Any:
    """The left input with a box replaced by the right one, which broadcasts to it."""
    y = lhs._data.copy()
    _strided.move(rhs._data, _strided.broadcast(rhs._shape, box), y, Box(box, strides, offset))
    return y, lhs._shape
