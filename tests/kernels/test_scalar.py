"""Scalar functions: accuracy against mpmath and SciPy, special values, vectorisation."""

import os
import re
import subprocess
import sys
import zlib
from fractions import Fraction

import numba
import numpy as np
import pytest
from forms import first

from ndgrad import nd
from ndgrad.kernels import processor, scalar
from ndgrad.kernels.cpu import elementwise
from ndgrad.kernels.scalar import SCALARS, resolve
from ndgrad.kernels.scalar.contract import contracted
from ndgrad.kernels.spec.formula import Loop

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


def worst(errors, columns, got):
    i = int(np.argmax(errors))
    return f"{errors[i]:.3g} ulp at {[c[i] for c in columns]}: {got[i]!r}"


@pytest.mark.parametrize("name", REAL)
def test_float32_is_within_its_bound(name):
    row = SCALARS[name]
    columns = arguments(row, np.float32, 20_000, generator(name))
    got = run(name, "float32", *columns)
    with np.errstate(all="ignore"):
        want = NUMPY[name](*[c.astype(np.float64) for c in columns])
    errors = errors32(got, want)
    assert errors.max() <= row.ulp32, worst(errors, columns, got)


@pytest.mark.parametrize("name", REAL)
def test_float64_is_within_its_bound(name, full):
    row = SCALARS[name]
    rng = generator(name)
    columns = arguments(row, np.float64, 40_000, rng)
    # Every exponent is there; mpmath is slow, so a sample of them, and all seams and edges.
    size, count = columns[0].size, 1200 if full else 300
    if row.arity == 1:
        ends = np.arange(size - 80_700, size - 80_000)
    else:
        ends = np.arange(size - 324, size)
    keep = np.concatenate([rng.integers(0, size, count), ends])
    columns = [c[keep] for c in columns]
    # NumPy settles infinities and NaN, and signed zeros, which mpmath lacks.
    finite = np.logical_and.reduce(
        [np.isfinite(c) & ((c != 0) | (len(columns) < 2)) for c in columns]
    )
    got = run(name, "float64", *columns)
    with np.errstate(all="ignore"):
        want = NUMPY[name](*columns)
    for c, g, w in zip(np.transpose(columns)[~finite], got[~finite], want[~finite], strict=True):
        assert np.isclose(g, w, rtol=1e-15, atol=0, equal_nan=True), (c, g, w)
    columns = [c[finite] for c in columns]
    got = got[finite]
    if name in {"gamma", "digamma", "gammaln"}:
        # mpmath's functions take long far out, where nothing is left to learn.
        usable = np.abs(columns[0]) < 1e6
        columns, got = [c[usable] for c in columns], got[usable]
    errors = errors64(name, got, columns, row.abs64)
    assert errors.max() <= row.ulp64, worst(errors, columns, got)


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize("name", EXACT)
def test_exact_functions(name, kind):
    row = SCALARS[name]
    columns = arguments(row, DTYPES[kind], 3000, generator(name))
    got = run(name, kind, *columns)
    with np.errstate(all="ignore"):
        want = NUMPY[name](*columns).astype(got.dtype)
    if name == "mod":
        bad = ~((got == want) | (np.isnan(got) & np.isnan(want)))
        assert not bad.any(), [c[bad][:5] for c in [*columns, got, want]]
    else:
        np.testing.assert_array_equal(got, want)


