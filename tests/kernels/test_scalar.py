"""Scalar functions: accuracy against mpmath and SciPy, special values."""

import os
import subprocess
import sys

import numpy as np
import pytest
from forms import SLOW, first
from scalar_helpers import (
    DTYPES,
    EXACT,
    INF,
    MPMATH,
    NAN,
    NUMPY,
    REAL,
    SMALL,
    arguments,
    errors32,
    errors64,
    generator,
    loop_of,
    mp,
    run,
)

from ndgrad import nd
from ndgrad.kernels import scalar
from ndgrad.kernels.cpu import elementwise
from ndgrad.kernels.scalar import SCALARS, resolve
from ndgrad.kernels.spec.formula import Loop

KINDS = ["float32", pytest.param("float64", marks=SLOW)]

SOME = ("exp", "log", "sin", "cos", "tan", "erf", "gamma", "pow", "sqrt")
"""Functions that are tested in float64 always, one of each kind."""


def of_float64(names):
    return [pytest.param(name, marks=() if name in SOME else SLOW) for name in names]


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


@pytest.mark.parametrize("name", of_float64(REAL))
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


@pytest.mark.parametrize("kind", KINDS)
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


@pytest.mark.parametrize("kind", KINDS)
def test_special_values(kind):
    for name, args, want in SPECIAL:
        got = run(name, kind, *[[a] for a in args])[0]
        close = np.isclose(got, want, rtol=4e-16 if kind == "float64" else 2e-7, atol=0)
        assert close or (np.isnan(got) and np.isnan(want)), (name, args, got, want)


@pytest.mark.parametrize("kind", KINDS)
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
        if kind == "float64" and name in NUMPY:  # where no kernel need be compiled
            tolerance = (SCALARS[name].ulp64 + 1) * 2.0**-52
            with np.errstate(all="ignore"):
                want = NUMPY[name](*np.array(args))[0]
        else:
            tolerance = 4e-7 if kind == "float32" else 1e-15
            want = run(name, kind, *args)[0]
        np.testing.assert_allclose(float(value), want, rtol=tolerance, atol=tolerance)
