"""Powers and roots."""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32
from numpy import float64 as f64
from numpy import int32 as i32
from numpy import int64 as i64

from .bits import (
    bits_f32,
    bits_f64,
    copysign,
    float_of_bits_f32,
    float_of_bits_f64,
    fma,
    horner,
    nearest_f64,
    nearest_powers_f32,
    sqrt,
    two_product,
)
from .exp import clamp, exp_small_f32, exp_sum_f64
from .log import log_sum_f64, parts_f32
from .table import exact, inline, scalar

_INF, _NAN = float("inf"), float("nan")
_INF_F32, _NAN_F32 = f32("inf"), f32("nan")
_LN2 = 0.6931471805599453
# 2 atanh(s) / (s log 2) in s**2, for m in [sqrt(1/2), sqrt(2)], to 37 bits.
_LOG2_SHORT = (
    2.8853900817901006,
    0.9617966733231513,
    0.577083588700405,
    0.4116724841845404,
    0.34073464206619414,
)


@inline
def _power_edges(x, y, value):
    """C99's special cases, given |x|**y as it is for ordinary arguments."""
    a = abs(x)
    value = (_INF if y < 0.0 else 0.0) if a == 0.0 else value
    value = (0.0 if y < 0.0 else _INF) if a == _INF else value
    # |y| >= 2**53 is even, and so is infinity.
    half = 0.5 * y
    integral = np.floor(y) == y
    odd = integral & (np.floor(half) != half) & (abs(y) < 2.0**53)
    value = -value if odd & (bits_f64(x) < 0) else value
    invalid = (x < 0.0) & (a < _INF) & (not integral)
    value = _NAN if invalid | (x != x) | (y != y) else value
    return 1.0 if (x == 1.0) | (y == 0.0) else value


@exact
def _power_magnitude(a, y):
    log, log_low = log_sum_f64(a)
    # Beyond 1e20 the result is 0, 1 or infinity anyhow, and products stay finite.
    y = clamp(y, -1e20, 1e20)
    p, low = two_product(y, log)
    low = low + y * log_low
    return exp_sum_f64(p, low if abs(p) < 800.0 else 0.0)


@scalar("pow", "float64", ulp=2, cuda="pow", domain=(0.1, 10.0))
def pow_f64(x, y):
    """e**(y log |x|) with the logarithm and the product in two floats; signs as in C99."""
    a = abs(x)
    ordinary = (a > 0.0) & (a < _INF)
    return _power_edges(x, y, _power_magnitude(a if ordinary else 1.0, y))


@scalar("pow", "float32", ulp=1)
def pow_f32(x, y):
    a = abs(x)
    k, m = parts_f32(a)
    k = -_INF_F32 if a == f32(0.0) else (k if a < _INF_F32 else a)
    # Only the logarithm and its product with y need more digits than float32 has.
    f = f64(m - f32(1.0))
    s = f / (2.0 + f)
    log2 = f64(k) + s * horner(s * s, _LOG2_SHORT)
    # A finite exponent, so that 0 * infinity does not arise for |x| = 1.
    p = clamp(f64(clamp(y, f32(-1e20), f32(1e20))) * log2, -200.0, 200.0)
    n = nearest_f64(p)
    _, first, second = nearest_powers_f32(f32(n))
    value = exp_small_f32(f32((p - n) * _LN2)) * first * second
    # Infinity and |y| >= 2**24 are even.
    half = f32(0.5) * y
    integral = np.floor(y) == y
    odd = integral & (np.floor(half) != half)
    value = -value if odd & (bits_f32(x) < i32(0)) else value
    value = _NAN_F32 if (x < f32(0.0)) & (a < _INF_F32) & (not integral) else value
    return f32(1.0) if (x == f32(1.0)) | (y == f32(0.0)) else value


@scalar("pow", "integer")
def pow_int(x, n):
    """By squaring, wrapping as integers do; negative powers are truncated to 0, 1 or -1."""
    odd = (n & 1) != 0
    if n < 0:
        return ((-1 if odd else 1) if x == -1 else (1 if x == 1 else 0)) + (x - x)
    y = x - x + 1
    while n > 0:
        if n & 1:
            y = y * x
        x = x * x
        n = n >> 1
    return y


@inline
def _inverse_cube_root(x):
    """x**(-1/3) to 50 bits, x normal and positive: exponent arithmetic, then Householder."""
    high = i32(bits_f64(x) >> i64(32))
    guess = i32(f64(high) * (-1.0 / 3.0) + 1430205235.2)
    r = float_of_bits_f64(i64(guess) << i64(32))
    for _ in range(2):
        # r (1 - e)**(-1/3), e = 1 - x r**3, to the fourth order.
        e = 1.0 - x * r * r * r
        r = r + r * e * (1.0 / 3.0 + e * (2.0 / 9.0 + e * (14.0 / 81.0 + e * (35.0 / 243.0))))
    return r


@inline
def _cube_root_parts(x):
    """|x| or 8**18 times a small |x|, and the root of that factor."""
    a = abs(x)
    small = a < 2.0**-1000
    big = a > 2.0**1000
    a = a * 2.0**54 if small else (a * 2.0**-54 if big else a)
    return a, (2.0**-18 if small else (2.0**18 if big else 1.0))