def test_polygamma():
    rng = generator("polygamma")
    n = np.repeat(np.arange(6.0), 60)
    x = np.concatenate(
        [rng.uniform(-12, 0, 120), rng.uniform(0, 20, 180), 10 ** rng.uniform(1, 6, 60)]
    )
    x = rng.permutation(x)
    got = run("polygamma", "float64", n, x)
    got32 = run("polygamma", "float32", n, x.astype(np.float32))
    row = SCALARS["polygamma"]
    with mp.workprec(200):
        for i in range(n.size):
            want = mp.polygamma(int(n[i]), mp.mpf(float(x[i])))
            ulp = mp.mpf(float(np.spacing(abs(float(want)))))
            # Near a zero of an even derivative on the left, the terms that cancel set the scale.
            size = abs(mp.psi(int(n[i]) + 1, mp.mpf(float(x[i])))) * abs(x[i])
            bound = max(row.ulp64 * ulp, row.abs64 * max(1, abs(want)), 8e-16 * size)
            assert abs(mp.mpf(float(got[i])) - want) <= bound, (n[i], x[i], got[i], want)
            want = mp.polygamma(int(n[i]), mp.mpf(float(np.float32(x[i]))))
            miss = abs(mp.mpf(float(got32[i])) - want)
            assert miss <= row.ulp32 * float(np.spacing(np.float32(abs(want)))), (n[i], x[i])
    edges = np.array([INF, NAN, 0.0, -3.0])
    np.testing.assert_array_equal(
        run("polygamma", "float64", np.ones(4), edges), [0.0, NAN, INF, INF]
    )


# ---------------------------------------------------------------- special values

# Values where MXNet, C99 or mathematics leave no choice: function, arguments, result.
SPECIAL = [
    ("sign", (NAN,), 0.0),
    ("sign", (-0.0,), 0.0),
    ("rint", (0.5,), 0.0),
    ("rint", (1.5,), 1.0),
    ("rint", (2.5,), 2.0),
    ("rint", (-0.5,), -1.0),
    ("round", (-2.5,), -3.0),
    ("round", (0.49999997,), 0.0),
    ("mod", (5.0, 0.0), 0.0),
    ("mod", (-1.0, INF), INF),
    ("mod", (-5.0, 3.0), 1.0),
    ("mod", (5.0, -3.0), -1.0),
    ("maximum", (NAN, 1.0), NAN),
    ("maximum", (1.0, NAN), NAN),
    ("minimum", (NAN, 1.0), NAN),
    ("where", (NAN, 1.0, 2.0), 1.0),
    ("where", (-0.0, 1.0, 2.0), 2.0),
    ("gamma", (0.0,), INF),
    ("gamma", (-0.0,), -INF),
    ("gamma", (-1.0,), NAN),
    ("gamma", (-INF,), NAN),
    ("gamma", (INF,), INF),
    ("gamma", (5.0,), 24.0),
    ("gammaln", (0.0,), INF),
    ("gammaln", (-2.0,), INF),
    ("gammaln", (-INF,), INF),
    ("gammaln", (1.0,), 0.0),
    ("gammaln", (2.0,), 0.0),
    ("digamma", (0.0,), -INF),
    ("digamma", (-3.0,), NAN),
    ("digamma", (INF,), INF),
    ("polygamma", (0.0, 1.0), -0.5772156649015329),
    ("erfinv", (1.0,), INF),
    ("erfinv", (-1.0,), -INF),
    ("erfinv", (2.0,), NAN),
    ("rcbrt", (0.0,), INF),
    ("rcbrt", (-0.0,), -INF),
    ("rcbrt", (INF,), 0.0),
    ("rsqrt", (0.0,), INF),
    ("rsqrt", (-1.0,), NAN),
    ("sin", (INF,), NAN),
    ("cos", (-INF,), NAN),
    ("sigmoid", (-INF,), 0.0),
    ("sigmoid", (INF,), 1.0),
    ("softrelu", (-INF,), 0.0),
    ("softrelu", (INF,), INF),
    ("hypot", (INF, NAN), INF),
    ("pow", (NAN, 0.0), 1.0),
    ("pow", (1.0, NAN), 1.0),
    ("pow", (-1.0, INF), 1.0),
    ("pow", (-2.0, 0.5), NAN),
    ("pow", (-0.0, -3.0), -INF),
    ("pow", (-INF, 3.0), -INF),
    ("pow", (-INF, 0.5), INF),
    ("pow", (-8.0, 3.0), -512.0),
    ("isnan", (NAN,), 1.0),
    ("isinf", (-INF,), 1.0),
    ("isfinite", (INF,), 0.0),
]


@pytest.mark.parametrize("kind", DTYPES)
def test_special_values(kind):
    for name, args, want in SPECIAL:
        got = run(name, kind, *[[a] for a in args])[0]
        close = np.isclose(got, want, rtol=4e-16 if kind == "float64" else 2e-7, atol=0)
        assert close or (np.isnan(got) and np.isnan(want)), (name, args, got, want)


