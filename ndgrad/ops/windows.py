"""Parameters of operators with windows that slide over images: checks, layouts, places."""

from __future__ import annotations

from ..base import MXNetError, Shape, is_floating
from ..tape import Array
from .axes import integers
from .products import show

LAYOUTS = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
"""By the axes of an image: channels before them, the default, and behind."""


def lengths(
    op: str,
    name: str,
    value: object,
    ndim: int,
    default: int | None,
    least: int,
    surplus: bool = False,
) -> Shape:
    """A parameter with a number for each axis of an image; *surplus* permits further numbers.

    Raises
    ------
    MXNetError
        If there are more or less, or one is below *least*.
    """
    given = integers(op, name, () if value is None else value)
    if not given and default is not None:
        return (default,) * ndim
    given = given[:ndim] if surplus else given
    if len(given) != ndim or min(given) < least:
        raise MXNetError(
            f"Operator {op}: {name}={given} must have {ndim} numbers, each {least} or more"
        )
    return given


def channels_last(op: str, layout: str | None, ndim: int) -> bool:
    """Whether *layout* has the channels behind the axes of the image."""
    if ndim not in LAYOUTS:
        raise MXNetError(f"Operator {op}: kernel must have 1, 2 or 3 numbers, got {ndim}")
    first, last = LAYOUTS[ndim]
    if layout not in (None, "None", first, last):
        raise MXNetError(f"Operator {op}: layout={layout!r}, expected {first!r} or {last!r}")
    return layout == last


def channels_first(shape: Shape, last: bool) -> Shape:
    """A shape with its channels behind the first axis, where they may be *last*."""
    return (shape[0], shape[-1], *shape[1:-1]) if last else shape


def channels_where(shape: Shape, last: bool) -> Shape:
    """The inverse of `channels_first`."""
    return (shape[0], *shape[2:], shape[1]) if last else shape


def check_images(op: str, data: Array, ndim: int, last: bool = False) -> Shape:
    """The shape of a batch of images of *ndim* axes, channels first.

    Raises
    ------
    MXNetError
        If the array has another number of axes.
    """
    if len(data._shape) != ndim + 2:
        axes = ["batch", "channels", *("depth", "height", "width")[-ndim:]]
        if last:
            axes.append(axes.pop(1))
        raise MXNetError(
            f"Operator {op}: Input data should be {ndim + 2}D for a kernel of {ndim} numbers, "
            f"({', '.join(axes)}), got shape {show(data._shape)}"
        )
    return channels_first(data._shape, last)


def check_planes(op: str, name: str, data: Array) -> Shape:
    """The shape of a batch of images of two axes with channels first, of floating point.

    Raises
    ------
    MXNetError
        If the array has not four axes, or no floating-point dtype.
    """
    if len(data._shape) != 4:
        raise MXNetError(
            f"Operator {op}: argument {name} has shape {show(data._shape)}, expected (batch, "
            "channels, height, width)"
        )
    if not is_floating(data._data.dtype):
        raise MXNetError(
            f"Operator {op}: argument {name} has dtype {data._data.dtype}, only floating point is "
            "supported"
        )
    return data._shape


def spread(kernel: Shape, dilate: Shape) -> Shape:
    """Lengths that windows cover."""
    return tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilate, strict=True))


def places_of(op: str, image: Shape, covered: Shape, stride: Shape, pad: Shape) -> Shape:
    """How many places windows that cover so much have in a padded image.

    Raises
    ------
    MXNetError
        If there are none along an axis.
    """
    axes = zip(image, covered, stride, pad, strict=True)
    places = tuple((n + 2 * p - c) // s + 1 for n, c, s, p in axes)
    if min(places) < 1:
        raise MXNetError(
            f"Operator {op}: kernel exceeds the input: it covers {show(covered)} of images of "
            f"{show(image)} with pad {show(pad)}"
        )
    return places


def divided(op: str, what: str, number: int, groups: int) -> int:
    """How many of *number* channels each of *groups* has.

    Raises
    ------
    MXNetError
        If they cannot be divided so.
    """
    if number % groups:
        raise MXNetError(f"Operator {op}: num_group={groups} must divide {what}, {number}")
    return number // groups
