"""Sums, products, extremes, norms and where the extremes are.

`REDUCTIONS` has one row for each way to combine; its formulas become kernels in
`ndgrad.kernels._reduction`.  Full reductions have the shape ``(1,)``, ties of an extreme get the
whole gradient each, and the gradient of a norm at zero is NaN, all as in MXNet.  Beyond it the
gradient of a product is right where factors are zero, and integers are averaged without wrapping.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from ..base import MXNetError, as_dtype
from ..storage import empty
from . import _reduction
from ._declare import elementwise, operator
from ._launch import chunked, grain
from ._reduction import Reduction
from ._table import ZERO, F, Sample

Shape = tuple[int, ...]

_NOT_NAN = "where(x != x, {}, x)"

REDUCTIONS = {
    row.name: row
    for row in (
        Reduction("sum"),
        Reduction("mean", finished="a / n"),
        Reduction("prod", combined="a * b", start="1"),
        Reduction("nansum", mapped=_NOT_NAN.format(0)),
        Reduction("nanprod", mapped=_NOT_NAN.format(1), combined="a * b", start="1"),
        Reduction("max", combined="maximum(a, b)", start="lowest", wide=False),
        Reduction("min", combined="minimum(a, b)", start="highest", wide=False),
        Reduction("norm1", mapped="abs(x)"),
        Reduction("norm2", mapped="x * x", finished="sqrt(a)", mathematical=True),
    )
}

# --- axes -----------------------------------------------------------------------------------------


def sorted_axes(op: str, axis: Any, ndim: int, exclude: bool = False, arg: str = "axis") -> Shape:
    """The axes that *axis* means, non-negative and sorted; None and ``()`` mean all of them.

    Raises
    ------
    MXNetError
        If *axis* is no axis, names one twice or one that is not there.
    """
    if axis is None:
        return tuple(range(ndim))
    given = axis if isinstance(axis, (tuple, list)) else (axis,)
    if not all(isinstance(a, (numbers.Integral, np.integer)) for a in given):
        raise MXNetError(
            f"Operator {op}: expected None, an int or a tuple of ints as {arg}, got {axis!r}"
        )
    if not given:
        return tuple(range(ndim))
    for a in given:
        if not -ndim <= a < ndim:
            raise MXNetError(
                f"Operator {op}: {arg}={axis!r} exceeds the input's {ndim} dimensions, "
                f"expected {-ndim} <= {arg} < {ndim}"
            )
    found = sorted(int(a) % ndim for a in given)
    if len(set(found)) != len(found):
        raise MXNetError(f"Operator {op}: {arg}={axis!r} has duplicates")
    if exclude:
        return tuple(a for a in range(ndim) if a not in found)
    return tuple(found)


def _reduced(
    row: Reduction,
    x: Any,
    axes: Shape,
    keepdims: bool,
    dtype: np.dtype[Any] | None = None,
) -> tuple[np.ndarray[Any, Any], Shape]:
    how = _reduction.plan(x._shape, axes, bool(keepdims))
    dtype = x._data.dtype if dtype is None else dtype
    return _reduction.run(row, x._data, how, dtype), how.shape


def _kept(op: str, shape: Shape, axis: Any, exclude: bool = False) -> Shape:
    """What *shape* becomes when the axes are reduced to length 1."""
    axes = sorted_axes(op, axis, len(shape), exclude)
    return tuple(1 if i in axes else length for i, length in enumerate(shape))


# --- views and broadcasts, which derivatives are made of -------------------------------------------


@operator(
    "_reshaped",
    vjp=lambda g, data_shape: F._reshaped(g, shape=data_shape),
    samples=(Sample(((3, 4),), {"shape": (2, 6)}),),
    reference=lambda data, *, shape: data.reshape(shape),
)
def _reshaped(data: Any, *, shape: Any) -> Any:
    """A view of the same elements in another shape."""
    return data._data, shape


@chunked
def _expand_runs(x, y, n, inner, lo, hi):  # type: ignore[no-untyped-def]
    """y[o, r, :] = x[o, :] for the rows o * n + r in [lo, hi)."""
    for row in range(lo, hi):
        source = x[row // n * inner : row // n * inner + inner]
        target = y[row * inner : row * inner + inner]
        for i in range(inner):
            target[i] = source[i]


@chunked
def _expand_elements(x, y, n, lo, hi):  # type: ignore[no-untyped-def]
    """y[o * n + r] = x[o] for the elements [lo, hi)."""
    outer = lo // n
    while outer * n < hi:
        start = max(lo, outer * n)
        target = y[start : min(hi, outer * n + n)]
        value = x[outer]
        for i in range(target.size):
            target[i] = value
        outer += 1


@operator(
    "_expand",
    vjp=lambda g, data_shape: F._sum_to(g, shape=data_shape),
    samples=(Sample(((3, 1),), {"shape": (2, 3, 4)}), Sample(((1, 3, 1),), {"shape": (2, 3, 2)})),
    reference=lambda data, *, shape: np.broadcast_to(data, shape),
)
def _expand(data: Any, *, shape: Any) -> Any:
    """The input broadcast to *shape*."""
    shape = tuple(shape)
    own = (1,) * (len(shape) - len(data._shape)) + data._shape
    axes = tuple(i for i, (a, b) in enumerate(zip(own, shape, strict=True)) if a != b)
    x = data._data
    if x.dtype == np.float16:
        x = x.view(np.uint16)
    # The runs come last first, so that expanding them backwards ends at the right lengths.
    for outer, n, inner in reversed(_reduction.groups(shape, axes)):
        y = empty(outer * n * inner, x.dtype)
        if y.size and inner == 1:
            _expand_elements(x, y, n, y.size, grain(1))
        elif y.size:
            _expand_runs(x, y, n, inner, outer * n, grain(inner))
        x = y
    if not axes:
        x = x.copy()
    return x.view(data._data.dtype), shape


@operator(
    "_sum_to",
    vjp=lambda g, x_shape: F._expand(g, shape=x_shape),
    samples=(Sample(((2, 3, 4),), {"shape": (3, 1)}), Sample(((2, 3, 2),), {"shape": (1, 3, 1)})),
)
def _sum_to(x: Any, *, shape: Any) -> Any:
    """The sum over the axes along which an array of *shape* was broadcast to the input's."""
    shape = tuple(shape)
    own = (1,) * (len(x._shape) - len(shape)) + shape
    axes = tuple(i for i, (a, b) in enumerate(zip(own, x._shape, strict=True)) if a != b)
    if not axes:
        return x._data, shape
    return _reduced(REDUCTIONS["sum"], x, axes, True)[0], shape


