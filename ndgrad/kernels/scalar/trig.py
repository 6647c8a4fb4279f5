"""Trigonometric functions, right for arguments of any size, and their inverses.

An angle is reduced in turns: x / 2pi, less whole quarter turns.  What makes this hard is that 2pi
must be known to as many digits as the largest argument has; see `_turns_f32` and `_turns_f64`.
In float32 a small angle is reduced by quarter turns in radians, which takes three products.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import float32 as f32
from numpy import float64 as f64
from numpy import int32 as i32
from numpy import int64 as i64

from .bits import (
    bits_f32,
    bits_f64,
    copysign,
    fast_two_sum,
    float_of_bits_f64,
    fma,
    horner,
    integer_f32,
    integer_f64,
    nearest_f32,
    nearest_f64,
    sqrt,
    tuple_f32,
    two_product,
    two_sum,
)
from .table import exact, inline, scalar

# (sin x - x) / x**3, (cos x - 1) / x**2 and (1 - x / tan x) / x**2 in x**2; |x| <= pi/4 and a
# little more, because in float32 the nearest quarter turn may come out as its neighbour.
_SIN_F32 = tuple_f32(
    -0.16666654,
    0.008332104,
    -0.00019507251,
)
_COS_F32 = tuple_f32(
    -0.5,
    0.041666646,
    -0.0013887294,
    2.4429415e-05,
)
_COT_F32 = tuple_f32(
    0.33333334,
    0.02222202,
    0.002117744,
    0.00020777728,
    2.6333219e-05,
)
# (sin x - x) / x**3 and (cos x - 1 + x**2 / 2) / x**4 in x**2, |x| <= pi/4.
_SIN_F64 = (
    -0.16666666666666632,
    0.008333333333322411,
    -0.00019841269829805577,
    2.755731369109864e-06,
    -2.505075798072925e-08,
    1.589678752208823e-10,
)
_COS_F64 = (
    0.0416666666666666,
    -0.001388888888887412,
    2.480158728947983e-05,
    -2.755731435161759e-07,
    2.0875723171488508e-09,
    -1.1359642310417229e-11,
)
# (atan x - x) / x**3 in x**2, |x| <= 1.
_ATAN_F32 = tuple_f32(
    -0.333333,
    0.1999853,
    -0.14264016,
    0.109509386,
    -0.08400567,
    0.05793953,
    -0.031205658,
    0.010959417,
    -0.0018109975,
)
# The same for |x| <= tan(pi/8).
_ATAN_F64 = (
    -0.333333333333332,
    0.19999999999953882,
    -0.14285714280227235,
    0.11111110785023127,
    -0.09090897803107817,
    0.07692061023547442,
    -0.06663113197592505,
    0.05847955209169501,
    -0.05039597587067336,
    0.038071881127984854,
    -0.017915081967432803,
)
# (asin x - x) / x**3 in x**2, |x| <= 1/2.
_ASIN_F32 = tuple_f32(
    0.16666752,
    0.074953094,
    0.045469724,
    0.024176551,
    0.042186044,
)
_ASIN_F64 = (
    0.16666666666666763,
    0.07499999999970089,
    0.04464285717529346,
    0.03038194267499493,
    0.022372215912528644,
    0.01735159539972541,
    0.013981019566621946,
    0.011397285722174168,
    0.010789357252392363,
    0.003672063851549989,
    0.021790911959880557,
    -0.02111705851906091,
    0.032702355349239966,
)

_TWO_PI_HIGH, _TWO_PI_LOW = 6.283185307179586, 2.4492935982947064e-16
_PI_HIGH, _PI_LOW = 3.141592653589793, 1.2246467991473532e-16
_HALF_PI_HIGH, _HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
_PI_HIGH_F32, _PI_LOW_F32 = tuple_f32(3.1415927, -8.742278e-08)
_HALF_PI_HIGH_F32, _HALF_PI_LOW_F32, _HALF_PI_REST_F32 = tuple_f32(
    1.5707964, -4.371139e-08, -1.7151245e-15
)
_INVERSE_HALF_PI_F32 = f32(0.63661975)
# How far the three parts of pi/2 are enough: for sin and cos, and for tan and its small cotangents.
_SIN_VALID, _TAN_VALID = 2.0**16, 2.0**12
_QUARTER_PI = 0.7853981633974483
_TAN_PI_8 = 0.41421356237309503
_NAN = float("nan")


def _inverse_two_pi(bits: int) -> int:
    """floor(2**bits / 2pi), from Machin's formula for pi in integers."""
    one = 1 << (bits + 40)

    def arctan_of_inverse(n: int) -> int:
        power = total = one // n
        k, sign = 3, -1
        while power:
            power //= n * n
            total += sign * (power // k)
            k, sign = k + 2, -sign
        return total

    pi = 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))
    return (one << bits) // (2 * pi)


