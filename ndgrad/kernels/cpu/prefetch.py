"""Software prefetch: an instruction that brings memory into the caches before it is read."""

from __future__ import annotations

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, register_jitable

if numba.config.DISABLE_JIT:

    def prefetch(x, lo, hi, step):
        pass

else:

    @intrinsic
    def _request(typing_context, x, i):
        """Ask for the element's line in every cache, to be read; it need not be x's."""

        def generate(context, builder, signature, values):
            data = context.make_array(signature.args[0])(context, builder, values[0]).data
            pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
            function = builder.module.declare_intrinsic(
                "llvm.prefetch", (pointer,), ir.FunctionType(ir.VoidType(), (pointer, *(word,) * 3))
            )
            line = builder.bitcast(builder.gep(data, (values[1],)), pointer)
            read, keep, of_data = word(0), word(3), word(1)
            builder.call(function, (line, read, keep, of_data))
            return context.get_dummy_value()

        return types.none(x, i), generate

    @register_jitable(forceinline=True)
    def prefetch(x, lo, hi, step):
        """Bring x[lo:hi], *step* elements a line, into the cache nearest to the core."""
        for i in range(lo, hi, step):
            _request(x, i)
