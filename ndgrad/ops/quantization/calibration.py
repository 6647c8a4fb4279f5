"""The range in which a quantized layer's results keep most of their information.

Migacz 2017, "8-bit inference with TensorRT": of all symmetric ranges the one whose quantized
distribution is nearest to the real one, by the Kullback-Leibler divergence.
"""

from __future__ import annotations

import numpy as np

from ...base import HostArray, MXNetError
from ...memory.device import host
from ...tape import Array
from ..axes import integer
from ..declare import operator
from ..table import NONE, Result, Sample

_EPSILON = 1e-4


def _smoothed(counts: HostArray) -> HostArray | None:
    """Frequencies without zeros, which take a little of the others; None if these have too few."""
    empty = counts == 0
    others = counts.size - np.count_nonzero(empty)
    if not others or _EPSILON * (counts.size - others) / others >= 1:
        return None
    filled = counts + np.where(empty, _EPSILON, -_EPSILON * (counts.size - others) / others)
    return filled / filled.sum()


def _divergence(hist: HostArray, start: int, stop: int, bins: int) -> float:
    """Of the counts from *start* to *stop*, whose ends hold what is outside, in *bins* equal bins.

    As in MXNet the first of them counts as outside.
    """
    real, inner = (hist[start:stop].copy() for _ in range(2))
    real[0] += hist[:start].sum()
    real[-1] += hist[stop:].sum()
    inner[0] = 0
    begins = np.arange(bins) * (inner.size // bins)
    totals = np.add.reduceat(inner, begins)
    filled = np.add.reduceat(inner != 0, begins, dtype="float64")
    means = np.divide(totals, filled, out=np.zeros(bins), where=filled != 0)
    sizes = np.diff([*begins, inner.size])
    quantized = np.where(real != 0, means.repeat(sizes), 0.0)
    p, q = _smoothed(real), _smoothed(quantized)
    return float("inf") if p is None or q is None else float((p * np.log(p / q)).sum())


@operator(
    "_contrib_calibrate_entropy",
    gradient=NONE,
    outputs="threshold divergence",
    results=("threshold", "divergence"),
    on_host=True,
    samples=(
        Sample(
            ([1.0, 2.0, 7.0, 9.0, 3.0, 0.0, 1.0], np.linspace(-1, 1, 8)),
            {"num_quantized_bins": 3},
        ),
    ),
)
def _calibrate_entropy(
    hist: Array, hist_edges: Array, *, num_quantized_bins: int = 255
) -> list[Result]:
    """The symmetric range in which numbers lose least by quantization, from their histogram.

    Parameters
    ----------
    hist : NDArray
        Counts of an odd number of equal bins, whose middle one is about zero.
    hist_edges : NDArray
        The ends of the bins, one more.
    num_quantized_bins : int
        How many bins the quantized numbers have; odd, and not more than there are.

    Returns
    -------
    threshold, divergence : NDArray
        The end of the range, and the divergence there, of one float32 each.

    Raises
    ------
    MXNetError
        If a shape or a number does not fit.
    """
    op = "_contrib_calibrate_entropy"
    bins, n = integer(op, "num_quantized_bins", num_quantized_bins), hist._data.size
    if len(hist._shape) != 1 or hist_edges._shape != (n + 1,):
        raise MXNetError(
            f"Operator {op}: hist and hist_edges have shapes {list(hist._shape)} and "
            f"{list(hist_edges._shape)}, expected [n] and [n + 1]"
        )
    if not 2 <= bins <= n:
        raise MXNetError(
            f"Operator {op}: num_quantized_bins={bins}, expected 2 to {n}, the bins of hist"
        )
    counts, edges = (host(x._data).astype("float64") for x in (hist, hist_edges))
    middle = n // 2
    ranges = [(middle - i, min(middle + i + 1, n)) for i in range(bins // 2, middle + 1)]
    with np.errstate(all="ignore"):  # as kernels do
        losses = [_divergence(counts, *ends, bins) for ends in ranges]
    best = int(np.argmin(losses))
    results = (edges[ranges[best][1]], losses[best])
    return [(np.array([x], "float32"), (1,)) for x in results]