def _chunks() -> tuple[float, ...]:
    """1 / 2pi in five chunks of 29 bits, whose products with a float32 are exact, and a rest."""
    bits, chunks, done = 300, [], 0
    value = _inverse_two_pi(bits)
    for width in (29, 29, 29, 29, 29, 53):
        done += width
        chunk = value >> (bits - done)
        value -= chunk << (bits - done)
        chunks.append(math.ldexp(chunk, -done))
    return tuple(chunks)


def _rows() -> np.ndarray:
    """Row e: 2**(e - 53) / 2pi, less its integer part, as a sum of four floats."""
    bits = 1400
    value = _inverse_two_pi(bits)
    rows = np.empty((1026, 4))
    for e in range(1026):
        # The fraction in units of 2**-scale.
        scale = bits - (e - 53)
        rest = value & ((1 << scale) - 1)
        for column in range(4):
            # Round to 53 bits below the binary point or below the leading digit.
            cut = min(scale, abs(rest).bit_length()) - 53
            if column == 0 and e > 53:
                cut = scale - 53
            piece = (rest + (1 << (cut - 1))) >> cut
            rest -= piece << cut
            rows[e, column] = math.ldexp(piece, cut - scale)
    return rows


_CHUNKS = _chunks()
_ROWS = _rows()


@exact
def _turns_f32(x):
    """Quarter turns nearest to x, and what is left in turns; x a float32 widened to float64.

    The products with five chunks of 1/2pi are exact, so each can drop its whole turns.
    """
    p0 = x * _CHUNKS[0]
    p1 = x * _CHUNKS[1]
    p2 = x * _CHUNKS[2]
    p3 = x * _CHUNKS[3]
    p4 = x * _CHUNKS[4]
    p5 = x * _CHUNKS[5]
    p0 = p0 - np.rint(p0)
    p1 = p1 - np.rint(p1)
    p2 = p2 - np.rint(p2)
    p3 = p3 - np.rint(p3)
    p4 = p4 - np.rint(p4)
    q = nearest_f64(4.0 * (p0 + p1 + p2 + p3 + p4))
    return q, (p0 - 0.25 * q) + p1 + p2 + p3 + p4 + p5


@exact
def _turns_f64(a):
    """Quarter turns nearest to a >= 0, and what is left in turns, as a sum of two floats.

    Payne and Hanek's reduction in floats: a is an integer M below 2**53 times 2**(e - 53), and
    row e of the table holds 2**(e - 53) / 2pi without its whole turns.
    """
    i = bits_f64(a)
    e = (i >> i64(52)) - i64(1022)
    e = i64(0) if e < i64(0) else e
    e = i64(1025) if e > i64(1025) else e
    m = float_of_bits_f64((i & i64(0xFFFFFFFFFFFFF)) | i64(0x4330000000000000))
    p0, e0 = two_product(m, _ROWS[e, 0])
    p1, e1 = two_product(m, _ROWS[e, 1])
    p2, e2 = two_product(m, _ROWS[e, 2])
    p3 = m * _ROWS[e, 3]
    p0 = p0 - np.rint(p0)
    q = nearest_f64(4.0 * (p0 + e0 + p1))
    high, low0 = two_sum(p0 - 0.25 * q, e0)
    high, low1 = two_sum(high, p1)
    high, low2 = two_sum(high, e1)
    high, low3 = two_sum(high, p2)
    high, low = fast_two_sum(high, ((low0 + low1) + (low2 + low3)) + (e2 + p3))
    return q, high, low


@exact
def _reduced_f64(a):
    """The quadrant of a >= 0 and the rest in [-pi/4, pi/4] as a sum of two floats."""
    q, turns, turns_low = _turns_f64(a)
    high, low = two_product(turns, _TWO_PI_HIGH)
    low = low + (turns * _TWO_PI_LOW + turns_low * _TWO_PI_HIGH)
    high, low = fast_two_sum(high, low)
    small = a < _QUARTER_PI
    q = 0.0 if small else q
    # Infinity has no angle.
    high = a if small else (high if a < float("inf") else _NAN)
    return integer_f64(q), high, (0.0 if small else low)


