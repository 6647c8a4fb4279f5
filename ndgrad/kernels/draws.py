"""Random numbers: the distributions, drawn from the process's stream into buffers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, wraps
from typing import TypeAlias

import numpy as np

from .. import tracing
from ..base import DType, HostArray, Shape, is_floating
from ..memory.device import Buffer, host, in_use
from ..memory.noting import noted
from ..memory.storage import empty
from .annotations import Function
from .build.launch import Chunked, grain
from .cpu import dropout as masking
from .cpu import random
from .cpu.launch import launch
from .cpu.philox import TILE, WORDS, draw
from .cpu.philox import drawing_from as drawing_from
from .cpu.philox import position as position
from .front import cast, elementwise, entry
from .spec.formula import Loop, compute_type

_UINT8 = np.dtype("uint8")
_FLOAT32, _FLOAT64 = np.dtype("float32"), np.dtype("float64")


def drawing(function: Function) -> Function:
    """A function that draws from the process's stream, each time it runs."""

    @wraps(function)
    def call(*args: object) -> object:
        if tracing.active and (recorder := tracing.recorder()) is not None:
            return recorder.draw(function, args)
        return function(*args)

    return call


def _computed(dtype: DType) -> DType:
    return _FLOAT64 if dtype == _FLOAT64 else _FLOAT32


def _stored(y: Buffer, dtype: DType) -> Buffer:
    return y if y.dtype == dtype else cast(y, dtype)


_MOST = 512
"""Programs of one distribution."""


def _repeated(function: Function) -> Function:
    """A function of hashable arguments that runs by a program for these from the second time on."""
    runs: dict[object, Callable[[], Buffer] | None] = {}

    @wraps(function)
    def call(*args: object) -> object:
        if tracing.active or in_use:
            return function(*args)
        run = runs.get(args)
        if run is not None:
            return run()
        if args not in runs:
            y = function(*args)
            if len(runs) >= _MOST:
                runs.clear()
            runs[args] = None
            return y
        with noted() as program:
            y = function(*args)
        replace = partial(runs.__setitem__, args)
        run = runs[args] = program.function((), program.typed(y), replace)
        return run()

    return call


