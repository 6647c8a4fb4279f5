"""Arrays as HTML, for notebooks: what they are, and a few of their elements or a small picture."""

from __future__ import annotations

import base64
import math
from html import escape

import numpy as np

from .._pictures import encode
from ..base import DType, HostArray, printable
from ..memory.device import host
from ..ops.storage import Csr, RowSparse
from ..ops.table import F
from ..tape import Array, Leaf, Node, is_released

_MANY = 1000  # elements from which some are left out, as in NumPy's text
_EDGE = 3  # of a long axis, as many elements at each end are shown
_PIXELS = 128  # the longer side of a picture
_MIN_PIXELS = 8  # shorter sides are rather numbers


def html(x: Array) -> str:
    """Describe a dense array.

    Of a large one only the elements that are shown are read, and copied from its device.
    """
    content = _picture(x) or f"<pre>{escape(_text(x))}</pre>"
    return _card(x, x._data.dtype, "", content)


def sparse_html(x: Array, parts: Csr | RowSparse) -> str:
    """Describe a sparse array by what it stores."""
    contents = [
        f"<div>{name} <pre>{escape(_text(part))}</pre></div>"
        for name, part in parts._asdict().items()
        if isinstance(part, Array)
    ]
    stored = f"{parts.data._data.size:,} of {math.prod(x._shape):,} elements stored"
    return _card(x, parts.data._data.dtype, stored, "".join(contents))


def _card(x: Array, dtype: DType, storage: str, content: str) -> str:
    shape = " \u00d7 ".join(map(str, x._shape)) or "scalar"
    facts = [shape, dtype.name, str(x._ctx), storage, _origin(x)]
    head = " \u00b7 ".join(escape(fact) for fact in facts if fact)
    return f"<div><strong>{type(x).__name__}</strong> {head}{content}</div>"


def _origin(x: Array) -> str:
    """How the array stands in the graph."""
    made = x._node
    if made is None or is_released(made):
        return ""
    if isinstance(made, Leaf):
        return f"variable, grad_req='{made.req}'"
    node = made if isinstance(made, Node) else made.node
    return f"recorded, made by {node.op.name}"


def _text(x: Array) -> str:
    """NumPy's text of the elements, with as few of them as it shows."""
    if x._data.size <= _MANY:
        return str(printable(host(x._data).reshape(x._shape)))
    ends = printable(_ends(x, 2 * _EDGE + 1))
    return np.array2string(ends, threshold=0, edgeitems=_EDGE)


def _ends(x: Array, length: int) -> HostArray:
    """The first and last elements of every axis, *length* of them where the axis is longer."""
    on_host = isinstance(x._data, np.ndarray)
    small: HostArray | Array = host(x._data).reshape(x._shape) if on_host else x
    for axis, n in sorted(enumerate(x._shape), key=lambda pair: -pair[1]):
        if n <= length:
            break
        before, after = length - _EDGE, n - _EDGE
        if isinstance(small, np.ndarray):
            small = small.take([*range(before), *range(after, n)], axis=axis)
        else:
            ends = ((0, before), (after, n))
            cuts = [F.slice_axis(small, axis=axis, begin=i, end=j) for i, j in ends]
            small = F.concat(*cuts, dim=axis)
    return small if isinstance(small, np.ndarray) else host(small._data).reshape(small._shape)


def _picture(x: Array) -> str | None:
    """An image of bytes as a picture, if it looks like one and can be encoded."""
    shape = x._shape
    if x._data.dtype != np.uint8 or min(shape[:2], default=0) < _MIN_PIXELS:
        return None
    if not (len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))):
        return None
    longer = max(shape[:2])
    step = -(-longer // _PIXELS)
    small = x if step == 1 else F.slice(x, begin=(0, 0), end=shape[:2], step=(step, step))
    try:
        content = encode(host(small._data).reshape(small._shape), ".png", 3)
    except ImportError:
        return None
    height, width = (side * max(1, _PIXELS // longer) for side in small._shape[:2])
    source = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    style = "display: block; image-rendering: pixelated"
    return f'<img src="{source}" width="{width}" height="{height}" style="{style}">'
