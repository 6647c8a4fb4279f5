"""Operators that pick by index, and their adjoints."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _rows
from ._declare import operator
from ._table import F, Sample

_INDEX = np.array([2, 0, 2])


def _take_rows_vjp(
    g: Any, index: Any, outer: Any, length: Any, inner: Any, data_shape: Any
) -> Any:
    return F._add_rows(g, index=index, outer=outer, length=length, inner=inner, shape=data_shape)


@operator(
    "_take_rows",
    vjp=_take_rows_vjp,
    samples=(
        Sample(
            ((2, 3, 2),),
            {"index": _INDEX, "outer": 2, "length": 3, "inner": 2, "shape": (2, 3, 2)},
        ),
    ),
)
def _take_rows(data: Any, *, index: Any, outer: Any, length: Any, inner: Any, shape: Any) -> Any:
    """Rows of the input seen as (outer, length, inner), picked by a vector of valid indices."""
    return _rows.take(data._data, index, outer, length, inner), shape


def _add_rows_vjp(g: Any, index: Any, outer: Any, length: Any, inner: Any, data_shape: Any) -> Any:
    return F._take_rows(g, index=index, outer=outer, length=length, inner=inner, shape=data_shape)


@operator(
    "_add_rows",
    vjp=_add_rows_vjp,
    samples=(
        Sample(
            ((2, 3, 2),),
            {"index": _INDEX, "outer": 2, "length": 3, "inner": 2, "shape": (2, 3, 2)},
        ),
    ),
)
def _add_rows(data: Any, *, index: Any, outer: Any, length: Any, inner: Any, shape: Any) -> Any:
    """The adjoint of `_take_rows`: zeros of *shape* to which the input's rows are added."""
    return _rows.add(data._data, index, outer, length, inner), shape


def _put_rows_vjp(
    g: Any, index: Any, outer: Any, length: Any, inner: Any, rhs_shape: Any, needs: Any
) -> Any:
    where = {"index": index, "outer": outer, "length": length, "inner": inner}
    taken = F._take_rows(g, shape=rhs_shape, **where)
    left = F._put_rows(g, F.zeros_like(taken), **where) if needs[0] else None
    return left, taken if needs[1] else None


@operator(
    "_put_rows",
    vjp=_put_rows_vjp,
    samples=(
        Sample(
            ((2, 3, 2), (2, 2, 2)),
            {"index": np.array([2, 0]), "outer": 2, "length": 3, "inner": 2},
        ),
    ),
)
def _put_rows(lhs: Any, rhs: Any, *, index: Any, outer: Any, length: Any, inner: Any) -> Any:
    """The left input with rows replaced by those of the right one; no index comes twice."""
    y = lhs._data.copy()
    _rows.put(rhs._data, index, y, outer, length, inner)
    return y, lhs._shape
