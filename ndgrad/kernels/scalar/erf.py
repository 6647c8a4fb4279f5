"""The error function, its complement and its inverse."""

from __future__ import annotations

from numpy import float32 as f32
from numpy import float64 as f64

from .bits import copysign, horner, sqrt, tuple_f32, two_product
from .exp import exp_sum_f64, short_exp_f32
from .log import log_f32, log_f64, positive_log_f32
from .table import inline, scalar

# erf(x) / x - 1 in x**2, for |x| <= 0.9 and 0.65.
_ERF_F32 = tuple_f32(
    0.12837915,
    -0.3761253,
    0.11282216,
    -0.02678139,
    0.0050153267,
    -0.00061063375,
)
_ERF_F64 = (
    0.1283791670955126,
    -0.3761263890318375,
    0.11283791670954924,
    -0.026866170645056364,
    0.005223977624019302,
    -0.0008548326865632012,
    0.00012055322057513695,
    -1.4925163839485099e-05,
    1.6448149024297589e-06,
    -1.6115231653721833e-07,
    1.2222160373462729e-08,
)
# log erfc(a), 0.9 <= a <= 3.95, with an error that is small in erf.
_ERF_EXPONENT_F32 = tuple_f32(
    -0.00017611397,
    -1.1277553,
    -0.63705,
    -0.10404598,
    0.022281269,
    -0.003056662,
    0.00019728973,
)
# (1 + 2a) e**(a**2) erfc(a) in t = (a - K) / (a + K), all a >= 0.
_ERFC_F64 = (
    1.2375126308378275,
    -0.14024059858554697,
    0.003585415485464707,
    0.08227673849014669,
    -0.10880393014176269,
    0.09230432116033778,
    -0.05869339858936796,
    0.02836227741944759,
    -0.009746579560714931,
    0.0017556258495298042,
    0.00029371368136296006,
    -0.00029015406649182684,
    5.16490403669569e-05,
    2.2384201581759688e-05,
    -1.1444003668155017e-05,
    -9.734941634541983e-07,
    1.7514065199363328e-06,
    -5.7293073532805e-08,
    -2.5842153035661215e-07,
    2.3316931872254194e-08,
    3.850827378329507e-08,
    -3.765916868524137e-09,
    -5.1091769591235364e-09,
    3.149734644009084e-10,
    4.1416142154754234e-10,
)
_K = 3.75
# erfinv(x) / x in w - 3.125, w = -log(1 - x**2) <= 6.25.
_ERFINV_CENTRE = (
    1.6536545626831027,
    0.24015818242558834,
    -0.006033670871426948,
    -0.000740702534154615,
    0.00018673420802028712,
    -1.388252339403473e-05,
    -1.3654691767918999e-06,
    4.2347881691939447e-07,
    -2.907039036941991e-08,
    -4.112660504799451e-09,
    1.0512228468441168e-09,
    -5.4143004148636015e-11,
    -1.2978608819861038e-11,
    2.6305190324153937e-12,
    -8.076720161464148e-14,
    -4.001864393972613e-14,
    6.529131491647932e-15,
    -3.9562508376681056e-17,
    -1.2299386173181837e-16,
    1.552245179854515e-17,
    6.64529113138017e-19,
    -3.47830296172894e-19,
    1.7762645888780368e-20,
    3.202680271222359e-21,
    -3.211760858973027e-22,
)
# erfinv(x) in s - 4.35, s = sqrt(-log(1 - x)), beyond that.
_ERFINV_TAIL = (
    4.112003707808062,
    1.0290286315007653,
    -0.0037949784530228936,
    0.00044372580269682677,
    -3.11016843825851e-05,
    -5.085817060140459e-06,
    3.3009695767969974e-06,
    -1.1251160092452882e-06,
    3.192263164133537e-07,
    -8.268801547945319e-08,
    2.0233322547706366e-08,
    -4.7524647844727e-09,
    1.0804892116879777e-09,
    -2.3876719759416424e-10,
    5.1394731406758144e-11,
    -1.0821263535836767e-11,
    2.222681633273234e-12,
    -4.286092368991092e-13,
    7.853190264363925e-14,
    -1.7084914125371954e-14,
    3.6285466082889985e-15,
    -2.645610061655613e-16,
    -3.9059635027208994e-17,
)
# erfinv(x) / x in w = -log(1 - x**2) <= 5, and in sqrt(w) - 3 beyond that.
_ERFINV_CENTRE_F32 = tuple_f32(
    0.88622695,
    0.23201355,
    0.011550335,
    -0.0023385407,
    -0.00012200249,
    4.0486746e-05,
    5.8356336e-06,
    -2.4978813e-06,
    3.097969e-07,
    -1.7161332e-08,
    3.3553907e-10,
)
_ERFINV_TAIL_F32 = tuple_f32(
    2.8329768,
    1.0016752,
    0.009445294,
    -0.0076429592,
    0.005687791,
    -0.0035660597,
    0.0014746386,
    -0.00012209176,
    -0.00027637157,
    0.00016193342,
    -3.0427016e-05,
)
_INF_F32 = f32("inf")
_INF, _NAN = float("inf"), float("nan")