@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize(
    "name", "sin tan arcsin arctan sinh tanh arcsinh arctanh expm1 log1p erf erfinv cbrt".split()
)
def test_odd_functions_keep_zeros_and_subnormals(name, kind):
    tiny = np.finfo(DTYPES[kind]).smallest_subnormal
    x = np.array([0.0, -0.0, tiny, -tiny, 3 * tiny], DTYPES[kind])
    got = run(name, kind, x)
    slope = {"erf": 2 / np.sqrt(np.pi), "erfinv": np.sqrt(np.pi) / 2}.get(name, 1.0)
    if name != "cbrt":
        np.testing.assert_allclose(got, slope * x, rtol=0, atol=tiny * (slope != 1))
    np.testing.assert_array_equal(np.signbit(got), np.signbit(x))


@pytest.mark.parametrize(
    ("name", "x"),
    [
        # Very near to multiples of pi/2 in float32 and in float64, and the largest.
        ("sin", 16367173.0 * 2.0**72),
        ("cos", 16367173.0 * 2.0**72),
        ("sin", 6381956970095103.0 * 2.0**797),
        ("cos", 6381956970095103.0 * 2.0**797),
        ("tan", 6381956970095103.0 * 2.0**797),
        ("sin", 1.7976931348623157e308),
        ("tan", 1e22),
    ],
)
def test_large_angles(name, x):
    with mp.workprec(1400):
        want = float(MPMATH[name](mp.mpf(x)))
    got = run(name, "float64", [x])[0]
    assert abs(got - want) <= SCALARS[name].ulp64 * np.spacing(abs(want))
    if abs(x) < 3e38 and float(np.float32(x)) == x:
        got = run(name, "float32", [x])[0]
        assert abs(got - want) <= SCALARS[name].ulp32 * np.spacing(np.float32(abs(want)))


def test_integers():
    low = np.iinfo(np.int64).min

    def integers(name, *columns):
        columns = [np.array(c, np.int64) for c in columns]
        out = np.empty(columns[0].shape, np.int64)
        loop_of(name, "integer")(*columns, out)
        return out.tolist()

    assert integers("div", [7, -7, 7, -7, 5, low], [2, 2, -2, -2, 0, -1]) == [3, -3, -3, 3, 0, low]
    assert integers("mod", [5, -5, 5, -5, 7, low], [3, 3, -3, -3, 0, -1]) == [2, 1, -1, -2, 0, 0]
    base, power = [2, -2, 0, 1, -1, -1, 3, 0, 10, 7], [-1, -2, -1, -5, -3, -4, 3, 0, 12, 1]
    assert integers("pow", base, power) == [0, 0, 0, 1, -1, 1, 27, 1, 10**12, 7]
    assert integers("abs", [-3, 0, 4]) == [3, 0, 4]
    assert integers("sign", [-3, 0, 4]) == [-1, 0, 1]
    assert integers("maximum", [1, 5], [2, -5]) == [2, 5]
    assert integers("minimum", [1, 5], [2, -5]) == [1, -5]
    assert integers("where", [0, 2], [1, 1], [7, 7]) == [7, 1]


@pytest.mark.parametrize("dtype", first("int8", "uint8", "int32", "uint64"))
def test_narrow_and_unsigned_integers(dtype):
    x, y = np.array([7, 9, 100], dtype), np.array([2, 0, 1], dtype)
    out = np.empty(3, dtype)
    for name, want in (("div", [3, 0, 100]), ("mod", [1, 0, 0]), ("maximum", [7, 9, 100])):
        loop_of(name, "integer")(x, y, out)
        assert out.tolist() == want, name
    loop_of("pow", "integer")(np.array([3, 2, 1], dtype), np.array([2, 5, 0], dtype), out)
    assert out.tolist() == [9, 32, 1]


# ---------------------------------------------------------------- limited validity

SMALL = [n for n in SCALARS if SCALARS[n].small32 is not None]


