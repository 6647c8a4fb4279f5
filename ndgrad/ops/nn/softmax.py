"""Softmax, its logarithm, and the cross-entropy of a softmax with labels.

``softmax(x)_i = exp(x_i - m) / sum_k exp(x_k - m)`` with m the greatest element, which cancels and
keeps the exponentials finite.  Its derivative is ``y * (g - sum(g * y))``, that of its logarithm
``g - exp(y) * sum(g)``.
"""

from __future__ import annotations

import math

import numpy as np

from ...base import FLOATING, DType, DTypeLike, HostArray, MXNetError, Shape, as_dtype, is_floating
from ...kernels import front
from ...kernels.spec.cross_entropy import GRADIENT, LOSS, TERM, WEIGHT
from ...kernels.spec.formula import compute_type, formula
from ...kernels.spec.reduction import Reduction, plan
from ...kernels.spec.rowwise import SOFTMAX, AxisKernel, axis_split
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import choice, number
from ..declare import operator
from ..emitter import Emitter, Value
from ..parts import clipped_index, narrowed
from ..table import F, Gradient, Gradients, Result, Sample

# The minimum, which changes nothing, keeps the compiler from taking s from m first: their sum would
# lose the bits of s where m is large.
LOG_SOFTMAX = AxisKernel(
    "log_softmax",
    ("x",),
    "exp(x * scale - m)",
    "minimum(x * scale - m, 0) - s",
    "x * scale",
    "log(s)",
)
_SOFTMAX_GRAD = AxisKernel("softmax_grad", ("p", "g"), "g * p", "p * (g - s) * scale")
_LOG_SOFTMAX_GRAD = AxisKernel("log_softmax_grad", ("p", "g"), "g", "(g - exp(p) * s) * scale")


def _scale(temperature: float | None, sign: float = 1.0, op: str = "softmax") -> float:
    if temperature is None:
        return sign
    divisor = float(number(op, "temperature", temperature))
    return sign / divisor if divisor else math.copysign(math.inf, sign)


def _out_dtype(op: str, data: Array, dtype: DTypeLike | None) -> DType:
    own: DType = data._data.dtype
    if not is_floating(own):
        raise MXNetError(f"Operator {op}: expected a floating-point dtype, got {own}")
    if dtype is None:
        return own
    wanted = as_dtype(dtype, op=op)
    if not is_floating(wanted):
        raise MXNetError(f"Operator {op}: dtype={wanted}, expected None, {FLOATING}")
    return wanted


def _lengths(
    op: str, data: Array, length: Array | None, axis: int, use_length: bool
) -> Buffer | None:
    if not use_length:
        if length is not None:
            raise MXNetError(f"Operator {op}: length is given, but use_length is False")
        return None
    if length is None:
        raise MXNetError(f"Operator {op}: use_length=True needs the argument length")
    shape = list(data._shape or (1,))
    del shape[axis % len(shape)]
    if list(length._shape) != shape:
        raise MXNetError(
            f"Operator {op}: expected length of shape {shape}, got {list(length._shape)}"
        )
    return length._data.astype(np.int64)


def _forward(
    op: str, spec: AxisKernel, data: Array, axis: int, scale: float, dtype: DTypeLike | None
) -> Result:
    form = axis_split(op, data._shape or (1,), axis)
    y = empty(data._data.size, _out_dtype(op, data, dtype))
    front.rowwise(spec, (data._data,), y, form, scale)
    return y, data._shape


def _along(spec: AxisKernel, y: Array, g: Array, axis: int, scale: float, dtype: DType) -> Array:
    """A gradient by one kernel."""
    grad = empty(y._data.size, dtype)
    form = axis_split(spec.name, y._shape or (1,), axis)
    front.rowwise(spec, (y._data, g._data), grad, form, scale)
    return type(g)(grad, y._shape, g._ctx)


