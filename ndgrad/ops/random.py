"""Random numbers: the distributions that are made from Philox's words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..base import MXNetError
from ..kernels.build.launch import chunked, grain, kernel
from ..kernels.cpu import elementwise, indexed
from ..kernels.cpu.philox import LOW32, REJECTED, SHIFT, TILE, WORDS, draw, drawing, philox, tile
from ..kernels.scalar import log_f32, log_f64
from ..kernels.spec.formula import Loop
from ..memory.storage import empty
from .axes import index_dtype
from .declare import operator
from .math.casting import copied
from .table import NONE, ZERO, F, Sample

_FLOAT16, _FLOAT32, _FLOAT64 = (np.dtype(name) for name in ("float16", "float32", "float64"))
_INT64 = np.dtype("int64")

_ZERO, _ONE = np.uint64(0), np.uint64(1)

# --- uniform and normal numbers, tile by tile -----------------------------------------------------


@chunked
def _uniform_f32(
    k0: Any, k1: Any, first: Any, low: Any, span: Any, below: Any, y: Any, lo: int, hi: int
) -> None:
    words = np.empty(WORDS, np.uint32)
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        out = y[t * WORDS : (t + 1) * WORDS]
        for j in range(out.size):
            u = np.float32(np.int32(words[j] >> np.uint32(8))) * np.float32(2.0**-24)
            out[j] = min(low + u * span, below)


@chunked
def _uniform_f64(
    k0: Any, k1: Any, first: Any, low: Any, span: Any, below: Any, y: Any, lo: int, hi: int
) -> None:
    words = np.empty(WORDS, np.uint32)
    upper, lower = words[: WORDS // 2], words[WORDS // 2 :]
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        out = y[t * (WORDS // 2) : (t + 1) * (WORDS // 2)]
        for j in range(out.size):
            u = np.float64(np.int32(upper[j] >> np.uint32(5))) * 2.0**-27
            u += np.float64(np.int32(lower[j] >> np.uint32(6))) * 2.0**-53
            out[j] = min(low + u * span, below)


# A word gives an angle: 30 bits within an eighth of a turn of the axis and 2 bits for which of the
# four axes, so that short Taylor series suffice.


@kernel
def _on_circle_f32(word: Any) -> Any:
    """Cosine and sine of a random angle."""
    x = np.float32(np.int32(word << np.uint32(2))) * np.float32(math.pi * 2.0**-33)
    z = x * x
    s = np.float32(1 / 362880)
    for factor in (-1 / 5040, 1 / 120, -1 / 6, 1.0):
        s = s * z + np.float32(factor)
    c = np.float32(1 / 40320)
    for factor in (-1 / 720, 1 / 24, -1 / 2, 1.0):
        c = c * z + np.float32(factor)
    s *= x
    swap = (word >> np.uint32(30)) & np.uint32(1) == np.uint32(0)
    sign = np.float32(1) - np.float32(np.int32(word >> np.uint32(31))) * np.float32(2)
    return sign * (c if swap else s), sign * (s if swap else c)


@kernel
def _on_circle_f64(word: Any, more: Any) -> Any:
    """Cosine and sine of a random angle of 54 bits."""
    x = np.float64(np.int32(word << np.uint32(2))) * 2.0**-31
    x = (x + np.float64(np.int32(more >> np.uint32(8))) * 2.0**-53) * (math.pi / 4)
    z = x * x
    s = 1 / 355687428096000
    for factor in (
        -1 / 1307674368000, 1 / 6227020800, -1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120,
        -1 / 6, 1.0,
    ):  # fmt: skip
        s = s * z + np.float64(factor)
    c = 1 / 20922789888000
    for factor in (
        -1 / 87178291200, 1 / 479001600, -1 / 3628800, 1 / 40320, -1 / 720, 1 / 24, -1 / 2, 1.0
    ):  # fmt: skip
        c = c * z + np.float64(factor)
    s *= x
    swap = (word >> np.uint32(30)) & np.uint32(1) == np.uint32(0)
    sign = 1.0 - np.float64(np.int32(word >> np.uint32(31))) * 2.0
    return sign * (c if swap else s), sign * (s if swap else c)


@chunked
def _normal_f32(
    k0: Any, k1: Any, first: Any, loc: Any, scale: Any, y: Any, lo: int, hi: int
) -> None:
    """By Box and Muller 1958; of a tile, the first half of words are radii, the second angles."""
    half = WORDS // 2
    words = np.empty(WORDS, np.uint32)
    buffer = np.empty(WORDS, np.float32)
    radii, angles = words[:half], words[half:]
    cosines, sines = buffer[:half], buffer[half:]
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        for j in range(half):
            # 31 bits: the tail goes to 6.6 standard deviations.
            u = np.float32(np.int32(radii[j] >> np.uint32(1))) + np.float32(0.5)
            r = scale * np.sqrt(np.float32(-2.0) * log_f32(u * np.float32(2.0**-31)))
            c, s = _on_circle_f32(angles[j])
            cosines[j], sines[j] = loc + r * c, loc + r * s
        out = y[t * WORDS : (t + 1) * WORDS]
        for j in range(out.size):
            out[j] = buffer[j]


@chunked
def _normal_f64(
    k0: Any, k1: Any, first: Any, loc: Any, scale: Any, y: Any, lo: int, hi: int
) -> None:
    words = np.empty(WORDS, np.uint32)
    buffer = np.empty(WORDS // 2, np.float64)
    a, b, c, d = words[:TILE], words[TILE : 2 * TILE], words[2 * TILE : 3 * TILE], words[3 * TILE :]
    cosines, sines = buffer[:TILE], buffer[TILE:]
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        for j in range(TILE):
            u = np.float64(np.int32(a[j] >> np.uint32(5))) * 2.0**-27
            u += (np.float64(np.int32(b[j] >> np.uint32(6))) + 0.5) * 2.0**-53
            r = scale * np.sqrt(-2.0 * log_f64(u))
            cosine, sine = _on_circle_f64(c[j], d[j])
            cosines[j], sines[j] = loc + r * cosine, loc + r * sine
        out = y[t * (WORDS // 2) : (t + 1) * (WORDS // 2)]
        for j in range(out.size):
            out[j] = buffer[j]


def _per_tile(dtype: np.dtype[Any]) -> int:
    return WORDS // 2 if dtype == _FLOAT64 else WORDS


def _tiles(n: int, dtype: np.dtype[Any]) -> int:
    return -(-n // _per_tile(dtype))


def _computed(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return _FLOAT64 if dtype == _FLOAT64 else _FLOAT32


def _stored(y: np.ndarray[Any, Any], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    return y if y.dtype == dtype else copied(_Flat(y), dtype)


class _Flat:
    """What `casting.copied` looks at."""

    def __init__(self, data: np.ndarray[Any, Any]) -> None:
        self._data = data


@drawing
def uniform(n: int, dtype: np.dtype[Any], low: float, high: float) -> np.ndarray[Any, Any]:
    """*n* numbers in [low, high), of 24 random bits, or 53 for float64."""
    compute = _computed(dtype)
    y, count = empty(n, compute), _tiles(n, compute)
    run, real = (_uniform_f64 if compute == _FLOAT64 else _uniform_f32), compute.type
    below = np.nextafter(dtype.type(high), dtype.type(low))  # which rounding up must not pass
    args = real(low), real(high - low), real(below if low < high else high)
    run(*draw(count * TILE), *args, y, count, grain(WORDS, 4))
    return _stored(y, dtype)


@drawing
def normal(n: int, dtype: np.dtype[Any], loc: float, scale: float) -> np.ndarray[Any, Any]:
    """*n* normally distributed numbers."""
    compute = _computed(dtype)
    y, count = empty(n, compute), _tiles(n, compute)
    run, real = (_normal_f64 if compute == _FLOAT64 else _normal_f32), compute.type
    run(*draw(count * TILE), real(loc), real(scale), y, count, grain(WORDS, 8))
    return _stored(y, dtype)


_MINUS_LOG = Loop("minus_log", ("u", "scale"), (("y", "-scale * log(1 - u)"),))


@drawing
def exponential(n: int, dtype: np.dtype[Any], scale: float) -> np.ndarray[Any, Any]:
    """*n* exponentially distributed numbers with mean *scale*."""
    compute = _computed(dtype)
    y = uniform(n, compute, 0.0, 1.0)
    if n:
        elementwise.run(_MINUS_LOG, (y, float(scale)), (y.shape, None), (y,), compute.name)
    return _stored(y, dtype)


# --- one element a block: distributions by rejection ----------------------------------------------


@kernel
def _two_uniforms(k0: Any, k1: Any, block: Any, attempt: Any, purpose: Any) -> Any:
    """Two numbers in (0, 1) of 53 bits."""
    w0, w1, w2, w3 = philox(k0, k1, block & LOW32, block >> SHIFT, attempt, purpose)
    u = np.float64(np.int64(w0 >> np.uint64(5))) * 2.0**-27
    v = np.float64(np.int64(w2 >> np.uint64(5))) * 2.0**-27
    u += (np.float64(np.int64(w1 >> np.uint64(6))) + 0.5) * 2.0**-53
    v += (np.float64(np.int64(w3 >> np.uint64(6))) + 0.5) * 2.0**-53
    return u, v


@kernel
def _gamma_one(k0: Any, k1: Any, block: Any, alpha: float) -> float:
    """Marsaglia and Tsang 2000, "A simple method for generating gamma variables"."""
    if not alpha > 0.0:
        return math.nan if alpha != 0.0 else 0.0
    boost = 1.0
    if alpha < 1.0:
        u, _ = _two_uniforms(k0, k1, block, _ZERO, np.uint64(5))
        boost = u ** (1.0 / alpha)
        alpha += 1.0
    d = alpha - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    attempt = _ZERO
    while True:
        u, v = _two_uniforms(k0, k1, block, attempt, np.uint64(3))
        z = math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
        u, _ = _two_uniforms(k0, k1, block, attempt, np.uint64(4))
        attempt += _ONE
        t = 1.0 + c * z
        if t > 0.0:
            t = t * t * t
            if math.log(u) < 0.5 * z * z + d - d * t + d * math.log(t):
                return d * t * boost


@kernel
def _poisson_one(k0: Any, k1: Any, block: Any, lam: float) -> float:
    """By inversion for small means, else Hörmann 1993 (PTRS, transformed rejection)."""
    if not lam >= 0.0:
        return math.nan
    if lam < 10.0:
        u, _ = _two_uniforms(k0, k1, block, _ZERO, np.uint64(6))
        p = math.exp(-lam)
        total, k = p, 0.0
        while u > total and k < 200.0:
            k += 1.0
            p *= lam / k
            total += p
        return k
    b = 0.931 + 2.53 * math.sqrt(lam)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    accept = 0.9277 - 3.6224 / (b - 2.0)
    attempt = _ZERO
    while True:
        u, v = _two_uniforms(k0, k1, block, attempt, np.uint64(6))
        attempt += _ONE
        u -= 0.5
        s = 0.5 - abs(u)
        k = math.floor((2.0 * a / s + b) * u + lam + 0.43)
        if s >= 0.07 and v <= accept:
            return k
        if k < 0.0 or (s < 0.013 and v > s):
            continue
        left = math.log(v * inverse_alpha / (a / (s * s) + b))
        if left <= k * math.log(lam) - lam - math.lgamma(k + 1.0):
            return k


@chunked
def _gammas(k0: Any, k1: Any, first: Any, alpha: Any, per: int, y: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        y[i] = _gamma_one(k0, k1, first + np.uint64(i), np.float64(alpha[i // per]))


@chunked
def _poissons(k0: Any, k1: Any, first: Any, lam: Any, per: int, y: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        y[i] = _poisson_one(k0, k1, first + np.uint64(i), np.float64(lam[i // per]))


@drawing
def gamma(n: int, dtype: np.dtype[Any], alpha: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """*n* gamma distributed numbers of scale 1, as many for each of *alpha*."""
    y = empty(n, _computed(dtype))
    _gammas(*draw(n), alpha, max(1, n // max(1, alpha.size)), y, n, grain(1, 60))
    return _stored(y, dtype)


@drawing
def poisson(n: int, dtype: np.dtype[Any], lam: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """*n* Poisson distributed numbers, as many for each of *lam*."""
    y = empty(n, _computed(dtype))
    _poissons(*draw(n), lam, max(1, n // max(1, lam.size)), y, n, grain(1, 60))
    return _stored(y, dtype)


# --- integers -------------------------------------------------------------------------------------


@kernel
def at_most(k0: Any, k1: Any, block: Any, last: Any, purpose: Any) -> Any:
    """A whole number in [0, last], every one as likely: by rejection under the last one's bits."""
    mask = last
    for shift in (1, 2, 4, 8, 16, 32):
        mask |= mask >> np.uint64(shift)
    attempt = _ZERO
    while True:
        w0, w1, w2, w3 = philox(k0, k1, block & LOW32, block >> SHIFT, attempt, purpose)
        attempt += _ONE
        one, two = (w0 | w1 << SHIFT) & mask, (w2 | w3 << SHIFT) & mask
        if one <= last:
            return one
        if two <= last:
            return two