@scalar("cbrt", "float64", ulp=1, domain=(-100.0, 100.0))
def cbrt_f64(x):
    """x r**2 with r = x**(-1/3) by Householder's iteration, corrected once (Newton)."""
    a, factor = _cube_root_parts(x)
    r = _inverse_cube_root(a)
    y = a * r * r
    square, low = two_product(y, y)
    y = y + (fma(-square, y, a) - low * y) * (r * r * (1.0 / 3.0))
    y = copysign(y * factor, x)
    return x if (x == 0.0) | (abs(x) == _INF) | (x != x) else y


@inline
def _inverse_cube_root_f32(x):
    """x**(-1/3) to 17 bits; see `_inverse_cube_root`."""
    r = float_of_bits_f32(i32(f32(bits_f32(x)) * f32(-1.0 / 3.0) + f32(1419967116.0)))
    e = f32(1.0) - x * r * r * r
    series = f32(2.0 / 9.0) + e * (f32(14.0 / 81.0) + e * f32(35.0 / 243.0))
    return r + r * e * (f32(1.0 / 3.0) + e * series)


@inline
def _cube_root_parts_f32(x):
    """|x|, or 8**16 times |x| if it is small, and whether it is."""
    a = abs(x)
    small = a < f32(2.0**-60)
    return (a * f32(2.0**48) if small else a), small


@scalar("cbrt", "float32", ulp=1)
def cbrt_f32(x):
    a, small = _cube_root_parts_f32(x)
    r = _inverse_cube_root_f32(a)
    y = a * r * r
    y = y + fma(-y * y, y, a) * (r * r * f32(1.0 / 3.0))
    y = y * f32(2.0**-16) if small else y
    return copysign(y, x) if (a > f32(0.0)) & (a < _INF_F32) else x


@scalar("rcbrt", "float64", ulp=1.5, domain=(0.1, 100.0))
def rcbrt_f64(x):
    """x**(-1/3) by Householder's iteration, the last step with the residual in two floats."""
    a, factor = _cube_root_parts(x)
    r = _inverse_cube_root(a)
    square, low = two_product(r, r)
    cube = a * r
    # 1 - a r**3
    e = fma(-cube, square, 1.0) - (fma(a, r, -cube) * square + cube * low)
    y = (r + r * e * (1.0 / 3.0)) / factor
    y = (_INF if x == 0.0 else 0.0) if (x == 0.0) | (abs(x) == _INF) else y
    return copysign(y, x) if x == x else x


@scalar("rcbrt", "float32", ulp=1)
def rcbrt_f32(x):
    a, small = _cube_root_parts_f32(x)
    r = _inverse_cube_root_f32(a)
    square, low = two_product(r, r)
    cube = a * r
    e = fma(-cube, square, f32(1.0)) - (fma(a, r, -cube) * square + cube * low)
    y = r + r * e * f32(1.0 / 3.0)
    y = y * f32(2.0**16) if small else y
    y = y if (a > f32(0.0)) & (a < _INF_F32) else (_INF_F32 if a == f32(0.0) else f32(0.0))
    return copysign(y, x) if x == x else x


@scalar("sqrt", "float32", ulp=0.5, cuda="sqrt", domain=(0.0, 100.0))
def sqrt_f32(x):
    """The processor's square root."""
    return sqrt(x)


@scalar("sqrt", "float64", ulp=0.5)
def sqrt_f64(x):
    return sqrt(x)


@scalar("rsqrt", "float32", ulp=1.5, domain=(0.1, 100.0))
def rsqrt_f32(x):
    """1 / sqrt(x)."""
    return f32(1.0) / sqrt(x)


@scalar("rsqrt", "float64", ulp=1.5)
def rsqrt_f64(x):
    return 1.0 / sqrt(x)


@scalar("hypot", "float64", ulp=1.5, cuda="hypot", domain=(-10.0, 10.0))
def hypot_f64(a, b):
    """sqrt(a**2 + b**2), scaled by a power of two so that squares neither over- nor underflow."""
    x, y = abs(a), abs(b)
    large = y if y > x else x
    factor = 2.0**-600 if large > 2.0**500 else (2.0**600 if large < 2.0**-400 else 1.0)
    u, v = x * factor, y * factor
    r = sqrt(u * u + v * v) / factor
    return _INF if (x == _INF) | (y == _INF) else r


@scalar("hypot", "float32", ulp=1)
def hypot_f32(a, b):
    x, y = f64(a), f64(b)
    r = f32(sqrt(x * x + y * y))
    return f32(_INF) if (abs(a) == f32(_INF)) | (abs(b) == f32(_INF)) else r


@scalar("reciprocal", "float32", ulp=0.5, domain=(0.1, 100.0))
def reciprocal_f32(x):
    """1 / x."""
    return f32(1.0) / x


@scalar("reciprocal", "float64", ulp=0.5)
def reciprocal_f64(x):
    return 1.0 / x
