"""What compiled functions need to work on Python's objects: words of memory, and calls of C."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing.context import BaseContext as BaseTypingContext
from numba.extending import intrinsic

from .calling import INT, WORD


@intrinsic
def word(typing_context: BaseTypingContext, at: types.Type):
    """The word at an address."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        return builder.load(builder.inttoptr(values[0], WORD.as_pointer()))

    return types.intp(types.intp), generate


@intrinsic
def half_word(typing_context: BaseTypingContext, at: types.Type):
    """The C int at an address."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        return builder.load(builder.inttoptr(values[0], INT.as_pointer()))

    return types.int32(types.intp), generate


@intrinsic
def real_word(typing_context: BaseTypingContext, at: types.Type):
    """The C double at an address."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        return builder.load(builder.inttoptr(values[0], ir.DoubleType().as_pointer()))

    return types.float64(types.intp), generate


@intrinsic
def put(typing_context: BaseTypingContext, at: types.Type, value: types.Type):
    """Write a number of its own type to an address."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        builder.store(values[1], builder.inttoptr(values[0], values[1].type.as_pointer()))
        return context.get_dummy_value()

    return types.none(types.intp, types.unliteral(value)), generate


@intrinsic(prefer_literal=True)
def words(typing_context: BaseTypingContext, count: types.Type):
    """The address of so many words that are there until the function returns."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        made = cgutils.alloca_once(builder, WORD, count.literal_value)
        return builder.ptrtoint(made, WORD)

    return types.intp(count), generate


def _call(result: types.Type):
    def call(typing_context: BaseTypingContext, function: types.Type, args: types.Type):
        def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
            given = cgutils.unpack_tuple(builder, values[1])
            form = ir.FunctionType(context.get_value_type(result), [x.type for x in given])
            if isinstance(function, types.StringLiteral):
                name = function.literal_value
                target = cgutils.get_or_insert_function(builder.module, form, name)
            else:
                target = builder.inttoptr(values[0], form.as_pointer())
            return builder.call(target, given)

        return result(function, types.unliteral(args)), generate

    return call


c_word = intrinsic(prefer_literal=True)(_call(types.intp))
"""What a C function, by its name or its address, returns for a tuple of arguments: a word."""

c_int = intrinsic(prefer_literal=True)(_call(types.int32))
"""The same of a function that returns a C int."""

c_double = intrinsic(prefer_literal=True)(_call(types.float64))
"""The same of a function that returns a C double."""
