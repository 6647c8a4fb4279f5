"""Fourier transforms, and histograms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..base import HostArray, MXNetError, shown
from ..kernels import front
from ..tape import Array
from .axes import integer, number, positive
from .declare import operator
from .matrices import check_floats
from .parts import copied
from .products import show
from .table import NONE, F, Result, Sample


def _fft_reference(data: HostArray) -> HostArray:
    z = np.fft.fft(data)
    return np.stack([z.real, z.imag], -1).reshape(*data.shape[:-1], -1)


def _ifft_reference(data: HostArray) -> HostArray:
    z = data[..., ::2] + 1j * data[..., 1::2]
    return np.fft.ifft(z).real * z.shape[-1]


@operator(
    "_contrib_fft",
    on_host=True,
    linear=("data",),
    vjp=lambda g: F._contrib_ifft(g),
    reference=_fft_reference,
    samples=(Sample(((2, 3),)),),
)
def _fft(data: Array, *, compute_size: int = 128) -> Result:
    """The Fourier transform of the last axis.

    Parameters
    ----------
    data : NDArray
        Real numbers, of floating dtype.
    compute_size : int
        How many transforms MXNet does at once; it makes no difference here.

    Returns
    -------
    NDArray
        With twice the length: real and imaginary parts alternate.
    """
    op = "_contrib_fft"
    integer(op, "compute_size", compute_size)
    check_floats(op, data=data)
    if not data._shape or not data._shape[-1]:
        raise MXNetError(
            f"Operator {op}: argument data has shape {show(data._shape)}, expected a last axis "
            "with elements"
        )
    shape = (*data._shape[:-1], 2 * data._shape[-1])
    (y,) = front.routine("fourier", [(data._data, data._shape)], [(data._data.dtype, shape)])
    return y, shape


@operator(
    "_contrib_ifft",
    on_host=True,
    linear=("data",),
    vjp=lambda g: F._contrib_fft(g),
    reference=_ifft_reference,
    samples=(Sample(((2, 6),)),),
)
def _ifft(data: Array, *, compute_size: int = 128) -> Result:
    """The real part of the inverse Fourier transform of the last axis, times its length.

    Parameters
    ----------
    data : NDArray
        Real and imaginary parts alternate in the last axis.
    compute_size : int
        How many transforms MXNet does at once; it makes no difference here.

    Returns
    -------
    NDArray
        With half the length.  As in MXNet it is not divided by the number of elements.
    """
    op = "_contrib_ifft"
    integer(op, "compute_size", compute_size)
    check_floats(op, data=data)
    if not data._shape or not data._shape[-1] or data._shape[-1] % 2:
        raise MXNetError(
            f"Operator {op}: argument data has shape {show(data._shape)}, expected a last axis of "
            "pairs: real and imaginary parts"
        )
    shape = (*data._shape[:-1], data._shape[-1] // 2)
    operand = data._data, data._shape
    (y,) = front.routine("inverse_fourier", [operand], [(data._data.dtype, shape)])
    return y, shape


def _limits(limits: object) -> tuple[float, float]:
    wrong = MXNetError(
        f"Operator histogram: range={shown(limits)}, expected two finite numbers, the smaller first"
    )
    if not isinstance(limits, (tuple, list)) or len(limits) != 2:
        raise wrong
    low, high = (float(number("histogram", "range", x)) for x in limits)
    if not (np.isfinite([low, high]).all() and low <= high):
        raise wrong
    return low, high


@operator(
    "_histogram",
    takes=lambda params: ["bins"] if params["bin_cnt"] is None else [],
    infer_dtypes=lambda data: {"count": np.dtype("int64")},
    on_host=True,
    gradient=NONE,
    outputs="count edges",
    reference=lambda data, bins=None, bin_cnt=None, range=None: list(
        np.histogram(data, bin_cnt if bins is None else bins, range)
    ),
    samples=(
        Sample(((2, 5),), {"bin_cnt": 3, "range": (-1.0, 2.0)}),
        Sample(((2, 5), [-1.0, 0.0, 0.5, 2.0])),
    ),
)
def _histogram(
    data: Array,
    bins: Array | None = None,
    *,
    bin_cnt: int | None = None,
    range: Sequence[float] | None = None,
) -> list[Result]:
    """How many elements are in each of some intervals.

    Parameters
    ----------
    data : NDArray
    bins : NDArray, optional
        The edges of the intervals, rising; the last interval has its upper edge too.
    bin_cnt : int, optional
        Instead of *bins*: the number of intervals of equal width.
    range : tuple of float, optional
        With *bin_cnt*: where the first one begins, and where the last one ends.

    Returns
    -------
    list of NDArray
        The numbers, in int64, and the edges, in the dtype of *bins* or *data*.

    Raises
    ------
    MXNetError
        If there are fewer than two edges, or neither edges nor a number and a range.
    """
    counts = np.dtype("int64")
    flat = data._data, (data._data.size,)
    if bins is not None:
        edges = bins._data, (bins._data.size,)
        if bins._data.size < 2:
            raise MXNetError(
                f"Operator histogram: argument bins has shape {show(bins._shape)}, expected two "
                "edges or more"
            )
        shape = (bins._data.size - 1,)
        (y,) = front.routine("histogram", [flat, edges], [(counts, shape)])
        return [(y, shape), (copied(bins), bins._shape)]
    if bin_cnt is None or range is None:
        raise MXNetError(
            f"Operator histogram: bin_cnt={shown(bin_cnt)} and range={shown(range)}, expected both "
            "where bins are not given"
        )
    n = positive("histogram", "bins", bin_cnt)
    results = [(counts, (n,)), (data._data.dtype, (n + 1,))]
    y, made = front.routine("even_histogram", [flat], results, (n, _limits(range)))
    return [(y, (n,)), (made, (n + 1,))]