@inline
def sin_sum_f64(r, low):
    """sin(r + low) for |r| <= pi/4 and a correction low."""
    z = r * r
    return r + (r * z * horner(z, _SIN_F64) + low * (1.0 - 0.5 * z))


@inline
def cos_sum_f64(r, low):
    """cos(r + low) for |r| <= pi/4 and a correction low."""
    z = r * r
    half = 0.5 * z
    w = 1.0 - half
    return w + (((1.0 - w) - half) + (z * z * horner(z, _COS_F64) - r * low))


@exact
def _small_angle_f32(x):
    """Quarter turns nearest to x, the rest and its error; |x| below one of the reaches.

    Cody and Waite's reduction: the first product cancels exactly and the second is rounded.  The
    error is that rounding's, right where |x| <= _TAN_VALID and the rest is above 2**-12.
    """
    q = nearest_f32(x * _INVERSE_HALF_PI_F32)
    r0 = fma(-q, _HALF_PI_HIGH_F32, x)
    r1 = fma(-q, _HALF_PI_LOW_F32, r0)
    return q, fma(-q, _HALF_PI_REST_F32, r1), fma(-q, _HALF_PI_LOW_F32, r0 - r1)


@exact
def _angle_f32(x, valid):
    """`_small_angle_f32` up to *valid*, beyond it the same by way of turns."""
    q, r, low = _small_angle_f32(x)
    far_q, turns = _turns_f32(f64(x))
    angle = turns * _TWO_PI_HIGH
    far_r = f32(angle)
    far_low = f32(angle - f64(far_r))
    far = abs(x) > f32(valid)
    return f32(far_q) if far else q, far_r if far else r, far_low if far else low


@inline
def _sin_cos_f32(r):
    z = r * r
    return r + r * z * horner(z, _SIN_F32), f32(1.0) + z * horner(z, _COS_F32)


@inline
def _sin_f32(x, q, r):
    k = integer_f32(q)
    sin, cos = _sin_cos_f32(r)
    y = cos if (k & i32(1)) != 0 else sin
    y = -y if (k & i32(2)) != 0 else y
    return x if x == f32(0.0) else y


@inline
def _cos_f32(q, r):
    k = integer_f32(q)
    sin, cos = _sin_cos_f32(r)
    y = sin if (k & i32(1)) != 0 else cos
    return -y if (i32(k + i32(1)) & i32(2)) != 0 else y


@inline
def _tan_f32(x, q, r, low):
    """r / (r / tan r), or its negative inverse in odd quadrants; tan' = 1 + tan**2."""
    z = r * r
    d = f32(1.0) - z * horner(z, _COT_F32)
    odd = (integer_f32(q) & i32(1)) != 0
    y = (-d if odd else r) / (r if odd else d)
    y = y + low * (f32(1.0) + y * y) if z > f32(2.0**-24) else y
    return x if x == f32(0.0) else y


@scalar("sin", "float32", ulp=1.6, cuda="sin", domain=(-10.0, 10.0))
def sin_f32(x):
    """Reduction by quarter turns (Cody and Waite, or in turns), minimax polynomials (Remez)."""
    q, r, _ = _angle_f32(x, _SIN_VALID)
    return _sin_f32(x, q, r)


@scalar("sin", "small32", valid32=(-_SIN_VALID, _SIN_VALID))
def sin_small32(x):
    q, r, _ = _small_angle_f32(x)
    return _sin_f32(x, q, r)


@scalar("sin", "float64", ulp=1.5)
def sin_f64(x):
    q, r, low = _reduced_f64(abs(x))
    y = cos_sum_f64(r, low) if (q & i64(1)) != 0 else sin_sum_f64(r, low)
    y = -y if (q & i64(2)) != 0 else y
    return -y if bits_f64(x) < 0 else y


@scalar("cos", "float32", ulp=1.6, cuda="cos", domain=(-10.0, 10.0))
def cos_f32(x):
    """As sin, a quarter turn on."""
    q, r, _ = _angle_f32(x, _SIN_VALID)
    return _cos_f32(q, r)


@scalar("cos", "small32", valid32=(-_SIN_VALID, _SIN_VALID))
def cos_small32(x):
    q, r, _ = _small_angle_f32(x)
    return _cos_f32(q, r)


@scalar("cos", "float64", ulp=1.5)
def cos_f64(x):
    q, r, low = _reduced_f64(abs(x))
    y = sin_sum_f64(r, low) if (q & i64(1)) != 0 else cos_sum_f64(r, low)
    return -y if ((q + i64(1)) & i64(2)) != 0 else y