@pytest.mark.parametrize("name", SMALL)
def test_small_argument_variants_give_the_same_bits(name):
    row = SCALARS[name]
    low, high = np.float32(row.valid32)
    assert (low, high) == row.valid32
    x = arguments(row, np.float32, 100_000, generator(name))[0]
    x = np.append(x[~((x < low) | (x > high))], [low, high]).astype(np.float32)
    assert np.isnan(x).any()
    got, want = run(name, "small32", x), run(name, "float32", x)
    same = (got.view(np.int32) == want.view(np.int32)) | (np.isnan(got) & np.isnan(want))
    assert same.all(), x[~same]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("dtype", first("float32", "float16"))
def test_kernels_leave_the_small_argument_variant_where_an_argument_is_large(name, dtype):
    function, row = getattr(nd, name), SCALARS[name]
    x = generator(name).uniform(*row.domain, 5000).astype(dtype)
    y = function(nd.array(x, dtype=dtype)).asnumpy()
    far = x.copy()
    at, values = [7, 2000], np.array([np.finfo(dtype).max, -INF], dtype)
    far[at] = values
    got = function(nd.array(far, dtype=dtype)).asnumpy()
    # Again in the row form, where some rows are near and some are not.
    both = _elementwise_of(f"{name}(a * b)", far.reshape(5, 1000), np.ones((5, 1), dtype))
    np.testing.assert_array_equal(both.ravel(), got)
    with np.errstate(all="ignore"):
        want = NUMPY[name](np.float64(values))
        rounded = want.astype(dtype)
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(got[at][~finite], rounded[~finite])
    error = np.abs(got[at][finite] - want[finite])
    assert (error <= row.ulp32 * np.spacing(np.abs(rounded[finite]))).all()
    np.testing.assert_array_equal(np.delete(got, at), np.delete(y, at))


def _elementwise_of(text, *operands):
    """A formula of a and b on arrays that broadcast, by way of a generated kernel."""
    shapes = tuple(x.shape for x in operands)
    out = np.empty(np.broadcast_shapes(*shapes), operands[0].dtype)
    loop = Loop("test", ("a", "b"), (("y", text),))
    elementwise.run(loop, tuple(x.ravel() for x in operands), shapes, (out.ravel(),), "float32")
    return out


# ---------------------------------------------------------------- how it is compiled

PLAIN = {"sqrt", "reciprocal", "div"}
VECTORS = [(name, kind) for name in REAL if name not in PLAIN for kind in DTYPES]
VECTORS += [("mod", "float32"), *((name, "small32") for name in SMALL)]


_ARITHMETIC = "add|sub|mul|div|sqrt|fn?m(?:add|sub)\\d*|fmadd|fml[as]|fnm(?:add|sub)"
_PACKED = re.compile(rf"\tv?(?:{_ARITHMETIC})p[sd]\t|\tf?(?:{_ARITHMETIC})\tv\d+\.(?:4s|2d)")
_SINGLE = re.compile(rf"\tv?(?:{_ARITHMETIC})s[sd]\t|\tf?(?:{_ARITHMETIC})\t[sd]\d+")
_LABEL = re.compile(r"(\.?L\w+):")
_JUMP = re.compile(r"\t(?:j\w+|b(?:\.\w+)?|cbn?z\t\w+,|tbn?z\t\w+, #\d+,)\s+(\.?L\w+)")


def inner_loops(assembly):
    """The lines of each loop that has no other inside."""
    at, loops = {}, []
    lines = assembly.splitlines()
    for i, line in enumerate(lines):
        if found := _LABEL.match(line):
            at[found[1]] = i
        elif (found := _JUMP.match(line)) and found[1] in at:
            begin = at[found[1]]
            if not any(begin <= b for b, _ in loops):
                loops.append((begin, i))
    return [lines[begin:end] for begin, end in loops]


def vector_loops(loop):
    """(bytes of a register, packed instructions) of each loop whose arithmetic is all packed."""
    text = next(iter(loop.inspect_asm().values()))
    found = []
    for lines in inner_loops(text):
        body = "\n".join(lines)
        packed = [line for line in lines if _PACKED.match(line)]
        if packed and not _SINGLE.search(body):
            wide = max(64 * ("%zmm" in x) or 32 * ("%ymm" in x) or 16 for x in packed)
            found.append((wide, len(packed)))
    return found


