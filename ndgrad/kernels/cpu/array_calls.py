"""C functions that take and return the arrays that users hold, for kernels on small ones.

What Python would do between a call of an operator and its kernel is the greater part of the call:
look at the class, the dtype and the shape of each operand, and make the array that is returned.  A
function here does all of that, where operands are alike; see `ndgrad.dispatch.array_calls`.
"""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing.context import BaseContext as BaseTypingContext
from numba.extending import intrinsic

from ...base import DType
from ..annotations import PlanEntry, Slots, SmallCall
from .calling import (
    BYTES,
    CLASS,
    DATA,
    INT,
    ITEMS,
    LENGTHS,
    POINTER,
    SIZE,
    WORD,
    Compiled,
    Writer,
    bound_function,
    numpy_interface,
)

MOST_DTYPES = 4
"""How many dtypes one function tells apart."""

_DTYPE = DATA + 5 * SIZE  # of `PyArrayObject_fields`: behind strides and base

MOST_PLANS = 8
"""How many plans one function tells apart."""

MOST_ARRAYS = 8
"""Of how many arrays such a plan may be."""

# The words that a function is bound to, before those of each dtype or plan.
_WORDS = (
    "array_class new_array own_class float_class int_class"
    " data shape ctx version node limit params plans"
).split()
_NUMBER = object.__basicsize__  # where in a float its value is
_PLANS = "plans"


class Entry(NamedTuple):
    """A kernel for one dtype."""

    dtype: DType
    kernel: Compiled
    result: DType


@intrinsic(prefer_literal=True)
def array_function(typing_context: BaseTypingContext, kinds: types.Type):
    """The address of the C function for operands of *kinds*, or for plans.

    See `bound_to_kernels` and `bound_to_plans`.
    """

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        form = ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), WORD])
        name = builder.module.get_unique_name(f"{builder.function.name}.called")
        function = ir.Function(builder.module, form, name)
        function.linkage = "internal"
        writer = _PlanWriter if kinds.literal_value == _PLANS else _KernelWriter
        writer(context, function, kinds.literal_value).write()
        return builder.ptrtoint(function, WORD)

    return types.intp(kinds), generate


