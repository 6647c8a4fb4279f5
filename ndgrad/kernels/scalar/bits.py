"""Bits of floating-point numbers, fused products, error-free sums, polynomials.

Everything here compiles to a few instructions without branches, so that loops vectorise.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from llvmlite import ir
from llvmlite.binding import llvm_version_info
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy import float32 as f32
from numpy import float64 as f64
from numpy import int32 as i32
from numpy import int64 as i64

from .contract import fused
from .table import exact, inline

# Adding 1.5 * 2**(digits - 1) leaves the nearest integer in the low bits of the sum.
_ROUND_F32 = f32(1.5 * 2.0**23)
_ROUND_F64 = 1.5 * 2.0**52
# The same for the nearest integer plus the exponent's bias, once and twice.
_ROUND_BIASED_F32 = f32(1.5 * 2.0**23 + 127.0)
_ROUND_TWICE_BIASED_F32 = f32(1.5 * 2.0**23 + 254.0)
_ROUND_LOWERED_F32 = f32(1.5 * 2.0**23 + 127.0 - 26.0)
LOWERED_F32 = f32(2.0**-26)

if config.DISABLE_JIT:

    def fma(a, b, c):
        """a * b + c, rounded once."""
        kind = type(a)
        if not (np.isfinite(a) and np.isfinite(b) and np.isfinite(c)):
            return kind(a * b + c)
        total = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
        try:
            return kind(float(total))
        except OverflowError:
            return kind(math.copysign(math.inf, total))

    def horner(x, coefficients):
        """The polynomial with these coefficients, lowest first, at x."""
        total = coefficients[-1]
        for coefficient in coefficients[-2::-1]:
            total = total * x + coefficient
        return total

    sqrt = np.sqrt
    copysign = np.copysign
    maximum = either_maximum = np.maximum
    minimum = either_minimum = np.minimum

    def bits_f32(x):
        return f32(x).view(np.int32)

    def bits_f64(x):
        return f64(x).view(np.int64)

    def float_of_bits_f32(i):
        return i32(i).view(np.float32)

    def float_of_bits_f64(i):
        return i64(i).view(np.float64)

else:

    @intrinsic
    def fma(typing_context, a, b, c):
        """a * b + c, rounded once."""

        def generate(context, builder, signature, args):
            return builder.fma(*args)

        return a(a, a, a), generate

    @intrinsic
    def horner(typing_context, x, coefficients):
        """The polynomial with these coefficients, lowest first, at x."""
        if coefficients.dtype != x:
            return None

        def generate(context, builder, signature, args):
            *rest, total = cgutils.unpack_tuple(builder, args[1])
            for coefficient in reversed(rest):
                total = fused(builder, total, args[0], coefficient)
            return total

        return x(x, coefficients), generate

    def _chosen(builder, greatest: bool, a, b):
        """The same where the compiler has no such instruction: of zeros too, and NaN stays."""
        word = ir.IntType({"float": 32, "double": 64}[str(a.type)])
        bits = [builder.bitcast(x, word) for x in (a, b)]
        equal = builder.and_(*bits) if greatest else builder.or_(*bits)
        first = builder.fcmp_ordered(">" if greatest else "<", a, b)
        value = builder.select(first, a, b)
        same = builder.fcmp_ordered("==", a, b)
        value = builder.select(same, builder.bitcast(equal, a.type), value)
        return builder.select(builder.fcmp_unordered("uno", a, b), builder.fadd(a, b), value)

    def _extreme(name: str, flags: tuple[str, ...] = ()):
        """IEEE 754's maximum or minimum; LLVM vectorises a reduction by it, unlike a choice.

        With the flag nsz either of two zeros may be the greater one, which is faster.
        """

        @intrinsic
        def extreme(typing_context, a, b):
            def generate(context, builder, signature, args):
                kind = args[0].type
                if "nvptx" in builder.module.triple or llvm_version_info < (17,):  # for x86
                    return _chosen(builder, name == "llvm.maximum", *args)
                function_type = ir.FunctionType(kind, (kind, kind))
                function = builder.module.declare_intrinsic(name, (kind,), function_type)
                return builder.call(function, args, fastmath=flags)

            return a(a, a), generate

        return extreme

    maximum = _extreme("llvm.maximum")
    minimum = _extreme("llvm.minimum")
    either_maximum = _extreme("llvm.maximum", ("nsz",))
    either_minimum = _extreme("llvm.minimum", ("nsz",))

    def _reinterpreted(kind: types.Number, result: types.Number):
        """The bits of a number of one type as one of another; `view` is three functions."""

        @intrinsic
        def reinterpreted(typing_context, x):
            if x != kind:
                return None

            def generate(context, builder, signature, args):
                return builder.bitcast(args[0], context.get_value_type(result))

            return result(kind), generate

        return reinterpreted

    bits_f32 = _reinterpreted(types.float32, types.int32)
    bits_f64 = _reinterpreted(types.float64, types.int64)
    float_of_bits_f32 = _reinterpreted(types.int32, types.float32)
    float_of_bits_f64 = _reinterpreted(types.int64, types.float64)

    @inline
    def sqrt(x):  # type: ignore[misc]  # a NumPy function where the JIT is off
        return math.sqrt(x)

    @inline
    def copysign(x, y):  # type: ignore[misc]
        return math.copysign(x, y)


@inline
def nearest_f32(x):
    """The integer nearest to x, for |x| < 2**22: two additions."""
    return (x + _ROUND_F32) - _ROUND_F32


@inline
def nearest_f64(x):
    """The integer nearest to x, for |x| < 2**51: two additions."""
    return (x + _ROUND_F64) - _ROUND_F64


@inline
def integer_f32(k):
    """Low bits of an integral k as an int32; bits above the ninth are not k's."""
    return bits_f32(k + _ROUND_F32)


