"""Output layers whose gradient is that of a loss: the ``...Output`` operators and ``MakeLoss``.

Their forward is a prediction; in backward they put the gradient of a loss in place of the incoming
one, which is ignored unless ``out_grad`` asks for it.  The derivatives are formulas over the data,
so they can be differentiated again.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..._similar import did_you_mean
from ...base import DType, MXNetError, Shape, is_floating
from ...kernels import front
from ...kernels.spec.formula import compute_type
from ...kernels.spec.rowwise import SOFTMAX
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..declare import operator
from ..parts import loop_of
from ..table import F, Gradient, Gradients, Result, Sample

_NORMALIZATIONS = ("null", "batch", "valid")


def _floating(op: str, data: Array) -> None:
    if not is_floating(data._data.dtype):
        raise MXNetError(f"Operator {op}: expected a floating-point dtype, got {data._data.dtype}")


def _check_normalization(op: str, value: str) -> None:
    if value not in _NORMALIZATIONS:
        raise MXNetError(
            f"Operator {op}: normalization={value!r}, valid values are 'null', 'batch', 'valid'"
            f"{did_you_mean(value, _NORMALIZATIONS)}"
        )


# --- SoftmaxOutput --------------------------------------------------------------------------------


def _output_form(shape: Shape, multi_output: bool, preserve_shape: bool) -> tuple[int, int, int]:
    """(outer, classes, inner) around the axis of the classes."""
    if len(shape) < 2:
        return 1, math.prod(shape), 1
    if multi_output:
        return shape[0], shape[1], math.prod(shape[2:])
    if preserve_shape:
        return math.prod(shape[:-1]), shape[-1], 1
    return shape[0], math.prod(shape[1:]), 1


def _share(valid: Array, dtype: str) -> Array:
    """1 / the number of elements that are not zero, at least 1."""
    count = F.sum(F.Cast(valid, dtype="float64"))
    return F.Cast(1.0 / F.broadcast_maximum(count, 1.0), dtype=dtype)


def _softmax_output_vjp(
    g: Array,
    data: Array,
    label: Array,
    grad_scale: float,
    ignore_label: float,
    multi_output: bool,
    use_ignore: bool,
    preserve_shape: bool,
    normalization: str,
    out_grad: bool,
    smooth_alpha: float,
) -> Gradients:
    form = _output_form(data._shape, multi_output, preserve_shape)
    y = F._reshaped(F.softmax(F._reshaped(data, shape=form), axis=1), shape=data._shape)
    return _softmax_output_fast(
        g,
        label,
        y,
        grad_scale,
        ignore_label,
        multi_output,
        use_ignore,
        preserve_shape,
        normalization,
        out_grad,
        smooth_alpha,
    )


def _softmax_output_fast(
    g: Array,
    label: Array,
    y: Array,
    grad_scale: float,
    ignore_label: float,
    multi_output: bool,
    use_ignore: bool,
    preserve_shape: bool,
    normalization: str,
    out_grad: bool,
    smooth_alpha: float,
) -> Gradients:
    form = _output_form(y._shape, multi_output, preserve_shape)
    outer, n, inner = form
    dtype = y._data.dtype.name
    p = F._reshaped(y, shape=form)
    by_class = label._shape != y._shape
    if by_class:
        classes = F.one_hot(F._reshaped(label, shape=(outer, inner)), depth=n, dtype=dtype)
        if inner == 1:
            target = F._reshaped(classes, shape=form)
        else:
            target = F.SwapAxis(classes, dim1=1, dim2=2)
        if smooth_alpha:
            rest = smooth_alpha / max(1, n - 1)
            target = target * (1.0 - smooth_alpha - rest) + rest
    else:
        target = F.Cast(F._reshaped(label, shape=form), dtype=dtype)
    grad = p - target
    if use_ignore and by_class:
        labels = F.Cast(F._reshaped(label, shape=(outer, 1, inner)), dtype=dtype)
        grad = F.where(F.broadcast_equal(labels, float(ignore_label)), 0.0, grad)
    scale = float(grad_scale)
    if normalization == "batch":
        scale /= max(1, outer)
    if multi_output and normalization != "valid":
        scale /= max(1, inner)
    if normalization == "valid" and by_class:
        grad = grad * _share(F.broadcast_not_equal(label, float(ignore_label)), dtype)
    elif normalization == "valid":
        scale /= max(1, outer * inner)
    if out_grad:
        grad = grad * F._reshaped(g, shape=form)
    return F._reshaped(grad if scale == 1 else grad * scale, shape=y._shape), None


@operator(
    "SoftmaxOutput",
    infer=inference.softmax_label,
    vjp=_softmax_output_vjp,
    fast_vjp=_softmax_output_fast,
    decompose_vjp=lambda emit, *arguments: _softmax_output_fast(*arguments),
    ignores_head=True,
    aliases=("Softmax",),
    samples=(
        Sample(((2, 3), [2, 0]), {"out_grad": True}),
        Sample(((2, 3, 2), [[2, 0], [1, 1]]), {"out_grad": True, "multi_output": True}),
    ),
)
def _softmax_output(
    data: Array,
    label: Array,
    *,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: bool = False,
    use_ignore: bool = False,
    preserve_shape: bool = False,
    normalization: str = "null",
    out_grad: bool = False,
    smooth_alpha: float = 0.0,
) -> Result:
    """The softmax, whose backward is the gradient of the cross-entropy with *label*.

    Parameters
    ----------
    data : NDArray
    label : NDArray
        A class for each softmax, or probabilities of data's shape.
    grad_scale : float
        Factor of the gradient.
    ignore_label : float
        With *use_ignore*, a softmax with this label has no gradient.
    multi_output : bool
        Classes are along axis 1, and the gradient is divided by the number of softmaxes in an
        example.
    use_ignore : bool
    preserve_shape : bool
        Classes are along the last axis; otherwise all of an example is one softmax.
    normalization : {'null', 'batch', 'valid'}
        Divide the gradient by nothing, the batch, or the number of labels not to be ignored.
    out_grad : bool
        Multiply by the incoming gradient, which is ignored otherwise.
    smooth_alpha : float
        How much probability the true class cedes to the others.

    Raises
    ------
    MXNetError
        For a label whose shape does not fit, or another normalization.
    """
    _floating("SoftmaxOutput", data)
    _check_normalization("SoftmaxOutput", normalization)
    form = _output_form(data._shape, multi_output, preserve_shape)
    shape = label._shape
    if (shape != data._shape and math.prod(shape) != form[0] * form[2]) or shape[:1] == ():
        raise MXNetError(
            f"Operator SoftmaxOutput: expected a label for each of {form[0] * form[2]} "
            f"softmaxes, or of data's shape {list(data._shape)}; got shape {list(shape)}"
        )
    y = empty(data._data.size, data._data.dtype)
    front.rowwise(SOFTMAX, (data._data,), y, form)
    return y, data._shape


# --- regression -----------------------------------------------------------------------------------


def _regression(
    name: str,
    doc: str,
    forward: Callable[[Array], Buffer],
    difference: Callable[[Array, Array], Array],
) -> None:
    op = f"{name}RegressionOutput"

    def vjp(g: Array, data: Array, label: Array, data_dtype: DType, grad_scale: float) -> Gradients:
        shape = data._shape
        share = float(grad_scale) / max(1, math.prod(shape[1:]))
        target = F.Cast(F._reshaped(label, shape=shape), dtype=data_dtype)
        return difference(data, target) * share, None

    def run(data: Array, label: Array, *, grad_scale: float = 1.0) -> Result:
        _floating(op, data)
        fits = label._shape[:1] == data._shape[:1]
        if not fits or label._data.size != data._data.size:
            raise MXNetError(
                f"Operator {op}: expected label of shape {list(data._shape)}, "
                f"got {list(label._shape)}"
            )
        return forward(data), data._shape

    run.__doc__ = f"""{doc}

    Parameters
    ----------
    data, label : NDArray
        Of as many elements, in as many examples.
    grad_scale : float
        Factor of the gradient, which is also divided by the numbers in an example.

    Raises
    ------
    MXNetError
        If they have not.
    """
    # The incoming gradient is ignored, so this is no derivative of the forward.
    operator(
        op,
        vjp=vjp,
        ignores_head=True,
        infer=inference.regression_label,
        samples=(Sample(((3, 2), (3, 2))),),
    )(run)


def _copy(data: Array) -> Buffer:
    return front.cast(data._data, data._data.dtype)


def _sigmoid(data: Array) -> Buffer:
    x = data._data
    y = empty(x.size, x.dtype)
    if y.size:
        kind = compute_type(x.dtype, mathematical=True)
        front.elementwise(loop_of("sigmoid"), (x,), (x.shape,), (y,), kind)
    return y


_regression(
    "Linear",
    "A copy, whose backward is the gradient of half the squared distance from *label*.",
    _copy,
    lambda x, label: x - label,
)
_regression(
    "Logistic",
    "The sigmoid, whose backward is the gradient of the cross-entropy with *label*.",
    _sigmoid,
    lambda x, label: F.sigmoid(x) - label,
)
_regression(
    "MAE",
    "A copy, whose backward is the gradient of the distance from *label*.",
    _copy,
    lambda x, label: F.broadcast_greater(x, label) * 2.0 - 1.0,
)

# --- MakeLoss and SVMOutput -----------------------------------------------------------------------


def _make_loss_vjp(
    g: Array, data: Array, grad_scale: float, valid_thresh: float, normalization: str
) -> Gradient:
    scale = float(grad_scale)
    if normalization == "batch":
        scale /= max(1, data._shape[0] if data._shape else 1)
    grad = F.ones_like(data) * scale
    if normalization == "valid":
        valid = F.broadcast_greater(data, float(valid_thresh))
        grad = grad * _share(valid, data._data.dtype.name)
    return grad


@operator(
    "MakeLoss",
    infer=inference.alike,
    vjp=_make_loss_vjp,
    ignores_head=True,
    samples=(Sample(((3, 4),)),),
)
def _make_loss(
    data: Array, *, grad_scale: float = 1.0, valid_thresh: float = 0.0, normalization: str = "null"
) -> Result:
    """A copy that starts gradients: its own is a constant, whatever comes in.

    Parameters
    ----------
    data : NDArray
    grad_scale : float
        The constant.
    valid_thresh : float
        Elements above are valid.
    normalization : {'null', 'batch', 'valid'}
        Divide the constant by nothing, the batch, or the number of valid elements.

    Raises
    ------
    MXNetError
        For another normalization.
    """
    _check_normalization("MakeLoss", normalization)
    return _copy(data), data._shape


def _svm_vjp(
    g: Array,
    data: Array,
    label: Array,
    margin: float,
    regularization_coefficient: float,
    use_linear: bool,
) -> Gradients:
    target = F.one_hot(label, depth=data._shape[1], dtype=data._data.dtype.name)
    side = 1.0 - target * 2.0
    shortfall = side * data + float(margin)
    factor = float(regularization_coefficient)
    if use_linear:
        return F.where(F.broadcast_greater(shortfall, 0.0), side, 0.0) * factor, None
    return F.relu(shortfall) * side * (2.0 * factor), None


@operator(
    "SVMOutput",
    infer=inference.label_of_rows,
    vjp=_svm_vjp,
    ignores_head=True,
    samples=(Sample(((2, 3), [0, 2])),),
)
def _svm_output(
    data: Array,
    label: Array,
    *,
    margin: float = 1.0,
    regularization_coefficient: float = 1.0,
    use_linear: bool = False,
) -> Result:
    """A copy, whose backward is the gradient of the hinge loss, one class against the rest.

    Parameters
    ----------
    data : NDArray
        Scores of shape (rows, classes).
    label : NDArray
        A class for each row.
    margin : float
        How far on the right side of 0 a score must be.
    regularization_coefficient : float
        Factor of the gradient.
    use_linear : bool
        The hinge itself instead of its square.

    Raises
    ------
    MXNetError
        For other shapes.
    """
    _floating("SVMOutput", data)
    if len(data._shape) != 2 or label._shape != data._shape[:1]:
        raise MXNetError(
            "Operator SVMOutput: expected data of shape (rows, classes) and label of shape "
            f"(rows,), got {list(data._shape)} and {list(label._shape)}"
        )
    return _copy(data), data._shape
