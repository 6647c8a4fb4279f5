"""Softmax cross-entropy by rows, and its gradient: what each row needs is read once or twice."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from ...base import DType
from ...memory.device import Buffer
from ..build import binaries
from ..build.half import as_bits
from ..build.launch import grain
from ..spec.formula import compute_type
from ..spec.text import each, expression, indented, loaded, module, stored
from .rowwise import greatest_in_row
from .sums import PART, summed_in_parts

_TERM = "exp(x - m)"
_LOSS = "(m - x) + log(s)"
_WEIGHT = "1 / s"
_GRADIENT = "scale * exp(x - m)"
_LABEL_GRADIENT = "scale * exp(x - m) - g"


def source(dtype: DType) -> str:
    """Readable module text for scores of *dtype*.

    Returns
    -------
    str
        Defines ``losses(x, label, loss, peak, weight, n, lo, hi)``, which fills the loss, the
        greatest score and the weight of exponentials for each row of n scores, and
        ``gradient(x, label, peak, weight, heads, y, n, lo, hi)``.
    """
    kind = compute_type(dtype, mathematical=True)
    x = loaded("x[i]", dtype, kind)

    def text(written: str) -> str:
        names = {name: name for name in ("m", "s", "g", "scale")}
        return expression(written, kind, names | {"x": x})

    take = ["sum += total(terms)"]
    summed = summed_in_parts(("x",), "row * n", "n", "terms", text(_TERM), take, "0 : x.size")
    row = "x = x_all[row * n : row * n + n]"
    losses = [
        row,
        *greatest_in_row("n", kind, x),
        "sum = 0.0",
        *summed,
        f"s = {kind}(sum)",
        row,
        "i = label[row]",
        f"loss[row] = {text(_LOSS)}",
        "peak[row] = m",
        f"weight[row] = {text(_WEIGHT)}",
    ]
    gradient = [
        row,
        "y = y_all[row * n : row * n + n]",
        "m = peak[row]",
        "scale = weight[row] * g",
        *each("n", [f"y[i] = {stored(text(_GRADIENT), dtype, kind)}"]),
        "i = label[row]",
        f"y[i] = {stored(text(_LABEL_GRADIENT), dtype, kind)}",
    ]
    lines = [
        "@chunked",
        "def losses(x_all, label, loss, peak, weight, n, lo, hi):",
        f"    terms_all = scratch({PART}, {kind})",
        "    for row in range(lo, hi):",
        *indented(losses, 2),
        "",
        "",
        "@chunked",
        "def gradient(x_all, label, peak, weight, heads, y_all, n, lo, hi):",
        "    g = heads[0]",
        "    for row in range(lo, hi):",
        *indented(gradient, 2),
    ]
    title = f"Cross-entropy of the softmax of rows of {dtype.name}: {_LOSS}, s the sum of {_TERM}."
    return module(title, lines, "Made from formulas")


@cache
def kernels(dtype: DType) -> ModuleType:
    """The compiled ``losses`` and ``gradient`` for scores of *dtype*."""
    return binaries.load(f"softmax_cross_entropy_{dtype.name}", source(dtype))


def losses(
    x: Buffer, label: Buffer, loss: Buffer, peak: Buffer, weight: Buffer, rows: int, n: int
) -> None:
    """Fill the *loss* of each row of *x*, its greatest element, and one over its sum of exps."""
    if rows:
        kernel = kernels(x.dtype).losses
        kernel(as_bits(x), label, loss, peak, weight, n, rows, grain(n, 4))


def gradient(
    x: Buffer, label: Buffer, peak: Buffer, weight: Buffer, head: Buffer, y: Buffer, n: int
) -> None:
    """Fill *y* with the gradient of the sum of all losses, times the one number *head*."""
    if y.size:
        kernel = kernels(x.dtype).gradient
        kernel(as_bits(x), label, peak, weight, head, as_bits(y), n, label.size, grain(n, 4))