@scalar("erf", "float32", ulp=2, cuda="erf", domain=(-3.0, 3.0))
def erf_f32(x):
    """x plus a polynomial in x**2 up to 0.9, 1 - e**polynomial above (both Remez)."""
    a = abs(x)
    z = a * a
    small = a + a * horner(z, _ERF_F32)
    b = f32(3.95) if a > f32(3.95) else a
    large = f32(1.0) - short_exp_f32(horner(b, _ERF_EXPONENT_F32))
    return copysign(small if a < f32(0.9) else large, x)


@inline
def _erfc_positive(a):
    """erfc(a), a >= 0: e**(-a**2) / (1 + 2a) times a polynomial in (a - K) / (a + K)."""
    b = 28.0 if a > 28.0 else a
    p = horner((b - _K) / (b + _K), _ERFC_F64)
    square, low = two_product(b, b)
    return exp_sum_f64(-square, -low) * p / (1.0 + 2.0 * b)


@inline
def _erf_small(x):
    return x + x * horner(x * x, _ERF_F64)


@scalar("erf", "float64", ulp=2)
def erf_f64(x):
    a = abs(x)
    return copysign(_erf_small(a) if a < 0.65 else 1.0 - _erfc_positive(a), x)


@scalar("erfc", "float64", ulp=4, cuda="erfc", domain=(-3.0, 5.0))
def erfc_f64(x):
    """e**(-x**2) / (1 + 2x) times a polynomial in (x - K) / (x + K), fitted here (Remez)."""
    y = _erfc_positive(abs(x))
    y = 2.0 - y if x < 0.0 else y
    return 1.0 - _erf_small(x) if abs(x) < 0.65 else y


@scalar("erfc", "float32", ulp=1)
def erfc_f32(x):
    return f32(erfc_f64(f64(x)))


@scalar("erfinv", "float64", ulp=4, domain=(-0.99, 0.99))
def erfinv_f64(x):
    """Polynomials in -log(1 - x**2), and in the tail in sqrt(-log(1 - |x|)) (Remez)."""
    a = abs(x)
    q = 1.0 - a
    far = q < 9.66e-4
    w = -log_f64(q if far else q * (1.0 + a))
    s = sqrt(w if w > 0.0 else 0.0)
    tail = horner((s if s < 6.1 else 6.1) - 4.35, _ERFINV_TAIL)
    centre = a * horner((w if w < 6.3 else 6.3) - 3.125, _ERFINV_CENTRE)
    y = tail if far else centre
    y = _INF if a == 1.0 else y
    return copysign(y if a <= 1.0 else _NAN, x)


@inline
def _erfinv_central_f32(x, w):
    """erfinv(x) for w = -log(1 - x**2) < 5."""
    p = horner(w, _ERFINV_CENTRE_F32[1:])
    return p * w * x + _ERFINV_CENTRE_F32[0] * x


@scalar("erfinv", "float32", ulp=2)
def erfinv_f32(x):
    a = abs(x)
    q = f32(1.0) - a
    w = -log_f32(q + q * a)
    u = sqrt(w) - f32(3.0)
    # Two polynomials side by side take less time than one with chosen coefficients.
    p = horner(u, _ERFINV_TAIL_F32[1:])
    far = p * u * x + _ERFINV_TAIL_F32[0] * x
    y = far if w >= f32(5.0) else _erfinv_central_f32(x, w)
    return copysign(_INF_F32 if a == f32(1.0) else y, x)


@scalar("erfinv", "small32", valid32=(-255 / 256, 255 / 256))
def erfinv_small32(x):
    a = abs(x)
    q = f32(1.0) - a
    return copysign(_erfinv_central_f32(x, -positive_log_f32(q + q * a)), x)
