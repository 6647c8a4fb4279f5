"""Fit the polynomials of `ndgrad.kernels.scalar` and print them as Python tuples.

    python tools/fit_polynomials.py [NAME ...]

Each row of FITS says what is approximated, where, by which degree, and the weight that makes the
fitting error relative to the function's value.  Needs mpmath; takes a few minutes.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import mpmath as mp
import numpy as np

mp.mp.dps = 50
Real = Callable[[mp.mpf], mp.mpf]


@dataclass(frozen=True)
class Fit:
    """`target` on [lo, hi] by a polynomial of `degree`; the error counts times `weight`."""

    target: Real
    lo: mp.mpf
    hi: mp.mpf
    degree: int
    weight: Real = lambda x: mp.mpf(1)
    dtype: str = "float64"


def remez(fit: Fit) -> tuple[list[mp.mpf], mp.mpf]:
    """Coefficients, lowest first, of the weighted minimax polynomial, and its largest error."""
    lo, hi, count = mp.mpf(fit.lo), mp.mpf(fit.hi), fit.degree + 2
    centre, half = (lo + hi) / 2, (hi - lo) / 2

    # A grid that is dense towards the ends, where the extrema crowd.
    grid = [centre - half * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / 400) for i in range(400)]
    values = [fit.target(x) for x in grid]
    weights = [fit.weight(x) for x in grid]
    # The grid already has Chebyshev's spacing: equal steps in its index.
    nodes = sorted({round(i * 399 / (count - 1)) for i in range(count)})

    for _ in range(12):
        system = mp.matrix(count)
        for row, i in enumerate(nodes):
            u = (grid[i] - centre) / half
            for k in range(count - 1):
                system[row, k] = u**k
            system[row, count - 1] = (-1) ** row / weights[i]
        solution = mp.lu_solve(system, mp.matrix([values[i] for i in nodes]))
        scaled = [solution[k] for k in range(count - 1)]
        errors = [
            (mp.polyval(scaled[::-1], (x - centre) / half) - v) * w
            for x, v, w in zip(grid, values, weights, strict=True)
        ]
        # One extremum from every run of errors with the same sign.
        runs: list[int] = []
        for i, error in enumerate(errors):
            if runs and (error > 0) == (errors[runs[-1]] > 0):
                if abs(error) > abs(errors[runs[-1]]):
                    runs[-1] = i
            else:
                runs.append(i)
        while len(runs) > count:
            runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
        if len(runs) < count or runs == nodes:
            break
        nodes = runs

    # From powers of u = (x - centre) / half to powers of x.
    coefficients = [mp.mpf(0)] * (count - 1)
    for power, c in enumerate(scaled):
        for j in range(power + 1):
            term = mp.binomial(power, j) * (-centre) ** (power - j) / half**power
            coefficients[j] += c * term
    return coefficients, max(abs(e) for e in errors)


def _series(target: Real, at_zero: mp.mpf) -> Real:
    """`target` with its removable singularity at zero filled in."""
    return lambda x: at_zero if abs(x) < mp.mpf(10) ** -18 else target(x)


def _w(a: mp.mpf) -> mp.mpf:
    return mp.exp(a * a) * mp.erfc(a) * (1 + 2 * a)


def _stirling(w: mp.mpf) -> mp.mpf:
    x = 1 / mp.sqrt(w) if w > mp.mpf(10) ** -10 else None
    if x is None:
        return mp.mpf(1) / 12 - w / 360 + w * w / 1260
    return (mp.loggamma(x) - (x - 0.5) * mp.log(x) + x - mp.log(2 * mp.pi) / 2) * x


def _psi_tail(w: mp.mpf) -> mp.mpf:
    if w < mp.mpf(10) ** -10:
        return mp.mpf(1) / 12 - w / 120 + w * w / 252
    x = 1 / mp.sqrt(w)
    return (mp.log(x) - 1 / (2 * x) - mp.digamma(x)) / w


def _erfinv(p: mp.mpf, q: mp.mpf) -> mp.mpf:
    """The argument at which erf is p = 1 - q; q is given because it may be tiny."""
    x = mp.sqrt(-mp.log(q * (1 + p)))
    for _ in range(60):
        step = (mp.erfc(x) - q) / (2 / mp.sqrt(mp.pi) * mp.exp(-x * x))
        x += step / (1 - x * step)
        if abs(step) < mp.mpf(10) ** -40:
            break
    return x


def _erfinv_of_w(w: mp.mpf) -> tuple[mp.mpf, mp.mpf]:
    p = mp.sqrt(-mp.expm1(-w))
    return p, _erfinv(p, mp.exp(-w) / (1 + p))


def _erfinv_centre(w: mp.mpf) -> mp.mpf:
    if w < mp.mpf(10) ** -16:
        return mp.sqrt(mp.pi) / 2
    p, y = _erfinv_of_w(w)
    return y / p


# 1 - |x| = exp(-s^2) in the tail; the polynomial's variable is s - ERFINV_S.
ERFINV_S = mp.mpf("4.35")


def _erfinv_tail(v: mp.mpf) -> mp.mpf:
    q = mp.exp(-((v + ERFINV_S) ** 2))
    return _erfinv(1 - q, q)


def _erfinv_tail_ratio(v: mp.mpf) -> mp.mpf:
    p, y = _erfinv_of_w((v + 3) ** 2)
    return y / p


_LN2_2 = mp.log(2) / 2 + mp.mpf(10) ** -4
_PI4 = mp.pi / 4 + mp.mpf(10) ** -4
_S = mp.mpf("0.1716")
_T = mp.tan(mp.pi / 8) + mp.mpf(10) ** -4
_PSI0 = mp.findroot(mp.digamma, 1.46)


def _exp_q(r: mp.mpf) -> mp.mpf:
    return (mp.exp(r) - 1 - r) / r**2


def _atanh_p(z: mp.mpf) -> mp.mpf:
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / (s * z)


def _atanh_p5(z: mp.mpf) -> mp.mpf:
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s - 2 * s * z / 3) / (s * z * z)


def _log2_q(z: mp.mpf) -> mp.mpf:
    return (2 + z * _series(_atanh_p, mp.mpf(2) / 3)(z)) / mp.log(2)


def _sin_p(z: mp.mpf) -> mp.mpf:
    x = mp.sqrt(z)
    return (mp.sin(x) - x) / (x * z)


def _cos_p(z: mp.mpf) -> mp.mpf:
    return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2


def _atan_p(z: mp.mpf) -> mp.mpf:
    x = mp.sqrt(z)
    return (mp.atan(x) - x) / (x * z)


def _asin_p(z: mp.mpf) -> mp.mpf:
    x = mp.sqrt(z)
    return (mp.asin(x) - x) / (x * z)


def _tanh_p(z: mp.mpf) -> mp.mpf:
    x = mp.sqrt(z)
    return (mp.tanh(x) - x) / (x * z)


def _sinh_p(z: mp.mpf) -> mp.mpf:
    x = mp.sqrt(z)
    return (mp.sinh(x) - x) / (x * z)


def _erf_p(z: mp.mpf) -> mp.mpf:
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1


def _erf_exponent(a: mp.mpf) -> mp.mpf:
    return mp.log(mp.erfc(a))


def _exp_fit(degree: int, dtype: str) -> Fit:
    # The weight makes the error relative to r, as expm1 needs it.
    return Fit(_series(_exp_q, mp.mpf("0.5")), -_LN2_2, _LN2_2, degree, abs, dtype)


def _square(z: mp.mpf) -> mp.mpf:
    return z * z


def _same(z: mp.mpf) -> mp.mpf:
    return z


def _lgamma_p(v: mp.mpf) -> mp.mpf:
    return mp.loggamma(2 + v) / v


def _psi_p(v: mp.mpf) -> mp.mpf:
    x = v + mp.mpf("1.5")
    return mp.digamma(x) / (x - _PSI0)


ERFC_K = mp.mpf("3.75")


def _erfc_t(t: mp.mpf) -> mp.mpf:
    # t = (a - K) / (a + K) maps [0, inf) to [-1, 1); at infinity a exp(a^2) erfc(a) = 1/sqrt(pi).
    if t > 1 - mp.mpf(10) ** -12:
        return 2 / mp.sqrt(mp.pi)
    a = ERFC_K * (1 + t) / (1 - t)
    if a > 200:
        u = 1 / (a * a)
        s = 1 - u / 2 + 3 * u**2 / 4 - 15 * u**3 / 8 + 105 * u**4 / 16 - 945 * u**5 / 32
        return (1 + 2 * a) / (a * mp.sqrt(mp.pi)) * s
    return _w(a)


FITS: dict[str, Fit] = {
    "EXP_F64": _exp_fit(10, "float64"),
    "EXP_F32": _exp_fit(5, "float32"),
    "LOG_F64": Fit(_series(_atanh_p, mp.mpf(2) / 3), mp.mpf(0), _S**2, 6, _same),
    "LOG_DD": Fit(_series(_atanh_p5, mp.mpf(2) / 5), mp.mpf(0), _S**2, 7, _square),
    "LOG_F32": Fit(_series(_atanh_p, mp.mpf(2) / 3), mp.mpf(0), _S**2, 2, _same, "float32"),
    "LOG2_SHORT": Fit(_log2_q, mp.mpf(0), _S**2, 4, lambda z: 1 / _log2_q(z)),
    "LOG1P_F32": Fit(
        _series(_atanh_p, mp.mpf(2) / 3), mp.mpf(0), mp.mpf("0.1112"), 4, _same, "float32"
    ),
    "LOG1P_F64": Fit(_series(_atanh_p, mp.mpf(2) / 3), mp.mpf(0), mp.mpf("0.1112"), 10, _same),
    "SIN_F64": Fit(_series(_sin_p, -mp.mpf(1) / 6), mp.mpf(0), _PI4**2, 5, _same),
    "COS_F64": Fit(_series(_cos_p, mp.mpf(1) / 24), mp.mpf(0), _PI4**2, 5, _square),
    "SIN_F32": Fit(_series(_sin_p, -mp.mpf(1) / 6), mp.mpf(0), _PI4**2, 2, _same, "float32"),
    "COS_F32": Fit(_series(_cos_p, mp.mpf(1) / 24), mp.mpf(0), _PI4**2, 2, _square, "float32"),
    "ATAN_F64": Fit(_series(_atan_p, -mp.mpf(1) / 3), mp.mpf(0), _T**2, 10, _same),
    "ASIN_F64": Fit(_series(_asin_p, mp.mpf(1) / 6), mp.mpf(0), mp.mpf("0.2501"), 12, _same),
    "ERF_F64": Fit(_series(_erf_p, 2 / mp.sqrt(mp.pi) - 1), mp.mpf(0), mp.mpf("0.4226"), 10),
    "ERFC_F64": Fit(_erfc_t, -mp.mpf(1), mp.mpf(1), 24),
    "ERF_F32": Fit(
        _series(_erf_p, 2 / mp.sqrt(mp.pi) - 1), mp.mpf(0), mp.mpf("0.812"), 5, dtype="float32"
    ),
    "ERF_EXPONENT_F32": Fit(_erf_exponent, mp.mpf("0.899"), mp.mpf("3.95"), 6, mp.erfc, "float32"),
    "TANH_F32": Fit(
        _series(_tanh_p, -mp.mpf(1) / 3), mp.mpf(0), mp.mpf("0.0901"), 3, _same, "float32"
    ),
    "SINH_F32": Fit(_series(_sinh_p, mp.mpf(1) / 6), mp.mpf(0), mp.mpf(1), 3, _same, "float32"),
    "ERFINV_CENTRE": Fit(
        lambda v: _erfinv_centre(v + mp.mpf("3.125")), mp.mpf("-3.125"), mp.mpf("3.125"), 24
    ),
    "ERFINV_CENTRE_F32": Fit(
        _erfinv_centre, mp.mpf(0), mp.mpf(5), 10, lambda w: 1 / _erfinv_centre(w), "float32"
    ),
    "ERFINV_TAIL_F32": Fit(
        _erfinv_tail_ratio, mp.sqrt(5) - 3 - mp.mpf("0.001"), mp.mpf("1.087"), 10, dtype="float32"
    ),
    "ERFINV_TAIL": Fit(_erfinv_tail, mp.mpf("2.633") - ERFINV_S, mp.mpf("6.07") - ERFINV_S, 22),
    "LGAMMA_F64": Fit(_series(_lgamma_p, 1 - mp.euler), mp.mpf("-0.7001"), mp.mpf("0.3001"), 19),
    "LGAMMA_F32": Fit(_series(_lgamma_p, 1 - mp.euler), mp.mpf("-0.7001"), mp.mpf("0.3001"), 11),
    "STIRLING_F32": Fit(_stirling, mp.mpf(0), 1 / mp.mpf("2.299") ** 2, 5),
    "STIRLING_F64": Fit(_stirling, mp.mpf(0), 1 / mp.mpf("2.299") ** 2, 14),
    "DIGAMMA_F64": Fit(_psi_p, mp.mpf("-0.5"), mp.mpf("0.5"), 22),
    "DIGAMMA_TAIL": Fit(_psi_tail, mp.mpf(0), mp.mpf(1) / 9, 12),
}


def main(names: list[str]) -> None:
    for name in names or FITS:
        fit = FITS[name]
        coefficients, error = remez(fit)
        print(f"# largest weighted error 2^{mp.nstr(mp.log(error, 2), 4)}")
        print(f"{name} = (")
        for c in coefficients:
            rounded = np.float32(float(c)) if fit.dtype == "float32" else np.float64(float(c))
            print(f"    {rounded!s},")
        print(")", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
