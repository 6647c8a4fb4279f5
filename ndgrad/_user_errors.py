"""Errors of functions that users write and the library calls."""

from __future__ import annotations

from functools import lru_cache

from .base import MXNetError


class ErrorsOf:
    """Makes errors of a user's code that the library calls ones that are an `MXNetError`, too.

    MXNet raises an `MXNetError` in their place; here the error's own class stays one that programs
    may catch.

    Parameters
    ----------
    place : str
        What the note that is added to the error names.
    """

    __slots__ = ("_place",)

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        """Do nothing: errors are looked at when they leave."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, *_: object
    ) -> None:
        """Raise what stands for an error, with its notes, traceback and cause."""
        if not isinstance(error, Exception):
            return
        error.add_note(f"raised by {self._place}")
        if isinstance(error, MXNetError):
            return
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        try:
            joint = _as_mxnet_error(error)
        except Exception:  # its class cannot be joined with another: the error goes on as it is
            return
        raise joint.with_traceback(error.__traceback__) from cause


@lru_cache(maxsize=64)
def _mxnet_error_of(kind: type) -> type[Exception]:
    """The class of errors that are both of a class and an `MXNetError`."""
    if issubclass(MXNetError, kind):
        return MXNetError
    return type(kind.__name__, (kind, MXNetError), {"__module__": kind.__module__})


def _as_mxnet_error(error: Exception) -> Exception:
    """The same error in a class that is an `MXNetError`, too.

    It is made as the nearest built-in class does: constructors of the user's may take anything.
    """
    kind: type = type(error)
    builtin: type[BaseException] = next(
        base for base in kind.__mro__ if base.__module__ == "builtins"
    )
    reduced = builtin.__reduce__(error)
    assert isinstance(reduced, tuple)  # of the class, arguments and, if there are any, attributes
    _, arguments, *attributes = reduced
    joint = _mxnet_error_of(kind)
    made: Exception = joint.__new__(joint, *arguments)
    builtin.__init__(made, *arguments)
    for known in attributes:
        made.__setstate__(known)
    return made
