"""Exponentials: e**x = 2**k * e**r with k the nearest integer to x / log 2 (Cody and Waite)."""

from __future__ import annotations

from numpy import float32 as f32

from .bits import (
    LOWERED_F32,
    copysign,
    horner,
    lowered_power_f32,
    nearest_f64,
    nearest_power_f32,
    nearest_powers_f32,
    scale_f64,
    tuple_f32,
)
from .table import inline, scalar

# (e**r - 1 - r) / r**2 on |r| <= log(2)/2: for e**r, and for e**r - 1.
_EXP_F32 = tuple_f32(
    0.49999993,
    0.1666652,
    0.0416684,
    0.0083688,
    0.00138144,
)
_EXPM1_F32 = tuple_f32(
    0.5,
    0.16666667,
    0.041666355,
    0.008333273,
    0.0013941028,
    0.00019914172,
)
_EXP_F64 = (
    0.5,
    0.16666666666666677,
    0.0416666666666667,
    0.008333333333321598,
    0.001388888888886696,
    0.00019841269886208566,
    2.4801587360354048e-05,
    2.7557244125997597e-06,
    2.755724290325562e-07,
    2.5109066130966025e-08,
    2.0924406285697815e-09,
)
# (e**2s - 1 - 2s) / 2s**2 on -0.1 <= s <= 0.25.
_HALF_EXPM1_F32 = tuple_f32(
    1.0000002,
    0.66667217,
    0.33326656,
    0.1328448,
    0.050434876,
)
# (sinh x - x) / x**3 in x**2, |x| <= 1.
_SINH_F32 = tuple_f32(
    0.16666667,
    0.0083333505,
    0.00019836066,
    2.8174388e-06,
)
# (2 atanh(s) - 2s) / s**3 in s**2, 0 <= s <= 1/3.
_LOG1P_F32 = tuple_f32(
    0.66666675,
    0.39998874,
    0.28617004,
    0.21426222,
    0.2430681,
)
_LOG1P_F64 = (
    0.6666666666666667,
    0.39999999999993924,
    0.28571428572518603,
    0.2222222212478506,
    0.18181823234289574,
    0.15384451047444203,
    0.13336821719251446,
    0.11715768161742646,
    0.10973861613703526,
    0.0698907552998495,
    0.1647652563343913,
)

_LOG2_E_F32 = f32(1.4426950408889634)
_LOG2_E_F64 = 1.4426950408889634
# log 2 in two parts, the first short enough for k times it to be exact.
_LN2_HIGH_F32, _LN2_LOW_F32 = f32(0.693145751953125), f32(1.428606765330187e-06)
_LN2_HIGH_F64, _LN2_LOW_F64 = 0.6931471805598903, 5.497923018708371e-14
_LN2_F64 = 0.6931471805599453
_LN2_F32 = f32(_LN2_F64)


@inline
def _expm1_small_f32(r):
    """e**r - 1 for |r| <= log(2)/2."""
    return r + r * r * horner(r, _EXPM1_F32)


@inline
def exp_small_f32(r):
    """e**r for |r| <= log(2)/2."""
    return f32(1.0) + r * (f32(1.0) + r * horner(r, _EXP_F32))


@inline
def _exp_parts_f32(x):
    """y in [sqrt(1/2), sqrt(2)] and two powers of two; e**x is the product of the three."""
    x = clamp(x, f32(-105.0), f32(90.0))
    k, first, second = nearest_powers_f32(x * _LOG2_E_F32)
    r = (x - k * _LN2_HIGH_F32) - k * _LN2_LOW_F32
    return exp_small_f32(r), first, second


@inline
def reduced_f64(x, low):
    """k and e**r - 1, where e**(x + low) = 2**k e**r; low is a correction far below x."""
    k = nearest_f64(x * _LOG2_E_F64)
    r = ((x - k * _LN2_HIGH_F64) - k * _LN2_LOW_F64) + low
    return k, r + r * r * horner(r, _EXP_F64)


