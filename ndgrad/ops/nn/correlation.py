"""Correlation of two images over displacements, as in FlowNet."""

from __future__ import annotations

from ...base import MXNetError
from ...tape import Array
from ..axes import flag, integer
from ..composite import composite
from ..products import show
from ..table import F, Sample
from ..windows import check_planes

_SAMPLES = (
    Sample(((1, 2, 3, 4), (1, 2, 3, 4)), {"pad_size": 1}),
    Sample(
        ((1, 1, 5, 4), (1, 1, 5, 4)),
        {"kernel_size": 3, "stride1": 2, "pad_size": 2, "is_multiply": False},
    ),
)


@composite("Correlation", samples=_SAMPLES)
def _correlation(
    data1: Array,
    data2: Array,
    *,
    kernel_size: int = 1,
    max_displacement: int = 1,
    stride1: int = 1,
    stride2: int = 1,
    pad_size: int = 0,
    is_multiply: bool = True,
) -> Array:
    """Means of products of windows of one image with displaced windows of another.

    Channel k of the result is for a displacement: with ``r = max_displacement // stride2`` by
    ``(k // (2 * r + 1) - r) * stride2`` down and ``(k % (2 * r + 1) - r) * stride2`` across.

    Parameters
    ----------
    data1, data2 : NDArray
        Of one shape (batch, channels, height, width).
    kernel_size : int
        The length of the windows, which is odd.
    max_displacement : int
    stride1, stride2 : int
        The steps between windows, and between displacements.
    pad_size : int
        How many zeros there are around the images.
    is_multiply : bool
        Whether to multiply, or to take the absolute values of differences.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.

    References
    ----------
    Fischer et al. 2015, "FlowNet: Learning Optical Flow with Convolutional Networks", section 3.
    """
    op = "Correlation"
    shape = check_planes(op, "data1", data1)
    if check_planes(op, "data2", data2) != shape:
        raise MXNetError(
            f"Operator {op}: argument data2 has shape {show(data2._shape)}, expected {show(shape)}"
        )
    taps, far, step, apart, pad = (
        integer(op, name, value)
        for name, value in (
            ("kernel_size", kernel_size),
            ("max_displacement", max_displacement),
            ("stride1", stride1),
            ("stride2", stride2),
            ("pad_size", pad_size),
        )
    )
    if taps < 1 or taps % 2 == 0:
        raise MXNetError(f"Operator {op}: kernel_size={taps}, kernel size should be odd number")
    least = {"max_displacement": (far, 0), "stride1": (step, 1), "stride2": (apart, 1)}
    for name, (value, smallest) in {**least, "pad_size": (pad, 0)}.items():
        if value < smallest:
            raise MXNetError(f"Operator {op}: {name}={value}, expected {smallest} or more")
    border = 2 * (far + taps // 2)
    rows, columns = places = tuple(-(-(n + 2 * pad - border) // step) for n in shape[2:])
    if min(places) < 1:
        raise MXNetError(
            f"Operator {op}: Neighborhood and kernel don't fit in blob: images of "
            f"{show(shape[2:])} with pad_size={pad}, kernel_size={taps} and max_displacement={far}"
        )
    height, width = (rows - 1) * step + taps, (columns - 1) * step + taps
    around = (0, 0, 0, 0, pad, pad, pad, pad)
    a, b = (F.Pad(x, mode="constant", pad_width=around) if pad else x for x in (data1, data2))

    def windows(x: Array, down: int, across: int) -> Array:
        part = F.slice_axis(x, axis=2, begin=far + down, end=far + down + height)
        return F.slice_axis(part, axis=3, begin=far + across, end=far + across + width)

    fixed = windows(a, 0, 0)
    moves = range(-(far // apart) * apart, far + 1, apart)
    found = []
    multiply = flag(op, "is_multiply", is_multiply)
    for down in moves:
        for across in moves:
            moved = windows(b, down, across)
            if multiply:
                met = F.broadcast_mul(fixed, moved)
            else:
                more = F.broadcast_greater_equal(fixed, moved)
                difference = F.broadcast_sub(fixed, moved)
                met = F.where(more, difference, F.negative(difference))
            found.append(F.mean(met, axis=1, keepdims=True))
    sums = found[0] if len(found) == 1 else F.concat(*found, dim=1)
    facts = {"kernel": (taps, taps), "stride": (step, step), "pad": (0, 0), "places": places}
    return F._window_sum(sums, by="all", **facts)