def _by_tiles(
    kernel: Chunked, n: int, dtype: DType, cost: int, *numbers: np.generic | int
) -> Buffer:
    """*n* elements by a *kernel* that fills tiles, given *numbers*."""
    y, count = empty(n, dtype), -(-n // (WORDS // 2 if dtype == _FLOAT64 else WORDS))
    launch(kernel, *draw(count * TILE), *numbers, y, count, grain(WORDS, cost))
    return y


_UNIFORM = {_FLOAT32: random.uniform_f32, _FLOAT64: random.uniform_f64}
_NORMAL = {_FLOAT32: random.normal_f32, _FLOAT64: random.normal_f64}


_Real: TypeAlias = np.float32 | np.float64


def _uniform_numbers(dtype: DType, low: float, high: float) -> tuple[_Real, ...]:
    """The lowest number, the width, and the greatest number, which rounding up must not pass."""
    real = _computed(dtype).type
    below = np.nextafter(dtype.type(high), dtype.type(low))
    return real(low), real(high - low), real(below if low < high else high)


@drawing
@_repeated
def uniform(n: int, dtype: DType, low: float, high: float) -> Buffer:
    """*n* numbers in [low, high), of 24 random bits, or 53 for float64."""
    compute = _computed(dtype)
    y = _by_tiles(_UNIFORM[compute], n, compute, 4, *_uniform_numbers(dtype, low, high))
    return _stored(y, dtype)


@drawing
@_repeated
def normal(n: int, dtype: DType, loc: float, scale: float) -> Buffer:
    """*n* normally distributed numbers."""
    compute = _computed(dtype)
    y = _by_tiles(_NORMAL[compute], n, compute, 8, compute.type(loc), compute.type(scale))
    return _stored(y, dtype)


_MINUS_LOG = Loop("minus_log", ("u", "scale"), (("y", "-scale * log(1 - u)"),))


@drawing
@_repeated
def exponential(n: int, dtype: DType, scale: float) -> Buffer:
    """*n* exponentially distributed numbers with mean *scale*."""
    compute = _computed(dtype)
    y = uniform(n, compute, 0.0, 1.0)
    if n:
        elementwise(_MINUS_LOG, (y, float(scale)), (y.shape, None), (y,), compute.name)
    return _stored(y, dtype)


@drawing
def gamma(n: int, dtype: DType, alpha: Buffer) -> Buffer:
    """*n* gamma distributed numbers of scale 1, as many for each of *alpha*."""
    y = empty(n, _computed(dtype))
    launch(random.gammas, *draw(n), alpha, max(1, n // max(1, alpha.size)), y, n, grain(1, 60))
    return _stored(y, dtype)


@drawing
def poisson(n: int, dtype: DType, lam: Buffer) -> Buffer:
    """*n* Poisson distributed numbers, as many for each of *lam*."""
    y = empty(n, _computed(dtype))
    launch(random.poissons, *draw(n), lam, max(1, n // max(1, lam.size)), y, n, grain(1, 60))
    return _stored(y, dtype)


@drawing
@_repeated
def randint(n: int, dtype: DType, low: int, high: int) -> Buffer:
    """*n* whole numbers in [low, high), every one as likely."""
    last = np.uint64(high - low - 1)
    if high - low < 2**32:
        return _by_tiles(random.randints_small, n, dtype, 4, low, last)
    y = empty(n, dtype)
    launch(random.randints_large, *draw(n), low, last, y, n, grain(1, 30))
    return y


@drawing
def distinct_zipfian(rows: int, count: int, classes: int) -> Buffer:
    """For each row *count* different classes, about as Zipf's law says, then how many were drawn.

    Class k has the probability log((k + 2) / (k + 1)) / log(classes + 1).
    """
    y = np.empty((rows, count + 1), np.int64)
    for row in y:
        found: dict[int, None] = {}
        tries = 0
        while len(found) < count:
            drawn = host(uniform(max(64, 2 * count), _FLOAT64, 0.0, math.log(classes + 1)))
            for value in np.expm1(drawn).astype(np.int64).clip(0, classes - 1).tolist():
                if len(found) < count:
                    tries += 1
                    found[value] = None
        row[:count], row[count] = list(found), tries
    return y.reshape(-1)


@drawing
def masks(n: int, p: float) -> Buffer:
    """*n* zeros and ones, a share *p* of them 0."""
    mask = empty(n, _UINT8)
    if p == 1.0:  # which the threshold, a word, cannot say
        mask.fill(0)
    else:
        masking.fill(mask, p)
    return mask


def dropout(
    apply: Loop, x: Buffer, shape: Shape, shared: Shape, p: float, scale: float
) -> tuple[Buffer, Buffer]:
    """*apply* of a mask, *x* of *shape* and *scale*; and the mask, a share *p* of it zeros.

    The mask has the shape *shared*.  All is one pass where no axis shares the mask, unless it is
    traced.
    """
    y = empty(x.size, x.dtype)
    compute = compute_type(x.dtype, mathematical=False)
    if shared == shape and is_floating(x.dtype) and p < 1.0 and tracing.recorder() is None:
        mask = empty(x.size, _UINT8)
        masking.fill_and_apply(apply, mask, p, x, scale, y, compute)
        return y, mask
    mask = masks(math.prod(shared), p)
    number = scale if is_floating(x.dtype) else int(scale)
    elementwise(apply, (mask, x, number), (shared, shape, None), (y,), compute)
    return y, mask


def _permutation(n: int) -> HostArray:
    """The numbers below *n* in random order, on the host."""
    order = np.empty(n, np.int64)
    random.permutation(*draw(n), order)
    return order


def _choices(p: Buffer, rows: int, kinds: int, per: int, dtype: DType) -> Buffer:
    """*per* indices for each row of probabilities, one for each of *kinds*."""
    y = empty(rows * per, dtype)
    launch(random.choices, *draw(rows * per), p, kinds, per, y, rows, grain(kinds + 40 * per))
    return y


permutation = entry("permutation", _permutation)
choices = entry("choices", _choices)
