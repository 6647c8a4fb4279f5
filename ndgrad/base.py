"""Errors, the dtype table and the settings that the environment may give.

It imports NumPy and the standard library, and nothing of ndgrad but names of modules and what finds
similar names.
"""

from __future__ import annotations

import numbers
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from inspect import CO_VARARGS, CO_VARKEYWORDS, Signature, signature
from opcode import opmap
from pathlib import Path
from types import CodeType, FunctionType, TracebackType
from typing import Any, TypeAlias

import numpy as np

from ._mxnet import attributes
from ._similar import did_you_mean

__all__ = [
    "DTYPES",
    "InternalError",
    "MXNetError",
    "NotImplementedForSymbol",
    "NotSupportedForSparseNDArray",
    "Settings",
    "as_dtype",
    "data_dir",
    "integer_types",
    "mx_real_t",
    "numeric_types",
    "promote",
    "py_str",
    "settings",
    "string_types",
]


def public_names(namespace: dict[str, Any]) -> Callable[[], list[str]]:
    """Make the ``__dir__`` of the module with this namespace, and set its ``__getattr__``.

    The first lists what ``__all__`` does, and what Python itself puts into a module.  The second
    finds submodules under MXNet's names, and says of other names that they are not there.
    """
    namespace.setdefault("__getattr__", attributes(namespace))

    def names() -> list[str]:
        special = (n for n in namespace if n.startswith("__") and n.endswith("__"))
        return sorted({*namespace["__all__"], *special})

    return names


__dir__ = public_names(globals())


class MXNetError(RuntimeError):
    """The error that ndgrad raises where Apache MXNet 1.x raises one of the same name."""


# What MXNet raises of bad arguments depends on where it finds out: in Python by an assertion, or an
# error of the argument's type or value, in C++ by an MXNetError.  Programs may catch any of these.


class ArgumentTypeError(MXNetError, TypeError, AssertionError):
    """An argument is missing, or of a type that it must not have."""


class ArgumentValueError(MXNetError, ValueError, AssertionError):
    """An argument has a value that it must not have."""


class UnreadableFileError(MXNetError, FileNotFoundError):
    """A file that is to be read is not there."""


class InternalError(MXNetError):
    """MXNet's error for faults of its own."""


class _Unsupported(MXNetError):
    """A function that some kind of operand does not have.

    Parameters
    ----------
    function : callable
    alias : str or None
        The operator that the function stands for.
    *args
        What it was called with.
    """

    without: str

    def __init__(self, function: Callable[..., object], alias: str | None, *args: object) -> None:
        text = f"Function {function.__name__}"
        if alias is not None:
            text += f' (namely operator "{alias}")'
        if args:
            text += f" with arguments ({', '.join(str(type(x)) for x in args)})"
        super().__init__(f"{text} is not {self.without} and only available in NDArray.")


class NotImplementedForSymbol(_Unsupported):
    """A function that symbols do not have."""

    without = "implemented for Symbol"


class NotSupportedForSparseNDArray(_Unsupported):
    """A function that sparse arrays do not have."""

    without = "supported for SparseNDArray"


@lru_cache(maxsize=512)
def code(text: str, file: str) -> CodeType:
    """The code of a module's *text*, once for functions that differ only in their globals."""
    return compile(text, file, "exec")


def written_function(
    name: str, source: Callable[[], str], names: dict[str, Any]
) -> Callable[..., Any]:
    """A function whose text is written and compiled when it is first called: most never are.

    Parameters
    ----------
    name : str
    source : callable
        Returns the text, which defines *name*.  Its argument ``its_x`` is called ``x`` by callers,
        so that no name of theirs is one that the text uses itself.
    names : dict
        Its globals.
    """

    def specialise() -> Callable[..., Any]:
        exec(code(source(), f"<{name}>"), names)
        made = names[name]
        defaults = {k.removeprefix("its_"): v for k, v in (made.__kwdefaults__ or {}).items()}
        function.__defaults__, function.__kwdefaults__ = made.__defaults__, defaults
        count = made.__code__.co_argcount + made.__code__.co_kwonlyargcount
        variables = made.__code__.co_varnames
        arguments = [x.removeprefix("its_") for x in variables[:count]]
        function.__code__ = made.__code__.replace(
            co_varnames=(*arguments, *variables[count:]),
            co_name=function.__name__,  # which tracebacks show
            co_filename="<ndgrad>",
        )
        return function

    names |= {
        "_specialise": specialise,
        "shorten_traceback": shorten_traceback,
        "__name__": __name__,
    }
    function = FunctionType(_unwritten.__code__, names, name)
    return function


