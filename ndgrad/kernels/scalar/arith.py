"""Signs, roundings, remainders, choices: exact functions whose corner cases are MXNet's."""

from __future__ import annotations

import numpy as np
from numpy import float32 as f32
from numpy import float64 as f64

from .bits import copysign, fma, maximum, minimum, nearest_f64
from .table import inline, scalar

_INF_F32 = f32("inf")
_INF = float("inf")


@scalar("abs", "float32", cuda="fabs", cost=0)
def abs_f32(x):
    """|x|."""
    return abs(x)


@scalar("abs", "float64")
def abs_f64(x):
    return abs(x)


@scalar("abs", "integer")
def abs_int(x):
    return -x if x < 0 else x


@scalar("sign", "float32", cost=0)
def sign_f32(x):
    """-1, 0 or 1; 0 for NaN, as in MXNet."""
    return f32(1.0) if x > f32(0.0) else (f32(-1.0) if x < f32(0.0) else f32(0.0))


@scalar("sign", "float64")
def sign_f64(x):
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0)


@scalar("sign", "integer")
def sign_int(x):
    return 1 if x > 0 else (-1 if x < 0 else 0)


@scalar("floor", "float32", cuda="floor")
def floor_f32(x):
    """The largest integer that is not above x."""
    return np.floor(x)


@scalar("floor", "float64")
def floor_f64(x):
    return np.floor(x)


@scalar("floor", "integer")
def floor_int(x):
    return x


@scalar("ceil", "float32", cuda="ceil")
def ceil_f32(x):
    """The smallest integer that is not below x."""
    return np.ceil(x)


@scalar("ceil", "float64")
def ceil_f64(x):
    return np.ceil(x)


@scalar("ceil", "integer")
def ceil_int(x):
    return x


@scalar("trunc", "float32", cuda="trunc")
def trunc_f32(x):
    """x without its fraction."""
    return np.trunc(x)


@scalar("trunc", "float64")
def trunc_f64(x):
    return np.trunc(x)


@scalar("trunc", "integer")
def trunc_int(x):
    return x


@scalar("round", "float32")
def round_f32(x):
    """The nearest integer, halves away from zero."""
    t = np.trunc(x)
    far = abs(x - t) >= f32(0.5)
    return copysign(t + (copysign(f32(1.0), x) if far else f32(0.0)), x)


@scalar("round", "float64")
def round_f64(x):
    t = np.trunc(x)
    return copysign(t + (copysign(1.0, x) if abs(x - t) >= 0.5 else 0.0), x)


@scalar("round", "integer")
def round_int(x):
    return x


@scalar("rint", "float32")
def rint_f32(x):
    """The nearest integer, halves down, as in MXNet."""
    t = np.floor(x)
    return copysign(t + (f32(1.0) if x - t > f32(0.5) else f32(0.0)), x)


@scalar("rint", "float64")
def rint_f64(x):
    t = np.floor(x)
    return copysign(t + (1.0 if x - t > 0.5 else 0.0), x)


@scalar("rint", "integer")
def rint_int(x):
    return x


@scalar("mod", "float32")
def mod_f32(a, b):
    """a - b floor(a / b), exactly; the sign is b's, and x mod 0 is 0, as in MXNet."""
    x, y = f64(abs(a)), f64(abs(b))
    y = f64(2.0**200) if y == _INF else y
    # Slightly small, so that a large quotient is never rounded up: `nearest_f64` does not take the
    # large negative ones that would follow.
    inverse = (1.0 - 2.0**-50) / y
    # Every step is exact, what is left fits a float64, and takes 49 bits off the quotient, which
    # has up to 277; the last one leaves it in [-1/2, 1/2].
    for _ in range(6):
        x = fma(-nearest_f64(x * inverse), y, x)
    r = f32(x) * copysign(f32(1.0), a)
    r = r + b if (r != f32(0.0)) & ((r < f32(0.0)) != (b < f32(0.0))) else r
    return f32(0.0) if b == f32(0.0) else r


@scalar("mod", "float64")
def mod_f64(a, b):
    r = np.fmod(a, b)
    r = r + b if (r != 0.0) & ((r < 0.0) != (b < 0.0)) else r
    return 0.0 if b == 0.0 else r


@scalar("mod", "integer")
def mod_int(a, b):
    # The smallest integer divided by -1 traps, and so does anything by 0.
    trap = (b == 0) | (b == -1)
    d = b - b + 1 if trap else b
    return (a % d) * (0 if trap else 1)


@scalar("div", "float32", ulp=0.5)
def div_f32(a, b):
    """a / b; for integers towards zero, and x / 0 is 0."""
    return a / b


@scalar("div", "float64", ulp=0.5)
def div_f64(a, b):
    return a / b


@inline
def fixed_quotient_f32(a, b):
    """a / b in a loop all through which b is the same: the compiler takes 1 / b out of the loop.

    The product has 52 correct bits, and a quotient of two float32 is further than that from where
    rounding turns: the result is that of a division, but for ties among subnormal results.
    """
    return f32(f64(a) * (1.0 / f64(b)))


@scalar("div", "integer")
def div_int(a, b):
    trap = (b == 0) | (b == -1)
    d = b - b + 1 if trap else b
    q = a // d
    # Floor division is one too low where signs differ and something is left.
    q = q + 1 if (q < 0) & (q * d != a) else q
    return (0 if b == 0 else -a) if trap else q


@scalar("maximum", "float32", cost=0)
def maximum_f32(a, b):
    """The larger; NaN if either is."""
    return maximum(a, b)


@scalar("maximum", "float64")
def maximum_f64(a, b):
    return maximum(a, b)


@scalar("maximum", "integer")
def maximum_int(a, b):
    return a if a > b else b


@scalar("minimum", "float32", cost=0)
def minimum_f32(a, b):
    """The smaller; NaN if either is."""
    return minimum(a, b)


@scalar("minimum", "float64")
def minimum_f64(a, b):
    return minimum(a, b)


@scalar("minimum", "integer")
def minimum_int(a, b):
    return a if a < b else b


@scalar("where", "float32", cost=0)
def where_f32(condition, a, b):
    """a where the condition is not zero, else b."""
    return a if condition != 0 else b


@scalar("where", "float64")
def where_f64(condition, a, b):
    return a if condition != 0 else b


@scalar("where", "integer")
def where_int(condition, a, b):
    return a if condition != 0 else b


@scalar("isnan", "float32", cost=0)
def isnan_f32(x):
    """1 where x is NaN, else 0."""
    return f32(1.0) if x != x else f32(0.0)


@scalar("isnan", "float64")
def isnan_f64(x):
    return 1.0 if x != x else 0.0


@scalar("isinf", "float32", cost=0)
def isinf_f32(x):
    """1 where x is infinite, else 0."""
    return f32(1.0) if abs(x) == _INF_F32 else f32(0.0)


@scalar("isinf", "float64")
def isinf_f64(x):
    return 1.0 if abs(x) == _INF else 0.0


@scalar("isfinite", "float32", cost=0)
def isfinite_f32(x):
    """1 where x is neither infinite nor NaN, else 0."""
    return f32(1.0) if abs(x) < _INF_F32 else f32(0.0)


@scalar("isfinite", "float64")
def isfinite_f64(x):
    return 1.0 if abs(x) < _INF else 0.0
