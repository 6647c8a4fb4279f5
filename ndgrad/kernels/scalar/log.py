"""Logarithms: x = 2**k m with m near 1, log m = 2 atanh(s) with s = (m - 1) / (m + 1)."""

from __future__ import annotations

from numpy import float32 as f32
from numpy import float64 as f64
from numpy import int32 as i32
from numpy import int64 as i64

from .bits import (
    bits_f32,
    bits_f64,
    copysign,
    fast_two_sum,
    float_of_bits_f32,
    float_of_bits_f64,
    fma,
    horner,
    power_of_two_f32,
    power_of_two_f64,
    sqrt,
    tuple_f32,
    two_product,
    two_sum,
)
from .table import exact, inline, scalar

# (2 atanh(s) - 2s) / s**3 as a polynomial in s**2, for m in [sqrt(1/2), sqrt(2)].
_LOG_F32 = tuple_f32(
    0.66666776,
    0.39977527,
    0.29872146,
)
_LOG_F64 = (
    0.6666666666666734,
    0.3999999999941358,
    0.28571428742657645,
    0.2222219854304482,
    0.18183566010270402,
    0.15314004624596786,
    0.14796436229574428,
)
# (log(1 + f) - f) / f**2 in f, for the same m = 1 + f, to float32's accuracy.
_LOG_SHORT = (
    -0.500000000007062,
    0.33333310449266945,
    -0.24999986522809206,
    0.20002226068245735,
    -0.1666925312495784,
    0.14218669061778053,
    -0.12384322736866896,
    0.11872881847146931,
    -0.11789903626608908,
    0.06915667199319642,
)
# (atanh s - s) / s**3 as a polynomial in s**2, for |s| <= 1/2.
_ATANH_F32 = tuple_f32(
    0.333333,
    0.20002618,
    0.14220846,
    0.118396342,
    0.050759606,
    0.17752865,
)
# (2 atanh(s) - 2s - 2/3 s**3) / s**5 as a polynomial in s**2.
_LOG_DD = (
    0.3999999999999998,
    0.2857142857144514,
    0.22222222217530263,
    0.1818181887107548,
    0.15384556819044592,
    0.13336319421030315,
    0.11674777787220436,
    0.11989353026027558,
)

_LN2_HIGH_F32, _LN2_LOW_F32 = f32(0.693145751953125), f32(1.428606765330187e-06)
_HALF_LN2_HIGH_F32, _HALF_LN2_LOW_F32 = f32(0.3465728759765625), f32(7.143033826650935e-07)
_LN2_F64 = 0.6931471805599453
_LN2_HIGH_F64, _LN2_LOW_F64 = 0.6931471805598903, 5.497923018708371e-14
# 1 / log 2, 1 / log 10 and log10 2 in two parts each.
_LOG2_E_HIGH, _LOG2_E_LOW = 1.4426950408889634, 2.0355273740931033e-17
_LOG10_E_HIGH, _LOG10_E_LOW = 0.4342944819032518, 1.098319650216765e-17
_LOG10_2_HIGH, _LOG10_2_LOW = 0.30102999566395283, 2.8363394551044964e-14
_LOG10_E_HIGH_F32, _LOG10_E_LOW_F32 = f32(0.4342945), f32(-1.010305e-08)
_LOG10_2_HIGH_F32, _LOG10_2_LOW_F32 = f32(0.301025390625), f32(4.605039e-06)
_TWO_THIRDS_HIGH, _TWO_THIRDS_LOW = 0.6666666666666666, 3.700743415417188e-17

_INF_F32, _NAN_F32 = f32("inf"), f32("nan")
_INF, _NAN = float("inf"), float("nan")
_TINY_F32, _TINY_F64 = f32(2.0**-126), 2.0**-1022
_SQRT_HALF_F32, _SQRT_HALF_F64 = i32(0x3F3504F3), i64(0x3FE6A09E667F3BCD)


@inline
def _split_f32(x):
    """k and m with x = 2**k m, sqrt(1/2) <= m < sqrt(2); x is positive, finite and normal."""
    i = i32(bits_f32(x) - _SQRT_HALF_F32)
    m = float_of_bits_f32(i32(i32(i & i32(0x7FFFFF)) + _SQRT_HALF_F32))
    return f32(i32(i >> i32(23))), m


@inline
def split_f64(x):
    """k and m with x = 2**k m, sqrt(1/2) <= m < sqrt(2); x is positive, finite and normal."""
    i = bits_f64(x) - _SQRT_HALF_F64
    m = float_of_bits_f64((i & i64(0xFFFFFFFFFFFFF)) + _SQRT_HALF_F64)
    return f64(i32(i >> i64(52))), m


@inline
def _log1p_rest_f32(f):
    """f - log(1 + f); see `_log1p_small_f32`."""
    s = f / (f32(2.0) + f)
    z = s * s
    return s * (f - z * horner(z, _LOG_F32))


@inline
def _log1p_small_f32(f):
    """log(1 + f) for sqrt(1/2) <= 1 + f < sqrt(2): with s = f / (2 + f), 2s = f - s f."""
    return f - _log1p_rest_f32(f)