def user_call(head: str, lines: Iterable[str]) -> str:
    """The text of a function that users call: errors that leave it get a short traceback."""
    return "\n".join(
        [
            f"def {head}:",
            "    try:",
            *[f"        {line}" for line in lines],
            "    except Exception as error:",
            "        shorten_traceback(error)",
            "        raise",
            "",
        ]
    )


def _unwritten(*args: object, **kwargs: object) -> Any:
    try:
        return _specialise()(*args, **kwargs)  # type: ignore[name-defined]  # noqa: F821
    except Exception as error:
        trace = error.__traceback__
        if trace is not None and trace.tb_next is not None:
            error.__traceback__ = trace.tb_next  # without this frame, as in later calls
        raise


def set_signature(function: Callable[..., object], signature: Signature) -> None:
    """Let `inspect.signature` give *signature* for a function that takes any arguments."""
    function.__signature__ = signature  # type: ignore[attr-defined]


def argument_names(function: Callable[..., object]) -> tuple[str, ...]:
    """The names in ``inspect.signature(function).parameters``.

    Of a plain function they are read off its code, in a twentieth of the time.
    """
    if isinstance(function, FunctionType) and not vars(function):  # else it may wrap another one
        code = function.__code__
        if not code.co_flags & (CO_VARARGS | CO_VARKEYWORDS):
            return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return tuple(signature(function).parameters)


def write_now(function: FunctionType) -> None:
    """Write a `written_function` that has not been called yet; any other stays as it is."""
    if function.__code__ is _unwritten.__code__:
        function.__globals__["_specialise"]()


def shown(value: object) -> str:
    """What was given, for an error: in short, and without reading an array's elements."""
    if hasattr(value, "shape") and not isinstance(value, type):
        return f"{type(value).__name__} of shape {value.shape}"
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


# --- dtypes ---------------------------------------------------------------------------------------

Shape = tuple[int, ...]
"""The lengths of an array's axes."""

DType: TypeAlias = np.dtype[Any]
"""A NumPy dtype."""

HostArray: TypeAlias = np.ndarray[Any, Any]
"""A NumPy array."""

DTypeLike: TypeAlias = str | type | DType
"""What names a dtype; see `as_dtype`."""

DTYPES: tuple[DType, ...] = tuple(
    np.dtype(name)
    for name in ("float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool")
)
"""Every dtype of NumPy's that an array may have, in native byte order; `bfloat16` is one more."""

DTYPE_NUMBERS = {
    "float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6,
    "bool": 7, "bfloat16": 12,
}  # fmt: skip
"""MXNet's numbers of dtypes, in files of arrays and of symbols."""

BFLOAT16 = "bfloat16"
"""The name of the dtype that NumPy has not."""

MXNET_BFLOAT16 = np.dtype([(BFLOAT16, np.uint16)])
"""What MXNet has in its place: bits."""

string_types: tuple[type, ...] = (str,)
"""What MXNet takes for text (``mxnet.base.string_types``)."""

integer_types: tuple[type, ...] = (int, np.int32, np.int64)
"""What MXNet takes for an integer scalar (``mxnet.base.integer_types``)."""

numeric_types: tuple[type, ...] = (float, int, np.generic)
"""What MXNet takes for a number (``mxnet.base.numeric_types``)."""

mx_real_t = np.float32
"""The dtype of arrays by default."""

FLOATING = "float16, bfloat16, float32 or float64"
"""The floating dtypes, for errors."""

_ACCEPTED = ", ".join([*[dtype.name for dtype in DTYPES], BFLOAT16])

_SPELLINGS: dict[Any, DType] = {
    float: np.dtype("float64"),
    int: np.dtype("int64"),  # on every platform; NumPy 1 would give int32 on Windows
    bool: np.dtype("bool"),
}

_PROMOTIONS: dict[tuple[DType, DType], DType] = {}


def _add(dtype: DType) -> None:
    """Let arrays have a dtype."""
    known = [*dict.fromkeys(_SPELLINGS.values()), dtype]
    for other in known:
        _PROMOTIONS[dtype, other] = _PROMOTIONS[other, dtype] = _promoted(dtype, other)
    _SPELLINGS[dtype] = _SPELLINGS[dtype.type] = _SPELLINGS[dtype.name] = dtype


def _promoted(a: DType, b: DType) -> DType:
    if is_floating(a) != is_floating(b):
        return a if is_floating(a) else b  # NumPy would widen float32 to float64 here
    if a.itemsize == b.itemsize == 2 and a != b:  # neither has all numbers of the other
        return np.dtype("float32")
    wide = np.promote_types(a, b)
    # int8 with uint8 is int16 to NumPy, which no array has: the next wider one is.
    return np.dtype("int32") if wide == np.int16 else wide