def _by_operators(
    spec: AxisKernel, y: Array, g: Array, axis: int, scale: float, dtype: DType
) -> Array:
    """The same gradient from the same formulas, by operators, which can be differentiated again."""
    operands: dict[str, Array | float] = {"p": y, "g": g, "scale": scale}
    summed = formula(spec.summed).evaluate({"exp": F.exp}, operands)
    operands["s"] = F.sum(summed, axis=axis, keepdims=True)
    return F.Cast(formula(spec.result).evaluate({"exp": F.exp}, operands), dtype=dtype)


def _softmax_vjp(
    g: Array, y: Array, data_dtype: DType, axis: int, temperature: float | None, use_length: bool
) -> Gradient | Gradients:
    # Elements beyond the length are 0, and so are their gradients.
    grad = _by_operators(_SOFTMAX_GRAD, y, g, axis, _scale(temperature), data_dtype)
    return (grad, None) if use_length else grad


def _softmax_fast(
    g: Array, y: Array, data_dtype: DType, axis: int, temperature: float | None, use_length: bool
) -> Gradient | Gradients:
    grad = _along(_SOFTMAX_GRAD, y, g, axis, _scale(temperature), data_dtype)
    return (grad, None) if use_length else grad


_SAMPLES = (
    Sample(((3, 4),)),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((2, 3),), {"axis": 0, "temperature": 2.5}),
)


def _softmax_reference(
    data: HostArray,
    length: HostArray | None = None,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
) -> HostArray:
    z = data * _scale(temperature)
    if length is not None:
        positions = np.arange(data.shape[axis]).reshape(
            [-1 if i == axis % data.ndim else 1 for i in range(data.ndim)]
        )
        z = np.where(positions < np.expand_dims(length, axis), z, -np.inf)
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@operator(
    "softmax",
    takes=inference.when(length="use_length"),
    infer=inference.alike,
    methods=True,
    traceable={"use_length": False},
    vjp=_softmax_vjp,
    fast_vjp=_softmax_fast,
    samples=(*_SAMPLES, Sample(((2, 3), [1, 3]), {"use_length": True})),
    reference=_softmax_reference,
)
def _softmax(
    data: Array,
    length: Array | None = None,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
) -> Result:
    """Exponentials divided by their sum along an axis.

    Parameters
    ----------
    data : NDArray
        Floating point.
    length : NDArray, optional
        With *use_length*: of data's shape without *axis*; how many elements count.  The
        others become 0.
    axis : int
    temperature : float, optional
        Divides the elements before.
    dtype : optional
        Of the result, a floating one.
    use_length : bool

    Raises
    ------
    MXNetError
        For a wrong axis, dtype or length.
    """
    form = axis_split("softmax", data._shape or (1,), axis)
    wanted = _out_dtype("softmax", data, dtype)
    lengths = _lengths("softmax", data, length, axis, use_length)
    y = empty(data._data.size, wanted)
    front.rowwise(SOFTMAX, (data._data,), y, form, _scale(temperature), lengths)
    return y, data._shape


@operator(
    "softmin",
    methods=True,
    traceable=True,
    vjp=lambda g, y, data_dtype, axis, temperature: _by_operators(
        _SOFTMAX_GRAD, y, g, axis, _scale(temperature, -1.0), data_dtype
    ),
    fast_vjp=lambda g, y, data_dtype, axis, temperature: _along(
        _SOFTMAX_GRAD, y, g, axis, _scale(temperature, -1.0), data_dtype
    ),
    samples=_SAMPLES,
    reference=lambda data, **params: _softmax_reference(-data, **params),
)
def _softmin(
    data: Array,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
) -> Result:
    """The softmax of the negative: see `softmax`."""
    if use_length:
        raise MXNetError("Operator softmin: use_length=True, expected False; softmax has lengths")
    return _forward("softmin", SOFTMAX, data, axis, _scale(temperature, -1.0, "softmin"), dtype)


