"""How kernels are compiled and started: serial or in parallel.

An operator's loop is written once, as a serial function over work items ``[lo, hi)``.  `chunked`
turns it into something that runs serially on small work and otherwise through a generated driver,
which hands out chunks of a fixed size to Numba's threads: results do not depend on how many there
are.
"""

from __future__ import annotations

import inspect
import time
from functools import cached_property, partial, wraps
from typing import Any, NoReturn

import numba
import numpy as np
from llvmlite import ir
from llvmlite.binding import ffi, newpassmanagers
from numba import types
from numba._dispatcher import compute_fingerprint
from numba.core import cgutils
from numba.core.callconv import excinfo_ptr_t
from numba.extending import intrinsic
from numba.np.numpy_support import from_dtype, map_layout

from ... import tracing
from ..._collection import paused
from ...base import DType, MXNetError
from ...memory.device import DeviceArray, in_use
from ..annotations import Dispatcher, Function, Key, Signature
from ..spec.text import driver_source, memory_type
from . import binaries
from . import threads as build_threads

PARALLEL_ELEMENTS = 1 << 15
"""Elements of cheap arithmetic from which a parallel launch pays: about 4 us of work.

A launch costs 1.2 us, and up to 5 more if a thread has to wake."""

WORTH_SHARING = 4
"""Chunks from which a parallel launch pays."""

CHUNK_ELEMENTS = 1 << 14
"""Elements in a chunk: small enough to share evenly, large enough to hide the call."""


# llvmlite's pass managers inherit a `_dispose` that does nothing before the one that frees them.
# Numba makes one for each function of each module: near 1 MB for each kernel that is compiled.
for _manager in (newpassmanagers.FunctionPassManager, newpassmanagers.ModulePassManager):
    if _manager._dispose is ffi.ObjectRef._dispose:
        _manager._dispose = newpassmanagers.NewPassManager._dispose


def _quiet(function: Function) -> Function:
    """With the JIT off: like a compiled kernel say nothing of overflows, NaN and infinities."""

    @wraps(function)
    def call(*args):
        with np.errstate(all="ignore"):
            return function(*args)

    return call


def _jit(function: Function, **options: bool | str) -> Any:
    if numba.config.DISABLE_JIT:
        return _quiet(function)
    # Without error_model="numpy" a division may raise, and a loop that may raise cannot vectorise.
    # What C would call a kernel by takes time to compile; `address` is what is called here.
    compiled = numba.njit(error_model="numpy", no_cfunc_wrapper=True, **options)(function)
    compiled._cache = binaries.KernelCache(function, options)
    return compiled


def kernel(function: Function) -> Dispatcher:
    """Compile a serial kernel: `numba.njit` with this package's flags and disk cache."""
    return _jit(function)


def inlined(function: Function) -> Dispatcher:
    """A function whose text stands in each kernel that calls it, before that is compiled.

    A loop around a call is not made of vectors if what is called has a loop too.
    """
    return _jit(function, inline="always")


def driver(function: Function) -> Dispatcher:
    """Compile a parallel driver; it runs without the GIL."""
    return _jit(function, nogil=True)


if numba.config.DISABLE_JIT:

    def call(function, args):
        function(*args)

