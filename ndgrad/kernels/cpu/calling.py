"""C functions by which Python calls compiled kernels on small arrays, and that make their results.

Numba's entry to a kernel makes an object with a reference count for each array, and takes the
interpreter's lock to let go of it: 0.3 us for three arrays, a third of what an operator takes in
all.  These functions read from an array what a kernel needs, which NumPy's binary interface says
the place of, and make the arrays for results by the function that `numpy.empty` calls.

One depends on the kinds of a kernel's arguments alone, not on their dtypes, so a program needs few.
"""

from __future__ import annotations

import ctypes
import importlib
import re
import struct
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.base import BaseContext
from numba.core.typing.context import BaseContext as BaseTypingContext
from numba.extending import intrinsic

from ...base import DType, HostArray
from ..annotations import Signature, SmallCall
from ..build import binaries
from ..build.launch import address, entry_point, vector
from ..spec.text import module

# --- the C function -------------------------------------------------------------------------------

POINTER, WORD, INT = cgutils.voidptr_t, cgutils.intp_t, cgutils.int32_t
SIZE = 8

# Fields of `PyArrayObject_fields`, which begin behind the head of an object; then come the number
# of axes, their lengths, and their strides.  The class of an object is the last of its head.
DATA = object.__basicsize__
LENGTHS, STRIDES, CLASS = DATA + 2 * SIZE, DATA + 3 * SIZE, DATA - SIZE

# What a function is bound to is a tuple whose first item is bytes: words of the following meaning,
# then a dtype for each result, then those of bound arguments.
ITEMS, BYTES = tuple.__basicsize__, bytes.__basicsize__ - 1
_KERNEL, _ARRAY_CLASS, _NEW_ARRAY, _FIRST = range(4)

_ARRAY = vector(np.dtype("float32"))  # stands for all: to the machine code they are the same
_WORDS = {"V": 2, "W": 2, "I": 1, "U": 1, "B": 1, "F": 1, "D": 1, "Y": 1}
_TYPES = {
    "0": types.int64,
    "i": types.int64,
    "u": types.uint32,
    "b": types.boolean,
    "f": types.float32,
    "d": types.float64,
}


@intrinsic(prefer_literal=True)
def c_function(typing_context: BaseTypingContext, kinds: types.Type):
    """The address of the C function for kernels with arguments of *kinds*; see `bound`.

    It is called as CPython calls a function of ``METH_FASTCALL``.
    """

    def generate(context: BaseContext, builder: ir.IRBuilder, signature, values):
        form = ir.FunctionType(POINTER, [POINTER, POINTER.as_pointer(), WORD])
        name = builder.module.get_unique_name(f"{builder.function.name}.called")
        function = ir.Function(builder.module, form, name)
        function.linkage = "internal"
        Writer(context, function, kinds.literal_value).write()
        return builder.ptrtoint(function, WORD)

    return types.intp(kinds), generate