@cache
def bfloat16() -> DType:
    """The dtype bfloat16, which is a NumPy dtype of the package ml_dtypes.

    That is imported here, when a program first asks for the dtype: it takes some ms.
    """
    import ml_dtypes

    dtype: DType = np.dtype(ml_dtypes.bfloat16)
    numbers.Real.register(ml_dtypes.bfloat16)  # as NumPy does with its own
    _add(dtype)
    _SPELLINGS[MXNET_BFLOAT16] = dtype
    return dtype


def is_floating(dtype: DType) -> bool:
    """Whether a dtype of arrays is one of floating-point numbers, by the letter of its kind.

    V is what NumPy calls the kind of dtypes that are not its own, of which bfloat16 is the only one
    that arrays have.
    """
    return dtype.kind in "fV"


def wide_dtype(dtype: DType) -> DType:
    """The dtype of arithmetic on elements: float32 for float16 and bfloat16, else their own."""
    return _FLOAT32 if dtype.itemsize == 2 else dtype


def is_numeric(dtype: DType) -> bool:
    """Whether a NumPy array's dtype is one of real numbers, be there arrays of it here or not."""
    return dtype.kind in "biuf" or dtype.name == BFLOAT16


def printable(x: HostArray) -> HostArray:
    """An array to be shown by NumPy, which has no format for numbers of bfloat16."""
    return x.astype("float32") if x.dtype.name == BFLOAT16 else x


_FLOAT32 = np.dtype("float32")
for _dtype in DTYPES:
    _add(_dtype)
del _dtype


def as_dtype(spec: Any, *, op: str, arg: str = "dtype") -> DType:
    """Return the supported dtype that `spec` names.

    Parameters
    ----------
    spec : str, numpy.dtype, type
        A name such as ``"float32"`` or ``"f4"``, a NumPy scalar type or dtype, one of Python's
        ``float`` (float64), ``int`` (int64) and ``bool``, or MXNet's bfloat16,
        ``np.dtype([("bfloat16", np.uint16)])``.
    op : str
        The operator that asks, for the error.
    arg : str
        The name of the operator's argument, for the error.

    Returns
    -------
    numpy.dtype
        A member of `DTYPES`, or `bfloat16`.

    Raises
    ------
    TypeError
        If `spec` names no dtype at all; ``None`` is no dtype either.
    MXNetError
        If `spec` is a dtype that ndgrad has no arrays of: complex64, a foreign byte order.
    """
    try:
        return _SPELLINGS[spec]
    except (KeyError, TypeError):  # TypeError: not hashable
        pass
    if isinstance(spec, str) and spec == BFLOAT16:
        return bfloat16()
    if spec is None:  # np.dtype(None) would be float64
        raise TypeError(f"{op}: {arg}=None is not a dtype; expected one of {_ACCEPTED}")
    try:
        dtype = np.dtype(spec)
    except (TypeError, ValueError, SyntaxError):  # NumPy parses strings; some fail as syntax
        raise TypeError(
            f"{op}: {arg}={spec!r} is not a dtype{did_you_mean(spec, _SPELLINGS)}; "
            f"expected one of {_ACCEPTED}"
        ) from None
    if dtype == MXNET_BFLOAT16 or dtype.name == BFLOAT16:
        return bfloat16()
    found = _SPELLINGS.get(dtype)
    if found is None:
        text = f"{op}: {arg}={dtype} is not supported; expected one of {_ACCEPTED}"
        if not dtype.isnative and dtype.newbyteorder("=") in _SPELLINGS:
            text += " in native byte order"
        raise MXNetError(text)
    return found


def promote(a: DType, b: DType) -> DType:
    """Return the dtype in which an operator combines an array of dtype `a` with one of dtype `b`.

    Within a kind (bool, integer, float) it is NumPy's choice; an integer or bool with a float gives
    the float's dtype, whatever the integer's width. The result is always one that arrays have, so
    uint8 with int8 is int32; float16 with bfloat16 is float32.

    Parameters
    ----------
    a, b : numpy.dtype
        What `as_dtype` returns.

    Raises
    ------
    MXNetError
        If one of them is another.
    """
    try:
        return _PROMOTIONS[a, b]
    except KeyError:
        bad = b if a in _SPELLINGS else a
        raise MXNetError(f"promote: dtype {bad} is not supported; expected {_ACCEPTED}") from None


# --- settings -------------------------------------------------------------------------------------

_UNITS = {"": 1, "b": 1}
for _power, _letter in enumerate("kmgt", start=1):
    for _suffix in (_letter, _letter + "b", _letter + "ib"):
        _UNITS[_suffix] = 1024**_power