else:

    @intrinsic
    def call(typing_context, address, args):
        """Call the kernel at an address, which returns nothing, with a tuple of arguments."""

        def generate(context, builder, signature, values):
            kinds, convention = tuple(signature.args[1]), context.call_conv
            kernel_type = convention.get_function_type(types.none, kinds)
            pointer = builder.inttoptr(values[0], kernel_type.as_pointer())
            arguments = cgutils.unpack_tuple(builder, values[1])
            status, _ = convention.call_function(builder, pointer, types.none, kinds, arguments)
            with cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return context.get_dummy_value()

        return types.none(address, args), generate

    @intrinsic
    def distribute(typing_context, address, args, units, grain):
        """Call the kernel at an address with a tuple of arguments and the bounds of each chunk.

        The chunks are the elements of the loop that Numba's threading layer runs for a generalized
        ufunc: its threads call a function like a ufunc's with a number of elements and a pointer
        for each array, moved on to the first of them.  Here the only "array" begins at 0 and its
        elements are of one byte, so that the pointer is the number of the first chunk.  A loop over
        `numba.prange` would do the same, but takes Numba some three times as long to compile.
        """

        def generate(context, builder, signature, values):
            convention = context.call_conv
            kinds = (*signature.args[1], types.intp, types.intp)
            kernel_type = convention.get_function_type(types.none, kinds)
            word, pointer = context.get_value_type(types.intp), cgutils.voidptr_t
            address, args, units, grain = values
            kept = [*cgutils.unpack_tuple(builder, args), address, units, grain]
            error = [cgutils.int32_t(0), ir.Constant(excinfo_ptr_t, None)]
            common = cgutils.alloca_once_value(builder, cgutils.pack_struct(builder, kept + error))

            function_type = ir.FunctionType(
                ir.VoidType(),
                [pointer.as_pointer(), word.as_pointer(), word.as_pointer(), pointer],
            )
            name = builder.module.get_unique_name(f"{builder.function.name}.chunks")
            chunks = ir.Function(builder.module, function_type, name)
            chunks.linkage = "internal"
            body = ir.IRBuilder(chunks.append_basic_block())
            starts, counts, _, data = chunks.args
            shared = body.bitcast(data, common.type)
            *arguments, kernel, length, step = (
                body.load(cgutils.gep_inbounds(body, shared, 0, i)) for i in range(len(kept))
            )
            kernel = body.inttoptr(kernel, kernel_type.as_pointer())
            first = body.ptrtoint(body.load(starts), word)
            last = body.add(first, body.load(counts))
            with cgutils.for_range_slice(body, first, last, word(1), word) as (chunk, _):
                lo = body.mul(chunk, step)
                hi = body.add(lo, step)
                hi = body.select(body.icmp_signed("<", hi, length), hi, length)
                status, _ = convention.call_function(
                    body, kernel, types.none, kinds, [*arguments, lo, hi]
                )
                with cgutils.if_unlikely(body, status.is_error):
                    body.store(
                        status.excinfoptr, cgutils.gep_inbounds(body, shared, 0, len(kept) + 1)
                    )
                    body.store(status.code, cgutils.gep_inbounds(body, shared, 0, len(kept)))
            body.ret_void()

            count = builder.sdiv(builder.sub(builder.add(units, grain), word(1)), grain)
            threads = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(word, []), "get_num_threads"
            )
            loop = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(ir.VoidType(), [pointer] * 5 + [word] * 3),
                "numba_parallel_for",
            )
            nothing = cgutils.alloca_once_value(builder, ir.Constant(pointer, None))
            sizes = [cgutils.alloca_once_value(builder, size) for size in (count, word(1))]
            builder.call(  # the function, its four arguments, then how many there are
                loop,
                [builder.bitcast(x, pointer) for x in (chunks, nothing, *sizes, common)]
                + [word(0), word(1), builder.call(threads, [])],
            )
            code, raised = (
                builder.load(cgutils.gep_inbounds(builder, common, 0, len(kept) + i))
                for i in (0, 1)
            )
            status = convention._get_return_status(builder, code, raised)
            with cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return context.get_dummy_value()

        return types.none(address, args, types.intp, types.intp), generate


def vector(dtype: DType) -> types.Array:
    """The Numba type of a flat, contiguous array of *dtype* (a NumPy dtype)."""
    return types.Array(getattr(types, memory_type(dtype)), 1, "C")


def type_of(x: object) -> types.Type:
    """What `numba.typeof` says, which for an array imports NumPy's masked arrays: 10 ms."""
    if x.__class__ is not np.ndarray:
        return numba.typeof(x)
    read_only = not x.flags.writeable
    return types.Array(from_dtype(x.dtype), x.ndim, map_layout(x), read_only)


_KINDS = {"int": types.intp, "bool": types.boolean, "float": types.float64}


def flat(dispatcher: Function, dtype: DType) -> Signature:
    """Signature of a kernel by its annotations, with flat arrays of *dtype* for what is left."""
    function = getattr(dispatcher, "py_func", dispatcher)
    parameters = inspect.signature(function).parameters.values()
    return tuple(_KINDS.get(p.annotation, vector(dtype)) for p in parameters)


class Specialization:
    """A chunked kernel for one signature, past the dispatchers that look at argument types.

    The caller answers for the types: a wrong one reads memory wrongly.

    Attributes
    ----------
    signature : tuple
        Numba's types of ``*args, lo, hi``.
    serial : callable
        The compiled code, called as ``serial(*args, lo, hi)``.
    address : int
        Where the machine code is.
    """

    __slots__ = ("_kernel", "_parallel", "address", "serial", "signature")

    def __init__(self, kernel: Chunked, signature: Signature) -> None:
        self._kernel, self.signature = kernel, signature
        self.serial, self.address = _compiled(kernel.serial, signature)
        interpreted = numba.config.DISABLE_JIT
        self._parallel: Function | None = self._all if interpreted else None

    @property
    def name(self) -> str:
        """Of the kernel's module, or of its function."""
        function = self._kernel.function
        module = function.__module__.rpartition(".")[2]
        return module if function.__name__ in ("loop", "join") else function.__name__

    def parallel(self, *args: object) -> None:
        """Run over units in chunks, called as ``parallel(*args, n, grain)``."""
        if self._parallel is None:
            build_threads.layer()  # has the functions that the driver calls
            driver = entry_point(self._kernel.driver, (types.intp, *self.signature))
            self._parallel = partial(driver, self.address)
        build_threads.launch(self._parallel, self._all, *args)

    def _all(self, *args: object) -> None:
        self.serial(*args[:-2], 0, args[-2])


