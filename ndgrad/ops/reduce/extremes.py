"""Where the extremes are: `argmax` and `argmin`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from ...base import MXNetError
from ...kernels import cuda
from ...kernels.build.launch import chunked, grain
from ...kernels.cpu import reduction
from ...kernels.cpu.reduction import Buffer
from ...kernels.cpu.rowwise import COLUMNS
from ...memory.device import DeviceArray
from ...memory.storage import empty
from ..axes import index_dtype, sorted_axes
from ..declare import operator
from ..math.casting import copied
from ..table import ZERO, Sample

_FLOAT32, _INT64 = np.dtype("float32"), np.dtype("int64")
_LANES = 64  # of a row's extreme


@numba.njit(error_model="numpy")
def _extreme(x, least):
    """The smallest or the greatest element of a slice, which is not empty.

    LLVM does not vectorise a maximum in a loop, but it does when neighbours have one each.  NaN
    is passed over unless it comes first; who must not miss one looks for it.
    """
    n = x.size
    m = x[0]
    if n < _LANES:
        for i in range(n):
            v = x[i]
            m = v if (v < m if least else v > m) else m
        return m
    lanes = np.empty(_LANES, x.dtype)
    for i in range(_LANES):
        lanes[i] = x[i]
    for block in range(1, n // _LANES + 1):
        # The last block ends with the slice, whatever it shares with the one before.
        start = min(block * _LANES, n - _LANES)
        part = x[start : start + _LANES]
        for i in range(_LANES):
            v, m = part[i], lanes[i]
            lanes[i] = v if (v < m if least else v > m) else m
    half = _LANES // 2
    while half:
        part = lanes[half : 2 * half]
        for i in range(half):
            v, m = part[i], lanes[i]
            lanes[i] = v if (v < m if least else v > m) else m
        half //= 2
    return lanes[0]


@chunked
def _index_in_rows(x, y, n, least, lo, hi):
    """Index of the first extreme of each contiguous row; the first NaN comes before all."""
    for line in range(lo, hi):
        row = x[line * n : line * n + n]
        missing = 0
        for i in range(n):
            missing += row[i] != row[i]
        m = _extreme(row, least)
        i = 0
        if missing:
            while row[i] == row[i]:
                i += 1
        else:
            while row[i] != m:
                i += 1
        y[line] = i


@chunked
def _index_in_columns(x, y, n, inner, least, lo, hi):
    """The same along columns; a unit is a block of neighbouring ones."""
    best_all = np.empty(COLUMNS, x.dtype)
    found_all = np.empty(COLUMNS, np.int64)
    blocks = (inner + COLUMNS - 1) // COLUMNS
    for unit in range(lo, hi):
        start = unit % blocks * COLUMNS
        w = min(COLUMNS, inner - start)
        best, found = best_all[0:w], found_all[0:w]
        outer = unit // blocks
        row = x[outer * n * inner + start : outer * n * inner + start + w]
        # Assigning slices would make Numba compile the text of an error, for a second.
        for i in range(w):
            best[i], found[i] = row[i], 0
        for r in range(1, n):
            at = (outer * n + r) * inner + start
            row = x[at : at + w]
            for i in range(w):
                v, b = row[i], best[i]
                better = (v < b if least else v > b) | ((v != v) & (b == b))
                best[i] = v if better else b
                found[i] = r if better else found[i]
        at = outer * inner + start
        target = y[at : at + w]
        for i in range(w):
            target[i] = found[i]


def _index(op: str, data: Any, axis: Any, keepdims: Any, dtype: Any, least: bool) -> Any:
    if axis is not None and not isinstance(axis, (int, np.integer)):
        raise MXNetError(f"Operator {op}: expected None or an int as axis, got {axis!r}")
    shape = data._shape
    axes = sorted_axes(op, axis, len(shape))
    how = reduction.plan(shape, axes, bool(keepdims))
    ((outer, n, inner),) = reduction.groups(shape, axes) or [(1, 1, 1)]
    if n == 0:
        raise MXNetError(
            f"Operator {op}: an empty range has no extreme, got shape {list(shape)}, axis={axis!r}"
        )
    x = data._data
    default = _FLOAT32 if x.dtype.kind == "b" else x.dtype
    kind = index_dtype(op, default if dtype is None else dtype, n)
    own = _FLOAT32 if x.dtype == np.float16 else default
    if x.dtype == np.float16:
        x = copied(data, own)
    elif x.dtype.kind == "b":
        x = x.view(np.uint8)
    # Kernels for every pair of dtypes would be many.
    made = own if kind in (own, default) else _INT64
    y: Any = empty(outer * inner, made)
    if y.size and y.__class__ is DeviceArray:
        cuda.extremes.run(x, y, (outer, n, inner), least)
    elif y.size and inner == 1:
        _index_in_rows(x, y, n, least, outer, grain(n, 2))
    elif y.size:
        units = outer * -(-inner // COLUMNS)
        _index_in_columns(x, y, n, inner, least, units, grain(n * min(inner, COLUMNS), 2))
    return (y if made == kind else copied(Buffer(y), kind)), how.shape


def _index_reference(function: Callable[..., Any]) -> Callable[..., Any]:
    def by_numpy(data: Any, *, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
        y = np.asarray(function(data, axis=axis, keepdims=keepdims))
        return y.reshape(y.shape or (1,)).astype(dtype or data.dtype)

    return by_numpy


_INDEX_SAMPLES = (
    Sample(((3, 4),)),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((3, 4),), {"axis": -1, "keepdims": True}),
    Sample(((3, 4),), {"axis": 0, "dtype": "int32"}),
)


@operator("argmax", gradient=ZERO, samples=_INDEX_SAMPLES, reference=_index_reference(np.argmax))
def _argmax(data: Any, *, axis: Any = None, keepdims: Any = False, dtype: Any = None) -> Any:
    """Where the greatest element is: the first one, or the first NaN.

    Parameters
    ----------
    data : NDArray
    axis : int, optional
        None means that of the flattened array.
    keepdims : bool
        Whether the reduced axis stays, with length 1.
    dtype : str or type, optional
        Of the indices; by default the input's (of bool: float32), as in MXNet.

    Raises
    ------
    MXNetError
        For an axis that is not there, an empty range, or a dtype that cannot hold every index along
        the axis: float32 has the whole numbers up to 2^24, float16 those up to 2^11.
    """
    return _index("argmax", data, axis, keepdims, dtype, False)


@operator("argmin", gradient=ZERO, samples=_INDEX_SAMPLES, reference=_index_reference(np.argmin))
def _argmin(data: Any, *, axis: Any = None, keepdims: Any = False, dtype: Any = None) -> Any:
    """Where the smallest element is: the first one, or the first NaN; see `argmax`."""
    return _index("argmin", data, axis, keepdims, dtype, True)


@operator(
    "argmax_channel",
    gradient=ZERO,
    samples=(Sample(((3, 4),)),),
    reference=lambda data: np.argmax(data, axis=1).astype(data.dtype),
)
def _argmax_channel(data: Any, *, dtype: Any = None) -> Any:
    """`argmax` along axis 1."""
    return _index("argmax_channel", data, 1, False, dtype, False)
