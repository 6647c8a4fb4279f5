"""float16 on CPUs: Numba has no arithmetic on it, so it is loaded to and stored from float32.

The conversions are LLVM's, one instruction on processors with F16C.  Kernels see the bits as
uint16 (see `as_bits`); with the JIT off they see NumPy's float16, and the plain functions convert.
"""

from __future__ import annotations

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from ...memory.device import Buffer

if config.DISABLE_JIT:

    def as_bits(x: Buffer) -> Buffer:
        return x

    def half_to_float(bits):
        return np.float32(bits)

    def float_to_half(value):
        with np.errstate(over="ignore"):
            return np.float16(value)

else:

    def as_bits(x: Buffer) -> Buffer:
        """The array *x* as kernels take it that Numba dispatches by type: float16 as its bits."""
        return x.view(np.uint16) if x.dtype == np.float16 else x

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
