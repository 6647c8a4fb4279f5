"""What a kernel is: a digest of its bytecode, constants, globals and callees.

Two functions of one identity compile to the same machine code, by the same compiler and for the
same processor.
"""

from __future__ import annotations

import builtins
import hashlib
from collections.abc import Callable, Iterator
from dis import opmap
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

STAMPED = ("ndgrad.kernels.build.", "ndgrad.kernels.scalar.")
"""Modules whose sources are in the cache's stamp: a name says all of what comes from them."""

_LOAD_GLOBAL, _EXTENDED_ARG = opmap["LOAD_GLOBAL"], opmap["EXTENDED_ARG"]

_known: WeakKeyDictionary[FunctionType, str] = WeakKeyDictionary()


class Unidentified(Exception):
    """A function uses an object that cannot be told from another one by its content."""


def identity(function: Callable[..., Any]) -> str:
    """The digest of *function*, of all that it calls and of all that it reads.

    Raises
    ------
    Unidentified
        If it uses an object other than numbers, strings, tuples, arrays, types, modules and
        functions.
    """
    plain = _plain(function)
    found = _known.get(plain)
    if found is None:
        found = hashlib.sha256("\n".join(_function(plain, {})).encode()).hexdigest()
        _known[plain] = found
    return found


def _plain(x: Any) -> Any:
    """The Python function under what Numba or this package made of it."""
    while True:
        for name in ("py_func", "_defn", "function"):
            inner = getattr(x, name, None)
            if isinstance(inner, FunctionType) or hasattr(inner, "py_func"):
                x = inner
                break
        else:
            return x


def _function(function: FunctionType, seen: dict[FunctionType, int]) -> Iterator[str]:
    """Lines that say what *function* is; *seen* numbers those that have begun."""
    if function.__module__.startswith(STAMPED) and function.__closure__ is None:
        yield f"def {function.__module__}.{function.__qualname__}"
        return
    if function in seen:
        yield f"function {seen[function]}"
        return
    seen[function] = len(seen)
    code = function.__code__
    yield f"def {function.__module__}.{function.__qualname__} {code.co_flags} {code.co_argcount}"
    yield from _value((function.__defaults__, function.__kwdefaults__), seen)
    for cell in function.__closure__ or ():
        yield from _value(cell.cell_contents, seen)
    yield from _code(code, function.__globals__, seen)


def _code(code: CodeType, names: dict[str, Any], seen: dict[FunctionType, int]) -> Iterator[str]:
    yield f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {code.co_freevars}"
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code(constant, names, seen)
        else:
            yield from _value(constant, seen)
    for name in _globals(code):
        if name not in names:
            continue  # a builtin
        value = names[name]
        yield f"{name} ="
        yield from _value(value, seen)
        if isinstance(value, ModuleType) and value.__name__.startswith("ndgrad"):
            for attribute in code.co_names:
                if hasattr(value, attribute):
                    yield f"{name}.{attribute} ="
                    yield from _value(getattr(value, attribute), seen)


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


def _value(x: Any, seen: dict[FunctionType, int]) -> Iterator[str]:
    x = _plain(x)
    if x is None or x is ... or isinstance(x, bool | int | float | complex | str | bytes):
        yield f"{type(x).__name__} {x!r}"
    elif isinstance(x, np.generic | np.ndarray):
        yield f"{x.dtype} {x.shape} {x.tobytes().hex()}"
    elif isinstance(x, np.dtype):
        yield repr(x)
    elif isinstance(x, tuple | list):
        yield f"{type(x).__name__} {len(x)}"
        for item in x:
            yield from _value(item, seen)
    elif isinstance(x, frozenset):
        yield f"frozenset {sorted(map(repr, x))}"
    elif isinstance(x, dict):
        yield f"dict {len(x)}"
        for item in x.items():
            yield from _value(item, seen)
    elif isinstance(x, FunctionType):
        yield from _function(x, seen)
    elif isinstance(x, type | BuiltinFunctionType | np.ufunc):
        yield f"{getattr(x, '__module__', builtins.__name__)}.{x.__name__}"
    elif isinstance(x, ModuleType):
        yield f"module {x.__name__}"
    elif type(x).__module__.startswith(("numba.", "llvmlite.")) and " at 0x" not in repr(x):
        yield f"{type(x).__qualname__} {x!r}"
    else:
        raise Unidentified(f"{type(x).__module__}.{type(x).__qualname__}")