@operator(
    "log_softmax",
    infer=inference.alike,
    methods=True,
    traceable=True,
    vjp=lambda g, y, data_dtype, axis, temperature: _by_operators(
        _LOG_SOFTMAX_GRAD, y, g, axis, _scale(temperature), data_dtype
    ),
    fast_vjp=lambda g, y, data_dtype, axis, temperature: _along(
        _LOG_SOFTMAX_GRAD, y, g, axis, _scale(temperature), data_dtype
    ),
    samples=_SAMPLES,
    reference=lambda data, **params: np.log(_softmax_reference(data, **params)),
)
def _log_softmax(
    data: Array,
    *,
    axis: int = -1,
    temperature: float | None = None,
    dtype: DTypeLike | None = None,
    use_length: bool = False,
) -> Result:
    """The logarithm of the softmax, without its overflows: see `softmax`."""
    if use_length:
        raise MXNetError(
            "Operator log_softmax: use_length=True, expected False; softmax has lengths"
        )
    return _forward(
        "log_softmax", LOG_SOFTMAX, data, axis, _scale(temperature, 1.0, "log_softmax"), dtype
    )


def _activation_axis(shape: Shape, mode: str) -> tuple[int, int, int]:
    if choice("SoftmaxActivation", "mode", mode, ("instance", "channel")) == "channel":
        if len(shape) < 3:
            raise MXNetError(
                "Operator SoftmaxActivation: mode='channel' expected 3 dimensions or more, "
                f"got shape {list(shape)}"
            )
        return axis_split("SoftmaxActivation", shape, 1)
    return axis_split("SoftmaxActivation", shape or (1,), -1)


def _activation_vjp(g: Array, y: Array, mode: str) -> Gradient:
    form = _activation_axis(y._shape, mode)
    g, p = F._reshaped(g, shape=form), F._reshaped(y, shape=form)
    grad = _by_operators(_SOFTMAX_GRAD, p, g, 1, 1.0, y._data.dtype)
    return F._reshaped(grad, shape=y._shape)


@operator(
    "SoftmaxActivation",
    infer=inference.alike,
    vjp=_activation_vjp,
    samples=(Sample(((3, 4),)), Sample(((2, 3, 2),), {"mode": "channel"})),
)
def _softmax_activation(data: Array, *, mode: str = "instance") -> Result:
    """The softmax along the last axis, or with ``mode='channel'`` along axis 1.

    Raises
    ------
    MXNetError
        For another mode, or too few dimensions.
    """
    form = _activation_axis(data._shape, mode)
    y = empty(data._data.size, _out_dtype("SoftmaxActivation", data, None))
    front.rowwise(SOFTMAX, (data._data,), y, form)
    return y, data._shape


# --- labels and cross-entropy ---------------------------------------------------------------------


def _cross_entropy_vjp(g: Array, data: Array, label: Array) -> Gradients:
    target = F.one_hot(label, depth=data._shape[1], dtype=data._data.dtype.name)
    return g * (F.softmax(data) - target), None


def _cross_entropy_fast(
    g: Array, data: Array, label: Array, _peak: Array, _weight: Array
) -> Gradients:
    n = data._shape[1]
    x = data._data
    y = empty(x.size, x.dtype)
    if y.size:
        head = g._data.astype(_peak._data.dtype, copy=False)
        classes = checked_labels(label._data, n)
        front.cross_entropy_gradient(x, classes, _peak._data, _weight._data, head, y, n)
    return type(g)(y, data._shape, g._ctx), None


_FOR_CLASS = "softmax_cross_entropy"
_TOTAL = Reduction("total")  # in float64 throughout: rows are few


def _at_label(
    emit: Emitter, label: Array, text: str, x: Value, dtype: DType, **values: Value | float
) -> Value | None:
    """A formula over the data *x*, ``i`` the number of a class, ``k`` that of the row's label."""
    found = clipped_index(emit, label, x.shape, dtype)
    if found is None:
        return None
    k, i = found
    return emit.map(_FOR_CLASS, text, x.shape, dtype, compute=None, i=i, k=k, x=x, **values)


