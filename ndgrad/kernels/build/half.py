"""float16 and bfloat16 on CPUs: there is no arithmetic on them, so they are converted to float32.

Kernels see their bits as uint16 (see `as_bits`); with the JIT off they see the elements themselves,
and the plain functions convert.  Conversions of float16 are LLVM's, one instruction on processors
with F16C.  A bfloat16 is the upper half of a float32.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from ...base import bfloat16
from ...memory.device import Buffer

if config.DISABLE_JIT:

    def as_bits(x: Buffer) -> Buffer:
        return x

    def half_to_float(bits):
        return np.float32(bits)

    def float_to_half(value):
        with np.errstate(over="ignore"):
            return np.float16(value)

    bfloat_to_float = half_to_float

    def float_to_bfloat(value):
        return bfloat16().type(value)

else:

    def as_bits(x: Buffer) -> Buffer:
        """The array *x* as kernels take it that Numba dispatches by type: two bytes as bits."""
        return x.view(np.uint16) if x.dtype.itemsize == 2 else x

    @intrinsic
    def half_to_float(typing_context, bits):
        """The float32 value of a float16's bits (uint16)."""

        def generate(context, builder, signature, args):
            return builder.fpext(builder.bitcast(args[0], ir.HalfType()), ir.FloatType())

        return types.float32(types.uint16), generate

    @intrinsic
    def float_to_half(typing_context, value):
        """The bits (uint16) of a float32 rounded to the nearest float16, ties to even."""

        def generate(context, builder, signature, args):
            return builder.bitcast(builder.fptrunc(args[0], ir.HalfType()), ir.IntType(16))

        return types.uint16(types.float32), generate

    _WORD, _HALF_WORD = ir.IntType(32), ir.IntType(16)

    @intrinsic
    def bfloat_to_float(typing_context, bits):
        """The float32 value of a bfloat16's bits (uint16)."""

        def generate(context, builder, signature, args):
            word = builder.shl(builder.zext(args[0], _WORD), _WORD(16))
            return builder.bitcast(word, ir.FloatType())

        return types.float32(types.uint16), generate

    @intrinsic
    def float_to_bfloat(typing_context, value):
        """The bits (uint16) of a float32 rounded to the nearest bfloat16, ties to even.

        A NaN becomes the quiet one of its sign, as in ml_dtypes.
        """

        def generate(context, builder, signature, args):
            word = builder.bitcast(args[0], _WORD)
            odd = builder.and_(builder.lshr(word, _WORD(16)), _WORD(1))
            rounded = builder.add(word, builder.add(odd, _WORD(0x7FFF)))
            nan = builder.or_(builder.and_(word, _WORD(0x80000000)), _WORD(0x7FC00000))
            chosen = builder.select(builder.fcmp_unordered("uno", args[0], args[0]), nan, rounded)
            return builder.trunc(builder.lshr(chosen, _WORD(16)), _HALF_WORD)

        return types.uint16(types.float32), generate
