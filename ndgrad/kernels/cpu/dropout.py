"""Masks of random zeros, and what they leave of an array in the same pass."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...base import DType
from ...memory.device import Buffer
from ..build import binaries
from ..build.half import as_bits
from ..build.launch import Chunked, grain
from ..spec.formula import Loop
from ..spec.text import each, expression, indented, loaded, module, stored
from .launch import launch
from .philox import TILE, WORDS, draw


def source(apply: Loop | None, dtype: DType, compute: str) -> str:
    """Readable module text of a kernel that draws a mask, and applies it.

    Parameters
    ----------
    apply : Loop, optional
        A formula over ``mask``, ``x`` and the number ``scale``.
    dtype : numpy.dtype
        Of x and of the formula's result.
    compute : str
        The type of the formula's arithmetic.

    Returns
    -------
    str
        Defines ``loop(k0, k1, first, threshold, mask, [x, scale, y,] lo, hi)`` over tiles of random
        words: an element is 1 in the mask where its word is not below the threshold, else 0.
    """
    arrays, parameters = ["mask"], ["mask_all"]
    body = ["kept = words[i] >= threshold", "mask[i] = uint8(kept)"]
    title = "Masks of zeros and ones"
    if apply is not None:
        ((_, formula),) = apply.results
        loads = {"mask": "kept", "x": loaded("x[i]", dtype, compute), "scale": "scale"}
        arrays += ["x", "y"]
        parameters += ["x_all", "scale", "y_all"]
        body.append(f"y[i] = {stored(expression(formula, compute, loads), dtype, compute)}")
        title += f", and {formula} of {dtype.name}"
    lines = [
        "@chunked",
        f"def loop(k0, k1, first, threshold, {', '.join(parameters)}, lo, hi):",
        f"    words = empty({WORDS}, uint32)",
        "    for t in range(lo, hi):",
        *[f"        {n} = {n}_all[t * {WORDS} : (t + 1) * {WORDS}]" for n in arrays],
        f"        tile(k0, k1, first + uint64(t * {TILE}), words, mask.size)",
        *indented(each("mask.size", body), 2),
    ]
    return module(f"{title}.", lines)


@cache
def _kernel(apply: Loop | None, dtype: DType, compute: str) -> Chunked:
    name = "masks" if apply is None else f"{apply.name}_{dtype.name}"
    loop: Chunked = binaries.load(name, source(apply, dtype, compute)).loop
    return loop


def _threshold(p: float) -> np.uint32:
    """Words from which on an element is kept, when *p* of them are to be dropped."""
    return np.uint32(min(round(p * 2**32), 2**32 - 1))


_UINT8 = np.dtype("uint8")


def fill(mask: Buffer, p: float) -> None:
    """Draw zeros and ones into *mask*, a share *p*, below 1, of zeros."""
    tiles = -(-mask.size // WORDS)
    loop = _kernel(None, _UINT8, "uint8")
    launch(loop, *draw(tiles * TILE), _threshold(p), mask, tiles, grain(WORDS, 4))


def fill_and_apply(
    apply: Loop, mask: Buffer, p: float, x: Buffer, scale: float, y: Buffer, compute: str
) -> None:
    """The same, and *y* by the formula *apply* over the mask, *x* and *scale*."""
    tiles = -(-mask.size // WORDS)
    loop, number = _kernel(apply, x.dtype, compute), np.dtype(compute).type(scale)
    key = draw(tiles * TILE)
    given = mask, as_bits(x), number, as_bits(y)
    launch(loop, *key, _threshold(p), *given, tiles, grain(WORDS, 4))
