"""Pooling: the greatest element, the sum, the mean or a norm of each window over images.

The sum is linear, and so is to take the elements that are greatest, once it is known where they
are; so there are derivatives of any order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ...base import HostArray, MXNetError, Shape, is_floating
from ...kernels import front
from ...kernels.spec.windows import Windows, windows
from ...memory.device import Buffer
from ...memory.storage import empty
from ...tape import Array
from ..axes import choice, flag, integer, integers
from ..composite import composite
from ..declare import operator
from ..parts import expect_size, narrowed, widened
from ..products import show
from ..table import F, Gradient, Params, Result, Sample
from ..windows import channels_last, check_images, lengths

_ALL, _INSIDE, _SUM = "all", "inside", "sum"  # what a sum is divided by: its places, those inside


def _windows(image: Shape, kernel: Shape, stride: Shape, pad: Shape, places: Shape) -> Windows:
    return windows(kernel, stride, (1,) * len(kernel), pad, image, places)


# --- the greatest ---------------------------------------------------------------------------------

_STEPS: Params = {"kernel": (2, 2), "stride": (2, 1), "pad": (1, 0)}


def _max_pool_vjp(
    g: Array,
    _index: Array,
    kernel: Shape,
    stride: Shape,
    pad: Shape,
    places: Shape,
    data_shape: Shape,
) -> Gradient:
    steps = {"kernel": kernel, "stride": stride, "pad": pad, "shape": data_shape}
    return F._put_back_in_windows(g, _index, **steps)


@operator(
    "_max_pool",
    outputs="y _index",
    vjp=_max_pool_vjp,
    samples=(Sample(((2, 2, 3, 4),), {**_STEPS, "places": (2, 3)}),),
)
def _max_pool(
    data: Array, *, kernel: Shape, stride: Shape, pad: Shape, places: Shape
) -> list[Result]:
    """The first greatest element of each window, and where in its image it is."""
    x = widened(data._data)
    window = _windows(data._shape[2:], kernel, stride, pad, places)
    shape = (*data._shape[:2], *places)
    y, index = empty(math.prod(shape), x.dtype), empty(math.prod(shape), np.dtype("int64"))
    front.greatest_in_windows(x, y, index, window)
    return [(narrowed(y, data._data.dtype), shape), (index, shape)]


@operator(
    "_put_back_in_windows",
    vjp=lambda g, index, kernel, stride, pad: (
        F._pick_in_windows(g, index, kernel=kernel, stride=stride, pad=pad),
        None,
    ),
    linear=("data",),
    samples=(Sample(((1, 1, 2, 1), [[[[1], [1]]]]), {**_STEPS, "shape": (1, 1, 3, 2)}),),
)
def _put_back_in_windows(
    data: Array, index: Array, *, kernel: Shape, stride: Shape, pad: Shape, shape: Shape
) -> Result:
    """Images of *shape* to which elements are added at their places, and which are 0 elsewhere."""
    what = "_put_back_in_windows"
    expect_size(what, "data", data._data.size, (*shape[:2], *data._shape[2:]))
    expect_size(what, "index", index._data.size, data._shape)
    x = widened(data._data)
    window = _windows(shape[2:], kernel, stride, pad, data._shape[2:])
    y = empty(math.prod(shape), x.dtype)
    front.put_back_in_windows(x, _places(index), y, window)
    return narrowed(y, data._data.dtype), shape


@operator(
    "_pick_in_windows",
    vjp=lambda g, index, kernel, stride, pad, data_shape: (
        F._put_back_in_windows(g, index, kernel=kernel, stride=stride, pad=pad, shape=data_shape),
        None,
    ),
    linear=("data",),
    samples=(Sample(((1, 1, 3, 2), [[[[1], [4]]]]), _STEPS),),
)
def _pick_in_windows(
    data: Array, index: Array, *, kernel: Shape, stride: Shape, pad: Shape
) -> Result:
    """The elements of images at these places, one for each window."""
    expected = (*data._shape[:2], *index._shape[2:])
    expect_size("_pick_in_windows", "index", index._data.size, expected)
    x = widened(data._data)
    window = _windows(data._shape[2:], kernel, stride, pad, index._shape[2:])
    y = empty(math.prod(index._shape), x.dtype)
    front.pick_in_windows(x, _places(index), y, window)
    return narrowed(y, data._data.dtype), index._shape


def _places(index: Array) -> Buffer:
    data, kind = index._data, np.dtype("int64")
    return data if data.dtype == kind else front.cast(data, kind)


# --- sums -----------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _counts(window: Windows, by: str, dtype: str) -> HostArray:
    """How many elements each window has, with those of the padding or without; empty for sums."""
    if by == _SUM:
        counts: HostArray = np.empty(0, dtype)
    else:
        axes = []
        for n, k, s, p, places in zip(
            window.image, window.kernel, window.stride, window.pad, window.places, strict=True
        ):
            start = np.arange(places) * s - p
            end = np.minimum(start + k, n + p)
            if by == _INSIDE:
                start, end = np.maximum(start, 0), np.minimum(end, n)
            axes.append(end - start)
        d, h, w = axes
        counts = (d[:, None, None] * h[:, None] * w).ravel().astype(dtype)
    counts.flags.writeable = False
    return counts


def _window_sum_vjp(
    g: Array, kernel: Shape, stride: Shape, pad: Shape, by: str, data_shape: Shape
) -> Gradient:
    steps = {"kernel": kernel, "stride": stride, "pad": pad, "by": by}
    return F._window_spread(g, shape=data_shape, **steps)


@operator(
    "_window_sum",
    vjp=_window_sum_vjp,
    linear=("data",),
    samples=(
        Sample(((2, 2, 3, 4),), {**_STEPS, "places": (2, 3), "by": _INSIDE}),
        Sample(
            ((1, 2, 5),), {"kernel": (3,), "stride": (2,), "pad": (1,), "places": (3,), "by": _SUM}
        ),
    ),
)
def _window_sum(
    data: Array, *, kernel: Shape, stride: Shape, pad: Shape, places: Shape, by: str
) -> Result:
    """The sum of each window over images, over the number of its elements."""
    x = widened(data._data)
    window = _windows(data._shape[2:], kernel, stride, pad, places)
    shape = (*data._shape[:2], *places)
    y = empty(math.prod(shape), x.dtype)
    front.sum_windows(x, y, _counts(window, by, x.dtype.name), window)
    return narrowed(y, data._data.dtype), shape


@operator(
    "_window_spread",
    vjp=lambda g, kernel, stride, pad, by, data_shape: F._window_sum(
        g, kernel=kernel, stride=stride, pad=pad, by=by, places=data_shape[2:]
    ),
    linear=("data",),
    samples=(Sample(((2, 2, 2, 3),), {**_STEPS, "shape": (2, 2, 3, 4), "by": _ALL}),),
)
def _window_spread(
    data: Array, *, kernel: Shape, stride: Shape, pad: Shape, by: str, shape: Shape
) -> Result:
    """The adjoint of `_window_sum`: each element over its count in all of its window."""
    expect_size("_window_spread", "data", data._data.size, (*shape[:2], *data._shape[2:]))
    x = widened(data._data)
    window = _windows(shape[2:], kernel, stride, pad, data._shape[2:])
    y = empty(math.prod(shape), x.dtype)
    front.spread_windows(x, y, _counts(window, by, x.dtype.name), window)
    return narrowed(y, data._data.dtype), shape


# --- pooling --------------------------------------------------------------------------------------

_CONVENTIONS = ("full", "same", "valid")


def _places_along(n: int, k: int, s: int, p: int, convention: str) -> tuple[int, int]:
    """How many windows an axis has, and how far before it the first begins."""
    if convention == "same":
        places = -(-n // s)
        return places, max(0, (places - 1) * s + k - n) // 2
    room = n + 2 * p - k
    return (room // s if convention == "valid" else -(-room // s)) + 1, p


def _root(x: Array, power: int) -> Array:
    """The square or the cubic root, whose derivative is 0 at 0."""
    nothing = F.broadcast_equal(x, 0.0)
    root = (F.sqrt if power == 2 else F.cbrt)(F.where(nothing, F.ones_like(x), x))
    return F.where(nothing, F.zeros_like(x), root)


@composite(
    "Pooling",
    samples=(
        Sample(((2, 2, 4, 5),), {"kernel": (2, 3), "stride": (2, 1), "pad": (1, 1)}),
        Sample(((2, 2, 4, 5),), {"kernel": (2, 2), "pool_type": "avg", "stride": (1, 2)}),
        Sample(((1, 2, 6),), {"kernel": (2,), "pool_type": "lp", "p_value": 2}),
        Sample(((1, 2, 3, 2),), {"global_pool": True, "pool_type": "sum"}),
    ),
)
def _pooling(
    data: Array,
    *,
    kernel: Sequence[int] = (),
    pool_type: str = "max",
    global_pool: bool = False,
    cudnn_off: bool = False,
    pooling_convention: str = "valid",
    stride: Sequence[int] = (),
    pad: Sequence[int] = (),
    p_value: int | None = None,
    count_include_pad: bool | None = None,
    layout: str | None = None,
) -> Array:
    """The greatest element, the sum, the mean or a norm of a window at each of its places.

    Parameters
    ----------
    data : NDArray
        Images, of shape (batch, channels, \\*lengths), of one to three axes.
    kernel, stride, pad : tuple of int
        For each axis of an image the length of the window, the step between its places (1) and
        the elements that pad either side (0).
    pool_type : {'max', 'avg', 'sum', 'lp'}
        'lp' is the root of the sum of powers; of powers of negative numbers too.
    global_pool : bool
        Whether the window is the whole image.
    pooling_convention : {'valid', 'full', 'same'}
        Which windows there are: those that fit; also one that begins inside and ends outside; or
        one for each step, with as much padding as that takes.
    p_value : int
        The power of 'lp': 1, 2 or 3.
    count_include_pad : bool
        Whether a mean counts padding, which is 0, as elements (it does by default).
    layout : str
        'NCW', 'NCHW' or 'NCDHW', the default, or 'NWC', 'NHWC' or 'NDHWC'.
    cudnn_off
        Ignored.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit, or the window exceeds the image.
    """
    op = "Pooling"
    choice(op, "pool_type", pool_type, ("avg", "lp", "max", "sum"))
    choice(op, "pooling_convention", pooling_convention, _CONVENTIONS)
    everywhere = flag(op, "global_pool", global_pool)
    ndim = len(data._shape) - 2 if everywhere else len(integers(op, "kernel", kernel))
    last = channels_last(op, layout, ndim)
    image = check_images(op, data, ndim, last)[2:]
    if everywhere:
        taps, steps, zeros = image, (1,) * ndim, (0,) * ndim
        pooling_convention = "valid"
    else:
        taps = lengths(op, "kernel", kernel, ndim, None, 1)
        steps = lengths(op, "stride", stride, ndim, 1, 1, surplus=True)
        zeros = lengths(op, "pad", pad, ndim, 0, 0, surplus=True)
    if any(p >= k for p, k in zip(zeros, taps, strict=True)) and not everywhere:
        raise MXNetError(f"Operator {op}: pad={show(zeros)} must be below kernel={show(taps)}")
    if pooling_convention != "same" and any(
        k > n + 2 * p for k, n, p in zip(taps, image, zeros, strict=True)
    ):
        raise MXNetError(
            f"Operator {op}: kernel={show(taps)} exceeds the input, images of {show(image)} with "
            f"pad={show(zeros)}"
        )
    along = [
        _places_along(n, k, s, p, pooling_convention)
        for n, k, s, p in zip(image, taps, steps, zeros, strict=True)
    ]
    places, begin = tuple(n for n, _ in along), tuple(p for _, p in along)
    facts: Params = {"kernel": taps, "stride": steps, "pad": begin, "places": places}
    order = (0, ndim + 1, *range(1, ndim + 1))
    x = F.transpose(data, axes=order) if last else data
    y = _pooled(x, pool_type, p_value, count_include_pad, facts)
    return F.transpose(y, axes=(0, *range(2, ndim + 2), 1)) if last else y


def _pooled(
    x: Array, kind: str, power: int | None, include_pad: bool | None, facts: Params
) -> Array:
    if kind == "max":
        return F._max_pool(x, **facts)
    if kind != "lp":
        counted = include_pad is None or flag("Pooling", "count_include_pad", include_pad)
        by = _SUM if kind == "sum" else _ALL if counted else _INSIDE
        # A window that is the image is a row of elements, of which reductions add many at once.
        whole = facts["kernel"] == x.shape[2:] and not any(facts["pad"])
        if whole and is_floating(x._data.dtype):
            axes = tuple(range(2, len(x.shape)))
            return (F.sum if kind == "sum" else F.mean)(x, axis=axes, keepdims=True)
        return F._window_sum(x, by=by, **facts)
    number = None if power is None else integer("Pooling", "p_value", power)
    if number not in (1, 2, 3):
        raise MXNetError(f"Operator Pooling: p_value={power}, expected 1, 2 or 3")
    raised = x
    for _ in range(number - 1):
        raised = F.broadcast_mul(raised, x)
    total = F._window_sum(raised, by=_SUM, **facts)
    return total if number == 1 else _root(total, number)


@composite(
    "Pooling_v1",
    samples=(Sample(((1, 2, 3, 4),), {"kernel": (2, 2), "pool_type": "avg", "stride": (2, 2)}),),
)
def _pooling_v1(
    data: Array,
    *,
    kernel: Sequence[int] = (),
    pool_type: str = "max",
    global_pool: bool = False,
    pooling_convention: str = "valid",
    stride: Sequence[int] = (),
    pad: Sequence[int] = (),
) -> Array:
    """`Pooling` as it was: padding counts as elements that are 0, for the greatest element too.

    A mean is the sum over the number of the window's elements, also where it ends outside.

    Parameters
    ----------
    data : NDArray
        Images, of shape (batch, channels, \\*lengths).
    kernel, stride, pad, global_pool
        As for `Pooling`.
    pool_type : {'max', 'avg', 'sum'}
    pooling_convention : {'valid', 'full'}

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit, or the window exceeds the image.
    """
    op = "Pooling_v1"
    choice(op, "pool_type", pool_type, ("avg", "max", "sum"))
    choice(op, "pooling_convention", pooling_convention, ("full", "valid"))
    shape, whole = data._shape, flag(op, "global_pool", global_pool)
    if len(shape) not in (4, 5):
        raise MXNetError(f"Operator {op}: argument data has shape {show(shape)}, expected 4D or 5D")
    ndim = len(shape) - 2
    taps = shape[2:] if whole else lengths(op, "kernel", kernel, ndim, None, 1)
    zeros = (0,) * ndim if whole else lengths(op, "pad", pad, ndim, 0, 0, surplus=True)
    if any(zeros):
        around = [n for pad_ in zeros for n in (pad_, pad_)]
        data = F.Pad(data, mode="constant", pad_width=(0, 0, 0, 0, *around))
    y = F.Pooling(
        data,
        pool_type="sum" if pool_type == "avg" else pool_type,
        pooling_convention=pooling_convention,
        kernel=taps,
        stride=() if whole else lengths(op, "stride", stride, ndim, 1, 1, surplus=True),
    )
    return F.broadcast_div(y, float(math.prod(taps))) if pool_type == "avg" else y
