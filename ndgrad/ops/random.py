"""Operators that draw random numbers, and derivatives of what they draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..base import DTypeLike, MXNetError, Shape, is_floating, wide_dtype
from ..kernels import draws, front
from ..memory.storage import empty
from ..tape import Array
from .axes import index_dtype
from .declare import operator
from .parts import expect_size, valid_indices
from .table import NONE, ZERO, F, Gradients, Result, Sample

_FLOAT32, _FLOAT64, _INT64 = (np.dtype(name) for name in ("float32", "float64", "int64"))

# --- operators on arrays --------------------------------------------------------------------------


@operator(
    "_uniform_like",
    gradient=ZERO,
    stochastic=True,
    traceable=True,
    samples=(Sample(((3, 4),), {"low": 0.5}),),
)
def _uniform_like(data: Array, *, low: float = 0.0, high: float = 1.0) -> Result:
    """Random numbers in [low, high), of the input's shape and dtype."""
    x = data._data
    return draws.uniform(x.size, x.dtype, low, high), data._shape


@operator(
    "_normal_like",
    gradient=ZERO,
    stochastic=True,
    traceable=True,
    samples=(Sample(((3, 4),), {"scale": 0.5}),),
)
def _normal_like(data: Array, *, loc: float = 0.0, scale: float = 1.0) -> Result:
    """Normally distributed random numbers, of the input's shape and dtype."""
    x = data._data
    return draws.normal(x.size, x.dtype, loc, scale), data._shape


@operator(
    "_shuffle",
    gradient=NONE,
    aliases=("shuffle",),
    stochastic=True,
    samples=(Sample(((3, 2),)),),
)
def _shuffle(data: Array) -> Result:
    """The array's slices along its first axis in random order.

    Raises
    ------
    MXNetError
        If it has no axis; when a gradient is asked for.
    """
    if not data._shape:
        raise MXNetError("Operator shuffle: expected an array of one axis or more, got shape []")
    x, rows = data._data, data._shape[0]
    width = x.size // max(1, rows)
    order = draws.permutation(rows if x.size else 0)
    return front.take(x, order, 1, rows, width), data._shape


@operator(
    "_choice",
    gradient=ZERO,
    stochastic=True,
    samples=(Sample(([[0.0, 1.0], [1.0, 0.0]],), {"shape": (3,)}),),
)
def _choice(data: Array, *, shape: Sequence[int] = (), dtype: DTypeLike = "int32") -> Result:
    """Indices drawn with the probabilities in the last axis, *shape* of them for each row."""
    own = data._shape
    if not own or own[-1] == 0:
        raise MXNetError(
            "Operator sample_multinomial: data must have one axis or more, the last one not empty; "
            f"got {list(own)}"
        )
    kind = index_dtype("sample_multinomial", dtype, own[-1])
    lengths = tuple(shape)
    per = math.prod(lengths)
    rows = math.prod(own[:-1])
    result = (*own[:-1], *lengths) or (1,)
    compute = _INT64 if is_floating(kind) else kind
    p = data._data
    if p.dtype not in (_FLOAT32, _FLOAT64):
        p = front.cast(p, _FLOAT64)
    y = draws.choices(p, rows, own[-1], per, compute)
    return (y if compute == kind else front.cast(y, kind)), result


def _split(what: str, own: tuple[int, ...], n: int) -> tuple[int, int, int]:
    rows = math.prod(own[:-1])
    per = n // max(1, rows)
    expect_size(what, "index", n, (rows, per))
    return rows, own[-1], per


def _logs_vjp(g: Array, data: Array, index: Array) -> Gradients:
    # d log p[i] = d p[i] / p[i], of those alone that were drawn: others may be 0
    drawn = F._of_choice(data, index, shape=index.shape)
    return F._at_choice(g / drawn, index, shape=data.shape), None


@operator("_log_of_choice", vjp=_logs_vjp, domain=(0.1, 1.0), samples=(
    Sample(((2, 3), [[0, 2], [1, 1]])),
))  # fmt: skip
def _log_of_choice(data: Array, index: Array) -> Result:
    """log(data[row, index]) for the indices of each row."""
    p, y = data._data, empty(index._data.size, data._data.dtype)
    rows, kinds, per = _split("_log_of_choice", data._shape, y.size)
    expect_size("_log_of_choice", "data", p.size, (rows, kinds))
    wide = wide_dtype(y.dtype)
    work = y if y.dtype == wide else empty(y.size, wide)
    p = p if p.dtype == work.dtype else front.cast(p, work.dtype)
    found = valid_indices("_log_of_choice", index, kinds, "clip")
    front.log_in_rows(p, found, rows, kinds, per, work)
    return (work if work is y else front.cast(work, y.dtype)), index._shape


@operator(
    "_at_choice",
    vjp=lambda g, index, x_shape: (F._of_choice(g, index, shape=x_shape), None),
    samples=(Sample(((2, 2), [[0, 2], [1, 1]]), {"shape": (2, 3)}),),
)
def _at_choice(x: Array, index: Array, *, shape: Shape) -> Result:
    """Zeros of *shape*, with the elements of x added at the indices of each row."""
    rows, kinds, per = _split("_at_choice", shape, index._data.size)
    expect_size("_at_choice", "x", x._data.size, index._shape)
    found = valid_indices("_at_choice", index, kinds, "clip")
    work = wide_dtype(x._data.dtype)
    y = empty(rows * kinds, work)
    dtype = x._data.dtype
    g = x._data if work == dtype else front.cast(x._data, work)
    front.add_in_rows(g, found, rows, kinds, per, y)
    return (y if work == dtype else front.cast(y, dtype)), shape


@operator(
    "_of_choice",
    vjp=lambda g, index, x_shape: (F._at_choice(g, index, shape=x_shape), None),
    samples=(Sample(((2, 3), [[0, 2], [1, 1]]), {"shape": (2, 2)}),),
)
def _of_choice(x: Array, index: Array, *, shape: Shape) -> Result:
    """The elements of x at the indices of each row."""
    rows, kinds, per = _split("_of_choice", x._shape, index._data.size)
    expect_size("_of_choice", "x", x._data.size, (rows, kinds))
    found = valid_indices("_of_choice", index, kinds, "clip")
    y = empty(index._data.size, x._data.dtype)
    front.take_in_rows(x._data, found, rows, kinds, per, y)
    return y, shape


@operator("_drawn", gradient=ZERO, is_view=True, samples=(Sample(((4, 2), (4,))),))
def _drawn(sample: Array, parameter: Array, other: Array | None = None) -> Result:
    """The sample, as a function of the parameters that it was drawn with: constant."""
    return sample._data, sample._shape
