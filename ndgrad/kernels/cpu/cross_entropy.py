"""Softmax cross-entropy by rows, and its gradient: what each row needs is read once or twice."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from ...base import DType
from ...memory.device import Buffer
from ..build import binaries
from ..build.half import as_bits
from ..build.launch import grain
from ..spec.cross_entropy import GRADIENT, LABEL_GRADIENT, LOSS, TERM, WEIGHT
from ..spec.formula import compute_type
from ..spec.text import each, expression, indented, loaded, module, stored
from .launch import launch
from .rowwise import greatest_in_row
from .sums import PART, summed_in_parts


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
        names = {name: name for name in ("m", "s", "w", "g")}
        return expression(written, kind, names | {"x": x, "c": x})

    take = ["sum += total(terms)"]
    summed = summed_in_parts(("x",), "row * n", "n", "terms", text(TERM), take, "0 : x.size")
    row = "x = x_all[row * n : row * n + n]"
    losses = [
        row,
        *greatest_in_row("n", kind, x),
        "sum = 0.0",
        *summed,
        f"s = {kind}(sum)",
        row,
        "i = label[row]",
        f"loss[row] = {text(LOSS)}",
        "peak[row] = m",
        f"weight[row] = {text(WEIGHT)}",
    ]
    gradient = [
        row,
        "y = y_all[row * n : row * n + n]",
        "m = peak[row]",
        "w = weight[row]",
        *each("n", [f"y[i] = {stored(text(GRADIENT), dtype, kind)}"]),
        "i = label[row]",
        f"y[i] = {stored(text(LABEL_GRADIENT), dtype, kind)}",
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
    title = f"Cross-entropy of the softmax of rows of {dtype.name}: {LOSS}, s the sum of {TERM}."
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
        launch(kernel, as_bits(x), label, loss, peak, weight, n, rows, grain(n, 4))


def gradient(
    x: Buffer, label: Buffer, peak: Buffer, weight: Buffer, head: Buffer, y: Buffer, n: int
) -> None:
    """Fill *y* with the gradient of the sum of all losses, times the one number *head*."""
    if y.size:
        kernel = kernels(x.dtype).gradient
        args = (as_bits(x), label, peak, weight, head, as_bits(y), n)
        launch(kernel, *args, label.size, grain(n, 4))
