"""Random numbers: kernels of the distributions that are made from Philox's words."""

from __future__ import annotations

import math

import numpy as np

from ..build.launch import chunked, kernel
from ..scalar import log_f32, log_f64
from .philox import LOW32, REJECTED, SHIFT, TILE, WORDS, philox, tile

_ZERO, _ONE = np.uint64(0), np.uint64(1)

# --- uniform and normal numbers, tile by tile -----------------------------------------------------


@chunked
def uniform_f32(k0, k1, first, low, span, below, y, lo: int, hi: int) -> None:
    words = np.empty(WORDS, np.uint32)
    for t in range(lo, hi):
        out = y[t * WORDS : (t + 1) * WORDS]
        tile(k0, k1, first + np.uint64(t * TILE), words, out.size)
        for j in range(out.size):
            u = np.float32(np.int32(words[j] >> np.uint32(8))) * np.float32(2.0**-24)
            out[j] = min(low + u * span, below)


@chunked
def uniform_f64(k0, k1, first, low, span, below, y, lo: int, hi: int) -> None:
    words = np.empty(WORDS, np.uint32)
    upper, lower = words[: WORDS // 2], words[WORDS // 2 :]
    for t in range(lo, hi):
        out = y[t * (WORDS // 2) : (t + 1) * (WORDS // 2)]
        tile(k0, k1, first + np.uint64(t * TILE), words, out.size)
        for j in range(out.size):
            u = np.float64(np.int32(upper[j] >> np.uint32(5))) * 2.0**-27
            u += np.float64(np.int32(lower[j] >> np.uint32(6))) * 2.0**-53
            out[j] = min(low + u * span, below)


# A word gives an angle: 30 bits within an eighth of a turn of the axis and 2 bits for which of the
# four axes, so that short Taylor series suffice.


@kernel
def _on_circle_f32(word):
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
def _on_circle_f64(word, more):
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
def normal_f32(k0, k1, first, loc, scale, y, lo: int, hi: int) -> None:
    """By Box and Muller 1958; of a tile, the first half of words are radii, the second angles."""
    half = WORDS // 2
    words = np.empty(WORDS, np.uint32)
    buffer = np.empty(WORDS, np.float32)
    radii, angles = words[:half], words[half:]
    cosines, sines = buffer[:half], buffer[half:]
    for t in range(lo, hi):
        out = y[t * WORDS : (t + 1) * WORDS]
        tile(k0, k1, first + np.uint64(t * TILE), words, out.size)
        for j in range(min(half, out.size)):
            # 31 bits: the tail goes to 6.6 standard deviations.
            u = np.float32(np.int32(radii[j] >> np.uint32(1))) + np.float32(0.5)
            r = scale * np.sqrt(np.float32(-2.0) * log_f32(u * np.float32(2.0**-31)))
            c, s = _on_circle_f32(angles[j])
            cosines[j], sines[j] = loc + r * c, loc + r * s
        for j in range(out.size):
            out[j] = buffer[j]


@chunked
def normal_f64(k0, k1, first, loc, scale, y, lo: int, hi: int) -> None:
    words = np.empty(WORDS, np.uint32)
    buffer = np.empty(WORDS // 2, np.float64)
    a, b, c, d = words[:TILE], words[TILE : 2 * TILE], words[2 * TILE : 3 * TILE], words[3 * TILE :]
    cosines, sines = buffer[:TILE], buffer[TILE:]
    for t in range(lo, hi):
        out = y[t * (WORDS // 2) : (t + 1) * (WORDS // 2)]
        tile(k0, k1, first + np.uint64(t * TILE), words, out.size)
        for j in range(min(TILE, out.size)):
            u = np.float64(np.int32(a[j] >> np.uint32(5))) * 2.0**-27
            u += (np.float64(np.int32(b[j] >> np.uint32(6))) + 0.5) * 2.0**-53
            r = scale * np.sqrt(-2.0 * log_f64(u))
            cosine, sine = _on_circle_f64(c[j], d[j])
            cosines[j], sines[j] = loc + r * cosine, loc + r * sine
        for j in range(out.size):
            out[j] = buffer[j]


# --- one element a block: distributions by rejection ----------------------------------------------


@kernel
def _two_uniforms(k0, k1, block, attempt, purpose):
    """Two numbers in (0, 1) of 53 bits."""
    w0, w1, w2, w3 = philox(k0, k1, block & LOW32, block >> SHIFT, attempt, purpose)
    u = np.float64(np.int64(w0 >> np.uint64(5))) * 2.0**-27
    v = np.float64(np.int64(w2 >> np.uint64(5))) * 2.0**-27
    u += (np.float64(np.int64(w1 >> np.uint64(6))) + 0.5) * 2.0**-53
    v += (np.float64(np.int64(w3 >> np.uint64(6))) + 0.5) * 2.0**-53
    return u, v


@kernel
def _gamma_one(k0, k1, block, alpha: float) -> float:
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
def _poisson_one(k0, k1, block, lam: float) -> float:
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
def gammas(k0, k1, first, alpha, per: int, y, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        y[i] = _gamma_one(k0, k1, first + np.uint64(i), np.float64(alpha[i // per]))


@chunked
def poissons(k0, k1, first, lam, per: int, y, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        y[i] = _poisson_one(k0, k1, first + np.uint64(i), np.float64(lam[i // per]))


# --- integers -------------------------------------------------------------------------------------


@kernel
def at_most(k0, k1, block, last, purpose):
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
def randints_small(k0, k1, first, low: int, last, y, lo: int, hi: int) -> None:
    """Limits below 2**32: Lemire 2019, "Fast random integer generation in an interval"."""
    words, limit = np.empty(WORDS, np.uint32), last + _ONE
    threshold = (LOW32 + _ONE - limit) % limit
    for t in range(lo, hi):
        out = y[t * WORDS : (t + 1) * WORDS]
        tile(k0, k1, first + np.uint64(t * TILE), words, out.size)
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
def randints_large(k0, k1, first, low: int, last, y, lo: int, hi: int) -> None:
    for i in range(lo, hi):
        y[i] = low + np.int64(at_most(k0, k1, first + np.uint64(i), last, REJECTED))


@kernel
def permutation(k0, k1, first, order):
    """Fisher and Yates: the last one that is left changes places with any of those left."""
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        j = np.int64(at_most(k0, k1, first + np.uint64(i), np.uint64(i), REJECTED))
        order[i], order[j] = order[j], order[i]


@chunked
def choices(k0, k1, first, p, kinds: int, per: int, y, lo: int, hi: int) -> None:
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