_compile_seconds = 0.0


def compile_seconds() -> float:
    """How long this process has compiled kernels, or loaded them from the disk."""
    return _compile_seconds


def _compiled(dispatcher: Any, signature: Signature) -> tuple[Function, int]:
    """The compiled code for one signature, past the dispatcher, and its address."""
    if numba.config.DISABLE_JIT:
        return dispatcher, dispatcher
    global _compile_seconds
    start = time.perf_counter()
    try:
        with paused():  # Numba makes as many objects for a kernel as an import of a large package
            dispatcher.compile(signature)
    finally:
        _compile_seconds += time.perf_counter() - start
    (result,) = [r for types_, r in dispatcher.overloads.items() if tuple(types_) == signature]
    pointer = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
    return result.entry_point, pointer


def entry_point(dispatcher: Function, signature: Signature) -> Function:
    """The compiled code for one signature, past the dispatcher that looks at argument types."""
    return _compiled(dispatcher, signature)[0]


def address(dispatcher: Function, signature: Signature) -> int:
    """Where the machine code for a signature is: what `call` calls."""
    return _compiled(dispatcher, signature)[1]


def refuse_unrecorded(recorder: tracing.Recorder, name: str) -> NoReturn:
    """Raise the error of a kernel that is about to run while a function is traced.

    It would compute on memory that has no values yet, and its result would become a constant of the
    program.
    """
    raise MXNetError(
        f"compile: kernel {name} in {recorder.name} would run while the function is traced, and "
        "the recorder has no hook for it; run its operator as a custom call, in the scope of "
        "tracing.suspended()"
    )


class Chunked:
    """A serial kernel over work items ``[lo, hi)`` and its parallel driver, made when needed.

    Called as ``kernel(*args, n, grain)``: *n* work items, *grain* of them to a chunk.  A few chunks
    run serially on the calling thread.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.serial = kernel(function)
        parameters = tuple(inspect.signature(function).parameters)
        assert parameters[-2:] == ("lo", "hi"), f"{function.__name__} must end with lo, hi"
        self._count = len(parameters) - 2
        self._entries: dict[Key, Specialization] = {}
        self._is_new = True
        self.__doc__ = function.__doc__

    @cached_property
    def driver(self) -> Dispatcher:
        text = driver_source(self._count)
        return binaries.load(f"parallel_{self._count}", text).parallel

    def __call__(self, *args: Any) -> None:
        if tracing.active and (recorder := tracing.recorder()) is not None:
            refuse_unrecorded(recorder, self.function.__name__)
        if in_use:
            for arg in args:
                if arg.__class__ is DeviceArray:
                    arg.device.backend.chunked(self, args)
                    return
        n, grain = args[-2:]
        if (
            n < WORTH_SHARING * grain or numba.config.DISABLE_JIT
        ):  # a Python function in args has no type
            if self._is_new and not numba.config.DISABLE_JIT:
                # The dispatcher, when it first finds a type, looks for extensions of Numba: 10 ms.
                self._is_new = False
                signature = (*map(type_of, args[:-2]), types.intp, types.intp)
                Specialization(self, signature).serial(*args[:-2], 0, n)
            else:
                self.serial(*args[:-2], 0, n)
            return
        key = tuple(map(compute_fingerprint, args))
        found = self._entries.get(key)
        if found is None:
            found = self._entries[key] = Specialization(self, tuple(map(type_of, args)))
        found.parallel(*args)


def chunked(function: Function) -> Chunked:
    """Declare a serial kernel whose last parameters are ``lo, hi``; see `Chunked`."""
    return Chunked(function)


def grain(elements_per_unit: int, cost: int = 1) -> int:
    """Units that make a chunk of about `CHUNK_ELEMENTS` cheap operations.

    Parameters
    ----------
    elements_per_unit : int
        Elements that one work item (a row, say) touches.
    cost : int
        Work for an element, in cheap arithmetic operations.
    """
    return max(1, CHUNK_ELEMENTS // max(1, elements_per_unit * cost))
