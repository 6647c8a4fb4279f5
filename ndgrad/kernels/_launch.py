"""How kernels are compiled and started: serial or in parallel.

An operator's loop is written once, as a serial function over units ``[lo, hi)``.  `chunked` turns
it into something that runs serially on small work and otherwise through a generated
``njit(parallel=True)`` driver, which hands out chunks of a fixed size: results do not depend on the
number of threads.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numba
from numba import types

from . import _cache, _codegen, _threads

PARALLEL_ELEMENTS = 1 << 15
"""Elements of cheap arithmetic from which a parallel launch (1.2 us) pays: about 4 us of work."""

CHUNK_ELEMENTS = 1 << 14
"""Elements in a chunk: small enough to share evenly, large enough to hide the call."""


def _jit(function: Callable[..., Any], **options: Any) -> Any:
    # Without error_model="numpy" a division may raise, and a loop that may raise cannot vectorise.
    compiled = numba.njit(error_model="numpy", **options)(function)
    if not numba.config.DISABLE_JIT:
        compiled._cache = _cache.KernelCache(function)
    return compiled


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a serial kernel: `numba.njit` with this package's flags and disk cache."""
    return _jit(function)


def driver(function: Callable[..., Any]) -> Any:
    """Compile a parallel driver; it runs without the GIL."""
    return _jit(function, parallel=True, nogil=True)


def entry(compiled: Any, signature: tuple[Any, ...]) -> Callable[..., Any]:
    """The compiled code for one signature, past the dispatcher that looks at argument types.

    The caller answers for the types: a wrong one reads memory wrongly.
    """
    if numba.config.DISABLE_JIT:
        return compiled
    compiled.compile(signature)
    (overload,) = [
        result for types_, result in compiled.overloads.items() if tuple(types_) == signature
    ]
    return overload.entry_point


def vector(dtype: Any) -> types.Array:
    """The Numba type of a flat, contiguous array of *dtype* (a NumPy dtype)."""
    return types.Array(getattr(types, _codegen.stored(dtype)), 1, "C")


class Chunked:
    """A serial kernel over units ``[lo, hi)`` and, made when first needed, its parallel driver.

    Called as ``kernel(*args, n, grain)``: *n* units, *grain* of them to a chunk.  Work of a single
    chunk runs serially on the calling thread.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.serial = kernel(function)
        parameters = tuple(inspect.signature(function).parameters)
        assert parameters[-2:] == ("lo", "hi"), f"{function.__name__} must end with lo, hi"
        self.parameters = parameters[:-2]
        self.__doc__ = function.__doc__

    @cached_property
    def parallel(self) -> Any:
        module, name = self.function.__module__, self.function.__name__
        text = _codegen.driver_source(module, name, self.parameters, f"{module}.{name}")
        stem = f"{module.rpartition('.')[2]}_{name.strip('_')}_parallel"
        return _cache.load(stem, text).parallel

    def __call__(self, *args: Any) -> None:
        n, grain = args[-2:]
        if n <= grain:
            self.serial(*args[:-2], 0, n)
        else:
            _threads.launch(self.parallel, self._all, *args)

    def _all(self, *args: Any) -> None:
        self.serial(*args[:-2], 0, args[-2])


def chunked(function: Callable[..., Any]) -> Chunked:
    """Declare a serial kernel whose last parameters are ``lo, hi``; see `Chunked`."""
    return Chunked(function)


def grain(elements_per_unit: int, cost: int = 1) -> int:
    """Units that make a chunk of about `CHUNK_ELEMENTS` cheap operations.

    Parameters
    ----------
    elements_per_unit : int
        Elements that one unit (a row, say) touches.
    cost : int
        Work for an element, in cheap arithmetic operations.
    """
    return max(1, CHUNK_ELEMENTS // max(1, elements_per_unit * cost))