@inline
def _log1p_small_f64(f):
    s = f / (2.0 + f)
    z = s * s
    return f - s * (f - z * horner(z, _LOG_F64))


@inline
def parts_f32(x):
    """`_split_f32` for subnormal x too."""
    small = x < _TINY_F32
    k, m = _split_f32(x * f32(2.0**23) if small else x)
    return (k - f32(23.0) if small else k), m


@inline
def normal_f64(x):
    small = x < _TINY_F64
    return (x * 2.0**52 if small else x), (-52.0 if small else 0.0)


@inline
def _edges_f32(x, y):
    """y, a logarithm of x, but for x <= 0, infinite or NaN."""
    y = y if x < _INF_F32 else x
    return y if x > f32(0.0) else (-_INF_F32 if x == f32(0.0) else _NAN_F32)


@inline
def _edges_f64(x, y):
    edge = x if x > 0.0 else (-_INF if x == 0.0 else _NAN)
    return y if (x > 0.0) & (x < _INF) else edge


@inline
def _log_of_parts_f32(k, m):
    """log(2**k m), m in [sqrt(1/2), sqrt(2))."""
    return k * _LN2_HIGH_F32 + (k * _LN2_LOW_F32 + _log1p_small_f32(m - f32(1.0)))


@inline
def positive_log_f32(x):
    """log x of a positive, finite and normal x."""
    return _log_of_parts_f32(*_split_f32(x))


@scalar("log", "float32", ulp=1, cuda="log", domain=(1e-3, 1e3))
def log_f32(x):
    """k log 2 + 2 atanh((m - 1) / (m + 1)), the tail of atanh a minimax polynomial (Remez)."""
    return _edges_f32(x, _log_of_parts_f32(*parts_f32(x)))


@scalar("log", "float64", ulp=1)
def log_f64(x):
    normal, shift = normal_f64(x)
    k, m = split_f64(normal)
    k = k + shift
    y = k * _LN2_HIGH_F64 + (k * _LN2_LOW_F64 + _log1p_small_f64(m - 1.0))
    return _edges_f64(x, y)


@scalar("log1p", "float32", ulp=1.5, cuda="log1p", domain=(-0.9, 100.0))
def log1p_f32(x):
    """log(1 + x): the rounding error of 1 + x is added to the mantissa's distance from 1."""
    u, error = two_sum(f32(1.0), x)
    k, m = _split_f32(u)
    correction = error * power_of_two_f32(-k)
    f = (m - f32(1.0)) + (correction if k < f32(30.0) else f32(0.0))
    y = k * _LN2_HIGH_F32 + (k * _LN2_LOW_F32 + _log1p_small_f32(f))
    y = _edges_f32(u, y)
    return x if abs(x) < f32(2.0**-30) else y


@scalar("log1p", "float64", ulp=1.5)
def log1p_f64(x):
    u, error = two_sum(1.0, x)
    k, m = split_f64(u)
    correction = error * power_of_two_f64(-k)
    f = (m - 1.0) + (correction if k < 60.0 else 0.0)
    y = k * _LN2_HIGH_F64 + (k * _LN2_LOW_F64 + _log1p_small_f64(f))
    y = _edges_f64(u, y)
    return x if abs(x) < 2.0**-60 else y


@scalar("log2", "float32", ulp=1.75, cuda="log2", domain=(1e-3, 1e3))
def log2_f32(x):
    """k + log(m) / log 2, exact for powers of two."""
    k, m = parts_f32(x)
    p = _log1p_small_f32(m - f32(1.0))
    return _edges_f32(x, k + (p * f32(_LOG2_E_HIGH - 1.0) + p))


@scalar("log2", "float64", ulp=2)
def log2_f64(x):
    normal, shift = normal_f64(x)
    k, m = split_f64(normal)
    p = _log1p_small_f64(m - 1.0)
    y = p * (_LOG2_E_HIGH - 1.0) + p
    return _edges_f64(x, (k + shift) + y)


@scalar("log10", "float64", ulp=2.5, cuda="log10", domain=(1e-3, 1e3))
def log10_f64(x):
    """k log10 2 + log(m) / log 10."""
    normal, shift = normal_f64(x)
    k, m = split_f64(normal)
    k = k + shift
    p = _log1p_small_f64(m - 1.0)
    y = k * _LOG10_2_HIGH + (k * _LOG10_2_LOW + (p * _LOG10_E_LOW + p * _LOG10_E_HIGH))
    return _edges_f64(x, y)


@scalar("log10", "float32", ulp=1.25)
def log10_f32(x):
    k, m = parts_f32(x)
    f = m - f32(1.0)
    low = k * _LOG10_2_LOW_F32 + (f * _LOG10_E_LOW_F32 - _log1p_rest_f32(f) * _LOG10_E_HIGH_F32)
    return _edges_f32(x, k * _LOG10_2_HIGH_F32 + (f * _LOG10_E_HIGH_F32 + low))


