"""The gamma function, its logarithm and the derivatives of that."""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32
from numpy import float64 as f64

from .bits import fast_two_sum, fma, horner, scale_f64, two_sum
from .exp import exp_f64, reduced_f64
from .log import log_f64, log_sum_f64
from .table import exact, inline, scalar
from .trig import cos_pi_f64, sin_pi_f64

# log Gamma(2 + v) / v, -0.7 <= v <= 0.3.
_LGAMMA_F64 = (
    0.42278433509846713,
    0.3224670334241132,
    -0.06735230105319782,
    0.02058080842779058,
    -0.007385551028708975,
    0.0028905103301422853,
    -0.0011927539104384193,
    0.0005096695516757376,
    -0.0002231547562501468,
    9.945690230825077e-05,
    -4.492723896087165e-05,
    2.051384712549667e-05,
    -9.418159503655728e-06,
    4.354987453882568e-06,
    -2.2097803742694786e-06,
    7.715845645568532e-07,
    -1.0313134691506405e-07,
    1.3117067317837819e-06,
    1.0432484710982738e-06,
    5.280281145710529e-07,
)
# x (log Gamma(x) - (x - 1/2) log x + x - log(2pi)/2) in 1/x**2, x >= 2.3.
_STIRLING_F64 = (
    0.08333333333333333,
    -0.0027777777777718083,
    0.0007936507910766205,
    -0.0005952376542629061,
    0.0008417108201833601,
    -0.0019152985437134718,
    0.006326901773728832,
    -0.027313938770236933,
    0.1340703526284157,
    -0.642898552848012,
    2.651549133293642,
    -8.513501164595754,
    19.354806396761163,
    -27.309735507750823,
    17.84062958432284,
)
# The same two to float32's accuracy.
_LGAMMA_F32 = (
    0.4227843351007384,
    0.3224670335451607,
    -0.06735230176018324,
    0.020580794334273168,
    -0.007385528799523416,
    0.0028909806839480007,
    -0.001192546857181508,
    0.000503830875269634,
    -0.00023362855672166738,
    0.0001183340033865021,
    2.5104983946474515e-05,
    8.332951067860563e-05,
)
_STIRLING_F32 = (
    0.08333333331091534,
    -0.002777768526564475,
    0.0007930265274699673,
    -0.0005793414295174656,
    0.0006444280894221434,
    -0.0005471771221898285,
)
# digamma(x) / (x - x0) in x - 1.5, 1 <= x <= 2, x0 the positive zero.
_DIGAMMA_F64 = (
    0.9510558760318328,
    -0.4236274212814606,
    0.24054248424078778,
    -0.14840492305388006,
    0.09498872445276292,
    -0.061922133275561814,
    0.040760833948815134,
    -0.026975796656868185,
    0.017907248061894088,
    -0.011908220169654713,
    0.007927026571215143,
    -0.005279936420212746,
    0.0035180509420034358,
    -0.0023455016043056496,
    0.0015637856967304234,
    -0.0010364228695524068,
    0.0006889266435168001,
    -0.0004860636398189229,
    0.0003299218651464203,
    -0.0001446049159467861,
    8.648728294007724e-05,
    -0.00017837251200955223,
    0.00012612553581333233,
)
# x**2 (log x - 1/2x - digamma(x)) in 1/x**2, x >= 3.
_DIGAMMA_TAIL = (
    0.08333333333333333,
    -0.00833333333330383,
    0.003968253952290862,
    -0.004166663252979758,
    0.007575374216964817,
    -0.0210667250624602,
    0.08216318433872483,
    -0.406445278504068,
    2.199149409750402,
    -10.932968765271967,
    42.27857819327591,
    -106.4279629374743,
    126.82811501571207,
)
_ZERO_HIGH, _ZERO_LOW = 1.4616321449683622, 9.549995429965697e-17
# log(2pi)/2 - 1/2
_CONSTANT_HIGH, _CONSTANT_LOW = 0.4189385332046727, 1.6728209650585413e-17
_PI = 3.141592653589793
_INF, _NAN = float("inf"), float("nan")
# B(2j) / (2j)!, for Euler and Maclaurin's sum.
_BERNOULLI = (
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
)
_TERMS = 12


@exact
def _stirling(x):
    """log Gamma(x), x >= 2.3, as a sum of two floats: Stirling's formula with a fitted rest."""
    log, log_low = log_sum_f64(x)
    b = x - 0.5
    m, m_low = two_sum(log, -1.0)
    p = b * m
    p_low = fma(b, m, -p) + b * (m_low + log_low)
    high, low = two_sum(p, _CONSTANT_HIGH)
    u = 1.0 / x
    low = low + (p_low + _CONSTANT_LOW + u * horner(u * u, _STIRLING_F64))
    return fast_two_sum(high, low)