class Writer:
    """Writes the instructions of one C function."""

    def __init__(self, context: BaseContext, function: ir.Function, kinds: str) -> None:
        self.context, self.kinds = context, kinds
        self.body = ir.IRBuilder(function.append_basic_block("entry"))
        self.python = context.get_python_api(self.body)
        self.me, self.given, self.number = function.args
        self.made: list[ir.Value] = []

    def write(self) -> None:
        body, python, kinds = self.body, self.python, self.kinds
        results = sum(kind in "yY" for kind in kinds)
        words = body.bitcast(
            body.gep(self._field(self.me, ITEMS, POINTER), [WORD(BYTES)]), WORD.as_pointer()
        )
        passed = sum(kind in "vifd" for kind in kinds)
        wrong = body.icmp_signed("!=", self.number, WORD(passed))
        self._fail_if(wrong, "PyExc_TypeError", f"this kernel takes {passed} arguments")
        objects = iter([body.load(body.gep(self.given, [WORD(i)])) for i in range(passed)])
        count = _FIRST + results + sum(_WORDS.get(kind, 0) for kind in kinds)
        known = [body.load(body.gep(words, [WORD(i)])) for i in range(count)]
        bound = iter(known[_FIRST + results :])
        array_class = body.inttoptr(known[_ARRAY_CLASS], POINTER)
        arguments: list[ir.Value] = []
        sizes = []
        for kind in kinds:
            if kind == "v":
                x = next(objects)
                other = body.icmp_unsigned("!=", self._field(x, CLASS, POINTER), array_class)
                self._fail_if(other, "PyExc_TypeError", "this kernel takes arrays of NumPy")
                arguments.append(self._array(x))
            elif kind in "VW":
                data, length = next(bound), next(bound)
                arguments.append(self._packed(data, length, WORD(8 if kind == "V" else 4)))
            elif kind in "yY":
                sizes.append(next(bound) if kind == "Y" else None)
                arguments.append(None)
            elif kind == "I":
                arguments.append(next(bound))
            elif kind == "U":
                arguments.append(body.trunc(next(bound), INT))
            elif kind == "B":
                arguments.append(body.icmp_signed("!=", next(bound), WORD(0)))
            elif kind in "FD":
                value = body.bitcast(next(bound), ir.DoubleType())
                arguments.append(value if kind == "D" else body.fptrunc(value, ir.FloatType()))
            elif kind == "0":
                arguments.append(WORD(0))
            else:
                arguments.append(self._given_number(kind, next(objects)))
        for size, dtype in zip(sizes, known[_FIRST:], strict=False):
            size = arguments[-1] if size is None else size
            self._make(body.inttoptr(known[_NEW_ARRAY], POINTER), array_class, dtype, size)
        fresh = iter(self.made)
        arguments = [self._array(next(fresh)) if x is None else x for x in arguments]
        self._run(body.inttoptr(known[_KERNEL], POINTER), arguments)
        if results == 1:
            body.ret(self.made[0])
        elif results:
            together = python.tuple_new(results)
            self._fail_if(cgutils.is_null(body, together))
            for i, x in enumerate(self.made):
                python.tuple_setitem(together, i, x)
            body.ret(together)
        else:
            body.ret(python.make_none())

    def _field(self, start: ir.Value, offset: int, kind: ir.Type) -> ir.Value:
        at = self.body.gep(start, [WORD(offset)])
        return self.body.load(self.body.bitcast(at, kind.as_pointer()))

    def _fail_if(self, wrong: ir.Value, error: str | None = None, text: str = "") -> None:
        """Return with an error, which is *error* if Python has not been told of one."""
        with self.body.if_then(wrong, likely=False):
            for x in self.made:
                self.python.decref(x)
            if error is not None:
                self.python.err_set_string(error, text)
            self.body.ret(ir.Constant(POINTER, None))

    def _given_number(self, kind: str, value: ir.Value) -> ir.Value:
        body = self.body
        if kind == "i":
            number = self.python.long_as_longlong(value)
            doubtful = body.icmp_signed("==", number, WORD(-1))
        else:
            number = self.python.float_as_double(value)
            doubtful = body.fcmp_ordered("==", number, ir.DoubleType()(-1.0))
        with body.if_then(doubtful, likely=False):
            self._fail_if(cgutils.is_not_null(body, self.python.err_occurred()))
        return body.fptrunc(number, ir.FloatType()) if kind == "f" else number

    def _array(self, x: ir.Value) -> ir.Value:
        """What a kernel is given for the NumPy array *x*."""
        length, stride = (
            self.body.load(self._field(x, offset, WORD.as_pointer()))
            for offset in (LENGTHS, STRIDES)
        )
        return self._packed(self._field(x, DATA, WORD), length, stride)

    def _packed(self, data: ir.Value, length: ir.Value, stride: ir.Value) -> ir.Value:
        array = self.context.make_array(_ARRAY)(self.context, self.body)
        self.context.populate_array(
            array,
            data=self.body.inttoptr(data, array.data.type),
            shape=[length],
            strides=[stride],
            itemsize=stride,
            meminfo=None,
        )
        return array._getvalue()

    def _make(self, new: ir.Value, array_class: ir.Value, dtype: ir.Value, size: ir.Value) -> None:
        """A new array for a result, by ``PyArray_NewFromDescr``, which takes over the dtype."""
        body = self.body
        dtype = body.inttoptr(dtype, POINTER)
        lengths = cgutils.alloca_once_value(body, size)
        nothing = ir.Constant(POINTER, None)
        arguments = [array_class, dtype, INT(1), lengths, nothing, nothing, INT(0), nothing]
        form = ir.FunctionType(POINTER, [x.type for x in arguments])
        self.python.incref(dtype)
        y = body.call(body.bitcast(new, form.as_pointer()), arguments)
        self._fail_if(cgutils.is_null(body, y))
        self.made.append(y)

    def _run(self, kernel: ir.Value, arguments: Sequence[ir.Value]) -> None:
        convention = self.context.call_conv
        kinds = tuple(_TYPES.get(kind.lower(), _ARRAY) for kind in self.kinds)
        form = convention.get_function_type(types.none, kinds).as_pointer()
        kernel = self.body.bitcast(kernel, form)
        status, _ = convention.call_function(self.body, kernel, types.none, kinds, arguments)
        self._fail_if(status.is_error, "PyExc_RuntimeError", "a kernel failed")


LETTERS = {"int64": "i", "float32": "f", "float64": "d"}
"""The kinds of numbers by their types."""


# --- for Python -----------------------------------------------------------------------------------


class Compiled(Protocol):
    """A kernel for one signature, as a `Specialization` is."""

    @property
    def serial(self) -> Callable[..., None]:
        """What Python calls."""

    @property
    def address(self) -> int:
        """Where the machine code is."""


class Function(NamedTuple):
    """A compiled function that is no chunked kernel, for one signature."""

    serial: Callable[..., None]
    address: int


@cache
def function(dispatcher: Callable[..., object], signature: Signature) -> Function:
    """The compiled code of *dispatcher* for a signature."""
    return Function(entry_point(dispatcher, signature), address(dispatcher, signature))