@scalar("tan", "float64", ulp=3, cuda="tan", domain=(-1.5, 1.5))
def tan_f64(x):
    """sin / cos of the reduced angle, or -cos / sin in odd quadrants."""
    q, r, low = _reduced_f64(abs(x))
    sin, cos = sin_sum_f64(r, low), cos_sum_f64(r, low)
    odd = (q & i64(1)) != 0
    y = (-cos if odd else sin) / (sin if odd else cos)
    return -y if bits_f64(x) < 0 else y


@scalar("tan", "float32", ulp=2)
def tan_f32(x):
    q, r, low = _angle_f32(x, _TAN_VALID)
    return _tan_f32(x, q, r, low)


@scalar("tan", "small32", valid32=(-_TAN_VALID, _TAN_VALID))
def tan_small32(x):
    q, r, low = _small_angle_f32(x)
    return _tan_f32(x, q, r, low)


@exact
def sin_pi_f64(x):
    """sin(pi x): zero at the integers and nowhere else."""
    whole = np.rint(x)
    g = x - whole
    far = abs(g) > 0.25
    h = 0.5 - abs(g) if far else g
    high, low = two_product(h, _PI_HIGH)
    low = low + h * _PI_LOW
    y = copysign(cos_sum_f64(high, low), g) if far else sin_sum_f64(high, low)
    odd = whole * 0.5 != np.rint(whole * 0.5)
    return -y if odd else y


@exact
def cos_pi_f64(x):
    """cos(pi x), for |x| <= 1/2."""
    far = abs(x) > 0.25
    h = 0.5 - abs(x) if far else x
    high, low = two_product(h, _PI_HIGH)
    low = low + h * _PI_LOW
    return sin_sum_f64(high, low) if far else cos_sum_f64(high, low)


@inline
def _atan_of_ratio(small, large):
    """atan(small / large) for 0 <= small <= large, large > 0."""
    turned = small > _TAN_PI_8 * large
    # atan(u) = pi/4 + atan((u - 1) / (u + 1))
    t = (small - large if turned else small) / (small + large if turned else large)
    z = t * t
    p = t * z * horner(z, _ATAN_F64)
    return (_QUARTER_PI + (t + (p + 0.5 * _HALF_PI_LOW))) if turned else t + p


@scalar("arctan", "float64", ulp=2.5, cuda="atan", domain=(-10.0, 10.0))
def arctan_f64(x):
    """Inverse above 1, a turn by pi/8 above tan(pi/8), minimax polynomial; one division."""
    a = abs(x)
    big = a > 1.0
    y = _atan_of_ratio(1.0 if big else a, a if big else 1.0)
    y = _HALF_PI_HIGH - (y - _HALF_PI_LOW) if big else y
    # (1 - inf) / (1 + inf) never arises: 1 / inf is below tan(pi/8).
    return copysign(y, x)


@scalar("arctan", "float32", ulp=1.5)
def arctan_f32(x):
    """Negative inverse above 1, a longer polynomial instead of the turn by pi/8."""
    a = abs(x)
    big = a > f32(1.0)
    t = f32(-1.0) / a if big else a
    z = t * t
    p = t * z * horner(z, _ATAN_F32)
    y = _HALF_PI_HIGH_F32 + (t + (p + _HALF_PI_LOW_F32)) if big else t + p
    return copysign(y, x)


@scalar("arctan2", "float64", ulp=3, cuda="atan2", domain=(-10.0, 10.0))
def arctan2_f64(y, x):
    """arctan of the smaller over the larger magnitude, moved to its octant."""
    a, b = abs(x), abs(y)
    steep = b > a
    small = a if steep else b
    large = b if steep else a
    both = (small == large) & ((large == 0.0) | (large == float("inf")))
    # 0/0 counts as 0 and inf/inf as 1.
    small = (0.0 if large == 0.0 else 1.0) if both else small
    large = 1.0 if both else large
    factor = 2.0**-60 if large > 2.0**1000 else 1.0
    t = _atan_of_ratio(small * factor, large * factor)
    t = _HALF_PI_HIGH - (t - _HALF_PI_LOW) if steep else t
    t = _PI_HIGH - (t - _PI_LOW) if bits_f64(x) < 0 else t
    return copysign(t if (x == x) & (y == y) else _NAN, y)