@inline
def integer_f64(k):
    """Low bits of an integral k as an int64; bits above the twelfth are not k's."""
    return bits_f64(k + _ROUND_F64)


@inline
def power_of_two_f32(k):
    """2**k for an integral float k in [-126, 127]."""
    return float_of_bits_f32(i32(i32(integer_f32(k) + i32(127)) << i32(23)))


@inline
def power_of_two_f64(k):
    """2**k for an integral float k in [-1022, 1023]."""
    return float_of_bits_f64((integer_f64(k) + i64(1023)) << i64(52))


@inline
def nearest_power_f32(x):
    """The integer k nearest to x, in [-126, 127], and 2**k."""
    t = x + _ROUND_BIASED_F32
    return t - _ROUND_BIASED_F32, float_of_bits_f32(i32(bits_f32(t) << i32(23)))


@inline
def lowered_power_f32(x):
    """The integer k nearest to x, in [-100, 153], and 2**k * 2**-26."""
    t = x + _ROUND_LOWERED_F32
    return t - _ROUND_LOWERED_F32, float_of_bits_f32(i32(bits_f32(t) << i32(23)))


@inline
def nearest_powers_f32(x):
    """The integer k nearest to x, |k| <= 252, and two powers of two with the product 2**k.

    Multiplied in turn they overflow and underflow gradually.
    """
    t = x + _ROUND_TWICE_BIASED_F32
    i = bits_f32(t)
    half = i32(i >> i32(1))
    first = float_of_bits_f32(i32(half << i32(23)))
    return t - _ROUND_TWICE_BIASED_F32, first, float_of_bits_f32(i32(i32(i - half) << i32(23)))


@inline
def scale_f64(x, k):
    """x * 2**k in two steps, so that overflow and underflow are gradual; |k| <= 2044."""
    half = nearest_f64(k * 0.5)
    return x * power_of_two_f64(half) * power_of_two_f64(k - half)


@exact
def two_sum(a, b):
    """a + b as the rounded sum and its error (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@exact
def fast_two_sum(a, b):
    """`two_sum` for |a| >= |b| (Dekker)."""
    s = a + b
    return s, b - (s - a)


@exact
def two_product(a, b):
    """a * b as the rounded product and its error."""
    p = a * b
    return p, fma(a, b, -p)


def tuple_f32(*values: float) -> tuple[np.float32, ...]:
    """Coefficients for `horner` in float32: a Python float would promote everything."""
    return tuple(f32(v) for v in values)