class _ArrayWriter(Writer):
    """Writes the instructions of one C function."""

    def __init__(self, context: BaseContext, function: ir.Function, kinds: str) -> None:
        super().__init__(context, function, kinds)
        body = self.body
        at = body.gep(self._field(self.me, ITEMS, POINTER), [WORD(BYTES)])
        self.words = body.bitcast(at, WORD.as_pointer())
        self.known = {name: self._word(WORD(i)) for i, name in enumerate(_WORDS)}

    def _word(self, i: ir.Value) -> ir.Value:
        return self.body.load(self.body.gep(self.words, [i]))

    def _slot(self, x: ir.Value, name: str) -> ir.Value:
        return self.body.load(self._place(x, name))

    def _place(self, x: ir.Value, name: str) -> ir.Value:
        at = self.body.gep(x, [self.known[name]])
        return self.body.bitcast(at, POINTER.as_pointer())

    def _leave_if(self, other: ir.Value) -> None:
        """Return None: Python knows what to do with these operands."""
        with self.body.if_then(other, likely=False):
            self.body.ret(self.python.make_none())

    def _leave_unless_class(self, x: ir.Value, wanted: ir.Value) -> None:
        self._leave_if(self.body.icmp_unsigned("!=", self._field(x, CLASS, WORD), wanted))

    def _elements(self, x: ir.Value) -> ir.Value:
        """The NumPy array that has the elements of *x*; leaves if that is of another class."""
        self._leave_unless_class(x, self.known["own_class"])
        data = self._slot(x, "data")
        self._leave_if(cgutils.is_null(self.body, data))
        self._leave_unless_class(data, self.known["array_class"])
        for name in ("shape", "ctx", "node"):
            self._leave_if(cgutils.is_null(self.body, self._slot(x, name)))
        return data

    def _has_shape(self, x: ir.Value, shape: ir.Value) -> ir.Value:
        """Whether the shape of *x* equals *shape*, which is its own then: next time it is seen."""
        body = self.body
        own = self._slot(x, "shape")
        equal = cgutils.alloca_once_value(body, body.icmp_unsigned("==", own, shape))
        with body.if_then(body.not_(body.load(equal)), likely=False):
            with body.if_then(self._equal(own, shape)):
                self.python.incref(shape)
                body.store(shape, self._place(x, "shape"))
                self.python.decref(own)
                body.store(ir.Constant(ir.IntType(1), 1), equal)
        return body.load(equal)

    def _equal(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """What Python's ``==`` says of two ints, or of two tuples of such."""
        body = self.body
        form = ir.FunctionType(INT, [POINTER, POINTER, INT])
        compare = cgutils.get_or_insert_function(body.module, form, "PyObject_RichCompareBool")
        found = body.call(compare, [a, b, INT(_EQUAL)])
        self._fail_if(body.icmp_signed("<", found, INT(0)))
        return body.icmp_signed("!=", found, INT(0))

    def _result(self, y: ir.Value, shape: ir.Value, ctx: ir.Value, node: ir.Value) -> ir.Value:
        """The array that has the elements *y*."""
        body, python = self.body, self.python
        version = python.list_new(WORD(1))
        self._fail_if(cgutils.is_null(body, version))
        self.made.append(version)
        zero = python.long_from_longlong(ir.Constant(ir.IntType(64), 0))
        self._fail_if(cgutils.is_null(body, zero))
        python.list_setitem(version, WORD(0), zero)
        own_class = body.inttoptr(self.known["own_class"], POINTER)
        form = ir.FunctionType(POINTER, [POINTER, WORD])
        new = cgutils.get_or_insert_function(body.module, form, "PyType_GenericAlloc")
        x = body.call(new, [own_class, WORD(0)])
        self._fail_if(cgutils.is_null(body, x))
        for value in (shape, ctx, node):
            python.incref(value)
        slots = {"data": y, "shape": shape, "ctx": ctx, "version": version, "node": node}
        for name, value in slots.items():
            body.store(value, self._place(x, name))
        return x


class _KernelWriter(_ArrayWriter):
    """Of a function that calls a kernel."""

    def write(self) -> None:
        body, operands, known = self.body, self.kinds, self.known
        wrong = body.icmp_signed("!=", self.number, WORD(len(operands)))
        self._fail_if(wrong, "PyExc_TypeError", f"this kernel takes {len(operands)} operands")
        given = [body.load(body.gep(self.given, [WORD(i)])) for i in range(len(operands))]
        arrays = [x for x, kind in zip(given, operands, strict=True) if kind == "v"]
        buffers = [self._elements(x) for x in arrays]
        first = self._field(buffers[0], _DTYPE, WORD)
        kernel, result = WORD(0), WORD(0)
        for i in range(MOST_DTYPES):
            dtype, address, made = (self._word(WORD(len(_WORDS) + 3 * i + j)) for j in range(3))
            fits = body.icmp_unsigned("==", first, dtype)
            kernel, result = body.select(fits, address, kernel), body.select(fits, made, result)
        self._leave_if(body.icmp_unsigned("==", kernel, WORD(0)))
        for data in buffers[1:]:
            self._leave_if(body.icmp_unsigned("!=", self._field(data, _DTYPE, WORD), first))
        n = body.load(self._field(buffers[0], LENGTHS, WORD.as_pointer()))
        self._leave_if(body.icmp_unsigned(">=", n, known["limit"]))
        shape, ctx = self._slot(arrays[0], "shape"), self._slot(arrays[0], "ctx")
        for x in arrays[1:]:
            self._leave_if(body.not_(self._has_shape(x, shape)))
        numbers = {
            i: self._number(kind, x)
            for i, (kind, x) in enumerate(zip(operands, given, strict=True))
            if kind != "v"
        }
        array_class = body.inttoptr(known["array_class"], POINTER)
        self._make(body.inttoptr(known["new_array"], POINTER), array_class, result, n)
        y, fresh = self.made[0], iter(buffers)
        arguments = [
            numbers[i] if i in numbers else self._array(next(fresh)) for i in range(len(operands))
        ]
        self.kinds = f"{operands}y0i"
        self._run(body.inttoptr(kernel, POINTER), [*arguments, self._array(y), WORD(0), n])
        body.ret(self._result(y, shape, ctx, self.python.borrow_none()))

    def _number(self, kind: str, x: ir.Value) -> ir.Value:
        body, own = self.body, self._field(x, CLASS, WORD)
        fits = body.icmp_unsigned("==", own, self.known["int_class"])
        if kind != "i":
            fits = body.or_(fits, body.icmp_unsigned("==", own, self.known["float_class"]))
        self._leave_if(body.not_(fits))
        return self._given_number(kind, x)


class _PlanWriter(_ArrayWriter):
    """Of a function that runs plans."""

    def write(self) -> None:
        body, known = self.body, self.known
        count, params = known["limit"], known["params"]
        wrong = body.icmp_signed("!=", self.number, body.add(count, params))
        self._fail_if(wrong, "PyExc_TypeError", "this plan takes other operands")
        buffers = cgutils.alloca_once(body, POINTER, MOST_ARRAYS)
        none = self.python.borrow_none()
        in_graph = cgutils.alloca_once_value(body, ir.Constant(ir.IntType(1), 0))
        with cgutils.for_range(body, count) as loop:
            x = body.load(body.gep(self.given, [loop.index]))
            body.store(self._elements(x), body.gep(buffers, [loop.index]))
            made = body.icmp_unsigned("!=", self._slot(x, "node"), none)
            body.store(body.or_(body.load(in_graph), made), in_graph)
        words = body.add(body.add(body.mul(count, WORD(3)), params), WORD(3))
        with cgutils.for_range(body, known["plans"]) as loop:
            start = body.add(WORD(len(_WORDS)), body.mul(loop.index, words))
            fits = cgutils.alloca_once(body, ir.IntType(1))
            body.store(ir.Constant(ir.IntType(1), 1), fits)
            with cgutils.for_range(body, params) as each:
                given = body.load(body.gep(self.given, [body.add(count, each.index)]))
                wanted = body.inttoptr(self._word(body.add(start, each.index)), POINTER)
                same = self._same_number(given, wanted)
                body.store(body.and_(body.load(fits), same), fits)
            start = body.add(start, params)
            with body.if_then(body.load(fits)):
                with cgutils.for_range(body, count) as each:
                    data = body.load(body.gep(buffers, [each.index]))
                    at = body.add(start, body.mul(each.index, WORD(3)))
                    dtype = self._field(data, _DTYPE, WORD)
                    size = body.load(self._field(data, LENGTHS, WORD.as_pointer()))
                    for own, i in ((dtype, 0), (size, 1)):  # before shapes, which take longer
                        same = body.icmp_unsigned("==", own, self._word(body.add(at, WORD(i))))
                        body.store(body.and_(body.load(fits), same), fits)
                    with body.if_then(body.load(fits)):
                        x = body.load(body.gep(self.given, [each.index]))
                        shape = body.inttoptr(self._word(body.add(at, WORD(2))), POINTER)
                        body.store(self._has_shape(x, shape), fits)
            with body.if_then(body.load(fits)):
                at = body.add(start, body.mul(count, WORD(3)))
                run, shape, plan = (
                    body.inttoptr(self._word(body.add(at, WORD(i))), POINTER) for i in range(3)
                )
                self._run_plan(
                    run, buffers, count, shape, body.select(body.load(in_graph), plan, none)
                )
        body.ret(self.python.make_none())

    def _same_number(self, a: ir.Value, b: ir.Value) -> ir.Value:
        """Whether a parameter is the same object, or an equal int or float."""
        body = self.body
        same = cgutils.alloca_once(body, ir.IntType(1))
        body.store(body.icmp_unsigned("==", a, b), same)
        with body.if_then(body.not_(body.load(same)), likely=False):
            with body.if_then(self._are(a, b, "float_class")):
                values = [self._field(x, _NUMBER, ir.IntType(64)) for x in (a, b)]
                body.store(body.icmp_unsigned("==", *values), same)
            with body.if_then(self._are(a, b, "int_class")):
                body.store(self._equal(a, b), same)
        return body.load(same)

    def _are(self, a: ir.Value, b: ir.Value, name: str) -> ir.Value:
        """Whether both are of the class that a word names."""
        return self.body.and_(
            *[
                self.body.icmp_unsigned("==", self._field(x, CLASS, WORD), self.known[name])
                for x in (a, b)
            ]
        )

    def _run_plan(
        self, run: ir.Value, buffers: ir.Value, count: ir.Value, shape: ir.Value, node: ir.Value
    ) -> None:
        body, python = self.body, self.python
        form = ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), WORD, POINTER])
        call = cgutils.get_or_insert_function(body.module, form, "PyObject_Vectorcall")
        # What runs may let other threads run, which may put other elements into the arrays.
        with cgutils.for_range(body, count) as each:
            python.incref(body.load(body.gep(buffers, [each.index])))
        y = body.call(call, [run, buffers, count, ir.Constant(POINTER, None)])
        with cgutils.for_range(body, count) as each:
            python.decref(body.load(body.gep(buffers, [each.index])))
        self._fail_if(cgutils.is_null(body, y))
        self.made.append(y)
        ctx = self._slot(body.load(self.given), "ctx")
        body.ret(self._result(y, shape, ctx, node))


