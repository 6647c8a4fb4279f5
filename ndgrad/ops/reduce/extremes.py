"""Indices of extremes: `argmax` and `argmin`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...base import DTypeLike, HostArray, MXNetError, wide_dtype
from ...kernels import front
from ...kernels.spec import reduction
from ...memory.storage import empty
from ...tape import Array
from ..axes import Axis, index_dtype, ints_of_text, sorted_axes
from ..declare import operator
from ..parts import widened
from ..table import ZERO, Result, Sample

_FLOAT32, _INT64 = np.dtype("float32"), np.dtype("int64")


def _index(
    op: str, data: Array, axis: int | None, keepdims: bool, dtype: DTypeLike | None, least: bool
) -> Result:
    axis = ints_of_text(axis)
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
    own = wide_dtype(default)
    x = x.view(np.uint8) if x.dtype.kind == "b" else widened(x)
    # Kernels for every pair of dtypes would be many.
    made = own if kind in (own, default) else _INT64
    y = empty(outer * inner, made)
    front.argextreme(x, y, (outer, n, inner), least)
    return (y if made == kind else front.cast(y, kind)), how.shape


def _index_reference(function: Callable[..., object]) -> Callable[..., HostArray]:
    def by_numpy(
        data: HostArray,
        *,
        axis: Axis = None,
        keepdims: bool = False,
        dtype: DTypeLike | None = None,
    ) -> HostArray:
        y = np.asarray(function(data, axis=axis, keepdims=keepdims))
        return y.reshape(y.shape or (1,)).astype(dtype or data.dtype)

    return by_numpy


_INDEX_SAMPLES = (
    Sample(((3, 4),)),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((3, 4),), {"axis": -1, "keepdims": True}),
    Sample(((3, 4),), {"axis": 0, "dtype": "int32"}),
)


@operator(
    "argmax",
    methods=True,
    gradient=ZERO,
    samples=_INDEX_SAMPLES,
    reference=_index_reference(np.argmax),
)
def _argmax(
    data: Array, *, axis: int | None = None, keepdims: bool = False, dtype: DTypeLike | None = None
) -> Result:
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


@operator(
    "argmin",
    methods=True,
    gradient=ZERO,
    samples=_INDEX_SAMPLES,
    reference=_index_reference(np.argmin),
)
def _argmin(
    data: Array, *, axis: int | None = None, keepdims: bool = False, dtype: DTypeLike | None = None
) -> Result:
    """Where the smallest element is: the first one, or the first NaN; see `argmax`."""
    return _index("argmin", data, axis, keepdims, dtype, True)


@operator(
    "argmax_channel",
    methods=True,
    gradient=ZERO,
    samples=(Sample(((3, 4),)),),
    reference=lambda data: np.argmax(data, axis=1).astype(data.dtype),
)
def _argmax_channel(data: Array, *, dtype: DTypeLike | None = None) -> Result:
    """`argmax` along axis 1."""
    return _index("argmax_channel", data, 1, False, dtype, False)