@scalar("gamma", "float64", ulp=4, cuda="gamma", domain=(0.1, 20.0))
def gamma_f64(x):
    """e**(Stirling's formula) above 2.3, recurrence below, reflection for negative x."""
    negative = x < 0.0
    a = abs(x)
    # y = a + n >= 2.3, offset its rounding error, product = Gamma(y) / Gamma(a).
    n = 3.0 if a < 0.3 else (2.0 if a < 1.3 else (1.0 if a < 2.3 else 0.0))
    y, offset = two_sum(a, n)
    two, three = fma(a, a, a), a * fma(a, a + 3.0, 2.0)
    product = three if a < 0.3 else (two if a < 1.3 else (a if a < 2.3 else 1.0))
    y = y if y < 200.0 else 200.0
    high, low = _stirling(y)
    low = low + offset * _slope(y)
    sign = -1.0 if negative else 1.0
    k, p = reduced_f64(high * sign, low * sign)
    sine = sin_pi_f64(a)
    ratio = (-_PI * product / sine) / a if negative else 1.0 / product
    value = scale_f64(ratio * (1.0 + p), k)
    # Factorials are integers.
    whole = (np.floor(x) == x) & (x > 0.0) & (value < 2.0**52)
    value = np.rint(value) if whole else value
    value = _INF if x > 171.7 else value
    value = 1.0 / x if a < 1e-17 else value
    pole = negative & (np.floor(x) == x)
    return (_NAN if pole else value) if x == x else x


@inline
def _stirling_short(x):
    """`_stirling` in one float, for results in float32."""
    u = 1.0 / x
    return (x - 0.5) * (log_f64(x) - 1.0) + (_CONSTANT_HIGH + u * horner(u * u, _STIRLING_F32))


@scalar("gamma", "float32", ulp=1)
def gamma_f32(x):
    a = f64(abs(x))
    negative = x < f32(0.0)
    y, product = a, 1.0
    for _ in range(3):
        below = y < 2.3
        product = product * y if below else product
        y = y + 1.0 if below else y
    e = exp_f64(_stirling_short(y if y < 60.0 else 60.0) * (-1.0 if negative else 1.0))
    sine = sin_pi_f64(a)
    value = (-_PI * product / (sine * a) if negative else 1.0 / product) * e
    value = 1.0 / f64(x) if a < 1e-9 else value
    pole = negative & (sine == 0.0)
    # Gamma(60) is infinite in float32; below -60 there is nothing but zero.
    value = 0.0 if (a > 60.0) & (a < _INF) & negative else value
    y32 = f32(_NAN if pole else value)
    return x if (x == f32(_INF)) | (x != x) else y32


@inline
def _slope(y):
    """digamma(y) to three digits."""
    return log_f64(y) - 0.5 / y


@scalar("gammaln", "float64", ulp=4, abs64=1e-15, cuda="lgamma", domain=(0.1, 50.0))
def gammaln_f64(x):
    """log|Gamma(x)|: Stirling above 2.3, a polynomial about 2 and recurrence, reflection."""
    a = abs(x)
    large = a >= 2.3
    # v = a + n - 2 exactly, with as many shifts n as lead to 1.3 or more.
    v = a if a < 0.3 else (a - 1.0 if a < 1.3 else (0.0 if large else a - 2.0))
    product = fma(a, a, a) if a < 0.3 else (a if a < 1.3 else 1.0)
    high, low = _stirling(a if (a > 2.3) & (a < 1e306) else 2.3)
    log_product = log_f64(product)
    near = v * horner(v, _LGAMMA_F64) - log_product
    value = high + low if large else near
    value = _INF if a > 2.5563481638716906e305 else value
    reflected = -log_f64(a * abs(sin_pi_f64(a)) / _PI) - value
    reflected = -log_product if a < 1e-17 else reflected
    reflected = _INF if np.floor(x) == x else reflected
    value = reflected if x < 0.0 else value
    return value if x == x else x


@inline
def _gammaln_positive_f32(a):
    """log Gamma(a) for a > 0, and log a below 1e-17."""
    large = a >= 2.3
    v = a if a < 0.3 else (a - 1.0 if a < 1.3 else (0.0 if large else a - 2.0))
    product = a * a + a if a < 0.3 else (a if a < 1.3 else 1.0)
    # One logarithm: of a for Stirling's formula, of the product below it.
    log = log_f64(a if large else product)
    u = 1.0 / (a if large else 2.3)
    far = (a - 0.5) * (log - 1.0) + (_CONSTANT_HIGH + u * horner(u * u, _STIRLING_F32))
    return far if large else v * horner(v, _LGAMMA_F32) - log, log