_EQUAL = 2  # CPython's ``Py_EQ``


def bound_to_kernels(
    entries: Sequence[Entry], kinds: str, array: type, slots: Slots, limit: int
) -> SmallCall:
    """A function of operands that calls the kernel for their dtype, and checks what it is given.

    It returns a new array of the first operand's shape and context, and None for operands that are
    not of the class, the dtypes or the kinds of numbers that it knows, differ in dtype or shape, or
    have *limit* elements or more.

    Parameters
    ----------
    entries : sequence of Entry
        At most `MOST_DTYPES`.
    kinds : str
        Of each operand: ``v`` an array, ``i``, ``f``, ``d`` a number that the kernel takes as
        int64, float32 or float64: an int, or but for ``i`` a float.
    array : type
        The class of the arrays.
    slots : Slots
    limit : int
    """
    if numba.config.DISABLE_JIT:
        return lambda *operands: None
    words = []
    for entry in entries:
        words += [id(entry.dtype), entry.kernel.address, id(entry.result)]
    words += [0] * (3 * (MOST_DTYPES - len(entries)))
    return _bound(kinds, array, slots, (limit, 0, 0), words, tuple(entries))


def bound_to_plans(entries: Sequence[PlanEntry], array: type, slots: Slots) -> SmallCall:
    """A function of arrays and parameters that runs their plan, and checks what it is given.

    It returns a new array, and None if no plan fits.

    Parameters
    ----------
    entries : sequence of PlanEntry
        One or more, for as many arrays, at most `MOST_ARRAYS`, and as many parameters.
    array : type
        The class of the arrays.
    slots : Slots
    """
    if numba.config.DISABLE_JIT:
        return lambda *operands: None
    words: list[int] = []
    for entry in entries:
        words += map(id, entry.params)
        for dtype, shape in zip(entry.dtypes, entry.shapes, strict=True):
            words += [id(dtype), math.prod(shape), id(shape)]
        words += [id(entry.run), id(entry.shape), id(entry.plan)]
    numbers = len(entries[0].shapes), len(entries[0].params), len(entries)
    return _bound(_PLANS, array, slots, numbers, words, tuple(entries))


def _bound(
    kinds: str,
    array: type,
    slots: Slots,
    numbers: tuple[int, int, int],
    words: Sequence[int],
    held: object,
) -> SmallCall:
    known = *numpy_interface(), id(array), id(float), id(int), *slots, *numbers, *words
    packed = struct.pack(f"{len(known)}q", *known)
    return bound_function(f"array_function({kinds!r})", packed, (held, array))


def slots_of(make: Callable[..., object], count: int) -> list[int]:
    """Where the attributes of what *make* returns lie in it, in bytes.

    It is given *count* objects, which become one attribute each.
    """
    given = [object() for _ in range(count)]
    x = make(*given)
    size = type(x).__basicsize__ // SIZE
    words = list((ctypes.c_size_t * size).from_address(id(x)))
    return [words.index(id(value)) * SIZE for value in given]