def _cross_entropy_decomposed(emit: Emitter, data: Array, label: Array) -> list[Result] | None:
    """The loss from primitive instructions; that labels are classes is looked at by a call."""
    shape, dtype = data._shape, data._data.dtype
    if len(shape) != 2 or label._shape != shape[:1]:
        return None
    rows, n = shape
    if clipped_index(emit, label, shape, dtype) is None:
        return None
    label = emit.validated(
        "labels", lambda given: checked_labels(given._data, n).astype(dtype), label, (n, dtype)
    )
    x, row = emit.value(data), (rows, 1)
    score = _at_label(emit, label, "where(i == k, x, 0)", x, dtype)
    assert score is not None
    chosen = emit.reduce(score, "sum", (1,))
    m = emit.reduce(x, "max", (1,))
    s = emit.reduce(emit.map(_FOR_CLASS, TERM, shape, dtype, x=x, m=m), "sum", (1,))
    losses = emit.map(_FOR_CLASS, LOSS, row, dtype, m=m, c=chosen, s=s)
    weight = emit.map(_FOR_CLASS, WEIGHT, row, dtype, s=s)
    loss = emit.reduce(losses, "sum", (0, 1))
    return [(emit.buffer(loss), (1,)), (emit.buffer(m), (rows,)), (emit.buffer(weight), (rows,))]


def _cross_entropy_fast_decomposed(
    emit: Emitter, g: Array, data: Array, label: Array, _peak: Array, _weight: Array
) -> Gradients | None:
    row = (data._shape[0], 1)
    gradient = _at_label(
        emit,
        label,
        f"{GRADIENT} - where(i == k, g, 0)",
        emit.value(data),
        data._data.dtype,
        w=emit.value(_weight, row),
        m=emit.value(_peak, row),
        g=emit.operand(g, (1, 1)),
    )
    return None if gradient is None else (emit.array(gradient, data._shape, g), None)


def _cross_entropy_reference(data: HostArray, label: HostArray) -> HostArray:
    z = data - data.max(1, keepdims=True)
    logs = z - np.log(np.exp(z).sum(1, keepdims=True))
    return -logs[np.arange(len(data)), np.asarray(label, int)].sum().reshape(1)


def checked_labels(label: Buffer, n: int) -> Buffer:
    """Labels as int64, each one of *n* classes."""
    text = f"Operator softmax_cross_entropy: expected labels from 0 to {n - 1}, got {{range}}"
    return front.rows_at(label, (n,), MXNetError, text, False)


@operator(
    "softmax_cross_entropy",
    infer=lambda data: {"label": (inference.length(data, 0),)},
    vjp=_cross_entropy_vjp,
    fast_vjp=_cross_entropy_fast,
    decompose=_cross_entropy_decomposed,
    decompose_vjp=_cross_entropy_fast_decomposed,
    validates=True,
    outputs="y _peak _weight",
    samples=(Sample(((3, 4), [1, 0, 3])),),
    reference=_cross_entropy_reference,
)
def _softmax_cross_entropy(data: Array, label: Array) -> list[Result]:
    """The sum over rows of ``-log softmax(row)[label]``.

    Parameters
    ----------
    data : NDArray
        Of shape (rows, classes).
    label : NDArray
        A class for each row.

    Returns
    -------
    NDArray
        Of shape ``(1,)``.

    Raises
    ------
    MXNetError
        For other shapes, and for a label that is no class.
    """
    dtype = _out_dtype("softmax_cross_entropy", data, None)
    shape = data._shape
    if len(shape) != 2 or label._shape != shape[:1]:
        raise MXNetError(
            "Operator softmax_cross_entropy: expected data of shape (rows, classes) and label of "
            f"shape (rows,), got {list(shape)} and {list(label._shape)}"
        )
    rows, n = shape
    classes = checked_labels(label._data, n)
    kind = np.dtype(compute_type(dtype, mathematical=True))
    loss, peak, weight = (empty(rows, kind) for _ in range(3))
    front.cross_entropy(data._data, classes, loss, peak, weight, rows, n)
    wide = kind if kind == dtype else np.dtype("float64")
    total = front.reduce(_TOTAL, loss, plan((rows,), (0,), False), wide)
    return [(narrowed(total, dtype), (1,)), (peak, (rows,)), (weight, (rows,))]