@exact
def _quotient_f32(small, large):
    """small / large <= 1 and its rounding error; 0 / 0 counts as 0 and inf / inf as 1."""
    # The error of a subnormal quotient's product would be lost.
    factor = f32(2.0**100) if large < f32(2.0**-60) else f32(1.0)
    small, large = small * factor, large * factor
    t = small / large
    low = fma(-t, large, small) / large
    # Where infinities or zeros meet there is no error.
    low = low if abs(low) < t else f32(0.0)
    t = (f32(0.0) if large == f32(0.0) else f32(1.0)) if small == large else t
    return t, low


@exact
def _arctan_sum_f32(base, base_low, t, low):
    """base + base_low + arctan(t + low) for a correction low; base is 0 or above |t|."""
    z = t * t
    s = base + t
    # The slope of arctan, 1 / (1 + z), need not be known well.
    slope = fma(z, fma(z, f32(0.5), f32(-1.0)), f32(1.0))
    cube = t * z
    p = horner(z, _ATAN_F32)
    rest = fma(low, slope, (t - (s - base)) + base_low)
    rest = fma(fma(t, z, -cube) + t * fma(t, t, -z), p, rest)
    return s + fma(cube, p, rest)


@scalar("arctan2", "float32", ulp=1)
def arctan2_f32(y, x):
    a, b = abs(x), abs(y)
    steep, left = b > a, bits_f32(x) < i32(0)
    t, low = _quotient_f32(a if steep else b, b if steep else a)
    # The angle is 0, pi/2 or pi, plus or minus that of the octant.
    base = _HALF_PI_HIGH_F32 if steep else (_PI_HIGH_F32 if left else f32(0.0))
    base_low = _HALF_PI_LOW_F32 if steep else (_PI_LOW_F32 if left else f32(0.0))
    minus = steep != left
    angle = _arctan_sum_f32(base, base_low, -t if minus else t, -low if minus else low)
    return copysign(angle if (x == x) & (y == y) else f32(_NAN), y)


@inline
def _asin_parts_f32(a):
    """For 0 <= a <= 1: whether a is above 1/2, the s whose arcsine is taken, and asin(s) - s."""
    big = a > f32(0.5)
    z = f32(0.5) * (f32(1.0) - a) if big else a * a
    s = sqrt(z if z >= f32(0.0) else f32(_NAN)) if big else a
    return big, s, s * z * horner(z, _ASIN_F32)


@inline
def _asin_parts_f64(a):
    big = a > 0.5
    z = 0.5 * (1.0 - a) if big else a * a
    s = sqrt(z if z >= 0.0 else _NAN) if big else a
    return big, s, s * z * horner(z, _ASIN_F64)


@scalar("arcsin", "float64", ulp=2.5, cuda="asin", domain=(-1.0, 1.0))
def arcsin_f64(x):
    """Minimax polynomial up to 1/2, above it pi/2 - 2 asin(sqrt((1 - |x|) / 2))."""
    big, s, p = _asin_parts_f64(abs(x))
    y = _HALF_PI_HIGH - (2.0 * (s + p) - _HALF_PI_LOW) if big else s + p
    return copysign(y, x)


@scalar("arcsin", "float32", ulp=1.5)
def arcsin_f32(x):
    big, s, p = _asin_parts_f32(abs(x))
    # In two steps of pi/4, so that nothing above 1 is rounded on the way to a result below it.
    quarter = f32(0.5) * _HALF_PI_HIGH_F32
    far = quarter + ((quarter - f32(2.0) * s) - (f32(2.0) * p - _HALF_PI_LOW_F32))
    return copysign(far if big else s + p, x)


@scalar("arccos", "float64", ulp=2, cuda="acos", domain=(-1.0, 1.0))
def arccos_f64(x):
    """pi/2 - asin(x) up to 1/2, above it 2 asin(sqrt((1 - |x|) / 2))."""
    big, s, p = _asin_parts_f64(abs(x))
    negative = x < 0.0
    t = copysign(s, x)
    middle = _HALF_PI_HIGH - (t - (_HALF_PI_LOW - copysign(p, x)))
    double = 2.0 * (s + p)
    outer = _PI_HIGH - (double - _PI_LOW) if negative else double
    return outer if big else middle


@scalar("arccos", "float32", ulp=1.5)
def arccos_f32(x):
    big, s, p = _asin_parts_f32(abs(x))
    t = copysign(s, x)
    middle = _HALF_PI_HIGH_F32 - (t - (_HALF_PI_LOW_F32 - copysign(p, x)))
    double = f32(2.0) * (s + p)
    outer = _PI_HIGH_F32 - (double - _PI_LOW_F32) if x < f32(0.0) else double
    return outer if big else middle