class Settings:
    """The settings that environment variables give, each read when it is asked for.

    A variable that is unset or empty means the default. One that is not understood raises
    `MXNetError`, naming the variable, its value and what is expected.

    Parameters
    ----------
    environ : mapping of str to str, optional
        Where to read; the process's environment by default.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def _text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    @property
    def cache_dir(self) -> Path | None:
        """``NDGRAD_CACHE_DIR``, where compiled kernels are kept; None leaves it to ndgrad."""
        text = self._text("NDGRAD_CACHE_DIR")
        if text is None:
            return None
        path = Path(text).expanduser()
        if path.exists() and not path.is_dir():
            raise MXNetError(f"NDGRAD_CACHE_DIR={text}: this is not a directory")
        return path.absolute()

    @property
    def num_threads(self) -> int | None:
        """``NDGRAD_NUM_THREADS``, how many threads kernels may use (>= 1); None is every core."""
        text = self._text("NDGRAD_NUM_THREADS")
        if text is None:
            return None
        if not text.isdecimal() or int(text) < 1:
            raise MXNetError(f"NDGRAD_NUM_THREADS={text}: expected a whole number, 1 or more")
        return int(text)

    @property
    def pool_bytes(self) -> int | None:
        """``NDGRAD_POOL_BYTES``, most bytes of freed memory that are kept for reuse.

        A whole number of bytes, or with a unit: ``512M``, ``2GiB`` (all units are powers of 1024).
        0 keeps nothing. None leaves the choice to ndgrad.
        """
        text = self._text("NDGRAD_POOL_BYTES")
        if text is None:
            return None
        digits = text.rstrip("bBiIkKmMgGtT ")
        unit = _UNITS.get(text[len(digits) :].strip().lower())
        if not digits.isdecimal() or unit is None:
            raise MXNetError(
                f"NDGRAD_POOL_BYTES={text}: expected a whole number of bytes, 0 or more, "
                "or one with a unit such as 512M or 2GiB"
            )
        return int(digits) * unit

    @property
    def full_traceback(self) -> bool:
        """Whether ``NDGRAD_TRACEBACK`` is ``full``, so that tracebacks keep all frames.

        See `shorten_traceback`.
        """
        text = self._text("NDGRAD_TRACEBACK") or "short"
        if text not in ("full", "short"):
            raise MXNetError(f"NDGRAD_TRACEBACK={text}: expected 'full' or 'short'")
        return text == "full"


settings = Settings()
"""The settings of this process."""

# --- tracebacks -----------------------------------------------------------------------------------

_RAISE = opmap["RAISE_VARARGS"]


def shorten_traceback(error: Exception) -> bool:
    """Leave those frames out of an error's traceback that say nothing to users.

    It is called where users' calls enter, by ``except Exception as error``: that costs nothing as
    long as nothing is raised.  Of frames of ndgrad that follow each other the first one is kept,
    which was called from outside.  The traceback of an error that ndgrad does not raise itself, by
    a ``raise``, stays whole: it tells of a fault in ndgrad or of one in a function of the user's,
    a custom operator say, that ndgrad called.

    Returns
    -------
    bool
        Whether ndgrad raised the error.
    """
    entries = []
    entry = error.__traceback__
    while entry is not None:
        entries.append(entry)
        entry = entry.tb_next
    if not hasattr(error, "_by_ndgrad"):
        last = entries[-1]
        if not (_is_ours(last) and last.tb_frame.f_code.co_code[last.tb_lasti] == _RAISE):
            return False
        error._by_ndgrad = True  # type: ignore[attr-defined]  # the frame with `raise` may go now
    if not settings.full_traceback:
        ours = [_is_ours(entry) for entry in entries]
        for i in reversed(range(1, len(entries))):
            if ours[i] and ours[i - 1]:
                del entries[i]
        shortened = None
        for entry in reversed(entries):
            shortened = TracebackType(shortened, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        error.__traceback__ = shortened
    return True


def _is_ours(entry: TracebackType) -> bool:
    return entry.tb_frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE


_PACKAGE = __name__.partition(".")[0]


def is_attribute(key: str) -> bool:
    """Whether an argument is an attribute of symbols, such as ``__layout__``: arrays ignore it."""
    return key.startswith("__") and key.endswith("__")


def data_dir() -> str:
    """Return the folder for models and data sets: ``MXNET_HOME``, else ``~/.mxnet``."""
    return os.environ.get("MXNET_HOME") or os.path.expanduser(os.path.join("~", ".mxnet"))


def py_str(text: bytes | str) -> str:
    """Return bytes of UTF-8 as text; what is text, as names that monitors get, as it is."""
    return text if isinstance(text, str) else text.decode("utf-8")
