"""Matrix products: OpenBLAS, called from Python and from inside compiled kernels.

The ``scipy-openblas32`` wheel brings the library. It is loaded at first use with a handle of its
own, so NumPy's copy is left alone, and with two environment variables set for the load: which
kernels to use, as left to itself OpenBLAS may take AVX2 ones on processors that have AVX-512, at
about half the speed; and that it starts no threads. Its threads and the kernels' would wait for
each other's cores: products are distributed by drivers like any other kernel (`matmul`). A user's
own ``OPENBLAS_CORETYPE`` stays in force.

Compiled code reaches it through an address that it is given as a plain integer. An address burnt
into the code would keep the code out of the disk cache, as it differs from process to process::

    @njit
    def kernel(address, a, b, c, m, n, k):
        gemm(address, a, 0, k, False, b, 0, n, False, c, 0, n, m, n, k, 1.0, 0.0)

    kernel(address("gemm", np.dtype("float32")), a, b, c, m, n, k)

Matrices are given as BLAS wants them: a C-contiguous array, the offset of the first element, the
row length in memory (all counted in elements), and for products a flag that the matrix is stored
transposed. Every function checks these against the array before the library sees them.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import threading
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from ...base import DType, MXNetError
from .. import processor
from ..annotations import Function, Signature
from ..build.binaries import KernelCache
from ..build.launch import entry_point, flat

__all__ = ["address", "check_matrix", "core_name", "dot", "fast", "gemm", "gemv"]

_PACKAGE = "scipy_openblas32"
_PREFIX = "scipy_"
_INTERPRETED: bool = numba.config.DISABLE_JIT
_LETTERS = {np.dtype("float32"): "s", np.dtype("float64"): "d"}
_FUNCTIONS = ("gemm", "gemv", "dot", "trsm")

# From enum CBLAS_ORDER and CBLAS_TRANSPOSE of cblas.h
_ROW_MAJOR = 101
_AS_STORED = 111
_TRANSPOSED = 112

_MAX_INT = 2**31 - 1  # the library counts in C's int

# --- loading --------------------------------------------------------------------------------------

# What each set of OpenBLAS's kernels needs of the processor, the fastest set first. The wheels
# contain no others that do float32 and float64 products faster: "Cooperlake" and "SapphireRapids"
# name AVX-512 kernels for bfloat16 and are served by SkylakeX there.
_CORES: tuple[tuple[str, frozenset[str]], ...] = (
    ("SkylakeX", frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"})),
    ("Haswell", frozenset({"avx2", "fma"})),
)


def _best_core(features: AbstractSet[str]) -> str | None:
    """Return the name of the fastest kernels that a processor runs; None leaves it to OpenBLAS.

    `features` are the flags, in LLVM's spelling, that processor and system support.
    """
    for name, needed in _CORES:
        if needed <= features:
            return name
    return None


def _library_path() -> Path:
    # Not by importing the package: that loads the library at once, with every symbol global.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MXNetError(
            f"matrix products need the package {_PACKAGE.replace('_', '-')}, which ndgrad depends "
            f"on and which is not installed; run: pip install {_PACKAGE.replace('_', '-')}"
        )
    folder = Path(spec.origin).parent / "lib"
    for pattern in ("libscipy_openblas*.so", "libscipy_openblas*.dylib", "libscipy_openblas*.dll"):
        for path in sorted(folder.glob(pattern)):
            return path
    raise MXNetError(f"matrix products need OpenBLAS, and {folder} does not contain it")


@contextmanager
def _environment(**wanted: str | None) -> Iterator[None]:
    """Have environment variables set, except those that the user has set or that are None here."""
    ours = {k: v for k, v in wanted.items() if v is not None and k not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)


_load_lock = threading.Lock()
_loaded: ctypes.CDLL | None = None


def _library() -> ctypes.CDLL:
    """Return OpenBLAS, loading it at the first call."""
    global _loaded
    if _loaded is not None:
        return _loaded
    with _load_lock:
        if _loaded is None:
            path = _library_path()
            core = _best_core(processor.host_features())
            with _environment(OPENBLAS_CORETYPE=core, OPENBLAS_NUM_THREADS="1"):
                try:
                    library = ctypes.CDLL(str(path))
                except OSError as error:
                    raise MXNetError(f"OpenBLAS cannot be loaded: {error}") from None
            getattr(library, f"{_PREFIX}openblas_set_num_threads")(1)
            _loaded = library
    return _loaded


def _after_fork_in_child() -> None:
    global _load_lock
    _load_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def core_name() -> str:
    """Return which of its sets of kernels OpenBLAS uses, such as ``SkylakeX``."""
    function = getattr(_library(), f"{_PREFIX}openblas_get_corename")
    function.restype = ctypes.c_char_p
    return str(function().decode())


@functools.cache
def address(function: str, dtype: DType) -> int:
    """Return where a BLAS function is in memory, to be handed to compiled code.

    Parameters
    ----------
    function : {'gemm', 'gemv', 'dot', 'trsm'}
        The function, without the letter for the dtype.
    dtype : numpy.dtype
        float32 or float64.

    Raises
    ------
    MXNetError
        If the library is not installed or cannot be loaded.
    """
    letter = _LETTERS.get(dtype)
    if function not in _FUNCTIONS or letter is None:
        known = ", ".join(_FUNCTIONS)
        raise MXNetError(
            f"address: no {function} for {dtype}; there are {known} for float32 and float64"
        )
    symbol = getattr(_library(), f"{_PREFIX}cblas_{letter}{function}")
    found = ctypes.cast(symbol, ctypes.c_void_p).value
    assert found is not None  # a function of a loaded library
    return found


# --- calling through an address -------------------------------------------------------------------

_INT = ir.IntType(32)
_FORMS = {
    # The arguments of each CBLAS function: i an int, s a scalar, p a pointer (array and offset)
    "gemm": "iiiiii" + "s" + "pi" + "pi" + "s" + "pi",
    "gemv": "iiii" + "s" + "pi" + "pi" + "s" + "pi",
    "dot": "i" + "pi" + "pi",
}


def _call_compiled(form: str, returns: bool, context, builder, sig, args):
    """Emit a call of the function whose address is the first of `args`."""
    element = next(ty.dtype for ty in sig.args if isinstance(ty, types.Array))
    scalar = context.get_value_type(element)
    kinds = {"i": _INT, "s": scalar, "p": scalar.as_pointer()}
    result = scalar if returns else ir.VoidType()
    function = ir.FunctionType(result, [kinds[kind] for kind in form])
    given = iter(zip(sig.args[1:], args[1:], strict=True))
    passed = []
    for kind in form:
        ty, value = next(given)
        if kind == "p":
            data = context.make_array(ty)(context, builder, value).data
            offset_ty, offset = next(given)
            offset = context.cast(builder, offset, offset_ty, types.intp)
            passed.append(builder.gep(data, [offset]))
        else:
            target = types.int32 if kind == "i" else element
            passed.append(context.cast(builder, value, ty, target))
    pointer = builder.inttoptr(args[0], function.as_pointer())
    value = builder.call(pointer, passed)
    return value if returns else context.get_dummy_value()


def _typed(form: str, returns: bool, args: Signature) -> tuple[Signature, Function]:
    """Check the argument types of a call and return its signature and code generator."""
    arrays = [ty for ty in args if isinstance(ty, types.Array)]
    ok = all(ty.layout == "C" and ty.dtype == arrays[0].dtype for ty in arrays)
    if not ok or arrays[0].dtype not in (types.float32, types.float64):
        raise TypingError("BLAS needs C-contiguous arrays, all float32 or all float64")
    result = arrays[0].dtype if returns else types.void
    code = functools.partial(_call_compiled, form, returns)
    return result(types.intp, *args), code


@intrinsic
def _gemm_compiled(
    _typing, addr, order, ta, tb, m, n, k, alpha, a, ao, lda, b, bo, ldb, beta, c, co, ldc
):
    args = (order, ta, tb, m, n, k, alpha, a, ao, lda, b, bo, ldb, beta, c, co, ldc)
    return _typed(_FORMS["gemm"], False, args)


@intrinsic
def _gemv_compiled(
    _typing, addr, order, ta, m, n, alpha, a, ao, lda, x, xo, incx, beta, y, yo, incy
):
    args = (order, ta, m, n, alpha, a, ao, lda, x, xo, incx, beta, y, yo, incy)
    return _typed(_FORMS["gemv"], False, args)


@intrinsic
def _dot_compiled(_typing, addr, n, x, xo, incx, y, yo, incy):
    return _typed(_FORMS["dot"], True, (n, x, xo, incx, y, yo, incy))


def _interpreted(name: str) -> Function:
    """Return the function that ``NUMBA_DISABLE_JIT`` needs: the same call by ctypes."""
    form = _FORMS[name]

    def call(addr, *args):
        arrays = [arg for arg in args if isinstance(arg, np.ndarray)]
        scalar = np.ctypeslib.as_ctypes_type(arrays[0].dtype)
        kinds: dict[str, Any] = {"i": ctypes.c_int, "s": scalar, "p": ctypes.c_void_p}
        result = scalar if name == "dot" else None
        given = iter(args)
        passed = [
            arg.ctypes.data + int(next(given)) * arg.itemsize if kind == "p" else kinds[kind](arg)
            for kind, arg in zip(form, given, strict=False)
        ]
        return ctypes.CFUNCTYPE(result, *(kinds[kind] for kind in form))(addr)(*passed)

    return call


if _INTERPRETED:
    _cblas_gemm = _interpreted("gemm")
    _cblas_gemv = _interpreted("gemv")
    _cblas_dot = _interpreted("dot")
else:
    _cblas_gemm, _cblas_gemv, _cblas_dot = _gemm_compiled, _gemv_compiled, _dot_compiled


# --- the functions --------------------------------------------------------------------------------


def _kernel(function: Function) -> Function:
    compiled = njit(nogil=True)(function)
    if not _INTERPRETED:
        compiled._cache = KernelCache(function, {"nogil": True})
    return compiled


# The texts stand here because compiled code can raise only constants.
_BAD_MATRIX = "BLAS: a matrix does not fit into its array"
_BAD_VECTOR = "BLAS: a vector does not fit into its array"
_BAD_SIZE = "BLAS: a size is negative or above 2147483647"


@_kernel
def check_matrix(size: int, offset: int, rows: int, columns: int, row_length: int) -> None:
    """Raise unless a matrix of `rows` by `columns` (1 or more each) lies within an array."""
    if row_length < columns or row_length > _MAX_INT or offset < 0:
        raise ValueError(_BAD_MATRIX)
    if offset + (rows - 1) * row_length + columns > size:
        raise ValueError(_BAD_MATRIX)


@_kernel
def _check_vector(size: int, offset: int, n: int, step: int) -> None:
    """Raise unless a vector of `n` elements (1 or more) lies within an array."""
    if step < 1 or step > _MAX_INT or offset < 0 or offset + (n - 1) * step >= size:
        raise ValueError(_BAD_VECTOR)


@_kernel
def _check_size(n: int) -> None:
    if n < 0 or n > _MAX_INT:
        raise ValueError(_BAD_SIZE)


@_kernel
def _scale(y, offset: int, n: int, step: int, beta: float) -> None:
    """Multiply `n` elements by `beta` as BLAS does: 0 sets them, whatever they were."""
    for i in range(offset, offset + n * step, step):
        y[i] = y.dtype.type(0.0) if beta == 0.0 else y[i] * y.dtype.type(beta)


@_kernel
def gemm(
    addr: int,
    a,
    ao: int,
    lda: int,
    ta: bool,
    b,
    bo: int,
    ldb: int,
    tb: bool,
    c,
    co: int,
    ldc: int,
    m: int,
    n: int,
    k: int,
    alpha: float,
    beta: float,
) -> None:
    """Matrix product: ``C = alpha * A @ B + beta * C``, with A (m, k), B (k, n) and C (m, n).

    Parameters
    ----------
    addr : int
        ``address("gemm", dtype)``.
    a, b, c : numpy.ndarray
        C-contiguous arrays, all float32 or all float64; `c` is written and must not overlap.
    ao, bo, co : int
        Offset of each matrix's first element.
    lda, ldb, ldc : int
        Elements from one stored row to the next.
    ta, tb : bool
        Whether the array holds the transposed matrix: A as (k, m), B as (n, k).
    m, n, k : int
        Sizes, 0 or more.
    alpha, beta : float
        Factors; with `beta` 0 what `c` held does not matter, be it NaN.

    Raises
    ------
    ValueError
        If a matrix does not lie within its array. Nothing has been written then.

    Notes
    -----
    Releases the GIL. OpenBLAS uses threads from about ``m * n * k = 2**18`` on.
    """
    _check_size(m)
    _check_size(n)
    _check_size(k)
    if m == 0 or n == 0:
        return
    check_matrix(c.size, co, m, n, ldc)
    if k == 0:
        for i in range(m):
            _scale(c, co + i * ldc, n, 1, beta)
        return
    check_matrix(a.size, ao, k if ta else m, m if ta else k, lda)
    check_matrix(b.size, bo, n if tb else k, k if tb else n, ldb)
    _cblas_gemm(
        addr,
        _ROW_MAJOR,
        _TRANSPOSED if ta else _AS_STORED,
        _TRANSPOSED if tb else _AS_STORED,
        m,
        n,
        k,
        alpha,
        a,
        ao,
        lda,
        b,
        bo,
        ldb,
        beta,
        c,
        co,
        ldc,
    )


@_kernel
def gemv(
    addr: int,
    a,
    ao: int,
    lda: int,
    ta: bool,
    x,
    xo: int,
    incx: int,
    y,
    yo: int,
    incy: int,
    m: int,
    n: int,
    alpha: float,
    beta: float,
) -> None:
    """Matrix times vector: ``y = alpha * A @ x + beta * y``, with A (m, n), x (n,) and y (m,).

    Parameters
    ----------
    addr : int
        ``address("gemv", dtype)``.
    a, x, y : numpy.ndarray
        C-contiguous arrays, all float32 or all float64; `y` is written and must not overlap.
    ao, xo, yo : int
        Offset of each one's first element.
    lda, incx, incy : int
        Elements from one stored row of A, element of x, element of y to the next, 1 or more.
    ta : bool
        Whether the array holds A transposed, as (n, m).
    m, n : int
        Sizes, 0 or more.
    alpha, beta : float
        Factors; with `beta` 0 what `y` held does not matter.

    Raises
    ------
    ValueError
        If A, x or y does not lie within its array. Nothing has been written then.
    """
    _check_size(m)
    _check_size(n)
    if m == 0:
        return
    _check_vector(y.size, yo, m, incy)
    if n == 0:
        _scale(y, yo, m, incy, beta)
        return
    _check_vector(x.size, xo, n, incx)
    rows = n if ta else m  # as stored, which is how the library counts
    columns = m if ta else n
    check_matrix(a.size, ao, rows, columns, lda)
    flag = _TRANSPOSED if ta else _AS_STORED
    _cblas_gemv(
        addr, _ROW_MAJOR, flag, rows, columns, alpha, a, ao, lda, x, xo, incx, beta, y, yo, incy
    )


@_kernel
def dot(addr: int, x, xo: int, incx: int, y, yo: int, incy: int, n: int):
    """Sum of the products of two vectors, in their own dtype.

    Parameters
    ----------
    addr : int
        ``address("dot", dtype)``.
    x, y : numpy.ndarray
        C-contiguous arrays, both float32 or both float64.
    xo, yo : int
        Offset of each one's first element.
    incx, incy : int
        Elements from one element to the next, 1 or more.
    n : int
        Number of elements, 0 or more.

    Returns
    -------
    float
        The sum; 0 for no elements. The order of its terms depends on the number of threads.

    Raises
    ------
    ValueError
        If a vector does not lie within its array.
    """
    _check_size(n)
    if n == 0:
        return x.dtype.type(0.0)
    _check_vector(x.size, xo, n, incx)
    _check_vector(y.size, yo, n, incy)
    return _cblas_dot(addr, n, x, xo, incx, y, yo, incy)


@functools.cache
def fast(function: str, dtype: DType) -> Function:
    """Return `gemm`, `gemv` or `dot` for calls from Python, at half the overhead.

    Parameters
    ----------
    function : {'gemm', 'gemv', 'dot'}
        Its name.
    dtype : numpy.dtype
        float32 or float64.

    Returns
    -------
    callable
        It takes the function's arguments without the address: flat arrays of just this dtype, and
        for the others Python's int, bool and float.

    Raises
    ------
    MXNetError
        If the library is not installed or cannot be loaded.
    """
    found = address(function, dtype)
    compiled = {"gemm": gemm, "gemv": gemv, "dot": dot}[function]
    return functools.partial(entry_point(compiled, flat(compiled, dtype)), found)
