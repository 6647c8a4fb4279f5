"""Dropout: random zeros in training, the same ones backward.

The mask is kept as one byte an element rather than drawn again: to write and to read it moves 2
bytes beside the 16 that forward and backward move for float32, while Philox takes longer than
those 16 do.
"""

from __future__ import annotations

import numpy as np

from ...base import MXNetError, Shape
from ...kernels import draws, front
from ...memory.storage import empty
from ...tape import Array
from .. import inference
from ..axes import Axis, axis_of, choice, integers, number
from ..declare import elementwise, operator
from ..table import F, Gradient, Result, Sample

_UINT8 = np.dtype("uint8")


_DROPPED = elementwise(
    "_dropped",
    "mask x",
    "where(mask != 0, x * scale, 0)",
    {"x": "where(mask != 0, g * scale, 0)"},
    params={"scale": 1.0},
    free=frozenset({"mask"}),
    samples=(Sample(([[1, 0], [0, 1]], (2, 2)), {"scale": 2.0}),),
    doc="x * scale where the mask is not 0, else 0.",
)


def _scale(p: float) -> float:
    return 1.0 / (1.0 - p) if p < 1.0 else 0.0


def _dropout_vjp(g: Array, _mask: Array, p: float) -> Gradient:
    if _mask.shape == _NO_MASK:
        return g
    return F._dropped(_mask, g, scale=_scale(float(p)))


_NO_MASK = (0,)


def _shared_shape(shape: Shape, axes: Axis) -> Shape:
    """The mask's shape: 1 along the axes that share it."""
    chosen = integers("Dropout", "axes", () if axes is None else axes)
    lengths = list(shape)
    for axis in chosen:
        lengths[axis_of("Dropout", axis, len(shape), "axes")] = 1
    return tuple(lengths)


@operator(
    "Dropout",
    infer=inference.alike,
    traceable=True,
    vjp=_dropout_vjp,
    outputs="y _mask",
    stochastic=True,
    samples=(Sample(((3, 4),), {"p": 0.5}),),
)
def _dropout(
    data: Array,
    *,
    p: float = 0.5,
    mode: str = "training",
    axes: Axis = (),
    cudnn_off: bool = False,
    _training: bool = False,
) -> list[Result]:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode.

    Parameters
    ----------
    data : NDArray
    p : float
        The probability of 0, from 0 to 1; with 1 everything is 0.
    mode : {'training', 'always'}
        When to do it; otherwise the result is a copy of the input.
    axes : tuple of int
        Axes along which all elements share one draw.
    cudnn_off : bool
        No effect.

    Raises
    ------
    MXNetError
        For *p* outside [0, 1], an unknown *mode*, or *axes* that the array does not have.

    References
    ----------
    Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
    """
    p = float(number("Dropout", "p", p))
    if not 0.0 <= p <= 1.0:
        raise MXNetError(f"Operator Dropout: value {p:g} for Parameter p exceed bound [0,1]")
    choice("Dropout", "mode", mode, ("always", "training"))
    x, shape = data._data, data._shape
    shared = _shared_shape(shape, axes)
    if p == 0.0 or x.size == 0 or (mode == "training" and not _training):
        return [(front.cast(x, x.dtype), shape), (empty(0, _UINT8), _NO_MASK)]
    y, mask = draws.dropout(_DROPPED.forward_loop, x, shape, shared, p, _scale(p))
    return [(y, shape), (mask, shared)]
