"""What operators on images share: checks, and colours in floating point and in a dtype."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...base import MXNetError
from ...tape import Array
from ..axes import number
from ..table import F

IMAGE = (2, 3, 3)
"""The shape of images in samples."""


def leading_axes(
    op: str, data: Array, batch: bool = True, layout: str = "height, width, channels"
) -> int:
    """How many axes there are in front of an image's."""
    ndim = len(data._shape)
    if ndim not in ((3, 4) if batch else (3,)):
        more = f" or (batch, {layout})" if batch else ""
        raise MXNetError(f"{op}: data must have shape ({layout}){more}, got {list(data._shape)}")
    return ndim - 3


def channels(op: str, data: Array, axis: int, counts: Sequence[int] = (1, 3)) -> int:
    count = data._shape[axis]
    if count not in counts:
        raise MXNetError(
            f"{op}: data must have 1 or 3 channels on axis {axis % len(data._shape)}, "
            f"got shape {list(data._shape)}"
        )
    return count


def real(data: Array) -> Array:
    """The image in the dtype that colours are computed in."""
    return data if data.dtype in (np.float32, np.float64) else F.cast(data, dtype="float32")


def stored(x: Array, like: Array) -> Array:
    """Colours in the dtype of the image *like*."""
    if x.dtype == like.dtype:
        return x
    if like.dtype == np.uint8:
        x = F.clip(x, a_min=0.0, a_max=255.0)
    return F.cast(x, dtype=like.dtype)


def as_floats(op: str, arg: str, values: object, counts: Sequence[int]) -> tuple[float, ...]:
    given = tuple(values) if isinstance(values, (tuple, list)) else (values,)
    if len(given) not in counts:
        expected = " or ".join(map(str, counts))
        raise MXNetError(f"{op}: {arg} must be {expected} numbers, got {values!r}")
    return tuple(float(number(op, arg, x)) for x in given)
