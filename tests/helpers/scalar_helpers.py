"""Scalar functions in compiled loops, their references, and points to compare them at."""

import zlib

import numba
import numpy as np
import pytest

from ndgrad.kernels import scalar
from ndgrad.kernels.scalar import SCALARS, resolve

mp = pytest.importorskip("mpmath")
special = pytest.importorskip("scipy.special")

INF, NAN = np.inf, np.nan
DTYPES = {"float32": np.float32, "float64": np.float64}

# ---------------------------------------------------------------- kernels


def compiled(function, arity):
    """function over contiguous arrays; integers index from zero, so that the loop vectorises."""
    if arity == 1:

        @numba.njit(error_model="numpy")
        def loop(x, out):
            for i in range(out.size):
                out[i] = function(x[i])

    elif arity == 2:

        @numba.njit(error_model="numpy")
        def loop(x, y, out):
            for i in range(out.size):
                out[i] = function(x[i], y[i])

    else:

        @numba.njit(error_model="numpy")
        def loop(x, y, z, out):
            for i in range(out.size):
                out[i] = function(x[i], y[i], z[i])

    return loop


_LOOPS = {}


def loop_of(name, kind):
    key = name, kind
    if key not in _LOOPS:
        _LOOPS[key] = compiled(getattr(scalar, resolve(name, kind)), SCALARS[name].arity)
    return _LOOPS[key]


def run(name, kind, *args):
    dtype = np.float32 if kind == "small32" else DTYPES.get(kind)
    args = [np.ascontiguousarray(a, dtype) for a in args]
    out = np.empty(args[0].shape, args[0].dtype)
    loop_of(name, kind)(*args, out)
    return out


# ---------------------------------------------------------------- references


def _softrelu(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _mod(a, b):
    with np.errstate(all="ignore"):
        return np.where(b == 0, 0.0, np.mod(a, b))


def _round(x):
    return np.copysign(np.trunc(x) + np.copysign(np.abs(x - np.trunc(x)) >= 0.5, x), x)


def _gamma(x):
    y = special.gamma(x)
    return np.where((x < 0) & (x == np.floor(x)), NAN, y)


def _digamma(x):
    y = special.digamma(x)
    return np.where((x < 0) & (x == np.floor(x)), NAN, y)


def _sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1.0) / (1.0 + e)


# In float64, against which float32 is measured and which gives exact functions their answer.
NUMPY = {
    **{n: getattr(np, n) for n in ("exp expm1 exp2 log log1p log2 log10 sin cos tan").split()},
    **{n: getattr(np, n) for n in ("arcsin arccos arctan arctan2 sinh cosh tanh").split()},
    **{n: getattr(np, n) for n in ("arcsinh arccosh arctanh cbrt sqrt hypot abs").split()},
    **{n: getattr(np, n) for n in ("floor ceil trunc maximum minimum isnan isinf").split()},
    **{n: getattr(special, n) for n in ("erf erfc erfinv").split()},
    "gammaln": lambda x: np.where(np.isinf(x), INF, special.gammaln(x)),
    "isfinite": np.isfinite,
    "gamma": _gamma,
    "digamma": _digamma,
    "sigmoid": _sigmoid,
    "softrelu": _softrelu,
    "pow": np.power,
    "rcbrt": lambda x: 1 / np.cbrt(x),
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "reciprocal": lambda x: 1 / x,
    "sign": lambda x: np.nan_to_num(np.sign(x)),
    "round": _round,
    "rint": lambda x: np.floor(x) + (x - np.floor(x) > 0.5),
    "mod": _mod,
    "div": np.divide,
}


def _lgamma(x):
    return mp.log(abs(mp.gamma(x))) if x < 0 else mp.loggamma(x)


def _mp_sigmoid(x):
    return mp.exp(x) / (1 + mp.exp(x)) if x < 0 else 1 / (1 + mp.exp(-x))


def _mp_erfinv(x):
    y = mp.mpf(float(special.erfinv(float(x))))
    if abs(y) < mp.mpf(10) ** -150:
        return x * mp.sqrt(mp.pi) / 2
    for _ in range(3):
        if abs(x) < 0.5:
            miss = mp.erf(y) - x
        else:
            s = mp.sign(y)
            miss = s * ((1 - abs(x)) - mp.erfc(abs(y)))
        y -= miss / (2 / mp.sqrt(mp.pi) * mp.exp(-y * y))
    return y


def _real(f):
    """NaN where the function leaves the reals."""

    def g(*args):
        y = f(*args)
        return y if isinstance(y, mp.mpf) else mp.nan

    return g


MPMATH = {
    **{n: getattr(mp, n) for n in ("exp expm1 log10 sin cos tan sinh cosh tanh").split()},
    **{n: getattr(mp, n) for n in ("erf erfc gamma digamma hypot").split()},
    "log": _real(mp.log),
    "log10": _real(mp.log10),
    "log1p": _real(mp.log1p),
    "exp2": lambda x: mp.mpf(2) ** x,
    "log2": _real(lambda x: mp.log(x, 2)),
    "arcsin": _real(mp.asin),
    "arccos": _real(mp.acos),
    "arctan": mp.atan,
    "arctan2": mp.atan2,
    "arcsinh": mp.asinh,
    "arccosh": _real(mp.acosh),
    "arctanh": _real(mp.atanh),
    "erfinv": lambda x: _mp_erfinv(x) if abs(x) < 1 else x * mp.inf if abs(x) == 1 else mp.nan,
    "gammaln": _lgamma,
    "sigmoid": _mp_sigmoid,
    "softrelu": lambda x: max(x, mp.mpf(0)) + mp.log1p(mp.exp(-abs(x))),
    "pow": _real(lambda x, y: mp.power(x, y)),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "rcbrt": lambda x: mp.sign(x) / mp.cbrt(abs(x)),
    "sqrt": _real(mp.sqrt),
    "rsqrt": _real(lambda x: 1 / mp.sqrt(x)),
    "reciprocal": lambda x: 1 / x,
    "div": lambda x, y: x / y,
}