@numba.njit
def _plain(x, out):
    for i in range(out.size):
        out[i] = x[i] * x[i]


@pytest.mark.compiled
@pytest.mark.parametrize(("name", "kind"), VECTORS)
def test_loops_vectorise(name, kind):
    """Nearly all elements go through a loop of the widest vectors that LLVM has a use for."""
    run(name, kind, *[np.ones(3)] * SCALARS[name].arity)
    _plain(*[np.ones(3, DTYPES.get(kind, np.float32))] * 2)
    widest = max(wide for wide, _ in vector_loops(_plain))
    found = vector_loops(loop_of(name, kind))
    assert any(wide == widest for wide, _ in found), (
        f"no loop of {widest} byte vectors; those found, with their packed instructions: {found}"
    )


def test_a_loop_of_scalars_would_be_seen():
    loop = "L1:\n\tvmulps\t%ymm0, %ymm1, %ymm1\n\tvaddss\t%xmm0, %xmm1, %xmm1\n\tjne\tL1"
    assert inner_loops(loop) == [loop.splitlines()[:3]]
    assert _SINGLE.search(loop) and _PACKED.search(loop)
    assert not _PACKED.search("\tvaddss\t%xmm0, %xmm1, %xmm1")
    assert _PACKED.search("\tfmul\tv0.4s, v1.4s, v2.4s")
    assert _SINGLE.search("\tfmadd\ts0, s1, s2, s3")


def _products_in_sums(a, b, c):
    return a * b + c, c + a * b, a * b - c, c - a * b, a * b + c * c


@pytest.mark.compiled
@pytest.mark.skipif(not processor.has_fma(), reason="this processor rounds products in sums twice")
@pytest.mark.parametrize("kind", DTYPES)
def test_products_in_sums_are_rounded_once(kind):
    """Whatever LLVM would do by itself, which is to round twice."""
    dtype = DTYPES[kind]
    a, c = dtype(1 + 3 * float(np.finfo(dtype).eps)), dtype(-1)
    product = Fraction(float(a)) ** 2  # which has more bits than fit
    exact = [product - 1, product - 1, product + 1, -1 - product, product + 1]
    got = numba.njit(contracted(_products_in_sums))(a, a, c)
    assert got == tuple(dtype(float(x)) for x in exact)
    plain = numba.njit(_products_in_sums)(a, a, c)
    assert plain[0] == plain[1] != got[0]
    assert numba.njit(contracted(_products_in_sums))(3, 5, 7) == (22, 22, 8, -8, 64)


def test_every_function_has_a_row_and_both_precisions():
    for name, row in SCALARS.items():
        assert row.name == name
        assert row.doc, name
        for kind in DTYPES:
            assert callable(getattr(scalar, resolve(name, kind)))
    assert resolve("exp", "float32") == "exp_f32"
    with pytest.raises(KeyError):
        resolve("exp", "integer")


def test_a_wrong_constant_would_be_caught():
    x = arguments(SCALARS["exp"], np.float32, 2000, generator("exp"))[0]
    with np.errstate(all="ignore"):
        want = np.exp(x.astype(np.float64))
        x = x * np.float32(1 + 2e-7)
    errors = errors32(run("exp", "float32", x), want)
    assert errors.max() > SCALARS["exp"].ulp32


def test_without_the_jit():
    program = """
import math
import numpy as np
from ndgrad.kernels import processor, scalar
for name, row in scalar.SCALARS.items():
    for kind, dtype in (("float32", np.float32), ("float64", np.float64)):
        f = getattr(scalar, scalar.resolve(name, kind))
        y = f(*[dtype(v) for v in (0.75, 2.5, 1.5)[: row.arity]])
        assert isinstance(y, dtype), (name, kind, type(y))
        print(name, kind, float(y))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        name, kind, value = line.split()
        args = [[v] for v in (0.75, 2.5, 1.5)[: SCALARS[name].arity]]
        tolerance = 4e-7 if kind == "float32" else 1e-15
        np.testing.assert_allclose(
            float(value), run(name, kind, *args)[0], rtol=tolerance, atol=tolerance
        )
