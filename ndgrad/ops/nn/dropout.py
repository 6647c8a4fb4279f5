"""Dropout: random zeros in training, the same ones backward.

The mask is kept as one byte an element rather than drawn again: to write and to read it moves 2
bytes beside the 16 that forward and backward move for float32, while Philox takes longer than
those 16 do.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import tracing
from ...base import MXNetError
from ...kernels.build.launch import chunked, grain
from ...kernels.cpu import elementwise as cpu_elementwise
from ...kernels.cpu.philox import TILE, WORDS, draw, drawing, tile
from ...kernels.spec.formula import Loop
from ...memory.storage import empty
from ..axes import choice, integers, number
from ..declare import elementwise, operator
from ..math.casting import copied
from ..table import F, Sample

_UINT8 = np.dtype("uint8")
_FLOAT16 = np.dtype("float16")
_APPLY = Loop("dropout", ("mask", "x", "scale"), (("y", "where(mask != 0, x * scale, 0)"),))


@chunked
def _masks(k0: Any, k1: Any, first: Any, threshold: Any, mask: Any, lo: int, hi: int) -> None:
    """Tiles of zeros and ones; it is 1 where a random word is not below the threshold."""
    words = np.empty(WORDS, np.uint32)
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        out = mask[t * WORDS : (t + 1) * WORDS]
        for j in range(out.size):
            out[j] = np.uint8(1) if words[j] >= threshold else np.uint8(0)


@chunked
def _drop(
    k0: Any, k1: Any, first: Any, threshold: Any, x: Any, scale: Any, mask: Any, y: Any,
    lo: int, hi: int,
) -> None:  # fmt: skip
    """The same, and the result in the one pass."""
    words = np.empty(WORDS, np.uint32)
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        start, stop = t * WORDS, (t + 1) * WORDS
        source, kept, out = x[start:stop], mask[start:stop], y[start:stop]
        zero = scale * np.int8(0)
        for j in range(out.size):
            keep = words[j] >= threshold
            kept[j] = np.uint8(1) if keep else np.uint8(0)
            out[j] = source[j] * scale if keep else zero


@drawing
def _mask(n: int, p: float) -> np.ndarray[Any, Any]:
    """*n* zeros and ones, a share *p* of them 0."""
    mask, tiles = empty(n, _UINT8), -(-n // WORDS)
    if p == 1.0:  # which the threshold, a word, cannot say
        mask.fill(0)
    else:
        key = draw(tiles * TILE)
        _masks(*key, _threshold(p), mask, tiles, grain(WORDS, 4))
    return mask


elementwise(
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


def _threshold(p: float) -> np.uint32:
    """Words from which on an element is kept, when *p* of them are to be dropped."""
    return np.uint32(min(round(p * 2**32), 2**32 - 1))


def _dropout_vjp(g: Any, _mask: Any, p: Any) -> Any:
    if _mask.shape == _NO_MASK:
        return g
    return F._dropped(_mask, g, scale=_scale(float(p)))


_NO_MASK = (0,)


def _shared_shape(shape: tuple[int, ...], axes: Any) -> tuple[int, ...]:
    """The mask's shape: 1 along the axes that share it."""
    chosen = integers("Dropout", "axes", () if axes is None else axes)
    lengths = list(shape)
    for axis in chosen:
        if not -len(shape) <= axis < len(shape):
            raise MXNetError(
                f"Operator Dropout: axes={chosen}, expected axes of an array of {len(shape)} axes"
            )
        lengths[axis] = 1
    return tuple(lengths)


@operator(
    "Dropout",
    vjp=_dropout_vjp,
    outputs="y _mask",
    stochastic=True,
    samples=(Sample(((3, 4),), {"p": 0.5}),),
)
def _dropout(
    data: Any,
    *,
    p: float = 0.5,
    mode: str = "training",
    axes: Any = (),
    cudnn_off: Any = False,
    _training: bool = False,
) -> Any:
    """Set elements to 0 at random and multiply the others by 1 / (1 - p), in training mode.

    Parameters
    ----------
    data : NDArray
    p : float
        The probability of 0, from 0 to 1; with 1 everything is 0.
    mode : {'training', 'always'}
        When to do it; otherwise the result is a copy of the input.
    axes : tuple of int
        Axes along which all elements share their fate.
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
        return [(copied(data, x.dtype), shape), (np.empty(0, _UINT8), _NO_MASK)]
    y, scale = empty(x.size, x.dtype), _scale(p)
    whole = shared == shape and x.dtype.kind == "f" and x.dtype != _FLOAT16 and p < 1.0
    if whole and tracing.recorder() is None:
        mask, tiles = empty(x.size, _UINT8), -(-x.size // WORDS)
        key = draw(tiles * TILE)
        _drop(*key, _threshold(p), x, x.dtype.type(scale), mask, y, tiles, grain(WORDS, 4))
    else:
        mask = _mask(math.prod(shared), p)
        compute = "float32" if x.dtype == _FLOAT16 else x.dtype.name
        real = scale if x.dtype.kind == "f" else int(scale)
        cpu_elementwise.run(_APPLY, (mask, x, real), (shared, shape, None), (y,), compute)
    return [(y, shape), (mask, shared)]