# ---------------------------------------------------------------- points

EDGES = [0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1.5, -1.5, 2.5, -2.5, 3.0]
# Where a formula changes, and what is near it; thousands of multiples of pi/4 come on top.
SEAMS = [2.3, 1.3, 2 / 3, 0.65, 0.9, 0.25, 0.75, 0.4142135, 2.4142135, 3.95, 28.0, 4.3, 6.0, 10.0]
SEAMS += [
    0.34657359,
    1.0397207,
    20.0,
    22.0,
    40.0,
    88.72284,
    89.0,
    90.0,
    103.97,
    104.5,
    150.0,
    171.6,
]
SEAMS += [0.70710678, 1.41421356, 1.4616321, 0.99903, 709.78, 710.47, 745.13, 745.2, 1e-8, 1e-17]
SEAMS += [1e-10, 127.0, 128.0, 149.0, 1023.0, 1024.0, 1074.0, 200.0, 177.5, 184.5, 33.0, 2.0**60]
SEAMS += [4096.0, 65536.0]


def points(dtype, per_exponent, rng):
    """Every exponent with random mantissas and both signs, edges, seams and their neighbours."""
    info = np.finfo(dtype)
    integer = np.int32 if dtype == np.float32 else np.int64
    mantissa = info.nmant
    exponents = np.arange(2 ** (info.bits - 1 - mantissa) - 1)
    e = np.repeat(exponents, per_exponent).astype(integer)
    bits = (e << mantissa) | rng.integers(0, 2**mantissa, e.size).astype(integer)
    x = bits.view(dtype)
    seams = np.array(SEAMS, dtype)
    seams = np.concatenate([seams, np.nextafter(seams, dtype(0)), np.nextafter(seams, dtype(INF))])
    ends = np.array([info.tiny, info.smallest_subnormal, info.max, info.eps], dtype)
    turns = (np.arange(1, 300) * np.pi / 4).astype(dtype)
    near = np.concatenate([seams, ends, turns])
    return np.concatenate([x, -x, near, -near, np.array(EDGES, dtype)])


def arguments(row, dtype, count, rng):
    """Half from the whole range of bits, half from where the function has its shape."""
    lo, hi = row.domain
    exponents = 254 if dtype == np.float32 else 2046
    columns = []
    for _ in range(row.arity):
        wide = points(dtype, max(1, count // (4 * exponents)), rng)
        if wide.size > count:
            wide = np.concatenate([rng.choice(wide[:-700], count), wide[-700:]])
        near = rng.uniform(lo, hi, count).astype(dtype)
        around = (rng.uniform(-1, 1, count) * np.exp2(rng.uniform(-12, 10, count))).astype(dtype)
        column = np.concatenate([wide, near, around])
        columns.append(column)
    if row.arity > 1:
        size = min(c.size for c in columns)
        columns = [rng.permutation(c[-size:]) for c in columns]
        edges = np.array(np.meshgrid(*[np.array([*EDGES, 1e30, 1e-30], dtype)] * row.arity))
        edges = edges.reshape(row.arity, -1)
        columns = [np.concatenate([c, e]) for c, e in zip(columns, edges, strict=True)]
    return columns


def generator(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


def errors32(got, want):
    """Error in ulps of float32; infinity where NaN or infinities disagree."""
    with np.errstate(all="ignore"):
        rounded = want.astype(np.float32)
        step = np.spacing(np.abs(rounded)).astype(np.float64)
        step = np.where(np.isfinite(step), step, np.spacing(np.finfo(np.float32).max))
        error = np.abs(got.astype(np.float64) - want) / step
        same = (got == rounded) | (np.isnan(got) & np.isnan(want))
        error = np.where(np.isinf(got) & (np.abs(want) >= np.finfo(np.float32).max), 0, error)
        return np.where(same & ~np.isfinite(error), 0, np.where(np.isnan(error), INF, error))


def errors64(name, got, columns, abs64):
    """Error in ulps against mpmath; points that NumPy's special values settle are left out."""
    result = np.zeros(got.size)
    reference = MPMATH[name]
    with mp.workprec(140), np.errstate(all="ignore"):
        for i, y in enumerate(got):
            args = [mp.mpf(float(c[i])) for c in columns]
            try:
                want = reference(*args)
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            if mp.isnan(want):
                result[i] = 0 if np.isnan(y) else INF
                continue
            nearest = float(want)
            if np.isinf(nearest) or np.isinf(y) or np.isnan(y):
                top = mp.mpf(np.finfo(np.float64).max)
                close = np.isinf(y) and (y > 0) == (want > 0) and abs(want) >= top * (1 - 1e-15)
                result[i] = 0 if close else INF
                continue
            miss = abs(mp.mpf(float(y)) - want)
            if args[0] > 0 or miss > abs64 * max(1, abs(want)):
                result[i] = float(miss / mp.mpf(float(np.spacing(abs(nearest)))))
    return result


EXACT = [n for n in SCALARS if n in NUMPY and SCALARS[n].ulp32 == 0]
REAL = [n for n in SCALARS if n in NUMPY and SCALARS[n].ulp32 > 0]

SMALL = [n for n in SCALARS if SCALARS[n].small32 is not None]