elementwise(
    "_where_equal",
    "a b c",
    "where(a == b, c, 0)",
    {"c": "where(a == b, g, 0)"},
    samples=(Sample(([[1, 2], [3, 4]], [[1], [4]], (2, 1))),),
    doc="c where a == b, else 0: the derivative of an extreme, tied elements included.",
)

# --- reductions with axis, keepdims and exclude ----------------------------------------------------


def _declare(
    name: str,
    doc: str,
    vjp: Callable[..., Any],
    reference: Callable[..., Any],
    empty_ok: bool = True,
    **facts: Any,
) -> None:
    """A row for ``nd.<name>(data, axis=None, keepdims=False, exclude=False)``."""
    row = REDUCTIONS[name]

    def forward(data: Any, *, axis: Any = None, keepdims: Any = False, exclude: Any = False) -> Any:
        axes = sorted_axes(name, axis, len(data._shape), bool(exclude))
        if not empty_ok and data._data.size == 0 and 0 in [data._shape[a] for a in axes]:
            raise MXNetError(
                f"Operator {name}: an empty range has no {name}, got shape {list(data._shape)}, "
                f"axis={axis!r}"
            )
        return _reduced(row, data, axes, keepdims)

    def by_numpy(data: Any, *, axis: Any = None, keepdims: Any = False, exclude: Any = False) -> Any:
        axes = sorted_axes(name, axis, data.ndim, bool(exclude))
        y = reference(data, axis=axes, keepdims=bool(keepdims))
        return np.asarray(y).reshape(np.shape(y) or (1,)).astype(data.dtype)

    forward.__doc__ = f"""{doc}

    Parameters
    ----------
    data : NDArray
    axis : int or tuple of int, optional
        Axes to reduce; None and ``()`` mean all.
    keepdims : bool
        Whether reduced axes stay, with length 1.
    exclude : bool
        Reduce the axes that *axis* does not name.

    Returns
    -------
    NDArray
        Of the input's dtype; of shape ``(1,)`` when nothing is left.

    Raises
    ------
    MXNetError
        For an axis that is not there or is named twice.
    """
    samples = (
        Sample(((3, 4),)),
        Sample(((2, 3, 4),), {"axis": 1}),
        Sample(((2, 3, 4),), {"axis": (0, -1), "keepdims": True}),
        Sample(((2, 3, 2),), {"axis": 0, "exclude": True}),
    )
    operator(name, vjp=vjp, samples=samples, reference=by_numpy, **facts)(forward)


def _sum_vjp(g: Any, data_shape: Shape, axis: Any, exclude: Any) -> Any:
    kept = _kept("sum", data_shape, axis, exclude)
    return F._expand(F._reshaped(g, shape=kept), shape=data_shape)


def _mean_vjp(g: Any, data_shape: Shape, axis: Any, exclude: Any) -> Any:
    kept = _kept("mean", data_shape, axis, exclude)
    count = math.prod(data_shape) // max(1, math.prod(kept))
    scaled = F._reshaped(g, shape=kept) * (1.0 / max(1, count))
    return F._expand(scaled, shape=data_shape)


def _nansum_vjp(g: Any, data: Any, axis: Any, exclude: Any) -> Any:
    kept = _kept("nansum", data._shape, axis, exclude)
    return F.where(F.isnan(data), 0.0, F._reshaped(g, shape=kept))