def bound(
    kernel: Compiled,
    kinds: str,
    dtypes: tuple[DType, ...] = (),
    values: tuple[HostArray | float, ...] = (),
) -> SmallCall:
    """A function that calls *kernel*; past its dtypes, all that it is given is checked.

    Parameters
    ----------
    kernel : Compiled
    kinds : str
        A letter for each of the kernel's arguments:

        * ``v`` a flat array, ``i``, ``f``, ``d`` a number of type int64 (or uint64, below 2**63),
          float32, float64;
        * ``y`` a result, an array that is made, of as many elements as the last argument says; the
          function returns it, or several as a tuple;
        * ``0`` the number 0;
        * ``V``, ``W``, ``I``, ``F``, ``D``, ``Y`` bound ones: the next of *values* is the array,
          whose elements have 8 bytes (of ``W`` 4), the number (of uint64 the same bits), or the
          size of a result;
        * ``U``, ``B`` a bound number of type uint32, and True or False.
    dtypes : tuple of numpy.dtype
        Of results.
    values : tuple
    """
    if numba.config.DISABLE_JIT:
        return _interpreted(kernel.serial, kinds, dtypes, values)
    words = struct.pack("3q", kernel.address, *numpy_interface())
    words += struct.pack(f"{len(dtypes)}q", *map(id, dtypes))
    values_left = iter(values)
    for kind in kinds:
        if kind in "VWIUBFDY":
            value: Any = next(values_left)
            if kind in "VW":
                words += struct.pack("2q", value.ctypes.data, value.size)
            else:
                words += struct.pack("d" if kind in "FD" else "q", value)
    return bound_function(f"c_function({kinds!r})", words, (kernel, dtypes, values))


def bound_function(code: str, words: bytes, held: object) -> SmallCall:
    """A C function whose machine code reads *words*.

    Parameters
    ----------
    code : str
        What returns the address of the machine code: a call of an intrinsic.
    words : bytes
    held : object
        What the words have addresses of.
    """
    definition, owner = _definition(code)
    # The function holds what it has the addresses of: threads that come here at once may each have
    # made a definition, of which one is remembered.
    made: SmallCall = _new_function(
        ctypes.addressof(definition), (words, held, definition, owner), None
    )
    return made


def _interpreted(
    kernel: Callable[..., None],
    kinds: str,
    dtypes: tuple[DType, ...],
    values: tuple[HostArray | float, ...],
) -> SmallCall:
    """The same in Python, where kernels are not compiled."""

    passed = sum(kind in "vifd" for kind in kinds)

    def call(*args: Any) -> object:
        if len(args) != passed:
            raise TypeError(f"this kernel takes {passed} arguments")
        given, known, kind_of = iter(args), iter(values), iter(dtypes)
        arguments: list[Any] = []
        for kind in kinds:
            if kind in "yY":
                size = next(known) if kind == "Y" else args[-1]
                arguments.append(np.empty(size, next(kind_of)))
            elif kind == "0":
                arguments.append(0)
            elif kind.isupper():
                arguments.append(next(known))
            else:
                x = next(given)
                arguments.append(x if kind == "v" else int(x) if kind == "i" else float(x))
        kernel(*arguments)
        made = [x for x, kind in zip(arguments, kinds, strict=True) if kind in "yY"]
        return None if not made else made[0] if len(made) == 1 else tuple(made)

    return call


class _Definition(ctypes.Structure):
    """CPython's ``PyMethodDef``."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


_METH_FASTCALL = 0x80

_new_function = ctypes.pythonapi.PyCFunction_NewEx
_new_function.restype = ctypes.py_object
_new_function.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]


def _address(code: str) -> Any:
    """The kernel that returns what *code* is."""
    lines = ["@driver", "def address():", f"    return {code}"]
    text = module(f"The address that {code} is.", lines)
    return binaries.load(re.sub(r"\W+", "_", code).strip("_"), text).address


def is_compiled(code: str) -> bool:
    """Whether `bound_function` finds machine code in the cache."""
    address = _address(code)
    return bool(address._cache.holds((), address.targetctx.codegen()))


@cache
def _definition(code: str) -> tuple[_Definition, object]:
    """CPython's description of a C function, and what its machine code belongs to."""
    address = _address(code)
    address.compile(())
    return _Definition(b"kernel", address(), _METH_FASTCALL, None), address


def numpy_interface() -> tuple[int, int]:
    """The addresses of NumPy's class of arrays, and of ``PyArray_NewFromDescr``."""
    return id(np.ndarray), numpy_function(94)


@cache
def numpy_function(number: int) -> int:
    """The address of a function of NumPy's binary interface, by its number there."""
    core = "numpy._core" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else "numpy.core"
    compiled = importlib.import_module(f"{core}._multiarray_umath")
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(pointer(compiled._ARRAY_API, None), ctypes.POINTER(ctypes.c_void_p))
    return int(table[number] or 0)