@scalar("gammaln", "float32", ulp=1)
def gammaln_f32(x):
    a = f64(abs(x))
    value, log = _gammaln_positive_f32(a)
    sine = abs(sin_pi_f64(a))
    reflected = -log_f64(a * sine / _PI) - value
    reflected = -log if a < 1e-17 else reflected
    reflected = _INF if sine == 0.0 else reflected
    value = reflected if x < f32(0.0) else value
    value = _INF if a == _INF else value
    return f32(value if x == x else _NAN)


@scalar("gammaln", "small32", valid32=(2.0**-126, _INF))
def gammaln_small32(x):
    value, _ = _gammaln_positive_f32(f64(x))
    return f32(value) if x < f32(_INF) else x


@inline
def _digamma_positive(a):
    """digamma(a), a > 0."""
    below = a < 1.0
    y = a + 1.0 if below else a
    above = y >= 2.0
    z = y - 1.0 if above else y
    z = z if z < 2.0 else 2.0
    middle = ((z - _ZERO_HIGH) - _ZERO_LOW) * horner(z - 1.5, _DIGAMMA_F64)
    middle = middle + (1.0 / z if above else 0.0)
    middle = middle - (1.0 / a if below else 0.0)
    u = 1.0 / (a if a > 3.0 else 3.0)
    w = u * u
    tail = (log_f64(a) - 0.5 * u) - w * horner(w, _DIGAMMA_TAIL)
    return tail if a >= 3.0 else middle


@scalar("digamma", "float64", ulp=4, abs64=4e-15, domain=(0.1, 50.0))
def digamma_f64(x):
    """log x - 1/2x - polynomial in 1/x**2 above 3, factored at the zero, reflection."""
    a = abs(x)
    value = _digamma_positive(a)
    g = a - np.rint(a)
    # digamma(-a) = digamma(a) + 1/a + pi cot(pi a)
    reflected = value + 1.0 / a + _PI * cos_pi_f64(g) / sin_pi_f64(g)
    # Towards zero both poles are 1/a and cancel in part.
    reflected = 1.0 / a + (1.0 / a + value) if a < 1e-8 else reflected
    reflected = _NAN if np.floor(x) == x else reflected
    value = reflected if x < 0.0 else value
    return -1.0 / x if abs(x) < 1e-17 else (value if x == x else x)


@scalar("digamma", "float32", ulp=1)
def digamma_f32(x):
    return f32(digamma_f64(f64(x)))


@inline
def _power_of_inverse(x, n):
    """x**-n for an integer n >= 0, by squaring."""
    u, y = 1.0 / x, 1.0
    while n > 0:
        if n & 1:
            y = y * u
        u = u * u
        n = n >> 1
    return y


@inline
def _hurwitz_zeta(s, q):
    """sum of (q + k)**-s over k >= 0, q > 0: leading terms, then Euler and Maclaurin."""
    total = 0.0
    for k in range(_TERMS + s):
        total = total + _power_of_inverse(q + k, s)
    q = q + (_TERMS + s)
    power = _power_of_inverse(q, s)
    total = total + (power * q / (s - 1.0) + 0.5 * power)
    factor = power * s / q
    for j in range(len(_BERNOULLI)):
        total = total + _BERNOULLI[j] * factor
        factor = factor * (s + (2 * j + 1)) * (s + (2 * j + 2)) / (q * q)
    return total


@scalar("polygamma", "float64", ulp=64, abs64=1e-13, domain=(0.5, 20.0))
def polygamma_f64(n, x):
    """The n-th derivative of digamma, (-1)**(n+1) n! zeta(n+1, x); zeta by Euler-Maclaurin."""
    if n == 0.0:
        return digamma_f64(x)
    if not (n > 0.0 and n < 170.5 and n == np.floor(n)) or x != x:
        return _NAN
    if x == _INF:
        return 0.0
    s = int(n) + 1
    # Both neighbours of a pole go to infinity with the same sign for even s only.
    if x <= 0.0 and x == np.floor(x):
        return _INF if s % 2 == 0 else _NAN
    factorial = 1.0
    for k in range(2, s):
        factorial = factorial * k
    parity = 1.0 if s % 2 == 0 else -1.0
    if x > 0.0:
        zeta = _hurwitz_zeta(s, x)
    else:
        # Terms on the left of zero are (-1)**s (j - g)**-s for j = 1 ... up to 1 - x.
        g = x - np.floor(x)
        zeta = _hurwitz_zeta(s, g) + parity * (
            _hurwitz_zeta(s, 1.0 - g) - _hurwitz_zeta(s, 1.0 - x)
        )
    return parity * factorial * zeta


@scalar("polygamma", "float32", ulp=1)
def polygamma_f32(n, x):
    return f32(polygamma_f64(f64(n), f64(x)))
