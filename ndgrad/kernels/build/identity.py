"""What a kernel is: a digest of its bytecode, constants, globals and callees.

Two functions of one identity compile to the same machine code, by the same compiler and for the
same processor.  It is computed anew each time, as a global may be another one when a function is
compiled for another signature.
"""

from __future__ import annotations

import enum
import hashlib
import sys
from collections.abc import Iterator
from dis import opmap
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from ...base import HostArray
from ..annotations import Function

STAMPED = ("ndgrad.kernels.build.", "ndgrad.kernels.scalar.")
"""Modules whose sources are in the cache's stamp: a name says all of what comes from them."""

_VERSIONED = frozenset({*sys.stdlib_module_names, "llvmlite", "numba", "numpy"})
"""Packages whose versions are in the cache's stamp."""

_DESCRIBED = ("numba.core.types.", "llvmlite.ir.")
"""Modules of types whose repr says all of them."""

_OF_ANY_CLASS = frozenset({"__dict__", "__doc__", "__module__", "__slots__", "__weakref__"})

_LOAD_GLOBAL, _EXTENDED_ARG = opmap["LOAD_GLOBAL"], opmap["EXTENDED_ARG"]


class Unidentified(Exception):
    """A function uses an object that cannot be told from another one by its content."""


def identity(function: Function) -> str:
    """The digest of *function*, of all that it calls and of all that it reads.

    Raises
    ------
    Unidentified
        If it uses an object other than numbers, strings, tuples, arrays, types, modules and
        functions.
    """
    return hashlib.sha256("\n".join(_value(function, {})).encode()).hexdigest()


def _plain(x: object) -> object:
    """The Python function under what Numba or this package made of it."""
    while True:
        for name in ("py_func", "_defn", "function"):
            inner = getattr(x, name, None)
            if isinstance(inner, FunctionType) or hasattr(inner, "py_func"):
                x = inner
                break
        else:
            return x


def _options(x: Any) -> Iterator[str]:
    """How Numba is told to compile *x*, if it is one of its dispatchers."""
    options = getattr(x, "targetoptions", None)
    if isinstance(options, dict):
        yield f"options {sorted((name, repr(value)) for name, value in options.items())}"
        if not getattr(x, "_can_compile", True):
            yield f"signatures {[str(kinds) for kinds in x.nopython_signatures]}"


def _function(function: FunctionType, seen: dict[int, int]) -> Iterator[str]:
    """Lines that say what *function* is; *seen* numbers those that have begun."""
    if function.__module__.startswith(STAMPED) and function.__closure__ is None:
        yield f"def {function.__module__}.{function.__qualname__}"
        return
    if id(function) in seen:
        yield f"function {seen[id(function)]}"
        return
    seen[id(function)] = len(seen)
    yield f"def {function.__module__}.{function.__qualname__}"
    yield from _value((function.__defaults__, function.__kwdefaults__), seen)
    for cell in function.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:
            raise Unidentified("a variable that is not assigned yet") from None
        yield from _value(content, seen, function.__code__)
    yield from _code(function.__code__, function.__globals__, seen)


def _code(code: CodeType, names: dict[str, object], seen: dict[int, int]) -> Iterator[str]:
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    yield f"{code.co_code.hex()} {code.co_exceptiontable.hex()} {code.co_flags} {counts}"
    yield f"{code.co_names} {code.co_varnames} {code.co_freevars} {code.co_cellvars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant, names, seen)
        else:
            yield from _value(constant, seen)
    for name in _globals(code):
        if name in names:  # else a builtin
            yield f"{name} ="
            yield from _value(names[name], seen, code)


def _globals(code: CodeType) -> dict[str, None]:
    """Names that *code* looks up as globals; `dis` says the same in ten times the time."""
    found: dict[str, None] = {}
    high = 0
    for opcode, low in zip(code.co_code[::2], code.co_code[1::2], strict=True):
        argument = high | low
        if opcode == _LOAD_GLOBAL:
            found[code.co_names[argument >> 1]] = None
        high = argument << 8 if opcode == _EXTENDED_ARG else 0
    return found