@exact
def log_sum_f64(x):
    """log x as a sum of two floats, good to about 66 bits; x is positive and finite."""
    normal, shift = normal_f64(x)
    k, m = split_f64(normal)
    k = k + shift
    f = m - 1.0
    d = 2.0 + f
    d_low = f - (d - 2.0)
    inverse = 1.0 / d
    s = f * inverse
    s_low = (fma(-s, d, f) - s * d_low) * inverse
    z, z_low = two_product(s, s)
    z_low = z_low + (s + s) * s_low
    # 2/3 s**3 in two parts; what follows is small enough for one.
    cube, cube_low = two_product(s, z)
    cube_low = cube_low + (s * z_low + s_low * z)
    third, third_low = two_product(cube, _TWO_THIRDS_HIGH)
    third_low = third_low + (cube * _TWO_THIRDS_LOW + cube_low * _TWO_THIRDS_HIGH)
    tail = cube * z * horner(z, _LOG_DD)
    high, low = fast_two_sum(s + s, third)
    low = low + (third_low + (s_low + s_low) + tail)
    high, error = two_sum(k * _LN2_HIGH_F64, high)
    return fast_two_sum(high, error + (low + k * _LN2_LOW_F64))


@scalar("arcsinh", "float64", ulp=3, cuda="asinh", domain=(-100.0, 100.0))
def arcsinh_f64(x):
    """log(|x| + sqrt(x**2 + 1)) as log1p(a + a**2 / (1 + sqrt(a**2 + 1))), and x's sign."""
    a = abs(x)
    big = a > 2.0**60
    b = 1.0 if big else a
    c = b + b * b / (1.0 + sqrt(b * b + 1.0))
    y = log1p_f64(a if big else c)
    return copysign(y + 0.6931471805599453 if big else y, x)


@inline
def _log_short(x):
    """log x of a positive, finite and normal float64, to float32's accuracy; no division."""
    k, m = split_f64(x)
    f = m - 1.0
    return k * _LN2_F64 + (f + f * f * horner(f, _LOG_SHORT))


@scalar("arcsinh", "float32", ulp=1)
def arcsinh_f32(x):
    a = abs(x)
    b = f64(a)
    y = f32(_log_short(b + sqrt(b * b + 1.0)))
    return copysign(y if (a > f32(2.0**-13)) & (a < _INF_F32) else a, x)


@scalar("arccosh", "float64", ulp=3, cuda="acosh", domain=(1.0, 100.0))
def arccosh_f64(x):
    """log(x + sqrt(x**2 - 1)) as log1p(t + sqrt(2t + t**2)) with t = x - 1."""
    big = x > 2.0**60
    t = 1.0 if big else x - 1.0
    # A negative t, out of the domain, leaves through the square root as NaN.
    c = t + sqrt(t * (2.0 + t) if t >= 0.0 else _NAN)
    y = log1p_f64(x if big else c)
    return y + 0.6931471805599453 if big else y


@scalar("arccosh", "float32", ulp=1)
def arccosh_f32(x):
    b = f64(x)
    square = b * b - 1.0
    y = f32(_log_short(b + sqrt(square if square > 0.0 else 0.0)))
    y = y if x < _INF_F32 else x
    return y if x >= f32(1.0) else _NAN_F32


@scalar("arctanh", "float64", ulp=3, cuda="atanh", domain=(-0.99, 0.99))
def arctanh_f64(x):
    """log1p(2|x| / (1 - |x|)) / 2, and the sign of x."""
    a = abs(x)
    y = 0.5 * log1p_f64((a + a) / (1.0 - a))
    y = _NAN if a > 1.0 else y
    return copysign(a if a < 1e-10 else y, x)


@exact
def _arctanh_parts_f32(a):
    """k and s with atanh(a) = k log(2) / 2 + atanh(s), |s| <= 1/2; 0 <= a < 1.

    k is 0 up to 1/2.  Beyond it 1 - a is exact, and 2**k is the power of two nearest to
    (1 + a) / (1 - a), or a neighbour: by the difference of their bits.
    """
    d = f32(1.0) - a
    i = i32(i32(bits_f32(f32(2.0) - d) - bits_f32(d)) + i32(1 << 22))
    power = float_of_bits_f32(i32(i32(i & i32(~0x7FFFFF)) + i32(127 << 23)))
    # (1 + a) - 2**k (1 - a) over their sum, rounded once each.
    top, sum_ = fma(f32(-1.0) - power, d, f32(2.0)), fma(power - f32(1.0), d, f32(2.0))
    small = a <= f32(0.5)
    return f32(0.0) if small else f32(i32(i >> i32(23))), a if small else top / sum_


@scalar("arctanh", "float32", ulp=1)
def arctanh_f32(x):
    a = abs(x)
    k, s = _arctanh_parts_f32(a)
    z = s * s
    y = k * _HALF_LN2_HIGH_F32 + (k * _HALF_LN2_LOW_F32 + (s + s * z * horner(z, _ATANH_F32)))
    y = y if a < f32(1.0) else (_INF_F32 if a == f32(1.0) else _NAN_F32)
    return copysign(y, x)
