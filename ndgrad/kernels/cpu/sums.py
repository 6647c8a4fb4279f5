"""Sums and products of neighbours in memory, in an order that no processor changes.

A sum of floats depends on the order of its additions, and a compiler that may choose it takes as
many partial sums as fit the vector registers.  Here there are always `LANES` of them, one register
of AVX-512, two of AVX2 or four of NEON: element i goes to lane i modulo `LANES`, and at the end the
upper half of the lanes is added to the lower half until one is left.  LLVM has nothing to choose,
as the loop is written with its vector types, of which it makes as many registers as it takes.

Lanes are float64.  To convert a float32 takes longer than to add it, so four neighbours of a lane
are added before: two additions in float32 for each element.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from ..spec.text import each, indented

LANES = 16
LINE = 64  # bytes of a line of the caches

PART = 2048
"""Elements of a long sum that are added up at once; parts follow each other in float64.

Terms that have to be computed first wait in an array of this size, in the cache nearest to the
core.
"""

SUMS = {"a + b": "total", "a * b": "product"}
"""What combines a vector by a formula: the functions below."""


def summed_in_parts(
    arrays: Sequence[str],
    at: str,
    count: str,
    terms: str,
    term: str,
    take: Sequence[str],
    where: str = "",
) -> list[str]:
    """Text of a loop over the parts of a long sum or product.

    Parameters
    ----------
    arrays : sequence of str
        What is read: ``x`` is a part of ``x_all``, *count* elements of which begin at *at*.
    terms : str
        The array that is summed.
    term : str
        Its element i.
    take : sequence of str
        Statements that take in the sum of a part, which begins at ``begin``.
    where : str
        Which elements of ``terms_all`` hold a part, if not those of *arrays*.
    """
    part = f"{at} + begin : {at} + min(begin + {PART}, {count})"
    lines = [f"{name} = {name}_all[{part}]" for name in arrays]
    if terms not in arrays:
        lines.append(f"{terms} = {terms}_all[{where or part}]")
        lines += each(f"{terms}.size", [f"{terms}[i] = {term}"])
    return [f"for begin in range(0, {count}, {PART}):", *indented([*lines, *take])]


if numba.config.DISABLE_JIT:

    def _reduced(x, combine, neutral: float, together: int):
        together = together if x.dtype == np.float32 else 1
        step = LANES * together
        whole = x.size - x.size % step
        lanes = np.full(LANES, neutral)
        with np.errstate(all="ignore"):
            for values in x[:whole].reshape(-1, together, LANES):
                while len(values) > 1:
                    values = combine(values[0::2], values[1::2])
                lanes = combine(lanes, values[0])
            for begin in range(whole, x.size, LANES):
                rest = x[begin : begin + LANES]
                lanes[: rest.size] = combine(lanes[: rest.size], rest)
            while lanes.size > 1:
                lanes = combine(*np.split(lanes, 2))
        return lanes[0]

    def sums_of(*terms, wide=False):
        """A function of a tuple of arrays and numbers: a sum for each of *terms*, as `total`'s."""

        def summed(operands):
            # Arrays in a simulated GPU kernel have NumPy's functions, and no operators.
            operands = [np.positive(x, dtype=np.float64 if wide else None) for x in operands]
            sums = tuple(total(term(*operands)) for term in terms)
            return sums if len(sums) > 1 else sums[0]

        return summed

    def scratch(size, dtype):
        """A new array that begins where a line of the caches does."""
        return np.empty(size, dtype)

    def total(x):
        """The sum of a contiguous float32 or float64 vector, as float64."""
        return _reduced(x, np.add, 0.0, 4)

    def product(x):
        """The product of a contiguous float32 or float64 vector, as float64."""
        return _reduced(x, np.multiply, 1.0, 1)

    def greatest(x, at, count):
        """The greatest of *count* elements from *at* on, of `LANES` more; NaN if there is one."""
        return np.max(x[at : at + count])

    def spread(y, at, count, value):
        """Let *count* elements from *at* on be one number, and up to `LANES` behind them."""
        y[at : at + count] = value

