"""Pooling of regions whose parts are moved by offsets.

Dai et al. 2017, "Deformable Convolutional Networks".
"""

from __future__ import annotations

import numpy as np

from ...base import MXNetError
from ...tape import Array
from ..axes import flag, number, positive
from ..composite import composite
from ..products import show
from ..table import F, Sample
from ..windows import check_planes

_ROIS = np.array([[0.0, 0.0, 1.0, 2.0, 2.0]])
_FORM = {"spatial_scale": 1.0, "output_dim": 1, "group_size": 2, "pooled_size": 2}


@composite(
    "_contrib_DeformablePSROIPooling",
    takes=lambda params: () if flag("symbol", "no_trans", params["no_trans"]) else ("trans",),
    samples=(
        Sample(
            ((1, 4, 4, 3), _ROIS, np.linspace(-0.8, 0.9, 8).reshape(1, 2, 2, 2)),
            {**_FORM, "part_size": 2, "sample_per_part": 2, "trans_std": 0.1},
        ),
        Sample(((1, 4, 4, 3), _ROIS), {**_FORM, "no_trans": True}),
    ),
)
def _deformable_pooling(
    data: Array,
    rois: Array,
    trans: Array | None = None,
    *,
    spatial_scale: float,
    output_dim: int,
    group_size: int,
    pooled_size: int,
    part_size: int = 0,
    sample_per_part: int = 1,
    trans_std: float = 0.0,
    no_trans: bool = False,
) -> Array:
    """Means over samples in the parts of boxes, where each part has channels and an offset.

    Samples that are more than half an element outside of the image do not count.

    Parameters
    ----------
    data : NDArray
        Of shape (batch, output_dim * group_size ** 2, height, width).
    rois : NDArray
        Boxes (image, left, top, right, bottom), of shape (boxes, 5); they have no gradient.
    trans : NDArray, optional
        Offsets across and down for each class of channels and each part, of shape (boxes,
        2 * classes, part_size, part_size), in *trans_std* of the box's size.
    spatial_scale : float
        What to multiply the positions of boxes by.
    output_dim : int
        Channels of the result.
    group_size : int
        How many groups of channels there are for the parts down and across.
    pooled_size : int
        How many parts a box has down and across.
    part_size : int
        How many offsets it has down and across; by default one for each part.
    sample_per_part : int
        How many samples a part has down and across.
    trans_std : float
    no_trans : bool
        Whether there are no offsets.

    Raises
    ------
    MXNetError
        If a shape or a parameter does not fit.
    """
    op = "DeformablePSROIPooling"
    counts = {
        "output_dim": output_dim,
        "group_size": group_size,
        "pooled_size": pooled_size,
        "part_size": part_size or pooled_size,
        "sample_per_part": sample_per_part,
    }
    made, groups, count, parts, samples = (positive(op, *fact) for fact in counts.items())
    scale, std = number(op, "spatial_scale", spatial_scale), number(op, "trans_std", trans_std)
    images, channels, height, width = check_planes(op, "data", data)
    if channels != made * groups**2:
        raise MXNetError(
            f"Operator {op}: argument data has {channels} channels, expected output_dim * "
            f"group_size ** 2 = {made * groups**2}"
        )
    if len(rois.shape) != 2 or rois.shape[1] != 5:
        raise MXNetError(
            f"Operator {op}: argument rois has shape {show(rois.shape)}, expected (boxes, 5)"
        )
    moved = not flag(op, "no_trans", no_trans)
    if moved and trans is None:
        raise MXNetError(f"Operator {op}: argument trans is missing and no_trans is False")
    offsets = trans if moved else None
    boxes, classes = rois.shape[0], 1
    if offsets is not None:
        classes = offsets.shape[1] // 2 if len(offsets.shape) == 4 else 0
        expected = (boxes, 2 * classes, parts, parts)
        if offsets.shape != expected or not classes or made % classes:
            raise MXNetError(
                f"Operator {op}: argument trans has shape {show(offsets.shape)}, expected "
                f"({boxes}, 2 * classes, {parts}, {parts}) where classes divides {made}"
            )
    columns = [F.slice_axis(F.BlockGrad(rois), axis=1, begin=i, end=i + 1) for i in range(5)]
    image, left, top, right, bottom = (F._reshaped(x, shape=(boxes, *[1] * 5)) for x in columns)
    form = (boxes, classes, count, count, samples, samples)
    rows = boxes * classes * count**2
    inside: Array | None = None
    positions = []
    for axis, (start, end, n) in enumerate(((top, bottom, height), (left, right, width))):
        first = F.round(start) * scale - 0.5
        size = F.broadcast_maximum((F.round(end) + 1.0) * scale - 0.5 - first, 0.1)
        steps = [0.0] * 6
        steps[2 + axis], steps[4 + axis] = 1.0, 1 / samples
        grid = F._grid(data, shape=(1, 1, *form[2:]), steps=steps)
        at = F.broadcast_add(F.broadcast_mul(grid, size * (1 / count)), first)
        if offsets is not None:
            own = _offsets_of_parts(offsets, classes, 1 - axis, parts, count)
            at = F.broadcast_add(at, F.broadcast_mul(own, size * std))
        here = F.broadcast_mul(
            F.broadcast_greater_equal(at, -0.5), F.broadcast_lesser_equal(at, n - 0.5)
        )
        inside = here if inside is None else F.broadcast_mul(inside, here)
        held = F.clip(at, a_min=0.0, a_max=n - 1.0)
        positions.append(F._reshaped(F._expand(held, shape=form), shape=(rows, samples**2)))
    # Channels of a class and of a group are images of their own.
    each = made // classes
    split = F._reshaped(data, shape=(images, classes, each, groups, groups, height, width))
    planes = F.transpose(split, axes=(0, 1, 3, 4, 2, 5, 6))
    planes = F._reshaped(planes, shape=(images * classes * groups**2, each, height, width))
    group = [min(k * groups // count, groups - 1) for k in range(count)]
    places = [(c * groups + a) * groups + b for c in range(classes) for a in group for b in group]
    channel = F._values(
        data, values=places, shape=(1, classes, count, count, 1, 1), dtype="float64"
    )
    first = F.Cast(image, dtype="float64") * float(classes * groups**2)
    which = F._reshaped(F.broadcast_add(first, channel), shape=(rows,))
    found = F._samples(planes, which, *positions)
    assert inside is not None
    counted = F._reshaped(F._expand(inside, shape=form), shape=(rows, 1, samples**2))
    total = F.sum(F.broadcast_mul(found, counted), axis=2)
    share = F.broadcast_div(total, F.broadcast_maximum(F.sum(counted, axis=2), 1.0))
    share = F._reshaped(share, shape=(boxes, classes, count, count, each))
    y = F.transpose(share, axes=(0, 1, 4, 2, 3))
    return F._reshaped(y, shape=(boxes, made, count, count))


def _offsets_of_parts(trans: Array, classes: int, axis: int, parts: int, count: int) -> Array:
    """Offsets (boxes, classes, count, count, 1, 1) along an axis, 0 across, of *count* parts."""
    boxes = trans.shape[0]
    own = F._reshaped(trans, shape=(boxes, classes, 2, parts, parts))
    own = F.slice_axis(own, axis=2, begin=axis, end=axis + 1)
    index = [k * parts // count for k in range(count)]
    chosen = F._values(trans, values=index, shape=(count,), dtype="int32")
    for along in (3, 4):
        own = F.take(own, chosen, axis=along)
    return F._reshaped(own, shape=(boxes, classes, count, count, 1, 1))
