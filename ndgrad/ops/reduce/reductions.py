"""Sums, products, extremes and norms.

Full reductions have the shape ``(1,)``, ties of an extreme get the
whole gradient each, and the gradient of a norm at zero is NaN, all as in MXNet.  Beyond it the
gradient of a product is right where factors are zero, and integers are averaged without wrapping.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...base import DType, DTypeLike, HostArray, MXNetError, Shape, as_dtype
from ...kernels import front
from ...kernels.spec import reduction
from ...kernels.spec.formula import Loop, compute_type
from ...kernels.spec.reduction import REDUCTIONS, Reduction
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import Axis, axis_of, integer, sorted_axes
from ..declare import elementwise, operator
from ..parts import expect_broadcast, expect_size, split
from ..storage import averaged, norm_of_elements, summed
from ..table import ZERO, Derivative, F, Gradient, Gradients, Result, Sample


def _reduced(
    by: Reduction,
    x: Array,
    axes: Shape,
    keepdims: bool,
    dtype: DType | None = None,
) -> Result:
    how = reduction.plan(x._shape, axes, bool(keepdims))
    dtype = x._data.dtype if dtype is None else dtype
    return front.reduce(by, x._data, how, dtype), how.shape


def _kept(op: str, shape: Shape, axis: Axis, exclude: bool = False) -> Shape:
    """What *shape* becomes when the axes are reduced to length 1."""
    axes = sorted_axes(op, axis, len(shape), exclude)
    return tuple(1 if i in axes else length for i, length in enumerate(shape))


# --- views and broadcasts, which derivatives are made of ------------------------------------------


@operator(
    "_reshaped",
    linear=("data",),
    traceable=True,
    vjp=lambda g, data_shape: F._reshaped(g, shape=data_shape),
    is_view=True,
    samples=(Sample(((3, 4),), {"shape": (2, 6)}),),
    reference=lambda data, *, shape: data.reshape(shape),
)
def _reshaped(data: Array, *, shape: Shape) -> Result:
    """A view of the same elements in another shape."""
    return data._data, shape


@operator(
    "_expand",
    linear=("data",),
    vjp=lambda g, data_shape: F._sum_to(g, shape=data_shape),
    decompose=lambda emit, data, shape: (emit.expand(data, tuple(shape)), tuple(shape)),
    samples=(Sample(((3, 1),), {"shape": (2, 3, 4)}), Sample(((1, 3, 1),), {"shape": (2, 3, 2)})),
    reference=lambda data, *, shape: np.broadcast_to(data, shape),
)
def _expand(data: Array, *, shape: Shape) -> Result:
    """The input broadcast to *shape*."""
    shape = tuple(shape)
    expect_broadcast("_expand", data._shape, shape)
    own = (1,) * (len(shape) - len(data._shape)) + data._shape
    return front.expand(data._data, own, shape), shape


@operator(
    "_sum_to",
    linear=("x",),
    traceable=True,
    vjp=lambda g, x_shape: F._expand(g, shape=x_shape),
    is_view=True,
    samples=(Sample(((2, 3, 4),), {"shape": (3, 1)}), Sample(((2, 3, 2),), {"shape": (1, 3, 1)})),
)
def _sum_to(x: Array, *, shape: Shape) -> Result:
    """The sum over the axes along which an array of *shape* was broadcast to the input's.

    A view of the input where there are none.
    """
    shape = tuple(shape)
    own = (1,) * (len(x._shape) - len(shape)) + shape
    if len(own) != len(x._shape) or any(
        n not in (1, m) for n, m in zip(own, x._shape, strict=True)
    ):
        raise MXNetError(f"Operator _sum_to: shape {shape} does not broadcast to {x._shape}")
    how = reduction.plan_to(x._shape, shape)
    if how is None:
        return x._data, shape
    return front.reduce(REDUCTIONS["sum"], x._data, how, x._data.dtype), shape


elementwise(
    "_where_equal",
    "a b c",
    "where(a == b, c, 0)",
    {"c": "where(a == b, g, 0)"},
    samples=(Sample(([[1, 2], [3, 4]], [[1], [4]], (2, 1))),),
    doc="c where a == b, else 0: the derivative of an extreme, tied elements included.",
)

# --- reductions with axis, keepdims and exclude ---------------------------------------------------


def _declare(
    name: str,
    doc: str,
    vjp: Derivative,
    reference: Callable[..., HostArray],
    empty_ok: bool = True,
    **facts: Any,
) -> None:
    """Declare ``nd.<name>(data, axis=None, keepdims=False, exclude=False)``."""
    by = REDUCTIONS[name]

    def forward(
        data: Array, *, axis: Axis = None, keepdims: bool = False, exclude: bool = False
    ) -> Result:
        axes = sorted_axes(name, axis, len(data._shape), bool(exclude))
        if not empty_ok and data._data.size == 0 and 0 in [data._shape[a] for a in axes]:
            raise MXNetError(
                f"Operator {name}: an empty range has no {name}, got shape {list(data._shape)}, "
                f"axis={axis!r}"
            )
        return _reduced(by, data, axes, keepdims)

    def by_numpy(
        data: HostArray, *, axis: Axis = None, keepdims: bool = False, exclude: bool = False
    ) -> HostArray:
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
    facts |= {"samples": samples, "reference": by_numpy, "traceable": True, "methods": True}
    operator(name, vjp=vjp, **facts)(forward)


def _sum_vjp(g: Array, data_shape: Shape, axis: Axis, exclude: bool) -> Gradient:
    kept = _kept("sum", data_shape, axis, exclude)
    return F._expand(F._reshaped(g, shape=kept), shape=data_shape)


def _mean_vjp(g: Array, data_shape: Shape, axis: Axis, exclude: bool) -> Gradient:
    kept = _kept("mean", data_shape, axis, exclude)
    count = math.prod(data_shape) // max(1, math.prod(kept))
    scaled = F._reshaped(g, shape=kept) * (1.0 / max(1, count))
    return F._expand(scaled, shape=data_shape)


def _nansum_vjp(g: Array, data: Array, axis: Axis, exclude: bool) -> Gradient:
    kept = _kept("nansum", data._shape, axis, exclude)
    return F.where(F.isnan(data), 0.0, F._reshaped(g, shape=kept))


def _extreme_vjp(g: Array, data: Array, y: Array, axis: Axis, exclude: bool) -> Gradient:
    kept = _kept("max", data._shape, axis, exclude)
    return F._where_equal(data, F._reshaped(y, shape=kept), F._reshaped(g, shape=kept))


def _prod_vjp(g: Array, data: Array, axis: Axis, exclude: bool) -> Gradient:
    """Each factor gets the product of the others, run of axes by run of axes."""
    axes = sorted_axes("prod", axis, len(data._shape), exclude)
    forms = reduction.groups(data._shape, axes)
    stages = [F._reshaped(data, shape=form) for form in forms[:1]]
    for form in forms[1:]:
        stages.append(F._reshaped(F.prod(stages[-1], axis=1), shape=form))
    for x, (outer, n, inner) in zip(reversed(stages), reversed(forms), strict=True):
        if n == 0:
            return None
        others = F._running(x, start=1.0) * F._running(x, start=1.0, reverse=True)
        g = F._reshaped(g, shape=(outer, 1, inner)) * others
    return F._reshaped(g, shape=data._shape)


def _nanprod_vjp(g: Array, data: Array, axis: Axis, exclude: bool) -> Gradient:
    missing = F.isnan(data)
    grad = _prod_vjp(g, F.where(missing, 1.0, data), axis, exclude)
    return None if grad is None else F.where(missing, 0.0, grad)


_declare(
    "sum", "The sum.", _sum_vjp, np.sum, linear=("data",), aliases=("sum_axis",), sparse=summed
)
_declare(
    "mean",
    "The mean; integers lose their fraction.",
    _mean_vjp,
    np.mean,
    linear=("data",),
    sparse=averaged,
)
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

# --- running products -----------------------------------------------------------------------------


def _running_vjp(g: Array, a: Array, b_shape: Shape, y: Array, reverse: bool) -> Gradients:
    grad = F._running(a, g, reverse=not reverse)
    return y * grad, grad if b_shape else None


def _running_reference(
    a: HostArray, b: HostArray | None = None, *, start: float = 0.0, reverse: bool = False
) -> HostArray:
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
def _running(
    a: Array, b: Array | None = None, *, start: float = 0.0, reverse: bool = False
) -> Result:
    """The recurrence v = v * a + b along axis 1 of three, each value before its step.

    With *start* 1 and no *b* that is the product of all earlier elements.  Its adjoint is the same
    recurrence backwards, so the operator is closed under differentiation.
    """
    if len(a._shape) != 3:
        raise MXNetError(f"Operator _running: a has shape {a._shape}, expected three axes")
    if b is not None:
        expect_size("_running", "b", b._data.size, a._shape)
    dtype = a._data.dtype
    addend = None if b is None else b._data
    if addend is not None and addend.dtype != dtype:
        addend = front.cast(addend, dtype)
    form = split(a._shape, 1)
    return front.recurrence(a._data, addend, form, float(start), bool(reverse)), a._shape


def _cumsum_vjp(g: Array, axis: int | None, a_dtype: DType, a_shape: Shape) -> Gradient:
    g = F.Cast(g, dtype=a_dtype)
    return F._reshaped(F._reverse_cumsum(g, axis=axis), shape=a_shape)


def _running_sum(op: str, x: Buffer, shape: Shape, axis: int | None, reverse: bool) -> Result:
    form = (1, x.size, 1) if axis is None else split(shape, axis_of(op, axis, len(shape)))
    return front.running_sum(x, form, reverse), (x.size,) if axis is None else shape


@operator(
    "cumsum",
    linear=("a",),
    vjp=_cumsum_vjp,
    samples=(
        Sample(((2, 3),)),
        Sample(((2, 3, 2),), {"axis": 1}),
        Sample(((2, 3),), {"axis": -1, "dtype": "float64"}),
    ),
    reference=lambda a, *, axis=None, dtype=None: np.cumsum(a, axis=axis, dtype=dtype),
)
def _cumsum(a: Array, *, axis: int | None = None, dtype: DTypeLike | None = None) -> Result:
    """Sums of the elements up to each one along an axis.

    Parameters
    ----------
    axis : int, optional
        None means the flattened array.
    dtype : str or type, optional
        In which to add up; the input's by default.
    """
    kind = a._data.dtype if dtype is None else as_dtype(dtype, op="cumsum")
    if kind.kind == "b":
        kind = np.dtype("int64")
    # Elements are converted first: a sum in an integer dtype has no fractions to add up.
    x = a._data if a._data.dtype == kind else front.cast(a._data, kind)
    return _running_sum("cumsum", x, a._shape, axis, False)


@operator(
    "_reverse_cumsum",
    linear=("a",),
    vjp=lambda g, axis, a_shape: F._reshaped(F.cumsum(g, axis=axis), shape=a_shape),
    samples=(Sample(((2, 3, 2),), {"axis": 1}),),
    reference=lambda a, *, axis=None: np.flip(np.cumsum(np.flip(a, axis), axis), axis),
)
def _reverse_cumsum(a: Array, *, axis: int | None = None) -> Result:
    """Sums of the elements from each one on along an axis: the adjoint of `cumsum`."""
    return _running_sum("_reverse_cumsum", a._data, a._shape, axis, True)


# --- norms and moments ----------------------------------------------------------------------------


_LARGEST = Reduction("largest", "abs(x)", "maximum(a, b)", "0", wide=False)
_DIVISOR = Loop("divisor", ("m",), (("y", "where(m - m == 0, where(m == 0, 1, m), 1)"),))
_QUOTIENT = Loop("quotient", ("x", "m"), (("y", "x / m"),))
_PRODUCT = Loop("product", ("m", "s"), (("y", "m * s"),))


def _is_moderate(y: Buffer) -> bool:
    """Whether float64 holds the sums of squares with a margin; unknown on a device."""
    return isinstance(y, np.ndarray) and bool(np.all((y > 1e-140) & (y < 1e300)))


def _scaled_norm(data: Array, axes: Shape, dtype: DType) -> Buffer:
    """The root of the sum of squares where a square may overflow or vanish: of x / max |x|."""
    x, how = data._data, reduction.plan(data._shape, axes, True)
    m = front.reduce(_LARGEST, x, how, x.dtype)
    y = empty(m.size, dtype)
    if not m.size:
        return y
    divisor, z = empty(m.size, x.dtype), empty(x.size, x.dtype)
    # Neither nothing nor infinity and NaN divide.
    front.elementwise(_DIVISOR, (m,), (how.kept,), (divisor,), "float64")
    if x.size:
        shapes = data._shape, how.kept
        front.elementwise(_QUOTIENT, (x, divisor), shapes, (z,), "float64")
    root = front.reduce(REDUCTIONS["norm2"], z, how, x.dtype)
    front.elementwise(_PRODUCT, (divisor, root), (how.kept, how.kept), (y,), "float64")
    return y


def _norm_vjp(g: Array, data: Array, y: Array, data_dtype: DType, ord: int, axis: Axis) -> Gradient:
    kept = _kept("norm", data._shape, axis)
    g = F.Cast(F._reshaped(g, shape=kept), dtype=data_dtype)
    if ord == 1:
        return g * F.sign(data)
    return g * (data / F.Cast(F._reshaped(y, shape=kept), dtype=data_dtype))


def _norm_reference(
    data: HostArray,
    *,
    ord: int = 2,
    axis: Axis = None,
    out_dtype: DTypeLike | None = None,
    keepdims: bool = False,
) -> HostArray:
    axes = sorted_axes("norm", axis, data.ndim)
    size = np.abs(data)
    y = (
        size.sum(axes, keepdims=keepdims)
        if ord == 1
        else np.sqrt((size**2).sum(axes, keepdims=keepdims))
    )
    return np.asarray(y).reshape(np.shape(y) or (1,)).astype(out_dtype or data.dtype)


@operator(
    "norm",
    methods=True,
    vjp=_norm_vjp,
    sparse=norm_of_elements,
    samples=(
        Sample(((3, 4),)),
        Sample(((2, 3, 2),), {"ord": 1, "axis": 1}),
        Sample(((2, 3, 2),), {"axis": (0, 2), "keepdims": True}),
    ),
    reference=_norm_reference,
)
def _norm(
    data: Array,
    *,
    ord: int = 2,
    axis: Axis = None,
    out_dtype: DTypeLike | None = None,
    keepdims: bool = False,
) -> Result:
    """The norm: the sum of absolute values, or the root of the sum of squares.

    Parameters
    ----------
    data : NDArray
    ord : {1, 2}
    axis : int or tuple of int, optional
        Axes to reduce; None means all.
    out_dtype : optional
        Of the result; the input's by default.
    keepdims : bool
        Whether reduced axes stay, with length 1.

    Raises
    ------
    MXNetError
        For another *ord*, or an axis that is not there.
    """
    if ord not in (1, 2):
        raise MXNetError(f"Operator norm: expected ord=1 or ord=2, got {ord!r}")
    axes = sorted_axes("norm", axis, len(data._shape))
    dtype = None if out_dtype is None else as_dtype(out_dtype, op="norm", arg="out_dtype")
    y, shape = _reduced(REDUCTIONS[f"norm{int(ord)}"], data, axes, keepdims, dtype)
    if ord == 2 and data._data.dtype == np.float64 and not _is_moderate(y):
        y = _scaled_norm(data, axes, y.dtype)
    return y, shape


def _moments_vjp(g_mean: Array, g_var: Array, data: Array, mean: Array, axes: Axis) -> Gradient:
    kept = _kept("moments", data._shape, axes)
    share = 1.0 / max(1, math.prod(data._shape) // max(1, math.prod(kept)))
    g_mean, g_var, mean = (F._reshaped(x, shape=kept) for x in (g_mean, g_var, mean))
    return F.broadcast_add(g_mean * share, g_var * (2 * share) * (data - mean))


def _moments_reference(
    data: HostArray, *, axes: Axis = None, keepdims: bool = False
) -> list[HostArray]:
    axis = sorted_axes("moments", axes, data.ndim)
    results = (f(data, axis, keepdims=keepdims) for f in (np.mean, np.var))
    return [np.asarray(y).reshape(np.shape(y) or (1,)).astype(data.dtype) for y in results]


_DEVIATION = Loop("squared_deviation", ("x", "m"), (("y", "(x - m) * (x - m)"),))


@operator(
    "moments",
    vjp=_moments_vjp,
    outputs="mean var",
    samples=(
        Sample(((3, 4),), {"axes": (0,)}),
        Sample(((2, 3, 2),), {"axes": (0, 2), "keepdims": True}),
    ),
    reference=_moments_reference,
)
def _moments(data: Array, *, axes: Axis = None, keepdims: bool = False) -> list[Result]:
    """Mean and variance, the mean square of the distance from the mean.

    Parameters
    ----------
    data : NDArray
    axes : int or tuple of int
        Axes to reduce.
    keepdims : bool
        Whether reduced axes stay, with length 1.

    Raises
    ------
    MXNetError
        If no axes are given, or one that is not there.
    """
    if axes is None or axes == () or axes == []:
        raise MXNetError("Operator moments: expected axes to be named, all of them for all")
    x, shape = data._data, data._shape
    dtype = x.dtype
    found = sorted_axes("moments", axes, len(shape), arg="axes")
    how = reduction.plan(shape, found, bool(keepdims))
    wide = np.dtype(compute_type(dtype, mathematical=True))
    mean = front.reduce(REDUCTIONS["mean"], x, how, wide)
    squares = empty(x.size, wide)
    if x.size:
        front.elementwise(_DEVIATION, (x, mean), (shape, how.kept), (squares,), wide.name)
    var = front.reduce(REDUCTIONS["mean"], squares, how, wide)
    results = [front.cast(y, dtype) if wide != dtype else y for y in (mean, var)]
    return [(y, how.shape) for y in results]


# --- checks and sums of many arrays ---------------------------------------------------------------


def _counted(op: str, data: Sequence[Array], num_arrays: int) -> None:
    if integer(op, "num_arrays", num_arrays) != len(data):
        raise MXNetError(
            f"Operator {op}: num_arrays={num_arrays!r}, but {len(data)} arrays are given"
        )


def _each(name: str, data: Sequence[Array]) -> Buffer:
    """A number for each array, as float32."""
    y = empty(len(data), np.dtype("float32"))
    for i, x in enumerate(data):
        axes = tuple(range(len(x._shape)))
        y[i : i + 1] = _reduced(REDUCTIONS[name], x, axes, False, y.dtype)[0]
    return y


@operator(
    "all_finite",
    gradient=ZERO,
    samples=(Sample(((3, 4),)),),
    reference=lambda data: np.isfinite(data).all(keepdims=True).reshape(1),
)
def _all_finite(data: Array, *, init_output: bool = True) -> Result:
    """1 if no element is infinite or NaN, else 0, as float32 of shape (1,).

    Parameters
    ----------
    init_output : bool
        Accepted for MXNet's sake: the result is new.
    """
    return _each("all_finite", (data,)), (1,)


@operator("multi_all_finite", gradient=ZERO, samples=(Sample(((3, 4), (2,)), {"num_arrays": 2}),))
def _multi_all_finite(*data: Array, num_arrays: int = 1, init_output: bool = True) -> Result:
    """`all_finite` of several arrays together."""
    _counted("multi_all_finite", data, num_arrays)
    how = reduction.plan((len(data),), (0,), False)
    each = _each("all_finite", data)
    return front.reduce(REDUCTIONS["min"], each, how, each.dtype), how.shape


@operator(
    "multi_sum_sq",
    gradient=ZERO,
    samples=(Sample(((3, 4), (2,)), {"num_arrays": 2}),),
)
def _multi_sum_sq(*data: Array, num_arrays: int) -> Result:
    """The sum of squares of each of several arrays, as float32 of shape ``(num_arrays,)``."""
    _counted("multi_sum_sq", data, num_arrays)
    return _each("sum_sq", data), (len(data),)
