"""Non-maximum suppression on a device: all overlaps at once as bits, then the choice by them."""

from __future__ import annotations

import numpy as np

from ...memory.device import DeviceArray
from ..cpu.boxes import overlaps, remove


def suppress(
    boxes: DeviceArray,
    ids: DeviceArray,
    kept: DeviceArray,
    n: int,
    threshold: float,
    strict: bool,
    extra: float,
    most: int,
) -> None:
    """`cpu.boxes.suppress`, with a thread for each box, then one for each batch."""
    words = -(-n // 64)
    masks = kept.device.empty(kept.size * words, np.dtype("uint64"))
    kind = boxes.dtype.type
    facts = kind(threshold), strict, kind(extra)
    overlaps(boxes, ids, kept, masks, n, words, *facts, kept.size, 1)
    remove(masks, kept, n, words, most, kept.size // max(n, 1), 1)