def _extreme_vjp(g: Any, data: Any, y: Any, axis: Any, exclude: Any) -> Any:
    kept = _kept("max", data._shape, axis, exclude)
    return F._where_equal(data, F._reshaped(y, shape=kept), F._reshaped(g, shape=kept))


def _prod_vjp(g: Any, data: Any, axis: Any, exclude: Any) -> Any:
    """Each factor gets the product of the others, run of axes by run of axes."""
    axes = sorted_axes("prod", axis, len(data._shape), exclude)
    stages = [data]
    forms = _reduction.groups(data._shape, axes)
    for form in forms:
        stages[-1] = F._reshaped(stages[-1], shape=form)
        stages.append(F.prod(stages[-1], axis=1))
    for x, (outer, n, inner) in zip(reversed(stages[:-1]), reversed(forms), strict=True):
        if n == 0:
            return None
        others = F._running(x, start=1.0) * F._running(x, start=1.0, reverse=True)
        g = F._reshaped(g, shape=(outer, 1, inner)) * others
    return F._reshaped(g, shape=data._shape)


def _nanprod_vjp(g: Any, data: Any, axis: Any, exclude: Any) -> Any:
    missing = F.isnan(data)
    grad = _prod_vjp(g, F.where(missing, 1.0, data), axis, exclude)
    return None if grad is None else F.where(missing, 0.0, grad)


_declare("sum", "The sum.", _sum_vjp, np.sum, aliases=("sum_axis",))
_declare("mean", "The mean; integers lose their fraction.", _mean_vjp, np.mean)
_declare("prod", "The product.", _prod_vjp, np.prod)
_declare("nansum", "The sum of what is not NaN.", _nansum_vjp, np.nansum)
_declare("nanprod", "The product of what is not NaN.", _nanprod_vjp, np.nanprod)
_declare(
    "max",
    "The greatest element; NaN if there is one.",
    _extreme_vjp,
    np.max,
    empty_ok=False,
    aliases=("max_axis",),
)
_declare(
    "min",
    "The smallest element; NaN if there is one.",
    _extreme_vjp,
    np.min,
    empty_ok=False,
    aliases=("min_axis",),
)

# --- running products ------------------------------------------------------------------------------


@chunked
def _run(a, b, y, n, inner, start, reverse, lo, hi):  # type: ignore[no-untyped-def]
    """The recurrence of `_running` for the columns [lo, hi) of all outer parts together."""
    for column in range(lo, hi):
        first = column // inner * n * inner + column % inner
        value = start
        for i in range(n):
            at = first + (n - 1 - i if reverse else i) * inner
            y[at] = value
            value = value * a[at] + b[at] if b.size else value * a[at]


def _running_vjp(g: Any, a: Any, b_shape: Any, y: Any, reverse: Any) -> Any:
    grad = F._running(a, g, reverse=not reverse)
    return y * grad, grad if b_shape else None


def _running_reference(a: Any, b: Any = None, *, start: float = 0.0, reverse: bool = False) -> Any:
    y = np.empty_like(a)
    value = np.full_like(a[:, 0], start)
    order = range(a.shape[1])
    for i in reversed(order) if reverse else order:
        y[:, i] = value
        value = value * a[:, i] + (0 if b is None else b[:, i])
    return y


@operator(
    "_running",
    vjp=_running_vjp,
    samples=(
        Sample(((2, 3, 2),), {"start": 1.0}),
        Sample(((2, 3, 2), (2, 3, 2)), {"reverse": True}),
    ),
    reference=_running_reference,
)
def _running(a: Any, b: Any = None, *, start: Any = 0.0, reverse: Any = False) -> Any:
    """The recurrence v = v * a + b along axis 1 of three, each value before its step.

    With *start* 1 and no *b* that is the product of all earlier elements.  Its adjoint is the same
    recurrence backwards, so the operator is closed under differentiation.
    """
    outer, n, inner = a._shape
    dtype = a._data.dtype
    wide = np.dtype("float64" if dtype.kind == "f" else "int64")
    x = _elements(a, wide)
    addend = np.empty(0, wide) if b is None else _elements(b, wide)
    y = empty(x.size, wide)
    if x.size:
        _run(x, addend, y, n, inner, wide.type(start), bool(reverse), outer * inner, grain(n, 4))
    return (y if wide == dtype else _cast_flat(y, dtype)), a._shape


class _Flat:
    """A flat buffer as operators take arrays."""

    def __init__(self, data: Any) -> None:
        self._data, self._shape = data, (data.size,)


def _cast_flat(data: Any, dtype: np.dtype[Any]) -> Any:
    # "sum" over no axis is a copy in another dtype.
    return _reduction.run(_COPY, data, _reduction.plan((data.size,), (), True), dtype)


def _elements(x: Any, dtype: np.dtype[Any]) -> Any:
    return x._data if x._data.dtype == dtype else _cast_flat(x._data, dtype)


_COPY = Reduction("copy")