@inline
def clamp(x, low, high):
    """x within [low, high]; NaN stays."""
    y = low if x < low else x
    return high if y > high else y


@scalar("exp", "float32", ulp=1, cuda="exp", domain=(-80.0, 80.0))
def exp_f32(x):
    """e**x: Cody-Waite reduction, minimax polynomial (Remez), scaling in two steps."""
    y, first, second = _exp_parts_f32(x)
    return y * first * second


@scalar("exp", "float64", ulp=1)
def exp_f64(x):
    k, p = reduced_f64(clamp(x, -746.0, 710.0), 0.0)
    return scale_f64(1.0 + p, k)


@inline
def exp_sum_f64(x, low):
    """e**(x + low) for a correction low far below x."""
    k, p = reduced_f64(clamp(x, -746.0, 710.0), low)
    return scale_f64(1.0 + p, k)


@inline
def _half_exp_f64(x):
    """e**x / 2, which is finite a little further than e**x."""
    k, p = reduced_f64(clamp(x, -746.0, 712.0), 0.0)
    return scale_f64(1.0 + p, k - 1.0)


@inline
def short_exp_f32(x):
    """e**x for -80 <= x <= 0, to 2**-28 |x|: a normal number, and one part of log 2 is enough."""
    k, power = nearest_power_f32(x * _LOG2_E_F32)
    return exp_small_f32(x - k * _LN2_F32) * power


@scalar("exp2", "float32", ulp=1, domain=(-100.0, 100.0))
def exp2_f32(x):
    """2**x: the fraction of x goes through the polynomial of exp."""
    y = clamp(x, f32(-151.0), f32(129.0))
    k, first, second = nearest_powers_f32(y)
    return exp_small_f32((y - k) * _LN2_F32) * first * second


@scalar("exp2", "float64", ulp=1)
def exp2_f64(x):
    y = clamp(x, -1076.0, 1025.0)
    k = nearest_f64(y)
    r = (y - k) * _LN2_F64
    return scale_f64(1.0 + (r + r * r * horner(r, _EXP_F64)), k)


@scalar("expm1", "float32", ulp=1.5, cuda="expm1", domain=(-10.0, 10.0))
def expm1_f32(x):
    """e**x - 1 = 2**k (e**r - 1) + (2**k - 1), which cancels nowhere."""
    a = clamp(x, f32(-20.0), f32(89.0))
    k, first, second = nearest_powers_f32(a * _LOG2_E_F32)
    p = _expm1_small_f32((a - k * _LN2_HIGH_F32) - k * _LN2_LOW_F32)
    half = f32(0.5) * first * second
    y = f32(2.0) * (half * p + (half - f32(0.5)))
    return copysign(p if k == f32(0.0) else y, x)


@scalar("expm1", "float64", ulp=2)
def expm1_f64(x):
    k, p = reduced_f64(clamp(x, -40.0, 710.0), 0.0)
    half = scale_f64(0.5, k)
    y = 2.0 * (half * p + (half - 0.5))
    return copysign(p if k == 0.0 else y, x)


@scalar("sigmoid", "float32", ulp=2, domain=(-20.0, 20.0))
def sigmoid_f32(x):
    """1 / (1 + e**-x), both terms times 2**-26: so e**104 is finite, and the left tail gradual."""
    a = -clamp(x, f32(-104.4), f32(60.0))
    k, power = lowered_power_f32(a * _LOG2_E_F32)
    r = (a - k * _LN2_HIGH_F32) - k * _LN2_LOW_F32
    more = r * (f32(1.0) + r * horner(r, _EXP_F32))
    # The power of two comes last: it is exact, and for x << 0 the only large term.
    return LOWERED_F32 / ((more * power + LOWERED_F32) + power)


@scalar("sigmoid", "float64", ulp=2)
def sigmoid_f64(x):
    e = exp_f64(-abs(x))
    return (e if x < 0.0 else 1.0) / (1.0 + e)