@chunked
def _randints_small(
    k0: Any, k1: Any, first: Any, low: int, last: Any, y: Any, lo: int, hi: int
) -> None:
    """Limits below 2**32: Lemire 2019, "Fast random integer generation in an interval"."""
    words, limit = np.empty(WORDS, np.uint32), last + _ONE
    threshold = (LOW32 + _ONE - limit) % limit
    for t in range(lo, hi):
        tile(k0, k1, first + np.uint64(t * TILE), words)
        out = y[t * WORDS : (t + 1) * WORDS]
        for j in range(out.size):
            out[j] = low + np.int64((np.uint64(words[j]) * limit) >> SHIFT)
        # Few are rejected, so the loop above need not know of them.
        if threshold > _ZERO:
            for j in range(out.size):
                if (np.uint64(words[j]) * limit) & LOW32 < threshold:
                    block = first + np.uint64(t * TILE + j // 4)
                    purpose = np.uint64(8 + j % 4)
                    out[j] = low + np.int64(at_most(k0, k1, block, last, purpose))


@chunked
def _randints_large(
    k0: Any, k1: Any, first: Any, low: int, last: Any, y: Any, lo: int, hi: int
) -> None:
    for i in range(lo, hi):
        y[i] = low + np.int64(at_most(k0, k1, first + np.uint64(i), last, REJECTED))


@drawing
def randint(n: int, dtype: np.dtype[Any], low: int, high: int) -> np.ndarray[Any, Any]:
    """*n* whole numbers in [low, high), every one as likely."""
    y, last = empty(n, dtype), np.uint64(high - low - 1)
    if high - low < 2**32:
        count = -(-n // WORDS)
        _randints_small(*draw(count * TILE), low, last, y, count, grain(WORDS, 4))
    else:
        _randints_large(*draw(n), low, last, y, n, grain(1, 30))
    return y


# --- operators on arrays --------------------------------------------------------------------------


@kernel
def _permutation(k0: Any, k1: Any, first: Any, order: Any) -> None:
    """Fisher and Yates: the last one that is left changes places with any of those left."""
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        j = np.int64(at_most(k0, k1, first + np.uint64(i), np.uint64(i), REJECTED))
        order[i], order[j] = order[j], order[i]


@operator(
    "_shuffle",
    gradient=NONE,
    aliases=("shuffle",),
    stochastic=True,
    samples=(Sample(((3, 2),)),),
)
def _shuffle(data: Any) -> Any:
    """The array's slices along its first axis in random order.

    Raises
    ------
    MXNetError
        If it has no axis; when a gradient is asked for.
    """
    if not data._shape:
        raise MXNetError("Operator shuffle: expected an array of one axis or more, got shape []")
    x, rows = data._data, data._shape[0]
    width = x.size // max(1, rows)
    order = np.empty(rows, np.int64)
    if x.size:
        _permutation(*draw(rows), order)
    return indexed.take(x, order, 1, rows, width), data._shape


@chunked
def _choices(
    k0: Any, k1: Any, first: Any, p: Any, kinds: int, per: int, y: Any, lo: int, hi: int
) -> None:
    """Rows lo to hi - 1 of probabilities: the cumulated sum, then a search for each draw."""
    cumulated = np.empty(kinds, np.float64)
    for i in range(lo, hi):
        row = p[i * kinds : (i + 1) * kinds]
        total = 0.0
        for j in range(kinds):
            total += np.float64(row[j])
            cumulated[j] = total
        out = y[i * per : (i + 1) * per]
        for j in range(per):
            u, _ = _two_uniforms(k0, k1, first + np.uint64(i * per + j), _ZERO, REJECTED)
            u *= total
            low, high = 0, kinds - 1
            while low < high:
                middle = (low + high) // 2
                if cumulated[middle] > u:
                    high = middle
                else:
                    low = middle + 1
            out[j] = low


@operator(
    "_choice",
    gradient=ZERO,
    stochastic=True,
    samples=(Sample(([[0.0, 1.0], [1.0, 0.0]],), {"shape": (3,)}),),
)
def _choice(data: Any, *, shape: Any = (), dtype: Any = "int32") -> Any:
    """Indices drawn with the probabilities in the last axis, *shape* of them for each row."""
    own = data._shape
    if len(own) not in (1, 2) or own[-1] == 0:
        raise MXNetError(
            "Operator sample_multinomial: data must have one or two axes, the last one not empty; "
            f"got {list(own)}"
        )
    kind = index_dtype("sample_multinomial", dtype, own[-1])
    lengths = tuple(shape)
    per = math.prod(lengths)
    rows = own[0] if len(own) == 2 else 1
    result = (*own[:-1], *lengths) or (1,)
    compute = np.dtype("int64") if kind.kind == "f" else kind
    y = empty(rows * per, compute)
    p = (
        copied(data, _FLOAT64)
        if data._data.dtype.kind != "f" or data._data.dtype.itemsize == 2
        else (data._data)
    )
    _choices(*draw(rows * per), p, own[-1], per, y, rows, grain(own[-1] + 40 * per))
    return (y if compute == kind else _stored(y, kind)), result


@chunked
def _pick_logs(p: Any, index: Any, kinds: int, per: int, y: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        row = p[i * kinds : (i + 1) * kinds]
        for j in range(i * per, (i + 1) * per):
            y[j] = np.log(row[index[j]])


@chunked
def _add_picked(g: Any, index: Any, kinds: int, per: int, y: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        row = y[i * kinds : (i + 1) * kinds]
        row[:] = y.dtype.type(0)
        for j in range(i * per, (i + 1) * per):
            row[index[j]] += g[j]


# Numba has no halves; and what is copied may be of any type of the same size.
_INT_OF = {_FLOAT16: np.dtype("int16"), np.dtype("bool"): np.dtype("uint8")}


@chunked
def _picked(x: Any, index: Any, kinds: int, per: int, y: Any, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        row = x[i * kinds : (i + 1) * kinds]
        for j in range(i * per, (i + 1) * per):
            y[j] = row[index[j]]


def _split(own: tuple[int, ...], n: int) -> tuple[int, int, int]:
    rows = own[0] if len(own) == 2 else 1
    return rows, own[-1], n // max(1, rows)


def _logs_vjp(g: Any, data: Any, index: Any) -> Any:
    # d log p[i] = d p[i] / p[i]
    return F._at_choice(g, index, shape=data.shape) / data, None


@operator("_log_of_choice", vjp=_logs_vjp, domain=(0.1, 1.0), samples=(
    Sample(((2, 3), [[0, 2], [1, 1]])),
))  # fmt: skip
def _log_of_choice(data: Any, index: Any) -> Any:
    """log(data[row, index]) for the indices of each row."""
    p, y = data._data, empty(index._data.size, data._data.dtype)
    rows, kinds, per = _split(data._shape, y.size)
    work = y if y.dtype != _FLOAT16 else empty(y.size, _FLOAT32)
    p = p if p.dtype == work.dtype else copied(data, work.dtype)
    _pick_logs(p, copied(index, _INT64), kinds, per, work, rows, grain(per, 20))
    return _stored(work, y.dtype), index._shape


@operator(
    "_at_choice",
    vjp=lambda g, index, x_shape: (F._of_choice(g, index, shape=x_shape), None),
    samples=(Sample(((2, 2), [[0, 2], [1, 1]]), {"shape": (2, 3)}),),
)
def _at_choice(x: Any, index: Any, *, shape: Any) -> Any:
    """Zeros of *shape*, with the elements of x added at the indices of each row."""
    rows, kinds, per = _split(shape, x._data.size)
    work = _FLOAT32 if x._data.dtype == _FLOAT16 else x._data.dtype
    y = empty(rows * kinds, work)
    g = x._data if work == x._data.dtype else copied(x, work)
    _add_picked(g, copied(index, _INT64), kinds, per, y, rows, grain(kinds + per))
    return _stored(y, x._data.dtype), shape


@operator(
    "_of_choice",
    vjp=lambda g, index, x_shape: (F._at_choice(g, index, shape=x_shape), None),
    samples=(Sample(((2, 3), [[0, 2], [1, 1]]), {"shape": (2, 2)}),),
)
def _of_choice(x: Any, index: Any, *, shape: Any) -> Any:
    """The elements of x at the indices of each row."""
    rows, kinds, per = _split(x._shape, index._data.size)
    y = empty(index._data.size, x._data.dtype)
    own, bits = copied(index, _INT64), _INT_OF.get(y.dtype, y.dtype)
    _picked(x._data.view(bits), own, kinds, per, y.view(bits), rows, grain(per))
    return y, shape


@operator("_drawn", gradient=ZERO, is_view=True, samples=(Sample(((4, 2), (4,))),))
def _drawn(sample: Any, parameter: Any, other: Any = None) -> Any:
    """The sample, as a function of the parameters that it was drawn with: constant."""
    return sample._data, sample._shape