else:

    class _Lanes:
        """The code for an array of floats whose elements meet by the instruction *combine*."""

        def __init__(
            self, builder: ir.IRBuilder, kind: types.Type, combine: str, neutral: float
        ) -> None:
            self.builder, self.bits = builder, kind.bitwidth
            self.meet = getattr(builder, combine)
            element = ir.FloatType() if kind == types.float32 else ir.DoubleType()
            self.narrow = ir.VectorType(element, LANES)
            self.wide = ir.VectorType(ir.DoubleType(), LANES)
            self.start = neutral
            self.neutral = ir.Constant(self.narrow, [neutral] * LANES)
            begin = ir.Constant(self.wide, [neutral] * LANES)
            self.lanes = cgutils.alloca_once_value(builder, begin)

        def spread(self, value: ir.Value) -> ir.Value:
            """A vector of one number."""
            word = ir.IntType(32)
            one = self.builder.insert_element(
                ir.Constant(self.narrow, ir.Undefined), value, word(0)
            )
            same = ir.Constant(ir.VectorType(word, LANES), [0] * LANES)
            return self.builder.shuffle_vector(one, one, same)

        def load(self, pointer: ir.Value) -> ir.Value:
            value = self.builder.load(self.builder.bitcast(pointer, self.narrow.as_pointer()))
            value.align = self.bits // 8
            return value

        def mask(self, count: ir.Value) -> ir.Value:
            """Which lanes are among the first *count*."""
            builder, word = self.builder, ir.IntType(32)
            words = ir.VectorType(word, LANES)
            count = builder.insert_element(
                ir.Constant(words, ir.Undefined), builder.trunc(count, word), word(0)
            )
            count = builder.shuffle_vector(count, count, ir.Constant(words, [0] * LANES))
            return builder.icmp_signed("<", ir.Constant(words, list(range(LANES))), count)

        def only(self, value: ir.Value, count: ir.Value) -> ir.Value:
            """The first *count* lanes of a vector; the others are neutral."""
            neutral = ir.Constant(value.type, [self.start] * LANES)
            return self.builder.select(self.mask(count), value, neutral)

        def load_some(self, pointer: ir.Value, count: ir.Value) -> ir.Value:
            """A vector of the next *count* elements; the lanes behind them are neutral."""
            builder, word = self.builder, ir.IntType(32)
            mask = self.mask(count)
            pointer = builder.bitcast(pointer, self.narrow.as_pointer())
            args = [pointer, word(self.bits // 8), mask, self.neutral]
            function = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(self.narrow, [x.type for x in args]),
                f"llvm.masked.load.v{LANES}f{self.bits}.p0",
            )
            return builder.call(function, args)

        def take(self, values: list[ir.Value]) -> None:
            """Combine vectors in pairs, then what is left of them with the lanes."""
            while len(values) > 1:
                pairs = zip(values[0::2], values[1::2], strict=True)
                values = [self.meet(a, b) for a, b in pairs]
            (value,) = values
            if value.type != self.wide:
                value = self.builder.fpext(value, self.wide)
            self.builder.store(self.meet(self.builder.load(self.lanes), value), self.lanes)

        def result(self) -> ir.Value:
            return self.folded(self.builder.load(self.lanes))

        def folded(self, value: ir.Value) -> ir.Value:
            """The lanes of a vector, combined."""
            count = LANES
            while count > 1:
                count //= 2
                halves = (
                    ir.Constant(ir.VectorType(ir.IntType(32), count), list(range(k, k + count)))
                    for k in (0, count)
                )
                value = self.meet(*(self.builder.shuffle_vector(value, value, x) for x in halves))
            return self.builder.extract_element(value, ir.IntType(32)(0))

    def _reduced(x, combine, neutral: float, together: int):
        """What an intrinsic returns: its signature, and what writes its code."""
        together = together if x.dtype == types.float32 else 1

        def one_by_one(builder: ir.IRBuilder, data: ir.Value, size: ir.Value) -> ir.Value:
            """For a thread of a GPU, which has no vectors."""
            result = cgutils.alloca_once_value(builder, ir.DoubleType()(neutral))
            with cgutils.for_range(builder, size) as loop:
                value = builder.load(builder.gep(data, [loop.index]))
                value = value if x.dtype == types.float64 else builder.fpext(value, ir.DoubleType())
                builder.store(getattr(builder, combine)(builder.load(result), value), result)
            return builder.load(result)

        def generate(context, builder, signature, args):
            array = context.make_array(x)(context, builder, args[0])
            size = builder.extract_value(array.shape, 0)
            word = size.type
            if "nvptx" in builder.module.triple:
                return one_by_one(builder, array.data, size)
            lanes = _Lanes(builder, x.dtype, combine, neutral)
            done = word(0)
            for count in dict.fromkeys((together, 1)):  # vectors that are taken at once
                step = word(count * LANES)
                stop = builder.sub(size, builder.srem(size, step))
                with cgutils.for_range_slice(builder, done, stop, step, word) as (i, _):
                    places = [builder.add(i, word(k * LANES)) for k in range(count)]
                    lanes.take([lanes.load(builder.gep(array.data, [at])) for at in places])
                done = stop
            rest = builder.sub(size, done)
            with builder.if_then(builder.icmp_signed(">", rest, word(0))):
                lanes.take([lanes.load_some(builder.gep(array.data, [done]), rest)])
            return lanes.result()

        return types.float64(x), generate

    class _Term:
        """A value in code that is being written: a number, or a vector of them."""

        def __init__(self, builder: ir.IRBuilder, value: ir.Value) -> None:
            self.builder, self.value = builder, value

        def __add__(self, other: _Term) -> _Term:
            return _Term(self.builder, self.builder.fadd(self.value, other.value))

        def __sub__(self, other: _Term) -> _Term:
            return _Term(self.builder, self.builder.fsub(self.value, other.value))

        def __mul__(self, other: _Term) -> _Term:
            return _Term(self.builder, self.builder.fmul(self.value, other.value))

    def _sums(operands, terms, wide):
        """What the intrinsic of `sums_of` returns for a tuple of operands of these types."""
        kinds = tuple(operands)
        x = kinds[0]
        together = 4 if x.dtype == types.float32 and not wide else 1
        one = types.float64
        result = one if len(terms) == 1 else types.UniTuple(one, len(terms))
        is_array = [isinstance(kind, types.Array) for kind in kinds]

        def generate(context, builder, signature, args):
            word, given = context.get_value_type(types.intp), cgutils.unpack_tuple(builder, args[0])
            values = [
                context.make_array(kind)(context, builder, value).data if array else value
                for kind, value, array in zip(kinds, given, is_array, strict=True)
            ]
            shape = context.make_array(x)(context, builder, given[0]).shape
            size = builder.extract_value(shape, 0)
            sums = [_Lanes(builder, x.dtype, "fadd", 0.0) for _ in terms]
            (first, *_) = sums

            def widened(value):
                if not wide or x.dtype == one:
                    return value
                vector = isinstance(value.type, ir.VectorType)
                return builder.fpext(value, first.wide if vector else ir.DoubleType())

            def found(numbers, load, at):
                """The value of each term for the elements from *at* on, which *load* reads."""
                here = [
                    _Term(builder, widened(load(builder.gep(value, [at])) if array else number))
                    for value, number, array in zip(values, numbers, is_array, strict=True)
                ]
                return [term(*here).value for term in terms]

            def returned(parts):
                return parts[0] if len(terms) == 1 else context.make_tuple(builder, result, parts)

            if "nvptx" in builder.module.triple:
                parts = [cgutils.alloca_once_value(builder, ir.DoubleType()(0)) for _ in terms]
                with cgutils.for_range(builder, size) as loop:
                    here = found(values, builder.load, loop.index)
                    for part, value in zip(parts, here, strict=True):
                        if value.type != ir.DoubleType():
                            value = builder.fpext(value, ir.DoubleType())
                        builder.store(builder.fadd(builder.load(part), value), part)
                return returned([builder.load(part) for part in parts])
            numbers = [
                value if array else first.spread(value)
                for value, array in zip(values, is_array, strict=True)
            ]
            done = word(0)
            for count in dict.fromkeys((together, 1)):
                step = word(count * LANES)
                stop = builder.sub(size, builder.srem(size, step))
                with cgutils.for_range_slice(builder, done, stop, step, word) as (i, _):
                    places = [builder.add(i, word(k * LANES)) for k in range(count)]
                    vectors = [found(numbers, first.load, at) for at in places]
                    for lanes, taken in zip(sums, zip(*vectors, strict=True), strict=True):
                        lanes.take(list(taken))
                done = stop
            rest = builder.sub(size, done)
            with builder.if_then(builder.icmp_signed(">", rest, word(0))):
                here = found(numbers, lambda pointer: first.load_some(pointer, rest), done)
                for lanes, value in zip(sums, here, strict=True):
                    lanes.take([first.only(value, rest)])
            return returned([lanes.result() for lanes in sums])

        return result(operands), generate

    def sums_of(*terms, wide=False):
        """A function of a tuple of arrays and numbers: a sum for each of *terms*, as `total`'s.

        Terms are functions of the operands by ``+``, ``-`` and ``*``, of their type; the first
        operand is an array.  Numbers of another type are not converted.  What `total` would be
        given in an array stays in registers.  If they are *wide*, terms are computed in float64.
        """

        @intrinsic
        def summed(typing_context, operands):
            return _sums(operands, terms, wide)

        return summed

    @intrinsic
    def scratch(typing_context, size, dtype):
        """A new array that begins where a line of the caches does.

        Elsewhere every vector of 64 bytes would lie in two lines.
        """
        made = types.Array(dtype.dtype, 1, "C")

        def generate(context, builder, signature, args):
            size, bytes_ = args[0], context.get_constant(types.intp, made.dtype.bitwidth // 8)
            memory = context.nrt.meminfo_alloc_aligned(
                builder, builder.mul(size, bytes_), context.get_constant(types.uint32, LINE)
            )
            array = context.make_array(made)(context, builder)
            data = context.nrt.meminfo_data(builder, memory)
            context.populate_array(
                array,
                data=builder.bitcast(data, array.data.type),
                shape=[size],
                strides=[bytes_],
                itemsize=bytes_,
                meminfo=memory,
            )
            return array._getvalue()

        return made(types.intp, dtype), generate

    @intrinsic
    def total(typing_context, x):
        """The sum of a contiguous float32 or float64 vector, as float64."""
        return _reduced(x, "fadd", 0.0, 4)

    @intrinsic
    def product(typing_context, x):
        """The product of a contiguous float32 or float64 vector, as float64."""
        return _reduced(x, "fmul", 1.0, 1)

    def _greater(builder: ir.IRBuilder, a: ir.Value, b: ir.Value) -> ir.Value:
        value = builder.select(builder.fcmp_ordered(">", a, b), a, b)  # b if one is NaN
        return builder.select(builder.fcmp_unordered("uno", a, a), a, value)

    @intrinsic
    def greatest(typing_context, x, at, count):
        """The greatest of *count* elements from *at* on, of `LANES` more; NaN if there is one."""

        def generate(context, builder, signature, args):
            data = context.make_array(x)(context, builder, args[0]).data
            _, at, count = args
            lanes = _Lanes(builder, x.dtype, "fadd", float("-inf"))
            lanes.meet = partial(_greater, builder)
            found = cgutils.alloca_once_value(builder, lanes.neutral)
            word = at.type
            with cgutils.for_range_slice(builder, word(0), count, word(LANES), word) as (i, _):
                value = lanes.load(builder.gep(data, [builder.add(at, i)]))
                value = lanes.only(value, builder.sub(count, i))
                builder.store(lanes.meet(builder.load(found), value), found)
            return lanes.folded(builder.load(found))

        return x.dtype(x, types.intp, types.intp), generate

    @intrinsic
    def spread(typing_context, y, at, count, value):
        """Let *count* elements from *at* on be one number, and up to `LANES` behind them."""

        def generate(context, builder, signature, args):
            data = context.make_array(y)(context, builder, args[0]).data
            _, at, count, value = args
            lanes, word = _Lanes(builder, y.dtype, "fadd", 0.0), at.type
            vector = lanes.spread(value)
            with cgutils.for_range_slice(builder, word(0), count, word(LANES), word) as (i, _):
                place = builder.gep(data, [builder.add(at, i)])
                place = builder.bitcast(place, lanes.narrow.as_pointer())
                builder.store(vector, place).align = lanes.bits // 8
            return context.get_dummy_value()

        return types.none(y, types.intp, types.intp, y.dtype), generate


squares = sums_of(lambda x: x * x, wide=True)
"""The sum of the squares of a vector's elements, squared as float64."""
