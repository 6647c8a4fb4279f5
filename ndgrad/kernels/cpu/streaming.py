"""Stores that go past the caches, for results that are larger than these.

An ordinary store first reads the line of memory that it changes into the cache: a kernel that only
writes its results reads them as well, and pushes its operands out.  A non-temporal store does
neither, if it fills whole lines.  So elements are computed in the cache nearest to the core, a part
at a time, and `stream` brings the part to memory; no bit depends on the way that it takes.
"""

from __future__ import annotations

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ..processor import cache_bytes
from .sums import LINE

STREAMED = 256
"""Elements of a part: a longer one fills the core's queue of stores, which then waits."""

STREAMED_ROW = 256
"""Elements from which a row is streamed by itself: its ends are ordinary stores."""


def past_caches(nbytes: int) -> bool:
    """Whether a kernel that reads and writes so many bytes leaves nothing useful in the caches.

    Of up to twice what they hold, the end of a result is still found there by what comes next.
    """
    return nbytes > 2 * cache_bytes()


if numba.config.DISABLE_JIT:

    def stream(y, x):
        """Copy x to y, both contiguous and of one size and dtype."""
        y[:] = x

    def streamed():
        """Wait until what `stream` has stored is seen by every thread."""

else:

    @intrinsic
    def stream(typing_context, y, x):
        """Copy x to y, both contiguous and of one size and dtype."""

        def generate(context, builder, signature, args):
            made = [
                context.make_array(kind)(context, builder, value)
                for kind, value in zip(signature.args, args, strict=True)
            ]
            size = builder.extract_value(made[1].shape, 0)
            word = size.type
            target, source = (array.data for array in made)
            element = context.get_data_type(y.dtype)
            width = context.get_abi_sizeof(element)
            line = ir.VectorType(element, LINE // width).as_pointer()
            whole_lines = builder.module.add_metadata([ir.IntType(32)(1)])

            def copy(lo, hi):
                with cgutils.for_range_slice(builder, lo, hi, word(1), word) as (i, _):
                    value = builder.load(builder.gep(source, [i]))
                    builder.store(value, builder.gep(target, [i]))

            # y has elements before its first whole line, and behind its last one.
            address = builder.ptrtoint(target, word)
            before = builder.and_(builder.neg(address), word(LINE - 1))
            before = builder.udiv(before, word(width))
            less = builder.icmp_signed("<", size, before)
            before = builder.select(less, size, before)
            rest = builder.and_(builder.sub(size, before), word(LINE // width - 1))
            stop = builder.sub(size, rest)
            copy(word(0), before)
            step = word(LINE // width)
            with cgutils.for_range_slice(builder, before, stop, step, word) as (i, _):
                value = builder.load(builder.bitcast(builder.gep(source, [i]), line))
                value.align = width
                store = builder.store(value, builder.bitcast(builder.gep(target, [i]), line))
                store.align = LINE
                store.set_metadata("nontemporal", whole_lines)
            copy(stop, size)
            return context.get_dummy_value()

        return types.none(y, x), generate

    @intrinsic
    def streamed(typing_context):
        """Wait until what `stream` has stored is seen by every thread."""

        def generate(context, builder, signature, args):
            if "nvptx" not in builder.module.triple:  # a kernel that streams nothing may run there
                builder.fence("seq_cst")
            return context.get_dummy_value()

        return types.none(), generate