def _module(module: ModuleType, code: CodeType | None, seen: dict[int, int]) -> Iterator[str]:
    """A module, and those of its attributes that *code* may read."""
    yield f"module {module.__name__}"
    if _is_versioned(module.__name__) or f"{module.__name__}.".startswith(STAMPED):
        return
    for name in code.co_names if code is not None else ():
        if name in vars(module):
            value = vars(module)[name]
            if isinstance(value, ModuleType) and id(value) in seen:
                continue
            if isinstance(value, ModuleType):
                seen[id(value)] = len(seen)
            yield f"{module.__name__}.{name} ="
            yield from _value(value, seen, code)


def _is_versioned(module: str) -> bool:
    return module.partition(".")[0] in _VERSIONED


def _type(kind: type, seen: dict[int, int]) -> Iterator[str]:
    yield f"{kind.__module__}.{kind.__qualname__}"
    if _is_versioned(kind.__module__) or kind.__module__.startswith(STAMPED):
        return
    if id(kind) in seen:
        return
    seen[id(kind)] = len(seen)
    if issubclass(kind, enum.Enum):
        for member in kind:
            yield member.name
            yield from _value(member.value, seen)
        return
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        yield str(kind._fields)
        return
    for base in kind.__bases__:
        yield from _type(base, seen)
    for name, value in vars(kind).items():
        if name not in _OF_ANY_CLASS:
            yield f"{name} ="
            yield from _value(value, seen)


def _array(x: HostArray | np.generic) -> Iterator[str]:
    if x.dtype.hasobject:
        raise Unidentified(f"an array of {x.dtype}")
    layout = (x.strides, x.flags.writeable, x.flags.aligned) if isinstance(x, np.ndarray) else ()
    yield f"{x.dtype!r} {x.shape} {layout} {hashlib.sha256(x.tobytes()).hexdigest()}"


def _value(x: object, seen: dict[int, int], code: CodeType | None = None) -> Iterator[str]:
    """Lines that say what *x* is, a value that *code* reads."""
    yield from _options(x)
    x = _plain(x)
    if isinstance(x, enum.Enum):
        yield x.name
        yield from _type(type(x), seen)
    elif x is None or x is ... or type(x) in (bool, int, float, complex, str, bytes):
        yield f"{type(x).__name__} {x!r}"
    elif isinstance(x, np.generic | np.ndarray):
        yield from _array(x)
    elif isinstance(x, np.dtype):
        yield repr(x)
    elif isinstance(x, tuple | list):
        yield f"{type(x).__name__} {len(x)} {getattr(x, '_fields', '')}"
        for item in x:
            yield from _value(item, seen, code)
    elif isinstance(x, frozenset):
        yield f"frozenset {sorted((type(item).__name__, repr(item)) for item in x)}"
    elif isinstance(x, dict):
        yield f"dict {len(x)}"
        for item in x.items():
            yield from _value(item, seen, code)
    elif isinstance(x, FunctionType):
        yield from _function(x, seen)
    elif isinstance(x, type):
        yield from _type(x, seen)
    elif isinstance(x, np.ufunc) and (name := getattr(x, "__name__", "")) in vars(np):
        yield f"numpy.{name} {getattr(np, name) is x}"
    elif isinstance(x, BuiltinFunctionType) and not hasattr(type(x.__self__), x.__name__):
        yield f"{x.__module__}.{x.__qualname__}"  # of a module, not a method of an object
    elif isinstance(x, ModuleType):
        yield from _module(x, code, seen)
    elif type(x).__module__.startswith(_DESCRIBED) and " at 0x" not in repr(x):
        yield f"{type(x).__qualname__} {x!r}"
    else:
        raise Unidentified(f"{type(x).__module__}.{type(x).__qualname__}")