@inline
def _log1p_unit_f32(e):
    """log(1 + e) for 0 <= e <= 1: 2 atanh(s), s = e / (2 + e), where 2s = e - s e."""
    s = e / (f32(2.0) + e)
    z = s * s
    return e - s * (e - z * horner(z, _LOG1P_F32))


@inline
def _log1p_unit_f64(e):
    s = e / (2.0 + e)
    z = s * s
    return e - s * (e - z * horner(z, _LOG1P_F64))


@scalar("softrelu", "float32", ulp=2, domain=(-20.0, 20.0))
def softrelu_f32(x):
    """log(1 + e**x) = max(x, 0) + log1p(e**-|x|)."""
    return (x if x > f32(0.0) else f32(0.0)) + _log1p_unit_f32(exp_f32(-abs(x)))


@scalar("softrelu", "float64", ulp=2)
def softrelu_f64(x):
    return (x if x > 0.0 else 0.0) + _log1p_unit_f64(exp_f64(-abs(x)))


@scalar("tanh", "float32", ulp=1.85, cuda="tanh", domain=(-5.0, 5.0))
def tanh_f32(x):
    """h / (h + 1) with h = (e**2|x| - 1) / 2, below h = 0.5 as h - h**2 / (h + 1); x's sign."""
    a = abs(x)
    a = f32(9.1) if a > f32(9.1) else a
    # k is 0 up to 2|x| = 0.5 rather than log(2)/2: nothing cancels when it is 1.
    k, power = nearest_power_f32(a * f32(2.0 * _LOG2_E_F64) - f32(0.22))
    # One part of log 2 is enough: the larger k, the less its error counts.
    s = a - k * f32(0.5 * _LN2_F64)
    p = s + s * s * horner(s, _HALF_EXPM1_F32)
    h = power * p + (f32(0.5) * power - f32(0.5))
    y = h / (h + f32(1.0))
    return copysign(h - h * y if h < f32(0.5) else y, x)


@scalar("tanh", "float64", ulp=2.5)
def tanh_f64(x):
    a = clamp(abs(x), 0.0, 22.0)
    t = expm1_f64(a + a)
    return copysign(t / (t + 2.0), x)


@scalar("sinh", "float64", ulp=2.5, cuda="sinh", domain=(-10.0, 10.0))
def sinh_f64(x):
    """h + h / (2h + 1) with h = (e**|x| - 1) / 2, and the sign of x."""
    a = clamp(abs(x), 0.0, 710.6)
    k, p = reduced_f64(a, 0.0)
    quarter = scale_f64(0.25, k)
    h = 2.0 * (quarter * p + (quarter - 0.25))
    h = 0.5 * p if k == 0.0 else h
    y = h + h / (h + h + 1.0)
    y = h if h > 1e20 else y
    # Halving a subnormal loses its last bit.
    return copysign(a if a < 1e-10 else y, x)


@inline
def _half_exp_f32(x):
    """e**x / 2, which is finite a little further than e**x."""
    y, first, second = _exp_parts_f32(x)
    return y * first * (f32(0.5) * second)


@scalar("sinh", "float32", ulp=2)
def sinh_f32(x):
    a = abs(x)
    h = _half_exp_f32(a)
    z = a * a
    small = a + a * z * horner(z, _SINH_F32)
    return copysign(small if a < f32(1.0) else h - f32(0.25) / h, x)


@scalar("cosh", "float64", ulp=2, cuda="cosh", domain=(-10.0, 10.0))
def cosh_f64(x):
    """h + 1 / 4h with h = e**|x| / 2."""
    h = _half_exp_f64(abs(x))
    return h + 0.25 / h


@scalar("cosh", "float32", ulp=1.5)
def cosh_f32(x):
    h = _half_exp_f32(abs(x))
    return h + f32(0.25) / h
