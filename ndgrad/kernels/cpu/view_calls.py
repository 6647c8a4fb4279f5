"""The C functions of `ndgrad.kernels.cpu.views` and `ndgrad.kernels.cpu.creation`, for Python."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Sequence

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core.base import BaseContext
from numba.core.typing.context import BaseContext as BaseTypingContext
from numba.extending import intrinsic

from ...base import DTYPES, Shape
from ...context import GPU, Context
from ..annotations import SmallCall, ViewSlots
from .calling import (
    BYTES,
    ITEMS,
    POINTER,
    WORD,
    bound_function,
    is_compiled,
    numpy_function,
    numpy_interface,
)
from .parts import DTYPE_WORDS, MOST_DTYPES, NAMES

_SET_BASE_OBJECT = 282  # in the table of NumPy's binary interface

_FUNCTIONS = {
    "getitem": ("views.getitem", 2),
    "setitem": ("views.setitem", 3),
    "reshape": ("views.reshape", 2),
    "full": ("creation.full", 4),
    "from_numpy": ("creation.from_numpy", 3),
    "to_numpy": ("creation.to_numpy", 1),
}


@intrinsic(prefer_literal=True)
def view_function(typing_context: BaseTypingContext, function: types.Type, operands: types.Type):
    """The address of the C function that calls a compiled one with so many operands."""

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        inner, count = function.dispatcher, operands.literal_value
        form = ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), WORD])
        called = builder.module.get_unique_name(f"{builder.function.name}.called")
        made = ir.Function(builder.module, form, called)
        made.linkage = "internal"
        body = ir.IRBuilder(made.append_basic_block("entry"))
        me, given, number = made.args
        wrong = body.icmp_signed("!=", number, WORD(count))
        with body.if_then(wrong, likely=False):
            python = context.get_python_api(body)
            python.err_set_string("PyExc_TypeError", f"this function takes {count} operands")
            body.ret(ir.Constant(POINTER, None))
        at = body.bitcast(body.gep(me, [WORD(ITEMS)]), POINTER.as_pointer())
        known = body.gep(body.load(at), [WORD(BYTES)])
        arguments = [body.ptrtoint(x, WORD) for x in (known, given)]

        def call(known, given):
            return inner(known, given)

        kinds = types.intp(types.intp, types.intp)
        code = context.compile_subroutine(body, call, kinds)
        _, result = context.call_internal_no_propagate(body, code.fndesc, kinds, arguments)
        body.ret(body.inttoptr(result, POINTER))
        return builder.ptrtoint(made, WORD)

    return types.intp(function, operands), generate


def _code(name: str) -> str:
    function, operands = _FUNCTIONS[name]
    return f"view_function({function}, {operands})"


def view_is_compiled(name: str) -> bool:
    """Whether `bound_to_views` has nothing to compile, which takes up to some seconds."""
    return bool(numba.config.DISABLE_JIT) or is_compiled(_code(name))


def bound_to_views(
    name: str,
    slots: ViewSlots,
    classes: Sequence[tuple[type, Shape]],
    active: Sequence[object],
    state: object,
    next_version: Callable[[], int],
    without_dead: Callable[..., None],
) -> SmallCall:
    """A function that reads, writes or makes small arrays; it returns None if that is for Python.

    Parameters
    ----------
    name : {'getitem', 'setitem', 'reshape', 'full', 'from_numpy', 'to_numpy'}
        Called with an array and a key; with these and a value; with an array and a tuple of ints,
        or of one such tuple; with a shape, a number or None, a dtype and a context; with a NumPy
        array, a dtype and a context; with an array.
    slots : ViewSlots
    classes : sequence of tuple
        Two at most: a class of arrays and the shape of one element.
    active : list
        Is empty while nothing is traced.
    state : object
        Has an attribute ``recording``.
    next_version : callable
        The logical clock.
    without_dead : callable
        Takes aliases that are gone out of a list.
    """
    if numba.config.DISABLE_JIT:
        return lambda *operands: None
    array_class, new_array = numpy_interface()
    held: list[object] = [None, ..., True, int, float, slice, tuple]
    kind = sys.intern("device_typeid")
    later = [active, state, "recording", next_version, without_dead, 0]
    known = [
        *map(id, held),
        array_class,
        new_array,
        numpy_function(_SET_BASE_OBJECT),
        *map(id, later),
        *slots,
    ]
    pairs = [*classes][:2]
    known += [id(one) for pair in pairs for one in pair] + [0] * (4 - 2 * len(pairs))
    dtypes = [np.dtype(x) for x in ("float32", "float64", "int32", "int64")]
    dtypes += [x for x in DTYPES if x not in dtypes]
    known += [id(Context), id(kind), id(GPU)]
    assert len(known) == len(NAMES) and len(dtypes) <= MOST_DTYPES
    names = [sys.intern(dtype.name) for dtype in dtypes]
    for dtype, name_of in zip(dtypes, names, strict=True):
        known += [id(dtype), dtype.itemsize, id(dtype.type), id(name_of)]
    known += [0] * (DTYPE_WORDS * (MOST_DTYPES - len(dtypes)))
    packed = struct.pack(f"{len(known)}q", *known)
    return bound_function(_code(name), packed, (held, later, dtypes, pairs, names))
